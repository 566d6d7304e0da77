//! Networks from files: what follows for the ways between sites, from the scenario to the run.

use std::path::Path;

use fedsim::engine::Span;
use fedsim::engine::{Continue, Instant};
use fedsim::model::Federation;
use fedsim::model::network::{Path as Way, SiteId};
use fedsim::record::Log;
use fedsim::report::Identity;
use fedsim::scenario::{Compiled, Scenario, SideFiles, show};
use fedsim::study;

fn abilene() -> Compiled {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/topology/abilene.toml");
    let scenario = Scenario::load(&file).unwrap_or_else(|found| panic!("{found}"));
    scenario.compile().unwrap_or_else(|found| panic!("{found}"))
}

fn compile(text: &str, files: &[(&str, &str)]) -> Compiled {
    let files = SideFiles::in_memory(files.iter().copied());
    let scenario = Scenario::parse_beside(&format!("fedsim = 1\n{text}"), "x.toml", files);
    let scenario = scenario.unwrap_or_else(|found| panic!("{found}"));
    scenario.compile().unwrap_or_else(|found| panic!("{found}"))
}

fn site(federation: &Federation, name: &str) -> SiteId {
    let mut sites = federation.network.sites().enumerate();
    let found = sites.find(|(_, site)| &*site.name == name);
    found.unwrap_or_else(|| panic!("there is no site {name}")).0
}

fn round_trip(federation: &Federation, ends: [&str; 2], at: Instant) -> Span {
    let [one, other] = ends.map(|name| site(federation, name));
    let floor = federation.network.round_trip_floor(one, other, at);
    floor.expect("there is a way")
}

fn assert_near(span: Span, milliseconds: f64) {
    let difference = (span.as_seconds() * 1e3 - milliseconds).abs();
    assert!(difference < 0.01, "{span} is not {milliseconds} ms");
}

#[test]
fn while_a_link_is_down_messages_take_the_next_best_way() {
    let compiled = abilene();
    let federation = &compiled.federation;
    assert_eq!(federation.network.links().ids().count(), 14);
    let after = |minutes| federation.start + Span::from_minutes(minutes);
    let ends = ["seattle", "new-york"];
    // By Denver, Kansas City, Indianapolis and Chicago: 1640.7 + 896.5 + 726.7 + 265.2 + 1144.0 km =
    // 4673.2 km (haversine); 2 · 1.5 · 4673.2 km ÷ 199 861.639 km/s = 70.147 ms, and 5 · 0.2 ms.
    assert_near(round_trip(federation, ends, after(5)), 71.147);
    // By Sunnyvale, Los Angeles, Houston, Atlanta and Washington: 1138.9 + 503.9 + 2205.9 + 1128.2 +
    // 872.8 + 327.1 km = 6176.8 km; 92.715 ms, and 6 · 0.2 ms.
    assert_near(round_trip(federation, ends, after(20)), 93.915);
    assert_near(round_trip(federation, ends, after(30)), 71.147);
    // Washington to Atlanta does not care.
    let other = ["washington", "atlanta"];
    let (before, during) = (after(5), after(20));
    assert_eq!(
        round_trip(federation, other, before),
        round_trip(federation, other, during)
    );
}

#[test]
fn distances_by_coordinates_are_those_of_light_in_a_cable() {
    let world = "[network.site.here]\ncity = \"Seattle\"\n[network.site.there]\ncity = \"Sydney\"
[network.site.nowhere]\ncity = \"Erewhon\"\n[org.contoso]\ndomains = [\"contoso.com\"]\n";
    let by_class = compile(world, &[]).federation;
    let by_coordinates = format!("[network]\ndistance = \"coordinates\"\n{world}");
    let by_coordinates = compile(&by_coordinates, &[]).federation;
    let start = by_class.start;
    // Four fifths of a round trip are fixed. Between continents: 0.8 · 110 ms. By coordinates: 12 470.7
    // km, 2 · 1.5 · 12 470.7 ÷ 199 861.639 = 187.189 ms, and 5 ms within cities: 0.8 · 192.189 ms.
    assert_near(round_trip(&by_class, ["here", "there"], start), 88.0);
    assert_near(
        round_trip(&by_coordinates, ["here", "there"], start),
        153.751,
    );
    assert_near(
        round_trip(&by_coordinates, ["there", "here"], start),
        153.751,
    );
    // A site that is nowhere is as far as its continent, the default: Europe.
    assert_near(
        round_trip(&by_coordinates, ["here", "nowhere"], start),
        88.0,
    );
    let here = site(&by_coordinates, "here");
    let itself = by_coordinates.network.path(here, here);
    assert!(matches!(itself, Way::Distance(_)), "{itself:?}");
}

#[test]
fn a_federation_by_coordinates_answers_its_requests() {
    let text = r#"title = "far"
[network]
distance = "coordinates"
[parameters]
token_validation = { dist = "weibull", shape = "0.8", median = "3 ms" }
autodiscover_service = { dist = "pareto", minimum = "20 ms", p99 = "900 ms" }
dns_cold = { dist = "empirical", file = "dns.csv", column = "ms", unit = "ms" }
[org.contoso]
domains = ["contoso.com"]
mailboxes = 1
site = "seattle"
[org.fabrikam]
domains = ["fabrikam.com"]
mailboxes = 1
site = "singapore"
[relationship."contoso -> fabrikam"]
free_busy_access = true
[relationship."fabrikam -> contoso"]
free_busy_level = "AvailabilityOnly"
[request.look]
at = "+1 min"
from = "user1@contoso.com"
to = ["user1@fabrikam.com"]
[expect]
"attendees.success_rate" = "== 100 %"
"#;
    let text = format!("fedsim = 1\n{text}");
    let files = SideFiles::in_memory([("dns.csv", "ms\n21.5\n40\n33.25\n")]);
    let scenario = Scenario::parse_beside(&text, "far.toml", files);
    let scenario = scenario.unwrap_or_else(|found| panic!("{found}"));
    let compiled = scenario.compile().unwrap_or_else(|found| panic!("{found}"));
    let expected = study::expectation::compile(scenario.document(), &compiled.federation);
    let expected = expected.unwrap_or_else(|found| panic!("{found}"));
    let result = study::run(
        &compiled.federation,
        0,
        &expected,
        (Log::None, &mut ()),
        |_, _| Continue::Yes,
    );
    assert!(result.is_as_expected());
    let shown = show::text(&compiled.effective, &compiled.warnings);
    for line in [
        r#"token_validation = { dist = "weibull", shape = "0.8", median = "3 ms" }"#,
        r#"dns_cold = { dist = "empirical", file = "dns.csv", column = "ms", unit = "ms" }"#,
        r#"coordinates = "1.35, 103.82""#,
        r#"time_zone = "Asia/Singapore""#,
        r#"continent = "north-america""#,
    ] {
        assert!(shown.contains(line), "{line} is not in\n{shown}");
    }
}

#[test]
fn a_changed_side_file_is_another_input() {
    let text = "[network.topology]\nfile = \"l.csv\"\n[org.a]\ndomains = [\"a.com\"]\n";
    let identity = |links| {
        let compiled = compile(text, &[("l.csv", links)]);
        let seed = compiled.federation.seed;
        Identity::new(
            &compiled.effective,
            &compiled.inputs,
            seed,
            0,
            String::new(),
        )
    };
    let plain = identity("from,to\nparis,rome\n");
    assert_eq!(plain.inputs[0].path, "l.csv");
    assert_eq!(identity("from,to\nparis,rome\n"), plain);
    let noted = identity("from,to\nparis,rome\n# a note\n");
    assert_eq!(noted.scenario_hash, plain.scenario_hash);
    assert_ne!(noted, plain, "the bytes count");
}

#[test]
fn what_is_wrong_in_a_file_of_measurements_is_shown_there() {
    for (csv, distribution, shown) in [
        (
            "ms\n12\nfast\n",
            r#"column = "ms", unit = "ms""#,
            "error[bad-value]: `fast`: `fast` does not begin with a number\n --> x.csv:3:1\n",
        ),
        (
            "ms\n12\n",
            r#"column = "ms""#,
            "error[missing-unit]: `12`: `12` has no unit\n --> x.csv:2:1\n",
        ),
        (
            "ms\n12\n",
            r#"column = "s", unit = "s""#,
            "error[missing-column]: there is no column `s`\n --> x.csv:1:1\n",
        ),
        (
            "ms,n\n12,0\n",
            r#"column = "ms", unit = "ms", weight = "n""#,
            "error[out-of-range]: `dns_cold`: there are no values\n --> x.toml:3:12\n",
        ),
        (
            "ms\n12\n",
            r#"column = "ms", unit = "weeks""#,
            "error[bad-value]: `weeks` is no value of `unit`\n --> x.toml:3:",
        ),
    ] {
        let text = format!(
            "fedsim = 1\n[parameters]\ndns_cold = {{ dist = \"empirical\", file = \"x.csv\", \
             {distribution} }}\n"
        );
        let files = SideFiles::in_memory([("x.csv", csv)]);
        let found = Scenario::parse_beside(&text, "x.toml", files).map(|_| "read");
        let found = found.expect_err(csv).render_plain();
        assert!(found.contains(shown), "{shown}\nis not in\n{found}");
    }
}
