//! Adding the organizations of populations to a compiled world.
//!
//! It knows nothing of how a class is made. Invariant: the rows that are added are those that the same
//! organizations, declared one by one, would have; they follow all rows of declared ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::engine::hash::NameHash;
use crate::engine::id::Id;
use crate::engine::{Instant, Span};
use crate::model::certificate::{CertificateId, TlsName};
use crate::model::dns::{HostId, RecordData, ResolverId, View, ZoneId};
use crate::model::names::NameId;
use crate::model::network::SiteId;
use crate::model::organization::{OrgId, Peer, ServerId, TimeZoneId};
use crate::model::population::Population;
use crate::model::publishing::HostOwner;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::side_file::SideFiles;
use crate::scenario::tree::Table;

use super::super::World;
use super::super::derive::drawn_refresh_age;
use super::super::ids::{Ids, own_resolver};
use super::super::organization::refreshes_from;
use super::partners::{self, Targets, relationships};
use super::template::{self, Class, OPEN_SITE};
use super::{Drawn, Place, Plan};

/// Adds all organizations of a plan, and the relationships of all partner graphs. `tree` is derived.
pub(in super::super) fn grow(
    plan: &Plan,
    tree: &Table,
    files: &SideFiles,
    world: &mut World,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> Vec<Population> {
    partners::check(plan, tree, ids, found);
    if found.has_errors() {
        return Vec::new();
    }
    let start = tree.table("run").instant("start");
    let every = tree.table("parameters").span("metadata_refresh_every");
    let mut grown = Grown {
        plan,
        start,
        every,
        taken: taken(world),
        zones: zones_of_sites(tree, ids),
        classes: Vec::new(),
        targets: Targets::default(),
    };
    let mut populations = Vec::new();
    for (index, population) in plan.populations() {
        grown.population(index, world, ids, found);
        populations.push(Population {
            name: population.name.as_str().into(),
            hash: NameHash::of(&population.name),
            first: plan.id(Place {
                population: index,
                number: 1,
            }),
            count: population.count,
        });
        if found.has_errors() {
            return populations;
        }
    }
    let Grown {
        classes, targets, ..
    } = grown;
    relationships(plan, tree, files, (&classes, &targets), world, ids, found);
    populations
}

fn zones_of_sites(tree: &Table, ids: &Ids) -> BTreeMap<String, TimeZoneId> {
    let sites = tree.table("network").named("site");
    let zone = |site: &Table| ids.time_zones[site.text("time_zone")];
    sites
        .map(|(name, site)| (name.to_owned(), zone(site)))
        .collect()
}

/// Domains and zones that declared organizations have.
fn taken(world: &World) -> FxHashSet<NameId> {
    let zones = world.zones.ids().map(|id| world.zones.original(id));
    let zones = zones.filter(|zone| zone.view == View::Public);
    zones.map(|zone| zone.apex).collect()
}

struct Grown<'p> {
    plan: &'p Plan,
    start: Instant,
    every: Span,
    taken: FxHashSet<NameId>,
    /// The time zone of each site.
    zones: BTreeMap<String, TimeZoneId>,
    classes: Vec<Class>,
    targets: Targets,
}

impl Grown<'_> {
    fn population(
        &mut self,
        index: usize,
        world: &mut World,
        ids: &mut Ids,
        found: &mut Diagnostics,
    ) {
        let plan = self.plan;
        let row = &plan.populations[index];
        let mut classes: FxHashMap<(usize, Option<usize>, Option<u16>), usize> =
            FxHashMap::default();
        for number in 1..=row.count {
            let place = Place {
                population: index,
                number,
            };
            let drawn = plan.drawn(place);
            let key = (drawn.exchange, drawn.variant, drawn.servers);
            let class = match classes.get(&key) {
                Some(&class) => class,
                None => {
                    let class = template::class(plan, index, &drawn, ids, found);
                    if found.has_errors() {
                        return;
                    }
                    classes.insert(key, self.classes.len());
                    self.classes.push(class);
                    self.classes.len() - 1
                }
            };
            if !self.organization(place, &drawn, class, world, ids) {
                found.push(domain_taken(row, number));
                return;
            }
        }
    }

    /// Adds the rows of one organization; false if its domain belongs to someone else.
    fn organization(
        &mut self,
        place: Place,
        drawn: &Drawn,
        class_number: usize,
        world: &mut World,
        ids: &mut Ids,
    ) -> bool {
        let class = &self.classes[class_number];
        let population = &self.plan.populations[place.population];
        let name = population.name_of(place.number);
        let domain = population.domain_of(place.number);
        let hash = NameHash::of(&name);
        let own = self.plan.id(place);
        let first_name = self.targets.begin(class_number);
        let mut text = String::new();
        for (_, before, after) in &class.names {
            text.clear();
            text.extend([before, domain.as_str(), after]);
            self.targets.names.push(ids.names.intern(&text));
        }
        let names = &self.targets.names[first_name..];
        let mut rename = |id: &mut NameId| {
            // A few names at most.
            if let Some(index) = class.names.iter().position(|(known, ..)| known == id) {
                *id = names[index];
            }
        };
        let site = ids.sites[population.site(drawn)];
        let place_of = |id: SiteId| if id == OPEN_SITE { site } else { id };
        let first = First {
            server: world.servers.len(),
            certificate: world.certificates.len(),
            host: world.hosts.len(),
            zone: world.zones.len(),
        };

        let mut sound = true;
        for zone in &class.zones {
            let mut row = zone.clone();
            rename(&mut row.apex);
            sound &= self.taken.insert(row.apex);
            world.zones.push(row);
        }
        if !sound {
            return false;
        }
        for set in &class.record_sets {
            let mut row = set.clone();
            template::of_set(&mut row, &mut rename);
            row.zone = first.zone(row.zone);
            for record in &mut row.records {
                if let RecordData::Host(host) = record {
                    *host = first.host(*host);
                }
            }
            world.record_sets.push(row);
        }
        // Lists that are equal are one, as hosts and their organization mostly have the same.
        let servers = class
            .organization
            .servers
            .iter()
            .map(|&id| first.server(id));
        let servers: Arc<[ServerId]> = servers.collect();
        let of_all = |own: &[ServerId]| *own == *class.organization.servers;
        let mut tls_names: Option<Arc<[TlsName]>> = None;
        for host in &class.hosts {
            let mut row = host.clone();
            template::of_host(&mut row, &mut rename);
            match &tls_names {
                Some(names) if *names == row.tls.names => row.tls.names = names.clone(),
                _ => tls_names = Some(row.tls.names.clone()),
            }
            row.owner = HostOwner::Organization(own);
            row.site = place_of(row.site);
            row.servers = match of_all(&row.servers) {
                true => servers.clone(),
                false => row.servers.iter().map(|&id| first.server(id)).collect(),
            };
            world.hosts.push(row);
        }
        for certificate in &class.certificates {
            let mut row = certificate.clone();
            row.organization = own;
            row.hash = hash.with(NameHash::of(&row.name).0);
            world.certificates.push(row);
        }
        for server in &class.servers {
            let mut row = server.clone();
            template::of_server(&mut row, &mut rename);
            row.organization = own;
            row.hash = hash.with(NameHash::of(&row.name).0);
            row.site = place_of(row.site);
            let store = row.store.iter_mut();
            store.for_each(|(id, _)| *id = first.certificate(*id));
            world.servers.push(row);
        }
        let mut row = class.organization.clone();
        template::of_organization(&mut row, &mut rename);
        row.hash = hash;
        row.servers = servers;
        row.time_zone = match population.time_zone(drawn) {
            Some(zone) => ids.time_zones[zone],
            None => self.zones[population.site(drawn)],
        };
        row.described_mailboxes = drawn.mailboxes;
        let trust = &mut row.trust;
        let certificates = [
            &mut trust.organization_certificate,
            &mut trust.previous_certificate,
            &mut trust.next_certificate,
            &mut trust.registration.certificate,
            &mut trust.registration.previous_certificate,
        ];
        for id in certificates.into_iter().flatten() {
            *id = first.certificate(*id);
        }
        if class.has_drawn_refresh {
            let age = drawn_refresh_age(self.plan.keys(), hash, self.every);
            trust.refresh.last_before_run = self.start - age;
            if let Some((from, every)) = &mut trust.refresh.automatic {
                *from = refreshes_from(self.start - age, self.start, *every);
            }
        }
        for rule in &mut row.firewall {
            if let Peer::Host(host) = &mut rule.peer {
                *host = first.host(*host);
            }
        }
        if let Some(resolver) = &class.resolver {
            let mut resolver = resolver.clone();
            let name = own_resolver(&name);
            resolver.hash = NameHash::of(&name);
            resolver.name = name.into();
            resolver.site = site;
            row.resolver = ResolverId::from_index(world.resolvers.len());
            world.resolvers.push(resolver);
        }
        row.name = name.into();
        let added: OrgId = world.organizations.push(row);
        debug_assert_eq!(added, own, "the plan knows the ids");
        true
    }
}

/// The first rows of an organization, to which ids of its class are added.
struct First {
    server: usize,
    certificate: usize,
    host: usize,
    zone: usize,
}

impl First {
    fn server(&self, id: ServerId) -> ServerId {
        ServerId::from_index(self.server + id.index())
    }

    fn certificate(&self, id: CertificateId) -> CertificateId {
        CertificateId::from_index(self.certificate + id.index())
    }

    fn host(&self, id: HostId) -> HostId {
        HostId::from_index(self.host + id.index())
    }

    fn zone(&self, id: ZoneId) -> ZoneId {
        ZoneId::from_index(self.zone + id.index())
    }
}

fn domain_taken(row: &super::Population, number: u32) -> Diagnostic {
    let domain = row.domain_of(number);
    let name = row.name_of(number);
    let message = format!("`{domain}`, the domain of `{name}`, belongs to someone else already");
    let help = format!(
        "give the population `{}` another pattern `domain`",
        row.name
    );
    let diagnostic = match row.row.location("domain").or(row.row.location("count")) {
        Some(place) => Diagnostic::error("domain-taken", place, message),
        None => Diagnostic::placeless("domain-taken", message),
    };
    diagnostic.help(help)
}
