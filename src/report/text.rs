//! The summary as text for people: the outcome first, then what failed and what repairs it.
//!
//! It knows nothing but the summary, neither the width of a terminal nor its colours. Invariant: every
//! number in it stands in `summary.json` too.

use std::fmt::Write;

use super::summary::{Busiest, Expectation, Failure, Latency, Statement, Summary};

/// The summary as text.
pub fn render(summary: &Summary) -> String {
    let mut out = String::new();
    head(&mut out, summary);
    traces(&mut out, summary);
    outcomes(&mut out, summary);
    failures(&mut out, summary);
    volumes(&mut out, summary);
    latency(&mut out, summary);
    stations(&mut out, summary);
    expectations(&mut out, summary);
    transcript(&mut out, summary);
    walks(&mut out, summary);
    assumptions(&mut out, summary);
    laws(&mut out, summary);
    foot(&mut out, summary);
    out
}

/// Writes a line; writing to a string cannot fail.
macro_rules! line {
    ($out:expr) => { $out.push('\n') };
    ($out:expr, $($argument:tt)+) => {
        writeln!($out, $($argument)+).expect("writing to a string cannot fail")
    };
}

fn head(out: &mut String, summary: &Summary) {
    let (scenario, run) = (&summary.scenario, &summary.run);
    if !scenario.title.is_empty() {
        line!(out, "{}", scenario.title);
    }
    let (world, day) = (scenario.seed_world, scenario.seed_day);
    let (start, ended) = (shorter(&run.start), shorter(&run.ended));
    let how = match run.reason {
        "horizon" => "",
        "exhausted" => ", when nothing was left to happen",
        "event-limit" => ", STOPPED by run.events_max",
        "in-flight-limit" => ", STOPPED by run.in_flight_max",
        _ => ", CANCELLED",
    };
    line!(
        out,
        "{}: {start} to {ended}{how}; seed {world}/{day}, replication {}; {} events",
        scenario.name,
        scenario.replication,
        run.events
    );
    line!(out);
}

fn traces(out: &mut String, summary: &Summary) {
    for (name, trace) in &summary.traces {
        let rows = trace.rows;
        let mut parts = vec![format!("{} fall into the run", trace.requests)];
        let others = [
            (trace.passed_over, "about something else"),
            (trace.outside, "outside the run"),
            (trace.bad, "unreadable"),
            (trace.unknown, "with unknown addresses"),
        ];
        let others = others.iter().filter(|(count, _)| *count > 0);
        parts.extend(others.map(|(count, what)| format!("{count} {what}")));
        line!(out, "Trace       {name}: {rows} rows: {}", parts.join(", "));
        if trace.addresses_left_out > 0 {
            let left_out = trace.addresses_left_out;
            line!(
                out,
                "            unknown attendees left out of rows: {left_out}"
            );
        }
        for left_out in &trace.first_left_out {
            line!(out, "            line {}: {}", left_out.line, left_out.why);
        }
    }
}

fn outcomes(out: &mut String, summary: &Summary) {
    let requests = &summary.requests;
    let retries = match requests.retries {
        0 => String::new(),
        retries => format!(" ({retries} retries)"),
    };
    line!(
        out,
        "Requests    {} sent{retries}: {} complete, {} partial, {} failed, {} in flight",
        requests.sent,
        requests.complete,
        requests.partial,
        requests.failed,
        requests.in_flight
    );
    let groups = &summary.groups;
    line!(
        out,
        "Groups      {} answered, {} failed",
        groups.answered,
        groups.failed
    );
    let attendees = &summary.attendees;
    let levels = attendees.views_by_level.iter();
    let levels: Vec<_> = levels
        .map(|(level, count)| format!("{level} {count}"))
        .collect();
    let levels = if levels.is_empty() {
        String::new()
    } else {
        format!(" ({})", levels.join(", "))
    };
    let kinds = attendees.answered_by_kind.iter();
    let kinds: Vec<_> = kinds
        .map(|(kind, count)| format!("{kind} {count}"))
        .collect();
    let answered = if kinds.is_empty() {
        String::new()
    } else {
        format!(", {} answered ({})", attendees.answered, kinds.join(", "))
    };
    line!(
        out,
        "Attendees   {} views{levels}{answered}, {} failed",
        attendees.views,
        attendees.failed
    );
    if !attendees.shared_folders.is_empty() {
        let shown = attendees.shared_folders.iter();
        let shown: Vec<_> = shown
            .map(|(shows, count)| format!("{shows} {count}"))
            .collect();
        line!(out, "Folders     {} after a run", shown.join(", "));
    }
}

fn failures(out: &mut String, summary: &Summary) {
    if summary.failures.is_empty() {
        return;
    }
    line!(out);
    line!(out, "Failures of attendees");
    // One cause may show in several ways; the most frequent cause comes first.
    let mut causes: Vec<(&str, u64)> = Vec::new();
    for failure in &summary.failures {
        match causes.iter_mut().find(|(cause, _)| *cause == failure.cause) {
            Some((_, count)) => *count += failure.count,
            None => causes.push((failure.cause, failure.count)),
        }
    }
    causes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for (cause, count) in causes {
        let rows = summary.failures.iter().filter(|row| row.cause == cause);
        let rows: Vec<&Failure> = rows.collect();
        line!(out, "{count:>9}  {cause}");
        line!(out, "           {}", rows[0].text);
        for row in rows {
            shown(out, row);
        }
    }
    line!(
        out,
        "           what repairs it here: fedsim why SCENARIO --cause CAUSE --try-fix"
    );
}

fn shown(out: &mut String, row: &Failure) {
    let (code, name, side, count) = (row.code, &row.code_name, row.side, row.count);
    let inner = row
        .inner_code
        .map_or(String::new(), |code| format!(", {code} inside"));
    let (first, last) = (shorter(&row.first), shorter(&row.last));
    let when = if first == last {
        first
    } else {
        format!("{first} to {last}")
    };
    line!(
        out,
        "           {count} shown as {code} {name}{inner}; {side} has to act; {when}"
    );
}

fn volumes(out: &mut String, summary: &Summary) {
    line!(out);
    let tokens = &summary.tokens;
    let size = bytes(tokens.issued_bytes);
    let mut further = String::new();
    for (count, what) in [
        (tokens.refused, "refused"),
        (tokens.reused, "used again"),
        (tokens.oauth, "OAuth"),
    ] {
        if count > 0 {
            write!(further, ", {count} {what}").expect("writing to a string cannot fail");
        }
    }
    line!(out, "Tokens      {} issued, {size}{further}", tokens.issued);
    for (offer, volume) in &tokens.by_offer {
        line!(
            out,
            "{:>9}  {offer}, {}",
            volume.issued,
            bytes(volume.issued_bytes)
        );
    }
    // Of calendars alone the offers say enough.
    for (asks, count) in tokens.by_asks.iter().filter(|_| tokens.by_asks.len() > 1) {
        line!(out, "{count:>9}  for requests of {asks}");
    }
    for (cause, count) in &tokens.refused_by_cause {
        line!(out, "{count:>9}  refused: {cause}");
    }
    if !summary.calls.is_empty() {
        line!(out, "Calls           begun   arrived  too late");
    }
    for (leg, calls) in &summary.calls {
        // Only servers of targets tell that a call arrived.
        let arrived = match *leg {
            "autodiscover" | "availability" | "get-folder" | "sync-folder-items" | "get-item" => {
                calls.arrived.to_string()
            }
            _ => "-".to_owned(),
        };
        line!(
            out,
            "  {:>19} {arrived:>9} {:>9}  {leg}",
            calls.begun,
            calls.wasted
        );
    }
    let names = &summary.names;
    let share = share(names.from_cache, names.queries);
    line!(
        out,
        "DNS         {} names asked for, {share} from the cache",
        names.queries
    );
    let connections = &summary.connections;
    line!(
        out,
        "Connections {} opened, {} used again",
        connections.opened,
        connections.reused
    );
    let urls = &summary.url_cache;
    if urls.asked > 0 {
        line!(
            out,
            "URL cache   {} asked for, {} found, {} remembered failures",
            urls.asked,
            urls.hits,
            urls.negative_hits
        );
    }
}

fn latency(out: &mut String, summary: &Summary) {
    let latency = &summary.latency;
    if latency.count == 0 {
        return;
    }
    line!(out);
    line!(out, "Response times, as clients see them");
    line!(out, "            {}", percentiles(latency));
    line!(
        out,
        "            up to 5 s {}, up to 10 s {}, up to 20 s {}, longer {}",
        latency.up_to_5_s,
        latency.up_to_10_s,
        latency.up_to_20_s,
        latency.above_20_s
    );
    let served = &summary.served_latency;
    if served.count > 0 && served.count < latency.count {
        line!(out, "of served   {}", percentiles(served));
    }
    if summary.group_latency.count > 0 {
        line!(out, "of groups   {}", percentiles(&summary.group_latency));
    }
}

fn stations(out: &mut String, summary: &Summary) {
    if summary.stations.busiest.is_empty() {
        return;
    }
    line!(out);
    line!(out, "Stations     used     mean wait  longest queue");
    for station in &summary.stations.busiest {
        let Busiest { kind, station, .. } = station_line(out, station);
        line!(out, "  {station} ({kind})");
    }
    let others = summary.stations.servers.stations.saturating_sub(5);
    if others > 0 {
        line!(out, "            and {others} other servers: stations.csv");
    }
}

fn station_line<'a>(out: &mut String, station: &'a Busiest) -> &'a Busiest {
    let used = share(station.utilization_millionths.unwrap_or(0), 1_000_000);
    let wait = station
        .mean_wait_ns
        .map_or("-".to_owned(), |wait| format!("{} s", seconds(wait, 3)));
    let queue = station.queue_max;
    write!(out, "          {used:>7}  {wait:>12}  {queue:>13}")
        .expect("writing to a string cannot fail");
    station
}

/// One line when all laws hold, as they always should.
fn laws(out: &mut String, summary: &Summary) {
    let tested: u64 = summary.laws.iter().map(|law| law.stations.max(1)).sum();
    let broken: Vec<_> = summary.laws.iter().filter(|law| !law.holds).collect();
    line!(out);
    if broken.is_empty() {
        line!(out, "Sanity      all laws hold ({tested} tests)");
        return;
    }
    line!(out, "Sanity      BROKEN LAWS: this is a bug of fedsim");
    for law in broken {
        let station = law.station.as_deref().unwrap_or("run");
        line!(
            out,
            "{:>9}  {} at {station}: {} is not {}",
            law.law,
            law.says,
            law.left,
            law.right
        );
    }
}

fn expectations(out: &mut String, summary: &Summary) {
    if summary.expectations.is_empty() {
        return;
    }
    let met = summary.expectations.iter().filter(|row| row.met).count();
    line!(out);
    line!(
        out,
        "Expectations: {met} of {} met",
        summary.expectations.len()
    );
    for Expectation {
        measure,
        expected,
        compared_with,
        met,
        got,
        ..
    } in &summary.expectations
    {
        let word = if *met { "ok" } else { "FAILED" };
        let other = compared_with.as_deref();
        let other = other.map_or(String::new(), |other| format!(" (which is {other})"));
        line!(out, "{word:>9}  {measure} {expected}{other}: {got}");
    }
}

/// How many statements are told in the text; all of them stand in `transcript.txt`.
const STATEMENTS_MAX: usize = 200;

fn transcript(out: &mut String, summary: &Summary) {
    if let Some(statements) = &summary.statements {
        let (done, failed) = (statements.carried_out, statements.with_error);
        line!(out);
        line!(
            out,
            "Statements  {done} carried out, {failed} with an error"
        );
        for script in &statements.unfinished_scripts {
            line!(out, "            not at its end when the run was: {script}");
        }
    }
    let told = summary.transcript.len().min(STATEMENTS_MAX);
    let statements = &summary.transcript[..told];
    out.push_str(&statements_text(statements));
    let left_out = summary.transcript.len() - told;
    if left_out > 0 {
        line!(out, "{left_out} more statements stand in `transcript.txt`");
    }
}

/// The transcript as an administrator sees it: each statement with its instants, and what the shell showed.
pub fn statements_text(statements: &[Statement]) -> String {
    let mut out = String::new();
    for statement in statements {
        let (started, ended) = (shorter(&statement.started), shorter(&statement.ended));
        line!(out);
        line!(
            out,
            "{}/{}, {} line {}: {started} to {ended}",
            statement.organization,
            statement.server,
            statement.script,
            statement.line
        );
        for (number, text) in statement.statement.lines().enumerate() {
            let prompt = if number == 0 { "[PS] C:\\>" } else { ">> " };
            line!(out, "{prompt}{text}");
        }
        let shown = statement.output.trim_matches('\n');
        if !shown.is_empty() {
            line!(out);
            line!(out, "{shown}");
        }
    }
    out
}

fn walks(out: &mut String, summary: &Summary) {
    for walk in &summary.walks {
        line!(out);
        line!(out, "{}, sent {}", walk.request, shorter(&walk.sent));
        for step in &walk.steps {
            let since = seconds(step.since_ns, 6);
            line!(out, "  +{since:>10} s  {:<9}  {}", step.place, step.text);
        }
    }
}

fn assumptions(out: &mut String, summary: &Summary) {
    if summary.assumptions.is_empty() {
        return;
    }
    line!(out);
    let count = summary.assumptions.len();
    line!(
        out,
        "Assumptions: {count} defaults that rest on a guess, and that this run made use of"
    );
    let mut table = "";
    let mut width = 0;
    for assumption in &summary.assumptions {
        let (of, key) = assumption
            .key
            .rsplit_once('.')
            .unwrap_or(("", &assumption.key));
        let item = format!("{key} = {}", plainer(&assumption.value));
        if of != table {
            let end = if table.is_empty() { "" } else { "\n" };
            write!(out, "{end}  [{of}] {item}").expect("writing to a string cannot fail");
            width = of.len() + item.len() + 5;
            table = of;
        } else if width + item.len() + 2 > WIDTH {
            write!(out, ",\n    {item}").expect("writing to a string cannot fail");
            width = item.len() + 4;
        } else {
            write!(out, ", {item}").expect("writing to a string cannot fail");
            width += item.len() + 2;
        }
    }
    line!(out);
}

/// Where lists are broken.
const WIDTH: usize = 100;

/// A distribution without its braces.
fn plainer(value: &str) -> String {
    let inside = value
        .strip_prefix("{ dist = ")
        .and_then(|rest| rest.strip_suffix(" }"));
    match inside.and_then(|inside| inside.split_once(", ")) {
        Some((law, parameters)) => format!("{law}({parameters})"),
        None => value.to_owned(),
    }
}

fn foot(out: &mut String, summary: &Summary) {
    line!(out);
    let rows = &summary.rows;
    if rows.dropped {
        line!(
            out,
            "Rows        none: there were expected to be, or were, more than a million requests; \
             `--log all` keeps them"
        );
    } else {
        line!(
            out,
            "Rows        {} requests, {} groups, {} attendees, {} tokens (log: {})",
            rows.requests,
            rows.groups,
            rows.attendees,
            rows.tokens,
            rows.log
        );
    }
    line!(
        out,
        "Digest      {} (fedsim {}, model revision {})",
        summary.digest.total,
        summary.fedsim,
        summary.model_revision
    );
}

fn percentiles(latency: &Latency) -> String {
    let parts = [
        ("mean", latency.mean_ns),
        ("p50", latency.p50_ns),
        ("p95", latency.p95_ns),
        ("p99", latency.p99_ns),
        ("max", latency.max_ns),
    ];
    let parts = parts.map(|(name, span)| {
        let span = span.map_or("-".to_owned(), |span| seconds(span, 3));
        format!("{name} {span} s")
    });
    parts.join("   ")
}

/// Nanoseconds as seconds with so many decimals, rounded to the nearest.
fn seconds(nanoseconds: u64, decimals: u32) -> String {
    let unit = 10_u64.pow(9 - decimals);
    let rounded = nanoseconds.saturating_add(unit / 2) / unit;
    let whole = 10_u64.pow(decimals);
    let width = decimals as usize;
    format!("{}.{:0width$}", rounded / whole, rounded % whole)
}

/// Bytes in a unit of thousands, with one decimal.
fn bytes(bytes: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "KB")];
    let found = units.iter().find(|(unit, _)| bytes >= *unit);
    found.map_or(format!("{bytes} B"), |(unit, name)| {
        let tenths = u128::from(bytes) * 10 / u128::from(*unit);
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    })
}

fn share(part: u64, whole: u64) -> String {
    match u64::try_from(u128::from(part) * 1_000 / u128::from(whole.max(1))) {
        Ok(tenths) if whole > 0 => format!("{}.{} %", tenths / 10, tenths % 10),
        _ => "none".to_owned(),
    }
}

/// An instant to the millisecond before it, without zeros at the end of its fraction.
fn shorter(instant: &str) -> String {
    let (seconds, fraction) = instant
        .trim_end_matches('Z')
        .split_once('.')
        .unwrap_or((instant, ""));
    let fraction = fraction.get(..3).unwrap_or(fraction).trim_end_matches('0');
    if fraction.is_empty() {
        return format!("{}Z", seconds.trim_end_matches('Z'));
    }
    format!("{seconds}.{fraction}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_in_units_that_people_read() {
        assert_eq!(seconds(1_234_567_890, 3), "1.235");
        assert_eq!(seconds(999_999_999, 3), "1.000");
        assert_eq!(seconds(212_000_000, 6), "0.212000");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(12_960_000), "12.9 MB");
        assert_eq!(share(2, 3), "66.6 %");
        assert_eq!(share(0, 0), "none");
        let law = "{ dist = lognormal, median = 2 ms, p99 = 30 ms }";
        assert_eq!(plainer(law), "lognormal(median = 2 ms, p99 = 30 ms)");
        assert_eq!(plainer("[1.2]"), "[1.2]");
        assert_eq!(
            shorter("2026-03-02T08:00:00.000000000Z"),
            "2026-03-02T08:00:00Z"
        );
        assert_eq!(
            shorter("2026-03-02T08:00:00.120900000Z"),
            "2026-03-02T08:00:00.12Z"
        );
    }
}
