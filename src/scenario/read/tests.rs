//! Tests of reading: documents, defaults, and findings.

use super::*;
use crate::engine::hash::NameHash;
use crate::engine::{Instant, Span};
use crate::scenario::new::TEMPLATES;
use crate::scenario::tree::{Entry, Origin, Value};

const TWO: &str = r#"fedsim = 1
title = "Two"

[run]
start = 2026-03-02T06:00:00Z
length = "12 h"
seed = { world = 1, day = 20260302 }

[gateway.business]
token_service_time = { dist = "lognormal", median = "180 ms", p99 = "1.8 s" }

[org.contoso]
mailboxes = 12_000
domains = ["Contoso.com", "contoso.co.uk"]

[org.contoso.server.cas1]
clock_offset = "+6 min"

[org.fabrikam]
exchange = "2010 SP3"
domains = ["fabrikam.com"]
calendar_default = { AvailabilityOnly = "90 %", None = "10 %" }

[relationship."contoso -> fabrikam"]
free_busy_access = true

[relationship."fabrikam->contoso"]
free_busy_level = "LimitedDetails"

[request.first]
at = "day 1 11:00"
from = "user1@contoso.com"
to = ["user1@fabrikam.com"]

[fault.slow]
from = "+1 h"
until = "+2 h"
set.org.contoso.server.cas1.state = "down"

[[timeline]]
at = "11:00"
do = "gateway.rotate-certificate"

[expect]
"attendees.success_rate{until=11:00}" = ">= 99.5 %"
latency.p99 = "< 25 s"
"#;

fn read_two() -> Document {
    read(TWO, "two.toml").unwrap_or_else(|found| panic!("{found}"))
}

#[test]
fn a_scenario_is_read_to_typed_values_with_their_origin() {
    let document = read_two();
    let tables = &document.tables;
    let run = tables.table("run");
    assert_eq!(run.span("length"), Span::from_hours(12));
    assert_eq!(run.table("seed").integer("day"), 20_260_302);
    let contoso = tables.table("org").table("contoso");
    assert_eq!(contoso.texts("domains"), ["contoso.com", "contoso.co.uk"]);
    assert_eq!(contoso.text("exchange"), "2013 SP1");
    assert!(matches!(
        contoso.get("exchange"),
        Some(Entry {
            origin: Origin::Default { .. },
            ..
        })
    ));
    assert!(
        contoso.get("gateway").is_none(),
        "derived keys are left to compiling"
    );
    let relationships: Vec<&str> = tables.named("relationship").map(|(name, _)| name).collect();
    assert_eq!(
        relationships,
        ["contoso -> fabrikam", "fabrikam -> contoso"]
    );
    let request = tables.table("request").table("first");
    let start = run.instant("start");
    assert_eq!(request.instant("at"), start + Span::from_hours(5));
    let change = tables.table("fault").table("slow").table("set");
    let server = change
        .table("org")
        .table("contoso")
        .table("server")
        .table("cas1");
    assert_eq!(
        server.iter().collect::<Vec<_>>().len(),
        1,
        "a change has no defaults"
    );
    let expectations: Vec<&str> = tables
        .table("expect")
        .iter()
        .map(|(metric, _)| metric)
        .collect();
    assert_eq!(
        expectations,
        ["attendees.success_rate{until=11:00}", "latency.p99"]
    );
    assert_eq!(document.clock.start, Instant::from_seconds(1_772_431_200));
}

#[test]
fn a_setting_lies_over_the_file_and_relative_instants_follow_it() {
    let settings = [
        "run.start=2026-03-02T07:00:00Z".to_string(),
        "org.contoso.mailboxes = 7".into(),
    ];
    let document = read_with(TWO, "two.toml", &settings).unwrap_or_else(|found| panic!("{found}"));
    let contoso = document.tables.table("org").table("contoso");
    assert_eq!(contoso.integer("mailboxes"), 7);
    assert!(matches!(
        contoso.get("mailboxes").map(|e| &e.origin),
        Some(Origin::CommandLine(_))
    ));
    assert_eq!(contoso.texts("domains").len(), 2, "what is not set stays");
    let fault = document.tables.table("fault").table("slow");
    assert_eq!(fault.instant("from"), Instant::from_seconds(1_772_438_400));
}

#[test]
fn the_order_of_tables_in_a_file_changes_nothing() {
    let (head, rest) = TWO.split_once("\n[run]").expect("the text has a run");
    let mut tables: Vec<String> = format!("[run]{rest}")
        .split("\n\n")
        .map(String::from)
        .collect();
    tables.reverse();
    let reversed = format!("{head}\n\n{}\n", tables.join("\n\n"));
    let reversed = read(&reversed, "two.toml").unwrap_or_else(|found| panic!("{found}"));
    assert_eq!(reversed.tables, read_two().tables);
}

#[test]
fn every_default_of_the_key_tables_reads_and_a_scenario_of_one_key_is_complete() {
    let document = read("fedsim = 1", "least.toml").unwrap_or_else(|found| panic!("{found}"));
    let parameters = document.tables.table("parameters");
    assert_eq!(
        parameters.span("availability_deadline"),
        Span::from_seconds(25)
    );
    assert_eq!(parameters.size("encrypted_token"), 6_900);
    assert!(matches!(
        document.tables.get("org").map(|e| &e.value),
        Some(Value::Table(_))
    ));
    let filled = read(
        "fedsim = 1\n[gateway.g]\n[org.a]\ndomains = [\"a.com\"]\n[org.a.server.s.web_proxy]\nhost = \"p\"",
        "a.toml",
    );
    filled.unwrap_or_else(|found| panic!("{found}"));
}

/// The tables of a text in another order; those of lists stay in theirs.
fn shuffled(text: &str, seed: NameHash) -> String {
    let mut tables: Vec<String> = vec![String::new()];
    for line in text.lines() {
        // A table below a list entry belongs to that entry and stays with it.
        let below_entry = line.starts_with("[timeline.");
        if line.starts_with('[') && !below_entry {
            tables.push(String::new());
        }
        let table = tables.last_mut().expect("there is a first part");
        table.push_str(line);
        table.push('\n');
    }
    let head = tables.remove(0);
    let (entries, mut tables): (Vec<String>, Vec<String>) = tables
        .into_iter()
        .partition(|table| table.starts_with("[["));
    for index in (1..tables.len()).rev() {
        let other = seed.with(index as u64).0 % (index as u64 + 1);
        tables.swap(index, other as usize);
    }
    head + &tables.concat() + &entries.concat()
}

#[test]
fn tables_in_any_order_give_an_equal_tree() {
    for template in TEMPLATES {
        let text = template.text;
        let ordered = read(text, "ordered.toml").unwrap_or_else(|found| panic!("{found}"));
        let shown = crate::scenario::show::text(&ordered.tables, &ordered.warnings);
        for number in 0..25 {
            for text in [text, &shown] {
                let text = shuffled(text, NameHash::of(template.name).with(number));
                let read = read(&text, "shuffled.toml").unwrap_or_else(|found| panic!("{found}"));
                assert_eq!(read.tables, ordered.tables, "{number}: {text}");
            }
        }
    }
}
