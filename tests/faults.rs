//! Faults that recur, and faults that happen at random.
//!
//! Expected numbers are counted by hand or follow from the theory of renewal: of a fault with
//! exponential times between (mean a) and to repair (mean b), the share of good time in a long time T has
//! the mean a ÷ (a + b) and the variance 2 a² b² ÷ ((a + b)³ T).

mod support;

use fedsim::engine::{Continue, Instant, Span};
use fedsim::model::gateway::GatewayState;
use fedsim::model::{Federation, Simulator};
use fedsim::record::Fingerprint;
use fedsim::scenario::Scenario;
use support::{Keep, compile, run, run_replication};

const TWO: &str = r#"
fedsim = 1
[run]
start = 2026-03-02T00:00:00Z
length = "LENGTH"

[org.contoso]
domains = ["contoso.com"]
mailbox.anna = {}

[org.fabrikam]
domains = ["fabrikam.com"]
mailbox.ben = {}

[relationship."contoso -> fabrikam"]
free_busy_access = true

[relationship."fabrikam -> contoso"]
free_busy_level = "AvailabilityOnly"

[request.look]
at = "+30 min"
from = "anna@contoso.com"
to = ["ben@fabrikam.com"]
count = 200
every = "1 h"
"#;

const AT_RANDOM: &str = "[fault.outage]\nmean_time_between_failures = \"9 h\"\n\
                         mean_time_to_repair = \"1 h\"\nset.gateway.business.state = \"failing\"\n";

fn world(length: &str, added: &str) -> String {
    format!("{}{added}", TWO.replace("LENGTH", length))
}

/// The federation at the end of a run, with all that happened to it.
fn at_the_end(text: &str, replication: u32) -> Federation {
    let federation = compile(text);
    let simulator = Simulator::new(&federation, replication, Keep::default());
    simulator.run(|_, _| Continue::Yes).federation
}

/// When the gateway was not up, in seconds from the start of the run.
fn outages(federation: &Federation) -> Vec<(Span, Span)> {
    let gateways = &federation.gateways;
    let named = |id: &_| *gateways.original(*id).name == *"business";
    let id = gateways.ids().find(named).expect("there is one");
    let mut found = Vec::new();
    let mut since = None;
    for at in gateways.changes(id) {
        match (gateways.at(id, at).state == GatewayState::Up, since) {
            (false, None) => since = Some(at),
            (true, Some(begin)) => {
                found.push((begin, at));
                since = None;
            }
            _ => {}
        }
    }
    found.extend(since.map(|begin| (begin, federation.limits.horizon)));
    let of_run = |at: Instant| at.since(federation.start);
    found
        .into_iter()
        .map(|(a, b)| (of_run(a), of_run(b)))
        .collect()
}

#[test]
fn a_recurring_fault_lasts_as_long_each_time_until_the_run_ends() {
    let fault = "[fault.maintenance]\nfrom = \"+3 h\"\nuntil = \"+3 h 20 min\"\nevery = \"1 d\"\n\
                 set.gateway.business.state = \"failing\"\n";
    let minutes = Span::from_minutes;
    let expected = [180, 1620, 3060].map(|begin| (minutes(begin), minutes(begin + 20)));
    let text = world("3 d", fault);
    assert_eq!(outages(&compile(&text)), expected);
    assert_eq!(outages(&at_the_end(&text, 0)), expected);
    // A run that ends as the third would begin has two.
    assert_eq!(outages(&compile(&world("51 h", fault))), expected[..2]);
    // The same, told one by one.
    let one = |name: &str, hours: u64| {
        format!(
            "[fault.{name}]\nfrom = \"+{hours} h\"\nuntil = \"+{hours} h 20 min\"\n\
             set.gateway.business.state = \"failing\"\n"
        )
    };
    let told = world("3 d", &[one("a", 3), one("b", 27), one("c", 51)].concat());
    assert_eq!(run(&told).digest(), run(&text).digest());
}

/// Over 366 d, a = 9 h and b = 1 h: 90 % ± √(2 · 81 ÷ (1000 · 8784)) = 0.43 %. So many outages: 878 ±
/// √(8784 (81 + 1) ÷ 1000) = 27.
#[test]
fn the_share_of_good_time_is_what_the_mean_times_say() {
    let text = world("366 d", AT_RANDOM).replace("count = 200", "count = 1");
    for replication in 0..3 {
        let found = outages(&at_the_end(&text, replication));
        let down: f64 = found
            .iter()
            .map(|(a, b)| b.as_seconds() - a.as_seconds())
            .sum();
        let up = 1.0 - down / Span::from_days(366).as_seconds();
        assert!((up - 0.9).abs() < 4.0 * 0.0043, "{up}");
        let count = found.len() as f64;
        assert!((count - 878.4).abs() < 4.0 * 27.0, "{count}");
    }
}

#[test]
fn another_replication_has_other_outages_and_the_same_one_has_the_same() {
    let text = world("30 d", AT_RANDOM);
    let [first, again, second] = [0, 0, 1].map(|number| outages(&at_the_end(&text, number)));
    assert_eq!(first, again);
    assert_ne!(first, second);
    let digests: Vec<Fingerprint> = [0, 0, 1]
        .map(|number| run_replication(&text, number).digest())
        .into();
    assert_eq!(digests[0], digests[1]);
    assert_ne!(digests[0], digests[2]);
}

/// Neither an organization nor another fault shifts the draws of a fault.
#[test]
fn what_is_added_shifts_no_outage() {
    let text = world("30 d", AT_RANDOM);
    let organization = "[org.adatum]\ndomains = [\"adatum.com\"]\n";
    let fault = "[fault.clock]\nmean_time_between_failures = \"1 d\"\nmean_time_to_repair = \"2 h\"\n\
                 set.org.adatum.server.cas1.clock_offset = \"+1 s\"\n";
    let more = format!("{text}{organization}server.cas1 = {{}}\n{fault}");
    assert_eq!(
        outages(&at_the_end(&text, 0)),
        outages(&at_the_end(&more, 0))
    );
    let (few, many) = (run(&text), run(&more));
    assert_eq!(few.digest_of("contoso"), many.digest_of("contoso"));
}

#[test]
fn a_fault_at_random_keeps_within_its_bounds() {
    let bounds = "from = \"+5 d\"\nuntil = \"+6 d\"\n";
    let fault = AT_RANDOM.replace("set.", &format!("{bounds}set."));
    let fault = fault.replace("9 h", "10 min").replace("1 h", "5 min");
    let found = outages(&at_the_end(&world("10 d", &fault), 0));
    assert!(found.len() > 50, "{}", found.len());
    for (begin, end) in found {
        assert!(Span::from_days(5) < begin && begin < end && end <= Span::from_days(6));
    }
}

/// Two faults at random that do the same: the gateway is down while either goes on. What each does by
/// itself is known, because nothing shifts its draws.
#[test]
fn the_end_of_a_fault_does_not_end_another_one() {
    let other = AT_RANDOM.replace("outage", "failure");
    let [one, two, both] = [AT_RANDOM, &other, &format!("{AT_RANDOM}{other}")]
        .map(|faults| outages(&at_the_end(&world("366 d", faults), 0)));
    let mut all: Vec<(Span, Span)> = [one, two].concat();
    all.sort_unstable();
    let mut expected: Vec<(Span, Span)> = Vec::new();
    let mut overlaps = 0;
    for (begin, end) in all {
        match expected.last_mut() {
            Some(last) if begin <= last.1 => {
                overlaps += 1;
                last.1 = last.1.max(end);
            }
            _ => expected.push((begin, end)),
        }
    }
    assert!(overlaps > 50, "{overlaps}");
    assert_eq!(both, expected);
}

/// The fault disables the relationship, a cmdlet changes its level, in and out of outages.
#[test]
fn a_fault_and_a_cmdlet_do_not_undo_each_others_parts() {
    let script = "[[timeline]]\nat = \"+1 d\"\norg = \"fabrikam\"\nrun = '''\n\
                  Set-OrganizationRelationship \"fabrikam -> contoso\" -FreeBusyAccessLevel LimitedDetails\n'''\n";
    let fault = "[fault.disabled]\nmean_time_between_failures = \"1 h\"\nmean_time_to_repair = \"1 h\"\n\
                 until = \"+5 d\"\nset.relationship.\"fabrikam -> contoso\".enabled = false\n";
    let federation = at_the_end(&world("6 d", &format!("{script}{fault}")), 0);
    let table = &federation.relationships;
    let named = |id: &_| *table.original(*id).name == *"fabrikam -> contoso";
    let id = table.ids().find(named).expect("there is one");
    let (first, day) = (table.original(id), federation.start + Span::from_days(1));
    let mut disabled = [0, 0];
    for at in table.changes(id) {
        let row = table.at(id, at);
        let is_later = usize::from(at >= day);
        disabled[is_later] += u32::from(!row.enabled);
        let is_as_at_first = row.free_busy_access_level == first.free_busy_access_level;
        assert_eq!(is_as_at_first, is_later == 0);
    }
    assert!(disabled[0] > 3 && disabled[1] > 20, "{disabled:?}");
    assert!(table.at(id, federation.limits.horizon).enabled);
}

/// Each row: what a fault says, and what is found.
#[test]
fn a_fault_that_cannot_be_is_refused_with_a_remedy() {
    let set = "set.gateway.business.state = \"failing\"\n";
    let means = "mean_time_between_failures = \"1 d\"\nmean_time_to_repair = \"1 h\"\n";
    let window = "from = \"+1 h\"\nuntil = \"+2 h\"\n";
    for (fault, code, help) in [
        (
            format!("{window}every = \"1 h\"\n{set}"),
            "fault-overlaps",
            "give `every` more than the 1 h that it lasts",
        ),
        (
            format!("{window}every = \"61 min\"\n{set}"),
            "too-many-faults",
            "give a longer `every`, or a shorter run",
        ),
        (
            format!("{means}every = \"1 d\"\n{set}"),
            "two-kinds-of-fault",
            "leave out `every`, or `mean_time_between_failures` and `mean_time_to_repair`",
        ),
        (
            format!("mean_time_to_repair = \"1 d\"\n{set}"),
            "half-a-breakdown",
            "give `mean_time_between_failures` and `mean_time_to_repair`, or neither",
        ),
        (
            format!("from = \"+1 h\"\n{set}"),
            "fault-without-time",
            "give `until`, or the mean times",
        ),
        (
            set.into(),
            "fault-without-time",
            "give `from` and `until`, or",
        ),
        (
            format!("{means}{set}").replace("1 d", "1 min"),
            "too-many-faults",
            "give longer mean times",
        ),
        (
            format!("{means}from = \"+2 h\"\nuntil = \"+1 h\"\n{set}"),
            "fault-ends-first",
            "give `until` an instant after `from`",
        ),
        (
            format!("{means}set.network.link.\"berlin - munich\".state = \"down\"\n"),
            "links-at-random",
            "give such a fault `from` and `until`, and `every` if it recurs",
        ),
    ] {
        let added = format!("[fault.outage]\n{fault}{}", links());
        let text = world("1000 d", &added);
        let scenario = Scenario::parse(&text, "bad.toml");
        let found = scenario.and_then(|scenario| scenario.compile());
        let found = found.expect_err(&fault).render_plain();
        assert!(
            found.contains(&format!("error[{code}]")),
            "{fault}\n{found}"
        );
        assert!(found.contains(help), "{fault}\n{found}");
        assert_eq!(found.matches("error[").count(), 1, "{found}");
    }
}

/// A link that a fault may speak of.
fn links() -> &'static str {
    "[network.site.munich]\n[network.site.berlin]\n[network.link.\"berlin - munich\"]\nrtt = \"5 ms\"\n"
}
