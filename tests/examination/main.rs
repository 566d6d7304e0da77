//! What `fedsim check` finds of two sides that do not fit is what requests would fail for: no less where
//! the world stands still, and no more.
//!
//! It knows no rule of the model: what a request fails for is read from what scenarios expect, and from
//! runs of random worlds.

#[path = "../support/mod.rs"]
mod support;
#[path = "../invariants/troubles.rs"]
mod troubles;
#[path = "../invariants/world.rs"]
#[allow(dead_code)] // The other tests print whole worlds, this one only parts of them.
mod world;

mod random;
mod told;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use fedsim::Scenario;
use fedsim::diagnosis::examination::{Examination, Severity, examine};
use fedsim::model::Federation;
use fedsim::model::cause::Cause;
use fedsim::scenario::Compiled;

/// Causes that nothing in the objects of two organizations says beforehand.
const NOT_EXAMINED: &[(&str, &str)] = &[
    ("request.", "what a client asks is no object"),
    ("requester.unknown", "who signs in is no object"),
    ("recipient.not-found", "a mistyped address"),
    ("recipient.unknown-at-target", "a mistyped address"),
    ("autodiscover.unknown-user", "a mistyped address"),
    (
        "recipient.group-too-large",
        "what a client asks is no object",
    ),
    (
        "recipient.individual-limit",
        "what a client asks is no object",
    ),
    (
        "recipient.too-many-entries",
        "what a client asks, and how full a calendar is",
    ),
    ("recipient.resolution-timeout", "how long something takes"),
    ("deadline.", "how long something takes"),
    ("throttling.", "what else the caller does"),
    (
        "sharing.level-not-allowed",
        "what an owner offers is no object",
    ),
    ("gateway.overloaded", "load"),
    ("publishing.server-overloaded", "load"),
    ("synchronization.", "what a mailbox has done before"),
    ("autodiscover.negative-cache", "what has happened before"),
];

fn is_examined(cause: &str) -> bool {
    let mut others = NOT_EXAMINED.iter();
    !others.any(|(prefix, _)| cause.starts_with(prefix))
}

/// Errors beside what a scenario expects: they lie behind what fails first, or concern a request that the
/// scenario does not send.
const BEHIND: &[(&str, &str)] = &[
    // The calendar's Default permission would hide it, were the level not None.
    ("ceiling-none", "permission.default-none"),
    // The gateway's clock would spoil its tokens, were they issued.
    ("clock-slow-at-gateway", "token.offer-expired"),
    // The target is refused at the gateway first, and has no trust either.
    ("gate-no-trust", "organization.unfederated"),
    // Neither side has a relationship.
    (
        "path-plain-address-has-no-address-space",
        "relationship.domain-missing-at-target",
    ),
];

/// Scenarios in which something ends or rolls at a date: what is foreseen, and on which side.
const FORESEEN: &[(&str, &str, &str)] = &[
    (
        "certificate-expires-during-the-run",
        "dates.organization-certificate",
        "requester",
    ),
    ("gateway-closed", "dates.gateway-closes", "requester"),
    (
        "unreadable-at-recipient",
        "dates.organization-certificate",
        "requester",
    ),
    (
        "automatic-refresh-by-version",
        "dates.token-issuer-certificates",
        "target",
    ),
    (
        "refresh-fails-while-metadata-is-down",
        "dates.token-issuer-certificates",
        "target",
    ),
    (
        "rollover-old-signature-still-verified",
        "dates.token-issuer-certificates",
        "target",
    ),
    (
        "stale-trust-at-requester",
        "dates.token-issuer-certificates",
        "target",
    ),
    (
        "stale-trust-at-target-autodiscover",
        "dates.token-issuer-certificates",
        "target",
    ),
    (
        "stale-trust-at-target-sharing-epr",
        "dates.token-issuer-certificates",
        "target",
    ),
    (
        "stale-trust-within-the-cached-hour",
        "dates.token-issuer-certificates",
        "target",
    ),
    (
        "clock-four-minutes-fast-at-target",
        "clock.near-the-limit",
        "target",
    ),
];

/// Scenarios in which nothing is wrong.
const SOUND: &[&str] = &[
    "teaching/two-organizations.toml",
    "teaching/first-steps/as-finally-configured.toml",
    "teaching/first-steps/mail-tips-and-photos.toml",
    "capacity/gateway-outage.toml",
    "capacity/mail-tips-beside-free-busy.toml",
    "capacity/office-with-shared-calendars.toml",
    "capacity/unreliable-gateway.toml",
    "topology/abilene.toml",
    "trace/csv.toml",
    "trace/w3c.toml",
];

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// The text of a scenario, its federation, and what is found.
struct Examined {
    text: String,
    federation: Federation,
    examination: Examination,
}

fn examined(path: &Path) -> Examined {
    let text = fs::read_to_string(path).expect("the scenario is there");
    let compiled = Scenario::load(path).and_then(|scenario| scenario.compile());
    let compiled = compiled.unwrap_or_else(|found| panic!("{}", found.render_plain()));
    of_compiled(text, compiled)
}

fn of_compiled(text: String, compiled: Compiled) -> Examined {
    let examination = examine(&compiled.federation, &compiled.effective);
    Examined {
        text,
        federation: compiled.federation,
        examination,
    }
}

impl Examined {
    /// The cause and side of each error, for each direction.
    fn errors(&self) -> BTreeSet<(String, String)> {
        let errors = self.examination.findings.iter();
        let errors = errors.filter(|finding| finding.severity == Severity::Error);
        let each = errors.flat_map(|finding| {
            let sides = finding.directions.iter();
            let cause = finding.cause.expect("what fails has a cause");
            sides.map(move |&direction| {
                let side = finding.side(direction).word();
                (cause.id().to_owned(), side.to_owned())
            })
        });
        each.collect()
    }
}

/// What a scenario expects attendees to fail for: cause, and side if it says so.
fn expected(text: &str) -> Vec<(String, Option<String>)> {
    let lines = text
        .lines()
        .filter(|line| line.starts_with("\"attendees.count{"));
    let lines = lines.filter(|line| !line.ends_with("\"== 0\""));
    let labels = lines.filter_map(|line| {
        let labels = line.split_once('{')?.1.split_once('}')?.0;
        let label = |wanted: &str| {
            let mut all = labels
                .split(',')
                .filter_map(|label| label.trim().split_once('='));
            all.find(|(name, _)| *name == wanted)
                .map(|(_, value)| value.to_owned())
        };
        Some((label("cause")?, label("side")))
    });
    labels.collect()
}

/// Every scenario about one symptom, one documented failure, or sharing in person, by name.
fn symptoms() -> &'static [(String, Examined)] {
    static ALL: OnceLock<Vec<(String, Examined)>> = OnceLock::new();
    ALL.get_or_init(examine_symptoms)
}

fn examine_symptoms() -> Vec<(String, Examined)> {
    let directories = ["symptoms", "documented", "sharing"];
    let entries = directories.into_iter().flat_map(|directory| {
        let directory = scenarios().join("regression").join(directory);
        fs::read_dir(directory).expect("scenarios are there")
    });
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    assert!(files.len() > 200, "symptoms are there: {}", files.len());
    let named = files.iter().map(|file| {
        let name = file.file_stem().expect("it has a name").to_string_lossy();
        (name.into_owned(), examined(file))
    });
    named.collect()
}

#[test]
fn what_a_scenario_that_stands_still_fails_for_is_found_on_its_side_and_nothing_else() {
    let mut wrong = Vec::new();
    let mut held = 0;
    let mut behind = BTreeSet::new();
    for (name, examined) in symptoms() {
        if examined.examination.unexamined.changes > 0 {
            continue;
        }
        let errors = examined.errors();
        let expected = expected(&examined.text);
        for (cause, side) in &expected {
            // What a date brings about is foreseen, and is in a table of its own.
            if !is_examined(cause) || FORESEEN.iter().any(|row| row.0 == name) {
                continue;
            }
            // Chance breaks a server down; somebody opens an invitation late.
            if ["server-breaks-down-at-random", "opened-too-late"].contains(&name.as_str()) {
                continue;
            }
            let mut found = errors.iter();
            match found.any(|(id, at)| id == cause && side.as_ref().is_none_or(|side| side == at)) {
                true => held += 1,
                false => wrong.push(format!(
                    "{name}: {cause} at {side:?} is not found: {errors:?}"
                )),
            }
        }
        for (cause, side) in &errors {
            let mut known = expected.iter();
            let is_known =
                known.any(|(id, at)| id == cause && at.as_ref().is_none_or(|at| at == side));
            if BEHIND.contains(&(name, cause)) {
                behind.insert((name.clone(), cause.clone()));
            } else if !is_known {
                wrong.push(format!(
                    "{name}: {cause} at {side} is found, but nothing fails for it"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(held > 150, "{held} expectations were looked at");
    assert_eq!(behind.len(), BEHIND.len(), "{behind:?}");
}

#[test]
fn what_a_date_will_bring_about_is_a_warning_with_its_instant() {
    for (name, id, side) in FORESEEN {
        let mut all = symptoms().iter();
        let examined = all.find(|(known, _)| known == name);
        let (_, examined) = examined.unwrap_or_else(|| panic!("there is no {name}"));
        let findings = &examined.examination.findings;
        let found = findings.iter().find(|finding| {
            let mut sides = finding.directions.iter().map(|&of| finding.side(of).word());
            finding.id == *id && sides.any(|at| at == *side)
        });
        let found = found.unwrap_or_else(|| panic!("{name}: {id} is not found: {findings:?}"));
        assert_eq!(found.severity, Severity::Warning, "{name}");
        let has_instant = *id == "clock.near-the-limit"
            || found
                .from
                .is_some_and(|from| from > examined.federation.start);
        assert!(has_instant, "{name}: {:?}", found.from);
    }
}

#[test]
fn a_sound_world_has_no_errors() {
    for name in SOUND {
        let examined = examined(&scenarios().join(name));
        assert!(examined.examination.directions > 0, "{name}");
        assert_eq!(examined.errors(), BTreeSet::new(), "{name}");
    }
    for template in fedsim::scenario::new::TEMPLATES {
        let compiled = Scenario::parse(template.text, template.name);
        let compiled = compiled.and_then(|scenario| scenario.compile());
        let compiled = compiled.expect("templates are right");
        let examined = of_compiled(template.text.to_owned(), compiled);
        // Of ten organizations some are broken on purpose, and one partner of the office is.
        let broken: &[&str] = match template.name {
            "ten-organizations" => continue,
            "office-day" => &["publishing.wssecurity-disabled"],
            _ => &[],
        };
        let errors = examined.errors();
        let errors: Vec<&str> = errors.iter().map(|(cause, _)| cause.as_str()).collect();
        assert_eq!(errors, broken, "{}", template.name);
    }
}

/// Ten organizations with a fault in many of them: each cause that a run meets is found beforehand.
#[test]
fn each_cause_that_ten_organizations_meet_is_found_beforehand() {
    let path = scenarios().join("teaching/ten-organizations.toml");
    let examined = examined(&path);
    let run = support::run_file(&path);
    let found: BTreeSet<String> = examined.errors().into_iter().map(|error| error.0).collect();
    let met: BTreeSet<String> = random::failures(&run)
        .map(|failure| failure.cause)
        .filter(|&cause| is_examined(cause.id()))
        .map(|cause: Cause| cause.id().to_owned())
        .collect();
    assert!(met.len() > 5, "{met:?}");
    let missing: Vec<_> = met.difference(&found).collect();
    assert!(missing.is_empty(), "{missing:?} are met and not found");
}
