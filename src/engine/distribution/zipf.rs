//! Zipf's law: rank k of n is drawn with a probability proportional to k⁻ˢ.
//!
//! It knows not what the ranks stand for. No table: the cost of a sample does not depend on n.
//! Invariant: every rank from 1 to n can come out, and no other.
//!
//! Source: Hörmann and Derflinger, "Rejection-inversion to generate variates from monotone discrete
//! distributions", ACM Transactions on Modeling and Computer Simulation 6 (1996).

use std::fmt;

use super::{DistributionError, exp, open_unit};
use crate::engine::draw::DrawStream;

/// Zipf's law over ranks from 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zipf {
    ranks: u32,
    exponent: f64,
    /// The integral of x⁻ˢ up to 1½, less the whole weight of rank 1.
    area_low: f64,
    /// The integral of x⁻ˢ up to n + ½.
    area_high: f64,
    /// How far below a rank a point may lie for the rank to be taken without a test.
    taken_within: f64,
}

impl Zipf {
    /// The highest exponent. At it, all ranks beyond the first share one part in a thousand.
    pub const EXPONENT_MAX: f64 = 10.0;

    /// Zipf's law over ranks 1 to `ranks`; an exponent of 0 gives each rank the same chance.
    ///
    /// # Errors
    /// If there are no ranks, or the exponent is not from 0 to 10.
    pub fn new(ranks: u32, exponent: f64) -> Result<Zipf, DistributionError> {
        if ranks == 0 {
            return Err(DistributionError::NoRanks);
        }
        if !(0.0..=Zipf::EXPONENT_MAX).contains(&exponent) {
            return Err(DistributionError::ExponentOutOfRange(exponent));
        }
        let second = area(2.5, exponent) - weight(2.0, exponent);
        Ok(Zipf {
            ranks,
            exponent,
            area_low: area(1.5, exponent) - 1.0,
            area_high: area(f64::from(ranks) + 0.5, exponent),
            taken_within: 2.0 - area_inverse(second, exponent),
        })
    }

    /// How many ranks there are.
    pub const fn ranks(&self) -> u32 {
        self.ranks
    }

    /// The exponent s.
    pub const fn exponent(&self) -> f64 {
        self.exponent
    }

    /// A rank from 1 to [`ranks`](Self::ranks), 1 the most frequent.
    pub fn sample(&self, stream: &mut DrawStream) -> u32 {
        loop {
            let u = open_unit(stream.bits());
            let point = self.area_low + u * (self.area_high - self.area_low);
            let x = area_inverse(point, self.exponent);
            // The cast saturates, and rounding may carry x past an end by one.
            let rank = ((x + 0.5) as u32).clamp(1, self.ranks);
            let k = f64::from(rank);
            if k - x <= self.taken_within
                || point >= area(k + 0.5, self.exponent) - weight(k, self.exponent)
            {
                return rank;
            }
        }
    }
}

/// Prints as a person would say it.
impl fmt::Display for Zipf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ranks, exponent) = (self.ranks, self.exponent);
        write!(f, "Zipf over {ranks} ranks with exponent {exponent}")
    }
}

/// x⁻ˢ.
fn weight(x: f64, exponent: f64) -> f64 {
    exp(-exponent * libm::log(x))
}

/// The integral of t⁻ˢ from 1 to x: (x¹⁻ˢ − 1) ÷ (1 − s), or ln x where s is 1.
fn area(x: f64, exponent: f64) -> f64 {
    let log_x = libm::log(x);
    let power = (1.0 - exponent) * log_x;
    // Near zero the quotient is 1 + power ÷ 2 + power² ÷ 6 + …; the third term is below rounding.
    let quotient = if power.abs() > 1e-8 {
        libm::expm1(power) / power
    } else {
        1.0 + power / 2.0
    };
    log_x * quotient
}

/// The x at which [`area`] has this value.
fn area_inverse(area: f64, exponent: f64) -> f64 {
    // Rounding must not carry the argument of the logarithm below its end, −1.
    let power = (area * (1.0 - exponent)).max(-1.0);
    let quotient = if power.abs() > 1e-8 {
        libm::log1p(power) / power
    } else {
        1.0 - power / 2.0
    };
    exp(area * quotient)
}
