//! How a measure is spelled: `metric{label=value, label=value}`.
//!
//! It knows no federation: values stay text. Invariant: every error has the range of bytes that it is
//! about, and all errors of an expression are found at once.

use std::fmt;
use std::ops::Range;

use super::vocabulary::{Label, METRICS, Metric};

/// A measure as it is written.
#[derive(Clone, Debug)]
pub struct Expression {
    /// The metric.
    pub metric: &'static Metric,
    /// What it is narrowed by, in the order of the text.
    pub conditions: Vec<Condition>,
}

/// One label with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The label.
    pub label: Label,
    /// Its value as it is written, without quotes.
    pub value: String,
    /// Where the value stands.
    pub range: Range<usize>,
}

/// What is wrong with a measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasureError {
    /// What, with the offending text in backticks.
    pub message: String,
    /// Where, in bytes from the start of the text.
    pub range: Range<usize>,
    /// What to write instead, if that is known.
    pub help: Option<String>,
}

impl MeasureError {
    pub(super) fn new(range: Range<usize>, message: impl Into<String>) -> MeasureError {
        MeasureError {
            message: message.into(),
            range,
            help: None,
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> MeasureError {
        self.help = Some(help.into());
        self
    }

    /// `no metric `…``, with the nearest known word, or all of them if none is near.
    pub(super) fn unknown<'a>(
        range: Range<usize>,
        what: &str,
        text: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> MeasureError {
        let known: Vec<_> = known.into_iter().collect();
        let error = MeasureError::new(range, format!("there is no {what} `{text}`"));
        match nearest(text, &known) {
            Some(word) => error.help(format!("did you mean `{word}`?")),
            None if known.is_empty() => error,
            None if known.len() <= LISTED_MAX => error.help(format!("known: {}", known.join(", "))),
            None => error,
        }
    }
}

/// The most words that a message lists.
const LISTED_MAX: usize = 32;

/// The known word that a mistyped one is most like, if it is like any.
pub fn nearest<'a>(text: &str, known: &[&'a str]) -> Option<&'a str> {
    let folded = text.to_lowercase();
    let distance = |word: &str| strsim::osa_distance(&folded, &word.to_lowercase());
    let best = known.iter().copied().min_by_key(|word| distance(word))?;
    let length = text.chars().count().min(best.chars().count());
    (distance(best) <= length.div_ceil(3)).then_some(best)
}

impl Expression {
    /// Reads a measure.
    ///
    /// # Errors
    /// All that is wrong with it: unknown metric or label, a label that does not go with the metric or
    /// stands twice, and bad punctuation.
    pub fn parse(text: &str) -> Result<Expression, Vec<MeasureError>> {
        let (name, list) = match text.find('{') {
            Some(open) => (&text[..open], Some(open)),
            None => (text, None),
        };
        let mut errors = Vec::new();
        let name_range = trimmed(text, 0..name.len());
        let name = &text[name_range.clone()];
        let metric = Metric::find(name);
        if metric.is_none() {
            let names = METRICS.iter().map(|metric| metric.name);
            errors.push(MeasureError::unknown(name_range, "metric", name, names));
        }
        let mut conditions = Vec::new();
        if let Some(open) = list {
            let items = items(text, open, &mut errors);
            for item in items {
                match condition(text, item, metric) {
                    Ok(condition) => add(condition, &mut conditions, &mut errors),
                    Err(error) => errors.push(error),
                }
            }
        }
        match metric {
            Some(metric) if errors.is_empty() => Ok(Expression { metric, conditions }),
            _ => Err(errors),
        }
    }
}

/// The ranges between the braces that commas part; commas and braces of a quoted value part nothing.
fn items(text: &str, open: usize, errors: &mut Vec<MeasureError>) -> Vec<Range<usize>> {
    let mut items = Vec::new();
    let mut start = open + 1;
    let mut quote = None;
    // Where a quote would open a value: behind `=` and blanks, or at once behind a closing one.
    let mut opens_value = false;
    let mut close = None;
    for (at, character) in text[open + 1..].char_indices() {
        let at = open + 1 + at;
        let mut closes_value = false;
        match character {
            '\'' if quote.take().is_some() => closes_value = true,
            '\'' if opens_value => quote = Some(at),
            ',' | '}' if quote.is_none() => {
                let item = trimmed(text, start..at);
                // Nothing between the braces, or after the last comma, is no condition.
                if character == ',' || !item.is_empty() {
                    items.push(item);
                }
                start = at + 1;
                if character == '}' {
                    close = Some(at);
                    break;
                }
            }
            _ => {}
        }
        let behind_equals = opens_value && character.is_whitespace();
        opens_value = closes_value || character == '=' || behind_equals;
    }
    let Some(close) = close else {
        let (at, what, help) = match quote {
            Some(at) => (
                at,
                "quote",
                "write `label='value'`, and a quote within the value as `''`",
            ),
            None => (open, "`{`", "write `metric{label=value, label=value}`"),
        };
        let error = MeasureError::new(at..text.len(), format!("the {what} is never closed"));
        errors.push(error.help(help));
        return Vec::new();
    };
    let rest = trimmed(text, close + 1..text.len());
    if !rest.is_empty() {
        let message = format!("`{}` stands after the `}}`", &text[rest.clone()]);
        errors.push(MeasureError::new(rest, message));
    }
    items
}

fn condition(
    text: &str,
    item: Range<usize>,
    metric: Option<&'static Metric>,
) -> Result<Condition, MeasureError> {
    let written = &text[item.clone()];
    let Some(equals) = written.find('=') else {
        let message = format!("`{written}` has no value");
        let error = MeasureError::new(item, message);
        return Err(error.help("write `label=value`"));
    };
    let name_range = trimmed(text, item.start..item.start + equals);
    let name = &text[name_range.clone()];
    let known = metric.map_or(Label::ALL, Metric::labels);
    let names = known.iter().map(|label| label.word());
    let Some(label) = Label::from_word(name) else {
        return Err(MeasureError::unknown(name_range, "label", name, names));
    };
    if let Some(metric) = metric
        && !known.contains(&label)
    {
        let message = format!("`{label}` does not go with `{metric}`");
        let labels: Vec<_> = names.collect();
        let error = MeasureError::new(name_range, message);
        return Err(error.help(format!("its labels: {}", labels.join(", "))));
    }
    let range = trimmed(text, item.start + equals + 1..item.end);
    let (value, range) = unquoted(text, range)?;
    if value.is_empty() {
        let error = MeasureError::new(item, format!("`{label}` has no value"));
        return Err(error.help("write `label=value`"));
    }
    Ok(Condition {
        label,
        value,
        range,
    })
}

/// A value without the quotes around it, and where it stands; `''` within them is a quote.
fn unquoted(text: &str, range: Range<usize>) -> Result<(String, Range<usize>), MeasureError> {
    let written = &text[range.clone()];
    let Some(inner) = written.strip_prefix('\'') else {
        return Ok((written.to_owned(), range));
    };
    let mut value = String::new();
    let mut characters = inner.char_indices();
    while let Some((at, character)) = characters.next() {
        let is_quote = character == '\'';
        if !is_quote || inner[at + 1..].starts_with('\'') {
            value.push(character);
            if is_quote {
                characters.next();
            }
            continue;
        }
        let start = range.start + 1;
        let rest = trimmed(text, start + at + 1..range.end);
        if rest.is_empty() {
            return Ok((value, start..start + at));
        }
        let message = format!("`{}` stands after the quoted value", &text[rest.clone()]);
        let error = MeasureError::new(rest, message);
        return Err(error.help("write a quote within a quoted value as `''`"));
    }
    unreachable!("a quoted value that is never closed ends no item")
}

fn add(condition: Condition, conditions: &mut Vec<Condition>, errors: &mut Vec<MeasureError>) {
    if conditions
        .iter()
        .any(|other| other.label == condition.label)
    {
        let message = format!("`{}` stands twice", condition.label);
        errors.push(MeasureError::new(condition.range, message));
    } else {
        conditions.push(condition);
    }
}

/// The range without white space at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

impl fmt::Display for MeasureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for MeasureError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_is_a_metric_and_its_conditions() {
        type Case = (&'static str, &'static str, &'static [(Label, &'static str)]);
        let cases: [Case; 7] = [
            ("latency.p99", "latency.p99", &[]),
            ("requests.count{}", "requests.count", &[]),
            (
                "attendees.count{cause=token.signature-unknown, from=11:05, until=15:00}",
                "attendees.count",
                &[
                    (Label::Cause, "token.signature-unknown"),
                    (Label::From, "11:05"),
                    (Label::Until, "15:00"),
                ],
            ),
            (
                " tokens.count { org = 'a, b' , } ",
                "tokens.count",
                &[(Label::Org, "a, b")],
            ),
            (
                "statements.count{contains='it''s {a}, b=c', org=o''neill}",
                "statements.count",
                &[(Label::Contains, "it's {a}, b=c"), (Label::Org, "o''neill")],
            ),
            (
                "statements.count{contains = '''' }",
                "statements.count",
                &[(Label::Contains, "'")],
            ),
            (
                "requests.count{request=contoso/first#2,from=day 3 09:30}",
                "requests.count",
                &[
                    (Label::Request, "contoso/first#2"),
                    (Label::From, "day 3 09:30"),
                ],
            ),
        ];
        for (text, metric, conditions) in cases {
            let read = Expression::parse(text).unwrap_or_else(|e| panic!("{text}: {e:?}"));
            let found = read.conditions.iter();
            let found: Vec<_> = found.map(|c| (c.label, c.value.as_str())).collect();
            assert_eq!(
                (read.metric.name, found.as_slice()),
                (metric, conditions),
                "{text}"
            );
        }
    }

    #[test]
    fn every_error_has_its_place_and_a_suggestion() {
        // The text; of each error its place, a part of its message, a part of its help.
        type Found = (&'static str, &'static str, &'static str);
        type Case = (&'static str, &'static [Found]);
        let cases: [Case; 10] = [
            (
                "atendees.count",
                &[(
                    "atendees.count",
                    "no metric",
                    "did you mean `attendees.count`?",
                )],
            ),
            (
                "attendees.count{caus=x, sid=target}",
                &[
                    ("caus", "no label", "`cause`"),
                    ("sid", "no label", "`side`"),
                ],
            ),
            (
                "latency.p99{offer=MailTips}",
                &[(
                    "offer",
                    "does not go with `latency.p99`",
                    "its labels: outcome, org",
                )],
            ),
            (
                "requests.count{org=a",
                &[("{org=a", "never closed", "label=value")],
            ),
            (
                "requests.count{org='a}",
                &[("'a}", "quote is never closed", "`''`")],
            ),
            (
                "requests.count{org='a' b, workload='it's'}",
                &[
                    ("b", "after the quoted value", "`''`"),
                    ("s'", "after the quoted value", "`''`"),
                ],
            ),
            ("requests.count{org=a} x", &[("x", "after the `}`", "")]),
            (
                "requests.count{org}",
                &[("org", "has no value", "label=value")],
            ),
            (
                "requests.count{org=}",
                &[("org=", "has no value", "label=value")],
            ),
            ("requests.count{org=a, org=b}", &[("b", "stands twice", "")]),
        ];
        for (text, expected) in cases {
            let errors = Expression::parse(text).unwrap_err();
            assert_eq!(errors.len(), expected.len(), "{text}: {errors:?}");
            for (error, (place, message, help)) in errors.iter().zip(expected) {
                assert_eq!(&text[error.range.clone()], *place, "{text}");
                assert!(error.message.contains(message), "{text}: {error}");
                let found = error.help.as_deref().unwrap_or("");
                assert!(found.contains(help), "{text}: {found}");
            }
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic() {
        for text in [
            "",
            "{",
            "}",
            "{}",
            "é{ö=ü}",
            "a{'",
            "a{=}",
            "a{,}",
            "a{b='}",
            "a{b='}'",
            "a{b=''}",
            "a{b='''}",
            "a{b='c'd'e'}",
            "a{\u{a0}}",
        ] {
            let _ = Expression::parse(text);
        }
    }
}
