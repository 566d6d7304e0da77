//! Routes over declared links: the least propagation, then the fewest hops, then the least sum of
//! the links' name hashes.
//!
//! The last rule decides between routes of equal length. It is a sum, so that parts of a best route
//! are best routes and the way back is the way there; it knows names only, so that a link elsewhere
//! decides nothing. Routes hold for an epoch, the time between two changes of links, and are solved
//! when they are first asked for, all routes to one site at once.
//!
//! It knows nothing of messages. Invariant: a route is a function of the links between the sites of
//! its island and of their state at the instant, never of dense ids or of who asked first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::OnceLock;

use crate::engine::{IdVec, Instant, Span};

use super::super::revised::Revised;
use super::{Carries, Link, LinkId, LinkState, OnFailure, Site, SiteId};

crate::define_id! {
    /// A site that a declared link ends at. Nodes are in the order of their names' hashes.
    NodeId;
    /// A state that the links are in during one epoch or several.
    StateId;
}

/// All routes of a network.
#[derive(Debug)]
pub(super) struct Routes {
    /// The nodes, and the island (the set of sites that links join) that each is part of.
    nodes: IdVec<NodeId, Node>,
    node_of: IdVec<SiteId, Option<NodeId>>,
    /// When each epoch but the first begins, and the state in it.
    epochs: Vec<(Instant, StateId)>,
    states: IdVec<StateId, State>,
}

#[derive(Debug)]
struct Node {
    site: SiteId,
    island: NodeId,
    links: Vec<(LinkId, NodeId)>,
}

/// The state of all links, and the routes that were asked for in it.
#[derive(Debug)]
struct State {
    /// What it costs to cross each link; none: no route leads over it.
    costs: IdVec<LinkId, Option<Cost>>,
    towards: IdVec<NodeId, OnceLock<Tree>>,
}

/// The first step of each node's route towards one node; none at that node itself, and where no
/// route leads there.
type Tree = IdVec<NodeId, Option<(LinkId, NodeId)>>;

/// What a route costs; the less the better, in the order of the fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    propagation: Span,
    hops: u32,
    names: u128,
}

impl Cost {
    fn plus(self, other: Cost) -> Cost {
        Cost {
            propagation: self.propagation + other.propagation,
            hops: self.hops + other.hops,
            names: self.names + other.names,
        }
    }
}

impl Routes {
    /// Finds the islands and the epochs; solves nothing yet.
    pub(super) fn new(sites: &IdVec<SiteId, Site>, links: &Revised<LinkId, Link>) -> Routes {
        let (nodes, node_of) = nodes(sites, links);
        let mut known: BTreeMap<Vec<Option<Span>>, StateId> = BTreeMap::new();
        let mut states = IdVec::new();
        let mut epochs: Vec<(Instant, StateId)> = Vec::new();
        for begins in epoch_beginnings(links) {
            let usable: Vec<_> = links.ids().map(|id| usable(links.at(id, begins))).collect();
            let state = *known
                .entry(usable)
                .or_insert_with_key(|usable| states.push(State::new(usable, links, nodes.len())));
            if epochs.last().is_none_or(|last| last.1 != state) {
                epochs.push((begins, state));
            }
        }
        Routes {
            nodes,
            node_of,
            epochs,
            states,
        }
    }

    /// Whether declared links join the two sites, if all of them are up.
    pub(super) fn join(&self, one: SiteId, other: SiteId) -> bool {
        match (self.node_of[one], self.node_of[other]) {
            (Some(one), Some(other)) => self.nodes[one].island == self.nodes[other].island,
            _ => false,
        }
    }

    /// The links from one site to another at this instant, in order; none if no route is left, or
    /// if declared links do not join them at all.
    pub(super) fn route(&self, from: SiteId, to: SiteId, at: Instant) -> Option<Route<'_>> {
        let (from, to) = (self.node_of[from]?, self.node_of[to]?);
        let state = &self.states[self.state_at(at)];
        let tree = state.towards[to].get_or_init(|| self.solve(state, to));
        (from == to || tree[from].is_some()).then_some(Route { tree, node: from })
    }

    /// The sites at which links end, each at the index of its node.
    pub(super) fn sites(&self) -> impl Iterator<Item = SiteId> {
        self.nodes.iter().map(|node| node.site)
    }

    /// The islands, each with its first site, and its sites in the order of their hashes.
    pub(super) fn islands(&self) -> impl Iterator<Item = (SiteId, Vec<(NodeId, SiteId)>)> {
        let mut islands: BTreeMap<NodeId, Vec<(NodeId, SiteId)>> = BTreeMap::new();
        for (id, node) in self.nodes.enumerate() {
            islands
                .entry(node.island)
                .or_default()
                .push((id, node.site));
        }
        islands.into_values().map(|island| (island[0].1, island))
    }

    fn state_at(&self, at: Instant) -> StateId {
        let next = self.epochs.partition_point(|epoch| epoch.0 <= at);
        self.epochs[next - 1].1
    }

    /// Dijkstra from the destination: links are the same in both directions.
    fn solve(&self, state: &State, to: NodeId) -> Tree {
        let mut best: IdVec<NodeId, Option<Cost>> = IdVec::filled(None, self.nodes.len());
        let mut tree: Tree = IdVec::filled(None, self.nodes.len());
        let mut open = BinaryHeap::new();
        best[to] = Some(Cost::default());
        open.push(Reverse((Cost::default(), to)));
        while let Some(Reverse((cost, node))) = open.pop() {
            if best[node] != Some(cost) {
                continue;
            }
            for &(link, neighbour) in &self.nodes[node].links {
                let Some(step) = state.costs[link] else {
                    continue;
                };
                let candidate = cost.plus(step);
                if best[neighbour].is_none_or(|known| candidate < known) {
                    best[neighbour] = Some(candidate);
                    tree[neighbour] = Some((link, node));
                    open.push(Reverse((candidate, neighbour)));
                }
            }
        }
        tree
    }
}

impl State {
    fn new(usable: &[Option<Span>], links: &Revised<LinkId, Link>, nodes: usize) -> State {
        let costs = links.ids().zip(usable).map(|(id, propagation)| {
            propagation.map(|propagation| Cost {
                propagation,
                hops: 1,
                names: u128::from(links.original(id).hash.0),
            })
        });
        State {
            costs: IdVec::from_rows(costs.collect()),
            towards: IdVec::from_rows((0..nodes).map(|_| OnceLock::new()).collect()),
        }
    }
}

/// The links of a route, in the order of travel.
#[derive(Clone, Debug)]
pub(super) struct Route<'a> {
    tree: &'a Tree,
    node: NodeId,
}

impl Iterator for Route<'_> {
    type Item = LinkId;

    fn next(&mut self) -> Option<LinkId> {
        let (link, next) = self.tree[self.node]?;
        self.node = next;
        Some(link)
    }
}

/// What routing makes of a link: its propagation, or none if no route leads over it now.
fn usable(link: &Link) -> Option<Span> {
    let routed = link.carries == Carries::Routes;
    let avoided = link.state == LinkState::Down && link.on_failure == OnFailure::Reroute;
    (routed && !avoided).then_some(link.propagation)
}

/// The beginning of time, and each instant at which a link changes.
fn epoch_beginnings(links: &Revised<LinkId, Link>) -> BTreeSet<Instant> {
    let changes = links.ids().flat_map(|id| links.changes(id));
    std::iter::once(Instant::EPOCH).chain(changes).collect()
}

/// The sites at which routed links end, in the order of their hashes, with islands.
fn nodes(
    sites: &IdVec<SiteId, Site>,
    links: &Revised<LinkId, Link>,
) -> (IdVec<NodeId, Node>, IdVec<SiteId, Option<NodeId>>) {
    let routed = || {
        links
            .ids()
            .map(|id| (id, links.original(id)))
            .filter(|(_, link)| link.carries == Carries::Routes && link.ends[0] != link.ends[1])
    };
    let ends: BTreeSet<_> = routed()
        .flat_map(|(_, link)| link.ends)
        .map(|site| (sites[site].hash, &sites[site].name, site))
        .collect();
    let mut node_of = IdVec::filled(None, sites.len());
    let mut nodes: IdVec<NodeId, Node> = IdVec::new();
    for (_, _, site) in ends {
        let island = nodes.next_id();
        node_of[site] = Some(nodes.push(Node {
            site,
            island,
            links: Vec::new(),
        }));
    }
    for (id, link) in routed() {
        let [one, other] = link
            .ends
            .map(|site| node_of[site].expect("links end at nodes"));
        nodes[one].links.push((id, other));
        nodes[other].links.push((id, one));
    }
    mark_islands(&mut nodes);
    (nodes, node_of)
}

/// An island bears the id of its first node.
fn mark_islands(nodes: &mut IdVec<NodeId, Node>) {
    let mut seen: IdVec<NodeId, bool> = IdVec::filled(false, nodes.len());
    for first in nodes.ids() {
        let mut open = vec![first];
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut seen[node], true) {
                continue;
            }
            nodes[node].island = first;
            open.extend(nodes[node].links.iter().map(|&(_, neighbour)| neighbour));
        }
    }
}
