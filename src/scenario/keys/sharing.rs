//! Keys of `[relationship."a -> b"]`, `[connector."a -> b"]` and `[address_space."a -> DOMAIN"]`.
//!
//! It knows nothing of what follows from them. Invariant: as in the parent module; each is an object
//! in the organization before the arrow.

use super::Evidence::{Choice, Doc, Observed, Recall};
use super::{DOMAIN, Kind, Object, derived, key, optional, required};

/// `[relationship."a -> b"]`.
pub static RELATIONSHIP: Object = Object {
    name: "relationship",
    doc: "An organization relationship: an object in the first organization about the second. It \
          says whether the first may ask, and what the second may see there.",
    keys: &[
        key(
            "exists",
            Kind::Boolean,
            "true",
            Choice,
            "Whether it exists; a change can create or remove it.",
        ),
        key(
            "enabled",
            Kind::Boolean,
            "true",
            Doc,
            "Whether it is enabled; if not, nothing passes in either role.",
        ),
        derived(
            "domain_names",
            Kind::List(&DOMAIN),
            "the second organization's federated domains",
            "The partner's domains, matched exactly and without subdomains.",
        ),
        key(
            "free_busy_access",
            Kind::Boolean,
            "false",
            Doc,
            "Whether the first organization may ask the second.",
        ),
        key(
            "free_busy_level",
            Kind::OneOf(&["None", "AvailabilityOnly", "LimitedDetails"]),
            r#""None""#,
            Observed,
            "The most that the second organization sees of the first's calendars.",
        ),
        key(
            "free_busy_scope",
            Kind::Text,
            r#""""#,
            Doc,
            "The group of the first organization whose members are visible; blank for all.",
        ),
        key(
            "mail_tips_access_enabled",
            Kind::Boolean,
            "false",
            Doc,
            "Whether MailTips pass: whether the first organization asks for them, and whether it gives \
             them.",
        ),
        key(
            "mail_tips_access_level",
            Kind::OneOf(&["None", "Limited", "All"]),
            r#""None""#,
            Doc,
            "Which MailTips the second organization gets: none, those that prevent a non-delivery \
             report and automatic replies, or all.",
        ),
        key(
            "mail_tips_access_scope",
            Kind::Text,
            r#""""#,
            Doc,
            "The group of the first organization of whose members it gets Mailbox Full, Automatic \
             Replies and custom tips, at the level All; blank for all.",
        ),
        key(
            "photos_enabled",
            Kind::Boolean,
            "false",
            Recall,
            "Whether the second organization gets photos of the first's users.",
        ),
        key(
            "delivery_report_enabled",
            Kind::Boolean,
            "false",
            Doc,
            "Whether delivery reports pass: whether the first organization asks for them, and whether it \
             gives them.",
        ),
        key(
            "archive_access_enabled",
            Kind::Boolean,
            "false",
            Doc,
            "Whether the second organization keeps archives of the first's users, which they open there.",
        ),
        derived(
            "target_application_uri",
            Kind::Text,
            "the second organization's application URI",
            "The audience of tokens for the partner.",
        ),
        derived(
            "target_autodiscover_epr",
            Kind::Text,
            "the second organization's Autodiscover service",
            "Where the partner's service addresses are asked for; blank if it is missing.",
        ),
        key(
            "target_sharing_epr",
            Kind::UrlOrBlank,
            r#""""#,
            Doc,
            "The partner's EWS address; if it is given, Autodiscover is never asked.",
        ),
        derived(
            "target_token_issuer",
            Kind::Text,
            "the issuer of the second organization's trust",
            "The partner's token issuer as this organization knows it; blank if it is not known.",
        ),
    ],
};

/// `[connector."a -> b"]`.
pub static CONNECTOR: Object = Object {
    name: "connector",
    doc: "An intra-organization connector: the first organization asks the second with an OAuth \
          token. It takes precedence over a relationship.",
    keys: &[
        key(
            "exists",
            Kind::Boolean,
            "true",
            Choice,
            "Whether it exists; a change can create or remove it.",
        ),
        key(
            "enabled",
            Kind::Boolean,
            "true",
            Doc,
            "Whether it is enabled.",
        ),
        derived(
            "domains",
            Kind::List(&DOMAIN),
            "the second organization's domains",
            "The domains it is used for.",
        ),
        derived(
            "discovery_endpoint",
            Kind::Url,
            "the second organization's Autodiscover service",
            "Where the partner's service addresses are asked for.",
        ),
        key(
            "oauth",
            Kind::OneOf(&["working", "token-refused", "token-rejected"]),
            r#""working""#,
            Choice,
            "Whether tokens are issued and accepted, not issued, or not accepted by the partner.",
        ),
    ],
};

/// `[address_space."a -> DOMAIN"]`.
pub static ADDRESS_SPACE: Object = Object {
    name: "address space",
    doc: "An availability address space of an organization: how it asks for addresses of a domain \
          without federation.",
    keys: &[
        key(
            "exists",
            Kind::Boolean,
            "true",
            Choice,
            "Whether it exists; a change can create or remove it.",
        ),
        required(
            "access_method",
            Kind::OneOf(&[
                "OrgWideFB",
                "OrgWideFBBasic",
                "PerUserFB",
                "PublicFolder",
                "InternalProxy",
            ]),
            "How the other side is asked.",
        ),
        optional(
            "target_autodiscover_epr",
            Kind::Url,
            "it is found through DNS",
            "The other side's Autodiscover service.",
        ),
        key(
            "credentials",
            Kind::OneOf(&["valid", "invalid"]),
            r#""valid""#,
            Choice,
            "Whether the account it uses is accepted.",
        ),
        optional(
            "proxy_server",
            Kind::Name,
            "any newer server of the organization",
            "With `InternalProxy`: the server that asks in its place.",
        ),
    ],
};
