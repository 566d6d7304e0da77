//! Studies: runs of a federation, and what a scenario expects of them.
//!
//! It knows nothing of terminals or of files. Invariant: a result is data, and a function of the
//! scenario, its seed and the replication.

pub mod condition;
pub mod expectation;
pub mod run;
pub mod work;

pub use expectation::{Expectation, Verdict};
pub use run::{RunResult, run, walks};
