//! Every id that `Test-OrganizationRelationship` raises, each by one fault.

use crate::transcript;

/// What is wrong. Each part is keys in the table that its name says.
struct Fault {
    name: &'static str,
    gateway: &'static str,
    contoso: &'static str,
    /// The tester's mailbox.
    alice: &'static str,
    fabrikam: &'static str,
    /// Contoso's relationship with Fabrikam.
    ours: &'static str,
    /// Fabrikam's with Contoso.
    theirs: &'static str,
    more: &'static str,
    shows: Shows,
}

/// What the test says.
enum Shows {
    /// Ids with their status, in order.
    Rows(&'static [(&'static str, &'static str)]),
    /// It does not begin.
    Error(&'static str),
}

use Shows::{Error, Rows};

const NOTHING: Fault = Fault {
    name: "nothing is wrong",
    gateway: "",
    contoso: "",
    alice: "",
    fabrikam: "",
    ours: "",
    theirs: "",
    more: "",
    shows: Rows(&[("NoSignificantIssuesToReport", "Success")]),
};

const DOES_NOT_FIT: (&str, &str) = (
    "VerificationOfRemoteOrganizationRelationshipFailed",
    "Error",
);
const DOMAINS_MISSING: (&str, &str) = (
    "LocalFederatedDomainsAreMissingFromTheRemoteOrganizationRelationsipDomains",
    "Warning",
);

fn world(fault: &Fault) -> String {
    let Fault {
        gateway,
        contoso,
        alice,
        fabrikam,
        ours,
        theirs,
        more,
        ..
    } = fault;
    let domains = match contoso.contains("domains") {
        true => "",
        false => "domains = [\"contoso.com\"]",
    };
    format!(
        r#"fedsim = 1
title = "Contoso tests its relationship with Fabrikam"

[run]
length = "1 h"

[gateway.business]
{gateway}

[org.contoso]
{domains}
{contoso}

[org.contoso.mailbox.alice]
{alice}

[org.fabrikam]
domains = ["fabrikam.com"]
{fabrikam}

[org.fabrikam.mailbox.bob]

[relationship."contoso -> fabrikam"]
free_busy_access = true
{ours}

[relationship."fabrikam -> contoso"]
{theirs}

[[timeline]]
at = "+5 min"
org = "contoso"
run = "Test-OrganizationRelationship -Identity fabrikam -UserIdentity alice"
{more}
"#
    )
}

const FAULTS: &[Fault] = &[
    Fault {
        theirs: "free_busy_level = \"LimitedDetails\"",
        ..NOTHING
    },
    Fault {
        name: "the gateway's token service is down",
        gateway: "state = \"down\"",
        theirs: "free_busy_level = \"LimitedDetails\"",
        shows: Rows(&[("FailureToGetDelegationToken", "Error")]),
        ..NOTHING
    },
    Fault {
        name: "Fabrikam's Autodiscover service has moved and redirects",
        fabrikam: "host.\"autodiscover.fabrikam.com\".redirect = \
                   \"https://mail.fabrikam.com/autodiscover/autodiscover.svc\"\n\
                   host.\"mail.fabrikam.com\".state = \"up\"",
        theirs: "free_busy_level = \"LimitedDetails\"",
        shows: Rows(&[("AutodiscoverUrlsDiffer", "Warning")]),
        ..NOTHING
    },
    Fault {
        name: "Fabrikam's Autodiscover service takes no tokens",
        fabrikam: "server.cas1.autodiscover.ws_security = false",
        theirs: "free_busy_level = \"LimitedDetails\"",
        shows: Rows(&[("AutodiscoverServiceCallFailed", "Error")]),
        ..NOTHING
    },
    Fault {
        name: "nothing of Fabrikam answers: the test of what is local goes on to the call",
        fabrikam: "host.\"autodiscover.fabrikam.com\".state = \"refusing\"",
        theirs: "free_busy_level = \"LimitedDetails\"",
        shows: Rows(&[("AutodiscoverServiceCallFailed", "Error")]),
        ..NOTHING
    },
    Fault {
        name: "Fabrikam has no relationship with Contoso",
        theirs: "exists = false",
        shows: Rows(&[(
            "NoOrganizationRelationshipInstancesWereReturnedByTheRemoteParty",
            "Error",
        )]),
        ..NOTHING
    },
    Fault {
        name: "Fabrikam has a relationship for each of Contoso's domains",
        contoso: "domains = [\"contoso.com\", \"contoso.co.uk\"]",
        theirs: "domain_names = [\"contoso.com\"]\nfree_busy_level = \"LimitedDetails\"",
        more: "[org.tailspin]\ndomains = [\"tailspin.com\"]\n\
               [relationship.\"fabrikam -> tailspin\"]\ndomain_names = [\"contoso.co.uk\"]",
        shows: Rows(&[
            (
                "MultipleOrganizationRelationshipInstancesReturnedByTheRemoteParty",
                "Warning",
            ),
            DOMAINS_MISSING,
        ]),
        ..NOTHING
    },
    Fault {
        name: "two of Fabrikam's relationships name the user's domain",
        theirs: "free_busy_level = \"LimitedDetails\"",
        more: "[org.tailspin]\ndomains = [\"tailspin.com\"]\n\
               [relationship.\"fabrikam -> tailspin\"]\ndomain_names = [\"contoso.com\"]",
        shows: Rows(&[
            (
                "MultipleOrganizationRelationshipInstancesReturnedByTheRemoteParty",
                "Warning",
            ),
            ("UserFedDomainInMultipleRemoteOrgRelationship", "Warning"),
        ]),
        ..NOTHING
    },
    Fault {
        name: "Fabrikam has another application URI for Contoso",
        theirs: "target_application_uri = \"old.contoso.com\"\nfree_busy_level = \"LimitedDetails\"",
        shows: Rows(&[("ApplicationUrisDiffer", "Warning"), DOES_NOT_FIT]),
        ..NOTHING
    },
    Fault {
        name: "Contoso asks, and Fabrikam's level is None",
        theirs: "free_busy_level = \"None\"",
        shows: Rows(&[("AccessMismatchLocalRemote", "Error"), DOES_NOT_FIT]),
        ..NOTHING
    },
    Fault {
        name: "Contoso asks for MailTips, and Fabrikam's level for them is None",
        ours: "mail_tips_access_enabled = true",
        theirs: "free_busy_level = \"LimitedDetails\"",
        shows: Rows(&[("AccessMismatchLocalRemote", "Error"), DOES_NOT_FIT]),
        ..NOTHING
    },
    Fault {
        name: "Fabrikam asks, and Contoso's level is None",
        ours: "free_busy_level = \"None\"",
        theirs: "free_busy_access = true\nfree_busy_level = \"LimitedDetails\"",
        shows: Rows(&[("AccessMismatchRemoteLocal", "Error"), DOES_NOT_FIT]),
        ..NOTHING
    },
    Fault {
        name: "only Contoso has delivery reports enabled",
        ours: "delivery_report_enabled = true",
        theirs: "free_busy_level = \"LimitedDetails\"",
        shows: Rows(&[("PropertiesDiffer", "Error"), DOES_NOT_FIT]),
        ..NOTHING
    },
    Fault {
        name: "Fabrikam's relationship names one of Contoso's two domains: a warning, and it fits",
        contoso: "domains = [\"contoso.com\", \"contoso.co.uk\"]",
        theirs: "domain_names = [\"contoso.com\"]\nfree_busy_level = \"LimitedDetails\"",
        shows: Rows(&[DOMAINS_MISSING]),
        ..NOTHING
    },
    Fault {
        name: "the user's domain is the one that it does not name",
        contoso: "domains = [\"contoso.com\", \"contoso.co.uk\"]",
        alice: "addresses = [\"alice@contoso.co.uk\"]",
        theirs: "domain_names = [\"contoso.com\"]\nfree_busy_level = \"LimitedDetails\"",
        shows: Rows(&[
            DOMAINS_MISSING,
            ("UserFedDomainNotInRemoteOrgRelationship", "Warning"),
        ]),
        ..NOTHING
    },
    Fault {
        name: "Fabrikam's TargetSharingEpr leads nowhere",
        theirs: "target_sharing_epr = \"https://old.contoso.com/EWS/Exchange.asmx/WSSecurity\"\n\
                 free_busy_level = \"LimitedDetails\"",
        shows: Rows(&[
            ("TargetSharingEprDoesNotMatchAnyExternalURI", "Error"),
            DOES_NOT_FIT,
        ]),
        ..NOTHING
    },
    Fault {
        name: "Contoso's relationship names none of Fabrikam's domains",
        ours: "domain_names = [\"fabrikam.net\"]",
        theirs: "free_busy_level = \"LimitedDetails\"",
        shows: Rows(&[("NoRemoteFederatedDomainInLocalOrgRelationship", "Warning")]),
        ..NOTHING
    },
    // The test asks the gateway by itself: a disabled identifier keeps users from it, not the test.
    Fault {
        name: "Contoso's organization identifier is disabled",
        contoso: "identifier.enabled = false",
        theirs: "free_busy_level = \"LimitedDetails\"",
        shows: Rows(&[("FederatedOrganizationIdNotEnabled", "Warning")]),
        ..NOTHING
    },
    Fault {
        name: "Contoso's relationship has no application URI",
        ours: "target_application_uri = \"\"",
        theirs: "free_busy_level = \"LimitedDetails\"",
        shows: Rows(&[("ApplicationUriMissing", "Warning")]),
        ..NOTHING
    },
    Fault {
        name: "Contoso's relationship has another application URI than Fabrikam",
        ours: "target_application_uri = \"old.fabrikam.com\"",
        theirs: "free_busy_level = \"LimitedDetails\"",
        shows: Rows(&[("MismatchedFederation", "Warning")]),
        ..NOTHING
    },
    Fault {
        name: "the user is known by a user principal name",
        alice: "identity_type = \"upn\"",
        shows: Rows(&[("FederatedIdentityTypeMismatch", "Warning")]),
        ..NOTHING
    },
    Fault {
        name: "the user has no immutable identity",
        alice: "immutable_id = \"\"",
        shows: Rows(&[("RequiredIdentityInformationNotSet", "Warning")]),
        ..NOTHING
    },
    Fault {
        name: "the user came from another forest",
        alice: "immutable_id = \"aWQ=@FYDIBOHF25SPDLT.litware.com\"",
        shows: Rows(&[("UserFederatedIdentityIsNotFederatedDomain", "Warning")]),
        ..NOTHING
    },
    Fault {
        name: "the user's identity ends in a federated domain, and not in the account namespace",
        alice: "immutable_id = \"aWQ=@contoso.com\"",
        shows: Rows(&[("UserFederatedDomainDoesNotMatchAccountNamespace", "Warning")]),
        ..NOTHING
    },
    Fault {
        name: "the relationship names no Autodiscover service, and none is found",
        ours: "target_autodiscover_epr = \"\"",
        more: "[dns.zone.\"fabrikam.com\"]\nstate = \"servfail\"",
        shows: Rows(&[("AutoDiscoverNotSetInOrgRelationship", "Warning")]),
        ..NOTHING
    },
    Fault {
        name: "Contoso has no trust",
        contoso: "trust.exists = false",
        shows: Error("Federation is not enabled in the local organization."),
        ..NOTHING
    },
    Fault {
        name: "the relationship has no domains",
        ours: "domain_names = []",
        shows: Error("The organization relationship has no domains."),
        ..NOTHING
    },
    Fault {
        name: "the user has no address in a federated domain",
        contoso: "accepted_domain.\"contoso.local\".federated = false",
        alice: "addresses = [\"alice@contoso.local\"]",
        shows: Error("The user has no federated identity."),
        ..NOTHING
    },
];

#[test]
fn each_fault_of_a_relationship_shows_as_the_id_that_speaks_of_it() {
    for fault in FAULTS {
        let entries = transcript(&world(fault), &[]);
        let [entry] = &entries[..] else {
            panic!("{}: one statement is carried out", fault.name)
        };
        match (&fault.shows, &entry.error) {
            (Rows(expected), None) => {
                let rows = entry.rows("Status");
                let rows: Vec<(&str, &str)> = rows
                    .iter()
                    .map(|(id, status)| (id.as_str(), status.as_str()))
                    .collect();
                assert_eq!(rows, *expected, "{}\n{}", fault.name, entry.output);
            }
            (Error(text), Some((_, message))) => {
                assert!(message.contains(text), "{}: {message}", fault.name);
            }
            (_, error) => panic!("{}: {error:?}\n{}", fault.name, entry.output),
        }
    }
}

#[test]
fn a_clean_test_says_so_in_the_words_of_the_product() {
    let entries = transcript(&world(&FAULTS[0]), &[]);
    let row = &entries[0].objects[0];
    assert_eq!(row["Description"], "No Significant Issues to Report");
}
