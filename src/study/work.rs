//! How much a run has to do, and how much of it before an instant, as the federation tells beforehand.
//!
//! Definition: the work of a run is its requests: those that are spelled out, those of work cycles,
//! and of those that are drawn the mean number. It leaves out retries, and that some requests take more events than others.
//!
//! It knows no clock. Invariant: what is done never falls as the run goes on. A result hangs on it only
//! where the number of requests is beyond all doubt.

use std::collections::BTreeMap;

use crate::engine::{Instant, Span};
use crate::model::Federation;
use crate::model::demand::CalendarId;

/// The parts that a whole run's work is divided into.
pub const PARTS: u64 = 1_000_000;

/// Requests a nanosecond are told in these parts.
const RATE_PARTS: u128 = 1_000_000_000_000_000_000;

/// What a run of a federation has to do.
#[derive(Debug)]
pub struct Work<'f> {
    federation: &'f Federation,
    /// The rate of all streams of a calendar in its time, in requests × [`RATE_PARTS`] a nanosecond.
    rates: Vec<(CalendarId, u128)>,
    /// How many subscriptions are synchronized once in this time.
    subscriptions: Vec<(Span, u64)>,
    requests: u64,
}

impl<'f> Work<'f> {
    /// The work of a run of this federation.
    pub fn of(federation: &'f Federation) -> Work<'f> {
        let mut rates: BTreeMap<CalendarId, u128> = BTreeMap::new();
        for stream in federation.streams.streams.iter() {
            let rate = RATE_PARTS / u128::from(stream.mean_gap.nanoseconds().max(1));
            *rates.entry(stream.calendar).or_default() += rate;
        }
        let mut subscriptions: BTreeMap<Span, u64> = BTreeMap::new();
        for cycle in federation.shared.cycles.iter() {
            let declared = federation.declared_subscriptions(cycle.organization, federation.start);
            let count = u64::from(cycle.drawn) + declared.count() as u64;
            let every = federation.synchronization_law(cycle.workload).every;
            *subscriptions.entry(every).or_default() += count;
        }
        let mut work = Work {
            federation,
            rates: rates.into_iter().collect(),
            subscriptions: subscriptions.into_iter().collect(),
            requests: 0,
        };
        work.requests = work.requests_before(federation.limits.horizon);
        work
    }

    /// How many requests are expected in the whole run.
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// The share of the work that is done when everything before `at` has been handled, in
    /// millionths; of a run without requests the share of its length.
    pub fn done_before(&self, at: Instant) -> u64 {
        let (start, end) = (self.federation.start, self.federation.limits.horizon);
        if at >= end {
            return PARTS;
        }
        match self.requests {
            0 => share(
                at.since(start).nanoseconds(),
                end.since(start).nanoseconds(),
            ),
            all => share(self.requests_before(at), all),
        }
    }

    fn requests_before(&self, at: Instant) -> u64 {
        let drawn = self.rates.iter().map(|&(calendar, rate)| {
            let time = self.federation.streams.calendars[calendar].before(at);
            u128::from(time.nanoseconds()) * rate / RATE_PARTS
        });
        let drawn = u64::try_from(drawn.sum::<u128>()).unwrap_or(u64::MAX);
        let drawn = drawn.saturating_add(self.synchronized_before(at));
        drawn.saturating_add(self.spelled_out_before(at))
    }

    /// Work cycles are evenly busy.
    fn synchronized_before(&self, at: Instant) -> u64 {
        let federation = self.federation;
        let passed = at.since(federation.start).nanoseconds();
        let runs = self.subscriptions.iter().map(|&(every, count)| {
            let runs = u128::from(passed) * u128::from(count) / u128::from(every.nanoseconds());
            u64::try_from(runs).unwrap_or(u64::MAX)
        });
        runs.fold(0, u64::saturating_add)
    }

    /// Requests that are spelled out are in the order of their instants.
    fn spelled_out_before(&self, at: Instant) -> u64 {
        let requests = &self.federation.requests;
        requests.partition_point(|request| request.at < at) as u64
    }
}

fn share(part: u64, whole: u64) -> u64 {
    let share = u128::from(part) * u128::from(PARTS) / u128::from(whole.max(1));
    u64::try_from(share).unwrap_or(PARTS).min(PARTS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scenario;

    fn compiled(requests: &str) -> Federation {
        let text = format!(
            "fedsim = 1\n[run]\nlength = \"100 min\"\n[org.contoso]\ndomains = [\"contoso.com\"]\n\
             mailbox.anna = {{}}\n{requests}"
        );
        let scenario = Scenario::parse(&text, "test.toml");
        let compiled = scenario.and_then(|scenario| scenario.compile());
        compiled
            .unwrap_or_else(|found| panic!("{found}"))
            .federation
    }

    #[test]
    fn work_is_done_when_its_requests_are_sent() {
        // Half of the requests in the first minute, the others one every minute from then on; those
        // after the end of the run are no work.
        let ask = |name, at, every| {
            format!(
                "[request.{name}]\nat = \"{at}\"\nfrom = \"anna@contoso.com\"\n\
                 to = [\"a@b.example\"]\ncount = 99\nevery = \"{every}\"\n"
            )
        };
        let requests = [ask("a", "+0 s", "500 ms"), ask("b", "+1 min", "1 min")].concat();
        let federation = compiled(&requests);
        let work = Work::of(&federation);
        assert_eq!(work.requests(), 198);
        let done = |minutes| work.done_before(federation.start + Span::from_minutes(minutes));
        assert_eq!((done(0), done(1), done(100)), (0, PARTS / 2, PARTS));
        // 99 and 49 of 198.
        assert_eq!(done(50), 747_474);
    }

    #[test]
    fn without_requests_the_work_is_the_length_of_the_run() {
        let federation = compiled("");
        let work = Work::of(&federation);
        let at = federation.start + Span::from_minutes(25);
        assert_eq!((work.requests(), work.done_before(at)), (0, PARTS / 4));
    }
}
