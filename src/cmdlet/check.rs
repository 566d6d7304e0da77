//! What is wrong with a script before it runs: names, parameters, kinds, identities, variables.
//!
//! It knows the catalog, and what the organization has through [`Known`]. Invariant: a script without
//! findings can be run to its end; whether its cmdlets succeed is the simulated world's matter.

use std::collections::{BTreeMap, BTreeSet};

use super::binding::{Bound, bind};
use super::catalog::{Cmdlet, Kind, Of, Pipe, cmdlet, cmdlets, not_modelled};
use super::catalog::{Need, Parameter};
use super::finding::{Finding, Findings, Place};
use super::language::syntax::{
    Command, Expression, ExpressionKind, Part, Pipeline, Script, Stage, Statement,
};
use super::language::{FILTERS, parse};
use super::value::{Object, Value};
use crate::engine::Offset;
use crate::model::spelling::{short, suggestion};

/// What is known of the names of an organization's objects.
pub trait Known {
    /// Whether there is an object of this kind and name. `None`: that cannot be told, and no name is
    /// wrong.
    fn knows(&self, of: Of, identity: &str) -> Option<bool>;

    /// Names of such objects, for suggestions; a few are enough.
    fn names(&self, of: Of) -> Vec<String>;
}

/// Of nothing anything is known, so that no name is wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct NothingKnown;

impl Known for NothingKnown {
    fn knows(&self, _: Of, _: &str) -> Option<bool> {
        None
    }

    fn names(&self, _: Of) -> Vec<String> {
        Vec::new()
    }
}

/// Variables that are there without being set.
const AUTOMATIC: &[&str] = &["erroractionpreference", "true", "false", "null"];

/// Reads a script and checks it: what can be run, and everything that is wrong with it.
pub fn read(text: &str, known: &dyn Known) -> (Script, Findings) {
    let (script, mut findings) = parse(text);
    findings.append(check(&script, known));
    findings.sort();
    (script, findings)
}

/// Everything that is wrong with a script that was read.
pub fn check(script: &Script, known: &dyn Known) -> Findings {
    let mut checker = Checker {
        known,
        findings: Findings::default(),
        variables: AUTOMATIC.iter().map(|name| (*name).to_owned()).collect(),
        created: BTreeMap::new(),
        unsure: BTreeSet::new(),
        is_in_block: false,
    };
    for place in &script.lost {
        checker.lost(place.text(&script.text));
    }
    checker.statements(&script.statements);
    checker.findings.sort();
    checker.findings
}

struct Checker<'a> {
    known: &'a dyn Known,
    findings: Findings,
    /// Those that are set so far, in lower case.
    variables: BTreeSet<String>,
    /// What the script made known so far.
    created: BTreeMap<Of, Vec<String>>,
    /// Of what kinds it made known what only the run will show.
    unsure: BTreeSet<Of>,
    /// Whether `$_` means something.
    is_in_block: bool,
}

impl Checker<'_> {
    /// What a statement that could not be read would have made known is not told to be missing.
    fn lost(&mut self, text: &str) {
        let text = text.to_lowercase();
        if let Some(rest) = text.strip_prefix('$') {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            self.variables
                .insert(rest[..end.unwrap_or(rest.len())].to_owned());
        }
        for cmdlet in cmdlets() {
            if let Some(of) = cmdlet.creates
                && text.contains(&cmdlet.name.to_lowercase())
            {
                self.unsure.insert(of);
            }
        }
    }

    fn statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            self.pipeline(&statement.pipeline);
            if let Some(variable) = &statement.variable {
                self.variables.insert(variable.text.to_lowercase());
                self.preference(statement);
            }
        }
    }

    /// `$ErrorActionPreference` takes what `-ErrorAction` takes.
    fn preference(&mut self, statement: &Statement) {
        let is_preference = statement
            .variable
            .as_ref()
            .is_some_and(|it| it.text.eq_ignore_ascii_case("ErrorActionPreference"));
        if let (true, [Stage::Value(value)]) = (is_preference, statement.pipeline.stages.as_slice())
        {
            let kind = super::catalog::COMMON
                .iter()
                .find(|it| it.name == "ErrorAction");
            let kind = kind.map_or(Kind::Text, |parameter| parameter.kind);
            self.literal("$ErrorActionPreference", kind, value);
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        for (number, stage) in pipeline.stages.iter().enumerate() {
            match stage {
                Stage::Value(value) => self.expression(value),
                Stage::Command(command) => self.command(command, number > 0),
                Stage::Where(condition) => self.in_block(|checker| checker.pipeline(condition)),
                Stage::ForEach(statements) => {
                    self.in_block(|checker| checker.statements(statements))
                }
                Stage::Select(_) | Stage::Format(_) => {}
            }
        }
    }

    fn in_block(&mut self, check: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.is_in_block, true);
        check(self);
        self.is_in_block = before;
    }

    fn command(&mut self, command: &Command, is_piped: bool) {
        let name = &command.name;
        let Some(found) = cmdlet(&name.text) else {
            if self.findings.wants_more() {
                self.findings.push(unknown(&name.text, name.place));
            }
            // Perhaps it would have created what is used below.
            self.unsure.extend(cmdlets().filter_map(|it| it.creates));
            return;
        };
        let bound = bind(found, command, &mut self.findings);
        for one in &bound {
            if let Some(value) = one.value {
                self.expression(value);
                self.bound(one, value);
            }
        }
        self.required(found, command, &bound, is_piped);
        self.created(found, &bound);
    }

    fn bound(&mut self, bound: &Bound<'_>, value: &Expression) {
        let name = format!("-{}", bound.parameter.name);
        if !self.literal(&name, bound.parameter.kind, value) {
            return;
        }
        if let Kind::Identity(of) = bound.parameter.kind {
            self.identity(of, value);
        }
    }

    /// Whether a value that stands in the text is of a kind; what only the run shows is.
    fn literal(&mut self, name: &str, kind: Kind, value: &Expression) -> bool {
        let Some(literal) = literal(value) else {
            return true;
        };
        let Err(mismatch) = kind.fit(&literal, Offset::ZERO) else {
            return true;
        };
        let message = format!("`{name}` {}", mismatch.message);
        let mut finding = Finding::new(value.place, "bad-value", message);
        finding.help = mismatch.help;
        self.findings.push(finding);
        false
    }

    fn identity(&mut self, of: Of, value: &Expression) {
        let Some(Value::Text(text)) = literal(value) else {
            return;
        };
        let (of, name) = of.owner(&text);
        let is_pattern = name.contains('*');
        let created = self.created.get(&of);
        let is_created =
            created.is_some_and(|names| names.iter().any(|it| it.eq_ignore_ascii_case(name)));
        if is_pattern || is_created || self.unsure.contains(&of) || !self.findings.wants_more() {
            return;
        }
        if self.known.knows(of, name) != Some(false) {
            return;
        }
        let mut names = self.known.names(of);
        names.extend(created.into_iter().flatten().cloned());
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let message = match (name, self.known.names(of).is_empty()) {
            ("", _) => format!("an empty text names no {}", of.noun()),
            (name, _) => format!("there is no {} `{}`", of.noun(), short(name)),
        };
        let finding = Finding::new(value.place, "unknown-identity", message);
        self.findings.push(finding.did_you_mean(name, &names));
    }

    fn required(
        &mut self,
        cmdlet: &Cmdlet,
        command: &Command,
        bound: &[Bound<'_>],
        is_piped: bool,
    ) {
        let is_given = |parameter: &&Parameter| {
            let is_bound = bound.iter().any(|it| it.parameter.name == parameter.name);
            let is_filled = is_piped && parameter.pipe != Pipe::Nothing;
            is_bound || is_filled
        };
        let needed = cmdlet
            .parameters
            .iter()
            .filter(|it| it.need == Need::Required);
        let missing: Vec<&str> = needed
            .filter(|it| !is_given(it))
            .map(|it| it.name)
            .collect();
        // A parameter that was misspelt is not also missing.
        let is_told = self.findings.iter().any(|finding| {
            let is_here = command.place.range().contains(&finding.place.range().start);
            is_here && finding.code != "bad-value" && finding.code != "unknown-identity"
        });
        if !missing.is_empty() && !is_told {
            let message = format!("`{}` needs `-{}`", cmdlet.name, missing.join("` and `-"));
            let place = command.name.place;
            self.findings
                .push(Finding::new(place, "missing-parameter", message));
        }
    }

    fn created(&mut self, cmdlet: &Cmdlet, bound: &[Bound<'_>]) {
        let Some(of) = cmdlet.creates else { return };
        let is_name = |it: &&Bound<'_>| matches!(it.parameter.name, "Name" | "ForestName");
        let name = bound.iter().find(is_name).and_then(|it| it.value);
        if name.is_none() && cmdlet.verb() == "Set" {
            return;
        }
        match name.and_then(literal) {
            Some(value) => self
                .created
                .entry(of)
                .or_default()
                .push(value.to_text(Offset::ZERO)),
            None => {
                self.unsure.insert(of);
            }
        }
    }

    fn expression(&mut self, value: &Expression) {
        match &value.kind {
            ExpressionKind::Null
            | ExpressionKind::Boolean(_)
            | ExpressionKind::Integer(_)
            | ExpressionKind::Text(_)
            | ExpressionKind::NewGuid => {}
            ExpressionKind::Variable(name) => self.variable(name, value.place),
            ExpressionKind::Interpolated(parts) => {
                for part in parts {
                    if let Part::Value(value) = part {
                        self.expression(value);
                    }
                }
            }
            ExpressionKind::Property(of, _) | ExpressionKind::Not(of) => self.expression(of),
            ExpressionKind::Index(of, at) => {
                self.expression(of);
                self.expression(at);
            }
            ExpressionKind::Call(of, _, arguments) => {
                self.expression(of);
                arguments.iter().for_each(|it| self.expression(it));
            }
            ExpressionKind::List(items) => items.iter().for_each(|it| self.expression(it)),
            ExpressionKind::Array(statements) => self.statements(statements),
            ExpressionKind::Table(entries) => {
                entries.iter().for_each(|(_, it)| self.expression(it))
            }
            ExpressionKind::Pipeline(pipeline) => self.pipeline(pipeline),
            ExpressionKind::Binary(_, left, right) => {
                self.expression(left);
                self.expression(right);
            }
        }
    }

    fn variable(&mut self, name: &str, place: Place) {
        if name == "_" {
            if !self.is_in_block {
                let message = "`$_` means nothing outside of a block";
                let finding = Finding::new(place, "unset-variable", message);
                self.findings.push(
                    finding.help("use it within `Where-Object {...}` or `ForEach-Object {...}`"),
                );
            }
            return;
        }
        if self.variables.contains(&name.to_lowercase()) || !self.findings.wants_more() {
            return;
        }
        let message = format!("`${}` is not set", short(name));
        let finding = Finding::new(place, "unset-variable", message);
        let own = self
            .variables
            .iter()
            .map(String::as_str)
            .filter(|it| !AUTOMATIC.contains(it));
        self.findings
            .push(match suggestion(&name.to_lowercase(), own) {
                Some(meant) => finding.help(format!("did you mean `${meant}`?")),
                None => finding.help(format!("set it in a line above: `${} = ...`", short(name))),
            });
    }
}

/// The value that stands in a text, if it does.
pub(crate) fn literal(value: &Expression) -> Option<Value> {
    if !value.is_literal() {
        return None;
    }
    Some(match &value.kind {
        ExpressionKind::Boolean(value) => Value::Boolean(*value),
        ExpressionKind::Integer(number) => Value::Integer(*number),
        ExpressionKind::Text(text) => Value::Text(text.clone()),
        ExpressionKind::List(items) => Value::List(items.iter().filter_map(literal).collect()),
        ExpressionKind::Table(entries) => {
            let mut table = Object::new("Hashtable");
            for (key, value) in entries {
                table.set(key.text.clone(), literal(value).unwrap_or_default());
            }
            Value::Object(table)
        }
        _ => Value::Null,
    })
}

fn unknown(name: &str, place: Place) -> Finding {
    if let Some(help) = not_modelled(name) {
        let message = format!("`{}` is not modelled", short(name));
        return Finding::new(place, "not-modelled", message).help(help);
    }
    let names: Vec<&str> = cmdlets()
        .map(|it| it.name)
        .chain(FILTERS.iter().copied())
        .collect();
    let message = format!("there is no cmdlet `{}`", short(name));
    let finding = Finding::new(place, "unknown-cmdlet", message);
    finding.did_you_mean(name, &names)
}

#[cfg(test)]
mod tests {
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
        assert_eq!(findings(include_str!("language/article.ps1")), [""; 0]);
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
                &[
                    "New-OrganizationRelationship: `New-OrganizationRelationship` needs `-DomainNames`",
                ],
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
}
