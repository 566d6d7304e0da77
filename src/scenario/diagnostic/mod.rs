//! What a person must fix, as data: [`Diagnostic`], and all of a file's findings: [`Diagnostics`].
//!
//! It knows texts and byte ranges, no keys and no terminal. Invariant: findings are in the order of
//! their place, at most [`CAP`] of them are kept, and rendering never panics whatever the text is.

mod json;
mod render;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use render::place;

/// How many findings are kept; the rest is only counted.
pub const CAP: usize = 50;

/// Which text a [`Location`] lies in: 0 is the scenario file, the next are `--set` arguments, from
/// [`SourceIndex::FIRST_SIDE_FILE`] on they are side files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceIndex(pub u16);

/// A range of bytes of one of the texts that were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// Which text.
    pub source: SourceIndex,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A text that was read, with the name it is shown under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The file's name as the user gave it, or `--set`.
    pub name: String,
    /// The whole text, or what is shown of one that is too long to be held.
    pub text: String,
    /// How many lines of a longer text stand before it.
    pub lines_before: usize,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The scenario cannot be simulated.
    Error,
    /// It can, but probably does not mean what was meant.
    Warning,
}

/// A remark at another place that belongs to a finding, such as where a key was given first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub location: Location,
    /// What is to be seen there; a few words.
    pub text: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// A short stable identifier of the kind of finding, such as `unknown-key`.
    pub code: &'static str,
    /// What is wrong, in one line, with the offending text in backticks.
    pub message: String,
    /// Where; none for a finding about no text, such as a file that cannot be opened.
    pub location: Option<Location>,
    /// A few words under the offending text; may be empty.
    pub label: Box<str>,
    /// Other places that belong to it.
    pub labels: Box<[Label]>,
    /// What to do about it.
    pub help: Option<Box<str>>,
    /// The text that the place lies in, if it is a side file's.
    pub within: Option<Arc<Source>>,
}

/// All findings of one scenario, with the texts they lie in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    sources: Arc<[Source]>,
    /// The side files that findings lie in.
    side_files: BTreeMap<SourceIndex, Arc<Source>>,
    items: Vec<Diagnostic>,
    omitted: u64,
    /// Kept and omitted errors.
    errors: u64,
}

impl SourceIndex {
    /// The index of the first side file.
    pub const FIRST_SIDE_FILE: u16 = 1 << 15;

    /// Whether the text is that of a side file.
    pub fn is_side_file(self) -> bool {
        self.0 >= Self::FIRST_SIDE_FILE
    }
}

impl Location {
    /// A range of bytes of the scenario file.
    pub fn in_file(range: Range<usize>) -> Location {
        Location::new(SourceIndex(0), range)
    }

    /// A range of bytes of a text; positions beyond 4 GiB are cut.
    pub fn new(source: SourceIndex, range: Range<usize>) -> Location {
        let cut = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
        Location {
            source,
            start: cut(range.start),
            end: cut(range.end.max(range.start)),
        }
    }

    /// The range in bytes.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, location: Location, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: Severity::Error,
            code,
            message: message.into(),
            location: Some(location),
            label: Box::default(),
            labels: Box::default(),
            help: None,
            within: None,
        }
    }

    /// A warning at a place.
    pub fn warning(
        code: &'static str,
        location: Location,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, location, message)
        }
    }

    /// An error without a place.
    pub fn placeless(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            location: None,
            ..Diagnostic::error(code, Location::default(), message)
        }
    }

    /// The same with a few words under the offending text.
    pub fn label(mut self, label: impl Into<Box<str>>) -> Diagnostic {
        self.label = label.into();
        self
    }

    /// The same with a remark at another place.
    pub fn also(mut self, location: Location, text: impl Into<String>) -> Diagnostic {
        let text = text.into();
        let mut labels = std::mem::take(&mut self.labels).into_vec();
        labels.push(Label { location, text });
        self.labels = labels.into();
        self
    }

    /// The same in this side file.
    pub fn within(mut self, source: Arc<Source>) -> Diagnostic {
        self.within = Some(source);
        self
    }

    /// The same with a remedy.
    pub fn help(mut self, help: impl Into<Box<str>>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// The same with a remedy, if there is one.
    pub fn maybe_help(mut self, help: Option<String>) -> Diagnostic {
        self.help = help.map(String::into_boxed_str);
        self
    }
}

impl Diagnostics {
    /// No findings yet about these texts; the first is the scenario file.
    pub fn about(sources: Arc<[Source]>) -> Diagnostics {
        Diagnostics {
            sources,
            side_files: BTreeMap::new(),
            items: Vec::new(),
            omitted: 0,
            errors: 0,
        }
    }

    /// No findings yet about the texts that these are about.
    pub fn about_the_same(&self) -> Diagnostics {
        Diagnostics {
            side_files: self.side_files.clone(),
            ..Diagnostics::about(self.sources.clone())
        }
    }

    /// Adds a finding at its place; beyond [`CAP`] the last one is dropped and counted.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.errors += u64::from(diagnostic.severity == Severity::Error);
        if let (Some(place), Some(source)) = (diagnostic.location, &diagnostic.within) {
            self.add_side_file(place.source, source.clone());
        }
        let after =
            |d: &Diagnostic| (d.location, d.severity) <= (diagnostic.location, diagnostic.severity);
        let at = self.items.partition_point(after);
        if at < CAP {
            self.items.insert(at, diagnostic);
        } else {
            self.omitted += 1;
        }
        if self.items.len() > CAP {
            self.items.pop();
            self.omitted += 1;
        }
    }

    /// Whether a finding at this place would be kept, as things are.
    pub fn keeps(&self, place: Location) -> bool {
        self.items.len() < CAP
            || self
                .items
                .last()
                .is_some_and(|last| Some(place) < last.location)
    }

    /// Adds all findings of another set about the same texts.
    pub fn append(&mut self, other: Diagnostics) {
        self.omitted += other.omitted;
        let kept = other
            .items
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .count() as u64;
        self.errors += other.errors - kept;
        self.side_files.extend(other.side_files);
        for diagnostic in other.items {
            self.push(diagnostic);
        }
    }

    /// Adds a side file that findings or values lie in.
    pub fn add_side_file(&mut self, index: SourceIndex, source: Arc<Source>) {
        self.side_files.entry(index).or_insert(source);
    }

    /// The length of the longest text, in bytes.
    pub fn longest_text(&self) -> usize {
        let side_files = self.side_files.values().map(|source| &**source);
        let lengths = self
            .sources
            .iter()
            .chain(side_files)
            .map(|source| source.text.len());
        lengths.max().unwrap_or(0)
    }

    /// The texts they lie in, without side files.
    pub fn sources(&self) -> &Arc<[Source]> {
        &self.sources
    }

    /// The findings in the order of their place.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.items.iter()
    }

    /// How many findings there are, those beyond [`CAP`] included.
    pub fn count(&self) -> u64 {
        self.items.len() as u64 + self.omitted
    }

    /// How many findings beyond [`CAP`] were dropped.
    pub fn omitted(&self) -> u64 {
        self.omitted
    }

    /// Nothing was found.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// At least one finding is an error.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Line and column of a place, both from 1, the column in characters.
    pub fn line_and_column(&self, location: Location) -> (usize, usize) {
        match self.source(location) {
            Some(source) => place(source, location.range().start),
            None => (1, 1),
        }
    }

    /// The text a place lies in.
    pub fn source(&self, location: Location) -> Option<&Source> {
        match self.side_files.get(&location.source) {
            Some(source) => Some(source),
            None => self.sources.get(usize::from(location.source.0)),
        }
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render_plain())
    }
}

impl std::error::Error for Diagnostics {}
