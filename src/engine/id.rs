//! Dense ids: `u32` newtypes and the vectors they index.
//!
//! It knows no meaning of any id. Invariant: an id of one kind does not index a table of another,
//! and `usize` stays inside this file.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A dense id: the position of a row in an [`IdVec`].
pub trait Id: Copy + Eq + Ord + fmt::Debug {
    /// The id of row `index`. Panics beyond 2³² − 1 rows.
    fn from_index(index: usize) -> Self;
    /// The position of its row.
    fn index(self) -> usize;
}

/// Defines `u32` newtypes that implement [`Id`].
#[macro_export]
macro_rules! define_id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $crate::engine::id::Id for $name {
            fn from_index(index: usize) -> Self {
                $name(u32::try_from(index).expect("a table has at most 2^32 rows"))
            }
            fn index(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

/// A table of `T` with one row for each id of kind `I`, in the order of the ids.
#[derive(Clone, PartialEq, Eq)]
pub struct IdVec<I, T> {
    rows: Vec<T>,
    kind: PhantomData<fn(I) -> I>,
}

impl<I: Id, T> IdVec<I, T> {
    /// An empty table.
    pub const fn new() -> Self {
        IdVec {
            rows: Vec::new(),
            kind: PhantomData,
        }
    }

    /// A table of these rows.
    pub fn from_rows(rows: Vec<T>) -> Self {
        IdVec {
            rows,
            kind: PhantomData,
        }
    }

    /// A table of `count` equal rows.
    pub fn filled(row: T, count: usize) -> Self
    where
        T: Clone,
    {
        IdVec::from_rows(vec![row; count])
    }

    /// Adds a row and returns its id.
    pub fn push(&mut self, row: T) -> I {
        let id = I::from_index(self.rows.len());
        self.rows.push(row);
        id
    }

    /// The id that the next [`push`](Self::push) will return.
    pub fn next_id(&self) -> I {
        I::from_index(self.rows.len())
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row of `id`, if there is one.
    pub fn get(&self, id: I) -> Option<&T> {
        self.rows.get(id.index())
    }

    /// All rows in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.rows.iter()
    }

    /// All rows in order, to be changed.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.rows.iter_mut()
    }

    /// How many rows come before the first that `comes_before` is false of; it must be true of all rows
    /// up to a place, and of none behind it.
    pub fn partition_point(&self, comes_before: impl FnMut(&T) -> bool) -> usize {
        self.rows.partition_point(comes_before)
    }

    /// All ids in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + use<I, T> {
        (0..self.rows.len()).map(I::from_index)
    }

    /// All rows with their ids, in order.
    pub fn enumerate(&self) -> impl DoubleEndedIterator<Item = (I, &T)> {
        self.rows
            .iter()
            .enumerate()
            .map(|(index, row)| (I::from_index(index), row))
    }
}

impl<I: Id, T> Default for IdVec<I, T> {
    fn default() -> Self {
        IdVec::new()
    }
}

impl<I: Id, T: fmt::Debug> fmt::Debug for IdVec<I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rows.fmt(f)
    }
}

impl<I: Id, T> Index<I> for IdVec<I, T> {
    type Output = T;
    fn index(&self, id: I) -> &T {
        &self.rows[id.index()]
    }
}

impl<I: Id, T> IndexMut<I> for IdVec<I, T> {
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.rows[id.index()]
    }
}

/// A table whose rows come and go: a freed row is the next one to be taken.
///
/// Invariant: a row is freed exactly once, by its owner, when nothing names it any more.
#[derive(Debug)]
pub struct Slab<I: Id, T> {
    rows: IdVec<I, Option<T>>,
    free: Vec<I>,
}

impl<I: Id, T> Slab<I, T> {
    /// An empty slab.
    pub const fn new() -> Self {
        Slab {
            rows: IdVec::new(),
            free: Vec::new(),
        }
    }

    /// Stores `row` and returns where.
    pub fn insert(&mut self, row: T) -> I {
        match self.free.pop() {
            Some(id) => {
                self.rows[id] = Some(row);
                id
            }
            None => self.rows.push(Some(row)),
        }
    }

    /// Takes the row out. Panics if it is not there: it was freed twice.
    pub fn remove(&mut self, id: I) -> T {
        let row = self.rows[id].take().expect("a row is freed once");
        self.free.push(id);
        row
    }

    /// How many rows are in use.
    pub fn in_use(&self) -> usize {
        self.rows.len() - self.free.len()
    }

    /// The rows in use with their ids, by id.
    pub fn enumerate(&self) -> impl Iterator<Item = (I, &T)> {
        self.rows
            .enumerate()
            .filter_map(|(id, row)| row.as_ref().map(|row| (id, row)))
    }
}

impl<I: Id, T> Default for Slab<I, T> {
    fn default() -> Self {
        Slab::new()
    }
}

impl<I: Id, T> Index<I> for Slab<I, T> {
    type Output = T;
    fn index(&self, id: I) -> &T {
        self.rows[id].as_ref().expect("the row is in use")
    }
}

impl<I: Id, T> IndexMut<I> for Slab<I, T> {
    fn index_mut(&mut self, id: I) -> &mut T {
        self.rows[id].as_mut().expect("the row is in use")
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
    fn a_freed_row_is_taken_again_and_the_others_keep_their_ids() {
        let mut slab: Slab<TestId, &str> = Slab::new();
        let a = slab.insert("a");
        let b = slab.insert("b");
        assert_eq!(slab.remove(a), "a");
        let c = slab.insert("c");
        assert_eq!((c, slab[b], slab[c], slab.in_use()), (a, "b", "c", 2));
    }

    #[test]
    #[should_panic(expected = "a row is freed once")]
    fn freeing_a_row_twice_is_a_bug() {
        let mut slab: Slab<TestId, u8> = Slab::new();
        let a = slab.insert(1);
        slab.remove(a);
        slab.remove(a);
    }
}
