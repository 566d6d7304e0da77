//! The whole model under load: requests a second, with the recorders of the summary and the digest, and
//! what logging rows costs on top; and how the cost of a request grows with the number of organizations.
//!
//! `cargo bench --bench federation [REQUESTS]`, 10 million unless it is said. Each row is a process of
//! its own. Compare rows of one run: the machine drifts.
#![allow(clippy::print_stdout)] // A benchmark prints its figures.

use std::time::Instant as WallClock;

use fedsim::engine::Continue;
use fedsim::record::{Log, RowLists, RowSink};
use fedsim::{Federation, Scenario, study};

/// A row of the table: organizations, requests in thousands, whether endpoints are known, rows.
struct Case {
    name: &'static str,
    organizations: u64,
    requests: u64,
    endpoints: &'static str,
    log: Log,
}

const KNOWN: &str = ", target_sharing_epr = \"https://mail.{domain}/EWS/Exchange.asmx/WSSecurity\"";

/// Organizations of 1,000 mailboxes with eight partners each. Requests come evenly through a day, so that
/// each organization sends the same number whatever their count.
fn scenario(case: &Case) -> String {
    let Case {
        organizations,
        requests,
        endpoints,
        ..
    } = case;
    // Millionths of a request an hour, which is what a rate is read to.
    let rate = *requests as f64 / *organizations as f64 / 24.0;
    format!(
        r#"fedsim = 1
[run]
start = 2026-03-05T00:00:00Z
length = "24 h"
[gateway.business]
servers = 1_000
[population.company]
count = {organizations}
mailboxes = 1_000
organization.server.cas1.threads = 64
[partners.business]
among = ["company"]
law = "random"
mean_degree = 8
relationship = {{ free_busy_access = true, free_busy_level = "LimitedDetails"{endpoints} }}
[workload.all-day]
from = ["company"]
rate = "{rate:.6} req/h"
profile = "flat"
"#
    )
}

/// Takes rows and drops them.
struct Nowhere;

impl RowSink for Nowhere {
    fn take(&mut self, _: &Federation, _: &RowLists) {}
    fn forget(&mut self) {}
}

fn memory(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

fn measure(case: &Case) {
    let before = memory("VmRSS:");
    let compiled = Scenario::parse(&scenario(case), "bench.toml")
        .and_then(|scenario| scenario.compile())
        .unwrap_or_else(|found| panic!("{found}"));
    let compiled_to = memory("VmRSS:").saturating_sub(before);
    let federation = compiled.federation;
    let begun = WallClock::now();
    let result = study::run(&federation, 0, &[], (case.log, &mut Nowhere), |_, _| {
        Continue::Yes
    });
    let seconds = begun.elapsed().as_secs_f64();
    let outcomes = &result.tally.outcomes;
    let (sent, groups) = (outcomes.requests.sent, outcomes.groups.dispatched);
    let succeeded = outcomes.requests.complete;
    assert!(succeeded * 100 > sent * 99, "{succeeded} of {sent} succeed");
    println!(
        "{:<22} {:>6} {:>9} {:>9} {:>10} {:>7.1} {:>8.0} {:>9.0} {:>8.2} {:>8} {:>8}",
        case.name,
        case.organizations,
        sent,
        groups,
        result.ended.events,
        seconds,
        sent as f64 / seconds,
        result.ended.events as f64 / seconds,
        seconds * 1e6 / sent as f64,
        compiled_to / case.organizations,
        memory("VmHWM:").saturating_sub(before) / case.organizations,
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |text: &String| text.parse::<u64>().ok();
    let requests = arguments.iter().find_map(number).unwrap_or(10_000_000);
    let case = |name, organizations, requests, endpoints, log| Case {
        name,
        organizations,
        requests,
        endpoints,
        log,
    };
    let cases = [
        case("endpoints known", 1_000, requests, KNOWN, Log::None),
        case("endpoints asked for", 1_000, requests / 5, "", Log::None),
        case("known, rows logged", 1_000, requests / 5, KNOWN, Log::All),
        case("known, 10^2", 100, requests / 10, KNOWN, Log::None),
        case("known, 10^3", 1_000, requests / 10, KNOWN, Log::None),
        case("known, 10^4", 10_000, requests / 10, KNOWN, Log::None),
        case("asked for, 10^2", 100, requests / 10, "", Log::None),
        case("asked for, 10^3", 1_000, requests / 10, "", Log::None),
        case("asked for, 10^4", 10_000, requests / 10, "", Log::None),
    ];
    let which = arguments.iter().position(|word| word == "case");
    if let Some(index) = which.and_then(|at| number(arguments.get(at + 1)?)) {
        return measure(&cases[index as usize]);
    }
    println!(
        "{:<22} {:>6} {:>9} {:>9} {:>10} {:>7} {:>8} {:>9} {:>8} {:>8} {:>8}",
        "",
        "orgs",
        "requests",
        "groups",
        "events",
        "s",
        "req/s",
        "events/s",
        "us/req",
        "B/org",
        "peak B"
    );
    let own = std::env::current_exe().expect("the system tells who runs");
    for index in 0..cases.len() {
        let mut child = std::process::Command::new(&own);
        let arguments = [requests.to_string(), "case".into(), index.to_string()];
        let status = child.args(arguments).status();
        assert!(status.is_ok_and(|status| status.success()), "it runs");
    }
}
