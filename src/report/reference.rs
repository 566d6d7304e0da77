//! The reference of results as Markdown: files, columns, fields, metrics, labels, causes.
//!
//! It knows no run. Invariant: the marked sections of docs/results.md are its output, and every field
//! of a summary stands in the table here; tests hold both.

use std::fmt::Write;

use crate::record::measure::{Label, METRICS};

use super::csv;

/// A section that is generated: the name in its markers, and what makes it.
pub type Section = (&'static str, fn() -> String);

/// The sections that are generated.
pub const SECTIONS: &[Section] = &[
    ("summary", summary),
    ("tables", tables),
    ("metrics", metrics),
];

/// The line before a generated section.
pub fn begin(section: &str) -> String {
    format!("<!-- generated: {section} -->")
}

/// The line after a generated section.
pub fn end(section: &str) -> String {
    format!("<!-- end: {section} -->")
}

/// The fields of `summary.json`: path, and what it is. `*` stands for any key, `[]` for each element.
pub const FIELDS: &[(&str, &str)] = &[
    ("format", "version of this file"),
    ("kind", "`fedsim-summary`"),
    ("fedsim", "version of fedsim"),
    ("model_revision", "revision of the model's rules"),
    (
        "scenario.name",
        "name of the scenario: its file's, without the extension",
    ),
    ("scenario.title", "its title"),
    ("scenario.hash", "hash of all its effective values"),
    ("scenario.seed_world", "seed of the world"),
    ("scenario.seed_day", "seed of the day"),
    ("scenario.replication", "number of the replication, from 0"),
    ("run.start", "first simulated instant"),
    ("run.ended", "last simulated instant"),
    (
        "run.reason",
        "what ended the run: horizon, exhausted (nothing was left to happen), event-limit, in-flight-limit",
    ),
    ("run.events", "events that were handled"),
    (
        "requests.sent",
        "requests that clients sent; the sum of those complete, partial, failed and in flight",
    ),
    (
        "requests.retries",
        "those of them that repeat a failed request",
    ),
    (
        "requests.complete",
        "each attendee has a view, or what else was asked for",
    ),
    ("requests.partial", "some attendees have it"),
    ("requests.failed", "no attendee has it"),
    ("requests.in_flight", "not answered when the run ended"),
    ("groups.dispatched", "groups that left for a target"),
    ("groups.answered", "groups that the target answered"),
    (
        "groups.failed",
        "groups of which all attendees failed alike",
    ),
    ("groups.failed_by_cause.*", "the same by cause"),
    ("attendees.views", "attendees with a view"),
    ("attendees.failed", "attendees that failed"),
    ("attendees.views_by_level.*", "views by level"),
    (
        "attendees.answered",
        "attendees with MailTips or something else that is no view",
    ),
    ("attendees.answered_by_kind.*", "the same by what they are"),
    (
        "attendees.shared_folders.*",
        "what a local folder of a shared calendar showed when a run of synchronization ended",
    ),
    (
        "attendees.by_path.*",
        "attendees by path; `none`: no path was found",
    ),
    ("failures[].cause", "root cause; rows are by frequency"),
    ("failures[].count", "attendees that failed so"),
    (
        "failures[].of",
        "attendees with an outcome, of which that is a part",
    ),
    ("failures[].code", "number that the product shows"),
    ("failures[].code_name", "its name"),
    ("failures[].inner_code", "number inside it, or null"),
    ("failures[].side", "who has to act"),
    ("failures[].layer", "where the cause lies"),
    ("failures[].first", "instant of the first"),
    ("failures[].last", "instant of the last"),
    ("failures[].text", "what is the matter"),
    (
        "failures[].repair",
        "what repairs it most likely: who acts, and what is done",
    ),
    (
        "failures_by_layer.*",
        "attendees that failed by the layer of the cause",
    ),
    ("tokens.issued", "delegation tokens that gateways issued"),
    (
        "tokens.issued_bytes",
        "bytes of the answers that carried them",
    ),
    ("tokens.by_offer.*.issued", "the same for an offer"),
    (
        "tokens.by_offer.*.issued_bytes",
        "the same for an offer, bytes",
    ),
    (
        "tokens.by_asks.*",
        "issued tokens by what their requests asked for, those for Autodiscover included; \
         `synchronization` is in the background, `shared-calendar` because a user opened one",
    ),
    ("tokens.refused", "delegation tokens that gateways refused"),
    ("tokens.refused_by_cause.*", "the same by cause"),
    ("tokens.reused", "times that a kept token was used again"),
    ("tokens.oauth", "OAuth tokens that were issued"),
    (
        "tokens.pairs",
        "pairs of organizations of which the first got delegation tokens for the second",
    ),
    ("calls.*.begun", "calls of a leg that were begun"),
    (
        "calls.*.arrived",
        "those that reached a server of the target",
    ),
    (
        "calls.*.wasted",
        "those that were answered when nobody waited any more",
    ),
    (
        "connections.opened",
        "connections that were opened for calls",
    ),
    (
        "connections.reused",
        "calls over a connection that stood already",
    ),
    (
        "names.queries",
        "names that servers asked their resolver for",
    ),
    (
        "names.from_cache",
        "those that the resolver answered from its cache",
    ),
    ("names.by_answer.*", "names by what they led to"),
    (
        "url_cache.asked",
        "attendees for whom the cache of Autodiscover's URLs was asked",
    ),
    ("url_cache.hits", "those for whom it held a URL"),
    (
        "url_cache.negative_hits",
        "those for whom it held a failure",
    ),
    ("url_cache.misses", "those for whom it held nothing"),
    ("latency.count", "answered requests"),
    (
        "latency.mean_ns",
        "mean response time, as clients see it, rounded down; null: none was answered",
    ),
    ("latency.min_ns", "shortest"),
    (
        "latency.p50_ns",
        "not exceeded by 50 % (nearest rank; at most 0.1 % too high)",
    ),
    ("latency.p95_ns", "not exceeded by 95 %"),
    ("latency.p99_ns", "not exceeded by 99 %"),
    ("latency.max_ns", "longest"),
    ("latency.up_to_5_s", "requests answered within 5 s"),
    ("latency.up_to_10_s", "after 5 s, within 10 s"),
    ("latency.up_to_20_s", "after 10 s, within 20 s"),
    ("latency.above_20_s", "after 20 s"),
    (
        "served_latency.*",
        "the same of requests with an answer for at least one attendee",
    ),
    (
        "group_latency.*",
        "the same of groups, from dispatch to outcome",
    ),
    (
        "stations.data_centres.stations",
        "data centres of gateways that somebody came to",
    ),
    (
        "stations.data_centres.servers",
        "token servers: how many requests for tokens they work on at once",
    ),
    (
        "stations.data_centres.arrivals",
        "customers who came, the refused included",
    ),
    ("stations.data_centres.served", "services that ended"),
    (
        "stations.data_centres.refused",
        "customers who found the queue full",
    ),
    (
        "stations.data_centres.gave_up",
        "customers who gave up waiting",
    ),
    (
        "stations.data_centres.in_service_at_end",
        "customers in service when the run ended",
    ),
    (
        "stations.data_centres.waiting_at_end",
        "customers waiting when the run ended",
    ),
    (
        "stations.data_centres.utilization_millionths",
        "time that servers worked of the time that they were up, rounded down; null: there are none",
    ),
    (
        "stations.data_centres.busy_millionths",
        "mean number in service, over the run",
    ),
    (
        "stations.data_centres.queue_millionths",
        "mean number waiting, over the run",
    ),
    (
        "stations.data_centres.queue_max",
        "longest queue of any one",
    ),
    (
        "stations.data_centres.mean_wait_ns",
        "mean wait of those whose service began; null: none did",
    ),
    (
        "stations.data_centres.busy_ns",
        "customers in service × time",
    ),
    ("stations.data_centres.queue_ns", "customers waiting × time"),
    (
        "stations.data_centres.wait_ns",
        "waits of those whose service began",
    ),
    ("stations.data_centres.up_ns", "servers up × time"),
    (
        "stations.servers.*",
        "the same of servers of organizations; `servers` are threads",
    ),
    (
        "stations.busiest[].kind",
        "data-centre or server; all data centres are named, and the five busiest servers",
    ),
    ("stations.busiest[].station", "its name"),
    (
        "stations.busiest[].utilization_millionths",
        "time that its servers worked of the time that they were up, without `local_utilization`",
    ),
    ("stations.busiest[].queue_max", "its longest queue"),
    ("stations.busiest[].mean_wait_ns", "its mean wait"),
    (
        "timeline.every_ns",
        "length of the intervals of `timeline.csv`",
    ),
    ("timeline.intervals", "how many there are"),
    (
        "laws[].law",
        "sanity law: request-flow, group-flow, token-flow, little, utilization, station-flow",
    ),
    ("laws[].says", "what it says: left = right"),
    (
        "laws[].station",
        "station that it is tested at, or all servers together; null: the run",
    ),
    ("laws[].stations", "how many stations that is"),
    ("laws[].left", "left side; of several stations the sum"),
    ("laws[].right", "right side"),
    (
        "laws[].holds",
        "whether both are equal at each station; false is a bug of fedsim",
    ),
    (
        "traces.*.rows",
        "rows of a trace, by its name; `traces` is absent if there is none",
    ),
    (
        "traces.*.requests",
        "those that fall into the run, as counted before it; one that ends early sends fewer",
    ),
    ("traces.*.passed_over", "those about something else"),
    ("traces.*.outside", "those before the run or after it"),
    (
        "traces.*.bad",
        "those left out because they cannot be read or are out of order",
    ),
    (
        "traces.*.unknown",
        "those left out because of an unknown address",
    ),
    (
        "traces.*.addresses_left_out",
        "unknown attendees left out of other rows",
    ),
    (
        "traces.*.first_left_out[].line",
        "line of one of the first that were left out, or an address of which was",
    ),
    ("traces.*.first_left_out[].why", "why"),
    ("expectations[].measure", "what is measured"),
    ("expectations[].expected", "what is expected of it"),
    (
        "expectations[].compared_with",
        "what the measure came to that it is compared with, else null",
    ),
    ("expectations[].met", "whether it was"),
    ("expectations[].got", "what it came to, for people"),
    (
        "expectations[].value",
        "the same as a number, or null if there was nothing to measure, and for instants and digests",
    ),
    ("expectations[].of", "what a share is a share of, else null"),
    (
        "expectations[].unit",
        "count, bytes, share, ns, instant, digest or nothing",
    ),
    (
        "assumptions[].key",
        "key of a default that rests on a guess and was made use of; `*` for names",
    ),
    ("assumptions[].value", "the default"),
    ("assumptions[].places", "in how many places it holds"),
    ("rows.log", "which requests have rows in the tables"),
    (
        "rows.dropped",
        "whether there are no rows because there were expected to be, or were, more than a million requests; `--log all` keeps them",
    ),
    ("rows.requests", "rows of `requests.csv`"),
    ("rows.groups", "rows of `groups.csv`"),
    ("rows.attendees", "rows of `attendees.csv`"),
    ("rows.tokens", "rows of `tokens.csv`"),
    (
        "digest.total",
        "fingerprint of everything observed, 32 hexadecimal digits",
    ),
    ("digest.observations", "how many observations went into it"),
    (
        "walks[].request",
        "identity of a request; walks are told if there are at most 20 requests",
    ),
    ("walks[].sent", "instant of its sending"),
    ("walks[].steps[].since_ns", "how long after that"),
    (
        "walks[].steps[].place",
        "client, requester, dns, gateway or target",
    ),
    ("walks[].steps[].text", "what happened"),
    (
        "statements.carried_out",
        "statements of scripts that have ended; left out, as the next two, if there was no script",
    ),
    ("statements.with_error", "those that showed an error"),
    (
        "statements.unfinished_scripts[]",
        "scripts that had not ended, or not begun, when the run did",
    ),
    (
        "transcript[].organization",
        "whose administrator carried a statement out; left out if nobody did anything",
    ),
    ("transcript[].server", "the server on which the shell ran"),
    ("transcript[].script", "the file of cmdlets, or `time line`"),
    ("transcript[].line", "the line that the statement begins at"),
    ("transcript[].started", "instant of its beginning"),
    ("transcript[].ended", "instant of its end"),
    ("transcript[].statement", "the statement as it was written"),
    ("transcript[].output", "what the shell showed"),
    (
        "transcript[].objects[].*",
        "the same as data: an object for each that was given",
    ),
    (
        "transcript[].error.exception",
        "the exception that ended it; left out if none did",
    ),
    ("transcript[].error.message", "its text"),
];

fn summary() -> String {
    let mut out = String::from("| field | meaning |\n| --- | --- |\n");
    for (path, meaning) in FIELDS {
        line(&mut out, &[&format!("`{path}`"), meaning]);
    }
    out
}

fn tables() -> String {
    let mut out = String::new();
    for table in csv::tables() {
        write!(out, "### {}\n\nA row is {}.\n\n", table.file, table.row)
            .expect("writing to a string cannot fail");
        out.push_str("| column | holds |\n| --- | --- |\n");
        for (name, holds) in table.columns {
            line(&mut out, &[&format!("`{name}`"), holds]);
        }
        out.push('\n');
    }
    out
}

fn metrics() -> String {
    let mut out =
        String::from("| metric | counts | of all | leaves out |\n| --- | --- | --- | --- |\n");
    for metric in METRICS {
        let name = format!("`{}`", metric.name);
        line(
            &mut out,
            &[
                &name,
                metric.definition,
                metric.denominator,
                metric.leaves_out,
            ],
        );
    }
    out.push_str("\n| label | narrows to | goes with |\n| --- | --- | --- |\n");
    for label in Label::ALL {
        let mut subjects: Vec<&str> = METRICS
            .iter()
            .filter(|metric| metric.labels().contains(label))
            .map(|metric| {
                metric
                    .name
                    .rsplit_once('.')
                    .map_or(metric.name, |(head, _)| head)
            })
            .collect();
        subjects.dedup();
        let mut seen = Vec::new();
        subjects.retain(|subject| {
            let is_new = !seen.contains(subject);
            seen.push(subject);
            is_new
        });
        line(
            &mut out,
            &[&format!("`{label}`"), label.meaning(), &subjects.join(", ")],
        );
    }
    out
}

fn line(out: &mut String, cells: &[&str]) {
    let cells: Vec<_> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    writeln!(out, "| {} |", cells.join(" | ")).expect("writing to a string cannot fail");
}
