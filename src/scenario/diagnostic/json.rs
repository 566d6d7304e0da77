//! Findings as JSON, for programs.
//!
//! It knows nothing of what they mean. Invariant: the keys and their types are stable; a change of
//! them raises the version.

use serde_json::{Value, json};

use super::{Diagnostic, Diagnostics, Location, Severity};

/// The version of the JSON form.
const FORMAT: u64 = 1;

impl Diagnostics {
    /// All findings as JSON: severity, code, message, place, label, further places, help.
    pub fn json(&self) -> Value {
        let findings: Vec<Value> = self
            .iter()
            .map(|finding| self.json_finding(finding))
            .collect();
        json!({ "format": FORMAT, "count": self.count(), "findings": findings })
    }

    fn json_finding(&self, finding: &Diagnostic) -> Value {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut json = json!({
            "severity": severity,
            "code": finding.code,
            "message": finding.message,
        });
        if let Some(place) = finding.location {
            json["place"] = self.json_place(place, &finding.label);
        }
        if !finding.labels.is_empty() {
            let also = finding.labels.iter();
            json["also"] = also
                .map(|also| self.json_place(also.location, &also.text))
                .collect();
        }
        if let Some(help) = &finding.help {
            json["help"] = json!(help);
        }
        json
    }

    /// Lines and columns count from 1, columns in characters; the end is one past the last.
    fn json_place(&self, place: Location, label: &str) -> Value {
        let (line, column) = self.line_and_column(place);
        let end = Location {
            start: place.end,
            ..place
        };
        let (end_line, end_column) = self.line_and_column(end);
        let mut json = json!({
            "file": self.source(place).map_or("", |source| &source.name),
            "line": line,
            "column": column,
            "end_line": end_line,
            "end_column": end_column,
        });
        if !label.is_empty() {
            json["label"] = json!(label);
        }
        json
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::scenario::read::read;

    #[test]
    fn a_finding_is_one_object_with_its_place_and_remedy() {
        let found = read("fedsim = 1\n[run]\nlength = 60\nlength = 1\n", "x.toml");
        let found = found.expect_err("the scenario is bad").json();
        assert_eq!(found["count"], 2);
        assert_eq!(
            found["findings"][1],
            json!({
                "severity": "error",
                "code": "duplicate-key",
                "message": "`length` is given twice",
                "place": {
                    "file": "x.toml", "line": 4, "column": 1, "end_line": 4, "end_column": 7,
                    "label": "again here",
                },
                "also": [{
                    "file": "x.toml", "line": 3, "column": 1, "end_line": 3, "end_column": 7,
                    "label": "first given here",
                }],
                "help": "keep one of them",
            })
        );
    }
}
