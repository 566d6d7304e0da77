//! The key tables: every key of a scenario with its kind, default, evidence and meaning.
//!
//! They know nothing of how text is parsed. One table drives the parser, the schema, `show`, the key
//! reference and the templates. Invariant: a key's meaning, unit and default stand here and nowhere
//! else.

mod dns;
mod federation;
mod gateway;
mod invitation;
mod network;
mod organization;
mod parameters;
mod population;
mod run;
mod server;
mod sharing;
mod trace;
mod traffic;
mod workload;

use crate::engine::Span;

pub use dns::DNS;
pub use gateway::GATEWAY;
pub use invitation::INVITATION;
use invitation::SHARING_POLICIES;
pub(super) use network::LINK;
pub use network::NETWORK;
pub use organization::ORGANIZATION;
pub use parameters::PARAMETERS;
pub use population::{ORGANIZATIONS_FILE, PARTNERS, POPULATION, RELATIONSHIPS_FILE};
pub use run::{RULES, RUN};
pub use server::SERVER;
pub use sharing::{ADDRESS_SPACE, CONNECTOR, RELATIONSHIP};
pub use trace::TRACE;
pub use traffic::{FAULT, REQUEST, TIMELINE};
pub use workload::{HOURS, WEEKDAYS, WORKLOAD};

/// A table of a scenario whose keys are known.
#[derive(Debug)]
pub struct Object {
    /// What the thing is called in messages, such as `organization`.
    pub name: &'static str,
    /// What it is, in one or two sentences.
    pub doc: &'static str,
    /// Its keys, in the order in which they are shown.
    pub keys: &'static [Key],
}

/// One key of an object.
#[derive(Debug)]
pub struct Key {
    /// As it stands in the file.
    pub name: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// Whether it has to be there, and what holds if it is not.
    pub presence: Presence,
    /// What it means, in one or two sentences, with the unit if the kind does not tell it.
    pub doc: &'static str,
}

/// Whether a key has to be in the file, and what holds if it is not.
#[derive(Clone, Copy, Debug)]
pub enum Presence {
    /// It has to be there.
    Required,
    /// This value, in the syntax of the file, on this evidence.
    Default(&'static str, Evidence),
    /// Follows from other values of the scenario; how, in words.
    Derived(&'static str),
    /// May be absent; what absence means, in words.
    Optional(&'static str),
}

/// What a default rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// Published by the vendor.
    Doc,
    /// Observed behaviour of Exchange 2013; not published.
    Observed,
    /// An independent or vendor's blog or forum.
    Blog,
    /// An Internet standard.
    Rfc,
    /// Widely published, remembered, not opened again.
    Recall,
    /// Computed from facts with better evidence.
    Calculated,
    /// An engineering estimate. A result that rests on it says so.
    Guess,
    /// Not a fact of the world: a choice of fedsim.
    Choice,
}

impl Evidence {
    /// The word for it in `show`, in the schema and in the reference.
    pub const fn tag(self) -> &'static str {
        match self {
            Evidence::Doc => "doc",
            Evidence::Observed => "observed",
            Evidence::Blog => "blog",
            Evidence::Rfc => "rfc",
            Evidence::Recall => "recall",
            Evidence::Calculated => "calculated",
            Evidence::Guess => "guess",
            Evidence::Choice => "choice",
        }
    }
}

/// What a value is.
#[derive(Debug)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// A whole number in a range, ends included.
    Count {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// Any text of at most 10,000 bytes without control characters other than tab and newline.
    Text,
    /// The name of a thing of the scenario.
    Name,
    /// An SMTP domain, kept in lower case.
    Domain,
    /// A host name, kept in lower case.
    Host,
    /// A name of a TLS certificate: a host name, or `*.` and a domain for one level below it.
    TlsName,
    /// An SMTP address, kept in lower case.
    Address,
    /// An `http` or `https` address of a service.
    Url,
    /// The same, or blank.
    UrlOrBlank,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A version of Exchange, such as `2013 SP1`.
    Version,
    /// A span of time in a range, ends included.
    Span {
        /// The least.
        min: Span,
        /// The most.
        max: Span,
    },
    /// A signed span, such as the error of a clock.
    Offset,
    /// A point in time; absolute, from the start, or a local time.
    Instant,
    /// A point in time that does not depend on the start of the run.
    AbsoluteInstant,
    /// A part of a whole in percent.
    Share,
    /// How often something happens.
    Rate,
    /// Bytes.
    Size,
    /// Bits per second.
    Bandwidth,
    /// A distribution of spans.
    Distribution,
    /// A time zone of the IANA database.
    Zone,
    /// A place on the globe.
    Coordinates,
    /// A file below the scenario's directory.
    File,
    /// A list of values of one kind.
    List(&'static Kind),
    /// A table whose keys are known.
    Table(&'static Object),
    /// A list of such tables, in their order.
    Tables(&'static Object),
    /// A table whose keys are names that the scenario chooses.
    Named(&'static NamedTable),
    /// One of these words, or a table of them with percentages that sum to 100 %.
    Shares(&'static [&'static str]),
    /// A value of this kind, or a table of such values with percentages that sum to 100 %.
    Weights(&'static Kind),
    /// A whole number in a range, or a distribution of whole numbers.
    Counts {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// A part of a table: some of its keys, and no defaults for the rest.
    Part(&'static Object),
    /// A change of the world: a partial tree with the keys of the scenario and no defaults.
    Set,
    /// Expectations: metric to condition, both as text.
    Expectations,
}

/// A table whose keys are names.
#[derive(Debug)]
pub struct NamedTable {
    /// What a name is.
    pub names: NameKind,
    /// What each name stands for.
    pub value: Kind,
    /// A name for examples.
    pub example: &'static str,
}

/// What the names of a named table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A name of letters, digits, `-` and `_`.
    Name,
    /// The same, with spaces inside.
    Title,
    /// A domain.
    Domain,
    /// A host.
    Host,
    /// An SMTP address.
    Address,
    /// `"a -> b"`: from one name to another.
    Arrow,
    /// `"a -> DOMAIN"`: from a name to a domain.
    ArrowToDomain,
    /// `"a - b"`: between two names, in either order.
    Pair,
    /// `"NAME TYPE"`: the name and type of a DNS record.
    Record,
}

impl Object {
    /// The key of this name with its place in the table.
    pub fn find(&self, name: &str) -> Option<(usize, &'static Key)> {
        self.keys
            .iter()
            .enumerate()
            .find(|(_, key)| key.name == name)
    }
}

impl NameKind {
    /// What such a name is called in messages and in the reference.
    pub const fn word(self) -> &'static str {
        match self {
            NameKind::Name | NameKind::Title => "NAME",
            NameKind::Domain => "DOMAIN",
            NameKind::Host => "HOST",
            NameKind::Address => "ADDRESS",
            NameKind::Arrow => "NAME -> NAME",
            NameKind::ArrowToDomain => "NAME -> DOMAIN",
            NameKind::Pair => "NAME - NAME",
            NameKind::Record => "NAME TYPE",
        }
    }
}

/// The whole scenario.
pub static SCENARIO: Object = Object {
    name: "scenario",
    doc: "One world and what happens in it.",
    keys: &[
        required(
            "fedsim",
            Kind::Count { min: 1, max: 1 },
            "The version of this format.",
        ),
        optional(
            "title",
            Kind::Text,
            "it has none",
            "What the scenario shows, in one line.",
        ),
        optional(
            "description",
            Kind::Text,
            "it has none",
            "What it is for, as long as you like.",
        ),
        table(
            "run",
            &RUN,
            "When the simulation starts, how long it lasts, what it is drawn from.",
        ),
        table(
            "rules",
            &RULES,
            "Which of two behaviours holds where sources differ.",
        ),
        table(
            "parameters",
            &PARAMETERS,
            "Delays, sizes, time limits and cache lives.",
        ),
        named(
            "gateway",
            &GATEWAYS,
            "Instances of the Microsoft Federation Gateway.",
        ),
        named("org", &ORGANIZATIONS, "Organizations that run Exchange."),
        named(
            "population",
            &POPULATIONS,
            "Many organizations drawn from one description.",
        ),
        named(
            "partners",
            &PARTNER_GRAPHS,
            "Which of many organizations have relationships with each other.",
        ),
        table(
            "organizations",
            &ORGANIZATIONS_FILE,
            "Organizations from a file.",
        ),
        table(
            "relationships",
            &RELATIONSHIPS_FILE,
            "Relationships from a file.",
        ),
        named(
            "relationship",
            &RELATIONSHIPS,
            "Organization relationships: an object in the first organization about the second.",
        ),
        named(
            "connector",
            &CONNECTORS,
            "Intra-organization connectors: OAuth in place of the gateway. They take precedence \
             over relationships.",
        ),
        named(
            "address_space",
            &ADDRESS_SPACES,
            "Availability address spaces of an organization for a domain.",
        ),
        table("dns", &DNS, "Records, zones and resolvers."),
        table("network", &NETWORK, "Sites and the links between them."),
        named(
            "request",
            &REQUESTS,
            "Availability requests that a client sends.",
        ),
        named(
            "invitation",
            &INVITATIONS,
            "Messages with which users share their calendars with people of other organizations.",
        ),
        named(
            "workload",
            &WORKLOADS,
            "Availability requests that are drawn: how often, by whom, for whom.",
        ),
        named(
            "trace",
            &TRACES,
            "Availability requests that were recorded: which file, and how it is read.",
        ),
        named(
            "fault",
            &FAULTS,
            "Changes of the world that hold from one instant to another.",
        ),
        Key {
            name: "timeline",
            kind: Kind::Tables(&TIMELINE),
            presence: Presence::Default("[]", Evidence::Choice),
            doc: "What happens at an instant, for good: a procedure, or a change of the world.",
        },
        Key {
            name: "expect",
            kind: Kind::Expectations,
            presence: Presence::Default("{}", Evidence::Choice),
            doc: "What has to hold of the results: metric, operator and value.",
        },
    ],
};

/// The keys of a scenario that a `set` may change.
pub const SETTABLE: &[&str] = &[
    "gateway",
    "org",
    "relationship",
    "connector",
    "address_space",
    "dns",
    "network",
];

static GATEWAYS: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&GATEWAY),
    example: "business",
};
static ORGANIZATIONS: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&ORGANIZATION),
    example: "contoso",
};
/// The domain that stands for each organization's own in a description of many. Names in `invalid`
/// never exist (RFC 6761 s.6.4).
pub const TEMPLATE_DOMAIN: &str = "organization.invalid";

static POPULATIONS: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&POPULATION),
    example: "partners",
};
static PARTNER_GRAPHS: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&PARTNERS),
    example: "market",
};
static RELATIONSHIPS: NamedTable = NamedTable {
    names: NameKind::Arrow,
    value: Kind::Table(&RELATIONSHIP),
    example: "contoso -> fabrikam",
};
static CONNECTORS: NamedTable = NamedTable {
    names: NameKind::Arrow,
    value: Kind::Table(&CONNECTOR),
    example: "contoso -> fabrikam",
};
static ADDRESS_SPACES: NamedTable = NamedTable {
    names: NameKind::ArrowToDomain,
    value: Kind::Table(&ADDRESS_SPACE),
    example: "contoso -> fabrikam.com",
};
static REQUESTS: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&REQUEST),
    example: "lookup",
};
static INVITATIONS: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&INVITATION),
    example: "share-calendar",
};
static WORKLOADS: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&WORKLOAD),
    example: "office-hours",
};
static TRACES: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&TRACE),
    example: "monday",
};
static FAULTS: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&FAULT),
    example: "outage",
};

// Short forms in which the tables of the families are written.

const fn key(
    name: &'static str,
    kind: Kind,
    default: &'static str,
    evidence: Evidence,
    doc: &'static str,
) -> Key {
    let presence = Presence::Default(default, evidence);
    Key {
        name,
        kind,
        presence,
        doc,
    }
}

const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Key {
    let presence = Presence::Required;
    Key {
        name,
        kind,
        presence,
        doc,
    }
}

const fn derived(name: &'static str, kind: Kind, how: &'static str, doc: &'static str) -> Key {
    let presence = Presence::Derived(how);
    Key {
        name,
        kind,
        presence,
        doc,
    }
}

const fn optional(name: &'static str, kind: Kind, absent: &'static str, doc: &'static str) -> Key {
    let presence = Presence::Optional(absent);
    Key {
        name,
        kind,
        presence,
        doc,
    }
}

/// A table that is there with its defaults even if the file does not name it.
const fn table(name: &'static str, object: &'static Object, doc: &'static str) -> Key {
    key(name, Kind::Table(object), "{}", Evidence::Choice, doc)
}

/// A named table, empty if the file does not name it.
const fn named(name: &'static str, table: &'static NamedTable, doc: &'static str) -> Key {
    key(name, Kind::Named(table), "{}", Evidence::Choice, doc)
}

const fn count(min: u64, max: u64) -> Kind {
    Kind::Count { min, max }
}

/// A span from nothing to a hundred years.
const SPAN: Kind = Kind::Span {
    min: Span::ZERO,
    max: Span::from_days(36_525),
};

/// A span that is not zero, to a hundred years.
const POSITIVE_SPAN: Kind = Kind::Span {
    min: Span::from_nanoseconds(1),
    max: Span::from_days(36_525),
};

const UP_DOWN: Kind = Kind::OneOf(&["up", "down"]);
const TLS_VERSION: Kind = Kind::OneOf(&["1.0", "1.1", "1.2", "1.3"]);
const ACCESS_LEVELS: &[&str] = &["None", "AvailabilityOnly", "LimitedDetails", "Reviewer"];

static DOMAIN: Kind = Kind::Domain;
static TLS_NAME: Kind = Kind::TlsName;
static NAME: Kind = Kind::Name;
/// What a request asks for.
const ASKS: Kind = Kind::OneOf(&[
    "free-busy",
    "mail-tips",
    "photos",
    "shared-calendar",
    "synchronization",
    "delivery-reports",
    "archive",
]);
/// What the requests of a workload ask for: also that somebody accepts an invitation.
const DRAWN_ASKS: Kind = Kind::OneOf(&[
    "free-busy",
    "mail-tips",
    "photos",
    "synchronization",
    "delivery-reports",
    "archive",
    "invitation",
]);
static TEXT: Kind = Kind::Text;
static ADDRESS: Kind = Kind::Address;
static TLS_VERSIONS: Kind = TLS_VERSION;
