//! What administrators see when they diagnose a federation, and set-up that fails as it really does.
//!
//! Each test injects one fault and looks at the transcript alone, as an administrator would. That a disabled
//! sharing policy changes nothing until the assistant has run is tested in `sharing.rs`.

#[path = "../support/mod.rs"]
mod support;

mod enabled;
mod proof;
mod relationship;
mod setup;
mod trust;

use fedsim::engine::Continue;
use fedsim::model::observation::Observation;
use fedsim::model::{Federation, Simulator};
use fedsim::record::Transcript;
use fedsim::scenario::{Compiled, Diagnostics, Scenario, SideFiles};
use serde_json::Value;

/// A statement that was carried out.
#[derive(Debug)]
pub struct Entry {
    /// As it was written.
    pub statement: String,
    /// The objects that the shell showed.
    pub objects: Vec<Value>,
    /// The exception and its text, if it failed.
    pub error: Option<(String, String)>,
    /// What the shell showed.
    pub output: String,
}

impl Entry {
    /// Rows of a test: what stands under `Id` and under `column`.
    pub fn rows(&self, column: &str) -> Vec<(String, String)> {
        let text =
            |row: &Value, name: &str| row[name].as_str().expect("rows have texts").to_owned();
        let rows = self.objects.iter();
        rows.map(|row| (text(row, "Id"), text(row, column)))
            .collect()
    }
}

/// A run as an administrator sees it, and with everything that was observed in it.
pub struct Administered {
    /// What was carried out, in the order in which it ended.
    pub entries: Vec<Entry>,
    /// What happened.
    pub observations: Vec<Observation>,
    /// The federation as it was at the end.
    pub federation: Federation,
}

/// Runs a scenario's text with these side files and tells what its shells showed.
///
/// Panics with the diagnostics if it has errors.
pub fn transcript(text: &str, files: &[(&str, &str)]) -> Vec<Entry> {
    administered(text, files).entries
}

/// The same, with what was observed.
pub fn administered(text: &str, files: &[(&str, &str)]) -> Administered {
    let files = SideFiles::in_memory(files.iter().map(|&(name, text)| (name, text)));
    let scenario = Scenario::parse_beside(text, "test.toml", files);
    run(scenario.and_then(|scenario| scenario.compile()), text)
}

/// Runs what was compiled.
pub fn run(compiled: Result<Compiled, Diagnostics>, name: &str) -> Administered {
    let compiled = compiled.unwrap_or_else(|found| panic!("{}\n{name}", found.render_plain()));
    let recorders = (support::Keep::default(), Transcript::new());
    let done = Simulator::new(&compiled.federation, 0, recorders).run(|_, _| Continue::Yes);
    let (kept, transcript) = done.recorder;
    let entries = transcript.entries().iter().map(|entry| Entry {
        statement: entry.statement.to_string(),
        objects: serde_json::from_str(&entry.objects).expect("objects are JSON"),
        error: entry
            .error
            .as_ref()
            .map(|error| (error.exception.to_string(), error.message.to_string())),
        output: entry.output.to_string(),
    });
    Administered {
        entries: entries.collect(),
        observations: kept.0,
        federation: done.federation,
    }
}
