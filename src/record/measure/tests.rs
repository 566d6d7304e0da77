//! Tests of measures: each metric over a hand-made run, each label, each error.

use super::*;
use crate::engine::Instant;
use crate::model::cause::Cause;
use crate::model::observation::Fact;
use crate::model::outcome::Leg;
use crate::record::fixture::{START, federation, journey, request, seen};

/// Reads `+<n> s` from the start of the run, as a scenario would.
fn read_instant(text: &str) -> Result<Instant, NoInstant> {
    let digits = text
        .strip_prefix('+')
        .and_then(|rest| rest.strip_suffix(" s"));
    let seconds = digits.and_then(|digits| digits.parse().ok());
    let error = || NoInstant {
        message: format!("`{text}` is no instant"),
        help: "write `+5 s`".to_owned(),
    };
    Ok(START + Span::from_seconds(seconds.ok_or_else(error)?))
}

/// Four requests: answered at 0.5 s; failed at 10.5 s and 20.5 s; in flight from 30 s to the end. The
/// second gets an answer of its availability call at 40 s, when nobody waits for it any more.
fn run() -> Vec<Observation> {
    let mut all = journey(0, 1, Ok(()));
    all.extend(journey(10_000, 2, Err(Cause::TokenSignatureUnknown)));
    all.extend(journey(20_000, 3, Err(Cause::CalendarMissing)));
    all.extend(journey(30_000, 4, Ok(()))[..7].iter());
    let leg = Leg::Availability;
    all.push(seen(
        40_000,
        request(2),
        Fact::AnswerWasted { group: 0, leg },
    ));
    let since = START + Span::from_seconds(30);
    all.push(seen(3_600_000, request(4), Fact::InFlightAtEnd { since }));
    all
}

fn compile(text: &str) -> Result<Measure, Vec<MeasureError>> {
    let readers = Readers {
        instant: &read_instant,
        cmdlets: &["Get-Mailbox", "Set-Mailbox"],
    };
    Measure::compile(&Expression::parse(text)?, federation(), &readers)
}

fn measure(texts: &[&str], observations: &[Observation]) -> Measures {
    let federation = federation();
    let compiled = texts
        .iter()
        .map(|text| compile(text).unwrap_or_else(|e| panic!("{text}: {e:?}")));
    let mut measures = Measures::new(compiled);
    for observation in observations {
        measures.observe(federation, observation);
    }
    measures
}

#[test]
fn each_metric_counts_what_its_definition_says() {
    let half = Value::Span(Span::from_milliseconds(500));
    let after = |milliseconds| Value::Instant(START + Span::from_milliseconds(milliseconds));
    let group = Value::Span(Span::from_milliseconds(485));
    for (text, value) in [
        ("requests.count", Value::Count(4)),
        ("requests.count{outcome=in-flight}", Value::Count(1)),
        (
            "requests.count{outcome=failed, until=+15 s}",
            Value::Count(1),
        ),
        ("requests.success_rate", Value::Share(1, 3)),
        ("requests.success_rate{from=+30 s}", Value::Nothing),
        ("requests.success_rate{request=ask#1}", Value::Share(1, 1)),
        ("requests.count{request=contoso/ask}", Value::Count(4)),
        ("requests.count{request=fabrikam/ask}", Value::Count(0)),
        ("requests.count{workload=ask, org=contoso}", Value::Count(4)),
        ("groups.count", Value::Count(3)),
        ("groups.success_rate{target=fabrikam}", Value::Share(1, 3)),
        ("groups.success_rate{target=contoso}", Value::Nothing),
        ("groups.count{layer=token, side=target}", Value::Count(1)),
        ("groups.latency.p99", group),
        ("groups.latency.mean{outcome=answered}", group),
        ("groups.latency.max{outcome=failed}", group),
        ("attendees.count", Value::Count(3)),
        (
            "attendees.count{cause=token.signature-unknown}",
            Value::Count(1),
        ),
        (
            "attendees.count{cause=token.signature-unknown, from=+15 s}",
            Value::Count(0),
        ),
        ("attendees.count{code=5016}", Value::Count(2)),
        ("attendees.count{code=NoFreeBusyAccess}", Value::Count(0)),
        (
            "attendees.count{level=AvailabilityOnly, outcome=view}",
            Value::Count(1),
        ),
        (
            "attendees.count{path=relationship, leg=availability}",
            Value::Count(2),
        ),
        ("attendees.count{path=none}", Value::Count(0)),
        (
            "attendees.success_rate{path=relationship}",
            Value::Share(1, 3),
        ),
        (
            "tokens.count{offer=SharingCalendarFreeBusy, gateway=business}",
            Value::Count(3),
        ),
        (
            "tokens.count{target=fabrikam, leg=free-busy-token}",
            Value::Count(3),
        ),
        ("tokens.count{offer=Autodiscover}", Value::Count(0)),
        ("tokens.bytes{until=+20 s}", Value::Bytes(18_000)),
        ("tokens.refused", Value::Count(0)),
        ("requests.first", after(500)),
        ("requests.last", after(20_500)),
        ("requests.last{outcome=in-flight}", Value::Nothing),
        ("groups.first{outcome=failed}", after(10_490)),
        ("groups.last{outcome=answered}", after(490)),
        ("attendees.first{from=+5 s}", after(10_490)),
        ("attendees.last{cause=gateway.closed}", Value::Nothing),
        ("tokens.last", after(20_212)),
        ("autodiscover.calls", Value::Count(0)),
        ("availability.calls{target=fabrikam}", Value::Count(3)),
        ("dns.queries{answer=found}", Value::Count(4)),
        ("dns.hit_rate", Value::Share(3, 4)),
        ("wasted.calls{leg=availability}", Value::Count(1)),
        (
            "wasted.calls{target=fabrikam, path=relationship}",
            Value::Count(1),
        ),
        ("latency.mean", half),
        ("latency.p50{outcome=complete}", half),
        ("latency.max", half),
        ("latency.p99{outcome=partial}", Value::Nothing),
    ] {
        let measures = measure(&[text], &run());
        assert_eq!(measures.values().next(), Some(value), "{text}");
    }
}

#[test]
fn merged_measures_are_the_measures_of_all_observations() {
    let texts = [
        "attendees.success_rate",
        "latency.p95",
        "tokens.bytes",
        "groups.count",
        "groups.first",
        "groups.last",
        "groups.first{outcome=answered, from=+15 s}",
    ];
    let all = run();
    // Split between two requests: what belongs to one request stays with one recorder.
    let (first, second) = all.split_at(16);
    let mut merged = measure(&texts, second);
    merged.merge(&measure(&texts, first));
    let values: Vec<_> = merged.values().collect();
    assert_eq!(values, measure(&texts, &all).values().collect::<Vec<_>>());
}

#[test]
fn a_value_that_means_nothing_here_is_an_error_with_its_place() {
    let cases = [
        (
            "attendees.count{cause=token.signature-unknwon}",
            "token.signature-unknown",
        ),
        ("attendees.count{cause=banana}", "`fedsim explain`"),
        ("attendees.count{code=5555}", "known: RequestStreamTooBig"),
        ("attendees.count{side=taget}", "did you mean `target`?"),
        (
            "attendees.count{outcome=complete}",
            "known: view, answered, failed",
        ),
        (
            "attendees.count{level=LimitedDetail}",
            "did you mean `LimitedDetails`?",
        ),
        ("requests.count{org=contso}", "did you mean `contoso`?"),
        ("requests.count{request=asks}", "did you mean `ask`?"),
        ("requests.count{request=ask#0}", "count from 1"),
        ("requests.count{from=soon}", "write `+5 s`"),
        ("requests.count{from=+2 s, until=+2 s}", ""),
    ];
    for (text, help) in cases {
        let errors = compile(text).expect_err(text);
        assert_eq!(errors.len(), 1, "{text}");
        let value = &text[errors[0].range.clone()];
        assert!(errors[0].message.contains(value), "{text}: {}", errors[0]);
        let found = errors[0].help.as_deref().unwrap_or("");
        assert!(found.contains(help), "{text}: {found}");
    }
}

#[test]
fn each_metric_is_found_by_its_name_and_says_what_it_is() {
    let mut names: Vec<_> = METRICS.iter().map(|metric| metric.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), METRICS.len());
    for metric in METRICS {
        let found = Metric::find(metric.name).expect("it is in the table");
        assert_eq!(found.name, metric.name);
        let is_of_some = matches!(metric.kind(), Kind::Share | Kind::Span);
        assert_eq!(!metric.denominator.is_empty(), is_of_some, "{metric}");
    }
}

#[test]
fn shares_print_so_that_all_and_none_are_never_claimed_wrongly() {
    for (value, text) in [
        (Value::Share(199, 200), "99.50 % (199 of 200)"),
        (Value::Share(99_999, 100_000), "99.99 % (99999 of 100000)"),
        (Value::Share(1, 100_000), "0.01 % (1 of 100000)"),
        (Value::Share(3, 3), "100.00 % (3 of 3)"),
        (Value::Nothing, "nothing to measure"),
    ] {
        assert_eq!(value.to_string(), text);
    }
}
