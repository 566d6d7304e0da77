//! House rules that a compiler does not check: which layer may know which, what must not be called,
//! how files begin and how long they are.
//!
//! It knows no behaviour. Invariant: a rule is checked on the code alone; comments, texts and, where it
//! says so, tests are taken out first.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each layer with the layers that it may know. The command line, outside the library, may know all.
const LAYERS: &[(&str, &[&str])] = &[
    ("engine", &[]),
    ("model", &["engine"]),
    ("cmdlet", &["engine", "model"]),
    ("record", &["engine", "model"]),
    ("scenario", &["engine", "model", "cmdlet"]),
    (
        "study",
        &["engine", "model", "cmdlet", "record", "scenario"],
    ),
    (
        "diagnosis",
        &["engine", "model", "cmdlet", "record", "scenario", "study"],
    ),
    (
        "report",
        &[
            "engine",
            "model",
            "record",
            "scenario",
            "study",
            "diagnosis",
        ],
    ),
];

/// What code below the command line must not say, and what to say instead.
const BANNED: &[(&str, &str)] = &[
    (
        "HashMap",
        "BTreeMap, IdVec, or rustc_hash::FxHashMap for look-up only",
    ),
    (
        "HashSet",
        "BTreeSet, or rustc_hash::FxHashSet for look-up only",
    ),
    ("Instant::now", "simulated time"),
    ("SystemTime", "simulated time"),
    ("println!", "a result that is data"),
    ("print!", "a result that is data"),
    ("eprintln!", "a result that is data"),
    ("eprint!", "a result that is data"),
    ("dbg!", "a result that is data"),
    ("std::env", "an argument"),
    ("std::process", "an error"),
    ("static mut", "an argument"),
    ("thread_local!", "an argument"),
    (".ln()", "libm::log"),
    (".log(", "libm"),
    (".log2(", "libm"),
    (".log10(", "libm"),
    (".exp()", "libm::exp"),
    (".powf(", "libm::pow"),
    (".powi(", "libm::pow"),
    (".sin()", "libm::sin"),
    (".cos()", "libm::cos"),
    (".tan()", "libm::tan"),
    (".unwrap()", "expect(\"the invariant\")"),
    ("todo!", "an issue"),
    ("unimplemented!", "an issue"),
];

/// The longest file of the program, in lines.
const LINES_MAX: usize = 700;

/// The longest file of tests, which are read a case at a time.
const TEST_LINES_MAX: usize = 850;

/// A source file.
struct SourceFile {
    /// Its path below the root of the project, with `/`.
    path: String,
    text: String,
}

#[test]
fn no_layer_knows_one_above_it() {
    let files = library();
    let tests = test_files(&files);
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !tests.contains(&file.path)) {
        found.extend(wrong_arrows(&file.path, &file.text));
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn an_arrow_that_is_turned_round_is_found() {
    for (path, text, is_wrong) in [
        ("src/record/tally.rs", "use crate::study::run;", true),
        ("src/engine/time.rs", "use crate::model;", true),
        ("src/model/token.rs", "use crate::engine::Span;", false),
        ("src/scenario/show.rs", "use crate::{engine, record};", true),
        (
            "src/model/simulator/legs.rs",
            "use super::super::super::record;",
            true,
        ),
        (
            "src/model/simulator/legs.rs",
            "use super::super::token;",
            false,
        ),
        ("src/study/run.rs", "use super::super::report::text;", true),
        (
            "src/model/token.rs",
            "// crate::record is above\nlet x = \"crate::record\";",
            false,
        ),
        (
            "src/record/tally.rs",
            "#[cfg(test)]\nmod tests {\n use crate::scenario;\n}",
            false,
        ),
        (
            "src/report/text.rs",
            "use crate::model::simulator::Simulator;",
            true,
        ),
    ] {
        assert_eq!(
            !wrong_arrows(path, text).is_empty(),
            is_wrong,
            "{path}: {text}"
        );
    }
}

#[test]
fn nothing_below_the_command_line_prints_or_asks_the_machine() {
    let files = library();
    let tests = test_files(&files);
    let mut found = Vec::new();
    for file in files.iter().filter(|file| !tests.contains(&file.path)) {
        found.extend(banned(&file.path, &file.text));
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn a_banned_call_is_found_in_code_but_not_in_comments_texts_and_tests() {
    for (text, is_banned) in [
        ("let x: HashMap<u8, u8>;", true),
        ("let x: FxHashMap<u8, u8>;", false),
        ("// println!\nlet x = \"println!\";", false),
        ("let x = 'a'; println!(\"{x}\");", true),
        ("let x = r#\"a\"b.unwrap()\"#;", false),
        ("fn f<'a>(x: &'a str) { x.parse().unwrap() }", true),
        (
            "#[cfg(test)]\nmod tests {\n fn f() { x.unwrap() }\n}",
            false,
        ),
        ("let x = writeln!(out)?;", false),
    ] {
        assert_eq!(
            !banned("src/model/x.rs", text).is_empty(),
            is_banned,
            "{text}"
        );
    }
}

#[test]
fn every_file_says_first_what_it_is() {
    for file in all_files() {
        let says = file.text.starts_with("//! ") || file.text.starts_with("#![");
        assert!(
            says && file.text.contains("//! "),
            "{} does not begin with `//!`",
            file.path
        );
    }
}

#[test]
fn an_exception_from_a_lint_has_a_reason_beside_it() {
    let mut found = Vec::new();
    for file in all_files() {
        let lines: Vec<_> = file.text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let line = line.trim_start().replacen("#![", "#[", 1);
            let is_exception = line.starts_with("#[allow(");
            let above = number
                .checked_sub(1)
                .map_or("", |above| lines[above].trim_start());
            let above_is_reason = above.starts_with("// ");
            if is_exception && !line.contains(" // ") && !above_is_reason {
                found.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn files_stay_short_enough_to_be_read() {
    for file in all_files() {
        let lines = file.text.lines().count();
        let is_test = file.path.starts_with("tests/");
        let most = if is_test { TEST_LINES_MAX } else { LINES_MAX };
        assert!(
            lines <= most,
            "{} has {lines} lines, {most} at most",
            file.path
        );
    }
}

#[test]
fn no_file_names_a_path_of_a_machine() {
    for file in all_files() {
        for place in ["home", "root", "Users"] {
            let path = format!("/{place}/");
            assert!(!file.text.contains(&path), "{} says `{path}`", file.path);
        }
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files of the library: `src` without the command line.
fn library() -> Vec<SourceFile> {
    let mut files = files_below("src");
    files.retain(|file| !file.path.starts_with("src/cli/") && file.path != "src/main.rs");
    files
}

fn all_files() -> Vec<SourceFile> {
    ["src", "tests", "examples", "benches"]
        .into_iter()
        .flat_map(files_below)
        .collect()
}

fn files_below(directory: &str) -> Vec<SourceFile> {
    let mut files = Vec::new();
    collect(&root().join(directory), &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn collect(directory: &Path, files: &mut Vec<SourceFile>) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("a directory can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file is text");
            let below = path.strip_prefix(root()).expect("it lies below the root");
            let path = below.to_string_lossy().replace('\\', "/");
            files.push(SourceFile { path, text });
        }
    }
}

/// Files that are compiled for tests alone: `#[cfg(test)] mod name;`.
fn test_files(files: &[SourceFile]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files {
        let mut lines = file.text.lines().peekable();
        while let Some(line) = lines.next() {
            let Some(next) = lines.peek() else { break };
            let name = next
                .trim()
                .trim_start_matches("pub(crate) ")
                .strip_prefix("mod ");
            if line.trim() == "#[cfg(test)]"
                && let Some(name) = name.and_then(|name| name.strip_suffix(';'))
            {
                let directory = file.path.strip_suffix("/mod.rs").map(str::to_owned);
                let directory =
                    directory.unwrap_or_else(|| file.path.trim_end_matches(".rs").to_owned());
                found.insert(format!("{directory}/{name}.rs"));
                found.insert(format!("{directory}/{name}/mod.rs"));
            }
        }
    }
    found
}

/// Uses of a layer that this file's layer may not know.
fn wrong_arrows(path: &str, text: &str) -> Vec<String> {
    let modules = modules_of(path);
    let Some((layer, known)) = LAYERS
        .iter()
        .find(|(layer, _)| modules.first() == Some(layer))
    else {
        return Vec::new();
    };
    let code = code_of(text);
    let mut found = Vec::new();
    for (line, uses) in root_uses(&code, modules.len()) {
        let is_layer = LAYERS.iter().any(|(name, _)| *name == uses);
        if is_layer && uses != *layer && !known.contains(&uses.as_str()) {
            found.push(format!("{path}:{line}: `{layer}` may not know `{uses}`"));
        }
    }
    if *layer == "report" {
        let lines = code.lines().enumerate();
        let simulators = lines.filter(|(_, line)| line.contains("model::simulator"));
        found.extend(simulators.map(|(n, _)| format!("{path}:{}: the simulator", n + 1)));
    }
    found
}

/// The modules that a file is, from the root: `src/model/dns/mod.rs` is `model`, `dns`.
fn modules_of(path: &str) -> Vec<&str> {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    inner.trim_end_matches("/mod").split('/').collect()
}

/// The names that follow `crate::` or a chain of `super::` that reaches the root, with their lines.
fn root_uses(code: &str, depth: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let chain = "super::".repeat(depth);
    for start in ["crate::", chain.as_str()] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            let is_start = !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':');
            if !is_start || code[..at].ends_with("super::") {
                continue;
            }
            let line = code[..at].matches('\n').count() + 1;
            let rest = code[at + start.len()..].trim_start();
            let names: Vec<&str> = match rest.strip_prefix('{') {
                Some(inside) => top_names(inside),
                None => vec![rest],
            };
            for name in names {
                let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_'));
                let name = &name[..end.unwrap_or(name.len())];
                found.push((line, name.to_owned()));
            }
        }
    }
    found
}

/// The first names of a list in braces, up to its end.
fn top_names(inside: &str) -> Vec<&str> {
    let (mut names, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, character) in inside.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(inside[start..at].trim());
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(inside[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    names
}

/// What a file says that it must not.
fn banned(path: &str, text: &str) -> Vec<String> {
    let code = code_of(text);
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        for (word, instead) in BANNED {
            if says(line, word) {
                found.push(format!("{path}:{}: `{word}`; say {instead}", number + 1));
            }
        }
    }
    found
}

/// Whether a line says a word that is not the end of a longer one.
fn says(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let needs_start = word.starts_with(is_part);
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let goes_on = word.ends_with(is_part) && after.is_some_and(is_part);
        let goes_before = needs_start && before.is_some_and(is_part);
        !goes_before && !goes_on
    })
}

/// The code of a file without its test module; comments and texts are blanked, lines stay.
fn code_of(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let characters: Vec<char> = text[..end].chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < characters.len() {
        let rest = &characters[at..];
        let length = match rest {
            ['/', '/', ..] => rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
            ['"', ..] => 1 + quoted(&rest[1..], &['"']),
            ['r', '#', '"', ..] => 3 + raw(&rest[3..]),
            ['\'', '\\', ..] => 2 + quoted(&rest[2..], &['\'']),
            ['\'', _, '\'', ..] => 3,
            _ => 0,
        };
        if length == 0 {
            out.push(rest[0]);
            at += 1;
        } else {
            let taken = &rest[..length.min(rest.len())];
            out.extend(taken.iter().filter(|c| **c == '\n'));
            out.push(' ');
            at += taken.len();
        }
    }
    out
}

/// The length up to and with the closing quote; a backslash escapes.
fn quoted(rest: &[char], close: &[char]) -> usize {
    let mut at = 0;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            c if close.contains(&c) => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn raw(rest: &[char]) -> usize {
    let end = rest.windows(2).position(|pair| pair == ['"', '#']);
    end.map_or(rest.len(), |at| at + 2)
}
