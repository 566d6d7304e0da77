//! fedsim: a deterministic discrete-event simulator of Microsoft Exchange federation.

pub mod engine;
pub mod model;
pub mod record;
pub mod report;
pub mod scenario;
pub mod study;
