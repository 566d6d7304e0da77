//! Faults at random of a tree, as the model holds them.
//!
//! It knows nothing of when they happen. Invariant: what a fault changes is the difference between two worlds
//! that were compiled alike, at the start of the run: one without anything that changes, one with it.

use crate::engine::IdVec;
use crate::engine::hash::NameHash;
use crate::model::fault::{Difference, Differences, FaultId, RandomFault};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::patch::overlay;
use crate::scenario::read::complete;
use crate::scenario::tree::Table;

use super::Snapshot;
use super::changes::{AtRandom, Changes};
use super::derive::derive;
use super::ids::Ids;
use super::population::Plan;

/// The worlds from which the differences are taken.
pub(super) struct Worlds<'t> {
    /// The file's tree.
    pub given: &'t Table,
    /// The same with every derived value.
    pub effective: &'t Table,
    /// The same, compiled.
    pub first: &'t Snapshot,
    /// What is drawn from descriptions.
    pub plan: &'t Plan,
}

pub(super) fn random_faults(
    worlds: &Worlds<'_>,
    changes: &Changes<'_>,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> IdVec<FaultId, RandomFault> {
    let mut faults = IdVec::new();
    for fault in &changes.at_random {
        faults.push(random_fault(worlds, fault, changes, ids, found));
    }
    faults
}

fn random_fault(
    worlds: &Worlds<'_>,
    fault: &AtRandom<'_>,
    changes: &Changes<'_>,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> RandomFault {
    let mut tree = worlds.given.clone();
    overlay(&mut tree, fault.set);
    let mut tree = complete(tree);
    derive(&mut tree, Some(worlds.effective), worlds.plan);
    let with = Snapshot::of(&tree, changes, ids, found);
    let place = fault.set.iter().next();
    let place = place.and_then(|(key, _)| fault.set.key_location(key));
    let differences = match found.has_errors() {
        // What is wrong with a world may leave it without some of its objects.
        true => Differences::default(),
        false => differences(worlds.first, &with),
    };
    if with.links != worlds.first.links {
        let network = fault.set.key_location("network").or(place);
        if let Some(place) = network {
            let message = format!("fault `{}` changes links at random", fault.name);
            let help = "routes are found for instants that are known beforehand: give such a fault \
                        `from` and `until`, and `every` if it recurs";
            found.push(Diagnostic::error("links-at-random", place, message).help(help));
        }
    } else if differences.is_empty()
        && !found.has_errors()
        && let Some(place) = place
    {
        let message = format!("fault `{}` changes nothing", fault.name);
        let help = "what it sets is so at the start of the run";
        found.push(Diagnostic::warning("nothing-happens", place, message).help(help));
    }
    let run = worlds.effective.table("run");
    let (start, length) = (run.instant("start"), run.span("length"));
    RandomFault {
        name: fault.name.into(),
        hash: NameHash::of(fault.name),
        between: fault.between,
        repair: fault.repair,
        from: fault.from.unwrap_or(start),
        until: fault.until.unwrap_or(start + length),
        differences,
    }
}

fn differences(without: &Snapshot, with: &Snapshot) -> Differences {
    Differences {
        organizations: Difference::between(&without.organizations, &with.organizations),
        servers: Difference::between(&without.servers, &with.servers),
        certificates: Difference::between(&without.certificates, &with.certificates),
        hosts: Difference::between(&without.hosts, &with.hosts),
        gateways: Difference::between(&without.gateways, &with.gateways),
        relationships: Difference::between(&without.relationships, &with.relationships),
        connectors: Difference::between(&without.connectors, &with.connectors),
        address_spaces: Difference::between(&without.address_spaces, &with.address_spaces),
        sharing_policies: Difference::between(&without.sharing_policies, &with.sharing_policies),
        mailboxes: Difference::between(&without.mailboxes, &with.mailboxes),
        groups: Difference::between(&without.groups, &with.groups),
        resolvers: Difference::between(&without.resolvers, &with.resolvers),
        zones: Difference::between(&without.zones, &with.zones),
        record_sets: Difference::between(&without.record_sets, &with.record_sets),
    }
}
