//! Calendar time: a clock that runs fast while users are busy and stands still while nobody works.
//!
//! An hour in which a profile is as busy as on the mean hour of a mean day is an hour of calendar time;
//! an hour twice as busy is two. Arrivals that are Poisson with a constant rate in calendar time follow
//! the profile in real time, exactly: no arrival is drawn and thrown away, so the n-th arrival of an
//! organization hangs on its own n draws alone.
//!
//! It knows nothing of time zones and profiles by name. Invariant: real time and calendar time never
//! fall against each other.

use crate::engine::{Instant, Span};

/// A stretch of real time through which a profile does not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its length.
    pub length: Span,
    /// How much calendar time passes in it.
    pub calendar_time: Span,
}

/// A profile in a time zone, from the start of a run to its horizon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// The beginnings of periods, in real time and in calendar time; and the end of the last.
    marks: Box<[(Instant, Span)]>,
}

impl Calendar {
    /// A calendar of these periods, one after the other from `start` on.
    pub fn new(start: Instant, periods: impl IntoIterator<Item = Period>) -> Calendar {
        let (mut at, mut calendar_time) = (start, Span::ZERO);
        let mut marks = vec![(at, calendar_time)];
        let mut last: Option<Period> = None;
        for period in periods {
            at += period.length;
            calendar_time += period.calendar_time;
            // Hours that are equally busy are one period.
            if last.replace(period) == Some(period) {
                marks.pop();
            }
            marks.push((at, calendar_time));
        }
        Calendar {
            marks: marks.into(),
        }
    }

    /// How much calendar time there is in all.
    pub fn total(&self) -> Span {
        self.marks.last().map_or(Span::ZERO, |mark| mark.1)
    }

    /// How much calendar time has passed before an instant.
    pub fn before(&self, at: Instant) -> Span {
        let next = self.marks.partition_point(|mark| mark.0 <= at);
        let (Some(&from), until) = (self.marks[..next].last(), self.marks.get(next)) else {
            return Span::ZERO;
        };
        let Some(until) = until else {
            return from.1;
        };
        let part = u128::from(at.since(from.0).nanoseconds());
        let whole = u128::from(until.1.nanoseconds() - from.1.nanoseconds());
        let length = u128::from(until.0.since(from.0).nanoseconds());
        from.1 + Span::from_nanoseconds((part * whole / length) as u64)
    }

    /// The real instant of a point in calendar time, if it lies in the run. `period` is a period at
    /// or before it, and becomes the one that holds it.
    pub fn instant(&self, calendar_time: Span, period: &mut u32) -> Option<Instant> {
        loop {
            let here = *period as usize;
            let (&from, until) = (self.marks.get(here)?, self.marks.get(here + 1)?);
            if calendar_time < until.1 {
                let length = u128::from(until.0.since(from.0).nanoseconds());
                let whole = u128::from(until.1.nanoseconds() - from.1.nanoseconds());
                let part = u128::from(calendar_time.nanoseconds() - from.1.nanoseconds());
                let passed = Span::from_nanoseconds((part * length / whole) as u64);
                return Some(from.0 + passed);
            }
            *period += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Span = Span::from_hours(1);

    #[test]
    fn calendar_time_runs_twice_as_fast_in_a_busy_hour_and_stands_still_in_an_idle_one() {
        let start = Instant::from_seconds(1_000);
        let period = |calendar_time| Period {
            length: HOUR,
            calendar_time,
        };
        let periods = [period(HOUR.times(2)), period(Span::ZERO), period(HOUR)];
        let calendar = Calendar::new(start, periods);
        assert_eq!(calendar.total(), HOUR.times(3));
        for (hours, expected) in [
            (Span::ZERO, Some(start)),
            (HOUR, Some(start + Span::from_minutes(30))),
            // Nothing falls into the idle hour.
            (HOUR.times(2), Some(start + HOUR.times(2))),
            (
                HOUR.times(2) + Span::from_minutes(30),
                Some(start + Span::from_minutes(150)),
            ),
            (HOUR.times(3), None),
        ] {
            let mut period = 0;
            assert_eq!(calendar.instant(hours, &mut period), expected, "{hours}");
        }
        for (real, expected) in [
            (Span::ZERO, Span::ZERO),
            (Span::from_minutes(30), HOUR),
            (Span::from_minutes(90), HOUR.times(2)),
            (Span::from_minutes(150), Span::from_minutes(150)),
            (HOUR.times(9), HOUR.times(3)),
        ] {
            assert_eq!(calendar.before(start + real), expected, "{real}");
        }
    }
}
