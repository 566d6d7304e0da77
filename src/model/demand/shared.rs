//! Shared calendars of mailboxes that are described by a number, and the work cycle in which an
//! organization synchronizes all that its mailboxes have subscribed to.
//!
//! It knows nothing of how a run goes. Invariant: the n-th subscription of an organization in a workload
//! is a function of (seed, workload, organization, n), never stored.

use crate::engine::hash::NameHash;
use crate::engine::id::IdVec;
use crate::engine::{DrawKeys, Instant, Span};

use super::super::address::{Address, Url};
use super::super::directory::{MailboxId, MailboxKey, PersonalSubscription};
use super::super::federation::Federation;
use super::super::organization::OrgId;
use super::super::outcome::AccessLevel;
use super::super::purpose::Purpose;
use super::drawn::{Candidates, Draws};
use super::{Choice, Popularity, WorkloadId};
use crate::engine::draw::below;

crate::define_id! {
    /// The work cycle of one workload at one organization.
    CycleId;
}

/// What the subscriptions of a workload are drawn from, and how often they are synchronized.
#[derive(Clone, Debug, PartialEq)]
pub struct SynchronizationLaw {
    /// How long a work cycle is.
    pub every: Span,
    /// What owners have granted.
    pub levels: Choice<AccessLevel>,
    /// How many changes a run finds; none: by the owner's calendar entries.
    pub changes: Option<u32>,
}

/// The work cycle of one workload at one organization: one cursor over a flat list of subscriptions,
/// first those of declared mailboxes, then so many drawn ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkCycle {
    /// The organization whose mailboxes have subscribed.
    pub organization: OrgId,
    /// The workload.
    pub workload: WorkloadId,
    /// How many subscriptions are drawn.
    pub drawn: u32,
    /// Where those who may have shared stand in [`SharedCalendars::partners`].
    pub first_partner: u32,
    /// How many there are.
    pub partner_count: u32,
    /// The place of the organization itself among them, which is passed over.
    pub own_place: Option<u32>,
}

/// All work cycles, in flat tables.
#[derive(Clone, Debug, Default)]
pub struct SharedCalendars {
    /// By organization and workload.
    pub cycles: IdVec<CycleId, WorkCycle>,
    /// Organizations whose mailboxes have shared calendars, list after list.
    pub partners: Box<[OrgId]>,
}

/// Which subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubscriptionKey {
    /// That of a mailbox declared by name to the calendar of this owner.
    Declared(MailboxId, Address),
    /// That of a mailbox described by a number, made in the run, to the calendar of this owner.
    Described(OrgId, u32, Address),
    /// The n-th drawn one of a work cycle, from 0.
    Drawn(CycleId, u32),
}

/// A drawn subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawnSubscription {
    /// Who has subscribed.
    pub subscriber: (Address, MailboxKey),
    /// To what.
    pub subscription: PersonalSubscription,
    /// What the owner granted in person.
    pub granted: AccessLevel,
}

/// The indices of a subscription's draws.
const SUBSCRIBER: u64 = 0;
const LEVEL: u64 = 1;
const OWNER: u64 = 2;
const PARTNER: u64 = 1 << 8;

impl Federation {
    /// What a workload's subscriptions are drawn from.
    pub fn synchronization_law(&self, workload: WorkloadId) -> &SynchronizationLaw {
        let demand = self.workloads[workload].demand.as_ref();
        let law = demand.and_then(|demand| demand.synchronization.as_ref());
        law.expect("a work cycle has a workload that synchronizes")
    }

    /// A drawn subscription of a work cycle.
    pub fn drawn_subscription(
        &self,
        id: CycleId,
        number: u32,
        keys: &DrawKeys,
    ) -> DrawnSubscription {
        let cycle = self.shared.cycles[id];
        let demand = self.workloads[cycle.workload].demand.as_ref();
        let demand = demand.expect("a work cycle has a workload with laws");
        let hash = self.subscription_hash(cycle, number);
        let bits = |index| keys.bits(Purpose::Subscription, hash, index);
        let described = self
            .organizations
            .original(cycle.organization)
            .described_mailboxes;
        let subscriber = 1 + below(bits(SUBSCRIBER), u64::from(described)) as u32;
        let subscriber = self.described(cycle.organization, subscriber);
        let first = cycle.first_partner as usize;
        let all = &self.shared.partners[first..first + cycle.partner_count as usize];
        let candidates = Candidates {
            all,
            own_place: cycle.own_place.map(u64::from),
        };
        let draws = Draws {
            keys,
            purpose: Purpose::Subscription,
            hash,
        };
        let partner = candidates.one(demand.partner_popularity, draws, PARTNER);
        let law = demand.mailbox_popularity;
        let count = u64::from(self.mailbox_count(partner));
        let owner = draws.place(law, count, &[], OWNER) as u32;
        let (owner, mailbox) = self.mailbox_number(partner, owner);
        let trust = &self.organizations.original(partner).trust;
        let application_uri = trust.application_uri;
        DrawnSubscription {
            subscriber,
            subscription: PersonalSubscription {
                owner,
                url: self
                    .sharing_url(partner, mailbox, keys)
                    .expect("only those share who publish their calendars"),
                application_uri: application_uri.expect("only federated organizations share"),
                sharing_key: hash.0,
            },
            granted: self
                .synchronization_law(cycle.workload)
                .levels
                .at(bits(LEVEL)),
        }
    }

    /// Whether mailboxes of an organization can have shared calendars with others before the run: it is
    /// federated, publishes its calendars, and has mailboxes.
    pub fn can_have_shared(&self, id: OrgId) -> bool {
        let organization = self.organizations.original(id);
        let publishes = |&server| self.servers.original(server).ews.external_url.is_some();
        let trust = &organization.trust;
        let is_federated = trust.exists && trust.registration.exists;
        self.mailbox_count(id) > 0
            && is_federated
            && organization.identifier.exists
            && trust.application_uri.is_some()
            && organization.servers.iter().any(publishes)
    }

    /// When a work cycle comes to the n-th of so many subscriptions, from the cycle's beginning on.
    pub fn work_cycle_offset(&self, id: CycleId, n: u64, of: u64, keys: &DrawKeys) -> Span {
        let cycle = self.shared.cycles[id];
        let hash = self.arrivals_hash(cycle.workload, cycle.organization);
        let phase = keys.bits(Purpose::WorkCyclePhase, hash, 0) >> 32;
        let every = self.synchronization_law(cycle.workload).every;
        let place = (u128::from(n) << 32) + u128::from(phase);
        let span = u128::from(every.nanoseconds()) * place / (u128::from(of.max(1)) << 32);
        Span::from_nanoseconds(span as u64)
    }

    /// The subscriptions of an organization's declared mailboxes, as they are at an instant.
    pub fn declared_subscriptions(
        &self,
        organization: OrgId,
        at: Instant,
    ) -> impl Iterator<Item = (MailboxId, Address)> + '_ {
        self.declared_mailboxes(organization).flat_map(move |id| {
            let id = MailboxId(id);
            let subscriptions = self.mailboxes.at(id, at).subscriptions.iter();
            subscriptions.map(move |row| (id, row.owner))
        })
    }

    fn subscription_hash(&self, cycle: WorkCycle, number: u32) -> NameHash {
        let hash = self.arrivals_hash(cycle.workload, cycle.organization);
        hash.with(u64::from(number))
    }

    fn described(&self, organization: OrgId, number: u32) -> (Address, MailboxKey) {
        let declared = self.declared_mailboxes(organization).len() as u32;
        self.mailbox_number(organization, declared + number - 1)
    }

    /// The ExternalUrl that an invitation to this mailbox's calendar named before the run: that of its
    /// site, else any of the organization.
    fn sharing_url(&self, organization: OrgId, key: MailboxKey, keys: &DrawKeys) -> Option<Url> {
        let home = self.mailbox(organization, key, self.start, keys).server;
        let site = self.servers.original(home).site;
        let servers = &self.organizations.original(organization).servers;
        let published = || {
            let rows = servers.iter().map(|&id| self.servers.original(id));
            rows.filter_map(|row| Some((row.site, row.ews.external_url?)))
        };
        let near = published().find(|&(other, _)| other == site);
        let (_, url) = near.or_else(|| published().next())?;
        Some(Url {
            path: url.path.for_federated_callers(),
            ..url
        })
    }
}

impl Candidates<'_> {
    /// One of them.
    fn one(self, law: Popularity, draws: Draws<'_>, index: u64) -> OrgId {
        let taken: smallvec::SmallVec<[u64; 1]> = self.own_place.into_iter().collect();
        let place = draws.place(law, self.all.len() as u64, &taken, index);
        self.all[place as usize]
    }
}
