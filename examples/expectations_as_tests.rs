//! Scenarios as tests of a crate of one's own: one call runs all of a directory in parallel and judges
//! what each expects.
//!
//! In another crate this is the body of a `#[test]`. What fails is told with what was expected, what came of
//! it, the way of the request, and the command that replays it.
//!
//! Run it with `cargo run --example expectations_as_tests`.

#![allow(clippy::print_stdout)] // An example shows what it found.

use fedsim::Suite;

/// Runs the example.
pub fn main() {
    let scenarios = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/scenarios/teaching/first-steps"
    );
    let reports = Suite::of([scenarios])
        .expect("the directory is there")
        .run();
    reports.assert_met();

    let counts = reports.counts();
    println!(
        "{} scenarios, {} expectations, all met",
        counts.scenarios, counts.cases
    );
}
