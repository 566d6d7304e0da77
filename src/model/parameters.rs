//! Parameters and rules of the model: every number that is not a fact of one object.
//!
//! It knows nothing of where the values come from; the scenario names the evidence for each default,
//! and what rests on a guess is reported with the results. Invariant: no decision uses a number that
//! stands neither here nor in a named constant with its source.

use crate::engine::{Distribution, Span};

use super::oauth::Crashes;
use super::throttling::ThrottlingPolicy;

/// Which rule the URL cache of Autodiscover results follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UriCacheRule {
    /// An entry older than its life is dropped if it is a success, or if its URL is bad.
    Literal,
    /// An entry older than its life is dropped if it is a failure, or if its URL is bad.
    Intended,
}

/// How long an entry that holds a failure stays in the URL cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NegativeUriLife {
    /// As long as the worker process.
    Process,
    /// As long as any other entry.
    Hour,
}

/// Whether the target tests FreeBusyAccessEnabled of its own relationship.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetFreeBusyRule {
    /// It does not: observed, Exchange 2013.
    Observed,
    /// It does: New-OrganizationRelationship (docs).
    Documented,
}

/// What opens a shared calendar to an external user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedFolderRule {
    /// What the calendar grants in person: a choice.
    Personal,
    /// The same, or the calendar's Default entry if it gives more: a comment on a published
    /// walk-through (blog) tells that raising Default repaired a blank calendar.
    PersonalOrDefault,
}

/// What becomes of an invitation that offers more than the owner's policy allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbovePolicyRule {
    /// It offers what the policy allows: assumed.
    Lowered,
    /// It is refused, and the user may offer less: Policy permissions issue (docs).
    Refused,
}

/// Whether delegation tokens for free/busy are reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenCacheRule {
    /// Never: observed, Exchange 2013.
    Off,
    /// What if they were: for each user, target and offer, until this long before their offer ends.
    PerUserTargetOffer {
        /// A token is not reused later than this before its offer ends.
        early_margin: Span,
        /// The most tokens that a worker process keeps.
        entries_max: u32,
    },
}

/// The switches where documents and observation differ, or a doubt is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The rule of the URL cache.
    pub uri_cache: UriCacheRule,
    /// The life of failures in it.
    pub negative_uri_life: NegativeUriLife,
    /// What the target tests.
    pub target_free_busy: TargetFreeBusyRule,
    /// What opens a shared calendar.
    pub shared_folder: SharedFolderRule,
    /// What becomes of an invitation that offers more than the policy allows.
    pub above_policy: AbovePolicyRule,
    /// Reuse of tokens.
    pub token_cache: TokenCacheRule,
    /// Whether external callers are held to a throttling budget.
    pub throttle_external_callers: bool,
    /// Whether a gateway looks for the proofs of all registered domains when the next certificate is
    /// published.
    pub proofs_at_publication: bool,
}

/// How long things take, how much they weigh, how long they are kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// One way between a client and its server.
    pub client_delay: Distribution,
    /// Looking one address up in Active Directory.
    pub directory_resolution: Distribution,
    /// A DNS answer from the resolver's cache, there and back.
    pub dns_warm: Distribution,
    /// A DNS answer from the zone's servers, there and back.
    pub dns_cold: Distribution,
    /// After this a DNS query is given up.
    pub dns_timeout: Span,
    /// How long a front end remembers on which older server a mailbox is.
    pub front_end_memory: Span,
    /// Computing of a TLS handshake.
    pub tls_cpu: Span,
    /// Decrypting and verifying a token.
    pub token_validation: Distribution,
    /// Answering GetUserSettings.
    pub autodiscover_service: Distribution,
    /// Answering GetUserAvailability: the fixed part.
    pub availability_fixed: Distribution,
    /// The part of each mailbox.
    pub availability_per_mailbox: Distribution,
    /// The part of each calendar entry.
    pub availability_per_event: Span,
    /// Gathering the MailTips of one recipient.
    pub mail_tips_service: Distribution,
    /// Fetching one photo.
    pub photo_service: Distribution,
    /// Gathering one delivery report.
    pub delivery_report_service: Distribution,
    /// Opening one archive.
    pub archive_service: Distribution,
    /// Serving one call for a shared folder.
    pub folder_service: Distribution,
    /// The part of each item that GetItem brings.
    pub folder_service_per_item: Span,
    /// The time that a synchronization has which a user waits for.
    pub synchronization_budget: Span,
    /// Of how much time a full synchronization brings the calendar entries.
    pub synchronization_window: Span,
    /// Mail from one organization to another.
    pub mail_delay: Distribution,
    /// The work cycle of the Sharing Policy Assistant.
    pub policy_assistant_cycle: Span,
    /// Computing at the requester for a group that leaves.
    pub outbound_cpu: Span,
    /// Computing at the target for a call that arrives.
    pub inbound_cpu: Span,
    /// The same for each mailbox in it.
    pub inbound_cpu_per_mailbox: Span,
    /// Starting an application pool.
    pub pool_cold_start: Distribution,
    /// How application pools of Exchange Web Services end without a valid OAuth certificate.
    pub pool_crashes: Crashes,
    /// How long Exchange takes to carry an organization certificate to another server.
    pub certificate_distribution: Distribution,
    /// How long `iisreset` takes until the shell goes on.
    pub web_server_restart: Span,
    /// How long an administrator's shell waits for one answer to a question about a partner's
    /// federation.
    pub discovery_timeout: Span,
    /// Issuing an OAuth token, the way to and from the authorization server included.
    pub oauth_service: Distribution,
    /// The least time that a message between two owners of state takes.
    pub minimum_delay: Span,
    /// The first retransmission timeout of TCP.
    pub retransmission_timeout: Span,
    /// After this a connection attempt that nobody answers is given up.
    pub connect_timeout: Span,
    /// After this an idle connection is closed.
    pub connection_idle: Span,
    /// After this a call that nobody answers is given up.
    pub http_timeout: Span,
    /// The time that an availability request has.
    pub availability_deadline: Span,
    /// How often the dispatcher looks at the clock.
    pub deadline_poll: Span,
    /// The time that the resolution of recipients has.
    pub recipient_resolution_limit: Span,
    /// The life of configuration objects in a process's cache, absent ones included.
    pub relationship_cache_life: Span,
    /// The life of entries in the URL cache.
    pub uri_cache_life: Span,
    /// The most entries of the URL cache.
    pub uri_cache_entries: u32,
    /// How often the configuration of address spaces is read.
    pub address_space_refresh: Span,
    /// How far a request's time stamp may differ at the gateway beyond its life.
    pub time_stamp_tolerance: Span,
    /// The skew tolerated on the SAML window.
    pub clock_skew: Span,
    /// What messages weigh.
    pub sizes: MessageSizes,
    /// The budget of users and of external callers.
    pub throttling: ThrottlingPolicy,
}

/// What messages weigh, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageSizes {
    /// GetUserAvailability from a client, without its attendees.
    pub client_request: u64,
    /// A request for a token.
    pub token_request: u64,
    /// Its answer.
    pub token_response: u64,
    /// The encrypted token element.
    pub encrypted_token: u64,
    /// GetUserSettings.
    pub autodiscover_request: u64,
    /// More for each address.
    pub autodiscover_request_per_address: u64,
    /// Its answer.
    pub autodiscover_response: u64,
    /// More for each address.
    pub autodiscover_response_per_address: u64,
    /// GetUserAvailability between organizations.
    pub availability_request: u64,
    /// More for each mailbox.
    pub availability_request_per_mailbox: u64,
    /// Its answer, for each mailbox.
    pub availability_response_per_mailbox: u64,
    /// More for each calendar entry shown as free/busy.
    pub availability_response_per_event_simple: u64,
    /// More for each calendar entry shown in detail.
    pub availability_response_per_event_detail: u64,
    /// GetMailTips between organizations, without its recipients, of whom each weighs as much as a
    /// mailbox of GetUserAvailability.
    pub mail_tips_request: u64,
    /// Its answer, for each recipient.
    pub mail_tips_response_per_mailbox: u64,
    /// GetUserPhoto between organizations.
    pub photo_request: u64,
    /// Its answer.
    pub photo_response: u64,
    /// The federation metadata of a gateway.
    pub metadata_document: u64,
    /// A request for a delivery report or for an archive between organizations, without its recipients,
    /// of whom each weighs as much as a mailbox of GetUserAvailability.
    pub further_request: u64,
    /// Its answer, for each recipient.
    pub further_response_per_mailbox: u64,
    /// GetFolder, SyncFolderItems or GetItem between organizations.
    pub synchronization_request: u64,
    /// Its answer, without changes and items.
    pub synchronization_response: u64,
    /// More for each change that SyncFolderItems tells.
    pub synchronization_response_per_change: u64,
    /// More for each item that GetItem brings.
    pub synchronization_response_per_item: u64,
    /// What is left of an answer after compression, in parts of 10¹².
    pub compressed_share: u64,
}

/// Parts in a share: one is 10¹² of them.
pub const SHARE_PARTS: u64 = 1_000_000_000_000;

impl MessageSizes {
    /// The size of an availability answer: so many mailboxes, entries with their times alone, entries in
    /// detail, and merged digits.
    pub fn availability_response(
        &self,
        mailboxes: u64,
        simple_entries: u64,
        detailed_entries: u64,
        digits: u64,
    ) -> u64 {
        let clear = mailboxes * self.availability_response_per_mailbox
            + simple_entries * self.availability_response_per_event_simple
            + detailed_entries * self.availability_response_per_event_detail
            + digits;
        self.compressed(clear)
    }

    /// The size of an answer with MailTips of so many recipients.
    pub fn mail_tips_response(&self, recipients: u64) -> u64 {
        self.compressed(recipients * self.mail_tips_response_per_mailbox)
    }

    /// The size of an answer with delivery reports of, or archives for, so many recipients.
    pub fn further_response(&self, recipients: u64) -> u64 {
        self.compressed(recipients * self.further_response_per_mailbox)
    }

    /// The size of an answer about a shared folder: so many changes told, so many items brought.
    pub fn folder_response(&self, changes: u64, items: u64) -> u64 {
        let clear = self.synchronization_response
            + changes * self.synchronization_response_per_change
            + items * self.synchronization_response_per_item;
        self.compressed(clear)
    }

    fn compressed(&self, clear: u64) -> u64 {
        (u128::from(clear) * u128::from(self.compressed_share) / u128::from(SHARE_PARTS)) as u64
    }
}
