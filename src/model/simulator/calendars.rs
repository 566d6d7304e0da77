//! What the target makes of an authenticated call: what Autodiscover says of each address, what the
//! caller sees of each calendar.
//!
//! Owner of all that is changed here: the target. It knows nothing of publishing or tokens. Invariant: an
//! answer has one entry for each address that was asked about, in the same order.

use crate::engine::hash::NameHash;
use crate::engine::{Instant, Span};

use super::super::address::Address;
use super::super::autodiscover::{self};
use super::super::availability::EVENTS_MAX;
use super::super::cause::Cause;
use super::super::directory::{CalendarState, MailboxView, Recipient};
use super::super::observation::{CalendarDecision, Fact, PathKind, Recorder};
use super::super::organization::{Generation, OrgId, ServerId};
use super::super::outcome::{AccessLevel, View};
use super::super::permission::{Permission, effective_level};
use super::super::publishing::CallerAuthentication;
use super::super::purpose::Purpose;
use super::super::relationship::{Scope, read_as_target};
use super::World;
use super::answers::open_mailbox;
use super::state::{Answers, Calendars, CallSlot, ShownEntries};
use super::target::{Caller, Here};

/// What is asked of one calendar.
#[derive(Clone, Copy, Debug)]
struct Ask {
    address: Address,
    window: Span,
    view: View,
    is_personal: bool,
}

impl<R: Recorder> World<'_, R> {
    /// What Autodiscover says of each address.
    ///
    /// Source: Autodiscover in the federated path, observed, Exchange 2013.
    pub(super) fn discover(&mut self, call: CallSlot, server: ServerId, now: Instant) -> Answers {
        let target = self.federation.servers.original(server).organization;
        let row = &self.calls[call];
        let (identity, group, members) = (row.request, row.group_number, row.members.clone());
        let mut answers = Answers::new();
        for (attendee, address) in members {
            let answer = self.discover_one(target, address, now);
            let (url, redirect, failure) = match answer {
                autodiscover::Answer::Url(url) => (Some(url), None, None),
                autodiscover::Answer::RedirectAddress(address) => (None, Some(address), None),
                autodiscover::Answer::Failed(cause) => (None, None, Some(cause)),
            };
            let fact = Fact::Discovered {
                group,
                attendee,
                url,
                redirect,
                failure,
            };
            self.observe(now, identity, fact);
            answers.push(answer);
        }
        answers
    }

    fn discover_one(&self, target: OrgId, address: Address, now: Instant) -> autodiscover::Answer {
        let federation = self.federation;
        let key = match federation.recipient(target, address) {
            Some(Recipient::Mailbox(key)) => key,
            Some(Recipient::MailUser { external }) => {
                return autodiscover::Answer::RedirectAddress(external);
            }
            None if federation.has_mailbox_of_that_name(target, address) => {
                return autodiscover::Answer::Failed(Cause::AutodiscoverAddressNotAssigned);
            }
            Some(Recipient::Contact { .. } | Recipient::Group(_)) | None => {
                return autodiscover::Answer::Failed(Cause::AutodiscoverUnknownUser);
            }
        };
        let mailbox = federation.mailbox(target, key, now, &self.keys);
        let home = federation.servers.at(mailbox.server, now);
        let organization = federation.organizations.original(target);
        if !home.edition.can_federate_beside(organization.edition) {
            return autodiscover::Answer::Failed(Cause::TargetTooOld);
        }
        if !mailbox.outlook_anywhere {
            return autodiscover::Answer::Failed(Cause::AutodiscoverOutlookAnywhereBlocked);
        }
        if !federation.has_client_access(target, mailbox, now) {
            return autodiscover::Answer::Failed(Cause::RecipientNoClientAccessServer);
        }
        let url = federation.external_url_near(mailbox.server, now);
        url.map_or(
            autodiscover::Answer::Failed(Cause::PublishingExternalUrlMissing),
            autodiscover::Answer::Url,
        )
    }

    /// What the caller sees of each calendar, and how many entries have to be read and are shown.
    pub(super) fn read_calendars(
        &mut self,
        call: CallSlot,
        here: Here,
        caller: Caller,
        now: Instant,
    ) -> (Calendars, u64, ShownEntries) {
        let row = &self.calls[call];
        let (identity, group, members) = (row.request, row.group_number, row.members.clone());
        let is_personal = self.groups[row.group].path.kind() == PathKind::Personal;
        let ask = &self.requests[self.groups[row.group].request].ask;
        let (window, view) = (ask.window, ask.view);
        let mut results = Calendars::new();
        let (mut events, mut shown) = (0, ShownEntries::default());
        for (attendee, address) in members {
            let ask = Ask {
                address,
                window,
                view,
                is_personal,
            };
            let (decision, entries) = self.decide_calendar(here, caller, ask, now);
            events += entries;
            match decision.result {
                // One digit an interval, and no entry by itself.
                _ if view == View::MergedOnly => {}
                Ok(AccessLevel::Detail | AccessLevel::Owner) => shown.in_detail += entries,
                Ok(AccessLevel::Simple) => shown.times_alone += entries,
                Ok(AccessLevel::None) | Err(_) => {}
            }
            results.push(decision.result);
            self.observe(
                now,
                identity,
                Fact::CalendarDecided {
                    group,
                    attendee,
                    decision,
                },
            );
        }
        (results, events, shown)
    }

    /// What the caller sees of one calendar.
    fn decide_calendar(
        &mut self,
        here: Here,
        caller: Caller,
        ask: Ask,
        now: Instant,
    ) -> (CalendarDecision, u64) {
        let federation = self.federation;
        let target = federation.servers.original(here.server).organization;
        let refused = |cause| CalendarDecision {
            relationship: None,
            default: AccessLevel::None,
            personal: AccessLevel::None,
            within_scope: false,
            result: Err(cause),
        };
        let key = match federation.recipient(target, ask.address) {
            Some(Recipient::Mailbox(key)) => key,
            Some(Recipient::MailUser { .. }) => return (refused(Cause::RecipientMovedAway), 0),
            Some(Recipient::Contact { .. } | Recipient::Group(_)) | None => {
                return (refused(Cause::RecipientUnknownAtTarget), 0);
            }
        };
        let mailbox = federation.mailbox(target, key, now, &self.keys);
        if let Err(cause) = self.reach_mailbox(here, ask.address, mailbox.server, now) {
            return (refused(cause), 0);
        }
        let mut decision = self.permit(here, caller, mailbox, ask.view, now);
        if decision.result.is_ok()
            && let Err(cause) = self.can_be_read(target, mailbox, ask, now)
        {
            decision.result = Err(cause);
        }
        let entries = if decision.result.is_ok() {
            entries(mailbox, ask.window)
        } else {
            0
        };
        (decision, entries)
    }

    /// Whether a calendar can be read at all, whoever asks.
    fn can_be_read(
        &self,
        target: OrgId,
        mailbox: MailboxView<'_>,
        ask: Ask,
        now: Instant,
    ) -> Result<(), Cause> {
        let federation = self.federation;
        let home = federation.servers.at(mailbox.server, now).edition;
        let newest = federation.organizations.original(target).edition;
        if ask.is_personal && home.generation == Generation::V2007 {
            return Err(Cause::PersonalShareTo2007);
        }
        if !home.can_federate_beside(newest) {
            return Err(Cause::CoexistenceUnsupported);
        }
        if !federation.has_client_access(target, mailbox, now) {
            return Err(Cause::RecipientNoClientAccessServer);
        }
        if ask.window > federation.servers.at(mailbox.server, now).window_max {
            return Err(Cause::RequestWindowTooLongForTarget);
        }
        read_calendar(mailbox, ask.window)
    }

    /// The permission rule, with what the target reads of its own relationship.
    fn permit(
        &mut self,
        here: Here,
        caller: Caller,
        mailbox: MailboxView<'_>,
        view: View,
        now: Instant,
    ) -> CalendarDecision {
        let federation = self.federation;
        let (relationship, level, scope) = match caller.authentication {
            // Whoever comes with the account of an address space is held to Default alone.
            CallerAuthentication::Windows | CallerAuthentication::Basic => {
                (None, Ok(AccessLevel::Owner), Scope::Everyone)
            }
            CallerAuthentication::DelegationToken
            | CallerAuthentication::OAuth
            | CallerAuthentication::Anonymous => {
                let (id, row) = self.relationship_of_caller(here, caller, mailbox, now);
                match read_as_target(row, federation.rules.target_free_busy) {
                    Ok((level, scope)) => (id, Ok(level), scope),
                    Err(cause) => (id, Err(cause), Scope::Everyone),
                }
            }
        };
        let within_scope = federation.is_within_scope(scope, mailbox, now);
        let shared = self.shares.granted(mailbox, caller.email);
        let personal = mailbox.granted_to(caller.email).max(shared);
        let default = mailbox.calendar_default;
        let permission = Permission {
            relationship: level,
            within_scope,
            default,
            personal,
        };
        let result = effective_level(&permission, view);
        CalendarDecision {
            relationship,
            default,
            personal,
            within_scope,
            result,
        }
    }

    /// How long a free/busy query takes: a fixed part, a part a mailbox, a part an entry.
    pub(super) fn calendar_work(&self, hash: NameHash, mailboxes: u64, events: u64) -> Span {
        let parameters = &self.federation.parameters;
        let purpose = Purpose::AvailabilityService;
        let fixed = parameters
            .availability_fixed
            .sample(&self.keys, purpose, hash, 0);
        let each = &parameters.availability_per_mailbox;
        let mailboxes: Span = (1..=mailboxes)
            .map(|index| each.sample(&self.keys, purpose, hash, index))
            .sum();
        fixed + mailboxes + parameters.availability_per_event.times(events)
    }

    /// The size of an availability answer.
    pub(super) fn calendars_bytes(
        &self,
        call: CallSlot,
        results: &[Result<AccessLevel, Cause>],
    ) -> u64 {
        let federation = self.federation;
        let row = &self.calls[call];
        let ask = &self.requests[self.groups[row.group].request].ask;
        let interval = ask.interval.nanoseconds().max(1);
        let digits = if ask.view.is_merged() {
            ask.window.nanoseconds() / interval
        } else {
            0
        };
        let answers = results.len() as u64;
        federation.parameters.sizes.availability_response(
            answers,
            row.shown.times_alone,
            row.shown.in_detail,
            digits * answers,
        )
    }
}

/// Whether a mailbox's calendar can be read: its database, its folder, the number of entries.
pub(super) fn read_calendar(mailbox: MailboxView<'_>, window: Span) -> Result<(), Cause> {
    open_mailbox(mailbox)?;
    if mailbox.calendar == CalendarState::Missing {
        return Err(Cause::CalendarMissing);
    }
    if mailbox.calendar == CalendarState::Damaged {
        return Err(Cause::CalendarDamaged);
    }
    if entries(mailbox, window) > EVENTS_MAX {
        return Err(Cause::ResultSetTooBig);
    }
    Ok(())
}

/// Calendar entries of a mailbox in a window.
fn entries(mailbox: MailboxView<'_>, window: Span) -> u64 {
    let (a_week, week) = (
        u128::from(mailbox.events_per_week),
        Span::from_days(7).nanoseconds(),
    );
    (a_week * u128::from(window.nanoseconds()) / u128::from(week)) as u64
}
