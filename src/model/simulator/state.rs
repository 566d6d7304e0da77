//! The rows of what is under way: requests, groups, calls.
//!
//! It knows no rule. Invariant: a row is freed when nothing in the event list or in another row names
//! it any more, so that no event ever finds a row of somebody else: a request when it is answered, its
//! groups are gone and its deadline has passed; a group when it is over and its last call has ended; a
//! call by its one last event.

use smallvec::SmallVec;

use crate::engine::Instant;
use crate::engine::hash::NameHash;

use super::super::address::{Address, Url};
use super::super::administration::ErrandReply;
use super::super::autodiscover;
use super::super::availability::GroupKey;
use super::super::cause::Cause;
use super::super::demand::{Ask, SubscriptionKey};
use super::super::dns::HostId;
use super::super::federation::ProcessId;
use super::super::gateway::DataCentreId;
use super::super::names::NameId;
use super::super::observation::{NameAnswer, PathObject, RequestIdentity};
use super::super::organization::{OrgId, ServerId};
use super::super::outcome::{AccessLevel, Answer, AttendeeOutcome, Failure, Leg};
use super::super::publishing::CallerAuthentication;
use super::super::sharing_policy::SharingActions;
use super::super::token::DelegationToken;
use super::administration::ErrandRow;
use super::arrivals::Drawn;
use super::invitations::InvitationSlot;
use super::synchronization::Run;

crate::define_id! {
    /// A request under way.
    RequestSlot;
    /// A group under way.
    GroupSlot;
    /// A call under way.
    CallSlot;
}

// Short lists stand in their rows: an ordinary request allocates nothing.

/// The attendees of a request.
pub(super) type AttendeeList = SmallVec<[AttendeeRow; 3]>;
/// Groups of a request.
pub(super) type GroupList = SmallVec<[GroupSlot; 4]>;
/// Numbers of attendees.
pub(super) type MemberNumbers = SmallVec<[u16; 8]>;
/// Calls of a group.
pub(super) type CallList = SmallVec<[CallSlot; 4]>;
/// Attendees with the addresses to ask for.
pub(super) type Members = SmallVec<[(u16, Address); 3]>;
/// What Autodiscover says of each address.
pub(super) type Answers = SmallVec<[autodiscover::Answer; 2]>;
/// What the caller sees of each calendar.
pub(super) type Calendars = SmallVec<[Result<AccessLevel, Cause>; 8]>;

/// What the caller gets of each recipient.
pub(super) type Answered = SmallVec<[Result<Answer, Cause>; 8]>;

/// For whom a server works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Customer {
    /// A group that leaves, or is read locally.
    Outbound(GroupSlot),
    /// A call that has arrived.
    Inbound(CallSlot),
}

/// A request under way. Owner: the requester.
#[derive(Debug)]
pub(super) struct RequestRow {
    pub identity: RequestIdentity,
    pub hash: NameHash,
    pub ask: Ask,
    pub server: ServerId,
    pub process: ProcessId,
    pub sent: Instant,
    pub arrived: Instant,
    /// When its server began to resolve recipients: it may have had to start first.
    pub resolving_since: Instant,
    pub attendees: AttendeeList,
    /// Which drawn request it is; none: one that is spelled out.
    pub drawn: Option<Drawn>,
    /// Which subscription is synchronized; none: it follows from who asks for whom.
    pub subscription: Option<SubscriptionKey>,
    /// The invitation that is opened, if one is.
    pub opens: Option<InvitationSlot>,
    /// Attendees without an outcome.
    pub undecided: u16,
    /// Its groups that are still under way.
    pub groups: GroupList,
    pub groups_made: u16,
    /// Whether the event of its deadline is still to come.
    pub awaits_deadline: bool,
    pub is_answered: bool,
    /// Whether its user's throttling budget counts it.
    pub holds_budget: bool,
}

/// An attendee of a request, after distribution groups have been expanded.
#[derive(Clone, Copy, Debug)]
pub(super) struct AttendeeRow {
    /// The address to ask for: the external one of a mail user or contact.
    pub asked: Address,
    pub path: Option<PathObject>,
    /// What an invitation offers this recipient.
    pub offered: SharingActions,
    pub outcome: Option<AttendeeOutcome>,
}

/// A group under way: one dispatched call toward a target, with its tokens. Owner: the requester.
#[derive(Debug)]
pub(super) struct GroupRow {
    pub request: RequestSlot,
    pub number: u16,
    pub hash: NameHash,
    pub key: GroupKey,
    pub path: PathObject,
    /// The domain that is asked about.
    pub domain: NameId,
    /// The server that asks, and its worker process: the request's, or behind an InternalProxy.
    pub server: ServerId,
    pub process: ProcessId,
    pub members: MemberNumbers,
    /// The address that represents the user at the gateway.
    pub email: Option<Address>,
    /// The audience of tokens.
    pub application_uri: Option<NameId>,
    pub autodiscover: Option<Url>,
    /// The endpoint, where it is known from the start.
    pub endpoint: Option<Url>,
    pub authentication: CallerAuthentication,
    /// The token for what is asked.
    pub free_busy_token: TokenState,
    pub autodiscover_token: TokenState,
    pub redirects: u8,
    /// Its calls that have not ended.
    pub calls: CallList,
    /// Whether the authorization server has still to answer.
    pub awaits_oauth: bool,
    /// Whether it waits for, or is worked on by, a server of the requester.
    pub is_at_server: bool,
    pub started: Instant,
    /// It has its outcome, or the request was answered without it.
    pub is_over: bool,
    /// A failure that stopped it as a whole.
    pub failure: Option<Failure>,
    /// An errand of a script; most groups are none.
    pub errand: Option<Box<ErrandRow>>,
    /// The run of synchronization that it is.
    pub run: Option<Box<Run>>,
}

/// How far a token has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenState {
    /// None is needed.
    NotNeeded,
    /// It has been asked for.
    Awaited,
    /// It is here.
    Held(DelegationToken),
    /// There is none, and why.
    Failed(Failure),
}

/// A call under way: one exchange over HTTPS. Owner: the requester; the host writes the reply.
#[derive(Debug)]
pub(super) struct CallRow {
    pub group: GroupSlot,
    pub request: RequestIdentity,
    pub group_number: u16,
    pub leg: Leg,
    pub url: Url,
    pub hash: NameHash,
    pub server: ServerId,
    pub process: ProcessId,
    pub authentication: CallerAuthentication,
    /// The user on whose behalf it is made: for the caller's budget where there is no token.
    pub caller: Address,
    pub token: Option<DelegationToken>,
    /// Which attendees it asks about, and at which addresses.
    pub members: Members,
    pub stage: CallStage,
    /// What the sender's clock showed when the message left.
    pub time_stamp: Instant,
    /// What the resolver said.
    pub name_answer: NameAnswer,
    pub name_from_cache: bool,
    pub host: Option<HostId>,
    pub data_centre: Option<DataCentreId>,
    pub round_trips: u8,
    /// The failure that its last event will bring, if it is already sure to fail.
    pub doomed: Option<Failure>,
    /// The server that works on it.
    pub target_server: Option<ServerId>,
    pub reply: Reply,
    /// Whether the caller's budget at the target counts it, and whose it is.
    pub holds_budget: Option<(OrgId, Address)>,
    /// How many calendar entries its answer shows.
    pub shown: ShownEntries,
}

/// Calendar entries that an answer shows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ShownEntries {
    /// With their times alone.
    pub times_alone: u64,
    /// With subject and location.
    pub in_detail: u64,
}

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallStage {
    /// The address of its host is awaited.
    Resolving,
    /// A connection is awaited.
    Connecting,
    /// The answer is awaited.
    Sent,
}

/// What a host answers.
#[derive(Clone, Debug, Default)]
pub(super) enum Reply {
    /// Nothing yet.
    #[default]
    None,
    /// It refuses, or fails.
    Failed(Failure),
    /// The gateway issues a token.
    Token(DelegationToken),
    /// Ask there instead (HTTP 302).
    Redirect(Url),
    /// What Autodiscover says of each address.
    Discovered(Answers),
    /// What the caller sees of each calendar.
    Calendars(Calendars),
    /// The MailTips or the photo of each recipient.
    Answered(Answered),
    /// What an errand brings back.
    Errand(Box<ErrandReply>),
    /// The level at which a shared folder is open.
    Folder(AccessLevel),
    /// So many changes in it have still to be fetched, as it was at this instant.
    Changes(u32, Instant),
    /// Its items.
    Items,
}
