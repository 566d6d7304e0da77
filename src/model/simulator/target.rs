//! An organization that is asked: publishing, authentication, the token, then Autodiscover or the
//! calendars.
//!
//! Owner of all that is changed here: the target; and of tokens' stations the data centre, to which
//! calls for tokens are handed on. It knows nothing of what the requester's objects say. Invariant:
//! each call that arrives is answered.

use crate::engine::station::Admission;
use crate::engine::{Instant, Schedule, Span, draw};

use super::super::address::Address;
use super::super::address::UrlPath;
use super::super::administration::ErrandReply;
use super::super::cause::Cause;
use super::super::federation::ProcessId;
use super::super::observation::{Fact, Recorder};
use super::super::organization::{Generation, OrgId, ServerId};
use super::super::outcome::{Asks, Leg, Side};
use super::super::publishing::{
    CallerAuthentication, Host, HostOwner, PoolState, RelayAgent, Service, admit,
    pass_reverse_proxy,
};
use super::super::purpose::Purpose;
use super::super::relationship::{Credentials, OAuthState};
use super::super::throttling;
use super::super::token::{Rejection, validate};
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
pub(super) struct Here {
    pub server: ServerId,
    pub process: ProcessId,
}

/// Who calls, once authenticated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    /// The address by which the caller is known.
    pub email: Address,
    /// How the caller authenticated.
    pub authentication: CallerAuthentication,
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
            HostOwner::Gateway(gateway) => {
                match (self.calls[call].url.path, self.calls[call].leg) {
                    (UrlPath::Token, _) => self.receive_token_request(schedule, call, gateway),
                    (UrlPath::Metadata, Leg::Metadata) => {
                        self.serve_metadata(schedule, call, gateway);
                    }
                    (UrlPath::Provisioning, Leg::Provisioning) => {
                        self.receive_provisioning(schedule, call);
                    }
                    _ => self.refuse_at_gateway(schedule, call),
                }
            }
            HostOwner::Organization(target) => self.publish(schedule, call, host, target),
            HostOwner::Nobody => unreachable!("nobody accepts no connections"),
        }
    }

    /// The gateway serves nothing but tokens: whoever named it as a partner's endpoint has to act.
    fn refuse_at_gateway(&mut self, schedule: &mut Schedule<Event>, call: CallSlot) {
        let row = &self.calls[call];
        let centre = row.data_centre.expect("it was chosen for the connection");
        let source = self.federation.sources.data_centres[centre];
        let cause = Cause::PublishingNothingListens;
        let side = self.side_of_path(call, schedule.now());
        let reply = Reply::Failed(failure(cause, row.leg, side));
        self.reply(schedule, call, source, reply);
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
        if let (Some(url), true) = (host.redirect, leg.is_at_autodiscover()) {
            return self.reply(schedule, call, source, Reply::Redirect(url));
        }
        if leg == Leg::Redirection {
            let nowhere = ErrandReply::Redirection(None);
            return self.reply(schedule, call, source, Reply::Errand(Box::new(nowhere)));
        }
        let wanted = if leg.is_at_autodiscover() {
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
                Cause::PublishingNothingListens => self.side_of_path(call, now),
                _ => Side::Target,
            };
            let reply = Reply::Failed(failure(cause, leg, side));
            return self.reply(schedule, call, source, reply);
        }
        if host.proxy.agent == RelayAgent::Stopped {
            let cause = Cause::PublishingRelayAgentStopped;
            return self.reply(schedule, call, source, refuse(cause, leg));
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
        match self.station(server).arrive(now, Customer::Inbound(call)) {
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

    /// Who has to act on a path under which nothing listens.
    fn side_of_path(&self, call: CallSlot, now: Instant) -> Side {
        if self.is_own_url(call, now) {
            Side::Requester
        } else {
            Side::Target
        }
    }

    /// The server that takes a call: one of those that run, by a draw.
    fn balance(&self, call: CallSlot, host: &Host, now: Instant) -> Option<ServerId> {
        let running = || {
            host.servers
                .iter()
                .copied()
                .filter(|&server| self.federation.servers.at(server, now).client_access)
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
        let row = self.federation.servers.at(server, now);
        let directory = if leg.is_at_autodiscover() {
            &row.autodiscover
        } else {
            &row.ews
        };
        // Only a pool that runs can start a process.
        let wait = match directory.pool {
            PoolState::Running => self.process(process).wait_until_warm(now, start),
            PoolState::Stopped | PoolState::Failing => Span::ZERO,
        };
        self.calls[call].reply = work.reply;
        let source = self.source_of(server);
        let span = wait + row.slowed(work.span);
        self.station(server).announce(now, span);
        schedule.after(span, source, Event::ServiceEnds(Customer::Inbound(call)));
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
        match self.station(server).finish(now) {
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
        let asking = federation.servers.original(self.groups[row.group].server);
        if authentication == CallerAuthentication::DelegationToken
            && !asking.edition.can_ask(here.edition)
        {
            return Err((Cause::RequesterTooOld, Side::Requester, Span::ZERO));
        }
        let directory = if leg.is_at_autodiscover() {
            &here.autodiscover
        } else {
            &here.ews
        };
        admit(directory, path, authentication).map_err(|cause| {
            let side = match cause {
                Cause::PublishingNothingListens => self.side_of_path(call, now),
                cause => cause.side_at(Side::Target),
            };
            (cause, side, Span::ZERO)
        })?;
        let oauth = federation.organizations.at(here.organization, now).oauth;
        if !leg.is_at_autodiscover() {
            let shown = now.shown_by(here.clock_error);
            if oauth.has_pool_ended(here.hash, shown, federation.parameters.pool_crashes) {
                return Err((Cause::OAuthCertificateExpired, Side::Target, Span::ZERO));
            }
        }
        let email = row.caller;
        let host = row.host.map(|id| federation.hosts.at(id, now));
        let proxy = host.map(|host| host.proxy);
        match authentication {
            CallerAuthentication::DelegationToken => self.validate_token(call, server, now),
            CallerAuthentication::OAuth => {
                let PathObject::Connector(connector) = self.groups[row.group].path else {
                    unreachable!("only connectors use OAuth")
                };
                let is_rejected =
                    federation.connectors.at(connector, now).oauth == OAuthState::TokenRejected;
                // Servers older than 2013 know no OAuth.
                if is_rejected || here.edition.generation < Generation::V2013 {
                    return Err((Cause::OAuthRejected, Side::Target, Span::ZERO));
                }
                // The audience names https, and the server is asked by http.
                if proxy.is_some_and(|proxy| proxy.offloads_tls) {
                    return Err((Cause::OAuthAudienceOffloaded, Side::Target, Span::ZERO));
                }
                // Autodiscover serves an application as itself; calendars are read as its account.
                if !leg.is_at_autodiscover() {
                    oauth
                        .admit_application()
                        .map_err(|cause| (cause, Side::Target, Span::ZERO))?;
                }
                Ok(Caller {
                    email,
                    authentication,
                })
            }
            // Whoever brings no token still says in the header what is asked of whom.
            CallerAuthentication::Anonymous
                if proxy.is_some_and(|proxy| proxy.strips_soap_header) =>
            {
                let cause = Cause::PublishingHeaderAltered;
                Err((cause, cause.side_at(Side::Target), Span::ZERO))
            }
            CallerAuthentication::Anonymous => Ok(Caller {
                email,
                authentication,
            }),
            CallerAuthentication::Windows | CallerAuthentication::Basic => {
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
        let expects = offer_of(row.leg, self.asks_of(row.group));
        let result = validate(token.as_ref(), &federation.validator(server, expects, now));
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

    /// Why a token is rejected, at the root, and who has to act.
    ///
    /// A token that is made out to somebody else is encrypted for somebody else too, so its audience
    /// is never tested: either it was asked for wrongly, or it was brought to a wrong host. A token too
    /// old or too new is the fault of the clock that is further off.
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
                let here = federation.servers.original(server).organization;
                let is_meant = federation.is_uri_of_domain(Some(token.audience), domain, now);
                let is_here = federation.index.domain_owners.get(&domain) == Some(&here);
                match (is_meant, is_here) {
                    (true, true) => (rejection.cause(), Side::Target),
                    (true, false) => (Cause::TokenAudienceMismatch, self.side_of_path(call, now)),
                    (false, _) => (Cause::TokenAudienceMismatch, Side::Requester),
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
        let (asks, domain) = (self.asks_of(row.group), self.groups[row.group].domain);
        let target = federation.servers.original(here.server).organization;
        let parameters = &federation.parameters;
        let mut span = Span::ZERO;
        if caller.authentication == CallerAuthentication::DelegationToken {
            let law = &parameters.token_validation;
            span += law.sample(&self.keys, Purpose::TokenValidation, hash, 0);
        }
        if federation.rules.throttle_external_callers
            && caller.authentication != CallerAuthentication::Anonymous
        {
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
        let told = match leg {
            Leg::FederationInformation => {
                let told = federation.federation_information(here.server, domain, now);
                Some(ErrandReply::FederationInformation(told))
            }
            Leg::RelationshipSettings => {
                let requester = self.calls[call].request.requester;
                let domains = federation
                    .organizations
                    .at(requester, now)
                    .federated_domains();
                let domains: Vec<_> = domains.collect();
                let settings = federation.relationship_settings(here.server, &domains, now);
                Some(ErrandReply::RelationshipSettings(settings))
            }
            _ => None,
        };
        if let Some(reply) = told {
            let law = &parameters.autodiscover_service;
            span += law.sample(&self.keys, Purpose::AutodiscoverService, hash, 0);
            return Work {
                reply: Reply::Errand(Box::new(reply)),
                span,
            };
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
        if asks.is_synchronization() {
            let (reply, work) = self.serve_folder(call, here, caller, now);
            span += work;
            return Work { reply, span };
        }
        if asks != Asks::FreeBusy {
            let answers = self.answer_call(call, here, caller, now);
            span += self.reading_work(asks, hash, mailboxes, 0);
            return Work {
                reply: Reply::Answered(answers),
                span,
            };
        }
        let (results, events, shown) = self.read_calendars(call, here, caller, now);
        span += self.calendar_work(hash, mailboxes, events);
        self.calls[call].shown = shown;
        Work {
            reply: Reply::Calendars(results),
            span,
        }
    }
}
