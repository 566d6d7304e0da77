//! Bad scripts: what administrators are told about their cmdlets, compared to the letter, wherever these stand.
//!
//! A case that differs prints what came out; if that is better, it is copied into the table.

mod cases;
mod further;

use fedsim::engine::hash::NameHash;
use fedsim::scenario::{Scenario, SideFiles};

/// A scenario with the files beside it, and all that is found about it.
struct Case {
    /// What is wrong, in words.
    about: &'static str,
    /// The scenario.
    text: &'static str,
    /// Files beside it, by name.
    files: &'static [(&'static str, &'static str)],
    /// Its diagnostics, as they are rendered without colours.
    diagnostics: &'static str,
}

/// What is found about a scenario with files beside it.
fn found(text: &str, files: SideFiles) -> String {
    let compiled =
        Scenario::parse_beside(text, "bad.toml", files).and_then(|scenario| scenario.compile());
    match compiled {
        Ok(compiled) => format!("no error\n{}", compiled.warnings),
        Err(found) => found.render_plain(),
    }
}

#[test]
fn a_bad_script_is_shown_with_its_place_and_a_remedy() {
    let mut different = Vec::new();
    for case in cases::CASES.iter().chain(further::CASES) {
        let found = found(case.text, SideFiles::in_memory(case.files.iter().copied()));
        if found != case.diagnostics {
            different.push(format!("@@CASE {}\n{found}@@END", case.about));
        }
    }
    assert!(
        different.is_empty(),
        "{} cases:\n\n{}",
        different.len(),
        different.join("\n\n")
    );
}

/// An organization whose administrator works with a file.
const BY_FILE: &str = "fedsim = 1
[org.contoso]
domains = [\"contoso.com\"]
mailbox.kim = {}
[org.fabrikam]
domains = [\"fabrikam.com\"]
[relationship.\"contoso -> fabrikam\"]
[[timeline]]
at = \"+1 h\"
org = \"contoso\"
script = \"work.ps1\"
";

#[test]
fn a_script_that_is_no_text_or_too_large_is_refused_where_it_is_named() {
    let place = "  --> bad.toml:11:10\n";
    for (bytes, expected) in [
        (
            b"Get-FederationTrust # Z\xfcrich\n".to_vec(),
            "error[not-utf8]: `work.ps1` is not UTF-8: byte 23 (0xfc, in line 1)\n",
        ),
        (
            vec![0xff, 0xfe, b'G', 0],
            "error[not-utf8]: `work.ps1` is not UTF-8: byte 0 (0xff, in line 1)\n",
        ),
        (
            vec![b'#'; (64 << 20) + 1],
            "error[too-large]: `work.ps1` is larger than 64 MiB\n",
        ),
    ] {
        let found = found(BY_FILE, SideFiles::in_memory([("work.ps1", bytes)]));
        assert!(found.starts_with(&format!("{expected}{place}")), "{found}");
    }
}

#[test]
fn line_ends_and_the_byte_order_mark_of_windows_change_nothing() {
    let script = "# Two lines\nGet-FederationTrust\n$trust = Get-FederationTrust\n$trust.Name\n";
    for text in [
        script.to_owned(),
        script.replace('\n', "\r\n"),
        format!("\u{feff}{}", script.replace('\n', "\r\n")),
    ] {
        let found = found(BY_FILE, SideFiles::in_memory([("work.ps1", text)]));
        assert_eq!(found, "no error\n");
    }
}

/// How many mutants are compiled. The same ones every time: each is a function of its number.
const MUTANTS: u64 = 2_000;

/// Scripts that are right.
const SCRIPTS: &[&str] = &[
    include_str!("../../../scenarios/teaching/article/contoso.ps1"),
    include_str!("../../../scenarios/teaching/article/fabrikam.ps1"),
    include_str!("../../../scenarios/teaching/coexistence/contoso.ps1"),
    "Get-OrganizationRelationship | ?{$_.Enabled -eq $true} | %{ Set-OrganizationRelationship -Identity $_.Name -DomainNames @{Add=\"contoso.com\"} }\n",
];

/// What mutations put in: pieces of the grammar and of names.
const PIECES: &[&str] = &[
    "\"",
    "'",
    "$",
    "$_",
    "$(",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "@(",
    "@{",
    "|",
    ";",
    ",",
    "`",
    "`\n",
    "#",
    "<#",
    "#>",
    "\n",
    "\r\n",
    "\0",
    "\u{feff}",
    "\u{e4}",
    "\u{1f600}",
    "\u{2013}",
    "\u{201c}",
    " -",
    "-eq",
    " -Identity ",
    "=",
    "+",
    ".",
    "..",
    "::",
    "9999999999999999999999",
    "0x7f",
    "1e999",
    "$true",
    "$null",
    "foreach ",
    "@'\n",
    "\n'@",
    "[System.Guid]::NewGuid()",
    ".ToString(\"N\")",
    "*auth*",
    "| select ",
    "| fl",
    "Get-Date",
    "-Verbose:",
];

/// A script that is right but for some places.
fn mutant(number: u64) -> String {
    let mut count = 0;
    let mut below = |end: usize| {
        count += 1;
        let draw = NameHash::of("bad scripts").with(number).with(count).0;
        (draw % end.max(1) as u64) as usize
    };
    let mut letters: Vec<char> = SCRIPTS[below(SCRIPTS.len())].chars().collect();
    for _ in 0..=below(4) {
        let at = below(letters.len());
        let end = (at + 1 + below(30)).min(letters.len());
        match below(6) {
            0 => drop(letters.drain(at..end)),
            1 => letters.truncate(at.max(1)),
            2 => {
                let part = letters[at.min(end)..end].to_vec();
                let to = below(letters.len());
                letters.splice(to..to, part);
            }
            _ => {
                let end = if below(2) == 0 { at } else { end };
                letters.splice(at..end, PIECES[below(PIECES.len())].chars());
            }
        }
        if letters.is_empty() {
            break;
        }
    }
    letters.into_iter().collect()
}

#[test]
fn compiling_two_thousand_mutants_of_scripts_never_panics() {
    let (mut good, mut bad) = (0, 0);
    for number in 0..MUTANTS {
        let script = mutant(number);
        let files = SideFiles::in_memory([("work.ps1", script.as_str())]);
        let found = std::panic::catch_unwind(|| found(BY_FILE, files))
            .unwrap_or_else(|_| panic!("mutant {number}:\n{script}"));
        match found.strip_prefix("no error\n") {
            Some(_) => good += 1,
            None => bad += 1,
        }
    }
    assert!(
        good > MUTANTS / 50 && bad > MUTANTS / 2,
        "{good} good, {bad} bad"
    );
}
