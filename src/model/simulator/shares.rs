//! What users have shared with each other in person during a run: grants, subscriptions, and the
//! assistant that holds grants against changed policies.
//!
//! Owner of all that is changed here: a grant the owner's organization, a subscription the
//! subscriber's. It knows nothing of messages. Invariant: a grant changes when somebody shares, and
//! otherwise only when the assistant's work cycle has come; a policy by itself changes none.

use std::collections::BTreeMap;

use crate::engine::{Instant, Schedule, Span, draw};

use super::super::address::{Address, LocalPart, Url};
use super::super::cause::{Cause, Layer};
use super::super::demand::SubscriptionKey;
use super::super::directory::{
    Grant, Mailbox, MailboxId, MailboxKey, MailboxView, PersonalSubscription, Recipient,
};
use super::super::observation::{PathObject, Recorder};
use super::super::organization::OrgId;
use super::super::outcome::{AccessLevel, Failure, Side};
use super::super::purpose::Purpose;
use super::super::sharing_policy::{PolicyInForce, ceiling};
use super::state::GroupSlot;
use super::{Event, World};

/// What described mailboxes have beside what they are drawn with: those of them alone that have shared,
/// or have been invited. Declared ones have it in the federation.
#[derive(Debug, Default)]
pub(super) struct Shares {
    grants: BTreeMap<(OrgId, u32), Vec<Grant>>,
    subscriptions: BTreeMap<(OrgId, u32), Vec<PersonalSubscription>>,
}

impl Shares {
    /// What a described mailbox has granted somebody in this run.
    pub fn granted(&self, owner: MailboxView<'_>, external: Address) -> AccessLevel {
        let LocalPart::Numbered(number) = owner.primary.local else {
            return AccessLevel::None;
        };
        let grants = self.grants.get(&(owner.organization, number));
        let found = grants.and_then(|all| all.iter().find(|grant| grant.external == external));
        found.map_or(AccessLevel::None, |grant| grant.level)
    }

    /// What a described mailbox has subscribed to in this run.
    pub fn subscriptions(&self, organization: OrgId, key: MailboxKey) -> &[PersonalSubscription] {
        let MailboxKey::Described(number) = key else {
            return &[];
        };
        let found = self.subscriptions.get(&(organization, number));
        found.map_or(&[], Vec::as_slice)
    }

    /// What described mailboxes of an organization have subscribed to in this run.
    pub fn subscribed(&self, organization: OrgId) -> impl Iterator<Item = SubscriptionKey> + '_ {
        let of = (organization, 0)..=(organization, u32::MAX);
        let mailboxes = self.subscriptions.range(of);
        mailboxes.flat_map(|(&(organization, number), all)| {
            let key = move |owner| SubscriptionKey::Described(organization, number, owner);
            all.iter().map(move |subscription| key(subscription.owner))
        })
    }

    fn holders(&self, organization: OrgId) -> Vec<u32> {
        let from = (organization, 0)..=(organization, u32::MAX);
        self.grants
            .range(from)
            .map(|((_, number), _)| *number)
            .collect()
    }
}

impl<R: Recorder> World<'_, R> {
    /// A calendar grants somebody a level from now on, whatever it granted before.
    ///
    /// Simplified: no grant tells whether the body of entries is shown as well.
    pub(super) fn grant(
        &mut self,
        (organization, key): (OrgId, MailboxKey),
        external: Address,
        level: AccessLevel,
        now: Instant,
    ) {
        let level = level.min(AccessLevel::Detail);
        match key {
            MailboxKey::Declared(id) => self.change(now, |federation| {
                federation.mailboxes.change(id, now, |mailbox| {
                    let mut grants = mailbox.grants.to_vec();
                    set_grant(&mut grants, external, level);
                    mailbox.grants = grants.into();
                });
            }),
            MailboxKey::Described(number) => {
                let grants = self.shares.grants.entry((organization, number));
                set_grant(grants.or_default(), external, level);
            }
        }
    }

    /// A mailbox has subscribed to a calendar from now on.
    pub(super) fn subscribe(
        &mut self,
        (organization, key): (OrgId, MailboxKey),
        subscription: PersonalSubscription,
        now: Instant,
    ) {
        let set = |subscriptions: &mut Vec<PersonalSubscription>| {
            subscriptions.retain(|known| known.owner != subscription.owner);
            subscriptions.push(subscription);
        };
        match key {
            MailboxKey::Declared(id) => self.change(now, |federation| {
                federation.mailboxes.change(id, now, |mailbox| {
                    let mut subscriptions = mailbox.subscriptions.to_vec();
                    set(&mut subscriptions);
                    mailbox.subscriptions = subscriptions.into();
                });
            }),
            MailboxKey::Described(number) => {
                let subscriptions = self.shares.subscriptions.entry((organization, number));
                set(subscriptions.or_default());
            }
        }
    }

    /// Where a calendar is read from outside: the ExternalUrl of the mailbox's site, else any of the
    /// organization.
    pub(super) fn sharing_url(
        &self,
        organization: OrgId,
        key: MailboxKey,
        now: Instant,
    ) -> Option<Url> {
        let federation = self.federation;
        let home = federation
            .mailbox(organization, key, now, &self.keys)
            .server;
        let site = federation.servers.original(home).site;
        let view = federation.replicated(organization, now);
        let servers = &federation.organizations.original(organization).servers;
        let published = |&id: &_| Some((id, federation.servers.at(id, view).ews.external_url?));
        let all = || servers.iter().filter_map(published);
        let near = all().find(|(id, _)| federation.servers.original(*id).site == site);
        near.or_else(|| all().next()).map(|(_, url)| Url {
            path: url.path.for_federated_callers(),
            ..url
        })
    }

    /// A failure on the way to a calendar that was shared in person, at its root: if what the invitation said
    /// is no longer so, the subscription is the matter, and whoever holds it has to act.
    pub(super) fn root_in_subscription(
        &self,
        group: GroupSlot,
        failure: Failure,
        now: Instant,
    ) -> Failure {
        let (federation, row) = (self.federation, &self.groups[group]);
        let owner = match (row.path, self.members(group).first()) {
            (PathObject::Personal(_), Some(&(_, owner))) => owner,
            _ => return failure,
        };
        let Some(&organization) = federation.index.domain_owners.get(&owner.domain) else {
            return failure;
        };
        let Some(Recipient::Mailbox(key)) = federation.recipient(organization, owner) else {
            return failure;
        };
        let trust = &federation.organizations.at(organization, now).trust;
        // Where nothing is published no other address could be remembered.
        let published = self.sharing_url(organization, key, now);
        let remembered = Remembered {
            address_is_so: published.is_none() || published == row.endpoint,
            application_is_so: trust.application_uri == row.application_uri,
        };
        match remembered.is_at_root_of(failure.cause) {
            true => Failure {
                cause: Cause::SubscriptionOutdated,
                side: Side::Client,
                ..failure
            },
            false => failure,
        }
    }

    /// Schedules the work cycles of the assistant in which it finds what the time line has changed.
    pub(super) fn await_policy_changes(&mut self, schedule: &mut Schedule<Event>) {
        let federation = self.federation;
        let policies = &federation.sharing_policies;
        for id in policies.ids() {
            let organization = policies.original(id).organization;
            for at in policies.changes(id) {
                self.await_policy_assistant(schedule, organization, at);
            }
        }
        let mailboxes = &federation.mailboxes;
        for id in mailboxes.ids() {
            let assigned = |at| mailboxes.at(id, at).sharing_policy;
            let mut before = mailboxes.original(id).sharing_policy;
            for at in mailboxes.changes(id) {
                if std::mem::replace(&mut before, assigned(at)) != assigned(at) {
                    let organization = mailboxes.original(id).organization;
                    self.await_policy_assistant(schedule, organization, at);
                }
            }
        }
    }

    /// Schedules the next work cycle of an organization's assistant after a policy has changed, and the
    /// change is in every directory.
    ///
    /// Source: the Sharing Policy Assistant and its work cycle, Sharing policies (docs); a day,
    /// remembered. Assumed: where in its cycle an organization begins is drawn.
    pub(super) fn await_policy_assistant(
        &mut self,
        schedule: &mut Schedule<Event>,
        organization: OrgId,
        changed: Instant,
    ) {
        let federation = self.federation;
        let cycle = federation.parameters.policy_assistant_cycle;
        let row = federation.organizations.original(organization);
        let bits = self.keys.bits(Purpose::PolicyAssistantPhase, row.hash, 0);
        let phase = Span::from_nanoseconds(draw::below(bits, cycle.nanoseconds()));
        let seen = changed.max(federation.start) + row.replication_delay;
        let first = federation.start + phase;
        let late = seen.since(first).nanoseconds();
        let due = first + cycle.times(late.div_ceil(cycle.nanoseconds()));
        let source = federation.sources.organizations[organization];
        schedule.at(due, source, Event::PolicyAssistantRuns(organization));
    }

    /// The assistant lowers or removes what calendars grant beyond a policy that has changed since its
    /// last work cycle.
    ///
    /// Source: Sharing policies (docs).
    pub(super) fn run_policy_assistant(&mut self, organization: OrgId, now: Instant) {
        let federation = self.federation;
        let mailboxes = &federation.mailboxes;
        let own = |&id: &MailboxId| mailboxes.original(id).organization == organization;
        let own: Vec<MailboxId> = mailboxes.ids().filter(own).collect();
        for id in own {
            let key = MailboxKey::Declared(id);
            let grants = &mailboxes.at(id, now).grants;
            if let Some(lowered) = self.held_against_policy(organization, key, grants, now) {
                self.change(now, |federation| {
                    let change = |row: &mut Mailbox| row.grants = lowered.into();
                    federation.mailboxes.change(id, now, change);
                });
            }
        }
        for number in self.shares.holders(organization) {
            let holder = (organization, number);
            let key = MailboxKey::Described(number);
            let grants = &self.shares.grants[&holder];
            if let Some(lowered) = self.held_against_policy(organization, key, grants, now) {
                self.shares.grants.insert(holder, lowered);
            }
        }
    }

    /// What is left of a mailbox's grants, if its policy has changed since the last work cycle and
    /// allows less.
    fn held_against_policy(
        &self,
        organization: OrgId,
        key: MailboxKey,
        grants: &[Grant],
        now: Instant,
    ) -> Option<Vec<Grant>> {
        let federation = self.federation;
        let policy = |at| {
            let mailbox = federation.mailbox(organization, key, at, &self.keys);
            federation.sharing_policy(organization, mailbox.sharing_policy, at)
        };
        let view = federation.replicated(organization, now);
        let before = policy(view - federation.parameters.policy_assistant_cycle);
        let policy = policy(view);
        if grants.is_empty() || before.entries() == policy.entries() {
            return None;
        }
        let lowered: Vec<Grant> = grants
            .iter()
            .filter_map(|&grant| within(policy, grant))
            .collect();
        (lowered != grants).then_some(lowered)
    }
}

/// Whether what an invitation once said is still so.
#[derive(Clone, Copy, Debug)]
struct Remembered {
    address_is_so: bool,
    application_is_so: bool,
}

impl Remembered {
    /// Whether a failure follows from what is no longer so: an old address from the name to the virtual
    /// directory, an old application from the gateway to the token.
    ///
    /// Source: RefreshSharingFolder operation (docs); Bad relationship, meaning no free/busy (blog).
    fn is_at_root_of(self, cause: Cause) -> bool {
        let by_address = matches!(
            cause.row().layer,
            Layer::Dns | Layer::Network | Layer::Tls | Layer::Publishing
        );
        let by_application = matches!(
            cause,
            Cause::GatewayTargetNotRegistered
                | Cause::GatewayInstanceMismatch
                | Cause::TokenAudienceMismatch
                | Cause::TokenEncryptionUnknown
        );
        by_address && !self.address_is_so || by_application && !self.application_is_so
    }
}

/// A grant as far as a policy allows it; none if it allows nothing.
fn within(policy: PolicyInForce<'_>, grant: Grant) -> Option<Grant> {
    let allowed = ceiling(policy, grant.external.domain).detail();
    let level = grant.level.min(allowed);
    (level != AccessLevel::None).then_some(Grant { level, ..grant })
}

/// Replaces what is granted to somebody; nothing is granted by leaving it out.
fn set_grant(grants: &mut Vec<Grant>, external: Address, level: AccessLevel) {
    grants.retain(|grant| grant.external != external);
    if level != AccessLevel::None {
        grants.push(Grant { external, level });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_no_longer_so_is_at_the_root_of_a_failure() {
        let moved = Remembered {
            address_is_so: false,
            application_is_so: true,
        };
        let renamed = Remembered {
            address_is_so: true,
            application_is_so: false,
        };
        assert!(moved.is_at_root_of(Cause::NetworkReset));
        assert!(!moved.is_at_root_of(Cause::GatewayTargetNotRegistered));
        assert!(renamed.is_at_root_of(Cause::GatewayTargetNotRegistered));
        assert!(!renamed.is_at_root_of(Cause::NetworkReset));
        assert!(!renamed.is_at_root_of(Cause::GatewayError));
    }
}
