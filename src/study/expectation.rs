//! Expectations: what a scenario's `[expect]` says must hold of a run.
//!
//! It knows no run. Invariant: whatever is wrong with the expectations is found at once, each finding
//! at its place in the scenario.

use crate::cmdlet::catalog;
use crate::engine::Instant;
use crate::model::Federation;
use crate::record::measure::{NoInstant, Readers};
use crate::record::{Expression, Measure, MeasureError, Value};
use crate::scenario::compile::compile as compile_document;
use crate::scenario::instants::Clock;
use crate::scenario::{self, Compiled, Diagnostic, Diagnostics, Document, Location};

use super::condition::{self, Condition, ConditionError};

/// One expectation, compiled.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The measure as it is written.
    pub text: String,
    /// The measure.
    pub measure: Measure,
    /// What must hold of it.
    pub condition: Condition,
    /// The measure that the condition compares it with, if it does.
    pub other: Option<Measure>,
    /// Where the condition stands.
    pub place: Location,
    /// The line of the scenario that it stands in, from 1; none: it was given as `--set`.
    pub line: Option<usize>,
}

/// What became of an expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The measure as it is written.
    pub measure: String,
    /// What was expected, as it is written.
    pub expected: String,
    /// What the measure came to.
    pub got: Value,
    /// What the measure came to that it is compared with, if it is.
    pub compared_with: Option<Value>,
    /// Whether that is as expected.
    pub is_met: bool,
    /// The line of the scenario that it stands in.
    pub line: Option<usize>,
}

impl Expectation {
    /// The measures that it needs.
    pub fn measures(&self) -> impl Iterator<Item = &Measure> {
        std::iter::once(&self.measure).chain(&self.other)
    }

    /// Whether a value is as expected, given what the measure came to that it is compared with.
    pub fn judge(&self, got: Value, compared_with: Option<Value>) -> Verdict {
        Verdict {
            measure: self.text.clone(),
            expected: self.condition.text.clone(),
            got,
            compared_with,
            is_met: self.condition.is_met_by(got, compared_with),
            line: self.line,
        }
    }
}

/// Compiles all expectations of a scenario.
///
/// # Errors
/// Everything that is wrong with them.
pub fn compile(
    document: &Document,
    federation: &Federation,
) -> Result<Vec<Expectation>, Diagnostics> {
    let (expectations, found) = read(document, Some(federation));
    if found.has_errors() {
        Err(found)
    } else {
        Ok(expectations)
    }
}

/// Compiles a scenario with its expectations.
///
/// # Errors
/// Everything that is wrong with either.
pub fn compile_with(document: &Document) -> Result<(Compiled, Vec<Expectation>), Diagnostics> {
    let compiled = compile_document(document).map_err(|mut found| {
        found.append(check(document));
        found
    })?;
    let expectations = compile(document, &compiled.federation)?;
    Ok((compiled, expectations))
}

/// What is wrong with the expectations of a scenario that does not compile, as far as that can be told
/// without its federation: metrics, labels, conditions.
pub fn check(document: &Document) -> Diagnostics {
    read(document, None).1
}

fn read(document: &Document, federation: Option<&Federation>) -> (Vec<Expectation>, Diagnostics) {
    let cmdlets: Vec<_> = catalog::cmdlets().map(|cmdlet| cmdlet.name).collect();
    let mut compiler = Compiler {
        document,
        federation,
        found: document.findings(),
        cmdlets: &cmdlets,
    };
    let mut expectations = Vec::new();
    if let Some(table) = document.tables.optional_table("expect") {
        for (text, entry) in table.iter() {
            let place = entry.origin.location().unwrap_or_default();
            let key = table.key_location(text).unwrap_or(place);
            let scenario::Value::Text(condition) = &entry.value else {
                continue;
            };
            expectations.extend(compiler.expectation(text, key, condition, place));
        }
    }
    (expectations, compiler.found)
}

struct Compiler<'a> {
    document: &'a Document,
    federation: Option<&'a Federation>,
    found: Diagnostics,
    cmdlets: &'a [&'static str],
}

impl Compiler<'_> {
    fn expectation(
        &mut self,
        text: &str,
        key: Location,
        condition_text: &str,
        place: Location,
    ) -> Option<Expectation> {
        let (document, federation) = (self.document, self.federation);
        let expression = match Expression::parse(text) {
            Ok(expression) => expression,
            Err(errors) => {
                self.refuse_measure(text, key, errors);
                return None;
            }
        };
        let readers = Readers {
            instant: &|text| read_instant(&document.clock, text),
            cmdlets: self.cmdlets,
        };
        let measure = federation.map(|it| Measure::compile(&expression, it, &readers));
        let measure = match measure.transpose() {
            Ok(measure) => measure,
            Err(errors) => {
                self.refuse_measure(text, key, errors);
                None
            }
        };
        let kind = expression.metric.kind();
        let parsed = Condition::parse(condition_text, kind, readers.instant);
        let parsed = parsed.and_then(|parsed| {
            let other = match (&parsed.measure, federation) {
                (Some((other, start)), Some(federation)) => {
                    let other = Measure::compile(other, federation, &readers);
                    Some(other.map_err(|errors| condition::within(errors, *start))?)
                }
                _ => None,
            };
            Ok((parsed.condition, other))
        });
        let (condition, other) = match parsed {
            Ok((condition, other)) => (Some(condition), other),
            Err(errors) => {
                self.refuse_condition(condition_text, place, errors);
                (None, None)
            }
        };
        let is_in_file = place.source == scenario::diagnostic::SourceIndex(0);
        let line = is_in_file.then(|| self.found.line_and_column(place).0);
        Some(Expectation {
            text: text.to_owned(),
            measure: measure?,
            condition: condition?,
            other,
            place,
            line,
        })
    }

    fn refuse_measure(&mut self, text: &str, key: Location, errors: Vec<MeasureError>) {
        for error in errors {
            let place = self.within(text, key, error.range);
            let diagnostic = Diagnostic::error("bad-measure", place, error.message);
            self.found.push(diagnostic.maybe_help(error.help));
        }
    }

    fn refuse_condition(&mut self, text: &str, place: Location, errors: Vec<ConditionError>) {
        for error in errors {
            let place = self.within(text, place, error.range);
            let diagnostic = Diagnostic::error("bad-expectation", place, error.message);
            self.found.push(diagnostic.maybe_help(error.help));
        }
    }

    /// The place of a part of a text; the whole place if the file does not spell the text plainly.
    fn within(&self, text: &str, place: Location, part: std::ops::Range<usize>) -> Location {
        let written = self
            .found
            .source(place)
            .and_then(|s| s.text.get(place.range()));
        let Some(at) = written.and_then(|written| written.find(text)) else {
            return place;
        };
        let start = place.range().start + at;
        Location::new(place.source, start + part.start..start + part.end)
    }
}

fn read_instant(clock: &Clock, text: &str) -> Result<Instant, NoInstant> {
    clock.instant(text).map_err(|error| NoInstant {
        message: error.message,
        help: error.help,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixture::federation;

    #[test]
    fn what_is_wrong_without_a_federation_is_found_without_one() {
        let text = "fedsim = 1\n[expect]\n\"latency.p98\" = \"< 1 s\"\n\
                    \"requests.count{org=nobody}\" = \"> x\"";
        let document = scenario::read(text, "test.toml").expect("the form is right");
        let found = check(&document);
        let codes: Vec<_> = found.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, ["bad-measure", "bad-expectation"], "{found}");
    }

    fn compile_text(expect: &str) -> Result<Vec<Expectation>, Diagnostics> {
        let text = format!("fedsim = 1\n[expect]\n{expect}");
        let document = scenario::read(&text, "test.toml").expect("the form is right");
        compile(&document, federation())
    }

    #[test]
    fn expectations_are_judged_by_their_measure() {
        let expectations = compile_text("\"attendees.count{from=+5 min}\" = \"> 3\"")
            .unwrap_or_else(|found| panic!("{found}"));
        let verdict = expectations[0].judge(Value::Count(3), None);
        let expected = Verdict {
            measure: "attendees.count{from=+5 min}".to_owned(),
            expected: "> 3".to_owned(),
            got: Value::Count(3),
            compared_with: None,
            is_met: false,
            line: Some(3),
        };
        assert_eq!(verdict, expected);
        assert!(expectations[0].judge(Value::Count(4), None).is_met);
    }

    #[test]
    fn everything_wrong_with_expectations_is_found_at_once_and_in_place() {
        let found = compile_text(
            "\"attendees.count{cause=token.signature-unknwon}\" = \"> 0\"\n\
             \"latency.p99\" = \"< 25\"\n\
             'requests.count{from=later}' = \"> 0\"\n\
             latency.mean = \"<= 1 s ± 1 %\"\n",
        );
        let found = found.expect_err("four expectations are wrong");
        assert_eq!(found.render_plain().trim_end(), FOUND.trim());
    }

    const FOUND: &str = r#"
error[bad-measure]: there is no cause `token.signature-unknwon`
 --> test.toml:3:24
  |
3 | "attendees.count{cause=token.signature-unknwon}" = "> 0"
  |                        ^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `token.signature-unknown`?

error[bad-expectation]: `25` has no unit
 --> test.toml:4:20
  |
4 | "latency.p99" = "< 25"
  |                    ^^
  |
  = help: add a unit, such as `"25 ms"` (units: ns, us, ms, s, min, h, d, w)

error[bad-measure]: `later` is no instant
 --> test.toml:5:22
  |
5 | 'requests.count{from=later}' = "> 0"
  |                      ^^^^^
  |
  = help: write an instant such as `2026-03-02T08:00:00Z`, `"+2 h"` from the start, `"day 3 09:30"` or `"11:00"`

error[bad-expectation]: a tolerance means nothing after `<=`
 --> test.toml:6:26
  |
6 | latency.mean = "<= 1 s ± 1 %"
  |                          ^^^
  |
  = help: write == or !=, or leave the tolerance out
"#;
}
