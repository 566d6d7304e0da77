//! Measures: numbers that expectations and studies ask for, such as
//! `attendees.count{cause=token.signature-unknown, from=11:05}`.
//!
//! Definitions, denominators and what is left out stand in the [table of metrics](METRICS). Shares are
//! kept as two whole numbers; percentiles are of the nearest rank in an integer [`Histogram`], at most
//! 0.1 % too high; means are exact sums divided once. The instant that `from` and `until` ask for is
//! that of the outcome, for tokens and calls that of the event itself.
//!
//! It knows nothing of expectations or of how instants are written. Invariant: what a measure
//! accumulates are integers that merge by addition.

mod compile;
mod expression;
mod sighting;
mod statement;
mod vocabulary;

use std::fmt;

use crate::engine::{Instant, Span};
use crate::model::Federation;
use crate::model::administration::{ScriptId, TranscriptEntry};
use crate::model::observation::{Observation, Recorder, RequestIdentity};

use super::digest::{Digest, Fingerprint};
use super::histogram::Histogram;
use super::naming::instant_exact;
use compile::Filter;
use sighting::{Groups, Sighting, sight, sight_statement, sight_unfinished};

pub use compile::{NoInstant, Readers};
pub use expression::{Condition, Expression, MeasureError, nearest};
use vocabulary::IN_FLIGHT;
pub use vocabulary::{Kind, Label, METRICS, Metric, Statistic, Subject};

/// A measure of one federation.
#[derive(Clone, Debug)]
pub struct Measure {
    metric: &'static Metric,
    filter: Filter,
}

/// What a measure came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A plain number.
    Count(u64),
    /// A number of bytes.
    Bytes(u64),
    /// So many of so many; the second is never zero.
    Share(u64, u64),
    /// A length of time.
    Span(Span),
    /// An instant.
    Instant(Instant),
    /// A fingerprint.
    Digest(Fingerprint),
    /// There was nothing to make a rate or a response time of.
    Nothing,
}

/// Counts for several measures at once.
#[derive(Clone, Debug, Default)]
pub struct Measures {
    rows: Vec<(Measure, Sums)>,
    groups: Groups,
}

/// What is accumulated for a measure.
#[derive(Clone, Debug, Default)]
struct Sums {
    count: u64,
    rated: u64,
    successes: u64,
    bytes: u64,
    latency: Histogram,
    first: Option<Instant>,
    last: Option<Instant>,
    /// A sum of hashes, as a digest is.
    digest: u128,
}

/// What is known only when a run has ended.
#[derive(Clone, Copy, Debug)]
pub struct AtEnd<'r> {
    /// Its last instant.
    pub at: Instant,
    /// Scripts that had not ended, or not begun.
    pub unfinished_scripts: &'r [ScriptId],
    /// The fingerprint of all that was observed.
    pub digest: &'r Digest,
}

impl Measure {
    /// Compiles an expression for a federation.
    ///
    /// # Errors
    /// Every condition whose value means nothing in this federation.
    pub fn compile(
        expression: &Expression,
        federation: &Federation,
        readers: &Readers<'_>,
    ) -> Result<Measure, Vec<MeasureError>> {
        let filter = compile::filter(expression, federation, readers)?;
        let metric = expression.metric;
        Ok(Measure { metric, filter })
    }

    /// The requests that it names, at most so many; none if it is about all.
    pub fn requests(&self, federation: &Federation, most: usize) -> Vec<RequestIdentity> {
        self.filter.requests(federation, most)
    }

    /// Whether a statement is one of those that it might have counted, whatever became of it and
    /// whatever was shown.
    pub fn is_about(&self, federation: &Federation, entry: &TranscriptEntry) -> bool {
        let is_of_statements = self.metric.subject == Subject::Statements;
        is_of_statements && self.filter.is_about(&sight_statement(federation, entry))
    }

    /// Its metric.
    pub fn metric(&self) -> &'static Metric {
        self.metric
    }
}

impl Measures {
    /// Counts for these measures.
    pub fn new(measures: impl IntoIterator<Item = Measure>) -> Measures {
        let rows = measures
            .into_iter()
            .map(|measure| (measure, Sums::default()));
        Measures {
            rows: rows.collect(),
            groups: Groups::default(),
        }
    }

    /// What each measure came to, in the order in which they were given.
    pub fn values(&self) -> impl Iterator<Item = Value> {
        self.rows
            .iter()
            .map(|(measure, sums)| sums.value(measure.metric.statistic))
    }

    fn count(&mut self, sighting: &Sighting<'_>) {
        for (measure, sums) in &mut self.rows {
            if measure.metric.subject == sighting.subject && measure.filter.admits(sighting) {
                sums.add(sighting, measure.metric.statistic);
            }
        }
    }

    /// Takes note of the end of the run that it has recorded.
    pub fn finish(&mut self, federation: &Federation, end: &AtEnd<'_>) {
        for &script in end.unfinished_scripts {
            self.count(&sight_unfinished(federation, script, end.at));
        }
        for (measure, sums) in &mut self.rows {
            if measure.metric.statistic == Statistic::Digest {
                let of = measure.filter.organization();
                let digest = of.map_or(end.digest.total(), |id| end.digest.of(id));
                sums.digest = sums.digest.wrapping_add(digest.0);
            }
        }
    }

    /// Adds what another recorder has counted for the same measures.
    ///
    /// # Panics
    /// If it counts for another number of measures.
    pub fn merge(&mut self, other: &Measures) {
        assert_eq!(
            self.rows.len(),
            other.rows.len(),
            "both count for the same measures"
        );
        for ((_, sums), (_, more)) in self.rows.iter_mut().zip(&other.rows) {
            sums.count += more.count;
            sums.rated += more.rated;
            sums.successes += more.successes;
            sums.bytes += more.bytes;
            sums.latency.merge(&more.latency);
            sums.digest = sums.digest.wrapping_add(more.digest);
            sums.first = sums.first.into_iter().chain(more.first).min();
            sums.last = sums.last.max(more.last);
        }
    }
}

impl Recorder for Measures {
    fn observe(&mut self, federation: &Federation, observation: &Observation) {
        if self.rows.is_empty() {
            return;
        }
        self.groups.learn(federation, observation);
        let Some(sighting) = sight(&self.groups, observation, federation) else {
            return;
        };
        self.count(&sighting);
    }

    fn transcribe(&mut self, federation: &Federation, entry: &TranscriptEntry) {
        if !self.rows.is_empty() {
            self.count(&sight_statement(federation, entry));
        }
    }
}

impl Sums {
    fn add(&mut self, sighting: &Sighting<'_>, statistic: Statistic) {
        self.count += 1;
        self.bytes += sighting.bytes;
        if let Some(success) = sighting.success {
            self.rated += 1;
            self.successes += u64::from(success);
        }
        let is_of_spans = matches!(
            statistic,
            Statistic::Mean | Statistic::Percentile(_) | Statistic::Maximum
        );
        if let (true, Some(latency)) = (is_of_spans, sighting.latency) {
            self.latency.add(latency);
        }
        if sighting.outcome != Some(IN_FLIGHT) {
            self.first = Some(self.first.map_or(sighting.at, |it| it.min(sighting.at)));
            self.last = self.last.max(Some(sighting.at));
        }
    }

    fn value(&self, statistic: Statistic) -> Value {
        let span = |span: Option<Span>| span.map_or(Value::Nothing, Value::Span);
        let instant = |at: Option<Instant>| at.map_or(Value::Nothing, Value::Instant);
        match statistic {
            Statistic::Count => Value::Count(self.count),
            Statistic::Bytes => Value::Bytes(self.bytes),
            Statistic::Rate if self.rated == 0 => Value::Nothing,
            Statistic::Rate => Value::Share(self.successes, self.rated),
            Statistic::Mean => span(self.latency.mean()),
            Statistic::Percentile(percent) => span(self.latency.percentile(percent)),
            Statistic::Maximum => span(self.latency.maximum()),
            Statistic::First => instant(self.first),
            Statistic::Last => instant(self.last),
            Statistic::Digest => Value::Digest(Fingerprint(self.digest)),
        }
    }
}

/// Prints as people write it: `12`, `99.50 % (199 of 200)`, `1.25 s`, `2026-03-02T08:00:00Z`. Shares are rounded toward the
/// middle of the scale, so that 100 % and 0 % always mean all and none.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Value::Count(count) => write!(f, "{count}"),
            Value::Bytes(bytes) => write!(f, "{bytes} B"),
            Value::Share(part, whole) => {
                let exact = u128::from(part) * 10_000;
                let whole_wide = u128::from(whole);
                let parts = if part * 2 < whole {
                    exact.div_ceil(whole_wide)
                } else {
                    exact / whole_wide
                };
                write!(
                    f,
                    "{}.{:02} % ({part} of {whole})",
                    parts / 100,
                    parts % 100
                )
            }
            Value::Span(span) => write!(f, "{span}"),
            Value::Instant(at) => f.write_str(&instant_exact(at)),
            Value::Digest(digest) => write!(f, "{digest}"),
            Value::Nothing => f.write_str("nothing to measure"),
        }
    }
}

#[cfg(test)]
mod tests;
