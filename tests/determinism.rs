//! What must not change a result, what must, and the golden digests of the shipped scenarios.
//!
//! Digests are compared organization by organization. After a change of the model's rules that is
//! meant: raise `fedsim::model::MODEL_REVISION`, then refresh the golden file with
//! `FEDSIM_REFRESH_GOLDEN=1 cargo test --test determinism`, and commit both.

mod support;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use fedsim::model::MODEL_REVISION;
use fedsim::model::cause::Cause;
use fedsim::model::observation::{Fact, Observation};
use fedsim::model::outcome::{AttendeeOutcome, Leg, ResponseCode, Side};
use support::{Run, run, run_replication};

/// Three organizations that ask each other all the time, with everything that varies.
const WORLD: &str = r#"fedsim = 1
title = "Three organizations"

[run]
length = "3 h"
seed = { world = 7, day = 11 }

[parameters]
loss = "1 %"

[gateway.business]
servers = 1
rollover_first = "+90 min"

[org.contoso]
exchange = "2013 SP1"
domains = ["contoso.com"]
mailboxes = 20
servers = 3
calendar_default = { None = "10 %", AvailabilityOnly = "60 %", LimitedDetails = "30 %" }

[org.contoso.server.cas1]
workers = 2
mean_time_between_failures = "50 min"
mean_time_to_repair = "10 min"

[org.fabrikam]
exchange = "2010 SP3"
domains = ["fabrikam.com", "fabrikam.co.uk"]
mailboxes = 20
servers = 2
resolver = "shared"
calendar_default = { None = "40 %", AvailabilityOnly = "60 %" }

[org.tailspin]
exchange = "2016 CU1"
domains = ["tailspin.com"]
mailboxes = 20
resolver = "shared"

[dns.resolver.shared]
positive_cap = "10 min"

[relationship."contoso -> fabrikam"]
free_busy_access = true
free_busy_level = "LimitedDetails"

[relationship."fabrikam -> contoso"]
free_busy_access = true
free_busy_level = "LimitedDetails"

[relationship."contoso -> tailspin"]
free_busy_access = true
free_busy_level = "AvailabilityOnly"

[relationship."tailspin -> contoso"]
free_busy_access = true
free_busy_level = "AvailabilityOnly"

[relationship."fabrikam -> tailspin"]
free_busy_access = true

[fault.fabrikam-away]
from = "+60 min"
until = "+70 min"
set.org.fabrikam.host."mail.fabrikam.com".state = "down"

[[timeline]]
at = "+100 min"
do = "server.recycle"
org = "contoso"
server = "cas2"

[request.contoso-asks]
at = "+1 min"
from = "user1@contoso.com"
to = ["user1@fabrikam.com", "user2@fabrikam.com", "user3@tailspin.com", "user4@contoso.com"]
count = 60
every = "170 s"

[request.fabrikam-asks]
at = "+2 min"
from = "user2@fabrikam.com"
to = ["user1@contoso.com", "user2@contoso.com", "user5@tailspin.com"]
count = 60
every = "170 s"

[request.tailspin-asks]
at = "+3 min"
from = "user3@tailspin.com"
to = ["user7@contoso.com", "user8@contoso.com"]
count = 60
every = "170 s"
"#;

const ASKING: [&str; 3] = ["contoso", "fabrikam", "tailspin"];

/// Every request's latency, by its printed name.
fn latencies(run: &Run) -> BTreeMap<String, String> {
    let requests = run.federation.requests.iter().map(|row| row.identity);
    requests
        .map(|request| {
            let latency = run
                .latency(request)
                .map_or(String::new(), |l| l.to_string());
            (run.federation.request_name(request), latency)
        })
        .collect()
}

fn assert_same(one: &Run, other: &Run, why: &str) {
    for organization in ASKING {
        assert_eq!(
            one.digest_of(organization),
            other.digest_of(organization),
            "{why}: {organization}"
        );
    }
    assert_eq!(latencies(one), latencies(other), "{why}");
}

#[test]
fn the_same_scenario_gives_the_same_observations_in_the_same_order() {
    let (one, other) = (run(WORLD), run(WORLD));
    assert!(one.observations.len() > 5_000, "the world is busy");
    assert_eq!(one.observations, other.observations);
    assert_eq!(one.digest(), other.digest());
}

#[test]
fn an_organization_that_sends_nothing_changes_nothing_for_the_others() {
    let alone = run(WORLD);
    // Names that sort before, between and after the others', some alone, some with partners and with
    // the resolver of the others.
    for name in ["aardvark", "dodo", "fabrikan", "zebra"] {
        let bare =
            format!("[org.{name}]\ndomains = [\"{name}.com\"]\nmailboxes = 5\nservers = 2\n");
        let befriended = format!(
            "{bare}resolver = \"shared\"
[relationship.\"{name} -> contoso\"]
free_busy_access = true
free_busy_level = \"LimitedDetails\"
[relationship.\"contoso -> {name}\"]
free_busy_access = true
"
        );
        for added in [bare, befriended] {
            let with = run(&format!("{WORLD}\n{added}"));
            assert_same(&alone, &with, &added);
        }
    }
}

#[test]
fn neither_the_order_of_tables_nor_titles_and_comments_change_anything() {
    let plain = run(WORLD);
    let (head, tables) = WORLD.split_once("\n\n").expect("the file has parts");
    let mut reversed: Vec<&str> = tables.split("\n\n").collect();
    reversed.reverse();
    let reversed = format!("{head}\n\n{}", reversed.join("\n\n"));
    assert_ne!(reversed, WORLD);
    assert_same(&plain, &run(&reversed), "tables in reverse");
    let renamed = WORLD
        .replace("Three organizations", "3 × Exchange")
        .replace("\n\n", "\n\n# A comment.\n");
    assert_same(&plain, &run(&renamed), "another title, and comments");
}

#[test]
fn a_replication_is_another_day_and_so_is_another_seed_of_the_day() {
    let first = run(WORLD);
    let second = run_replication(WORLD, 1);
    let other_day = run(&WORLD.replace("day = 11", "day = 12"));
    for other in [&second, &other_day] {
        for organization in ASKING {
            assert_ne!(first.digest_of(organization), other.digest_of(organization));
        }
        assert_eq!(
            levels(&first),
            levels(other),
            "calendars belong to the world"
        );
    }
    assert_eq!(second.digest(), run_replication(WORLD, 1).digest());
}

#[test]
fn another_seed_of_the_world_gives_other_calendars_on_the_same_day() {
    let first = run(WORLD);
    let other = run(&WORLD.replace("world = 7", "world = 8"));
    assert_ne!(levels(&first), levels(&other));
    // What the day draws is as it was: each request reaches the same server at the same instant.
    let arrivals = |run: &Run| -> Vec<Observation> {
        let arrived = |o: &&Observation| matches!(o.fact, Fact::Arrived { .. });
        run.observations.iter().filter(arrived).copied().collect()
    };
    assert_eq!(arrivals(&first), arrivals(&other));
}

/// The Default permission of each calendar that a target looked at, by address.
fn levels(run: &Run) -> BTreeMap<String, String> {
    let mut asked: BTreeMap<_, String> = BTreeMap::new();
    let mut levels = BTreeMap::new();
    for observation in &run.observations {
        match observation.fact {
            Fact::PathChosen {
                attendee, asked: a, ..
            } => {
                asked.insert(
                    (observation.request, attendee),
                    run.federation.address_text(a),
                );
            }
            Fact::CalendarDecided {
                attendee, decision, ..
            } => {
                let address = asked[&(observation.request, attendee)].clone();
                levels.insert(address, decision.default.to_string());
            }
            _ => {}
        }
    }
    levels
}

#[test]
fn without_our_relationship_we_do_not_ask_and_they_are_refused_here() {
    let dropped = "[relationship.\"contoso -> fabrikam\"]\nexists = false";
    let without = WORLD.replace("[relationship.\"contoso -> fabrikam\"]", dropped);
    let (with, without) = (run(WORLD), run(&without));
    // Contoso does not ask Fabrikam any more, and says so itself: nothing leaves toward Fabrikam.
    let fabrikam = |run: &Run| {
        run.federation
            .names
            .find("fabrikam.com")
            .expect("it is named")
    };
    for observation in of_requester(&without, "contoso") {
        match observation.fact {
            Fact::GroupDispatched { domain, .. } => assert_ne!(domain, fabrikam(&without)),
            Fact::AttendeeDone {
                attendee: 0 | 1,
                outcome,
                ..
            } => {
                let AttendeeOutcome::Failed(failure) = outcome else {
                    panic!("nobody was asked: {outcome:?}")
                };
                if failure.cause == Cause::PublishingHostDown {
                    continue;
                }
                assert_eq!(failure.cause, Cause::RelationshipNoneAtRequester);
                assert_eq!(failure.code, ResponseCode::MailRecipientNotFound);
                assert_eq!((failure.side, failure.leg), (Side::Requester, None));
            }
            _ => {}
        }
    }
    // Fabrikam asks as before, until Contoso decides: it names nobody to whom it shows anything.
    let until_decided = |run: &Run| {
        let mut until: BTreeMap<_, Vec<Observation>> = BTreeMap::new();
        let mut decided = BTreeMap::new();
        let contoso = run
            .federation
            .names
            .find("contoso.com")
            .expect("it is named");
        let mut groups = BTreeMap::new();
        for o in of_requester(run, "fabrikam") {
            if let Fact::GroupDispatched { group, domain, .. } = o.fact
                && domain == contoso
            {
                groups.insert((o.request, group), ());
            }
            let Some((group, is_decision)) = group_of(&o.fact) else {
                continue;
            };
            let key = (o.request, group);
            if !groups.contains_key(&key) || decided.contains_key(&key) {
                continue;
            }
            if is_decision {
                decided.insert(key, ());
            } else {
                until.entry(key).or_default().push(*o);
            }
        }
        (until, decided)
    };
    let (before, decided) = until_decided(&with);
    let (after, decided_without) = until_decided(&without);
    assert!(decided.len() > 30, "most lookups get as far as a calendar");
    // The first lookup is the same to the nanosecond; afterwards the time that answers take differs,
    // and with it what is still connected.
    let first = before.keys().next().expect("Fabrikam asks Contoso");
    assert_eq!(before[first].len(), after[first].len());
    for (one, other) in before[first].iter().zip(&after[first]) {
        assert_eq!(
            one.words(&with.federation),
            other.words(&without.federation)
        );
    }
    assert!(decided_without.len() > 30);
    for observation in of_requester(&without, "fabrikam") {
        if let Fact::CalendarDecided { decision, .. } = observation.fact
            && decision.result.is_err()
        {
            let causes = [
                Cause::RelationshipNoneAtTarget,
                Cause::RelationshipLevelNoneAtTarget,
                Cause::PermissionDefaultNone,
            ];
            assert!(causes.contains(&decision.result.expect_err("it is refused")));
        }
    }
    let refused = |run: &Run| count_refused_at_target(run, "fabrikam");
    assert!(refused(&without) > refused(&with));
    // Whoever is no party to it sees the same.
    let of_tailspin = |run: &Run| of_requester(run, "tailspin").count();
    assert_eq!(of_tailspin(&with), of_tailspin(&without));
}

/// Attendees that a target refused for want of a relationship.
fn count_refused_at_target(run: &Run, organization: &str) -> usize {
    let failed = |o: &&Observation| {
        matches!(o.fact, Fact::AttendeeDone { outcome: AttendeeOutcome::Failed(failure), .. }
            if failure.cause == Cause::RelationshipNoneAtTarget
                && failure.code == ResponseCode::NoFreeBusyAccess
                && failure.side == Side::Target
                && failure.leg == Some(Leg::Availability))
    };
    of_requester(run, organization).filter(failed).count()
}

fn of_requester<'r>(run: &'r Run, organization: &str) -> impl Iterator<Item = &'r Observation> {
    let id = run.organization(organization);
    run.observations
        .iter()
        .filter(move |o| o.request.requester == id)
}

/// The group that a fact is about, and whether it is the target's decision.
fn group_of(fact: &Fact) -> Option<(u16, bool)> {
    match *fact {
        Fact::GroupDispatched { group, .. }
        | Fact::LegStarted { group, .. }
        | Fact::NameResolved { group, .. }
        | Fact::Connected { group, .. }
        | Fact::TokenIssued { group, .. }
        | Fact::CallArrived { group, .. }
        | Fact::TokenValidated { group, .. }
        | Fact::Discovered { group, .. }
        | Fact::LegEnded { group, .. } => Some((group, false)),
        Fact::CalendarDecided { group, .. } => Some((group, true)),
        _ => None,
    }
}

/// The variable that makes the test write the golden file in place of reading it.
const REFRESH: &str = "FEDSIM_REFRESH_GOLDEN";

#[test]
fn shipped_scenarios_give_the_digests_of_the_golden_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("tests/golden.txt");
    let mut found = Golden {
        revision: MODEL_REVISION,
        digests: BTreeMap::new(),
    };
    for scenario in scenarios(&root.join("scenarios")) {
        let run = support::run_file(&scenario);
        let name = scenario.strip_prefix(root).expect("it lies below");
        let name = name.to_str().expect("its name is text").replace('\\', "/");
        found.digests.insert(name, run.digest().to_string());
    }
    let kept = std::fs::read_to_string(&path).map_or(Golden::default(), |text| Golden::read(&text));
    if std::env::var_os(REFRESH).is_some() {
        let refused = kept.refuses(&found);
        assert!(
            refused.is_empty(),
            "raise MODEL_REVISION first: {refused:?} changed"
        );
        std::fs::write(&path, found.text()).expect("the golden file can be written");
        return;
    }
    let (kept, found) = (kept.text(), found.text());
    let only = |one: &str, other: &str| -> String {
        let lines = one
            .lines()
            .filter(|line| !other.lines().any(|o| o == *line));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert!(
        kept == found,
        "the golden file says\n{}\nbut it is\n{}\nif this is meant: raise MODEL_REVISION if a digest \
         changed, and run with {REFRESH}=1",
        only(&kept, &found),
        only(&found, &kept)
    );
}

/// What the golden file says.
#[derive(Clone, Debug, Default)]
struct Golden {
    revision: u32,
    digests: BTreeMap<String, String>,
}

impl Golden {
    fn read(text: &str) -> Golden {
        let mut golden = Golden::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((key, value)) = line.rsplit_once(' ') else {
                continue;
            };
            if key == "revision" {
                golden.revision = value.parse().expect("a revision is a number");
            } else {
                golden.digests.insert(key.into(), value.into());
            }
        }
        golden
    }

    fn text(&self) -> String {
        let mut text = format!(
            "# The digests of the shipped scenarios, replication 0. Refresh: see determinism.rs.\nrevision {}\n",
            self.revision
        );
        for (scenario, digest) in &self.digests {
            writeln!(text, "{scenario} {digest}").expect("a string takes text");
        }
        text
    }

    /// The scenarios for which a new table may not take this one's place: their digest changed, and
    /// the revision did not go up.
    fn refuses(&self, new: &Golden) -> Vec<String> {
        let changed = self.digests.iter().filter(|(scenario, digest)| {
            new.digests.get(*scenario).is_some_and(|now| now != *digest)
        });
        let changed = changed.map(|(scenario, _)| scenario.clone());
        changed.filter(|_| new.revision <= self.revision).collect()
    }
}

#[test]
fn a_changed_digest_is_refused_unless_the_revision_goes_up() {
    let golden = |revision, digests: &[(&str, &str)]| Golden {
        revision,
        digests: digests
            .iter()
            .map(|&(scenario, digest)| (scenario.into(), digest.into()))
            .collect(),
    };
    let kept = golden(1, &[("a.toml", "1"), ("b.toml", "2")]);
    assert_eq!(Golden::read(&kept.text()).text(), kept.text());
    let added = golden(1, &[("a.toml", "1"), ("c.toml", "3")]);
    assert!(kept.refuses(&added).is_empty());
    let changed = |revision| golden(revision, &[("a.toml", "7"), ("b.toml", "2")]);
    assert_eq!(kept.refuses(&changed(1)), ["a.toml"]);
    assert!(kept.refuses(&changed(2)).is_empty());
}

/// All scenarios below a folder, by path.
fn scenarios(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("its entries can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
