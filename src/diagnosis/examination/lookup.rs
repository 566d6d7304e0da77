//! One lookup: which servers of the requester take it, which path each would choose, and what keeps it from
//! a path.
//!
//! It asks the product's own choice of a path. Invariant: what stops the choice is told, put right in a
//! copy, and the choice is made again, so that what lies behind it is found too.

use crate::model::Federation;
use crate::model::address::Address;
use crate::model::availability::{AttendeeKind, Path, RequesterView, WaysToDomain, choose_path};
use crate::model::cause::Cause;
use crate::model::directory::{MailboxKey, MailboxView, PersonalSubscription};
use crate::model::names::NameId;
use crate::model::organization::{Generation, OrgId, ServerId};
use crate::model::outcome::Asks;
use crate::model::relationship::{
    AccessMethod, AddressSpaceId, OrganizationRelationship, RelationshipId, read_as_requester,
};

use super::endpoint::Route;
use super::finding::{self, Acts, Direction, Fault, Severity};
use super::gathering::{Lookup, external};
use super::{Context, Examiner};
use crate::engine::Instant;

/// How often a choice is made again before it is given up.
const ROUNDS_MAX: usize = 8;

/// What a server of the requester sees, with what has been put right.
struct Seen<'a> {
    federation: &'a Federation,
    at: Instant,
    requester: OrgId,
    server: ServerId,
    mailbox: Option<MailboxView<'a>>,
    asks: Asks,
    /// Federation counts as on.
    is_assumed_on: bool,
    /// Address spaces count as absent.
    is_without_spaces: bool,
    mended: Option<(RelationshipId, OrganizationRelationship)>,
}

impl Seen<'_> {
    fn generation(&self) -> Generation {
        self.federation
            .servers
            .original(self.server)
            .edition
            .generation
    }

    /// Whether the versions allow federated sharing.
    fn versions(&self) -> Result<(), Cause> {
        let federation = self.federation;
        let own = federation.servers.original(self.server).edition;
        let home = self.mailbox.map(|mailbox| mailbox.server);
        let home = home.map_or(own, |id| federation.servers.original(id).edition);
        let newest = federation.organizations.original(self.requester).edition;
        match own.generation != Generation::V2007 && home.can_federate_beside(newest) {
            true => Ok(()),
            false => Err(Cause::CoexistenceUnsupported),
        }
    }
}

impl RequesterView for Seen<'_> {
    fn federation(&self) -> Result<(), Cause> {
        if self.is_assumed_on {
            return Ok(());
        }
        self.versions()?;
        let state = self.federation.federation_state(self.server, self.at);
        state.map_err(|off| off.cause())
    }

    fn subscription(&self, owner: Address) -> Option<PersonalSubscription> {
        let mailbox = self.mailbox.filter(|_| self.asks == Asks::FreeBusy)?;
        let mut subscriptions = mailbox.subscriptions.iter().copied();
        subscriptions.find(|subscription| subscription.owner == owner)
    }

    fn ways_to(&mut self, domain: NameId) -> WaysToDomain {
        let federation = self.federation;
        let id = federation.relationship_for(self.requester, domain, self.at);
        let row = id.map(|id| match &self.mended {
            Some((mended, row)) if *mended == id => row,
            _ => federation.relationships.at(id, self.at),
        });
        let knows_connectors =
            self.asks == Asks::FreeBusy && self.generation() >= Generation::V2013;
        WaysToDomain {
            connector: federation
                .connector_for(self.requester, domain, self.at)
                .filter(|_| knows_connectors),
            relationship: (id, read_as_requester(row, self.asks)),
        }
    }

    fn address_space(&mut self, domain: NameId) -> Option<AddressSpaceId> {
        if self.asks != Asks::FreeBusy || self.is_without_spaces {
            return None;
        }
        let id = self.federation.address_space_for(self.requester, domain)?;
        let row = self.federation.address_spaces.at(id, self.at);
        row.exists.then_some(id)
    }
}

impl Examiner<'_> {
    /// Examines a lookup at each server that may take it.
    pub fn examine_lookup(&mut self, lookup: &Lookup) {
        let context = Context {
            direction: Direction {
                requester: lookup.requester,
                target: lookup.target,
            },
            at_most: lookup.at_most,
        };
        let servers = self.servers_that_take(lookup);
        if servers.is_empty() {
            let name = self.organization_name(lookup.requester);
            let subject = self.subject_in(lookup.requester, &["server"]);
            let fault = Fault::new(
                Cause::PublishingHostDown,
                Acts::Organization(lookup.requester),
                subject,
            );
            let place = self.place_in(lookup.requester, &["server"]);
            let fault = fault
                .says(format!(
                    "no server of `{name}` that could take requests runs"
                ))
                .at(place, "down")
                .steps(self.words("start the servers"));
            return self.report(context, fault);
        }
        for server in servers {
            match lookup.asks {
                Asks::Invitation => self.examine_invitation(context, lookup, server),
                Asks::OpenInvitation => {}
                Asks::SharedCalendar | Asks::Synchronization => {
                    self.examine_subscription(context, lookup, server);
                }
                _ => self.examine_choice(context, lookup, server),
            }
        }
    }

    /// The servers that may take a lookup: the one that is said; those beside the mailbox's, if one of
    /// them runs; all others.
    fn servers_that_take(&self, lookup: &Lookup) -> Vec<ServerId> {
        let federation = self.federation;
        if let Some(server) = lookup.server {
            return [server].into_iter().filter(|&id| self.is_up(id)).collect();
        }
        let all = &federation.organizations.original(lookup.requester).servers;
        let takes = |&id: &ServerId| self.is_up(id) && self.server(id).client_access;
        let running: Vec<ServerId> = all.iter().copied().filter(takes).collect();
        let Some(sender) = lookup.sender.filter(|_| lookup.is_somebody) else {
            return running;
        };
        let home = self.server(self.mailbox(lookup.requester, sender).server);
        let beside = |&id: &ServerId| {
            let row = self.server(id);
            row.site == home.site && row.edition.generation == home.edition.generation
        };
        let near: Vec<ServerId> = running.iter().copied().filter(beside).collect();
        if near.is_empty() { running } else { near }
    }

    fn seen(&self, lookup: &Lookup, server: ServerId) -> Seen<'_> {
        Seen {
            federation: self.federation,
            at: self.start,
            requester: lookup.requester,
            server,
            mailbox: lookup.sender.map(|key| self.mailbox(lookup.requester, key)),
            asks: lookup.asks,
            is_assumed_on: false,
            is_without_spaces: false,
            mended: None,
        }
    }

    fn examine_choice(&mut self, context: Context, lookup: &Lookup, server: ServerId) {
        if self.examine_contacts(context, lookup) {
            return;
        }
        let path = self.choose(context, lookup, server, false);
        if let Some(Path::AddressSpace { .. }) = path {
            // The address space stands in for what should have been there first.
            let is_meant = self.relationship_meant(lookup).is_some();
            if is_meant {
                let context = Context {
                    at_most: context.at_most.max(Severity::Warning),
                    ..context
                };
                self.choose(context, lookup, server, true);
            }
        }
    }

    /// Whether a plain address is one of the sender's own contacts alone, which Exchange Online does not look
    /// up in another organization.
    fn examine_contacts(&mut self, context: Context, lookup: &Lookup) -> bool {
        let own = lookup.requester;
        let edition = self.federation.organizations.original(own).edition;
        let (AttendeeKind::PlainExternal(address), Some(MailboxKey::Declared(id)), true) =
            (lookup.kind, lookup.sender, edition.is_online())
        else {
            return false;
        };
        let row = self.federation.mailboxes.at(id, self.start);
        if lookup.redirects > 0 || !row.personal_contacts.contains(&address) {
            return false;
        }
        let who = self.federation.address_text(address);
        let subject = self.subject_in(own, &["mailbox", &row.name]);
        let cause = Cause::RecipientPersonalContact;
        let fault = Fault::new(cause, Acts::Organization(own), subject)
            .says(format!(
                "`{who}` is in the own contacts of `{}` and in no address list",
                row.name
            ))
            .at(
                self.place_of_mailbox(id, "personal_contacts"),
                "its own alone",
            )
            .steps(self.steps_for_contact(&who));
        self.report(context, fault);
        true
    }

    /// Chooses a path, telling what stops the choice, and examines it.
    fn choose(
        &mut self,
        context: Context,
        lookup: &Lookup,
        server: ServerId,
        is_without_spaces: bool,
    ) -> Option<Path> {
        let (mut is_assumed_on, mut mended) = (false, None);
        for _ in 0..ROUNDS_MAX {
            let mut seen = Seen {
                is_assumed_on,
                is_without_spaces,
                mended: mended.clone(),
                ..self.seen(lookup, server)
            };
            let (versions, federation) = (seen.versions(), seen.federation());
            match choose_path(lookup.kind, &mut seen) {
                Ok(path) => {
                    self.examine_path(context, lookup, server, path, mended);
                    return Some(path);
                }
                Err(_) if federation.is_err() => {
                    if let Err(cause) = versions {
                        self.tell_versions(context, lookup, server, cause);
                        return None;
                    }
                    self.examine_federation(context, server);
                    is_assumed_on = true;
                }
                Err(failure) => {
                    let meant = self.relationship_meant(lookup);
                    // What is shared in person in the run needs no relationship.
                    let context = match meant.is_none() && lookup.may_be_shared {
                        true => Context {
                            at_most: context.at_most.max(Severity::Warning),
                            ..context
                        },
                        false => context,
                    };
                    let again = mended.is_some();
                    self.tell_relationship(context, lookup, meant, failure.cause);
                    let (Some(id), false) = (meant, again) else {
                        if meant.is_none() {
                            self.examine_without_path(context, lookup);
                        }
                        return None;
                    };
                    mended = Some((id, self.mended(lookup, id)));
                }
            }
        }
        None
    }

    /// The relationship that is meant for a lookup, whatever its state.
    fn relationship_meant(&self, lookup: &Lookup) -> Option<RelationshipId> {
        let own = match lookup.kind {
            AttendeeKind::MailUserOrContact { own, .. } => own,
            AttendeeKind::PlainExternal(_) => None,
        };
        let addresses = [Some(external(lookup.kind)), own];
        let mut addresses = addresses.into_iter().flatten();
        addresses.find_map(|address| {
            let federation = self.federation;
            federation.relationship_for(lookup.requester, address.domain, self.start)
        })
    }

    /// A relationship as it should be, so that the partner is asked.
    fn mended(&self, lookup: &Lookup, id: RelationshipId) -> OrganizationRelationship {
        let partner = self.federation.organizations.at(lookup.target, self.start);
        let mut row = self.federation.relationships.at(id, self.start).clone();
        row.enabled = true;
        match lookup.asks {
            Asks::MailTips => row.mail_tips_access_enabled = true,
            Asks::DeliveryReports => row.delivery_report_enabled = true,
            Asks::Archive => row.archive_access_enabled = true,
            _ => row.free_busy_access_enabled = true,
        }
        let registered = partner.trust.registration.application_uri;
        let uri = partner.trust.application_uri.or(Some(registered));
        row.target_application_uri = row.target_application_uri.or(uri);
        if row.target_autodiscover_epr.is_none() && row.target_sharing_epr.is_none() {
            row.target_autodiscover_epr =
                self.autodiscover_of(lookup.target, external(lookup.kind).domain);
        }
        row
    }

    fn tell_versions(&mut self, context: Context, lookup: &Lookup, server: ServerId, cause: Cause) {
        let row = self.server(server);
        let name = self.organization_name(lookup.requester);
        let newest = self
            .federation
            .organizations
            .original(lookup.requester)
            .edition;
        let subject = self.subject_in(lookup.requester, &["server", &row.name]);
        let place = self.place_at(server, &["version"]);
        let fault = Fault::new(cause, Acts::Organization(lookup.requester), subject)
            .says(format!(
                "server `{}` of `{name}`, or that of the mailbox, cannot use federated sharing beside {}",
                row.name,
                newest.text()
            ))
            .at(place, format!("is {}", row.edition.text()))
            .steps(self.steps_for_version());
        self.report(context, fault);
    }

    /// Tells why there is no path by a relationship.
    fn tell_relationship(
        &mut self,
        context: Context,
        lookup: &Lookup,
        meant: Option<RelationshipId>,
        cause: Cause,
    ) {
        let domain = external(lookup.kind).domain;
        let (own, partner) = (
            self.organization_name(lookup.requester),
            self.organization_name(lookup.target),
        );
        let acts = Acts::Organization(lookup.requester);
        let steps = self.steps_for_requester(lookup, meant, cause);
        let Some(id) = meant else {
            let other = self.relationship_with(lookup.requester, lookup.target);
            let domain = self.name(domain);
            let (subject, place) = match other {
                Some(id) => (self.subject_of(id), self.place_of(id, "domain_names")),
                None => (
                    self.subject_in(lookup.requester, &["relationships"]),
                    self.place_in(lookup.requester, &[]),
                ),
            };
            let message = format!(
                "`{own}` has no organization relationship that names `{domain}`, a domain of `{partner}`"
            );
            let fault = Fault::new(cause, acts, format!("{subject} for {domain}"));
            let fault = fault.says(message).at(place, "does not name it");
            return self.report(context, fault.steps(steps));
        };
        let (key, what) = match cause {
            Cause::RelationshipDisabledAtRequester => {
                ("enabled", "is disabled, and counts as absent")
            }
            Cause::RelationshipFreeBusyDisabledAtRequester => (
                "free_busy_access",
                "has FreeBusyAccessEnabled false, and counts as absent",
            ),
            Cause::RelationshipMailTipsDisabledAtRequester => (
                "mail_tips_access_enabled",
                "has MailTipsAccessEnabled false, and counts as absent for MailTips",
            ),
            Cause::RelationshipDeliveryReportsDisabledAtRequester => (
                "delivery_report_enabled",
                "has DeliveryReportEnabled false, and counts as absent for delivery reports",
            ),
            Cause::RelationshipArchiveDisabledAtRequester => (
                "archive_access_enabled",
                "has ArchiveAccessEnabled false, and counts as absent for archives",
            ),
            _ => {
                let row = self.federation.relationships.at(id, self.start);
                match row.target_application_uri {
                    None => ("target_application_uri", "lacks TargetApplicationUri"),
                    Some(_) => (
                        "target_autodiscover_epr",
                        "lacks both TargetAutodiscoverEpr and TargetSharingEpr",
                    ),
                }
            }
        };
        let fault = Fault::new(cause, acts, self.subject_of(id))
            .says(format!(
                "the relationship of `{own}` with `{partner}` {what}"
            ))
            .at(self.place_of(id, key), "keeps it from asking")
            .steps(steps);
        self.report(context, fault);
    }

    /// Nothing leads to the partner: what the partner's objects say can be told all the same.
    fn examine_without_path(&mut self, context: Context, lookup: &Lookup) {
        if let Some(email) = self.examine_sender(context, lookup) {
            self.examine_grant(context, lookup, email, super::grant::Held::ByRelationship);
        }
    }

    fn examine_path(
        &mut self,
        context: Context,
        lookup: &Lookup,
        server: ServerId,
        path: Path,
        mended: Option<(RelationshipId, OrganizationRelationship)>,
    ) {
        match path {
            Path::Relationship { relationship, .. } => {
                let row = match &mended {
                    Some((id, row)) if *id == relationship => row,
                    _ => self.federation.relationships.at(relationship, self.start),
                };
                let route = Route::of_relationship(relationship, row);
                self.examine_coverage(context, lookup, relationship);
                self.examine_route(context, lookup, server, route);
            }
            Path::Personal { subscription, .. } => {
                let route = Route::of_subscription(subscription);
                self.examine_route(context, lookup, server, route);
            }
            Path::Connector { connector, .. } => {
                self.examine_connector(context, lookup, server, connector);
            }
            Path::AddressSpace { space, .. } => {
                let row = self.federation.address_spaces.at(space, self.start);
                match row.proxy_server.filter(|&newer| newer != server) {
                    Some(newer) if row.method == AccessMethod::InternalProxy => {
                        self.examine_system_mailbox(context, lookup);
                        self.choose(context, lookup, newer, true);
                    }
                    _ => self.examine_address_space(context, lookup, server, space),
                }
            }
        }
    }

    /// A request that an older server hands on is asked for by the system mailbox as well.
    fn examine_system_mailbox(&mut self, context: Context, lookup: &Lookup) {
        let own = lookup.requester;
        let organization = self.federation.organizations.at(own, self.start);
        let domain = organization.identifier.system_mailbox_domain;
        let Some(domain) = domain.filter(|&domain| !organization.is_federated_domain(domain))
        else {
            return;
        };
        let name = self.organization_name(own);
        let subject = self.subject_in(own, &["identifier"]);
        let fault = Fault::new(
            Cause::SystemMailboxNotFederated,
            Acts::Organization(own),
            subject,
        )
        .says(format!(
            "the system mailbox of `{name}` has its address in `{}`, which is not federated",
            self.name(domain)
        ))
        .at(
            self.place_in(own, &["identifier", "system_mailbox_domain"]),
            "not federated",
        )
        .steps(self.steps_to_register(domain));
        self.report(context, fault);
    }

    /// A calendar that was shared in person is synchronized.
    fn examine_subscription(&mut self, context: Context, lookup: &Lookup, server: ServerId) {
        let owner = external(lookup.kind);
        let Some(sender) = lookup.sender else {
            return;
        };
        let versions = self.seen(lookup, server).versions();
        if let Err(cause) = versions {
            return self.tell_versions(context, lookup, server, cause);
        }
        self.examine_federation(context, server);
        let mailbox = self.mailbox(lookup.requester, sender);
        let mut subscriptions = mailbox.subscriptions.iter().copied();
        let Some(subscription) = subscriptions.find(|row| row.owner == owner) else {
            return;
        };
        let route = Route::of_subscription(subscription);
        self.examine_route(context, lookup, server, route);
    }

    /// Federated domains of the partner that the relationship does not name.
    fn examine_coverage(&mut self, context: Context, lookup: &Lookup, id: RelationshipId) {
        let federation = self.federation;
        let partner = federation.organizations.at(lookup.target, self.start);
        let domains: Vec<NameId> = partner.federated_domains().collect();
        for domain in domains {
            let known = federation.relationship_for(lookup.requester, domain, self.start);
            if known.is_some() {
                continue;
            }
            let name = self.name(domain);
            let message = format!(
                "the relationship of `{}` with `{}` does not name its federated domain `{name}`",
                self.organization_name(lookup.requester),
                self.organization_name(lookup.target),
            );
            let cause = Cause::RelationshipNoneAtRequester;
            let fault = Fault::new(
                cause,
                Acts::Organization(lookup.requester),
                format!("{} for {name}", self.subject_of(id)),
            )
            .checked_as(finding::PARTNER_DOMAIN_UNCOVERED)
            .says(message)
            .at(self.place_of(id, "domain_names"), "not among these")
            .steps(self.steps_to_add_domain(id, domain));
            self.report(context, fault);
        }
    }

    /// The relationship that an organization has with another, by any of its domains.
    pub fn relationship_with(&self, own: OrgId, partner: OrgId) -> Option<RelationshipId> {
        let federation = self.federation;
        let row = federation.organizations.at(partner, self.start);
        let mut domains = row.accepted_domains.iter().map(|row| row.domain);
        domains.find_map(|domain| federation.relationship_for(own, domain, self.start))
    }

    /// A partner lets an organization see that does not ask.
    pub fn examine_one_sided(&mut self, own: OrgId, granted: RelationshipId) {
        let partner = self.federation.relationships.original(granted).organization;
        let context = Context {
            direction: Direction {
                requester: own,
                target: partner,
            },
            at_most: Severity::Note,
        };
        let relationship = self.relationship_with(own, partner);
        let place = match relationship {
            Some(id) => self.place_of(id, "free_busy_access"),
            None => self.place_in(own, &[]),
        };
        let subject = match relationship {
            Some(id) => self.subject_of(id),
            None => self.subject_in(own, &["relationships"]),
        };
        let fault = Fault::new(
            Cause::RelationshipFreeBusyDisabledAtRequester,
            Acts::Organization(own),
            subject,
        )
        .checked_as(finding::NOT_ASKED_FOR)
        .says(format!(
            "`{}` lets `{}` see calendars, which `{1}` does not ask for",
            self.organization_name(partner),
            self.organization_name(own),
        ))
        .at(place, "does not ask")
        .against(self.place_of(granted, "free_busy_level"), "lets it see");
        self.report(context, fault);
    }
}
