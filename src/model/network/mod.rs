//! The network between sites: what a message meets on its way, and how long it takes.
//!
//! Sites stand in cities and continents. Two sites that declared links join, directly or through
//! others, use these links alone; all other pairs are as far apart as their distance class says. A
//! private connection between two organizations is a link that its two ends may use instead.
//!
//! It knows nothing of organizations, hosts, connections or protocols, and it schedules nothing: its
//! user asks how long one message takes. Invariant: a message is on its way for at least the
//! propagation of its path, so that [`Network::least_propagation`] bounds every delivery.

mod distance;
mod geography;
mod review;
mod routes;
#[cfg(test)]
mod tests;

use crate::engine::draw::happens;
use crate::engine::hash::NameHash;
use crate::engine::{Distribution, DrawKeys, IdVec, Instant, Span};

use super::purpose::Purpose;
use super::revised::Revised;

pub use distance::{Distance, DistanceClass, Distances, Straight, Variation};
pub use geography::{Coordinates, Position, fibre_delay};
pub use review::Partition;
use routes::Routes;

crate::define_id! {
    /// A site: a place that organizations, gateways and resolvers stand at.
    SiteId;
    /// A link between two sites.
    LinkId;
}

/// How often a lost message is sent again before it counts as lost for good.
///
/// Source: TcpMaxDataRetransmissions, Windows (recalled, not re-opened): 5.
pub const REPETITIONS_MAX: u32 = 5;

/// A place that organizations, gateways and resolvers stand at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Its name in the scenario.
    pub name: Box<str>,
    /// The hash of its name: what order and tie-breaks hang on.
    pub hash: NameHash,
    city: NameHash,
    continent: NameHash,
    coordinates: Option<Coordinates>,
}

impl Site {
    /// A site in this city of this continent.
    pub fn new(name: &str, city: &str, continent: &str) -> Site {
        Site {
            name: name.into(),
            hash: NameHash::of(name),
            city: NameHash::of(city),
            continent: NameHash::of(continent),
            coordinates: None,
        }
    }

    /// The same at this place of the globe.
    pub fn at(mut self, coordinates: Option<Coordinates>) -> Site {
        self.coordinates = coordinates;
        self
    }
}

/// A link between two sites, the same in both directions.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The sites that it joins.
    pub ends: [SiteId; 2],
    /// The hash of its name; what its draws and tie-breaks hang on. See [`Link::hash_of_ends`].
    pub hash: NameHash,
    /// Who may use it.
    pub carries: Carries,
    /// How long a bit is on its way, at least: one way, fixed.
    pub propagation: Span,
    /// What comes on top of the propagation, one way; none: always exactly the propagation.
    pub jitter: Option<Distribution>,
    /// How many bits it takes in a second; none: a message's size does not matter.
    ///
    /// Simplified: messages do not queue for each other on a link.
    pub bandwidth_bits_per_second: Option<u64>,
    /// The probability that a message does not get across, in parts of 2⁶⁴.
    ///
    /// Simplified: one draw for a message, whatever the number of its segments.
    pub loss: u64,
    /// Whether it is up.
    pub state: LinkState,
    /// What happens to messages while it is down.
    pub on_failure: OnFailure,
}

impl Link {
    /// The hash of a link between these two sites, whichever is named first.
    pub fn hash_of_ends(one: &Site, other: &Site) -> NameHash {
        let (low, high) = (one.hash.min(other.hash), one.hash.max(other.hash));
        low.with(high.0)
    }

    /// Whether a message gets across while the link is in this state.
    fn is_up(&self) -> bool {
        self.state == LinkState::Up
    }
}

/// Who may use a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// Everyone: routes lead over it.
    Routes,
    /// Two organizations that have it to themselves: no route leads over it. See [`Path::Private`].
    PrivateTraffic,
}

/// Whether a link is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// It carries messages.
    Up,
    /// Nothing gets across.
    Down,
}

/// What happens to messages while a link is down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// They take another route, if there is one. Simplified: from the same instant on.
    Reroute,
    /// They are sent over it as before, and lost: a static route.
    Drop,
}

/// Which way messages between two sites take. It holds for the whole run: the links of a routed
/// path are looked up at the instant of each message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// No declared link leads there: as far as sites of this class are.
    Distance(DistanceClass),
    /// No declared link leads there: as far as the coordinates of both say.
    Straight {
        /// One site.
        from: SiteId,
        /// The other.
        to: SiteId,
    },
    /// Over declared links, as they are routed at the instant of each message.
    Routed {
        /// Where messages enter.
        from: SiteId,
        /// Where they leave.
        to: SiteId,
    },
    /// Over a connection that two organizations have to themselves.
    Private(LinkId),
}

/// What becomes of one message on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transit {
    /// It arrives after this span, repetitions included.
    After(Span),
    /// Neither it nor any of its repetitions arrives.
    Lost,
}

/// Whether a path carries anything at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathState {
    /// It does.
    Open,
    /// It leads over this link, which is down.
    Broken(LinkId),
    /// No route is left.
    NoRoute,
}

/// One message on its way: what its draws hang on.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    /// Who sends it, and on what occasion: together with `index` no other message's.
    pub entity: NameHash,
    /// Its number among the messages of the entity.
    pub index: u64,
    /// Its size.
    pub bytes: u64,
    /// How long its sender waits before it repeats a lost message for the first time; twice as long
    /// before each further repetition. Source: RFC 6298 s.5.5.
    pub retransmission_timeout: Span,
}

/// All sites and links, with routes between them.
#[derive(Debug)]
pub struct Network {
    sites: IdVec<SiteId, Site>,
    links: Revised<LinkId, Link>,
    distances: Distances,
    /// Where sites are, if distances go by coordinates.
    positions: IdVec<SiteId, Option<Position>>,
    routes: Routes,
}

impl Network {
    /// Compiles a network. Routes are solved when they are first asked for.
    ///
    /// # Panics
    /// If a link has a bandwidth of zero, or joins a site that is not there.
    pub fn new(
        sites: IdVec<SiteId, Site>,
        links: Revised<LinkId, Link>,
        distances: Distances,
    ) -> Network {
        for id in links.ids() {
            for link in revisions(&links, id) {
                assert_ne!(link.bandwidth_bits_per_second, Some(0), "a link takes bits");
            }
        }
        let routes = Routes::new(&sites, &links);
        let positions = sites.iter().map(|site| {
            let coordinates = site.coordinates.filter(|_| distances.straight.is_some());
            coordinates.map(Coordinates::position)
        });
        Network {
            positions: IdVec::from_rows(positions.collect()),
            sites,
            links,
            distances,
            routes,
        }
    }

    /// All sites.
    pub fn sites(&self) -> &IdVec<SiteId, Site> {
        &self.sites
    }

    /// All links with their revisions.
    pub fn links(&self) -> &Revised<LinkId, Link> {
        &self.links
    }

    /// Which way messages between these sites take.
    pub fn path(&self, from: SiteId, to: SiteId) -> Path {
        if from != to && self.routes.join(from, to) {
            return Path::Routed { from, to };
        }
        if from != to && self.positions[from].is_some() && self.positions[to].is_some() {
            return Path::Straight { from, to };
        }
        Path::Distance(self.distance_class(from, to))
    }

    /// The median time one way between two sites that have coordinates.
    fn straight_median(&self, from: SiteId, to: SiteId) -> (Span, &Straight) {
        let position = |site| {
            let position: &Option<Position> = &self.positions[site];
            position.as_ref().expect("both sites have coordinates")
        };
        let straight = self.distances.straight.as_ref();
        let straight = straight.expect("distances go by coordinates");
        let metres = position(from).metres_to(position(to));
        (straight.median(metres), straight)
    }

    /// How far apart two sites are where no declared link joins them.
    pub fn distance_class(&self, from: SiteId, to: SiteId) -> DistanceClass {
        let (a, b) = (&self.sites[from], &self.sites[to]);
        if from == to {
            DistanceClass::SameSite
        } else if a.continent != b.continent {
            DistanceClass::Intercontinental
        } else if a.city != b.city {
            DistanceClass::SameContinent
        } else {
            DistanceClass::SameCity
        }
    }

    /// The links that a message on this path crosses, in order; none for a distance, or if no route
    /// is left.
    pub fn links_on(&self, path: Path, at: Instant) -> impl Iterator<Item = LinkId> {
        let (routed, private) = match path {
            Path::Distance(_) | Path::Straight { .. } => (None, None),
            Path::Routed { from, to } => (self.routes.route(from, to, at), None),
            Path::Private(link) => (None, Some(link)),
        };
        routed.into_iter().flatten().chain(private)
    }

    /// Whether the path carries anything at this instant, and if not, why.
    pub fn state(&self, path: Path, at: Instant) -> PathState {
        if let Path::Routed { from, to } = path
            && self.routes.route(from, to, at).is_none()
        {
            return PathState::NoRoute;
        }
        self.links_on(path, at)
            .find(|&link| !self.links.at(link, at).is_up())
            .map_or(PathState::Open, PathState::Broken)
    }

    /// The propagation of the path, one way: no message is faster. None if no route is left.
    pub fn propagation(&self, path: Path, at: Instant) -> Option<Span> {
        match path {
            Path::Distance(class) => Some(self.distances.of(class).propagation),
            Path::Straight { from, to } => {
                let (median, straight) = self.straight_median(from, to);
                Some(straight.scaled(straight.second.propagation, median))
            }
            Path::Private(link) => Some(self.links.at(link, at).propagation),
            Path::Routed { from, to } => Some(
                self.routes
                    .route(from, to, at)?
                    .map(|link| self.links.at(link, at).propagation)
                    .sum(),
            ),
        }
    }

    /// There and back without jitter, loss and bandwidth. None if no route is left.
    pub fn round_trip_floor(&self, from: SiteId, to: SiteId, at: Instant) -> Option<Span> {
        let path = self.path(from, to);
        self.propagation(path, at).map(|one_way| one_way.times(2))
    }

    /// The shortest propagation of any distance and of any revision of any link: no message between
    /// two owners of state takes less.
    pub fn least_propagation(&self) -> Span {
        let links = self
            .links
            .ids()
            .flat_map(|id| revisions(&self.links, id))
            .map(|link| link.propagation);
        links.fold(self.distances.least_propagation(), Span::min)
    }

    /// One message, one way. On each hop it is received as a whole before it is sent on: propagation,
    /// jitter and size ÷ bandwidth of all hops add up. What is lost on any hop, its sender repeats
    /// after a time-out that doubles from one repetition to the next; a repetition takes the route
    /// that there is at its own instant.
    ///
    /// Source: RFC 6298 s.5.5 (doubling).
    pub fn transit(&self, path: Path, at: Instant, keys: &DrawKeys, message: Message) -> Transit {
        let mut waited = Span::ZERO;
        let mut timeout = message.retransmission_timeout;
        for repetition in 0..=REPETITIONS_MAX {
            if let Some(span) = self.attempt(path, at + waited, keys, message, repetition) {
                return Transit::After(waited + span);
            }
            waited += timeout;
            timeout = timeout.times(2);
        }
        Transit::Lost
    }

    /// Sends a message once: how long it takes, or none if it is lost.
    fn attempt(
        &self,
        path: Path,
        at: Instant,
        keys: &DrawKeys,
        message: Message,
        repetition: u32,
    ) -> Option<Span> {
        let entity = match repetition {
            0 => message.entity,
            n => message.entity.with(REPETITION).with(u64::from(n)),
        };
        let draw = Draw {
            keys,
            entity,
            index: message.index,
        };
        match path {
            Path::Distance(class) => {
                let distance = self.distances.of(class);
                draw.crossing(
                    distance.propagation,
                    distance.jitter.as_ref(),
                    distance.loss,
                )
            }
            Path::Straight { from, to } => {
                let (median, straight) = self.straight_median(from, to);
                let second = &straight.second;
                // Propagation and jitter of a second, made as much shorter as the median is.
                let jitter = draw.crossing(Span::ZERO, second.jitter.as_ref(), second.loss)?;
                let propagation = straight.scaled(second.propagation, median);
                Some(propagation + straight.scaled(jitter, median))
            }
            Path::Private(link) => self.hop(link, at, draw, message.bytes),
            Path::Routed { from, to } => {
                let mut total = Span::ZERO;
                for link in self.routes.route(from, to, at)? {
                    total += self.hop(link, at, draw, message.bytes)?;
                }
                Some(total)
            }
        }
    }

    fn hop(&self, link: LinkId, at: Instant, draw: Draw<'_>, bytes: u64) -> Option<Span> {
        let link = self.links.at(link, at);
        // The draws of a hop hang on its link, so that another hop on the way moves none of them.
        let draw = Draw {
            entity: draw.entity.with(link.hash.0),
            ..draw
        };
        let span = draw.crossing(link.propagation, link.jitter.as_ref(), link.loss)?;
        let sending = transmission(bytes, link.bandwidth_bits_per_second);
        link.is_up().then_some(span + sending)
    }
}

/// What separates the draws of repetitions from those of other things that an entity sends.
const REPETITION: u64 = u64::from_be_bytes(*b"repeated");

/// The address of a message's draws.
#[derive(Clone, Copy)]
struct Draw<'a> {
    keys: &'a DrawKeys,
    entity: NameHash,
    index: u64,
}

impl Draw<'_> {
    /// Crosses one hop: propagation and jitter, or none if the message is lost.
    fn crossing(self, propagation: Span, jitter: Option<&Distribution>, loss: u64) -> Option<Span> {
        let jitter = jitter.map_or(Span::ZERO, |jitter| {
            jitter.sample(self.keys, Purpose::Jitter, self.entity, self.index)
        });
        let lost =
            loss > 0 && happens(self.keys.bits(Purpose::Loss, self.entity, self.index), loss);
        (!lost).then_some(propagation + jitter)
    }
}

/// A link as it is from the beginning, and as it is after each of its changes.
fn revisions(links: &Revised<LinkId, Link>, id: LinkId) -> impl Iterator<Item = &Link> {
    let later = links.changes(id).map(move |at| links.at(id, at));
    std::iter::once(links.original(id)).chain(later)
}

/// How long a sender takes to put a message on a link, rounded up to a nanosecond.
fn transmission(bytes: u64, bandwidth_bits_per_second: Option<u64>) -> Span {
    let Some(bandwidth) = bandwidth_bits_per_second else {
        return Span::ZERO;
    };
    let bit_nanoseconds = u128::from(bytes) * 8 * 1_000_000_000;
    let nanoseconds = bit_nanoseconds.div_ceil(u128::from(bandwidth));
    Span::from_nanoseconds(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}
