//! Requests that a scenario spells out, and what its time line does beside changing objects.
//!
//! It knows nothing of what becomes of a request. Invariant: a request's identity is its workload, its
//! requester and its number; requests are in the order of (instant, name, number).

use std::collections::BTreeMap;

use crate::engine::hash::NameHash;
use crate::engine::{IdVec, Span};
use crate::model::address::Address;
use crate::model::demand::{
    Ask, Companions, Demand, ExplicitRequest, ExplicitRequestId, Workload, WorkloadId,
};
use crate::model::directory::MailboxKey;
use crate::model::federation::{WorldAction, WorldEvent};
use crate::model::observation::RequestIdentity;
use crate::model::organization::OrgId;
use crate::model::outcome::{Asks, View};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::read::names::suggestion;
use crate::scenario::tree::{Shape, Table, Value};

use super::changes::Changes;
use super::ids::{Ids, find, find_server};
use super::{script, shared, workload};

/// Keys of `[org.NAME]` and of what stands in it that hold for the whole run.
const FIXED: &[(&str, &[&str])] = &[
    (
        "organization",
        &[
            "exchange",
            "windows",
            "setup",
            "site",
            "time_zone",
            "domains",
            "mailboxes",
            "servers",
            "replication_delay",
            "resolver",
            "accepted_domain",
            "contact",
            "mail_user",
            "gateway",
        ],
    ),
    (
        "server",
        &[
            "version",
            "site",
            "threads",
            "queue_max",
            "workers",
            "local_utilization",
            "mean_time_between_failures",
            "mean_time_to_repair",
        ],
    ),
    (
        "gateway",
        &[
            "token_host",
            "metadata_host",
            "provisioning_host",
            "site",
            "data_centres",
            "servers",
            "queue_max",
        ],
    ),
    ("site", &["city", "continent", "coordinates", "time_zone"]),
    ("network", &["distance", "route_percent", "topology"]),
    ("mailbox", &["addresses"]),
];

/// Requests by instant, name and number, with the workloads that they belong to.
pub(super) fn requests(
    tree: &Table,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> (
    IdVec<WorkloadId, Workload>,
    IdVec<ExplicitRequestId, ExplicitRequest>,
) {
    let workloads = workloads(tree, found);
    let mut requests = Vec::new();
    let senders = Senders::of(tree, ids);
    let invitations = tree.named("invitation").map(|row| (row, true));
    let all = tree.named("request").map(|row| (row, false));
    for ((name, row), is_invitation) in all.chain(invitations) {
        let mut known = workloads.enumerate();
        let known = known.find(|(_, known)| &*known.name == name);
        let (workload, _) = known.expect("each request has a workload");
        let from = ids.address(row.text("from"));
        let Some((requester, mailbox)) = requester(tree, row, from, &senders, ids, found) else {
            continue;
        };
        let to: Box<[Address]> = row
            .texts("to")
            .into_iter()
            .map(|address| ids.address(address))
            .collect();
        let server = row.optional_text("server").and_then(|server| {
            let place = row.location("server");
            find_server(ids, requester, server, place, found)
        });
        let every = row.optional_span("every").unwrap_or(Span::ZERO);
        for number in 0..row.integer("count") {
            let identity = RequestIdentity {
                requester,
                workload,
                number: number as u32 + 1,
                attempt: 0,
            };
            requests.push(ExplicitRequest {
                identity,
                at: row.instant("at") + every.times(number),
                ask: match is_invitation {
                    true => invitation(row, from, mailbox),
                    false => ask(row, from, mailbox),
                },
                to: to.clone(),
                server,
            });
        }
        check_instant(tree, row, found);
    }
    // Workloads are in the order of their names, so their ids are.
    requests.sort_by_key(|request| {
        (
            request.at,
            request.identity.workload,
            request.identity.number,
        )
    });
    (workloads, IdVec::from_rows(requests))
}

/// What a request asks.
fn ask(row: &Table, from: Address, mailbox: Option<MailboxKey>) -> Ask {
    Ask {
        from,
        mailbox,
        asks: workload::asks(row),
        window: row.span("window"),
        view: View::from_word(row.text("view")).unwrap_or(View::DetailedMerged),
        interval: row.span("interval"),
        invitation: None,
    }
}

/// What an invitation asks: that what it offers is accepted. Window, view and interval are of calendars.
fn invitation(row: &Table, from: Address, mailbox: Option<MailboxKey>) -> Ask {
    Ask {
        from,
        mailbox,
        asks: Asks::Invitation,
        window: Span::ZERO,
        view: View::FreeBusy,
        interval: Span::ZERO,
        invitation: Some(workload::invitation(row)),
    }
}

/// The workloads of all requests, drawn or spelled out, in the order of their names; after them those to
/// which belongs what follows from invitations.
fn workloads(tree: &Table, found: &mut Diagnostics) -> IdVec<WorkloadId, Workload> {
    let mut demands: BTreeMap<String, (Asks, Option<Demand>)> = BTreeMap::new();
    demands.extend(
        tree.named("request")
            .map(|(name, row)| (name.to_owned(), (workload::asks(row), None))),
    );
    for (name, row) in tree.named("invitation") {
        let spelled_out = (Asks::Invitation, None);
        if demands.insert(name.to_owned(), spelled_out).is_some()
            && let Some(place) = row.location("from")
        {
            let message = format!("`{name}` is an invitation as well as a request");
            let help = "give one of them another name: both name requests in the results";
            found.push(Diagnostic::error("ambiguous-name", place, message).help(help));
        }
        nothing_offered(row, found);
    }
    for (name, row) in tree.named("workload") {
        if workload::asks(row) == Asks::Invitation {
            nothing_offered(row, found);
        }
        let drawn = (workload::asks(row), Some(workload::demand(row)));
        if workload::asks(row) == Asks::Synchronization {
            let opens = Demand {
                asks: Asks::SharedCalendar,
                ..workload::demand(row)
            };
            let opens = (Asks::SharedCalendar, Some(opens));
            demands.insert(shared::opens_name(name), opens);
        }
        let name = name.to_owned();
        if demands.insert(name.clone(), drawn).is_some()
            && let Some(place) = row.location("from")
        {
            let message = format!("`{name}` is a request as well as a workload");
            let help = "give one of them another name: both name requests in the results";
            found.push(Diagnostic::error("ambiguous-name", place, message).help(help));
        }
    }
    for (name, row) in tree.named("trace") {
        if demands
            .insert(name.to_owned(), (Asks::FreeBusy, None))
            .is_some()
            && let Some(place) = row.location("file")
        {
            let message = format!("`{name}` is a trace as well as a request or a workload");
            let help = "give one of them another name: both name requests in the results";
            found.push(Diagnostic::error("ambiguous-name", place, message).help(help));
        }
    }
    if script::are_there(tree)
        && demands
            .insert(script::WORKLOAD.to_owned(), (Asks::FreeBusy, None))
            .is_some()
        && let Some(place) = ["request", "workload", "trace"]
            .into_iter()
            .find_map(|key| tree.table(key).key_location(script::WORKLOAD))
    {
        let message = format!(
            "`{}` is what the cmdlets of administrators go by",
            script::WORKLOAD
        );
        let help = "give it another name";
        found.push(Diagnostic::error("ambiguous-name", place, message).help(help));
    }
    let mut rows = IdVec::new();
    for (name, (asks, demand)) in demands {
        rows.push(Workload {
            hash: NameHash::of(&name),
            name: name.into(),
            asks,
            demand,
            companions: None,
        });
    }
    add_companions(&mut rows);
    rows
}

/// Adds the workloads to which belongs what follows from invitations.
fn add_companions(rows: &mut IdVec<WorkloadId, Workload>) {
    let inviting: Vec<WorkloadId> = rows
        .enumerate()
        .filter(|(_, row)| row.asks == Asks::Invitation)
        .map(|(id, _)| id)
        .collect();
    for id in inviting {
        let mut companion = |what: &str, asks| {
            let name = format!("{}.{what}", rows[id].name);
            rows.push(Workload {
                hash: NameHash::of(&name),
                name: name.into(),
                asks,
                demand: None,
                companions: None,
            })
        };
        let companions = Companions {
            opened: companion("opened", Asks::OpenInvitation),
            returned: companion("returned", Asks::Invitation),
            synchronized: companion("synchronized", Asks::SharedCalendar),
        };
        rows[id].companions = Some(companions);
        // What is sent in return is opened like any other.
        rows[companions.returned].companions = Some(companions);
    }
}

/// An invitation offers a calendar, contacts or both.
fn nothing_offered(row: &Table, found: &mut Diagnostics) {
    if row.text("level") == "None"
        && !row.boolean("contacts")
        && let Some(place) = row.location("level")
    {
        let message = "the invitation offers nothing";
        let help = "offer a level of the calendar, or `contacts = true`";
        found.push(Diagnostic::error("nothing-offered", place, message).help(help));
    }
}

fn check_instant(tree: &Table, row: &Table, found: &mut Diagnostics) {
    let start = tree.table("run").instant("start");
    if row.instant("at") < start
        && let Some(place) = row.location("at")
    {
        let message = "the request is sent before the run starts";
        let help = "give an instant at or after `run.start`, such as `\"+1 min\"`";
        found.push(Diagnostic::error("before-the-start", place, message).help(help));
    }
    let end = start + tree.table("run").span("length");
    if row.instant("at") >= end
        && let Some(place) = row.location("at")
    {
        let message = "the run has ended before the request is sent";
        let help = "give an earlier instant, or a longer `run.length`";
        found.push(Diagnostic::warning("after-the-end", place, message).help(help));
    }
}

/// Who may send requests: declared mailboxes by address, others by their domain.
struct Senders<'t> {
    mailboxes: BTreeMap<&'t str, (OrgId, MailboxKey)>,
    domains: BTreeMap<&'t str, OrgId>,
}

impl<'t> Senders<'t> {
    fn of(tree: &'t Table, ids: &Ids) -> Senders<'t> {
        let (mut mailboxes, mut domains) = (BTreeMap::new(), BTreeMap::new());
        for (name, organization) in tree.named("org") {
            let id = ids.organizations[name];
            for (mailbox, row) in organization.named("mailbox") {
                let key = MailboxKey::Declared(ids.mailboxes[&(id, mailbox.to_owned())]);
                for address in row.texts("addresses") {
                    mailboxes.entry(address).or_insert((id, key));
                }
            }
            for (domain, row) in organization.named("accepted_domain") {
                if row.text("type") == "authoritative" {
                    domains.insert(domain, id);
                }
            }
        }
        Senders { mailboxes, domains }
    }
}

/// The organization whose mailbox a request is sent from, and the mailbox if it is there.
fn requester(
    tree: &Table,
    row: &Table,
    from: Address,
    senders: &Senders<'_>,
    ids: &Ids,
    found: &mut Diagnostics,
) -> Option<(OrgId, Option<MailboxKey>)> {
    let text = row.text("from");
    let (_, domain) = text.rsplit_once('@')?;
    if let Some(&(owner, mailbox)) = senders.mailboxes.get(text) {
        return Some((owner, Some(mailbox)));
    }
    let drawn = || Some(ids.plan.id(ids.plan.owner(domain)?));
    let owner = senders.domains.get(domain).copied().or_else(drawn);
    let described = match from.local {
        crate::model::address::LocalPart::Numbered(number) => Some(MailboxKey::Described(number)),
        crate::model::address::LocalPart::Named(_) => None,
    };
    if owner.is_none()
        && let Some(place) = row.location("from")
    {
        let domains = tree.named("org").flat_map(|(_, row)| row.texts("domains"));
        let help = match suggestion(domain, domains) {
            Some(meant) => format!("did you mean the domain `{meant}`?"),
            None => "a request is sent from a mailbox of an organization of the scenario".into(),
        };
        let message = format!("`{domain}` is a domain of no organization");
        found.push(Diagnostic::error("unknown-domain", place, message).help(help));
    }
    Some((owner?, described))
}

/// What the time line does, by instant.
pub(super) fn world_events(
    changes: &Changes<'_>,
    ids: &Ids,
    found: &mut Diagnostics,
) -> Box<[WorldEvent]> {
    let mut events = Vec::new();
    for procedure in &changes.procedures {
        let entry = procedure.entry;
        let needs: &[&str] = match entry.optional_text("do") {
            Some("server.recycle") => &["org", "server"],
            Some("organization.refresh-metadata") => &["org"],
            _ => &[],
        };
        for key in needs {
            if entry.optional_text(key).is_none()
                && let Some(place) = entry.location("do")
            {
                let message = format!("this procedure needs `{key}`");
                let help = format!("add `{key} = \"…\"` to the entry");
                found.push(Diagnostic::error("incomplete-procedure", place, message).help(help));
            }
        }
        let organization = entry.optional_text("org").and_then(|name| {
            let candidates = ids.organizations.keys().cloned();
            let what = ("organization", name);
            let place = entry.location("org");
            find(
                &ids.organizations,
                &name.to_owned(),
                what,
                candidates,
                place,
                found,
            )
        });
        if let Some(name) = entry.optional_text("gateway") {
            let candidates = ids.gateways.keys().cloned();
            let place = entry.location("gateway");
            find(
                &ids.gateways,
                &name.to_owned(),
                ("gateway", name),
                candidates,
                place,
                found,
            );
        }
        let (Some(organization), Some("server.recycle"), Some(server)) = (
            organization,
            entry.optional_text("do"),
            entry.optional_text("server"),
        ) else {
            continue;
        };
        let place = entry.location("server");
        if let Some(server) = find_server(ids, organization, server, place, found) {
            let action = WorldAction::RecycleServer(server);
            events.push(WorldEvent {
                at: procedure.at,
                action,
            });
        }
    }
    events.into()
}

/// Finds sets that touch what holds for the whole run, or things that are not there from the start.
pub(super) fn check_sets(changes: &Changes<'_>, tree: &Table, found: &mut Diagnostics) {
    for set in changes.all_sets() {
        check_set(set, Some(tree), "", found);
    }
}

fn check_set(set: &Table, tree: Option<&Table>, owner: &str, found: &mut Diagnostics) {
    let fixed = FIXED
        .iter()
        .find(|(name, _)| *name == owner)
        .map_or(&[][..], |(_, keys)| keys);
    for (key, entry) in set.iter() {
        let place = set.key_location(key);
        if let (true, Some(place)) = (fixed.contains(&key), place) {
            let message = format!("`{key}` of {owner} holds for the whole run");
            let help = "set it in the object itself; only the state of things changes in a run";
            found.push(Diagnostic::error("fixed-for-the-run", place, message).help(help));
            continue;
        }
        let Value::Table(inner) = &entry.value else {
            continue;
        };
        let under = tree.and_then(|tree| match &tree.get(key)?.value {
            Value::Table(table) => Some(table),
            _ => None,
        });
        if let (Shape::Named(_), None, Some(place)) = (set.shape(), under, place) {
            let known = tree
                .into_iter()
                .flat_map(|tree| tree.iter().map(|(name, _)| name));
            let help = match suggestion(key, known) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => {
                    "declare it in the file, with `exists = false` if it is to come later".into()
                }
            };
            let message = format!("a change of the world speaks of `{key}`, which is not declared");
            found.push(Diagnostic::error("unknown-name", place, message).help(help));
            continue;
        }
        let owner = match inner.shape() {
            Shape::Object(object) => object.name,
            _ => owner,
        };
        check_set(inner, under, owner, found);
    }
}
