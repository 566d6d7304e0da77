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
