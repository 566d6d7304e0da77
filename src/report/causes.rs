//! Causes of failure with what repairs them: for `explain`, for docs/causes.md, in short for reports.
//!
//! It knows no world: place-holders stay as they are. Invariant: what is told is made from the table of causes and the
//! table of treatments, and from nothing else.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::diagnosis::repair::{
    NEVER_SEEN, Passing, Remedy, Step, Treatment, Where, place_holders, treatment,
};
use crate::model::cause::{CAUSES, Cause, CauseRow, Layer, Shown};

/// What the product shows for a cause.
pub fn shown(row: &CauseRow) -> String {
    match row.shown {
        Shown::Always(code) => code.to_string(),
        Shown::NoPath => "5009 MailRecipientNotFound; 5016 with 5023 inside for a mail user or contact".to_owned(),
        Shown::ByLeg => "5039 AutoDiscoverFailed where it stops Autodiscover, 5016 ProxyRequestProcessingFailed \
                         elsewhere"
            .to_owned(),
        Shown::BySide => "at the requester 5009, or 5016 with 5023 inside for a mail user or contact; at the target \
                          5039 or 5016 by leg"
            .to_owned(),
    }
}

/// Why no world shows a cause, if none does.
fn never_seen(cause: Cause) -> Option<&'static str> {
    let mut all = NEVER_SEEN.iter();
    all.find(|(never, _)| *never == cause).map(|(_, why)| *why)
}

/// Who can act, each once, in the order of the remedies.
fn actors(treatment: &Treatment) -> Vec<&'static str> {
    let mut actors: Vec<&'static str> = Vec::new();
    for remedy in treatment.remedies {
        if !actors.contains(&remedy.actor.word()) {
            actors.push(remedy.actor.word());
        }
    }
    actors
}

/// Where cmdlets are carried out, as a place-holder.
fn place(place: Where) -> &'static str {
    match place {
        Where::Requester => "{requester}",
        Where::Target => "{target}",
        Where::Here => "{here}",
    }
}

/// A step: what it is, and its lines.
fn step_parts(step: &Step) -> (String, Vec<&'static str>) {
    match *step {
        Step::Cmdlets(at, script) => (format!("in {}", place(at)), script.lines().collect()),
        Step::OnServer(at, script) => (
            format!("in {}, on {{server}}", place(at)),
            script.lines().collect(),
        ),
        Step::Change(shown, _) | Step::Build(shown, _) | Step::Ask(shown, _) => {
            (shown.to_owned(), Vec::new())
        }
        Step::Wait(shown) => (format!("wait until {shown}"), Vec::new()),
    }
}

/// The keys of the scenario that a step changes.
fn keys(step: &Step) -> (Vec<&'static str>, bool) {
    match *step {
        Step::Change(_, keys) => (keys.lines().collect(), false),
        Step::Build(_, keys) => (keys.lines().collect(), true),
        _ => (Vec::new(), false),
    }
}

fn passing_text(passing: &[Passing]) -> String {
    let texts: Vec<&str> = passing.iter().map(|passing| passing.text()).collect();
    texts.join("; ")
}

/// What a cause means and what repairs it, for people.
pub fn text(row: &CauseRow) -> String {
    let treatment = treatment(row.cause);
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text.trim_end());
        out.push('\n');
    };
    line(&format!("{}: {}", row.id, row.text));
    line("");
    line(&format!("  layer       {}", row.layer));
    line(&format!("  shown       {}", shown(row)));
    line(&format!("  acts        {}", actors(treatment).join(", ")));
    let heads = std::iter::once("decided by").chain(std::iter::repeat(""));
    for (head, key) in heads.zip(treatment.decided_by) {
        line(&format!("  {head:<10}  {key}"));
    }
    line(&format!("  source      {}", row.source));
    if let Some(why) = never_seen(row.cause) {
        line(&format!("  not shown   by no attendee: {why}"));
    }
    for (number, remedy) in treatment.remedies.iter().enumerate() {
        line("");
        let when = match remedy.when_text {
            "" => String::new(),
            when => format!(", if {when}"),
        };
        line(&format!(
            "  remedy {} ({}){when}",
            number + 1,
            remedy.actor.word()
        ));
        for step in remedy.steps {
            let (head, lines) = step_parts(step);
            line(&format!("    {head}"));
            for statement in lines {
                line(&format!("      {statement}"));
            }
            let (keys, from_start) = keys(step);
            let since = if from_start { ", from the start" } else { "" };
            for key in keys {
                line(&format!("      in the scenario{since}: {key}"));
            }
        }
        if !remedy.passing.is_empty() {
            line(&format!(
                "    then has to pass: {}",
                passing_text(remedy.passing)
            ));
        }
    }
    out
}

/// The same as data.
pub fn json(row: &CauseRow) -> Value {
    let treatment = treatment(row.cause);
    let remedies: Vec<Value> = treatment.remedies.iter().map(remedy_json).collect();
    json!({
        "cause": row.id, "layer": row.layer.word(), "text": row.text, "shown": shown(row),
        "decided_by": treatment.decided_by, "actors": actors(treatment), "remedies": remedies,
        "source": row.source, "never_seen": never_seen(row.cause),
    })
}

fn remedy_json(remedy: &Remedy) -> Value {
    let steps = remedy.steps.iter().map(|step| {
        let (text, lines) = step_parts(step);
        let (keys, from_start) = keys(step);
        json!({ "text": text, "cmdlets": lines, "keys": keys, "from_start": from_start })
    });
    let passing = remedy.passing.iter().map(|passing| passing.text());
    json!({
        "when": (!remedy.when_text.is_empty()).then_some(remedy.when_text), "actor": remedy.actor.word(),
        "steps": steps.collect::<Vec<_>>(), "passing": passing.collect::<Vec<_>>(),
    })
}

/// The likeliest repair in a line: who, and what; of a long script the cmdlets' names.
pub fn short(cause: Cause) -> String {
    let remedy = &treatment(cause).remedies[0];
    let steps = remedy.steps.iter().map(|step| {
        let (text, lines) = step_parts(step);
        match lines.as_slice() {
            [] => text,
            [line] => (*line).to_owned(),
            lines => names(lines).join(", "),
        }
    });
    let steps: Vec<String> = steps.collect();
    format!("{}: {}", remedy.actor.word(), steps.join("; "))
}

/// The names of the cmdlets of a script, each once.
fn names(lines: &[&'static str]) -> Vec<&'static str> {
    let words = lines.iter().flat_map(|line| line.split([' ', '(', '|']));
    let is_name = |word: &&str| {
        let verb = word.split_once('-').map(|(verb, _)| verb);
        *word == "iisreset"
            || verb.is_some_and(|verb| {
                verb.starts_with(|c: char| c.is_ascii_uppercase())
                    && verb.chars().all(|c| c.is_ascii_alphabetic())
            })
    };
    let mut names: Vec<&str> = Vec::new();
    for word in words.filter(is_name) {
        if !names.contains(&word) {
            names.push(word);
        }
    }
    names
}

/// All causes with their remedies, as Markdown: docs/causes.md.
pub fn markdown() -> String {
    let mut out = String::from(HEAD);
    let mut layers: Vec<Layer> = CAUSES.iter().map(|row| row.layer).collect();
    layers.sort_unstable();
    layers.dedup();
    for layer in layers {
        write!(out, "\n## {}\n", layer.word()).expect("writing to a string cannot fail");
        for row in CAUSES.iter().filter(|row| row.layer == layer) {
            cause_markdown(&mut out, row);
        }
    }
    out.push_str("\n## Place-holders\n\n| place-holder | stands for |\n| --- | --- |\n");
    for holder in place_holders() {
        let (name, meaning) = (holder.name, holder.meaning);
        writeln!(out, "| `{{{name}}}` | {meaning} |").expect("writing to a string cannot fail");
    }
    out
}

const HEAD: &str = "\
# Causes of failure and their repair

Made from the tables `CAUSES` (src/model/cause) and `treatment` (src/diagnosis/repair), and checked against them;
`FEDSIM_REFRESH=1 cargo test --test causes` rewrites it. `fedsim explain CAUSE` tells the same of one cause.

What stands between braces is a place-holder: `fedsim why` fills it with what the world of a scenario has, a table of
them stands at the end. Of the remedies of a cause the first whose condition holds, and whose place-holders the world
can fill, is the one that `fedsim why --try-fix` tries first. *Decided by* names the keys of the scenario that the
failure hangs on. A remedy in words is done outside the modelled cmdlets; what it changes in the scenario stands
behind it.
";

fn cause_markdown(out: &mut String, row: &CauseRow) {
    let treatment = treatment(row.cause);
    let mut line = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    line(&format!("\n### `{}`\n", row.id));
    line(&format!("{}.\n", capitalized(row.text)));
    line(&format!("- Shown: {}.", shown(row)));
    line(&format!("- Acts: {}.", actors(treatment).join(", ")));
    let keys_of: Vec<String> = treatment
        .decided_by
        .iter()
        .map(|key| format!("`{key}`"))
        .collect();
    line(&format!("- Decided by: {}.", keys_of.join(", ")));
    line(&format!("- Source: {}.", row.source));
    if let Some(why) = never_seen(row.cause) {
        line(&format!("- No attendee shows it: {why}."));
    }
    for (number, remedy) in treatment.remedies.iter().enumerate() {
        let when = match remedy.when_text {
            "" => String::new(),
            when => format!(", if {when}"),
        };
        line(&format!(
            "\n{}. {}{when}:\n",
            number + 1,
            capitalized(remedy.actor.word())
        ));
        for step in remedy.steps {
            let (head, lines) = step_parts(step);
            line(&format!("   {}\n", capitalized(&head)));
            let (keys, from_start) = keys(step);
            if !lines.is_empty() {
                line("   ```powershell");
                lines.iter().for_each(|text| line(&format!("   {text}")));
                line("   ```\n");
            }
            if !keys.is_empty() {
                let since = if from_start {
                    ", from the start of the run"
                } else {
                    ""
                };
                line(&format!("   In the scenario{since}:\n"));
                line("   ```toml");
                keys.iter().for_each(|text| line(&format!("   {text}")));
                line("   ```\n");
            }
        }
        if !remedy.passing.is_empty() {
            line(&format!(
                "   Then has to pass: {}.\n",
                passing_text(remedy.passing)
            ));
        }
    }
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if !text.starts_with("iisreset") => {
            first.to_uppercase().chain(characters).collect()
        }
        _ => text.to_owned(),
    }
}
