//! Text to a TOML tree with places, and findings about the syntax.
//!
//! It knows nothing of keys. Invariant: at most two findings for broken syntax, since the rest
//! follows from them; but each duplicate key is one, since the tree around it is sound.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::names::short;
use super::{at, scan};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, Location, SourceIndex};

/// How many findings of broken syntax are reported.
const SYNTAX_CAP: usize = 2;

/// What a text was parsed to.
pub(super) struct Parsed<'t> {
    pub(super) source: SourceIndex,
    /// The tree; none if even its beginning would mislead.
    pub(super) table: Option<DeTable<'t>>,
    /// Where the tree ceases to be sound, if it does.
    pub(super) sound_until: Option<usize>,
}

/// Parses a text.
pub(super) fn parse<'t>(text: &'t str, source: SourceIndex, found: &mut Diagnostics) -> Parsed<'t> {
    let mut dialect = Vec::new();
    let scanned = scan::scan(text, source, &mut dialect);
    dialect
        .into_iter()
        .for_each(|diagnostic| found.push(diagnostic));
    if let Err(diagnostic) = scanned {
        found.push(diagnostic);
        return Parsed {
            source,
            table: None,
            sound_until: Some(0),
        };
    }
    let (table, mut errors) = DeTable::parse_recoverable(text);
    errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
    let mut lines = Vec::new();
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let line = line_start(text, span.start);
        let is_overlap = error.message().starts_with("cannot extend value");
        if is_overlap || error.message().starts_with("duplicate key") {
            let place = at(source, span.clone());
            let known = found.iter().any(|d| d.location == Some(place));
            if known {
                continue;
            }
            let first = found
                .keeps(place)
                .then(|| first_given(text, span.start))
                .flatten();
            found.push(if is_overlap {
                overlap(text, place, first)
            } else {
                duplicate(text, place, first)
            });
        } else if !lines.contains(&line) && lines.len() < SYNTAX_CAP {
            lines.push(line);
            found.push(syntax(text, source, span, error.message()));
        }
    }
    let sound_until = lines.first().copied();
    let table = Some(table.into_inner());
    Parsed {
        source,
        table,
        sound_until,
    }
}

fn duplicate(text: &str, place: Location, first: Option<Range<usize>>) -> Diagnostic {
    let key = text.get(place.range()).unwrap_or("");
    let line = text
        .get(line_start(text, place.range().start)..)
        .unwrap_or("");
    let help = match line.trim_start().starts_with('[') {
        true => "open a table once, with all its keys below it",
        false => "keep one of them",
    };
    let found = Diagnostic::error(
        "duplicate-key",
        place,
        format!("`{}` is given twice", short(key)),
    )
    .label("again here")
    .help(help);
    match first {
        Some(first) => found.also(at(place.source, first), "first given here"),
        None => found,
    }
}

/// A key that has a value and is opened as a table.
fn overlap(text: &str, place: Location, first: Option<Range<usize>>) -> Diagnostic {
    let key = short(text.get(place.range()).unwrap_or(""));
    let message = format!("`{key}` has a value and is opened as a table");
    let found = Diagnostic::error("duplicate-key", place, message)
        .label("opened as a table here")
        .help("keep one of them");
    match first {
        Some(first) => found.also(at(place.source, first), "its value is given here"),
        None => found,
    }
}

/// Where a key that is given again was given first, if not in the same statement.
fn first_given(text: &str, again: usize) -> Option<Range<usize>> {
    let starts = scan::statements(text);
    let mut header: Vec<String> = Vec::new();
    let mut known: BTreeMap<Vec<String>, Range<usize>> = BTreeMap::new();
    for start in starts {
        let statement = Statement::read(text, start);
        if statement.is_header {
            header.clear();
        }
        let mut path = header.clone();
        for (part, range) in &statement.parts {
            path.push(part.clone());
            if range.start == again {
                return known.remove(&path);
            }
            known.entry(path.clone()).or_insert(range.clone());
        }
        if statement.is_element {
            // A new element of a list has none of the keys of the one before.
            let below = |key: &Vec<String>| key.len() > path.len() && key.starts_with(&path);
            let inner = known.range(path.clone()..).map(|(key, _)| key).skip(1);
            let inner: Vec<Vec<String>> = inner.take_while(|key| below(key)).cloned().collect();
            for key in inner {
                known.remove(&key);
            }
        }
        if statement.is_header {
            header = path;
        }
    }
    None
}

/// The keys at the head of a statement.
struct Statement {
    is_header: bool,
    is_element: bool,
    parts: Vec<(String, Range<usize>)>,
}

impl Statement {
    fn read(text: &str, start: usize) -> Statement {
        let mut at = start;
        let blank = |c: char| c == ' ' || c == '\t' || c == '\r';
        let skip = |at: usize| text.len() - text[at..].trim_start_matches(blank).len();
        at = skip(at);
        let is_header = text[at..].starts_with('[');
        let is_element = text[at..].starts_with("[[");
        at += usize::from(is_header) + usize::from(is_element);
        let mut parts = Vec::new();
        loop {
            at = skip(at);
            let Some(length) = key_length(&text[at..]) else {
                break;
            };
            let range = at..at + length;
            let written = &text[range.clone()];
            let decoded = match written.starts_with(['"', '\'']) {
                true => DeValue::parse(written)
                    .ok()
                    .and_then(|v| v.get_ref().as_str().map(String::from)),
                false => None,
            };
            parts.push((
                decoded.unwrap_or_else(|| written.to_string()),
                range.clone(),
            ));
            at = skip(range.end);
            if !text[at..].starts_with('.') {
                break;
            }
            at += 1;
        }
        Statement {
            is_header,
            is_element,
            parts,
        }
    }
}

/// The length of a bare or quoted key at the head of a text.
fn key_length(text: &str) -> Option<usize> {
    let quote = text.chars().next()?;
    if quote == '"' || quote == '\'' {
        let mut escaped = false;
        for (at, character) in text.char_indices().skip(1) {
            match character {
                _ if escaped => escaped = false,
                '\\' if quote == '"' => escaped = true,
                '\n' => return None,
                _ if character == quote => return Some(at + 1),
                _ => {}
            }
        }
        return None;
    }
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let length = text.find(|c| !bare(c)).unwrap_or(text.len());
    (length > 0).then_some(length)
}

fn syntax(text: &str, source: SourceIndex, span: Range<usize>, message: &str) -> Diagnostic {
    let (said, help) = plain_words(text, span.clone(), message);
    let said = said.lines().next().unwrap_or("");
    Diagnostic::error(
        "toml-syntax",
        at(source, span),
        format!("this is not TOML: {said}"),
    )
    .maybe_help(help)
}

/// The parser's message in plain words, with a remedy where there is one.
fn plain_words(text: &str, span: Range<usize>, message: &str) -> (String, Option<String>) {
    let begins = |start: &str| message.starts_with(start);
    let (said, help) = if begins("string values must be quoted")
        && text.get(span.clone()) == Some("")
    {
        (
            "no value after `=`",
            "write a value, such as `\"text\"` or `12`".to_string(),
        )
    } else if begins("string values must be quoted") {
        (
            "a value that is neither a number nor in quotes",
            quotes(text, span),
        )
    } else if begins("invalid basic string, expected `\"`") {
        (
            "a text without its closing `\"`",
            "close it on the same line".to_string(),
        )
    } else if begins("invalid literal string, expected `'`") {
        (
            "a text without its closing `'`",
            "close it on the same line".to_string(),
        )
    } else if begins("invalid basic string, expected non-double-quote visible") {
        ("a control character in a text", "remove it".to_string())
    } else if begins("missing escaped value") {
        (
            "an escape that does not exist",
            "write `\\\\` for a backslash, or use single quotes".to_string(),
        )
    } else if begins("unexpected key or value") {
        (
            "something after the value",
            "begin the next key on a line of its own".to_string(),
        )
    } else if begins("unclosed table") || begins("unclosed array table") {
        ("a header without its closing bracket", "close it; a name with spaces or points stands in quotes, such as `[dns.zone.\"contoso.com\"]`".to_string())
    } else if begins("unquoted keys cannot be empty") {
        (
            "a key is missing",
            "write `key = value`, or `[table]`".to_string(),
        )
    } else if begins("key with no value") {
        ("a key without a value", "write `key = value`".to_string())
    } else if begins("missing comma between") {
        (
            "a comma is missing",
            "write a comma before this element".to_string(),
        )
    } else if begins("unexpected leading zero") {
        (
            "a number that begins with zero",
            "remove the zero".to_string(),
        )
    } else {
        return (message.to_string(), None);
    };
    (said.to_string(), Some(help))
}

/// The remedy for the commonest slip: a value with a unit or a word without quotes.
fn quotes(text: &str, span: Range<usize>) -> String {
    let line = text
        .get(line_start(text, span.start)..)
        .and_then(|rest| rest.lines().next());
    let (key, value) = line
        .and_then(|line| line.split_once('='))
        .unwrap_or(("", ""));
    let (key, value) = (key.trim(), value.split('#').next().unwrap_or("").trim());
    let plain = |c: char| c.is_alphanumeric() || " .-+%/:_@".contains(c);
    if value.contains('=') {
        return "write one key on a line".to_string();
    }
    match !value.is_empty() && value.len() <= 60 && value.chars().all(plain) {
        true => format!("put text and quantities in quotes: `{key} = \"{value}\"`"),
        false => "put text and quantities in quotes".to_string(),
    }
}

/// The first byte of the line a place is in.
fn line_start(text: &str, place: usize) -> usize {
    text.as_bytes()[..place.min(text.len())]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1)
}
