//! Results as CSV: tables, their columns, and how a row is written.
//!
//! It knows no directory. Invariant: a row has as many cells as its table has columns; an empty cell
//! means that there is nothing, never zero.

pub mod measures;
pub mod rows;

use std::io;

use ::csv::Writer;

use crate::engine::Span;

use super::identity::FORMAT;

pub use measures::{MEASURE_TABLES, write_measure};
pub use rows::{ROW_TABLES, RowFiles};

/// A table.
#[derive(Debug)]
pub struct Table {
    /// The name of its file.
    pub file: &'static str,
    /// What a row is.
    pub row: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
}

/// A column: its name and what a cell holds.
pub type Column = (&'static str, &'static str);

const FORMAT_COLUMN: Column = ("format", "version of this table");

/// All tables.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    ROW_TABLES.into_iter().chain(MEASURE_TABLES)
}

/// A writer that has written a table's header.
///
/// # Errors
/// Those of what is written to.
pub fn start<W: io::Write>(table: &Table, out: W) -> io::Result<Writer<W>> {
    let mut writer = Writer::from_writer(out);
    writer.write_record(table.columns.iter().map(|column| column.0))?;
    Ok(writer)
}

/// Writes a row, with the version of the format before its cells.
///
/// # Errors
/// Those of what is written to.
pub fn write_row<W: io::Write>(writer: &mut Writer<W>, cells: &[String]) -> io::Result<()> {
    writer.write_field(FORMAT.to_string())?;
    writer.write_record(cells)?;
    Ok(())
}

/// A span in seconds, exact: `0.485000000`.
fn seconds(span: Span) -> String {
    decimal(span.nanoseconds(), 9)
}

/// A number of 10⁻ⁿ as a decimal fraction: `decimal(1_500, 3)` is `1.500`.
fn decimal(parts: u64, digits: u32) -> String {
    let whole = 10_u64.pow(digits);
    let width = digits as usize;
    format!("{}.{:0width$}", parts / whole, parts % whole)
}

/// Millionths as a percentage: `37.5000`.
fn percent(millionths: u64) -> String {
    decimal(millionths, 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_decimal_and_exact() {
        assert_eq!(seconds(Span::from_milliseconds(485)), "0.485000000");
        assert_eq!(decimal(1_500, 3), "1.500");
        assert_eq!(percent(375_000), "37.5000");
        assert_eq!(percent(1_000_000), "100.0000");
    }
}
