//! Compiling: a scenario's tree to a [`Federation`], or every reason why not.
//!
//! It knows nothing of text and of the command line. Invariant: dense ids follow the order of names,
//! and what changes in a run is a list of revisions of whole objects, each compiled by the same code
//! as the object at the start.

mod calendars;
mod changes;
mod derive;
mod faults;
mod ids;
mod network;
mod numbers;
mod organization;
mod policies;
mod population;
mod recipients;
mod script;
mod servers;
mod shared;
mod sharing;
mod sites;
mod trace;
mod traffic;
mod workload;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::hash::NameHash;
use crate::engine::id::Id;
use crate::engine::{IdVec, Instant, Limits, Seed, SourceId, Span};
use crate::model::certificate::{Certificate, CertificateId};
use crate::model::directory::{Group, GroupId, Mailbox, MailboxId};
use crate::model::dns::{Dns, HostId, RecordSet, RecordSetId, Resolver, ResolverId, Zone, ZoneId};
use crate::model::fault::{FaultId, RandomFault};
use crate::model::federation::{Federation, FederationIndex, ProcessId, Sources};
use crate::model::gateway::{DataCentre, DataCentreId, Gateway, GatewayId};
use crate::model::lookup::{ByDomain, ByName};
use crate::model::network::{Link, LinkId, Network};
use crate::model::organization::{AcceptedDomainKind, OrgId, Organization, Server, ServerId};
use crate::model::publishing::Host;
use crate::model::relationship::{
    AddressSpace, AddressSpaceId, Connector, ConnectorId, OrganizationRelationship, RelationshipId,
};
use crate::model::revised::Revised;
use crate::model::sharing_policy::{SharingPolicy, SharingPolicyId};

use super::diagnostic::Diagnostics;
use super::read::{Document, complete};
use super::side_file::Input;
use super::tree::Table;

pub use script::SCRIPT_OF_ENTRY;

use changes::Changes;
use ids::Ids;
use population::{Plan, grow};

/// A scenario, compiled.
#[derive(Debug)]
pub struct Compiled {
    /// What will be simulated.
    pub federation: Federation,
    /// The tree with every derived value, for `show`.
    pub effective: Table,
    /// The side files that were read for it, by path.
    pub inputs: Vec<Input>,
    /// Findings that do not keep it from being simulated.
    pub warnings: Diagnostics,
}

/// Compiles a document.
///
/// # Errors
/// All findings at once, if one of them is an error.
pub fn compile(document: &Document) -> Result<Compiled, Diagnostics> {
    let mut found = document.findings();
    found.append(document.warnings.clone());
    organization::require_domains(&document.tables, &mut found);
    script::check_setups(&document.tables, &mut found);
    let plan = Arc::new(Plan::read(&document.tables, &mut found));
    if found.has_errors() {
        return Err(found);
    }
    let mut effective = document.tables.clone();
    derive::derive(&mut effective, None, &plan);
    let changes = Changes::read(&document.tables, &mut found);
    let mut ids = Ids::new(&effective, plan.clone());
    traffic::check_sets(&changes, &effective, &mut found);
    let first = Snapshot::of(&effective, &changes, &mut ids, &mut found);
    if found.has_errors() {
        return Err(found);
    }
    let worlds = faults::Worlds {
        given: &document.tables,
        effective: &effective,
        first: &first,
        plan: &plan,
    };
    let faults = faults::random_faults(&worlds, &changes, &mut ids, &mut found);
    // A fault that recurs gives the same worlds again and again.
    let mut world = World::of(first);
    let mut snapshots = BTreeMap::new();
    for at in changes.instants() {
        let state = changes.state(at);
        let snapshot = snapshots.entry(state.clone()).or_insert_with(|| {
            let mut tree = document.tables.clone();
            changes.apply(&mut tree, &state);
            let mut tree = complete(tree);
            derive::derive(&mut tree, Some(&effective), &plan);
            Snapshot::of(&tree, &changes, &mut ids, &mut found)
        });
        // What is wrong with one may leave it without some of its objects.
        if !found.has_errors() {
            world.revise(at, snapshot);
        }
    }
    drop(snapshots);
    // A fault in what is asked, or in a procedure, does not keep scripts from being checked.
    let mut of_traffic = document.findings();
    let requests = traffic::requests(&effective, &mut ids, &mut of_traffic);
    let world_events = traffic::world_events(&changes, &ids, &mut of_traffic);
    if found.has_errors() {
        found.append(of_traffic);
        return Err(found);
    }
    let run = effective.table("run");
    let seed = run.table("seed");
    let start = run.instant("start");
    let (workloads, requests) = requests;
    let data_centres = numbers::data_centres(&effective, &ids);
    let populations = grow(
        &plan,
        &effective,
        &document.files,
        &mut world,
        &mut ids,
        &mut found,
    );
    if found.has_errors() {
        found.append(of_traffic);
        return Err(found);
    }
    let index = world.index(&effective, &faults, &mut ids);
    let sources = sources(&world, &data_centres);
    let dns = Dns::new(
        &ids.names,
        world.zones,
        world.record_sets,
        Span::from_hours(1),
    );
    let time_zones = ids.time_zones.keys().map(|name| name.as_str().into());
    let time_zones = IdVec::from_rows(time_zones.collect());
    let sites = network::sites(&effective);
    let distances = network::distances(&effective, &mut found);
    let first_process = first_processes(&world.servers);
    let timeline_every = numbers::timeline_every(run, &mut found);
    let is_sound = !found.has_errors();
    found.append(of_traffic);
    if !is_sound {
        return Err(found);
    }
    let mut federation = Federation {
        title: effective.optional_text("title").unwrap_or_default().into(),
        start,
        limits: Limits {
            horizon: start + run.span("length"),
            events_max: run.integer("events_max"),
            in_flight_max: run.integer("in_flight_max") as usize,
            test_every: Span::from_seconds(1),
        },
        timeline_every,
        seed: Seed {
            world: seed.integer("world"),
            day: seed.integer("day"),
            replication: 0,
        },
        parameters: Arc::new(numbers::parameters(&effective)),
        rules: numbers::rules(&effective),
        network: Arc::new(Network::new(sites, world.links, distances)),
        dns,
        resolvers: world.resolvers,
        time_zones: Arc::new(time_zones),
        organizations: world.organizations,
        populations: populations.into(),
        servers: world.servers,
        first_process: Arc::new(first_process),
        certificates: world.certificates,
        hosts: world.hosts,
        gateways: world.gateways,
        data_centres: Arc::new(data_centres),
        relationships: world.relationships,
        connectors: world.connectors,
        address_spaces: world.address_spaces,
        sharing_policies: world.sharing_policies,
        mailboxes: world.mailboxes,
        groups: world.groups,
        workloads: Arc::new(workloads),
        requests: Arc::new(requests),
        streams: Arc::default(),
        shared: Arc::default(),
        scripts: Arc::default(),
        additions: Arc::default(),
        traces: Arc::default(),
        world_events: world_events.into(),
        faults: Arc::new(faults),
        sources: Arc::new(sources),
        index: Arc::new(index),
        names: Arc::new(std::mem::take(&mut ids.names)),
    };
    let scripts = script::scripts(document, &effective, &mut federation, &ids, &mut found);
    federation.scripts = Arc::new(scripts);
    let shared = shared::shared_calendars(&effective, &federation, &ids, &mut found);
    federation.shared = Arc::new(shared);
    federation.streams = Arc::new(workload::streams(&effective, &federation, &ids, &mut found));
    let traces = trace::traces(document, &effective, &federation, &ids, &mut found);
    federation.traces = Arc::new(traces);
    if found.has_errors() {
        return Err(found);
    }
    Ok(Compiled {
        federation,
        effective,
        inputs: document.files.inputs(),
        warnings: found,
    })
}

/// All objects of a world at one instant, by id.
struct Snapshot {
    organizations: Vec<Organization>,
    servers: Vec<Server>,
    certificates: Vec<Certificate>,
    hosts: Vec<Host>,
    gateways: Vec<Gateway>,
    relationships: Vec<OrganizationRelationship>,
    connectors: Vec<Connector>,
    address_spaces: Vec<AddressSpace>,
    sharing_policies: Vec<SharingPolicy>,
    mailboxes: Vec<Mailbox>,
    groups: Vec<Group>,
    resolvers: Vec<Resolver>,
    zones: Vec<Zone>,
    record_sets: Vec<RecordSet>,
    links: Vec<Link>,
}

impl Snapshot {
    fn of(tree: &Table, changes: &Changes<'_>, ids: &mut Ids, found: &mut Diagnostics) -> Snapshot {
        let certificates = organization::certificates(tree, ids);
        let organizations = organization::organizations(tree, changes, ids, found);
        let servers = servers::servers(tree, ids, found);
        let hosts = servers::hosts(tree, ids, found);
        let gateways = numbers::gateways(tree, changes, ids, found);
        let (zones, record_sets) = network::zones(tree, ids, found);
        Snapshot {
            certificates,
            organizations,
            servers,
            hosts,
            gateways,
            relationships: sharing::relationships(tree, ids, found),
            connectors: sharing::connectors(tree, ids, found),
            address_spaces: sharing::address_spaces(tree, ids, found),
            sharing_policies: policies::policies(tree, ids, found),
            mailboxes: recipients::mailboxes(tree, ids, found),
            groups: recipients::groups(tree, ids, found),
            resolvers: network::resolvers(tree, ids),
            zones,
            record_sets,
            links: network::links(tree, ids, found),
        }
    }
}

/// All objects of a world with their revisions.
struct World {
    organizations: Revised<OrgId, Organization>,
    servers: Revised<ServerId, Server>,
    certificates: Revised<CertificateId, Certificate>,
    hosts: Revised<HostId, Host>,
    gateways: Revised<GatewayId, Gateway>,
    relationships: Revised<RelationshipId, OrganizationRelationship>,
    connectors: Revised<ConnectorId, Connector>,
    address_spaces: Revised<AddressSpaceId, AddressSpace>,
    sharing_policies: Revised<SharingPolicyId, SharingPolicy>,
    mailboxes: Revised<MailboxId, Mailbox>,
    groups: Revised<GroupId, Group>,
    resolvers: Revised<ResolverId, Resolver>,
    zones: Revised<ZoneId, Zone>,
    record_sets: Revised<RecordSetId, RecordSet>,
    links: Revised<LinkId, Link>,
}

impl World {
    fn of(first: Snapshot) -> World {
        World {
            organizations: original(first.organizations),
            servers: original(first.servers),
            certificates: original(first.certificates),
            hosts: original(first.hosts),
            gateways: original(first.gateways),
            relationships: original(first.relationships),
            connectors: original(first.connectors),
            address_spaces: original(first.address_spaces),
            sharing_policies: original(first.sharing_policies),
            mailboxes: original(first.mailboxes),
            groups: original(first.groups),
            resolvers: original(first.resolvers),
            zones: original(first.zones),
            record_sets: original(first.record_sets),
            links: original(first.links),
        }
    }

    /// Adds a revision of each object that is not as it was.
    fn revise(&mut self, at: Instant, snapshot: &Snapshot) {
        revise(&mut self.organizations, at, &snapshot.organizations);
        revise(&mut self.servers, at, &snapshot.servers);
        revise(&mut self.certificates, at, &snapshot.certificates);
        revise(&mut self.hosts, at, &snapshot.hosts);
        revise(&mut self.gateways, at, &snapshot.gateways);
        revise(&mut self.relationships, at, &snapshot.relationships);
        revise(&mut self.connectors, at, &snapshot.connectors);
        revise(&mut self.address_spaces, at, &snapshot.address_spaces);
        revise(&mut self.sharing_policies, at, &snapshot.sharing_policies);
        revise(&mut self.mailboxes, at, &snapshot.mailboxes);
        revise(&mut self.groups, at, &snapshot.groups);
        revise(&mut self.resolvers, at, &snapshot.resolvers);
        revise(&mut self.zones, at, &snapshot.zones);
        revise(&mut self.record_sets, at, &snapshot.record_sets);
        revise(&mut self.links, at, &snapshot.links);
    }

    /// Look-ups by name, over all revisions.
    fn index(
        &self,
        tree: &Table,
        faults: &IdVec<FaultId, RandomFault>,
        ids: &mut Ids,
    ) -> FederationIndex {
        let mut index = FederationIndex {
            recipients: recipients::recipients(tree, ids),
            private_links: network::private_links(tree, ids),
            public_root: ids.names.find("Public CA"),
            ..FederationIndex::default()
        };
        for id in self.mailboxes.ids() {
            let addresses = self.mailboxes.original(id).addresses.iter();
            index.mailbox_addresses.extend(addresses.copied());
        }
        let mut relationships = Vec::new();
        for id in self.relationships.ids() {
            for row in every(&self.relationships, id) {
                let domains = row.domain_names.iter();
                relationships.extend(domains.map(|&domain| (row.organization, domain, id)));
            }
        }
        for row in faults.iter().flat_map(|f| &f.differences.relationships) {
            let (id, owner) = (row.id, row.with.organization);
            let domains = row.with.domain_names.iter();
            relationships.extend(domains.map(|&domain| (owner, domain, id)));
        }
        index.relationships = ByDomain::of(relationships);
        let mut connectors = Vec::new();
        for id in self.connectors.ids() {
            for row in every(&self.connectors, id) {
                let domains = row.domains.iter();
                connectors.extend(domains.map(|&domain| (row.organization, domain, id)));
            }
        }
        for row in faults.iter().flat_map(|f| &f.differences.connectors) {
            let (id, owner) = (row.id, row.with.organization);
            let domains = row.with.domains.iter();
            connectors.extend(domains.map(|&domain| (owner, domain, id)));
        }
        index.connectors = ByDomain::of(connectors);
        for id in self.address_spaces.ids() {
            let row = self.address_spaces.original(id);
            index
                .address_spaces
                .insert((row.organization, row.domain), id);
        }
        let mut applications = Vec::new();
        for id in self.organizations.ids() {
            for row in every(&self.organizations, id) {
                let uri = row.trust.registration.application_uri;
                applications.push((uri, id));
            }
            for accepted in &self.organizations.original(id).accepted_domains {
                if accepted.kind == AcceptedDomainKind::Authoritative {
                    index.domain_owners.insert(accepted.domain, id);
                }
            }
        }
        for row in faults.iter().flat_map(|f| &f.differences.organizations) {
            let uri = row.with.trust.registration.application_uri;
            applications.push((uri, row.id));
        }
        index.applications = ByName::of(applications);
        for id in self.hosts.ids() {
            index.hosts.insert(self.hosts.original(id).name, id);
        }
        index
    }
}

fn original<I: Id, T>(rows: Vec<T>) -> Revised<I, T> {
    let mut table = Revised::new();
    for row in rows {
        table.push(row);
    }
    table
}

fn revise<I: Id, T: Clone + PartialEq>(table: &mut Revised<I, T>, at: Instant, rows: &[T]) {
    debug_assert_eq!(table.len(), rows.len(), "a change adds no objects");
    for (index, row) in rows.iter().enumerate() {
        let id = I::from_index(index);
        if table.at(id, at) != row {
            table.revise(id, at, row.clone());
        }
    }
}

/// An object as it is first, and each of its revisions.
fn every<I: Id, T>(table: &Revised<I, T>, id: I) -> impl Iterator<Item = &T> {
    let later = table.changes(id).collect::<Vec<_>>().into_iter();
    std::iter::once(table.original(id)).chain(later.map(move |at| table.at(id, at)))
}

/// Ranks all sources of events by the stable hashes of their names.
fn sources(world: &World, data_centres: &IdVec<DataCentreId, DataCentre>) -> Sources {
    let organizations = world
        .organizations
        .ids()
        .map(|id| world.organizations.original(id).hash);
    let resolvers = world
        .resolvers
        .ids()
        .map(|id| world.resolvers.original(id).hash);
    // What kind of source it is comes first in the name, so that kinds never share one.
    let hashes = organizations.map(|hash| NameHash::of("organization").with(hash.0));
    let hashes = hashes.chain(
        data_centres
            .iter()
            .map(|row| NameHash::of("data centre").with(row.hash.0)),
    );
    let hashes: Vec<NameHash> = hashes
        .chain(resolvers.map(|hash| NameHash::of("resolver").with(hash.0)))
        .chain([NameHash::of("world")])
        .collect();
    let mut order: Vec<usize> = (0..hashes.len()).collect();
    order.sort_unstable_by_key(|&index| hashes[index]);
    let mut ranks = vec![SourceId(0); hashes.len()];
    for (rank, index) in order.into_iter().enumerate() {
        ranks[index] = SourceId::from_index(rank);
    }
    let count = ranks.len();
    let of_world = ranks.pop().expect("there is one world");
    let resolvers = ranks.split_off(world.organizations.len() + data_centres.len());
    let centres = ranks.split_off(world.organizations.len());
    Sources {
        organizations: IdVec::from_rows(ranks),
        data_centres: IdVec::from_rows(centres),
        resolvers: IdVec::from_rows(resolvers),
        world: of_world,
        count,
    }
}

/// The first worker process of each server.
fn first_processes(servers: &Revised<ServerId, Server>) -> IdVec<ServerId, ProcessId> {
    let mut next = 0;
    let first = servers.ids().map(|id| {
        let first = ProcessId(next);
        next += u32::from(servers.original(id).workers);
        first
    });
    IdVec::from_rows(first.collect())
}
