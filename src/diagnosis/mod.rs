//! Diagnosis: why a request failed, who has to do what, and the proof that this repairs it.
//!
//! It knows nothing of terminals and files. Invariant: what it says of a world is read from that world or
//! simulated in it, never guessed from a name.

pub mod case;
pub mod chain;
pub mod examination;
pub mod ladder;
mod proof;
pub mod question;
pub mod repair;
pub mod select;
pub mod setting;
pub mod subject;
pub mod whatif;

use crate::engine::{Continue, Instant, Span};
use crate::model::cause::Cause;
use crate::model::observation::Observation;
use crate::model::outcome::{AttendeeOutcome, Failure};
use crate::scenario::Diagnostics;

use case::Case;
use chain::{Door, Step};
use question::{BadQuestion, Question};
use repair::Repair;
use select::Chosen;
use setting::{Records, Setting};
use subject::{Additions, Prepared, Subject};
use whatif::{Until, Watched, watch};

pub use proof::{Proof, Round, try_fix};

/// Why a request failed, or that it did not.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// The request, as it is printed.
    pub request: String,
    /// When it was sent.
    pub sent: Instant,
    /// Who asks.
    pub from: String,
    /// What became of each attendee, in their order.
    pub attendees: Vec<(String, AttendeeOutcome)>,
    /// What happened.
    pub steps: Vec<Step>,
    /// The failure that is explained; none: nothing failed.
    pub failure: Option<Explained>,
    /// What was observed of the request, for pictures.
    pub observations: Vec<Observation>,
    /// The request was not one of the scenario's: it was asked to find out.
    pub was_added: bool,
}

/// The failure of one attendee, explained.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The attendee.
    pub attendee: String,
    /// What the requester sees.
    pub failure: Failure,
    /// When it was decided.
    pub decided: Instant,
    /// Which step decided it.
    pub decisive: usize,
    /// The values that decided it.
    pub settings: Vec<Setting>,
    /// The ways to the attendee, and why the others were not taken.
    pub doors: Vec<Door>,
    /// What else had a part.
    pub contributing: Vec<String>,
    /// What repairs it, the likeliest first.
    pub repairs: Vec<Repair>,
    /// Who can act for each of them, by name.
    pub actors: Vec<String>,
}

/// Why there is no diagnosis.
#[derive(Debug)]
pub enum NoDiagnosis {
    /// The scenario, or what was laid over it, is wrong.
    Scenario(Diagnostics),
    /// The question means nothing here.
    Question(BadQuestion),
    /// No request of the run is like this.
    NoSuchRequest,
    /// No request of the run fails.
    NothingFails,
    /// The caller has ended the run.
    Cancelled,
}

impl From<Diagnostics> for NoDiagnosis {
    fn from(found: Diagnostics) -> NoDiagnosis {
        NoDiagnosis::Scenario(found)
    }
}

impl From<BadQuestion> for NoDiagnosis {
    fn from(bad: BadQuestion) -> NoDiagnosis {
        NoDiagnosis::Question(bad)
    }
}

/// A world with the request that was asked about.
#[derive(Debug)]
pub struct Found {
    /// What was laid over the scenario to have the request.
    pub additions: Additions,
    /// The scenario.
    pub prepared: Prepared,
    /// The run, up to the request's answer or to its end.
    pub watched: Watched,
    /// The request.
    pub chosen: Chosen,
}

/// What a request that is asked to find out is called, if the scenario has no such name.
const ASKED: &str = "why";

/// Runs a scenario until the request that is asked about is answered; a request that nobody sends is sent
/// to find out, if both its ends are given.
///
/// # Errors
/// If scenario or question are wrong, no request is like this, or `progress` ends the run.
pub fn find(
    subject: &Subject,
    question: &Question,
    until: Until,
    progress: impl FnMut(Instant, u64) -> Continue,
) -> Result<Found, NoDiagnosis> {
    let prepared = subject.prepare(&Additions::default())?;
    find_in(subject, prepared, question, until, progress)
}

/// The same for a subject that was prepared already, without additions.
///
/// # Errors
/// As [`find`].
pub fn find_in(
    subject: &Subject,
    prepared: Prepared,
    question: &Question,
    until: Until,
    mut progress: impl FnMut(Instant, u64) -> Continue,
) -> Result<Found, NoDiagnosis> {
    let wanted = match question.wanted(&prepared) {
        Ok(wanted) => wanted,
        Err(bad)
            if question.from.is_none()
                || question.to.is_none()
                || question.request.is_some()
                || question.cause.is_some() =>
        {
            return Err(bad.into());
        }
        // An address that the scenario does not speak of can be asked for all the same.
        Err(_) => return ask(subject, question, until, &prepared, progress),
    };
    let watched = watch(&prepared, wanted, until, &mut progress);
    if watched.is_cancelled {
        return Err(NoDiagnosis::Cancelled);
    }
    match watched.chosen.clone() {
        Some(chosen) => Ok(Found {
            additions: Additions::default(),
            prepared,
            watched,
            chosen,
        }),
        None => ask(subject, question, until, &prepared, progress),
    }
}

/// Sends the request that is asked about.
fn ask(
    subject: &Subject,
    question: &Question,
    until: Until,
    prepared: &Prepared,
    progress: impl FnMut(Instant, u64) -> Continue,
) -> Result<Found, NoDiagnosis> {
    let (Some(from), Some(to), None, None) = (
        &question.from,
        &question.to,
        &question.request,
        &question.cause,
    ) else {
        return Err(match *question == Question::default() {
            true => NoDiagnosis::NothingFails,
            false => NoDiagnosis::NoSuchRequest,
        });
    };
    let federation = &prepared.compiled.federation;
    let at = question.instant(prepared)?;
    let at = at.unwrap_or(federation.start + Span::from_minutes(1));
    if at >= federation.limits.horizon {
        return Err(NoDiagnosis::Question(BadQuestion {
            message: "--at is after the end of the run".to_owned(),
            help: Some(
                "give an earlier instant, or a longer run with --set run.length=…".to_owned(),
            ),
        }));
    }
    let name = free_name(prepared, ASKED);
    let quoted = crate::scenario::patch::quoted;
    let additions = Additions {
        text: format!(
            "[request.{name}]\nat = {}\nfrom = {}\nto = [{}]\n",
            crate::scenario::show::instant_text(at),
            quoted(from),
            quoted(to)
        ),
        ..Additions::default()
    };
    let prepared = subject.prepare(&additions).map_err(|found| {
        let first = found.iter().next();
        let message = first.map_or(String::new(), |it| it.message.to_string());
        BadQuestion {
            message: format!("a request from {from} to {to} cannot be sent here: {message}"),
            help: first.and_then(|it| it.help.as_deref().map(str::to_owned)),
        }
    })?;
    let named = Question {
        request: Some(name),
        ..Question::default()
    };
    let watched = watch(&prepared, named.wanted(&prepared)?, until, progress);
    if watched.is_cancelled {
        return Err(NoDiagnosis::Cancelled);
    }
    let chosen = watched.chosen.clone().ok_or(NoDiagnosis::NoSuchRequest)?;
    Ok(Found {
        additions,
        prepared,
        watched,
        chosen,
    })
}

/// A name that no request, invitation, workload or trace of the scenario has.
fn free_name(prepared: &Prepared, wish: &str) -> String {
    let workloads = &prepared.compiled.federation.workloads;
    let is_taken = |name: &str| workloads.iter().any(|workload| &*workload.name == name);
    let numbered = (2..).map(|number| format!("{wish}-{number}"));
    let mut names = std::iter::once(wish.to_owned()).chain(numbered);
    names
        .find(|name| !is_taken(name))
        .expect("there are more names than workloads")
}

impl Found {
    /// What is looked at to find out where values were set.
    pub fn records(&self) -> Records<'_> {
        Records {
            prepared: &self.prepared,
            federation: &self.watched.federation,
            transcript: &self.watched.transcript,
        }
    }

    /// The failure of the request that is explained: of the attendee who is asked about, for the cause
    /// that is asked about, else the first.
    pub fn case(&self, question: &Question) -> Option<Case<'_>> {
        let federation = &self.watched.federation;
        let cases = Case::all(&self.prepared, federation, &self.chosen);
        let cause = question.cause.as_deref().and_then(Cause::from_id);
        let fits = |case: &Case<'_>| {
            let asked = federation.address_text(case.asked);
            cause.is_none_or(|cause| cause == case.failure.cause)
                && question
                    .to
                    .as_ref()
                    .is_none_or(|to| to.eq_ignore_ascii_case(&asked))
        };
        let fitting = cases.iter().position(fits);
        cases.into_iter().nth(fitting.unwrap_or(0))
    }

    /// The failure of one attendee, by number.
    fn case_of(&self, attendee: u16) -> Option<Case<'_>> {
        let federation = &self.watched.federation;
        let cases = Case::all(&self.prepared, federation, &self.chosen);
        cases.into_iter().find(|case| case.attendee == attendee)
    }

    /// Explains the request.
    pub fn diagnose(&self, question: &Question) -> Diagnosis {
        use crate::model::observation::Fact;
        let federation = &self.watched.federation;
        let (records, chosen) = (self.records(), &self.chosen);
        let case = self.case(question);
        let attendees = chosen.observations.iter().filter_map(|it| match it.fact {
            Fact::AttendeeDone { asked, outcome, .. } => {
                Some((federation.address_text(asked), outcome))
            }
            _ => None,
        });
        let from = match chosen.observations[0].fact {
            Fact::Sent { from, .. } => federation.address_text(from),
            _ => String::new(),
        };
        Diagnosis {
            request: federation.request_name(chosen.request),
            sent: chosen.observations[0].at,
            from,
            attendees: attendees.collect(),
            steps: chain::steps(chosen, case.as_ref(), records),
            failure: case.as_ref().map(|case| explain(case, chosen, records)),
            observations: chosen.observations.clone(),
            was_added: self.additions != Additions::default(),
        }
    }
}

fn explain(case: &Case<'_>, chosen: &Chosen, records: Records<'_>) -> Explained {
    let keys = repair::treatment(case.failure.cause).decided_by;
    let repairs = repairs(case, records);
    let actors = repairs.iter().map(|repair| repair.actor.named(case));
    Explained {
        attendee: case.federation.address_text(case.asked),
        failure: case.failure,
        decided: case.decided,
        decisive: case.decisive,
        settings: chain::settings(keys, case, records),
        doors: chain::doors(case),
        contributing: chain::contributing(chosen, case),
        actors: actors.collect(),
        repairs,
    }
}

/// The repairs of a case, the likeliest first. What a fault has set comes back by itself, and until it does no repair
/// holds against it.
fn repairs(case: &Case<'_>, records: Records<'_>) -> Vec<Repair> {
    let cause = case.failure.cause;
    let keys = repair::treatment(cause).decided_by;
    let settings = chain::settings(keys, case, records).into_iter();
    let passes = settings.filter_map(|setting| match setting.set_by {
        setting::SetBy::Fault(name, ..) => Some(Repair::passes(cause, &name)),
        _ => None,
    });
    let mut repairs = Repair::all(case);
    // A cmdlet holds against a fault; another change of the same value waits until the fault has passed.
    let is_by_cmdlets = repairs.first().is_some_and(Repair::is_by_cmdlets);
    let place = usize::from(is_by_cmdlets);
    for passes in passes.take(1) {
        repairs.insert(place, passes);
    }
    repairs
}
