//! A topology as GraphML, in the form of the Internet Topology Zoo (Knight and others, "The Internet
//! Topology Zoo", IEEE JSAC 29, 2011).
//!
//! Nodes have `label`, `Latitude` and `Longitude`; edges may have `LinkSpeedRaw`, in bits per second.
//! Everything else is a note. It knows nothing of CSV. Invariant: document types, and with them
//! entities, are not read; a tree of any depth is read without recursion.

use std::collections::BTreeMap;

use roxmltree::{Document, Node, ParsingOptions};

use super::{Link, ROWS_MAX, Site, Topology, Way, too_many};
use crate::model::network::Coordinates;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, Location};
use crate::scenario::places;
use crate::scenario::side_file::SideFile;

/// The most elements and texts of a file.
const NODES_MAX: u32 = 1_000_000;

/// What becomes of a node without coordinates whose city is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unplaced {
    /// It is an error.
    Refuse,
    /// It is left out, with its edges.
    LeaveOut,
}

/// Reads a file.
pub(super) fn read(
    file: &SideFile,
    unplaced: Unplaced,
    found: &mut Diagnostics,
) -> Result<Topology, Diagnostic> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES_MAX,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(file.text(), options)
        .map_err(|error| not_xml(file, &error))?;
    let root = document.root_element();
    let graph = root
        .children()
        .find(|child| child.has_tag_name_local("graph"));
    let Some(graph) = graph.filter(|_| root.has_tag_name_local("graphml")) else {
        let message = "this is XML, but no GraphML";
        let found = file.error("bad-graphml", opening(file, root), message);
        return Err(found.help("a GraphML file is a `<graphml>` with a `<graph>` in it"));
    };
    let keys = keys(root);
    let reading = Reading {
        file,
        keys,
        unplaced,
    };
    let (sites, left_out, names) = reading.sites(graph)?;
    let links = reading.links(graph, &names)?;
    if let Some((at, count)) = left_out {
        let message = format!("nodes without coordinates are left out: {count}, the first here");
        found.push(file.warning("no-coordinates", at.range(), message));
    }
    Ok(Topology { sites, links })
}

struct Reading<'f> {
    file: &'f SideFile,
    /// The names of attributes in lower case, by their keys.
    keys: BTreeMap<String, String>,
    unplaced: Unplaced,
}

/// The sites; the first node that was left out and how many were; the name of each node that is not.
type Sites = (
    Vec<Site>,
    Option<(Location, usize)>,
    BTreeMap<String, Option<String>>,
);

impl Reading<'_> {
    fn sites(&self, graph: Node<'_, '_>) -> Result<Sites, Diagnostic> {
        let file = self.file;
        let mut sites: Vec<Site> = Vec::new();
        let mut left_out: Option<(Location, usize)> = None;
        let mut names: BTreeMap<String, Option<String>> = BTreeMap::new();
        let mut taken: BTreeMap<String, u32> = BTreeMap::new();
        for node in graph.children().filter(|c| c.has_tag_name_local("node")) {
            let at = file.place(opening(file, node));
            if names.len() == ROWS_MAX {
                return Err(too_many(file, at));
            }
            let id = self.attribute(node, "id")?;
            if names.contains_key(id) {
                let message = format!("two nodes have the id `{id}`");
                let found = file.error("duplicate-name", at.range(), message);
                return Err(found.help("an id stands for one node"));
            }
            let data = self.data(node);
            let label = data
                .get("label")
                .map(|value| value.text.as_str())
                .unwrap_or_default();
            let coordinates = self.coordinates(&data)?;
            if coordinates.is_none() && places::city(label).is_none() {
                if self.unplaced == Unplaced::Refuse {
                    let message = format!("the node `{label}` has no coordinates");
                    let found = file.error("no-coordinates", at.range(), message);
                    return Err(found.help(
                        "add `Latitude` and `Longitude`, or leave such nodes out with \
                         `without_coordinates = \"leave out\"`",
                    ));
                }
                let (first, count) = left_out.unwrap_or((at, 0));
                left_out = Some((first, count + 1));
                names.insert(id.to_owned(), None);
                continue;
            }
            let name = unique(&mut taken, label, id);
            names.insert(id.to_owned(), Some(name.clone()));
            let city = data.get("label").filter(|value| !value.text.is_empty());
            sites.push(Site {
                name,
                at,
                city: city.map(|value| (value.text.clone(), value.at)),
                continent: None,
                coordinates,
                time_zone: None,
            });
        }
        Ok((sites, left_out, names))
    }

    fn links(
        &self,
        graph: Node<'_, '_>,
        names: &BTreeMap<String, Option<String>>,
    ) -> Result<Vec<Link>, Diagnostic> {
        let file = self.file;
        let mut links = Vec::new();
        for edge in graph.children().filter(|c| c.has_tag_name_local("edge")) {
            let at = file.place(opening(file, edge));
            if links.len() == ROWS_MAX {
                return Err(too_many(file, at));
            }
            let end = |attribute: &str| {
                let id = self.attribute(edge, attribute)?;
                names.get(id).ok_or_else(|| {
                    let message = format!("there is no node `{id}`");
                    let found = file.error("unknown-name", at.range(), message);
                    found.help("an edge joins nodes of the graph it stands in")
                })
            };
            let (Some(one), Some(other)) = (end("source")?, end("target")?) else {
                continue;
            };
            // An edge from a node to itself carries nothing between sites.
            if one == other {
                continue;
            }
            links.push(Link {
                ends: [one.clone(), other.clone()],
                at,
                way: Way::Coordinates,
                bandwidth: self.bandwidth(edge)?,
                loss: None,
            });
        }
        Ok(links)
    }

    fn attribute<'a>(&self, node: Node<'a, '_>, name: &str) -> Result<&'a str, Diagnostic> {
        node.attribute(name).ok_or_else(|| {
            let tag = node.tag_name().name();
            let message = format!("a `<{tag}>` without `{name}`");
            let place = opening(self.file, node);
            self.file.error("bad-graphml", place, message)
        })
    }

    /// The data of a node or an edge, by the names of their attributes in lower case.
    fn data(&self, of: Node<'_, '_>) -> BTreeMap<&str, Data> {
        let rows = of
            .children()
            .filter(|child| child.has_tag_name_local("data"));
        rows.filter_map(|row| {
            let name = self.keys.get(row.attribute("key")?)?;
            let text = row.text().unwrap_or_default().trim().to_owned();
            let at = self.file.place(row.range());
            Some((name.as_str(), Data { text, at }))
        })
        .collect()
    }

    fn coordinates(
        &self,
        data: &BTreeMap<&str, Data>,
    ) -> Result<Option<(Coordinates, Location)>, Diagnostic> {
        let (Some(north), Some(east)) = (data.get("latitude"), data.get("longitude")) else {
            return Ok(None);
        };
        let refused = |data: &Data| {
            let message = format!("`{}` is no number of degrees that there is", data.text);
            let found = self.file.error("bad-coordinates", data.at.range(), message);
            found.help("latitude is from -90 to 90, longitude from -180 to 180")
        };
        let degrees = |data: &Data| places::microdegrees(&data.text).ok_or_else(|| refused(data));
        let (latitude, longitude) = (degrees(north)?, degrees(east)?);
        let place = Coordinates::new(latitude, longitude).ok_or_else(|| refused(north))?;
        Ok(Some((place, north.at)))
    }

    /// The bandwidth of an edge in bits per second, as a program writes a number.
    fn bandwidth(&self, edge: Node<'_, '_>) -> Result<Option<(u64, Location)>, Diagnostic> {
        let data = self.data(edge);
        let Some(speed) = data
            .get("linkspeedraw")
            .filter(|speed| !speed.text.is_empty())
        else {
            return Ok(None);
        };
        let bits = speed
            .text
            .parse()
            .ok()
            .filter(|bits| (1.0..1e18).contains(bits));
        let bits: f64 = bits.ok_or_else(|| {
            let message = format!("`{}` is no bandwidth", speed.text);
            let found = self.file.error("bad-value", speed.at.range(), message);
            found.help("`LinkSpeedRaw` is a number of bits per second, 1 or more")
        })?;
        Ok(Some((bits as u64, speed.at)))
    }
}

/// A value that belongs to a node or an edge.
struct Data {
    text: String,
    at: Location,
}

/// Tag names whatever their namespace: files are found with and without one.
trait LocalName {
    fn has_tag_name_local(&self, name: &str) -> bool;
}

impl LocalName for Node<'_, '_> {
    fn has_tag_name_local(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

/// The names of attributes in lower case, by their keys.
fn keys(root: Node<'_, '_>) -> BTreeMap<String, String> {
    let rows = root
        .children()
        .filter(|child| child.has_tag_name_local("key"));
    rows.filter_map(|row| {
        let name = row.attribute("attr.name")?.to_ascii_lowercase();
        Some((row.attribute("id")?.to_owned(), name))
    })
    .collect()
}

/// A name for a node: its label as sites are called, with a number if it is taken; without a label,
/// its id.
fn unique(taken: &mut BTreeMap<String, u32>, label: &str, id: &str) -> String {
    let mut slug = places::slug(label);
    if slug.is_empty() {
        slug = format!("node-{}", places::slug(id));
    }
    slug.truncate(56);
    let mut number = taken.get(&slug).copied().unwrap_or(0);
    loop {
        number += 1;
        let name = match number {
            1 => slug.clone(),
            number => format!("{slug}-{number}"),
        };
        // A label may be spelled as another with its number.
        if number == 1 || !taken.contains_key(&name) {
            taken.insert(slug, number);
            taken.entry(name.clone()).or_insert(1);
            return name;
        }
    }
}

/// The opening tag of an element.
fn opening(file: &SideFile, node: Node<'_, '_>) -> std::ops::Range<usize> {
    let range = node.range();
    let text = &file.text()[range.clone()];
    let end = text
        .find('>')
        .map_or(range.end, |end| range.start + end + 1);
    range.start..end
}

fn not_xml(file: &SideFile, error: &roxmltree::Error) -> Diagnostic {
    let at = error.pos();
    let start = file
        .text()
        .split_inclusive('\n')
        .take(at.row.max(1) as usize - 1);
    let start: usize = start.map(str::len).sum();
    let line = &file.text()[start..];
    let within = line.char_indices().nth(at.col.max(1) as usize - 1);
    let start = start + within.map_or(0, |(index, _)| index);
    let (message, help) = match error {
        roxmltree::Error::DtdDetected => (
            "document types are not read".to_owned(),
            "remove `<!DOCTYPE ...>` with everything in it",
        ),
        roxmltree::Error::NodesLimitReached => (
            format!("more than {NODES_MAX} elements and texts"),
            "simulate a part of the network",
        ),
        // What the parser says ends with the position, which is shown anyway.
        other => {
            let text = other.to_string();
            let text = text.split(" at ").next().unwrap_or(&text).to_owned();
            (format!("this is not XML: {text}"), "a GraphML file is XML")
        }
    };
    file.error("bad-graphml", start..start + 1, message)
        .help(help)
}
