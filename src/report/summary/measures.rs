//! Stations, the time line and the sanity laws, as a summary tells them.
//!
//! It knows no layout. Invariant: numbers are whole; what is a share is told in millionths.

use crate::engine::Span;
use crate::record::laws::Of;
use crate::record::stations::{self, StationKind};
use crate::report::Reported;

use super::{Busiest, Law, Load, Stations, Timeline};

/// How many of the busiest servers are named; data centres are named all.
const BUSIEST: usize = 5;

/// The stations of a run.
pub(super) fn stations(reported: Reported<'_>) -> Stations {
    let stations = &reported.result.stations;
    let mut busiest = Vec::new();
    for (kind, most) in [
        (StationKind::DataCentre, usize::MAX),
        (StationKind::Server, BUSIEST),
    ] {
        let rows = stations.busiest(kind, reported.federation).into_iter();
        busiest.extend(rows.take(most).map(|(station, account)| {
            let load = stations.sum(std::iter::once(&account));
            Busiest {
                kind: kind.word(),
                station,
                utilization_millionths: load.utilization_millionths(),
                queue_max: load.longest_queue,
                mean_wait_ns: load.mean_wait().map(Span::nanoseconds),
            }
        }));
    }
    Stations {
        data_centres: load(&stations.total(StationKind::DataCentre)),
        servers: load(&stations.total(StationKind::Server)),
        busiest,
    }
}

fn load(load: &stations::Load) -> Load {
    let accounts = &load.accounts;
    Load {
        stations: load.stations,
        servers: load.servers,
        arrivals: accounts.arrivals,
        served: accounts.completions,
        refused: accounts.refusals,
        gave_up: accounts.reneged,
        in_service_at_end: load.in_service,
        waiting_at_end: load.waiting,
        utilization_millionths: load.utilization_millionths(),
        busy_millionths: load.busy_millionths(),
        queue_millionths: load.queue_millionths(),
        queue_max: load.longest_queue,
        mean_wait_ns: load.mean_wait().map(Span::nanoseconds),
        busy_ns: accounts.in_service,
        queue_ns: accounts.queue,
        wait_ns: accounts.waits,
        up_ns: accounts.servers_up,
    }
}

/// The time line of a run.
pub(super) fn timeline(reported: Reported<'_>) -> Timeline {
    let result = reported.result;
    Timeline {
        every_ns: reported.federation.timeline_every.nanoseconds(),
        intervals: result.timeline.intervals(result.accounted_to).count() as u64,
    }
}

/// The laws of a run.
pub(super) fn laws(reported: Reported<'_>) -> Vec<Law> {
    let laws = reported.result.laws.iter();
    laws.map(|law| Law {
        law: law.name.word(),
        says: law.name.text(),
        station: match law.of {
            Of::Station(station) => Some(stations::station_name(station, reported.federation)),
            Of::All(kind) => Some(format!("all {}s", kind.word())),
            Of::Run => None,
        },
        stations: law.stations,
        left: law.left,
        right: law.right,
        holds: law.holds,
    })
    .collect()
}
