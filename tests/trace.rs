//! Traces: that a replayed request is the same as one that is spelled out, that whatever is wrong with a
//! line is said with its place, and that the length of a trace costs no memory.
//!
//! It knows no rule of the model.

mod support;

use std::fmt::Write as _;
use std::io::{self, Read};
use std::sync::Arc;

use fedsim::engine::{Continue, Instant, Offset, Span};
use fedsim::model::Federation;
use fedsim::model::demand::Census;
use fedsim::model::observation::Fact;
use fedsim::model::outcome::View;
use fedsim::model::simulator::Simulator;
use fedsim::record::Log;
use fedsim::scenario::instants::Clock;
use fedsim::scenario::trace::{BadRow, Form, Plan, Reader, UnknownAddress};
use fedsim::scenario::{Compiled, Diagnostic, Diagnostics, Scenario, Severity, SideFiles};
use fedsim::study;
use support::{Keep, Run, run_compiled};

/// Two organizations that ask each other, from eight o'clock on.
const WORLD: &str = r#"fedsim = 1
[run]
start = 2026-03-02T08:00:00Z
length = "2 h"
time_zone = "Europe/Berlin"
[org.contoso]
exchange = "2013 SP1"
domains = ["contoso.com"]
mailboxes = 50
servers = 2
mailbox.anna = {}
[org.fabrikam]
domains = ["fabrikam.com"]
mailboxes = 20
mailbox.ben = {}
[relationship."contoso -> fabrikam"]
free_busy_access = true
free_busy_level = "AvailabilityOnly"
[relationship."fabrikam -> contoso"]
free_busy_access = true
free_busy_level = "AvailabilityOnly"
[workload.laws]
from = ["contoso", "fabrikam"]
rate = "0 req/h"
"#;

/// Compiles the world with a further part and these files beside it.
fn compile(part: &str, files: &[(&str, &str)]) -> Result<Compiled, Diagnostics> {
    let files = files.iter().copied();
    let files = SideFiles::in_memory(files.map(|(path, text)| (path, text.as_bytes().to_vec())));
    let text = format!("{WORLD}{part}");
    Scenario::parse_beside(&text, "test.toml", files).and_then(|scenario| scenario.compile())
}

/// Compiles the world with a trace `x` of a table.
fn with_table(settings: &str, table: &str) -> Result<Compiled, Diagnostics> {
    let part = format!("[trace.x]\nfile = \"x.csv\"\n{settings}");
    compile(&part, &[("x.csv", table)])
}

#[track_caller]
fn ran(compiled: Result<Compiled, Diagnostics>) -> Run {
    let compiled = compiled.unwrap_or_else(|found| panic!("{}", found.render_plain()));
    run_compiled(compiled.federation, 0)
}

#[track_caller]
fn census(compiled: &Result<Compiled, Diagnostics>) -> Census {
    match compiled {
        Ok(compiled) => {
            let trace = compiled.federation.traces.iter().next();
            trace.expect("there is a trace").census.clone()
        }
        Err(found) => panic!("{}", found.render_plain()),
    }
}

/// How many errors there are: the world's workload, which sends nothing by itself, is a warning.
fn errors(found: &Diagnostics) -> u64 {
    let is_warning = |finding: &&Diagnostic| finding.severity == Severity::Warning;
    found.count() - found.iter().filter(is_warning).count() as u64
}

/// A table of so many rows, seven seconds apart.
fn table(rows: u64, end: &str) -> String {
    let mut text = format!("time,from,to,window{end}");
    for number in 0..rows {
        let to = "ben@fabrikam.com; user3@fabrikam.com";
        write!(text, "+{} s,anna@contoso.com,{to},14 d", 60 + 7 * number).expect("a text grows");
        if number + 1 < rows {
            text.push_str(end);
        }
    }
    text
}

#[test]
fn a_replayed_request_is_the_same_as_one_that_is_spelled_out() {
    let spelled_out = r#"
[request.x]
at = "+60 s"
from = "anna@contoso.com"
to = ["ben@fabrikam.com", "user3@fabrikam.com"]
window = "14 d"
count = 100
every = "7 s"
"#;
    let spelled_out = ran(compile(spelled_out, &[]));
    let replayed = ran(with_table("", &table(100, "\n")));
    assert_eq!(replayed.observations.len(), spelled_out.observations.len());
    for (replayed, spelled_out) in replayed.observations.iter().zip(&spelled_out.observations) {
        assert_eq!(replayed, spelled_out);
    }
    assert_eq!(replayed.digest(), spelled_out.digest());
    assert_eq!(replayed.ended, spelled_out.ended);
}

#[test]
fn windows_line_ends_a_byte_order_mark_and_a_missing_last_line_end_change_nothing() {
    let plain = format!("{}\n", table(20, "\n"));
    let expected = ran(with_table("", &plain)).digest();
    for (what, text) in [
        ("no last line end", table(20, "\n")),
        ("Windows", format!("{}\r\n", table(20, "\r\n"))),
        ("Windows, no last line end", table(20, "\r\n")),
        ("byte order mark", format!("\u{feff}{plain}")),
        (
            "blank lines and remarks",
            plain.replace('\n', "\n\n# a remark\n"),
        ),
        (
            "quotes",
            plain.replace("anna@contoso.com", "\"ANNA@contoso.com\" "),
        ),
        ("other order of columns", {
            let rows = plain.lines().map(|line| {
                let cells: Vec<&str> = line.split(',').collect();
                format!("{},{},{},{}\n", cells[3], cells[2], cells[1], cells[0])
            });
            rows.collect()
        }),
    ] {
        assert_eq!(ran(with_table("", &text)).digest(), expected, "{what}");
    }
}

#[test]
fn times_are_absolute_or_from_the_start_and_can_be_shifted() {
    let at = |settings: &str, time: &str| {
        let table = format!("time,from,to\n{time},anna@contoso.com,ben@fabrikam.com\n");
        let run = ran(with_table(settings, &table));
        let mut sent = run.observations.iter();
        let sent = sent.find(|o| matches!(o.fact, Fact::Sent { .. }));
        sent.map(|o| o.at.since(run.federation.start))
    };
    let expected = Some(Span::from_minutes(30));
    for (settings, time) in [
        ("", "2026-03-02T08:30:00Z"),
        ("", "2026-03-02T09:30:00.000+01:00"),
        ("", "2026-03-02 09:30:00"),
        ("time_zone = \"America/New_York\"", "2026-03-02 03:30"),
        ("", "+1800 s"),
        ("", "+30 min"),
        ("shift = \"+728 d\"", "2024-03-04 09:30"),
        ("shift = \"-1 h\"", "+90 min"),
    ] {
        assert_eq!(at(settings, time), expected, "{settings} {time}");
    }
    assert_eq!(at("", "2026-03-02T10:00:00Z"), None, "the run is over");
}

#[test]
fn whatever_is_wrong_with_a_line_is_said_with_its_place() {
    let row = "+60 s,anna@contoso.com,ben@fabrikam.com";
    for (table, code, place, message) in [
        (
            format!("time,form,to\n{row}\n"),
            "bad-header",
            "x.csv:1:6",
            "there is no column `form`",
        ),
        (
            format!("time,from\n{row}\n"),
            "bad-header",
            "x.csv:1:1",
            "no column `to`",
        ),
        (
            format!("time,from,to,time\n{row}\n"),
            "bad-header",
            "x.csv:1:14",
            "comes twice",
        ),
        (
            format!("time,from,to\n{row}\n{row},7 d\n"),
            "bad-row",
            "x.csv:3:1",
            "the row has 4 cells, and the header 3",
        ),
        (
            "time,from,to\r\n\r\n+60 sec,anna@contoso.com,ben@fabrikam.com".to_owned(),
            "unknown-unit",
            "x.csv:3:1",
            "unknown unit",
        ),
        (
            "time,from,to\n2026-02-30,anna@contoso.com,ben@fabrikam.com".to_owned(),
            "bad-instant",
            "x.csv:2:1",
            "there is no date",
        ),
        (
            "time,from,to\n+1 s,,ben@fabrikam.com".to_owned(),
            "bad-row",
            "x.csv:2:1",
            "`from` is blank",
        ),
        (
            "time,from,to\n+1 s,anna@contoso.com, ".to_owned(),
            "bad-row",
            "x.csv:2:1",
            "`to` is blank",
        ),
        (
            "time,from,to\n+1 s,anna@contoso.com,ben@fabrikam.com; ben fabrikam".to_owned(),
            "bad-name",
            "x.csv:2:41",
            "`ben fabrikam` is not an address",
        ),
        (
            "time,from,to\n+1 s,anna@contoso.com,\"ben@fabrikam.com".to_owned(),
            "bad-row",
            "x.csv:2:23",
            "a quote is not closed",
        ),
        (
            format!("time,from,to,view\n{row},Everything"),
            "bad-value",
            "x.csv:2:41",
            "`Everything` is no view",
        ),
        (
            format!("time,from,to,window\n{row},0 s"),
            "out-of-range",
            "x.csv:2:41",
            "`0 s` is out of range",
        ),
        (
            format!("time,from,to,server\n{row},cas9"),
            "unknown-name",
            "x.csv:2:41",
            "`contoso` has no server `cas9`",
        ),
        (
            format!("time,from,to\n{row}\n+30 s,anna@contoso.com,ben@fabrikam.com"),
            "out-of-order",
            "x.csv:3:1",
            "earlier than one before it",
        ),
        (
            "time,from,to\n+1 s,eve@contoso.com,ben@fabrikam.com".to_owned(),
            "unknown-address",
            "x.csv:2:6",
            "no mailbox `eve@contoso.com`",
        ),
        (
            "time,from,to\n+1 s,anna@contoso.com,user21@fabrikam.com".to_owned(),
            "unknown-address",
            "x.csv:2:23",
            "no mailbox `user21@fabrikam.com`",
        ),
        (
            "time,from,to\n+1 s,anna@contoso.com,ben@nowhere.example".to_owned(),
            "unknown-address",
            "x.csv:2:23",
            "`nowhere.example` is a domain of no organization",
        ),
    ] {
        let found = with_table("", &table).expect_err(&table);
        let told = found.render_plain();
        for part in [
            format!("error[{code}]"),
            format!("--> {place}\n"),
            message.to_owned(),
        ] {
            assert!(told.contains(&part), "no {part:?} in\n{told}");
        }
        assert_eq!(errors(&found), 1, "{told}");
    }
}

#[test]
fn a_row_that_cannot_be_read_can_be_skipped_and_is_counted() {
    let table = "time,from,to\n\
                 +10 s,anna@contoso.com,ben@fabrikam.com\n\
                 soon,anna@contoso.com,ben@fabrikam.com\n\
                 +5 s,anna@contoso.com,ben@fabrikam.com\n\
                 +20 s,anna@contoso.com,ben@fabrikam.com\n\
                 +3 h,anna@contoso.com,ben@fabrikam.com\n";
    let compiled = with_table("on_bad_row = \"skip\"", table);
    let counted = census(&compiled);
    assert_eq!((counted.rows, counted.requests), (5, 2));
    assert_eq!((counted.bad, counted.outside, counted.unknown), (2, 1, 0));
    let lines: Vec<u64> = counted.first.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 4]);
    let warnings = compiled
        .as_ref()
        .map(|compiled| compiled.warnings.render_plain());
    let warnings = warnings.expect("it compiles");
    for part in ["2 that cannot be read", "line 3: `soon`", "1 of 5 rows"] {
        assert!(warnings.contains(part), "no {part:?} in\n{warnings}");
    }
    let run = ran(compiled);
    assert_eq!(sent(&run), 2);
}

#[test]
fn rows_may_be_out_of_order_by_as_much_as_the_scenario_allows() {
    let rows: Vec<String> = table(40, "\n").lines().map(str::to_owned).collect();
    let mut shuffled = rows.clone();
    for pair in shuffled[1..].chunks_mut(3) {
        pair.reverse();
    }
    let (sorted, shuffled) = (rows.join("\n"), shuffled.join("\n"));
    // Three rows are reversed, so one may be 14 s earlier than that before it.
    let allowed = with_table("reorder_within = \"14 s\"", &shuffled);
    assert!(census(&allowed).held_max <= 4, "14 s are three rows");
    assert_eq!(ran(allowed).digest(), ran(with_table("", &sorted)).digest());
    let found = with_table("reorder_within = \"13 s\"", &shuffled).expect_err("too little");
    let told = found.render_plain();
    assert!(told.contains("`reorder_within` allows 13 s"), "{told}");
}

#[test]
fn rows_with_unknown_addresses_can_be_skipped_or_lose_them() {
    let table = "time,from,to\n\
                 +1 s,anna@contoso.com,ben@fabrikam.com;eve@fabrikam.com\n\
                 +2 s,eve@contoso.com,ben@fabrikam.com\n\
                 +3 s,anna@contoso.com,kim@nowhere.example\n\
                 +4 s,anna@contoso.com,ben@fabrikam.com\n";
    for (policy, requests, unknown, left_out, lines) in [
        ("skip", 1, 3, 0, &[2, 3, 4][..]),
        ("skip-address", 2, 2, 1, &[2, 3, 4]),
    ] {
        let compiled = with_table(&format!("on_unknown_address = \"{policy}\""), table);
        let counted = census(&compiled);
        assert_eq!(
            (counted.requests, counted.unknown),
            (requests, unknown),
            "{policy}"
        );
        assert_eq!(counted.addresses_left_out, left_out, "{policy}");
        let first: Vec<u64> = counted.first.iter().map(|(line, _)| *line).collect();
        assert_eq!(first, lines, "{policy}");
        assert_eq!(sent(&ran(compiled)), requests, "{policy}");
    }
    let found = with_table("", table).expect_err("it stops");
    assert_eq!(errors(&found), 3);
}

#[test]
fn strangers_cost_no_memory() {
    let mut table = "time,from,to\n+1 s,anna@contoso.com,ben@fabrikam.com\n".to_owned();
    let names = |table: &str| {
        let compiled = with_table("on_unknown_address = \"skip\"", table);
        compiled
            .expect("strangers are skipped")
            .federation
            .names
            .len()
    };
    let before = names(&table);
    for number in 0..2_000 {
        writeln!(table, "+1 s,anna@contoso.com,p{number}@x{number}.example").expect("a text grows");
    }
    assert_eq!(names(&table), before);
}

#[test]
fn a_file_full_of_faults_is_not_read_to_its_end() {
    let table = format!("time,from,to\n{}", "nonsense\n".repeat(5_000));
    let found = with_table("", &table).expect_err("it is full of faults");
    assert_eq!(
        errors(&found),
        101,
        "a hundred faults, and that there are more"
    );
    assert!(found.iter().all(|finding| finding.code != "io"));
}

#[test]
fn a_scenario_says_what_its_traces_lack() {
    let good = "time,from,to\n+1 s,anna@contoso.com,ben@fabrikam.com\n";
    for (part, code, message) in [
        ("[trace.x]\n", "missing-key", "`file`"),
        ("[trace.x]\nfile = \"y.csv\"", "io", "there is no such file"),
        (
            "[trace.x]\nfile = \"x.csv\"\nformat = \"w3c\"",
            "no-demand",
            "whose calendars",
        ),
        (
            "[trace.x]\nfile = \"x.csv\"\ndemand = \"lawz\"",
            "unknown-name",
            "did you mean `laws`?",
        ),
        (
            "[trace.laws]\nfile = \"x.csv\"",
            "ambiguous-name",
            "is a trace as well",
        ),
        (
            "[trace.x]\nfile = \"x.csv\"\nformat = \"cvs\"",
            "bad-value",
            "did you mean `csv`?",
        ),
    ] {
        let found = compile(part, &[("x.csv", good)]).expect_err(part);
        let told = found.render_plain();
        let is_there = told.contains(&format!("error[{code}]")) && told.contains(message);
        assert!(is_there, "no {code}, {message:?} in\n{told}");
    }
}

#[test]
fn a_log_of_iis_becomes_requests_of_those_who_called() {
    let log = "#Software: Microsoft Internet Information Services 8.5\n\
        #Fields: date time cs-method cs-uri-stem cs-username sc-status\n\
        2026-03-02 08:00:01 POST /EWS/Exchange.asmx CONTOSO\\user3 200\n\
        2026-03-02 08:00:02 POST /EWS/Exchange.asmx - 401\n\
        2026-03-02 08:00:03 GET /owa/ CONTOSO\\user3 200\n\
        2026-03-02 08:00:03 POST /ews/exchange.asmx/WSSecurity - 200\n\
        2026-03-02 08:00:04 POST /ews/exchange.asmx anna@contoso.com 200\n\
        #Fields: date time cs-uri-stem cs-username time-taken\n\
        2026-03-02 08:00:05 /EWS/Exchange.asmx fabrikam\\USER4 15\n\
        2026-03-02 08:00:06 /EWS/Exchange.asmx CONTOSO\\CAS1$ 15\n\
        2026-03-02 08:00:07 /EWS/Exchange.asmx CONTOSO\\a.schmidt 15";
    let part =
        "[trace.x]\nfile = \"x.log\"\nformat = \"w3c\"\ndemand = \"laws\"\nusers = \"u.csv\"\n";
    let users = "user,address\r\nCONTOSO\\a.schmidt,anna@contoso.com\r\n";
    let compiled = compile(part, &[("x.log", log), ("u.csv", users)]);
    let counted = census(&compiled);
    assert_eq!(
        (counted.rows, counted.requests, counted.passed_over),
        (8, 4, 4)
    );
    let run = ran(compiled);
    let sent: Vec<String> = run
        .observations
        .iter()
        .filter_map(|o| match o.fact {
            Fact::Sent { from, .. } => {
                let at = o.at.since(run.federation.start).as_seconds();
                let name = run.federation.request_name(o.request);
                Some(format!("{at} {name} {}", run.federation.address_text(from)))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        sent,
        [
            "1 contoso/x#1 user3@contoso.com",
            "4 contoso/x#2 anna@contoso.com",
            "5 fabrikam/x#1 user4@fabrikam.com",
            "7 contoso/x#3 anna@contoso.com",
        ]
    );
    let asked_others = run.observations.iter().all(|o| match o.fact {
        Fact::AttendeeDone { target, .. } => target != Some(o.request.requester),
        _ => true,
    });
    assert!(asked_others, "the attendees are partners'");
}

#[test]
fn a_log_of_exchange_tells_the_operation() {
    let names = "DateTime,RequestId,IsAuthenticated,AuthenticatedUser,UserAgent,SoapAction,HttpStatus,GenericInfo";
    let mut log = format!("{names}\r\n#Log-type: EWS Logs\r\n#Fields: {names}\r\n");
    for (second, user, agent, action) in [
        (
            1,
            "user3@contoso.com",
            "Microsoft Office/15.0",
            "GetUserAvailability",
        ),
        (2, "user3@contoso.com", "Microsoft Office/15.0", "FindItem"),
        (
            3,
            "ben@fabrikam.com",
            "ASProxy/CrossForest/EmailDomain",
            "GetUserAvailability",
        ),
        (
            4,
            "CONTOSO\\CAS2$",
            "ASProxy/CrossSite/Directory",
            "GetUserAvailability",
        ),
        (5, "", "Microsoft Office/15.0", "GetUserAvailability"),
        (
            6,
            "HealthMailboxa1b2@contoso.com",
            "Probe",
            "GetUserAvailability",
        ),
        (
            7,
            "CONTOSO\\user4",
            "Microsoft Office/15.0",
            "GetUserAvailability",
        ),
    ] {
        // What stands behind the fields that are looked at need not be a table's cell.
        let at = format!("2026-03-02T08:00:0{second}.250Z");
        write!(
            log,
            "{at},id,true,{user},{agent},{action},200,a=\"b,c;S:x\r\n"
        )
        .expect("a text grows");
    }
    let part = "[trace.x]\nfile = \"x.log\"\nformat = \"w3c\"\ndemand = \"laws\"\n";
    let counted = census(&compile(part, &[("x.log", &log)]));
    assert_eq!(
        (counted.rows, counted.requests, counted.passed_over),
        (7, 2, 5)
    );
}

#[test]
fn whatever_is_wrong_with_a_log_is_said_with_its_place() {
    let fields = "#Fields: date time cs-uri-stem cs-username\n";
    let entry = "2026-03-02 08:00:01 /EWS/Exchange.asmx";
    for (log, place, message) in [
        (
            format!("{entry} CONTOSO\\user3"),
            "x.log:1:1",
            "no `#Fields:` line",
        ),
        (
            "#Fields: date time cs-uri-stem\n".to_owned(),
            "x.log:1:9",
            "no field `cs-username`",
        ),
        (
            format!("{fields}{entry}\n"),
            "x.log:2:1",
            "the line has 3 fields",
        ),
        (
            format!("{fields}2026-03-02 8h /EWS/Exchange.asmx CONTOSO\\user3"),
            "x.log:2:1",
            "is no instant",
        ),
        (
            format!("{fields}{entry} NOWHERE\\user3"),
            "x.log:2:40",
            "nothing tells the address of `NOWHERE\\user3`",
        ),
        (
            format!("{fields}{entry} CONTOSO\\user51"),
            "x.log:2:40",
            "no mailbox `user51@contoso.com`",
        ),
    ] {
        let part = "[trace.x]\nfile = \"x.log\"\nformat = \"w3c\"\ndemand = \"laws\"\n";
        let found = compile(part, &[("x.log", &log)]).expect_err(&log);
        let told = found.render_plain();
        for part in [format!("--> {place}\n"), message.to_owned()] {
            assert!(told.contains(&part), "no {part:?} in\n{told}");
        }
    }
}

#[test]
fn what_is_drawn_for_a_row_hangs_on_its_requester_and_its_number_alone() {
    let asked = |table: &str| -> Vec<(u32, String)> {
        let run = ran(with_table("demand = \"laws\"", table));
        let contoso = run.organization("contoso");
        let of_contoso =
            |o: &&fedsim::model::observation::Observation| o.request.requester == contoso;
        let mut asked: Vec<(u32, String)> = run
            .observations
            .iter()
            .filter(of_contoso)
            .filter_map(|o| match o.fact {
                Fact::AttendeeDone { asked, .. } => {
                    Some((o.request.number, run.federation.address_text(asked)))
                }
                _ => None,
            })
            .collect();
        asked.sort();
        asked
    };
    let alone =
        "time,from\n+1 s,anna@contoso.com\n+9 s,user3@contoso.com\n+17 s,anna@contoso.com\n";
    let expected = asked(alone);
    assert!(expected.len() >= 3, "each has an attendee");
    let among = "time,from\n+1 s,anna@contoso.com\n+2 s,ben@fabrikam.com\n+9 s,user3@contoso.com\n\
                 +11 s,user2@fabrikam.com\n+20 s,anna@contoso.com\n";
    assert_eq!(asked(among), expected);
}

#[test]
fn a_file_that_changes_after_it_was_checked_is_an_error_of_the_run() {
    let place = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("trace-changes");
    std::fs::create_dir_all(&place).expect("a directory can be made");
    let file = place.join("x.csv");
    let scenario = place.join("x.toml");
    std::fs::write(&scenario, format!("{WORLD}[trace.x]\nfile = \"x.csv\"\n")).expect("a file");
    let good = table(20, "\n");
    for (what, changed) in [
        ("a bad line", Some(good.replacen("14 d", "a fortnight", 1))),
        ("a row more", Some(table(21, "\n"))),
        ("other values", Some(good.replace("14 d", "28 d"))),
        ("no file", None),
        ("the same", Some(good.clone())),
    ] {
        std::fs::write(&file, &good).expect("a file can be written");
        let compiled = Scenario::load(&scenario).and_then(|scenario| scenario.compile());
        let compiled = compiled.unwrap_or_else(|found| panic!("{}", found.render_plain()));
        match changed {
            Some(text) => std::fs::write(&file, text).expect("a file can be written"),
            None => std::fs::remove_file(&file).expect("a file can be removed"),
        }
        let log = (Log::None, &mut () as &mut dyn fedsim::record::RowSink);
        let result = study::run(&compiled.federation, 0, &[], log, |_, _| Continue::Yes);
        let failed = result.trace_failures.len();
        assert_eq!(failed, usize::from(what != "the same"), "{what}");
        for failure in result.trace_failures {
            let message = failure.error.to_string();
            assert!(message.contains("x.csv"), "{what}: {message}");
        }
    }
}

#[test]
fn a_run_is_the_same_however_often_it_is_run() {
    let federation = with_table("", &table(50, "\r\n"))
        .expect("it compiles")
        .federation;
    let digest = || {
        let done = Simulator::new(&federation, 0, Keep::default()).run(|_, _| Continue::Yes);
        done.recorder.0
    };
    assert_eq!(digest(), digest());
}

#[test]
fn a_mangled_file_is_refused_or_read_but_never_ends_the_program() {
    let log = "#Fields: date time cs-uri-stem cs-username\r\n\
               2026-03-02 08:00:01 /EWS/Exchange.asmx CONTOSO\\user3\r\n\
               #Fields: DateTime,AuthenticatedUser,SoapAction\r\n\
               2026-03-02T08:00:05.000Z,\"user4@contoso.com\",GetUserAvailability\r\n";
    let table = "time,from,to,window,view\n\
                 +1 s,anna@contoso.com,\"ben@fabrikam.com; user3@fabrikam.com\",14 d,FreeBusy\n\
                 2026-03-02T09:30:00,user7@contoso.com,user2@fabrikam.com,,\n";
    let mut state: u64 = 1;
    let mut draw = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for (text, settings) in [
        (log, "format = \"w3c\"\ndemand = \"laws\""),
        (table, "demand = \"laws\"\nreorder_within = \"1 h\""),
        (
            table,
            "on_bad_row = \"skip\"\non_unknown_address = \"skip-address\"",
        ),
    ] {
        for _ in 0..150 {
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..=draw(4) {
                let at = draw(bytes.len());
                match draw(4) {
                    0 => bytes[at] = draw(256) as u8,
                    1 => bytes[at] = b",\"\n\r#\\@;\0-"[draw(10)],
                    2 => bytes.truncate(at.max(1)),
                    _ => bytes.insert(at, b",\"\n\r#\\@; +"[draw(10)]),
                }
            }
            let part = format!("{WORLD}[trace.x]\nfile = \"x\"\n{settings}\n");
            let files = SideFiles::in_memory([("x", bytes)]);
            let scenario = Scenario::parse_beside(&part, "test.toml", files);
            let compiled = scenario.and_then(|scenario| scenario.compile());
            match compiled {
                Ok(compiled) => drop(run_compiled(compiled.federation, 0)),
                Err(found) => assert!(!found.render_plain().is_empty()),
            }
        }
    }
}

#[test]
fn of_two_hundred_thousand_rows_a_reader_holds_no_more_rows_than_of_a_few() {
    check_rows_held(200_000);
}

/// Takes a minute without optimization: `cargo test --release --test trace -- --ignored`.
#[test]
#[ignore = "ten million rows"]
fn of_ten_million_rows_a_reader_holds_no_more_rows_than_of_a_few() {
    check_rows_held(10_000_000);
}

/// Reads a trace that is made while it is read: ten rows a second, neighbours out of order.
fn check_rows_held(rows: u64) {
    let world = compile("", &[]).expect("the world compiles").federation;
    for (reorder, held) in [(Span::ZERO, 1), (Span::from_seconds(10), 102)] {
        let plan = plan(&world, reorder);
        let is_shuffled = reorder > Span::ZERO;
        let file = Generated {
            row: 0,
            rows,
            is_shuffled,
            rest: b"time,from,to\r\n".to_vec(),
            taken: 0,
        };
        let mut reader = Reader::new(Arc::new(plan), Box::new(file));
        let mut before = Instant::EPOCH;
        let mut read = 0;
        let on_fault = &mut |line: fedsim::scenario::trace::FaultyLine<'_>, fault: &_| {
            panic!("line {}: {fault:?}", line.number)
        };
        while let Some(request) = reader.next(&world, on_fault).expect("memory can be read") {
            assert!(request.at >= before, "row {read} is in order");
            before = request.at;
            read += 1;
        }
        assert_eq!(read, rows);
        assert_eq!(reader.census().rows, rows);
        let most = reader.census().held_max;
        assert!(most <= held, "{most} rows were held, of {rows}");
    }
}

fn plan(world: &Federation, reorder_within: Span) -> Plan {
    let (zone, _) = fedsim::scenario::instants::zone("UTC").expect("there is such a zone");
    Plan {
        form: Form::Table,
        clock: Clock::new(world.start, zone),
        shift: Offset::ZERO,
        reorder_within,
        bad_row: BadRow::Stop,
        unknown_address: UnknownAddress::Stop,
        window: Span::from_days(7),
        view: View::DetailedMerged,
        interval: Span::from_minutes(30),
        draws: false,
        users: Default::default(),
        run: world.start..world.start + Span::from_days(1_000),
    }
}

/// A table that is made while it is read.
struct Generated {
    row: u64,
    rows: u64,
    is_shuffled: bool,
    rest: Vec<u8>,
    taken: usize,
}

impl Read for Generated {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.rest.len() {
            if self.row == self.rows {
                return Ok(0);
            }
            let neighbour = if self.is_shuffled {
                self.row ^ 1
            } else {
                self.row
            };
            let number = neighbour.min(self.rows - 1);
            self.row += 1;
            let (from, to) = (number % 50 + 1, number % 20 + 1);
            let at = number * 100;
            self.rest = format!(
                "+{at} ms,user{from}@contoso.com,user{to}@fabrikam.com;ben@fabrikam.com\r\n"
            )
            .into_bytes();
            self.taken = 0;
        }
        let length = into.len().min(self.rest.len() - self.taken);
        into[..length].copy_from_slice(&self.rest[self.taken..self.taken + length]);
        self.taken += length;
        Ok(length)
    }
}

fn sent(run: &Run) -> u64 {
    let is_sent = |fact: &Fact| matches!(fact, Fact::Sent { .. });
    run.observations.iter().filter(|o| is_sent(&o.fact)).count() as u64
}
