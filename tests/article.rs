//! The transcript of `scenarios/teaching/article` shows, in order, what the published walk-through shows:
//! Exchange federation trust, part 1. Those of the other teaching scenarios with cmdlets show what their
//! opening comments say.
//!
//! Expected texts are the article's own listings, with the values filled in that it leaves blank. It knows
//! nothing of how a cmdlet does its work.

use std::path::Path;

use fedsim::engine::Continue;
use fedsim::model::administration::TranscriptEntry;
use fedsim::model::observation::{Observation, Recorder};
use fedsim::model::{Federation, Simulator};
use fedsim::scenario::Scenario;

/// Keeps what administrators did.
#[derive(Default)]
struct Transcript(Vec<TranscriptEntry>);

impl Recorder for Transcript {
    fn observe(&mut self, _: &Federation, _: &Observation) {}

    fn transcribe(&mut self, _: &Federation, entry: &TranscriptEntry) {
        self.0.push(entry.clone());
    }
}

/// The statements of an organization's scripts in the article, in their order.
fn statements(organization: &str) -> Vec<TranscriptEntry> {
    statements_of("article/article.toml", organization)
}

/// The statements of an organization's scripts in a teaching scenario, in their order.
fn statements_of(scenario: &str, organization: &str) -> Vec<TranscriptEntry> {
    let teaching = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/teaching");
    let path = teaching.join(scenario);
    let compiled = Scenario::load(&path).and_then(|scenario| scenario.compile());
    let federation = compiled
        .unwrap_or_else(|found| panic!("{found}"))
        .federation;
    let done = Simulator::new(&federation, 0, Transcript::default()).run(|_, _| Continue::Yes);
    let of = |entry: &TranscriptEntry| {
        let requester = federation.scripts[entry.script].identity.requester;
        &*federation.organizations.original(requester).name == organization
    };
    done.recorder.0.into_iter().filter(of).collect()
}

/// Takes the next statement that begins so, passing over those before it.
fn next<'a>(
    entries: &mut impl Iterator<Item = &'a TranscriptEntry>,
    beginning: &str,
) -> &'a TranscriptEntry {
    entries
        .find(|entry| entry.statement.starts_with(beginning))
        .unwrap_or_else(|| panic!("`{beginning}` comes next"))
}

/// The value of a property, as the shell lists it; a value of several lines is joined.
fn property(output: &str, name: &str) -> String {
    let mut lines = output.lines().skip_while(|line| {
        line.split_once(':')
            .is_none_or(|(left, _)| left.trim_end() != name)
    });
    let first = lines
        .next()
        .unwrap_or_else(|| panic!("{name} is listed in\n{output}"));
    let (_, value) = first.split_once(':').expect("it has a colon");
    let rest = lines.take_while(|line| line.starts_with("      "));
    let all: Vec<&str> = std::iter::once(value).chain(rest).map(str::trim).collect();
    all.join(" ")
}

const EWS: &str = "\
CertificateAuthentication     : 
InternalAuthenticationMethods : {Ntlm, WindowsIntegrated, WSSecurity, OAuth}
ExternalAuthenticationMethods : {Ntlm, WindowsIntegrated, WSSecurity, OAuth}
LiveIdNegotiateAuthentication : 
WSSecurityAuthentication      : True
LiveIdBasicAuthentication     : False
BasicAuthentication           : False
DigestAuthentication          : False
WindowsAuthentication         : True
OAuthAuthentication           : True
AdfsAuthentication            : False";

const AUTODISCOVER: &str = "\
InternalAuthenticationMethods : {Basic, OAuth}
ExternalAuthenticationMethods : {Basic, OAuth}
LiveIdNegotiateAuthentication : False
WSSecurityAuthentication      : False
LiveIdBasicAuthentication     : False
BasicAuthentication           : True
DigestAuthentication          : False
WindowsAuthentication         : False
OAuthAuthentication           : True
AdfsAuthentication            : False";

const FAILED: &str = "Federation information could not be received from the external organization.
    + CategoryInfo          : NotSpecified: (:) [Get-FederationInformation], \
     GetFederationInformationFailedException
    + FullyQualifiedErrorId : ";

/// The seven rows, with their messages.
const ROWS: [(&str, &str); 7] = [
    (
        "FederationTrustConfiguration",
        "FederationTrust object in ActiveDirectory is valid.",
    ),
    (
        "FederationMetadata",
        "The federation trust contains the same certificates published by the security token \
         service in its federation metadata.",
    ),
    (
        "StsCertificate",
        "Valid certificate referenced by property TokenIssuerCertificate in the FederationTrust \
         object.",
    ),
    (
        "StsPreviousCertificate",
        "Valid certificate referenced by property TokenIssuerPrevCertificate in the \
         FederationTrust object.",
    ),
    (
        "OrganizationCertificate",
        "Valid certificate referenced by property OrgPrivCertificate in the FederationTrust object.",
    ),
    ("TokenRequest", "Request for delegation token succeeded."),
    ("TokenValidation", "Requested delegation token is valid."),
];

#[test]
fn the_walk_through_shows_the_states_of_the_article_in_its_order() {
    let entries = statements("contoso");
    let mut entries = entries.iter();
    let shown = next(&mut entries, "Get-ClientAccessServer | Get-WebServices");
    assert_eq!(shown.output.trim_matches('\n'), EWS);
    let shown = next(&mut entries, "Get-ClientAccessServer | Get-Autodiscover");
    assert_eq!(shown.output.trim_matches('\n'), AUTODISCOVER);
    next(
        &mut entries,
        "Get-ClientAccessServer | Get-AutodiscoverVirtualDirectory | Set-",
    );
    next(&mut entries, "iisreset");
    next(&mut entries, "$ski = ");
    next(&mut entries, "New-ExchangeCertificate");
    let trust = next(&mut entries, "Get-ExchangeCertificate | ?{");
    assert_eq!(trust.error, None);
    let proof = next(&mut entries, "Get-FederatedDomainProof");
    assert_eq!(property(&proof.output, "DomainName"), "contoso.com");
    assert_eq!(property(&proof.output, "Name"), "OrgPrivCertificate");
    assert_eq!(property(&proof.output, "Thumbprint").len(), 40);
    assert_eq!(property(&proof.output, "Proof").len(), 88);

    let before = next(&mut entries, "Get-FederatedOrganizationIdentifier");
    for (name, value) in [
        ("AccountNamespace", "missing"),
        ("Domains", "missing"),
        ("DefaultDomain", "missing"),
        ("Enabled", "False"),
        ("OrganizationContact", ""),
        ("DelegationTrustLink", ""),
        ("Identity", "Federation"),
        ("IsValid", "True"),
        ("Name", "Federation"),
        ("ObjectClass", "{top, msExchFedOrgId}"),
        ("OrganizationId", ""),
        ("ObjectState", "Unchanged"),
    ] {
        assert_eq!(property(&before.output, name), value, "{name}");
    }
    let failed = next(&mut entries, "Get-FederationInformation");
    assert!(
        failed.output.trim_start().starts_with(FAILED),
        "{}",
        failed.output
    );
    let class = "Microsoft.Exchange.Management.SystemConfigurationTasks.GetFederationInformation";
    assert!(failed.output.contains(class));
    assert!(
        failed.ended > failed.started,
        "it takes time to find nobody"
    );

    let set = next(
        &mut entries,
        "Set-FederatedOrganizationIdentifier -Enabled $true",
    );
    assert_eq!(set.error, None);
    let after = next(&mut entries, "Get-FederatedOrganizationIdentifier");
    for (name, value) in [
        ("AccountNamespace", "FYDIBOHF25SPDLT.contoso.com"),
        ("Domains", "{contoso.com, FYDIBOHF25SPDLT.contoso.com}"),
        ("DefaultDomain", "contoso.com"),
        ("Enabled", "True"),
    ] {
        assert_eq!(property(&after.output, name), value, "{name}");
    }
    assert!(property(&after.output, "DelegationTrustLink").starts_with("CN=Microsoft Federation"));
    let found = next(&mut entries, "Get-FederationInformation");
    assert_eq!(found.error, None);
    let uri = property(&found.output, "TargetApplicationUri");
    assert_eq!(uri, "FYDIBOHF25SPDLT.contoso.com");

    let tested = next(&mut entries, "Test-FederationTrust -UserIdentity");
    let rows: serde_json::Value = serde_json::from_str(&tested.objects).expect("it is JSON");
    let rows = rows.as_array().expect("it is a list");
    let told: Vec<(&str, &str, &str)> = rows
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap_or_default();
            (text("Id"), text("Type"), text("Message"))
        })
        .collect();
    let expected = ROWS.map(|(id, message)| (id, "Success", message));
    assert_eq!(told, expected);
    let steps = tested
        .output
        .lines()
        .filter(|line| line.starts_with("VERBOSE: "));
    assert_eq!(steps.count(), 6, "six steps on the console");
}

#[test]
fn what_follows_the_article_is_a_relationship_on_each_side_and_a_calendar_that_is_repaired() {
    let entries = statements("contoso");
    let mut entries = entries.iter();
    let made = next(
        &mut entries,
        "Get-FederationInformation -DomainName fabrikam.com | New-",
    );
    assert_eq!(made.error, None);
    let alone = next(&mut entries, "Test-OrganizationRelationship");
    let id = "NoOrganizationRelationshipInstancesWereReturnedByTheRemoteParty";
    assert_eq!(property(&alone.output, "Id"), id);
    let both = next(&mut entries, "Test-OrganizationRelationship");
    let clean = "No Significant Issues to Report";
    assert_eq!(property(&both.output, "Description"), clean);
    let before = next(&mut entries, "Get-MailboxFolderPermission");
    assert!(before.output.contains("{None}"), "{}", before.output);
    next(&mut entries, "Set-MailboxFolderPermission");
    let after = next(&mut entries, "Get-MailboxFolderPermission");
    assert!(
        after.output.contains("{AvailabilityOnly}"),
        "{}",
        after.output
    );
}

/// The ids and types of the rows that a test gave.
fn rows(entry: &TranscriptEntry) -> Vec<(String, String)> {
    let rows: serde_json::Value = serde_json::from_str(&entry.objects).expect("it is JSON");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let rows = rows.as_array().expect("it is a list").iter();
    rows.map(|row| (text(&row["Id"]), text(&row["Type"])))
        .collect()
}

#[test]
fn the_certificate_reaches_the_older_server_in_its_time_and_its_test_fails_until_then() {
    let entries = statements_of("coexistence/coexistence.toml", "contoso");
    let tests: Vec<_> = entries
        .iter()
        .filter(|entry| entry.statement.starts_with("Test-FederationTrust -"))
        .map(rows)
        .collect();
    let last = |rows: &Vec<(String, String)>| rows.last().cloned().unwrap_or_default();
    let row = |id: &str, word: &str| (id.to_owned(), word.to_owned());
    let ends: Vec<_> = tests.iter().map(last).collect();
    let expected = [
        row("TokenValidation", "Success"),
        row("OrganizationCertificate", "Error"),
        row("TokenValidation", "Success"),
    ];
    assert_eq!(
        ends, expected,
        "on the new server, on the old one at once and after hours"
    );
    let certificates: Vec<_> = entries
        .iter()
        .filter(|entry| {
            entry
                .statement
                .starts_with("Test-FederationTrustCertificate")
        })
        .map(|entry| entry.output.matches("NotInstalled").count())
        .collect();
    assert_eq!(certificates, [1, 0]);
}

#[test]
fn whoever_has_not_refreshed_finds_it_out_by_two_rows_and_repairs_it() {
    let entries = statements_of("certificate-year.toml", "fabrikam");
    let tests: Vec<_> = entries
        .iter()
        .filter(|entry| entry.statement.starts_with("Test-FederationTrust"))
        .map(rows)
        .collect();
    let wrong = |rows: &Vec<(String, String)>| {
        let wrong = rows.iter().filter(|(_, word)| word != "Success");
        wrong.map(|(id, _)| id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(wrong(&tests[0]), ["FederationMetadata", "TokenValidation"]);
    assert!(
        wrong(&tests[1]).is_empty(),
        "after the refresh: {:?}",
        tests[1]
    );
}
