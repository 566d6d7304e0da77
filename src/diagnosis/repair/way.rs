//! Treatments of the way to a host: names, resolvers, links, firewalls, web proxies.
//!
//! It knows no service behind the host. Invariant: each cause has at most one row here.

use super::Actor::{
    DnsOperator, NetworkOperator, RequesterAdministrator, TargetAdministrator, Wait,
};
use super::Passing::{PoolStart, RelationshipCache, Replication, ResolverCaches};
use super::Where::{Requester as AtRequester, Target as AtTarget};
use super::vocabulary::value;
use super::{CONFIGURATION, Passing, Remedy, Step, Treatment, remedy, remedy_when, treated};
use crate::diagnosis::case::Case;
use crate::model::cause::Cause;
use crate::model::dns::{Answer, RecordType};
use crate::model::outcome::{Leg, Side};

/// The treatment of a cause of these kinds.
pub(super) fn treatment(cause: Cause) -> Option<&'static Treatment> {
    names(cause).or_else(|| network(cause))
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
pub(super) const CORRECT_ENDPOINT: Remedy = remedy_when!(
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
        "dns.record.{host} A.exists",
        "dns.record.{host} A.value",
        "dns.zone.{host.zone}.state",
        "relationship.{requester.relationship-key}.target_autodiscover_epr",
    ];
    fn is_split(case: &Case<'_>) -> bool {
        let (Some(host), Some(resolver)) = (case.host, value("resolver", case)) else {
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
    fn is_old_endpoint(case: &Case<'_>) -> bool {
        case.failure.side == Side::Requester && is_called_at_partner(case) && !is_split(case)
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
                            zone_is_bad,
                            "the zone's servers are in trouble",
                            DnsOperator,
                            &[Step::Change(
                                "Repair the zone {host.zone}.",
                                "dns.zone.\"{host.zone}\".state = \"ok\"",
                            )],
                            &[ResolverCaches],
                        ),
                        remedy_when!(
                            is_discovered,
                            "the name is the one that the partner's Autodiscover tells",
                            TargetAdministrator,
                            &[
                                Step::Cmdlets(
                                    AtTarget,
                                    "Get-WebServicesVirtualDirectory | Set-WebServicesVirtualDirectory -ExternalUrl https://{target.ews-host}/EWS/Exchange.asmx",
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
                                Step::Cmdlets(
                                    AtTarget,
                                    "Add-DnsServerResourceRecord -ZoneName {host.zone} -Name {host.label} -A -IPv4Address {host}",
                                ),
                                Step::Cmdlets(
                                    AtRequester,
                                    "Start-Sleep -Seconds 1\niisreset {entry}"
                                ),
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
    let state = |resolver: String| case.setting(&["dns", "resolver", &resolver, "state"]);
    value("resolver", case)
        .and_then(state)
        .is_some_and(|state| state != "\"up\"")
}

/// Whether the servers of the host's zone are in trouble.
fn zone_is_bad(case: &Case<'_>) -> bool {
    let state = |zone: String| case.setting(&["dns", "zone", &zone, "state"]);
    value("host.zone", case)
        .and_then(state)
        .is_some_and(|state| state != "\"ok\"")
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
        |case| case.failure.side == Side::Gateway,
        "the gateway does not answer",
        super::Actor::GatewayOperator,
        &[Step::Change(
            "The operator of the gateway repairs it.",
            "gateway.{gateway}.state = \"up\""
        )],
        &[],
    );
    const PASSES: Remedy = remedy_when!(
        |case| case.something_changes(),
        "something changes in the course of the run",
        Wait,
        &[Step::Wait(
            "the way is open again, or resolvers have forgotten an old address"
        )],
        &[],
    );
    const HOST_UP: Remedy = remedy_when!(
        host_is_not_up,
        "the host itself does not answer, or nobody says who has to",
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
        |case| case.server.is_some() && value("entry", case).is_some() && has_no_way_out(case),
        "the server has no way to the Internet",
        RequesterAdministrator,
        &[Step::Cmdlets(
            AtRequester,
            "Set-ExchangeServer {entry} -InternetWebProxy http://{requester.web-proxy}:8080",
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

/// Whether the host that was called is not up; of one that stands for another host that is not known.
fn host_is_not_up(case: &Case<'_>) -> bool {
    case.called_host().is_some_and(|host| {
        let host = case.federation.hosts.at(host, case.decided);
        host.state != crate::model::publishing::HostState::Up
    })
}

fn has_no_way_out(case: &Case<'_>) -> bool {
    case.entry.is_some_and(|server| {
        let server = case.federation.servers.at(server, case.decided);
        server.outbound == crate::model::organization::Outbound::Closed
    })
}
