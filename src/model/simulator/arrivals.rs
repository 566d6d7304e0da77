//! Where requests come from: those that are spelled out, and those that are drawn, with their retries.
//!
//! Owner of all that is changed here: the requester. It knows nothing of what becomes of a request.
//! Invariant: of each stream only the next arrival is pending, and it is a function of the stream's
//! own draws.

use crate::engine::{Distribution, Schedule, Span, draw};

use super::super::demand::{Stream, StreamId};
use super::super::federation::Federation;
use super::super::observation::{Recorder, RequestIdentity};
use super::super::outcome::{Asks, RequestOutcome};
use super::super::parameters::SHARE_PARTS;
use super::super::purpose::Purpose;
use super::state::RequestSlot;
use super::{Event, World};

crate::define_id! {
    /// A user who is about to ask again.
    RetrySlot;
}

/// How far the arrivals of a stream have come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cursor {
    /// The next arrival, in calendar time.
    calendar_time: Span,
    /// The period of the calendar that it falls into.
    period: u32,
    /// The number of the last request that was sent.
    number: u32,
}

/// Which drawn request is asked: its stream, its number, and how often it has been asked before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawn {
    pub stream: StreamId,
    pub number: u32,
    pub attempt: u8,
}

impl<R: Recorder> World<'_, R> {
    /// Schedules the next arrival of a stream, if there is one before the end.
    pub(super) fn await_arrival(&mut self, schedule: &mut Schedule<Event>, id: StreamId) {
        let federation = self.federation;
        let stream: &Stream = &federation.streams.streams[id];
        let hash = federation.arrivals_hash(stream.workload, stream.organization);
        let cursor = &mut self.cursors[id];
        let number = u64::from(cursor.number);
        let gap = Distribution::exponential(stream.mean_gap).map_or(Span::MAX, |law| {
            law.sample(&self.keys, Purpose::Arrival, hash, number)
        });
        cursor.calendar_time = Span::from_nanoseconds(
            cursor
                .calendar_time
                .nanoseconds()
                .saturating_add(gap.nanoseconds()),
        );
        let calendar = &federation.streams.calendars[stream.calendar];
        if let Some(at) = calendar.instant(cursor.calendar_time, &mut cursor.period) {
            let source = federation.sources.organizations[stream.organization];
            schedule.at(at, source, Event::RequestDrawn(id));
        }
    }

    /// A stream's next request is sent, and the one after it awaited.
    pub(super) fn send_drawn_request(&mut self, schedule: &mut Schedule<Event>, id: StreamId) {
        let cursor = &mut self.cursors[id];
        cursor.number += 1;
        let drawn = Drawn {
            stream: id,
            number: cursor.number,
            attempt: 0,
        };
        self.send_drawn(schedule, drawn);
        self.await_arrival(schedule, id);
    }

    /// A user asks again.
    pub(super) fn send_retry(&mut self, schedule: &mut Schedule<Event>, retry: RetrySlot) {
        let drawn = self.retries.remove(retry);
        self.send_drawn(schedule, drawn);
    }

    fn send_drawn(&mut self, schedule: &mut Schedule<Event>, drawn: Drawn) {
        let federation = self.federation;
        let identity = drawn.identity(federation);
        let first = RequestIdentity {
            attempt: 0,
            ..identity
        };
        let hash = federation.request_hash(first);
        let stream = &federation.streams.streams[drawn.stream];
        if let Some(cycle) = stream.cycle {
            let key = federation.opened_subscription(cycle, hash, &self.keys);
            let request = (identity, self.federation.request_hash(identity));
            let slot = self.send_synchronization(schedule, request, key, Asks::SharedCalendar);
            self.requests[slot].drawn = Some(drawn);
            return;
        }
        let mut to = std::mem::take(&mut self.addresses);
        let ask = federation.drawn_request(drawn.stream, hash, &self.keys, &mut to);
        let slot = self.send_request(schedule, identity, ask, &to, None);
        self.requests[slot].drawn = Some(drawn);
        self.addresses = to;
    }

    /// After a failure some users ask again: the same thing, a little later.
    pub(super) fn retry(
        &mut self,
        schedule: &mut Schedule<Event>,
        slot: RequestSlot,
        outcome: RequestOutcome,
        answered_after: Span,
    ) {
        let row = &self.requests[slot];
        let (Some(drawn), RequestOutcome::Failed) = (row.drawn, outcome) else {
            return;
        };
        let workload = &self.federation.workloads[row.identity.workload];
        let demand = workload.demand.as_ref();
        let retry = demand
            .expect("a drawn request has a workload it is drawn from")
            .retry;
        let [whether, when] = self.keys.block(Purpose::Retry, row.hash, 0);
        if drawn.attempt >= retry.times_max || draw::below(whether, SHARE_PARTS) >= retry.share {
            return;
        }
        let wait = Span::from_nanoseconds(draw::below(when, retry.within.nanoseconds()));
        let source = self.source_of(row.server);
        let again = self.retries.insert(Drawn {
            attempt: drawn.attempt + 1,
            ..drawn
        });
        schedule.after(answered_after + wait, source, Event::RequestRetried(again));
    }
}

impl Drawn {
    fn identity(self, federation: &Federation) -> RequestIdentity {
        let stream = &federation.streams.streams[self.stream];
        RequestIdentity {
            requester: stream.organization,
            workload: stream.workload,
            number: self.number,
            attempt: self.attempt,
        }
    }
}
