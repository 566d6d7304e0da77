//! The engine: simulated time, the event list, ids, keyed draws, distributions, stations, the loop.
//!
//! It is small on purpose. It knows nothing of Exchange, of files, of threads, of the wall clock or
//! of statistics, and it owns no state of any model: a model implements [`Model`], hands its events
//! to a [`Schedule`], and [`run()`] gives them back in order.
//!
//! The invariant of the whole module: events are handled in the total order (instant, source, the
//! source's own counter), which depends on the model alone.

pub mod distribution;
pub mod draw;
pub mod event_list;
pub mod hash;
pub mod id;
pub mod run;
pub mod station;
pub mod time;

pub use distribution::{Distribution, DistributionError, Zipf};
pub use draw::{DrawKeys, Seed};
pub use event_list::EventList;
pub use id::IdVec;
pub use run::{Continue, Limits, Model, Schedule, SourceId, StopReason, run};
pub use station::{Accounts, Admission, Standing, Station};
pub use time::{Instant, Offset, Span};
