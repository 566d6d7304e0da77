//! The directory of results: written aside, rows while the run goes on, then put in place as a whole.
//!
//! It knows nothing of the run but its files. Invariant: a directory of results is complete or it is
//! named `….partial`; one that holds results of other inputs, or something else, is never touched
//! unless the caller says so; and two runs never write to the same place at once.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::record::{RowLists, RowSink};
use crate::scenario::show;

use super::csv::{MEASURE_TABLES, RowFiles, tables, write_measure};
use super::identity::{FORMAT, Identity};
use super::summary::{Summary, log_word};
use super::{Reported, text};

/// The file that makes a directory a directory of results.
pub const MANIFEST: &str = "manifest.json";
/// The summary as data.
pub const SUMMARY: &str = "summary.json";
/// The summary for people.
pub const SUMMARY_TEXT: &str = "summary.txt";
/// The scenario with all its values, such as it was simulated: what `fedsim why` reads.
pub const SCENARIO: &str = "scenario.toml";
/// The file of what administrators did.
pub const TRANSCRIPT: &str = "transcript.txt";
/// What depends on the machine and its clock; everything else does not.
pub const TIMING: &str = "timing.json";

/// What happens to results of other inputs that are in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overwrite {
    /// They stay, and nothing is written.
    Never,
    /// They are replaced.
    Results,
}

/// Why results were not written.
#[derive(Debug)]
pub enum WriteError {
    /// Results of other inputs are in the way.
    OtherInputs(PathBuf),
    /// Something that is not a directory of results is in the way.
    NotResults(PathBuf),
    /// Another run is writing there.
    Busy(PathBuf),
    /// The system refused; at this path.
    Io(PathBuf, io::Error),
}

/// What `manifest.json` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of all files of results.
    pub format: u32,
    /// `fedsim-manifest`.
    pub kind: String,
    /// The name of the scenario.
    pub scenario: String,
    /// What the results are a function of.
    #[serde(flatten)]
    pub identity: Identity,
    /// The other files, without the timing.
    pub files: Vec<String>,
}

/// What `timing.json` says: nothing in it is a function of the inputs.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Timing {
    /// The version of all files of results.
    pub format: u32,
    /// `fedsim-timing`.
    pub kind: &'static str,
    /// How long the simulation took on this machine.
    pub run_milliseconds: u64,
    /// How many events it handled in a second.
    pub events_per_second: u64,
    /// How many requests it handled in a second.
    pub requests_per_second: u64,
    /// The most memory that the program ever held, if the system tells.
    pub peak_memory_bytes: Option<u64>,
}

impl Timing {
    /// The timing of a run of so many events and requests.
    pub fn new(
        run_milliseconds: u64,
        (events, requests): (u64, u64),
        peak_memory_bytes: Option<u64>,
    ) -> Timing {
        let per_second = |count: u64| count.saturating_mul(1_000) / run_milliseconds.max(1);
        Timing {
            format: FORMAT,
            kind: "fedsim-timing",
            run_milliseconds,
            events_per_second: per_second(events),
            requests_per_second: per_second(requests),
            peak_memory_bytes,
        }
    }
}

/// Whether a directory can take the results of this identity.
///
/// # Errors
/// What is in the way.
pub fn check(
    directory: &Path,
    identity: &Identity,
    overwrite: Overwrite,
) -> Result<(), WriteError> {
    let at = |error| WriteError::Io(directory.to_owned(), error);
    if directory.file_name().is_none() {
        // `.`, `..` and `/` cannot be put in place as a whole.
        return Err(WriteError::NotResults(directory.to_owned()));
    }
    match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(WriteError::NotResults(directory.to_owned()));
        }
        Err(error) => return Err(at(error)),
        Ok(mut entries) => {
            if entries.next().is_none() {
                return Ok(());
            }
        }
    }
    holds_results_alone(directory)?;
    let path = directory.join(MANIFEST);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(WriteError::NotResults(directory.to_owned()));
        }
        Err(error) => return Err(WriteError::Io(path, error)),
    };
    // A manifest of another format is still a manifest: its results may be replaced on demand.
    let is_manifest = bytes.windows(15).any(|part| part == b"fedsim-manifest");
    let manifest: Option<Manifest> = serde_json::from_slice(&bytes).ok();
    match (manifest, overwrite) {
        (Some(manifest), _) if manifest.identity == *identity => Ok(()),
        _ if !is_manifest => Err(WriteError::NotResults(directory.to_owned())),
        (_, Overwrite::Results) => Ok(()),
        (_, Overwrite::Never) => Err(WriteError::OtherInputs(directory.to_owned())),
    }
}

/// Whether everything in a directory is a file of results, so that nothing of the user's is lost with it.
fn holds_results_alone(directory: &Path) -> Result<(), WriteError> {
    let at = |error| WriteError::Io(directory.to_owned(), error);
    for entry in fs::read_dir(directory).map_err(at)? {
        let name = entry.map_err(at)?.file_name();
        let is_ours = name
            .to_str()
            .is_some_and(|name| file_names().any(|ours| ours == name));
        if !is_ours {
            return Err(WriteError::NotResults(directory.to_owned()));
        }
    }
    Ok(())
}

/// The names of all files of results.
fn file_names() -> impl Iterator<Item = &'static str> {
    tables().map(|table| table.file).chain([
        SCENARIO,
        SUMMARY,
        SUMMARY_TEXT,
        TRANSCRIPT,
        TIMING,
        MANIFEST,
    ])
}

/// Removes what an interrupted run has left.
fn remove_left(directory: &Path) -> Result<(), WriteError> {
    if !directory.exists() {
        return Ok(());
    }
    holds_results_alone(directory)?;
    fs::remove_dir_all(directory).map_err(|error| WriteError::Io(directory.to_owned(), error))
}

/// The identity of a run's results.
pub fn identity(reported: Reported<'_>) -> Identity {
    let log = log_word(reported.result.log);
    Identity::new(
        reported.effective,
        reported.inputs,
        reported.federation.seed,
        reported.replication,
        log,
    )
}

/// Results that are being written aside.
#[derive(Debug)]
pub struct Writing {
    directory: PathBuf,
    aside: PathBuf,
    overwrite: Overwrite,
    identity: Identity,
    rows: RowFiles,
    /// Held as long as rows are written: the manifest, which is still empty.
    lock: File,
}

impl Writing {
    /// Begins to write the results of this identity.
    ///
    /// # Errors
    /// What is in the way, or what the system refused; then nothing has been written.
    pub fn begin(
        directory: &Path,
        overwrite: Overwrite,
        identity: Identity,
    ) -> Result<Writing, WriteError> {
        check(directory, &identity, overwrite)?;
        let aside = beside(directory, ".partial");
        refuse_if_busy(&aside)?;
        remove_left(&aside)?;
        let at = |path: &Path, error| WriteError::Io(path.to_owned(), error);
        fs::create_dir_all(&aside).map_err(|error| at(&aside, error))?;
        let manifest = aside.join(MANIFEST);
        let lock = File::create(&manifest).map_err(|error| at(&manifest, error))?;
        // Where a file system has no locks there is no protection either.
        let _ = lock.try_lock();
        let rows = RowFiles::create(&aside).map_err(|(path, error)| WriteError::Io(path, error))?;
        Ok(Writing {
            directory: directory.to_owned(),
            aside,
            overwrite,
            identity,
            rows,
            lock,
        })
    }

    /// What takes the rows of the run.
    pub fn rows(&mut self) -> &mut RowFiles {
        &mut self.rows
    }

    /// Writes everything else and puts the directory in place.
    ///
    /// # Errors
    /// What is in the way by now, or what the system refused; then earlier results are as they were.
    pub fn finish(
        self,
        reported: Reported<'_>,
        summary: &Summary,
        timing: Timing,
    ) -> Result<(), WriteError> {
        let aside = &self.aside;
        let rows = self.rows.finish();
        rows.map_err(|(path, error)| WriteError::Io(path, error))?;
        for table in MEASURE_TABLES {
            file(aside, table.file, |out| write_measure(table, out, reported))?;
        }
        let text_of_summary = text::render(summary);
        for (name, text) in [
            (SCENARIO, show::plain(reported.effective)),
            (SUMMARY, summary.json()),
            (SUMMARY_TEXT, text_of_summary),
            (TRANSCRIPT, text::statements_text(&summary.transcript)),
            (TIMING, json_text(&timing)),
        ] {
            file(aside, name, |out| out.write_all(text.as_bytes()))?;
        }
        let others = file_names().filter(|name| ![TIMING, MANIFEST].contains(name));
        let mut files: Vec<_> = others.map(str::to_owned).collect();
        files.sort();
        check(&self.directory, &self.identity, self.overwrite)?;
        let manifest = Manifest {
            format: FORMAT,
            kind: "fedsim-manifest".to_owned(),
            scenario: reported.name.to_owned(),
            identity: self.identity,
            files,
        };
        drop(self.lock);
        file(aside, MANIFEST, |out| {
            out.write_all(json_text(&manifest).as_bytes())
        })?;
        put_in_place(aside, &self.directory)
    }

    /// Removes what has been written.
    ///
    /// # Errors
    /// What the system refused.
    pub fn abandon(self) -> Result<(), WriteError> {
        let Writing {
            aside, rows, lock, ..
        } = self;
        drop((rows, lock));
        remove_left(&aside)
    }
}

/// Refuses a directory that another run is writing to.
fn refuse_if_busy(aside: &Path) -> Result<(), WriteError> {
    let Ok(manifest) = File::open(aside.join(MANIFEST)) else {
        return Ok(());
    };
    match manifest.try_lock() {
        Err(TryLockError::WouldBlock) => Err(WriteError::Busy(aside.to_owned())),
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

/// Writes all files of a run that has ended, with rows that were kept in memory.
///
/// # Errors
/// What is in the way, or what the system refused; then the directory is as it was.
pub fn write(
    directory: &Path,
    overwrite: Overwrite,
    (reported, rows): (Reported<'_>, &RowLists),
    summary: &Summary,
    timing: Timing,
) -> Result<(), WriteError> {
    let mut writing = Writing::begin(directory, overwrite, identity(reported))?;
    writing.rows().take(reported.federation, rows);
    writing.finish(reported, summary, timing)
}

/// Puts a complete directory in the place of an old one, which goes only when the new one stands.
fn put_in_place(aside: &Path, directory: &Path) -> Result<(), WriteError> {
    let at = |path: &Path, error| WriteError::Io(path.to_owned(), error);
    let old = beside(directory, ".old.partial");
    remove_left(&old)?;
    let is_replaced = directory.exists();
    if is_replaced {
        fs::rename(directory, &old).map_err(|error| at(directory, error))?;
    }
    if let Err(error) = fs::rename(aside, directory) {
        if is_replaced {
            fs::rename(&old, directory).map_err(|error| at(&old, error))?;
        }
        return Err(at(directory, error));
    }
    if is_replaced {
        fs::remove_dir_all(&old).map_err(|error| at(&old, error))?;
    }
    Ok(())
}

/// The path with something added to its last part, whatever stands after that.
fn beside(directory: &Path, ending: &str) -> PathBuf {
    let mut name = directory.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    directory.with_file_name(name)
}

fn file(
    directory: &Path,
    name: &str,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), WriteError> {
    let path = directory.join(name);
    let written = File::create(&path).and_then(|file| {
        let mut out = BufWriter::new(file);
        fill(&mut out)?;
        out.flush()
    });
    written.map_err(|error| WriteError::Io(path, error))
}

fn json_text<T: Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("it has only text keys");
    text.push('\n');
    text
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WriteError::OtherInputs(path) => {
                write!(f, "`{}` holds results of other inputs", path.display())
            }
            WriteError::NotResults(path) => {
                write!(f, "`{}` holds something else than results", path.display())
            }
            WriteError::Busy(path) => {
                write!(f, "another run is writing to `{}`", path.display())
            }
            WriteError::Io(path, error) => write!(f, "cannot write `{}`: {error}", path.display()),
        }
    }
}

impl std::error::Error for WriteError {}
