//! How much of a run's work lies before an instant, as far as the federation tells beforehand.
//!
//! It knows no clock. Invariant: the share grows from nothing at the start to all at the end; it is a
//! guess that nothing but a progress bar is made of.

use crate::engine::Instant;
use crate::model::Federation;

/// The parts that a whole run's work is divided into.
pub const PARTS: u64 = 1_000_000;

/// The share of a run's expected work that is done when everything before `at` has been handled, in
/// millionths: the share of requests that have been sent by then; of a run without requests the share
/// of its length.
pub fn done_by(federation: &Federation, at: Instant) -> u64 {
    let (start, end) = (federation.start, federation.limits.horizon);
    let all = federation.requests.len() as u64;
    if at >= end {
        return PARTS;
    }
    if all == 0 {
        return share(
            at.since(start).nanoseconds(),
            end.since(start).nanoseconds(),
        );
    }
    let rows = &federation.requests;
    // Requests are in the order of their instants.
    let (mut low, mut high) = (0, rows.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let id = crate::engine::id::Id::from_index(middle);
        match rows[id].at < at {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    share(low as u64, all)
}

fn share(part: u64, whole: u64) -> u64 {
    let share = u128::from(part) * u128::from(PARTS) / u128::from(whole.max(1));
    u64::try_from(share).unwrap_or(PARTS).min(PARTS)
}
