//! Tests of paths, routes and transit. Random networks are a function of the case's number, which
//! every assertion prints.

use petgraph::algo::dijkstra;
use petgraph::graph::{NodeIndex, UnGraph};

use super::*;
use crate::engine::Seed;
use crate::engine::draw::below;
use crate::engine::id::Id;

fn keys() -> DrawKeys {
    DrawKeys::new(Seed {
        world: 1,
        day: 1,
        replication: 0,
    })
}

fn milliseconds(n: u64) -> Span {
    Span::from_milliseconds(n)
}

fn seconds(n: u64) -> Instant {
    Instant::from_seconds(n)
}

fn distances(variation: Variation) -> Distances {
    let distance = |round_trip| {
        Distance::from_round_trip(milliseconds(round_trip), variation, 0).expect("it varies upward")
    };
    Distances {
        same_site: distance(1),
        same_city: distance(5),
        same_continent: distance(35),
        intercontinental: distance(110),
        straight: None,
    }
}

/// Sites and links by name, so that the same network can be written down in another order.
#[derive(Clone, Default)]
struct Plan {
    sites: IdVec<SiteId, Site>,
    links: Revised<LinkId, Link>,
}

impl Plan {
    fn site(&mut self, name: &str) -> SiteId {
        let known = self.sites.enumerate().find(|(_, site)| &*site.name == name);
        match known {
            Some((id, _)) => id,
            None => self.sites.push(Site::new(name, name, "europe")),
        }
    }

    fn link(&mut self, one: &str, other: &str, propagation_ms: u64) -> LinkId {
        let ends = [self.site(one), self.site(other)];
        self.links.push(Link {
            ends,
            hash: Link::hash_of_ends(&self.sites[ends[0]], &self.sites[ends[1]]),
            carries: Carries::Routes,
            propagation: milliseconds(propagation_ms),
            jitter: None,
            bandwidth_bits_per_second: None,
            loss: 0,
            state: LinkState::Up,
            on_failure: OnFailure::Reroute,
        })
    }

    fn revise(&mut self, id: LinkId, at_seconds: u64, change: impl FnOnce(&mut Link)) {
        let at = seconds(at_seconds);
        let mut link = self.links.at(id, at).clone();
        change(&mut link);
        self.links.revise(id, at, link);
    }

    fn compile(&self) -> Network {
        let distances = distances(Variation::None);
        Network::new(self.sites.clone(), self.links.clone(), distances)
    }
}

/// The names of the sites on the way, or none if no route is left.
fn way(network: &Network, from: &str, to: &str, at: Instant) -> Option<Vec<String>> {
    let [from, to] = [from, to].map(|name| find(network, name));
    let path = network.path(from, to);
    if network.state(path, at) == PathState::NoRoute {
        return None;
    }
    let mut here = from;
    let mut way = vec![network.sites()[here].name.to_string()];
    for link in network.links_on(path, at) {
        let ends = network.links().at(link, at).ends;
        here = if ends[0] == here { ends[1] } else { ends[0] };
        way.push(network.sites()[here].name.to_string());
    }
    assert_eq!(here, to, "a route ends where it should");
    Some(way)
}

fn find(network: &Network, name: &str) -> SiteId {
    let mut sites = network.sites().enumerate();
    sites
        .find(|(_, site)| &*site.name == name)
        .expect("known")
        .0
}

fn message(bytes: u64) -> Message {
    Message {
        entity: NameHash::of("contoso"),
        index: 0,
        bytes,
        retransmission_timeout: Span::from_seconds(1),
    }
}

#[test]
fn how_far_apart_sites_are_follows_from_city_and_continent() {
    let mut sites: IdVec<SiteId, Site> = IdVec::new();
    let [berlin, mitte, paris, other_paris] = [
        ("berlin", "berlin", "europe"),
        ("mitte", "berlin", "europe"),
        ("paris", "paris", "europe"),
        ("paris-texas", "paris", "north-america"),
    ]
    .map(|(name, city, continent)| sites.push(Site::new(name, city, continent)));
    let network = Network::new(sites, Revised::new(), distances(Variation::None));
    for (from, to, class, round_trip_ms) in [
        (berlin, berlin, DistanceClass::SameSite, 1),
        (berlin, mitte, DistanceClass::SameCity, 5),
        (paris, mitte, DistanceClass::SameContinent, 35),
        (paris, other_paris, DistanceClass::Intercontinental, 110),
    ] {
        assert_eq!(network.path(from, to), Path::Distance(class));
        assert_eq!(network.path(to, from), Path::Distance(class));
        let floor = network.round_trip_floor(from, to, Instant::EPOCH);
        assert_eq!(floor, Some(milliseconds(round_trip_ms)), "{class:?}");
    }
    assert_eq!(network.least_propagation(), Span::from_microseconds(500));
}

#[test]
fn half_of_the_messages_take_half_of_the_round_trip_and_one_in_a_hundred_its_p99() {
    const MESSAGES: u64 = 40_000;
    let mut sites: IdVec<SiteId, Site> = IdVec::new();
    let berlin = sites.push(Site::new("berlin", "berlin", "europe"));
    let paris = sites.push(Site::new("paris", "paris", "europe"));
    let network = Network::new(sites, Revised::new(), distances(Variation::P99Percent(250)));
    let (path, keys) = (network.path(berlin, paris), keys());
    // A round trip of 35 ms: median 17.5 ms one way, p99 43.75 ms, propagation 14 ms.
    let (mut beyond_median, mut beyond_p99) = (0, 0);
    for index in 0..MESSAGES {
        let message = Message {
            index,
            ..message(1_000)
        };
        let Transit::After(span) = network.transit(path, Instant::EPOCH, &keys, message) else {
            panic!("nothing is lost here");
        };
        assert!(span >= milliseconds(14), "propagation is the floor: {span}");
        beyond_median += u64::from(span > Span::from_microseconds(17_500));
        beyond_p99 += u64::from(span > Span::from_microseconds(43_750));
    }
    // Binomial, four standard deviations: sqrt(40 000 / 4) = 100 and sqrt(40 000 x 0.0099) = 20.
    assert!(beyond_median.abs_diff(20_000) < 400, "{beyond_median}");
    assert!(beyond_p99.abs_diff(400) < 80, "{beyond_p99}");
}

#[test]
fn each_hop_receives_a_message_before_it_sends_it_on() {
    let mut plan = Plan::default();
    let first = plan.link("berlin", "paris", 10);
    let second = plan.link("paris", "madrid", 12);
    plan.links.original_mut(first).bandwidth_bits_per_second = Some(10_000_000);
    plan.links.original_mut(second).bandwidth_bits_per_second = Some(1_000_000);
    let network = plan.compile();
    let path = network.path(find(&network, "berlin"), find(&network, "madrid"));
    // 12 500 bytes = 100 000 bits: 10 ms at 10 Mbit/s, 100 ms at 1 Mbit/s. 10 + 10 + 12 + 100.
    assert_eq!(
        network.transit(path, Instant::EPOCH, &keys(), message(12_500)),
        Transit::After(milliseconds(132))
    );
    // One byte at 3 bit/s takes 8/3 s, rounded up to a nanosecond.
    assert_eq!(transmission(1, Some(3)).nanoseconds(), 2_666_666_667);
}

#[test]
fn each_repetition_waits_twice_as_long_and_the_sixth_loss_is_final() {
    // A static route over a link that is down until a given second.
    for (up_again_at, expected) in [
        (0, Transit::After(milliseconds(10))),
        (1, Transit::After(milliseconds(1_010))),
        (2, Transit::After(milliseconds(3_010))),
        (31, Transit::After(milliseconds(31_010))),
        (32, Transit::Lost),
    ] {
        let mut plan = Plan::default();
        let link = plan.link("berlin", "paris", 10);
        let original = plan.links.original_mut(link);
        (original.state, original.on_failure) = (LinkState::Down, OnFailure::Drop);
        plan.revise(link, 1_000 + up_again_at, |link| link.state = LinkState::Up);
        let network = plan.compile();
        let path = network.path(find(&network, "berlin"), find(&network, "paris"));
        assert_eq!(
            network.transit(path, seconds(1_000), &keys(), message(100)),
            expected,
            "up again after {up_again_at} s"
        );
    }
}

#[test]
fn losses_of_one_message_are_independent_and_as_frequent_as_stated() {
    const MESSAGES: u64 = 20_000;
    let mut plan = Plan::default();
    let link = plan.link("berlin", "paris", 10);
    plan.links.original_mut(link).loss = u64::MAX / 2;
    let network = plan.compile();
    let path = network.path(find(&network, "berlin"), find(&network, "paris"));
    let mut repeated = [0_u64; 7];
    for index in 0..MESSAGES {
        let message = Message {
            index,
            ..message(1)
        };
        // 10 ms after 0, 1, 3, 7, 15 or 31 s.
        let repetitions = match network.transit(path, seconds(5), &keys(), message) {
            Transit::After(span) => (span.nanoseconds() / 1_000_000_000 + 1).ilog2() as usize,
            Transit::Lost => 6,
        };
        repeated[repetitions] += 1;
    }
    // Halves: 10 000, 5 000, 2 500, 1 250, 625, 312.5, and 312.5 lost; four standard deviations.
    for (n, count) in repeated.into_iter().enumerate() {
        let share = 0.5 / (1_u32 << n.min(5)) as f64;
        let mean = MESSAGES as f64 * share;
        let bound = 4.0 * libm::sqrt(mean * (1.0 - share));
        assert!(
            (count as f64 - mean).abs() < bound,
            "{n}: {count}, expected {mean}"
        );
    }
}

#[test]
fn a_link_that_is_down_is_gone_around_and_used_again_when_it_is_back() {
    let mut plan = Plan::default();
    let direct = plan.link("berlin", "paris", 10);
    plan.link("berlin", "brussels", 8);
    plan.link("brussels", "paris", 4);
    plan.revise(direct, 60, |link| link.state = LinkState::Down);
    plan.revise(direct, 120, |link| link.state = LinkState::Up);
    plan.revise(direct, 180, |link| link.propagation = milliseconds(13));
    let network = plan.compile();
    let [berlin, paris] = ["berlin", "paris"].map(|name| find(&network, name));
    for (at, expected, floor_ms) in [
        (0, vec!["berlin", "paris"], 20),
        (59, vec!["berlin", "paris"], 20),
        (60, vec!["berlin", "brussels", "paris"], 24),
        (119, vec!["berlin", "brussels", "paris"], 24),
        (120, vec!["berlin", "paris"], 20),
        (180, vec!["berlin", "brussels", "paris"], 24),
    ] {
        let way = way(&network, "berlin", "paris", seconds(at)).expect("there is a route");
        assert_eq!(way, expected, "at {at} s");
        let floor = network.round_trip_floor(berlin, paris, seconds(at));
        assert_eq!(floor, Some(milliseconds(floor_ms)), "at {at} s");
    }
}

#[test]
fn a_link_that_drops_breaks_its_path_and_one_without_a_detour_leaves_no_route() {
    let mut plan = Plan::default();
    let direct = plan.link("berlin", "paris", 10);
    plan.link("berlin", "brussels", 8);
    plan.link("brussels", "paris", 4);
    let only = plan.link("paris", "madrid", 12);
    plan.links.original_mut(direct).on_failure = OnFailure::Drop;
    for link in [direct, only] {
        plan.revise(link, 60, |link| link.state = LinkState::Down);
    }
    let network = plan.compile();
    let path = |from: &str, to: &str| network.path(find(&network, from), find(&network, to));
    for (from, to, at, expected) in [
        ("berlin", "paris", 0, PathState::Open),
        ("berlin", "paris", 60, PathState::Broken(direct)),
        ("berlin", "brussels", 60, PathState::Open),
        ("paris", "madrid", 0, PathState::Open),
        ("paris", "madrid", 60, PathState::NoRoute),
    ] {
        assert_eq!(network.state(path(from, to), seconds(at)), expected);
        let transit = network.transit(path(from, to), seconds(at), &keys(), message(1));
        assert_eq!(
            transit == Transit::Lost,
            expected != PathState::Open,
            "{from} {to} {at}"
        );
    }
}

#[test]
fn sites_that_no_links_join_keep_their_distance() {
    let mut plan = Plan::default();
    plan.link("berlin", "paris", 10);
    plan.link("oslo", "bergen", 6);
    plan.site("rome");
    let network = plan.compile();
    let path = |from: &str, to: &str| network.path(find(&network, from), find(&network, to));
    let far = Path::Distance(DistanceClass::SameContinent);
    assert_eq!(path("berlin", "oslo"), far);
    assert_eq!(path("berlin", "rome"), far);
    assert_eq!(
        path("rome", "rome"),
        Path::Distance(DistanceClass::SameSite)
    );
    assert_eq!(
        path("paris", "paris"),
        Path::Distance(DistanceClass::SameSite)
    );
    assert!(matches!(path("paris", "berlin"), Path::Routed { .. }));
}

#[test]
fn no_route_leads_over_a_private_connection_but_its_two_ends_may_use_it() {
    let mut plan = Plan::default();
    plan.link("berlin", "paris", 10);
    let private = plan.link("berlin", "paris", 3);
    plan.links.original_mut(private).carries = Carries::PrivateTraffic;
    plan.revise(private, 60, |link| link.state = LinkState::Down);
    let network = plan.compile();
    let public = network.path(find(&network, "berlin"), find(&network, "paris"));
    let transit = |path, at| network.transit(path, seconds(at), &keys(), message(1));
    assert_eq!(transit(public, 0), Transit::After(milliseconds(10)));
    assert_eq!(
        transit(Path::Private(private), 0),
        Transit::After(milliseconds(3))
    );
    assert_eq!(transit(Path::Private(private), 60), Transit::Lost);
    let broken = network.state(Path::Private(private), seconds(60));
    assert_eq!(broken, PathState::Broken(private));
    assert_eq!(network.least_propagation(), Span::from_microseconds(500));
}

/// A random network of up to 14 sites, with short links so that many routes are equally long.
fn random_plan(case: u64) -> Plan {
    let mut bits = keys().stream(Purpose::Loss, NameHash::of("random networks"), case);
    let mut plan = Plan::default();
    let sites = 4 + below(bits.bits(), 11);
    for one in 0..sites {
        plan.site(&format!("site {one}"));
        for other in 0..one {
            if below(bits.bits(), 100) < 30 {
                let propagation = 1 + below(bits.bits(), 4);
                let link = plan.link(
                    &format!("site {one}"),
                    &format!("site {other}"),
                    propagation,
                );
                if below(bits.bits(), 100) < 20 {
                    plan.revise(link, 60, |link| link.state = LinkState::Down);
                }
            }
        }
    }
    plan
}

/// The links that are up, as petgraph sees them.
fn graph(network: &Network, at: Instant) -> UnGraph<(), (LinkId, u64)> {
    let mut graph = UnGraph::new_undirected();
    for _ in network.sites().iter() {
        graph.add_node(());
    }
    for id in network.links().ids() {
        let link = network.links().at(id, at);
        if link.state == LinkState::Up {
            let [one, other] = link.ends.map(|site| NodeIndex::new(site.index()));
            graph.add_edge(one, other, (id, link.propagation.nanoseconds()));
        }
    }
    graph
}

#[test]
fn routes_are_as_short_as_petgraphs_on_random_networks() {
    let mut compared = 0;
    for case in 0..60 {
        let network = random_plan(case).compile();
        for at in [seconds(0), seconds(60)] {
            let graph = graph(&network, at);
            for from in network.sites().ids() {
                let theirs = dijkstra(&graph, NodeIndex::new(from.index()), None, |edge| {
                    edge.weight().1
                });
                for to in network.sites().ids().filter(|&to| to != from) {
                    let path = network.path(from, to);
                    let theirs = theirs.get(&NodeIndex::new(to.index())).copied();
                    if matches!(path, Path::Distance(_)) {
                        assert_eq!(theirs, None, "case {case}: {from:?} to {to:?}");
                        continue;
                    }
                    let ours = network.propagation(path, at).map(Span::nanoseconds);
                    assert_eq!(ours, theirs, "case {case}: {from:?} to {to:?} at {at:?}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 2_000, "the comparison is not empty: {compared}");
}

#[test]
fn the_way_back_is_the_way_there_and_neither_hangs_on_the_order_of_writing() {
    for case in 0..60 {
        let plan = random_plan(case);
        let network = plan.compile();
        let mut reversed = Plan::default();
        for id in plan.links.ids().rev() {
            let link = plan.links.original(id);
            let [one, other] = link.ends.map(|site| &plan.sites[site].name);
            let propagation = link.propagation.nanoseconds() / 1_000_000;
            let copy = reversed.link(other, one, propagation);
            if plan.links.changes(id).next().is_some() {
                reversed.revise(copy, 60, |link| link.state = LinkState::Down);
            }
        }
        let reversed = reversed.compile();
        for (from, to) in pairs(&reversed) {
            for at in [seconds(0), seconds(60)] {
                let there = way(&network, &from, &to, at);
                let mut back = way(&network, &to, &from, at);
                back.iter_mut().for_each(|way| way.reverse());
                assert_eq!(there, back, "case {case}");
                assert_eq!(there, way(&reversed, &from, &to, at), "case {case}");
            }
        }
    }
}

#[test]
fn a_site_that_is_added_at_the_edge_moves_no_route_and_no_message_of_others() {
    for case in 0..60 {
        let plan = random_plan(case);
        let mut larger = Plan::default();
        larger.link("an added site", "site 0", 1);
        for id in plan.links.ids() {
            let link = plan.links.original(id);
            let [one, other] = link.ends.map(|site| &plan.sites[site].name);
            let copy = larger.link(one, other, link.propagation.nanoseconds() / 1_000_000);
            larger.links.original_mut(copy).jitter = jitter();
        }
        let mut plan = plan;
        for id in plan.links.ids() {
            plan.links.original_mut(id).jitter = jitter();
        }
        let (network, larger) = (plan.compile(), larger.compile());
        for (from, to) in pairs(&network) {
            let at = seconds(0);
            assert_eq!(
                way(&network, &from, &to, at),
                way(&larger, &from, &to, at),
                "case {case}"
            );
            let transit = |network: &Network| {
                let path = network.path(find(network, &from), find(network, &to));
                network.transit(path, at, &keys(), message(1_000))
            };
            assert_eq!(transit(&network), transit(&larger), "case {case}");
        }
    }
}

fn jitter() -> Option<Distribution> {
    Some(Distribution::lognormal(milliseconds(1), milliseconds(5)).expect("p99 above median"))
}

/// All pairs of sites at which links end.
fn pairs(network: &Network) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for (from, one) in network.sites().enumerate() {
        for (to, other) in network.sites().enumerate() {
            if from != to && matches!(network.path(from, to), Path::Routed { .. }) {
                pairs.push((one.name.to_string(), other.name.to_string()));
            }
        }
    }
    pairs
}

#[test]
fn bridges_are_the_links_whose_failure_parts_sites() {
    for case in 0..60 {
        let network = random_plan(case).compile();
        let graph = graph(&network, seconds(0));
        let whole = petgraph::algo::connected_components(&graph);
        let without = |link: LinkId| {
            let kept = |_, weight: &(LinkId, u64)| (weight.0 != link).then_some(());
            petgraph::algo::connected_components(&graph.filter_map(|_, _| Some(()), kept))
        };
        let mut links = network.links().ids();
        let expected: Vec<LinkId> = links
            .by_ref()
            .filter(|&link| without(link) > whole)
            .collect();
        assert_eq!(network.bridges(seconds(0)), expected, "case {case}");
    }
}

#[test]
fn two_links_side_by_side_are_no_bridges() {
    let mut plan = Plan::default();
    plan.link("berlin", "paris", 10);
    plan.link("paris", "berlin", 11);
    let madrid = plan.link("paris", "madrid", 11);
    assert_eq!(plan.compile().bridges(Instant::EPOCH), [madrid]);
}

#[test]
fn a_partition_lasts_until_a_link_is_back() {
    let mut plan = Plan::default();
    let north = plan.link("oslo", "berlin", 10);
    let south = plan.link("berlin", "rome", 10);
    plan.revise(north, 60, |link| link.state = LinkState::Down);
    plan.revise(south, 90, |link| link.state = LinkState::Down);
    plan.revise(north, 120, |link| link.loss = 7);
    plan.revise(north, 150, |link| link.state = LinkState::Up);
    let network = plan.compile();
    let named = |parts: &Vec<Vec<SiteId>>| -> Vec<Vec<&str>> {
        let mut parts: Vec<Vec<&str>> = parts
            .iter()
            .map(|part| {
                let mut names: Vec<&str> = part
                    .iter()
                    .map(|&site| &*network.sites()[site].name)
                    .collect();
                names.sort_unstable();
                names
            })
            .collect();
        parts.sort_unstable();
        parts
    };
    let found: Vec<_> = network
        .partitions()
        .iter()
        .map(|partition| (partition.from, partition.until, named(&partition.parts)))
        .collect();
    assert_eq!(
        found,
        [
            (
                seconds(60),
                seconds(90),
                vec![vec!["berlin", "rome"], vec!["oslo"]]
            ),
            (
                seconds(90),
                seconds(150),
                vec![vec!["berlin"], vec!["oslo"], vec!["rome"]]
            ),
            (
                seconds(150),
                Instant::NEVER,
                vec![vec!["berlin", "oslo"], vec!["rome"]]
            ),
        ]
    );
}
