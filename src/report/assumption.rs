//! Assumptions: defaults that rest on a guess, and that a run made use of.
//!
//! Definition: keys that the scenario leaves out, whose default the key tables tag as a guess, and
//! whose part of the world was touched by the run, as far as its counts tell. It leaves out numbers
//! that rest on documents or observation, and what the scenario sets itself.
//!
//! It knows no values but those of the key tables. Invariant: in doubt an assumption is listed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::Instant;
use crate::model::Federation;
use crate::model::demand::Demand;
use crate::model::network::{DistanceClass, Path};
use crate::model::outcome::{Asks, Leg};
use crate::record::Tally;
use crate::scenario::keys::{Evidence, Kind, Presence};
use crate::scenario::tree::Shape;
use crate::scenario::{Table, Value};

/// A default that rests on a guess.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assumption {
    /// The key, with `*` for names.
    pub key: String,
    /// The default, as it would stand in a file.
    pub value: String,
    /// In how many places it holds.
    pub places: u64,
}

/// The assumptions that a run rests on, in the order of their keys.
pub fn assumptions(effective: &Table, federation: &Federation, tally: &Tally) -> Vec<Assumption> {
    let mut guesses = BTreeMap::new();
    collect(effective, &mut Vec::new(), &mut guesses);
    let world = Touched::of(effective, federation);
    let used = |key: &str| is_used(key, &world, tally);
    let rows = guesses.into_iter().filter(|(key, _)| used(key));
    rows.map(|(key, (value, places))| Assumption {
        key,
        value: value.replace('"', ""),
        places,
    })
    .collect()
}

type Guesses = BTreeMap<String, (&'static str, u64)>;

fn collect(table: &Table, path: &mut Vec<String>, guesses: &mut Guesses) {
    let is_object = match table.shape() {
        Shape::Object(object) => {
            for key in object.keys {
                if let Presence::Default(value, Evidence::Guess) = key.presence
                    && !table.is_given(key.name)
                {
                    let name = [path.as_slice(), &[key.name.to_owned()]].concat().join(".");
                    guesses.entry(name).or_insert((value, 0)).1 += 1;
                }
            }
            true
        }
        Shape::Named(_) => false,
        Shape::Shares(_) | Shape::Expectations => return,
    };
    for (key, entry) in table.iter() {
        // What a change sets is set on purpose, and what it leaves out stays as it was.
        let is_change = match table.shape() {
            Shape::Object(object) => object
                .find(key)
                .is_some_and(|(_, key)| matches!(key.kind, Kind::Set)),
            _ => false,
        };
        if let Value::Table(below) = &entry.value
            && !is_change
        {
            path.push(if is_object { key } else { "*" }.to_owned());
            collect(below, path, guesses);
            path.pop();
        }
    }
}

/// What of a federation a run can touch.
struct Touched {
    /// What may be asked for.
    asked: Vec<Asks>,
    /// The distance classes that its sites lie in.
    classes: Vec<DistanceClass>,
    /// Whether a message's size matters to any link.
    has_bandwidth: bool,
    /// Whether links come from a file.
    has_topology: bool,
    /// Whether ways follow from coordinates.
    has_coordinates: bool,
    /// Whether application pools are started.
    has_policies: bool,
    has_cold_starts: bool,
    /// Whether OAuth certificates end.
    has_ending_oauth_certificates: bool,
}

impl Touched {
    fn of(effective: &Table, federation: &Federation) -> Touched {
        let network = effective.table("network");
        let has_topology = network.table("topology").optional_text("file").is_some();
        let links = federation.network.links();
        let mut all = links.ids().map(|id| links.original(id));
        let has_later = links.ids().any(|id| links.changes(id).next().is_some());
        Touched {
            classes: classes(federation),
            asked: Asks::ALL
                .iter()
                .copied()
                .filter(|&asks| may_ask(federation, asks))
                .collect(),
            has_bandwidth: has_later || all.any(|link| link.bandwidth_bits_per_second.is_some()),
            has_topology,
            has_coordinates: has_topology || network.text("distance") == "coordinates",
            has_policies: has_changing_policies(federation),
            has_cold_starts: !federation.world_events.is_empty(),
            has_ending_oauth_certificates: federation.organizations.ids().any(|id| {
                let ends = federation
                    .organizations
                    .original(id)
                    .oauth
                    .certificate_not_after;
                ends != Instant::NEVER
            }),
        }
    }
}

/// Whether the Sharing Policy Assistant may find something else than before.
fn has_changing_policies(federation: &Federation) -> bool {
    let policies = &federation.sharing_policies;
    let mut at_random = federation.faults.iter();
    at_random.any(|fault| !fault.differences.sharing_policies.is_empty())
        || policies
            .ids()
            .any(|id| policies.changes(id).next().is_some())
}

/// Whether a request of the scenario may ask for this.
fn may_ask(federation: &Federation, asks: Asks) -> bool {
    let drawn = |demand: &Demand| demand.asks == asks;
    let mut workloads = federation.workloads.iter();
    let is_traced = asks == Asks::FreeBusy && !federation.traces.is_empty();
    is_traced
        || federation.requests.iter().any(|row| row.ask.asks == asks)
        || workloads.any(|row| row.demand.as_ref().is_some_and(drawn))
}

/// The distance classes that sites of this federation lie in; all if there are too many to look at.
fn classes(federation: &Federation) -> Vec<DistanceClass> {
    const SITES_MAX: usize = 64;
    let network = &federation.network;
    let mut classes = Vec::new();
    if network.sites().len() > SITES_MAX {
        classes.extend([
            DistanceClass::SameSite,
            DistanceClass::SameCity,
            DistanceClass::SameContinent,
            DistanceClass::Intercontinental,
        ]);
    }
    for from in network.sites().ids().take(SITES_MAX) {
        for to in network.sites().ids().take(SITES_MAX) {
            match network.path(from, to) {
                Path::Distance(class) => classes.push(class),
                // The way of light comes on top of the round trip within a city.
                Path::Straight { .. } => classes.push(DistanceClass::SameCity),
                Path::Routed { .. } | Path::Private(_) => {}
            }
        }
    }
    classes
}

/// Whether a run made use of a key.
fn is_used(key: &str, world: &Touched, tally: &Tally) -> bool {
    let work = &tally.work;
    let arrived = |leg| work.arrived.get(leg) > 0;
    let begun = !work.begun.is_empty();
    let asked = |asks| world.asked.contains(&asks);
    let tokens = &tally.tokens;
    let issued = tokens.issued().count > 0 || !tokens.refused.is_empty();
    let distance = |class| begun && world.classes.contains(&class);
    let last = key.rsplit('.').next().unwrap_or(key);
    match last {
        "applications_per_domain_and_day" => work.begun.get(Leg::Provisioning) > 0,
        _ if key.starts_with("gateway.") => issued,
        _ if key.starts_with("dns.") => work.names.total() > 0,
        "dns_warm" => work.names_cached > 0,
        "dns_cold" => work.names.total() > work.names_cached,
        "tls_cpu" => work.connections_opened > 0,
        "token_validation" | "throttle_external_callers" | "micro_delay" => {
            arrived(Leg::Availability) || arrived(Leg::Autodiscover) || arrived(Leg::GetFolder)
        }
        "autodiscover_service" => arrived(Leg::Autodiscover),
        "availability_fixed" => asked(Asks::FreeBusy) && arrived(Leg::Availability),
        "mail_tips_service" => asked(Asks::MailTips) && arrived(Leg::Availability),
        "mail_delay" | "opened_after" => asked(Asks::Invitation),
        "policy_assistant_cycle" => world.has_policies,
        "photo_service" => asked(Asks::Photos) && arrived(Leg::Availability),
        "delivery_report_service" => asked(Asks::DeliveryReports) && arrived(Leg::Availability),
        "archive_service" => asked(Asks::Archive) && arrived(Leg::Availability),
        "folder_service" => arrived(Leg::GetFolder),
        "folder_service_per_item" => arrived(Leg::GetItem),
        "synchronization_window" => arrived(Leg::SyncFolderItems),
        // Of a workload of shared calendars; of others these say nothing.
        "subscriptions_per_mailbox" | "opens" | "granted" => asked(Asks::Synchronization),
        "inbound_cpu" | "inbound_cpu_per_mailbox" => {
            arrived(Leg::Availability) || arrived(Leg::GetFolder)
        }
        "availability_per_mailbox" | "availability_per_event" => {
            !tally.outcomes.attendees.views.is_empty()
        }
        "events_per_week" => {
            !tally.outcomes.attendees.views.is_empty() || arrived(Leg::SyncFolderItems)
        }
        "pool_cold_start" => world.has_cold_starts,
        "pool_crash_lasts" => world.has_ending_oauth_certificates,
        "oauth_service" => tokens.oauth > 0,
        "rtt_same_site" => distance(DistanceClass::SameSite),
        "rtt_same_city" => distance(DistanceClass::SameCity),
        "rtt_same_continent" => distance(DistanceClass::SameContinent),
        "rtt_intercontinental" => distance(DistanceClass::Intercontinental),
        "route_percent" => begun && world.has_coordinates,
        "overhead" => begun && world.has_topology,
        "rtt_p99_percent" | "loss" | "outbound_cpu" => begun,
        "timestamp_tolerance" | "encrypted_token" => issued,
        "token_cache_margin" | "token_cache_entries" => tokens.reused > 0,
        _ if last.starts_with("mail_tips_re") => asked(Asks::MailTips) && world.has_bandwidth,
        _ if last.starts_with("photo_re") => asked(Asks::Photos) && world.has_bandwidth,
        _ if last.starts_with("further_re") => {
            (asked(Asks::DeliveryReports) || asked(Asks::Archive)) && world.has_bandwidth
        }
        _ if last.starts_with("synchronization_re") => {
            arrived(Leg::GetFolder) && world.has_bandwidth
        }
        _ if is_size(last) => begun && world.has_bandwidth,
        // What else is a parameter or a server's capacity plays a part as soon as there are requests.
        _ => tally.outcomes.requests.sent > 0,
    }
}

/// Whether a key says what a message weighs.
fn is_size(key: &str) -> bool {
    [
        "client_request",
        "token_re",
        "autodiscover_re",
        "availability_re",
        "compressed_share",
    ]
    .iter()
    .any(|start| key.starts_with(start))
}
