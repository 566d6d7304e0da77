//! Tests of quantities: what is read, and what is refused with which words.

use super::*;
use crate::engine::time::SECOND;

#[test]
fn a_span_is_read_exactly_in_nanoseconds() {
    for (text, nanoseconds) in [
        ("0", 0),
        (" 0 ", 0),
        ("0 s", 0),
        ("1 ns", 1),
        ("0.001 us", 1),
        ("250us", 250_000),
        ("250 µs", 250_000),
        ("250 ms", 250_000_000),
        ("0.1 ms", 100_000),
        ("1.5 s", 1_500_000_000),
        ("01.500 s", 1_500_000_000),
        ("90 s", 90 * SECOND),
        ("5 min", 300 * SECOND),
        ("2 h 30 min", 9_000 * SECOND),
        ("2h30min", 9_000 * SECOND),
        ("  2  h  30  min  ", 9_000 * SECOND),
        ("1 w 1 d 1 h 1 min 1 s 1 ms 1 us 1 ns", 694_861_001_001_001),
        ("365 d", 365 * 86_400 * SECOND),
        ("18446744073.709551615 s", u64::MAX),
        ("18446744073709551615 ns", u64::MAX),
        ("1.5 d 30 min", 37 * 3_600 * SECOND - 1_800 * SECOND),
    ] {
        assert_eq!(
            span(text),
            Ok(Span::from_nanoseconds(nanoseconds)),
            "{text}"
        );
    }
}

#[test]
fn what_is_no_span_is_refused_with_the_offending_part_and_a_remedy() {
    for (text, code, part, message, help) in [
        (
            "",
            "bad-value",
            "",
            "an empty text is no quantity",
            "write a number and a unit, such as",
        ),
        (
            "250",
            "missing-unit",
            "250",
            "`250` has no unit",
            "add a unit, such as `\"250 ms\"`",
        ),
        (
            "2 h 30",
            "missing-unit",
            "30",
            "`30` has no unit",
            "add a unit",
        ),
        (
            "5 m",
            "unknown-unit",
            "m",
            "`m` could be minutes, months",
            "write `min` for minutes",
        ),
        (
            "5 M",
            "unknown-unit",
            "M",
            "`M` could be minutes, months",
            "write `min` for minutes",
        ),
        (
            "1 month",
            "unknown-unit",
            "month",
            "`month` has no fixed length",
            "give the days",
        ),
        (
            "2 years",
            "unknown-unit",
            "years",
            "`years` has no fixed length",
            "give the days",
        ),
        (
            "3 hours",
            "unknown-unit",
            "hours",
            "unknown unit `hours`",
            "did you mean `h`?",
        ),
        (
            "3 MS",
            "unknown-unit",
            "MS",
            "unknown unit `MS`",
            "did you mean `ms`?",
        ),
        (
            "3 parsecs",
            "unknown-unit",
            "parsecs",
            "unknown unit `parsecs`",
            "units: ns, us",
        ),
        (
            "3 req/s",
            "unknown-unit",
            "req/s",
            "unknown unit `req/s`",
            "units: ns, us",
        ),
        (
            "-5 s",
            "out-of-range",
            "-",
            "`-5 s` has a sign",
            "write it without the sign",
        ),
        (
            "+5 s",
            "out-of-range",
            "+",
            "`+5 s` has a sign",
            "write it without the sign",
        ),
        (
            "1,5 s",
            "bad-value",
            "1,5",
            "`,` in the number `1,5`",
            "a point before decimals",
        ),
        (
            "1_000 s",
            "bad-value",
            "1_000",
            "`_` in the number",
            "write digits alone",
        ),
        (
            ".5 s",
            "bad-value",
            ".5",
            "`.5` is no decimal number",
            "write a number",
        ),
        (
            "1. s",
            "bad-value",
            "1.",
            "`1.` is no decimal number",
            "write a number",
        ),
        (
            "1.2.3 s",
            "bad-value",
            "1.2.3",
            "`1.2.3` is no decimal number",
            "write a number",
        ),
        (
            "1e3 s",
            "unknown-unit",
            "e",
            "unknown unit `e`",
            "units: ns, us",
        ),
        (
            "five min",
            "bad-value",
            "five min",
            "does not begin with a number",
            "write a number",
        ),
        (
            "30 min 2 h",
            "bad-value",
            "h",
            "do not go from large to small",
            "the larger unit first",
        ),
        (
            "1 s 1 s",
            "bad-value",
            "s",
            "do not go from large to small",
            "each unit once",
        ),
        (
            "0.5 ns",
            "out-of-range",
            "0.5",
            "is too fine: time is counted in",
            "fewer decimals",
        ),
        (
            "1.0000000001 s",
            "out-of-range",
            "1.0000000001",
            "is too fine",
            "fewer decimals",
        ),
        (
            "18446744073709551616 ns",
            "out-of-range",
            "18446744073709551616",
            "is more than",
            "",
        ),
        (
            "99999999999 w",
            "out-of-range",
            "99999999999",
            "is more than",
            "a smaller number",
        ),
        (
            "30000 w 9999999999 s",
            "out-of-range",
            "",
            "is more than 584 years",
            "a smaller",
        ),
        (
            "1 s;",
            "bad-value",
            ";",
            "`;` does not begin with a number",
            "write a number",
        ),
    ] {
        let error = span(text).expect_err(text);
        assert_eq!(error.code, code, "{text}");
        assert!(error.message.contains(message), "{text}: {}", error.message);
        assert!(error.help.contains(help), "{text}: {}", error.help);
        if !part.is_empty() {
            assert_eq!(&text[error.part], part, "{text}");
        }
    }
    let long = "9".repeat(1_000_000) + " s";
    assert_eq!(span(&long).map_err(|error| error.code), Err("out-of-range"));
}

#[test]
fn a_span_that_is_printed_reads_back() {
    for nanoseconds in [
        0,
        1,
        999,
        1_500,
        100_000,
        SECOND,
        61 * SECOND,
        90_061 * SECOND + 7,
        u64::MAX,
    ] {
        let written = Span::from_nanoseconds(nanoseconds).to_string();
        assert_eq!(
            span(&written),
            Ok(Span::from_nanoseconds(nanoseconds)),
            "{written}"
        );
    }
}

#[test]
fn an_offset_has_a_sign_or_is_ahead() {
    let minutes = |minutes: i64| Offset::from_nanoseconds(minutes * 60_000_000_000);
    for (text, offset_minutes) in [
        ("+6 min", 6),
        ("-90 s", 0),
        ("- 6 min", -6),
        ("6 min", 6),
        ("0", 0),
        ("-0 s", 0),
    ] {
        let expected = if text == "-90 s" {
            Offset::from_nanoseconds(-90_000_000_000)
        } else {
            minutes(offset_minutes)
        };
        assert_eq!(offset(text), Ok(expected), "{text}");
    }
    for text in ["+", "+-6 min", "300 y", "16000 w", "--6 min"] {
        assert!(offset(text).is_err(), "{text}");
    }
}

#[test]
fn a_share_is_exact_and_at_most_the_whole() {
    for (text, parts, shown) in [
        ("5 %", 50_000_000_000, "5 %"),
        ("0.2%", 2_000_000_000, "0.2 %"),
        ("100 %", Share::ONE, "100 %"),
        ("0 %", 0, "0 %"),
        ("0.0000000001 %", 1, "0.0000000001 %"),
    ] {
        let read = share(text).unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!((read.parts(), read.to_string().as_str()), (parts, shown));
    }
    for (text, code) in [
        ("0.05", "missing-unit"),
        ("5 pct", "unknown-unit"),
        ("100.1 %", "out-of-range"),
        ("-1 %", "out-of-range"),
        ("0.00000000001 %", "out-of-range"),
        ("5 % %", "unknown-unit"),
    ] {
        assert_eq!(share(text).map_err(|error| error.code), Err(code), "{text}");
    }
    assert_eq!(Share::from_parts(Share::ONE + 1), None);
}

#[test]
fn sizes_count_in_thousands_or_in_1024s_and_bandwidths_in_bits() {
    for (text, bytes, shown) in [
        ("0 B", 0, "0 B"),
        ("6 KB", 6_000, "6 KB"),
        ("3 KiB", 3_072, "3.072 KB"),
        ("6.9 KB", 6_900, "6.9 KB"),
        ("1.5 MiB", 1_572_864, "1572.864 KB"),
        ("999 B", 999, "999 B"),
        ("1 TB", 1_000_000_000_000, "1 TB"),
        (
            "18446744073709551615 B",
            u64::MAX,
            "18446744073709551.615 KB",
        ),
    ] {
        assert_eq!(size(text), Ok(bytes), "{text}");
        assert_eq!(size_text(bytes), shown);
        assert_eq!(size(shown), Ok(bytes), "what is printed reads back");
    }
    for (text, bits) in [
        ("10 Mbit/s", 10_000_000),
        ("1.5kbit/s", 1_500),
        ("1 Gbit/s", 1_000_000_000),
    ] {
        assert_eq!(bandwidth(text), Ok(bits), "{text}");
        assert_eq!(bandwidth(&bandwidth_text(bits)), Ok(bits));
    }
    for (read, text, code, help) in [
        (
            size as fn(&str) -> Result<u64, QuantityError>,
            "6",
            "missing-unit",
            "`\"6 B\"`",
        ),
        (size, "6 kb", "unknown-unit", "did you mean `KB`?"),
        (size, "6 bytes", "unknown-unit", "units: B, KB"),
        (size, "0.5 B", "out-of-range", "fewer decimals"),
        (size, "99999999999 TB", "out-of-range", "a smaller number"),
        (
            bandwidth,
            "10 Mbps",
            "unknown-unit",
            "did you mean `Mbit/s`?",
        ),
        (bandwidth, "10 MB/s", "unknown-unit", "units: bit/s"),
        (bandwidth, "10 MB", "unknown-unit", "units: bit/s"),
    ] {
        let error = read(text).expect_err(text);
        assert_eq!(error.code, code, "{text}");
        assert!(error.help.contains(help), "{text}: {}", error.help);
    }
}

#[test]
fn a_rate_counts_requests_in_a_unit_of_time() {
    for (text, billionths, seconds) in [
        ("60 req/h", 60_000_000_000, 3_600),
        ("2.5 req/s", 2_500_000_000, 1),
        ("1 req/w", 1_000_000_000, 604_800),
    ] {
        let read = rate(text).unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(
            read,
            Rate {
                billionths,
                per: Span::from_seconds(seconds)
            }
        );
        assert_eq!(read.to_string(), text);
    }
    for (text, code) in [
        ("60", "missing-unit"),
        ("60 /h", "unknown-unit"),
        ("60 req/month", "unknown-unit"),
    ] {
        assert_eq!(rate(text).map_err(|error| error.code), Err(code), "{text}");
    }
    let close = rate("60 Requests/h").expect_err("the unit is `req/h`");
    assert!(
        close.help.contains("did you mean `req/h`?"),
        "{}",
        close.help
    );
}
