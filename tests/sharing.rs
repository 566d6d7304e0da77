//! Sharing from person to person: policies, invitations, and the assistant that comes later.
//!
//! Rules (observed, Exchange 2013, unless said otherwise): the policy is tested for each recipient; the
//! gateway is asked once for each organization among them; a message is good for 15 days; what a
//! calendar grants changes when its owner shares, or when the assistant has run after a policy changed
//! (docs).

mod support;

use fedsim::engine::{Instant, Span};
use fedsim::model::cause::Cause;
use fedsim::model::observation::{Fact, Observation};
use fedsim::model::outcome::{AccessLevel, Answer, Asks, AttendeeOutcome, ResponseCode};
use fedsim::model::token::Offer;
use support::{Run, run};

/// Anna of Contoso, Ben of Fabrikam; nobody has a relationship.
const TWO: &str = r#"
fedsim = 1
[run]
start = 2026-03-02T00:00:00Z
length = "20 d"

[org.contoso]
domains = ["contoso.com"]
mailboxes = 50
mailbox.anna = {}

[org.fabrikam]
domains = ["fabrikam.com"]
mailboxes = 50
mailbox.ben = {}
"#;

/// Anna's default policy.
fn policy(domains: &str) -> String {
    format!("[org.contoso.sharing_policy.\"Default Sharing Policy\"]\ndomains = {domains}\n")
}

/// An invitation of Anna's.
fn invite(to: &str, added: &str) -> String {
    format!(
        "[invitation.share]\nat = \"+1 min\"\nfrom = \"anna@contoso.com\"\nto = {to}\n{added}\n"
    )
}

/// Ben looks at Anna's free and busy hours so often, once an hour.
fn look(count: u32) -> String {
    format!(
        "[request.look]\nat = \"+30 min\"\nfrom = \"ben@fabrikam.com\"\nto = [\"anna@contoso.com\"]\n\
         count = {count}\nevery = \"1 h\"\n"
    )
}

/// What became of the attendees of all requests that ask this, in the order of time.
fn outcomes(run: &Run, wanted: Asks) -> Vec<AttendeeOutcome> {
    let requests: Vec<_> = run
        .observations
        .iter()
        .filter(|o| matches!(o.fact, Fact::Sent { asks, .. } if asks == wanted))
        .map(|o| o.request)
        .collect();
    let done = |o: &Observation| match o.fact {
        Fact::AttendeeDone { outcome, .. } if requests.contains(&o.request) => Some(outcome),
        _ => None,
    };
    run.observations.iter().filter_map(done).collect()
}

fn tokens(run: &Run, offer: Offer) -> usize {
    let issued = |o: &&Observation| matches!(o.fact, Fact::TokenIssued { token, .. } if token.offer == offer);
    run.observations.iter().filter(issued).count()
}

/// Each row: Anna's policy, what she offers, and what Ben is offered.
#[test]
fn an_invitation_offers_no_more_than_the_policy_allows_and_no_more_than_is_wanted() {
    let simple = r#"["*: CalendarSharingFreeBusySimple"]"#;
    let reviewer = r#"["fabrikam.com: CalendarSharingFreeBusyReviewer, ContactsSharing"]"#;
    let contacts = r#"["*: ContactsSharing"]"#;
    let answered = AttendeeOutcome::Answered;
    for (domains, wanted, expected) in [
        (
            simple,
            "level = \"Reviewer\"",
            answered(Answer::InvitationSimple),
        ),
        (
            reviewer,
            "level = \"Reviewer\"",
            answered(Answer::InvitationReviewer),
        ),
        (
            reviewer,
            "level = \"LimitedDetails\"",
            answered(Answer::InvitationDetail),
        ),
        (
            reviewer,
            "level = \"None\"\ncontacts = true",
            answered(Answer::InvitationContacts),
        ),
        (
            contacts,
            "contacts = true",
            answered(Answer::InvitationContacts),
        ),
    ] {
        let invitation = invite(r#"["ben@fabrikam.com"]"#, wanted);
        let run = run(&format!("{TWO}{}{invitation}", policy(domains)));
        assert_eq!(
            outcomes(&run, Asks::Invitation),
            [expected],
            "{domains} {wanted}"
        );
        assert_eq!(tokens(&run, Offer::SharingInviteMessage), 1);
        assert_eq!((run.in_flight, run.rows_in_use), (0, 0));
    }
}

#[test]
fn what_the_policy_withholds_is_blocked_before_anybody_is_asked() {
    for (domains, wanted) in [
        (r#"["*: ContactsSharing"]"#, ""),
        (
            r#"["*: CalendarSharingFreeBusySimple"]"#,
            "level = \"None\"\ncontacts = true",
        ),
        (r#"["Anonymous: CalendarSharingFreeBusySimple"]"#, ""),
        (r#"["fabrikam.org: CalendarSharingFreeBusySimple"]"#, ""),
    ] {
        let invitation = invite(r#"["ben@fabrikam.com"]"#, wanted);
        let run = run(&format!("{TWO}{}{invitation}", policy(domains)));
        let outcomes = outcomes(&run, Asks::Invitation);
        let [AttendeeOutcome::Failed(failure)] = outcomes[..] else {
            panic!("{domains}: {outcomes:?}");
        };
        assert_eq!(failure.cause, Cause::SharingPolicyBlocks, "{domains}");
        let shown = ResponseCode::SystemPolicyBlocksSharingWithThisRecipient;
        assert_eq!(failure.code, shown);
        assert_eq!(tokens(&run, Offer::SharingInviteMessage), 0);
    }
}

/// Exchange Online publishes calendars: there the Anonymous entry, which allows more than `*`, takes its
/// place, and nobody needs a token.
#[test]
fn where_calendars_can_be_published_an_anonymous_entry_replaces_the_star() {
    let text = TWO.replace(
        "domains = [\"contoso.com\"]",
        "domains = [\"contoso.com\"]\nexchange = \"Online\"",
    );
    let run = run(&format!("{text}{}", invite(r#"["ben@fabrikam.com"]"#, "")));
    let published = AttendeeOutcome::Answered(Answer::InvitationPublished);
    assert_eq!(outcomes(&run, Asks::Invitation), [published]);
    assert_eq!(tokens(&run, Offer::SharingInviteMessage), 0);
}

/// People of the own organization are no external users: a policy that allows nothing keeps nobody from
/// sharing with them.
#[test]
fn recipients_inside_never_meet_the_policy() {
    let entry = policy(r#"["fabrikam.org: CalendarSharingFreeBusySimple"]"#);
    let invitation = invite(r#"["user7@contoso.com"]"#, "");
    let run = run(&format!("{TWO}{entry}{invitation}"));
    let answered = AttendeeOutcome::Answered(Answer::InvitationSimple);
    assert_eq!(outcomes(&run, Asks::Invitation), [answered]);
    assert_eq!(tokens(&run, Offer::SharingInviteMessage), 0);
}

/// A token is honoured for exactly 15 days, and the message is on its way for some seconds or minutes.
#[test]
fn an_invitation_can_be_opened_for_fifteen_days_from_the_issue_of_its_token() {
    for (after, opens) in [("14 d", true), ("15 d", false)] {
        let added = format!("opened_after = \"{after}\"");
        let text = format!("{TWO}{}", invite(r#"["ben@fabrikam.com"]"#, &added));
        let run = run(&text);
        match outcomes(&run, Asks::OpenInvitation)[..] {
            [AttendeeOutcome::Answered(answer)] if opens => {
                assert_eq!(answer, Answer::Subscription);
            }
            [AttendeeOutcome::Failed(failure)] if !opens => {
                assert_eq!(failure.cause, Cause::TokenOfferExpired);
                assert_eq!(failure.code, ResponseCode::OtherError);
            }
            ref outcomes => panic!("after {after}: {outcomes:?}"),
        }
        assert_eq!(run.in_flight, 0);
    }
}

/// Described mailboxes keep what they share as declared ones do: user 3 of Contoso invites user 4 of
/// Fabrikam, who then reads the calendar in person, and no other user does.
#[test]
fn mailboxes_that_are_described_by_a_number_share_like_declared_ones() {
    let text = format!(
        "{TWO}{}\n[invitation.share]\nat = \"+1 min\"\nfrom = \"user3@contoso.com\"\n\
         to = [\"user4@fabrikam.com\"]\nlevel = \"LimitedDetails\"\nopened_after = \"5 min\"\n\
         [request.invited]\nat = \"+3 h\"\nfrom = \"user4@fabrikam.com\"\nto = [\"user3@contoso.com\"]\n\
         [request.stranger]\nat = \"+3 h\"\nfrom = \"user5@fabrikam.com\"\nto = [\"user3@contoso.com\"]\n",
        policy(r#"["*: CalendarSharingFreeBusyDetail"]"#)
    );
    let run = run(&text);
    let invited = run.outcomes(run.request("fabrikam/invited#1"));
    assert_eq!(invited, [AttendeeOutcome::View(AccessLevel::Detail)]);
    let stranger = run.outcomes(run.request("fabrikam/stranger#1"));
    assert!(
        matches!(stranger[..], [AttendeeOutcome::Failed(_)]),
        "{stranger:?}"
    );
    let synchronized = outcomes(&run, Asks::SharedCalendar);
    let details = AttendeeOutcome::Answered(Answer::SharedDetails);
    assert_eq!(
        synchronized,
        [details],
        "the first synchronization follows the opening"
    );
}

/// Ben looks at Anna's calendar once an hour for four days; the policy is disabled after one day. The
/// assistant's cycle is a day long, so that its next one lies between then and a day, and what the
/// directory needs, later.
#[test]
fn a_disabled_policy_takes_nothing_away_before_the_assistant_has_run() {
    let changed = Span::from_days(1);
    let text = format!(
        "{TWO}{}{}[[timeline]]\nat = \"+1 d\"\n\
         set.org.contoso.sharing_policy.\"Default Sharing Policy\".enabled = false\n",
        invite(r#"["ben@fabrikam.com"]"#, "opened_after = \"1 min\""),
        look(4 * 24),
    );
    let run = run(&text);
    let views = looks(&run);
    assert_eq!(views.len(), 4 * 24);
    let start = run.federation.start;
    let last = views
        .iter()
        .rposition(|(_, seen)| *seen)
        .expect("some are seen");
    assert!(
        views[..=last].iter().all(|(_, seen)| *seen),
        "seen without a break"
    );
    let after = views[last + 1].0.since(start + changed);
    assert!(after > Span::ZERO, "not at once");
    assert!(after <= Span::from_days(1) + Span::from_hours(1), "{after}");
}

/// The same by a script: the assistant comes to what an administrator has changed as to what the time line
/// has.
#[test]
fn a_policy_that_a_cmdlet_disables_takes_effect_when_the_assistant_has_run() {
    let text = format!(
        "{TWO}{}{}[[timeline]]\nat = \"+1 d\"\norg = \"contoso\"\n\
         run = \"Set-SharingPolicy 'Default Sharing Policy' -Enabled $false\"\n",
        invite(r#"["ben@fabrikam.com"]"#, "opened_after = \"1 min\""),
        look(4 * 24),
    );
    let run = run(&text);
    let seen: Vec<bool> = looks(&run).into_iter().map(|(_, seen)| seen).collect();
    let count = seen.iter().filter(|seen| **seen).count();
    assert!(
        seen[..count].iter().all(|seen| *seen),
        "seen without a break"
    );
    assert!((24..=49).contains(&count), "{count} hours");
}

/// The instants at which Ben's requests were answered, and whether he saw something.
fn looks(run: &Run) -> Vec<(Instant, bool)> {
    let is_look = |o: &&Observation| run.federation.request_name(o.request).contains("/look#");
    let done = |o: &Observation| match o.fact {
        Fact::AttendeeDone { outcome, .. } => Some((o.at, outcome.is_answer())),
        _ => None,
    };
    run.observations
        .iter()
        .filter(is_look)
        .filter_map(done)
        .collect()
}

/// The same day by day, with a relationship and without an invitation: a policy is nothing to free/busy by
/// relationship, before the assistant has run or after.
#[test]
fn free_and_busy_by_relationship_knows_nothing_of_sharing_policies() {
    let disabled = "set.org.contoso.sharing_policy.\"Default Sharing Policy\".enabled = false";
    let relationships = "[relationship.\"fabrikam -> contoso\"]\nfree_busy_access = true\n\
                         [relationship.\"contoso -> fabrikam\"]\nfree_busy_level = \"LimitedDetails\"\n";
    let text = |change: &str| {
        format!(
            "{TWO}{relationships}{}[[timeline]]\nat = \"+1 d\"\n{change}\n",
            look(4 * 24)
        )
    };
    let with = run(&text(disabled));
    let without = run(&text("set.org.contoso.mailbox.anna.state = \"available\""));
    assert!(looks(&with).iter().all(|(_, seen)| *seen));
    assert_eq!(
        with.digest(),
        without.digest(),
        "not even a nanosecond differs"
    );
}

/// Invitations of a workload are a Poisson process; each recipient gets one and opens it, and each opening
/// is followed by a first synchronization.
#[test]
fn a_workload_of_invitations_opens_and_synchronizes_each_of_them() {
    let text = r#"
fedsim = 1
[run]
start = 2026-03-02T00:00:00Z
length = "5 d"
[org.contoso]
domains = ["contoso.com"]
mailboxes = 1000
[org.fabrikam]
domains = ["fabrikam.com"]
mailboxes = 1000
[workload.invitations]
from = ["contoso"]
to = ["fabrikam"]
asks = "invitation"
rate_per_mailbox = "0.1 req/d"
federated_share = "100 %"
profile = "flat"
attendees = { 1 = "100 %" }
opened_after = "1 min"
"#;
    let run = run(text);
    let sent = outcomes(&run, Asks::Invitation).len();
    // 1,000 mailboxes × 0.1 a day × 5 days = 500, ± 4 standard deviations of 22.
    assert!((410..590).contains(&sent), "{sent}");
    assert_eq!(tokens(&run, Offer::SharingInviteMessage), sent);
    let opened = outcomes(&run, Asks::OpenInvitation).len();
    // The last few may still be on their way at the end.
    assert!(opened <= sent && sent - opened < 5, "{opened} of {sent}");
    let synchronized = outcomes(&run, Asks::SharedCalendar).len();
    assert!(opened - synchronized < 3, "{synchronized} of {opened}");
}
