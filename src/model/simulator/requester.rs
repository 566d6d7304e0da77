//! An organization that asks: from the client's request to the groups that leave, and back to the
//! answer.
//!
//! Owner of all that is changed here: the requester. It knows nothing of how a leg travels; `legs` and
//! `exchange` do. Invariant: each attendee of a request gets exactly one outcome.

use crate::engine::hash::NameHash;
use crate::engine::{Instant, Schedule, Span, draw};

use super::super::address::{Address, Url};
use super::super::autodiscover::{Cached, UrlCacheRules};
use super::super::availability::{
    self, AttendeeKind, GROUP_MEMBERS_MAX, GroupKey, INDIVIDUALS_MAX, Path, RequesterView,
    WaysToDomain,
};
use super::super::cause::Cause;
use super::super::directory::{
    FederatedIdentity, MailboxKey, MailboxView, Member, PersonalSubscription, Recipient,
    federated_address,
};
use super::super::federation::{ExplicitRequestId, Federation, ProcessId};
use super::super::names::NameId;
use super::super::observation::{CacheAnswer, Fact, PathObject, Recorder};
use super::super::organization::{AcceptedDomainKind, OrgId, ServerId};
use super::super::outcome::{AttendeeOutcome, Failure, Leg, RequestOutcome, ResponseCode, Side};
use super::super::publishing::CallerAuthentication;
use super::super::purpose::Purpose;
use super::super::relationship::{
    AccessMethod, AddressSpaceId, RequesterReading, read_as_requester,
};
use super::super::throttling::Admission;
use super::process::Process;
use super::state::{AttendeeRow, GroupRow, GroupSlot, RequestRow, RequestSlot, TokenState};
use super::{Event, World};

/// A path with what a group needs to know of it.
#[derive(Clone, Copy, Debug)]
struct Route {
    asked: Address,
    object: PathObject,
    key: GroupKey,
    cache: CacheAnswer,
    server: ServerId,
    process: ProcessId,
    application_uri: Option<NameId>,
    autodiscover: Option<Url>,
    endpoint: Option<Url>,
    authentication: CallerAuthentication,
}

/// How an attendee's address is classified, in the order in which kinds are processed.
///
/// Source: processing order of addresses, observed, Exchange 2013.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Mailbox,
    MailUser,
    Contact,
    Unknown,
}

impl<R: Recorder> World<'_, R> {
    /// The client sends a request to a server of its organization.
    pub(super) fn send_request(&mut self, schedule: &mut Schedule<Event>, id: ExplicitRequestId) {
        let federation = self.federation;
        let (explicit, now) = (&federation.requests[id], schedule.now());
        let hash = federation.request_hash(explicit.identity);
        let server = self.entry_server(id, hash, now);
        let (first, workers) = federation.processes(server);
        let worker =
            draw::below(self.keys.bits(Purpose::Worker, hash, 0), u64::from(workers)) as u32;
        let slot = self.requests.insert(RequestRow {
            identity: explicit.identity,
            hash,
            explicit: id,
            mailbox: explicit.mailbox,
            server,
            process: ProcessId(first.0 + worker),
            sent: now,
            arrived: now,
            attendees: Vec::with_capacity(explicit.to.len()),
            undecided: 0,
            groups: Vec::new(),
            groups_made: 0,
            awaits_deadline: false,
            is_answered: false,
            holds_budget: false,
        });
        let (attendees, window, view) = (explicit.to.len() as u16, explicit.window, explicit.view);
        let sent = Fact::Sent {
            from: explicit.from,
            attendees,
            window,
            view,
        };
        self.observe(now, explicit.identity, sent);
        let delay =
            federation
                .parameters
                .client_delay
                .sample(&self.keys, Purpose::ClientDelay, hash, 0);
        schedule.after(delay, self.source_of(server), Event::RequestArrives(slot));
    }

    /// The server that takes a request: the one the scenario names, else one of the running servers
    /// of the mailbox's site and generation, else any running one, else the mailbox's own.
    fn entry_server(&self, id: ExplicitRequestId, hash: NameHash, now: Instant) -> ServerId {
        let federation = self.federation;
        let explicit = &federation.requests[id];
        if let Some(server) = explicit.server {
            return server;
        }
        let requester = explicit.identity.requester;
        let servers = &federation.organizations.original(requester).servers;
        let home = explicit.mailbox.map_or(servers[0], |key| {
            federation.mailbox(requester, key, now, &self.keys).server
        });
        let home_row = federation.servers.original(home);
        let beside = |server: &ServerId| {
            let row = federation.servers.original(*server);
            row.site == home_row.site && row.edition.generation == home_row.edition.generation
        };
        let running: Vec<ServerId> = servers
            .iter()
            .copied()
            .filter(|&server| self.is_running(server, now))
            .collect();
        let near: Vec<ServerId> = running.iter().copied().filter(beside).collect();
        let candidates = if near.is_empty() { running } else { near };
        let bits = self.keys.bits(Purpose::Balance, hash, 0);
        let chosen = draw::below(bits, candidates.len() as u64) as usize;
        candidates.get(chosen).copied().unwrap_or(home)
    }

    /// A request reaches its server: limits, budget, recipients.
    pub(super) fn accept_request(&mut self, schedule: &mut Schedule<Event>, slot: RequestSlot) {
        let (federation, now) = (self.federation, schedule.now());
        let row = &mut self.requests[slot];
        row.arrived = now;
        let (identity, hash, server, process) = (row.identity, row.hash, row.server, row.process);
        let explicit = &federation.requests[row.explicit];
        self.observe(now, identity, Fact::Arrived { server });
        if let Err((cause, side)) = self.refuse(slot, now) {
            let attendees = explicit.to.iter().map(|&asked| attendee(asked)).collect();
            self.requests[slot].attendees = attendees;
            self.requests[slot].undecided = explicit.to.len() as u16;
            let (code, inner) = cause.code_on(Leg::Availability);
            self.fail_undecided(
                slot,
                now,
                Failure {
                    cause,
                    code,
                    inner,
                    side,
                    leg: None,
                },
            );
            return self.finish_request(schedule, slot);
        }
        let held_back = match self.admit_user(identity.requester, explicit.from, server, now) {
            Admission::Go => Span::ZERO,
            Admission::Delay(span) => span,
            Admission::Reject(_) => unreachable!("refused above"),
        };
        self.requests[slot].holds_budget = true;
        self.expand(slot, now);
        let parameters = &federation.parameters;
        let start = parameters
            .pool_cold_start
            .sample(&self.keys, Purpose::PoolStart, hash, 0);
        let wait = self.process(process).wait_until_warm(now, start);
        let resolution: Span = (0..explicit.to.len() as u64)
            .map(|index| {
                let law = &parameters.directory_resolution;
                law.sample(&self.keys, Purpose::DirectoryResolution, hash, index)
            })
            .sum();
        let source = self.source_of(server);
        let limit = parameters.recipient_resolution_limit;
        let (span, event) = if resolution > limit {
            (limit, Event::ResolutionGivenUp(slot))
        } else {
            (resolution, Event::RecipientsResolved(slot))
        };
        schedule.after(wait + held_back + span, source, event);
    }

    /// Why a request is refused whole, and who has to act.
    fn refuse(&mut self, slot: RequestSlot, now: Instant) -> Result<(), (Cause, Side)> {
        let federation = self.federation;
        let row = &self.requests[slot];
        let (server, identity) = (row.server, row.identity);
        let explicit = &federation.requests[row.explicit];
        if !self.is_running(server, now) {
            return Err((Cause::PublishingHostDown, Side::Requester));
        }
        if row.mailbox.is_none() {
            return Err((Cause::RequesterUnknown, Side::Client));
        }
        availability::refuse_request(&federation.query(explicit))
            .map_err(|cause| (cause, Side::Client))?;
        match self.peek_user(identity.requester, explicit.from, server, now) {
            Admission::Reject(_) => Err((Cause::ThrottlingCallerOverBudget, Side::Client)),
            Admission::Go | Admission::Delay(_) => Ok(()),
        }
    }

    /// Makes the list of attendees: distribution groups are expanded, and what exceeds a limit fails.
    fn expand(&mut self, slot: RequestSlot, now: Instant) {
        let federation = self.federation;
        let row = &self.requests[slot];
        let requester = row.identity.requester;
        let mut attendees = Vec::new();
        for &address in &federation.requests[row.explicit].to {
            let Some(Recipient::Group(group)) = federation.recipient(requester, address) else {
                attendees.push(attendee(address));
                continue;
            };
            let members = self.flatten(group, now);
            if members.len() > GROUP_MEMBERS_MAX {
                attendees.push(failed(address, Cause::RecipientGroupTooLarge, Side::Client));
            } else {
                attendees.extend(members.into_iter().map(attendee));
            }
        }
        for beyond in attendees.iter_mut().skip(INDIVIDUALS_MAX) {
            *beyond = failed(beyond.asked, Cause::RecipientIndividualLimit, Side::Client);
        }
        let undecided = attendees
            .iter()
            .filter(|attendee| attendee.outcome.is_none())
            .count();
        let row = &mut self.requests[slot];
        row.undecided = undecided as u16;
        row.attendees = attendees;
        for number in 0..self.requests[slot].attendees.len() {
            if let Some(outcome) = self.requests[slot].attendees[number].outcome {
                self.observe_attendee(slot, number as u16, now, outcome);
            }
        }
    }

    /// The addresses in a group, nested groups expanded, each once, in order.
    fn flatten(&self, group: super::super::directory::GroupId, now: Instant) -> Vec<Address> {
        let federation = self.federation;
        let (mut open, mut seen, mut addresses) = (vec![group], vec![group], Vec::new());
        while let Some(group) = open.pop() {
            for &member in &federation.groups.at(group, now).members {
                match member {
                    Member::Address(address) if !addresses.contains(&address) => {
                        addresses.push(address);
                    }
                    Member::Group(nested) if !seen.contains(&nested) => {
                        seen.push(nested);
                        open.push(nested);
                    }
                    Member::Address(_) | Member::Group(_) => {}
                }
            }
        }
        addresses
    }

    /// Active Directory has not resolved the attendees in time.
    pub(super) fn give_up_resolution(&mut self, schedule: &mut Schedule<Event>, slot: RequestSlot) {
        let cause = Cause::RecipientResolutionSlow;
        let (code, inner) = cause.code_on(Leg::Availability);
        let failure = Failure {
            cause,
            code,
            inner,
            side: Side::Requester,
            leg: None,
        };
        self.fail_undecided(slot, schedule.now(), failure);
        self.finish_request(schedule, slot);
    }

    /// Attendees are resolved: each gets a path, those with the same key form a group, groups leave.
    pub(super) fn dispatch_request(&mut self, schedule: &mut Schedule<Event>, slot: RequestSlot) {
        let now = schedule.now();
        self.await_deadline(schedule, slot);
        let mut groups: Vec<GroupSlot> = Vec::new();
        for number in self.processing_order(slot) {
            let route = match self.choose_route(slot, number, now) {
                Ok(route) => route,
                Err(failure) => {
                    self.decide(slot, number, now, AttendeeOutcome::Failed(failure));
                    continue;
                }
            };
            let attendee = &mut self.requests[slot].attendees[usize::from(number)];
            attendee.asked = route.asked;
            attendee.path = Some(route.object);
            let (asked, path, cache) = (route.asked, route.object, route.cache);
            let identity = self.requests[slot].identity;
            self.observe(
                now,
                identity,
                Fact::PathChosen {
                    attendee: number,
                    asked,
                    path,
                    cache,
                },
            );
            let same = groups
                .iter()
                .copied()
                .find(|&group| self.groups[group].key == route.key);
            let group = same.unwrap_or_else(|| {
                let group = self.form_group(slot, route, now);
                groups.push(group);
                group
            });
            self.groups[group].members.push(number);
        }
        for group in groups {
            self.dispatch_group(schedule, group);
        }
        self.finish_if_decided(schedule, slot);
    }

    /// Schedules the first look at the clock at or after the deadline: the dispatcher looks once a
    /// second from the moment it begins.
    ///
    /// Source: 25 s from arrival, polled each second, observed, Exchange 2013.
    fn await_deadline(&mut self, schedule: &mut Schedule<Event>, slot: RequestSlot) {
        let parameters = &self.federation.parameters;
        let deadline = self.requests[slot].arrived + parameters.availability_deadline;
        let remaining = deadline.since(schedule.now()).nanoseconds();
        let poll = parameters.deadline_poll;
        let polls = remaining.div_ceil(poll.nanoseconds()).max(1);
        self.requests[slot].awaits_deadline = true;
        let source = self.source_of(self.requests[slot].server);
        schedule.after(poll.times(polls), source, Event::DeadlinePassed(slot));
    }

    /// The numbers of the undecided attendees, mailboxes first, unknown addresses last.
    fn processing_order(&self, slot: RequestSlot) -> Vec<u16> {
        let row = &self.requests[slot];
        let undecided = row
            .attendees
            .iter()
            .enumerate()
            .filter(|(_, a)| a.outcome.is_none());
        let mut order: Vec<(Kind, u16)> = undecided
            .map(|(number, attendee)| {
                let recipient = self
                    .federation
                    .recipient(row.identity.requester, attendee.asked);
                let kind = match recipient {
                    Some(Recipient::Mailbox(_)) => Kind::Mailbox,
                    Some(Recipient::MailUser { .. }) => Kind::MailUser,
                    Some(Recipient::Contact { .. }) => Kind::Contact,
                    Some(Recipient::Group(_)) | None => Kind::Unknown,
                };
                (kind, number as u16)
            })
            .collect();
        order.sort_unstable();
        order.into_iter().map(|(_, number)| number).collect()
    }

    /// The path to one attendee, and the group that it belongs to.
    fn choose_route(
        &mut self,
        slot: RequestSlot,
        number: u16,
        now: Instant,
    ) -> Result<Route, Failure> {
        let row = &self.requests[slot];
        let (requester, server, process) = (row.identity.requester, row.server, row.process);
        let address = row.attendees[usize::from(number)].asked;
        let kind = match self.classify(requester, address)? {
            None => return Ok(local_route(address, server, process)),
            Some(kind) => kind,
        };
        let mailbox = self.requests[slot].mailbox;
        let route = self.route_at(requester, server, process, mailbox, kind, now)?;
        // Behind an InternalProxy a newer server of the same organization chooses again.
        let PathObject::AddressSpace(space) = route.object else {
            return Ok(route);
        };
        let space = self.federation.address_spaces.at(space, now);
        match (space.method, space.proxy_server) {
            (AccessMethod::InternalProxy, Some(newer)) if newer != server => {
                let process = self.federation.first_process[newer];
                self.route_at(requester, newer, process, mailbox, kind, now)
            }
            _ => Ok(route),
        }
    }

    /// What kind of recipient an address is to its own organization; none: a mailbox here.
    fn classify(
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
                    return Err(refusal(Cause::RecipientNotFound, Side::Client));
                }
                Ok(Some(AttendeeKind::PlainExternal(address)))
            }
        }
    }

    /// The path that a server of the requester chooses.
    fn route_at(
        &mut self,
        requester: OrgId,
        server: ServerId,
        process: ProcessId,
        mailbox: Option<MailboxKey>,
        kind: AttendeeKind,
        now: Instant,
    ) -> Result<Route, Failure> {
        let federation = self.federation;
        let mailbox = mailbox.map(|key| federation.mailbox(requester, key, now, &self.keys));
        let mut view = ServerView {
            federation,
            process: self.processes[process].get_or_insert_with(Default::default),
            requester,
            server,
            mailbox,
            now,
        };
        let path = availability::choose_path(kind, &mut view)?;
        let remote_mailbox = matches!(kind, AttendeeKind::MailUserOrContact { .. });
        view.route(path, process, remote_mailbox)
    }

    fn form_group(&mut self, slot: RequestSlot, route: Route, now: Instant) -> GroupSlot {
        let row = &mut self.requests[slot];
        let number = row.groups_made;
        row.groups_made += 1;
        let hash = row.hash.with(key_hash(self.federation, route.key).0);
        let group = self.groups.insert(GroupRow {
            request: slot,
            number,
            hash,
            key: route.key,
            path: route.object,
            domain: route.asked.domain,
            server: route.server,
            process: route.process,
            members: Vec::new(),
            email: None,
            application_uri: route.application_uri,
            autodiscover: route.autodiscover,
            endpoint: route.endpoint,
            authentication: route.authentication,
            free_busy_token: TokenState::NotNeeded,
            autodiscover_token: TokenState::NotNeeded,
            redirects: 0,
            calls: Vec::new(),
            awaits_oauth: false,
            is_at_server: false,
            started: now,
            is_over: false,
            failure: None,
        });
        self.requests[slot].groups.push(group);
        group
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
        let requester = self.requests[slot].identity.requester;
        let life = federation.parameters.relationship_cache_life;
        let loaded = self.process(process).loaded_at(address.domain, now, life);
        let view = federation.replicated(requester, loaded);
        let id = federation.relationship_for(requester, address.domain, view);
        let relationship = id.map(|id| federation.relationships.at(id, view));
        let usable = relationship.filter(|relationship| {
            read_as_requester(Some(relationship)) == RequesterReading::Ask
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
        let mailbox: MailboxView<'_> = match request.mailbox {
            Some(key) => federation.mailbox(requester, key, now, &self.keys),
            None => return Err(refusal(Cause::RequesterUnknown, Side::Client)),
        };
        let immutable = match mailbox.identity {
            FederatedIdentity::AccountNamespace => true,
            FederatedIdentity::Immutable(suffix) => {
                suffix == organization.identifier.account_namespace
            }
            FederatedIdentity::UserPrincipalName => false,
        };
        if !immutable {
            return Err(refusal(
                Cause::RequesterIdentityNotImmutable,
                Side::Requester,
            ));
        }
        let email = federated_address(organization, mailbox).ok_or(refusal(
            Cause::RequesterWithoutFederatedAddress,
            Side::Requester,
        ))?;
        if let PathObject::Relationship(id) = row.path {
            let known = federation.relationships.at(id, now).target_token_issuer;
            if known.is_some() && known != organization.trust.token_issuer_uri {
                return Err(refusal(Cause::TokenUnknownIssuer, Side::Requester));
            }
        }
        self.groups[group].email = Some(email);
        Ok(())
    }

    /// Gives an attendee its outcome, once.
    pub(super) fn decide(
        &mut self,
        slot: RequestSlot,
        number: u16,
        now: Instant,
        outcome: AttendeeOutcome,
    ) {
        let row = &mut self.requests[slot];
        let attendee = &mut row.attendees[usize::from(number)];
        if row.is_answered || attendee.outcome.is_some() {
            return;
        }
        attendee.outcome = Some(outcome);
        row.undecided -= 1;
        self.observe_attendee(slot, number, now, outcome);
    }

    fn observe_attendee(
        &mut self,
        slot: RequestSlot,
        number: u16,
        now: Instant,
        outcome: AttendeeOutcome,
    ) {
        let row = &self.requests[slot];
        let attendee = &row.attendees[usize::from(number)];
        let target = self
            .federation
            .index
            .domain_owners
            .get(&attendee.asked.domain)
            .copied();
        let path = attendee.path.map(PathObject::kind);
        let fact = Fact::AttendeeDone {
            attendee: number,
            path,
            target,
            outcome,
        };
        self.observe(now, row.identity, fact);
    }

    /// All attendees without an outcome fail alike.
    fn fail_undecided(&mut self, slot: RequestSlot, now: Instant, failure: Failure) {
        for number in 0..self.requests[slot].attendees.len() as u16 {
            self.decide(slot, number, now, AttendeeOutcome::Failed(failure));
        }
    }

    /// The dispatcher finds that the time is up: what is still open is aborted.
    pub(super) fn pass_deadline(&mut self, schedule: &mut Schedule<Event>, slot: RequestSlot) {
        if !self.requests[slot].is_answered {
            // Aborting frees groups that nothing names any more, and takes them off this list.
            for group in self.requests[slot].groups.clone() {
                self.abort_group(schedule, group);
            }
            self.finish_if_decided(schedule, slot);
        }
        // Last, because it lets the row go.
        self.requests[slot].awaits_deadline = false;
        self.free_request(slot);
    }

    /// Answers the request when each attendee has its outcome.
    pub(super) fn finish_if_decided(&mut self, schedule: &mut Schedule<Event>, slot: RequestSlot) {
        let row = &self.requests[slot];
        if row.undecided == 0 && !row.is_answered {
            self.finish_request(schedule, slot);
        }
    }

    fn finish_request(&mut self, schedule: &mut Schedule<Event>, slot: RequestSlot) {
        let now = schedule.now();
        let row = &mut self.requests[slot];
        row.is_answered = true;
        let (identity, hash, sent) = (row.identity, row.hash, row.sent);
        let is_view =
            |attendee: &&AttendeeRow| matches!(attendee.outcome, Some(AttendeeOutcome::View(_)));
        let views = row.attendees.iter().filter(is_view).count();
        let attendees = row.attendees.len();
        let law = &self.federation.parameters.client_delay;
        let way_back = law.sample(&self.keys, Purpose::ClientDelay, hash, 1);
        self.release_user(slot);
        let fact = Fact::RequestDone {
            outcome: RequestOutcome::of(views, attendees),
            views: views as u16,
            attendees: attendees as u16,
            latency: now.since(sent) + way_back,
        };
        self.observe(now, identity, fact);
        self.free_request(slot);
    }

    /// Frees the row of a request when it is answered and nothing names it any more.
    pub(super) fn free_request(&mut self, slot: RequestSlot) {
        let row = &self.requests[slot];
        if row.is_answered && row.groups.is_empty() && !row.awaits_deadline {
            self.requests.remove(slot);
        }
    }
}

/// What one server of the requester sees when it chooses a path.
struct ServerView<'a> {
    federation: &'a Federation,
    process: &'a mut Process,
    requester: OrgId,
    server: ServerId,
    mailbox: Option<MailboxView<'a>>,
    now: Instant,
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

    /// The route by an address space; with [`AccessMethod::InternalProxy`] only its object counts.
    fn address_space_route(&self, space: AddressSpaceId, route: Route) -> Result<Route, Failure> {
        let view = self.address_space_view();
        let row = self.federation.address_spaces.at(space, view);
        let endpoint = match row.method {
            AccessMethod::InternalProxy => None,
            AccessMethod::PublicFolder => {
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
            authentication: CallerAuthentication::Credentials,
            ..route
        })
    }

    /// The instant whose address spaces this server sees: they are read each hour from the start.
    ///
    /// Source: availability configuration reader, 60 min, observed, Exchange 2013.
    fn address_space_view(&self) -> Instant {
        let every = self.federation.parameters.address_space_refresh;
        let since = self.now.since(self.federation.start).nanoseconds();
        let rounds = since / every.nanoseconds().max(1);
        let read = self.federation.start + every.times(rounds);
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
        let old = own.generation == super::super::organization::Generation::V2007;
        if old || !home.unwrap_or(own).can_federate_beside(newest) {
            return Err(Cause::CoexistenceUnsupported);
        }
        self.federation
            .federation_state(self.server, self.now)
            .map_err(|off| off.cause())
    }

    fn subscription(&self, owner: Address) -> Option<PersonalSubscription> {
        let subscriptions = self.mailbox?.subscriptions;
        subscriptions
            .iter()
            .copied()
            .find(|subscription| subscription.owner == owner)
    }

    fn ways_to(&mut self, domain: NameId) -> WaysToDomain {
        let view = self.loaded(domain);
        let (federation, requester) = (self.federation, self.requester);
        let id = federation.relationship_for(requester, domain, view);
        let row = id.map(|id| federation.relationships.at(id, view));
        WaysToDomain {
            connector: federation.connector_for(requester, domain, view),
            relationship: (id, read_as_requester(row)),
        }
    }

    fn address_space(&self, domain: NameId) -> Option<AddressSpaceId> {
        let id = *self
            .federation
            .index
            .address_spaces
            .get(&(self.requester, domain))?;
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
fn refusal(cause: Cause, side: Side) -> Failure {
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

fn local_route(asked: Address, server: ServerId, process: ProcessId) -> Route {
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

fn attendee(asked: Address) -> AttendeeRow {
    AttendeeRow {
        asked,
        path: None,
        outcome: None,
    }
}

fn failed(asked: Address, cause: Cause, side: Side) -> AttendeeRow {
    AttendeeRow {
        outcome: Some(AttendeeOutcome::Failed(refusal(cause, side))),
        ..attendee(asked)
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
        GroupKey::Local => NameHash::default(),
    }
}
