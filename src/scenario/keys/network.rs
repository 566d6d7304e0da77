//! Keys of `[network]`: sites and the links between them.
//!
//! It knows nothing of what follows from them. Invariant: as in the parent module.

use super::Evidence::Choice;
use super::{
    Kind, NameKind, NamedTable, Object, POSITIVE_SPAN, UP_DOWN, derived, key, named, optional,
    required,
};

/// `[network]`.
pub static NETWORK: Object = Object {
    name: "network",
    doc: "Sites and the links between them. Sites without a link reach each other over the \
          Internet with the round trips of `[parameters]`.",
    keys: &[
        named("site", &SITES, "Where servers are."),
        named("link", &LINKS, "Links between two sites."),
        named(
            "private",
            &PRIVATES,
            "Private links between two organizations, past their public hosts' Internet.",
        ),
    ],
};

static SITES: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&SITE),
    example: "berlin",
};
static LINKS: NamedTable = NamedTable {
    names: NameKind::Pair,
    value: Kind::Table(&LINK),
    example: "berlin - munich",
};
static PRIVATES: NamedTable = NamedTable {
    names: NameKind::Pair,
    value: Kind::Table(&PRIVATE),
    example: "contoso - fabrikam",
};

static SITE: Object = Object {
    name: "site",
    doc: "A place where servers are.",
    keys: &[
        derived(
            "city",
            Kind::Text,
            "the site's name",
            "Sites of one city are close to each other.",
        ),
        key(
            "continent",
            Kind::Text,
            r#""europe""#,
            Choice,
            "Cities of one continent are closer than others.",
        ),
    ],
};

static LINK: Object = Object {
    name: "link",
    doc: "A link between two sites.",
    keys: &[
        required("rtt", POSITIVE_SPAN, "Its round trip."),
        optional(
            "jitter",
            Kind::Distribution,
            "none",
            "Time a message takes in addition, each way.",
        ),
        optional(
            "bandwidth",
            Kind::Bandwidth,
            "unlimited",
            "Its bandwidth, each way.",
        ),
        key(
            "loss",
            Kind::Share,
            r#""0 %""#,
            Choice,
            "Share of messages that are lost, each way.",
        ),
        key("state", UP_DOWN, r#""up""#, Choice, "Whether it works."),
        key(
            "on_failure",
            Kind::OneOf(&["reroute", "drop"]),
            r#""reroute""#,
            Choice,
            "While it is down, messages take another way, or are lost.",
        ),
    ],
};

static PRIVATE: Object = Object {
    name: "private link",
    doc: "A private link between two organizations.",
    keys: &[
        required("rtt", POSITIVE_SPAN, "Its round trip."),
        optional(
            "bandwidth",
            Kind::Bandwidth,
            "unlimited",
            "Its bandwidth, each way.",
        ),
        key(
            "loss",
            Kind::Share,
            r#""0 %""#,
            Choice,
            "Share of messages that are lost, each way.",
        ),
        key("state", UP_DOWN, r#""up""#, Choice, "Whether it works."),
    ],
};
