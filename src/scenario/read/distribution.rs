//! Distributions of spans: `{ dist = "lognormal", median = "180 ms", p99 = "1.8 s" }` and its like; and
//! of whole numbers: `{ dist = "lognormal", median = 60, p99 = 2_000 }`.
//!
//! It knows no keys but those of a distribution. Invariant: a form has its own parameters alone, all
//! of them.

use toml::de::DeValue;

use super::at;
use super::names::short;
use super::scalar::{self, Given, from_quantity, list_of, word_of, wrong_type};
use crate::engine::{Distribution, DistributionError, Span};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::instants::Clock;
use crate::scenario::keys::Kind;
use crate::scenario::quantity;
use crate::scenario::tree::Value;

/// A distribution of a kind: of spans, or of counts, of which a nanosecond stands for one.
pub(super) fn read(
    of: &Kind,
    key: &str,
    given: Given<'_>,
    clock: &Clock,
) -> Result<Distribution, Diagnostic> {
    const FORMS: &[(&str, &[&str])] = &[
        ("constant", &["value"]),
        ("uniform", &["low", "high"]),
        ("exponential", &["mean"]),
        ("lognormal", &["median", "p99"]),
        ("gamma", &["mean", "shape"]),
    ];
    let DeValue::Table(table) = given.value else {
        return Err(wrong_type(of, key, given));
    };
    let example = match of {
        Kind::Counts { .. } => "`{ dist = \"lognormal\", median = 60, p99 = 2_000 }`",
        _ => "`{ dist = \"lognormal\", median = \"180 ms\", p99 = \"1.8 s\" }`",
    };
    let part = |name: &str| {
        table.get(name).map(|value| {
            let span = value.span();
            let (source, text) = (given.source, given.text);
            Given {
                source,
                text,
                start: span.start,
                end: span.end,
                value: value.get_ref(),
            }
        })
    };
    let Some(form) = part("dist") else {
        let message = format!("`{key}` does not say which distribution it is");
        return Err(given
            .error("missing-key", message)
            .label("`dist` is missing")
            .help(format!("such as {example}")));
    };
    let DeValue::String(word) = form.value else {
        return Err(wrong_type(&Kind::Text, "dist", form));
    };
    let words: Vec<&str> = FORMS.iter().map(|(word, _)| *word).collect();
    let word = word_of(&words, "dist", word, form)?;
    let (_, keys) = FORMS
        .iter()
        .find(|(known, _)| *known == word)
        .expect("it is one of the words");
    for (name, value) in table.iter() {
        let known = |known: &&str| *known == name.get_ref();
        if name.get_ref() != "dist" && !keys.iter().any(known) {
            let place = at(given.source, name.span());
            let _ = value;
            return Err(Diagnostic::error(
                "unknown-key",
                place,
                format!(
                    "unknown key `{}` of the distribution `{word}`",
                    short(name.get_ref())
                ),
            )
            .label("not a known key")
            .help(format!("`{word}` has {}", list_of(keys))));
        }
    }
    let number = |name: &str| match part(name) {
        None => {
            let message = format!("the distribution `{word}` needs `{name}`");
            Err(given
                .error("missing-key", message)
                .label(format!("`{name}` is missing"))
                .help(format!("`{word}` has {}", list_of(keys))))
        }
        Some(given) if name == "shape" => shape(given),
        Some(given) => {
            let kind = match *of {
                Kind::Counts { min, max } => Kind::Count { min, max },
                _ => Kind::Span {
                    min: Span::ZERO,
                    max: Span::from_days(36_525),
                },
            };
            match scalar::read(&kind, name, given, clock)? {
                Value::Span(span) => Ok(span.nanoseconds()),
                Value::Integer(number) => Ok(number),
                _ => Err(wrong_type(&kind, name, given)),
            }
        }
    };
    let mut parts = [0; 2];
    for (part, name) in parts.iter_mut().zip(keys.iter()) {
        *part = number(name)?;
    }
    let [first, second] = parts;
    let span = Span::from_nanoseconds;
    let made: Result<Distribution, DistributionError> = match word.as_str() {
        "constant" => Ok(Distribution::constant(span(first))),
        "uniform" => Distribution::uniform(span(first), span(second)),
        "exponential" => Distribution::exponential(span(first)),
        "lognormal" => Distribution::lognormal(span(first), span(second)),
        _ => Distribution::gamma(span(first), second as f64 / 1e6),
    };
    made.map_err(|error| {
        let error = error.to_string();
        let (message, help) = error.split_once(": ").unwrap_or((&error, ""));
        let found = given.error("out-of-range", format!("`{key}`: {message}"));
        if help.is_empty() {
            found
        } else {
            found.help(help)
        }
    })
}

/// The shape of a gamma distribution in millionths: text such as `"2.5"`, or a whole number.
fn shape(given: Given<'_>) -> Result<u64, Diagnostic> {
    match given.value {
        DeValue::String(text) => {
            quantity::millionths(text).map_err(|error| from_quantity(given, text, error))
        }
        DeValue::Integer(_) | DeValue::Float(_) => quantity::millionths(given.written())
            .map_err(|error| given.error(error.code, error.message).help(error.help)),
        _ => Err(wrong_type(&Kind::Text, "shape", given).help("for example `shape = \"2.5\"`")),
    }
}
