//! The transcript: every statement that administrators carried out, with what the shell showed.
//!
//! Definition: an *entry* is a statement that has ended; one that is still waiting when the run ends has
//! none. It leaves out nothing.
//!
//! It knows no cmdlets. Invariant: entries stand in the order in which they ended.

use crate::model::Federation;
use crate::model::administration::TranscriptEntry;
use crate::model::observation::{Observation, Recorder};

/// The transcript of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    entries: Vec<TranscriptEntry>,
}

impl Transcript {
    /// Nothing yet.
    pub fn new() -> Transcript {
        Transcript::default()
    }

    /// All entries.
    pub fn entries(&self) -> &[TranscriptEntry] {
        &self.entries
    }
}

impl Recorder for Transcript {
    fn observe(&mut self, _: &Federation, _: &Observation) {}

    fn transcribe(&mut self, _: &Federation, entry: &TranscriptEntry) {
        self.entries.push(entry.clone());
    }
}
