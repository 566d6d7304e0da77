//! Shared calendars: what background synchronization costs, what a user finds in the local folder, and
//! why it may be blank.
//!
//! The rule (observed, Exchange 2013): a run costs one token SharingRead, one GetFolder, and for each
//! batch of 128 changes one SyncFolderItems and, if there are any, one GetItem. The Sharing Sync
//! Assistant comes to each subscription once in a work cycle of three hours (docs).

mod support;

use fedsim::engine::Span;
use fedsim::model::cause::Cause;
use fedsim::model::observation::{Fact, RequestIdentity};
use fedsim::model::outcome::{AccessLevel, Answer, Asks, AttendeeOutcome, Leg};
use fedsim::model::synchronization::{FolderContents, How, calls};
use fedsim::model::token::Offer;
use support::{Run, run};

/// Anna of Contoso has subscribed to the calendar of Ben of Fabrikam, who has 14 entries a week, and has
/// granted her details. There is no relationship.
const TWO: &str = r#"
fedsim = 1
[run]
length = "2 d"

[org.contoso]
domains = ["contoso.com"]
mailbox.anna.subscription = { "ben@fabrikam.com" = {} }

[org.fabrikam]
domains = ["fabrikam.com"]
[org.fabrikam.mailbox.ben]
events_per_week = 14
grant = { "anna@contoso.com" = "LimitedDetails" }
"#;

/// Anna opens Ben's calendar.
fn open(name: &str, at: &str) -> String {
    format!(
        "[request.{name}]\nat = \"{at}\"\nfrom = \"anna@contoso.com\"\nto = [\"ben@fabrikam.com\"]\n\
         asks = \"shared-calendar\"\n"
    )
}

fn grant(at: &str, level: &str) -> String {
    format!(
        "[[timeline]]\nat = \"{at}\"\n\
         set.org.fabrikam.mailbox.ben.grant.\"anna@contoso.com\" = \"{level}\"\n"
    )
}

/// How a run ended: what it did with how many changes, if it was completed, and what the folder shows.
fn ended(run: &Run, request: RequestIdentity) -> (Option<(How, u32)>, FolderContents) {
    let mut ends = run.facts(request).filter_map(|fact| match *fact {
        Fact::Synchronized { done, shows, .. } => {
            Some((done.map(|done| (done.how, done.changes)), shows))
        }
        _ => None,
    });
    ends.next().expect("each run ends")
}

fn started(run: &Run, request: RequestIdentity, wanted: Leg) -> usize {
    let legs = run
        .facts(request)
        .filter(|fact| matches!(fact, Fact::LegStarted { leg, .. } if *leg == wanted));
    legs.count()
}

fn ews_calls(run: &Run, request: RequestIdentity) -> usize {
    let legs = [Leg::GetFolder, Leg::SyncFolderItems, Leg::GetItem];
    legs.map(|leg| started(run, request, leg)).iter().sum()
}

/// Tokens by offer.
fn issued(run: &Run, asks: Asks, wanted: Offer) -> usize {
    let of_asks: Vec<RequestIdentity> = run
        .observations
        .iter()
        .filter(|o| matches!(o.fact, Fact::Sent { asks: sent, .. } if sent == asks))
        .map(|o| o.request)
        .collect();
    let tokens = run.observations.iter().filter(|o| {
        matches!(o.fact, Fact::TokenIssued { token, .. } if token.offer == wanted)
            && of_asks.contains(&o.request)
    });
    tokens.count()
}

/// 40 subscriptions × 24 h ÷ 3 h = 320 runs and as many tokens; each with GetFolder and at least one
/// SyncFolderItems.
#[test]
fn subscriptions_cost_eight_background_tokens_a_day_each() {
    let text = r#"
fedsim = 1
[run]
length = "24 h"
[org.contoso]
domains = ["contoso.com"]
mailboxes = 200
[org.contoso.mailbox.anna.subscription]
"user1@fabrikam.com" = {}
[org.fabrikam]
domains = ["fabrikam.com"]
mailboxes = 90
[workload.sharing]
from = ["contoso"]
to = ["fabrikam"]
asks = "synchronization"
subscriptions = 39
opens = "0 req/d"
"#;
    let run = run(text);
    assert_eq!(
        issued(&run, Asks::Synchronization, Offer::SharingRead),
        8 * 40
    );
    let all = run.observations.iter();
    let tokens = all.filter(|o| matches!(o.fact, Fact::TokenIssued { .. }));
    assert_eq!(tokens.count(), 8 * 40, "and no others");
    // What Anna has subscribed to is not granted to her, so that hers end after GetFolder.
    let sent = |o: &&fedsim::model::observation::Observation| matches!(o.fact, Fact::Sent { .. });
    let mut by_calls = [0; 4];
    for observation in run.observations.iter().filter(sent) {
        let request = observation.request;
        let (done, _) = ended(&run, request);
        let (how, changes) = done.expect("all goes well");
        let expected = calls(how, changes) as usize;
        assert_eq!(ews_calls(&run, request), expected);
        by_calls[expected] += 1;
    }
    assert_eq!(by_calls[..2], [0, 8]);
    assert_eq!(by_calls[2] + by_calls[3], 8 * 39);
    assert!(by_calls[2] > 100 && by_calls[3] > 30, "{by_calls:?}");
}

/// The office of the guesses: 10,000 users, of whom 5 % have subscribed: 500 × 8 = 4,000 runs in the
/// background; each subscription is opened once on a mean working day: 500 ± 5 × √500.
#[test]
fn in_an_office_of_ten_thousand_background_tokens_exceed_interactive_ones() {
    let path = "scenarios/capacity/office-with-shared-calendars.toml";
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let run = support::run_file(&path);
    let background = issued(&run, Asks::Synchronization, Offer::SharingRead);
    assert_eq!(background, 4_000);
    let on_demand = issued(&run, Asks::SharedCalendar, Offer::SharingRead);
    assert!((388..=612).contains(&on_demand), "{on_demand}");
    // 1200 requests, 1.09 groups each, at Thursday's factor of 1: ± 5 × √1308.
    let interactive = issued(&run, Asks::FreeBusy, Offer::SharingCalendarFreeBusy);
    assert!((1_127..=1_489).contains(&interactive), "{interactive}");
}

/// 14 entries a week are 730 in 365 days: six batches, the last of 90. Later runs fetch what has changed.
#[test]
fn the_first_look_fetches_everything_and_later_ones_what_has_changed() {
    let requests = [
        open("a", "+1 min"),
        open("b", "+2 min"),
        open("c", "+1442 min"),
    ];
    let run = run(&format!("{TWO}{}", requests.concat()));
    let expected = [
        (How::Full, 730, 1 + 2 * 6),
        (How::Incremental, 0, 2),
        (How::Incremental, 2, 3),
    ];
    for (name, (how, changes, calls)) in ["a", "b", "c"].iter().zip(expected) {
        let request = run.request(&format!("contoso/{name}#1"));
        let details = FolderContents::Details;
        assert_eq!(
            ended(&run, request),
            (Some((how, changes)), details),
            "{name}"
        );
        assert_eq!(ews_calls(&run, request), calls, "{name}");
        assert_eq!(
            started(&run, request, Leg::FreeBusyToken),
            1,
            "one token a run"
        );
        let answer = AttendeeOutcome::Answered(Answer::SharedDetails);
        assert_eq!(run.outcomes(request), [answer]);
    }
    assert_eq!(issued(&run, Asks::SharedCalendar, Offer::SharingRead), 3);
    assert_eq!(run.rows_in_use, 0);
}

/// The level falls to Simple, to None, and rises again.
#[test]
fn what_the_folder_shows_follows_the_level_that_the_owner_grants_in_person() {
    let changes = [
        open("a", "+1 min"),
        grant("+2 min", "AvailabilityOnly"),
        open("b", "+3 min"),
        grant("+4 min", "None"),
        open("c", "+5 min"),
        open("d", "+6 min"),
        grant("+7 min", "LimitedDetails"),
        open("e", "+8 min"),
    ];
    let run = run(&format!("{TWO}{}", changes.concat()));
    let (details, times) = (FolderContents::Details, FolderContents::TimesAlone);
    let blank = FolderContents::BlankByLevelNone;
    let expected = [
        ("a", How::Full, 730, details, Answer::SharedDetails),
        ("b", How::Stripped, 0, times, Answer::SharedTimes),
        ("c", How::Removed, 0, blank, Answer::SharedBlank),
        ("d", How::Removed, 0, blank, Answer::SharedBlank),
        ("e", How::Full, 730, details, Answer::SharedDetails),
    ];
    for (name, how, changes, shows, answer) in expected {
        let request = run.request(&format!("contoso/{name}#1"));
        assert_eq!(
            ended(&run, request),
            (Some((how, changes)), shows),
            "{name}"
        );
        assert_eq!(run.outcomes(request), [AttendeeOutcome::Answered(answer)]);
    }
}

/// A relationship that gives details to everybody opens no folder; free/busy goes by it all the same.
#[test]
fn a_relationship_opens_no_folder() {
    let relationships = r#"
[relationship."contoso -> fabrikam"]
free_busy_access = true
[relationship."fabrikam -> contoso"]
free_busy_level = "LimitedDetails"
"#;
    let text = TWO.replace("\"LimitedDetails\"", "\"None\"").replace(
        "events_per_week",
        "calendar_default = \"LimitedDetails\"\nevents_per_week",
    );
    let run = run(&format!("{text}{relationships}{}", open("a", "+1 min")));
    let decided = run.observations.iter().find_map(|o| match o.fact {
        Fact::FolderDecided { level, .. } => Some(level),
        _ => None,
    });
    assert_eq!(decided, Some(Ok(AccessLevel::None)));
}

/// Three calendars without details, each for a reason of its own: the level is None, no run has been
/// completed because the gateway is down, the level is Simple.
#[test]
fn the_three_mechanisms_of_a_blank_calendar_are_told_apart() {
    let down = "[gateway.business]\nstate = \"failing\"\n";
    let cases = [
        (
            TWO.replace("LimitedDetails", "None"),
            FolderContents::BlankByLevelNone,
            None,
        ),
        (
            format!("{TWO}{down}"),
            FolderContents::BlankNeverSynchronized,
            Some(Cause::GatewayError),
        ),
        (
            TWO.replace("LimitedDetails", "AvailabilityOnly"),
            FolderContents::TimesAlone,
            None,
        ),
    ];
    for (text, expected, cause) in cases {
        let run = run(&format!("{text}{}", open("a", "+1 min")));
        let request = run.request("contoso/a#1");
        let (done, shows) = ended(&run, request);
        assert_eq!((shows, done.is_none()), (expected, cause.is_some()));
        let failed = run
            .outcomes(request)
            .into_iter()
            .find_map(|outcome| match outcome {
                AttendeeOutcome::Failed(failure) => Some(failure.cause),
                _ => None,
            });
        assert_eq!(failed, cause);
    }
}

#[test]
fn a_second_run_of_the_same_folder_is_refused_and_costs_no_token() {
    let requests = [
        open("a", "+1 min"),
        open("b", "+1 min"),
        open("c", "+2 min"),
    ];
    let run = run(&format!("{TWO}{}", requests.concat()));
    let causes = ["a", "b", "c"].map(|name| {
        let request = run.request(&format!("contoso/{name}#1"));
        match run.outcomes(request)[..] {
            [AttendeeOutcome::Failed(failure)] => Some(failure.cause),
            _ => None,
        }
    });
    let under_way = Some(Cause::SynchronizationUnderWay);
    // Whichever of the two comes first.
    assert!(
        causes == [None, under_way, None] || causes == [under_way, None, None],
        "{causes:?}"
    );
    assert_eq!(issued(&run, Asks::SharedCalendar, Offer::SharingRead), 2);
}

#[test]
fn nobody_opens_what_was_not_shared() {
    let text = TWO.replace(
        "mailbox.anna.subscription = { \"ben@fabrikam.com\" = {} }",
        "mailbox.anna = {}",
    );
    let run = run(&format!("{text}{}", open("a", "+1 min")));
    let outcomes = run.outcomes(run.request("contoso/a#1"));
    let cause = Cause::SynchronizationNotSubscribed;
    assert!(
        matches!(outcomes[..], [AttendeeOutcome::Failed(failure)] if failure.cause == cause),
        "{outcomes:?}"
    );
}

/// The invitation named a host that is gone. GetFolder fails, Autodiscover names another: one token
/// more, and from then on the new place is known.
#[test]
fn an_endpoint_that_has_moved_is_discovered_once() {
    let text = TWO.replace(
        "\"ben@fabrikam.com\" = {}",
        "\"ben@fabrikam.com\" = { url = \"https://old.fabrikam.com/EWS/Exchange.asmx/WSSecurity\", \
         application_uri = \"FYDIBOHF25SPDLT.fabrikam.com\" }",
    );
    let run = run(&format!(
        "{text}{}{}",
        open("a", "+1 min"),
        open("b", "+11 min")
    ));
    for (name, folders, discoveries) in [("a", 2, 1), ("b", 1, 0)] {
        let request = run.request(&format!("contoso/{name}#1"));
        assert_eq!(started(&run, request, Leg::GetFolder), folders, "{name}");
        for leg in [Leg::AutodiscoverToken, Leg::Autodiscover] {
            assert_eq!(started(&run, request, leg), discoveries, "{name}: {leg}");
        }
        assert_eq!(started(&run, request, Leg::FreeBusyToken), 1);
        assert_eq!(ended(&run, request).1, FolderContents::Details);
    }
}

/// WS-Security is off at the target: GetFolder fails, Autodiscover names the same place, and the run
/// fails as GetFolder did.
#[test]
fn an_endpoint_that_is_where_it_was_fails_as_before() {
    let off = "[org.fabrikam.server.cas1.ews]\nws_security = false\n";
    let run = run(&format!("{TWO}{off}{}", open("a", "+1 min")));
    let request = run.request("contoso/a#1");
    assert_eq!(started(&run, request, Leg::GetFolder), 1);
    assert_eq!(started(&run, request, Leg::Autodiscover), 1);
    let outcomes = run.outcomes(request);
    let cause = Cause::PublishingWsSecurityDisabled;
    assert!(
        matches!(outcomes[..], [AttendeeOutcome::Failed(failure)] if failure.cause == cause),
        "{outcomes:?}"
    );
    assert_eq!(
        ended(&run, request),
        (None, FolderContents::BlankNeverSynchronized)
    );
}

/// A user waits 60 s, looked at once a second from the dispatch on.
#[test]
fn a_user_waits_sixty_seconds_for_a_shared_calendar() {
    let stalled = "[gateway.business]\nstate = \"stalled\"\n";
    let run = run(&format!("{TWO}{stalled}{}", open("a", "+1 min")));
    let latency = run
        .latency(run.request("contoso/a#1"))
        .expect("it is answered");
    let (least, most) = (Span::from_seconds(60), Span::from_seconds(62));
    assert!(least <= latency && latency <= most, "{latency}");
    assert_eq!(run.rows_in_use, 0);
}

/// Free/busy tokens count for 5 min, tokens for shared calendars for 60: a clock 7 min fast spares them.
#[test]
fn a_clock_seven_minutes_fast_spares_shared_calendars() {
    for (ahead, works) in [("+7 min", true), ("+61 min", false)] {
        let clock = format!("[org.fabrikam.server.cas1]\nclock_offset = \"{ahead}\"\n");
        let run = run(&format!("{TWO}{clock}{}", open("a", "+1 min")));
        let (done, _) = ended(&run, run.request("contoso/a#1"));
        assert_eq!(done.is_some(), works, "{ahead}");
    }
}

/// What a described mailbox has subscribed to is a function of the seed and its number: another
/// organization's subscriptions do not move it, and replications share it.
#[test]
fn drawn_subscriptions_are_a_function_of_the_seed() {
    let world = |added: &str| {
        support::compile(&format!(
            "fedsim = 1\n[org.contoso]\ndomains = [\"contoso.com\"]\nmailboxes = 300\n[org.fabrikam]\ndomains = [\"fabrikam.com\"]\nmailboxes = 90\n\
             [org.tailspin]\ndomains = [\"tailspin.com\"]\nmailboxes = 40\n[workload.sharing]\nfrom = [\"contoso\"{added}]\n\
             to = [\"fabrikam\", \"tailspin\"]\nasks = \"synchronization\"\n"
        ))
    };
    let subscriptions = |world: &fedsim::model::Federation, replication| {
        let keys = world.draw_keys(replication);
        let mut cycles = world.shared.cycles.enumerate();
        let contoso = |row: &fedsim::model::demand::WorkCycle| {
            *world.organizations.original(row.organization).name == *"contoso"
        };
        let (id, cycle) = cycles.find(|(_, row)| contoso(row)).expect("it is there");
        let texts = (0..cycle.drawn).map(|number| {
            let drawn = world.drawn_subscription(id, number, &keys);
            let (from, to) = (drawn.subscriber.0, drawn.subscription.owner);
            let (from, to) = (world.address_text(from), world.address_text(to));
            format!("{from} {to} {}", drawn.granted)
        });
        texts.collect::<Vec<_>>()
    };
    let alone = world("");
    let first = subscriptions(&alone, 0);
    assert_eq!(first.len(), 15, "5 % of 300");
    assert_eq!(subscriptions(&alone, 1), first);
    assert_eq!(subscriptions(&world(", \"fabrikam\""), 0), first);
}
