//! A topology from a side file: its nodes become sites, its edges links.
//!
//! It knows nothing of organizations. Invariant: what the scenario itself says of a site or a link
//! holds; each value that comes from a side file has its place there as its origin.

mod csv;
mod graphml;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::engine::Span;
use crate::model::network::{Coordinates, Position, fibre_delay};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, Location};
use crate::scenario::keys::{Kind, NETWORK, NamedTable, Object};
use crate::scenario::places;
use crate::scenario::quantity::Share;
use crate::scenario::read::{Document, complete, path_text};
use crate::scenario::side_file::SideFile;
use crate::scenario::tree::{Entry, Origin, Shape, Table, Value};

/// The most sites, and the most links, of a topology.
const ROWS_MAX: usize = 100_000;

/// What a side file says.
#[derive(Debug, Default)]
struct Topology {
    sites: Vec<Site>,
    links: Vec<Link>,
}

/// A site of a topology.
#[derive(Debug)]
struct Site {
    name: String,
    at: Location,
    city: Option<(String, Location)>,
    continent: Option<(String, Location)>,
    coordinates: Option<(Coordinates, Location)>,
    time_zone: Option<(String, Location)>,
}

/// A link of a topology.
#[derive(Debug)]
struct Link {
    ends: [String; 2],
    at: Location,
    way: Way,
    bandwidth: Option<(u64, Location)>,
    loss: Option<(Share, Location)>,
}

/// How long a message is on a link.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// As long as light in a cable between the coordinates of its ends.
    Coordinates,
    /// As long as light takes for this length of cable, in metres.
    Cable(u64, Location),
    /// Its round trip.
    RoundTrip(Span, Location),
}

/// Adds the sites and links of the topology that the scenario names, if it names one.
pub(super) fn expand(document: &mut Document, found: &mut Diagnostics) {
    add_file(document, found);
    if !found.has_errors() {
        require_round_trips(document.tables.table("network"), found);
    }
}

/// A link that the topology does not have needs a round trip; without a topology the reader says so.
fn require_round_trips(network: &Table, found: &mut Diagnostics) {
    for (name, row) in network.named("link") {
        if row.optional_span("rtt").is_none() {
            let path = path_text(["network", "link", name].into_iter());
            let place = network.table("link").location(name).unwrap_or_default();
            let message = format!("`rtt` is missing in `{path}`");
            let found_here = Diagnostic::error("missing-key", place, message);
            found.push(
                found_here
                    .label("this link needs it")
                    .help("add `rtt = \"10 ms\"`"),
            );
        }
    }
}

fn add_file(document: &mut Document, found: &mut Diagnostics) {
    let settings = document.tables.table("network").table("topology");
    let Some(path) = settings.optional_text("file") else {
        if let Some(place) = settings.location("sites") {
            let message = "`sites` without a file of links";
            let help = "name the file of links with `file`; it may hold a header alone";
            found.push(Diagnostic::error("missing-key", place, message).help(help));
        }
        return;
    };
    let place = settings.location("file").unwrap_or_default();
    match read(document, path, place, found) {
        Ok(topology) => {
            Expansion::of(document, &topology, place).run(document, topology, found);
        }
        Err(diagnostic) => found.push(diagnostic),
    }
    document.files.add_texts(found);
}

fn read(
    document: &Document,
    path: &str,
    place: Location,
    found: &mut Diagnostics,
) -> Result<Topology, Diagnostic> {
    let settings = document.tables.table("network").table("topology");
    let sites = settings.optional_text("sites");
    let file = document.files.text(path, place)?;
    let ending = path.rsplit('.').next().unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "graphml" | "xml" => {
            if let Some(place) = settings.location("sites") {
                let message = "a GraphML file has its sites itself";
                let found = Diagnostic::error("bad-value", place, message);
                return Err(found.help("remove `sites`"));
            }
            let unplaced = match settings.text("without_coordinates") {
                "leave out" => graphml::Unplaced::LeaveOut,
                _ => graphml::Unplaced::Refuse,
            };
            graphml::read(&file, unplaced, found)
        }
        "csv" => {
            let sites = match sites {
                Some(path) => {
                    let place = settings.location("sites").unwrap_or_default();
                    csv::sites(&document.files.text(path, place)?)?
                }
                None => Vec::new(),
            };
            let links = csv::links(&file)?;
            Ok(Topology { sites, links })
        }
        _ => {
            let message = format!("`{path}` is neither a `.csv` nor a `.graphml` file");
            let found = Diagnostic::error("bad-value", place, message);
            Err(found.help("links are read from CSV, sites and links from GraphML"))
        }
    }
}

/// What the rows of a topology are computed with.
struct Expansion {
    file: Option<SideFile>,
    route_percent: u64,
    overhead: Span,
    least: Span,
    positions: FxHashMap<String, Position>,
}

impl Expansion {
    fn of(document: &Document, topology: &Topology, place: Location) -> Expansion {
        let network = document.tables.table("network");
        let settings = network.table("topology");
        let minimum = document.tables.table("parameters").span("minimum_delay");
        Expansion {
            file: settings
                .optional_text("file")
                .and_then(|path| document.files.text(path, place).ok()),
            route_percent: network.integer("route_percent"),
            overhead: settings.span("overhead"),
            least: minimum.times(2),
            positions: positions(network, topology),
        }
    }

    fn run(mut self, document: &mut Document, topology: Topology, found: &mut Diagnostics) {
        let network = document.tables.table_mut("network");
        let sites = network.table_mut("site");
        for site in &topology.sites {
            add_site(sites, site);
        }
        let mut rows: BTreeMap<String, (Span, Link)> = BTreeMap::new();
        for link in topology.links {
            for end in &link.ends {
                if sites.get(end).is_none() {
                    let row = Site::named_as_its_city(end, link.at);
                    let city = places::city(end).map(|city| city.coordinates.position());
                    if let Some(position) = city {
                        self.positions.entry(end.clone()).or_insert(position);
                    }
                    add_site(sites, &row);
                }
            }
            match self.round_trip(&link) {
                Ok(round_trip) => merge(&mut rows, round_trip, link),
                Err(diagnostic) => found.push(diagnostic),
            }
        }
        let links = network.table_mut("link");
        for (name, (round_trip, link)) in rows {
            add_link(links, &name, round_trip, &link);
        }
    }

    fn error(&self, at: Location, code: &'static str, message: String) -> Diagnostic {
        match &self.file {
            Some(file) => file.error(code, at.range(), message),
            None => Diagnostic::error(code, at, message),
        }
    }

    /// The round trip of a link: twice the way of light, and the overhead of the equipment.
    fn round_trip(&self, link: &Link) -> Result<Span, Diagnostic> {
        let light = |metres, percent| fibre_delay(metres, percent).times(2);
        let (round_trip, at) = match link.way {
            Way::RoundTrip(round_trip, at) => (round_trip, at),
            Way::Cable(metres, at) => (light(metres, 100) + self.overhead, at),
            Way::Coordinates => {
                let position = |end: &String| {
                    self.positions.get(end).ok_or_else(|| {
                        let message = format!("it is not known where `{end}` is");
                        let help = "give the link an `rtt` or `km`, or the site coordinates or a \
                                    city that is known";
                        self.error(link.at, "no-coordinates", message).help(help)
                    })
                };
                let [one, other] = &link.ends;
                let metres = position(one)?.metres_to(position(other)?);
                (light(metres, self.route_percent) + self.overhead, link.at)
            }
        };
        if round_trip < self.least {
            let least = self.least;
            let message =
                format!("a round trip of {round_trip} is less than twice `minimum_delay`, {least}");
            let help = "give a longer round trip, or raise `overhead` of the topology";
            return Err(self.error(at, "delay-below-minimum", message).help(help));
        }
        Ok(round_trip)
    }
}

/// Where sites are: coordinates before cities, the scenario before the file.
fn positions(network: &Table, topology: &Topology) -> FxHashMap<String, Position> {
    let mut positions: FxHashMap<String, Position> = FxHashMap::default();
    let mut put = |name: &str, place: Option<Coordinates>| {
        if let Some(place) = place {
            let position = positions.entry(name.to_owned());
            position.or_insert_with(|| place.position());
        }
    };
    let of_city = |city: &str| places::city(city).map(|city| city.coordinates);
    for (name, row) in network.named("site") {
        let place = row.optional_text("coordinates");
        put(name, place.and_then(|text| places::coordinates(text).ok()));
    }
    for site in &topology.sites {
        put(&site.name, site.coordinates.map(|(place, _)| place));
    }
    for (name, row) in network.named("site") {
        put(name, row.optional_text("city").and_then(of_city));
    }
    for site in &topology.sites {
        let city = site.city.as_ref().map_or(&site.name, |city| &city.0);
        put(&site.name, of_city(city));
    }
    positions
}

impl Site {
    fn named_as_its_city(name: &str, at: Location) -> Site {
        Site {
            name: name.to_owned(),
            at,
            city: None,
            continent: None,
            coordinates: None,
            time_zone: None,
        }
    }
}

/// Links between the same two sites count as one: the shortest way, the sum of the bandwidths.
fn merge(rows: &mut BTreeMap<String, (Span, Link)>, round_trip: Span, link: Link) {
    let [one, other] = &link.ends;
    let (low, high) = (one.min(other), one.max(other));
    let name = format!("{low} - {high}");
    match rows.get_mut(&name) {
        None => {
            rows.insert(name, (round_trip, link));
        }
        Some((shortest, row)) => {
            *shortest = round_trip.min(*shortest);
            row.bandwidth = match (row.bandwidth, link.bandwidth) {
                (Some((a, at)), Some((b, _))) => Some((a.saturating_add(b), at)),
                (a, b) => a.or(b),
            };
        }
    }
}

/// Adds a site, or fills what the scenario leaves out of it.
fn add_site(sites: &mut Table, site: &Site) {
    if sites.get(&site.name).is_none() {
        let row = complete(Table::new(Shape::Object(row_object("site"))));
        let row = Entry::new(Value::Table(row), Origin::File(site.at));
        sites.insert(&site.name, Some(site.at), row);
    }
    let Some(Value::Table(row)) = sites.get_mut(&site.name).map(|entry| &mut entry.value) else {
        return;
    };
    let coordinates = site
        .coordinates
        .map(|(place, at)| (places::coordinates_text(place), at));
    let texts = [
        ("city", &site.city),
        ("continent", &site.continent),
        ("coordinates", &coordinates),
        ("time_zone", &site.time_zone),
    ];
    for (key, value) in texts {
        if let Some((text, at)) = value
            && !row.is_given(key)
        {
            let value = Value::Text(text.clone());
            row.insert(key, Some(*at), Entry::new(value, Origin::File(*at)));
        }
    }
}

/// Adds a link, or fills what the scenario leaves out of it.
fn add_link(links: &mut Table, name: &str, round_trip: Span, link: &Link) {
    if links.get(name).is_none() {
        let row = complete(Table::new(Shape::Object(row_object("link"))));
        let row = Entry::new(Value::Table(row), Origin::File(link.at));
        links.insert(name, Some(link.at), row);
    }
    let Some(Value::Table(row)) = links.get_mut(name).map(|entry| &mut entry.value) else {
        return;
    };
    let mut put = |key, value, at| {
        if !row.is_given(key) {
            row.insert(key, Some(at), Entry::new(value, Origin::File(at)));
        }
    };
    put("rtt", Value::Span(round_trip), link.at);
    if let Some((bits, at)) = link.bandwidth {
        put("bandwidth", Value::Bandwidth(bits), at);
    }
    if let Some((share, at)) = link.loss {
        put("loss", Value::Share(share), at);
    }
}

fn row_object(key: &str) -> &'static Object {
    match NETWORK.find(key).map(|(_, key)| &key.kind) {
        Some(Kind::Named(NamedTable {
            value: Kind::Table(object),
            ..
        })) => object,
        _ => unreachable!("sites and links are tables by name"),
    }
}

/// The finding for more rows than a topology may have.
fn too_many(file: &SideFile, at: Location) -> Diagnostic {
    let message = format!("more than {ROWS_MAX} rows");
    let found = file.error("too-many", at.range(), message);
    found.help("simulate a part of the network")
}
