//! The command line: exit codes, what goes to stdout and what to stderr, files, and the commands of the
//! documents.
#![cfg(feature = "cli")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const FEDSIM: &str = env!("CARGO_BIN_EXE_fedsim");

/// Two organizations, one request, one expectation that holds.
const WORLD: &str = r#"
fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.anna = {}
[org.fabrikam]
domains = ["fabrikam.com"]
mailbox.ben = {}
[relationship."contoso -> fabrikam"]
free_busy_access = true
[relationship."fabrikam -> contoso"]
free_busy_level = "AvailabilityOnly"
[request.look]
at = "+1 min"
from = "anna@contoso.com"
to = ["ben@fabrikam.com"]
[expect]
"attendees.success_rate" = "== 100 %"
"#;

/// A directory of one test alone, with the scenario `world.toml` in it.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Place {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("cli")
            .join(name);
        if directory.exists() {
            fs::remove_dir_all(&directory).expect("an old directory can be removed");
        }
        fs::create_dir_all(&directory).expect("a directory can be made");
        let place = Place(directory);
        place.write("world.toml", WORLD);
        place
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).expect("a file can be written");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(FEDSIM);
        command
            .args(arguments)
            .current_dir(&self.0)
            .stdin(Stdio::null());
        command
    }

    fn fedsim(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .output()
            .expect("fedsim can be started")
    }

    fn is_there(&self, path: &str) -> bool {
        self.0.join(path).exists()
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it was not killed")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("output is text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("output is text")
}

#[test]
fn each_end_of_a_command_has_its_exit_code() {
    let place = Place::new("codes");
    place.write("typo.toml", &WORLD.replace("domains", "domians"));
    place.write("bad-expectation.toml", &WORLD.replace("100 %", "100"));
    place.write(
        "idle.toml",
        "fedsim = 1\n[org.contoso]\ndomains = [\"contoso.com\"]\n",
    );
    place.write("fails.toml", &WORLD.replace("== 100 %", "< 100 %"));
    let zeros = "0".repeat(32);
    place.write(
        "digest.toml",
        &format!("{WORLD}\"digest\" = \"== {zeros}\"\n"),
    );
    place.write("binary.toml", "fedsim = 1 \u{0} [");
    let cases: &[(&[&str], i32)] = &[
        (&["run", "world.toml"], 0),
        (&["check", "world.toml"], 0),
        (&["show", "world.toml"], 0),
        (&["new"], 0),
        (&["explain", "permission.default-none"], 0),
        (&["schema"], 0),
        (&["--help"], 0),
        (&["--version"], 0),
        (&[], 2),
        (&["run"], 2),
        (&["walk", "world.toml"], 2),
        (&["run", "world.toml", "--seed", "x"], 2),
        (&["run", "world.toml", "--log", "some"], 2),
        (&["new", "no-such-template"], 2),
        (&["explain", "no.such-cause"], 2),
        (&["run", "typo.toml"], 3),
        (&["check", "world.toml", "typo.toml"], 3),
        (&["show", "binary.toml"], 3),
        (&["run", "bad-expectation.toml"], 3),
        (&["check", "bad-expectation.toml"], 3),
        (&["run", "world.toml", "--set", "run.lenght=1 h"], 3),
        (&["run", "fails.toml"], 4),
        (&["run", "missing.toml"], 8),
        (&["check", "world.toml", "missing.toml"], 8),
        (&["run", "."], 8),
        (&["run", "world.toml", "-o", "world.toml"], 8),
        (&["run", "idle.toml"], 9),
        (&["run", "digest.toml"], 6),
        (&["test", "world.toml"], 0),
        (&["test"], 2),
        (&["test", "world.toml", "--jobs", "0"], 2),
        (&["test", "typo.toml", "fails.toml", "world.toml"], 3),
        (&["test", "bad-expectation.toml"], 3),
        (&["test", "fails.toml", "digest.toml"], 4),
        (&["test", "digest.toml", "world.toml"], 6),
        (&["test", "world.toml", "missing.toml"], 8),
        (
            &["test", "world.toml", "--junit", "no/such/directory.xml"],
            8,
        ),
        (&["test", "idle.toml"], 9),
        (&["test", "world.toml", "--filter", "no such text"], 9),
    ];
    for (arguments, expected) in cases {
        let output = place.fedsim(arguments);
        assert_eq!(
            code(&output),
            *expected,
            "{arguments:?}\n{}",
            stderr(&output)
        );
        let (has_result, has_remark) = (!output.stdout.is_empty(), !output.stderr.is_empty());
        match expected {
            0 => assert!(has_result, "{arguments:?}"),
            4 => assert!(has_result && has_remark, "{arguments:?}"),
            _ => assert!(has_remark, "{arguments:?}"),
        }
        let tells_anyhow = matches!(arguments.first(), Some(&"check" | &"test"));
        assert!(
            !has_result || matches!(expected, 0 | 4 | 6) || tells_anyhow,
            "{arguments:?}"
        );
    }
}

#[test]
fn results_go_to_stdout_and_files_and_the_rest_to_stderr() {
    let place = Place::new("streams");
    let output = place.fedsim(&["run", "world.toml"]);
    let told = fs::read_to_string(place.0.join("results/world/summary.txt"));
    assert_eq!(stdout(&output), told.expect("there is a summary"));
    // No bar and no colour where there is no terminal.
    assert_eq!(stderr(&output).trim(), "results: results/world");
    for file in [
        "requests.csv",
        "groups.csv",
        "attendees.csv",
        "tokens.csv",
        "manifest.json",
    ] {
        assert!(place.is_there(&format!("results/world/{file}")), "{file}");
    }
    let output = place.fedsim(&["run", "world.toml", "--set", "request.look.form=\"x\""]);
    assert!(stdout(&output).is_empty());
    let told = stderr(&output);
    assert!(
        told.contains("--set") && told.contains("did you mean") && !told.contains('\x1b'),
        "{told}"
    );
}

#[test]
fn every_command_speaks_json() {
    let place = Place::new("json");
    place.write("typo.toml", &WORLD.replace("domains", "domians"));
    let json = |arguments: &[&str]| -> Value {
        let output = place.fedsim(arguments);
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
    };
    let summary = json(&["run", "world.toml", "--format", "json"]);
    assert_eq!(summary["requests"]["complete"], 1);
    assert_eq!(summary["expectations"][0]["met"], true);
    let shown = json(&["show", "world.toml", "--format", "json"]);
    assert_eq!(shown["scenario"]["run"]["length"]["origin"], "default");
    let checked = json(&["check", "world.toml", "typo.toml", "--format", "json"]);
    assert_eq!(checked["scenarios"][0]["valid"], true);
    let finding = &checked["scenarios"][1]["findings"][0];
    assert!(
        finding["line"].is_u64() && finding["help"].is_string(),
        "{finding}"
    );
    let tested = json(&["test", "world.toml", "typo.toml", "--format", "json"]);
    assert_eq!(tested["scenarios"][0]["expectations"][0]["outcome"], "met");
    assert_eq!(tested["scenarios"][1]["outcome"], "invalid");
    let finding = &tested["scenarios"][1]["findings"][0];
    assert!(finding["place"]["line"].is_u64(), "{finding}");
    assert_eq!(tested["counts"]["invalid"], 1);
    let explained = json(&["explain", "permission.default-none", "--format", "json"]);
    assert_eq!(explained["entries"][0]["kind"], "cause");
    let cmdlet = json(&["explain", "test-federationtrust", "--format", "json"]);
    assert_eq!(cmdlet["entries"][0]["kind"], "cmdlet");
    assert_eq!(cmdlet["entries"][0]["name"], "Test-FederationTrust");
    assert!(json(&["explain", "--format", "json"])["causes"].is_array());
    assert!(json(&["schema", "--format", "json"])["$schema"].is_string());
    assert!(json(&["new", "--format", "json"])["text"].is_string());
    assert!(json(&["new", "--list", "--format", "json"])["templates"].is_array());
}

#[test]
fn a_suite_is_told_on_stdout_and_as_junit_xml_to_a_file() {
    let place = Place::new("junit");
    place.write("fails.toml", &WORLD.replace("== 100 %", "< 100 %"));
    place.write("typo.toml", &WORLD.replace("domains", "domians"));
    let output = place.fedsim(&["test", ".", "--junit", "report.xml"]);
    assert_eq!(code(&output), 3);
    // No bar and no colour where there is no terminal, and no time but in the file.
    assert_eq!(
        stderr(&output).trim(),
        "error: 1 of 3 scenarios are invalid"
    );
    let again = place.fedsim(&["test", ".", "--jobs", "1"]);
    assert_eq!(stdout(&output), stdout(&again));
    let text = fs::read_to_string(place.0.join("report.xml")).expect("there is a file");
    let xml = roxmltree::Document::parse(&text).expect("it is well-formed");
    let suites = xml.root_element().children().filter(|it| it.is_element());
    let of = |name: &'static str| {
        let suites = suites.clone();
        suites.map(move |it| it.attribute(name).unwrap_or("").to_owned())
    };
    let names: Vec<_> = of("name").collect();
    assert_eq!(names, ["./fails.toml", "./typo.toml", "./world.toml"]);
    assert_eq!(of("failures").collect::<Vec<_>>(), ["1", "0", "0"]);
    assert_eq!(of("errors").collect::<Vec<_>>(), ["0", "1", "0"]);
    assert!(of("time").all(|time| time.parse::<f64>().is_ok_and(|it| it >= 0.0)));
    let failure = xml.descendants().find(|it| it.has_tag_name("failure"));
    let told = failure.and_then(|it| it.text()).expect("it tells why");
    assert!(
        told.contains("fedsim why ./fails.toml --request 'contoso/look#1'"),
        "{told}"
    );
}

/// What a failure proposes can be done: the request that it names is one that `why` knows.
#[test]
fn the_commands_that_a_failure_names_work() {
    let place = Place::new("replay");
    place.write("fails.toml", &WORLD.replace("== 100 %", "< 100 %"));
    let output = place.fedsim(&["test", "fails.toml"]);
    let told = stdout(&output);
    let commands = told.lines().filter_map(|line| {
        let line = line.trim();
        let line = line
            .strip_prefix("replay")
            .or(line.strip_prefix("explain"))?;
        arguments_of(&line.trim().replace('\'', "\""))
    });
    let commands: Vec<Vec<String>> = commands.collect();
    assert_eq!(commands.len(), 2, "{told}");
    for words in commands {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = place.fedsim(&words);
        assert!(!output.stdout.is_empty(), "{words:?}\n{}", stderr(&output));
        assert!(
            matches!(code(&output), 0 | 4),
            "{words:?}\n{}",
            stderr(&output)
        );
    }
}

#[test]
fn results_of_other_inputs_stay_unless_forced() {
    let place = Place::new("refusal");
    let run = |arguments: &[&str]| {
        let output = place.fedsim(&[&["run", "world.toml"], arguments].concat());
        (code(&output), stderr(&output))
    };
    let manifest = || fs::read_to_string(place.0.join("results/world/manifest.json"));
    assert_eq!(run(&[]).0, 0);
    let first = manifest().expect("there are results");
    assert_eq!(run(&[]).0, 0, "equal inputs replace equal bytes");
    let (refused, told) = run(&["--seed", "2"]);
    assert!(refused == 8 && told.contains("--force"), "{refused} {told}");
    assert_eq!(manifest().expect("they stay"), first);
    assert_eq!(run(&["--seed", "2", "-o", "elsewhere/"]).0, 0);
    assert!(place.is_there("elsewhere/manifest.json"));
    assert_eq!(run(&["--seed", "2", "--force"]).0, 0);
    assert_ne!(manifest().expect("they are replaced"), first);
    fs::create_dir_all(place.0.join("letters")).expect("a directory can be made");
    place.write("letters/anna.txt", "Dear Anna");
    assert_eq!(run(&["-o", "letters", "--force"]).0, 8);
    assert!(place.is_there("letters/anna.txt"));
}

#[test]
fn a_failed_expectation_is_told_and_its_results_are_written() {
    let place = Place::new("expectation");
    place.write("fails.toml", &WORLD.replace("== 100 %", "< 100 %"));
    let output = place.fedsim(&["run", "fails.toml"]);
    assert_eq!(code(&output), 4);
    let row = "FAILED  attendees.success_rate < 100 %: 100.00 % (1 of 1)";
    assert!(stdout(&output).contains(row), "{}", stdout(&output));
    assert!(stderr(&output).contains("1 of 1 expectations failed"));
    assert!(place.is_there("results/fails/summary.json"));
}

#[test]
fn a_new_scenario_is_valid_and_never_written_over_another() {
    let place = Place::new("new");
    let listed = stdout(&place.fedsim(&["new", "--list"]));
    assert!(listed.lines().count() >= 2);
    for name in listed
        .lines()
        .filter_map(|line| line.split_whitespace().next())
    {
        let file = format!("{name}.toml");
        assert_eq!(
            code(&place.fedsim(&["new", name, "-o", &file])),
            0,
            "{name}"
        );
        let output = place.fedsim(&["check", &file]);
        assert_eq!(code(&output), 0, "{name}: {}", stderr(&output));
        assert_eq!(
            code(&place.fedsim(&["new", name, "-o", &file])),
            8,
            "{name}"
        );
    }
}

#[test]
fn a_scenario_can_come_from_standard_input_and_what_is_shown_is_one() {
    let place = Place::new("stdin");
    let shown = place.fedsim(&["show", "world.toml"]);
    let mut child = place.command(&["run", "-", "--format", "json"]);
    let mut child = child
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("fedsim can be started");
    let mut input = child.stdin.take().expect("it is a pipe");
    input
        .write_all(&shown.stdout)
        .expect("fedsim reads its input");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let told: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let of_file = place.fedsim(&["run", "world.toml", "--format", "json"]);
    let of_file: Value = serde_json::from_slice(&of_file.stdout).expect("it is JSON");
    assert_eq!(told["digest"], of_file["digest"]);
    assert!(place.is_there("results/stdin/manifest.json"));
}

#[test]
fn a_cmdlet_is_explained_and_a_misspelt_one_is_guessed() {
    let place = Place::new("cmdlets");
    let told = stdout(&place.fedsim(&["explain", "iisreset"]));
    let expected = "\
iisreset: Restarts the web server of a server: all that its worker processes remember is lost.

  -ComputerName  the name of a server; value 1 without a name
  -NoForce       nothing; being there says yes
  -Restart       nothing; being there says yes
  common         -Verbose, -Confirm, -Force, -ErrorAction, -WarningAction
  gives          nothing
  not modelled   -Start, -Stop, -Status, -Reboot, -RebootOnError, -Timeout, -Enable, -Disable
  source         iisreset (docs)
";
    assert_eq!(told, expected);
    let told = stdout(&place.fedsim(&["explain", "Out-File"]));
    assert!(told.starts_with("Out-File: not modelled"), "{told}");
    for (typed, meant) in [
        ("Get-FederationTurst", "Get-FederationTrust"),
        (
            "new-organisationrelationship",
            "New-OrganizationRelationship",
        ),
    ] {
        let output = place.fedsim(&["explain", typed]);
        assert_eq!(code(&output), 2);
        let told = stderr(&output);
        assert!(told.contains(&format!("did you mean `{meant}`?")), "{told}");
    }
}

#[test]
fn a_reader_who_has_had_enough_is_no_failure() {
    let place = Place::new("pipe");
    for arguments in [
        &["schema"][..],
        &["explain"],
        &["--help"],
        &["run", "world.toml"],
    ] {
        let mut child = place.command(arguments);
        let mut child = child
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("fedsim can be started");
        drop(child.stdout.take());
        assert_eq!(
            child.wait().expect("it ends").code(),
            Some(0),
            "{arguments:?}"
        );
    }
}

#[test]
fn settings_and_seeds_change_what_is_simulated() {
    let place = Place::new("settings");
    let digest = |arguments: &[&str]| {
        let all = [
            &["run", "world.toml", "--force", "--format", "json"],
            arguments,
        ]
        .concat();
        let output = place.fedsim(&all);
        let told: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        told["digest"]["total"]
            .as_str()
            .expect("it is a text")
            .to_owned()
    };
    let first = digest(&[]);
    assert_eq!(
        digest(&["--seed", "1"]),
        first,
        "1 is the default seed of the day"
    );
    assert_eq!(
        digest(&["--set", "run.seed.day=2"]),
        digest(&["--seed", "2"])
    );
    assert_ne!(digest(&["--seed", "2"]), first);
    assert_eq!(
        digest(&["--log", "none"]),
        first,
        "what is recorded changes nothing"
    );
}

/// Every line of a `sh` block that calls fedsim, directly or through cargo, in the order of the document;
/// other lines are for people.
#[test]
fn the_commands_of_the_documents_work() {
    let place = Place::new("documents");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy_all(&root.join("scenarios"), &place.0.join("scenarios"));
    for (document, text) in documents() {
        let scenarios = blocks(&text, "toml").into_iter();
        let scenario = scenarios
            .filter(|block| block.contains("fedsim = 1"))
            .find(|block| block.contains("[request."));
        for line in blocks(&text, "sh").iter().flat_map(|block| block.lines()) {
            let Some(arguments) = arguments_of(line) else {
                continue;
            };
            // A file that lies nowhere is the scenario that the document tells of.
            let files = arguments.iter().filter(|word| word.ends_with(".toml"));
            for file in files.filter(|file| !file.contains('/') && !place.is_there(file)) {
                place.write(file, scenario.as_deref().unwrap_or(WORLD));
            }
            let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let output = place.fedsim(&words);
            let told = stderr(&output);
            assert_eq!(code(&output), 0, "{document}: {line}\n{told}");
        }
    }
}

/// Every `toml` block that is a whole scenario, with what it expects.
#[test]
fn the_scenarios_of_the_documents_run() {
    let place = Place::new("documents-toml");
    for (document, text) in documents() {
        let blocks = blocks(&text, "toml");
        for block in blocks.iter().filter(|block| block.contains("fedsim = 1")) {
            place.write("block.toml", block);
            let checked = place.fedsim(&["check", "block.toml"]);
            assert_eq!(
                code(&checked),
                0,
                "{document}:\n{block}\n{}",
                stderr(&checked)
            );
            let output = place.fedsim(&["run", "block.toml", "--force"]);
            let is_idle = !block.contains("[request.");
            let expected = if is_idle { 9 } else { 0 };
            assert_eq!(
                code(&output),
                expected,
                "{document}:\n{block}\n{}",
                stdout(&output)
            );
        }
    }
}

#[test]
fn commands_are_found_in_documents() {
    let text =
        "a\n```sh\ncargo test\nfedsim new --list  # what there is\n```\nb\n```toml\nx = 1\n```\n";
    assert_eq!(blocks(text, "toml"), ["x = 1\n"]);
    let commands = blocks(text, "sh");
    let lines: Vec<_> = commands[0].lines().map(arguments_of).collect();
    assert_eq!(
        lines,
        [None, Some(vec!["new".to_owned(), "--list".to_owned()])]
    );
    let through_cargo = "cargo run --release -- run a.toml --set run.length=\"2 h\"";
    let arguments = arguments_of(through_cargo).expect("it calls fedsim");
    assert_eq!(arguments, ["run", "a.toml", "--set", "run.length=2 h"]);
}

/// The name and text of each document.
fn documents() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(root.join("docs")).into_iter().flatten();
    let mut paths: Vec<PathBuf> = docs.flatten().map(|entry| entry.path()).collect();
    paths.push(root.join("README.md"));
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a document can be read");
        (path.display().to_string(), text)
    };
    paths.into_iter().map(read).collect()
}

/// The fenced blocks of a document in one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut within: Option<String> = None;
    for line in text.lines() {
        match &mut within {
            None if line == format!("```{language}") => within = Some(String::new()),
            None => {}
            Some(_) if line.starts_with("```") => blocks.extend(within.take()),
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
        }
    }
    blocks
}

/// The arguments of a line that calls fedsim, as a shell would part them.
fn arguments_of(line: &str) -> Option<Vec<String>> {
    let line = line.split(" # ").next()?.trim().trim_start_matches("$ ");
    let rest = match line.strip_prefix("cargo run ") {
        Some(rest) => rest.split_once("-- ")?.1,
        None => line.strip_prefix("fedsim ")?,
    };
    let (mut arguments, mut argument, mut quote) = (Vec::new(), None, None);
    for character in rest.chars() {
        match (quote, character) {
            (None, ' ') => arguments.extend(argument.take()),
            (None, '\'' | '"') => {
                quote = Some(character);
                argument.get_or_insert_with(String::new);
            }
            (Some(open), _) if open == character => quote = None,
            _ => argument.get_or_insert_with(String::new).push(character),
        }
    }
    arguments.extend(argument);
    Some(arguments)
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory can be made");
    let Ok(entries) = fs::read_dir(from) else {
        return;
    };
    for entry in entries {
        let entry = entry.expect("a directory can be listed");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_all(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}
