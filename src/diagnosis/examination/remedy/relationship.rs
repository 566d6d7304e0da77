//! Remedies of relationships, permissions and sharing policies, on either side.
//!
//! It knows no rule. Invariant: what is filled in is read from the partner's own objects.

use crate::model::cause::Cause;
use crate::model::names::NameId;
use crate::model::organization::OrgId;
use crate::model::outcome::{AccessLevel, Asks};
use crate::model::relationship::RelationshipId;
use crate::model::sharing_policy::{
    DEFAULT_SHARING_POLICY, PolicyDomain, PolicyInForce, original_entries,
};

use super::super::Examiner;
use super::super::finding::Step;
use super::super::gathering::{Lookup, external};
use super::{PERMISSION, RELATIONSHIP, cmdlet, quoted, words};

impl Examiner<'_> {
    pub(super) fn set_relationship(&self, id: RelationshipId, parameters: &str) -> Vec<Step> {
        let name = quoted(self.relationship_name(id));
        let line = format!("Set-OrganizationRelationship -Identity {name} {parameters}");
        vec![cmdlet(RELATIONSHIP, line)]
    }

    pub(super) fn relationship_name(&self, id: RelationshipId) -> &str {
        self.federation.relationships.original(id).shown_name()
    }

    /// What brings a relationship at the requester into force.
    pub(in crate::diagnosis::examination) fn steps_for_requester(
        &self,
        lookup: &Lookup,
        meant: Option<RelationshipId>,
        cause: Cause,
    ) -> Vec<Step> {
        let domain = external(lookup.kind).domain;
        let Some(id) = meant else {
            return match self.relationship_with(lookup.requester, lookup.target) {
                Some(id) => self.steps_to_add_domain(id, domain),
                None => self.steps_for_new_relationship(domain),
            };
        };
        match cause {
            Cause::RelationshipDisabledAtRequester => self.set_relationship(id, "-Enabled $true"),
            Cause::RelationshipMailTipsDisabledAtRequester => {
                self.set_relationship(id, "-MailTipsAccessEnabled $true")
            }
            Cause::RelationshipDeliveryReportsDisabledAtRequester => {
                self.set_relationship(id, "-DeliveryReportEnabled $true")
            }
            Cause::RelationshipArchiveDisabledAtRequester => {
                self.set_relationship(id, "-ArchiveAccessEnabled $true")
            }
            Cause::RelationshipWithoutEndpoint => {
                let partner = &self
                    .federation
                    .organizations
                    .at(lookup.target, self.start)
                    .trust;
                let uri = partner
                    .application_uri
                    .unwrap_or(partner.registration.application_uri);
                let row = self.federation.relationships.at(id, self.start);
                let mut steps = Vec::new();
                if row.target_application_uri.is_none() {
                    steps.extend(self.steps_for_uri(id, uri));
                }
                if row.target_sharing_epr.is_none() && row.target_autodiscover_epr.is_none() {
                    steps.extend(self.steps_to_correct_endpoint(id, lookup.target, domain));
                }
                steps
            }
            _ => self.set_relationship(id, "-FreeBusyAccessEnabled $true"),
        }
    }

    /// A relationship that is not there yet.
    pub(in crate::diagnosis::examination) fn steps_for_new_relationship(
        &self,
        domain: NameId,
    ) -> Vec<Step> {
        let domain = self.name(domain);
        let line = format!(
            "Get-FederationInformation -DomainName {domain} | New-OrganizationRelationship -Name {} \
             -FreeBusyAccessEnabled $true -FreeBusyAccessLevel AvailabilityOnly",
            quoted(domain)
        );
        vec![cmdlet(RELATIONSHIP, line)]
    }

    /// A domain that a relationship should name.
    pub(in crate::diagnosis::examination) fn steps_to_add_domain(
        &self,
        id: RelationshipId,
        domain: NameId,
    ) -> Vec<Step> {
        let domain = self.name(domain);
        self.set_relationship(id, &format!("-DomainNames @{{Add={}}}", quoted(domain)))
    }

    /// The application URI that a relationship should say.
    pub(in crate::diagnosis::examination) fn steps_for_uri(
        &self,
        id: RelationshipId,
        uri: NameId,
    ) -> Vec<Step> {
        let uri = quoted(self.name(uri));
        self.set_relationship(id, &format!("-TargetApplicationUri {uri}"))
    }

    /// The endpoint that a relationship should say.
    pub(in crate::diagnosis::examination) fn steps_to_correct_endpoint(
        &self,
        id: RelationshipId,
        target: OrgId,
        domain: NameId,
    ) -> Vec<Step> {
        let row = self.federation.relationships.at(id, self.start);
        match self.autodiscover_of(target, domain) {
            Some(url) => {
                let url = quoted(&self.federation.url_text(url));
                let mut parameters = format!("-TargetAutodiscoverEpr {url}");
                if row.target_sharing_epr.is_some() {
                    parameters.push_str(" -TargetSharingEpr $null");
                }
                self.set_relationship(id, &parameters)
            }
            None => {
                let domain = self.name(domain);
                vec![
                    cmdlet(
                        RELATIONSHIP,
                        format!("Get-FederationInformation -DomainName {domain}"),
                    ),
                    words(
                        RELATIONSHIP,
                        format!(
                            "write its TargetAutodiscoverEpr into the relationship {}",
                            quoted(self.relationship_name(id))
                        ),
                    ),
                ]
            }
        }
    }

    /// What lets the target grant.
    pub(in crate::diagnosis::examination) fn steps_for_target(
        &self,
        lookup: &Lookup,
        id: Option<RelationshipId>,
        domain: NameId,
        cause: Cause,
    ) -> Vec<Step> {
        let Some(id) = id else {
            return match self.relationship_with(lookup.target, lookup.requester) {
                Some(id) => self.steps_to_add_domain(id, domain),
                None => {
                    let mut steps = self.steps_for_new_relationship(domain);
                    let name = quoted(self.name(domain));
                    if let Some(further) = further_grant(lookup.asks) {
                        steps.push(cmdlet(
                            RELATIONSHIP,
                            format!("Set-OrganizationRelationship -Identity {name} {further}"),
                        ));
                    }
                    steps
                }
            };
        };
        let parameters = match cause {
            Cause::RelationshipDisabledAtTarget => "-Enabled $true",
            Cause::RelationshipFreeBusyDisabledAtTarget => "-FreeBusyAccessEnabled $true",
            Cause::RelationshipLevelNoneAtTarget => "-FreeBusyAccessLevel AvailabilityOnly",
            Cause::RelationshipMailTipsDisabledAtTarget => "-MailTipsAccessEnabled $true",
            Cause::RelationshipMailTipsLevelNoneAtTarget => "-MailTipsAccessLevel All",
            Cause::RelationshipPhotosDisabledAtTarget => "-PhotosEnabled $true",
            Cause::RelationshipDeliveryReportsDisabledAtTarget => "-DeliveryReportEnabled $true",
            _ => "-Enabled $true",
        };
        self.set_relationship(id, parameters)
    }

    /// Somebody who should be in an address list.
    pub(in crate::diagnosis::examination) fn steps_for_contact(&self, who: &str) -> Vec<Step> {
        let name = quoted(who.split_once('@').map_or(who, |(local, _)| local));
        let line = format!("New-MailContact -Name {name} -ExternalEmailAddress {who}");
        vec![cmdlet(PERMISSION, line)]
    }

    /// An address that a mailbox should have.
    pub(in crate::diagnosis::examination) fn steps_for_own_address(&self, who: &str) -> Vec<Step> {
        let name = quoted(who.split_once('@').map_or(who, |(local, _)| local));
        let line = format!(
            "Set-Mailbox -Identity {name} -EmailAddresses @{{Add={}}}",
            quoted(who)
        );
        vec![cmdlet(PERMISSION, line)]
    }

    /// A scope that should cover everybody.
    pub(in crate::diagnosis::examination) fn steps_for_scope(
        &self,
        id: RelationshipId,
    ) -> Vec<Step> {
        self.set_relationship(id, "-FreeBusyAccessScope $null")
    }

    /// A calendar that should show something.
    pub(in crate::diagnosis::examination) fn steps_for_permission(
        &self,
        who: &str,
        level: AccessLevel,
    ) -> Vec<Step> {
        let rights = match level {
            AccessLevel::None | AccessLevel::Simple => "AvailabilityOnly",
            AccessLevel::Detail => "LimitedDetails",
            AccessLevel::Owner => "Reviewer",
        };
        let folder = quoted(&format!("{who}:\\Calendar"));
        let line = format!(
            "Set-MailboxFolderPermission -Identity {folder} -User Default -AccessRights {rights}"
        );
        vec![cmdlet(PERMISSION, line)]
    }

    /// A sharing policy that should allow a domain.
    pub(in crate::diagnosis::examination) fn steps_for_policy(
        &self,
        lookup: &Lookup,
        policy: PolicyInForce<'_>,
        cause: Cause,
    ) -> Vec<Step> {
        let (name, entries) = match policy {
            PolicyInForce::Written(row) => (&*row.name, &*row.entries),
            PolicyInForce::Original(edition) => (DEFAULT_SHARING_POLICY, original_entries(edition)),
            PolicyInForce::Missing => (DEFAULT_SHARING_POLICY, &[][..]),
        };
        let identity = quoted(name);
        match cause {
            Cause::SharingPolicyDisabled => vec![cmdlet(
                PERMISSION,
                format!("Set-SharingPolicy -Identity {identity} -Enabled $true"),
            )],
            Cause::SharingRecipientNotFederated => self.steps_for_set_up(lookup.target),
            _ => {
                let mut texts: Vec<String> = entries
                    .iter()
                    .map(|entry| {
                        let domain = match entry.domain {
                            PolicyDomain::Domain(domain) => self.name(domain),
                            PolicyDomain::Any => "*",
                            PolicyDomain::Anonymous => "Anonymous",
                        };
                        quoted(&format!("{domain}: {}", entry.actions))
                    })
                    .collect();
                let domain = self.name(external(lookup.kind).domain);
                texts.push(quoted(&format!("{domain}: CalendarSharingFreeBusySimple")));
                vec![cmdlet(
                    PERMISSION,
                    format!(
                        "Set-SharingPolicy -Identity {identity} -Domains {}",
                        texts.join(", ")
                    ),
                )]
            }
        }
    }
}

/// What a new relationship does not grant by itself.
fn further_grant(asks: Asks) -> Option<&'static str> {
    match asks {
        Asks::MailTips => Some("-MailTipsAccessEnabled $true -MailTipsAccessLevel All"),
        Asks::Photos => Some("-PhotosEnabled $true"),
        Asks::DeliveryReports => Some("-DeliveryReportEnabled $true"),
        _ => None,
    }
}
