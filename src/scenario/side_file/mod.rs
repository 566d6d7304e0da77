//! Side files: what a scenario names beside itself, such as a topology, a table of measured times or
//! a trace.
//!
//! It knows nothing of what is in them. Invariant: a scenario reads nothing outside its own
//! directory, means the same on every machine, and each file it has read is remembered with a stable
//! hash, so that a changed file is another input.

mod source;
pub mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use super::diagnostic::{Diagnostic, Diagnostics, Location, Source, SourceIndex};
use crate::engine::hash::Hash128;

use source::Files;

/// The longest side file that is read as a whole, in bytes. Longer ones can be
/// [streamed](SideFiles::stream).
pub const SIDE_FILE_MAX: u64 = 64 << 20;

/// How many side files a scenario may name.
const FILES_MAX: usize = 1_000;

/// The side files of one scenario: where they are, and which of them have been read.
///
/// Clones share what has been read, so that a file is read once, whoever asks for it.
#[derive(Clone, Debug)]
pub struct SideFiles {
    files: Arc<Files>,
    read: Arc<Mutex<BTreeMap<String, Seen>>>,
}

/// A side file that was read as a whole.
#[derive(Clone, Debug)]
pub struct SideFile {
    /// Its path from the scenario's directory, as it is remembered: parts joined by `/`.
    pub path: Arc<str>,
    source: Arc<Source>,
    index: SourceIndex,
}

/// A side file that is read piece by piece, as often as is needed.
#[derive(Clone, Debug)]
pub struct SideStream {
    /// Its path from the scenario's directory, as it is remembered.
    pub path: Arc<str>,
    files: Arc<Files>,
}

/// A side file that was read, and what was in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input {
    /// Its path from the scenario's directory.
    pub path: String,
    /// XXH3 of its bytes.
    pub hash: u128,
}

#[derive(Debug)]
struct Seen {
    hash: u128,
    /// Its text, if it was read as a whole.
    text: Option<SideFile>,
}

impl SideFiles {
    /// There are none: the scenario is a text without a place.
    pub fn none() -> SideFiles {
        SideFiles::of(Files::None)
    }

    /// Those below a directory.
    pub fn of_directory(directory: &Path) -> SideFiles {
        SideFiles::of(Files::Directory(directory.to_owned()))
    }

    /// These alone, by path.
    pub fn in_memory<P: Into<String>, B: Into<Vec<u8>>>(
        files: impl IntoIterator<Item = (P, B)>,
    ) -> SideFiles {
        let files = files
            .into_iter()
            .map(|(path, bytes)| (path.into(), bytes.into()));
        SideFiles::of(Files::Memory(files.collect()))
    }

    fn of(files: Files) -> SideFiles {
        SideFiles {
            files: Arc::new(files),
            read: Arc::default(),
        }
    }

    /// The text of a file, which must be UTF-8 of at most [`SIDE_FILE_MAX`] bytes; a byte order mark
    /// is skipped. `place` is where the scenario names it.
    ///
    /// # Errors
    /// If the path is not one below the scenario's directory, if the file cannot be read, is too long
    /// or is not UTF-8.
    pub fn text(&self, path: &str, place: Location) -> Result<SideFile, Diagnostic> {
        let path = self::path(path, place)?;
        let mut read = self.read();
        if let Some(Seen {
            text: Some(file), ..
        }) = read.get(&path)
        {
            return Ok(file.clone());
        }
        let mut bytes = Vec::new();
        let name = self.files.name(&path);
        let refused = |error: &io::Error| io_error(&name, error, place);
        let mut file = self.open(&path, &name, place)?.take(SIDE_FILE_MAX + 1);
        file.read_to_end(&mut bytes)
            .map_err(|error| refused(&error))?;
        if bytes.len() as u64 > SIDE_FILE_MAX {
            let limit = SIDE_FILE_MAX >> 20;
            let message = format!("`{name}` is larger than {limit} MiB");
            return Err(Diagnostic::error("too-large", place, message)
                .help("a file that is read as a whole has to be smaller"));
        }
        let index = self.room(&read, &path, place)?;
        let hash = crate::engine::hash::bytes_128(&bytes);
        let text = String::from_utf8(bytes).map_err(|error| {
            not_text(
                &name,
                error.as_bytes(),
                error.utf8_error().valid_up_to(),
                place,
            )
        })?;
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        let file = SideFile {
            path: path.as_str().into(),
            source: Arc::new(Source {
                name,
                text,
                lines_before: 0,
            }),
            index,
        };
        let text = Some(file.clone());
        read.insert(path, Seen { hash, text });
        Ok(file)
    }

    /// A file of any size, for reading piece by piece. It is read through once for its hash.
    ///
    /// # Errors
    /// If the path is not one below the scenario's directory, or the file cannot be read.
    pub fn stream(&self, path: &str, place: Location) -> Result<SideStream, Diagnostic> {
        let path = self::path(path, place)?;
        let mut read = self.read();
        if !read.contains_key(&path) {
            self.room(&read, &path, place)?;
            let name = self.files.name(&path);
            let file = self.open(&path, &name, place)?;
            let hash = hash_of(file).map_err(|error| io_error(&name, &error, place))?;
            read.insert(path.clone(), Seen { hash, text: None });
        }
        Ok(SideStream {
            path: path.into(),
            files: self.files.clone(),
        })
    }

    /// Why a file cannot be read, as a finding.
    pub fn refused(name: &str, error: &io::Error, place: Location) -> Diagnostic {
        io_error(name, error, place)
    }

    /// All files that have been read, by path.
    pub fn inputs(&self) -> Vec<Input> {
        let read = self.read();
        let input = |(path, seen): (&String, &Seen)| Input {
            path: path.clone(),
            hash: seen.hash,
        };
        read.iter().map(input).collect()
    }

    /// Adds the texts of all files that have been read as a whole, for findings about their values.
    pub fn add_texts(&self, found: &mut Diagnostics) {
        for file in self.read().values().filter_map(|seen| seen.text.as_ref()) {
            found.add_side_file(file.index, file.source.clone());
        }
    }

    fn read(&self) -> MutexGuard<'_, BTreeMap<String, Seen>> {
        self.read
            .lock()
            .expect("nobody panics while reading a side file")
    }

    fn open(
        &self,
        path: &str,
        name: &str,
        place: Location,
    ) -> Result<Box<dyn Read + Send + '_>, Diagnostic> {
        if matches!(*self.files, Files::None) {
            let message = format!("`{path}` cannot be read: this scenario is not a file");
            return Err(Diagnostic::error("no-directory", place, message)
                .label("a path from the scenario's directory")
                .help("save the scenario as a file beside it; standard input has no directory"));
        }
        self.files
            .open(path)
            .map_err(|error| io_error(name, &error, place))
    }

    /// The index of the text of one more file.
    fn room(
        &self,
        read: &BTreeMap<String, Seen>,
        path: &str,
        place: Location,
    ) -> Result<SourceIndex, Diagnostic> {
        if read.len() >= FILES_MAX && !read.contains_key(path) {
            let message = format!("a scenario may name {FILES_MAX} files");
            return Err(Diagnostic::error("too-many", place, message).help("put them together"));
        }
        let taken = read.values().filter(|seen| seen.text.is_some()).count();
        Ok(SourceIndex(SourceIndex::FIRST_SIDE_FILE + taken as u16))
    }
}

impl SideFile {
    /// The whole text, without a byte order mark.
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// The name it is shown under.
    pub fn name(&self) -> &str {
        &self.source.name
    }

    /// A range of bytes of its text, as a place.
    pub fn place(&self, range: Range<usize>) -> Location {
        Location::new(self.index, range)
    }

    /// An error inside it, which will be shown with the text there.
    pub fn error(
        &self,
        code: &'static str,
        range: Range<usize>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::error(code, self.place(range), message).within(self.source.clone())
    }

    /// The same as a warning.
    pub fn warning(
        &self,
        code: &'static str,
        range: Range<usize>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::warning(code, self.place(range), message).within(self.source.clone())
    }
}

impl SideStream {
    /// What is shown of it in the n-th finding about a line that is not held with the rest: this line,
    /// with its number.
    pub fn excerpt(&self, finding: u16, line: u64, text: &str) -> (SourceIndex, Arc<Source>) {
        let index = SourceIndex::FIRST_SIDE_FILE + FILES_MAX as u16;
        let source = Source {
            name: self.name(),
            text: text.to_owned(),
            lines_before: (line - 1) as usize,
        };
        (SourceIndex(index.saturating_add(finding)), Arc::new(source))
    }

    /// Opens it at its beginning. A byte order mark is not skipped.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send + 'static>> {
        self.files.open_owned(&self.path)
    }

    /// The name it is shown under.
    pub fn name(&self) -> String {
        self.files.name(&self.path)
    }
}

/// A path as a scenario may write it, with its parts joined by `/`, without `.` and `..`.
pub(super) fn path(written: &str, place: Location) -> Result<String, Diagnostic> {
    checked_path(written).map_err(|error| error.at(written, place))
}

/// What is wrong with a path.
struct PathError {
    message: &'static str,
    help: &'static str,
}

impl PathError {
    fn at(&self, path: &str, place: Location) -> Diagnostic {
        let message = format!("`{path}` {}", self.message);
        Diagnostic::error("bad-path", place, message)
            .label("not a path below the scenario's directory")
            .help(self.help)
    }
}

fn checked_path(path: &str) -> Result<String, PathError> {
    let refuse = |message, help| Err(PathError { message, help });
    if path.contains('\\') {
        return refuse(
            "has a backslash",
            "write `/` between directories: it works on every system",
        );
    }
    if path.chars().any(char::is_control) {
        return refuse("has a control character", "name a file");
    }
    if path.starts_with('/') || path.contains(':') {
        return refuse(
            "is not relative",
            "put the file beside the scenario and name it from there, such as `data/times.csv`",
        );
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.pop().is_none() => {
                return refuse(
                    "leads out of the scenario's directory",
                    "put the file into the scenario's directory or below it",
                );
            }
            ".." => {}
            part => parts.push(part),
        }
    }
    if parts.is_empty() || path.ends_with('/') {
        return refuse("names no file", "name a file, such as `data/times.csv`");
    }
    Ok(parts.join("/"))
}

fn hash_of(mut file: impl Read) -> io::Result<u128> {
    let mut hash = Hash128::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hash.finish()),
            Ok(length) => hash.update(&piece[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn io_error(name: &str, error: &io::Error, place: Location) -> Diagnostic {
    use io::ErrorKind;
    let (reason, help) = match error.kind() {
        ErrorKind::NotFound => (
            "there is no such file".into(),
            Some("paths are relative to the scenario's directory"),
        ),
        ErrorKind::PermissionDenied => ("permission denied".to_owned(), None),
        ErrorKind::IsADirectory => ("it is a directory".into(), Some("name a file in it")),
        ErrorKind::InvalidInput => ("it is not a plain file".into(), Some("name a plain file")),
        ErrorKind::Other => (error.to_string(), None),
        kind => (kind.to_string(), None),
    };
    let found = Diagnostic::error("io", place, format!("cannot read `{name}`: {reason}"));
    found.maybe_help(help.map(str::to_owned))
}

fn not_text(name: &str, bytes: &[u8], valid: usize, place: Location) -> Diagnostic {
    let line = bytes[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
    let byte = bytes[valid];
    let message = format!("`{name}` is not UTF-8: byte {valid} (0x{byte:02x}, in line {line})");
    let wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    Diagnostic::error("not-utf8", place, message).help(match wide {
        true => "it looks like UTF-16, as some Windows programs write; save it as UTF-8",
        false => "save the file as UTF-8",
    })
}
