//! Keys of `[org.NAME]`: an organization with its domains, trust, certificates and recipients.
//!
//! It knows nothing of what follows from them. Invariant: as in the parent module; an organization
//! that declares no more than its domains is fully and correctly set up.

use super::Evidence::{Choice, Doc, Guess, Recall};
use super::federation::{IDENTIFIER, OAUTH};
use super::server::PUBLIC_HOST;
use super::{
    ACCESS_LEVELS, ADDRESS, DOMAIN, Kind, NameKind, NamedTable, Object, SERVER, SHARING_POLICIES,
    SPAN, TEXT, TLS_NAME, count, derived, key, named, optional, required, table,
};

/// `[org.NAME]`.
pub static ORGANIZATION: Object = Object {
    name: "organization",
    doc: "An organization that runs Exchange. It is fully and correctly set up for federation, \
          unless the file says otherwise.",
    keys: &[
        key(
            "exchange",
            Kind::Version,
            r#""2013 SP1""#,
            Choice,
            "The version of Exchange on its servers.",
        ),
        key(
            "windows",
            Kind::OneOf(&["2008 R2", "2012", "2012 R2", "2016", "2019", "2022"]),
            r#""2012 R2""#,
            Choice,
            "The version of Windows Server below it.",
        ),
        key(
            "setup",
            Kind::Text,
            r#""federated""#,
            Choice,
            "How it begins: `federated`, fully and correctly set up; `unfederated`, without a trust; \
             `bare`, without a trust and without a certificate for one; or the name of a file of cmdlets \
             beside the scenario that ends in `.ps1`, which is carried out from the start of the run in \
             a bare organization.",
        ),
        derived(
            "gateway",
            Kind::Name,
            "`business`; with Exchange 2010 RTM `consumer`",
            "The gateway instance it trusts.",
        ),
        derived(
            "site",
            Kind::Name,
            "a site of the organization's name",
            "The network site of its servers.",
        ),
        derived(
            "time_zone",
            Kind::Zone,
            "that of its site",
            "The IANA zone in which its people work, such as `America/New_York`; their office hours \
             are local times of it.",
        ),
        required(
            "domains",
            Kind::List(&DOMAIN),
            "Its accepted domains that are federated; the first is its primary domain.",
        ),
        key(
            "mailboxes",
            count(0, 10_000_000),
            "0",
            Choice,
            "Mailboxes beyond those declared one by one; `user1@` to `userN@` of the primary domain.",
        ),
        key(
            "calendar_default",
            Kind::Shares(ACCESS_LEVELS),
            r#""AvailabilityOnly""#,
            Recall,
            "What the Default entry of a calendar's permissions allows; one level, or a share of the mailboxes for each.",
        ),
        key(
            "servers",
            count(1, 1_000),
            "1",
            Choice,
            "Client Access servers, if none are declared one by one.",
        ),
        key(
            "replication_delay",
            SPAN,
            r#""15 s""#,
            Recall,
            "Until a change of the configuration is in every server's directory.",
        ),
        optional(
            "resolver",
            Kind::Name,
            "it has its own, always up",
            "The DNS resolver its servers ask.",
        ),
        key(
            "events_per_week",
            count(0, 10_000),
            "15",
            Guess,
            "Calendar entries of a mailbox in a week.",
        ),
        named(
            "firewall",
            &FIREWALLS,
            "Rules of its firewall; what no rule names is allowed.",
        ),
        named(
            "accepted_domain",
            &ACCEPTED_DOMAINS,
            "Domains beyond those of `domains`, or what is special about one of them.",
        ),
        table(
            "identifier",
            &IDENTIFIER,
            "Its federated organization identifier.",
        ),
        table("trust", &TRUST, "Its federation trust."),
        table("oauth", &OAUTH, "How it takes part in OAuth."),
        named(
            "certificate",
            &CERTIFICATES,
            "Certificates of the organization, for the slots of the trust.",
        ),
        named(
            "server",
            &SERVERS,
            "Its Client Access servers. While there are fewer than `servers`, more are added: `cas1`, `cas2` and so on.",
        ),
        named(
            "host",
            &HOSTS,
            "The public host names under which it is reached.",
        ),
        key(
            "outlook_anywhere",
            Kind::Boolean,
            "true",
            Choice,
            "Whether its users may come from outside by Outlook Anywhere; else Autodiscover withholds the \
             external address of EWS.",
        ),
        key(
            "trusted_redirects",
            Kind::List(&TLS_NAME),
            r#"["*.outlook.com"]"#,
            Doc,
            "Hosts to which Get-FederationInformation follows a redirect that was not secure without a \
             question: those of the service connection point that setup creates.",
        ),
        named(
            "mailbox",
            &MAILBOXES,
            "Mailboxes that the scenario speaks of.",
        ),
        named(
            "mail_user",
            &MAIL_USERS,
            "Mail-enabled users whose mailbox is elsewhere.",
        ),
        named("contact", &CONTACTS, "Mail contacts."),
        named("group", &GROUPS, "Distribution and security groups."),
        named(
            "sharing_policy",
            &SHARING_POLICIES,
            "What its users may share in person, and with whom.",
        ),
        derived(
            "calendar_publishing",
            Kind::Boolean,
            "true for Exchange Online",
            "Whether users can publish calendars on the internet, which `Anonymous` entries of sharing \
             policies allow.",
        ),
    ],
};

static FIREWALLS: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&FIREWALL),
    example: "block-gateway",
};
static ACCEPTED_DOMAINS: NamedTable = NamedTable {
    names: NameKind::Domain,
    value: Kind::Table(&ACCEPTED_DOMAIN),
    example: "contoso.co.uk",
};
static CERTIFICATES: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&CERTIFICATE),
    example: "federation",
};
static SERVERS: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&SERVER),
    example: "cas1",
};
static HOSTS: NamedTable = NamedTable {
    names: NameKind::Host,
    value: Kind::Table(&PUBLIC_HOST),
    example: "mail.contoso.com",
};
static MAILBOXES: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&MAILBOX),
    example: "kim",
};
static MAIL_USERS: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&MAIL_USER),
    example: "moved",
};
static CONTACTS: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&CONTACT),
    example: "partner",
};
static GROUPS: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&GROUP),
    example: "managers",
};
static GRANTS: NamedTable = NamedTable {
    names: NameKind::Address,
    value: Kind::OneOf(ACCESS_LEVELS),
    example: "lee@fabrikam.com",
};
static SUBSCRIPTIONS: NamedTable = NamedTable {
    names: NameKind::Address,
    value: Kind::Table(&SUBSCRIPTION),
    example: "lee@fabrikam.com",
};

static FIREWALL: Object = Object {
    name: "firewall rule",
    doc: "A rule of the organization's firewall.",
    keys: &[
        required(
            "direction",
            Kind::OneOf(&["in", "out"]),
            "Connections into the organization, or out of it.",
        ),
        key(
            "peer",
            Kind::Text,
            r#""*""#,
            Choice,
            "The other side: an organization, a gateway, a host name, or `*` for all.",
        ),
        required(
            "action",
            Kind::OneOf(&["drop", "reset", "allow"]),
            "Let them wait in vain, refuse them at once, or let them through.",
        ),
        key("port", count(1, 65_535), "443", Choice, "The TCP port."),
    ],
};

static ACCEPTED_DOMAIN: Object = Object {
    name: "accepted domain",
    doc: "A domain for which the organization accepts mail.",
    keys: &[
        key(
            "type",
            Kind::OneOf(&["authoritative", "internal-relay", "external-relay"]),
            r#""authoritative""#,
            Choice,
            "Whether all its recipients are here, some, or none.",
        ),
        derived(
            "federated",
            Kind::Boolean,
            "true for the domains of `domains`",
            "Whether it is one of the federated domains.",
        ),
        key(
            "exists",
            Kind::Boolean,
            "true",
            Choice,
            "Whether it is accepted from the start; if not, `New-AcceptedDomain` can add it.",
        ),
    ],
};

static TRUST: Object = Object {
    name: "federation trust",
    doc: "What the organization keeps of the gateway, and the gateway of the organization.",
    keys: &[
        key(
            "exists",
            Kind::Boolean,
            "true",
            Choice,
            "Whether there is a trust.",
        ),
        derived(
            "token_issuer_uri",
            Kind::Text,
            "the gateway's issuer",
            "The issuer its partners must share; blank if it is missing.",
        ),
        derived(
            "token_issuer_epr",
            Kind::Text,
            "the gateway's token service",
            "Where tokens are asked for; blank if it is missing.",
        ),
        derived(
            "application_uri",
            Kind::Text,
            "the account namespace",
            "The audience of tokens that are meant for it.",
        ),
        derived(
            "organization_certificate",
            Kind::Text,
            "`federation`",
            "The certificate in use: a name under `certificate`; blank if none.",
        ),
        key(
            "previous_certificate",
            Kind::Text,
            r#""""#,
            Choice,
            "The certificate used before; blank if none.",
        ),
        key(
            "next_certificate",
            Kind::Text,
            r#""""#,
            Choice,
            "The certificate to be used next; blank if none.",
        ),
        optional(
            "token_issuer_certificate",
            Kind::Text,
            "what the metadata said at the last refresh",
            "The gateway's signing certificate as the trust knows it; blank if it is missing.",
        ),
        optional(
            "token_issuer_previous_certificate",
            Kind::Text,
            "what the metadata said at the last refresh",
            "The other signing certificate it knows; blank if none.",
        ),
        derived(
            "metadata_refreshed",
            Kind::Instant,
            "the start of the run",
            "When the gateway's metadata was last read.",
        ),
        derived(
            "automatic_refresh",
            Kind::Boolean,
            "by the versions of Exchange and Windows",
            "Whether the metadata is read again by itself.",
        ),
        key(
            "application_identifier",
            Kind::OneOf(&["current", "outdated"]),
            r#""current""#,
            Choice,
            "Whether the trust knows the identifier that the gateway has now for the organization's \
             application, or one that it had before.",
        ),
        key(
            "registered",
            Kind::Boolean,
            "true",
            Choice,
            "Whether the gateway knows the organization.",
        ),
        derived(
            "registered_application_uri",
            Kind::Text,
            "`application_uri`; if that is blank, the URI of the set-up",
            "The URI under which the gateway knows the organization; tokens for it are made out to \
             it.",
        ),
        derived(
            "registered_certificate",
            Kind::Text,
            "the organization's certificate",
            "The certificate for which the gateway encrypts tokens.",
        ),
        derived(
            "registered_domains",
            Kind::List(&DOMAIN),
            "the organization's federated domains",
            "The domains the gateway knows as the organization's.",
        ),
        derived(
            "registered_namespace",
            Kind::Domain,
            "the account namespace",
            "The account namespace the gateway knows.",
        ),
    ],
};

static CERTIFICATE: Object = Object {
    name: "certificate",
    doc: "A certificate of the organization.",
    keys: &[
        key(
            "issuer",
            Kind::Text,
            r#""self-signed""#,
            Choice,
            "Who issued it.",
        ),
        derived(
            "not_before",
            Kind::Instant,
            "30 days before the start of the run",
            "From when it is valid.",
        ),
        derived(
            "not_after",
            Kind::Instant,
            "five years after `not_before`",
            "When it expires.",
        ),
        derived(
            "subject_key_identifier",
            Kind::Text,
            "made from the organization's and the certificate's names",
            "What tells it from other certificates.",
        ),
        key(
            "key_provider",
            Kind::OneOf(&["cryptoapi", "cng"]),
            r#""cryptoapi""#,
            Choice,
            "What keeps its private key; Exchange cannot use one kept by `cng`.",
        ),
        key(
            "private_key_exportable",
            Kind::OneOf(&["yes", "no"]),
            r#""yes""#,
            Choice,
            "Whether its private key may be carried to other servers.",
        ),
    ],
};

static MAILBOX: Object = Object {
    name: "mailbox",
    doc: "A mailbox that the scenario speaks of.",
    keys: &[
        derived(
            "addresses",
            Kind::List(&ADDRESS),
            "its name at the primary domain",
            "Its addresses; the first is the primary one.",
        ),
        optional(
            "calendar_default",
            Kind::OneOf(ACCESS_LEVELS),
            "as the organization's",
            "What the Default entry of its calendar's permissions allows.",
        ),
        key(
            "calendar",
            Kind::OneOf(&["present", "missing", "damaged"]),
            r#""present""#,
            Choice,
            "Whether it has a calendar folder, and whether all that is in it can be read.",
        ),
        key(
            "state",
            Kind::OneOf(&["available", "unavailable", "failing-over"]),
            r#""available""#,
            Choice,
            "Whether its database can be read.",
        ),
        optional(
            "outlook_anywhere",
            Kind::Boolean,
            "as the organization's",
            "Whether its user may come from outside by Outlook Anywhere (`MAPIBlockOutlookRpcHttp` is not \
             set).",
        ),
        derived(
            "server",
            Kind::Name,
            "one of the organization's servers, by the mailbox's name",
            "The server it is on.",
        ),
        optional(
            "immutable_id",
            Kind::Text,
            "made from its name",
            "What identifies its user to the gateway, in the form of an address; blank if it is missing.",
        ),
        key(
            "identity_type",
            Kind::OneOf(&["immutable-id", "upn"]),
            r#""immutable-id""#,
            Choice,
            "What its user is named by in token requests.",
        ),
        key(
            "token_service_account",
            Kind::OneOf(&["consistent", "password-mismatch", "not-provisioned"]),
            r#""consistent""#,
            Choice,
            "What the token service holds of its user: a record that agrees with itself, one whose \
             passwords do not match, or none yet.",
        ),
        optional(
            "events_per_week",
            count(0, 10_000),
            "as the organization's",
            "Calendar entries in a week.",
        ),
        optional(
            "sharing_policy",
            Kind::Text,
            "the organization's default",
            "The sharing policy that is assigned to it.",
        ),
        key(
            "personal_contacts",
            Kind::List(&ADDRESS),
            "[]",
            Choice,
            "Addresses in its own contacts folder. Exchange Online looks none of them up in another \
             organization, unless the person stands in an address list as well.",
        ),
        named(
            "grant",
            &GRANTS,
            "What its calendar's permissions allow to one address, in person.",
        ),
        named(
            "subscription",
            &SUBSCRIPTIONS,
            "Calendars of other organizations its user subscribed to.",
        ),
    ],
};

static SUBSCRIPTION: Object = Object {
    name: "subscription",
    doc: "A calendar of another organization that a user subscribed to.",
    keys: &[
        derived(
            "url",
            Kind::Url,
            "what the sharing organization's invitation said",
            "Where it is read.",
        ),
        derived(
            "application_uri",
            Kind::Text,
            "of the sharing organization",
            "The audience of tokens for it.",
        ),
        key(
            "exists",
            Kind::Boolean,
            "true",
            Choice,
            "Whether its user has it; a change can give or take it.",
        ),
    ],
};

static MAIL_USER: Object = Object {
    name: "mail user",
    doc: "A mail-enabled user whose mailbox is elsewhere.",
    keys: &[
        derived(
            "address",
            Kind::Address,
            "its name at the primary domain",
            "Its address here.",
        ),
        required(
            "external_address",
            Kind::Address,
            "Its address where the mailbox is.",
        ),
    ],
};

static CONTACT: Object = Object {
    name: "contact",
    doc: "A mail contact.",
    keys: &[
        optional(
            "address",
            Kind::Address,
            "it has none here",
            "Its address here.",
        ),
        required(
            "external_address",
            Kind::Address,
            "Its address where the mailbox is.",
        ),
    ],
};

static GROUP: Object = Object {
    name: "group",
    doc: "A distribution or security group.",
    keys: &[
        derived(
            "address",
            Kind::Address,
            "its name at the primary domain",
            "Its address.",
        ),
        key(
            "members",
            Kind::List(&TEXT),
            "[]",
            Choice,
            "Names or addresses of mailboxes, mail users, contacts and groups.",
        ),
        key(
            "deleted",
            Kind::Boolean,
            "false",
            Choice,
            "Whether it was deleted while others still refer to it.",
        ),
    ],
};
