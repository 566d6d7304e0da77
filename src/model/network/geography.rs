//! Where sites are on the globe, and how long light in a cable takes between them.
//!
//! It knows no sites and no links. Invariant: a distance is the same in both directions and on every
//! machine: integers and the pinned `libm` alone.

use crate::engine::Span;

/// The speed of light. Source: SI.
const LIGHT_METRES_PER_SECOND: u128 = 299_792_458;
/// The mean radius of the earth. Source: IUGG.
const EARTH_RADIUS_METRES: f64 = 6_371_008.8;
const MICRODEGREES: f64 = 1e6;

/// A place on the globe, exact to a millionth of a degree (0.1 m).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Coordinates {
    /// North of the equator, in millionths of a degree.
    latitude: i32,
    /// East of Greenwich, in millionths of a degree.
    longitude: i32,
}

/// A place as a point of the unit sphere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position([f64; 3]);

impl Coordinates {
    /// The place at these millionths of a degree north and east; none beyond the poles (90°) and the
    /// date line (180°).
    pub fn new(latitude: i64, longitude: i64) -> Option<Coordinates> {
        let within = latitude.abs() <= 90_000_000 && longitude.abs() <= 180_000_000;
        within.then_some(Coordinates {
            latitude: latitude as i32,
            longitude: longitude as i32,
        })
    }

    /// As [`Coordinates::new`], in hundredths of a degree.
    ///
    /// # Panics
    /// Beyond the poles and the date line.
    pub const fn of_hundredths(latitude: i32, longitude: i32) -> Coordinates {
        assert!(latitude.abs() <= 9_000 && longitude.abs() <= 18_000);
        Coordinates {
            latitude: latitude * 10_000,
            longitude: longitude * 10_000,
        }
    }

    /// North of the equator, in millionths of a degree.
    pub const fn latitude(self) -> i32 {
        self.latitude
    }

    /// East of Greenwich, in millionths of a degree.
    pub const fn longitude(self) -> i32 {
        self.longitude
    }

    /// The point of the unit sphere.
    pub fn position(self) -> Position {
        let radians = |microdegrees: i32| f64::from(microdegrees) / MICRODEGREES * RADIANS;
        let (latitude, longitude) = (radians(self.latitude), radians(self.longitude));
        let from_axis = libm::cos(latitude);
        Position([
            from_axis * libm::cos(longitude),
            from_axis * libm::sin(longitude),
            libm::sin(latitude),
        ])
    }
}

const RADIANS: f64 = std::f64::consts::PI / 180.0;

impl Position {
    /// The great-circle distance, in whole metres.
    ///
    /// Simplified: the earth is a sphere, which is at most 0.6 % wrong.
    pub fn metres_to(&self, other: &Position) -> u64 {
        let square = |axis: usize| {
            let difference = self.0[axis] - other.0[axis];
            difference * difference
        };
        let chord = libm::sqrt(square(0) + square(1) + square(2));
        let angle = 2.0 * libm::asin((chord / 2.0).min(1.0));
        (EARTH_RADIUS_METRES * angle + 0.5) as u64
    }
}

/// How long light in a cable takes for this distance, one way, when the cable is `route_percent`
/// as long as the great circle; to the nearest nanosecond.
///
/// Source: light in fibre travels at about two thirds of its speed in vacuum (refractive index
/// 1.47, ITU-T G.652, recalled).
pub fn fibre_delay(metres: u64, route_percent: u64) -> Span {
    let way = u128::from(metres) * u128::from(route_percent) * 1_000_000_000 * 3;
    let speed = LIGHT_METRES_PER_SECOND * 2 * 100;
    let nanoseconds = (way + speed / 2) / speed;
    Span::from_nanoseconds(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metres(one: (i32, i32), other: (i32, i32)) -> u64 {
        let position = |(north, east)| Coordinates::of_hundredths(north, east).position();
        let (one, other) = (position(one), position(other));
        assert_eq!(one.metres_to(&other), other.metres_to(&one));
        one.metres_to(&other)
    }

    #[test]
    fn distances_are_those_of_the_great_circle() {
        // A degree of a great circle: 6 371 008.8 m · π ÷ 180 = 111 195.08 m.
        assert_eq!(metres((0, 0), (0, 100)), 111_195);
        assert_eq!(metres((4_700, 1_000), (4_800, 1_000)), 111_195);
        assert_eq!(metres((0, 0), (0, 0)), 0);
        // Half and a quarter of the circumference, π · r = 20 015 114.4 m; over the date line.
        assert_eq!(metres((9_000, 0), (-9_000, 0)), 20_015_114);
        assert_eq!(metres((0, 0), (9_000, 17_000)), 10_007_557);
        assert_eq!(metres((0, 17_950), (0, -17_950)), 111_195);
        // London to New York is 5 570 km in every atlas.
        let far = metres((5_151, -13), (4_071, -7_401));
        assert!((5_560_000..5_580_000).contains(&far), "{far}");
    }

    #[test]
    fn light_takes_five_microseconds_a_kilometre() {
        // 1 km ÷ (⅔ · 299 792.458 km/s) = 5 003.461 ns; one and a half times as long: 7 505.192.
        assert_eq!(fibre_delay(1_000, 100).nanoseconds(), 5_003);
        assert_eq!(fibre_delay(1_000, 150).nanoseconds(), 7_505);
        assert_eq!(fibre_delay(1_000_000_000, 100).nanoseconds(), 5_003_461_428);
        assert_eq!(fibre_delay(0, 150), Span::ZERO);
    }

    #[test]
    fn there_is_nothing_beyond_the_poles_and_the_date_line() {
        assert!(Coordinates::new(90_000_000, -180_000_000).is_some());
        assert!(Coordinates::new(90_000_001, 0).is_none());
        assert!(Coordinates::new(0, i64::MIN + 1).is_none());
    }
}
