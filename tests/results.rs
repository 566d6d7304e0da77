//! Results: the reference names every field and column, equal inputs give equal bytes, and nothing is
//! overwritten that should not be.
//!
//! `FEDSIM_REFRESH=1 cargo test --test results` rewrites the generated sections of docs/results.md.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use fedsim::Scenario;
use fedsim::engine::Continue;
use fedsim::record::{Log, RowLists};
use fedsim::report::directory::{self, Timing, Writing};
use fedsim::report::reference::{FIELDS, SECTIONS, begin, end};
use fedsim::report::{Overwrite, Reported, Summary, WriteError, text};
use fedsim::scenario::Compiled;
use fedsim::study::{self, RunResult, expectation};

/// Two requests, one of which fails for one of its attendees; everything that a summary can hold.
const WORLD: &str = r#"
fedsim = 1
title = "A calendar that is closed"
[gateway.business]
[org.contoso]
domains = ["contoso.com"]
mailbox.anna = {}
[org.fabrikam]
domains = ["fabrikam.com"]
mailbox.ben = {}
mailbox.eve = { calendar_default = "None" }
[relationship."contoso -> fabrikam"]
free_busy_access = true
[relationship."fabrikam -> contoso"]
free_busy_level = "AvailabilityOnly"
[request.both]
at = "+1 min"
from = "anna@contoso.com"
to = ["ben@fabrikam.com", "eve@fabrikam.com"]
[request.nobody]
at = "+2 min"
from = "anna@contoso.com"
to = ["someone@nowhere.example"]
[[timeline]]
at = "+3 min"
org = "contoso"
run = "Get-ExchangeCertificate; Get-ExchangeCertificate -Thumbprint 00"
[[timeline]]
at = "+4 min"
org = "contoso"
run = "Start-Sleep -Seconds 30000000"
[expect]
"attendees.count" = "== 3"
"attendees.success_rate{path=relationship}" = "== 50 %"
"latency.max{outcome=complete}" = "< 25 s"
"#;

struct Ran {
    compiled: Compiled,
    result: RunResult,
    rows: RowLists,
}

impl Ran {
    fn reported(&self) -> Reported<'_> {
        Reported {
            name: "closed",
            effective: &self.compiled.effective,
            inputs: &self.compiled.inputs,
            federation: &self.compiled.federation,
            replication: 0,
            result: &self.result,
        }
    }

    fn write(&self, directory: &Path, overwrite: Overwrite) -> Result<(), WriteError> {
        let summary = Summary::of(self.reported());
        directory::write(
            directory,
            overwrite,
            (self.reported(), &self.rows),
            &summary,
            Timing::new(7, (9, 2), None),
        )
    }
}

fn run(text: &str) -> Ran {
    let scenario = Scenario::parse(text, "closed.toml").unwrap_or_else(|found| panic!("{found}"));
    let compiled = scenario.compile().unwrap_or_else(|found| panic!("{found}"));
    let expectations = expectation::compile(scenario.document(), &compiled.federation);
    let expectations = expectations.unwrap_or_else(|found| panic!("{found}"));
    let goes_on = |_, _| Continue::Yes;
    let mut rows = RowLists::default();
    let result = study::run(
        &compiled.federation,
        0,
        &expectations,
        (Log::UpToLimit, &mut rows),
        goes_on,
    );
    Ran {
        compiled,
        result,
        rows,
    }
}

/// A directory of this test alone that does not exist yet.
fn fresh(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("results")
        .join(name);
    if directory.exists() {
        fs::remove_dir_all(&directory).expect("an old directory can be removed");
    }
    fs::create_dir_all(&directory).expect("a directory can be made");
    directory.join("closed")
}

fn contents(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(directory).expect("there are results");
    let mut files: Vec<_> = entries
        .map(|entry| {
            let entry = entry.expect("a directory can be listed");
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).expect("a file can be read"))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_run_is_summed_up_judged_and_told() {
    let ran = run(WORLD);
    let summary = Summary::of(ran.reported());
    assert_eq!(summary.requests.sent, 2);
    assert_eq!((summary.requests.partial, summary.requests.failed), (1, 1));
    assert_eq!((summary.attendees.views, summary.attendees.failed), (1, 2));
    let met: Vec<bool> = summary.expectations.iter().map(|row| row.met).collect();
    // In the order of their names; the last one has nothing to measure.
    assert_eq!(met, [true, true, false]);
    let told = text::render(&summary);
    for part in [
        "A calendar that is closed\n",
        "Requests    2 sent: 0 complete, 1 partial, 1 failed, 0 in flight\n",
        "permission.default-none\n",
        "5037 NoFreeBusyAccess",
        "Expectations: 2 of 3 met\n",
        "FAILED  latency.max{outcome=complete} < 25 s: nothing to measure\n",
        "contoso/both#1, sent 2026-03-02T08:01:00Z\n",
        "Assumptions: ",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
}

#[test]
fn every_field_of_a_summary_stands_in_the_reference_and_the_other_way_round() {
    let ran = run(WORLD);
    let summary: Value =
        serde_json::from_str(&Summary::of(ran.reported()).json()).expect("it is JSON");
    let mut found = BTreeSet::new();
    paths(&summary, String::new(), &mut found);
    let covers = |pattern: &str, path: &str| {
        let (pattern, path): (Vec<_>, Vec<_>) = (split(pattern), split(path));
        pattern.len() == path.len() && pattern.iter().zip(&path).all(|(p, q)| p == "*" || p == q)
    };
    for path in &found {
        let known = FIELDS.iter().any(|(pattern, _)| covers(pattern, path));
        assert!(known, "`{path}` stands in no row of the reference");
    }
    for (pattern, _) in FIELDS {
        // These depend on what happens in a world.
        let may_be_absent = pattern.contains('*');
        let is_found = found.iter().any(|path| covers(pattern, path));
        assert!(
            is_found || may_be_absent,
            "`{pattern}` is no field of a summary"
        );
    }
}

/// The parts of a path; a cause or a name may hold dots, so they are put in angle brackets.
fn split(path: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for character in path.chars() {
        match character {
            '<' => depth += 1,
            '>' => depth -= 1,
            '.' if depth == 0 => parts.push(String::new()),
            other => parts.last_mut().expect("there is a part").push(other),
        }
    }
    parts
}

fn paths(value: &Value, path: String, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let name = if name.contains('.') {
                    format!("<{name}>")
                } else {
                    name.clone()
                };
                let dot = if path.is_empty() { "" } else { "." };
                paths(field, format!("{path}{dot}{name}"), found);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                paths(element, format!("{path}[]"), found);
            }
        }
        _ => {
            found.insert(path);
        }
    }
}

#[test]
fn the_generated_sections_of_the_reference_are_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/results.md");
    let text = fs::read_to_string(&path).expect("docs/results.md can be read");
    let mut wanted = text.clone();
    for (name, generate) in SECTIONS {
        let (begin, end) = (begin(name), end(name));
        let from = wanted
            .find(&begin)
            .unwrap_or_else(|| panic!("there is no `{begin}`"))
            + begin.len();
        let to = wanted
            .find(&end)
            .unwrap_or_else(|| panic!("there is no `{end}`"));
        wanted.replace_range(from..to, &format!("\n{}\n", generate().trim_end()));
    }
    if std::env::var_os("FEDSIM_REFRESH").is_some() {
        fs::write(&path, &wanted).expect("docs/results.md can be written");
    } else {
        assert!(
            wanted == text,
            "docs/results.md is out of date: FEDSIM_REFRESH=1 cargo test --test results"
        );
    }
}

#[test]
fn the_reference_names_every_file() {
    let text = include_str!("../docs/results.md");
    let directory = fresh("files");
    run(WORLD)
        .write(&directory, Overwrite::Never)
        .expect("nothing is in the way");
    for (name, _) in contents(&directory) {
        assert!(text.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn equal_inputs_give_equal_bytes_and_replace_themselves() {
    let directory = fresh("equal");
    run(WORLD)
        .write(&directory, Overwrite::Never)
        .expect("nothing is in the way");
    let before = contents(&directory);
    let commented = format!(
        "# the same world\n{}",
        WORLD.replace(r#""+1 min""#, r#""+60 s""#)
    );
    run(&commented)
        .write(&directory, Overwrite::Never)
        .expect("the inputs are equal");
    assert_eq!(contents(&directory), before);
    let beside: Vec<_> = contents_of_parent(&directory);
    assert_eq!(beside, ["closed"], "nothing is left aside");
}

#[test]
fn two_runs_never_write_to_one_place_at_once() {
    let directory = fresh("busy");
    let ran = run(WORLD);
    let identity = || directory::identity(ran.reported());
    let begin = || Writing::begin(&directory, Overwrite::Results, identity());
    let first = begin().expect("nothing is in the way");
    assert!(matches!(begin(), Err(WriteError::Busy(_))));
    first.abandon().expect("it can be taken back");
    assert!(contents_of_parent(&directory).is_empty());
    ran.write(&directory, Overwrite::Never)
        .expect("nobody is writing any more");
}

fn contents_of_parent(directory: &Path) -> Vec<String> {
    let parent = directory.parent().expect("it has a parent");
    let entries = fs::read_dir(parent).expect("it can be listed");
    let names = entries.map(|e| e.expect("it can be listed").file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

#[test]
fn results_of_other_inputs_are_replaced_only_on_demand() {
    let directory = fresh("other");
    run(WORLD)
        .write(&directory, Overwrite::Never)
        .expect("nothing is in the way");
    let before = contents(&directory);
    let other = run(&WORLD.replace("AvailabilityOnly", "LimitedDetails"));
    let refused = other.write(&directory, Overwrite::Never);
    assert!(
        matches!(refused, Err(WriteError::OtherInputs(_))),
        "{refused:?}"
    );
    assert_eq!(contents(&directory), before);
    other
        .write(&directory, Overwrite::Results)
        .expect("they may be replaced");
    assert_ne!(contents(&directory), before);
}

#[test]
fn a_directory_that_holds_something_else_is_never_touched() {
    let directory = fresh("something-else");
    fs::create_dir_all(&directory).expect("a directory can be made");
    fs::write(directory.join("letter.txt"), "Dear Anna").expect("a file can be written");
    let ran = run(WORLD);
    for overwrite in [Overwrite::Never, Overwrite::Results] {
        let refused = ran.write(&directory, overwrite);
        assert!(
            matches!(refused, Err(WriteError::NotResults(_))),
            "{refused:?}"
        );
        let refused = ran.write(&directory.join("letter.txt"), overwrite);
        assert!(
            matches!(refused, Err(WriteError::NotResults(_))),
            "{refused:?}"
        );
    }
    assert_eq!(contents(&directory).len(), 1);
    fs::remove_file(directory.join("letter.txt")).expect("a file can be removed");
    ran.write(&directory, Overwrite::Never)
        .expect("an empty directory can take results");
    // A note beside the results, or in what looks like the leavings of an interrupted run.
    let partial = directory.with_file_name("closed.partial");
    fs::create_dir_all(&partial).expect("a directory can be made");
    fs::write(partial.join("summary.txt"), "half").expect("a file can be written");
    ran.write(&directory, Overwrite::Never)
        .expect("what an interrupted run has left is in nobody's way");
    for place in [&partial, &directory] {
        fs::create_dir_all(place).expect("a directory can be made");
        fs::write(place.join("note.txt"), "mine").expect("a file can be written");
        let refused = ran.write(&directory, Overwrite::Results);
        assert!(
            matches!(refused, Err(WriteError::NotResults(_))),
            "{refused:?}"
        );
        assert!(place.join("note.txt").exists());
        fs::remove_file(place.join("note.txt")).expect("a file can be removed");
    }
}

#[test]
fn a_run_that_is_cancelled_says_so() {
    let scenario = Scenario::parse(WORLD, "closed.toml").unwrap_or_else(|found| panic!("{found}"));
    let compiled = scenario.compile().unwrap_or_else(|found| panic!("{found}"));
    let result = study::run(
        &compiled.federation,
        0,
        &[],
        (Log::None, &mut ()),
        |_, _| Continue::No,
    );
    assert!(result.is_cancelled());
}
