//! Which files a suite is made of: those that are named, and those below the directories that are.
//!
//! It knows nothing of what is in them. Invariant: the order is that of the paths that were given, below
//! a directory that of the names, whatever the file system says; no file stands twice.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file of a suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selected {
    /// Its path, as far as it was given as it was given.
    pub(super) path: PathBuf,
    /// Whether it was named itself, and not found below a directory.
    pub(super) is_named: bool,
}

/// The files that these paths stand for.
///
/// # Errors
/// The first path that cannot be looked at.
pub(super) fn select<P: AsRef<Path>>(
    paths: impl IntoIterator<Item = P>,
) -> Result<Vec<Selected>, (PathBuf, io::Error)> {
    let mut files: Vec<Selected> = Vec::new();
    let mut places: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for given in paths {
        let given = given.as_ref();
        let mut found = Vec::new();
        let is_named = !look_at(given)?.is_dir();
        if is_named {
            found.push(given.to_owned());
        } else {
            walk(given, &mut found)?;
        }
        for path in found {
            let place = *places.entry(path.clone()).or_insert(files.len());
            if place == files.len() {
                files.push(Selected { path, is_named });
            } else {
                files[place].is_named |= is_named;
            }
        }
    }
    Ok(files)
}

/// Collects the `.toml` files below a directory; what is hidden is left out, and a link to a directory is
/// not followed.
fn walk(directory: &Path, found: &mut Vec<PathBuf>) -> Result<(), (PathBuf, io::Error)> {
    let at = |error| (directory.to_owned(), error);
    let mut entries = BTreeMap::new();
    for entry in fs::read_dir(directory).map_err(at)? {
        let entry = entry.map_err(at)?;
        let is_directory = entry.file_type().map_err(at)?.is_dir();
        entries.insert(entry.file_name(), is_directory);
    }
    for (name, is_directory) in entries {
        let path = directory.join(&name);
        let is_hidden = name.to_string_lossy().starts_with('.');
        let is_scenario = path.extension().is_some_and(|ending| ending == "toml");
        if is_hidden {
            continue;
        }
        if is_directory {
            walk(&path, found)?;
        } else if is_scenario && look_at(&path)?.is_file() {
            found.push(path);
        }
    }
    Ok(())
}

fn look_at(path: &Path) -> Result<fs::Metadata, (PathBuf, io::Error)> {
    fs::metadata(path).map_err(|error| (path.to_owned(), error))
}
