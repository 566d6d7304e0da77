//! The documented failures are accounted for, and no field of a scenario exists for one scenario alone.
//!
//! It runs no scenario: `tests/scenarios.rs` does. Invariant: the page of coverage and the directory of scenarios
//! say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fedsim::scenario::keys::{Kind, Object, SCENARIO};
use fedsim::scenario::{Origin, Scenario, Table, Value};

/// How many cases are documented, and how many of them at least are scenarios.
const CASES: usize = 113;
const SCENARIOS_MIN: usize = 100;

const DIRECTORY: &str = "scenarios/regression/documented";

#[test]
fn every_documented_failure_is_a_scenario_or_lies_outside_for_a_reason() {
    let page = fs::read_to_string(root().join("docs/coverage.md")).expect("the page is there");
    let mut told = BTreeSet::new();
    let mut scenarios = BTreeSet::new();
    for row in page.lines().filter(|line| line.starts_with("| [`")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let id = cells[0].split('`').nth(1).expect("a case has an id");
        assert!(cells[0].contains("](<http"), "{id}: it names its source");
        assert!(cells[1].len() > 20, "{id}: it says what is wrong");
        assert!(told.insert(id.to_owned()), "{id} stands twice");
        match cells[2].trim_end_matches(" |") {
            "scenario" => {
                scenarios.insert(id.to_owned());
            }
            reason => assert!(
                reason.starts_with("Outside: ") && reason.len() > 30,
                "{id}: `{reason}` is no reason"
            ),
        }
    }
    let files: BTreeSet<String> = documented()
        .iter()
        .filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned()))
        .collect();
    assert_eq!(scenarios, files, "the page and {DIRECTORY}");
    assert_eq!(told.len(), CASES);
    assert!(scenarios.len() >= SCENARIOS_MIN, "{}", scenarios.len());
}

#[test]
fn every_documented_failure_names_its_source_and_expects_the_failure_and_the_cure() {
    for file in documented() {
        let text = fs::read_to_string(&file).expect("the file is there");
        let file = file.display();
        let sources = text
            .lines()
            .filter(|line| line.starts_with("# Source: http"));
        assert_eq!(sources.count(), 1, "{file}: one source");
        let (_, expected) = text.split_once("[expect]").expect("it expects something");
        let fails = |line: &str| {
            line.contains("cause=") && line.contains("code=") && line.contains("side=")
                || line.contains("outcome=failed")
                || line.contains("outcome=warned")
        };
        let is_answered = |line: &str| {
            line.contains("level=")
                || line.contains("outcome=done")
                || line.contains("outcome=warned")
        };
        let is_bare = |line: &str| line.contains("count{") && !line.contains("== 0");
        let lines = || expected.lines().filter(|line| is_bare(line));
        // A level that is too low is a symptom without a failure.
        let is_too_low = file
            .to_string()
            .ends_with("rel-access-level-availability-only.toml");
        let shows = lines().any(fails) || is_too_low;
        assert!(
            shows,
            "{file}: the symptom with cause, code and side, or the statement that fails"
        );
        assert!(lines().any(is_answered), "{file}: the cure");
    }
}

#[test]
fn no_field_of_a_scenario_exists_for_one_scenario_alone() {
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in scenario_files(&root().join("scenarios")) {
        let scenario = Scenario::load(&file).unwrap_or_else(|found| panic!("{found}"));
        let name = file.display().to_string();
        let mut fields = BTreeSet::new();
        fields_of(&scenario.document().tables, &mut Vec::new(), &mut fields);
        for field in fields {
            users.entry(field).or_default().insert(name.clone());
        }
    }
    let code = code_of_the_compiler();
    let elsewhere = worlds_in_tests_and_pages();
    let mut fields = BTreeSet::new();
    all_fields(&SCENARIO, &mut Vec::new(), &mut fields, 0);
    let mut alone = Vec::new();
    for field in &fields {
        let key = field.rsplit('.').next().expect("a field has a name");
        let readers = code
            .iter()
            .filter(|(_, text)| text.contains(&format!("\"{key}\"")));
        let readers: Vec<&str> = readers.map(|(name, _)| name.as_str()).collect();
        assert!(!readers.is_empty(), "nobody reads `{field}`");
        let of_field = users.get(field).map_or(0, BTreeSet::len);
        let documented = |user: &&String| user.contains("/documented/");
        let by_documented = users
            .get(field)
            .map_or(0, |of| of.iter().filter(documented).count());
        // Worlds in tests and pages are ordinary ones, too.
        let is_used = |text: &String| text.contains(&format!("{key} = "));
        if of_field == 1 && by_documented == 1 && !elsewhere.iter().any(is_used) {
            alone.push(format!(
                "{field}: read in {}, set by {:?}",
                readers.join(", "),
                users[field]
            ));
        }
    }
    assert!(
        alone.is_empty(),
        "fields for one scenario alone:\n{}",
        alone.join("\n")
    );
}

/// A field by its path; the two virtual directories are objects of one kind.
fn kind_of(path: &[String]) -> String {
    path.join(".").replace(".autodiscover.", ".ews.")
}

/// The fields that a tree's file sets, without the names of things.
fn fields_of(table: &Table, path: &mut Vec<String>, fields: &mut BTreeSet<String>) {
    let is_named = !matches!(table.shape(), fedsim::scenario::tree::Shape::Object(_));
    for (key, entry) in table.iter() {
        let step = if is_named { "*" } else { key };
        path.push(step.to_owned());
        if matches!(entry.origin, Origin::File(_)) && !is_named {
            fields.insert(kind_of(path));
        }
        match &entry.value {
            // A change of the world sets the fields of the scenario itself.
            Value::Table(below) if key == "set" => fields_of(below, &mut Vec::new(), fields),
            Value::Table(below) => fields_of(below, path, fields),
            Value::List(list) => {
                for entry in list {
                    if let Value::Table(below) = &entry.value {
                        fields_of(below, path, fields);
                    }
                }
            }
            _ => {}
        }
        path.pop();
    }
}

/// All fields of the key tables.
fn all_fields(
    object: &'static Object,
    path: &mut Vec<String>,
    fields: &mut BTreeSet<String>,
    depth: usize,
) {
    assert!(depth < 12, "key tables do not contain themselves");
    for key in object.keys {
        path.push(key.name.to_owned());
        fields.insert(kind_of(path));
        match &key.kind {
            Kind::Table(below) | Kind::Tables(below) => all_fields(below, path, fields, depth + 1),
            Kind::Named(named) => {
                path.push("*".to_owned());
                if let Kind::Table(below) = &named.value {
                    all_fields(below, path, fields, depth + 1);
                }
                path.pop();
            }
            _ => {}
        }
        path.pop();
    }
}

/// The code that reads scenarios: the scenario layer without its key tables.
fn code_of_the_compiler() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join("src/scenario")];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).expect("sources are there") {
            let path = entry.expect("it can be listed").path();
            match path.is_dir() {
                true if path.ends_with("keys") => {}
                true => open.push(path),
                false => {
                    let text = fs::read_to_string(&path).expect("a source is text");
                    found.push((path.display().to_string(), text));
                }
            }
        }
    }
    found.sort();
    found
}

/// The texts of tests and pages, in which small worlds stand.
fn worlds_in_tests_and_pages() -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![root().join("tests"), root().join("docs")];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).expect("they are there") {
            let path = entry.expect("it can be listed").path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            match (path.is_dir(), ending) {
                (true, _) => open.push(path),
                (false, Some("rs" | "md")) if !path.ends_with("coverage.rs") => {
                    found.push(fs::read_to_string(&path).expect("it is text"));
                }
                _ => {}
            }
        }
    }
    found
}

fn documented() -> Vec<PathBuf> {
    scenario_files(&root().join(DIRECTORY))
}

fn scenario_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).expect("scenarios are there") {
        let path = entry.expect("it can be listed").path();
        match path.is_dir() {
            true => files.extend(scenario_files(&path)),
            false if path.extension().is_some_and(|ending| ending == "toml") => files.push(path),
            false => {}
        }
    }
    files.sort();
    files
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
