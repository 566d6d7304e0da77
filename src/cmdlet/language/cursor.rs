//! Characters of a script and their classes, as PowerShell sees them.
//!
//! It knows no grammar. Invariant: the cursor stands on the boundary of a character, and each step goes
//! forward.

use crate::cmdlet::finding::Place;

/// A position in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Cursor<'a> {
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Cursor { text, at }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The character behind the next one.
    pub(super) fn second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Goes over the next character if it is this one.
    pub(super) fn eat(&mut self, wanted: char) -> bool {
        let is_next = self.peek() == Some(wanted);
        if is_next {
            self.bump();
        }
        is_next
    }

    /// Goes over all characters of a class and gives them.
    pub(super) fn take_while(&mut self, is_wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !is_wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// The place from an earlier position to here.
    pub(super) fn since(&self, start: usize) -> Place {
        Place::new(start..self.at)
    }

    /// The place of the next character.
    pub(super) fn next_place(&self) -> Place {
        let length = self.peek().map_or(0, char::len_utf8);
        Place::new(self.at..self.at + length)
    }

    /// Goes back, or forward, to a position that was this cursor's.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Goes to the end of the line, before its newline.
    pub(super) fn go_to_end_of_line(&mut self) {
        self.take_while(|c| c != '\n');
    }
}

/// A dash: blogs print `-` as an en dash, and PowerShell takes it.
pub(super) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2013}' | '\u{2014}' | '\u{2015}')
}

/// A quote that takes the text as it stands.
pub(super) fn is_single_quote(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}')
}

/// A quote that looks for values in the text.
pub(super) fn is_double_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}')
}

/// White space within a line.
pub(super) fn is_blank(c: char) -> bool {
    c != '\n' && c.is_whitespace()
}

/// A character of the name of a variable, property or parameter.
pub(super) fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A character that ends a word.
pub(super) fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '|' | ';' | '(' | ')' | '{' | '}' | ',' | '&' | '<' | '>')
}

/// A character that has no place in a script.
pub(super) fn is_unreadable(c: char) -> bool {
    c.is_control() && !c.is_whitespace()
}
