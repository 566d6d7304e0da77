//! The scenario's form: text to a tree of typed values, each with its origin, and every finding at
//! once.
//!
//! It knows nothing of the command line and of recorders. The pipeline: [`read`] walks the text along
//! the [key tables](keys), checks every value and fills in static defaults; what follows from other
//! values is derived when the scenario is compiled. Invariant: the key tables are the only place
//! where a key, its unit or its default stands; parser, schema, `show` and reference follow from
//! them.

pub mod diagnostic;
pub mod instants;
pub mod keys;
pub mod quantity;
pub mod read;
pub mod tree;

pub use diagnostic::{Diagnostic, Diagnostics, Location, Severity};
pub use quantity::{Rate, Share};
pub use read::{Document, read};
pub use tree::{Entry, Origin, Table, Value};
