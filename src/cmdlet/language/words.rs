//! Texts: in single quotes, in double quotes with values in them, and words without quotes.
//!
//! It knows no cmdlets. Invariant: a text ends on the line it begins on, so that a missing quote is told
//! where it is missing.

use super::cursor::{ends_word, is_double_quote, is_name, is_single_quote, is_unreadable};
use super::expression::integer;
use super::parser::{Parsed, Parser, unreadable};
use super::syntax::{Expression, ExpressionKind, Part};
use crate::cmdlet::finding::{Finding, Place};

/// Pieces of a text that is being read.
#[derive(Default)]
struct Pieces {
    parts: Vec<Part>,
    text: String,
}

impl Pieces {
    fn value(&mut self, value: Expression) {
        self.end_text();
        self.parts.push(Part::Value(value));
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.parts.push(Part::Text(text.into()));
        }
    }

    fn into_kind(mut self) -> ExpressionKind {
        if self.parts.is_empty() {
            return ExpressionKind::Text(self.text.into());
        }
        self.end_text();
        ExpressionKind::Interpolated(self.parts)
    }
}

impl Parser<'_> {
    /// `'a text'`; two quotes are one in it.
    pub(super) fn single_quoted(&mut self) -> Parsed<Expression> {
        let start = self.cursor.at();
        self.cursor.bump();
        let mut text = String::new();
        loop {
            text.push_str(
                self.cursor
                    .take_while(|c| c != '\n' && !is_single_quote(c) && !is_unreadable(c)),
            );
            match self.cursor.peek() {
                Some(quote) if is_single_quote(quote) => {
                    self.cursor.bump();
                    match self.cursor.peek() {
                        Some(second) if is_single_quote(second) => {
                            self.cursor.bump();
                            text.push(second);
                        }
                        _ => break,
                    }
                }
                _ => return self.text_fault(start),
            }
        }
        let kind = ExpressionKind::Text(text.into());
        Ok(self.expression_since(start, kind))
    }

    /// `"a text"` with `$x`, `$(...)` and backtick escapes; two quotes are one in it.
    pub(super) fn double_quoted(&mut self) -> Parsed<Expression> {
        let start = self.cursor.at();
        self.cursor.bump();
        let mut pieces = Pieces::default();
        loop {
            pieces.text.push_str(self.cursor.take_while(|c| {
                !matches!(c, '\n' | '`' | '$') && !is_double_quote(c) && !is_unreadable(c)
            }));
            match self.cursor.peek() {
                Some('$') => self.value_in_text(&mut pieces)?,
                Some('`') => {
                    self.cursor.bump();
                    if self.cursor.peek().is_none_or(|c| matches!(c, '\n' | '\r')) {
                        return self.text_fault(start);
                    }
                    self.escaped(&mut pieces);
                }
                Some(quote) if is_double_quote(quote) => {
                    self.cursor.bump();
                    match self.cursor.peek() {
                        Some(second) if is_double_quote(second) => {
                            self.cursor.bump();
                            pieces.text.push(second);
                        }
                        _ => break,
                    }
                }
                _ => return self.text_fault(start),
            }
        }
        Ok(self.expression_since(start, pieces.into_kind()))
    }

    /// A word without quotes, which may hold values: `cas1.$domain`.
    pub(super) fn word(&mut self) -> Parsed<Expression> {
        let start = self.cursor.at();
        self.word_behind(start, Pieces::default())
    }

    /// The rest of a word that began with a value.
    pub(super) fn word_with(&mut self, value: Expression) -> Parsed<Expression> {
        let start = value.place.range().start;
        let mut pieces = Pieces::default();
        pieces.value(value);
        self.word_behind(start, pieces)
    }

    fn word_behind(&mut self, start: usize, mut pieces: Pieces) -> Parsed<Expression> {
        loop {
            let is_plain = |c| {
                let is_quote = is_single_quote(c) || is_double_quote(c);
                !ends_word(c) && !is_quote && !matches!(c, '`' | '$') && !is_unreadable(c)
            };
            pieces.text.push_str(self.cursor.take_while(is_plain));
            match self.cursor.peek() {
                Some('$') => self.value_in_text(&mut pieces)?,
                Some('`') => {
                    if matches!(self.cursor.second(), None | Some('\n' | '\r')) {
                        break;
                    }
                    self.cursor.bump();
                    self.escaped(&mut pieces);
                }
                Some(next) if is_unreadable(next) => {
                    let finding = unreadable(self.cursor.next_place(), next);
                    return self.refuse(finding);
                }
                Some(next) if is_single_quote(next) || is_double_quote(next) => {
                    let place = self.cursor.next_place();
                    let finding =
                        Finding::new(place, "quote-in-word", "a quote in the middle of a word");
                    return self.refuse(finding.help("put the whole text in quotes"));
                }
                _ => break,
            }
        }
        let kind = match pieces.into_kind() {
            ExpressionKind::Text(text) => match integer(&text) {
                Some(number) => ExpressionKind::Integer(number),
                None => ExpressionKind::Text(text),
            },
            kind => kind,
        };
        if self.cursor.at() == start {
            let finding = self.unexpected("a value");
            return self.refuse(finding);
        }
        Ok(self.expression_since(start, kind))
    }

    /// The `$` of a text: a variable, a pipeline in parentheses, or itself.
    fn value_in_text(&mut self, pieces: &mut Pieces) -> Parsed<()> {
        let start = self.cursor.at();
        match self.cursor.second() {
            Some('(') => {
                let value = self.parenthesised()?;
                pieces.value(value);
            }
            Some(next) if is_name(next) || next == '{' => {
                let value = self.variable()?;
                pieces.value(value);
            }
            _ => {
                self.cursor.go_to(start + 1);
                pieces.text.push('$');
            }
        }
        Ok(())
    }

    /// The character behind a backtick.
    fn escaped(&mut self, pieces: &mut Pieces) {
        let Some(next) = self.cursor.bump() else {
            return;
        };
        pieces.text.push(match next {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            other => other,
        });
    }

    /// Why a text could not be read to its end; unterminated ones are told at their quote.
    fn text_fault<T>(&mut self, start: usize) -> Parsed<T> {
        if let Some(next) = self.cursor.peek()
            && is_unreadable(next)
        {
            let finding = unreadable(self.cursor.next_place(), next);
            return self.refuse(finding);
        }
        let quote = self.cursor.text()[start..].chars().next().unwrap_or('"');
        let place = Place::new(start..start + quote.len_utf8());
        let message = "this text has no closing quote on its line";
        let close = if is_single_quote(quote) { '\'' } else { '"' };
        let finding = Finding::new(place, "unterminated-text", message);
        self.refuse(finding.help(format!("close it with `{close}`")))
    }

    pub(super) fn expression_since(&self, start: usize, kind: ExpressionKind) -> Expression {
        let place = self.cursor.since(start);
        Expression { place, kind }
    }
}
