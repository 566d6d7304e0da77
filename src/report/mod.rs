//! Reports: what a run came to, as text, JSON and CSV, and the directory that holds them.
//!
//! It knows nothing of the simulator, of terminals or of the wall clock. Invariant: reports of equal
//! results are equal byte for byte.

pub mod assumption;
pub mod causes;
pub mod csv;
pub mod directory;
pub mod examination;
pub mod identity;
pub mod ladder;
pub mod mermaid;
pub mod reference;
pub mod suite;
pub mod summary;
pub mod text;
pub mod why;

pub use assumption::Assumption;
pub use directory::{Overwrite, WriteError};
pub use identity::Identity;
pub use summary::Summary;

use crate::model::Federation;
use crate::scenario::{Input, Table};
use crate::study::RunResult;

/// A run with everything that reports say of it.
#[derive(Clone, Copy, Debug)]
pub struct Reported<'a> {
    /// The name of the scenario: that of its file, without the extension.
    pub name: &'a str,
    /// Its effective values.
    pub effective: &'a Table,
    /// The side files that were read for it.
    pub inputs: &'a [Input],
    /// What was simulated.
    pub federation: &'a Federation,
    /// Which replication.
    pub replication: u32,
    /// What it came to.
    pub result: &'a RunResult,
}
