//! What draws are made for. Each purpose has a key of its own.
//!
//! Invariant: a number, once given, never changes and is never used for anything else; otherwise
//! every result for a fixed seed changes.

use crate::engine::draw;

/// What a draw is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// Permissions and other properties of mailboxes that are described by a number (world).
    Mailbox = 0,
    /// The phase of an organization's daily metadata refresh (world).
    MetadataRefresh = 1,
    /// The delay between a client and its server.
    ClientDelay = 2,
    /// Looking an address up in Active Directory.
    DirectoryResolution = 3,
    /// How long a DNS answer takes.
    DnsDelay = 4,
    /// Jitter of a message on its way.
    Jitter = 5,
    /// Whether a message, or its repetition, is lost.
    Loss = 6,
    /// Which server of several takes a call.
    Balance = 7,
    /// How long the gateway takes to issue a token.
    TokenService = 8,
    /// How long Autodiscover takes.
    AutodiscoverService = 9,
    /// How long a free/busy query takes at the server that reads the calendars.
    AvailabilityService = 10,
    /// How long it takes to decrypt and verify a token.
    TokenValidation = 11,
    /// How long an application pool takes to start.
    PoolStart = 12,
    /// How long an OAuth token takes.
    OAuthService = 13,
    /// When a server breaks down, and for how long.
    Breakdown = 14,
    /// Which worker process of a server takes a call.
    Worker = 15,
    /// Which of several equal SRV targets is tried first.
    ServiceRecord = 16,
    /// When the next request of a workload is sent.
    Arrival = 17,
    /// What a drawn request asks, and for whom.
    RequestContent = 18,
    /// Whether a user asks again after a failure, and when.
    Retry = 19,
    /// How long MailTips take at the server that gathers them.
    MailTipsService = 20,
    /// How long a photo takes at the server that fetches it.
    PhotoService = 21,
    /// Identifiers and the like that an administrator's shell draws.
    Administration = 30,
    /// How long the gateway's provisioning service takes.
    ProvisioningService = 31,
    /// How long an organization certificate takes to another server.
    CertificateDistribution = 32,
    /// When a fault of the scenario happens at random, and for how long.
    Fault = 33,
    /// How long a call for a shared folder takes at the server that serves it.
    FolderService = 24,
    /// How long a delivery report takes at the server that gathers it.
    DeliveryReportService = 25,
    /// How long an archive takes at the server that opens it.
    ArchiveService = 26,
    /// How long mail takes from one organization to another.
    MailDelay = 38,
    /// The version, size, place and variant of an organization of a population (world).
    Population = 40,
    /// With whom an organization has relationships (world).
    PartnerEdge = 41,
    /// The variant of a relationship of a partner graph (world).
    PartnerVariant = 42,
    /// Who has subscribed to whose calendar, at which level (world).
    Subscription = 46,
    /// Where in its work cycle an organization begins (world).
    WorkCyclePhase = 47,
    /// Where between two changes a calendar stands (world).
    CalendarChanges = 48,
    /// Where in its work cycle an organization's Sharing Policy Assistant begins (world).
    PolicyAssistantPhase = 50,
}

impl draw::Purpose for Purpose {
    fn number(self) -> u8 {
        self as u8
    }

    fn belongs_to_world(self) -> bool {
        matches!(
            self,
            Purpose::Mailbox
                | Purpose::MetadataRefresh
                | Purpose::Population
                | Purpose::PartnerEdge
                | Purpose::PartnerVariant
                | Purpose::Subscription
                | Purpose::WorkCyclePhase
                | Purpose::CalendarChanges
                | Purpose::PolicyAssistantPhase
        )
    }
}
