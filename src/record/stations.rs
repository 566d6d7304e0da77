//! Stations: how busy they were, how long their queues, how long the waits.
//!
//! Definition: *utilization* is the time that servers (threads) worked of the time that they stood;
//! *busy*, *queue* are time averages over the run, in servers and customers; a *wait* is from arrival
//! to the start of service. Denominator: the length of the run, of waits the services begun. It leaves
//! out stations that nobody came to, the service of calls behind a station, and the share of a server that
//! other work takes (`local_utilization`): it makes simulated work take longer, so that a utilization of
//! one means that the rest of the server is used up.
//!
//! It knows no names but those it prints. Invariant: sums are of whole numbers and add up over stations.

use std::cmp::Reverse;

use crate::engine::{Accounts, Instant, Span};
use crate::model::Federation;
use crate::model::simulator::{StationAccount, StationName};

use super::naming::server_name;

/// The stations that somebody came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stations {
    length: Span,
    rows: Vec<StationAccount>,
    gateway_levels: Vec<Accounts>,
}

/// A kind of station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StationKind {
    /// The token servers of a data centre of a gateway.
    DataCentre,
    /// The threads of an organization's server.
    Server,
}

/// What one station or several came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// How many stations.
    pub stations: u64,
    /// How many customers they can serve at once.
    pub servers: u64,
    /// Their counts, added up.
    pub accounts: Accounts,
    /// Customers in service at the end.
    pub in_service: u64,
    /// Customers waiting at the end.
    pub waiting: u64,
    /// The longest queue of any of them.
    pub longest_queue: u32,
    length_nanoseconds: u64,
}

impl StationKind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            StationKind::DataCentre => "data-centre",
            StationKind::Server => "server",
        }
    }
}

impl Stations {
    /// What stations have counted from `start` until `end`.
    pub fn new(
        (start, end): (Instant, Instant),
        rows: Vec<StationAccount>,
        gateway_levels: Vec<Accounts>,
    ) -> Stations {
        Stations {
            length: end.since(start),
            rows,
            gateway_levels,
        }
    }

    /// All of them, in the order of their ids.
    pub fn rows(&self) -> &[StationAccount] {
        &self.rows
    }

    /// How many stations of a kind somebody came to, and their sums.
    pub fn total(&self, kind: StationKind) -> Load {
        let of_kind = self.rows.iter().filter(|row| kind_of(row.station) == kind);
        self.sum(of_kind)
    }

    /// The sums of some of them.
    pub fn sum<'a>(&self, rows: impl Iterator<Item = &'a StationAccount>) -> Load {
        let none = Load {
            length_nanoseconds: self.length.nanoseconds(),
            ..Load::default()
        };
        rows.fold(none, |mut sum, row| {
            sum.stations += 1;
            sum.servers += u64::from(row.servers);
            sum.accounts += row.accounts;
            sum.in_service += u64::from(row.standing.in_service);
            sum.waiting += u64::from(row.standing.waiting);
            sum.longest_queue = sum.longest_queue.max(row.standing.longest_queue);
            sum
        })
    }

    /// Those of a kind with their names, the busiest first: those that worked longest, then by name.
    pub fn busiest(
        &self,
        kind: StationKind,
        federation: &Federation,
    ) -> Vec<(String, StationAccount)> {
        let of_kind = self.rows.iter().filter(|row| kind_of(row.station) == kind);
        let mut rows: Vec<_> = of_kind
            .map(|row| (station_name(row.station, federation), *row))
            .collect();
        rows.sort_by(|(a, one), (b, other)| {
            let key = |row: &StationAccount| Reverse(row.accounts.in_service);
            key(one).cmp(&key(other)).then_with(|| a.cmp(b))
        });
        rows
    }

    /// What all data centres together did in each interval of the time line.
    pub fn gateway_intervals(&self) -> impl Iterator<Item = Accounts> + '_ {
        let before =
            std::iter::once(Accounts::default()).chain(self.gateway_levels.iter().copied());
        self.gateway_levels
            .iter()
            .zip(before)
            .map(|(reading, before)| *reading - before)
    }
}

impl Load {
    /// The share of their servers' time that they worked, in millionths; none without servers.
    pub fn utilization_millionths(&self) -> Option<u64> {
        share_millionths(self.accounts.in_service, self.accounts.servers_up)
    }

    /// The mean number in service, in millionths.
    pub fn busy_millionths(&self) -> u64 {
        self.mean_level(self.accounts.in_service)
    }

    /// The mean number waiting, in millionths.
    pub fn queue_millionths(&self) -> u64 {
        self.mean_level(self.accounts.queue)
    }

    /// The mean wait of those whose service began; none if none did.
    pub fn mean_wait(&self) -> Option<Span> {
        let mean = self
            .accounts
            .waits
            .checked_div(u128::from(self.accounts.starts))?;
        Some(Span::from_nanoseconds(
            u64::try_from(mean).unwrap_or(u64::MAX),
        ))
    }

    fn mean_level(&self, integral: u128) -> u64 {
        let mean = (integral * 1_000_000).checked_div(u128::from(self.length_nanoseconds));
        u64::try_from(mean.unwrap_or(0)).unwrap_or(u64::MAX)
    }
}

/// A part of a whole in millionths, rounded down.
pub fn share_millionths(part: u128, whole: u128) -> Option<u64> {
    let share = (part * 1_000_000).checked_div(whole)?;
    Some(u64::try_from(share).unwrap_or(u64::MAX))
}

/// The kind of a station.
pub fn kind_of(station: StationName) -> StationKind {
    match station {
        StationName::DataCentre(_) => StationKind::DataCentre,
        StationName::Server(_) => StationKind::Server,
    }
}

/// The name of a station: `business-1`, `contoso/cas1`.
pub fn station_name(station: StationName, federation: &Federation) -> String {
    match station {
        StationName::DataCentre(id) => federation.data_centres[id].name.to_string(),
        StationName::Server(id) => server_name(federation, id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Standing;
    use crate::model::gateway::DataCentreId;
    use crate::model::organization::ServerId;
    use crate::record::fixture::federation;

    fn account(station: StationName, busy_seconds: u128) -> StationAccount {
        let second = 1_000_000_000;
        StationAccount {
            station,
            servers: 2,
            queue_max: 9,
            accounts: Accounts {
                arrivals: 4,
                starts: 4,
                completions: 4,
                servers_up: 20 * second,
                in_service: busy_seconds * second,
                queue: 3 * second,
                waits: 3 * second,
                ..Accounts::default()
            },
            standing: Standing::default(),
        }
    }

    /// By hand: two servers of 2 threads for 10 s; one works 5 s of 20, the other 10; each queue holds
    /// 0.3 customers on average, and 4 customers wait 3 s together.
    #[test]
    fn loads_are_time_averages_over_the_run() {
        let (start, end) = (Instant::EPOCH, Instant::from_seconds(10));
        let rows = vec![
            account(StationName::DataCentre(DataCentreId(0)), 1),
            account(StationName::Server(ServerId(0)), 5),
            account(StationName::Server(ServerId(1)), 10),
        ];
        let stations = Stations::new((start, end), rows, Vec::new());
        let load = stations.total(StationKind::Server);
        assert_eq!((load.stations, load.servers), (2, 4));
        assert_eq!(load.utilization_millionths(), Some(375_000));
        assert_eq!(
            (load.busy_millionths(), load.queue_millionths()),
            (1_500_000, 600_000)
        );
        assert_eq!(load.mean_wait(), Some(Span::from_milliseconds(750)));
        let busiest = stations.busiest(StationKind::Server, federation());
        assert_eq!(busiest[0].0, "fabrikam/cas1");
        assert_eq!(busiest[0].1.station, StationName::Server(ServerId(1)));
    }
}
