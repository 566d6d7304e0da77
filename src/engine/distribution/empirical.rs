//! The empirical distribution: spans that were measured.
//!
//! It knows nothing of files. Everything is integers. Invariant: a sample never falls when the bits
//! rise, and lies between the least and the greatest measured span.

use std::fmt;
use std::sync::Arc;

use super::DistributionError;
use crate::engine::draw::below;
use crate::engine::hash::Hash128;
use crate::engine::time::Span;

/// Spans that were measured, shared by all copies.
#[derive(Clone)]
pub struct Empirical(Arc<Measured>);

#[derive(PartialEq)]
struct Measured {
    /// How it is written where it comes from; for people.
    written: Box<str>,
    /// In rising order; at least one.
    values: Box<[Span]>,
    /// For each value the weights up to it and its own, if they are weighted.
    weights: Option<Box<[u64]>>,
    hash: u128,
}

impl Empirical {
    /// Measured spans of equal weight. Between neighbours in the order of length a sample is
    /// interpolated: the span at share p of n lies at place p · (n − 1) from 0.
    ///
    /// `written` is how it is written where it comes from.
    ///
    /// # Errors
    /// If there are none.
    pub fn interpolated(
        written: &str,
        mut values: Vec<Span>,
    ) -> Result<Empirical, DistributionError> {
        values.sort_unstable();
        Empirical::new(written, values, None)
    }

    /// Spans with weights: each sample is one of them as it is, in proportion to its weight.
    ///
    /// # Errors
    /// If no weight is above zero, or their sum is beyond 2⁶⁴.
    pub fn weighted(
        written: &str,
        mut pairs: Vec<(Span, u64)>,
    ) -> Result<Empirical, DistributionError> {
        pairs.retain(|pair| pair.1 > 0);
        pairs.sort_unstable();
        let mut sum = 0u64;
        let mut weights = Vec::with_capacity(pairs.len());
        for (_, weight) in &pairs {
            sum = sum
                .checked_add(*weight)
                .ok_or(DistributionError::WeightsTooLarge)?;
            weights.push(sum);
        }
        let values = pairs.into_iter().map(|pair| pair.0).collect();
        Empirical::new(written, values, Some(weights.into()))
    }

    fn new(
        written: &str,
        values: Vec<Span>,
        weights: Option<Box<[u64]>>,
    ) -> Result<Empirical, DistributionError> {
        if values.is_empty() {
            return Err(DistributionError::NoValues);
        }
        let mut hash = Hash128::new();
        for value in &values {
            hash.update(&value.nanoseconds().to_le_bytes());
        }
        for weight in weights.iter().flatten() {
            hash.update(&weight.to_le_bytes());
        }
        Ok(Empirical(Arc::new(Measured {
            written: written.into(),
            values: values.into(),
            weights,
            hash: hash.finish(),
        })))
    }

    /// How it is written where it comes from.
    pub fn written(&self) -> &str {
        &self.0.written
    }

    /// How many spans there are.
    pub fn count(&self) -> usize {
        self.0.values.len()
    }

    /// The least and the greatest.
    pub fn range(&self) -> (Span, Span) {
        let values = &self.0.values;
        (values[0], values[values.len() - 1])
    }

    pub(super) fn mean(&self) -> Span {
        let (sum, weight) = match &self.0.weights {
            None => self.sum_interpolated(),
            Some(weights) => {
                let mut before = 0;
                let mut sum = 0u128;
                for (value, &upto) in self.0.values.iter().zip(weights) {
                    // The sum of 2⁶⁴ weights times spans of 2⁶⁴ ns fits into 128 bits.
                    sum += u128::from(value.nanoseconds()) * u128::from(upto - before);
                    before = upto;
                }
                (sum, u128::from(before))
            }
        };
        Span::from_nanoseconds(u64::try_from(sum / weight).unwrap_or(u64::MAX))
    }

    /// Half of the ends and the whole of what lies between, over n − 1 parts.
    fn sum_interpolated(&self) -> (u128, u128) {
        let nanoseconds = |span: &Span| u128::from(span.nanoseconds());
        let values = &self.0.values;
        if values.len() == 1 {
            return (nanoseconds(&values[0]), 1);
        }
        let (low, high) = self.range();
        let twice: u128 = 2 * values.iter().map(nanoseconds).sum::<u128>();
        let twice = twice - nanoseconds(&low) - nanoseconds(&high);
        (twice, 2 * (values.len() as u128 - 1))
    }

    pub(super) fn at(&self, bits: u64) -> Span {
        let values = &self.0.values;
        if let Some(weights) = &self.0.weights {
            let point = below(bits, weights[weights.len() - 1]);
            return values[weights.partition_point(|&upto| upto <= point)];
        }
        let place = u128::from(bits) * (values.len() as u128 - 1);
        let (index, part) = ((place >> 64) as usize, place as u64);
        let (low, high) = (values[index], values[(index + 1).min(values.len() - 1)]);
        let step = u128::from(high.saturating_sub(low).nanoseconds());
        low + Span::from_nanoseconds(((step * u128::from(part)) >> 64) as u64)
    }
}

/// Equal spans with equal weights, written alike.
impl PartialEq for Empirical {
    fn eq(&self, other: &Empirical) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

/// The hash of all spans stands for them.
impl fmt::Debug for Empirical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (written, hash) = (&self.0.written, self.0.hash);
        write!(f, "Empirical({written:?}, {hash:032x})")
    }
}

impl fmt::Display for Empirical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, (low, high)) = (self.count(), self.range());
        let drawn = match self.0.weights {
            None => "interpolated",
            Some(_) => "weighted",
        };
        write!(f, "{count} measured values from {low} to {high}, {drawn}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Span = Span::from_milliseconds;

    #[test]
    fn between_measured_values_a_sample_is_interpolated() {
        let three = Empirical::interpolated("x", vec![MS(40), MS(10), MS(20)]).unwrap();
        // Places 0, ¼ · 2 = ½, 1, ½ above 1 of [10, 20, 40].
        for (quarter, expected) in [(0, MS(10)), (1, MS(15)), (2, MS(20)), (3, MS(30))] {
            assert_eq!(three.at(quarter << 62), expected);
        }
        let last = three.at(u64::MAX);
        assert!(last < MS(40) && MS(40).saturating_sub(last) < Span::from_nanoseconds(2));
        // (15 + 30) ÷ 2: the mean of both pieces, each of half of the chance.
        assert_eq!(three.mean(), Span::from_microseconds(22_500));
        let one = Empirical::interpolated("x", vec![MS(7)]).unwrap();
        assert_eq!(
            (one.at(0), one.at(u64::MAX), one.mean()),
            (MS(7), MS(7), MS(7))
        );
        assert_eq!(
            three.to_string(),
            "3 measured values from 10 ms to 40 ms, interpolated"
        );
    }

    #[test]
    fn weighted_values_come_out_as_they_are() {
        let pairs = vec![(MS(9), 1), (MS(1), 3), (MS(5), 0)];
        let two = Empirical::weighted("x", pairs).unwrap();
        for (quarter, expected) in [(0, MS(1)), (2, MS(1)), (3, MS(9))] {
            assert_eq!(two.at(quarter << 62), expected);
        }
        assert_eq!((two.at((3 << 62) - 1), two.at(u64::MAX)), (MS(1), MS(9)));
        // (3 · 1 + 9) ÷ 4.
        assert_eq!(two.mean(), MS(3));
        let none = Empirical::weighted("x", vec![(MS(1), 0)]);
        assert_eq!(none, Err(DistributionError::NoValues));
        let large = Empirical::weighted("x", vec![(MS(1), u64::MAX), (MS(2), 1)]);
        assert_eq!(large, Err(DistributionError::WeightsTooLarge));
    }
}
