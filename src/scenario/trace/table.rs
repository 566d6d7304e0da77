//! A trace as a table: a header, and rows of cells between commas.
//!
//! It knows nothing of files. Invariant: a row says no more than its cells; what a blank cell means
//! stands in the reference of scenarios.

use std::ops::Range;

use smallvec::SmallVec;

use crate::engine::Span;
use crate::model::address::Address;
use crate::model::demand::TracedRequest;
use crate::model::federation::Federation;
use crate::scenario::read::names::{short, suggestion};

use super::cells::{self, Cells};
use super::plan::{self, Plan, UnknownAddress};
use super::reader::{Read, Row};
use super::{Fault, FaultKind};

/// The columns that there are, required ones first.
const COLUMNS: &[&str] = &["time", "from", "to", "window", "view", "interval", "server"];

/// The longest window and interval, as of a request that the scenario spells out.
const WINDOW_MAX: Span = Span::from_days(36_525);
const INTERVAL_MAX: Span = Span::from_days(366);

/// A table whose header has been read.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// Which cell of a row each column is; none: the header has not been read.
    places: Option<[Option<usize>; COLUMNS.len()]>,
    /// How many cells a row has.
    width: usize,
}

/// The cells of a row, by column.
struct Columns<'a> {
    line: &'a str,
    cells: Cells,
    places: [Option<usize>; COLUMNS.len()],
}

impl Table {
    /// Reads a line.
    pub(super) fn read(
        &mut self,
        plan: &Plan,
        federation: &Federation,
        line: &str,
        left_out: &mut dyn FnMut(&Fault),
    ) -> Result<Read, Fault> {
        if line.trim().is_empty() || line.starts_with('#') {
            return Ok(Read::Nothing);
        }
        let Some(places) = self.places else {
            self.read_header(plan, line)?;
            return Ok(Read::Nothing);
        };
        let cells = cells::split(line, usize::MAX)?;
        if cells.len() != self.width {
            let message = format!(
                "the row has {} cells, and the header {}",
                cells.len(),
                self.width
            );
            return Err(Fault::bad(0..line.len(), message).help(
                "write each cell, blank if there is nothing to say; quote a cell with commas",
            ));
        }
        let columns = Columns {
            line,
            cells,
            places,
        };
        row(plan, federation, &columns, left_out).map(Read::Row)
    }

    fn read_header(&mut self, plan: &Plan, line: &str) -> Result<(), Fault> {
        let as_header = |fault: Fault| Fault {
            kind: FaultKind::Header,
            ..fault
        };
        let cells = cells::split(line, usize::MAX).map_err(as_header)?;
        let mut places = [None; COLUMNS.len()];
        for (number, cell) in cells.iter().enumerate() {
            let name = cell.text(line).to_ascii_lowercase();
            let Some(column) = COLUMNS.iter().position(|column| *column == name) else {
                let message = format!("there is no column `{}`", short(&name));
                let help = match suggestion(&name, COLUMNS.iter().copied()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("columns: {}", COLUMNS.join(", ")),
                };
                return Err(Fault::header(cell.range.clone(), message).help(help));
            };
            if places[column].replace(number).is_some() {
                let message = format!("the column `{name}` comes twice");
                return Err(Fault::header(cell.range.clone(), message).help("remove one of them"));
            }
        }
        let required = if plan.draws { 2 } else { 3 };
        for (column, place) in COLUMNS.iter().zip(places).take(required) {
            if place.is_none() {
                let message = format!("there is no column `{column}`");
                let help = match *column {
                    "to" => "name the attendees, or give the trace a `demand` they are drawn from",
                    _ => "the first line names the columns, such as `time,from,to`",
                };
                return Err(Fault::header(0..line.len(), message).help(help));
            }
        }
        (self.places, self.width) = (Some(places), cells.len());
        Ok(())
    }
}

impl Columns<'_> {
    /// The text of a cell with its place; none if it is blank.
    fn cell(&self, column: &str) -> Option<(std::borrow::Cow<'_, str>, Range<usize>)> {
        let column = COLUMNS.iter().position(|known| *known == column);
        let cell = &self.cells[self.places[column?]?];
        let text = cell.text(self.line);
        (!text.is_empty()).then(|| (text, cell.range.clone()))
    }

    /// The same; blank is a trouble.
    fn required(&self, column: &str) -> Result<(std::borrow::Cow<'_, str>, Range<usize>), Fault> {
        self.cell(column).ok_or_else(|| {
            let message = format!("`{column}` is blank");
            Fault::bad(0..self.line.len(), message).help("each row says who asks, and when")
        })
    }
}

fn row(
    plan: &Plan,
    federation: &Federation,
    columns: &Columns<'_>,
    left_out: &mut dyn FnMut(&Fault),
) -> Result<Row, Fault> {
    let (time, place) = columns.required("time")?;
    let at = plan.instant(&time, place.clone())?;
    let (from, from_place) = columns.required("from")?;
    // All that cannot be read comes before all that is unknown.
    let window = columns
        .cell("window")
        .map(|(text, at)| Plan::span(&text, WINDOW_MAX, at));
    let window = window.transpose()?;
    let view = columns.cell("view").map(|(text, at)| Plan::view(&text, at));
    let view = view.transpose()?;
    let interval = columns
        .cell("interval")
        .map(|(text, at)| Plan::span(&text, INTERVAL_MAX, at));
    let interval = interval.transpose()?;
    let user = plan::user(federation, &from, from_place)?;
    let server = columns.cell("server");
    let server = server
        .map(|(name, at)| plan::server(federation, user.organization, &name, at))
        .transpose()?;
    let to = attendees(plan, federation, columns, user.organization, left_out)?;
    let drawn = to.is_empty();
    Ok(Row {
        time: place,
        request: TracedRequest {
            at,
            requester: user.organization,
            from: user.address,
            mailbox: user.mailbox,
            window: window.or((!drawn).then_some(plan.window)),
            view: view.or((!drawn).then_some(plan.view)),
            interval: interval.or((!drawn).then_some(plan.interval)),
            to,
            server,
        },
    })
}

/// Whose calendars a row asks for; nobody's, if they are to be drawn.
fn attendees(
    plan: &Plan,
    federation: &Federation,
    columns: &Columns<'_>,
    requester: crate::model::organization::OrgId,
    left_out: &mut dyn FnMut(&Fault),
) -> Result<SmallVec<[Address; 3]>, Fault> {
    let mut to = SmallVec::new();
    let Some((text, place)) = columns.cell("to") else {
        if plan.draws {
            return Ok(to);
        }
        let message = "`to` is blank";
        return Err(Fault::bad(0..columns.line.len(), message)
            .help("name the attendees, or give the trace a `demand` they are drawn from"));
    };
    let is_as_written = text.len() == place.len();
    let mut at = place.start;
    let mut last = None;
    for part in text.split(';') {
        let address = part.trim();
        let start = at + (part.len() - part.trim_start().len());
        at += part.len() + 1;
        if address.is_empty() {
            continue;
        }
        let range = if is_as_written {
            start..start + address.len()
        } else {
            place.clone()
        };
        match plan::attendee(federation, requester, address, range) {
            Ok(address) => to.push(address),
            Err(fault)
                if fault.kind == FaultKind::Unknown
                    && plan.unknown_address == UnknownAddress::SkipAddress =>
            {
                left_out(&fault);
                last = Some(fault);
            }
            Err(fault) => return Err(fault),
        }
    }
    match (to.is_empty(), last) {
        (false, _) => Ok(to),
        (true, Some(fault)) => Err(fault),
        (true, None) => {
            Err(Fault::bad(place, "`to` names nobody")
                .help("write addresses with `;` between them"))
        }
    }
}
