//! Response times of requests and groups.
//!
//! Definition: of a *request* the time from sending it to receiving its answer, as the client sees it;
//! of a *group* the time from its dispatch to its outcome. Denominator: requests that were answered, be it
//! with failures alone; of them those with a view or another answer (*served*); groups with an outcome. It leaves out requests in flight at the end, and what of their groups has no outcome.
//!
//! It knows no outcomes. Invariant: response times merge by addition.

use crate::engine::Span;
use crate::model::Federation;
use crate::model::observation::{Fact, Observation, Recorder};
use crate::model::outcome::RequestOutcome;
use crate::record::Histogram;

/// The ends of the classes that the product counts response times in.
///
/// Source: statistics that clients report to the Availability service, observed, Exchange 2013.
pub const LATENCY_ENDS: [Span; 3] = [
    Span::from_seconds(5),
    Span::from_seconds(10),
    Span::from_seconds(20),
];

/// Response times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latencies {
    /// Of requests, as clients see them.
    pub requests: Histogram,
    /// Of those of them with an answer for at least one attendee. A failure is often quick, so an
    /// outage makes the response times of all requests better.
    pub served: Histogram,
    /// Of groups.
    pub groups: Histogram,
}

impl Latencies {
    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Latencies) {
        self.requests.merge(&other.requests);
        self.served.merge(&other.served);
        self.groups.merge(&other.groups);
    }
}

impl Recorder for Latencies {
    fn observe(&mut self, _: &Federation, observation: &Observation) {
        match observation.fact {
            Fact::RequestDone {
                outcome, latency, ..
            } => {
                self.requests.add(latency);
                if outcome != RequestOutcome::Failed {
                    self.served.add(latency);
                }
            }
            Fact::GroupDone { latency, .. } => self.groups.add(latency),
            _ => {}
        }
    }
}
