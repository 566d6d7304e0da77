//! What became of a suite, for people: a line for each scenario, then what is not as expected.
//!
//! It knows no terminal. Invariant: every scenario has its line, and whatever keeps the suite from
//! succeeding is told.

use std::fmt::Write;

use super::{Case, Finding, Outcome, Report, Reports};

/// Writes a line; writing to a string cannot fail.
macro_rules! line {
    ($out:expr) => { $out.push('\n') };
    ($out:expr, $($argument:tt)+) => {
        writeln!($out, $($argument)+).expect("writing to a string cannot fail")
    };
}

/// The reports as text.
pub(super) fn render(reports: &Reports) -> String {
    let mut out = String::new();
    for report in &reports.scenarios {
        let (word, what) = verdict(&report.outcome);
        line!(out, "{word:<11} {}: {what}", report.path.display());
    }
    for report in &reports.scenarios {
        trouble(&mut out, report);
    }
    let counts = reports.counts();
    line!(out);
    let mut parts = vec![format!(
        "{} of {} met",
        counts.met,
        count(counts.cases, "expectation", "expectations")
    )];
    for (number, what) in [
        (counts.failed, "failed"),
        (counts.differ, "differ"),
        (counts.updated, "written anew"),
        (counts.without, "without expectations"),
        (counts.invalid, "invalid"),
        (counts.input_output, "not read or written"),
        (counts.broken, "with broken laws"),
        (counts.interrupted, "interrupted"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    let scenarios = count(counts.scenarios, "scenario", "scenarios");
    line!(out, "{scenarios}: {}", parts.join(", "));
    out
}

/// The word for what became of a scenario, and a few more.
fn verdict(outcome: &Outcome) -> (&'static str, String) {
    match outcome {
        Outcome::Judged(cases) => {
            let number =
                |is: fn(&Finding) -> bool| cases.iter().filter(|case| is(&case.finding)).count();
            let failed = number(|it| matches!(it, Finding::Failed(_) | Finding::Unwritten(_)));
            let differ = number(|it| matches!(it, Finding::Differs(_)));
            let updated = number(|it| matches!(it, Finding::Updated));
            let all = count(cases.len(), "expectation", "expectations");
            match (failed, differ, updated) {
                (0, 0, 0) => ("ok", all),
                (0, 0, updated) => ("UPDATED", format!("{updated} of {all}")),
                (0, differ, _) => ("DIFFERS", format!("{differ} of {all}")),
                (failed, differ, _) => ("FAILED", format!("{} of {all}", failed + differ)),
            }
        }
        Outcome::Without => ("WITHOUT", "it expects nothing".to_owned()),
        Outcome::Refused(found) => {
            let errors = found.count() as usize;
            ("INVALID", count(errors, "finding", "findings"))
        }
        Outcome::InputOutput(_) => ("UNREAD", "a file could not be read".to_owned()),
        Outcome::BrokenLaws(laws) => {
            let laws = count(laws.len(), "law does not hold", "laws do not hold");
            ("BUG", laws)
        }
        Outcome::Interrupted => ("INTERRUPTED", "not tested".to_owned()),
    }
}

/// What is wrong with a scenario.
fn trouble(out: &mut String, report: &Report) {
    let path = report.path.display();
    match &report.outcome {
        Outcome::Judged(cases) => {
            for case in cases {
                let at = case.line.map_or(String::new(), |line| format!(":{line}"));
                if !matches!(case.finding, Finding::Met) {
                    line!(out);
                    line!(out, "{path}{at}: {}", case.name);
                    finding(out, report, case);
                }
            }
        }
        Outcome::Without | Outcome::Interrupted => {}
        Outcome::Refused(found) => {
            line!(out);
            out.push_str(&found.render_plain());
        }
        Outcome::InputOutput(message) => {
            line!(out);
            line!(out, "{path}: {message}");
        }
        Outcome::BrokenLaws(laws) => {
            line!(out);
            line!(out, "{path}: this is a bug of fedsim, not of the scenario");
            for law in laws {
                line!(out, "  {law}");
            }
        }
    }
}

/// What is wrong with an expectation or a snapshot, without its name.
fn finding(out: &mut String, report: &Report, case: &Case) {
    let path = report.path.display();
    match &case.finding {
        Finding::Met => {}
        Finding::Failed(failed) => {
            let other = failed.compared_with.as_deref();
            let other = other.map_or(String::new(), |other| format!(", which is {other}"));
            line!(out, "  expected  {}{other}", failed.expected);
            line!(out, "  got       {}", failed.got);
            for told in &failed.told {
                line!(out, "  {}", told.title);
                for step in &told.lines {
                    line!(out, "    {step}");
                }
            }
            line!(out, "  replay    fedsim run {}", quoted(&path.to_string()));
            for request in &failed.requests {
                let (file, request) = (quoted(&path.to_string()), quoted(request));
                line!(out, "  explain   fedsim why {file} --request {request}");
            }
        }
        Finding::Differs(differs) => {
            for text in &differs.lines {
                line!(out, "  {text}");
            }
            match &differs.not_updated {
                Some(reason) => line!(out, "  not written anew: {reason}"),
                None => {
                    let path = quoted(&path.to_string());
                    line!(out, "  if that is meant  fedsim test --update {path}");
                }
            }
        }
        Finding::Updated => line!(out, "  written anew"),
        Finding::Unwritten(message) => line!(out, "  {message}"),
    }
}

/// What is wrong with one case, for reports that stand alone.
pub(super) fn of_case(report: &Report, case: &Case) -> String {
    let mut out = String::new();
    finding(&mut out, report, case);
    out
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./+=:@%,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn count(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
