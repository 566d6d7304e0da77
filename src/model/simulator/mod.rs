//! The simulator: strings the model's decisions together, one event at a time.
//!
//! One `match` says what each event does; the files beside this one hold what each owner of state does
//! with it: `requester`, `routes`, `legs` and `tokens` an organization that asks, `exchange` its calls
//! over the network, `gateway` a data centre, `target` and `calendars` an organization that is asked.
//!
//! It knows nothing of statistics. Invariant: a handler changes the state of one owner, and others
//! learn by an event that takes at least the network's least delay.

mod accounts;
mod administration;
mod answers;
mod arrivals;
mod calendars;
mod exchange;
mod faults;
mod folders;
mod front_end;
mod gateway;
mod invitations;
mod legs;
mod local;
mod process;
mod provisioning;
mod requester;
mod routes;
mod shares;
mod state;
mod synchronization;
mod target;
mod throttle;
mod tokens;
mod traced;
mod work_cycles;

use rustc_hash::FxHashMap;

use crate::engine::run::Ended;
use crate::engine::{
    Accounts, Continue, DrawKeys, IdVec, Instant, Limits, Model, Schedule, SourceId, Span, Station,
    StopReason, run,
};

use super::address::Address;
use super::administration::{ScriptId, Versions};
use super::demand::{CycleId, ExplicitRequestId, StreamId, SubscriptionKey, TraceId, WorkloadId};
use super::dns::{ResolverCache, ResolverId};
use super::fault::FaultId;
use super::federation::{Federation, ProcessId, WorldAction};
use super::gateway::DataCentreId;
use super::observation::{Fact, Observation, Recorder, RequestIdentity};
use super::organization::{OrgId, Server, ServerId, ServerState};
use super::purpose::Purpose;
use super::throttling::Budget;

use crate::engine::id::Slab;
use accounts::Levels;
pub use accounts::{StationAccount, StationName};
use administration::Session;
use arrivals::{Cursor, Drawn, RetrySlot};
use faults::Outage;
pub use invitations::InvitationSlot;
use invitations::SentInvitation;
use process::Process;
use shares::Shares;
use state::{CallRow, CallSlot, Customer, GroupRow, GroupSlot, RequestRow, RequestSlot};
use synchronization::SubscriptionState;
pub use traced::TraceFailure;
use traced::Traces;
use work_cycles::WorkCursor;

/// Everything that can happen. Each event is handled by the owner of the state that it changes.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// A client sends a request that is spelled out. Owner: its organization.
    RequestSent(ExplicitRequestId),
    /// A client sends the next request of a workload. Owner: its organization.
    RequestDrawn(StreamId),
    /// A client sends a request again. Owner: its organization.
    RequestRetried(RetrySlot),
    /// A client sends the next request of a trace. Owner: its organization.
    RequestTraced(TraceId),
    /// A work cycle begins anew. Owner: the subscribers' organization.
    WorkCycleBegins(CycleId),
    /// A work cycle comes to its next subscription. Owner: the subscribers' organization.
    WorkCycleRuns(CycleId),
    /// It reaches a server. Owner: the requester.
    RequestArrives(RequestSlot),
    /// Active Directory has resolved the attendees. Owner: the requester.
    RecipientsResolved(RequestSlot),
    /// Active Directory has taken too long. Owner: the requester.
    ResolutionGivenUp(RequestSlot),
    /// The dispatcher finds that the time is up. Owner: the requester.
    DeadlinePassed(RequestSlot),
    /// The time in which a server of Exchange 2010 resolves recipients, discovery included, has passed.
    /// Owner: the requester.
    DiscoveryGivenUp(RequestSlot),
    /// A server has done its work for somebody. Owner: the server's organization.
    ServiceEnds(Customer),
    /// The authorization server has answered. Owner: the requester.
    OAuthAnswered(GroupSlot),
    /// A name is asked for. Owner: the resolver.
    NameAsked(CallSlot),
    /// The resolver has answered. Owner: the requester.
    NameAnswered(CallSlot),
    /// A connection stands. Owner: the requester.
    ConnectionMade(CallSlot),
    /// A call has failed without an answer. Owner: the requester.
    CallFails(CallSlot),
    /// A call reaches its host. Owner: the data centre or the target.
    CallArrives(CallSlot),
    /// The gateway has worked on a request for a token. Owner: the data centre.
    TokenServiceEnds(CallSlot),
    /// An answer arrives. Owner: the requester.
    ReplyArrives(CallSlot),
    /// A recipient opens an invitation. Owner: the recipient's organization.
    InvitationOpened(InvitationSlot),
    /// An administrator begins to carry out a script. Owner: the organization.
    ScriptBegins(ScriptId),
    /// A script has waited long enough, unless what it waited for the n-th time has come before. Owner:
    /// the organization.
    ScriptWaitEnds(ScriptId, u32),
    /// The gateway's provisioning service has decided. Owner: the data centre.
    ProvisioningEnds(CallSlot),
    /// The Sharing Policy Assistant's work cycle has come. Owner: its organization.
    PolicyAssistantRuns(OrgId),
    /// The time line does something. Owner: the organization that it does it to.
    WorldActs(u32),
    /// A server breaks down. Owner: its organization.
    BreakdownBegins(ServerId),
    /// It runs again. Owner: its organization.
    BreakdownEnds(ServerId),
    /// A fault of the scenario begins, at random. Owner: the world.
    FaultBegins(FaultId),
    /// It ends. Owner: the world.
    FaultEnds(FaultId),
}

/// What a run leaves behind, beside its observations.
#[derive(Debug)]
pub struct Finished<R> {
    /// How it ended.
    pub ended: Ended,
    /// How many requests were still in flight.
    pub in_flight: usize,
    /// How many rows of requests, groups and calls were still in use: none, when nothing was under way.
    pub rows_in_use: usize,
    /// Until when stations are accounted: the horizon, unless a limit ended the run before.
    pub accounted_to: Instant,
    /// The accounts of the stations that were touched, until then: data centres of the
    /// gateway, then servers, each in the order of their ids.
    pub stations: Vec<StationAccount>,
    /// The traces that could not be read to their ends: then the run says nothing about the scenario.
    pub trace_failures: Vec<TraceFailure>,
    /// How many groups had left and had no outcome.
    pub groups_in_flight: usize,
    /// The accounts of all data centres of gateways together, from the start to the end of each
    /// interval of the time line; the last one is until `accounted_to`.
    pub gateway_levels: Vec<Accounts>,
    /// Scripts that had not ended, or not begun, when the run did.
    pub unfinished_scripts: Vec<ScriptId>,
    /// The federation as it was at the end: as it was compiled, with what changed during the run.
    pub federation: Federation,
    /// The recorder, with what it recorded.
    pub recorder: R,
}

/// A federation in motion.
pub struct Simulator<'f, R> {
    federation: &'f Federation,
    replication: u32,
    recorder: R,
}

/// The state of a run: what all handlers work on.
struct World<'f, R> {
    /// As it is now.
    federation: &'f Federation,
    /// All that it has been.
    versions: &'f Versions,
    /// Owner: the organization whose script it is.
    sessions: IdVec<ScriptId, Session<'f>>,
    keys: DrawKeys,
    recorder: R,
    /// Owner of a row: its requester.
    requests: Slab<RequestSlot, RequestRow>,
    /// Owner of a row: its requester.
    groups: Slab<GroupSlot, GroupRow>,
    /// Owner of a row: its requester; while a call is with its host, the host writes the reply.
    calls: Slab<CallSlot, CallRow>,
    /// Owner: the stream's organization.
    cursors: IdVec<StreamId, Cursor>,
    /// Owner: the organization whose user will ask again.
    retries: Slab<RetrySlot, Drawn>,
    /// Owner: the organization whose user is the next to ask.
    traces: Traces,
    /// Owner: the subscribers' organization.
    work_cycles: IdVec<CycleId, WorkCursor>,
    /// Owner: the subscriber's organization. Kept when touched.
    subscriptions: FxHashMap<SubscriptionKey, SubscriptionState>,
    /// Owner of a row: the recipient's organization.
    invitations: Slab<InvitationSlot, SentInvitation>,
    /// Owner of a grant: its calendar's organization; of a subscription: the subscriber's.
    shares: Shares,
    /// Owner: the organization. How many requests it has sent that are drawn from nothing.
    numbers: FxHashMap<(WorkloadId, OrgId), u32>,
    /// Room for the addresses of a request that is being drawn.
    addresses: Vec<Address>,
    /// Owner: the server's organization. Allocated when touched.
    processes: IdVec<ProcessId, Option<Box<Process>>>,
    /// Owner: the server's organization. Allocated when touched.
    stations: IdVec<ServerId, Option<Box<Station<Customer>>>>,
    /// Owner: the data centre.
    token_stations: IdVec<DataCentreId, Station<CallSlot>>,
    /// Owner: the resolver.
    resolver_caches: IdVec<ResolverId, ResolverCache>,
    /// Owner: the organization whose budget it is; by caller.
    budgets: FxHashMap<(OrgId, Address), Budget>,
    /// When so many budgets are kept, those that are full are forgotten.
    budgets_max: usize,
    /// Owner: the server's organization. Which breakdown a server is in or awaits.
    breakdowns: FxHashMap<ServerId, (u64, ServerState)>,
    /// Owner: the world.
    outages: IdVec<FaultId, Outage>,
    /// What the time line of results shows of data centres.
    levels: Levels,
}

impl<'f, R: Recorder> Simulator<'f, R> {
    /// A simulator at the start of a run: this replication of the federation's day.
    pub fn new(federation: &'f Federation, replication: u32, recorder: R) -> Self {
        Simulator {
            federation,
            replication,
            recorder,
        }
    }

    /// Runs until the horizon, a limit, or `progress` says no, and gives the recorder back.
    pub fn run(self, progress: impl FnMut(Instant, u64) -> Continue) -> Finished<R> {
        let versions = Versions::new();
        let (federation, replication) = (self.federation, self.replication);
        let (mut world, mut schedule) =
            World::begin(federation, &versions, replication, self.recorder);
        let limits: Limits = federation.limits;
        let ended = run(&mut world, &mut schedule, limits, progress);
        let in_flight = world.requests.enumerate().map(|(_, request)| request);
        let unanswered: Vec<_> = in_flight
            .filter(|request| !request.is_answered)
            .map(|request| (request.identity, request.sent))
            .collect();
        for &(request, since) in &unanswered {
            world.observe(ended.at, request, Fact::InFlightAtEnd { since });
        }
        let accounted_to = match ended.reason {
            // Nothing is left to happen: all stations stay as they are.
            StopReason::Horizon | StopReason::Exhausted => limits.horizon,
            _ => ended.at,
        };
        let under_way = |(_, group): &(_, &GroupRow)| !group.is_over && group.errand.is_none();
        Finished {
            ended,
            groups_in_flight: world.groups.enumerate().filter(under_way).count(),
            gateway_levels: world.all_levels(accounted_to),
            in_flight: unanswered.len(),
            accounted_to,
            rows_in_use: world.rows_in_use(),
            stations: world.station_accounts(accounted_to),
            unfinished_scripts: world.unfinished_scripts(),
            trace_failures: world.traces.failures,
            federation: world.federation.clone(),
            recorder: world.recorder,
        }
    }
}

impl<R: Recorder> Model for World<'_, R> {
    type Event = Event;

    fn handle(&mut self, event: Event, schedule: &mut Schedule<Event>) {
        if self.levels.is_due(schedule.now()) {
            self.read_levels(schedule.now());
        }
        match event {
            Event::RequestSent(id) => self.send_explicit_request(schedule, id),
            Event::RequestDrawn(stream) => self.send_drawn_request(schedule, stream),
            Event::RequestRetried(retry) => self.send_retry(schedule, retry),
            Event::RequestTraced(trace) => self.send_traced_request(schedule, trace),
            Event::WorkCycleBegins(cycle) => self.begin_work_cycle(schedule, cycle),
            Event::WorkCycleRuns(cycle) => self.run_work_cycle(schedule, cycle),
            Event::RequestArrives(slot) => self.accept_request(schedule, slot),
            Event::RecipientsResolved(slot) => self.dispatch_request(schedule, slot),
            Event::ResolutionGivenUp(slot) => self.give_up_resolution(schedule, slot),
            Event::DeadlinePassed(slot) => self.pass_deadline(schedule, slot),
            Event::DiscoveryGivenUp(slot) => self.give_up_discovery(schedule, slot),
            Event::ServiceEnds(customer) => self.end_service(schedule, customer),
            Event::OAuthAnswered(group) => self.take_oauth_answer(schedule, group),
            Event::NameAsked(call) => self.resolve_name(schedule, call),
            Event::NameAnswered(call) => self.take_name(schedule, call),
            Event::ConnectionMade(call) => self.take_connection(schedule, call),
            Event::CallFails(call) => self.end_call(schedule, call),
            Event::CallArrives(call) => self.receive_call(schedule, call),
            Event::TokenServiceEnds(call) => self.end_token_service(schedule, call),
            Event::ReplyArrives(call) => self.take_reply(schedule, call),
            Event::InvitationOpened(sent) => self.begin_opening(schedule, sent),
            Event::PolicyAssistantRuns(organization) => {
                self.run_policy_assistant(organization, schedule.now());
            }
            Event::ScriptBegins(script) => self.begin_script(schedule, script),
            Event::ScriptWaitEnds(script, waits) => self.end_wait(schedule, script, waits),
            Event::ProvisioningEnds(call) => self.end_provisioning(schedule, call),
            Event::WorldActs(number) => self.act(number, schedule.now()),
            Event::BreakdownBegins(server) => self.change_breakdown(schedule, server),
            Event::BreakdownEnds(server) => self.change_breakdown(schedule, server),
            Event::FaultBegins(fault) => self.begin_fault(schedule, fault),
            Event::FaultEnds(fault) => self.end_fault(schedule, fault),
        }
    }

    fn in_flight(&self) -> usize {
        self.requests.in_use()
    }
}

impl<'f, R: Recorder> World<'f, R> {
    /// The world at the start of a run, with what is sure to happen.
    fn begin(
        federation: &'f Federation,
        versions: &'f Versions,
        replication: u32,
        recorder: R,
    ) -> (Self, Schedule<Event>) {
        let mut schedule = Schedule::new(federation.start, federation.sources.count);
        let keys = federation.draw_keys(replication);
        for (id, request) in federation.requests.enumerate() {
            let source = federation.sources.organizations[request.identity.requester];
            schedule.at(request.at, source, Event::RequestSent(id));
        }
        for (number, event) in federation.world_events.iter().enumerate() {
            let WorldAction::RecycleServer(server) = event.action;
            let source = source_of(federation, server);
            schedule.at(
                event.at.max(federation.start),
                source,
                Event::WorldActs(number as u32),
            );
        }
        let mut world = World {
            federation,
            versions,
            sessions: IdVec::new(),
            keys,
            recorder,
            requests: Slab::new(),
            groups: Slab::new(),
            calls: Slab::new(),
            cursors: IdVec::filled(Cursor::default(), federation.streams.streams.len()),
            retries: Slab::new(),
            traces: Traces::of(federation),
            work_cycles: IdVec::filled(
                WorkCursor::at(federation.start),
                federation.shared.cycles.len(),
            ),
            subscriptions: FxHashMap::default(),
            invitations: Slab::new(),
            shares: Shares::default(),
            numbers: FxHashMap::default(),
            addresses: Vec::new(),
            processes: IdVec::from_rows((0..federation.process_count()).map(|_| None).collect()),
            stations: IdVec::from_rows(federation.servers.ids().map(|_| None).collect()),
            token_stations: federation.token_stations(),
            resolver_caches: IdVec::filled(ResolverCache::default(), federation.resolvers.len()),
            budgets: FxHashMap::default(),
            budgets_max: throttle::BUDGETS_KEPT,
            breakdowns: FxHashMap::default(),
            outages: IdVec::filled(Outage::default(), federation.faults.len()),
            levels: Levels::new(federation.start, federation.timeline_every),
        };
        for stream in federation.streams.streams.ids() {
            world.await_arrival(&mut schedule, stream);
        }
        for (cycle, row) in federation.shared.cycles.enumerate() {
            let source = federation.sources.organizations[row.organization];
            schedule.at(federation.start, source, Event::WorkCycleBegins(cycle));
        }
        for trace in federation.traces.ids() {
            world.await_traced(&mut schedule, trace);
        }
        for server in federation.servers.ids() {
            world.await_breakdown(&mut schedule, server, 0);
        }
        for fault in federation.faults.ids() {
            world.await_fault(&mut schedule, fault, 0);
        }
        world.await_scripts(&mut schedule);
        world.await_policy_changes(&mut schedule);
        (world, schedule)
    }

    /// Changes the federation from now on.
    fn change(&mut self, _: Instant, change: impl FnOnce(&mut Federation)) {
        let mut next = self.federation.clone();
        change(&mut next);
        self.federation = self.versions.alloc(next);
    }

    fn observe(&mut self, at: Instant, request: RequestIdentity, fact: Fact) {
        self.recorder
            .observe(self.federation, &Observation { at, request, fact });
    }

    fn rows_in_use(&self) -> usize {
        self.requests.in_use() + self.groups.in_use() + self.calls.in_use()
    }

    fn source_of(&self, server: ServerId) -> SourceId {
        source_of(self.federation, server)
    }

    /// Whether a server runs: neither stopped by the scenario nor broken down at random.
    fn is_running(&self, server: ServerId, now: Instant) -> bool {
        let broken = self
            .breakdowns
            .get(&server)
            .is_some_and(|&(_, state)| state == ServerState::Down);
        !broken && self.federation.servers.at(server, now).state == ServerState::Up
    }

    /// The station of a server, made when it is first used; it has stood idle from the start.
    fn station(&mut self, server: ServerId) -> &mut Station<Customer> {
        let (start, row) = (
            self.federation.start,
            self.federation.servers.original(server),
        );
        self.stations[server]
            .get_or_insert_with(|| Box::new(Station::new(start, row.threads, row.queue_max)))
    }

    /// The state of a worker process, made when it is first used.
    fn process(&mut self, process: ProcessId) -> &mut Process {
        self.processes[process].get_or_insert_with(Default::default)
    }

    fn act(&mut self, number: u32, now: Instant) {
        let WorldAction::RecycleServer(server) =
            self.federation.world_events[number as usize].action;
        self.recycle(server, now);
    }

    /// The web server of a server starts anew: it reads its settings, and all caches of its worker
    /// processes are lost.
    fn recycle(&mut self, server: ServerId, now: Instant) {
        let row = self.federation.servers.at(server, now);
        let written = [&row.ews, &row.autodiscover].map(|it| it.ws_security_written);
        if written.iter().any(Option::is_some) {
            self.change(now, |federation| {
                federation.servers.change(server, now, |row| {
                    row.ews.restart();
                    row.autodiscover.restart();
                });
            });
        }
        let (first, count) = self.federation.processes(server);
        for worker in 0..u32::from(count) {
            self.processes[ProcessId(first.0 + worker)] = Some(Box::new(Process::cold()));
        }
    }

    /// Schedules the next breakdown of a server, if it breaks down at random.
    fn await_breakdown(&mut self, schedule: &mut Schedule<Event>, server: ServerId, number: u64) {
        let row: &Server = self.federation.servers.original(server);
        let Some((between, _)) = row.breakdowns else {
            return;
        };
        self.breakdowns.insert(server, (number, ServerState::Up));
        let span = self.exponential(between, row, 2 * number);
        schedule.after(span, self.source_of(server), Event::BreakdownBegins(server));
    }

    fn change_breakdown(&mut self, schedule: &mut Schedule<Event>, server: ServerId) {
        let Some(&(number, state)) = self.breakdowns.get(&server) else {
            return;
        };
        match state {
            ServerState::Down => self.await_breakdown(schedule, server, number + 1),
            ServerState::Up => {
                let row = self.federation.servers.original(server);
                let Some((_, repair)) = row.breakdowns else {
                    return;
                };
                self.breakdowns.insert(server, (number, ServerState::Down));
                let span = self.exponential(repair, row, 2 * number + 1);
                schedule.after(span, self.source_of(server), Event::BreakdownEnds(server));
            }
        }
    }

    fn exponential(&self, mean: Span, server: &Server, index: u64) -> Span {
        crate::engine::Distribution::exponential(mean).map_or(Span::MAX, |law| {
            law.sample(&self.keys, Purpose::Breakdown, server.hash, index)
        })
    }
}

fn source_of(federation: &Federation, server: ServerId) -> SourceId {
    federation.sources.organizations[federation.servers.original(server).organization]
}
