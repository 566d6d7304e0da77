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
