//! What the target grants: its relationship for the caller's domain, its scope, calendars' permissions.
//!
//! It asks what the target reads of its own objects. Invariant: a fault of a relationship counts for
//! everybody of a domain, one of a calendar for those who ask for it.

use crate::model::address::Address;
use crate::model::cause::Cause;
use crate::model::directory::{CalendarState, MailboxKey, MailboxState, MailboxView, Recipient};
use crate::model::names::NameId;
use crate::model::organization::{Generation, ServerId};
use crate::model::outcome::{AccessLevel, Asks};
use crate::model::parameters::TargetFreeBusyRule;
use crate::model::permission::{Permission, effective_level};
use crate::model::relationship::{
    MailTipsLevel, OrganizationRelationship, RelationshipId, Scope, read_archive_as_target,
    read_as_target, read_delivery_reports_as_target, read_mail_tips_as_target,
    read_photos_as_target,
};

use super::finding::{self, Acts, Fault, Severity};
use super::gathering::{Lookup, external};
use super::{Context, Examiner};

/// What a caller is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// The target's relationship, and the calendar's permissions.
    ByRelationship,
    /// The same, of who has asked Autodiscover before.
    ByDiscovery,
    /// The same, of who asks for a calendar that was shared in person.
    InPerson,
    /// The calendar's permissions alone: who comes with the account of an address space.
    ByPermission,
}

/// How many mailboxes of a target nobody asks for are looked at.
const MAILBOXES_MAX: usize = 1_000;

impl Examiner<'_> {
    /// Tells what keeps the target from granting what is asked.
    pub fn examine_grant(&mut self, context: Context, lookup: &Lookup, email: Address, held: Held) {
        if matches!(lookup.asks, Asks::SharedCalendar | Asks::Synchronization) {
            return;
        }
        let federation = self.federation;
        let asked = match federation.recipient(lookup.target, external(lookup.kind)) {
            Some(Recipient::Mailbox(key)) if lookup.is_somebody => Some(key),
            _ => None,
        };
        let mailbox = asked.map(|key| self.mailbox(lookup.target, key));
        let is_free_busy = lookup.asks == Asks::FreeBusy;
        let is_personal =
            mailbox.is_some_and(|mailbox| mailbox.granted_to(email) > AccessLevel::None);
        if is_free_busy && is_personal {
            return self.examine_mailbox(context, lookup, asked, held);
        }
        let relationship = match held {
            Held::ByRelationship | Held::ByDiscovery | Held::InPerson => {
                let id = federation.relationship_for(lookup.target, email.domain, self.start);
                self.examine_relationship_at_target(context, lookup, id, email.domain);
                self.examine_own_domains(context, lookup, id);
                id
            }
            Held::ByPermission => None,
        };
        if is_free_busy {
            self.examine_permissions(context, lookup, relationship, asked, held);
        }
        self.examine_mailbox(context, lookup, asked, held);
    }

    /// What the target's relationship grants, each fault put right for the next.
    fn examine_relationship_at_target(
        &mut self,
        context: Context,
        lookup: &Lookup,
        id: Option<RelationshipId>,
        domain: NameId,
    ) {
        let federation = self.federation;
        let mut row = id.map(|id| federation.relationships.at(id, self.start).clone());
        let mut causes = Vec::new();
        let rule = federation.rules.target_free_busy;
        while let Err(cause) = granted(row.as_ref(), lookup.asks, rule) {
            if causes.contains(&cause) {
                break;
            }
            causes.push(cause);
            let Some(row) = &mut row else { break };
            row.exists = true;
            row.enabled = true;
            match cause {
                Cause::RelationshipFreeBusyDisabledAtTarget => row.free_busy_access_enabled = true,
                Cause::RelationshipLevelNoneAtTarget => {
                    row.free_busy_access_level = AccessLevel::Simple;
                }
                Cause::RelationshipMailTipsDisabledAtTarget => row.mail_tips_access_enabled = true,
                Cause::RelationshipMailTipsLevelNoneAtTarget => {
                    row.mail_tips_access_level = MailTipsLevel::All;
                }
                Cause::RelationshipPhotosDisabledAtTarget => row.photos_enabled = true,
                Cause::RelationshipDeliveryReportsDisabledAtTarget => {
                    row.delivery_report_enabled = true;
                }
                _ => {}
            }
        }
        for cause in causes {
            let fault = self.fault_at_target(lookup, id, domain, cause);
            self.report(context, fault);
        }
    }

    fn fault_at_target(
        &self,
        lookup: &Lookup,
        id: Option<RelationshipId>,
        domain: NameId,
        cause: Cause,
    ) -> Fault {
        let (own, partner) = (
            self.organization_name(lookup.target),
            self.organization_name(lookup.requester),
        );
        let acts = Acts::Organization(lookup.target);
        let steps = self.steps_for_target(lookup, id, domain, cause);
        let Some(id) = id else {
            let domain = self.name(domain);
            let other = self.relationship_with(lookup.target, lookup.requester);
            let (subject, place) = match other {
                Some(id) => (self.subject_of(id), self.place_of(id, "domain_names")),
                None => (
                    self.subject_in(lookup.target, &["relationships"]),
                    self.place_in(lookup.target, &[]),
                ),
            };
            return Fault::new(cause, acts, format!("{subject} for {domain}"))
                .says(format!(
                    "`{own}` has no organization relationship that names `{domain}`, the domain by which people of `{partner}` ask"
                ))
                .at(place, "does not name it")
                .steps(steps);
        };
        let (key, what) = match cause {
            Cause::RelationshipDisabledAtTarget => ("enabled", "is disabled"),
            Cause::RelationshipFreeBusyDisabledAtTarget => {
                ("free_busy_access", "has FreeBusyAccessEnabled false")
            }
            Cause::RelationshipLevelNoneAtTarget => {
                ("free_busy_level", "has FreeBusyAccessLevel None")
            }
            Cause::RelationshipMailTipsDisabledAtTarget => (
                "mail_tips_access_enabled",
                "has MailTipsAccessEnabled false",
            ),
            Cause::RelationshipMailTipsLevelNoneAtTarget => {
                ("mail_tips_access_level", "has MailTipsAccessLevel None")
            }
            Cause::RelationshipPhotosDisabledAtTarget => {
                ("photos_enabled", "has PhotosEnabled false")
            }
            Cause::RelationshipDeliveryReportsDisabledAtTarget => {
                ("delivery_report_enabled", "has DeliveryReportEnabled false")
            }
            _ => ("exists", "does not exist"),
        };
        let fault = Fault::new(cause, acts, self.subject_of(id))
            .says(format!(
                "`{partner}` asks, and the relationship of `{own}` with it {what}"
            ))
            .at(self.place_of(id, key), "grants nothing");
        let theirs = self.relationship_with(lookup.requester, lookup.target);
        let theirs = theirs.and_then(|id| self.place_of(id, "free_busy_access"));
        fault.against(theirs, "asks here").steps(steps)
    }

    /// Federated domains of the requester that the target's relationships do not name.
    fn examine_own_domains(
        &mut self,
        context: Context,
        lookup: &Lookup,
        id: Option<RelationshipId>,
    ) {
        let Some(id) = id else { return };
        let federation = self.federation;
        let requester = federation.organizations.at(lookup.requester, self.start);
        let domains: Vec<NameId> = requester.federated_domains().collect();
        for domain in domains {
            let known = federation.relationship_for(lookup.target, domain, self.start);
            if known.is_some() {
                continue;
            }
            let name = self.name(domain);
            let message = format!(
                "the relationship of `{}` with `{}` does not name `{name}`, a federated domain of its people",
                self.organization_name(lookup.target),
                self.organization_name(lookup.requester),
            );
            let subject = format!("{} for {name}", self.subject_of(id));
            let fault = Fault::new(
                Cause::RelationshipNoneAtTarget,
                Acts::Organization(lookup.target),
                subject,
            )
            .checked_as(finding::OWN_DOMAIN_UNCOVERED)
            .says(message)
            .at(self.place_of(id, "domain_names"), "not among these")
            .steps(self.steps_to_add_domain(id, domain));
            self.report(context, fault);
        }
    }

    /// Scope and Default permission of who is asked for; of nobody in particular, of all.
    fn examine_permissions(
        &mut self,
        context: Context,
        lookup: &Lookup,
        relationship: Option<RelationshipId>,
        asked: Option<MailboxKey>,
        held: Held,
    ) {
        let federation = self.federation;
        let row = relationship.map(|id| federation.relationships.at(id, self.start));
        let (level, scope) = match (held, row) {
            (Held::ByPermission, _) => (AccessLevel::Owner, Scope::Everyone),
            (_, Some(row)) => {
                let level = match row.free_busy_access_level {
                    AccessLevel::None => AccessLevel::Simple,
                    level => level,
                };
                (level, row.free_busy_access_scope)
            }
            (_, None) => (AccessLevel::Simple, Scope::Everyone),
        };
        let keys: Vec<(MailboxKey, Severity)> = match asked {
            Some(key) => vec![(key, Severity::Error)],
            None if lookup.is_somebody => Vec::new(),
            None => {
                let declared = self.declared_mailboxes(lookup.target).take(MAILBOXES_MAX);
                declared
                    .map(|id| (MailboxKey::Declared(id), Severity::Warning))
                    .collect()
            }
        };
        for (key, severity) in keys {
            let mailbox = self.mailbox(lookup.target, key);
            let within_scope = federation.is_within_scope(scope, mailbox, self.start);
            let mut permission = Permission {
                relationship: Ok(level),
                within_scope,
                default: mailbox.calendar_default,
                personal: AccessLevel::None,
            };
            while let Err(cause) = effective_level(&permission, lookup.view) {
                if cause == Cause::RelationshipOutOfScope {
                    permission.within_scope = true;
                    // Whom a scope leaves out on purpose is a fault only when asked for.
                    if severity != Severity::Error {
                        continue;
                    }
                } else {
                    permission.default = AccessLevel::Simple;
                }
                let fault = self.fault_of_permission(lookup, relationship, (key, mailbox), cause);
                self.report(context, fault.severity(severity));
            }
        }
        if let Some(id) = relationship {
            self.examine_level(context, lookup, id, asked);
        }
    }

    fn fault_of_permission(
        &self,
        lookup: &Lookup,
        relationship: Option<RelationshipId>,
        (key, mailbox): (MailboxKey, MailboxView<'_>),
        cause: Cause,
    ) -> Fault {
        let acts = Acts::Organization(lookup.target);
        let who = self.federation.address_text(mailbox.primary);
        let name = self.organization_name(lookup.requester);
        if cause == Cause::RelationshipOutOfScope
            && let Some(id) = relationship
        {
            return Fault::new(cause, acts, format!("{} for {who}", self.subject_of(id)))
                .says(format!(
                    "`{who}` is not in the scope of the relationship that `{name}` is seen by"
                ))
                .at(self.place_of(id, "free_busy_scope"), "not a member")
                .steps(self.steps_for_scope(id));
        }
        let (subject, place) = match key {
            MailboxKey::Declared(id) => {
                let row = self.federation.mailboxes.original(id);
                let own = self.place_of_mailbox(id, "calendar_default");
                (
                    self.subject_in(lookup.target, &["mailbox", &row.name]),
                    own.or_else(|| self.place_in(lookup.target, &["calendar_default"])),
                )
            }
            MailboxKey::Described(_) => (
                format!(
                    "{} {who}",
                    self.subject_in(lookup.target, &["calendar_default"])
                ),
                self.place_in(lookup.target, &["calendar_default"]),
            ),
        };
        Fault::new(cause, acts, subject)
            .says(format!(
                "the Default permission of the calendar of `{who}` is None, whatever the relationship with `{name}` grants"
            ))
            .at(place, "shows nothing")
            .steps(self.steps_for_permission(&who, AccessLevel::Simple))
    }

    /// A level that no calendar gives.
    fn examine_level(
        &mut self,
        context: Context,
        lookup: &Lookup,
        id: RelationshipId,
        asked: Option<MailboxKey>,
    ) {
        let federation = self.federation;
        let row = federation.relationships.at(id, self.start);
        let level = row.free_busy_access_level;
        let default = match asked {
            Some(key) => self.mailbox(lookup.target, key).calendar_default,
            None => {
                let target = federation.organizations.at(lookup.target, self.start);
                let defaults = target.calendar_defaults.iter();
                match defaults.max_by_key(|(_, share)| *share) {
                    Some(&(level, _)) if target.described_mailboxes > 0 => level,
                    _ => return,
                }
            }
        };
        if !row.enabled || default == AccessLevel::None || default >= level {
            return;
        }
        let key = match asked {
            Some(MailboxKey::Declared(id)) => self.place_of_mailbox(id, "calendar_default"),
            _ => self.place_in(lookup.target, &["calendar_default"]),
        };
        // Of one organization, or one population, it is one finding, however many partners it has.
        let mut populations = federation.populations.iter();
        let population = populations.find(|row| row.contains(lookup.target));
        let (who, subject) = match population {
            Some(row) => (
                format!("organizations of `{}` grant", row.name),
                format!("population.{} {level}", row.name),
            ),
            None => (
                format!("`{}` grants", self.organization_name(lookup.target)),
                format!("{} {level}", self.subject_in(lookup.target, &[])),
            ),
        };
        let first = match population {
            Some(row) => row.first,
            None => lookup.target,
        };
        let cause = Cause::PermissionDefaultNone;
        let fault = Fault::new(cause, Acts::Organization(first), subject)
            .checked_as(finding::DEFAULT_BELOW_LEVEL)
            .says(format!(
                "{who} partners {level}, and calendars show {default} by default: the lesser counts"
            ))
            .at(
                self.place_of(id, "free_busy_level"),
                "more than calendars show",
            )
            .against(key, "shows less");
        self.report(
            context,
            Fault {
                cause: None,
                ..fault
            },
        );
    }

    /// Whether a call gets from the servers that take it to the one that holds a mailbox.
    fn examine_front_ends(&mut self, context: Context, lookup: &Lookup, home: ServerId) {
        let federation = self.federation;
        let target = lookup.target;
        let held = self.server(home);
        let all = &federation.organizations.original(target).servers;
        let running = |id: &ServerId| self.is_up(*id);
        let is_served = all
            .iter()
            .any(|&id| self.server(id).site == held.site && self.is_up(id));
        let fronts = all.iter().copied().filter(running);
        let fronts: Vec<ServerId> = fronts.filter(|&id| self.server(id).client_access).collect();
        let name = self.organization_name(target);
        let acts = Acts::Organization(target);
        if !is_served && !fronts.is_empty() {
            let subject = self.subject_in(target, &["server", &held.name]);
            let fault = Fault::new(Cause::SiteWithoutServer, acts, subject)
                .says(format!(
                    "no server of `{name}` runs in the site of `{}`, which holds the mailbox",
                    held.name
                ))
                .at(self.place_at(home, &["state"]), "down")
                .steps(self.words(&format!("start a server in the site of {}", held.name)));
            self.report(context, fault);
        }
        for front in fronts {
            let row = self.server(front);
            if row.edition.passes_on_to(held.edition) {
                continue;
            }
            let subject = self.subject_in(target, &["server", &row.name]);
            let fault = Fault::new(Cause::FrontEndDefective, acts, subject)
                .says(format!(
                    "server `{}` of `{name}` does not pass requests on to mailboxes on {}",
                    row.name,
                    held.edition.text()
                ))
                .at(
                    self.place_at(front, &["version"]),
                    format!("is {}", row.edition.text()),
                )
                .steps(self.words(&format!("install Exchange 2013 CU7 on {}", row.name)));
            self.report(context, fault);
        }
    }

    /// Whether the mailbox that is asked for can be read.
    fn examine_mailbox(
        &mut self,
        context: Context,
        lookup: &Lookup,
        asked: Option<MailboxKey>,
        held: Held,
    ) {
        let Some(key @ MailboxKey::Declared(id)) = asked else {
            return;
        };
        let mailbox = self.mailbox(lookup.target, key);
        let federation = self.federation;
        self.examine_front_ends(context, lookup, mailbox.server);
        let who = federation.address_text(mailbox.primary);
        let home = self.server(mailbox.server).edition;
        let newest = federation.organizations.original(lookup.target).edition;
        let cause = match mailbox.state {
            MailboxState::Unavailable => (Cause::MailboxUnavailable, "state", "mount its database"),
            MailboxState::FailingOver => (Cause::MailboxFailingOver, "state", "wait"),
            MailboxState::Available
                if held == Held::InPerson && home.generation == Generation::V2007 =>
            {
                (
                    Cause::PersonalShareTo2007,
                    "server",
                    "move it to a server of a newer version",
                )
            }
            // Autodiscover has told of it.
            MailboxState::Available
                if held != Held::ByDiscovery && !home.can_federate_beside(newest) =>
            {
                (
                    Cause::CoexistenceUnsupported,
                    "server",
                    "move it to a server of a newer version",
                )
            }
            MailboxState::Available if held == Held::ByDiscovery && !mailbox.outlook_anywhere => (
                Cause::AutodiscoverOutlookAnywhereBlocked,
                "outlook_anywhere",
                "let it come from outside with Set-CASMailbox -MAPIBlockOutlookRpcHttp $false",
            ),
            MailboxState::Available
                if !federation.has_client_access(lookup.target, mailbox, self.start) =>
            {
                (
                    Cause::RecipientNoClientAccessServer,
                    "server",
                    "install the Client Access role in the site of its server",
                )
            }
            MailboxState::Available if lookup.asks != Asks::FreeBusy => return,
            MailboxState::Available if mailbox.calendar == CalendarState::Missing => {
                (Cause::CalendarMissing, "calendar", "repair the mailbox")
            }
            MailboxState::Available if mailbox.calendar == CalendarState::Damaged => (
                Cause::CalendarDamaged,
                "calendar",
                "remove the items that cannot be read, which CalCheck finds",
            ),
            MailboxState::Available => return,
        };
        let (cause, key, words) = cause;
        let row = federation.mailboxes.original(id);
        let subject = self.subject_in(lookup.target, &["mailbox", &row.name]);
        let fault = Fault::new(cause, Acts::Organization(lookup.target), subject)
            .says(format!("`{who}`: {}", cause.row().text))
            .at(self.place_of_mailbox(id, key), "cannot be read")
            .steps(self.words(&format!("{words}: {who}")));
        self.report(context, fault);
    }
}

/// Whether the target's relationship grants what is asked.
fn granted(
    row: Option<&OrganizationRelationship>,
    asks: Asks,
    rule: TargetFreeBusyRule,
) -> Result<(), Cause> {
    match asks {
        Asks::FreeBusy => read_as_target(row, rule).map(drop),
        Asks::MailTips => read_mail_tips_as_target(row).map(drop),
        Asks::Photos => read_photos_as_target(row),
        Asks::DeliveryReports => read_delivery_reports_as_target(row),
        Asks::Archive => read_archive_as_target(row),
        Asks::SharedCalendar | Asks::Synchronization | Asks::Invitation | Asks::OpenInvitation => {
            Ok(())
        }
    }
}
