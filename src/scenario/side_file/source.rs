//! Where side files are: nowhere, below a directory, or in memory.
//!
//! It knows nothing of scenarios and of what is wrong with a path. Invariant: only plain files are
//! opened, so that reading ends.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Cursor, ErrorKind, Read};
use std::path::PathBuf;

/// A source of files by path.
#[derive(Debug)]
pub(super) enum Files {
    /// The scenario has no place.
    None,
    /// Below this directory.
    Directory(PathBuf),
    /// These.
    Memory(BTreeMap<String, Vec<u8>>),
}

impl Files {
    /// The name that a file is shown under.
    pub(super) fn name(&self, path: &str) -> String {
        match self {
            Files::Directory(directory) => directory.join(path).display().to_string(),
            Files::None | Files::Memory(_) => path.to_owned(),
        }
    }

    /// Opens a file.
    pub(super) fn open(&self, path: &str) -> io::Result<Box<dyn Read + Send + '_>> {
        match self {
            Files::Memory(files) => match files.get(path) {
                Some(bytes) => Ok(Box::new(bytes.as_slice())),
                None => Err(ErrorKind::NotFound.into()),
            },
            Files::None | Files::Directory(_) => self.open_owned(path),
        }
    }

    /// Opens a file so that it outlives this.
    pub(super) fn open_owned(&self, path: &str) -> io::Result<Box<dyn Read + Send + 'static>> {
        match self {
            Files::None => Err(ErrorKind::NotFound.into()),
            Files::Memory(files) => match files.get(path) {
                Some(bytes) => Ok(Box::new(Cursor::new(bytes.clone()))),
                None => Err(ErrorKind::NotFound.into()),
            },
            Files::Directory(directory) => {
                let path = directory.join(path);
                // A link may lead anywhere, and what is there is not the scenario's.
                let here = match directory.as_os_str().is_empty() {
                    true => std::fs::canonicalize(".")?,
                    false => std::fs::canonicalize(directory)?,
                };
                if !std::fs::canonicalize(&path)?.starts_with(here) {
                    return Err(io::Error::other("it leads out of the scenario's directory"));
                }
                // Looked at before it is opened: opening a pipe waits for its other end.
                let about = std::fs::metadata(&path)?;
                if about.is_dir() {
                    return Err(ErrorKind::IsADirectory.into());
                }
                if !about.is_file() {
                    return Err(ErrorKind::InvalidInput.into());
                }
                Ok(Box::new(File::open(&path)?))
            }
        }
    }
}
