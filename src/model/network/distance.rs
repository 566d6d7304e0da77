//! Distance classes: how far apart two sites are that no declared link joins.
//!
//! It knows no sites. Invariant: half of the messages of a class take at most half of its round trip
//! one way, and none takes less than the class's propagation.

use super::geography::fibre_delay;
use crate::engine::{Distribution, DistributionError, Span};

/// How far apart two sites are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DistanceClass {
    /// One site: its local network.
    SameSite,
    /// Two sites of one city.
    SameCity,
    /// Two cities of one continent.
    SameContinent,
    /// Two continents.
    Intercontinental,
}

/// What a message meets between two sites of a class, one way.
#[derive(Clone, Debug, PartialEq)]
pub struct Distance {
    /// How long it is on its way, at least.
    pub propagation: Span,
    /// What comes on top; none: always exactly the propagation.
    pub jitter: Option<Distribution>,
    /// The probability that it is lost, in parts of 2⁶⁴.
    pub loss: u64,
}

/// How the time on the way varies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variation {
    /// It does not: always half of the round trip.
    None,
    /// One message in a hundred takes longer than this percentage of the median.
    P99Percent(u64),
}

/// The distances of all classes.
#[derive(Clone, Debug, PartialEq)]
pub struct Distances {
    /// Within a site.
    pub same_site: Distance,
    /// Within a city.
    pub same_city: Distance,
    /// Within a continent.
    pub same_continent: Distance,
    /// Between continents.
    pub intercontinental: Distance,
    /// Between sites with coordinates, in place of the classes.
    pub straight: Option<Straight>,
}

/// How far apart sites are as their coordinates say.
#[derive(Clone, Debug, PartialEq)]
pub struct Straight {
    /// The median round trip where there is no distance: that within a city.
    pub base: Span,
    /// How long cables are in percent of the great circle.
    pub route_percent: u64,
    /// The distance whose median is one second one way.
    pub second: Distance,
}

impl Straight {
    /// The round trip that `second` is made from.
    pub const SECOND: Span = Span::from_seconds(2);

    /// The median time one way: half of the base, and the way of light in a cable.
    pub fn median(&self, metres: u64) -> Span {
        self.base.divided_by(2) + fibre_delay(metres, self.route_percent)
    }

    /// A part of the second as a part of this median.
    pub(super) fn scaled(&self, part: Span, median: Span) -> Span {
        let product = u128::from(part.nanoseconds()) * u128::from(median.nanoseconds());
        Span::from_nanoseconds(u64::try_from(product / 1_000_000_000).unwrap_or(u64::MAX))
    }
}

impl Distance {
    /// The share of the median that is propagation; the rest is the median of the jitter.
    ///
    /// Assumed: four fifths, so that the floor of a path is near its median, as measured paths show.
    const PROPAGATION_PERCENT: u64 = 80;

    /// The distance with this median round trip: one way half of it, of which four fifths are
    /// propagation and the rest the median of a lognormal jitter.
    ///
    /// # Errors
    /// If the 99th percentile lies below the median, or the round trip is below 10 ns and varies.
    pub fn from_round_trip(
        round_trip: Span,
        variation: Variation,
        loss: u64,
    ) -> Result<Distance, DistributionError> {
        let median = round_trip.divided_by(2);
        let Variation::P99Percent(percent) = variation else {
            return Ok(Distance {
                propagation: median,
                jitter: None,
                loss,
            });
        };
        let propagation = part(median, Self::PROPAGATION_PERCENT);
        let jitter = Distribution::lognormal(
            median.saturating_sub(propagation),
            part(median, percent).saturating_sub(propagation),
        )?;
        Ok(Distance {
            propagation,
            jitter: Some(jitter),
            loss,
        })
    }
}

impl Distances {
    /// The distance of a class.
    pub fn of(&self, class: DistanceClass) -> &Distance {
        match class {
            DistanceClass::SameSite => &self.same_site,
            DistanceClass::SameCity => &self.same_city,
            DistanceClass::SameContinent => &self.same_continent,
            DistanceClass::Intercontinental => &self.intercontinental,
        }
    }

    /// The shortest propagation of all classes.
    pub fn least_propagation(&self) -> Span {
        [
            DistanceClass::SameSite,
            DistanceClass::SameCity,
            DistanceClass::SameContinent,
            DistanceClass::Intercontinental,
        ]
        .into_iter()
        .map(|class| self.of(class).propagation)
        .fold(Span::MAX, Span::min)
    }
}

/// So many percent of a span, rounded down, saturating.
fn part(span: Span, percent: u64) -> Span {
    let nanoseconds = u128::from(span.nanoseconds()) * u128::from(percent) / 100;
    Span::from_nanoseconds(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}
