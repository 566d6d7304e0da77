//! Treatments of what may be seen: relationships, permissions, sharing policies, subscriptions.
//!
//! It knows no gateway and no network. Invariant: each cause has at most one row here.

use super::Actor::{
    BothAdministrators, Requester, RequesterAdministrator, TargetAdministrator, Wait,
};
use super::Passing::{PolicyAssistant, PoolStart, RelationshipCache, Replication};
use super::Where::{Requester as AtRequester, Target as AtTarget};
use super::vocabulary::is_beyond_one_relationship;
use super::{Asking, CONFIGURATION, Step, Treatment, remedy, remedy_when, treated};
use crate::diagnosis::case::Case;
use crate::model::cause::Cause;
use crate::model::outcome::Asks;

use super::Passing;

/// A switch of the requester's relationship that is off.
macro_rules! own_relationship {
    ($key:literal, $parameter:literal) => {
        const {
            &treated!(
                &[concat!("relationship.{requester.relationship-key}.", $key)],
                &[remedy!(
                    RequesterAdministrator,
                    &[Step::Cmdlets(
                        AtRequester,
                        concat!(
                            "Set-OrganizationRelationship -Identity \"{requester.relationship}\" -",
                            $parameter,
                            " $true"
                        ),
                    )],
                    CONFIGURATION,
                )],
            )
        }
    };
}

/// A property of the target's relationship that gives too little.
macro_rules! partners_relationship {
    ($key:literal, $parameters:literal) => {
        const {
            &treated!(
                &[concat!("relationship.{target.relationship-key}.", $key)],
                &[remedy!(
                    TargetAdministrator,
                    &[Step::Cmdlets(
                        AtTarget,
                        concat!(
                            "Set-OrganizationRelationship -Identity \"{target.relationship}\" ",
                            $parameters
                        ),
                    )],
                    CONFIGURATION,
                )],
            )
        }
    };
}

/// The treatment of a cause of these kinds.
pub(super) fn treatment(cause: Cause) -> Option<&'static Treatment> {
    requesters_relationship(cause)
        .or_else(|| targets_relationship(cause))
        .or_else(|| sharing(cause))
}

const NAME_THE_DOMAIN: &str = "Set-OrganizationRelationship -Identity \"{requester.relationship}\" -DomainNames {requester.relationship-domains}";

const ACCEPT_EXTERNAL_DOMAIN: &str = "\
New-AcceptedDomain -Name {external.domain} -DomainName {external.domain} -DomainType Authoritative
$proof = Get-FederatedDomainProof -DomainName {external.domain}
Add-DnsServerResourceRecord -ZoneName {external.domain} -Name \"@\" -Txt -DescriptiveText $proof.Proof
Add-FederatedDomain -DomainName {external.domain}";

fn requesters_relationship(cause: Cause) -> Option<&'static Treatment> {
    fn knows_the_partner(case: &Case<'_>) -> bool {
        let other = case.target.filter(|&target| target != case.requester());
        other.is_some_and(|target| {
            case.relationship_between(case.requester(), target)
                .is_some()
        })
    }
    fn nobody_has_the_domain(case: &Case<'_>) -> bool {
        case.target.is_none()
    }
    fn is_not_accepted(case: &Case<'_>) -> bool {
        case.is_nobodys(case.external().domain)
    }
    Some(match cause {
        Cause::RelationshipNoneAtRequester => {
            const {
                &treated!(
                    &[
                        "relationship.{requester.relationship-key}.domain_names",
                        "relationship.{requester} -> {target}.exists",
                        "request.{request}.to",
                    ],
                    &[
                        remedy_when!(
                            nobody_has_the_domain,
                            "nobody has the attendee's domain",
                            Requester,
                            &[Step::Ask(
                                "Correct the address {attendee}.",
                                Asking::NearestAddress
                            )],
                            &[],
                        ),
                        remedy_when!(
                            |case| knows_the_partner(case) && is_not_accepted(case),
                            "there is a relationship with the partner, who does not accept mail for the domain yet",
                            BothAdministrators,
                            &[
                                Step::Cmdlets(AtTarget, ACCEPT_EXTERNAL_DOMAIN),
                                Step::Cmdlets(AtRequester, NAME_THE_DOMAIN),
                            ],
                            CONFIGURATION,
                        ),
                        remedy_when!(
                            knows_the_partner,
                            "there is a relationship with the partner, but for other domains",
                            RequesterAdministrator,
                            &[Step::Cmdlets(AtRequester, NAME_THE_DOMAIN)],
                            CONFIGURATION,
                        ),
                        remedy_when!(
                            |case| case.is_domain_shared(),
                            "another organization uses the requester's own domain",
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Add-AvailabilityAddressSpace -ForestName {external.domain} -AccessMethod OrgWideFB -TargetAutodiscoverEpr {target.discovery-endpoint}",
                            )],
                            &[Replication, Passing::AddressSpaces],
                        ),
                        remedy_when!(
                            is_beyond_one_relationship,
                            "the partner has more domains than one relationship holds",
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "{target.relationships-in-parts}"
                            )],
                            CONFIGURATION,
                        ),
                        remedy!(
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Get-FederationInformation -DomainName {external.domain} | New-OrganizationRelationship -Name \"{target}\" -FreeBusyAccessEnabled $true -FreeBusyAccessLevel AvailabilityOnly",
                            )],
                            CONFIGURATION,
                        ),
                    ],
                )
            }
        }
        Cause::RelationshipDisabledAtRequester => own_relationship!("enabled", "Enabled"),
        Cause::RelationshipFreeBusyDisabledAtRequester => {
            own_relationship!("free_busy_access", "FreeBusyAccessEnabled")
        }
        Cause::RelationshipMailTipsDisabledAtRequester => {
            own_relationship!("mail_tips_access_enabled", "MailTipsAccessEnabled")
        }
        Cause::RelationshipDeliveryReportsDisabledAtRequester => {
            own_relationship!("delivery_report_enabled", "DeliveryReportEnabled")
        }
        Cause::RelationshipArchiveDisabledAtRequester => {
            own_relationship!("archive_access_enabled", "ArchiveAccessEnabled")
        }
        Cause::RelationshipWithoutEndpoint => {
            const {
                &treated!(
                    &[
                        "relationship.{requester.relationship-key}.target_application_uri",
                        "relationship.{requester.relationship-key}.target_autodiscover_epr",
                        "relationship.{requester.relationship-key}.target_sharing_epr",
                    ],
                    &[
                        remedy_when!(
                            super::gate::partner_has_no_trust,
                            "the partner is not federated yet",
                            BothAdministrators,
                            &[
                                Step::Cmdlets(AtTarget, super::gate::SET_UP_TARGET),
                                Step::Cmdlets(
                                    AtRequester,
                                    "Start-Sleep -Seconds 3600\n\
                                 Get-FederationInformation -DomainName {attendee.domain} | Set-OrganizationRelationship -Identity \"{requester.relationship}\"",
                                ),
                            ],
                            &[
                                Replication,
                                RelationshipCache,
                                super::Passing::CertificateDistribution
                            ],
                        ),
                        remedy!(
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Get-FederationInformation -DomainName {attendee.domain} | Set-OrganizationRelationship -Identity \"{requester.relationship}\"",
                            )],
                            CONFIGURATION,
                        )
                    ],
                )
            }
        }
        _ => return None,
    })
}

fn targets_relationship(cause: Cause) -> Option<&'static Treatment> {
    fn knows_the_caller(case: &Case<'_>) -> bool {
        let about = |target| case.relationship_between(target, case.requester());
        case.target.and_then(about).is_some()
    }
    fn asks_for_mail_tips(case: &Case<'_>) -> bool {
        case.asks == Asks::MailTips
    }
    Some(match cause {
        Cause::RelationshipNoneAtTarget => {
            const {
                &treated!(
                    &[
                        "relationship.{target.relationship-key}.domain_names",
                        "relationship.{target} -> {requester}.exists",
                    ],
                    &[
                        remedy_when!(
                            knows_the_caller,
                            "there is a relationship with the caller's organization, but for other domains",
                            TargetAdministrator,
                            &[Step::Cmdlets(
                                AtTarget,
                                "Set-OrganizationRelationship -Identity \"{target.relationship}\" -DomainNames {target.relationship-domains}",
                            )],
                            CONFIGURATION,
                        ),
                        remedy_when!(
                            asks_for_mail_tips,
                            "MailTips are asked for",
                            TargetAdministrator,
                            &[Step::Cmdlets(
                                AtTarget,
                                "New-OrganizationRelationship -Name \"{requester}\" -DomainNames {requester.domains} -MailTipsAccessEnabled $true -MailTipsAccessLevel All",
                            )],
                            CONFIGURATION,
                        ),
                        remedy!(
                            TargetAdministrator,
                            &[Step::Cmdlets(
                                AtTarget,
                                "New-OrganizationRelationship -Name \"{requester}\" -DomainNames {requester.domains} -FreeBusyAccessEnabled $true -FreeBusyAccessLevel AvailabilityOnly",
                            )],
                            CONFIGURATION,
                        ),
                    ],
                )
            }
        }
        Cause::RelationshipDisabledAtTarget => partners_relationship!("enabled", "-Enabled $true"),
        Cause::RelationshipFreeBusyDisabledAtTarget => {
            partners_relationship!("free_busy_access", "-FreeBusyAccessEnabled $true")
        }
        Cause::RelationshipLevelNoneAtTarget => {
            partners_relationship!("free_busy_level", "-FreeBusyAccessLevel AvailabilityOnly")
        }
        Cause::RelationshipOutOfScope => {
            partners_relationship!("free_busy_scope", "-FreeBusyAccessScope $null")
        }
        Cause::RelationshipMailTipsDisabledAtTarget => {
            partners_relationship!("mail_tips_access_enabled", "-MailTipsAccessEnabled $true")
        }
        Cause::RelationshipMailTipsLevelNoneAtTarget => {
            partners_relationship!("mail_tips_access_level", "-MailTipsAccessLevel All")
        }
        Cause::RelationshipPhotosDisabledAtTarget => {
            partners_relationship!("photos_enabled", "-PhotosEnabled $true")
        }
        Cause::RelationshipDeliveryReportsDisabledAtTarget => {
            partners_relationship!("delivery_report_enabled", "-DeliveryReportEnabled $true")
        }
        Cause::PermissionDefaultNone => {
            const {
                &treated!(
                    &[
                        "org.{target}.mailbox.{attendee.mailbox}.calendar_default",
                        "org.{target}.calendar_default"
                    ],
                    &[
                        remedy!(
                            TargetAdministrator,
                            &[Step::Cmdlets(
                                AtTarget,
                                "Set-MailboxFolderPermission -Identity {attendee.mailbox}:\\Calendar -User Default -AccessRights AvailabilityOnly",
                            )],
                            &[],
                        ),
                        // A mailbox that is described by a number cannot be named in a cmdlet.
                        remedy_when!(
                            |case| case.declared_mailbox(case.asked).is_none(),
                            "the mailbox is one of many that the scenario describes by a number",
                            TargetAdministrator,
                            &[Step::Change(
                                "Set-MailboxFolderPermission {attendee}:\\Calendar -User Default -AccessRights AvailabilityOnly, and for all others alike.",
                                "org.{target}.calendar_default = \"AvailabilityOnly\"",
                            )],
                            &[],
                        ),
                    ],
                )
            }
        }
        _ => return None,
    })
}

fn sharing(cause: Cause) -> Option<&'static Treatment> {
    Some(match cause {
        Cause::SharingPolicyBlocks => {
            const {
                &treated!(
                    &[
                        "org.{requester}.mailbox.{from.mailbox}.sharing_policy",
                        "org.{requester}.sharing_policy"
                    ],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Cmdlets(
                            AtRequester,
                            "Set-SharingPolicy -Identity \"{sharing-policy}\" -Domains {sharing-policy.kept}\"{attendee.domain}: {invitation.actions}\"",
                        )],
                        &[Replication, RelationshipCache, PolicyAssistant],
                    )],
                )
            }
        }
        Cause::SharingPolicyDisabled => {
            const {
                &treated!(
                    &[
                        "org.{requester}.mailbox.{from.mailbox}.sharing_policy",
                        "org.{requester}.sharing_policy"
                    ],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Cmdlets(
                            AtRequester,
                            "Set-SharingPolicy -Identity \"{sharing-policy}\" -Enabled $true",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::SharingRecipientNotFederated => {
            const {
                &treated!(
                    &[
                        "org.{target}.setup",
                        "org.{target}.identifier.enabled",
                        "org.{target}.trust.registered"
                    ],
                    &[
                        remedy_when!(
                            super::gate::partner_has_no_trust,
                            "the partner has no federation trust",
                            TargetAdministrator,
                            &[Step::Cmdlets(AtTarget, super::gate::SET_UP_TARGET)],
                            &[
                                Replication,
                                RelationshipCache,
                                super::Passing::CertificateDistribution
                            ],
                        ),
                        remedy!(
                            BothAdministrators,
                            &[Step::Build(
                                "New-FederationTrust, Set-FederatedOrganizationIdentifier and Add-FederatedDomain {attendee.domain}, in {target}.",
                                "org.{target}.setup = \"federated\"",
                            ),],
                            CONFIGURATION,
                        )
                    ],
                )
            }
        }
        Cause::SynchronizationNotSubscribed => {
            const {
                &treated!(
                    &["org.{requester}.mailbox.{from.mailbox}.subscription"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Change(
                            "{attendee} shares the calendar with {from}, who accepts the invitation.",
                            "org.{requester}.mailbox.{from.mailbox}.subscription.\"{attendee}\" = {}\n\
                         org.{target}.mailbox.{attendee.mailbox}.grant.\"{from}\" = \"AvailabilityOnly\"",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::SynchronizationUnderWay => {
            const {
                &treated!(
                    &["request.{request}.at"],
                    &[remedy!(
                        Wait,
                        &[Step::Wait("the first run of synchronization has ended")],
                        &[PoolStart]
                    )],
                )
            }
        }
        _ => return None,
    })
}
