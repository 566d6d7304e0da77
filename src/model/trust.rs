//! The federation trust and the federated organization identifier; when federation is on.
//!
//! It knows nothing of requests or the network. Invariant: whether federation is on is asked of one
//! server at one instant, from what its organization's trust says and what its own store holds.

use std::sync::Arc;

use super::revised::carries;
use crate::engine::time::{Instant, Span};

use super::cause::Cause;
use super::certificate::{Certificate, CertificateId, KeyProvider, StoreState};
use super::gateway::{Gateway, GatewayId, SigningCertificate};
use super::names::NameId;
use super::organization::{DirectoryState, Server};

/// The federated organization identifier (OrgID): which domains federate, under which namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationIdentifier {
    /// Whether `Set-FederatedOrganizationIdentifier` has ever filled it.
    pub exists: bool,
    /// `Enabled`; false pauses all federation without deleting anything.
    pub enabled: bool,
    /// `FYDIBOHF25SPDLT.` and the first domain.
    pub account_namespace: NameId,
    /// The domain whose address represents a user that has several.
    pub default_domain: Option<NameId>,
    /// The domain of the address of the system mailbox `FederatedEmail`; none: the first domain.
    pub system_mailbox_domain: Option<NameId>,
    /// `OrganizationContact`: information alone.
    pub contact: Arc<str>,
    /// What `DelegationTrustLink` leads to.
    pub link: TrustLink,
}

/// What the link from the organization identifier to the federation trust leads to: two objects of the
/// directory, which need not agree.
///
/// Source: Running Hybrid Configuration wizard fails: deleted objects (docs).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustLink {
    /// The trust.
    Trust,
    /// A trust that has been deleted.
    Deleted,
    /// Nothing: the link is blank.
    Blank,
}

/// What administrators call a trust, unless they give it another name.
///
/// Source: New-FederationTrust (docs), by convention.
pub const USUAL_TRUST_NAME: &str = "Microsoft Federation Gateway";

/// The federation trust of an organization, and what the gateway has registered of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FederationTrust {
    /// Whether there is one.
    pub exists: bool,
    /// Its name, by which administrators speak of it.
    pub name: Arc<str>,
    /// The gateway that it is with.
    pub gateway: GatewayId,
    /// `TokenIssuerUri`.
    pub token_issuer_uri: Option<NameId>,
    /// `TokenIssuerEpr`: the host of the token endpoint.
    pub token_issuer_host: Option<NameId>,
    /// `ApplicationUri`: the audience of tokens for this organization.
    pub application_uri: Option<NameId>,
    /// `OrgPrivCertificate`.
    pub organization_certificate: Option<CertificateId>,
    /// `OrgPrevPrivCertificate`.
    pub previous_certificate: Option<CertificateId>,
    /// `OrgNextPrivCertificate`.
    pub next_certificate: Option<CertificateId>,
    /// `TokenIssuerCertificate` and `TokenIssuerPrevCertificate`.
    pub issuer_certificates: IssuerCertificates,
    /// When the gateway's metadata was and will be read.
    pub refresh: MetadataRefresh,
    /// `ApplicationIdentifier`, by the number of the application: 1 for the first.
    pub application: u32,
    /// What the gateway has registered.
    pub registration: Registration,
}

/// Where a trust's token issuer certificates come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssuerCertificates {
    /// From the last refresh of the gateway's metadata.
    FromMetadata,
    /// These numbers of the gateway's signing certificates, as the scenario says; `None` is blank.
    Stated {
        /// `TokenIssuerCertificate`.
        current: Option<u32>,
        /// `TokenIssuerPrevCertificate`.
        previous: Option<u32>,
    },
}

/// When an organization reads the gateway's metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataRefresh {
    /// The last time before the run.
    pub last_before_run: Instant,
    /// The first automatic refresh in the run, and how often it repeats.
    pub automatic: Option<(Instant, Span)>,
    /// Refreshes by hand, ascending.
    pub by_hand: Box<[Instant]>,
}

/// What the gateway has registered for an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Whether there is a registration.
    pub exists: bool,
    /// The application URI that it stands under. What the trust object says may be lost; this is not.
    pub application_uri: NameId,
    /// The published certificate: tokens for this organization are encrypted for it.
    pub certificate: Option<CertificateId>,
    /// The one before it; requests signed by it are still accepted.
    pub previous_certificate: Option<CertificateId>,
    /// Registered domains.
    pub domains: Arc<[NameId]>,
    /// The registered account namespace, if one has been reserved.
    pub namespace: Option<NameId>,
    /// The number of the application that the organization has now; each new one has another identifier.
    pub application: u32,
    /// From when on the application can be worked with.
    pub effective_from: Instant,
    /// Which domain was attached to which application, and when. What is deleted is remembered.
    pub attachments: Arc<[Attachment]>,
}

/// The number of an organization's first application.
pub const FIRST_APPLICATION: u32 = 1;

/// A domain was attached to an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The domain.
    pub domain: NameId,
    /// The number of the application.
    pub application: u32,
    /// When.
    pub at: Instant,
}

/// The token issuer certificates that a trust holds at an instant, by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeldIssuerCertificates {
    /// `TokenIssuerCertificate`.
    pub current: Option<u32>,
    /// `TokenIssuerPrevCertificate`.
    pub previous: Option<u32>,
}

/// Why federation is off on a server.
///
/// Source: validity rules of the federation trust, observed, Exchange 2013.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FederationOff {
    /// The trust cannot be read from Active Directory.
    DirectoryReadError,
    /// There is no trust.
    NoFederationTrust,
    /// The organization identifier is missing or disabled.
    OrganizationIdentifierDisabled,
    /// The organization identifier does not lead to the trust.
    TrustLinkBroken,
    /// TokenIssuerUri is blank.
    MissingTokenIssuerUri,
    /// TokenIssuerEpr is blank.
    MissingTokenIssuerEpr,
    /// ApplicationUri is blank.
    MissingApplicationUri,
    /// TokenIssuerCertificate is blank.
    MissingTokenIssuerCertificate,
    /// Neither issuer certificate is in date.
    InvalidTokenIssuerCertificate,
    /// OrgPrivCertificate is blank.
    MissingOrgPrivCertificate,
    /// The organization certificate is not in the server's store.
    CertificateNotInStore,
    /// It has no private key there.
    CertificateNoPrivateKey,
    /// It is out of date.
    CertificateExpirationTimeError,
    /// Its private key cannot be used.
    CertificatePrivateKeyCryptoError,
}

/// What [`federation_state`] looks at.
#[derive(Clone, Copy, Debug)]
pub struct TrustView<'a> {
    /// The organization identifier.
    pub identifier: &'a OrganizationIdentifier,
    /// The trust.
    pub trust: &'a FederationTrust,
    /// The server that asks.
    pub server: &'a Server,
    /// The organization's current certificate, if the trust names one.
    pub certificate: Option<&'a Certificate>,
    /// The signing certificates of the trust's gateway.
    pub signing: &'a [SigningCertificate],
    /// The issuer certificates that the trust holds.
    pub held: HeldIssuerCertificates,
    /// The instant that the server's clock shows.
    pub shown: Instant,
}

/// Whether federation is on, for this server, now; the first rule that fails says why it is off.
///
/// Source: validity rules of the federation trust, observed, Exchange 2013, in their order. That a
/// disabled identifier counts as off: Set-FederatedOrganizationIdentifier (docs). That the link has to lead
/// to the trust: ErrorInvalidFederatedOrganizationId (docs); its place in the order is assumed.
pub fn federation_state(view: TrustView<'_>) -> Result<(), FederationOff> {
    use FederationOff as Off;
    let TrustView {
        identifier,
        trust,
        server,
        shown,
        ..
    } = view;
    let require = |holds: bool, off: Off| if holds { Ok(()) } else { Err(off) };
    require(
        server.directory == DirectoryState::Reachable,
        Off::DirectoryReadError,
    )?;
    require(trust.exists, Off::NoFederationTrust)?;
    require(
        identifier.exists && identifier.enabled,
        Off::OrganizationIdentifierDisabled,
    )?;
    require(identifier.link == TrustLink::Trust, Off::TrustLinkBroken)?;
    require(trust.token_issuer_uri.is_some(), Off::MissingTokenIssuerUri)?;
    require(
        trust.token_issuer_host.is_some(),
        Off::MissingTokenIssuerEpr,
    )?;
    require(trust.application_uri.is_some(), Off::MissingApplicationUri)?;
    require(
        view.held.current.is_some(),
        Off::MissingTokenIssuerCertificate,
    )?;
    let in_date = |number: Option<u32>| {
        number.is_some_and(|n| {
            view.signing
                .get(n as usize)
                .is_some_and(|c| c.validity.covers(shown))
        })
    };
    let issuer_in_date = in_date(view.held.current) || in_date(view.held.previous);
    require(issuer_in_date, Off::InvalidTokenIssuerCertificate)?;
    let id = trust
        .organization_certificate
        .ok_or(Off::MissingOrgPrivCertificate)?;
    let certificate = view.certificate.ok_or(Off::MissingOrgPrivCertificate)?;
    match server.stored(id) {
        StoreState::Missing => return Err(Off::CertificateNotInStore),
        StoreState::NoPrivateKey => return Err(Off::CertificateNoPrivateKey),
        StoreState::Installed | StoreState::Unusable => {}
    }
    require(
        certificate.validity.covers(shown),
        Off::CertificateExpirationTimeError,
    )?;
    let usable = server.stored(id) == StoreState::Installed
        && certificate.key_provider == KeyProvider::CryptoApi;
    require(usable, Off::CertificatePrivateKeyCryptoError)
}

impl MetadataRefresh {
    /// The latest refresh at or before `at` that succeeded; `reachable` tells whether the metadata
    /// could be read at an instant.
    pub fn last_success(&self, at: Instant, reachable: impl Fn(Instant) -> bool) -> Instant {
        let by_hand = self
            .by_hand
            .iter()
            .rev()
            .copied()
            .find(|&i| i <= at && reachable(i));
        let automatic = self.automatic.and_then(|(first, every)| {
            let rounds = at.since(first).nanoseconds() / every.nanoseconds().max(1);
            let refreshes = (0..=rounds).rev().map(|round| first + every.times(round));
            refreshes.filter(|&i| i <= at).find(|&i| reachable(i))
        });
        by_hand
            .max(automatic)
            .unwrap_or(self.last_before_run)
            .max(self.last_before_run)
    }
}

impl FederationTrust {
    /// The gateway's metadata has been read by hand.
    pub fn refresh_by_hand(&mut self, at: Instant) {
        self.issuer_certificates = IssuerCertificates::FromMetadata;
        let mut by_hand = self.refresh.by_hand.to_vec();
        by_hand.push(at);
        by_hand.sort_unstable();
        self.refresh.by_hand = by_hand.into();
    }

    /// The token issuer certificates that the trust holds at `at`.
    ///
    /// Source: metadata refresh by version, Keep your federation trust up-to-date (blog).
    pub fn held_issuer_certificates(
        &self,
        at: Instant,
        gateway: &Gateway,
        reachable: impl Fn(Instant) -> bool,
    ) -> HeldIssuerCertificates {
        match self.issuer_certificates {
            IssuerCertificates::Stated { current, previous } => {
                HeldIssuerCertificates { current, previous }
            }
            IssuerCertificates::FromMetadata => {
                gateway.published_at(self.refresh.last_success(at, reachable))
            }
        }
    }
}

impl FederationOff {
    /// The failure type and sub-failure that Exchange records.
    pub fn names(self) -> (&'static str, &'static str) {
        use FederationOff as Off;
        let misconfigured = "MisconfiguredFederationTrust";
        match self {
            Off::DirectoryReadError => ("ErrorReadingFederationTrust", "DirectoryReadError"),
            Off::NoFederationTrust => ("NoFederationTrust", "-"),
            Off::OrganizationIdentifierDisabled => ("OrganizationIdentifierDisabled", "-"),
            Off::TrustLinkBroken => (misconfigured, "MissingDelegationTrustLink"),
            Off::MissingTokenIssuerUri => (misconfigured, "MissingTokenIssuerUri"),
            Off::MissingTokenIssuerEpr => (misconfigured, "MissingTokenIssuerEpr"),
            Off::MissingApplicationUri => (misconfigured, "MissingApplicationUri"),
            Off::MissingTokenIssuerCertificate => (misconfigured, "MissingTokenIssuerCertificate"),
            Off::InvalidTokenIssuerCertificate => ("InvalidTokenIssuerCertificate", "NoSubCode"),
            Off::MissingOrgPrivCertificate => (misconfigured, "MissingOrgPrivCertificate"),
            Off::CertificateNotInStore => (misconfigured, "CertificateNotInStore"),
            Off::CertificateNoPrivateKey => (misconfigured, "CertificateNoPrivateKey"),
            Off::CertificateExpirationTimeError => {
                (misconfigured, "CertificateExpirationTimeError")
            }
            Off::CertificatePrivateKeyCryptoError => {
                (misconfigured, "CertificatePrivateKeyCryptoError")
            }
        }
    }

    /// The cause that it is reported as.
    pub fn cause(self) -> Cause {
        use FederationOff as Off;
        match self {
            Off::DirectoryReadError => Cause::TrustUnreadable,
            Off::NoFederationTrust => Cause::OrganizationUnfederated,
            Off::OrganizationIdentifierDisabled => Cause::OrganizationIdentifierDisabled,
            Off::TrustLinkBroken => Cause::OrganizationTrustLinkBroken,
            Off::MissingTokenIssuerUri => Cause::TrustTokenIssuerUriMissing,
            Off::MissingTokenIssuerEpr => Cause::TrustTokenIssuerEprMissing,
            Off::MissingApplicationUri => Cause::TrustApplicationUriMissing,
            Off::MissingTokenIssuerCertificate => Cause::TrustTokenIssuerCertificateMissing,
            Off::InvalidTokenIssuerCertificate => Cause::TrustTokenIssuerCertificateExpired,
            Off::MissingOrgPrivCertificate => Cause::TrustOrganizationCertificateMissing,
            Off::CertificateNotInStore => Cause::TrustOrganizationCertificateNotInStore,
            Off::CertificateNoPrivateKey => Cause::TrustOrganizationCertificateNoPrivateKey,
            Off::CertificateExpirationTimeError => Cause::TrustOrganizationCertificateExpired,
            Off::CertificatePrivateKeyCryptoError => Cause::TrustOrganizationCertificateUnusable,
        }
    }
}

carries!(OrganizationIdentifier {
    exists,
    enabled,
    account_namespace,
    default_domain,
    system_mailbox_domain,
    contact,
    link
});
carries!(FederationTrust { exists, name, gateway, token_issuer_uri, token_issuer_host, application_uri, organization_certificate, previous_certificate, next_certificate, issuer_certificates, refresh, application } nested { registration });
carries!(Registration {
    exists,
    application_uri,
    certificate,
    previous_certificate,
    domains,
    namespace,
    application,
    effective_from,
    attachments
});
