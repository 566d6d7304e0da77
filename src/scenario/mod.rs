//! The scenario's form: text to a tree of typed values, each with its origin, and every finding at
//! once.
//!
//! It knows nothing of the command line and of recorders. The pipeline: [`read()`] walks the text along
//! the [key tables](keys), checks every value and fills in static defaults; what follows from other
//! values is derived when the scenario is compiled. Invariant: the key tables are the only place
//! where a key, its unit or its default stands; parser, schema, `show` and reference follow from
//! them.

mod bulk;
pub mod compile;
pub mod diagnostic;
pub mod drawn;
pub mod instants;
pub mod keys;
pub mod new;
pub mod patch;
pub mod places;
pub mod quantity;
pub mod read;
pub mod reference;
pub mod schema;
pub mod show;
pub mod side_file;
mod topology;
pub mod trace;
pub mod tree;

pub use compile::Compiled;
pub use diagnostic::{Diagnostic, Diagnostics, Location, Severity};
pub use quantity::{Rate, Share};
pub use read::{Document, read};
pub use side_file::{Input, SideFile, SideFiles, SideStream};
pub use tree::{Entry, Origin, Table, Value};

use std::path::Path;

/// A scenario: one world and what happens in it.
#[derive(Clone, Debug)]
pub struct Scenario {
    document: Document,
}

impl Scenario {
    /// Reads a scenario file, and the side files that it names below its directory.
    ///
    /// # Errors
    /// If a file cannot be read; else all findings of form at once, if one of them is an error.
    pub fn load(path: &Path) -> Result<Scenario, Diagnostics> {
        read::load(path, &[]).map(Scenario::from)
    }

    /// Reads a scenario's text with these side files; `name` is what messages call it.
    ///
    /// # Errors
    /// All findings of form at once, if one of them is an error.
    pub fn parse_beside(text: &str, name: &str, files: SideFiles) -> Result<Scenario, Diagnostics> {
        read::read_beside(text, name, &[], files).map(Scenario::from)
    }

    /// Reads a scenario's text, which has no side files; `name` is what messages call it.
    ///
    /// # Errors
    /// All findings of form at once, if one of them is an error.
    pub fn parse(text: &str, name: &str) -> Result<Scenario, Diagnostics> {
        read(text, name).map(Scenario::from)
    }

    /// Compiles it into a federation.
    ///
    /// # Errors
    /// All findings of meaning at once, if one of them is an error.
    pub fn compile(&self) -> Result<Compiled, Diagnostics> {
        compile::compile(&self.document)
    }

    /// The document that was read.
    pub fn document(&self) -> &Document {
        &self.document
    }
}

impl From<Document> for Scenario {
    fn from(document: Document) -> Scenario {
        Scenario { document }
    }
}
