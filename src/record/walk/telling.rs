//! The words of a walk: what each observation is called in an administrator's language.
//!
//! It knows nothing of which observations are kept. Invariant: a text says nothing that its
//! observation does not say, names of objects aside.

use std::collections::BTreeMap;

use crate::model::Federation;
use crate::model::address::Address;
use crate::model::observation::{
    AnswerDecision, CacheAnswer, CalendarDecision, Fact, NameAnswer, Observation, PathKind,
    PathObject,
};
use crate::model::outcome::{Answer, Asks, AttendeeOutcome, Failure, GroupOutcome, Leg};
use crate::model::synchronization::{Done, FolderContents, How};
use crate::model::token::DelegationToken;
use crate::record::naming::{
    certificate_name, instant_short, path_object_name, server_name, signer_name, span_short,
};

use super::Place;

/// Tells the observations of one request.
pub struct Teller<'a> {
    federation: &'a Federation,
    attendees: BTreeMap<u16, Address>,
    /// With several groups, each line says which one it is about.
    groups: usize,
    asks: Asks,
}

impl<'a> Teller<'a> {
    /// Learns from all observations of the request what its attendees and groups are.
    pub fn new(federation: &'a Federation, observations: &[Observation]) -> Teller<'a> {
        let mut attendees = BTreeMap::new();
        let mut groups = 0;
        let mut asked = Asks::FreeBusy;
        for observation in observations {
            match observation.fact {
                Fact::PathChosen {
                    attendee, asked, ..
                }
                | Fact::AttendeeDone {
                    attendee, asked, ..
                } => {
                    attendees.insert(attendee, asked);
                }
                Fact::GroupDispatched { .. } => groups += 1,
                Fact::Sent { asks, .. } => asked = asks,
                _ => {}
            }
        }
        Teller {
            federation,
            attendees,
            groups,
            asks: asked,
        }
    }

    /// Where an observation was made, and what it says.
    pub fn tell(&self, observation: &Observation) -> (Place, String) {
        let federation = self.federation;
        let name = |name| federation.names.text(name);
        match observation.fact {
            Fact::Sent {
                from,
                attendees,
                asks,
                window,
                view,
            } => {
                let (from, attendees) = (federation.address_text(from), count(attendees));
                let text = match asks {
                    Asks::FreeBusy => format!("{from} asks for {attendees}: {window}, {view}"),
                    Asks::MailTips => format!("{from} asks for the MailTips of {attendees}"),
                    Asks::Photos => format!("{from} asks for the photos of {attendees}"),
                    Asks::DeliveryReports => {
                        format!("{from} asks what became of a message to {attendees}")
                    }
                    Asks::Archive => format!("{from} opens an archive at {attendees}"),
                    Asks::SharedCalendar => {
                        format!("{from} opens a calendar shared by {attendees}")
                    }
                    Asks::Synchronization => {
                        format!("the assistant synchronizes a calendar that {from} subscribed to")
                    }
                    Asks::Invitation => format!("{from} shares with {attendees}"),
                    Asks::OpenInvitation => format!("{from} opens an invitation"),
                };
                (Place::Client, text)
            }
            Fact::Arrived { server } => {
                let server = server_name(federation, server);
                (Place::Requester, format!("{server} takes the request"))
            }
            Fact::PathChosen {
                attendee,
                path,
                cache,
                ..
            } => {
                let (who, path) = (self.attendee(attendee), self.path(path));
                (
                    Place::Requester,
                    format!("{who}: by {path}{}", cached(cache)),
                )
            }
            Fact::GroupDispatched {
                group,
                attendees,
                domain,
                endpoint,
                ..
            } => {
                let endpoint = match endpoint {
                    Some(url) => format!("endpoint {}", federation.url_text(url)),
                    None => "endpoint unknown".to_owned(),
                };
                let (of, who) = (name(domain), count(attendees));
                let text = format!("sends {who} of {of} on its way; {endpoint}");
                (Place::Requester, self.of_group(group, text))
            }
            Fact::LegStarted { group, leg, host } => {
                let text = format!("{}: calls {}", self.leg_name(leg), name(host));
                (Place::Requester, self.of_group(group, text))
            }
            Fact::NameResolved {
                group,
                host,
                answer,
                from_cache,
                ..
            } => {
                let from = if from_cache { ", from the cache" } else { "" };
                let text = format!("{} {}{from}", name(host), answered(answer));
                (Place::Dns, self.of_group(group, text))
            }
            Fact::Connected {
                group,
                host,
                round_trips,
                ..
            } => {
                let text = match round_trips {
                    0 => format!("the connection to {} stands already", name(host)),
                    1 => format!("connected to {} after 1 round trip", name(host)),
                    n => format!("connected to {} after {n} round trips", name(host)),
                };
                (Place::Requester, self.of_group(group, text))
            }
            Fact::CallArrived { group, leg, server } => {
                let server = server_name(federation, server);
                let text = format!("{server} takes the {} call", self.leg_name(leg));
                (Place::Target, self.of_group(group, text))
            }
            Fact::LegEnded {
                group,
                leg,
                failure,
            } => {
                let how = failure.map_or("done".to_owned(), |failure| {
                    format!("failed: {} ({})", failure.text(), failure.cause)
                });
                let text = format!("{}: {how}", self.leg_name(leg));
                (Place::Requester, self.of_group(group, text))
            }
            Fact::AnswerWasted { group, leg } => {
                let text = format!(
                    "{}: an answer that nobody waits for any more",
                    self.leg_name(leg)
                );
                (Place::Requester, self.of_group(group, text))
            }
            Fact::TokenIssued { .. }
            | Fact::TokenRefused { .. }
            | Fact::TokenReused { .. }
            | Fact::OAuthTokenIssued { .. }
            | Fact::TokenValidated { .. } => self.tell_of_tokens(&observation.fact),
            Fact::Discovered { .. }
            | Fact::CalendarDecided { .. }
            | Fact::AnswerDecided { .. }
            | Fact::FolderDecided { .. } => self.tell_of_answers(&observation.fact),
            Fact::Synchronized {
                group, done, shows, ..
            } => {
                let text = synchronized(done, shows);
                (Place::Requester, self.of_group(group, text))
            }
            Fact::AttendeeDone { .. }
            | Fact::GroupDone { .. }
            | Fact::RequestDone { .. }
            | Fact::InFlightAtEnd { .. } => self.tell_of_outcomes(&observation.fact),
        }
    }

    fn tell_of_tokens(&self, fact: &Fact) -> (Place, String) {
        match *fact {
            Fact::TokenIssued {
                group,
                token,
                data_centre,
                ..
            } => {
                let centre = &self.federation.data_centres[data_centre].name;
                let text = format!("{centre} issued {}", self.token(&token));
                (Place::Gateway, self.of_group(group, text))
            }
            Fact::TokenRefused {
                group,
                data_centre,
                cause,
                ..
            } => {
                let centre = &self.federation.data_centres[data_centre].name;
                let text = format!("{centre} refused a token: {} ({cause})", cause.row().text);
                (Place::Gateway, self.of_group(group, text))
            }
            Fact::TokenReused { group, token, .. } => {
                let text = format!("uses again {}", self.token(&token));
                (Place::Requester, self.of_group(group, text))
            }
            Fact::OAuthTokenIssued { group } => {
                let text = "the authorization server issued an OAuth token".to_owned();
                (Place::Gateway, self.of_group(group, text))
            }
            Fact::TokenValidated {
                group,
                server,
                result,
                ..
            } => {
                let server = server_name(self.federation, server);
                let text = match result {
                    Ok(()) => format!("{server} honours the token"),
                    Err(rejection) => {
                        let (code, cause) = (rejection.result_code(), rejection.cause());
                        let why = cause.row().text;
                        format!("{server} rejects the token as {code}: {why} ({cause})")
                    }
                };
                (Place::Target, self.of_group(group, text))
            }
            _ => unreachable!("the caller hands over facts about tokens"),
        }
    }

    fn tell_of_answers(&self, fact: &Fact) -> (Place, String) {
        match *fact {
            Fact::Discovered {
                group,
                attendee,
                url,
                redirect,
                failure,
            } => {
                let answer = match (url, redirect, failure) {
                    (_, _, Some(cause)) => format!("{} ({cause})", cause.row().text),
                    (Some(url), ..) => format!("EWS is at {}", self.federation.url_text(url)),
                    (_, Some(to), _) => format!("ask for {}", self.federation.address_text(to)),
                    (None, None, None) => "no URL".to_owned(),
                };
                let text = format!("Autodiscover for {}: {answer}", self.attendee(attendee));
                (Place::Target, self.of_group(group, text))
            }
            Fact::CalendarDecided {
                group,
                attendee,
                decision,
            } => {
                let text = format!("{}: {}", self.attendee(attendee), self.decision(&decision));
                (Place::Target, self.of_group(group, text))
            }
            Fact::AnswerDecided {
                group,
                attendee,
                decision,
            } => {
                let (who, result) = (self.attendee(attendee), self.answer(&decision));
                (
                    Place::Target,
                    self.of_group(group, format!("{who}: {result}")),
                )
            }
            Fact::FolderDecided {
                group,
                attendee,
                level,
            } => {
                let who = self.attendee(attendee);
                let text = match level {
                    Ok(level) => format!("{who} granted the caller {level} in person"),
                    Err(cause) => format!("{who}: {} ({cause})", cause.row().text),
                };
                (Place::Target, self.of_group(group, text))
            }
            _ => unreachable!("the caller hands over the target's answers"),
        }
    }

    fn tell_of_outcomes(&self, fact: &Fact) -> (Place, String) {
        match *fact {
            Fact::AttendeeDone {
                attendee, outcome, ..
            } => {
                let outcome = match outcome {
                    AttendeeOutcome::View(level) => format!("view at level {level}"),
                    AttendeeOutcome::Answered(answer) => answer_name(answer).to_owned(),
                    AttendeeOutcome::Failed(failure) => failed(&failure),
                };
                (
                    Place::Requester,
                    format!("{}: {outcome}", self.attendee(attendee)),
                )
            }
            Fact::GroupDone {
                group,
                outcome,
                latency,
                ..
            } => {
                let outcome = match outcome {
                    GroupOutcome::Answered => "answered".to_owned(),
                    GroupOutcome::Failed(failure) => {
                        format!("failed with {} ({})", failure.code, failure.cause)
                    }
                };
                let latency = span_short(latency);
                let text = format!("group {outcome}, {latency} after it was dispatched");
                (Place::Requester, self.of_group(group, text))
            }
            Fact::RequestDone {
                outcome,
                views,
                attendees,
                latency,
            } => {
                let of = count(attendees);
                (
                    Place::Client,
                    format!("{outcome}: {views} of {of}, after {}", span_short(latency)),
                )
            }
            Fact::InFlightAtEnd { .. } => (
                Place::Client,
                "the run ends before the request is answered".to_owned(),
            ),
            _ => unreachable!("the caller hands over outcomes"),
        }
    }

    fn of_group(&self, group: u16, text: String) -> String {
        if self.groups > 1 {
            format!("[group {group}] {text}")
        } else {
            text
        }
    }

    /// The address of an attendee, as far as it is known.
    pub fn attendee(&self, attendee: u16) -> String {
        match self.attendees.get(&attendee) {
            Some(&address) => self.federation.address_text(address),
            None => format!("attendee {attendee}"),
        }
    }

    /// What a path is called.
    pub fn path(&self, path: PathObject) -> String {
        let name = path_object_name(self.federation, path);
        match path.kind() {
            PathKind::Local => "a local read".to_owned(),
            PathKind::Personal => "a calendar shared in person".to_owned(),
            PathKind::Connector => format!("intra-organization connector `{name}`"),
            PathKind::Relationship => format!("organization relationship `{name}`"),
            PathKind::AddressSpace => format!("availability address space `{name}`"),
            PathKind::Invitation => format!("an invitation for `{name}`"),
        }
    }

    /// `token SharingCalendarFreeBusy for FYDIBOHF25SPDLT.fabrikam.com (NotBefore …, signed by …)`.
    fn token(&self, token: &DelegationToken) -> String {
        let federation = self.federation;
        format!(
            "token {} for {} (NotBefore {}, signed by {}, encrypted for {})",
            token.offer,
            federation.names.text(token.audience),
            instant_short(token.not_before),
            signer_name(federation, token),
            certificate_name(federation, token),
        )
    }

    fn answer(&self, decision: &AnswerDecision) -> String {
        let relationship = match decision.relationship {
            Some(id) => {
                let name = &self.federation.relationships.original(id).name;
                format!("by relationship `{name}`")
            }
            None => "no relationship for the caller's domain".to_owned(),
        };
        match decision.result {
            Ok(answer) => format!("{relationship} the caller gets {}", answer_name(answer)),
            Err(cause) => format!("{relationship}: {} ({cause})", cause.row().text),
        }
    }

    /// What a leg is called, by what the request asks.
    pub fn leg_name(&self, leg: Leg) -> &'static str {
        match (leg, self.asks) {
            (Leg::FreeBusyToken, Asks::FreeBusy) => "free/busy token",
            (Leg::FreeBusyToken, Asks::MailTips) => "MailTips token",
            (Leg::FreeBusyToken, Asks::Photos) => "photo token",
            (Leg::FreeBusyToken, Asks::DeliveryReports) => "delivery report token",
            (Leg::FreeBusyToken, Asks::Archive) => "archive token",
            (Leg::FreeBusyToken, Asks::SharedCalendar | Asks::Synchronization) => {
                "shared calendar token"
            }
            (Leg::FreeBusyToken, Asks::Invitation | Asks::OpenInvitation) => "invitation token",
            (Leg::AutodiscoverToken, _) => "Autodiscover token",
            (Leg::OAuthToken, _) => "OAuth token",
            (Leg::Autodiscover, _) => "Autodiscover",
            (Leg::Availability, Asks::FreeBusy) => "availability",
            (Leg::Availability, Asks::MailTips) => "MailTips",
            (Leg::Availability, Asks::Photos) => "photo",
            (Leg::Availability, Asks::Invitation | Asks::OpenInvitation) => "invitation",
            (Leg::Metadata, _) => "federation metadata",
            (Leg::Provisioning, _) => "provisioning",
            (Leg::FederationInformation, _) => "federation information",
            (Leg::Redirection, _) => "redirection",
            (Leg::RelationshipSettings, _) => "relationship settings",
            (Leg::Availability, Asks::DeliveryReports) => "delivery report",
            (Leg::Availability, Asks::Archive) => "archive",
            (Leg::GetFolder, _) => "GetFolder",
            (Leg::Availability, Asks::SharedCalendar | Asks::Synchronization)
            | (Leg::SyncFolderItems, _) => "SyncFolderItems",
            (Leg::GetItem, _) => "GetItem",
        }
    }

    fn decision(&self, decision: &CalendarDecision) -> String {
        let relationship = match decision.relationship {
            Some(id) => {
                let name = &self.federation.relationships.original(id).name;
                let scope = if decision.within_scope {
                    "within"
                } else {
                    "outside"
                };
                format!("{scope} the scope of relationship `{name}`")
            }
            None => "no relationship for the caller's domain".to_owned(),
        };
        let (default, personal) = (decision.default, decision.personal);
        let result = match decision.result {
            Ok(level) => format!("the caller sees {level}"),
            Err(cause) => format!("{} ({cause})", cause.row().text),
        };
        format!("Default {default}, in person {personal}, {relationship}: {result}")
    }
}

/// `3 attendees`.
pub fn count(attendees: u16) -> String {
    match attendees {
        1 => "1 attendee".to_owned(),
        n => format!("{n} attendees"),
    }
}

/// What the URL cache said, as the end of a sentence.
pub fn cached(cache: CacheAnswer) -> &'static str {
    match cache {
        CacheAnswer::NotAsked => "",
        CacheAnswer::Hit => "; the URL cache knows its endpoint",
        CacheAnswer::Miss => "; the URL cache does not know its endpoint",
        CacheAnswer::NegativeHit => "; the URL cache remembers a failure",
    }
}

/// How a name was resolved.
pub fn answered(answer: NameAnswer) -> &'static str {
    match answer {
        NameAnswer::Found => "resolved",
        NameAnswer::NotFound => "does not exist",
        NameAnswer::ServerFailure => "not resolved: the zone's servers fail",
        NameAnswer::Silent => "not resolved: nobody answers",
    }
}

/// What an attendee got whose calendar was not asked for.
pub fn answer_name(answer: Answer) -> &'static str {
    match answer {
        Answer::LimitedMailTips => "MailTips of level Limited",
        Answer::MailTipsOutsideScope => "MailTips, but none that concern this recipient alone",
        Answer::AllMailTips => "all MailTips",
        Answer::Photo => "the photo",
        Answer::DeliveryReport => "the delivery report",
        Answer::Archive => "the archive",
        Answer::SharedDetails => "the shared calendar, with subjects and locations",
        Answer::SharedTimes => "the shared calendar, blocks of time alone",
        Answer::SharedBlank => "a blank calendar: the level is None",
        Answer::SharedEmpty => "a shared calendar without entries",
        Answer::InvitationSimple => "an invitation to free and busy hours",
        Answer::InvitationDetail => "an invitation to limited details",
        Answer::InvitationReviewer => "an invitation to full details",
        Answer::InvitationContacts => "an invitation to contacts",
        Answer::InvitationPublished => "the address of a published calendar",
        Answer::Subscription => "a subscription",
    }
}

/// `failed with 5016 ProxyRequestProcessingFailed: … (token.signature-unknown; target has to act)`.
fn failed(failure: &Failure) -> String {
    let inner = failure
        .inner
        .map_or(String::new(), |code| format!(" (inside: {code})"));
    let (code, text, cause, side) = (failure.code, failure.text(), failure.cause, failure.side);
    format!("failed with {code}{inner}: {text} ({cause}; {side} has to act)")
}

/// What a run of synchronization did, and what the folder shows.
fn synchronized(done: Option<Done>, shows: FolderContents) -> String {
    let what = match done {
        None => "the run has failed, and the folder is as it was".to_owned(),
        Some(done) => match done.how {
            How::Full => format!("everything was fetched: {} items", done.changes),
            How::Incremental => format!("{} changes were fetched", done.changes),
            How::Stripped => "the level has fallen: local items were stripped to it".to_owned(),
            How::Removed => "the level is None: all local items were deleted".to_owned(),
        },
    };
    let shows = match shows {
        FolderContents::Details => "items with subject and location",
        FolderContents::TimesAlone => "blocks of time alone, for the level is AvailabilityOnly",
        FolderContents::BlankByLevelNone => "nothing, for the level is None",
        FolderContents::BlankNeverSynchronized => "nothing, for no run has been completed yet",
        FolderContents::BlankByEmptyCalendar => "nothing, for the owner's calendar is empty",
    };
    format!("{what}; the folder shows {shows}")
}
