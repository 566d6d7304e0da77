//! Who asks: the identity and the address by which the gateway knows a user.
//!
//! It asks the choice of the address itself. Invariant: whoever has no address of the own is examined on with
//! one of the organization, so that what lies behind is found.

use crate::model::address::{Address, LocalPart};
use crate::model::cause::Cause;
use crate::model::directory::{FederatedIdentity, MailboxKey, federated_address};
use crate::model::organization::Generation;

use super::finding::{Acts, Fault, Severity};
use super::gathering::Lookup;
use super::{Context, Examiner};

impl Examiner<'_> {
    /// The address that represents whoever asks at the gateway; tells why there is none.
    pub fn examine_sender(&mut self, context: Context, lookup: &Lookup) -> Option<Address> {
        let federation = self.federation;
        let organization = federation.organizations.at(lookup.requester, self.start);
        let name = self.organization_name(lookup.requester);
        let acts = Acts::Organization(lookup.requester);
        let anybody = organization.federated_domains().next();
        let anybody = anybody.map(|domain| Address {
            domain,
            local: LocalPart::Numbered(1),
        });
        let Some(key) = lookup.sender else {
            return anybody;
        };
        let mailbox = self.mailbox(lookup.requester, key);
        let (subject, place, about) = match key {
            MailboxKey::Declared(id) => {
                let row = federation.mailboxes.original(id);
                (
                    self.subject_in(lookup.requester, &["mailbox", &row.name]),
                    self.place_of_mailbox(id, "identity_type"),
                    Some(id),
                )
            }
            MailboxKey::Described(_) => (
                self.subject_in(lookup.requester, &["domains"]),
                self.place_in(lookup.requester, &["domains"]),
                None,
            ),
        };
        let severity = match (lookup.is_somebody, about) {
            (false, Some(_)) => Severity::Warning,
            _ => Severity::Error,
        };
        let who = federation.address_text(mailbox.primary);
        let is_immutable = match mailbox.identity {
            // One that is no address at all is found out by the gateway alone.
            FederatedIdentity::AccountNamespace | FederatedIdentity::Malformed => true,
            FederatedIdentity::Immutable(suffix) => {
                suffix == organization.identifier.account_namespace
            }
            FederatedIdentity::UserPrincipalName => {
                organization.edition.generation == Generation::Online
            }
        };
        if !is_immutable {
            let (key, what) = match mailbox.identity {
                FederatedIdentity::UserPrincipalName => {
                    ("identity_type", "is a user principal name")
                }
                _ => ("immutable_id", "ends in another namespace"),
            };
            let place = about.map_or(place, |id| self.place_of_mailbox(id, key));
            let namespace = self.name(organization.identifier.account_namespace);
            let fault = Fault::new(Cause::RequesterIdentityNotImmutable, acts, &subject)
                .severity(severity)
                .says(format!(
                    "the federated identity of `{who}` does not end in the account namespace `{namespace}` of `{name}`"
                ))
                .at(place, what)
                .steps(self.words(&format!(
                    "Set-Mailbox for {who} with an -ImmutableId that ends in @{namespace}"
                )));
            self.report(context, fault);
        }
        let email = federated_address(organization, mailbox);
        // Without any federated domain nobody has one, and that is told where federation is off.
        if email.is_none() && (anybody.is_some() || organization.trust.exists) {
            let place = about.map_or(place, |id| self.place_of_mailbox(id, "addresses"));
            let fault = Fault::new(Cause::RequesterWithoutFederatedAddress, acts, &subject)
                .severity(severity)
                .says(format!(
                    "`{who}` of `{name}` has no address in a federated domain"
                ))
                .at(place, "none is federated")
                .steps(self.steps_for_address(lookup.requester, mailbox.primary));
            self.report(context, fault);
        }
        email.or(anybody)
    }
}
