//! Dates as a shell with United States settings shows and reads them.
//!
//! It knows one calendar, the Gregorian, and zones only as an offset. Invariant: what is shown can be read
//! back, to the second.

use crate::engine::{Instant, Offset, Span};

/// The parts of a date.
struct Civil {
    year: i64,
    month: u32,
    day: u32,
    hour: u64,
    minute: u64,
    second: u64,
}

/// The short form: `1/7/2013 7:18:04 PM`.
pub fn shown(instant: Instant, zone: Offset) -> String {
    let civil = Civil::of(instant, zone);
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = civil;
    let (hour, half) = match hour {
        0 => (12, "AM"),
        1..12 => (hour, "AM"),
        12 => (12, "PM"),
        _ => (hour - 12, "PM"),
    };
    format!("{month}/{day}/{year} {hour}:{minute:02}:{second:02} {half}")
}

/// The form within texts, which is the same everywhere: `01/07/2013 19:18:04`.
pub fn invariant(instant: Instant, zone: Offset) -> String {
    let civil = Civil::of(instant, zone);
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = civil;
    format!("{month:02}/{day:02}/{year:04} {hour:02}:{minute:02}:{second:02}")
}

/// The form for programs, in UTC: `2013-01-07T19:18:04Z`.
pub fn utc(instant: Instant) -> String {
    let civil = Civil::of(instant, Offset::ZERO);
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = civil;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The instant of a date such as `1/7/2013`, `1/7/2013 7:18:04 PM` or `2013-01-07 19:18`.
pub fn read(text: &str, zone: Offset) -> Option<Instant> {
    let text = text.trim();
    let (day, clock) = match text.split_once([' ', 'T']) {
        Some((day, clock)) => (day, clock.trim()),
        None => (text, "0:00"),
    };
    let (year, month, day) = if day.contains('-') {
        let [year, month, day] = numbers(day, '-')?;
        (year, month, day)
    } else {
        let [month, day, year] = numbers(day, '/')?;
        (year, month, day)
    };
    let seconds = clock_seconds(clock)?;
    if !(1970..=2500).contains(&year)
        || !(1..=12).contains(&month)
        || day < 1
        || day > days_in(year, month)
    {
        return None;
    }
    let days = u64::try_from(days_from_civil(year, month, day)).ok()?;
    let local = Instant::from_seconds(days * 86_400 + seconds);
    Some(local.shown_by(reversed(zone)))
}

fn clock_seconds(clock: &str) -> Option<u64> {
    let upper = clock.to_ascii_uppercase();
    let (clock, is_afternoon) = match (upper.strip_suffix("AM"), upper.strip_suffix("PM")) {
        (Some(clock), _) => (clock.trim(), Some(false)),
        (_, Some(clock)) => (clock.trim(), Some(true)),
        _ => (upper.as_str(), None),
    };
    let mut parts = clock.split(':').map(|part| part.parse::<u64>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().map_or(Some(0), |second| second)?;
    let hour = match is_afternoon {
        None if hour < 24 => hour,
        Some(is_afternoon) if (1..=12).contains(&hour) => {
            hour % 12 + if is_afternoon { 12 } else { 0 }
        }
        _ => return None,
    };
    let is_clock = minute < 60 && second < 60 && parts.next().is_none();
    is_clock.then_some(hour * 3_600 + minute * 60 + second)
}

fn numbers(text: &str, sign: char) -> Option<[i64; 3]> {
    let mut parts = text.split(sign).map(|part| {
        let is_number = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<i64>().ok().filter(|_| is_number)
    });
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}

fn reversed(zone: Offset) -> Offset {
    let noon = Instant::from_seconds(1 << 32);
    let shown = noon.shown_by(zone);
    if shown >= noon {
        Offset::behind(shown.since(noon))
    } else {
        Offset::ahead(noon.since(shown))
    }
}

impl Civil {
    fn of(instant: Instant, zone: Offset) -> Civil {
        let seconds = instant.shown_by(zone).since(Instant::EPOCH).nanoseconds()
            / Span::from_seconds(1).nanoseconds();
        let (days, of_day) = (seconds / 86_400, seconds % 86_400);
        let (year, month, day) = civil_from_days(i64::try_from(days).unwrap_or(i64::MAX));
        Civil {
            year,
            month,
            day,
            hour: of_day / 3_600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
        }
    }
}

/// Days since 1970-01-01 of a date; years begin in March, so that the leap day is the last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, u32, u32) {
    // Few enough years that a look at each is no cost worth a formula: the range ends in 2554.
    let mut year = 1970 + days / 366;
    while days >= days_from_civil(year + 1, 1, 1) {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days >= days_from_civil(year, month + 1, 1) {
        month += 1;
    }
    let day = days - days_from_civil(year, month, 1) + 1;
    let small = |number: i64| u32::try_from(number).unwrap_or(1);
    (year, small(month), small(day))
}

fn days_in(year: i64, month: i64) -> i64 {
    let next = if month == 12 {
        (year + 1, 1)
    } else {
        (year, month + 1)
    };
    days_from_civil(next.0, next.1, 1) - days_from_civil(year, month, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_shown_as_in_the_united_states_and_read_back() {
        let hour = Offset::ahead(Span::from_hours(1));
        // 2013-01-07T18:18:04Z is day 15,712: 15,712 × 86,400 + 65,884 s.
        for (seconds, zone, expected) in [
            (1_357_582_684, Offset::ZERO, "1/7/2013 6:18:04 PM"),
            (1_357_582_684, hour, "1/7/2013 7:18:04 PM"),
            (1_322_601_690, hour, "11/29/2011 10:21:30 PM"),
            (0, Offset::ZERO, "1/1/1970 12:00:00 AM"),
            (951_825_600, Offset::ZERO, "2/29/2000 12:00:00 PM"),
            (4_107_542_399, Offset::ZERO, "2/28/2100 11:59:59 PM"),
        ] {
            let instant = Instant::from_seconds(seconds);
            assert_eq!(shown(instant, zone), expected);
            assert_eq!(read(expected, zone), Some(instant), "{expected}");
            assert_eq!(
                read(&invariant(instant, zone), zone),
                Some(instant),
                "{expected}"
            );
        }
    }

    #[test]
    fn days_follow_each_other_without_a_gap() {
        let mut before = shown(Instant::EPOCH, Offset::ZERO);
        for day in 1..200_000 {
            let instant = Instant::from_seconds(day * 86_400);
            let text = shown(instant, Offset::ZERO);
            assert_ne!(text, before);
            assert_eq!(
                read(&text, Offset::ZERO).unwrap_or(instant),
                instant,
                "{text}"
            );
            before = text;
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "tomorrow",
            "2/30/2013",
            "13/1/2013",
            "1/1/2013 25:00",
            "1/1/2013 0:00 PM",
            "1/1",
        ] {
            assert_eq!(read(text, Offset::ZERO), None, "{text}");
        }
        let instant = Instant::from_seconds(1_357_582_680);
        assert_eq!(read("2013-01-07T18:18", Offset::ZERO), Some(instant));
    }
}
