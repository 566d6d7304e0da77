//! The time line: what happened in each interval of a run.
//!
//! Definition: intervals of [`Federation::timeline_every`] from the start of the run; what is counted in
//! one happened at or after its start and before its end. Requests are counted when they are sent and
//! when they are answered, groups, attendees and tokens when they have their outcome; the largest
//! number in flight is of requests sent and not answered. Percentiles are of requests answered in the
//! interval. Denominator: none, but for the utilization of gateways, which is the share of their token
//! servers' time that they worked. It leaves out what is in flight at the end.
//!
//! It knows no stations: their readings are laid beside it. Invariant: intervals of equal length merge
//! by addition, but for the largest number in flight, which is of one run.

use crate::engine::{Instant, Span};
use crate::model::Federation;
use crate::model::observation::{Fact, Observation, Recorder};
use crate::model::outcome::{AttendeeOutcome, GroupOutcome, RequestOutcome};
use crate::model::token::Offer;

use super::counts::Counts;
use super::histogram::Histogram;

/// What happened in an interval.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // Columns; the reference of results says what each is.
pub struct Interval {
    pub sent: u64,
    pub complete: u64,
    pub partial: u64,
    pub failed: u64,
    pub groups_answered: u64,
    pub groups_failed: u64,
    pub views: u64,
    pub answers: u64,
    pub attendees_failed: u64,
    pub tokens: Counts<Offer>,
    pub token_bytes: u64,
    pub tokens_refused: u64,
    pub in_flight_max: u64,
    pub latency: Histogram,
}

/// The intervals of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    start: Instant,
    every: Span,
    /// When the last of `intervals` ends.
    end: Instant,
    intervals: Vec<Interval>,
    in_flight: u64,
}

impl Timeline {
    /// The time line of a federation's runs, with nothing in it.
    pub fn new(federation: &Federation) -> Timeline {
        Timeline {
            start: federation.start,
            every: federation.timeline_every,
            end: federation.start + federation.timeline_every,
            intervals: vec![Interval::default()],
            in_flight: 0,
        }
    }

    /// The intervals up to an instant, the last of which may be shorter: from, to, what happened.
    pub fn intervals(&self, until: Instant) -> impl Iterator<Item = (Instant, Instant, &Interval)> {
        let rows = self.intervals.iter().enumerate();
        rows.map(move |(number, row)| {
            let from = self.start + self.every.times(number as u64);
            (from, (from + self.every).min(until), row)
        })
        .filter(|(from, to, _)| from < to)
    }

    /// Adds empty intervals up to an instant at which the run has ended.
    pub fn close(&mut self, until: Instant) {
        while self.end < until {
            self.open_interval();
        }
    }

    fn open_interval(&mut self) {
        self.end += self.every;
        self.intervals.push(Interval {
            in_flight_max: self.in_flight,
            ..Interval::default()
        });
    }

    /// The interval of an instant that lies in the last one or after it.
    fn interval(&mut self, at: Instant) -> &mut Interval {
        while at >= self.end {
            self.open_interval();
        }
        self.intervals.last_mut().expect("there is always one")
    }

    fn send(&mut self, at: Instant) {
        let in_flight = self.in_flight + 1;
        let interval = self.interval(at);
        interval.sent += 1;
        interval.in_flight_max = interval.in_flight_max.max(in_flight);
        self.in_flight = in_flight;
    }

    fn answer(&mut self, at: Instant, outcome: RequestOutcome, latency: Span) {
        let interval = self.interval(at);
        match outcome {
            RequestOutcome::Complete => interval.complete += 1,
            RequestOutcome::Partial => interval.partial += 1,
            RequestOutcome::Failed => interval.failed += 1,
        }
        interval.latency.add(latency);
        self.in_flight = self.in_flight.saturating_sub(1);
    }
}

impl Recorder for Timeline {
    fn observe(&mut self, _: &Federation, observation: &Observation) {
        let at = observation.at;
        match observation.fact {
            Fact::Sent { .. } => self.send(at),
            Fact::RequestDone {
                outcome, latency, ..
            } => self.answer(at, outcome, latency),
            Fact::GroupDone { outcome, .. } => match outcome {
                GroupOutcome::Answered => self.interval(at).groups_answered += 1,
                GroupOutcome::Failed(_) => self.interval(at).groups_failed += 1,
            },
            Fact::AttendeeDone { outcome, .. } => match outcome {
                AttendeeOutcome::View(_) => self.interval(at).views += 1,
                AttendeeOutcome::Answered(_) => self.interval(at).answers += 1,
                AttendeeOutcome::Failed(_) => self.interval(at).attendees_failed += 1,
            },
            Fact::TokenIssued { token, bytes, .. } => {
                let interval = self.interval(at);
                interval.tokens.add_one(token.offer);
                interval.token_bytes += u64::from(bytes);
            }
            Fact::TokenRefused { .. } => self.interval(at).tokens_refused += 1,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixture::{START, federation, journey};

    /// By hand: the fixture's intervals are of 1 min; one request in the first, two in the third, the
    /// second of which is sent before the first is answered.
    #[test]
    fn what_happens_is_counted_in_the_interval_of_its_instant() {
        let federation = federation();
        assert_eq!(federation.timeline_every, Span::from_minutes(1));
        let mut all = journey(0, 1, Ok(()));
        all.extend(journey(120_000, 2, Ok(())));
        all.extend(journey(120_100, 3, Ok(())));
        all.sort_by_key(|observation| observation.at);
        let mut timeline = Timeline::new(federation);
        for observation in &all {
            timeline.observe(federation, observation);
        }
        let end = START + Span::from_seconds(200);
        timeline.close(end);
        let rows: Vec<_> = timeline.intervals(end).collect();
        let counts: Vec<_> = rows
            .iter()
            .map(|(_, _, row)| (row.sent, row.complete, row.in_flight_max))
            .collect();
        assert_eq!(counts, [(1, 1, 1), (0, 0, 0), (2, 2, 2), (0, 0, 0)]);
        assert_eq!(rows[3].0, START + Span::from_seconds(180));
        assert_eq!(rows[3].1, end, "the last interval is shorter");
        assert_eq!(rows[2].2.tokens.total(), 2);
        assert_eq!(
            rows[0].2.latency.maximum(),
            Some(Span::from_milliseconds(500))
        );
    }
}
