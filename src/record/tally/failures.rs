//! Failures of attendees by cause, with the first and the last instant.
//!
//! Definition: attendees that have no view, by (cause, code, code inside, side); a cause's layer is its
//! own. Denominator of a share: attendees with an outcome. It leaves out failures of groups and of
//! single legs that an attendee's outcome does not show.
//!
//! It knows no texts. Invariant: failures merge by addition, first and last by the lesser and the
//! greater.

use crate::engine::Instant;
use crate::model::Federation;
use crate::model::cause::{CAUSES, Cause, Layer};
use crate::model::observation::{Fact, Observation, Recorder};
use crate::model::outcome::{AttendeeOutcome, Failure, ResponseCode, Side};
use crate::record::counts::Counts;

/// What tells one row of failures from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FailureKey {
    /// The root cause.
    pub cause: Cause,
    /// The number that the product shows.
    pub code: ResponseCode,
    /// The number inside it.
    pub inner: Option<ResponseCode>,
    /// Who has to act.
    pub side: Side,
}

/// How often something happened, and when first and last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrences {
    /// How often.
    pub count: u64,
    /// When first.
    pub first: Instant,
    /// When last.
    pub last: Instant,
}

/// Failures: for each cause the few ways in which it shows, in the order of their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failures {
    by_cause: Vec<Vec<(FailureKey, Occurrences)>>,
}

impl Default for Failures {
    fn default() -> Failures {
        Failures {
            by_cause: vec![Vec::new(); CAUSES.len()],
        }
    }
}

impl Failures {
    /// All failures.
    pub fn total(&self) -> u64 {
        self.rows().map(|(_, row)| row.count).sum()
    }

    /// All rows, in the order of causes.
    pub fn rows(&self) -> impl Iterator<Item = (FailureKey, Occurrences)> {
        self.by_cause.iter().flatten().copied()
    }

    /// All rows, the most frequent first, then in the order of the names of causes.
    pub fn by_frequency(&self) -> Vec<(FailureKey, Occurrences)> {
        let mut rows: Vec<_> = self.rows().collect();
        rows.sort_by_key(|(key, row)| (std::cmp::Reverse(row.count), key.cause.id(), *key));
        rows
    }

    /// Failures by the layer of their cause.
    pub fn by_layer(&self) -> Counts<Layer> {
        let mut layers = Counts::new();
        for (key, row) in self.rows() {
            layers.add(key.cause.row().layer, row.count);
        }
        layers
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Failures) {
        for (key, row) in other.rows() {
            self.add(key, row);
        }
    }

    fn add(&mut self, key: FailureKey, more: Occurrences) {
        let rows = &mut self.by_cause[key.cause as usize];
        match rows.iter_mut().find(|(known, _)| *known == key) {
            Some((_, row)) => {
                row.count += more.count;
                row.first = row.first.min(more.first);
                row.last = row.last.max(more.last);
            }
            None => {
                let place = rows.partition_point(|(known, _)| *known < key);
                rows.insert(place, (key, more));
            }
        }
    }
}

impl FailureKey {
    /// The row that a failure is counted in.
    pub fn of(failure: &Failure) -> FailureKey {
        FailureKey {
            cause: failure.cause,
            code: failure.code,
            inner: failure.inner,
            side: failure.side,
        }
    }
}

impl Recorder for Failures {
    fn observe(&mut self, _: &Federation, observation: &Observation) {
        if let Fact::AttendeeDone {
            outcome: AttendeeOutcome::Failed(failure),
            ..
        } = observation.fact
        {
            let once = Occurrences {
                count: 1,
                first: observation.at,
                last: observation.at,
            };
            self.add(FailureKey::of(&failure), once);
        }
    }
}
