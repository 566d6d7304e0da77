//! One run of a federation, with all recorders, and what it came to.
//!
//! It knows nothing of files and terminals. Invariant: equal federations, expectations and logs give
//! equal results, whatever the progress callback does, unless it cancels the run.

use crate::engine::run::Ended;
use crate::engine::{Continue, Instant, StopReason};
use crate::model::Federation;
use crate::model::observation::{Observation, Recorder};
use crate::model::simulator::{Simulator, TraceFailure};
use crate::record::{Digest, Log, Measures, RowLists, Rows, Tally, Walk, Walks};

use super::expectation::{Expectation, Verdict};

/// The most requests whose walks are told when all requests are.
pub const WALKS_MAX: usize = 20;

/// What a run leaves behind.
#[derive(Debug)]
pub struct RunResult {
    /// How it ended.
    pub ended: Ended,
    /// The counts.
    pub tally: Tally,
    /// The fingerprint of all observations.
    pub digest: Digest,
    /// The walks of the first [`WALKS_MAX`] requests.
    pub walks: Vec<Walk>,
    /// The rows that the log keeps.
    pub rows: RowLists,
    /// Which requests the log keeps.
    pub log: Log,
    /// Whether the log keeps none because there were too many requests.
    pub is_over_limit: bool,
    /// What became of the expectations, in their order.
    pub verdicts: Vec<Verdict>,
    /// The traces that could not be read to their ends: if there are any, it says nothing about the
    /// scenario.
    pub trace_failures: Vec<TraceFailure>,
}

/// All recorders of a run: a new one is one line here and one below.
struct Recorders {
    digest: Digest,
    tally: Tally,
    walks: Walks,
    rows: Rows,
    measures: Measures,
}

impl Recorder for Recorders {
    fn observe(&mut self, federation: &Federation, observation: &Observation) {
        self.digest.observe(federation, observation);
        self.tally.observe(federation, observation);
        self.walks.observe(federation, observation);
        self.rows.observe(federation, observation);
        self.measures.observe(federation, observation);
    }
}

/// Runs a federation once.
///
/// `progress` is told the simulated instant and the number of events from time to time.
pub fn run(
    federation: &Federation,
    replication: u32,
    expectations: &[Expectation],
    log: Log,
    progress: impl FnMut(Instant, u64) -> Continue,
) -> RunResult {
    let measures = expectations
        .iter()
        .map(|expectation| expectation.measure.clone());
    let recorders = Recorders {
        digest: Digest::new(),
        tally: Tally::new(),
        walks: Walks::first(WALKS_MAX),
        rows: Rows::new(log),
        measures: Measures::new(measures),
    };
    let finished = Simulator::new(federation, replication, recorders).run(progress);
    let recorders = finished.recorder;
    let values = recorders.measures.values();
    let verdicts = expectations
        .iter()
        .zip(values)
        .map(|(expectation, value)| expectation.judge(value));
    RunResult {
        ended: finished.ended,
        trace_failures: finished.trace_failures,
        verdicts: verdicts.collect(),
        walks: recorders.walks.tell(federation),
        is_over_limit: recorders.rows.is_over_limit(),
        rows: recorders.rows.finish(federation),
        log,
        tally: recorders.tally,
        digest: recorders.digest,
    }
}

impl RunResult {
    /// Whether the run was cancelled: then it says nothing about the scenario.
    pub fn is_cancelled(&self) -> bool {
        self.ended.reason == StopReason::Cancelled
    }

    /// Whether every expectation was met.
    pub fn is_as_expected(&self) -> bool {
        self.verdicts.iter().all(|verdict| verdict.is_met)
    }
}
