//! Snapshots: what is written down of a run, and put in its place when it is meant to differ.
//!
//! A snapshot is the summary as text, that of `summary.txt`, in a file beside the scenario: `first.snapshot`
//! for `first.toml`. A digest that is expected stands in the scenario itself.
//!
//! It knows no run. Invariant: a file is written aside and renamed, so that it is the old one or the new
//! one and never a part; of a scenario nothing changes but digits of digests.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::record::{Fingerprint, Value};
use crate::scenario::Document;
use crate::study::condition::{Bound, Operator};
use crate::study::{Expectation, Verdict};

/// Where the snapshot of a scenario stands.
pub(super) fn path_of(scenario: &Path) -> PathBuf {
    scenario.with_extension("snapshot")
}

/// The snapshot of a scenario, if it has one.
///
/// # Errors
/// If it is there and cannot be read.
pub(super) fn read(scenario: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path_of(scenario)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a file aside and puts it in place.
///
/// # Errors
/// If the directory or the disk does not take it; then the old file stands.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".partial");
    let aside = path.with_file_name(name);
    let written = fs::File::create(&aside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        if let Ok(old) = fs::metadata(path) {
            fs::set_permissions(&aside, old.permissions())?;
        }
        fs::rename(&aside, path)
    });
    if written.is_err() {
        // What could not be put in place is of no use; that it cannot be removed is told by the first error.
        let _ = fs::remove_file(&aside);
    }
    written
}

/// The digest that an expectation is about and the one that was found, if they should be equal and are not.
pub(super) fn wrong_digest(
    expectation: &Expectation,
    verdict: &Verdict,
) -> Option<(Fingerprint, Fingerprint)> {
    let condition = &expectation.condition;
    match (condition.operator, condition.bound, verdict.got) {
        (Operator::Equal, Bound::Digest(expected), Value::Digest(got)) if expected != got => {
            Some((expected, got))
        }
        _ => None,
    }
}

/// The text of a scenario with the digests that were found; none if one of them is not spelled plainly in
/// the file.
pub(super) fn with_digests(
    document: &Document,
    expectations: &[Expectation],
    verdicts: &[Verdict],
) -> Option<String> {
    let text = document.text();
    let mut changes = Vec::new();
    for (expectation, verdict) in expectations.iter().zip(verdicts) {
        let Some((expected, got)) = wrong_digest(expectation, verdict) else {
            continue;
        };
        expectation.line?;
        let place = expectation.place.range();
        let written = text.get(place.clone())?.to_ascii_lowercase();
        let digits = expected.to_string();
        let start = place.start + written.find(&digits)?;
        changes.push((start..start + digits.len(), got.to_string()));
    }
    changes.sort_by_key(|(range, _)| range.start);
    let mut text = text.to_owned();
    for (range, digits) in changes.into_iter().rev() {
        text.replace_range(range, &digits);
    }
    Some(text)
}
