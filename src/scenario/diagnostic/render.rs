//! Findings as plain text, in the manner of the Rust compiler.
//!
//! It knows no terminal and no colours. Invariant: no character that could steer a terminal is
//! written, lines stay short, and no place, however wrong, makes it panic.

use std::fmt;
use std::ops::Range;

use super::{Diagnostic, Diagnostics, Location, Severity, Source};

/// How many characters of a line are shown; longer lines are cut around the place.
const LINE_WIDTH: usize = 120;

impl Diagnostics {
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
                let line = format!("{:>gutter$} | {}", mark.line, excerpt.text);
                writeln!(out, "{}", line.trim_end())?;
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
        let (line, column) = place(source, start);
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
pub(super) fn place(source: &Source, position: usize) -> (usize, usize) {
    let text = source.text.as_str();
    let position = floor_boundary(text, position);
    let line_start = text[..position].rfind('\n').map_or(0, |at| at + 1);
    let line = text.as_bytes()[..line_start]
        .iter()
        .filter(|b| **b == b'\n')
        .count()
        + 1
        + source.lines_before;
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
    use std::sync::Arc;

    fn about(text: &str) -> Diagnostics {
        let name = "two.toml".to_string();
        let text = text.to_string();
        Diagnostics::about(Arc::from([Source {
            name,
            text,
            lines_before: 0,
        }]))
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
