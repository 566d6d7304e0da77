//! Scripts with what is found about them.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        about: "a misspelt cmdlet, one that nothing resembles, and one that others have",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contoso"
run = '''
Get-FederationTurst
Invent-Wheel
Write-Host "hello"
'''
"#,
        files: &[],
        diagnostics: r#""#,
    },
    Case {
        about: "a wrong parameter, one that is not modelled, one twice, and one without its value",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contoso"
run = '''
Set-OrganizationRelationship -Identity fabrikam -FreeBusyLevel None
Set-OrganizationRelationship -Identity fabrikam -MailboxMoveEnabled $true
Set-OrganizationRelationship -Identity fabrikam -Enabled $true -Enabled $false
Set-OrganizationRelationship -Identity fabrikam -FreeBusyAccessLevel
Remove-FederationTrust
Get-FederationTrust -WhatIf
'''
"#,
        files: &[],
        diagnostics: r#""#,
    },
    Case {
        about: "a beginning that several parameters have",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contoso"
run = '''
Set-OrganizationRelationship -Identity fabrikam -MailTips $true
Set-OrganizationRelationship -Identity fabrikam -FreeBusyAccess LimitedDetails
'''
"#,
        files: &[],
        diagnostics: r#""#,
    },
    Case {
        about: "values of a wrong type",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contoso"
run = '''
Set-OrganizationRelationship -Identity fabrikam -Enabled yes
Set-OrganizationRelationship -Identity fabrikam -Enabled true
Set-OrganizationRelationship -Identity fabrikam -FreeBusyAccessLevel Detailed
Set-OrganizationRelationship -Identity fabrikam -TargetSharingEpr mail.fabrikam.com
New-ExchangeCertificate -KeySize big
Get-FederatedDomainProof -DomainName "not a domain"
Set-SharingPolicy -Identity "Default Sharing Policy" -Domains "fabrikam.com"
Set-SharingPolicy -Identity "Default Sharing Policy" -Domains "fabrikam.com: CalendarSharingFreeBusyDetails"
Get-Mailbox -ResultSize all
'''
"#,
        files: &[],
        diagnostics: r#""#,
    },
    Case {
        about: "names of what is not there",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contoso"
run = '''
Get-OrganizationRelationship -Identity fabrikan
Test-FederationTrust -UserIdentity kym@contoso.com
Get-ExchangeCertificate -Server cas11
Get-FederationTrust -Identity "Microsoft Federation Gate"
Get-MailboxFolderPermission -Identity kin:\Calendar
Set-OrganizationRelationship -Identity fabrikam -FreeBusyAccessScope team
'''
"#,
        files: &[],
        diagnostics: r#""#,
    },
    Case {
        about: "a text without an end",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contoso"
run = '''
Get-FederationTrust
Get-FederationInformation -DomainName "fabrikam.com
Get-FederationTurst
'''
"#,
        files: &[],
        diagnostics: r#""#,
    },
    Case {
        about: "variables that nothing sets",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contoso"
run = '''
$proof = Get-FederatedDomainProof -DomainName contoso.com
Add-DnsServerResourceRecord -ZoneName contoso.com -Name "@" -Txt -DescriptiveText $prof.Proof
$_
'''
"#,
        files: &[],
        diagnostics: r#""#,
    },
    Case {
        about: "what the language has and scripts here have not",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contoso"
run = '''
foreach ($one in Get-OrganizationRelationship) { $one }
if ($true) { Get-FederationTrust }
function Repair { Get-FederationTrust }
Get-FederationTrust > trust.txt
& notepad
'''
"#,
        files: &[],
        diagnostics: r#""#,
    },
    Case {
        about: "pipes that lead nowhere and come from nowhere",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contoso"
run = '''
Get-FederationTrust |'''

[[timeline]]
at = "+2 h"
org = "contoso"
run = "| Get-FederationTrust"
[[timeline]]
at = "+3 h"
org = "contoso"
run = "Get-FederationTrust | | Format-List"
"#,
        files: &[],
        diagnostics: r#""#,
    },
    Case {
        about: "cmdlets of nobody",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
run = '''
Get-FederationTrust
'''
"#,
        files: &[],
        diagnostics: r#""#,
    },
    Case {
        about: "cmdlets of an organization, or on a server, that is not there",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contosso"
run = '''
Get-FederationTrust
'''
[[timeline]]
at = "+1 h"
org = "contoso"
server = "cas2"
run = '''
Get-FederationTrust
'''
"#,
        files: &[],
        diagnostics: r#""#,
    },
    Case {
        about: "in a text with escapes a fault is shown at the whole value",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contoso"
run = "Get-FederationTrust\nGet-\u0046ederationTurst\nSet-OrganizationRelationship -Identity \"fabrikan\""
"#,
        files: &[],
        diagnostics: r#""#,
    },
    Case {
        about: "in a text of one line without escapes a fault is shown where it is",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contoso"
run = "Get-FederationTrust; Get-FederationTurst"
"#,
        files: &[],
        diagnostics: r#""#,
    },
    Case {
        about: "the same faults in a file are shown in that file",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contoso"
script = "work.ps1"
"#,
        files: &[(
            "work.ps1",
            r#"# All that can be wrong with a name, a parameter, a value.
Get-FederationTurst
Set-OrganizationRelationship -Identity fabrikam -FreeBusyLevel None
Set-OrganizationRelationship -Identity fabrikan -Enabled yes
Get-FederationInformation -DomainName "fabrikam
$trust = Get-FederationTrust
Remove-FederationTrust -Identity $trusts
foreach ($one in $trust) { $one }
Get-FederationTrust |
"#,
        )],
        diagnostics: r#""#,
    },
    Case {
        about: "a file with the line ends and the byte order mark of Windows",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contoso"
script = "work.ps1"
"#,
        files: &[(
            "work.ps1",
            "\u{feff}Get-FederationTrust\r\nGet-FederationTurst\r\n",
        )],
        diagnostics: r#""#,
    },
    Case {
        about: "files that are not there, lead elsewhere, or are none of cmdlets",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
setup = "setup.ps1"
[org.fabrikam]
domains = ["fabrikam.com"]
setup = "setup.sh"
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contoso"
script = "missing.ps1"
[[timeline]]
at = "+1 h"
org = "contoso"
script = "../work.ps1"
"#,
        files: &[(
            "work.ps1",
            r#"Get-FederationTrust
"#,
        )],
        diagnostics: r#""#,
    },
    Case {
        about: "a file with which an organization is set up",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
setup = "setup.ps1"
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
"#,
        files: &[(
            "setup.ps1",
            r#"iisreset
New-FederationTrust -Name "Microsoft Federation Gateway"
Set-FederatedOrganizationIdentifier -Enable $true
Set-FederatedOrganizationIdentifer -Enabled $true
"#,
        )],
        diagnostics: r#""#,
    },
    Case {
        about: "many faults in one script, and others before and behind it",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contoso"
run = '''
Get-FederationTurst
Get-OrganizationRelationship -Identity fabrikan
Set-OrganizationRelationship -Identity fabrikam -Enabled yes
'''
[request.look]
at = "+2 h"
from = "kym@contoso.com"
to = ["lee@fabrikam.com"]
[invitation.share]
at = "+3 h"
from = "lee@fabrikam.com"
to = ["kim@contoso.com"]
[[timeline]]
at = "+4 h"
org = "fabrikam"
run = "Get-OrganizationRelationship -Identity contoso"
"#,
        files: &[],
        diagnostics: r#""#,
    },
];
