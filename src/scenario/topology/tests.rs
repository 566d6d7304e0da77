//! Topologies: how sites and links follow from files, and what is said of files that are none.

use crate::engine::Span;
use crate::scenario::read::read_beside;
use crate::scenario::{Diagnostics, Document, SideFiles, Table};

const GRAPHML: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key attr.name="label" attr.type="string" for="node" id="d1"/>
  <key attr.name="Latitude" attr.type="double" for="node" id="d2"/>
  <key attr.name="Longitude" attr.type="double" for="node" id="d3"/>
  <key attr.name="LinkSpeedRaw" attr.type="double" for="edge" id="d4"/>
  <graph edgedefault="undirected">
    <node id="0"><data key="d1">New York</data><data key="d2">40.71427</data><data key="d3">-74.00597</data></node>
    <node id="1"><data key="d1">Washington, DC</data><data key="d2">38.89511</data><data key="d3">-77.03637</data></node>
    <node id="2"><data key="d1">New York</data><data key="d2">40.73</data><data key="d3">-74.1</data></node>
    <node id="3"><data key="d1">Chicago</data></node>
    <edge source="0" target="1"><data key="d4">10000000000.0</data></edge>
    <edge source="1" target="0"><data key="d4">2500000000.0</data></edge>
    <edge source="1" target="3"/>
    <edge source="2" target="2"/>
    <edge source="2" target="0"/>
  </graph>
</graphml>
"#;

fn document(settings: &str, files: &[(&str, &str)]) -> Result<Document, Diagnostics> {
    let text = format!("fedsim = 1\n{settings}");
    read_beside(
        &text,
        "x.toml",
        &[],
        SideFiles::in_memory(files.iter().copied()),
    )
}

fn network(settings: &str, files: &[(&str, &str)]) -> Table {
    let document = document(settings, files).unwrap_or_else(|found| panic!("{found}"));
    document.tables.table("network").clone()
}

fn names(table: &Table, key: &str) -> Vec<String> {
    table.named(key).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn nodes_of_the_topology_zoo_become_sites_and_edges_links() {
    let settings = "[network.topology]\nfile = \"zoo.graphml\"";
    let network = network(settings, &[("zoo.graphml", GRAPHML)]);
    let sites = ["chicago", "new-york", "new-york-2", "washington-dc"];
    assert_eq!(names(&network, "site"), sites);
    let links = [
        "chicago - washington-dc",
        "new-york - new-york-2",
        "new-york - washington-dc",
    ];
    assert_eq!(names(&network, "link"), links);
    let washington = network.table("site").table("washington-dc");
    assert_eq!(washington.text("city"), "Washington, DC");
    assert_eq!(washington.text("coordinates"), "38.89511, -77.03637");
    let link = network.table("link").table("new-york - washington-dc");
    assert_eq!(
        link.bandwidth("bandwidth"),
        12_500_000_000,
        "two edges in one link"
    );
    // 328.491 km on the great circle (haversine), one and a half times there and back at ⅔ c:
    // 2 · 328 491 m · 1.5 ÷ 199 861 639 m/s = 4.9308 ms, and 0.2 ms.
    let expected = Span::from_microseconds(5_131).nanoseconds();
    let round_trip = link.span("rtt").nanoseconds();
    assert!(round_trip.abs_diff(expected) < 1_000, "{round_trip}");
}

#[test]
fn links_in_a_table_need_no_more_than_their_ends() {
    let links = "from,to,rtt,km,bandwidth,loss,owner
seattle,denver,30 ms,,1 Gbit/s,0.5 %,x
denver,kansas-city,,1000,,,
kansas-city,chicago,,,,,
hq,seattle,2 ms,,,,
";
    let settings = "[network]\nroute_percent = 200\n[network.topology]\nfile = \"links.csv\"
[network.site.hq]\ncity = \"Tacoma\"\n[network.link.\"denver - seattle\"]\nrtt = \"28 ms\"";
    let network = network(settings, &[("links.csv", links)]);
    let link = |name: &str| network.table("link").table(name);
    let scenario_holds = link("denver - seattle");
    assert_eq!(scenario_holds.span("rtt"), Span::from_milliseconds(28));
    assert_eq!(
        scenario_holds.bandwidth("bandwidth"),
        1_000_000_000,
        "the rest is the file's"
    );
    // 1000 km of cable: 2 · 5.003461 ms and 0.2 ms; no route on top of what is measured.
    let cable = link("denver - kansas-city").span("rtt");
    assert_eq!(cable, Span::from_nanoseconds(2 * 5_003_461 + 200_000));
    // Kansas City to Chicago: 666 km, twice the great circle at ⅔ c: 13.3 ms and 0.2 ms.
    let far = link("chicago - kansas-city").span("rtt");
    let (low, high) = (
        Span::from_microseconds(13_400),
        Span::from_microseconds(13_650),
    );
    assert!(low < far && far < high, "{far}");
    assert_eq!(network.table("site").table("hq").text("city"), "Tacoma");
}

#[test]
fn sites_in_a_table_have_what_it_says_of_them() {
    let sites = "name,city,continent,latitude,longitude,time_zone
a,Leipzig,europe,51.34,12.37,Europe/Berlin
b,,,48.14,11.58,
";
    let settings = "[network.topology]\nfile = \"l.csv\"\nsites = \"s.csv\"\n[network.site.a]\n\
                    time_zone = \"UTC\"";
    let network = network(settings, &[("l.csv", "from,to\na,b\n"), ("s.csv", sites)]);
    let a = network.table("site").table("a");
    assert_eq!(
        (a.text("city"), a.text("coordinates")),
        ("Leipzig", "51.34, 12.37")
    );
    assert_eq!(a.text("time_zone"), "UTC", "what the scenario says holds");
    assert_eq!(names(&network, "link"), ["a - b"]);
}

#[test]
fn nodes_whose_place_is_not_known_are_refused_or_left_out() {
    let unknown = GRAPHML.replace(">Chicago<", ">Hub<");
    let files = [("z.graphml", unknown.as_str())];
    let settings = "[network.topology]\nfile = \"z.graphml\"";
    let found = document(settings, &files)
        .expect_err("no coordinates")
        .render_plain();
    assert!(
        found.contains("the node `Hub` has no coordinates"),
        "{found}"
    );
    assert!(found.contains(" --> z.graphml:11:5"), "{found}");
    let settings = format!("{settings}\nwithout_coordinates = \"leave out\"");
    let read = document(&settings, &files).unwrap_or_else(|found| panic!("{found}"));
    assert_eq!(read.warnings.count(), 1);
    let network = read.tables.table("network");
    assert_eq!(
        (names(network, "site").len(), names(network, "link").len()),
        (3, 2)
    );
}

#[test]
fn a_file_that_is_no_topology_is_refused_at_the_place_that_says_so() {
    let bomb = "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;\">]>\n<graphml/>";
    let nodes = |inner: &str| {
        format!(
            "<graphml><key id='y' attr.name='Latitude'/><key id='x' attr.name='Longitude'/><graph>\n{inner}\n</graph></graphml>"
        )
    };
    let placed = |y: &str| {
        nodes(&format!(
            "<node id='a'><data key='y'>{y}</data><data key='x'>1</data></node>"
        ))
    };
    for (name, text, code, place) in [
        (
            "a.graphml",
            bomb.to_owned(),
            "bad-graphml",
            "document types",
        ),
        (
            "a.graphml",
            "<graphml><graph></graphml>".into(),
            "bad-graphml",
            "this is not XML",
        ),
        ("a.graphml", "".into(), "bad-graphml", "this is not XML"),
        ("a.graphml", "<svg/>".into(), "bad-graphml", "a.graphml:1:1"),
        (
            "a.graphml",
            placed("north"),
            "bad-coordinates",
            "a.graphml:2:14",
        ),
        (
            "a.graphml",
            placed("1e400"),
            "bad-coordinates",
            "a.graphml:2:14",
        ),
        (
            "a.graphml",
            placed("91"),
            "bad-coordinates",
            "a.graphml:2:14",
        ),
        (
            "a.graphml",
            nodes("<node/>"),
            "bad-graphml",
            "a `<node>` without `id`",
        ),
        (
            "a.graphml",
            nodes("<edge source='a' target='b'/>"),
            "unknown-name",
            "no node `a`",
        ),
        (
            "a.graphml",
            placed("1").replace("</graph>", "<node id='a'/></graph>"),
            "duplicate-name",
            "a.graphml:3:1",
        ),
        ("a.txt", "x".into(), "bad-value", "neither a `.csv` nor"),
        (
            "a.csv",
            "from\nx\n".into(),
            "missing-column",
            "no column `to`",
        ),
        (
            "a.csv",
            "from,to\nA B,c\n".into(),
            "bad-name",
            "write `a-b`",
        ),
        ("a.csv", "from,to\nc,c\n".into(), "bad-value", "to itself"),
        (
            "a.csv",
            "from,to\nparis,xx\n".into(),
            "no-coordinates",
            "where `xx` is",
        ),
        (
            "a.csv",
            "from,to,rtt\na,b,5\n".into(),
            "missing-unit",
            "a.csv:2:5",
        ),
        (
            "a.csv",
            "from,to,rtt\na,b,1 us\n".into(),
            "delay-below-minimum",
            "a.csv:2:5",
        ),
    ] {
        let settings = format!("[network.topology]\nfile = \"{name}\"");
        let found = document(&settings, &[(name, &text)]).expect_err(&text);
        let shown = found.render_plain();
        assert!(shown.contains(&format!("error[{code}]")), "{text}: {shown}");
        assert!(shown.contains(place), "{text}: {shown}");
    }
}

#[test]
fn deep_and_wide_trees_end_in_a_finding() {
    let deep = "<g>".repeat(500_000);
    let wide = "<a/>".repeat(1_000_001);
    let wide = format!("<graphml><graph>{wide}</graph></graphml>");
    for text in [&deep, &wide] {
        let settings = "[network.topology]\nfile = \"a.graphml\"";
        let found = document(settings, &[("a.graphml", text)])
            .map(|_| "read")
            .err();
        assert!(found.is_some_and(|found| found.render_plain().contains("bad-graphml")));
    }
}
