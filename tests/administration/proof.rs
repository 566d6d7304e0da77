//! Proofs of domain ownership, as `Get-FederatedDomainProof` shows them.

use crate::{Entry, transcript};

/// A world of one federated organization in which proofs are asked for on two days, with a roll of the
/// organization certificate between them.
const WORLD: &str = r#"fedsim = 1
title = "Proofs before and after a roll"

[run]
start = START
length = "30 d"

[gateway.business]

[org.contoso]
domains = ["contoso.com", "contoso.co.uk"]

[org.contoso.mailbox.alice]

[[timeline]]
at = "+1 h"
org = "contoso"
run = '''
Get-FederatedDomainProof -DomainName contoso.com
Get-FederatedDomainProof -DomainName CONTOSO.com
Get-FederatedDomainProof -DomainName contoso.co.uk
'''

[[timeline]]
at = "+20 d"
org = "contoso"
run = '''
Get-FederatedDomainProof -DomainName contoso.com
$ski = [System.Guid]::NewGuid().ToString("N")
$next = New-ExchangeCertificate -Services Federation -PrivateKeyExportable $true -SubjectKeyIdentifier $ski
Set-FederationTrust -Identity "Microsoft Federation Gateway" -Thumbprint $next.Thumbprint
Get-FederatedDomainProof -DomainName contoso.com
Set-FederationTrust -Identity "Microsoft Federation Gateway" -PublishFederationCertificate
Get-FederatedDomainProof -DomainName contoso.com
'''
"#;

/// The proofs that each `Get-FederatedDomainProof` showed, by the certificate's role.
fn proofs(start: &str) -> Vec<Vec<(String, String)>> {
    let entries = transcript(&WORLD.replace("START", start), &[]);
    let asked = entries
        .iter()
        .filter(|entry| entry.statement.starts_with("Get-FederatedDomainProof"));
    asked.map(roles_and_proofs).collect()
}

fn roles_and_proofs(entry: &Entry) -> Vec<(String, String)> {
    assert_eq!(entry.error, None);
    let text = |value: &serde_json::Value| value.as_str().expect("it is a text").to_owned();
    let rows = entry.objects.iter();
    rows.map(|row| (text(&row["Name"]), text(&row["Proof"])))
        .collect()
}

#[test]
fn a_proof_has_88_characters_and_depends_on_the_key_and_the_domain_alone() {
    let all = proofs("2026-03-02T08:00:00Z");
    let [first, capitals, other, later, staged, published] = &all[..] else {
        panic!("proofs are asked for six times: {all:?}")
    };
    for (_, proof) in all.iter().flatten() {
        // 64 bytes are 21 groups of three and one byte: 21 * 4 + 4 characters, two of them padding.
        assert_eq!(proof.len(), 88);
        assert!(proof.ends_with("=="));
    }
    assert_eq!(first[0].1, capitals[0].1, "capitals are no other domain");
    assert_ne!(first[0].1, other[0].1, "another domain");
    assert_eq!(first, later, "19 days later");
    // Next, current, previous: the proof of the next certificate is known before it is published.
    let roles = |proofs: &[(String, String)]| -> Vec<String> {
        proofs.iter().map(|(role, _)| role.clone()).collect()
    };
    assert_eq!(
        roles(staged),
        ["OrgNextPrivCertificate", "OrgPrivCertificate"]
    );
    assert_eq!(staged[1], first[0]);
    assert_ne!(staged[0].1, staged[1].1, "another key");
    assert_eq!(
        roles(published),
        ["OrgPrivCertificate", "OrgPrevPrivCertificate"]
    );
    assert_eq!(published[0].1, staged[0].1, "published, it is the same");
    assert_eq!(published[1].1, first[0].1);
}

#[test]
fn a_proof_is_the_same_in_a_run_of_another_year() {
    let one = proofs("2026-03-02T08:00:00Z");
    let other = proofs("2013-01-07T18:00:00Z");
    assert_eq!(one[0], other[0]);
    assert_eq!(one[2], other[2]);
}
