//! `fedsim run`: what happens.
//!
//! It knows nothing of how results are told. Invariant: whatever can be refused is refused before the
//! simulation starts.

use std::path::{Path, PathBuf};
use std::time::Instant as WallClock;

use fedsim::record::{Log, Value};
use fedsim::report::directory::{Timing, Writing};
use fedsim::report::summary::log_word;
use fedsim::report::{Identity, Overwrite, Reported, Summary, text};
use fedsim::study::{self, RunResult};

use super::check::{Loaded, load_one};
use super::progress::Progress;
use super::{Failure, Format, ScenarioArguments, failure, output, read_log};

/// Simulate a scenario: summary, files under `results/`
#[derive(Debug, clap::Args)]
pub struct Run {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// Write the files to this directory instead of `results/<name of the scenario>`
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Replace results of other inputs
    #[arg(long)]
    force: bool,
    /// The seed of the day: the same world, other delays (same as `--set run.seed.day=N`)
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Which requests have rows in the tables: all, failed, none, a share such as sample=1%; all of up to
    /// a million requests if it is left out
    #[arg(long, value_name = "WHICH", default_value = "up-to-limit", value_parser = read_log)]
    #[arg(hide_default_value = true)]
    log: Log,
    /// In what form the summary is told
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The replication that a single run is.
const REPLICATION: u32 = 0;

/// Carries out the command.
pub fn run(arguments: &Run) -> Result<(), Failure> {
    let mut settings = arguments.scenario.settings.clone();
    settings.extend(arguments.seed.map(|seed| format!("run.seed.day={seed}")));
    let loaded = load_one(&ScenarioArguments {
        file: arguments.scenario.file.clone(),
        settings,
    })?;
    let federation = &loaded.compiled.federation;
    let is_silent = federation.requests.is_empty()
        && federation.streams.streams.is_empty()
        && federation.shared.cycles.is_empty()
        && federation.scripts.is_empty();
    if is_silent && federation.traces.is_empty() {
        return Err(Failure::Nothing {
            message: format!("`{}` sends no request", arguments.scenario.file.display()),
            help: "add a `[request.NAME]` with `at`, `from` and `to`, a `[workload.NAME]` with `from`, \
                   or a `[trace.NAME]` with `file`"
                .to_owned(),
        });
    }
    let target = arguments.output.clone();
    let target = target.unwrap_or_else(|| Path::new("results").join(&loaded.name));
    let overwrite = if arguments.force {
        Overwrite::Results
    } else {
        Overwrite::Never
    };
    let log = log_word(arguments.log);
    let identity = Identity::new(
        &loaded.compiled.effective,
        &loaded.compiled.inputs,
        federation.seed,
        REPLICATION,
        log,
    );
    let writing = Writing::begin(&target, overwrite, identity)?;
    let done = simulate(arguments, &loaded, writing)?;
    output::note(&format!("results: {}", target.display()));
    done.judge()
}

/// What matters of a run once its results are written.
struct Done {
    broken_laws: usize,
    failed: usize,
    /// Of them digests.
    differ: usize,
    expectations: usize,
}

impl Done {
    fn of(result: &RunResult) -> Done {
        let failed = || result.verdicts.iter().filter(|verdict| !verdict.is_met);
        let digests = failed().filter(|verdict| matches!(verdict.got, Value::Digest(_)));
        Done {
            broken_laws: result.broken_laws().count(),
            failed: failed().count(),
            differ: digests.count(),
            expectations: result.verdicts.len(),
        }
    }

    fn judge(&self) -> Result<(), Failure> {
        match (self.broken_laws, self.failed) {
            (0, 0) => Ok(()),
            (0, failed) if failed == self.differ => Err(Failure::Differs(failed)),
            (0, failed) => Err(Failure::Expectations(failed, self.expectations)),
            (broken, _) => Err(Failure::BrokenLaws(broken)),
        }
    }
}

fn simulate(arguments: &Run, loaded: &Loaded, mut writing: Writing) -> Result<Done, Failure> {
    let federation = &loaded.compiled.federation;
    let seed = federation.seed;
    let file = arguments.scenario.file.display();
    failure::set_context(format!(
        "run {file}, seed world {} day {}",
        seed.world, seed.day
    ));
    let progress = Progress::new(federation);
    let begun = WallClock::now();
    let result = study::run(
        federation,
        REPLICATION,
        &loaded.expectations,
        (arguments.log, writing.rows()),
        |at, events| progress.at(at, events),
    );
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    progress.end();
    if result.is_cancelled() {
        writing.abandon()?;
        return Err(Failure::Interrupted);
    }
    if let Some(failure) = result.trace_failures.first() {
        writing.abandon()?;
        return Err(Failure::InputOutput {
            message: failure.error.to_string(),
            help: Some("nothing was written; run it again when the file is at rest".to_owned()),
        });
    }
    let reported = Reported {
        name: &loaded.name,
        effective: &loaded.compiled.effective,
        inputs: &loaded.compiled.inputs,
        federation: &result.federation,
        replication: REPLICATION,
        result: &result,
    };
    let summary = Summary::of(reported);
    let work = (result.ended.events, summary.requests.sent);
    let timing = Timing::new(milliseconds, work, peak_memory_bytes());
    writing.finish(reported, &summary, timing)?;
    match arguments.format {
        Format::Text => output::result(&text::render(&summary))?,
        Format::Json => output::result(&summary.json())?,
    }
    Ok(Done::of(&result))
}

/// The most memory that this program ever held, where the system tells it as Linux does.
fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_law_counts_more_than_a_failed_expectation() {
        for (broken_laws, failed, differ, code) in [
            (0, 0, 0, None),
            (0, 2, 0, Some(4)),
            (0, 2, 1, Some(4)),
            (0, 2, 2, Some(6)),
            (1, 0, 0, Some(1)),
            (1, 2, 2, Some(1)),
        ] {
            let done = Done {
                broken_laws,
                failed,
                differ,
                expectations: 3,
            };
            let judged = done.judge().err().map(|failure| failure.exit_code());
            assert_eq!(judged, code, "{broken_laws} {failed}");
        }
    }
}
