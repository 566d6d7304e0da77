//! Treatments of what the gateway and an organization's own federation refuse: trust, identifier, certificates,
//! the gateway's decisions.
//!
//! It knows no relationship. Invariant: each cause has at most one row here.

use super::Actor::{
    BothAdministrators, GatewayOperator, LocalAdministrator, RequesterAdministrator, Wait,
};
use super::Passing::{CertificateDistribution, RelationshipCache, Replication};
use super::Where::{Here, Requester as AtRequester};
use super::{CONFIGURATION, Step, Treatment, Where, remedy, remedy_when, treated};
use crate::diagnosis::case::Case;
use crate::model::cause::Cause;
use crate::model::observation::PathObject;

/// A trust with everything that belongs to it, from nothing: certificate, proofs, identifier, domains.
const SET_UP: &str = "\
$ski = [System.Guid]::NewGuid().ToString(\"N\")
New-ExchangeCertificate -FriendlyName \"Exchange Federated Delegation\" -DomainName \"{here.domain}\" -Services Federation -KeySize 2048 -PrivateKeyExportable $true -SubjectKeyIdentifier $ski | New-FederationTrust -Name \"Microsoft Federation Gateway\"
$proof = Get-FederatedDomainProof -DomainName {here.domain}
Add-DnsServerResourceRecord -ZoneName {here.domain} -Name \"@\" -Txt -DescriptiveText $proof.Proof
Set-FederatedOrganizationIdentifier -DelegationFederationTrust \"Microsoft Federation Gateway\" -AccountNamespace {here.domain} -DefaultDomain {here.domain} -Enabled $true{here.further-domains}";

/// The same at the organization that is asked.
pub(super) const SET_UP_TARGET: &str = "\
$ski = [System.Guid]::NewGuid().ToString(\"N\")
New-ExchangeCertificate -FriendlyName \"Exchange Federated Delegation\" -DomainName \"{target.domain}\" -Services Federation -KeySize 2048 -PrivateKeyExportable $true -SubjectKeyIdentifier $ski | New-FederationTrust -Name \"Microsoft Federation Gateway\"
$proof = Get-FederatedDomainProof -DomainName {target.domain}
Add-DnsServerResourceRecord -ZoneName {target.domain} -Name \"@\" -Txt -DescriptiveText $proof.Proof
Set-FederatedOrganizationIdentifier -DelegationFederationTrust \"Microsoft Federation Gateway\" -AccountNamespace {target.domain} -DefaultDomain {target.domain} -Enabled $true{target.further-domains}";

/// The trust turns to the gateway of the partner's cloud, which looks for the proofs in DNS.
const TURN_TO_TARGETS_GATEWAY: &str = "\
$proof = Get-FederatedDomainProof -DomainName {requester.domain}
Add-DnsServerResourceRecord -ZoneName {requester.domain} -Name \"@\" -Txt -DescriptiveText $proof.Proof
Set-FederationTrust -Identity \"Microsoft Federation Gateway\" -RefreshMetadata -MetadataUrl https://{target.metadata-host}/FederationMetadata/2006-12/FederationMetadata.xml";

/// Whether the partner's gateway is neither the worldwide one nor the one before it.
fn target_has_a_cloud_of_its_own(case: &Case<'_>) -> bool {
    case.target.is_some_and(|target| {
        let row = case.federation.organizations.at(target, case.decided);
        let gateway = case.federation.gateways.original(row.trust.gateway);
        !["business", "consumer"].contains(&&*gateway.name)
    })
}

/// The treatment of a cause of these kinds.
pub(super) fn treatment(cause: Cause) -> Option<&'static Treatment> {
    organization(cause)
        .or_else(|| certificate(cause))
        .or_else(|| gateway(cause))
}

fn organization(cause: Cause) -> Option<&'static Treatment> {
    const REFRESH: &str = "Get-FederationTrust | Set-FederationTrust -RefreshMetadata";
    Some(match cause {
        Cause::OrganizationUnfederated => {
            const {
                &treated!(
                    &["org.{here}.trust.exists", "org.{here}.setup"],
                    &[remedy!(
                        LocalAdministrator,
                        &[Step::Cmdlets(Here, SET_UP)],
                        &[Replication, RelationshipCache, CertificateDistribution],
                    )],
                )
            }
        }
        Cause::OrganizationIdentifierDisabled => {
            const {
                &treated!(
                    &[
                        "org.{here}.identifier.enabled",
                        "org.{here}.identifier.exists"
                    ],
                    &[
                        remedy_when!(
                            |case| !identifier_is_set(case),
                            "the identifier is not set",
                            LocalAdministrator,
                            &[Step::Cmdlets(
                                Here,
                                "$proof = Get-FederatedDomainProof -DomainName {here.domain}\n\
                             Add-DnsServerResourceRecord -ZoneName {here.domain} -Name \"@\" -Txt -DescriptiveText $proof.Proof\n\
                             Set-FederatedOrganizationIdentifier -DelegationFederationTrust \"Microsoft Federation Gateway\" -AccountNamespace {here.domain} -DefaultDomain {here.domain} -Enabled $true{here.further-domains}",
                            )],
                            CONFIGURATION,
                        ),
                        remedy!(
                            LocalAdministrator,
                            &[Step::Cmdlets(
                                Here,
                                "Set-FederatedOrganizationIdentifier -Enabled $true"
                            )],
                            CONFIGURATION,
                        ),
                    ],
                )
            }
        }
        Cause::TrustUnreadable => {
            const {
                &treated!(
                    &["org.{here}.server.{server}.directory"],
                    &[remedy!(
                        LocalAdministrator,
                        &[Step::Change(
                            "Repair the connection of {server} to Active Directory.",
                            "org.{server.owner}.server.{server}.directory = \"reachable\"",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::TrustTokenIssuerUriMissing => {
            const {
                &treated!(
                    &["org.{here}.trust.token_issuer_uri"],
                    &[remedy!(
                        LocalAdministrator,
                        &[Step::Cmdlets(Here, REFRESH)],
                        CONFIGURATION
                    )],
                )
            }
        }
        Cause::TrustTokenIssuerEprMissing => {
            const {
                &treated!(
                    &["org.{here}.trust.token_issuer_epr"],
                    &[remedy!(
                        LocalAdministrator,
                        &[Step::Cmdlets(Here, REFRESH)],
                        CONFIGURATION
                    )],
                )
            }
        }
        Cause::TrustApplicationUriMissing => {
            const {
                &treated!(
                    &["org.{here}.trust.application_uri"],
                    &[remedy!(
                        LocalAdministrator,
                        &[Step::Change(
                            "Set-FederationTrust -Identity \"Microsoft Federation Gateway\" -ApplicationUri {here.registered-uri}",
                            "org.{here}.trust.application_uri = \"{here.registered-uri}\"",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::TrustTokenIssuerCertificateMissing => {
            const {
                &treated!(
                    &["org.{here}.trust.token_issuer_certificate"],
                    &[remedy!(
                        LocalAdministrator,
                        &[Step::Cmdlets(Here, REFRESH)],
                        CONFIGURATION
                    )],
                )
            }
        }
        Cause::TrustTokenIssuerCertificateExpired => {
            const {
                &treated!(
                    &[
                        "org.{here}.trust.metadata_refreshed",
                        "org.{here}.trust.token_issuer_certificate"
                    ],
                    &[remedy!(
                        LocalAdministrator,
                        &[Step::Cmdlets(Here, REFRESH)],
                        CONFIGURATION
                    )],
                )
            }
        }
        _ => return None,
    })
}

fn certificate(cause: Cause) -> Option<&'static Treatment> {
    const STORE: &[&str] = &["org.{server.owner}.server.{server}.certificate.{here.certificate}"];
    Some(match cause {
        Cause::TrustOrganizationCertificateMissing => {
            const {
                &treated!(
                    &["org.{here}.trust.organization_certificate"],
                    &[remedy!(
                        LocalAdministrator,
                        &[Step::Cmdlets(Here, RECREATE)],
                        &[Replication, RelationshipCache, CertificateDistribution],
                    )],
                )
            }
        }
        Cause::TrustOrganizationCertificateNotInStore
        | Cause::TrustOrganizationCertificateNoPrivateKey => {
            const {
                &treated!(
                    STORE,
                    &[remedy!(
                        LocalAdministrator,
                        &[Step::Change(
                            "Export-ExchangeCertificate on a server that has it with its key, Import-ExchangeCertificate on {server}.",
                            "org.{server.owner}.server.{server}.certificate.{here.certificate} = \"installed\"",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::TrustOrganizationCertificateExpired => {
            const {
                &treated!(
                    &[
                        "org.{here}.certificate.{here.certificate}.not_after",
                        "org.{here}.certificate.{here.certificate}.not_before"
                    ],
                    &[remedy!(
                        LocalAdministrator,
                        &[Step::Cmdlets(Here, RECREATE)],
                        &[Replication, RelationshipCache, CertificateDistribution],
                    )],
                )
            }
        }
        Cause::TrustOrganizationCertificateUnusable => {
            const {
                &treated!(
                    &[
                        "org.{here}.certificate.{here.certificate}.key_provider",
                        "org.{server.owner}.server.{server}.certificate.{here.certificate}",
                    ],
                    &[remedy!(
                        LocalAdministrator,
                        &[Step::Cmdlets(Here, RECREATE)],
                        &[Replication, RelationshipCache, CertificateDistribution],
                    )],
                )
            }
        }
        _ => return None,
    })
}

/// The trust taken down and set up again with a new certificate: what an expired one leaves.
pub(super) const RECREATE: &str = "\
{here.remove-domains}Remove-FederationTrust -Identity \"Microsoft Federation Gateway\" -Force
$ski = [System.Guid]::NewGuid().ToString(\"N\")
New-ExchangeCertificate -FriendlyName \"Exchange Federated Delegation\" -DomainName \"{here.domain}\" -Services Federation -KeySize 2048 -PrivateKeyExportable $true -SubjectKeyIdentifier $ski | New-FederationTrust -Name \"Microsoft Federation Gateway\"
$proof = Get-FederatedDomainProof -DomainName {here.domain}
Add-DnsServerResourceRecord -ZoneName {here.domain} -Name \"@\" -Txt -DescriptiveText $proof.Proof
Set-FederatedOrganizationIdentifier -DelegationFederationTrust \"Microsoft Federation Gateway\" -AccountNamespace {here.domain} -DefaultDomain {here.domain} -Enabled $true{here.further-domains}";

fn gateway(cause: Cause) -> Option<&'static Treatment> {
    fn is_upn(case: &Case<'_>) -> bool {
        case.declared_mailbox(case.from).is_some()
    }
    Some(match cause {
        Cause::TokenUnknownIssuer | Cause::GatewayInstanceMismatch | Cause::GatewayClosed => {
            const {
                &treated!(
                    &[
                        "org.{requester}.gateway",
                        "org.{target}.gateway",
                        "gateway.{gateway}.closed_from"
                    ],
                    &[
                        remedy_when!(
                            target_has_a_cloud_of_its_own,
                            "the partner's cloud has a gateway of its own",
                            RequesterAdministrator,
                            &[Step::Cmdlets(AtRequester, TURN_TO_TARGETS_GATEWAY)],
                            CONFIGURATION,
                        ),
                        remedy!(
                            BothAdministrators,
                            &[Step::Build(
                                "Remove-FederationTrust and New-FederationTrust, so that the trusts of {requester} and {target} are with the business instance.",
                                "org.{requester}.gateway = \"business\"\norg.{target}.gateway = \"business\"",
                            )],
                            &[],
                        ),
                    ],
                )
            }
        }
        Cause::GatewaySignatureUnknown => {
            const {
                &treated!(
                    &[
                        "org.{requester}.trust.registered_certificate",
                        "org.{requester}.trust.organization_certificate",
                        "org.{requester}.trust.registered"
                    ],
                    &[
                        remedy_when!(
                            is_registered,
                            "the gateway knows another certificate",
                            RequesterAdministrator,
                            &[Step::Cmdlets(AtRequester, RECREATE)],
                            &[Replication, RelationshipCache, CertificateDistribution],
                        ),
                        remedy!(
                            RequesterAdministrator,
                            &[Step::Change(
                                "The operator of the gateway restores the registration of {requester} with the certificate that its trust has now; or the trust is made anew.",
                                "org.{requester}.trust.registered = true\n\
                         org.{requester}.trust.registered_certificate = \"{requester.certificate}\"",
                            )],
                            CONFIGURATION,
                        ),
                    ],
                )
            }
        }
        Cause::GatewayTimestampRefused => {
            const {
                &treated!(
                    &[
                        "org.{requester}.server.{entry}.clock_offset",
                        "gateway.{gateway}.clock_offset"
                    ],
                    &[
                        remedy_when!(
                            gateways_clock_is_right,
                            "the gateway's clock is right",
                            RequesterAdministrator,
                            &[Step::OnServer(
                                AtRequester,
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
                    ],
                )
            }
        }
        Cause::GatewayDomainNotRegistered => {
            const {
                &treated!(
                    &[
                        "org.{requester}.trust.registered_domains",
                        "org.{requester}.trust.registered"
                    ],
                    &[
                        remedy!(
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Remove-FederatedDomain -DomainName {caller.domain} -Force -Confirm:$false\n\
                         $proof = Get-FederatedDomainProof -DomainName {caller.domain}\n\
                         Add-DnsServerResourceRecord -ZoneName {caller.domain} -Name \"@\" -Txt -DescriptiveText $proof.Proof\n\
                         Add-FederatedDomain -DomainName {caller.domain}",
                            )],
                            CONFIGURATION,
                        ),
                        remedy!(
                            RequesterAdministrator,
                            &[Step::Change(
                                "Add-FederatedDomain -DomainName {caller.domain}, after its proof stands in DNS.",
                                "org.{requester}.trust.registered_domains = [{requester.domains-listed}]",
                            )],
                            CONFIGURATION,
                        )
                    ],
                )
            }
        }
        Cause::GatewayNamespaceMismatch => {
            const {
                &treated!(
                    &[
                        "org.{requester}.trust.registered_namespace",
                        "org.{requester}.identifier.account_namespace"
                    ],
                    &[
                        remedy_when!(
                            |case| !knows_the_namespace(case),
                            "the gateway has another namespace registered",
                            RequesterAdministrator,
                            &[Step::Change(
                                "Set-FederatedOrganizationIdentifier -AccountNamespace {requester.namespace}, so that the gateway knows the namespace of the users.",
                                "org.{requester}.trust.registered_namespace = \"{requester.namespace}\"",
                            )],
                            CONFIGURATION,
                        ),
                        remedy_when!(
                            is_upn,
                            "the user is known by another suffix",
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Set-Mailbox {from.mailbox} -ImmutableId {from.local}@{namespace}",
                            )],
                            CONFIGURATION,
                        ),
                    ],
                )
            }
        }
        Cause::GatewayTargetNotRegistered => {
            const {
                &treated!(
                    &[
                        "relationship.{requester.relationship-key}.target_application_uri",
                        "org.{target}.trust.registered"
                    ],
                    &[
                        remedy_when!(
                            partner_has_no_trust,
                            "the partner has no federation trust",
                            super::Actor::TargetAdministrator,
                            &[Step::Cmdlets(Where::Target, SET_UP_TARGET)],
                            &[Replication, RelationshipCache, CertificateDistribution],
                        ),
                        remedy_when!(
                            |case| !partner_is_registered(case),
                            "the partner is not registered at the gateway",
                            super::Actor::TargetAdministrator,
                            &[Step::Change(
                                "Set-FederatedOrganizationIdentifier -DelegationFederationTrust \"Microsoft Federation Gateway\" -AccountNamespace … in {target}, so that the gateway knows it.",
                                "org.{target}.trust.registered = true",
                            )],
                            CONFIGURATION,
                        ),
                        remedy!(
                            RequesterAdministrator,
                            &[Step::Cmdlets(
                                AtRequester,
                                "Set-OrganizationRelationship -Identity \"{requester.relationship}\" -TargetApplicationUri {target.application-uri}",
                            )],
                            CONFIGURATION,
                        ),
                        remedy_when!(
                            |case| matches!(case.path, Some(PathObject::Personal(_))),
                            "the calendar was shared in person",
                            RequesterAdministrator,
                            &[Step::Change(
                                "{attendee} shares the calendar with {from} once more, and the invitation is accepted: it tells the application URI.",
                                "org.{requester}.mailbox.{from.mailbox}.subscription.\"{attendee}\".application_uri = \"{target.application-uri}\"",
                            )],
                            CONFIGURATION,
                        ),
                    ],
                )
            }
        }
        Cause::GatewayError => {
            const {
                &treated!(
                    &["gateway.{gateway}.state"],
                    &[
                        remedy_when!(
                            |case| case.changes_in_time(),
                            "the gateway comes back",
                            Wait,
                            &[Step::Wait("the gateway works again")],
                            &[]
                        ),
                        remedy!(
                            GatewayOperator,
                            &[Step::Change(
                                "The operator of the gateway repairs it.",
                                "gateway.{gateway}.state = \"up\""
                            )],
                            &[]
                        ),
                    ],
                )
            }
        }
        Cause::GatewayOverloaded => {
            const {
                &treated!(
                    &[
                        "gateway.{gateway}.servers",
                        "gateway.{gateway}.queue_max",
                        "gateway.{gateway}.token_service_time"
                    ],
                    &[remedy!(
                        Wait,
                        &[Step::Wait("the gateway's queue has room")],
                        &[]
                    )],
                )
            }
        }
        _ => return None,
    })
}

/// Whether the gateway has the namespace registered that the identifier has.
fn knows_the_namespace(case: &Case<'_>) -> bool {
    let row = case
        .federation
        .organizations
        .at(case.requester(), case.decided);
    row.trust.registration.namespace == Some(row.identifier.account_namespace)
}

fn is_registered(case: &Case<'_>) -> bool {
    let row = case
        .federation
        .organizations
        .at(case.requester(), case.decided);
    row.trust.registration.exists
}

fn gateways_clock_is_right(case: &Case<'_>) -> bool {
    let row = case
        .federation
        .organizations
        .at(case.requester(), case.decided);
    let gateway = case.federation.gateways.at(row.trust.gateway, case.decided);
    gateway.clock_error == crate::engine::Offset::default()
}

fn identifier_is_set(case: &Case<'_>) -> bool {
    case.here().is_some_and(|here| {
        let row = case.federation.organizations.at(here, case.decided);
        row.identifier.exists
    })
}

pub(super) fn partner_has_no_trust(case: &Case<'_>) -> bool {
    case.target.is_some_and(|target| {
        let row = case.federation.organizations.at(target, case.decided);
        !row.trust.exists
    })
}

fn partner_is_registered(case: &Case<'_>) -> bool {
    case.target.is_none_or(|target| {
        let row = case.federation.organizations.at(target, case.decided);
        row.trust.registration.exists
    })
}
