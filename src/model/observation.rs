//! Observations: the only things that leave the simulator.
//!
//! It knows nothing of what is made of them: recorders do that. Invariant: an observation carries its
//! own identity and time, and the words that it is hashed by name objects by the stable hashes of
//! their names, never by dense ids, so that a digest does not depend on what else is in the world.

use crate::engine::hash::NameHash;
use crate::engine::{Instant, Span};

use super::address::{Address, LocalPart, Url};
use super::administration::TranscriptEntry;
use super::cause::Cause;
use super::demand::WorkloadId;
use super::federation::Federation;
use super::gateway::DataCentreId;
use super::names::NameId;
use super::organization::{OrgId, ServerId};
use super::outcome::{
    AccessLevel, Answer, Asks, AttendeeOutcome, Failure, GroupOutcome, Leg, RequestOutcome, View,
    words,
};
use super::relationship::{AddressSpaceId, ConnectorId, RelationshipId};
use super::synchronization::{Done, FolderContents};
use super::token::{DelegationToken, Rejection};
use std::fmt;

/// Which request: printed `contoso/office-hours#4711`, its second retry `…#4711.2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestIdentity {
    /// The organization that asks.
    pub requester: OrgId,
    /// The workload that it belongs to.
    pub workload: WorkloadId,
    /// Its number within the two, from 1.
    pub number: u32,
    /// Which attempt it is: 0 the first, n the n-th retry of a user whose request has failed.
    pub attempt: u8,
}

/// Something that happened to a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observation {
    /// When.
    pub at: Instant,
    /// To which request.
    pub request: RequestIdentity,
    /// What.
    pub fact: Fact,
}

/// A kind of path, without its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathKind {
    /// A mailbox of the own organization.
    Local,
    /// A calendar shared in person.
    Personal,
    /// An intra-organization connector.
    Connector,
    /// An organization relationship.
    Relationship,
    /// An availability address space.
    AddressSpace,
    /// An invitation, by mail.
    Invitation,
}

words!(PathKind {
    Local => "local", Personal => "personal-share", Connector => "connector",
    Relationship => "relationship", AddressSpace => "address-space",
    Invitation => "invitation",
});

/// Which object a path goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathObject {
    /// A mailbox of the own organization.
    Local,
    /// A calendar shared in person, by its sharing key.
    Personal(u64),
    /// A connector.
    Connector(ConnectorId),
    /// A relationship.
    Relationship(RelationshipId),
    /// An address space.
    AddressSpace(AddressSpaceId),
    /// An invitation, by the application URI that its token is made out to.
    Invitation(NameId),
}

/// What the URL cache said when a path was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheAnswer {
    /// It was not asked: the endpoint is set, or no endpoint is needed.
    NotAsked,
    /// It held the URL.
    Hit,
    /// It held nothing.
    Miss,
    /// It held a failure.
    NegativeHit,
}

/// How a name was resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameAnswer {
    /// It leads to a host.
    Found,
    /// There is no such name.
    NotFound,
    /// The zone's servers failed.
    ServerFailure,
    /// Nobody answered.
    Silent,
}

words!(NameAnswer {
    Found => "found", NotFound => "not-found", ServerFailure => "server-failure", Silent => "silent",
});
words!(CacheAnswer {
    NotAsked => "not-asked", Hit => "hit", Miss => "miss", NegativeHit => "negative-hit",
});

/// What a target looked at for one mailbox, and what it decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarDecision {
    /// The relationship for the caller's domain, if there is one.
    pub relationship: Option<RelationshipId>,
    /// The calendar's Default permission.
    pub default: AccessLevel,
    /// What the calendar grants the caller in person.
    pub personal: AccessLevel,
    /// Whether the mailbox lies within the relationship's scope.
    pub within_scope: bool,
    /// What the caller gets.
    pub result: Result<AccessLevel, Cause>,
}

/// What a target looked at for one recipient whose MailTips or photo it was asked for, and what it
/// decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerDecision {
    /// The relationship for the caller's domain, if there is one.
    pub relationship: Option<RelationshipId>,
    /// Whether the recipient lies within the relationship's scope; photos have none.
    pub within_scope: bool,
    /// What the caller gets.
    pub result: Result<Answer, Cause>,
}

/// What happened. Numbers of groups and attendees count from 0 within the request.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)] // Fields named like the objects they name; the variants say what they mean.
pub enum Fact {
    /// The client sends the request. Window and view say nothing unless free/busy is asked.
    Sent {
        from: Address,
        attendees: u16,
        asks: Asks,
        window: Span,
        view: View,
    },
    /// It reaches a server of the requester.
    Arrived { server: ServerId },
    /// A path was chosen for an attendee.
    PathChosen {
        attendee: u16,
        asked: Address,
        path: PathObject,
        cache: CacheAnswer,
    },
    /// A group leaves, by this path, to this endpoint if it is known.
    GroupDispatched {
        group: u16,
        attendees: u16,
        path: PathObject,
        domain: NameId,
        endpoint: Option<Url>,
    },
    /// A leg begins toward this host.
    LegStarted { group: u16, leg: Leg, host: NameId },
    /// A resolver answered; from its cache if it asked nobody outside for this question, be it that it
    /// waited for the answer to an earlier one.
    NameResolved {
        group: u16,
        leg: Leg,
        host: NameId,
        answer: NameAnswer,
        from_cache: bool,
    },
    /// A connection stands: after so many round trips, none if it was there already.
    Connected {
        group: u16,
        leg: Leg,
        host: NameId,
        round_trips: u8,
    },
    /// The gateway issued a token.
    TokenIssued {
        group: u16,
        leg: Leg,
        data_centre: DataCentreId,
        token: DelegationToken,
        bytes: u32,
        /// Whose domain it was asked for; not hashed, for it follows from the group.
        target: Option<OrgId>,
    },
    /// The gateway refused a token.
    TokenRefused {
        group: u16,
        leg: Leg,
        data_centre: DataCentreId,
        cause: Cause,
    },
    /// An earlier token was used again (what-if `token_cache`).
    TokenReused {
        group: u16,
        leg: Leg,
        token: DelegationToken,
    },
    /// The authorization server issued an OAuth token.
    OAuthTokenIssued { group: u16 },
    /// A call reached a server of the target.
    CallArrived {
        group: u16,
        leg: Leg,
        server: ServerId,
    },
    /// A server of the target validated the token.
    TokenValidated {
        group: u16,
        leg: Leg,
        server: ServerId,
        result: Result<(), Rejection>,
    },
    /// The target's Autodiscover answered for an attendee with a URL, another address, or neither.
    Discovered {
        group: u16,
        attendee: u16,
        url: Option<Url>,
        redirect: Option<Address>,
        failure: Option<Cause>,
    },
    /// The target decided what the caller sees of a calendar.
    CalendarDecided {
        group: u16,
        attendee: u16,
        decision: CalendarDecision,
    },
    /// The target decided which MailTips or whether a photo the caller gets of a recipient.
    AnswerDecided {
        group: u16,
        attendee: u16,
        decision: AnswerDecision,
    },
    /// The target decided which level of a shared folder the caller has.
    FolderDecided {
        group: u16,
        attendee: u16,
        level: Result<AccessLevel, Cause>,
    },
    /// A run of synchronization has ended: what it did, and what the local folder shows now; none: it
    /// has failed, and the folder is as it was.
    Synchronized {
        group: u16,
        attendee: u16,
        done: Option<Done>,
        shows: FolderContents,
    },
    /// A leg ended; why, if it failed.
    LegEnded {
        group: u16,
        leg: Leg,
        failure: Option<Failure>,
    },
    /// An answer came after the request had been given up: the target's work was wasted.
    AnswerWasted { group: u16, leg: Leg },
    /// An attendee has its outcome.
    AttendeeDone {
        attendee: u16,
        asked: Address,
        path: Option<PathKind>,
        target: Option<OrgId>,
        outcome: AttendeeOutcome,
    },
    /// A group has its outcome.
    GroupDone {
        group: u16,
        path: PathKind,
        target: Option<OrgId>,
        outcome: GroupOutcome,
        latency: Span,
    },
    /// The request was answered. `views` counts the attendees with what was asked for, be it no view;
    /// `latency` is from sending to receiving, as the client sees it.
    RequestDone {
        outcome: RequestOutcome,
        views: u16,
        attendees: u16,
        latency: Span,
    },
    /// The run ended before the request did.
    InFlightAtEnd { since: Instant },
}

/// What takes observations in. A user of the library can write one.
pub trait Recorder {
    /// Takes one observation. They come in the order of simulated time.
    fn observe(&mut self, federation: &Federation, observation: &Observation);

    /// Takes a statement of a script that has been carried out. They come in the order of simulated
    /// time, among the observations.
    fn transcribe(&mut self, _: &Federation, _: &TranscriptEntry) {}
}

impl<R: Recorder + ?Sized> Recorder for &mut R {
    fn observe(&mut self, federation: &Federation, observation: &Observation) {
        (**self).observe(federation, observation);
    }

    fn transcribe(&mut self, federation: &Federation, entry: &TranscriptEntry) {
        (**self).transcribe(federation, entry);
    }
}

impl Recorder for () {
    fn observe(&mut self, _: &Federation, _: &Observation) {}
}

impl<A: Recorder, B: Recorder> Recorder for (A, B) {
    fn observe(&mut self, federation: &Federation, observation: &Observation) {
        self.0.observe(federation, observation);
        self.1.observe(federation, observation);
    }

    fn transcribe(&mut self, federation: &Federation, entry: &TranscriptEntry) {
        self.0.transcribe(federation, entry);
        self.1.transcribe(federation, entry);
    }
}

impl PathObject {
    /// Its kind.
    pub fn kind(self) -> PathKind {
        match self {
            PathObject::Local => PathKind::Local,
            PathObject::Personal(_) => PathKind::Personal,
            PathObject::Connector(_) => PathKind::Connector,
            PathObject::Relationship(_) => PathKind::Relationship,
            PathObject::AddressSpace(_) => PathKind::AddressSpace,
            PathObject::Invitation(_) => PathKind::Invitation,
        }
    }
}

impl Observation {
    /// How many words an observation is hashed by.
    pub const WORDS: usize = 14;

    /// The words that it is hashed by: identity, instant, fact, all ids as stable hashes.
    pub fn words(&self, federation: &Federation) -> [u64; Self::WORDS] {
        self.words_of(federation, federation.request_hash(self.request))
    }

    /// The same, for who knows the hash of the request already.
    pub fn words_of(&self, federation: &Federation, request: NameHash) -> [u64; Self::WORDS] {
        let mut words = [0; Self::WORDS];
        words[0] = request.0;
        words[1] = self.at.nanoseconds();
        let mut writer = Writer {
            words: &mut words,
            next: 2,
            federation,
        };
        writer.fact(&self.fact);
        words
    }
}

/// Writes a fact as words.
struct Writer<'a> {
    words: &'a mut [u64; Observation::WORDS],
    next: usize,
    federation: &'a Federation,
}

impl Writer<'_> {
    fn word(&mut self, word: u64) -> &mut Self {
        self.words[self.next] = word;
        self.next += 1;
        self
    }

    fn tag(&mut self, tag: u8, group: u16, leg: Option<Leg>) -> &mut Self {
        let leg = leg.map_or(0, |leg| leg as u64 + 1);
        self.word(u64::from(tag) << 48 | u64::from(group) << 16 | leg)
    }

    fn name(&mut self, name: NameId) -> &mut Self {
        let hash = self.federation.names.hash(name);
        self.word(hash.0)
    }

    fn address(&mut self, address: Address) -> &mut Self {
        let hash = self.federation.address_hash(address);
        self.word(hash.0)
    }

    fn url(&mut self, url: Option<Url>) -> &mut Self {
        let hash = url.map_or(NameHash::default(), |url| self.federation.url_hash(url));
        self.word(hash.0)
    }

    fn failure(&mut self, failure: Failure) -> &mut Self {
        let inner = failure.inner.map_or(0, |code| u64::from(code.number()));
        let leg = failure.leg.map_or(0, |leg| leg as u64 + 1);
        self.word(NameHash::of(failure.cause.id()).0);
        self.word(
            u64::from(failure.code.number()) << 32 | inner << 16 | (failure.side as u64) << 8 | leg,
        )
    }

    fn path(&mut self, path: PathObject) -> &mut Self {
        let federation = self.federation;
        let hash = match path {
            PathObject::Local => 0,
            PathObject::Personal(key) => key,
            PathObject::Connector(id) => federation.connectors.original(id).hash.0,
            PathObject::Relationship(id) => federation.relationships.original(id).hash.0,
            PathObject::AddressSpace(id) => federation.address_spaces.original(id).hash.0,
            PathObject::Invitation(uri) => federation.names.hash(uri).0,
        };
        self.word((path.kind() as u64) << 60 ^ hash)
    }

    fn organization(&mut self, organization: Option<OrgId>) -> &mut Self {
        let hash = organization.map_or(0, |id| self.federation.organizations.original(id).hash.0);
        self.word(hash)
    }

    fn server(&mut self, server: ServerId) -> &mut Self {
        let hash = self.federation.servers.original(server).hash.0;
        self.word(hash)
    }

    fn data_centre(&mut self, id: DataCentreId) -> &mut Self {
        let hash = self.federation.data_centres[id].hash.0;
        self.word(hash)
    }

    fn token(&mut self, token: &DelegationToken) -> &mut Self {
        let federation = self.federation;
        self.word(token.not_before.nanoseconds());
        self.word(u64::from(token.signed_by) << 8 | token.offer as u64);
        self.word(federation.certificates.original(token.encrypted_for).hash.0);
        self.name(token.audience);
        self.word(token.subject.unwrap_or(0))
    }

    fn fact(&mut self, fact: &Fact) {
        match *fact {
            Fact::Sent {
                from,
                attendees,
                asks,
                window,
                view,
            } => {
                self.tag(1, 0, None)
                    .address(from)
                    .word(u64::from(attendees));
                self.word(window.nanoseconds())
                    .word((asks as u64) << 8 | view as u64)
            }
            Fact::Arrived { server } => self.tag(2, 0, None).server(server),
            Fact::PathChosen {
                attendee,
                asked,
                path,
                cache,
            } => self
                .tag(3, attendee, None)
                .address(asked)
                .path(path)
                .word(cache as u64),
            Fact::GroupDispatched {
                group,
                attendees,
                path,
                domain,
                endpoint,
            } => {
                self.tag(4, group, None)
                    .word(u64::from(attendees))
                    .path(path);
                self.name(domain).url(endpoint)
            }
            Fact::LegStarted { group, leg, host } => self.tag(5, group, Some(leg)).name(host),
            Fact::NameResolved {
                group,
                leg,
                host,
                answer,
                from_cache,
            } => {
                self.tag(6, group, Some(leg)).name(host);
                self.word((answer as u64) << 1 | u64::from(from_cache))
            }
            Fact::Connected {
                group,
                leg,
                host,
                round_trips,
            } => self
                .tag(7, group, Some(leg))
                .name(host)
                .word(u64::from(round_trips)),
            Fact::TokenIssued {
                group,
                leg,
                data_centre,
                token,
                bytes,
                target: _,
            } => {
                self.tag(8, group, Some(leg))
                    .data_centre(data_centre)
                    .token(&token);
                self.word(u64::from(bytes))
            }
            Fact::TokenRefused {
                group,
                leg,
                data_centre,
                cause,
            } => {
                self.tag(9, group, Some(leg)).data_centre(data_centre);
                self.word(NameHash::of(cause.id()).0)
            }
            Fact::TokenReused { group, leg, token } => self.tag(10, group, Some(leg)).token(&token),
            Fact::OAuthTokenIssued { group } => self.tag(11, group, Some(Leg::OAuthToken)),
            Fact::CallArrived { group, leg, server } => {
                self.tag(12, group, Some(leg)).server(server)
            }
            Fact::TokenValidated {
                group,
                leg,
                server,
                result,
            } => {
                self.tag(13, group, Some(leg)).server(server);
                self.word(result.err().map_or(0, |rejection| rejection as u64 + 1))
            }
            Fact::Discovered {
                group,
                attendee,
                url,
                redirect,
                failure,
            } => {
                self.tag(14, group, Some(Leg::Autodiscover))
                    .word(u64::from(attendee))
                    .url(url);
                let redirect =
                    redirect.map_or(0, |address| self.federation.address_hash(address).0);
                self.word(redirect)
                    .word(failure.map_or(0, |cause| NameHash::of(cause.id()).0))
            }
            Fact::CalendarDecided {
                group,
                attendee,
                decision,
            } => {
                self.tag(15, group, Some(Leg::Availability))
                    .word(u64::from(attendee));
                if let Some(id) = decision.relationship {
                    self.path(PathObject::Relationship(id));
                }
                self.word(
                    (decision.default as u64) << 8
                        | (decision.personal as u64) << 1
                        | u64::from(decision.within_scope),
                );
                self.word(match decision.result {
                    Ok(level) => level as u64,
                    Err(cause) => NameHash::of(cause.id()).0,
                })
            }
            Fact::AnswerDecided {
                group,
                attendee,
                decision,
            } => {
                self.tag(22, group, Some(Leg::Availability))
                    .word(u64::from(attendee));
                if let Some(id) = decision.relationship {
                    self.path(PathObject::Relationship(id));
                }
                self.word(u64::from(decision.within_scope));
                self.word(match decision.result {
                    Ok(answer) => answer as u64,
                    Err(cause) => NameHash::of(cause.id()).0,
                })
            }
            Fact::FolderDecided {
                group,
                attendee,
                level,
            } => {
                self.tag(30, group, Some(Leg::GetFolder))
                    .word(u64::from(attendee));
                self.word(match level {
                    Ok(level) => level as u64,
                    Err(cause) => NameHash::of(cause.id()).0,
                })
            }
            Fact::Synchronized {
                group,
                attendee,
                done,
                shows,
            } => {
                self.tag(31, group, None).word(u64::from(attendee));
                self.word(shows as u64);
                let what = |done: Done| 1 | (done.how as u64) << 8 | (done.level as u64) << 16;
                self.word(done.map_or(0, what))
                    .word(done.map_or(0, |done| u64::from(done.changes)))
            }
            Fact::LegEnded {
                group,
                leg,
                failure,
            } => {
                self.tag(16, group, Some(leg));
                match failure {
                    None => self,
                    Some(failure) => self.failure(failure),
                }
            }
            Fact::AnswerWasted { group, leg } => self.tag(17, group, Some(leg)),
            // The address follows from the request and is not hashed again.
            Fact::AttendeeDone {
                attendee,
                asked: _,
                path,
                target,
                outcome,
            } => {
                self.tag(18, attendee, None)
                    .word(path.map_or(0, |path| path as u64 + 1));
                self.organization(target);
                match outcome {
                    AttendeeOutcome::View(level) => self.word(level as u64),
                    AttendeeOutcome::Answered(answer) => self.word(1 << 8 | answer as u64),
                    AttendeeOutcome::Failed(failure) => self.failure(failure),
                }
            }
            Fact::GroupDone {
                group,
                path,
                target,
                outcome,
                latency,
            } => {
                self.tag(19, group, None)
                    .word(path as u64)
                    .organization(target);
                self.word(latency.nanoseconds());
                match outcome {
                    GroupOutcome::Answered => self.word(0),
                    GroupOutcome::Failed(failure) => self.failure(failure),
                }
            }
            Fact::RequestDone {
                outcome,
                views,
                attendees,
                latency,
            } => {
                self.tag(20, views, None)
                    .word(outcome as u64)
                    .word(u64::from(attendees));
                self.word(latency.nanoseconds())
            }
            Fact::InFlightAtEnd { since } => self.tag(21, 0, None).word(since.nanoseconds()),
        };
    }
}

/// The text of an address's local part.
pub(super) fn local_text(federation: &Federation, local: LocalPart) -> String {
    match local {
        LocalPart::Named(name) => federation.names.text(name).to_owned(),
        LocalPart::Numbered(number) => format!("user{number}"),
    }
}
