//! What addresses lead to in an organization, and who can read what they lead to.
//!
//! It knows nothing of callers or permissions. Invariant: an address that was given or taken during a run
//! counts as it is now; every other one as the scenario has it.

use std::sync::Arc;

use crate::engine::Instant;

use super::address::{Address, LocalPart};
use super::directory::{MailboxId, MailboxKey, MailboxView, Recipient};
use super::federation::Federation;
use super::organization::OrgId;

impl Federation {
    /// What an address leads to in an organization's directory.
    pub fn recipient(&self, organization: OrgId, address: Address) -> Option<Recipient> {
        if let Some(changed) = self.additions.addresses.get(&(organization, address)) {
            return changed.map(|id| Recipient::Mailbox(MailboxKey::Declared(id)));
        }
        if let Some(&recipient) = self.index.recipients.get(&(organization, address)) {
            return Some(recipient);
        }
        if let Some(&recipient) = self.additions.recipients.get(&(organization, address)) {
            return Some(recipient);
        }
        let LocalPart::Numbered(number) = address.local else {
            return None;
        };
        let described = self.organizations.original(organization);
        let is_first_domain = described
            .accepted_domains
            .first()
            .is_some_and(|d| d.domain == address.domain);
        let exists = is_first_domain && (1..=described.described_mailboxes).contains(&number);
        exists.then_some(Recipient::Mailbox(MailboxKey::Described(number)))
    }

    /// A mailbox has other addresses from now on.
    pub fn change_addresses(&mut self, id: MailboxId, addresses: Box<[Address]>, now: Instant) {
        let row = self.mailboxes.at(id, now);
        let organization = row.organization;
        let additions = Arc::make_mut(&mut self.additions);
        for &gone in row.addresses.iter().filter(|it| !addresses.contains(it)) {
            additions.addresses.insert((organization, gone), None);
        }
        for &present in &addresses {
            additions
                .addresses
                .insert((organization, present), Some(id));
        }
        self.mailboxes
            .change(id, now, |row| row.addresses = addresses);
    }

    /// Whether another organization declares a mailbox with an address that leads to nobody in this one.
    pub fn has_mailbox_elsewhere(&self, address: Address) -> bool {
        self.index.mailbox_addresses.contains(&address)
    }

    /// Whether an address that nobody has in an organization names one of its mailboxes all the same:
    /// one with the same local part in another of its domains.
    ///
    /// Assumed: so a missing secondary address is told from a mistyped one.
    pub fn has_mailbox_of_that_name(&self, organization: OrgId, address: Address) -> bool {
        let domains = &self.organizations.original(organization).accepted_domains;
        let is_own = domains.iter().any(|it| it.domain == address.domain);
        is_own
            && domains.iter().any(|it| {
                let domain = it.domain;
                let found = self.recipient(organization, Address { domain, ..address });
                matches!(found, Some(Recipient::Mailbox(_)))
            })
    }

    /// Whether somebody can read a mailbox for those who ask: a Client Access server in its site.
    ///
    /// Source: MSExchange Availability event 4017 (docs). Assumed: any generation will do.
    pub fn has_client_access(&self, owner: OrgId, mailbox: MailboxView<'_>, at: Instant) -> bool {
        let home = self.servers.original(mailbox.server).site;
        let servers = self.organizations.original(owner).servers.iter();
        servers
            .map(|&id| self.servers.at(id, at))
            .any(|server| server.site == home && server.client_access)
    }
}
