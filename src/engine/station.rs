//! A station: servers, and a bounded first-come-first-served queue before them.
//!
//! It knows nothing of events: it says who starts, and the model schedules when they finish.
//! Invariant: nobody waits while a server that is up is idle (after
//! [`start_waiting`](Station::start_waiting) has been asked until it answers `None`), and the
//! accounts balance at every instant: arrivals = refusals + reneged + completions + present.

use std::collections::VecDeque;
use std::ops::{Add, AddAssign, Sub};

use super::time::{Instant, Span};

/// Servers and their queue. `C` is a customer: small, such as an id.
///
/// When servers go down, customers whose service has begun finish it; the servers that are left
/// take nobody new until fewer are in service than servers are up. When servers come back, those
/// who wait start as the model asks for them.
///
/// Nothing is allocated for a customer but when the queue is longer than ever before.
#[derive(Clone, Debug)]
pub struct Station<C> {
    servers_up: u32,
    queue_max: u32,
    in_service: u32,
    queue: VecDeque<Waiting<C>>,
    longest_queue: u32,
    /// The sum of the instants at which services under way are due to end, in nanoseconds.
    ends_due: u128,
    accounts: Accounts,
    accounted_to: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Waiting<C> {
    customer: C,
    since: Instant,
}

/// What becomes of a customer who arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Admission {
    /// A server is free: service starts now, and the model schedules its end.
    Starts,
    /// All servers are taken or down: the customer waits.
    Waits,
    /// The queue is full: the customer does not enter.
    Refused,
}

impl<C: Copy> Station<C> {
    /// An empty station with so many servers, all up, and so many places to wait, at `start`.
    pub fn new(start: Instant, servers: u32, queue_max: u32) -> Self {
        Station {
            servers_up: servers,
            queue_max,
            in_service: 0,
            queue: VecDeque::new(),
            longest_queue: 0,
            ends_due: 0,
            accounts: Accounts::default(),
            accounted_to: start,
        }
    }

    /// A customer arrives.
    pub fn arrive(&mut self, now: Instant, customer: C) -> Admission {
        self.account(now);
        self.accounts.arrivals += 1;
        if self.has_free_server() && self.queue.is_empty() {
            self.start(Span::ZERO);
            Admission::Starts
        } else if self.queue.len() < self.queue_max as usize {
            self.queue.push_back(Waiting {
                customer,
                since: now,
            });
            self.longest_queue = self.longest_queue.max(self.waiting());
            Admission::Waits
        } else {
            self.accounts.refusals += 1;
            Admission::Refused
        }
    }

    /// The service of a customer who has just started will take so long.
    ///
    /// Only a station whose every service is announced can tell its [`Standing::work_left`].
    pub fn announce(&mut self, now: Instant, service: Span) {
        self.accounts.work += u128::from(service.nanoseconds());
        self.ends_due += u128::from((now + service).nanoseconds());
    }

    /// A service ends. Returns the customer whose service starts in its place, if one does.
    ///
    /// Panics if nobody is in service.
    #[must_use]
    pub fn finish(&mut self, now: Instant) -> Option<C> {
        assert!(self.in_service > 0, "a service that ends has begun");
        self.account(now);
        self.in_service -= 1;
        self.ends_due = self.ends_due.saturating_sub(u128::from(now.nanoseconds()));
        self.accounts.completions += 1;
        self.start_waiting(now)
    }

    /// From now on so many servers are up. After more have come up, ask
    /// [`start_waiting`](Self::start_waiting) until it answers `None`.
    pub fn set_servers(&mut self, now: Instant, up: u32) {
        self.account(now);
        self.servers_up = up;
    }

    /// Starts the service of the first who waits, if a server is free, and returns that customer.
    #[must_use]
    pub fn start_waiting(&mut self, now: Instant) -> Option<C> {
        if !self.has_free_server() {
            return None;
        }
        self.account(now);
        let first = self.queue.pop_front()?;
        self.start(now.since(first.since));
        Some(first.customer)
    }

    /// A waiting customer gives up and leaves the queue. Returns whether it was waiting.
    ///
    /// Searches from the front, where those who have waited longest are: quick when all have the
    /// same patience.
    pub fn renege(&mut self, now: Instant, customer: C) -> bool
    where
        C: PartialEq,
    {
        let place = self
            .queue
            .iter()
            .position(|waiting| waiting.customer == customer);
        let Some(waiting) = place.and_then(|place| {
            self.account(now);
            self.queue.remove(place)
        }) else {
            return false;
        };
        self.accounts.reneged += 1;
        self.accounts.waits_reneged += u128::from(now.since(waiting.since).nanoseconds());
        true
    }

    /// How many servers are up.
    pub fn servers_up(&self) -> u32 {
        self.servers_up
    }

    /// How many can wait.
    pub fn queue_max(&self) -> u32 {
        self.queue_max
    }

    /// How many are in service; more than servers are up for a while after some went down.
    pub fn in_service(&self) -> u32 {
        self.in_service
    }

    /// How many wait.
    pub fn waiting(&self) -> u32 {
        self.queue.len() as u32
    }

    /// The accounts from the start until `now`.
    pub fn accounts(&self, now: Instant) -> Accounts {
        let nanoseconds = u128::from(now.since(self.accounted_to).nanoseconds());
        let mut accounts = self.accounts;
        accounts.servers_up += u128::from(self.servers_up) * nanoseconds;
        accounts.in_service += u128::from(self.in_service) * nanoseconds;
        accounts.queue += self.queue.len() as u128 * nanoseconds;
        accounts
    }

    /// What is under way at `now`.
    pub fn standing(&self, now: Instant) -> Standing {
        let waited = |waiting: &Waiting<C>| u128::from(now.since(waiting.since).nanoseconds());
        let begun = u128::from(self.in_service) * u128::from(now.nanoseconds());
        Standing {
            in_service: self.in_service,
            waiting: self.waiting(),
            longest_queue: self.longest_queue,
            waited_so_far: self.queue.iter().map(waited).sum(),
            work_left: self.ends_due.saturating_sub(begun),
        }
    }

    fn account(&mut self, now: Instant) {
        debug_assert!(now >= self.accounted_to, "time does not run back");
        self.accounts = self.accounts(now);
        self.accounted_to = now;
    }

    fn has_free_server(&self) -> bool {
        self.in_service < self.servers_up
    }

    fn start(&mut self, waited: Span) {
        self.in_service += 1;
        self.accounts.starts += 1;
        self.accounts.waits += u128::from(waited.nanoseconds());
    }
}

/// What is under way at a station at one instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Customers in service.
    pub in_service: u32,
    /// Customers waiting.
    pub waiting: u32,
    /// The most who ever waited at once.
    pub longest_queue: u32,
    /// How long those who wait have waited, together, in nanoseconds.
    pub waited_so_far: u128,
    /// How much of the announced services under way is left, together, in nanoseconds.
    pub work_left: u128,
}

/// What a station counted: whole numbers, which add up over stations and replications in any order.
///
/// Levels are integrals over time in level × nanoseconds; divide by a length for a mean level. Two
/// readings subtract to what lies between them, such as after a warm-up; a wait counts where it
/// ends, an integral where it happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    /// Customers who came, the refused included.
    pub arrivals: u64,
    /// Customers who found the queue full.
    pub refusals: u64,
    /// Customers who gave up waiting.
    pub reneged: u64,
    /// Services begun.
    pub starts: u64,
    /// Services ended.
    pub completions: u64,
    /// Servers up × nanoseconds.
    pub servers_up: u128,
    /// Customers in service × nanoseconds.
    pub in_service: u128,
    /// Customers waiting × nanoseconds.
    pub queue: u128,
    /// The waits of those whose service began, in nanoseconds; most are often zero.
    pub waits: u128,
    /// The waits of those who gave up, in nanoseconds.
    pub waits_reneged: u128,
    /// The announced lengths of services begun, in nanoseconds.
    pub work: u128,
}

impl Accounts {
    fn with(
        self,
        other: Accounts,
        count: fn(u64, u64) -> u64,
        sum: fn(u128, u128) -> u128,
    ) -> Self {
        Accounts {
            arrivals: count(self.arrivals, other.arrivals),
            refusals: count(self.refusals, other.refusals),
            reneged: count(self.reneged, other.reneged),
            starts: count(self.starts, other.starts),
            completions: count(self.completions, other.completions),
            servers_up: sum(self.servers_up, other.servers_up),
            in_service: sum(self.in_service, other.in_service),
            queue: sum(self.queue, other.queue),
            waits: sum(self.waits, other.waits),
            waits_reneged: sum(self.waits_reneged, other.waits_reneged),
            work: sum(self.work, other.work),
        }
    }
}

impl Add for Accounts {
    type Output = Accounts;
    fn add(self, other: Accounts) -> Accounts {
        self.with(other, Add::add, Add::add)
    }
}

impl AddAssign for Accounts {
    fn add_assign(&mut self, other: Accounts) {
        *self = *self + other;
    }
}

/// What lies between an `earlier` reading of the same station and this one.
impl Sub for Accounts {
    type Output = Accounts;
    fn sub(self, earlier: Accounts) -> Accounts {
        self.with(earlier, Sub::sub, Sub::sub)
    }
}

#[cfg(test)]
mod tests {
    use super::Admission::{Refused, Starts, Waits};
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_seconds(seconds)
    }

    /// A station with one server and two places to wait: 1 starts, 2 and 3 wait, 4 is refused.
    fn full() -> Station<u32> {
        let mut station = Station::new(at(0), 1, 2);
        for (customer, admission) in [(1, Starts), (2, Waits), (3, Waits), (4, Refused)] {
            assert_eq!(station.arrive(at(0), customer), admission, "{customer}");
        }
        station
    }

    #[test]
    fn who_waits_longest_starts_first_and_an_empty_queue_starts_nobody() {
        let mut station = full();
        assert_eq!(station.finish(at(1)), Some(2));
        assert_eq!(station.arrive(at(1), 5), Waits);
        assert_eq!(station.finish(at(2)), Some(3));
        assert_eq!(station.finish(at(3)), Some(5));
        assert_eq!(station.finish(at(4)), None);
        assert_eq!(station.arrive(at(5), 6), Starts);
    }

    #[test]
    fn servers_that_go_down_finish_what_they_began_and_take_nobody_new() {
        let mut station = Station::new(at(0), 2, 9);
        assert_eq!(station.arrive(at(0), 1), Starts);
        assert_eq!(station.arrive(at(0), 2), Starts);
        assert_eq!(station.arrive(at(0), 3), Waits);
        station.set_servers(at(1), 1);
        assert_eq!((station.servers_up(), station.in_service()), (1, 2));
        assert_eq!(
            station.finish(at(2)),
            None,
            "one is in service on one server"
        );
        assert_eq!(station.finish(at(3)), Some(3));
        station.set_servers(at(4), 0);
        assert_eq!(station.finish(at(5)), None);
        assert_eq!(station.arrive(at(6), 4), Waits);
    }

    #[test]
    fn servers_that_come_back_take_those_who_wait_before_those_who_arrive() {
        let mut station = Station::new(at(0), 0, 9);
        for customer in 1..=3 {
            assert_eq!(station.arrive(at(0), customer), Waits);
        }
        station.set_servers(at(1), 2);
        assert_eq!(station.arrive(at(1), 4), Waits, "others were there first");
        let started: Vec<_> = std::iter::from_fn(|| station.start_waiting(at(1))).collect();
        assert_eq!(started, [1, 2]);
        assert_eq!((station.in_service(), station.waiting()), (2, 2));
    }

    #[test]
    fn a_customer_who_gives_up_leaves_and_the_others_keep_their_order() {
        let mut station = full();
        assert!(!station.renege(at(1), 1), "in service, not waiting");
        assert!(!station.renege(at(1), 4), "refused");
        assert!(station.renege(at(2), 2));
        assert!(!station.renege(at(2), 2), "gone");
        assert_eq!(station.arrive(at(2), 5), Waits);
        assert_eq!(station.finish(at(3)), Some(3));
        assert_eq!(station.finish(at(4)), Some(5));
    }

    #[test]
    fn accounts_are_those_of_a_hand_calculation() {
        // Server 1 busy from 0 to 10. Customer 2 waits from 0 to 3 and starts; 3 waits from 0 to 7
        // and gives up; 4 is refused. At 5 the server goes down, at 8 what it began ends.
        let mut station = full();
        assert_eq!(station.finish(at(3)), Some(2));
        station.set_servers(at(5), 0);
        assert!(station.renege(at(7), 3));
        assert_eq!(station.finish(at(8)), None);
        let second = 1_000_000_000;
        assert_eq!(
            station.accounts(at(10)),
            Accounts {
                arrivals: 4,
                refusals: 1,
                reneged: 1,
                starts: 2,
                completions: 2,
                servers_up: 5 * second,
                in_service: 8 * second,
                queue: (3 + 7) * second,
                waits: 3 * second,
                waits_reneged: 7 * second,
                work: 0,
            }
        );
    }

    #[test]
    fn what_is_under_way_is_that_of_a_hand_calculation() {
        // One server: 1 takes 4 s from 0, then 2 takes 9 s; at 10, 2 has 3 s left and 3 has waited 10.
        let mut station = full();
        station.announce(at(0), Span::from_seconds(4));
        assert_eq!(station.finish(at(4)), Some(2));
        station.announce(at(4), Span::from_seconds(9));
        let second = 1_000_000_000;
        assert_eq!(
            station.standing(at(10)),
            Standing {
                in_service: 1,
                waiting: 1,
                longest_queue: 2,
                waited_so_far: 10 * second,
                work_left: 3 * second,
            }
        );
        assert_eq!(station.accounts(at(10)).work, 13 * second);
    }

    #[test]
    fn accounts_add_up_in_any_order_and_split_at_any_instant() {
        let mut station = full();
        let early = station.accounts(at(1));
        assert_eq!(station.finish(at(3)), Some(2));
        let (late, other) = (station.accounts(at(4)), full().accounts(at(9)));
        let between = late - early;
        assert_eq!((between.arrivals, between.completions), (0, 1));
        assert_eq!(early + between, late);
        let mut sum = other;
        sum += between;
        sum += early;
        assert_eq!(sum, early + between + other);
        assert_eq!(early.queue + between.queue, late.queue);
    }

    #[test]
    fn a_queue_that_does_not_grow_allocates_nothing() {
        let mut station = full();
        let places = station.queue.capacity();
        for second in 1..100 {
            assert!(station.finish(at(second)).is_some());
            assert_eq!(station.arrive(at(second), second as u32), Waits);
        }
        assert_eq!(station.queue.capacity(), places);
    }

    #[test]
    #[should_panic(expected = "a service that ends has begun")]
    fn a_service_that_never_began_cannot_end() {
        let _ = Station::<u32>::new(at(0), 1, 1).finish(at(1));
    }
}
