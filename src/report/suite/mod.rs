//! Suites: scenarios whose expectations are tested, all of them, in parallel.
//!
//! ```no_run
//! # fn main() -> Result<(), fedsim::report::suite::SuiteError> {
//! fedsim::Suite::of(["scenarios"])?.run().assert_met();
//! # Ok(())
//! # }
//! ```
//!
//! It knows nothing of terminals and of the wall clock. Invariant: reports stand in the order of the paths
//! and are the same whatever the number of threads.

mod case;
mod counts;
mod diff;
mod json;
mod junit;
mod paths;
mod snapshot;
mod text;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::scenario::Diagnostics;

pub use case::{Case, Differs, Failed, Finding, Told};
pub use counts::Counts;
use paths::Selected;

/// Scenarios to test.
#[derive(Clone, Debug)]
pub struct Suite {
    scenarios: Vec<Selected>,
    options: Options,
}

/// What is asked of each scenario.
#[derive(Clone, Debug, Default)]
struct Options {
    /// Only scenarios whose path, or expectations whose text, contains this.
    filter: Option<String>,
    /// Whether digests and snapshots that differ are written anew.
    updates: bool,
}

/// Why there is no suite.
#[derive(Debug)]
pub enum SuiteError {
    /// A path cannot be looked at.
    Io(PathBuf, io::Error),
}

/// What became of one scenario.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its file.
    pub path: PathBuf,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a scenario.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Its expectations were judged, and its snapshot compared.
    Judged(Vec<Case>),
    /// It expects nothing and has no snapshot: nothing was tested.
    Without,
    /// It is invalid, or its file cannot be read.
    Refused(Diagnostics),
    /// A file could not be read or written.
    InputOutput(String),
    /// Laws that hold in every run do not: a bug of fedsim.
    BrokenLaws(Vec<String>),
    /// It was not run to its end.
    Interrupted,
}

/// What became of a suite.
#[derive(Clone, Debug)]
pub struct Reports {
    /// What became of each scenario, in the order of the paths. Those that the filter leaves out are not
    /// here.
    pub scenarios: Vec<Report>,
}

/// Watches a suite while it is run, from several threads.
pub trait Watch: Sync {
    /// Whether to go on; asked from time to time.
    fn goes_on(&self) -> bool {
        true
    }

    /// A scenario is begun.
    fn begun(&self, _: &Path) {}

    /// It is done.
    fn done(&self, _: &Path) {}
}

impl Watch for () {}

impl Suite {
    /// The scenarios of these files and below these directories.
    ///
    /// # Errors
    /// If one of the paths cannot be looked at.
    pub fn of<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Suite, SuiteError> {
        let scenarios =
            paths::select(paths).map_err(|(path, error)| SuiteError::Io(path, error))?;
        Ok(Suite {
            scenarios,
            options: Options::default(),
        })
    }

    /// Leaves out scenarios whose path does not contain this text, but for the expectations that do.
    #[must_use]
    pub fn filtered(mut self, text: impl Into<String>) -> Suite {
        self.options.filter = Some(text.into());
        self
    }

    /// Writes digests that are expected, and snapshots, anew where they differ; a scenario that was named
    /// itself gets a snapshot if it has none.
    #[must_use]
    pub fn updating(mut self) -> Suite {
        self.options.updates = true;
        self
    }

    /// How many scenarios there are.
    pub fn len(&self) -> usize {
        self.scenarios.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.scenarios.is_empty()
    }

    /// Runs it on all cores.
    pub fn run(&self) -> Reports {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        self.run_watched(threads, &())
    }

    /// Runs it on so many threads, one at least.
    pub fn run_watched(&self, threads: usize, watch: &dyn Watch) -> Reports {
        let next = AtomicUsize::new(0);
        let done: Vec<Mutex<Option<Report>>> =
            self.scenarios.iter().map(|_| Mutex::new(None)).collect();
        let work = || {
            while let Some(at) = self.take(&next) {
                let Selected { path, is_named } = &self.scenarios[at];
                watch.begun(path);
                let outcome = case::test(path, *is_named, &self.options, watch);
                watch.done(path);
                let report = outcome.map(|outcome| Report {
                    path: path.clone(),
                    outcome,
                });
                *done[at].lock().expect("nobody panics with it") = report;
            }
        };
        thread::scope(|scope| {
            for _ in 1..threads.clamp(1, self.len().max(1)) {
                scope.spawn(work);
            }
            work();
        });
        let reports = done.into_iter();
        let reports = reports.map(|report| report.into_inner().expect("nobody panicked with it"));
        Reports {
            scenarios: reports.flatten().collect(),
        }
    }

    /// The next scenario that nobody has begun.
    fn take(&self, next: &AtomicUsize) -> Option<usize> {
        let at = next.fetch_add(1, Ordering::Relaxed);
        (at < self.len()).then_some(at)
    }
}

impl Reports {
    /// How many of what.
    pub fn counts(&self) -> Counts {
        Counts::of(&self.scenarios)
    }

    /// What became of each scenario, and what is wrong with those that are not as expected.
    pub fn text(&self) -> String {
        text::render(self)
    }

    /// The same for programs.
    pub fn json(&self) -> serde_json::Value {
        json::value(self)
    }

    /// The same as JUnit XML, a test suite for each scenario and a test case for each expectation.
    /// `seconds` tells how long each scenario took, if that is known.
    pub fn junit(&self, seconds: &dyn Fn(&Path) -> Option<f64>) -> String {
        junit::render(self, seconds)
    }

    /// For tests of other crates: everything was as expected, and something was tested.
    ///
    /// # Panics
    /// If that is not so, with all that is known about it.
    #[track_caller]
    pub fn assert_met(&self) {
        assert!(self.counts().are_all_met(), "\n{}", self.text());
    }
}

impl fmt::Display for SuiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SuiteError::Io(path, error) => write!(f, "cannot read `{}`: {error}", path.display()),
        }
    }
}

impl std::error::Error for SuiteError {}
