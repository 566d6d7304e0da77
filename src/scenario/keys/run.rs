//! Keys of `[run]` and `[rules]`.
//!
//! It knows nothing of what follows from them. Invariant: as in the parent module.

use super::Evidence::{Choice, Guess, Observed};
use super::{Kind, Object, SPAN, count, key, optional, table};
use crate::engine::Span;

/// `[run]`.
pub static RUN: Object = Object {
    name: "run",
    doc: "When the simulation starts, how long it lasts, what it is drawn from, and its limits.",
    keys: &[
        key(
            "start",
            Kind::AbsoluteInstant,
            "2026-03-02T08:00:00Z",
            Choice,
            "The instant at which the simulation starts; from 1970 to 2500. Without an offset it \
             is local time in `time_zone`.",
        ),
        key(
            "length",
            Kind::Span {
                min: Span::from_nanoseconds(1),
                max: Span::from_days(3_660),
            },
            r#""1 h""#,
            Choice,
            "How long the simulation lasts. Requests that are open at its end are counted as in \
             flight.",
        ),
        key(
            "time_zone",
            Kind::Zone,
            r#""UTC""#,
            Choice,
            "The IANA zone in which local times of this file are read, such as `Europe/Berlin`.",
        ),
        table("seed", &SEED, "What all random draws are a function of."),
        key(
            "events_max",
            count(1, u64::MAX),
            "1000000000000",
            Choice,
            "The run stops after so many events.",
        ),
        key(
            "in_flight_max",
            count(1, 1_000_000_000),
            "10000000",
            Choice,
            "The run stops when so many requests are open at once.",
        ),
        optional(
            "timeline_every",
            Kind::Span {
                min: Span::from_nanoseconds(1),
                max: Span::from_days(3_660),
            },
            "the shortest of 1 s, 10 s, 1 min, 5 min, 15 min, 1 h, 6 h, 1 d, 7 d, 30 d and 90 d that \
             divides the run into at most 60 intervals",
            "How long the intervals are that `timeline.csv` has rows for; at most 2,000 of them.",
        ),
    ],
};

static SEED: Object = Object {
    name: "seed",
    doc: "Two whole numbers. Replications share the world and differ in the day.",
    keys: &[
        key(
            "world",
            count(0, u64::MAX),
            "1",
            Choice,
            "Draws of what the world is: populations, permissions, clock offsets.",
        ),
        key(
            "day",
            count(0, u64::MAX),
            "1",
            Choice,
            "Draws of what happens: arrivals, delays, faults.",
        ),
    ],
};

/// `[rules]`.
pub static RULES: Object = Object {
    name: "rules",
    doc: "Switches between two behaviours, where documentation and observation differ or a source \
          is in doubt.",
    keys: &[
        key(
            "uri_cache_rule",
            Kind::OneOf(&["literal", "intended"]),
            r#""literal""#,
            Observed,
            "How the cache of service addresses drops entries: as observed (`literal`), or as it \
             was evidently meant (`intended`).",
        ),
        key(
            "negative_uri_life",
            Kind::OneOf(&["process", "hour"]),
            r#""process""#,
            Observed,
            "How long a failed discovery is remembered for an address: until the process \
             restarts, or for an hour.",
        ),
        key(
            "proofs_at_publication",
            Kind::Boolean,
            "false",
            Choice,
            "Whether the gateway looks for the proofs of all registered domains, made of the next \
             certificate, when that is published, and refuses it without them. The documentation has them \
             renewed before; whether the gateway insists, sources leave open.",
        ),
        key(
            "target_reads_free_busy_access",
            Kind::Boolean,
            "false",
            Observed,
            "Whether the target tests `free_busy_access` of its relationship too, as the \
             documentation says. Observed: it does not.",
        ),
        key(
            "shared_folder",
            Kind::OneOf(&["personal", "personal-or-default"]),
            r#""personal""#,
            Choice,
            "What opens a shared calendar to an external user: what the calendar grants in person, or \
             its Default entry as well. The rule for free/busy is another one; of folders sources tell \
             only that raising Default has repaired a blank calendar.",
        ),
        key(
            "invitation_above_policy",
            Kind::OneOf(&["lowered", "refused"]),
            r#""lowered""#,
            Choice,
            "What becomes of an invitation that offers more than the owner's sharing policy allows: it \
             offers what the policy allows, or it is refused. Sources tell of users who were refused and \
             had to choose a lower level.",
        ),
        key(
            "token_cache",
            Kind::OneOf(&["off", "per-user-target-offer"]),
            r#""off""#,
            Observed,
            "Whether the requester keeps delegation tokens of the free/busy path. Observed: it \
             does not.",
        ),
        key(
            "token_cache_margin",
            SPAN,
            r#""30 s""#,
            Guess,
            "With a token cache: a token is used until so long before it expires.",
        ),
        key(
            "token_cache_entries",
            count(1, 1_000_000_000),
            "10000",
            Guess,
            "With a token cache: the most tokens a process keeps.",
        ),
    ],
};
