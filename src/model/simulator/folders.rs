//! What a target makes of an authenticated call for a shared folder.
//!
//! Owner of all that is changed here: the target. It knows nothing of publishing, tokens or what the
//! subscriber does with the answer. Invariant: no relationship opens a folder.

use crate::engine::{Instant, Span};

use super::super::cause::Cause;
use super::super::directory::{CalendarState, MailboxView, Recipient};
use super::super::observation::{Fact, Recorder};
use super::super::organization::Generation;
use super::super::outcome::{AccessLevel, Leg, Side};
use super::super::parameters::SharedFolderRule;
use super::super::purpose::Purpose;
use super::super::synchronization::{BATCH, How, changes_until, entries};
use super::World;
use super::answers::open_mailbox;
use super::legs::failure;
use super::state::{CallSlot, Reply};
use super::synchronization::Run;
use super::target::{Caller, Here};
use crate::model::demand::SubscriptionKey;

impl<'f, R: Recorder> World<'f, R> {
    /// Answers GetFolder, SyncFolderItems or GetItem.
    pub(super) fn serve_folder(
        &mut self,
        call: CallSlot,
        here: Here,
        caller: Caller,
        now: Instant,
    ) -> (Reply, Span) {
        let row = &self.calls[call];
        let (leg, hash) = (row.leg, row.hash);
        let group = &self.groups[row.group];
        let run = group.run.as_deref().copied();
        let run = run.expect("a shared folder is read by a run");
        let parameters = &self.federation.parameters;
        let law = &parameters.folder_service;
        let span = law.sample(&self.keys, Purpose::FolderService, hash, 0);
        let opened = self.open_folder(call, here, caller, &run, now);
        if leg == Leg::GetFolder {
            let (identity, group, attendee) = (row.request, row.group_number, row.members[0].0);
            let level = opened.map(|(level, _)| level);
            let fact = Fact::FolderDecided {
                group,
                attendee,
                level,
            };
            self.observe(now, identity, fact);
        }
        let (level, mailbox) = match opened {
            Ok(opened) => opened,
            Err(cause) => {
                let side = cause.side_at(Side::Target);
                return (Reply::Failed(failure(cause, leg, side)), span);
            }
        };
        match leg {
            Leg::GetFolder => (Reply::Folder(level), span),
            Leg::SyncFolderItems => {
                let left = match run.batch {
                    0 => self.changes_for(&run, mailbox, now),
                    _ => run.left,
                };
                (Reply::Changes(left, now), span)
            }
            _ => {
                let items = u64::from(run.left.min(BATCH));
                let each = parameters.folder_service_per_item;
                (Reply::Items, span + each.times(items))
            }
        }
    }

    /// The level at which the caller has the folder open: by personal grant, and if the rule says so by
    /// the calendar's Default entry.
    ///
    /// Source: rule for a federated caller, observed, Exchange 2013, of which the organization's part
    /// is about free/busy. Assumed: a relationship opens no folder.
    fn open_folder(
        &self,
        call: CallSlot,
        here: Here,
        caller: Caller,
        run: &Run,
        now: Instant,
    ) -> Result<(AccessLevel, MailboxView<'f>), Cause> {
        let federation = self.federation;
        let target = federation.servers.original(here.server).organization;
        let (_, owner) = self.calls[call].members[0];
        let key = match federation.recipient(target, owner) {
            Some(Recipient::Mailbox(key)) => key,
            Some(Recipient::MailUser { .. }) => return Err(Cause::RecipientMovedAway),
            Some(Recipient::Contact { .. } | Recipient::Group(_)) | None => {
                return Err(Cause::RecipientUnknownAtTarget);
            }
        };
        let mailbox = federation.mailbox(target, key, now, &self.keys);
        let home = federation.servers.at(mailbox.server, now).edition;
        let newest = federation.organizations.original(target).edition;
        if home.generation == Generation::V2007 {
            return Err(Cause::PersonalShareTo2007);
        }
        if !home.can_federate_beside(newest) {
            return Err(Cause::CoexistenceUnsupported);
        }
        open_mailbox(mailbox)?;
        if mailbox.calendar == CalendarState::Missing {
            return Err(Cause::CalendarMissing);
        }
        if mailbox.calendar == CalendarState::Damaged {
            return Err(Cause::CalendarDamaged);
        }
        // What the owner of a drawn subscription granted is no row of the directory.
        let shared = self.shares.granted(mailbox, caller.email);
        let granted = mailbox.granted_to(caller.email).max(shared);
        let by_default = match federation.rules.shared_folder {
            SharedFolderRule::Personal => AccessLevel::None,
            SharedFolderRule::PersonalOrDefault => mailbox.calendar_default,
        };
        let granted = granted.max(run.granted).max(by_default);
        Ok((granted.min(AccessLevel::Detail), mailbox))
    }

    /// How many changes there are for a run: all entries, or those since the last one.
    fn changes_for(&self, run: &Run, owner: MailboxView<'_>, now: Instant) -> u32 {
        let federation = self.federation;
        let a_week = owner.events_per_week;
        let since = match (run.how, run.before.last) {
            (How::Incremental | How::Stripped, Some(last)) => last,
            _ => return entries(a_week, federation.parameters.synchronization_window),
        };
        if let SubscriptionKey::Drawn(cycle, _) = run.key {
            let workload = federation.shared.cycles[cycle].workload;
            if let Some(changes) = federation.synchronization_law(workload).changes {
                return changes;
            }
        }
        let phase = self.keys.bits(Purpose::CalendarChanges, owner.hash, 0);
        let until = |at| changes_until(a_week, phase, at);
        u32::try_from(until(now) - until(since)).unwrap_or(u32::MAX)
    }

    /// The size of an answer about a shared folder.
    pub(super) fn folder_bytes(&self, call: CallSlot, reply: &Reply) -> u64 {
        let sizes = &self.federation.parameters.sizes;
        let run = self.groups[self.calls[call].group].run.as_deref();
        let left = run.map_or(0, |run| run.left);
        match *reply {
            Reply::Changes(left, _) => sizes.folder_response(u64::from(left.min(BATCH)), 0),
            Reply::Items => sizes.folder_response(0, u64::from(left.min(BATCH))),
            _ => sizes.folder_response(0, 0),
        }
    }
}
