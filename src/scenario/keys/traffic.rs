//! Keys of `[request.NAME]`, `[fault.NAME]` and `[[timeline]]`: what happens.
//!
//! It knows nothing of what follows from them. Invariant: as in the parent module.

use super::Evidence::{Choice, Recall};
use super::{ADDRESS, ASKS, Kind, Object, POSITIVE_SPAN, SPAN, count, key, optional, required};
use crate::engine::Span;

/// `[request.NAME]`.
pub static REQUEST: Object = Object {
    name: "request",
    doc: "An availability request that a client sends, once or several times; or one for MailTips or \
          photos, delivery reports or an archive, or a look at calendars that were shared with its user.",
    keys: &[
        required("at", Kind::Instant, "When it is sent, the first time."),
        required("from", Kind::Address, "Who asks: the address of a mailbox."),
        required("to", Kind::List(&ADDRESS), "Who is asked about."),
        key(
            "asks",
            ASKS,
            r#""free-busy""#,
            Choice,
            "What it asks for: calendars, MailTips, photos, delivery reports or an archive; with `shared-calendar` the user opens \
             calendars of the user's subscriptions, which synchronizes them, with `synchronization` the \
             assistant does. Window, view and interval are of calendars.",
        ),
        key(
            "window",
            SPAN,
            r#""7 d""#,
            Choice,
            "The length of time that it asks about; of one that is empty the service says so.",
        ),
        key(
            "view",
            Kind::OneOf(&[
                "MergedOnly",
                "FreeBusy",
                "FreeBusyMerged",
                "Detailed",
                "DetailedMerged",
            ]),
            r#""DetailedMerged""#,
            Choice,
            "The form of the answer it asks for.",
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
        optional(
            "server",
            Kind::Name,
            "one of the organization's, by the client's name",
            "The server the client is connected to.",
        ),
        key(
            "count",
            count(1, 1_000_000),
            "1",
            Choice,
            "How often it is sent.",
        ),
        optional(
            "every",
            POSITIVE_SPAN,
            "all at once",
            "The time from one to the next.",
        ),
    ],
};

/// `[fault.NAME]`.
pub static FAULT: Object = Object {
    name: "fault",
    doc: "A change of the world that holds from one instant to another: once, again and again, or at \
          random.",
    keys: &[
        optional(
            "from",
            Kind::Instant,
            "required, unless it happens at random: then the start of the run",
            "When it begins; at random: from when on it may.",
        ),
        optional(
            "until",
            Kind::Instant,
            "required, unless it happens at random: then the end of the run",
            "When everything is again as it was; at random: at the latest.",
        ),
        optional(
            "every",
            POSITIVE_SPAN,
            "once",
            "The time from one begin to the next: the fault recurs until the end of the run, each time as \
             long as the first.",
        ),
        optional(
            "mean_time_between_failures",
            POSITIVE_SPAN,
            "it begins at `from`",
            "The mean time from the end of one to the begin of the next, exponential: the fault happens at \
             random.",
        ),
        optional(
            "mean_time_to_repair",
            POSITIVE_SPAN,
            "it ends at `until`",
            "The mean time until everything is again as it was, exponential.",
        ),
        required(
            "set",
            Kind::Set,
            "What is different: keys of the scenario with their values meanwhile.",
        ),
    ],
};

/// `[[timeline]]`.
pub static TIMELINE: Object = Object {
    name: "timeline entry",
    doc: "Something that happens at an instant, for good.",
    keys: &[
        required("at", Kind::Instant, "When it happens."),
        optional(
            "do",
            Kind::OneOf(&[
                "gateway.rotate-certificate",
                "server.recycle",
                "organization.refresh-metadata",
            ]),
            "no procedure",
            "A procedure that is carried out.",
        ),
        optional(
            "run",
            Kind::Text,
            "no cmdlets",
            "Cmdlets that an administrator of `org` carries out from then on, one after the other.",
        ),
        optional(
            "script",
            Kind::File,
            "no file of cmdlets",
            "A file of such cmdlets.",
        ),
        optional(
            "org",
            Kind::Name,
            "the procedure needs none",
            "The organization it is carried out in.",
        ),
        optional(
            "gateway",
            Kind::Name,
            "the procedure needs none",
            "The gateway it is carried out at.",
        ),
        optional(
            "server",
            Kind::Name,
            "the procedure needs none",
            "The server it is carried out on.",
        ),
        optional(
            "set",
            Kind::Set,
            "nothing else changes",
            "What is different from then on: keys of the scenario with their new values.",
        ),
    ],
};
