//! Faults of the scenario that happen at random.
//!
//! Owner of all that is changed here: the world, as it is of what the time line does. It knows nothing of
//! what a fault changes. Invariant: when and for how long a fault happens for the n-th time depends on
//! the day, the replication, its name and n alone.

use std::collections::BTreeSet;

use crate::engine::{Distribution, Instant, Schedule, Span};

use super::super::fault::{FaultId, Overlay, RandomFault};
use super::super::observation::Recorder;
use super::super::organization::OrgId;
use super::super::purpose::Purpose;
use super::{Event, World};

/// How a fault stands. Owner: the world.
#[derive(Clone, Debug, Default)]
pub(super) struct Outage {
    /// Which one it is in, or awaits, from 0.
    number: u64,
    /// What it has changed, in layers; none while everything is as it should be.
    laid: Option<Vec<Overlay>>,
}

impl<R: Recorder> World<'_, R> {
    /// Schedules the n-th begin of a fault, if it comes while it may.
    pub(super) fn await_fault(&mut self, schedule: &mut Schedule<Event>, id: FaultId, number: u64) {
        let fault = &self.federation.faults[id];
        let between = self.exponential_of_fault(fault, fault.between, 2 * number);
        let at = schedule.now().max(fault.from) + between;
        let until = fault.until;
        self.outages[id] = Outage { number, laid: None };
        if at < until {
            let source = self.federation.sources.world;
            schedule.at(at, source, Event::FaultBegins(id));
        }
    }

    /// A fault begins.
    pub(super) fn begin_fault(&mut self, schedule: &mut Schedule<Event>, id: FaultId) {
        let now = schedule.now();
        let faults = self.federation.faults.clone();
        let fault = &faults[id];
        let mut laid = None;
        self.change(now, |federation| {
            laid = Some(fault.differences.lay(federation, now));
        });
        let outage = &mut self.outages[id];
        outage.laid = Some(laid.into_iter().collect());
        let index = 2 * outage.number + 1;
        self.tell_policy_assistants(schedule, fault, now);
        let repair = self.exponential_of_fault(fault, fault.repair, index);
        let at = (now + repair).min(fault.until);
        schedule.at(at, self.federation.sources.world, Event::FaultEnds(id));
    }

    /// A fault ends. Others that go on then show on what they have in common with it.
    pub(super) fn end_fault(&mut self, schedule: &mut Schedule<Event>, id: FaultId) {
        let now = schedule.now();
        let faults = self.federation.faults.clone();
        let Outage { number, laid } = std::mem::take(&mut self.outages[id]);
        let laid = laid.expect("a fault that ends has begun");
        self.change(now, |federation| {
            laid.iter().for_each(|layer| layer.lift(federation, now));
        });
        for (other, fault) in faults.enumerate() {
            if self.outages[other].laid.is_none() {
                continue;
            }
            let mut again = Vec::new();
            self.change(now, |federation| {
                for layer in &laid {
                    again.push(fault.differences.lay_again(federation, now, layer));
                }
            });
            let layers = self.outages[other].laid.as_mut();
            let again = again.into_iter().filter(|layer| !layer.is_empty());
            layers.expect("it goes on").extend(again);
        }
        self.tell_policy_assistants(schedule, &faults[id], now);
        self.await_fault(schedule, id, number + 1);
    }

    /// Policies, or what is assigned, have changed: assistants will find it.
    fn tell_policy_assistants(
        &mut self,
        schedule: &mut Schedule<Event>,
        fault: &RandomFault,
        now: Instant,
    ) {
        let differences = &fault.differences;
        let policies = differences.sharing_policies.iter();
        let mut concerned: BTreeSet<OrgId> = policies.map(|row| row.with.organization).collect();
        for row in &differences.mailboxes {
            if row.without.sharing_policy != row.with.sharing_policy {
                concerned.insert(row.with.organization);
            }
        }
        for organization in concerned {
            self.await_policy_assistant(schedule, organization, now);
        }
    }

    fn exponential_of_fault(&self, fault: &RandomFault, mean: Span, index: u64) -> Span {
        let shortest = Span::from_nanoseconds(1);
        Distribution::exponential(mean).map_or(Span::MAX, |law| {
            law.sample(&self.keys, Purpose::Fault, fault.hash, index)
                .max(shortest)
        })
    }
}
