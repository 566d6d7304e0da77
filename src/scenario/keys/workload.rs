//! Keys of `[workload.NAME]`: requests that are drawn.
//!
//! It knows nothing of what follows from them. Invariant: as in the parent module. No source tells how
//! often people look at each other's calendars: all default numbers are engineering estimates.

use super::Evidence::{Choice, Doc, Guess, Recall};
use super::invitation::{OFFERED_CONTACTS, OFFERED_LEVEL, OPENED_AFTER, RECIPROCAL};
use super::{
    DRAWN_ASKS, Kind, NAME, Object, POSITIVE_SPAN, count, derived, key, optional, required,
};
use crate::engine::Span;

/// The hours of a day.
pub const HOURS: &[&str] = &[
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
    "17", "18", "19", "20", "21", "22", "23",
];
/// The days of a week.
pub const WEEKDAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
const NUMBERS: &[&str] = &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];
const ATTENDEES: &[&str] = &[
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "12", "15", "20", "30", "50", "100",
];
const WINDOWS: &[&str] = &[
    "1 h", "4 h", "1 d", "2 d", "7 d", "14 d", "28 d", "31 d", "42 d", "62 d",
];
const VIEWS: &[&str] = &[
    "MergedOnly",
    "FreeBusy",
    "FreeBusyMerged",
    "Detailed",
    "DetailedMerged",
];
const GRANTED: &[&str] = &["None", "AvailabilityOnly", "LimitedDetails"];
static POPULARITY: &[&str] = &["uniform", "zipf"];

/// `[workload.NAME]`.
pub static WORKLOAD: Object = Object {
    name: "workload",
    doc: "Requests with at least one attendee in a partner organization, as a Poisson process of \
          each organization that follows a profile in its own time zone. Requests among the own \
          mailboxes are not simulated one by one; their load on a server is its `local_utilization`.",
    keys: &[
        required(
            "from",
            Kind::List(&NAME),
            "Whose users ask: organizations and populations.",
        ),
        optional(
            "to",
            Kind::List(&NAME),
            "every organization that one of its own relationships or connectors names",
            "Whose calendars they ask for: organizations and populations. Each has the same chance, \
             or what `partner_popularity` gives it.",
        ),
        key(
            "asks",
            DRAWN_ASKS,
            r#""free-busy""#,
            Choice,
            "What they ask for: calendars, MailTips, photos, delivery reports or archives; or what has \
             changed in calendars that were shared in person; or that \
             somebody accepts an invitation to a calendar. Of all but calendars nothing is sent unless a file declares it; the \
             estimates below are of calendars, and so is `retry_share`.",
        ),
        key(
            "subscriptions_per_mailbox",
            Kind::Share,
            r#""5 %""#,
            Guess,
            "With `asks = \"synchronization\"`: calendars of other organizations that described \
             mailboxes have subscribed to, as a share of their number. What declared mailboxes have \
             subscribed to stands there.",
        ),
        optional(
            "subscriptions",
            count(0, 1_000_000),
            "they follow from the number of mailboxes",
            "The same, as the number of each organization.",
        ),
        key(
            "cycle",
            Kind::Span {
                min: Span::from_minutes(1),
                max: Span::from_days(366),
            },
            r#""3 h""#,
            Doc,
            "How long the Sharing Sync Assistant's work cycle is: each subscription is synchronized \
             once in it.",
        ),
        key(
            "opens",
            Kind::Rate,
            r#""1 req/d""#,
            Guess,
            "How often a shared calendar of a described mailbox is opened on a mean working day; each \
             time it is synchronized, too. These requests belong to the workload `NAME.opens`.",
        ),
        key(
            "granted",
            Kind::Shares(GRANTED),
            r#"{ AvailabilityOnly = "80 %", LimitedDetails = "20 %" }"#,
            Guess,
            "What owners have granted to described mailboxes in person.",
        ),
        optional(
            "changes",
            count(0, 1_000_000),
            "those that the owner's `events_per_week` make since the last run",
            "How many changes a run finds in the calendar of a described mailbox's subscription.",
        ),
        OFFERED_LEVEL,
        OFFERED_CONTACTS,
        OPENED_AFTER,
        RECIPROCAL,
        optional(
            "rate",
            Kind::Rate,
            "it follows from the number of mailboxes",
            "Requests with a federated attendee, of each organization, on the mean hour of a mean \
             working day (Monday to Friday).",
        ),
        key(
            "rate_per_mailbox",
            Kind::Rate,
            r#""4 req/d""#,
            Guess,
            "Availability requests of a user on a mean working day, whether or not an attendee is \
             federated.",
        ),
        key(
            "federated_share",
            Kind::Share,
            r#""3 %""#,
            Guess,
            "The share of these requests that has a federated attendee. Only they are simulated.",
        ),
        key(
            "profile",
            Kind::OneOf(&["office", "flat"]),
            r#""office""#,
            Guess,
            "How busy the hours of a day and the days of a week are: two humps on working days, or \
             all alike.",
        ),
        derived(
            "hours",
            Kind::Shares(HOURS),
            "by the profile",
            "The share of a day's requests in each hour of local time; 100 % in all.",
        ),
        derived(
            "weekdays",
            Kind::Shares(WEEKDAYS),
            "by the profile",
            "The share of a week's requests on each day; 100 % in all. The rates above are those of \
             the mean of Monday to Friday.",
        ),
        key(
            "attendees",
            Kind::Shares(ATTENDEES),
            r#"{ 1 = "49.66 %", 2 = "34.76 %", 3 = "12.17 %", 4 = "2.84 %", 5 = "0.57 %" }"#,
            Guess,
            "Federated attendees in a request. The default is one, and a Poisson number of mean 0.7 \
             more.",
        ),
        key(
            "partners",
            Kind::Shares(NUMBERS),
            r#"{ 1 = "92 %", 2 = "7 %", 3 = "1 %" }"#,
            Guess,
            "From how many different partners they are; no more than there are, and at least one \
             attendee of each.",
        ),
        key(
            "partner_popularity",
            Kind::OneOf(POPULARITY),
            r#""uniform""#,
            Choice,
            "Whether all partners are asked alike, or the k-th as often as 1/k of the first (Zipf's \
             law).",
        ),
        key(
            "mailbox_popularity",
            Kind::OneOf(POPULARITY),
            r#""uniform""#,
            Choice,
            "Whether all mailboxes of a partner are asked for alike, or by Zipf's law.",
        ),
        key(
            "window",
            Kind::Shares(WINDOWS),
            r#"{ "7 d" = "50 %", "14 d" = "25 %", "42 d" = "15 %", "62 d" = "10 %" }"#,
            Guess,
            "The length of time that a request asks about.",
        ),
        key(
            "view",
            Kind::Shares(VIEWS),
            r#"{ DetailedMerged = "90 %", FreeBusy = "10 %" }"#,
            Guess,
            "The form of the answer that it asks for.",
        ),
        key(
            "interval",
            Kind::Span {
                min: Span::from_nanoseconds(1),
                max: Span::from_days(366),
            },
            r#""30 min""#,
            Recall,
            "The interval of a merged view.",
        ),
        key(
            "retry_share",
            Kind::Share,
            r#""30 %""#,
            Guess,
            "The share of users who ask again after a request without any answer. Each retry is a \
             request of its own.",
        ),
        key(
            "retry_within",
            POSITIVE_SPAN,
            r#""60 s""#,
            Guess,
            "How long after the failure they do so, at most; all spans up to it alike.",
        ),
        key(
            "retries_max",
            count(0, 100),
            "2",
            Guess,
            "How often a user asks again at most.",
        ),
    ],
};
