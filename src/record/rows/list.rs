//! Rows and lists of rows, in the order in which they stand in files.
//!
//! It knows nothing of how rows come about. Invariant: the order of two rows hangs on instants, names and
//! numbers alone, never on dense ids.

use std::cmp::Ordering;

use crate::engine::{Instant, Span};
use crate::model::Federation;
use crate::model::address::{Address, Url};
use crate::model::cause::Cause;
use crate::model::gateway::DataCentreId;
use crate::model::names::NameId;
use crate::model::observation::{CacheAnswer, PathKind, PathObject, RequestIdentity};
use crate::model::organization::{OrgId, ServerId};
use crate::model::outcome::{Asks, AttendeeOutcome, GroupOutcome, Leg, RequestOutcome, View};
use crate::model::token::DelegationToken;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Columns; the reference of results says what each is.
pub struct RequestRow {
    pub sent: Instant,
    pub request: RequestIdentity,
    pub from: Address,
    pub attendees: u16,
    pub asks: Asks,
    pub window: Span,
    pub view: View,
    pub server: Option<ServerId>,
    pub groups: u16,
    pub tokens: u16,
    /// None: in flight at the end.
    pub outcome: Option<RequestOutcome>,
    /// Attendees with what was asked for.
    pub views: u16,
    pub ended: Instant,
    pub latency: Option<Span>,
}

/// A group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Columns; the reference of results says what each is.
pub struct GroupRow {
    pub dispatched: Instant,
    pub request: RequestIdentity,
    pub group: u16,
    pub path: PathObject,
    pub domain: NameId,
    pub target: Option<OrgId>,
    pub attendees: u16,
    pub endpoint: Option<Url>,
    pub ended: Instant,
    pub outcome: GroupOutcome,
    pub latency: Span,
}

/// An attendee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Columns; the reference of results says what each is.
pub struct AttendeeRow {
    pub ended: Instant,
    pub request: RequestIdentity,
    pub attendee: u16,
    pub asked: Address,
    pub path: Option<PathKind>,
    pub object: Option<PathObject>,
    pub cache: Option<CacheAnswer>,
    pub target: Option<OrgId>,
    pub outcome: AttendeeOutcome,
}

/// What happened to a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenEvent {
    /// A data centre issued it, in an answer of so many bytes.
    Issued(DataCentreId, DelegationToken, u32),
    /// A data centre refused it.
    Refused(DataCentreId, Cause),
    /// It was used again.
    Reused(DelegationToken),
}

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Columns; the reference of results says what each is.
pub struct TokenRow {
    pub at: Instant,
    pub request: RequestIdentity,
    pub group: u16,
    pub leg: Leg,
    pub event: TokenEvent,
}

/// All rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // The names say it.
pub struct RowLists {
    pub requests: Vec<RequestRow>,
    pub groups: Vec<GroupRow>,
    pub attendees: Vec<AttendeeRow>,
    pub tokens: Vec<TokenRow>,
}

/// What takes rows, each list in its order.
pub trait RowSink {
    /// Takes rows that come after all that it took before.
    fn take(&mut self, federation: &Federation, rows: &RowLists);

    /// Forgets all rows: there were too many requests.
    fn forget(&mut self);
}

/// How many rows there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // The names say it.
pub struct RowCounts {
    pub requests: u64,
    pub groups: u64,
    pub attendees: u64,
    pub tokens: u64,
}

impl RowLists {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.requests.len() + self.groups.len() + self.attendees.len() + self.tokens.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn sort(&mut self, federation: &Federation) {
        let by_name = |a: RequestIdentity, b: RequestIdentity| order(federation, a, b);
        self.requests.sort_by(|a, b| {
            let names = || by_name(a.request, b.request);
            a.sent.cmp(&b.sent).then_with(names)
        });
        self.groups.sort_by(|a, b| {
            let times = a.dispatched.cmp(&b.dispatched);
            let names = || by_name(a.request, b.request);
            times.then_with(names).then(a.group.cmp(&b.group))
        });
        self.attendees.sort_by(|a, b| {
            let names = || by_name(a.request, b.request);
            let times = a.ended.cmp(&b.ended);
            times.then_with(names).then(a.attendee.cmp(&b.attendee))
        });
        self.tokens.sort_by(|a, b| {
            let names = || by_name(a.request, b.request);
            let places = (a.group, a.leg).cmp(&(b.group, b.leg));
            a.at.cmp(&b.at).then_with(names).then(places)
        });
    }

    /// Takes out the sorted rows before an instant, or all.
    pub(super) fn split_before(&mut self, settled: Option<Instant>) -> RowLists {
        fn split<R>(
            rows: &mut Vec<R>,
            settled: Option<Instant>,
            at: impl Fn(&R) -> Instant,
        ) -> Vec<R> {
            let end = settled.map_or(rows.len(), |end| rows.partition_point(|row| at(row) < end));
            rows.drain(..end).collect()
        }
        RowLists {
            requests: split(&mut self.requests, settled, |row| row.sent),
            groups: split(&mut self.groups, settled, |row| row.dispatched),
            attendees: split(&mut self.attendees, settled, |row| row.ended),
            tokens: split(&mut self.tokens, settled, |row| row.at),
        }
    }
}

/// Keeps all rows in memory.
impl RowSink for RowLists {
    fn take(&mut self, _: &Federation, rows: &RowLists) {
        self.requests.extend_from_slice(&rows.requests);
        self.groups.extend_from_slice(&rows.groups);
        self.attendees.extend_from_slice(&rows.attendees);
        self.tokens.extend_from_slice(&rows.tokens);
    }

    fn forget(&mut self) {
        *self = RowLists::default();
    }
}

/// Keeps none.
impl RowSink for () {
    fn take(&mut self, _: &Federation, _: &RowLists) {}

    fn forget(&mut self) {}
}

/// The order of two requests by their names.
fn order(federation: &Federation, a: RequestIdentity, b: RequestIdentity) -> Ordering {
    let organization = |id: RequestIdentity| &*federation.organizations.original(id.requester).name;
    let workload = |id: RequestIdentity| &*federation.workloads[id.workload].name;
    organization(a)
        .cmp(organization(b))
        .then_with(|| workload(a).cmp(workload(b)))
        .then((a.number, a.attempt).cmp(&(b.number, b.attempt)))
}
