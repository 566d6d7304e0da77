//! Distributions of spans, and Zipf's law for ranks: each sample a function of (keys, purpose,
//! entity, index).
//!
//! It knows no units in text and no purposes by name. Everything is integers or the pinned `libm`;
//! the platform's own logarithms differ in the last bit from machine to machine and would move
//! results. Invariant: equal parameters and equal draws give the same nanoseconds for ever; hashes
//! of a million samples of each distribution stand under test.
//!
//! Where a distribution can be inverted, a sample takes one draw, and a larger draw gives a sample
//! that is no smaller: two settings that are compared see the same day.

mod empirical;
mod gamma;
mod inversion;
mod normal;
mod tailed;
mod zipf;

use std::fmt;

use super::draw::{DrawKeys, Purpose};
use super::hash::NameHash;
use super::time::Span;

pub use empirical::Empirical;
pub use gamma::Gamma;
pub use inversion::{Exponential, Lognormal, Uniform};
pub use tailed::{Pareto, ParetoGiven, Weibull, WeibullGiven};
pub use zipf::Zipf;

/// How a span varies from one time to the next.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Always the same.
    Constant(Span),
    /// Each whole nanosecond between two ends, both included, alike.
    Uniform(Uniform),
    /// Without memory: times between independent events.
    Exponential(Exponential),
    /// Its logarithm is normal: service and network times with a long tail.
    Lognormal(Lognormal),
    /// A sum of exponentials, continued to any shape: less or more regular than one.
    Gamma(Gamma),
    /// Times to failure, and times with a tail between exponential and power.
    Weibull(Weibull),
    /// A power-law tail: sizes and rare long times.
    Pareto(Pareto),
    /// Spans that were measured.
    Empirical(Empirical),
}

impl Distribution {
    /// Always `span`.
    pub const fn constant(span: Span) -> Distribution {
        Distribution::Constant(span)
    }

    /// Uniform from `low` to `high`, both included.
    ///
    /// # Errors
    /// If `high` is below `low`.
    pub fn uniform(low: Span, high: Span) -> Result<Distribution, DistributionError> {
        Uniform::new(low, high).map(Distribution::Uniform)
    }

    /// Exponential with this mean.
    ///
    /// # Errors
    /// If the mean is zero.
    pub fn exponential(mean: Span) -> Result<Distribution, DistributionError> {
        Exponential::new(mean).map(Distribution::Exponential)
    }

    /// Lognormal: half of the samples are below `median`, 99 % below `p99`.
    ///
    /// # Errors
    /// If the median is zero, or `p99` is below it.
    pub fn lognormal(median: Span, p99: Span) -> Result<Distribution, DistributionError> {
        Lognormal::new(median, p99).map(Distribution::Lognormal)
    }

    /// Gamma with this mean and shape; its coefficient of variation is 1 ÷ √shape. A shape of 1 is
    /// exponential, a whole shape k is Erlang with k stages.
    ///
    /// # Errors
    /// If the mean is zero, or the shape is not from 0.001 to 1 000 000.
    pub fn gamma(mean: Span, shape: f64) -> Result<Distribution, DistributionError> {
        Gamma::new(mean, shape).map(Distribution::Gamma)
    }

    /// The sample of this purpose, entity and index, rounded to a nanosecond and saturating.
    pub fn sample<P: Purpose>(
        &self,
        keys: &DrawKeys,
        purpose: P,
        entity: NameHash,
        index: u64,
    ) -> Span {
        match self {
            Distribution::Constant(span) => *span,
            Distribution::Uniform(uniform) => uniform.at(keys.bits(purpose, entity, index)),
            Distribution::Exponential(exponential) => {
                exponential.at(keys.bits(purpose, entity, index))
            }
            Distribution::Lognormal(lognormal) => lognormal.at(keys.bits(purpose, entity, index)),
            Distribution::Gamma(gamma) => gamma.sample(&mut keys.stream(purpose, entity, index)),
            Distribution::Weibull(weibull) => weibull.at(keys.bits(purpose, entity, index)),
            Distribution::Pareto(pareto) => pareto.at(keys.bits(purpose, entity, index)),
            Distribution::Empirical(empirical) => empirical.at(keys.bits(purpose, entity, index)),
        }
    }

    /// The mean of all samples, saturating.
    pub fn mean(&self) -> Span {
        match self {
            Distribution::Constant(span) => *span,
            Distribution::Uniform(uniform) => uniform.mean(),
            Distribution::Exponential(exponential) => exponential.mean(),
            Distribution::Lognormal(lognormal) => lognormal.mean(),
            Distribution::Gamma(gamma) => gamma.mean(),
            Distribution::Weibull(weibull) => weibull.mean(),
            Distribution::Pareto(pareto) => pareto.mean(),
            Distribution::Empirical(empirical) => empirical.mean(),
        }
    }
}

/// Prints as a person would say it: `250 ms`, `lognormal with median 180 ms and p99 1.8 s`.
impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Distribution::Constant(span) => span.fmt(f),
            Distribution::Uniform(uniform) => {
                let (low, high) = (uniform.low(), uniform.high());
                write!(f, "uniform from {low} to {high}")
            }
            Distribution::Exponential(exponential) => {
                write!(f, "exponential with mean {}", exponential.mean())
            }
            Distribution::Lognormal(lognormal) => {
                let (median, p99) = (lognormal.median(), lognormal.p99());
                write!(f, "lognormal with median {median} and p99 {p99}")
            }
            Distribution::Gamma(gamma) => {
                let (mean, shape) = (gamma.mean(), gamma.shape());
                write!(f, "gamma with mean {mean} and shape {shape}")
            }
            Distribution::Weibull(weibull) => weibull.fmt(f),
            Distribution::Pareto(pareto) => pareto.fmt(f),
            Distribution::Empirical(empirical) => empirical.fmt(f),
        }
    }
}

/// Why there is no such distribution. Its text names the value and the remedy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DistributionError {
    /// The upper end of a uniform distribution lies below the lower.
    HighBelowLow {
        /// The lower end.
        low: Span,
        /// The upper end.
        high: Span,
    },
    /// A mean of zero.
    MeanZero,
    /// A median of zero.
    MedianZero,
    /// The 99th percentile of a lognormal distribution lies below its median.
    P99BelowMedian {
        /// The median.
        median: Span,
        /// The 99th percentile.
        p99: Span,
    },
    /// A scale of zero.
    ScaleZero,
    /// A minimum of zero.
    MinimumZero,
    /// The 99th percentile of a Pareto distribution lies below its minimum.
    P99BelowMinimum {
        /// The minimum.
        minimum: Span,
        /// The 99th percentile.
        p99: Span,
    },
    /// The shape of a Weibull or Pareto distribution, given or computed, out of its range.
    TailShape {
        /// The shape.
        shape: f64,
        /// The lowest.
        low: f64,
        /// The highest.
        high: f64,
    },
    /// No measured values, or none with a weight above zero.
    NoValues,
    /// Weights whose sum is beyond 2⁶⁴.
    WeightsTooLarge,
    /// A gamma distribution's shape out of its range.
    ShapeOutOfRange(f64),
    /// Zipf's law over no ranks.
    NoRanks,
    /// The exponent of Zipf's law out of its range.
    ExponentOutOfRange(f64),
}

impl fmt::Display for DistributionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DistributionError::HighBelowLow { low, high } => {
                write!(f, "high `{high}` is below low `{low}`: swap the two")
            }
            DistributionError::MeanZero => {
                write!(f, "mean `0 s` is not above zero: use the constant `0 s`")
            }
            DistributionError::MedianZero => {
                write!(f, "median `0 s` is not above zero: use the constant `0 s`")
            }
            DistributionError::P99BelowMedian { median, p99 } => {
                write!(
                    f,
                    "p99 `{p99}` is below the median `{median}`: raise p99 to `{median}` or more"
                )
            }
            DistributionError::ScaleZero => {
                write!(f, "scale `0 s` is not above zero: use the constant `0 s`")
            }
            DistributionError::MinimumZero => {
                write!(f, "minimum `0 s` is not above zero: use `1 us` or more")
            }
            DistributionError::P99BelowMinimum { minimum, p99 } => {
                write!(
                    f,
                    "p99 `{p99}` is below the minimum `{minimum}`: raise p99 above `{minimum}`"
                )
            }
            DistributionError::TailShape { shape, low, high } => {
                write!(
                    f,
                    "shape `{shape}` is out of range: give parameters with a shape from {low} to \
                     {high}"
                )
            }
            DistributionError::NoValues => {
                write!(
                    f,
                    "there are no values: give at least one with a weight above zero"
                )
            }
            DistributionError::WeightsTooLarge => {
                write!(
                    f,
                    "the sum of the weights is beyond 2^64: use smaller weights"
                )
            }
            DistributionError::ShapeOutOfRange(shape) => {
                let (low, high) = (Gamma::SHAPE_MIN, Gamma::SHAPE_MAX);
                write!(
                    f,
                    "shape `{shape}` is out of range: use a number from {low} to {high}"
                )
            }
            DistributionError::NoRanks => {
                write!(f, "`0` ranks leave nothing to choose: use 1 or more")
            }
            DistributionError::ExponentOutOfRange(exponent) => {
                let high = Zipf::EXPONENT_MAX;
                write!(
                    f,
                    "exponent `{exponent}` is out of range: use a number from 0 to {high}"
                )
            }
        }
    }
}

impl std::error::Error for DistributionError {}

/// A number strictly between 0 and 1 on these bits: one of 2⁵² midpoints, symmetric about ½, so
/// that neither it nor 1 minus it is ever zero or rounded.
fn open_unit(bits: u64) -> f64 {
    const CELL: f64 = 1.0 / (1u64 << 52) as f64;
    ((bits >> 12) as f64 + 0.5) * CELL
}

/// e to the power of `x`. The pinned library's `exp2` takes less than half the time of its `exp`.
fn exp(x: f64) -> f64 {
    libm::exp2(x * std::f64::consts::LOG2_E)
}

/// The nearest whole number of nanoseconds, saturating.
fn rounded(nanoseconds: f64) -> Span {
    debug_assert!(nanoseconds >= 0.0, "a sample is a number and not negative");
    Span::from_nanoseconds((nanoseconds + 0.5) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::draw::Seed;

    const MS: fn(u64) -> Span = Span::from_milliseconds;

    #[derive(Clone, Copy)]
    struct TestPurpose;

    impl Purpose for TestPurpose {
        fn number(self) -> u8 {
            0
        }
        fn belongs_to_world(self) -> bool {
            false
        }
    }

    fn keys() -> DrawKeys {
        DrawKeys::new(Seed {
            world: 1,
            day: 1,
            replication: 0,
        })
    }

    #[test]
    fn a_distribution_prints_as_a_person_would_say_it() {
        for (distribution, text) in [
            (Ok(Distribution::constant(MS(250))), "250 ms"),
            (
                Distribution::uniform(MS(1), MS(1_500)),
                "uniform from 1 ms to 1.5 s",
            ),
            (
                Distribution::exponential(Span::from_minutes(20)),
                "exponential with mean 20 min",
            ),
            (
                Distribution::lognormal(MS(180), MS(1_800)),
                "lognormal with median 180 ms and p99 1.8 s",
            ),
            (
                Distribution::gamma(MS(40), 2.5),
                "gamma with mean 40 ms and shape 2.5",
            ),
        ] {
            assert_eq!(distribution.map(|d| d.to_string()), Ok(text.to_owned()));
        }
        for (tailed, text) in [
            (
                Weibull::with_scale(0.7, MS(40)).map(Distribution::Weibull),
                "Weibull with shape 0.7 and scale 40 ms",
            ),
            (
                Weibull::with_quantiles(MS(40), MS(900)).map(Distribution::Weibull),
                "Weibull with median 40 ms and p99 900 ms",
            ),
            (
                Pareto::with_shape(1.5, MS(40)).map(Distribution::Pareto),
                "Pareto with shape 1.5 and minimum 40 ms",
            ),
        ] {
            assert_eq!(tailed.map(|d| d.to_string()), Ok(text.to_owned()));
        }
        assert_eq!(
            Zipf::new(1_000, 1.1).map(|zipf| zipf.to_string()),
            Ok("Zipf over 1000 ranks with exponent 1.1".to_owned())
        );
    }

    #[test]
    fn a_distribution_that_cannot_be_is_refused_with_the_value_and_the_remedy() {
        let zero = Span::ZERO;
        for (refused, text) in [
            (
                Distribution::uniform(MS(5), MS(1)).err(),
                "high `1 ms` is below low `5 ms`: swap the two",
            ),
            (
                Distribution::exponential(zero).err(),
                "mean `0 s` is not above zero: use the constant `0 s`",
            ),
            (
                Distribution::lognormal(zero, MS(1)).err(),
                "median `0 s` is not above zero: use the constant `0 s`",
            ),
            (
                Distribution::lognormal(MS(5), MS(1)).err(),
                "p99 `1 ms` is below the median `5 ms`: raise p99 to `5 ms` or more",
            ),
            (
                Distribution::gamma(zero, 2.0).err(),
                "mean `0 s` is not above zero: use the constant `0 s`",
            ),
            (
                Distribution::gamma(MS(1), -1.0).err(),
                "shape `-1` is out of range: use a number from 0.001 to 1000000",
            ),
            (
                Distribution::gamma(MS(1), f64::NAN).err(),
                "shape `NaN` is out of range: use a number from 0.001 to 1000000",
            ),
            (
                Weibull::with_median(0.05, MS(1)).err(),
                "shape `0.05` is out of range: give parameters with a shape from 0.1 to 100",
            ),
            (
                Weibull::with_quantiles(MS(5), MS(5)).err(),
                "shape `inf` is out of range: give parameters with a shape from 0.1 to 100",
            ),
            (
                Weibull::with_scale(1.0, zero).err(),
                "scale `0 s` is not above zero: use the constant `0 s`",
            ),
            (
                Pareto::with_p99(MS(5), MS(4)).err(),
                "p99 `4 ms` is below the minimum `5 ms`: raise p99 above `5 ms`",
            ),
            (
                Pareto::with_shape(2.0, zero).err(),
                "minimum `0 s` is not above zero: use `1 us` or more",
            ),
            (
                Zipf::new(0, 1.0).err(),
                "`0` ranks leave nothing to choose: use 1 or more",
            ),
            (
                Zipf::new(10, 10.5).err(),
                "exponent `10.5` is out of range: use a number from 0 to 10",
            ),
        ] {
            assert_eq!(
                refused.map(|error| error.to_string()).as_deref(),
                Some(text)
            );
        }
    }

    #[test]
    fn the_mean_is_that_of_the_parameters_and_saturates() {
        // Lognormal: σ = ln(10) ÷ Φ⁻¹(0.99) = 2.302585 ÷ 2.326348 = 0.989785;
        // mean = 180 ms · exp(σ² ÷ 2) = 180 ms · exp(0.489838) = 293.7692 ms.
        let lognormal = Distribution::lognormal(MS(180), MS(1_800)).expect("p99 above median");
        let error = lognormal.mean().as_seconds() - 0.293_769_2;
        assert!(error.abs() < 1e-6, "{}", lognormal.mean());
        let wide = Distribution::lognormal(Span::from_nanoseconds(1), Span::MAX);
        for (distribution, mean) in [
            (Ok(Distribution::constant(MS(3))), MS(3)),
            (Distribution::uniform(MS(2), MS(4)), MS(3)),
            (Distribution::uniform(Span::ZERO, Span::MAX), {
                Span::MAX.divided_by(2)
            }),
            (Distribution::exponential(MS(3)), MS(3)),
            (Distribution::gamma(MS(3), 0.5), MS(3)),
            (wide, Span::MAX),
        ] {
            assert_eq!(distribution.map(|d| d.mean()), Ok(mean));
        }
    }

    #[test]
    fn inversion_keeps_the_order_of_the_draws_and_covers_the_range() {
        let all = u64::MAX;
        let uniform = Uniform::new(MS(1), MS(2)).expect("low below high");
        assert_eq!((uniform.at(0), uniform.at(all)), (MS(1), MS(2)));
        let whole = Uniform::new(Span::ZERO, Span::MAX).expect("low below high");
        assert_eq!((whole.at(0), whole.at(all)), (Span::ZERO, Span::MAX));

        // The first and last of 2⁵² cells: −ln(1 − 2⁻⁵³) and −ln 2⁻⁵³ = 36.7368 means.
        let exponential = Exponential::new(Span::from_seconds(1)).expect("mean above zero");
        assert_eq!(exponential.at(0), Span::ZERO);
        assert_eq!(exponential.at(all).nanoseconds() / 100_000, 367_368);

        let lognormal = Lognormal::new(MS(10), MS(100)).expect("p99 above median");
        let mut before = [Span::ZERO; 3];
        for step in 0..=4_096u64 {
            let bits = step.saturating_mul(1 << 52);
            let now = [uniform.at(bits), exponential.at(bits), lognormal.at(bits)];
            assert!(before.iter().zip(&now).all(|(b, n)| b <= n), "at {bits:#x}");
            before = now;
        }
    }

    #[test]
    fn quantiles_of_tailed_distributions_are_those_that_were_given() {
        let median = 1 << 63;
        let p99 = (0.99 * libm::exp2(64.0)) as u64;
        let near = |got: Span, expected: Span| {
            let ratio = got.as_seconds() / expected.as_seconds();
            assert!((ratio - 1.0).abs() < 1e-9, "{got} is not {expected}");
        };
        let weibull = Weibull::with_quantiles(MS(180), MS(1_800)).expect("p99 above median");
        near(weibull.at(median), MS(180));
        near(weibull.at(p99), MS(1_800));
        near(
            Weibull::with_median(0.7, MS(9))
                .expect("a shape")
                .at(median),
            MS(9),
        );
        // −ln(1 − ½) = 0.693147180559945 scales at a shape of 1.
        let exponential = Weibull::with_scale(1.0, Span::from_seconds(1)).expect("a shape");
        near(exponential.at(median), Span::from_nanoseconds(693_147_181));
        near(exponential.mean(), Span::from_seconds(1));
        let pareto = Pareto::with_p99(MS(10), MS(1_000)).expect("p99 above the minimum");
        // A factor of 100 = 100^(1 ÷ shape) means a shape of 1, whose mean is infinite.
        assert_eq!((pareto.shape(), pareto.mean()), (1.0, Span::MAX));
        near(pareto.at(p99), MS(1_000));
        near(pareto.at(median), MS(20));
        assert_eq!(pareto.at(0), MS(10));
        // 3 ÷ 2 minima at a shape of 3.
        let third = Pareto::with_shape(3.0, MS(10)).expect("a shape");
        assert_eq!(third.mean(), MS(15));
    }

    #[test]
    fn a_lognormal_without_spread_is_its_median() {
        let lognormal = Lognormal::new(MS(10), MS(10)).expect("p99 not below median");
        for bits in [0, 1 << 63, u64::MAX] {
            assert_eq!(lognormal.at(bits), MS(10));
        }
    }

    #[test]
    fn samples_beyond_the_range_saturate() {
        let lognormal = Lognormal::new(Span::from_days(100), Span::MAX).expect("p99 above median");
        assert_eq!(lognormal.at(u64::MAX), Span::MAX);
        let exponential = Exponential::new(Span::MAX).expect("mean above zero");
        assert_eq!(exponential.at(u64::MAX), Span::MAX);
    }

    #[test]
    fn the_extreme_shapes_of_gamma_can_be_sampled() {
        let keys = keys();
        let sum = |shape| {
            let gamma = Distribution::gamma(MS(1), shape).expect("a shape in range");
            (0..1_000)
                .map(|index| gamma.sample(&keys, TestPurpose, NameHash::of("a"), index))
                .map(|span| span.nanoseconds() as f64)
                .sum::<f64>()
        };
        // A thousand samples of mean 1 ms; the coefficient of variation of the sum is
        // 1 ÷ √(1000 · shape): 1 at the lowest shape, 0.00003 at the highest.
        assert!(sum(Gamma::SHAPE_MIN) < 6e9);
        assert!((sum(Gamma::SHAPE_MAX) / 1e9 - 1.0).abs() < 1.5e-4);
    }
}
