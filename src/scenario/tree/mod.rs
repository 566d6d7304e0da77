//! The tree of a scenario's values: [`Table`], [`Entry`], [`Value`], each value with its [`Origin`].
//!
//! It knows no text and no syntax. Invariant: a table of an object holds keys of that object alone,
//! in the order of its key table and each of its kind; a named table is sorted by name. So the order
//! of tables in a file changes nothing.

mod access;

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
    /// Words that share a whole; of no words: any texts, by name.
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
    /// Of [`Kind::Counts`]; a nanosecond stands for one.
    Counts(Distribution),
    /// Of [`Kind::List`], and of [`Kind::Tables`] with tables in it.
    List(Vec<Entry>),
    /// Of every kind that is a table.
    Table(Table),
}

#[derive(Clone, Debug)]
struct Slot {
    key: Cow<'static, str>,
    /// The key's place in the key table of an object; 0 in other tables.
    rank: usize,
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
            | Kind::TlsName
            | Kind::Address
            | Kind::Url
            | Kind::UrlOrBlank
            | Kind::OneOf(_)
            | Kind::Version
            | Kind::Zone
            | Kind::Coordinates
            | Kind::File => matches!(self, Value::Text(_)),
            Kind::Span { .. } => matches!(self, Value::Span(_)),
            Kind::Offset => matches!(self, Value::Offset(_)),
            Kind::Instant | Kind::AbsoluteInstant => matches!(self, Value::Instant(_)),
            Kind::Share => matches!(self, Value::Share(_)),
            Kind::Rate => matches!(self, Value::Rate(_)),
            Kind::Size => matches!(self, Value::Size(_)),
            Kind::Bandwidth => matches!(self, Value::Bandwidth(_)),
            Kind::Distribution => matches!(self, Value::Distribution(_)),
            Kind::Counts { .. } => matches!(self, Value::Counts(_)),
            Kind::List(_) | Kind::Tables(_) => matches!(self, Value::List(_)),
            Kind::Table(_)
            | Kind::Named(_)
            | Kind::Shares(_)
            | Kind::Weights(_)
            | Kind::Part(_)
            | Kind::Set
            | Kind::Expectations => matches!(self, Value::Table(_)),
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
                let (rank, key) = match self.shape {
                    Shape::Object(object) => {
                        let (rank, key) = known(object, key);
                        (rank, Cow::Borrowed(key.name))
                    }
                    _ => (0, Cow::Owned(key.to_string())),
                };
                let slot = Slot {
                    key,
                    rank,
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
                self.slots.binary_search_by_key(&index, |slot| slot.rank)
            }
            Shape::Shares(words) if !words.is_empty() => {
                let rank = |key: &str| words.iter().position(|word| *word == key);
                self.slots
                    .binary_search_by_key(&rank(key), |slot| rank(&slot.key))
            }
            Shape::Named(_) | Shape::Shares(_) | Shape::Expectations => self
                .slots
                .binary_search_by(|slot| slot.key.as_ref().cmp(key)),
        }
    }
}

fn known(object: &'static Object, key: &str) -> (usize, &'static Key) {
    let found = object.find(key);
    found.unwrap_or_else(|| panic!("`{key}` is no key of {}", object.name))
}
