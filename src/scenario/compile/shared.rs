//! Workloads of shared calendars: who has subscribed to how many, and how they are synchronized and
//! opened.
//!
//! It knows nothing of a run of synchronization. Invariant: work cycles are in the order of
//! (organization, workload), and what an organization has subscribed to hangs on its own rows.

use crate::engine::id::Id;
use crate::engine::{IdVec, Span, draw};
use crate::model::demand::{Choice, CycleId, SharedCalendars, SynchronizationLaw, WorkCycle};
use crate::model::directory::Mailbox;
use crate::model::federation::Federation;
use crate::model::organization::OrgId;
use crate::model::outcome::Asks;
use crate::model::parameters::SHARE_PARTS;
use crate::model::purpose::Purpose;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::quantity::Share;
use crate::scenario::tree::Table;

use super::ids::Ids;
use super::sharing::level;
use super::workload::{NamedPartners, Partners, asks, gap, members};

/// What the opens of a workload's shared calendars are called: no name of a scenario has a point.
pub(super) fn opens_name(workload: &str) -> String {
    format!("{workload}.opens")
}

/// Keys that say nothing where shared calendars are synchronized, and keys that say nothing elsewhere.
const OF_LOOKUPS: &[&str] = &[
    "rate",
    "rate_per_mailbox",
    "federated_share",
    "attendees",
    "partners",
    "window",
    "view",
    "interval",
];
const OF_SUBSCRIPTIONS: &[&str] = &[
    "subscriptions_per_mailbox",
    "subscriptions",
    "cycle",
    "opens",
    "granted",
    "changes",
];

const OF_INVITATIONS: &[&str] = &["level", "contacts", "opened_after", "reciprocal"];

/// Warns of keys that say nothing.
pub(super) fn check(row: &Table, found: &mut Diagnostics) {
    if asks(row) != Asks::Invitation {
        say_nothing(
            row,
            OF_INVITATIONS,
            r#"any other `asks` than "invitation""#,
            found,
        );
    }
    let (silent, spoken) = match asks(row) {
        Asks::Synchronization => (OF_LOOKUPS, r#"`asks = "synchronization"`"#),
        _ => (
            OF_SUBSCRIPTIONS,
            r#"any other `asks` than "synchronization""#,
        ),
    };
    say_nothing(row, silent, spoken, found);
    if let (Some(place), Some(_)) = (
        row.location("subscriptions_per_mailbox"),
        row.optional_integer("subscriptions"),
    ) {
        let message = "`subscriptions` is given as well, so this says nothing";
        let help = "leave one of the two out";
        found.push(Diagnostic::warning("two-rates", place, message).help(help));
    }
}

fn say_nothing(row: &Table, silent: &[&str], spoken: &str, found: &mut Diagnostics) {
    for key in silent {
        if let Some(place) = row.location(key) {
            let message = format!("with {spoken}, `{key}` says nothing");
            let help = "leave it out, or put it into a workload of its own";
            found.push(Diagnostic::warning("says-nothing", place, message).help(help));
        }
    }
}

/// What shared calendars of a workload are drawn from.
pub(super) fn law(row: &Table) -> SynchronizationLaw {
    let levels = row.shares("granted").into_iter();
    SynchronizationLaw {
        every: row.span("cycle"),
        levels: Choice::new(levels.map(|(word, share)| (level(word), share.parts()))),
        changes: row
            .optional_integer("changes")
            .map(|changes| changes as u32),
    }
}

/// The work cycles of all workloads at all organizations.
pub(super) fn shared_calendars(
    tree: &Table,
    federation: &Federation,
    ids: &Ids,
    found: &mut Diagnostics,
) -> SharedCalendars {
    let mut cycles: Vec<WorkCycle> = Vec::new();
    let mut lists: Vec<OrgId> = Vec::new();
    let mut named = None;
    let mut a_second = 0;
    for (name, row) in tree.named("workload") {
        check(row, found);
        if asks(row) != Asks::Synchronization {
            continue;
        }
        let named = named.get_or_insert_with(|| NamedPartners::of_all(federation));
        let mut workload = federation.workloads.enumerate();
        let workload = workload.find(|(_, known)| &*known.name == name);
        let (workload, _) = workload.expect("each workload has an id");
        let shares = |id: &OrgId| federation.can_have_shared(*id);
        let asked = row.optional_list("to").map(|_| {
            let asked = members(row, "to", federation, ids, found);
            Partners::push(&mut lists, federation, &asked, shares)
        });
        let mut runs = 0;
        let before = cycles.len();
        for organization in members(row, "from", federation, ids, found) {
            let partners = asked.unwrap_or_else(|| {
                let named = named.of(organization);
                Partners::push(&mut lists, federation, named, shares)
            });
            let own_place = partners.place_of(&lists, federation, organization);
            let has_partners = partners.count > u32::from(own_place.is_some());
            let drawn = match has_partners {
                true => subscriptions(row, name, organization, federation),
                false => 0,
            };
            let start = federation.start;
            let mut declared = federation.declared_subscriptions(organization, start);
            if drawn == 0 && declared.next().is_none() && !may_subscribe(federation, organization) {
                continue;
            }
            runs += u64::from(drawn);
            cycles.push(WorkCycle {
                organization,
                workload,
                drawn,
                first_partner: partners.first,
                partner_count: partners.count,
                own_place,
            });
        }
        a_second += runs / (row.span("cycle").nanoseconds() / 1_000_000_000).max(1);
        if a_second > federation.limits.in_flight_max as u64 {
            let place = row.location("cycle").or(row.location("subscriptions"));
            if let Some(place) = place.or(row.location("from")) {
                let message = format!("workloads synchronize {a_second} calendars a second");
                let help = "use a longer cycle; more than `run.in_flight_max` a second are refused";
                found.push(Diagnostic::error("too-many-requests", place, message).help(help));
            }
            break;
        }
        if cycles.len() == before
            && let Some(place) = row.location("from")
        {
            let message = format!("the workload `{name}` synchronizes no calendar");
            let help = "its organizations need mailboxes with subscriptions, and federated partners \
                        that publish calendars";
            found.push(Diagnostic::warning("no-request", place, message).help(help));
        }
    }
    cycles.sort_by_key(|row| (row.organization, row.workload));
    SharedCalendars {
        cycles: IdVec::from_rows(cycles),
        partners: lists.into(),
    }
}

/// Whether a mailbox of an organization subscribes to a calendar at some time: by the time line, or
/// because it may be invited.
fn may_subscribe(federation: &Federation, organization: OrgId) -> bool {
    let mut workloads = federation.workloads.iter();
    if workloads.any(|row| row.companions.is_some()) {
        return true;
    }
    let mut at_random = federation
        .faults
        .iter()
        .flat_map(|f| &f.differences.mailboxes);
    let subscribes = |row: &Mailbox| !row.subscriptions.is_empty();
    if at_random.any(|row| row.with.organization == organization && subscribes(&row.with)) {
        return true;
    }
    let mailboxes = &federation.mailboxes;
    mailboxes.ids().any(|id| {
        let of_it = mailboxes.original(id).organization == organization;
        of_it && {
            let mut changes = mailboxes.changes(id);
            changes.any(|at| !mailboxes.at(id, at).subscriptions.is_empty())
        }
    })
}

/// How many subscriptions the described mailboxes of an organization have. A part of one is one with
/// that chance.
fn subscriptions(row: &Table, name: &str, id: OrgId, federation: &Federation) -> u32 {
    let organization = federation.organizations.original(id);
    let described = organization.described_mailboxes;
    if described == 0 {
        return 0;
    }
    if let Some(count) = row.optional_integer("subscriptions") {
        return count as u32;
    }
    let parts = u128::from(row.share("subscriptions_per_mailbox").parts());
    let all = u128::from(described) * parts;
    let (whole, rest) = (all / u128::from(SHARE_PARTS), all % u128::from(SHARE_PARTS));
    let keys = federation.draw_keys(0);
    let hash = organization
        .hash
        .with(crate::engine::hash::NameHash::of(name).0);
    let bits = keys.bits(Purpose::Subscription, hash, 0);
    let one_more = draw::below(bits, SHARE_PARTS) < rest as u64;
    whole as u32 + u32::from(one_more)
}

/// The mean calendar time between two opens of an organization's shared calendars; none: nobody opens
/// any.
pub(super) fn opens_gap(row: &Table, subscriptions: u32) -> Option<Span> {
    let times = u128::from(subscriptions);
    gap(row.rate("opens"), times, u128::from(Share::ONE)).filter(|_| subscriptions > 0)
}

/// The work cycle of a workload at an organization.
pub(super) fn cycle_of(
    federation: &Federation,
    organization: OrgId,
    workload: &str,
) -> Option<CycleId> {
    let cycles = &federation.shared.cycles;
    let first = cycles.partition_point(|row| row.organization < organization);
    let mut own = (first..cycles.len()).map(CycleId::from_index);
    let mut own = own
        .by_ref()
        .take_while(|&id| cycles[id].organization == organization);
    own.find(|&id| *federation.workloads[cycles[id].workload].name == *workload)
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;

    fn warnings(workloads: &str) -> String {
        let text = format!(
            "fedsim = 1\n[org.contoso]\ndomains = [\"contoso.com\"]\nmailboxes = 10\n\
             [org.fabrikam]\ndomains = [\"fabrikam.com\"]\nsetup = \"unfederated\"\n\
             mailboxes = 10\n{workloads}"
        );
        let scenario = Scenario::parse(&text, "test.toml");
        let compiled = scenario.and_then(|scenario| scenario.compile());
        match compiled {
            Ok(compiled) => compiled.warnings.render_plain(),
            Err(found) => panic!("{found}"),
        }
    }

    #[test]
    fn nobody_shares_who_is_not_federated() {
        let found = warnings(
            "[workload.sharing]\nfrom = [\"contoso\"]\nto = [\"fabrikam\"]\n\
             asks = \"synchronization\"\n",
        );
        let expected = r#"warning[no-request]: the workload `sharing` synchronizes no calendar
  --> test.toml:10:8
   |
10 | from = ["contoso"]
   |        ^^^^^^^^^^^
   |
   = help: its organizations need mailboxes with subscriptions, and federated partners that publish calendars

"#;
        assert_eq!(found, expected);
    }

    #[test]
    fn keys_that_say_nothing_are_told() {
        let found = warnings(
            "[workload.planning]\nfrom = [\"contoso\"]\nto = [\"fabrikam\"]\ncycle = \"1 h\"\n",
        );
        let expected = r#"warning[says-nothing]: with any other `asks` than "synchronization", `cycle` says nothing
  --> test.toml:12:9
   |
12 | cycle = "1 h"
   |         ^^^^^
   |
   = help: leave it out, or put it into a workload of its own

"#;
        assert_eq!(found, expected);
    }
}
