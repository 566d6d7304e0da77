//! Requests that are replayed from a trace.
//!
//! Owner of all that is changed here: the requester. It knows nothing of files. Invariant: of each trace
//! only the next request is held, and a request is the n-th of its requester among the rows that are
//! kept and lie in the run, whatever became of those before.

use crate::engine::{IdVec, Schedule};

use super::super::demand::{RequestSource, SourceError, Trace, TraceId, TracedRequest};
use super::super::federation::Federation;
use super::super::observation::{Recorder, RequestIdentity};
use super::super::organization::OrgId;
use super::{Event, World};

/// A trace that could not be read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceFailure {
    /// Which.
    pub trace: TraceId,
    /// Why.
    pub error: SourceError,
}

/// How far the traces of a run have come.
pub(super) struct Traces {
    cursors: IdVec<TraceId, Cursor>,
    pub(super) failures: Vec<TraceFailure>,
}

struct Cursor {
    /// None: there is nothing more to be had.
    source: Option<Box<dyn RequestSource>>,
    next: Option<TracedRequest>,
    /// How many requests each organization has sent.
    numbers: IdVec<OrgId, u32>,
}

impl Traces {
    /// All traces of a federation, at their beginnings.
    pub(super) fn of(federation: &Federation) -> Traces {
        let mut failures = Vec::new();
        let cursors = federation.traces.enumerate().map(|(id, trace)| {
            let source = trace.recording.open();
            let source = source.map_err(|error| failures.push(TraceFailure { trace: id, error }));
            Cursor {
                source: source.ok(),
                next: None,
                numbers: IdVec::filled(0, federation.organizations.len()),
            }
        });
        Traces {
            cursors: IdVec::from_rows(cursors.collect()),
            failures,
        }
    }

    /// Reads the next request of a trace and holds it.
    fn read(&mut self, federation: &Federation, id: TraceId) -> Option<&TracedRequest> {
        let cursor = &mut self.cursors[id];
        match cursor.source.as_mut()?.next(federation) {
            Ok(next) => cursor.next = next,
            Err(error) => self.failures.push(TraceFailure { trace: id, error }),
        }
        if cursor.next.is_none() {
            cursor.source = None;
        }
        cursor.next.as_ref()
    }
}

impl<R: Recorder> World<'_, R> {
    /// Schedules the next request of a trace, if there is one before the end.
    pub(super) fn await_traced(&mut self, schedule: &mut Schedule<Event>, id: TraceId) {
        let federation = self.federation;
        if let Some(next) = self.traces.read(federation, id) {
            let source = federation.sources.organizations[next.requester];
            schedule.at(next.at, source, Event::RequestTraced(id));
        }
    }

    /// A trace's next request is sent, and the one after it awaited.
    pub(super) fn send_traced_request(&mut self, schedule: &mut Schedule<Event>, id: TraceId) {
        let federation = self.federation;
        let trace: &Trace = &federation.traces[id];
        let cursor = &mut self.traces.cursors[id];
        let request = cursor.next.take().expect("it is awaited");
        let number = &mut cursor.numbers[request.requester];
        *number += 1;
        let identity = RequestIdentity {
            requester: request.requester,
            workload: trace.workload,
            number: *number,
            attempt: 0,
        };
        let hash = federation.request_hash(identity);
        let mut to = std::mem::take(&mut self.addresses);
        let ask = federation.traced_request(trace, &request, hash, &self.keys, &mut to);
        self.send_request(schedule, identity, ask, &to, request.server);
        self.addresses = to;
        self.await_traced(schedule, id);
    }
}
