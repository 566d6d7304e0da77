//! The scenario that is diagnosed, and what is laid over it to try something: it can be read again and
//! again, each time with other additions.
//!
//! It knows no rule of the model. Invariant: without additions it is the scenario as it was given; the
//! places of its values are the same with them, since additions stand behind its text.

use std::path::Path;

use crate::engine::Instant;
use crate::scenario::read::{self, read_beside};
use crate::scenario::{
    Compiled, Diagnostic, Diagnostics, Document, Entry, Origin, Scenario, SideFiles, Value,
};

/// A scenario that can be read again.
#[derive(Clone, Debug)]
pub struct Subject {
    name: String,
    text: String,
    settings: Vec<String>,
    files: SideFiles,
}

/// What is laid over a scenario to try something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Additions {
    /// Text that is put behind the scenario's: entries of its time line, requests.
    pub text: String,
    /// Values that hold from the start of the run, each as `KEY=VALUE`.
    pub settings: Vec<String>,
    /// A request that the scenario spells out, asked once more.
    pub repeated: Option<Repeated>,
}

/// A request or an invitation of the scenario, sent once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// The table it stands in: `request` or `invitation`.
    pub table: &'static str,
    /// Its name.
    pub name: String,
    /// The name of the repetition.
    pub again: String,
    /// When it is sent.
    pub at: Instant,
}

/// A scenario, read and compiled.
#[derive(Debug)]
pub struct Prepared {
    /// As it was read.
    pub document: Document,
    /// As it is simulated.
    pub compiled: Compiled,
    /// How many lines the scenario has without additions.
    pub lines: usize,
}

impl Subject {
    /// A scenario that was read already.
    pub fn of(document: &Document, settings: &[String]) -> Subject {
        let sources = document.warnings.sources();
        let name = sources.first().map_or("", |source| &source.name);
        Subject {
            name: name.to_owned(),
            text: document.text().to_owned(),
            settings: settings.to_vec(),
            files: document.files.clone(),
        }
    }

    /// A scenario file.
    ///
    /// # Errors
    /// As [`read::load`].
    pub fn load(path: &Path, settings: &[String]) -> Result<Subject, Diagnostics> {
        let document = read::load(path, settings)?;
        Ok(Subject::of(&document, settings))
    }

    /// Reads and compiles it with additions.
    ///
    /// # Errors
    /// All findings. Additions that the text cannot take, because it spells a list of tables out in one
    /// line, are one of them.
    pub fn prepare(&self, additions: &Additions) -> Result<Prepared, Diagnostics> {
        let mut text = self.text.clone();
        if !additions.text.is_empty() {
            text.push_str("\n\n");
            text.push_str(&additions.text);
        }
        let settings = self.settings.iter().chain(&additions.settings);
        let settings: Vec<String> = settings.cloned().collect();
        let mut document = read_beside(&text, &self.name, &settings, self.files.clone())?;
        if let Some(repeated) = &additions.repeated {
            repeat(&mut document, repeated)?;
        }
        let compiled = Scenario::from(document.clone()).compile()?;
        Ok(Prepared {
            document,
            compiled,
            lines: self.text.lines().count(),
        })
    }
}

/// Adds a copy of a request to the tree, under another name and at another instant.
fn repeat(document: &mut Document, repeated: &Repeated) -> Result<(), Diagnostics> {
    let table = document.tables.table_mut(repeated.table);
    let Some(mut entry) = table.get(&repeated.name).cloned() else {
        let mut found = Diagnostics::default();
        let message = format!("there is no `[{}.{}]`", repeated.table, repeated.name);
        found.push(Diagnostic::placeless("no-such-request", message));
        return Err(found);
    };
    if let Value::Table(row) = &mut entry.value {
        let derived = || Origin::Derived("the request, sent once more".to_owned());
        row.insert(
            "at",
            None,
            Entry::new(Value::Instant(repeated.at), derived()),
        );
        row.insert("count", None, Entry::new(Value::Integer(1), derived()));
    }
    table.insert(&repeated.again, None, entry);
    Ok(())
}
