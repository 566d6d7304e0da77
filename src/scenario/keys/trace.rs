//! Keys of `[trace.NAME]`: requests that are replayed from a file.
//!
//! It knows nothing of what follows from them. Invariant: as in the parent module.

use super::Evidence::{Choice, Recall};
use super::{Kind, Object, POSITIVE_SPAN, SPAN, key, optional, required};
use crate::engine::Span;

/// `[trace.NAME]`.
pub static TRACE: Object = Object {
    name: "trace",
    doc: "Requests that were recorded: a table that says of each who asked whom, or a log that says \
          who called. The file is read through and checked before the run, and again, a line at a \
          time, during it.",
    keys: &[
        required(
            "file",
            Kind::File,
            "The file, below the scenario's directory. It may be of any length.",
        ),
        key(
            "format",
            Kind::OneOf(&["csv", "w3c"]),
            r#""csv""#,
            Choice,
            "`csv`: a table with the columns `time`, `from`, `to`, `window`, `view`, `interval`, \
             `server`; `w3c`: a log of IIS, or of Exchange below `Logging\\Ews`.",
        ),
        key(
            "shift",
            Kind::Offset,
            r#""0 s""#,
            Choice,
            "What is added to each time of the file, such as `-728 d` to lay a recorded day onto the \
             day of the run.",
        ),
        optional(
            "time_zone",
            Kind::Zone,
            "that of `[run]`",
            "The IANA zone of times of a `csv` file that do not name their offset from UTC. Logs are \
             in UTC.",
        ),
        key(
            "reorder_within",
            SPAN,
            r#""0 s""#,
            Choice,
            "How much earlier than a row before it a row may be. Rows within that span of each other \
             are held and sorted, at most 100,000 of them.",
        ),
        key(
            "on_bad_row",
            Kind::OneOf(&["stop", "skip"]),
            r#""stop""#,
            Choice,
            "What becomes of a row that cannot be read or is out of order: the scenario is refused, or \
             the row is left out and counted.",
        ),
        key(
            "on_unknown_address",
            Kind::OneOf(&["stop", "skip", "skip-address"]),
            r#""stop""#,
            Choice,
            "What becomes of a row with an address that nobody has: the scenario is refused, the row is \
             left out and counted, or an unknown attendee alone is.",
        ),
        optional(
            "demand",
            Kind::Name,
            "each row names its attendees",
            "The workload whose laws the attendees of a row without any are drawn from, with window, \
             view and interval. Only its `to` and its laws count; it sends what it sends by itself.",
        ),
        optional(
            "users",
            Kind::File,
            "names of a log follow the rule",
            "A table with the columns `user` and `address` for names in a log. A name that it does not \
             have is an address if it has an `@`; `DOMAIN\\user` is a user of the organization of that \
             name, in its first domain.",
        ),
        key(
            "window",
            POSITIVE_SPAN,
            r#""7 d""#,
            Choice,
            "The length of time that a row with attendees asks about, where it does not say.",
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
            "The form of the answer it asks for, where it does not say.",
        ),
        key(
            "interval",
            Kind::Span {
                min: Span::from_nanoseconds(1),
                max: Span::from_days(366),
            },
            r#""30 min""#,
            Recall,
            "The interval of a merged view, where it does not say.",
        ),
    ],
};
