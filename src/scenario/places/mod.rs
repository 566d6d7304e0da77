//! Places by name: the built-in table of cities, and how names and coordinates are written.
//!
//! It knows nothing of sites and links. Invariant: looking a name up does not depend on case, accents
//! and punctuation.

mod cities;

use crate::model::network::Coordinates;

use cities::CITIES;

/// A large city.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct City {
    /// Its English name.
    pub name: &'static str,
    /// Its country, by ISO 3166.
    pub country: &'static str,
    /// Its continent, as scenarios write it.
    pub continent: &'static str,
    /// Where it is.
    pub coordinates: Coordinates,
    /// Its time zone, by IANA name.
    pub time_zone: &'static str,
}

/// The city of this name, if it is in the table.
pub fn city(name: &str) -> Option<&'static City> {
    let wanted = slug(name);
    CITIES.iter().find(|city| slug(city.name) == wanted)
}

/// The names of all cities of the table.
pub fn city_names() -> impl Iterator<Item = &'static str> {
    CITIES.iter().map(|city| city.name)
}

/// The city of the table that is nearest to a place.
pub fn nearest_city(place: Coordinates) -> &'static City {
    let place = place.position();
    let metres = |city: &&City| city.coordinates.position().metres_to(&place);
    CITIES.iter().min_by_key(metres).expect("there are cities")
}

/// A name as sites are called: lower-case letters, digits and single `-`; empty if nothing is left.
pub fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for character in name.chars() {
        match plain(character) {
            Some(letters) => slug.push_str(letters),
            None if character.is_ascii_alphanumeric() => slug.push(character.to_ascii_lowercase()),
            // Apostrophes and points stand within a name.
            None if matches!(character, '\'' | '’' | '.') => {}
            None if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            None => {}
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// A letter of the Latin alphabets without its accent.
fn plain(character: char) -> Option<&'static str> {
    const LETTERS: &[(&str, &str)] = &[
        ("áàâãäåāăą", "a"),
        ("çćčĉ", "c"),
        ("ďđð", "d"),
        ("éèêëēėęě", "e"),
        ("ğģ", "g"),
        ("íìîïīįı", "i"),
        ("ķ", "k"),
        ("ľĺļł", "l"),
        ("ñńňņ", "n"),
        ("óòôõöøōő", "o"),
        ("ŕř", "r"),
        ("śšşș", "s"),
        ("ťţț", "t"),
        ("úùûüūůűų", "u"),
        ("ýÿ", "y"),
        ("źżž", "z"),
        ("ß", "ss"),
        ("æ", "ae"),
        ("œ", "oe"),
    ];
    if character.is_ascii() {
        return None;
    }
    let lower = character.to_lowercase().next()?;
    let found = LETTERS
        .iter()
        .find(|(accented, _)| accented.contains(lower));
    found.map(|(_, letters)| *letters)
}

/// Reads `"47.61, -122.33"`: degrees north and east, negative for south and west.
///
/// # Errors
/// What is wrong, and what to write.
pub fn coordinates(text: &str) -> Result<Coordinates, (&'static str, &'static str)> {
    const HELP: &str =
        "write degrees north and east, negative for south and west, such as `47.61, -122.33`";
    let refused = ("these are no coordinates", HELP);
    let (north, east) = text.split_once(',').ok_or(refused)?;
    let north = microdegrees(north.trim()).ok_or(refused)?;
    let east = microdegrees(east.trim()).ok_or(refused)?;
    Coordinates::new(north, east).ok_or((
        "these coordinates are beyond a pole or the date line",
        "north is from -90 to 90, east from -180 to 180",
    ))
}

/// Degrees as a program writes them, to the nearest millionth; none if it is no number.
pub fn microdegrees(text: &str) -> Option<i64> {
    let form = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+');
    if text.is_empty() || !text.chars().all(form) {
        return None;
    }
    let degrees: f64 = text
        .parse()
        .ok()
        .filter(|degrees: &f64| degrees.abs() <= 1_000.0)?;
    let half = if degrees < 0.0 { -0.5 } else { 0.5 };
    Some((degrees * 1e6 + half) as i64)
}

/// Coordinates as [`coordinates`] reads them.
pub fn coordinates_text(coordinates: Coordinates) -> String {
    let degrees = |microdegrees: i32| {
        let sign = if microdegrees < 0 { "-" } else { "" };
        let (whole, part) = (
            microdegrees.abs() / 1_000_000,
            microdegrees.abs() % 1_000_000,
        );
        let text = format!("{sign}{whole}.{part:06}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let (north, east) = (coordinates.latitude(), coordinates.longitude());
    format!("{}, {}", degrees(north), degrees(east))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::instants;

    #[test]
    fn every_city_is_where_its_clocks_say() {
        let january = jiff::Timestamp::from_second(1_767_225_600).unwrap();
        for city in CITIES {
            let (zone, name) = instants::zone(city.time_zone).expect(city.time_zone);
            assert_eq!(name, city.time_zone);
            let hours = f64::from(zone.to_offset(january).seconds()) / 3_600.0;
            let sun = f64::from(city.coordinates.longitude()) / 15e6;
            let summer = f64::from(city.coordinates.latitude()) < 0.0;
            let ahead = hours - sun;
            // Clocks are ahead of the sun by up to two hours, one more in southern summer.
            let most = if summer { 2.6 } else { 2.1 };
            assert!((-1.0..most).contains(&ahead), "{}: {ahead} h", city.name);
        }
    }

    #[test]
    fn cities_are_sorted_and_tell_apart_and_lie_on_their_continents() {
        assert!(CITIES.is_sorted_by(|a, b| a.name < b.name));
        let mut slugs: Vec<String> = CITIES.iter().map(|city| slug(city.name)).collect();
        slugs.sort_unstable();
        assert!(slugs.is_sorted_by(|a, b| a < b));
        for row in CITIES {
            let (north, east) = (row.coordinates.latitude(), row.coordinates.longitude());
            let (north, east) = (north / 1_000_000, east / 1_000_000);
            let (norths, easts) = match row.continent {
                "africa" => (-35..38, -18..52),
                "asia" => (-11..61, 26..146),
                "europe" => (34..71, -25..41),
                "north-america" => (7..71, -130..-52),
                "south-america" => (-56..13, -82..-34),
                "oceania" => (-48..23, -180..180),
                other => panic!("{}: {other}", row.name),
            };
            assert!(
                norths.contains(&north) && easts.contains(&east),
                "{}",
                row.name
            );
            assert_eq!(nearest_city(row.coordinates), row);
        }
    }

    #[test]
    fn a_city_is_found_however_its_name_is_written() {
        for (written, name) in [
            ("Zürich", "Zurich"),
            ("SÃO PAULO", "Sao Paulo"),
            ("new-york", "New York"),
            ("St Louis", "St. Louis"),
            ("Kraków", "Krakow"),
        ] {
            assert_eq!(city(written).map(|city| city.name), Some(name), "{written}");
        }
        assert_eq!(city("contoso"), None);
        for (name, expected) in [
            ("L'Aquila (IT)", "laquila-it"),
            ("  --  ", ""),
            ("北京", ""),
            ("Ærø", "aero"),
        ] {
            assert_eq!(slug(name), expected);
        }
    }

    #[test]
    fn coordinates_read_back_as_they_are_written() {
        for text in [
            "47.61, -122.33",
            "0, 0",
            "-33.868821, 151.2",
            "90, -180",
            "-0.5, 0.000001",
        ] {
            let read = coordinates(text).unwrap_or_else(|(message, _)| panic!("{text}: {message}"));
            assert_eq!(coordinates_text(read), text);
        }
        for text in [
            "",
            "47.61",
            "47,61, 3",
            "N 47, E 3",
            "91, 0",
            "0, 181",
            "1e1, 0",
            "nan, 0",
        ] {
            assert!(coordinates(text).is_err(), "{text}");
        }
    }
}
