//! Sightings: observations as far as measures count them, with everything that labels ask for.
//!
//! It knows no filters. Invariant: each observation is a sighting of at most one subject, and what a
//! label asks for is in it or is unknown, never guessed.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::engine::{Instant, Span};
use crate::model::Federation;
use crate::model::administration::{ScriptId, TranscriptEntry};
use crate::model::cause::Cause;
use crate::model::gateway::GatewayId;
use crate::model::observation::{Fact, NameAnswer, Observation, PathKind, RequestIdentity};
use crate::model::organization::OrgId;
use crate::model::outcome::{
    AccessLevel, Answer, AttendeeOutcome, Failure, GroupOutcome, Leg, ResponseCode, Side,
};
use crate::model::synchronization::FolderContents;
use crate::model::token::Offer;

use super::vocabulary::{IN_FLIGHT, Subject};

/// Something that measures count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sighting<'e> {
    pub(super) subject: Subject,
    pub(super) at: Instant,
    pub(super) request: RequestIdentity,
    /// One of the subject's outcomes.
    pub(super) outcome: Option<&'static str>,
    /// Whether a rate counts it as a success; none: the rate leaves it out.
    pub(super) success: Option<bool>,
    pub(super) cause: Option<Cause>,
    pub(super) code: Option<ResponseCode>,
    /// The code inside it.
    pub(super) inner: Option<ResponseCode>,
    pub(super) side: Option<Side>,
    pub(super) leg: Option<Leg>,
    pub(super) level: Option<Seen>,
    pub(super) offer: Option<Offer>,
    pub(super) gateway: Option<GatewayId>,
    pub(super) answer: Option<NameAnswer>,
    pub(super) shows: Option<FolderContents>,
    /// The outer option: whether it is known; the inner one: whether a path was found.
    pub(super) path: Option<Option<PathKind>>,
    pub(super) target: Option<OrgId>,
    pub(super) bytes: u64,
    pub(super) latency: Option<Span>,
    pub(super) script: Option<ScriptId>,
    /// The statement that was carried out.
    pub(super) statement: Option<&'e TranscriptEntry>,
}

/// What an attendee has: a level of the calendar, or what else was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Level(AccessLevel),
    Answer(Answer),
}

/// Which way groups of requests went; facts within a group do not say it again.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    /// Looked up only, never iterated.
    under_way: FxHashMap<RequestIdentity, Vec<Way>>,
    /// Ended requests, whose late answers may still come.
    ended: VecDeque<(Instant, RequestIdentity)>,
}

#[derive(Clone, Copy, Debug)]
struct Way {
    group: u16,
    path: PathKind,
    target: Option<OrgId>,
}

impl Groups {
    /// Learns from an observation, and forgets requests whose last answers must have come.
    pub(super) fn learn(&mut self, federation: &Federation, observation: &Observation) {
        match observation.fact {
            Fact::GroupDispatched {
                group,
                path,
                domain,
                ..
            } => {
                let target = federation.index.domain_owners.get(&domain).copied();
                let path = path.kind();
                let way = Way {
                    group,
                    path,
                    target,
                };
                self.under_way
                    .entry(observation.request)
                    .or_default()
                    .push(way);
            }
            Fact::RequestDone { .. } => {
                self.ended.push_back((observation.at, observation.request));
                let kept = longest_call(federation);
                while let Some(&(ended, request)) = self.ended.front()
                    && observation.at.since(ended) > kept
                {
                    self.under_way.remove(&request);
                    self.ended.pop_front();
                }
            }
            _ => {}
        }
    }

    fn way(&self, request: RequestIdentity, group: u16) -> Option<Way> {
        let ways = self.under_way.get(&request)?;
        ways.iter().rev().find(|way| way.group == group).copied()
    }
}

/// Longer than this after its request was given up no answer comes.
fn longest_call(federation: &Federation) -> Span {
    let parameters = &federation.parameters;
    parameters.connect_timeout + parameters.http_timeout.times(2)
}

/// What measures count of a statement.
pub(super) fn sight_statement<'e>(
    federation: &Federation,
    entry: &'e TranscriptEntry,
) -> Sighting<'e> {
    let identity = federation.scripts[entry.script].identity;
    let outcome = match (&entry.error, entry.warnings) {
        (Some(_), _) => "failed",
        (None, 0) => "done",
        (None, _) => "warned",
    };
    Sighting {
        outcome: Some(outcome),
        script: Some(entry.script),
        statement: Some(entry),
        ..Sighting::blank(Subject::Statements, entry.ended, identity)
    }
}

/// What measures count of a script that is not at its end.
pub(super) fn sight_unfinished(
    federation: &Federation,
    script: ScriptId,
    at: Instant,
) -> Sighting<'static> {
    let identity = federation.scripts[script].identity;
    Sighting {
        script: Some(script),
        ..Sighting::blank(Subject::UnfinishedScripts, at, identity)
    }
}

/// What measures count of an observation.
pub(super) fn sight(
    groups: &Groups,
    observation: &Observation,
    federation: &Federation,
) -> Option<Sighting<'static>> {
    let blank = |subject| Sighting::blank(subject, observation.at, observation.request);
    let of_group = |subject, group, leg| {
        let way = groups.way(observation.request, group);
        Sighting {
            leg: Some(leg),
            path: way.map(|way| Some(way.path)),
            target: way.and_then(|way| way.target),
            ..blank(subject)
        }
    };
    let gateway = |data_centre| Some(federation.data_centres[data_centre].gateway);
    Some(match observation.fact {
        Fact::RequestDone {
            outcome, latency, ..
        } => Sighting {
            outcome: Some(outcome.word()),
            success: Some(outcome == crate::model::outcome::RequestOutcome::Complete),
            latency: Some(latency),
            ..blank(Subject::Requests)
        },
        Fact::InFlightAtEnd { .. } => Sighting {
            outcome: Some(IN_FLIGHT),
            ..blank(Subject::Requests)
        },
        Fact::GroupDone {
            path,
            target,
            outcome,
            latency,
            ..
        } => {
            let answered = outcome == GroupOutcome::Answered;
            let sighting = Sighting {
                outcome: Some(if answered { "answered" } else { "failed" }),
                success: (path != PathKind::Local).then_some(answered),
                path: Some(Some(path)),
                target,
                latency: Some(latency),
                ..blank(Subject::Groups)
            };
            match outcome {
                GroupOutcome::Answered => sighting,
                GroupOutcome::Failed(failure) => sighting.failed(failure),
            }
        }
        Fact::AttendeeDone {
            path,
            target,
            outcome,
            ..
        } => {
            let sighting = Sighting {
                path: Some(path),
                target,
                ..blank(Subject::Attendees)
            };
            let counts = path != Some(PathKind::Local);
            match outcome {
                AttendeeOutcome::View(level) => Sighting {
                    outcome: Some("view"),
                    success: counts.then_some(true),
                    level: Some(Seen::Level(level)),
                    ..sighting
                },
                AttendeeOutcome::Answered(answer) => Sighting {
                    outcome: Some("answered"),
                    level: Some(Seen::Answer(answer)),
                    success: counts.then_some(true),
                    ..sighting
                },
                AttendeeOutcome::Failed(failure) => Sighting {
                    outcome: Some("failed"),
                    success: counts.then_some(false),
                    ..sighting.failed(failure)
                },
            }
        }
        Fact::TokenIssued {
            group,
            leg,
            data_centre,
            token,
            bytes,
            ..
        } => Sighting {
            offer: Some(token.offer),
            gateway: gateway(data_centre),
            bytes: u64::from(bytes),
            ..of_group(Subject::Tokens, group, leg)
        },
        Fact::TokenRefused {
            group,
            leg,
            data_centre,
            cause,
        } => Sighting {
            cause: Some(cause),
            gateway: gateway(data_centre),
            ..of_group(Subject::TokensRefused, group, leg)
        },
        Fact::LegStarted {
            group,
            leg: leg @ Leg::Autodiscover,
            ..
        } => of_group(Subject::AutodiscoverCalls, group, leg),
        Fact::LegStarted {
            group,
            leg: leg @ Leg::Availability,
            ..
        } => of_group(Subject::AvailabilityCalls, group, leg),
        Fact::NameResolved {
            group,
            leg,
            answer,
            from_cache,
            ..
        } => Sighting {
            answer: Some(answer),
            success: Some(from_cache),
            ..of_group(Subject::Names, group, leg)
        },
        Fact::Synchronized { group, shows, .. } => Sighting {
            shows: Some(shows),
            ..of_group(Subject::Folders, group, Leg::GetFolder)
        },
        Fact::AnswerWasted { group, leg } => of_group(Subject::Wasted, group, leg),
        _ => return None,
    })
}

impl<'e> Sighting<'e> {
    /// Nothing but what, when and whose.
    fn blank(subject: Subject, at: Instant, request: RequestIdentity) -> Sighting<'e> {
        Sighting {
            subject,
            at,
            request,
            outcome: None,
            success: None,
            cause: None,
            code: None,
            inner: None,
            side: None,
            leg: None,
            level: None,
            offer: None,
            gateway: None,
            answer: None,
            shows: None,
            path: None,
            target: None,
            bytes: 0,
            latency: None,
            script: None,
            statement: None,
        }
    }

    fn failed(self, failure: Failure) -> Sighting<'e> {
        Sighting {
            cause: Some(failure.cause),
            code: Some(failure.code),
            inner: failure.inner,
            side: Some(failure.side),
            leg: failure.leg,
            ..self
        }
    }
}
