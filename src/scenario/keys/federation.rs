//! Keys of `[org.NAME.identifier]` and `[org.NAME.oauth]`: by what an organization is known to others.
//!
//! It knows nothing of what follows from them. Invariant: as in the parent module.

use super::Evidence::Choice;
use super::{Kind, Object, derived, key, optional};

pub(super) static IDENTIFIER: Object = Object {
    name: "federated organization identifier",
    doc: "What makes an organization known to the gateway (OrgID).",
    keys: &[
        key(
            "exists",
            Kind::Boolean,
            "true",
            Choice,
            "Whether it was set at all.",
        ),
        key(
            "enabled",
            Kind::Boolean,
            "true",
            Choice,
            "Whether it is enabled.",
        ),
        optional(
            "default_domain",
            Kind::Domain,
            "none is set",
            "The domain that stands for the organization to others.",
        ),
        derived(
            "account_namespace",
            Kind::Domain,
            "`FYDIBOHF25SPDLT.` and the first domain",
            "The right-hand side of user identifiers in token requests.",
        ),
        key(
            "delegation_trust",
            Kind::OneOf(&["trust", "deleted", "blank"]),
            r#""trust""#,
            Choice,
            "What its link leads to: the trust, one that was deleted, or nothing.",
        ),
        optional(
            "system_mailbox_domain",
            Kind::Domain,
            "the first domain",
            "The domain of the address of `FederatedEmail`, the system mailbox for which a newer server \
             asks when an older one hands a request on to it.",
        ),
    ],
};

pub(super) static OAUTH: Object = Object {
    name: "OAuth set-up",
    doc: "How the organization takes part in OAuth, which connectors use.",
    keys: &[
        optional(
            "certificate_not_after",
            Kind::Instant,
            "it does not expire",
            "When its OAuth certificate expires. From then on it gets no OAuth token, and its application \
             pools of Exchange Web Services end again and again.",
        ),
        key(
            "linked_account",
            Kind::OneOf(&["with-roles", "without-roles", "missing"]),
            r#""with-roles""#,
            Choice,
            "The account that calls with an OAuth token are served as: LinkedAccount of the partner \
             application.",
        ),
    ],
};
