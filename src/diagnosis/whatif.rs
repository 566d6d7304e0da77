//! Trying a repair: the same world and the same day once more, with the repair carried out in it.
//!
//! It knows no cause. Invariant: without additions a what-if is the run itself, draw for draw, since draws hang
//! on names and not on what else is in the world; what it counts are differences of attendees' outcomes.

use std::collections::BTreeMap;
use std::rc::Rc;

use rustc_hash::FxHashSet;

use crate::engine::hash::NameHash;
use crate::engine::{Continue, Instant, Span};
use crate::model::Federation;
use crate::model::administration::{ScriptId, TranscriptEntry};
use crate::model::cause::Cause;
use crate::model::observation::{Fact, Observation, Recorder};
use crate::model::outcome::AttendeeOutcome;
use crate::model::simulator::Simulator;
use crate::record::Transcript;
use crate::scenario::compile::SCRIPT_OF_ENTRY;

use super::select::{Chosen, Wanted, Watch};
use super::subject::Prepared;

/// The replication that is diagnosed: that of a single run.
pub const REPLICATION: u32 = 0;

/// A run of a world that was watched.
#[derive(Debug)]
pub struct Watched {
    /// The request that was wanted, if there was one.
    pub chosen: Option<Chosen>,
    /// Which attendees failed, and why; of a run that was not ended early.
    pub failures: Failures,
    /// What administrators did.
    pub transcript: Vec<TranscriptEntry>,
    /// The federation with what changed in the run.
    pub federation: Federation,
    /// Scripts that had not ended, or not begun, when the run did.
    pub unfinished: Vec<ScriptId>,
    /// Whether the run was ended by the caller.
    pub is_cancelled: bool,
}

/// Which attendees of which requests failed, and why.
#[derive(Clone, Debug, Default)]
pub struct Failures {
    /// Why, and when that was decided.
    failed: BTreeMap<Attendee, (Cause, Instant)>,
    /// The attendees that were answered. Looked up only, never iterated.
    answered: FxHashSet<Attendee>,
}

/// The hash of a request's names, and the number of the attendee: ids differ from world to world.
type Attendee = (NameHash, u16);

/// How two runs differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Attendees that failed for the cause in the first run before the repair showed: too early for it.
    pub before: u64,
    /// Attendees that failed for the cause in the first run, all of them or those that were not too early.
    pub failed: u64,
    /// Of these, how many the second run answered.
    pub cured: u64,
    /// Of these, how many failed in the second run, by cause.
    pub still: BTreeMap<Cause, u64>,
    /// Of these, how many nobody asked for in the second run: they were retries.
    pub not_asked: u64,
    /// Attendees that failed in the second run and not in the first, by cause.
    pub new: BTreeMap<Cause, u64>,
}

impl Failures {
    /// How a second run differs from this one, as far as a cause is concerned. What failed in both before
    /// `shows` was too early for a repair that shows from then on.
    pub fn against(&self, second: &Failures, cause: Cause, shows: Instant) -> Difference {
        let mut difference = Difference::default();
        let of_cause = self.failed.iter().filter(|(_, (of, _))| *of == cause);
        for (attendee, (_, at)) in of_cause {
            let again = second.failed.get(attendee);
            if again.is_some_and(|again| again.0 == cause) && *at < shows {
                difference.before += 1;
                continue;
            }
            difference.failed += 1;
            if second.answered.contains(attendee) {
                difference.cured += 1;
            } else if let Some(&(other, _)) = again {
                *difference.still.entry(other).or_default() += 1;
            } else {
                difference.not_asked += 1;
            }
        }
        for (attendee, &(cause, _)) in &second.failed {
            if !self.failed.contains_key(attendee) {
                *difference.new.entry(cause).or_default() += 1;
            }
        }
        difference
    }
}

impl Recorder for Failures {
    fn observe(&mut self, federation: &Federation, observation: &Observation) {
        if let Fact::AttendeeDone {
            attendee, outcome, ..
        } = observation.fact
        {
            let key = (federation.request_hash(observation.request), attendee);
            match outcome {
                AttendeeOutcome::Failed(failure) => {
                    self.failed.insert(key, (failure.cause, observation.at));
                }
                AttendeeOutcome::View(_) | AttendeeOutcome::Answered(_) => {
                    self.answered.insert(key);
                }
            }
        }
    }
}

/// What is recorded of a run that is watched.
struct Recorders {
    watch: Watch,
    failures: Option<Failures>,
    transcript: Transcript,
}

impl Recorder for Recorders {
    fn observe(&mut self, federation: &Federation, observation: &Observation) {
        self.watch.observe(federation, observation);
        if let Some(failures) = &mut self.failures {
            failures.observe(federation, observation);
        }
    }

    fn transcribe(&mut self, federation: &Federation, entry: &TranscriptEntry) {
        self.transcript.transcribe(federation, entry);
    }
}

/// Whether a run goes on once the wanted request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// It ends: the rest of the day does not matter.
    Answered,
    /// It goes on to its end, and all failures are counted.
    End,
}

/// Runs a world and watches for a request.
pub fn watch(
    prepared: &Prepared,
    wanted: Wanted,
    until: Until,
    mut progress: impl FnMut(Instant, u64) -> Continue,
) -> Watched {
    let (watch, is_found) = Watch::new(wanted);
    let recorders = Recorders {
        watch,
        failures: (until == Until::End).then(Failures::default),
        transcript: Transcript::new(),
    };
    let stops = (until == Until::Answered).then(|| Rc::clone(&is_found));
    let mut is_cancelled = false;
    let simulator = Simulator::new(&prepared.compiled.federation, REPLICATION, recorders);
    let finished = simulator.run(|at, events| {
        if stops.as_ref().is_some_and(|found| found.get()) {
            return Continue::No;
        }
        let goes_on = progress(at, events);
        is_cancelled |= goes_on == Continue::No;
        goes_on
    });
    let recorders = finished.recorder;
    Watched {
        chosen: recorders.watch.chosen(),
        failures: recorders.failures.unwrap_or_default(),
        transcript: recorders.transcript.entries().to_vec(),
        unfinished: finished.unfinished_scripts,
        federation: finished.federation,
        is_cancelled,
    }
}

/// When the scripts of the entries of the time line behind the first `known` have ended; none: one of them
/// has not. Without scripts there it is `begun`.
pub fn ended_at(watched: &Watched, known: usize, begun: Instant) -> Option<Instant> {
    let federation = &watched.federation;
    let is_added = |id: &ScriptId| {
        let number = federation.scripts[*id].name.strip_prefix(SCRIPT_OF_ENTRY);
        let number = number.and_then(|number| number.parse::<usize>().ok());
        number.is_some_and(|number| number > known)
    };
    if watched.unfinished.iter().any(is_added) {
        return None;
    }
    let entries = watched.transcript.iter();
    let ends = entries.filter(|entry| is_added(&entry.script));
    let last = ends.map(|entry| entry.ended).max();
    Some(last.unwrap_or(begun).max(begun))
}

/// The length of a run that reaches an instant, and a bit.
pub fn length_to(federation: &Federation, at: Instant) -> Span {
    let margin = Span::from_minutes(10);
    let needed = (at + margin).since(federation.start);
    needed.max(federation.limits.horizon.since(federation.start))
}
