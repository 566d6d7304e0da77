//! Keys of `[parameters]`: delays, sizes, time limits, cache lives and budgets.
//!
//! It knows nothing of where they are used. Invariant: every number of the model that is not a rule
//! is here with its evidence; a guess is a parameter.

use super::Evidence::{Doc, Guess, Observed, Recall, Rfc};
use super::{Evidence, Key, Kind, Object, POSITIVE_SPAN, SPAN, count, key};
use crate::engine::Span;

/// `[parameters]`.
pub static PARAMETERS: Object = Object {
    name: "parameters",
    doc: "Delays, sizes, time limits, cache lives and budgets that hold for the whole world.",
    keys: &[
        // Time that work takes.
        delay(
            "client_delay",
            r#"{ dist = "lognormal", median = "2 ms", p99 = "30 ms" }"#,
            "From a client to its server.",
        ),
        delay(
            "directory_resolution",
            r#"{ dist = "lognormal", median = "2 ms", p99 = "40 ms" }"#,
            "Looking up one address in the directory.",
        ),
        delay(
            "dns_warm",
            r#"{ dist = "lognormal", median = "1 ms", p99 = "5 ms" }"#,
            "An answer from a resolver's cache.",
        ),
        delay(
            "dns_cold",
            r#"{ dist = "lognormal", median = "35 ms", p99 = "400 ms" }"#,
            "An answer that a resolver has to fetch.",
        ),
        span(
            "tls_cpu",
            r#""2 ms""#,
            Guess,
            "Computing of a full TLS handshake, in addition to its round trips.",
        ),
        delay(
            "token_validation",
            r#"{ dist = "lognormal", median = "3 ms", p99 = "15 ms" }"#,
            "Decrypting and verifying a token at the target.",
        ),
        delay(
            "autodiscover_service",
            r#"{ dist = "lognormal", median = "60 ms", p99 = "1.2 s" }"#,
            "Serving one Autodiscover request.",
        ),
        delay(
            "availability_fixed",
            r#"{ dist = "lognormal", median = "25 ms", p99 = "250 ms" }"#,
            "Serving one availability request, before its mailboxes.",
        ),
        delay(
            "availability_per_mailbox",
            r#"{ dist = "lognormal", median = "8 ms", p99 = "80 ms" }"#,
            "Reading one mailbox's calendar.",
        ),
        span(
            "availability_per_event",
            r#""50 us""#,
            Guess,
            "Reading one calendar entry.",
        ),
        delay(
            "mail_tips_service",
            r#"{ dist = "lognormal", median = "10 ms", p99 = "150 ms" }"#,
            "Gathering the MailTips of one recipient.",
        ),
        delay(
            "photo_service",
            r#"{ dist = "lognormal", median = "20 ms", p99 = "300 ms" }"#,
            "Fetching one photo.",
        ),
        delay(
            "delivery_report_service",
            r#"{ dist = "lognormal", median = "150 ms", p99 = "2 s" }"#,
            "Gathering one delivery report.",
        ),
        delay(
            "archive_service",
            r#"{ dist = "lognormal", median = "50 ms", p99 = "600 ms" }"#,
            "Opening one archive.",
        ),
        delay(
            "folder_service",
            r#"{ dist = "lognormal", median = "10 ms", p99 = "150 ms" }"#,
            "Serving one call for a shared folder: GetFolder, SyncFolderItems or GetItem.",
        ),
        span(
            "folder_service_per_item",
            r#""1 ms""#,
            Guess,
            "Reading each item that GetItem brings.",
        ),
        delay(
            "mail_delay",
            r#"{ dist = "lognormal", median = "15 s", p99 = "5 min" }"#,
            "Mail from one organization to another: how long an invitation is on its way.",
        ),
        key(
            "policy_assistant_cycle",
            POSITIVE_SPAN,
            r#""1 d""#,
            Recall,
            "The work cycle in which the Sharing Policy Assistant holds what calendars grant against the \
             policies; where in it an organization begins is drawn.",
        ),
        key(
            "front_end_memory",
            POSITIVE_SPAN,
            r#""12 h""#,
            Doc,
            "How long a front end of Exchange 2013 or later remembers that a mailbox is on an older server, \
             unless its application pool is recycled.",
        ),
        span(
            "outbound_cpu",
            r#""15 ms""#,
            Guess,
            "Computing at the requester for each federated group: signing and building the request.",
        ),
        span(
            "inbound_cpu",
            r#""20 ms""#,
            Guess,
            "Computing at the target for each federated group; charged to the caller's budget.",
        ),
        span(
            "inbound_cpu_per_mailbox",
            r#""4 ms""#,
            Guess,
            "Computing at the target for each mailbox of a group.",
        ),
        delay(
            "pool_cold_start",
            r#"{ dist = "lognormal", median = "8 s", p99 = "25 s" }"#,
            "The first request after an application pool was recycled waits so long.",
        ),
        delay(
            "oauth_service",
            r#"{ dist = "lognormal", median = "60 ms", p99 = "600 ms" }"#,
            "Issuing an OAuth token.",
        ),
        delay(
            "certificate_distribution",
            r#"{ dist = "uniform", low = "0 s", high = "4 h" }"#,
            "Carrying an organization certificate to another server.",
        ),
        positive(
            "pool_crash_every",
            r#""12 min""#,
            Doc,
            "While an organization's OAuth certificate is out of date, its application pools of Exchange Web \
             Services end so often.",
        ),
        span(
            "pool_crash_lasts",
            r#""1 min""#,
            Guess,
            "And do not answer for so long then.",
        ),
        key(
            "web_server_restart",
            SPAN,
            r#""5 s""#,
            Guess,
            "`iisreset`, until the shell goes on.",
        ),
        key(
            "discovery_timeout",
            POSITIVE_SPAN,
            r#""30 s""#,
            Evidence::Observed,
            "One attempt to read a partner's federation information.",
        ),
        // The network.
        key(
            "minimum_delay",
            Kind::Span {
                min: Span::from_microseconds(100),
                max: Span::from_seconds(1),
            },
            r#""0.1 ms""#,
            Evidence::Choice,
            "No message between two owners of state takes less; it is the look-ahead of a run on several threads.",
        ),
        span(
            "rtt_same_site",
            r#""1 ms""#,
            Guess,
            "Median round trip within a site.",
        ),
        span(
            "rtt_same_city",
            r#""5 ms""#,
            Guess,
            "Median round trip between sites of a city.",
        ),
        span(
            "rtt_same_continent",
            r#""35 ms""#,
            Guess,
            "Median round trip between cities of a continent.",
        ),
        span(
            "rtt_intercontinental",
            r#""110 ms""#,
            Guess,
            "Median round trip between continents.",
        ),
        key(
            "rtt_p99_percent",
            count(100, 10_000),
            "250",
            Guess,
            "The 99th percentile of a round trip in percent of its median; 250 is 2.5 times.",
        ),
        key(
            "loss",
            Kind::Share,
            r#""0 %""#,
            Guess,
            "Share of messages, each way, that are lost and wait for their retransmission.",
        ),
        span(
            "retransmission_timeout",
            r#""1 s""#,
            Rfc,
            "Wait before a lost packet is sent again; it doubles each time (RFC 6298).",
        ),
        span(
            "connect_timeout",
            r#""21 s""#,
            Recall,
            "A connection attempt that gets no answer is given up after so long.",
        ),
        span(
            "connection_idle",
            r#""100 s""#,
            Recall,
            "An idle connection is kept so long.",
        ),
        span(
            "http_timeout",
            r#""100 s""#,
            Recall,
            "An HTTP request without an answer is given up after so long.",
        ),
        // Time limits of a request.
        positive(
            "availability_deadline",
            r#""25 s""#,
            Observed,
            "An availability request is answered after so long at the latest.",
        ),
        positive(
            "deadline_poll",
            r#""1 s""#,
            Observed,
            "How often the deadline and a lost client are looked for.",
        ),
        positive(
            "recipient_resolution_limit",
            r#""10 s""#,
            Observed,
            "Resolving the addresses of a request may take so long.",
        ),
        positive(
            "synchronization_budget",
            r#""60 s""#,
            Observed,
            "A synchronization that a user waits for may take so long.",
        ),
        positive(
            "synchronization_window",
            r#""365 d""#,
            Guess,
            "Of how much time a full synchronization of a shared calendar brings the entries.",
        ),
        positive(
            "dns_timeout",
            r#""12 s""#,
            Recall,
            "A DNS look-up is given up after so long, its retries included.",
        ),
        // Caches.
        span(
            "relationship_cache_life",
            r#""5 min""#,
            Observed,
            "A process keeps organization relationships, identifiers and domains so long, also that there is none.",
        ),
        span(
            "uri_cache_life",
            r#""3600 s""#,
            Observed,
            "A process keeps a service address that Autodiscover gave so long.",
        ),
        key(
            "uri_cache_entries",
            count(1, 1_000_000_000),
            "500000",
            Observed,
            "The most service addresses a process keeps; the oldest goes first.",
        ),
        span(
            "address_space_refresh",
            r#""60 min""#,
            Observed,
            "A process keeps availability address spaces so long.",
        ),
        positive(
            "metadata_refresh_every",
            r#""24 h""#,
            Observed,
            "Where a version refreshes the gateway's metadata by itself, it does so this often.",
        ),
        // Clocks.
        span(
            "timestamp_tolerance",
            r#""5 min""#,
            Guess,
            "How far a request's time stamp may be off at the gateway beyond its own five minutes.",
        ),
        span(
            "clock_skew",
            r#""5 min""#,
            Observed,
            "A target accepts a token so long before and after its conditions; the end of its offer has no such grace.",
        ),
        // Sizes.
        size(
            "client_request",
            r#""3 KB""#,
            "An availability request from a client, before its attendees.",
        ),
        size("token_request", r#""6 KB""#, "A request for a token."),
        size(
            "token_response",
            r#""9 KB""#,
            "The gateway's answer with a token.",
        ),
        size(
            "autodiscover_request",
            r#""10 KB""#,
            "An Autodiscover request, before its addresses.",
        ),
        size(
            "autodiscover_request_per_address",
            r#""150 B""#,
            "Each address of it.",
        ),
        size(
            "autodiscover_response",
            r#""1.5 KB""#,
            "Its answer, before its addresses.",
        ),
        size(
            "autodiscover_response_per_address",
            r#""600 B""#,
            "Each address of the answer.",
        ),
        size(
            "availability_request",
            r#""11 KB""#,
            "A federated availability request, before its mailboxes.",
        ),
        size(
            "availability_request_per_mailbox",
            r#""250 B""#,
            "Each mailbox of it.",
        ),
        size(
            "availability_response_per_mailbox",
            r#""2 KB""#,
            "Its answer for each mailbox, before the calendar entries.",
        ),
        size(
            "availability_response_per_event_simple",
            r#""180 B""#,
            "Each calendar entry with its times alone.",
        ),
        size(
            "availability_response_per_event_detail",
            r#""550 B""#,
            "Each calendar entry with subject and location.",
        ),
        size(
            "mail_tips_request",
            r#""10 KB""#,
            "A federated request for MailTips, before its recipients; each weighs as much as a mailbox \
             of an availability request.",
        ),
        size(
            "mail_tips_response_per_mailbox",
            r#""1 KB""#,
            "Its answer for each recipient.",
        ),
        size(
            "photo_request",
            r#""10 KB""#,
            "A federated request for a photo.",
        ),
        size(
            "photo_response",
            r#""15 KB""#,
            "A photo; compression leaves it as it is.",
        ),
        size(
            "metadata_document",
            r#""20 KB""#,
            "The federation metadata of a gateway.",
        ),
        size(
            "further_request",
            r#""10 KB""#,
            "A federated request for a delivery report or an archive, before its recipients; each weighs as \
             much as a mailbox of an availability request.",
        ),
        size(
            "further_response_per_mailbox",
            r#""5 KB""#,
            "Its answer for each recipient.",
        ),
        size(
            "synchronization_request",
            r#""10 KB""#,
            "A call for a shared folder.",
        ),
        size(
            "synchronization_response",
            r#""2 KB""#,
            "Its answer, before changes and items.",
        ),
        size(
            "synchronization_response_per_change",
            r#""400 B""#,
            "Each change that SyncFolderItems tells.",
        ),
        size(
            "synchronization_response_per_item",
            r#""3 KB""#,
            "Each item that GetItem brings.",
        ),
        key(
            "encrypted_token",
            Kind::Size,
            r#""6.9 KB""#,
            Evidence::Calculated,
            "A delegation token as it is carried in a request, encrypted.",
        ),
        key(
            "compressed_share",
            Kind::Share,
            r#""15 %""#,
            Guess,
            "What compression leaves of a response.",
        ),
        // Throttling at the target.
        key(
            "throttle_concurrency",
            count(1, 1_000_000),
            "27",
            Observed,
            "A caller may have so many requests open at once.",
        ),
        span(
            "throttle_burst",
            r#""300 s""#,
            Observed,
            "A caller's budget of server time when it is full.",
        ),
        span(
            "throttle_recharge",
            r#""900 s""#,
            Observed,
            "Server time that comes back to a budget in an hour.",
        ),
        span(
            "throttle_cutoff",
            r#""3000 s""#,
            Observed,
            "A caller this far below zero is refused.",
        ),
        key(
            "throttle_external_callers",
            Kind::Boolean,
            "true",
            Guess,
            "Whether callers of other organizations are charged at all; each by its address.",
        ),
        span(
            "micro_delay",
            r#""100 ms""#,
            Guess,
            "A caller below zero waits so long with each request.",
        ),
    ],
};

/// A distribution of a delay; all of them are guesses.
const fn delay(name: &'static str, default: &'static str, doc: &'static str) -> Key {
    key(name, Kind::Distribution, default, Guess, doc)
}

const fn span(name: &'static str, default: &'static str, on: Evidence, doc: &'static str) -> Key {
    key(name, SPAN, default, on, doc)
}

const fn positive(
    name: &'static str,
    default: &'static str,
    on: Evidence,
    doc: &'static str,
) -> Key {
    key(name, POSITIVE_SPAN, default, on, doc)
}

/// The size of a message; all but one are guesses.
const fn size(name: &'static str, default: &'static str, doc: &'static str) -> Key {
    key(name, Kind::Size, default, Guess, doc)
}
