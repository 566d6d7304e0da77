//! What a target makes of an authenticated call for MailTips, a photo, a delivery report or an archive.
//!
//! Owner of all that is changed here: the target. It knows nothing of publishing, tokens or calendars.
//! Invariant: an answer has one entry for each address that was asked about, in the same order.

use crate::engine::hash::NameHash;
use crate::engine::{Instant, Span};

use super::super::address::Address;
use super::super::cause::Cause;
use super::super::directory::{MailboxState, MailboxView, Recipient};
use super::super::observation::{AnswerDecision, Fact, Recorder};
use super::super::outcome::{Answer, Asks};
use super::super::purpose::Purpose;
use super::super::relationship::{
    OrganizationRelationship, RelationshipId, Scope, read_archive_as_target,
    read_delivery_reports_as_target, read_mail_tips_as_target, read_photos_as_target,
};
use super::World;
use super::state::{Answered, CallSlot, GroupSlot};
use super::target::{Caller, Here};

impl<'f, R: Recorder> World<'f, R> {
    /// What the request of a group asks.
    pub(super) fn asks_of(&self, group: GroupSlot) -> Asks {
        self.requests[self.groups[group].request].ask.asks
    }

    /// What the caller gets of each recipient.
    pub(super) fn answer_call(
        &mut self,
        call: CallSlot,
        here: Here,
        caller: Caller,
        now: Instant,
    ) -> Answered {
        let row = &self.calls[call];
        let (identity, group, members) = (row.request, row.group_number, row.members.clone());
        let asks = self.asks_of(row.group);
        let mut answers = Answered::new();
        for (attendee, address) in members {
            let decision = self.decide_answer(here, caller, (asks, address), now);
            answers.push(decision.result);
            let fact = Fact::AnswerDecided {
                group,
                attendee,
                decision,
            };
            self.observe(now, identity, fact);
        }
        answers
    }

    /// What the caller gets of one recipient: by the relationship, and if the mailbox is there.
    ///
    /// Assumed: no calendar's permission counts, and what cannot be opened has neither MailTips nor a
    /// photo.
    fn decide_answer(
        &mut self,
        here: Here,
        caller: Caller,
        (asks, address): (Asks, Address),
        now: Instant,
    ) -> AnswerDecision {
        let federation = self.federation;
        let target = federation.servers.original(here.server).organization;
        let refused = |cause| AnswerDecision {
            relationship: None,
            within_scope: false,
            result: Err(cause),
        };
        let key = match federation.recipient(target, address) {
            Some(Recipient::Mailbox(key)) => key,
            Some(Recipient::MailUser { .. }) => return refused(Cause::RecipientMovedAway),
            Some(Recipient::Contact { .. } | Recipient::Group(_)) | None => {
                return refused(Cause::RecipientUnknownAtTarget);
            }
        };
        let mailbox = federation.mailbox(target, key, now, &self.keys);
        let (relationship, row) = self.relationship_of_caller(here, caller, mailbox, now);
        let (scope, answers) = match asks {
            Asks::MailTips => match read_mail_tips_as_target(row) {
                Ok(grant) => (grant.scope, Ok((grant.within_scope, grant.outside_scope))),
                Err(cause) => (Scope::Everyone, Err(cause)),
            },
            Asks::DeliveryReports => {
                let granted = read_delivery_reports_as_target(row);
                let report = (Answer::DeliveryReport, Answer::DeliveryReport);
                (Scope::Everyone, granted.map(|()| report))
            }
            Asks::Archive => {
                let granted = read_archive_as_target(row);
                let archive = (Answer::Archive, Answer::Archive);
                (Scope::Everyone, granted.map(|()| archive))
            }
            Asks::FreeBusy
            | Asks::Photos
            | Asks::SharedCalendar
            | Asks::Synchronization
            | Asks::Invitation
            | Asks::OpenInvitation => {
                let granted = read_photos_as_target(row);
                let photo = (Answer::Photo, Answer::Photo);
                (Scope::Everyone, granted.map(|()| photo))
            }
        };
        let within_scope = federation.is_within_scope(scope, mailbox, now);
        let granted = answers.map(|(within, outside)| if within_scope { within } else { outside });
        AnswerDecision {
            relationship,
            within_scope,
            result: granted.and_then(|answer| {
                let home = federation.servers.at(mailbox.server, now).edition;
                let newest = federation.organizations.original(target).edition;
                if !home.can_federate_beside(newest) {
                    return Err(Cause::CoexistenceUnsupported);
                }
                open_mailbox(mailbox).map(|()| answer)
            }),
        }
    }

    /// The target's own relationship for the caller's domain, as the process that serves the call has
    /// it.
    pub(super) fn relationship_of_caller(
        &mut self,
        here: Here,
        caller: Caller,
        mailbox: MailboxView<'_>,
        now: Instant,
    ) -> (Option<RelationshipId>, Option<&'f OrganizationRelationship>) {
        let federation = self.federation;
        let (target, domain) = (mailbox.organization, caller.email.domain);
        let life = federation.parameters.relationship_cache_life;
        let loaded = self.process(here.process).loaded_at(domain, now, life);
        let seen = federation.replicated(target, loaded);
        let id = federation.relationship_for(target, domain, seen);
        (id, id.map(|id| federation.relationships.at(id, seen)))
    }

    /// How long it takes to read what is asked of so many mailboxes.
    pub(super) fn reading_work(
        &self,
        asks: Asks,
        hash: NameHash,
        mailboxes: u64,
        events: u64,
    ) -> Span {
        let parameters = &self.federation.parameters;
        let (law, purpose) = match asks {
            Asks::FreeBusy => return self.calendar_work(hash, mailboxes, events),
            Asks::MailTips => (&parameters.mail_tips_service, Purpose::MailTipsService),
            Asks::Photos => (&parameters.photo_service, Purpose::PhotoService),
            Asks::DeliveryReports => (
                &parameters.delivery_report_service,
                Purpose::DeliveryReportService,
            ),
            Asks::Archive => (&parameters.archive_service, Purpose::ArchiveService),
            Asks::SharedCalendar | Asks::Synchronization => {
                (&parameters.folder_service, Purpose::FolderService)
            }
            Asks::Invitation | Asks::OpenInvitation => {
                (&parameters.token_validation, Purpose::TokenValidation)
            }
        };
        let each = (0..mailboxes).map(|index| law.sample(&self.keys, purpose, hash, index));
        each.sum()
    }

    /// The size of an answer with MailTips or photos. Photos are compressed by themselves.
    pub(super) fn answers_bytes(&self, call: CallSlot, results: usize) -> u64 {
        let sizes = &self.federation.parameters.sizes;
        match self.asks_of(self.calls[call].group) {
            Asks::MailTips => sizes.mail_tips_response(results as u64),
            Asks::DeliveryReports | Asks::Archive => sizes.further_response(results as u64),
            Asks::FreeBusy
            | Asks::Photos
            | Asks::SharedCalendar
            | Asks::Synchronization
            | Asks::Invitation
            | Asks::OpenInvitation => results as u64 * sizes.photo_response,
        }
    }
}

/// Whether a mailbox can be opened.
pub(super) fn open_mailbox(mailbox: MailboxView<'_>) -> Result<(), Cause> {
    match mailbox.state {
        MailboxState::Available => Ok(()),
        MailboxState::Unavailable => Err(Cause::MailboxUnavailable),
        MailboxState::FailingOver => Err(Cause::MailboxFailingOver),
    }
}
