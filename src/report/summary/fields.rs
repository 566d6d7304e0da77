//! The fields of a summary.
//!
//! It knows nothing of how they come about. Invariant: each field stands in the reference of results,
//! in the order of the files.
#![allow(missing_docs)] // The reference of results says what each field is.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::Assumption;

/// The summary of a run. The reference of results says what each field is.
#[derive(Clone, Debug, Serialize)]
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
    pub failures_by_layer: BTreeMap<&'static str, u64>,
    pub tokens: Tokens,
    pub calls: BTreeMap<&'static str, Calls>,
    pub connections: Connections,
    pub names: Names,
    pub url_cache: UrlCache,
    pub latency: Latency,
    pub served_latency: Latency,
    pub group_latency: Latency,
    pub stations: Stations,
    pub timeline: Timeline,
    pub laws: Vec<Law>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub traces: BTreeMap<String, Trace>,
    pub expectations: Vec<Expectation>,
    pub assumptions: Vec<Assumption>,
    pub rows: RowsSummary,
    pub digest: Digest,
    pub walks: Vec<Walk>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statements: Option<super::Statements>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transcript: Vec<super::Statement>,
}

/// Which scenario it is of.
#[derive(Clone, Debug, Serialize)]
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
pub struct Run {
    pub start: String,
    pub ended: String,
    pub reason: &'static str,
    pub events: u64,
}

/// Requests by outcome.
#[derive(Clone, Debug, Serialize)]
pub struct Requests {
    pub sent: u64,
    pub retries: u64,
    pub complete: u64,
    pub partial: u64,
    pub failed: u64,
    pub in_flight: u64,
}

/// Groups by outcome.
#[derive(Clone, Debug, Serialize)]
pub struct Groups {
    pub dispatched: u64,
    pub answered: u64,
    pub failed: u64,
    pub failed_by_cause: BTreeMap<&'static str, u64>,
}

/// Attendees by outcome and by path.
#[derive(Clone, Debug, Serialize)]
pub struct Attendees {
    pub views: u64,
    pub failed: u64,
    pub views_by_level: BTreeMap<&'static str, u64>,
    pub answered: u64,
    pub answered_by_kind: BTreeMap<&'static str, u64>,
    pub shared_folders: BTreeMap<&'static str, u64>,
    pub by_path: BTreeMap<&'static str, u64>,
}

/// Attendees that failed alike.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    pub cause: &'static str,
    pub count: u64,
    pub of: u64,
    pub code: u16,
    pub code_name: String,
    pub inner_code: Option<u16>,
    pub side: &'static str,
    pub layer: &'static str,
    pub first: String,
    pub last: String,
    pub text: &'static str,
    pub repair: String,
}

/// Tokens.
#[derive(Clone, Debug, Serialize)]
pub struct Tokens {
    pub issued: u64,
    pub issued_bytes: u64,
    pub by_offer: BTreeMap<&'static str, TokenVolume>,
    pub by_asks: BTreeMap<&'static str, u64>,
    pub refused: u64,
    pub refused_by_cause: BTreeMap<&'static str, u64>,
    pub reused: u64,
    pub oauth: u64,
    pub pairs: u64,
}

/// Tokens of one offer.
#[derive(Clone, Debug, Serialize)]
pub struct TokenVolume {
    pub issued: u64,
    pub issued_bytes: u64,
}

/// Calls of one leg.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Calls {
    pub begun: u64,
    pub arrived: u64,
    pub wasted: u64,
}

/// Connections.
#[derive(Clone, Debug, Serialize)]
pub struct Connections {
    pub opened: u64,
    pub reused: u64,
}

/// Names that were resolved.
#[derive(Clone, Debug, Serialize)]
pub struct Names {
    pub queries: u64,
    pub from_cache: u64,
    pub by_answer: BTreeMap<&'static str, u64>,
}

/// What the cache of Autodiscover's URLs said.
#[derive(Clone, Debug, Serialize)]
pub struct UrlCache {
    pub asked: u64,
    pub hits: u64,
    pub negative_hits: u64,
    pub misses: u64,
}

/// Stations by kind, and the busiest.
#[derive(Clone, Debug, Serialize)]
pub struct Stations {
    pub data_centres: Load,
    pub servers: Load,
    pub busiest: Vec<Busiest>,
}

/// What stations of a kind came to together.
#[derive(Clone, Debug, Serialize)]
pub struct Load {
    pub stations: u64,
    pub servers: u64,
    pub arrivals: u64,
    pub served: u64,
    pub refused: u64,
    pub gave_up: u64,
    pub in_service_at_end: u64,
    pub waiting_at_end: u64,
    pub utilization_millionths: Option<u64>,
    pub busy_millionths: u64,
    pub queue_millionths: u64,
    pub queue_max: u32,
    pub mean_wait_ns: Option<u64>,
    pub busy_ns: u128,
    pub queue_ns: u128,
    pub wait_ns: u128,
    pub up_ns: u128,
}

/// One of the busiest stations.
#[derive(Clone, Debug, Serialize)]
pub struct Busiest {
    pub kind: &'static str,
    pub station: String,
    pub utilization_millionths: Option<u64>,
    pub queue_max: u32,
    pub mean_wait_ns: Option<u64>,
}

/// The time line.
#[derive(Clone, Debug, Serialize)]
pub struct Timeline {
    pub every_ns: u64,
    pub intervals: u64,
}

/// A sanity law.
#[derive(Clone, Debug, Serialize)]
pub struct Law {
    pub law: &'static str,
    pub says: &'static str,
    pub station: Option<String>,
    pub stations: u64,
    pub left: u128,
    pub right: u128,
    pub holds: bool,
}

/// Response times.
#[derive(Clone, Debug, Serialize)]
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

/// What is in a trace.
#[derive(Clone, Debug, Serialize)]
pub struct Trace {
    pub rows: u64,
    pub requests: u64,
    pub passed_over: u64,
    pub outside: u64,
    pub bad: u64,
    pub unknown: u64,
    pub addresses_left_out: u64,
    pub first_left_out: Vec<LeftOut>,
}

/// A line of a trace that was left out, or of which something was.
#[derive(Clone, Debug, Serialize)]
pub struct LeftOut {
    pub line: u64,
    pub why: String,
}

/// An expectation and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct Expectation {
    pub measure: String,
    pub expected: String,
    pub compared_with: Option<String>,
    pub met: bool,
    pub got: String,
    pub value: Option<u64>,
    pub of: Option<u64>,
    pub unit: &'static str,
}

/// Which requests have rows.
#[derive(Clone, Debug, Serialize)]
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
pub struct Digest {
    pub total: String,
    pub observations: u64,
}

/// The walk of a request.
#[derive(Clone, Debug, Serialize)]
pub struct Walk {
    pub request: String,
    pub sent: String,
    pub steps: Vec<Step>,
}

/// A step of a walk.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    pub since_ns: u64,
    pub place: &'static str,
    pub text: String,
}
