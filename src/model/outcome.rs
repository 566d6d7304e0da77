//! Outcomes: what became of a request, a group and an attendee, and who has to act on a failure.
//!
//! It knows no rule that leads to an outcome. Three counts are never mixed: a *request* (what a client
//! sent), a *group* (one dispatched call toward a target, with its tokens), an *attendee* (a view or
//! another answer, or a failure with its cause). Invariant: an outcome is data, complete in itself.

use std::fmt;

use super::cause::{Cause, Layer};

/// How much of a calendar the caller sees. Ordered from nothing to everything.
///
/// Source: folder rights and internal levels, observed, Exchange 2013.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Nothing: error 5037.
    #[default]
    None,
    /// Start, end and status ("AvailabilityOnly").
    Simple,
    /// Also subject and location ("LimitedDetails").
    Detail,
    /// Everything, private items included; never for external callers.
    Owner,
}

/// What a request asks of each attendee.
///
/// Source: operations of Exchange Web Services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asks {
    /// When they are busy: GetUserAvailability.
    #[default]
    FreeBusy,
    /// What the sender of a message should know before it is sent: GetMailTips.
    MailTips,
    /// Their photos: GetUserPhoto, one a call.
    Photos,
    /// What has changed in calendars that they have shared in person, because a user opens one:
    /// GetFolder, SyncFolderItems, GetItem.
    SharedCalendar,
    /// The same, because the Sharing Sync Assistant's work cycle has come to them.
    Synchronization,
    /// What became of a message to them: FindMessageTrackingReport.
    DeliveryReports,
    /// A user's archive that the partner keeps: its folders over EWS.
    Archive,
    /// That they accept a calendar or contacts of the sender: GetSharingMetadata, and a message.
    Invitation,
    /// What somebody has invited the reader to: the message is opened.
    OpenInvitation,
}

/// What is got of an attendee whose calendar is not asked for.
///
/// Source: MailTips over organization relationships (docs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// MailTips of the level Limited: those that prevent a non-delivery report, and automatic replies.
    LimitedMailTips,
    /// MailTips of the level All of a recipient outside the scope: all but Mailbox Full, Automatic
    /// Replies and the custom tip.
    MailTipsOutsideScope,
    /// All MailTips.
    AllMailTips,
    /// A photo.
    Photo,
    /// A shared calendar that shows subjects and locations.
    SharedDetails,
    /// A shared calendar that shows blocks of time alone, because the level is Simple.
    SharedTimes,
    /// A shared calendar that is blank, because the level is None and its items were deleted.
    SharedBlank,
    /// A shared calendar without items, because the owner's calendar has none.
    SharedEmpty,
    /// A delivery report.
    DeliveryReport,
    /// The archive.
    Archive,
    /// An invitation to hours alone.
    InvitationSimple,
    /// One to subjects and locations as well.
    InvitationDetail,
    /// One to everything but private items.
    InvitationReviewer,
    /// One to contacts alone.
    InvitationContacts,
    /// The address of a calendar that is published on the internet.
    InvitationPublished,
    /// A subscription to what the invitation offers.
    Subscription,
}

/// The form of the answer that the client asks for.
///
/// Source: FreeBusyViewType of Exchange Web Services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// One digit an interval.
    MergedOnly,
    /// Start, end and status of each entry.
    FreeBusy,
    /// Both of the above.
    FreeBusyMerged,
    /// Also subject and location.
    Detailed,
    /// Also subject and location, and one digit an interval.
    DetailedMerged,
}

/// Who has to act so that a failure goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The person or program that sends the request.
    Client,
    /// Administrators of the organization that asks.
    Requester,
    /// Administrators of the organization that is asked.
    Target,
    /// The operator of the gateway.
    Gateway,
    /// The operator of the network between them.
    Network,
}

/// A leg of a group: one exchange over the network, or the work before the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leg {
    /// The delegation token for what is asked: free/busy, MailTips, a photo or a shared calendar.
    FreeBusyToken,
    /// The delegation token for Autodiscover, asked in parallel when the endpoint is unknown.
    AutodiscoverToken,
    /// The OAuth token of an IntraOrganizationConnector.
    OAuthToken,
    /// GetUserSettings at the target.
    Autodiscover,
    /// The call for what is asked, at the target: GetUserAvailability, GetMailTips or GetUserPhoto.
    Availability,
    /// The federation metadata of the gateway.
    Metadata,
    /// A request to the gateway's provisioning service.
    Provisioning,
    /// GetFederationInformation at a partner, without a token.
    FederationInformation,
    /// A plain HTTP question for Autodiscover, to be redirected.
    Redirection,
    /// GetOrganizationRelationshipSettings at a partner.
    RelationshipSettings,
    /// GetFolder of a shared calendar, at the target.
    GetFolder,
    /// SyncFolderItems of a shared calendar, at the target.
    SyncFolderItems,
    /// GetItem of what has changed in it, at the target.
    GetItem,
}

/// The numbers that Exchange gives to results.
///
/// Source: response codes of the Availability service, observed, Exchange 2013.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
#[allow(missing_docs)] // The names are the product's own; `ResponseCode::name` prints them.
pub enum ResponseCode {
    RequestStreamTooBig = 5000,
    IdentityArrayEmpty = 5001,
    IdentityArrayTooBig = 5002,
    TimeIntervalTooBig = 5003,
    InvalidMergedFreeBusyInterval = 5004,
    ResultSetTooBig = 5006,
    InvalidClientSecurityContext = 5007,
    MailboxLogonFailed = 5008,
    MailRecipientNotFound = 5009,
    InvalidTimeInterval = 5010,
    ProxyRequestNotAllowed = 5015,
    ProxyRequestProcessingFailed = 5016,
    ServiceDiscoveryFailed = 5021,
    AddressSpaceNotFound = 5023,
    InvalidCrossForestCredentials = 5025,
    TimeoutExpired = 5027,
    NoCalendar = 5029,
    IndividualMailboxLimitReached = 5036,
    NoFreeBusyAccess = 5037,
    AutoDiscoverFailed = 5039,
    FreeBusyGenerationFailed = 5041,
    FreeBusyDLLimitReached = 5043,
    E14OrHigherProxyServerNotFound = 5044,
    ProxyForPersonalNotAllowed = 5045,
    MailboxFailover = 5046,
    InvalidOrganizationRelationshipForFreeBusy = 5047,
    // Results of invitations have names, and no numbers. These are fedsim's own.
    // Source: InvalidRecipientResponseCode of GetSharingMetadata (docs).
    OtherError = 9001,
    RecipientOrganizationNotFederated = 9002,
    SystemPolicyBlocksSharingWithThisRecipient = 9003,
    RecipientOrganizationFederatedWithUnknownTokenIssuer = 9004,
    // Source: ErrorPermissionNotAllowedByPolicy, ResponseCode (docs).
    PermissionNotAllowedByPolicy = 9005,
}

/// Why an attendee could not be read, a group could not be served, or a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Failure {
    /// The root cause, stable and dotted.
    pub cause: Cause,
    /// The number that the product shows.
    pub code: ResponseCode,
    /// The number inside it, where the product wraps one failure in another.
    pub inner: Option<ResponseCode>,
    /// Who has to act.
    pub side: Side,
    /// The leg in which it showed, if it came that far.
    pub leg: Option<Leg>,
}

/// What became of one attendee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttendeeOutcome {
    /// A view was returned, at this level.
    View(AccessLevel),
    /// MailTips or a photo were returned, or a shared calendar was synchronized.
    Answered(Answer),
    /// It could not be read.
    Failed(Failure),
}

/// What became of one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupOutcome {
    /// The target answered; attendees have outcomes of their own.
    Answered,
    /// All its attendees failed alike.
    Failed(Failure),
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestOutcome {
    /// Each attendee has a view, or what else was asked for.
    Complete,
    /// Some attendees have it.
    Partial,
    /// No attendee has it.
    Failed,
}

impl Failure {
    /// The layer of the failure: that of its cause.
    pub fn layer(&self) -> Layer {
        self.cause.row().layer
    }

    /// The text that goes with the cause.
    pub fn text(&self) -> &'static str {
        self.cause.row().text
    }
}

impl Leg {
    /// Whether it is served by a target's Autodiscover; else by its EWS, if by a target at all.
    pub fn is_at_autodiscover(self) -> bool {
        matches!(
            self,
            Leg::Autodiscover
                | Leg::FederationInformation
                | Leg::Redirection
                | Leg::RelationshipSettings
        )
    }
}

impl ResponseCode {
    /// All codes, by number.
    pub const ALL: &'static [ResponseCode] = &[
        ResponseCode::RequestStreamTooBig,
        ResponseCode::IdentityArrayEmpty,
        ResponseCode::IdentityArrayTooBig,
        ResponseCode::TimeIntervalTooBig,
        ResponseCode::InvalidMergedFreeBusyInterval,
        ResponseCode::ResultSetTooBig,
        ResponseCode::InvalidClientSecurityContext,
        ResponseCode::MailboxLogonFailed,
        ResponseCode::MailRecipientNotFound,
        ResponseCode::InvalidTimeInterval,
        ResponseCode::ProxyRequestNotAllowed,
        ResponseCode::ProxyRequestProcessingFailed,
        ResponseCode::ServiceDiscoveryFailed,
        ResponseCode::AddressSpaceNotFound,
        ResponseCode::InvalidCrossForestCredentials,
        ResponseCode::TimeoutExpired,
        ResponseCode::NoCalendar,
        ResponseCode::IndividualMailboxLimitReached,
        ResponseCode::NoFreeBusyAccess,
        ResponseCode::AutoDiscoverFailed,
        ResponseCode::FreeBusyGenerationFailed,
        ResponseCode::FreeBusyDLLimitReached,
        ResponseCode::E14OrHigherProxyServerNotFound,
        ResponseCode::ProxyForPersonalNotAllowed,
        ResponseCode::MailboxFailover,
        ResponseCode::InvalidOrganizationRelationshipForFreeBusy,
        ResponseCode::OtherError,
        ResponseCode::RecipientOrganizationNotFederated,
        ResponseCode::SystemPolicyBlocksSharingWithThisRecipient,
        ResponseCode::RecipientOrganizationFederatedWithUnknownTokenIssuer,
        ResponseCode::PermissionNotAllowedByPolicy,
    ];

    /// The number, such as 5037.
    pub fn number(self) -> u16 {
        self as u16
    }

    /// The product's name, such as `NoFreeBusyAccess`.
    pub fn name(self) -> String {
        format!("{self:?}")
    }
}

impl View {
    /// The most detailed level that this form of answer can show.
    pub fn level(self) -> AccessLevel {
        match self {
            View::MergedOnly | View::FreeBusy | View::FreeBusyMerged => AccessLevel::Simple,
            View::Detailed | View::DetailedMerged => AccessLevel::Detail,
        }
    }

    /// Whether the answer carries one digit an interval.
    pub fn is_merged(self) -> bool {
        matches!(
            self,
            View::MergedOnly | View::FreeBusyMerged | View::DetailedMerged
        )
    }
}

impl RequestOutcome {
    /// The outcome of a request of which so many of so many attendees have what was asked for.
    pub fn of(views: usize, attendees: usize) -> RequestOutcome {
        match views {
            0 => RequestOutcome::Failed,
            n if n == attendees => RequestOutcome::Complete,
            _ => RequestOutcome::Partial,
        }
    }
}

impl Asks {
    /// Whether it is a run of synchronization, by whichever door.
    pub fn is_synchronization(self) -> bool {
        match self {
            Asks::SharedCalendar | Asks::Synchronization => true,
            Asks::FreeBusy
            | Asks::MailTips
            | Asks::Photos
            | Asks::DeliveryReports
            | Asks::Archive
            | Asks::Invitation
            | Asks::OpenInvitation => false,
        }
    }
}

impl AttendeeOutcome {
    /// Whether the attendee has what was asked for.
    pub fn is_answer(&self) -> bool {
        match self {
            AttendeeOutcome::View(_) | AttendeeOutcome::Answered(_) => true,
            AttendeeOutcome::Failed(_) => false,
        }
    }
}

/// Gives an enum the words that files, expectations and reports use for it.
macro_rules! words {
    ($type:ident { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $type {
            /// All values, in order.
            pub const ALL: &'static [$type] = &[$($type::$variant),+];

            /// The word for it.
            pub fn word(self) -> &'static str {
                match self { $($type::$variant => $word),+ }
            }

            /// The value that a word stands for.
            pub fn from_word(word: &str) -> Option<$type> {
                match word { $($word => Some($type::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}
pub(crate) use words;

words!(AccessLevel { None => "None", Simple => "AvailabilityOnly", Detail => "LimitedDetails", Owner => "Owner" });
words!(Asks {
    FreeBusy => "free-busy", MailTips => "mail-tips", Photos => "photos",
    SharedCalendar => "shared-calendar", Synchronization => "synchronization",
    DeliveryReports => "delivery-reports", Archive => "archive",
    Invitation => "invitation", OpenInvitation => "open-invitation",
});
words!(Answer {
    LimitedMailTips => "mail-tips-limited", MailTipsOutsideScope => "mail-tips-outside-scope",
    AllMailTips => "mail-tips-all", Photo => "photo", SharedDetails => "shared-details",
    SharedTimes => "shared-times-alone", SharedBlank => "shared-blank",
    SharedEmpty => "shared-empty", DeliveryReport => "delivery-report", Archive => "archive",
    InvitationSimple => "invitation-availability-only",
    InvitationDetail => "invitation-limited-details", InvitationReviewer => "invitation-reviewer",
    InvitationContacts => "invitation-contacts", InvitationPublished => "invitation-published",
    Subscription => "subscription",
});
words!(View {
    MergedOnly => "MergedOnly", FreeBusy => "FreeBusy", FreeBusyMerged => "FreeBusyMerged",
    Detailed => "Detailed", DetailedMerged => "DetailedMerged",
});
words!(Side {
    Client => "client", Requester => "requester", Target => "target", Gateway => "gateway",
    Network => "network",
});
words!(Leg {
    FreeBusyToken => "free-busy-token", AutodiscoverToken => "autodiscover-token",
    OAuthToken => "oauth-token", Autodiscover => "autodiscover", Availability => "availability",
    Metadata => "metadata", Provisioning => "provisioning",
    FederationInformation => "federation-information", Redirection => "redirection",
    RelationshipSettings => "relationship-settings",
    GetFolder => "get-folder", SyncFolderItems => "sync-folder-items", GetItem => "get-item",
});
words!(RequestOutcome { Complete => "complete", Partial => "partial", Failed => "failed" });

impl fmt::Display for ResponseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What the product has no number for is shown by its name.
        match self.number() {
            9000.. => write!(f, "{self:?}"),
            number => write!(f, "{number} {self:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_partial_when_some_attendees_have_a_view_and_some_have_not() {
        for (views, attendees, outcome) in [
            (0, 3, RequestOutcome::Failed),
            (1, 3, RequestOutcome::Partial),
            (3, 3, RequestOutcome::Complete),
        ] {
            assert_eq!(RequestOutcome::of(views, attendees), outcome);
        }
    }

    #[test]
    fn levels_are_ordered_from_nothing_to_everything() {
        assert!(AccessLevel::ALL.is_sorted());
    }
}
