//! What will really be simulated: every value with where it comes from, as text and as JSON.
//!
//! It knows no key by name. Invariant: the text is itself a scenario and reads back to equal values.

use serde_json::{Map, json};

use super::diagnostic::{Diagnostics, Location};
use super::keys::{Key, Kind, Object, Presence};
use super::patch::{key_text, quoted};
use super::quantity::{self, Share};
use super::tree::{Entry, Origin, Shape, Table, Value};
use crate::engine::distribution::{ParetoGiven, WeibullGiven};
use crate::engine::{Distribution, Instant, Span};

/// The version of the JSON form.
const FORMAT: u64 = 1;

/// The column at which remarks begin, where values are shorter.
const REMARKS_AT: usize = 44;

/// The tree as a scenario, each value with a remark on its origin; `texts` are those it was read
/// from.
pub fn text(tree: &Table, texts: &Diagnostics) -> String {
    let mut shown = Shown {
        out: String::new(),
        texts: Some(texts),
    };
    shown.table(tree, &mut Vec::new());
    shown.out
}

/// The tree as a scenario without remarks.
pub fn plain(tree: &Table) -> String {
    let mut shown = Shown {
        out: String::new(),
        texts: None,
    };
    shown.table(tree, &mut Vec::new());
    shown.out
}

/// The tree as JSON: a leaf is an object with its value, its origin, and the line or the evidence.
pub fn json(tree: &Table, texts: &Diagnostics) -> serde_json::Value {
    json!({ "format": FORMAT, "scenario": json_table(tree, texts) })
}

struct Shown<'a> {
    out: String,
    /// What the tree was read from; none: there are no remarks.
    texts: Option<&'a Diagnostics>,
}

impl Shown<'_> {
    /// The plain values of a table, then the tables below it, each under its header.
    fn table(&mut self, table: &Table, path: &mut Vec<String>) {
        for (key, entry) in table.iter() {
            let nothing = matches!(&entry.value, Value::List(list) if list.is_empty())
                && matches!(entry.origin, Origin::Default { .. });
            if let Some(value) = value_text(&entry.value).filter(|_| !nothing) {
                self.line(&format!("{} = {value}", key_text(key)), &entry.origin);
            }
        }
        if let (Shape::Object(object), Some(_)) = (table.shape(), self.texts) {
            self.absent(object, table);
        }
        for (key, entry) in table.iter() {
            path.push(key_text(key));
            match &entry.value {
                Value::Table(below) if value_text(&entry.value).is_none() => {
                    // A table of names alone needs no header of its own.
                    let names_alone = below.iter().all(|(_, e)| value_text(&e.value).is_none());
                    if !names_alone || matches!(below.shape(), Shape::Object(_)) {
                        self.header("[", path, "]", &entry.origin);
                    }
                    self.table(below, path);
                }
                Value::List(elements) if value_text(&entry.value).is_none() => {
                    for element in elements {
                        self.header("[[", path, "]]", &element.origin);
                        if let Value::Table(below) = &element.value {
                            self.table(below, path);
                        }
                    }
                }
                _ => {}
            }
            path.pop();
        }
    }

    /// Keys that may be absent and are, with what that means.
    fn absent(&mut self, object: &'static Object, table: &Table) {
        let absent = |key: &&Key| table.get(key.name).is_none();
        for key in object.keys.iter().filter(absent) {
            match key.presence {
                Presence::Optional(means) if !matches!(key.kind, Kind::Set) => {
                    self.out.push_str(&format!("# {}: {means}\n", key.name));
                }
                Presence::Derived(how) => {
                    self.out
                        .push_str(&format!("# {}: derived: {how}\n", key.name));
                }
                _ => {}
            }
        }
    }

    fn header(&mut self, open: &str, path: &[String], close: &str, origin: &Origin) {
        self.out.push('\n');
        self.line(&format!("{open}{}{close}", path.join(".")), origin);
    }

    fn line(&mut self, text: &str, origin: &Origin) {
        let Some(texts) = self.texts else {
            self.out.push_str(&format!("{text}\n"));
            return;
        };
        let remark = remark(origin, texts);
        let padding = REMARKS_AT.saturating_sub(text.chars().count()).max(1);
        self.out
            .push_str(&format!("{text}{:padding$}# {remark}\n", ""));
    }
}

/// Where a value comes from, in words.
fn remark(origin: &Origin, texts: &Diagnostics) -> String {
    match origin {
        Origin::File(place) if place.source.is_side_file() => {
            let name = texts.source(*place).map_or("", |source| &source.name);
            format!(
                "line {} of {}",
                line_of(*place, texts),
                name.replace(char::is_control, " ")
            )
        }
        Origin::File(place) => format!("line {}", line_of(*place, texts)),
        Origin::Default { source } => format!("default ({})", source.tag()),
        Origin::Derived(why) => format!("derived: {}", why.replace(char::is_control, " ")),
        Origin::CommandLine(_) => "command line".to_string(),
    }
}

/// A value on one line; none for tables and lists of tables that need headers.
pub fn value_text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Text(text) => quoted(text),
        Value::Instant(instant) => instant_text(*instant),
        Value::Distribution(distribution) => {
            distribution_text(distribution, |span| quoted(&span.to_string()))
        }
        Value::Counts(distribution) => {
            distribution_text(distribution, |span| span.nanoseconds().to_string())
        }
        Value::List(elements) => {
            let parts: Option<Vec<String>> =
                elements.iter().map(|e| value_text(&e.value)).collect();
            format!("[{}]", parts?.join(", "))
        }
        Value::Table(table) => match table.shape() {
            Shape::Shares(_) => shares_text(table),
            _ => return None,
        },
        other => quoted(&quantity_text(other)?),
    })
}

/// A quantity in the syntax of the file, without quotes; none if it is no quantity.
fn quantity_text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Span(span) => span.to_string(),
        Value::Offset(offset) => offset.to_string(),
        Value::Share(share) => share.to_string(),
        Value::Size(bytes) => quantity::size_text(*bytes),
        Value::Bandwidth(bits) => quantity::bandwidth_text(*bits),
        Value::Rate(rate) => rate.to_string(),
        _ => return None,
    })
}

/// An instant in RFC 3339, in UTC.
pub fn instant_text(instant: Instant) -> String {
    let at = jiff::Timestamp::from_nanosecond(i128::from(instant.nanoseconds()));
    at.expect("every instant of the simulation is before the year 2555")
        .to_string()
}

fn distribution_text(distribution: &Distribution, text: impl Fn(Span) -> String) -> String {
    let two = |dist, (first, one): (&str, Span), (second, other): (&str, Span)| {
        let (one, other) = (text(one), text(other));
        format!("{{ dist = \"{dist}\", {first} = {one}, {second} = {other} }}")
    };
    match distribution {
        Distribution::Constant(span) => text(*span),
        Distribution::Uniform(uniform) => {
            two("uniform", ("low", uniform.low()), ("high", uniform.high()))
        }
        Distribution::Exponential(exponential) => {
            let mean = text(exponential.mean());
            format!("{{ dist = \"exponential\", mean = {mean} }}")
        }
        Distribution::Lognormal(lognormal) => {
            let (median, p99) = (lognormal.median(), lognormal.p99());
            two("lognormal", ("median", median), ("p99", p99))
        }
        Distribution::Gamma(gamma) => {
            let (mean, shape) = (text(gamma.mean()), gamma.shape());
            format!("{{ dist = \"gamma\", mean = {mean}, shape = \"{shape}\" }}")
        }
        Distribution::Weibull(weibull) => {
            let shape = weibull.shape();
            let shaped = |name: &str, span| {
                let span = text(span);
                format!("{{ dist = \"weibull\", shape = \"{shape}\", {name} = {span} }}")
            };
            match weibull.given() {
                WeibullGiven::Scale { scale } => shaped("scale", scale),
                WeibullGiven::Median { median } => shaped("median", median),
                WeibullGiven::Quantiles { median, p99 } => {
                    two("weibull", ("median", median), ("p99", p99))
                }
            }
        }
        Distribution::Pareto(pareto) => match pareto.given() {
            ParetoGiven::Shape => {
                let (minimum, shape) = (text(pareto.minimum()), pareto.shape());
                format!("{{ dist = \"pareto\", shape = \"{shape}\", minimum = {minimum} }}")
            }
            ParetoGiven::P99(p99) => two("pareto", ("minimum", pareto.minimum()), ("p99", p99)),
        },
        Distribution::Empirical(empirical) => empirical.written().to_owned(),
    }
}

fn shares_text(table: &Table) -> String {
    let share = |entry: &Entry| match &entry.value {
        Value::Share(share) => *share,
        _ => Share::NONE,
    };
    let parts: Vec<(&str, Share)> = table
        .iter()
        .map(|(word, entry)| (word, share(entry)))
        .collect();
    match parts.as_slice() {
        [(word, Share::ALL)] => quoted(word),
        parts => {
            let part = |(word, share): &(&str, Share)| format!("{} = \"{share}\"", key_text(word));
            format!(
                "{{ {} }}",
                parts.iter().map(part).collect::<Vec<_>>().join(", ")
            )
        }
    }
}

fn json_table(table: &Table, texts: &Diagnostics) -> serde_json::Value {
    let entry = |(key, entry): (&str, &Entry)| (key.to_string(), json_entry(entry, texts));
    serde_json::Value::Object(table.iter().map(entry).collect::<Map<_, _>>())
}

fn json_entry(entry: &Entry, texts: &Diagnostics) -> serde_json::Value {
    match &entry.value {
        Value::Table(table) if !matches!(table.shape(), Shape::Shares(_)) => {
            json_table(table, texts)
        }
        Value::List(elements) if value_text(&entry.value).is_none() => elements
            .iter()
            .map(|element| json_entry(element, texts))
            .collect(),
        value => {
            let mut leaf = json!({ "value": json_value(value) });
            match &entry.origin {
                Origin::File(place) => {
                    leaf["origin"] = json!("file");
                    leaf["line"] = json!(line_of(*place, texts));
                }
                Origin::Default { source } => {
                    leaf["origin"] = json!("default");
                    leaf["evidence"] = json!(source.tag());
                }
                Origin::Derived(why) => {
                    leaf["origin"] = json!("derived");
                    leaf["why"] = json!(why);
                }
                Origin::CommandLine(_) => leaf["origin"] = json!("command line"),
            }
            leaf
        }
    }
}

/// A value as JSON: quantities as text in the syntax of the file.
fn json_value(value: &Value) -> serde_json::Value {
    match value {
        Value::Boolean(value) => json!(value),
        Value::Integer(value) => json!(value),
        Value::Text(text) => json!(text),
        Value::Instant(instant) => json!(instant_text(*instant)),
        Value::Distribution(Distribution::Constant(span)) => json!(span.to_string()),
        Value::Counts(Distribution::Constant(span)) => json!(span.nanoseconds()),
        Value::Counts(distribution) => {
            json!(distribution_text(distribution, |span| span
                .nanoseconds()
                .to_string()))
        }
        Value::List(elements) => elements
            .iter()
            .map(|element| json_value(&element.value))
            .collect(),
        Value::Table(table) => {
            let entry = |(key, entry): (&str, &Entry)| (key.to_string(), json_value(&entry.value));
            serde_json::Value::Object(table.iter().map(entry).collect())
        }
        Value::Distribution(distribution) => json!(distribution.to_string()),
        other => json!(quantity_text(other)),
    }
}

fn line_of(place: Location, texts: &Diagnostics) -> usize {
    texts.line_and_column(place).0
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;
    use crate::scenario::new::TEMPLATES;
    use crate::scenario::read::{Document, read};

    fn read_back(text: &str) -> Document {
        read(text, "shown.toml").unwrap_or_else(|found| panic!("{found}\n{text}"))
    }

    #[test]
    fn what_is_shown_is_a_scenario_that_reads_back_to_equal_values() {
        let odd = r#"fedsim = 1
title = "quotes \" and \\ and	tab"
[parameters]
loss = "0.123456789 %"
dns_warm = { dist = "gamma", mean = "2 ms", shape = "2.5" }
dns_cold = { dist = "uniform", low = "1 ms", high = "1 h 30 min" }
tls_cpu = "1234567 ns"
token_request = "1234567 B"
[org.a]
domains = ["a.com"]
calendar_default = { None = "33.3 %", Reviewer = "66.7 %" }
server.s.clock_offset = "-90 s"
server.s.certificate.federation = "missing"
server.t = {}
mailbox.kim.grant."lee@b.com" = "Reviewer"
[network.link."a - b"]
rtt = "0.5 ms"
bandwidth = "1.5 Mbit/s"
[fault.f]
from = 1970-01-01T00:00:00Z
until = "day 2 09:30:00.5"
set.org.a.server.s.state = "down"
[[timeline]]
at = "+1 h"
[[timeline]]
at = "+2 h"
set.org.a.host."h.a.com".state = "down"
[expect]
"attendees.count{cause=x}" = "== 0"
"#;
        for text in TEMPLATES.iter().map(|template| template.text).chain([odd]) {
            let document = read_back(text);
            let shown = super::text(&document.tables, &document.warnings);
            let again = read_back(&shown);
            assert_eq!(again.tables, document.tables, "{shown}");
        }
    }

    #[test]
    fn derived_values_that_are_shown_read_back_and_derive_nothing_new() {
        for template in TEMPLATES {
            let scenario = Scenario::parse(template.text, template.name).expect("it reads");
            let effective = scenario.compile().expect("it compiles").effective;
            let shown = super::text(&effective, &scenario.document().warnings);
            let again = Scenario::from(read_back(&shown));
            assert_eq!(again.document().tables, effective, "{shown}");
            let compiled = again.compile().unwrap_or_else(|found| panic!("{found}"));
            assert_eq!(compiled.effective, effective);
        }
    }

    #[test]
    fn a_value_is_shown_with_its_line_or_the_evidence_of_its_default() {
        let document = read_back("fedsim = 1\n[run]\nlength = \"2 h\"\n");
        let shown = super::text(&document.tables, &document.warnings);
        let remark = |start: &str| {
            let line = shown.lines().find(|line| line.starts_with(start));
            line.and_then(|line| line.split_once("# "))
                .map(|(_, remark)| remark.to_string())
        };
        assert_eq!(remark("length").as_deref(), Some("line 3"));
        assert_eq!(remark("time_zone").as_deref(), Some("default (choice)"));
        assert_eq!(
            remark("availability_deadline").as_deref(),
            Some("default (observed)")
        );
        let json = super::json(&document.tables, &document.warnings);
        let length = &json["scenario"]["run"]["length"];
        assert_eq!(
            *length,
            serde_json::json!({ "value": "2 h", "origin": "file", "line": 3 })
        );
        let loss = &json["scenario"]["parameters"]["loss"];
        assert_eq!(loss["evidence"], "guess");
    }
}
