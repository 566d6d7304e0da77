//! The files of a run: their sums agree, and equal worlds give equal bytes.
//!
//! The sums are added up by a script of its own, `tests/check_sums.py`, which reads nothing but the
//! files. It needs `python3`; without it these tests fail.
#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

const FEDSIM: &str = env!("CARGO_BIN_EXE_fedsim");

/// Three organizations, a gateway that is too small for a while, and most ways to fail.
const WORLD: &str = r#"fedsim = 1
title = "A small gateway"

[run]
length = "50 min"
timeline_every = "7 min"
seed = { world = 7, day = 11 }

[parameters]
loss = "1 %"

[gateway.business]
servers = 1
queue_max = 6
rollover_first = "+30 min"

[org.contoso]
exchange = "2013 SP1"
domains = ["contoso.com"]
mailboxes = 20
servers = 2
calendar_default = { None = "10 %", AvailabilityOnly = "60 %", LimitedDetails = "30 %" }

[org.fabrikam]
exchange = "2010 SP3"
domains = ["fabrikam.com", "fabrikam.co.uk"]
mailboxes = 20
resolver = "shared"

[org.fabrikam.server.cas1]
threads = 1
queue_max = 3

[org.tailspin]
exchange = "2016 CU1"
domains = ["tailspin.com"]
mailboxes = 20
resolver = "shared"

[dns.resolver.shared]
positive_cap = "10 min"

[relationship."contoso -> fabrikam"]
free_busy_access = true

[relationship."fabrikam -> contoso"]
free_busy_access = true
free_busy_level = "LimitedDetails"

[relationship."contoso -> tailspin"]
free_busy_access = true

[relationship."tailspin -> contoso"]
free_busy_access = true
free_busy_level = "AvailabilityOnly"

[fault.fabrikam-away]
from = "+20 min"
until = "+25 min"
set.org.fabrikam.host."mail.fabrikam.com".state = "down"

[request.contoso-asks]
at = "+1 min"
from = "user1@contoso.com"
to = ["user1@fabrikam.com", "user2@fabrikam.com", "user3@tailspin.com", "user4@contoso.com"]
count = 600
every = "4900 ms"

[request.fabrikam-asks]
at = "+2 min"
from = "user2@fabrikam.com"
to = ["user1@contoso.com", "user2@contoso.com", "someone@nowhere.example"]
count = 400
every = "7 s"

[request.all-at-once]
at = "+10 min"
from = "user5@contoso.com"
to = ["user9@tailspin.com"]
count = 300
every = "50 ms"

[request.near-the-end]
at = "2026-03-02T08:49:59Z"
from = "user6@contoso.com"
to = ["user9@tailspin.com", "user1@fabrikam.com"]
count = 30
every = "40 ms"
"#;

/// The tables that depend on the log.
const ROW_LOGS: [&str; 4] = ["requests.csv", "groups.csv", "attendees.csv", "tokens.csv"];

type Files = BTreeMap<String, Vec<u8>>;

fn fresh(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("measures")
        .join(name);
    if directory.exists() {
        fs::remove_dir_all(&directory).expect("an old directory can be removed");
    }
    fs::create_dir_all(&directory).expect("a directory can be made");
    directory
}

/// Runs a scenario in a place of its own and gives the directory of results.
fn run(place: &str, text: &str, arguments: &[&str]) -> PathBuf {
    let place = fresh(place);
    fs::write(place.join("world.toml"), text).expect("a file can be written");
    let output = Command::new(FEDSIM)
        .args(["run", "world.toml"])
        .args(arguments)
        .current_dir(&place)
        .output()
        .expect("fedsim can be started");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
    place.join("results/world")
}

/// All files but the one that tells of this machine.
fn files(directory: &Path) -> Files {
    let entries = fs::read_dir(directory).expect("there are results");
    let files = entries.map(|entry| {
        let entry = entry.expect("a directory can be listed");
        let name = entry.file_name().to_string_lossy().into_owned();
        (name, fs::read(entry.path()).expect("a file can be read"))
    });
    files.filter(|(name, _)| name != "timing.json").collect()
}

/// The summary without what names the inputs.
fn summary(files: &Files, without: &[&str]) -> Value {
    let mut summary: Value =
        serde_json::from_slice(&files["summary.json"]).expect("a summary is JSON");
    summary["scenario"]["hash"] = Value::Null;
    for field in without {
        summary[field] = Value::Null;
    }
    summary
}

fn assert_same_tables(one: &Files, other: &Files, but: &[&str], why: &str) {
    for (name, bytes) in one {
        if name.ends_with(".csv") && !but.contains(&name.as_str()) {
            assert!(other.get(name) == Some(bytes), "{why}: {name}");
        }
    }
}

/// Runs the script: whether it ended well, and what it told, in its two streams.
fn sums(directories: &[PathBuf]) -> (bool, String, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check_sums.py");
    let output = Command::new("python3")
        .arg(script)
        .args(directories)
        .output()
        .unwrap_or_else(|error| {
            panic!("the sums of results are added up by python3, which cannot be started: {error}")
        });
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (told, failed) = (text(&output.stdout), text(&output.stderr));
    (output.status.success(), told, failed)
}

fn check_sums(directories: &[PathBuf]) {
    let (is_success, told, failed) = sums(directories);
    assert!(is_success, "{told}{failed}");
    assert_eq!(
        told.matches(" 0 differ").count(),
        directories.len(),
        "{told}"
    );
}

#[test]
fn every_table_adds_up_to_the_summary() {
    let directory = run("sums", WORLD, &[]);
    let told = summary(&files(&directory), &[]);
    // A world in which little happens would prove little.
    for path in [
        "/requests/in_flight",
        "/requests/partial",
        "/tokens/refused",
        "/tokens/pairs",
    ] {
        let number = told.pointer(path).and_then(Value::as_u64);
        assert!(number > Some(0), "{path}: {number:?}");
    }
    let queue = told.pointer("/stations/data_centres/queue_ns");
    assert!(queue.and_then(Value::as_u64) > Some(0), "{queue:?}");
    let layers = told["failures_by_layer"]
        .as_object()
        .map(serde_json::Map::len);
    assert!(layers > Some(2), "{layers:?}");
    let cached = "\n[rules]\ntoken_cache = \"per-user-target-offer\"\n";
    let others = [
        run(
            "sums-cached",
            &format!("{WORLD}{cached}"),
            &["--log", "all"],
        ),
        run("sums-none", WORLD, &["--log", "none"]),
    ];
    check_sums(&[[directory].as_slice(), &others].concat());
}

#[test]
fn a_table_that_does_not_add_up_is_found() {
    let directory = run("sums-wrong", WORLD, &[]);
    let path = directory.join("token_pairs.csv");
    let text = fs::read_to_string(&path).expect("there is a table");
    let (lines, _) = text.trim_end().rsplit_once('\n').expect("it has rows");
    fs::write(&path, format!("{lines}\n")).expect("it can be written");
    let (is_success, told, failed) = sums(&[directory]);
    assert!(!is_success, "a missing row is a difference: {told}");
    let mut differences = told.lines().filter(|line| line.contains(" by rows, "));
    let is_named = differences.any(|line| line.contains("token_pairs.csv"));
    assert!(is_named, "{told}{failed}");
}

#[test]
fn equal_worlds_give_equal_bytes_in_every_file() {
    let first = files(&run("first", WORLD, &[]));
    assert_eq!(files(&run("again", WORLD, &[])), first);
    let (head, tables) = WORLD.split_once("\n\n").expect("the file has parts");
    let mut reversed: Vec<&str> = tables.trim_end().split("\n\n").collect();
    reversed.reverse();
    let reversed = format!("{head}\n\n{}\n", reversed.join("\n\n"));
    assert_eq!(files(&run("reversed", &reversed, &[])), first);
}

#[test]
fn an_organization_that_sends_nothing_changes_no_table() {
    let alone = files(&run("alone", WORLD, &[]));
    for name in ["aardvark", "dodo", "zebra"] {
        let more = format!(
            "{WORLD}\n[org.{name}]\ndomains = [\"{name}.com\"]\nmailboxes = 9\nresolver = \"shared\"\n"
        );
        let with = files(&run("silent", &more, &[]));
        assert_same_tables(&alone, &with, &[], name);
        // It stands in more places, with the same defaults.
        let without = ["assumptions"];
        assert_eq!(
            summary(&alone, &without),
            summary(&with, &without),
            "{name}"
        );
    }
}

#[test]
fn what_is_logged_changes_nothing_but_the_log() {
    let all = files(&run("log-all", WORLD, &["--log", "all"]));
    for log in ["none", "failed", "sample=10%", "up-to-limit"] {
        let other = files(&run("log", WORLD, &["--log", log]));
        assert_same_tables(&all, &other, &ROW_LOGS, log);
        assert_eq!(
            summary(&all, &["rows"]),
            summary(&other, &["rows"]),
            "{log}"
        );
    }
}

#[test]
fn a_run_that_nobody_watches_writes_no_bar() {
    let place = fresh("no-bar");
    fs::write(place.join("world.toml"), WORLD).expect("a file can be written");
    let output = Command::new(FEDSIM)
        .args(["run", "world.toml"])
        .current_dir(&place)
        .stdin(Stdio::null())
        .output()
        .expect("fedsim can be started");
    assert_eq!(output.stderr, b"results: results/world\n");
    assert!(!output.stdout.contains(&0x1b) && !output.stdout.contains(&b'\r'));
}

/// The signal is sent as soon as rows are being written, long before the run is over.
#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted_leaves_nothing() {
    let place = fresh("interrupted");
    let long = WORLD.replace(
        "count = 600\nevery = \"4900 ms\"",
        "count = 400_000\nevery = \"5 ms\"",
    );
    assert_ne!(long, WORLD);
    fs::write(place.join("world.toml"), long).expect("a file can be written");
    let mut child = Command::new(FEDSIM)
        .args(["run", "world.toml"])
        .current_dir(&place)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("fedsim can be started");
    let rows = place.join("results/world.partial/requests.csv");
    let is_writing = || fs::metadata(&rows).is_ok_and(|rows| rows.len() > 10_000);
    while !is_writing() && child.try_wait().expect("it can be asked").is_none() {
        std::thread::yield_now();
    }
    let process = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &process]).status();
    assert!(sent.expect("a signal can be sent").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let left = fs::read_dir(place.join("results")).expect("it can be listed");
    assert_eq!(left.count(), 0, "neither results nor a half of them");
}
