//! Suites as the library offers them: which files, which of their expectations, what is written anew.
//!
//! It knows no terminal. Invariant: each test works in a directory of its own, and looks at the files as
//! well as at what it was told.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use fedsim::Suite;
use fedsim::report::suite::{Counts, Finding, Outcome, Reports, SuiteError, Watch};

#[path = "../examples/expectations_as_tests.rs"]
mod expectations_as_tests;
#[path = "../examples/two_organizations.rs"]
mod two_organizations;
#[path = "../examples/why_it_failed.rs"]
mod why_it_failed;

/// Each of them asserts what it shows.
#[test]
fn every_example_shows_what_it_says() {
    two_organizations::main();
    why_it_failed::main();
    expectations_as_tests::main();
}

/// Two organizations, one request, one expectation that holds.
const WORLD: &str = r#"fedsim = 1
[run]
length = "1 h"
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

const ZEROS: &str = "00000000000000000000000000000000";

/// A directory of one test alone.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Place {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("suite")
            .join(name);
        if directory.exists() {
            fs::remove_dir_all(&directory).expect("an old directory can be removed");
        }
        fs::create_dir_all(&directory).expect("a directory can be made");
        Place(directory)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        let directory = path.parent().expect("it has a directory");
        fs::create_dir_all(directory).expect("a directory can be made");
        fs::write(path, text).expect("a file can be written");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file is there")
    }

    fn suite(&self, names: &[&str]) -> Suite {
        Suite::of(names.iter().map(|name| self.path(name))).expect("the paths are there")
    }

    /// The files of a report, as they are called here.
    fn names(&self, reports: &Reports) -> Vec<String> {
        let paths = reports.scenarios.iter().map(|report| &report.path);
        let names = paths.map(|path| path.strip_prefix(&self.0).expect("it is here"));
        names
            .map(|name| name.to_string_lossy().replace('\\', "/"))
            .collect()
    }

    /// Six scenarios, one of each kind.
    fn of_each_kind(name: &str) -> Place {
        let place = Place::new(name);
        place.write("b/good.toml", WORLD);
        place.write("b/fails.toml", &WORLD.replace("== 100 %", "< 100 %"));
        place.write("b/notes.txt", "no scenario");
        place.write("b/.hidden.toml", "no scenario");
        place.write("a/invalid.toml", &WORLD.replace("domains", "domians"));
        place.write(
            "a/digest.toml",
            &format!("{WORLD}\"digest\" = \"== {ZEROS}\"\n"),
        );
        place.write(
            "a/without.toml",
            WORLD.split("[expect]").next().expect("a part"),
        );
        place.write("c.toml", WORLD);
        place
    }
}

#[test]
fn directories_are_walked_in_the_order_of_names_and_no_file_is_tested_twice() {
    let place = Place::of_each_kind("walked");
    let all = [
        "a/digest.toml",
        "a/invalid.toml",
        "a/without.toml",
        "b/fails.toml",
        "b/good.toml",
        "c.toml",
    ];
    assert_eq!(place.names(&place.suite(&[""]).run()), all);
    let some = place.suite(&["b/good.toml", "a", "b"]).run();
    assert_eq!(
        place.names(&some),
        [
            "b/good.toml",
            "a/digest.toml",
            "a/invalid.toml",
            "a/without.toml",
            "b/fails.toml"
        ]
    );
    let missing = Suite::of([place.path("d")]).expect_err("there is no such directory");
    assert!(matches!(missing, SuiteError::Io(..)), "{missing}");
}

#[test]
fn reports_are_the_same_whatever_the_number_of_threads() {
    let place = Place::of_each_kind("threads");
    let suite = place.suite(&[""]);
    let one = suite.run_watched(1, &());
    for threads in [2, 7, 100] {
        let many = suite.run_watched(threads, &());
        assert_eq!(many.text(), one.text());
        assert_eq!(many.json(), one.json());
        assert_eq!(many.junit(&|_| None), one.junit(&|_| None));
    }
    let expected = Counts {
        scenarios: 6,
        cases: 5,
        met: 3,
        failed: 1,
        differ: 1,
        without: 1,
        invalid: 1,
        ..Counts::default()
    };
    assert_eq!(one.counts(), expected);
    assert!(!one.counts().are_all_met());
}

#[test]
fn a_failure_tells_what_was_expected_what_came_the_way_of_the_request_and_the_replay() {
    let place = Place::of_each_kind("failure");
    let reports = place.suite(&["b/fails.toml"]).run();
    let text = reports.text();
    for part in [
        "fails.toml:19: attendees.success_rate < 100 %",
        "  expected  < 100 %",
        "  got       100.00 % (1 of 1)",
        "contoso/look#1, sent 2026-03-02T08:01:00",
        "client     complete: 1 of 1 attendee",
        "  replay    fedsim run ",
        "  explain   fedsim why ",
        " --request 'contoso/look#1'",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn an_expectation_that_names_a_request_shows_its_way_among_any_number() {
    let place = Place::new("named");
    let many = WORLD
        .replace("[expect]\n", "count = 30\nevery = \"10 s\"\n[expect]\n\"requests.count{request=look#25}\" = \"== 2\"\n\"requests.last\" = \"before requests.first\"\n");
    place.write("many.toml", &many);
    let reports = place.suite(&["many.toml"]).run();
    let Outcome::Judged(cases) = &reports.scenarios[0].outcome else {
        panic!("{}", reports.text())
    };
    let failed = cases.iter().filter_map(|case| match &case.finding {
        Finding::Failed(failed) => Some((case.name.as_str(), failed)),
        _ => None,
    });
    let failed: Vec<_> = failed.collect();
    assert_eq!(failed.len(), 2);
    let (name, first) = &failed[0];
    assert_eq!(*name, "requests.count{request=look#25} == 2");
    assert_eq!(first.requests, ["contoso/look#25"]);
    let last = first.told[0].lines.last().expect("it has steps");
    assert!(last.contains("complete: 1 of 1"), "{last}");
    let (_, second) = &failed[1];
    assert!(second.requests.is_empty() && second.compared_with.is_some());
}

#[test]
fn a_filter_takes_scenarios_by_path_and_of_others_expectations_by_text() {
    let place = Place::of_each_kind("filtered");
    place.write("c.toml", &format!("{WORLD}\"requests.count\" = \"== 1\"\n"));
    let run = |text: &str| place.suite(&[""]).filtered(text).run();
    let by_path = run("good");
    assert_eq!(place.names(&by_path), ["b/good.toml"]);
    let by_text = run("requests.count");
    assert_eq!(place.names(&by_text), ["c.toml"]);
    assert_eq!(by_text.counts().cases, 1);
    // What an invalid scenario expects cannot be told; its text can.
    assert_eq!(place.names(&run("domians")), ["a/invalid.toml"]);
    let nothing = run("no such text");
    assert!(nothing.scenarios.is_empty() && !nothing.counts().are_all_met());
}

#[test]
fn a_digest_is_written_anew_and_nothing_else_of_the_file_changes() {
    let place = Place::new("digest");
    let of = |digest: &str| {
        format!(
            "# as it was: {ZEROS}\n{WORLD}  \"digest\"   =  \"==  {digest}\" # {ZEROS}\n\"digest{{org=contoso}}\" = '== {digest}'\n"
        )
    };
    place.write("sub/digest.toml", &of(ZEROS));
    let differs = place.suite(&["sub"]).run();
    assert_eq!((differs.counts().differ, differs.counts().met), (2, 1));
    assert_eq!(place.read("sub/digest.toml"), of(ZEROS));
    let updated = place.suite(&["sub"]).updating().run();
    assert!(updated.counts().are_all_met());
    assert_eq!(updated.counts().updated, 2);
    let text = place.read("sub/digest.toml");
    let digest = text.split("\"==  ").nth(1).and_then(|rest| rest.get(..32));
    assert_eq!(text, of(digest.expect("it has a digest")));
    place.suite(&["sub"]).run().assert_met();
    // Found below a directory, it has got no snapshot, and nothing is left beside it.
    assert_eq!(
        fs::read_dir(place.path("sub"))
            .expect("it is there")
            .count(),
        1
    );
}

#[test]
fn a_snapshot_is_made_for_a_scenario_that_is_named_compared_and_written_anew() {
    let place = Place::new("snapshot");
    place.write("world.toml", WORLD);
    let made = place.suite(&["world.toml"]).updating().run();
    assert_eq!((made.counts().met, made.counts().updated), (1, 1));
    let snapshot = place.read("world.snapshot");
    assert!(snapshot.contains("contoso/look#1, sent"), "{snapshot}");
    place.suite(&[""]).run().assert_met();

    place.write("world.toml", &WORLD.replace("+1 min", "+2 min"));
    let differs = place.suite(&[""]).run();
    let (text, counts) = (differs.text(), differs.counts());
    assert_eq!((counts.met, counts.differ), (1, 1), "{text}");
    let line = |sign: char, minute: u8| {
        format!("  {sign} contoso/look#1, sent 2026-03-02T08:0{minute}:00Z\n")
    };
    assert!(
        text.contains(&line('-', 1)) && text.contains(&line('+', 2)),
        "{text}"
    );
    assert_eq!(place.read("world.snapshot"), snapshot);

    assert_eq!(place.suite(&[""]).updating().run().counts().updated, 1);
    place.suite(&[""]).run().assert_met();
    assert_ne!(place.read("world.snapshot"), snapshot);
}

#[test]
fn nothing_is_written_anew_while_other_expectations_fail() {
    let place = Place::new("not-updated");
    let text = WORLD.replace("== 100 %", "< 100 %") + &format!("\"digest\" = \"== {ZEROS}\"\n");
    place.write("world.toml", &text);
    place.write("world.snapshot", "another day\n");
    let reports = place.suite(&["world.toml"]).updating().run();
    let counts = reports.counts();
    assert_eq!((counts.failed, counts.differ, counts.updated), (1, 2, 0));
    assert!(
        reports
            .text()
            .contains("not written anew: other expectations")
    );
    assert_eq!(place.read("world.toml"), text);
    assert_eq!(place.read("world.snapshot"), "another day\n");
}

#[test]
fn a_suite_can_be_watched_and_ended() {
    /// Ends after so many scenarios.
    struct Until(usize, AtomicUsize, Mutex<Vec<PathBuf>>);
    impl Watch for Until {
        fn goes_on(&self) -> bool {
            self.1.load(Ordering::Relaxed) < self.0
        }
        fn done(&self, path: &Path) {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.2
                .lock()
                .expect("nobody panics with it")
                .push(path.to_owned());
        }
    }
    let place = Place::of_each_kind("watched");
    let watch = Until(4, AtomicUsize::new(0), Mutex::default());
    let reports = place.suite(&[""]).run_watched(1, &watch);
    assert_eq!(reports.counts().interrupted, 2);
    assert!(!reports.counts().are_all_met());
    let done = watch.2.into_inner().expect("nobody panicked with it");
    let paths: Vec<_> = reports.scenarios.iter().map(|it| it.path.clone()).collect();
    assert_eq!(done, paths);
}

#[test]
#[should_panic(expected = "got       100.00 % (1 of 1)")]
fn a_test_of_another_crate_fails_with_all_that_is_known() {
    let place = Place::of_each_kind("asserted");
    place.suite(&["b"]).run().assert_met();
}

#[test]
#[should_panic(expected = "it expects nothing")]
fn a_test_of_another_crate_fails_if_nothing_was_tested() {
    let place = Place::of_each_kind("asserted-nothing");
    place.suite(&["a/without.toml"]).run().assert_met();
}
