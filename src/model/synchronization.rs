//! Shared calendars that are synchronized: what a run does with the local folder, and how many calls
//! it takes.
//!
//! It knows nothing of tokens, messages or the clock. Invariant: a folder whose last completed run found
//! the level None holds no item, and a folder never shows more than the level last seen.

use std::fmt;

use crate::engine::{Instant, Span};

use super::outcome::{AccessLevel, Answer, words};

/// Changes that one SyncFolderItems tells at most.
///
/// Source: synchronization of a shared folder, observed, Exchange 2013.
pub const BATCH: u32 = 128;

/// The state of a subscription, as the subscriber's server keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FolderState {
    /// When a run was last completed; none: never.
    pub last: Option<Instant>,
    /// The level that it saw.
    pub level: AccessLevel,
    /// Whether the local folder holds items.
    pub has_items: bool,
}

/// What a run does with the local folder, by the level that GetFolder tells.
///
/// Source: synchronization of a shared folder, observed, Exchange 2013.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// The first run, or the level has risen: the state is reset and everything is fetched.
    Full,
    /// What has changed since the last run is fetched.
    Incremental,
    /// The level has fallen: items are stripped to it, and what has changed is fetched.
    Stripped,
    /// The level is None: all local items are deleted, and the folder stays.
    Removed,
}

/// What a completed run has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// What it did with the folder.
    pub how: How,
    /// The level that it saw.
    pub level: AccessLevel,
    /// How many changes it fetched.
    pub changes: u32,
}

/// What a user who looks at the local folder finds in it, and if nothing, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FolderContents {
    /// Items with subject and location.
    Details,
    /// Blocks of time alone: the level is Simple.
    TimesAlone,
    /// Nothing: the level is None, and a run has deleted all items.
    BlankByLevelNone,
    /// Nothing: no run has been completed yet.
    BlankNeverSynchronized,
    /// Nothing: the owner's calendar has no entry.
    BlankByEmptyCalendar,
}

words!(How {
    Full => "full", Incremental => "incremental", Stripped => "stripped", Removed => "removed",
});
words!(FolderContents {
    Details => "details", TimesAlone => "times-alone", BlankByLevelNone => "blank-level-none",
    BlankNeverSynchronized => "blank-never-synchronized",
    BlankByEmptyCalendar => "blank-empty-calendar",
});

impl FolderState {
    /// What a run does that finds this level.
    pub fn how(&self, level: AccessLevel) -> How {
        if level == AccessLevel::None {
            return How::Removed;
        }
        match self.last {
            None => How::Full,
            Some(_) if level > self.level => How::Full,
            Some(_) if level < self.level => How::Stripped,
            Some(_) => How::Incremental,
        }
    }

    /// The state after a run that read the folder at an instant.
    pub fn after(&self, done: Done, read: Instant) -> FolderState {
        let has_items = match done.how {
            How::Removed => false,
            How::Full => done.changes > 0,
            How::Incremental | How::Stripped => self.has_items || done.changes > 0,
        };
        FolderState {
            last: Some(read),
            level: done.level,
            has_items,
        }
    }

    /// What the folder shows.
    pub fn contents(&self) -> FolderContents {
        match (self.last, self.level) {
            (None, _) => FolderContents::BlankNeverSynchronized,
            (Some(_), AccessLevel::None) => FolderContents::BlankByLevelNone,
            (Some(_), _) if !self.has_items => FolderContents::BlankByEmptyCalendar,
            (Some(_), AccessLevel::Simple) => FolderContents::TimesAlone,
            (Some(_), AccessLevel::Detail | AccessLevel::Owner) => FolderContents::Details,
        }
    }
}

impl FolderContents {
    /// What the run's user got.
    pub fn answer(self) -> Answer {
        match self {
            FolderContents::Details => Answer::SharedDetails,
            FolderContents::TimesAlone => Answer::SharedTimes,
            FolderContents::BlankByLevelNone => Answer::SharedBlank,
            // After a completed run a folder is blank for one of the other reasons.
            FolderContents::BlankNeverSynchronized | FolderContents::BlankByEmptyCalendar => {
                Answer::SharedEmpty
            }
        }
    }
}

/// How many EWS calls a run makes that fetches so many changes: GetFolder, then for each batch
/// SyncFolderItems and, if it tells of changes, GetItem. That nothing has changed only SyncFolderItems
/// can tell, so that there is always one. A run that finds the level None ends after GetFolder.
///
/// Source: synchronization of a shared folder, observed, Exchange 2013.
pub fn calls(how: How, changes: u32) -> u32 {
    match (how, changes) {
        (How::Removed, _) => 1,
        (_, 0) => 2,
        (_, changes) => 1 + 2 * changes.div_ceil(BATCH),
    }
}

/// How many changes a calendar has seen from the epoch to an instant: one for each of its entries, evenly
/// spread over the week. `phase` is a uniform draw of the calendar.
///
/// Simplified: real changes come in bursts, and while people work. Assumed: one change an entry.
pub fn changes_until(events_per_week: u32, phase: u64, at: Instant) -> u64 {
    let week = u128::from(Span::from_days(7).nanoseconds());
    let passed = u128::from(at.nanoseconds()) * u128::from(events_per_week);
    // The phase is a part of the time between two changes.
    let ahead = (u128::from(phase) * week) >> u64::BITS;
    ((passed + ahead) / week) as u64
}

/// How many entries a calendar has in a window.
pub fn entries(events_per_week: u32, window: Span) -> u32 {
    let week = u128::from(Span::from_days(7).nanoseconds());
    let entries = u128::from(window.nanoseconds()) * u128::from(events_per_week) / week;
    u32::try_from(entries).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use AccessLevel::{Detail, None as Nothing, Simple};

    const THEN: Instant = Instant::from_seconds(1_000);

    fn synchronized(level: AccessLevel) -> FolderState {
        FolderState {
            last: Some(THEN),
            level,
            has_items: level != Nothing,
        }
    }

    #[test]
    fn what_a_run_does_follows_from_the_level_seen_before_and_now() {
        let never = FolderState::default();
        for (before, level, expected) in [
            (never, Nothing, How::Removed),
            (never, Simple, How::Full),
            (synchronized(Simple), Simple, How::Incremental),
            (synchronized(Simple), Detail, How::Full),
            (synchronized(Detail), Simple, How::Stripped),
            (synchronized(Detail), Nothing, How::Removed),
            (synchronized(Nothing), Nothing, How::Removed),
            (synchronized(Nothing), Simple, How::Full),
        ] {
            assert_eq!(before.how(level), expected, "{before:?} finds {level}");
        }
    }

    #[test]
    fn three_ways_to_a_folder_without_details_are_told_apart() {
        let run = |before: FolderState, level, changes| {
            let how = before.how(level);
            before.after(
                Done {
                    how,
                    level,
                    changes,
                },
                THEN,
            )
        };
        let never = FolderState::default();
        let details = run(never, Detail, 15);
        for (state, expected) in [
            (never, FolderContents::BlankNeverSynchronized),
            (details, FolderContents::Details),
            (run(details, Simple, 0), FolderContents::TimesAlone),
            (run(details, Nothing, 0), FolderContents::BlankByLevelNone),
            (run(never, Nothing, 0), FolderContents::BlankByLevelNone),
            (run(never, Detail, 0), FolderContents::BlankByEmptyCalendar),
        ] {
            assert_eq!(state.contents(), expected, "{state:?}");
        }
    }

    /// 1 + ceil(changes ÷ 128) × (1 + [changes > 0]), with one batch at least.
    #[test]
    fn a_run_makes_a_call_for_the_folder_and_one_or_two_a_batch() {
        for (changes, expected) in [(0, 2), (1, 3), (128, 3), (129, 5), (256, 5), (257, 7)] {
            assert_eq!(calls(How::Incremental, changes), expected, "{changes}");
        }
        assert_eq!(calls(How::Removed, 0), 1);
    }

    /// 14 entries a week are one each 12 h, whatever the phase.
    #[test]
    fn a_calendar_of_fourteen_entries_a_week_changes_twice_a_day() {
        for phase in [0, u64::MAX / 3, u64::MAX] {
            let until = |at| changes_until(14, phase, at);
            for day in 0..5 {
                let at = THEN + Span::from_days(day);
                assert_eq!(until(at + Span::from_days(1)) - until(at), 2);
            }
        }
        assert_eq!(entries(14, Span::from_days(365)), 730);
    }
}
