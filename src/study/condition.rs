//! Conditions on values: an operator, a value with its unit, and if need be a tolerance.
//!
//! It knows no federation and no scenario. Invariant: a comparison is exact in integers, whatever the
//! sizes; nothing is rounded before it is compared.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

use crate::engine::Span;
use crate::record::Value;
use crate::record::measure::Kind;
use crate::scenario::Share;
use crate::scenario::quantity;

/// How a value has to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// With what it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A plain number.
    Count(u64),
    /// A number of bytes.
    Bytes(u64),
    /// A share.
    Share(Share),
    /// A length of time.
    Span(Span),
}

/// How far a value may lie from the bound and still count as equal to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tolerance {
    /// This part of the bound.
    Relative(Share),
    /// So much, in the bound's own unit; for shares, percentage points.
    Absolute(Bound),
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The operator.
    pub operator: Operator,
    /// What it is compared with.
    pub bound: Bound,
    /// How far off it may be.
    pub tolerance: Option<Tolerance>,
    /// As it is written.
    pub text: String,
}

/// What is wrong with a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionError {
    /// What, with the offending text in backticks.
    pub message: String,
    /// Where, in bytes from the start of the text.
    pub range: Range<usize>,
    /// What to write instead.
    pub help: String,
}

/// The spellings, longer ones first so that `<=` is not read as `<`.
const OPERATORS: &[(&str, Operator)] = &[
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

/// The spellings of "give or take".
const TOLERANCES: [&str; 3] = ["±", "+-", "+/-"];

impl Condition {
    /// Reads a condition on values of this kind: `>= 99.5 %`, `== 240 ± 2 %`, `< 25 s`.
    ///
    /// # Errors
    /// No operator, a value of another kind or without its unit, a tolerance that means nothing.
    pub fn parse(text: &str, kind: Kind) -> Result<Condition, ConditionError> {
        let start = text.len() - text.trim_start().len();
        let found = OPERATORS
            .iter()
            .find(|(sign, _)| text[start..].starts_with(sign));
        let Some((sign, operator)) = found else {
            let message = format!("`{}` does not begin with an operator", text.trim());
            let help = format!("write ==, !=, <, <=, > or >= and {}", kind.example());
            return Err(ConditionError::new(start..text.len(), message, help));
        };
        let value_start = start + sign.len();
        let rest = &text[value_start..];
        let split = TOLERANCES
            .iter()
            .find_map(|sign| rest.find(sign).map(|at| (at, sign.len())));
        let (value, tolerance) = match split {
            None => (value_start..text.len(), None),
            Some((at, length)) => {
                let at = value_start + at;
                (value_start..at, Some(at + length..text.len()))
            }
        };
        let bound = read_bound(text, value, kind)?;
        let tolerance = match tolerance {
            None => None,
            Some(range) => Some(read_tolerance(text, range, kind, *operator)?),
        };
        Ok(Condition {
            operator: *operator,
            bound,
            tolerance,
            text: text.trim().to_owned(),
        })
    }

    /// Whether a value meets the condition; a value of nothing meets none.
    ///
    /// # Panics
    /// If the value is of another kind than the one that the condition was read for.
    pub fn is_met_by(&self, value: Value) -> bool {
        let Some(ordering) = self.compare(value) else {
            return false;
        };
        match self.operator {
            Operator::Equal => ordering == Ordering::Equal,
            Operator::NotEqual => ordering != Ordering::Equal,
            Operator::Less => ordering == Ordering::Less,
            Operator::AtMost => ordering != Ordering::Greater,
            Operator::Greater => ordering == Ordering::Greater,
            Operator::AtLeast => ordering != Ordering::Less,
        }
    }

    /// How the value compares with the bound; equal if it lies within the tolerance.
    fn compare(&self, value: Value) -> Option<Ordering> {
        let one = u128::from(Share::ONE);
        // Both sides are multiplied by the same factor, so that shares are compared without division.
        let (found, wanted, factor) = match (value, self.bound) {
            (Value::Nothing, _) => return None,
            (Value::Count(n), Bound::Count(m)) | (Value::Bytes(n), Bound::Bytes(m)) => {
                (u128::from(n), u128::from(m), 1)
            }
            (Value::Span(n), Bound::Span(m)) => {
                (u128::from(n.nanoseconds()), u128::from(m.nanoseconds()), 1)
            }
            (Value::Share(part, whole), Bound::Share(share)) => {
                let whole = u128::from(whole);
                (
                    u128::from(part) * one,
                    u128::from(share.parts()) * whole,
                    whole,
                )
            }
            (value, bound) => panic!("{value:?} is compared with {bound:?}"),
        };
        let off = found.abs_diff(wanted);
        let is_within = match self.tolerance {
            None => false,
            Some(Tolerance::Absolute(bound)) => off <= bound.number() * factor,
            Some(Tolerance::Relative(part)) => off
                .checked_mul(one)
                .is_some_and(|off| off <= wanted.saturating_mul(u128::from(part.parts()))),
        };
        Some(if is_within {
            Ordering::Equal
        } else {
            found.cmp(&wanted)
        })
    }
}

impl ConditionError {
    fn new(range: Range<usize>, message: String, help: String) -> ConditionError {
        ConditionError {
            message,
            range,
            help,
        }
    }
}

impl Bound {
    fn number(self) -> u128 {
        match self {
            Bound::Count(n) | Bound::Bytes(n) => u128::from(n),
            Bound::Share(share) => u128::from(share.parts()),
            Bound::Span(span) => u128::from(span.nanoseconds()),
        }
    }
}

fn read_bound(text: &str, range: Range<usize>, kind: Kind) -> Result<Bound, ConditionError> {
    let range = trimmed(text, range);
    let written = &text[range.clone()];
    if written.is_empty() {
        let message = "there is no value".to_owned();
        let help = format!("write {}", kind.example());
        return Err(ConditionError::new(0..text.len(), message, help));
    }
    let wrong = |error: quantity::QuantityError| {
        let part = range.start + error.part.start..range.start + error.part.end;
        ConditionError::new(part, error.message, error.help)
    };
    match kind {
        Kind::Count => {
            let digits = written.replace('_', "");
            let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            let number = digits.parse().ok().filter(|_| is_number);
            number.map(Bound::Count).ok_or_else(|| {
                let message = format!("`{written}` is not a whole number");
                let help = format!("this metric is a count: write {}", kind.example());
                ConditionError::new(range.clone(), message, help)
            })
        }
        Kind::Bytes => quantity::size(written).map(Bound::Bytes).map_err(wrong),
        Kind::Share => quantity::share(written).map(Bound::Share).map_err(wrong),
        Kind::Span => quantity::span(written).map(Bound::Span).map_err(wrong),
    }
}

fn read_tolerance(
    text: &str,
    range: Range<usize>,
    kind: Kind,
    operator: Operator,
) -> Result<Tolerance, ConditionError> {
    if !matches!(operator, Operator::Equal | Operator::NotEqual) {
        let message = format!("a tolerance means nothing after `{}`", operator.sign());
        let help = "write == or !=, or leave the tolerance out".to_owned();
        return Err(ConditionError::new(trimmed(text, range), message, help));
    }
    let is_share = text[range.clone()].trim_end().ends_with('%');
    if is_share && kind != Kind::Share {
        return match read_bound(text, range, Kind::Share)? {
            Bound::Share(part) => Ok(Tolerance::Relative(part)),
            _ => unreachable!("a share is read as a share"),
        };
    }
    read_bound(text, range, kind).map(Tolerance::Absolute)
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

impl Operator {
    /// How it is written.
    pub fn sign(self) -> &'static str {
        let found = OPERATORS.iter().find(|(_, operator)| *operator == self);
        found.map_or("", |(sign, _)| sign)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_meets_a_condition_exactly_or_within_its_tolerance() {
        let second = |milliseconds| Value::Span(Span::from_milliseconds(milliseconds));
        for (text, kind, value, met) in [
            ("> 0", Kind::Count, Value::Count(1), true),
            ("> 0", Kind::Count, Value::Count(0), false),
            ("== 1_000", Kind::Count, Value::Count(1_000), true),
            ("!= 3", Kind::Count, Value::Count(3), false),
            ("<=5", Kind::Count, Value::Count(5), true),
            ("< 5", Kind::Count, Value::Count(5), false),
            ("== 240 ± 2 %", Kind::Count, Value::Count(235), false),
            ("== 250 ± 2 %", Kind::Count, Value::Count(245), true),
            ("== 250 ± 2 %", Kind::Count, Value::Count(256), false),
            ("== 100 +- 5", Kind::Count, Value::Count(105), true),
            ("== 100 +/- 5", Kind::Count, Value::Count(106), false),
            ("!= 100 +- 5", Kind::Count, Value::Count(104), false),
            // One third is more than 33.333 % and less than 33.34 %; only integers tell.
            (">= 33.333 %", Kind::Share, Value::Share(1, 3), true),
            (">= 33.34 %", Kind::Share, Value::Share(1, 3), false),
            (
                "== 100 %",
                Kind::Share,
                Value::Share(u64::MAX - 1, u64::MAX),
                false,
            ),
            ("== 33 % ± 0.5 %", Kind::Share, Value::Share(1, 3), true),
            ("== 33 % ± 0.3 %", Kind::Share, Value::Share(1, 3), false),
            (">= 0 %", Kind::Share, Value::Nothing, false),
            ("!= 1 s", Kind::Span, Value::Nothing, false),
            ("< 25 s", Kind::Span, second(24_999), true),
            ("== 1.5 s ± 100 ms", Kind::Span, second(1_400), true),
            ("== 2 s ± 1 %", Kind::Span, second(2_020), true),
            ("== 2 s ± 1 %", Kind::Span, second(2_021), false),
            ("< 20 KB", Kind::Bytes, Value::Bytes(19_999), true),
        ] {
            let condition =
                Condition::parse(text, kind).unwrap_or_else(|e| panic!("{text}: {e:?}"));
            assert_eq!(condition.is_met_by(value), met, "{value:?} {text}");
        }
    }

    #[test]
    fn a_bad_condition_is_an_error_with_its_place() {
        for (text, kind, place, message) in [
            ("5", Kind::Count, "5", "operator"),
            ("= 5", Kind::Count, "= 5", "operator"),
            (">= ", Kind::Count, ">= ", "no value"),
            (">= 99.5", Kind::Share, "99.5", ""),
            ("> 1.5", Kind::Count, "1.5", "whole number"),
            ("> 5 %", Kind::Count, "5 %", "whole number"),
            ("< 25", Kind::Span, "25", "unit"),
            ("< 25 parsecs", Kind::Span, "parsecs", ""),
            ("<= 5 ± 1", Kind::Count, "1", "tolerance"),
            ("== 5 ± x", Kind::Count, "x", "whole number"),
        ] {
            let error = Condition::parse(text, kind).expect_err(text);
            assert_eq!(&text[error.range.clone()], place, "{text}: {error:?}");
            assert!(error.message.contains(message), "{text}: {}", error.message);
            assert!(!error.help.is_empty(), "{text}");
        }
    }
}
