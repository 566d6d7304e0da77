//! Traces: requests that somebody has recorded, one after the other.
//!
//! It knows nothing of files; where rows come from is somebody else's. Invariant: the rows of a trace
//! are asked for one at a time, in ascending order of instants, and none of them is kept, so that a run
//! needs no more memory for a longer trace.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::engine::id::Id;
use crate::engine::{Instant, Span};

use super::super::address::Address;
use super::super::directory::MailboxKey;
use super::super::federation::Federation;
use super::super::organization::{OrgId, ServerId};
use super::super::outcome::View;
use super::WorkloadId;

/// A trace: where its requests come from, and what was found in it before the run.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The workload that its requests belong to: of its own name.
    pub workload: WorkloadId,
    /// Where its rows are.
    pub recording: Arc<dyn Recording>,
    /// What the attendees of rows that name none are drawn from.
    pub drawn_from: Option<DrawnFrom>,
    /// What is in it.
    pub census: Census,
}

/// What is drawn where a row does not say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnFrom {
    /// The workload whose laws hold.
    pub workload: WorkloadId,
    /// Which organizations are asked.
    pub candidates: Candidates,
}

/// The organizations that may be asked, for each that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Candidates {
    /// The same for all, in the order of the hashes of their names; nobody asks itself.
    Shared(Box<[OrgId]>),
    /// Each has its own.
    Own {
        /// Where those of each organization begin, and the end of the last.
        first: Box<[u32]>,
        /// Organization after organization, each in the order of the hashes of their names.
        partners: Box<[OrgId]>,
    },
}

/// Rows that can be read, from the first to the last, as often as is needed.
pub trait Recording: fmt::Debug + Send + Sync {
    /// Goes to its beginning.
    ///
    /// # Errors
    /// If the rows cannot be had.
    fn open(&self) -> Result<Box<dyn RequestSource>, SourceError>;
}

/// Recorded requests, one after the other.
pub trait RequestSource: Send {
    /// The next request that falls into the run; none: there is no further one.
    ///
    /// # Errors
    /// If the rows cannot be had, or are not what they were.
    fn next(&mut self, federation: &Federation) -> Result<Option<TracedRequest>, SourceError>;
}

/// A recorded request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedRequest {
    /// When the client sends it.
    pub at: Instant,
    /// Whose user asks.
    pub requester: OrgId,
    /// The user.
    pub from: Address,
    /// The user's mailbox.
    pub mailbox: MailboxKey,
    /// Whose calendars are asked for; nobody's: they are drawn.
    pub to: SmallVec<[Address; 3]>,
    /// The length of the window; none: it is drawn.
    pub window: Option<Span>,
    /// The form of the answer; none: it is drawn.
    pub view: Option<View>,
    /// The interval of the merged string; none: that of the workload it is drawn from.
    pub interval: Option<Span>,
    /// The server that takes it, if the row says so.
    pub server: Option<ServerId>,
}

/// Why rows could not be had during a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    /// What went wrong, with the name of the file.
    pub message: String,
}

/// What is in a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Rows in all.
    pub rows: u64,
    /// Those that are sent as requests.
    pub requests: u64,
    /// Those that are no request of a client, such as calls of other services.
    pub passed_over: u64,
    /// Those that lie before the run or after it.
    pub outside: u64,
    /// Those that were skipped because they cannot be read, or are out of order.
    pub bad: u64,
    /// Those that were skipped because an address in them is unknown.
    pub unknown: u64,
    /// Addresses that were left out of rows because they are unknown.
    pub addresses_left_out: u64,
    /// The first of the rows that were skipped, or that addresses were left out of: the line and why.
    pub first: Vec<(u64, String)>,
    /// The most rows that were held at a time.
    pub held_max: usize,
}

impl Candidates {
    /// Those of one that asks.
    pub fn of(&self, requester: OrgId) -> Cow<'_, [OrgId]> {
        match self {
            Candidates::Shared(all) if all.contains(&requester) => {
                let others = all.iter().filter(|&&other| other != requester);
                Cow::Owned(others.copied().collect())
            }
            Candidates::Shared(all) => Cow::Borrowed(all),
            Candidates::Own { first, partners } => {
                let at = requester.index();
                Cow::Borrowed(&partners[first[at] as usize..first[at + 1] as usize])
            }
        }
    }
}

impl Census {
    /// How many skipped rows are remembered with their lines.
    pub const FIRST_MAX: usize = 5;

    /// Remembers a row among the first that were skipped.
    pub fn remember(&mut self, line: u64, why: &str) {
        if self.first.len() < Census::FIRST_MAX {
            self.first.push((line, why.to_owned()));
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SourceError {}
