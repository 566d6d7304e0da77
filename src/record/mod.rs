//! Recorders: what is made of observations.
//!
//! It knows nothing of how events are scheduled, of scenarios, files or terminals: compiled
//! federations and observations come in, integers and rows go out. Invariant: whatever a recorder
//! accumulates is integers that merge by addition, and rows that are sorted at the end, so that
//! neither threads nor replications can change a result.

pub mod digest;
pub mod histogram;
pub mod measure;
pub mod naming;
pub mod rows;
pub mod tally;
pub mod walk;

#[cfg(test)]
pub(crate) mod fixture;

pub use digest::{Digest, Fingerprint};
pub use histogram::Histogram;
pub use measure::{Expression, Measure, MeasureError, Measures, Value};
pub use rows::{Log, RowLists, Rows};
pub use tally::Tally;
pub use walk::{Step, Walk, Walks};
