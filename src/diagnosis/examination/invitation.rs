//! Sharing from person to person: what an owner's policy says of a recipient's domain.
//!
//! It asks the choice of the policy's entry itself. Invariant: what an invitation needs beside the policy,
//! a token above all, is examined as for any other request.

use crate::model::cause::Cause;
use crate::model::directory::MailboxKey;
use crate::model::organization::ServerId;
use crate::model::sharing_policy::{Circumstances, PolicyInForce, TokenTargetKnown, allowed};

use super::endpoint::Route;
use super::finding::{Acts, Direction, Fault, Severity};
use super::gathering::{Lookup, external};
use super::{Context, Examiner};

impl Examiner<'_> {
    /// An owner invites somebody to a calendar.
    pub fn examine_invitation(&mut self, context: Context, lookup: &Lookup, server: ServerId) {
        let federation = self.federation;
        let own = lookup.requester;
        let Some(owner) = lookup.sender else { return };
        let mailbox = self.mailbox(own, owner);
        let domain = external(lookup.kind).domain;
        let policy = federation.sharing_policy(own, mailbox.sharing_policy, self.start);
        let target = federation.token_target(own, domain, self.start);
        let state = federation.federation_state(server, self.start);
        if state.is_err() {
            self.examine_federation(context, server);
        }
        let circumstances = Circumstances {
            // Told already.
            federation: Ok(()),
            publishing: federation.organizations.at(own, self.start).publishing,
            token_target: match target {
                Some(_) => TokenTargetKnown::Known,
                None => TokenTargetKnown::Unknown,
            },
        };
        if let Err(cause) = allowed(policy, domain, circumstances) {
            self.tell_policy(context, lookup, policy, cause);
        }
        let published = federation.organizations.original(own).servers.iter();
        let is_published = published
            .into_iter()
            .any(|&id| self.server(id).ews.external_url.is_some());
        if !is_published {
            let home = self.server(mailbox.server);
            let subject = self.subject_in(own, &["server", &home.name]);
            let fault = Fault::new(
                Cause::PublishingExternalUrlMissing,
                Acts::Organization(own),
                subject,
            )
            .says(format!(
                "ExternalUrl of EWS is blank on every server of `{}`, so that no calendar can be shared",
                self.organization_name(own)
            ))
            .at(self.place_at(mailbox.server, &["ews", "external_url"]), "blank")
            .steps(self.steps_for_external_url(mailbox.server));
            self.report(context, fault);
        }
        let Some(target) = target else { return };
        // Whoever opens the invitation validates its token.
        let opens = Context {
            direction: Direction {
                requester: lookup.target,
                target: own,
            },
            ..context
        };
        for &reader in federation
            .organizations
            .original(lookup.target)
            .servers
            .iter()
        {
            if self.is_up(reader) {
                self.examine_federation(opens, reader);
            }
        }
        let Some(email) = self.examine_sender(context, lookup) else {
            return;
        };
        let route = Route {
            relationship: federation.relationship_for(own, domain, self.start),
            application_uri: Some(target.application_uri),
            token_issuer: target.token_issuer,
            autodiscover: None,
            endpoint: None,
        };
        self.examine_token(context, lookup, server, route, email);
    }

    fn tell_policy(
        &mut self,
        context: Context,
        lookup: &Lookup,
        policy: PolicyInForce<'_>,
        cause: Cause,
    ) {
        let (own, partner) = (lookup.requester, lookup.target);
        let name = self.organization_name(own);
        let domain = external(lookup.kind).domain;
        let text = self.name(domain);
        let policy_name = match policy {
            PolicyInForce::Written(row) => &*row.name,
            _ => crate::model::sharing_policy::DEFAULT_SHARING_POLICY,
        };
        let subject = self.subject_in(own, &["sharing_policy", policy_name]);
        let place = |key: &str| self.place_in(own, &["sharing_policy", policy_name, key]);
        let acts = Acts::Organization(own);
        let fault = match cause {
            Cause::SharingPolicyDisabled => Fault::new(cause, acts, subject)
                .says(format!(
                    "the sharing policy `{policy_name}` of `{name}` is disabled"
                ))
                .at(place("enabled"), "disabled"),
            Cause::SharingRecipientNotFederated => {
                let partner_name = self.organization_name(partner);
                Fault::new(
                    cause,
                    Acts::Organization(partner),
                    self.subject_in(partner, &["trust"]),
                )
                .says(format!(
                    "`{partner_name}` has published nothing that a token for `{text}` could be made out to"
                ))
                .at(self.place_in(partner, &["trust"]), "not federated")
            }
            _ => Fault::new(cause, acts, format!("{subject} for {text}"))
                .says(format!(
                    "no entry of the sharing policy `{policy_name}` of `{name}` allows `{text}`"
                ))
                .at(place("domains"), "no entry for it"),
        };
        let severity = match (lookup.is_somebody, lookup.sender) {
            (false, Some(MailboxKey::Declared(_))) => Severity::Warning,
            _ => Severity::Error,
        };
        let steps = self.steps_for_policy(lookup, policy, cause);
        self.report(context, fault.severity(severity).steps(steps));
    }
}
