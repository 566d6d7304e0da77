//! Distributions that are sampled by inverting their distribution function at one draw.
//!
//! They know nothing of keys and purposes: 64 uniform bits go in. Invariant: a sample never falls
//! when the bits rise.

use super::normal::inverse_normal;
use super::{DistributionError, exp, open_unit, rounded};
use crate::engine::time::Span;

/// Each whole nanosecond from `low` to `high` alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uniform {
    low: Span,
    high: Span,
}

impl Uniform {
    pub(super) fn new(low: Span, high: Span) -> Result<Uniform, DistributionError> {
        if high < low {
            return Err(DistributionError::HighBelowLow { low, high });
        }
        Ok(Uniform { low, high })
    }

    /// The lowest sample.
    pub const fn low(&self) -> Span {
        self.low
    }

    /// The highest sample.
    pub const fn high(&self) -> Span {
        self.high
    }

    pub(super) fn mean(&self) -> Span {
        let half_width = self.high.saturating_sub(self.low).divided_by(2);
        self.low + half_width
    }

    pub(super) fn at(&self, bits: u64) -> Span {
        // In 128 bits, because the width of the whole range is 2⁶⁴.
        let width = u128::from(self.high.saturating_sub(self.low).nanoseconds()) + 1;
        let above_low = (u128::from(bits) * width) >> 64;
        self.low + Span::from_nanoseconds(above_low as u64)
    }
}

/// The exponential distribution with a mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exponential {
    mean: Span,
}

impl Exponential {
    pub(super) fn new(mean: Span) -> Result<Exponential, DistributionError> {
        if mean == Span::ZERO {
            return Err(DistributionError::MeanZero);
        }
        Ok(Exponential { mean })
    }

    /// Its mean.
    pub const fn mean(&self) -> Span {
        self.mean
    }

    pub(super) fn at(&self, bits: u64) -> Span {
        rounded(self.mean.nanoseconds() as f64 * -libm::log(1.0 - open_unit(bits)))
    }
}

/// The lognormal distribution with a median and a 99th percentile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lognormal {
    median: Span,
    p99: Span,
    /// The standard deviation of the logarithm: ln(p99 ÷ median) ÷ Φ⁻¹(0.99).
    sigma: f64,
}

impl Lognormal {
    pub(super) fn new(median: Span, p99: Span) -> Result<Lognormal, DistributionError> {
        if median == Span::ZERO {
            return Err(DistributionError::MedianZero);
        }
        if p99 < median {
            return Err(DistributionError::P99BelowMedian { median, p99 });
        }
        let ratio = p99.nanoseconds() as f64 / median.nanoseconds() as f64;
        Ok(Lognormal {
            median,
            p99,
            sigma: libm::log(ratio) / inverse_normal(0.99),
        })
    }

    /// The span that half of the samples stay below.
    pub const fn median(&self) -> Span {
        self.median
    }

    /// The span that 99 % of the samples stay below.
    pub const fn p99(&self) -> Span {
        self.p99
    }

    pub(super) fn mean(&self) -> Span {
        self.median_times_exp(self.sigma * self.sigma / 2.0)
    }

    pub(super) fn at(&self, bits: u64) -> Span {
        self.median_times_exp(self.sigma * inverse_normal(open_unit(bits)))
    }

    fn median_times_exp(&self, exponent: f64) -> Span {
        rounded(self.median.nanoseconds() as f64 * exp(exponent))
    }
}
