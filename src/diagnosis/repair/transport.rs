//! Treatments of the way to a service: names, links, firewalls, proxies, TLS, publishing, Autodiscover, versions.
//!
//! It knows no token and no relationship's switches. Invariant: each cause has at most one row here.

use super::Actor::{
    DnsOperator, LocalAdministrator, NetworkOperator, RequesterAdministrator, TargetAdministrator,
    Wait,
};
use super::Passing::{PoolStart, RelationshipCache, Replication, ResolverCaches, ServiceAddresses};
use super::Where::{Requester as AtRequester, Target as AtTarget};
use super::{Passing, Remedy, Step, Treatment, remedy, remedy_when, treated};
use crate::diagnosis::case::Case;
use crate::model::cause::Cause;
use crate::model::dns::{Answer, RecordType};
use crate::model::outcome::Leg;

const CONFIGURATION: &[Passing] = &[Replication, RelationshipCache];

/// The treatment of a cause of these kinds.
pub(super) fn treatment(cause: Cause) -> Option<&'static Treatment> {
    names(cause)
        .or_else(|| network(cause))
        .or_else(|| tls(cause))
        .or_else(|| publishing(cause))
        .or_else(|| autodiscover(cause))
}

/// Whether the host that was called is one of the partner's own.
pub(super) fn is_partners_host(case: &Case<'_>) -> bool {
    let owner = case.hosts_owner();
    owner.is_some() && owner == case.target
}

/// Whether the host was named by the requester's relationship, and is not the partner's.
fn is_wrong_endpoint(case: &Case<'_>) -> bool {
    !is_partners_host(case) && is_called_at_partner(case)
}

fn is_called_at_partner(case: &Case<'_>) -> bool {
    matches!(
        case.failure.leg,
        Some(
            Leg::Autodiscover
                | Leg::Availability
                | Leg::GetFolder
                | Leg::SyncFolderItems
                | Leg::GetItem
        )
    )
}

/// The requester corrects where it asks: what discovery tells of the partner.
const CORRECT_ENDPOINT: Remedy = remedy_when!(
    is_wrong_endpoint,
    "the endpoint that the requester calls is none of the partner's",
    RequesterAdministrator,
    &[Step::Cmdlets(
        AtRequester,
        "Set-OrganizationRelationship -Identity \"{requester.relationship}\" -TargetAutodiscoverEpr {target.autodiscover-epr} -TargetSharingEpr $null",
    )],
    CONFIGURATION,
);

/// Whoever is asked a second time has a process that remembers no failure.
const ADDRESSES_FORGOTTEN: &[Passing] = &[Replication, RelationshipCache, PoolStart];

fn names(cause: Cause) -> Option<&'static Treatment> {
    const NAME: &[&str] = &[
        "dns.record.{host} A",
        "dns.zone.{host.zone}.state",
        "relationship.{requester.relationship-key}.target_autodiscover_epr",
    ];
    fn is_split(case: &Case<'_>) -> bool {
        let (Some(host), Some(resolver)) = (case.host, super::vocabulary::value("resolver", case))
        else {
            return false;
        };
        let is_public = matches!(
            case.federation
                .dns
                .authoritative(host, RecordType::Address, case.decided),
            Answer::Found(_)
        );
        let resolvers = case
            .prepared
            .compiled
            .effective
            .table("dns")
            .table("resolver");
        is_public && resolvers.get(&resolver).is_some()
    }
    fn is_declared_zone(case: &Case<'_>) -> bool {
        let zones = case.prepared.compiled.effective.table("dns").table("zone");
        let zone = super::vocabulary::value("host.zone", case);
        zone.is_some_and(|zone| zones.get(&zone).is_some())
    }
    fn is_old_endpoint(case: &Case<'_>) -> bool {
        case.failure.side == crate::model::outcome::Side::Requester
            && is_called_at_partner(case)
            && !is_split(case)
    }
    fn is_discovered(case: &Case<'_>) -> bool {
        let is_own_setting = case.endpoint.is_some_and(|url| Some(url.host) == case.host);
        case.failure.leg == Some(Leg::Availability)
            && !is_own_setting
            && case.called_host().is_none()
    }
    fn is_outside_record(case: &Case<'_>) -> bool {
        case.called_host().is_some() && !is_wrong_endpoint(case)
    }
    Some(match cause {
        Cause::DnsNameNotFound => {
            const {
                &treated!(
                    NAME,
                    &[
                        remedy_when!(
                            is_discovered,
                            "the name is the one that the partner's Autodiscover tells",
                            TargetAdministrator,
                            &[
                                Step::Cmdlets(
                                    AtTarget,
                                    "Get-WebServicesVirtualDirectory | Set-WebServicesVirtualDirectory -ExternalUrl https://{target.host}/EWS/Exchange.asmx",
                                ),
                                Step::Cmdlets(AtRequester, "iisreset {entry}"),
                            ],
                            &[Replication, RelationshipCache, PoolStart],
                        ),
                        remedy_when!(
                            is_split,
                            "the name exists outside, and the requester's own copy of the zone lacks it",
                            DnsOperator,
                            &[
                                Step::Change(
                                    "Add-DnsServerResourceRecord -A -ZoneName {host.zone} -Name {host.label}, in the internal zone.",
                                    "dns.resolver.{resolver}.zone.\"{host.zone}\".record.\"{host} A\".value = \"{host}\"",
                                ),
                                Step::Cmdlets(AtRequester, "iisreset {entry}"),
                            ],
                            &[ResolverCaches, Replication, PoolStart],
                        ),
                        remedy_when!(
                            is_old_endpoint,
                            "the requester's relationship names a host that is not in use",
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Set-OrganizationRelationship -Identity \"{requester.relationship}\" -TargetAutodiscoverEpr {target.autodiscover-epr} -TargetSharingEpr $null",
                            )],
                            CONFIGURATION,
                        ),
                        remedy_when!(
                            is_outside_record,
                            "the host is there, and its record is not",
                            DnsOperator,
                            &[
                                Step::Change(
                                    "Add-DnsServerResourceRecord -A -ZoneName {host.zone} -Name {host.label}",
                                    "dns.record.\"{host} A\".value = \"{host}\"\ndns.record.\"{host} A\".exists = true",
                                ),
                                Step::Cmdlets(AtRequester, "iisreset {entry}"),
                            ],
                            &[ResolverCaches, PoolStart],
                        ),
                        remedy_when!(
                            is_wrong_endpoint,
                            "no host has this name",
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Set-OrganizationRelationship -Identity \"{requester.relationship}\" -TargetAutodiscoverEpr {target.autodiscover-epr} -TargetSharingEpr $null\niisreset {entry}",
                            ),],
                            ADDRESSES_FORGOTTEN,
                        ),
                        remedy_when!(
                            is_declared_zone,
                            "the zone itself is not there",
                            DnsOperator,
                            &[Step::Change(
                                "Repair the zone {host.zone}.",
                                "dns.zone.\"{host.zone}\".state = \"ok\"",
                            )],
                            &[ResolverCaches],
                        ),
                    ],
                )
            }
        }
        Cause::DnsServerFailure | Cause::DnsTimeout => {
            const {
                &treated!(
                    &[
                        "dns.zone.{host.zone}.state",
                        "dns.resolver.{resolver}.state"
                    ],
                    &[
                        remedy_when!(
                            resolver_is_down,
                            "the requester's resolver does not answer",
                            RequesterAdministrator,
                            &[Step::Change(
                                "Repair the resolver {resolver}.",
                                "dns.resolver.{resolver}.state = \"up\""
                            )],
                            &[ResolverCaches],
                        ),
                        remedy!(
                            DnsOperator,
                            &[
                                Step::Change(
                                    "Repair the servers of {host.zone}.",
                                    "dns.zone.\"{host.zone}\".state = \"ok\""
                                ),
                                Step::Cmdlets(AtRequester, "iisreset {entry}"),
                            ],
                            &[ResolverCaches, PoolStart],
                        ),
                    ],
                )
            }
        }
        _ => return None,
    })
}

fn resolver_is_down(case: &Case<'_>) -> bool {
    let Some(resolver) = super::vocabulary::value("resolver", case) else {
        return false;
    };
    let path = ["dns", "resolver", &resolver, "state"].map(str::to_owned);
    let records = crate::diagnosis::setting::Records {
        prepared: case.prepared,
        federation: case.federation,
        transcript: &[],
    };
    let setting = records.setting(&path, case.decided);
    setting
        .and_then(|it| it.value)
        .is_some_and(|value| value != "\"up\"")
}

fn network(cause: Cause) -> Option<&'static Treatment> {
    const FIREWALL: Remedy = remedy!(
        NetworkOperator,
        &[Step::Change(
            "Open the firewall for port 443 ({firewall-rule}).",
            "{firewall-rule}.action = \"allow\"",
        )],
        &[],
    );
    const GATEWAY_UP: Remedy = remedy_when!(
        |case| case.failure.side == crate::model::outcome::Side::Gateway,
        "the gateway does not answer",
        super::Actor::GatewayOperator,
        &[Step::Change(
            "The operator of the gateway repairs it.",
            "gateway.{gateway}.state = \"up\""
        )],
        &[],
    );
    const PASSES: Remedy = remedy!(
        Wait,
        &[Step::Wait(
            "the way is open again, or resolvers have forgotten an old address"
        )],
        &[],
    );
    const HOST_UP: Remedy = remedy!(
        TargetAdministrator,
        &[Step::Change(
            "Start what should answer at {host}, port 443.",
            "org.{host.owner}.host.\"{host}\".state = \"up\"",
        )],
        &[],
    );
    const ENDPOINT: Remedy = remedy_when!(
        is_wrong_endpoint,
        "the endpoint that the requester calls is none of the partner's",
        RequesterAdministrator,
        CORRECT_ENDPOINT.steps,
        CONFIGURATION,
    );
    const NO_WAY_OUT: Remedy = remedy_when!(
        |case| case.server.is_some()
            && super::vocabulary::value("entry", case).is_some()
            && has_no_way_out(case),
        "the server has no way to the Internet",
        RequesterAdministrator,
        &[Step::Change(
            "Open the firewall for {entry}, or Set-ExchangeServer {entry} -InternetWebProxy.",
            "org.{requester}.server.{entry}.direct_internet = true",
        )],
        &[],
    );
    Some(match cause {
        Cause::NetworkUnreachable => {
            const {
                &treated!(
                    &[
                        "{down-link}.state",
                        "org.{requester}.server.{entry}.direct_internet"
                    ],
                    &[
                        NO_WAY_OUT,
                        remedy!(
                            NetworkOperator,
                            &[Step::Change(
                                "Repair the link {down-link}.",
                                "{down-link}.state = \"up\""
                            )],
                            &[],
                        ),
                        HOST_UP,
                    ],
                )
            }
        }
        Cause::NetworkDropped => {
            const {
                &treated!(
                    &[
                        "{firewall-rule}.action",
                        "org.{host.owner}.host.{host}.state",
                        "gateway.{gateway}.state",
                        "org.{requester}.server.{entry}.direct_internet"
                    ],
                    &[NO_WAY_OUT, ENDPOINT, FIREWALL, GATEWAY_UP, HOST_UP, PASSES],
                )
            }
        }
        Cause::NetworkReset => {
            const {
                &treated!(
                    &[
                        "{firewall-rule}.action",
                        "org.{host.owner}.host.{host}.state",
                        "gateway.{gateway}.state"
                    ],
                    &[ENDPOINT, FIREWALL, GATEWAY_UP, HOST_UP, PASSES],
                )
            }
        }
        Cause::NetworkLost => {
            const {
                &treated!(
                    &["{down-link}.loss", "parameters.loss"],
                    &[remedy!(
                        NetworkOperator,
                        &[Step::Change(
                            "Repair the link {down-link}.",
                            "{down-link}.loss = \"0 %\""
                        )],
                        &[],
                    )],
                )
            }
        }
        Cause::ProxyUnreachable => {
            const {
                &treated!(
                    &[
                        "org.{requester}.server.{entry}.web_proxy.state",
                        "org.{requester}.server.{entry}.web_proxy.host"
                    ],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Change(
                            "Repair the web proxy of {entry}, or Set-ExchangeServer {entry} -InternetWebProxy with another one.",
                            "org.{requester}.server.{entry}.web_proxy.state = \"up\"",
                        )],
                        &[],
                    )],
                )
            }
        }
        Cause::ProxyAuthentication => {
            const {
                &treated!(
                    &["org.{requester}.server.{entry}.web_proxy.authentication"],
                    &[remedy!(
                        NetworkOperator,
                        &[Step::Change(
                            "Exempt the Exchange servers from the web proxy's authentication.",
                            "org.{requester}.server.{entry}.web_proxy.authentication = \"none\"",
                        )],
                        &[],
                    )],
                )
            }
        }
        _ => return None,
    })
}

fn has_no_way_out(case: &Case<'_>) -> bool {
    case.entry.is_some_and(|server| {
        let server = case.federation.servers.at(server, case.decided);
        server.outbound == crate::model::organization::Outbound::Closed
    })
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
                        remedy!(
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
                            |case| case.failure.side == crate::model::outcome::Side::Target,
                            "nobody has to trust the certificate's issuer",
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
                                "org.{requester}.server.{entry}.trusted_roots = [{entry.roots-and-issuer}]",
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
                            "Publish the WSSecurity paths of {host} without pre-authentication.",
                            "org.{host.owner}.host.\"{host}\".preauthentication = \"none\"",
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
                        remedy!(
                            TargetAdministrator,
                            &[Step::Change(
                                "Start the servers behind {host}.",
                                "org.{target}.server.{target.server}.state = \"up\"",
                            )],
                            &[],
                        ),
                        remedy!(
                            Wait,
                            &[Step::Wait("a server behind {host} runs again")],
                            &[]
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
                            "Start-WebAppPool, on {server}: MSExchangeServicesAppPool or MSExchangeAutodiscoverAppPool.",
                            "org.{target}.server.{server}.{directory}.pool = \"running\"",
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
                            "org.{target}.server.{server}.{directory}.pool = \"running\"",
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
                    &[
                        "org.{target}.server.{server}.ews.external_url",
                        "org.{requester}.server.{server}.ews.external_url"
                    ],
                    &[
                        remedy_when!(
                            |case| case.here() == Some(case.requester()),
                            "somebody shares a calendar, and the own address is missing",
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Get-WebServicesVirtualDirectory | Set-WebServicesVirtualDirectory -ExternalUrl https://{requester.host}/EWS/Exchange.asmx",
                            )],
                            &[Replication, RelationshipCache],
                        ),
                        remedy!(
                            TargetAdministrator,
                            &[
                                Step::Cmdlets(
                                    AtTarget,
                                    "Get-WebServicesVirtualDirectory | Set-WebServicesVirtualDirectory -ExternalUrl https://{target.host}/EWS/Exchange.asmx",
                                ),
                                Step::Cmdlets(AtRequester, "iisreset {entry}"),
                            ],
                            &[Replication, RelationshipCache, PoolStart],
                        ),
                    ],
                )
            }
        }
        _ => return None,
    })
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
                        remedy!(
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
                            |case| case.here() == Some(case.requester()),
                            "the user's own server is too old",
                            LocalAdministrator,
                            &[Step::Build(
                                "Add-AvailabilityAddressSpace -ForestName {attendee.domain} -AccessMethod InternalProxy, so that a newer server of {requester} asks.",
                                "address_space.\"{requester} -> {attendee.domain}\".access_method = \"InternalProxy\"",
                            )],
                            &[],
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
