//! What changes in a run: the time line and the faults, as the worlds that hold between instants.
//!
//! It knows nothing of what a change means. Invariant: the world between two instants is the file's
//! world with the time line's sets up to then laid over it in order, and over them the sets of the
//! faults that are going on, by name. Faults at random are laid over it in the run.

use std::collections::BTreeSet;

use crate::engine::{Instant, Span};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::patch::overlay;
use crate::scenario::tree::Table;

/// How often a fault may recur, and how often one at random may be expected, in a run.
///
/// Each time changes the world twice, and what it was stays known to whoever has an old copy.
const RECURRENCES_MAX: u64 = 10_000;
const EXPECTED_MAX: u64 = 1_000;

/// A procedure of the time line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Procedure<'t> {
    /// When.
    pub at: Instant,
    /// The entry that orders it.
    pub entry: &'t Table,
}

/// A fault that happens at random.
#[derive(Clone, Copy, Debug)]
pub(super) struct AtRandom<'t> {
    /// Its name.
    pub name: &'t str,
    /// The mean time from the end of one to the begin of the next.
    pub between: Span,
    /// The mean time to repair.
    pub repair: Span,
    /// From when on it may happen, if not from the start.
    pub from: Option<Instant>,
    /// Until when, if not to the end.
    pub until: Option<Instant>,
    /// What is different meanwhile.
    pub set: &'t Table,
}

/// A fault at known instants.
#[derive(Debug)]
struct Fault<'t> {
    from: Instant,
    length: Span,
    /// From the begin of one to the begin of the next.
    every: Span,
    count: u64,
    set: &'t Table,
}

/// What the scenario changes.
#[derive(Debug)]
pub(super) struct Changes<'t> {
    sets: Vec<(Instant, &'t Table)>,
    faults: Vec<Fault<'t>>,
    /// Faults at random, by name.
    pub at_random: Vec<AtRandom<'t>>,
    /// Procedures, by instant.
    pub procedures: Vec<Procedure<'t>>,
}

/// What is laid over the file's world: so many sets of the time line, and these faults. The worlds of
/// equal states are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct State {
    sets: usize,
    faults: Vec<usize>,
}

impl<'t> Changes<'t> {
    /// Reads the time line and the faults of a tree.
    pub fn read(tree: &'t Table, found: &mut Diagnostics) -> Changes<'t> {
        let mut changes = Changes {
            sets: Vec::new(),
            faults: Vec::new(),
            at_random: Vec::new(),
            procedures: Vec::new(),
        };
        for entry in tree.tables("timeline") {
            changes.read_entry(entry, found);
        }
        for (name, fault) in tree.named("fault") {
            let place = tree.table("fault").key_location(name);
            changes.read_fault(tree.table("run"), (name, fault), place, found);
        }
        changes.sets.sort_by_key(|set| set.0);
        changes.procedures.sort_by_key(|procedure| procedure.at);
        changes
    }

    fn read_entry(&mut self, entry: &'t Table, found: &mut Diagnostics) {
        let at = entry.instant("at");
        if let Some(set) = entry.optional_table("set") {
            self.sets.push((at, set));
        }
        if entry.optional_text("do").is_some() {
            self.procedures.push(Procedure { at, entry });
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

    fn read_fault(
        &mut self,
        run: &Table,
        (name, fault): (&'t str, &'t Table),
        place: Option<crate::scenario::diagnostic::Location>,
        found: &mut Diagnostics,
    ) {
        let mut error = |code, key: &str, message: String, help: String| {
            let place = fault.location(key).or(place);
            if let Some(place) = place {
                found.push(Diagnostic::error(code, place, message).help(help));
            }
        };
        let (from, until) = (
            fault.optional_instant("from"),
            fault.optional_instant("until"),
        );
        if let (Some(from), Some(until)) = (from, until)
            && until <= from
        {
            let message = "the fault ends before it begins".into();
            let help = "give `until` an instant after `from`".into();
            return error("fault-ends-first", "until", message, help);
        }
        let means = [BETWEEN, REPAIR].map(|key| fault.optional_span(key));
        let every = fault.optional_span("every");
        let set = fault.table("set");
        match (means, from, until) {
            ([Some(between), Some(repair)], ..) => {
                if every.is_some() {
                    let message = format!("fault `{name}` happens at random and recurs as well");
                    let help = format!("leave out `every`, or `{BETWEEN}` and `{REPAIR}`");
                    return error("two-kinds-of-fault", "every", message, help);
                }
                let end = run.instant("start") + run.span("length");
                let first = from.map_or(run.instant("start"), |at| at.max(run.instant("start")));
                let whole = until.map_or(end, |at| at.min(end)).since(first);
                let expected = whole.nanoseconds() / (between + repair).nanoseconds().max(1);
                if expected > EXPECTED_MAX {
                    let message = format!(
                        "fault `{name}` is expected some {expected} times in the run, and {EXPECTED_MAX} are \
                         the limit"
                    );
                    let help = "give longer mean times, or a shorter time in which it may happen \
                                with `from` and `until`";
                    return error("too-many-faults", BETWEEN, message, help.into());
                }
                self.at_random.push(AtRandom {
                    name,
                    between,
                    repair,
                    from,
                    until,
                    set,
                });
            }
            ([Some(_), None] | [None, Some(_)], ..) => {
                let key = if means[0].is_some() { BETWEEN } else { REPAIR };
                let message = format!("fault `{name}` happens at random and needs both mean times");
                let help = format!("give `{BETWEEN}` and `{REPAIR}`, or neither");
                error("half-a-breakdown", key, message, help);
            }
            ([None, None], Some(from), Some(until)) => {
                let length = until.since(from);
                let count = match every {
                    None => 1,
                    Some(every) if every <= length => {
                        let message = format!("fault `{name}` recurs before it has ended");
                        let help = format!("give `every` more than the {length} that it lasts");
                        return error("fault-overlaps", "every", message, help);
                    }
                    Some(every) => {
                        let end = run.instant("start") + run.span("length");
                        let whole = end.since(from).nanoseconds();
                        whole.div_ceil(every.nanoseconds()).max(1)
                    }
                };
                if count > RECURRENCES_MAX {
                    let message = format!(
                        "fault `{name}` recurs {count} times in the run, and {RECURRENCES_MAX} are the \
                         limit"
                    );
                    let help = "give a longer `every`, or a shorter run";
                    return error("too-many-faults", "every", message, help.into());
                }
                self.faults.push(Fault {
                    from,
                    length,
                    every: every.unwrap_or(Span::MAX),
                    count,
                    set,
                });
            }
            ([None, None], ..) => {
                let (given, absent) = match (from, until) {
                    (Some(_), _) => ("from", "`until`"),
                    (None, Some(_)) => ("until", "`from`"),
                    (None, None) => ("set", "`from` and `until`"),
                };
                let message = format!("fault `{name}` does not say when it happens");
                let help = format!(
                    "give {absent}, or the mean times `{BETWEEN}` and `{REPAIR}` for a fault at random"
                );
                error("fault-without-time", given, message, help);
            }
        }
    }

    /// The instants at which the world changes, ascending.
    pub fn instants(&self) -> BTreeSet<Instant> {
        let sets = self.sets.iter().map(|set| set.0);
        let begins = |fault: &'_ Fault<'t>| {
            let (from, every, count) = (fault.from, fault.every, fault.count);
            (0..count).map(move |number| from + every.times(number))
        };
        let faults = self
            .faults
            .iter()
            .flat_map(|fault| begins(fault).flat_map(|at| [at, at + fault.length]));
        sets.chain(faults).collect()
    }

    /// What holds at an instant.
    pub fn state(&self, at: Instant) -> State {
        let going_on = |(_, fault): &(usize, &Fault<'t>)| fault.is_on(at);
        let faults = self.faults.iter().enumerate().filter(going_on);
        State {
            sets: self.sets.partition_point(|(from, _)| *from <= at),
            faults: faults.map(|(number, _)| number).collect(),
        }
    }

    /// Lays over the file's tree what holds in a state.
    pub fn apply(&self, tree: &mut Table, state: &State) {
        for (_, set) in &self.sets[..state.sets] {
            overlay(tree, set);
        }
        for &number in &state.faults {
            overlay(tree, self.faults[number].set);
        }
    }

    /// All sets, for checks of what they touch.
    pub fn all_sets(&self) -> impl Iterator<Item = &'t Table> {
        let of_faults = self.faults.iter().map(|fault| fault.set);
        let at_random = self.at_random.iter().map(|fault| fault.set);
        let sets = self.sets.iter().map(|set| set.1);
        sets.chain(of_faults).chain(at_random)
    }
}

impl Fault<'_> {
    fn is_on(&self, at: Instant) -> bool {
        let number = at.since(self.from).nanoseconds() / self.every.nanoseconds().max(1);
        let begin = self.from + self.every.times(number.min(self.count - 1));
        begin <= at && at < begin + self.length
    }
}

const BETWEEN: &str = "mean_time_between_failures";
const REPAIR: &str = "mean_time_to_repair";
