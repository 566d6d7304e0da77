//! `fedsim test`: do all expectations of these scenarios hold.
//!
//! It knows no expectation. Invariant: what is tested does not depend on the number of threads, and the
//! wall clock reaches nothing but the JUnit file and the progress bar.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant as WallClock};

use fedsim::report::suite::{Counts, Suite, SuiteError, Watch};

use super::progress::SuiteProgress;
use super::{Failure, Format, failure, output};

/// Test scenarios: run them in parallel and judge all that they expect
#[derive(Debug, clap::Args)]
#[command(after_help = "\
exit codes, the first that applies: 130 interrupted; 1 internal error (a bug); 8 a file could not be read or \
written; 3 a scenario is invalid; 4 an expectation failed; 6 a digest or snapshot differs; 9 nothing was tested; 0 \
everything is as expected")]
pub struct Test {
    /// Scenario files, and directories whose `.toml` files are all taken
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only scenarios whose path contains this text, and of the others the expectations that do
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Write the digests that are expected, and snapshots, anew where they differ; a scenario that is named
    /// itself gets a snapshot if it has none
    #[arg(long)]
    update: bool,
    /// Write the results to this file as JUnit XML too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// How many scenarios are run at once; as many as there are cores if it is left out
    #[arg(long, value_name = "N")]
    jobs: Option<std::num::NonZeroUsize>,
    /// In what form the results are told
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Carries out the command.
pub fn test(arguments: &Test) -> Result<(), Failure> {
    let mut suite = Suite::of(&arguments.paths).map_err(unreadable)?;
    if let Some(text) = &arguments.filter {
        suite = suite.filtered(text.as_str());
    }
    if arguments.update {
        suite = suite.updating();
    }
    let watch = Watching {
        progress: SuiteProgress::new(suite.len()),
        times: Mutex::new(BTreeMap::new()),
    };
    let reports = match arguments.jobs {
        Some(jobs) => suite.run_watched(jobs.get(), &watch),
        None => suite.run_watched(cores(), &watch),
    };
    watch.progress.end();
    match arguments.format {
        Format::Text => output::result(&reports.text())?,
        Format::Json => output::json(&reports.json())?,
    }
    if let Some(path) = &arguments.junit {
        let xml = reports.junit(&|path| watch.seconds(path));
        std::fs::write(path, xml).map_err(|error| Failure::InputOutput {
            message: format!("cannot write `{}`: {error}", path.display()),
            help: None,
        })?;
    }
    judge(&reports.counts(), suite.len())
}

/// What a suite ends with: the first that applies, so that what kept others from being tested comes first.
fn judge(counts: &Counts, files: usize) -> Result<(), Failure> {
    let told = |code, message: String, help| {
        output::error(&message, help);
        Err(Failure::Told(code))
    };
    let of = |count: usize, what: &str| format!("{count} of {} {what}", counts.scenarios);
    if counts.interrupted > 0 {
        let interrupted = of(counts.interrupted, "scenarios were not tested");
        return told(130, format!("interrupted: {interrupted}"), None);
    }
    if counts.broken > 0 {
        return Err(Failure::BrokenLaws(counts.broken));
    }
    if counts.input_output > 0 {
        let files = match counts.input_output {
            1 => "a file".to_owned(),
            many => format!("{many} files"),
        };
        return told(8, format!("{files} could not be read or written"), None);
    }
    if counts.invalid > 0 {
        return told(3, of(counts.invalid, "scenarios are invalid"), None);
    }
    if counts.failed > 0 {
        return Err(Failure::Expectations(counts.failed, counts.cases));
    }
    if counts.differ > 0 {
        return Err(Failure::Differs(counts.differ));
    }
    if counts.cases == 0 {
        let (message, help) = match (files, counts.without) {
            (0, _) => (
                "there is no scenario",
                "name files, or directories with `.toml` files",
            ),
            (_, 0) => (
                "no scenario and no expectation contains the text",
                "try another --filter",
            ),
            _ => ("nothing is expected", "add an `[expect]` to the scenarios"),
        };
        return Err(Failure::Nothing {
            message: message.to_owned(),
            help: help.to_owned(),
        });
    }
    Ok(())
}

fn unreadable(error: SuiteError) -> Failure {
    Failure::InputOutput {
        message: error.to_string(),
        help: None,
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// What is measured and shown of a suite while it is run.
struct Watching {
    progress: SuiteProgress,
    /// When each scenario was begun, and how long it took.
    times: Mutex<BTreeMap<PathBuf, (WallClock, Option<Duration>)>>,
}

impl Watching {
    fn seconds(&self, path: &Path) -> Option<f64> {
        let times = self.times.lock().ok()?;
        let (_, took) = times.get(path)?;
        took.map(|took| took.as_secs_f64())
    }
}

impl Watch for Watching {
    fn goes_on(&self) -> bool {
        self.progress.goes_on()
    }

    fn begun(&self, path: &Path) {
        if let Ok(mut times) = self.times.lock() {
            times.insert(path.to_owned(), (WallClock::now(), None));
            // One of those that are under way, if it comes to that.
            let under_way = times.iter().filter(|(_, (_, took))| took.is_none());
            let under_way = under_way.map(|(path, _)| path.display().to_string());
            let under_way: Vec<_> = under_way.collect();
            failure::set_context(format!("test {}", under_way.join(" or ")));
        }
        self.progress.begun(path);
    }

    fn done(&self, path: &Path) {
        if let Ok(mut times) = self.times.lock()
            && let Some((begun, took)) = times.get_mut(path)
        {
            *took = Some(begun.elapsed());
        }
        self.progress.done();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kept_others_from_being_tested_counts_first() {
        let good = Counts {
            scenarios: 3,
            cases: 5,
            met: 5,
            ..Counts::default()
        };
        let mut counts = good;
        let code = |counts: &Counts| judge(counts, 3).err().map(|failure| failure.exit_code());
        assert_eq!(code(&good), None);
        assert_eq!(code(&Counts::default()), Some(9));
        let without = Counts { without: 1, ..good };
        assert_eq!(code(&without), None);
        counts.differ = 1;
        assert_eq!(code(&counts), Some(6));
        counts.failed = 1;
        assert_eq!(code(&counts), Some(4));
        counts.invalid = 1;
        assert_eq!(code(&counts), Some(3));
        counts.input_output = 1;
        assert_eq!(code(&counts), Some(8));
        counts.broken = 1;
        assert_eq!(code(&counts), Some(1));
        counts.interrupted = 1;
        assert_eq!(code(&counts), Some(130));
    }
}
