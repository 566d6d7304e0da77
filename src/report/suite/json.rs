//! What became of a suite, for programs.
//!
//! It knows no time. Invariant: all that the text tells stands here too.

use serde_json::{Value, json};

use super::{Case, Finding, Outcome, Report, Reports};

/// The reports as JSON.
pub(super) fn value(reports: &Reports) -> Value {
    let counts = reports.counts();
    let scenarios: Vec<Value> = reports.scenarios.iter().map(scenario).collect();
    json!({
        "format": 1,
        "scenarios": scenarios,
        "counts": {
            "scenarios": counts.scenarios,
            "expectations": counts.cases,
            "met": counts.met,
            "failed": counts.failed,
            "differ": counts.differ,
            "updated": counts.updated,
            "without": counts.without,
            "invalid": counts.invalid,
            "input_output": counts.input_output,
            "broken": counts.broken,
            "interrupted": counts.interrupted,
        },
    })
}

fn scenario(report: &Report) -> Value {
    let mut value = json!({ "file": report.path.to_string_lossy() });
    let (outcome, key, content) = match &report.outcome {
        Outcome::Judged(cases) => {
            let cases: Vec<Value> = cases.iter().map(case).collect();
            ("judged", "expectations", Value::from(cases))
        }
        Outcome::Without => ("without", "message", Value::from("it expects nothing")),
        Outcome::Refused(found) => ("invalid", "findings", found.json()["findings"].take()),
        Outcome::InputOutput(message) => ("input-output", "message", Value::from(message.as_str())),
        Outcome::BrokenLaws(laws) => ("broken", "laws", Value::from(laws.clone())),
        Outcome::Interrupted => ("interrupted", "message", Value::from("not tested")),
    };
    value["outcome"] = Value::from(outcome);
    value[key] = content;
    value
}

fn case(case: &Case) -> Value {
    let mut value = json!({ "expectation": case.name, "line": case.line });
    match &case.finding {
        Finding::Met => value["outcome"] = Value::from("met"),
        Finding::Failed(failed) => {
            value["outcome"] = Value::from("failed");
            value["expected"] = Value::from(failed.expected.as_str());
            value["got"] = Value::from(failed.got.as_str());
            value["compared_with"] = Value::from(failed.compared_with.clone());
            value["requests"] = Value::from(failed.requests.clone());
            let told = failed.told.iter();
            let told = told.map(|told| json!({ "title": told.title, "lines": told.lines }));
            value["told"] = told.collect();
        }
        Finding::Differs(differs) => {
            value["outcome"] = Value::from("differs");
            value["lines"] = Value::from(differs.lines.clone());
            value["not_updated"] = Value::from(differs.not_updated.clone());
        }
        Finding::Updated => value["outcome"] = Value::from("updated"),
        Finding::Unwritten(message) => {
            value["outcome"] = Value::from("unwritten");
            value["message"] = Value::from(message.as_str());
        }
    }
    value
}
