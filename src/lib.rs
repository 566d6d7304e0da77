//! fedsim: a deterministic discrete-event simulator of Microsoft Exchange federation.
//!
//! Many Exchange organizations, the Microsoft Federation Gateway that brokers trust between them and
//! issues delegation tokens, DNS and the network. A [`Scenario`] describes one world; it is compiled
//! once into an immutable [`Federation`]; a [`Simulator`] replays availability requests through it,
//! one event at a time; what leaves are observations, which a [`Recorder`] takes in. Same scenario,
//! same seed, same [`MODEL_REVISION`](model::MODEL_REVISION): the same bytes.
//!
//! ```
//! use fedsim::engine::Continue;
//! use fedsim::model::observation::{Fact, Observation};
//! use fedsim::{Federation, Recorder, Scenario, Simulator};
//!
//! struct Tokens(u32);
//! impl Recorder for Tokens {
//!     fn observe(&mut self, _: &Federation, observation: &Observation) {
//!         self.0 += u32::from(matches!(observation.fact, Fact::TokenIssued { .. }));
//!     }
//! }
//!
//! let world = r#"
//!     fedsim = 1
//!     [org.contoso]
//!     domains = ["contoso.com"]
//!     mailboxes = 10
//!     [org.fabrikam]
//!     domains = ["fabrikam.com"]
//!     mailboxes = 10
//!     [relationship."contoso -> fabrikam"]
//!     free_busy_access = true
//!     [relationship."fabrikam -> contoso"]
//!     free_busy_level = "AvailabilityOnly"
//!     [request.look]
//!     at = "+1 min"
//!     from = "user1@contoso.com"
//!     to = ["user1@fabrikam.com", "user2@fabrikam.com"]
//! "#;
//! let scenario = Scenario::parse(world, "two organizations").unwrap();
//! let compiled = scenario.compile().unwrap();
//! let simulator = Simulator::new(&compiled.federation, 0, Tokens(0));
//! // Two attendees of one partner are one group: a token to find its service, one to use it.
//! assert_eq!(simulator.run(|_, _| Continue::Yes).recorder.0, 2);
//! ```
//!
//! Layers point one way: `engine` ← `model` ← `record`, `cmdlet` ← `scenario` ← `study` ← `diagnosis` ←
//! `report`; the command line stands outside and is a feature. Nothing here prints, exits, reads the wall clock or keeps
//! global state. ARCHITECTURE.md is the map.

pub mod cmdlet;
pub mod diagnosis;
pub mod engine;
pub mod model;
pub mod record;
pub mod report;
pub mod scenario;
pub mod study;

pub use model::observation::Recorder;
pub use model::outcome::{AccessLevel, AttendeeOutcome, Failure, GroupOutcome, RequestOutcome};
pub use model::{Federation, Simulator};
pub use report::suite::Suite;
pub use scenario::Scenario;
