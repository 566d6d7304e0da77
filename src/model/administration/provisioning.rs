//! The gateway's provisioning service: applications, account namespaces, domains and their proofs.
//!
//! It knows nothing of scripts or of how a request travels. Invariant: a name is registered for one
//! application at most, and a domain only for who has proved to own it.

use std::sync::Arc;

use super::super::certificate::CertificateId;
use super::super::dns::{Answer, LargeAnswers, RecordData, text_answer_arrives, text_answer_size};
use super::super::federation::Federation;
use super::super::gateway::GatewayId;
use super::super::names::NameId;
use super::super::organization::OrgId;
use super::super::trust::Registration;
use crate::engine::Instant;

/// What the provisioning service is asked for, on behalf of one organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provisioning {
    /// A new application, known by this certificate. Asked by New-FederationTrust.
    CreateApplication {
        /// The certificate that later requests are signed with.
        certificate: CertificateId,
    },
    /// The account namespace. Asked by Set-FederatedOrganizationIdentifier.
    ReserveNamespace {
        /// The namespace.
        namespace: NameId,
    },
    /// A domain, whose proof is looked for in DNS. Asked by Set-FederatedOrganizationIdentifier and
    /// Add-FederatedDomain.
    RegisterDomain {
        /// The domain.
        domain: NameId,
    },
    /// That a domain is no longer registered. Asked by Remove-FederatedDomain.
    UnregisterDomain {
        /// The domain.
        domain: NameId,
    },
    /// That the namespace is free again. Asked when the last domain is removed.
    ReleaseNamespace,
    /// That the application is deleted. Asked by Remove-FederationTrust.
    DeleteApplication,
    /// Another certificate. Asked by Set-FederationTrust -PublishFederationCertificate.
    PublishCertificate {
        /// The certificate that takes the place of the present one.
        certificate: CertificateId,
    },
    /// The state of the application. Asked by Get-FederatedOrganizationIdentifier
    /// -IncludeExtendedDomainInfo.
    ReadState,
}

/// What the provisioning service did: the registration as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisioned {
    /// The registration.
    pub registration: Registration,
}

/// Why the provisioning service refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvisioningRefusal {
    /// The gateway is closed for good.
    Closed,
    /// The request is signed by a certificate that the gateway does not know, or none of which is in
    /// date by its clock.
    SignatureUnknown,
    /// The certificate has no subject key identifier, so that the gateway cannot name it.
    NoSubjectKeyIdentifier,
    /// The certificate's issuer is not one that this instance accepts.
    IssuerNotAccepted,
    /// The namespace or domain is registered for another application.
    NameTaken,
    /// The proof of domain ownership was not found, and what was found instead.
    ProofFailed(ProofCheck),
    /// The application has a namespace already.
    NamespaceExists,
    /// The application has no namespace.
    NoNamespace,
    /// Domains are still registered for the application.
    NotEmpty,
    /// The domain is not registered for the application.
    NotRegistered,
}

/// What a look for a proof in DNS came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofCheck {
    /// It is there.
    Found,
    /// The domain has no texts.
    NoText,
    /// The gateway's resolver remembers that the domain had no texts, and has not asked again.
    NoTextRemembered,
    /// It has texts, and none is the proof.
    WrongText,
    /// The answer is too large for UDP, and nothing else gets through.
    TooLarge,
    /// The domain's name servers fail, or nobody answers.
    NoAnswer,
}

impl ProofCheck {
    /// Looks for one of these proofs in an answer to a question for texts.
    ///
    /// Source: any visible text that equals the proof will do, observed, Exchange 2013; that the whole
    /// answer counts: KB2712678 (docs).
    pub fn of(
        federation: &Federation,
        domain: NameId,
        answer: Answer,
        proofs: &[String],
        large_answers: LargeAnswers,
    ) -> ProofCheck {
        let found = match answer {
            Answer::Found(found) => found,
            Answer::NoSuchName { .. } | Answer::NoData { .. } => return ProofCheck::NoText,
            Answer::ServerFailure | Answer::Silent => return ProofCheck::NoAnswer,
        };
        let records = federation.dns.records(found).iter();
        let texts: Vec<&str> = records
            .filter_map(|record| match record {
                RecordData::Text(text) => Some(text.as_ref()),
                _ => None,
            })
            .collect();
        let size = text_answer_size(federation.names.text(domain), texts.iter().copied());
        if !text_answer_arrives(size, large_answers) {
            return ProofCheck::TooLarge;
        }
        if texts
            .iter()
            .any(|text| proofs.iter().any(|proof| proof == text))
        {
            ProofCheck::Found
        } else {
            ProofCheck::WrongText
        }
    }
}

/// Names that are registered for other applications.
#[derive(Clone, Copy, Debug)]
pub struct Registrations<'a> {
    /// The federation.
    pub federation: &'a Federation,
    /// The gateway.
    pub gateway: GatewayId,
    /// Whose names are not others'.
    pub own: OrgId,
    /// When.
    pub at: Instant,
}

/// Whether a name is a domain or the namespace of another organization's application.
pub fn names_of_others(registrations: Registrations<'_>, name: NameId) -> bool {
    let Registrations {
        federation,
        gateway,
        own,
        at,
    } = registrations;
    // Who accepts a domain is the only one who can have proved to own it; a namespace is made of one.
    let text = federation.names.text(name);
    let domain = match text.split_once('.') {
        Some((first, rest)) if first.eq_ignore_ascii_case(NAMESPACE_PREFIX) => {
            federation.names.find(rest)
        }
        _ => Some(name),
    };
    let owner = domain.and_then(|domain| federation.index.domain_owners.get(&domain));
    let holders = federation.applications(name).chain(owner.copied());
    holders.filter(|&other| other != own).any(|other| {
        let trust = &federation.organizations.at(other, at).trust;
        let registration = &trust.registration;
        let holds = registration.namespace == Some(name) || registration.domains.contains(&name);
        trust.gateway == gateway && registration.exists && holds
    })
}

/// What stands before the domain in an account namespace.
///
/// Source: Federation terms, Exchange 2010 glossary (docs).
pub const NAMESPACE_PREFIX: &str = "FYDIBOHF25SPDLT";

/// Decides what the provisioning service does, and what the registration is afterwards.
///
/// `signs_well` says whether the request is signed by a certificate of the application that is in
/// date; `proof` is what a look for the domain's proof came to.
///
/// Source: domain proof and namespace, Set-FederatedOrganizationIdentifier (docs); domains go before
/// the trust: Configure federated sharing (docs). Assumed: the order of the tests.
pub fn decide_provisioning(
    request: Provisioning,
    own: &Registration,
    is_taken: impl Fn(NameId) -> bool,
    signs_well: bool,
    proof: ProofCheck,
) -> Result<Provisioned, ProvisioningRefusal> {
    use ProvisioningRefusal as Refusal;
    let mut registration = own.clone();
    let is_known = own.exists && signs_well;
    if !is_known && !matches!(request, Provisioning::CreateApplication { .. }) {
        return Err(Refusal::SignatureUnknown);
    }
    match request {
        Provisioning::CreateApplication { certificate } => {
            registration = Registration {
                exists: true,
                application_uri: own.application_uri,
                certificate: Some(certificate),
                previous_certificate: None,
                domains: Arc::default(),
                namespace: None,
            };
        }
        Provisioning::ReserveNamespace { namespace } => {
            if is_taken(namespace) {
                return Err(Refusal::NameTaken);
            }
            if own.namespace.is_some_and(|reserved| reserved != namespace) {
                return Err(Refusal::NamespaceExists);
            }
            registration.namespace = Some(namespace);
            registration.application_uri = namespace;
        }
        Provisioning::RegisterDomain { domain } => {
            if is_taken(domain) {
                return Err(Refusal::NameTaken);
            }
            if proof != ProofCheck::Found {
                return Err(Refusal::ProofFailed(proof));
            }
            if !own.domains.contains(&domain) {
                registration.domains = own.domains.iter().copied().chain([domain]).collect();
            }
        }
        Provisioning::UnregisterDomain { domain } => {
            if !own.domains.contains(&domain) {
                return Err(Refusal::NotRegistered);
            }
            let others = own.domains.iter().copied();
            registration.domains = others.filter(|other| *other != domain).collect();
        }
        Provisioning::ReleaseNamespace => {
            if own.namespace.is_none() {
                return Err(Refusal::NoNamespace);
            }
            if !own.domains.is_empty() {
                return Err(Refusal::NotEmpty);
            }
            registration.namespace = None;
        }
        Provisioning::DeleteApplication => {
            if own.namespace.is_some() || !own.domains.is_empty() {
                return Err(Refusal::NotEmpty);
            }
            registration.exists = false;
        }
        Provisioning::PublishCertificate { certificate } => {
            if proof != ProofCheck::Found {
                return Err(Refusal::ProofFailed(proof));
            }
            registration.previous_certificate = own.certificate;
            registration.certificate = Some(certificate);
        }
        Provisioning::ReadState => {}
    }
    Ok(Provisioned { registration })
}
