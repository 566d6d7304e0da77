//! A broken world, its failure as data, and the repair tried out.
//!
//! Fabrikam's Autodiscover virtual directory does not accept delegation tokens. The requester sees
//! 5039; the cause names the virtual directory and the side that has to act.
//!
//! Run it with `cargo run --example why_it_failed`.

#![allow(clippy::print_stdout)] // An example shows what it found.

use fedsim::engine::Continue;
use fedsim::model::observation::{Fact, Observation, Recorder};
use fedsim::{AttendeeOutcome, Federation, Scenario, Simulator};

/// The world, with a hole where the repair goes.
fn world(ws_security: bool) -> String {
    format!(
        r#"
        fedsim = 1
        [org.contoso]
        domains = ["contoso.com"]
        [org.contoso.mailbox.anna]
        [org.fabrikam]
        domains = ["fabrikam.com"]
        [org.fabrikam.mailbox.ben]
        [org.fabrikam.server.cas1.autodiscover]
        ws_security = {ws_security}
        [relationship."contoso -> fabrikam"]
        free_busy_access = true
        [relationship."fabrikam -> contoso"]
        free_busy_level = "AvailabilityOnly"
        [request.look]
        at = "+1 min"
        from = "anna@contoso.com"
        to = ["ben@fabrikam.com"]
        "#
    )
}

/// Keeps the outcome of the last attendee.
#[derive(Default)]
struct Last(Option<AttendeeOutcome>);

impl Recorder for Last {
    fn observe(&mut self, _: &Federation, observation: &Observation) {
        if let Fact::AttendeeDone { outcome, .. } = observation.fact {
            self.0 = Some(outcome);
        }
    }
}

fn outcome(world: &str) -> AttendeeOutcome {
    let scenario = Scenario::parse(world, "a broken world").expect("the text is a scenario");
    let compiled = scenario.compile().expect("the scenario is consistent");
    let simulator = Simulator::new(&compiled.federation, 0, Last::default());
    simulator
        .run(|_, _| Continue::Yes)
        .recorder
        .0
        .expect("an attendee has an outcome")
}

/// Runs the example.
pub fn main() {
    let AttendeeOutcome::Failed(failure) = outcome(&world(false)) else {
        panic!("the virtual directory refuses delegation tokens")
    };
    println!("{}: {}", failure.code, failure.text());
    println!(
        "the {} has to act: {}",
        failure.side,
        fedsim::report::causes::short(failure.cause)
    );
    assert_eq!(failure.cause.id(), "publishing.wssecurity-disabled");
    assert_eq!(failure.code.number(), 5039);

    assert!(
        matches!(outcome(&world(true)), AttendeeOutcome::View(_)),
        "repaired"
    );
    println!("repaired: the calendar is shown");
}
