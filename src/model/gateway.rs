//! The Microsoft Federation Gateway: instances, data centres, signing certificates, and the decision
//! to issue a delegation token.
//!
//! It knows nothing of free/busy or of what a token is used for. Invariant: an instance issues a token
//! only for a requester and a target that are both registered with it.

use super::revised::carries;
use crate::engine::Distribution;
use crate::engine::hash::NameHash;
use crate::engine::time::{Instant, Offset, Span};

use super::address::Address;
use super::cause::Cause;
use super::certificate::{CertificateId, TlsVersions, Validity};
use super::directory::AccountRecord;
use super::dns::{HostId, LargeAnswers, ResolverId};
use super::names::NameId;
use super::network::SiteId;
use super::token::Offer;
use super::trust::{HeldIssuerCertificates, Registration};

crate::define_id! {
    /// A named instance of the gateway: consumer, business, a government's, …
    GatewayId;
    /// A data centre of an instance.
    DataCentreId;
}

/// An instance of the gateway.
#[derive(Clone, Debug, PartialEq)]
pub struct Gateway {
    /// Its name in the scenario.
    pub name: Box<str>,
    /// The stable hash of the name.
    pub hash: NameHash,
    /// The issuer that its tokens name, such as `urn:federation:MicrosoftOnline`.
    pub issuer: NameId,
    /// The host of the token endpoint.
    pub token_host: HostId,
    /// The host of the federation metadata.
    pub metadata_host: HostId,
    /// The host of the provisioning service.
    pub provisioning_host: HostId,
    /// How long the provisioning service takes, without looking for a proof in DNS.
    pub provisioning_service_time: Distribution,
    /// Whom the provisioning service asks for names.
    pub resolver: ResolverId,
    /// Whether large answers of DNS reach it.
    pub large_answers: LargeAnswers,
    /// The issuers of organization certificates that it accepts; none: any, and self-signed ones.
    pub accepted_issuers: Box<[NameId]>,
    /// Domains that nobody can register: they are blocked from an earlier use.
    pub blocked_domains: Box<[NameId]>,
    /// To how many applications a domain can be attached in a day.
    pub applications_per_domain_and_day: u32,
    /// How long after its creation an application can be worked with.
    pub application_effective_after: Span,
    /// The data centres behind it, by number.
    pub data_centres: Box<[DataCentreId]>,
    /// Its clock.
    pub clock_error: Offset,
    /// What becomes of requests to the token endpoint.
    pub state: GatewayState,
    /// Whether its metadata can be read.
    pub metadata_state: MetadataState,
    /// From this instant on it is closed for good.
    pub closed_from: Instant,
    /// How long it takes to issue a token.
    pub token_service_time: Distribution,
    /// The TLS versions that it speaks.
    pub tls_versions: TlsVersions,
    /// Its signing certificates, by the instant from which each signs.
    pub signing: Box<[SigningCertificate]>,
}

/// A data centre of the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataCentre {
    /// Its instance.
    pub gateway: GatewayId,
    /// Its name, such as `business-1`.
    pub name: Box<str>,
    /// The stable hash of the name.
    pub hash: NameHash,
    /// Where it stands.
    pub site: SiteId,
    /// How many requests it works on at once.
    pub servers: u32,
    /// How many more may wait.
    pub queue_max: u32,
}

/// What becomes of requests to the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GatewayState {
    /// They are served.
    Up,
    /// No packet is answered.
    Down,
    /// Connections are refused.
    Refusing,
    /// They are answered with an HTTP error.
    Failing,
    /// They are accepted and never answered.
    Stalled,
}

/// Whether the federation metadata can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataState {
    /// It can.
    Up,
    /// It cannot.
    Down,
}

/// A certificate with which the gateway signs tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningCertificate {
    /// In the metadata from this instant on.
    pub published_from: Instant,
    /// Signing from this instant on, until the next one does.
    pub signs_from: Instant,
    /// Its dates.
    pub validity: Validity,
}

/// What a request for a token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// The certificate that signed it.
    pub signed_by: CertificateId,
    /// The instant that the sender's clock showed.
    pub time_stamp: Instant,
    /// The e-mail address of the user on whose behalf it is made.
    pub email: Address,
    /// The suffix of the user's federated identity: the account namespace, or in the cloud the domain
    /// of the principal name. None: the identity does not have the form of an address.
    pub identity_suffix: Option<NameId>,
    /// What the token service holds of the user.
    pub account: AccountRecord,
    /// The application URI of the target.
    pub target_uri: NameId,
    /// What the token is to allow.
    pub offer: Offer,
}

/// Where the target's application URI is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetRegistration {
    /// Nowhere.
    None,
    /// At another instance.
    OtherInstance,
    /// Here; tokens are encrypted for this certificate.
    Here {
        /// The target's published certificate.
        encrypt_for: CertificateId,
    },
}

/// Decides whether a token is issued, and for which certificate it is encrypted.
///
/// `shown` is the gateway's clock; `tolerance` is how far a time stamp may differ beyond its five
/// minutes of validity.
///
/// Source: observed, Exchange 2013, for the checks; Assumed: their order, which is not published (only
/// the fact of refusal matters), and the tolerance.
pub fn decide_issue(
    request: &TokenRequest,
    registration: &Registration,
    target: TargetRegistration,
    shown: Instant,
    tolerance: Span,
) -> Result<CertificateId, Cause> {
    let known = [registration.certificate, registration.previous_certificate];
    if !registration.exists || !known.contains(&Some(request.signed_by)) {
        return Err(Cause::GatewaySignatureUnknown);
    }
    if !time_stamp_is_acceptable(request.time_stamp, shown, tolerance) {
        return Err(Cause::GatewayTimestampRefused);
    }
    if !registration.domains.contains(&request.email.domain) {
        return Err(Cause::GatewayDomainNotRegistered);
    }
    let suffix = request
        .identity_suffix
        .ok_or(Cause::GatewayMemberNameInvalid)?;
    if Some(suffix) != registration.namespace && !registration.domains.contains(&suffix) {
        return Err(Cause::GatewayNamespaceMismatch);
    }
    match request.account {
        AccountRecord::Consistent => {}
        AccountRecord::PasswordMismatch => return Err(Cause::GatewayAccountPasswordMismatch),
        AccountRecord::NotProvisioned => return Err(Cause::GatewayAccountNotProvisioned),
    }
    match target {
        TargetRegistration::None => Err(Cause::GatewayTargetNotRegistered),
        TargetRegistration::OtherInstance => Err(Cause::GatewayInstanceMismatch),
        TargetRegistration::Here { encrypt_for } => Ok(encrypt_for),
    }
}

/// How long a request's time stamp is valid by the sender's clock. Source: observed, Exchange 2013.
pub const TIME_STAMP_LIFE: Span = Span::from_minutes(5);

/// Whether a time stamp is acceptable: created no later than now, and no older than its five minutes,
/// with the tolerance on either side.
pub fn time_stamp_is_acceptable(time_stamp: Instant, shown: Instant, tolerance: Span) -> bool {
    time_stamp <= shown + tolerance && shown <= time_stamp + TIME_STAMP_LIFE + tolerance
}

impl Gateway {
    /// The number of the certificate that signs at `at`.
    pub fn signer_at(&self, at: Instant) -> u32 {
        let signing = self
            .signing
            .partition_point(|certificate| certificate.signs_from <= at);
        signing.saturating_sub(1) as u32
    }

    /// What the metadata says at `at`: the signing certificate, and the gateway's other valid one:
    /// the next if it has been announced, else the previous while it is in date.
    ///
    /// Source: TokenIssuerCertificate and TokenIssuerPrevCertificate, observed, Exchange 2013; that
    /// the next one is announced ahead: Keep your federation trust up-to-date (blog).
    pub fn published_at(&self, at: Instant) -> HeldIssuerCertificates {
        let current = self.signer_at(at);
        let row = |number: u32| self.signing.get(number as usize);
        let announced = row(current + 1)
            .filter(|next| next.published_from <= at)
            .map(|_| current + 1);
        let former = current
            .checked_sub(1)
            .filter(|&number| row(number).is_some_and(|c| c.validity.covers(at)));
        HeldIssuerCertificates {
            current: Some(current),
            previous: announced.or(former),
        }
    }
}

carries!(Gateway {
    name,
    hash,
    issuer,
    token_host,
    metadata_host,
    provisioning_host,
    provisioning_service_time,
    resolver,
    large_answers,
    accepted_issuers,
    blocked_domains,
    applications_per_domain_and_day,
    application_effective_after,
    data_centres,
    clock_error,
    state,
    metadata_state,
    closed_from,
    token_service_time,
    tls_versions,
    signing
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::address::LocalPart;

    const NOW: Instant = Instant::from_seconds(1_000_000_000);
    const DOMAIN: NameId = NameId(1);
    const NAMESPACE: NameId = NameId(2);
    const OURS: CertificateId = CertificateId(0);

    fn request() -> TokenRequest {
        TokenRequest {
            signed_by: OURS,
            time_stamp: NOW,
            email: Address {
                domain: DOMAIN,
                local: LocalPart::Numbered(1),
            },
            identity_suffix: Some(NAMESPACE),
            account: AccountRecord::Consistent,
            target_uri: NameId(9),
            offer: Offer::SharingCalendarFreeBusy,
        }
    }

    fn decide(request: &TokenRequest) -> Result<CertificateId, Cause> {
        let registration = Registration {
            exists: true,
            application_uri: NAMESPACE,
            certificate: Some(OURS),
            previous_certificate: None,
            domains: [DOMAIN].into(),
            namespace: Some(NAMESPACE),
            application: 1,
            effective_from: Instant::EPOCH,
            attachments: [].into(),
        };
        let target = TargetRegistration::Here {
            encrypt_for: CertificateId(7),
        };
        decide_issue(request, &registration, target, NOW, Span::ZERO)
    }

    #[test]
    fn a_user_whose_record_is_sound_gets_a_token_and_others_are_told_why_not() {
        assert_eq!(decide(&request()), Ok(CertificateId(7)));
        for (account, cause) in [
            (
                AccountRecord::PasswordMismatch,
                Cause::GatewayAccountPasswordMismatch,
            ),
            (
                AccountRecord::NotProvisioned,
                Cause::GatewayAccountNotProvisioned,
            ),
        ] {
            let request = TokenRequest {
                account,
                ..request()
            };
            assert_eq!(decide(&request), Err(cause));
        }
    }

    #[test]
    fn a_name_that_is_no_address_is_no_member_and_one_of_another_namespace_is_nobodys() {
        let named = |identity_suffix| TokenRequest {
            identity_suffix,
            ..request()
        };
        let malformed = decide(&named(None));
        assert_eq!(malformed, Err(Cause::GatewayMemberNameInvalid));
        let foreign = decide(&named(Some(NameId(8))));
        assert_eq!(foreign, Err(Cause::GatewayNamespaceMismatch));
    }
}
