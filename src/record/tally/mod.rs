//! The tally: the counts of a run's summary, each kind of measure in a file of its own.
//!
//! It knows no files and no texts. Invariant: a tally merges by addition, and counting takes neither a
//! search nor an allocation, but for the first failure of a kind and the first token of a pair.

mod failures;
mod latency;
mod outcomes;
mod tokens;
mod work;

#[cfg(test)]
mod tests;

use crate::model::Federation;
use crate::model::observation::{Observation, Recorder};

pub use failures::{FailureKey, Failures, Occurrences};
pub use latency::{LATENCY_ENDS, Latencies};
pub use outcomes::{Attendees, Groups, Outcomes, Requests};
pub use tokens::{Desk, Pair, Tokens, Volume};
pub use work::Work;

/// The counts of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests, groups and attendees by outcome.
    pub outcomes: Outcomes,
    /// Failures of attendees.
    pub failures: Failures,
    /// Tokens.
    pub tokens: Tokens,
    /// Calls, caches and wasted work.
    pub work: Work,
    /// Response times.
    pub latency: Latencies,
}

impl Tally {
    /// Nothing counted yet.
    pub fn new() -> Tally {
        Tally::default()
    }

    /// Adds what another recorder of the same federation has counted.
    pub fn merge(&mut self, other: &Tally) {
        self.outcomes.merge(&other.outcomes);
        self.failures.merge(&other.failures);
        self.tokens.merge(&other.tokens);
        self.work.merge(&other.work);
        self.latency.merge(&other.latency);
    }
}

impl Recorder for Tally {
    #[inline]
    fn observe(&mut self, federation: &Federation, observation: &Observation) {
        self.outcomes.observe(federation, observation);
        self.failures.observe(federation, observation);
        self.tokens.observe(federation, observation);
        self.work.observe(federation, observation);
        self.latency.observe(federation, observation);
    }
}
