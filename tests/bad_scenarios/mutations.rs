//! Whatever the bytes, reading ends with a scenario or with findings.

use fedsim::engine::hash::NameHash;
use fedsim::scenario::new::TEMPLATES;
use fedsim::scenario::read::read_bytes;

/// How many mutants are read. The same ones every time: each is a function of its number.
const MUTANTS: u64 = 20_000;

/// What mutations put in: pieces of the grammar, of units and of numbers.
const PIECES: &[&str] = &[
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ",",
    ".",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "#",
    "\n",
    "\r\n",
    "\\",
    "\\u",
    "\\e",
    "\0",
    "\u{feff}",
    "\u{e4}",
    "\u{1f600}",
    " ",
    "-",
    "+",
    "_",
    "0",
    "9999999999999999999999",
    "1e999",
    "nan",
    "inf",
    "0x",
    "true",
    "2026-02-30T25:61:61Z",
    "11:00",
    "day 1 ",
    "+2 h",
    "5 %",
    "6 KB",
    " -> ",
    " - ",
    "set.",
    "org.contoso",
    "{ dist = \"gamma\", mean = \"5 ms\", shape = \"0.0001\" }",
    "[org.contoso]\n",
    "[[timeline]]\n",
    "fedsim = 1\n",
];

/// Draws for one mutant.
struct Draws {
    seed: NameHash,
    count: u64,
}

impl Draws {
    fn below(&mut self, end: usize) -> usize {
        self.count += 1;
        (self.seed.with(self.count).0 % end.max(1) as u64) as usize
    }
}

fn mutant(number: u64) -> Vec<u8> {
    let mut draws = Draws {
        seed: NameHash::of("mutants").with(number),
        count: 0,
    };
    let mut bytes = TEMPLATES[draws.below(TEMPLATES.len())]
        .text
        .as_bytes()
        .to_vec();
    for _ in 0..=draws.below(4) {
        let at = draws.below(bytes.len());
        let end = (at + 1 + draws.below(40)).min(bytes.len());
        match draws.below(7) {
            0 => bytes[at] = draws.below(256) as u8,
            1 => bytes[at] ^= 1 << draws.below(8),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.truncate(at.max(1)),
            4 => {
                let part = bytes[at..end].to_vec();
                let to = draws.below(bytes.len());
                bytes.splice(to..to, part);
            }
            _ => {
                let piece = PIECES[draws.below(PIECES.len())];
                let end = if draws.below(2) == 0 { at } else { end };
                bytes.splice(at..end, piece.bytes());
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

#[test]
fn reading_twenty_thousand_mutants_of_the_templates_never_panics() {
    let (mut good, mut bad) = (0, 0);
    for number in 0..MUTANTS {
        let bytes = mutant(number);
        let read = std::panic::catch_unwind(|| read_bytes(&bytes, "mutant.toml", &[]));
        match read
            .unwrap_or_else(|_| panic!("mutant {number}: {}", String::from_utf8_lossy(&bytes)))
        {
            Ok(_) => good += 1,
            Err(found) => {
                bad += 1;
                assert!(
                    found.has_errors() && !found.render_plain().is_empty(),
                    "mutant {number}"
                );
                assert!(found.count() < 10_000, "mutant {number}");
            }
        }
    }
    // Mutants that are all good or all bad would test half of the reader.
    assert!(
        good > MUTANTS / 20 && bad > MUTANTS / 2,
        "{good} good, {bad} bad"
    );
}

#[test]
fn settings_of_any_text_never_panic() {
    let text = TEMPLATES[0].text;
    let settings = [
        "",
        "=",
        "==",
        "a",
        "a=",
        "a.=1",
        "\"=1",
        "'",
        "run.length=\"",
        "run=1\n[org]",
        "\0=\0",
        "[run]",
        "run.seed={",
    ];
    for setting in settings.iter().chain(PIECES) {
        let settings = [setting.to_string()];
        let read = fedsim::scenario::read::read_with(text, "x.toml", &settings);
        if let Err(found) = read {
            assert!(
                found.render_plain().contains("--set:"),
                "{setting:?}: {found}"
            );
        }
    }
}
