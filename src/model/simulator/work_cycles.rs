//! The Sharing Sync Assistant: an organization's work cycle comes to one subscription after the other.
//!
//! Owner of all that is changed here: the organization whose mailboxes have subscribed. It knows nothing
//! of how a run goes. Invariant: of each work cycle only the next run is pending, however many
//! subscriptions there are; of drawn ones nothing is kept before a run touches them.

use crate::engine::hash::NameHash;
use crate::engine::{Instant, Schedule};

use super::super::address::Address;
use super::super::demand::{Ask, CycleId, SubscriptionKey};
use super::super::directory::MailboxKey;
use super::super::observation::{Recorder, RequestIdentity};
use super::super::outcome::Asks;
use super::state::RequestSlot;
use super::{Event, World};
use crate::engine::Span;
use crate::model::outcome::View;

/// How far a work cycle has come.
#[derive(Clone, Debug)]
pub(super) struct WorkCursor {
    /// When the cycle began.
    began: Instant,
    /// Subscriptions of declared mailboxes, and those that described ones have made in the run, as they
    /// were then.
    declared: Box<[SubscriptionKey]>,
    /// The place of the next one in the list: declared ones, then drawn ones.
    next: u32,
    /// How many runs the organization has begun in this workload.
    number: u32,
}

impl WorkCursor {
    pub(super) fn at(start: Instant) -> WorkCursor {
        WorkCursor {
            began: start,
            declared: Box::default(),
            next: 0,
            number: 0,
        }
    }
}

impl<R: Recorder> World<'_, R> {
    /// A work cycle begins: the list is made.
    pub(super) fn begin_work_cycle(&mut self, schedule: &mut Schedule<Event>, id: CycleId) {
        let organization = self.federation.shared.cycles[id].organization;
        let now = schedule.now();
        let declared = self.federation.declared_subscriptions(organization, now);
        let declared = declared.map(|(id, owner)| SubscriptionKey::Declared(id, owner));
        let declared = declared
            .chain(self.shares.subscribed(organization))
            .collect();
        let cursor = &mut self.work_cycles[id];
        cursor.began = now;
        cursor.declared = declared;
        cursor.next = 0;
        self.await_run(schedule, id);
    }

    /// Schedules the next run of a work cycle, or the next cycle.
    fn await_run(&mut self, schedule: &mut Schedule<Event>, id: CycleId) {
        let federation = self.federation;
        let cycle = federation.shared.cycles[id];
        let source = federation.sources.organizations[cycle.organization];
        let cursor = &self.work_cycles[id];
        let count = cursor.declared.len() as u64 + u64::from(cycle.drawn);
        let next = u64::from(cursor.next);
        if next < count {
            let offset = federation.work_cycle_offset(id, next, count, &self.keys);
            return schedule.at(cursor.began + offset, source, Event::WorkCycleRuns(id));
        }
        let every = federation.synchronization_law(cycle.workload).every;
        schedule.at(cursor.began + every, source, Event::WorkCycleBegins(id));
    }

    /// A work cycle comes to its next subscription, and awaits the one after it.
    pub(super) fn run_work_cycle(&mut self, schedule: &mut Schedule<Event>, id: CycleId) {
        let federation = self.federation;
        let cycle = federation.shared.cycles[id];
        let cursor = &mut self.work_cycles[id];
        let place = cursor.next as usize;
        cursor.next += 1;
        cursor.number += 1;
        let identity = RequestIdentity {
            requester: cycle.organization,
            workload: cycle.workload,
            number: cursor.number,
            attempt: 0,
        };
        let key = match cursor.declared.get(place) {
            Some(&known) => known,
            None => SubscriptionKey::Drawn(id, (place - cursor.declared.len()) as u32),
        };
        let every = federation.synchronization_law(cycle.workload).every;
        let began = self.work_cycles[id].began.since(federation.start);
        let round = began.nanoseconds() / every.nanoseconds().max(1);
        let ((from, _), owner) = self.ends_of(key, schedule.now());
        let meaning = federation
            .arrivals_hash(cycle.workload, cycle.organization)
            .with(round)
            .with(federation.address_hash(from).0)
            .with(federation.address_hash(owner).0);
        self.send_synchronization(schedule, (identity, meaning), key, Asks::Synchronization);
        self.await_run(schedule, id);
    }

    /// Who has subscribed, and to whose calendar.
    fn ends_of(&self, key: SubscriptionKey, now: Instant) -> ((Address, MailboxKey), Address) {
        let federation = self.federation;
        match key {
            SubscriptionKey::Declared(id, owner) => {
                let address = federation.mailboxes.at(id, now).addresses[0];
                ((address, MailboxKey::Declared(id)), owner)
            }
            SubscriptionKey::Described(organization, number, owner) => {
                let key = MailboxKey::Described(number);
                let mailbox = federation.mailbox(organization, key, now, &self.keys);
                ((mailbox.primary, key), owner)
            }
            SubscriptionKey::Drawn(cycle, number) => {
                let drawn = federation.drawn_subscription(cycle, number, &self.keys);
                (drawn.subscriber, drawn.subscription.owner)
            }
        }
    }

    /// A run of synchronization begins as a request: in the background on the subscriber's own server,
    /// for a user on one that takes clients' requests. It comes with the hash that its draws hang on.
    pub(super) fn send_synchronization(
        &mut self,
        schedule: &mut Schedule<Event>,
        request: (RequestIdentity, NameHash),
        key: SubscriptionKey,
        asks: Asks,
    ) -> RequestSlot {
        let (federation, now) = (self.federation, schedule.now());
        let ((from, mailbox), owner) = self.ends_of(key, now);
        let home = || {
            let requester = request.0.requester;
            let mailbox = federation.mailbox(requester, mailbox, now, &self.keys);
            mailbox.server
        };
        let server = (asks == Asks::Synchronization).then(home);
        // Window, view and interval are of free/busy.
        let ask = Ask {
            from,
            mailbox: Some(mailbox),
            asks,
            window: Span::ZERO,
            view: View::Detailed,
            interval: Span::ZERO,
            invitation: None,
        };
        let slot = self.send_request_meaning(schedule, request, ask, &[owner], server);
        self.requests[slot].subscription = Some(key);
        slot
    }
}
