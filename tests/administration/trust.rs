//! The diagnosis matrix: one fault, and the rows of `Test-FederationTrust` in their order.

use fedsim::engine::Span;
use fedsim::model::deployment::{DeploymentEvent, look, looks};
use fedsim::scenario::Scenario;

use crate::transcript;

/// A world in which one organization tests its trust after two hours.
fn world(fault: &Fault) -> String {
    let Fault {
        exchange,
        gateway,
        organization,
        more,
        ..
    } = fault;
    format!(
        r#"fedsim = 1
title = "Contoso tests its trust"

[run]
length = "3 h"

[gateway.business]
{gateway}

[org.contoso]
exchange = "{exchange}"
domains = ["contoso.com"]
{organization}

[org.contoso.mailbox.alice]

[[timeline]]
at = "+2 h"
org = "contoso"
run = "Test-FederationTrust -UserIdentity alice@contoso.com"
{more}
"#
    )
}

/// What is wrong, and what the test says.
struct Fault {
    name: &'static str,
    exchange: &'static str,
    gateway: &'static str,
    organization: &'static str,
    more: &'static str,
    /// Ids and types, in order.
    rows: &'static [(&'static str, &'static str)],
}

const NOTHING: Fault = Fault {
    name: "nothing is wrong",
    exchange: "2013 SP1",
    gateway: "",
    organization: "",
    more: "",
    rows: &[],
};

const CONFIGURATION: &str = "FederationTrustConfiguration";
const METADATA: &str = "FederationMetadata";
const ISSUER: &str = "StsCertificate";
const PREVIOUS_ISSUER: &str = "StsPreviousCertificate";
const ORGANIZATION: &str = "OrganizationCertificate";
const PREVIOUS_ORGANIZATION: &str = "OrganizationPreviousCertificate";
const REQUEST: &str = "TokenRequest";
const VALIDATION: &str = "TokenValidation";

/// The gateway signs with another certificate from the first hour on.
const ROLL: &str = "
[[timeline]]
at = \"+1 h\"
do = \"gateway.rotate-certificate\"
gateway = \"business\"
";

/// A gateway that has rolled its certificate 30 days before the run. Its first one, 20 days old at
/// that time, is past its 40 days; the second one is not.
const EXPIRED_ISSUER: &str = "signing_certificate_life = \"40 d\"
rollover_first = \"-30 d\"
announce = \"0 s\"";

const FAULTS: &[Fault] = &[
    Fault {
        rows: &[
            (CONFIGURATION, "Success"),
            (METADATA, "Success"),
            (ISSUER, "Success"),
            (ORGANIZATION, "Success"),
            (REQUEST, "Success"),
            (VALIDATION, "Success"),
        ],
        ..NOTHING
    },
    Fault {
        name: "the gateway has rolled its certificate, and Exchange 2010 does not refresh by itself",
        exchange: "2010 SP3",
        more: ROLL,
        rows: &[
            (CONFIGURATION, "Success"),
            (METADATA, "Error"),
            (ISSUER, "Success"),
            (ORGANIZATION, "Success"),
            (REQUEST, "Success"),
            (VALIDATION, "Error"),
        ],
        ..NOTHING
    },
    Fault {
        name: "the organization certificate has expired an hour ago: the test stops there",
        organization: "certificate.federation.not_after = \"+1 h\"",
        rows: &[
            (CONFIGURATION, "Success"),
            (METADATA, "Success"),
            (ISSUER, "Success"),
            (ORGANIZATION, "Error"),
        ],
        ..NOTHING
    },
    Fault {
        name: "the organization certificate is not on the server",
        organization: "server.cas1.certificate.federation = \"missing\"",
        rows: &[
            (CONFIGURATION, "Success"),
            (METADATA, "Success"),
            (ISSUER, "Success"),
            (ORGANIZATION, "Error"),
        ],
        ..NOTHING
    },
    Fault {
        name: "the gateway's token service is down",
        gateway: "state = \"down\"",
        rows: &[
            (CONFIGURATION, "Success"),
            (METADATA, "Success"),
            (ISSUER, "Success"),
            (ORGANIZATION, "Success"),
            (REQUEST, "Error"),
        ],
        ..NOTHING
    },
    Fault {
        name: "the host of the metadata alone is down",
        gateway: "metadata_state = \"down\"",
        rows: &[
            (CONFIGURATION, "Success"),
            (METADATA, "Error"),
            (ISSUER, "Success"),
            (ORGANIZATION, "Success"),
            (REQUEST, "Success"),
            (VALIDATION, "Success"),
        ],
        ..NOTHING
    },
    // A time stamp of a clock that is slow by 6 min was made 6 min ago: within its life of 5 min and
    // the tolerance of 5 min. The token is issued 6 min in the server's future, beyond the skew of 5.
    Fault {
        name: "the server's clock is 6 min slow",
        organization: "server.cas1.clock_offset = \"-6 min\"",
        rows: &[
            (CONFIGURATION, "Success"),
            (METADATA, "Success"),
            (ISSUER, "Success"),
            (ORGANIZATION, "Success"),
            (REQUEST, "Success"),
            (VALIDATION, "Error"),
        ],
        ..NOTHING
    },
    Fault {
        name: "the server's clock is 11 min slow",
        organization: "server.cas1.clock_offset = \"-11 min\"",
        rows: &[
            (CONFIGURATION, "Success"),
            (METADATA, "Success"),
            (ISSUER, "Success"),
            (ORGANIZATION, "Success"),
            (REQUEST, "Error"),
        ],
        ..NOTHING
    },
    // A clock that is fast makes time stamps of the future, for which the tolerance of 5 min stands
    // alone. A gateway that tolerates 10 min issues a token, and 6 min are beyond the 5 of its offer.
    Fault {
        name: "the server's clock is 6 min fast, and the gateway tolerates it",
        organization: "server.cas1.clock_offset = \"+6 min\"",
        more: "[parameters]\ntimestamp_tolerance = \"10 min\"",
        rows: &[
            (CONFIGURATION, "Success"),
            (METADATA, "Success"),
            (ISSUER, "Success"),
            (ORGANIZATION, "Success"),
            (REQUEST, "Success"),
            (VALIDATION, "Error"),
        ],
        ..NOTHING
    },
    Fault {
        name: "the server's clock is 6 min fast, and the gateway does not tolerate it",
        organization: "server.cas1.clock_offset = \"+6 min\"",
        rows: &[
            (CONFIGURATION, "Success"),
            (METADATA, "Success"),
            (ISSUER, "Success"),
            (ORGANIZATION, "Success"),
            (REQUEST, "Error"),
        ],
        ..NOTHING
    },
    Fault {
        name: "the server's clock is 11 min fast: more than either gateway tolerates",
        organization: "server.cas1.clock_offset = \"+11 min\"",
        more: "[parameters]\ntimestamp_tolerance = \"10 min\"",
        rows: &[
            (CONFIGURATION, "Success"),
            (METADATA, "Success"),
            (ISSUER, "Success"),
            (ORGANIZATION, "Success"),
            (REQUEST, "Error"),
        ],
        ..NOTHING
    },
    Fault {
        name: "the organization identifier is disabled",
        organization: "identifier.enabled = false",
        rows: &[("NoFederationTrust", "Information")],
        ..NOTHING
    },
    Fault {
        name: "there is no trust",
        organization: "trust.exists = false",
        rows: &[("NoFederationTrust", "Information")],
        ..NOTHING
    },
    Fault {
        name: "the trust has no application URI",
        organization: "trust.application_uri = \"\"",
        rows: &[(CONFIGURATION, "Error")],
        ..NOTHING
    },
    Fault {
        name: "one of two issuer certificates has expired: a warning",
        gateway: EXPIRED_ISSUER,
        organization: "trust.token_issuer_certificate = \"#0\"
trust.token_issuer_previous_certificate = \"#1\"",
        rows: &[
            (CONFIGURATION, "Success"),
            (METADATA, "Success"),
            (ISSUER, "Warning"),
            (PREVIOUS_ISSUER, "Success"),
            (ORGANIZATION, "Success"),
            (REQUEST, "Success"),
            (VALIDATION, "Success"),
        ],
        ..NOTHING
    },
    Fault {
        name: "the only issuer certificate has expired: the test stops there",
        gateway: EXPIRED_ISSUER,
        organization: "trust.token_issuer_certificate = \"#0\"",
        rows: &[
            (CONFIGURATION, "Success"),
            (METADATA, "Error"),
            (ISSUER, "Error"),
        ],
        ..NOTHING
    },
    Fault {
        name: "the previous organization certificate is missing: an error, and the test goes on",
        organization: "trust.previous_certificate = \"old\"
certificate.old.issuer = \"self-signed\"
server.cas1.certificate.old = \"missing\"",
        rows: &[
            (CONFIGURATION, "Success"),
            (METADATA, "Success"),
            (ISSUER, "Success"),
            (ORGANIZATION, "Success"),
            (PREVIOUS_ORGANIZATION, "Error"),
            (REQUEST, "Success"),
            (VALIDATION, "Success"),
        ],
        ..NOTHING
    },
    Fault {
        name: "the previous organization certificate is there",
        organization: "trust.previous_certificate = \"old\"
certificate.old.issuer = \"self-signed\"",
        rows: &[
            (CONFIGURATION, "Success"),
            (METADATA, "Success"),
            (ISSUER, "Success"),
            (ORGANIZATION, "Success"),
            (PREVIOUS_ORGANIZATION, "Success"),
            (REQUEST, "Success"),
            (VALIDATION, "Success"),
        ],
        ..NOTHING
    },
];

#[test]
fn each_fault_of_a_trust_shows_in_the_rows_of_its_test_and_the_run_stops_where_it_must() {
    for fault in FAULTS {
        let entries = transcript(&world(fault), &[]);
        let [entry] = &entries[..] else {
            panic!("{}: one statement is carried out", fault.name)
        };
        assert_eq!(entry.error, None, "{}", fault.name);
        let rows = entry.rows("Type");
        let rows: Vec<(&str, &str)> = rows
            .iter()
            .map(|(id, row_type)| (id.as_str(), row_type.as_str()))
            .collect();
        assert_eq!(rows, fault.rows, "{}", fault.name);
        assert!(
            entry
                .objects
                .iter()
                .all(|row| row["RunspaceId"].is_string())
        );
    }
}

#[test]
fn a_certificate_is_warned_of_for_fifteen_days_and_one_that_nobody_has_is_missed() {
    let text = r#"fedsim = 1
[run]
start = 2026-03-02T00:00:00Z
[org.contoso]
domains = ["contoso.com"]
certificate.federation.not_after = "+20 d"
[org.litware]
domains = ["litware.com"]
certificate.federation = {}
server.cas1.certificate.federation = "missing"
[org.fabrikam]
domains = ["fabrikam.com"]
setup = "unfederated"
certificate.federation.not_after = "+1 d"
"#;
    let federation = Scenario::parse(text, "log.toml")
        .unwrap()
        .compile()
        .unwrap()
        .federation;
    let day = |days| federation.start + Span::from_days(days);
    let seen = |name: &str, at| {
        let mut servers = federation.servers.ids();
        let server = servers.find(|&id| {
            let organization = federation.servers.original(id).organization;
            &*federation.organizations.original(organization).name == name
        });
        look(&federation, server.unwrap(), at)
    };
    let warning = |name, at| matches!(seen(name, at)[..], [DeploymentEvent::ExpiresSoon(_)]);
    assert_eq!(seen("contoso", day(5)), []);
    assert!(warning("contoso", day(5) + Span::from_seconds(1)));
    assert!(warning("contoso", day(30)));
    assert!(matches!(
        seen("litware", day(1))[..],
        [DeploymentEvent::NotFound(_)]
    ));
    assert_eq!(seen("fabrikam", day(1)), []);
    let first = federation.servers.ids().next().unwrap();
    assert_eq!(looks(&federation, first, day(10)).count(), 10);
}
