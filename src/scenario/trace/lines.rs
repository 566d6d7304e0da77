//! Lines of a file of any length, one at a time.
//!
//! It knows nothing of what is in them. Invariant: at most one line and one piece of the file are held,
//! whatever the bytes are; `\n` and `\r\n` end a line alike, and the last line needs neither.

use std::io::{self, ErrorKind, Read};

use crate::engine::hash::Hash128;

/// The longest line, in bytes; what a longer one has beyond it is not kept.
pub const LINE_MAX: usize = 1 << 16;

/// How many bytes are read at a time.
const PIECE: usize = 1 << 16;

/// A file's lines.
pub struct Lines {
    file: Box<dyn Read + Send>,
    piece: Box<[u8]>,
    /// What of the piece has not been looked at.
    rest: std::ops::Range<usize>,
    line: Vec<u8>,
    text: String,
    number: u64,
    hash: Hash128,
}

/// How a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    /// It is text.
    Whole,
    /// It is longer than [`LINE_MAX`].
    TooLong,
    /// It is not UTF-8; the first byte that is not.
    NotText(u8),
}

impl Lines {
    /// The lines of a file, from its beginning.
    pub fn new(file: Box<dyn Read + Send>) -> Lines {
        Lines {
            file,
            piece: vec![0; PIECE].into(),
            rest: 0..0,
            line: Vec::new(),
            text: String::new(),
            number: 0,
            hash: Hash128::new(),
        }
    }

    /// Goes to the next line, if there is one.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn advance(&mut self) -> io::Result<Option<LineState>> {
        self.line.clear();
        let mut length = 0;
        loop {
            if self.rest.is_empty() && !self.refill()? {
                if length == 0 {
                    return Ok(None);
                }
                break;
            }
            let rest = &self.piece[self.rest.clone()];
            let end = rest.iter().position(|&byte| byte == b'\n');
            let taken = &rest[..end.unwrap_or(rest.len())];
            let room = (LINE_MAX + 2).saturating_sub(self.line.len());
            self.line.extend_from_slice(&taken[..taken.len().min(room)]);
            length += taken.len() + usize::from(end.is_some());
            self.rest.start += taken.len() + usize::from(end.is_some());
            if end.is_some() {
                break;
            }
        }
        self.number += 1;
        Ok(Some(self.finish()))
    }

    /// The text of the line, as far as it is text, without what ends it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its number, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// XXH3 of all bytes that were read.
    pub fn hash(&self) -> u128 {
        self.hash.finish()
    }

    fn finish(&mut self) -> LineState {
        if self.line.last() == Some(&b'\r') {
            self.line.pop();
        }
        if self.number == 1 && self.line.starts_with("\u{feff}".as_bytes()) {
            self.line.drain(..3);
        }
        let is_too_long = self.line.len() > LINE_MAX;
        self.line.truncate(LINE_MAX);
        self.text.clear();
        match std::str::from_utf8(&self.line) {
            Ok(text) => {
                self.text.push_str(text);
                if is_too_long {
                    LineState::TooLong
                } else {
                    LineState::Whole
                }
            }
            Err(error) => {
                let valid = error.valid_up_to();
                self.text.push_str(&String::from_utf8_lossy(&self.line));
                if is_too_long {
                    LineState::TooLong
                } else {
                    LineState::NotText(self.line[valid])
                }
            }
        }
    }

    /// Reads the next piece, if there is one.
    fn refill(&mut self) -> io::Result<bool> {
        loop {
            match self.file.read(&mut self.piece) {
                Ok(length) => {
                    self.hash.update(&self.piece[..length]);
                    self.rest = 0..length;
                    return Ok(length > 0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes in pieces of a length.
    struct Pieces(Vec<u8>, usize, usize);

    impl Read for Pieces {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(into.len()).min(self.0.len() - self.2);
            into[..length].copy_from_slice(&self.0[self.2..self.2 + length]);
            self.2 += length;
            Ok(length)
        }
    }

    fn lines(bytes: &[u8], piece: usize) -> Vec<(u64, LineState, String)> {
        let mut lines = Lines::new(Box::new(Pieces(bytes.to_vec(), piece, 0)));
        let mut all = Vec::new();
        while let Some(state) = lines.advance().expect("memory can be read") {
            all.push((lines.number(), state, lines.text().to_owned()));
        }
        assert_eq!(lines.hash(), crate::engine::hash::bytes_128(bytes));
        all
    }

    #[test]
    fn lines_are_the_same_whatever_ends_them_and_however_the_file_is_cut() {
        let expected = ["a", "", "bé", "c"];
        for text in [
            "a\n\nbé\nc\n",
            "a\r\n\r\nbé\r\nc\r\n",
            "\u{feff}a\n\r\nbé\nc",
        ] {
            for piece in [1, 2, 3, 100] {
                let read = lines(text.as_bytes(), piece);
                let texts: Vec<_> = read.iter().map(|line| line.2.as_str()).collect();
                assert_eq!(texts, expected, "{text:?} in pieces of {piece}");
                assert!(read.iter().all(|line| line.1 == LineState::Whole));
                assert_eq!(read[3].0, 4);
            }
        }
        assert_eq!(lines(b"", 8), []);
    }

    #[test]
    fn a_line_that_is_too_long_or_no_text_is_known_as_such_and_costs_no_more_memory() {
        let mut bytes = vec![b'x'; 3 * LINE_MAX];
        bytes.extend_from_slice(b"\nm\xfcnchen\n");
        bytes.extend(vec![b'y'; LINE_MAX]);
        let read = lines(&bytes, 1_000);
        assert_eq!((read[0].1, read[0].2.len()), (LineState::TooLong, LINE_MAX));
        assert_eq!(read[1].1, LineState::NotText(0xfc));
        assert_eq!((read[2].1, read[2].2.len()), (LineState::Whole, LINE_MAX));
    }
}
