//! The event list: what is still to happen, in the order in which it will.
//!
//! It knows neither what an event means nor who handles it. Invariant: events leave in ascending
//! (instant, source, the source's counter), and never before one that has already left.
//!
//! A plain binary heap: right for the hundreds to thousands of pending events of most runs. Any
//! faster list is held to the same order by the order-hash test below.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::time::Instant;

/// Ends ties between events of one instant: the source that scheduled it, then its counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TieBreak(u64);

impl TieBreak {
    /// How many bits count a source's events: 2⁴⁰ ≈ 10¹² for each of 2²⁴ ≈ 16.7 million sources.
    const COUNTER_BITS: u32 = 40;

    /// The tie-break of a source's `count`-th event. Panics when either is out of its range.
    pub fn new(source: u32, count: u64) -> TieBreak {
        assert!(
            source < 1 << (64 - Self::COUNTER_BITS),
            "at most 2^24 sources"
        );
        assert!(
            count < 1 << Self::COUNTER_BITS,
            "at most 2^40 events from one source"
        );
        TieBreak(u64::from(source) << Self::COUNTER_BITS | count)
    }
}

/// What is still to happen.
#[derive(Debug)]
pub struct EventList<E> {
    heap: BinaryHeap<Entry<E>>,
    last: (Instant, TieBreak),
}

#[derive(Clone, Copy, Debug)]
struct Entry<E> {
    at: Instant,
    tie_break: TieBreak,
    event: E,
}

impl<E> Entry<E> {
    fn order(&self) -> u128 {
        u128::from(self.at.nanoseconds()) << 64 | u128::from(self.tie_break.0)
    }
}

// `BinaryHeap` gives the greatest first, so the order is turned round.
impl<E> Ord for Entry<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.order().cmp(&self.order())
    }
}
impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}
impl<E> Eq for Entry<E> {}

impl<E: Copy> EventList<E> {
    /// An empty list.
    pub fn new() -> Self {
        EventList {
            heap: BinaryHeap::new(),
            last: (Instant::EPOCH, TieBreak(0)),
        }
    }

    /// Adds an event. Panics if it lies before the last event that left: time does not run back.
    pub fn push(&mut self, at: Instant, tie_break: TieBreak, event: E) {
        assert!(at >= self.last.0, "an event was scheduled in the past");
        self.heap.push(Entry {
            at,
            tie_break,
            event,
        });
    }

    /// Takes the next event, with its instant.
    pub fn pop(&mut self) -> Option<(Instant, E)> {
        let Entry {
            at,
            tie_break,
            event,
        } = self.heap.pop()?;
        debug_assert!(at >= self.last.0, "events leave in order");
        self.last = (at, tie_break);
        Some((at, event))
    }

    /// The instant of the next event.
    pub fn next_at(&self) -> Option<Instant> {
        self.heap.peek().map(|entry| entry.at)
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

impl<E: Copy> Default for EventList<E> {
    fn default() -> Self {
        EventList::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::hash;
    use crate::engine::time::Span;

    /// The hash of the order in which a list gives back a mixture of pushes and pops, held to a
    /// sorted vector: the reference that every event list must agree with.
    #[test]
    fn the_order_hash_of_the_list_equals_that_of_a_sorted_vector() {
        for lattice in [1, 1_000, 1_000_000] {
            let mut list = EventList::new();
            let mut reference: Vec<(Instant, TieBreak, u32)> = Vec::new();
            let (mut now, mut hashes) = (Instant::EPOCH, (0u128, 0u128));
            for step in 0..20_000u64 {
                let word = hash::NameHash(step).with(lattice).0;
                if word % 5 < 3 {
                    let at =
                        now + Span::from_nanoseconds((word >> 8) % 1_000_000 / lattice * lattice);
                    let tie_break = TieBreak::new((word >> 40) as u32 % 7, step);
                    list.push(at, tie_break, step as u32);
                    reference.push((at, tie_break, step as u32));
                } else if let Some((at, event)) = list.pop() {
                    reference.sort_unstable();
                    let expected = reference.remove(0);
                    now = at;
                    let order = |sum: u128, at: Instant, event: u32| {
                        hash::words_128([
                            sum as u64,
                            (sum >> 64) as u64,
                            at.nanoseconds(),
                            u64::from(event),
                        ])
                    };
                    hashes = (
                        order(hashes.0, at, event),
                        order(hashes.1, expected.0, expected.2),
                    );
                }
            }
            assert_eq!(hashes.0, hashes.1, "on a lattice of {lattice} ns");
        }
    }

    #[test]
    fn ties_go_to_the_lower_source_then_to_its_earlier_event() {
        let mut list = EventList::new();
        let at = Instant::from_seconds(1);
        for (source, count) in [(2, 0), (1, 1), (1, 0), (0, 9)] {
            list.push(at, TieBreak::new(source, count), (source, count));
        }
        let order: Vec<_> = std::iter::from_fn(|| list.pop())
            .map(|(_, event)| event)
            .collect();
        assert_eq!(order, [(0, 9), (1, 0), (1, 1), (2, 0)]);
    }

    #[test]
    #[should_panic(expected = "scheduled in the past")]
    fn an_event_in_the_past_is_a_bug() {
        let mut list = EventList::new();
        list.push(Instant::from_seconds(2), TieBreak::new(0, 0), ());
        list.pop();
        list.push(Instant::from_seconds(1), TieBreak::new(0, 1), ());
    }
}
