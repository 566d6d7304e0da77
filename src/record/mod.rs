//! Recorders: what is made of observations.
//!
//! It knows nothing of how events are scheduled, of scenarios, files or terminals: compiled
//! federations and observations come in, integers and rows go out. Invariant: whatever a recorder
//! accumulates is integers that merge by addition, and rows that are sorted at the end, so that
//! neither threads nor replications can change a result.

pub mod counts;
pub mod digest;
pub mod histogram;
pub mod laws;
pub mod measure;
pub mod naming;
pub mod rows;
pub mod stations;
pub mod tally;
pub mod timeline;
pub mod transcript;
pub mod walk;

#[cfg(test)]
pub(crate) mod fixture;

pub use counts::Counts;
pub use digest::{Digest, Fingerprint};
pub use histogram::Histogram;
pub use laws::Law;
pub use measure::{Expression, Measure, MeasureError, Measures, Value};
pub use rows::{Log, RowCounts, RowLists, RowSink, Rows};
pub use stations::Stations;
pub use tally::Tally;
pub use timeline::Timeline;
pub use transcript::Transcript;
pub use walk::{Step, Walk, Walks};
