//! The transcript as the summary and the directory of results have it.
//!
//! It knows no cmdlets. Invariant: what a statement gave stands here as text and as data, and both say the
//! same.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::model::Federation;
use crate::model::administration::TranscriptEntry;
use crate::record::Transcript;
use crate::record::naming::instant_text;
use crate::study::RunResult;

/// A statement that an administrator carried out.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // The reference of results says what each field is.
pub struct Statement {
    pub organization: String,
    pub server: String,
    pub script: String,
    pub line: u32,
    pub started: String,
    pub ended: String,
    pub statement: String,
    pub output: String,
    pub objects: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<StatementError>,
}

/// How many statements were carried out, and which scripts were not at their end.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // The reference of results says what each field is.
pub struct Statements {
    pub carried_out: u64,
    pub with_error: u64,
    pub unfinished_scripts: Vec<String>,
}

impl Statements {
    /// Of a run; none if it had no script.
    pub(super) fn of(federation: &Federation, result: &RunResult) -> Option<Statements> {
        if federation.scripts.is_empty() {
            return None;
        }
        let entries = result.transcript.entries();
        let failed = entries.iter().filter(|entry| entry.error.is_some());
        let unfinished = result.unfinished_scripts.iter().map(|&id| {
            let script = &federation.scripts[id];
            let organization = federation.organizations.original(script.identity.requester);
            format!("{}: {}", organization.name, script.name)
        });
        Some(Statements {
            carried_out: entries.len() as u64,
            with_error: failed.count() as u64,
            unfinished_scripts: unfinished.collect(),
        })
    }
}

/// The error that ended a statement.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)] // The reference of results says what each field is.
pub struct StatementError {
    pub exception: String,
    pub message: String,
}

/// The statements of a transcript.
pub(super) fn statements(federation: &Federation, transcript: &Transcript) -> Vec<Statement> {
    let entries = transcript.entries().iter();
    entries
        .map(|entry| Statement::of(federation, entry))
        .collect()
}

impl Statement {
    fn of(federation: &Federation, entry: &TranscriptEntry) -> Statement {
        let script = &federation.scripts[entry.script];
        let organization = federation.organizations.original(script.identity.requester);
        let objects = RawValue::from_string(entry.objects.to_string());
        Statement {
            organization: organization.name.to_string(),
            server: federation.servers.original(script.server).name.to_string(),
            script: script.name.to_string(),
            line: entry.line,
            started: instant_text(entry.started),
            ended: instant_text(entry.ended),
            statement: entry.statement.to_string(),
            output: entry.output.to_string(),
            objects: objects.expect("the shell writes JSON"),
            error: entry.error.as_ref().map(|error| StatementError {
                exception: error.exception.to_string(),
                message: error.message.to_string(),
            }),
        }
    }
}
