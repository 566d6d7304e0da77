//! Distributions of measured spans: `{ dist = "empirical", file = "times.csv", column = "ms", unit =
//! "ms" }`.
//!
//! It knows nothing of other distributions. Invariant: no value is left out, and none
//! loses more than parts of a nanosecond.

use super::distribution::Braces;
use super::names::short;
use super::scalar::word_of;
use crate::engine::distribution::Empirical;
use crate::engine::{Distribution, Span};
use crate::scenario::diagnostic::{Diagnostic, Location};
use crate::scenario::patch::quoted;
use crate::scenario::quantity::{self, QuantityError};
use crate::scenario::side_file::table::{Field, Rows};
use crate::scenario::side_file::{SideFile, SideFiles};

/// The units that values may be in.
pub(in crate::scenario) const UNITS: &[&str] = &["ns", "us", "ms", "s", "min", "h", "d"];

/// The most values.
const VALUES_MAX: usize = 4_000_000;

/// The distribution of the values of a column.
pub(super) fn read(braces: &Braces<'_>, files: &SideFiles) -> Result<Distribution, Diagnostic> {
    let named = |name| {
        let text = braces.text(name)?;
        Ok(text.expect("its set of parameters is there"))
    };
    let (path, column, weight) = (named("file")?, named("column")?, braces.text("weight")?);
    let unit = match (braces.text("unit")?, braces.part("unit")) {
        (Some(unit), Some(part)) => Some(word_of(UNITS, "unit", unit, part)?),
        _ => None,
    };
    // A nanosecond stands for one.
    let unit_of_values = match braces.is_of_counts() {
        true => Some("ns"),
        false => unit.as_deref(),
    };
    let place = braces.part("file").map_or(Location::default(), |part| {
        super::at(part.source, part.span())
    });
    let file = files.text(path, place)?;
    let mut rows = Rows::of(&file)?;
    let column_index = rows.require(column)?;
    let weight_index = weight.map(|weight| rows.require(weight)).transpose()?;
    let mut pairs: Vec<(Span, u64)> = Vec::new();
    while let Some(row) = rows.next_row()? {
        let value = &row.fields[column_index];
        let span = span_of(&file, value, unit_of_values)?;
        let weight = match weight_index {
            Some(index) => weight_of(&file, &row.fields[index])?,
            None => 1,
        };
        if pairs.len() == VALUES_MAX {
            let message = format!("more than {VALUES_MAX} values");
            let found = file.error("too-many", value.range.clone(), message);
            return Err(found.help("leave some out, or count equal values in a column of weights"));
        }
        pairs.push((span, weight));
    }
    let mut written = format!(
        "{{ dist = \"empirical\", file = {}, column = {}",
        quoted(&file.path),
        quoted(column)
    );
    for (name, value) in [("unit", unit.as_deref()), ("weight", weight)] {
        if let Some(value) = value {
            written.push_str(&format!(", {name} = {}", quoted(value)));
        }
    }
    written.push_str(" }");
    let made = match weight {
        Some(_) => Empirical::weighted(&written, pairs),
        None => Empirical::interpolated(&written, pairs.into_iter().map(|pair| pair.0).collect()),
    };
    made.map(Distribution::Empirical)
        .map_err(|error| braces.refused(error))
}

/// A value: a number of the unit, or with a unit of its own.
fn span_of(file: &SideFile, field: &Field<'_>, unit: Option<&str>) -> Result<Span, Diagnostic> {
    let read = match unit {
        Some(unit) if field.text.ends_with(|end: char| end.is_ascii_digit()) => {
            quantity::span(&format!("{} {unit}", without_parts(&field.text, unit)))
        }
        _ => quantity::span(&field.text),
    };
    read.map_err(|error| refused(file, field, error))
}

/// A number without decimals beyond a nanosecond, as programs print them.
fn without_parts<'t>(number: &'t str, unit: &str) -> &'t str {
    let decimals = match unit {
        "ns" => 0,
        "us" => 3,
        "ms" => 6,
        _ => 9,
    };
    match number.split_once('.') {
        Some((whole, _)) if decimals == 0 && !whole.is_empty() => whole,
        Some((whole, part)) if part.bytes().all(|byte| byte.is_ascii_digit()) => {
            &number[..whole.len() + 1 + part.len().min(decimals)]
        }
        _ => number,
    }
}

/// A weight in millionths.
fn weight_of(file: &SideFile, field: &Field<'_>) -> Result<u64, Diagnostic> {
    quantity::millionths(&field.text).map_err(|error| refused(file, field, error))
}

fn refused(file: &SideFile, field: &Field<'_>, error: QuantityError) -> Diagnostic {
    let help = match error.code {
        "missing-unit" => "say in what unit the column is, such as `unit = \"ms\"`".to_owned(),
        _ => error.help,
    };
    let message = format!("`{}`: {}", short(&field.text), error.message);
    let found = file.error(error.code, field.range.clone(), message);
    found.help(help)
}
