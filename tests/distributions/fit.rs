//! Whether a million samples follow the distribution function, along indices and along entities.

use fedsim::engine::distribution::{Empirical, Pareto, Weibull};
use fedsim::engine::draw::DrawStream;
use fedsim::engine::{Distribution, Span, Zipf};

use super::statistics::{
    KOLMOGOROV_ONCE_IN_1000, chi_square, chi_square_below, gamma_below, kolmogorov, normal_below,
};
use super::{Numbered, contoso, keys};

const SAMPLES: u64 = 1_000_000;

/// Kolmogorov–Smirnov along the indices of one entity and along neighbouring entities, and the mean
/// of the samples against the mean of the distribution, whose standard deviation is given in means.
fn check(distribution: Distribution, deviation_in_means: f64, below: impl Fn(f64) -> f64) {
    let keys = keys();
    let along_indices: Vec<u64> = (0..SAMPLES)
        .map(|index| distribution.sample(&keys, Numbered(3), contoso(), index))
        .map(Span::nanoseconds)
        .collect();
    let along_entities: Vec<u64> = (0..SAMPLES)
        .map(|part| distribution.sample(&keys, Numbered(3), contoso().with(part), 0))
        .map(Span::nanoseconds)
        .collect();
    for (along, mut samples) in [("indices", along_indices), ("entities", along_entities)] {
        let sum: u128 = samples.iter().map(|&sample| u128::from(sample)).sum();
        let mean = sum as f64 / SAMPLES as f64 / distribution.mean().nanoseconds() as f64;
        let errors = (mean - 1.0) / deviation_in_means * libm::sqrt(SAMPLES as f64);
        assert!(
            errors.abs() < 3.29, // once in a thousand
            "{distribution} along {along}: the mean is {errors} standard errors off"
        );
        let statistic = kolmogorov(&mut samples, &below);
        assert!(
            statistic < KOLMOGOROV_ONCE_IN_1000,
            "{distribution} along {along}: {statistic}"
        );
    }
}

#[test]
fn uniform_spans_follow_the_uniform_distribution() {
    let (low, high) = (Span::from_seconds(1), Span::from_seconds(4));
    let uniform = Distribution::uniform(low, high).expect("low below high");
    // The deviation is width ÷ √12: √3 ÷ 2 s on a mean of 2.5 s.
    check(uniform, libm::sqrt(3.0) / 5.0, |x| (x - 1e9) / 3e9);
}

#[test]
fn exponential_spans_follow_the_exponential_distribution() {
    let exponential = Distribution::exponential(Span::from_minutes(20)).expect("a mean");
    check(exponential, 1.0, |x| 1.0 - libm::exp(-x / 1.2e12));
}

#[test]
fn lognormal_spans_follow_the_lognormal_distribution() {
    for (median, p99) in [(180_000_000, 1_800_000_000), (5_000_000_000, 6_000_000_000)] {
        let span = Span::from_nanoseconds;
        let lognormal = Distribution::lognormal(span(median), span(p99)).expect("p99 above");
        // 99 % of the standard normal distribution lie below 2.326347874040841.
        let sigma = libm::log(p99 as f64 / median as f64) / 2.326_347_874_040_841;
        let deviation = libm::sqrt(libm::exp(sigma * sigma) - 1.0);
        check(lognormal, deviation, |x| {
            normal_below(libm::log(x / median as f64) / sigma)
        });
    }
}

#[test]
fn gamma_spans_follow_the_gamma_distribution() {
    // So long a mean that a nanosecond is short even for the many short samples of shape 0.3.
    let mean = Span::from_seconds(1_000_000);
    for shape in [0.3, 1.0, 2.5, 100.0] {
        let gamma = Distribution::gamma(mean, shape).expect("a shape in range");
        check(gamma, 1.0 / libm::sqrt(shape), |x| {
            gamma_below(shape, x / 1e15 * shape)
        });
    }
}

#[test]
fn weibull_spans_follow_the_weibull_distribution() {
    let scale = Span::from_seconds(1_000_000);
    for shape in [0.5, 1.0, 3.0] {
        let weibull = Weibull::with_scale(shape, scale).expect("a shape in range");
        // Variance ÷ mean²: Γ(1 + 2 ÷ k) ÷ Γ(1 + 1 ÷ k)² − 1.
        let mean = libm::tgamma(1.0 + 1.0 / shape);
        let variance = libm::tgamma(1.0 + 2.0 / shape) / (mean * mean) - 1.0;
        check(Distribution::Weibull(weibull), libm::sqrt(variance), |x| {
            1.0 - libm::exp(-libm::pow(x / 1e15, shape))
        });
    }
}

#[test]
fn pareto_spans_follow_the_pareto_distribution() {
    for shape in [5.0, 40.0] {
        let pareto = Pareto::with_shape(shape, Span::from_seconds(1)).expect("a shape in range");
        // Variance ÷ mean²: 1 ÷ (a (a − 2)).
        let deviation = 1.0 / libm::sqrt(shape * (shape - 2.0));
        check(Distribution::Pareto(pareto), deviation, |x| {
            1.0 - libm::pow(1e9 / x, shape)
        });
    }
}

#[test]
fn measured_spans_come_out_as_often_as_they_were_measured() {
    let seconds = Span::from_seconds;
    let empirical = Empirical::interpolated("", [0, 2, 3, 3, 11].map(seconds).into());
    let empirical = Distribution::Empirical(empirical.expect("it has values"));
    // Pieces of a quarter each: 0 to 2, 2 to 3, all 3, 3 to 11. Mean: (1 + 2.5 + 3 + 7) ÷ 4 = 3.375;
    // mean square: (4 ÷ 3 + 19 ÷ 3 + 9 + 163 ÷ 3) ÷ 4 = 17.75; deviation: √(17.75 − 3.375²).
    let deviation = libm::sqrt(17.75 - 3.375 * 3.375) / 3.375;
    let keys = keys();
    let sum: f64 = (0..SAMPLES)
        .map(|index| empirical.sample(&keys, Numbered(6), contoso(), index))
        .map(Span::as_seconds)
        .sum();
    let errors = (sum / SAMPLES as f64 / 3.375 - 1.0) / deviation * libm::sqrt(SAMPLES as f64);
    assert!(errors.abs() < 3.29, "{errors}");

    let weights = [7, 5, 0, 1];
    let pairs = (1..).map(seconds).zip(weights).collect();
    let weighted = Empirical::weighted("", pairs).expect("it has weights");
    let weighted = Distribution::Empirical(weighted);
    let mut counts = [0; 4];
    for index in 0..SAMPLES {
        let sample = weighted.sample(&keys, Numbered(6), contoso(), index);
        counts[(sample.nanoseconds() / 1_000_000_000) as usize - 1] += 1;
    }
    assert_eq!(counts[2], 0);
    let counts = [counts[0], counts[1], counts[3]];
    let statistic = chi_square(&counts, |cell| {
        [7.0, 5.0, 1.0][cell] / 13.0 * SAMPLES as f64
    });
    let level = chi_square_below(statistic, 2);
    assert!((0.0005..0.9995).contains(&level), "{level}");
}

/// The chance of each rank from 1, by summation.
fn chances(ranks: u32, exponent: f64) -> Vec<f64> {
    let weight = |rank: u32| {
        if exponent == 1.0 {
            1.0 / f64::from(rank)
        } else {
            libm::pow(f64::from(rank), -exponent)
        }
    };
    let weights: Vec<f64> = (1..=ranks).map(weight).collect();
    let sum: f64 = weights.iter().rev().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

/// The cell of a rank: each of the first 64 by itself, then 8 cells for each doubling.
fn cell(rank: u32) -> usize {
    if rank <= 64 {
        return rank as usize - 1;
    }
    let doubling = rank.ilog2();
    let eighth = (rank >> (doubling - 3)) & 7;
    64 + (doubling as usize - 6) * 8 + eighth as usize
}

/// Chi-square of single ranks and of pairs of neighbours.
fn check_zipf(zipf: Zipf, chances: &[f64], along: &str, stream: impl Fn(u64) -> DrawStream) {
    let ranks: Vec<u32> = (0..SAMPLES)
        .map(|part| zipf.sample(&mut stream(part)))
        .collect();
    for (what, level) in [
        ("ranks", level_of_ranks(&ranks, chances)),
        ("pairs", level_of_pairs(&ranks, chances)),
    ] {
        assert!(
            (0.0005..0.9995).contains(&level),
            "{what} of {zipf} along {along}: {level}"
        );
    }
}

/// Chi-square of the cells; one with fewer than ten expected samples is joined with the next.
fn level_of_ranks(ranks: &[u32], chances: &[f64]) -> f64 {
    let cells = 1 + cell(chances.len() as u32);
    let (mut counts, mut expected) = (vec![0; cells], vec![0.0; cells]);
    for &rank in ranks {
        counts[cell(rank)] += 1;
    }
    for (rank, chance) in (1..).zip(chances) {
        expected[cell(rank)] += ranks.len() as f64 * chance;
    }
    let (mut joined_counts, mut joined_expected) = (Vec::new(), Vec::new());
    let (mut count, mut expectation) = (0, 0.0);
    for (more, more_expected) in counts.into_iter().zip(expected) {
        count += more;
        expectation += more_expected;
        if expectation >= 10.0 {
            joined_counts.push(std::mem::take(&mut count));
            joined_expected.push(std::mem::take(&mut expectation));
        }
    }
    *joined_counts.last_mut().expect("a cell") += count;
    *joined_expected.last_mut().expect("a cell") += expectation;
    let statistic = chi_square(&joined_counts, |cell| joined_expected[cell]);
    chi_square_below(statistic, joined_counts.len() - 1)
}

/// Ranks in up to eight classes of about equal size, each against its neighbour: a dependence
/// between neighbouring streams would show here.
fn level_of_pairs(ranks: &[u32], chances: &[f64]) -> f64 {
    let mut class_of = Vec::new();
    let mut class_chances: Vec<f64> = Vec::new();
    let (mut sum, mut eighth) = (0.0, usize::MAX);
    for chance in chances {
        let middle = ((sum + chance / 2.0) * 8.0) as usize;
        if middle.min(7) != eighth {
            eighth = middle.min(7);
            class_chances.push(0.0);
        }
        *class_chances.last_mut().expect("a class") += chance;
        class_of.push(class_chances.len() - 1);
        sum += chance;
    }
    let classes = class_chances.len();
    let mut counts = vec![0; classes * classes];
    for pair in ranks.chunks_exact(2) {
        let class = |rank: u32| class_of[rank as usize - 1];
        counts[class(pair[0]) * classes + class(pair[1])] += 1;
    }
    let pairs = (ranks.len() / 2) as f64;
    let statistic = chi_square(&counts, |cell| {
        pairs * class_chances[cell / classes] * class_chances[cell % classes]
    });
    chi_square_below(statistic, counts.len() - 1)
}

#[test]
fn ranks_follow_zipfs_law_and_neighbouring_streams_do_not_know_each_other() {
    let keys = keys();
    for (ranks, exponent) in [
        (1_000, 0.0),
        (1_000, 0.8),
        (100, 1.0),
        (1_000, 2.0),
        (10_000_000, 1.0),
    ] {
        let zipf = Zipf::new(ranks, exponent).expect("valid parameters");
        let chances = chances(ranks, exponent);
        check_zipf(zipf, &chances, "indices", |index| {
            keys.stream(Numbered(4), contoso(), index)
        });
        check_zipf(zipf, &chances, "entities", |part| {
            keys.stream(Numbered(4), contoso().with(part), 0)
        });
    }
}

#[test]
fn a_single_rank_is_always_drawn_and_the_last_of_many_can_be() {
    let keys = keys();
    let one = Zipf::new(1, 1.0).expect("valid parameters");
    let flat = Zipf::new(3, 0.0).expect("valid parameters");
    let mut seen = [false; 3];
    for index in 0..1_000 {
        let mut stream = keys.stream(Numbered(5), contoso(), index);
        assert_eq!(one.sample(&mut stream), 1);
        seen[flat.sample(&mut stream) as usize - 1] = true;
    }
    assert_eq!(seen, [true; 3]);
}
