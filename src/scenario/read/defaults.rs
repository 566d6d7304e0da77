//! Static defaults: the text of a key table to a value, with the evidence as its origin.
//!
//! It knows no scenario. Invariant: every default of the key tables reads without error; a test goes
//! through all of them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use toml::de::DeValue;

use super::scalar::{self, Given};
use crate::engine::Instant;
use crate::scenario::diagnostic::SourceIndex;
use crate::scenario::instants::Clock;
use crate::scenario::keys::{Evidence, Key, Kind, Object, Presence};
use crate::scenario::quantity::Share;
use crate::scenario::tree::{Entry, Origin, Shape, Table, Value};

/// Defaults that were read, kept because thousands of objects ask for the same.
#[derive(Default)]
pub(super) struct Defaults {
    /// By the address of the key in its static table.
    entries: BTreeMap<usize, Entry>,
}

impl Defaults {
    /// Fills every key that has a default and is absent, in the tables below too.
    pub(super) fn complete(&mut self, table: &mut Table) {
        match table.shape() {
            Shape::Object(object) => {
                for key in object.keys {
                    if table.get(key.name).is_none()
                        && let Some(entry) = self.entry(key)
                    {
                        table.insert(key.name, None, entry);
                    }
                }
            }
            Shape::Named(_) => {}
            Shape::Shares(_) | Shape::Expectations => return,
        }
        for (_, entry) in table.iter_mut() {
            match &mut entry.value {
                Value::Table(table) => self.complete(table),
                Value::List(list) => {
                    for element in list {
                        if let Value::Table(table) = &mut element.value {
                            self.complete(table);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The default of a key, if it has one.
    pub(super) fn entry(&mut self, key: &'static Key) -> Option<Entry> {
        let Presence::Default(text, source) = key.presence else {
            return None;
        };
        let address = std::ptr::from_ref(key).addr();
        if let Some(entry) = self.entries.get(&address) {
            return Some(entry.clone());
        }
        let entry = Entry::new(self.value(key, text, source), Origin::Default { source });
        self.entries.insert(address, entry.clone());
        Some(entry)
    }

    fn value(&mut self, key: &'static Key, text: &'static str, source: Evidence) -> Value {
        let shape = match key.kind {
            Kind::Table(object) => return Value::Table(self.table(object)),
            Kind::Named(named) => Shape::Named(named),
            Kind::Expectations => Shape::Expectations,
            _ => return simple(key, text, source),
        };
        assert_eq!(text, "{}", "the default of a named table is empty");
        Value::Table(Table::new(shape))
    }

    /// An object of which nothing is given.
    fn table(&mut self, object: &'static Object) -> Table {
        let mut table = Table::new(Shape::Object(object));
        for key in object.keys {
            if let Some(entry) = self.entry(key) {
                table.insert(key.name, None, entry);
            }
        }
        table
    }
}

fn simple(key: &'static Key, text: &'static str, source: Evidence) -> Value {
    let parsed = DeValue::parse(text).expect("a default is TOML");
    // A default is absolute, so neither the start nor the zone of the run is looked at.
    let clock = Clock::new(Instant::EPOCH, TimeZone::UTC);
    let read = |kind, value: &toml::Spanned<DeValue<'_>>| {
        let (span, value) = (value.span(), value.get_ref());
        let source = SourceIndex(0);
        let given = Given {
            source,
            text,
            start: span.start,
            end: span.end,
            value,
        };
        scalar::read(kind, key.name, given, &clock)
            .unwrap_or_else(|found| panic!("the default of `{}`: {}", key.name, found.message))
    };
    match (&key.kind, parsed.get_ref()) {
        (Kind::List(kind), DeValue::Array(elements)) => {
            let element = |element| Entry::new(read(kind, element), Origin::Default { source });
            Value::List(elements.iter().map(element).collect())
        }
        (Kind::Tables(_), DeValue::Array(elements)) if elements.is_empty() => {
            Value::List(Vec::new())
        }
        (Kind::Shares(words), DeValue::String(word)) => {
            assert!(
                words.contains(&word.as_ref()),
                "`{word}` is one of the words"
            );
            let mut table = Table::new(Shape::Shares(words));
            let all = Entry::new(Value::Share(Share::ALL), Origin::Default { source });
            table.insert(word, None, all);
            Value::Table(table)
        }
        (kind, _) => read(kind, &parsed),
    }
}
