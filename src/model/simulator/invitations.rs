//! Invitations: which recipients an owner may invite, the message that carries a token, and how it is
//! opened.
//!
//! Owner of all that is changed here: the owner's organization until the message leaves, the
//! recipient's from its arrival on. It knows nothing of synchronization. Invariant: a message carries
//! the token of its recipient's own target, and nobody gets more than the policy allowed when it left.

use crate::engine::hash::NameHash;
use crate::engine::{Instant, Schedule};

use super::super::address::{Address, Url};
use super::super::availability::{AttendeeKind, GroupKey, RequesterView};
use super::super::cause::Cause;
use super::super::demand::{Ask, Invitation, Reciprocity, SubscriptionKey, WorkloadId};
use super::super::directory::{MailboxKey, PersonalSubscription, Recipient};
use super::super::names::NameId;
use super::super::observation::{Fact, PathObject, Recorder, RequestIdentity};
use super::super::organization::OrgId;
use super::super::outcome::{
    AccessLevel, Answer, Asks, AttendeeOutcome, Failure, Leg, ResponseCode, Side, View,
};
use super::super::parameters::AbovePolicyRule;
use super::super::purpose::Purpose;
use super::super::sharing_policy::{
    Circumstances, Sharing, SharingActions, TokenTargetKnown, allowed,
};
use super::super::token::{DelegationToken, Offer, Rejection, validate};
use super::routes::{Route, ServerView, local_route, refusal};
use super::state::{GroupSlot, RequestSlot, TokenState};
use super::{Event, World};
use crate::engine::Span;

crate::define_id! {
    /// An invitation on its way, or waiting to be opened.
    InvitationSlot;
}

/// An invitation that has left. Owner: the recipient's organization.
#[derive(Clone, Copy, Debug)]
pub(super) struct SentInvitation {
    /// The workload that it belongs to.
    pub workload: WorkloadId,
    /// The stable hash of the invitation and its recipient.
    pub hash: NameHash,
    /// Who shares, as the token names them.
    pub owner: Address,
    /// Who is invited, and where.
    pub recipient: (Address, OrgId, MailboxKey),
    /// What was offered.
    pub terms: Invitation,
    /// Where what is shared is read.
    pub url: Url,
    /// The application URI of the owner's organization.
    pub application_uri: Option<NameId>,
    /// What proves that its bearer was invited.
    pub token: DelegationToken,
}

/// What follows from an invitation: their draws hang on the invitation, not on how many came before.
#[derive(Clone, Copy, Debug)]
enum Follows {
    Opening = 1,
    Synchronization = 2,
    Return = 3,
}

impl<R: Recorder> World<'_, R> {
    /// How an attendee is invited: by a token, or at once with an outcome.
    pub(super) fn choose_invitation(
        &mut self,
        slot: RequestSlot,
        number: u16,
        now: Instant,
    ) -> Result<Route, AttendeeOutcome> {
        let row = &self.requests[slot];
        let (requester, server, process) = (row.identity.requester, row.server, row.process);
        let address = row.attendees[usize::from(number)].asked;
        let failed = |failure| AttendeeOutcome::Failed(shown(Asks::Invitation, failure));
        let asked = match self.classify(requester, address).map_err(failed)? {
            None => return Ok(local_route(address, server, process)),
            Some(AttendeeKind::MailUserOrContact { external, .. }) => external,
            Some(AttendeeKind::PlainExternal(address)) => address,
        };
        let sharing = self.sharing_with(slot, asked, now);
        let wanted = row_wanted(self.requests[slot].ask);
        let above = self.federation.rules.above_policy;
        let sharing = sharing.and_then(|sharing| sharing.limited(wanted, above));
        match sharing {
            Ok(Sharing::Federated(offered)) => {
                self.requests[slot].attendees[usize::from(number)].offered = offered;
            }
            Ok(Sharing::Published(_)) => {
                return Err(AttendeeOutcome::Answered(Answer::InvitationPublished));
            }
            Err(cause) => {
                let side = cause.side_at(Side::Requester);
                return Err(failed(refusal(cause, side)));
            }
        }
        let owner = self.requests[slot].ask.mailbox;
        if owner
            .and_then(|key| self.sharing_url(requester, key, now))
            .is_none()
        {
            let cause = Cause::PublishingExternalUrlMissing;
            return Err(failed(refusal(cause, Side::Requester)));
        }
        let view = self.federation.replicated(requester, now);
        let target = self.federation.token_target(requester, asked.domain, view);
        let uri = target
            .expect("without it nothing is shared")
            .application_uri;
        Ok(Route {
            object: PathObject::Invitation(uri),
            key: GroupKey::TokenTarget(uri),
            application_uri: Some(uri),
            ..local_route(asked, server, process)
        })
    }

    /// What the owner may share with somebody, and how, by what the owner's server sees.
    fn sharing_with(
        &mut self,
        slot: RequestSlot,
        recipient: Address,
        now: Instant,
    ) -> Result<Sharing, Cause> {
        let federation = self.federation;
        let row = &self.requests[slot];
        let requester = row.identity.requester;
        let mailbox = row.ask.mailbox.ok_or(Cause::RequesterUnknown)?;
        let mailbox = federation.mailbox(requester, mailbox, now, &self.keys);
        let (server, process) = (row.server, row.process);
        let server = ServerView {
            federation,
            process: self.processes[process].get_or_insert_with(Default::default),
            requester,
            server,
            mailbox: Some(mailbox),
            subscribed: &[],
            asks: Asks::Invitation,
            now,
        };
        let view = federation.replicated(requester, now);
        let policy = federation.sharing_policy(requester, mailbox.sharing_policy, view);
        let target = federation.token_target(requester, recipient.domain, view);
        let circumstances = Circumstances {
            federation: server.federation(),
            publishing: federation.organizations.at(requester, view).publishing,
            token_target: match target {
                Some(_) => TokenTargetKnown::Known,
                None => TokenTargetKnown::Unknown,
            },
        };
        allowed(policy, recipient.domain, circumstances)
    }

    /// The token of a group is here: its recipients become external users, and their messages leave.
    ///
    /// Source: the steps of GetSharingMetadata, observed, Exchange 2013.
    pub(super) fn send_invitations(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        let now = schedule.now();
        let row = &self.groups[group];
        let slot = row.request;
        let TokenState::Held(token) = row.free_busy_token else {
            unreachable!("a group without its token has failed")
        };
        for (number, recipient) in self.members(group) {
            let request = &self.requests[slot];
            let offered = request.attendees[usize::from(number)].offered;
            let owner = request.ask.mailbox.expect("who shares has a mailbox");
            let owner = (request.identity.requester, owner);
            if offered.detail() > AccessLevel::None {
                self.grant(owner, recipient, offered.detail(), now);
            }
            self.mail(schedule, slot, (number, recipient), token);
            let answer = AttendeeOutcome::Answered(invitation_answer(offered));
            self.decide(slot, number, now, answer);
        }
        self.end_group_if_done(schedule, group);
    }

    /// A message leaves; whether somebody will open it is known already.
    fn mail(
        &mut self,
        schedule: &mut Schedule<Event>,
        slot: RequestSlot,
        (number, recipient): (u16, Address),
        token: DelegationToken,
    ) {
        let federation = self.federation;
        let row = &self.requests[slot];
        let terms = row.ask.invitation.expect("an invitation offers something");
        let mailbox = row.ask.mailbox.expect("who shares has a mailbox");
        let Some(url) = self.sharing_url(row.identity.requester, mailbox, schedule.now()) else {
            return;
        };
        let owner = federation.index.domain_owners.get(&recipient.domain);
        let (Some(&target), Some(after)) = (owner, terms.opened_after) else {
            return;
        };
        // A message to nobody comes back; that is no outcome of sharing.
        let Some(Recipient::Mailbox(mailbox)) = federation.recipient(target, recipient) else {
            return;
        };
        let hash = row.hash.with(u64::from(number));
        let view = federation.replicated(row.identity.requester, schedule.now());
        let own = federation.organizations.at(row.identity.requester, view);
        let application_uri = own.trust.application_uri;
        let law = &federation.parameters.mail_delay;
        let delay = law.sample(&self.keys, Purpose::MailDelay, hash, 0);
        let sent = self.invitations.insert(SentInvitation {
            workload: row.identity.workload,
            hash,
            owner: token.email.unwrap_or(row.ask.from),
            recipient: (recipient, target, mailbox),
            terms: Invitation {
                wanted: row.attendees[usize::from(number)].offered,
                ..terms
            },
            url,
            application_uri,
            token,
        });
        let source = federation.sources.organizations[target];
        let delay = delay.max(federation.parameters.minimum_delay);
        schedule.after(delay + after, source, Event::InvitationOpened(sent));
    }

    /// A recipient opens a message: a request of its own at the recipient's organization.
    pub(super) fn begin_opening(&mut self, schedule: &mut Schedule<Event>, sent: InvitationSlot) {
        let row = self.invitations[sent];
        let companions = self.federation.workloads[row.workload].companions;
        let companions = companions.expect("a workload of invitations has companions");
        let workload = companions.opened;
        let (from, requester, mailbox) = row.recipient;
        let identity = self.next_identity(workload, requester);
        let ask = silent_ask(Asks::OpenInvitation, from, mailbox, None);
        let request = (identity, row.hash.with(Follows::Opening as u64));
        let slot = self.send_request_meaning(schedule, request, ask, &[row.owner], None);
        self.requests[slot].opens = Some(sent);
    }

    /// The recipient's organization makes of a token what it can.
    pub(super) fn open_invitation(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        let now = schedule.now();
        let slot = self.groups[group].request;
        let outcome = match self.accept_token(group, now) {
            Ok(()) => {
                self.accept_invitation(schedule, slot);
                AttendeeOutcome::Answered(Answer::Subscription)
            }
            Err((cause, side)) => AttendeeOutcome::Failed(refusal(cause, side)),
        };
        for (number, _) in self.members(group) {
            self.decide(slot, number, now, outcome);
        }
        self.end_group_if_done(schedule, group);
    }

    /// The recipient has what was offered, and offers the like if it was asked for.
    fn accept_invitation(&mut self, schedule: &mut Schedule<Event>, slot: RequestSlot) {
        let now = schedule.now();
        let sent = self.requests[slot].opens.expect("what is opened was sent");
        let sent = self.invitations[sent];
        let (address, organization, mailbox) = sent.recipient;
        let companions = self.federation.workloads[sent.workload].companions;
        let companions = companions.expect("a workload of invitations has companions");
        if let (Some(application_uri), true) = (
            sent.application_uri,
            sent.terms.wanted.detail() > AccessLevel::None,
        ) {
            let subscription = PersonalSubscription {
                owner: sent.owner,
                url: sent.url,
                application_uri,
                sharing_key: sent.hash.0,
            };
            self.subscribe((organization, mailbox), subscription, now);
            // Source: the local folder is made and synchronized at once, observed, Exchange 2013.
            let identity = self.next_identity(companions.synchronized, organization);
            let key = match mailbox {
                MailboxKey::Declared(id) => SubscriptionKey::Declared(id, sent.owner),
                MailboxKey::Described(number) => {
                    SubscriptionKey::Described(organization, number, sent.owner)
                }
            };
            let meaning = sent.hash.with(Follows::Synchronization as u64);
            self.send_synchronization(schedule, (identity, meaning), key, Asks::SharedCalendar);
        }
        if sent.terms.reciprocity == Reciprocity::Reciprocal {
            let identity = self.next_identity(companions.returned, organization);
            let terms = Invitation {
                reciprocity: Reciprocity::OneWay,
                ..sent.terms
            };
            let ask = silent_ask(Asks::Invitation, address, mailbox, Some(terms));
            let request = (identity, sent.hash.with(Follows::Return as u64));
            self.send_request_meaning(schedule, request, ask, &[sent.owner], None);
        }
    }

    /// Validates the token of an invitation that is opened.
    ///
    /// Source: the offer SharingInviteMessage is expected, observed, Exchange 2013.
    fn accept_token(&mut self, group: GroupSlot, now: Instant) -> Result<(), (Cause, Side)> {
        let federation = self.federation;
        let row = &self.groups[group];
        let (number, server, request) = (row.number, row.server, &self.requests[row.request]);
        let identity = request.identity;
        let sent = request.opens.expect("what is opened was sent");
        let token = self.invitations[sent].token;
        federation
            .federation_state(server, now)
            .map_err(|off| (off.cause(), Side::Requester))?;
        let validator = self
            .federation
            .validator(server, Offer::SharingInviteMessage, now);
        let result = validate(Some(&token), &validator).map(drop);
        let fact = Fact::TokenValidated {
            group: number,
            leg: Leg::Availability,
            server,
            result,
        };
        self.observe(now, identity, fact);
        result.map_err(|rejection| (rejection.cause(), side_of_rejection(rejection)))
    }

    /// The next request of a workload that is drawn from nothing, at an organization.
    fn next_identity(&mut self, workload: WorkloadId, requester: OrgId) -> RequestIdentity {
        let counter = self.numbers.entry((workload, requester));
        let number = counter.or_insert(0);
        *number += 1;
        RequestIdentity {
            requester,
            workload,
            number: *number,
            attempt: 0,
        }
    }

    /// How an invitation that is opened is worked on: here, alone.
    pub(super) fn choose_opening(&self, slot: RequestSlot, number: u16) -> Route {
        let row = &self.requests[slot];
        let sent = row.opens.expect("what is opened was sent");
        let uri = self.invitations[sent].token.audience;
        Route {
            object: PathObject::Invitation(uri),
            key: GroupKey::TokenTarget(uri),
            application_uri: Some(uri),
            ..local_route(
                row.attendees[usize::from(number)].asked,
                row.server,
                row.process,
            )
        }
    }
}

impl Sharing {
    /// The same, but no more than is wanted; what is then nothing is blocked.
    ///
    /// What becomes of more than the policy allows is a rule of the world.
    fn limited(self, wanted: SharingActions, above: AbovePolicyRule) -> Result<Sharing, Cause> {
        let something = |actions: SharingActions| {
            let is_above = wanted.detail() > actions.detail();
            if is_above && above == AbovePolicyRule::Refused {
                return Err(Cause::SharingLevelNotAllowed);
            }
            let limited = actions.limited(wanted);
            (!limited.is_empty())
                .then_some(limited)
                .ok_or(Cause::SharingPolicyBlocks)
        };
        match self {
            Sharing::Federated(actions) => something(actions).map(Sharing::Federated),
            Sharing::Published(actions) => something(actions).map(Sharing::Published),
        }
    }
}

/// Who has to act on a token that is rejected when its invitation is opened: whoever opens it too late,
/// or the organization that cannot read what was made out to it.
fn side_of_rejection(rejection: Rejection) -> Side {
    match rejection {
        Rejection::OfferExpired | Rejection::ConditionsExpired => Side::Client,
        Rejection::AudienceMismatch | Rejection::OfferMismatch | Rejection::EmailMissing => {
            Side::Target
        }
        Rejection::ApplicationOutdated => Side::Target,
        Rejection::SubjectMissing => Side::Gateway,
        Rejection::Malformed
        | Rejection::EncryptionUnknown
        | Rejection::SignatureUnknown
        | Rejection::NotYetValid => Side::Requester,
    }
}

/// What is asked where no calendar is: window, view and interval say nothing.
fn silent_ask(
    asks: Asks,
    from: Address,
    mailbox: MailboxKey,
    invitation: Option<Invitation>,
) -> Ask {
    Ask {
        from,
        mailbox: Some(mailbox),
        asks,
        window: Span::ZERO,
        view: View::FreeBusy,
        interval: Span::ZERO,
        invitation,
    }
}

fn row_wanted(ask: Ask) -> SharingActions {
    ask.invitation
        .map_or(SharingActions::NONE, |terms| terms.wanted)
}

/// What a recipient has been offered.
pub(super) fn invitation_answer(offered: SharingActions) -> Answer {
    match offered.detail() {
        AccessLevel::None => Answer::InvitationContacts,
        AccessLevel::Simple => Answer::InvitationSimple,
        AccessLevel::Detail => Answer::InvitationDetail,
        AccessLevel::Owner => Answer::InvitationReviewer,
    }
}

/// A failure as it is shown for what is asked: of invitations the product has four names, and no codes.
///
/// Source: InvalidRecipientResponseCode of GetSharingMetadata (docs); which is which, observed,
/// Exchange 2013.
pub(super) fn shown(asks: Asks, failure: Failure) -> Failure {
    if !matches!(asks, Asks::Invitation | Asks::OpenInvitation) {
        return failure;
    }
    let code = match failure.cause {
        Cause::SharingPolicyBlocks | Cause::SharingPolicyDisabled => {
            ResponseCode::SystemPolicyBlocksSharingWithThisRecipient
        }
        Cause::SharingRecipientNotFederated
        | Cause::SharingAnonymousMissing
        | Cause::GatewayTargetNotRegistered => ResponseCode::RecipientOrganizationNotFederated,
        Cause::SharingLevelNotAllowed => ResponseCode::PermissionNotAllowedByPolicy,
        Cause::TokenUnknownIssuer | Cause::GatewayInstanceMismatch => {
            ResponseCode::RecipientOrganizationFederatedWithUnknownTokenIssuer
        }
        _ => ResponseCode::OtherError,
    };
    Failure {
        code,
        inner: None,
        ..failure
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sharing_policy::SharingAction::{
        CalendarSharingFreeBusyDetail as Detail, CalendarSharingFreeBusySimple as Simple,
    };
    use super::*;

    #[test]
    fn more_than_the_policy_allows_is_lowered_or_refused_and_less_is_neither() {
        use AbovePolicyRule::{Lowered, Refused};
        let only = |action| SharingActions::of([action]);
        let simple = Sharing::Federated(only(Simple));
        let detail = Sharing::Federated(SharingActions::of([Simple, Detail]));
        let refused = Err(Cause::SharingLevelNotAllowed);
        let lowered = simple.limited(only(Detail), Lowered);
        assert!(
            matches!(lowered, Ok(Sharing::Federated(actions)) if actions.detail() == AccessLevel::Simple)
        );
        assert_eq!(simple.limited(only(Detail), Refused), refused);
        for rule in [Lowered, Refused] {
            assert_eq!(simple.limited(only(Simple), rule), Ok(simple));
            assert!(detail.limited(only(Detail), rule).is_ok());
        }
    }
}
