//! The causes of failure: one table, from which docs, reports and `explain` are made.
//!
//! It knows no rule: decisions return causes, this table says what each is. Invariant: the row of a
//! cause stands at the cause's own number, and a cause's dotted id never changes.

use super::outcome::{Leg, ResponseCode, Side, words};
use std::fmt;

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
}

words!(Layer {
    Directory => "directory", Relationship => "relationship", Federation => "federation",
    Gateway => "gateway", Token => "token", Dns => "dns", Network => "network", Tls => "tls",
    Publishing => "publishing", Autodiscover => "autodiscover", Availability => "availability",
    Throttling => "throttling", Permission => "permission",
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
    /// What repairs it.
    pub repair: &'static str,
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
            | Cause::TokenAudienceMismatch
            | Cause::TokenOfferMismatch
            | Cause::TokenEmailMissing
            | Cause::AutodiscoverRedirectNoRelationship
            | Cause::AddressSpaceCredentials
            | Cause::RecipientMovedAway => Side::Requester,
            Cause::TokenSubjectMissing => Side::Gateway,
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
                Leg::FreeBusyToken | Leg::OAuthToken | Leg::Availability => {
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
    DeadlineAtToken,
    DeadlineAtAutodiscover,
    DeadlineAtAvailability,
    DeadlineAtConnection,
}

/// One row a cause, in the order of [`Cause`].
pub const CAUSES: &[CauseRow] = &[
    CauseRow {
        cause: Cause::RequestBodyTooBig,
        id: "request.body-too-big",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::RequestStreamTooBig),
        text: "the request body is larger than 400 KiB",
        repair: "Client: ask for fewer attendees or a shorter window.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RequestWithoutAttendees,
        id: "request.no-attendees",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::IdentityArrayEmpty),
        text: "the request names no attendee",
        repair: "Client: name at least one attendee.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RequestTooManyAttendees,
        id: "request.too-many-attendees",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::IdentityArrayTooBig),
        text: "the request names more than 100 attendees",
        repair: "Client: split the request; at most 100 addresses each.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RequestWindowTooLong,
        id: "request.window-too-long",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::TimeIntervalTooBig),
        text: "the time window is longer than 62 days",
        repair: "Client: ask for at most 62 days.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RequestWindowTooLongForTarget,
        id: "request.window-too-long-for-target",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::TimeIntervalTooBig),
        text: "the target reads the calendar on Exchange 2007, which answers at most 42 days",
        repair: "Client: ask for at most 42 days; or move the mailbox to a newer server.",
        source: "Sharing, Exchange 2013 Help (docs)",
    },
    CauseRow {
        cause: Cause::RequestWindowInvalid,
        id: "request.window-invalid",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::InvalidTimeInterval),
        text: "the time window is empty",
        repair: "Client: ask for a window with an end after its start.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RequestIntervalOutOfRange,
        id: "request.interval-out-of-range",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::InvalidMergedFreeBusyInterval),
        text: "the merged free/busy interval is outside 5 to 1440 minutes",
        repair: "Client: ask for an interval from 5 to 1440 minutes.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RequesterUnknown,
        id: "requester.unknown",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::InvalidClientSecurityContext),
        text: "the sender has no mailbox in this organization",
        repair: "Client: sign in with a mailbox of this organization.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RequesterWithoutFederatedAddress,
        id: "requester.no-federated-address",
        layer: Layer::Directory,
        shown: Shown::Always(ResponseCode::ProxyRequestProcessingFailed),
        text: "the user has no e-mail address in a federated domain",
        repair: "Requester: Set-Mailbox -EmailAddresses with an address in a federated domain, or Add-FederatedDomain.",
        source: "Federation terms, Exchange 2010 glossary (docs); observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RequesterIdentityNotImmutable,
        id: "requester.identity-not-immutable",
        layer: Layer::Directory,
        shown: Shown::Always(ResponseCode::ProxyRequestProcessingFailed),
        text: "the user's federated identity does not end in the account namespace",
        repair: "Requester: Set-Mailbox -ImmutableId with the account namespace as its suffix.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RecipientResolutionSlow,
        id: "recipient.resolution-timeout",
        layer: Layer::Directory,
        shown: Shown::Always(ResponseCode::TimeoutExpired),
        text: "Active Directory did not resolve the attendees within 10 s",
        repair: "Requester: repair the directory servers.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RecipientNotFound,
        id: "recipient.not-found",
        layer: Layer::Directory,
        shown: Shown::Always(ResponseCode::MailRecipientNotFound),
        text: "no recipient has this address in the organization that owns its domain",
        repair: "Client: correct the address.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RecipientGroupTooLarge,
        id: "recipient.group-too-large",
        layer: Layer::Directory,
        shown: Shown::Always(ResponseCode::FreeBusyDLLimitReached),
        text: "the distribution group has more than 20 members",
        repair: "Client: name the members one by one.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RecipientIndividualLimit,
        id: "recipient.individual-limit",
        layer: Layer::Directory,
        shown: Shown::Always(ResponseCode::IndividualMailboxLimitReached),
        text: "more than 100 mailboxes after groups were expanded",
        repair: "Client: name fewer attendees.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RelationshipNoneAtRequester,
        id: "relationship.none-at-requester",
        layer: Layer::Relationship,
        shown: Shown::NoPath,
        text: "the requester has no organization relationship for the attendee's domain",
        repair: "Requester: Get-FederationInformation -DomainName … | New-OrganizationRelationship -FreeBusyAccessEnabled $true.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RelationshipDisabledAtRequester,
        id: "relationship.disabled-at-requester",
        layer: Layer::Relationship,
        shown: Shown::NoPath,
        text: "the requester's organization relationship is disabled and counts as absent",
        repair: "Requester: Set-OrganizationRelationship -Enabled $true.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RelationshipFreeBusyDisabledAtRequester,
        id: "relationship.free-busy-disabled-at-requester",
        layer: Layer::Relationship,
        shown: Shown::NoPath,
        text: "the requester's organization relationship has FreeBusyAccessEnabled false and counts as absent",
        repair: "Requester: Set-OrganizationRelationship -FreeBusyAccessEnabled $true.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RelationshipWithoutEndpoint,
        id: "relationship.no-endpoint-at-requester",
        layer: Layer::Relationship,
        shown: Shown::Always(ResponseCode::InvalidOrganizationRelationshipForFreeBusy),
        text: "the requester's organization relationship lacks TargetApplicationUri, or both endpoints",
        repair: "Requester: Set-OrganizationRelationship -TargetApplicationUri … -TargetAutodiscoverEpr ….",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RelationshipNoneAtTarget,
        id: "relationship.domain-missing-at-target",
        layer: Layer::Relationship,
        shown: Shown::Always(ResponseCode::NoFreeBusyAccess),
        text: "the target has no organization relationship that names the domain of the caller's e-mail address",
        repair: "Target: Set-OrganizationRelationship -DomainNames with the caller's domain, or New-OrganizationRelationship.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RelationshipDisabledAtTarget,
        id: "relationship.disabled-at-target",
        layer: Layer::Relationship,
        shown: Shown::Always(ResponseCode::NoFreeBusyAccess),
        text: "the target's organization relationship is disabled",
        repair: "Target: Set-OrganizationRelationship -Enabled $true.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RelationshipFreeBusyDisabledAtTarget,
        id: "relationship.free-busy-disabled-at-target",
        layer: Layer::Relationship,
        shown: Shown::Always(ResponseCode::NoFreeBusyAccess),
        text: "the target's organization relationship has FreeBusyAccessEnabled false, and the rule that the documentation states is in force",
        repair: "Target: Set-OrganizationRelationship -FreeBusyAccessEnabled $true.",
        source: "New-OrganizationRelationship (docs); off by default, because it was not observed",
    },
    CauseRow {
        cause: Cause::RelationshipLevelNoneAtTarget,
        id: "relationship.level-none-at-target",
        layer: Layer::Permission,
        shown: Shown::Always(ResponseCode::NoFreeBusyAccess),
        text: "the target's organization relationship has FreeBusyAccessLevel None",
        repair: "Target: Set-OrganizationRelationship -FreeBusyAccessLevel AvailabilityOnly.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RelationshipOutOfScope,
        id: "relationship.out-of-scope-at-target",
        layer: Layer::Permission,
        shown: Shown::Always(ResponseCode::NoFreeBusyAccess),
        text: "the mailbox is not a member of the relationship's FreeBusyAccessScope",
        repair: "Target: Add-DistributionGroupMember, or clear FreeBusyAccessScope.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::PermissionDefaultNone,
        id: "permission.default-none",
        layer: Layer::Permission,
        shown: Shown::Always(ResponseCode::NoFreeBusyAccess),
        text: "the calendar's Default permission is None",
        repair: "Target: Set-MailboxFolderPermission …:\\Calendar -User Default -AccessRights AvailabilityOnly.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::OrganizationUnfederated,
        id: "organization.unfederated",
        layer: Layer::Federation,
        shown: Shown::BySide,
        text: "the organization has no federation trust",
        repair: "Both steps: New-FederationTrust, Set-FederatedOrganizationIdentifier.",
        source: "observed, Exchange 2013: validity rules of the federation trust",
    },
    CauseRow {
        cause: Cause::OrganizationIdentifierDisabled,
        id: "organization.identifier-disabled",
        layer: Layer::Federation,
        shown: Shown::BySide,
        text: "the federated organization identifier is disabled or not set",
        repair: "Set-FederatedOrganizationIdentifier -Enabled $true.",
        source: "Set-FederatedOrganizationIdentifier (docs)",
    },
    CauseRow {
        cause: Cause::TrustUnreadable,
        id: "trust.directory-read-error",
        layer: Layer::Federation,
        shown: Shown::BySide,
        text: "the federation trust cannot be read from Active Directory",
        repair: "Repair the server's connection to Active Directory.",
        source: "observed, Exchange 2013: validity rules of the federation trust",
    },
    CauseRow {
        cause: Cause::TrustTokenIssuerUriMissing,
        id: "trust.token-issuer-uri-missing",
        layer: Layer::Federation,
        shown: Shown::BySide,
        text: "the federation trust lacks TokenIssuerUri",
        repair: "Set-FederationTrust -RefreshMetadata.",
        source: "observed, Exchange 2013: validity rules of the federation trust",
    },
    CauseRow {
        cause: Cause::TrustTokenIssuerEprMissing,
        id: "trust.token-issuer-epr-missing",
        layer: Layer::Federation,
        shown: Shown::BySide,
        text: "the federation trust lacks TokenIssuerEpr",
        repair: "Set-FederationTrust -RefreshMetadata.",
        source: "observed, Exchange 2013: validity rules of the federation trust",
    },
    CauseRow {
        cause: Cause::TrustApplicationUriMissing,
        id: "trust.application-uri-missing",
        layer: Layer::Federation,
        shown: Shown::BySide,
        text: "the federation trust lacks ApplicationUri",
        repair: "Set-FederationTrust -ApplicationUri ….",
        source: "observed, Exchange 2013: validity rules of the federation trust",
    },
    CauseRow {
        cause: Cause::TrustTokenIssuerCertificateMissing,
        id: "trust.token-issuer-certificate-missing",
        layer: Layer::Federation,
        shown: Shown::BySide,
        text: "the federation trust lacks TokenIssuerCertificate",
        repair: "Set-FederationTrust -RefreshMetadata.",
        source: "observed, Exchange 2013: validity rules of the federation trust",
    },
    CauseRow {
        cause: Cause::TrustTokenIssuerCertificateExpired,
        id: "trust.token-issuer-certificate-expired",
        layer: Layer::Federation,
        shown: Shown::BySide,
        text: "both token issuer certificates of the trust are out of date",
        repair: "Set-FederationTrust -RefreshMetadata.",
        source: "observed, Exchange 2013: validity rules of the federation trust",
    },
    CauseRow {
        cause: Cause::TrustOrganizationCertificateMissing,
        id: "trust.organization-certificate-missing",
        layer: Layer::Federation,
        shown: Shown::BySide,
        text: "the federation trust lacks OrgPrivCertificate",
        repair: "Set-FederationTrust -Thumbprint ….",
        source: "observed, Exchange 2013: validity rules of the federation trust",
    },
    CauseRow {
        cause: Cause::TrustOrganizationCertificateNotInStore,
        id: "trust.organization-certificate-not-in-store",
        layer: Layer::Federation,
        shown: Shown::BySide,
        text: "the organization certificate is not in this server's store",
        repair: "Export and Import-ExchangeCertificate on this server.",
        source: "observed, Exchange 2013: validity rules of the federation trust",
    },
    CauseRow {
        cause: Cause::TrustOrganizationCertificateNoPrivateKey,
        id: "trust.organization-certificate-no-private-key",
        layer: Layer::Federation,
        shown: Shown::BySide,
        text: "the organization certificate has no private key on this server",
        repair: "Import-ExchangeCertificate with the private key on this server.",
        source: "observed, Exchange 2013: validity rules of the federation trust",
    },
    CauseRow {
        cause: Cause::TrustOrganizationCertificateExpired,
        id: "trust.organization-certificate-expired",
        layer: Layer::Federation,
        shown: Shown::BySide,
        text: "the organization certificate is out of date",
        repair: "Remove the federation trust and set it up again with a new certificate.",
        source: "observed, Exchange 2013: validity rules of the federation trust",
    },
    CauseRow {
        cause: Cause::TrustOrganizationCertificateUnusable,
        id: "trust.organization-certificate-unusable",
        layer: Layer::Federation,
        shown: Shown::BySide,
        text: "the private key of the organization certificate cannot be used",
        repair: "New-ExchangeCertificate with a CryptoAPI key, Set-FederationTrust -Thumbprint ….",
        source: "observed, Exchange 2013: validity rules of the federation trust",
    },
    CauseRow {
        cause: Cause::TokenUnknownIssuer,
        id: "token.unknown-issuer",
        layer: Layer::Gateway,
        shown: Shown::Always(ResponseCode::ProxyRequestProcessingFailed),
        text: "the partner's token issuer is not the one that this organization uses (consumer and business do not interoperate)",
        repair: "Both: build the trusts on one instance of the gateway.",
        source: "Create a federation trust, Exchange 2010 Help (docs); observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::GatewaySignatureUnknown,
        id: "gateway.signature-unknown",
        layer: Layer::Gateway,
        shown: Shown::Always(ResponseCode::ProxyRequestProcessingFailed),
        text: "no registration at the gateway has the certificate that signed the request",
        repair: "Requester: Set-FederationTrust -PublishFederationCertificate.",
        source: "observed, Exchange 2013: only the fact of refusal; the order of the gateway's checks is assumed",
    },
    CauseRow {
        cause: Cause::GatewayTimestampRefused,
        id: "gateway.timestamp-refused",
        layer: Layer::Gateway,
        shown: Shown::Always(ResponseCode::ProxyRequestProcessingFailed),
        text: "the request's time stamp differs too much from the gateway's clock",
        repair: "Requester: correct the server's clock.",
        source: "observed, Exchange 2013: only the fact of refusal; the order of the gateway's checks is assumed",
    },
    CauseRow {
        cause: Cause::GatewayDomainNotRegistered,
        id: "gateway.domain-not-registered",
        layer: Layer::Gateway,
        shown: Shown::Always(ResponseCode::ProxyRequestProcessingFailed),
        text: "the domain of the user's e-mail address is not registered for this organization",
        repair: "Requester: Add-FederatedDomain.",
        source: "observed, Exchange 2013: only the fact of refusal; the order of the gateway's checks is assumed",
    },
    CauseRow {
        cause: Cause::GatewayNamespaceMismatch,
        id: "gateway.namespace-mismatch",
        layer: Layer::Gateway,
        shown: Shown::Always(ResponseCode::ProxyRequestProcessingFailed),
        text: "the user's identity does not end in the registered account namespace",
        repair: "Requester: Set-FederatedOrganizationIdentifier -AccountNamespace ….",
        source: "observed, Exchange 2013: only the fact of refusal; the order of the gateway's checks is assumed",
    },
    CauseRow {
        cause: Cause::GatewayTargetNotRegistered,
        id: "gateway.target-not-registered",
        layer: Layer::Gateway,
        shown: Shown::Always(ResponseCode::ProxyRequestProcessingFailed),
        text: "no application with this URI is registered at the gateway",
        repair: "Requester: Set-OrganizationRelationship -TargetApplicationUri as Get-FederationInformation tells.",
        source: "observed, Exchange 2013: only the fact of refusal; the order of the gateway's checks is assumed",
    },
    CauseRow {
        cause: Cause::GatewayInstanceMismatch,
        id: "gateway.instance-mismatch",
        layer: Layer::Gateway,
        shown: Shown::Always(ResponseCode::ProxyRequestProcessingFailed),
        text: "the target is registered at another instance of the gateway",
        repair: "Both: build the trusts on one instance of the gateway.",
        source: "observed, Exchange 2013: only the fact of refusal; the order of the gateway's checks is assumed",
    },
    CauseRow {
        cause: Cause::GatewayError,
        id: "gateway.server-error",
        layer: Layer::Gateway,
        shown: Shown::ByLeg,
        text: "the gateway answers with an HTTP error",
        repair: "Gateway: wait for its operator.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::GatewayOverloaded,
        id: "gateway.overloaded",
        layer: Layer::Gateway,
        shown: Shown::ByLeg,
        text: "the gateway's queue is full",
        repair: "Gateway: wait for its operator.",
        source: "Assumed: a full queue answers 503 at once",
    },
    CauseRow {
        cause: Cause::GatewayClosed,
        id: "gateway.closed",
        layer: Layer::Gateway,
        shown: Shown::ByLeg,
        text: "this instance of the gateway has been closed",
        repair: "Requester: build the trust on the business instance.",
        source: "KB2937358 (docs)",
    },
    CauseRow {
        cause: Cause::DnsNameNotFound,
        id: "dns.name-not-found",
        layer: Layer::Dns,
        shown: Shown::ByLeg,
        text: "the host name does not exist in DNS",
        repair: "Publish the record, or correct the endpoint that names it.",
        source: "RFC 1035",
    },
    CauseRow {
        cause: Cause::DnsServerFailure,
        id: "dns.server-failure",
        layer: Layer::Dns,
        shown: Shown::ByLeg,
        text: "the zone's servers answer with a failure",
        repair: "Repair the zone.",
        source: "RFC 2308 s.7",
    },
    CauseRow {
        cause: Cause::DnsTimeout,
        id: "dns.timeout",
        layer: Layer::Dns,
        shown: Shown::ByLeg,
        text: "DNS did not answer",
        repair: "Repair the resolver or the zone's servers.",
        source: "RFC 1035; resolver time-outs as remembered",
    },
    CauseRow {
        cause: Cause::NetworkUnreachable,
        id: "network.unreachable",
        layer: Layer::Network,
        shown: Shown::ByLeg,
        text: "there is no way through the network to the host",
        repair: "Network: repair the link.",
        source: "Assumed: no route shows as a connection time-out",
    },
    CauseRow {
        cause: Cause::NetworkDropped,
        id: "network.connection-timeout",
        layer: Layer::Network,
        shown: Shown::ByLeg,
        text: "packets to port 443 are dropped without an answer",
        repair: "Open the firewall for port 443.",
        source: "Resolve free/busy errors (docs); TCP connection time-out as remembered",
    },
    CauseRow {
        cause: Cause::NetworkReset,
        id: "network.connection-reset",
        layer: Layer::Network,
        shown: Shown::ByLeg,
        text: "the connection is refused or reset",
        repair: "Open the firewall, or start what should listen on port 443.",
        source: "Resolve free/busy errors (docs)",
    },
    CauseRow {
        cause: Cause::NetworkLost,
        id: "network.packets-lost",
        layer: Layer::Network,
        shown: Shown::ByLeg,
        text: "all repetitions of a packet were lost",
        repair: "Network: repair the link.",
        source: "RFC 6298",
    },
    CauseRow {
        cause: Cause::ProxyUnreachable,
        id: "network.web-proxy-unreachable",
        layer: Layer::Network,
        shown: Shown::ByLeg,
        text: "the outbound web proxy does not answer",
        repair: "Requester: repair the proxy, or Set-ExchangeServer -InternetWebProxy.",
        source: "observed, Exchange 2013: InternetWebProxy is used for gateway and partners",
    },
    CauseRow {
        cause: Cause::ProxyAuthentication,
        id: "network.web-proxy-authentication",
        layer: Layer::Network,
        shown: Shown::ByLeg,
        text: "the outbound web proxy asks for credentials, which Exchange cannot send",
        repair: "Requester: exempt the Exchange servers from proxy authentication.",
        source: "documented failure: (407) Proxy Authentication Required",
    },
    CauseRow {
        cause: Cause::TlsNoCommonVersion,
        id: "tls.no-common-version",
        layer: Layer::Tls,
        shown: Shown::ByLeg,
        text: "client and server have no TLS version in common",
        repair: "Enable a common TLS version.",
        source: "RFC 5246; Resolve free/busy errors (docs)",
    },
    CauseRow {
        cause: Cause::TlsUntrustedRoot,
        id: "tls.untrusted-root",
        layer: Layer::Tls,
        shown: Shown::ByLeg,
        text: "the issuer of the server's TLS certificate is not a trusted root",
        repair: "Install the root certificate, or a TLS certificate of a public issuer.",
        source: "Federation, Exchange 2013 Help (docs)",
    },
    CauseRow {
        cause: Cause::TlsNameMismatch,
        id: "tls.name-mismatch",
        layer: Layer::Tls,
        shown: Shown::ByLeg,
        text: "the TLS certificate does not name the host",
        repair: "Install a certificate with the host's name.",
        source: "Federation, Exchange 2013 Help (docs)",
    },
    CauseRow {
        cause: Cause::TlsCertificateExpired,
        id: "tls.certificate-expired",
        layer: Layer::Tls,
        shown: Shown::ByLeg,
        text: "the TLS certificate is out of date",
        repair: "Install a TLS certificate that is in date.",
        source: "RFC 5280",
    },
    CauseRow {
        cause: Cause::PublishingPreauthentication,
        id: "publishing.preauthentication",
        layer: Layer::Publishing,
        shown: Shown::ByLeg,
        text: "the reverse proxy asks for a sign-in before it passes the request on",
        repair: "Target: publish the WSSecurity paths without pre-authentication.",
        source: "How to configure TMG for Exchange 2010 hybrid (docs)",
    },
    CauseRow {
        cause: Cause::PublishingPathBlocked,
        id: "publishing.path-blocked",
        layer: Layer::Publishing,
        shown: Shown::ByLeg,
        text: "the reverse proxy does not publish this path",
        repair: "Target: publish the path.",
        source: "How to configure TMG for Exchange 2010 hybrid (docs)",
    },
    CauseRow {
        cause: Cause::PublishingNothingListens,
        id: "publishing.path-unknown",
        layer: Layer::Publishing,
        shown: Shown::ByLeg,
        text: "nothing listens under this path",
        repair: "Correct the endpoint's path.",
        source: "observed, Exchange 2013: virtual directories",
    },
    CauseRow {
        cause: Cause::PublishingHostDown,
        id: "publishing.host-down",
        layer: Layer::Publishing,
        shown: Shown::ByLeg,
        text: "no server stands behind the published name",
        repair: "Target: start the servers, or correct the publishing.",
        source: "observed: HTTP 503 of a load balancer without servers",
    },
    CauseRow {
        cause: Cause::PublishingWsSecurityDisabled,
        id: "publishing.wssecurity-disabled",
        layer: Layer::Publishing,
        shown: Shown::ByLeg,
        text: "WSSecurityAuthentication is off on the virtual directory (HTTP 401)",
        repair: "Target: Set-WebServicesVirtualDirectory or Set-AutodiscoverVirtualDirectory -WSSecurityAuthentication $true, then iisreset.",
        source: "Exchange federation trust, part 1 (article); Resolve free/busy errors (docs)",
    },
    CauseRow {
        cause: Cause::PublishingPoolStopped,
        id: "publishing.application-pool-stopped",
        layer: Layer::Publishing,
        shown: Shown::ByLeg,
        text: "the application pool does not run (HTTP 503)",
        repair: "Target: start the application pool.",
        source: "documented failure: application pool stopped",
    },
    CauseRow {
        cause: Cause::PublishingPoolFailing,
        id: "publishing.application-pool-failing",
        layer: Layer::Publishing,
        shown: Shown::ByLeg,
        text: "the application pool answers with HTTP 500",
        repair: "Target: recycle the application pool; read its event log.",
        source: "2013 CU5/CU6 hybrid defect (blog)",
    },
    CauseRow {
        cause: Cause::PublishingServerBusy,
        id: "publishing.server-overloaded",
        layer: Layer::Publishing,
        shown: Shown::ByLeg,
        text: "the server's request queue is full",
        repair: "Target: add servers.",
        source: "Assumed: a full queue answers 503 at once",
    },
    CauseRow {
        cause: Cause::PublishingExternalUrlMissing,
        id: "publishing.external-url-missing",
        layer: Layer::Publishing,
        shown: Shown::Always(ResponseCode::AutoDiscoverFailed),
        text: "ExternalUrl of the EWS virtual directory is blank, so Autodiscover has no address to give",
        repair: "Target: Set-WebServicesVirtualDirectory -ExternalUrl ….",
        source: "Federation, Exchange 2013 Help (docs); observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::AutodiscoverTooManyRedirects,
        id: "autodiscover.too-many-redirects",
        layer: Layer::Autodiscover,
        shown: Shown::Always(ResponseCode::AutoDiscoverFailed),
        text: "Autodiscover redirected more than three times",
        repair: "Target: end the chain of redirects.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::AutodiscoverSameAddress,
        id: "autodiscover.redirect-to-same-address",
        layer: Layer::Autodiscover,
        shown: Shown::Always(ResponseCode::AutoDiscoverFailed),
        text: "Autodiscover redirected to the same address",
        repair: "Target: correct the recipient's external address.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::AutodiscoverRedirectNoRelationship,
        id: "autodiscover.redirect-without-relationship",
        layer: Layer::Autodiscover,
        shown: Shown::Always(ResponseCode::AutoDiscoverFailed),
        text: "Autodiscover redirected to a domain with which the requester has no usable relationship",
        repair: "Requester: New-OrganizationRelationship for the domain that the attendee moved to.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::AutodiscoverUnknownUser,
        id: "autodiscover.unknown-user",
        layer: Layer::Autodiscover,
        shown: Shown::Always(ResponseCode::AutoDiscoverFailed),
        text: "the target does not know the attendee's address",
        repair: "Client: correct the address.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::AutodiscoverNegativeEntry,
        id: "autodiscover.negative-cache",
        layer: Layer::Autodiscover,
        shown: Shown::Always(ResponseCode::AutoDiscoverFailed),
        text: "an earlier failure for this address is still in the worker process's cache",
        repair: "Requester: recycle the application pool (iisreset).",
        source: "observed, Exchange 2013: entries that hold a failure are not dropped after an hour",
    },
    CauseRow {
        cause: Cause::TargetTooOld,
        id: "version.target-too-old",
        layer: Layer::Autodiscover,
        shown: Shown::Always(ResponseCode::E14OrHigherProxyServerNotFound),
        text: "the mailbox is on a server too old for federated sharing, and no newer one stands before it",
        repair: "Target: install an Exchange 2010 SP2 or later Client Access server.",
        source: "Sharing, Exchange 2013 Help (docs); observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::CoexistenceUnsupported,
        id: "version.coexistence-unsupported",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::ServiceDiscoveryFailed),
        text: "the mailbox's server version cannot use federated sharing in this organization",
        repair: "Bring the server to the version that coexistence needs (2010 SP2, 2007 SP2 with a newer Client Access server).",
        source: "Sharing, Exchange 2013 Help (docs)",
    },
    CauseRow {
        cause: Cause::TokenMalformed,
        id: "token.malformed",
        layer: Layer::Token,
        shown: Shown::ByLeg,
        text: "the message carries no readable token",
        repair: "Target: publish the path without stripping the SOAP header.",
        source: "observed, Exchange 2013: token validation",
    },
    CauseRow {
        cause: Cause::TokenEncryptionUnknown,
        id: "token.encryption-unknown",
        layer: Layer::Token,
        shown: Shown::ByLeg,
        text: "the token is encrypted for a certificate that this server cannot use",
        repair: "Target: install the organization certificate, or publish the one that is in use.",
        source: "observed, Exchange 2013: token validation",
    },
    CauseRow {
        cause: Cause::TokenSignatureUnknown,
        id: "token.signature-unknown",
        layer: Layer::Token,
        shown: Shown::ByLeg,
        text: "the token is signed by a gateway certificate that the target's trust does not hold",
        repair: "Target: Set-FederationTrust -RefreshMetadata (twice).",
        source: "observed, Exchange 2013: token validation",
    },
    CauseRow {
        cause: Cause::TokenAudienceMismatch,
        id: "token.audience-mismatch",
        layer: Layer::Token,
        shown: Shown::ByLeg,
        text: "the token was issued for another application URI",
        repair: "Requester: Set-OrganizationRelationship -TargetApplicationUri as Get-FederationInformation tells.",
        source: "observed, Exchange 2013: token validation",
    },
    CauseRow {
        cause: Cause::TokenNotYetValid,
        id: "token.not-yet-valid",
        layer: Layer::Token,
        shown: Shown::ByLeg,
        text: "by the target's clock the token is not valid yet",
        repair: "Target: correct the server's clock.",
        source: "observed, Exchange 2013: token validation",
    },
    CauseRow {
        cause: Cause::TokenConditionsExpired,
        id: "token.conditions-expired",
        layer: Layer::Token,
        shown: Shown::ByLeg,
        text: "by the target's clock the token's conditions have ended",
        repair: "Target: correct the server's clock.",
        source: "observed, Exchange 2013: token validation",
    },
    CauseRow {
        cause: Cause::TokenSubjectMissing,
        id: "token.subject-missing",
        layer: Layer::Token,
        shown: Shown::ByLeg,
        text: "the token names no subject",
        repair: "Gateway: ask its operator.",
        source: "observed, Exchange 2013: token validation",
    },
    CauseRow {
        cause: Cause::TokenOfferMismatch,
        id: "token.offer-mismatch",
        layer: Layer::Token,
        shown: Shown::ByLeg,
        text: "the token was issued for another action than this operation expects",
        repair: "Requester: ask for a token of the right offer.",
        source: "observed, Exchange 2013: token validation",
    },
    CauseRow {
        cause: Cause::TokenOfferExpired,
        id: "token.offer-expired",
        layer: Layer::Token,
        shown: Shown::ByLeg,
        text: "by the target's clock the token is older than its offer allows",
        repair: "Target: correct the server's clock.",
        source: "observed, Exchange 2013: token validation",
    },
    CauseRow {
        cause: Cause::TokenEmailMissing,
        id: "token.email-missing",
        layer: Layer::Token,
        shown: Shown::ByLeg,
        text: "the token names no e-mail address",
        repair: "Requester: give the user an address in a federated domain.",
        source: "observed, Exchange 2013: token validation",
    },
    CauseRow {
        cause: Cause::ThrottlingCallerOverBudget,
        id: "throttling.over-budget",
        layer: Layer::Throttling,
        shown: Shown::Always(ResponseCode::ProxyRequestProcessingFailed),
        text: "the caller's throttling budget is used up (ErrorServerBusy)",
        repair: "Client: wait; or the administrator: Set-ThrottlingPolicy.",
        source: "observed, Exchange 2013: throttling; the budget of an external caller is assumed",
    },
    CauseRow {
        cause: Cause::RecipientUnknownAtTarget,
        id: "recipient.unknown-at-target",
        layer: Layer::Directory,
        shown: Shown::Always(ResponseCode::MailRecipientNotFound),
        text: "the target has no recipient with this address",
        repair: "Client: correct the address.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::RecipientMovedAway,
        id: "recipient.no-second-hop",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::ProxyRequestNotAllowed),
        text: "the attendee's mailbox has left the target, and federated sharing never hops twice",
        repair: "Requester: a relationship of its own with the organization that holds the mailbox.",
        source: "Sharing, Exchange 2013 Help (docs), limitation 4",
    },
    CauseRow {
        cause: Cause::CalendarMissing,
        id: "recipient.no-calendar",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::NoCalendar),
        text: "the mailbox has no calendar folder",
        repair: "Target: repair the mailbox.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::MailboxUnavailable,
        id: "recipient.mailbox-unavailable",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::MailboxLogonFailed),
        text: "the mailbox's database is not mounted",
        repair: "Target: mount the database.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::MailboxFailingOver,
        id: "recipient.mailbox-failing-over",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::MailboxFailover),
        text: "the mailbox's database is failing over",
        repair: "Target: wait.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::ResultSetTooBig,
        id: "recipient.too-many-entries",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::ResultSetTooBig),
        text: "the calendar has more than 1000 entries in the window",
        repair: "Client: ask for a shorter window.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::PersonalShareTo2007,
        id: "share.personal-to-2007",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::ProxyForPersonalNotAllowed),
        text: "a personal share cannot be read from Exchange 2007",
        repair: "Target: move the mailbox to a newer server.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::OAuthTokenRefused,
        id: "oauth.token-refused",
        layer: Layer::Gateway,
        shown: Shown::Always(ResponseCode::ProxyRequestProcessingFailed),
        text: "the authorization server issues no OAuth token",
        repair: "Requester: repair the OAuth set-up, or disable the IntraOrganizationConnector.",
        source: "Demystifying hybrid free/busy (blog)",
    },
    CauseRow {
        cause: Cause::OAuthRejected,
        id: "oauth.token-rejected",
        layer: Layer::Token,
        shown: Shown::ByLeg,
        text: "the target does not accept the OAuth token",
        repair: "Target: repair the partner application, or Requester: disable the IntraOrganizationConnector.",
        source: "Demystifying hybrid free/busy (blog)",
    },
    CauseRow {
        cause: Cause::AddressSpaceDiscoveryFailed,
        id: "address-space.discovery-failed",
        layer: Layer::Autodiscover,
        shown: Shown::Always(ResponseCode::AutoDiscoverFailed),
        text: "no endpoint was discovered for the availability address space",
        repair: "Requester: Add-AvailabilityAddressSpace -TargetAutodiscoverEpr ….",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::AddressSpaceCredentials,
        id: "address-space.invalid-credentials",
        layer: Layer::Publishing,
        shown: Shown::Always(ResponseCode::InvalidCrossForestCredentials),
        text: "the target refuses the credentials of the availability address space",
        repair: "Requester: Set-AvailabilityConfig, with valid credentials.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::AddressSpaceMethodUnsupported,
        id: "address-space.method-unsupported",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::InvalidCrossForestCredentials),
        text: "the address space's access method is not supported by this version",
        repair: "Requester: Add-AvailabilityAddressSpace with OrgWideFB or PerUserFB.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::DeadlineAtToken,
        id: "deadline.waiting-for-token",
        layer: Layer::Gateway,
        shown: Shown::Always(ResponseCode::TimeoutExpired),
        text: "25 s passed while the gateway had not answered",
        repair: "Find what is slow on this leg.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::DeadlineAtAutodiscover,
        id: "deadline.waiting-for-autodiscover",
        layer: Layer::Autodiscover,
        shown: Shown::Always(ResponseCode::TimeoutExpired),
        text: "25 s passed while Autodiscover had not answered",
        repair: "Find what is slow on this leg.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::DeadlineAtAvailability,
        id: "deadline.waiting-for-availability",
        layer: Layer::Availability,
        shown: Shown::Always(ResponseCode::TimeoutExpired),
        text: "25 s passed while the target had not answered",
        repair: "Find what is slow on this leg.",
        source: "observed, Exchange 2013",
    },
    CauseRow {
        cause: Cause::DeadlineAtConnection,
        id: "deadline.waiting-for-connection",
        layer: Layer::Network,
        shown: Shown::Always(ResponseCode::TimeoutExpired),
        text: "25 s passed while a name or a connection was awaited",
        repair: "Find what is slow on this leg.",
        source: "observed, Exchange 2013",
    },
];

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
