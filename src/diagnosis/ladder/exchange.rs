//! Exchanges of a request: what belongs to one call, from its first step to its answer.
//!
//! It knows nothing of lifelines. Observations name the group and the leg, and most a host or a server;
//! where two calls of one leg of one group are under way at once, an observation goes to the first of
//! them that it can belong to. Invariant: each call that was begun is one exchange.

use crate::engine::Instant;
use crate::model::Federation;
use crate::model::cause::Cause;
use crate::model::gateway::DataCentreId;
use crate::model::names::NameId;
use crate::model::observation::{Fact, NameAnswer, Observation};
use crate::model::organization::ServerId;
use crate::model::outcome::{Failure, GroupOutcome, Leg};

/// When something was seen: its instant, and its place among the observations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen {
    pub at: Instant,
    pub place: usize,
}

/// One call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exchange {
    pub group: u16,
    pub leg: Leg,
    pub host: NameId,
    pub started: Seen,
    /// The answer of the resolver, and whether it came from its cache.
    pub resolved: Option<(Seen, NameAnswer, bool)>,
    /// The connection, and after how many round trips it stood.
    pub connected: Option<(Seen, u8)>,
    /// The server of a target that took the call.
    pub arrived: Option<(Seen, ServerId)>,
    /// What the gateway said: a token, or why there is none.
    pub granted: Option<(Seen, DataCentreId, Option<Cause>)>,
    /// The place of the first answer of Autodiscover.
    pub discovered: Option<usize>,
    /// How it ended.
    pub ended: Option<(Seen, Option<Failure>)>,
    /// When its answer came after all.
    pub wasted: Option<Seen>,
    /// When its group was over without it, and why.
    pub abandoned: Option<(Seen, Option<Failure>)>,
}

/// The exchanges of a request, in the order in which they began.
pub(super) fn exchanges(federation: &Federation, observations: &[Observation]) -> Vec<Exchange> {
    let mut all: Vec<Exchange> = Vec::new();
    for (place, observation) in observations.iter().enumerate() {
        let seen = Seen {
            at: observation.at,
            place,
        };
        take(federation, &mut all, seen, &observation.fact);
    }
    all
}

fn take(federation: &Federation, all: &mut Vec<Exchange>, seen: Seen, fact: &Fact) {
    match *fact {
        Fact::LegStarted { group, leg, host } => all.push(Exchange::new(group, leg, host, seen)),
        Fact::NameResolved {
            group,
            leg,
            host,
            answer,
            from_cache,
        } => {
            let fits = |call: &Exchange| call.host == host && call.resolved.is_none();
            if let Some(call) = first(all, group, leg, fits) {
                call.resolved = Some((seen, answer, from_cache));
            }
        }
        Fact::Connected {
            group,
            leg,
            host,
            round_trips,
        } => {
            let fits = |call: &Exchange| call.host == host && call.connected.is_none();
            if let Some(call) = first(all, group, leg, fits) {
                call.connected = Some((seen, round_trips));
            }
        }
        Fact::CallArrived { group, leg, server } => {
            let is_behind = |call: &Exchange| {
                let host = federation.index.hosts.get(&call.host);
                host.is_some_and(|&host| federation.hosts.original(host).servers.contains(&server))
            };
            let waits = |call: &Exchange| call.arrived.is_none();
            let is_certain =
                |call: &Exchange| waits(call) && call.connected.is_some() && is_behind(call);
            let call = if all
                .iter()
                .any(|call| call.is_at(group, leg) && is_certain(call))
            {
                first(all, group, leg, is_certain)
            } else {
                first(all, group, leg, waits)
            };
            if let Some(call) = call {
                call.arrived = Some((seen, server));
            }
        }
        Fact::TokenIssued {
            group,
            leg,
            data_centre,
            ..
        } => grant(all, (group, leg), (seen, data_centre, None)),
        Fact::TokenRefused {
            group,
            leg,
            data_centre,
            cause,
        } => grant(all, (group, leg), (seen, data_centre, Some(cause))),
        Fact::Discovered { group, .. } => {
            let fits = |call: &Exchange| call.arrived.is_some();
            if let Some(call) = first(all, group, Leg::Autodiscover, fits) {
                call.discovered.get_or_insert(seen.place);
            }
        }
        Fact::LegEnded {
            group,
            leg,
            failure,
        } => {
            if let Some(call) = ending(all, group, leg, failure) {
                call.ended = Some((seen, failure));
            }
        }
        Fact::AnswerWasted { group, leg } => {
            let is_late = |call: &Exchange| call.abandoned.is_some() && call.wasted.is_none();
            let late = all
                .iter_mut()
                .find(|call| call.group == group && call.leg == leg && is_late(call));
            if let Some(call) = late {
                call.wasted = Some(seen);
            }
        }
        Fact::GroupDone { group, outcome, .. } => {
            let failure = match outcome {
                GroupOutcome::Failed(failure) => Some(failure),
                GroupOutcome::Answered => None,
            };
            for call in all.iter_mut().filter(|call| call.group == group) {
                if call.is_open() {
                    call.abandoned = Some((seen, failure));
                }
            }
        }
        _ => {}
    }
}

fn grant(
    all: &mut [Exchange],
    (group, leg): (u16, Leg),
    granted: (Seen, DataCentreId, Option<Cause>),
) {
    if let Some(call) = first(all, group, leg, |call| call.granted.is_none()) {
        call.granted = Some(granted);
    }
}

/// The first open call of a leg that fits.
fn first(
    all: &mut [Exchange],
    group: u16,
    leg: Leg,
    fits: impl Fn(&Exchange) -> bool,
) -> Option<&mut Exchange> {
    all.iter_mut()
        .find(|call| call.is_at(group, leg) && fits(call))
}

/// The call that has ended: one that got as far as such an end shows, if there is one.
fn ending(
    all: &mut [Exchange],
    group: u16,
    leg: Leg,
    failure: Option<Failure>,
) -> Option<&mut Exchange> {
    let has_no_name = |call: &Exchange| {
        call.resolved
            .is_some_and(|(_, answer, _)| answer != NameAnswer::Found)
    };
    let is_likely = |call: &Exchange| match failure {
        None => call.connected.is_some(),
        Some(_) => has_no_name(call),
    };
    let of_leg = |call: &Exchange| call.is_at(group, leg);
    let likely = all
        .iter()
        .position(|call| of_leg(call) && is_likely(call))
        .or_else(|| all.iter().position(of_leg))?;
    Some(&mut all[likely])
}

impl Exchange {
    fn new(group: u16, leg: Leg, host: NameId, started: Seen) -> Exchange {
        Exchange {
            group,
            leg,
            host,
            started,
            resolved: None,
            connected: None,
            arrived: None,
            granted: None,
            discovered: None,
            ended: None,
            wasted: None,
            abandoned: None,
        }
    }

    /// Whether it is a call of this leg of this group, and open.
    fn is_at(&self, group: u16, leg: Leg) -> bool {
        self.group == group && self.leg == leg && self.is_open()
    }

    /// Whether its requester waits for its answer.
    pub(super) fn is_open(&self) -> bool {
        self.ended.is_none() && self.abandoned.is_none()
    }

    /// Why it failed, if it did: the failure that it ended with, or the one that its group was given
    /// up for while it was under way.
    pub(super) fn failure(&self) -> Option<Failure> {
        match (self.ended, self.abandoned) {
            (Some((_, failure)), _) => failure,
            (None, Some((_, failure))) => failure.filter(|failure| failure.leg == Some(self.leg)),
            (None, None) => None,
        }
    }

    /// Whether it is for a token of the gateway.
    pub(super) fn is_for_token(&self) -> bool {
        matches!(self.leg, Leg::FreeBusyToken | Leg::AutodiscoverToken)
    }
}
