//! One run of a federation, with all recorders, and what it came to.
//!
//! It knows nothing of files and terminals. Invariant: equal federations, expectations and logs give
//! equal results, whatever the progress callback does, unless it cancels the run.

use crate::engine::run::Ended;
use crate::engine::{Continue, Instant, StopReason};
use crate::model::Federation;
use crate::model::administration::{ScriptId, TranscriptEntry};
use crate::model::observation::{Observation, Recorder, RequestIdentity};
use crate::model::simulator::{Simulator, TraceFailure};
use crate::record::measure::AtEnd;
use crate::record::{
    Digest, Law, Log, Measures, RowCounts, RowSink, Rows, Stations, Tally, Timeline, Transcript,
    Walk, Walks, laws,
};

use super::expectation::{Expectation, Verdict};
use super::work::Work;

/// The most requests whose walks are told when all requests are.
pub const WALKS_MAX: usize = 20;

/// What a run leaves behind.
#[derive(Debug)]
pub struct RunResult {
    /// How it ended.
    pub ended: Ended,
    /// The counts.
    pub tally: Tally,
    /// What happened when.
    pub timeline: Timeline,
    /// How busy stations were.
    pub stations: Stations,
    /// Until when time line and stations are accounted: the horizon, unless a limit ended the run.
    pub accounted_to: Instant,
    /// The laws that hold in every run.
    pub laws: Vec<Law>,
    /// The fingerprint of all observations.
    pub digest: Digest,
    /// The walks of all requests, if there are at most [`WALKS_MAX`].
    pub walks: Vec<Walk>,
    /// How many rows the log has.
    pub rows: RowCounts,
    /// Which requests the log keeps.
    pub log: Log,
    /// Whether the log keeps none because there were too many requests.
    pub is_over_limit: bool,
    /// What administrators did, and what their shells showed.
    pub transcript: Transcript,
    /// Scripts that had not ended, or not begun, when the run did.
    pub unfinished_scripts: Vec<ScriptId>,
    /// The federation as it was at the end of the run.
    pub federation: Federation,
    /// What became of the expectations, in their order.
    pub verdicts: Vec<Verdict>,
    /// The traces that could not be read to their ends: if there are any, it says nothing about the
    /// scenario.
    pub trace_failures: Vec<TraceFailure>,
}

/// All recorders of a run: a new one is one line here and one below.
struct Recorders<'s> {
    digest: Digest,
    tally: Tally,
    timeline: Timeline,
    /// None once there are too many requests to tell their walks.
    walks: Option<Walks>,
    rows: Rows<'s>,
    measures: Measures,
    transcript: Transcript,
}

impl Recorder for Recorders<'_> {
    fn observe(&mut self, federation: &Federation, observation: &Observation) {
        self.digest.observe(federation, observation);
        self.tally.observe(federation, observation);
        self.timeline.observe(federation, observation);
        if let Some(walks) = &mut self.walks {
            walks.observe(federation, observation);
            if self.tally.outcomes.requests.sent > WALKS_MAX as u64 {
                self.walks = None;
            }
        }
        self.rows.observe(federation, observation);
        self.measures.observe(federation, observation);
    }

    fn transcribe(&mut self, federation: &Federation, entry: &TranscriptEntry) {
        self.digest.transcribe(federation, entry);
        self.transcript.transcribe(federation, entry);
        self.measures.transcribe(federation, entry);
    }
}

/// Runs a federation once.
///
/// `rows` takes the rows of the requests that `log` chooses, in their order, while the run goes on.
/// `progress` is told the simulated instant and the number of events from time to time.
pub fn run(
    federation: &Federation,
    replication: u32,
    expectations: &[Expectation],
    (log, rows): (Log, &mut dyn RowSink),
    progress: impl FnMut(Instant, u64) -> Continue,
) -> RunResult {
    let measures = expectations
        .iter()
        .flat_map(|expectation| expectation.measures().cloned());
    let expected = Work::of(federation).requests();
    let recorders = Recorders {
        digest: Digest::new(),
        tally: Tally::new(),
        timeline: Timeline::new(federation),
        walks: Some(Walks::first(WALKS_MAX)),
        rows: Rows::new(log, expected, rows),
        measures: Measures::new(measures),
        transcript: Transcript::new(),
    };
    let finished = Simulator::new(federation, replication, recorders).run(progress);
    let mut recorders = finished.recorder;
    let accounted_to = finished.accounted_to;
    recorders.timeline.close(accounted_to);
    let stations = Stations::new(
        (federation.start, accounted_to),
        finished.stations,
        finished.gateway_levels,
    );
    let groups_in_flight = finished.groups_in_flight as u64;
    let end = AtEnd {
        at: finished.ended.at,
        unfinished_scripts: &finished.unfinished_scripts,
        digest: &recorders.digest,
    };
    recorders.measures.finish(&finished.federation, &end);
    let verdicts = verdicts(expectations, &recorders.measures);
    RunResult {
        ended: finished.ended,
        trace_failures: finished.trace_failures,
        verdicts,
        walks: recorders
            .walks
            .map_or(Vec::new(), |walks| walks.tell(&finished.federation)),
        is_over_limit: recorders.rows.is_over_limit(),
        rows: recorders.rows.finish(&finished.federation),
        log,
        laws: laws::laws(&recorders.tally, &stations, groups_in_flight),
        stations,
        accounted_to,
        timeline: recorders.timeline,
        tally: recorders.tally,
        digest: recorders.digest,
        transcript: recorders.transcript,
        unfinished_scripts: finished.unfinished_scripts,
        federation: finished.federation,
    }
}

/// The walks of some requests of a run, from a run of its own that records nothing else.
pub fn walks(
    federation: &Federation,
    replication: u32,
    requests: impl IntoIterator<Item = RequestIdentity>,
    progress: impl FnMut(Instant, u64) -> Continue,
) -> Vec<Walk> {
    let finished = Simulator::new(federation, replication, Walks::of(requests)).run(progress);
    finished.recorder.tell(&finished.federation)
}

/// What became of each expectation; each has the measures that it needs, in their order.
fn verdicts(expectations: &[Expectation], measures: &Measures) -> Vec<Verdict> {
    let mut values = measures.values();
    let mut next = || values.next().expect("each measure has come to something");
    let judged = expectations.iter().map(|expectation| {
        let got = next();
        expectation.judge(got, expectation.other.is_some().then(&mut next))
    });
    judged.collect()
}

impl RunResult {
    /// Whether the run was cancelled: then it says nothing about the scenario.
    pub fn is_cancelled(&self) -> bool {
        self.ended.reason == StopReason::Cancelled
    }

    /// The laws that do not hold: bugs of the program.
    pub fn broken_laws(&self) -> impl Iterator<Item = &Law> {
        self.laws.iter().filter(|law| !law.holds)
    }

    /// Whether every expectation was met.
    pub fn is_as_expected(&self) -> bool {
        self.verdicts.iter().all(|verdict| verdict.is_met)
    }
}
