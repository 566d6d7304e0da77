//! Populations: many organizations from one description, each a function of the world's seed, the
//! population's name and its number.
//!
//! It knows no rows of the federation; `template` makes those of a class of organizations, `grow` adds
//! those of each. Invariant: what is drawn for an organization hangs on its population's name and its
//! number alone, so that a larger count changes none.

mod graph;
mod grow;
mod partners;
mod template;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::engine::draw::{self, DrawKeys};
use crate::engine::hash::NameHash;
use crate::engine::id::Id;
use crate::engine::{Distribution, Seed};
use crate::model::organization::{Edition, Generation, OrgId};
use crate::model::purpose::Purpose;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::keys::TEMPLATE_DOMAIN;
use crate::scenario::quantity::Share;
use crate::scenario::tree::{Table, Value};

use super::derive::Partner;

pub(super) use grow::grow;

/// All populations of a scenario.
#[derive(Debug, Default)]
pub(super) struct Plan {
    populations: Vec<Population>,
    /// How many organizations the file declares one by one; the ids of drawn ones follow.
    declared: usize,
    /// The scenario without its organizations: where a description is looked at alone.
    base: Option<Table>,
    keys: Option<DrawKeys>,
}

/// One population.
#[derive(Debug)]
pub(super) struct Population {
    pub name: String,
    pub count: u32,
    first: usize,
    /// The domain around its number.
    domain: (String, String),
    row: Table,
    mailboxes: Distribution,
    mailboxes_max: u64,
    per_server: Option<u64>,
    exchange: Weights,
    site: Weights,
    /// None: that of its site.
    time_zone: Option<Weights>,
    variants: Weights,
}

/// An organization of a population.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The population's place in the plan.
    pub population: usize,
    /// The organization's number, from 1.
    pub number: u32,
}

/// What is drawn for an organization; words by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Drawn {
    pub mailboxes: u32,
    /// The number of servers, if it follows from that of mailboxes.
    pub servers: Option<u16>,
    pub exchange: usize,
    pub site: usize,
    pub time_zone: usize,
    /// None: as the population's description says.
    pub variant: Option<usize>,
}

/// Words with the shares of all up to them, in parts of 10¹².
#[derive(Debug)]
struct Weights(Vec<(String, u64)>);

/// What a draw for an organization is for.
#[derive(Clone, Copy)]
enum Property {
    Exchange = 0,
    Mailboxes = 1,
    Site = 2,
    TimeZone = 3,
    Variant = 4,
}

/// Keys of `[org.NAME]` that a population gives itself, or that belong to one organization alone.
const NOT_IN_A_DESCRIPTION: &[(&str, &str)] = &[
    ("domains", "give the pattern `domain` of the population"),
    ("exchange", "give the shares `exchange` of the population"),
    ("mailboxes", "give `mailboxes` of the population"),
    ("site", "give the shares `site` of the population"),
    ("time_zone", "give the shares `time_zone` of the population"),
    ("mailbox", "declare the organization in `[org.NAME]`"),
    ("mail_user", "declare the organization in `[org.NAME]`"),
    ("contact", "declare the organization in `[org.NAME]`"),
    ("group", "declare the organization in `[org.NAME]`"),
];

impl Plan {
    /// Reads the populations of a tree that is not derived yet.
    pub fn read(tree: &Table, found: &mut Diagnostics) -> Plan {
        let declared = tree.table("org").len();
        let mut plan = Plan {
            declared,
            ..Plan::default()
        };
        if tree.table("population").is_empty() && tree.table("partners").is_empty() {
            return plan;
        }
        let seed = tree.table("run").table("seed");
        plan.keys = Some(DrawKeys::new(Seed {
            world: seed.integer("world"),
            day: seed.integer("day"),
            replication: 0,
        }));
        plan.base = Some(template::base(tree));
        let mut first = declared;
        for (name, row) in tree.named("population") {
            if tree.table("org").get(name).is_some()
                && let Some(place) = tree.table("population").key_location(name)
            {
                let message = format!("`{name}` is the name of an organization too");
                let help = "give the population another name";
                found.push(Diagnostic::error("name-taken", place, message).help(help));
            }
            let population = Population::read(name, row, first, found);
            first += population.count as usize;
            plan.populations.push(population);
        }
        for (name, _) in tree.named("org") {
            if plan.organization(name).is_some()
                && let Some(place) = tree.table("org").key_location(name)
            {
                let message = format!("`{name}` is an organization of a population already");
                let help = "give it another name, or the population a smaller `count`";
                found.push(Diagnostic::error("name-taken", place, message).help(help));
            }
        }
        plan
    }

    /// The populations with their places, by name.
    pub fn populations(&self) -> impl Iterator<Item = (usize, &Population)> {
        self.populations.iter().enumerate()
    }

    /// The ids of a population's organizations.
    pub fn members(&self, population: &str) -> Option<Range<usize>> {
        let found = self
            .populations
            .binary_search_by(|row| row.name.as_str().cmp(population));
        let row = &self.populations[found.ok()?];
        Some(row.first..row.first + row.count as usize)
    }

    /// The organization of this name.
    pub fn organization(&self, name: &str) -> Option<Place> {
        let (population, digits) = name.rsplit_once('-')?;
        let found = self
            .populations
            .binary_search_by(|row| row.name.as_str().cmp(population));
        let population = found.ok()?;
        let number = number(digits)?;
        (number <= self.populations[population].count).then_some(Place { population, number })
    }

    /// The organization whose primary domain this is.
    pub fn owner(&self, domain: &str) -> Option<Place> {
        self.populations().find_map(|(population, row)| {
            let rest = domain.strip_prefix(row.domain.0.as_str())?;
            let number = number(rest.strip_suffix(row.domain.1.as_str())?)?;
            (number <= row.count).then_some(Place { population, number })
        })
    }

    /// The dense id of an organization.
    pub fn id(&self, place: Place) -> OrgId {
        let first = self.populations[place.population].first;
        OrgId::from_index(first + place.number as usize - 1)
    }

    /// How many mailboxes the owner of a domain has.
    pub fn mailboxes(&self, domain: &str) -> Option<u32> {
        Some(self.drawn(self.owner(domain)?).mailboxes)
    }

    /// What is drawn for an organization.
    pub fn drawn(&self, place: Place) -> Drawn {
        let row = &self.populations[place.population];
        let keys = self.keys();
        let entity = row.hash(place.number);
        let pick = |weights: &Weights, property: Property| {
            let bits = keys.bits(Purpose::Population, entity, property as u64);
            weights.pick(bits)
        };
        let index = Property::Mailboxes as u64;
        let mailboxes = row
            .mailboxes
            .sample(keys, Purpose::Population, entity, index);
        let mailboxes = mailboxes.nanoseconds().min(row.mailboxes_max);
        let servers = row.per_server.map(|each| {
            let servers = mailboxes.div_ceil(each).clamp(1, SERVERS_MAX);
            servers as u16
        });
        let whole = "their shares sum to the whole";
        Drawn {
            mailboxes: mailboxes as u32,
            servers,
            exchange: pick(&row.exchange, Property::Exchange).expect(whole),
            site: pick(&row.site, Property::Site).expect(whole),
            time_zone: match &row.time_zone {
                Some(zones) => pick(zones, Property::TimeZone).expect(whole),
                None => 0,
            },
            variant: pick(&row.variants, Property::Variant),
        }
    }

    /// What others learn of an organization when they set up a relationship with it.
    pub fn partner(&self, organization: &str) -> Option<Partner> {
        let place = self.organization(organization)?;
        let row = &self.populations[place.population];
        let drawn = self.drawn(place);
        let domain = row.domain_of(place.number);
        let tree = template::derived(self, place.population, &drawn, organization, &domain);
        Partner::all(&tree).pop()
    }

    /// The names of all sites that populations stand at, some of them more than once.
    pub fn sites(&self) -> Vec<String> {
        let mut sites = Vec::new();
        for row in &self.populations {
            sites.extend(row.site.words().map(ToOwned::to_owned));
            for part in row.parts() {
                let servers = part.optional_table("server");
                let servers = servers.into_iter().flat_map(Table::iter);
                sites.extend(servers.filter_map(|(_, entry)| match &entry.value {
                    Value::Table(server) => server.optional_text("site").map(ToOwned::to_owned),
                    _ => None,
                }));
            }
        }
        sites
    }

    /// The names of all time zones of populations, some of them more than once.
    pub fn time_zones(&self) -> impl Iterator<Item = &str> {
        self.populations
            .iter()
            .filter_map(|row| row.time_zone.as_ref())
            .flat_map(Weights::words)
    }

    /// The gateway instances that organizations of populations may trust.
    pub fn gateways(&self) -> Vec<String> {
        let mut gateways = Vec::new();
        for row in &self.populations {
            let named = row.parts().filter_map(|part| part.optional_text("gateway"));
            gateways.extend(named.map(ToOwned::to_owned));
            if row
                .row
                .table("organization")
                .optional_text("gateway")
                .is_none()
            {
                gateways.extend(
                    row.exchange
                        .words()
                        .map(|version| usual_gateway(version).0.into()),
                );
            }
        }
        gateways
    }

    fn keys(&self) -> &DrawKeys {
        let keys = self.keys.as_ref();
        keys.expect("where there are populations there are keys")
    }
}

/// The gateway instance that a version trusts if nobody says otherwise, and why.
///
/// Source: Federation, Exchange 2010 Help (docs): from SP1 on the business instance.
pub(super) fn usual_gateway(version: &str) -> (&'static str, &'static str) {
    match Edition::read(version) {
        Some(Edition {
            generation: Generation::V2010,
            update: 0,
        }) => ("consumer", "Exchange 2010 RTM trusts the consumer instance"),
        _ => (
            "business",
            "the instance that Exchange 2010 SP1 and later trust",
        ),
    }
}

/// As many servers as `[org.NAME]` may have.
const SERVERS_MAX: u64 = 1_000;

impl Population {
    fn read(name: &str, row: &Table, first: usize, found: &mut Diagnostics) -> Population {
        let variants = row.named("variant").map(|(name, variant)| {
            check_part(variant.table("set"), found);
            (name.to_owned(), variant.share("share"))
        });
        let variants: Vec<_> = variants.collect();
        check_shares(row, &variants, found);
        check_part(row.table("organization"), found);
        let site = match row.optional_table("site") {
            Some(_) => Weights::of(row.shares("site")),
            None => Weights::of([(name, Share::ALL)]),
        };
        Population {
            name: name.to_owned(),
            count: row.integer("count") as u32,
            first,
            domain: domain_pattern(name, row, found),
            mailboxes: row.counts("mailboxes"),
            mailboxes_max: row.integer("mailboxes_max"),
            per_server: row.optional_integer("mailboxes_per_server"),
            exchange: Weights::of(row.shares("exchange")),
            site,
            time_zone: row
                .optional_table("time_zone")
                .map(|_| Weights::of(row.shares("time_zone"))),
            variants: Weights::of(variants),
            row: row.clone(),
        }
    }

    /// The name of the n-th organization.
    pub fn name_of(&self, number: u32) -> String {
        format!("{}-{number}", self.name)
    }

    /// The primary domain of the n-th organization.
    pub fn domain_of(&self, number: u32) -> String {
        format!("{}{number}{}", self.domain.0, self.domain.1)
    }

    /// What the draws of the n-th organization hang on.
    pub fn hash(&self, number: u32) -> NameHash {
        NameHash::of(&self.name).with(u64::from(number))
    }

    pub fn site(&self, drawn: &Drawn) -> &str {
        &self.site.0[drawn.site].0
    }

    /// The time zone that was drawn; none: that of its site.
    pub fn time_zone(&self, drawn: &Drawn) -> Option<&str> {
        let zones = self.time_zone.as_ref()?;
        Some(&zones.0[drawn.time_zone].0)
    }

    pub fn version(&self, drawn: &Drawn) -> &str {
        &self.exchange.0[drawn.exchange].0
    }

    /// The description, and what a variant changes of it.
    fn description(&self, variant: Option<usize>) -> (&Table, Option<&Table>) {
        let variant = variant.map(|index| {
            let name = self.variants.0[index].0.as_str();
            let mut rows = self.row.named("variant");
            let found = rows.find(|(known, _)| *known == name);
            found.expect("it is one of them").1.table("set")
        });
        (self.row.table("organization"), variant)
    }

    /// The description and all changes of it.
    fn parts(&self) -> impl Iterator<Item = &Table> {
        let sets = self.row.named("variant").map(|(_, row)| row.table("set"));
        std::iter::once(self.row.table("organization")).chain(sets)
    }
}

impl Weights {
    fn of<S: Into<String>>(shares: impl IntoIterator<Item = (S, Share)>) -> Weights {
        let mut sum = 0;
        let sums = shares.into_iter().map(|(word, share)| {
            sum += share.parts();
            (word.into(), sum)
        });
        Weights(sums.collect())
    }

    /// The place of a word with its share as the probability; none for what is left of the whole.
    fn pick(&self, bits: u64) -> Option<usize> {
        let drawn = draw::below(bits, Share::ONE);
        let place = self.0.partition_point(|(_, sum)| *sum <= drawn);
        (place < self.0.len()).then_some(place)
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(word, _)| word.as_str())
    }
}

/// A number as names have it: no sign and no leading zero.
fn number(digits: &str) -> Option<u32> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| plain)
}

/// The domain around its number.
fn domain_pattern(name: &str, row: &Table, found: &mut Diagnostics) -> (String, String) {
    let usual = usual_domain(name);
    let pattern = row.optional_text("domain").unwrap_or(&usual);
    let pattern = pattern.to_ascii_lowercase();
    let parts: Vec<&str> = pattern.split("{n}").collect();
    let sound = match parts.as_slice() {
        // Two numbers that follow each other could not be told apart.
        [before, after] => {
            let sample = format!("{before}1{after}");
            let longest = format!("{before}2000000{after}");
            let fits = crate::scenario::read::names::domain(&longest).is_ok();
            let alone = !before.ends_with(|c: char| c.is_ascii_digit())
                && !after.starts_with(|c: char| c.is_ascii_digit());
            fits && alone && !sample.contains(TEMPLATE_DOMAIN)
        }
        _ => false,
    };
    if let (false, Some(place)) = (sound, row.location("domain")) {
        let message = format!("`{pattern}` is no pattern of domains");
        let help = format!("write a domain with `{{n}}` for the number, such as `{usual}`");
        found.push(Diagnostic::error("bad-pattern", place, message).help(help));
    }
    match parts.as_slice() {
        [before, after] => ((*before).to_owned(), (*after).to_owned()),
        _ => (pattern, String::new()),
    }
}

/// The pattern of domains of a population that gives none.
pub(super) fn usual_domain(population: &str) -> String {
    let label = population.to_ascii_lowercase().replace('_', "-");
    format!("{label}-{{n}}.example")
}

fn check_shares(row: &Table, variants: &[(String, Share)], found: &mut Diagnostics) {
    let sum: u64 = variants.iter().map(|(_, share)| share.parts()).sum();
    let last = variants.last().map(|(name, _)| name);
    if let (true, Some(last)) = (sum > Share::ONE, last)
        && let Some(place) = row.table("variant").key_location(last)
    {
        let sum = crate::scenario::quantity::decimal(sum, 10);
        let message = format!("the shares of the variants sum to {sum} %");
        let help = "they may sum to 100 % at most; what is left is as described without them";
        found.push(Diagnostic::error("out-of-range", place, message).help(help));
    }
}

/// Finds keys that cannot stand in a description of many organizations.
fn check_part(part: &Table, found: &mut Diagnostics) {
    for (key, help) in NOT_IN_A_DESCRIPTION {
        if let Some(place) = part.key_location(key) {
            let message = format!("`{key}` cannot stand in a description of many organizations");
            found.push(Diagnostic::error("not-for-many", place, message).help(*help));
        }
    }
    for key in ["host", "accepted_domain"] {
        let Some(table) = part.optional_table(key) else {
            continue;
        };
        for (name, _) in table.iter() {
            if let (false, Some(place)) =
                (name.ends_with(TEMPLATE_DOMAIN), table.key_location(name))
            {
                let message = format!("`{name}` would belong to all organizations at once");
                let help = "write `{domain}` for the organization's own, such as `mail.{domain}`";
                found.push(Diagnostic::error("not-for-many", place, message).help(help));
            }
        }
    }
}
