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
        let is_check = arguments.first() == Some(&"check");
        assert!(
            !has_result || matches!(expected, 0 | 4) || is_check,
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
    let explained = json(&["explain", "permission.default-none", "--format", "json"]);
    assert_eq!(explained["entries"][0]["kind"], "cause");
    assert!(json(&["explain", "--format", "json"])["causes"].is_array());
    assert!(json(&["schema"])["$schema"].is_string());
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

/// The commands of README.md, in its own order, in one directory. A block is run if the line before it
/// is `<!-- tested -->`; it may end with `# exits N`.
#[test]
fn the_commands_of_the_readme_work() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let Ok(readme) = fs::read_to_string(readme) else {
        return;
    };
    let place = Place::new("readme");
    for block in tested_blocks(&readme) {
        let expected = block.lines().find_map(|line| line.split_once("# exits "));
        let expected = expected.map_or(0, |(_, code)| code.trim().parse().expect("a code"));
        let output = shell(&place.0, &block);
        assert_eq!(
            code(&output),
            expected,
            "{block}\n{}{}",
            stdout(&output),
            stderr(&output)
        );
    }
}

#[test]
fn a_tested_block_is_the_one_after_the_mark() {
    let text = "```sh\nno\n```\n<!-- tested -->\n```sh\nfedsim new\n```\nend\n<!-- tested -->\nno";
    assert_eq!(tested_blocks(text), ["fedsim new\n"]);
}

fn tested_blocks(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    for part in text.split("<!-- tested -->\n").skip(1) {
        if let Some(block) = part.strip_prefix("```sh\n")
            && let Some((block, _)) = block.split_once("```")
        {
            blocks.push(block.to_owned());
        }
    }
    blocks
}

/// Runs a block with the `fedsim` that was built; links beside it make the scenarios reachable.
fn shell(directory: &Path, block: &str) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bin = Path::new(FEDSIM)
        .parent()
        .expect("a program lies in a directory");
    let path = std::env::var("PATH").unwrap_or_default();
    let scenarios = directory.join("scenarios");
    if !scenarios.exists() {
        copy_all(&root.join("scenarios"), &scenarios);
    }
    Command::new("sh")
        .args(["-e", "-c", block])
        .current_dir(directory)
        .env("PATH", format!("{}:{path}", bin.display()))
        .stdin(Stdio::null())
        .output()
        .expect("there is a shell")
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
