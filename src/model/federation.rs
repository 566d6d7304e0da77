//! The compiled federation: everything that is known before the first event, in flat tables.
//!
//! It knows nothing of what happens in a run. Invariant: it is immutable, and shared by replications,
//! threads and what-ifs; what changes in a run by the scenario's time line is a list of revisions,
//! and whoever has an old copy asks for an older instant.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::engine::hash::NameHash;
use crate::engine::id::Id;
use crate::engine::{DrawKeys, IdVec, Instant, Limits, Seed, SourceId, Span};

use super::address::{Address, LocalPart, Url};
use super::administration::{Script, ScriptId};
use super::availability::Query;
use super::certificate::{Certificate, CertificateId, StoreState};
use super::demand::{
    Ask, ExplicitRequest, ExplicitRequestId, SharedCalendars, Streams, Trace, TraceId, Workload,
    WorkloadId,
};
use super::directory::{
    CalendarState, FederatedIdentity, Group, GroupId, Mailbox, MailboxId, MailboxKey, MailboxState,
    MailboxView, Member, Recipient,
};
use super::dns::{Answer, Dns, HostId, RecordData, RecordType, Resolver, ResolverId};
use super::fault::RandomFaults;
use super::gateway::{DataCentre, DataCentreId, Gateway, GatewayId, MetadataState};
use super::lookup::{ByDomain, ByName, NameColumn};
use super::names::{NameId, Names};
use super::network::{LinkId, Network};
use super::observation::{RequestIdentity, local_text};
use super::organization::{OrgId, Organization, Server, ServerId, TimeZoneId};
use super::outcome::AccessLevel;
use super::parameters::{Parameters, Rules};
use super::population::Population;
use super::publishing::{Host, HostOwner};
use super::purpose::Purpose;
use super::relationship::{
    AddressSpace, AddressSpaceId, Connector, ConnectorId, OrganizationRelationship, RelationshipId,
    Scope,
};
use super::revised::Revised;
use super::sharing_policy::{PolicyInForce, SharingPolicy, SharingPolicyId, TokenTarget};
use super::token::{Offer, Validator};
use super::trust::{HeldIssuerCertificates, TrustView, federation_state};

crate::define_id! {
    /// A worker process of a server.
    ProcessId;
}

/// Something that the time line does, beside the revisions of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorldEvent {
    /// When.
    pub at: Instant,
    /// What.
    pub action: WorldAction,
}

/// What the time line can do that is not the state of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorldAction {
    /// The application pools of a server are recycled (`iisreset`): all caches of its worker
    /// processes are lost.
    RecycleServer(ServerId),
}

/// The compiled federation. A copy costs little: it shares all that it does not change.
#[derive(Clone, Debug)]
pub struct Federation {
    /// The title of the scenario.
    pub title: Arc<str>,
    /// When the run starts.
    pub start: Instant,
    /// What ends it.
    pub limits: Limits,
    /// How long the intervals are that levels are read at the ends of.
    pub timeline_every: Span,
    /// Its seed.
    pub seed: Seed,
    /// All names.
    pub names: Arc<Names>,
    /// Numbers.
    pub parameters: Arc<Parameters>,
    /// Switches.
    pub rules: Rules,
    /// Sites, links and routes.
    pub network: Arc<Network>,
    /// Zones and records.
    pub dns: Dns,
    /// Resolvers.
    pub resolvers: Revised<ResolverId, Resolver>,
    /// The IANA names of the time zones in which people of organizations work.
    pub time_zones: Arc<IdVec<TimeZoneId, Box<str>>>,
    /// Organizations.
    pub organizations: Revised<OrgId, Organization>,
    /// Which of them were drawn from one description, by name.
    pub populations: Arc<[Population]>,
    /// Servers.
    pub servers: Revised<ServerId, Server>,
    /// The first worker process of each server, and one more at the end.
    pub first_process: Arc<IdVec<ServerId, ProcessId>>,
    /// Certificates of organizations.
    pub certificates: Revised<CertificateId, Certificate>,
    /// Published hosts.
    pub hosts: Revised<HostId, Host>,
    /// Gateways.
    pub gateways: Revised<GatewayId, Gateway>,
    /// Data centres of gateways.
    pub data_centres: Arc<IdVec<DataCentreId, DataCentre>>,
    /// Organization relationships.
    pub relationships: Revised<RelationshipId, OrganizationRelationship>,
    /// Intra-organization connectors.
    pub connectors: Revised<ConnectorId, Connector>,
    /// Availability address spaces.
    pub address_spaces: Revised<AddressSpaceId, AddressSpace>,
    /// Sharing policies of declared organizations. Where there is none, the original one holds.
    pub sharing_policies: Revised<SharingPolicyId, SharingPolicy>,
    /// Mailboxes declared by name.
    pub mailboxes: Revised<MailboxId, Mailbox>,
    /// Distribution groups.
    pub groups: Revised<GroupId, Group>,
    /// Workloads.
    pub workloads: Arc<IdVec<WorkloadId, Workload>>,
    /// Requests spelled out, by instant.
    pub requests: Arc<IdVec<ExplicitRequestId, ExplicitRequest>>,
    /// Requests that are drawn.
    pub streams: Arc<Streams>,
    /// Shared calendars that are synchronized in the background.
    pub shared: Arc<SharedCalendars>,
    /// What administrators carry out, by instant and name.
    pub scripts: Arc<IdVec<ScriptId, Script>>,
    /// What came into being during the run, for look-ups.
    pub additions: Arc<Additions>,
    /// Requests that are read from recordings during the run.
    pub traces: Arc<IdVec<TraceId, Trace>>,
    /// What the time line does, by instant.
    pub world_events: Arc<[WorldEvent]>,
    /// Faults that happen at random.
    pub faults: RandomFaults,
    /// Who owns state.
    pub sources: Arc<Sources>,
    /// Look-ups by name.
    pub index: Arc<FederationIndex>,
}

/// The ranks of all sources of events, by the stable hashes of their names.
#[derive(Clone, Debug)]
pub struct Sources {
    /// Of each organization.
    pub organizations: IdVec<OrgId, SourceId>,
    /// Of each data centre.
    pub data_centres: IdVec<DataCentreId, SourceId>,
    /// Of each resolver.
    pub resolvers: IdVec<ResolverId, SourceId>,
    /// Of what happens to the world by itself.
    pub world: SourceId,
    /// How many there are.
    pub count: usize,
}

/// Look-ups by name, never iterated.
#[derive(Clone, Debug, Default)]
pub struct FederationIndex {
    /// Recipients of an organization by address.
    pub recipients: FxHashMap<(OrgId, Address), Recipient>,
    /// The addresses of all declared mailboxes. Looked up only, never iterated.
    pub mailbox_addresses: FxHashSet<Address>,
    /// Relationships of an organization that name a domain, now or in some revision.
    pub relationships: ByDomain<RelationshipId>,
    /// Connectors of an organization that name a domain, now or in some revision.
    pub connectors: ByDomain<ConnectorId>,
    /// Address spaces of an organization for a domain.
    pub address_spaces: FxHashMap<(OrgId, NameId), AddressSpaceId>,
    /// Organizations by the application URI under which a gateway has, or would have, registered them.
    pub applications: ByName<OrgId>,
    /// The organization that accepts a domain authoritatively.
    pub domain_owners: NameColumn<OrgId>,
    /// Published hosts by name.
    pub hosts: NameColumn<HostId>,
    /// Links that two organizations have to themselves, lower id first.
    pub private_links: FxHashMap<(OrgId, OrgId), LinkId>,
    /// The root that public TLS certificates come from.
    pub public_root: Option<NameId>,
}

/// Look-ups by name of what came into being, or took another name, during a run: nothing in most
/// runs, and never much.
#[derive(Clone, Debug, Default)]
pub struct Additions {
    /// Application URIs that organizations registered during the run.
    pub applications: Vec<(NameId, OrgId)>,
    /// Relationships that were made, or whose domains were changed, by organization.
    pub relationships: BTreeMap<OrgId, Vec<RelationshipId>>,
    /// Connectors likewise.
    pub connectors: BTreeMap<OrgId, Vec<ConnectorId>>,
    /// Address spaces that were made.
    pub address_spaces: BTreeMap<(OrgId, NameId), AddressSpaceId>,
    /// Addresses that mailboxes were given, or that were taken from them.
    pub addresses: BTreeMap<(OrgId, Address), Option<MailboxId>>,
    /// Mail users and contacts that were made.
    pub recipients: BTreeMap<(OrgId, Address), Recipient>,
}

impl Federation {
    /// The keys of all draws of a run.
    pub fn draw_keys(&self, replication: u32) -> DrawKeys {
        DrawKeys::new(Seed {
            replication,
            ..self.seed
        })
    }

    /// The stable hash of a request's identity.
    pub fn request_hash(&self, request: RequestIdentity) -> NameHash {
        let hash = self
            .arrivals_hash(request.workload, request.requester)
            .with(u64::from(request.number));
        match request.attempt {
            0 => hash,
            attempt => hash.with(u64::from(attempt)),
        }
    }

    /// The stable hash of a workload at an organization: what its arrivals hang on.
    pub fn arrivals_hash(&self, workload: WorkloadId, organization: OrgId) -> NameHash {
        let organization = self.organizations.original(organization).hash;
        self.workloads[workload].hash.with(organization.0)
    }

    /// The identity as it is printed: `contoso/office-hours#4711`, its second retry
    /// `contoso/office-hours#4711.2`.
    pub fn request_name(&self, request: RequestIdentity) -> String {
        let requester = &self.organizations.original(request.requester).name;
        let (workload, number) = (&self.workloads[request.workload].name, request.number);
        match request.attempt {
            0 => format!("{requester}/{workload}#{number}"),
            attempt => format!("{requester}/{workload}#{number}.{attempt}"),
        }
    }

    /// An address as it is printed.
    pub fn address_text(&self, address: Address) -> String {
        format!(
            "{}@{}",
            local_text(self, address.local),
            self.names.text(address.domain)
        )
    }

    /// The stable hash of an address.
    pub fn address_hash(&self, address: Address) -> NameHash {
        let domain = self.names.hash(address.domain);
        match address.local {
            LocalPart::Named(name) => domain.with(self.names.hash(name).0),
            LocalPart::Numbered(number) => domain.with(1).with(u64::from(number)),
        }
    }

    /// A URL as it is printed.
    pub fn url_text(&self, url: Url) -> String {
        format!("https://{}{}", self.names.text(url.host), url.path.text())
    }

    /// The stable hash of a URL.
    pub fn url_hash(&self, url: Url) -> NameHash {
        self.names.hash(url.host).with(url.path as u64)
    }

    /// A mailbox, declared or described.
    pub fn mailbox(
        &self,
        organization: OrgId,
        key: MailboxKey,
        at: Instant,
        keys: &DrawKeys,
    ) -> MailboxView<'_> {
        match key {
            MailboxKey::Declared(id) => {
                let mailbox = self.mailboxes.at(id, at);
                MailboxView {
                    organization: mailbox.organization,
                    hash: mailbox.hash,
                    primary: mailbox.addresses[0],
                    further: &mailbox.addresses[1..],
                    server: mailbox.server,
                    calendar_default: mailbox.calendar_default,
                    grants: &mailbox.grants,
                    sharing_policy: mailbox.sharing_policy,
                    subscriptions: &mailbox.subscriptions,
                    personal_contacts: &mailbox.personal_contacts,
                    identity: mailbox.identity,
                    calendar: mailbox.calendar,
                    state: mailbox.state,
                    outlook_anywhere: mailbox.outlook_anywhere,
                    events_per_week: mailbox.events_per_week,
                }
            }
            MailboxKey::Described(number) => self.described_mailbox(organization, number, at, keys),
        }
    }

    /// The n-th mailbox of an organization that is described by a number.
    fn described_mailbox(
        &self,
        id: OrgId,
        number: u32,
        at: Instant,
        keys: &DrawKeys,
    ) -> MailboxView<'_> {
        let organization = self.organizations.at(id, at);
        let hash = organization.hash.with(u64::from(number));
        let bits = keys.bits(Purpose::Mailbox, hash, 0);
        let drawn = crate::engine::draw::below(bits, super::parameters::SHARE_PARTS);
        let mut reached = 0;
        let default = organization.calendar_defaults.iter().find(|(_, share)| {
            reached += share;
            drawn < reached
        });
        let server = number as usize % organization.servers.len();
        MailboxView {
            organization: id,
            hash,
            primary: Address {
                domain: organization.accepted_domains[0].domain,
                local: LocalPart::Numbered(number),
            },
            further: &[],
            server: organization.servers[server],
            calendar_default: default.map_or(AccessLevel::None, |&(level, _)| level),
            grants: &[],
            sharing_policy: None,
            subscriptions: &[],
            personal_contacts: &[],
            identity: FederatedIdentity::AccountNamespace,
            calendar: CalendarState::Present,
            state: MailboxState::Available,
            outlook_anywhere: organization.outlook_anywhere,
            events_per_week: organization.events_per_week,
        }
    }

    /// The relationship of an organization for a domain, as it is at an instant.
    pub fn relationship_for(
        &self,
        organization: OrgId,
        domain: NameId,
        at: Instant,
    ) -> Option<RelationshipId> {
        let added = self.additions.relationships.get(&organization);
        let candidates = self.index.relationships.get(organization, domain);
        let mut candidates = candidates.chain(added.into_iter().flatten().copied());
        candidates.find(|&id| {
            let relationship = self.relationships.at(id, at);
            relationship.exists && relationship.domain_names.contains(&domain)
        })
    }

    /// The sharing policy that holds for a mailbox, as it is at an instant.
    ///
    /// Source: the default policy applies to mailboxes without one, Sharing policies (docs).
    pub fn sharing_policy(
        &self,
        organization: OrgId,
        assigned: Option<SharingPolicyId>,
        at: Instant,
    ) -> PolicyInForce<'_> {
        let policies = &self.sharing_policies;
        let in_force = |id| PolicyInForce::Written(policies.at(id, at));
        if let Some(id) = assigned {
            return match policies.at(id, at).exists {
                true => in_force(id),
                false => PolicyInForce::Missing,
            };
        }
        let own = |&id: &SharingPolicyId| policies.original(id).organization == organization;
        let mut own = policies.ids().filter(own).peekable();
        if own.peek().is_none() {
            let edition = self.organizations.original(organization).edition;
            return PolicyInForce::Original(edition);
        }
        let is_default = |&id: &SharingPolicyId| {
            let policy = policies.at(id, at);
            policy.exists && policy.is_default
        };
        own.find(is_default)
            .map_or(PolicyInForce::Missing, in_force)
    }

    /// Whom a token for a recipient of a domain is made out to: by the organization's own enabled
    /// relationship for the domain, else by what the domain's owner has published.
    ///
    /// Source: relationship, then discovery, observed, Exchange 2013. Simplified: the discovery sends
    /// no messages of its own.
    pub fn token_target(
        &self,
        organization: OrgId,
        domain: NameId,
        at: Instant,
    ) -> Option<TokenTarget> {
        let own = self.relationship_for(organization, domain, at);
        let own = own.map(|id| self.relationships.at(id, at));
        let known = own.filter(|own| own.enabled).and_then(|own| {
            Some(TokenTarget {
                application_uri: own.target_application_uri?,
                token_issuer: own.target_token_issuer,
            })
        });
        if known.is_some() {
            return known;
        }
        let owner = *self.index.domain_owners.get(&domain)?;
        let partner = self.organizations.at(owner, at);
        let is_federated = partner.identifier.exists
            && partner.identifier.enabled
            && partner.is_federated_domain(domain);
        let application_uri = partner.trust.application_uri.filter(|_| is_federated)?;
        Some(TokenTarget {
            application_uri,
            token_issuer: partner.trust.token_issuer_uri,
        })
    }

    /// The enabled connector of an organization for a domain, as it is at an instant.
    pub fn connector_for(
        &self,
        organization: OrgId,
        domain: NameId,
        at: Instant,
    ) -> Option<ConnectorId> {
        let added = self.additions.connectors.get(&organization);
        let candidates = self.index.connectors.get(organization, domain);
        let mut candidates = candidates.chain(added.into_iter().flatten().copied());
        candidates.find(|&id| {
            let connector = self.connectors.at(id, at);
            connector.enabled && connector.domains.contains(&domain)
        })
    }

    /// The address space of an organization for a domain, whether or not it exists at some instant.
    pub fn address_space_for(&self, organization: OrgId, domain: NameId) -> Option<AddressSpaceId> {
        let key = (organization, domain);
        let declared = self.index.address_spaces.get(&key);
        declared
            .or_else(|| self.additions.address_spaces.get(&key))
            .copied()
    }

    /// All relationships of an organization, made during the run or before.
    pub fn relationships_of(&self, organization: OrgId) -> impl Iterator<Item = RelationshipId> {
        let ids = self.relationships.ids();
        ids.filter(move |&id| self.relationships.original(id).organization == organization)
    }

    /// The organizations that are, or were, registered under an application URI.
    pub fn applications(&self, uri: NameId) -> impl Iterator<Item = OrgId> {
        let added = self.additions.applications.iter();
        let added = added
            .filter(move |(known, _)| *known == uri)
            .map(|row| row.1);
        self.index
            .applications
            .get(&uri)
            .iter()
            .copied()
            .chain(added)
    }

    /// The id of a name, which is added if it is new.
    pub fn intern(&mut self, text: &str) -> NameId {
        if let Some(known) = self.names.find(text) {
            return known;
        }
        let id = Arc::make_mut(&mut self.names).intern(text);
        self.dns.enter_name(&self.names, id);
        id
    }

    /// Whether the gateway's metadata can be read at an instant.
    pub fn metadata_is_readable(&self, gateway: GatewayId, at: Instant) -> bool {
        let gateway = self.gateways.at(gateway, at);
        gateway.metadata_state == MetadataState::Up && at < gateway.closed_from
    }

    /// The token issuer certificates that an organization's trust holds, as seen at `view`.
    pub fn held_issuer_certificates(
        &self,
        organization: &Organization,
        view: Instant,
    ) -> HeldIssuerCertificates {
        let trust = &organization.trust;
        let gateway = self.gateways.at(trust.gateway, view);
        let readable = |at| self.metadata_is_readable(trust.gateway, at);
        trust.held_issuer_certificates(view, gateway, readable)
    }

    /// Whether federation is on at a server. What it knows of its organization is as old as the
    /// replication of Active Directory makes it.
    ///
    /// Source: trust changes are notified in seconds plus replication, observed, Exchange 2013.
    pub fn federation_state(
        &self,
        server: ServerId,
        now: Instant,
    ) -> Result<(), super::trust::FederationOff> {
        let server = self.servers.at(server, now);
        let view = self.replicated(server.organization, now);
        let organization = self.organizations.at(server.organization, view);
        let trust = &organization.trust;
        let certificate = trust.organization_certificate;
        federation_state(TrustView {
            identifier: &organization.identifier,
            trust,
            server,
            certificate: certificate.map(|id| self.certificates.at(id, now)),
            signing: &self.gateways.at(trust.gateway, now).signing,
            held: self.held_issuer_certificates(organization, view),
            shown: now.shown_by(server.clock_error),
        })
    }

    /// What a server knows when it validates a token for an operation that expects this offer.
    pub fn validator(&self, server: ServerId, expects: Offer, now: Instant) -> Validator {
        let organization = self.servers.original(server).organization;
        let view = self.replicated(organization, now);
        self.validator_seen(server, expects, now, view)
    }

    /// The same, for who sees the directory as it was at `view`.
    pub fn validator_seen(
        &self,
        server: ServerId,
        expects: Offer,
        now: Instant,
        view: Instant,
    ) -> Validator {
        let here = self.servers.at(server, now);
        let organization = self.organizations.at(here.organization, view);
        let trust = &organization.trust;
        let held = self.held_issuer_certificates(organization, view);
        let shown = now.shown_by(here.clock_error);
        let in_date = |number: Option<u32>| {
            let signing = &self.gateways.at(trust.gateway, now).signing;
            let covers = |n: u32| {
                signing
                    .get(n as usize)
                    .is_some_and(|c| c.validity.covers(shown))
            };
            number.filter(|&n| covers(n))
        };
        // An unusable previous certificate is silently left out.
        let usable_previous = trust.previous_certificate.filter(|&id| {
            let stored = here.stored(id) == StoreState::Installed;
            stored && self.certificates.at(id, now).validity.covers(shown)
        });
        Validator {
            decrypts_with: [trust.organization_certificate, usable_previous],
            trusts: trust.gateway,
            issuer_certificates: [in_date(held.current), in_date(held.previous)],
            application_uri: trust.application_uri,
            shown,
            skew: self.parameters.clock_skew,
            expects,
        }
    }

    /// The instant whose state a server of this organization sees now, Active Directory's replication
    /// taken into account.
    pub fn replicated(&self, organization: OrgId, now: Instant) -> Instant {
        now - self.organizations.original(organization).replication_delay
    }

    /// The endpoint of an availability address space, as it is discovered when the configuration is
    /// read: the host of TargetAutodiscoverEpr, else `autodiscover.<domain>`, else `<domain>`; its
    /// organization's ExternalUrl is the endpoint.
    ///
    /// Source: address space path, observed, Exchange 2013. Simplified: the discovery sends no
    /// messages of its own; SCP and SRV are not tried.
    pub fn discover_address_space(&self, space: &AddressSpace, at: Instant) -> Option<Url> {
        let domain = self.names.text(space.domain);
        let well_known = self.names.find(&format!("autodiscover.{domain}"));
        let candidates = match space.target_autodiscover_epr {
            Some(url) => [Some(url.host), None],
            None => [well_known, Some(space.domain)],
        };
        candidates.into_iter().flatten().find_map(|name| {
            let Answer::Found(found) = self.dns.authoritative(name, RecordType::Address, at) else {
                return None;
            };
            let host = self
                .dns
                .records(found)
                .iter()
                .find_map(|record| match record {
                    RecordData::Host(host) => Some(*host),
                    _ => None,
                })?;
            let organization = self.organizations.original(self.owner_of_host(host)?);
            let servers = organization.servers.iter();
            servers
                .map(|&id| self.servers.at(id, at))
                .find_map(|server| server.ews.external_url)
        })
    }

    /// Whether a mailbox lies within a relationship's scope. Nested groups count; a deleted group
    /// covers nobody.
    ///
    /// Source: FreeBusyAccessScope, observed, Exchange 2013.
    pub fn is_within_scope(&self, scope: Scope, mailbox: MailboxView<'_>, at: Instant) -> bool {
        match scope {
            Scope::Everyone => true,
            Scope::Members(group) => self.is_member(group, mailbox, at, NESTED_GROUPS_MAX),
        }
    }

    fn is_member(&self, group: GroupId, mailbox: MailboxView<'_>, at: Instant, depth: u8) -> bool {
        let group = self.groups.at(group, at);
        if group.deleted {
            return false;
        }
        group.members.iter().any(|&member| match member {
            Member::Address(address) => mailbox.addresses().any(|own| own == address),
            // Groups may contain each other; nobody nests them this deep on purpose.
            Member::Group(nested) => depth > 0 && self.is_member(nested, mailbox, at, depth - 1),
        })
    }

    /// The organization at whose servers a host name of a URL leads, for reports.
    pub fn owner_of_host(&self, host: HostId) -> Option<OrgId> {
        match self.hosts.original(host).owner {
            HostOwner::Organization(organization) => Some(organization),
            HostOwner::Gateway(_) | HostOwner::Nobody => None,
        }
    }

    /// The worker processes of a server: the first and how many.
    pub fn processes(&self, server: ServerId) -> (ProcessId, u16) {
        (
            self.first_process[server],
            self.servers.original(server).workers,
        )
    }

    /// How many worker processes there are.
    pub fn process_count(&self) -> usize {
        self.servers.ids().last().map_or(0, |last| {
            let (first, count) = self.processes(last);
            first.index() + usize::from(count)
        })
    }

    /// What a request asks, as far as limits go.
    ///
    /// The body's size is that of an internal client's request. Assumed: 3 KB and 250 bytes an
    /// attendee.
    pub fn query(&self, ask: &Ask, attendees: usize) -> Query {
        let per_attendee = self.parameters.sizes.availability_request_per_mailbox;
        Query {
            asks: ask.asks,
            attendees,
            window: ask.window,
            interval: ask.interval,
            view: ask.view,
            body_bytes: self.parameters.sizes.client_request + per_attendee * attendees as u64,
        }
    }
}

/// How deep groups may nest before the search for members stops.
const NESTED_GROUPS_MAX: u8 = 16;
