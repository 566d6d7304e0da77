//! Distributions of spans: `{ dist = "lognormal", median = "180 ms", p99 = "1.8 s" }` and its like; and
//! of whole numbers: `{ dist = "lognormal", median = 60, p99 = 2_000 }`.
//!
//! It knows no keys but those of a distribution. Invariant: a form has its own parameters alone, all
//! of them.

use toml::de::DeValue;

use super::at;
use super::measured;
use super::names::short;
use super::scalar::{self, Given, from_quantity, list_of, word_of, wrong_type};
use crate::engine::distribution::{Pareto, Weibull};
use crate::engine::{Distribution, DistributionError, Span};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::instants::Clock;
use crate::scenario::keys::Kind;
use crate::scenario::quantity;
use crate::scenario::side_file::SideFiles;
use crate::scenario::tree::Value;

/// A distribution by its word, with the sets of parameters that it may have.
pub(in crate::scenario) struct Form {
    pub(in crate::scenario) word: &'static str,
    pub(in crate::scenario) parameters: &'static [&'static [&'static str]],
}

/// All distributions.
pub(in crate::scenario) const FORMS: &[Form] = &[
    form("constant", &[&["value"]]),
    form("uniform", &[&["low", "high"]]),
    form("exponential", &[&["mean"]]),
    form("lognormal", &[&["median", "p99"]]),
    form("gamma", &[&["mean", "shape"]]),
    form(
        "weibull",
        &[
            &["shape", "scale"],
            &["shape", "median"],
            &["median", "p99"],
        ],
    ),
    form("pareto", &[&["shape", "minimum"], &["minimum", "p99"]]),
    form(
        "empirical",
        &[
            &["file", "column"],
            &["file", "column", "unit"],
            &["file", "column", "weight"],
            &["file", "column", "unit", "weight"],
        ],
    ),
];

const fn form(word: &'static str, parameters: &'static [&'static [&'static str]]) -> Form {
    Form { word, parameters }
}

/// A distribution in braces, with the parts that were given.
pub(super) struct Braces<'a> {
    /// Of spans, or of counts.
    of: &'a Kind,
    pub(super) key: &'a str,
    pub(super) given: Given<'a>,
    clock: &'a Clock,
}

/// A distribution of a kind: of spans, or of counts, of which a nanosecond stands for one.
pub(super) fn read(
    of: &Kind,
    key: &str,
    given: Given<'_>,
    clock: &Clock,
    files: &SideFiles,
) -> Result<Distribution, Diagnostic> {
    if !matches!(given.value, DeValue::Table(_)) {
        return Err(wrong_type(of, key, given));
    }
    let braces = Braces {
        of,
        key,
        given,
        clock,
    };
    let form = braces.form()?;
    let parameters = braces.parameters(form)?;
    let has = |name| parameters.contains(&name);
    let made: Result<Distribution, DistributionError> = match form.word {
        "constant" => Ok(Distribution::constant(braces.span("value")?)),
        "uniform" => Distribution::uniform(braces.span("low")?, braces.span("high")?),
        "exponential" => Distribution::exponential(braces.span("mean")?),
        "lognormal" => Distribution::lognormal(braces.span("median")?, braces.span("p99")?),
        "gamma" => Distribution::gamma(braces.span("mean")?, braces.shape()?),
        "weibull" => {
            let weibull = if has("scale") {
                Weibull::with_scale(braces.shape()?, braces.span("scale")?)
            } else if has("p99") {
                Weibull::with_quantiles(braces.span("median")?, braces.span("p99")?)
            } else {
                Weibull::with_median(braces.shape()?, braces.span("median")?)
            };
            weibull.map(Distribution::Weibull)
        }
        "pareto" => {
            let pareto = if has("p99") {
                Pareto::with_p99(braces.span("minimum")?, braces.span("p99")?)
            } else {
                Pareto::with_shape(braces.shape()?, braces.span("minimum")?)
            };
            pareto.map(Distribution::Pareto)
        }
        _ => return measured::read(&braces, files),
    };
    made.map_err(|error| braces.refused(error))
}

impl<'a> Braces<'a> {
    /// A part that was given.
    pub(super) fn part(&self, name: &str) -> Option<Given<'a>> {
        let DeValue::Table(table) = self.given.value else {
            return None;
        };
        let value = table.get(name)?;
        let span = value.span();
        let (source, text) = (self.given.source, self.given.text);
        Some(Given {
            source,
            text,
            start: span.start,
            end: span.end,
            value: value.get_ref(),
        })
    }

    /// A part that is text.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a str>, Diagnostic> {
        match self.part(name) {
            None => Ok(None),
            Some(part) => match part.value {
                DeValue::String(text) => Ok(Some(text)),
                _ => Err(wrong_type(&Kind::Text, name, part)),
            },
        }
    }

    /// Whether it is of whole numbers.
    pub(super) fn is_of_counts(&self) -> bool {
        matches!(self.of, Kind::Counts { .. })
    }

    fn form(&self) -> Result<&'static Form, Diagnostic> {
        let example = match self.of {
            Kind::Counts { .. } => "`{ dist = \"lognormal\", median = 60, p99 = 2_000 }`",
            _ => "`{ dist = \"lognormal\", median = \"180 ms\", p99 = \"1.8 s\" }`",
        };
        let Some(form) = self.part("dist") else {
            let message = format!("`{}` does not say which distribution it is", self.key);
            return Err(self
                .given
                .error("missing-key", message)
                .label("`dist` is missing")
                .help(format!("such as {example}")));
        };
        let DeValue::String(word) = form.value else {
            return Err(wrong_type(&Kind::Text, "dist", form));
        };
        let words: Vec<&str> = FORMS.iter().map(|form| form.word).collect();
        let word = word_of(&words, "dist", word, form)?;
        let form = FORMS.iter().find(|form| form.word == word);
        Ok(form.expect("it is one of the words"))
    }

    /// The set of parameters that the given ones are.
    fn parameters(&self, form: &Form) -> Result<&'static [&'static str], Diagnostic> {
        let (word, has) = (form.word, sets_of(form));
        let DeValue::Table(table) = self.given.value else {
            return Ok(&[]);
        };
        let known = |name: &str| form.parameters.iter().any(|set| set.contains(&name));
        for name in table.keys().filter(|name| name.get_ref() != "dist") {
            if !known(name.get_ref()) {
                let message = format!(
                    "unknown key `{}` of the distribution `{word}`",
                    short(name.get_ref())
                );
                let place = at(self.given.source, name.span());
                return Err(Diagnostic::error("unknown-key", place, message)
                    .label("not a known key")
                    .help(format!("`{word}` has {has}")));
            }
        }
        let given = |name: &&&str| self.part(name).is_some();
        let count = table.keys().filter(|name| name.get_ref() != "dist").count();
        let exact = |set: &&&[&str]| set.len() == count && set.iter().all(|name| given(&name));
        if let Some(set) = form.parameters.iter().find(exact) {
            return Ok(set);
        }
        // The set that most was given of; what it lacks is missing, or what is beyond it is too much.
        let nearest = form
            .parameters
            .iter()
            .max_by_key(|set| {
                let given = set.iter().filter(given).count();
                (given, std::cmp::Reverse(set.len()))
            })
            .expect("a distribution has parameters");
        if let Some(name) = nearest.iter().find(|name| !given(name)) {
            return Err(self
                .given
                .error(
                    "missing-key",
                    format!("the distribution `{word}` needs `{name}`"),
                )
                .label(format!("`{name}` is missing"))
                .help(format!("`{word}` has {has}")));
        }
        let message = format!("the distribution `{word}` is given twice over");
        let found = self.given.error("bad-value", message);
        Err(found.help(format!("`{word}` has {has}")))
    }

    fn span(&self, name: &str) -> Result<Span, Diagnostic> {
        let part = self.part(name).expect("its set of parameters is there");
        let kind = match *self.of {
            Kind::Counts { min, max } => Kind::Count { min, max },
            _ => Kind::Span {
                min: Span::ZERO,
                max: Span::from_days(36_525),
            },
        };
        match scalar::read(&kind, name, part, self.clock)? {
            Value::Span(span) => Ok(span),
            Value::Integer(number) => Ok(Span::from_nanoseconds(number)),
            _ => Err(wrong_type(&kind, name, part)),
        }
    }

    /// A shape: text such as `"2.5"`, or a number.
    fn shape(&self) -> Result<f64, Diagnostic> {
        let part = self.part("shape").expect("its set of parameters is there");
        let millionths = match part.value {
            DeValue::String(text) => {
                quantity::millionths(text).map_err(|error| from_quantity(part, text, error))
            }
            DeValue::Integer(_) | DeValue::Float(_) => quantity::millionths(part.written())
                .map_err(|error| part.error(error.code, error.message).help(error.help)),
            _ => Err(wrong_type(&Kind::Text, "shape", part).help("for example `shape = \"2.5\"`")),
        };
        millionths.map(|millionths| millionths as f64 / 1e6)
    }

    /// The finding for parameters that make no distribution.
    pub(super) fn refused(&self, error: DistributionError) -> Diagnostic {
        let error = error.to_string();
        let (message, help) = error.split_once(": ").unwrap_or((&error, ""));
        let found = self
            .given
            .error("out-of-range", format!("`{}`: {message}", self.key));
        if help.is_empty() {
            found
        } else {
            found.help(help)
        }
    }
}

/// The sets of parameters of a distribution, in words.
fn sets_of(form: &Form) -> String {
    if form.word == "empirical" {
        return "`file`, `column`, and if need be `unit` and `weight`".to_owned();
    }
    let sets = form.parameters.iter().map(|set| list_of(set));
    sets.collect::<Vec<_>>().join("; or ")
}
