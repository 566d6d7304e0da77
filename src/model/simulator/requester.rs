//! An organization that asks: from the client's request to the groups that leave, and back to the
//! answer.
//!
//! Owner of all that is changed here: the requester. It knows nothing of how a leg travels; `legs` and
//! `exchange` do. Invariant: each attendee of a request gets exactly one outcome.

use smallvec::SmallVec;

use crate::engine::hash::NameHash;
use crate::engine::{Instant, Schedule, Span, draw};

use super::super::address::Address;
use super::super::availability::{self, GROUP_MEMBERS_MAX, INDIVIDUALS_MAX};
use super::super::cause::Cause;
use super::super::demand::{Ask, ExplicitRequestId};
use super::super::directory::{Member, Recipient};
use super::super::federation::ProcessId;
use super::super::observation::{Fact, PathObject, Recorder, RequestIdentity};
use super::super::organization::{Generation, ServerId};
use super::super::outcome::{Asks, AttendeeOutcome, Failure, Leg, RequestOutcome, Side};
use super::super::purpose::Purpose;
use super::super::sharing_policy::SharingActions;
use super::super::throttling::Admission;
use super::invitations::shown;
use super::routes::refusal;
use super::state::{AttendeeList, AttendeeRow, GroupList, MemberNumbers, RequestRow, RequestSlot};
use super::{Event, World};

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
    /// A request that the scenario spells out is sent.
    pub(super) fn send_explicit_request(
        &mut self,
        schedule: &mut Schedule<Event>,
        id: ExplicitRequestId,
    ) {
        let row = &self.federation.requests[id];
        self.send_request(schedule, row.identity, row.ask, &row.to, row.server);
    }

    /// The client sends a request to a server of its organization. Its draws hang on its identity.
    pub(super) fn send_request(
        &mut self,
        schedule: &mut Schedule<Event>,
        identity: RequestIdentity,
        ask: Ask,
        to: &[Address],
        server: Option<ServerId>,
    ) -> RequestSlot {
        let hash = self.federation.request_hash(identity);
        self.send_request_meaning(schedule, (identity, hash), ask, to, server)
    }

    /// The same for a request whose number says only how many came before it: its draws hang on what it
    /// means, so that one more before it changes none of them.
    pub(super) fn send_request_meaning(
        &mut self,
        schedule: &mut Schedule<Event>,
        (identity, hash): (RequestIdentity, NameHash),
        ask: Ask,
        to: &[Address],
        server: Option<ServerId>,
    ) -> RequestSlot {
        let (federation, now) = (self.federation, schedule.now());
        let server = server.unwrap_or_else(|| self.entry_server(identity, &ask, hash, now));
        let (first, workers) = federation.processes(server);
        let worker =
            draw::below(self.keys.bits(Purpose::Worker, hash, 0), u64::from(workers)) as u32;
        let slot = self.requests.insert(RequestRow {
            identity,
            hash,
            ask,
            server,
            process: ProcessId(first.0 + worker),
            sent: now,
            arrived: now,
            resolving_since: now,
            attendees: to.iter().map(|&asked| attendee(asked)).collect(),
            drawn: None,
            subscription: None,
            opens: None,
            undecided: 0,
            groups: GroupList::new(),
            groups_made: 0,
            awaits_deadline: false,
            is_answered: false,
            holds_budget: false,
        });
        let attendees = to.len() as u16;
        let sent = Fact::Sent {
            from: ask.from,
            attendees,
            asks: ask.asks,
            window: ask.window,
            view: ask.view,
        };
        self.observe(now, identity, sent);
        let delay = self.client_delay(ask.asks, hash, 0);
        schedule.after(delay, self.source_of(server), Event::RequestArrives(slot));
        slot
    }

    /// One way between the client and its server. The assistant is on the server itself.
    fn client_delay(&self, asks: Asks, hash: NameHash, index: u64) -> Span {
        let law = &self.federation.parameters.client_delay;
        match asks {
            Asks::Synchronization => Span::ZERO,
            _ => law.sample(&self.keys, Purpose::ClientDelay, hash, index),
        }
    }

    /// The server that takes a request unless the scenario names one: one of the running servers of
    /// the mailbox's site and generation, else any running one, else the mailbox's own.
    fn entry_server(
        &self,
        identity: RequestIdentity,
        ask: &Ask,
        hash: NameHash,
        now: Instant,
    ) -> ServerId {
        let federation = self.federation;
        let requester = identity.requester;
        let servers = &federation.organizations.original(requester).servers;
        let home = ask.mailbox.map_or(servers[0], |key| {
            federation.mailbox(requester, key, now, &self.keys).server
        });
        let home_row = federation.servers.original(home);
        let beside = |server: &ServerId| {
            let row = federation.servers.original(*server);
            row.site == home_row.site && row.edition.generation == home_row.edition.generation
        };
        let running = || {
            let all = servers.iter().copied();
            all.filter(|&server| {
                let has_role = federation.servers.at(server, now).client_access;
                has_role && self.is_running(server, now)
            })
        };
        let bits = self.keys.bits(Purpose::Balance, hash, 0);
        let chosen = |count: usize| draw::below(bits, count as u64) as usize;
        let near = || running().filter(beside);
        match (near().count(), running().count()) {
            (0, 0) => home,
            (0, all) => running().nth(chosen(all)).unwrap_or(home),
            (count, _) => near().nth(chosen(count)).unwrap_or(home),
        }
    }

    /// A request reaches its server: limits, budget, recipients.
    pub(super) fn accept_request(&mut self, schedule: &mut Schedule<Event>, slot: RequestSlot) {
        let (federation, now) = (self.federation, schedule.now());
        let row = &mut self.requests[slot];
        row.arrived = now;
        let (identity, hash, server, process) = (row.identity, row.hash, row.server, row.process);
        let (from, named) = (row.ask.from, row.attendees.len());
        self.observe(now, identity, Fact::Arrived { server });
        if let Err((cause, side)) = self.refuse(slot, now) {
            self.requests[slot].undecided = named as u16;
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
        let asks = self.requests[slot].ask.asks;
        let held_back = if has_budget(asks) {
            self.requests[slot].holds_budget = true;
            match self.admit_user(identity.requester, from, server, now) {
                Admission::Go => Span::ZERO,
                Admission::Delay(span) => span,
                Admission::Reject(_) => unreachable!("refused above"),
            }
        } else {
            Span::ZERO
        };
        self.expand(slot, now);
        let parameters = &federation.parameters;
        let start = parameters
            .pool_cold_start
            .sample(&self.keys, Purpose::PoolStart, hash, 0);
        let wait = self.process(process).wait_until_warm(now, start);
        let resolution: Span = (0..named as u64)
            .map(|index| {
                let law = &parameters.directory_resolution;
                law.sample(&self.keys, Purpose::DirectoryResolution, hash, index)
            })
            .sum();
        let source = self.source_of(server);
        let limit = self.resolution_limit(server, now);
        self.requests[slot].resolving_since = now + wait + held_back;
        let deadline = self.budget_of(asks).unwrap_or(Span::MAX);
        let (span, event) = if resolution > limit {
            (wait + held_back + limit, Event::ResolutionGivenUp(slot))
        } else {
            (
                wait + held_back + resolution,
                Event::RecipientsResolved(slot),
            )
        };
        // Whatever holds the request up, its time runs from its arrival.
        let (span, event) = if span >= deadline {
            (deadline, Event::ResolutionGivenUp(slot))
        } else {
            (span, event)
        };
        schedule.after(span, source, event);
    }

    /// Why a request is refused whole, and who has to act.
    fn refuse(&mut self, slot: RequestSlot, now: Instant) -> Result<(), (Cause, Side)> {
        let federation = self.federation;
        let row = &self.requests[slot];
        let (server, identity) = (row.server, row.identity);
        let ask = row.ask;
        if !self.is_running(server, now) {
            return Err((Cause::PublishingHostDown, Side::Requester));
        }
        if ask.mailbox.is_none() {
            return Err((Cause::RequesterUnknown, Side::Client));
        }
        availability::refuse_request(&federation.query(&ask, row.attendees.len()))
            .map_err(|cause| (cause, Side::Client))?;
        if !has_budget(ask.asks) {
            return Ok(());
        }
        match self.peek_user(identity.requester, ask.from, server, now) {
            Admission::Reject(_) => Err((Cause::ThrottlingCallerOverBudget, Side::Client)),
            Admission::Go | Admission::Delay(_) => Ok(()),
        }
    }

    /// Makes the list of attendees: distribution groups are expanded, and what exceeds a limit fails.
    fn expand(&mut self, slot: RequestSlot, now: Instant) {
        let federation = self.federation;
        let row = &mut self.requests[slot];
        let requester = row.identity.requester;
        let named = std::mem::take(&mut row.attendees);
        let mut attendees = AttendeeList::new();
        for address in named.into_iter().map(|attendee| attendee.asked) {
            let Some(Recipient::Group(group)) = federation.recipient(requester, address) else {
                attendees.push(attendee(address));
                continue;
            };
            if federation.groups.at(group, now).deleted {
                let (cause, side) = (Cause::RecipientNotFound, Side::Client);
                attendees.push(failed(address, cause, side));
                continue;
            }
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
        let spent = schedule.now().since(self.requests[slot].arrived);
        let budget = self.budget_of(self.requests[slot].ask.asks);
        let cause = if spent >= budget.unwrap_or(Span::MAX) {
            Cause::DeadlineAtOwnServer
        } else {
            Cause::RecipientResolutionSlow
        };
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
        let mut groups = GroupList::new();
        for number in self.processing_order(slot) {
            let route = match self.requests[slot].ask.asks {
                Asks::Invitation => self.choose_invitation(slot, number, now),
                Asks::OpenInvitation => Ok(self.choose_opening(slot, number)),
                _ => self
                    .choose_route(slot, number, now)
                    .map_err(AttendeeOutcome::Failed),
            };
            let route = match route {
                Ok(route) => route,
                Err(outcome) => {
                    self.decide(slot, number, now, outcome);
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
            let is_alone = is_alone(self.requests[slot].ask.asks, path);
            let same = groups
                .iter()
                .copied()
                .find(|&group| !is_alone && self.groups[group].key == route.key);
            let group = same.unwrap_or_else(|| {
                let group = self.form_group(slot, route, now);
                groups.push(group);
                group
            });
            self.groups[group].members.push(number);
            if self.requests[slot].ask.asks.is_synchronization() {
                self.begin_run(group, asked, now);
            }
        }
        for group in groups {
            self.dispatch_group(schedule, group);
        }
        self.finish_if_decided(schedule, slot);
        let row = &mut self.requests[slot];
        if row.ask.asks == Asks::Synchronization {
            row.awaits_deadline = false;
            self.free_request(slot);
        }
    }

    /// Schedules the first look at the clock at or after the deadline: the dispatcher looks once a
    /// second from the moment it begins.
    ///
    /// Source: 25 s from arrival, polled each second, observed, Exchange 2013.
    fn await_deadline(&mut self, schedule: &mut Schedule<Event>, slot: RequestSlot) {
        let parameters = &self.federation.parameters;
        let row = &self.requests[slot];
        let Some(budget) = self.budget_of(row.ask.asks) else {
            // Its row is held until all its groups have left, though there is no deadline.
            self.requests[slot].awaits_deadline = true;
            return;
        };
        let deadline = row.arrived + budget;
        let remaining = deadline.since(schedule.now()).nanoseconds();
        let poll = parameters.deadline_poll;
        let polls = remaining.div_ceil(poll.nanoseconds()).max(1);
        self.requests[slot].awaits_deadline = true;
        let source = self.source_of(self.requests[slot].server);
        schedule.after(poll.times(polls), source, Event::DeadlinePassed(slot));
        let server = self.requests[slot].server;
        let began = self.requests[slot].resolving_since;
        let limit = began + self.resolution_limit(server, schedule.now());
        let generation = self.federation.servers.original(server).edition.generation;
        // The row is held until the deadline, which is later.
        if generation <= Generation::V2010 && limit < deadline && limit > schedule.now() {
            schedule.at(limit, source, Event::DiscoveryGivenUp(slot));
        }
    }

    /// How long a server may take to resolve recipients.
    fn resolution_limit(&self, server: ServerId, now: Instant) -> Span {
        let row = self.federation.servers.at(server, now);
        let usual = self.federation.parameters.recipient_resolution_limit;
        row.recipient_resolution_limit.unwrap_or(usual)
    }

    /// On Exchange 2010, where discovery counts as resolving recipients: groups that still discover fail.
    ///
    /// Source: RecipientResolutionTimeoutInSeconds, Availability service, Exchange 2010 (docs). Observed
    /// of Exchange 2013: discovery has all the time of the request.
    pub(super) fn give_up_discovery(&mut self, schedule: &mut Schedule<Event>, slot: RequestSlot) {
        if self.requests[slot].is_answered {
            return;
        }
        // A group that ends may leave the list.
        for group in self.requests[slot].groups.clone() {
            self.abort_discovery(schedule, group);
        }
        self.finish_if_decided(schedule, slot);
    }

    /// The numbers of the undecided attendees, mailboxes first, unknown addresses last.
    fn processing_order(&self, slot: RequestSlot) -> MemberNumbers {
        let row = &self.requests[slot];
        let undecided = row
            .attendees
            .iter()
            .enumerate()
            .filter(|(_, a)| a.outcome.is_none());
        let mut order: SmallVec<[(Kind, u16); 8]> = undecided
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
        let outcome = match outcome {
            AttendeeOutcome::Failed(failure) => {
                AttendeeOutcome::Failed(shown(row.ask.asks, failure))
            }
            answered => answered,
        };
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
            asked: attendee.asked,
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
        let opened = row.opens.take();
        let (identity, hash, sent, asks) = (row.identity, row.hash, row.sent, row.ask.asks);
        let is_answer = |attendee: &&AttendeeRow| {
            let outcome = attendee.outcome.as_ref();
            outcome.is_some_and(AttendeeOutcome::is_answer)
        };
        let views = row.attendees.iter().filter(is_answer).count();
        let attendees = row.attendees.len();
        let way_back = self.client_delay(asks, hash, 1);
        self.release_user(slot);
        if let Some(opened) = opened {
            self.invitations.remove(opened);
        }
        let outcome = RequestOutcome::of(views, attendees);
        let fact = Fact::RequestDone {
            outcome,
            views: views as u16,
            attendees: attendees as u16,
            latency: now.since(sent) + way_back,
        };
        self.observe(now, identity, fact);
        self.retry(schedule, slot, outcome, way_back);
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

/// Whether an attendee is in no group with others: a call asks for one photo, a run is of one folder.
///
/// Source: GetUserPhoto operation (docs).
fn is_alone(asks: Asks, path: PathObject) -> bool {
    asks.is_synchronization() || asks == Asks::Photos && path != PathObject::Local
}

/// Whether a request counts against its user's throttling budget: not what the assistant does by itself.
fn has_budget(asks: Asks) -> bool {
    asks != Asks::Synchronization
}

fn attendee(asked: Address) -> AttendeeRow {
    AttendeeRow {
        asked,
        path: None,
        offered: SharingActions::NONE,
        outcome: None,
    }
}

fn failed(asked: Address, cause: Cause, side: Side) -> AttendeeRow {
    AttendeeRow {
        outcome: Some(AttendeeOutcome::Failed(refusal(cause, side))),
        ..attendee(asked)
    }
}
