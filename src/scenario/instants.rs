//! Instants as people write them: RFC 3339, `"+2 h"` from the start, `"day 3 09:30"`, `"11:00"`.
//!
//! It knows no keys; the zones come from the database that is compiled in, never from the machine.
//! Invariant: a local time that a clock skips moves forward by the length of the gap; one that comes
//! twice means the first, or the second if only that is not before the start (for a time without a
//! date).

use std::ops::Range;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use jiff::{Span as CivilSpan, Timestamp};

use super::quantity::{self, QuantityError};
use crate::engine::Instant;

/// What instants of a scenario are read against: the start of the run and the zone of local times.
#[derive(Clone, Debug)]
pub struct Clock {
    /// The start of the run.
    pub start: Instant,
    zone: TimeZone,
}

/// The last year, exclusive: 2500-01-01T00:00:00Z in seconds after the epoch.
const RANGE_END_SECONDS: u64 = 16_725_225_600;

const FORMS: &str = "write an instant such as `2026-03-02T08:00:00Z`, `\"+2 h\"` from the start, \
                     `\"day 3 09:30\"` or `\"11:00\"`";
const ABSOLUTE_FORMS: &str = "write an instant such as `2026-03-02T08:00:00Z`, or \
                              `2026-03-02T08:00:00` in `time_zone`";

/// The zone of an IANA name, in any case of letters; with the name as the database spells it.
pub fn zone(name: &str) -> Option<(TimeZone, String)> {
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    if zone.is_unknown() {
        return None;
    }
    let spelled = zone.iana_name()?.to_string();
    Some((zone, spelled))
}

/// How far the clock on the wall is ahead of UTC in a zone at an instant.
pub fn offset_at(zone: &TimeZone, at: Instant) -> crate::engine::Offset {
    let seconds = i64::try_from(at.nanoseconds() / 1_000_000_000).unwrap_or(i64::MAX);
    let offset = Timestamp::from_second(seconds).map(|at| zone.to_offset(at).seconds());
    let ahead = offset.map_or(0, i64::from);
    crate::engine::Offset::from_nanoseconds(ahead * 1_000_000_000)
}

/// The names of all zones.
pub fn zone_names() -> Vec<String> {
    TimeZoneDatabase::bundled()
        .available()
        .map(|name| name.to_string())
        .collect()
}

impl Clock {
    /// A clock with this start and this zone.
    pub fn new(start: Instant, zone: TimeZone) -> Clock {
        Clock { start, zone }
    }

    /// The zone of local times.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Reads an instant in any form.
    ///
    /// # Errors
    /// No form of an instant, no such date or time, outside 1970 to 2499.
    pub fn instant(&self, text: &str) -> Result<Instant, QuantityError> {
        let form = Form::read(text, FORMS)?;
        let instant = match form {
            Form::FromStart => {
                let offset = quantity::offset(text)?;
                let start = i128::from(self.start.nanoseconds());
                return in_range(start + i128::from(offset.nanoseconds()), text);
            }
            Form::Day(day, time) => {
                let date = self
                    .start_date()
                    .checked_add(CivilSpan::new().days(day - 1));
                let date = date.map_err(|_| out_of_range(text))?;
                self.local(date.to_datetime(time), text)?
            }
            Form::Time(time) => return self.first_after_start(time, text),
            Form::Absolute(date, time, offset) => absolute(date, time, offset, &self.zone, text)?,
        };
        in_range(instant.as_nanosecond(), text)
    }

    fn start_date(&self) -> Date {
        let start = timestamp(self.start.nanoseconds());
        self.zone.to_datetime(start).date()
    }

    fn local(&self, at: DateTime, text: &str) -> Result<Timestamp, QuantityError> {
        local(at, &self.zone, text)
    }

    /// The first instant at or after the start at which local clocks show a time.
    fn first_after_start(&self, time: Time, text: &str) -> Result<Instant, QuantityError> {
        let start = timestamp(self.start.nanoseconds());
        let mut date = self.start_date();
        loop {
            let at = self.zone.to_ambiguous_timestamp(date.to_datetime(time));
            // In a gap both are the other side of it; of a repeated time they are first and second.
            for found in [at.compatible(), at.later()] {
                let found = found.map_err(|_| out_of_range(text))?;
                if found >= start {
                    return in_range(found.as_nanosecond(), text);
                }
            }
            date = date.tomorrow().map_err(|_| out_of_range(text))?;
        }
    }
}

/// Reads an instant that does not depend on the start of the run.
///
/// # Errors
/// As [`Clock::instant`]; and if it is relative.
pub fn absolute_instant(text: &str, zone: &TimeZone) -> Result<Instant, QuantityError> {
    match Form::read(text, ABSOLUTE_FORMS)? {
        Form::Absolute(date, time, offset) => {
            let at = absolute(date, time, offset, zone, text)?;
            in_range(at.as_nanosecond(), text)
        }
        Form::FromStart | Form::Day(..) | Form::Time(_) => {
            let message = format!("`{text}` is counted from the start of the run");
            Err(error("bad-instant", message, 0..text.len(), ABSOLUTE_FORMS))
        }
    }
}

/// The forms of an instant.
enum Form {
    FromStart,
    /// From 1: the local date of the start.
    Day(i64, Time),
    Time(Time),
    /// Seconds east of UTC, if given.
    Absolute(Date, Time, Option<i32>),
}

impl Form {
    fn read(text: &str, forms: &str) -> Result<Form, QuantityError> {
        let trimmed = text.trim();
        let unknown = || {
            error(
                "bad-instant",
                format!("`{text}` is no instant"),
                0..text.len(),
                forms,
            )
        };
        if trimmed.starts_with(['+', '-']) {
            return Ok(Form::FromStart);
        }
        if let Some(rest) = trimmed.strip_prefix("day ") {
            let (day, time) = rest.trim().split_once(' ').ok_or_else(unknown)?;
            let day = digits(day, 1..7)
                .filter(|day| *day >= 1)
                .ok_or_else(unknown)?;
            let (time, rest) = clock_time(time.trim(), text)?.ok_or_else(unknown)?;
            return if rest.is_empty() {
                Ok(Form::Day(day, time))
            } else {
                Err(unknown())
            };
        }
        if let Some((time, rest)) = clock_time(trimmed, text)? {
            return if rest.is_empty() {
                Ok(Form::Time(time))
            } else {
                Err(unknown())
            };
        }
        let (date, rest) = date(trimmed, text)?.ok_or_else(unknown)?;
        if rest.is_empty() {
            return Ok(Form::Absolute(date, Time::midnight(), None));
        }
        let rest = rest.strip_prefix(['T', 't', ' ']).ok_or_else(unknown)?;
        let (time, rest) = clock_time(rest.trim_start(), text)?.ok_or_else(unknown)?;
        match rest {
            "" => Ok(Form::Absolute(date, time, None)),
            "Z" | "z" => Ok(Form::Absolute(date, time, Some(0))),
            _ => {
                let seconds = utc_offset(rest).ok_or_else(unknown)?;
                Ok(Form::Absolute(date, time, Some(seconds)))
            }
        }
    }
}

/// A date at the head of a text, with the rest; none if the text does not begin like a date.
fn date<'a>(head: &'a str, text: &str) -> Result<Option<(Date, &'a str)>, QuantityError> {
    let parts = (
        head.get(..4),
        head.get(4..5),
        head.get(5..7),
        head.get(7..8),
        head.get(8..10),
    );
    let (Some(year), Some("-"), Some(month), Some("-"), Some(day)) = parts else {
        return Ok(None);
    };
    let (Some(year), Some(month), Some(day)) =
        (digits(year, 4..5), digits(month, 2..3), digits(day, 2..3))
    else {
        return Ok(None);
    };
    match Date::new(year as i16, month as i8, day as i8) {
        Ok(date) => Ok(Some((date, &head[10..]))),
        Err(_) => {
            let message = format!("there is no date `{}`", &head[..10]);
            Err(error(
                "bad-instant",
                message,
                0..text.len(),
                "months have 28 to 31 days",
            ))
        }
    }
}

/// `HH:MM[:SS[.fraction]]` at the head of a text, with the rest; none if it does not begin so.
fn clock_time<'a>(head: &'a str, text: &str) -> Result<Option<(Time, &'a str)>, QuantityError> {
    let two = |from: usize| head.get(from..from + 2).and_then(|two| digits(two, 2..3));
    let (Some(hour), Some(":"), Some(minute)) = (two(0), head.get(2..3), two(3)) else {
        return Ok(None);
    };
    let mut length = 5;
    let (mut second, mut nanosecond) = (0, 0);
    if head.get(5..6) == Some(":") {
        let Some(seconds) = two(6) else {
            return Ok(None);
        };
        second = seconds;
        length = 8;
        if let Some(fraction) = head[8..].strip_prefix('.') {
            let count = fraction.bytes().take_while(u8::is_ascii_digit).count();
            let Some(value) = digits(&fraction[..count], 1..10) else {
                let message = format!("the seconds of `{text}` are not whole nanoseconds");
                let help = "write one to nine digits after the point";
                return Err(error("bad-instant", message, 0..text.len(), help));
            };
            nanosecond = value * 10_i64.pow(9 - count as u32);
            length += 1 + count;
        }
    }
    match Time::new(hour as i8, minute as i8, second as i8, nanosecond as i32) {
        Ok(time) => Ok(Some((time, &head[length..]))),
        Err(_) => {
            let message = format!("there is no time of day `{}`", &head[..length]);
            let help =
                "hours go from 00 to 23, minutes and seconds to 59; leap seconds are not simulated";
            Err(error("bad-instant", message, 0..text.len(), help))
        }
    }
}

/// `+HH:MM` or `-HH:MM` in seconds.
fn utc_offset(text: &str) -> Option<i32> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes) = (digits(hours, 2..3)?, digits(minutes, 2..3)?);
    let valid = hours <= 23 && minutes <= 59;
    valid.then_some(sign * (hours as i32 * 3_600 + minutes as i32 * 60))
}

/// A number of digits alone, so many of them.
fn digits(text: &str, count: Range<usize>) -> Option<i64> {
    let well_formed = count.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if well_formed { text.parse().ok() } else { None }
}

fn absolute(
    date: Date,
    time: Time,
    offset: Option<i32>,
    zone: &TimeZone,
    text: &str,
) -> Result<Timestamp, QuantityError> {
    let at = date.to_datetime(time);
    match offset {
        None => local(at, zone, text),
        Some(seconds) => {
            let offset = Offset::from_seconds(seconds).map_err(|_| out_of_range(text))?;
            offset.to_timestamp(at).map_err(|_| out_of_range(text))
        }
    }
}

/// A local time; skipped ones move forward by the gap, repeated ones mean the first.
fn local(at: DateTime, zone: &TimeZone, text: &str) -> Result<Timestamp, QuantityError> {
    zone.to_ambiguous_timestamp(at)
        .compatible()
        .map_err(|_| out_of_range(text))
}

fn timestamp(nanoseconds: u64) -> Timestamp {
    Timestamp::from_nanosecond(i128::from(nanoseconds))
        .expect("every instant of the simulation is before the year 2555")
}

fn in_range(nanoseconds: i128, text: &str) -> Result<Instant, QuantityError> {
    let value = u64::try_from(nanoseconds).map_err(|_| out_of_range(text))?;
    if value / 1_000_000_000 >= RANGE_END_SECONDS {
        return Err(out_of_range(text));
    }
    Ok(Instant::from_nanoseconds(value))
}

fn out_of_range(text: &str) -> QuantityError {
    let message = format!("`{text}` is out of range");
    error(
        "out-of-range",
        message,
        0..text.len(),
        "instants go from 1970 to the end of 2499",
    )
}

fn error(code: &'static str, message: String, part: Range<usize>, help: &str) -> QuantityError {
    let help = help.to_string();
    QuantityError {
        code,
        message,
        part,
        help,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::show::instant_text;

    fn utc(text: &str) -> Instant {
        absolute_instant(text, &TimeZone::UTC).unwrap_or_else(|error| panic!("{error:?}"))
    }

    #[track_caller]
    fn check(zone_name: &str, start: &str, text: &str, expected: &str) {
        let (zone, _) = zone(zone_name).expect("the zone is in the database");
        let clock = Clock::new(utc(start), zone);
        let read = clock.instant(text).map(instant_text);
        assert_eq!(
            read.as_deref(),
            Ok(expected),
            "{text} in {zone_name} from {start}"
        );
    }

    #[test]
    fn an_instant_is_absolute_or_from_the_start_or_a_local_time() {
        let start = "2026-03-02T08:00:00Z";
        for (text, expected) in [
            ("2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z"),
            ("2026-03-02 08:00:00z", "2026-03-02T08:00:00Z"),
            ("2026-03-02T08:00:00+01:00", "2026-03-02T07:00:00Z"),
            ("2026-03-02T08:00:00.25-05:30", "2026-03-02T13:30:00.25Z"),
            ("2026-03-02T08:00:00", "2026-03-02T08:00:00Z"),
            ("2026-03-02", "2026-03-02T00:00:00Z"),
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
            (
                "2499-12-31T23:59:59.999999999Z",
                "2499-12-31T23:59:59.999999999Z",
            ),
            ("+2 h", "2026-03-02T10:00:00Z"),
            ("+1 h 30 min", "2026-03-02T09:30:00Z"),
            ("-30 d", "2026-01-31T08:00:00Z"),
            ("+0", "2026-03-02T08:00:00Z"),
            ("11:00", "2026-03-02T11:00:00Z"),
            ("08:00", "2026-03-02T08:00:00Z"),
            ("07:59:59.5", "2026-03-03T07:59:59.5Z"),
            ("day 1 07:00", "2026-03-02T07:00:00Z"),
            ("day 3 09:30", "2026-03-04T09:30:00Z"),
            ("day 3 09:30:15", "2026-03-04T09:30:15Z"),
        ] {
            check("UTC", start, text, expected);
        }
    }

    // Berlin 2026: clocks go from 02:00 to 03:00 on 29 March, from 03:00 to 02:00 on 25 October.
    // New York 2026: from 02:00 to 03:00 on 8 March, from 02:00 to 01:00 on 1 November.
    #[test]
    fn a_skipped_local_time_moves_forward_by_the_gap_and_a_repeated_one_means_the_first() {
        for (zone, start, text, expected) in [
            (
                "Europe/Berlin",
                "2026-03-28T08:00:00Z",
                "day 2 01:59",
                "2026-03-29T00:59:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-03-28T08:00:00Z",
                "day 2 02:30",
                "2026-03-29T01:30:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-03-28T08:00:00Z",
                "day 2 03:30",
                "2026-03-29T01:30:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-03-28T08:00:00Z",
                "day 3 09:30",
                "2026-03-30T07:30:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-03-28T08:00:00Z",
                "+24 h",
                "2026-03-29T08:00:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-03-01T08:00:00Z",
                "2026-03-29T02:30:00",
                "2026-03-29T01:30:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-10-24T08:00:00Z",
                "day 2 02:30",
                "2026-10-25T00:30:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-10-25T00:00:00Z",
                "02:30",
                "2026-10-25T00:30:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-10-25T00:45:00Z",
                "02:30",
                "2026-10-25T01:30:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-10-25T02:00:00Z",
                "02:30",
                "2026-10-26T01:30:00Z",
            ),
            (
                "America/New_York",
                "2026-03-08T05:00:00Z",
                "02:30",
                "2026-03-08T07:30:00Z",
            ),
            (
                "America/New_York",
                "2026-03-08T05:00:00Z",
                "03:30",
                "2026-03-08T07:30:00Z",
            ),
            (
                "America/New_York",
                "2026-11-01T04:00:00Z",
                "01:30",
                "2026-11-01T05:30:00Z",
            ),
            (
                "America/New_York",
                "2026-11-01T05:31:00Z",
                "01:30",
                "2026-11-01T06:30:00Z",
            ),
            (
                "America/New_York",
                "2026-01-01T00:00:00Z",
                "2026-11-01T01:30:00",
                "2026-11-01T05:30:00Z",
            ),
            (
                "America/New_York",
                "2026-01-01T00:00:00Z",
                "2026-11-01T01:30:00-05:00",
                "2026-11-01T06:30:00Z",
            ),
            // The local date of the start counts as day 1, not the date in UTC.
            (
                "America/New_York",
                "2026-01-01T02:00:00Z",
                "day 1 22:00",
                "2026-01-01T03:00:00Z",
            ),
        ] {
            check(zone, start, text, expected);
        }
    }

    #[test]
    fn what_is_no_instant_is_refused_with_the_reason() {
        let clock = Clock::new(utc("2026-03-02T08:00:00Z"), TimeZone::UTC);
        for (text, code, message) in [
            ("", "bad-instant", "is no instant"),
            ("tomorrow", "bad-instant", "is no instant"),
            ("11", "bad-instant", "is no instant"),
            ("9:30", "bad-instant", "is no instant"),
            ("11:00 Uhr", "bad-instant", "is no instant"),
            ("24:00", "bad-instant", "there is no time of day `24:00`"),
            (
                "23:59:60",
                "bad-instant",
                "there is no time of day `23:59:60`",
            ),
            ("11:00:00.", "bad-instant", "not whole nanoseconds"),
            (
                "11:00:00.0000000001",
                "bad-instant",
                "not whole nanoseconds",
            ),
            (
                "2026-02-29T00:00:00Z",
                "bad-instant",
                "there is no date `2026-02-29`",
            ),
            ("2026-13-01", "bad-instant", "there is no date `2026-13-01`"),
            ("2026-03-02T08:00:00+1:00", "bad-instant", "is no instant"),
            ("2026-03-02T08:00:00+24:00", "bad-instant", "is no instant"),
            ("day 0 09:30", "bad-instant", "is no instant"),
            ("day 3", "bad-instant", "is no instant"),
            ("day three 09:30", "bad-instant", "is no instant"),
            ("day 999999 09:30", "out-of-range", "is out of range"),
            ("+2", "missing-unit", "`2` has no unit"),
            (
                "+600 w 1 month",
                "unknown-unit",
                "`month` has no fixed length",
            ),
            ("-60000 d", "out-of-range", "is out of range"),
            ("1969-12-31T23:59:59Z", "out-of-range", "is out of range"),
            ("2500-01-01T00:00:00Z", "out-of-range", "is out of range"),
            ("2026-03-02\u{e4}", "bad-instant", "is no instant"),
            ("\u{e4}\u{e4}:\u{e4}\u{e4}", "bad-instant", "is no instant"),
        ] {
            let error = clock.instant(text).expect_err(text);
            assert_eq!(error.code, code, "{text}");
            assert!(error.message.contains(message), "{text}: {}", error.message);
        }
        for text in ["+2 h", "11:00", "day 1 11:00"] {
            let error = absolute_instant(text, &TimeZone::UTC).expect_err(text);
            assert!(
                error.message.contains("counted from the start"),
                "{}",
                error.message
            );
        }
    }

    #[test]
    fn zones_are_found_in_any_case_and_come_from_the_database_that_is_compiled_in() {
        let name = |text: &str| zone(text).map(|(_, name)| name);
        assert_eq!(name("europe/berlin").as_deref(), Some("Europe/Berlin"));
        assert_eq!(name("UTC").as_deref(), Some("UTC"));
        for unknown in [
            "",
            "Europe/Berln",
            "Etc/Unknown",
            "../etc/passwd",
            "\0",
            "CEST",
        ] {
            assert_eq!(name(unknown), None, "{unknown}");
        }
        assert!(zone_names().len() > 400);
    }
}
