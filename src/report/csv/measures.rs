//! The measures of a run as CSV: failures, stations, the time line, tokens by pair and hour, digests.
//!
//! It knows nothing of how measures come about. Invariant: the rows of a table add up to the numbers of
//! the summary; what a table leaves out for its length stands in one row of others.

use std::io;

use crate::record::naming::{instant_text, organization_name};
use crate::record::stations::{Load, StationKind, share_millionths};
use crate::record::tally::{Pair, Volume};
use crate::report::Reported;

use super::{FORMAT_COLUMN, Table, percent, seconds, start, write_row};
use crate::model::token::Offer;

/// The most servers, and the most pairs of organizations, that have rows of their own.
pub const ROWS_MAX: usize = 1_000;

/// `failures.csv`.
pub const FAILURES: Table = Table {
    file: "failures.csv",
    row: "failures of attendees that look alike, by frequency",
    columns: &[
        FORMAT_COLUMN,
        ("cause", "root cause"),
        ("layer", "where the cause lies"),
        ("code", "number that the product shows"),
        ("inner_code", "number inside it, if there is one"),
        ("side", "who has to act"),
        ("attendees", "how many failed so"),
        (
            "share_percent",
            "share of all attendees with an outcome, percent, rounded down",
        ),
        ("first", "instant of the first, RFC 3339"),
        ("last", "instant of the last, RFC 3339"),
    ],
};

/// `stations.csv`.
pub const STATIONS: Table = Table {
    file: "stations.csv",
    row: "a data centre of a gateway, one of the thousand busiest servers, or all other servers \
          together; stations that nobody came to have none",
    columns: &[
        FORMAT_COLUMN,
        ("kind", "data-centre or server"),
        ("station", "its name; empty: all others of its kind"),
        ("stations", "how many stations the row is of"),
        (
            "servers",
            "token servers or threads: how many it serves at once",
        ),
        ("arrivals", "customers who came, the refused included"),
        ("served", "services that ended"),
        ("refused", "customers who found the queue full"),
        ("gave_up", "customers who gave up waiting"),
        (
            "utilization_percent",
            "time that servers worked of the time that they were up, without `local_utilization`, percent, rounded down",
        ),
        ("busy_mean", "mean number in service, over the run"),
        ("queue_mean", "mean number waiting, over the run"),
        (
            "queue_max",
            "longest queue; of several stations that of any one",
        ),
        (
            "wait_mean_s",
            "mean wait of those whose service began, seconds; empty: none did",
        ),
        (
            "in_service_at_end",
            "customers in service when the run ended",
        ),
        ("waiting_at_end", "customers waiting when the run ended"),
        ("busy_ns", "customers in service × time, nanoseconds"),
        ("queue_ns", "customers waiting × time, nanoseconds"),
        ("wait_ns", "waits of those whose service began, nanoseconds"),
        ("up_ns", "servers up × time, nanoseconds"),
    ],
};

/// `timeline.csv`.
pub const TIMELINE: Table = Table {
    file: "timeline.csv",
    row: "an interval of `run.timeline_every`",
    columns: &[
        FORMAT_COLUMN,
        ("from", "start, which belongs to it, RFC 3339"),
        ("to", "end, which does not, RFC 3339"),
        ("requests_sent", "requests sent in the interval"),
        (
            "requests_complete",
            "requests of which each attendee has what was asked for, answered in the interval",
        ),
        (
            "requests_partial",
            "requests of which some have, answered in the interval",
        ),
        (
            "requests_failed",
            "requests of which none has, answered in the interval",
        ),
        ("in_flight_max", "most requests that were in flight at once"),
        ("groups_answered", "groups that the target answered"),
        ("groups_failed", "groups that failed"),
        ("views", "attendees that got a view"),
        (
            "answered",
            "attendees that got MailTips or something else that is no view",
        ),
        ("attendees_failed", "attendees that failed"),
        ("tokens", "delegation tokens issued, of all offers"),
        (
            "free_busy_tokens",
            "those of the offer SharingCalendarFreeBusy",
        ),
        ("autodiscover_tokens", "those of the offer Autodiscover"),
        ("token_bytes", "bytes of the answers that carried tokens"),
        ("tokens_refused", "delegation tokens refused"),
        (
            "latency_p50_s",
            "response time that half of the requests answered in the interval do not exceed, \
             seconds; empty: none was",
        ),
        ("latency_p99_s", "the same for 99 %"),
        (
            "gateway_utilization_percent",
            "time that token servers of all gateways worked of the time that they were up, \
             percent, rounded down; empty: there are none",
        ),
    ],
};

/// `token_pairs.csv`.
pub const TOKEN_PAIRS: Table = Table {
    file: "token_pairs.csv",
    row: "a pair of organizations, one of the thousand with the most tokens, or all other pairs together",
    columns: &[
        FORMAT_COLUMN,
        (
            "requester",
            "organization that asks; empty: all other pairs",
        ),
        (
            "target",
            "organization whose domain is asked about; empty: nobody's, or all other pairs",
        ),
        ("pairs", "how many pairs the row is of"),
        ("tokens", "delegation tokens issued"),
        ("bytes", "bytes of the answers that carried them"),
    ],
};

/// `token_hours.csv`.
pub const TOKEN_HOURS: Table = Table {
    file: "token_hours.csv",
    row: "an hour of the clock in UTC and an offer, if tokens were issued",
    columns: &[
        FORMAT_COLUMN,
        ("hour", "its first instant, RFC 3339"),
        ("offer", "what the tokens allow"),
        ("tokens", "delegation tokens issued"),
        ("bytes", "bytes of the answers that carried them"),
    ],
};

/// `digests.csv`.
pub const DIGESTS: Table = Table {
    file: "digests.csv",
    row: "an organization that asked, by name",
    columns: &[
        FORMAT_COLUMN,
        ("organization", "its name"),
        (
            "digest",
            "fingerprint of everything observed of its requests",
        ),
    ],
};

/// The tables of measures.
pub const MEASURE_TABLES: [&Table; 6] = [
    &FAILURES,
    &STATIONS,
    &TIMELINE,
    &TOKEN_PAIRS,
    &TOKEN_HOURS,
    &DIGESTS,
];

/// Writes one of the [`MEASURE_TABLES`].
///
/// # Errors
/// Those of what is written to.
///
/// # Panics
/// If it is none of them.
pub fn write_measure<W: io::Write>(
    table: &Table,
    out: W,
    reported: Reported<'_>,
) -> io::Result<()> {
    let rows = match table.file {
        "failures.csv" => failures(reported),
        "stations.csv" => stations(reported),
        "timeline.csv" => timeline(reported),
        "token_pairs.csv" => token_pairs(reported),
        "token_hours.csv" => token_hours(reported),
        "digests.csv" => digests(reported),
        other => panic!("there is no table `{other}`"),
    };
    let mut writer = start(table, out)?;
    for cells in rows {
        debug_assert_eq!(cells.len() + 1, table.columns.len(), "{}", table.file);
        write_row(&mut writer, &cells)?;
    }
    writer.flush()
}

type Cells = Vec<String>;

fn failures(reported: Reported<'_>) -> Vec<Cells> {
    let tally = &reported.result.tally;
    let all = tally.outcomes.attendees.with_outcome();
    let rows = tally.failures.by_frequency().into_iter();
    rows.map(|(key, row)| {
        let share = share_millionths(row.count.into(), all.into());
        vec![
            key.cause.to_string(),
            key.cause.row().layer.to_string(),
            key.code.number().to_string(),
            key.inner
                .map_or(String::new(), |code| code.number().to_string()),
            key.side.to_string(),
            row.count.to_string(),
            share.map_or(String::new(), percent),
            instant_text(row.first),
            instant_text(row.last),
        ]
    })
    .collect()
}

fn stations(reported: Reported<'_>) -> Vec<Cells> {
    let stations = &reported.result.stations;
    let mut rows = Vec::new();
    for (kind, most) in [
        (StationKind::DataCentre, usize::MAX),
        (StationKind::Server, ROWS_MAX),
    ] {
        let busiest = stations.busiest(kind, reported.federation);
        let (own, others) = busiest.split_at(busiest.len().min(most));
        for (name, account) in own {
            let load = stations.sum(std::iter::once(account));
            rows.push(load_cells(kind, name, &load));
        }
        if !others.is_empty() {
            let load = stations.sum(others.iter().map(|(_, account)| account));
            rows.push(load_cells(kind, "", &load));
        }
    }
    rows
}

fn load_cells(kind: StationKind, name: &str, load: &Load) -> Cells {
    let accounts = &load.accounts;
    vec![
        kind.word().to_owned(),
        name.to_owned(),
        load.stations.to_string(),
        load.servers.to_string(),
        accounts.arrivals.to_string(),
        accounts.completions.to_string(),
        accounts.refusals.to_string(),
        accounts.reneged.to_string(),
        load.utilization_millionths().map_or(String::new(), percent),
        super::decimal(load.busy_millionths(), 6),
        super::decimal(load.queue_millionths(), 6),
        load.longest_queue.to_string(),
        load.mean_wait().map_or(String::new(), seconds),
        load.in_service.to_string(),
        load.waiting.to_string(),
        accounts.in_service.to_string(),
        accounts.queue.to_string(),
        accounts.waits.to_string(),
        accounts.servers_up.to_string(),
    ]
}

fn timeline(reported: Reported<'_>) -> Vec<Cells> {
    let result = reported.result;
    let intervals = result.timeline.intervals(result.accounted_to);
    let rows = intervals.zip(result.stations.gateway_intervals());
    rows.map(|((from, to, row), gateways)| {
        let at = |percent| {
            row.latency
                .percentile(percent)
                .map_or(String::new(), seconds)
        };
        let used = share_millionths(gateways.in_service, gateways.servers_up);
        let count = |number: u64| number.to_string();
        vec![
            instant_text(from),
            instant_text(to),
            count(row.sent),
            count(row.complete),
            count(row.partial),
            count(row.failed),
            count(row.in_flight_max),
            count(row.groups_answered),
            count(row.groups_failed),
            count(row.views),
            count(row.answers),
            count(row.attendees_failed),
            count(row.tokens.total()),
            count(row.tokens.get(Offer::SharingCalendarFreeBusy)),
            count(row.tokens.get(Offer::Autodiscover)),
            count(row.token_bytes),
            count(row.tokens_refused),
            at(50),
            at(99),
            used.map_or(String::new(), percent),
        ]
    })
    .collect()
}

fn token_pairs(reported: Reported<'_>) -> Vec<Cells> {
    let federation = reported.federation;
    let name = |(requester, target): Pair| {
        let target = target.map_or("", |id| organization_name(federation, id));
        (organization_name(federation, requester), target)
    };
    let pairs = reported.result.tally.tokens.by_pair().iter();
    let mut pairs: Vec<_> = pairs.map(|&(pair, volume)| (name(pair), volume)).collect();
    pairs.sort_by_key(|&(names, volume)| (std::cmp::Reverse(volume.count), names));
    let (own, others) = pairs.split_at(pairs.len().min(ROWS_MAX));
    let cells = |requester: &str, target: &str, pairs: usize, volume: Volume| {
        vec![
            requester.to_owned(),
            target.to_owned(),
            pairs.to_string(),
            volume.count.to_string(),
            volume.bytes.to_string(),
        ]
    };
    let own_rows = own.iter();
    let mut rows: Vec<_> = own_rows
        .map(|&((requester, target), volume)| cells(requester, target, 1, volume))
        .collect();
    if !others.is_empty() {
        let sum = others.iter().map(|(_, volume)| *volume).sum();
        rows.push(cells("", "", others.len(), sum));
    }
    rows
}

fn token_hours(reported: Reported<'_>) -> Vec<Cells> {
    let rows = reported.result.tally.tokens.by_hour();
    rows.map(|(hour, offer, volume)| {
        vec![
            instant_text(hour),
            offer.to_string(),
            volume.count.to_string(),
            volume.bytes.to_string(),
        ]
    })
    .collect()
}

fn digests(reported: Reported<'_>) -> Vec<Cells> {
    let rows = reported.result.digest.requesters();
    let mut rows: Vec<_> = rows
        .map(|(id, digest)| (organization_name(reported.federation, id), digest))
        .collect();
    rows.sort_unstable();
    let cells = |(name, digest): (&str, _)| vec![name.to_owned(), format!("{digest}")];
    rows.into_iter().map(cells).collect()
}
