//! Random worlds: where the examination finds no fault, requests are answered.
//!
//! A world that breaks this is told by its seed: `FEDSIM_WORLD=17 cargo test --test examination random`.

use std::collections::BTreeSet;

use fedsim::Scenario;
use fedsim::diagnosis::examination::{Severity, examine};
use fedsim::model::directory::Recipient;
use fedsim::model::observation::Fact;
use fedsim::model::organization::OrgId;
use fedsim::model::outcome::{AttendeeOutcome, Failure};

use super::is_examined;
use super::support::{Run, run_compiled};
use super::world::World;

/// How many worlds are tried.
const WORLDS: u64 = 200;
/// The variable that names the only seed to try.
const ONLY: &str = "FEDSIM_WORLD";

/// Every failure of a run.
pub fn failures(run: &Run) -> impl Iterator<Item = Failure> {
    run.observations.iter().filter_map(|row| match row.fact {
        Fact::AttendeeDone {
            outcome: AttendeeOutcome::Failed(failure),
            ..
        } => Some(failure),
        _ => None,
    })
}

/// A world's text without what the time line, faults and chance change.
fn still(world: &World) -> String {
    let changes = |block: &&String| !block.starts_with("[[") && !block.starts_with("[fault");
    let blocks: Vec<&str> = world
        .blocks
        .iter()
        .filter(changes)
        .map(|block| block.as_str())
        .collect();
    let lines = blocks.join("\n");
    let lines = lines.lines().filter(|line| !line.starts_with("mean_time_"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Tries one seed; gives how many attendees of clean directions were looked at.
fn judge(seed: u64) -> Result<usize, String> {
    let text = still(&World::of_seed(seed));
    let compiled = Scenario::parse(&text, "world.toml").and_then(|scenario| scenario.compile());
    let compiled = compiled.unwrap_or_else(|found| panic!("{}\n{text}", found.render_plain()));
    let examination = examine(&compiled.federation, &compiled.effective);
    let faulty: BTreeSet<(OrgId, OrgId)> = examination
        .findings
        .iter()
        // What is foreseen for later in the run, or is near a limit, may be met as well.
        .filter(|row| {
            row.severity == Severity::Error
                || row.id.starts_with("dates.")
                || row.id.starts_with("clock.")
        })
        .flat_map(|row| row.directions.iter().map(|of| (of.requester, of.target)))
        .collect();
    let run = run_compiled(compiled.federation, 0);
    let federation = &run.federation;
    let mut looked_at = 0;
    for request in federation.requests.iter() {
        for (number, &asked) in request.to.iter().enumerate() {
            let requester = request.identity.requester;
            let external = match federation.recipient(requester, asked) {
                Some(Recipient::Contact { external } | Recipient::MailUser { external }) => {
                    external
                }
                Some(Recipient::Mailbox(_) | Recipient::Group(_)) => continue,
                None => asked,
            };
            let target = federation.index.domain_owners.get(&external.domain);
            let Some(&target) = target.filter(|&&target| target != requester) else {
                continue;
            };
            if faulty.contains(&(requester, target)) {
                continue;
            }
            // A group before it would move its number.
            let mut before = request.to[..number].iter();
            if before.any(|&to| {
                matches!(
                    federation.recipient(requester, to),
                    Some(Recipient::Group(_))
                )
            }) {
                continue;
            }
            let outcomes = run.outcomes(request.identity);
            let Some(outcome) = outcomes.get(number) else {
                continue;
            };
            looked_at += 1;
            if let AttendeeOutcome::Failed(failure) = outcome
                && is_examined(failure.cause.id())
            {
                return Err(format!(
                    "seed {seed}: {} asks {} and fails for {} at {:?}, but nothing was found\n{text}",
                    federation.request_name(request.identity),
                    federation.address_text(asked),
                    failure.cause,
                    failure.side,
                ));
            }
        }
    }
    Ok(looked_at)
}

#[test]
fn in_random_worlds_a_direction_without_errors_answers_its_requests() {
    if let Ok(seed) = std::env::var(ONLY) {
        let judged = judge(seed.parse().expect("a seed is a whole number"));
        return judged.map(drop).unwrap_or_else(|law| panic!("{law}"));
    }
    let mut looked_at = 0;
    let mut wrong = Vec::new();
    for seed in 0..WORLDS {
        match judge(seed) {
            Ok(count) => looked_at += count,
            Err(law) => wrong.push(law),
        }
    }
    let told: Vec<&str> = wrong.iter().filter_map(|law| law.lines().next()).collect();
    assert!(wrong.is_empty(), "{}\n\n{}", wrong[0], told.join("\n"));
    assert!(looked_at > 300, "{looked_at} attendees were looked at");
}
