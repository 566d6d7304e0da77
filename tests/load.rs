//! The world under load: arrivals follow their profiles, caches their law, tokens their rule of thumb.
//!
//! Expected numbers come from closed forms; each bound is the standard error of the number that it
//! bounds, times four, unless it says otherwise.

mod support;

use fedsim::engine::{Continue, Instant};
use fedsim::model::observation::{CacheAnswer, Fact, Observation, Recorder, RequestIdentity};
use fedsim::model::organization::OrgId;
use fedsim::model::outcome::Leg;
use fedsim::model::{Federation, Simulator};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use support::compile;

/// Counts of a run.
#[derive(Clone, Debug, Default)]
struct Counts {
    sent: Vec<(OrgId, Instant, RequestIdentity)>,
    requests_done: u64,
    groups: u64,
    groups_cold: u64,
    groups_failed: u64,
    tokens: u64,
    looked_up: u64,
    missed: u64,
    /// The windows and numbers of attendees that were asked for.
    asked: Vec<(u64, u16)>,
    /// Whom each request asked: its organizations, ascending.
    partners: std::collections::BTreeMap<RequestIdentity, Vec<OrgId>>,
    /// By name: asked, and not answered from the cache.
    names: std::collections::BTreeMap<u32, (u64, u64)>,
}

impl Recorder for Counts {
    fn observe(&mut self, _: &Federation, observation: &Observation) {
        match observation.fact {
            Fact::Sent {
                window, attendees, ..
            } => {
                let request = observation.request;
                self.sent.push((request.requester, observation.at, request));
                self.asked.push((window.nanoseconds(), attendees));
            }
            Fact::AttendeeDone {
                target: Some(target),
                ..
            } => {
                let partners = self.partners.entry(observation.request).or_default();
                if let Err(place) = partners.binary_search(&target) {
                    partners.insert(place, target);
                }
            }
            Fact::RequestDone { .. } => self.requests_done += 1,
            Fact::GroupDispatched { endpoint, .. } => {
                self.groups += 1;
                self.groups_cold += u64::from(endpoint.is_none());
            }
            Fact::GroupDone { outcome, .. } => {
                self.groups_failed +=
                    u64::from(outcome != fedsim::model::outcome::GroupOutcome::Answered);
            }
            Fact::TokenIssued { .. } => self.tokens += 1,
            Fact::PathChosen { cache, .. } => {
                self.looked_up += u64::from(cache != CacheAnswer::NotAsked);
                self.missed += u64::from(cache == CacheAnswer::Miss);
            }
            Fact::NameResolved {
                host,
                from_cache,
                leg: Leg::Availability,
                ..
            } => {
                let (asked, missed) = self.names.entry(host.0).or_default();
                *asked += 1;
                *missed += u64::from(!from_cache);
            }
            _ => {}
        }
    }
}

fn load(text: &str, replication: u32) -> Counts {
    let federation = compile(text);
    let counts = Counts::default();
    let done = Simulator::new(&federation, replication, counts).run(|_, _| Continue::Yes);
    done.recorder
}

/// Contoso asks Fabrikam, one attendee a request, at a constant rate, with the servers never busy.
fn one_pair(rate: &str, mailboxes: u32, length: &str, more: &str) -> String {
    format!(
        r#"
fedsim = 1
[run]
start = 2026-03-02T00:00:00Z
length = "{length}"
[org.contoso]
domains = ["contoso.com"]
mailboxes = 1_000
[org.fabrikam]
domains = ["fabrikam.com"]
mailboxes = {mailboxes}
[relationship."contoso -> fabrikam"]
free_busy_access = true
[relationship."fabrikam -> contoso"]
free_busy_level = "LimitedDetails"
[workload.ask]
from = ["contoso"]
rate = "{rate}"
profile = "flat"
attendees = {{ 1 = "100 %" }}
partners = {{ 1 = "100 %" }}
retry_share = "0 %"
{more}
"#
    )
}

/// The number of misses of a cache that keeps what it loaded for a fixed life of `life` hours, asked
/// for something at Poisson instants `rate` times an hour for so many hours, and its variance.
///
/// From one load to the next: the life, and then an exponential wait. So of `1 + rate × life` questions
/// one misses; and by the renewal theorem the number of loads in a long time t has the mean t ÷ μ and
/// the variance t σ² ÷ μ³, with μ = life + 1 ÷ rate and σ = 1 ÷ rate.
fn misses(rate: f64, life: f64, hours: f64) -> (f64, f64) {
    let (mean, deviation) = (life + 1.0 / rate, 1.0 / rate);
    (
        hours / mean,
        hours * deviation * deviation / mean.powi(3) + 1.0,
    )
}

#[test]
fn the_url_cache_misses_once_in_one_plus_lambda_t_lookups_of_an_address() {
    let (mailboxes, hours) = (20.0, 240.0);
    for lambda_t in [0.25, 1.0, 4.0] {
        let rate = format!("{} req/h", lambda_t * mailboxes);
        let counts = load(&one_pair(&rate, 20, "240 h", ""), 0);
        // An address has its own entry, so its own renewals; the life is an hour.
        let (mean, variance) = misses(lambda_t, 1.0, hours);
        let (mean, bound) = (mean * mailboxes, 4.0 * (variance * mailboxes).sqrt());
        let missed = counts.missed as f64;
        assert!(
            (missed - mean).abs() <= bound,
            "λT = {lambda_t}: {missed} misses, expected {mean} ± {bound}"
        );
        // And as a share of the lookups, within the same bound.
        let (share, expected) = (missed / counts.looked_up as f64, 1.0 / (1.0 + lambda_t));
        let tolerance = 4.0 * (expected * (1.0 - expected) / counts.looked_up as f64).sqrt();
        assert!(
            (share - expected).abs() <= tolerance.max(bound / mean * expected),
            "λT = {lambda_t}: {share} of the lookups miss, expected {expected}"
        );
    }
}

#[test]
fn addresses_of_unequal_popularity_each_miss_by_their_own_rate() {
    let (mailboxes, hours, total) = (50, 480.0, 60.0);
    let more = "mailbox_popularity = \"zipf\"";
    let counts = load(&one_pair("60 req/h", mailboxes, "480 h", more), 0);
    let harmonic: f64 = (1..=mailboxes).map(|rank| 1.0 / f64::from(rank)).sum();
    let (mut mean, mut variance) = (0.0, 0.0);
    for rank in 1..=mailboxes {
        let rate = total / (f64::from(rank) * harmonic);
        let (its_mean, its_variance) = misses(rate, 1.0, hours);
        mean += its_mean;
        variance += its_variance;
    }
    let (missed, bound) = (counts.missed as f64, 4.0 * f64::sqrt(variance));
    assert!(
        (missed - mean).abs() <= bound,
        "{missed} misses, expected {mean} ± {bound}"
    );
}

#[test]
fn a_resolver_asks_outside_once_in_one_plus_lambda_t_questions_for_a_name() {
    // No connection is used again, so that each call asks for its host's name.
    for lambda_t in [0.5, 2.0, 8.0] {
        let more = "[parameters]\nconnection_idle = \"1 ms\"\n\
                    [dns.zone.\"fabrikam.com\"]\nttl = \"1 h\"";
        let rate = format!("{lambda_t} req/h");
        let counts = load(
            &one_pair(&rate, 1_000, "4_000 h".replace('_', "").as_str(), more),
            0,
        );
        let (asked, missed) = counts
            .names
            .values()
            .fold((0, 0), |sum, name| (sum.0 + name.0, sum.1 + name.1));
        let (mean, variance) = misses(lambda_t, 1.0, 4_000.0);
        let bound = 4.0 * variance.sqrt();
        assert!(
            (missed as f64 - mean).abs() <= bound,
            "λT = {lambda_t}: {missed} of {asked} ask outside, expected {mean} ± {bound}"
        );
    }
}

/// An office of 10,000 users with twenty partners of so many, on a mean working day; `epr` goes into the
/// relationships.
fn office(partner_mailboxes: u32, epr: &str) -> String {
    format!(
        r#"
fedsim = 1
[run]
start = 2026-03-05T00:00:00Z
length = "24 h"
[org.contoso]
domains = ["contoso.com"]
mailboxes = 10_000
[population.partner]
count = 20
mailboxes = {partner_mailboxes}
[partners.market]
among = ["contoso", "partner"]
law = "hub"
relationship = {{ free_busy_access = true, free_busy_level = "LimitedDetails"{epr} }}
[workload.office]
from = ["contoso"]
"#
    )
}

#[test]
fn a_group_costs_a_token_and_one_more_if_its_endpoint_is_not_known() {
    for epr in ["", EVERYWHERE] {
        let counts = load(&office(300, epr), 0);
        assert!(counts.groups_failed == 0 && counts.requests_done == counts.sent.len() as u64);
        // Tokens per request = groups per request × (1 + cold share), exactly.
        assert_eq!(counts.tokens, counts.groups + counts.groups_cold);
        let is_known = !epr.is_empty();
        assert_eq!(counts.groups_cold == 0, is_known, "{counts:?}");
    }
}

/// What makes a template set TargetSharingEpr to the partner's own EWS address.
const EVERYWHERE: &str =
    ", target_sharing_epr = \"https://mail.{domain}/EWS/Exchange.asmx/WSSecurity\"";

/// The rule of thumb: 10,000 users × 4 requests a day × 3 % with a federated attendee = 1,200 requests;
/// 92, 7 and 1 % of them with one, two and three partners = 1.09 groups a request; with TargetSharingEpr
/// one token a group, without nearly two.
#[test]
fn an_office_of_ten_thousand_uses_about_1310_tokens_a_day_with_target_sharing_epr_and_2600_without()
{
    const DAYS: u32 = 12;
    for (epr, expected) in [(EVERYWHERE, 1_310.0), ("", 2_600.0)] {
        let days: Vec<Counts> = (0..DAYS)
            .map(|day| load(&office(1_000, epr), day))
            .collect();
        let tokens: Vec<f64> = days.iter().map(|day| day.tokens as f64).collect();
        let mean = tokens.iter().sum::<f64>() / f64::from(DAYS);
        let square = |value: &f64| (value - mean) * (value - mean);
        let variance = tokens.iter().map(square).sum::<f64>() / f64::from(DAYS - 1);
        // Student's t with 11 degrees of freedom at 99 %: 3.106.
        let half_width = 3.106 * (variance / f64::from(DAYS)).sqrt();
        let cold = days.iter().map(|day| day.groups_cold).sum::<u64>() as f64
            / days.iter().map(|day| day.groups).sum::<u64>() as f64;
        assert!(
            (mean - expected).abs() <= half_width,
            "{mean} ± {half_width} tokens a day, expected about {expected}; cold share {cold}"
        );
        if epr.is_empty() {
            assert!((0.9..1.0).contains(&cold), "cold share {cold}");
        } else {
            assert!(cold == 0.0, "cold share {cold}");
        }
    }
}

/// Two organizations in two zones, whose requests fail at once, so that only their arrivals matter.
/// The weeks hold the change to summer time of both.
fn two_zones(first_rate: &str, second_rate: &str) -> String {
    format!(
        r#"
fedsim = 1
[run]
start = 2026-03-02T05:00:00Z
length = "35 d"
[org.contoso]
domains = ["contoso.com"]
mailboxes = 100
time_zone = "America/New_York"
[org.fabrikam]
domains = ["fabrikam.com"]
mailboxes = 100
time_zone = "Europe/Berlin"
[workload.first]
from = ["contoso"]
to = ["fabrikam"]
rate = "{first_rate}"
retry_share = "0 %"
[workload.second]
from = ["fabrikam"]
to = ["contoso"]
rate = "{second_rate}"
retry_share = "0 %"
"#
    )
}

#[test]
fn arrivals_follow_the_hours_of_the_local_clock_through_a_change_to_summer_time() {
    // Share of a day's requests in each hour from seven on, in percent; parts of the days of a week.
    const HOURS: [f64; 13] = [
        2.0, 8.0, 14.0, 14.0, 10.0, 5.0, 9.0, 13.0, 11.0, 7.0, 4.0, 2.0, 1.0,
    ];
    const DAYS: [f64; 7] = [1.15, 1.1, 1.05, 1.0, 0.7, 0.03, 0.03];
    let federation = compile(&two_zones("100 req/h", "100 req/h"));
    let counts = Simulator::new(&federation, 0, Counts::default())
        .run(|_, _| Continue::Yes)
        .recorder;
    for (name, zone) in [
        ("contoso", "America/New_York"),
        ("fabrikam", "Europe/Berlin"),
    ] {
        let zone = TimeZone::get(zone).expect("it is in the database");
        let local = |at: Instant| {
            let at = Timestamp::from_nanosecond(i128::from(at.nanoseconds()));
            let local = zone.to_datetime(at.expect("it is of this era"));
            (
                local.weekday().to_monday_zero_offset() as usize,
                local.hour() as usize,
            )
        };
        let organizations = &federation.organizations;
        let mut organization = organizations.ids();
        let organization = organization.find(|&id| &*organizations.original(id).name == name);
        let mut seen = [[0.0; 24]; 7];
        for (_, at, _) in counts
            .sent
            .iter()
            .filter(|sent| Some(sent.0) == organization)
        {
            let (day, hour) = local(*at);
            seen[day][hour] += 1.0;
        }
        // What each real hour of the run adds to the hour that the clock shows then.
        let mut expected = [[0.0; 24]; 7];
        for hour in 0..35 * 24 {
            let at = Instant::from_seconds(1_772_427_600 + hour * 3_600);
            let (day, hour) = local(at);
            let share = hour.checked_sub(7).and_then(|hour| HOURS.get(hour));
            let factor = share.map_or(0.0, |share| share / 100.0 * 24.0) * DAYS[day];
            expected[day][hour] += 100.0 * factor;
        }
        let (mut chi_square, mut cells) = (0.0, 0.0);
        for (day, hour) in (0..7).flat_map(|day| (0..24).map(move |hour| (day, hour))) {
            let (seen, expected): (f64, f64) = (seen[day][hour], expected[day][hour]);
            if expected == 0.0 {
                assert_eq!(seen, 0.0, "{name}: arrivals on day {day} at {hour} o'clock");
            } else if expected >= 5.0 {
                chi_square += (seen - expected) * (seen - expected) / expected;
                cells += 1.0;
            }
        }
        // The mean of chi-square is its degrees of freedom, its variance twice that.
        let bound = cells + 4.0 * f64::sqrt(2.0 * cells);
        assert!(
            chi_square < bound && cells > 60.0,
            "{name}: chi-square {chi_square} of {cells} hours, bound {bound}"
        );
    }
}

#[test]
fn changing_the_rate_of_one_organization_moves_no_arrival_of_another() {
    let arrivals = |second_rate: &str| {
        let federation = compile(&two_zones("5 req/h", second_rate));
        let counts = Simulator::new(&federation, 0, Counts::default())
            .run(|_, _| Continue::Yes)
            .recorder;
        let organizations = &federation.organizations;
        let is_first = |id: OrgId| &*organizations.original(id).name == "contoso";
        let (first, second): (Vec<_>, Vec<_>) =
            counts.sent.into_iter().partition(|sent| is_first(sent.0));
        (first, second.len())
    };
    let (before, slow) = arrivals("2 req/h");
    let (after, fast) = arrivals("20 req/h");
    assert_eq!(before, after);
    assert!(before.len() > 1_000 && fast > 5 * slow);
}

#[test]
fn a_replication_is_another_day_of_arrivals_in_the_same_world() {
    let federation = compile(&two_zones("5 req/h", "5 req/h"));
    let day = |replication| {
        let counts = Simulator::new(&federation, replication, Counts::default());
        counts.run(|_, _| Continue::Yes).recorder.sent
    };
    assert_eq!(day(1), day(1));
    assert_ne!(day(1)[0].1, day(2)[0].1);
}

#[test]
fn users_ask_again_after_a_failure_as_often_as_they_are_said_to() {
    // Nobody may ask: each request fails, and each user asks twice more.
    let text = two_zones("50 req/h", "0.001 req/h").replacen(
        "retry_share = \"0 %\"",
        "retry_share = \"100 %\"\nretry_within = \"10 s\"",
        1,
    );
    let counts = load(&text, 0);
    let attempts = |attempt: u8| {
        let with = counts.sent.iter().filter(|sent| sent.2.attempt == attempt);
        with.map(|sent| sent.2.number)
            .collect::<std::collections::BTreeSet<_>>()
    };
    let first = attempts(0);
    assert!(first.len() > 10_000);
    assert_eq!(attempts(1), first);
    assert_eq!(attempts(2), first);
    assert!(attempts(3).is_empty());
    let mut last = std::collections::BTreeMap::new();
    for (_, at, request) in &counts.sent {
        if let Some(before) = last.insert((request.workload, request.number), *at) {
            // Client delays and ten seconds; the failure itself needs no network.
            let waited = at.since(before).nanoseconds() / 1_000_000;
            assert!(waited < 15_000, "{waited} ms after the failure");
        }
    }
}

/// The sum of (seen − expected)² ÷ expected, and a bound: its mean and four standard deviations.
fn chi_square(seen: &[f64], expected: f64) -> (f64, f64) {
    let square = |seen: &f64| (seen - expected) * (seen - expected) / expected;
    let freedom = seen.len() as f64 - 1.0;
    let bound = freedom + 4.0 * f64::sqrt(2.0 * freedom);
    (seen.iter().map(square).sum(), bound)
}

/// Six organizations that ask each other, so many partners at a time; nobody may, so all fails at once.
fn six(partners: u8, more: &str) -> Counts {
    load(
        &format!(
            r#"
fedsim = 1
[run]
start = 2026-03-02T00:00:00Z
length = "25 h"
[population.p]
count = 6
mailboxes = 500
[workload.ask]
from = ["p"]
to = ["p"]
rate = "100 req/h"
profile = "flat"
partners = {{ {partners} = "100 %" }}
{more}
"#
        ),
        0,
    )
}

#[test]
fn all_partners_have_the_same_chance_and_nobody_asks_itself_or_one_twice() {
    // One of five others: thirty ordered pairs.
    let mut pairs = std::collections::BTreeMap::new();
    let counts = six(1, "retry_share = \"0 %\"");
    for (request, partners) in &counts.partners {
        assert_eq!(partners.len(), 1);
        *pairs.entry((request.requester, partners[0])).or_insert(0.0) += 1.0;
    }
    assert!(pairs.keys().all(|(from, to)| from != to));
    let seen: Vec<f64> = pairs.into_values().collect();
    assert_eq!(seen.len(), 30);
    let mean = seen.iter().sum::<f64>() / 30.0;
    let (chi, bound) = chi_square(&seen, mean);
    assert!(chi < bound, "{chi} of {bound}: {seen:?}");
    // Two of five: ten pairs for each of six.
    let mut triples = std::collections::BTreeMap::new();
    let counts = six(2, "retry_share = \"0 %\"");
    for (request, partners) in &counts.partners {
        assert_eq!(partners.len(), 2, "two different ones");
        let triple = (request.requester, partners[0], partners[1]);
        *triples.entry(triple).or_insert(0.0) += 1.0;
    }
    let seen: Vec<f64> = triples.into_values().collect();
    assert_eq!(seen.len(), 60);
    let mean = seen.iter().sum::<f64>() / 60.0;
    let (chi, bound) = chi_square(&seen, mean);
    assert!(chi < bound, "{chi} of {bound}: {seen:?}");
}

#[test]
fn partners_of_unequal_popularity_are_asked_as_often_as_zipf_says() {
    let more = "retry_share = \"0 %\"\npartner_popularity = \"zipf\"";
    let counts = six(1, more);
    // Rank by rank, over all requesters: the requester's own share goes to the others in proportion.
    let weights: Vec<f64> = (1..=6).map(|rank| 1.0 / f64::from(rank)).collect();
    let mut asked = std::collections::BTreeMap::new();
    for partners in counts.partners.values() {
        *asked.entry(partners[0]).or_insert(0.0) += 1.0;
    }
    let mut seen: Vec<f64> = asked.into_values().collect();
    seen.sort_by(|a, b| b.total_cmp(a));
    let total: f64 = weights.iter().sum();
    let share = |rank: usize| {
        let by = |own: usize| match own == rank {
            true => 0.0,
            false => weights[rank] / (total - weights[own]),
        };
        (0..6).map(by).sum::<f64>() / 6.0
    };
    let requests: f64 = seen.iter().sum();
    for (rank, seen) in seen.iter().enumerate() {
        let expected = share(rank) * requests;
        let bound = 4.0 * f64::sqrt(expected);
        assert!(
            (seen - expected).abs() < bound,
            "rank {}: {seen}, expected {expected} ± {bound}",
            rank + 1
        );
    }
}

#[test]
fn windows_and_numbers_of_attendees_have_the_shares_that_the_workload_says() {
    let more = "retry_share = \"0 %\"\nattendees = { 1 = \"50 %\", 2 = \"30 %\", 5 = \"20 %\" }\n\
                window = { \"1 d\" = \"10 %\", \"7 d\" = \"90 %\" }";
    let counts = six(1, more);
    let all = counts.asked.len() as f64;
    let check = |what: &str, seen: usize, share: f64| {
        let (seen, bound) = (
            seen as f64 / all,
            4.0 * f64::sqrt(share * (1.0 - share) / all),
        );
        assert!(
            (seen - share).abs() < bound,
            "{what}: {seen}, expected {share} ± {bound}"
        );
    };
    for (number, share) in [(1, 0.5), (2, 0.3), (5, 0.2)] {
        let seen = counts.asked.iter().filter(|asked| asked.1 == number);
        check("attendees", seen.count(), share);
    }
    let day = 86_400_000_000_000;
    for (days, share) in [(1, 0.1), (7, 0.9)] {
        let seen = counts.asked.iter().filter(|asked| asked.0 == days * day);
        check("window", seen.count(), share);
    }
}

#[test]
fn three_in_ten_users_ask_again_and_wait_half_a_minute_on_average() {
    let counts = six(1, "");
    let with = |attempt: u8| {
        counts
            .sent
            .iter()
            .filter(move |sent| sent.2.attempt == attempt)
    };
    for attempt in [1, 2] {
        let (before, after) = (
            with(attempt - 1).count() as f64,
            with(attempt).count() as f64,
        );
        let bound = 4.0 * f64::sqrt(0.3 * 0.7 / before);
        // The last minute's users may ask again after the end.
        assert!(
            (after / before - 0.3).abs() < bound + 1.0 / 60.0 / 25.0,
            "attempt {attempt}: {after} of {before}"
        );
    }
    let first: std::collections::BTreeMap<_, _> = with(0)
        .map(|sent| ((sent.0, sent.2.number), sent.1))
        .collect();
    let waits: Vec<f64> = with(1)
        .map(|sent| sent.1.since(first[&(sent.0, sent.2.number)]).nanoseconds() as f64 / 1e9)
        .collect();
    let mean = waits.iter().sum::<f64>() / waits.len() as f64;
    // Uniform up to 60 s, after some hundredths of a second for the failure itself.
    let bound = 4.0 * 60.0 / f64::sqrt(12.0 * waits.len() as f64);
    assert!(
        (mean - 30.0).abs() < bound + 0.1,
        "{mean} s, expected 30 s ± {bound}"
    );
    assert!(waits.iter().all(|wait| *wait < 62.0));
}

#[test]
fn local_work_makes_all_other_work_take_longer() {
    let mean = |utilization: &str| {
        let more = format!(
            "[parameters]\noutbound_cpu = \"40 ms\"\n[org.contoso.server.cas1]\n\
             local_utilization = \"{utilization}\""
        );
        let federation = compile(&one_pair("100 req/h", 100, "10 h", &more));
        let recorder = fedsim::record::Tally::new();
        let run = Simulator::new(&federation, 0, recorder).run(|_, _| Continue::Yes);
        let mean = run.recorder.latency.groups.mean();
        mean.expect("there are groups").nanoseconds() as f64 / 1e6
    };
    // 40 ms at half of a server are 80 ms; nobody waits, and nothing else happens there.
    let more = mean("50 %") - mean("0 %");
    assert!((more - 40.0).abs() < 1.0, "{more} ms longer, expected 40");
}
