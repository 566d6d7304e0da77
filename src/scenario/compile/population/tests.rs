//! The laws of partner graphs, held to what theory says of their degrees.

use std::collections::BTreeSet;

use crate::engine::Seed;
use crate::engine::draw::DrawKeys;
use crate::engine::hash::NameHash;
use crate::scenario::quantity::Share;

use super::graph::{Law, edges};

fn drawn(law: Law, count: u64) -> Vec<(u32, u32)> {
    let keys = DrawKeys::new(Seed {
        world: 1,
        day: 1,
        replication: 0,
    });
    let members: Vec<NameHash> = (1..=count).map(|n| NameHash::of("p").with(n)).collect();
    edges(law, NameHash::of("market"), &members, &keys)
}

fn degrees(edges: &[(u32, u32)], count: u64) -> Vec<u32> {
    let mut degrees = vec![0; count as usize];
    for &(one, other) in edges {
        degrees[one as usize] += 1;
        degrees[other as usize] += 1;
    }
    degrees
}

fn mean(values: &[u32]) -> f64 {
    values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len() as f64
}

const COUNT: u64 = 20_000;

fn share(percent: u64) -> Share {
    Share::from_parts(percent * Share::ONE / 100).expect("a share")
}

#[test]
fn every_law_makes_each_edge_once_and_none_to_oneself() {
    for law in [
        Law::Random { mean_degree: 6 },
        Law::ScaleFree {
            mean_degree: 5,
            exponent_millionths: 2_500_000,
        },
        Law::Hub { hubs: 4, each: 2 },
        Law::Communities {
            mean_degree: 6,
            size: 10,
            inside: share(50),
        },
    ] {
        for count in [0, 1, 2, 3, 10, 1_000] {
            let edges = drawn(law, count);
            assert!(edges.iter().all(|(one, other)| one < other));
            assert!(edges.iter().all(|&(_, other)| u64::from(other) < count));
            assert_eq!(edges.iter().collect::<BTreeSet<_>>().len(), edges.len());
        }
    }
}

#[test]
fn degrees_of_a_random_graph_are_poisson() {
    let degrees = degrees(&drawn(Law::Random { mean_degree: 8 }, COUNT), COUNT);
    let mean = mean(&degrees);
    // The number of edges has variance 80 000: four standard deviations of the mean are 0.057 × 2.
    assert!((mean - 8.0).abs() < 0.12, "{mean}");
    let squares = degrees
        .iter()
        .map(|&degree| (f64::from(degree) - mean).powi(2));
    let variance = squares.sum::<f64>() / COUNT as f64;
    // A Poisson variance is its mean; its estimate has a standard deviation of 8 √(2 ÷ 20 000) = 0.08.
    assert!((variance - 8.0).abs() < 0.4, "{variance}");
}

#[test]
fn a_small_random_graph_has_its_mean_degree_too() {
    // 200 graphs would do better; one of 60 members has 240 ± 14 edges.
    let edges = drawn(Law::Random { mean_degree: 8 }, 60);
    assert!((180..=300).contains(&edges.len()), "{}", edges.len());
    let complete = drawn(Law::Random { mean_degree: 8 }, 5);
    assert_eq!(complete.len(), 10, "all of five members are partners");
}

#[test]
fn the_tail_of_a_scale_free_graph_has_its_exponent() {
    for (exponent, bounds) in [(2.5, 2.25..2.6), (3.0, 2.65..3.2), (4.0, 3.5..4.2)] {
        let law = Law::ScaleFree {
            mean_degree: 8,
            exponent_millionths: (exponent * 1e6) as u64,
        };
        let degrees = degrees(&drawn(law, COUNT), COUNT);
        let found = mean(&degrees);
        assert!((found - 8.0).abs() < 0.1, "{found}");
        // Theory: the member that joined i-th of n was chosen a ((n ÷ i)^(1 − r) − 1) times, with
        // a = 4 r ÷ (1 − r) = 4 (exponent − 2) for four choices each; so that times + a has a tail of
        // this exponent. Hill's estimate over the 400 largest deviates by (exponent − 1) ÷ √400, and
        // the few first members are chosen less often than once by each: some 0.1 less.
        let shift = 4.0 * (exponent - 2.0) - 4.0;
        let mut chosen: Vec<f64> = degrees
            .iter()
            .map(|&degree| f64::from(degree) + shift)
            .collect();
        chosen.sort_by(f64::total_cmp);
        let tail = &chosen[chosen.len() - 400..];
        let least = tail[0] - 0.5;
        let logs = tail.iter().map(|&degree| libm::log(degree / least));
        let estimate = 1.0 + 400.0 / logs.sum::<f64>();
        assert!(bounds.contains(&estimate), "{exponent}: {estimate}");
    }
}

#[test]
fn spokes_have_their_hubs_and_nobody_else() {
    let edges = drawn(Law::Hub { hubs: 5, each: 2 }, 1_000);
    // 10 edges among five hubs, two of each of 995 spokes.
    assert_eq!(edges.len(), 10 + 2 * 995);
    assert!(edges.iter().all(|&(hub, _)| hub < 5));
    let degrees = degrees(&edges, 1_000);
    assert!(degrees[5..].iter().all(|&degree| degree == 2));
    // Each hub has 2 ÷ 5 of 995 spokes: 398 ± 15.
    assert!(
        degrees[..5]
            .iter()
            .all(|&degree| (330..=470).contains(&degree))
    );
}

#[test]
fn communities_keep_their_share_of_edges_inside() {
    let law = Law::Communities {
        mean_degree: 8,
        size: 50,
        inside: share(75),
    };
    let edges = drawn(law, COUNT);
    let inside = edges
        .iter()
        .filter(|(one, other)| one / 50 == other / 50)
        .count();
    // 20 000 × 8 ÷ 2 = 80 000 edges, three quarters of them inside; deviations of some 250 each.
    assert!((79_000..=81_000).contains(&edges.len()), "{}", edges.len());
    assert!((59_000..=61_000).contains(&inside), "{inside}");
}

#[test]
fn a_graph_that_grows_keeps_the_edges_its_law_keeps() {
    let scale_free = Law::ScaleFree {
        mean_degree: 5,
        exponent_millionths: 2_200_000,
    };
    let communities = Law::Communities {
        mean_degree: 5,
        size: 20,
        inside: share(100),
    };
    let random = Law::Random { mean_degree: 5 };
    for (law, keeps_all) in [
        (scale_free, true),
        (Law::Hub { hubs: 3, each: 1 }, true),
        (communities, true),
        (random, false),
    ] {
        let (before, after) = (drawn(law, 500), drawn(law, 1_000));
        let old: Vec<_> = after.into_iter().filter(|edge| edge.1 < 500).collect();
        if keeps_all {
            assert_eq!(before, old, "{law:?}");
        } else {
            let before: BTreeSet<_> = before.into_iter().collect();
            assert!(old.iter().all(|edge| before.contains(edge)));
            // Half of the partners of each are new now.
            let kept = old.len() as f64 / before.len() as f64;
            assert!((0.42..0.58).contains(&kept), "{kept}");
        }
    }
}
