//! What an examination finds, as data: [`Finding`] with its place, its actor and the steps that repair it.
//!
//! It knows no rule. Invariant: the id of what a request would fail for is the id of that cause; checks
//! that no cause covers have ids of their own, in one table.

use std::collections::BTreeSet;

use crate::engine::Instant;
use crate::model::cause::Cause;
use crate::model::gateway::GatewayId;
use crate::model::organization::OrgId;
use crate::model::outcome::Side;
use crate::scenario::Location;

/// How bad a finding is. The worst comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Requests fail, at least some of them.
    Error,
    /// They will fail during the run, or fail for some people, or it is risky.
    Warning,
    /// They succeed, but perhaps not as was meant.
    Note,
}

impl Severity {
    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// Who has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Acts {
    /// People of an organization.
    Organization(OrgId),
    /// The operator of an instance of the gateway.
    Gateway(GatewayId),
    /// The operator of the network between organizations.
    Network,
}

/// Which people of an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// The administrator of Exchange.
    Exchange,
    /// Who runs zones and resolvers.
    Dns,
    /// Who runs firewalls, proxies, load balancers and TLS certificates.
    Network,
}

/// From who asks to who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Direction {
    /// Who asks.
    pub requester: OrgId,
    /// Who is asked.
    pub target: OrgId,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The stable id of the check: that of the cause, or one of [`OWN_CHECKS`].
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What requests would fail for.
    pub cause: Option<Cause>,
    /// Who has to act.
    pub acts: Acts,
    /// Which of their people.
    pub operator: Operator,
    /// What is at fault, by its place in a scenario: `org.fabrikam.trust`.
    pub subject: String,
    /// What is the matter, with the values that disagree.
    pub message: String,
    /// A few words under the place.
    pub label: String,
    /// Where in the scenario the value stands, or the object that it belongs to.
    pub place: Option<Location>,
    /// Where the value stands that it disagrees with.
    pub also: Option<(Location, String)>,
    /// From when on, if not from the start.
    pub from: Option<Instant>,
    /// Which directions meet it at this severity.
    pub directions: BTreeSet<Direction>,
    /// What repairs it.
    pub steps: Vec<Step>,
}

impl Finding {
    /// On which side of a direction somebody has to act.
    pub fn side(&self, direction: Direction) -> Side {
        match self.acts {
            Acts::Organization(id) if id == direction.requester => Side::Requester,
            Acts::Organization(_) => Side::Target,
            Acts::Gateway(_) => Side::Gateway,
            Acts::Network => Side::Network,
        }
    }
}

/// One step of a remedy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// When in a list of actions: what others need comes first.
    pub rank: u8,
    /// Whether it is a line of the administrators' language; else words.
    pub is_cmdlet: bool,
    /// The line, or the words.
    pub text: String,
}

/// A check that no cause has the id of.
#[derive(Clone, Copy, Debug)]
pub struct OwnCheck {
    /// Its id.
    pub id: &'static str,
    /// Its severity.
    pub severity: Severity,
    /// What it says.
    pub text: &'static str,
}

/// The organization certificate ends, or begins, during the run.
pub(super) const ORGANIZATION_CERTIFICATE_ENDS: &str = "dates.organization-certificate";
/// A TLS certificate ends during the run.
pub(super) const TLS_CERTIFICATE_ENDS: &str = "dates.tls-certificate";
/// The gateway's certificate rolls and the trust does not learn of it in time.
pub(super) const ISSUER_CERTIFICATES_STALE: &str = "dates.token-issuer-certificates";
/// The gateway closes during the run.
pub(super) const GATEWAY_CLOSES: &str = "dates.gateway-closes";
/// A clock is so wrong that a slow request fails.
pub(super) const CLOCK_NEAR_LIMIT: &str = "clock.near-the-limit";
/// The partner lets us see, and we do not ask.
pub(super) const NOT_ASKED_FOR: &str = "relationship.not-asked-for";
/// The partner has a federated domain that our relationship does not name.
pub(super) const PARTNER_DOMAIN_UNCOVERED: &str = "relationship.partner-domain-uncovered";
/// We have a federated domain that the partner's relationship does not name.
pub(super) const OWN_DOMAIN_UNCOVERED: &str = "relationship.own-domain-uncovered";
/// Default permission gives less than the relationship's level.
pub(super) const DEFAULT_BELOW_LEVEL: &str = "permission.default-below-level";

/// Checks that no cause has the id of.
pub const OWN_CHECKS: &[OwnCheck] = &[
    own(
        ORGANIZATION_CERTIFICATE_ENDS,
        Severity::Warning,
        "federation goes off at a server during the run, by a date of the organization certificate or of the gateway's certificates that the trust holds",
    ),
    own(
        TLS_CERTIFICATE_ENDS,
        Severity::Warning,
        "the TLS certificate of a host on the way ends during the run",
    ),
    own(
        ISSUER_CERTIFICATES_STALE,
        Severity::Warning,
        "the gateway's signing certificate changes during the run, and the trust has not read the metadata that says so",
    ),
    own(
        GATEWAY_CLOSES,
        Severity::Warning,
        "the instance of the gateway is closed during the run",
    ),
    own(
        CLOCK_NEAR_LIMIT,
        Severity::Warning,
        "a clock is so far off that a request which takes its time is refused",
    ),
    own(
        NOT_ASKED_FOR,
        Severity::Note,
        "the partner shows its calendars, and this organization does not ask for them",
    ),
    own(
        PARTNER_DOMAIN_UNCOVERED,
        Severity::Warning,
        "the relationship names some of the partner's federated domains, but not this one",
    ),
    own(
        OWN_DOMAIN_UNCOVERED,
        Severity::Warning,
        "the partner's relationship names some of the requester's federated domains, but not this one",
    ),
    own(
        DEFAULT_BELOW_LEVEL,
        Severity::Note,
        "the relationship grants more than the Default permission of calendars does; the lesser counts",
    ),
];

const fn own(id: &'static str, severity: Severity, text: &'static str) -> OwnCheck {
    OwnCheck { id, severity, text }
}

/// A fault that has been found, whoever meets it.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub id: &'static str,
    pub severity: Severity,
    pub cause: Option<Cause>,
    pub acts: Acts,
    pub operator: Operator,
    pub subject: String,
    pub message: String,
    pub label: String,
    pub place: Option<Location>,
    pub also: Option<(Location, String)>,
    pub from: Option<Instant>,
    pub steps: Vec<Step>,
}

impl Fault {
    /// A fault for which requests fail.
    pub fn new(cause: Cause, acts: Acts, subject: impl Into<String>) -> Fault {
        Fault {
            id: cause.id(),
            severity: Severity::Error,
            cause: Some(cause),
            acts,
            operator: Operator::Exchange,
            subject: subject.into(),
            message: cause.row().text.to_owned(),
            label: String::new(),
            place: None,
            also: None,
            from: None,
            steps: Vec::new(),
        }
    }

    /// The same as a check of its own.
    pub fn checked_as(mut self, id: &'static str) -> Fault {
        let row = OWN_CHECKS.iter().find(|row| row.id == id);
        self.id = id;
        self.severity = row.map_or(Severity::Warning, |row| row.severity);
        self
    }

    /// The same with another severity.
    pub fn severity(mut self, severity: Severity) -> Fault {
        self.severity = severity;
        self
    }

    /// The same for other people of the organization.
    pub fn by(mut self, operator: Operator) -> Fault {
        self.operator = operator;
        self
    }

    /// The same with what is the matter.
    pub fn says(mut self, message: impl Into<String>) -> Fault {
        self.message = message.into();
        self
    }

    /// The same at a place, with a few words under it.
    pub fn at(mut self, place: Option<Location>, label: impl Into<String>) -> Fault {
        self.place = place;
        self.label = label.into();
        self
    }

    /// The same with the place of the value that it disagrees with.
    pub fn against(mut self, place: Option<Location>, label: impl Into<String>) -> Fault {
        self.also = place.map(|place| (place, label.into()));
        self
    }

    /// The same from a later instant on.
    pub fn from(mut self, from: Instant) -> Fault {
        self.from = Some(from);
        self
    }

    /// The same with a remedy.
    pub fn steps(mut self, steps: Vec<Step>) -> Fault {
        self.steps = steps;
        self
    }
}
