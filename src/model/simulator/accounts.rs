//! What the stations of a run have counted when it ends.
//!
//! It knows no statistics. Invariant: a station that nobody came to has no account.

use crate::engine::{Accounts, Instant, Standing, Station};

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
}
