//! Choosing the request that is diagnosed, and watching it while the run goes on.
//!
//! It knows nothing of causes beyond their names. Invariant: no request's walk is kept longer than the
//! request is under way, but that of the one that was chosen; so the memory hangs on what is in flight.

use std::cell::Cell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::engine::Instant;
use crate::model::Federation;
use crate::model::address::Address;
use crate::model::cause::Cause;
use crate::model::demand::WorkloadId;
use crate::model::observation::{Fact, Observation, Recorder, RequestIdentity};
use crate::model::organization::OrgId;
use crate::model::outcome::AttendeeOutcome;

/// Which request is wanted: the first that is answered, or in flight at the end, and is like this.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The workload, or the request's name.
    pub workload: Option<WorkloadId>,
    /// The organization that asks.
    pub requester: Option<OrgId>,
    /// The number within the two.
    pub number: Option<u32>,
    /// Which attempt.
    pub attempt: Option<u8>,
    /// An attendee has failed for this cause.
    pub cause: Option<Cause>,
    /// Some attendee has failed, for whatever cause.
    pub has_failed: bool,
    /// If there is one like this of which an attendee has failed, that one; else the first.
    pub prefers_failed: bool,
    /// Who asks.
    pub from: Option<Address>,
    /// Who is asked about.
    pub to: Option<Address>,
    /// It was sent at this instant or later.
    pub at: Option<Instant>,
}

impl Wanted {
    fn may_be(&self, request: RequestIdentity) -> bool {
        self.workload.is_none_or(|it| it == request.workload)
            && self.requester.is_none_or(|it| it == request.requester)
            && self.number.is_none_or(|it| it == request.number)
            && self.attempt.is_none_or(|it| it == request.attempt)
    }

    fn may_be_sent(&self, at: Instant, sender: Address) -> bool {
        self.at.is_none_or(|it| it <= at) && self.from.is_none_or(|it| it == sender)
    }

    fn is(&self, observations: &[Observation]) -> bool {
        let asks_for_it = self.to.is_none_or(|to| {
            let mut asked = observations.iter().filter_map(asked_address);
            asked.any(|address| address == to)
        });
        let mut failures = observations.iter().filter_map(|observation| {
            let Fact::AttendeeDone { asked, outcome, .. } = observation.fact else {
                return None;
            };
            let AttendeeOutcome::Failed(failure) = outcome else {
                return None;
            };
            self.to.is_none_or(|to| to == asked).then_some(failure)
        });
        let fails = match (self.cause, self.has_failed) {
            (Some(cause), _) => failures.any(|failure| failure.cause == cause),
            (None, true) => failures.next().is_some(),
            (None, false) => true,
        };
        asks_for_it && fails
    }
}

/// Whether some attendee of a request has failed.
fn has_failed(observations: &[Observation]) -> bool {
    observations.iter().any(|observation| {
        let Fact::AttendeeDone { outcome, .. } = observation.fact else {
            return false;
        };
        !outcome.is_answer()
    })
}

fn asked_address(observation: &Observation) -> Option<Address> {
    match observation.fact {
        Fact::AttendeeDone { asked, .. } | Fact::PathChosen { asked, .. } => Some(asked),
        _ => None,
    }
}

/// The request that was chosen, with all that was observed of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Which one.
    pub request: RequestIdentity,
    /// What was observed of it, in order.
    pub observations: Vec<Observation>,
}

/// Watches requests until the wanted one is answered.
#[derive(Debug)]
pub struct Watch {
    wanted: Wanted,
    /// Looked up only, never iterated.
    under_way: FxHashMap<RequestIdentity, Vec<Observation>>,
    chosen: Option<Chosen>,
    /// The first that is like what is wanted, while one that has failed is preferred.
    fallback: Option<Chosen>,
    is_found: Rc<Cell<bool>>,
}

impl Watch {
    /// Watches for a request; the cell is set as soon as it is answered.
    pub fn new(wanted: Wanted) -> (Watch, Rc<Cell<bool>>) {
        let is_found = Rc::new(Cell::new(false));
        let watch = Watch {
            wanted,
            under_way: FxHashMap::default(),
            chosen: None,
            fallback: None,
            is_found: is_found.clone(),
        };
        (watch, is_found)
    }

    /// The request, if there was one.
    pub fn chosen(self) -> Option<Chosen> {
        self.chosen.or(self.fallback)
    }
}

impl Recorder for Watch {
    fn observe(&mut self, _: &Federation, observation: &Observation) {
        let request = observation.request;
        if self.chosen.is_some() || !self.wanted.may_be(request) {
            return;
        }
        match observation.fact {
            Fact::Sent { from, .. } => {
                if self.wanted.may_be_sent(observation.at, from) {
                    self.under_way.insert(request, vec![*observation]);
                }
            }
            Fact::RequestDone { .. } | Fact::InFlightAtEnd { .. } => {
                let Some(mut observations) = self.under_way.remove(&request) else {
                    return;
                };
                observations.push(*observation);
                if !self.wanted.is(&observations) {
                    return;
                }
                let is_the_one = !self.wanted.prefers_failed || has_failed(&observations);
                self.is_found.set(is_the_one);
                let chosen = Chosen {
                    request,
                    observations,
                };
                match is_the_one {
                    true => self.chosen = Some(chosen),
                    false => self.fallback = self.fallback.take().or(Some(chosen)),
                }
            }
            _ => {
                if let Some(observations) = self.under_way.get_mut(&request) {
                    observations.push(*observation);
                }
            }
        }
    }
}
