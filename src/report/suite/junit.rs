//! What became of a suite as JUnit XML, which build servers read.
//!
//! A `testsuite` for each scenario, a `testcase` for each expectation: not as expected is a `failure`; what
//! kept it from being judged is an `error`; a scenario that expects nothing has one case that was `skipped`.
//!
//! It knows no clock: how long a scenario took it is told. Invariant: the XML is well-formed whatever the
//! texts hold, and the counts of each element are those of its content.

use std::fmt::Write;
use std::path::Path;

use super::{Case, Finding, Outcome, Report, Reports, text};

/// A test case that is not simply passed.
struct Trouble {
    element: &'static str,
    kind: &'static str,
    message: String,
    text: String,
}

/// A test case.
struct Row {
    name: String,
    line: Option<usize>,
    trouble: Option<Trouble>,
}

/// What a suite counts.
#[derive(Clone, Copy, Default)]
struct Sums {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

/// The reports as JUnit XML.
pub(super) fn render(reports: &Reports, seconds: &dyn Fn(&Path) -> Option<f64>) -> String {
    let mut suites = String::new();
    let mut all = Sums::default();
    let mut took = 0.0;
    for report in &reports.scenarios {
        let rows = rows(report);
        let sums = Sums::of(&rows);
        all.add(sums);
        let time = seconds(&report.path);
        took += time.unwrap_or_default();
        suite(&mut suites, report, &rows, sums, time);
    }
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    element(&mut out, "<testsuites", &[("name", "fedsim test")]);
    all.write(&mut out);
    out.push_str(&format!(" time=\"{took:.3}\">\n{suites}</testsuites>\n"));
    out
}

fn suite(out: &mut String, report: &Report, rows: &[Row], sums: Sums, time: Option<f64>) {
    let path = report.path.to_string_lossy();
    element(out, "  <testsuite", &[("name", &path)]);
    sums.write(out);
    // The schema asks for a time; a scenario's is that of all its cases, which one run serves.
    let time = time.unwrap_or_default();
    out.push_str(&format!(" time=\"{time:.3}\">\n"));
    for row in rows {
        element(
            out,
            "    <testcase",
            &[("name", &row.name), ("classname", &path)],
        );
        if let Some(line) = row.line {
            element(out, "", &[("file", &path), ("line", &line.to_string())]);
        }
        let Some(trouble) = &row.trouble else {
            out.push_str("/>\n");
            continue;
        };
        out.push_str(">\n");
        element(
            out,
            &format!("      <{}", trouble.element),
            &[("message", &trouble.message)],
        );
        if trouble.element == "skipped" {
            out.push_str("/>\n");
        } else {
            element(out, "", &[("type", trouble.kind)]);
            let text = escaped(&trouble.text);
            out.push_str(&format!(">{text}</{}>\n", trouble.element));
        }
        out.push_str("    </testcase>\n");
    }
    out.push_str("  </testsuite>\n");
}

fn rows(report: &Report) -> Vec<Row> {
    let whole = |name: &str, trouble| {
        vec![Row {
            name: name.to_owned(),
            line: None,
            trouble: Some(trouble),
        }]
    };
    let error = |kind, message: String, text: String| Trouble {
        element: "error",
        kind,
        message,
        text,
    };
    match &report.outcome {
        Outcome::Judged(cases) => cases.iter().map(|case| row(report, case)).collect(),
        Outcome::Without => whole(
            "expectations",
            Trouble {
                element: "skipped",
                kind: "without",
                message: "the scenario expects nothing".to_owned(),
                text: String::new(),
            },
        ),
        Outcome::Refused(found) => {
            let first = found.iter().next();
            let message = first.map_or(String::new(), |finding| finding.message.to_string());
            whole("scenario", error("invalid", message, found.render_plain()))
        }
        Outcome::InputOutput(message) => whole(
            "scenario",
            error("input-output", message.clone(), message.clone()),
        ),
        Outcome::BrokenLaws(laws) => {
            let message = "laws that hold in every run do not: a bug of fedsim".to_owned();
            whole("laws", error("bug", message, laws.join("\n")))
        }
        Outcome::Interrupted => {
            let message = "interrupted".to_owned();
            whole("scenario", error("interrupted", message.clone(), message))
        }
    }
}

fn row(report: &Report, case: &Case) -> Row {
    let trouble = |element, kind, message: String| Trouble {
        element,
        kind,
        message,
        text: text::of_case(report, case),
    };
    let trouble = match &case.finding {
        Finding::Met | Finding::Updated => None,
        Finding::Failed(failed) => {
            let message = format!("expected {}, got {}", failed.expected, failed.got);
            Some(trouble("failure", "expectation", message))
        }
        Finding::Differs(_) => {
            let message = "it differs from what was written down".to_owned();
            Some(trouble("failure", "snapshot", message))
        }
        Finding::Unwritten(message) => Some(trouble("error", "input-output", message.clone())),
    };
    Row {
        name: case.name.clone(),
        line: case.line,
        trouble,
    }
}

impl Sums {
    fn of(rows: &[Row]) -> Sums {
        let mut sums = Sums::default();
        for row in rows {
            sums.tests += 1;
            match row.trouble.as_ref().map(|trouble| trouble.element) {
                Some("failure") => sums.failures += 1,
                Some("error") => sums.errors += 1,
                Some(_) => sums.skipped += 1,
                None => {}
            }
        }
        sums
    }

    fn add(&mut self, other: Sums) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.errors += other.errors;
        self.skipped += other.skipped;
    }

    fn write(self, out: &mut String) {
        let Sums {
            tests,
            failures,
            errors,
            skipped,
        } = self;
        out.push_str(&format!(
            " tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\""
        ));
    }
}

/// The beginning of an element, with attributes.
fn element(out: &mut String, start: &str, attributes: &[(&str, &str)]) {
    out.push_str(start);
    for (name, value) in attributes {
        write!(out, " {name}=\"{}\"", escaped(value)).expect("writing to a string cannot fail");
    }
}

/// A text as content or as the value of an attribute. What XML 1.0 cannot hold, not even escaped, becomes
/// the replacement character; line feeds and the like are kept by number.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\t' | '\r' => {
                let number = u32::from(character);
                write!(out, "&#{number};").expect("writing to a string cannot fail");
            }
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::suite::{Differs, Failed, Told};

    /// A report of every kind, with texts that XML does not take as they are.
    fn reports() -> Reports {
        let nasty = "a <b> & \"c\" 'd' ]]> \u{0}\u{1b}[1m\u{ffff}\r\n\t\u{e9}\u{1f600}";
        let case = |name: &str, finding| Case {
            name: name.to_owned(),
            line: Some(7),
            finding,
        };
        let failed = Failed {
            expected: nasty.to_owned(),
            got: "12".to_owned(),
            compared_with: Some(nasty.to_owned()),
            requests: vec![nasty.to_owned()],
            told: vec![Told {
                title: nasty.to_owned(),
                lines: vec![nasty.to_owned()],
            }],
        };
        let differs = Differs {
            lines: vec![format!("- {nasty}")],
            not_updated: None,
        };
        let cases = vec![
            case("met", Finding::Met),
            case(nasty, Finding::Failed(Box::new(failed))),
            case("digest == 0", Finding::Differs(Box::new(differs))),
            case("snapshot a.snapshot", Finding::Updated),
            case("digest == 1", Finding::Unwritten(nasty.to_owned())),
        ];
        let found = crate::scenario::read("fedsim = 1\n[run]\nlenght = \"<&>\"", nasty);
        let found = found.expect_err("a key is misspelt");
        let outcomes = [
            Outcome::Judged(cases),
            Outcome::Without,
            Outcome::Refused(found),
            Outcome::InputOutput(nasty.to_owned()),
            Outcome::BrokenLaws(vec![nasty.to_owned()]),
            Outcome::Interrupted,
        ];
        let scenarios = outcomes
            .into_iter()
            .enumerate()
            .map(|(number, outcome)| Report {
                path: format!("{nasty}{number}.toml").into(),
                outcome,
            });
        Reports {
            scenarios: scenarios.collect(),
        }
    }

    #[test]
    fn the_xml_is_well_formed_and_counts_what_it_holds() {
        let xml = render(&reports(), &|_| Some(0.25));
        let document = roxmltree::Document::parse(&xml).unwrap_or_else(|e| panic!("{e}\n{xml}"));
        let root = document.root_element();
        assert_eq!(root.tag_name().name(), "testsuites");
        let count = |node: roxmltree::Node<'_, '_>, name: &str| {
            node.descendants()
                .filter(|it| it.has_tag_name(name))
                .count()
        };
        let suites: Vec<_> = root.children().filter(|it| it.is_element()).collect();
        assert_eq!(suites.len(), 6);
        for node in suites.iter().chain([&root]) {
            for (attribute, element) in [
                ("tests", "testcase"),
                ("failures", "failure"),
                ("errors", "error"),
                ("skipped", "skipped"),
            ] {
                let said = node.attribute(attribute).expect("it is counted");
                assert_eq!(
                    said,
                    count(*node, element).to_string(),
                    "{attribute}\n{xml}"
                );
            }
            let time: f64 = node
                .attribute("time")
                .expect("it has a time")
                .parse()
                .expect("a number");
            assert!(time > 0.0);
        }
        let sums = ["tests", "failures", "errors", "skipped"].map(|it| root.attribute(it));
        assert_eq!(sums, [Some("10"), Some("2"), Some("5"), Some("1")]);
    }

    #[test]
    fn elements_stand_where_the_schema_has_them() {
        let xml = render(&reports(), &|_| None);
        let document = roxmltree::Document::parse(&xml).expect("it is well-formed");
        for node in document.descendants().filter(|it| it.is_element()) {
            let parent = node.parent_element().map(|it| it.tag_name().name());
            let (expected, attributes): (_, &[&str]) = match node.tag_name().name() {
                "testsuites" => (None, &["name", "tests", "time"]),
                "testsuite" => (Some("testsuites"), &["name", "tests", "time"]),
                "testcase" => (Some("testsuite"), &["name", "classname"]),
                "failure" | "error" => (Some("testcase"), &["message", "type"]),
                "skipped" => (Some("testcase"), &["message"]),
                other => panic!("the schema has no {other}"),
            };
            assert_eq!(parent, expected);
            for attribute in attributes {
                assert!(node.has_attribute(*attribute), "{attribute} of {node:?}");
            }
        }
    }

    #[test]
    fn texts_come_back_as_they_were_but_for_what_xml_cannot_hold() {
        let xml = render(&reports(), &|_| None);
        let document = roxmltree::Document::parse(&xml).expect("it is well-formed");
        let cases = document
            .descendants()
            .filter(|it| it.has_tag_name("testcase"));
        let names: Vec<_> = cases.filter_map(|it| it.attribute("name")).collect();
        let kept = "a <b> & \"c\" 'd' ]]> \u{fffd}\u{fffd}[1m\u{fffd}\r\n\t\u{e9}\u{1f600}";
        assert_eq!(names[1], kept);
    }
}
