//! Tests of conditions: what meets them, and the place of whatever is wrong with them.

use super::*;

#[test]
fn a_value_meets_a_condition_exactly_or_within_its_tolerance() {
    let second = |milliseconds| Value::Span(Span::from_milliseconds(milliseconds));
    for (text, kind, value, met) in [
        ("> 0", Kind::Count, Value::Count(1), true),
        ("> 0", Kind::Count, Value::Count(0), false),
        ("== 1_000", Kind::Count, Value::Count(1_000), true),
        ("!= 3", Kind::Count, Value::Count(3), false),
        ("<=5", Kind::Count, Value::Count(5), true),
        ("< 5", Kind::Count, Value::Count(5), false),
        ("== 240 ± 2 %", Kind::Count, Value::Count(235), false),
        ("== 250 ± 2 %", Kind::Count, Value::Count(245), true),
        ("== 250 ± 2 %", Kind::Count, Value::Count(256), false),
        ("== 100 +- 5", Kind::Count, Value::Count(105), true),
        ("== 100 +/- 5", Kind::Count, Value::Count(106), false),
        ("!= 100 +- 5", Kind::Count, Value::Count(104), false),
        // One third is more than 33.333 % and less than 33.34 %; only integers tell.
        (">= 33.333 %", Kind::Share, Value::Share(1, 3), true),
        (">= 33.34 %", Kind::Share, Value::Share(1, 3), false),
        (
            "== 100 %",
            Kind::Share,
            Value::Share(u64::MAX - 1, u64::MAX),
            false,
        ),
        ("== 33 % ± 0.5 %", Kind::Share, Value::Share(1, 3), true),
        ("== 33 % ± 0.3 %", Kind::Share, Value::Share(1, 3), false),
        (">= 0 %", Kind::Share, Value::Nothing, false),
        ("!= 1 s", Kind::Span, Value::Nothing, false),
        ("< 25 s", Kind::Span, second(24_999), true),
        ("== 1.5 s ± 100 ms", Kind::Span, second(1_400), true),
        ("== 2 s ± 1 %", Kind::Span, second(2_020), true),
        ("== 2 s ± 1 %", Kind::Span, second(2_021), false),
        ("< 20 KB", Kind::Bytes, Value::Bytes(19_999), true),
    ] {
        let read = Condition::parse(text, kind, &read_instant);
        let condition = read.unwrap_or_else(|e| panic!("{text}: {e:?}")).condition;
        assert_eq!(condition.is_met_by(value, None), met, "{value:?} {text}");
    }
}

#[test]
fn an_instant_lies_before_after_or_within_a_span_of_another() {
    let at = |seconds| Value::Instant(Instant::from_seconds(seconds));
    for (text, value, other, met) in [
        ("before +10 s", at(9), None, true),
        ("before +10 s", at(10), None, false),
        ("after +10 s", at(10), None, false),
        ("after +10 s", at(11), None, true),
        ("== +10 s", at(10), None, true),
        (">= +10 s", at(10), None, true),
        ("== +10 s ± 2 s", at(8), None, true),
        ("== +10 s ± 2 s", at(13), None, false),
        ("within 5 s of +10 s", at(9), None, false),
        ("within 5 s of +10 s", at(10), None, true),
        (" within 5 s  of  +10 s ", at(15), None, true),
        ("within 5 s of +10 s", at(16), None, false),
        ("before +10 s", Value::Nothing, None, false),
        ("after tokens.first", at(11), Some(at(10)), true),
        ("before tokens.first{org=a}", at(11), Some(at(10)), false),
        ("within 1 s of tokens.last", at(11), Some(at(10)), true),
        ("within 1 s of tokens.last", at(12), Some(at(10)), false),
        // A measure of nothing is no instant to be before or after.
        ("!= tokens.first", at(11), Some(Value::Nothing), false),
        ("!= tokens.first", Value::Nothing, Some(at(11)), false),
    ] {
        let read = Condition::parse(text, Kind::Instant, &read_instant);
        let read = read.unwrap_or_else(|e| panic!("{text}: {e:?}"));
        assert_eq!(read.measure.is_some(), other.is_some(), "{text}");
        let is_met = read.condition.is_met_by(value, other);
        assert_eq!(is_met, met, "{value:?} {text} {other:?}");
    }
}

#[test]
fn a_digest_is_equal_or_it_is_not() {
    let digest = Value::Digest(Fingerprint(0xfe));
    let zeros = "0".repeat(30);
    for (text, met) in [
        (format!("== {zeros}fe"), true),
        (format!("== {zeros}FE"), true),
        (format!("!= {zeros}fe"), false),
        (format!("== {zeros}ff"), false),
    ] {
        let read = Condition::parse(&text, Kind::Digest, &read_instant);
        let condition = read.unwrap_or_else(|e| panic!("{text}: {e:?}")).condition;
        assert_eq!(condition.is_met_by(digest, None), met, "{text}");
    }
}

/// Reads `+<n> s` from the epoch.
fn read_instant(text: &str) -> Result<Instant, NoInstant> {
    let digits = text.strip_prefix('+').and_then(|it| it.strip_suffix(" s"));
    let seconds = digits.and_then(|digits| digits.parse().ok());
    seconds.map(Instant::from_seconds).ok_or_else(|| NoInstant {
        message: format!("`{text}` is no instant"),
        help: "write `+5 s`".to_owned(),
    })
}

#[test]
fn a_bad_condition_is_an_error_with_its_place() {
    for (text, kind, place, message) in [
        ("5", Kind::Count, "5", "operator"),
        ("= 5", Kind::Count, "= 5", "operator"),
        (">= ", Kind::Count, ">= ", "no value"),
        (">= 99.5", Kind::Share, "99.5", ""),
        ("> 1.5", Kind::Count, "1.5", "whole number"),
        ("> 5 %", Kind::Count, "5 %", "whole number"),
        ("< 25", Kind::Span, "25", "unit"),
        ("< 25 parsecs", Kind::Span, "parsecs", ""),
        ("<= 5 ± 1", Kind::Count, "1", "tolerance"),
        ("== 5 ± x", Kind::Count, "x", "whole number"),
        ("before +5 s", Kind::Count, "before +5 s", "operator"),
        ("at +5 s", Kind::Instant, "at +5 s", "operator"),
        ("before", Kind::Instant, "before", "no value"),
        (
            "beforehand +5 s",
            Kind::Instant,
            "beforehand +5 s",
            "operator",
        ),
        ("after noon", Kind::Instant, "noon", "no instant"),
        ("within 5 min", Kind::Instant, "within 5 min", "of what"),
        ("within 5 of +5 s", Kind::Instant, "5", "unit"),
        ("within 5 s of noon", Kind::Instant, "noon", "no instant"),
        ("== +5 s ± 5 %", Kind::Instant, "%", "unit"),
        (
            "after latency.p99",
            Kind::Instant,
            "latency.p99",
            "no instant",
        ),
        (
            "after tokens.frist",
            Kind::Instant,
            "tokens.frist",
            "no metric",
        ),
        ("after tokens.first{x=1}", Kind::Instant, "x", "no label"),
        (
            "after tokens.first 5",
            Kind::Instant,
            "tokens.first 5",
            "no metric",
        ),
        ("== 12345", Kind::Digest, "12345", "not a digest"),
        ("< 0", Kind::Digest, "<", "between digests"),
    ] {
        let errors = Condition::parse(text, kind, &read_instant).expect_err(text);
        let [error] = &errors[..] else {
            panic!("{text}: {errors:?}")
        };
        assert_eq!(&text[error.range.clone()], place, "{text}: {error:?}");
        assert!(error.message.contains(message), "{text}: {}", error.message);
        assert!(error.help.is_some(), "{text}");
    }
}
