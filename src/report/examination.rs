//! The examination of a scenario, as text and as JSON.
//!
//! It knows no rule. Invariant: a finding is shown in the style of the diagnostics, at its place; lists of
//! actions name every step once, and JSON has all that the text has and what it leaves out.

use serde_json::{Value, json};

use crate::diagnosis::examination::{
    ActionList, Acts, Direction, Examination, Finding, Operator, Severity,
};
use crate::model::Federation;
use crate::record::naming::instant_short;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};

/// How many findings are shown as text.
const SHOWN_MAX: usize = 50;
/// How many directions of a finding are named.
const DIRECTIONS_MAX: usize = 3;

/// The examination as text; `texts` are findings about the same texts, for places.
pub fn text(examination: &Examination, federation: &Federation, texts: &Diagnostics) -> String {
    let mut out = String::new();
    for finding in examination.findings.iter().take(SHOWN_MAX) {
        out.push_str(&shown(finding, federation, texts));
    }
    let more = examination.findings.len().saturating_sub(SHOWN_MAX);
    if more > 0 {
        out.push_str(&format!(
            "and {} (`--format json` has all)\n\n",
            count(more, "more finding", "more findings")
        ));
    }
    for list in &examination.actions {
        out.push_str(&list_text(list, federation));
    }
    out.push_str(&summary(examination));
    out
}

/// What was examined and how much was found, in a line or two.
pub fn summary(examination: &Examination) -> String {
    if examination.directions == 0 {
        return "examined: nothing, for no organization asks another\n".to_owned();
    }
    let directions = count(examination.directions, "direction", "directions");
    let found = [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Note, "note", "notes"),
    ];
    let found = found
        .map(|(severity, one, many)| count(examination.count(severity), one, many))
        .join(", ");
    let mut out = format!("examined: {directions} from who asks to who is asked, {found}\n");
    let unexamined = examination.unexamined;
    let left_out = [
        (
            unexamined.organizations,
            "organization of populations",
            "organizations of populations",
        ),
        (unexamined.lookups, "further partner", "further partners"),
        (unexamined.traces, "trace", "traces"),
        (
            unexamined.changes,
            "change by the time line, a script or a fault",
            "changes by the time line, scripts or faults",
        ),
        (
            unexamined.shared_calendars,
            "workload of shared calendars",
            "workloads of shared calendars",
        ),
    ];
    let left_out: Vec<String> = left_out
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| count(number, one, many))
        .collect();
    if !left_out.is_empty() {
        out.push_str(&format!("not examined: {}\n", left_out.join(", ")));
    }
    out
}

fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
    }
}

/// A finding in the style of the diagnostics.
fn shown(finding: &Finding, federation: &Federation, texts: &Diagnostics) -> String {
    let mut diagnostic = Diagnostic::placeless(finding.id, finding.message.clone());
    diagnostic.location = finding.place;
    diagnostic = diagnostic.label(finding.label.clone());
    if let Some((place, label)) = &finding.also
        && finding.place != Some(*place)
    {
        diagnostic = diagnostic.also(*place, label.clone());
    }
    let mut one = texts.about_the_same();
    one.push(diagnostic);
    let text = one.render_plain();
    let word = finding.severity.text();
    let text = match text.strip_prefix("error") {
        Some(rest) => format!("{word}{rest}"),
        None => text,
    };
    let gutter = text
        .lines()
        .nth(1)
        .and_then(|line| line.find("-->"))
        .unwrap_or(0);
    let mut out = text.trim_end().to_owned();
    out.push_str(&format!(
        "\n{:gutter$} = for {}\n",
        "",
        directions(finding, federation)
    ));
    for step in &finding.steps {
        let word = if step.is_cmdlet { "run" } else { "do" };
        out.push_str(&format!("{:gutter$} = {word}: {}\n", "", step.text));
    }
    out.push('\n');
    out
}

/// The directions that meet a finding: `contoso -> fabrikam`.
fn directions(finding: &Finding, federation: &Federation) -> String {
    let all = finding.directions.iter();
    let mut shown: Vec<String> = all
        .take(DIRECTIONS_MAX)
        .map(|&direction| direction_text(direction, federation))
        .collect();
    let more = finding.directions.len().saturating_sub(DIRECTIONS_MAX);
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    shown.join(", ")
}

fn direction_text(direction: Direction, federation: &Federation) -> String {
    let name = |id| &*federation.organizations.original(id).name;
    format!(
        "{} -> {}",
        name(direction.requester),
        name(direction.target)
    )
}

/// Who does a list of actions.
fn actor(acts: Acts, operator: Operator, federation: &Federation) -> String {
    match (acts, operator) {
        (Acts::Organization(id), operator) => {
            let name = &federation.organizations.original(id).name;
            match operator {
                Operator::Exchange => format!("the administrators of {name}"),
                Operator::Dns => format!("the DNS operators of {name}"),
                Operator::Network => format!("the network operators of {name}"),
            }
        }
        (Acts::Gateway(id), _) => {
            format!(
                "the operator of the gateway {}",
                federation.gateways.original(id).name
            )
        }
        (Acts::Network, _) => "the operators of the network".to_owned(),
    }
}

fn list_text(list: &ActionList, federation: &Federation) -> String {
    let mut out = format!("What {} do:\n", actor(list.acts, list.operator, federation));
    if let Acts::Gateway(_) = list.acts {
        out = out.replace(" do:\n", " does:\n");
    }
    for (number, step) in list.steps.iter().enumerate() {
        out.push_str(&format!("{:>3}. {}\n", number + 1, step.text));
    }
    out.push('\n');
    out
}

/// The examination as JSON.
pub fn json(examination: &Examination, federation: &Federation, texts: &Diagnostics) -> Value {
    let name = |id| &*federation.organizations.original(id).name;
    let findings = examination.findings.iter().map(|finding| {
        let place = finding
            .place
            .and_then(|place| Some((place, texts.source(place)?)));
        let line = place.map(|(place, _)| texts.line_and_column(place));
        let steps = finding.steps.iter();
        json!({
            "id": finding.id,
            "severity": finding.severity.text(),
            "cause": finding.cause.map(|cause| cause.id()),
            "subject": finding.subject,
            "message": finding.message,
            "label": finding.label,
            "source": place.map(|(_, source)| source.name.as_str()),
            "line": line.map(|line| line.0),
            "column": line.map(|line| line.1),
            "from": finding.from.map(instant_short),
            "directions": finding.directions.iter().map(|&direction| json!({
                "requester": name(direction.requester),
                "target": name(direction.target),
                "side": finding.side(direction).word(),
            })).collect::<Vec<_>>(),
            "actor": actor(finding.acts, finding.operator, federation),
            "steps": steps.map(|step| json!({
                "cmdlet": step.is_cmdlet,
                "text": step.text,
            })).collect::<Vec<_>>(),
        })
    });
    let actions = examination.actions.iter().map(|list| {
        let steps = list.steps.iter();
        json!({
            "actor": actor(list.acts, list.operator, federation),
            "organization": match list.acts {
                Acts::Organization(id) => Some(name(id)),
                Acts::Gateway(_) | Acts::Network => None,
            },
            "steps": steps.map(|step| json!({
                "cmdlet": step.is_cmdlet,
                "text": step.text,
            })).collect::<Vec<_>>(),
        })
    });
    let unexamined = examination.unexamined;
    json!({
        "directions": examination.directions,
        "errors": examination.count(Severity::Error),
        "warnings": examination.count(Severity::Warning),
        "notes": examination.count(Severity::Note),
        "findings": findings.collect::<Vec<_>>(),
        "actions": actions.collect::<Vec<_>>(),
        "not_examined": {
            "organizations": unexamined.organizations,
            "partners": unexamined.lookups,
            "traces": unexamined.traces,
            "shared_calendars": unexamined.shared_calendars,
            "changes": unexamined.changes,
        },
    })
}
