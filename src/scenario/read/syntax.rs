//! Text to a TOML tree with places, and findings about the syntax.
//!
//! It knows nothing of keys. Invariant: at most two findings for broken syntax, since the rest
//! follows from them; but each duplicate key is one, since the tree around it is sound.

use std::ops::Range;

use toml::de::DeTable;

use super::{at, scan};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, SourceIndex};

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
    let mut broken = 0;
    let mut sound_until = None;
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        if error.message().starts_with("duplicate key") {
            found.push(duplicate(text, source, span));
            continue;
        }
        broken += 1;
        sound_until.get_or_insert(line_start(text, span.start));
        if broken <= SYNTAX_CAP {
            found.push(syntax(text, source, span, error.message()));
        }
    }
    let table = Some(table.into_inner());
    Parsed {
        source,
        table,
        sound_until,
    }
}

fn duplicate(text: &str, source: SourceIndex, span: Range<usize>) -> Diagnostic {
    let key = text.get(span.clone()).unwrap_or("");
    Diagnostic::error(
        "duplicate-key",
        at(source, span),
        format!("`{key}` is given twice"),
    )
    .label("again here")
    .help("keep one of them; a table is opened only once, with all its keys below it")
}

fn syntax(text: &str, source: SourceIndex, span: Range<usize>, message: &str) -> Diagnostic {
    let message = format!("this is not TOML: {message}");
    let found = Diagnostic::error("toml-syntax", at(source, span.clone()), message);
    found.maybe_help(remedy(text, span))
}

/// The remedy for the commonest slip: a value with a unit or a word without quotes.
fn remedy(text: &str, span: Range<usize>) -> Option<String> {
    let line = text.get(line_start(text, span.start)..)?.lines().next()?;
    let (key, value) = line.split_once('=')?;
    let (key, value) = (key.trim(), value.split('#').next()?.trim());
    let plain =
        |c: char| c.is_alphanumeric() || matches!(c, ' ' | '.' | '-' | '+' | '%' | '/' | ':' | '_');
    let bare = !value.is_empty() && value.len() <= 60 && value.chars().all(plain);
    bare.then(|| format!("put text and quantities in quotes: `{key} = \"{value}\"`"))
}

/// The first byte of the line a place is in.
fn line_start(text: &str, place: usize) -> usize {
    text.as_bytes()[..place.min(text.len())]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1)
}
