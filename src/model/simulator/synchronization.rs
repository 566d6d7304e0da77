//! A run of synchronization: one token, GetFolder, then batch after batch of what has changed.
//!
//! Owner of all that is changed here: the subscriber's organization. It knows nothing of how a call
//! travels, nor of who starts a run. Invariant: a folder is synchronized by one run at a time, and its
//! state changes only when a run is completed.

use crate::engine::{Instant, Schedule, Span};

use super::super::address::{Address, Url, UrlPath};
use super::super::autodiscover::{self, REDIRECTS_MAX};
use super::super::availability::GroupKey;
use super::super::cause::Cause;
use super::super::demand::SubscriptionKey;
use super::super::directory::{MailboxKey, PersonalSubscription};
use super::super::observation::{CacheAnswer, Fact, PathObject, Recorder};
use super::super::outcome::{AccessLevel, Asks, AttendeeOutcome, Failure, Leg, Side};
use super::super::publishing::CallerAuthentication;
use super::super::synchronization::{BATCH, Done, FolderState, How};
use super::legs::failure;
use super::routes::{Route, refusal};
use super::state::{GroupSlot, Reply, RequestSlot, TokenState};
use super::{Event, World};

/// What is kept of a subscription that a run has touched. Owner: the subscriber's organization.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SubscriptionState {
    folder: FolderState,
    /// Where the calendar is read, if Autodiscover has named another place than the invitation.
    url: Option<Url>,
    is_under_way: bool,
}

/// A run under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub key: SubscriptionKey,
    /// The folder before.
    pub before: FolderState,
    /// What the owner of a drawn subscription has granted.
    pub granted: AccessLevel,
    pub how: How,
    pub level: AccessLevel,
    /// How many batches have been asked for.
    pub batch: u16,
    /// How many changes SyncFolderItems told of at first.
    pub changes: u32,
    /// How many of them have still to be fetched.
    pub left: u32,
    /// When the target read the folder for the first batch.
    pub read: Instant,
    /// Why GetFolder failed first: then the endpoint is discovered anew.
    pub first_failure: Option<Failure>,
    /// Whether everything was fetched.
    is_complete: bool,
}

impl<R: Recorder> World<'_, R> {
    /// How long a request may take from its arrival; none: nobody waits for it.
    pub(super) fn budget_of(&self, asks: Asks) -> Option<Span> {
        let parameters = &self.federation.parameters;
        match asks {
            // Assumed: inviting somebody has as long as a look at a calendar.
            Asks::FreeBusy
            | Asks::MailTips
            | Asks::Photos
            | Asks::DeliveryReports
            | Asks::Archive
            | Asks::Invitation
            | Asks::OpenInvitation => Some(parameters.availability_deadline),
            Asks::SharedCalendar => Some(parameters.synchronization_budget),
            Asks::Synchronization => None,
        }
    }

    /// The way to a shared calendar: what the invitation said, or Autodiscover since. It is taken from
    /// now on, unless another run holds it.
    pub(super) fn subscribed_route(
        &mut self,
        slot: RequestSlot,
        number: u16,
        now: Instant,
    ) -> Result<Route, Failure> {
        let federation = self.federation;
        let row = &self.requests[slot];
        let (server, process) = (row.server, row.process);
        let owner = row.attendees[usize::from(number)].asked;
        self.federation_at(slot, now)?;
        let (key, subscription) = self
            .find_subscription(slot, owner, now)
            .ok_or(refusal(Cause::SynchronizationNotSubscribed, Side::Client))?;
        let first = self.untouched(key);
        let state = self.subscriptions.entry(key).or_insert(first);
        if std::mem::replace(&mut state.is_under_way, true) {
            return Err(refusal(Cause::SynchronizationUnderWay, Side::Client));
        }
        let sharing_key = subscription.sharing_key;
        let domain = owner.domain;
        let relationship = federation.relationship_for(row_requester(self, slot), domain, now);
        let autodiscover = relationship
            .and_then(|id| federation.relationships.at(id, now).target_autodiscover_epr)
            .or_else(|| self.well_known_autodiscover(owner));
        Ok(Route {
            asked: owner,
            object: PathObject::Personal(sharing_key),
            key: GroupKey::Share(sharing_key),
            cache: CacheAnswer::NotAsked,
            server,
            process,
            application_uri: Some(subscription.application_uri),
            autodiscover,
            endpoint: Some(self.subscriptions[&key].url.unwrap_or(subscription.url)),
            authentication: CallerAuthentication::DelegationToken,
        })
    }

    /// The run of a group that has just been formed.
    pub(super) fn begin_run(&mut self, group: GroupSlot, owner: Address, now: Instant) {
        let slot = self.groups[group].request;
        let Some((key, _)) = self.find_subscription(slot, owner, now) else {
            return;
        };
        let granted = match key {
            SubscriptionKey::Declared(..) | SubscriptionKey::Described(..) => AccessLevel::None,
            SubscriptionKey::Drawn(cycle, n) => {
                let drawn = self.federation.drawn_subscription(cycle, n, &self.keys);
                drawn.granted
            }
        };
        self.groups[group].run = Some(Box::new(Run {
            key,
            before: self.subscriptions[&key].folder,
            granted,
            how: How::Incremental,
            level: AccessLevel::None,
            batch: 0,
            changes: 0,
            left: 0,
            read: now,
            first_failure: None,
            is_complete: false,
        }));
    }

    /// What the user of a request has subscribed to of this owner.
    fn find_subscription(
        &self,
        slot: RequestSlot,
        owner: Address,
        now: Instant,
    ) -> Option<(SubscriptionKey, PersonalSubscription)> {
        let row = &self.requests[slot];
        if let Some(key @ SubscriptionKey::Drawn(cycle, number)) = row.subscription {
            let drawn = self
                .federation
                .drawn_subscription(cycle, number, &self.keys);
            return Some((key, drawn.subscription));
        }
        let of_owner = |subscription: &&PersonalSubscription| subscription.owner == owner;
        let requester = row.identity.requester;
        match row.ask.mailbox? {
            MailboxKey::Declared(id) => {
                let mut all = self.federation.mailboxes.at(id, now).subscriptions.iter();
                Some((SubscriptionKey::Declared(id, owner), *all.find(of_owner)?))
            }
            key @ MailboxKey::Described(number) => {
                let mut all = self.shares.subscriptions(requester, key).iter();
                let key = SubscriptionKey::Described(requester, number, owner);
                Some((key, *all.find(of_owner)?))
            }
        }
    }

    /// The state of a subscription before a run has touched it. That of a declared mailbox is new; drawn
    /// ones are as their last runs before the start of the simulation left them.
    fn untouched(&self, key: SubscriptionKey) -> SubscriptionState {
        let SubscriptionKey::Drawn(id, number) = key else {
            return SubscriptionState::default();
        };
        let federation = self.federation;
        let cycle = federation.shared.cycles[id];
        let every = federation.synchronization_law(cycle.workload).every;
        let (place, count) = (u64::from(number), u64::from(cycle.drawn));
        let offset = federation.work_cycle_offset(id, place, count, &self.keys);
        let level = federation
            .drawn_subscription(id, number, &self.keys)
            .granted;
        SubscriptionState {
            folder: FolderState {
                last: Some(federation.start - every + offset),
                level,
                has_items: level != AccessLevel::None,
            },
            ..SubscriptionState::default()
        }
    }

    /// `autodiscover.<domain>`, if there is such a name.
    fn well_known_autodiscover(&self, owner: Address) -> Option<Url> {
        let names = &self.federation.names;
        let name = format!("autodiscover.{}", names.text(owner.domain));
        Some(Url {
            host: names.find(&name)?,
            path: UrlPath::AutodiscoverWsSecurity,
        })
    }

    /// With the token at hand: GetFolder, at first where the calendar was read before, then where
    /// Autodiscover says.
    pub(super) fn go_on_with_run(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        let row = &self.groups[group];
        if let (TokenState::Held(token), Some(url)) = (row.autodiscover_token, row.autodiscover)
            && row
                .run
                .as_ref()
                .is_some_and(|run| run.first_failure.is_some())
        {
            let members = self.members(group);
            return self.start_call(
                schedule,
                group,
                Leg::Autodiscover,
                url,
                Some(token),
                members,
            );
        }
        self.call_folder(schedule, group, Leg::GetFolder);
    }

    fn call_folder(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot, leg: Leg) {
        let row = &self.groups[group];
        let url = row.endpoint.expect("a subscription has an endpoint");
        let TokenState::Held(token) = row.free_busy_token else {
            unreachable!("a run goes on with its token")
        };
        let members = self.members(group);
        self.start_call(schedule, group, leg, url, Some(token), members);
    }

    /// GetFolder, SyncFolderItems or GetItem has ended.
    pub(super) fn take_folder_reply(
        &mut self,
        schedule: &mut Schedule<Event>,
        group: GroupSlot,
        leg: Leg,
        reply: Reply,
    ) {
        let run = self.groups[group].run.as_mut();
        let run = run.expect("a shared folder is read by a run");
        let next = match (leg, reply) {
            (Leg::GetFolder, Reply::Failed(failure)) if run.first_failure.is_none() => {
                run.first_failure = Some(failure);
                return self.discover_anew(schedule, group, failure);
            }
            (_, Reply::Failed(failure)) => return self.fail_group(schedule, group, failure),
            (Leg::GetFolder, Reply::Folder(level)) => {
                run.level = level;
                run.how = run.before.how(level);
                (run.how != How::Removed).then_some(Leg::SyncFolderItems)
            }
            (Leg::SyncFolderItems, Reply::Changes(left, read)) => {
                if run.batch == 0 {
                    (run.changes, run.read) = (left, read);
                }
                run.batch += 1;
                run.left = left;
                (left > 0).then_some(Leg::GetItem)
            }
            (Leg::GetItem, Reply::Items) => {
                run.left -= run.left.min(BATCH);
                (run.left > 0).then_some(Leg::SyncFolderItems)
            }
            (leg, reply) => unreachable!("{leg} is not answered {reply:?}"),
        };
        match next {
            Some(leg) => self.call_folder(schedule, group, leg),
            None => self.complete_run(schedule, group),
        }
    }

    /// GetFolder has failed: the endpoint is asked for anew, with a token for Autodiscover.
    ///
    /// Source: synchronization of a shared folder, observed, Exchange 2013.
    fn discover_anew(
        &mut self,
        schedule: &mut Schedule<Event>,
        group: GroupSlot,
        failure: Failure,
    ) {
        if self.groups[group].autodiscover.is_none() {
            return self.fail_group(schedule, group, failure);
        }
        self.groups[group].autodiscover_token = TokenState::Awaited;
        self.ask_for_token(schedule, group, Leg::AutodiscoverToken);
        self.go_on_with_tokens(schedule, group);
    }

    /// Autodiscover has answered: the run begins again where it says, if that is another place; else it
    /// fails as GetFolder did.
    pub(super) fn take_new_endpoint(
        &mut self,
        schedule: &mut Schedule<Event>,
        group: GroupSlot,
        asked: Url,
        reply: Reply,
    ) {
        let (first, key) = {
            let run = self.groups[group].run.as_ref();
            let run = run.expect("a shared folder is read by a run");
            (run.first_failure, run.key)
        };
        let first = first.expect("only a failure leads to Autodiscover");
        match reply {
            Reply::Redirect(url) if url != asked => {
                self.groups[group].redirects += 1;
                if self.groups[group].redirects <= REDIRECTS_MAX {
                    self.groups[group].autodiscover = Some(url);
                    return self.go_on_with_run(schedule, group);
                }
            }
            Reply::Discovered(answers) => {
                if let Some(&autodiscover::Answer::Url(url)) = answers.first() {
                    let url = Url {
                        path: url.path.for_federated_callers(),
                        ..url
                    };
                    if self.groups[group].endpoint != Some(url) {
                        self.groups[group].endpoint = Some(url);
                        self.subscriptions.entry(key).or_default().url = Some(url);
                        return self.call_folder(schedule, group, Leg::GetFolder);
                    }
                }
            }
            _ => {}
        }
        self.fail_group(schedule, group, first);
    }

    /// Everything has been fetched.
    fn complete_run(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        let slot = self.groups[group].request;
        let run = self.groups[group].run.as_mut();
        let run = run.expect("a shared folder is read by a run");
        run.is_complete = true;
        let contents = run.before.after(run.done(), run.read).contents();
        let outcome = AttendeeOutcome::Answered(contents.answer());
        for (number, _) in self.members(group) {
            self.decide(slot, number, schedule.now(), outcome);
        }
        self.end_group_if_done(schedule, group);
    }

    /// A run is over, whatever its end: the folder may be synchronized again.
    pub(super) fn end_run(&mut self, group: GroupSlot, now: Instant) {
        let row = &self.groups[group];
        let Some(run) = row.run.as_deref().copied() else {
            return;
        };
        let (identity, number) = (self.requests[row.request].identity, row.number);
        let attendee = row.members.first().copied().unwrap_or_default();
        let state = self.subscriptions.entry(run.key).or_default();
        state.is_under_way = false;
        let done = run.is_complete.then(|| run.done());
        if let Some(done) = done {
            state.folder = run.before.after(done, run.read);
        }
        let shows = state.folder.contents();
        let fact = Fact::Synchronized {
            group: number,
            attendee,
            done,
            shows,
        };
        self.observe(now, identity, fact);
    }

    /// Whether federation is on at the server that takes a request.
    fn federation_at(&mut self, slot: RequestSlot, now: Instant) -> Result<(), Failure> {
        let state = self.federation_of_request(slot, now);
        state.map_err(|cause| {
            let leg = failure(cause, Leg::GetFolder, Side::Requester);
            Failure { leg: None, ..leg }
        })
    }
}

impl Run {
    fn done(&self) -> Done {
        Done {
            how: self.how,
            level: self.level,
            changes: self.changes,
        }
    }
}

fn row_requester<R: Recorder>(
    world: &World<'_, R>,
    slot: RequestSlot,
) -> super::super::organization::OrgId {
    world.requests[slot].identity.requester
}
