//! The loop: takes events in order and hands them to the model, until a limit ends it.
//!
//! It knows no clock but the simulated one; progress and cancellation come through a callback.
//! Invariant: limits are tested at fixed simulated instants only, so that a run ends at the same
//! place however fast or slow, and on however many threads, it goes.

use super::event_list::{EventList, TieBreak};
use super::id::{Id, IdVec};
use super::time::{Instant, Span};

crate::define_id! {
    /// Whoever owns state and schedules events. Its number is its rank among the sorted name hashes,
    /// so that the order of two sources does not depend on which others there are.
    SourceId;
}

/// What reacts to events.
pub trait Model {
    /// A closed set of events, small and `Copy`.
    type Event: Copy;

    /// Reacts to one event; `schedule.now()` is its instant.
    fn handle(&mut self, event: Self::Event, schedule: &mut Schedule<Self::Event>);

    /// How many of the things that the in-flight limit counts are under way.
    fn in_flight(&self) -> usize;
}

/// The clock and the event list, as a model sees them.
#[derive(Debug)]
pub struct Schedule<E> {
    now: Instant,
    list: EventList<E>,
    counters: IdVec<SourceId, u64>,
}

impl<E: Copy> Schedule<E> {
    /// An empty schedule for so many sources, with its clock at `start`.
    pub fn new(start: Instant, sources: usize) -> Self {
        Schedule {
            now: start,
            list: EventList::new(),
            counters: IdVec::filled(0, sources),
        }
    }

    /// The present instant.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Schedules an event on behalf of the source whose state decided that it happens.
    ///
    /// Panics if `at` lies in the past.
    pub fn at(&mut self, at: Instant, source: SourceId, event: E) {
        assert!(at >= self.now, "an event was scheduled in the past");
        let count = &mut self.counters[source];
        self.list
            .push(at, TieBreak::new(source.index() as u32, *count), event);
        *count += 1;
    }

    /// Schedules an event a span from now.
    pub fn after(&mut self, span: Span, source: SourceId, event: E) {
        self.at(self.now + span, source, event);
    }

    /// How many events are pending.
    pub fn pending(&self) -> usize {
        self.list.len()
    }
}

/// What ends a run.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// No event at or after this instant is handled.
    pub horizon: Instant,
    /// The most events that are handled.
    pub events_max: u64,
    /// The most requests that may be in flight.
    pub in_flight_max: usize,
    /// How often, in simulated time, limits are tested and the callback is called.
    pub test_every: Span,
}

/// Why a run ended. Each is a result, not an error: what was simulated until then stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// The next event lies at or after the horizon.
    Horizon,
    /// Nothing was left to happen.
    Exhausted,
    /// More events than the limit.
    EventLimit,
    /// More in flight than the limit.
    InFlightLimit,
    /// The callback asked for it.
    Cancelled,
}

/// What the callback of [`run`] answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continue {
    /// Go on.
    Yes,
    /// End the run here.
    No,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What ended it.
    pub reason: StopReason,
    /// The simulated instant up to which everything was handled.
    pub at: Instant,
    /// How many events were handled.
    pub events: u64,
}

/// Handles events in order until nothing is left or a limit is reached.
///
/// `progress` is told the simulated instant and the number of events at each test of the limits.
pub fn run<M: Model>(
    model: &mut M,
    schedule: &mut Schedule<M::Event>,
    limits: Limits,
    mut progress: impl FnMut(Instant, u64) -> Continue,
) -> Ended {
    assert!(
        limits.test_every > Span::ZERO,
        "limits are tested at instants apart"
    );
    let mut events = 0;
    let mut next_test = schedule.now + limits.test_every;
    let reason = loop {
        let Some(at) = schedule.list.next_at() else {
            break StopReason::Exhausted;
        };
        if at >= limits.horizon {
            schedule.now = limits.horizon;
            break StopReason::Horizon;
        }
        if at >= next_test {
            // Jump over instants at which nothing happens: their tests would all say the same.
            let steps = at.since(next_test).nanoseconds() / limits.test_every.nanoseconds();
            next_test += limits.test_every.times(steps);
            if events >= limits.events_max {
                break StopReason::EventLimit;
            }
            if model.in_flight() > limits.in_flight_max {
                break StopReason::InFlightLimit;
            }
            if progress(next_test, events) == Continue::No {
                break StopReason::Cancelled;
            }
            next_test += limits.test_every;
        }
        let (at, event) = schedule.list.pop().expect("an event is pending");
        schedule.now = at;
        events += 1;
        model.handle(event, schedule);
    };
    Ended {
        reason,
        at: schedule.now,
        events,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ticks each second for ever, and counts.
    struct Ticker(u64);

    impl Model for Ticker {
        type Event = ();
        fn handle(&mut self, (): (), schedule: &mut Schedule<()>) {
            self.0 += 1;
            schedule.after(Span::from_seconds(1), SourceId(0), ());
        }
        fn in_flight(&self) -> usize {
            self.0 as usize
        }
    }

    fn ticked(limits: Limits, progress: impl FnMut(Instant, u64) -> Continue) -> (Ended, u64) {
        let mut schedule = Schedule::new(Instant::EPOCH, 1);
        schedule.at(Instant::EPOCH, SourceId(0), ());
        let mut ticker = Ticker(0);
        (run(&mut ticker, &mut schedule, limits, progress), ticker.0)
    }

    const LIMITS: Limits = Limits {
        horizon: Instant::from_seconds(100),
        events_max: u64::MAX,
        in_flight_max: usize::MAX,
        test_every: Span::from_seconds(10),
    };

    #[test]
    fn a_run_handles_what_lies_before_the_horizon_and_nothing_at_it() {
        let (ended, ticks) = ticked(LIMITS, |_, _| Continue::Yes);
        assert_eq!(
            (ended.reason, ended.at, ticks),
            (StopReason::Horizon, LIMITS.horizon, 100)
        );
    }

    #[test]
    fn the_event_limit_ends_a_run_at_the_next_test_not_in_between() {
        let (ended, ticks) = ticked(
            Limits {
                events_max: 11,
                ..LIMITS
            },
            |_, _| Continue::Yes,
        );
        assert_eq!((ended.reason, ticks), (StopReason::EventLimit, 20));
    }

    #[test]
    fn the_in_flight_limit_ends_a_run() {
        let (ended, ticks) = ticked(
            Limits {
                in_flight_max: 29,
                ..LIMITS
            },
            |_, _| Continue::Yes,
        );
        assert_eq!((ended.reason, ticks), (StopReason::InFlightLimit, 30));
    }

    #[test]
    fn the_callback_can_end_a_run() {
        let mut calls = Vec::new();
        let (ended, _) = ticked(LIMITS, |at, events| {
            calls.push((at.nanoseconds() / 1_000_000_000, events));
            if calls.len() == 2 {
                Continue::No
            } else {
                Continue::Yes
            }
        });
        assert_eq!(ended.reason, StopReason::Cancelled);
        assert_eq!(calls, [(10, 10), (20, 20)]);
    }
}
