//! Treatments of further states of objects: accounts at the token service, links and identifiers of trusts, web servers and
//! relays, damaged calendars, recipients without an object, versions, policies.
//!
//! It knows no relationship's switches. Invariant: each cause has at most one row here.

use super::Actor::{
    LocalAdministrator, Requester, RequesterAdministrator, TargetAdministrator, Wait,
};
use super::Passing::{PoolStart, RelationshipCache, Replication};
use super::Where::{Here, Requester as AtRequester, Target as AtTarget};
use super::{CONFIGURATION, Remedy, Step, Treatment, remedy, remedy_when, treated};
use crate::diagnosis::case::Case;
use crate::model::cause::Cause;

/// The treatment of a cause of these kinds.
pub(super) fn treatment(cause: Cause) -> Option<&'static Treatment> {
    accounts(cause)
        .or_else(|| servers(cause))
        .or_else(|| recipients(cause))
        .or_else(|| sharing(cause))
}

fn accounts(cause: Cause) -> Option<&'static Treatment> {
    const ACCOUNT: &[&str] = &["org.{requester}.mailbox.{from.mailbox}.token_service_account"];
    const CONSISTENT: &str =
        "org.{requester}.mailbox.{from.mailbox}.token_service_account = \"consistent\"";
    Some(match cause {
        Cause::GatewayAccountPasswordMismatch => {
            const {
                &treated!(
                    ACCOUNT,
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Change(
                            "Reset the password of {from}; rename the user to the tenant's onmicrosoft domain and back; clear the immutable id.",
                            CONSISTENT,
                        )],
                        &[],
                    )],
                )
            }
        }
        Cause::GatewayAccountNotProvisioned => {
            const {
                &treated!(
                    ACCOUNT,
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Change(
                            "Rename {from} to the tenant's onmicrosoft domain and back, so that the account is provisioned.",
                            CONSISTENT,
                        )],
                        &[],
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
                            "Set-Mailbox -Identity {from} -ImmutableId $null"
                        )],
                        CONFIGURATION,
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
                            link_leads_nowhere,
                            "the link leads to an object that was deleted",
                            LocalAdministrator,
                            &[
                                Step::Change(
                                    "Clear msExchFedDelegationTrust and msExchFedAccountNamespace of {here} in the directory, and set msExchFedIsEnabled to FALSE.",
                                    "org.{here}.identifier.exists = false\norg.{here}.identifier.enabled = false\norg.{here}.identifier.delegation_trust = \"blank\"",
                                ),
                                Step::Cmdlets(Here, SET_AGAIN),
                            ],
                            CONFIGURATION,
                        ),
                        remedy!(
                            LocalAdministrator,
                            &[Step::Cmdlets(
                                Here,
                                "Set-FederatedOrganizationIdentifier -DelegationFederationTrust \"Microsoft Federation Gateway\""
                            )],
                            CONFIGURATION,
                        ),
                        remedy!(
                            LocalAdministrator,
                            &[Step::Cmdlets(Here, SET_AGAIN)],
                            CONFIGURATION
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
                            "Let Microsoft support update the built-in federation trust of {requester} (ApplicationIdentifier, ApplicationUri).",
                            "org.{requester}.trust.application_identifier = \"current\"",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::SystemMailboxNotFederated => {
            const {
                &treated!(
                    &["org.{requester}.identifier.system_mailbox_domain"],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Change(
                            "Set-Mailbox FederatedEmail.4c1f4d8b-8179-4148-93bf-00a95fa1e042 -Arbitration, with an address in {requester.domain}.",
                            "org.{requester}.identifier.system_mailbox_domain = \"{requester.domain}\"",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        _ => return None,
    })
}

const SET_AGAIN: &str = "\
Start-Sleep -Seconds 60
$proof = Get-FederatedDomainProof -DomainName {here.domain}
Add-DnsServerResourceRecord -ZoneName {here.domain} -Name \"@\" -Txt -DescriptiveText $proof.Proof
Set-FederatedOrganizationIdentifier -DelegationFederationTrust \"Microsoft Federation Gateway\" -AccountNamespace {here.domain} -DefaultDomain {here.domain} -Enabled $true{here.further-domains}";

fn link_leads_nowhere(case: &Case<'_>) -> bool {
    case.here().is_some_and(|here| {
        let row = case.federation.organizations.at(here, case.decided);
        row.identifier.link == crate::model::trust::TrustLink::Deleted
    })
}

fn servers(cause: Cause) -> Option<&'static Treatment> {
    const OTHER_SERVER: Remedy = remedy!(
        RequesterAdministrator,
        &[Step::Build(
            "Install Exchange 2010 SP3 on {entry}.",
            "org.{requester}.server.{entry}.version = \"2010 SP3\"",
        )],
        &[],
    );
    Some(match cause {
        Cause::PublishingWsSecurityOutOfStep => {
            const {
                &treated!(
                    &["org.{target}.server.{server}.{directory}.ws_security_running"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Cmdlets(
                            AtTarget,
                            "Get-AutodiscoverVirtualDirectory | Set-AutodiscoverVirtualDirectory -WSSecurityAuthentication $false\n\
                         Get-WebServicesVirtualDirectory | Set-WebServicesVirtualDirectory -WSSecurityAuthentication $false\n\
                         Get-AutodiscoverVirtualDirectory | Set-AutodiscoverVirtualDirectory -WSSecurityAuthentication $true\n\
                         Get-WebServicesVirtualDirectory | Set-WebServicesVirtualDirectory -WSSecurityAuthentication $true\n\
                         iisreset {server}",
                        )],
                        &[Replication, RelationshipCache, PoolStart],
                    )],
                )
            }
        }
        Cause::PublishingHandlerMissing => {
            const {
                &treated!(
                    &["org.{target}.server.{server}.{directory}.handler"],
                    &[remedy!(
                        TargetAdministrator,
                        &[
                            Step::Change(
                                "ServiceModelReg.exe -r, on {server}.",
                                "org.{target}.server.{server}.{directory}.handler = \"present\"",
                            ),
                            Step::Cmdlets(AtTarget, "Start-Sleep -Seconds 1\niisreset {server}"),
                        ],
                        &[PoolStart],
                    )],
                )
            }
        }
        Cause::PublishingRelayAgentStopped => {
            const {
                &treated!(
                    &["org.{host.owner}.host.{host}.agent"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Change(
                            "Start the hybrid agent behind {host} (Microsoft Hybrid Service), or reinstall it.",
                            "org.{host.owner}.host.\"{host}\".agent = \"running\"",
                        )],
                        &[],
                    )],
                )
            }
        }
        Cause::PublishingHeaderAltered => {
            const {
                &treated!(
                    &["org.{host.owner}.host.{host}.strips_soap_header"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Change(
                            "Publish {host} without single sign-on, with FullAuthPassthru and KeepClientAuthHeader.",
                            "{host.with-header}",
                        )],
                        &[],
                    )],
                )
            }
        }
        Cause::OAuthAudienceOffloaded => {
            const {
                &treated!(
                    &[
                        "org.{host.owner}.host.{host}.offloads_tls",
                        "connector.{connector}.enabled"
                    ],
                    &[
                        remedy!(
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Set-IntraOrganizationConnector -Identity \"{connector.shown}\" -Enabled $false",
                            )],
                            CONFIGURATION,
                        ),
                        remedy!(
                            TargetAdministrator,
                            &[Step::Change(
                                "End TLS at the servers behind {host}, not before them.",
                                "org.{host.owner}.host.\"{host}\".offloads_tls = false",
                            )],
                            &[],
                        ),
                    ],
                )
            }
        }
        Cause::AutodiscoverResolutionLimit => {
            const {
                &treated!(
                    &[
                        "org.{requester}.server.{entry}.recipient_resolution_limit",
                        "dns.zone.{host.zone}.delay"
                    ],
                    &[
                        remedy!(
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Set-OrganizationRelationship -Identity \"{requester.relationship}\" -TargetSharingEpr {target.sharing-epr}",
                            )],
                            CONFIGURATION,
                        ),
                        remedy!(
                            RequesterAdministrator,
                            &[
                                Step::Change(
                                    "RecipientResolutionTimeoutInSeconds = 20 in web.config of Exchange Web Services, on {entry}.",
                                    "org.{requester}.server.{entry}.recipient_resolution_limit = \"20 s\"",
                                ),
                                Step::Cmdlets(
                                    AtRequester,
                                    "Start-Sleep -Seconds 1\niisreset {entry}"
                                ),
                            ],
                            &[PoolStart],
                        ),
                    ],
                )
            }
        }
        Cause::RecipientNoClientAccessServer => {
            const {
                &treated!(
                    &["org.{target}.server.{attendee.server}.client_access"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Change(
                            "Install the Client Access role in the site of {attendee.server}.",
                            "org.{target}.server.{attendee.server}.client_access = true",
                        )],
                        &[],
                    )],
                )
            }
        }
        Cause::SiteWithoutServer => {
            const {
                &treated!(
                    &["org.{target}.server.{attendee.server}.state"],
                    &[
                        remedy!(
                            TargetAdministrator,
                            &[Step::Change(
                                "Start a server in the site of {attendee}.",
                                "org.{target}.server.{attendee.server}.state = \"up\"",
                            )],
                            &[PoolStart],
                        ),
                        remedy_when!(
                            |case| case.something_changes(),
                            "something changes in the course of the run",
                            Wait,
                            &[Step::Wait("a server of the site runs again")],
                            &[],
                        ),
                    ],
                )
            }
        }
        Cause::FrontEndRemembersOldServer => {
            const {
                &treated!(
                    &["org.{target}.mailbox.{attendee.mailbox}.server"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::OnServer(
                            AtTarget,
                            "Restart-WebAppPool MSExchangeAutodiscoverAppPool\nRestart-WebAppPool MSExchangeServicesAppPool",
                        )],
                        &[PoolStart],
                    )],
                )
            }
        }
        Cause::FrontEndDefective => {
            const {
                &treated!(
                    &["org.{target}.server.{server}.version"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Build(
                            "Install Exchange 2013 CU7 on {server}.",
                            "org.{target}.server.{server}.version = \"2013 CU7\"",
                        )],
                        &[],
                    )],
                )
            }
        }
        Cause::RequesterTooOld => {
            const { &treated!(&["org.{requester}.server.{entry}.version"], &[OTHER_SERVER]) }
        }
        _ => return None,
    })
}

fn recipients(cause: Cause) -> Option<&'static Treatment> {
    Some(match cause {
        Cause::AutodiscoverOutlookAnywhereBlocked => {
            const {
                &treated!(
                    &[
                        "org.{target}.mailbox.{attendee.mailbox}.outlook_anywhere",
                        "org.{target}.outlook_anywhere"
                    ],
                    &[remedy!(
                        TargetAdministrator,
                        &[
                            Step::Cmdlets(
                                AtTarget,
                                "Set-CASMailbox {attendee.mailbox} -MAPIBlockOutlookRpcHttp $false -MAPIBlockOutlookExternalConnectivity $false",
                            ),
                            Step::Cmdlets(AtRequester, "iisreset {entry}"),
                        ],
                        &[Replication, RelationshipCache, PoolStart],
                    )],
                )
            }
        }
        Cause::AutodiscoverAddressNotAssigned => {
            const {
                &treated!(
                    &["org.{target}.mailbox.{external.local}.addresses"],
                    &[remedy!(
                        TargetAdministrator,
                        &[
                            Step::Cmdlets(
                                AtTarget,
                                "Set-Mailbox {external.local} -EmailAddresses @{Add=\"{external}\"}",
                            ),
                            Step::Cmdlets(AtRequester, "iisreset {entry}"),
                        ],
                        &[Replication, RelationshipCache, PoolStart],
                    )],
                )
            }
        }
        Cause::CalendarDamaged => {
            const {
                &treated!(
                    &["org.{target}.mailbox.{attendee.mailbox}.calendar"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Change(
                            "CalCheck, for the mailbox {attendee.mailbox}; remove the items that cannot be read.",
                            "org.{target}.mailbox.{attendee.mailbox}.calendar = \"present\"",
                        )],
                        &[],
                    )],
                )
            }
        }
        Cause::RecipientWithoutLocalObject => {
            const {
                &treated!(
                    &["org.{holder}.mailbox.{held.mailbox}.addresses"],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Cmdlets(
                            AtRequester,
                            "New-RemoteMailbox -Name {attendee.local} -PrimarySmtpAddress {attendee} -RemoteRoutingAddress {held.routing-address}",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::RecipientPersonalContact => {
            const {
                &treated!(
                    &["org.{requester}.mailbox.{from.mailbox}.personal_contacts"],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Cmdlets(
                            AtRequester,
                            "New-MailContact -Name {attendee.local} -ExternalEmailAddress {attendee}",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        _ => return None,
    })
}

fn has_another_way(case: &Case<'_>) -> bool {
    let domain = case.external().domain;
    let relationship = case
        .federation
        .relationship_for(case.requester(), domain, case.decided);
    case.asks == crate::model::outcome::Asks::FreeBusy && relationship.is_some()
}

fn sharing(cause: Cause) -> Option<&'static Treatment> {
    Some(match cause {
        Cause::SharingLevelNotAllowed => {
            const {
                &treated!(
                    &[
                        "org.{requester}.sharing_policy.{sharing-policy}.domains",
                        "rules.invitation_above_policy"
                    ],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Cmdlets(
                            AtRequester,
                            "Set-SharingPolicy -Identity \"{sharing-policy}\" -Domains {sharing-policy.kept}\"{attendee.domain}: {invitation.actions}\"",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::SharingAnonymousMissing => {
            const {
                &treated!(
                    &["org.{requester}.sharing_policy.{sharing-policy}.domains"],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Cmdlets(
                            AtRequester,
                            "Set-SharingPolicy -Identity \"{sharing-policy}\" -Domains {sharing-policy.kept}\"Anonymous: {invitation.actions}\"",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::SubscriptionOutdated => {
            const {
                &treated!(
                    &[
                        "org.{requester}.mailbox.{from.mailbox}.subscription.{attendee}.url",
                        "org.{requester}.mailbox.{from.mailbox}.subscription.{attendee}.application_uri",
                        "org.{target}.trust.application_uri"
                    ],
                    &[
                        remedy_when!(
                            has_another_way,
                            "free/busy times are asked for, and a relationship leads there too",
                            Requester,
                            &[Step::Change(
                                "Remove the shared calendar of {attendee} from the mailbox of {from}.",
                                "org.{requester}.mailbox.{from.mailbox}.subscription.\"{attendee}\".exists = false",
                            )],
                            CONFIGURATION,
                        ),
                        remedy!(
                            Requester,
                            &[Step::Change(
                                "Remove the shared calendar of {attendee}, and accept a new invitation.",
                                "org.{requester}.mailbox.{from.mailbox}.subscription.\"{attendee}\".url = \"{target.sharing-epr}\"\n\
                             org.{requester}.mailbox.{from.mailbox}.subscription.\"{attendee}\".application_uri = \"{target.application-uri}\"",
                            )],
                            CONFIGURATION,
                        ),
                    ],
                )
            }
        }
        _ => return None,
    })
}
