//! The tree of a scenario's values: [`Table`], [`Entry`], [`Value`], each value with its [`Origin`].
//!
//! It knows no text and no syntax. Invariant: a table of an object holds keys of that object alone,
//! in the order of its key table and each of its kind; a named table is sorted by name. So the order
//! of tables in a file changes nothing.

use std::borrow::Cow;
use std::sync::Arc;

use super::diagnostic::Location;
use super::keys::{Evidence, Key, Kind, NamedTable, Object, Presence};
use super::quantity::{Rate, Share};
use crate::engine::{Distribution, Instant, Offset, Span};

/// A table of values.
#[derive(Clone, Debug)]
pub struct Table {
    shape: Shape,
    slots: Vec<Slot>,
    /// Of an object: the entries of its keys that have a default. They are shared by all tables of
    /// the object, and stand for keys that have no slot.
    defaults: Option<Arc<Table>>,
}

/// What the keys of a table are.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// The keys of an object.
    Object(&'static Object),
    /// Names.
    Named(&'static NamedTable),
    /// Words that share a whole.
    Shares(&'static [&'static str]),
    /// Metrics.
    Expectations,
}

/// A value with where it comes from. Two entries are equal if their values are, whatever their origin.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It stands in the scenario file.
    File(Location),
    /// The file leaves it out, and the key table has a default.
    Default {
        /// What the default rests on.
        source: Evidence,
    },
    /// The file leaves it out, and it follows from other values; how, in words.
    Derived(String),
    /// It was given as `--set` on the command line.
    CommandLine(Location),
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Of [`Kind::Boolean`].
    Boolean(bool),
    /// Of [`Kind::Count`].
    Integer(u64),
    /// Of every kind that is text, normalized.
    Text(String),
    /// Of [`Kind::Span`].
    Span(Span),
    /// Of [`Kind::Offset`].
    Offset(Offset),
    /// Of [`Kind::Instant`] and [`Kind::AbsoluteInstant`], resolved.
    Instant(Instant),
    /// Of [`Kind::Share`].
    Share(Share),
    /// Of [`Kind::Size`], in bytes.
    Size(u64),
    /// Of [`Kind::Bandwidth`], in bits per second.
    Bandwidth(u64),
    /// Of [`Kind::Rate`].
    Rate(Rate),
    /// Of [`Kind::Distribution`].
    Distribution(Distribution),
    /// Of [`Kind::List`], and of [`Kind::Tables`] with tables in it.
    List(Vec<Entry>),
    /// Of every kind that is a table.
    Table(Table),
}

#[derive(Clone, Debug)]
struct Slot {
    key: Cow<'static, str>,
    /// Where the key itself stands.
    key_location: Option<Location>,
    entry: Entry,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.value == other.value
    }
}

impl PartialEq for Table {
    fn eq(&self, other: &Table) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Origin {
    /// The place in a text that gave the value, if one did.
    pub fn location(&self) -> Option<Location> {
        match self {
            Origin::File(location) | Origin::CommandLine(location) => Some(*location),
            Origin::Default { .. } | Origin::Derived(_) => None,
        }
    }
}

impl Entry {
    /// An entry.
    pub fn new(value: Value, origin: Origin) -> Entry {
        Entry { value, origin }
    }
}

impl Value {
    /// Whether a value of this form belongs to a key of this kind. Ranges are not looked at.
    pub fn suits(&self, kind: &Kind) -> bool {
        match kind {
            Kind::Boolean => matches!(self, Value::Boolean(_)),
            Kind::Count { .. } => matches!(self, Value::Integer(_)),
            Kind::Text
            | Kind::Name
            | Kind::Domain
            | Kind::Host
            | Kind::Address
            | Kind::Url
            | Kind::UrlOrBlank
            | Kind::OneOf(_)
            | Kind::Version
            | Kind::Zone => matches!(self, Value::Text(_)),
            Kind::Span { .. } => matches!(self, Value::Span(_)),
            Kind::Offset => matches!(self, Value::Offset(_)),
            Kind::Instant | Kind::AbsoluteInstant => matches!(self, Value::Instant(_)),
            Kind::Share => matches!(self, Value::Share(_)),
            Kind::Rate => matches!(self, Value::Rate(_)),
            Kind::Size => matches!(self, Value::Size(_)),
            Kind::Bandwidth => matches!(self, Value::Bandwidth(_)),
            Kind::Distribution => matches!(self, Value::Distribution(_)),
            Kind::List(_) | Kind::Tables(_) => matches!(self, Value::List(_)),
            Kind::Table(_) | Kind::Named(_) | Kind::Shares(_) | Kind::Set | Kind::Expectations => {
                matches!(self, Value::Table(_))
            }
        }
    }

    /// A list of texts without places of their own, for derived values.
    pub fn texts<S: Into<String>>(texts: impl IntoIterator<Item = S>, why: &str) -> Value {
        let entry = |text: S| Entry::new(Value::Text(text.into()), Origin::Derived(why.into()));
        Value::List(texts.into_iter().map(entry).collect())
    }
}

impl Table {
    /// An empty table.
    pub fn new(shape: Shape) -> Table {
        let (slots, defaults) = (Vec::new(), None);
        Table {
            shape,
            slots,
            defaults,
        }
    }

    /// The same with defaults for the keys that are absent.
    pub(super) fn over(self, defaults: Arc<Table>) -> Table {
        let defaults = Some(defaults);
        Table { defaults, ..self }
    }

    /// What its keys are.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The entry of a key, if it is there.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        match self.position(key) {
            Ok(at) => Some(&self.slots[at].entry),
            Err(_) => self.defaults.as_ref()?.get(key),
        }
    }

    /// The entry of a key to be changed, if it is there.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Entry> {
        let at = match self.position(key) {
            Ok(at) => at,
            Err(at) => {
                let entry = self.defaults.as_ref()?.get(key)?.clone();
                self.insert(key, None, entry);
                at
            }
        };
        Some(&mut self.slots[at].entry)
    }

    /// Puts an entry at its place in the order, in place of one that was there.
    ///
    /// # Panics
    /// If the table is of an object that has no such key.
    pub fn insert(&mut self, key: &str, key_location: Option<Location>, entry: Entry) {
        match self.position(key) {
            Ok(at) => {
                self.slots[at].entry = entry;
                self.slots[at].key_location = key_location;
            }
            Err(at) => {
                let key = match self.shape {
                    Shape::Object(object) => Cow::Borrowed(known(object, key).1.name),
                    _ => Cow::Owned(key.to_string()),
                };
                let slot = Slot {
                    key,
                    key_location,
                    entry,
                };
                self.slots.insert(at, slot);
            }
        }
    }

    /// Its keys and entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        let own = self
            .slots
            .iter()
            .map(|slot| (slot.key.as_ref(), &slot.entry));
        // An object is gone through by its keys, since some of them are defaults.
        let keys = match (&self.defaults, self.shape) {
            (Some(_), Shape::Object(object)) => object.keys,
            _ => &[],
        };
        let all = keys
            .iter()
            .filter_map(|key| Some((key.name, self.get(key.name)?)));
        own.take(if keys.is_empty() { usize::MAX } else { 0 })
            .chain(all)
    }

    /// Its own entries, without defaults, to be changed.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Entry)> {
        self.slots
            .iter_mut()
            .map(|slot| (slot.key.as_ref(), &mut slot.entry))
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// It has no entries.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Where the value of a key stands, if a text gave it.
    pub fn location(&self, key: &str) -> Option<Location> {
        self.get(key)?.origin.location()
    }

    /// Where a key itself stands, if a text gave it.
    pub fn key_location(&self, key: &str) -> Option<Location> {
        self.slots[self.position(key).ok()?].key_location
    }

    /// Fills a key that the file leaves out; gives false, and changes nothing, if it is there.
    ///
    /// # Panics
    /// If the object has no such key, or one of another kind.
    pub fn set_derived(&mut self, key: &str, value: Value, why: impl Into<String>) -> bool {
        if self.get(key).is_some() {
            return false;
        }
        if let Shape::Object(object) = self.shape {
            let known = known(object, key).1;
            assert!(
                value.suits(&known.kind),
                "`{key}` of {} is {:?}",
                object.name,
                known.kind
            );
        }
        self.insert(key, None, Entry::new(value, Origin::Derived(why.into())));
        true
    }

    /// Whether `key` is there and the file or the command line gave it.
    pub fn is_given(&self, key: &str) -> bool {
        self.location(key).is_some()
    }

    /// Keys that the file leaves out and that follow from other values, until they are set.
    pub fn missing_derived(&self) -> impl Iterator<Item = &'static Key> + '_ {
        let keys = match self.shape {
            Shape::Object(object) => object.keys,
            _ => &[],
        };
        keys.iter().filter(|key| {
            matches!(key.presence, Presence::Derived(_)) && self.get(key.name).is_none()
        })
    }

    /// The place of a key: where it is, or where it would be inserted.
    fn position(&self, key: &str) -> Result<usize, usize> {
        match self.shape {
            Shape::Object(object) => {
                let Some((index, _)) = object.find(key) else {
                    return Err(self.slots.len());
                };
                // Slots are in the order of the key table.
                let mut known = object.keys.iter().enumerate();
                for (at, slot) in self.slots.iter().enumerate() {
                    let (found, _) = known
                        .find(|(_, key)| key.name == slot.key)
                        .expect("slots are in the order of the key table");
                    if found >= index {
                        return if found == index { Ok(at) } else { Err(at) };
                    }
                }
                Err(self.slots.len())
            }
            Shape::Shares(words) => {
                let rank = |key: &str| words.iter().position(|word| *word == key);
                self.slots
                    .binary_search_by_key(&rank(key), |slot| rank(&slot.key))
            }
            Shape::Named(_) | Shape::Expectations => self
                .slots
                .binary_search_by(|slot| slot.key.as_ref().cmp(key)),
        }
    }
}

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
            Value::Distribution(value) => Some(*value),
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
        let text = |entry: &'_ Entry| match &entry.value {
            Value::Text(_) => (),
            other => mismatch(key, "a list of texts", other),
        };
        let list = self.optional_list(key)?;
        list.iter().for_each(text);
        let texts = list.iter().filter_map(|entry| match &entry.value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        });
        Some(texts.collect())
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

fn table_of<'a>(key: &str, entry: &'a Entry) -> &'a Table {
    match &entry.value {
        Value::Table(table) => table,
        other => mismatch(key, "a table", other),
    }
}

fn known(object: &'static Object, key: &str) -> (usize, &'static Key) {
    let found = object.find(key);
    found.unwrap_or_else(|| panic!("`{key}` is no key of {}", object.name))
}

fn mismatch<T>(key: &str, wanted: &str, found: &Value) -> T {
    panic!("`{key}` is read as {wanted}, but is {found:?}")
}
