//! Partner graphs: the edges between organizations, drawn by one of four laws.
//!
//! It knows nothing of organizations but the hashes their draws hang on, in the order in which they
//! join. Invariant: what a member draws hangs on its own hash, never on how many members there are; so
//! a graph that grows keeps its edges, but for what its law takes back: see each law.

use crate::engine::draw::{self, DrawKeys};
use crate::engine::hash::NameHash;
use crate::model::purpose::Purpose;
use crate::scenario::quantity::Share;

/// How partners find each other. Degrees are means over all members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Law {
    /// Each pair alike: degrees are Poisson.
    ///
    /// Growth gives some edges of old members to new ones, since the mean degree stays; it never makes
    /// one between two old members. Source: Erdős and Rényi (1959), the limit for many members; the
    /// partner is found by Lamping and Veach, "A fast, minimal memory, consistent hash algorithm"
    /// (2014).
    Random { mean_degree: u64 },
    /// New members choose partners by the edges that others chose to them, or uniformly. Growth keeps
    /// every edge.
    ///
    /// Source: Dorogovtsev, Mendes and Samukhin, "Structure of growing networks with preferential
    /// linking" (2000): with a part r of uniform choices the exponent is 1 + 1 ÷ (1 − r).
    ScaleFree {
        mean_degree: u64,
        exponent_millionths: u64,
    },
    /// The first members are hubs, all joined; each of the others joins some of them. Growth keeps
    /// every edge.
    Hub { hubs: u64, each: u64 },
    /// Members in the order of joining form communities of one size; a share of the edges stays inside.
    ///
    /// Growth keeps edges inside; those between communities are as with the random law. Source: the
    /// planted partition, Condon and Karp (2001), with Poisson degrees.
    Communities {
        mean_degree: u64,
        size: u64,
        inside: Share,
    },
}

/// How often another partner is drawn for one that is taken already.
const TRIES_MAX: u64 = 16;

/// The edges of a graph, each once with the lower member first, ascending.
pub(super) fn edges(
    law: Law,
    graph: NameHash,
    members: &[NameHash],
    keys: &DrawKeys,
) -> Vec<(u32, u32)> {
    let drawn = Drawn {
        graph,
        members,
        keys,
    };
    let mut edges = match law {
        Law::Random { mean_degree } => drawn.random(mean_degree as f64),
        Law::ScaleFree {
            mean_degree,
            exponent_millionths,
        } => drawn.scale_free(mean_degree, exponent_millionths),
        Law::Hub { hubs, each } => drawn.hub(hubs as usize, each),
        Law::Communities {
            mean_degree,
            size,
            inside,
        } => drawn.communities(mean_degree as f64, size as usize, inside),
    };
    for edge in &mut edges {
        *edge = (edge.0.min(edge.1), edge.0.max(edge.1));
    }
    edges.sort_unstable();
    edges.dedup();
    edges
}

struct Drawn<'a> {
    graph: NameHash,
    members: &'a [NameHash],
    keys: &'a DrawKeys,
}

/// Each choice of a member draws at indices of its own: which kind, and which of how many.
#[derive(Clone, Copy)]
enum Choice {
    Count = 0,
    Partner = 1,
    OtherCount = 2,
    Other = 3,
}

impl Drawn<'_> {
    fn entity(&self, member: usize, choice: Choice) -> NameHash {
        let member = self.members[member];
        self.graph.with(member.0).with(choice as u64)
    }

    fn bits(&self, member: usize, choice: Choice, index: u64) -> u64 {
        let entity = self.entity(member, choice);
        self.keys.bits(Purpose::PartnerEdge, entity, index)
    }

    /// A Poisson number, by multiplying uniform ones. A smaller mean never gives a larger number.
    fn poisson(&self, member: usize, choice: Choice, mut mean: f64) -> u64 {
        /// Beyond it the product would leave the range of floating-point numbers.
        const MEAN_MAX: f64 = 500.0;
        let entity = self.entity(member, choice);
        let mut stream = self.keys.stream(Purpose::PartnerEdge, entity, 0);
        let mut number = 0;
        while mean > 0.0 {
            let least = libm::exp(-mean.min(MEAN_MAX));
            mean -= MEAN_MAX;
            let mut product = 1.0;
            loop {
                // In (0, 1]: the upper 53 bits and one.
                product *= ((stream.bits() >> 11) + 1) as f64 / (1_u64 << 53) as f64;
                if product < least {
                    break;
                }
                number += 1;
            }
        }
        number
    }

    fn random(&self, mean_degree: f64) -> Vec<(u32, u32)> {
        let count = self.members.len();
        let mean_own = own_choices(mean_degree, count.saturating_sub(1), count);
        let mut edges = Vec::new();
        for member in 0..count {
            for index in 0..self.poisson(member, Choice::Count, mean_own) {
                let bits = self.bits(member, Choice::Partner, index);
                let partner = jump(bits, count);
                if partner != member {
                    edges.push((member as u32, partner as u32));
                }
            }
        }
        edges
    }

    fn scale_free(&self, mean_degree: u64, exponent_millionths: u64) -> Vec<(u32, u32)> {
        // r = 1 − 1 ÷ (exponent − 1), in parts of 2⁶⁴.
        let beyond_one = u128::from(exponent_millionths.max(2_000_000) - 1_000_000);
        let uniform = (((beyond_one - 1_000_000) << 64) / beyond_one) as u64;
        // Whom the edges so far were made to, in the order they were made.
        let mut chosen: Vec<u32> = Vec::new();
        let mut edges = Vec::new();
        for member in 1..self.members.len() {
            let half = mean_degree % 2 == 1 && self.bits(member, Choice::Count, 0) >> 63 == 1;
            let own = (mean_degree / 2 + u64::from(half)).min(member as u64);
            let from = chosen.len();
            for index in 0..own {
                for attempt in 0..TRIES_MAX {
                    let entity = self.entity(member, Choice::Partner);
                    let index = index * TRIES_MAX + attempt;
                    let [which, whom] = self.keys.block(Purpose::PartnerEdge, entity, index);
                    let partner = if from == 0 || draw::happens(which, uniform) {
                        draw::below(whom, member as u64) as u32
                    } else {
                        chosen[draw::below(whom, from as u64) as usize]
                    };
                    if !chosen[from..].contains(&partner) {
                        chosen.push(partner);
                        edges.push((member as u32, partner));
                        break;
                    }
                }
            }
        }
        edges
    }

    fn hub(&self, hubs: usize, each: u64) -> Vec<(u32, u32)> {
        let hubs = hubs.min(self.members.len());
        let joined =
            (0..hubs).flat_map(|one| (0..one).map(move |other| (one as u32, other as u32)));
        let mut edges: Vec<(u32, u32)> = joined.collect();
        for member in hubs..self.members.len() {
            // Places among the hubs that are taken, ascending: the next is one of the others, all alike.
            let mut taken: Vec<u64> = Vec::new();
            for index in 0..each.min(hubs as u64) {
                let bits = self.bits(member, Choice::Partner, index);
                let place = draw::below_without(bits, hubs as u64, &taken);
                taken.insert(taken.partition_point(|other| *other < place), place);
                edges.push((member as u32, place as u32));
            }
        }
        edges
    }

    fn communities(&self, mean_degree: f64, size: usize, inside: Share) -> Vec<(u32, u32)> {
        let count = self.members.len();
        let inside = mean_degree * inside.as_fraction();
        let own_inside = own_choices(inside, size - 1, size - 1);
        let own_outside = own_choices(mean_degree - inside, count.saturating_sub(size), count);
        let mut edges = Vec::new();
        for member in 0..count {
            let first = member / size * size;
            for index in 0..self.poisson(member, Choice::Count, own_inside) {
                let bits = self.bits(member, Choice::Partner, index);
                let place = first + draw::below(bits, size as u64 - 1) as usize;
                let partner = place + usize::from(place >= member);
                // A place that nobody has taken yet is an edge to come.
                if partner < count {
                    edges.push((member as u32, partner as u32));
                }
            }
            for index in 0..self.poisson(member, Choice::OtherCount, own_outside) {
                let partner = jump(self.bits(member, Choice::Other, index), count);
                if partner / size != member / size {
                    edges.push((member as u32, partner as u32));
                }
            }
        }
        edges
    }
}

/// How many of `among` a member chooses itself on average, so that it has `degree` of `others` as
/// partners. With Poisson numbers each pair is chosen independently of all others, with probability
/// 1 − exp(−2 × own ÷ among).
fn own_choices(degree: f64, others: usize, among: usize) -> f64 {
    /// A graph in which nearly all pairs are joined.
    const PROBABILITY_MAX: f64 = 0.999;
    if others == 0 {
        return 0.0;
    }
    let probability = (degree / others as f64).min(PROBABILITY_MAX);
    -libm::log1p(-probability) * among as f64 / 2.0
}

/// A number below `count`, uniform over keys; with one more to choose from it stays or becomes the new
/// one.
///
/// Source: Lamping and Veach (2014), with the division in whole numbers.
fn jump(mut key: u64, count: usize) -> usize {
    let (mut last, mut next) = (0_u64, 0_u64);
    while next < count as u64 {
        last = next;
        key = key.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        next = ((last + 1) << 31) / ((key >> 33) + 1);
    }
    last as usize
}
