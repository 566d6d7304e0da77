//! A small federation for tests of recorders: contoso asks fabrikam through one gateway.
//!
//! It knows no rules and no scenario: its objects are there to be named. Invariant: every id that the
//! constants name exists in the federation that [`federation`] builds.

use crate::engine::hash::NameHash;
use crate::engine::{Distribution, IdVec, Instant, Limits, Offset, Seed, Span};
use crate::model::Federation;
use crate::model::address::{Address, LocalPart, Url, UrlPath};
use crate::model::cause::Cause;
use crate::model::certificate::{Certificate, CertificateId, KeyProvider, TlsVersions, Validity};
use crate::model::dns::{Dns, HostId, Resolver, ResolverId, ResolverState};
use crate::model::federation::{FederationIndex, Sources, Workload, WorkloadId};
use crate::model::gateway::{
    DataCentre, DataCentreId, Gateway, GatewayId, GatewayState, MetadataState,
};
use crate::model::names::{NameId, Names};
use crate::model::network::{Distance, Distances, Network, Site, SiteId, Variation};
use crate::model::observation::{Fact, Observation, PathKind, PathObject, RequestIdentity};
use crate::model::organization::{
    DirectoryState, Edition, OrgId, Organization, Outbound, Server, ServerId, ServerState,
};
use crate::model::outcome::{
    AccessLevel, AttendeeOutcome, Failure, GroupOutcome, Leg, RequestOutcome, ResponseCode, Side,
    View,
};
use crate::model::parameters::{
    MessageSizes, NegativeUriLife, Parameters, Rules, TargetFreeBusyRule, TokenCacheRule,
    UriCacheRule,
};
use crate::model::publishing::{PoolState, VirtualDirectory};
use crate::model::relationship::{OrganizationRelationship, RelationshipId, Scope};
use crate::model::revised::Revised;
use crate::model::throttling::{Allowance, ThrottlingPolicy};
use crate::model::token::{CONDITIONS_LIFE, DelegationToken, Offer};
use crate::model::trust::{
    FederationTrust, IssuerCertificates, MetadataRefresh, OrganizationIdentifier, Registration,
};

pub(crate) const CONTOSO: OrgId = OrgId(0);
pub(crate) const FABRIKAM: OrgId = OrgId(1);
pub(crate) const CONTOSO_SERVER: ServerId = ServerId(0);
pub(crate) const FABRIKAM_SERVER: ServerId = ServerId(1);
pub(crate) const RELATIONSHIP: RelationshipId = RelationshipId(0);
pub(crate) const DATA_CENTRE: DataCentreId = DataCentreId(0);
const SITE: SiteId = SiteId(0);
const RESOLVER: ResolverId = ResolverId(0);
const GATEWAY: GatewayId = GatewayId(0);

/// 2026-03-02T08:00:00Z: 20514 days after the epoch, and 8 hours.
pub(crate) const START: Instant = Instant::from_seconds(20_514 * 86_400 + 8 * 3_600);

/// The names that the constants of this file stand for, in the order of their ids.
const NAMES: &[&str] = &[
    "contoso.com",
    "fabrikam.com",
    "FYDIBOHF25SPDLT.contoso.com",
    "FYDIBOHF25SPDLT.fabrikam.com",
    "urn:federation:MicrosoftOnline",
    "login.microsoftonline.com",
    "autodiscover.fabrikam.com",
    "mail.fabrikam.com",
    "ann",
    "bob",
];

pub(crate) const CONTOSO_COM: NameId = NameId(0);
pub(crate) const FABRIKAM_COM: NameId = NameId(1);
pub(crate) const FABRIKAM_URI: NameId = NameId(3);
pub(crate) const LOGIN: NameId = NameId(5);
pub(crate) const MAIL_FABRIKAM: NameId = NameId(7);
pub(crate) const ANN: Address = Address {
    domain: CONTOSO_COM,
    local: LocalPart::Named(NameId(8)),
};
pub(crate) const BOB: Address = Address {
    domain: FABRIKAM_COM,
    local: LocalPart::Named(NameId(9)),
};

/// The n-th request of contoso's workload `ask`.
pub(crate) fn request(number: u32) -> RequestIdentity {
    RequestIdentity {
        requester: CONTOSO,
        workload: WorkloadId(0),
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

/// The token that contoso gets for free/busy in fabrikam.
pub(crate) fn token(not_before: Instant) -> DelegationToken {
    DelegationToken {
        issuer: GATEWAY,
        signed_by: 1,
        encrypted_for: CertificateId(0),
        not_before,
        not_on_or_after: not_before + CONDITIONS_LIFE,
        audience: FABRIKAM_URI,
        subject: Some(1),
        offer: Offer::SharingCalendarFreeBusy,
        email: Some(ANN),
    }
}

/// A failure by this cause, shown as 5016 in the availability leg; the target has to act.
pub(crate) fn failure(cause: Cause) -> Failure {
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
    let group = 0;
    let leg = Leg::FreeBusyToken;
    let failure = result.err().map(failure);
    let path = PathObject::Relationship(RELATIONSHIP);
    let facts = [
        (
            0,
            Fact::Sent {
                from: ANN,
                attendees: 1,
                window: Span::from_days(7),
                view: View::DetailedMerged,
            },
        ),
        (
            2,
            Fact::Arrived {
                server: CONTOSO_SERVER,
            },
        ),
        (
            5,
            Fact::PathChosen {
                attendee: 0,
                asked: BOB,
                path,
                cache: crate::model::observation::CacheAnswer::Hit,
            },
        ),
        (
            5,
            Fact::GroupDispatched {
                group,
                attendees: 1,
                path,
                domain: FABRIKAM_COM,
                endpoint: Some(Url {
                    host: MAIL_FABRIKAM,
                    path: UrlPath::EwsWsSecurity,
                }),
            },
        ),
        (
            20,
            Fact::LegStarted {
                group,
                leg,
                host: LOGIN,
            },
        ),
        (
            22,
            Fact::NameResolved {
                group,
                leg,
                host: LOGIN,
                answer: crate::model::observation::NameAnswer::Found,
                from_cache: number > 1,
            },
        ),
        (
            60,
            Fact::Connected {
                group,
                leg,
                host: LOGIN,
                round_trips: 3,
            },
        ),
        (
            212,
            Fact::TokenIssued {
                group,
                leg,
                data_centre: DATA_CENTRE,
                token: token(START + Span::from_milliseconds(sent + 212)),
                bytes: 9_000,
            },
        ),
        (
            220,
            Fact::LegEnded {
                group,
                leg,
                failure: None,
            },
        ),
        (
            221,
            Fact::LegStarted {
                group,
                leg: Leg::Availability,
                host: MAIL_FABRIKAM,
            },
        ),
        (
            300,
            Fact::CallArrived {
                group,
                leg: Leg::Availability,
                server: FABRIKAM_SERVER,
            },
        ),
        (
            320,
            Fact::TokenValidated {
                group,
                leg: Leg::Availability,
                server: FABRIKAM_SERVER,
                result: match result {
                    Err(Cause::TokenSignatureUnknown) => {
                        Err(crate::model::token::Rejection::SignatureUnknown)
                    }
                    _ => Ok(()),
                },
            },
        ),
        (
            480,
            Fact::LegEnded {
                group,
                leg: Leg::Availability,
                failure,
            },
        ),
        (
            490,
            Fact::GroupDone {
                group,
                path: PathKind::Relationship,
                target: Some(FABRIKAM),
                outcome: failure.map_or(GroupOutcome::Answered, GroupOutcome::Failed),
                latency: Span::from_milliseconds(485),
            },
        ),
        (
            490,
            Fact::AttendeeDone {
                attendee: 0,
                path: Some(PathKind::Relationship),
                target: Some(FABRIKAM),
                outcome: failure.map_or(
                    AttendeeOutcome::View(AccessLevel::Simple),
                    AttendeeOutcome::Failed,
                ),
            },
        ),
        (
            500,
            Fact::RequestDone {
                outcome: RequestOutcome::of(usize::from(failure.is_none()), 1),
                views: u16::from(failure.is_none()),
                attendees: 1,
                latency: Span::from_milliseconds(500),
            },
        ),
    ];
    let identity = request(number);
    facts
        .map(|(after, fact)| seen(sent + after, identity, fact))
        .into()
}

/// The federation.
pub(crate) fn federation() -> Federation {
    let mut names = Names::default();
    for name in NAMES {
        names.intern(name);
    }
    let dns = Dns::new(&names, Revised::new(), Revised::new(), Span::from_hours(1));
    let mut certificates = Revised::new();
    certificates.push(certificate("fabrikam/federation"));
    let mut resolvers = Revised::new();
    resolvers.push(resolver());
    let (mut organizations, mut servers) = (Revised::new(), Revised::new());
    for (name, domain, namespace) in [("contoso", 0, 2), ("fabrikam", 1, 3)] {
        let id = organizations.push(organization(name, domain, namespace));
        organizations.original_mut(id).servers = [servers.push(server(id, name))].into();
    }
    let mut gateways = Revised::new();
    gateways.push(gateway());
    let mut relationships = Revised::new();
    relationships.push(relationship());
    let mut index = FederationIndex::default();
    index.domain_owners.insert(CONTOSO_COM, CONTOSO);
    index.domain_owners.insert(FABRIKAM_COM, FABRIKAM);
    Federation {
        title: "two organizations".into(),
        start: START,
        limits: Limits {
            horizon: START + Span::from_hours(1),
            events_max: u64::MAX,
            in_flight_max: usize::MAX,
            test_every: Span::from_seconds(1),
        },
        seed: Seed {
            world: 1,
            day: 1,
            replication: 0,
        },
        names,
        parameters: parameters(),
        rules: Rules {
            uri_cache: UriCacheRule::Literal,
            negative_uri_life: NegativeUriLife::Process,
            target_free_busy: TargetFreeBusyRule::Observed,
            token_cache: TokenCacheRule::Off,
            throttle_external_callers: true,
        },
        network: network(),
        dns,
        resolvers,
        organizations,
        servers,
        first_process: IdVec::new(),
        certificates,
        hosts: Revised::new(),
        gateways,
        data_centres: IdVec::from_rows(vec![DataCentre {
            gateway: GATEWAY,
            name: "business-1".into(),
            hash: NameHash::of("business-1"),
            site: SITE,
            servers: 4,
            queue_max: 100,
        }]),
        relationships,
        connectors: Revised::new(),
        address_spaces: Revised::new(),
        mailboxes: Revised::new(),
        groups: Revised::new(),
        workloads: IdVec::from_rows(vec![Workload {
            name: "ask".into(),
            hash: NameHash::of("ask"),
        }]),
        requests: IdVec::new(),
        world_events: [].into(),
        sources: Sources::default(),
        index,
    }
}

fn organization(name: &str, domain: u32, namespace: u32) -> Organization {
    Organization {
        name: name.into(),
        hash: NameHash::of(name),
        edition: edition(),
        accepted_domains: [].into(),
        identifier: OrganizationIdentifier {
            exists: true,
            enabled: true,
            account_namespace: NameId(namespace),
            default_domain: None,
        },
        trust: FederationTrust {
            exists: true,
            gateway: GATEWAY,
            token_issuer_uri: Some(NameId(4)),
            token_issuer_host: Some(LOGIN),
            application_uri: Some(NameId(namespace)),
            organization_certificate: Some(CertificateId(0)),
            previous_certificate: None,
            next_certificate: None,
            issuer_certificates: IssuerCertificates::FromMetadata,
            refresh: MetadataRefresh {
                last_before_run: START,
                automatic: None,
                by_hand: [].into(),
            },
            registration: Registration {
                exists: true,
                application_uri: NameId(namespace),
                certificate: Some(CertificateId(0)),
                previous_certificate: None,
                domains: [NameId(domain)].into(),
                namespace: NameId(namespace),
            },
        },
        servers: [].into(),
        replication_delay: Span::from_seconds(15),
        resolver: RESOLVER,
        described_mailboxes: 0,
        calendar_defaults: [].into(),
        events_per_week: 15,
        firewall: [].into(),
    }
}

fn server(organization: OrgId, name: &str) -> Server {
    let directory = VirtualDirectory {
        ws_security: true,
        oauth: true,
        basic: false,
        windows: true,
        external_url: None,
        pool: PoolState::Running,
    };
    Server {
        organization,
        name: "cas1".into(),
        hash: NameHash::of(name).with(1),
        edition: edition(),
        site: SITE,
        state: ServerState::Up,
        clock_error: Offset::ZERO,
        threads: 8,
        queue_max: 100,
        workers: 1,
        directory: DirectoryState::Reachable,
        ews: directory,
        autodiscover: directory,
        outbound: Outbound::Direct,
        trusted_roots: [].into(),
        tls_versions: tls_versions(),
        store: [].into(),
        breakdowns: None,
    }
}

fn gateway() -> Gateway {
    Gateway {
        name: "business".into(),
        hash: NameHash::of("business"),
        issuer: NameId(4),
        token_host: HostId(0),
        data_centres: [DATA_CENTRE].into(),
        clock_error: Offset::ZERO,
        state: GatewayState::Up,
        metadata_state: MetadataState::Up,
        closed_from: Instant::NEVER,
        token_service_time: delay(180),
        tls_versions: tls_versions(),
        signing: [].into(),
    }
}

fn relationship() -> OrganizationRelationship {
    OrganizationRelationship {
        organization: CONTOSO,
        name: "contoso -> fabrikam".into(),
        hash: NameHash::of("contoso -> fabrikam"),
        exists: true,
        enabled: true,
        domain_names: [FABRIKAM_COM].into(),
        free_busy_access_enabled: true,
        free_busy_access_level: AccessLevel::Simple,
        free_busy_access_scope: Scope::Everyone,
        target_application_uri: Some(FABRIKAM_URI),
        target_autodiscover_epr: None,
        target_sharing_epr: None,
        target_token_issuer: Some(NameId(4)),
    }
}

fn certificate(name: &str) -> Certificate {
    Certificate {
        name: name.into(),
        hash: NameHash::of(name),
        issuer: NameId(1),
        subject_key_identifier: "01".into(),
        validity: Validity {
            not_before: Instant::EPOCH,
            not_after: Instant::NEVER,
        },
        key_provider: KeyProvider::CryptoApi,
    }
}

fn resolver() -> Resolver {
    Resolver {
        name: "public".into(),
        hash: NameHash::of("public"),
        site: SITE,
        state: ResolverState::Up,
        positive_cap: Span::from_days(1),
        negative_cap: Span::from_minutes(15),
        failure_life: Span::from_minutes(5),
        internal: Vec::new(),
    }
}

fn network() -> Network {
    let distance = |milliseconds| {
        Distance::from_round_trip(Span::from_milliseconds(milliseconds), Variation::None, 0)
            .expect("a distance without variation always exists")
    };
    let sites = IdVec::from_rows(vec![Site::new("here", "Berlin", "europe")]);
    Network::new(
        sites,
        Revised::new(),
        Distances {
            same_site: distance(1),
            same_city: distance(5),
            same_continent: distance(35),
            intercontinental: distance(110),
        },
    )
}

fn edition() -> Edition {
    Edition::read("2013 SP1").expect("an edition that exists")
}

fn tls_versions() -> TlsVersions {
    TlsVersions::read(["1.2"]).expect("a version that exists")
}

fn delay(milliseconds: u64) -> Distribution {
    let span = Span::from_milliseconds(milliseconds);
    Distribution::lognormal(span, span.times(10)).expect("the 99th percentile is above the median")
}

fn parameters() -> Parameters {
    let second = Span::from_seconds(1);
    Parameters {
        client_delay: delay(2),
        directory_resolution: delay(2),
        dns_warm: delay(1),
        dns_cold: delay(35),
        dns_timeout: second.times(12),
        tls_cpu: second,
        token_validation: delay(3),
        autodiscover_service: delay(60),
        availability_fixed: delay(25),
        availability_per_mailbox: delay(8),
        availability_per_event: second,
        outbound_cpu: second,
        inbound_cpu: second,
        inbound_cpu_per_mailbox: second,
        pool_cold_start: delay(8_000),
        oauth_service: delay(60),
        minimum_delay: second,
        retransmission_timeout: second,
        connect_timeout: second.times(21),
        connection_idle: second.times(100),
        http_timeout: second.times(100),
        availability_deadline: second.times(25),
        deadline_poll: second,
        recipient_resolution_limit: second.times(10),
        srv_timeout: second.times(5),
        relationship_cache_life: second.times(300),
        uri_cache_life: second.times(3_600),
        uri_cache_entries: 500_000,
        address_space_refresh: second.times(3_600),
        time_stamp_tolerance: second.times(300),
        clock_skew: second.times(300),
        sizes: MessageSizes {
            client_request: 3_000,
            token_request: 6_000,
            token_response: 9_000,
            encrypted_token: 6_900,
            autodiscover_request: 10_000,
            autodiscover_request_per_address: 150,
            autodiscover_response: 1_500,
            autodiscover_response_per_address: 600,
            availability_request: 11_000,
            availability_request_per_mailbox: 250,
            availability_response_per_mailbox: 2_000,
            availability_response_per_event_simple: 180,
            availability_response_per_event_detail: 550,
            compressed_share: 150_000_000_000,
        },
        throttling: ThrottlingPolicy {
            max_concurrency: 27,
            burst: Allowance::Unlimited,
            recharge_per_hour: Allowance::Unlimited,
            cutoff: Allowance::Unlimited,
            micro_delay: second,
        },
    }
}
