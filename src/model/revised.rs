//! Objects that change during a run: an append-only list of revisions for each.
//!
//! It knows nothing of who changes what, or when a change is noticed: a reader asks for the value at
//! an instant, and an observer with an old copy asks for the value at an older one. Invariant:
//! revisions of one object are in strictly ascending order of time, and a table is never changed
//! under a reader: a copy shares everything with the table that it was made of, until it is changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::id::{Id, IdVec};
use crate::engine::time::Instant;

/// A table whose rows may have later revisions.
#[derive(Debug)]
pub struct Revised<I: Id, T> {
    first: Arc<IdVec<I, T>>,
    /// Objects that came into being during a run, as they were before.
    added: Arc<Vec<Arc<T>>>,
    later: Arc<BTreeMap<I, Revisions<T>>>,
}

/// The revisions of one object.
type Revisions<T> = Arc<Vec<(Instant, Arc<T>)>>;

/// An object of whose state several writers have parts: the time line, faults, cmdlets.
pub trait Carry {
    /// Carries the change from `before` to `after` into this state of the object: each part that it
    /// has in common with `before`.
    fn carry(&mut self, before: &Self, after: &Self);
}

/// Lets an object carry changes, part by part; `nested` parts by their own parts in turn, others `by` a
/// function. A part that
/// is forgotten does not compile.
macro_rules! carries {
    (
        $type:ident { $($part:ident),* }
        $(nested { $($whole:ident),* })?
        $(by { $($list:ident: $carry:path),* })?
    ) => {
        impl $crate::model::revised::Carry for $type {
            fn carry(&mut self, before: &Self, after: &Self) {
                let $type { $($part,)* $($($whole,)*)? $($($list,)*)? } = self;
                $(if *$part == before.$part {
                    $part.clone_from(&after.$part);
                })*
                $($($whole.carry(&before.$whole, &after.$whole);)*)?
                $($($carry($list, &before.$list, &after.$list);)*)?
            }
        }
    };
}
pub(super) use carries;

impl<I: Id, T> Revised<I, T> {
    /// An empty table.
    pub fn new() -> Self {
        Revised {
            first: Arc::new(IdVec::new()),
            added: Arc::default(),
            later: Arc::default(),
        }
    }

    /// Adds an object as it is from the beginning.
    ///
    /// # Panics
    /// If the table has been copied: then others read it.
    pub fn push(&mut self, row: T) -> I {
        self.first_mut().push(row)
    }

    /// Adds a revision that holds from `at` on. Panics unless it is later than the last one.
    pub fn revise(&mut self, id: I, at: Instant, row: T) {
        let revisions = Arc::make_mut(&mut self.later).entry(id).or_default();
        assert!(
            revisions.last().is_none_or(|last| last.0 < at),
            "revisions are appended in time"
        );
        Arc::make_mut(revisions).push((at, Arc::new(row)));
    }

    /// Adds an object that comes into being during a run; `row` is what it is before it does.
    pub fn add(&mut self, row: T) -> I {
        let id = I::from_index(self.len());
        Arc::make_mut(&mut self.added).push(Arc::new(row));
        id
    }

    /// Changes an object from `at` on. Revisions that are known for later instants have the change
    /// too, but for the parts of the object that they themselves change.
    pub fn change(&mut self, id: I, at: Instant, change: impl FnOnce(&mut T))
    where
        T: Clone + Carry,
    {
        let before = self.at(id, at).clone();
        let mut after = before.clone();
        change(&mut after);
        let revisions = Arc::make_mut(&mut self.later).entry(id).or_default();
        let revisions = Arc::make_mut(revisions);
        let place = revisions.partition_point(|revision| revision.0 <= at);
        for (_, later) in &mut revisions[place..] {
            Arc::make_mut(later).carry(&before, &after);
        }
        match place.checked_sub(1).map(|last| &mut revisions[last]) {
            Some(last) if last.0 == at => last.1 = Arc::new(after),
            _ => revisions.insert(place, (at, Arc::new(after))),
        }
    }

    /// Changes an object as it is from `at` on, and in each revision that is known for a later instant;
    /// `change` is told the instant from which on what it is given holds.
    pub(super) fn change_each(
        &mut self,
        id: I,
        at: Instant,
        mut change: impl FnMut(Instant, &mut T),
    ) where
        T: Clone + PartialEq,
    {
        let mut present = self.at(id, at).clone();
        change(at, &mut present);
        let is_changed = present != *self.at(id, at);
        if !is_changed && !self.later.contains_key(&id) {
            return;
        }
        let revisions = Arc::make_mut(&mut self.later).entry(id).or_default();
        let revisions = Arc::make_mut(revisions);
        let place = revisions.partition_point(|revision| revision.0 <= at);
        for (from, later) in &mut revisions[place..] {
            change(*from, Arc::make_mut(later));
        }
        match place.checked_sub(1).map(|last| &mut revisions[last]) {
            _ if !is_changed => {}
            Some(last) if last.0 == at => last.1 = Arc::new(present),
            _ => revisions.insert(place, (at, Arc::new(present))),
        }
    }

    /// The object as it is at this instant.
    #[inline]
    pub fn at(&self, id: I, at: Instant) -> &T {
        if self.later.is_empty() {
            return self.original(id);
        }
        self.revision_at(id, at)
    }

    /// The object at an instant, in a table in which some object changes.
    fn revision_at(&self, id: I, at: Instant) -> &T {
        let Some(revisions) = self.later.get(&id) else {
            return self.original(id);
        };
        match revisions.partition_point(|revision| revision.0 <= at) {
            0 => self.original(id),
            n => &revisions[n - 1].1,
        }
    }

    /// The object as it is from the beginning. For what never changes: its name, its owner.
    #[inline]
    pub fn original(&self, id: I) -> &T {
        match self.first.get(id) {
            Some(row) => row,
            None => &self.added[id.index() - self.first.len()],
        }
    }

    /// The object as it is from the beginning, to be completed while the federation is compiled.
    ///
    /// # Panics
    /// If the table has been copied: then others read it.
    pub fn original_mut(&mut self, id: I) -> &mut T {
        &mut self.first_mut()[id]
    }

    fn first_mut(&mut self) -> &mut IdVec<I, T> {
        Arc::get_mut(&mut self.first).expect("nobody reads a table that is being compiled")
    }

    /// The instants at which this object changes.
    pub fn changes(&self, id: I) -> impl Iterator<Item = Instant> {
        let revisions = self.later.get(&id).into_iter();
        revisions.flat_map(|of_object| of_object.iter().map(|revision| revision.0))
    }

    /// How many objects come before the first that `comes_before` is false of, among those that are
    /// there from the beginning, as they are then. See [`IdVec::partition_point`].
    pub fn partition_point(&self, comes_before: impl FnMut(&T) -> bool) -> usize {
        self.first.partition_point(comes_before)
    }

    /// All ids in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + use<I, T> {
        (0..self.len()).map(I::from_index)
    }

    /// Whether nothing has been added or changed since a copy was made.
    pub fn is_as_in(&self, copy: &Self) -> bool {
        Arc::ptr_eq(&self.added, &copy.added) && Arc::ptr_eq(&self.later, &copy.later)
    }

    /// The ids of objects that came into being during the run.
    pub fn added_ids(&self) -> impl DoubleEndedIterator<Item = I> + use<I, T> {
        (self.first.len()..self.len()).map(I::from_index)
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.first.len() + self.added.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<I: Id, T> Clone for Revised<I, T> {
    fn clone(&self) -> Self {
        Revised {
            first: self.first.clone(),
            added: self.added.clone(),
            later: self.later.clone(),
        }
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

    /// A part of an object that the time line changes keeps the time line's value; another one has
    /// the run's.
    #[test]
    fn a_change_during_a_run_lasts_beyond_changes_of_other_parts() {
        #[derive(Clone, Debug, PartialEq)]
        struct Both(u8, u8);
        impl Carry for Both {
            fn carry(&mut self, before: &Self, after: &Self) {
                if self.0 == before.0 {
                    self.0 = after.0;
                }
                if self.1 == before.1 {
                    self.1 = after.1;
                }
            }
        }
        let second = Instant::from_seconds;
        let mut table: Revised<TestId, Both> = Revised::new();
        let a = table.push(Both(0, 0));
        table.revise(a, second(20), Both(7, 0));
        table.revise(a, second(30), Both(0, 0));
        let reader = table.clone();
        table.change(a, second(10), |row| row.1 = 1);
        table.change(a, second(15), |row| row.0 = 2);
        let seen = [5, 10, 15, 20, 30].map(|at| table.at(a, second(at)).clone());
        let expected = [(0, 0), (0, 1), (2, 1), (7, 1), (2, 1)];
        assert_eq!(seen, expected.map(|(x, y)| Both(x, y)));
        assert_eq!(
            *reader.at(a, second(15)),
            Both(0, 0),
            "a reader's table stays"
        );
        let b = table.add(Both(0, 9));
        table.change(b, second(40), |row| row.0 = 1);
        assert_eq!(*table.at(b, second(39)), Both(0, 9));
        assert_eq!(*table.at(b, second(40)), Both(1, 9));
        assert_eq!(table.added_ids().collect::<Vec<_>>(), [b]);
    }
}
