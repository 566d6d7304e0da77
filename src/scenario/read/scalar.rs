//! Single values: a TOML value and the kind it should be, to a [`Value`].
//!
//! It knows no keys but what messages are told of them. Invariant: a value is accepted only if it is
//! of the kind exactly; nothing is rounded, cut or guessed.

use std::ops::Range;

use toml::de::DeValue;

use super::at;
use super::distribution;
use super::names::{self, Refusal, short, suggestion};
use crate::engine::{Distribution, Span};
use crate::scenario::diagnostic::{Diagnostic, SourceIndex};
use crate::scenario::instants::{self, Clock};
use crate::scenario::keys::{Kind, NameKind};
use crate::scenario::places;
use crate::scenario::quantity::{self, QuantityError};
use crate::scenario::side_file::{self, SideFiles};
use crate::scenario::tree::Value;

/// The longest text, in bytes.
const TEXT_MAX: usize = 10_000;

/// A TOML value with its place and the text it stands in.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) source: SourceIndex,
    pub(crate) text: &'a str,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) value: &'a DeValue<'a>,
}

impl<'a> Given<'a> {
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The value as it is written.
    pub(super) fn written(&self) -> &'a str {
        self.text.get(self.span()).unwrap_or("")
    }

    pub(super) fn error(&self, code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, at(self.source, self.span()), message)
    }
}

/// Reads a single value of a kind; `key` is what messages call it.
pub(crate) fn read(
    kind: &Kind,
    key: &str,
    given: Given<'_>,
    clock: &Clock,
) -> Result<Value, Diagnostic> {
    let value = match (kind, given.value) {
        (Kind::Boolean, DeValue::Boolean(value)) => Value::Boolean(*value),
        (Kind::Boolean, DeValue::String(text)) if ["true", "false"].contains(&text.as_ref()) => {
            return Err(given
                .error(
                    "wrong-type",
                    format!("`{key}` must be true or false, not text"),
                )
                .help(format!("remove the quotes: `{key} = {text}`")));
        }
        (Kind::Count { min, max }, DeValue::Integer(integer)) => {
            let value = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
            return count(*min, *max, key, given, value).map(Value::Integer);
        }
        (Kind::Distribution, DeValue::Table(_)) => {
            return distribution::read(kind, key, given, clock, &SideFiles::none())
                .map(Value::Distribution);
        }
        (Kind::Counts { .. }, DeValue::Table(_)) => {
            return distribution::read(kind, key, given, clock, &SideFiles::none())
                .map(Value::Counts);
        }
        (Kind::Counts { min, max }, DeValue::Integer(integer)) => {
            let value = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
            let value = count(*min, *max, key, given, value)?;
            let constant = Distribution::constant(Span::from_nanoseconds(value));
            return Ok(Value::Counts(constant));
        }
        (Kind::Instant | Kind::AbsoluteInstant, DeValue::Datetime(at)) => {
            if at.time.is_some_and(|time| time.second.is_none()) {
                return Err(given
                    .error("toml-dialect", "a time without seconds is not TOML 1.0")
                    .help(format!(
                        "write the seconds, or put it in quotes: `\"{}\"`",
                        given.written()
                    )));
            }
            Value::Instant(instant(kind, given.written(), given, clock)?)
        }
        (Kind::Instant | Kind::AbsoluteInstant, DeValue::String(text)) => {
            Value::Instant(instant(kind, text, given, clock)?)
        }
        (_, DeValue::String(text)) if is_quantity(kind) => {
            return quantity_of(kind, key, text).map_err(|e| from_quantity(given, text, e));
        }
        (_, DeValue::Integer(_) | DeValue::Float(_)) if is_quantity(kind) => {
            let written = given.written();
            let zero = matches!(given.value, DeValue::Integer(_)) && written == "0";
            if zero
                && matches!(
                    kind,
                    Kind::Span {
                        min: Span::ZERO,
                        ..
                    } | Kind::Offset
                )
            {
                return Ok(quantity_of(kind, key, "0").expect("zero needs no unit"));
            }
            let error = quantity_of(kind, key, written).err();
            let mut error = error.filter(|error| error.code == "missing-unit");
            if let (Kind::Share, Some(error)) = (kind, &mut error)
                && let Some(millionths) = quantity::millionths(written)
                    .ok()
                    .filter(|m| *m <= 1_000_000)
            {
                let percent = quantity::decimal(millionths, 4);
                error.help = format!("a share is written in percent, such as `\"{percent} %\"`");
            }
            return Err(error.map_or_else(
                || wrong_type(kind, key, given),
                |error| {
                    given
                        .error(error.code, error.message)
                        .label("a unit is missing")
                        .help(error.help)
                },
            ));
        }
        (_, DeValue::String(text)) if is_text(kind) => {
            Value::Text(text_of(kind, key, text, given)?)
        }
        _ => return Err(wrong_type(kind, key, given)),
    };
    Ok(value)
}

/// What a value of a kind is, for "must be ...".
pub(super) fn kind_words(kind: &Kind) -> &'static str {
    match kind {
        Kind::Boolean => "true or false",
        Kind::Count { .. } => "a whole number",
        Kind::Text => "text",
        Kind::Name => "a name",
        Kind::Domain => "a domain",
        Kind::Host => "a host name",
        Kind::TlsName => "a name of a certificate",
        Kind::Address => "an address",
        Kind::Url | Kind::UrlOrBlank => "the address of a service",
        Kind::OneOf(_) => "one word of a list",
        Kind::Version => "a version of Exchange",
        Kind::Span { .. } => "a span of time",
        Kind::Offset => "a signed span of time",
        Kind::Instant | Kind::AbsoluteInstant => "an instant",
        Kind::Share => "a share",
        Kind::Rate => "a rate",
        Kind::Size => "a size",
        Kind::Bandwidth => "a bandwidth",
        Kind::Distribution => "a distribution of spans",
        Kind::Zone => "a time zone",
        Kind::Coordinates => "a place on the globe",
        Kind::Counts { .. } => "a whole number or a distribution of such",
        Kind::Weights(_) => "a value or a table of shares",
        Kind::File => "the path of a file",
        Kind::List(_) => "a list",
        Kind::Tables(_) => "a list of tables",
        Kind::Table(_) | Kind::Named(_) | Kind::Part(_) | Kind::Set | Kind::Expectations => {
            "a table"
        }
        Kind::Shares(_) => "a word or a table of shares",
    }
}

/// A value of a kind as it could stand in a file.
pub(crate) fn example(kind: &Kind) -> String {
    let text = |text: &str| format!("\"{text}\"");
    match kind {
        Kind::Boolean => "true".into(),
        Kind::Count { min, max } => 1.clamp(*min, *max).to_string(),
        Kind::Text => text("text"),
        Kind::Name => text("name"),
        Kind::Domain => text("contoso.com"),
        Kind::Host | Kind::TlsName => text("mail.contoso.com"),
        Kind::Address => text("kim@contoso.com"),
        Kind::Url | Kind::UrlOrBlank => text("https://mail.contoso.com/EWS/Exchange.asmx"),
        Kind::OneOf(words) | Kind::Shares(words) => text(words[0]),
        Kind::Version => text("2013 SP1"),
        Kind::Span { .. } => text("5 min"),
        Kind::Offset => text("+6 min"),
        Kind::Instant => text("+2 h"),
        Kind::AbsoluteInstant => "2026-03-02T08:00:00Z".into(),
        Kind::Share => text("5 %"),
        Kind::Rate => text("60 req/h"),
        Kind::Size => text("6 KB"),
        Kind::Bandwidth => text("10 Mbit/s"),
        Kind::Distribution => text("180 ms"),
        Kind::Zone => text("Europe/Berlin"),
        Kind::Coordinates => text("52.52, 13.41"),
        Kind::File => text("data/times.csv"),
        Kind::List(element) => format!("[{}]", example(element)),
        Kind::Tables(_) => "[{ ... }]".into(),
        Kind::Counts { min, max } => 1.clamp(*min, *max).to_string(),
        Kind::Weights(kind) => example(kind),
        Kind::Table(_) | Kind::Named(_) | Kind::Part(_) | Kind::Set | Kind::Expectations => {
            "{ ... }".into()
        }
    }
}

/// "must be ..., not ...", with an example.
pub(super) fn wrong_type(kind: &Kind, key: &str, given: Given<'_>) -> Diagnostic {
    let is = match given.value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    let found = given.error(
        "wrong-type",
        format!("`{key}` must be {}, not {is}", kind_words(kind)),
    );
    let found = found.label(format!("this is {is}"));
    let table = matches!(
        kind,
        Kind::Table(_) | Kind::Part(_) | Kind::Set | Kind::Expectations
    );
    let help = match (kind, given.value) {
        (Kind::OneOf(words), _) => format!("values: {}", list_of(words)),
        (Kind::Tables(_), _) => format!("open each of them with `[[{key}]]`"),
        (Kind::Named(named), _) => {
            let name = match named.names {
                NameKind::Name => named.example.to_string(),
                _ => format!("\"{}\"", named.example),
            };
            format!("open one with its name: `[{key}.{name}]`")
        }
        (Kind::List(element), DeValue::String(_)) if is_text(element) => {
            format!("write a list: `{key} = [{}]`", short(given.written()))
        }
        (_, DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_)) if is_text(kind) => {
            format!("put it in quotes: `{key} = \"{}\"`", short(given.written()))
        }
        _ if table => format!("open it with `[{key}]`, or write `{key} = {{ ... }}`"),
        _ => format!("for example `{key} = {}`", example(kind)),
    };
    found.help(help)
}

pub(crate) fn is_text(kind: &Kind) -> bool {
    use Kind::{Address, Coordinates, Domain, File, Host, Name, OneOf, Text, TlsName, Url};
    use Kind::{UrlOrBlank, Version, Zone};
    let is_name = matches!(
        kind,
        Name | Domain | Host | TlsName | Address | Url | UrlOrBlank
    );
    is_name || matches!(kind, Text | OneOf(_) | Version | Zone | Coordinates | File)
}

fn is_quantity(kind: &Kind) -> bool {
    use Kind::{Bandwidth, Distribution, Offset, Rate, Share, Size, Span};
    matches!(
        kind,
        Span { .. } | Offset | Share | Rate | Size | Bandwidth | Distribution
    )
}

fn count(
    min: u64,
    max: u64,
    key: &str,
    given: Given<'_>,
    value: Option<u64>,
) -> Result<u64, Diagnostic> {
    if let Some(value) = value.filter(|value| (min..=max).contains(value)) {
        return Ok(value);
    }
    if key == "fedsim" {
        let written = short(given.written());
        let message = format!("this is format {written}, but only format {max} is known");
        return Err(given
            .error("format-version", message)
            .help("use the fedsim that it was written for"));
    }
    let range = match (min, max) {
        (min, max) if min == max => format!("{min}"),
        (min, max) => format!("from {min} to {max}"),
    };
    let message = format!("`{key}` is {}, but must be {range}", short(given.written()));
    Err(given.error("out-of-range", message).label("out of range"))
}

fn quantity_of(kind: &Kind, key: &str, text: &str) -> Result<Value, QuantityError> {
    Ok(match kind {
        Kind::Span { min, max } => Value::Span(span_in(*min, *max, key, text)?),
        Kind::Offset => Value::Offset(quantity::offset(text)?),
        Kind::Share => Value::Share(quantity::share(text)?),
        Kind::Rate => Value::Rate(quantity::rate(text)?),
        Kind::Size => Value::Size(quantity::size(text)?),
        Kind::Bandwidth => Value::Bandwidth(quantity::bandwidth(text)?),
        Kind::Distribution => Value::Distribution(Distribution::constant(quantity::span(text)?)),
        other => unreachable!("{other:?} is not a quantity"),
    })
}

fn span_in(min: Span, max: Span, key: &str, text: &str) -> Result<Span, QuantityError> {
    let span = quantity::span(text)?;
    if (min..=max).contains(&span) {
        return Ok(span);
    }
    let range = if span < min && min == Span::from_nanoseconds(1) {
        "more than nothing".to_string()
    } else if span < min {
        format!("at least {min}")
    } else {
        format!("at most {max}")
    };
    Err(QuantityError {
        code: "out-of-range",
        message: format!("`{key}` is {span}, but must be {range}"),
        part: 0..text.len(),
        help: format!("from {min} to {max}"),
    })
}

fn instant(
    kind: &Kind,
    text: &str,
    given: Given<'_>,
    clock: &Clock,
) -> Result<crate::engine::Instant, Diagnostic> {
    let read = match kind {
        Kind::AbsoluteInstant => instants::absolute_instant(text, clock.zone()),
        _ => clock.instant(text),
    };
    read.map_err(|error| from_quantity(given, text, error))
}

/// A finding about a part of a text that stands in the file as a string.
pub(super) fn from_quantity(given: Given<'_>, text: &str, error: QuantityError) -> Diagnostic {
    // Only a string without escapes has its characters where its value has them.
    let plain = given.written().len() == text.len() + 2 && error.part.end <= text.len();
    let range = if plain && !error.part.is_empty() {
        given.start + 1 + error.part.start..given.start + 1 + error.part.end
    } else {
        given.span()
    };
    let label = match error.code {
        "missing-unit" => "a unit is missing",
        "unknown-unit" => "not a unit",
        "out-of-range" => "out of range",
        _ => "",
    };
    Diagnostic::error(error.code, at(given.source, range), error.message)
        .label(label)
        .help(error.help)
}

fn text_of(kind: &Kind, key: &str, text: &str, given: Given<'_>) -> Result<String, Diagnostic> {
    let refused =
        |code| move |refusal: Refusal| given.error(code, refusal.message).help(refusal.help);
    match kind {
        Kind::Name => names::name(text).map_err(refused("bad-name")),
        Kind::Domain => names::domain(text).map_err(refused("bad-name")),
        Kind::Host => names::host(text).map_err(refused("bad-name")),
        Kind::TlsName => names::tls_name(text).map_err(refused("bad-name")),
        Kind::Address => names::address(text).map_err(refused("bad-name")),
        Kind::UrlOrBlank if text.is_empty() => Ok(String::new()),
        Kind::Url | Kind::UrlOrBlank => names::url(text).map_err(refused("bad-name")),
        Kind::Version => names::version(text).map_err(refused("bad-value")),
        Kind::OneOf(words) => word_of(words, key, text, given),
        Kind::Zone => zone_of(text, given),
        Kind::Coordinates => match places::coordinates(text) {
            Ok(place) => Ok(places::coordinates_text(place)),
            Err((message, help)) => Err(given.error("bad-coordinates", message).help(help)),
        },
        Kind::File => side_file::path(text, at(given.source, given.span())),
        _ => plain_text(key, text, given),
    }
}

/// One of the words, exactly.
pub(super) fn word_of(
    words: &[&str],
    key: &str,
    text: &str,
    given: Given<'_>,
) -> Result<String, Diagnostic> {
    if words.contains(&text) {
        return Ok(text.to_string());
    }
    let message = format!("`{}` is no value of `{key}`", short(text));
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let all = quoted.join(", ");
    let help = match suggestion(text, words.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`? (values: {all})"),
        None => format!("values: {all}"),
    };
    Err(given.error("bad-value", message).help(help))
}

fn zone_of(text: &str, given: Given<'_>) -> Result<String, Diagnostic> {
    if let Some((_, name)) = instants::zone(text) {
        return Ok(name);
    }
    let names = instants::zone_names();
    let meant = suggestion(text, names.iter().map(String::as_str));
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "write a name of the IANA database, such as `Europe/Berlin` or `UTC`".to_string(),
    };
    Err(given
        .error(
            "unknown-zone",
            format!("there is no time zone `{}`", short(text)),
        )
        .help(help))
}

fn plain_text(key: &str, text: &str, given: Given<'_>) -> Result<String, Diagnostic> {
    if text.len() > TEXT_MAX {
        let message = format!(
            "`{key}` is {} bytes long, but may be {TEXT_MAX}",
            text.len()
        );
        return Err(given.error("out-of-range", message).help("shorten it"));
    }
    let control = |c: &char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
    if let Some(character) = text.chars().find(control) {
        let message = format!("`{key}` holds the control character {:?}", character);
        return Err(given.error("bad-value", message).help("remove it"));
    }
    Ok(text.to_string())
}

pub(super) fn list_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
