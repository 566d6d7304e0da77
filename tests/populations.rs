//! Populations and partner graphs: organizations drawn from one description are those that declaring
//! them one by one would make, and growing changes nobody who was there.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use fedsim::model::Federation;
use fedsim::model::organization::{OrgId, Organization};
use support::{compile, run};

/// What a world with a population is made of, each with 12 mailboxes on version 2016.
const DESCRIPTION: &str = r#"
calendar_default = { None = "40 %", AvailabilityOnly = "60 %" }
replication_delay = "20 s"
servers = 2
server.cas2.ews.ws_security = false
host."mail.{domain}".tls_not_after = 2026-04-01T00:00:00Z
"#;

const RUN: &str = r#"fedsim = 1
[run]
length = "1 h"
seed = { world = 3, day = 5 }
[org.contoso]
domains = ["contoso.com"]
mailboxes = 20
"#;

/// Requests from contoso to each of five, and back.
fn requests() -> String {
    let mut text = String::new();
    for n in 1..=5 {
        write!(
            text,
            "[request.to{n}]\nfrom = \"user{n}@contoso.com\"\nat = \"+{n} min\"\ncount = 20\n\
             every = \"2 min\"\nto = [\"user1@partners-{n}.example\", \"user7@partners-{n}.example\"]\n\
             [request.from{n}]\nfrom = \"user{n}@partners-{n}.example\"\nat = \"+{n} min\"\n\
             count = 20\nevery = \"2 min\"\nto = [\"user3@contoso.com\", \"user4@contoso.com\"]\n"
        )
        .expect("a text takes everything");
    }
    text
}

fn drawn() -> String {
    let mut keys = String::new();
    for line in DESCRIPTION.lines().filter(|line| !line.is_empty()) {
        writeln!(keys, "organization.{line}").expect("a text takes everything");
    }
    format!(
        "{RUN}\n[population.partners]\ncount = 5\nmailboxes = 12\nexchange = \"2016\"\n\
         site = \"tokyo\"\n{keys}\n\
         [partners.market]\namong = [\"partners\", \"contoso\"]\nlaw = \"hub\"\n\
         relationship = {{ free_busy_access = true, free_busy_level = \"LimitedDetails\" }}\n{}",
        requests()
    )
}

fn declared() -> String {
    let mut text = format!("{RUN}\n");
    for n in 1..=5 {
        let keys = DESCRIPTION.replace("{domain}", &format!("partners-{n}.example"));
        write!(
            text,
            "[org.partners-{n}]\ndomains = [\"partners-{n}.example\"]\nmailboxes = 12\n\
             exchange = \"2016\"\nsite = \"tokyo\"\n{keys}\n\
             [relationship.\"contoso -> partners-{n}\"]\nfree_busy_access = true\n\
             free_busy_level = \"LimitedDetails\"\n\
             [relationship.\"partners-{n} -> contoso\"]\nfree_busy_access = true\n\
             free_busy_level = \"LimitedDetails\"\n"
        )
        .expect("a text takes everything");
    }
    text + &requests()
}

#[test]
fn a_population_of_five_is_the_same_five_declared() {
    let (drawn, declared) = (run(&drawn()), run(&declared()));
    assert_eq!(drawn.observations.len(), declared.observations.len());
    for n in 1..=5 {
        let name = format!("partners-{n}");
        assert_eq!(drawn.digest_of(&name), declared.digest_of(&name), "{name}");
    }
    assert_eq!(drawn.digest(), declared.digest());
    // People work by the clocks of their site, whether it was drawn or declared.
    for run in [&drawn, &declared] {
        let organizations = &run.federation.organizations;
        let rows = organizations.ids().map(|id| organizations.original(id));
        let rows = rows.filter(|row| row.name.starts_with("partners-"));
        let zones: BTreeSet<&str> = rows
            .map(|row| &*run.federation.time_zones[row.time_zone])
            .collect();
        assert_eq!(zones, BTreeSet::from(["Asia/Tokyo"]));
    }
    let asked = drawn.federation.requests.len();
    assert_eq!(asked, 200, "all requests have a sender");
}

/// A world of `count` organizations with a partner graph.
fn world(count: u32, graph: &str) -> String {
    format!(
        r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
[population.p]
count = {count}
mailboxes = {{ dist = "lognormal", median = 60, p99 = 2_000 }}
mailboxes_max = 100_000
mailboxes_per_server = 500
exchange = {{ "2010 SP3" = "20 %", "2013 SP1" = "50 %", "2016 CU1" = "30 %" }}
site = {{ seattle = "40 %", london = "30 %", tokyo = "30 %" }}
time_zone = {{ "America/Los_Angeles" = "40 %", "Europe/London" = "60 %" }}
[population.p.variant.no-ws-security]
share = "10 %"
set.server.cas1.ews.ws_security = false
[population.p.variant.no-trust]
share = "20 %"
set.trust.exists = false
[partners.g]
among = ["contoso", "p"]
{graph}
relationship.free_busy_access = true
[partners.g.variant.wrong-uri]
share = "25 %"
set.target_application_uri = "wrong.example"
"#
    )
}

/// What an organization is, without ids, which growing may move.
fn portrait(federation: &Federation, id: OrgId) -> String {
    let Organization {
        name,
        edition,
        described_mailboxes,
        time_zone,
        trust,
        servers,
        ..
    } = federation.organizations.original(id);
    let server = federation.servers.original(servers[0]);
    let site = &federation.network.sites()[server.site].name;
    let zone = &federation.time_zones[*time_zone];
    format!(
        "{name} {edition:?} {described_mailboxes} {zone} {site} {} {} {} {:?}",
        servers.len(),
        trust.exists,
        server.ews.ws_security,
        trust.refresh
    )
}

fn portraits(federation: &Federation) -> Vec<String> {
    let ids = federation.populations[0].organizations();
    ids.map(|id| portrait(federation, id)).collect()
}

/// Relationships by name, with the URI that tells their variant.
fn relationships(federation: &Federation) -> BTreeMap<String, String> {
    let table = &federation.relationships;
    let rows = table.ids().map(|id| table.original(id));
    let uri = |uri: Option<_>| uri.map_or("", |uri| federation.names.text(uri)).to_owned();
    rows.map(|row| (row.name.to_string(), uri(row.target_application_uri)))
        .collect()
}

#[test]
fn growing_keeps_organizations_and_the_edges_that_the_law_keeps() {
    let laws = [
        ("law = \"scale-free\"\nmean_degree = 6", true),
        ("law = \"hub\"\nhubs = 3\nhubs_each = 2", true),
        ("law = \"random\"\nmean_degree = 6", false),
        (
            "law = \"communities\"\nmean_degree = 6\ncommunity_size = 10",
            false,
        ),
    ];
    for (law, keeps_all) in laws {
        let (small, large) = (compile(&world(100, law)), compile(&world(200, law)));
        let (before, after) = (portraits(&small), portraits(&large));
        assert_eq!(before, after[..100], "{law}");
        assert_ne!(before.iter().collect::<BTreeSet<_>>().len(), 1);
        let (before, after) = (relationships(&small), relationships(&large));
        let is_old = |name: &&String| {
            let ends = name.split(" -> ");
            ends.into_iter().all(|end| {
                let number = end
                    .strip_prefix("p-")
                    .map_or(0, |n| n.parse().expect("a number"));
                number <= 100
            })
        };
        let old: BTreeMap<_, _> = after.iter().filter(|(name, _)| is_old(name)).collect();
        for (name, uri) in &old {
            assert_eq!(before.get(*name), Some(*uri), "{law}: {name} is new");
        }
        if keeps_all {
            assert_eq!(old.len(), before.len(), "{law}");
        }
    }
}

#[test]
fn edges_inside_communities_are_kept_when_the_population_grows() {
    let law = "law = \"communities\"\nmean_degree = 6\ncommunity_size = 10\ninside = \"100 %\"";
    let (small, large) = (compile(&world(99, law)), compile(&world(199, law)));
    let (before, after) = (relationships(&small), relationships(&large));
    assert!(
        before
            .iter()
            .all(|(name, uri)| after.get(name) == Some(uri))
    );
}

#[test]
fn drawn_shares_are_those_of_the_description() {
    let federation = compile(&world(4_000, "law = \"random\""));
    let ids = || federation.populations[0].organizations();
    let share = |holds: &dyn Fn(OrgId) -> bool| ids().filter(|&id| holds(id)).count() as f64 / 4e3;
    let row = |id| federation.organizations.original(id);
    // Four standard deviations of a share p of n are 4 × √(p (1 − p) ÷ n).
    let close_of = |n: f64, found: f64, expected: f64| {
        let bound = 4.0 * (expected * (1.0 - expected) / n).sqrt();
        assert!((found - expected).abs() < bound, "{found}, not {expected}");
    };
    let close = |found: f64, expected: f64| close_of(4e3, found, expected);
    close(share(&|id| row(id).edition.text() == "2013 SP1"), 0.5);
    close(share(&|id| !row(id).trust.exists), 0.2);
    close(share(&|id| row(id).described_mailboxes < 60), 0.5);
    close(share(&|id| row(id).described_mailboxes > 2_000), 0.01);
    let ws_security = |id| {
        let server = federation.servers.original(row(id).servers[0]);
        server.ews.ws_security
    };
    close(share(&|id| !ws_security(id)), 0.1);
    let servers = |id| row(id).servers.len() as u32;
    assert!(ids().all(|id| servers(id) == row(id).described_mailboxes.div_ceil(500).max(1)));
    let relationships = relationships(&federation);
    let wrong = relationships.values().filter(|uri| *uri == "wrong.example");
    let all = relationships.len() as f64;
    close_of(all, wrong.count() as f64 / all, 0.25);
}

#[test]
fn an_added_organization_changes_nothing_of_a_population() {
    let text = world(50, "law = \"scale-free\"");
    let added = text.replace(
        "[population.p]",
        "[org.aaa]\ndomains = [\"aaa.com\"]\n[population.a]\ncount = 7\n[population.p]",
    );
    let (before, after) = (compile(&text), compile(&added));
    let portraits_of_p = |federation: &Federation| {
        let population = federation.populations.iter().find(|row| *row.name == *"p");
        let ids = population.expect("it is there").organizations();
        ids.map(|id| portrait(federation, id)).collect::<Vec<_>>()
    };
    assert_eq!(portraits_of_p(&before), portraits_of_p(&after));
    assert_eq!(relationships(&before), relationships(&after));
}

#[test]
fn a_declared_relationship_with_one_of_many_stays_as_it_is() {
    let text = world(20, "law = \"hub\"").replace(
        "[partners.g]",
        "[relationship.\"contoso -> p-3\"]\ntarget_sharing_epr = \"https://mail.p-3.example/EWS/Exchange.asmx\"\n\
         [partners.g]",
    );
    let federation = compile(&text);
    let table = &federation.relationships;
    let rows = table.ids().map(|id| table.original(id));
    let found: Vec<_> = rows.filter(|row| *row.name == *"contoso -> p-3").collect();
    assert_eq!(found.len(), 1);
    assert!(found[0].target_sharing_epr.is_some());
    let domain = federation.names.find("p-3.example").expect("it is a name");
    assert_eq!(
        found[0].domain_names[..],
        [domain],
        "derived from the drawn partner"
    );
}

/// What compiling a text finds, as a person reads it.
fn findings(text: &str) -> String {
    let scenario = fedsim::scenario::Scenario::parse(text, "bad.toml");
    match scenario.and_then(|scenario| scenario.compile()) {
        Ok(compiled) => format!("no error\n{}", compiled.warnings.render_plain()),
        Err(found) => found.render_plain(),
    }
}

#[test]
fn what_cannot_be_drawn_is_found_with_its_place_and_a_remedy() {
    let cases = [
        (
            "[population.p]\ncount = 3\nexchange = { \"2013 SP1\" = \"50 %\", 2016 = \"40 %\" }",
            "the shares of `exchange` sum to 90 %",
            "bad.toml:4:12",
        ),
        (
            "[population.p]\ncount = 3\nexchange = { \"2013 SP7\" = \"100 %\" }",
            "2013 SP7",
            "bad.toml:4:14",
        ),
        (
            "[population.p]\ncount = 3_000_000",
            "`count` is 3_000_000, but must be from 1 to 2000000",
            "bad.toml:3:9",
        ),
        (
            "[population.p]\ncount = 3\ndomain = \"p.example\"",
            "`p.example` is no pattern of domains",
            "bad.toml:4:10",
        ),
        (
            "[population.p]\ncount = 3\nmailboxes = { dist = \"lognormal\", median = 60, p99 = \"2 s\" }",
            "`p99` must be a whole number, not text",
            "bad.toml:4:54",
        ),
        (
            "[population.p]\ncount = 3\norganization.mailboxes = 7",
            "`mailboxes` cannot stand in a description of many organizations",
            "bad.toml:4:14",
        ),
        (
            "[population.p]\ncount = 3\norganization.host.\"mail.p.com\" = {}",
            "`mail.p.com` would belong to all organizations at once",
            "bad.toml:4:19",
        ),
        (
            "[population.p]\ncount = 3\norganization.gatewey = \"business\"",
            "did you mean `gateway`?",
            "bad.toml:4:14",
        ),
        (
            "[population.p]\ncount = 3\norganization.trust.organization_certificate = \"lost\"",
            "there is no certificate `lost`",
            "bad.toml:4:47",
        ),
        (
            "[population.p]\ncount = 3\nvariant.a = { share = \"60 %\", set = {} }\n\
             variant.b = { share = \"60 %\", set = {} }",
            "the shares of the variants sum to 120 %",
            "bad.toml:5:9",
        ),
        (
            "[population.p]\ncount = 3\n[org.p]\ndomains = [\"p.com\"]",
            "`p` is the name of an organization too",
            "bad.toml:2:13",
        ),
        (
            "[population.p]\ncount = 3\n[org.p-2]\ndomains = [\"p.com\"]",
            "`p-2` is an organization of a population already",
            "bad.toml:4:6",
        ),
        (
            "[population.p]\ncount = 3\n[org.a]\ndomains = [\"p-2.example\"]",
            "`p-2.example`, the domain of `p-2`, belongs to someone else already",
            "bad.toml:3:9",
        ),
        (
            "[population.p]\ncount = 3\n[partners.g]\namong = [\"q\"]\nlaw = \"random\"",
            "there is no population or organization `q`",
            "bad.toml:5:10",
        ),
        (
            "[population.p]\ncount = 3\n[partners.g]\namong = [\"p\"]\nlaw = \"scale-free\"\nexponent = \"1.5\"",
            "`exponent` is `1.5`, but must be from 2.05 to 10",
            "bad.toml:7:12",
        ),
        (
            "[population.p]\ncount = 3\n[partners.g]\namong = [\"p\"]\nlaw = \"communities\"\n\
             mean_degree = 30\ncommunity_size = 9",
            "24 partners in a community of 9 are more than there are",
            "bad.toml:8:18",
        ),
        (
            "[population.p]\ncount = 2_000_000\n[partners.g]\namong = [\"p\"]\nlaw = \"random\"\n\
             mean_degree = 900",
            "but may have 20000000 in all",
            "bad.toml:7:15",
        ),
        (
            "[population.p]\ncount = 3\n[fault.f]\nfrom = \"+1 min\"\nuntil = \"+2 min\"\n\
             set.org.p-1.server.cas1.state = \"down\"",
            "`p-1`",
            "bad.toml:7:9",
        ),
    ];
    let mut wrong = Vec::new();
    for (text, message, place) in cases {
        let found = findings(&format!("fedsim = 1\n{text}\n"));
        let place = format!("--> {place}");
        let help = found.contains("help:") || found.contains("out of range");
        let sound = found.contains("error[") && found.contains(message) && found.contains(&place);
        if !sound || !help {
            wrong.push(format!("{text}\n({message} {place})\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_community_without_enough_others_outside_is_told() {
    // Of a mean degree of 6, 80 % lie inside; 1.2 partners outside are asked for.
    let cases = [(20, true), (21, true), (22, false)];
    for (count, is_told) in cases {
        let found = findings(&format!(
            "fedsim = 1\n[population.p]\ncount = {count}\n[partners.g]\namong = [\"p\"]\n\
             law = \"communities\"\nmean_degree = 6\ncommunity_size = 20\ninside = \"80 %\"\n"
        ));
        assert!(found.starts_with("no error"), "{found}");
        assert_eq!(
            found.matches("few-partners").count(),
            usize::from(is_told),
            "{found}"
        );
        assert_eq!(found.contains("--> bad.toml:8:18"), is_told, "{found}");
        assert_eq!(
            found.contains("use a smaller `community_size`"),
            is_told,
            "{found}"
        );
    }
}

#[test]
fn edges_of_all_graphs_count_together() {
    // 200,000 × 120 ÷ 2 = 12 million edges each.
    let graph =
        |name| format!("[partners.{name}]\namong = [\"p\"]\nlaw = \"random\"\nmean_degree = 120\n");
    let (one, other) = (graph("a"), graph("b"));
    let found = findings(&format!(
        "fedsim = 1\n[population.p]\ncount = 200_000\n{one}{other}"
    ));
    for part in [
        "with `b`",
        "some 24000000 edges",
        "but may have 20000000 in all",
    ] {
        assert!(found.contains(part), "{part}\n{found}");
    }
}

#[test]
fn what_was_drawn_is_counted() {
    let federation = compile(&world(300, "law = \"hub\""));
    let drawn = &fedsim::scenario::drawn::drawn(&federation)[0];
    assert_eq!((drawn.organizations, drawn.relationships), (300, 300));
    assert_eq!(drawn.relationships_each, [1, 1, 1]);
    for counts in [&drawn.exchange, &drawn.sites, &drawn.time_zones] {
        assert_eq!(counts.values().sum::<u64>(), 300);
    }
    assert!(drawn.mailboxes_each[0] < drawn.mailboxes_each[1]);
}

const ORGANIZATIONS: &str = "name,domains,exchange,mailboxes,trust.exists,replication_delay
# a note
fabrikam,fabrikam.com fabrikam.co.uk,2016 CU1,70,,20 s
tailspin,tailspin.com,,8,false,
";

/// A world whose organizations and relationships stand in files.
fn from_files(organizations: &str, relationships: &str, edges: &str) -> String {
    use fedsim::scenario::{Scenario, SideFiles};
    let text = "fedsim = 1
[org.contoso]
domains = [\"contoso.com\"]
[organizations]
file = \"orgs.csv\"
[relationships]
file = \"rels.csv\"
[population.smb]
count = 3
[partners.known]
law = \"csv\"
file = \"edges.csv\"
relationship.free_busy_level = \"LimitedDetails\"
";
    let files = SideFiles::in_memory([
        ("orgs.csv", organizations),
        ("rels.csv", relationships),
        ("edges.csv", edges),
    ]);
    let scenario = Scenario::parse_beside(text, "bad.toml", files);
    match scenario.and_then(|scenario| scenario.compile()) {
        Ok(compiled) => {
            let federation = &compiled.federation;
            let mut shown = String::new();
            for id in federation.organizations.ids() {
                let row = federation.organizations.original(id);
                let (name, edition) = (&row.name, row.edition.text());
                let domains = row.accepted_domains.len();
                let exists = row.trust.exists;
                writeln!(shown, "{name} {edition} {domains} {exists}")
                    .expect("a text takes everything");
            }
            for (name, uri) in self::relationships(federation) {
                writeln!(shown, "{name}: {uri}").expect("a text takes everything");
            }
            shown
        }
        Err(found) => found.render_plain(),
    }
}

#[test]
fn organizations_relationships_and_edges_come_from_files() {
    let relationships = "from,to,free_busy_access,target_application_uri\n\
                         contoso,fabrikam,true,\nfabrikam,contoso,true,wrong.example\n";
    let edges = "from,to\nsmb-2,fabrikam\ncontoso,fabrikam\n";
    let expected = "\
contoso 2013 SP1 1 true
fabrikam 2016 CU1 2 true
tailspin 2013 SP1 1 false
smb-1 2013 SP1 1 true
smb-2 2013 SP1 1 true
smb-3 2013 SP1 1 true
contoso -> fabrikam: FYDIBOHF25SPDLT.fabrikam.com
fabrikam -> contoso: wrong.example
fabrikam -> smb-2: FYDIBOHF25SPDLT.smb-2.example
smb-2 -> fabrikam: FYDIBOHF25SPDLT.fabrikam.com
";
    assert_eq!(from_files(ORGANIZATIONS, relationships, edges), expected);
}

#[test]
fn everything_wrong_in_files_is_found_at_once_with_line_and_column() {
    let organizations = "name,domains,exchange,mailbokses,trust\n\
                         fabrikam,fabrikam.com,2016 CU99,7,x\ncontoso,other.com,,,\na b,a.com,,,\n";
    let relationships = "from,to,free_busy_access\ncontoso,fabrikam,perhaps\n";
    let found = from_files(organizations, relationships, "from,to\n");
    for (message, place) in [
        ("unknown column `mailbokses`", "orgs.csv:1:23"),
        ("did you mean `mailboxes`?", "orgs.csv:1:23"),
        ("`trust` is not a single value", "orgs.csv:1:34"),
        ("2016 CU99", "orgs.csv:2:23"),
        ("`contoso` is declared already", "orgs.csv:3:1"),
        ("`a b`", "orgs.csv:4:1"),
        ("`free_busy_access` must be true or false", "rels.csv:2:18"),
    ] {
        assert!(found.contains(message), "{message}\n{found}");
        assert!(found.contains(place), "{place}\n{found}");
    }
    let edges = from_files(
        ORGANIZATIONS,
        "from,to\n",
        "from,to\nsmb-1,fabricam\nsmb-9,smb-1\n",
    );
    for expected in [
        "edges.csv:2:7",
        "did you mean `fabrikam`?",
        "edges.csv:3:1",
        "`smb-9`",
    ] {
        assert!(edges.contains(expected), "{edges}");
    }
}
