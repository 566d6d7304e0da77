//! Keys of `[org.NAME.sharing_policy.NAME]` and `[invitation.NAME]`: sharing from person to person.
//!
//! It knows nothing of what follows from them. Invariant: as in the parent module.

use super::Evidence::{Choice, Doc, Guess};
use super::{
    ADDRESS, Kind, NameKind, NamedTable, Object, POSITIVE_SPAN, SPAN, TEXT, count, derived, key,
    optional, required,
};

pub(super) static SHARING_POLICIES: NamedTable = NamedTable {
    names: NameKind::Title,
    value: Kind::Table(&SHARING_POLICY),
    example: "Partners",
};

static SHARING_POLICY: Object = Object {
    name: "sharing policy",
    doc: "What users of the organization may share in person, and with whom. `Default Sharing Policy` \
          is always there.",
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
            "Whether it is enabled; if not, its users share with nobody anew.",
        ),
        derived(
            "default",
            Kind::Boolean,
            "true for `Default Sharing Policy` unless another one says so",
            "Whether it applies to mailboxes that have none assigned.",
        ),
        derived(
            "domains",
            Kind::List(&TEXT),
            "of `Default Sharing Policy` by version; of any other it has to be given",
            "Entries such as `fabrikam.com: CalendarSharingFreeBusyDetail, ContactsSharing`; `*` stands \
             for all federated domains, `Anonymous` for the internet.",
        ),
    ],
};

/// The levels that an invitation may offer.
pub(super) const OFFERED_LEVELS: Kind =
    Kind::OneOf(&["None", "AvailabilityOnly", "LimitedDetails", "Reviewer"]);

/// `[invitation.NAME]`.
pub static INVITATION: Object = Object {
    name: "invitation",
    doc: "A message with which a user shares a calendar with people of other organizations.",
    keys: &[
        required("at", Kind::Instant, "When it is sent, the first time."),
        required(
            "from",
            Kind::Address,
            "Who shares: the address of a mailbox.",
        ),
        required("to", Kind::List(&ADDRESS), "Who is invited."),
        key(
            "level",
            OFFERED_LEVELS,
            r#""AvailabilityOnly""#,
            Choice,
            "How much of the calendar is offered; the owner's sharing policy may lower it. `None`: no \
             calendar at all, as with `contacts = true`.",
        ),
        key(
            "contacts",
            Kind::Boolean,
            "false",
            Choice,
            "Whether the contacts folder is offered.",
        ),
        optional(
            "opened_after",
            SPAN,
            "nobody opens it",
            "How long after its arrival each recipient opens it.",
        ),
        key(
            "reciprocal",
            Kind::Boolean,
            "false",
            Choice,
            "Whether it asks for the other calendar as well: whoever opens it sends the like back.",
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

/// What the keys of a workload of invitations are.
pub(super) const OFFERED_LEVEL: super::Key = key(
    "level",
    OFFERED_LEVELS,
    r#""AvailabilityOnly""#,
    Choice,
    "Of invitations: how much of the calendar is offered; the owner's sharing policy may lower it.",
);
/// As above.
pub(super) const OFFERED_CONTACTS: super::Key = key(
    "contacts",
    Kind::Boolean,
    "false",
    Choice,
    "Of invitations: whether the contacts folder is offered.",
);
/// As above.
pub(super) const RECIPROCAL: super::Key = key(
    "reciprocal",
    Kind::Boolean,
    "false",
    Choice,
    "Of invitations: whether they ask for the other calendar as well.",
);
/// As above.
pub(super) const OPENED_AFTER: super::Key = key(
    "opened_after",
    SPAN,
    r#""4 h""#,
    Guess,
    "Of invitations: how long after its arrival each recipient opens it.",
);
