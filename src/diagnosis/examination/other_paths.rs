//! Paths without delegation tokens: intra-organization connectors, availability address spaces.
//!
//! It asks the decisions that these paths meet. Invariant: what a path does not need, such as the gateway,
//! is not examined for it.

use crate::model::address::Address;
use crate::model::cause::Cause;
use crate::model::directory::MailboxKey;
use crate::model::organization::{Generation, OrgId, ServerId};
use crate::model::publishing::CallerAuthentication;
use crate::model::relationship::{
    AccessMethod, AddressSpaceId, ConnectorId, Credentials, OAuthState,
};

use super::call::Call;
use super::endpoint::{Named, Service};
use super::finding::{Acts, Fault};
use super::gathering::{Lookup, external};
use super::grant::Held;
use super::{Context, Examiner};

impl Examiner<'_> {
    /// The address by which whoever asks is known without the gateway.
    fn own_address(&self, lookup: &Lookup) -> Option<Address> {
        let organization = self.federation.organizations.original(lookup.requester);
        let first = organization.accepted_domains.first()?;
        let somebody = lookup.sender.map(|key| match key {
            MailboxKey::Declared(_) | MailboxKey::Described(_) => {
                self.mailbox(lookup.requester, key).primary
            }
        });
        somebody.or(Some(Address {
            domain: first.domain,
            local: external(lookup.kind).local,
        }))
    }

    /// A path by OAuth.
    pub fn examine_connector(
        &mut self,
        context: Context,
        lookup: &Lookup,
        server: ServerId,
        id: ConnectorId,
    ) {
        let row = self.federation.connectors.at(id, self.start);
        let (own, partner) = (
            self.organization_name(lookup.requester),
            self.organization_name(lookup.target),
        );
        let subject = match row.name.contains(" -> ") {
            true => format!("connector.{}", row.name),
            false => format!("connector.{own} -> {}", row.name),
        };
        let place = self.place(&["connector", &row.name, "oauth"]);
        let broken = match row.oauth {
            OAuthState::Working => None,
            OAuthState::TokenRefused => Some((
                Cause::OAuthTokenRefused,
                lookup.requester,
                format!("`{own}` gets no OAuth token for `{partner}`"),
            )),
            OAuthState::TokenRejected => Some((
                Cause::OAuthRejected,
                lookup.target,
                format!("`{partner}` does not accept the OAuth tokens of `{own}`"),
            )),
        };
        if let Some((cause, who, message)) = broken {
            let fault = Fault::new(cause, Acts::Organization(who), subject.clone())
                .says(message)
                .at(place, "does not work")
                .steps(self.steps_for_connector(id, cause));
            self.report(context, fault);
        }
        let own = self.fault_of_oauth_certificate(server);
        let account = self.fault_of_linked_account(lookup.target);
        self.report_all(context, own.into_iter().chain(account).collect());
        let call = |named, service| Call {
            server,
            target: lookup.target,
            service,
            asks: lookup.asks,
            authentication: CallerAuthentication::OAuth,
            token: None,
            named,
        };
        let named = Named {
            url: row.discovery_endpoint,
            by: lookup.requester,
            is_own: true,
            subject,
            place: self.place(&["connector", &row.name, "discovery_endpoint"]),
            correction: self.steps_for_discovery(id, lookup.target, external(lookup.kind).domain),
        };
        self.examine_call(context, call(named, Service::Autodiscover));
        for home in self.homes(lookup) {
            if let Some(named) = self.examine_published(context, lookup, home) {
                self.examine_call(context, call(named, Service::Ews));
            }
        }
        if let Some(address) = self.own_address(lookup) {
            self.examine_grant(context, lookup, address, Held::ByRelationship);
        }
    }

    /// An organization's own certificate for OAuth that has ended, by a server's clock.
    ///
    /// At the target it lets the pool end again and again, whoever asks.
    pub fn fault_of_oauth_certificate(&self, server: ServerId) -> Option<Fault> {
        let row = self.server(server);
        let owner = row.organization;
        let oauth = self.federation.organizations.at(owner, self.start).oauth;
        if oauth.is_certificate_in_date(self.start.shown_by(row.clock_error)) {
            return None;
        }
        let name = self.organization_name(owner);
        let cause = Cause::OAuthCertificateExpired;
        let subject = self.subject_in(owner, &["oauth"]);
        let fault = Fault::new(cause, Acts::Organization(owner), subject)
            .says(format!("the OAuth certificate of `{name}` has ended"))
            .at(
                self.place_in(owner, &["oauth", "certificate_not_after"]),
                "out of date",
            )
            .steps(self.words(&format!(
                "renew the Microsoft Exchange Server Auth Certificate of {name}: New-ExchangeCertificate, Set-AuthConfig, iisreset"
            )));
        Some(fault)
    }

    /// The account as which a partner's application is served.
    pub fn fault_of_linked_account(&self, target: OrgId) -> Option<Fault> {
        let organization = self.federation.organizations.at(target, self.start);
        let cause = organization.oauth.admit_application().err()?;
        let name = self.organization_name(target);
        let subject = self.subject_in(target, &["oauth"]);
        let fault = Fault::new(cause, Acts::Organization(target), subject)
            .says(format!(
                "the partner application of `{name}` has no linked account with roles"
            ))
            .at(
                self.place_in(target, &["oauth", "linked_account"]),
                "no such account",
            )
            .steps(self.words(&format!(
                "give the partner application of {name} a linked account with its roles"
            )));
        Some(fault)
    }

    /// Whether a server knows OAuth at all.
    pub fn fault_of_oauth_version(&self, server: ServerId) -> Option<Fault> {
        let row = self.server(server);
        if row.edition.generation >= Generation::V2013 {
            return None;
        }
        let name = self.organization_name(row.organization);
        let subject = self.subject_in(row.organization, &["server", &row.name]);
        let fault = Fault::new(
            Cause::OAuthRejected,
            Acts::Organization(row.organization),
            subject,
        )
        .says(format!(
            "server `{}` of `{name}` is older than Exchange 2013, and knows no OAuth",
            row.name
        ))
        .at(
            self.place_at(server, &["version"]),
            format!("is {}", row.edition.text()),
        )
        .steps(self.words("let partners ask without a connector, by a relationship"));
        Some(fault)
    }

    /// A path by an availability address space.
    pub fn examine_address_space(
        &mut self,
        context: Context,
        lookup: &Lookup,
        server: ServerId,
        id: AddressSpaceId,
    ) {
        let federation = self.federation;
        let row = federation.address_spaces.at(id, self.start);
        let own = self.organization_name(lookup.requester);
        let domain = self.name(row.domain);
        let acts = Acts::Organization(lookup.requester);
        let subject = format!("address_space.{own} -> {domain}");
        let place = |key: &str| self.place(&["address_space", &row.name, key]);
        let is_new = self.server(server).edition.generation >= Generation::V2013;
        let refused = match row.method {
            AccessMethod::PublicFolder if is_new => Some((
                Cause::AddressSpaceMethodUnsupported,
                "access_method",
                "uses public folders, which this version does not",
            )),
            AccessMethod::InternalProxy => Some((
                Cause::AddressSpaceDiscoveryFailed,
                "proxy_server",
                "leads to no newer server",
            )),
            _ if federation.discover_address_space(row, self.start).is_none() => Some((
                Cause::AddressSpaceDiscoveryFailed,
                "target_autodiscover_epr",
                "leads to no endpoint",
            )),
            _ => None,
        };
        if let Some((cause, key, what)) = refused {
            let fault = Fault::new(cause, acts, subject)
                .says(format!(
                    "the availability address space of `{own}` for `{domain}` {what}"
                ))
                .at(place(key), "no way to the partner")
                .steps(self.steps_for_address_space(id, lookup.target));
            return self.report(context, fault);
        }
        if row.credentials == Credentials::Invalid {
            let fault = Fault::new(Cause::AddressSpaceCredentials, acts, subject.clone())
                .says(format!(
                    "the credentials of the address space of `{own}` for `{domain}` are refused"
                ))
                .at(place("credentials"), "not valid")
                .steps(self.words(&format!(
                    "Set-AvailabilityConfig with valid credentials for {domain}"
                )));
            self.report(context, fault);
        }
        let Some(url) = federation.discover_address_space(row, self.start) else {
            return;
        };
        let named = Named {
            url,
            by: lookup.target,
            is_own: false,
            subject,
            place: self.place(&["address_space", &row.name, "target_autodiscover_epr"]),
            correction: self.steps_for_address_space(id, lookup.target),
        };
        let authentication = match row.method {
            AccessMethod::OrganizationWideBasic => CallerAuthentication::Basic,
            _ => CallerAuthentication::Windows,
        };
        let call = Call {
            server,
            target: lookup.target,
            service: Service::Ews,
            asks: lookup.asks,
            authentication,
            token: None,
            named,
        };
        self.examine_call(context, call);
        if let Some(address) = self.own_address(lookup) {
            self.examine_grant(context, lookup, address, Held::ByPermission);
        }
    }
}
