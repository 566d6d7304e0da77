//! Throttling budgets in a run: of the own users, and of external callers.
//!
//! Owner of a budget: the organization whose servers' time it counts. It knows nothing of calls.
//! Invariant: what is admitted is released once.

use crate::engine::{Instant, Span};

use super::super::address::Address;
use super::super::observation::Recorder;
use super::super::organization::{Generation, OrgId, ServerId};
use super::super::throttling::{Admission, Component, Product, ThrottlingPolicy};
use super::World;
use super::state::{GroupSlot, RequestSlot};

/// How many budgets are kept before it is worth a look which of them are full.
pub(super) const BUDGETS_KEPT: usize = 1_024;

impl<R: Recorder> World<'_, R> {
    /// What becomes of a call of this user, without counting it.
    pub(super) fn peek_user(
        &self,
        organization: OrgId,
        user: Address,
        server: ServerId,
        now: Instant,
    ) -> Admission {
        let mut budget = self
            .budgets
            .get(&(organization, user))
            .copied()
            .unwrap_or_default();
        budget.admit(&self.policy(server), now)
    }

    /// Counts a call of this user, unless it is refused.
    pub(super) fn admit_user(
        &mut self,
        organization: OrgId,
        user: Address,
        server: ServerId,
        now: Instant,
    ) -> Admission {
        if self.budgets.len() >= self.budgets_max {
            self.forget_full_budgets(now);
        }
        let policy = self.policy(server);
        self.budgets
            .entry((organization, user))
            .or_default()
            .admit(&policy, now)
    }

    /// Forgets the budgets that say no more than new ones would, whichever server asks. That changes
    /// no answer, so neither does the order in which they are looked at.
    fn forget_full_budgets(&mut self, now: Instant) {
        let mut budgets = std::mem::take(&mut self.budgets);
        budgets.retain(|&(organization, _), budget| {
            let servers = &self.federation.organizations.original(organization).servers;
            let is_full = |&server: &ServerId| {
                let mut copy = *budget;
                copy.is_full(&self.policy(server), now)
            };
            !servers.iter().all(is_full)
        });
        self.budgets_max = BUDGETS_KEPT.max(2 * budgets.len());
        self.budgets = budgets;
    }

    /// The request of a user is over.
    pub(super) fn release_user(&mut self, slot: RequestSlot) {
        let row = &mut self.requests[slot];
        if std::mem::take(&mut row.holds_budget) {
            let key = (row.identity.requester, row.ask.from);
            self.release(key);
        }
    }

    /// Charges the user of a group with a server's time.
    pub(super) fn charge_user(&mut self, group: GroupSlot, used: Span, now: Instant) {
        let row = &self.groups[group];
        let request = &self.requests[row.request];
        let key = (request.identity.requester, request.ask.from);
        self.charge(key, row.server, used, now);
    }

    /// Charges a caller with a server's time.
    pub(super) fn charge(
        &mut self,
        key: (OrgId, Address),
        server: ServerId,
        used: Span,
        now: Instant,
    ) {
        let policy = self.policy(server);
        self.budgets
            .entry(key)
            .or_default()
            .charge(&policy, now, used);
    }

    /// A call of a caller is over.
    pub(super) fn release(&mut self, key: (OrgId, Address)) {
        self.budgets
            .get_mut(&key)
            .expect("what is released was admitted")
            .release();
    }

    /// The policy of a server: the scenario's, but Exchange 2010 has rules of its own.
    fn policy(&self, server: ServerId) -> ThrottlingPolicy {
        let scenario = self.federation.parameters.throttling;
        if self.federation.servers.original(server).edition.generation != Generation::V2010 {
            return scenario;
        }
        ThrottlingPolicy::default_of(Product::Exchange2010, Component::WebServices).map_or(
            scenario,
            |old| ThrottlingPolicy {
                micro_delay: scenario.micro_delay,
                ..old
            },
        )
    }
}
