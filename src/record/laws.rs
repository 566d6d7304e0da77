//! Sanity laws: what has to hold in every run, whatever it simulates.
//!
//! Definition: each law is an equality of two whole numbers that are counted on different ways. *Little's
//! law* at a station: customers waiting × time is the sum of the waits of those who were served, gave up
//! or still wait. *Utilization law*: customers in service × time is the sum of the lengths of services,
//! less what is left of those under way. *Flow balance*: whoever came has left in one way or is still
//! there: customers of stations, requests, groups; and a data centre decides on as many tokens as it
//! serves or turns away full. Denominator: none. It leaves out calls on their way and attendees, whose
//! number is not known before groups are expanded.
//!
//! It knows no tolerance: numbers are whole. Invariant: a law that fails is a bug of the program, never
//! a property of a scenario.
//!
//! Source: J. D. C. Little, "A Proof for the Queuing Formula L = λW" (1961); the utilization law and
//! flow balance of operational analysis, P. J. Denning and J. P. Buzen (1978).

use crate::model::simulator::{StationAccount, StationName};

use super::stations::{StationKind, Stations, kind_of};
use super::tally::Tally;

/// A law and whether it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Law {
    /// Which.
    pub name: LawName,
    /// Of what.
    pub of: Of,
    /// How many stations it was tested at; 0: not of stations.
    pub stations: u64,
    /// One side, in nanoseconds or a plain number; of several stations the sum.
    pub left: u128,
    /// The other side.
    pub right: u128,
    /// Whether both sides are equal, at each station.
    pub holds: bool,
}

/// The laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LawName {
    /// Customers waiting × time = waits.
    Little,
    /// Customers in service × time = lengths of services.
    Utilization,
    /// Arrivals = refused + given up + served + present.
    StationFlow,
    /// Requests sent = answered + in flight.
    RequestFlow,
    /// Groups dispatched = with an outcome + in flight.
    GroupFlow,
    /// Tokens issued and refused = services ended + refused for a full queue.
    TokenFlow,
}

/// What a law is tested at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The run.
    Run,
    /// One station.
    Station(StationName),
    /// All stations of a kind.
    All(StationKind),
}

/// The most stations that are told one by one when a law fails.
const TOLD_MAX: usize = 20;

impl LawName {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            LawName::Little => "little",
            LawName::Utilization => "utilization",
            LawName::StationFlow => "station-flow",
            LawName::RequestFlow => "request-flow",
            LawName::GroupFlow => "group-flow",
            LawName::TokenFlow => "token-flow",
        }
    }

    /// What it says.
    pub fn text(self) -> &'static str {
        match self {
            LawName::Little => "customers waiting × time = waits, in nanoseconds",
            LawName::Utilization => {
                "customers in service × time = lengths of services, in nanoseconds"
            }
            LawName::StationFlow => "arrivals = refused + given up + served + present",
            LawName::RequestFlow => "requests sent = answered + in flight",
            LawName::GroupFlow => "groups dispatched = with an outcome + in flight",
            LawName::TokenFlow => "tokens issued and refused = services ended + full queues",
        }
    }
}

/// All laws: of the run, of each data centre, of all servers together, and of each of the first servers
/// at which one fails.
pub fn laws(tally: &Tally, stations: &Stations, groups_in_flight: u64) -> Vec<Law> {
    let requests = &tally.outcomes.requests;
    let answered = requests.complete + requests.partial + requests.failed;
    let groups = &tally.outcomes.groups;
    let done = groups.answered + groups.failed.total();
    let run = |name, left: u64, right: u64| Law::new(name, Of::Run, left.into(), right.into());
    let mut laws = vec![
        run(
            LawName::RequestFlow,
            requests.sent,
            answered + requests.in_flight,
        ),
        run(
            LawName::GroupFlow,
            groups.dispatched,
            done + groups_in_flight,
        ),
    ];
    for row in stations.rows() {
        if let StationName::DataCentre(id) = row.station {
            let desk = tally.tokens.desk(id);
            let decided = u128::from(desk.issued + desk.refused);
            let served = u128::from(row.accounts.completions + row.accounts.refusals);
            let of = Of::Station(row.station);
            laws.push(Law::new(LawName::TokenFlow, of, decided, served));
        }
    }
    for law in [little, utilization, station_flow] {
        laws.extend(of_stations(stations.rows(), law));
    }
    laws
}

/// A law at each data centre, at all servers together, and at each of the first servers that break it.
fn of_stations(rows: &[StationAccount], law: fn(&StationAccount) -> Law) -> Vec<Law> {
    let of_kind = |kind| rows.iter().filter(move |row| kind_of(row.station) == kind);
    let mut laws: Vec<Law> = of_kind(StationKind::DataCentre).map(law).collect();
    let servers = of_kind(StationKind::Server).map(law);
    let together = servers.clone().reduce(|sum, one| Law {
        of: Of::All(StationKind::Server),
        stations: sum.stations + one.stations,
        left: sum.left + one.left,
        right: sum.right + one.right,
        holds: sum.holds && one.holds,
        ..sum
    });
    laws.extend(together.map(|law| Law {
        of: Of::All(StationKind::Server),
        ..law
    }));
    laws.extend(servers.filter(|law| !law.holds).take(TOLD_MAX));
    laws
}

fn little(row: &StationAccount) -> Law {
    let accounts = &row.accounts;
    let waits = accounts.waits + accounts.waits_reneged + row.standing.waited_so_far;
    Law::new(
        LawName::Little,
        Of::Station(row.station),
        accounts.queue,
        waits,
    )
}

fn utilization(row: &StationAccount) -> Law {
    let work = row.accounts.work.saturating_sub(row.standing.work_left);
    let of = Of::Station(row.station);
    Law::new(LawName::Utilization, of, row.accounts.in_service, work)
}

fn station_flow(row: &StationAccount) -> Law {
    let (accounts, standing) = (&row.accounts, &row.standing);
    let gone = accounts.refusals + accounts.reneged + accounts.completions;
    let present = u64::from(standing.in_service) + u64::from(standing.waiting);
    let of = Of::Station(row.station);
    let (left, right) = (accounts.arrivals.into(), (gone + present).into());
    Law::new(LawName::StationFlow, of, left, right)
}

impl Law {
    fn new(name: LawName, of: Of, left: u128, right: u128) -> Law {
        Law {
            name,
            of,
            stations: u64::from(of != Of::Run),
            left,
            right,
            holds: left == right,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Instant, Span, Station};
    use crate::model::organization::ServerId;

    /// One thread, one place to wait: 1 is served from 0 to 4 s, 2 from 4 s on for 9 s, 3 waits from
    /// 5 s on, 4 is refused; the end is at 10 s.
    fn account(id: u32) -> StationAccount {
        let at = Instant::from_seconds;
        let mut station: Station<u32> = Station::new(at(0), 1, 1);
        let _ = station.arrive(at(0), 1);
        station.announce(at(0), Span::from_seconds(4));
        let _ = station.arrive(at(1), 2);
        assert_eq!(station.finish(at(4)), Some(2));
        station.announce(at(4), Span::from_seconds(9));
        let _ = station.arrive(at(5), 3);
        let _ = station.arrive(at(6), 4);
        StationAccount {
            station: StationName::Server(ServerId(id)),
            servers: 1,
            queue_max: 1,
            accounts: station.accounts(at(10)),
            standing: station.standing(at(10)),
        }
    }

    #[test]
    fn the_laws_hold_at_a_station_that_is_cut_off_in_the_middle() {
        let second = 1_000_000_000;
        for (law, value) in [
            (little as fn(&StationAccount) -> Law, (3 + 5) * second),
            (utilization, 10 * second),
            (station_flow, 4),
        ] {
            let law = law(&account(0));
            assert!(law.holds, "{law:?}");
            assert_eq!(law.left, value, "{law:?}");
        }
    }

    #[test]
    fn a_station_that_loses_a_customer_or_a_second_breaks_a_law() {
        let mut lost = account(1);
        lost.accounts.completions -= 1;
        let laws = of_stations(&[account(0), lost], station_flow);
        assert_eq!(laws.len(), 2, "all servers, and the one that fails");
        assert!(!laws[0].holds && laws[0].stations == 2);
        assert_eq!(laws[1].of, Of::Station(StationName::Server(ServerId(1))));
        let mut late = account(1);
        late.accounts.queue += 1;
        assert!(!little(&late).holds);
        late.accounts.work += 1;
        assert!(!utilization(&late).holds);
    }
}
