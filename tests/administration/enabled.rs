//! `Set-OrganizationRelationship -Enabled $false` on either side: when the last request succeeds.
//!
//! A server keeps a relationship for 5 minutes from when it read it, and reads it as Active Directory
//! has replicated it, 15 s late. So the last success comes no later than 5 min 15 s after the cmdlet;
//! and a server that has just read it answers for almost as long.

use fedsim::engine::{Instant, Span};
use fedsim::model::cause::Cause;
use fedsim::model::observation::Fact;
use fedsim::model::outcome::AttendeeOutcome;

use crate::administered;

/// How long a server keeps what it has read, and how late it reads.
const KEPT: Span = Span::from_minutes(5);
const REPLICATION: Span = Span::from_seconds(15);
/// From one request to the next, and the longest that one of these takes.
const EVERY: Span = Span::from_seconds(30);
const ANSWER: Span = Span::from_seconds(5);

/// Alice asks for Bob's calendar every half minute, for 20 minutes; `script` is carried out in `side`
/// at `at`.
fn world(side: &str, at: &str, script: &str) -> String {
    format!(
        r#"fedsim = 1
title = "A relationship is switched off"

[run]
length = "30 min"

[gateway.business]

[org.contoso]
domains = ["contoso.com"]

[org.contoso.mailbox.alice]

[org.fabrikam]
domains = ["fabrikam.com"]

[org.fabrikam.mailbox.bob]

[relationship."contoso -> fabrikam"]
free_busy_access = true

[relationship."fabrikam -> contoso"]
free_busy_level = "LimitedDetails"

[request.look]
at = "+30 s"
from = "alice@contoso.com"
to = ["bob@fabrikam.com"]
count = 40
every = "30 s"

[[timeline]]
at = "{at}"
org = "{side}"
run = '''
{script}
'''
"#
    )
}

/// When requests succeeded and when they failed, from the start of the run, and why.
struct Seen {
    successes: Vec<Span>,
    failures: Vec<(Span, Cause)>,
}

impl Seen {
    fn last_success(&self) -> Span {
        *self.successes.last().expect("some request succeeds")
    }
}

fn seen(text: &str) -> Seen {
    let run = administered(text, &[]);
    for entry in &run.entries {
        assert_eq!(entry.error, None, "{}", entry.statement);
    }
    let start: Instant = run.federation.start;
    let mut seen = Seen {
        successes: Vec::new(),
        failures: Vec::new(),
    };
    for observation in &run.observations {
        let Fact::AttendeeDone { outcome, .. } = observation.fact else {
            continue;
        };
        let at = observation.at.since(start);
        match outcome {
            AttendeeOutcome::View(_) => seen.successes.push(at),
            AttendeeOutcome::Failed(failure) => seen.failures.push((at, failure.cause)),
            AttendeeOutcome::Answered(_) => panic!("calendars are asked for"),
        }
    }
    assert_eq!(seen.successes.len() + seen.failures.len(), 40);
    seen
}

/// A side, its relationship, and what its servers say once it is disabled.
const SIDES: &[(&str, &str, Cause)] = &[
    (
        "contoso",
        "fabrikam",
        Cause::RelationshipDisabledAtRequester,
    ),
    ("fabrikam", "contoso", Cause::RelationshipDisabledAtTarget),
];

#[test]
fn a_relationship_that_is_disabled_on_either_side_ends_free_busy_within_5_minutes_and_replication()
{
    for &(side, partner, cause) in SIDES {
        let script = format!("Set-OrganizationRelationship -Identity {partner} -Enabled $false");
        // At all phases of the cache, which is read with the first request at 30 s and about every
        // 5 min 30 s from then on.
        for minute in 1..=12 {
            let at = Span::from_minutes(minute);
            let seen = seen(&world(side, &format!("+{minute} min"), &script));
            let latest = at + KEPT + REPLICATION + ANSWER;
            assert!(
                seen.last_success() <= latest,
                "{side}, disabled after {at}: still answered after {}",
                seen.last_success()
            );
            let (first_failure, _) = *seen.failures.first().expect("some request fails");
            assert!(
                seen.last_success() < first_failure,
                "{side}: once off, it stays off"
            );
            assert!(first_failure > at, "{side}: nothing fails before");
            for (_, found) in &seen.failures {
                assert_eq!(*found, cause, "{side}");
            }
        }
    }
}

#[test]
fn a_server_that_has_just_read_the_relationship_answers_until_its_cache_is_old() {
    for &(side, partner, _) in SIDES {
        let script = format!("Set-OrganizationRelationship -Identity {partner} -Enabled $false");
        // Read with the request of 30 s, disabled at 1 min, kept until about 5 min 30 s: the request of
        // 5 min succeeds; that of 5 min 30 s may, if the first was slower on its way than it is.
        let seen = seen(&world(side, "+1 min", &script));
        let last = seen.last_success();
        assert!(last >= KEPT, "{side}: not sooner: {last}");
        assert!(last <= EVERY + KEPT + ANSWER, "{side}: not later: {last}");
    }
}

#[test]
fn a_server_that_forgets_what_it_has_read_stops_as_soon_as_the_change_is_replicated() {
    for &(side, partner, cause) in SIDES {
        let script = format!(
            "Set-OrganizationRelationship -Identity {partner} -Enabled $false\nStart-Sleep -Seconds \
             20\niisreset"
        );
        // Disabled at 1 min, replicated at 1 min 15 s, forgotten at 1 min 20 s.
        let seen = seen(&world(side, "+1 min", &script));
        let forgotten = Span::from_seconds(80);
        let last = seen.last_success();
        assert!(last <= forgotten + ANSWER, "{side}: {last}");
        assert!(
            last >= Span::from_minutes(1),
            "{side}: and it answers until then: {last}"
        );
        let (_, last_cause) = *seen.failures.last().expect("some request fails");
        assert_eq!(last_cause, cause, "{side}");
    }
}
