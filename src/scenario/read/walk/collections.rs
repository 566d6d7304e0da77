//! The walk through lists, lists of tables, shares and expectations.
//!
//! It knows no key by name. Invariant: as in the parent module; a list with a bad element is the
//! subject of a finding for each of them.

use std::collections::BTreeSet;

use toml::de::DeValue;

use super::{Layer, Mode, Walker};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::keys::{Kind, Object};
use crate::scenario::quantity::{self, Share};
use crate::scenario::read::at;
use crate::scenario::read::names::{short, suggestion};
use crate::scenario::read::scalar::{self, Given, list_of, wrong_type};
use crate::scenario::tree::{Entry, Shape, Table, Value};

/// The longest metric of an expectation with its labels, in bytes.
const METRIC_MAX: usize = 1_000;

impl<'t> Walker<'t> {
    pub(super) fn list(&mut self, kind: &'static Kind, given: Given<'t>) -> Option<Value> {
        let elements = self.elements(given)?;
        let mut seen = BTreeSet::new();
        let mut list = Vec::with_capacity(elements.len());
        let key = self.key();
        for element in elements {
            let read = scalar::read(kind, &key, element, &self.clock);
            let read = read.map_err(|found| match found.code {
                "wrong-type" => Diagnostic {
                    message: format!("each entry of {}", found.message),
                    ..found.help(format!("for example `{key} = [{}]`", scalar::example(kind)))
                },
                _ => found,
            });
            let Some(value) = self.kept(read) else {
                continue;
            };
            let once = matches!(
                kind,
                Kind::Domain | Kind::Host | Kind::TlsName | Kind::Name | Kind::OneOf(_)
            );
            if let Value::Text(text) = &value
                && once
                && !seen.insert(text.clone())
            {
                let message = format!("`{}` is in the list twice", short(text));
                self.found.push(
                    element
                        .error("duplicate-value", message)
                        .help("remove one of them"),
                );
            }
            list.push(Entry::new(value, element.origin()));
        }
        Some(Value::List(list))
    }

    pub(super) fn tables(
        &mut self,
        object: &'static Object,
        given: Given<'t>,
        mode: Mode,
    ) -> Option<Value> {
        let mut list = Vec::new();
        for element in self.elements(given)? {
            match element.layer() {
                Some(layer) => {
                    let table = self.object(object, &[layer], mode);
                    list.push(Entry::new(Value::Table(table), element.origin()));
                }
                None => {
                    let path = self.path_text();
                    let found = wrong_type(&Kind::Table(object), &path, element);
                    let help = format!("open each of them with `[[{path}]]`");
                    self.found.push(Diagnostic {
                        message: format!("each entry of {}", found.message),
                        ..found.help(help)
                    });
                }
            }
        }
        Some(Value::List(list))
    }

    fn elements(&mut self, given: Given<'t>) -> Option<Vec<Given<'t>>> {
        let DeValue::Array(elements) = given.value else {
            return None;
        };
        if self.too_many(elements.len(), at(given.source, given.span())) {
            return None;
        }
        let element = |value: &'t toml::Spanned<DeValue<'t>>| {
            let span = value.span();
            Given {
                start: span.start,
                end: span.end,
                value: value.get_ref(),
                ..given
            }
        };
        Some(elements.iter().map(element).collect())
    }

    /// `{ x = "90 %", y = "10 %" }`, which must sum to 100 %.
    pub(super) fn shares(
        &mut self,
        words: &'static [&'static str],
        given: Given<'t>,
    ) -> Option<Value> {
        let layer = given.layer()?;
        let mut table = Table::new(Shape::Shares(words));
        let mut sum = 0;
        let mut sound = true;
        for (key, value) in layer.table.iter() {
            let place = at(layer.source, key.span());
            if !words.contains(&key.get_ref().as_ref()) {
                let meant = suggestion(key.get_ref(), words.iter().copied());
                let message = format!("`{}` is no value of `{}`", short(key.get_ref()), self.key());
                let values = list_of(words);
                let help = match meant {
                    Some(meant) => format!("did you mean `{meant}`? (values: {values})"),
                    None => format!("values: {values}"),
                };
                self.found
                    .push(Diagnostic::error("bad-value", place, message).help(help));
                sound = false;
                continue;
            }
            let read = scalar::read(&Kind::Share, key.get_ref(), layer.given(value), &self.clock);
            match self.kept(read) {
                Some(Value::Share(share)) => {
                    sum += share.parts();
                    let origin = layer.given(value).origin();
                    table.insert(
                        key.get_ref(),
                        Some(place),
                        Entry::new(Value::Share(share), origin),
                    );
                }
                _ => sound = false,
            }
        }
        if sound {
            // Each share is at most the whole, and there are few words.
            self.check_whole(sum, given);
        }
        Some(Value::Table(table))
    }

    /// `{ "2013 SP1" = "90 %", "2016" = "10 %" }` of values of a kind, which must sum to 100 %.
    pub(super) fn weights(&mut self, kind: &'static Kind, given: Given<'t>) -> Option<Value> {
        let layer = given.layer()?;
        let mut table = Table::new(Shape::Shares(&[]));
        let (mut sum, mut sound) = (0_u64, true);
        if self.too_many(layer.table.len(), layer.place()) {
            return None;
        }
        for (key, value) in layer.table.iter() {
            let place = at(layer.source, key.span());
            let word = toml::de::DeValue::String(key.get_ref().clone());
            let name = Given {
                start: key.span().start,
                end: key.span().end,
                value: &word,
                ..given
            };
            let name = scalar::read(kind, &self.key(), name, &self.clock);
            let share = scalar::read(&Kind::Share, key.get_ref(), layer.given(value), &self.clock);
            let (name, share) = (self.kept(name), self.kept(share));
            let (Some(Value::Text(name)), Some(Value::Share(share))) = (name, share) else {
                sound = false;
                continue;
            };
            if let Some(first) = table.key_location(&name) {
                self.found.push(super::same_name(&name, first, place));
                continue;
            }
            sum = sum.saturating_add(share.parts());
            let origin = layer.given(value).origin();
            let entry = Entry::new(Value::Share(share), origin);
            table.insert(&name, Some(place), entry);
        }
        if sound {
            self.check_whole(sum, given);
        }
        Some(Value::Table(table))
    }

    /// Shares are parts of one whole.
    fn check_whole(&mut self, sum: u64, given: Given<'t>) {
        if sum == Share::ONE {
            return;
        }
        let sum = quantity::decimal(sum, 10);
        let message = format!("the shares of `{}` sum to {sum} %", self.key());
        self.found.push(
            given
                .error("out-of-range", message)
                .help("they must sum to 100 %"),
        );
    }

    /// Metric to condition; a metric with points but without quotes comes as nested tables.
    pub(super) fn expectations(&mut self, layer: &Layer<'t>, prefix: &str, table: &mut Table) {
        for (key, value) in layer.table.iter() {
            let metric = format!("{prefix}{}", key.get_ref());
            let given = layer.given(value);
            if metric.len() > METRIC_MAX {
                let place = at(layer.source, key.span());
                let message = format!("a metric of {} bytes", metric.len());
                let help = format!("a metric with its labels has at most {METRIC_MAX}");
                self.found
                    .push(Diagnostic::error("out-of-range", place, message).help(help));
                continue;
            }
            match given.value {
                DeValue::Table(_) => {
                    if let Some(inner) = given.layer() {
                        self.expectations(&inner, &format!("{metric}."), table);
                    }
                }
                DeValue::String(condition) => {
                    let value = Value::Text(condition.to_string());
                    let place = at(layer.source, key.span());
                    table.insert(&metric, Some(place), Entry::new(value, given.origin()));
                }
                _ => {
                    let message = format!("`{}` must be a condition, as text", short(&metric));
                    let help =
                        "write an operator and a value, such as `\"== 0\"` or `\">= 99.5 %\"`";
                    self.found
                        .push(given.error("wrong-type", message).help(help));
                }
            }
        }
    }
}
