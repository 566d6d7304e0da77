//! docs/model.md says what the code does: each rule names a function that exists and a source that the
//! document explains, each number that is not a fact stands there with its default, and the tables
//! of offers and causes are those of the code.
//!
//! `FEDSIM_REFRESH=1 cargo test --test model_document` rewrites the generated table of causes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fedsim::engine::Span;
use fedsim::model::cause::{CAUSES, Cause, CauseRow, Shown};
use fedsim::model::outcome::{AccessLevel, ResponseCode, Side, View};
use fedsim::model::permission::{Permission, effective_level};
use fedsim::model::token::OFFERS;
use fedsim::scenario::keys::{Evidence, Kind, NamedTable, Object, Presence, SCENARIO};

const CAUSES_BEGIN: &str =
    "<!-- generated: causes; FEDSIM_REFRESH=1 cargo test --test model_document -->";
const CAUSES_END: &str = "<!-- end of the generated causes -->";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn document_path() -> PathBuf {
    root().join("docs/model.md")
}

fn document() -> String {
    std::fs::read_to_string(document_path()).expect("docs/model.md can be read")
}

/// The cells of a row of a table; `\|` stands for a bar within a cell.
fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    let marked = inner.replace("\\|", "\u{1}");
    let cells = marked
        .split('|')
        .map(|cell| cell.trim().replace('\u{1}', "|"));
    cells.collect()
}

/// The rows of all tables whose header has these cells, each with its line number.
fn tables(text: &str, header: &[&str]) -> Vec<(usize, Vec<String>)> {
    let mut rows = Vec::new();
    let mut within = false;
    for (number, line) in text.lines().enumerate() {
        if !line.starts_with('|') {
            within = false;
        } else if cells(line) == header {
            within = true;
        } else if within && !line.starts_with("| ---") {
            rows.push((number + 1, cells(line)));
        }
    }
    rows
}

/// The text between backticks, if that is all there is.
fn code(cell: &str) -> Option<&str> {
    let inner = cell.strip_prefix('`')?.strip_suffix('`')?;
    (!inner.contains('`')).then_some(inner)
}

fn rules() -> Vec<(usize, Vec<String>)> {
    let rows = tables(&document(), &["Rule", "What holds", "Source", "Where"]);
    assert!(rows.len() > 100, "the tables of rules are found");
    rows
}

#[test]
fn each_rule_names_a_function_that_exists_where_it_says() {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (line, row) in rules() {
        let Some((path, function)) = code(&row[3]).and_then(|place| place.split_once("::")) else {
            wrong.push(format!("line {line}: `{}` is no `file::function`", row[3]));
            continue;
        };
        let file = files
            .entry(path.to_owned())
            .or_insert_with(|| std::fs::read_to_string(root().join(path)).unwrap_or_default());
        let exists = ["(", "<"]
            .iter()
            .any(|after| file.contains(&format!("fn {function}{after}")));
        if !exists {
            wrong.push(format!("line {line}: {path} has no `fn {function}`"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_rule_has_a_name_of_its_own_and_says_something() {
    let mut seen = BTreeSet::new();
    for (line, row) in rules() {
        let name = code(&row[0]).unwrap_or_else(|| panic!("line {line}: a name in backticks"));
        let (area, rest) = name
            .split_once('.')
            .unwrap_or_else(|| panic!("line {line}: {name}"));
        let is_plain = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        assert!(is_plain(area) && is_plain(rest), "line {line}: {name}");
        assert!(
            seen.insert(name.to_owned()),
            "line {line}: {name} is there twice"
        );
        assert!(
            row[1].ends_with('.') || row[1].ends_with(')'),
            "line {line}: a sentence"
        );
    }
}

/// The keys of documents, as the document explains them.
fn document_keys(text: &str) -> BTreeSet<String> {
    let rows = tables(text, &["Key", "Document"]);
    rows.into_iter().map(|(_, row)| row[0].clone()).collect()
}

/// The sources of a cell: those of several are parted by commas.
fn sources(cell: &str) -> Vec<String> {
    let joined = cell.replace("observed, Exchange 2013", "observed");
    joined.split(", ").map(ToOwned::to_owned).collect()
}

#[test]
fn each_rule_has_a_source_that_the_document_explains() {
    let keys = document_keys(&document());
    let mut used = BTreeSet::new();
    for (line, row) in rules() {
        for source in sources(&row[2]) {
            let is_word =
                ["observed", "article", "remembered", "assumed"].contains(&source.as_str());
            let is_standard = source
                .strip_prefix("RFC ")
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            let is_key = keys.contains(&source);
            assert!(
                is_word || is_standard || is_key,
                "line {line}: unknown source `{source}`"
            );
            if is_key {
                used.insert(source);
            }
        }
    }
    let idle: Vec<_> = keys.difference(&used).collect();
    assert!(idle.is_empty(), "documents that no rule rests on: {idle:?}");
}

/// Every default of the key tables below an object, with its path and evidence.
fn defaults(object: &'static Object, path: &str, into: &mut Vec<(String, &'static str, Evidence)>) {
    for key in object.keys {
        let path = match path {
            "" => key.name.to_owned(),
            path => format!("{path}.{}", key.name),
        };
        if let Presence::Default(default, evidence) = key.presence {
            into.push((path.clone(), default, evidence));
        }
        match &key.kind {
            Kind::Table(below) | Kind::Tables(below) => defaults(below, &path, into),
            Kind::Named(NamedTable {
                value: Kind::Table(below),
                ..
            }) => defaults(below, &format!("{path}.*"), into),
            _ => {}
        }
    }
}

#[test]
fn each_number_that_is_not_a_fact_stands_in_the_document_with_its_default() {
    let mut all = Vec::new();
    defaults(&SCENARIO, "", &mut all);
    let unsure = [Evidence::Guess, Evidence::Recall, Evidence::Blog];
    let expected: BTreeSet<(String, String, String)> = all
        .into_iter()
        .filter(|(_, _, evidence)| unsure.contains(evidence))
        .map(|(path, default, evidence)| (path, default.to_owned(), evidence.tag().to_owned()))
        .collect();
    let text = document();
    let rows = tables(&text, &["Parameter", "Default", "Evidence", "Why"]);
    let written: BTreeSet<(String, String, String)> = rows
        .iter()
        .map(|(line, row)| {
            assert!(!row[3].is_empty(), "line {line}: a reason");
            let cell = |cell: &str| code(cell).unwrap_or_default().to_owned();
            (cell(&row[0]), cell(&row[1]), row[2].clone())
        })
        .collect();
    assert_eq!(written.len(), rows.len(), "no parameter stands there twice");
    let missing: Vec<_> = expected.difference(&written).collect();
    let stale: Vec<_> = written.difference(&expected).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "missing: {missing:#?}\nnot so in the key tables: {stale:#?}"
    );
}

#[test]
fn the_table_of_offers_is_that_of_the_code() {
    let text = document();
    let rows = tables(
        &text,
        &["Offer", "Claim", "Honoured after NotBefore", "Accepted"],
    );
    let written: Vec<Vec<String>> = rows.into_iter().map(|(_, row)| row).collect();
    let of_code: Vec<Vec<String>> = OFFERS
        .iter()
        .map(|row| {
            let accepted = if row.accepted { "yes" } else { "no" };
            let cells = [
                row.offer.word(),
                row.claim,
                &duration(row.duration),
                accepted,
            ];
            cells.map(ToOwned::to_owned).to_vec()
        })
        .collect();
    let same_time = |text: &str| text.replace("60 min", "1 h").replace("48 h", "2 d");
    assert_eq!(written.len(), of_code.len());
    for (written, of_code) in written.iter().zip(&of_code) {
        let written: Vec<String> = written.iter().map(|cell| same_time(cell)).collect();
        assert_eq!(&written, of_code);
    }
}

/// A span in its largest whole unit.
fn duration(span: Span) -> String {
    let minutes = span.nanoseconds() / 60_000_000_000;
    match minutes {
        m if m % 1_440 == 0 => format!("{} d", m / 1_440),
        m if m % 60 == 0 => format!("{} h", m / 60),
        m => format!("{m} min"),
    }
}

#[test]
fn the_table_of_permissions_is_the_rule_of_the_code() {
    let text = document();
    let header = [
        "Default \\ relationship",
        "None",
        "AvailabilityOnly",
        "LimitedDetails",
    ];
    let rows = tables(&text, &header);
    let defaults = [
        AccessLevel::None,
        AccessLevel::Simple,
        AccessLevel::Detail,
        AccessLevel::Owner,
    ];
    assert_eq!(rows.len(), defaults.len());
    for ((line, row), default) in rows.into_iter().zip(defaults) {
        let levels = [
            Err(Cause::RelationshipLevelNoneAtTarget),
            Ok(AccessLevel::Simple),
            Ok(AccessLevel::Detail),
        ];
        for (relationship, written) in levels.into_iter().zip(&row[1..]) {
            let permission = Permission {
                relationship,
                within_scope: true,
                default,
                personal: AccessLevel::None,
            };
            let shown = match effective_level(&permission, View::DetailedMerged) {
                Ok(level) => level.word().to_owned(),
                Err(cause) => code_shown(cause.row()),
            };
            assert_eq!(*written, shown, "line {line}");
        }
    }
}

/// What the product shows, in the words of the table of causes.
fn code_shown(row: &CauseRow) -> String {
    let number = |code: ResponseCode| code.number().to_string();
    match row.shown {
        Shown::Always(code) => number(code),
        Shown::NoPath => "5009; 5016/5023".into(),
        Shown::ByLeg => "5039; 5016".into(),
        Shown::BySide => "5009; 5016/5023; 5039; 5016".into(),
    }
}

/// Who has to act.
fn side(cause: Cause) -> String {
    let (here, there) = (cause.side_at(Side::Requester), cause.side_at(Side::Target));
    if here == there {
        here.word().to_owned()
    } else {
        "where it is found".to_owned()
    }
}

fn causes_section() -> String {
    let mut out = format!("{CAUSES_BEGIN}\n\n");
    out.push_str("What repairs each of them stands in [causes.md](causes.md).\n\n");
    out.push_str("| Cause | Layer | Code | Who acts | What is the matter | Source |\n");
    out.push_str("| --- | --- | --- | --- | --- | --- |\n");
    for row in CAUSES {
        let cells = [
            format!("`{}`", row.id),
            row.layer.word().to_owned(),
            code_shown(row),
            side(row.cause),
            row.text.to_owned(),
            row.source.to_owned(),
        ];
        let cells = cells.map(|cell| cell.replace('|', "\\|"));
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out.push_str(&format!("\n{CAUSES_END}"));
    out
}

#[test]
fn the_table_of_causes_is_that_of_the_code() {
    let text = document();
    let begin = text
        .find(CAUSES_BEGIN)
        .expect("the marker before the causes");
    let end = text.find(CAUSES_END).expect("the marker after them") + CAUSES_END.len();
    let expected = causes_section();
    if std::env::var_os("FEDSIM_REFRESH").is_some() {
        let whole = [&text[..begin], &expected, &text[end..]].concat();
        // In one step: the other tests read the document meanwhile.
        let fresh = document_path().with_extension("md.new");
        std::fs::write(&fresh, whole).expect("a file beside docs/model.md can be written");
        std::fs::rename(&fresh, document_path()).expect("it can take its place");
        return;
    }
    let difference = text[begin..end]
        .lines()
        .zip(expected.lines())
        .find(|(written, of_code)| written != of_code);
    assert!(
        text[begin..end] == expected,
        "the causes in docs/model.md are not those of src/model/cause, first at {difference:?}; \
         FEDSIM_REFRESH=1 cargo test --test model_document rewrites them"
    );
}
