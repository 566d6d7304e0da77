//! Treatments of what answers at a host: TLS, publishing, Autodiscover, versions.
//!
//! It knows no token and no relationship's switches. Invariant: each cause has at most one row here.

use super::Actor::{LocalAdministrator, RequesterAdministrator, TargetAdministrator, Wait};
use super::Passing::{AddressSpaces, PoolStart, RelationshipCache, Replication, ServiceAddresses};
use super::Where::{Requester as AtRequester, Target as AtTarget};
use super::way::CORRECT_ENDPOINT;
use super::{CONFIGURATION, Step, Treatment, remedy, remedy_when, treated};
use crate::diagnosis::case::Case;
use crate::model::cause::Cause;
use crate::model::certificate::TlsVersions;
use crate::model::directory::Recipient;
use crate::model::organization::Generation;
use crate::model::outcome::Side;

/// The treatment of a cause of these kinds.
pub(super) fn treatment(cause: Cause) -> Option<&'static Treatment> {
    tls(cause)
        .or_else(|| publishing(cause))
        .or_else(|| autodiscover(cause))
}

fn tls(cause: Cause) -> Option<&'static Treatment> {
    Some(match cause {
        Cause::TlsNoCommonVersion => {
            const {
                &treated!(
                    &[
                        "org.{requester}.server.{entry}.tls_versions",
                        "org.{host.owner}.host.{host}.tls_versions",
                        "gateway.{gateway}.tls_versions"
                    ],
                    &[
                        remedy_when!(
                            entry_lacks_tls_1_2,
                            "the requester's server does not speak TLS 1.2",
                            RequesterAdministrator,
                            &[Step::Change(
                                "Enable TLS 1.2 on {entry} (SchannelProtocols, SystemDefaultTlsVersions).",
                                "org.{requester}.server.{entry}.tls_versions = [\"1.0\", \"1.1\", \"1.2\"]",
                            )],
                            &[],
                        ),
                        remedy!(
                            TargetAdministrator,
                            &[Step::Change(
                                "Enable TLS 1.2 at {host}.",
                                "org.{host.owner}.host.\"{host}\".tls_versions = [\"1.0\", \"1.1\", \"1.2\"]",
                            )],
                            &[],
                        ),
                        remedy!(
                            super::Actor::GatewayOperator,
                            &[Step::Change(
                                "The operator of the gateway enables TLS 1.2.",
                                "gateway.{gateway}.tls_versions = [\"1.0\", \"1.1\", \"1.2\"]",
                            )],
                            &[],
                        )
                    ],
                )
            }
        }
        Cause::TlsUntrustedRoot => {
            const {
                &treated!(
                    &[
                        "org.{requester}.server.{entry}.trusted_roots",
                        "org.{host.owner}.host.{host}.tls_issuer"
                    ],
                    &[
                        remedy_when!(
                            |case| case.failure.side == Side::Target,
                            "no common root is above the partner's certificate",
                            TargetAdministrator,
                            &[Step::Change(
                                "Enable-ExchangeCertificate -Services IIS at {host}, with a certificate of a public issuer.",
                                "org.{host.owner}.host.\"{host}\".tls_issuer = \"Public CA\"",
                            )],
                            &[],
                        ),
                        remedy!(
                            RequesterAdministrator,
                            &[Step::Change(
                                "Install the root certificate in the store of {entry}.",
                                "org.{requester}.server.{entry}.trusted_roots = [{entry.roots}]",
                            )],
                            &[],
                        ),
                    ],
                )
            }
        }
        Cause::TlsNameMismatch => {
            const {
                &treated!(
                    &["org.{host.owner}.host.{host}.tls_names"],
                    &[
                        CORRECT_ENDPOINT,
                        remedy!(
                            TargetAdministrator,
                            &[Step::Change(
                                "Enable-ExchangeCertificate -Services IIS, with a certificate that names {host}.",
                                "org.{host.owner}.host.\"{host}\".tls_names = [\"{host}\"]",
                            )],
                            &[],
                        ),
                    ],
                )
            }
        }
        Cause::TlsCertificateExpired => {
            const {
                &treated!(
                    &[
                        "org.{host.owner}.host.{host}.tls_not_after",
                        "gateway.{gateway}.tls_not_after"
                    ],
                    &[
                        remedy!(
                            TargetAdministrator,
                            &[Step::Change(
                                "Enable-ExchangeCertificate -Services IIS at {host}, with a certificate that is in date.",
                                "org.{host.owner}.host.\"{host}\".tls_not_after = \"+3650 d\"",
                            )],
                            &[],
                        ),
                        remedy!(
                            super::Actor::GatewayOperator,
                            &[Step::Change(
                                "The operator of the gateway renews its TLS certificate.",
                                "gateway.{gateway}.tls_not_after = \"+3650 d\"",
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

fn publishing(cause: Cause) -> Option<&'static Treatment> {
    const POOL: &[&str] = &["org.{target}.server.{server}.{directory}.pool"];
    Some(match cause {
        Cause::PublishingPreauthentication => {
            const {
                &treated!(
                    &["org.{host.owner}.host.{host}.preauthentication"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Change(
                            "Publish the WSSecurity paths of {host}, and of all other hosts, without pre-authentication.",
                            "{host.without-preauthentication}",
                        )],
                        &[],
                    )],
                )
            }
        }
        Cause::PublishingPathBlocked => {
            const {
                &treated!(
                    &["org.{host.owner}.host.{host}.paths"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Change(
                            "Publish the paths of Autodiscover and Exchange Web Services at {host}.",
                            "org.{host.owner}.host.\"{host}\".paths = [\"autodiscover\", \"ews\"]",
                        )],
                        &[],
                    )],
                )
            }
        }
        Cause::PublishingNothingListens => {
            const {
                &treated!(
                    &[
                        "relationship.{requester.relationship-key}.target_autodiscover_epr",
                        "relationship.{requester.relationship-key}.target_sharing_epr",
                        "org.{target}.server.{server}.ews.external_url",
                    ],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Cmdlets(
                            AtRequester,
                            "Set-OrganizationRelationship -Identity \"{requester.relationship}\" -TargetAutodiscoverEpr {target.autodiscover-epr} -TargetSharingEpr $null",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::PublishingHostDown => {
            const {
                &treated!(
                    &[
                        "org.{target}.server.{target.server}.state",
                        "org.{host.owner}.host.{host}.servers"
                    ],
                    &[
                        remedy_when!(
                            breaks_down_at_random,
                            "a server of the partner breaks down now and then",
                            Wait,
                            &[Step::Wait("a server behind {host} runs again")],
                            &[],
                        ),
                        remedy!(
                            TargetAdministrator,
                            &[Step::Change(
                                "Start the servers behind {host}.",
                                "org.{target}.server.{target.server}.state = \"up\"",
                            )],
                            &[],
                        ),
                        remedy_when!(
                            |case| case.something_changes(),
                            "something changes in the course of the run",
                            Wait,
                            &[Step::Wait("a server behind {host} runs again")],
                            &[],
                        )
                    ],
                )
            }
        }
        Cause::PublishingWsSecurityDisabled => {
            const {
                &treated!(
                    &["org.{target}.server.{server}.{directory}.ws_security"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Cmdlets(
                            AtTarget,
                            "Get-{directory.cmdlet}VirtualDirectory | Set-{directory.cmdlet}VirtualDirectory -WSSecurityAuthentication $true\niisreset {server}",
                        )],
                        &[Replication, RelationshipCache, PoolStart],
                    )],
                )
            }
        }
        Cause::PublishingPoolStopped => {
            const {
                &treated!(
                    POOL,
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Change(
                            "Start-WebAppPool, on {server} and wherever else one is stopped: MSExchangeServicesAppPool, MSExchangeAutodiscoverAppPool.",
                            "{target.pools-running}",
                        )],
                        &[PoolStart],
                    )],
                )
            }
        }
        Cause::PublishingPoolFailing => {
            const {
                &treated!(
                    POOL,
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Change(
                            "Repair what makes the application pool fail on {server}, then Restart-WebAppPool.",
                            "{target.pools-running}",
                        )],
                        &[PoolStart],
                    )],
                )
            }
        }
        Cause::PublishingServerBusy => {
            const {
                &treated!(
                    &[
                        "org.{target}.server.{server}.threads",
                        "org.{target}.server.{server}.queue_max"
                    ],
                    &[remedy!(
                        Wait,
                        &[Step::Wait("the server has room for another call")],
                        &[]
                    )],
                )
            }
        }
        Cause::PublishingExternalUrlMissing => {
            const {
                &treated!(
                    &["org.{server.owner}.server.{server}.ews.external_url"],
                    &[
                        remedy_when!(
                            |case| case.here() == Some(case.requester()),
                            "the one who asks has none",
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Get-WebServicesVirtualDirectory | Set-WebServicesVirtualDirectory -ExternalUrl https://{requester.ews-host}/EWS/Exchange.asmx",
                            ),],
                            CONFIGURATION,
                        ),
                        remedy!(
                            TargetAdministrator,
                            &[
                                Step::Cmdlets(
                                    AtTarget,
                                    "Get-WebServicesVirtualDirectory | Set-WebServicesVirtualDirectory -ExternalUrl https://{target.ews-host}/EWS/Exchange.asmx",
                                ),
                                Step::Cmdlets(AtRequester, "iisreset {entry}"),
                            ],
                            &[Replication, RelationshipCache, PoolStart],
                        )
                    ],
                )
            }
        }
        _ => return None,
    })
}

fn breaks_down_at_random(case: &Case<'_>) -> bool {
    let federation = case.federation;
    case.target.is_some_and(|target| {
        let servers = &federation.organizations.original(target).servers;
        let mut servers = servers.iter().map(|&id| federation.servers.original(id));
        servers.any(|server| server.breakdowns.is_some())
    })
}

fn entry_lacks_tls_1_2(case: &Case<'_>) -> bool {
    case.entry.is_some_and(|entry| {
        let versions = case.federation.servers.at(entry, case.decided).tls_versions;
        let usual = TlsVersions::read(["1.2"]);
        usual.is_none_or(|usual| versions.newest_common(usual).is_none())
    })
}

/// Whether the partner knows the address as one that leads out of its organization.
fn leads_elsewhere(case: &Case<'_>) -> bool {
    let recipient = |target| case.federation.recipient(target, case.external());
    matches!(
        case.target.and_then(recipient),
        Some(Recipient::MailUser { .. } | Recipient::Contact { .. })
    )
}

/// Whether the failure lies at the requester, on a server that is older than federation.
fn is_before_2010(case: &Case<'_>) -> bool {
    let is_old = |server| {
        let edition = case.federation.servers.at(server, case.decided).edition;
        edition.generation == Generation::V2007
    };
    case.here() == Some(case.requester()) && case.entry.is_some_and(is_old)
}

fn autodiscover(cause: Cause) -> Option<&'static Treatment> {
    Some(match cause {
        Cause::AutodiscoverTooManyRedirects | Cause::AutodiscoverSameAddress => {
            const {
                &treated!(
                    &[
                        "org.{target}.mail_user.{attendee.local}.external_address",
                        "org.{host.owner}.host.{host}.redirect"
                    ],
                    &[
                        remedy_when!(
                            leads_elsewhere,
                            "the attendee is a mail user or contact at the partner",
                            TargetAdministrator,
                            &[Step::Build(
                                "Give {attendee} a mailbox where the address leads (Enable-Mailbox), or correct its external address.",
                                "org.{target}.mailbox.{attendee.local} = {}",
                            )],
                            &[],
                        ),
                        remedy!(
                            TargetAdministrator,
                            &[Step::Change(
                                "End the chain of redirects at {host}.",
                                "org.{host.owner}.host.\"{host}\".redirect = \"\""
                            )],
                            &[],
                        ),
                    ],
                )
            }
        }
        Cause::AutodiscoverRedirectNoRelationship => {
            const {
                &treated!(
                    &["org.{target}.mail_user.{attendee.local}.external_address"],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Cmdlets(
                            AtRequester,
                            "Get-FederationInformation -DomainName {moved.domain} | New-OrganizationRelationship -Name \"{moved.domain}\" -FreeBusyAccessEnabled $true -FreeBusyAccessLevel AvailabilityOnly",
                        )],
                        &[Replication, RelationshipCache, ServiceAddresses],
                    )],
                )
            }
        }
        Cause::AutodiscoverNegativeEntry => {
            const {
                &treated!(
                    &["rules.negative_uri_life", "parameters.uri_cache_life"],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Cmdlets(AtRequester, "iisreset {entry}")],
                        &[PoolStart],
                    )],
                )
            }
        }
        Cause::TargetTooOld => {
            const {
                &treated!(
                    &[
                        "org.{target}.exchange",
                        "org.{target}.server.{attendee.server}.version"
                    ],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Build(
                            "Install Exchange 2010 SP3 or later on {attendee.server} of {target}.",
                            "org.{target}.server.{attendee.server}.version = \"2010 SP3\"",
                        )],
                        &[],
                    ),],
                )
            }
        }
        Cause::CoexistenceUnsupported => {
            const {
                &treated!(
                    &["org.{here}.server.{entry}.version", "org.{here}.exchange"],
                    &[
                        remedy_when!(
                            |case| is_before_2010(case) && !case.is_known_here(),
                            "the user's own server is of Exchange 2007, which looks for an object of the attendee",
                            LocalAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Add-AvailabilityAddressSpace -ForestName {attendee.domain} -AccessMethod InternalProxy\n\
                                 New-MailContact -Name \"{attendee.local}\" -ExternalEmailAddress {attendee}",
                            )],
                            &[Replication, AddressSpaces],
                        ),
                        remedy_when!(
                            is_before_2010,
                            "the user's own server is of Exchange 2007",
                            LocalAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Add-AvailabilityAddressSpace -ForestName {attendee.domain} -AccessMethod InternalProxy",
                            )],
                            &[Replication, AddressSpaces],
                        ),
                        remedy!(
                            LocalAdministrator,
                            &[Step::Build(
                                "Install Exchange 2010 SP3 or later on {server}.",
                                "org.{server.owner}.server.{server}.version = \"2010 SP3\"",
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
