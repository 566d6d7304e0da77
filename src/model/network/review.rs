//! What a planner wants to know of a network before a run: which links it cannot do without, and
//! when links that are down part sites from each other.
//!
//! It decides nothing in a run, and looks at declared links only. Invariant: where it says that
//! sites are parted, no message passes between them.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::bridges::bridges;
use petgraph::graph::UnGraph;
use petgraph::unionfind::UnionFind;
use petgraph::visit::{EdgeRef, NodeIndexable};

use crate::engine::Instant;
use crate::engine::id::Id;

use super::{Carries, LinkId, LinkState, Network, SiteId};

/// A time during which sites that declared links join cannot reach each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// From when on.
    pub from: Instant,
    /// Until when; [`Instant::NEVER`]: for good.
    pub until: Instant,
    /// The parts, in the order of their first site. Sites of one part reach each other, unless a
    /// link that is down drops what is sent over it; sites of two parts never do. Each part is in
    /// the order of the sites' name hashes.
    pub parts: Vec<Vec<SiteId>>,
}

impl Network {
    /// The links that are up at this instant and whose failure would part sites, by id.
    pub fn bridges(&self, at: Instant) -> Vec<LinkId> {
        let graph = self.links_that_are_up(at);
        let mut found: Vec<LinkId> = bridges(&graph)
            // Petgraph looks at neighbours, and so takes each of two parallel links for a bridge.
            .filter(|edge| graph.edges_connecting(edge.source(), edge.target()).count() == 1)
            .map(|edge| *edge.weight())
            .collect();
        found.sort_unstable();
        found
    }

    /// When links that are down part sites, in order of time, and who is parted.
    pub fn partitions(&self) -> Vec<Partition> {
        let changes: BTreeSet<Instant> = std::iter::once(Instant::EPOCH)
            .chain(self.links.ids().flat_map(|id| self.links.changes(id)))
            .collect();
        let mut found: Vec<Partition> = Vec::new();
        // For each island, where its present partition stands in `found`.
        let mut open: BTreeMap<SiteId, usize> = BTreeMap::new();
        for at in changes {
            for (island, parts) in self.parts_by_island(at) {
                if let Some(&index) = open.get(&island) {
                    if found[index].parts == parts {
                        continue;
                    }
                    found[index].until = at;
                    open.remove(&island);
                }
                if parts.len() > 1 {
                    open.insert(island, found.len());
                    found.push(Partition {
                        from: at,
                        until: Instant::NEVER,
                        parts,
                    });
                }
            }
        }
        found
    }

    /// The sites that reach each other over links that are up, for each island in the order of their
    /// hashes; an island is named by its first site.
    fn parts_by_island(&self, at: Instant) -> Vec<(SiteId, Vec<Vec<SiteId>>)> {
        let graph = self.links_that_are_up(at);
        let mut parts: UnionFind<usize> = UnionFind::new(graph.node_bound());
        for edge in graph.edge_references() {
            parts.union(edge.source().index(), edge.target().index());
        }
        let mut by_island = Vec::new();
        for (first, island) in self.routes.islands() {
            let mut order: Vec<usize> = Vec::new();
            let mut members: BTreeMap<usize, Vec<SiteId>> = BTreeMap::new();
            for (node, site) in island {
                let part = parts.find(node.index());
                if !members.contains_key(&part) {
                    order.push(part);
                }
                members.entry(part).or_default().push(site);
            }
            let ordered = order.iter().filter_map(|part| members.remove(part));
            by_island.push((first, ordered.collect()));
        }
        by_island
    }

    /// Sites, at the index of their node, and the routed links between them that are up.
    fn links_that_are_up(&self, at: Instant) -> UnGraph<SiteId, LinkId> {
        let mut graph = UnGraph::new_undirected();
        let nodes: Vec<_> = self
            .routes
            .sites()
            .map(|site| (site, graph.add_node(site)))
            .collect();
        let node_of: BTreeMap<SiteId, _> = nodes.into_iter().collect();
        for id in self.links.ids() {
            let link = self.links.at(id, at);
            let [one, other] = link.ends;
            if link.carries == Carries::Routes && link.state == LinkState::Up && one != other {
                graph.add_edge(node_of[&one], node_of[&other], id);
            }
        }
        graph
    }
}
