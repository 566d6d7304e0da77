//! Delegation tokens: offers, what a token says, and its validation at the target.
//!
//! It knows nothing of transport or of calendars. Invariant: a token is honoured only between its
//! NotBefore minus the skew and the end of its offer, by the clock of the server that validates it.

use crate::engine::time::{Instant, Span};

use super::address::Address;
use super::cause::Cause;
use super::certificate::CertificateId;
use super::gateway::GatewayId;
use super::names::NameId;
use super::outcome::words;
use std::fmt;

/// What a delegation token allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Offer {
    /// Sending or opening a sharing invitation.
    SharingInviteMessage,
    /// GetUserAvailability.
    SharingCalendarFreeBusy,
    /// Synchronizing a shared folder.
    SharingRead,
    /// Remote moves.
    MailboxMove,
    /// Federated Autodiscover.
    Autodiscover,
    /// GetMailTips.
    MailTips,
    /// Cross-premises RPC.
    XropLogon,
    /// Multi-mailbox search.
    MailboxSearch,
    /// Photos.
    UserPhotoRetrieval,
    /// Messenger sign-in; not accepted by Exchange.
    Messenger,
    /// Rights management; not accepted by Exchange.
    IpcCertification,
}

/// A row of the table of offers.
#[derive(Clone, Copy, Debug)]
pub struct OfferRow {
    /// The offer.
    pub offer: Offer,
    /// The value of the action claim.
    pub claim: &'static str,
    /// How long after NotBefore a token of this offer is honoured.
    pub duration: Span,
    /// Whether Exchange accepts tokens of this offer at all.
    pub accepted: bool,
}

/// The offers. Source: observed, Exchange 2013.
pub const OFFERS: &[OfferRow] = &[
    row(
        Offer::SharingInviteMessage,
        "MSExchange.SharingInviteMessage",
        Span::from_days(15),
        true,
    ),
    row(
        Offer::SharingCalendarFreeBusy,
        "MSExchange.SharingCalendarFreeBusy",
        Span::from_minutes(5),
        true,
    ),
    row(
        Offer::SharingRead,
        "MSExchange.SharingRead",
        Span::from_minutes(60),
        true,
    ),
    row(
        Offer::MailboxMove,
        "MSExchange.MailboxMove",
        Span::from_hours(1),
        true,
    ),
    row(
        Offer::Autodiscover,
        "MSExchange.Autodiscover",
        Span::from_hours(8),
        true,
    ),
    row(
        Offer::MailTips,
        "MSExchange.MailTips",
        Span::from_minutes(5),
        true,
    ),
    row(
        Offer::XropLogon,
        "MSExchange.XropLogon",
        Span::from_hours(8),
        true,
    ),
    row(
        Offer::MailboxSearch,
        "MSExchange.MailboxSearch",
        Span::from_hours(8),
        true,
    ),
    row(
        Offer::UserPhotoRetrieval,
        "MSExchange.UserPhotoRetrieval",
        Span::from_minutes(10),
        true,
    ),
    row(
        Offer::Messenger,
        "Messenger.SignIn",
        Span::from_hours(8),
        false,
    ),
    row(
        Offer::IpcCertification,
        "MSRMS.CertificationWS",
        Span::from_hours(48),
        false,
    ),
];

const fn row(offer: Offer, claim: &'static str, duration: Span, accepted: bool) -> OfferRow {
    OfferRow {
        offer,
        claim,
        duration,
        accepted,
    }
}

words!(Offer {
    SharingInviteMessage => "SharingInviteMessage",
    SharingCalendarFreeBusy => "SharingCalendarFreeBusy", SharingRead => "SharingRead",
    MailboxMove => "MailboxMove", Autodiscover => "Autodiscover", MailTips => "MailTips",
    XropLogon => "XropLogon", MailboxSearch => "MailboxSearch",
    UserPhotoRetrieval => "UserPhotoRetrieval", Messenger => "Messenger",
    IpcCertification => "IpcCertification",
});

/// How long after its issue the conditions of every token end, whatever its offer.
///
/// Source: a token of 2025, observed: 15 days, 2 minutes, 59.995 seconds.
pub const CONDITIONS_LIFE: Span =
    Span::from_milliseconds((15 * 86_400 + 2 * 60 + 59) * 1_000 + 995);

/// A delegation token. The requester cannot read it; it is made out to the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DelegationToken {
    /// The instance that issued it.
    pub issuer: GatewayId,
    /// The number of the gateway's certificate that signed it.
    pub signed_by: u32,
    /// The certificate that it is encrypted for.
    pub encrypted_for: CertificateId,
    /// NotBefore: the gateway's clock at its issue.
    pub not_before: Instant,
    /// NotOnOrAfter.
    pub not_on_or_after: Instant,
    /// The application URI that it is made out to.
    pub audience: NameId,
    /// The opaque identifier of its subject; absent in a damaged token.
    pub subject: Option<u64>,
    /// What it allows.
    pub offer: Offer,
    /// The e-mail address of the user on whose behalf it was issued.
    pub email: Option<Address>,
    /// Which application it was issued for.
    pub application: ApplicationClaim,
}

/// Which application of its organization a token was asked for by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplicationClaim {
    /// The one that the gateway has registered.
    Registered,
    /// One that it had before: the token speaks for an identity that nobody has any more.
    Outdated,
}

/// What a server knows when it validates a token.
#[derive(Clone, Copy, Debug)]
pub struct Validator {
    /// The organization certificates whose keys the server can use: current, then previous.
    pub decrypts_with: [Option<CertificateId>; 2],
    /// The instance that the server's organization trusts.
    pub trusts: GatewayId,
    /// The signing certificates that its trust holds: current, then previous.
    pub issuer_certificates: [Option<u32>; 2],
    /// Its own application URI.
    pub application_uri: Option<NameId>,
    /// What its clock shows.
    pub shown: Instant,
    /// The skew that it tolerates on the SAML window, not on the offer.
    pub skew: Span,
    /// The offer that the operation expects.
    pub expects: Offer,
}

/// Why a token is not honoured. Each has one of the product's result codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// No token, or not readable.
    Malformed,
    /// Encrypted for a certificate that the server cannot use.
    EncryptionUnknown,
    /// Signed by a certificate that the trust does not hold.
    SignatureUnknown,
    /// Made out to somebody else.
    AudienceMismatch,
    /// The SAML window has not begun.
    NotYetValid,
    /// The SAML window has ended.
    ConditionsExpired,
    /// No subject.
    SubjectMissing,
    /// Another offer than expected, or one that Exchange does not accept.
    OfferMismatch,
    /// Older than its offer allows.
    OfferExpired,
    /// No e-mail address.
    EmailMissing,
    /// Issued for an application that is not registered any more.
    ApplicationOutdated,
}

/// Validates a token, test by test, in the product's order.
///
/// Source: token validation, observed, Exchange 2013. The offer's duration is tested without skew. That a
/// token for an outdated application is refused: Resolve free/busy errors (docs); where, is assumed.
pub fn validate(
    token: Option<&DelegationToken>,
    validator: &Validator,
) -> Result<Address, Rejection> {
    let token = token.ok_or(Rejection::Malformed)?;
    if !validator.decrypts_with.contains(&Some(token.encrypted_for)) {
        return Err(Rejection::EncryptionUnknown);
    }
    let signer_held = validator
        .issuer_certificates
        .contains(&Some(token.signed_by));
    if token.issuer != validator.trusts || !signer_held {
        return Err(Rejection::SignatureUnknown);
    }
    if validator.application_uri != Some(token.audience) {
        return Err(Rejection::AudienceMismatch);
    }
    if validator.shown + validator.skew < token.not_before {
        return Err(Rejection::NotYetValid);
    }
    if validator.shown >= token.not_on_or_after + validator.skew {
        return Err(Rejection::ConditionsExpired);
    }
    if token.subject.is_none() {
        return Err(Rejection::SubjectMissing);
    }
    let offer = token.offer.row();
    if !offer.accepted || token.offer != validator.expects {
        return Err(Rejection::OfferMismatch);
    }
    if validator.shown > token.not_before + offer.duration {
        return Err(Rejection::OfferExpired);
    }
    if token.application == ApplicationClaim::Outdated {
        return Err(Rejection::ApplicationOutdated);
    }
    token.email.ok_or(Rejection::EmailMissing)
}

impl Offer {
    /// Its row in the table.
    pub fn row(self) -> &'static OfferRow {
        &OFFERS[self as usize]
    }
}

impl Rejection {
    /// The product's result code.
    pub fn result_code(self) -> &'static str {
        match self {
            Rejection::Malformed => "InvalidTokenFormat",
            Rejection::EncryptionUnknown => "InvalidUnknownEncryption",
            Rejection::SignatureUnknown
            | Rejection::AudienceMismatch
            | Rejection::NotYetValid
            | Rejection::ApplicationOutdated
            | Rejection::ConditionsExpired => "InvalidTokenFailedValidation",
            Rejection::SubjectMissing => "InvalidUnknownExternalIdentity",
            Rejection::OfferMismatch => "InvalidOffer",
            Rejection::OfferExpired => "InvalidExpired",
            Rejection::EmailMissing => "InvalidUnknownEmailAddress",
        }
    }

    /// The cause that it is reported as.
    pub fn cause(self) -> Cause {
        match self {
            Rejection::Malformed => Cause::TokenMalformed,
            Rejection::EncryptionUnknown => Cause::TokenEncryptionUnknown,
            Rejection::SignatureUnknown => Cause::TokenSignatureUnknown,
            Rejection::AudienceMismatch => Cause::TokenAudienceMismatch,
            Rejection::NotYetValid => Cause::TokenNotYetValid,
            Rejection::ConditionsExpired => Cause::TokenConditionsExpired,
            Rejection::SubjectMissing => Cause::TokenSubjectMissing,
            Rejection::OfferMismatch => Cause::TokenOfferMismatch,
            Rejection::OfferExpired => Cause::TokenOfferExpired,
            Rejection::EmailMissing => Cause::TokenEmailMissing,
            Rejection::ApplicationOutdated => Cause::TokenApplicationOutdated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::address::LocalPart;

    const URI: NameId = NameId(1);
    const OURS: CertificateId = CertificateId(1);
    const OUR_PREVIOUS: CertificateId = CertificateId(2);
    const ISSUED: Instant = Instant::from_seconds(1_000_000);
    const EMAIL: Address = Address {
        domain: NameId(7),
        local: LocalPart::Numbered(1),
    };

    fn token() -> DelegationToken {
        DelegationToken {
            issuer: GatewayId(0),
            signed_by: 4,
            encrypted_for: OURS,
            not_before: ISSUED,
            not_on_or_after: ISSUED + CONDITIONS_LIFE,
            audience: URI,
            subject: Some(1),
            offer: Offer::SharingCalendarFreeBusy,
            email: Some(EMAIL),
            application: ApplicationClaim::Registered,
        }
    }

    fn validator(shown: Instant) -> Validator {
        Validator {
            decrypts_with: [Some(OURS), Some(OUR_PREVIOUS)],
            trusts: GatewayId(0),
            issuer_certificates: [Some(5), Some(4)],
            application_uri: Some(URI),
            shown,
            skew: Span::from_minutes(5),
            expects: Offer::SharingCalendarFreeBusy,
        }
    }

    #[test]
    fn each_test_of_a_token_has_its_result_code() {
        let now = ISSUED + Span::from_seconds(1);
        type Change = fn(&mut DelegationToken);
        let cases: [(&str, Change); 9] = [
            ("InvalidUnknownEncryption", |t| {
                t.encrypted_for = CertificateId(9)
            }),
            ("InvalidTokenFailedValidation", |t| t.signed_by = 3),
            ("InvalidTokenFailedValidation", |t| t.issuer = GatewayId(1)),
            ("InvalidTokenFailedValidation", |t| t.audience = NameId(9)),
            ("InvalidUnknownExternalIdentity", |t| t.subject = None),
            ("InvalidOffer", |t| t.offer = Offer::Autodiscover),
            ("InvalidOffer", |t| t.offer = Offer::Messenger),
            ("InvalidUnknownEmailAddress", |t| t.email = None),
            ("InvalidTokenFailedValidation", |t| {
                t.application = ApplicationClaim::Outdated
            }),
        ];
        for (code, change) in cases {
            let mut token = token();
            change(&mut token);
            let rejection = validate(Some(&token), &validator(now)).unwrap_err();
            assert_eq!(rejection.result_code(), code, "{rejection:?}");
        }
        assert_eq!(
            validate(None, &validator(now)).unwrap_err().result_code(),
            "InvalidTokenFormat"
        );
        assert_eq!(validate(Some(&token()), &validator(now)), Ok(EMAIL));
    }

    /// Accepted iff −5 min ≤ clock error + transit ≤ +5 min: the skew widens the start of the SAML
    /// window, and nothing widens the end of the offer.
    #[test]
    fn a_free_busy_token_is_honoured_from_five_minutes_before_to_five_minutes_after_its_issue() {
        let nanosecond = Span::from_nanoseconds(1);
        let five = Span::from_minutes(5);
        for (shown, result) in [
            (ISSUED - five - nanosecond, Err(Rejection::NotYetValid)),
            (ISSUED - five, Ok(EMAIL)),
            (ISSUED + five, Ok(EMAIL)),
            (ISSUED + five + nanosecond, Err(Rejection::OfferExpired)),
            (
                ISSUED + CONDITIONS_LIFE + five,
                Err(Rejection::ConditionsExpired),
            ),
        ] {
            assert_eq!(
                validate(Some(&token()), &validator(shown)),
                result,
                "{shown:?}"
            );
        }
    }

    #[test]
    fn each_row_of_the_table_of_offers_stands_at_the_number_of_its_offer() {
        for (number, row) in OFFERS.iter().enumerate() {
            assert_eq!(row.offer as usize, number, "{}", row.claim);
        }
    }

    #[test]
    fn a_token_for_the_previous_certificate_is_still_decrypted() {
        let token = DelegationToken {
            encrypted_for: OUR_PREVIOUS,
            ..token()
        };
        assert_eq!(validate(Some(&token), &validator(ISSUED)), Ok(EMAIL));
    }
}
