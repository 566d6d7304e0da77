//! Errands: what a script asks of gateways and partners, and what they answer.
//!
//! It knows nothing of how an errand travels. Invariant: what a partner answers depends on its own
//! objects alone.

use std::sync::Arc;

use super::super::address::{Address, Url};
use super::super::federation::Federation;
use super::super::gateway::GatewayId;
use super::super::names::NameId;
use super::super::organization::{OrgId, ServerId};
use super::super::outcome::Leg;
use super::super::relationship::RelationshipId;
use super::super::token::DelegationToken;
use super::super::trust::HeldIssuerCertificates;
use super::provisioning::{Provisioned, Provisioning, ProvisioningRefusal};
use crate::engine::Instant;

/// What a script asks of others.
#[derive(Clone, Debug)]
pub enum Errand {
    /// The federation metadata of a gateway.
    Metadata(GatewayId),
    /// The gateway's provisioning service.
    Provisioning(GatewayId, Provisioning),
    /// A delegation token, of the gateway that the organization trusts.
    Token(TokenWish),
    /// GetFederationInformation, without a token.
    FederationInformation {
        /// Where.
        url: Url,
        /// The domain that is asked about.
        domain: NameId,
        /// Which names the host's certificate may have.
        names: CertificateNames,
    },
    /// Where a plain HTTP question for Autodiscover is redirected to.
    Redirection {
        /// The host that is asked on port 80.
        host: NameId,
        /// The domain that is asked about.
        domain: NameId,
    },
    /// GetOrganizationRelationshipSettings, with a token of the Autodiscover offer.
    RelationshipSettings {
        /// Where.
        url: Url,
        /// The domain that is asked about.
        domain: NameId,
        /// The token.
        token: DelegationToken,
    },
}

/// Which names the certificate of a host may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateNames {
    /// The host's.
    Matching,
    /// Any: the administrator trusts the host, whatever its certificate says.
    Any,
}

/// A delegation token that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct TokenWish {
    /// Its audience.
    pub audience: NameId,
    /// On whose behalf.
    pub email: Address,
    /// The domain that it is asked for.
    pub domain: NameId,
    /// [`Leg::FreeBusyToken`] for free/busy, [`Leg::AutodiscoverToken`] for Autodiscover.
    pub leg: Leg,
}

/// What an errand brings back.
#[derive(Clone, Debug)]
pub enum ErrandReply {
    /// The numbers of the signing certificates in the metadata.
    Metadata(HeldIssuerCertificates),
    /// What the provisioning service did, or why not.
    Provisioning(Result<Provisioned, ProvisioningRefusal>),
    /// A token.
    Token(DelegationToken),
    /// What the partner tells of its federation, or why not.
    FederationInformation(Result<FederationInformation, InformationRefusal>),
    /// Where to ask instead.
    Redirection(Option<Url>),
    /// The partner's relationships that name the caller's domain.
    RelationshipSettings(Vec<RelationshipSettings>),
}

/// What an organization tells anybody of its federation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FederationInformation {
    /// Whose.
    pub organization: OrgId,
    /// Its application URI.
    pub application_uri: NameId,
    /// All its federated domains.
    pub domains: Arc<[NameId]>,
    /// The URI of its token issuer.
    pub token_issuer: NameId,
    /// The host of its token issuer's endpoint.
    pub token_issuer_host: NameId,
}

/// Why an organization tells nothing of its federation.
///
/// Source: GetFederationInformation, observed, Exchange 2013.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InformationRefusal {
    /// Federation is off there.
    NotFederated,
    /// The domain is none of its federated domains.
    InvalidDomain,
}

/// Why nothing came back that tells of a partner's federation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InformationError {
    /// It was refused.
    Refused(InformationRefusal),
    /// The answer does not list the domain that was asked about.
    DomainNotListed,
}

/// A relationship as the partner that holds it tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelationshipSettings {
    /// The partner's relationship.
    pub relationship: RelationshipId,
    /// As it was then.
    pub as_of: Instant,
}

impl Errand {
    /// The leg that it travels as.
    pub fn leg(&self) -> Leg {
        match self {
            Errand::Metadata(_) => Leg::Metadata,
            Errand::Provisioning(..) => Leg::Provisioning,
            Errand::Token(wish) => wish.leg,
            Errand::FederationInformation { .. } => Leg::FederationInformation,
            Errand::Redirection { .. } => Leg::Redirection,
            Errand::RelationshipSettings { .. } => Leg::RelationshipSettings,
        }
    }

    /// The domain that it is about, if it is about one.
    pub fn domain(&self) -> Option<NameId> {
        match *self {
            Errand::Metadata(_) | Errand::Provisioning(..) => None,
            Errand::Token(TokenWish { domain, .. })
            | Errand::FederationInformation { domain, .. }
            | Errand::Redirection { domain, .. }
            | Errand::RelationshipSettings { domain, .. } => Some(domain),
        }
    }
}

impl Federation {
    /// What a server answers to GetFederationInformation for a domain.
    ///
    /// Source: GetFederationInformation, observed, Exchange 2013: NotFederated when federation is off,
    /// InvalidDomain when the domain is not ours; all federated domains otherwise.
    pub fn federation_information(
        &self,
        server: ServerId,
        domain: NameId,
        now: Instant,
    ) -> Result<FederationInformation, InformationRefusal> {
        self.federation_state(server, now)
            .map_err(|_| InformationRefusal::NotFederated)?;
        let id = self.servers.at(server, now).organization;
        let organization = self.organizations.at(id, self.replicated(id, now));
        if !organization.is_federated_domain(domain) {
            return Err(InformationRefusal::InvalidDomain);
        }
        let trust = &organization.trust;
        let named = |name: Option<NameId>| name.ok_or(InformationRefusal::NotFederated);
        Ok(FederationInformation {
            organization: id,
            application_uri: named(trust.application_uri)?,
            domains: organization.federated_domains().collect(),
            token_issuer: named(trust.token_issuer_uri)?,
            token_issuer_host: named(trust.token_issuer_host)?,
        })
    }

    /// What a server tells a caller of its relationships with the caller's domains.
    ///
    /// Source: Test-OrganizationRelationship reads the partner's relationships over
    /// GetOrganizationRelationshipSettings, observed, Exchange 2013. Assumed: it names all federated
    /// domains of the local organization, since findings speak of several relationships and of domains
    /// that are missing from them.
    pub fn relationship_settings(
        &self,
        server: ServerId,
        domains: &[NameId],
        now: Instant,
    ) -> Vec<RelationshipSettings> {
        let id = self.servers.at(server, now).organization;
        let as_of = self.replicated(id, now);
        let named = self.relationships_of(id).filter(|&relationship| {
            let row = self.relationships.at(relationship, as_of);
            let names_one = domains
                .iter()
                .any(|domain| row.domain_names.contains(domain));
            row.exists && names_one
        });
        named
            .map(|relationship| RelationshipSettings {
                relationship,
                as_of,
            })
            .collect()
    }
}
