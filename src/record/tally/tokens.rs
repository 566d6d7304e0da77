//! Tokens: how many, of which offer, in which hour, by whom for whom, and how many bytes.
//!
//! Definition: a delegation token is *issued* or *refused* when a data centre of the gateway decides;
//! its bytes are those of the answer that carries it. *Reused* tokens were issued earlier. An *hour* is
//! one of the clock in UTC. A *pair* is the organization that asks and the one whose domain is asked
//! about. Denominator: none, these are numbers. It leaves out tokens that were asked for and never
//! reached a gateway; OAuth tokens are apart.
//!
//! It knows no names. Invariant: counts merge by addition.

use rustc_hash::FxHashMap;

use crate::engine::Instant;
use crate::engine::id::{Id, IdVec};
use crate::model::Federation;
use crate::model::cause::Cause;
use crate::model::gateway::DataCentreId;
use crate::model::observation::{Fact, Observation, Recorder};
use crate::model::organization::OrgId;
use crate::model::outcome::Asks;
use crate::model::token::Offer;
use crate::record::counts::{Counts, Word};

/// A number of things and the bytes they weigh together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Volume {
    /// How many.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Who asked and about whom; none: nobody's domain.
pub type Pair = (OrgId, Option<OrgId>);

/// What a data centre decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Desk {
    /// Tokens issued.
    pub issued: u64,
    /// Tokens refused by a data centre that works.
    pub refused: u64,
    /// Tokens refused at the door, because the gateway is closed or broken.
    pub turned_away: u64,
}

/// Tokens.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// Refused delegation tokens by cause.
    pub refused: Counts<Cause>,
    /// Delegation tokens that were used again.
    pub reused: u64,
    /// Issued OAuth tokens.
    pub oauth: u64,
    /// Issued delegation tokens by what their requests asked for, those for Autodiscover included.
    pub asked: Counts<Asks>,
    hours: Hours,
    pairs: Pairs,
    desks: IdVec<DataCentreId, Desk>,
}

/// Volumes by hour and offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Hours {
    /// The first hour, from the epoch on.
    first: u64,
    rows: Vec<[Volume; Offer::COUNT]>,
}

/// Volumes by pair.
#[derive(Clone, Debug, Default)]
struct Pairs {
    /// Looked up only, never iterated.
    places: FxHashMap<Pair, u32>,
    rows: Vec<(Pair, Volume)>,
}

const NANOSECONDS_AN_HOUR: u64 = 3_600_000_000_000;

impl Tokens {
    /// Issued delegation tokens.
    pub fn issued(&self) -> Volume {
        self.by_offer().map(|(_, volume)| volume).sum()
    }

    /// Issued delegation tokens by offer, in the order of offers.
    pub fn by_offer(&self) -> impl Iterator<Item = (Offer, Volume)> + '_ {
        Offer::ALL.iter().filter_map(|&offer| {
            let volume = self.hours.rows.iter().map(|row| row[offer.place()]).sum();
            (volume != Volume::default()).then_some((offer, volume))
        })
    }

    /// Issued delegation tokens by the instant at which an hour begins, and offer; hours and offers
    /// without any are left out.
    pub fn by_hour(&self) -> impl Iterator<Item = (Instant, Offer, Volume)> + '_ {
        let rows = self.hours.rows.iter().zip(self.hours.first..);
        rows.flat_map(|(row, hour)| {
            let at = Instant::from_seconds(hour * 3_600);
            let cells = row.iter().enumerate();
            cells
                .filter(|(_, volume)| volume.count > 0)
                .map(move |(place, volume)| (at, Offer::at(place), *volume))
        })
    }

    /// Issued delegation tokens by pair, in no particular order.
    pub fn by_pair(&self) -> &[(Pair, Volume)] {
        &self.pairs.rows
    }

    /// What a data centre decided.
    pub fn desk(&self, id: DataCentreId) -> Desk {
        self.desks.get(id).copied().unwrap_or_default()
    }

    /// Adds what another recorder of the same federation has counted.
    pub fn merge(&mut self, other: &Tokens) {
        self.refused.merge(&other.refused);
        self.reused += other.reused;
        self.oauth += other.oauth;
        self.asked.merge(&other.asked);
        for (row, hour) in other.hours.rows.iter().zip(other.hours.first..) {
            let sums = self.hours.row(hour);
            for (sum, volume) in sums.iter_mut().zip(row) {
                sum.add(*volume);
            }
        }
        for (pair, volume) in &other.pairs.rows {
            self.pairs.row(*pair).add(*volume);
        }
        for (id, desk) in other.desks.enumerate() {
            let sum = self.desk_mut(id);
            sum.issued += desk.issued;
            sum.refused += desk.refused;
            sum.turned_away += desk.turned_away;
        }
    }

    fn desk_mut(&mut self, id: DataCentreId) -> &mut Desk {
        while self.desks.len() <= id.index() {
            self.desks.push(Desk::default());
        }
        &mut self.desks[id]
    }
}

impl Hours {
    /// The row of an hour, from the epoch on.
    fn row(&mut self, hour: u64) -> &mut [Volume; Offer::COUNT] {
        let empty = [Volume::default(); Offer::COUNT];
        if self.rows.is_empty() {
            self.first = hour;
        }
        if hour < self.first {
            let missing = (self.first - hour) as usize;
            self.rows.splice(0..0, std::iter::repeat_n(empty, missing));
            self.first = hour;
        }
        let place = (hour - self.first) as usize;
        if place >= self.rows.len() {
            self.rows.resize(place + 1, empty);
        }
        &mut self.rows[place]
    }
}

impl Pairs {
    fn row(&mut self, pair: Pair) -> &mut Volume {
        let next = self.rows.len();
        let place = *self.places.entry(pair).or_insert(next as u32) as usize;
        if place == next {
            self.rows.push((pair, Volume::default()));
        }
        &mut self.rows[place].1
    }

    fn sorted(&self) -> Vec<(Pair, Volume)> {
        let mut rows = self.rows.clone();
        rows.sort_unstable_by_key(|(pair, _)| *pair);
        rows
    }
}

impl Volume {
    fn add(&mut self, more: Volume) {
        self.count += more.count;
        self.bytes += more.bytes;
    }
}

impl std::iter::Sum for Volume {
    fn sum<I: Iterator<Item = Volume>>(volumes: I) -> Volume {
        volumes.fold(Volume::default(), |mut sum, volume| {
            sum.add(volume);
            sum
        })
    }
}

/// Equal counts are equal, whoever was counted first.
impl PartialEq for Tokens {
    fn eq(&self, other: &Tokens) -> bool {
        self.refused == other.refused
            && (self.reused, self.oauth) == (other.reused, other.oauth)
            && self.asked == other.asked
            && self.hours == other.hours
            && self.desks == other.desks
            && self.pairs.sorted() == other.pairs.sorted()
    }
}

impl Eq for Tokens {}

impl Recorder for Tokens {
    fn observe(&mut self, federation: &Federation, observation: &Observation) {
        match observation.fact {
            Fact::TokenIssued {
                token,
                bytes,
                target,
                data_centre,
                ..
            } => {
                let once = Volume {
                    count: 1,
                    bytes: u64::from(bytes),
                };
                let workload = observation.request.workload;
                self.asked.add_one(federation.workloads[workload].asks);
                let hour = observation.at.nanoseconds() / NANOSECONDS_AN_HOUR;
                self.hours.row(hour)[token.offer.place()].add(once);
                let pair = (observation.request.requester, target);
                self.pairs.row(pair).add(once);
                self.desk_mut(data_centre).issued += 1;
            }
            Fact::TokenRefused {
                cause, data_centre, ..
            } => {
                self.refused.add_one(cause);
                let desk = self.desk_mut(data_centre);
                match cause {
                    Cause::GatewayClosed | Cause::GatewayError => desk.turned_away += 1,
                    _ => desk.refused += 1,
                }
            }
            Fact::TokenReused { .. } => self.reused += 1,
            Fact::OAuthTokenIssued { .. } => self.oauth += 1,
            _ => {}
        }
    }
}
