//! Quantities with units as people write them: `"2 h 30 min"`, `"+6 min"`, `"5 %"`, `"60 req/h"`,
//! `"6 KB"`, `"10 Mbit/s"`.
//!
//! It knows no keys and no files. Invariant: every number is exact in integers; text that would
//! have to be rounded, or that leaves the unit to be guessed, is refused with the reason.

mod number;
#[cfg(test)]
mod tests;
mod units;

use std::fmt;
use std::ops::Range;

use number::{Cursor, Number, too_large};
use units::{
    BANDWIDTH_LIST, BANDWIDTH_UNITS, RATE_LIST, RATE_UNITS, SIZE_LIST, SIZE_UNITS, SPAN_LIST,
    SPAN_UNITS,
};

use crate::engine::{Offset, Span};

/// Why a text is no quantity: the offending part of it, what is wrong, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuantityError {
    /// A short stable identifier, as in a diagnostic.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// The offending bytes of the text.
    pub part: Range<usize>,
    /// What to write instead.
    pub help: String,
}

/// A part of a whole, from 0 % to 100 %, exact to 10⁻¹².
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u64);

/// How often something happens: so many billionths of a request in a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    /// Billionths of a request.
    pub billionths: u64,
    /// In this span: a second, a minute, an hour, a day or a week.
    pub per: Span,
}

impl Share {
    /// Nothing.
    pub const NONE: Share = Share(0);
    /// Everything.
    pub const ALL: Share = Share(Share::ONE);
    /// The parts that make up a whole.
    pub const ONE: u64 = 1_000_000_000_000;

    /// A share of so many 10⁻¹² parts, or none above the whole.
    pub const fn from_parts(parts: u64) -> Option<Share> {
        if parts <= Share::ONE {
            Some(Share(parts))
        } else {
            None
        }
    }

    /// Its 10⁻¹² parts.
    pub const fn parts(self) -> u64 {
        self.0
    }

    /// From 0 to 1, for people and plots.
    pub fn as_fraction(self) -> f64 {
        self.0 as f64 / Share::ONE as f64
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", decimal(self.0, 10))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = RATE_UNITS
            .iter()
            .find(|(_, span)| *span == self.per.nanoseconds());
        let unit = unit.map_or("req/?", |(name, _)| name);
        write!(f, "{} {unit}", decimal(self.billionths, 9))
    }
}

/// Reads a span: `"250 ms"`, `"2 h 30 min"`, `"1.5 s"`, `"0"`.
///
/// # Errors
/// No unit, an unknown unit, a month or a year, a negative number, a fraction of a nanosecond, units
/// that do not go from large to small, more than the 584 years an integer of nanoseconds holds.
pub fn span(text: &str) -> Result<Span, QuantityError> {
    let mut cursor = Cursor::new(text);
    cursor.skip_spaces();
    if let Some(sign) = cursor.sign() {
        return Err(QuantityError::new(
            "out-of-range",
            format!("`{text}` has a sign, but a span of time has none"),
            sign,
            "write it without the sign, such as `5 min`",
        ));
    }
    span_at(&mut cursor)
}

/// Reads a signed offset: `"+6 min"`, `"-90 s"`, `"0 s"`.
///
/// # Errors
/// As [`span`]; and beyond 292 years.
pub fn offset(text: &str) -> Result<Offset, QuantityError> {
    let mut cursor = Cursor::new(text);
    cursor.skip_spaces();
    let behind = cursor.sign().is_some_and(|sign| &text[sign] == "-");
    let span = span_at(&mut cursor)?;
    if span.nanoseconds() > i64::MAX as u64 {
        return Err(too_large(text, 0..text.len(), "292 years"));
    }
    Ok(if behind {
        Offset::behind(span)
    } else {
        Offset::ahead(span)
    })
}

/// Reads a share: `"5 %"`, `"0.2 %"`.
///
/// # Errors
/// No percent sign, a negative number, more than 100 %, more than ten decimals.
pub fn share(text: &str) -> Result<Share, QuantityError> {
    let (number, unit) = number_and_unit(text, "5 %", "the unit is %")?;
    if &text[unit.clone()] != "%" {
        let message = format!("unknown unit `{}` of a share", &text[unit.clone()]);
        return Err(QuantityError::new(
            "unknown-unit",
            message,
            unit,
            "a share is written in percent, such as `5 %`",
        ));
    }
    let parts = number.scaled(
        text,
        Share::ONE / 100,
        "a share is exact to ten decimals of a percent",
    )?;
    Share::from_parts(parts).ok_or_else(|| {
        let message = format!("`{text}` is more than 100 %");
        QuantityError::new(
            "out-of-range",
            message,
            0..text.len(),
            "a share is from 0 % to 100 %",
        )
    })
}

/// Reads a rate: `"60 req/h"`, `"2.5 req/s"`.
///
/// # Errors
/// No unit, an unknown unit, a negative number, more than nine decimals.
pub fn rate(text: &str) -> Result<Rate, QuantityError> {
    let (number, unit) = number_and_unit(text, "60 req/h", RATE_LIST)?;
    let per = factor(text, unit, RATE_UNITS, "a rate", RATE_LIST)?;
    let billionths = number.scaled(text, 1_000_000_000, "a rate is exact to nine decimals")?;
    Ok(Rate {
        billionths,
        per: Span::from_nanoseconds(per),
    })
}

/// Reads a size in bytes: `"6 KB"` is 6,000, `"3 KiB"` is 3,072.
///
/// # Errors
/// No unit, an unknown unit, a negative number, a fraction of a byte, more than 2⁶⁴ bytes.
pub fn size(text: &str) -> Result<u64, QuantityError> {
    let (number, unit) = number_and_unit(text, "6 KB", SIZE_LIST)?;
    let bytes = factor(text, unit, SIZE_UNITS, "a size", SIZE_LIST)?;
    number.scaled(text, bytes, "a size is a whole number of bytes")
}

/// Reads a bandwidth in bits per second: `"10 Mbit/s"`.
///
/// # Errors
/// No unit, an unknown unit (bytes per second among them), a negative number, a fraction of a bit.
pub fn bandwidth(text: &str) -> Result<u64, QuantityError> {
    let (number, unit) = number_and_unit(text, "10 Mbit/s", BANDWIDTH_LIST)?;
    let bits = factor(text, unit, BANDWIDTH_UNITS, "a bandwidth", BANDWIDTH_LIST)?;
    number.scaled(
        text,
        bits,
        "a bandwidth is a whole number of bits per second",
    )
}

/// Reads a plain decimal number such as `"2.5"` as millionths.
///
/// # Errors
/// Anything else, a sign, more than six decimals.
pub fn millionths(text: &str) -> Result<u64, QuantityError> {
    let mut cursor = Cursor::new(text);
    cursor.skip_spaces();
    let number = cursor.number("2.5", "")?;
    cursor.skip_spaces();
    if !cursor.rest().is_empty() {
        let part = cursor.at..text.len();
        let message = format!("`{}` after a plain number", &text[part.clone()]);
        return Err(QuantityError::new(
            "bad-value",
            message,
            part,
            "write the number alone, such as `2.5`",
        ));
    }
    number.scaled(text, 1_000_000, "this number is exact to six decimals")
}

/// A size as people write it, in the largest unit of thousands that needs at most three decimals.
pub fn size_text(bytes: u64) -> String {
    in_units(bytes, &SIZE_UNITS[..5])
}

/// A bandwidth as people write it.
pub fn bandwidth_text(bits_per_second: u64) -> String {
    in_units(bits_per_second, BANDWIDTH_UNITS)
}

/// `value ÷ 10^scale` as a decimal without trailing zeros.
pub(crate) fn decimal(value: u64, scale: u32) -> String {
    let one = 10_u64.pow(scale);
    let (whole, rest) = (value / one, value % one);
    if rest == 0 {
        return whole.to_string();
    }
    let digits = scale as usize;
    format!(
        "{whole}.{}",
        format!("{rest:0digits$}").trim_end_matches('0')
    )
}

fn in_units(value: u64, units: &[(&str, u64)]) -> String {
    let fits = |unit: u64| value >= unit && (unit < 1_000 || value.is_multiple_of(unit / 1_000));
    let unit = units.iter().rev().find(|(_, unit)| fits(*unit));
    let (name, unit) = unit.unwrap_or(&units[0]);
    format!("{} {name}", decimal(value, unit.ilog10()))
}

impl QuantityError {
    fn new(
        code: &'static str,
        message: impl Into<String>,
        part: Range<usize>,
        help: impl Into<String>,
    ) -> QuantityError {
        let (message, help) = (message.into(), help.into());
        QuantityError {
            code,
            message,
            part,
            help,
        }
    }
}

/// One or more `number unit` pairs, units from large to small.
fn span_at(cursor: &mut Cursor<'_>) -> Result<Span, QuantityError> {
    let text = cursor.text;
    if cursor.rest().trim() == "0" {
        return Ok(Span::ZERO);
    }
    let mut total: u64 = 0;
    let mut last_unit = u64::MAX;
    loop {
        let number = cursor.number("250 ms", SPAN_LIST)?;
        let start = number.part.start;
        cursor.skip_spaces();
        let unit = cursor.unit();
        if unit.is_empty() {
            return Err(no_unit(
                &text[number.part.clone()],
                number.part,
                "ms",
                SPAN_LIST,
            ));
        }
        let nanoseconds = span_unit(text, unit.clone())?;
        if nanoseconds >= last_unit {
            let message = format!("the units of `{text}` do not go from large to small");
            let help = "write the larger unit first and each unit once, such as `2 h 30 min`";
            return Err(QuantityError::new("bad-value", message, unit, help));
        }
        last_unit = nanoseconds;
        let value = number.scaled(text, nanoseconds, "time is counted in whole nanoseconds")?;
        let sum = total.checked_add(value);
        total = sum.ok_or_else(|| too_large(text, start..text.len(), "584 years"))?;
        cursor.skip_spaces();
        if cursor.rest().is_empty() {
            return Ok(Span::from_nanoseconds(total));
        }
    }
}

fn span_unit(text: &str, unit: Range<usize>) -> Result<u64, QuantityError> {
    let name = &text[unit.clone()];
    if let Some((_, nanoseconds)) = SPAN_UNITS.iter().find(|(known, _)| *known == name) {
        return Ok(*nanoseconds);
    }
    let instead = match name.to_lowercase().as_str() {
        "µs" | "μs" => return Ok(1_000),
        "month" | "months" | "mo" | "mon" | "y" | "yr" | "year" | "years" | "a" => {
            let message = format!("`{name}` has no fixed length");
            return Err(QuantityError::new(
                "unknown-unit",
                message,
                unit,
                "give the days, such as `365 d`",
            ));
        }
        "m" => {
            let message = format!("`{name}` could be minutes, months or milliseconds");
            return Err(QuantityError::new(
                "unknown-unit",
                message,
                unit,
                "write `min` for minutes, `ms` for milliseconds",
            ));
        }
        "ns" | "nsec" | "nanosecond" | "nanoseconds" => "ns",
        "us" | "usec" | "microsecond" | "microseconds" => "us",
        "ms" | "msec" | "millis" | "millisecond" | "milliseconds" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "min",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "w" | "wk" | "week" | "weeks" => "w",
        _ => return Err(unknown_unit(name, unit, "a span of time", None, SPAN_LIST)),
    };
    Err(unknown_unit(
        name,
        unit,
        "a span of time",
        Some(instead),
        SPAN_LIST,
    ))
}

/// A number and the range of its unit; nothing may follow.
fn number_and_unit(
    text: &str,
    example: &str,
    list: &str,
) -> Result<(Number, Range<usize>), QuantityError> {
    let mut cursor = Cursor::new(text);
    cursor.skip_spaces();
    if let Some(sign) = cursor.sign() {
        let message = format!("`{text}` has a sign");
        return Err(QuantityError::new(
            "out-of-range",
            message,
            sign,
            format!("write it without the sign, such as `{example}`"),
        ));
    }
    let number = cursor.number(example, list)?;
    cursor.skip_spaces();
    let start = cursor.at;
    let unit = start..start + cursor.rest().trim_end().len();
    if unit.is_empty() {
        let example_unit = match list {
            SIZE_LIST => "B",
            _ => example.split_once(' ').map_or("", |(_, unit)| unit),
        };
        return Err(no_unit(
            &text[number.part.clone()],
            number.part,
            example_unit,
            list,
        ));
    }
    Ok((number, unit))
}

fn factor(
    text: &str,
    unit: Range<usize>,
    units: &[(&str, u64)],
    what: &str,
    list: &str,
) -> Result<u64, QuantityError> {
    let name = &text[unit.clone()];
    if let Some((_, factor)) = units.iter().find(|(known, _)| *known == name) {
        return Ok(*factor);
    }
    let folded = name
        .to_lowercase()
        .replace("bps", "bit/s")
        .replace("requests", "req");
    let close = units
        .iter()
        .find(|(known, _)| known.to_lowercase() == folded);
    Err(unknown_unit(
        name,
        unit,
        what,
        close.map(|(known, _)| *known),
        list,
    ))
}

fn unknown_unit(
    name: &str,
    unit: Range<usize>,
    what: &str,
    close: Option<&str>,
    list: &str,
) -> QuantityError {
    let message = format!("unknown unit `{name}` of {what}");
    let help = match close {
        Some(close) => format!("did you mean `{close}`? ({list})"),
        None => list.to_string(),
    };
    QuantityError::new("unknown-unit", message, unit, help)
}

fn no_unit(number: &str, part: Range<usize>, unit: &str, list: &str) -> QuantityError {
    let message = format!("`{number}` has no unit");
    let help = format!("add a unit, such as `\"{number} {unit}\"` ({list})");
    QuantityError::new("missing-unit", message, part, help)
}
