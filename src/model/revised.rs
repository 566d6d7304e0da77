//! Objects that change during a run: an append-only list of revisions for each.
//!
//! It knows nothing of who changes what, or when a change is noticed: a reader asks for the value at
//! an instant, and an observer with an old copy asks for the value at an older one. Invariant:
//! revisions of one object are in strictly ascending order of time.

use std::collections::BTreeMap;

use crate::engine::id::{Id, IdVec};
use crate::engine::time::Instant;

/// A table whose rows may have later revisions.
#[derive(Clone, Debug)]
pub struct Revised<I: Id, T> {
    first: IdVec<I, T>,
    later: BTreeMap<I, Vec<(Instant, T)>>,
}

impl<I: Id, T> Revised<I, T> {
    /// An empty table.
    pub const fn new() -> Self {
        Revised {
            first: IdVec::new(),
            later: BTreeMap::new(),
        }
    }

    /// Adds an object as it is from the beginning.
    pub fn push(&mut self, row: T) -> I {
        self.first.push(row)
    }

    /// Adds a revision that holds from `at` on. Panics unless it is later than the last one.
    pub fn revise(&mut self, id: I, at: Instant, row: T) {
        let revisions = self.later.entry(id).or_default();
        assert!(
            revisions.last().is_none_or(|last| last.0 < at),
            "revisions are appended in time"
        );
        revisions.push((at, row));
    }

    /// The object as it is at this instant.
    #[inline]
    pub fn at(&self, id: I, at: Instant) -> &T {
        if self.later.is_empty() {
            return &self.first[id];
        }
        self.revision_at(id, at)
    }

    /// The object at an instant, in a table in which some object changes.
    fn revision_at(&self, id: I, at: Instant) -> &T {
        let Some(revisions) = self.later.get(&id) else {
            return &self.first[id];
        };
        match revisions.partition_point(|revision| revision.0 <= at) {
            0 => &self.first[id],
            n => &revisions[n - 1].1,
        }
    }

    /// The object as it is from the beginning. For what never changes: its name, its owner.
    pub fn original(&self, id: I) -> &T {
        &self.first[id]
    }

    /// The object as it is from the beginning, to be completed while the federation is compiled.
    pub fn original_mut(&mut self, id: I) -> &mut T {
        &mut self.first[id]
    }

    /// The instants at which this object changes.
    pub fn changes(&self, id: I) -> impl Iterator<Item = Instant> {
        self.later
            .get(&id)
            .into_iter()
            .flatten()
            .map(|revision| revision.0)
    }

    /// How many objects come before the first that `comes_before` is false of, as they are from the
    /// beginning. See [`IdVec::partition_point`].
    pub fn partition_point(&self, comes_before: impl FnMut(&T) -> bool) -> usize {
        self.first.partition_point(comes_before)
    }

    /// All ids in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + use<I, T> {
        self.first.ids()
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.first.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }
}

impl<I: Id, T> Default for Revised<I, T> {
    fn default() -> Self {
        Revised::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::define_id! {
        /// An id for these tests.
        TestId;
    }

    #[test]
    fn a_reader_sees_the_revision_that_holds_at_its_instant() {
        let mut table: Revised<TestId, &str> = Revised::new();
        let (a, b) = (table.push("a"), table.push("b"));
        table.revise(a, Instant::from_seconds(10), "a at 10");
        table.revise(a, Instant::from_seconds(20), "a at 20");
        for (seconds, value) in [
            (0, "a"),
            (9, "a"),
            (10, "a at 10"),
            (19, "a at 10"),
            (99, "a at 20"),
        ] {
            assert_eq!(
                *table.at(a, Instant::from_seconds(seconds)),
                value,
                "at {seconds} s"
            );
        }
        assert_eq!(*table.at(b, Instant::from_seconds(99)), "b");
    }
}
