//! The model: a federation of Exchange organizations, its rules, and the simulator that strings the
//! rules together.
//!
//! It knows nothing of files, scenarios, statistics or the command line: a compiled, immutable
//! [`Federation`] comes in, [`Observation`](observation::Observation)s go out. Decisions are pure
//! functions with names an administrator would recognise, one file for each system of the field;
//! only [`simulator`] changes state and schedules.

pub mod address;
pub mod cause;
pub mod names;
pub mod network;
pub mod outcome;
pub mod purpose;
pub mod revised;
