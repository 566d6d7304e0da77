//! Administrators at work: scripts are begun and resumed, and their errands travel as calls.
//!
//! Owner of all that is changed here: the organization whose script it is. An errand is a group without
//! attendees, so that it meets the same proxies, resolvers, connections and hosts as any other. It knows
//! nothing of what a script does. Invariant: a script is resumed exactly once for each thing that it
//! waits for.

use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::engine::{Instant, Schedule, Span};

use super::super::address::{Address, Url, UrlPath};
use super::super::administration::{
    Awaited, Console, Errand, ErrandReply, Procedure, ProofCheck, Script, ScriptId,
};
use super::super::cause::Cause;
use super::super::demand::Ask;
use super::super::observation::Recorder;
use super::super::outcome::{Asks, Failure, Leg, ResponseCode, Side, View};
use super::super::publishing::CallerAuthentication;
use super::routes::{Route, local_route};
use super::state::{
    AttendeeList, GroupList, GroupRow, GroupSlot, Members, Reply, RequestRow, RequestSlot,
};
use super::{Event, World};

/// A script that is being carried out.
pub(super) struct Session<'v> {
    console: Rc<Console<'v>>,
    /// None once it has ended.
    procedure: Option<Procedure<'v>>,
    /// What its errands belong to.
    request: Option<RequestSlot>,
    /// How many things it has waited for: tells a late deadline from the present one.
    waits: u32,
    /// The errand whose answer it awaits.
    errand: Option<GroupSlot>,
}

/// An errand under way. Owner: the organization whose script it is.
#[derive(Debug)]
pub(super) struct ErrandRow {
    pub script: ScriptId,
    pub errand: Errand,
    /// What the gateway has found in DNS.
    pub proof: ProofCheck,
}

impl<'v, R: Recorder> World<'v, R> {
    /// Schedules the beginning of all scripts.
    pub(super) fn await_scripts(&mut self, schedule: &mut Schedule<Event>) {
        let federation = self.federation;
        for (id, script) in federation.scripts.enumerate() {
            let console = Console::new(self.versions, federation, self.keys.clone(), id, script);
            self.sessions.push(Session {
                console: Rc::new(console),
                procedure: None,
                request: None,
                waits: 0,
                errand: None,
            });
            let at = script.at.max(federation.start);
            schedule.at(at, self.source_of(script.server), Event::ScriptBegins(id));
        }
    }

    /// Scripts that have not ended, or not begun.
    pub(super) fn unfinished_scripts(&self) -> Vec<ScriptId> {
        let sessions = self.sessions.enumerate();
        let unfinished =
            |session: &Session<'_>| session.procedure.is_some() || session.request.is_none();
        let unfinished = sessions.filter(|(_, session)| unfinished(session));
        unfinished.map(|(id, _)| id).collect()
    }

    /// A script begins.
    pub(super) fn begin_script(&mut self, schedule: &mut Schedule<Event>, id: ScriptId) {
        let federation = self.federation;
        let script = &federation.scripts[id];
        let request = self.requests.insert(self.request_of_script(script));
        let session = &mut self.sessions[id];
        session.request = Some(request);
        session.procedure = Some(script.program.begin(session.console.clone()));
        self.resume(schedule, id, None);
    }

    /// What a script waited for has come.
    pub(super) fn end_wait(&mut self, schedule: &mut Schedule<Event>, id: ScriptId, waits: u32) {
        let session = &mut self.sessions[id];
        if session.waits != waits {
            return;
        }
        let Some(group) = session.errand.take() else {
            return self.resume(schedule, id, None);
        };
        // Its patience is at an end; what still comes finds nobody waiting.
        let leg = self.leg_of_errand(group);
        self.groups[group].is_over = true;
        self.release_errand(group);
        let late = Failure {
            cause: cause_of_silence(leg),
            code: ResponseCode::TimeoutExpired,
            inner: None,
            side: side_of_silence(leg),
            leg: Some(leg),
        };
        self.resume(schedule, id, Some(Err(late)));
    }

    /// A call of an errand has ended.
    pub(super) fn end_errand(
        &mut self,
        schedule: &mut Schedule<Event>,
        group: GroupSlot,
        leg: Leg,
        reply: Reply,
    ) {
        if self.groups[group].is_over {
            return self.release_errand(group);
        }
        let script = self.errand(group).script;
        let answer = match reply {
            Reply::Failed(failure) => Err(failure),
            Reply::Token(token) => Ok(ErrandReply::Token(token)),
            Reply::Redirect(url) => Ok(ErrandReply::Redirection(Some(url))),
            Reply::Errand(reply) => Ok(*reply),
            reply => unreachable!("an errand is not answered {reply:?}"),
        };
        self.observe_leg_end(schedule.now(), group, leg, answer.as_ref().err().copied());
        self.groups[group].is_over = true;
        self.release_errand(group);
        let session = &mut self.sessions[script];
        session.errand = None;
        self.resume(schedule, script, Some(answer));
    }

    /// The errand that a group is.
    pub(super) fn errand(&self, group: GroupSlot) -> &ErrandRow {
        let errand = self.groups[group].errand.as_deref();
        errand.expect("legs of administration belong to errands")
    }

    pub(super) fn errand_mut(&mut self, group: GroupSlot) -> &mut ErrandRow {
        let errand = self.groups[group].errand.as_deref_mut();
        errand.expect("legs of administration belong to errands")
    }

    fn leg_of_errand(&self, group: GroupSlot) -> Leg {
        self.errand(group).errand.leg()
    }

    /// Lets a script go on until it waits again or ends.
    fn resume(
        &mut self,
        schedule: &mut Schedule<Event>,
        id: ScriptId,
        answer: Option<Result<ErrandReply, Failure>>,
    ) {
        let session = &mut self.sessions[id];
        session.waits += 1;
        let Some(mut procedure) = session.procedure.take() else {
            return;
        };
        let console = session.console.clone();
        console.enter(self.federation, schedule.now(), answer);
        let poll = procedure
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        self.take_over(schedule, &console);
        match poll {
            Poll::Ready(()) => {
                if let Some(request) = self.sessions[id].request {
                    self.requests[request].awaits_deadline = false;
                    self.free_request(request);
                }
            }
            Poll::Pending => {
                self.sessions[id].procedure = Some(procedure);
                self.await_for(schedule, id, &console);
            }
        }
    }

    /// Takes over what a script has done: the federation as it is now, and what else it left behind.
    fn take_over(&mut self, schedule: &mut Schedule<Event>, console: &Console<'v>) {
        let before = std::mem::replace(&mut self.federation, console.federation());
        let (policies, mailboxes) = (&before.sharing_policies, &before.mailboxes);
        let same_policies = self.federation.sharing_policies.is_as_in(policies);
        // What was assigned stands with the mailboxes.
        if !same_policies || !self.federation.mailboxes.is_as_in(mailboxes) {
            let organization = console.organization_id();
            self.await_policy_assistant(schedule, organization, schedule.now());
        }
        for server in console.take_recycled() {
            self.recycle(server, schedule.now());
        }
        for entry in console.take_transcript() {
            self.recorder.transcribe(self.federation, &entry);
        }
    }

    /// Schedules what a script waits for.
    fn await_for(&mut self, schedule: &mut Schedule<Event>, id: ScriptId, console: &Console<'v>) {
        let waits = self.sessions[id].waits;
        let source = self.source_of(console.server());
        match console.take_awaited() {
            Some(Awaited::Time(span)) => {
                schedule.after(span, source, Event::ScriptWaitEnds(id, waits));
            }
            Some(Awaited::Answer(errand, patience)) => {
                schedule.after(patience, source, Event::ScriptWaitEnds(id, waits));
                self.send_errand(schedule, id, errand);
            }
            None => unreachable!("a script pauses only at its console"),
        }
    }

    /// Sends an errand on its way.
    fn send_errand(&mut self, schedule: &mut Schedule<Event>, id: ScriptId, errand: Errand) {
        let session = &self.sessions[id];
        let request = session.request.expect("a script that runs has begun");
        let organization = session.console.organization_id();
        let (url, authentication) = self.way_of_errand(organization, &errand, schedule.now());
        let (leg, token) = (errand.leg(), token_of(&errand));
        let group = self.group_of_errand(request, id, errand, authentication, schedule.now());
        self.sessions[id].errand = Some(group);
        self.start_call(schedule, group, leg, url, token, Members::new());
    }

    /// Where an errand goes, and how it authenticates.
    fn way_of_errand(
        &self,
        organization: super::super::organization::OrgId,
        errand: &Errand,
        now: Instant,
    ) -> (Url, CallerAuthentication) {
        let federation = self.federation;
        let at_gateway = |host, path| Url {
            host: federation.hosts.original(host).name,
            path,
        };
        match *errand {
            Errand::Metadata(gateway) => {
                let host = federation.gateways.original(gateway).metadata_host;
                let url = at_gateway(host, UrlPath::Metadata);
                (url, CallerAuthentication::Anonymous)
            }
            Errand::Provisioning(gateway, _) => {
                let host = federation.gateways.original(gateway).provisioning_host;
                let url = at_gateway(host, UrlPath::Provisioning);
                (url, CallerAuthentication::Anonymous)
            }
            Errand::Token(_) => {
                let trust = &federation.organizations.at(organization, now).trust;
                let usual = federation.gateways.original(trust.gateway).token_host;
                let host = trust.token_issuer_host;
                let host = host.unwrap_or(federation.hosts.original(usual).name);
                let path = UrlPath::Token;
                (Url { host, path }, CallerAuthentication::DelegationToken)
            }
            Errand::FederationInformation { url, .. } => (url, CallerAuthentication::Anonymous),
            Errand::Redirection { host, .. } => {
                let path = UrlPath::Autodiscover;
                (Url { host, path }, CallerAuthentication::Anonymous)
            }
            Errand::RelationshipSettings { url, .. } => {
                (url, CallerAuthentication::DelegationToken)
            }
        }
    }

    /// A script's row among requests: it has no attendees, and is no request of a client's.
    fn request_of_script(&self, script: &Script) -> RequestRow {
        let federation = self.federation;
        let (process, _) = federation.processes(script.server);
        RequestRow {
            opens: None,
            identity: script.identity,
            hash: federation.request_hash(script.identity),
            ask: Ask {
                invitation: None,
                from: script.administrator,
                mailbox: None,
                asks: Asks::FreeBusy,
                window: Span::ZERO,
                view: View::FreeBusy,
                interval: Span::ZERO,
            },
            server: script.server,
            process,
            sent: script.at,
            arrived: script.at,
            resolving_since: script.at,
            attendees: AttendeeList::new(),
            drawn: None,
            subscription: None,
            undecided: 0,
            groups: GroupList::new(),
            groups_made: 0,
            // Nobody waits for an answer; the row stays as long as the script runs.
            awaits_deadline: true,
            is_answered: true,
            holds_budget: false,
        }
    }

    fn group_of_errand(
        &mut self,
        request: RequestSlot,
        script: ScriptId,
        errand: Errand,
        authentication: CallerAuthentication,
        now: Instant,
    ) -> GroupSlot {
        let row = &mut self.requests[request];
        let number = row.groups_made;
        row.groups_made = row.groups_made.wrapping_add(1);
        let domain = errand.domain().unwrap_or(row.ask.from.domain);
        let wish = match errand {
            Errand::Token(wish) => Some(wish),
            _ => None,
        };
        // Its number may come again in a script without end, the instant does not.
        let hash = row.hash.with(u64::from(number)).with(now.nanoseconds());
        let asked = Address {
            domain,
            ..row.ask.from
        };
        let route = Route {
            application_uri: wish.map(|wish| wish.audience),
            authentication,
            ..local_route(asked, row.server, row.process)
        };
        let group = GroupRow {
            email: wish.map(|wish| wish.email),
            errand: Some(Box::new(ErrandRow {
                script,
                errand,
                proof: ProofCheck::NoAnswer,
            })),
            ..route.group((request, number), hash, now)
        };
        let group = self.groups.insert(group);
        self.requests[request].groups.push(group);
        group
    }

    /// Frees an errand that is over, when its call has ended.
    fn release_errand(&mut self, group: GroupSlot) {
        self.free_group(group);
    }
}

/// The token that an errand brings along.
fn token_of(errand: &Errand) -> Option<super::super::token::DelegationToken> {
    match *errand {
        Errand::RelationshipSettings { token, .. } => Some(token),
        _ => None,
    }
}

fn cause_of_silence(leg: Leg) -> Cause {
    match leg {
        Leg::FreeBusyToken | Leg::AutodiscoverToken | Leg::OAuthToken => Cause::DeadlineAtToken,
        Leg::Metadata | Leg::Provisioning => Cause::DeadlineAtConnection,
        _ => Cause::DeadlineAtAutodiscover,
    }
}

fn side_of_silence(leg: Leg) -> Side {
    match leg {
        Leg::FreeBusyToken
        | Leg::AutodiscoverToken
        | Leg::OAuthToken
        | Leg::Metadata
        | Leg::Provisioning => Side::Gateway,
        _ => Side::Target,
    }
}
