//! fedsim: a deterministic discrete-event simulator of Microsoft Exchange federation.

pub mod engine;
pub mod model;
pub mod scenario;

pub use model::observation::Recorder;
pub use model::outcome::{AccessLevel, AttendeeOutcome, Failure, GroupOutcome, RequestOutcome};
pub use model::{Federation, Simulator};
pub use scenario::Scenario;
