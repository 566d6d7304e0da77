//! Filling a remedy from the world: place-holders become names, waits become spans.
//!
//! It knows no cause. Invariant: a remedy is filled as a whole or not at all.

use crate::diagnosis::case::Case;
use crate::engine::Span;
use crate::record::naming::organization_name;
use crate::scenario::tree::Shape;
use crate::scenario::{Table, Value};

use super::vocabulary::value;
use super::{Action, Passing, Remedy, Repair, Step, Where};

/// Fills a remedy, if it is the way in this world and the world has what it speaks of.
pub(super) fn fill(remedy: &Remedy, case: &Case<'_>) -> Option<Repair> {
    if !(remedy.when)(case) {
        return None;
    }
    let actions: Option<Vec<Action>> = remedy.steps.iter().map(|step| action(step, case)).collect();
    let passing = remedy.passing.iter();
    Some(Repair {
        cause: case.failure.cause,
        actor: remedy.actor,
        actions: actions?,
        passing: passing
            .map(|&passing| (passing, span_of(passing, case)))
            .collect(),
    })
}

fn action(step: &Step, case: &Case<'_>) -> Option<Action> {
    Some(match *step {
        Step::Cmdlets(place, script) => Action::Cmdlets {
            organization: organization(place, case)?,
            server: None,
            script: filled(script, case)?,
        },
        Step::OnServer(place, script) => Action::Cmdlets {
            organization: organization(place, case)?,
            server: Some(value("server", case)?),
            script: filled(script, case)?,
        },
        Step::Change(shown, keys) => change(shown, keys, false, case)?,
        Step::Build(shown, keys) => change(shown, keys, true, case)?,
        Step::Ask(shown, asking) => Action::Ask {
            shown: filled(shown, case)?,
            asking,
        },
        Step::Wait(shown) => Action::Wait {
            shown: filled(shown, case)?,
        },
    })
}

fn change(shown: &str, keys: &str, from_start: bool, case: &Case<'_>) -> Option<Action> {
    // A place-holder may stand for several lines.
    let keys: Vec<String> = filled(keys, case)?.lines().map(str::to_owned).collect();
    // What the scenario does not declare cannot come to be in a run.
    let tree = &case.prepared.compiled.effective;
    let from_start = from_start || !keys.iter().all(|key| is_declared(tree, key));
    Some(Action::Change {
        shown: filled(shown, case)?,
        keys,
        from_start,
    })
}

/// Whether the scenario has what a line `path = value` changes a key of.
fn is_declared(tree: &Table, line: &str) -> bool {
    let path = line.split_once(" = ").map_or(line, |(path, _)| path);
    let mut parts = split_path(path);
    let last = parts.pop();
    let mut table = tree;
    for part in &parts {
        match table.get(part).map(|entry| &entry.value) {
            Some(Value::Table(below)) => table = below,
            _ => return false,
        }
    }
    // Of a table of names the last part is itself a name.
    !matches!(table.shape(), Shape::Named(_)) || last.is_some_and(|last| table.get(&last).is_some())
}

fn organization(place: Where, case: &Case<'_>) -> Option<String> {
    let id = match place {
        Where::Requester => case.requester(),
        Where::Target => case.target?,
        Where::Here => case.here()?,
    };
    Some(organization_name(case.federation, id).to_owned())
}

/// A text with its place-holders filled; none, if the world lacks one of them.
///
/// A place-holder is a name of the table between braces; other braces are the cmdlets' own.
pub(in crate::diagnosis) fn filled(template: &str, case: &Case<'_>) -> Option<String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, from_open) = rest.split_at(open);
        out.push_str(before);
        let close = from_open.find('}').map(|close| &from_open[1..close]);
        let is_name = |name: &&str| {
            let plain = |c: char| c.is_ascii_lowercase() || c == '.' || c == '-';
            !name.is_empty() && name.chars().all(plain)
        };
        match close.filter(is_name) {
            Some(name) => {
                out.push_str(&value(name, case)?);
                rest = &from_open[name.len() + 2..];
            }
            None => {
                out.push('{');
                rest = &from_open[1..];
            }
        }
    }
    out.push_str(rest);
    Some(out)
}

/// The parts of a key's path with place-holders filled.
pub fn path(template: &str, case: &Case<'_>) -> Option<Vec<String>> {
    // A place-holder that stands for a path of its own is filled before the parts are told apart.
    let mut template = template.to_owned();
    for holder in ["firewall-rule", "down-link"] {
        let written = format!("{{{holder}}}");
        if template.contains(&written) {
            template = template.replace(&written, &value(holder, case)?);
        }
    }
    let parts = split_path(&template);
    parts.iter().map(|part| filled(part, case)).collect()
}

/// The parts of a path: dots within braces or quotes part nothing.
fn split_path(path: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut is_held, mut is_quoted) = (false, false);
    for character in path.chars() {
        match character {
            '{' => is_held = true,
            '}' => is_held = false,
            '"' => is_quoted = !is_quoted,
            _ => {}
        }
        let last = parts.last_mut().expect("there is always a part");
        match character {
            '.' if !is_held && !is_quoted => parts.push(String::new()),
            '"' => {}
            other => last.push(other),
        }
    }
    parts
}

/// How long something takes to pass at most, as the world has it.
fn span_of(passing: Passing, case: &Case<'_>) -> Span {
    let parameters = &case.federation.parameters;
    match passing {
        Passing::Replication => {
            let organizations = [Some(case.requester()), case.target];
            let delays = organizations.into_iter().flatten().map(|id| {
                let row = case.federation.organizations.original(id);
                row.replication_delay
            });
            delays.max().unwrap_or(Span::ZERO)
        }
        Passing::RelationshipCache => parameters.relationship_cache_life,
        Passing::ResolverCaches => longest_remembered(case),
        Passing::ServiceAddresses => parameters.uri_cache_life,
        Passing::AddressSpaces => parameters.address_space_refresh,
        // Twice the mean is the most that the shipped law draws; thrice leaves room for others.
        Passing::CertificateDistribution => parameters.certificate_distribution.mean().times(3),
        Passing::PoolStart => parameters.pool_cold_start.mean().times(10),
        Passing::PolicyAssistant => parameters.policy_assistant_cycle,
    }
}

/// The longest time that a record or its absence is remembered in this world.
fn longest_remembered(case: &Case<'_>) -> Span {
    let dns = case.prepared.compiled.effective.table("dns");
    let span = |row: &Table, key: &str| row.optional_span(key).unwrap_or(Span::ZERO);
    let zones = dns.named("zone").map(|(_, row)| {
        let propagation = span(row, "propagation");
        span(row, "negative_ttl").max(span(row, "ttl")) + propagation
    });
    let records = dns.named("record").map(|(_, row)| span(row, "ttl"));
    let spelled_out = zones.chain(records).max();
    // What is not spelled out has the defaults of its keys.
    let usual = Span::from_hours(1);
    spelled_out.unwrap_or(usual).max(usual)
}
