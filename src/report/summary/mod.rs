//! The summary of a run as data: what text and `summary.json` say.
//!
//! It knows no layout. Invariant: a summary is a function of the result alone, times are RFC 3339 in
//! UTC, lengths of time whole nanoseconds.

mod fields;

use std::collections::BTreeMap;

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

use super::assumption::assumptions;
use super::identity::{FORMAT, VERSION, scenario_hash};
pub use fields::*;

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
