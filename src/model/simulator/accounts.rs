//! What the stations of a run have counted when it ends.
//!
//! It knows no statistics. Invariant: a station that nobody came to has no account.

use crate::engine::{Accounts, Instant, Span, Standing, Station};

use super::super::gateway::DataCentreId;
use super::super::observation::Recorder;
use super::super::organization::ServerId;
use super::World;

/// Which station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StationName {
    /// The token servers of a data centre of the gateway.
    DataCentre(DataCentreId),
    /// The threads of an organization's server.
    Server(ServerId),
}

/// What a station has counted from the start of the run to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StationAccount {
    /// Which.
    pub station: StationName,
    /// How many customers it can serve at once.
    pub servers: u32,
    /// How many more may wait.
    pub queue_max: u32,
    /// Its counts.
    pub accounts: Accounts,
    /// What was under way at the end.
    pub standing: Standing,
}

impl StationAccount {
    fn of<C: Copy>(station: StationName, of: &Station<C>, at: Instant) -> StationAccount {
        StationAccount {
            station,
            servers: of.servers_up(),
            queue_max: of.queue_max(),
            accounts: of.accounts(at),
            standing: of.standing(at),
        }
    }
}

/// Readings of the data centres' accounts at the ends of intervals.
#[derive(Debug)]
pub(super) struct Levels {
    every: Span,
    next: Instant,
    readings: Vec<Accounts>,
}

impl Levels {
    /// None yet; the first interval begins at `start`.
    pub fn new(start: Instant, every: Span) -> Levels {
        Levels {
            every,
            next: start + every,
            readings: Vec::new(),
        }
    }

    /// Whether an interval has ended.
    pub fn is_due(&self, now: Instant) -> bool {
        now >= self.next
    }

    /// Whether an interval has begun and not ended.
    fn is_within_interval(&self, now: Instant) -> bool {
        now + self.every > self.next && now < self.next
    }

    fn read(&mut self, accounts: Accounts) {
        self.readings.push(accounts);
        self.next += self.every;
    }

    /// All readings, the last one at the end of the run.
    pub fn finish(&mut self) -> Vec<Accounts> {
        std::mem::take(&mut self.readings)
    }
}

impl<R: Recorder> World<'_, R> {
    /// The accounts of the stations that somebody came to.
    pub(super) fn station_accounts(&self, at: Instant) -> Vec<StationAccount> {
        let centres = self.token_stations.enumerate();
        let centres =
            centres.map(|(id, row)| StationAccount::of(StationName::DataCentre(id), row, at));
        let servers = self.stations.enumerate().filter_map(|(id, row)| {
            let row = row.as_deref()?;
            Some(StationAccount::of(StationName::Server(id), row, at))
        });
        let touched = |account: &StationAccount| account.accounts.arrivals > 0;
        centres.chain(servers).filter(touched).collect()
    }

    /// Reads the data centres' accounts at the end of each interval that has passed. Between its last
    /// event and now nothing has happened at any of them.
    pub(super) fn read_levels(&mut self, now: Instant) {
        while self.levels.is_due(now) {
            let at = self.levels.next;
            self.levels.read(self.gateway_accounts(at));
        }
    }

    /// The readings, with one of the interval in which the run ends.
    pub(super) fn all_levels(&mut self, ended: Instant) -> Vec<Accounts> {
        self.read_levels(ended);
        if self.levels.is_within_interval(ended) {
            self.levels.read(self.gateway_accounts(ended));
        }
        self.levels.finish()
    }

    fn gateway_accounts(&self, at: Instant) -> Accounts {
        let stations = self.token_stations.iter();
        stations.fold(Accounts::default(), |sum, station| {
            sum + station.accounts(at)
        })
    }
}
