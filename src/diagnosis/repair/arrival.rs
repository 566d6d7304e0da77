//! Treatments of what a call meets where it arrives: relays, proxies that change messages, web servers out of
//! step, mailboxes that nobody can open from outside.
//!
//! It knows nothing of names, connections or tokens. Invariant: each cause has at most one row here.

use super::Actor::{RequesterAdministrator, TargetAdministrator};
use super::Passing::{PoolStart, RelationshipCache, Replication};
use super::Where::{Requester as AtRequester, Target as AtTarget};
use super::{Passing, Remedy, Step, Treatment, remedy, remedy_when, treated};
use crate::diagnosis::case::Case;
use crate::model::cause::Cause;
use crate::model::organization::Generation;

const CONFIGURATION: &[Passing] = &[Replication, RelationshipCache];
const RESTARTED: &[Passing] = &[Replication, RelationshipCache, PoolStart];

/// The requester asks at an address that needs no discovery.
const WITHOUT_DISCOVERY: Remedy = remedy!(
    RequesterAdministrator,
    &[Step::Cmdlets(
        AtRequester,
        "Set-OrganizationRelationship -Identity \"{requester.relationship}\" -TargetSharingEpr {target.sharing-epr}",
    )],
    CONFIGURATION,
);

/// The treatment of a cause of these kinds.
pub(super) fn treatment(cause: Cause) -> Option<&'static Treatment> {
    published(cause).or_else(|| found(cause))
}

fn published(cause: Cause) -> Option<&'static Treatment> {
    Some(match cause {
        Cause::PublishingWsSecurityOutOfStep => {
            const {
                &treated!(
                    &["org.{target}.server.{server}.{directory}.ws_security_running"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Cmdlets(
                            AtTarget,
                            "Get-AutodiscoverVirtualDirectory | Set-AutodiscoverVirtualDirectory -WSSecurityAuthentication $false\nGet-WebServicesVirtualDirectory | Set-WebServicesVirtualDirectory -WSSecurityAuthentication $false\nGet-AutodiscoverVirtualDirectory | Set-AutodiscoverVirtualDirectory -WSSecurityAuthentication $true\nGet-WebServicesVirtualDirectory | Set-WebServicesVirtualDirectory -WSSecurityAuthentication $true\niisreset {server}",
                        )],
                        RESTARTED,
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
                            Step::Cmdlets(AtTarget, "iisreset {server}"),
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
                            "Start the service of the agent behind {host}, or install it again.",
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
                            "Publish {host} without single sign-on and without changes to the header.",
                            "org.{host.owner}.host.\"{host}\".strips_soap_header = false",
                        )],
                        &[],
                    )],
                )
            }
        }
        Cause::OAuthAudienceOffloaded => {
            const {
                &treated!(
                    &["org.{host.owner}.host.{host}.offloads_tls"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Change(
                            "End TLS at the servers behind {host}, not before them.",
                            "org.{host.owner}.host.\"{host}\".offloads_tls = false",
                        )],
                        &[],
                    )],
                )
            }
        }
        _ => return None,
    })
}

fn found(cause: Cause) -> Option<&'static Treatment> {
    Some(match cause {
        Cause::AutodiscoverOutlookAnywhereBlocked => {
            const {
                &treated!(
                    &[
                        "org.{target}.mailbox.{attendee.local}.outlook_anywhere",
                        "org.{target}.outlook_anywhere"
                    ],
                    &[remedy!(
                        TargetAdministrator,
                        &[
                            Step::Cmdlets(
                                AtTarget,
                                "Set-CASMailbox {attendee} -MAPIBlockOutlookRpcHttp $false",
                            ),
                            Step::Cmdlets(AtRequester, "iisreset {entry}"),
                        ],
                        RESTARTED,
                    )],
                )
            }
        }
        Cause::AutodiscoverAddressNotAssigned => {
            const {
                &treated!(
                    &["org.{target}.mailbox.{attendee.local}.addresses"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Cmdlets(
                            AtTarget,
                            "Set-Mailbox {attendee.local} -EmailAddresses @{Add=\"{attendee}\"}",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::AutodiscoverResolutionLimit => {
            const {
                &treated!(
                    &[
                        "org.{requester}.server.{entry}.recipient_resolution_limit",
                        "parameters.recipient_resolution_limit"
                    ],
                    &[
                        remedy_when!(
                            |case: &Case<'_>| case.entry.is_some_and(|server| {
                                let row = case.federation.servers.original(server);
                                row.edition.generation <= Generation::V2010
                            }),
                            "the requester's server counts discovery as resolving recipients",
                            RequesterAdministrator,
                            &[Step::Change(
                                "Set RecipientResolutionTimeoutInSeconds to 24 in web.config of {entry}.",
                                "org.{requester}.server.{entry}.recipient_resolution_limit = \"24 s\"",
                            )],
                            &[],
                        ),
                        WITHOUT_DISCOVERY,
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
                            "Install the role Client Access in the site of {attendee.server}.",
                            "org.{target}.server.{attendee.server}.client_access = true",
                        )],
                        &[],
                    )],
                )
            }
        }
        _ => return None,
    })
}
