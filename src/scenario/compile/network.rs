//! Sites, links, zones, records and resolvers of a tree, as the model holds them.
//!
//! It knows nothing of organizations but their names and hosts. Invariant: every public host has an
//! address record, unless the file says otherwise, and every name with a record lies in a zone.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::engine::hash::NameHash;
use crate::engine::id::Id;
use crate::engine::{IdVec, Span};
use crate::model::dns::{
    FAILURE_LIFE_MAX, HostId, RecordData, RecordSet, RecordType, Resolver, ResolverState, View,
    Zone, ZoneId, ZoneState,
};
use crate::model::network::{
    Carries, Distance, Distances, Link, LinkId, LinkState, OnFailure, Site, SiteId, Straight,
    Variation,
};
use crate::model::organization::OrgId;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::places;
use crate::scenario::quantity::Share;
use crate::scenario::tree::Table;

use super::ids::{GATEWAY_HOSTS, Ids, NOBODY, find, gateway_resolver, own_resolver};
use super::numbers::one_way;

pub(super) fn sites(tree: &Table) -> IdVec<SiteId, Site> {
    let sites = tree.table("network").named("site");
    IdVec::from_rows(
        sites
            .map(|(name, row)| {
                let place = row.optional_text("coordinates");
                let place = place.and_then(|text| places::coordinates(text).ok());
                Site::new(name, row.text("city"), row.text("continent")).at(place)
            })
            .collect(),
    )
}

/// The distance classes, each with its variation and loss.
pub(super) fn distances(tree: &Table, found: &mut Diagnostics) -> Distances {
    let p = tree.table("parameters");
    let percent = p.integer("rtt_p99_percent");
    let variation = match percent {
        100 => Variation::None,
        percent => Variation::P99Percent(percent),
    };
    let loss = probability(p.share("loss"));
    let minimum = p.span("minimum_delay");
    let mut distance = |key: &str| {
        let round_trip = p.span(key);
        let place = p.location(key).or(p.location("minimum_delay"));
        let mut refuse = |code, message: String, help: &str| {
            let diagnostic = match place {
                Some(place) => Diagnostic::error(code, place, message),
                None => Diagnostic::placeless(code, message),
            };
            found.push(diagnostic.help(help));
        };
        let nothing = Distance {
            propagation: Span::ZERO,
            jitter: None,
            loss,
        };
        let distance = match Distance::from_round_trip(round_trip, variation, loss) {
            Ok(distance) => distance,
            Err(error) => {
                let message = format!("`{key}` and `rtt_p99_percent` do not fit: {error}");
                refuse(
                    "bad-distance",
                    message,
                    "give a p99 of at least the median: 100 or more",
                );
                return nothing;
            }
        };
        if distance.propagation < minimum {
            let fixed = distance.propagation;
            let message = format!(
                "the fixed part of half a round trip, {fixed}, is less than `minimum_delay`, {minimum}"
            );
            let help = "messages between two owners of state take at least `minimum_delay`; give a \
                        longer round trip";
            refuse("delay-below-minimum", message, help);
        }
        distance
    };
    let network = tree.table("network");
    let straight = match network.text("distance") {
        "coordinates" => Distance::from_round_trip(Straight::SECOND, variation, loss).ok(),
        _ => None,
    };
    Distances {
        straight: straight.map(|second| Straight {
            base: p.span("rtt_same_city"),
            route_percent: network.integer("route_percent"),
            second,
        }),
        same_site: distance("rtt_same_site"),
        same_city: distance("rtt_same_city"),
        same_continent: distance("rtt_same_continent"),
        intercontinental: distance("rtt_intercontinental"),
    }
}

/// A share as a probability in parts of 2⁶⁴.
fn probability(share: Share) -> u64 {
    let parts = u128::from(share.parts()) << 64;
    u64::try_from(parts / u128::from(Share::ONE)).unwrap_or(u64::MAX)
}

/// Declared links, then private connections; each by name.
pub(super) fn links(tree: &Table, ids: &Ids, found: &mut Diagnostics) -> Vec<Link> {
    let minimum = tree.table("parameters").span("minimum_delay");
    let network = tree.table("network");
    let sites = sites(tree);
    let mut links = Vec::new();
    for (name, row) in network.named("link") {
        let location = network.table("link").key_location(name);
        let Some((one, other)) = name.split_once(" - ") else {
            continue;
        };
        let mut end = |site: &str| {
            let candidates = ids.sites.keys().cloned();
            find(
                &ids.sites,
                &site.to_owned(),
                ("site", site),
                candidates,
                location,
                found,
            )
        };
        let (Some(one), Some(other)) = (end(one), end(other)) else {
            continue;
        };
        let hash = Link::hash_of_ends(&sites[one], &sites[other]);
        let on_failure = match row.text("on_failure") {
            "drop" => OnFailure::Drop,
            _ => OnFailure::Reroute,
        };
        let jitter = row.optional_distribution("jitter");
        links.push(Link {
            jitter,
            on_failure,
            ..link(row, [one, other], hash, Carries::Routes, minimum, found)
        });
    }
    for (name, row) in network.named("private") {
        let location = network.table("private").key_location(name);
        let Some((one, other)) = name.split_once(" - ") else {
            continue;
        };
        let mut end = |organization: &str| {
            let candidates = ids.organizations.keys().cloned();
            let what = ("organization", organization);
            find(
                &ids.organizations,
                &organization.to_owned(),
                what,
                candidates,
                location,
                found,
            )?;
            let row = tree.named("org").find(|(name, _)| *name == organization)?.1;
            Some(ids.sites[row.text("site")])
        };
        let (Some(one), Some(other)) = (end(one), end(other)) else {
            continue;
        };
        let hash = NameHash::of("private").with(NameHash::of(name).0);
        links.push(link(
            row,
            [one, other],
            hash,
            Carries::PrivateTraffic,
            minimum,
            found,
        ));
    }
    links
}

fn link(
    row: &Table,
    ends: [SiteId; 2],
    hash: NameHash,
    carries: Carries,
    minimum: Span,
    found: &mut Diagnostics,
) -> Link {
    let propagation = one_way(row.span("rtt"));
    if propagation < minimum
        && let Some(place) = row.location("rtt")
    {
        let message = format!(
            "half of the round trip, {propagation}, is less than `minimum_delay`, {minimum}"
        );
        let help = "give a longer round trip, or put both ends in one site";
        found.push(Diagnostic::error("delay-below-minimum", place, message).help(help));
    }
    Link {
        ends,
        hash,
        carries,
        propagation,
        jitter: None,
        bandwidth_bits_per_second: row.optional_bandwidth("bandwidth").filter(|&bits| bits > 0),
        loss: probability(row.share("loss")),
        state: match row.text("state") {
            "down" => LinkState::Down,
            _ => LinkState::Up,
        },
        on_failure: OnFailure::Drop,
    }
}

/// The links that pairs of organizations have to themselves.
pub(super) fn private_links(tree: &Table, ids: &Ids) -> FxHashMap<(OrgId, OrgId), LinkId> {
    let network = tree.table("network");
    let first = network.named("link").count();
    let rows = network.named("private").enumerate();
    rows.filter_map(|(number, (name, _))| {
        let (one, other) = name.split_once(" - ")?;
        let (one, other) = (*ids.organizations.get(one)?, *ids.organizations.get(other)?);
        Some((
            (one.min(other), one.max(other)),
            LinkId::from_index(first + number),
        ))
    })
    .collect()
}

pub(super) fn resolvers(tree: &Table, ids: &Ids) -> Vec<Resolver> {
    let declared = tree.table("dns").table("resolver");
    let public_zones = public_apexes(tree).len();
    let mut internal_from = public_zones;
    let mut internal: BTreeMap<&str, Vec<ZoneId>> = BTreeMap::new();
    for (name, row) in tree.table("dns").named("resolver") {
        let count = row.named("zone").count();
        internal.insert(
            name,
            (internal_from..internal_from + count)
                .map(Id::from_index)
                .collect(),
        );
        internal_from += count;
    }
    let home: BTreeMap<String, &str> = tree
        .named("org")
        .map(|(name, row)| (own_resolver(name), row.text("site")))
        .chain(
            tree.named("gateway")
                .map(|(name, row)| (gateway_resolver(name), row.text("site"))),
        )
        .collect();
    let row_of = |name: &String| {
        let row = tree
            .table("dns")
            .named("resolver")
            .find(|(known, _)| known == name)?;
        Some(row.1)
    };
    let defaults = crate::model::dns::ResolverCaps::default();
    ids.resolvers
        .keys()
        .map(|name| {
            let row = declared.get(name).and_then(|_| row_of(name));
            let site = row.map_or_else(|| home[name], |row| row.text("site"));
            Resolver {
                name: name.as_str().into(),
                hash: NameHash::of(name),
                site: ids.sites[site],
                state: match row.map(|row| row.text("state")) {
                    Some("silent") => ResolverState::Silent,
                    Some("servfail") => ResolverState::ServerFailure,
                    _ => ResolverState::Up,
                },
                positive_cap: row.map_or(defaults.positive, |row| row.span("positive_cap")),
                negative_cap: row.map_or(defaults.negative, |row| row.span("negative_cap")),
                failure_life: FAILURE_LIFE_MAX,
                internal: internal.get(name.as_str()).cloned().unwrap_or_default(),
            }
        })
        .collect()
}

/// The apexes of all public zones: declared ones, accepted domains, and the domains in which hosts and
/// records without one of these lie.
fn public_apexes(tree: &Table) -> BTreeMap<String, ()> {
    let mut apexes: BTreeMap<String, ()> = BTreeMap::new();
    for (apex, _) in tree.table("dns").named("zone") {
        apexes.insert(apex.to_owned(), ());
    }
    for (_, organization) in tree.named("org") {
        for (domain, _) in organization.named("accepted_domain") {
            apexes.insert(domain.to_owned(), ());
        }
    }
    let hosts = tree
        .named("org")
        .flat_map(|(_, row)| row.named("host").map(|(host, _)| host));
    let gateways = tree.named("gateway");
    let gateways = gateways.flat_map(|(_, row)| GATEWAY_HOSTS.map(|key| row.text(key)));
    let records = tree.table("dns").named("record");
    let records = records.filter_map(|(name, _)| name.split_once(' ').map(|(name, _)| name));
    for name in hosts.chain(gateways).chain(records) {
        let mut above = name;
        let within = loop {
            if apexes.contains_key(above) {
                break true;
            }
            match above.split_once('.') {
                Some((_, rest)) => above = rest,
                None => break false,
            }
        };
        if !within {
            let parent = name.split_once('.').map_or(name, |(_, rest)| rest);
            apexes.insert(parent.to_owned(), ());
        }
    }
    apexes
}

/// A record as the file or a default gives it.
struct Given {
    data: Option<RecordData>,
    time_to_live: Span,
}

/// All zones, public ones first, and their record sets.
pub(super) fn zones(
    tree: &Table,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> (Vec<Zone>, Vec<RecordSet>) {
    let apexes: Vec<String> = public_apexes(tree).into_keys().collect();
    let declared: BTreeMap<&str, &Table> = tree.table("dns").named("zone").collect();
    let defaults = crate::scenario::read::complete(Table::new(
        crate::scenario::tree::Shape::Object(zone_object()),
    ));
    let mut zones = Vec::new();
    for apex in &apexes {
        let row = declared.get(apex.as_str()).copied().unwrap_or(&defaults);
        zones.push(zone(ids, apex, row, View::Public));
    }
    let mut records: BTreeMap<(usize, String, RecordType), Given> = BTreeMap::new();
    // The closest apex at or above a name.
    let zone_of = |name: &str| {
        let mut above = name;
        loop {
            let found = apexes.binary_search_by(|apex| apex.as_str().cmp(above));
            match found {
                Ok(zone) => return Some(zone),
                Err(_) => above = above.split_once('.')?.1,
            }
        }
    };
    let hosts: Vec<(String, HostId)> = ids
        .hosts
        .iter()
        .map(|(name, &id)| (name.clone(), id))
        .collect();
    for (host, id) in hosts.into_iter().filter(|(host, _)| host != NOBODY) {
        let Some(zone) = zone_of(&host) else { continue };
        let time_to_live = declared
            .get(apexes[zone].as_str())
            .copied()
            .unwrap_or(&defaults)
            .span("ttl");
        let given = Given {
            data: Some(RecordData::Host(id)),
            time_to_live,
        };
        records.insert((zone, host, RecordType::Address), given);
    }
    for (name, row) in tree.table("dns").named("record") {
        let Some((owner, kind)) = name.split_once(' ') else {
            continue;
        };
        let Some(zone) = zone_of(owner) else { continue };
        if let Some((kind, given)) = record(kind, row, ids, found) {
            if kind == RecordType::CanonicalName && row.boolean("exists") {
                // An alias has no other records (RFC 1034 s.3.6.2).
                records.remove(&(zone, owner.to_owned(), RecordType::Address));
                let none = Given {
                    data: None,
                    time_to_live: given.time_to_live,
                };
                records.insert((zone, owner.to_owned(), RecordType::Address), none);
            }
            records.insert((zone, owner.to_owned(), kind), given);
        }
    }
    for (_, resolver) in tree.table("dns").named("resolver") {
        for (apex, view) in resolver.named("zone") {
            let number = zones.len();
            zones.push(zone(ids, apex, &defaults, View::Internal));
            for (name, row) in view.named("record") {
                let Some((owner, kind)) = name.split_once(' ') else {
                    continue;
                };
                if let Some((kind, given)) = record(kind, row, ids, found) {
                    records.insert((number, owner.to_owned(), kind), given);
                }
            }
        }
    }
    let sets = records
        .into_iter()
        .map(|((zone, name, record_type), given)| RecordSet {
            zone: ZoneId::from_index(zone),
            name: ids.names.intern(&name),
            record_type,
            time_to_live: given.time_to_live,
            records: given.data.into_iter().collect(),
        });
    let sets = sets.collect();
    (zones, sets)
}

fn zone_object() -> &'static crate::scenario::keys::Object {
    let (_, key) = crate::scenario::keys::DNS
        .find("zone")
        .expect("the key stands in the table");
    match &key.kind {
        crate::scenario::keys::Kind::Named(named) => match &named.value {
            crate::scenario::keys::Kind::Table(object) => object,
            _ => unreachable!("its rows are tables"),
        },
        _ => unreachable!("it is a named table"),
    }
}

fn zone(ids: &mut Ids, apex: &str, row: &Table, view: View) -> Zone {
    Zone {
        apex: ids.names.intern(apex),
        view,
        state: match row.text("state") {
            "servfail" => ZoneState::ServerFailure,
            "silent" => ZoneState::Silent,
            "absent" => ZoneState::Absent,
            _ => ZoneState::Serving,
        },
        negative_time_to_live: row.span("negative_ttl"),
        propagation: row.span("propagation"),
        extra_delay: row.optional_distribution("delay").map(Box::new),
    }
}

fn record(
    kind: &str,
    row: &Table,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> Option<(RecordType, Given)> {
    let (value, time_to_live) = (row.text("value"), row.span("ttl"));
    let (kind, data) = match kind {
        "A" | "AAAA" => {
            let name = value.to_ascii_lowercase();
            let candidates = ids.hosts.keys().cloned();
            let what = ("public host", value);
            let host = find(
                &ids.hosts,
                &name,
                what,
                candidates,
                row.location("value"),
                found,
            )?;
            (RecordType::Address, RecordData::Host(host))
        }
        "CNAME" => (
            RecordType::CanonicalName,
            RecordData::Canonical(ids.names.intern(value)),
        ),
        "TXT" => (RecordType::Text, RecordData::Text(value.into())),
        _ => {
            let target = ids.names.intern(value);
            let service = RecordData::Service {
                priority: 0,
                weight: 0,
                port: 443,
                target,
            };
            (RecordType::Service, service)
        }
    };
    let data = row.boolean("exists").then_some(data);
    Some((kind, Given { data, time_to_live }))
}
