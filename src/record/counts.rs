//! Counts by the words of a closed list: one cell each, in one flat row.
//!
//! It knows nothing of what is counted. Invariant: counting is an addition at an index, without a
//! search and without an allocation, and counts merge by addition.

use std::fmt;
use std::marker::PhantomData;

use crate::model::cause::{CAUSES, Cause, Layer};
use crate::model::observation::{CacheAnswer, NameAnswer, PathKind};
use crate::model::outcome::{AccessLevel, Answer, Asks, Leg};
use crate::model::synchronization::FolderContents;
use crate::model::token::Offer;

/// A word of a closed list.
pub trait Word: Copy + 'static {
    /// How many words the list has.
    const COUNT: usize;
    /// The place of this one.
    fn place(self) -> usize;
    /// The word at a place.
    fn at(place: usize) -> Self;
}

/// A count for each word of a list.
#[derive(Clone, PartialEq, Eq)]
pub struct Counts<K> {
    cells: Box<[u64]>,
    kind: PhantomData<fn(K) -> K>,
}

impl<K: Word> Counts<K> {
    /// Nothing counted yet.
    pub fn new() -> Self {
        Counts {
            cells: vec![0; K::COUNT].into_boxed_slice(),
            kind: PhantomData,
        }
    }

    /// Counts one more.
    #[inline]
    pub fn add_one(&mut self, key: K) {
        self.cells[key.place()] += 1;
    }

    /// Counts so many more.
    #[inline]
    pub fn add(&mut self, key: K, more: u64) {
        self.cells[key.place()] += more;
    }

    /// The count of one word.
    pub fn get(&self, key: K) -> u64 {
        self.cells[key.place()]
    }

    /// The sum of all.
    pub fn total(&self) -> u64 {
        self.cells.iter().sum()
    }

    /// Whether nothing has been counted.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(|count| *count == 0)
    }

    /// The words that have been counted, in the order of the list.
    pub fn iter(&self) -> impl Iterator<Item = (K, u64)> + '_ {
        let all = self.cells.iter().enumerate();
        all.filter(|(_, count)| **count > 0)
            .map(|(place, count)| (K::at(place), *count))
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.cells.iter_mut().zip(&other.cells) {
            *count += more;
        }
    }
}

impl<K: Word> Default for Counts<K> {
    fn default() -> Self {
        Counts::new()
    }
}

impl<K: Word + fmt::Debug> fmt::Debug for Counts<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Words whose list stands beside their type.
macro_rules! listed {
    ($($type:ty),+ $(,)?) => {$(
        impl Word for $type {
            const COUNT: usize = <$type>::ALL.len();
            fn place(self) -> usize {
                self as usize
            }
            fn at(place: usize) -> Self {
                <$type>::ALL[place]
            }
        }
    )+};
}

listed!(
    AccessLevel,
    Answer,
    Asks,
    CacheAnswer,
    FolderContents,
    Layer,
    Leg,
    NameAnswer,
    Offer,
    PathKind
);

impl Word for Cause {
    const COUNT: usize = CAUSES.len();
    fn place(self) -> usize {
        self as usize
    }
    fn at(place: usize) -> Self {
        CAUSES[place].cause
    }
}

/// A word or none, which comes first.
impl<K: Word> Word for Option<K> {
    const COUNT: usize = 1 + K::COUNT;
    fn place(self) -> usize {
        self.map_or(0, |key| 1 + key.place())
    }
    fn at(place: usize) -> Self {
        place.checked_sub(1).map(K::at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places<K: Word + PartialEq + fmt::Debug>() {
        for place in 0..K::COUNT {
            assert_eq!(K::at(place).place(), place, "{:?}", K::at(place));
        }
    }

    #[test]
    fn each_word_has_a_place_of_its_own() {
        places::<AccessLevel>();
        places::<Answer>();
        places::<CacheAnswer>();
        places::<Cause>();
        places::<Layer>();
        places::<Leg>();
        places::<NameAnswer>();
        places::<Offer>();
        places::<Option<PathKind>>();
    }

    #[test]
    fn counts_add_up_and_leave_out_what_was_not_counted() {
        let mut counts = Counts::new();
        counts.add_one(Leg::Availability);
        counts.add(Leg::FreeBusyToken, 2);
        let mut more = Counts::new();
        more.add_one(Leg::Availability);
        counts.merge(&more);
        assert_eq!(counts.total(), 4);
        let all: Vec<_> = counts.iter().collect();
        assert_eq!(all, [(Leg::FreeBusyToken, 2), (Leg::Availability, 2)]);
        assert!(Counts::<Leg>::new().is_empty() && !counts.is_empty());
    }
}
