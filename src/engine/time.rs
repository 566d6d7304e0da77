//! Simulated time in integer nanoseconds: [`Instant`], [`Span`], [`Offset`].
//!
//! It knows no calendars, zones or units in text; `scenario/` reads those. Invariant: all arithmetic
//! is exact or saturates at the ends of the range, never wraps.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// Nanoseconds in a second.
pub const SECOND: u64 = 1_000_000_000;

/// A point in simulated time: nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// The range ends in the year 2554; [`Instant::NEVER`] is its last value and stands for "does not
/// happen".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

/// A length of simulated time in nanoseconds, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

/// A signed difference in nanoseconds, such as the error of a server's clock (positive: fast).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(i64);

impl Instant {
    /// The beginning of time, 1970-01-01T00:00:00Z.
    pub const EPOCH: Instant = Instant(0);
    /// Later than every other instant: "does not happen".
    pub const NEVER: Instant = Instant(u64::MAX);

    /// The instant `nanoseconds` after the epoch.
    pub const fn from_nanoseconds(nanoseconds: u64) -> Instant {
        Instant(nanoseconds)
    }

    /// The instant `seconds` after the epoch, saturating.
    pub const fn from_seconds(seconds: u64) -> Instant {
        Instant(seconds.saturating_mul(SECOND))
    }

    /// Nanoseconds since the epoch.
    pub const fn nanoseconds(self) -> u64 {
        self.0
    }

    /// The span from `earlier` to `self`; zero if `earlier` is not earlier.
    pub const fn since(self, earlier: Instant) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// What a clock with this error shows at this instant.
    pub const fn shown_by(self, clock_error: Offset) -> Instant {
        Instant(self.0.saturating_add_signed(clock_error.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);
    /// The longest span.
    pub const MAX: Span = Span(u64::MAX);

    /// A span of so many nanoseconds.
    pub const fn from_nanoseconds(nanoseconds: u64) -> Span {
        Span(nanoseconds)
    }

    /// A span of so many microseconds, saturating.
    pub const fn from_microseconds(microseconds: u64) -> Span {
        Span(microseconds.saturating_mul(1_000))
    }

    /// A span of so many milliseconds, saturating.
    pub const fn from_milliseconds(milliseconds: u64) -> Span {
        Span(milliseconds.saturating_mul(1_000_000))
    }

    /// A span of so many seconds, saturating.
    pub const fn from_seconds(seconds: u64) -> Span {
        Span(seconds.saturating_mul(SECOND))
    }

    /// A span of so many minutes, saturating.
    pub const fn from_minutes(minutes: u64) -> Span {
        Span::from_seconds(minutes.saturating_mul(60))
    }

    /// A span of so many hours, saturating.
    pub const fn from_hours(hours: u64) -> Span {
        Span::from_minutes(hours.saturating_mul(60))
    }

    /// A span of so many days of 24 hours, saturating.
    pub const fn from_days(days: u64) -> Span {
        Span::from_hours(days.saturating_mul(24))
    }

    /// Its length in nanoseconds.
    pub const fn nanoseconds(self) -> u64 {
        self.0
    }

    /// Its length in seconds, for people and plots; never for a simulated decision.
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / SECOND as f64
    }

    /// `self − other`, or zero where that would be negative.
    pub const fn saturating_sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }

    /// `self × factor`, saturating.
    pub const fn times(self, factor: u64) -> Span {
        Span(self.0.saturating_mul(factor))
    }

    /// `self ÷ divisor`, rounded down. Panics if `divisor` is zero.
    pub const fn divided_by(self, divisor: u64) -> Span {
        Span(self.0 / divisor)
    }
}

impl Offset {
    /// A clock that is right.
    pub const ZERO: Offset = Offset(0);

    /// An offset of so many nanoseconds.
    pub const fn from_nanoseconds(nanoseconds: i64) -> Offset {
        Offset(nanoseconds)
    }

    /// Ahead by this span, saturating.
    pub const fn ahead(span: Span) -> Offset {
        Offset(if span.0 > i64::MAX as u64 {
            i64::MAX
        } else {
            span.0 as i64
        })
    }

    /// Behind by this span, saturating.
    pub const fn behind(span: Span) -> Offset {
        Offset(-Offset::ahead(span).0)
    }

    /// Its value in nanoseconds.
    pub const fn nanoseconds(self) -> i64 {
        self.0
    }
}

impl Add<Span> for Instant {
    type Output = Instant;
    fn add(self, span: Span) -> Instant {
        Instant(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Instant {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub<Span> for Instant {
    type Output = Instant;
    fn sub(self, span: Span) -> Instant {
        Instant(self.0.saturating_sub(span.0))
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Span) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Span {
    fn sum<I: Iterator<Item = Span>>(spans: I) -> Span {
        spans.fold(Span::ZERO, Add::add)
    }
}

/// Prints as people write it: `0 s`, `250 ms`, `1.5 s`, `21 s`, `2 min 5 s`, `1 h 30 min`, `3 d`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0;
        let decimal = |f: &mut fmt::Formatter<'_>, unit: u64, name: &str| {
            let (whole, rest) = (n / unit, n % unit);
            if rest == 0 {
                return write!(f, "{whole} {name}");
            }
            let digits = unit.ilog10() as usize;
            let fraction = format!("{rest:0digits$}");
            write!(f, "{whole}.{} {name}", fraction.trim_end_matches('0'))
        };
        match n {
            0 => write!(f, "0 s"),
            1..1_000 => write!(f, "{n} ns"),
            1_000..1_000_000 => decimal(f, 1_000, "us"),
            1_000_000..SECOND => decimal(f, 1_000_000, "ms"),
            _ if n < 60 * SECOND => decimal(f, SECOND, "s"),
            _ => {
                let mut parts = Vec::new();
                let mut rest = n;
                for (unit, name) in [(86_400, "d"), (3_600, "h"), (60, "min")] {
                    let count = rest / (unit * SECOND);
                    rest %= unit * SECOND;
                    if count > 0 {
                        parts.push(format!("{count} {name}"));
                    }
                }
                if rest > 0 {
                    parts.push(Span(rest).to_string());
                }
                write!(f, "{}", parts.join(" "))
            }
        }
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "+" };
        write!(f, "{sign}{}", Span(self.0.unsigned_abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_prints_as_people_write_it() {
        for (nanoseconds, text) in [
            (0, "0 s"),
            (7, "7 ns"),
            (1_500, "1.5 us"),
            (250_000_000, "250 ms"),
            (1_500_000_000, "1.5 s"),
            (21 * SECOND, "21 s"),
            (125 * SECOND, "2 min 5 s"),
            (90 * 60 * SECOND, "1 h 30 min"),
            (3 * 86_400 * SECOND + 1, "3 d 1 ns"),
        ] {
            assert_eq!(Span(nanoseconds).to_string(), text);
        }
    }

    #[test]
    fn a_fast_clock_shows_a_later_instant_and_a_slow_one_never_shows_a_negative_one() {
        let noon = Instant::from_seconds(43_200);
        let fast = Offset::ahead(Span::from_minutes(6));
        assert_eq!(noon.shown_by(fast), noon + Span::from_minutes(6));
        assert_eq!(
            Instant::EPOCH.shown_by(Offset::behind(Span::from_hours(1))),
            Instant::EPOCH
        );
    }

    #[test]
    fn arithmetic_saturates_at_the_ends_of_the_range() {
        assert_eq!(Instant::NEVER + Span::from_days(1), Instant::NEVER);
        assert_eq!(Instant::EPOCH - Span::from_days(1), Instant::EPOCH);
        assert_eq!(Span::MAX + Span::MAX, Span::MAX);
    }
}
