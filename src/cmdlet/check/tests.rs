//! What the check says of scripts, word by word.

use super::*;
use crate::cmdlet::finding::KEPT_MAX;

/// An organization with a trust, two relationships, a mailbox, a server, the default policy.
struct Contoso;

impl Contoso {
    fn all(of: Of) -> Option<&'static [&'static str]> {
        Some(match of {
            Of::OrganizationRelationship => &["Fabrikam", "Northwind Traders"],
            Of::FederationTrust => &["Microsoft Federation Gateway"],
            Of::Mailbox => &["kim@contoso.com"],
            Of::SharingPolicy => &["Default Sharing Policy"],
            Of::Server => &["cas1"],
            Of::IntraOrganizationConnector => &[],
            _ => return None,
        })
    }
}

impl Known for Contoso {
    fn knows(&self, of: Of, identity: &str) -> Option<bool> {
        let all = Contoso::all(of)?;
        Some(all.iter().any(|known| known.eq_ignore_ascii_case(identity)))
    }

    fn names(&self, of: Of) -> Vec<String> {
        let all = Contoso::all(of).unwrap_or_default();
        all.iter().map(|name| (*name).to_owned()).collect()
    }
}

/// Each finding as `text at the place: message (help)`.
fn findings(text: &str) -> Vec<String> {
    let (_, findings) = read(text, &Contoso);
    let told = findings.iter().map(|finding| {
        let help = finding
            .help
            .as_ref()
            .map_or(String::new(), |help| format!(" ({help})"));
        format!("{}: {}{help}", finding.place.text(text), finding.message)
    });
    told.collect()
}

#[test]
fn every_command_of_the_article_is_right() {
    assert_eq!(findings(include_str!("../language/article.ps1")), [""; 0]);
}

#[test]
fn documented_procedures_are_right() {
    for text in [
        "Get-FederationInformation -DomainName fabrikam.com | New-OrganizationRelationship -Name New -FreeBusyAccessEnabled $true -FreeBusyAccessLevel LimitedDetails\nSet-OrganizationRelationship new -Enabled:$false",
        "set-federationtrust -id 'microsoft federation gateway' -refresh",
        "Set-FederationTrust \"Microsoft Federation Gateway\" -Thumb AB12\nTest-FederationTrustCertificate\nSet-FederationTrust -Identity \"Microsoft Federation Gateway\" -PublishFederationCertificate",
        "Set-OrganizationRelationship Fabrikam -DomainNames @{Add=\"eu.fabrikam.com\"; Remove=\"old.fabrikam.com\"}",
        "Get-OrganizationRelationship *kam | Set-OrganizationRelationship -TargetSharingEpr $null",
        "New-SharingPolicy -Name P -Domains 'contoso.com: CalendarSharingFreeBusyDetail, ContactsSharing', 'Anonymous: CalendarSharingFreeBusySimple'\nSet-Mailbox kim@contoso.com -SharingPolicy p",
        "Set-MailboxFolderPermission kim@contoso.com:\\Calendar -User Default -AccessRights AvailabilityOnly",
        "Set-WebServicesVirtualDirectory \"cas1\\EWS (Default Web Site)\" -WSSecurityAuthentication $true -ExternalUrl https://mail.contoso.com/EWS/Exchange.asmx\niisreset cas1 /noforce\niisreset",
        "$proof = (Get-FederatedDomainProof contoso.com | select -First 1).Proof\nAdd-DnsServerResourceRecord -ZoneName contoso.com -Name '@' -Txt -DescriptiveText $proof -TimeToLive 01:00:00",
        "Remove-DnsServerResourceRecord -ZoneName contoso.com -Name '@' -RRType Txt -Force",
        "Add-AvailabilityAddressSpace -ForestName fabrikam.com -AccessMethod OrgWideFB",
        "Start-Sleep -s 300; Start-Sleep 5",
        "$ErrorActionPreference = 'SilentlyContinue'\nGet-Mailbox -ErrorAction Stop",
        "Get-Mailbox | % { Add-MailboxFolderPermission \"$($_.Alias):\\Calendar\" -User lee@fabrikam.com -AccessRights Reviewer }",
    ] {
        let expected: &[&str] = match text.contains("Proof contoso.com |") {
            // The domain has no position.
            true => &[
                "contoso.com: `Get-FederatedDomainProof` takes no value without a name here (name the parameter, or put a text with blanks in quotes)",
            ],
            false => &[],
        };
        assert_eq!(findings(text), expected, "{text}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_was_probably_meant() {
    let cases: &[(&str, &[&str])] = &[
        (
            "Get-FederationTrsut",
            &[
                "Get-FederationTrsut: there is no cmdlet `Get-FederationTrsut` (did you mean `Get-FederationTrust`?)",
            ],
        ),
        (
            "Get-Weather",
            &["Get-Weather: there is no cmdlet `Get-Weather`"],
        ),
        (
            "Get-Mailbox | Wher-Object {$_.Name}",
            &["{: `Wher-Object` takes no block in braces (put texts in quotes)"],
        ),
        (
            "Write-Host hello",
            &[
                "Write-Host: `Write-Host` is not modelled (leave it out; results are kept in the transcript)",
            ],
        ),
        (
            "Get-FederationTrust -Idenity x",
            &[
                "-Idenity: `Get-FederationTrust` has no parameter `-Idenity` (did you mean `-Identity`?)",
            ],
        ),
        (
            "Test-FederationTrustCertificate -Zzz",
            &[
                "-Zzz: `Test-FederationTrustCertificate` has no parameter `-Zzz` (it has none of its own)",
            ],
        ),
        (
            "New-FederationTrust X -Thumbprint AB -ApplicationUri y",
            &[
                "-ApplicationUri: `-ApplicationUri` of `New-FederationTrust` is not modelled (leave it out)",
            ],
        ),
        (
            "Set-OrganizationRelationship Fabrikam -Enabled $false -WhatIf",
            &[
                "-WhatIf: `-WhatIf` of `Set-OrganizationRelationship` is not modelled (leave the line out; what is tried is not done)",
            ],
        ),
        (
            "Set-OrganizationRelationship Fabrikam -FreeBusyAccess $true",
            &[
                "-FreeBusyAccess: `-FreeBusyAccess` may mean `-FreeBusyAccessEnabled` or `-FreeBusyAccessLevel` or `-FreeBusyAccessScope` (write the whole name)",
            ],
        ),
        (
            "New-OrganizationRelationship -Name A",
            &["New-OrganizationRelationship: `New-OrganizationRelationship` needs `-DomainNames`"],
        ),
        (
            "Get-FederatedDomainProof",
            &["Get-FederatedDomainProof: `Get-FederatedDomainProof` needs `-DomainName`"],
        ),
        (
            "Get-FederatedDomainProof -DomainName",
            &["-DomainName: `-DomainName` has no value"],
        ),
        (
            "Set-OrganizationRelationship Fabrikam -Enabled yes",
            &["yes: `-Enabled` takes `$true` or `$false`, not `yes`"],
        ),
        (
            "Set-OrganizationRelationship Fabrikam -Enabled true",
            &["true: `-Enabled` takes `$true` or `$false`, not `true` (write `$true`)"],
        ),
        (
            "Set-OrganizationRelationship Fabrikam -FreeBusyAccessLevel AvailabiltyOnly",
            &[
                "AvailabiltyOnly: `-FreeBusyAccessLevel` takes `None`, `AvailabilityOnly`, `LimitedDetails`, not `AvailabiltyOnly` (did you mean `AvailabilityOnly`?)",
            ],
        ),
        (
            "Get-FederationInformation contoso",
            &[
                "contoso: `-DomainName` takes a domain, not `contoso` (write one such as `contoso.com`)",
            ],
        ),
        (
            "Set-OrganizationRelationship Fabrikan -Enabled $true",
            &[
                "Fabrikan: there is no organization relationship `Fabrikan` (did you mean `Fabrikam`?)",
            ],
        ),
        (
            "Get-IntraOrganizationConector",
            &[
                "Get-IntraOrganizationConector: there is no cmdlet `Get-IntraOrganizationConector` (did you mean `Set-IntraOrganizationConnector`?)",
            ],
        ),
        (
            "Set-IntraOrganizationConnector Cloud -Enabled $true",
            &["Cloud: there is no intra-organization connector `Cloud`"],
        ),
        (
            "Get-MailboxFolderPermission kin@contoso.com:\\Calendar",
            &[
                "kin@contoso.com:\\Calendar: there is no mailbox `kin@contoso.com` (did you mean `kim@contoso.com`?)",
            ],
        ),
        (
            "iisreset cas2",
            &["cas2: there is no server `cas2` (did you mean `cas1`?)"],
        ),
        (
            "Set-Mailbox kim@contoso.com -SharingPolicy Q\nNew-SharingPolicy Q -Domains '*: ContactsSharing'",
            &["Q: there is no sharing policy `Q` (known: `Default Sharing Policy`)"],
        ),
        (
            "Get-Mailbox $user",
            &["$user: `$user` is not set (set it in a line above: `$user = ...`)"],
        ),
        (
            "$users = Get-Mailbox\nGet-Mailbox $user",
            &["$user: `$user` is not set (did you mean `$users`?)"],
        ),
        (
            "Get-Mailbox $_",
            &[
                "$_: `$_` means nothing outside of a block (use it within `Where-Object {...}` or `ForEach-Object {...}`)",
            ],
        ),
        (
            "$ErrorActionPreference = 'Halt'",
            &[
                "'Halt': `$ErrorActionPreference` takes `Continue`, `SilentlyContinue`, `Stop`, not `Halt`",
            ],
        ),
        (
            "Get-Mailbox kim@contoso.com lee",
            &[
                "lee: `Get-Mailbox` takes no value without a name here (name the parameter, or put a text with blanks in quotes)",
            ],
        ),
        (
            "New-OrganizationRelationship A -DomainNames @{Add='a.com'}",
            &[
                "@{Add='a.com'}: `New-OrganizationRelationship` has nothing that `-DomainNames` could change (write the values with commas between them)",
            ],
        ),
        (
            "$all = Get-SharingPolicy\n\"$all.Name\"",
            &["$all: only `$all` is replaced in a text, not `.Name` (write `$($all.Name)`)"],
        ),
        (
            "Get-Mailbox | % { Get-Mailbox \"$_.Alias\" }",
            &["$_: only `$_` is replaced in a text, not `.Alias` (write `$($_.Alias)`)"],
        ),
        ("'a' | % { \"$_.com\" }; $x = 'a'; \"$x.com\"", &[]),
        (
            "Get-Mailbox kim@contoso.com -Verbose -verbose",
            &["-verbose: `-Verbose` is given twice (delete one of them)"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(findings(text), *expected, "{text}");
    }
}

#[test]
fn faults_do_not_hide_each_other_and_are_not_told_twice() {
    let text = "\
$trust = Get-FederationTrust | where { $_.Name -lik 'x' }
Get-Mailbox $trust
Get-FederationTrsut
New-OrganizationRelationship -Name A -DomainNames 'a.com
Set-OrganizationRelationship A -Enabled maybe
foreach ($x in 1, 2) { $x }
Get-FederationInformation -DomainName";
    let (_, findings) = read(text, &Contoso);
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
    let expected = [
        "unknown-operator",
        "unknown-cmdlet",
        "unterminated-text",
        "bad-value",
        "not-modelled",
        "missing-value",
    ];
    assert_eq!(codes, expected);
}

#[test]
fn a_large_text_of_wrong_words_is_checked_in_time_that_grows_with_its_length() {
    for line in [
        "Get-Fedaration -X 1\n",
        "Get-Mailbox $y -Zzz\n",
        "Set-Mailbox nobody@contoso.com -S q\n",
    ] {
        let text = line.repeat((1 << 20) / line.len());
        let (_, findings) = read(&text, &Contoso);
        assert_eq!(findings.iter().count(), KEPT_MAX);
    }
    let many = format!("Get-Mailbox {}", "-Verbose ".repeat(100_000));
    assert!(!read(&many, &Contoso).1.is_empty());
}
