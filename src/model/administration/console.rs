//! The shell that a script runs in.
//!
//! It knows nothing of events: what the script waits for is left for the simulator to find. Invariant:
//! everything that changes here changes at the instant at which the simulator resumed the script.

use std::cell::{Cell, RefCell};
use std::task::Poll;

use typed_arena::Arena;

use crate::engine::draw::DrawKeys;
use crate::engine::hash::NameHash;
use crate::engine::{Instant, Span};

use super::super::federation::Federation;
use super::super::organization::{OrgId, Organization, ServerId};
use super::super::outcome::Failure;
use super::super::purpose::Purpose;
use super::errand::{Errand, ErrandReply};
use super::{Script, ScriptId, TranscriptEntry};

/// The federations that a run goes through: each as it is until something changes.
pub type Versions = Arena<Federation>;

/// What a script waits for.
#[derive(Debug)]
pub(in crate::model) enum Awaited {
    /// That this long passes.
    Time(Span),
    /// The answer to an errand, for this long at most.
    Answer(Errand, Span),
}

/// The shell that a script runs in, on one server of its organization.
///
/// Chosen: a shell reads and writes at one domain controller, so that an administrator sees at once
/// what he has changed; servers see it when it has been replicated.
pub struct Console<'v> {
    versions: &'v Versions,
    federation: Cell<&'v Federation>,
    now: Cell<Instant>,
    keys: DrawKeys,
    script: ScriptId,
    hash: NameHash,
    organization: OrgId,
    server: ServerId,
    draws: Cell<u64>,
    awaited: RefCell<Option<Awaited>>,
    answer: RefCell<Option<Result<ErrandReply, Failure>>>,
    recycled: RefCell<Vec<ServerId>>,
    transcript: RefCell<Vec<TranscriptEntry>>,
}

impl<'v> Console<'v> {
    pub(in crate::model) fn new(
        versions: &'v Versions,
        federation: &'v Federation,
        keys: DrawKeys,
        id: ScriptId,
        script: &Script,
    ) -> Console<'v> {
        Console {
            versions,
            federation: Cell::new(federation),
            now: Cell::new(script.at),
            keys,
            script: id,
            hash: federation.request_hash(script.identity),
            organization: script.identity.requester,
            server: script.server,
            draws: Cell::new(0),
            awaited: RefCell::new(None),
            answer: RefCell::new(None),
            recycled: RefCell::new(Vec::new()),
            transcript: RefCell::new(Vec::new()),
        }
    }

    /// The federation as it is now.
    pub fn federation(&self) -> &'v Federation {
        self.federation.get()
    }

    /// The present instant.
    pub fn now(&self) -> Instant {
        self.now.get()
    }

    /// The instant that the server's clock shows.
    pub fn shown(&self) -> Instant {
        let server = self.federation().servers.at(self.server, self.now());
        self.now().shown_by(server.clock_error)
    }

    /// The script that runs here.
    pub fn script(&self) -> ScriptId {
        self.script
    }

    /// The organization that is administered.
    pub fn organization_id(&self) -> OrgId {
        self.organization
    }

    /// The same, as it is now.
    pub fn organization(&self) -> &'v Organization {
        let federation = self.federation();
        federation.organizations.at(self.organization, self.now())
    }

    /// The server on which the shell runs.
    pub fn server(&self) -> ServerId {
        self.server
    }

    /// Changes the federation from now on.
    pub fn change<T>(&self, change: impl FnOnce(&mut Federation, Instant) -> T) -> T {
        let mut next = self.federation().clone();
        let result = change(&mut next, self.now());
        self.federation.set(self.versions.alloc(next));
        result
    }

    /// Changes the organization from now on.
    pub fn change_organization(&self, change: impl FnOnce(&mut Organization)) {
        self.change(|federation, now| {
            federation
                .organizations
                .change(self.organization, now, change);
        });
    }

    /// The keys of the draws of this run.
    pub fn keys(&self) -> &DrawKeys {
        &self.keys
    }

    /// 128 random bits, by the script and by how many were drawn before.
    pub fn draw(&self) -> [u64; 2] {
        let number = self.draws.get();
        self.draws.set(number + 1);
        self.keys.block(Purpose::Administration, self.hash, number)
    }

    /// Recycles the application pools of a server now: all caches of its worker processes are lost.
    pub fn recycle(&self, server: ServerId) {
        self.recycled.borrow_mut().push(server);
    }

    /// Writes a statement and what became of it into the transcript.
    pub fn transcribe(&self, entry: TranscriptEntry) {
        self.transcript.borrow_mut().push(entry);
    }

    /// Waits.
    pub async fn wait(&self, span: Span) {
        self.awaited.replace(Some(Awaited::Time(span)));
        self.pause().await;
    }

    /// Sends an errand and waits for its answer, `patience` at most.
    ///
    /// # Errors
    /// What kept it from being answered.
    pub async fn ask(&self, errand: Errand, patience: Span) -> Result<ErrandReply, Failure> {
        self.awaited
            .replace(Some(Awaited::Answer(errand, patience)));
        self.pause().await;
        let answer = self.answer.borrow_mut().take();
        answer.expect("the simulator resumes a script with what it waits for")
    }

    /// Hands over to the simulator, once.
    async fn pause(&self) {
        let mut is_resumed = false;
        std::future::poll_fn(|_| {
            if std::mem::replace(&mut is_resumed, true) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    /// Before the script is resumed: the world as it is now, and what was waited for.
    pub(in crate::model) fn enter(
        &self,
        federation: &'v Federation,
        now: Instant,
        answer: Option<Result<ErrandReply, Failure>>,
    ) {
        self.federation.set(federation);
        self.now.set(now);
        *self.answer.borrow_mut() = answer;
    }

    /// After it has paused: what it waits for.
    pub(in crate::model) fn take_awaited(&self) -> Option<Awaited> {
        self.awaited.borrow_mut().take()
    }

    /// Which servers it has recycled.
    pub(in crate::model) fn take_recycled(&self) -> Vec<ServerId> {
        self.recycled.take()
    }

    /// What it has written.
    pub(in crate::model) fn take_transcript(&self) -> Vec<TranscriptEntry> {
        self.transcript.take()
    }
}
