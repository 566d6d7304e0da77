//! Bad scenarios that are made rather than written: other encodings, no files, and texts so large
//! that reading them has to be bounded.

use std::path::{Path, PathBuf};

use fedsim::scenario::read::{FILE_MAX, load, read, read_bytes};

const GOOD: &str = "fedsim = 1\n[org.contoso]\ndomains = [\"contoso.com\"]\n";

#[track_caller]
fn check(bytes: &[u8], expected: &str) {
    let found = read_bytes(bytes, "bad.toml", &[]).expect_err("the scenario is bad");
    assert_eq!(found.render_plain(), expected);
}

/// A directory for the files of one test, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).expect("the target directory can be written");
        Scratch(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_named_with_their_position() {
    check(
        b"fedsim = 1\ntitle = \"Z\xfcrich\"\n",
        "error[not-utf8]: `bad.toml` is not UTF-8: byte 21 (0xfc, in line 2)
 = help: save the file as UTF-8

",
    );
    check(
        b"fedsim = 1 # \xe2\x82",
        "error[not-utf8]: `bad.toml` is not UTF-8: byte 13 (0xe2, in line 1)
 = help: save the file as UTF-8

",
    );
}

#[test]
fn utf_16_is_recognized() {
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(GOOD.encode_utf16().flat_map(u16::to_le_bytes));
    check(
        &bytes,
        "error[not-utf8]: `bad.toml` is not UTF-8: byte 0 (0xff, in line 1)
 = help: it looks like UTF-16, as some Windows programs write; save it as UTF-8

",
    );
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
    let plain = read(GOOD, "good.toml").expect("it is a scenario");
    for text in [format!("\u{feff}{GOOD}"), GOOD.replace('\n', "\r\n")] {
        let read = read_bytes(text.as_bytes(), "good.toml", &[]).expect("it is a scenario");
        assert_eq!(read.tables, plain.tables);
    }
    check(
        "\u{feff}fedsim = 1\r\ntitel = \"x\"\r\n".as_bytes(),
        "error[unknown-key]: unknown key `titel` at the top of the scenario
 --> bad.toml:2:1
  |
2 | titel = \"x\"
  | ^^^^^ not a known key
  |
  = help: did you mean `title`?

",
    );
}

#[test]
fn a_hundred_thousand_brackets_are_refused_at_the_seventeenth() {
    let text = format!("fedsim = 1\ntitle = {}", "[".repeat(100_000));
    let shown = "[".repeat(112);
    check(
        text.as_bytes(),
        &format!(
            "error[too-deep]: values are nested more than 16 deep
 --> bad.toml:2:25
  |
2 | title = {shown}...
  |                         ^ one too many
  |
  = help: no key of a scenario needs more than a few levels

"
        ),
    );
    let text = format!("fedsim = 1\nrun = {}", "{a=".repeat(100_000));
    let found = read(&text, "bad.toml")
        .expect_err("it is nested too deep")
        .render_plain();
    assert!(
        found.starts_with(
            "error[too-deep]: values are nested more than 16 deep\n --> bad.toml:2:55\n"
        ),
        "{found}"
    );
}

#[test]
fn a_hundred_megabytes_of_brackets_are_refused_before_they_are_parsed() {
    let text = "[".repeat(100_000_000);
    check(
        text.as_bytes(),
        "error[too-large]: `bad.toml` is larger than 64 MiB
 = help: declare many mailboxes with `mailboxes = N` rather than one by one

",
    );
}

#[test]
fn a_file_just_below_the_limit_that_is_all_brackets_is_refused_for_its_many_marks() {
    let text = "[".repeat(FILE_MAX as usize);
    let found = read(&text, "bad.toml")
        .expect_err("it has too many marks")
        .render_plain();
    let place = " --> bad.toml:1:8000001\n";
    assert!(
        found.starts_with("error[too-many]: the text has more than 8000000 values and marks\n"),
        "{found}"
    );
    assert!(found.contains(place), "{found}");
    assert!(
        found.lines().all(|line| line.chars().count() < 160),
        "{found}"
    );
}

#[test]
fn huge_texts_keys_and_lists_are_refused_with_short_messages() {
    let huge = "x".repeat(5_000_000);
    for (text, expected) in [
        (
            format!("fedsim = 1\ntitle = \"{huge}\"\n"),
            "error[out-of-range]: `title` is 5000000 bytes long, but may be 10000\n --> bad.toml:2:9\n",
        ),
        (
            format!("fedsim = 1\n{huge} = 1\n"),
            "error[unknown-key]: unknown key `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...` at the top of the scenario\n --> bad.toml:2:1\n",
        ),
        (
            format!("fedsim = 1\n[run]\nlength = \"{huge}\"\n"),
            "error[bad-value]: `xxxxxxxx",
        ),
        (
            format!(
                "fedsim = 1\n[run]\nlength = \"{} s\"\n",
                "9".repeat(5_000_000)
            ),
            "error[out-of-range]: a number of 5000000 digits\n --> bad.toml:3:11\n",
        ),
        (
            format!("fedsim = 1\n[run]\nstart = \"{huge}\"\ntime_zone = \"{huge}\"\n"),
            "error[bad-instant]: `xxxxxxxx",
        ),
        (
            format!(
                "fedsim = 1\n[org.a]\ndomains = [{}]\n",
                "1,".repeat(1_000_001)
            ),
            "error[too-many]: `org.a.domains` has 1000001 entries, but may have 1000000\n --> bad.toml:3:11\n",
        ),
        (
            format!(
                "fedsim = 1\n[org.a]\nmailboxes = {}\n",
                "9".repeat(5_000_000)
            ),
            "error[missing-key]: `domains` is missing in `org.a`",
        ),
    ] {
        let found = read(&text, "bad.toml")
            .expect_err("the scenario is bad")
            .render_plain();
        assert!(found.starts_with(expected), "{found}");
        assert!(found.len() < 4_000, "{} bytes", found.len());
    }
}

#[test]
fn fifty_findings_are_shown_and_the_others_counted() {
    let text: String = (0..120).map(|n| format!("k{n} = {n}\n")).collect();
    let found = read(&format!("fedsim = 1\n{text}"), "bad.toml").expect_err("no key is known");
    assert_eq!(found.iter().count(), 50);
    assert!(found.render_plain().ends_with("\nand 70 more\n"));
    let lines: Vec<usize> = found
        .iter()
        .map(|finding| {
            found
                .line_and_column(finding.location.expect("each has a place"))
                .0
        })
        .collect();
    assert_eq!(lines, (2..52).collect::<Vec<usize>>());
}

#[test]
fn what_is_no_file_is_an_input_error_and_not_a_panic() {
    let scratch = Scratch::new("no-file");
    let good = scratch.0.join("good.toml");
    std::fs::write(&good, GOOD).expect("the file can be written");
    let missing = scratch.0.join("missing.toml");
    assert!(load(&good, &[]).is_ok());
    for (path, reason, help) in [
        (
            &scratch.0,
            "it is a directory",
            "\n = help: give the scenario file in it",
        ),
        (&missing, "there is no such file", ""),
        (&good.join("x"), "not a directory", ""),
    ] {
        let found = load(path, &[]).expect_err("it is no file");
        let expected = format!(
            "error[io]: cannot read `{}`: {reason}{help}\n\n",
            path.display()
        );
        assert_eq!(found.render_plain(), expected);
    }
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let scratch = Scratch::new("too-large");
    let path = scratch.0.join("large.toml");
    let file = std::fs::File::create(&path).expect("the file can be written");
    // A file with a hole: it takes no space.
    file.set_len(FILE_MAX + 1)
        .expect("the file can be made longer");
    let found = load(&path, &[]).expect_err("it is too large");
    let expected = format!(
        "error[too-large]: `{}` is larger than 64 MiB
 = help: declare many mailboxes with `mailboxes = N` rather than one by one

",
        path.display()
    );
    assert_eq!(found.render_plain(), expected);
}
