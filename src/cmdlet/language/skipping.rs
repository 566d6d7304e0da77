//! What lies between the parts of a script: blanks, comments, continued lines, and what could not be read.
//!
//! It knows no grammar beyond brackets and quotes. Invariant: each character is skipped once, but for one
//! look ahead a text when a bracket has no end.

use super::cursor::{is_blank, is_double_quote, is_single_quote};
use super::parser::{Parsed, Parser};
use crate::cmdlet::finding::{Finding, Place};

impl Parser<'_> {
    /// Goes to the end of a statement that could not be read: a newline or `;` that is not in brackets.
    pub(super) fn recover(&mut self, close: Option<char>) {
        let start = self.cursor.at();
        let mut depth = 0_usize;
        while let Some(next) = self.cursor.peek() {
            match next {
                '\n' | ';' if depth == 0 || self.is_unbalanced => return,
                _ if depth == 0 && Some(next) == close => return,
                '(' | '{' | '[' => depth += 1,
                ')' | '}' | ']' => depth = depth.saturating_sub(1),
                '#' => {
                    self.cursor.go_to_end_of_line();
                    continue;
                }
                _ if is_single_quote(next) || is_double_quote(next) => {
                    self.skip_text(next);
                    continue;
                }
                _ => {}
            }
            self.cursor.bump();
        }
        if depth > 0 {
            self.is_unbalanced = true;
            self.cursor.go_to(start);
            self.cursor.go_to_end_of_line();
        }
    }

    /// Goes over a text without looking into it; one without end ends with its line.
    fn skip_text(&mut self, quote: char) {
        self.cursor.bump();
        let is_single = is_single_quote(quote);
        while let Some(next) = self.cursor.peek() {
            if next == '\n' {
                return;
            }
            self.cursor.bump();
            match next {
                '`' if !is_single && self.cursor.peek() != Some('\n') => {
                    self.cursor.bump();
                }
                _ if is_single && is_single_quote(next) => return,
                _ if !is_single && is_double_quote(next) => return,
                _ => {}
            }
        }
    }

    pub(super) fn skip_to_statement(&mut self) {
        loop {
            // A fault in what is skipped was told, and the cursor stands behind it.
            let _ = self.skip_blanks_and_newlines();
            if !self.cursor.eat(';') {
                return;
            }
        }
    }

    /// Goes over white space, comments and continued lines.
    pub(super) fn skip_blanks(&mut self) -> Parsed<()> {
        loop {
            self.cursor.take_while(is_blank);
            let rest = self.cursor.rest();
            if rest.starts_with("<#") {
                self.skip_comment()?;
            } else if rest.starts_with('#') {
                self.cursor.go_to_end_of_line();
            } else if rest.starts_with('`') && !self.is_escape()? {
                self.cursor.go_to_end_of_line();
                self.cursor.bump();
            } else {
                return Ok(());
            }
        }
    }

    pub(super) fn skip_blanks_and_newlines(&mut self) -> Parsed<()> {
        loop {
            self.skip_blanks()?;
            if !self.cursor.eat('\n') {
                return Ok(());
            }
        }
    }

    fn skip_comment(&mut self) -> Parsed<()> {
        let start = self.cursor.at();
        if let Some(length) = self.cursor.rest().find("#>") {
            self.cursor.go_to(start + length + 2);
            return Ok(());
        }
        self.cursor.go_to(self.cursor.text().len());
        let place = Place::new(start..start + 2);
        let finding = Finding::new(place, "unterminated-comment", "this comment has no end");
        self.found(finding.help("end it with `#>`"));
        Ok(())
    }

    /// Whether the backtick that comes escapes a character rather than continues the line.
    fn is_escape(&mut self) -> Parsed<bool> {
        let place = self.cursor.next_place();
        let mut ahead = self.cursor;
        ahead.bump();
        let blanks = ahead.take_while(is_blank);
        match ahead.peek() {
            None | Some('\n') if blanks.trim_matches('\r').is_empty() => Ok(false),
            None | Some('\n') => {
                let message = "this backtick does not continue the line, because blanks follow it";
                self.cursor.go_to_end_of_line();
                let finding = Finding::new(place, "broken-continuation", message);
                self.found(finding.help("delete the blanks behind it"));
                // As it was meant, so that the rest is checked too.
                self.cursor.go_to(place.range().start);
                Ok(false)
            }
            Some(_) => Ok(true),
        }
    }
}
