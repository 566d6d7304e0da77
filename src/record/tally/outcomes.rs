//! Requests, groups and attendees by outcome.
//!
//! Definition: a *request* is what a client sent: complete, partial or failed when it is answered, else
//! in flight at the end of the run; a *retry* is a request whose user has asked the same before. A
//! *group* is one call dispatched toward a target: answered, or failed for all its attendees alike. An
//! *attendee* is a view at a level, another answer (MailTips, a photo, a
//! shared calendar), or a failure.
//! Denominator: of requests those sent, of groups those dispatched, of attendees those with an outcome.
//! It leaves out attendees of requests in flight that have no outcome yet.
//!
//! It knows no causes but those of groups. Invariant: the three counts are never mixed.

use crate::model::Federation;
use crate::model::cause::Cause;
use crate::model::observation::{Fact, Observation, PathKind, Recorder};
use crate::model::outcome::{AccessLevel, Answer, AttendeeOutcome, GroupOutcome, RequestOutcome};
use crate::model::synchronization::FolderContents;
use crate::record::counts::Counts;

/// Requests, groups and attendees by outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // The names are those of the counts.
pub struct Outcomes {
    pub requests: Requests,
    pub groups: Groups,
    pub attendees: Attendees,
}

/// Counts of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // The names are those of the outcomes.
pub struct Requests {
    pub sent: u64,
    /// Those of them that are retries.
    pub retries: u64,
    pub complete: u64,
    pub partial: u64,
    pub failed: u64,
    pub in_flight: u64,
}

/// Counts of groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// Those that left.
    pub dispatched: u64,
    /// Those that the target answered.
    pub answered: u64,
    /// Those that failed, by cause.
    pub failed: Counts<Cause>,
}

/// Counts of attendees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attendees {
    /// Views by level.
    pub views: Counts<AccessLevel>,
    /// MailTips, photos and shared calendars.
    pub answers: Counts<Answer>,
    /// What local folders of shared calendars showed when runs of synchronization ended.
    pub folders: Counts<FolderContents>,
    /// Failures.
    pub failed: u64,
    /// Attendees with an outcome by path; none: no path was found.
    pub paths: Counts<Option<PathKind>>,
}

impl Outcomes {
    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Outcomes) {
        let (requests, others) = (&mut self.requests, &other.requests);
        requests.sent += others.sent;
        requests.retries += others.retries;
        requests.complete += others.complete;
        requests.partial += others.partial;
        requests.failed += others.failed;
        requests.in_flight += others.in_flight;
        let (groups, others) = (&mut self.groups, &other.groups);
        groups.dispatched += others.dispatched;
        groups.answered += others.answered;
        groups.failed.merge(&others.failed);
        let (attendees, others) = (&mut self.attendees, &other.attendees);
        attendees.views.merge(&others.views);
        attendees.answers.merge(&others.answers);
        attendees.folders.merge(&others.folders);
        attendees.failed += others.failed;
        attendees.paths.merge(&others.paths);
    }
}

impl Attendees {
    /// Attendees with an outcome.
    pub fn with_outcome(&self) -> u64 {
        self.views.total() + self.answers.total() + self.failed
    }
}

impl Recorder for Outcomes {
    fn observe(&mut self, _: &Federation, observation: &Observation) {
        match observation.fact {
            Fact::Sent { .. } => {
                self.requests.sent += 1;
                self.requests.retries += u64::from(observation.request.attempt > 0);
            }
            Fact::GroupDispatched { .. } => self.groups.dispatched += 1,
            Fact::AttendeeDone { path, outcome, .. } => {
                self.attendees.paths.add_one(path);
                match outcome {
                    AttendeeOutcome::View(level) => self.attendees.views.add_one(level),
                    AttendeeOutcome::Answered(answer) => self.attendees.answers.add_one(answer),
                    AttendeeOutcome::Failed(_) => self.attendees.failed += 1,
                }
            }
            Fact::Synchronized { shows, .. } => self.attendees.folders.add_one(shows),
            Fact::GroupDone { outcome, .. } => match outcome {
                GroupOutcome::Answered => self.groups.answered += 1,
                GroupOutcome::Failed(failure) => self.groups.failed.add_one(failure.cause),
            },
            Fact::RequestDone { outcome, .. } => match outcome {
                RequestOutcome::Complete => self.requests.complete += 1,
                RequestOutcome::Partial => self.requests.partial += 1,
                RequestOutcome::Failed => self.requests.failed += 1,
            },
            Fact::InFlightAtEnd { .. } => self.requests.in_flight += 1,
            _ => {}
        }
    }
}
