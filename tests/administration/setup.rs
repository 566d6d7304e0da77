//! Set-up that fails as it really does: each scenario of the folder with its failures, in their words,
//! its repair, and the same cmdlet that then succeeds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fedsim::scenario::Scenario;

use crate::{Entry, run};

/// What becomes of a statement.
#[derive(Debug)]
enum Becomes {
    /// An exception with this name, whose text has this in it.
    Refused(&'static str, &'static str),
    /// It ends without an error.
    Done,
    /// It ends without an error, and shows a row with this id and this type or status.
    Row(&'static str, &'static str),
}

use Becomes::{Done, Refused, Row};

impl Becomes {
    fn is_good(&self) -> bool {
        matches!(self, Done | Row(_, "Success"))
    }
}

const UNPROVED: Becomes = Refused(
    "DomainProofOwnershipException",
    "Proof of domain ownership has failed. Make sure that the TXT record for the specified domain is \
     available in DNS.",
);
const FORBIDDEN: Becomes = Refused(
    "LiveDomainServicesException",
    "An error occurred accessing Windows Live. Detailed information: \"The request failed with HTTP \
     status 403: Forbidden.\".",
);
const ALL_WELL: Becomes = Row("TokenValidation", "Success");

const SET: &str = "Set-FederatedOrganizationIdentifier";
const ADD: &str = "Add-FederatedDomain";
const NEW: &str = "New-FederationTrust";
const TEST: &str = "Test-FederationTrust -";

/// The statements that tell each story, by a part of their text, in order. What stands between them
/// succeeds.
const STORIES: &[(&str, &[(&str, Becomes)])] = &[
    (
        "account-namespace",
        &[
            (
                SET,
                Refused(
                    "LiveDomainServicesException",
                    "FYDIBOHF25SPDLT.federation.fabrikam.com is already registered for another \
                     application.",
                ),
            ),
            (
                SET,
                Refused("NoAccountNamespaceException", "has no account namespace"),
            ),
            (SET, Done),
            (
                SET,
                Refused(
                    "AccountNamespaceAlreadySetException",
                    "The account namespace is already set to \
                     FYDIBOHF25SPDLT.federation.contoso.com.",
                ),
            ),
            (
                "Remove-FederatedDomain",
                Refused(
                    "CannotRemovePrimaryDomainException",
                    "can be removed only when all other federated domains have been removed",
                ),
            ),
            ("Remove-FederatedDomain -DomainName contoso.com", Done),
            ("Remove-FederatedDomain -DomainName federation", Done),
            (SET, Done),
            (TEST, ALL_WELL),
        ],
    ),
    (
        "certificate-expired",
        &[
            (
                NEW,
                Refused(
                    "FederationCertificateInvalidException",
                    "is expired or not yet valid.",
                ),
            ),
            (NEW, Done),
            (TEST, ALL_WELL),
        ],
    ),
    (
        "certificate-expired-before-the-roll",
        &[
            (TEST, Row("OrganizationCertificate", "Error")),
            ("-PublishFederationCertificate", FORBIDDEN),
            ("Remove-FederatedDomain", FORBIDDEN),
            ("Remove-FederatedDomain", Done),
            ("Remove-FederationTrust", FORBIDDEN),
            ("Remove-FederationTrust", Done),
            (NEW, Done),
            (SET, Done),
            (TEST, ALL_WELL),
        ],
    ),
    (
        "certificate-not-on-every-server",
        &[
            ("-PublishFederationCertificate", Done),
            ("Get-FederatedDomainProof", Done),
            (TEST, ALL_WELL),
            (
                "Get-FederatedDomainProof",
                Refused(
                    "FederationCertificateInvalidException",
                    "isn't available on server cas2.",
                ),
            ),
            (TEST, Row("OrganizationCertificate", "Error")),
            ("Get-FederatedDomainProof", Done),
            (TEST, ALL_WELL),
        ],
    ),
    (
        "certificate-of-another-authority",
        &[
            (NEW, FORBIDDEN),
            (NEW, FORBIDDEN),
            (NEW, Done),
            (TEST, ALL_WELL),
        ],
    ),
    (
        "certificate-rolled-before-proofs",
        &[
            (SET, Done),
            ("-PublishFederationCertificate", Done),
            (TEST, ALL_WELL),
            (ADD, UNPROVED),
            (ADD, Done),
        ],
    ),
    (
        "certificate-without-identifier",
        &[
            (
                NEW,
                Refused(
                    "FederationCertificateInvalidException",
                    "doesn't have a subject key identifier.",
                ),
            ),
            (NEW, Done),
            (TEST, ALL_WELL),
        ],
    ),
    (
        "domain-not-authoritative",
        &[
            (
                ADD,
                Refused(
                    "AcceptedDomainsInvalidTypeException",
                    "The accepted domain lab.contoso.com isn't authoritative.",
                ),
            ),
            ("Set-AcceptedDomain", Done),
            (ADD, Done),
            (
                ADD,
                Refused(
                    "DomainNameNotAcceptedDomainException",
                    "shop.contoso.com isn't an accepted domain of the organization.",
                ),
            ),
            (TEST, ALL_WELL),
        ],
    ),
    (
        "domain-too-long",
        &[
            (
                ADD,
                Refused(
                    "DomainNameTooLongException",
                    "northern-europe.sales.contoso.com has more than 32 characters",
                ),
            ),
            (ADD, Done),
            (TEST, ALL_WELL),
        ],
    ),
    (
        "identifier-before-proof",
        &[
            (SET, UNPROVED),
            ("Get-FederationTrust", Done),
            (SET, Done),
            (TEST, ALL_WELL),
        ],
    ),
    (
        "metadata-refresh",
        &[
            (
                "Test-FederationTrust -UserIdentity ben@",
                Row("TokenValidation", "Error"),
            ),
            ("-RefreshMetadata", Done),
            ("Test-FederationTrust -UserIdentity ben@", ALL_WELL),
        ],
    ),
    (
        "proof-hidden-by-negative-answer",
        &[
            (SET, UNPROVED),
            ("Add-DnsServerResourceRecord", Done),
            (SET, UNPROVED),
            (SET, UNPROVED),
            (SET, Done),
            (TEST, ALL_WELL),
        ],
    ),
    (
        "proof-missing",
        &[(SET, Done), (ADD, UNPROVED), (ADD, Done), (TEST, ALL_WELL)],
    ),
    (
        "proof-not-yet-propagated",
        &[
            ("Add-DnsServerResourceRecord", Done),
            (SET, UNPROVED),
            (SET, UNPROVED),
            (SET, UNPROVED),
            (SET, Done),
            (TEST, ALL_WELL),
        ],
    ),
    (
        "proof-too-large-for-udp",
        &[
            (SET, UNPROVED),
            ("Remove-DnsServerResourceRecord", Done),
            (SET, Done),
            (TEST, ALL_WELL),
        ],
    ),
    (
        "proof-wrong",
        &[
            (SET, Done),
            (ADD, UNPROVED),
            ("Remove-DnsServerResourceRecord", Done),
            (ADD, UNPROVED),
            (ADD, Done),
            (TEST, ALL_WELL),
        ],
    ),
    (
        "removal-order",
        &[
            (TEST, ALL_WELL),
            (
                "Remove-FederationTrust",
                Refused(
                    "FederationTrustInUseException",
                    "cannot be removed while domains are federated",
                ),
            ),
            (
                "Remove-FederatedDomain -DomainName contoso.com",
                Refused(
                    "CannotRemovePrimaryDomainException",
                    "The domain contoso.com is the account namespace's",
                ),
            ),
            ("Remove-FederatedDomain -DomainName contoso.co.uk", Done),
            (
                "Remove-FederationTrust",
                Refused(
                    "FederationTrustInUseException",
                    "the account namespace's domain last",
                ),
            ),
            ("Remove-FederatedDomain -DomainName contoso.com", Done),
            ("Remove-FederationTrust", Done),
            (TEST, Row("NoFederationTrust", "Information")),
        ],
    ),
    (
        "domain-not-accepted",
        &[
            (
                ADD,
                Refused(
                    "DomainNameNotAcceptedDomainException",
                    "contoso.org isn't an accepted domain of the organization.",
                ),
            ),
            (
                ADD,
                Refused(
                    "AcceptedDomainsInvalidTypeException",
                    "The accepted domain contoso.org isn't authoritative.",
                ),
            ),
            (ADD, Done),
            (
                "New-AcceptedDomain -Name again",
                Refused("ADObjectAlreadyExistsException", "already exists"),
            ),
        ],
    ),
    ("self-signed-not-accepted", &[(NEW, FORBIDDEN), (NEW, Done)]),
    (
        "wrong-gateway-instance",
        &[
            (NEW, Done),
            (TEST, ALL_WELL),
            (
                "Test-OrganizationRelationship",
                Row("MismatchedFederation", "Warning"),
            ),
            ("Remove-FederationTrust", Done),
            (NEW, Done),
            (
                "Test-OrganizationRelationship",
                Row("NoSignificantIssuesToReport", "Success"),
            ),
        ],
    ),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/regression/setup")
}

#[test]
fn each_failure_of_set_up_has_its_words_and_its_repair_after_which_the_same_cmdlet_succeeds() {
    for (name, story) in STORIES {
        let file = folder().join(format!("{name}.toml"));
        let compiled = Scenario::load(&file).and_then(|scenario| scenario.compile());
        let entries = run(compiled, name).entries;
        follow(name, story, &entries);
    }
}

/// Walks along what was carried out: each step of the story in order, and no failure beside them.
fn follow(name: &str, story: &[(&str, Becomes)], entries: &[Entry]) {
    let mut steps = story.iter().peekable();
    for entry in entries {
        let step = steps.next_if(|(part, becomes)| {
            let is_failure = matches!(becomes, Refused(..));
            entry.statement.contains(part) && is_failure == entry.error.is_some()
        });
        match step {
            Some((_, becomes)) => compare(name, becomes, entry),
            None => assert_eq!(entry.error, None, "{name}: {}", entry.statement),
        }
    }
    let left: Vec<_> = steps.collect();
    assert!(left.is_empty(), "{name}: never came to {left:?}");
}

fn compare(name: &str, becomes: &Becomes, entry: &Entry) {
    let statement = &entry.statement;
    match (becomes, &entry.error) {
        (Refused(exception, part), Some((shown, message))) => {
            assert_eq!(shown, exception, "{name}: {statement}");
            assert!(message.contains(part), "{name}: {statement}: {message}");
            assert!(
                entry.output.contains("CategoryInfo")
                    && entry.output.contains("FullyQualifiedErrorId"),
                "{name}: {statement}: the shell shows the record of the error"
            );
        }
        (Row(id, kind), None) => {
            let is_it = |row: &serde_json::Value| {
                row["Id"] == *id && (row["Type"] == *kind || row["Status"] == *kind)
            };
            assert!(
                entry.objects.iter().any(is_it),
                "{name}: {statement}: no row {id} {kind} in\n{}",
                entry.output
            );
        }
        (Done, None) => {}
        (becomes, error) => panic!("{name}: {statement}: {becomes:?}, but {error:?}"),
    }
}

#[test]
fn every_scenario_of_set_up_stands_in_the_table_and_ends_with_a_cmdlet_that_failed_before() {
    let files = std::fs::read_dir(folder()).expect("the folder can be read");
    let files: BTreeSet<String> = files
        .map(|file| file.expect("its entries can be read").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    let told: BTreeSet<String> = STORIES.iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(files, told);
    for (name, story) in STORIES {
        let is_repaired = story.iter().enumerate().any(|(index, (part, becomes))| {
            let mut later = story[index + 1..].iter();
            !becomes.is_good() && later.any(|(again, becomes)| again == part && becomes.is_good())
        });
        assert!(is_repaired, "{name}");
    }
}
