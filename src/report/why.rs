//! Why a request failed, as text and as data.
//!
//! It knows no rule and runs nothing. Invariant: the text says nothing that the data does not.

use serde_json::{Value, json};

use crate::diagnosis::chain::{Door, Step};
use crate::diagnosis::repair::{Action, Passing, Repair};
use crate::diagnosis::setting::{SetBy, Setting};
use crate::diagnosis::whatif::Difference;
use crate::diagnosis::{Diagnosis, Explained, Proof, Round};
use crate::engine::{Instant, Span};
use crate::model::cause::Cause;
use crate::model::outcome::{AttendeeOutcome, Failure};
use crate::record::naming::{instant_short, instant_text, span_short};

use super::ladder::Caption;

/// The version of the JSON form.
const FORMAT: u32 = 1;

/// The diagnosis for people.
pub fn text(diagnosis: &Diagnosis, proof: Option<&Proof>) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text.trim_end());
        out.push('\n');
    };
    let sent = instant_short(diagnosis.sent);
    line(&format!(
        "{}: from {}, sent {sent}",
        diagnosis.request, diagnosis.from
    ));
    if diagnosis.was_added {
        line("nobody sends this request in the scenario: it was sent to find out");
    }
    for (attendee, outcome) in &diagnosis.attendees {
        line(&format!("  {attendee}: {}", outcome_text(*outcome)));
    }
    line("");
    line("what happened");
    for step in &diagnosis.steps {
        step_lines(step, &mut line);
    }
    if let Some(explained) = &diagnosis.failure {
        let is_other = |(attendee, outcome): &&(String, AttendeeOutcome)| {
            !outcome.is_answer() && *attendee != explained.attendee
        };
        let others = diagnosis.attendees.iter().filter(is_other).count();
        if others > 0 {
            line("");
            line(&format!(
                "explained here: {}; {others} of the other attendees fail as well: name one with --to",
                explained.attendee
            ));
        }
        why_lines(explained, &mut line);
        repair_lines(explained, &mut line);
    }
    if let Some(proof) = proof {
        proof_lines(proof, &mut line);
    }
    out
}

fn step_lines(step: &Step, line: &mut impl FnMut(&str)) {
    let mark = if step.is_decisive { ">>" } else { "  " };
    let since = seconds(step.since);
    let place = step.place.word();
    let lasted = if step.lasted == Span::ZERO {
        String::new()
    } else {
        format!("  ({})", short(step.lasted))
    };
    line(&format!(
        "{mark} +{since:>10}  {place:<9}  {}{lasted}",
        step.text
    ));
    for setting in &step.settings {
        line(&format!(
            "                             {}",
            setting_text(setting)
        ));
    }
}

fn why_lines(explained: &Explained, line: &mut impl FnMut(&str)) {
    let row = explained.failure.cause.row();
    line("");
    line("why");
    line(&format!("  {} ({})", row.text, row.id));
    let failure = &explained.failure;
    line(&format!(
        "  shown as {}; {} has to act",
        code_text(failure),
        failure.side
    ));
    for setting in &explained.settings {
        line(&format!("  decided by {}", setting_text(setting)));
    }
    line(&format!("  rule: {}", row.source));
    if explained.doors.len() > 1 {
        line("");
        line("ways to the attendee, in the order in which they are looked at");
        for door in &explained.doors {
            line(&format!("  {}", door_text(door)));
        }
    }
    if !explained.contributing.is_empty() {
        line("");
        line("what else had a part");
        for fact in &explained.contributing {
            line(&format!("  {fact}"));
        }
    }
}

fn repair_lines(explained: &Explained, line: &mut impl FnMut(&str)) {
    line("");
    if explained.repairs.is_empty() {
        line("what repairs it: nothing that this world tells; see `fedsim explain` for the cause");
        return;
    }
    for (number, (repair, actor)) in explained.repairs.iter().zip(&explained.actors).enumerate() {
        let head = if number == 0 {
            "what repairs it"
        } else {
            "or else"
        };
        line(&format!("{head} ({actor})"));
        for action in &repair.actions {
            action_lines(action, line);
        }
        if !repair.passing.is_empty() {
            line(&format!(
                "  shows after at most {}: {}",
                rounded(repair.settles_in()),
                passing_text(repair)
            ));
        }
    }
}

fn action_lines(action: &Action, line: &mut impl FnMut(&str)) {
    match action {
        Action::Cmdlets {
            organization,
            server,
            script,
        } => {
            let server = server
                .as_ref()
                .map_or(String::new(), |server| format!("/{server}"));
            line(&format!("  in {organization}{server}:"));
            for statement in script.lines() {
                line(&format!("    {statement}"));
            }
        }
        Action::Change {
            shown,
            keys,
            from_start,
        } => {
            line(&format!("  {shown}"));
            let since = if *from_start { ", from the start" } else { "" };
            for key in keys {
                line(&format!("    in the scenario{since}: {key}"));
            }
        }
        Action::Ask { shown, .. } => line(&format!("  {shown}")),
        Action::Wait { shown } => line(&format!("  wait until {shown}")),
    }
}

fn proof_lines(proof: &Proof, line: &mut impl FnMut(&str)) {
    line("");
    line("the repair tried, in the same world on the same day");
    for (number, round) in proof.rounds.iter().enumerate() {
        line(&format!("  {}. {}", number + 1, round_text(round)));
    }
    for round in &proof.in_vain {
        line(&format!("  in vain: {}", round_text(round)));
    }
    if proof.rounds.is_empty() && proof.in_vain.is_empty() {
        line("  there is nothing to try");
    }
    let last = proof.rounds.last();
    let instead = last.and_then(|round| round.instead.as_ref());
    let attendee = match instead {
        Some(instead) => format!("{instead}, asked for instead of {},", proof.attendee),
        None => proof.attendee.clone(),
    };
    let is_asked_differently = proof
        .rounds
        .iter()
        .any(|round| round.repair.asking().is_some());
    let verdict = match (proof.is_cured, proof.rounds.len()) {
        (true, 0 | 1) => format!("cured: {attendee} is answered"),
        (true, n) => format!("cured: {attendee} is answered once all {n} repairs are done"),
        (false, _) => format!("not cured: {attendee} is not answered"),
    };
    line(&format!("  {verdict}"));
    if let Some(last) = proof.rounds.last()
        && proof.is_cured
        && last.asked > proof.sent
        && !is_asked_differently
    {
        let asked = instant_short(last.asked);
        line(&format!(
            "  the request itself came too early for it: one like it, sent at {asked}, is answered"
        ));
    }
    // Whoever asks differently changes nothing for others.
    let first = proof.rounds.first().filter(|_| !is_asked_differently);
    for text in difference_texts(&proof.difference, first) {
        line(&format!("  {text}"));
    }
    if !proof.settings.is_empty() {
        line("");
        line(
            "from the start of the run: values to be set in the scenario, or given on the command line",
        );
        for setting in &proof.settings {
            line(&format!("  --set '{setting}'"));
        }
    }
    if !proof.time_line.trim().is_empty() {
        line("");
        match proof.settings.is_empty() {
            true => line("the same as entries of the scenario's time line"),
            false => line("and as entries of its time line"),
        }
        for entry in proof.time_line.trim().lines() {
            line(&format!("  {entry}"));
        }
    }
}

fn round_text(round: &Round) -> String {
    let outcome = match round.outcome {
        Some(outcome) => outcome_text(outcome),
        None => "no answer by the end of the run".to_owned(),
    };
    if let Some(reason) = &round.refused {
        return format!(
            "{}: cannot be tried in this scenario: {reason}",
            round.cause
        );
    }
    if round.repair.is_waiting() {
        let asked = instant_short(round.asked);
        return format!(
            "{}: nobody acts; asked again at {asked}: {outcome}",
            round.cause
        );
    }
    let begun = instant_short(round.begun);
    let done = match round.done {
        Some(done) => format!("shows everywhere by {}", instant_short(done)),
        None => "not done by the end of the run".to_owned(),
    };
    let asked = instant_short(round.asked);
    let (cause, actor) = (round.cause, &round.actor);
    format!("{cause}: {actor} begins at {begun}, {done}; asked at {asked}: {outcome}")
}

/// What the first repair does to the day.
fn difference_texts(difference: &Difference, first: Option<&Round>) -> Vec<String> {
    let Some(first) = first.filter(|round| !round.repair.is_waiting()) else {
        return Vec::new();
    };
    let Difference {
        before,
        failed,
        cured,
        still,
        not_asked,
        new,
    } = difference;
    let cause = first.cause;
    let attendees = |count: u64| match count {
        1 => "1 attendee".to_owned(),
        n => format!("{n} attendees"),
    };
    let of = attendees(*failed);
    let mut texts = vec![match failed {
        0 => format!("nobody else is hit by {cause} once the repair shows"),
        _ => format!("of {of} of the day that failed for {cause}, {cured} are answered"),
    }];
    let counts = |causes: &std::collections::BTreeMap<Cause, u64>| {
        let each = causes
            .iter()
            .map(|(cause, count)| format!("{cause} {count}"));
        each.collect::<Vec<_>>().join(", ")
    };
    if !still.is_empty() {
        texts.push(format!("of these, still failing: {}", counts(still)));
    }
    if *not_asked > 0 {
        texts.push(format!(
            "of these, {not_asked} were retries that nobody sends any more"
        ));
    }
    if *before > 0 {
        let more = attendees(*before);
        texts.push(format!(
            "{more} more failed for it before the repair showed"
        ));
    }
    texts.push(match new.is_empty() {
        true => "new failures: none".to_owned(),
        false => format!("new failures: {}", counts(new)),
    });
    texts
}

fn passing_text(repair: &Repair) -> String {
    let each = repair
        .passing
        .iter()
        .map(|(passing, span)| format!("{passing} {}", rounded(*span)));
    each.collect::<Vec<_>>().join(", ")
}

fn outcome_text(outcome: AttendeeOutcome) -> String {
    match outcome {
        AttendeeOutcome::View(level) => format!("answered, at level {level}"),
        AttendeeOutcome::Answered(answer) => format!("answered: {answer}"),
        AttendeeOutcome::Failed(failure) => {
            let (code, cause) = (code_text(&failure), failure.cause);
            format!("failed with {code} ({cause}; {} has to act)", failure.side)
        }
    }
}

fn code_text(failure: &Failure) -> String {
    match failure.inner {
        None => failure.code.to_string(),
        Some(inner) => format!("{} (inside: {inner})", failure.code),
    }
}

fn door_text(door: &Door) -> String {
    let mark = if door.is_taken {
        "taken    "
    } else {
        "not taken"
    };
    format!("{mark}  {}: {}", door.kind, door.found)
}

/// `relationship."a -> b".enabled = false, line 23 of x.toml`.
pub fn setting_text(setting: &Setting) -> String {
    let value = setting
        .value
        .as_ref()
        .map_or(String::new(), |value| format!(" = {value}"));
    let by = match &setting.set_by {
        SetBy::File(name, line) => format!("{name}:{line}"),
        SetBy::CommandLine => "command line".to_owned(),
        SetBy::Default(evidence) => format!("default ({evidence})"),
        SetBy::Derived(why) => format!("derived: {why}"),
        SetBy::TimeLine(file, line, at) => {
            format!("{file}:{line}, the time line at {}", instant_short(*at))
        }
        SetBy::Fault(name, file, line) => format!("{file}:{line}, the fault `{name}`"),
        SetBy::Statement {
            script,
            line,
            at,
            text,
        } => format!(
            "set at {} by {script}, line {line}: {text}",
            instant_short(*at)
        ),
    };
    format!("{}{value}  <- {by}", setting.key)
}

/// A span since the request was sent: `0.212000 s`.
fn seconds(span: Span) -> String {
    let microseconds = span.nanoseconds() / 1_000;
    format!(
        "{}.{:06} s",
        microseconds / 1_000_000,
        microseconds % 1_000_000
    )
}

/// A span to the second above it.
fn rounded(span: Span) -> Span {
    Span::from_seconds(span.nanoseconds().div_ceil(1_000_000_000))
}

fn short(span: Span) -> String {
    span_short(span)
}

/// What a picture of the request says beside it.
pub fn caption(diagnosis: &Diagnosis) -> Caption {
    let mut caption = Caption {
        title: diagnosis.request.clone(),
        ..Caption::default()
    };
    let subject: Vec<&str> = diagnosis
        .attendees
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    caption.title = match subject[..] {
        [] => format!("{}: {}", diagnosis.request, diagnosis.from),
        [one] => format!("{}: {} → {one}", diagnosis.request, diagnosis.from),
        [one, ..] => format!(
            "{}: {} → {one} and {} more",
            diagnosis.request,
            diagnosis.from,
            subject.len() - 1
        ),
    };
    let Some(explained) = &diagnosis.failure else {
        let first = diagnosis.attendees.first();
        caption.outcome = first.map_or(String::new(), |(_, outcome)| outcome_text(*outcome));
        return caption;
    };
    let failure = &explained.failure;
    let outcome = outcome_text(AttendeeOutcome::Failed(*failure));
    caption.outcome = match diagnosis.attendees.len() {
        1 => outcome,
        _ => format!("{}: {outcome}", explained.attendee),
    };
    let row = failure.cause.row();
    caption.cause_lines = vec![format!("{}: {}", row.id, row.text)];
    caption
        .cause_lines
        .extend(explained.settings.first().map(setting_text));
    if let (Some(repair), Some(actor)) = (explained.repairs.first(), explained.actors.first()) {
        caption.repair_lines.push(format!("{actor}:"));
        let mut line = |text: &str| caption.repair_lines.push(text.trim().to_owned());
        for action in &repair.actions {
            match action {
                Action::Change { shown, .. } => line(shown),
                other => action_lines(other, &mut line),
            }
        }
    }
    caption
}

/// The diagnosis as data.
pub fn json(diagnosis: &Diagnosis, proof: Option<&Proof>) -> Value {
    json!({
        "format": FORMAT,
        "kind": "fedsim-why",
        "request": diagnosis.request,
        "sent": instant_text(diagnosis.sent),
        "from": diagnosis.from,
        "added": diagnosis.was_added,
        "attendees": diagnosis.attendees.iter().map(|(attendee, outcome)| json!({
            "attendee": attendee, "outcome": outcome_json(*outcome),
        })).collect::<Vec<_>>(),
        "steps": diagnosis.steps.iter().map(step_json).collect::<Vec<_>>(),
        "failure": diagnosis.failure.as_ref().map(explained_json),
        "proof": proof.map(proof_json),
    })
}

fn step_json(step: &Step) -> Value {
    json!({
        "at": instant_text(step.at),
        "since_ns": step.since.nanoseconds(),
        "duration_ns": step.lasted.nanoseconds(),
        "side": step.place.word(),
        "text": step.text,
        "decided_by": step.settings.iter().map(setting_json).collect::<Vec<_>>(),
        "decisive": step.is_decisive,
    })
}

fn explained_json(explained: &Explained) -> Value {
    let failure = &explained.failure;
    let repairs = explained.repairs.iter().zip(&explained.actors);
    json!({
        "attendee": explained.attendee,
        "cause": failure.cause.id(),
        "text": failure.text(),
        "layer": failure.layer().word(),
        "code": failure.code.number(),
        "code_name": failure.code.name(),
        "inner": failure.inner.map(|code| code.number()),
        "side": failure.side.word(),
        "decided": instant_text(explained.decided),
        "decisive_step": explained.decisive,
        "decided_by": explained.settings.iter().map(setting_json).collect::<Vec<_>>(),
        "ways": explained.doors.iter().map(|door| json!({
            "kind": door.kind, "found": door.found, "taken": door.is_taken,
        })).collect::<Vec<_>>(),
        "contributing": explained.contributing,
        "repairs": repairs.map(|(repair, actor)| repair_json(repair, actor)).collect::<Vec<_>>(),
        "source": failure.cause.row().source,
    })
}

fn repair_json(repair: &Repair, actor: &str) -> Value {
    let action = |action: &Action| match action {
        Action::Cmdlets {
            organization,
            server,
            script,
        } => json!({ "cmdlets": script, "organization": organization, "server": server }),
        Action::Change {
            shown,
            keys,
            from_start,
        } => json!({ "change": shown, "set": keys, "from_start": from_start }),
        Action::Ask { shown, .. } => json!({ "ask": shown }),
        Action::Wait { shown } => json!({ "wait": shown }),
    };
    let passing = |(passing, span): &(Passing, Span)| json!({ "what": passing.text(), "ns": span.nanoseconds() });
    json!({
        "cause": repair.cause.id(),
        "actor": repair.actor.word(),
        "who": actor,
        "actions": repair.actions.iter().map(action).collect::<Vec<_>>(),
        "shows_after": repair.passing.iter().map(passing).collect::<Vec<_>>(),
    })
}

fn proof_json(proof: &Proof) -> Value {
    let causes = |causes: &std::collections::BTreeMap<Cause, u64>| {
        let each = causes
            .iter()
            .map(|(cause, count)| (cause.id().to_owned(), json!(count)));
        Value::Object(each.collect())
    };
    json!({
        "attendee": proof.attendee,
        "cured": proof.is_cured,
        "sent": instant_text(proof.sent),
        "rounds": proof.rounds.iter().map(round_json).collect::<Vec<_>>(),
        "in_vain": proof.in_vain.iter().map(round_json).collect::<Vec<_>>(),
        "failed_for_the_cause": proof.difference.failed,
        "failed_before_the_repair_showed": proof.difference.before,
        "not_asked_again": proof.difference.not_asked,
        "cured_attendees": proof.difference.cured,
        "still_failing": causes(&proof.difference.still),
        "new_failures": causes(&proof.difference.new),
        "time_line": proof.time_line,
        "from_start": proof.settings,
    })
}

fn round_json(round: &Round) -> Value {
    let instant = |at: Instant| instant_text(at);
    json!({
        "cause": round.cause.id(),
        "repair": repair_json(&round.repair, &round.actor),
        "begun": instant(round.begun),
        "done": round.done.map(instant),
        "asked": instant(round.asked),
        "outcome": round.outcome.map(outcome_json),
        "instead": round.instead,
        "refused": round.refused,
    })
}

fn outcome_json(outcome: AttendeeOutcome) -> Value {
    match outcome {
        AttendeeOutcome::View(level) => json!({ "level": level.word() }),
        AttendeeOutcome::Answered(answer) => json!({ "answer": answer.word() }),
        AttendeeOutcome::Failed(failure) => json!({
            "cause": failure.cause.id(), "code": failure.code.number(), "side": failure.side.word(),
        }),
    }
}

fn setting_json(setting: &Setting) -> Value {
    let by = match &setting.set_by {
        SetBy::File(name, line) => json!({ "kind": "file", "file": name, "line": line }),
        SetBy::CommandLine => json!({ "kind": "command-line" }),
        SetBy::Default(evidence) => json!({ "kind": "default", "evidence": evidence }),
        SetBy::Derived(why) => json!({ "kind": "derived", "how": why }),
        SetBy::TimeLine(file, line, at) => {
            json!({ "kind": "time-line", "file": file, "line": line, "at": instant_text(*at) })
        }
        SetBy::Fault(name, file, line) => {
            json!({ "kind": "fault", "fault": name, "file": file, "line": line })
        }
        SetBy::Statement {
            script,
            line,
            at,
            text,
        } => json!({
            "kind": "statement", "script": script, "line": line, "at": instant_text(*at), "text": text,
        }),
    };
    json!({ "key": setting.key, "value": setting.value, "set_by": by })
}
