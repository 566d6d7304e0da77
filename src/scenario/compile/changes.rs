//! What changes in a run: the time line and the faults, as the worlds that hold between instants.
//!
//! It knows nothing of what a change means. Invariant: the world between two instants is the file's
//! world with the time line's sets up to then laid over it in order, and over them the sets of the
//! faults that are going on, by name.

use std::collections::BTreeMap;

use crate::engine::Instant;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::patch::overlay;
use crate::scenario::tree::Table;

/// A procedure of the time line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Procedure<'t> {
    /// When.
    pub at: Instant,
    /// The entry that orders it.
    pub entry: &'t Table,
}

/// What the scenario changes.
#[derive(Debug)]
pub(super) struct Changes<'t> {
    sets: Vec<(Instant, &'t Table)>,
    faults: Vec<(Instant, Instant, &'t Table)>,
    /// Procedures, by instant.
    pub procedures: Vec<Procedure<'t>>,
}

impl<'t> Changes<'t> {
    /// Reads the time line and the faults of a tree.
    pub fn read(tree: &'t Table, found: &mut Diagnostics) -> Changes<'t> {
        let mut changes = Changes {
            sets: Vec::new(),
            faults: Vec::new(),
            procedures: Vec::new(),
        };
        for entry in tree.tables("timeline") {
            let at = entry.instant("at");
            if let Some(set) = entry.optional_table("set") {
                changes.sets.push((at, set));
            }
            if entry.optional_text("do").is_some() {
                changes.procedures.push(Procedure { at, entry });
            } else if entry.optional_table("set").is_none()
                && entry.optional_text("run").is_none()
                && entry.optional_text("script").is_none()
                && let Some(place) = entry.location("at")
            {
                let message = "this entry of the time line does nothing";
                let help = "give it cmdlets with `run`, a procedure with `do`, or a change of the \
                            world with `set`";
                found.push(Diagnostic::error("nothing-happens", place, message).help(help));
            }
        }
        for (_, fault) in tree.named("fault") {
            let (from, until) = (fault.instant("from"), fault.instant("until"));
            if until <= from
                && let Some(place) = fault.location("until")
            {
                let message = "the fault ends before it begins";
                let help = "give `until` an instant after `from`";
                found.push(Diagnostic::error("fault-ends-first", place, message).help(help));
            }
            changes.faults.push((from, until, fault.table("set")));
        }
        changes.sets.sort_by_key(|set| set.0);
        changes.procedures.sort_by_key(|procedure| procedure.at);
        changes
    }

    /// The instants at which the world changes, ascending.
    pub fn instants(&self) -> Vec<Instant> {
        let sets = self.sets.iter().map(|set| set.0);
        let faults = self.faults.iter().flat_map(|fault| [fault.0, fault.1]);
        let unique: BTreeMap<Instant, ()> = sets.chain(faults).map(|at| (at, ())).collect();
        unique.into_keys().collect()
    }

    /// Lays over the file's tree what holds at an instant.
    pub fn apply(&self, tree: &mut Table, at: Instant) {
        for (from, set) in &self.sets {
            if *from <= at {
                overlay(tree, set);
            }
        }
        for (from, until, set) in &self.faults {
            if *from <= at && at < *until {
                overlay(tree, set);
            }
        }
    }

    /// All sets, for checks of what they touch.
    pub fn all_sets(&self) -> impl Iterator<Item = &'t Table> {
        self.sets
            .iter()
            .map(|set| set.1)
            .chain(self.faults.iter().map(|fault| fault.2))
    }
}
