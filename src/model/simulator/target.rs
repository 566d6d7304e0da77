//! An organization that is asked: publishing, authentication, the token, then Autodiscover or the
//! calendars.
//!
//! Owner of all that is changed here: the target; and of tokens' stations the data centre, to which
//! calls for tokens are handed on. It knows nothing of what the requester's objects say. Invariant:
//! each call that arrives is answered.

use crate::engine::hash::NameHash;
use crate::engine::station::Admission;
use crate::engine::{Instant, Schedule, Span, draw};

use super::super::address::Address;
use super::super::autodiscover;
use super::super::availability::EVENTS_MAX;
use super::super::cause::Cause;
use super::super::directory::{CalendarState, MailboxState, MailboxView, Recipient};
use super::super::federation::ProcessId;
use super::super::observation::{CalendarDecision, Fact, PathKind, Recorder};
use super::super::organization::{Generation, OrgId, ServerId};
use super::super::outcome::{AccessLevel, Leg, Side, View};
use super::super::permission::{Permission, effective_level};
use super::super::publishing::{
    CallerAuthentication, Host, HostOwner, Service, admit, pass_reverse_proxy,
};
use super::super::purpose::Purpose;
use super::super::relationship::{Credentials, OAuthState, Scope, read_as_target};
use super::super::throttling;
use super::super::token::{Rejection, Validator, validate};
use super::legs::{failure, offer_of};
use super::state::{CallSlot, Customer, Reply};
use super::{Event, World};
use crate::model::observation::PathObject;

/// What a server of the target makes of a call: its answer, and how long the work takes.
struct Work {
    reply: Reply,
    span: Span,
}

/// Where a call is served.
#[derive(Clone, Copy, Debug)]
struct Here {
    server: ServerId,
    process: ProcessId,
}

/// Who calls, once authenticated.
#[derive(Clone, Copy, Debug)]
struct Caller {
    /// The address by which the caller is known.
    email: Address,
    /// How the caller authenticated.
    authentication: CallerAuthentication,
}

impl<R: Recorder> World<'_, R> {
    /// A call reaches its host: the gateway's data centre, or a published name of the target.
    pub(super) fn receive_call(&mut self, schedule: &mut Schedule<Event>, call: CallSlot) {
        let now = schedule.now();
        let id = self.calls[call]
            .host
            .expect("a call that arrives has a host");
        let host = self.federation.hosts.at(id, now);
        match host.owner {
            HostOwner::Gateway(gateway) => self.receive_token_request(schedule, call, gateway),
            HostOwner::Organization(target) => self.publish(schedule, call, host, target),
            HostOwner::Nobody => unreachable!("nobody accepts no connections"),
        }
    }

    /// Through redirect, reverse proxy and load balancer to a server.
    fn publish(
        &mut self,
        schedule: &mut Schedule<Event>,
        call: CallSlot,
        host: &Host,
        target: OrgId,
    ) {
        let (now, path) = (schedule.now(), self.calls[call].url.path);
        let source = self.federation.sources.organizations[target];
        let refuse =
            |cause: Cause, leg| Reply::Failed(failure(cause, leg, cause.side_at(Side::Target)));
        let leg = self.calls[call].leg;
        if let (Some(url), Leg::Autodiscover) = (host.redirect, leg) {
            return self.reply(schedule, call, source, Reply::Redirect(url));
        }
        let wanted = if leg == Leg::Autodiscover {
            Service::Autodiscover
        } else {
            Service::Ews
        };
        let passed = match pass_reverse_proxy(host, path) {
            Ok(service) if service != wanted => Err(Cause::PublishingNothingListens),
            passed => passed,
        };
        if let Err(cause) = passed {
            let side = match cause {
                Cause::PublishingNothingListens => self.side_of_path(call),
                _ => Side::Target,
            };
            let reply = Reply::Failed(failure(cause, leg, side));
            return self.reply(schedule, call, source, reply);
        }
        let Some(server) = self.balance(call, host, now) else {
            return self.reply(
                schedule,
                call,
                source,
                refuse(Cause::PublishingHostDown, leg),
            );
        };
        self.calls[call].target_server = Some(server);
        let row = &self.calls[call];
        let (identity, group) = (row.request, row.group_number);
        self.observe(now, identity, Fact::CallArrived { group, leg, server });
        match self
            .station(server, now)
            .arrive(now, Customer::Inbound(call))
        {
            Admission::Starts => self.begin_inbound(schedule, call),
            Admission::Waits => {}
            Admission::Refused => {
                self.reply(
                    schedule,
                    call,
                    source,
                    refuse(Cause::PublishingServerBusy, leg),
                );
            }
        }
    }

    /// A path comes from the target if Autodiscover gave it, else from the requester's own object.
    fn side_of_path(&self, call: CallSlot) -> Side {
        let row = &self.calls[call];
        let group = &self.groups[row.group];
        let is_own = match row.leg {
            Leg::Autodiscover => group.redirects == 0,
            _ => group.endpoint == Some(row.url) && self.is_sharing_epr(group.path),
        };
        if is_own {
            Side::Requester
        } else {
            Side::Target
        }
    }

    fn is_sharing_epr(&self, path: PathObject) -> bool {
        match path {
            PathObject::Relationship(id) => self
                .federation
                .relationships
                .original(id)
                .target_sharing_epr
                .is_some(),
            _ => false,
        }
    }

    /// The server that takes a call: one of those that run, by a draw.
    fn balance(&self, call: CallSlot, host: &Host, now: Instant) -> Option<ServerId> {
        let running = || {
            host.servers
                .iter()
                .copied()
                .filter(|&server| self.is_running(server, now))
        };
        let bits = self.keys.bits(Purpose::Balance, self.calls[call].hash, 0);
        running().nth(draw::below(bits, running().count() as u64) as usize)
    }

    /// A server of the target begins to work on a call.
    fn begin_inbound(&mut self, schedule: &mut Schedule<Event>, call: CallSlot) {
        let now = schedule.now();
        let server = self.calls[call]
            .target_server
            .expect("a call at work has a server");
        let (first, workers) = self.federation.processes(server);
        let hash = self.calls[call].hash;
        let bits = self.keys.bits(Purpose::Worker, hash, 1);
        let process = ProcessId(first.0 + draw::below(bits, u64::from(workers)) as u32);
        let here = Here { server, process };
        let start = &self.federation.parameters.pool_cold_start;
        let start = start.sample(&self.keys, Purpose::PoolStart, hash, 1);
        let leg = self.calls[call].leg;
        let work = match self.authenticate(call, server, now) {
            Ok(caller) => self.serve(call, here, caller, now),
            Err((cause, side, span)) => Work {
                reply: Reply::Failed(failure(cause, leg, side)),
                span,
            },
        };
        let wait = self.process(process).wait_until_warm(now, start);
        self.calls[call].reply = work.reply;
        let source = self.source_of(server);
        schedule.after(
            wait + work.span,
            source,
            Event::ServiceEnds(Customer::Inbound(call)),
        );
    }

    /// A server has done its work: the next customer starts, and this one goes on.
    pub(super) fn end_service(&mut self, schedule: &mut Schedule<Event>, customer: Customer) {
        let now = schedule.now();
        let server = match customer {
            Customer::Outbound(group) => self.groups[group].server,
            Customer::Inbound(call) => self.calls[call]
                .target_server
                .expect("a call at work has a server"),
        };
        match self.station(server, now).finish(now) {
            Some(Customer::Outbound(group)) => self.begin_outbound(schedule, group),
            Some(Customer::Inbound(call)) => self.begin_inbound(schedule, call),
            None => {}
        }
        match customer {
            Customer::Outbound(group) => self.end_outbound(schedule, group),
            Customer::Inbound(call) => {
                if let Some(key) = self.calls[call].holds_budget.take() {
                    self.release(key);
                }
                let reply = std::mem::take(&mut self.calls[call].reply);
                let source = self.source_of(server);
                self.reply(schedule, call, source, reply);
            }
        }
    }

    /// Whether the caller is who it must be: virtual directory, federation, token.
    ///
    /// Source: decision at the target, observed, Exchange 2013.
    fn authenticate(
        &mut self,
        call: CallSlot,
        server: ServerId,
        now: Instant,
    ) -> Result<Caller, (Cause, Side, Span)> {
        let federation = self.federation;
        let row = &self.calls[call];
        let (leg, authentication, path) = (row.leg, row.authentication, row.url.path);
        let here = federation.servers.at(server, now);
        let directory = if leg == Leg::Autodiscover {
            &here.autodiscover
        } else {
            &here.ews
        };
        admit(directory, path, authentication).map_err(|cause| {
            let side = match cause {
                Cause::PublishingNothingListens => self.side_of_path(call),
                cause => cause.side_at(Side::Target),
            };
            (cause, side, Span::ZERO)
        })?;
        let email = row.caller;
        match authentication {
            CallerAuthentication::DelegationToken => self.validate_token(call, server, now),
            CallerAuthentication::OAuth => {
                let PathObject::Connector(connector) = self.groups[row.group].path else {
                    unreachable!("only connectors use OAuth")
                };
                if federation.connectors.at(connector, now).oauth == OAuthState::TokenRejected {
                    return Err((Cause::OAuthRejected, Side::Target, Span::ZERO));
                }
                Ok(Caller {
                    email,
                    authentication,
                })
            }
            CallerAuthentication::Credentials => {
                let PathObject::AddressSpace(space) = self.groups[row.group].path else {
                    unreachable!("only address spaces have credentials")
                };
                if federation.address_spaces.at(space, now).credentials == Credentials::Invalid {
                    let cause = Cause::AddressSpaceCredentials;
                    return Err((cause, cause.side_at(Side::Target), Span::ZERO));
                }
                Ok(Caller {
                    email,
                    authentication,
                })
            }
        }
    }

    /// Validates the token that a call brings, if federation is on at this server.
    fn validate_token(
        &mut self,
        call: CallSlot,
        server: ServerId,
        now: Instant,
    ) -> Result<Caller, (Cause, Side, Span)> {
        let federation = self.federation;
        federation
            .federation_state(server, now)
            .map_err(|off| (off.cause(), Side::Target, Span::ZERO))?;
        let row = &self.calls[call];
        let host = row.host.map(|id| federation.hosts.at(id, now));
        let is_stripped = host.is_some_and(|host| host.proxy.strips_soap_header);
        let token = row.token.filter(|_| !is_stripped);
        let law = &federation.parameters.token_validation;
        let span = law.sample(&self.keys, Purpose::TokenValidation, row.hash, 0);
        let result = validate(token.as_ref(), &self.validator(call, server, now));
        let (identity, group, leg) = (row.request, row.group_number, row.leg);
        let fact = Fact::TokenValidated {
            group,
            leg,
            server,
            result: result.map(drop),
        };
        self.observe(now, identity, fact);
        let authentication = CallerAuthentication::DelegationToken;
        match result {
            Ok(email) => Ok(Caller {
                email,
                authentication,
            }),
            Err(rejection) => {
                let (cause, side) = self.root_of_rejection(rejection, call, server, now);
                Err((cause, side, span))
            }
        }
    }

    /// What a server knows when it validates a token.
    fn validator(&self, call: CallSlot, server: ServerId, now: Instant) -> Validator {
        let federation = self.federation;
        let here = federation.servers.at(server, now);
        let view = federation.replicated(here.organization, now);
        let organization = federation.organizations.at(here.organization, view);
        let trust = &organization.trust;
        let held = federation.held_issuer_certificates(organization, view);
        let in_date = |number: Option<u32>| {
            let signing = &federation.gateways.at(trust.gateway, now).signing;
            let shown = now.shown_by(here.clock_error);
            number.filter(|&n| {
                signing
                    .get(n as usize)
                    .is_some_and(|c| c.validity.covers(shown))
            })
        };
        // An unusable previous certificate is silently left out.
        let usable_previous = trust.previous_certificate.filter(|&id| {
            let stored = here.stored(id) == super::super::certificate::StoreState::Installed;
            let validity = federation.certificates.at(id, now).validity;
            stored && validity.covers(now.shown_by(here.clock_error))
        });
        Validator {
            decrypts_with: [trust.organization_certificate, usable_previous],
            trusts: trust.gateway,
            issuer_certificates: [in_date(held.current), in_date(held.previous)],
            application_uri: trust.application_uri,
            shown: now.shown_by(here.clock_error),
            skew: federation.parameters.clock_skew,
            expects: offer_of(self.calls[call].leg),
        }
    }

    /// Why a token is rejected, at the root, and who has to act.
    ///
    /// A token that is made out to somebody else is encrypted for somebody else too, so its audience
    /// is never tested. A token too old or too new is the fault of the clock that is further off.
    fn root_of_rejection(
        &self,
        rejection: Rejection,
        call: CallSlot,
        server: ServerId,
        now: Instant,
    ) -> (Cause, Side) {
        let federation = self.federation;
        let Some(token) = self.calls[call].token else {
            return (rejection.cause(), rejection.cause().side_at(Side::Target));
        };
        match rejection {
            Rejection::EncryptionUnknown | Rejection::AudienceMismatch => {
                let domain = self.groups[self.calls[call].group].domain;
                if federation.is_uri_of_domain(Some(token.audience), domain, now) {
                    (rejection.cause(), Side::Target)
                } else {
                    (Cause::TokenAudienceMismatch, Side::Requester)
                }
            }
            Rejection::NotYetValid | Rejection::ConditionsExpired | Rejection::OfferExpired => {
                let ours = federation.servers.at(server, now).clock_error;
                let theirs = federation.gateways.at(token.issuer, now).clock_error;
                let ours_is_worse =
                    ours.nanoseconds().unsigned_abs() >= theirs.nanoseconds().unsigned_abs();
                let side = if ours_is_worse {
                    Side::Target
                } else {
                    Side::Gateway
                };
                (rejection.cause(), side)
            }
            _ => (rejection.cause(), rejection.cause().side_at(Side::Target)),
        }
    }

    /// Serves an authenticated caller, within its budget.
    fn serve(&mut self, call: CallSlot, here: Here, caller: Caller, now: Instant) -> Work {
        let federation = self.federation;
        let row = &self.calls[call];
        let (leg, hash, mailboxes) = (row.leg, row.hash, row.members.len() as u64);
        let target = federation.servers.original(here.server).organization;
        let parameters = &federation.parameters;
        let mut span = Span::ZERO;
        if caller.authentication == CallerAuthentication::DelegationToken {
            let law = &parameters.token_validation;
            span += law.sample(&self.keys, Purpose::TokenValidation, hash, 0);
        }
        if federation.rules.throttle_external_callers {
            match self.admit_user(target, caller.email, here.server, now) {
                throttling::Admission::Go => {}
                throttling::Admission::Delay(held) => span += held,
                throttling::Admission::Reject(_) => {
                    let cause = Cause::ThrottlingCallerOverBudget;
                    let failure = failure(cause, leg, cause.side_at(Side::Target));
                    return Work {
                        reply: Reply::Failed(failure),
                        span,
                    };
                }
            }
            self.calls[call].holds_budget = Some((target, caller.email));
            let used = parameters.inbound_cpu + parameters.inbound_cpu_per_mailbox.times(mailboxes);
            self.charge((target, caller.email), here.server, used, now);
        }
        if leg == Leg::Autodiscover {
            let answers = self.discover(call, here.server, now);
            let law = &parameters.autodiscover_service;
            span += law.sample(&self.keys, Purpose::AutodiscoverService, hash, 0);
            return Work {
                reply: Reply::Discovered(answers),
                span,
            };
        }
        let (results, events) = self.read_calendars(call, here, caller, now);
        span += self.calendar_work(hash, mailboxes, events);
        self.calls[call].entries = events;
        Work {
            reply: Reply::Calendars(results),
            span,
        }
    }

    /// What Autodiscover says of each address.
    ///
    /// Source: Autodiscover in the federated path, observed, Exchange 2013.
    fn discover(
        &mut self,
        call: CallSlot,
        server: ServerId,
        now: Instant,
    ) -> Vec<autodiscover::Answer> {
        let target = self.federation.servers.original(server).organization;
        let row = &self.calls[call];
        let (identity, group, members) = (row.request, row.group_number, row.members.clone());
        let mut answers = Vec::with_capacity(members.len());
        for (attendee, address) in members {
            let answer = self.discover_one(target, address, now);
            let (url, redirect, failure) = match answer {
                autodiscover::Answer::Url(url) => (Some(url), None, None),
                autodiscover::Answer::RedirectAddress(address) => (None, Some(address), None),
                autodiscover::Answer::Failed(cause) => (None, None, Some(cause)),
            };
            let fact = Fact::Discovered {
                group,
                attendee,
                url,
                redirect,
                failure,
            };
            self.observe(now, identity, fact);
            answers.push(answer);
        }
        answers
    }

    fn discover_one(&self, target: OrgId, address: Address, now: Instant) -> autodiscover::Answer {
        let federation = self.federation;
        let key = match federation.recipient(target, address) {
            Some(Recipient::Mailbox(key)) => key,
            Some(Recipient::MailUser { external }) => {
                return autodiscover::Answer::RedirectAddress(external);
            }
            Some(Recipient::Contact { .. } | Recipient::Group(_)) | None => {
                return autodiscover::Answer::Failed(Cause::AutodiscoverUnknownUser);
            }
        };
        let mailbox = federation.mailbox(target, key, now, &self.keys);
        let home = federation.servers.at(mailbox.server, now);
        let organization = federation.organizations.original(target);
        if !home.edition.can_federate_beside(organization.edition) {
            return autodiscover::Answer::Failed(Cause::TargetTooOld);
        }
        // ExternalUrl of a server in the mailbox's site: it must be set on every site.
        let in_site = organization
            .servers
            .iter()
            .map(|&id| federation.servers.at(id, now));
        let url = in_site
            .filter(|server| server.site == home.site)
            .filter(|server| server.edition.generation > Generation::V2007)
            .find_map(|server| server.ews.external_url);
        url.map_or(
            autodiscover::Answer::Failed(Cause::PublishingExternalUrlMissing),
            autodiscover::Answer::Url,
        )
    }

    /// What the caller sees of each calendar, and how many entries have to be read.
    fn read_calendars(
        &mut self,
        call: CallSlot,
        here: Here,
        caller: Caller,
        now: Instant,
    ) -> (Vec<Result<AccessLevel, Cause>>, u64) {
        let federation = self.federation;
        let row = &self.calls[call];
        let (identity, group, members) = (row.request, row.group_number, row.members.clone());
        let is_personal = self.groups[row.group].path.kind() == PathKind::Personal;
        let explicit = &federation.requests[self.requests[self.groups[row.group].request].explicit];
        let (window, view) = (explicit.window, explicit.view);
        let mut results = Vec::with_capacity(members.len());
        let mut events = 0;
        for (attendee, address) in members {
            let ask = Ask {
                address,
                window,
                view,
                is_personal,
            };
            let (decision, entries) = self.decide_calendar(here, caller, ask, now);
            events += entries;
            results.push(decision.result);
            self.observe(
                now,
                identity,
                Fact::CalendarDecided {
                    group,
                    attendee,
                    decision,
                },
            );
        }
        (results, events)
    }

    /// What the caller sees of one calendar.
    fn decide_calendar(
        &mut self,
        here: Here,
        caller: Caller,
        ask: Ask,
        now: Instant,
    ) -> (CalendarDecision, u64) {
        let federation = self.federation;
        let target = federation.servers.original(here.server).organization;
        let refused = |cause| CalendarDecision {
            relationship: None,
            default: AccessLevel::None,
            personal: AccessLevel::None,
            within_scope: false,
            result: Err(cause),
        };
        let key = match federation.recipient(target, ask.address) {
            Some(Recipient::Mailbox(key)) => key,
            Some(Recipient::MailUser { .. }) => return (refused(Cause::RecipientMovedAway), 0),
            Some(Recipient::Contact { .. } | Recipient::Group(_)) | None => {
                return (refused(Cause::RecipientUnknownAtTarget), 0);
            }
        };
        let mailbox = federation.mailbox(target, key, now, &self.keys);
        if let Err(cause) = self.can_be_read(target, mailbox, ask, now) {
            return (refused(cause), 0);
        }
        let decision = self.permit(here, caller, mailbox, ask.view, now);
        let entries = if decision.result.is_ok() {
            entries(mailbox, ask.window)
        } else {
            0
        };
        (decision, entries)
    }

    /// Whether a calendar can be read at all, whoever asks.
    fn can_be_read(
        &self,
        target: OrgId,
        mailbox: MailboxView<'_>,
        ask: Ask,
        now: Instant,
    ) -> Result<(), Cause> {
        let federation = self.federation;
        let home = federation.servers.at(mailbox.server, now).edition;
        let newest = federation.organizations.original(target).edition;
        if ask.is_personal && home.generation == Generation::V2007 {
            return Err(Cause::PersonalShareTo2007);
        }
        if !home.can_federate_beside(newest) {
            return Err(Cause::CoexistenceUnsupported);
        }
        if ask.window > Span::from_days(home.window_days_max()) {
            return Err(Cause::RequestWindowTooLongForTarget);
        }
        read_calendar(mailbox, ask.window)
    }

    /// The permission rule, with what the target reads of its own relationship.
    fn permit(
        &mut self,
        here: Here,
        caller: Caller,
        mailbox: MailboxView<'_>,
        view: View,
        now: Instant,
    ) -> CalendarDecision {
        let federation = self.federation;
        let target = mailbox.organization;
        let (relationship, level, scope) = match caller.authentication {
            // Whoever comes with the account of an address space is held to Default alone.
            CallerAuthentication::Credentials => (None, Ok(AccessLevel::Owner), Scope::Everyone),
            CallerAuthentication::DelegationToken | CallerAuthentication::OAuth => {
                let domain = caller.email.domain;
                let process = here.process;
                let life = federation.parameters.relationship_cache_life;
                let loaded = self.process(process).loaded_at(domain, now, life);
                let seen = federation.replicated(target, loaded);
                let id = federation.relationship_for(target, domain, seen);
                let row = id.map(|id| federation.relationships.at(id, seen));
                match read_as_target(row, federation.rules.target_free_busy) {
                    Ok((level, scope)) => (id, Ok(level), scope),
                    Err(cause) => (id, Err(cause), Scope::Everyone),
                }
            }
        };
        let within_scope = federation.is_within_scope(scope, mailbox, now);
        let personal = mailbox.granted_to(caller.email);
        let default = mailbox.calendar_default;
        let permission = Permission {
            relationship: level,
            within_scope,
            default,
            personal,
        };
        let result = effective_level(&permission, view);
        CalendarDecision {
            relationship,
            default,
            personal,
            within_scope,
            result,
        }
    }

    /// How long a free/busy query takes: a fixed part, a part a mailbox, a part an entry.
    pub(super) fn calendar_work(&self, hash: NameHash, mailboxes: u64, events: u64) -> Span {
        let parameters = &self.federation.parameters;
        let purpose = Purpose::AvailabilityService;
        let fixed = parameters
            .availability_fixed
            .sample(&self.keys, purpose, hash, 0);
        let each = &parameters.availability_per_mailbox;
        let mailboxes: Span = (1..=mailboxes)
            .map(|index| each.sample(&self.keys, purpose, hash, index))
            .sum();
        fixed + mailboxes + parameters.availability_per_event.times(events)
    }

    /// The size of an availability answer.
    pub(super) fn calendars_bytes(
        &self,
        call: CallSlot,
        results: &[Result<AccessLevel, Cause>],
    ) -> u64 {
        let federation = self.federation;
        let row = &self.calls[call];
        let explicit = &federation.requests[self.requests[self.groups[row.group].request].explicit];
        let interval = explicit.interval.nanoseconds().max(1);
        let digits = if explicit.view.is_merged() {
            explicit.window.nanoseconds() / interval
        } else {
            0
        };
        let detail = explicit.view.level() == AccessLevel::Detail;
        let answers = results.len() as u64;
        federation.parameters.sizes.availability_response(
            answers,
            row.entries,
            detail,
            digits * answers,
        )
    }
}

/// What is asked of one calendar.
#[derive(Clone, Copy, Debug)]
struct Ask {
    address: Address,
    window: Span,
    view: View,
    is_personal: bool,
}

/// Whether a mailbox's calendar can be read: its database, its folder, the number of entries.
pub(super) fn read_calendar(mailbox: MailboxView<'_>, window: Span) -> Result<(), Cause> {
    match mailbox.state {
        MailboxState::Available => {}
        MailboxState::Unavailable => return Err(Cause::MailboxUnavailable),
        MailboxState::FailingOver => return Err(Cause::MailboxFailingOver),
    }
    if mailbox.calendar == CalendarState::Missing {
        return Err(Cause::CalendarMissing);
    }
    if entries(mailbox, window) > EVENTS_MAX {
        return Err(Cause::ResultSetTooBig);
    }
    Ok(())
}

/// Calendar entries of a mailbox in a window.
fn entries(mailbox: MailboxView<'_>, window: Span) -> u64 {
    let (a_week, week) = (
        u128::from(mailbox.events_per_week),
        Span::from_days(7).nanoseconds(),
    );
    (a_week * u128::from(window.nanoseconds()) / u128::from(week)) as u64
}
