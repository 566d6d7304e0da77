//! A first look at the text, before it is parsed: brackets, nesting and the amount of values.
//!
//! It knows how TOML marks strings, comments, arrays and inline tables, and nothing of keys. The
//! parser behind it reads a later TOML than 1.0, keeps many bytes for each value and reports a
//! single open bracket as dozens of errors; so these are found here. Invariant: one pass, no
//! recursion, memory in proportion to the nesting alone.

use std::ops::Range;

use crate::scenario::diagnostic::{Diagnostic, Location, SourceIndex};

/// How deep arrays and inline tables may be nested.
const NESTING_MAX: usize = 16;

/// How many parts a dotted key may have. With the nesting it bounds the depth of the parsed tree.
const PARTS_MAX: usize = 16;

/// How many tokens a text may have: marks, line breaks and the gaps between words. The parser keeps
/// some hundred bytes for each.
const TOKENS_MAX: u64 = 8_000_000;

/// Looks through a text.
///
/// # Errors
/// The one finding that makes parsing pointless: nested too deep, too many values, a bracket that is
/// never closed. Breaches of TOML 1.0 that do no harm to the rest are added to `found`.
pub(super) fn scan(
    text: &str,
    source: SourceIndex,
    found: &mut Vec<Diagnostic>,
) -> Result<(), Diagnostic> {
    count_tokens(text, source)?;
    let mut scanner = Scanner::new(text, source);
    let mut result = Ok(());
    while result.is_ok() && scanner.at < scanner.bytes.len() {
        result = scanner.statement();
    }
    found.append(&mut scanner.found);
    result
}

/// Where each statement of a text begins: a header, or a key with its value.
pub(super) fn statements(text: &str) -> Vec<usize> {
    let mut scanner = Scanner::new(text, SourceIndex(0));
    let mut starts = Vec::new();
    while scanner.at < scanner.bytes.len() {
        starts.push(scanner.at);
        if scanner.statement().is_err() {
            break;
        }
    }
    starts
}

/// Counts tokens without regard to strings and comments, and so a few too many.
fn count_tokens(text: &str, source: SourceIndex) -> Result<(), Diagnostic> {
    let mut count = 0;
    let mut gap = false;
    for (at, byte) in text.bytes().enumerate() {
        let blank = matches!(byte, b' ' | b'\t' | b'\r');
        let mark = matches!(
            byte,
            b'[' | b']' | b'{' | b'}' | b',' | b'.' | b'=' | b'"' | b'\'' | b'#' | b'\n'
        );
        count += u64::from(mark || blank && !gap);
        gap = blank;
        if count > TOKENS_MAX {
            let place = Location::new(source, at..at + 1);
            let message = format!("the text has more than {TOKENS_MAX} values and marks");
            return Err(Diagnostic::error("too-many", place, message)
                .label("the first too many")
                .help("declare many mailboxes with `mailboxes = N` rather than one by one"));
        }
    }
    Ok(())
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    source: SourceIndex,
    /// The brackets that are open, with their places.
    open: Vec<Open>,
    found: Vec<Diagnostic>,
    /// The points of the key that is being read.
    points: usize,
}

struct Open {
    byte: u8,
    at: usize,
    /// Whether its inside was found to go over several lines already.
    reported: bool,
    /// Where the last comma stands, if nothing came after it.
    comma: Option<usize>,
}

impl Scanner<'_> {
    fn new(text: &str, source: SourceIndex) -> Scanner<'_> {
        Scanner {
            bytes: text.as_bytes(),
            at: 0,
            source,
            open: Vec::new(),
            found: Vec::new(),
            points: 0,
        }
    }

    /// A table header, or a key with its value, or an empty line; to the end of its line.
    fn statement(&mut self) -> Result<(), Diagnostic> {
        let mut in_value = false;
        let mut first = true;
        self.points = 0;
        while let Some(&byte) = self.bytes.get(self.at) {
            let blank = matches!(byte, b' ' | b'\t' | b'\r');
            match byte {
                b'\n' if self.open.is_empty() => {
                    self.at += 1;
                    return Ok(());
                }
                b'\n' => self.line_end(),
                b'#' => self.comment(),
                b'[' if first => self.header()?,
                b'.' => self.point()?,
                b'=' if !in_value => {
                    in_value = true;
                    self.at += 1;
                }
                b'=' if self.open.last().is_some_and(|open| open.byte == b'[') => {
                    return Err(self.unclosed());
                }
                b',' => self.comma(),
                b'[' | b'{' if in_value => self.open(byte)?,
                b']' | b'}' if in_value => self.close(byte)?,
                b'"' | b'\'' => self.string(byte)?,
                _ if blank => self.at += 1,
                _ => {
                    self.element();
                    self.at += 1;
                }
            }
            first &= blank;
            if matches!(byte, b'=' | b',' | b'{' | b'[' | b'\n') {
                self.points = 0;
            }
        }
        if self.open.is_empty() {
            Ok(())
        } else {
            Err(self.unclosed())
        }
    }

    fn comma(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.comma = Some(self.at);
        }
        self.at += 1;
    }

    /// Something that is no comma: the last comma is not the last thing in its bracket.
    fn element(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.comma = None;
        }
    }

    fn comment(&mut self) {
        while self.bytes.get(self.at).is_some_and(|byte| *byte != b'\n') {
            self.at += 1;
        }
    }

    /// A header is left to the parser; strings in it may hold brackets.
    fn header(&mut self) -> Result<(), Diagnostic> {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => break,
                b'"' | b'\'' => self.single_line(byte),
                b'#' => self.comment(),
                b'.' => self.point()?,
                _ => self.at += 1,
            }
        }
        Ok(())
    }

    /// A point between the parts of a key (or in a number, where one is not too many).
    fn point(&mut self) -> Result<(), Diagnostic> {
        self.element();
        self.points += 1;
        if self.points == PARTS_MAX {
            let message = format!("a key has more than {PARTS_MAX} parts");
            return Err(
                Diagnostic::error("too-deep", self.place(self.at..self.at + 1), message)
                    .label("one too many")
                    .help("no key of a scenario has more than a few parts"),
            );
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self, quote: u8) -> Result<(), Diagnostic> {
        self.element();
        if self.bytes[self.at..].starts_with(&[quote; 3]) {
            return self.multi_line(quote);
        }
        self.single_line(quote);
        Ok(())
    }

    /// To the closing quote, or to the end of the line if there is none.
    fn single_line(&mut self, quote: u8) {
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => return,
                b'\\' if quote == b'"' => self.escape(),
                _ if byte == quote => {
                    self.at += 1;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }

    fn multi_line(&mut self, quote: u8) -> Result<(), Diagnostic> {
        let start = self.at;
        self.at += 3;
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte == b'\\' && quote == b'"' {
                self.escape();
            } else if self.bytes[self.at..].starts_with(&[quote; 3]) {
                self.at += 3;
                // Up to two quotes may stand before the closing three.
                while self.bytes.get(self.at) == Some(&quote) {
                    self.at += 1;
                }
                return Ok(());
            } else {
                self.at += 1;
            }
        }
        let quotes = String::from(char::from(quote)).repeat(3);
        let message = format!("`{quotes}` is never closed");
        Err(
            Diagnostic::error("toml-syntax", self.place(start..start + 3), message)
                .label("opened here")
                .help(format!("add `{quotes}` after the text")),
        )
    }

    /// A backslash with what it escapes; `\e` and `\x` are of a later TOML.
    fn escape(&mut self) {
        let start = self.at;
        self.at += 1;
        match self.bytes.get(self.at) {
            Some(b'e' | b'x') => {
                self.at += 1;
                let escape = if self.bytes[self.at - 1] == b'e' {
                    "\\e"
                } else {
                    "\\x"
                };
                let message = format!("`{escape}` is not an escape of TOML 1.0");
                self.dialect(
                    start..self.at,
                    message,
                    "write it as `\\u` with four hexadecimal digits",
                );
            }
            Some(b'\n') | None => {}
            Some(_) => self.at += 1,
        }
    }

    fn open(&mut self, byte: u8) -> Result<(), Diagnostic> {
        let at = self.at;
        if self.open.len() == NESTING_MAX {
            let message = format!("values are nested more than {NESTING_MAX} deep");
            return Err(
                Diagnostic::error("too-deep", self.place(at..at + 1), message)
                    .label("one too many")
                    .help("no key of a scenario needs more than a few levels"),
            );
        }
        self.element();
        let (reported, comma) = (false, None);
        self.open.push(Open {
            byte,
            at,
            reported,
            comma,
        });
        self.at += 1;
        Ok(())
    }

    fn close(&mut self, byte: u8) -> Result<(), Diagnostic> {
        let matching = if byte == b']' { b'[' } else { b'{' };
        match self.open.last() {
            // A bracket too many is left to the parser.
            None => {}
            Some(open) if open.byte != matching => return Err(self.unclosed()),
            Some(open) => {
                if byte == b'}'
                    && let Some(comma) = open.comma
                {
                    let message = "a comma before `}` is not TOML 1.0";
                    self.dialect(comma..comma + 1, message, "remove the comma");
                }
                self.open.pop();
            }
        }
        self.at += 1;
        Ok(())
    }

    /// A line break inside brackets: fine in an array, not in an inline table.
    fn line_end(&mut self) {
        self.at += 1;
        if let Some(open) = self.open.last_mut()
            && open.byte == b'{'
            && !open.reported
        {
            open.reported = true;
            let start = open.at;
            let message = "an inline table over several lines is not TOML 1.0";
            let help = "close it on the same line, or write a `[table]` of its own";
            self.dialect(start..start + 1, message, help);
        }
    }

    fn unclosed(&mut self) -> Diagnostic {
        let open = self.open.last().expect("a bracket is open");
        // That it goes over several lines follows from that it is not closed.
        self.found
            .retain(|d| d.location.is_some_and(|l| l.start != open.at as u32));
        let bracket = char::from(open.byte);
        let close = if open.byte == b'[' { ']' } else { '}' };
        let message = format!("`{bracket}` is never closed");
        Diagnostic::error("toml-syntax", self.place(open.at..open.at + 1), message)
            .label("opened here")
            .help(format!("add `{close}` after the last element"))
    }

    fn dialect(&mut self, range: Range<usize>, message: impl Into<String>, help: &str) {
        let place = self.place(range);
        // The parser reads on, so many of these may come; fifty are enough to see the pattern.
        if self.found.len() < crate::scenario::diagnostic::CAP {
            self.found
                .push(Diagnostic::error("toml-dialect", place, message).help(help));
        }
    }

    fn place(&self, range: Range<usize>) -> Location {
        Location::new(self.source, range)
    }
}
