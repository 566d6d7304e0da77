//! The model: a federation of Exchange organizations, its rules, and the simulator that strings the
//! rules together.
//!
//! It knows nothing of files, scenarios, statistics or the command line: a compiled, immutable
//! [`Federation`] comes in, [`Observation`](observation::Observation)s go out. Decisions are pure
//! functions with names an administrator would recognise, one file for each system of the field;
//! only [`simulator`] changes state and schedules.

pub mod address;
pub mod administration;
pub mod autodiscover;
pub mod availability;
pub mod cause;
pub mod certificate;
pub mod demand;
pub mod deployment;
pub mod directory;
pub mod dns;
pub mod fault;
pub mod federation;
pub mod gateway;
pub mod lookup;
pub mod names;
pub mod network;
pub mod oauth;
pub mod observation;
pub mod organization;
pub mod outcome;
pub mod parameters;
pub mod permission;
pub mod population;
pub mod publishing;
pub mod purpose;
mod recipients;
pub mod relationship;
pub mod revised;
pub mod sharing_policy;
pub mod simulator;
pub(crate) mod spelling;
pub mod synchronization;
pub mod throttling;
pub mod token;
pub mod trust;
pub mod way;

pub use federation::Federation;
pub use simulator::Simulator;

/// The revision of the model's rules. It goes up whenever a change makes an unchanged scenario give
/// other results; a test with golden digests forces it up.
pub const MODEL_REVISION: u32 = 2;
