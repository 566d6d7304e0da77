//! Static defaults: the text of a key table to a value, with the evidence as its origin.
//!
//! It knows no scenario. Invariant: every default of the key tables reads without error; a test goes
//! through all of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use toml::de::DeValue;

use super::scalar::{self, Given};
use crate::engine::Instant;
use crate::scenario::diagnostic::SourceIndex;
use crate::scenario::instants::Clock;
use crate::scenario::keys::{Evidence, Key, Kind, Object, Presence};
use crate::scenario::quantity::Share;
use crate::scenario::tree::{Entry, Origin, Shape, Table, Value};

/// The defaults of each object, read once and shared by all its tables.
#[derive(Default)]
pub(super) struct Defaults {
    /// By the address of the object's static table.
    tables: BTreeMap<usize, Arc<Table>>,
}

impl Defaults {
    /// Gives a table and those below it the defaults of their keys.
    pub(super) fn complete(&mut self, mut table: Table) -> Table {
        for (_, entry) in table.iter_mut() {
            match &mut entry.value {
                Value::Table(inner) => *inner = self.complete(take(inner)),
                Value::List(list) => {
                    for element in list {
                        if let Value::Table(inner) = &mut element.value {
                            *inner = self.complete(take(inner));
                        }
                    }
                }
                _ => {}
            }
        }
        match table.shape() {
            Shape::Object(object) => table.over(self.of(object)),
            _ => table,
        }
    }

    /// The entries of an object's keys that have a default.
    pub(super) fn of(&mut self, object: &'static Object) -> Arc<Table> {
        let address = std::ptr::from_ref(object).addr();
        if let Some(table) = self.tables.get(&address) {
            return table.clone();
        }
        let mut table = Table::new(Shape::Object(object));
        for key in object.keys {
            if let Presence::Default(text, source) = key.presence {
                let value = self.value(key, text, source);
                table.insert(
                    key.name,
                    None,
                    Entry::new(value, Origin::Default { source }),
                );
            }
        }
        let table = Arc::new(table);
        self.tables.insert(address, table.clone());
        table
    }

    fn value(&mut self, key: &'static Key, text: &'static str, source: Evidence) -> Value {
        assert!(
            !matches!(key.kind, Kind::Named(_)) || text == "{}",
            "a named table begins empty"
        );
        match key.kind {
            Kind::Table(object) => {
                Value::Table(Table::new(Shape::Object(object)).over(self.of(object)))
            }
            Kind::Named(named) => Value::Table(Table::new(Shape::Named(named))),
            Kind::Part(object) => Value::Table(Table::new(Shape::Object(object))),
            Kind::Expectations => Value::Table(Table::new(Shape::Expectations)),
            _ => simple(key, text, source),
        }
    }
}

fn take(table: &mut Table) -> Table {
    std::mem::replace(table, Table::new(table.shape()))
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
        (Kind::Shares(words), DeValue::Table(shares)) => {
            let mut table = Table::new(Shape::Shares(words));
            for (word, share) in shares {
                assert!(
                    words.contains(&word.get_ref().as_ref()),
                    "`{word:?}` is one of the words"
                );
                let share = Entry::new(read(&Kind::Share, share), Origin::Default { source });
                table.insert(word.get_ref(), None, share);
            }
            Value::Table(table)
        }
        (Kind::Weights(kind), _) => {
            let Value::Text(one) = read(kind, &parsed) else {
                unreachable!("shares are of texts");
            };
            let mut table = Table::new(Shape::Shares(&[]));
            let all = Entry::new(Value::Share(Share::ALL), Origin::Default { source });
            table.insert(&one, None, all);
            Value::Table(table)
        }
        (kind, _) => read(kind, &parsed),
    }
}
