//! Side files: what may be named, what is said when it cannot be read, what is remembered.

use super::*;

const PLACE: Location = Location {
    source: SourceIndex(0),
    start: 0,
    end: 1,
};

#[test]
fn a_path_stays_below_the_scenarios_directory() {
    for (path, expected) in [
        ("x.csv", Ok("x.csv")),
        ("./data//x.csv", Ok("data/x.csv")),
        ("data/../x.csv", Ok("x.csv")),
        ("a b/ä.csv", Ok("a b/ä.csv")),
        ("../x.csv", Err("leads out")),
        ("data/../../x.csv", Err("leads out")),
        ("/etc/passwd", Err("is not relative")),
        ("C:/x.csv", Err("is not relative")),
        ("https://x.example/x.csv", Err("is not relative")),
        ("data\\x.csv", Err("has a backslash")),
        ("", Err("names no file")),
        (".", Err("names no file")),
        ("data/", Err("names no file")),
        ("x\0.csv", Err("has a control character")),
    ] {
        match (checked_path(path), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(error), Err(expected)) => {
                assert!(
                    error.message.contains(expected),
                    "{path}: {}",
                    error.message
                );
            }
            (found, _) => panic!("{path}: {:?}", found.map_err(|error| error.message)),
        }
    }
}

#[test]
fn what_cannot_be_read_is_said_with_a_remedy() {
    let large = vec![b'x'; SIDE_FILE_MAX as usize + 1];
    let files = SideFiles::in_memory([
        ("latin.csv", b"a\nM\xfcnchen".to_vec()),
        ("wide.csv", vec![0xff, 0xfe, b'a', 0]),
        ("large.csv", large),
    ]);
    for (path, code, message) in [
        (
            "no.csv",
            "io",
            "cannot read `no.csv`: there is no such file",
        ),
        (
            "latin.csv",
            "not-utf8",
            "`latin.csv` is not UTF-8: byte 3 (0xfc, in line 2)",
        ),
        (
            "wide.csv",
            "not-utf8",
            "`wide.csv` is not UTF-8: byte 0 (0xff, in line 1)",
        ),
        (
            "large.csv",
            "too-large",
            "`large.csv` is larger than 64 MiB",
        ),
    ] {
        let found = files.text(path, PLACE).expect_err(path);
        assert_eq!((found.code, found.message.as_str()), (code, message));
        assert!(found.help.is_some(), "{path}");
    }
    assert!(
        files.stream("large.csv", PLACE).is_ok(),
        "streams have no limit"
    );
    let found = SideFiles::none()
        .text("x.csv", PLACE)
        .expect_err("no place");
    assert_eq!(found.code, "no-directory");
    let temp = std::env::temp_dir();
    let inside = SideFiles::of_directory(temp.parent().unwrap_or(&temp));
    let name = temp
        .file_name()
        .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    if !name.is_empty() {
        let found = inside.text(&name, PLACE).expect_err("a directory");
        assert!(
            found.message.ends_with("it is a directory"),
            "{}",
            found.message
        );
    }
}

#[test]
fn each_file_is_remembered_with_the_hash_of_its_bytes() {
    let files = SideFiles::in_memory([("b.csv", "\u{feff}ä\r\n"), ("a.csv", "")]);
    let file = files.clone().text("./b.csv", PLACE).unwrap();
    assert_eq!(file.text(), "ä\r\n", "the byte order mark is skipped");
    let mut streamed = String::new();
    let stream = files.stream("a.csv", PLACE).unwrap();
    stream
        .open()
        .unwrap()
        .read_to_string(&mut streamed)
        .unwrap();
    assert_eq!(streamed, "");
    // XXH3_128bits of nothing is published; of the other, whole and in pieces agree.
    let inputs = files.inputs();
    assert_eq!(inputs[0].path, "a.csv");
    assert_eq!(inputs[0].hash, 0x99AA_06D3_0147_98D8_6001_C324_468D_497F);
    assert_eq!(inputs[1].path, "b.csv");
    assert_eq!(inputs[1].hash, hash_of("\u{feff}ä\r\n".as_bytes()).unwrap());
}

#[test]
fn a_finding_inside_a_side_file_shows_its_text() {
    let files = SideFiles::in_memory([("x.csv", "ms\n12\nzwölf\n")]);
    let file = files.text("x.csv", PLACE).unwrap();
    let mut found = Diagnostics::default();
    found.push(
        file.error("bad-number", 6..12, "`zwölf` is no number")
            .label("not a number"),
    );
    let expected = "error[bad-number]: `zwölf` is no number
 --> x.csv:3:1
  |
3 | zwölf
  | ^^^^^ not a number

";
    assert_eq!(found.render_plain(), expected);
    let mut others = Diagnostics::default();
    others.append(found);
    assert_eq!(others.render_plain(), expected);
    assert_eq!(others.json()["findings"][0]["place"]["file"], "x.csv");
}
