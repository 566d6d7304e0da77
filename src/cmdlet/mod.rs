//! The administrators' language: scripts of cmdlets are read, checked, and run in simulated time.
//!
//! It knows nothing of files, terminals and scenarios: a text comes in; findings, invocations of cmdlets,
//! and what the shell would have shown go out. What a cmdlet does is the [`Host`](interpreter::Host)'s
//! matter. Invariant: what is not modelled is refused by name and place, never ignored.

// An error record is what a statement ends with: it is moved once or twice, and nothing waits for it.
#![allow(clippy::result_large_err)]

mod actions;
pub mod binding;
pub mod catalog;
pub mod check;
pub mod date;
pub mod finding;
pub mod interpreter;
pub mod language;
pub mod output;
pub mod reference;
pub mod value;

pub use actions::{Administered, RELATIONSHIP_DOMAINS_MAX};
pub use check::{Known, NothingKnown, check, read};
pub use finding::{Finding, Findings, Place};
pub use language::parse;
pub use language::syntax::Script;
pub use value::{Object, Value};
