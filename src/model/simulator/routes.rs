//! The choice of a path for each attendee, by what one server of the requester sees, and the groups that
//! come of it.
//!
//! Owner of all that is changed here: the requester. It knows nothing of how a group travels. Invariant:
//! what a server sees of its organization's objects is as old as its caches and replication make it.

use crate::engine::Instant;
use crate::engine::hash::NameHash;

use super::super::address::{Address, Url};
use super::super::autodiscover::{Cached, UrlCacheRules};
use super::super::availability::{self, AttendeeKind, GroupKey, Path, RequesterView, WaysToDomain};
use super::super::cause::Cause;
use super::super::demand::Ask;
use super::super::directory::{
    FederatedIdentity, MailboxView, PersonalSubscription, Recipient, federated_address,
};
use super::super::federation::{Federation, ProcessId};
use super::super::names::NameId;
use super::super::observation::{CacheAnswer, PathObject, Recorder};
use super::super::organization::{AcceptedDomainKind, Generation, OrgId, ServerId};
use super::super::outcome::{Asks, Failure, Leg, ResponseCode, Side};
use super::super::publishing::CallerAuthentication;
use super::super::relationship::{
    AccessMethod, AddressSpaceId, RequesterReading, read_as_requester,
};
use super::World;
use super::process::Process;
use super::state::{CallList, GroupRow, GroupSlot, MemberNumbers, RequestSlot, TokenState};

/// A path with what a group needs to know of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    pub asked: Address,
    pub object: PathObject,
    pub key: GroupKey,
    pub cache: CacheAnswer,
    pub server: ServerId,
    pub process: ProcessId,
    pub application_uri: Option<NameId>,
    pub autodiscover: Option<Url>,
    pub endpoint: Option<Url>,
    pub authentication: CallerAuthentication,
}

impl Route {
    /// A group without members yet, with its number in its request; `hash` is what its draws hang on.
    pub(super) fn group(
        self,
        (request, number): (RequestSlot, u16),
        hash: NameHash,
        started: Instant,
    ) -> GroupRow {
        GroupRow {
            request,
            number,
            hash,
            key: self.key,
            path: self.object,
            domain: self.asked.domain,
            server: self.server,
            process: self.process,
            members: MemberNumbers::new(),
            email: None,
            application_uri: self.application_uri,
            autodiscover: self.autodiscover,
            endpoint: self.endpoint,
            authentication: self.authentication,
            free_busy_token: TokenState::NotNeeded,
            autodiscover_token: TokenState::NotNeeded,
            redirects: 0,
            calls: CallList::new(),
            awaits_oauth: false,
            is_at_server: false,
            started,
            is_over: false,
            failure: None,
            errand: None,
            run: None,
        }
    }
}

impl<R: Recorder> World<'_, R> {
    /// The path to one attendee, and the group that it belongs to.
    pub(super) fn choose_route(
        &mut self,
        slot: RequestSlot,
        number: u16,
        now: Instant,
    ) -> Result<Route, Failure> {
        if self.requests[slot].ask.asks.is_synchronization() {
            return self.subscribed_route(slot, number, now);
        }
        let row = &self.requests[slot];
        let (requester, server, process) = (row.identity.requester, row.server, row.process);
        let address = row.attendees[usize::from(number)].asked;
        let kind = match self.classify(requester, address)? {
            None => return Ok(local_route(address, server, process)),
            Some(kind) => kind,
        };
        let ask = self.requests[slot].ask;
        if let AttendeeKind::PlainExternal(address) = kind
            && self.is_personal_contact(requester, ask, address, now)
        {
            return Err(refusal(Cause::RecipientPersonalContact, Side::Requester));
        }
        let route = self.route_at(requester, (server, process), ask, kind, now)?;
        // Behind an InternalProxy a newer server of the same organization chooses again.
        let PathObject::AddressSpace(space) = route.object else {
            return Ok(route);
        };
        let space = self.federation.address_spaces.at(space, now);
        match (space.method, space.proxy_server) {
            (AccessMethod::InternalProxy, Some(newer)) if newer != server => {
                let process = self.federation.first_process[newer];
                self.route_at(requester, (newer, process), ask, kind, now)
            }
            _ => Ok(route),
        }
    }

    /// What kind of recipient an address is to its own organization; none: a mailbox here.
    pub(super) fn classify(
        &self,
        requester: OrgId,
        address: Address,
    ) -> Result<Option<AttendeeKind>, Failure> {
        let federation = self.federation;
        match federation.recipient(requester, address) {
            Some(Recipient::Mailbox(_)) => Ok(None),
            Some(Recipient::MailUser { external }) => Ok(Some(AttendeeKind::MailUserOrContact {
                external,
                own: Some(address),
            })),
            Some(Recipient::Contact { external }) => {
                let own = (external != address).then_some(address);
                Ok(Some(AttendeeKind::MailUserOrContact { external, own }))
            }
            // Nested groups were expanded before.
            Some(Recipient::Group(_)) | None => {
                let accepted = federation.organizations.original(requester);
                let authoritative = accepted
                    .accepted_domain(address.domain)
                    .is_some_and(|domain| domain.kind == AcceptedDomainKind::Authoritative);
                if authoritative {
                    return Err(match federation.has_mailbox_elsewhere(address) {
                        true => refusal(Cause::RecipientWithoutLocalObject, Side::Requester),
                        false => refusal(Cause::RecipientNotFound, Side::Client),
                    });
                }
                Ok(Some(AttendeeKind::PlainExternal(address)))
            }
        }
    }

    /// Whether an address that no address list has is one of the user's own contacts, and so is not looked
    /// up in another organization.
    ///
    /// Source: Create an organization relationship in Exchange Online (docs). Assumed: elsewhere an own
    /// contact is as good as its address.
    fn is_personal_contact(
        &self,
        requester: OrgId,
        ask: Ask,
        address: Address,
        now: Instant,
    ) -> bool {
        let federation = self.federation;
        let edition = federation.organizations.original(requester).edition;
        edition.is_online()
            && ask.mailbox.is_some_and(|key| {
                let mailbox = federation.mailbox(requester, key, now, &self.keys);
                mailbox.personal_contacts.contains(&address)
            })
    }

    /// The path that a server of the requester chooses.
    fn route_at(
        &mut self,
        requester: OrgId,
        (server, process): (ServerId, ProcessId),
        ask: Ask,
        kind: AttendeeKind,
        now: Instant,
    ) -> Result<Route, Failure> {
        let mut view = self.server_view(requester, (server, process), ask, now);
        let path = availability::choose_path(kind, &mut view)?;
        let remote_mailbox = matches!(kind, AttendeeKind::MailUserOrContact { .. });
        view.route(path, process, remote_mailbox)
    }

    /// What a server sees on behalf of the user of a request.
    fn server_view(
        &mut self,
        requester: OrgId,
        (server, process): (ServerId, ProcessId),
        ask: Ask,
        now: Instant,
    ) -> ServerView<'_> {
        let federation = self.federation;
        let mailbox = ask
            .mailbox
            .map(|key| federation.mailbox(requester, key, now, &self.keys));
        let subscribed = ask
            .mailbox
            .map_or(&[][..], |key| self.shares.subscriptions(requester, key));
        ServerView {
            federation,
            process: self.processes[process].get_or_insert_with(Default::default),
            requester,
            server,
            mailbox,
            subscribed,
            asks: ask.asks,
            now,
        }
    }

    pub(super) fn form_group(
        &mut self,
        slot: RequestSlot,
        route: Route,
        now: Instant,
    ) -> GroupSlot {
        let row = &mut self.requests[slot];
        let number = row.groups_made;
        row.groups_made += 1;
        let hash = row.hash.with(key_hash(self.federation, route.key).0);
        // Photos of one endpoint are several groups with the same key.
        let hash = match row.ask.asks {
            Asks::FreeBusy
            | Asks::MailTips
            | Asks::DeliveryReports
            | Asks::Archive
            | Asks::Invitation
            | Asks::OpenInvitation => hash,
            Asks::Photos | Asks::SharedCalendar | Asks::Synchronization => hash.with(number.into()),
        };
        let group = self.groups.insert(route.group((slot, number), hash, now));
        self.requests[slot].groups.push(group);
        group
    }

    /// Whether federation is on at the server that takes a request, and at its user's mailbox.
    pub(super) fn federation_of_request(
        &mut self,
        slot: RequestSlot,
        now: Instant,
    ) -> Result<(), Cause> {
        let row = &self.requests[slot];
        let (requester, server, process, ask) =
            (row.identity.requester, row.server, row.process, row.ask);
        self.server_view(requester, (server, process), ask, now)
            .federation()
    }

    /// A new group for attendees whom Autodiscover has sent to another address, or why there is none.
    pub(super) fn follow_address(
        &mut self,
        group: GroupSlot,
        number: u16,
        address: Address,
        now: Instant,
    ) -> Result<GroupSlot, Cause> {
        let (federation, row) = (self.federation, &self.groups[group]);
        let (slot, server, process, redirects) =
            (row.request, row.server, row.process, row.redirects + 1);
        if self.requests[slot].attendees[usize::from(number)].asked == address {
            return Err(Cause::AutodiscoverSameAddress);
        }
        if redirects > super::super::autodiscover::REDIRECTS_MAX {
            return Err(Cause::AutodiscoverTooManyRedirects);
        }
        let (requester, asks) = (self.requests[slot].identity.requester, self.asks_of(group));
        let life = federation.parameters.relationship_cache_life;
        let loaded = self.process(process).loaded_at(address.domain, now, life);
        let view = federation.replicated(requester, loaded);
        let id = federation.relationship_for(requester, address.domain, view);
        let relationship = id.map(|id| federation.relationships.at(id, view));
        let usable = relationship.filter(|relationship| {
            read_as_requester(Some(relationship), asks) == RequesterReading::Ask
                && relationship.target_autodiscover_epr.is_some()
        });
        let (Some(id), Some(relationship)) = (id, usable) else {
            return Err(Cause::AutodiscoverRedirectNoRelationship);
        };
        let route = Route {
            asked: address,
            object: PathObject::Relationship(id),
            key: GroupKey::Domain {
                domain: address.domain,
                remote_mailbox: true,
            },
            cache: CacheAnswer::NotAsked,
            server,
            process,
            application_uri: relationship.target_application_uri,
            autodiscover: relationship.target_autodiscover_epr,
            endpoint: None,
            authentication: CallerAuthentication::DelegationToken,
        };
        let attendee = &mut self.requests[slot].attendees[usize::from(number)];
        attendee.asked = address;
        attendee.path = Some(route.object);
        let followed = self.form_group(slot, route, now);
        self.groups[followed].redirects = redirects;
        Ok(followed)
    }

    /// What keeps a group from asking the gateway at all, decided before any packet leaves.
    ///
    /// Source: federated identity and address, unknown token issuer: observed, Exchange 2013.
    pub(super) fn prepare_identity(
        &mut self,
        group: GroupSlot,
        now: Instant,
    ) -> Result<(), Failure> {
        let federation = self.federation;
        let row = &self.groups[group];
        let request = &self.requests[row.request];
        let requester = request.identity.requester;
        let organization = federation
            .organizations
            .at(requester, federation.replicated(requester, now));
        let mailbox: MailboxView<'_> = match request.ask.mailbox {
            Some(key) => federation.mailbox(requester, key, now, &self.keys),
            None => return Err(refusal(Cause::RequesterUnknown, Side::Client)),
        };
        let immutable = match mailbox.identity {
            // One that is no address at all is found out by the gateway alone.
            FederatedIdentity::AccountNamespace | FederatedIdentity::Malformed => true,
            FederatedIdentity::Immutable(suffix) => {
                suffix == organization.identifier.account_namespace
            }
            FederatedIdentity::UserPrincipalName => {
                organization.edition.generation == Generation::Online
            }
        };
        if !immutable {
            return Err(refusal(
                Cause::RequesterIdentityNotImmutable,
                Side::Requester,
            ));
        }
        // A request that an older server has handed on is asked for by the system mailbox as well.
        //
        // Source: Troubleshoot free/busy issues in a hybrid deployment (docs). Simplified: the token names
        // the user all the same.
        let system = organization.identifier.system_mailbox_domain;
        if row.server != request.server
            && system.is_some_and(|domain| !organization.is_federated_domain(domain))
        {
            let cause = Cause::SystemMailboxNotFederated;
            return Err(refusal(cause, Side::Requester));
        }
        let email = federated_address(organization, mailbox).ok_or(refusal(
            Cause::RequesterWithoutFederatedAddress,
            Side::Requester,
        ))?;
        let known = match row.path {
            PathObject::Relationship(id) => {
                Some(federation.relationships.at(id, now).target_token_issuer)
            }
            PathObject::Invitation(_) => {
                let target = federation.token_target(requester, row.domain, now);
                target.map(|target| target.token_issuer)
            }
            _ => None,
        };
        if let Some(known) = known
            && known.is_some()
            && known != organization.trust.token_issuer_uri
        {
            return Err(refusal(Cause::TokenUnknownIssuer, Side::Requester));
        }
        self.groups[group].email = Some(email);
        Ok(())
    }
}

/// What one server of the requester sees when it chooses a path. Calendars shared in person, connectors
/// and address spaces are there for free/busy alone.
///
/// Assumed: of connectors no source says what they do for MailTips and photos.
pub(super) struct ServerView<'a> {
    pub(super) federation: &'a Federation,
    pub(super) process: &'a mut Process,
    pub(super) requester: OrgId,
    pub(super) server: ServerId,
    pub(super) mailbox: Option<MailboxView<'a>>,
    /// What the mailbox has subscribed to in this run.
    pub(super) subscribed: &'a [PersonalSubscription],
    pub(super) asks: Asks,
    pub(super) now: Instant,
}

impl ServerView<'_> {
    /// The instant whose objects for a domain this process sees.
    fn loaded(&mut self, domain: NameId) -> Instant {
        let life = self.federation.parameters.relationship_cache_life;
        let loaded = self.process.loaded_at(domain, self.now, life);
        self.federation.replicated(self.requester, loaded)
    }

    /// What a group needs to know of a path.
    fn route(
        &mut self,
        path: Path,
        process: ProcessId,
        remote_mailbox: bool,
    ) -> Result<Route, Failure> {
        let route = Route {
            process,
            ..local_route(path_address(path), self.server, process)
        };
        match path {
            Path::Personal {
                address,
                subscription,
            } => Ok(Route {
                asked: address,
                object: PathObject::Personal(subscription.sharing_key),
                key: GroupKey::Share(subscription.sharing_key),
                application_uri: Some(subscription.application_uri),
                endpoint: Some(subscription.url),
                authentication: CallerAuthentication::DelegationToken,
                ..route
            }),
            Path::Relationship {
                address,
                relationship,
            } => {
                let view = self.loaded(address.domain);
                let row = self.federation.relationships.at(relationship, view);
                let (endpoint, cache) = match row.target_sharing_epr {
                    Some(url) => (Some(url), CacheAnswer::NotAsked),
                    None => self.cached_endpoint(address)?,
                };
                let domain = GroupKey::Domain {
                    domain: address.domain,
                    remote_mailbox,
                };
                Ok(Route {
                    object: PathObject::Relationship(relationship),
                    key: endpoint.map_or(domain, GroupKey::Url),
                    cache,
                    application_uri: row.target_application_uri,
                    autodiscover: row.target_autodiscover_epr,
                    endpoint: endpoint.map(federated),
                    authentication: CallerAuthentication::DelegationToken,
                    ..route
                })
            }
            Path::Connector { address, connector } => {
                let view = self.loaded(address.domain);
                let row = self.federation.connectors.at(connector, view);
                let (endpoint, cache) = self.cached_endpoint(address)?;
                let domain = GroupKey::OAuthDomain(address.domain);
                Ok(Route {
                    object: PathObject::Connector(connector),
                    key: endpoint.map_or(domain, GroupKey::OAuthUrl),
                    cache,
                    autodiscover: Some(row.discovery_endpoint),
                    endpoint,
                    authentication: CallerAuthentication::OAuth,
                    ..route
                })
            }
            Path::AddressSpace { space, .. } => self.address_space_route(space, route),
        }
    }

    /// The route by an address space. Public folders are refused by Exchange 2013 and later; with [`AccessMethod::InternalProxy`] only its object counts.
    fn address_space_route(
        &mut self,
        space: AddressSpaceId,
        route: Route,
    ) -> Result<Route, Failure> {
        let view = self.address_space_view();
        let row = self.federation.address_spaces.at(space, view);
        let endpoint = match row.method {
            AccessMethod::InternalProxy => None,
            AccessMethod::PublicFolder if self.own_generation() >= Generation::V2013 => {
                return Err(refusal(
                    Cause::AddressSpaceMethodUnsupported,
                    Side::Requester,
                ));
            }
            _ => Some(
                self.federation
                    .discover_address_space(row, view)
                    .ok_or(refusal(Cause::AddressSpaceDiscoveryFailed, Side::Requester))?,
            ),
        };
        Ok(Route {
            object: PathObject::AddressSpace(space),
            key: GroupKey::AddressSpace(space),
            endpoint,
            authentication: match row.method {
                AccessMethod::OrganizationWideBasic => CallerAuthentication::Basic,
                _ => CallerAuthentication::Windows,
            },
            ..route
        })
    }

    fn own_generation(&self) -> Generation {
        self.federation
            .servers
            .original(self.server)
            .edition
            .generation
    }

    /// The instant whose address spaces this process sees: they are read each hour.
    ///
    /// Source: availability configuration reader, 60 min, observed, Exchange 2013.
    fn address_space_view(&mut self) -> Instant {
        let every = self.federation.parameters.address_space_refresh;
        let read = self
            .process
            .address_spaces_read(self.federation.start, self.now, every);
        self.federation.replicated(self.requester, read)
    }

    /// The URL that the process holds for an address, if it does.
    fn cached_endpoint(&mut self, address: Address) -> Result<(Option<Url>, CacheAnswer), Failure> {
        let rules = url_cache_rules(self.federation);
        match self.process.urls.look_up(address, self.now, &rules) {
            Some(Cached::Url(url)) => Ok((Some(url), CacheAnswer::Hit)),
            None => Ok((None, CacheAnswer::Miss)),
            Some(Cached::Failure) => {
                Err(refusal(Cause::AutodiscoverNegativeEntry, Side::Requester))
            }
        }
    }
}

impl RequesterView for ServerView<'_> {
    fn federation(&self) -> Result<(), Cause> {
        let organization = self.federation.organizations.original(self.requester);
        let own = self.federation.servers.original(self.server).edition;
        let home = self
            .mailbox
            .map(|mailbox| self.federation.servers.original(mailbox.server).edition);
        let newest = organization.edition;
        // A server of 2007 has no federation of its own; an InternalProxy leads to one that has.
        let old = own.generation == Generation::V2007;
        if old || !home.unwrap_or(own).can_federate_beside(newest) {
            return Err(Cause::CoexistenceUnsupported);
        }
        self.federation
            .federation_state(self.server, self.now)
            .map_err(|off| off.cause())
    }

    fn subscription(&self, owner: Address) -> Option<PersonalSubscription> {
        let shared = self.mailbox.filter(|_| self.asks == Asks::FreeBusy);
        let subscriptions = shared?.subscriptions.iter();
        let mut subscriptions = subscriptions.chain(self.subscribed).copied();
        subscriptions.find(|subscription| subscription.owner == owner)
    }

    fn ways_to(&mut self, domain: NameId) -> WaysToDomain {
        let view = self.loaded(domain);
        let (federation, requester) = (self.federation, self.requester);
        let id = federation.relationship_for(requester, domain, view);
        let row = id.map(|id| federation.relationships.at(id, view));
        // Older servers know neither connectors nor OAuth.
        let knows_connectors =
            self.asks == Asks::FreeBusy && self.own_generation() >= Generation::V2013;
        WaysToDomain {
            connector: federation
                .connector_for(requester, domain, view)
                .filter(|_| knows_connectors),
            relationship: (id, read_as_requester(row, self.asks)),
        }
    }

    fn address_space(&mut self, domain: NameId) -> Option<AddressSpaceId> {
        if self.asks != Asks::FreeBusy {
            return None;
        }
        let id = self.federation.address_space_for(self.requester, domain)?;
        let exists = self
            .federation
            .address_spaces
            .at(id, self.address_space_view())
            .exists;
        exists.then_some(id)
    }
}

/// The rules of the URL cache that are in force.
pub(super) fn url_cache_rules(federation: &Federation) -> UrlCacheRules {
    UrlCacheRules {
        rule: federation.rules.uri_cache,
        negative_life: federation.rules.negative_uri_life,
        life: federation.parameters.uri_cache_life,
        entries_max: federation.parameters.uri_cache_entries,
    }
}

/// A failure that needs no leg: decided at the requester itself.
pub(super) fn refusal(cause: Cause, side: Side) -> Failure {
    let (code, inner) = match cause {
        Cause::RequesterUnknown => (ResponseCode::InvalidClientSecurityContext, None),
        _ => cause.code_on(Leg::Availability),
    };
    Failure {
        cause,
        code,
        inner,
        side,
        leg: None,
    }
}

fn federated(url: Url) -> Url {
    Url {
        path: url.path.for_federated_callers(),
        ..url
    }
}

fn path_address(path: Path) -> Address {
    match path {
        Path::Personal { address, .. }
        | Path::Connector { address, .. }
        | Path::Relationship { address, .. }
        | Path::AddressSpace { address, .. } => address,
    }
}

pub(super) fn local_route(asked: Address, server: ServerId, process: ProcessId) -> Route {
    Route {
        asked,
        object: PathObject::Local,
        key: GroupKey::Local,
        cache: CacheAnswer::NotAsked,
        server,
        process,
        application_uri: None,
        autodiscover: None,
        endpoint: None,
        authentication: CallerAuthentication::DelegationToken,
    }
}

/// The stable hash of a group's key: what its draws hang on.
fn key_hash(federation: &Federation, key: GroupKey) -> NameHash {
    match key {
        GroupKey::Url(url) | GroupKey::OAuthUrl(url) => federation.url_hash(url).with(1),
        GroupKey::Domain {
            domain,
            remote_mailbox,
        } => federation
            .names
            .hash(domain)
            .with(2 + u64::from(remote_mailbox)),
        GroupKey::OAuthDomain(domain) => federation.names.hash(domain).with(4),
        GroupKey::Share(key) => NameHash(key).with(5),
        GroupKey::AddressSpace(space) => federation.address_spaces.original(space).hash.with(6),
        GroupKey::TokenTarget(uri) => federation.names.hash(uri).with(7),
        GroupKey::Local => NameHash::default(),
    }
}
