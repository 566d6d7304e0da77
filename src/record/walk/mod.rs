//! The walk of a request: all that happened to it, told step by step in an administrator's words.
//!
//! Definition: every observation of the chosen requests, in the order of simulated time, answers that
//! came too late included. It leaves out all other requests.
//!
//! It knows nothing of where a walk is printed. Invariant: a step for each observation, none merged
//! and none invented.

pub mod telling;

use std::fmt;

use rustc_hash::FxHashMap;

use crate::engine::{Instant, Span};
use crate::model::Federation;
use crate::model::observation::{Fact, Observation, Recorder, RequestIdentity};
use crate::model::outcome::words;

/// Where a step happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// At the client.
    Client,
    /// At a server of the requester.
    Requester,
    /// At a resolver.
    Dns,
    /// At the gateway, or the authorization server of OAuth.
    Gateway,
    /// At a server of the target.
    Target,
}

words!(Place {
    Client => "client", Requester => "requester", Dns => "dns", Gateway => "gateway",
    Target => "target",
});

/// One step of a walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Instant,
    /// How long after the request was sent.
    pub since: Span,
    /// Where.
    pub place: Place,
    /// What.
    pub text: String,
}

/// The walk of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Which request.
    pub request: RequestIdentity,
    /// When it was sent.
    pub sent: Instant,
    /// What happened to it.
    pub steps: Vec<Step>,
}

/// Keeps the observations of some requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Walks {
    /// How many more requests are kept when they are sent.
    room: usize,
    kept: Vec<(RequestIdentity, Vec<Observation>)>,
    /// Looked up only, never iterated.
    places: FxHashMap<RequestIdentity, usize>,
}

impl Walks {
    /// Keeps the first so many requests.
    pub fn first(count: usize) -> Walks {
        Walks {
            room: count,
            kept: Vec::new(),
            places: FxHashMap::default(),
        }
    }

    /// Keeps these requests.
    pub fn of(requests: impl IntoIterator<Item = RequestIdentity>) -> Walks {
        let mut walks = Walks::first(0);
        for request in requests {
            walks.keep(request);
        }
        walks
    }

    /// What was observed of a request, if it is one of those that are kept.
    pub fn observations(&self, request: RequestIdentity) -> Option<&[Observation]> {
        let place = *self.places.get(&request)?;
        Some(&self.kept[place].1)
    }

    /// The walks, in the order in which the requests were sent, then of their names.
    pub fn tell(&self, federation: &Federation) -> Vec<Walk> {
        let all = self.kept.iter();
        let mut walks: Vec<_> = all
            .filter_map(|(request, seen)| tell(federation, *request, seen))
            .collect();
        walks.sort_by_cached_key(|walk| (walk.sent, federation.request_name(walk.request)));
        walks
    }

    fn keep(&mut self, request: RequestIdentity) {
        let place = self.kept.len();
        if *self.places.entry(request).or_insert(place) == place {
            self.kept.push((request, Vec::new()));
        }
    }
}

impl Recorder for Walks {
    fn observe(&mut self, _: &Federation, observation: &Observation) {
        let is_new = self.room > 0 && matches!(observation.fact, Fact::Sent { .. });
        if is_new && !self.places.contains_key(&observation.request) {
            self.keep(observation.request);
            self.room -= 1;
        }
        if let Some(&place) = self.places.get(&observation.request) {
            self.kept[place].1.push(*observation);
        }
    }
}

/// Tells the walk of one request; none if nothing was observed.
pub fn tell(
    federation: &Federation,
    request: RequestIdentity,
    observations: &[Observation],
) -> Option<Walk> {
    let sent = observations.first()?.at;
    let teller = telling::Teller::new(federation, observations);
    let steps = observations.iter().map(|observation| {
        let (place, text) = teller.tell(observation);
        Step {
            at: observation.at,
            since: observation.at.since(sent),
            place,
            text,
        }
    });
    Some(Walk {
        request,
        sent,
        steps: steps.collect(),
    })
}

/// Prints as one line: `+0.212000 s  gateway    issued token …`.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let microseconds = self.since.nanoseconds() / 1_000;
        let (seconds, rest) = (microseconds / 1_000_000, microseconds % 1_000_000);
        let place = self.place.word();
        write!(f, "+{seconds:>2}.{rest:06} s  {place:<9}  {}", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cause::Cause;
    use crate::record::fixture::{federation, journey, request};

    fn walk(observations: &[Observation], mut walks: Walks) -> Vec<Walk> {
        let federation = federation();
        for observation in observations {
            walks.observe(federation, observation);
        }
        walks.tell(federation)
    }

    #[test]
    fn a_walk_tells_a_request_step_by_step() {
        let seen = journey(0, 1, Err(Cause::TokenSignatureUnknown));
        let walks = walk(&seen, Walks::first(1));
        let lines: Vec<_> = walks[0].steps.iter().map(Step::to_string).collect();
        assert_eq!(
            lines,
            WALK.lines().collect::<Vec<_>>(),
            "\n{}",
            lines.join("\n")
        );
    }

    const WALK: &str = "\
+ 0.000000 s  client     ann@contoso.com asks for 1 attendee: 7 d, DetailedMerged
+ 0.002000 s  requester  contoso/cas1 takes the request
+ 0.005000 s  requester  bob@fabrikam.com: by organization relationship `contoso -> fabrikam`; \
the URL cache knows its endpoint
+ 0.005000 s  requester  sends 1 attendee of fabrikam.com on its way; endpoint \
https://mail.fabrikam.com/EWS/Exchange.asmx/WSSecurity
+ 0.020000 s  requester  free/busy token: calls login.microsoftonline.com
+ 0.022000 s  dns        login.microsoftonline.com resolved
+ 0.060000 s  requester  connected to login.microsoftonline.com after 3 round trips
+ 0.212000 s  gateway    business-1 issued token SharingCalendarFreeBusy for \
FYDIBOHF25SPDLT.fabrikam.com (NotBefore 2026-03-02T08:00:00.212Z, signed by business#1, \
encrypted for fabrikam/federation)
+ 0.220000 s  requester  free/busy token: done
+ 0.221000 s  requester  availability: calls mail.fabrikam.com
+ 0.300000 s  target     fabrikam/cas1 takes the availability call
+ 0.320000 s  target     fabrikam/cas1 rejects the token as InvalidTokenFailedValidation: the token \
is signed by a gateway certificate that the target's trust does not hold (token.signature-unknown)
+ 0.480000 s  requester  availability: failed: the token is signed by a gateway certificate that \
the target's trust does not hold (token.signature-unknown)
+ 0.490000 s  requester  group failed with 5016 ProxyRequestProcessingFailed \
(token.signature-unknown), 0.485 s after it was dispatched
+ 0.490000 s  requester  bob@fabrikam.com: failed with 5016 ProxyRequestProcessingFailed: the \
token is signed by a gateway certificate that the target's trust does not hold \
(token.signature-unknown; target has to act)
+ 0.500000 s  client     failed: 0 of 1 attendee, after 0.500 s";

    #[test]
    fn the_first_requests_are_kept_or_those_that_were_chosen() {
        let mut seen = journey(0, 1, Ok(()));
        seen.extend(journey(10, 2, Ok(())));
        seen.sort_by_key(|observation| observation.at);
        let requests = |walks: Vec<Walk>| walks.iter().map(|w| w.request).collect::<Vec<_>>();
        assert_eq!(requests(walk(&seen, Walks::first(1))), [request(1)]);
        assert_eq!(
            requests(walk(&seen, Walks::first(9))),
            [request(1), request(2)]
        );
        let chosen = Walks::of([request(2), request(7)]);
        assert_eq!(requests(walk(&seen, chosen)), [request(2)]);
    }
}
