//! What was drawn for populations, in sums: for people who want to see what a description came to.
//!
//! It knows nothing of how it was drawn. Invariant: it is counted from the compiled federation alone.

use std::collections::BTreeMap;

use serde_json::json;

use crate::engine::id::Id;
use crate::model::Federation;
use crate::model::population::Population;

/// The sums of one population.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The population's name.
    pub population: String,
    /// How many organizations.
    pub organizations: u64,
    /// Mailboxes that are described by a number.
    pub mailboxes: u64,
    /// Mailboxes of the smallest organization, of the one in the middle, and of the largest.
    pub mailboxes_each: [u64; 3],
    /// Client Access servers.
    pub servers: u64,
    /// Organizations by version of Exchange.
    pub exchange: BTreeMap<String, u64>,
    /// Organizations by the site of their first server.
    pub sites: BTreeMap<String, u64>,
    /// Organizations by time zone.
    pub time_zones: BTreeMap<String, u64>,
    /// Relationships that they hold.
    pub relationships: u64,
    /// Relationships of the organization with the fewest, of the one in the middle, and of the one
    /// with the most.
    pub relationships_each: [u64; 3],
}

/// The sums of all populations, by name.
pub fn drawn(federation: &Federation) -> Vec<Drawn> {
    let table = &federation.relationships;
    let mut held = vec![0_u64; federation.organizations.len()];
    if !federation.populations.is_empty() {
        for id in table.ids() {
            held[table.original(id).organization.index()] += 1;
        }
    }
    let populations = federation.populations.iter();
    populations
        .map(|population| Drawn::of(federation, population, &held))
        .collect()
}

impl Drawn {
    fn of(federation: &Federation, population: &Population, held: &[u64]) -> Drawn {
        let (mut mailboxes, mut relationships) = (Vec::new(), Vec::new());
        let mut drawn = Drawn {
            population: population.name.to_string(),
            organizations: population.count.into(),
            mailboxes: 0,
            mailboxes_each: [0; 3],
            servers: 0,
            exchange: BTreeMap::new(),
            sites: BTreeMap::new(),
            time_zones: BTreeMap::new(),
            relationships: 0,
            relationships_each: [0; 3],
        };
        let count = |counts: &mut BTreeMap<String, u64>, name: &str| match counts.get_mut(name) {
            Some(count) => *count += 1,
            None => drop(counts.insert(name.to_owned(), 1)),
        };
        for id in population.organizations() {
            let row = federation.organizations.original(id);
            mailboxes.push(u64::from(row.described_mailboxes));
            relationships.push(held[id.index()]);
            drawn.servers += row.servers.len() as u64;
            count(&mut drawn.exchange, &row.edition.text());
            let zone = &federation.time_zones[row.time_zone];
            count(&mut drawn.time_zones, zone);
            if let Some(&server) = row.servers.first() {
                let site = federation.servers.original(server).site;
                count(&mut drawn.sites, &federation.network.sites()[site].name);
            }
        }
        drawn.mailboxes = mailboxes.iter().sum();
        drawn.relationships = relationships.iter().sum();
        drawn.mailboxes_each = spread(mailboxes);
        drawn.relationships_each = spread(relationships);
        drawn
    }
}

/// The least, the middle one and the largest.
fn spread(mut values: Vec<u64>) -> [u64; 3] {
    values.sort_unstable();
    let at = |index: usize| values.get(index).copied().unwrap_or(0);
    [
        at(0),
        at(values.len() / 2),
        at(values.len().saturating_sub(1)),
    ]
}

/// As remarks that can follow a scenario.
pub fn text(federation: &Federation) -> String {
    let mut out = String::new();
    for drawn in drawn(federation) {
        let counts = |counts: &BTreeMap<String, u64>| {
            let parts = counts.iter().map(|(name, count)| format!("{name} {count}"));
            parts.collect::<Vec<_>>().join(", ")
        };
        let each = |[least, middle, most]: [u64; 3]| format!("{least} to {most}, median {middle}");
        out.push_str(&format!(
            "\n# drawn: population {}: {} organizations, {} servers\n\
             #   mailboxes: {} ({} each)\n#   relationships: {} ({} each)\n\
             #   exchange: {}\n#   site: {}\n#   time_zone: {}\n",
            drawn.population,
            drawn.organizations,
            drawn.servers,
            drawn.mailboxes,
            each(drawn.mailboxes_each),
            drawn.relationships,
            each(drawn.relationships_each),
            counts(&drawn.exchange),
            counts(&drawn.sites),
            counts(&drawn.time_zones),
        ));
    }
    out
}

/// As JSON, by population.
pub fn json(federation: &Federation) -> serde_json::Value {
    let populations = drawn(federation).into_iter().map(|drawn| {
        let value = json!({
            "organizations": drawn.organizations,
            "servers": drawn.servers,
            "mailboxes": drawn.mailboxes,
            "mailboxes_each": drawn.mailboxes_each,
            "relationships": drawn.relationships,
            "relationships_each": drawn.relationships_each,
            "exchange": drawn.exchange,
            "sites": drawn.sites,
            "time_zones": drawn.time_zones,
        });
        (drawn.population, value)
    });
    serde_json::Value::Object(populations.collect())
}
