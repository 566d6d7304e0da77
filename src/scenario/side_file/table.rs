//! Tables in side files: comma-separated values with a header line, each field with its place.
//!
//! It knows nothing of what columns mean. Source: RFC 4180, with these freedoms: lines may end in LF
//! or CRLF, blank lines and lines that begin with `#` are left out, blanks around an unquoted field
//! do not count. Invariant: reading ends in time in proportion to the text, and what is wrong is said
//! at its place.

use std::borrow::Cow;
use std::ops::Range;

use super::SideFile;
use crate::scenario::diagnostic::Diagnostic;

/// The most columns of a table.
const COLUMNS_MAX: usize = 1_000;

/// The rows of a table, one after the other.
#[derive(Clone, Debug)]
pub struct Rows<'f> {
    file: &'f SideFile,
    header: Row<'f>,
    at: usize,
}

/// One line of a table.
#[derive(Clone, Debug)]
pub struct Row<'f> {
    /// Its fields, as many as the header has.
    pub fields: Vec<Field<'f>>,
    /// The bytes of the line.
    pub range: Range<usize>,
}

/// One field of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<'f> {
    /// What it says, without quotes.
    pub text: Cow<'f, str>,
    /// The bytes in which it stands, quotes included.
    pub range: Range<usize>,
}

impl<'f> Rows<'f> {
    /// Reads the header of a table.
    ///
    /// # Errors
    /// If there is none, if a name stands in it twice or a quote is not closed.
    pub fn of(file: &'f SideFile) -> Result<Rows<'f>, Diagnostic> {
        let mut at = 0;
        let Some(header) = line(file, &mut at)? else {
            let message = format!("`{}` is empty", file.name());
            return Err(file
                .error("bad-table", 0..0, message)
                .help("begin with a line that names the columns"));
        };
        if header.fields.len() > COLUMNS_MAX {
            let message = format!("more than {COLUMNS_MAX} columns");
            return Err(file
                .error("too-many", header.range, message)
                .help("use fewer"));
        }
        for (index, field) in header.fields.iter().enumerate() {
            if header.fields[..index]
                .iter()
                .any(|other| other.text == field.text)
            {
                let message = format!("two columns are called `{}`", field.text);
                return Err(file
                    .error("bad-table", field.range.clone(), message)
                    .help("give each column a name of its own"));
            }
        }
        Ok(Rows { file, header, at })
    }

    /// The header.
    pub fn header(&self) -> &Row<'f> {
        &self.header
    }

    /// The number of the column of this name, from 0.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header
            .fields
            .iter()
            .position(|field| field.text == name)
    }

    /// As [`Rows::column`], for a column that has to be there.
    ///
    /// # Errors
    /// If it is not there.
    pub fn require(&self, name: &str) -> Result<usize, Diagnostic> {
        self.column(name).ok_or_else(|| {
            let known: Vec<String> = self
                .header
                .fields
                .iter()
                .take(24)
                .map(|field| format!("`{}`", field.text))
                .collect();
            let message = format!("there is no column `{name}`");
            self.file
                .error("missing-column", self.header.range.clone(), message)
                .label("the columns")
                .help(format!("columns: {}", known.join(", ")))
        })
    }

    /// The next row; none after the last.
    ///
    /// # Errors
    /// If it has not as many fields as the header, or a quote is not closed.
    pub fn next_row(&mut self) -> Result<Option<Row<'f>>, Diagnostic> {
        let Some(row) = line(self.file, &mut self.at)? else {
            return Ok(None);
        };
        let (columns, fields) = (self.header.fields.len(), row.fields.len());
        if fields != columns {
            let message = format!("a row of {fields} fields, but the header has {columns}");
            let found = self.file.error("bad-table", row.range, message);
            return Err(found.help("write as many fields as the header has; an empty one is fine"));
        }
        Ok(Some(row))
    }
}

/// The next line that counts.
fn line<'f>(file: &'f SideFile, at: &mut usize) -> Result<Option<Row<'f>>, Diagnostic> {
    let text = file.text();
    loop {
        let rest = &text[*at..];
        if rest.is_empty() {
            return Ok(None);
        }
        let end = rest.find('\n').map_or(text.len(), |end| *at + end);
        let shown = rest[..end - *at].trim();
        if !shown.is_empty() && !shown.starts_with('#') {
            break;
        }
        *at = (end + 1).min(text.len());
    }
    let start = *at;
    let mut fields = Vec::new();
    loop {
        let (field, ended) = field(file, at)?;
        fields.push(field);
        if ended {
            break;
        }
    }
    let end = fields.last().map_or(start, |field| field.range.end);
    let range = start..end;
    Ok(Some(Row { fields, range }))
}

/// The next field, and whether it is the last of its line.
fn field<'f>(file: &'f SideFile, at: &mut usize) -> Result<(Field<'f>, bool), Diagnostic> {
    let text = file.text();
    let bytes = text.as_bytes();
    let blank = |at: usize| matches!(bytes.get(at), Some(b' ' | b'\t'));
    while blank(*at) {
        *at += 1;
    }
    if bytes.get(*at) != Some(&b'"') {
        let rest = &text[*at..];
        let end = *at + rest.find([',', '\n']).unwrap_or(rest.len());
        let shown = text[*at..end].trim_end();
        let range = *at..*at + shown.len();
        let ended = bytes.get(end) != Some(&b',');
        *at = (end + 1).min(text.len());
        let text = Cow::Borrowed(shown);
        return Ok((Field { text, range }, ended));
    }
    let start = *at;
    let mut value = String::new();
    *at += 1;
    loop {
        let rest = &text[*at..];
        let Some(quote) = rest.find('"') else {
            let message = "this quote is not closed";
            return Err(file
                .error("bad-table", start..start + 1, message)
                .help("close it; a quote inside a field is written twice"));
        };
        value.push_str(&rest[..quote]);
        *at += quote + 1;
        if bytes.get(*at) != Some(&b'"') {
            break;
        }
        value.push('"');
        *at += 1;
    }
    let range = start..*at;
    while blank(*at) || bytes.get(*at) == Some(&b'\r') {
        *at += 1;
    }
    let ended = match bytes.get(*at) {
        Some(b',') => false,
        Some(b'\n') | None => true,
        Some(_) => {
            let next = text[*at..].chars().next().map_or(0, char::len_utf8);
            let found = file.error("bad-table", *at..*at + next, "text after a closing quote");
            return Err(found.help("separate fields by commas; a quote inside is written twice"));
        }
    };
    *at = (*at + 1).min(text.len());
    let text = Cow::Owned(value);
    Ok((Field { text, range }, ended))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::diagnostic::{Diagnostics, Location};
    use crate::scenario::side_file::SideFiles;

    fn file(text: &str) -> SideFile {
        let files = SideFiles::in_memory([("x.csv", text)]);
        files
            .text("x.csv", Location::default())
            .expect("it is there")
    }

    fn rows(file: &SideFile) -> Result<Vec<Vec<String>>, Diagnostic> {
        let mut rows = Rows::of(file)?;
        let mut all = vec![rows.header().clone()];
        while let Some(row) = rows.next_row()? {
            all.push(row);
        }
        let texts = |row: Row<'_>| {
            row.fields
                .into_iter()
                .map(|f| f.text.into_owned())
                .collect()
        };
        Ok(all.into_iter().map(texts).collect())
    }

    #[test]
    fn a_table_is_read_however_its_lines_end() {
        for text in [
            "a,b\n1,x\n,\"y, \"\"z\"\"\"\n",
            "# measured by hand\r\na, b\r\n\r\n1 ,x\r\n,\"y, \"\"z\"\"\"\r\n",
            "a,b\n1,x\n  # the rest\n,\"y, \"\"z\"\"\" ",
        ] {
            let read = rows(&file(text)).expect(text);
            assert_eq!(read, [["a", "b"], ["1", "x"], ["", "y, \"z\""]], "{text}");
        }
        assert_eq!(
            rows(&file("a\n\"two\nlines\"\n")).unwrap()[1],
            ["two\nlines"]
        );
    }

    #[test]
    fn what_is_wrong_with_a_table_is_said_at_its_place() {
        for (text, message, place) in [
            ("", "`x.csv` is empty", "x.csv:1:1"),
            ("# nothing\n\n", "`x.csv` is empty", "x.csv:1:1"),
            ("a,a\n", "two columns are called `a`", "x.csv:1:3"),
            (
                "a,b\n1\n",
                "a row of 1 fields, but the header has 2",
                "x.csv:2:1",
            ),
            ("a\n1\n\"2\n3", "this quote is not closed", "x.csv:3:1"),
            ("a\n\"1\"ä\n", "text after a closing quote", "x.csv:2:4"),
        ] {
            let mut found = Diagnostics::default();
            found.push(rows(&file(text)).expect_err(text));
            let shown = found.render_plain();
            assert!(
                shown.contains(message) && shown.contains(place),
                "{text:?}: {shown}"
            );
        }
        let file = file("a,b\n");
        let missing = Rows::of(&file).unwrap().require("c").expect_err("no c");
        assert_eq!(missing.help.as_deref(), Some("columns: `a`, `b`"));
    }
}
