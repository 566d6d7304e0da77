//! The steps of a ladder, drafted from observations and exchanges, put in order, and marked.
//!
//! It knows nothing of places on a drawing. Invariant: a step stands where the observation stands that
//! tells of it; steps of one instant keep the order of their observations.

use crate::engine::Instant;
use crate::model::Federation;
use crate::model::cause::Cause;
use crate::model::observation::{Fact, Observation, PathKind, RequestIdentity};
use crate::model::organization::OrgId;
use crate::model::outcome::{Asks, AttendeeOutcome, Leg, RequestOutcome, ResponseCode};
use crate::model::relationship::RelationshipId;
use crate::record::walk::telling::{Teller, answer_name, cached, count};

use super::exchange::{Exchange, exchanges};
use super::gathering::gathered;
use super::parties::{Parties, Party, Spot, Target};
use super::{Fate, MessageKind};

/// What a draft is of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Message {
        from: Party,
        to: Party,
        kind: MessageKind,
        fate: Fate,
        sent: Option<Instant>,
        received: Option<Instant>,
    },
    Note(Party),
    /// The outcome of attendees: a note at the requester.
    Outcome,
}

/// A step before its parties have places.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub at: Instant,
    /// The observation that tells of it.
    pub place: usize,
    /// The target that it concerns.
    pub target: Option<usize>,
    /// The exchange that it belongs to.
    pub exchange: Option<usize>,
    pub kind: Kind,
    pub text: String,
    pub full: String,
    pub cause: Option<Cause>,
    pub is_ordinary: bool,
}

/// All drafts of a request.
pub(super) struct Drafts<'a> {
    pub(super) federation: &'a Federation,
    pub(super) request: RequestIdentity,
    pub(super) seen: &'a [Observation],
    pub(super) teller: Teller<'a>,
    pub(super) parties: Parties<'a>,
    pub(super) exchanges: Vec<Exchange>,
    pub(super) drafts: Vec<Draft>,
}

impl<'a> Drafts<'a> {
    /// Drafts the steps of a request from its own observations.
    pub(super) fn of(
        federation: &'a Federation,
        request: RequestIdentity,
        seen: &'a [Observation],
    ) -> Drafts<'a> {
        let mut drafts = Drafts {
            federation,
            request,
            seen,
            teller: Teller::new(federation, seen),
            parties: Parties::of(federation, request, seen),
            exchanges: exchanges(federation, seen),
            drafts: Vec::new(),
        };
        for (place, alike) in gathered(seen) {
            drafts.draft(place, &alike);
        }
        for number in 0..drafts.exchanges.len() {
            drafts.draft_exchange(number);
        }
        drafts.drafts.sort_by_key(|draft| (draft.at, draft.place));
        drafts
    }

    /// What is seen at one place, be it of several attendees alike.
    fn draft(&mut self, place: usize, alike: &[u16]) {
        let Observation { at, fact, .. } = self.seen[place];
        match fact {
            Fact::Sent { attendees, .. } => {
                let arrived = self.seen.iter().find_map(|seen| match seen.fact {
                    Fact::Arrived { .. } => Some(seen.at),
                    _ => None,
                });
                let kind = Kind::Message {
                    from: Party::Client,
                    to: Party::Requester,
                    kind: MessageKind::Call,
                    fate: Fate::Fine,
                    sent: Some(at),
                    received: arrived,
                };
                let asks = self.asks();
                let text = match asks {
                    Asks::FreeBusy => format!("free/busy of {}", count(attendees)),
                    asks => format!("{asks}: {}", count(attendees)),
                };
                self.push(place, kind, text);
            }
            Fact::PathChosen { path, cache, .. } => {
                let path = match self.paths_at(at, alike) {
                    1 => self.teller.path(path),
                    n => format!("{n} paths of the kind {}", path.kind()),
                };
                let text = format!("{}: by {path}{}", self.who(place, alike), cached(cache));
                self.push(place, Kind::Note(Party::Requester), text);
            }
            Fact::TokenReused { group, leg, .. } => {
                let text = format!("{}: uses an earlier one again", self.name_of(group, leg));
                self.push_of(group, place, Kind::Note(Party::Requester), text);
            }
            Fact::OAuthTokenIssued { group } => self.draft_oauth(place, group, None),
            Fact::LegEnded {
                group,
                leg: Leg::OAuthToken,
                failure,
            } => self.draft_oauth(place, group, failure.map(|failure| failure.cause)),
            Fact::TokenValidated {
                group,
                leg,
                server,
                result,
            } => {
                let over = match self.parties.of_group.get(&group) {
                    Some(&target) if Some(server) != self.parties.server => {
                        Party::Target(target, Spot::Server(server))
                    }
                    _ => Party::Requester,
                };
                let text = match result {
                    Ok(()) => "honours the token".to_owned(),
                    Err(rejection) => {
                        format!("rejects the token: {}", rejection.result_code())
                    }
                };
                let exchange = self.exchange_of(group, leg, place);
                let draft = self.push_of(group, place, Kind::Note(over), text);
                draft.exchange = exchange;
                draft.cause = result.err().map(|rejection| rejection.cause());
                draft.is_ordinary = result.is_ok();
            }
            Fact::Discovered {
                group,
                url,
                redirect,
                failure,
                ..
            } => {
                // A URL is told by the answer itself.
                let text = match (redirect, failure) {
                    (Some(to), None) => {
                        format!("ask for {}", self.federation.address_text(to))
                    }
                    (_, Some(cause)) => cause.row().text.to_owned(),
                    (None, None) if url.is_none() => "no URL".to_owned(),
                    (None, None) => return,
                };
                let text = format!("{}: {text}", self.who(place, alike));
                self.decided(place, (group, Leg::Autodiscover), text, failure);
            }
            Fact::CalendarDecided {
                group, decision, ..
            } => {
                let relationship = self.relationship(decision.relationship);
                let result = match decision.result {
                    Ok(level) => format!("sees {level}"),
                    Err(cause) => cause.row().text.to_owned(),
                };
                let text = format!("{}: {relationship}{result}", self.who(place, alike));
                let cause = decision.result.err();
                self.decided(place, (group, Leg::Availability), text, cause);
            }
            Fact::AnswerDecided {
                group, decision, ..
            } => {
                let relationship = self.relationship(decision.relationship);
                let result = match decision.result {
                    Ok(answer) => format!("gets {}", answer_name(answer)),
                    Err(cause) => cause.row().text.to_owned(),
                };
                let text = format!("{}: {relationship}{result}", self.who(place, alike));
                let cause = decision.result.err();
                self.decided(place, (group, Leg::Availability), text, cause);
            }
            Fact::FolderDecided { group, level, .. } => {
                let result = match level {
                    Ok(level) => format!("granted {level} in person"),
                    Err(cause) => cause.row().text.to_owned(),
                };
                let text = format!("{}: {result}", self.who(place, alike));
                self.decided(place, (group, Leg::GetFolder), text, level.err());
            }
            Fact::Synchronized { group, .. } => {
                let (_, text) = self.teller.tell(&self.seen[place]);
                self.push_of(group, place, Kind::Note(Party::Requester), text);
            }
            Fact::AttendeeDone {
                outcome,
                target,
                path,
                ..
            } => {
                let target = target.filter(|_| path != Some(PathKind::Local));
                self.draft_outcome(place, alike, outcome, target);
            }
            Fact::RequestDone {
                outcome,
                views,
                attendees,
                latency,
            } => {
                let sent = self.seen.first().map_or(at, |first| first.at);
                let kind = Kind::Message {
                    from: Party::Requester,
                    to: Party::Client,
                    kind: MessageKind::Answer,
                    fate: match outcome {
                        RequestOutcome::Complete | RequestOutcome::Partial => Fate::Fine,
                        RequestOutcome::Failed => Fate::Failed,
                    },
                    sent: Some(at),
                    received: Some(sent + latency),
                };
                let text = format!("{outcome}: {views} of {}", count(attendees));
                self.push(place, kind, text);
            }
            Fact::InFlightAtEnd { .. } => {
                let text = "the run ends first".to_owned();
                self.push(place, Kind::Note(Party::Client), text);
            }
            // Parts of an exchange, or of what is told beside them.
            Fact::Arrived { .. }
            | Fact::GroupDispatched { .. }
            | Fact::LegStarted { .. }
            | Fact::NameResolved { .. }
            | Fact::Connected { .. }
            | Fact::TokenIssued { .. }
            | Fact::TokenRefused { .. }
            | Fact::CallArrived { .. }
            | Fact::LegEnded { .. }
            | Fact::AnswerWasted { .. }
            | Fact::GroupDone { .. } => {}
        }
    }

    fn draft_oauth(&mut self, place: usize, group: u16, cause: Option<Cause>) {
        let kind = Kind::Message {
            from: Party::Authorization,
            to: Party::Requester,
            kind: MessageKind::Answer,
            fate: if cause.is_some() {
                Fate::Failed
            } else {
                Fate::Fine
            },
            sent: None,
            received: Some(self.seen[place].at),
        };
        let result = if cause.is_some() { "refused" } else { "issued" };
        let text = format!("{}: {result}", self.name_of(group, Leg::OAuthToken));
        self.push_of(group, place, kind, text).cause = cause;
    }

    /// What a target decided for attendees, or the requester's server for those of its own.
    fn decided(
        &mut self,
        place: usize,
        (group, leg): (u16, Leg),
        text: String,
        cause: Option<Cause>,
    ) {
        let exchange = self.exchange_of(group, leg, place);
        let over = match exchange {
            Some(number) => self.parties.addressee(&self.exchanges[number]),
            None => match self.parties.of_group.get(&group) {
                Some(&target) => Party::Target(target, Spot::Whole),
                None => Party::Requester,
            },
        };
        let draft = self.push_of(group, place, Kind::Note(over), text);
        draft.exchange = exchange;
        draft.cause = cause;
    }

    fn draft_outcome(
        &mut self,
        place: usize,
        alike: &[u16],
        outcome: AttendeeOutcome,
        organization: Option<OrgId>,
    ) {
        let target = organization.and_then(|organization| {
            let is_it = |target: &Target| target.organization == Some(organization);
            self.parties.targets.iter().position(is_it)
        });
        let at = self.seen[place].at;
        let who = self.who(place, alike);
        match outcome {
            AttendeeOutcome::Failed(failure) => {
                if failure.code == ResponseCode::TimeoutExpired {
                    let is_said = self.drafts.iter().any(|draft| {
                        draft.at == at
                            && matches!(draft.kind, Kind::Note(_))
                            && draft.cause == Some(failure.cause)
                    });
                    if !is_said {
                        let text = match failure.leg {
                            Some(leg) => {
                                let leg = self.teller.leg_name(leg);
                                format!("the time is up: {leg} is not answered")
                            }
                            None => "the time is up".to_owned(),
                        };
                        let draft = self.push(place, Kind::Note(Party::Requester), text);
                        draft.cause = Some(failure.cause);
                    }
                }
                let text = format!("{who}: {}", failure.code);
                self.push_as(target, place, Kind::Outcome, text).cause = Some(failure.cause);
            }
            AttendeeOutcome::View(level) => {
                let text = format!("{who}: view at level {level}");
                self.push_as(target, place, Kind::Outcome, text).is_ordinary = true;
            }
            AttendeeOutcome::Answered(answer) => {
                if let (Asks::Invitation, Some(target)) = (self.asks(), target) {
                    self.draft_mail(place, target);
                }
                let text = format!("{who}: {}", answer_name(answer));
                self.push_as(target, place, Kind::Outcome, text).is_ordinary = true;
            }
        }
    }

    /// An invitation that leaves by mail. When it arrives is not observed here.
    fn draft_mail(&mut self, place: usize, target: usize) {
        let kind = Kind::Message {
            from: Party::Requester,
            to: Party::Target(target, Spot::Whole),
            kind: MessageKind::Mail,
            fate: Fate::Fine,
            sent: Some(self.seen[place].at),
            received: None,
        };
        let text = "invitation, by mail".to_owned();
        self.push_as(Some(target), place, kind, text);
    }

    /// The exchange of a leg that a decision at this place belongs to: the last that had arrived.
    fn exchange_of(&self, group: u16, leg: Leg, place: usize) -> Option<usize> {
        let fits = |call: &Exchange| {
            let is_of_leg = call.leg == leg
                || leg == Leg::GetFolder && matches!(call.leg, Leg::SyncFolderItems | Leg::GetItem);
            call.group == group
                && is_of_leg
                && call.arrived.is_some_and(|(seen, _)| seen.place < place)
        };
        self.exchanges.iter().rposition(fits)
    }

    /// What a leg is called: with several groups, so that it is clear which of them it is of.
    pub(super) fn name_of(&self, group: u16, leg: Leg) -> String {
        let name = self.teller.leg_name(leg);
        let groups = &self.parties.groups;
        let Some(&(_, domain)) = groups.iter().find(|(number, _)| *number == group) else {
            return name.to_owned();
        };
        let alike = groups.iter().filter(|(_, other)| *other == domain);
        let before = alike.clone().filter(|(number, _)| *number < group).count();
        let text = self.federation.names.text(domain);
        match (groups.len(), alike.count()) {
            (1, _) => name.to_owned(),
            (_, 1) => format!("{name} for {text}"),
            _ => format!("{name} for {text} ({})", before + 1),
        }
    }

    fn asks(&self) -> Asks {
        let sent = self.seen.iter().find_map(|seen| match seen.fact {
            Fact::Sent { asks, .. } => Some(asks),
            _ => None,
        });
        sent.unwrap_or_default()
    }

    /// The attendees, by the addresses that they are asked by at this place.
    fn who(&self, place: usize, attendees: &[u16]) -> String {
        match attendees {
            [] => "nobody".to_owned(),
            [one] => self.address_of(place, *one),
            [first, rest @ ..] => {
                format!("{} and {} more", self.address_of(place, *first), rest.len())
            }
        }
    }

    /// The address that an attendee was asked by last before this place: a redirection changes it.
    fn address_of(&self, place: usize, attendee: u16) -> String {
        let address = self.seen[..place]
            .iter()
            .rev()
            .find_map(|seen| match seen.fact {
                Fact::PathChosen {
                    attendee: number,
                    asked,
                    ..
                } if number == attendee => Some(asked),
                Fact::Discovered {
                    attendee: number,
                    redirect: Some(to),
                    ..
                } if number == attendee => Some(to),
                _ => None,
            });
        match address {
            Some(address) => self.federation.address_text(address),
            None => self.teller.attendee(attendee),
        }
    }

    fn relationship(&self, id: Option<RelationshipId>) -> String {
        id.map_or(String::new(), |id| {
            let name = &self.federation.relationships.original(id).name;
            format!("by relationship `{name}`: ")
        })
    }

    /// How many objects the paths are of that were chosen for these attendees at this instant.
    fn paths_at(&self, at: Instant, attendees: &[u16]) -> usize {
        let mut paths = Vec::new();
        for seen in self.seen.iter().filter(|seen| seen.at == at) {
            if let Fact::PathChosen { attendee, path, .. } = seen.fact
                && attendees.contains(&attendee)
                && !paths.contains(&path)
            {
                paths.push(path);
            }
        }
        paths.len()
    }

    fn push(&mut self, place: usize, kind: Kind, text: String) -> &mut Draft {
        self.push_as(None, place, kind, text)
    }

    fn push_of(&mut self, group: u16, place: usize, kind: Kind, text: String) -> &mut Draft {
        let target = self.parties.of_group.get(&group).copied();
        self.push_as(target, place, kind, text)
    }

    fn push_as(
        &mut self,
        target: Option<usize>,
        place: usize,
        kind: Kind,
        text: String,
    ) -> &mut Draft {
        let (_, full) = self.teller.tell(&self.seen[place]);
        self.drafts.push(Draft {
            at: self.seen[place].at,
            place,
            target,
            exchange: None,
            kind,
            text,
            full,
            cause: None,
            is_ordinary: false,
        });
        self.drafts.last_mut().expect("it was pushed just now")
    }
}
