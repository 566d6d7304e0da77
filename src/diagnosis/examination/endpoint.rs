//! A federated route: from who asks over the gateway and Autodiscover to the partner's service.
//!
//! It knows how the parts follow each other, and no rule of one of them. Invariant: each part is examined
//! as if those before it were in order.

use crate::model::address::{Address, Url, UrlPath};
use crate::model::autodiscover::REDIRECTS_MAX;
use crate::model::availability::AttendeeKind;
use crate::model::cause::Cause;
use crate::model::directory::{MailboxKey, PersonalSubscription, Recipient};
use crate::model::names::NameId;
use crate::model::organization::{OrgId, ServerId};
use crate::model::outcome::Asks;
use crate::model::publishing::{CallerAuthentication, HostOwner};
use crate::model::relationship::{
    OrganizationRelationship, RelationshipId, RequesterReading, read_as_requester,
};
use crate::model::token::Offer;
use crate::scenario::Location;

use super::call::Call;
use super::finding::{Acts, Fault, Step};
use super::gathering::{Lookup, external};
use super::grant::Held;
use super::{Context, Examiner};

pub(super) use crate::model::publishing::Service;

/// A route with delegation tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    /// By which relationship; none: a calendar that was shared in person.
    pub relationship: Option<RelationshipId>,
    pub application_uri: Option<NameId>,
    pub token_issuer: Option<NameId>,
    pub autodiscover: Option<Url>,
    pub endpoint: Option<Url>,
}

impl Route {
    pub fn of_relationship(id: RelationshipId, row: &OrganizationRelationship) -> Route {
        let federated = |url: Url| Url {
            path: url.path.for_federated_callers(),
            ..url
        };
        Route {
            relationship: Some(id),
            application_uri: row.target_application_uri,
            token_issuer: row.target_token_issuer,
            autodiscover: row.target_autodiscover_epr,
            endpoint: row.target_sharing_epr.map(federated),
        }
    }

    pub fn of_subscription(subscription: PersonalSubscription) -> Route {
        Route {
            relationship: None,
            application_uri: Some(subscription.application_uri),
            token_issuer: None,
            autodiscover: None,
            endpoint: Some(subscription.url),
        }
    }
}

/// An address of a service, and whose object names it.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub url: Url,
    /// Who wrote it down.
    pub by: OrgId,
    /// Whether it stands in an object of who asks.
    pub is_own: bool,
    pub subject: String,
    pub place: Option<Location>,
    /// What corrects it.
    pub correction: Vec<Step>,
}

impl Examiner<'_> {
    /// Examines a route for one lookup at one server of the requester.
    pub fn examine_route(
        &mut self,
        context: Context,
        lookup: &Lookup,
        server: ServerId,
        route: Route,
    ) {
        self.examine_federation(context, server);
        let Some(email) = self.examine_sender(context, lookup) else {
            return;
        };
        let token = self.examine_token(context, lookup, server, route, email);
        let call = |named: Named, service| Call {
            server,
            target: lookup.target,
            service,
            asks: lookup.asks,
            authentication: CallerAuthentication::DelegationToken,
            token,
            named,
        };
        match (route.endpoint, route.autodiscover) {
            (Some(url), _) => {
                let named = self.own_endpoint(lookup, route, url, "target_sharing_epr");
                self.examine_call(context, call(named, Service::Ews));
                self.examine_attendee(context, lookup, server, None);
            }
            (None, Some(url)) => {
                let named = self.own_endpoint(lookup, route, url, "target_autodiscover_epr");
                self.examine_call(context, call(named, Service::Autodiscover));
                for home in self.homes(lookup) {
                    let Some(named) = self.examine_published(context, lookup, home) else {
                        continue;
                    };
                    let federated = Url {
                        path: named.url.path.for_federated_callers(),
                        ..named.url
                    };
                    let named = Named {
                        url: federated,
                        ..named
                    };
                    self.examine_call(context, call(named, Service::Ews));
                }
                self.examine_attendee(context, lookup, server, Some(route));
            }
            (None, None) => {}
        }
        let held = match (route.relationship, route.endpoint) {
            (None, _) => Held::InPerson,
            (Some(_), None) => Held::ByDiscovery,
            (Some(_), Some(_)) => Held::ByRelationship,
        };
        self.examine_grant(context, lookup, email, held);
    }

    /// An address that the requester's own object names.
    fn own_endpoint(&self, lookup: &Lookup, route: Route, url: Url, key: &str) -> Named {
        let domain = external(lookup.kind).domain;
        let (subject, place, correction) = match route.relationship {
            Some(id) => (
                self.subject_of(id),
                self.place_of(id, key),
                self.steps_to_correct_endpoint(id, lookup.target, domain),
            ),
            None => (
                self.subject_in(lookup.requester, &["subscription"]),
                match lookup.sender {
                    Some(MailboxKey::Declared(id)) => self.place_of_mailbox(id, "subscription"),
                    _ => self.place_in(lookup.requester, &[]),
                },
                self.words("let the owner share the calendar again"),
            ),
        };
        Named {
            url,
            by: lookup.requester,
            is_own: true,
            subject,
            place,
            correction,
        }
    }

    /// The servers at which those who are asked for may have their mailboxes.
    pub fn homes(&self, lookup: &Lookup) -> Vec<ServerId> {
        let federation = self.federation;
        let address = external(lookup.kind);
        if let Some(Recipient::Mailbox(key)) = federation.recipient(lookup.target, address) {
            return vec![self.mailbox(lookup.target, key).server];
        }
        if lookup.is_somebody {
            return Vec::new();
        }
        let row = federation.organizations.original(lookup.target);
        if row.described_mailboxes > 0 {
            return row.servers.to_vec();
        }
        let mut homes: Vec<ServerId> = self
            .declared_mailboxes(lookup.target)
            .map(|id| federation.mailboxes.at(id, self.start).server)
            .collect();
        homes.sort_unstable();
        homes.dedup();
        if homes.is_empty() {
            row.servers.to_vec()
        } else {
            homes
        }
    }

    /// What Autodiscover gives of mailboxes on a server.
    pub fn examine_published(
        &mut self,
        context: Context,
        lookup: &Lookup,
        home: ServerId,
    ) -> Option<Named> {
        let federation = self.federation;
        let row = self.server(home);
        let target = lookup.target;
        let name = self.organization_name(target);
        let newest = federation.organizations.original(target).edition;
        let acts = Acts::Organization(target);
        let subject = self.subject_in(target, &["server", &row.name]);
        if !row.edition.can_federate_beside(newest) {
            let fault = Fault::new(Cause::TargetTooOld, acts, subject)
                .says(format!(
                    "mailboxes of `{name}` are on server `{}`, too old for federated sharing",
                    row.name
                ))
                .at(
                    self.place_at(home, &["version"]),
                    format!("is {}", row.edition.text()),
                )
                .steps(self.steps_for_version());
            self.report(context, fault);
            return None;
        }
        match federation.external_url_near(home, self.start) {
            Some(url) => Some(Named {
                url,
                by: target,
                is_own: false,
                subject,
                place: self.place_at(home, &["ews", "external_url"]),
                correction: self.steps_for_external_url(home),
            }),
            // Nobody there could have one; who is asked for there tells of it.
            None if lookup.is_somebody && !self.is_served(home) => None,
            None => {
                let fault = Fault::new(Cause::PublishingExternalUrlMissing, acts, subject)
                    .says(format!(
                        "ExternalUrl of EWS is blank where mailboxes of `{name}` are, in the site of server `{}`",
                        row.name
                    ))
                    .at(self.place_at(home, &["ews", "external_url"]), "blank")
                    .steps(self.steps_for_external_url(home));
                self.report(context, fault);
                None
            }
        }
    }

    /// Whether a Client Access server stands in the site of a server.
    fn is_served(&self, home: ServerId) -> bool {
        let home = self.server(home);
        let organization = self.federation.organizations.original(home.organization);
        let mut servers = organization.servers.iter().map(|&id| self.server(id));
        servers.any(|server| server.site == home.site && server.client_access)
    }

    /// Whether the attendee is at the partner at all; `discovered` if Autodiscover is asked, which leads to
    /// where a mailbox has gone.
    fn examine_attendee(
        &mut self,
        context: Context,
        lookup: &Lookup,
        server: ServerId,
        discovered: Option<Route>,
    ) {
        let address = external(lookup.kind);
        let moved = match self.federation.recipient(lookup.target, address) {
            Some(Recipient::MailUser { external }) if lookup.is_somebody => external,
            None if lookup.is_somebody && discovered.is_some() => {
                return self.examine_unassigned(context, lookup);
            }
            _ => return,
        };
        let cause = if discovered.is_none() {
            Cause::RecipientMovedAway
        } else if moved == address {
            Cause::AutodiscoverSameAddress
        } else if lookup.redirects == REDIRECTS_MAX {
            Cause::AutodiscoverTooManyRedirects
        } else if !self.can_follow(lookup, moved) {
            Cause::AutodiscoverRedirectNoRelationship
        } else {
            return self.follow(context, lookup, server, moved);
        };
        let fault = self.fault_of_moving(lookup, (address, moved), cause);
        self.report(context, fault);
    }

    /// Whether an address that nobody has would be somebody's by its local part.
    fn examine_unassigned(&mut self, context: Context, lookup: &Lookup) {
        let (federation, target) = (self.federation, lookup.target);
        let address = external(lookup.kind);
        if !federation.has_mailbox_of_that_name(target, address) {
            return;
        }
        let who = federation.address_text(address);
        let subject = format!("{} {who}", self.subject_in(target, &["mailbox"]));
        let cause = Cause::AutodiscoverAddressNotAssigned;
        let fault = Fault::new(cause, Acts::Organization(target), subject)
            .says(format!(
                "nobody of `{}` has the address `{who}`, though a mailbox of that name has others",
                self.organization_name(target)
            ))
            .at(self.place_in(target, &["mailbox"]), "has no such address")
            .steps(self.steps_for_own_address(&who));
        self.report(context, fault);
    }

    /// Examines the way to where a mailbox has gone.
    fn follow(&mut self, context: Context, lookup: &Lookup, server: ServerId, address: Address) {
        let federation = self.federation;
        let id = federation.relationship_for(lookup.requester, address.domain, self.start);
        let target = federation.index.domain_owners.get(&address.domain);
        let (Some(id), Some(&target)) = (id, target) else {
            return;
        };
        let row = federation.relationships.at(id, self.start);
        let followed = Lookup {
            target,
            kind: AttendeeKind::PlainExternal(address),
            redirects: lookup.redirects + 1,
            ..*lookup
        };
        // Autodiscover is asked again, whatever endpoint the relationship names.
        let route = Route {
            endpoint: None,
            ..Route::of_relationship(id, row)
        };
        self.examine_route(context, &followed, server, route);
    }

    /// Whether the requester has a relationship by which it can follow a mailbox.
    fn can_follow(&self, lookup: &Lookup, moved: Address) -> bool {
        let federation = self.federation;
        let id = federation.relationship_for(lookup.requester, moved.domain, self.start);
        let row = id.map(|id| federation.relationships.at(id, self.start));
        row.is_some_and(|row| {
            read_as_requester(Some(row), lookup.asks) == RequesterReading::Ask
                && row.target_autodiscover_epr.is_some()
        })
    }

    fn fault_of_moving(
        &self,
        lookup: &Lookup,
        (address, moved): (Address, Address),
        cause: Cause,
    ) -> Fault {
        let (federation, target) = (self.federation, lookup.target);
        let who = federation.address_text(address);
        let domain = self.name(moved.domain);
        let is_loop = matches!(
            cause,
            Cause::AutodiscoverSameAddress | Cause::AutodiscoverTooManyRedirects
        );
        if is_loop {
            let subject = self.subject_in(target, &["mail_user"]);
            return Fault::new(
                cause,
                Acts::Organization(target),
                format!("{subject} {who}"),
            )
            .says(format!(
                "Autodiscover of `{}` leads from `{who}` to `{}`, and no further",
                self.organization_name(target),
                federation.address_text(moved)
            ))
            .at(self.place_in(target, &["mail_user"]), "leads in a circle")
            .steps(self.words(&format!("correct the external address of {who}")));
        }
        let own = self.organization_name(lookup.requester);
        let partner = self.organization_name(lookup.target);
        let subject = self.subject_in(lookup.requester, &["relationships"]);
        Fault::new(
            cause,
            Acts::Organization(lookup.requester),
            format!("{subject} for {domain}"),
        )
        .says(format!(
            "the mailbox `{who}` has left `{partner}` for `{domain}`, where `{own}` cannot follow it"
        ))
        .at(
            self.place_in(lookup.requester, &[]),
            "needs a relationship of its own with it",
        )
        .steps(self.steps_for_new_relationship(moved.domain))
    }

    /// The address of an organization's Autodiscover service for partners, if it publishes one by a usual
    /// name.
    pub fn autodiscover_of(&self, target: OrgId, domain: NameId) -> Option<Url> {
        let federation = self.federation;
        let row = federation.organizations.at(target, self.start);
        let accepted = row.accepted_domains.iter().map(|row| row.domain);
        let mut domains = std::iter::once(domain).chain(accepted);
        domains.find_map(|domain| {
            let usual = format!("autodiscover.{}", self.name(domain));
            let host = federation.names.find(&usual)?;
            let id = federation.index.hosts.get(&host)?;
            let owner = federation.hosts.original(*id).owner;
            (owner == HostOwner::Organization(target)).then_some(Url {
                host,
                path: UrlPath::AutodiscoverWsSecurity,
            })
        })
    }

    /// The mailboxes that an organization declares by name.
    pub fn declared_mailboxes(
        &self,
        organization: OrgId,
    ) -> impl Iterator<Item = crate::model::directory::MailboxId> + use<> {
        use crate::model::directory::{Mailbox, MailboxId};
        let mailboxes = &self.federation.mailboxes;
        let first = mailboxes.partition_point(|row: &Mailbox| row.organization < organization);
        let beyond = mailboxes.partition_point(|row: &Mailbox| row.organization <= organization);
        (first..beyond).map(|index| MailboxId(index as u32))
    }
}

/// The offer of a token with which a service is asked.
pub(super) fn offer(service: Service, asks: Asks) -> Offer {
    if service == Service::Autodiscover {
        return Offer::Autodiscover;
    }
    match asks {
        Asks::Archive => Offer::XropLogon,
        Asks::MailTips => Offer::MailTips,
        Asks::Photos => Offer::UserPhotoRetrieval,
        Asks::SharedCalendar | Asks::Synchronization => Offer::SharingRead,
        Asks::Invitation | Asks::OpenInvitation => Offer::SharingInviteMessage,
        _ => Offer::SharingCalendarFreeBusy,
    }
}
