//! The summary of a run as data: what text and `summary.json` say.
//!
//! It knows no layout. Invariant: a summary is a function of the result alone, times are RFC 3339 in
//! UTC, lengths of time whole nanoseconds.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::engine::{Span, StopReason};
use crate::model;
use crate::model::observation::NameAnswer;
use crate::model::outcome::Leg;
use crate::record::measure::Value;
use crate::record::naming::instant_text;
use crate::record::tally::{FailureKey, LATENCY_ENDS, Occurrences, Volume};
use crate::record::{Histogram, Log, Tally};
use crate::study::run::WALKS_MAX;
use crate::study::{RunResult, Verdict};

use super::Reported;
use super::assumption::{Assumption, assumptions};
use super::identity::{FORMAT, VERSION, scenario_hash};

/// The summary of a run. The reference of results says what each field is.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // The reference of results says what each field is.
pub struct Summary {
    pub format: u32,
    pub kind: &'static str,
    pub fedsim: &'static str,
    pub model_revision: u32,
    pub scenario: Scenario,
    pub run: Run,
    pub requests: Requests,
    pub groups: Groups,
    pub attendees: Attendees,
    pub failures: Vec<Failure>,
    pub tokens: Tokens,
    pub calls: BTreeMap<&'static str, Calls>,
    pub connections: Connections,
    pub names: Names,
    pub latency: Latency,
    pub group_latency: Latency,
    pub expectations: Vec<Expectation>,
    pub assumptions: Vec<Assumption>,
    pub rows: RowsSummary,
    pub digest: Digest,
    pub walks: Vec<Walk>,
}

/// Which scenario it is of.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Scenario {
    pub name: String,
    pub title: String,
    pub hash: String,
    pub seed_world: u64,
    pub seed_day: u64,
    pub replication: u32,
}

/// How the run went.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Run {
    pub start: String,
    pub ended: String,
    pub reason: &'static str,
    pub events: u64,
}

/// Requests by outcome.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Requests {
    pub sent: u64,
    pub complete: u64,
    pub partial: u64,
    pub failed: u64,
    pub in_flight: u64,
}

/// Groups by outcome.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Groups {
    pub answered: u64,
    pub failed: u64,
    pub failed_by_cause: BTreeMap<&'static str, u64>,
}

/// Attendees by outcome and by path.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Attendees {
    pub views: u64,
    pub failed: u64,
    pub views_by_level: BTreeMap<&'static str, u64>,
    pub by_path: BTreeMap<&'static str, u64>,
}

/// Attendees that failed alike.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Failure {
    pub cause: &'static str,
    pub count: u64,
    pub code: u16,
    pub code_name: String,
    pub inner_code: Option<u16>,
    pub side: &'static str,
    pub layer: &'static str,
    pub first: String,
    pub last: String,
    pub text: &'static str,
    pub repair: &'static str,
}

/// Tokens.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Tokens {
    pub issued: u64,
    pub issued_bytes: u64,
    pub by_offer: BTreeMap<&'static str, TokenVolume>,
    pub refused: u64,
    pub refused_by_cause: BTreeMap<&'static str, u64>,
    pub reused: u64,
    pub oauth: u64,
}

/// Tokens of one offer.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct TokenVolume {
    pub issued: u64,
    pub issued_bytes: u64,
}

/// Calls of one leg.
#[derive(Clone, Debug, Default, Serialize)]
#[allow(missing_docs)]
pub struct Calls {
    pub begun: u64,
    pub arrived: u64,
    pub wasted: u64,
}

/// Connections.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Connections {
    pub opened: u64,
    pub reused: u64,
}

/// Names that were resolved.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Names {
    pub queries: u64,
    pub from_cache: u64,
    pub by_answer: BTreeMap<&'static str, u64>,
}

/// Response times.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Latency {
    pub count: u64,
    pub mean_ns: Option<u64>,
    pub min_ns: Option<u64>,
    pub p50_ns: Option<u64>,
    pub p95_ns: Option<u64>,
    pub p99_ns: Option<u64>,
    pub max_ns: Option<u64>,
    pub up_to_5_s: u64,
    pub up_to_10_s: u64,
    pub up_to_20_s: u64,
    pub above_20_s: u64,
}

/// An expectation and what became of it.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Expectation {
    pub measure: String,
    pub expected: String,
    pub met: bool,
    pub got: String,
    pub value: Option<u64>,
    pub of: Option<u64>,
    pub unit: &'static str,
}

/// Which requests have rows.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct RowsSummary {
    pub log: String,
    pub dropped: bool,
    pub requests: u64,
    pub groups: u64,
    pub attendees: u64,
    pub tokens: u64,
}

/// The fingerprint of all observations.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Digest {
    pub total: String,
    pub observations: u64,
}

/// The walk of a request.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Walk {
    pub request: String,
    pub sent: String,
    pub steps: Vec<Step>,
}

/// A step of a walk.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Step {
    pub since_ns: u64,
    pub place: &'static str,
    pub text: String,
}

impl Summary {
    /// The summary of a run.
    pub fn of(reported: Reported<'_>) -> Summary {
        let (result, federation) = (reported.result, reported.federation);
        let tally = &result.tally;
        Summary {
            format: FORMAT,
            kind: "fedsim-summary",
            fedsim: VERSION,
            model_revision: model::MODEL_REVISION,
            scenario: scenario(reported),
            run: Run {
                start: instant_text(federation.start),
                ended: instant_text(result.ended.at),
                reason: reason_word(result.ended.reason),
                events: result.ended.events,
            },
            requests: Requests {
                sent: tally.requests.sent,
                complete: tally.requests.complete,
                partial: tally.requests.partial,
                failed: tally.requests.failed,
                in_flight: tally.requests.in_flight,
            },
            groups: Groups {
                answered: tally.groups_answered,
                failed: tally.groups_failed.values().sum(),
                failed_by_cause: words(&tally.groups_failed, |cause| cause.id()),
            },
            attendees: Attendees {
                views: tally.views_count(),
                failed: tally.failures_count(),
                views_by_level: words(&tally.views, |level| level.word()),
                by_path: words(&tally.paths, |path| path.map_or("none", |path| path.word())),
            },
            failures: tally
                .failures_by_frequency()
                .iter()
                .map(Failure::of)
                .collect(),
            tokens: tokens(tally),
            calls: calls(tally),
            connections: Connections {
                opened: tally.connections[0],
                reused: tally.connections[1],
            },
            names: names(tally),
            latency: Latency::of(&tally.latency),
            group_latency: Latency::of(&tally.group_latency),
            expectations: result.verdicts.iter().map(Expectation::of).collect(),
            assumptions: assumptions(reported.effective, federation, tally),
            rows: rows(result),
            digest: Digest {
                total: result.digest.total().to_string(),
                observations: result.digest.observations(),
            },
            walks: walks(reported),
        }
    }

    /// The summary as JSON, with a line feed at its end.
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a summary has only text keys");
        text.push('\n');
        text
    }
}

fn scenario(reported: Reported<'_>) -> Scenario {
    let seed = reported.federation.seed;
    Scenario {
        name: reported.name.to_owned(),
        title: reported.federation.title.to_string(),
        hash: format!("{:032x}", scenario_hash(reported.effective)),
        seed_world: seed.world,
        seed_day: seed.day,
        replication: reported.replication,
    }
}

fn tokens(tally: &Tally) -> Tokens {
    let total = tally.tokens_total();
    let of_offer = |volume: &Volume| TokenVolume {
        issued: volume.count,
        issued_bytes: volume.bytes,
    };
    let by_offer = tally.tokens.iter();
    Tokens {
        issued: total.count,
        issued_bytes: total.bytes,
        by_offer: by_offer
            .map(|(offer, v)| (offer.word(), of_offer(v)))
            .collect(),
        refused: tally.tokens_refused.values().sum(),
        refused_by_cause: words(&tally.tokens_refused, |cause| cause.id()),
        reused: tally.tokens_reused,
        oauth: tally.oauth_tokens,
    }
}

fn calls(tally: &Tally) -> BTreeMap<&'static str, Calls> {
    let mut calls: BTreeMap<_, Calls> = BTreeMap::new();
    let of = |counts: &BTreeMap<Leg, u64>, leg| counts.get(&leg).copied().unwrap_or(0);
    for &leg in Leg::ALL {
        let row = Calls {
            begun: of(&tally.calls, leg),
            arrived: of(&tally.calls_arrived, leg),
            wasted: of(&tally.wasted, leg),
        };
        if row.begun + row.arrived + row.wasted > 0 {
            calls.insert(leg.word(), row);
        }
    }
    calls
}

fn names(tally: &Tally) -> Names {
    let by_answer = NameAnswer::ALL.iter().zip(tally.names);
    let by_answer = by_answer.filter(|(_, count)| *count > 0);
    Names {
        queries: tally.names.iter().sum(),
        from_cache: tally.names_cached,
        by_answer: by_answer
            .map(|(answer, count)| (answer.word(), count))
            .collect(),
    }
}

fn rows(result: &RunResult) -> RowsSummary {
    RowsSummary {
        log: log_word(result.log),
        dropped: result.is_over_limit,
        requests: result.rows.requests.len() as u64,
        groups: result.rows.groups.len() as u64,
        attendees: result.rows.attendees.len() as u64,
        tokens: result.rows.tokens.len() as u64,
    }
}

/// Walks are told only if every request has one.
fn walks(reported: Reported<'_>) -> Vec<Walk> {
    let result = reported.result;
    if result.tally.requests.sent > WALKS_MAX as u64 {
        return Vec::new();
    }
    let walk = |walk: &crate::record::Walk| Walk {
        request: reported.federation.request_name(walk.request),
        sent: instant_text(walk.sent),
        steps: walk
            .steps
            .iter()
            .map(|step| Step {
                since_ns: step.since.nanoseconds(),
                place: step.place.word(),
                text: step.text.clone(),
            })
            .collect(),
    };
    result.walks.iter().map(walk).collect()
}

fn words<K: Copy + Ord>(
    counts: &BTreeMap<K, u64>,
    word: impl Fn(K) -> &'static str,
) -> BTreeMap<&'static str, u64> {
    counts
        .iter()
        .map(|(key, count)| (word(*key), *count))
        .collect()
}

/// The word for what ended a run.
pub fn reason_word(reason: StopReason) -> &'static str {
    match reason {
        StopReason::Horizon => "horizon",
        StopReason::Exhausted => "exhausted",
        StopReason::EventLimit => "event-limit",
        StopReason::InFlightLimit => "in-flight-limit",
        StopReason::Cancelled => "cancelled",
    }
}

/// The word for which requests are logged, as on the command line.
pub fn log_word(log: Log) -> String {
    match log {
        Log::UpToLimit => "up-to-limit".to_owned(),
        Log::All => "all".to_owned(),
        Log::Failed => "failed".to_owned(),
        Log::Sample(parts) => {
            let share = crate::scenario::Share::from_parts(parts);
            format!("sample={}", share.unwrap_or(crate::scenario::Share::ALL))
        }
        Log::None => "none".to_owned(),
    }
}

impl Failure {
    fn of((key, row): &(FailureKey, Occurrences)) -> Failure {
        let cause = key.cause.row();
        Failure {
            cause: cause.id,
            count: row.count,
            code: key.code.number(),
            code_name: key.code.name(),
            inner_code: key.inner.map(|code| code.number()),
            side: key.side.word(),
            layer: cause.layer.word(),
            first: instant_text(row.first),
            last: instant_text(row.last),
            text: cause.text,
            repair: cause.repair,
        }
    }
}

impl Latency {
    fn of(histogram: &Histogram) -> Latency {
        let nanoseconds = |span: Option<Span>| span.map(Span::nanoseconds);
        let parts = histogram.by_ends(LATENCY_ENDS);
        Latency {
            count: histogram.count(),
            mean_ns: nanoseconds(histogram.mean()),
            min_ns: nanoseconds(histogram.minimum()),
            p50_ns: nanoseconds(histogram.percentile(50)),
            p95_ns: nanoseconds(histogram.percentile(95)),
            p99_ns: nanoseconds(histogram.percentile(99)),
            max_ns: nanoseconds(histogram.maximum()),
            up_to_5_s: parts[0],
            up_to_10_s: parts[1],
            up_to_20_s: parts[2],
            above_20_s: parts[3],
        }
    }
}

impl Expectation {
    fn of(verdict: &Verdict) -> Expectation {
        let (value, of, unit) = match verdict.got {
            Value::Count(count) => (Some(count), None, "count"),
            Value::Bytes(bytes) => (Some(bytes), None, "bytes"),
            Value::Share(part, whole) => (Some(part), Some(whole), "share"),
            Value::Span(span) => (Some(span.nanoseconds()), None, "ns"),
            Value::Nothing => (None, None, "nothing"),
        };
        Expectation {
            measure: verdict.measure.clone(),
            expected: verdict.expected.clone(),
            met: verdict.is_met,
            got: verdict.got.to_string(),
            value,
            of,
            unit,
        }
    }
}
