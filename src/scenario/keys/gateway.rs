//! Keys of `[gateway.NAME]`: an instance of the Microsoft Federation Gateway.
//!
//! It knows nothing of what follows from them. Invariant: as in the parent module.

use super::Evidence::{Choice, Doc, Guess};
use super::{
    Kind, Object, POSITIVE_SPAN, SPAN, TLS_VERSIONS, UP_DOWN, count, derived, key, optional,
};

/// `[gateway.NAME]`.
pub static GATEWAY: Object = Object {
    name: "gateway",
    doc: "An instance of the Microsoft Federation Gateway, the token issuer both partners trust. \
          Instances do not know each other's tokens.",
    keys: &[
        derived(
            "issuer",
            Kind::Text,
            "by the gateway's name: of the business or consumer instance, else made from the name",
            "The token issuer's URI, which partners must share.",
        ),
        derived(
            "token_host",
            Kind::Host,
            "by the gateway's name",
            "The host of its token service.",
        ),
        derived(
            "metadata_host",
            Kind::Host,
            "by the gateway's name",
            "The host of its federation metadata.",
        ),
        derived(
            "provisioning_host",
            Kind::Host,
            "by the gateway's name",
            "The host of the service with which organizations register.",
        ),
        derived(
            "site",
            Kind::Name,
            "the site `gateway`",
            "The network site of its data centres.",
        ),
        key(
            "data_centres",
            count(1, 1_000),
            "2",
            Guess,
            "Its data centres.",
        ),
        key(
            "servers",
            count(1, 1_000_000),
            "4",
            Guess,
            "Token servers in each data centre.",
        ),
        key(
            "queue_max",
            count(0, 1_000_000_000),
            "10000",
            Guess,
            "Requests that may wait in each data centre; more are turned away.",
        ),
        key(
            "token_service_time",
            Kind::Distribution,
            r#"{ dist = "lognormal", median = "180 ms", p99 = "1.8 s" }"#,
            Guess,
            "Time that issuing one token takes.",
        ),
        key(
            "clock_offset",
            Kind::Offset,
            r#""0 s""#,
            Choice,
            "How far its clock is ahead (`+`) or behind (`-`).",
        ),
        key(
            "state",
            Kind::OneOf(&["up", "down", "refusing", "failing", "stalled"]),
            r#""up""#,
            Choice,
            "Its token service: answering, unreachable, refusing connections, answering with errors, or accepting requests and never answering.",
        ),
        key(
            "metadata_state",
            UP_DOWN,
            r#""up""#,
            Choice,
            "Whether its metadata can be fetched.",
        ),
        key(
            "provisioning_state",
            UP_DOWN,
            r#""up""#,
            Choice,
            "Whether organizations can register with it.",
        ),
        key(
            "provisioning_service_time",
            Kind::Distribution,
            r#"{ dist = "lognormal", median = "1.5 s", p99 = "8 s" }"#,
            Guess,
            "Time that a registration takes, without looking for a proof in DNS.",
        ),
        key(
            "large_dns_answers",
            Kind::OneOf(&["possible", "impossible"]),
            r#""impossible""#,
            Doc,
            "Whether answers of DNS beyond 512 bytes reach it; if not, a proof among many texts is not \
             seen.",
        ),
        derived(
            "accepted_issuers",
            Kind::List(&super::TEXT),
            "the public root for the consumer instance, else anyone",
            "Who may have issued the certificate of an organization that registers; none: anyone, the \
             organization itself too.",
        ),
        key(
            "blocked_domains",
            Kind::List(&super::DOMAIN),
            "[]",
            Choice,
            "Domains that nobody can register, because they were used before and are blocked since.",
        ),
        key(
            "applications_per_domain_and_day",
            count(1, 1_000),
            "5",
            Guess,
            "To how many applications of its organization a domain can be attached within 24 hours; each \
             trust that is made anew is another application.",
        ),
        key(
            "application_effective_after",
            SPAN,
            r#""0 s""#,
            Choice,
            "How long after its creation an application can be worked with: until then its requests are \
             refused with HTTP status 403.",
        ),
        key(
            "tls_versions",
            Kind::List(&TLS_VERSIONS),
            r#"["1.2"]"#,
            Guess,
            "The TLS versions it accepts.",
        ),
        key(
            "tls_issuer",
            Kind::Text,
            r#""Public CA""#,
            Choice,
            "Who issued its TLS certificate; callers must trust it.",
        ),
        optional(
            "tls_not_after",
            Kind::Instant,
            "it does not expire",
            "When its TLS certificate expires.",
        ),
        key(
            "signing_certificate_life",
            POSITIVE_SPAN,
            r#""1826 d""#,
            Guess,
            "How long each of its token-signing certificates is valid.",
        ),
        key(
            "announce",
            SPAN,
            r#""30 d""#,
            Guess,
            "How long before it is used a new signing certificate stands in the metadata.",
        ),
        optional(
            "closed_from",
            Kind::Instant,
            "it stays open",
            "From then on it issues no tokens, for good.",
        ),
        optional(
            "rollover_first",
            Kind::Instant,
            "its signing certificate does not change by itself",
            "When it first changes its signing certificate.",
        ),
        optional(
            "rollover_every",
            POSITIVE_SPAN,
            "it changes once",
            "How often it changes its signing certificate after the first time.",
        ),
    ],
};
