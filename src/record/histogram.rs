//! A histogram of spans in integers, for mean, percentiles and classes.
//!
//! A span's class is its leading 11 bits: classes are at most 1/1024 (0.1 %) wide, and spans below
//! 2048 ns are exact. Count, sum, minimum and maximum are exact. A percentile is of the nearest rank
//! and is told as the upper end of its class, so that it is never too low and at most 0.1 % too high.
//!
//! It knows nothing of what the spans are of. Invariant: histograms merge by addition, so neither
//! threads nor replications can change a result.

use crate::engine::Span;

/// How many leading bits of a span tell its class.
const BITS: u32 = 11;

/// How many classes stand in one row: those of an octave.
const ROW: usize = 1 << (BITS - 1);

/// How many rows there are: the classes of spans below 2¹¹ ns take two, each octave above one.
const ROWS: usize = (u64::BITS - BITS) as usize + 2;

/// Counts of spans by class, in rows that are allocated when their first span comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    rows: Vec<Option<Box<[u64; ROW]>>>,
    count: u64,
    nanoseconds: u128,
    extremes: Option<(Span, Span)>,
}

impl Histogram {
    /// An empty histogram.
    pub fn new() -> Histogram {
        Histogram::default()
    }

    /// Adds one span.
    #[inline]
    pub fn add(&mut self, span: Span) {
        let class = class_of(span) as usize;
        self.row(class / ROW)[class % ROW] += 1;
        self.count += 1;
        self.nanoseconds += u128::from(span.nanoseconds());
        self.widen(span, span);
    }

    /// Adds all spans of another histogram.
    pub fn merge(&mut self, other: &Histogram) {
        let rows = other.rows.iter().enumerate();
        for (number, row) in rows.filter_map(|(number, row)| Some((number, row.as_deref()?))) {
            for (count, more) in self.row(number).iter_mut().zip(row) {
                *count += more;
            }
        }
        self.count += other.count;
        self.nanoseconds += other.nanoseconds;
        if let Some((low, high)) = other.extremes {
            self.widen(low, high);
        }
    }

    fn row(&mut self, number: usize) -> &mut [u64; ROW] {
        if self.rows.is_empty() {
            self.rows.resize_with(ROWS, || None);
        }
        self.rows[number].get_or_insert_with(|| Box::new([0; ROW]))
    }

    /// The classes with spans, in ascending order.
    fn classes(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        let rows = self.rows.iter().enumerate();
        let rows = rows.filter_map(|(number, row)| Some((number * ROW, row.as_deref()?)));
        rows.flat_map(|(first, row)| (first as u32..).zip(row.iter().copied()))
            .filter(|(_, count)| *count > 0)
    }

    fn widen(&mut self, low: Span, high: Span) {
        let (least, most) = self.extremes.unwrap_or((low, high));
        self.extremes = Some((least.min(low), most.max(high)));
    }

    /// How many spans there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The mean, rounded down to the nanosecond; none without spans.
    pub fn mean(&self) -> Option<Span> {
        let mean = self.nanoseconds.checked_div(u128::from(self.count))?;
        let mean = u64::try_from(mean).expect("a mean is not larger than the largest span");
        Some(Span::from_nanoseconds(mean))
    }

    /// The least span.
    pub fn minimum(&self) -> Option<Span> {
        self.extremes.map(|(low, _)| low)
    }

    /// The largest span.
    pub fn maximum(&self) -> Option<Span> {
        self.extremes.map(|(_, high)| high)
    }

    /// The span that so many percent of all spans do not exceed (nearest rank); none without spans.
    pub fn percentile(&self, percent: u32) -> Option<Span> {
        let rank = (u128::from(self.count) * u128::from(percent)).div_ceil(100);
        let rank = u64::try_from(rank).ok()?.max(1);
        let maximum = self.maximum()?;
        let mut reached = 0;
        let class = self.classes().find(|(_, count)| {
            reached += *count;
            reached >= rank
        });
        Some(class.map_or(maximum, |(class, _)| upper_end(class).min(maximum)))
    }

    /// How many spans fall into each class between these ascending ends: up to the first, above it
    /// up to the second, …, above the last. Exact to 0.1 % at the ends.
    pub fn by_ends<const N: usize>(&self, ends: [Span; N]) -> Vec<u64> {
        let mut counts = vec![0; N + 1];
        for (class, count) in self.classes() {
            let part = ends.partition_point(|end| class_of(*end) < class);
            counts[part] += count;
        }
        counts
    }
}

/// Spans below 2¹¹ ns are their own class; above, (octave, leading bits) in ascending order.
fn class_of(span: Span) -> u32 {
    let value = span.nanoseconds();
    let octave = (u64::BITS - value.leading_zeros()).saturating_sub(BITS);
    let leading = (value >> octave) as u32;
    (octave << (BITS - 1)) + leading
}

/// The largest span of a class.
fn upper_end(class: u32) -> Span {
    let octave = (class >> (BITS - 1)).saturating_sub(1);
    let leading = u64::from(class - (octave << (BITS - 1)));
    let above = (u128::from(leading) + 1) << octave;
    Span::from_nanoseconds(u64::try_from(above - 1).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: u64 = u64::MAX;

    fn of(spans: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::new();
        for nanoseconds in spans {
            histogram.add(Span::from_nanoseconds(nanoseconds));
        }
        histogram
    }

    #[test]
    fn classes_follow_each_other_without_gaps_and_are_at_most_a_thousandth_wide() {
        let near = |shift: u32| [(1_u64 << shift) - 1, 1 << shift, (1 << shift) + 1];
        let mut values: Vec<u64> = (0..64).flat_map(near).chain([MAX - 1, MAX]).collect();
        values.extend((0..5_000).map(|n| n * 977));
        for value in values {
            let span = Span::from_nanoseconds(value);
            let end = upper_end(class_of(span));
            assert!(end >= span, "{value}");
            assert!(end.nanoseconds() - value <= value / 1024, "{value}");
            if end < Span::MAX {
                let next = end + Span::from_nanoseconds(1);
                assert_eq!(class_of(next), class_of(span) + 1, "{value}");
            }
        }
    }

    /// By hand: of 1 to 100 ns the nearest rank of p % is p; the mean is 50.5, rounded down.
    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let histogram = of(1..=100);
        for (percent, nanoseconds) in [(1, 1), (50, 50), (95, 95), (99, 99), (100, 100)] {
            let span = Some(Span::from_nanoseconds(nanoseconds));
            assert_eq!(histogram.percentile(percent), span, "{percent} %");
        }
        assert_eq!(histogram.mean(), Some(Span::from_nanoseconds(50)));
        assert_eq!(of([7]).percentile(99), Some(Span::from_nanoseconds(7)));
        assert_eq!(of([]).percentile(50), None);
        assert_eq!(of([]).mean(), None);
    }

    #[test]
    fn a_percentile_is_never_above_the_maximum() {
        let second = 1_000_000_000;
        let histogram = of([second, 3 * second + 1]);
        assert_eq!(histogram.percentile(99), histogram.maximum());
        let half = histogram.percentile(50).expect("there are spans");
        assert!((second..second + second / 1000).contains(&half.nanoseconds()));
    }

    #[test]
    fn merged_histograms_are_the_histogram_of_all_spans() {
        let mut merged = of([5, 1_000_000, 30]);
        merged.merge(&of([]));
        merged.merge(&of([2, 77_000_000_000]));
        assert_eq!(merged, of([2, 5, 30, 1_000_000, 77_000_000_000]));
    }

    #[test]
    fn spans_are_counted_between_ends_that_belong_to_the_class_below() {
        let second = 1_000_000_000;
        let histogram = of([second, 5 * second, 6 * second, 20 * second, 25 * second]);
        let ends = [5, 10, 20].map(Span::from_seconds);
        assert_eq!(histogram.by_ends(ends), [2, 1, 1, 1]);
    }
}
