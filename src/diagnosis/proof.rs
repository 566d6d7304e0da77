//! The proof of a repair: it is carried out in the same world on the same day, the request is asked again, and
//! what it cures and what it breaks is counted.
//!
//! It knows no cause. Invariant: what is said to be cured was answered in a run with the repair in it; a repair that
//! does not cure is told as one that does not, and the next one is tried.

use crate::engine::{Continue, Instant, Span};
use crate::model::cause::Cause;
use crate::model::directory::{Member, Recipient};
use crate::model::outcome::{AttendeeOutcome, Leg};
use crate::record::measure::nearest;

use crate::scenario::Diagnostics;

use super::case::Case;
use super::question::Question;
use super::repair::{Asking, Repair};
use super::select::Wanted;
use super::subject::{Additions, Prepared, Repeated, Subject};
use super::whatif::{Difference, Until, Watched, ended_at, length_to, watch};
use super::{Found, NoDiagnosis, free_name};

/// The most repairs that are carried out one after the other, each for what shows when the one before is done.
const ROUNDS_MAX: usize = 6;

/// What the request is called when it is asked again.
const AGAIN: &str = "asked-again";

/// How long to wait before a request is asked again, when nobody does anything: one after the other, until it is
/// answered.
const WAITS: &[Span] = &[
    Span::from_seconds(1),
    Span::from_seconds(10),
    Span::from_minutes(1),
    Span::from_minutes(5),
    Span::from_minutes(15),
    Span::from_hours(1),
    Span::from_hours(4),
    Span::from_hours(24),
    Span::from_days(7),
];

/// What came of a repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// The cause that it is for.
    pub cause: Cause,
    /// On which leg it stopped the attendee: the same cause may stand at another host behind the first.
    pub leg: Option<Leg>,
    /// The repair.
    pub repair: Repair,
    /// Who can act, by name.
    pub actor: String,
    /// When it was begun.
    pub begun: Instant,
    /// When it was done, its waits included; none: it was not done by the end of the run.
    pub done: Option<Instant>,
    /// When the request was asked again: its own instant, if the repair was done by then.
    pub asked: Instant,
    /// What became of the attendee.
    pub outcome: Option<AttendeeOutcome>,
    /// The address that was asked for instead, if it was another one.
    pub instead: Option<String>,
    /// Why the repair cannot be laid over this scenario, if it cannot.
    pub refused: Option<String>,
}

/// The proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The repairs that were carried out, in order: each for the cause that showed when the one before was done.
    pub rounds: Vec<Round>,
    /// Repairs that were tried and do not cure.
    pub in_vain: Vec<Round>,
    /// The attendee.
    pub attendee: String,
    /// When the request was sent.
    pub sent: Instant,
    /// Whether it is answered in the end.
    pub is_cured: bool,
    /// How the day differs with the repairs in it, as far as the first cause is concerned.
    pub difference: Difference,
    /// The entries of a time line that carry the repairs out, to be put into the scenario.
    pub time_line: String,
    /// Values that the repairs need from the start of the run, each as `KEY=VALUE`.
    pub settings: Vec<String>,
}

/// What is known of a repair that was tried.
struct Tried {
    round: Round,
    additions: Additions,
    difference: Difference,
    found: Option<Found>,
}

/// Tries to repair the failure that was found, from `fix_at` on: repair after repair, until the request is answered
/// or nobody knows what to do.
///
/// # Errors
/// If a repair cannot be laid over the scenario, or `progress` ends a run.
pub fn try_fix(
    subject: &Subject,
    found: &Found,
    question: &Question,
    fix_at: Option<Instant>,
    mut progress: impl FnMut(Instant, u64) -> Continue,
) -> Result<Option<Proof>, NoDiagnosis> {
    let Some(case) = found.case(question) else {
        return Ok(None);
    };
    let start = found.watched.federation.start;
    let mut trial = Trial {
        subject,
        original: found,
        first: case.failure.cause,
        sent: case.sent,
        asked_for: case.federation.address_text(case.asked),
        attendee: case.attendee,
        // A fault that came in the course of the day undoes what was done before it.
        begins: match fix_at {
            Some(at) => vec![at],
            None => vec![start, next_second(case.decided.max(start))],
        },
        additions: found.additions.clone(),
        ready: start,
        asking: None,
        progress: &mut progress,
    };
    let mut proof = Proof {
        rounds: Vec::new(),
        in_vain: Vec::new(),
        attendee: trial.asked_for.clone(),
        sent: trial.sent,
        is_cured: false,
        difference: Difference::default(),
        time_line: String::new(),
        settings: Vec::new(),
    };
    let mut present: Option<Found> = None;
    while proof.rounds.len() < ROUNDS_MAX {
        let (repairs, cause) = {
            let of = present.as_ref().unwrap_or(found);
            let Some(case) = of.case_of(trial.attendee_of(of)) else {
                break;
            };
            let repairs = super::repairs(&case, of.records()).into_iter();
            let named = repairs.map(|repair| (repair.actor.named(&case), repair));
            // What showed only when a repair was done may be repaired only then.
            let shown = next_second(case.decided);
            if !trial.begins.contains(&shown) && fix_at.is_none() {
                trial.begins.truncate(2);
                trial.begins.push(shown);
            }
            let failure = (case.failure.cause, case.failure.leg);
            (named.collect::<Vec<_>>(), failure)
        };
        let Some(tried) = trial.first_that_helps(repairs, cause, present.as_ref(), &mut proof)?
        else {
            break;
        };
        let is_answered = tried
            .round
            .outcome
            .is_some_and(|outcome| outcome.is_answer());
        if !tried.round.repair.is_waiting() {
            proof.difference = tried.difference;
        }
        trial.additions = tried.additions;
        trial.ready = trial.ready.max(tried.round.done.unwrap_or(start));
        trial.asking = tried.round.repair.asking().or(trial.asking);
        proof.rounds.push(tried.round);
        if is_answered {
            proof.is_cured = true;
            break;
        }
        present = tried.found;
    }
    proof.time_line = trial.additions.text.clone();
    proof.settings = trial.additions.settings.clone();
    Ok(Some(proof))
}

struct Trial<'a, P> {
    subject: &'a Subject,
    original: &'a Found,
    /// The cause that the day's failures are counted for.
    first: Cause,
    sent: Instant,
    asked_for: String,
    /// The attendee's number in the request.
    attendee: u16,
    /// When repairs are begun: the first at which they help.
    begins: Vec<Instant>,
    /// What has been laid over the scenario so far.
    additions: Additions,
    /// When what has been repaired so far shows everywhere.
    ready: Instant,
    /// How the request is asked differently by now.
    asking: Option<Asking>,
    progress: &'a mut P,
}

impl<P: FnMut(Instant, u64) -> Continue> Trial<'_, P> {
    /// The number of the attendee in a request: one that was asked differently has a single one.
    fn attendee_of(&self, found: &Found) -> u16 {
        use crate::model::observation::Fact;
        let done = |it: &&crate::model::observation::Observation| {
            matches!(it.fact, Fact::AttendeeDone { .. })
        };
        let count = found.chosen.observations.iter().filter(done).count();
        if count == 1 { 0 } else { self.attendee }
    }

    /// The first repair after which the attendee is answered, or fails for another cause.
    fn first_that_helps(
        &mut self,
        repairs: Vec<(String, Repair)>,
        cause: (Cause, Option<Leg>),
        present: Option<&Found>,
        proof: &mut Proof,
    ) -> Result<Option<Tried>, NoDiagnosis> {
        for (actor, repair) in repairs {
            let begins = match repair.is_waiting() {
                true => vec![self.sent],
                false => self.begins.clone(),
            };
            let mut last = None;
            for begun in begins {
                let who = (repair.clone(), actor.clone());
                let tried = match repair.is_waiting() {
                    true => self.wait(who, cause, present),
                    false => self.carry_out(who, cause, begun, present),
                };
                let tried = match tried {
                    Ok(tried) => tried,
                    Err(NoDiagnosis::Scenario(found)) => {
                        last = Some(refused(&repair, &actor, cause, (begun, self.sent), &found));
                        break;
                    }
                    Err(other) => return Err(other),
                };
                if helps(&tried.round, proof) {
                    return Ok(Some(tried));
                }
                last = Some(tried.round);
            }
            proof.in_vain.extend(last);
        }
        Ok(None)
    }

    /// Nobody does anything, and the request is asked again and again, each time in a run of its own.
    fn wait(
        &mut self,
        (repair, actor): (Repair, String),
        cause: (Cause, Option<Leg>),
        present: Option<&Found>,
    ) -> Result<Tried, NoDiagnosis> {
        let base = present.unwrap_or(self.original).chosen.observations[0].at;
        let mut last = None;
        for wait in WAITS {
            let at = base.max(self.sent) + *wait;
            let additions = self.additions.clone();
            let asking = self.asking;
            let (watched, prepared, with) = self.ask_again(additions, asking, at)?;
            let (outcome, found) = self.outcome(watched, prepared, with);
            let is_answered = outcome.is_some_and(|outcome| outcome.is_answer());
            last = Some((at, outcome, found));
            if is_answered {
                break;
            }
        }
        let (asked, outcome, found) = last.expect("there are waits");
        Ok(Tried {
            round: Round {
                cause: cause.0,
                leg: cause.1,
                repair,
                actor,
                begun: base,
                done: outcome.filter(|outcome| outcome.is_answer()).map(|_| asked),
                asked,
                outcome,
                instead: None,
                refused: None,
            },
            additions: self.additions.clone(),
            difference: Difference::default(),
            found: Some(found),
        })
    }

    /// The repair is carried out; if it is not done when the request is sent, the request is asked again later.
    fn carry_out(
        &mut self,
        (repair, actor): (Repair, String),
        cause: (Cause, Option<Leg>),
        begun: Instant,
        present: Option<&Found>,
    ) -> Result<Tried, NoDiagnosis> {
        let laid_over = &present.unwrap_or(self.original).prepared.document;
        let known = laid_over.tables.tables("timeline").count();
        let mut additions = self.additions.clone();
        if !additions.text.is_empty() && !additions.text.ends_with("\n\n") {
            additions.text.push('\n');
        }
        additions.text.push_str(&repair.time_line(begun));
        additions.settings.extend(repair.settings());
        let long = length_to(
            &self.original.watched.federation,
            begun + repair.settles_in(),
        );
        let mut in_run = additions.clone();
        in_run.settings.push(format!("run.length={long}"));
        let prepared = self.subject.prepare(&in_run)?;
        let wanted = self.wanted(&prepared);
        let watched = watch(&prepared, wanted, Until::End, &mut *self.progress);
        if watched.is_cancelled {
            return Err(NoDiagnosis::Cancelled);
        }
        let ended = ended_at(&watched, known, begun);
        let ready = self.ready;
        let done = ended.map(|ended| (ended + repair.settles_in()).max(ready));
        let failures = &self.original.watched.failures;
        let shows = done.unwrap_or(Instant::NEVER);
        let difference = failures.against(&watched.failures, self.first, shows);
        let asking = repair.asking().or(self.asking);
        let (outcome, found) = self.outcome(watched, prepared, additions.clone());
        let is_answered = outcome.is_some_and(|outcome| outcome.is_answer());
        let must_ask =
            asking.is_some() || (!is_answered && done.is_some_and(|done| done > self.sent));
        let instead = asking.and_then(|asking| self.instead(asking));
        let round = |asked, outcome| Round {
            cause: cause.0,
            leg: cause.1,
            repair: repair.clone(),
            actor: actor.clone(),
            begun,
            done,
            asked,
            outcome,
            instead: instead.clone(),
            refused: None,
        };
        if !must_ask {
            return Ok(Tried {
                round: round(self.sent, outcome),
                additions,
                difference,
                found: Some(found),
            });
        }
        let at = done.unwrap_or(self.sent).max(self.sent);
        let at = if asking.is_some() {
            at + Span::from_seconds(1)
        } else {
            at
        };
        let asked_again = self.ask_again(additions.clone(), asking, at)?;
        let (watched, prepared, with) = asked_again;
        let (outcome, found) = self.outcome(watched, prepared, with);
        Ok(Tried {
            round: round(at, outcome),
            additions,
            difference,
            found: Some(found),
        })
    }

    /// Runs the world with the request asked once more, at this instant, until it is answered.
    fn ask_again(
        &mut self,
        mut additions: Additions,
        asking: Option<Asking>,
        at: Instant,
    ) -> Result<(Watched, Prepared, Additions), NoDiagnosis> {
        let original = self.original;
        let federation = &original.watched.federation;
        let name = free_name(&original.prepared, AGAIN);
        let workload = &federation.workloads[original.chosen.request.workload].name;
        let tables = &original.prepared.document.tables;
        let table = ["request", "invitation"].into_iter();
        let spelled_out = table
            .filter(|table| tables.table(table).get(workload).is_some())
            .find(|_| asking.is_none());
        let length = length_to(federation, at);
        let kept = additions.clone();
        match spelled_out {
            Some(table) if original.additions == Additions::default() => {
                additions.repeated = Some(Repeated {
                    table,
                    name: workload.to_string(),
                    again: name.clone(),
                    at,
                });
            }
            _ => {
                let text = self.asked_differently(&name, asking, at)?;
                additions.text.push('\n');
                additions.text.push_str(&text);
            }
        }
        additions.settings.push(format!("run.length={length}"));
        let prepared = self.subject.prepare(&additions)?;
        let again = Question {
            request: Some(name),
            ..Question::default()
        };
        let wanted = again.wanted(&prepared)?;
        let watched = watch(&prepared, wanted, Until::Answered, &mut *self.progress);
        if watched.is_cancelled {
            return Err(NoDiagnosis::Cancelled);
        }
        Ok((watched, prepared, kept))
    }

    /// The address that is asked for instead of the attendee's, when the request is asked differently.
    fn instead(&self, asking: Asking) -> Option<String> {
        let case = self.original.case_of(self.attendee)?;
        let to = match asking {
            Asking::NearestAddress => nearest_address(&case),
            Asking::AMemberOfTheGroup => a_member(&case),
            Asking::Somebody => Some(self.original.watched.federation.address_text(case.from)),
            _ => None,
        };
        to.filter(|to| *to != self.asked_for)
    }

    /// The request as a scenario spells it, asked differently.
    fn asked_differently(
        &self,
        name: &str,
        asking: Option<Asking>,
        at: Instant,
    ) -> Result<String, NoDiagnosis> {
        use crate::model::observation::Fact;
        let found = self.original;
        let federation = &found.watched.federation;
        let case = found.case_of(self.attendee);
        let case = case.ok_or(NoDiagnosis::NoSuchRequest)?;
        let Fact::Sent {
            asks, window, view, ..
        } = found.chosen.observations[0].fact
        else {
            return Err(NoDiagnosis::NoSuchRequest);
        };
        let mut from = federation.address_text(case.from);
        let mut to = self.asked_for.clone();
        let mut days = window;
        match asking {
            Some(Asking::AsAMailbox) => from = a_mailbox(&case).unwrap_or(from),
            Some(Asking::NearestAddress) => to = nearest_address(&case).unwrap_or(to),
            Some(Asking::AMemberOfTheGroup) => to = a_member(&case).unwrap_or(to),
            Some(Asking::Somebody) => to = from.clone(),
            Some(Asking::WindowOfDays(count)) => days = Span::from_days(u64::from(count)),
            Some(Asking::WindowOfTheServer) => {
                days = super::repair::longest_window(&case).unwrap_or(days);
            }
            Some(Asking::OnlyTheAttendee | Asking::HalfHours) | None => {}
        }
        let quoted = crate::scenario::patch::quoted;
        let at = crate::scenario::show::instant_text(at);
        Ok(format!(
            "[request.{name}]\nat = {at}\nfrom = {}\nto = [{}]\nasks = {}\nwindow = {}\nview = {}\n",
            quoted(&from),
            quoted(&to),
            quoted(asks.word()),
            quoted(&days.to_string()),
            quoted(view.word()),
        ))
    }

    /// The request itself, in a world that may number its requests otherwise.
    fn wanted(&self, prepared: &Prepared) -> Wanted {
        let original = &self.original.watched.federation;
        let request = self.original.chosen.request;
        let federation = &prepared.compiled.federation;
        let name = &original.workloads[request.workload].name;
        let mut workloads = federation.workloads.enumerate();
        let workload = workloads.find(|(_, row)| row.name == *name);
        Wanted {
            workload: workload.map(|(id, _)| id),
            requester: Some(request.requester),
            number: Some(request.number),
            attempt: Some(request.attempt),
            ..Wanted::default()
        }
    }

    /// What became of the attendee in a run.
    fn outcome(
        &self,
        watched: Watched,
        prepared: Prepared,
        additions: Additions,
    ) -> (Option<AttendeeOutcome>, Found) {
        use crate::model::observation::Fact;
        let chosen = watched.chosen.clone();
        let outcomes = chosen.iter().flat_map(|chosen| {
            chosen.observations.iter().filter_map(|it| match it.fact {
                Fact::AttendeeDone {
                    attendee, outcome, ..
                } => Some((attendee, outcome)),
                _ => None,
            })
        });
        let outcomes: Vec<_> = outcomes.collect();
        // A request that was asked differently has one attendee, whoever that is.
        let alone = outcomes.first().filter(|_| outcomes.len() == 1);
        let its = || outcomes.iter().find(|(number, _)| *number == self.attendee);
        let outcome = alone.or_else(its).map(|(_, outcome)| *outcome);
        let chosen = chosen.unwrap_or_else(|| self.original.chosen.clone());
        let found = Found {
            additions,
            prepared,
            watched,
            chosen,
        };
        (outcome, found)
    }
}

/// A repair that the scenario does not take: drawn organizations, for one, cannot be administered.
fn refused(
    repair: &Repair,
    actor: &str,
    (cause, leg): (Cause, Option<Leg>),
    (begun, asked): (Instant, Instant),
    found: &Diagnostics,
) -> Round {
    let first = found
        .iter()
        .next()
        .map(|finding| finding.message.to_string());
    Round {
        cause,
        leg,
        repair: repair.clone(),
        actor: actor.to_owned(),
        begun,
        done: None,
        asked,
        outcome: None,
        instead: None,
        refused: Some(first.unwrap_or_default()),
    }
}

/// The whole second at or after an instant: people begin things at such.
fn next_second(at: Instant) -> Instant {
    const SECOND: u64 = 1_000_000_000;
    Instant::from_nanoseconds(at.nanoseconds().div_ceil(SECOND) * SECOND)
}

/// Whether a repair has helped: the attendee is answered, or fails for another cause or on another leg, which shows
/// for the first time.
fn helps(round: &Round, proof: &Proof) -> bool {
    match round.outcome {
        Some(AttendeeOutcome::Failed(failure)) => {
            let shown = (failure.cause, failure.leg);
            let is_known = |earlier: &Round| (earlier.cause, earlier.leg) == shown;
            !is_known(round) && !proof.rounds.iter().any(is_known)
        }
        Some(_) => true,
        None => false,
    }
}

/// A mailbox of the organization that asks.
fn a_mailbox(case: &Case<'_>) -> Option<String> {
    let federation = case.federation;
    let mailboxes = &federation.mailboxes;
    let own = mailboxes
        .ids()
        .map(|id| mailboxes.original(id))
        .find(|row| row.organization == case.requester());
    let declared = own.map(|row| federation.address_text(row.addresses[0]));
    declared.or_else(|| {
        let row = federation.organizations.original(case.requester());
        let domain = federation.names.text(row.accepted_domains.first()?.domain);
        (row.described_mailboxes > 0).then(|| format!("user1@{domain}"))
    })
}

/// The address of a declared mailbox that is most like the one that was asked for; where the mailbox has moved, the
/// address that it moved to.
fn nearest_address(case: &Case<'_>) -> Option<String> {
    let federation = case.federation;
    if let Some(target) = case.target
        && let Some(Recipient::MailUser { external } | Recipient::Contact { external }) =
            federation.recipient(target, case.asked)
    {
        return Some(federation.address_text(external));
    }
    let asked = federation.address_text(case.asked);
    let mailboxes = &federation.mailboxes;
    let others = mailboxes.ids().map(|id| mailboxes.original(id));
    let others = others.filter(|row| case.target.is_none_or(|target| row.organization == target));
    let known = others.flat_map(|row| row.addresses.iter());
    let known: Vec<String> = known
        .map(|&address| federation.address_text(address))
        .collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let found = nearest(&asked, &known);
    found.map(str::to_owned)
}

/// A member of the group that was asked for.
fn a_member(case: &Case<'_>) -> Option<String> {
    let federation = case.federation;
    let owner = federation
        .index
        .domain_owners
        .get(&case.asked.domain)
        .copied()?;
    let Some(Recipient::Group(group)) = federation.recipient(owner, case.asked) else {
        return None;
    };
    let members = &federation.groups.at(group, case.decided).members;
    members.iter().find_map(|member| match member {
        Member::Address(address) => Some(federation.address_text(*address)),
        Member::Group(_) => None,
    })
}
