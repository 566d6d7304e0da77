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
            Admission::Waits
        } else {
            self.accounts.refusals += 1;
            Admission::Refused
        }
    }

    /// A service ends. Returns the customer whose service starts in its place, if one does.
    ///
    /// Panics if nobody is in service.
    #[must_use]
    pub fn finish(&mut self, now: Instant) -> Option<C> {
        assert!(self.in_service > 0, "a service that ends has begun");
        self.account(now);
        self.in_service -= 1;
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
