//! Typed access to the values of a table.
//!
//! It knows no key by name. Invariant: a value is given only as what it is; asking for something
//! else is a bug and panics.

use super::{Entry, Shape, Table, Value, known};
use crate::engine::{Distribution, Instant, Offset, Span};
use crate::scenario::quantity::{Rate, Share};

/// Typed access.
///
/// The plain forms are for keys that are required, have a default, or were derived; they panic, as
/// for a bug, if the key is not there, is not a key of the object, or is of another kind. The
/// `optional_` forms give none for a key that is not there.
impl Table {
    /// The value of a boolean key.
    pub fn boolean(&self, key: &str) -> bool {
        self.present(key, self.optional_boolean(key))
    }

    /// The value of a whole number.
    pub fn integer(&self, key: &str) -> u64 {
        self.present(key, self.optional_integer(key))
    }

    /// The value of a key of any kind that is text.
    pub fn text(&self, key: &str) -> &str {
        self.present(key, self.optional_text(key))
    }

    /// The value of a span.
    pub fn span(&self, key: &str) -> Span {
        self.present(key, self.optional_span(key))
    }

    /// The value of a signed span.
    pub fn offset(&self, key: &str) -> Offset {
        self.present(key, self.optional_offset(key))
    }

    /// The value of an instant.
    pub fn instant(&self, key: &str) -> Instant {
        self.present(key, self.optional_instant(key))
    }

    /// The value of a share.
    pub fn share(&self, key: &str) -> Share {
        self.present(key, self.optional_share(key))
    }

    /// The value of a size, in bytes.
    pub fn size(&self, key: &str) -> u64 {
        self.present(key, self.optional_size(key))
    }

    /// The value of a bandwidth, in bits per second.
    pub fn bandwidth(&self, key: &str) -> u64 {
        self.present(key, self.optional_bandwidth(key))
    }

    /// The value of a rate.
    pub fn rate(&self, key: &str) -> Rate {
        self.present(key, self.optional_rate(key))
    }

    /// The value of a distribution.
    pub fn distribution(&self, key: &str) -> Distribution {
        self.present(key, self.optional_distribution(key))
    }

    /// The value of a distribution of whole numbers; a nanosecond stands for one.
    pub fn counts(&self, key: &str) -> Distribution {
        let value = self.value(key).map(|value| match value {
            Value::Counts(value) => value.clone(),
            other => mismatch(key, "a distribution of numbers", other),
        });
        self.present(key, value)
    }

    /// The elements of a list.
    pub fn list(&self, key: &str) -> &[Entry] {
        self.present(key, self.optional_list(key))
    }

    /// The elements of a list of texts.
    pub fn texts(&self, key: &str) -> Vec<&str> {
        self.present(key, self.optional_texts(key))
    }

    /// A table.
    pub fn table(&self, key: &str) -> &Table {
        self.present(key, self.optional_table(key))
    }

    /// A table to be changed.
    pub fn table_mut(&mut self, key: &str) -> &mut Table {
        match self.get_mut(key).map(|entry| &mut entry.value) {
            Some(Value::Table(table)) => table,
            _ => panic!("`{key}` is no table that is there"),
        }
    }

    /// The words of a whole with their shares, those that have one, in the order of the key table.
    pub fn shares(&self, key: &str) -> Vec<(&str, Share)> {
        self.table(key)
            .iter()
            .map(|(word, entry)| (word, share_of(key, entry)))
            .collect()
    }

    /// The tables of a list of tables, in their order.
    pub fn tables(&self, key: &str) -> impl Iterator<Item = &Table> {
        self.list(key).iter().map(move |entry| table_of(key, entry))
    }

    /// The names of a named table with their tables, sorted by name.
    pub fn named(&self, key: &str) -> impl Iterator<Item = (&str, &Table)> {
        self.table(key)
            .iter()
            .map(|(name, entry)| (name, table_of(name, entry)))
    }

    /// The names of a named table with their tables to be changed, sorted by name.
    pub fn named_mut(&mut self, key: &str) -> impl Iterator<Item = (&str, &mut Table)> {
        self.table_mut(key)
            .iter_mut()
            .map(|(name, entry)| match &mut entry.value {
                Value::Table(table) => (name, table),
                _ => panic!("`{name}` is no table"),
            })
    }

    /// The names of a named table with their entries, sorted by name.
    pub fn named_entries(&self, key: &str) -> impl Iterator<Item = (&str, &Entry)> {
        self.table(key).iter()
    }

    /// As [`Table::boolean`], if it is there.
    pub fn optional_boolean(&self, key: &str) -> Option<bool> {
        match self.value(key)? {
            Value::Boolean(value) => Some(*value),
            other => mismatch(key, "a boolean", other),
        }
    }

    /// As [`Table::integer`], if it is there.
    pub fn optional_integer(&self, key: &str) -> Option<u64> {
        match self.value(key)? {
            Value::Integer(value) => Some(*value),
            other => mismatch(key, "a whole number", other),
        }
    }

    /// As [`Table::text`], if it is there.
    pub fn optional_text(&self, key: &str) -> Option<&str> {
        match self.value(key)? {
            Value::Text(value) => Some(value),
            other => mismatch(key, "text", other),
        }
    }

    /// As [`Table::span`], if it is there.
    pub fn optional_span(&self, key: &str) -> Option<Span> {
        match self.value(key)? {
            Value::Span(value) => Some(*value),
            other => mismatch(key, "a span", other),
        }
    }

    /// As [`Table::offset`], if it is there.
    pub fn optional_offset(&self, key: &str) -> Option<Offset> {
        match self.value(key)? {
            Value::Offset(value) => Some(*value),
            other => mismatch(key, "an offset", other),
        }
    }

    /// As [`Table::instant`], if it is there.
    pub fn optional_instant(&self, key: &str) -> Option<Instant> {
        match self.value(key)? {
            Value::Instant(value) => Some(*value),
            other => mismatch(key, "an instant", other),
        }
    }

    /// As [`Table::share`], if it is there.
    pub fn optional_share(&self, key: &str) -> Option<Share> {
        match self.value(key)? {
            Value::Share(value) => Some(*value),
            other => mismatch(key, "a share", other),
        }
    }

    /// As [`Table::size`], if it is there.
    pub fn optional_size(&self, key: &str) -> Option<u64> {
        match self.value(key)? {
            Value::Size(value) => Some(*value),
            other => mismatch(key, "a size", other),
        }
    }

    /// As [`Table::bandwidth`], if it is there.
    pub fn optional_bandwidth(&self, key: &str) -> Option<u64> {
        match self.value(key)? {
            Value::Bandwidth(value) => Some(*value),
            other => mismatch(key, "a bandwidth", other),
        }
    }

    /// As [`Table::rate`], if it is there.
    pub fn optional_rate(&self, key: &str) -> Option<Rate> {
        match self.value(key)? {
            Value::Rate(value) => Some(*value),
            other => mismatch(key, "a rate", other),
        }
    }

    /// As [`Table::distribution`], if it is there.
    pub fn optional_distribution(&self, key: &str) -> Option<Distribution> {
        match self.value(key)? {
            Value::Distribution(value) => Some(value.clone()),
            other => mismatch(key, "a distribution", other),
        }
    }

    /// As [`Table::list`], if it is there.
    pub fn optional_list(&self, key: &str) -> Option<&[Entry]> {
        match self.value(key)? {
            Value::List(value) => Some(value),
            other => mismatch(key, "a list", other),
        }
    }

    /// As [`Table::texts`], if it is there.
    pub fn optional_texts(&self, key: &str) -> Option<Vec<&str>> {
        let list = self.optional_list(key)?;
        Some(list.iter().map(|entry| text_of(key, entry)).collect())
    }

    /// As [`Table::table`], if it is there.
    pub fn optional_table(&self, key: &str) -> Option<&Table> {
        match self.value(key)? {
            Value::Table(value) => Some(value),
            other => mismatch(key, "a table", other),
        }
    }

    fn value(&self, key: &str) -> Option<&Value> {
        if let Shape::Object(object) = self.shape {
            known(object, key);
        }
        self.get(key).map(|entry| &entry.value)
    }

    fn present<T>(&self, key: &str, value: Option<T>) -> T {
        value.unwrap_or_else(|| panic!("`{key}` of {:?} is not there", self.name()))
    }

    fn name(&self) -> &'static str {
        match self.shape {
            Shape::Object(object) => object.name,
            Shape::Named(_) => "a named table",
            Shape::Shares(_) => "shares",
            Shape::Expectations => "expectations",
        }
    }
}

fn share_of(key: &str, entry: &Entry) -> Share {
    match &entry.value {
        Value::Share(share) => *share,
        other => mismatch(key, "shares", other),
    }
}

fn text_of<'a>(key: &str, entry: &'a Entry) -> &'a str {
    match &entry.value {
        Value::Text(text) => text,
        other => mismatch(key, "a list of texts", other),
    }
}

fn table_of<'a>(key: &str, entry: &'a Entry) -> &'a Table {
    match &entry.value {
        Value::Table(table) => table,
        other => mismatch(key, "a table", other),
    }
}

fn mismatch<T>(key: &str, wanted: &str, found: &Value) -> T {
    panic!("`{key}` is read as {wanted}, but is {found:?}")
}
