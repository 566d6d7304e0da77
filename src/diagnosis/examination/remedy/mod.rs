//! What repairs a finding: cmdlets with their parameters filled in, and words where no cmdlet does it.
//!
//! All texts of remedies stand here, and it knows no rule. Invariant: each line that is called a cmdlet
//! passes the check of scripts.

mod publishing;
mod relationship;
mod trust;

use std::collections::BTreeSet;

use crate::model::Federation;

use super::Examiner;
use super::finding::{Acts, Finding, Operator, Step};

/// What one actor has to do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionList {
    /// Who.
    pub acts: Acts,
    /// Which of their people.
    pub operator: Operator,
    /// What to do, each once, what others need first.
    pub steps: Vec<Step>,
}

/// Ranks of steps: what others need comes first.
const CLOCK: u8 = 0;
const TRUST: u8 = 1;
const IDENTIFIER: u8 = 2;
const DOMAINS: u8 = 3;
const PUBLISHING: u8 = 4;
const RELATIONSHIP: u8 = 5;
const PERMISSION: u8 = 6;
const RESTART: u8 = 9;

/// The list of each actor.
pub(super) fn action_lists(federation: &Federation, findings: &[Finding]) -> Vec<ActionList> {
    let actors: BTreeSet<(Acts, Operator)> = findings
        .iter()
        .map(|finding| (finding.acts, finding.operator))
        .collect();
    let lists = actors.into_iter().map(|(acts, operator)| {
        let own = findings
            .iter()
            .filter(|finding| (finding.acts, finding.operator) == (acts, operator));
        let mut steps: Vec<Step> = Vec::new();
        for step in own.flat_map(|finding| &finding.steps) {
            if !steps.contains(step) {
                steps.push(step.clone());
            }
        }
        // What is found first stays first among equals.
        steps.sort_by_key(|step| step.rank);
        ActionList {
            acts,
            operator,
            steps,
        }
    });
    let mut lists: Vec<ActionList> = lists.filter(|list| !list.steps.is_empty()).collect();
    lists.sort_by_key(|list| match list.acts {
        Acts::Organization(id) => (
            list.operator != Operator::Exchange,
            &*federation.organizations.original(id).name,
            list.operator,
        ),
        Acts::Gateway(id) => (true, &*federation.gateways.original(id).name, list.operator),
        Acts::Network => (true, "", list.operator),
    });
    lists
}

/// A name as PowerShell takes it.
fn quoted(name: &str) -> String {
    match name.contains(['"', '$', '`']) {
        true => format!("'{}'", name.replace('\'', "''")),
        false => format!("\"{name}\""),
    }
}

fn cmdlet(rank: u8, text: impl Into<String>) -> Step {
    Step {
        rank,
        is_cmdlet: true,
        text: text.into(),
    }
}

fn words(rank: u8, text: impl Into<String>) -> Step {
    Step {
        rank,
        is_cmdlet: false,
        text: text.into(),
    }
}

impl Examiner<'_> {
    /// A remedy that no cmdlet is.
    pub(in crate::diagnosis::examination) fn words(&self, text: &str) -> Vec<Step> {
        vec![words(PUBLISHING, text)]
    }
}
