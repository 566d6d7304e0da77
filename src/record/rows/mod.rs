//! Row logs: one row for each request, group, attendee and token, with names instead of ids.
//!
//! Definition: a *request* row is written when the request is answered or the run ends, a *group* row
//! and an *attendee* row when it has an outcome, a *token* row when a gateway issued or refused a
//! token or one was used again. It leaves out requests that the [`Log`] does not keep, and requests
//! beyond the limit.
//!
//! It knows no files: rows go into a [`RowSink`]. Invariant: they go there in the order of (time, name of
//! the request, place within it); which requests are kept depends on their identities and outcomes
//! alone; and only rows that an open request may still come before are held back.

mod list;

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::engine::{Instant, Span};
use crate::model::Federation;
use crate::model::address::{Address, Url};
use crate::model::names::NameId;
use crate::model::observation::{
    CacheAnswer, Fact, Observation, PathObject, Recorder, RequestIdentity,
};
use crate::model::organization::ServerId;
use crate::model::outcome::{Asks, RequestOutcome, View};

use crate::model::parameters::SHARE_PARTS;

pub use list::{
    AttendeeRow, GroupRow, RequestRow, RowCounts, RowLists, RowSink, TokenEvent, TokenRow,
};

/// The most requests whose rows are kept unless it is said which ones.
pub const REQUESTS_MAX: u64 = 1_000_000;

/// Which requests are logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Log {
    /// All, unless more than [`REQUESTS_MAX`] requests are expected or come; then none.
    #[default]
    UpToLimit,
    /// All, however many.
    All,
    /// Those that are not complete: partial, failed, or in flight at the end.
    Failed,
    /// This share, in parts of 10¹², chosen by the hashes of their identities.
    Sample(u64),
    /// None.
    None,
}

/// Makes rows and hands them on.
pub struct Rows<'s> {
    log: Log,
    /// Whether there are no rows because too many requests are expected, or came.
    is_over: bool,
    requests: u64,
    /// Looked up only, never iterated.
    open: FxHashMap<RequestIdentity, Open>,
    /// Requests by the instant of their sending; those at the front are open.
    begun: VecDeque<(Instant, RequestIdentity)>,
    /// Rows of requests that have ended, which others may still come before.
    held: RowLists,
    /// How many rows are held before it is worth while to look which can go.
    held_max: usize,
    counts: RowCounts,
    sink: &'s mut dyn RowSink,
}

/// The fewest rows that are worth sorting.
const HELD_LEAST: usize = 10_000;

/// What is known of a request that is under way.
#[derive(Clone, Debug)]
struct Open {
    sent: Instant,
    from: Address,
    attendees: u16,
    asks: Asks,
    window: Span,
    view: View,
    server: Option<ServerId>,
    paths: Vec<(u16, PathObject, CacheAnswer)>,
    dispatched: Vec<Dispatched>,
    rows: RowLists,
}

#[derive(Clone, Copy, Debug)]
struct Dispatched {
    group: u16,
    at: Instant,
    path: PathObject,
    domain: NameId,
    attendees: u16,
    endpoint: Option<Url>,
}

impl<'s> Rows<'s> {
    /// Makes the rows of these requests. When clearly too many are expected, there are none from the
    /// start, also in a run that then ends early and has few.
    pub fn new(log: Log, expected_requests: u64, sink: &'s mut dyn RowSink) -> Rows<'s> {
        // Ten standard deviations of a Poisson number.
        let is_hopeless = expected_requests > REQUESTS_MAX + REQUESTS_MAX / 100;
        Rows {
            log,
            is_over: log == Log::UpToLimit && is_hopeless,
            requests: 0,
            open: FxHashMap::default(),
            begun: VecDeque::new(),
            held: RowLists::default(),
            held_max: HELD_LEAST,
            counts: RowCounts::default(),
            sink,
        }
    }

    /// Whether there are no rows because more than [`REQUESTS_MAX`] requests were expected, or came.
    pub fn is_over_limit(&self) -> bool {
        self.is_over
    }

    /// Hands on the last rows and tells how many there were.
    pub fn finish(mut self, federation: &Federation) -> RowCounts {
        self.hand_on(federation, None);
        self.counts
    }

    /// Hands on the rows that nothing can come before any more: those before the sending of the
    /// oldest open request, and before now.
    fn hand_on_settled(&mut self, federation: &Federation, now: Instant) {
        while let Some((_, request)) = self.begun.front()
            && !self.open.contains_key(request)
        {
            self.begun.pop_front();
        }
        let settled = self.begun.front().map_or(now, |&(sent, _)| sent);
        self.hand_on(federation, Some(settled));
        self.held_max = HELD_LEAST.max(2 * self.held.len());
    }

    fn hand_on(&mut self, federation: &Federation, settled: Option<Instant>) {
        self.held.sort(federation);
        let rows = self.held.split_before(settled);
        self.counts.requests += rows.requests.len() as u64;
        self.counts.groups += rows.groups.len() as u64;
        self.counts.attendees += rows.attendees.len() as u64;
        self.counts.tokens += rows.tokens.len() as u64;
        self.sink.take(federation, &rows);
    }

    /// Whether the rows of a request that begins are kept, as far as that is known then.
    fn begins(&mut self, federation: &Federation, request: RequestIdentity) -> bool {
        self.requests += 1;
        if self.log == Log::UpToLimit && self.requests > REQUESTS_MAX && !self.is_over {
            self.is_over = true;
            self.open = FxHashMap::default();
            self.begun = VecDeque::new();
            self.held = RowLists::default();
            self.counts = RowCounts::default();
            self.sink.forget();
        }
        self.is_chosen(federation, request)
    }

    fn is_chosen(&self, federation: &Federation, request: RequestIdentity) -> bool {
        match self.log {
            Log::UpToLimit => !self.is_over,
            Log::All | Log::Failed => true,
            Log::Sample(parts) => {
                let hash = u128::from(federation.request_hash(request).0);
                (hash * u128::from(SHARE_PARTS)) >> u64::BITS < u128::from(parts)
            }
            Log::None => false,
        }
    }

    fn token(&mut self, federation: &Federation, row: TokenRow) {
        if let Some(open) = self.open.get_mut(&row.request) {
            open.rows.tokens.push(row);
        } else if self.is_chosen(federation, row.request) {
            // It came after its request had been given up, which then was not complete.
            self.held.tokens.push(row);
        }
    }

    fn end(&mut self, observation: &Observation, ending: Ending) {
        let Some(mut open) = self.open.remove(&observation.request) else {
            return;
        };
        if self.log == Log::Failed && ending.outcome == Some(RequestOutcome::Complete) {
            return;
        }
        let issued = |row: &&TokenRow| matches!(row.event, TokenEvent::Issued(..));
        self.held.requests.push(RequestRow {
            sent: open.sent,
            request: observation.request,
            from: open.from,
            attendees: open.attendees,
            asks: open.asks,
            window: open.window,
            view: open.view,
            server: open.server,
            groups: open.dispatched.len() as u16,
            tokens: open.rows.tokens.iter().filter(issued).count() as u16,
            outcome: ending.outcome,
            views: ending.views,
            ended: observation.at,
            latency: ending.latency,
        });
        self.held.groups.append(&mut open.rows.groups);
        self.held.attendees.append(&mut open.rows.attendees);
        self.held.tokens.append(&mut open.rows.tokens);
    }
}

/// How a request ended.
struct Ending {
    outcome: Option<RequestOutcome>,
    views: u16,
    latency: Option<Span>,
}

impl Recorder for Rows<'_> {
    fn observe(&mut self, federation: &Federation, observation: &Observation) {
        let (at, request) = (observation.at, observation.request);
        let token = |group, leg, event| TokenRow {
            at,
            request,
            group,
            leg,
            event,
        };
        match observation.fact {
            Fact::Sent {
                from,
                attendees,
                asks,
                window,
                view,
            } => {
                if self.begins(federation, request) {
                    let mut open = Open::new(at, from, (asks, window, view));
                    open.attendees = attendees;
                    self.open.insert(request, open);
                    self.begun.push_back((at, request));
                }
                if self.held.len() > self.held_max {
                    self.hand_on_settled(federation, at);
                }
            }
            Fact::TokenIssued {
                group,
                leg,
                data_centre,
                token: issued,
                bytes,
                ..
            } => {
                let event = TokenEvent::Issued(data_centre, issued, bytes);
                self.token(federation, token(group, leg, event));
            }
            Fact::TokenRefused {
                group,
                leg,
                data_centre,
                cause,
            } => {
                let event = TokenEvent::Refused(data_centre, cause);
                self.token(federation, token(group, leg, event));
            }
            Fact::TokenReused {
                group,
                leg,
                token: reused,
            } => self.token(federation, token(group, leg, TokenEvent::Reused(reused))),
            Fact::RequestDone {
                outcome,
                views,
                latency,
                ..
            } => self.end(
                observation,
                Ending {
                    outcome: Some(outcome),
                    views,
                    latency: Some(latency),
                },
            ),
            Fact::InFlightAtEnd { .. } => self.end(
                observation,
                Ending {
                    outcome: None,
                    views: 0,
                    latency: None,
                },
            ),
            _ => {
                if let Some(open) = self.open.get_mut(&request) {
                    open.learn(observation);
                }
            }
        }
    }
}

impl Open {
    fn new(sent: Instant, from: Address, (asks, window, view): (Asks, Span, View)) -> Open {
        Open {
            sent,
            from,
            attendees: 0,
            asks,
            window,
            view,
            server: None,
            paths: Vec::new(),
            dispatched: Vec::new(),
            rows: RowLists::default(),
        }
    }

    fn learn(&mut self, observation: &Observation) {
        let (at, request) = (observation.at, observation.request);
        match observation.fact {
            Fact::Arrived { server } => self.server = Some(server),
            Fact::PathChosen {
                attendee,
                path,
                cache,
                ..
            } => self.paths.push((attendee, path, cache)),
            Fact::GroupDispatched {
                group,
                attendees,
                path,
                domain,
                endpoint,
            } => self.dispatched.push(Dispatched {
                group,
                at,
                path,
                domain,
                attendees,
                endpoint,
            }),
            Fact::GroupDone {
                group,
                target,
                outcome,
                latency,
                ..
            } => {
                let Some(begun) = self.dispatched.iter().find(|row| row.group == group) else {
                    return;
                };
                self.rows.groups.push(GroupRow {
                    dispatched: begun.at,
                    request,
                    group,
                    path: begun.path,
                    domain: begun.domain,
                    target,
                    attendees: begun.attendees,
                    endpoint: begun.endpoint,
                    ended: at,
                    outcome,
                    latency,
                });
            }
            Fact::AttendeeDone {
                attendee,
                asked,
                path,
                target,
                outcome,
            } => {
                let chosen = self.paths.iter().rev().find(|row| row.0 == attendee);
                self.rows.attendees.push(AttendeeRow {
                    ended: at,
                    request,
                    attendee,
                    asked,
                    path,
                    object: chosen.map(|row| row.1),
                    cache: chosen.map(|row| row.2),
                    target,
                    outcome,
                });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cause::Cause;
    use crate::record::fixture::{START, federation, journey, request, seen};

    fn rows(log: Log, observations: &[Observation]) -> RowLists {
        let federation = federation();
        let mut kept = RowLists::default();
        let mut rows = Rows::new(log, 0, &mut kept);
        for observation in observations {
            rows.observe(federation, observation);
        }
        let counts = rows.finish(federation);
        assert_eq!(counts.requests, kept.requests.len() as u64);
        kept
    }

    #[test]
    fn rows_are_handed_on_in_order_while_others_are_held_back() {
        // Request 1 is open from the start to 500 s; 2 to 6001 come and go meanwhile and later.
        let first = journey(0, 1, Ok(()));
        let mut all: Vec<_> = first[..6].to_vec();
        for number in 2..=6_001 {
            all.extend(journey(u64::from(number) * 100, number, Ok(())));
        }
        let last = journey(500_000, 1, Ok(()));
        all.extend_from_slice(&last[6..]);
        all.sort_by_key(|observation| observation.at);
        let federation = federation();
        let mut kept = RowLists::default();
        let mut rows = Rows::new(Log::All, 0, &mut kept);
        let mut most = 0;
        for observation in &all {
            rows.observe(federation, observation);
            most = most.max(rows.held.len());
        }
        rows.finish(federation);
        let sorted = {
            let mut sorted = kept.clone();
            sorted.sort(federation);
            sorted
        };
        assert_eq!(kept, sorted);
        assert_eq!(kept.len(), 4 * 6_001);
        // 5000 requests of 4 rows wait for the first; after it they go.
        assert!((20_000..24_000).contains(&most), "{most}");
    }

    /// Two requests at one instant (the second observed first), a failed one, one in flight.
    fn run() -> Vec<Observation> {
        let mut all = journey(0, 2, Ok(()));
        all.extend(journey(0, 1, Ok(())));
        all.extend(journey(10, 3, Err(Cause::CalendarMissing)));
        all.extend(journey(3_000, 4, Ok(()))[..7].iter());
        let since = START + Span::from_seconds(3);
        all.push(seen(3_600_000, request(4), Fact::InFlightAtEnd { since }));
        all
    }

    fn numbers(lists: &RowLists) -> [Vec<u32>; 4] {
        [
            lists.requests.iter().map(|r| r.request.number).collect(),
            lists.groups.iter().map(|r| r.request.number).collect(),
            lists.attendees.iter().map(|r| r.request.number).collect(),
            lists.tokens.iter().map(|r| r.request.number).collect(),
        ]
    }

    #[test]
    fn rows_are_sorted_by_time_and_name_and_a_log_chooses_requests() {
        let (four, three) = (vec![1, 2, 3, 4], vec![1, 2, 3]);
        let all = [four, three.clone(), three.clone(), three];
        let cases = [
            (Log::UpToLimit, all.clone()),
            (Log::All, all.clone()),
            (Log::Sample(SHARE_PARTS), all),
            (Log::Failed, [vec![3, 4], vec![3], vec![3], vec![3]]),
            (Log::Sample(0), [vec![], vec![], vec![], vec![]]),
            (Log::None, [vec![], vec![], vec![], vec![]]),
        ];
        for (log, expected) in cases {
            assert_eq!(numbers(&rows(log, &run())), expected, "{log:?}");
        }
    }

    #[test]
    fn a_row_says_what_was_observed() {
        let lists = rows(Log::All, &run());
        let last = &lists.requests[3];
        assert_eq!((last.outcome, last.latency, last.tokens), (None, None, 0));
        let first = &lists.requests[0];
        assert_eq!(first.outcome, Some(RequestOutcome::Complete));
        assert_eq!((first.groups, first.tokens, first.views), (1, 1, 1));
        assert_eq!(first.latency, Some(Span::from_milliseconds(500)));
        assert_eq!(
            lists.groups[0].dispatched,
            START + Span::from_milliseconds(5)
        );
        assert_eq!(lists.attendees[0].cache, Some(CacheAnswer::Hit));
        assert!(matches!(
            lists.tokens[0].event,
            TokenEvent::Issued(_, _, 9_000)
        ));
    }

    #[test]
    fn a_token_that_comes_after_its_request_was_given_up_has_a_row() {
        let mut late = journey(0, 1, Err(Cause::DeadlineAtToken));
        let issued = late.remove(7);
        assert!(matches!(issued.fact, Fact::TokenIssued { .. }));
        late.push(issued);
        let lists = rows(Log::Failed, &late);
        assert_eq!((lists.tokens.len(), lists.requests[0].tokens), (1, 0));
    }

    #[test]
    fn half_of_many_requests_are_about_half_of_them() {
        let sent = journey(0, 1, Ok(()))[0];
        let many: Vec<_> = (1..=4_000)
            .map(|n| Observation {
                request: request(n),
                ..sent
            })
            .collect();
        let federation = federation();
        let mut kept = RowLists::default();
        let mut rows = Rows::new(Log::Sample(SHARE_PARTS / 2), 0, &mut kept);
        for observation in &many {
            rows.observe(federation, observation);
        }
        // Binomial: 2000 ± 5 standard deviations of 31.6.
        assert!(
            (1_842..=2_158).contains(&rows.open.len()),
            "{}",
            rows.open.len()
        );
    }
}
