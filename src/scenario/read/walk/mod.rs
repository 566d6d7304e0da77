//! The walk along the key tables: a TOML tree to a typed tree, with every finding.
//!
//! It knows no key by name but those that say how to read the others. Invariant: every value that
//! the text gives is looked at and either kept, or the subject of a finding.

mod collections;

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use toml::de::{DeTable, DeValue};

use super::defaults::Defaults;
use super::distribution;
use super::findings::{Findings, home_of};
use super::names::{self, short, suggestion};
use super::scalar::{self, Given, list_of, wrong_type};
use super::syntax::Parsed;
use super::{Document, at};
use crate::engine::Instant;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, Location, SourceIndex};
use crate::scenario::instants::{self, Clock};
use crate::scenario::keys::{
    Kind, LINK, NameKind, NamedTable, Object, Presence, RUN, SCENARIO, SETTABLE, TEMPLATE_DOMAIN,
};
use crate::scenario::quantity::Share;
use crate::scenario::side_file::SideFiles;
use crate::scenario::tree::{Entry, Origin, Shape, Table, Value};

/// How many elements a list and how many names a named table may have.
const ENTRIES_MAX: usize = 1_000_000;

/// Fills every key of a typed tree that has a default and is absent.
pub fn complete(table: Table) -> Table {
    Defaults::default().complete(table)
}

/// Walks the scenario file and the settings that lie over it.
pub(super) fn walk(
    layers: &[Parsed<'_>],
    found: Diagnostics,
    files: SideFiles,
) -> Result<Document, Diagnostics> {
    let sources = found.sources().clone();
    let root: Vec<Layer<'_>> = layers
        .iter()
        .filter_map(|layer| {
            let table = layer.table.as_ref()?;
            let text = &sources[usize::from(layer.source.0)].text;
            Some(Layer {
                source: layer.source,
                text,
                start: 0,
                end: 0,
                table,
            })
        })
        .collect();
    let mut walker = Walker {
        found: Findings {
            found,
            sound_until: layers.iter().map(|layer| layer.sound_until).collect(),
        },
        template: Template::Outside,
        clock: clock(&root),
        files,
        has_topology: has_topology(&root),
        path: Vec::new(),
        defaults: Defaults::default(),
    };
    let tables = walker.object(&SCENARIO, &root, Mode::Complete);
    let (clock, files, found) = (walker.clock, walker.files, walker.found.found);
    if layers.iter().any(|layer| layer.sound_until.is_some()) || found.has_errors() {
        return Err(found);
    }
    let warnings = found;
    Ok(Document {
        tables,
        clock,
        files,
        warnings,
    })
}

/// The start and zone of the run, needed to read every other instant; what is wrong with them is
/// found later.
fn clock(layers: &[Layer<'_>]) -> Clock {
    let run = |name: &str| {
        layers.iter().rev().find_map(|layer| {
            let DeValue::Table(run) = layer.table.get("run")?.get_ref() else {
                return None;
            };
            let value = run.get(name)?;
            Some(layer.given(value))
        })
    };
    let zone = run("time_zone").and_then(|given| given.value.as_str().and_then(instants::zone));
    let zone = zone.map_or(TimeZone::UTC, |(zone, _)| zone);
    let (_, key) = RUN.find("start").expect("a run has a start");
    let read = |given| {
        let clock = Clock::new(Instant::EPOCH, zone.clone());
        scalar::read(&key.kind, "start", given, &clock).ok()
    };
    let start = run("start").and_then(read);
    match start {
        Some(Value::Instant(start)) => Clock::new(start, zone),
        _ => Clock::new(Defaults::default().of(&RUN).instant("start"), zone),
    }
}

/// Whether a file may give what the links of the scenario leave out.
fn has_topology(layers: &[Layer<'_>]) -> bool {
    layers.iter().any(|layer| {
        let mut table = layer.table;
        for key in ["network", "topology"] {
            let Some(DeValue::Table(below)) = table.get(key).map(|value| value.get_ref()) else {
                return false;
            };
            table = below;
        }
        table.get("file").is_some()
    })
}

/// One text's part of a table.
#[derive(Clone, Copy)]
struct Layer<'t> {
    source: SourceIndex,
    text: &'t str,
    start: usize,
    end: usize,
    table: &'t DeTable<'t>,
}

/// A value with the place of its key.
#[derive(Clone, Copy)]
struct Keyed<'t> {
    key: Location,
    given: Given<'t>,
}

/// Whether a table is filled with defaults, or a change that names only what is different.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Complete,
    Partial,
}

/// Whether a table describes one object or many.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Template {
    Outside,
    Inside,
}

impl Template {
    /// A name as it is read: in a description of many, `{domain}` stands for the domain of each.
    fn name(self, kind: NameKind, text: &'_ str) -> Cow<'_, str> {
        match (self, kind) {
            (Template::Inside, NameKind::Host | NameKind::Domain) => {
                Cow::Owned(text.replace("{domain}", TEMPLATE_DOMAIN))
            }
            _ => Cow::Borrowed(text),
        }
    }
}

struct Walker<'t> {
    found: Findings,
    template: Template,
    clock: Clock,
    files: SideFiles,
    has_topology: bool,
    /// The keys from the top to here.
    path: Vec<Cow<'t, str>>,
    defaults: Defaults,
}

impl<'t> Layer<'t> {
    fn given(&self, value: &'t toml::Spanned<DeValue<'t>>) -> Given<'t> {
        let span = value.span();
        let (source, text, value) = (self.source, self.text, value.get_ref());
        Given {
            source,
            text,
            start: span.start,
            end: span.end,
            value,
        }
    }

    fn get(&self, name: &str) -> Option<Keyed<'t>> {
        let (key, value) = self.table.get_key_value(name)?;
        let key = at(self.source, key.span());
        Some(Keyed {
            key,
            given: self.given(value),
        })
    }

    fn place(&self) -> Location {
        at(self.source, self.start..self.end)
    }
}

impl<'t> Given<'t> {
    fn layer(&self) -> Option<Layer<'t>> {
        let DeValue::Table(table) = self.value else {
            return None;
        };
        let (source, text, start, end) = (self.source, self.text, self.start, self.end);
        Some(Layer {
            source,
            text,
            start,
            end,
            table,
        })
    }

    fn origin(&self) -> Origin {
        let place = at(self.source, self.span());
        match self.source {
            SourceIndex(0) => Origin::File(place),
            _ => Origin::CommandLine(place),
        }
    }
}

impl<'t> Walker<'t> {
    /// A table of an object, from all texts that have a part of it.
    fn object(&mut self, object: &'static Object, layers: &[Layer<'t>], mode: Mode) -> Table {
        let mut table = Table::new(Shape::Object(object));
        for layer in layers {
            self.unknown_keys(object, layer, mode);
        }
        let mut keyed = Vec::new();
        for key in object.keys {
            keyed.clear();
            keyed.extend(layers.iter().filter_map(|layer| layer.get(key.name)));
            if let Some(last) = keyed.last() {
                let (place, origin) = (last.key, last.given.origin());
                self.path.push(Cow::Borrowed(key.name));
                if let Some(value) = self.value(&key.kind, &keyed, mode) {
                    table.insert(key.name, Some(place), Entry::new(value, origin));
                }
                self.path.pop();
            } else if mode == Mode::Complete
                && matches!(key.presence, Presence::Required)
                && !(self.has_topology && std::ptr::eq(object, &LINK))
            {
                self.missing(object, key, layers);
            }
        }
        match mode {
            Mode::Complete => table.over(self.defaults.of(object)),
            Mode::Partial => table,
        }
    }

    /// A value of any kind; of several texts the last one counts, but tables are laid together.
    fn value(&mut self, kind: &'static Kind, keyed: &[Keyed<'t>], mode: Mode) -> Option<Value> {
        match kind {
            Kind::Table(object) => {
                let layers = self.layers(kind, keyed)?;
                Some(Value::Table(self.object(object, &layers, mode)))
            }
            Kind::Named(named) => {
                let layers = self.layers(kind, keyed)?;
                Some(Value::Table(self.named(named, &layers, mode)))
            }
            Kind::Part(object) => {
                let layers = self.layers(kind, keyed)?;
                let outside = std::mem::replace(&mut self.template, Template::Inside);
                let table = self.object(object, &layers, Mode::Partial);
                self.template = outside;
                Some(Value::Table(table))
            }
            Kind::Set => {
                let layers = self.layers(kind, keyed)?;
                Some(Value::Table(self.set(&layers)))
            }
            Kind::Expectations => {
                let layers = self.layers(kind, keyed)?;
                let mut table = Table::new(Shape::Expectations);
                layers
                    .iter()
                    .for_each(|layer| self.expectations(layer, "", &mut table));
                Some(Value::Table(table))
            }
            _ => {
                let mut last = None;
                for one in keyed {
                    last = self.one(kind, one.given, mode);
                }
                last
            }
        }
    }

    /// A value of a kind that is not laid together.
    fn one(&mut self, kind: &'static Kind, given: Given<'t>, mode: Mode) -> Option<Value> {
        let key = self.key();
        let read = match (kind, given.value) {
            (Kind::List(element), DeValue::Array(_)) => return self.list(element, given),
            (Kind::Tables(object), DeValue::Array(_)) => return self.tables(object, given, mode),
            (Kind::Weights(kind), DeValue::Table(_)) => return self.weights(kind, given),
            (Kind::Weights(kind), _) => {
                scalar::read(kind, &key, given, &self.clock).map(|value| match value {
                    Value::Text(one) => {
                        let mut table = Table::new(Shape::Shares(&[]));
                        let all = Entry::new(Value::Share(Share::ALL), given.origin());
                        table.insert(&one, None, all);
                        Value::Table(table)
                    }
                    other => unreachable!("shares are of texts, not {other:?}"),
                })
            }
            (Kind::Shares(words), DeValue::Table(_)) => return self.shares(words, given),
            (Kind::Shares(words), DeValue::String(word)) => {
                scalar::word_of(words, &key, word, given).map(|word| {
                    let mut table = Table::new(Shape::Shares(words));
                    table.insert(
                        &word,
                        None,
                        Entry::new(Value::Share(Share::ALL), given.origin()),
                    );
                    Value::Table(table)
                })
            }
            (Kind::Url | Kind::UrlOrBlank, DeValue::String(text))
                if self.template == Template::Inside =>
            {
                let text = text.replace("{domain}", TEMPLATE_DOMAIN);
                let value = DeValue::String(text.into());
                let given = Given {
                    value: &value,
                    ..given
                };
                scalar::read(kind, &key, given, &self.clock)
            }
            (Kind::Distribution, DeValue::Table(_)) => {
                distribution::read(kind, &key, given, &self.clock, &self.files)
                    .map(Value::Distribution)
            }
            (Kind::Counts { .. }, DeValue::Table(_)) => {
                distribution::read(kind, &key, given, &self.clock, &self.files).map(Value::Counts)
            }
            _ => scalar::read(kind, &key, given, &self.clock),
        };
        self.kept(read)
    }

    fn named(&mut self, named: &'static NamedTable, layers: &[Layer<'t>], mode: Mode) -> Table {
        let mut names: BTreeMap<String, Vec<Keyed<'t>>> = BTreeMap::new();
        for layer in layers {
            if self.too_many(layer.table.len(), layer.place()) {
                continue;
            }
            for (key, value) in layer.table.iter() {
                let place = at(layer.source, key.span());
                let text = self.template.name(named.names, key.get_ref());
                let name = names::normal(named.names, &text).map_err(|refusal| {
                    Diagnostic::error("bad-name", place, refusal.message).help(refusal.help)
                });
                let Some(name) = self.kept(name) else {
                    continue;
                };
                let keyed = Keyed {
                    key: place,
                    given: layer.given(value),
                };
                let Some(entries) = names.get_mut(&name) else {
                    names.insert(name, vec![keyed]);
                    continue;
                };
                match entries.iter_mut().find(|o| o.key.source == layer.source) {
                    None => entries.push(keyed),
                    Some(other) => {
                        // Tables are gone through by name, so the later one may come first.
                        let (first, again) = match other.key <= place {
                            true => (*other, keyed),
                            false => (keyed, *other),
                        };
                        *other = first;
                        self.found.push(same_name(&name, first.key, again.key));
                    }
                }
            }
        }
        let mut table = Table::new(Shape::Named(named));
        for (name, keyed) in names {
            let last = keyed.last().expect("a name has a value");
            let (place, origin) = (last.key, last.given.origin());
            self.path.push(Cow::Owned(name.clone()));
            if let Some(value) = self.value(&named.value, &keyed, mode) {
                table.insert(&name, Some(place), Entry::new(value, origin));
            }
            self.path.pop();
        }
        table
    }

    /// A change of the world: keys of the scenario, without defaults.
    fn set(&mut self, layers: &[Layer<'t>]) -> Table {
        for layer in layers.iter().filter(|layer| layer.table.is_empty()) {
            let message = format!("`{}` changes nothing", self.path_text());
            let help = "name what changes, such as `set.org.contoso.server.cas1.state = \"down\"`";
            self.found
                .push(Diagnostic::warning("empty-set", layer.place(), message).help(help));
        }
        // Keys of a change are keys of the scenario, so messages name them from its top.
        let path = std::mem::take(&mut self.path);
        let table = self.object(&SCENARIO, layers, Mode::Partial);
        self.path = path;
        table
    }

    /// The parts of a table that really are tables.
    fn layers(&mut self, kind: &'static Kind, keyed: &[Keyed<'t>]) -> Option<Vec<Layer<'t>>> {
        let mut layers = Vec::with_capacity(keyed.len());
        for one in keyed {
            match one.given.layer() {
                Some(layer) => layers.push(layer),
                None => {
                    let path = self.path_text();
                    self.found.push(wrong_type(kind, &path, one.given));
                }
            }
        }
        (layers.len() == keyed.len()).then_some(layers)
    }

    fn unknown_keys(&mut self, object: &'static Object, layer: &Layer<'t>, mode: Mode) {
        let in_set = mode == Mode::Partial && std::ptr::eq(object, &SCENARIO);
        for key in layer.table.keys() {
            let name: &str = key.get_ref();
            let place = at(layer.source, key.span());
            if object.find(name).is_some() {
                if in_set && !SETTABLE.contains(&name) {
                    let message = format!("`{name}` cannot be changed while the simulation runs");
                    let help = format!("keys that can: {}", list_of(SETTABLE));
                    self.found
                        .push(Diagnostic::error("not-settable", place, message).help(help));
                }
                continue;
            }
            if self.found.wants(place) {
                let unknown = self.unknown_key(object, name, place, in_set);
                self.found.push(unknown);
            } else {
                let unknown = Diagnostic::error("unknown-key", place, "unknown key");
                self.found.push(unknown);
            }
        }
    }

    fn unknown_key(
        &self,
        object: &'static Object,
        name: &str,
        place: Location,
        in_set: bool,
    ) -> Diagnostic {
        let keys: Vec<&str> = object.keys.iter().map(|key| key.name).collect();
        let known: &[&str] = if in_set { SETTABLE } else { &keys };
        let table = match self.path_text() {
            _ if in_set => "in a `set`".to_string(),
            path if path.is_empty() => "at the top of the scenario".to_string(),
            path => format!("in `{path}`"),
        };
        let help = match suggestion(name, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => home_of(name).unwrap_or_else(|| known_keys(name, known)),
        };
        let message = format!("unknown key `{}` {table}", short(name));
        Diagnostic::error("unknown-key", place, message)
            .label("not a known key")
            .help(help)
    }

    fn missing(
        &mut self,
        object: &'static Object,
        key: &'static crate::scenario::keys::Key,
        layers: &[Layer<'t>],
    ) {
        let place = layers.last().map_or(Location::default(), Layer::place);
        let help = format!("add `{} = {}`", key.name, scalar::example(&key.kind));
        let path = self.path_text();
        let diagnostic = if path.is_empty() {
            let message = if layers.iter().all(|layer| layer.table.is_empty()) {
                "the scenario is empty".to_string()
            } else {
                format!("`{}` is missing", key.name)
            };
            Diagnostic::error("missing-key", place, message)
                .help(format!("{help} as the first line"))
        } else {
            let message = format!("`{}` is missing in `{path}`", key.name);
            let label = format!("this {} needs it", object.name);
            Diagnostic::error("missing-key", place, message)
                .label(label)
                .help(help)
        };
        self.found.push(diagnostic);
    }

    fn too_many(&mut self, count: usize, place: Location) -> bool {
        if count <= ENTRIES_MAX {
            return false;
        }
        let message = format!(
            "`{}` has {count} entries, but may have {ENTRIES_MAX}",
            self.path_text()
        );
        self.found
            .push(Diagnostic::error("too-many", place, message).help("use fewer"));
        true
    }

    fn kept<T>(&mut self, read: Result<T, Diagnostic>) -> Option<T> {
        read.map_err(|diagnostic| {
            self.found.push(diagnostic);
        })
        .ok()
    }

    /// The last key of the path.
    fn key(&self) -> String {
        self.path.last().map_or_else(String::new, |key| short(key))
    }

    fn path_text(&self) -> String {
        super::path_text(self.path.iter().map(|key| key.as_ref()))
    }
}

/// The keys of a table; of a large one those that are nearest to a word.
fn known_keys(word: &str, known: &[&str]) -> String {
    const LISTED: usize = 24;
    if known.len() <= LISTED {
        return format!("known keys: {}", list_of(known));
    }
    let nearest = names::by_distance(word, known.iter().copied());
    let nearest: Vec<&str> = nearest.into_iter().take(5).map(|(_, key)| key).collect();
    match nearest.is_empty() {
        true => format!(
            "it has {} keys, such as {}",
            known.len(),
            list_of(&known[..5])
        ),
        false => format!(
            "the nearest of its {} keys: {}",
            known.len(),
            list_of(&nearest)
        ),
    }
}

fn same_name(name: &str, first: Location, again: Location) -> Diagnostic {
    Diagnostic::error(
        "duplicate-key",
        again,
        format!("`{}` is given twice", short(name)),
    )
    .label("the same as the other")
    .also(first, "first given here")
    .help("spellings that differ in case or spaces are the same name")
}
