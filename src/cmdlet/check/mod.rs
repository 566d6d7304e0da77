//! What is wrong with a script before it runs: names, parameters, kinds, identities, variables.
//!
//! It knows the catalog, and what the organization has through [`Known`]. Invariant: a script without
//! findings can be run to its end; whether its cmdlets succeed is the simulated world's matter.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::cmdlet::binding::{Bound, bind};
use crate::cmdlet::catalog::{Cmdlet, Kind, Of, Pipe, cmdlet, cmdlets, not_modelled};
use crate::cmdlet::catalog::{Need, Parameter};
use crate::cmdlet::finding::{Finding, Findings, Place};
use crate::cmdlet::language::syntax::{
    Command, Expression, ExpressionKind, Part, Pipeline, Script, Stage, Statement,
};
use crate::cmdlet::language::{FILTERS, parse};
use crate::cmdlet::value::{Object, Value};
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
        objects: BTreeSet::new(),
        at_hand: AtHand::Nothing,
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
    /// Variables that hold what cmdlets give, in lower case.
    objects: BTreeSet<String>,
    /// What `$_` stands for.
    at_hand: AtHand,
}

/// What `$_` stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AtHand {
    /// Nothing: it is not in a block.
    Nothing,
    /// Something.
    Value,
    /// What a cmdlet gave.
    Object,
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
                let name = variable.text.to_lowercase();
                if gives(&statement.pipeline.stages) == AtHand::Object {
                    self.objects.insert(name.clone());
                } else {
                    self.objects.remove(&name);
                }
                self.variables.insert(name);
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
            let kind = crate::cmdlet::catalog::COMMON
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
                Stage::Where(condition) => {
                    let at_hand = gives(&pipeline.stages[..number]);
                    self.in_block(at_hand, |checker| checker.pipeline(condition));
                }
                Stage::ForEach(statements) => {
                    let at_hand = gives(&pipeline.stages[..number]);
                    self.in_block(at_hand, |checker| checker.statements(statements));
                }
                Stage::Select(_) | Stage::Format(_) => {}
            }
        }
    }

    fn in_block(&mut self, at_hand: AtHand, check: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.at_hand, at_hand);
        check(self);
        self.at_hand = before;
    }

    fn command(&mut self, command: &Command, is_piped: bool) {
        let name = &command.name;
        let Some(found) = cmdlet(&name.text) else {
            if self.findings.wants_more() {
                self.findings.push(unknown(&name.text, name.place));
            }
            // Perhaps it would have created what is used below: what it was probably meant to be says what.
            match suggestion(&name.text, cmdlets().map(|it| it.name)).and_then(cmdlet) {
                Some(meant) => self.unsure.extend(meant.creates),
                None => self.unsure.extend(cmdlets().filter_map(|it| it.creates)),
            }
            return;
        };
        let bound = bind(found, command, &mut self.findings);
        for one in &bound {
            if let Some(value) = one.value {
                self.expression(value);
                self.bound(found, one, value);
            }
        }
        self.required(found, command, &bound, is_piped);
        self.created(found, &bound);
    }

    fn bound(&mut self, cmdlet: &Cmdlet, bound: &Bound<'_>, value: &Expression) {
        let name = format!("-{}", bound.parameter.name);
        let is_change = matches!(value.kind, ExpressionKind::Table(_));
        if is_change && cmdlet.verb() != "Set" {
            let message = format!("`{}` has nothing that `{name}` could change", cmdlet.name);
            let finding = Finding::new(value.place, "bad-value", message);
            self.findings
                .push(finding.help("write the values with commas between them"));
            return;
        }
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
            ExpressionKind::Interpolated(parts) => self.interpolated(parts),
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

    /// In a text only the variable is replaced: `"$x.Name"` ends in `.Name` as it stands.
    fn interpolated(&mut self, parts: &[Part]) {
        for (number, part) in parts.iter().enumerate() {
            let Part::Value(value) = part else { continue };
            self.expression(value);
            let ExpressionKind::Variable(name) = &value.kind else {
                continue;
            };
            let is_object = match &**name {
                "_" => self.at_hand == AtHand::Object,
                name => self.objects.contains(&name.to_lowercase()),
            };
            let Some(Part::Text(text)) = parts.get(number + 1) else {
                continue;
            };
            let rest = text.strip_prefix('.').unwrap_or_default();
            let end = rest
                .find(|c: char| !c.is_alphanumeric())
                .unwrap_or(rest.len());
            if is_object && end > 0 {
                let property = &rest[..end];
                let message = format!("only `${name}` is replaced in a text, not `.{property}`");
                let finding = Finding::new(value.place, "property-in-text", message);
                self.findings
                    .push(finding.help(format!("write `$(${name}.{property})`")));
            }
        }
    }

    fn variable(&mut self, name: &str, place: Place) {
        if name == "_" {
            if self.at_hand == AtHand::Nothing {
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

/// What the last of these stages gives.
fn gives(stages: &[Stage]) -> AtHand {
    let last = stages
        .iter()
        .rev()
        .find(|stage| !matches!(stage, Stage::Where(_)));
    match last {
        Some(Stage::Command(_)) => AtHand::Object,
        Some(Stage::Select(select)) if select.expanded.is_none() => AtHand::Object,
        _ => AtHand::Value,
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
