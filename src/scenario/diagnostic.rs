//! What a person must fix, as data: [`Diagnostic`], and all of a file's findings: [`Diagnostics`].
//!
//! It knows texts and byte ranges, no keys and no terminal. Invariant: findings are in the order of
//! their place, at most [`CAP`] of them are kept, and rendering never panics whatever the text is.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// How many findings are kept; the rest is only counted.
pub const CAP: usize = 50;

/// How many characters of a line are shown; longer lines are cut around the place.
const LINE_WIDTH: usize = 120;

/// Which text a [`Location`] lies in: 0 is the scenario file, others are `--set` arguments.
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
    /// The whole text.
    pub text: String,
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
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Option<Box<str>>,
}

/// All findings of one scenario, with the texts they lie in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    sources: Arc<[Source]>,
    items: Vec<Diagnostic>,
    omitted: u64,
    /// Kept and omitted errors.
    errors: u64,
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
            labels: Vec::new(),
            help: None,
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
        self.labels.push(Label { location, text });
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
            items: Vec::new(),
            omitted: 0,
            errors: 0,
        }
    }

    /// Adds a finding at its place; beyond [`CAP`] the last one is dropped and counted.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.errors += u64::from(diagnostic.severity == Severity::Error);
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
        for diagnostic in other.items {
            self.push(diagnostic);
        }
    }

    /// The texts they lie in.
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
            Some(source) => place(&source.text, location.range().start),
            None => (1, 1),
        }
    }

    /// The text a place lies in.
    pub fn source(&self, location: Location) -> Option<&Source> {
        self.sources.get(usize::from(location.source.0))
    }

    /// All findings as text for people, in the manner of the Rust compiler, without colours.
    pub fn render_plain(&self) -> String {
        let mut out = String::new();
        for diagnostic in &self.items {
            self.render_one(diagnostic, &mut out)
                .expect("writing to a string cannot fail");
            out.push('\n');
        }
        if self.omitted > 0 {
            out.push_str(&format!("and {} more\n", self.omitted));
        }
        out
    }

    fn render_one(&self, diagnostic: &Diagnostic, out: &mut String) -> fmt::Result {
        use fmt::Write;
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        writeln!(
            out,
            "{severity}[{}]: {}",
            diagnostic.code,
            visible(&diagnostic.message)
        )?;
        let mut gutter = 0;
        if let Some(location) = diagnostic.location
            && let Some(source) = self.source(location)
        {
            gutter = self.render_place(diagnostic, location, source, out)?;
        }
        if let Some(help) = &diagnostic.help {
            writeln!(out, "{:gutter$} = help: {}", "", visible(help))?;
        }
        Ok(())
    }

    /// Shows the lines of a finding; gives the width of the line numbers.
    fn render_place(
        &self,
        diagnostic: &Diagnostic,
        location: Location,
        source: &Source,
        out: &mut String,
    ) -> Result<usize, fmt::Error> {
        use fmt::Write;
        let mut marks = vec![Mark::new(source, location, '^', &diagnostic.label)];
        for label in &diagnostic.labels {
            if label.location.source == location.source {
                marks.push(Mark::new(source, label.location, '-', &label.text));
            }
        }
        let (line, column) = (marks[0].line, marks[0].column);
        marks.sort_by_key(|mark| (mark.line, mark.column));
        let gutter = marks
            .iter()
            .map(|m| m.line)
            .max()
            .unwrap_or(1)
            .to_string()
            .len();
        writeln!(
            out,
            "{:gutter$}--> {}:{line}:{column}",
            "",
            visible(&source.name)
        )?;
        writeln!(out, "{:gutter$} |", "")?;
        let mut shown = None;
        for mark in &marks {
            let excerpt = mark.excerpt();
            if shown != Some(mark.line) {
                if shown.is_some_and(|line| line + 1 < mark.line) {
                    writeln!(out, "{:.<gutter$}..", "")?;
                }
                writeln!(out, "{:>gutter$} | {}", mark.line, excerpt.text)?;
                shown = Some(mark.line);
            }
            let sign = mark.sign.to_string().repeat(excerpt.width);
            let line = format!(
                "{}{sign} {}",
                " ".repeat(excerpt.indent),
                visible(mark.label)
            );
            writeln!(out, "{:gutter$} | {}", "", line.trim_end())?;
        }
        if diagnostic.help.is_some() {
            writeln!(out, "{:gutter$} |", "")?;
        }
        Ok(gutter)
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render_plain())
    }
}

impl std::error::Error for Diagnostics {}

/// A place of a line that is to be underlined.
struct Mark<'a> {
    line: usize,
    column: usize,
    sign: char,
    label: &'a str,
    /// The whole line and the marked range of its bytes.
    text: &'a str,
    range: Range<usize>,
}

/// What of a line is shown, with the indent and width of its underline in characters.
struct Excerpt {
    text: String,
    indent: usize,
    width: usize,
}

impl<'a> Mark<'a> {
    fn new(source: &'a Source, location: Location, sign: char, label: &'a str) -> Mark<'a> {
        let text = source.text.as_str();
        let start = floor_boundary(text, location.range().start);
        let end = floor_boundary(text, location.range().end).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let (line, column) = place(text, start);
        Mark {
            line,
            column,
            sign,
            label,
            text: text[line_start..line_end].trim_end_matches('\r'),
            range: start - line_start..end.min(line_end) - line_start,
        }
    }

    fn excerpt(&self) -> Excerpt {
        let end = floor_boundary(self.text, self.range.end);
        let start = floor_boundary(self.text, self.range.start).min(end);
        // A long line is cut so that the marked text begins within the first third.
        let before = self.text[..start].chars().count();
        let skipped = if before > LINE_WIDTH * 2 / 3 {
            before - LINE_WIDTH / 3
        } else {
            0
        };
        let lead = if skipped > 0 { "..." } else { "" };
        let mut rest = self.text.chars().skip(skipped);
        let shown: String = rest.by_ref().take(LINE_WIDTH).map(picture).collect();
        let tail = if rest.next().is_some() { "..." } else { "" };
        let indent = before - skipped;
        let room = LINE_WIDTH.saturating_sub(indent).max(1);
        Excerpt {
            text: format!("{lead}{shown}{tail}").trim_end().to_string(),
            indent: indent + lead.len(),
            width: self.text[start..end].chars().take(room).count().max(1),
        }
    }
}

/// Line and column (in characters) of a byte position, both from 1.
fn place(text: &str, position: usize) -> (usize, usize) {
    let position = floor_boundary(text, position);
    let line_start = text[..position].rfind('\n').map_or(0, |at| at + 1);
    let line = text.as_bytes()[..line_start]
        .iter()
        .filter(|b| **b == b'\n')
        .count()
        + 1;
    (line, text[line_start..position].chars().count() + 1)
}

/// The nearest character boundary at or before a position.
fn floor_boundary(text: &str, position: usize) -> usize {
    let mut position = position.min(text.len());
    while !text.is_char_boundary(position) {
        position -= 1;
    }
    position
}

/// A message on one line, without characters that could steer a terminal, and not too long.
fn visible(text: &str) -> String {
    const LONGEST: usize = 600;
    let mut characters = text.chars();
    let mut shown: String = characters.by_ref().take(LONGEST).map(picture).collect();
    if characters.next().is_some() {
        shown.push_str("...");
    }
    shown
}

/// A character as it is shown: control characters as their Unicode pictures, a tab as a space.
fn picture(character: char) -> char {
    match character {
        '\t' => ' ',
        '\0'..='\x1f' => char::from_u32(0x2400 + character as u32).unwrap_or('?'),
        '\x7f' => '\u{2421}',
        // C1 controls, and the marks that reverse the direction of writing.
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(text: &str) -> Diagnostics {
        let name = "two.toml".to_string();
        let text = text.to_string();
        Diagnostics::about(Arc::from([Source { name, text }]))
    }

    fn find(text: &str, part: &str) -> Location {
        let start = text.find(part).expect("the part is in the text");
        Location::in_file(start..start + part.len())
    }

    #[test]
    fn a_finding_shows_its_place_the_text_underlined_and_the_remedy() {
        let text = "[org.a]\nlength = 1\n\n\nlength = 2\n";
        let mut found = about(text);
        found.push(
            Diagnostic::error("duplicate-key", Location::in_file(21..27), "`length` twice")
                .label("again here")
                .also(find(text, "length"), "first here")
                .help("remove one"),
        );
        assert_eq!(
            found.render_plain(),
            "error[duplicate-key]: `length` twice
 --> two.toml:5:1
  |
2 | length = 1
  | ------ first here
...
5 | length = 2
  | ^^^^^^ again here
  |
  = help: remove one

"
        );
    }

    #[test]
    fn findings_are_sorted_by_place_and_only_the_first_fifty_are_kept() {
        let text = "x".repeat(200);
        let mut found = about(&text);
        for at in (0..120).rev() {
            found.push(Diagnostic::error(
                "test",
                Location::in_file(at..at + 1),
                "here",
            ));
        }
        let starts: Vec<u32> = found
            .iter()
            .filter_map(|d| d.location.map(|l| l.start))
            .collect();
        assert_eq!(starts, (0..50).collect::<Vec<u32>>());
        assert_eq!((found.count(), found.omitted()), (120, 70));
        assert!(found.render_plain().ends_with("and 70 more\n"));
    }

    #[test]
    fn a_long_line_is_cut_around_the_place_and_control_characters_are_drawn() {
        let text = format!(
            "a = \"{}\u{1b}[31m{}\"",
            "x".repeat(5_000),
            "y".repeat(5_000)
        );
        let mut found = about(&text);
        found.push(Diagnostic::error(
            "test",
            find(&text, "\u{1b}"),
            "an escape \u{1b}",
        ));
        let shown = found.render_plain();
        assert!(
            shown.lines().all(|line| line.chars().count() < 140),
            "{shown}"
        );
        assert!(!shown.contains('\u{1b}'), "{shown}");
    }

    #[test]
    fn places_outside_the_text_and_inside_a_character_are_shown_without_panic() {
        let text = "ä€😀\r\nb";
        for start in 0..text.len() + 3 {
            for end in start..text.len() + 5 {
                let mut found = about(text);
                let at = Location::in_file(start..end);
                found.push(Diagnostic::error("test", at, "here").also(at, "and here"));
                assert!(found.render_plain().contains("here"));
            }
        }
        let mut nowhere = Diagnostics::default();
        nowhere.push(Diagnostic::error("test", Location::default(), "no text"));
        assert_eq!(nowhere.render_plain(), "error[test]: no text\n\n");
    }
}
