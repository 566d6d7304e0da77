//! The table of causes, walked: for each cause a shipped scenario shows it, `why` names it as what decided, and the
//! first remedy that is tried cures it.
//!
//! It knows no cause and no scenario by name, but for the second faults that scenarios have on purpose. Invariant:
//! which scenario shows which cause is read from what the scenarios themselves expect.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use fedsim::cmdlet::{NothingKnown, check, parse};
use fedsim::diagnosis::question::Question;
use fedsim::diagnosis::repair::{Action, NEVER_SEEN, Repair, Step, place_holders, treatment};
use fedsim::diagnosis::subject::Subject;
use fedsim::diagnosis::whatif::Until;
use fedsim::diagnosis::{Diagnosis, Proof, find, try_fix};
use fedsim::engine::{Continue, Instant};
use fedsim::model::cause::CAUSES;
use fedsim::model::outcome::AttendeeOutcome;
use fedsim::report::causes::markdown;
use fedsim::scenario::keys::{Kind, Object, SCENARIO};

/// What a scenario has besides the cause that is asked about, or what its first remedy brings about: a domain that is
/// federated anew is none that the partner names yet. It shows when the cause is repaired.
const SECOND_FAULTS: &[(&str, &str, &[&str])] = &[
    (
        "regression/documented/pub-504-hybrid-agent-inactive.toml",
        "publishing.relay-agent-stopped",
        &["publishing.host-down"],
    ),
    (
        "regression/documented/rel-accepted-domain-missing.toml",
        "requester.no-federated-address",
        &["relationship.domain-missing-at-target"],
    ),
    (
        "regression/documented/rel-config-for-domain-not-found.toml",
        "relationship.none-at-requester",
        &["relationship.domain-missing-at-target"],
    ),
    (
        "regression/documented/rel-same-smtp-domain-both-orgs.toml",
        "relationship.none-at-requester",
        &["relationship.domain-missing-at-target"],
    ),
    (
        "regression/symptoms/address-space-is-read-once-an-hour.toml",
        "relationship.none-at-requester",
        &["relationship.domain-missing-at-target"],
    ),
    (
        "regression/symptoms/ceiling-none.toml",
        "relationship.level-none-at-target",
        &["permission.default-none"],
    ),
    (
        "regression/symptoms/moved-mailbox-no-second-hop.toml",
        "recipient.no-second-hop",
        &["relationship.domain-missing-at-target"],
    ),
    (
        "regression/symptoms/moved-mailbox-without-relationship.toml",
        "autodiscover.redirect-without-relationship",
        &["relationship.domain-missing-at-target"],
    ),
    (
        "regression/symptoms/path-plain-address-has-no-address-space.toml",
        "relationship.none-at-requester",
        &["relationship.domain-missing-at-target"],
    ),
    (
        "regression/symptoms/user-without-federated-address.toml",
        "requester.no-federated-address",
        &["relationship.domain-missing-at-target"],
    ),
    (
        "teaching/first-steps/no-federated-address.toml",
        "requester.no-federated-address",
        &["relationship.domain-missing-at-target"],
    ),
    (
        "teaching/first-steps/partner-without-federation.toml",
        "organization.unfederated",
        &["relationship.level-none-at-target"],
    ),
    (
        "teaching/first-steps/partner-without-federation.toml",
        "relationship.no-endpoint-at-requester",
        &["relationship.level-none-at-target"],
    ),
    (
        "teaching/ten-organizations.toml",
        "relationship.no-endpoint-at-requester",
        &["relationship.disabled-at-target"],
    ),
];

/// A cause that a scenario expects, with what `why` says of it.
struct Walked {
    scenario: String,
    cause: &'static str,
    sent: Instant,
    diagnosis: Diagnosis,
    proof: Option<Proof>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn scenarios(below: &Path, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(below).expect("scenarios can be listed");
    for entry in entries {
        let path = entry.expect("scenarios can be listed").path();
        if path.is_dir() {
            // Days of great federations have causes that the others have, too.
            if !path.ends_with("capacity") {
                scenarios(&path, found);
            }
        } else if path.extension().is_some_and(|is| is == "toml") {
            found.push(path);
        }
    }
}

/// The causes that the expectations of a scenario name and do not rule out.
fn expected_causes(text: &str) -> BTreeSet<&'static str> {
    let expectations = text.split_once("\n[expect]").map_or("", |(_, after)| after);
    let named = expectations.lines().filter_map(|line| {
        let (metric, wanted) = line.split_once(" = ")?;
        let labels = metric
            .strip_prefix("\"attendees.count{")?
            .split(['{', ',', '}']);
        let mut causes = labels.filter_map(|label| label.trim().strip_prefix("cause="));
        let cause = causes.next()?;
        let is_ruled_out = wanted.trim_matches('"').trim().starts_with("== 0");
        (!is_ruled_out).then_some(cause)
    });
    let ids = named.filter_map(|id| CAUSES.iter().find(|row| row.id == id));
    ids.map(|row| row.id).collect()
}

/// Which scenarios show which causes, as they say themselves.
fn shown() -> Vec<(PathBuf, &'static str)> {
    let mut files = Vec::new();
    scenarios(&root().join("scenarios"), &mut files);
    files.sort();
    let pairs = files.into_iter().flat_map(|path| {
        let text = std::fs::read_to_string(&path).expect("a scenario can be read");
        let causes = expected_causes(&text).into_iter();
        causes
            .map(|cause| (path.clone(), cause))
            .collect::<Vec<_>>()
    });
    let is_great = |path: &Path| path.to_string_lossy().contains("ten-thousand");
    pairs.filter(|(path, _)| !is_great(path)).collect()
}

fn walk(path: &Path, cause: &'static str) -> Walked {
    let scenario = path
        .strip_prefix(root().join("scenarios"))
        .expect("it lies there");
    let scenario = scenario
        .to_str()
        .expect("its name is text")
        .replace('\\', "/");
    let subject = Subject::load(path, &[]).unwrap_or_else(|bad| panic!("{}", bad.render_plain()));
    let question = Question {
        cause: Some(cause.to_owned()),
        ..Question::default()
    };
    let goes_on = |_, _| Continue::Yes;
    let found = find(&subject, &question, Until::End, goes_on);
    let found = found.unwrap_or_else(|none| panic!("{scenario}, {cause}: {none:?}"));
    let proof = try_fix(&subject, &found, &question, None, goes_on);
    let proof = proof.unwrap_or_else(|none| panic!("{scenario}, {cause}: {none:?}"));
    let diagnosis = found.diagnose(&question);
    Walked {
        sent: diagnosis.sent,
        scenario,
        cause,
        diagnosis,
        proof,
    }
}

/// All that scenarios expect, walked once for all tests here, on two threads.
fn walked() -> &'static [Walked] {
    static WALKED: OnceLock<Vec<Walked>> = OnceLock::new();
    WALKED.get_or_init(|| {
        let pairs = shown();
        let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while let Some((path, cause)) = pairs.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        let walked = walk(path, cause);
                        done.lock().expect("no thread has panicked").push(walked);
                    }
                });
            }
        });
        let mut done = done.into_inner().expect("no thread has panicked");
        done.sort_by(|a, b| (&a.scenario, a.cause).cmp(&(&b.scenario, b.cause)));
        done
    })
}

/// All repairs that were told: for the failure, and in the rounds of the proof.
fn repairs(walked: &Walked) -> impl Iterator<Item = &Repair> {
    let told = walked
        .diagnosis
        .failure
        .iter()
        .flat_map(|failure| &failure.repairs);
    let rounds = walked
        .proof
        .iter()
        .flat_map(|proof| proof.rounds.iter().map(|round| &round.repair));
    told.chain(rounds)
}

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_cause_is_shown_by_a_scenario_or_never_and_then_the_reason_is_known() {
    let shown: BTreeSet<&str> = shown().into_iter().map(|(_, cause)| cause).collect();
    let never: BTreeSet<&str> = NEVER_SEEN.iter().map(|(cause, _)| cause.id()).collect();
    let both: Vec<_> = shown.intersection(&never).collect();
    assert!(both.is_empty(), "these are shown after all: {both:?}");
    let missing: Vec<&str> = CAUSES
        .iter()
        .map(|row| row.id)
        .filter(|id| !shown.contains(id) && !never.contains(id))
        .collect();
    assert!(missing.is_empty(), "no scenario shows {missing:?}");
}

#[test]
fn why_names_the_cause_that_a_scenario_expects_as_what_decided() {
    let mut wrong = Vec::new();
    for it in walked() {
        let (scenario, cause) = (&it.scenario, it.cause);
        let Some(failure) = &it.diagnosis.failure else {
            wrong.push(format!("{scenario}: nothing has failed for {cause}"));
            continue;
        };
        let id = failure.failure.cause.id();
        let marked: Vec<usize> = it
            .diagnosis
            .steps
            .iter()
            .enumerate()
            .filter(|(_, step)| step.is_decisive)
            .map(|(number, _)| number)
            .collect();
        if id != cause || marked.len() != 1 {
            wrong.push(format!(
                "{scenario}: {id} for {cause}, decided by steps {marked:?}"
            ));
        }
    }
    assert_none(&wrong);
}

#[test]
fn the_first_remedy_that_is_tried_cures_and_the_rest_is_for_second_faults_alone() {
    let mut known: BTreeMap<(&str, &str), &[&str]> = SECOND_FAULTS
        .iter()
        .map(|&(scenario, cause, further)| ((scenario, cause), further))
        .collect();
    let mut wrong = Vec::new();
    for it in walked() {
        let (scenario, cause) = (&it.scenario, it.cause);
        let Some(proof) = &it.proof else {
            wrong.push(format!("{scenario}: nothing was tried for {cause}"));
            continue;
        };
        let rounds: Vec<&str> = proof.rounds.iter().map(|round| round.cause.id()).collect();
        let further = known.remove(&(scenario.as_str(), cause)).unwrap_or(&[]);
        let expected: Vec<&str> = std::iter::once(cause)
            .chain(further.iter().copied())
            .collect();
        if !proof.is_cured || rounds != expected || !proof.in_vain.is_empty() {
            let in_vain: Vec<&str> = proof.in_vain.iter().map(|round| round.cause.id()).collect();
            wrong.push(format!(
                "{scenario}, {cause}: cured {}, repaired {rounds:?}, in vain {in_vain:?}",
                proof.is_cured
            ));
        }
    }
    for (scenario, cause) in known.into_keys() {
        wrong.push(format!("{scenario} does not show {cause}"));
    }
    assert_none(&wrong);
}

#[test]
fn what_passes_by_itself_is_answered_later_and_the_proof_says_when() {
    let mut wrong = Vec::new();
    let mut causes = BTreeSet::new();
    for it in walked() {
        let rounds = it.proof.iter().flat_map(|proof| &proof.rounds);
        for round in rounds.filter(|round| round.repair.is_waiting()) {
            causes.insert(round.cause);
            let is_answered = matches!(
                round.outcome,
                Some(AttendeeOutcome::View(_) | AttendeeOutcome::Answered(_))
            );
            if !is_answered || round.done != Some(round.asked) || round.asked <= it.sent {
                wrong.push(format!("{}, {}: {round:?}", it.scenario, it.cause));
            }
        }
    }
    assert!(
        causes.len() > 5,
        "few causes pass by themselves: {causes:?}"
    );
    assert_none(&wrong);
}

#[test]
fn every_cmdlet_of_a_repair_is_one_that_a_script_may_hold() {
    let mut scripts: BTreeMap<&str, &str> = BTreeMap::new();
    for it in walked() {
        for action in repairs(it).flat_map(|repair| &repair.actions) {
            if let Action::Cmdlets { script, .. } = action {
                scripts.insert(script, &it.scenario);
            }
        }
    }
    assert!(scripts.len() > 50, "only {} scripts", scripts.len());
    let mut wrong = Vec::new();
    for (text, scenario) in scripts {
        let (script, read) = parse(text);
        let checked = check(&script, &NothingKnown);
        for finding in read.iter().chain(checked.iter()) {
            wrong.push(format!("{scenario}: {}\n{text}", finding.message));
        }
    }
    assert_none(&wrong);
}

/// The names between braces.
fn names(template: &str) -> impl Iterator<Item = &str> {
    let after = template.split('{').skip(1);
    let held = after.filter_map(|rest| rest.split_once('}'));
    let is_plain = |c: char| c.is_ascii_lowercase() || c == '.' || c == '-';
    held.map(|(name, _)| name)
        .filter(move |name| !name.is_empty() && name.chars().all(is_plain))
}

#[test]
fn each_place_holder_of_a_remedy_is_explained_and_each_explained_one_is_used() {
    let known: BTreeSet<&str> = place_holders().map(|holder| holder.name).collect();
    assert_eq!(
        known.len(),
        place_holders().count(),
        "a name is there twice"
    );
    let mut used = BTreeSet::new();
    for row in CAUSES {
        let treatment = treatment(row.cause);
        used.extend(treatment.decided_by.iter().flat_map(|key| names(key)));
        for step in treatment.remedies.iter().flat_map(|remedy| remedy.steps) {
            let texts = match *step {
                Step::Cmdlets(_, script) | Step::OnServer(_, script) => [script, ""],
                Step::Change(shown, keys) | Step::Build(shown, keys) => [shown, keys],
                Step::Ask(shown, _) | Step::Wait(shown) => [shown, ""],
            };
            used.extend(texts.into_iter().flat_map(names));
        }
    }
    let unknown: Vec<_> = used.difference(&known).collect();
    assert!(unknown.is_empty(), "not explained: {unknown:?}");
    // Conditions ask for one of them that no template names.
    let unused: Vec<_> = known.difference(&used).collect();
    assert!(unused.is_empty(), "not used: {unused:?}");
}

/// The parts of a path to a key; dots within braces or quotes part nothing.
fn parts(path: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut is_held, mut is_quoted) = (false, false);
    for character in path.chars() {
        match character {
            '{' => is_held = true,
            '}' => is_held = false,
            '"' => is_quoted = !is_quoted,
            _ => {}
        }
        match character {
            '.' if !is_held && !is_quoted => parts.push(String::new()),
            other => parts.last_mut().expect("there is a part").push(other),
        }
    }
    parts
}

/// Whether a path of keys and names is one of the scenario's.
fn is_key(object: &Object, path: &[String]) -> bool {
    let Some((first, rest)) = path.split_first() else {
        return true;
    };
    // A place-holder stands for one of several keys.
    let is_it = |name: &str| name == first || first.starts_with('{');
    let mut keys = object.keys.iter().filter(|key| is_it(key.name));
    keys.any(|key| is_value(&key.kind, rest))
}

fn is_value(kind: &Kind, rest: &[String]) -> bool {
    match (kind, rest) {
        (_, []) => true,
        (Kind::Table(object), rest) => is_key(object, rest),
        (Kind::Named(named), [_, rest @ ..]) => is_value(&named.value, rest),
        _ => false,
    }
}

#[test]
fn each_key_that_decides_or_is_changed_is_one_of_the_scenario() {
    let mut wrong = Vec::new();
    for row in CAUSES {
        let treatment = treatment(row.cause);
        let steps = treatment.remedies.iter().flat_map(|remedy| remedy.steps);
        let changed = steps.flat_map(|step| match *step {
            Step::Change(_, keys) | Step::Build(_, keys) => keys.lines().collect(),
            _ => Vec::new(),
        });
        let keys = treatment.decided_by.iter().copied().chain(changed);
        // What begins with a place-holder is a path that the world tells.
        for key in keys.filter(|key| !key.starts_with('{')) {
            let path = key.split_once(" = ").map_or(key, |(path, _)| path);
            if !is_key(&SCENARIO, &parts(path)) {
                wrong.push(format!("{}: {key}", row.id));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn the_document_of_causes_is_made_from_the_tables() {
    let path = root().join("docs/causes.md");
    let expected = markdown();
    if std::env::var_os("FEDSIM_REFRESH").is_some() {
        std::fs::write(&path, expected).expect("docs/causes.md can be written");
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let difference = kept
        .lines()
        .zip(expected.lines())
        .find(|(kept, fresh)| kept != fresh);
    assert!(
        kept == expected,
        "docs/causes.md is not what the tables say, first at {difference:?}; FEDSIM_REFRESH=1 cargo test \
         --test causes rewrites it"
    );
}
