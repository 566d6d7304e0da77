//! A line's cells between separators, some of them in quotes.
//!
//! It knows nothing of what is in them. Invariant: a cell never reaches beyond its line, so that an open
//! quote spoils one line and not the rest of the file.

use std::borrow::Cow;
use std::ops::Range;

use smallvec::SmallVec;

use super::Fault;

/// The cells of a line.
pub(super) type Cells = SmallVec<[Cell; 16]>;

/// A cell of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// Where its text is, without spaces around it and without quotes.
    pub range: Range<usize>,
    /// Whether quotes in it are doubled.
    is_quoted: bool,
}

impl Cell {
    /// The cell's text.
    pub(super) fn text<'a>(&self, line: &'a str) -> Cow<'a, str> {
        let text = &line[self.range.clone()];
        if self.is_quoted && text.contains("\"\"") {
            Cow::Owned(text.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(text)
        }
    }
}

/// Splits a line at commas; a comma in double quotes parts nothing, and a double quote in them is
/// doubled. At most `most` cells are looked at.
///
/// Source: RFC 4180 s.2, but for line ends in quotes.
pub(super) fn split(line: &str, most: usize) -> Result<Cells, Fault> {
    let mut cells = Cells::new();
    let mut at = 0;
    while cells.len() < most {
        let end = match quoted(line, at)? {
            Some((cell, end)) => {
                cells.push(cell);
                end
            }
            None => {
                let end = line[at..].find(',').map_or(line.len(), |comma| at + comma);
                cells.push(plain(line, at..end));
                end
            }
        };
        if end >= line.len() {
            break;
        }
        at = end + 1;
    }
    Ok(cells)
}

/// Splits a line at single spaces; a lone `-` is a blank cell.
///
/// Source: Extended Log File Format (W3C WD-logfile); IIS writes `+` for a space in a field.
pub(super) fn split_at_spaces(line: &str) -> Cells {
    let mut cells = Cells::new();
    let mut start = 0;
    for part in line.split(' ') {
        let end = start + part.len();
        if !part.is_empty() {
            let range = if part == "-" { end..end } else { start..end };
            cells.push(Cell {
                range,
                is_quoted: false,
            });
        }
        start = end + 1;
    }
    cells
}

fn plain(line: &str, range: Range<usize>) -> Cell {
    let text = &line[range.clone()];
    let start = range.start + (text.len() - text.trim_start().len());
    let end = start + text.trim().len();
    Cell {
        range: start..end,
        is_quoted: false,
    }
}

/// A cell in quotes that begins here, and where it ends: at a comma or at the end of the line.
fn quoted(line: &str, at: usize) -> Result<Option<(Cell, usize)>, Fault> {
    let rest = &line[at..];
    let open = at + (rest.len() - rest.trim_start().len());
    if !line[open..].starts_with('"') {
        return Ok(None);
    }
    let bytes = line.as_bytes();
    let mut close = open + 1;
    loop {
        match (bytes.get(close), bytes.get(close + 1)) {
            (None, _) => {
                return Err(
                    Fault::bad(open..open + 1, "a quote is not closed in this line")
                        .help("close it; a cell cannot go on in the next line"),
                );
            }
            (Some(b'"'), Some(b'"')) => close += 2,
            (Some(b'"'), _) => break,
            _ => close += 1,
        }
    }
    let behind = &line[close + 1..];
    let comma = behind
        .find(',')
        .map_or(line.len(), |comma| close + 1 + comma);
    if !line[close + 1..comma].trim().is_empty() {
        return Err(
            Fault::bad(close + 1..comma, "there is text behind the closing quote")
                .help("double a quote inside a quoted cell: `\"\"`"),
        );
    }
    let cell = Cell {
        range: open + 1..close,
        is_quoted: true,
    };
    Ok(Some((cell, comma)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        let cells = split(line, 100).unwrap_or_else(|fault| panic!("{fault:?}"));
        cells
            .iter()
            .map(|cell| cell.text(line).into_owned())
            .collect()
    }

    #[test]
    fn cells_are_parted_by_commas_that_are_not_in_quotes() {
        for (line, expected) in [
            ("a,b", &["a", "b"][..]),
            ("", &[""]),
            (" a , b ,", &["a", "b", ""]),
            (r#""a,b", "c ""d""" "#, &["a,b", r#"c "d""#]),
            (r#""","#, &["", ""]),
            ("ä,\"ö,ü\"", &["ä", "ö,ü"]),
        ] {
            assert_eq!(texts(line), expected, "{line}");
        }
    }

    #[test]
    fn a_quote_that_is_left_open_spoils_one_line() {
        assert_eq!(split("a,\"b", 9).expect_err("open").range, 2..3);
        assert_eq!(split("\"a\"b,c", 9).expect_err("behind").range, 3..4);
    }

    #[test]
    fn a_dash_of_a_log_is_a_blank_cell() {
        let line = "2026-03-02 - POST";
        let cells = split_at_spaces(line);
        let texts: Vec<_> = cells.iter().map(|cell| cell.text(line)).collect();
        assert_eq!(texts, ["2026-03-02", "", "POST"]);
    }
}
