//! Keys of `[network]`: sites and the links between them.
//!
//! It knows nothing of what follows from them. Invariant: as in the parent module.

use super::Evidence::{Choice, Guess};
use super::{
    Kind, NameKind, NamedTable, Object, POSITIVE_SPAN, SPAN, UP_DOWN, count, derived, key, named,
    optional, required, table,
};

/// `[network]`.
pub static NETWORK: Object = Object {
    name: "network",
    doc: "Sites and the links between them. Sites without a link reach each other over the \
          Internet with the round trips of `[parameters]`.",
    keys: &[
        key(
            "distance",
            Kind::OneOf(&["classes", "coordinates"]),
            r#""classes""#,
            Choice,
            "How far apart sites are that no link joins: by the classes same city, same continent, \
             other continent; or as their coordinates say, where both have some: the round trip \
             within a city and that of light in a cable.",
        ),
        key(
            "route_percent",
            count(100, 1_000),
            "150",
            Guess,
            "How long cables are in percent of the great circle between their ends; 150 is 1.5 times.",
        ),
        table(
            "topology",
            &TOPOLOGY,
            "Sites and links from a file. What the scenario itself says of a site or link holds.",
        ),
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
            "Sites of one city are close to each other. Some two hundred large cities are known with \
             their continent, coordinates and time zone.",
        ),
        derived(
            "continent",
            Kind::Text,
            "that of the city, or of the known city nearest to the coordinates; else `\"europe\"`",
            "Cities of one continent are closer than others.",
        ),
        optional(
            "coordinates",
            Kind::Coordinates,
            "those of the city, if it is known",
            "Where it is: degrees north and east, negative for south and west.",
        ),
        derived(
            "time_zone",
            Kind::Zone,
            "that of the city, or of the known city nearest to the coordinates; else `\"UTC\"`",
            "The time zone of its local times.",
        ),
    ],
};

static TOPOLOGY: Object = Object {
    name: "topology",
    doc: "A network from a file.",
    keys: &[
        optional(
            "file",
            Kind::File,
            "sites and links are those that the scenario names",
            "A `.graphml` file in the form of the Topology Zoo: nodes with `label`, `Latitude`, \
             `Longitude`, edges with `LinkSpeedRaw`. Or a `.csv` file of links with columns `from`, \
             `to` and, where known, `rtt` or `km` of cable, `bandwidth`, `loss`. A link with neither \
             `rtt` nor `km` is as long as its ends are apart.",
        ),
        optional(
            "sites",
            Kind::File,
            "sites are those that links join, in cities of their names",
            "A `.csv` file of sites with columns `name` and, where known, `city`, `continent`, \
             `latitude` and `longitude`, `time_zone`.",
        ),
        key(
            "overhead",
            SPAN,
            r#""0.2 ms""#,
            Guess,
            "What a link's round trip takes beside the way of light: the equipment at its ends.",
        ),
        key(
            "without_coordinates",
            Kind::OneOf(&["refuse", "leave out"]),
            r#""refuse""#,
            Choice,
            "What becomes of nodes of a GraphML file that have no coordinates and whose city is not \
             known: an error, or they are left out with their edges.",
        ),
    ],
};

pub(in crate::scenario) static LINK: Object = Object {
    name: "link",
    doc: "A link between two sites.",
    keys: &[
        required(
            "rtt",
            POSITIVE_SPAN,
            "Its round trip. May be left out of a link that the topology has.",
        ),
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
