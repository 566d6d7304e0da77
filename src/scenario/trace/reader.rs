//! Rows of a trace in the order of their instants.
//!
//! It knows nothing of diagnostics. Invariant: rows leave in ascending (instant, line); no more of them
//! are held than lie within the span by which they may be out of order, and never more than
//! [`HELD_MAX`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use crate::engine::{Continue, Instant, Span};
use crate::model::demand::{Census, TracedRequest};
use crate::model::federation::Federation;

use super::lines::{LINE_MAX, LineState, Lines};
use super::log::Log;
use super::plan::{Form, Plan};
use super::table::Table;
use super::{Fault, FaultKind};

/// The most rows that are held while those before them may still come.
pub const HELD_MAX: usize = 100_000;

/// What a line was.
pub(super) enum Read {
    /// A request.
    Row(Row),
    /// An entry about something else.
    PassedOver,
    /// No entry: a header, a remark, a blank line.
    Nothing,
}

/// A request, and where its line tells the time.
pub(super) struct Row {
    pub time: Range<usize>,
    pub request: TracedRequest,
}

/// A line in which something is wrong.
#[derive(Clone, Copy, Debug)]
pub struct FaultyLine<'a> {
    /// Its number, from 1.
    pub number: u64,
    /// Its text.
    pub text: &'a str,
}

/// A trace that is being read.
pub struct Reader {
    plan: Arc<Plan>,
    lines: Lines,
    form: Reading,
    /// Whether rows after the run are left unread.
    stops_after_the_run: bool,
    held: BinaryHeap<Reverse<Held>>,
    /// The latest instant that a row had.
    latest: Instant,
    /// The instant of the last row that has left.
    left: Instant,
    is_at_end: bool,
    /// Whether the end was that of the file.
    is_read_through: bool,
    census: Census,
}

enum Reading {
    Table(Table),
    Log(Log),
}

/// A row that waits until nothing can come before it.
struct Held {
    order: (Instant, u64),
    request: TracedRequest,
}

impl PartialEq for Held {
    fn eq(&self, other: &Held) -> bool {
        self.order == other.order
    }
}

impl Eq for Held {}

impl PartialOrd for Held {
    fn partial_cmp(&self, other: &Held) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Held {
    fn cmp(&self, other: &Held) -> std::cmp::Ordering {
        self.order.cmp(&other.order)
    }
}

impl Reader {
    /// A reader at the beginning of a file.
    pub fn new(plan: Arc<Plan>, file: Box<dyn io::Read + Send>) -> Reader {
        let form = match plan.form {
            Form::Table => Reading::Table(Table::default()),
            Form::Log => Reading::Log(Log::default()),
        };
        Reader {
            plan,
            lines: Lines::new(file),
            form,
            stops_after_the_run: false,
            held: BinaryHeap::new(),
            latest: Instant::EPOCH,
            left: Instant::EPOCH,
            is_at_end: false,
            is_read_through: false,
            census: Census::default(),
        }
    }

    /// The same, but what cannot belong to the run any more is not read.
    pub fn of_the_run_alone(mut self) -> Reader {
        self.stops_after_the_run = true;
        self
    }

    /// How it is read.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// What has been read so far.
    pub fn census(&self) -> &Census {
        &self.census
    }

    /// The hash of the file, if it has been read through.
    pub fn hash(&self) -> Option<u128> {
        self.is_read_through.then(|| self.lines.hash())
    }

    /// The next request that falls into the run. `on_fault` is told of each line in which something is
    /// wrong, and says whether to go on; a row with a trouble is left out.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn next(
        &mut self,
        federation: &Federation,
        on_fault: &mut dyn FnMut(FaultyLine<'_>, &Fault) -> Continue,
    ) -> io::Result<Option<TracedRequest>> {
        loop {
            if let Some(request) = self.release() {
                return Ok(Some(request));
            }
            if self.is_at_end {
                return Ok(None);
            }
            self.read_line(federation, on_fault)?;
        }
    }

    /// The earliest row that is held, if nothing can come before it.
    fn release(&mut self) -> Option<TracedRequest> {
        let Reverse(first) = self.held.peek()?;
        let is_first = self.is_at_end
            || self.held.len() >= HELD_MAX
            || first.order.0 + self.plan.reorder_within <= self.latest;
        if !is_first {
            return None;
        }
        let Reverse(first) = self.held.pop()?;
        self.left = first.order.0;
        self.census.requests += 1;
        Some(first.request)
    }

    fn read_line(
        &mut self,
        federation: &Federation,
        on_fault: &mut dyn FnMut(FaultyLine<'_>, &Fault) -> Continue,
    ) -> io::Result<()> {
        let Some(state) = self.lines.advance()? else {
            (self.is_at_end, self.is_read_through) = (true, true);
            return Ok(());
        };
        let line = FaultyLine {
            number: self.lines.number(),
            text: self.lines.text(),
        };
        let mut left_out = 0;
        let mut first_left_out = None;
        let mut goes_on = true;
        let mut note = |fault: &Fault| {
            left_out += 1;
            first_left_out.get_or_insert_with(|| fault.message.clone());
            goes_on &= on_fault(line, fault) == Continue::Yes;
        };
        let read = whole(state, line.text).and_then(|()| match &mut self.form {
            Reading::Table(table) => table.read(&self.plan, federation, line.text, &mut note),
            Reading::Log(log) => log.read(&self.plan, federation, line.text),
        });
        let read = match read {
            Ok(Read::Row(row)) => {
                let order = in_order(&self.plan, self.latest, self.left, &row);
                order.map(|()| Read::Row(row))
            }
            read => read,
        };
        if let (Some(why), Ok(_)) = (first_left_out, &read) {
            self.census.addresses_left_out += left_out;
            self.census.remember(line.number, &why);
        }
        match read {
            Ok(Read::Nothing) => {}
            Ok(Read::PassedOver) => {
                self.census.rows += 1;
                self.census.passed_over += 1;
            }
            Ok(Read::Row(row)) => self.hold(row),
            Err(fault) => {
                match fault.kind {
                    // Nothing that follows can be understood.
                    FaultKind::Header => self.is_at_end = true,
                    FaultKind::Bad => {
                        self.census.rows += 1;
                        self.census.bad += 1;
                    }
                    FaultKind::Unknown => {
                        self.census.rows += 1;
                        self.census.unknown += 1;
                    }
                }
                self.census.remember(line.number, &fault.message);
                goes_on &= on_fault(line, &fault) == Continue::Yes;
            }
        }
        self.is_at_end |= !goes_on;
        Ok(())
    }

    fn hold(&mut self, row: Row) {
        let at = row.request.at;
        self.census.rows += 1;
        self.latest = self.latest.max(at);
        if self.plan.run.contains(&at) {
            self.held.push(Reverse(Held {
                order: (at, self.lines.number()),
                request: row.request,
            }));
            self.census.held_max = self.census.held_max.max(self.held.len());
        } else {
            self.census.outside += 1;
            let end = self.plan.run.end + self.plan.reorder_within;
            self.is_at_end |= self.stops_after_the_run && self.latest >= end;
        }
    }
}

/// Whether a row comes no earlier than it may.
fn in_order(plan: &Plan, latest: Instant, left: Instant, row: &Row) -> Result<(), Fault> {
    let at = row.request.at;
    if at + plan.reorder_within >= latest && at >= left {
        return Ok(());
    }
    let earlier = latest.since(at);
    let message = format!("the row is {earlier} earlier than one before it");
    let help = match plan.reorder_within {
        within if at + within >= latest => {
            format!("more than {HELD_MAX} rows lie between them; sort the file by time")
        }
        Span::ZERO => {
            format!("sort the file by time, or allow it: `reorder_within = \"{earlier}\"`")
        }
        within => format!("sort the file by time; `reorder_within` allows {within}"),
    };
    let fault = Fault::bad(row.time.clone(), message).code("out-of-order");
    Err(fault.help(help))
}

/// Whether a line is text of an ordinary length.
fn whole(state: LineState, text: &str) -> Result<(), Fault> {
    match state {
        LineState::Whole => Ok(()),
        LineState::TooLong => {
            let message = format!("the line is longer than {} KiB", LINE_MAX >> 10);
            Err(Fault::bad(0..80, message)
                .code("too-large")
                .help("is it a text file?"))
        }
        LineState::NotText(byte) => {
            let message = format!("the line is not UTF-8 (byte 0x{byte:02x})");
            let help = match text.contains('\0') {
                true => "it looks like UTF-16, as some Windows programs write; save it as UTF-8",
                false => "save the file as UTF-8",
            };
            let bad = text.find('\u{fffd}').unwrap_or(0);
            Err(Fault::bad(bad..bad + 3, message)
                .code("not-utf8")
                .help(help))
        }
    }
}
