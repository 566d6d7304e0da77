//! Traces: recorded requests in files of any length, as a table or as a log.
//!
//! It knows nothing of what becomes of a request. A trace is read twice by the same code: once before
//! the run, where every line is checked and counted, and once in each run, a line at a time. Invariant:
//! what is held of it hangs on how far lines may be out of order, never on how many there are.

mod cells;
mod lines;
mod log;
mod plan;
mod reader;
mod table;

use std::ops::Range;
use std::sync::Arc;

use crate::engine::Continue;
use crate::model::demand::{Recording, RequestSource, SourceError, TracedRequest};
use crate::model::federation::Federation;

use super::side_file::SideStream;

pub use plan::{BadRow, Form, Plan, UnknownAddress};
pub use reader::{FaultyLine, HELD_MAX, Reader};

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of trouble it is.
    pub kind: FaultKind,
    /// A short stable identifier, as in a diagnostic.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// The offending bytes of the line.
    pub range: Range<usize>,
    /// What to do about it.
    pub help: Option<String>,
}

/// Kinds of trouble with a line, by what may be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The file says nothing that could be read from here on.
    Header,
    /// The row cannot be read, or is out of order.
    Bad,
    /// An address in it is unknown.
    Unknown,
}

impl Fault {
    fn bad(range: Range<usize>, message: impl Into<String>) -> Fault {
        Fault {
            kind: FaultKind::Bad,
            code: "bad-row",
            message: message.into(),
            range,
            help: None,
        }
    }

    fn header(range: Range<usize>, message: impl Into<String>) -> Fault {
        Fault {
            kind: FaultKind::Header,
            code: "bad-header",
            ..Fault::bad(range, message)
        }
    }

    fn unknown(range: Range<usize>, message: impl Into<String>) -> Fault {
        Fault {
            kind: FaultKind::Unknown,
            code: "unknown-address",
            ..Fault::bad(range, message)
        }
    }

    fn code(mut self, code: &'static str) -> Fault {
        self.code = code;
        self
    }

    fn help(mut self, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        self
    }
}

/// The file of a trace and how it is read: what a run opens.
#[derive(Debug)]
pub struct TraceFile {
    /// How it is read.
    pub plan: Arc<Plan>,
    /// Where it is.
    pub file: SideStream,
    /// The hash of what was checked before the run.
    pub hash: u128,
}

impl Recording for TraceFile {
    fn open(&self) -> Result<Box<dyn RequestSource>, SourceError> {
        let name = self.file.name();
        let file = self.file.open().map_err(|error| SourceError {
            message: format!("cannot read `{name}`: {error}"),
        })?;
        Ok(Box::new(Replay {
            reader: Reader::new(self.plan.clone(), file).of_the_run_alone(),
            name,
            hash: self.hash,
        }))
    }
}

/// A trace that was checked, read again during a run.
struct Replay {
    reader: Reader,
    name: String,
    hash: u128,
}

impl RequestSource for Replay {
    fn next(&mut self, federation: &Federation) -> Result<Option<TracedRequest>, SourceError> {
        let mut refused = None;
        let plan = self.reader.plan().clone();
        let read = self.reader.next(federation, &mut |line, fault| {
            if plan.stops_at(fault) {
                refused.get_or_insert((line.number, fault.message.clone()));
                return Continue::No;
            }
            Continue::Yes
        });
        let name = &self.name;
        let changed = "the file was changed while it was read";
        let message = match (read, refused) {
            (_, Some((line, why))) => format!("`{name}`, line {line}: {why}; {changed}"),
            (Err(error), None) => format!("cannot read `{name}`: {error}"),
            (Ok(None), None) if self.reader.hash().is_some_and(|hash| hash != self.hash) => {
                format!("`{name}` is not what it was before the run; {changed}")
            }
            (Ok(next), None) => return Ok(next),
        };
        Err(SourceError { message })
    }
}
