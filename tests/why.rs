//! `fedsim why`: one request explained from end to end, and that trying something changes nothing else.
//!
//! It knows no cause's repair: `tests/causes.rs` walks the table. Invariant: what is expected here stands as a person
//! reads it.

mod support;

use fedsim::diagnosis::question::Question;
use fedsim::diagnosis::setting::SetBy;
use fedsim::diagnosis::subject::{Additions, Repeated, Subject};
use fedsim::diagnosis::whatif::Until;
use fedsim::diagnosis::{self, Diagnosis, NoDiagnosis, Proof};
use fedsim::engine::{Continue, Span};
use fedsim::model::Simulator;
use fedsim::record::Digest;
use fedsim::report::why;
use fedsim::scenario::read;

/// Contoso asks Fabrikam, whose administrator switches the relationship off by a cmdlet at ten past.
const SWITCHED_OFF: &str = r#"fedsim = 1
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
every = "10 min"
count = 4
[[timeline]]
at = "+5 min"
org = "fabrikam"
run = "Set-OrganizationRelationship -Identity contoso -Enabled $false"
"#;

fn subject(text: &str) -> Subject {
    let document = read::read(text, "world.toml").unwrap_or_else(|found| panic!("{found}"));
    Subject::of(&document, &[])
}

fn ask(subject: &Subject, question: &Question) -> Result<Diagnosis, NoDiagnosis> {
    let found = diagnosis::find(subject, question, Until::Answered, |_, _| Continue::Yes)?;
    Ok(found.diagnose(question))
}

fn try_fix(subject: &Subject, question: &Question) -> Proof {
    let found = diagnosis::find(subject, question, Until::End, |_, _| Continue::Yes);
    let found = found.expect("the request is there");
    let proof = diagnosis::try_fix(subject, &found, question, None, |_, _| Continue::Yes);
    proof.expect("the repair fits").expect("something failed")
}

fn request(name: &str) -> Question {
    Question {
        request: Some(name.to_owned()),
        ..Question::default()
    }
}

#[test]
fn a_value_that_a_cmdlet_has_set_is_found_with_the_statement() {
    let diagnosis = ask(&subject(SWITCHED_OFF), &request("look")).expect("a request fails");
    assert_eq!(diagnosis.request, "contoso/look#2");
    let explained = diagnosis.failure.expect("it fails");
    assert_eq!(
        explained.failure.cause.id(),
        "relationship.disabled-at-target"
    );
    assert_eq!(explained.settings.len(), 1, "{:?}", explained.settings);
    let setting = &explained.settings[0];
    assert_eq!(setting.key, "relationship.\"fabrikam -> contoso\".enabled");
    let SetBy::Statement { line, text, .. } = &setting.set_by else {
        panic!("{setting:?}");
    };
    assert_eq!(*line, 1);
    assert_eq!(
        text,
        "Set-OrganizationRelationship -Identity contoso -Enabled $false"
    );
    assert!(diagnosis.steps[explained.decisive].is_decisive);
}

#[test]
fn a_fault_that_came_in_the_course_of_the_day_is_repaired_when_it_shows() {
    let proof = try_fix(&subject(SWITCHED_OFF), &request("look#2"));
    assert!(proof.is_cured);
    assert_eq!((proof.rounds.len(), proof.in_vain.len()), (1, 0));
    let difference = &proof.difference;
    // The second look is too early for a repair that is begun when it fails; the third and fourth are cured.
    assert_eq!(
        (difference.before, difference.failed, difference.cured),
        (1, 2, 2)
    );
    assert!(difference.new.is_empty());
    // What is printed can be put into the scenario, and does what was promised.
    let repaired = format!("{SWITCHED_OFF}\n{}", proof.time_line);
    let later = ask(&subject(&repaired), &request("look#3")).expect("it is sent");
    assert!(later.failure.is_none(), "{:?}", later.attendees);
}

#[test]
fn two_faults_one_behind_the_other_are_repaired_one_after_the_other() {
    let text = SWITCHED_OFF.replace(
        "mailbox.ben = {}",
        "mailbox.ben = { calendar_default = \"None\" }",
    );
    let proof = try_fix(&subject(&text), &request("look#2"));
    let causes: Vec<&str> = proof.rounds.iter().map(|round| round.cause.id()).collect();
    assert_eq!(
        causes,
        ["relationship.disabled-at-target", "permission.default-none"]
    );
    assert!(proof.is_cured);
}

#[test]
fn a_request_that_nobody_sends_can_be_asked_about() {
    let question = Question {
        from: Some("ben@fabrikam.com".to_owned()),
        to: Some("anna@contoso.com".to_owned()),
        at: Some("+30 min".to_owned()),
        ..Question::default()
    };
    let diagnosis = ask(&subject(SWITCHED_OFF), &question).expect("it is sent to find out");
    assert!(diagnosis.was_added);
    let explained = diagnosis.failure.expect("Fabrikam may not ask");
    assert_eq!(
        explained.failure.cause.id(),
        "relationship.disabled-at-requester"
    );
}

#[test]
fn the_chain_is_told_with_what_decided_each_step() {
    let document = read::read(CHAIN_WORLD, "world.toml").unwrap_or_else(|found| panic!("{found}"));
    let subject = Subject::of(&document, &[]);
    let diagnosis = ask(&subject, &request("look")).expect("it is sent");
    let told = why::text(&diagnosis, None);
    assert_eq!(told.trim_end(), CHAIN.trim_end(), "\n{told}");
}

const CHAIN_WORLD: &str = r#"fedsim = 1
[parameters]
client_delay = { dist = "constant", value = "1 ms" }
directory_resolution = { dist = "constant", value = "1 ms" }
[org.contoso]
domains = ["contoso.com"]
mailbox.anna = {}
[org.fabrikam]
domains = ["fabrikam.com"]
mailbox.ben = {}
[relationship."contoso -> fabrikam"]
enabled = false
free_busy_access = true
[relationship."fabrikam -> contoso"]
free_busy_level = "AvailabilityOnly"
[request.look]
at = "+1 min"
from = "anna@contoso.com"
to = ["ben@fabrikam.com"]
"#;

const CHAIN: &str = r#"contoso/look#1: from anna@contoso.com, sent 2026-03-02T08:01:00.000Z
  ben@fabrikam.com: failed with 5009 MailRecipientNotFound (relationship.disabled-at-requester; requester has to act)

what happened
   +0.000000 s  client     anna@contoso.com asks for 1 attendee: 7 d, DetailedMerged  (0.001 s)
   +0.001000 s  requester  contoso/cas1 takes the request  (0.001 s)
>> +0.002000 s  requester  ben@fabrikam.com: failed with 5009 MailRecipientNotFound: the requester's organization relationship is disabled and counts as absent (relationship.disabled-at-requester; requester has to act)
                             relationship."contoso -> fabrikam".enabled = false  <- world.toml:12
   +0.002000 s  client     failed: 0 of 1 attendee, after 0.003 s

why
  the requester's organization relationship is disabled and counts as absent (relationship.disabled-at-requester)
  shown as 5009 MailRecipientNotFound; requester has to act
  decided by relationship."contoso -> fabrikam".enabled = false  <- world.toml:12
  rule: observed, Exchange 2013

ways to the attendee, in the order in which they are looked at
  not taken  intra-organization connector: no enabled one for the domain
  not taken  organization relationship: `contoso -> fabrikam`: the requester's organization relationship is disabled and counts as absent (relationship.disabled-at-requester)
  not taken  availability address space: none for the domain

what repairs it (administrator of contoso)
  in contoso:
    Set-OrganizationRelationship -Identity "fabrikam" -Enabled $true
  shows after at most 5 min 15 s: Active Directory replication 15 s, copies that worker processes keep of relationships 5 min
"#;

#[test]
fn without_additions_a_what_if_is_the_run_itself() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/scenarios/teaching/ten-organizations.toml"
    );
    let subject = Subject::load(path.as_ref(), &[]).unwrap_or_else(|found| panic!("{found}"));
    let digest = |additions: &Additions| {
        let prepared = subject
            .prepare(additions)
            .unwrap_or_else(|found| panic!("{found}"));
        let federation = &prepared.compiled.federation;
        let finished = Simulator::new(federation, 0, Digest::new()).run(|_, _| Continue::Yes);
        finished.recorder.total()
    };
    let itself = {
        let plain = fedsim::Scenario::load(path.as_ref()).and_then(|scenario| scenario.compile());
        let plain = plain.unwrap_or_else(|found| panic!("{found}"));
        let simulator = Simulator::new(&plain.federation, 0, Digest::new());
        simulator.run(|_, _| Continue::Yes).recorder.total()
    };
    assert_eq!(digest(&Additions::default()), itself);
    let idle = Additions {
        text: "[[timeline]]\nat = \"+5 min\"\norg = \"contoso\"\nrun = \"Get-Date\"\n".to_owned(),
        ..Additions::default()
    };
    // Administrators' statements are in the digest, requests are as they were: see below.
    assert_ne!(digest(&idle), itself);
    let longer = Additions {
        settings: vec!["title=another".to_owned()],
        ..Additions::default()
    };
    assert_eq!(digest(&longer), itself);
}

#[test]
fn a_repair_that_does_nothing_changes_no_draw_of_any_request() {
    let text = include_str!("../scenarios/regression/symptoms/shared-calendar-under-way.toml");
    let answers = |text: &str| {
        let run = support::run(text);
        let federation = &run.federation;
        let own = run
            .observations
            .iter()
            .filter(|it| &*federation.workloads[it.request.workload].name != "administration");
        own.map(|it| {
            (
                federation.request_name(it.request),
                it.at,
                format!("{:?}", it.fact),
            )
        })
        .collect::<Vec<_>>()
    };
    let idle = format!(
        "{text}\n[[timeline]]\nat = \"+1 s\"\norg = \"contoso\"\nrun = \"Start-Sleep -Seconds 10\"\n"
    );
    assert_eq!(answers(text), answers(&idle));
}

#[test]
fn a_request_that_is_sent_once_more_changes_no_other() {
    let subject = subject(SWITCHED_OFF);
    let plain = subject.prepare(&Additions::default());
    let plain = plain.unwrap_or_else(|found| panic!("{found}"));
    let repeated = Repeated {
        table: "request",
        name: "look".to_owned(),
        again: "again".to_owned(),
        at: plain.compiled.federation.start + Span::from_minutes(50),
    };
    let again = subject.prepare(&Additions {
        repeated: Some(repeated),
        ..Additions::default()
    });
    let again = again.unwrap_or_else(|found| panic!("{found}"));
    let ends = |prepared: &fedsim::diagnosis::subject::Prepared| {
        let federation = &prepared.compiled.federation;
        let keep = support::Keep::default();
        let finished = Simulator::new(federation, 0, keep).run(|_, _| Continue::Yes);
        let seen = finished.recorder.0.into_iter();
        seen.map(|it| {
            (
                federation.request_name(it.request),
                it.at,
                format!("{:?}", it.fact),
            )
        })
        .filter(|(name, ..)| name.starts_with("contoso/look"))
        .collect::<Vec<_>>()
    };
    assert_eq!(ends(&plain), ends(&again));
    let requests = &again.compiled.federation.requests;
    let last = requests.iter().last().expect("there are requests");
    let name = again.compiled.federation.request_name(last.identity);
    assert_eq!(name, "contoso/again#1");
}

#[test]
fn a_question_that_means_nothing_is_refused_with_what_is_near() {
    let subject = subject(SWITCHED_OFF);
    let refused = |question: &Question| match ask(&subject, question) {
        Err(NoDiagnosis::Question(bad)) => (bad.message, bad.help),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refused(&request("lok")),
        (
            "there is no request or workload `lok`".to_owned(),
            Some("did you mean `look`?".to_owned())
        )
    );
    let cause = Question {
        cause: Some("permission.default-nun".to_owned()),
        ..Question::default()
    };
    let (message, help) = refused(&cause);
    assert_eq!(message, "there is no cause `permission.default-nun`");
    assert_eq!(
        help.as_deref(),
        Some("did you mean `permission.default-none`?")
    );
    let (message, _) = refused(&request("look#none"));
    assert_eq!(
        message,
        "`look#none` does not end in the number of a request"
    );
}

/// Worlds that somebody broke who had read of documented failures and not of this program: the request that fails, the
/// causes in the order in which they show, and who has to act for the first.
const STRANGERS_WORLDS: &[(&str, &str, &[&str], &str)] = &[
    (
        "01-withdrawn-name",
        "noon",
        &["dns.name-not-found"],
        "target",
    ),
    (
        "02-silent-wall",
        "board-meeting",
        &["network.connection-timeout"],
        "target",
    ),
    (
        "03-new-root",
        "by-front2",
        &["tls.untrusted-root"],
        "requester",
    ),
    (
        "04-sso-appliance",
        "director",
        &["token.malformed", "permission.default-none"],
        "target",
    ),
    (
        "05-far-discovery",
        "weekly",
        &["autodiscover.resolution-limit"],
        "requester",
    ),
    (
        "06-lab-domain",
        "tess",
        &[
            "requester.no-federated-address",
            "relationship.disabled-at-target",
        ],
        "requester",
    ),
    (
        "07-old-metadata",
        "project",
        &[
            "token.signature-unknown",
            "relationship.out-of-scope-at-target",
        ],
        "target",
    ),
    (
        "08-connector",
        "review",
        &["oauth.token-refused"],
        "requester",
    ),
    (
        "09-script",
        "after",
        &["token.audience-mismatch"],
        "requester",
    ),
    (
        "10-old-server",
        "olga",
        &["version.coexistence-unsupported"],
        "requester",
    ),
    (
        "11-invitation",
        "offer",
        &["sharing.level-not-allowed"],
        "requester",
    ),
    (
        "12-clocks",
        "otter-asks",
        &["token.not-yet-valid"],
        "target",
    ),
];

#[test]
fn worlds_that_a_stranger_broke_are_understood_and_repaired() {
    for (world, name, causes, side) in STRANGERS_WORLDS {
        let path = format!("{}/tests/worlds/{world}.toml", env!("CARGO_MANIFEST_DIR"));
        let subject = Subject::load(path.as_ref(), &[]).unwrap_or_else(|found| panic!("{found}"));
        let diagnosis = ask(&subject, &request(name)).expect("the request is there");
        let explained = diagnosis.failure.expect("it fails");
        assert_eq!(explained.failure.cause.id(), causes[0], "{world}");
        assert_eq!(explained.failure.side.word(), *side, "{world}");
        assert!(!explained.settings.is_empty(), "{world}: what decided it");
        let proof = try_fix(&subject, &request(name));
        let rounds: Vec<&str> = proof.rounds.iter().map(|round| round.cause.id()).collect();
        assert_eq!(rounds, *causes, "{world}");
        assert!(proof.is_cured && proof.in_vain.is_empty(), "{world}");
    }
}
