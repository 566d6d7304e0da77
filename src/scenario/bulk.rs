//! Organizations and relationships from side files: a row each, with columns named after keys.
//!
//! It knows no key by name but those that name a row. Invariant: a row is what the same keys in the
//! scenario file would be, and each value has its place in the side file as its origin.

use toml::de::DeValue;

use super::diagnostic::{Diagnostic, Diagnostics, Location};
use super::keys::{Kind, NameKind, ORGANIZATION, Object, RELATIONSHIP};
use super::quantity::Share;
use super::read::names::{self, suggestion};
use super::read::scalar::{self, Given};
use super::read::{Document, complete};
use super::side_file::SideFile;
use super::side_file::table::{Field, Row, Rows};
use super::tree::{Entry, Origin, Shape, Table, Value};

/// The most rows of a file. Measured at the peak of `check`: an organization from a file costs 28 kB, one
/// that is drawn 1.5 kB.
const ROWS_MAX: usize = 200_000;

/// Adds what the scenario's files of organizations and relationships declare.
pub(super) fn expand(document: &mut Document, found: &mut Diagnostics) {
    let bulks = [
        Bulk {
            settings: "organizations",
            rows: "org",
            object: &ORGANIZATION,
            named_by: &["name"],
        },
        Bulk {
            settings: "relationships",
            rows: "relationship",
            object: &RELATIONSHIP,
            named_by: &["from", "to"],
        },
    ];
    for bulk in bulks {
        let settings = document.tables.table(bulk.settings);
        let Some(path) = settings.optional_text("file").map(ToOwned::to_owned) else {
            continue;
        };
        let place = settings.location("file").unwrap_or_default();
        let file = match document.files.text(&path, place) {
            Ok(file) => file,
            Err(refused) => {
                found.push(refused);
                continue;
            }
        };
        if let Err(refused) = bulk.read(&file, document, found) {
            found.push(refused);
        }
        document.files.add_texts(found);
    }
}

/// A kind of thing that a side file may declare.
struct Bulk {
    /// The table that names the file.
    settings: &'static str,
    /// The named table that its rows go into.
    rows: &'static str,
    object: &'static Object,
    /// The columns that make a row's name.
    named_by: &'static [&'static str],
}

/// What a column fills: the keys from the row down, and the kind of the last.
struct Column {
    path: Vec<&'static str>,
    kind: &'static Kind,
}

impl Bulk {
    fn read(
        &self,
        file: &SideFile,
        document: &mut Document,
        found: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        let mut rows = Rows::of(file)?;
        let mut names = Vec::new();
        for column in self.named_by {
            names.push(rows.require(column)?);
        }
        let columns = rows.header().fields.iter().enumerate();
        let columns: Vec<Option<Column>> = columns
            .map(|(index, field)| {
                let names_row = names.contains(&index);
                let column = (!names_row).then(|| self.column(file, field));
                column?.map_err(|refused| found.push(refused)).ok()
            })
            .collect();
        let required = self.object.keys.iter();
        for key in required.filter(|key| matches!(key.presence, super::keys::Presence::Required)) {
            rows.require(key.name)?;
        }
        let blank = complete(Table::new(Shape::Object(self.object)));
        let mut count = 0;
        while let Some(row) = rows.next_row()? {
            count += 1;
            if count > ROWS_MAX {
                let message = format!("more than {ROWS_MAX} rows");
                let help = "describe so many with `[population.NAME]`";
                return Err(file.error("too-many", row.range, message).help(help));
            }
            let place = file.place(row.range.clone());
            let Some(name) = self.name(file, &row, &names, found) else {
                continue;
            };
            let table = self.row(file, &row, &columns, blank.clone(), document, found);
            let entry = Entry::new(Value::Table(table), Origin::File(place));
            let all = document.tables.table_mut(self.rows);
            if let Some(first) = all.get(&name) {
                let first = first.origin.location();
                let message = format!("`{name}` is declared already");
                let mut twice = file.error("duplicate-name", row.range, message);
                if let Some(first) = first {
                    twice = twice.also(first, "first declared here");
                }
                found.push(twice.help("remove one of the two"));
                continue;
            }
            all.insert(&name, Some(place), entry);
        }
        Ok(())
    }

    fn column(&self, file: &SideFile, field: &Field<'_>) -> Result<Column, Diagnostic> {
        let mut object = self.object;
        let mut path = Vec::new();
        let mut parts = field.text.split('.').peekable();
        while let Some(part) = parts.next() {
            let Some((_, key)) = object.find(part) else {
                let message = format!("unknown column `{}`", names::short(&field.text));
                let known = object.keys.iter().map(|key| key.name);
                let help = match suggestion(part, known) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("columns are keys of {}", object.name),
                };
                let found = file.error("unknown-column", field.range.clone(), message);
                return Err(found.help(help));
            };
            path.push(key.name);
            match (&key.kind, parts.peek()) {
                (Kind::Table(below), Some(_)) => object = below,
                (
                    Kind::Table(_)
                    | Kind::Tables(_)
                    | Kind::Named(_)
                    | Kind::Part(_)
                    | Kind::Set
                    | Kind::Expectations,
                    _,
                )
                | (_, Some(_)) => break,
                (kind, None) => return Ok(Column { path, kind }),
            }
        }
        let message = format!("`{}` is not a single value", names::short(&field.text));
        let help = "a column holds one value, such as `exchange` or `trust.exists`";
        let found = file.error("unknown-column", field.range.clone(), message);
        Err(found.help(help))
    }

    fn name(
        &self,
        file: &SideFile,
        row: &Row<'_>,
        columns: &[usize],
        found: &mut Diagnostics,
    ) -> Option<String> {
        let mut parts = Vec::new();
        for &column in columns {
            let field = &row.fields[column];
            match names::normal(NameKind::Name, &field.text) {
                Ok(name) => parts.push(name),
                Err(refusal) => {
                    let refused = file.error("bad-name", field.range.clone(), refusal.message);
                    found.push(refused.help(refusal.help));
                }
            }
        }
        (parts.len() == columns.len()).then(|| parts.join(" -> "))
    }

    fn row(
        &self,
        file: &SideFile,
        row: &Row<'_>,
        columns: &[Option<Column>],
        mut table: Table,
        document: &Document,
        found: &mut Diagnostics,
    ) -> Table {
        for (field, column) in row.fields.iter().zip(columns) {
            let Some(Column { path, kind }) = column else {
                continue;
            };
            // An empty field says nothing: the key is absent.
            if field.text.is_empty() {
                continue;
            }
            let place = file.place(field.range.clone());
            let (last, above) = path.split_last().expect("a column has a key");
            match value(kind, last, (file, field, place), document) {
                Ok(value) => {
                    let mut inner = &mut table;
                    for key in above {
                        inner = inner.table_mut(key);
                    }
                    inner.insert(last, Some(place), Entry::new(value, Origin::File(place)));
                }
                Err(refused) => found.push(refused),
            }
        }
        table
    }
}

/// The value of a field: as in the scenario file, but without quotes; elements of a list are separated
/// by blanks.
fn value(
    kind: &'static Kind,
    key: &str,
    (file, field, place): (&SideFile, &Field<'_>, Location),
    document: &Document,
) -> Result<Value, Diagnostic> {
    let read = |kind: &Kind, text: &str| {
        let plain = match scalar::is_text(kind) {
            true => None,
            false => DeValue::parse(text).ok(),
        };
        let string = DeValue::String(text.into());
        let given = Given {
            source: place.source,
            text: file.text(),
            start: field.range.start,
            end: field.range.end,
            value: plain.as_ref().map_or(&string, |value| value.get_ref()),
        };
        scalar::read(kind, key, given, &document.clock)
    };
    match kind {
        Kind::List(element) => {
            let elements = field.text.split_whitespace().map(|text| {
                let value = read(element, text)?;
                Ok(Entry::new(value, Origin::File(place)))
            });
            elements.collect::<Result<Vec<Entry>, _>>().map(Value::List)
        }
        Kind::Shares(words) => {
            let Value::Text(word) = read(&Kind::OneOf(words), &field.text)? else {
                unreachable!("it is one of the words");
            };
            let mut table = Table::new(Shape::Shares(words));
            let all = Entry::new(Value::Share(Share::ALL), Origin::File(place));
            table.insert(&word, Some(place), all);
            Ok(Value::Table(table))
        }
        kind => read(kind, &field.text),
    }
}
