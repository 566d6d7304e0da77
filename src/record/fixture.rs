//! A small federation for tests of recorders: contoso asks fabrikam through one gateway.
//!
//! It knows no rules; it is compiled from a scenario, which recorders themselves know nothing of.
//! Invariant: the observations of [`journey`] name objects of [`federation`] only.

use std::sync::LazyLock;

use crate::engine::{Instant, Span};
use crate::model::Federation;
use crate::model::address::{Address, LocalPart, Url, UrlPath};
use crate::model::cause::Cause;
use crate::model::certificate::CertificateId;
use crate::model::demand::WorkloadId;
use crate::model::gateway::{DataCentreId, GatewayId};
use crate::model::names::NameId;
use crate::model::observation::{
    CacheAnswer, Fact, NameAnswer, Observation, PathKind, PathObject, RequestIdentity,
};
use crate::model::organization::{OrgId, ServerId};
use crate::model::outcome::{
    AccessLevel, Asks, AttendeeOutcome, Failure, GroupOutcome, Leg, RequestOutcome, ResponseCode,
    Side, View,
};
use crate::model::relationship::RelationshipId;
use crate::model::token::{ApplicationClaim, CONDITIONS_LIFE, DelegationToken, Offer, Rejection};
use crate::scenario::Scenario;

/// Ids follow the order of names.
pub(crate) const CONTOSO: OrgId = OrgId(0);
pub(crate) const FABRIKAM: OrgId = OrgId(1);
const CONTOSO_SERVER: ServerId = ServerId(0);
const FABRIKAM_SERVER: ServerId = ServerId(1);
const FABRIKAM_CERTIFICATE: CertificateId = CertificateId(1);
pub(crate) const RELATIONSHIP: RelationshipId = RelationshipId(0);

/// 2026-03-02T08:00:00Z: 20514 days after the epoch, and 8 hours.
pub(crate) const START: Instant = Instant::from_seconds(20_514 * 86_400 + 8 * 3_600);

const SCENARIO: &str = r#"
fedsim = 1
title = "two organizations"
[gateway.business]
[org.contoso]
domains = ["contoso.com"]
mailbox.ann = {}
[org.fabrikam]
domains = ["fabrikam.com"]
mailbox.bob = {}
[relationship."contoso -> fabrikam"]
free_busy_access = true
[request.ask]
at = "+10 s"
from = "ann@contoso.com"
to = ["bob@fabrikam.com"]
"#;

static FEDERATION: LazyLock<Federation> = LazyLock::new(|| {
    let scenario = Scenario::parse(SCENARIO, "fixture").unwrap_or_else(|found| panic!("{found}"));
    let compiled = scenario.compile().unwrap_or_else(|found| panic!("{found}"));
    compiled.federation
});

/// The federation.
pub(crate) fn federation() -> &'static Federation {
    &FEDERATION
}

fn name(text: &str) -> NameId {
    let found = federation().names.find(text);
    found.unwrap_or_else(|| panic!("the federation knows no `{text}`"))
}

fn address(local: &str, domain: &str) -> Address {
    Address {
        domain: name(domain),
        local: LocalPart::Named(name(local)),
    }
}

/// The n-th request of contoso's workload `ask`.
pub(crate) fn request(number: u32) -> RequestIdentity {
    RequestIdentity {
        requester: CONTOSO,
        workload: WorkloadId(0),
        attempt: 0,
        number,
    }
}

/// An observation so many milliseconds after the start.
pub(crate) fn seen(milliseconds: u64, request: RequestIdentity, fact: Fact) -> Observation {
    Observation {
        at: START + Span::from_milliseconds(milliseconds),
        request,
        fact,
    }
}

/// The token that ann gets for free/busy in fabrikam.
fn token(not_before: Instant) -> DelegationToken {
    DelegationToken {
        issuer: GatewayId(0),
        signed_by: 1,
        encrypted_for: FABRIKAM_CERTIFICATE,
        not_before,
        not_on_or_after: not_before + CONDITIONS_LIFE,
        audience: name("FYDIBOHF25SPDLT.fabrikam.com"),
        subject: Some(1),
        offer: Offer::SharingCalendarFreeBusy,
        email: Some(address("ann", "contoso.com")),
        application: ApplicationClaim::Registered,
    }
}

/// A failure by this cause, shown as 5016 in the availability leg; the target has to act.
fn failure(cause: Cause) -> Failure {
    Failure {
        cause,
        code: ResponseCode::ProxyRequestProcessingFailed,
        inner: None,
        side: Side::Target,
        leg: Some(Leg::Availability),
    }
}

/// A whole request for one attendee through the relationship, sent so many milliseconds after the
/// start and answered 500 ms later: all that a recorder meets in an ordinary case.
pub(crate) fn journey(sent: u64, number: u32, result: Result<(), Cause>) -> Vec<Observation> {
    let failure = result.err().map(failure);
    let middle = middle(sent, number, result);
    let facts = beginning().into_iter().chain(middle).chain(end(failure));
    let identity = request(number);
    facts
        .map(|(after, fact)| seen(sent + after, identity, fact))
        .collect()
}

type After = (u64, Fact);

/// From the client to the dispatch of the group: 4 facts.
fn beginning() -> Vec<After> {
    let path = PathObject::Relationship(RELATIONSHIP);
    let sent = Fact::Sent {
        from: address("ann", "contoso.com"),
        attendees: 1,
        asks: Asks::FreeBusy,
        window: Span::from_days(7),
        view: View::DetailedMerged,
    };
    let arrived = Fact::Arrived {
        server: CONTOSO_SERVER,
    };
    let chosen = Fact::PathChosen {
        attendee: 0,
        asked: address("bob", "fabrikam.com"),
        path,
        cache: CacheAnswer::Hit,
    };
    let dispatched = Fact::GroupDispatched {
        group: 0,
        attendees: 1,
        path,
        domain: name("fabrikam.com"),
        endpoint: Some(Url {
            host: name("mail.fabrikam.com"),
            path: UrlPath::EwsWsSecurity,
        }),
    };
    vec![(0, sent), (2, arrived), (5, chosen), (5, dispatched)]
}

/// The token and the call: 8 facts, of which the first 3 come before the token.
fn middle(sent: u64, number: u32, result: Result<(), Cause>) -> Vec<After> {
    let (group, leg) = (0, Leg::FreeBusyToken);
    let host = name("login.microsoftonline.com");
    let issued = Fact::TokenIssued {
        group,
        leg,
        data_centre: DataCentreId(0),
        token: token(START + Span::from_milliseconds(sent + 212)),
        bytes: 9_000,
        target: Some(FABRIKAM),
    };
    let failure = None;
    let resolved = Fact::NameResolved {
        group,
        leg,
        host,
        answer: NameAnswer::Found,
        from_cache: number > 1,
    };
    let connected = Fact::Connected {
        group,
        leg,
        host,
        round_trips: 3,
    };
    let mut facts = vec![
        (20, Fact::LegStarted { group, leg, host }),
        (22, resolved),
        (60, connected),
        (212, issued),
        (
            220,
            Fact::LegEnded {
                group,
                leg,
                failure,
            },
        ),
    ];
    let (leg, server) = (Leg::Availability, FABRIKAM_SERVER);
    let host = name("mail.fabrikam.com");
    let is_rejected = result == Err(Cause::TokenSignatureUnknown);
    let result = if is_rejected {
        Err(Rejection::SignatureUnknown)
    } else {
        Ok(())
    };
    let validated = Fact::TokenValidated {
        group,
        leg,
        server,
        result,
    };
    facts.push((221, Fact::LegStarted { group, leg, host }));
    facts.push((300, Fact::CallArrived { group, leg, server }));
    facts.push((320, validated));
    facts
}

/// The outcomes: 4 facts.
fn end(failure: Option<Failure>) -> Vec<After> {
    let (group, leg, target) = (0, Leg::Availability, Some(FABRIKAM));
    let group_done = Fact::GroupDone {
        group,
        path: PathKind::Relationship,
        target,
        outcome: failure.map_or(GroupOutcome::Answered, GroupOutcome::Failed),
        latency: Span::from_milliseconds(485),
    };
    let view = AttendeeOutcome::View(AccessLevel::Simple);
    let attendee_done = Fact::AttendeeDone {
        attendee: 0,
        asked: address("bob", "fabrikam.com"),
        path: Some(PathKind::Relationship),
        target,
        outcome: failure.map_or(view, AttendeeOutcome::Failed),
    };
    let views = u16::from(failure.is_none());
    let request_done = Fact::RequestDone {
        outcome: RequestOutcome::of(usize::from(views), 1),
        views,
        attendees: 1,
        latency: Span::from_milliseconds(500),
    };
    vec![
        (
            480,
            Fact::LegEnded {
                group,
                leg,
                failure,
            },
        ),
        (490, group_done),
        (490, attendee_done),
        (500, request_done),
    ]
}
