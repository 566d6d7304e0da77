//! The causes of failure: one table, from which docs, reports and `explain` are made.
//!
//! It knows no rule: decisions return causes, this table says what each is. Invariant: the row of a
//! cause stands at the cause's own number, and a cause's dotted id never changes.

mod table;

use super::outcome::{Leg, ResponseCode, Side, words};
use std::fmt;

pub use table::CAUSES;

/// The layer in which a failure lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Active Directory: recipients and their addresses.
    Directory,
    /// Organization relationships.
    Relationship,
    /// The federation trust and the organization identifier.
    Federation,
    /// The gateway.
    Gateway,
    /// The delegation token at the target.
    Token,
    /// Name resolution.
    Dns,
    /// Links, firewalls, outbound proxies.
    Network,
    /// Transport Layer Security.
    Tls,
    /// Reverse proxies, virtual directories, application pools.
    Publishing,
    /// Autodiscover.
    Autodiscover,
    /// The Availability service and its limits.
    Availability,
    /// Throttling budgets.
    Throttling,
    /// Calendar permissions, relationship levels and scopes.
    Permission,
    /// Sharing from person to person: policies, invitations.
    Sharing,
}

words!(Layer {
    Directory => "directory", Relationship => "relationship", Federation => "federation",
    Gateway => "gateway", Token => "token", Dns => "dns", Network => "network", Tls => "tls",
    Publishing => "publishing", Autodiscover => "autodiscover", Availability => "availability",
    Throttling => "throttling", Permission => "permission",
    Sharing => "sharing",
});

/// What the product shows for a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Always this code.
    Always(ResponseCode),
    /// 5009 for a plain address; 5016 with 5023 inside for a mail user or contact.
    NoPath,
    /// 5039 where it stops Autodiscover, 5016 elsewhere.
    ByLeg,
    /// As [`Shown::NoPath`] at the requester, as [`Shown::ByLeg`] at the target.
    BySide,
}

/// What stands in the table for each cause.
#[derive(Clone, Copy, Debug)]
pub struct CauseRow {
    /// The cause.
    pub cause: Cause,
    /// Its stable dotted id.
    pub id: &'static str,
    /// Where it lies.
    pub layer: Layer,
    /// What the product shows.
    pub shown: Shown,
    /// What is the matter, in one clause.
    pub text: &'static str,
    /// Where the rule is from.
    pub source: &'static str,
}

impl Cause {
    /// Its row in the table.
    pub fn row(self) -> &'static CauseRow {
        &CAUSES[self as usize]
    }

    /// Its stable dotted id.
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// The cause with this dotted id.
    pub fn from_id(id: &str) -> Option<Cause> {
        CAUSES.iter().find(|row| row.id == id).map(|row| row.cause)
    }

    /// Who has to act when this cause is found at `place`: whoever is there, unless somebody else
    /// brought it about.
    pub fn side_at(self, place: Side) -> Side {
        match self {
            Cause::GatewaySignatureUnknown
            | Cause::GatewayTimestampRefused
            | Cause::GatewayDomainNotRegistered
            | Cause::GatewayNamespaceMismatch
            | Cause::GatewayTargetNotRegistered
            | Cause::GatewayInstanceMismatch
            | Cause::GatewayClosed
            | Cause::GatewayAccountPasswordMismatch
            | Cause::GatewayAccountNotProvisioned
            | Cause::GatewayMemberNameInvalid
            | Cause::TokenAudienceMismatch
            | Cause::TokenOfferMismatch
            | Cause::TokenEmailMissing
            | Cause::TokenApplicationOutdated
            | Cause::AutodiscoverRedirectNoRelationship
            | Cause::AddressSpaceCredentials
            | Cause::RecipientMovedAway
            | Cause::RequesterTooOld
            | Cause::SharingAnonymousMissing => Side::Requester,
            Cause::TokenSubjectMissing => Side::Gateway,
            Cause::SharingRecipientNotFederated => Side::Target,
            Cause::RequestWindowTooLongForTarget
            | Cause::ResultSetTooBig
            | Cause::RecipientUnknownAtTarget
            | Cause::AutodiscoverUnknownUser
            | Cause::ThrottlingCallerOverBudget => Side::Client,
            _ => place,
        }
    }

    /// The code that the product shows when this cause stops a leg, and the code inside it.
    ///
    /// Source: observed, Exchange 2013: Autodiscover failures show 5039, every other exception of a
    /// group 5016. A gateway that cannot be reached while a token for Autodiscover is wanted counts
    /// as a failed discovery (documented failure "no outgoing proxy configured": 5039).
    pub fn code_on(self, leg: Leg) -> (ResponseCode, Option<ResponseCode>) {
        match self.row().shown {
            Shown::Always(code) => (code, None),
            Shown::NoPath => (ResponseCode::MailRecipientNotFound, None),
            Shown::ByLeg | Shown::BySide => match leg {
                Leg::Autodiscover | Leg::AutodiscoverToken => {
                    (ResponseCode::AutoDiscoverFailed, None)
                }
                Leg::FreeBusyToken
                | Leg::OAuthToken
                | Leg::Availability
                | Leg::GetFolder
                | Leg::SyncFolderItems
                | Leg::GetItem => (ResponseCode::ProxyRequestProcessingFailed, None),
                // Cmdlets show texts of their own and no number.
                Leg::FederationInformation | Leg::Redirection | Leg::RelationshipSettings => {
                    (ResponseCode::AutoDiscoverFailed, None)
                }
                Leg::Metadata | Leg::Provisioning => {
                    (ResponseCode::ProxyRequestProcessingFailed, None)
                }
            },
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A root cause of failure. Distinct causes stay distinct even when the product shows the same code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[allow(missing_docs)] // The text of each stands in the table below.
pub enum Cause {
    RequestBodyTooBig,
    RequestWithoutAttendees,
    RequestTooManyAttendees,
    RequestWindowTooLong,
    RequestWindowTooLongForTarget,
    RequestWindowInvalid,
    RequestIntervalOutOfRange,
    RequesterUnknown,
    RequesterWithoutFederatedAddress,
    RequesterIdentityNotImmutable,
    RecipientResolutionSlow,
    RecipientNotFound,
    RecipientGroupTooLarge,
    RecipientIndividualLimit,
    RelationshipNoneAtRequester,
    RelationshipDisabledAtRequester,
    RelationshipFreeBusyDisabledAtRequester,
    RelationshipWithoutEndpoint,
    RelationshipNoneAtTarget,
    RelationshipDisabledAtTarget,
    RelationshipFreeBusyDisabledAtTarget,
    RelationshipLevelNoneAtTarget,
    RelationshipOutOfScope,
    RelationshipMailTipsDisabledAtRequester,
    RelationshipMailTipsDisabledAtTarget,
    RelationshipMailTipsLevelNoneAtTarget,
    RelationshipPhotosDisabledAtTarget,
    PermissionDefaultNone,
    OrganizationUnfederated,
    OrganizationIdentifierDisabled,
    TrustUnreadable,
    TrustTokenIssuerUriMissing,
    TrustTokenIssuerEprMissing,
    TrustApplicationUriMissing,
    TrustTokenIssuerCertificateMissing,
    TrustTokenIssuerCertificateExpired,
    TrustOrganizationCertificateMissing,
    TrustOrganizationCertificateNotInStore,
    TrustOrganizationCertificateNoPrivateKey,
    TrustOrganizationCertificateExpired,
    TrustOrganizationCertificateUnusable,
    TokenUnknownIssuer,
    GatewaySignatureUnknown,
    GatewayTimestampRefused,
    GatewayDomainNotRegistered,
    GatewayNamespaceMismatch,
    GatewayTargetNotRegistered,
    GatewayInstanceMismatch,
    GatewayError,
    GatewayOverloaded,
    GatewayClosed,
    DnsNameNotFound,
    DnsServerFailure,
    DnsTimeout,
    NetworkUnreachable,
    NetworkDropped,
    NetworkReset,
    NetworkLost,
    ProxyUnreachable,
    ProxyAuthentication,
    TlsNoCommonVersion,
    TlsUntrustedRoot,
    TlsNameMismatch,
    TlsCertificateExpired,
    PublishingPreauthentication,
    PublishingPathBlocked,
    PublishingNothingListens,
    PublishingHostDown,
    PublishingWsSecurityDisabled,
    PublishingPoolStopped,
    PublishingPoolFailing,
    PublishingServerBusy,
    PublishingExternalUrlMissing,
    AutodiscoverTooManyRedirects,
    AutodiscoverSameAddress,
    AutodiscoverRedirectNoRelationship,
    AutodiscoverUnknownUser,
    AutodiscoverNegativeEntry,
    TargetTooOld,
    CoexistenceUnsupported,
    TokenMalformed,
    TokenEncryptionUnknown,
    TokenSignatureUnknown,
    TokenAudienceMismatch,
    TokenNotYetValid,
    TokenConditionsExpired,
    TokenSubjectMissing,
    TokenOfferMismatch,
    TokenOfferExpired,
    TokenEmailMissing,
    ThrottlingCallerOverBudget,
    RecipientUnknownAtTarget,
    RecipientMovedAway,
    CalendarMissing,
    MailboxUnavailable,
    MailboxFailingOver,
    ResultSetTooBig,
    PersonalShareTo2007,
    OAuthTokenRefused,
    OAuthRejected,
    AddressSpaceDiscoveryFailed,
    AddressSpaceCredentials,
    AddressSpaceMethodUnsupported,
    DeadlineAtOwnServer,
    DeadlineAtToken,
    DeadlineAtAutodiscover,
    DeadlineAtAvailability,
    DeadlineAtConnection,
    SynchronizationNotSubscribed,
    SynchronizationUnderWay,
    RelationshipDeliveryReportsDisabledAtRequester,
    RelationshipDeliveryReportsDisabledAtTarget,
    RelationshipArchiveDisabledAtRequester,
    SharingPolicyBlocks,
    SharingPolicyDisabled,
    SharingRecipientNotFederated,
    GatewayAccountPasswordMismatch,
    GatewayAccountNotProvisioned,
    GatewayMemberNameInvalid,
    OrganizationTrustLinkBroken,
    TokenApplicationOutdated,
    PublishingWsSecurityOutOfStep,
    PublishingHandlerMissing,
    PublishingRelayAgentStopped,
    PublishingHeaderAltered,
    OAuthAudienceOffloaded,
    AutodiscoverOutlookAnywhereBlocked,
    AutodiscoverAddressNotAssigned,
    AutodiscoverResolutionLimit,
    RecipientNoClientAccessServer,
    SharingLevelNotAllowed,
    SharingAnonymousMissing,
    CalendarDamaged,
    RecipientWithoutLocalObject,
    RecipientPersonalContact,
    FrontEndRemembersOldServer,
    FrontEndDefective,
    SiteWithoutServer,
    RequesterTooOld,
    SystemMailboxNotFederated,
    SubscriptionOutdated,
    OAuthCertificateExpired,
    OAuthLinkedAccountMissing,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_stands_at_the_number_of_its_cause_and_ids_are_distinct() {
        let mut ids: Vec<_> = CAUSES.iter().map(|row| row.id).collect();
        for (number, row) in CAUSES.iter().enumerate() {
            assert_eq!(row.cause as usize, number, "{}", row.id);
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), CAUSES.len());
    }

    #[test]
    fn a_failed_discovery_shows_5039_and_a_failed_query_5016() {
        let cause = Cause::PublishingWsSecurityDisabled;
        assert_eq!(cause.code_on(Leg::Autodiscover).0.number(), 5039);
        assert_eq!(cause.code_on(Leg::Availability).0.number(), 5016);
    }
}
