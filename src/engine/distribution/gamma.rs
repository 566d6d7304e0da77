//! The gamma distribution, by rejection.
//!
//! It takes its words from a stream, because it cannot say beforehand how many it needs. Invariant: the words of one sample belong to it alone, so that another
//! parameter never shifts the next sample.

use super::normal::inverse_normal;
use super::{DistributionError, exp, open_unit, rounded};
use crate::engine::draw::DrawStream;
use crate::engine::time::Span;

/// The gamma distribution with a mean and a shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gamma {
    mean: Span,
    shape: f64,
}

impl Gamma {
    /// The lowest shape. At it, 97 % of the samples of a mean of 1 s are shorter than 1 ns.
    pub const SHAPE_MIN: f64 = 0.001;
    /// The highest shape. At it, the standard deviation is a thousandth of the mean.
    pub const SHAPE_MAX: f64 = 1_000_000.0;

    pub(super) fn new(mean: Span, shape: f64) -> Result<Gamma, DistributionError> {
        if mean == Span::ZERO {
            return Err(DistributionError::MeanZero);
        }
        if !(Gamma::SHAPE_MIN..=Gamma::SHAPE_MAX).contains(&shape) {
            return Err(DistributionError::ShapeOutOfRange(shape));
        }
        Ok(Gamma { mean, shape })
    }

    /// Its mean.
    pub const fn mean(&self) -> Span {
        self.mean
    }

    /// Its shape: 1 ÷ (coefficient of variation)².
    pub const fn shape(&self) -> f64 {
        self.shape
    }

    pub(super) fn sample(&self, stream: &mut DrawStream) -> Span {
        let unit_scale = if self.shape < 1.0 {
            // A gamma variable of shape a is one of shape a + 1 times U^(1/a).
            let factor = exp(libm::log(open_unit(stream.bits())) / self.shape);
            factor * marsaglia_tsang(self.shape + 1.0, stream)
        } else {
            marsaglia_tsang(self.shape, stream)
        };
        rounded(self.mean.nanoseconds() as f64 / self.shape * unit_scale)
    }
}

/// A gamma variable of scale 1 and a shape of at least 1.
///
/// Source: Marsaglia and Tsang, "A simple method for generating gamma variables", ACM Transactions
/// on Mathematical Software 26 (2000), without their shortcut test.
fn marsaglia_tsang(shape: f64, stream: &mut DrawStream) -> f64 {
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / libm::sqrt(9.0 * d);
    loop {
        let z = inverse_normal(open_unit(stream.bits()));
        let root = 1.0 + c * z;
        let log_u = libm::log(open_unit(stream.bits()));
        if root <= 0.0 {
            continue;
        }
        let v = root * root * root;
        if log_u < 0.5 * z * z + d * (1.0 - v + libm::log(v)) {
            return d * v;
        }
    }
}
