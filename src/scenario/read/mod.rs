//! Reading: text to a [`Document`], or every reason why not.
//!
//! It knows nothing of what values mean to each other; references and derived values belong to
//! compiling. Invariant: whatever the bytes, it ends in time and memory in proportion to their
//! number, without a panic; and what it returns is complete but for derived and optional keys.

mod defaults;
mod distribution;
mod findings;
mod measured;
pub(crate) mod names;
pub(crate) mod scalar;
mod scan;
mod syntax;
#[cfg(test)]
mod tests;
mod walk;

use std::path::Path;
use std::sync::Arc;

use super::diagnostic::{Diagnostic, Diagnostics, Location, Source, SourceIndex};
use super::instants::Clock;
use super::side_file::SideFiles;
use super::tree::Table;

pub(in crate::scenario) use distribution::FORMS;
pub(in crate::scenario) use measured::UNITS;
pub use walk::complete;

/// The longest file that is read, in bytes.
pub const FILE_MAX: u64 = 64 << 20;

/// How many `--set` arguments there may be; more are not looked at.
const SETTINGS_MAX: usize = SourceIndex::FIRST_SIDE_FILE as usize - 1;

/// A scenario's values, complete but for what is derived or optional.
#[derive(Clone, Debug)]
pub struct Document {
    /// The whole tree, of the object [`SCENARIO`](super::keys::SCENARIO).
    pub tables: Table,
    /// The start of the run and the zone of local times, for instants that are read later.
    pub clock: Clock,
    /// The files beside the scenario, and which of them have been read.
    pub files: SideFiles,
    /// Findings that do not keep the scenario from being simulated.
    pub warnings: Diagnostics,
}

impl Document {
    /// The text of the scenario file.
    pub fn text(&self) -> &str {
        self.warnings
            .sources()
            .first()
            .map_or("", |source| &source.text)
    }

    /// An empty set of findings about the texts of this document.
    pub fn findings(&self) -> Diagnostics {
        let mut found = Diagnostics::about(self.warnings.sources().clone());
        self.files.add_texts(&mut found);
        found
    }
}

/// Reads a scenario's text; `name` is what messages call it.
///
/// # Errors
/// All findings at once, if one of them is an error.
pub fn read(text: &str, name: &str) -> Result<Document, Diagnostics> {
    read_with(text, name, &[])
}

/// Reads a scenario's text and lays settings over it, each `KEY=VALUE` as in the file.
///
/// # Errors
/// All findings at once, if one of them is an error.
pub fn read_with(text: &str, name: &str, settings: &[String]) -> Result<Document, Diagnostics> {
    read_beside(text, name, settings, SideFiles::none())
}

/// As [`read_with`], for a scenario that may name these side files.
///
/// # Errors
/// All findings at once, if one of them is an error.
pub fn read_beside(
    text: &str,
    name: &str,
    settings: &[String],
    files: SideFiles,
) -> Result<Document, Diagnostics> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() as u64 > FILE_MAX {
        return Err(alone(too_large(name)));
    }
    let file = Source {
        name: name.to_string(),
        text: text.to_string(),
        lines_before: 0,
    };
    let setting = |setting: &String| Source {
        name: "--set".to_string(),
        text: super::patch::setting_text(setting),
        lines_before: 0,
    };
    let settings = settings.iter().take(SETTINGS_MAX).map(setting);
    let sources: Arc<[Source]> = std::iter::once(file).chain(settings).collect();
    let mut found = Diagnostics::about(sources.clone());
    let mut layers = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let index = SourceIndex(index as u16);
        layers.push(syntax::parse(&source.text, index, &mut found));
    }
    let mut document = walk::walk(&layers, found, files)?;
    let mut found = document.findings();
    super::topology::expand(&mut document, &mut found);
    super::bulk::expand(&mut document, &mut found);
    document.warnings.append(found);
    match document.warnings.has_errors() {
        true => Err(document.warnings),
        false => Ok(document),
    }
}

/// Reads a scenario's bytes, which must be UTF-8; a byte order mark is skipped.
///
/// # Errors
/// All findings at once, if one of them is an error.
pub fn read_bytes(bytes: &[u8], name: &str, settings: &[String]) -> Result<Document, Diagnostics> {
    read_bytes_beside(bytes, name, settings, SideFiles::none())
}

fn read_bytes_beside(
    bytes: &[u8],
    name: &str,
    settings: &[String],
    files: SideFiles,
) -> Result<Document, Diagnostics> {
    match std::str::from_utf8(bytes) {
        Ok(text) => read_beside(text, name, settings, files),
        Err(error) => Err(not_text(bytes, name, error.valid_up_to())),
    }
}

/// Reads a scenario file, and the side files that it names below its directory.
///
/// # Errors
/// If it cannot be opened, is no file, or is longer than [`FILE_MAX`]; else as [`read_bytes`].
pub fn load(path: &Path, settings: &[String]) -> Result<Document, Diagnostics> {
    let name = path.display().to_string();
    let bytes = file_bytes(path, &name).map_err(alone)?;
    let directory = path.parent().unwrap_or(Path::new(""));
    read_bytes_beside(&bytes, &name, settings, SideFiles::of_directory(directory))
}

fn file_bytes(path: &Path, name: &str) -> Result<Vec<u8>, Diagnostic> {
    use std::io::{ErrorKind, Read};
    let refused = |error: std::io::Error| {
        let reason = match error.kind() {
            ErrorKind::NotFound => "there is no such file".to_string(),
            ErrorKind::PermissionDenied => "permission denied".to_string(),
            ErrorKind::IsADirectory => "it is a directory".to_string(),
            kind => kind.to_string(),
        };
        let found = Diagnostic::placeless("io", format!("cannot read `{name}`: {reason}"));
        match error.kind() {
            ErrorKind::IsADirectory => found.help("give the scenario file in it"),
            _ => found,
        }
    };
    let file = std::fs::File::open(path).map_err(refused)?;
    let about = file.metadata().map_err(refused)?;
    if about.is_dir() {
        return Err(refused(ErrorKind::IsADirectory.into()));
    }
    let mut bytes = Vec::new();
    if about.len() <= FILE_MAX {
        // A pipe has no length, so the limit holds for what is read.
        file.take(FILE_MAX + 1)
            .read_to_end(&mut bytes)
            .map_err(refused)?;
    }
    if about.len().max(bytes.len() as u64) > FILE_MAX {
        return Err(too_large(name));
    }
    Ok(bytes)
}

fn too_large(name: &str) -> Diagnostic {
    let limit = FILE_MAX >> 20;
    Diagnostic::placeless("too-large", format!("`{name}` is larger than {limit} MiB"))
        .help("declare many mailboxes with `mailboxes = N` rather than one by one")
}

fn not_text(bytes: &[u8], name: &str, valid: usize) -> Diagnostics {
    let line = bytes[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
    let wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let message = format!(
        "`{name}` is not UTF-8: byte {valid} (0x{:02x}, in line {line})",
        bytes[valid]
    );
    let help = if wide {
        "it looks like UTF-16, as some Windows programs write; save it as UTF-8"
    } else {
        "save the file as UTF-8"
    };
    alone(Diagnostic::placeless("not-utf8", message).help(help))
}

fn alone(diagnostic: Diagnostic) -> Diagnostics {
    let mut found = Diagnostics::default();
    found.push(diagnostic);
    found
}

/// A path as it is written in a header.
pub fn path_text<'a>(path: impl Iterator<Item = &'a str>) -> String {
    path.map(super::patch::key_text)
        .collect::<Vec<_>>()
        .join(".")
}

/// The place of a range of a text.
fn at(source: SourceIndex, range: std::ops::Range<usize>) -> Location {
    Location::new(source, range)
}
