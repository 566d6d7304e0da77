//! The summary of a run as data: what text and `summary.json` say.
//!
//! It knows no layout. Invariant: a summary is a function of the result alone, times are RFC 3339 in
//! UTC, lengths of time whole nanoseconds.

mod fields;
mod measures;
mod transcript;

use std::collections::BTreeMap;

use crate::engine::{Span, StopReason};
use crate::model;
use crate::model::demand::Census;
use crate::model::observation::CacheAnswer;
use crate::model::outcome::Leg;
use crate::record::counts::{Counts, Word};
use crate::record::measure::Value;
use crate::record::naming::instant_text;
use crate::record::tally::{FailureKey, LATENCY_ENDS, Occurrences, Volume};
use crate::record::{Histogram, Log, Tally};
use crate::study::{RunResult, Verdict};

use super::Reported;

use super::assumption::assumptions;
use super::identity::{FORMAT, VERSION, scenario_hash};
pub use fields::*;
pub use transcript::{Statement, StatementError, Statements};

impl Summary {
    /// The summary of a run.
    pub fn of(reported: Reported<'_>) -> Summary {
        let (result, federation) = (reported.result, reported.federation);
        let tally = &result.tally;
        let (requests, groups) = (&tally.outcomes.requests, &tally.outcomes.groups);
        let attendees = &tally.outcomes.attendees;
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
                sent: requests.sent,
                retries: requests.retries,
                complete: requests.complete,
                partial: requests.partial,
                failed: requests.failed,
                in_flight: requests.in_flight,
            },
            groups: Groups {
                dispatched: groups.dispatched,
                answered: groups.answered,
                failed: groups.failed.total(),
                failed_by_cause: words(&groups.failed, |cause| cause.id()),
            },
            attendees: Attendees {
                views: attendees.views.total(),
                failed: attendees.failed,
                views_by_level: words(&attendees.views, |level| level.word()),
                answered: attendees.answers.total(),
                answered_by_kind: words(&attendees.answers, |answer| answer.word()),
                shared_folders: words(&attendees.folders, |shows| shows.word()),
                by_path: words(&attendees.paths, |path| {
                    path.map_or("none", |path| path.word())
                }),
            },
            failures: failures(tally),
            failures_by_layer: words(&tally.failures.by_layer(), |layer| layer.word()),
            tokens: tokens(tally),
            calls: calls(tally),
            connections: Connections {
                opened: tally.work.connections_opened,
                reused: tally.work.connections_reused,
            },
            names: names(tally),
            url_cache: UrlCache {
                asked: tally.work.urls_asked(),
                hits: tally.work.urls.get(CacheAnswer::Hit),
                negative_hits: tally.work.urls.get(CacheAnswer::NegativeHit),
                misses: tally.work.urls.get(CacheAnswer::Miss),
            },
            latency: Latency::of(&tally.latency.requests),
            served_latency: Latency::of(&tally.latency.served),
            group_latency: Latency::of(&tally.latency.groups),
            stations: measures::stations(reported),
            timeline: measures::timeline(reported),
            laws: measures::laws(reported),
            traces: federation
                .traces
                .iter()
                .map(|trace| {
                    let name = &federation.workloads[trace.workload].name;
                    (name.to_string(), Trace::of(&trace.census))
                })
                .collect(),
            expectations: result.verdicts.iter().map(Expectation::of).collect(),
            assumptions: assumptions(reported.effective, federation, tally),
            rows: rows(result),
            digest: Digest {
                total: result.digest.total().to_string(),
                observations: result.digest.observations(),
            },
            walks: walks(reported),
            statements: Statements::of(federation, result),
            transcript: transcript::statements(federation, &result.transcript),
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

fn failures(tally: &Tally) -> Vec<Failure> {
    let all = tally.outcomes.attendees.with_outcome();
    let rows = tally.failures.by_frequency().into_iter();
    rows.map(|(key, row)| Failure::of(key, row, all)).collect()
}

fn tokens(tally: &Tally) -> Tokens {
    let tokens = &tally.tokens;
    let total = tokens.issued();
    let volume = |volume: Volume| TokenVolume {
        issued: volume.count,
        issued_bytes: volume.bytes,
    };
    let by_offer = tokens.by_offer();
    Tokens {
        issued: total.count,
        issued_bytes: total.bytes,
        by_offer: by_offer
            .map(|(offer, row)| (offer.word(), volume(row)))
            .collect(),
        by_asks: words(&tokens.asked, |asks| asks.word()),
        refused: tokens.refused.total(),
        refused_by_cause: words(&tokens.refused, |cause| cause.id()),
        reused: tokens.reused,
        oauth: tokens.oauth,
        pairs: tokens.by_pair().len() as u64,
    }
}

fn calls(tally: &Tally) -> BTreeMap<&'static str, Calls> {
    let work = &tally.work;
    let rows = Leg::ALL.iter().map(|&leg| {
        let row = Calls {
            begun: work.begun.get(leg),
            arrived: work.arrived.get(leg),
            wasted: work.wasted.get(leg),
        };
        (leg.word(), row)
    });
    rows.filter(|(_, row)| row.begun + row.arrived + row.wasted > 0)
        .collect()
}

fn names(tally: &Tally) -> Names {
    Names {
        queries: tally.work.names.total(),
        from_cache: tally.work.names_cached,
        by_answer: words(&tally.work.names, |answer| answer.word()),
    }
}

fn rows(result: &RunResult) -> RowsSummary {
    RowsSummary {
        log: log_word(result.log),
        dropped: result.is_over_limit,
        requests: result.rows.requests,
        groups: result.rows.groups,
        attendees: result.rows.attendees,
        tokens: result.rows.tokens,
    }
}

fn walks(reported: Reported<'_>) -> Vec<Walk> {
    let result = reported.result;
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

fn words<K: Word>(
    counts: &Counts<K>,
    word: impl Fn(K) -> &'static str,
) -> BTreeMap<&'static str, u64> {
    counts
        .iter()
        .map(|(key, count)| (word(key), count))
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
    fn of(key: FailureKey, row: Occurrences, of: u64) -> Failure {
        let cause = key.cause.row();
        Failure {
            cause: cause.id,
            count: row.count,
            of,
            code: key.code.number(),
            code_name: key.code.name(),
            inner_code: key.inner.map(|code| code.number()),
            side: key.side.word(),
            layer: cause.layer.word(),
            first: instant_text(row.first),
            last: instant_text(row.last),
            text: cause.text,
            repair: super::causes::short(key.cause.row().cause),
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

impl Trace {
    fn of(census: &Census) -> Trace {
        let left_out = |(line, why): &(u64, String)| LeftOut {
            line: *line,
            why: why.clone(),
        };
        Trace {
            rows: census.rows,
            requests: census.requests,
            passed_over: census.passed_over,
            outside: census.outside,
            bad: census.bad,
            unknown: census.unknown,
            addresses_left_out: census.addresses_left_out,
            first_left_out: census.first.iter().map(left_out).collect(),
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
            // They stand in `got`; as numbers they would be too large for many readers.
            Value::Instant(_) => (None, None, "instant"),
            Value::Digest(_) => (None, None, "digest"),
            Value::Nothing => (None, None, "nothing"),
        };
        Expectation {
            measure: verdict.measure.clone(),
            expected: verdict.expected.clone(),
            compared_with: verdict.compared_with.map(|value| value.to_string()),
            met: verdict.is_met,
            got: verdict.got.to_string(),
            value,
            of,
            unit,
        }
    }
}
