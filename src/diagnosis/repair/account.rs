//! Treatments of what token services hold of users and applications, of the link from an identifier to its
//! trust, and of an organization's part in OAuth.
//!
//! It knows nothing of relationships. Invariant: each cause has at most one row here.

use super::Actor::{LocalAdministrator, RequesterAdministrator, TargetAdministrator};
use super::Passing::{RelationshipCache, Replication};
use super::Where::{Here, Requester as AtRequester, Target as AtTarget};
use super::{Passing, Step, Treatment, remedy, remedy_when, treated};
use crate::diagnosis::case::Case;
use crate::model::cause::Cause;
use crate::model::trust::TrustLink;

const CONFIGURATION: &[Passing] = &[Replication, RelationshipCache];

/// The link is written again, from what it should lead to.
const LINK: &str = "Set-FederatedOrganizationIdentifier -DelegationFederationTrust \"Microsoft \
                    Federation Gateway\" -Enabled $true";

/// The treatment of a cause of these kinds.
pub(super) fn treatment(cause: Cause) -> Option<&'static Treatment> {
    Some(match cause {
        Cause::GatewayAccountPasswordMismatch => {
            const {
                &treated!(
                    &["org.{requester}.mailbox.{from.mailbox}.token_service_account"],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Change(
                            "Reset the password of {from}, rename the user to the tenant's own domain and back, clear the immutable id.",
                            "org.{requester}.mailbox.{from.mailbox}.token_service_account = \"consistent\"",
                        )],
                        &[Replication],
                    )],
                )
            }
        }
        Cause::GatewayAccountNotProvisioned => {
            const {
                &treated!(
                    &["org.{requester}.mailbox.{from.mailbox}.token_service_account"],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Change(
                            "Rename {from} to the tenant's own domain and back.",
                            "org.{requester}.mailbox.{from.mailbox}.token_service_account = \"consistent\"",
                        )],
                        &[Replication],
                    )],
                )
            }
        }
        Cause::GatewayMemberNameInvalid => {
            const {
                &treated!(
                    &["org.{requester}.mailbox.{from.mailbox}.immutable_id"],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Cmdlets(
                            AtRequester,
                            "Set-Mailbox -Identity {from} -ImmutableId $null",
                        )],
                        &[Replication],
                    )],
                )
            }
        }
        Cause::OrganizationTrustLinkBroken => {
            const {
                &treated!(
                    &["org.{here}.identifier.delegation_trust"],
                    &[
                        remedy_when!(
                            leads_to_deleted,
                            "the link leads to an object that was deleted",
                            LocalAdministrator,
                            &[
                                Step::Change(
                                    "Clear msExchFedDelegationTrust of the identifier in the directory of {here}.",
                                    "org.{here}.identifier.delegation_trust = \"blank\"",
                                ),
                                Step::Cmdlets(Here, LINK),
                            ],
                            CONFIGURATION,
                        ),
                        remedy!(
                            LocalAdministrator,
                            &[Step::Cmdlets(Here, LINK)],
                            CONFIGURATION,
                        ),
                    ],
                )
            }
        }
        Cause::TokenApplicationOutdated => {
            const {
                &treated!(
                    &["org.{requester}.trust.application_identifier"],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Change(
                            "Have the trust of {requester} brought up to date; of a tenant's built-in trust support does it.",
                            "org.{requester}.trust.application_identifier = \"current\"",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::OAuthCertificateExpired => {
            const {
                &treated!(
                    &["org.{here}.oauth.certificate_not_after"],
                    &[remedy!(
                        LocalAdministrator,
                        &[Step::Change(
                            "Renew the Microsoft Exchange Server Auth Certificate of {here}: New-ExchangeCertificate, Set-AuthConfig, iisreset.",
                            "org.{here}.oauth.certificate_not_after = \"2400-01-01T00:00:00Z\"",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::OAuthLinkedAccountMissing => {
            const {
                &treated!(
                    &["org.{target}.oauth.linked_account"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Cmdlets(
                            AtTarget,
                            "Set-PartnerApplication -Identity \"Exchange Online\" -LinkedAccount \"Exchange Online-ApplicationAccount\"",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        _ => return None,
    })
}

fn leads_to_deleted(case: &Case<'_>) -> bool {
    case.here().is_some_and(|here| {
        let row = case.federation.organizations.at(here, case.decided);
        row.identifier.link == TrustLink::Deleted
    })
}
