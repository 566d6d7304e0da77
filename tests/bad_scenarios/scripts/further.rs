//! Further bad scripts, each with its diagnostics to the letter: the second half of the table.

use super::Case;

pub(super) const CASES: &[Case] = &[
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
        diagnostics: r#"error[empty-pipe]: nothing follows this `|`
  --> bad.toml:12:21
   |
12 | Get-FederationTrust |'''
   |                     ^
   |
   = help: leave it out, or write the next cmdlet

error[expected-cmdlet]: a statement cannot begin with `|`
  --> bad.toml:17:8
   |
17 | run = "| Get-FederationTrust"
   |        ^
   |
   = help: end the line above with `|`

error[empty-pipe]: nothing follows this `|`
  --> bad.toml:21:28
   |
21 | run = "Get-FederationTrust | | Format-List"
   |                            ^
   |
   = help: leave it out, or write the next cmdlet

"#,
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
        diagnostics: r#"error[incomplete-procedure]: cmdlets are carried out in an organization
  --> bad.toml:10:7
   |
10 | run = '''
   |       ^^^
   |
   = help: add `org = "…"` to the entry

"#,
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
        diagnostics: r#"error[unknown-name]: there is no organization `contosso`
  --> bad.toml:10:7
   |
10 | org = "contosso"
   |       ^^^^^^^^^^ not declared
   |
   = help: did you mean `contoso`?

error[unknown-name]: there is no server `cas2`
  --> bad.toml:17:10
   |
17 | server = "cas2"
   |          ^^^^^^ not declared
   |
   = help: did you mean `cas1`?

"#,
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
        diagnostics: r#"error[unknown-cmdlet]: there is no cmdlet `Get-FederationTurst` (at `Get-FederationTurst`)
  --> bad.toml:11:7
   |
11 | run = "Get-FederationTrust\nGet-\u0046ederationTurst\nSet-OrganizationRelationship -Identity \"fabrikan\""
   |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: did you mean `Get-FederationTrust`?

error[unknown-identity]: there is no organization relationship `fabrikan` (at `"fabrikan"`)
  --> bad.toml:11:7
   |
11 | run = "Get-FederationTrust\nGet-\u0046ederationTurst\nSet-OrganizationRelationship -Identity \"fabrikan\""
   |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: did you mean `fabrikam`?

"#,
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
        diagnostics: r#"error[unknown-cmdlet]: there is no cmdlet `Get-FederationTurst`
  --> bad.toml:11:29
   |
11 | run = "Get-FederationTrust; Get-FederationTurst"
   |                             ^^^^^^^^^^^^^^^^^^^
   |
   = help: did you mean `Get-FederationTrust`?

"#,
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
        diagnostics: r#"error[unknown-cmdlet]: there is no cmdlet `Get-FederationTurst`
 --> work.ps1:2:1
  |
2 | Get-FederationTurst
  | ^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `Get-FederationTrust`?

error[unknown-parameter]: `Set-OrganizationRelationship` has no parameter `-FreeBusyLevel`
 --> work.ps1:3:49
  |
3 | Set-OrganizationRelationship -Identity fabrikam -FreeBusyLevel None
  |                                                 ^^^^^^^^^^^^^^
  |
  = help: its parameters are `-Identity`, `-DomainNames`, `-Enabled`, `-FreeBusyAccessEnabled`, `-FreeBusyAccessLevel`, `-FreeBusyAccessScope`, `-MailTipsAccessEnabled`, `-MailTipsAccessLevel`, `-MailTipsAccessScope`, `-ArchiveAccessEnabled`, `-DeliveryReportEnabled`, `-PhotosEnabled`, `-TargetApplicationUri`, `-TargetAutodiscoverEpr`, `-TargetSharingEpr`

error[unknown-identity]: there is no organization relationship `fabrikan`
 --> work.ps1:4:40
  |
4 | Set-OrganizationRelationship -Identity fabrikan -Enabled yes
  |                                        ^^^^^^^^
  |
  = help: did you mean `fabrikam`?

error[bad-value]: `-Enabled` takes `$true` or `$false`, not `yes`
 --> work.ps1:4:58
  |
4 | Set-OrganizationRelationship -Identity fabrikan -Enabled yes
  |                                                          ^^^

error[unterminated-text]: this text has no closing quote on its line
 --> work.ps1:5:39
  |
5 | Get-FederationInformation -DomainName "fabrikam
  |                                       ^
  |
  = help: close it with `"`

error[unset-variable]: `$trusts` is not set
 --> work.ps1:7:34
  |
7 | Remove-FederationTrust -Identity $trusts
  |                                  ^^^^^^^
  |
  = help: did you mean `$trust`?

error[not-modelled]: `foreach` is not modelled
 --> work.ps1:8:1
  |
8 | foreach ($one in $trust) { $one }
  | ^^^^^^^
  |
  = help: write the cmdlets one by one, or use `ForEach-Object`

error[empty-pipe]: nothing follows this `|`
 --> work.ps1:9:21
  |
9 | Get-FederationTrust |
  |                     ^
  |
  = help: leave it out, or write the next cmdlet

"#,
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
        diagnostics: r#"error[unknown-cmdlet]: there is no cmdlet `Get-FederationTurst`
 --> work.ps1:2:1
  |
2 | Get-FederationTurst
  | ^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `Get-FederationTrust`?

"#,
    },
    Case {
        about: "files that lead elsewhere",
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
script = "../work.ps1"
"#,
        files: &[],
        diagnostics: r#"error[bad-path]: `../work.ps1` leads out of the scenario's directory
  --> bad.toml:11:10
   |
11 | script = "../work.ps1"
   |          ^^^^^^^^^^^^^ not a path below the scenario's directory
   |
   = help: put the file into the scenario's directory or below it

"#,
    },
    Case {
        about: "a file that sets nothing up",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[org.fabrikam]
domains = ["fabrikam.com"]
setup = "setup.sh"
[relationship."contoso -> fabrikam"]
"#,
        files: &[],
        diagnostics: r#"error[bad-setup]: `setup.sh` is no way to set an organization up
 --> bad.toml:7:9
  |
7 | setup = "setup.sh"
  |         ^^^^^^^^^^
  |
  = help: write `federated`, `unfederated`, `bare`, or the name of a file of cmdlets that ends in `.ps1`

"#,
    },
    Case {
        about: "files that are not there",
        text: r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
setup = "setup.ps1"
[org.fabrikam]
domains = ["fabrikam.com"]
[relationship."contoso -> fabrikam"]
[[timeline]]
at = "+1 h"
org = "contoso"
script = "missing.ps1"
"#,
        files: &[(
            "work.ps1",
            r#"Get-FederationTrust
"#,
        )],
        diagnostics: r#"error[io]: cannot read `setup.ps1`: there is no such file
 --> bad.toml:5:9
  |
5 | setup = "setup.ps1"
  |         ^^^^^^^^^^^
  |
  = help: paths are relative to the scenario's directory

error[io]: cannot read `missing.ps1`: there is no such file
  --> bad.toml:12:10
   |
12 | script = "missing.ps1"
   |          ^^^^^^^^^^^^^
   |
   = help: paths are relative to the scenario's directory

"#,
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
        diagnostics: r#"error[missing-parameter]: `New-FederationTrust` needs `-Thumbprint`
 --> setup.ps1:2:1
  |
2 | New-FederationTrust -Name "Microsoft Federation Gateway"
  | ^^^^^^^^^^^^^^^^^^^

error[unknown-cmdlet]: there is no cmdlet `Set-FederatedOrganizationIdentifer`
 --> setup.ps1:4:1
  |
4 | Set-FederatedOrganizationIdentifer -Enabled $true
  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `Set-FederatedOrganizationIdentifier`?

"#,
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
at = "+30 min"
do = "server.recycle"
org = "fabrikam"
server = "cas9"
[[timeline]]
at = "+1 h"
org = "contoso"
run = '''
Get-FederationTurst
Get-OrganizationRelationship -Identity fabrikan
Set-OrganizationRelationship -Identity fabrikam -Enabled yes
'''
[[timeline]]
at = "+4 h"
org = "fabrikam"
run = "Get-OrganizationRelationship -Identity contoso"
"#,
        files: &[],
        diagnostics: r#"error[unknown-name]: there is no server `cas9`
  --> bad.toml:12:10
   |
12 | server = "cas9"
   |          ^^^^^^ not declared
   |
   = help: did you mean `cas1`?

error[unknown-cmdlet]: there is no cmdlet `Get-FederationTurst`
  --> bad.toml:17:1
   |
17 | Get-FederationTurst
   | ^^^^^^^^^^^^^^^^^^^
   |
   = help: did you mean `Get-FederationTrust`?

error[unknown-identity]: there is no organization relationship `fabrikan`
  --> bad.toml:18:40
   |
18 | Get-OrganizationRelationship -Identity fabrikan
   |                                        ^^^^^^^^
   |
   = help: did you mean `fabrikam`?

error[bad-value]: `-Enabled` takes `$true` or `$false`, not `yes`
  --> bad.toml:19:58
   |
19 | Set-OrganizationRelationship -Identity fabrikam -Enabled yes
   |                                                          ^^^

error[unknown-identity]: there is no organization relationship `contoso`
  --> bad.toml:24:47
   |
24 | run = "Get-OrganizationRelationship -Identity contoso"
   |                                               ^^^^^^^

"#,
    },
];
