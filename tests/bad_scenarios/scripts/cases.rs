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
        diagnostics: r#"error[unknown-cmdlet]: there is no cmdlet `Get-FederationTurst`
  --> bad.toml:12:1
   |
12 | Get-FederationTurst
   | ^^^^^^^^^^^^^^^^^^^
   |
   = help: did you mean `Get-FederationTrust`?

error[unknown-cmdlet]: there is no cmdlet `Invent-Wheel`
  --> bad.toml:13:1
   |
13 | Invent-Wheel
   | ^^^^^^^^^^^^

error[not-modelled]: `Write-Host` is not modelled
  --> bad.toml:14:1
   |
14 | Write-Host "hello"
   | ^^^^^^^^^^
   |
   = help: leave it out; results are kept in the transcript

"#,
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
        diagnostics: r#"error[unknown-parameter]: `Set-OrganizationRelationship` has no parameter `-FreeBusyLevel`
  --> bad.toml:12:49
   |
12 | Set-OrganizationRelationship -Identity fabrikam -FreeBusyLevel None
   |                                                 ^^^^^^^^^^^^^^
   |
   = help: its parameters are `-Identity`, `-DomainNames`, `-Enabled`, `-FreeBusyAccessEnabled`, `-FreeBusyAccessLevel`, `-FreeBusyAccessScope`, `-MailTipsAccessEnabled`, `-MailTipsAccessLevel`, `-MailTipsAccessScope`, `-ArchiveAccessEnabled`, `-DeliveryReportEnabled`, `-PhotosEnabled`, `-TargetApplicationUri`, `-TargetAutodiscoverEpr`, `-TargetSharingEpr`

error[not-modelled]: `-MailboxMoveEnabled` of `Set-OrganizationRelationship` is not modelled
  --> bad.toml:13:49
   |
13 | Set-OrganizationRelationship -Identity fabrikam -MailboxMoveEnabled $true
   |                                                 ^^^^^^^^^^^^^^^^^^^
   |
   = help: leave it out

error[given-twice]: `-Enabled` is given twice
  --> bad.toml:14:64
   |
14 | Set-OrganizationRelationship -Identity fabrikam -Enabled $true -Enabled $false
   |                                                                ^^^^^^^^
   |
   = help: delete one of them

error[missing-value]: `-FreeBusyAccessLevel` has no value
  --> bad.toml:15:49
   |
15 | Set-OrganizationRelationship -Identity fabrikam -FreeBusyAccessLevel
   |                                                 ^^^^^^^^^^^^^^^^^^^^

error[missing-parameter]: `Remove-FederationTrust` needs `-Identity`
  --> bad.toml:16:1
   |
16 | Remove-FederationTrust
   | ^^^^^^^^^^^^^^^^^^^^^^

error[not-modelled]: `-WhatIf` of `Get-FederationTrust` is not modelled
  --> bad.toml:17:21
   |
17 | Get-FederationTrust -WhatIf
   |                     ^^^^^^^
   |
   = help: leave the line out; what is tried is not done

"#,
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
        diagnostics: r#"error[ambiguous-parameter]: `-MailTips` may mean `-MailTipsAccessEnabled` or `-MailTipsAccessLevel` or `-MailTipsAccessScope`
  --> bad.toml:12:49
   |
12 | Set-OrganizationRelationship -Identity fabrikam -MailTips $true
   |                                                 ^^^^^^^^^
   |
   = help: write the whole name

error[ambiguous-parameter]: `-FreeBusyAccess` may mean `-FreeBusyAccessEnabled` or `-FreeBusyAccessLevel` or `-FreeBusyAccessScope`
  --> bad.toml:13:49
   |
13 | Set-OrganizationRelationship -Identity fabrikam -FreeBusyAccess LimitedDetails
   |                                                 ^^^^^^^^^^^^^^^
   |
   = help: write the whole name

"#,
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
        diagnostics: r#"error[bad-value]: `-Enabled` takes `$true` or `$false`, not `yes`
  --> bad.toml:12:58
   |
12 | Set-OrganizationRelationship -Identity fabrikam -Enabled yes
   |                                                          ^^^

error[bad-value]: `-Enabled` takes `$true` or `$false`, not `true`
  --> bad.toml:13:58
   |
13 | Set-OrganizationRelationship -Identity fabrikam -Enabled true
   |                                                          ^^^^
   |
   = help: write `$true`

error[bad-value]: `-FreeBusyAccessLevel` takes `None`, `AvailabilityOnly`, `LimitedDetails`, not `Detailed`
  --> bad.toml:14:70
   |
14 | Set-OrganizationRelationship -Identity fabrikam -FreeBusyAccessLevel Detailed
   |                                                                      ^^^^^^^^

error[bad-value]: `-TargetSharingEpr` takes the address of a service, not `mail.fabrikam.com`
  --> bad.toml:15:67
   |
15 | Set-OrganizationRelationship -Identity fabrikam -TargetSharingEpr mail.fabrikam.com
   |                                                                   ^^^^^^^^^^^^^^^^^
   |
   = help: write one such as `https://mail.contoso.com/EWS/Exchange.asmx`

error[bad-value]: `-KeySize` takes a whole number, not `big`
  --> bad.toml:16:34
   |
16 | New-ExchangeCertificate -KeySize big
   |                                  ^^^

error[bad-value]: `-DomainName` takes a domain, not `not a domain`
  --> bad.toml:17:38
   |
17 | Get-FederatedDomainProof -DomainName "not a domain"
   |                                      ^^^^^^^^^^^^^^
   |
   = help: write one such as `contoso.com`

error[bad-value]: `-Domains` takes a domain with its actions, not `fabrikam.com`
  --> bad.toml:18:63
   |
18 | Set-SharingPolicy -Identity "Default Sharing Policy" -Domains "fabrikam.com"
   |                                                               ^^^^^^^^^^^^^^
   |
   = help: write one such as `contoso.com: CalendarSharingFreeBusySimple`

error[bad-value]: `-Domains` takes `CalendarSharingFreeBusySimple`, `CalendarSharingFreeBusyDetail`, `CalendarSharingFreeBusyReviewer`, `ContactsSharing`, not `CalendarSharingFreeBusyDetails`
  --> bad.toml:19:63
   |
19 | Set-SharingPolicy -Identity "Default Sharing Policy" -Domains "fabrikam.com: CalendarSharingFreeBusyDetails"
   |                                                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: did you mean `CalendarSharingFreeBusyDetail`?

error[bad-value]: `-ResultSize` takes a whole number or `Unlimited`, not `all`
  --> bad.toml:20:25
   |
20 | Get-Mailbox -ResultSize all
   |                         ^^^

"#,
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
        diagnostics: r#"error[unknown-identity]: there is no organization relationship `fabrikan`
  --> bad.toml:12:40
   |
12 | Get-OrganizationRelationship -Identity fabrikan
   |                                        ^^^^^^^^
   |
   = help: did you mean `fabrikam`?

error[unknown-identity]: there is no mailbox `kym@contoso.com`
  --> bad.toml:13:36
   |
13 | Test-FederationTrust -UserIdentity kym@contoso.com
   |                                    ^^^^^^^^^^^^^^^
   |
   = help: did you mean `kim@contoso.com`?

error[unknown-identity]: there is no server `cas11`
  --> bad.toml:14:33
   |
14 | Get-ExchangeCertificate -Server cas11
   |                                 ^^^^^
   |
   = help: did you mean `cas1`?

error[unknown-identity]: there is no federation trust `Microsoft Federation Gate`
  --> bad.toml:15:31
   |
15 | Get-FederationTrust -Identity "Microsoft Federation Gate"
   |                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: did you mean `Microsoft Federation Gateway`?

error[unknown-identity]: there is no mailbox `kin`
  --> bad.toml:16:39
   |
16 | Get-MailboxFolderPermission -Identity kin:\Calendar
   |                                       ^^^^^^^^^^^^^
   |
   = help: known: `kim@contoso.com`

error[unknown-identity]: there is no group `team`
  --> bad.toml:17:70
   |
17 | Set-OrganizationRelationship -Identity fabrikam -FreeBusyAccessScope team
   |                                                                      ^^^^

"#,
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
        diagnostics: r#"error[unterminated-text]: this text has no closing quote on its line
  --> bad.toml:13:39
   |
13 | Get-FederationInformation -DomainName "fabrikam.com
   |                                       ^
   |
   = help: close it with `"`

error[unknown-cmdlet]: there is no cmdlet `Get-FederationTurst`
  --> bad.toml:14:1
   |
14 | Get-FederationTurst
   | ^^^^^^^^^^^^^^^^^^^
   |
   = help: did you mean `Get-FederationTrust`?

"#,
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
        diagnostics: r#"error[unset-variable]: `$prof` is not set
  --> bad.toml:13:83
   |
13 | ...oso.com -Name "@" -Txt -DescriptiveText $prof.Proof
   |                                            ^^^^^
   |
   = help: did you mean `$proof`?

error[unset-variable]: `$_` means nothing outside of a block
  --> bad.toml:14:1
   |
14 | $_
   | ^^
   |
   = help: use it within `Where-Object {...}` or `ForEach-Object {...}`

"#,
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
        diagnostics: r#"error[not-modelled]: `foreach` is not modelled
  --> bad.toml:12:1
   |
12 | foreach ($one in Get-OrganizationRelationship) { $one }
   | ^^^^^^^
   |
   = help: write the cmdlets one by one, or use `ForEach-Object`

error[not-modelled]: `if` is not modelled
  --> bad.toml:13:1
   |
13 | if ($true) { Get-FederationTrust }
   | ^^
   |
   = help: write the cmdlets one by one

error[not-modelled]: `function` is not modelled
  --> bad.toml:14:1
   |
14 | function Repair { Get-FederationTrust }
   | ^^^^^^^^
   |
   = help: write the cmdlets one by one

error[not-modelled]: `>` is not modelled
  --> bad.toml:15:21
   |
15 | Get-FederationTrust > trust.txt
   |                     ^
   |
   = help: leave it out; results are kept in the transcript

error[not-modelled]: `&` is not modelled
  --> bad.toml:16:1
   |
16 | & notepad
   | ^
   |
   = help: write the cmdlet's name itself

"#,
    },
];
