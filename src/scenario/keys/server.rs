//! Keys of `[org.NAME.server.NAME]` and `[org.NAME.host."HOST"]`.
//!
//! It knows nothing of what follows from them. Invariant: as in the parent module.

use crate::engine::Span;

use super::Evidence::{Choice, Guess, Observed};
use super::{
    Kind, NAME, NameKind, NamedTable, Object, POSITIVE_SPAN, TEXT, TLS_NAME, TLS_VERSIONS, UP_DOWN,
    count, derived, key, named, optional, required, table,
};

/// `[org.NAME.server.NAME]`.
pub static SERVER: Object = Object {
    name: "server",
    doc: "A Client Access server. Its worker processes each have their own caches.",
    keys: &[
        derived(
            "version",
            Kind::Version,
            "the organization's",
            "Its version of Exchange.",
        ),
        derived(
            "site",
            Kind::Name,
            "the organization's",
            "Its network site.",
        ),
        key(
            "client_access",
            Kind::Boolean,
            "true",
            Choice,
            "Whether it has the role Client Access; a server without it only holds mailboxes.",
        ),
        key("state", UP_DOWN, r#""up""#, Choice, "Whether it runs."),
        key(
            "clock_offset",
            Kind::Offset,
            r#""0 s""#,
            Choice,
            "How far its clock is ahead (`+`) or behind (`-`).",
        ),
        key(
            "threads",
            count(1, 100_000),
            "8",
            Guess,
            "Requests it works on at once.",
        ),
        key(
            "queue_max",
            count(0, 1_000_000),
            "1000",
            Guess,
            "Requests that may wait; more are turned away.",
        ),
        key(
            "local_utilization",
            Kind::Share,
            r#""0 %""#,
            Choice,
            "The share of its capacity that other work of its own users takes; what is simulated is \
             served by the rest, so each piece of it takes longer. Below 100 %.",
        ),
        key(
            "workers",
            count(1, 1_000),
            "1",
            Choice,
            "Worker processes of each application pool.",
        ),
        optional(
            "query_interval_max",
            Kind::Span {
                min: Span::from_days(1),
                max: Span::from_days(62),
            },
            "42 days for Exchange 2007, 62 for later versions",
            "The longest window of which it answers free/busy times of its mailboxes \
             (`maximumQueryIntervalDays`).",
        ),
        key(
            "directory",
            Kind::OneOf(&["reachable", "unreachable"]),
            r#""reachable""#,
            Choice,
            "Whether it reaches a directory server.",
        ),
        key(
            "internet_facing",
            Kind::Boolean,
            "true",
            Choice,
            "Whether public hosts lead to it.",
        ),
        table(
            "ews",
            &EWS,
            "Its virtual directory of Exchange Web Services.",
        ),
        table(
            "autodiscover",
            &AUTODISCOVER,
            "Its virtual directory of Autodiscover.",
        ),
        optional(
            "web_proxy",
            Kind::Table(&WEB_PROXY),
            "it uses none",
            "The proxy through which it reaches the Internet.",
        ),
        key(
            "direct_internet",
            Kind::Boolean,
            "true",
            Choice,
            "Whether it reaches the Internet without a proxy.",
        ),
        key(
            "trusted_roots",
            Kind::List(&TEXT),
            r#"["Public CA"]"#,
            Choice,
            "Issuers of TLS certificates it trusts.",
        ),
        key(
            "tls_versions",
            Kind::List(&TLS_VERSIONS),
            r#"["1.0", "1.1", "1.2"]"#,
            Observed,
            "The TLS versions it offers when it calls.",
        ),
        named(
            "certificate",
            &INSTALLED,
            "The organization's certificates on this server, where they are not simply installed.",
        ),
        optional(
            "recipient_resolution_limit",
            POSITIVE_SPAN,
            "as in `[parameters]`",
            "How long resolving recipients may take (`RecipientResolutionTimeoutInSeconds`); on Exchange \
             2010 discovery included.",
        ),
        optional(
            "mean_time_between_failures",
            POSITIVE_SPAN,
            "it does not fail by chance",
            "Mean time from a repair to the next failure, drawn from the seed.",
        ),
        optional(
            "mean_time_to_repair",
            POSITIVE_SPAN,
            "it does not fail by chance",
            "Mean time from a failure to its repair.",
        ),
    ],
};

static INSTALLED: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::OneOf(&["installed", "missing", "no-private-key", "unusable"]),
    example: "federation",
};

const POOL: Kind = Kind::OneOf(&["running", "stopped", "failed"]);

static EWS: Object = Object {
    name: "EWS virtual directory",
    doc: "The virtual directory of Exchange Web Services.",
    keys: &[
        key(
            "ws_security",
            Kind::Boolean,
            "true",
            Choice,
            "Whether it accepts delegation tokens.",
        ),
        optional(
            "ws_security_running",
            Kind::Boolean,
            "as `ws_security`",
            "Whether its web server really accepts them, should that differ from what is set.",
        ),
        key(
            "handler",
            Kind::OneOf(&["present", "missing"]),
            r#""present""#,
            Choice,
            "Whether its web server maps the service to a handler; without one it refuses to POST.",
        ),
        key(
            "oauth",
            Kind::Boolean,
            "true",
            Choice,
            "Whether it accepts OAuth tokens.",
        ),
        key(
            "basic",
            Kind::Boolean,
            "false",
            Choice,
            "Whether it accepts a name and password.",
        ),
        key(
            "windows",
            Kind::Boolean,
            "true",
            Choice,
            "Whether it accepts Windows accounts.",
        ),
        derived(
            "external_url",
            Kind::UrlOrBlank,
            "on the organization's first public host",
            "The address that Autodiscover gives to partners; blank if none is set.",
        ),
        key(
            "pool",
            POOL,
            r#""running""#,
            Choice,
            "Its application pool.",
        ),
    ],
};

static AUTODISCOVER: Object = Object {
    name: "Autodiscover virtual directory",
    doc: "The virtual directory of Autodiscover.",
    keys: &[
        key(
            "ws_security",
            Kind::Boolean,
            "true",
            Choice,
            "Whether it accepts delegation tokens.",
        ),
        optional(
            "ws_security_running",
            Kind::Boolean,
            "as `ws_security`",
            "Whether its web server really accepts them, should that differ from what is set.",
        ),
        key(
            "handler",
            Kind::OneOf(&["present", "missing"]),
            r#""present""#,
            Choice,
            "Whether its web server maps the service to a handler; without one it refuses to POST.",
        ),
        key(
            "oauth",
            Kind::Boolean,
            "true",
            Choice,
            "Whether it accepts OAuth tokens.",
        ),
        key(
            "basic",
            Kind::Boolean,
            "true",
            Choice,
            "Whether it accepts a name and password.",
        ),
        key(
            "windows",
            Kind::Boolean,
            "true",
            Choice,
            "Whether it accepts Windows accounts.",
        ),
        key(
            "pool",
            POOL,
            r#""running""#,
            Choice,
            "Its application pool.",
        ),
    ],
};

static WEB_PROXY: Object = Object {
    name: "web proxy",
    doc: "The proxy through which a server reaches the Internet.",
    keys: &[
        required("host", Kind::Host, "Its host name."),
        key(
            "authentication",
            Kind::OneOf(&["none", "required"]),
            r#""none""#,
            Choice,
            "Whether it asks for an account, which Exchange cannot give.",
        ),
        key("state", UP_DOWN, r#""up""#, Choice, "Whether it runs."),
    ],
};

/// `[org.NAME.host."HOST"]`.
pub static PUBLIC_HOST: Object = Object {
    name: "public host",
    doc: "A host name under which the organization is reached from the Internet: a reverse proxy \
          or load balancer before its servers.",
    keys: &[
        derived(
            "servers",
            Kind::List(&NAME),
            "all that face the Internet",
            "The servers it leads to.",
        ),
        derived(
            "tls_names",
            Kind::List(&TLS_NAME),
            "all public hosts of the organization",
            "The names of its TLS certificate.",
        ),
        key(
            "tls_issuer",
            Kind::Text,
            r#""Public CA""#,
            Choice,
            "Who issued its TLS certificate; callers must trust it.",
        ),
        derived(
            "tls_not_before",
            Kind::Instant,
            "30 days before the start of the run",
            "From when its TLS certificate is valid.",
        ),
        derived(
            "tls_not_after",
            Kind::Instant,
            "two years after the start of the run",
            "When its TLS certificate expires.",
        ),
        key(
            "tls_versions",
            Kind::List(&TLS_VERSIONS),
            r#"["1.0", "1.1", "1.2"]"#,
            Choice,
            "The TLS versions it accepts.",
        ),
        key(
            "paths",
            Kind::List(&PATH),
            r#"["autodiscover", "ews"]"#,
            Choice,
            "The services it passes on.",
        ),
        key(
            "preauthentication",
            Kind::OneOf(&["none", "basic", "forms"]),
            r#""none""#,
            Choice,
            "Whether it asks for a sign-in before it passes a request on, which partners cannot give.",
        ),
        key(
            "strips_soap_header",
            Kind::Boolean,
            "false",
            Choice,
            "Whether it removes the SOAP header, and the token with it.",
        ),
        key(
            "offloads_tls",
            Kind::Boolean,
            "false",
            Choice,
            "Whether TLS ends at it, so that the servers see plain HTTP.",
        ),
        key(
            "agent",
            Kind::OneOf(&["none", "running", "stopped"]),
            r#""none""#,
            Choice,
            "Of a relay on the internet: whether the agent inside the organization that fetches from it \
             is connected.",
        ),
        optional(
            "redirect",
            Kind::UrlOrBlank,
            "it answers itself",
            "Where it sends callers instead.",
        ),
        key(
            "state",
            Kind::OneOf(&["up", "down", "refusing"]),
            r#""up""#,
            Choice,
            "Answering, unreachable, or refusing connections.",
        ),
    ],
};

static PATH: Kind = Kind::OneOf(&["autodiscover", "ews"]);
