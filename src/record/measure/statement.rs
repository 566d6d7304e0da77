//! What labels ask of statements of administrators' scripts.
//!
//! It knows no language and no cmdlets: their names come in from outside. Invariant: a cmdlet that there
//! is not is an error, never a filter that admits nothing.

use crate::model::administration::TranscriptEntry;

use super::expression::{Condition, MeasureError};
use super::vocabulary::Label;

/// What statements are narrowed to; none: to all.
#[derive(Clone, Debug, Default)]
pub(super) struct StatementFilter {
    cmdlet: Option<&'static str>,
    exception: Option<Box<str>>,
    /// With one blank where there are several.
    contains: Option<Box<str>>,
}

impl StatementFilter {
    /// The same without what became of a statement and what was shown.
    pub(super) fn of_any_end(&self) -> StatementFilter {
        StatementFilter {
            cmdlet: self.cmdlet,
            ..StatementFilter::default()
        }
    }

    /// Whether a statement is counted.
    pub(super) fn admits(&self, entry: &TranscriptEntry) -> bool {
        let error = entry.error.as_ref();
        self.cmdlet
            .is_none_or(|cmdlet| entry.cmdlets.contains(&cmdlet))
            && self.exception.as_deref().is_none_or(|wanted| {
                error.is_some_and(|error| error.exception.eq_ignore_ascii_case(wanted))
            })
            && self.contains.as_deref().is_none_or(|wanted| {
                let message = error.map(|error| &*error.message);
                let texts = [Some(&*entry.output), message];
                let mut texts = texts.into_iter().flatten();
                texts.any(|text| single_blanks(text).contains(wanted))
            })
    }

    /// Reads one of the labels that statements alone have.
    pub(super) fn read(
        &mut self,
        condition: &Condition,
        cmdlets: &[&'static str],
    ) -> Result<(), MeasureError> {
        let value = condition.value.as_str();
        let unknown = |what, known: Vec<&str>| {
            MeasureError::unknown(condition.range.clone(), what, value, known)
        };
        match condition.label {
            Label::Cmdlet => {
                let found = cmdlets.iter().find(|name| name.eq_ignore_ascii_case(value));
                let found = found.ok_or_else(|| {
                    let error = unknown("cmdlet", cmdlets.to_vec());
                    match error.help {
                        Some(_) => error,
                        None => error.help("docs/cmdlets.md lists all cmdlets"),
                    }
                })?;
                self.cmdlet = Some(*found);
            }
            Label::Exception => {
                let is_name = value.bytes().all(|byte| byte.is_ascii_alphanumeric());
                if !is_name || !value.to_ascii_lowercase().ends_with("exception") {
                    let message = format!("`{value}` is no name of an exception");
                    let error = MeasureError::new(condition.range.clone(), message);
                    let help =
                        "write it as the shell does, e.g. `FederationTrustNotFoundException`";
                    return Err(error.help(help));
                }
                self.exception = Some(value.into());
            }
            _ => {
                let wanted = single_blanks(value);
                let wanted = wanted.trim();
                if wanted.is_empty() {
                    let message = format!("`contains` of `{value}` asks for nothing");
                    let error = MeasureError::new(condition.range.clone(), message);
                    return Err(error.help("write a part of what the shell shows"));
                }
                self.contains = Some(wanted.into());
            }
        }
        Ok(())
    }
}

/// The text with one blank for blanks and line breaks in a row.
fn single_blanks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if !character.is_whitespace() {
            out.push(character);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}
