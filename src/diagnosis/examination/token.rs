//! The token at the target: what each of its servers says of one that is made out to it, now and when the
//! gateway's certificate rolls.
//!
//! It asks the validation itself, puts what it rejects right, and asks again. Invariant: what keeps federation
//! off at a server is told there, and not once more as a rejection.

use crate::cmdlet::date::utc;
use crate::engine::{Instant, Span};
use crate::model::cause::Cause;
use crate::model::certificate::CertificateId;
use crate::model::organization::ServerId;
use crate::model::token::{
    ApplicationClaim, CONDITIONS_LIFE, DelegationToken, Validator, validate,
};
use crate::model::trust::FederationOff;

use super::Examiner;
use super::call::{Call, TokenSeen};
use super::endpoint::offer;
use super::finding::{self, Acts, Fault};

/// How long a token may be under way before the request is over anyway.
///
/// Source: the Availability service's 25 s, observed, Exchange 2013.
const UNDER_WAY_MAX: Span = Span::from_seconds(25);

impl Examiner<'_> {
    /// What a server says of a token that is made out to it, now and when the gateway's certificate rolls.
    pub(super) fn faults_of_token(
        &self,
        call: &Call,
        server: ServerId,
        token: TokenSeen,
    ) -> Vec<Fault> {
        let federation = self.federation;
        let row = self.server(server);
        let gateway = federation.gateways.at(token.issuer, self.start);
        let offs = self.federation_offs(server, self.start);
        let expects = offer(call.service, call.asks);
        let issued = |at: Instant, encrypted_for: CertificateId| DelegationToken {
            issuer: token.issuer,
            signed_by: gateway.signer_at(at),
            encrypted_for,
            not_before: at.shown_by(gateway.clock_error),
            not_on_or_after: at.shown_by(gateway.clock_error) + CONDITIONS_LIFE,
            audience: token.audience,
            subject: Some(0),
            offer: expects,
            email: Some(token.email),
            application: token.application,
        };
        let mut validator = federation.validator(server, expects, self.start);
        let Some(first) = token.encrypted_for.or(validator.decrypts_with[0]) else {
            return Vec::new();
        };
        let fastest = federation.parameters.minimum_delay;
        validator.shown += fastest;
        let held_back = validator;
        let mut causes = rejections(issued(self.start, first), validator);
        causes.retain(|cause| !is_told_by(*cause, &offs));
        let mut faults: Vec<Fault> = causes
            .iter()
            .filter_map(|&cause| match cause {
                Cause::TokenApplicationOutdated => Some(self.fault_of_application(call)),
                _ => self.fault_of_rejection(server, token, cause),
            })
            .collect();
        let is_clock = |cause: &Cause| {
            matches!(
                cause,
                Cause::TokenNotYetValid | Cause::TokenOfferExpired | Cause::TokenConditionsExpired
            )
        };
        if !causes.iter().any(is_clock) {
            let slow = Validator {
                shown: held_back.shown + UNDER_WAY_MAX,
                ..held_back
            };
            let late = rejections(issued(self.start, first), slow);
            if let Some(&cause) = late.iter().find(|cause| is_clock(cause)) {
                let fault = self.fault_of_rejection(server, token, cause);
                let message = format!(
                    "the clock of server `{}` of `{}` is {} off: a request that takes its time is refused",
                    row.name,
                    self.organization_name(row.organization),
                    row.clock_error
                );
                faults.extend(
                    fault.map(|fault| fault.checked_as(finding::CLOCK_NEAR_LIMIT).says(message)),
                );
            }
        }
        if !causes.contains(&Cause::TokenSignatureUnknown) {
            faults.extend(self.fault_of_roll(server, token));
        }
        faults
    }

    /// The requester's tokens speak for an application that it has no more.
    fn fault_of_application(&self, call: &Call) -> Fault {
        let own = self.server(call.server).organization;
        let name = self.organization_name(own);
        let cause = Cause::TokenApplicationOutdated;
        Fault::new(
            cause,
            Acts::Organization(own),
            self.subject_in(own, &["trust"]),
        )
        .says(format!(
            "the trust of `{name}` names an application that the gateway has replaced"
        ))
        .at(
            self.place_in(own, &["trust", "application_identifier"]),
            "outdated",
        )
        .steps(self.words(&format!(
            "let Microsoft support update the built-in federation trust of {name}"
        )))
    }

    /// Whether the trust knows the gateway's certificate after each change during the run.
    fn fault_of_roll(&self, server: ServerId, token: TokenSeen) -> Option<Fault> {
        let federation = self.federation;
        let row = self.server(server);
        let gateway = federation.gateways.at(token.issuer, self.start);
        let organization = federation.organizations.at(row.organization, self.start);
        if organization.trust.gateway != token.issuer {
            return None;
        }
        let mut rolls = gateway.signing.iter().map(|row| row.signs_from);
        let at = rolls.find(|&at| {
            let held = federation.held_issuer_certificates(organization, at);
            let signer = Some(gateway.signer_at(at));
            let is_known = [held.current, held.previous].contains(&signer);
            self.start < at && at < self.end && !is_known
        })?;
        let name = self.organization_name(row.organization);
        let fault = self.fault_of_rejection(server, token, Cause::TokenSignatureUnknown)?;
        let refresh = organization.trust.refresh.automatic;
        let until = refresh.map(|(first, every)| {
            let rounds = at.since(first).nanoseconds() / every.nanoseconds().max(1);
            let next = if first > at {
                first
            } else {
                first + every.times(rounds + 1)
            };
            format!(", until it reads the metadata at {}", utc(next))
        });
        let message = format!(
            "the gateway `{}` signs with another certificate from {} on, which the trust of `{name}` will not know then{}",
            gateway.name,
            utc(at),
            until.unwrap_or_default()
        );
        let fault = fault.checked_as(finding::ISSUER_CERTIFICATES_STALE);
        Some(fault.says(message).from(at))
    }

    fn fault_of_rejection(
        &self,
        server: ServerId,
        token: TokenSeen,
        cause: Cause,
    ) -> Option<Fault> {
        let federation = self.federation;
        let row = self.server(server);
        let owner = row.organization;
        let trust = &federation.organizations.at(owner, self.start).trust;
        let name = self.organization_name(owner);
        let acts = Acts::Organization(owner);
        let subject = self.subject_in(owner, &["trust"]);
        let gateway = federation.gateways.at(token.issuer, self.start);
        Some(match cause {
            Cause::TokenSignatureUnknown => {
                let is_other = trust.gateway != token.issuer;
                // Whoever asks there is refused by the gateway, and that is told.
                if is_other {
                    return None;
                }
                let key = match trust.issuer_certificates {
                    crate::model::trust::IssuerCertificates::FromMetadata => "metadata_refreshed",
                    crate::model::trust::IssuerCertificates::Stated { .. } => {
                        "token_issuer_certificate"
                    }
                };
                Fault::new(cause, acts, subject)
                    .says(format!(
                        "the trust of `{name}` does not hold the certificate that the gateway `{}` signs with",
                        gateway.name
                    ))
                    .at(self.place_in(owner, &["trust", key]), "stale")
                    .steps(self.steps_to_refresh(owner))
            }
            Cause::TokenEncryptionUnknown => {
                let registered = token.encrypted_for?;
                let registered = &federation.certificates.original(registered).name;
                Fault::new(cause, acts, subject)
                    .says(format!(
                        "the gateway encrypts for the certificate `{registered}` of `{name}`, which its trust has no key of on server `{}`",
                        row.name
                    ))
                    .at(
                        self.place_in(owner, &["trust", "registered_certificate"]),
                        "not a certificate of the trust",
                    )
                    .against(
                        self.place_in(owner, &["trust", "organization_certificate"]),
                        "the trust's",
                    )
                    .steps(self.steps_to_publish(owner))
            }
            Cause::TokenAudienceMismatch => Fault::new(cause, acts, subject)
                .says(format!(
                    "`{name}` is registered as `{}`, and its trust says another ApplicationUri",
                    self.name(token.audience)
                ))
                .at(
                    self.place_in(owner, &["trust", "application_uri"]),
                    "another one",
                )
                .steps(self.steps_to_register_again(owner)),
            Cause::TokenNotYetValid | Cause::TokenConditionsExpired | Cause::TokenOfferExpired => {
                let ours = row.clock_error.nanoseconds().unsigned_abs();
                let theirs = gateway.clock_error.nanoseconds().unsigned_abs();
                self.fault_of_clock(cause, server, token.issuer, ours >= theirs)
            }
            _ => return None,
        })
    }
}

/// All that a server rejects a token for, each put right for the next.
fn rejections(token: DelegationToken, validator: Validator) -> Vec<Cause> {
    let (mut token, mut validator) = (token, validator);
    let mut causes = Vec::new();
    while let Err(rejection) = validate(Some(&token), &validator) {
        let cause = rejection.cause();
        if causes.contains(&cause) {
            break;
        }
        causes.push(cause);
        match cause {
            Cause::TokenEncryptionUnknown => {
                validator.decrypts_with[1] = Some(token.encrypted_for);
            }
            Cause::TokenSignatureUnknown => {
                validator.trusts = token.issuer;
                validator.issuer_certificates[1] = Some(token.signed_by);
            }
            Cause::TokenAudienceMismatch => validator.application_uri = Some(token.audience),
            Cause::TokenApplicationOutdated => token.application = ApplicationClaim::Registered,
            _ => {
                validator.shown = token.not_before;
                token.offer = validator.expects;
            }
        }
    }
    causes
}

/// Whether what keeps federation off has told of a rejection already.
fn is_told_by(cause: Cause, offs: &[FederationOff]) -> bool {
    let has = |wanted: &[FederationOff]| offs.iter().any(|off| wanted.contains(off));
    match cause {
        Cause::TokenSignatureUnknown => has(&[
            FederationOff::NoFederationTrust,
            FederationOff::MissingTokenIssuerCertificate,
            FederationOff::InvalidTokenIssuerCertificate,
        ]),
        Cause::TokenEncryptionUnknown => has(&[
            FederationOff::NoFederationTrust,
            FederationOff::MissingOrgPrivCertificate,
        ]),
        Cause::TokenAudienceMismatch => has(&[
            FederationOff::NoFederationTrust,
            FederationOff::MissingApplicationUri,
        ]),
        _ => false,
    }
}
