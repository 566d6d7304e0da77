//! Conditions on values: an operator, a value with its unit, and if need be a tolerance.
//!
//! It knows no federation; how instants are written it is told. Invariant: a comparison is exact in
//! integers, whatever the sizes; nothing is rounded before it is compared.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

use crate::engine::{Instant, Span};
use crate::record::measure::{Kind, METRICS, NoInstant};
use crate::record::{Expression, Fingerprint, MeasureError, Value};
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
    /// `within`: equal, or greater by so much at most.
    Within(Span),
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
    /// An instant.
    Instant(Instant),
    /// A fingerprint.
    Digest(Fingerprint),
    /// What another measure comes to.
    Measure,
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

/// A condition that was read, with the measure that its bound is, if it is one.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The condition.
    pub condition: Condition,
    /// The measure, and where it begins, in bytes from the start of the text.
    pub measure: Option<(Expression, usize)>,
}

/// Reads an instant as scenarios write it.
pub type ReadInstant<'a> = &'a dyn Fn(&str) -> Result<Instant, NoInstant>;

/// What is wrong with a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionError {
    /// What, with the offending text in backticks.
    pub message: String,
    /// Where, in bytes from the start of the text.
    pub range: Range<usize>,
    /// What to write instead, if that is known.
    pub help: Option<String>,
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

/// The words that stand for operators between instants.
const WORDS: &[(&str, Operator)] = &[("before", Operator::Less), ("after", Operator::Greater)];

/// The word that a span and `of` follow.
const WITHIN: &str = "within";

/// The spellings of "give or take".
const TOLERANCES: [&str; 3] = ["±", "+-", "+/-"];

impl Condition {
    /// Reads a condition on values of this kind: `>= 99.5 %`, `== 240 ± 2 %`, `< 25 s`,
    /// `before 11:05`, `within 5 min of tokens.last{org=contoso}`.
    ///
    /// # Errors
    /// No operator, a value of another kind or without its unit, a tolerance that means nothing; of a
    /// measure all that is wrong with it.
    pub fn parse(
        text: &str,
        kind: Kind,
        read_instant: ReadInstant<'_>,
    ) -> Result<Parsed, Vec<ConditionError>> {
        let (operator, value_start) = read_operator(text, kind)?;
        let range = trimmed(text, value_start..text.len());
        if kind == Kind::Instant && is_measure(&text[range.clone()]) {
            return Ok(Parsed {
                condition: Condition::new(text, operator, Bound::Measure, None),
                measure: Some((read_measure(text, range.clone())?, range.start)),
            });
        }
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
        let bound = read_bound(text, value, kind, read_instant)?;
        let tolerance = match tolerance {
            None => None,
            Some(range) => Some(read_tolerance(text, range, kind, operator)?),
        };
        Ok(Parsed {
            condition: Condition::new(text, operator, bound, tolerance),
            measure: None,
        })
    }

    fn new(
        text: &str,
        operator: Operator,
        bound: Bound,
        tolerance: Option<Tolerance>,
    ) -> Condition {
        Condition {
            operator,
            bound,
            tolerance,
            text: text.trim().to_owned(),
        }
    }

    /// Whether a value meets the condition; a value of nothing meets none, nor does any value if the
    /// measure that it is compared with came to nothing. `other` is what that measure came to.
    ///
    /// # Panics
    /// If the value is of another kind than the one that the condition was read for.
    pub fn is_met_by(&self, value: Value, other: Option<Value>) -> bool {
        let Some((found, wanted, factor)) = self.numbers(value, other) else {
            return false;
        };
        let ordering = if self.is_within_tolerance(found, wanted, factor) {
            Ordering::Equal
        } else {
            found.cmp(&wanted)
        };
        match self.operator {
            Operator::Equal => ordering == Ordering::Equal,
            Operator::NotEqual => ordering != Ordering::Equal,
            Operator::Less => ordering == Ordering::Less,
            Operator::AtMost => ordering != Ordering::Greater,
            Operator::Greater => ordering == Ordering::Greater,
            Operator::AtLeast => ordering != Ordering::Less,
            Operator::Within(span) => {
                let later = found.checked_sub(wanted);
                later.is_some_and(|later| later <= u128::from(span.nanoseconds()))
            }
        }
    }

    /// The value, the bound, and by what both are multiplied so that shares are compared without
    /// division; none if there is nothing to compare.
    fn numbers(&self, value: Value, other: Option<Value>) -> Option<(u128, u128, u128)> {
        let one = u128::from(Share::ONE);
        let instants = |n: Instant, m: Instant| {
            Some((u128::from(n.nanoseconds()), u128::from(m.nanoseconds()), 1))
        };
        match (value, self.bound) {
            (Value::Nothing, _) => None,
            (Value::Count(n), Bound::Count(m)) | (Value::Bytes(n), Bound::Bytes(m)) => {
                Some((u128::from(n), u128::from(m), 1))
            }
            (Value::Span(n), Bound::Span(m)) => {
                Some((u128::from(n.nanoseconds()), u128::from(m.nanoseconds()), 1))
            }
            (Value::Share(part, whole), Bound::Share(share)) => {
                let whole = u128::from(whole);
                Some((
                    u128::from(part) * one,
                    u128::from(share.parts()) * whole,
                    whole,
                ))
            }
            (Value::Instant(n), Bound::Instant(m)) => instants(n, m),
            (Value::Instant(n), Bound::Measure) => match other {
                Some(Value::Instant(m)) => instants(n, m),
                _ => None,
            },
            (Value::Digest(n), Bound::Digest(m)) => Some((n.0, m.0, 1)),
            (value, bound) => panic!("{value:?} is compared with {bound:?}"),
        }
    }

    fn is_within_tolerance(&self, found: u128, wanted: u128, factor: u128) -> bool {
        let off = found.abs_diff(wanted);
        match self.tolerance {
            None => false,
            Some(Tolerance::Absolute(bound)) => off <= bound.number() * factor,
            Some(Tolerance::Relative(part)) => off
                .checked_mul(u128::from(Share::ONE))
                .is_some_and(|off| off <= wanted.saturating_mul(u128::from(part.parts()))),
        }
    }
}

impl ConditionError {
    fn new(range: Range<usize>, message: String, help: String) -> ConditionError {
        ConditionError {
            message,
            range,
            help: Some(help),
        }
    }
}

/// The errors of a measure that begins at this byte of a condition.
pub(super) fn within(errors: Vec<MeasureError>, start: usize) -> Vec<ConditionError> {
    let errors = errors.into_iter().map(|error| ConditionError {
        message: error.message,
        range: start + error.range.start..start + error.range.end,
        help: error.help,
    });
    errors.collect()
}

impl From<ConditionError> for Vec<ConditionError> {
    fn from(error: ConditionError) -> Vec<ConditionError> {
        vec![error]
    }
}

/// The operator, and where it ends.
fn read_operator(text: &str, kind: Kind) -> Result<(Operator, usize), ConditionError> {
    let start = text.len() - text.trim_start().len();
    let written = &text[start..];
    let mut signs = OPERATORS.iter();
    if let Some((sign, operator)) = signs.find(|(sign, _)| written.starts_with(sign)) {
        let is_order = !matches!(operator, Operator::Equal | Operator::NotEqual);
        if kind == Kind::Digest && is_order {
            let message = format!("`{sign}` means nothing between digests");
            let help = "write == or !=".to_owned();
            return Err(ConditionError::new(
                start..start + sign.len(),
                message,
                help,
            ));
        }
        return Ok((*operator, start + sign.len()));
    }
    let word = written.split_whitespace().next().unwrap_or_default();
    if kind == Kind::Instant {
        let end = start + word.len();
        if let Some((_, operator)) = WORDS.iter().find(|(known, _)| *known == word) {
            return Ok((*operator, end));
        }
        if word == WITHIN {
            let Some(of) = text[end..].find(" of ") else {
                let message = format!("`{}` does not say of what", text.trim());
                let help =
                    "write `within SPAN of INSTANT`, e.g. `within 5 min of 11:00`".to_owned();
                return Err(ConditionError::new(start..text.len(), message, help));
            };
            let span = match read_quantity(text, end..end + of, Kind::Span)? {
                Bound::Span(span) => span,
                _ => unreachable!("a span is read as a span"),
            };
            return Ok((Operator::Within(span), end + of + " of ".len()));
        }
    }
    let message = format!("`{}` does not begin with an operator", text.trim());
    let signs = match kind {
        Kind::Instant => "before, after, within SPAN of, ==, !=, <, <=, > or >=",
        Kind::Digest => "== or !=",
        _ => "==, !=, <, <=, > or >=",
    };
    let help = format!("write {signs} and {}", kind.example());
    Err(ConditionError::new(start..text.len(), message, help))
}

/// Whether what an instant is compared with is written as a measure: no form of an instant begins with
/// a letter and has a point or a brace.
fn is_measure(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic()) && text.contains(['.', '{'])
}

/// Reads the measure that an instant is compared with.
fn read_measure(text: &str, range: Range<usize>) -> Result<Expression, Vec<ConditionError>> {
    let start = range.start;
    let expression = Expression::parse(&text[range.clone()]);
    let expression = expression.map_err(|errors| within(errors, start))?;
    if expression.metric.kind() != Kind::Instant {
        let instants = METRICS.iter().filter(|it| it.kind() == Kind::Instant);
        let names: Vec<_> = instants.map(|metric| metric.name).collect();
        let message = format!("`{}` is no instant", expression.metric);
        let help = format!("instants: {}", names.join(", "));
        return Err(ConditionError::new(range, message, help).into());
    }
    Ok(expression)
}

impl Bound {
    fn number(self) -> u128 {
        match self {
            Bound::Count(n) | Bound::Bytes(n) => u128::from(n),
            Bound::Share(share) => u128::from(share.parts()),
            Bound::Span(span) => u128::from(span.nanoseconds()),
            Bound::Instant(_) | Bound::Digest(_) | Bound::Measure => {
                unreachable!("no tolerance is one")
            }
        }
    }
}

fn read_bound(
    text: &str,
    range: Range<usize>,
    kind: Kind,
    read_instant: ReadInstant<'_>,
) -> Result<Bound, ConditionError> {
    match kind {
        Kind::Instant => {
            let range = written(text, range, kind)?;
            let read = read_instant(&text[range.clone()]);
            let at = read.map_err(|error| ConditionError::new(range, error.message, error.help))?;
            Ok(Bound::Instant(at))
        }
        _ => read_quantity(text, range, kind),
    }
}

/// The range of a value without white space around it.
fn written(text: &str, range: Range<usize>, kind: Kind) -> Result<Range<usize>, ConditionError> {
    let range = trimmed(text, range);
    if range.is_empty() {
        let message = "there is no value".to_owned();
        let help = format!("write {}", kind.example());
        return Err(ConditionError::new(0..text.len(), message, help));
    }
    Ok(range)
}

/// Reads a value that means the same in every scenario.
fn read_quantity(text: &str, range: Range<usize>, kind: Kind) -> Result<Bound, ConditionError> {
    let range = written(text, range, kind)?;
    let written = &text[range.clone()];
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
        Kind::Digest => {
            let is_digest =
                written.len() == 32 && written.bytes().all(|byte| byte.is_ascii_hexdigit());
            let digits = u128::from_str_radix(written, 16).ok();
            let digest = digits.filter(|_| is_digest).map(Fingerprint);
            digest.map(Bound::Digest).ok_or_else(|| {
                let message = format!("`{written}` is not a digest");
                let help =
                    "write 32 hexadecimal digits; if they are zeros, `fedsim test --update` \
                            puts the right ones in their place"
                        .to_owned();
                ConditionError::new(range.clone(), message, help)
            })
        }
        Kind::Instant => unreachable!("an instant is no quantity"),
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
    let has_size = !matches!(kind, Kind::Share | Kind::Instant | Kind::Digest);
    if is_share && has_size {
        return match read_quantity(text, range, Kind::Share)? {
            Bound::Share(part) => Ok(Tolerance::Relative(part)),
            _ => unreachable!("a share is read as a share"),
        };
    }
    let kind = match kind {
        Kind::Instant => Kind::Span,
        Kind::Digest => {
            let message = "a digest has no tolerance".to_owned();
            let help = "leave the tolerance out".to_owned();
            return Err(ConditionError::new(trimmed(text, range), message, help));
        }
        kind => kind,
    };
    read_quantity(text, range, kind).map(Tolerance::Absolute)
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
        found.map_or(WITHIN, |(sign, _)| sign)
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
