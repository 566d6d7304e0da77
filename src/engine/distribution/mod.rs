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

mod gamma;
mod inversion;
mod normal;
mod zipf;

use std::fmt;

use super::draw::{DrawKeys, Purpose};
use super::hash::NameHash;
use super::time::Span;

pub use gamma::Gamma;
pub use inversion::{Exponential, Lognormal, Uniform};
pub use zipf::Zipf;

/// How a span varies from one time to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
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

/// The nearest whole number of nanoseconds, saturating.
fn rounded(nanoseconds: f64) -> Span {
    debug_assert!(nanoseconds >= 0.0, "a sample is a number and not negative");
    Span::from_nanoseconds((nanoseconds + 0.5) as u64)
}
