//! Calendars: a profile of hours and weekdays in a time zone, as the periods of a run.
//!
//! It knows nothing of rates and organizations. Invariant: an hour of the wall clock that daylight-saving
//! time skips has no requests, and one that comes twice has them twice; everybody's clock says the same.

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use crate::engine::{Instant, Span};
use crate::model::demand::{Calendar, Period};
use crate::model::parameters::SHARE_PARTS;
use crate::scenario::tree::Table;

/// How busy hours and days are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Profile {
    /// The share of each hour of a day, in parts of 10¹².
    hours: [u64; 24],
    /// The share of each day of a week from Monday on, in parts of 10¹².
    weekdays: [u64; 7],
}

/// Working days in a week, on which rates are given.
const WORKING_DAYS: usize = 5;

impl Profile {
    /// The profile of a workload, whose hours and weekdays are derived. `flat` is exact.
    pub fn of(workload: &Table) -> Profile {
        let mut profile = Profile {
            hours: [0; 24],
            weekdays: [0; 7],
        };
        for (hour, share) in workload.shares("hours") {
            let hour: usize = hour.parse().expect("hours are numbers");
            profile.hours[hour] = share.parts();
        }
        let days = crate::scenario::keys::WEEKDAYS;
        for (day, share) in workload.shares("weekdays") {
            let day = days.iter().position(|known| *known == day);
            profile.weekdays[day.expect("days are those of the key table")] = share.parts();
        }
        profile
    }

    /// Whether there is a request on any working day.
    pub fn has_working_days(&self) -> bool {
        self.working_days() > 0
    }

    /// The share of a week's requests that Monday to Friday have, in parts of 10¹².
    fn working_days(&self) -> u64 {
        self.weekdays[..WORKING_DAYS].iter().sum()
    }

    /// How many times as busy as the mean hour of a mean working day its busiest hour is, rounded up.
    pub fn busiest(&self) -> u64 {
        let most = |shares: &[u64]| u128::from(shares.iter().copied().max().unwrap_or(0));
        let hour = most(&self.hours) * 24;
        let day = most(&self.weekdays) * WORKING_DAYS as u128;
        let whole = u128::from(SHARE_PARTS) * u128::from(self.working_days().max(1));
        u64::try_from((hour * day).div_ceil(whole)).unwrap_or(u64::MAX)
    }

    /// The calendar of this profile in a zone.
    pub fn calendar(&self, zone: &TimeZone, start: Instant, horizon: Instant) -> Calendar {
        let mut at = start;
        let mut periods = Vec::new();
        while at < horizon {
            let (until, factor) = self.stretch(zone, at);
            let length = until.min(horizon).since(at);
            periods.push(Period {
                length,
                calendar_time: factor.of(length),
            });
            at += length;
        }
        Calendar::new(start, periods)
    }

    /// Until when the hour of local time lasts that holds at an instant, and how busy it is.
    fn stretch(&self, zone: &TimeZone, at: Instant) -> (Instant, Factor) {
        let nanoseconds = i128::from(at.nanoseconds());
        let now = Timestamp::from_nanosecond(nanoseconds).expect("instants are of this era");
        let local = zone.to_datetime(now);
        let into_hour = Span::from_minutes(u64::from(local.minute().unsigned_abs()))
            + Span::from_seconds(u64::from(local.second().unsigned_abs()))
            + Span::from_nanoseconds(u64::from(local.subsec_nanosecond().unsigned_abs()));
        let rest = Span::from_hours(1).saturating_sub(into_hour);
        let next_change = zone
            .following(now)
            .next()
            .map(|change| change.timestamp().as_nanosecond() - nanoseconds)
            .and_then(|ahead| u64::try_from(ahead).ok())
            .map_or(Span::MAX, Span::from_nanoseconds);
        let hour = self.hours[usize::from(local.hour().unsigned_abs())];
        let day = match local.weekday() {
            Weekday::Monday => 0,
            Weekday::Tuesday => 1,
            Weekday::Wednesday => 2,
            Weekday::Thursday => 3,
            Weekday::Friday => 4,
            Weekday::Saturday => 5,
            Weekday::Sunday => 6,
        };
        let factor = Factor {
            hour,
            day: self.weekdays[day],
            working_days: self.working_days(),
        };
        (at + rest.min(next_change), factor)
    }
}

/// How busy an hour is, measured by the mean hour of a mean working day.
struct Factor {
    hour: u64,
    day: u64,
    working_days: u64,
}

impl Factor {
    fn of(&self, length: Span) -> Span {
        // Shares of 24 hours and of 5 days round, so a flat profile is flat only to 10⁻¹².
        let hour = u128::from(self.hour) * 24;
        let day = u128::from(self.day) * WORKING_DAYS as u128;
        let by_hour = u128::from(length.nanoseconds()) * hour / u128::from(SHARE_PARTS);
        Span::from_nanoseconds((by_hour * day / u128::from(self.working_days.max(1))) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::instants;

    fn flat() -> Profile {
        Profile {
            hours: [SHARE_PARTS / 24; 24],
            weekdays: [SHARE_PARTS / 7; 7],
        }
    }

    fn instant(text: &str) -> Instant {
        instants::absolute_instant(text, &TimeZone::UTC).expect("it is an instant")
    }

    #[test]
    fn a_flat_week_of_calendar_time_is_a_week() {
        let (start, end) = (
            instant("2026-03-02T00:30:00Z"),
            instant("2026-03-09T00:30:00Z"),
        );
        let total = flat().calendar(&TimeZone::UTC, start, end).total();
        let off = Span::from_days(7)
            .nanoseconds()
            .abs_diff(total.nanoseconds());
        assert!(off < 1_000_000, "off by {off} ns");
    }

    #[test]
    fn the_hour_that_summer_time_skips_is_empty_and_the_one_it_repeats_comes_twice() {
        // Requests between two and three in the morning alone.
        let mut profile = flat();
        profile.hours = [0; 24];
        profile.hours[2] = SHARE_PARTS;
        let (zone, _) = instants::zone("Europe/Berlin").expect("it is in the database");
        let night = |from: &str, until: &str| {
            profile
                .calendar(&zone, instant(from), instant(until))
                .total()
        };
        // Two o'clock does not exist on the last Sunday of March.
        let march = night("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
        assert_eq!(march, Span::ZERO);
        let ordinary = night("2026-04-18T22:00:00Z", "2026-04-19T22:00:00Z");
        assert!(ordinary > Span::ZERO);
        // On the last Sunday of October it comes twice.
        let october = night("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
        assert_eq!(october, ordinary.times(2));
    }

    #[test]
    fn zones_that_are_not_whole_hours_off_change_hours_at_their_own_full_hour() {
        let mut profile = flat();
        profile.hours = [0; 24];
        profile.hours[9] = SHARE_PARTS;
        let (zone, _) = instants::zone("Asia/Kathmandu").expect("it is in the database");
        // Nine o'clock in Kathmandu, 5:45 ahead of UTC, is 03:15 UTC.
        let start = instant("2026-03-04T00:00:00Z");
        let calendar = profile.calendar(&zone, start, instant("2026-03-05T00:00:00Z"));
        let mut period = 0;
        let first = calendar.instant(Span::ZERO, &mut period);
        assert_eq!(first, Some(instant("2026-03-04T03:15:00Z")));
    }
}
