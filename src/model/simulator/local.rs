//! Mailboxes of the own organization, read in one step on the server that took the request.
//!
//! Owner of all that is changed here: the requester. It knows nothing of legs. Invariant: nothing here
//! depends on the network, on tokens or on relationships.

use crate::engine::{Instant, Schedule};

use super::super::cause::Cause;
use super::super::demand::Ask;
use super::super::directory::{MailboxView, Recipient};
use super::super::observation::Recorder;
use super::super::outcome::{AccessLevel, Answer, Asks, AttendeeOutcome, Side};
use super::answers::open_mailbox;
use super::calendars::read_calendar;
use super::invitations::invitation_answer;
use super::routes::refusal;
use super::state::GroupSlot;
use super::{Event, World};

impl<R: Recorder> World<'_, R> {
    /// Mailboxes of the own organization: no network, no token.
    pub(super) fn read_locally(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        let (federation, now): (_, Instant) = (self.federation, schedule.now());
        let slot = self.groups[group].request;
        let requester = self.requests[slot].identity.requester;
        let ask = self.requests[slot].ask;
        for (number, address) in self.members(group) {
            let Some(Recipient::Mailbox(key)) = federation.recipient(requester, address) else {
                continue;
            };
            let mailbox = federation.mailbox(requester, key, now, &self.keys);
            let found = match ask.asks {
                Asks::FreeBusy if !federation.has_client_access(requester, mailbox, now) => {
                    Err(Cause::RecipientNoClientAccessServer)
                }
                _ => read_own(ask, mailbox),
            };
            let outcome = found.unwrap_or_else(|cause| {
                AttendeeOutcome::Failed(refusal(cause, cause.side_at(Side::Requester)))
            });
            self.decide(slot, number, now, outcome);
        }
        self.end_group_if_done(schedule, group);
    }
}

/// What is got of a mailbox of the own organization. A calendar shows what its Default permission allows,
/// or what it grants the user in person if that is more.
///
/// Source: Set-MailboxFolderPermission (docs).
fn read_own(ask: Ask, mailbox: MailboxView<'_>) -> Result<AttendeeOutcome, Cause> {
    match ask.asks {
        Asks::FreeBusy => {
            read_calendar(mailbox, ask.window)?;
            let allowed = mailbox.calendar_default.max(mailbox.granted_to(ask.from));
            match allowed.min(ask.view.level()) {
                AccessLevel::None => Err(Cause::PermissionDefaultNone),
                level => Ok(AttendeeOutcome::View(level)),
            }
        }
        Asks::MailTips => {
            open_mailbox(mailbox)?;
            Ok(AttendeeOutcome::Answered(Answer::AllMailTips))
        }
        Asks::Photos => {
            open_mailbox(mailbox)?;
            Ok(AttendeeOutcome::Answered(Answer::Photo))
        }
        Asks::DeliveryReports => {
            open_mailbox(mailbox)?;
            Ok(AttendeeOutcome::Answered(Answer::DeliveryReport))
        }
        Asks::Archive => {
            open_mailbox(mailbox)?;
            Ok(AttendeeOutcome::Answered(Answer::Archive))
        }
        Asks::SharedCalendar | Asks::Synchronization => {
            unreachable!("a run of synchronization is never local")
        }
        // Recipients inside never consult a sharing policy, and need no token.
        Asks::Invitation | Asks::OpenInvitation => {
            let wanted = ask.invitation.map(|invitation| invitation.wanted);
            let answer = invitation_answer(wanted.unwrap_or_default());
            Ok(AttendeeOutcome::Answered(answer))
        }
    }
}
