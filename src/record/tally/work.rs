//! Calls, what caches saved of them, and what of them was wasted.
//!
//! Definition: *calls* are legs that were begun, *arrived* those that reached a server of the target.
//! *Names* are questions to a resolver by answer; hits are those it answered from its cache.
//! *Connections* were opened, or stood already, which is a hit. The *URL cache* was asked for
//! attendees of relationships without a set endpoint; hits are URLs, negative hits remembered failures.
//! *Wasted* are answers that came after their request had been given up. Denominator of a hit rate:
//! all questions of its kind. It leaves out calls that were given up and never answered, and questions
//! between a resolver and the zones' servers.
//!
//! It knows no latencies. Invariant: counts merge by addition.

use crate::model::Federation;
use crate::model::observation::{CacheAnswer, Fact, NameAnswer, Observation, Recorder};
use crate::model::outcome::Leg;
use crate::record::counts::Counts;

/// Calls, caches and wasted work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Calls that were begun, by leg.
    pub begun: Counts<Leg>,
    /// Calls that reached a server of the target, by leg.
    pub arrived: Counts<Leg>,
    /// Answers that nobody waited for any more, by leg.
    pub wasted: Counts<Leg>,
    /// Connections that were opened for a call.
    pub connections_opened: u64,
    /// Calls over a connection that stood already.
    pub connections_reused: u64,
    /// Resolved names by answer.
    pub names: Counts<NameAnswer>,
    /// Resolved names that the cache answered.
    pub names_cached: u64,
    /// What the URL cache said; attendees whose path needs no URL are `NotAsked`.
    pub urls: Counts<CacheAnswer>,
}

impl Work {
    /// Attendees for whom the URL cache was asked.
    pub fn urls_asked(&self) -> u64 {
        self.urls.total() - self.urls.get(CacheAnswer::NotAsked)
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Work) {
        self.begun.merge(&other.begun);
        self.arrived.merge(&other.arrived);
        self.wasted.merge(&other.wasted);
        self.connections_opened += other.connections_opened;
        self.connections_reused += other.connections_reused;
        self.names.merge(&other.names);
        self.names_cached += other.names_cached;
        self.urls.merge(&other.urls);
    }
}

impl Recorder for Work {
    fn observe(&mut self, _: &Federation, observation: &Observation) {
        match observation.fact {
            Fact::LegStarted { leg, .. } => self.begun.add_one(leg),
            Fact::CallArrived { leg, .. } => self.arrived.add_one(leg),
            Fact::AnswerWasted { leg, .. } => self.wasted.add_one(leg),
            Fact::PathChosen { cache, .. } => self.urls.add_one(cache),
            Fact::NameResolved {
                answer, from_cache, ..
            } => {
                self.names.add_one(answer);
                self.names_cached += u64::from(from_cache);
            }
            Fact::Connected { round_trips, .. } => match round_trips {
                0 => self.connections_reused += 1,
                _ => self.connections_opened += 1,
            },
            _ => {}
        }
    }
}
