//! Keys of `[population.NAME]` and `[partners.NAME]`: many organizations from one description, and who
//! of them has relationships with whom.
//!
//! It knows nothing of how organizations are drawn. Invariant: as in the parent module; what a
//! description leaves out is as in `[org.NAME]` and `[relationship."a -> b"]`.

use super::Evidence::{Choice, Guess};
use super::{
    Kind, NAME, NameKind, NamedTable, ORGANIZATION, Object, RELATIONSHIP, count, derived, key,
    named, optional, required,
};

/// `[population.NAME]`.
pub static POPULATION: Object = Object {
    name: "population",
    doc: "Many organizations that are drawn from one description: `NAME-1`, `NAME-2` and so on. Each is \
          what the same keys in `[org.NAME-1]` would make. A larger `count` adds organizations and \
          changes none.",
    keys: &[
        required("count", count(1, 2_000_000), "How many organizations."),
        derived(
            "domain",
            Kind::Text,
            "`NAME-{n}.example`",
            "The primary domain of organization `n`; `{n}` stands for the number.",
        ),
        key(
            "mailboxes",
            Kind::Counts {
                min: 0,
                max: 10_000_000,
            },
            "100",
            Guess,
            "Mailboxes of each organization: a number, or a distribution of numbers.",
        ),
        key(
            "mailboxes_max",
            count(0, 10_000_000),
            "10000000",
            Choice,
            "No organization has more mailboxes, whatever is drawn.",
        ),
        optional(
            "mailboxes_per_server",
            count(1, 10_000_000),
            "the number of servers is that of `organization`",
            "One Client Access server for so many mailboxes, at least one and at most 1,000.",
        ),
        key(
            "exchange",
            Kind::Weights(&VERSION),
            r#""2013 SP1""#,
            Choice,
            "The versions of Exchange, with their shares.",
        ),
        derived(
            "site",
            Kind::Weights(&NAME),
            "one site of the population's name",
            "The network sites, with their shares.",
        ),
        optional(
            "time_zone",
            Kind::Weights(&ZONE),
            "each organization has the zone of its site",
            "The time zones in which their people work, with their shares; drawn whatever the site.",
        ),
        key(
            "organization",
            Kind::Part(&ORGANIZATION),
            "{}",
            Choice,
            "Keys of `[org.NAME]` for all of them. In names of hosts and domains `{domain}` stands for \
             the organization's own.",
        ),
        named(
            "variant",
            &VARIANTS,
            "Shares of them that are set up differently, such as wrongly; the rest is not.",
        ),
    ],
};

/// `[partners.NAME]`.
pub static PARTNERS: Object = Object {
    name: "partner graph",
    doc: "Who has organization relationships with whom: along each edge of a graph that is drawn, in \
          both directions. A relationship that the file declares is left as it is.",
    keys: &[
        key(
            "among",
            Kind::List(&NAME),
            "[]",
            Choice,
            "Populations and organizations, in the order in which they join the graph; not with `csv`.",
        ),
        required(
            "law",
            Kind::OneOf(&["random", "scale-free", "hub", "communities", "csv"]),
            "Uniformly mixed; a few with very many partners; spokes around hubs; dense groups with few \
             edges between them; or the edges that a file has.",
        ),
        optional(
            "file",
            Kind::File,
            "there is none",
            "With `csv`: the file of edges, with columns `from` and `to`.",
        ),
        key(
            "mean_degree",
            count(1, 1_000),
            "8",
            Guess,
            "Partners of an organization on average; not with `hub`.",
        ),
        key(
            "exponent",
            Kind::Text,
            r#""2.5""#,
            Guess,
            "With `scale-free`: the share of organizations with k partners falls as k to the power of \
             minus this, from 2.05 to 10.",
        ),
        key(
            "hubs",
            count(1, 1_000),
            "1",
            Choice,
            "With `hub`: how many of the first are hubs. They all have relationships with each other.",
        ),
        key(
            "hubs_each",
            count(1, 100),
            "1",
            Choice,
            "With `hub`: with how many of the hubs each of the others has relationships.",
        ),
        key(
            "community_size",
            count(2, 1_000_000),
            "50",
            Guess,
            "With `communities`: organizations in a community.",
        ),
        key(
            "inside",
            Kind::Share,
            r#""80 %""#,
            Guess,
            "With `communities`: the share of edges that stay inside one.",
        ),
        key(
            "relationship",
            Kind::Part(&RELATIONSHIP),
            "{}",
            Choice,
            "Keys of `[relationship.\"a -> b\"]` for all of them. In addresses of services `{domain}` \
             stands for the domain of the partner that a relationship is about.",
        ),
        named(
            "variant",
            &RELATIONSHIP_VARIANTS,
            "Shares of them that are set up differently, such as wrongly; the rest is not.",
        ),
    ],
};

/// `[organizations]`.
pub static ORGANIZATIONS_FILE: Object = Object {
    name: "file of organizations",
    doc: "Organizations that a file declares, a row each: the column `name`, and columns named after \
          keys of `[org.NAME]`, such as `domains` or `trust.exists`. Elements of a list are separated \
          by blanks; an empty field leaves the key out.",
    keys: &[optional(
        "file",
        Kind::File,
        "there is none",
        "The file, as comma-separated values.",
    )],
};

/// `[relationships]`.
pub static RELATIONSHIPS_FILE: Object = Object {
    name: "file of relationships",
    doc: "Relationships that a file declares, a row each: the columns `from` and `to`, and columns \
          named after keys of `[relationship.\"a -> b\"]`.",
    keys: &[optional(
        "file",
        Kind::File,
        "there is none",
        "The file, as comma-separated values.",
    )],
};

static VERSION: Kind = Kind::Version;
static ZONE: Kind = Kind::Zone;
static VARIANTS: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&VARIANT),
    example: "no-ws-security",
};
static RELATIONSHIP_VARIANTS: NamedTable = NamedTable {
    names: NameKind::Name,
    value: Kind::Table(&RELATIONSHIP_VARIANT),
    example: "wrong-uri",
};

static VARIANT: Object = Object {
    name: "variant of a population",
    doc: "A share of the organizations that is set up differently.",
    keys: &[
        required("share", Kind::Share, "How many of them."),
        required(
            "set",
            Kind::Part(&ORGANIZATION),
            "Keys of `[org.NAME]` that are different.",
        ),
    ],
};

static RELATIONSHIP_VARIANT: Object = Object {
    name: "variant of a partner graph",
    doc: "A share of the relationships that is set up differently.",
    keys: &[
        required("share", Kind::Share, "How many of them."),
        required(
            "set",
            Kind::Part(&RELATIONSHIP),
            "Keys of `[relationship.\"a -> b\"]` that are different.",
        ),
    ],
};
