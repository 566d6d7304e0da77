//! Distributions of times to failure and of sizes, whose tails are lighter or heavier than that of
//! an exponential: Weibull and Pareto.
//!
//! They know nothing of keys and purposes: 64 uniform bits go in. Invariant: a sample never falls
//! when the bits rise.

use std::fmt;

use super::{DistributionError, exp, open_unit, rounded};
use crate::engine::time::Span;

/// The Weibull distribution: P(X > x) = exp(−(x ÷ scale)^shape).
///
/// A shape below 1 has a tail heavier than an exponential's, a shape above 1 a lighter one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weibull {
    shape: f64,
    scale_nanoseconds: f64,
    given: WeibullGiven,
}

/// By what a Weibull distribution was given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WeibullGiven {
    /// Shape, and the span that 63.2 % of the samples stay below.
    Scale {
        /// That span.
        scale: Span,
    },
    /// Shape, and the span that half of the samples stay below.
    Median {
        /// That span.
        median: Span,
    },
    /// The spans that half and 99 % of the samples stay below.
    Quantiles {
        /// The 50th percentile.
        median: Span,
        /// The 99th percentile.
        p99: Span,
    },
}

impl Weibull {
    /// The lowest shape. At it, the 99th percentile is 167 million times the median.
    pub const SHAPE_MIN: f64 = 0.1;
    /// The highest shape. At it, the 99th percentile is 1.02 times the median.
    pub const SHAPE_MAX: f64 = 100.0;

    /// With this shape and scale.
    ///
    /// # Errors
    /// If the scale is zero, or the shape out of its range.
    pub fn with_scale(shape: f64, scale: Span) -> Result<Weibull, DistributionError> {
        let given = WeibullGiven::Scale { scale };
        Weibull::new(shape, scale.nanoseconds() as f64, given)
    }

    /// With this shape and median: scale = median ÷ (ln 2)^(1 ÷ shape).
    ///
    /// # Errors
    /// If the median is zero, or the shape out of its range.
    pub fn with_median(shape: f64, median: Span) -> Result<Weibull, DistributionError> {
        let given = WeibullGiven::Median { median };
        let scale = scale_of(shape, median);
        Weibull::new(shape, scale, given)
    }

    /// With this median and 99th percentile: shape = ln(ln 100 ÷ ln 2) ÷ ln(p99 ÷ median).
    ///
    /// # Errors
    /// If the median is zero, p99 is not above it, or the shape that follows is out of its range.
    pub fn with_quantiles(median: Span, p99: Span) -> Result<Weibull, DistributionError> {
        if median == Span::ZERO {
            return Err(DistributionError::MedianZero);
        }
        if p99 < median {
            return Err(DistributionError::P99BelowMedian { median, p99 });
        }
        let ratio = p99.nanoseconds() as f64 / median.nanoseconds() as f64;
        let spread = libm::log(libm::log(100.0) / std::f64::consts::LN_2);
        let shape = spread / libm::log(ratio);
        let given = WeibullGiven::Quantiles { median, p99 };
        Weibull::new(shape, scale_of(shape, median), given)
    }

    fn new(shape: f64, scale: f64, given: WeibullGiven) -> Result<Weibull, DistributionError> {
        if !(Weibull::SHAPE_MIN..=Weibull::SHAPE_MAX).contains(&shape) {
            let (low, high) = (Weibull::SHAPE_MIN, Weibull::SHAPE_MAX);
            return Err(DistributionError::TailShape { shape, low, high });
        }
        match given {
            WeibullGiven::Scale { scale: Span::ZERO } => return Err(DistributionError::ScaleZero),
            WeibullGiven::Median { median: Span::ZERO } => {
                return Err(DistributionError::MedianZero);
            }
            _ => {}
        }
        Ok(Weibull {
            shape,
            scale_nanoseconds: scale,
            given,
        })
    }

    /// Its shape.
    pub const fn shape(&self) -> f64 {
        self.shape
    }

    /// By what it was given.
    pub const fn given(&self) -> WeibullGiven {
        self.given
    }

    /// scale · Γ(1 + 1 ÷ shape).
    pub(super) fn mean(&self) -> Span {
        rounded(self.scale_nanoseconds * libm::tgamma(1.0 + 1.0 / self.shape))
    }

    pub(super) fn at(&self, bits: u64) -> Span {
        let exponential = -libm::log(1.0 - open_unit(bits));
        rounded(self.scale_nanoseconds * exp(libm::log(exponential) / self.shape))
    }
}

fn scale_of(shape: f64, median: Span) -> f64 {
    let log_log_2 = libm::log(std::f64::consts::LN_2);
    median.nanoseconds() as f64 * exp(-log_log_2 / shape)
}

impl fmt::Display for Weibull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = self.shape;
        match self.given {
            WeibullGiven::Scale { scale } => {
                write!(f, "Weibull with shape {shape} and scale {scale}")
            }
            WeibullGiven::Median { median } => {
                write!(f, "Weibull with shape {shape} and median {median}")
            }
            WeibullGiven::Quantiles { median, p99 } => {
                write!(f, "Weibull with median {median} and p99 {p99}")
            }
        }
    }
}

/// The Pareto distribution: P(X > x) = (minimum ÷ x)^shape from the minimum on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pareto {
    minimum: Span,
    shape: f64,
    given: ParetoGiven,
}

/// By what a Pareto distribution was given, beside its minimum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParetoGiven {
    /// Its shape.
    Shape,
    /// The span that 99 % of the samples stay below.
    P99(Span),
}

impl Pareto {
    /// The lowest shape. Up to a shape of 1 the mean is infinite, up to 2 the variance.
    pub const SHAPE_MIN: f64 = 0.1;
    /// The highest shape. At it, the 99th percentile is 1.05 times the minimum.
    pub const SHAPE_MAX: f64 = 100.0;

    /// With this shape and minimum.
    ///
    /// # Errors
    /// If the minimum is zero, or the shape out of its range.
    pub fn with_shape(shape: f64, minimum: Span) -> Result<Pareto, DistributionError> {
        Pareto::new(shape, minimum, ParetoGiven::Shape)
    }

    /// With this minimum and 99th percentile: shape = ln 100 ÷ ln(p99 ÷ minimum).
    ///
    /// # Errors
    /// If the minimum is zero, p99 is below it, or the shape that follows is out of its range.
    pub fn with_p99(minimum: Span, p99: Span) -> Result<Pareto, DistributionError> {
        if p99 < minimum {
            return Err(DistributionError::P99BelowMinimum { minimum, p99 });
        }
        let ratio = p99.nanoseconds() as f64 / minimum.nanoseconds().max(1) as f64;
        let shape = libm::log(100.0) / libm::log(ratio);
        Pareto::new(shape, minimum, ParetoGiven::P99(p99))
    }

    fn new(shape: f64, minimum: Span, given: ParetoGiven) -> Result<Pareto, DistributionError> {
        if minimum == Span::ZERO {
            return Err(DistributionError::MinimumZero);
        }
        if !(Pareto::SHAPE_MIN..=Pareto::SHAPE_MAX).contains(&shape) {
            let (low, high) = (Pareto::SHAPE_MIN, Pareto::SHAPE_MAX);
            return Err(DistributionError::TailShape { shape, low, high });
        }
        Ok(Pareto {
            minimum,
            shape,
            given,
        })
    }

    /// The shortest sample.
    pub const fn minimum(&self) -> Span {
        self.minimum
    }

    /// Its shape.
    pub const fn shape(&self) -> f64 {
        self.shape
    }

    /// By what it was given.
    pub const fn given(&self) -> ParetoGiven {
        self.given
    }

    /// minimum · shape ÷ (shape − 1); infinite, hence saturated, up to a shape of 1.
    pub(super) fn mean(&self) -> Span {
        if self.shape <= 1.0 {
            return Span::MAX;
        }
        rounded(self.minimum.nanoseconds() as f64 * self.shape / (self.shape - 1.0))
    }

    pub(super) fn at(&self, bits: u64) -> Span {
        let exponential = -libm::log(1.0 - open_unit(bits));
        rounded(self.minimum.nanoseconds() as f64 * exp(exponential / self.shape))
    }
}

impl fmt::Display for Pareto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (minimum, shape) = (self.minimum, self.shape);
        match self.given {
            ParetoGiven::Shape => write!(f, "Pareto with shape {shape} and minimum {minimum}"),
            ParetoGiven::P99(p99) => write!(f, "Pareto with minimum {minimum} and p99 {p99}"),
        }
    }
}
