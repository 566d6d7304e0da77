//! Faults that come and go at random: what they change, and how that is laid over the world and lifted.
//!
//! It knows nothing of events and draws. Invariant: lifting a fault gives back only what laying it has
//! changed, part by part and for each instant; what a cmdlet or the time line has made of a part
//! meanwhile stays.

use std::sync::Arc;

use crate::engine::hash::NameHash;
use crate::engine::id::Id;
use crate::engine::time::{Instant, Span};

use super::certificate::{Certificate, CertificateId};
use super::directory::{Group, GroupId, Mailbox, MailboxId};
use super::dns::{HostId, RecordSet, RecordSetId, Resolver, ResolverId, Zone, ZoneId};
use super::federation::Federation;
use super::gateway::{Gateway, GatewayId};
use super::organization::{OrgId, Organization, Server, ServerId};
use super::publishing::Host;
use super::relationship::{
    AddressSpace, AddressSpaceId, Connector, ConnectorId, OrganizationRelationship, RelationshipId,
};
use super::revised::{Carry, Revised};
use super::sharing_policy::{SharingPolicy, SharingPolicyId};

crate::define_id! {
    /// A fault that happens at random, by name.
    FaultId;
}

/// A fault that happens at random: the times between and the times to repair are exponential.
#[derive(Clone, Debug)]
pub struct RandomFault {
    /// Its name.
    pub name: Box<str>,
    /// The hash of its name: what its draws hang on.
    pub hash: NameHash,
    /// The mean time from the end of one to the begin of the next.
    pub between: Span,
    /// The mean time to repair.
    pub repair: Span,
    /// From when on it may happen.
    pub from: Instant,
    /// When everything is again as it was, at the latest.
    pub until: Instant,
    /// What is different meanwhile.
    pub differences: Differences,
}

/// An object without a fault and with it.
#[derive(Clone, Debug)]
pub struct Difference<I, T> {
    /// Which.
    pub id: I,
    /// Without.
    pub without: T,
    /// With.
    pub with: T,
}

/// A fault as it was laid over one object: from each instant on, the object before and after, where it
/// changed anything.
#[derive(Clone, Debug)]
struct Laid<I, T> {
    id: I,
    from: Vec<(Instant, Option<(T, T)>)>,
}

impl<I: Id, T: Clone + PartialEq> Difference<I, T> {
    /// The objects that are not alike, in the order of their ids.
    pub fn between(without: &[T], with: &[T]) -> Vec<Difference<I, T>> {
        debug_assert_eq!(without.len(), with.len(), "a change adds no objects");
        let pairs = without.iter().zip(with).enumerate();
        let unlike = pairs.filter(|(_, (without, with))| without != with);
        unlike
            .map(|(index, (without, with))| Difference {
                id: I::from_index(index),
                without: without.clone(),
                with: with.clone(),
            })
            .collect()
    }
}

/// The tables that a fault may change: the name in a list of differences, and where the table is.
macro_rules! tables {
    ($($name:ident: $id:ty, $row:ty, [$($table:tt)+], $doc:literal;)*) => {
        /// What is different while a fault lasts, by table.
        #[derive(Clone, Debug, Default)]
        pub struct Differences {
            $(#[doc = $doc] pub $name: Vec<Difference<$id, $row>>,)*
        }

        /// What a fault has changed.
        #[derive(Clone, Debug)]
        pub struct Overlay {
            $($name: Vec<Laid<$id, $row>>,)*
        }

        impl Differences {
            /// Whether there is none.
            pub fn is_empty(&self) -> bool {
                $(self.$name.is_empty())&&*
            }

            /// Lays them over a federation from now on.
            pub fn lay(&self, federation: &mut Federation, at: Instant) -> Overlay {
                Overlay {
                    $($name: federation.$($table)+.lay(self.$name.iter(), at),)*
                }
            }

            /// The same, over those objects alone that another fault had changed.
            pub fn lay_again(
                &self,
                federation: &mut Federation,
                at: Instant,
                other: &Overlay,
            ) -> Overlay {
                Overlay {
                    $($name: {
                        let of_other = |row: &&Difference<$id, $row>| {
                            other.$name.iter().any(|laid| laid.id == row.id)
                        };
                        federation.$($table)+.lay(self.$name.iter().filter(of_other), at)
                    },)*
                }
            }
        }

        impl Overlay {
            /// Lifts what was laid from a federation from now on.
            pub fn lift(&self, federation: &mut Federation, at: Instant) {
                $(federation.$($table)+.lift(&self.$name, at);)*
            }

            /// Whether it changed nothing.
            pub fn is_empty(&self) -> bool {
                $(self.$name.is_empty())&&*
            }
        }
    };
}

tables! {
    organizations: OrgId, Organization, [organizations], "Organizations.";
    servers: ServerId, Server, [servers], "Servers.";
    certificates: CertificateId, Certificate, [certificates], "Certificates.";
    hosts: HostId, Host, [hosts], "Published hosts.";
    gateways: GatewayId, Gateway, [gateways], "Gateways.";
    relationships: RelationshipId, OrganizationRelationship, [relationships], "Relationships.";
    connectors: ConnectorId, Connector, [connectors], "Connectors.";
    address_spaces: AddressSpaceId, AddressSpace, [address_spaces], "Address spaces.";
    sharing_policies: SharingPolicyId, SharingPolicy, [sharing_policies], "Sharing policies.";
    mailboxes: MailboxId, Mailbox, [mailboxes], "Declared mailboxes.";
    groups: GroupId, Group, [groups], "Distribution groups.";
    resolvers: ResolverId, Resolver, [resolvers], "Resolvers.";
    zones: ZoneId, Zone, [dns.zones_mut()], "Zones.";
    record_sets: RecordSetId, RecordSet, [dns.sets_mut()], "Record sets.";
}

impl<I: Id, T: Clone + PartialEq + Carry> Revised<I, T> {
    fn lay<'d>(
        &mut self,
        differences: impl Iterator<Item = &'d Difference<I, T>>,
        at: Instant,
    ) -> Vec<Laid<I, T>>
    where
        I: 'd,
        T: 'd,
    {
        let mut all = Vec::new();
        for difference in differences {
            let mut laid = Laid {
                id: difference.id,
                from: Vec::new(),
            };
            self.change_each(difference.id, at, |from, row| {
                let before = row.clone();
                row.carry(&difference.without, &difference.with);
                let changed = (before != *row).then(|| (before, row.clone()));
                laid.from.push((from, changed));
            });
            if laid.from.iter().any(|(_, changed)| changed.is_some()) {
                all.push(laid);
            }
        }
        all
    }

    fn lift(&mut self, all: &[Laid<I, T>], at: Instant) {
        for laid in all {
            self.change_each(laid.id, at, |from, row| {
                let count = laid.from.partition_point(|known| known.0 <= from);
                let known = count.checked_sub(1).map(|last| &laid.from[last].1);
                if let Some(Some((before, after))) = known {
                    row.carry(after, before);
                }
            });
        }
    }
}

/// All faults that happen at random, by name.
pub type RandomFaults = Arc<crate::engine::IdVec<FaultId, RandomFault>>;

#[cfg(test)]
mod tests {
    use super::*;

    crate::define_id! {
        /// An id for these tests.
        TestId;
    }

    #[derive(Clone, Debug, PartialEq)]
    struct Both(u8, u8);

    impl Carry for Both {
        fn carry(&mut self, before: &Self, after: &Self) {
            if self.0 == before.0 {
                self.0 = after.0;
            }
            if self.1 == before.1 {
                self.1 = after.1;
            }
        }
    }

    fn second(seconds: u64) -> Instant {
        Instant::from_seconds(seconds)
    }

    /// The fault makes the first part 9.
    fn fault(id: TestId) -> [Difference<TestId, Both>; 1] {
        [Difference {
            id,
            without: Both(0, 0),
            with: Both(9, 0),
        }]
    }

    /// From 30 s to 50 s the time line itself has what the fault sets; the fault ends meanwhile, or
    /// after it.
    #[test]
    fn a_fault_at_random_does_not_end_what_the_time_line_has_set_alike() {
        for (end, expected) in [
            (40, [(0, 0), (9, 0), (9, 0), (9, 0), (0, 0), (0, 0)]),
            (60, [(0, 0), (9, 0), (9, 0), (9, 0), (9, 0), (0, 0)]),
        ] {
            let mut table: Revised<TestId, Both> = Revised::new();
            let a = table.push(Both(0, 0));
            table.revise(a, second(30), Both(9, 0));
            table.revise(a, second(50), Both(0, 0));
            let laid = table.lay(fault(a).iter(), second(20));
            table.lift(&laid, second(end));
            let seen = [10, 20, 30, 40, 50, 60].map(|at| table.at(a, second(at)).clone());
            assert_eq!(seen, expected.map(|(x, y)| Both(x, y)), "until {end} s");
        }
    }

    #[test]
    fn what_a_cmdlet_sets_during_a_fault_stays_and_what_it_had_set_before_comes_back() {
        let mut table: Revised<TestId, Both> = Revised::new();
        let a = table.push(Both(0, 0));
        let laid = table.lay(fault(a).iter(), second(10));
        table.change(a, second(11), |row| row.1 = 5);
        table.lift(&laid, second(12));
        assert_eq!(*table.at(a, second(12)), Both(0, 5), "another part");
        let laid = table.lay(fault(a).iter(), second(20));
        table.change(a, second(21), |row| row.0 = 3);
        table.lift(&laid, second(22));
        assert_eq!(*table.at(a, second(22)), Both(3, 5), "the same part");
        table.change(a, second(23), |row| row.0 = 9);
        let laid = table.lay(fault(a).iter(), second(30));
        assert!(laid.is_empty(), "the fault changes nothing");
        table.lift(&laid, second(31));
        assert_eq!(*table.at(a, second(31)), Both(9, 5));
    }
}
