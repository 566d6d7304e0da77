//! Findings about scenarios, for people on a terminal.
//!
//! It knows nothing of what findings are about. Invariant: every finding is told, whatever the text it
//! is about; without colours where nobody can see them.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

use fedsim::scenario::{Diagnostic, Diagnostics, Location, Severity};

use super::output;

/// Longer texts than this are shown without the help of a terminal library.
const TEXT_MAX: usize = 1 << 20;

/// How many lines are shown around a place.
const CONTEXT_LINES: usize = 2;

/// Tells all findings on stderr.
pub fn tell(found: &Diagnostics) {
    if found.longest_text() > TEXT_MAX {
        return output::note(found.render_plain().trim_end());
    }
    let renderer = if output::is_coloured() {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    for finding in found.iter() {
        let group = group(found, finding);
        output::note(&format!("{}\n", renderer.render(&[group])));
    }
    if found.omitted() > 0 {
        output::note(&format!("and {} more", found.omitted()));
    }
}

fn group<'a>(found: &'a Diagnostics, finding: &'a Diagnostic) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let message: &str = &finding.message;
    let title = level.primary_title(message).id(finding.code);
    let mut group = Group::with_title(title);
    if let Some(place) = finding.location
        && let Some(source) = found.source(place)
    {
        let labels = finding
            .labels
            .iter()
            .filter(|label| label.location.source == place.source);
        let labels: Vec<(Location, &str)> =
            labels.map(|label| (label.location, &*label.text)).collect();
        let mut shown = excerpt(&source.text, place.range());
        for (location, _) in &labels {
            let further = excerpt(&source.text, location.range());
            shown = shown.start.min(further.start)..shown.end.max(further.end);
        }
        let line = source.text[..shown.start].matches('\n').count() + 1 + source.lines_before;
        let within = |location: Location| {
            let range = clamped(&source.text, location.range());
            range.start - shown.start..range.end - shown.start
        };
        let mut primary = AnnotationKind::Primary.span(within(place));
        if !finding.label.is_empty() {
            let label: &str = &finding.label;
            primary = primary.label(label);
        }
        let mut snippet = Snippet::source(&source.text[shown.clone()])
            .path(source.name.as_str())
            .line_start(line)
            .annotation(primary);
        for (location, text) in labels {
            let context = AnnotationKind::Context.span(within(location));
            snippet = snippet.annotation(context.label(text));
        }
        group = group.element(snippet);
    }
    match &finding.help {
        Some(help) => {
            let help: &str = help;
            group.element(Level::HELP.message(help))
        }
        None => group,
    }
}

/// The lines around a range of bytes.
fn excerpt(text: &str, range: Range<usize>) -> Range<usize> {
    let range = clamped(text, range);
    let mut start = range.start;
    let mut end = range.end;
    for _ in 0..=CONTEXT_LINES {
        start = text[..start].rfind('\n').unwrap_or(0);
        end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    }
    if text[start..].starts_with('\n') {
        start += 1;
    }
    start.min(range.start)..end
}

/// The range moved to character boundaries within the text.
fn clamped(text: &str, range: Range<usize>) -> Range<usize> {
    let boundary = |at: usize| text.floor_char_boundary(at.min(text.len()));
    let start = boundary(range.start);
    start..boundary(range.end).max(start)
}

/// All findings as JSON.
pub fn json(found: &Diagnostics) -> Value {
    let one = |finding: &Diagnostic| {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let place = finding
            .location
            .and_then(|place| Some((place, found.source(place)?)));
        let (line, column) = finding.location.map_or((None, None), |place| {
            let (line, column) = found.line_and_column(place);
            (Some(line), Some(column))
        });
        json!({
            "severity": severity,
            "code": finding.code,
            "message": &*finding.message,
            "source": place.map(|(_, source)| source.name.as_str()),
            "line": line,
            "column": column,
            "help": finding.help.as_deref(),
        })
    };
    found.iter().map(one).collect()
}
