//! Keys of `[dns]`: records, zones and resolvers.
//!
//! It knows nothing of what follows from them. Invariant: as in the parent module; the records that
//! a correctly set-up organization needs are derived, and these keys change or add to them.

use super::Evidence::{Blog, Choice, Guess};
use super::{Kind, NameKind, NamedTable, Object, SPAN, derived, key, named, optional, required};

/// `[dns]`.
pub static DNS: Object = Object {
    name: "dns",
    doc: "The Domain Name System: what is published, and who looks it up.",
    keys: &[
        named(
            "record",
            &RECORDS,
            "Records that are published, in addition to or in place of the derived ones.",
        ),
        named("zone", &ZONES, "Zones that are not simply up."),
        named("resolver", &RESOLVERS, "Resolvers that organizations ask."),
    ],
};

static RECORDS: NamedTable = NamedTable {
    names: NameKind::Record,
    value: Kind::Table(&RECORD),
    example: "mail.contoso.com A",
};
static ZONES: NamedTable = NamedTable {
    names: NameKind::Domain,
    value: Kind::Table(&ZONE),
    example: "contoso.com",
};
static RESOLVERS: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&RESOLVER),
    example: "contoso-dns",
};
static VIEWS: NamedTable = NamedTable {
    names: NameKind::Domain,
    value: Kind::Table(&VIEW),
    example: "contoso.com",
};

static RECORD: Object = Object {
    name: "DNS record",
    doc: "A record that is published.",
    keys: &[
        required(
            "value",
            Kind::Text,
            "Of an A record the public host it leads to; of a CNAME the name; of a TXT the text; of an SRV the host.",
        ),
        key(
            "ttl",
            SPAN,
            r#""1 h""#,
            Guess,
            "How long a resolver may keep it.",
        ),
        key(
            "exists",
            Kind::Boolean,
            "true",
            Choice,
            "Whether it is published; a change can publish or withdraw it.",
        ),
    ],
};

static ZONE: Object = Object {
    name: "DNS zone",
    doc: "A zone with its servers.",
    keys: &[
        key(
            "negative_ttl",
            SPAN,
            r#""1 h""#,
            Guess,
            "How long a resolver may keep that a name does not exist (RFC 2308).",
        ),
        key(
            "ttl",
            SPAN,
            r#""1 h""#,
            Guess,
            "How long a resolver may keep the zone's derived records.",
        ),
        key(
            "propagation",
            SPAN,
            r#""0 s""#,
            Choice,
            "How long a record that a cmdlet adds or removes takes to be at all of its servers.",
        ),
        key(
            "state",
            Kind::OneOf(&["ok", "servfail", "silent", "absent"]),
            r#""ok""#,
            Choice,
            "Its servers answer, answer with a failure, do not answer, or the zone is not delegated.",
        ),
        optional(
            "delay",
            Kind::Distribution,
            "no more than `dns_cold`",
            "Time that its servers take in addition.",
        ),
    ],
};

static RESOLVER: Object = Object {
    name: "DNS resolver",
    doc: "A resolver with its cache.",
    keys: &[
        derived(
            "site",
            Kind::Name,
            "of the organization that asks it",
            "Its network site.",
        ),
        key(
            "state",
            Kind::OneOf(&["up", "silent", "servfail"]),
            r#""up""#,
            Choice,
            "It answers, does not answer, or answers with a failure.",
        ),
        key(
            "positive_cap",
            SPAN,
            r#""86400 s""#,
            Blog,
            "It keeps no record longer.",
        ),
        key(
            "negative_cap",
            SPAN,
            r#""900 s""#,
            Blog,
            "It keeps no negative answer longer.",
        ),
        named(
            "zone",
            &VIEWS,
            "Internal zones: what it answers itself, in place of what is published.",
        ),
    ],
};

static VIEW: Object = Object {
    name: "internal zone",
    doc: "A zone that a resolver answers itself (split DNS); names it does not hold do not exist.",
    keys: &[named(
        "record",
        &RECORDS,
        "The records of the internal zone.",
    )],
};
