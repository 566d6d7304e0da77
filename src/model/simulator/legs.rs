//! The legs of a group: tokens side by side, then Autodiscover, then the availability calls.
//!
//! Owner of all that is changed here: the requester. It knows nothing of how a call travels. Invariant:
//! a group ends once, when each of its members has an outcome or the request has been answered without
//! it; what comes later is wasted work.

use smallvec::{SmallVec, smallvec};

use crate::engine::station::Admission;
use crate::engine::{Instant, Schedule, Span};

use super::super::address::{Address, Url};
use super::super::autodiscover::{Answer, Cached, REDIRECTS_MAX};
use super::super::cause::Cause;
use super::super::observation::{Fact, PathKind, PathObject, Recorder};
use super::super::outcome::{
    Asks, AttendeeOutcome, Failure, GroupOutcome, Leg, ResponseCode, Side,
};
use super::super::publishing::CallerAuthentication;
use super::super::token::{DelegationToken, Offer};
use super::invitations;
use super::routes::url_cache_rules;
use super::state::{
    CallRow, CallSlot, CallStage, Customer, GroupList, GroupSlot, Members, Reply, RequestSlot,
    ShownEntries, TokenState,
};
use super::{Event, World};
use crate::model::observation::NameAnswer;

impl<R: Recorder> World<'_, R> {
    /// A group leaves: after its share of the server's time its first legs begin.
    pub(super) fn dispatch_group(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        let now = schedule.now();
        let row = &self.groups[group];
        let (identity, server) = (self.requests[row.request].identity, row.server);
        let (number, attendees) = (row.number, row.members.len() as u16);
        let (path, domain, endpoint) = (row.path, row.domain, row.endpoint);
        let fact = Fact::GroupDispatched {
            group: number,
            attendees,
            path,
            domain,
            endpoint,
        };
        self.observe(now, identity, fact);
        let is_federated = match path {
            PathObject::Personal(_) | PathObject::Relationship(_) => true,
            PathObject::Invitation(_) => self.asks_of(group) == Asks::Invitation,
            _ => false,
        };
        if is_federated && let Err(failure) = self.prepare_identity(group, now) {
            return self.fail_group(schedule, group, failure);
        }
        self.groups[group].is_at_server = true;
        match self.station(server).arrive(now, Customer::Outbound(group)) {
            Admission::Starts => self.begin_outbound(schedule, group),
            Admission::Waits => {}
            Admission::Refused => {
                self.groups[group].is_at_server = false;
                let failure = failure(
                    Cause::PublishingServerBusy,
                    Leg::Availability,
                    Side::Requester,
                );
                self.fail_group(schedule, group, failure);
            }
        }
    }

    /// A server of the requester begins to work on a group.
    pub(super) fn begin_outbound(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        let row = &self.groups[group];
        let (server, hash) = (row.server, row.hash);
        let parameters = &self.federation.parameters;
        let span = match row.path {
            PathObject::Local => {
                let mailboxes = row.members.len() as u64;
                self.reading_work(self.asks_of(group), hash, mailboxes, 0)
            }
            PathObject::Invitation(_) if self.asks_of(group) == Asks::OpenInvitation => {
                self.reading_work(Asks::OpenInvitation, hash, 1, 0)
            }
            _ => parameters.outbound_cpu,
        };
        self.charge_user(group, span, schedule.now());
        let source = self.source_of(server);
        let span = self.federation.servers.original(server).slowed(span);
        self.station(server).announce(schedule.now(), span);
        schedule.after(span, source, Event::ServiceEnds(Customer::Outbound(group)));
    }

    /// A server of the requester has done its work for a group.
    pub(super) fn end_outbound(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        self.groups[group].is_at_server = false;
        if self.groups[group].is_over {
            return self.free_group(group);
        }
        match self.groups[group].path {
            PathObject::Local => self.read_locally(schedule, group),
            PathObject::Invitation(_) if self.asks_of(group) == Asks::OpenInvitation => {
                self.open_invitation(schedule, group);
            }
            PathObject::Connector(_) => self.ask_for_oauth(schedule, group),
            PathObject::AddressSpace(_) => match self.groups[group].endpoint {
                Some(url) => self.start_availability(schedule, group, url, self.members(group)),
                None => {
                    let cause = Cause::AddressSpaceDiscoveryFailed;
                    let failure = failure(cause, Leg::Availability, Side::Requester);
                    self.fail_group(schedule, group, failure);
                }
            },
            PathObject::Personal(_) | PathObject::Relationship(_) | PathObject::Invitation(_) => {
                self.ask_for_tokens(schedule, group);
            }
        }
    }

    /// With the tokens at hand: to the endpoint if it is known, else to Autodiscover.
    pub(super) fn go_on_to_target(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        if self.asks_of(group) == Asks::Invitation {
            return self.send_invitations(schedule, group);
        }
        let row = &self.groups[group];
        if row.run.is_some() {
            return self.go_on_with_run(schedule, group);
        }
        let members = self.members(group);
        match (row.endpoint, row.autodiscover) {
            (Some(url), _) => self.start_availability(schedule, group, url, members),
            (None, Some(url)) => self.start_autodiscover(schedule, group, url, members),
            (None, None) => {
                let cause = Cause::RelationshipWithoutEndpoint;
                let failure = failure(cause, Leg::Autodiscover, Side::Requester);
                self.fail_group(schedule, group, failure);
            }
        }
    }

    fn start_autodiscover(
        &mut self,
        schedule: &mut Schedule<Event>,
        group: GroupSlot,
        url: Url,
        members: Members,
    ) {
        let token = held(self.groups[group].autodiscover_token);
        self.start_call(schedule, group, Leg::Autodiscover, url, token, members);
    }

    fn start_availability(
        &mut self,
        schedule: &mut Schedule<Event>,
        group: GroupSlot,
        url: Url,
        members: Members,
    ) {
        let token = held(self.groups[group].free_busy_token);
        self.start_call(schedule, group, Leg::Availability, url, token, members);
    }

    pub(super) fn start_call(
        &mut self,
        schedule: &mut Schedule<Event>,
        group: GroupSlot,
        leg: Leg,
        url: Url,
        token: Option<DelegationToken>,
        members: Members,
    ) {
        let federation = self.federation;
        let row = &self.groups[group];
        // What the draws of a call hang on: its group, its leg, its endpoint and how often the group
        // has been redirected; so that no two calls of a group share a draw.
        let hash = row
            .hash
            .with(leg as u64)
            .with(federation.url_hash(url).0)
            .with(row.redirects.into());
        let hash = match &row.run {
            Some(run) => hash.with(run.batch.into()),
            None => hash,
        };
        let request = &self.requests[row.request];
        let call = self.calls.insert(CallRow {
            group,
            request: request.identity,
            group_number: row.number,
            leg,
            url,
            hash,
            server: row.server,
            process: row.process,
            authentication: row.authentication,
            caller: row.email.unwrap_or(request.ask.from),
            token,
            members,
            stage: CallStage::Resolving,
            time_stamp: Instant::EPOCH,
            name_answer: NameAnswer::Silent,
            name_from_cache: false,
            host: None,
            data_centre: None,
            round_trips: 0,
            doomed: None,
            target_server: None,
            reply: Reply::None,
            holds_budget: None,
            shown: ShownEntries::default(),
        });
        self.groups[group].calls.push(call);
        self.begin_exchange(schedule, call);
    }

    /// A call has ended, with an answer or without: its row goes, and its group goes on.
    pub(super) fn end_call(&mut self, schedule: &mut Schedule<Event>, call: CallSlot) {
        let now = schedule.now();
        let row = self.calls.remove(call);
        let group = row.group;
        self.groups[group].calls.retain(|open| *open != call);
        let reply = match row.doomed {
            Some(failure) => Reply::Failed(failure),
            None => row.reply,
        };
        if self.groups[group].errand.is_some() {
            return self.end_errand(schedule, group, row.leg, reply);
        }
        if row.leg == Leg::Availability {
            // A connection that failed marks the URL as bad, and only a success clears it.
            let urls = &mut self.process(row.process).urls;
            match (row.stage, &reply) {
                (CallStage::Resolving | CallStage::Connecting, _) => {
                    urls.note_connection(row.url, false);
                }
                (CallStage::Sent, Reply::Calendars(_) | Reply::Answered(_)) => {
                    urls.note_connection(row.url, true);
                }
                (CallStage::Sent, _) => {}
            }
        }
        if self.groups[group].is_over {
            if row.doomed.is_none() {
                let (identity, group, leg) = (row.request, row.group_number, row.leg);
                self.observe(now, identity, Fact::AnswerWasted { group, leg });
            }
            return self.free_group(group);
        }
        let failure = match reply {
            Reply::Failed(failure) => Some(failure),
            _ => None,
        };
        self.observe_leg_end(now, group, row.leg, failure);
        match (row.leg, reply) {
            (Leg::FreeBusyToken | Leg::AutodiscoverToken, reply) => {
                self.take_token(schedule, group, row.leg, reply);
            }
            (Leg::Autodiscover, reply) if self.groups[group].run.is_some() => {
                self.take_new_endpoint(schedule, group, row.url, reply);
            }
            (Leg::Autodiscover, reply) => {
                self.take_discovery(schedule, group, row.url, &row.members, reply);
            }
            (Leg::Availability, reply) => self.take_results(schedule, group, &row.members, reply),
            (leg @ (Leg::GetFolder | Leg::SyncFolderItems | Leg::GetItem), reply) => {
                self.take_folder_reply(schedule, group, leg, reply);
            }
            (Leg::OAuthToken, _) => unreachable!("OAuth tokens are not calls of their own"),
            (
                Leg::Metadata
                | Leg::Provisioning
                | Leg::FederationInformation
                | Leg::Redirection
                | Leg::RelationshipSettings,
                _,
            ) => unreachable!("these are legs of errands"),
        }
    }

    fn take_discovery(
        &mut self,
        schedule: &mut Schedule<Event>,
        group: GroupSlot,
        asked: Url,
        members: &[(u16, Address)],
        reply: Reply,
    ) {
        match reply {
            Reply::Failed(failure) => self.fail_group(schedule, group, failure),
            Reply::Redirect(url) => {
                self.groups[group].redirects += 1;
                if self.groups[group].redirects > REDIRECTS_MAX || url == asked {
                    let cause = Cause::AutodiscoverTooManyRedirects;
                    let failure = failure(cause, Leg::Autodiscover, Side::Target);
                    return self.fail_group(schedule, group, failure);
                }
                self.start_autodiscover(schedule, group, url, members.into());
            }
            Reply::Discovered(answers) => {
                self.take_answers(schedule, group, members, &answers);
            }
            reply => unreachable!("Autodiscover does not answer {reply:?}"),
        }
    }

    /// Address by address: to the URL, to another address, or to an end.
    fn take_answers(
        &mut self,
        schedule: &mut Schedule<Event>,
        group: GroupSlot,
        members: &[(u16, Address)],
        answers: &[Answer],
    ) {
        let (now, rules) = (schedule.now(), url_cache_rules(self.federation));
        let (slot, process) = (self.groups[group].request, self.groups[group].process);
        let mut by_url: SmallVec<[(Url, Members); 2]> = SmallVec::new();
        let mut followed = GroupList::new();
        for (&(number, address), &answer) in members.iter().zip(answers) {
            let stopped = match answer {
                Answer::Url(url) => {
                    let url = self.endpoint_of(group, url);
                    self.process(process)
                        .urls
                        .store(address, Cached::Url(url), now, &rules);
                    match by_url.iter_mut().find(|(known, _)| *known == url) {
                        Some((_, asked)) => asked.push((number, address)),
                        None => by_url.push((url, smallvec![(number, address)])),
                    }
                    None
                }
                Answer::RedirectAddress(new) => self
                    .follow(slot, group, number, new, &mut followed, now)
                    .err(),
                Answer::Failed(cause) => Some(cause),
            };
            if let Some(cause) = stopped {
                if is_semantic(cause) {
                    self.process(process)
                        .urls
                        .store(address, Cached::Failure, now, &rules);
                }
                let side = cause.side_at(Side::Target);
                let failure = failure(cause, Leg::Autodiscover, side);
                self.decide(slot, number, now, AttendeeOutcome::Failed(failure));
            }
        }
        for (url, members) in by_url {
            self.start_availability(schedule, group, url, members);
        }
        // A group whose members have all gone elsewhere is over before they are asked for there.
        self.end_group_if_done(schedule, group);
        for group in followed {
            self.dispatch_group(schedule, group);
        }
    }

    /// Puts an attendee who lives at another address into a group of its own kind.
    fn follow(
        &mut self,
        slot: RequestSlot,
        group: GroupSlot,
        number: u16,
        address: Address,
        followed: &mut GroupList,
        now: Instant,
    ) -> Result<(), Cause> {
        let domain = address.domain;
        let known = followed
            .iter()
            .copied()
            .find(|&group| self.groups[group].domain == domain);
        self.groups[group]
            .members
            .retain(|member| *member != number);
        match known {
            Some(known) => {
                let path = self.groups[known].path;
                let attendee = &mut self.requests[slot].attendees[usize::from(number)];
                attendee.asked = address;
                attendee.path = Some(path);
                self.groups[known].members.push(number);
            }
            None => match self.follow_address(group, number, address, now) {
                Ok(new) => {
                    self.groups[new].members.push(number);
                    followed.push(new);
                }
                Err(cause) => {
                    self.groups[group].members.push(number);
                    return Err(cause);
                }
            },
        }
        Ok(())
    }

    /// The endpoint that this group's kind of caller uses at an ExternalUrl.
    fn endpoint_of(&self, group: GroupSlot, url: Url) -> Url {
        match self.groups[group].authentication {
            CallerAuthentication::DelegationToken => Url {
                path: url.path.for_federated_callers(),
                ..url
            },
            CallerAuthentication::OAuth
            | CallerAuthentication::Windows
            | CallerAuthentication::Basic
            | CallerAuthentication::Anonymous => url,
        }
    }

    fn take_results(
        &mut self,
        schedule: &mut Schedule<Event>,
        group: GroupSlot,
        members: &[(u16, Address)],
        reply: Reply,
    ) {
        let (now, slot) = (schedule.now(), self.groups[group].request);
        match reply {
            Reply::Failed(failure) => {
                let failure = self.root_in_subscription(group, failure, now);
                self.groups[group].failure = Some(failure);
                for &(number, _) in members {
                    self.decide(slot, number, now, AttendeeOutcome::Failed(failure));
                }
            }
            // Answers are matched by position.
            Reply::Calendars(results) => {
                for (&(number, _), result) in members.iter().zip(results) {
                    let outcome = result.map_or_else(failed_at_target, AttendeeOutcome::View);
                    self.decide(slot, number, now, outcome);
                }
            }
            Reply::Answered(results) => {
                for (&(number, _), result) in members.iter().zip(results) {
                    let outcome = result.map_or_else(failed_at_target, AttendeeOutcome::Answered);
                    self.decide(slot, number, now, outcome);
                }
            }
            reply => unreachable!("a call for what is asked is not answered {reply:?}"),
        }
        self.end_group_if_done(schedule, group);
    }

    /// A failure of the group as a whole: all its attendees get it.
    ///
    /// Source: any exception fails the whole group, observed, Exchange 2013.
    pub(super) fn fail_group(
        &mut self,
        schedule: &mut Schedule<Event>,
        group: GroupSlot,
        failure: Failure,
    ) {
        let slot = self.groups[group].request;
        let failure = self.root_in_subscription(group, failure, schedule.now());
        let failure = invitations::shown(self.asks_of(group), failure);
        self.groups[group].failure = Some(failure);
        for (number, _) in self.members(group) {
            self.decide(
                slot,
                number,
                schedule.now(),
                AttendeeOutcome::Failed(failure),
            );
        }
        self.end_group_if_done(schedule, group);
    }

    /// The deadline has passed: what the group still waits for is its failure.
    pub(super) fn abort_group(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        if self.groups[group].is_over {
            return;
        }
        let failure = self.deadline_failure(group, schedule.now());
        self.fail_group(schedule, group, failure);
        self.end_group(schedule, group);
    }

    /// The time for discovery has passed: a group that is not done with it fails.
    pub(super) fn abort_discovery(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        let row = &self.groups[group];
        let mut calls = row.calls.iter();
        let asks_already = calls.any(|&call| self.calls[call].leg == Leg::Availability);
        let discovers = row.endpoint.is_none() && row.autodiscover.is_some() && !asks_already;
        if row.is_over || !discovers {
            return;
        }
        let cause = Cause::AutodiscoverResolutionLimit;
        let failure = failure(cause, Leg::Autodiscover, Side::Requester);
        self.fail_group(schedule, group, failure);
        self.end_group(schedule, group);
    }

    /// Why the time ran out. A call that was already sure to fail has its own cause.
    fn deadline_failure(&self, group: GroupSlot, now: Instant) -> Failure {
        let late = |cause, side, leg| Failure {
            cause,
            code: ResponseCode::TimeoutExpired,
            inner: None,
            side,
            leg,
        };
        let row = &self.groups[group];
        let open = row.calls.iter().map(|&slot| (slot, &self.calls[slot]));
        let Some((slot, call)) = open.min_by_key(|(_, call)| (call.leg, call.hash)) else {
            return match row.awaits_oauth {
                true => late(
                    Cause::DeadlineAtToken,
                    Side::Requester,
                    Some(Leg::OAuthToken),
                ),
                false => late(Cause::DeadlineAtOwnServer, Side::Requester, None),
            };
        };
        if let Some(doomed) = call.doomed {
            return late(doomed.cause, doomed.side, Some(call.leg));
        }
        let (cause, side) = match (call.stage, call.leg) {
            (CallStage::Resolving, _) => {
                (Cause::DeadlineAtConnection, self.side_of_name(slot, now))
            }
            (CallStage::Connecting, _) => (Cause::DeadlineAtConnection, Side::Network),
            (_, Leg::Autodiscover) => (Cause::DeadlineAtAutodiscover, Side::Target),
            (_, Leg::Availability | Leg::GetFolder | Leg::SyncFolderItems | Leg::GetItem) => {
                (Cause::DeadlineAtAvailability, Side::Target)
            }
            (_, Leg::FreeBusyToken | Leg::AutodiscoverToken | Leg::OAuthToken) => {
                (Cause::DeadlineAtToken, Side::Gateway)
            }
            (
                _,
                Leg::Metadata
                | Leg::Provisioning
                | Leg::FederationInformation
                | Leg::Redirection
                | Leg::RelationshipSettings,
            ) => unreachable!("these are legs of errands, which have no attendees"),
        };
        late(cause, side, Some(call.leg))
    }

    /// Ends a group when each of its members has an outcome.
    pub(super) fn end_group_if_done(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        let row = &self.groups[group];
        let request = &self.requests[row.request];
        let undecided = |&number: &u16| request.attendees[usize::from(number)].outcome.is_none();
        if !row.is_over && !row.members.iter().any(undecided) {
            self.end_group(schedule, group);
        }
    }

    fn end_group(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        let now = schedule.now();
        let row = &mut self.groups[group];
        if row.is_over {
            return;
        }
        row.is_over = true;
        let (slot, number, failure) = (row.request, row.number, row.failure);
        let (path, latency): (PathKind, Span) = (row.path.kind(), now.since(row.started));
        let target = self
            .federation
            .index
            .domain_owners
            .get(&row.domain)
            .copied();
        let outcome = failure.map_or(GroupOutcome::Answered, GroupOutcome::Failed);
        let identity = self.requests[slot].identity;
        let fact = Fact::GroupDone {
            group: number,
            path,
            target,
            outcome,
            latency,
        };
        self.end_run(group, now);
        self.observe(now, identity, fact);
        self.finish_if_decided(schedule, slot);
        self.free_group(group);
    }

    /// Frees the row of a group that is over, when no call and no server works for it any more.
    pub(super) fn free_group(&mut self, group: GroupSlot) {
        let row = &self.groups[group];
        if row.is_over && row.calls.is_empty() && !row.awaits_oauth && !row.is_at_server {
            let slot = self.groups.remove(group).request;
            self.requests[slot].groups.retain(|open| *open != group);
            self.free_request(slot);
        }
    }

    pub(super) fn observe_leg_end(
        &mut self,
        now: Instant,
        group: GroupSlot,
        leg: Leg,
        failure: Option<Failure>,
    ) {
        let row = &self.groups[group];
        let (identity, number) = (self.requests[row.request].identity, row.number);
        self.observe(
            now,
            identity,
            Fact::LegEnded {
                group: number,
                leg,
                failure,
            },
        );
    }

    /// The members of a group with the addresses to ask for.
    pub(super) fn members(&self, group: GroupSlot) -> Members {
        let row = &self.groups[group];
        let attendees = &self.requests[row.request].attendees;
        row.members
            .iter()
            .map(|&number| (number, attendees[usize::from(number)].asked))
            .collect()
    }
}

/// The offer that a leg's token is for, by what is asked.
///
/// Source: table of offers, observed, Exchange 2013. There photos over EWS stand beside
/// SharingCalendarFreeBusy as well. Assumed: they go by the offer that bears their name, and archives by that
/// of access to mailboxes elsewhere.
pub(super) fn offer_of(leg: Leg, asks: Asks) -> Offer {
    match leg {
        Leg::AutodiscoverToken
        | Leg::Autodiscover
        | Leg::FederationInformation
        | Leg::Redirection
        | Leg::RelationshipSettings => Offer::Autodiscover,
        Leg::FreeBusyToken
        | Leg::Availability
        | Leg::OAuthToken
        | Leg::Metadata
        | Leg::Provisioning
        | Leg::GetFolder
        | Leg::SyncFolderItems
        | Leg::GetItem => match asks {
            Asks::FreeBusy => Offer::SharingCalendarFreeBusy,
            Asks::MailTips => Offer::MailTips,
            Asks::Photos => Offer::UserPhotoRetrieval,
            Asks::SharedCalendar | Asks::Synchronization => Offer::SharingRead,
            Asks::DeliveryReports => Offer::SharingCalendarFreeBusy,
            Asks::Archive => Offer::XropLogon,
            Asks::Invitation | Asks::OpenInvitation => Offer::SharingInviteMessage,
        },
    }
}

/// What the target withheld of one attendee.
fn failed_at_target(cause: Cause) -> AttendeeOutcome {
    let side = cause.side_at(Side::Target);
    AttendeeOutcome::Failed(failure(cause, Leg::Availability, side))
}

/// A failure on a leg, with the code that the product shows there.
pub(super) fn failure(cause: Cause, leg: Leg, side: Side) -> Failure {
    let (code, inner) = cause.code_on(leg);
    Failure {
        cause,
        code,
        inner,
        side,
        leg: Some(leg),
    }
}

/// Whether a failed discovery is remembered: only what the answer said, not how it travelled.
///
/// Source: URL cache, observed, Exchange 2013.
fn is_semantic(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::PublishingExternalUrlMissing
            | Cause::AutodiscoverOutlookAnywhereBlocked
            | Cause::AutodiscoverSameAddress
            | Cause::AutodiscoverRedirectNoRelationship
    )
}

fn held(state: TokenState) -> Option<DelegationToken> {
    match state {
        TokenState::Held(token) => Some(token),
        TokenState::NotNeeded | TokenState::Awaited | TokenState::Failed(_) => None,
    }
}
