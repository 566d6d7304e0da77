//! The tally: the counts of a run's summary.
//!
//! Definitions. *Requests*: what clients sent, by outcome; those without an answer when the run ended
//! are in flight. *Groups*: dispatched calls toward a target, by outcome. *Attendees*: outcomes of
//! attendees, a view at a level or a failure; failures are counted by (cause, code, code inside,
//! side), with the first and the last instant. *Tokens*: delegation tokens that the gateway issued,
//! by offer, with the bytes of the answers that carried them; issued OAuth tokens, reused and refused
//! tokens apart. *Calls*: legs that were begun, whether or not they arrived. *Names*: names that were
//! resolved, whatever the answer, and how many of them from the cache. *Wasted*: answers that came
//! after their request had been given up. It leaves out local work at servers, and what legs of
//! requests in flight would have become.
//!
//! It knows no files and no texts. Invariant: a tally merges by addition.

use std::collections::BTreeMap;

use crate::engine::{Instant, Span};
use crate::model::Federation;
use crate::model::cause::Cause;
use crate::model::observation::{Fact, NameAnswer, Observation, PathKind, Recorder};
use crate::model::outcome::{
    AccessLevel, AttendeeOutcome, Failure, GroupOutcome, Leg, RequestOutcome, ResponseCode, Side,
};
use crate::model::token::Offer;

use super::histogram::Histogram;

/// The ends of the classes that the product counts response times in.
///
/// Source: statistics that clients report to the Availability service, observed, Exchange 2013.
pub const LATENCY_ENDS: [Span; 3] = [
    Span::from_seconds(5),
    Span::from_seconds(10),
    Span::from_seconds(20),
];

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

/// A number of things and the bytes they weigh together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Volume {
    /// How many.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Counts of requests. `sent` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // The names are those of the outcomes.
pub struct RequestCounts {
    pub sent: u64,
    pub complete: u64,
    pub partial: u64,
    pub failed: u64,
    pub in_flight: u64,
}

/// The counts of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests by outcome.
    pub requests: RequestCounts,
    /// Groups that the target answered.
    pub groups_answered: u64,
    /// Groups that failed, by cause.
    pub groups_failed: BTreeMap<Cause, u64>,
    /// Views by level.
    pub views: BTreeMap<AccessLevel, u64>,
    /// Failures of attendees.
    pub failures: BTreeMap<FailureKey, Occurrences>,
    /// Attendees by path; none: no path was found.
    pub paths: BTreeMap<Option<PathKind>, u64>,
    /// Issued delegation tokens by offer.
    pub tokens: BTreeMap<Offer, Volume>,
    /// Refused delegation tokens by cause.
    pub tokens_refused: BTreeMap<Cause, u64>,
    /// Delegation tokens that were used again.
    pub tokens_reused: u64,
    /// Issued OAuth tokens.
    pub oauth_tokens: u64,
    /// Calls that were begun, by leg.
    pub calls: BTreeMap<Leg, u64>,
    /// Calls that reached a server of the target, by leg.
    pub calls_arrived: BTreeMap<Leg, u64>,
    /// Connections that were opened, and that stood already.
    pub connections: [u64; 2],
    /// Resolved names by answer, in the order of [`NameAnswer::ALL`].
    pub names: [u64; NameAnswer::ALL.len()],
    /// Resolved names that the cache answered.
    pub names_cached: u64,
    /// Answers that nobody waited for any more, by leg.
    pub wasted: BTreeMap<Leg, u64>,
    /// Response times of requests, as clients see them.
    pub latency: Histogram,
    /// Response times of groups.
    pub group_latency: Histogram,
}

impl Tally {
    /// Nothing counted yet.
    pub fn new() -> Tally {
        Tally::default()
    }

    /// Attendees with a view.
    pub fn views_count(&self) -> u64 {
        self.views.values().sum()
    }

    /// Attendees that failed.
    pub fn failures_count(&self) -> u64 {
        self.failures.values().map(|row| row.count).sum()
    }

    /// Issued delegation tokens of all offers.
    pub fn tokens_total(&self) -> Volume {
        let add = |sum: Volume, volume: &Volume| Volume {
            count: sum.count + volume.count,
            bytes: sum.bytes + volume.bytes,
        };
        self.tokens.values().fold(Volume::default(), add)
    }

    /// Failures, the most frequent first, then in the order of causes.
    pub fn failures_by_frequency(&self) -> Vec<(FailureKey, Occurrences)> {
        let mut rows: Vec<_> = self.failures.iter().map(|(k, v)| (*k, *v)).collect();
        rows.sort_by_key(|(key, row)| (std::cmp::Reverse(row.count), key.cause.id(), *key));
        rows
    }

    /// Adds what another recorder has counted.
    pub fn merge(&mut self, other: &Tally) {
        let (requests, others) = (&mut self.requests, &other.requests);
        requests.sent += others.sent;
        requests.complete += others.complete;
        requests.partial += others.partial;
        requests.failed += others.failed;
        requests.in_flight += others.in_flight;
        self.groups_answered += other.groups_answered;
        add_all(&mut self.groups_failed, &other.groups_failed);
        add_all(&mut self.views, &other.views);
        for (key, row) in &other.failures {
            self.failed(*key, *row);
        }
        add_all(&mut self.paths, &other.paths);
        for (offer, volume) in &other.tokens {
            self.issued(*offer, *volume);
        }
        add_all(&mut self.tokens_refused, &other.tokens_refused);
        self.tokens_reused += other.tokens_reused;
        self.oauth_tokens += other.oauth_tokens;
        add_all(&mut self.calls, &other.calls);
        add_all(&mut self.calls_arrived, &other.calls_arrived);
        self.connections[0] += other.connections[0];
        self.connections[1] += other.connections[1];
        for (count, more) in self.names.iter_mut().zip(other.names) {
            *count += more;
        }
        self.names_cached += other.names_cached;
        add_all(&mut self.wasted, &other.wasted);
        self.latency.merge(&other.latency);
        self.group_latency.merge(&other.group_latency);
    }

    fn failed(&mut self, key: FailureKey, more: Occurrences) {
        let row = self
            .failures
            .entry(key)
            .or_insert(Occurrences { count: 0, ..more });
        row.count += more.count;
        row.first = row.first.min(more.first);
        row.last = row.last.max(more.last);
    }

    fn issued(&mut self, offer: Offer, more: Volume) {
        let volume = self.tokens.entry(offer).or_default();
        volume.count += more.count;
        volume.bytes += more.bytes;
    }

    fn attendee(&mut self, path: Option<PathKind>, outcome: AttendeeOutcome, at: Instant) {
        add_one(&mut self.paths, path);
        match outcome {
            AttendeeOutcome::View(level) => add_one(&mut self.views, level),
            AttendeeOutcome::Failed(failure) => {
                let once = Occurrences {
                    count: 1,
                    first: at,
                    last: at,
                };
                self.failed(FailureKey::of(&failure), once);
            }
        }
    }

    fn request(&mut self, outcome: RequestOutcome) {
        self.requests.sent += 1;
        match outcome {
            RequestOutcome::Complete => self.requests.complete += 1,
            RequestOutcome::Partial => self.requests.partial += 1,
            RequestOutcome::Failed => self.requests.failed += 1,
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

impl Recorder for Tally {
    fn observe(&mut self, _: &Federation, observation: &Observation) {
        match observation.fact {
            Fact::LegStarted { leg, .. } => add_one(&mut self.calls, leg),
            Fact::CallArrived { leg, .. } => add_one(&mut self.calls_arrived, leg),
            Fact::NameResolved {
                answer, from_cache, ..
            } => {
                self.names[answer as usize] += 1;
                self.names_cached += u64::from(from_cache);
            }
            Fact::Connected { round_trips, .. } => {
                self.connections[usize::from(round_trips == 0)] += 1;
            }
            Fact::TokenIssued { token, bytes, .. } => {
                let bytes = u64::from(bytes);
                self.issued(token.offer, Volume { count: 1, bytes });
            }
            Fact::TokenRefused { cause, .. } => add_one(&mut self.tokens_refused, cause),
            Fact::TokenReused { .. } => self.tokens_reused += 1,
            Fact::OAuthTokenIssued { .. } => self.oauth_tokens += 1,
            Fact::AnswerWasted { leg, .. } => add_one(&mut self.wasted, leg),
            Fact::AttendeeDone { path, outcome, .. } => {
                self.attendee(path, outcome, observation.at);
            }
            Fact::GroupDone {
                outcome, latency, ..
            } => {
                self.group_latency.add(latency);
                match outcome {
                    GroupOutcome::Answered => self.groups_answered += 1,
                    GroupOutcome::Failed(failure) => {
                        add_one(&mut self.groups_failed, failure.cause);
                    }
                }
            }
            Fact::RequestDone {
                outcome, latency, ..
            } => {
                self.latency.add(latency);
                self.request(outcome);
            }
            Fact::InFlightAtEnd { .. } => {
                self.requests.sent += 1;
                self.requests.in_flight += 1;
            }
            Fact::Sent { .. }
            | Fact::Arrived { .. }
            | Fact::PathChosen { .. }
            | Fact::GroupDispatched { .. }
            | Fact::TokenValidated { .. }
            | Fact::Discovered { .. }
            | Fact::CalendarDecided { .. }
            | Fact::LegEnded { .. } => {}
        }
    }
}

fn add_one<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
    *counts.entry(key).or_default() += 1;
}

fn add_all<K: Ord + Copy>(counts: &mut BTreeMap<K, u64>, others: &BTreeMap<K, u64>) {
    for (key, count) in others {
        *counts.entry(*key).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixture::{START, federation, journey, request, seen};

    fn tally_of(observations: &[Observation]) -> Tally {
        let federation = federation();
        let mut tally = Tally::new();
        for observation in observations {
            tally.observe(federation, observation);
        }
        tally
    }

    fn three_requests() -> Vec<Observation> {
        let mut all = journey(0, 1, Ok(()));
        all.extend(journey(10_000, 2, Err(Cause::TokenSignatureUnknown)));
        all.extend(journey(20_000, 3, Err(Cause::TokenSignatureUnknown)));
        all.extend(journey(30_000, 4, Ok(()))[..7].iter());
        let since = START + Span::from_seconds(30);
        all.push(seen(3_600_000, request(4), Fact::InFlightAtEnd { since }));
        all
    }

    /// By hand: of four requests one is complete, two fail 490 ms after 10 s and 20 s, one gets as far
    /// as its connection to the gateway; the first name is not in the cache.
    #[test]
    fn a_tally_counts_requests_groups_attendees_tokens_and_calls_apart() {
        let tally = tally_of(&three_requests());
        let requests = RequestCounts {
            sent: 4,
            complete: 1,
            partial: 0,
            failed: 2,
            in_flight: 1,
        };
        assert_eq!(tally.requests, requests);
        assert_eq!(tally.groups_answered, 1);
        assert_eq!(tally.views, [(AccessLevel::Simple, 1)].into());
        let rows = tally.failures_by_frequency();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].0.cause, Cause::TokenSignatureUnknown);
        let expected = Occurrences {
            count: 2,
            first: START + Span::from_milliseconds(10_490),
            last: START + Span::from_milliseconds(20_490),
        };
        assert_eq!(rows[0].1, expected);
        let issued = Volume {
            count: 3,
            bytes: 27_000,
        };
        assert_eq!(tally.tokens_total(), issued);
        assert_eq!(
            tally.calls,
            [(Leg::FreeBusyToken, 4), (Leg::Availability, 3)].into()
        );
        assert_eq!((tally.names, tally.names_cached), ([4, 0, 0, 0], 3));
        assert_eq!(tally.connections, [4, 0]);
        assert_eq!(tally.latency.by_ends(LATENCY_ENDS), [3, 0, 0, 0]);
    }

    #[test]
    fn merged_tallies_are_the_tally_of_all_observations() {
        let all = three_requests();
        for at in [0, 1, 16, 20, all.len()] {
            let (first, second) = all.split_at(at);
            let mut merged = tally_of(second);
            merged.merge(&tally_of(first));
            assert_eq!(merged, tally_of(&all), "split at {at}");
        }
    }
}
