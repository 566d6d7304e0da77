//! Classes of organizations: all rows of one organization, compiled by the same code as a declared one,
//! with a stand-in for its name and its domain.
//!
//! It knows nothing of how many there will be. Invariant: what differs within a class is its name, its
//! domain, its mailboxes, its site and its time zone, and nothing else.

use std::sync::Arc;

use crate::engine::id::Id;
use crate::model::certificate::{Certificate, TlsName};
use crate::model::dns::{HostId, RecordData, RecordSet, Resolver, Zone, ZoneId};
use crate::model::names::{NameId, Names};
use crate::model::organization::{FirewallRule, OrgId, Organization, Peer, Server};
use crate::model::publishing::{Host, HostOwner};
use crate::model::relationship::OrganizationRelationship;
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::keys::{self, Object, TEMPLATE_DOMAIN};
use crate::scenario::patch::overlay;
use crate::scenario::read::complete;
use crate::scenario::tree::{Entry, Origin, Shape, Table, Value};

use super::super::changes::Changes;
use super::super::derive::{self, Partner};
use super::super::ids::{Ids, own_resolver};
use super::super::{Snapshot, organization};
use super::{Drawn, Plan};

/// The name that stands for an organization's own. No file can give it.
pub(super) const NAME: &str = "(organization)";
/// The site that stands for an organization's own.
const SITE: &str = "(site)";

/// The rows of one organization. Ids of organizations, servers, certificates, hosts and zones are
/// places in these lists; all others are those of the federation.
#[derive(Debug)]
pub(super) struct Class {
    pub organization: Organization,
    pub servers: Vec<Server>,
    pub certificates: Vec<Certificate>,
    pub hosts: Vec<Host>,
    pub zones: Vec<Zone>,
    pub record_sets: Vec<RecordSet>,
    /// Its own resolver, if it has one.
    pub resolver: Option<Resolver>,
    /// Names with the stand-in, and what stands before and after it.
    pub names: Vec<(NameId, Box<str>, Box<str>)>,
    /// What others learn of it.
    pub partner: Partner,
    /// Whether the phase of the daily metadata refresh is drawn for each organization.
    pub has_drawn_refresh: bool,
}

/// A scenario without its organizations and what happens to them, with its gateways and sites.
pub(super) fn base(tree: &Table) -> Table {
    let mut base = tree.clone();
    for key in [
        "org",
        "population",
        "partners",
        "relationship",
        "connector",
        "address_space",
        "request",
        "fault",
    ] {
        empty(&mut base, key);
    }
    let none = Entry::new(Value::List(Vec::new()), Origin::Derived("none".into()));
    base.insert("timeline", None, none);
    let network = base.table_mut("network");
    empty(network, "link");
    empty(network, "private");
    // Resolvers stay, with their names alone: an organization may ask one of them.
    let resolvers: Vec<String> = tree
        .table("dns")
        .named("resolver")
        .map(|(name, _)| name.to_owned())
        .collect();
    let dns = base.table_mut("dns");
    for key in ["zone", "record", "resolver"] {
        empty(dns, key);
    }
    let object = derive::row_object(&keys::DNS, "resolver");
    for name in resolvers {
        derive::add_row(dns.table_mut("resolver"), &name, object, "it is declared");
    }
    base
}

fn empty(table: &mut Table, key: &str) {
    let shape = table.table(key).shape();
    let none = Value::Table(Table::new(shape));
    table.insert(key, None, Entry::new(none, Origin::Derived("none".into())));
}

/// The tree of one organization of a population, alone in the world, with every derived value.
pub(super) fn derived(
    plan: &Plan,
    population: usize,
    drawn: &Drawn,
    name: &str,
    domain: &str,
) -> Table {
    let row = &plan.populations[population];
    let base = plan.base.as_ref();
    let mut tree = base
        .expect("where there are populations there is a base")
        .clone();
    let mut organization = complete(Table::new(Shape::Object(&keys::ORGANIZATION)));
    let why = "the population's description";
    let derived = |value| Entry::new(value, Origin::Derived(why.into()));
    organization.insert("domains", None, derived(Value::texts([domain], why)));
    let version = row.version(drawn).to_owned();
    organization.insert("exchange", None, derived(Value::Text(version)));
    let (description, variant) = row.description(drawn.variant);
    for part in std::iter::once(description).chain(variant) {
        overlay(&mut organization, &with_domain(part, domain));
    }
    if let Some(servers) = drawn.servers {
        organization.insert("servers", None, derived(Value::Integer(servers.into())));
    }
    organization.insert("site", None, derived(Value::Text(SITE.to_owned())));
    let table = tree.table_mut("org");
    table.insert(name, None, derived(Value::Table(organization)));
    derive::derive(&mut tree, None, &Plan::default());
    tree
}

/// A part of a description with an organization's domain in place of the stand-in, in names of tables.
fn with_domain(part: &Table, domain: &str) -> Table {
    let mut table = Table::new(part.shape());
    for (key, entry) in part.iter() {
        let mut entry = entry.clone();
        if let Value::Table(below) = &entry.value {
            entry.value = Value::Table(with_domain(below, domain));
        }
        let name = match part.shape() {
            Shape::Named(_) => key.replace(TEMPLATE_DOMAIN, domain),
            _ => key.to_owned(),
        };
        table.insert(&name, part.key_location(key), entry);
    }
    table
}

/// Compiles a class of a population. `ids` are those of the federation.
pub(super) fn class(
    plan: &Plan,
    population: usize,
    drawn: &Drawn,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> Class {
    let tree = derived(plan, population, drawn, NAME, TEMPLATE_DOMAIN);
    let mut own = Ids::new(&tree, Arc::default());
    own.names = std::mem::take(&mut ids.names);
    // A firewall may name a declared organization: ids beyond this one, which is the first.
    let declared = ids.organizations.iter();
    own.organizations
        .extend(declared.map(|(name, id)| (name.clone(), OrgId::from_index(id.index() + 1))));
    let changes = Changes::read(&tree, found);
    let snapshot = Snapshot::of(&tree, &changes, &mut own, found);
    ids.names = std::mem::take(&mut own.names);
    let partner = Partner::all(&tree).pop();
    let partner = partner.expect("the organization is there");
    let row = tree.table("org").table(NAME);
    let drawn_refresh = organization::has_drawn_refresh(row);
    let mut class = Class::of(snapshot, &own, ids, partner);
    class.has_drawn_refresh = drawn_refresh;
    class.names = class.stand_ins(&ids.names);
    class
}

impl Class {
    fn of(snapshot: Snapshot, own: &Ids, ids: &Ids, partner: Partner) -> Class {
        let mut hosts = Vec::new();
        let mut place = vec![None; snapshot.hosts.len()];
        for (index, host) in snapshot.hosts.into_iter().enumerate() {
            if matches!(host.owner, HostOwner::Organization(_)) {
                place[index] = Some(HostId::from_index(hosts.len()));
                hosts.push(host);
            }
        }
        // Zones of the gateways' hosts are those of the federation.
        let apex = |zone: &Zone| has_stand_in(ids.names.text(zone.apex));
        let kept = snapshot.zones.iter().map(apex);
        let mut next = 0;
        let zone_places: Vec<Option<ZoneId>> = kept
            .map(|keep| {
                let place = keep.then(|| ZoneId::from_index(next));
                next += usize::from(keep);
                place
            })
            .collect();
        let zones = snapshot.zones.into_iter().filter(apex).collect();
        let sets = snapshot.record_sets.into_iter().filter_map(|mut set| {
            set.zone = zone_places[set.zone.index()]?;
            for record in &mut set.records {
                if let RecordData::Host(host) = record {
                    *host = place[host.index()]?;
                }
            }
            Some(set)
        });
        let record_sets = sets.collect();
        let own_name = own_resolver(NAME);
        let mut organization = snapshot.organizations.into_iter().next();
        let organization_row = organization.as_mut().expect("there is one organization");
        let resolver_name = own.resolvers.iter();
        let asked = resolver_name
            .clone()
            .find(|(_, id)| **id == organization_row.resolver)
            .map(|(name, _)| name.clone())
            .expect("its resolver is there");
        let mut resolvers = snapshot.resolvers.into_iter();
        let resolver = resolvers.find(|row| *row.name == *own_name && asked == own_name);
        if resolver.is_none() {
            organization_row.resolver = ids.resolvers[&asked];
        }
        let gateway = own.gateways.iter();
        let gateway = gateway
            .clone()
            .find(|(_, id)| **id == organization_row.trust.gateway)
            .map(|(name, _)| ids.gateways[name]);
        organization_row.trust.gateway = gateway.unwrap_or(organization_row.trust.gateway);
        for FirewallRule { peer, .. } in &mut organization_row.firewall {
            *peer = match *peer {
                Peer::Gateway(gateway) => {
                    let mut gateways = own.gateways.iter();
                    let name = gateways.find(|(_, id)| **id == gateway);
                    Peer::Gateway(ids.gateways[name.expect("it has a name").0])
                }
                Peer::Organization(OrgId(0)) => Peer::Anyone,
                Peer::Organization(OrgId(next)) => Peer::Organization(OrgId(next - 1)),
                Peer::Host(host) => Peer::Host(place[host.index()].unwrap_or(host)),
                Peer::Anyone => Peer::Anyone,
            };
        }
        // Sites by name; the stand-in keeps an id that no site has.
        let site = |id| {
            let mut sites = own.sites.iter();
            let (name, _) = sites
                .find(|(_, known)| **known == id)
                .expect("it has a name");
            ids.sites.get(name).copied().unwrap_or(OPEN_SITE)
        };
        let mut servers = snapshot.servers;
        for server in &mut servers {
            server.site = site(server.site);
        }
        for host in &mut hosts {
            host.site = site(host.site);
        }
        Class {
            organization: organization.expect("there is one organization"),
            servers,
            certificates: snapshot.certificates,
            hosts,
            zones,
            record_sets,
            resolver,
            names: Vec::new(),
            partner,
            has_drawn_refresh: false,
        }
    }

    /// The names of its rows that have the stand-in.
    fn stand_ins(&mut self, names: &Names) -> Vec<(NameId, Box<str>, Box<str>)> {
        let mut ids: Vec<NameId> = Vec::new();
        let mut note = |id: &mut NameId| ids.push(*id);
        of_organization(&mut self.organization, &mut note);
        self.servers
            .iter_mut()
            .for_each(|row| of_server(row, &mut note));
        self.hosts
            .iter_mut()
            .for_each(|row| of_host(row, &mut note));
        self.zones.iter_mut().for_each(|row| note(&mut row.apex));
        self.record_sets
            .iter_mut()
            .for_each(|row| of_set(row, &mut note));
        // The address that others ask stands in no row of its own.
        ids.extend(names.find(&format!("autodiscover.{TEMPLATE_DOMAIN}")));
        ids.sort_unstable();
        ids.dedup();
        let parts = ids.into_iter().filter_map(|id| {
            let (before, after) = names.text(id).split_once(TEMPLATE_DOMAIN)?;
            Some((id, before.into(), after.into()))
        });
        parts.collect()
    }
}

/// The site of a class that each organization draws for itself.
pub(super) const OPEN_SITE: crate::model::network::SiteId = crate::model::network::SiteId(u32::MAX);

fn has_stand_in(name: &str) -> bool {
    name.ends_with(TEMPLATE_DOMAIN)
}

/// All names of an organization's row.
pub(super) fn of_organization(row: &mut Organization, each: &mut impl FnMut(&mut NameId)) {
    row.accepted_domains
        .iter_mut()
        .for_each(|d| each(&mut d.domain));
    each(&mut row.identifier.account_namespace);
    row.identifier
        .default_domain
        .iter_mut()
        .for_each(&mut *each);
    let trust = &mut row.trust;
    let optional = [
        &mut trust.token_issuer_uri,
        &mut trust.token_issuer_host,
        &mut trust.application_uri,
    ];
    optional.into_iter().flatten().for_each(&mut *each);
    let registration = &mut trust.registration;
    each(&mut registration.application_uri);
    each_of(&mut registration.domains, each);
    if let Some(namespace) = &mut registration.namespace {
        each(namespace);
    }
}

/// A list that is shared is changed for its owner alone.
fn each_of(list: &mut Arc<[NameId]>, each: &mut impl FnMut(&mut NameId)) {
    Arc::make_mut(list).iter_mut().for_each(each);
}

/// All names of a server's row that can differ.
pub(super) fn of_server(row: &mut Server, each: &mut impl FnMut(&mut NameId)) {
    let urls = [
        &mut row.ews.external_url,
        &mut row.autodiscover.external_url,
    ];
    urls.into_iter()
        .flatten()
        .for_each(|url| each(&mut url.host));
}

/// All names of a host's row.
pub(super) fn of_host(row: &mut Host, each: &mut impl FnMut(&mut NameId)) {
    each(&mut row.name);
    for name in Arc::make_mut(&mut row.tls.names) {
        match name {
            TlsName::Exact(name) | TlsName::Wildcard(name) => each(name),
        }
    }
    row.redirect.iter_mut().for_each(|url| each(&mut url.host));
}

/// All names of a record set.
pub(super) fn of_set(row: &mut RecordSet, each: &mut impl FnMut(&mut NameId)) {
    each(&mut row.name);
    for record in &mut row.records {
        match record {
            RecordData::Canonical(name) | RecordData::Service { target: name, .. } => each(name),
            RecordData::Host(_) | RecordData::Text(_) => {}
        }
    }
}

/// All names of a relationship that tell of the partner.
pub(super) fn of_relationship(
    row: &mut OrganizationRelationship,
    each: &mut impl FnMut(&mut NameId),
) {
    each_of(&mut row.domain_names, each);
    let names = [
        &mut row.target_application_uri,
        &mut row.target_token_issuer,
    ];
    names.into_iter().flatten().for_each(&mut *each);
    let urls = [
        &mut row.target_autodiscover_epr,
        &mut row.target_sharing_epr,
    ];
    urls.into_iter()
        .flatten()
        .for_each(|url| each(&mut url.host));
}

/// The completed row of an object with parts laid over it.
pub(super) fn completed<'t>(
    object: &'static Object,
    parts: impl IntoIterator<Item = &'t Table>,
) -> Table {
    let mut row = complete(Table::new(Shape::Object(object)));
    for part in parts {
        overlay(&mut row, part);
    }
    row
}
