//! One scenario of a suite: run, judged, and told where it is not as expected.
//!
//! It knows no other scenario. Invariant: a scenario is judged by what `run` would have found; the walks
//! that a failure shows come from the same run, or from one that is its equal.

use std::path::Path;

use crate::engine::{Continue, Instant};
use crate::record::naming::{instant_text, organization_name};
use crate::record::{Log, Walk};
use crate::report::{Reported, Summary, text};
use crate::scenario::{self, Compiled, Diagnostics, Document};
use crate::study::{self, Expectation, RunResult, Verdict, expectation};

use super::diff::diff;
use super::{Options, Outcome, Watch, snapshot};

/// The replication that is tested.
const REPLICATION: u32 = 0;

/// The most requests, and statements, that a failure shows.
const TOLD_MAX: usize = 3;

/// The most lines of output that a statement shows.
const OUTPUT_MAX: usize = 60;

/// An expectation or a snapshot.
#[derive(Clone, Debug)]
pub struct Case {
    /// The measure and what is expected of it, or the file of the snapshot.
    pub name: String,
    /// The line of the scenario that it stands in, from 1.
    pub line: Option<usize>,
    /// What became of it.
    pub finding: Finding,
}

/// What became of an expectation or a snapshot.
#[derive(Clone, Debug)]
pub enum Finding {
    /// It is as expected.
    Met,
    /// It is not.
    Failed(Box<Failed>),
    /// A digest or a snapshot is another one.
    Differs(Box<Differs>),
    /// The digest or the snapshot was written anew.
    Updated,
    /// It could not be written.
    Unwritten(String),
}

/// Why an expectation is not met.
#[derive(Clone, Debug)]
pub struct Failed {
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub got: String,
    /// What it was compared with came to, if that is a measure.
    pub compared_with: Option<String>,
    /// The requests that it is about, by identity.
    pub requests: Vec<String>,
    /// What happened to them, and what administrators did that it is about.
    pub told: Vec<Told>,
}

/// How a digest or a snapshot differs.
#[derive(Clone, Debug)]
pub struct Differs {
    /// What differs, line by line: `-` what was expected, `+` what was found.
    pub lines: Vec<String>,
    /// Why it was not written anew, if that was asked for.
    pub not_updated: Option<String>,
}

/// What happened, step by step.
#[derive(Clone, Debug)]
pub struct Told {
    /// To whom, or by whom.
    pub title: String,
    /// A line a step.
    pub lines: Vec<String>,
}

/// A scenario that can be run.
struct Loaded {
    document: Document,
    compiled: Compiled,
    expectations: Vec<Expectation>,
}

/// Tests one scenario; none if the filter leaves it out.
pub(super) fn test(
    path: &Path,
    is_named: bool,
    options: &Options,
    watch: &dyn Watch,
) -> Option<Outcome> {
    let filter = options.filter.as_deref();
    let is_wanted = |text: &str| filter.is_none_or(|filter| text.contains(filter));
    let is_path_wanted = is_wanted(&path.to_string_lossy());
    if !watch.goes_on() {
        return Some(Outcome::Interrupted);
    }
    let loaded = match load(path) {
        Ok(loaded) => loaded,
        Err(found) => {
            // What it expects may be unreadable; its text is not.
            let text = std::fs::read_to_string(path).unwrap_or_default();
            return (is_path_wanted || is_wanted(&text)).then_some(Outcome::Refused(found));
        }
    };
    let wants = |name: &str| is_path_wanted || is_wanted(name);
    let old = match snapshot::read(path) {
        Ok(old) => old,
        Err(error) => {
            let message = format!("cannot read its snapshot: {error}");
            return is_path_wanted.then_some(Outcome::InputOutput(message));
        }
    };
    let is_made = options.updates && is_named && is_path_wanted;
    let shot = snapshot_name(path);
    let has_snapshot = (old.is_some() || is_made) && wants(&shot);
    let any = loaded.expectations.iter().any(|it| wants(&name_of(it)));
    if !any && !has_snapshot {
        let expects_nothing = loaded.expectations.is_empty() && old.is_none();
        return (is_path_wanted && expects_nothing).then_some(Outcome::Without);
    }
    let test = Test {
        path,
        watch,
        updates: options.updates,
    };
    let mut outcome = test.judge(loaded, has_snapshot.then_some(old));
    if let Outcome::Judged(cases) = &mut outcome {
        cases.retain(|case| wants(&case.name));
        // As they are written; what stands in no line of the file comes last.
        cases.sort_by_key(|case| case.line.unwrap_or(usize::MAX));
    }
    Some(outcome)
}

fn load(path: &Path) -> Result<Loaded, Diagnostics> {
    let document = scenario::read::load(path, &[])?;
    let (compiled, expectations) = expectation::compile_with(&document)?;
    Ok(Loaded {
        document,
        compiled,
        expectations,
    })
}

fn name_of(expectation: &Expectation) -> String {
    format!("{} {}", expectation.text, expectation.condition)
}

fn snapshot_name(path: &Path) -> String {
    let file = snapshot::path_of(path);
    let name = file.file_name().unwrap_or_default();
    format!("snapshot {}", name.to_string_lossy())
}

/// The test of a scenario.
struct Test<'t> {
    path: &'t Path,
    watch: &'t dyn Watch,
    updates: bool,
}

impl Test<'_> {
    /// Runs it and judges it; `old` is its snapshot, if it has one or gets one.
    fn judge(&self, loaded: Loaded, old: Option<Option<String>>) -> Outcome {
        let result = self.run(&loaded, old.is_some());
        if let Some(outcome) = unusable(&result) {
            return outcome;
        }
        let mut cases = self.cases(&loaded, &result);
        let is_as_expected = cases
            .iter()
            .all(|case| !matches!(case.finding, Finding::Failed(_)));
        if !self.updates || !is_as_expected {
            if let Some(old) = old {
                cases.push(self.compared(&loaded, &result, old));
            }
            if self.updates {
                for case in &mut cases {
                    if let Finding::Differs(differs) = &mut case.finding {
                        let reason = "other expectations of this scenario failed";
                        differs.not_updated = Some(reason.to_owned());
                    }
                }
            }
            return Outcome::Judged(cases);
        }
        self.updated(loaded, result, cases, old)
    }

    /// The same when what differs is written anew.
    fn updated(
        &self,
        loaded: Loaded,
        result: RunResult,
        mut cases: Vec<Case>,
        old: Option<Option<String>>,
    ) -> Outcome {
        let differs = |case: &Case| matches!(case.finding, Finding::Differs(_));
        let (mut loaded, mut result) = (loaded, result);
        if cases.iter().any(differs) {
            let (document, verdicts) = (&loaded.document, &result.verdicts);
            let text = snapshot::with_digests(document, &loaded.expectations, verdicts);
            let written = match text {
                Some(text) => {
                    let written = snapshot::write(self.path, &text);
                    written.map_err(|error| format!("cannot write the scenario: {error}"))
                }
                None => Err("the digest does not stand plainly in the file".to_owned()),
            };
            for case in cases.iter_mut().filter(|case| differs(case)) {
                case.finding = match &written {
                    Ok(()) => Finding::Updated,
                    Err(message) => Finding::Unwritten(message.clone()),
                };
            }
            if written.is_err() {
                return Outcome::Judged(cases);
            }
            // The summary tells what was expected: it is that of the scenario as it is now.
            loaded = match load(self.path) {
                Ok(loaded) => loaded,
                Err(found) => return Outcome::Refused(found),
            };
            if old.is_some() {
                result = self.run(&loaded, true);
                if let Some(outcome) = unusable(&result) {
                    return outcome;
                }
            }
        }
        if let Some(old) = old {
            let mut case = self.compared(&loaded, &result, old);
            if matches!(case.finding, Finding::Differs(_)) {
                let text = self.summary(&loaded, &result);
                let written = snapshot::write(&snapshot::path_of(self.path), &text);
                case.finding = match written {
                    Ok(()) => Finding::Updated,
                    Err(error) => Finding::Unwritten(format!("cannot write the snapshot: {error}")),
                };
            }
            cases.push(case);
        }
        Outcome::Judged(cases)
    }

    fn run(&self, loaded: &Loaded, is_summed_up: bool) -> RunResult {
        // The summary says how many rows there are.
        let log = if is_summed_up {
            Log::UpToLimit
        } else {
            Log::None
        };
        study::run(
            &loaded.compiled.federation,
            REPLICATION,
            &loaded.expectations,
            (log, &mut ()),
            |at, events| self.progress(at, events),
        )
    }

    fn progress(&self, _: Instant, _: u64) -> Continue {
        if self.watch.goes_on() {
            Continue::Yes
        } else {
            Continue::No
        }
    }

    fn cases(&self, loaded: &Loaded, result: &RunResult) -> Vec<Case> {
        let pairs = loaded.expectations.iter().zip(&result.verdicts);
        let cases = pairs.map(|(expectation, verdict)| Case {
            name: name_of(expectation),
            line: expectation.line,
            finding: self.finding(loaded, result, expectation, verdict),
        });
        cases.collect()
    }

    fn finding(
        &self,
        loaded: &Loaded,
        result: &RunResult,
        expectation: &Expectation,
        verdict: &Verdict,
    ) -> Finding {
        if verdict.is_met {
            return Finding::Met;
        }
        if let Some((expected, got)) = snapshot::wrong_digest(expectation, verdict) {
            return Finding::Differs(Box::new(Differs {
                lines: vec![format!("- {expected}"), format!("+ {got}")],
                not_updated: None,
            }));
        }
        let walks = self.walks(loaded, result, expectation);
        let name = |walk: &Walk| result.federation.request_name(walk.request);
        let requests = walks.iter().map(name).collect();
        let mut told: Vec<Told> = walks
            .iter()
            .map(|walk| Told {
                title: format!("{}, sent {}", name(walk), instant_text(walk.sent)),
                lines: walk.steps.iter().map(|step| step.to_string()).collect(),
            })
            .collect();
        told.extend(statements(result, expectation));
        Finding::Failed(Box::new(Failed {
            expected: verdict.expected.clone(),
            got: verdict.got.to_string(),
            compared_with: verdict.compared_with.map(|value| value.to_string()),
            requests,
            told,
        }))
    }

    /// The walks of the requests that an expectation names, or of all if there are few.
    fn walks(&self, loaded: &Loaded, result: &RunResult, expectation: &Expectation) -> Vec<Walk> {
        let federation = &loaded.compiled.federation;
        let named = expectation
            .measures()
            .flat_map(|measure| measure.requests(federation, TOLD_MAX));
        let named: Vec<_> = named.take(TOLD_MAX).collect();
        let kept = &result.walks;
        if named.is_empty() {
            let are_few = kept.len() <= TOLD_MAX;
            return if are_few { kept.clone() } else { Vec::new() };
        }
        let of_named = |walk: &&Walk| named.contains(&walk.request);
        let found: Vec<_> = kept.iter().filter(of_named).cloned().collect();
        if !kept.is_empty() || result.tally.outcomes.requests.sent == 0 {
            return found;
        }
        let progress = |at, events| self.progress(at, events);
        study::walks(federation, REPLICATION, named, progress)
    }

    fn compared(&self, loaded: &Loaded, result: &RunResult, old: Option<String>) -> Case {
        let text = self.summary(loaded, result);
        let finding = match old {
            Some(old) if old == text => Finding::Met,
            old => Finding::Differs(Box::new(Differs {
                lines: diff(&old.unwrap_or_default(), &text),
                not_updated: None,
            })),
        };
        Case {
            name: snapshot_name(self.path),
            line: None,
            finding,
        }
    }

    /// What `run` writes to `summary.txt`.
    fn summary(&self, loaded: &Loaded, result: &RunResult) -> String {
        let stem = self.path.file_stem().unwrap_or_default();
        let name = stem.to_string_lossy();
        text::render(&Summary::of(Reported {
            name: &name,
            effective: &loaded.compiled.effective,
            inputs: &loaded.compiled.inputs,
            federation: &result.federation,
            replication: REPLICATION,
            result,
        }))
    }
}

/// What a run is that says nothing about its scenario.
fn unusable(result: &RunResult) -> Option<Outcome> {
    if result.is_cancelled() {
        return Some(Outcome::Interrupted);
    }
    if let Some(failure) = result.trace_failures.first() {
        return Some(Outcome::InputOutput(failure.error.to_string()));
    }
    let broken = result.broken_laws();
    let broken: Vec<_> = broken
        .map(|law| format!("{}: {} is not {}", law.name.text(), law.left, law.right))
        .collect();
    (!broken.is_empty()).then_some(Outcome::BrokenLaws(broken))
}

/// The statements that an expectation is about.
fn statements(result: &RunResult, expectation: &Expectation) -> Vec<Told> {
    let federation = &result.federation;
    let entries = result.transcript.entries().iter().filter(|entry| {
        let mut measures = expectation.measures();
        measures.any(|measure| measure.is_about(federation, entry))
    });
    let told = entries.take(TOLD_MAX).map(|entry| {
        let script = &federation.scripts[entry.script];
        let organization = organization_name(federation, script.identity.requester);
        let lines = entry.statement.lines().map(|line| format!("> {line}"));
        let output = entry.output.lines().map(str::to_owned);
        let mut lines: Vec<String> = lines.chain(output).collect();
        if lines.len() > OUTPUT_MAX {
            lines.truncate(OUTPUT_MAX);
            lines.push("…".to_owned());
        }
        Told {
            title: format!(
                "{organization}, {} line {}, {} to {}",
                script.name,
                entry.line,
                instant_text(entry.started),
                instant_text(entry.ended)
            ),
            lines,
        }
    });
    told.collect()
}
