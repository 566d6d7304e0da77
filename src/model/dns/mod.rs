//! The Domain Name System: zones, record sets, and what their servers answer.
//!
//! It knows nothing of hosts, messages or time-outs, and it schedules nothing; what a resolver
//! remembers is in [`ResolverCache`]. Invariant: what the servers of a zone answer at an instant is a
//! function of the zone's and its record sets' revisions at that instant.

mod cache;
mod servers;
#[cfg(test)]
mod tests;
mod verification;

use super::revised::carries;
use crate::engine::hash::NameHash;
use crate::engine::{Distribution, Instant, Span};

use super::names::NameId;
use super::network::SiteId;

pub use cache::{Asked, Resolution, ResolverCache};
pub use servers::Dns;
pub use verification::{LargeAnswers, text_answer_arrives, text_answer_size};

crate::define_id! {
    /// What an address leads to: a published host.
    HostId;
    /// A zone.
    ZoneId;
    /// A record set: the records of one name and type in one zone.
    RecordSetId;
    /// A resolver.
    ResolverId;
}

/// How many aliases are followed before an answer counts as a server failure.
///
/// Assumed: no standard sets a number; resolvers stop after 8 to 16.
pub const ALIASES_MAX: usize = 8;

/// How long a resolver may remember a server failure, or that servers are silent, at most.
///
/// Source: RFC 2308 s.7.1 and s.7.2.
pub const FAILURE_LIFE_MAX: Span = Span::from_minutes(5);

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordType {
    /// A and AAAA, which the model does not tell apart.
    Address,
    /// CNAME.
    CanonicalName,
    /// TXT.
    Text,
    /// SRV.
    Service,
}

/// One record's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordData {
    /// An address: the host that answers there.
    Host(HostId),
    /// The name that this one is an alias of.
    Canonical(NameId),
    /// A text.
    Text(Box<str>),
    /// Where a service is.
    Service {
        /// The lowest is tried first.
        priority: u16,
        /// The share among targets of equal priority.
        weight: u16,
        /// The port.
        port: u16,
        /// The host's name.
        target: NameId,
    },
}

impl RecordData {
    /// The type of a record with this content.
    pub fn record_type(&self) -> RecordType {
        match self {
            RecordData::Host(_) => RecordType::Address,
            RecordData::Canonical(_) => RecordType::CanonicalName,
            RecordData::Text(_) => RecordType::Text,
            RecordData::Service { .. } => RecordType::Service,
        }
    }
}

/// The records of one name and type. They share one time to live (RFC 2181 s.5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordSet {
    /// The zone that holds them.
    pub zone: ZoneId,
    /// Their name.
    pub name: NameId,
    /// Their type.
    pub record_type: RecordType,
    /// How long a resolver may remember them.
    pub time_to_live: Span,
    /// The records. A set without records does not exist: not yet, or no longer.
    pub records: Vec<RecordData>,
}

/// A zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// Its topmost name.
    pub apex: NameId,
    /// Who is answered from it.
    pub view: View,
    /// What its servers do.
    pub state: ZoneState,
    /// How long it may be remembered that something does not exist: the lesser of the SOA record's
    /// time to live and its MINIMUM field. Source: RFC 2308 s.5.
    pub negative_time_to_live: Span,
    /// How long after a record was added or removed at the primary server all servers have it.
    pub propagation: Span,
    /// What a question to its servers takes on top of an ordinary one.
    pub extra_delay: Option<Box<Distribution>>,
}

/// Who is answered from a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Everyone.
    Public,
    /// Resolvers that list it as an internal zone of theirs.
    Internal,
}

/// What a zone's servers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneState {
    /// They answer.
    Serving,
    /// They answer SERVFAIL.
    ServerFailure,
    /// They do not answer.
    Silent,
    /// The zone is not delegated: for everyone, neither its apex nor any name in it exists.
    Absent,
}

/// A resolver: whom an organization's servers, or a gateway, ask for names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolver {
    /// Its name in the scenario.
    pub name: Box<str>,
    /// The hash of its name: what its draws hang on.
    pub hash: NameHash,
    /// Where it stands.
    pub site: SiteId,
    /// What it does.
    pub state: ResolverState,
    /// How long it remembers records at most.
    pub positive_cap: Span,
    /// How long it remembers that something does not exist, at most.
    pub negative_cap: Span,
    /// How long it remembers a failure, [`FAILURE_LIFE_MAX`] at most.
    pub failure_life: Span,
    /// Its internal zones: a name within one of them is never asked outside (split-brain DNS).
    pub internal: Vec<ZoneId>,
}

/// How long a resolver remembers at most, where the scenario does not say.
///
/// Source: Windows DNS server: 86,400 s and, recalled, 900 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResolverCaps {
    /// Records.
    pub positive: Span,
    /// That something does not exist.
    pub negative: Span,
}

impl Default for ResolverCaps {
    fn default() -> Self {
        ResolverCaps {
            positive: Span::from_seconds(86_400),
            negative: Span::from_seconds(900),
        }
    }
}

/// What a resolver does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResolverState {
    /// It answers.
    Up,
    /// It answers SERVFAIL to everything.
    ServerFailure,
    /// It does not answer.
    Silent,
}

/// An answer. Times to live are what remains when it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There are records.
    Found(Found),
    /// The name does not exist (NXDOMAIN).
    NoSuchName {
        /// How long this may be remembered.
        time_to_live: Span,
    },
    /// The name exists, but has no records of this type.
    NoData {
        /// How long this may be remembered.
        time_to_live: Span,
    },
    /// The servers fail (SERVFAIL), or aliases lead in a circle.
    ServerFailure,
    /// Nobody answers; whoever asked gives up after its own time-out.
    Silent,
}

/// Records that were found: look them up with [`Dns::records`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The set, at the end of all aliases.
    pub set: RecordSetId,
    /// When the zone's servers gave it: what it held then is what the answer says.
    pub as_of: Instant,
    /// The least of the times to live of the set and of the aliases that led to it.
    pub time_to_live: Span,
}

/// What one question is answered, without following aliases. Times to live are in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Records of the type that was asked for.
    Records(RecordSetId, Span),
    /// The name is an alias of another: the set that says so, and the other name.
    Alias(RecordSetId, NameId, Span),
    NoSuchName(Span),
    NoData(Span),
    ServerFailure,
    Silent,
}

/// A step, and when the servers took it.
struct Seen {
    step: Step,
    as_of: Instant,
}

/// Asks for a name, and for what it is an alias of, until there is an answer.
///
/// Source: RFC 1034 s.3.6.2. More than [`ALIASES_MAX`] aliases, and so every circle, are a failure.
fn follow(name: NameId, mut ask: impl FnMut(NameId) -> Seen) -> Answer {
    let mut name = name;
    let mut least = Span::MAX;
    for _ in 0..=ALIASES_MAX {
        let Seen { step, as_of } = ask(name);
        match step {
            Step::Alias(_, target, time_to_live) => {
                least = least.min(time_to_live);
                name = target;
            }
            Step::Records(set, time_to_live) => {
                return Answer::Found(Found {
                    set,
                    as_of,
                    time_to_live: least.min(time_to_live),
                });
            }
            Step::NoSuchName(time_to_live) => {
                return Answer::NoSuchName {
                    time_to_live: least.min(time_to_live),
                };
            }
            Step::NoData(time_to_live) => {
                return Answer::NoData {
                    time_to_live: least.min(time_to_live),
                };
            }
            Step::ServerFailure => return Answer::ServerFailure,
            Step::Silent => return Answer::Silent,
        }
    }
    Answer::ServerFailure
}

carries!(RecordSet {
    zone,
    name,
    record_type,
    time_to_live,
    records
});
carries!(Zone {
    apex,
    view,
    state,
    negative_time_to_live,
    propagation,
    extra_delay
});
carries!(Resolver {
    name,
    hash,
    site,
    state,
    positive_cap,
    negative_cap,
    failure_life,
    internal
});
