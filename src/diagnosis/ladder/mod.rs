//! The ladder of one request: who took part, who sent what to whom and when, and what was decided
//! where.
//!
//! It knows nothing of how a ladder is drawn. Invariant: it is made of the observations of one request
//! and of the names of objects alone; what is not observed (when a message that is lost would have
//! arrived, when a target began to answer) is not there, and is never made up.

mod assembly;
mod calls;
mod drafts;
mod exchange;
mod gathering;
mod parties;

use crate::engine::{Instant, Span};
use crate::model::Federation;
use crate::model::cause::Cause;
use crate::model::observation::{Observation, RequestIdentity};
use crate::model::outcome::{Failure, ResponseCode, Side};

/// How many lifelines a ladder has at most. With more of them, those of one target become one, and
/// then the targets that are left over.
pub const LIFELINES_MAX: usize = 8;

/// A request as it went up and down between those who took part in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// The request: `contoso/first#1`.
    pub request: String,
    /// From whom to whom: `ann@contoso.com → bob@fabrikam.com`.
    pub subject: String,
    /// What became of it, in one clause.
    pub outcome: String,
    /// When it was sent: the zero of all spans here.
    pub sent: Instant,
    /// Who took part, from left to right.
    pub lifelines: Vec<Lifeline>,
    /// What happened, from the first to the last.
    pub steps: Vec<Step>,
    /// What decided that it failed.
    pub decisive: Option<Decisive>,
}

/// One who took part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifeline {
    /// What it is here.
    pub role: Role,
    /// Its name.
    pub name: String,
}

/// What a lifeline is in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Who sends the request.
    Client,
    /// The server that takes it.
    Requester,
    /// The resolver of that server.
    Resolver,
    /// The authorization server of OAuth.
    Authorization,
    /// A data centre of the gateway, or its token endpoint.
    Gateway,
    /// A published host name of a target at which a call ended.
    Published,
    /// A name that was called and that nobody publishes.
    Nobody,
    /// A server of a target.
    Target,
    /// An organization that was to be asked.
    TargetOrganization,
    /// The organizations for which there is no room.
    MoreTargets,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When, after the request was sent: a message when it was sent, if that is known.
    pub at: Span,
    /// What it is called on the drawing.
    pub text: String,
    /// What happened, in full.
    pub full: String,
    /// Who did it.
    pub what: What,
    /// Why it failed, if it did.
    pub cause: Option<Cause>,
    /// The call that it belongs to: steps of one call bear one number.
    pub call: Option<usize>,
    /// Whether it went as it always goes: a drawing may leave it out.
    pub is_ordinary: bool,
}

/// A message between two lifelines, or what happened at one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A message.
    Message(Message),
    /// Something that was decided, found or given up at this lifeline.
    Note {
        /// Where, as a place in [`Ladder::lifelines`].
        over: usize,
    },
}

/// A message between two lifelines, which are places in [`Ladder::lifelines`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who sends it.
    pub from: usize,
    /// To whom.
    pub to: usize,
    /// When it left, if that was observed.
    pub sent: Option<Span>,
    /// When it arrived, if that was observed.
    pub received: Option<Span>,
    /// What kind of message it is.
    pub kind: MessageKind,
    /// What became of it.
    pub fate: Fate,
}

/// A kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// Somebody asks.
    Call,
    /// The answer.
    Answer,
    /// A question and its answer at once: a name resolved, a connection set up.
    RoundTrip,
    /// What is sent and not answered: a message by mail.
    Mail,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrived, and says what it should.
    Fine,
    /// It arrived, and says that something failed; or it was refused.
    Failed,
    /// It never arrived, or was never answered.
    Lost,
    /// It arrived when nobody waited for it any more.
    Late,
}

/// The first thing of which it follows that a request, or its first attendee that failed, fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decisive {
    /// The step, as a place in [`Ladder::steps`].
    pub step: usize,
    /// The lifeline where it shows.
    pub at: usize,
    /// Why.
    pub cause: Cause,
    /// The number that the product shows.
    pub code: ResponseCode,
    /// The number inside it.
    pub inner: Option<ResponseCode>,
    /// Who has to act.
    pub side: Side,
}

impl Ladder {
    /// The ladder of a request, from what was observed of it, in order; the decisive step is that of the
    /// first attendee that failed. Observations of other requests are passed over.
    pub fn of(
        federation: &Federation,
        request: RequestIdentity,
        observations: &[Observation],
    ) -> Ladder {
        Ladder::drawn(federation, request, observations, None)
    }

    /// The same, but the decisive step is that of this failure of some attendee.
    pub fn explaining(
        federation: &Federation,
        request: RequestIdentity,
        observations: &[Observation],
        failure: &Failure,
    ) -> Ladder {
        Ladder::drawn(federation, request, observations, Some(*failure))
    }

    fn drawn(
        federation: &Federation,
        request: RequestIdentity,
        observations: &[Observation],
        failure: Option<Failure>,
    ) -> Ladder {
        let seen: Vec<Observation> = observations
            .iter()
            .filter(|observation| observation.request == request)
            .copied()
            .collect();
        drafts::Drafts::of(federation, request, &seen).into_ladder(failure)
    }
}

impl Decisive {
    fn of(failure: &Failure, step: usize, at: usize) -> Decisive {
        Decisive {
            step,
            at,
            cause: failure.cause,
            code: failure.code,
            inner: failure.inner,
            side: failure.side,
        }
    }
}

impl Step {
    /// The lifeline where it ends: the receiver of a message.
    pub fn end(&self) -> usize {
        match self.what {
            What::Message(message) => message.to,
            What::Note { over } => over,
        }
    }
}

impl Role {
    /// What the role is called.
    pub fn word(self) -> &'static str {
        match self {
            Role::Client => "client",
            Role::Requester => "requester",
            Role::Resolver => "DNS resolver",
            Role::Authorization => "authorization",
            Role::Gateway => "gateway",
            Role::Published => "published host",
            Role::Nobody => "nobody's host",
            Role::Target | Role::TargetOrganization => "target",
            Role::MoreTargets => "more targets",
        }
    }
}
