//! Traces: how each is read, and what is found in it before the run.
//!
//! It knows no form of a trace. Invariant: what passes here can be replayed: a run that meets a line it
//! cannot use has another file before it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::{Continue, IdVec};
use crate::model::demand::{Candidates, Census, DrawnFrom, Trace, TraceId, WorkloadId};
use crate::model::federation::Federation;
use crate::model::organization::OrgId;
use crate::model::outcome::View;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, Location};
use crate::scenario::instants::{self, Clock};
use crate::scenario::read::Document;
use crate::scenario::read::names::{self, suggestion};
use crate::scenario::side_file::{SideFile, SideFiles, SideStream};
use crate::scenario::trace::{BadRow, Form, Plan, Reader, TraceFile, UnknownAddress};
use crate::scenario::tree::Table;

use super::ids::Ids;
use super::workload::{NamedPartners, members};

/// How many lines of a trace are found fault with before the rest is not looked at.
const FAULTS_MAX: u64 = 100;

/// The traces of a federation that is complete but for them, in the order of their names.
pub(super) fn traces(
    document: &Document,
    tree: &Table,
    federation: &Federation,
    ids: &Ids,
    found: &mut Diagnostics,
) -> IdVec<TraceId, Trace> {
    let mut traces = IdVec::new();
    let mut excerpts = 0;
    for (name, row) in tree.named("trace") {
        let workload = workload(federation, name).expect("each trace has a workload");
        let drawn_from = drawn_from(tree, row, federation, ids, found);
        let place = row.location("file").unwrap_or_default();
        let users = users(&document.files, row, found);
        let file = match document.files.stream(row.text("file"), place) {
            Ok(file) => file,
            Err(refused) => {
                found.push(refused);
                continue;
            }
        };
        if row.optional_text("demand").is_some() && drawn_from.is_none() {
            continue;
        }
        let plan = Arc::new(plan(document, row, federation, drawn_from.is_some(), users));
        if plan.form == Form::Log && drawn_from.is_none() {
            let message = "a log does not tell whose calendars were asked for";
            let help = "add `demand = \"…\"`, the workload whose laws they are drawn from";
            found.push(Diagnostic::error("no-demand", place, message).help(help));
            continue;
        }
        let check = Check {
            plan: &plan,
            file: &file,
            place,
        };
        let Some((census, hash)) = check.run(federation, &mut excerpts, found) else {
            continue;
        };
        traces.push(Trace {
            workload,
            recording: Arc::new(TraceFile { plan, file, hash }),
            drawn_from,
            census,
        });
    }
    traces
}

/// A trace that is read through before the run.
struct Check<'a> {
    plan: &'a Arc<Plan>,
    file: &'a SideStream,
    /// Where the scenario names the file.
    place: Location,
}

impl Check<'_> {
    /// What is in the trace, with its hash; none if it is refused.
    fn run(
        &self,
        federation: &Federation,
        excerpts: &mut u16,
        found: &mut Diagnostics,
    ) -> Option<(Census, u128)> {
        let refused = |error| SideFiles::refused(&self.file.name(), &error, self.place);
        let opened = self.file.open().map_err(|error| found.push(refused(error)));
        let mut reader = Reader::new(self.plan.clone(), opened.ok()?);
        let mut faults = 0;
        loop {
            let read = reader.next(federation, &mut |line, fault| {
                if !self.plan.stops_at(fault) {
                    return Continue::Yes;
                }
                faults += 1;
                *excerpts = excerpts.saturating_add(1);
                let (index, source) = self.file.excerpt(*excerpts, line.number, line.text);
                let place = Location::new(index, fault.range.clone());
                let found_here = Diagnostic::error(fault.code, place, fault.message.clone());
                found.push(found_here.within(source).maybe_help(fault.help.clone()));
                match faults < FAULTS_MAX {
                    true => Continue::Yes,
                    false => Continue::No,
                }
            });
            match read {
                Ok(Some(_)) => {}
                Ok(None) if faults == 0 => break,
                Ok(None) => {
                    if faults == FAULTS_MAX {
                        let name = self.file.name();
                        let message = format!("`{name}` was not read beyond {faults} faults");
                        let help = "repair these first; or `on_bad_row` and `on_unknown_address` \
                                    may leave rows out";
                        found.push(Diagnostic::error("too-many", self.place, message).help(help));
                    }
                    return None;
                }
                Err(error) => {
                    found.push(refused(error));
                    return None;
                }
            }
        }
        self.warn(reader.census(), found);
        Some((reader.census().clone(), reader.hash()?))
    }

    /// Says what is left out of a trace.
    fn warn(&self, census: &Census, found: &mut Diagnostics) {
        let name = self.file.name();
        let mut warn = |code, message: String, help: String| {
            found.push(Diagnostic::warning(code, self.place, message).help(help));
        };
        let (bad, unknown) = (census.bad, census.unknown);
        if bad + unknown + census.addresses_left_out > 0 {
            let first: Vec<String> = census
                .first
                .iter()
                .map(|(line, why)| format!("line {line}: {why}"))
                .collect();
            let message = format!(
                "of {} rows of `{name}`, {bad} that cannot be read and {unknown} with unknown \
                 addresses are left out, and {} attendees of others",
                census.rows, census.addresses_left_out
            );
            warn("rows-left-out", message, first.join("; "));
        }
        if census.outside > 0 {
            let message = format!(
                "{} of {} rows of `{name}` lie outside the run",
                census.outside, census.rows
            );
            let help = "move them with `shift`, or the run with `run.start` and `run.length`";
            warn("outside-the-run", message, help.to_owned());
        }
        if census.requests == 0 {
            let message = format!("`{name}` holds no request for the run");
            let help = format!(
                "{} rows: {} about something else, {} outside the run",
                census.rows, census.passed_over, census.outside
            );
            warn("no-request", message, help);
        }
    }
}

fn plan(
    document: &Document,
    row: &Table,
    federation: &Federation,
    draws: bool,
    users: BTreeMap<String, String>,
) -> Plan {
    let zone = row.optional_text("time_zone").map(|zone| {
        let (zone, _) = instants::zone(zone).expect("the reader lets only known zones pass");
        zone
    });
    Plan {
        form: match row.text("format") {
            "w3c" => Form::Log,
            _ => Form::Table,
        },
        clock: Clock::new(
            document.clock.start,
            zone.unwrap_or_else(|| document.clock.zone().clone()),
        ),
        shift: row.offset("shift"),
        reorder_within: row.span("reorder_within"),
        bad_row: match row.text("on_bad_row") {
            "skip" => BadRow::Skip,
            _ => BadRow::Stop,
        },
        unknown_address: match row.text("on_unknown_address") {
            "skip" => UnknownAddress::Skip,
            "skip-address" => UnknownAddress::SkipAddress,
            _ => UnknownAddress::Stop,
        },
        window: row.span("window"),
        view: View::from_word(row.text("view")).unwrap_or(View::DetailedMerged),
        interval: row.span("interval"),
        draws,
        users,
        run: federation.start..federation.limits.horizon,
    }
}

/// What the attendees of rows that name none are drawn from.
fn drawn_from(
    tree: &Table,
    row: &Table,
    federation: &Federation,
    ids: &Ids,
    found: &mut Diagnostics,
) -> Option<DrawnFrom> {
    let name = row.optional_text("demand")?;
    let mut workloads = tree.named("workload");
    let Some((_, laws)) = workloads.find(|(known, _)| *known == name) else {
        let known = tree.named("workload").map(|(name, _)| name);
        let help = match suggestion(name, known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "declare it as `[workload.NAME]`".to_owned(),
        };
        let message = format!("there is no workload `{name}`");
        let place = row.location("demand").unwrap_or_default();
        found.push(Diagnostic::error("unknown-name", place, message).help(help));
        return None;
    };
    let candidates = match laws.optional_list("to") {
        Some(_) => {
            let asked = members(laws, "to", federation, ids, found);
            Candidates::Shared(in_order(federation, None, &asked).into())
        }
        None => own_candidates(federation),
    };
    let workload = workload(federation, name).expect("each workload has an id");
    Some(DrawnFrom {
        workload,
        candidates,
    })
}

/// What each organization's own relationships and connectors name.
fn own_candidates(federation: &Federation) -> Candidates {
    let named = NamedPartners::of_all(federation);
    let (mut first, mut partners) = (vec![0], Vec::new());
    for organization in federation.organizations.ids() {
        partners.extend(in_order(
            federation,
            Some(organization),
            named.of(organization),
        ));
        first.push(partners.len() as u32);
    }
    Candidates::Own {
        first: first.into(),
        partners: partners.into(),
    }
}

/// Those that can be asked, by another than themselves, in the order of the hashes of their names.
fn in_order(federation: &Federation, asks: Option<OrgId>, asked: &[OrgId]) -> Vec<OrgId> {
    let can_be_asked = |id: &OrgId| Some(*id) != asks && federation.mailbox_count(*id) > 0;
    let mut partners: Vec<OrgId> = asked.iter().copied().filter(can_be_asked).collect();
    partners.sort_unstable_by_key(|&id| federation.organizations.original(id).hash);
    partners
}

fn workload(federation: &Federation, name: &str) -> Option<WorkloadId> {
    let mut workloads = federation.workloads.enumerate();
    let found = workloads.find(|(_, known)| &*known.name == name);
    found.map(|(id, _)| id)
}

/// The addresses of the users of a log, by their names in lower case.
fn users(files: &SideFiles, row: &Table, found: &mut Diagnostics) -> BTreeMap<String, String> {
    let mut users = BTreeMap::new();
    let Some(path) = row.optional_text("users") else {
        return users;
    };
    let place = row.location("users").unwrap_or_default();
    let file = match files.text(path, place) {
        Ok(file) => file,
        Err(refused) => {
            found.push(refused);
            return users;
        }
    };
    let mut start = 0;
    let mut has_header = false;
    for line in file.text().split_inclusive('\n') {
        let here = start;
        start += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let range = here..here + line.len();
        let cells = line.split_once(',');
        let cells = cells.map(|(user, address)| (user.trim(), address.trim()));
        match cells {
            Some(("user", "address")) if !has_header => has_header = true,
            Some((user, address)) if has_header && !user.is_empty() => {
                add_user(&file, range, user, address, &mut users, found);
            }
            _ => {
                let message = match has_header {
                    false => "the first line is not `user,address`",
                    true => "the line is not a name and an address",
                };
                found.push(
                    file.error("bad-row", range, message)
                        .help("write `user,address`, then a line such as `CONTOSO\\kim,kim@contoso.com` for each"),
                );
                if !has_header {
                    return users;
                }
            }
        }
    }
    users
}

fn add_user(
    file: &SideFile,
    range: std::ops::Range<usize>,
    user: &str,
    address: &str,
    users: &mut BTreeMap<String, String>,
    found: &mut Diagnostics,
) {
    match names::address(address) {
        Ok(address) => {
            if users.insert(user.to_ascii_lowercase(), address).is_some() {
                let message = format!("`{}` comes twice", names::short(user));
                found.push(
                    file.error("bad-row", range, message)
                        .help("remove one of them"),
                );
            }
        }
        Err(refusal) => {
            let start = range.end - address.len();
            let refused = file.error("bad-name", start..range.end, refusal.message);
            found.push(refused.help(refusal.help));
        }
    }
}
