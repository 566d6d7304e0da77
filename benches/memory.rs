//! Bytes and time that a generated organization costs in a compiled federation, without traffic and
//! without partners, and then with partners. All share one resolver, which is not the default: else each has its own.
//!
//! `cargo bench --bench memory [COUNT…]`. The size is what the process's resident set grows by.
#![allow(clippy::print_stdout)] // Printing is what it is for.

use std::time::Instant;

use fedsim::scenario::Scenario;

fn scenario(count: u32, partners: &str) -> String {
    format!(
        r#"fedsim = 1
[population.p]
count = {count}
mailboxes = {{ dist = "lognormal", median = 60, p99 = 2_000 }}
mailboxes_per_server = 4_000
exchange = {{ "2010 SP3" = "20 %", "2013 SP1" = "50 %", "2016" = "30 %" }}
site = {{ seattle = "40 %", london = "30 %", tokyo = "30 %" }}
organization.resolver = "public"
[dns.resolver.public]
{partners}
"#
    )
}

const PARTNERS: &str = r#"[partners.g]
among = ["p"]
law = "scale-free"
mean_degree = 4
relationship.free_busy_access = true
"#;

/// The resident set in bytes; zero where the system does not tell.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// Compiles one federation and prints its line. Each runs in a process of its own, so that none lives
/// in memory that another has freed.
fn measure(count: u32, name: &str) {
    let partners = if name == "none" { "" } else { PARTNERS };
    let before = resident();
    let began = Instant::now();
    let compiled = Scenario::parse(&scenario(count, partners), "memory.toml")
        .and_then(|scenario| scenario.compile())
        .unwrap_or_else(|found| panic!("{found}"));
    let seconds = began.elapsed().as_secs_f64();
    let bytes = resident().saturating_sub(before) / u64::from(count);
    let rows = compiled.federation.relationships.len();
    println!("{count:>10} {name:>9} {seconds:>9.2} {bytes:>13} {rows:>9}");
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, count, name] = arguments.as_slice()
        && word == "one"
    {
        return measure(count.parse().expect("a number"), name);
    }
    let counts: Vec<u32> = arguments
        .iter()
        .filter_map(|word| word.parse().ok())
        .collect();
    let counts = if counts.is_empty() {
        vec![10_000, 100_000]
    } else {
        counts
    };
    println!("     count  partners   seconds    bytes each      rows");
    let own = std::env::current_exe().expect("the system tells who runs");
    for count in counts {
        for name in ["none", "4"] {
            let mut child = std::process::Command::new(&own);
            let child = child.args(["one", &count.to_string(), name]).status();
            assert!(child.is_ok_and(|status| status.success()), "it runs");
        }
    }
}
