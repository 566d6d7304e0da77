//! Every scenario under `scenarios/` does what it says, and the table of symptoms speaks of them.
//!
//! A scenario that fails is shown as `fedsim test` shows it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use fedsim::Suite;
use fedsim::scenario::{Scenario, Value};

/// The published table of failures and their symptoms, by the words of its first column.
const PUBLISHED_ROWS: &[&str] = &[
    "No relationship at the requester",
    "Relationship disabled, or FreeBusyAccessEnabled false, at the requester",
    "Relationship without endpoints at the requester",
    "Wrong TargetApplicationUri",
    "Wrong host in TargetAutodiscoverEpr",
    "No usable relationship for the caller's domain at the target",
    "Level None, Default None, or out of scope, at the target",
    "The target's trust is stale after the gateway's certificate rolled",
    "The requester's trust is stale: only its inbound direction fails",
    "The requester's organization certificate has expired",
    "The target's organization certificate has expired",
    "The target's clock is more than 5 minutes fast",
    "WSSecurity is off at the target",
    "The target's reverse proxy asks for a sign-in",
    "More than 100 addresses",
    "Something is slow: what has come by 25 s is kept",
    "The user has no federated address",
];

#[test]
fn every_scenario_meets_its_expectations() {
    let suite = Suite::of([root().join("scenarios")]).expect("the directory is readable");
    assert_eq!(suite.len(), scenario_files().len());
    assert!(suite.len() > 100, "scenarios are there: {}", suite.len());
    let reports = suite.run();
    reports.assert_met();
    let counts = reports.counts();
    assert_eq!((counts.scenarios, counts.without), (suite.len(), 0));
}

#[test]
fn every_scenario_says_what_it_shows_and_what_to_look_at() {
    for file in scenario_files() {
        let text = read(&file);
        let opening: Vec<&str> = text
            .lines()
            .map_while(|line| line.strip_prefix('#'))
            .filter(|line| !line.is_empty() && !line.starts_with(':'))
            .collect();
        let file = file.display();
        assert!(
            opening.len() >= 3,
            "{file}: it opens with a comment of 3 lines or more"
        );
        let comment = opening.join("").to_lowercase();
        assert!(
            comment.contains("look at"),
            "{file}: it says what to look at"
        );
        assert!(
            text.contains("\n[expect]\n"),
            "{file}: it expects something"
        );
    }
}

#[test]
fn each_published_symptom_is_a_row_of_the_table_with_a_scenario_that_shows_it() {
    let rows = symptoms();
    let kinds: BTreeSet<&str> = rows.iter().map(|row| row.what.as_str()).collect();
    let published: BTreeSet<&str> = PUBLISHED_ROWS.iter().copied().collect();
    assert_eq!(kinds, published, "the rows of the table");
    for row in &rows {
        let file = root().join(&row.scenario);
        assert!(file.is_file(), "{}: it is there", row.scenario);
        let inner = row
            .inner
            .as_ref()
            .map_or(String::new(), |code| format!(" inner={code},"));
        let Symptom {
            cause, code, side, ..
        } = row;
        let shown = format!("cause={cause}, code={code},{inner} side={side}");
        let expects = expectations(&file);
        assert!(
            expects.iter().any(|measure| measure.contains(&shown)),
            "{}: no expectation speaks of {shown}",
            row.scenario
        );
    }
}

#[test]
fn a_scenario_stands_in_the_table_of_symptoms_once() {
    let mut seen = BTreeSet::new();
    for row in symptoms() {
        assert!(
            seen.insert(row.scenario.clone()),
            "{}: listed once",
            row.scenario
        );
    }
}

/// A row of the table of symptoms.
struct Symptom {
    what: String,
    cause: String,
    code: String,
    inner: Option<String>,
    side: String,
    scenario: String,
}

/// The rows of the table whose last column is a scenario.
fn symptoms() -> Vec<Symptom> {
    let text = read(&root().join("docs/symptoms.md"));
    let rows = text
        .lines()
        .filter(|line| line.starts_with('|') && line.contains(".toml`"));
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [what, cause, code, side, scenario] = cells[..] else {
            panic!("five columns: {line}")
        };
        let bare = |cell: &str| cell.trim_matches('`').to_owned();
        let (code, inner) = match code.split_once(' ') {
            Some((code, inner)) => (code, Some(inner.trim_matches(['(', ')']).to_owned())),
            None => (code, None),
        };
        Symptom {
            what: what.to_owned(),
            cause: bare(cause),
            code: code.to_owned(),
            inner,
            side: side.to_owned(),
            scenario: bare(scenario),
        }
    })
    .collect()
}

/// The measures that a scenario's `[expect]` names.
fn expectations(file: &Path) -> Vec<String> {
    let scenario = Scenario::load(file).expect("it is well-formed");
    let table = scenario.document().tables.optional_table("expect");
    let names = table.into_iter().flat_map(|table| table.iter());
    let names = names.filter(|(_, entry)| matches!(entry.value, Value::Text(_)));
    names.map(|(measure, _)| measure.to_owned()).collect()
}

/// Every `.toml` file below `scenarios/`, by path.
fn scenario_files() -> Vec<PathBuf> {
    let mut open = vec![root().join("scenarios")];
    let mut files = Vec::new();
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).expect("the directory is readable") {
            let path = entry.expect("the entry is readable").path();
            match path.extension() {
                _ if path.is_dir() => open.push(path),
                Some(extension) if extension == "toml" => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
