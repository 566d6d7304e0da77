//! The gateway's provisioning service: applications, account namespaces, domains and their proofs.
//!
//! It knows nothing of scripts or of how a request travels. Invariant: a name is registered for one
//! application at most, and a domain only for who has proved to own it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::certificate::CertificateId;
use super::super::dns::{Answer, LargeAnswers, RecordData, text_answer_arrives, text_answer_size};
use super::super::federation::Federation;
use super::super::gateway::GatewayId;
use super::super::names::NameId;
use super::super::organization::OrgId;
use super::super::trust::{Attachment, Registration};
use crate::engine::{Instant, Span};

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
    /// By the sender's clock the request was made at another time than by the gateway's.
    ClockDiffers,
    /// The application was created a moment ago, and cannot be worked with yet.
    NotYetEffective,
    /// The domain is blocked from an earlier use.
    DomainBlocked,
    /// The domain has been attached to too many applications in a day.
    TooManyApplications,
}

/// How far the clock of who asks may be off.
///
/// Source: "your system time appears to be more than five minutes out of sync", 1007 AccessDenied (docs).
pub const CLOCK_DIFFERENCE_MAX: Span = Span::from_minutes(5);

/// In how long attachments of a domain to applications are counted.
///
/// Source: the count starts anew after 24 hours, Same URI cannot be attached to different AppId (docs).
const ATTACHMENTS_COUNTED: Span = Span::from_hours(24);

/// What the provisioning service looks at beside the request and the registration.
#[derive(Clone, Copy, Debug)]
pub struct Examined {
    /// When.
    pub at: Instant,
    /// Whether the request is signed by a certificate of the application that is in date.
    pub signs_well: bool,
    /// How far the sender's clock is from the gateway's, either way.
    pub clock_difference: Span,
    /// What a look for the domain's proof came to.
    pub proof: ProofCheck,
    /// Whether the domain is blocked.
    pub is_blocked: bool,
    /// To how many applications a domain can be attached in a day.
    pub applications_max: u32,
    /// How long after its creation an application can be worked with.
    pub effective_after: Span,
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

impl Registration {
    /// To how many other applications than the present one a domain was attached in the last day.
    fn applications_of(&self, domain: NameId, at: Instant) -> u32 {
        let lately = self.attachments.iter().filter(|attachment| {
            attachment.domain == domain
                && attachment.application != self.application
                && at < attachment.at + ATTACHMENTS_COUNTED
        });
        let applications: BTreeSet<u32> = lately.map(|attachment| attachment.application).collect();
        u32::try_from(applications.len()).unwrap_or(u32::MAX)
    }
}

/// What stands before the domain in an account namespace.
///
/// Source: Federation terms, Exchange 2010 glossary (docs).
pub const NAMESPACE_PREFIX: &str = "FYDIBOHF25SPDLT";

/// Decides what the provisioning service does, and what the registration is afterwards.
///
/// Source: domain proof and namespace, Set-FederatedOrganizationIdentifier (docs); domains go before
/// the trust: Configure federated sharing (docs). Clock, blocked domains, the count of applications, and
/// an application that is too young: articles of the hybrid wizard's errors (docs). Assumed: the order of
/// the tests.
pub fn decide_provisioning(
    request: Provisioning,
    own: &Registration,
    is_taken: impl Fn(NameId) -> bool,
    examined: &Examined,
) -> Result<Provisioned, ProvisioningRefusal> {
    use ProvisioningRefusal as Refusal;
    let mut registration = own.clone();
    if !matches!(request, Provisioning::CreateApplication { .. }) {
        if !own.exists || !examined.signs_well {
            return Err(Refusal::SignatureUnknown);
        }
        if examined.clock_difference >= CLOCK_DIFFERENCE_MAX {
            return Err(Refusal::ClockDiffers);
        }
        if examined.at < own.effective_from {
            return Err(Refusal::NotYetEffective);
        }
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
                application: own.application + 1,
                effective_from: examined.at + examined.effective_after,
                attachments: own.attachments.clone(),
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
            if examined.is_blocked {
                return Err(Refusal::DomainBlocked);
            }
            if is_taken(domain) {
                return Err(Refusal::NameTaken);
            }
            if own.applications_of(domain, examined.at) >= examined.applications_max {
                return Err(Refusal::TooManyApplications);
            }
            if examined.proof != ProofCheck::Found {
                return Err(Refusal::ProofFailed(examined.proof));
            }
            if !own.domains.contains(&domain) {
                registration.domains = own.domains.iter().copied().chain([domain]).collect();
                let attachment = Attachment {
                    domain,
                    application: own.application,
                    at: examined.at,
                };
                let before = own.attachments.iter().copied();
                registration.attachments = before.chain([attachment]).collect();
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
            if examined.proof != ProofCheck::Found {
                return Err(Refusal::ProofFailed(examined.proof));
            }
            registration.previous_certificate = own.certificate;
            registration.certificate = Some(certificate);
        }
        Provisioning::ReadState => {}
    }
    Ok(Provisioned { registration })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProvisioningRefusal as Refusal;

    const NOW: Instant = Instant::from_seconds(1_000_000_000);
    const DOMAIN: NameId = NameId(3);

    fn registration() -> Registration {
        Registration {
            exists: true,
            application_uri: NameId(1),
            certificate: Some(CertificateId(0)),
            previous_certificate: None,
            domains: Arc::default(),
            namespace: None,
            application: 1,
            effective_from: Instant::EPOCH,
            attachments: Arc::default(),
        }
    }

    fn examined() -> Examined {
        Examined {
            at: NOW,
            signs_well: true,
            clock_difference: Span::ZERO,
            proof: ProofCheck::Found,
            is_blocked: false,
            applications_max: 2,
            effective_after: Span::ZERO,
        }
    }

    /// What becomes of a domain that is to be registered.
    fn register(own: &Registration, examined: &Examined) -> Result<Registration, Refusal> {
        let request = Provisioning::RegisterDomain { domain: DOMAIN };
        decide_provisioning(request, own, |_| false, examined).map(|done| done.registration)
    }

    /// The registration after its trust was removed and made anew.
    fn anew(own: &Registration, examined: &Examined) -> Registration {
        let certificate = CertificateId(0);
        let request = Provisioning::CreateApplication { certificate };
        decide_provisioning(request, own, |_| false, examined)
            .map(|done| done.registration)
            .unwrap()
    }

    #[test]
    fn less_than_five_minutes_between_two_clocks_are_borne() {
        for (difference, refusal) in [
            (Span::from_seconds(299), None),
            (Span::from_seconds(300), Some(Refusal::ClockDiffers)),
            (Span::from_seconds(301), Some(Refusal::ClockDiffers)),
        ] {
            let examined = Examined {
                clock_difference: difference,
                ..examined()
            };
            assert_eq!(register(&registration(), &examined).err(), refusal);
            // An application is made whatever the time is.
            assert_eq!(anew(&registration(), &examined).application, 2);
        }
    }

    #[test]
    fn an_application_can_be_worked_with_when_its_time_has_come() {
        let delay = Span::from_minutes(25);
        let young = anew(
            &registration(),
            &Examined {
                effective_after: delay,
                ..examined()
            },
        );
        let later = |at| Examined { at, ..examined() };
        let second = Span::from_seconds(1);
        let early = register(&young, &later(NOW + delay - second));
        assert_eq!(early, Err(Refusal::NotYetEffective));
        assert!(register(&young, &later(NOW + delay)).is_ok());
    }

    #[test]
    fn a_blocked_domain_is_refused_whatever_its_proof() {
        for proof in [ProofCheck::Found, ProofCheck::NoText] {
            let examined = Examined {
                is_blocked: true,
                proof,
                ..examined()
            };
            let refused = register(&registration(), &examined);
            assert_eq!(refused, Err(Refusal::DomainBlocked));
        }
    }

    #[test]
    fn a_domain_goes_to_so_many_applications_a_day_and_to_the_same_one_as_often_as_it_likes() {
        let examined = examined();
        let first = register(&registration(), &examined).unwrap();
        assert!(register(&first, &examined).is_ok(), "it is there already");
        let second = register(&anew(&first, &examined), &examined).unwrap();
        let third = anew(&second, &examined);
        let refused = register(&third, &examined);
        assert_eq!(refused, Err(Refusal::TooManyApplications));
        let tomorrow = Examined {
            at: NOW + Span::from_hours(24),
            ..examined
        };
        assert!(register(&third, &tomorrow).is_ok());
        let other = Provisioning::RegisterDomain { domain: NameId(4) };
        assert!(decide_provisioning(other, &third, |_| false, &examined).is_ok());
    }

    #[test]
    fn each_application_has_an_identifier_of_its_own() {
        let examined = examined();
        let second = anew(&registration(), &examined);
        let third = anew(&second, &examined);
        assert_eq!((second.application, third.application), (2, 3));
    }
}
