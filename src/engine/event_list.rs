//! The event list: what is still to happen, in the order in which it will.
//!
//! It knows neither what an event means nor who handles it. Invariant: events leave in ascending
//! (instant, source, the source's counter), and never before one that has already left.
//!
//! A multi-level bucket queue with a sorted front run. What is to happen soon stands in the front run,
//! latest first, and leaves from its end. What is to happen later stands, unsorted, in buckets: level
//! `k` has 64 of them, and an event goes to the highest level at which its instant differs from the
//! base in six bits. When the front run is empty the earliest bucket becomes it if it is small; a
//! larger one is spread over the levels below. An event moves a few times in all, however many others
//! are pending.
//!
//! Source: the idea of multi-level buckets is Denardo and Fox (1979); sorted bottoms are from the
//! ladder queue of Tang, Goh and Thng (2005).

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
    /// All events before `front_end`, in descending order; some at it, if it is the end of time.
    front: Vec<Entry<E>>,
    /// Everything in the buckets lies at or after this instant.
    front_end: u64,
    /// The instant that buckets are counted from: no later than anything in them, nor than the last
    /// event that left, once the next one has.
    base: u64,
    /// Buckets, level after level.
    buckets: Vec<Vec<Entry<E>>>,
    /// Which buckets of a level hold something.
    occupied: [u64; LEVELS],
    /// How many events stand in buckets.
    in_buckets: usize,
    /// When the last event left.
    last: Instant,
}

/// Bits of an instant that one level tells apart.
const LEVEL_BITS: u32 = 6;
/// Buckets of a level.
const BUCKETS: usize = 1 << LEVEL_BITS;
/// Levels for instants of 64 bits.
const LEVELS: usize = 64_usize.div_ceil(LEVEL_BITS as usize);
/// A bucket of so many events becomes the front run as it is.
const SORTED_AT_ONCE: usize = 16;
/// A front run that has grown beyond this gives its later half back to the buckets.
const FRONT_MAX: usize = 64;

#[derive(Clone, Copy, Debug)]
struct Entry<E> {
    at: u64,
    tie_break: TieBreak,
    event: E,
}

impl<E> Entry<E> {
    fn order(&self) -> u128 {
        u128::from(self.at) << 64 | u128::from(self.tie_break.0)
    }
}

impl<E: Copy> EventList<E> {
    /// An empty list.
    pub fn new() -> Self {
        EventList {
            front: Vec::with_capacity(FRONT_MAX + 1),
            front_end: u64::MAX,
            base: 0,
            buckets: (0..LEVELS * BUCKETS).map(|_| Vec::new()).collect(),
            occupied: [0; LEVELS],
            in_buckets: 0,
            last: Instant::EPOCH,
        }
    }

    /// Adds an event. Panics if it lies before the last event that left: time does not run back.
    pub fn push(&mut self, at: Instant, tie_break: TieBreak, event: E) {
        assert!(at >= self.last, "an event was scheduled in the past");
        let entry = Entry {
            at: at.nanoseconds(),
            tie_break,
            event,
        };
        if entry.at >= self.front_end {
            return self.put_away(entry);
        }
        let order = entry.order();
        let place = self.front.partition_point(|other| other.order() > order);
        self.front.insert(place, entry);
        if self.front.len() > FRONT_MAX {
            self.shorten_front();
        }
    }

    /// Takes the next event, with its instant.
    pub fn pop(&mut self) -> Option<(Instant, E)> {
        self.next_at()?;
        let Entry { at, event, .. } = self.front.pop()?;
        let at = Instant::from_nanoseconds(at);
        debug_assert!(at >= self.last, "events leave in order");
        self.last = at;
        Some((at, event))
    }

    /// The instant of the next event.
    pub fn next_at(&mut self) -> Option<Instant> {
        // Not before it is asked for: what the last event leads to may come before all that stands in
        // buckets, and the base must not run ahead of it.
        if self.front.is_empty() {
            self.refill();
        }
        self.front
            .last()
            .map(|entry| Instant::from_nanoseconds(entry.at))
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.front.len() + self.in_buckets
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts an event into its bucket.
    fn put_away(&mut self, entry: Entry<E>) {
        let level = level_of(entry.at, self.base);
        let bucket = (entry.at >> (level * LEVEL_BITS)) as usize % BUCKETS;
        self.occupied[level as usize] |= 1 << bucket;
        self.buckets[level as usize * BUCKETS + bucket].push(entry);
        self.in_buckets += 1;
    }

    /// Makes the earliest events in the buckets the new front run.
    fn refill(&mut self) {
        while self.in_buckets > 0 {
            let level = self.occupied.iter().position(|occupied| *occupied != 0);
            let level = level.expect("a bucket holds something");
            let bucket = self.occupied[level].trailing_zeros() as usize;
            let shift = level as u32 * LEVEL_BITS;
            // What the buckets of this level have in common, with the digit of this one.
            let above = (shift + LEVEL_BITS).min(u64::BITS);
            let common = if above == u64::BITS {
                0
            } else {
                self.base >> above << above
            };
            let begins = common | (bucket as u64) << shift;
            self.base = begins;
            self.occupied[level] &= !(1 << bucket);
            let place = level * BUCKETS + bucket;
            self.in_buckets -= self.buckets[place].len();
            if level == 0 || self.buckets[place].len() <= SORTED_AT_ONCE {
                std::mem::swap(&mut self.front, &mut self.buckets[place]);
                self.front
                    .sort_unstable_by_key(|entry| std::cmp::Reverse(entry.order()));
                // A few events need no buckets: whatever comes joins them, until they are many.
                self.front_end = match self.in_buckets {
                    0 => u64::MAX,
                    _ => begins.saturating_add(1 << shift),
                };
                return;
            }
            let mut spread = std::mem::take(&mut self.buckets[place]);
            for entry in spread.drain(..) {
                self.put_away(entry);
            }
            // Its room is used again.
            self.buckets[place] = spread;
        }
        // Nothing is left: the next events, whatever their instants, are a new front run.
        self.front_end = u64::MAX;
        self.base = self.last.nanoseconds();
    }

    /// Gives the later half of the front run back to the buckets, where events of one instant stay
    /// together. What lies before the base stays: buckets hold nothing earlier.
    fn shorten_front(&mut self) {
        let from = self.front[self.front.len() / 2].at.max(self.base);
        let given_back = self.front.partition_point(|entry| entry.at >= from);
        if given_back == 0 || given_back == self.front.len() {
            // All lie before the base, or at one instant.
            return;
        }
        self.front_end = from;
        let mut front = std::mem::take(&mut self.front);
        for entry in front.drain(..given_back) {
            self.put_away(entry);
        }
        self.front = front;
    }
}

/// The level of an event in buckets that are counted from a base.
fn level_of(at: u64, base: u64) -> u32 {
    match at ^ base {
        0 => 0,
        differing => (u64::BITS - 1 - differing.leading_zeros()) / LEVEL_BITS,
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

    /// The front run is made of what is far off; then so much is added before it that it is shortened,
    /// at an instant before the one that buckets are counted from.
    #[test]
    fn many_events_before_a_far_one_leave_in_order() {
        for far in [1 << 7, 1 << 20, (1 << 20) + 77, 1 << 40, (1 << 50) + 12_345] {
            let mut list = EventList::new();
            let mut all: Vec<u64> = (0..200).map(|n| far + n * 7 % 100).collect();
            all.extend((0..500).map(|n| (n * 7_919) % far));
            for (count, &at) in all.iter().enumerate() {
                let tie_break = TieBreak::new(0, count as u64);
                list.push(Instant::from_nanoseconds(at), tie_break, ());
            }
            all.sort_unstable();
            let left = std::iter::from_fn(|| list.pop()).map(|(at, ())| at.nanoseconds());
            assert_eq!(left.collect::<Vec<_>>(), all, "{far}");
        }
    }

    /// The hash of the order in which a list gives back a mixture of pushes and pops, held to a
    /// sorted vector: the reference that every event list must agree with.
    #[test]
    fn the_order_hash_of_the_list_equals_that_of_a_sorted_vector() {
        for (lattice, reach) in [
            (1, 1_000_000),
            (1_000, 1_000_000),
            (1_000_000, 1_000_000),
            (1, 1 << 20),
            (1, 1 << 40),
            (1 << 30, 1 << 50),
        ] {
            let mut list = EventList::new();
            let mut reference: Vec<(Instant, TieBreak, u32)> = Vec::new();
            let (mut now, mut hashes) = (Instant::EPOCH, (0u128, 0u128));
            for step in 0..20_000u64 {
                let word = hash::NameHash(step).with(lattice).0;
                if word % 5 < 3 {
                    let at = now + Span::from_nanoseconds((word >> 8) % reach / lattice * lattice);
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
            assert_eq!(
                hashes.0, hashes.1,
                "on a lattice of {lattice} ns up to {reach} ns"
            );
        }
    }

    #[test]
    fn events_as_far_away_as_time_goes_leave_in_order() {
        let mut list = EventList::new();
        let all = [
            u64::MAX,
            0,
            u64::MAX - 1,
            1 << 63,
            1,
            (1 << 60) - 1,
            1 << 60,
            u64::MAX,
        ];
        for (count, at) in all.into_iter().enumerate() {
            let tie_break = TieBreak::new(0, count as u64);
            list.push(Instant::from_nanoseconds(at), tie_break, count);
        }
        assert_eq!(list.len(), all.len());
        let left: Vec<_> = std::iter::from_fn(|| list.pop()).collect();
        let mut expected: Vec<_> = all.iter().copied().zip(0..).collect();
        expected.sort_unstable();
        let expected = expected.into_iter();
        let expected: Vec<_> = expected
            .map(|(at, count)| (Instant::from_nanoseconds(at), count))
            .collect();
        assert_eq!(left, expected);
        assert!(list.is_empty());
    }

    #[test]
    fn a_crowd_of_one_instant_among_others_leaves_by_source_and_counter() {
        let mut list = EventList::new();
        let at = |n: u64| Instant::from_nanoseconds(1_000_000 + n);
        for count in 0..1_000 {
            list.push(
                at(count % 3),
                TieBreak::new((count % 7) as u32, count),
                count,
            );
        }
        let left: Vec<u64> = std::iter::from_fn(|| list.pop())
            .map(|(_, event)| event)
            .collect();
        let mut expected: Vec<u64> = (0..1_000).collect();
        expected.sort_by_key(|count| (count % 3, count % 7, *count));
        assert_eq!(left, expected);
    }

    #[test]
    fn a_burst_of_near_events_leaves_before_a_far_one_that_was_the_next() {
        let mut list = EventList::new();
        let at = Instant::from_nanoseconds;
        let mut count = 0;
        let mut push = |list: &mut EventList<u64>, instant: u64| {
            list.push(at(instant), TieBreak::new(0, count), instant);
            count += 1;
        };
        let mut expected = Vec::new();
        let mut left = Vec::new();
        for round in 0..20 {
            let start = round << 42;
            push(&mut list, start);
            for far in 1..4 {
                push(&mut list, start + (far << 40));
            }
            left.extend(list.pop().map(|(_, event)| event));
            for near in 0..500 {
                // In no order.
                push(&mut list, start + 1 + near * 7_919 % 500 * 1_000);
            }
            left.extend(std::iter::from_fn(|| list.pop()).map(|(_, event)| event));
            expected.push(start);
            expected.extend((0..500).map(|near| start + 1 + near * 1_000));
            expected.extend((1..4).map(|far| start + (far << 40)));
        }
        assert_eq!(left, expected);
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
