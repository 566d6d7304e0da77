//! Two organizations, one request, told step by step.
//!
//! ```text
//!            delegation tokens (2)
//!   Contoso ─────────────────────► Microsoft Federation Gateway
//!      │ Autodiscover, then GetUserAvailability
//!      ▼
//!   Fabrikam
//! ```
//!
//! Run it with `cargo run --example two_organizations`.

#![allow(clippy::print_stdout)] // An example shows what it found.

use fedsim::engine::Continue;
use fedsim::model::observation::{Fact, Observation, Recorder};
use fedsim::model::token::Offer;
use fedsim::{AccessLevel, AttendeeOutcome, Federation, Scenario, Simulator};

/// A whole world: what the file leaves out is set up rightly.
const WORLD: &str = r#"
fedsim = 1

[org.contoso]
domains = ["contoso.com"]
[org.contoso.mailbox.anna]

[org.fabrikam]
domains = ["fabrikam.com"]
[org.fabrikam.mailbox.ben]
calendar_default = "LimitedDetails"

[relationship."contoso -> fabrikam"]
free_busy_access = true                 # may Contoso ask?

[relationship."fabrikam -> contoso"]
free_busy_level = "AvailabilityOnly"    # what may Contoso see?

[request.look]
at = "+1 min"                           # one minute [min] after the start
from = "anna@contoso.com"
to = ["ben@fabrikam.com"]
"#;

/// A recorder of our own: it counts tokens and keeps outcomes.
#[derive(Default)]
struct Counter {
    tokens: Vec<Offer>,
    outcomes: Vec<AttendeeOutcome>,
}

impl Recorder for Counter {
    fn observe(&mut self, _: &Federation, observation: &Observation) {
        match observation.fact {
            Fact::TokenIssued { token, .. } => self.tokens.push(token.offer),
            Fact::AttendeeDone { outcome, .. } => self.outcomes.push(outcome),
            _ => {}
        }
    }
}

/// Runs the example.
pub fn main() {
    let scenario = Scenario::parse(WORLD, "two organizations").expect("the text is a scenario");
    let compiled = scenario.compile().expect("the scenario is consistent");
    let simulator = Simulator::new(&compiled.federation, 0, Counter::default());
    let finished = simulator.run(|_, _| Continue::Yes);

    // Contoso had never asked about Ben: one token to find Fabrikam's service, one to use it.
    let mut tokens = finished.recorder.tokens;
    tokens.sort();
    assert_eq!(
        tokens,
        [Offer::SharingCalendarFreeBusy, Offer::Autodiscover]
    );

    // Ben's calendar would show details; the relationship is the ceiling.
    let outcomes = finished.recorder.outcomes;
    assert_eq!(outcomes, [AttendeeOutcome::View(AccessLevel::Simple)]);
    println!(
        "one attendee seen at {:?}, with {} tokens",
        AccessLevel::Simple,
        tokens.len()
    );
}
