//! Treatments of tokens at the one that is asked, of OAuth, address spaces, budgets and deadlines.
//!
//! It knows no relationship's switches. Invariant: each cause has at most one row here.

use super::Actor::{
    GatewayOperator, NetworkOperator, RequesterAdministrator, TargetAdministrator, Wait,
};
use super::Passing::{AddressSpaces, CertificateDistribution, RelationshipCache, Replication};
use super::Where::{Here, Requester as AtRequester, Target as AtTarget};
use super::{CONFIGURATION, Remedy, Step, Treatment, remedy, remedy_when, treated};
use crate::diagnosis::case::Case;
use crate::engine::Offset;
use crate::model::cause::Cause;

/// The treatment of a cause of these kinds.
pub(super) fn treatment(cause: Cause) -> Option<&'static Treatment> {
    validation(cause)
        .or_else(|| other_paths(cause))
        .or_else(|| deadline(cause))
}

/// The clock by which a token is too old or too new: the target's, or the gateway's.
const CLOCKS: &[Remedy] = &[
    remedy_when!(
        targets_clock_is_wrong,
        "the target's clock is wrong",
        TargetAdministrator,
        &[Step::OnServer(
            AtTarget,
            "Set-Date -Adjust {server.clock-correction}",
        )],
        &[],
    ),
    remedy!(
        GatewayOperator,
        &[Step::Change(
            "The operator of the gateway corrects its clock.",
            "gateway.{gateway}.clock_offset = \"0 s\"",
        )],
        &[],
    ),
];

fn targets_clock_is_wrong(case: &Case<'_>) -> bool {
    case.server.is_some_and(|server| {
        let server = case.federation.servers.at(server, case.decided);
        server.clock_error != Offset::default()
    })
}

fn validation(cause: Cause) -> Option<&'static Treatment> {
    const CLOCK: &[&str] = &[
        "org.{target}.server.{server}.clock_offset",
        "gateway.{gateway}.clock_offset",
    ];
    Some(match cause {
        Cause::TokenMalformed => {
            const {
                &treated!(
                    &["org.{host.owner}.host.{host}.strips_soap_header"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Change(
                            "Publish {host}, and all other hosts, without changing messages: no single sign-on, headers passed through.",
                            "{host.with-header}",
                        )],
                        &[],
                    )],
                )
            }
        }
        Cause::TokenEncryptionUnknown => {
            const {
                &treated!(
                    &[
                        "org.{target}.trust.registered_certificate",
                        "org.{target}.trust.organization_certificate",
                        "org.{target}.server.{server}.certificate.{target.certificate}",
                    ],
                    &[
                        remedy_when!(
                            |case| case.here() == case.target,
                            "the partner can make its trust anew",
                            TargetAdministrator,
                            &[Step::Cmdlets(Here, super::gate::RECREATE)],
                            &[Replication, RelationshipCache, CertificateDistribution],
                        ),
                        remedy!(
                            TargetAdministrator,
                            &[Step::Change(
                                "Let the gateway have a certificate of {target} that is on every server: stage it with Set-FederationTrust -Thumbprint, then publish it.",
                                "org.{target}.trust.registered_certificate = \"{target.certificate}\"",
                            ),],
                            &[Replication, RelationshipCache, CertificateDistribution],
                        )
                    ],
                )
            }
        }
        Cause::TokenSignatureUnknown => {
            const {
                &treated!(
                    &[
                        "org.{target}.trust.metadata_refreshed",
                        "org.{target}.trust.automatic_refresh",
                        "org.{target}.trust.token_issuer_certificate"
                    ],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Cmdlets(
                            AtTarget,
                            "Get-FederationTrust | Set-FederationTrust -RefreshMetadata\n\
                         Get-FederationTrust | Set-FederationTrust -RefreshMetadata",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::TokenAudienceMismatch => {
            const {
                &treated!(
                    &[
                        "relationship.{requester.relationship-key}.target_application_uri",
                        "org.{target}.trust.application_uri",
                        "relationship.{requester.relationship-key}.target_sharing_epr"
                    ],
                    &[
                        remedy_when!(
                            |case| case.failure.side == crate::model::outcome::Side::Target,
                            "the partner itself holds another application URI than the gateway has registered",
                            TargetAdministrator,
                            &[Step::Change(
                                "Set-FederationTrust -Identity \"Microsoft Federation Gateway\" -ApplicationUri {here.registered-uri}",
                                "org.{here}.trust.application_uri = \"{here.registered-uri}\"",
                            )],
                            CONFIGURATION,
                        ),
                        remedy_when!(
                            |case| case.is_endpoint_of_another(),
                            "the relationship's TargetSharingEpr is none of the partner's",
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Set-OrganizationRelationship -Identity \"{requester.relationship}\" -TargetSharingEpr $null",
                            )],
                            CONFIGURATION,
                        ),
                        remedy!(
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Get-FederationInformation -DomainName {attendee.domain} | Set-OrganizationRelationship -Identity \"{requester.relationship}\"",
                            )],
                            CONFIGURATION,
                        ),
                    ],
                )
            }
        }
        Cause::TokenNotYetValid | Cause::TokenConditionsExpired => {
            const { &treated!(CLOCK, CLOCKS) }
        }
        Cause::TokenOfferExpired => {
            const {
                &treated!(
                    &[
                        "org.{target}.server.{server}.clock_offset",
                        "gateway.{gateway}.clock_offset",
                        "invitation.{invitation}.opened_after"
                    ],
                    &[
                        remedy_when!(
                            |case| case.asks == crate::model::outcome::Asks::OpenInvitation,
                            "an invitation was opened too late",
                            super::Actor::Requester,
                            &[Step::Build(
                                "Share once more, and open the invitation within 15 days.",
                                "invitation.{invitation}.opened_after = \"1 h\"",
                            )],
                            &[],
                        ),
                        CLOCKS[0],
                        CLOCKS[1],
                    ],
                )
            }
        }
        Cause::TokenSubjectMissing => {
            const {
                &treated!(
                    &["gateway.{gateway}.state"],
                    &[remedy!(
                        GatewayOperator,
                        &[Step::Wait(
                            "the operator of the gateway has repaired what it issues"
                        )],
                        &[]
                    )],
                )
            }
        }
        Cause::TokenOfferMismatch => {
            const {
                &treated!(
                    &["request.{request}.asks"],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Wait(
                            "the program asks for a token of the right offer"
                        )],
                        &[]
                    )],
                )
            }
        }
        Cause::TokenEmailMissing => {
            const {
                &treated!(
                    &["org.{requester}.mailbox.{from.mailbox}.addresses"],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Cmdlets(
                            AtRequester,
                            "Set-Mailbox {from.mailbox} -EmailAddresses @{Add=\"{from.local}@{requester.domain}\"}",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        _ => return None,
    })
}

fn other_paths(cause: Cause) -> Option<&'static Treatment> {
    Some(match cause {
        Cause::OAuthTokenRefused | Cause::OAuthRejected => {
            const {
                &treated!(
                    &[
                        "connector.{connector}.oauth",
                        "connector.{connector}.enabled"
                    ],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Cmdlets(
                            AtRequester,
                            "Set-IntraOrganizationConnector -Identity \"{connector.shown}\" -Enabled $false",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::AddressSpaceDiscoveryFailed => {
            const {
                &treated!(
                    &["address_space.{address-space}.target_autodiscover_epr"],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Change(
                            "Add-AvailabilityAddressSpace -ForestName {attendee.domain} -TargetAutodiscoverEpr {target.discovery-endpoint}",
                            "address_space.\"{address-space}\".target_autodiscover_epr = \"{target.discovery-endpoint}\"",
                        )],
                        &[Replication, AddressSpaces],
                    )],
                )
            }
        }
        Cause::AddressSpaceCredentials => {
            const {
                &treated!(
                    &["address_space.{address-space}.credentials"],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Change(
                            "Set-AvailabilityConfig -OrgWideAccount, with an account that {target} accepts.",
                            "address_space.\"{address-space}\".credentials = \"valid\"",
                        )],
                        &[Replication, AddressSpaces],
                    )],
                )
            }
        }
        Cause::AddressSpaceMethodUnsupported => {
            const {
                &treated!(
                    &[
                        "address_space.{address-space}.access_method",
                        "org.{requester}.exchange"
                    ],
                    &[remedy!(
                        RequesterAdministrator,
                        &[Step::Change(
                            "Make the availability address space for {attendee.domain} anew, with the access method OrgWideFB (its removal is no modelled cmdlet).",
                            "address_space.\"{address-space}\".access_method = \"OrgWideFB\"",
                        )],
                        &[Replication, AddressSpaces],
                    )],
                )
            }
        }
        Cause::ThrottlingCallerOverBudget => {
            const {
                &treated!(
                    &[
                        "parameters.throttle_burst",
                        "parameters.throttle_recharge",
                        "parameters.throttle_concurrency"
                    ],
                    &[
                        remedy!(
                            Wait,
                            &[Step::Wait("the caller's budget has recharged")],
                            &[]
                        ),
                        remedy!(
                            TargetAdministrator,
                            &[Step::Build(
                                "Set-ThrottlingPolicy -EwsCutoffBalance 3000000 -EwsMaxBurst 300000 -EwsRechargeRate 900000; here a parameter of all organizations.",
                                "parameters.throttle_burst = \"5 min\"\nparameters.throttle_recharge = \"15 min\"\nparameters.throttle_cutoff = \"50 min\"",
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

fn deadline(cause: Cause) -> Option<&'static Treatment> {
    Some(match cause {
        Cause::DeadlineAtOwnServer => {
            const {
                &treated!(
                    &[
                        "parameters.pool_cold_start",
                        "org.{requester}.server.{entry}.threads",
                        "parameters.availability_deadline"
                    ],
                    &[remedy!(
                        Wait,
                        &[Step::Wait(
                            "the requester's own server has started, or has less to do"
                        )],
                        &[]
                    )],
                )
            }
        }
        Cause::DeadlineAtToken => {
            const {
                &treated!(
                    &[
                        "gateway.{gateway}.state",
                        "gateway.{gateway}.token_service_time"
                    ],
                    &[
                        remedy!(
                            GatewayOperator,
                            &[Step::Build(
                                "The operator of the gateway repairs what is slow.",
                                "gateway.{gateway}.state = \"up\"\n\
                             gateway.{gateway}.token_service_time = { dist = \"lognormal\", median = \"180 ms\", p99 = \"1.8 s\" }",
                            )],
                            &[],
                        ),
                        remedy!(Wait, &[Step::Wait("the gateway is as fast as usual")], &[]),
                    ],
                )
            }
        }
        Cause::DeadlineAtAutodiscover => {
            const {
                &treated!(
                    &[
                        "parameters.autodiscover_service",
                        "org.{target}.server.{server}.threads"
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
                            Wait,
                            &[Step::Wait("the partner's Autodiscover is as fast as usual")],
                            &[]
                        ),
                    ],
                )
            }
        }
        Cause::DeadlineAtAvailability => {
            const {
                &treated!(
                    &[
                        "parameters.availability_fixed",
                        "org.{target}.server.{server}.threads",
                        "org.{target}.server.{server}.local_utilization"
                    ],
                    &[
                        remedy!(
                            Wait,
                            &[Step::Wait(
                                "the partner's servers have started, or have less to do"
                            )],
                            &[]
                        ),
                        remedy!(
                            TargetAdministrator,
                            &[Step::Build(
                                "Add Client Access servers to {target}, until a free/busy query takes fractions of a second; here a parameter of all organizations.",
                                "parameters.availability_fixed = { dist = \"lognormal\", median = \"25 ms\", p99 = \"250 ms\" }\n\
                             parameters.availability_per_mailbox = { dist = \"lognormal\", median = \"8 ms\", p99 = \"80 ms\" }\n\
                             org.{target}.server.{server}.threads = 64",
                            )],
                            &[],
                        ),
                    ],
                )
            }
        }
        Cause::DeadlineAtConnection => {
            const {
                &treated!(
                    &[
                        "dns.zone.{host.zone}.delay",
                        "dns.zone.{host.zone}.state",
                        "org.{host.owner}.host.{host}.state",
                        "parameters.dns_cold"
                    ],
                    &[
                        remedy_when!(
                            zone_is_slow,
                            "the zone's servers are slow",
                            super::Actor::DnsOperator,
                            &[Step::Change(
                                "Repair the servers of {host.zone}.",
                                "dns.zone.\"{host.zone}\".delay = { dist = \"constant\", value = \"20 ms\" }",
                            )],
                            &[],
                        ),
                        remedy_when!(
                            |case| super::way::is_partners_host(case),
                            "the host that does not answer is the partner's own",
                            NetworkOperator,
                            &[Step::Change(
                                "Repair {host}, so that it answers on port 443.",
                                "org.{host.owner}.host.\"{host}\".state = \"up\"",
                            )],
                            &[],
                        ),
                        remedy!(
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Set-OrganizationRelationship -Identity \"{requester.relationship}\" -TargetAutodiscoverEpr {target.autodiscover-epr}",
                            )],
                            CONFIGURATION,
                        ),
                        remedy!(
                            Wait,
                            &[Step::Wait("names and connections are as fast as usual")],
                            &[]
                        ),
                    ],
                )
            }
        }
        _ => return None,
    })
}

fn zone_is_slow(case: &Case<'_>) -> bool {
    let zones = case.prepared.compiled.effective.table("dns");
    let Some(host) = case.host else {
        return false;
    };
    let host = case.federation.names.text(host);
    let mut zones = zones.named("zone");
    zones.any(|(zone, row)| {
        let holds = host == zone || host.ends_with(&format!(".{zone}"));
        holds && row.get("delay").is_some()
    })
}
