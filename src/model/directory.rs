//! The directory: recipients and their addresses, groups and their members, the address that
//! represents a user at the gateway.
//!
//! It knows nothing of relationships or of the network. Invariant: a mailbox that is described by a
//! number is a function of (seed, organization, index), never stored.

use super::revised::carries;
use crate::engine::hash::NameHash;

use super::address::{Address, Url};
use super::names::NameId;
use super::organization::{OrgId, Organization, ServerId};
use super::outcome::AccessLevel;
use super::sharing_policy::SharingPolicyId;

crate::define_id! {
    /// A mailbox that the scenario declares by name.
    MailboxId;
    /// A distribution group.
    GroupId;
}

/// Which mailbox of an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MailboxKey {
    /// One declared by name.
    Declared(MailboxId),
    /// The n-th described by a number, from 1.
    Described(u32),
}

/// What an address leads to in an organization's directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// A mailbox.
    Mailbox(MailboxKey),
    /// A mail user: an account here, a mailbox elsewhere.
    MailUser {
        /// Where the mail goes.
        external: Address,
    },
    /// A mail contact.
    Contact {
        /// Where the mail goes.
        external: Address,
    },
    /// A distribution group.
    Group(GroupId),
}

/// A mailbox declared by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Its organization.
    pub organization: OrgId,
    /// Its name.
    pub name: Box<str>,
    /// The stable hash of organization and name.
    pub hash: NameHash,
    /// Its addresses, the primary one first.
    pub addresses: Box<[Address]>,
    /// The server that holds it.
    pub server: ServerId,
    /// The calendar's Default permission.
    pub calendar_default: AccessLevel,
    /// What the calendar grants external users in person.
    pub grants: Box<[Grant]>,
    /// The sharing policy that is assigned to it; none: the organization's default.
    pub sharing_policy: Option<SharingPolicyId>,
    /// Calendars that others have shared with this mailbox in person.
    pub subscriptions: Box<[PersonalSubscription]>,
    /// Addresses in its own contacts folder.
    pub personal_contacts: Box<[Address]>,
    /// How the user is known to the gateway.
    pub identity: FederatedIdentity,
    /// What the token service holds of the user.
    pub account: AccountRecord,
    /// Whether there is a calendar.
    pub calendar: CalendarState,
    /// Whether its database can be read.
    pub state: MailboxState,
    /// Whether its user may come from outside: `MAPIBlockOutlookRpcHttp` is not set.
    pub outlook_anywhere: bool,
    /// Calendar entries a week.
    pub events_per_week: u32,
}

/// What a calendar grants one external user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The external user's address.
    pub external: Address,
    /// The level.
    pub level: AccessLevel,
}

/// A calendar that its owner in another organization has shared with this mailbox in person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonalSubscription {
    /// The owner of the calendar.
    pub owner: Address,
    /// Where it is read.
    pub url: Url,
    /// The application URI of the owner's organization.
    pub application_uri: NameId,
    /// The sharing key.
    pub sharing_key: u64,
}

/// How a user is known to the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FederatedIdentity {
    /// By an immutable id with this suffix.
    Immutable(NameId),
    /// By an immutable id that ends in the organization's account namespace.
    AccountNamespace,
    /// By user principal name, which federated sharing on premises does not accept.
    UserPrincipalName,
    /// By an immutable id that does not have the form of an address.
    Malformed,
}

/// What the token service holds of a user of its own: an account that directory synchronization or the
/// first token made.
///
/// Source: Resolve free/busy errors (docs), which repairs it by renaming the user to and fro.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountRecord {
    /// A record that agrees with itself.
    #[default]
    Consistent,
    /// A record whose passwords contradict each other.
    PasswordMismatch,
    /// None that could be signed in with yet.
    NotProvisioned,
}

/// Whether a mailbox has a calendar folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarState {
    /// It has.
    Present,
    /// It has not.
    Missing,
    /// It has, with items in it that cannot be read.
    Damaged,
}

/// Whether a mailbox's database can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailboxState {
    /// It can.
    Available,
    /// It is not mounted.
    Unavailable,
    /// It is moving to another server.
    FailingOver,
}

/// A distribution group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its organization.
    pub organization: OrgId,
    /// Its name.
    pub name: Box<str>,
    /// Its address.
    pub address: Address,
    /// Its members.
    pub members: Box<[Member]>,
    /// Whether it has been deleted: a relationship's scope that names it then covers nobody.
    pub deleted: bool,
}

/// A member of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// Another group.
    Group(GroupId),
    /// Whoever has this address.
    Address(Address),
}

/// A mailbox as a rule sees it, declared or described.
#[derive(Clone, Copy, Debug)]
pub struct MailboxView<'a> {
    /// Its organization.
    pub organization: OrgId,
    /// The stable hash of organization and mailbox.
    pub hash: NameHash,
    /// The primary address.
    pub primary: Address,
    /// Its further addresses.
    pub further: &'a [Address],
    /// The server that holds it.
    pub server: ServerId,
    /// The calendar's Default permission.
    pub calendar_default: AccessLevel,
    /// Personal grants.
    pub grants: &'a [Grant],
    /// The sharing policy that is assigned to it; none: the organization's default.
    pub sharing_policy: Option<SharingPolicyId>,
    /// Personal subscriptions.
    pub subscriptions: &'a [PersonalSubscription],
    /// Addresses in its own contacts folder.
    pub personal_contacts: &'a [Address],
    /// How the user is known to the gateway.
    pub identity: FederatedIdentity,
    /// Whether there is a calendar.
    pub calendar: CalendarState,
    /// Whether it can be read.
    pub state: MailboxState,
    /// Whether its user may come from outside.
    pub outlook_anywhere: bool,
    /// Calendar entries a week.
    pub events_per_week: u32,
}

impl FederatedIdentity {
    /// What an immutable id makes of a user; a blank one has a blank suffix.
    ///
    /// Source: an immutable id has the form of an SMTP address, Set-Mailbox (docs).
    pub fn of_immutable_id(id: &str, intern: impl FnOnce(&str) -> NameId) -> FederatedIdentity {
        match id.rsplit_once('@') {
            Some((user, suffix)) if !user.is_empty() && !suffix.is_empty() => {
                FederatedIdentity::Immutable(intern(suffix))
            }
            None if id.is_empty() => FederatedIdentity::Immutable(intern("")),
            _ => FederatedIdentity::Malformed,
        }
    }
}

impl<'a> MailboxView<'a> {
    /// All its addresses, the primary one first.
    pub fn addresses(self) -> impl Iterator<Item = Address> + 'a {
        std::iter::once(self.primary).chain(self.further.iter().copied())
    }

    /// What the calendar grants this external user in person.
    pub fn granted_to(&self, external: Address) -> AccessLevel {
        let levels = self
            .grants
            .iter()
            .filter(|grant| grant.external == external);
        levels
            .map(|grant| grant.level)
            .max()
            .unwrap_or(AccessLevel::None)
    }
}

/// The address that represents a user at the gateway: one in the default domain, else the primary one
/// if its domain is federated, else the first in any federated domain.
///
/// Source: choice of the federated SMTP address, observed, Exchange 2013; that only users with such
/// an address can use federation: Federation terms, Exchange 2010 glossary (docs).
pub fn federated_address(organization: &Organization, mailbox: MailboxView<'_>) -> Option<Address> {
    let federated = |address: &Address| organization.is_federated_domain(address.domain);
    let in_default_domain = organization
        .identifier
        .default_domain
        .and_then(|domain| mailbox.addresses().find(|address| address.domain == domain));
    in_default_domain
        .filter(federated)
        .or_else(|| mailbox.addresses().find(federated))
}

carries!(Mailbox {
    organization,
    name,
    hash,
    addresses,
    server,
    calendar_default,
    grants,
    sharing_policy,
    subscriptions,
    personal_contacts,
    identity,
    account,
    calendar,
    state,
    outlook_anywhere,
    events_per_week
});
carries!(Group {
    organization,
    name,
    address,
    members,
    deleted
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_immutable_id_is_an_address_or_blank_or_of_no_form() {
        let read = |id| {
            FederatedIdentity::of_immutable_id(id, |suffix| match suffix {
                "" => NameId(0),
                _ => NameId(1),
            })
        };
        assert_eq!(
            read("aWQ=@contoso.com"),
            FederatedIdentity::Immutable(NameId(1))
        );
        assert_eq!(read(""), FederatedIdentity::Immutable(NameId(0)));
        for id in ["aWQ=", "@contoso.com", "aWQ=@", "@"] {
            assert_eq!(read(id), FederatedIdentity::Malformed, "{id}");
        }
    }
}
