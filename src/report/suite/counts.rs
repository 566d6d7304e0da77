//! What a suite comes to in numbers.
//!
//! It knows nothing of scenarios. Invariant: every case is counted once.

use crate::scenario::Diagnostics;

use super::{Finding, Outcome, Report};

/// How many of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Scenarios that were tested, or should have been.
    pub scenarios: usize,
    /// Expectations and snapshots that were judged.
    pub cases: usize,
    /// Of them as expected.
    pub met: usize,
    /// Of them not as expected.
    pub failed: usize,
    /// Of them digests and snapshots that differ.
    pub differ: usize,
    /// Of them written anew.
    pub updated: usize,
    /// Scenarios that expect nothing.
    pub without: usize,
    /// Scenarios that are invalid.
    pub invalid: usize,
    /// Files that could not be read or written.
    pub input_output: usize,
    /// Scenarios in which laws do not hold that hold in every run.
    pub broken: usize,
    /// Scenarios that were not run to their ends.
    pub interrupted: usize,
}

impl Counts {
    pub(super) fn of(reports: &[Report]) -> Counts {
        let mut counts = Counts::default();
        for report in reports {
            counts.scenarios += 1;
            match &report.outcome {
                Outcome::Judged(cases) => {
                    for case in cases {
                        counts.cases += 1;
                        match case.finding {
                            Finding::Met => counts.met += 1,
                            Finding::Failed(_) => counts.failed += 1,
                            Finding::Differs(_) => counts.differ += 1,
                            Finding::Updated => counts.updated += 1,
                            Finding::Unwritten(_) => counts.input_output += 1,
                        }
                    }
                }
                Outcome::Without => counts.without += 1,
                Outcome::Refused(found) if is_about_files(found) => counts.input_output += 1,
                Outcome::Refused(_) => counts.invalid += 1,
                Outcome::InputOutput(_) => counts.input_output += 1,
                Outcome::BrokenLaws(_) => counts.broken += 1,
                Outcome::Interrupted => counts.interrupted += 1,
            }
        }
        counts
    }

    /// Whether something was tested and everything was as expected, or has been written anew.
    pub fn are_all_met(&self) -> bool {
        let scenarios = self.invalid + self.input_output + self.broken + self.interrupted;
        self.cases > 0 && self.failed + self.differ + scenarios == 0
    }
}

/// Whether the file could not be read at all.
pub(super) fn is_about_files(found: &Diagnostics) -> bool {
    found.iter().any(|finding| finding.code == "io")
}
