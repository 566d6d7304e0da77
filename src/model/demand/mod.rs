//! What clients ask for: requests that are spelled out, and workloads that they are drawn from.
//!
//! It knows nothing of servers or paths. Invariant: what a request asks is a function of the
//! federation, the seed and its identity; nothing of it is stored before it is sent, and no draw
//! of one organization moves a draw of another.

mod calendar;
mod drawn;
mod shared;
mod trace;

use crate::engine::hash::NameHash;
use crate::engine::{Instant, Span};

use super::address::Address;
use super::directory::MailboxKey;
use super::observation::RequestIdentity;
use super::organization::{OrgId, ServerId};
use super::outcome::{Asks, View};
use super::parameters::SHARE_PARTS;
use super::sharing_policy::SharingActions;

pub use calendar::{Calendar, Period};
pub use shared::{
    CycleId, DrawnSubscription, SharedCalendars, SubscriptionKey, SynchronizationLaw, WorkCycle,
};
pub use trace::{
    Candidates, Census, DrawnFrom, Recording, RequestSource, SourceError, Trace, TracedRequest,
};

crate::define_id! {
    /// A workload: where requests come from.
    WorkloadId;
    /// A request that the scenario spells out, in the order of (instant, name, number).
    ExplicitRequestId;
    /// The arrivals of one workload at one organization.
    StreamId;
    /// A calendar: when a profile, in a time zone, is busy.
    CalendarId;
    /// A trace: requests that somebody has recorded.
    TraceId;
}

/// What a request asks, beside whose calendars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The user who asks.
    pub from: Address,
    /// The user's mailbox, if there is one.
    pub mailbox: Option<MailboxKey>,
    /// What is asked for; the rest says how, of calendars alone.
    pub asks: Asks,
    /// The length of the window.
    pub window: Span,
    /// The form of the answer.
    pub view: View,
    /// The interval of the merged string.
    pub interval: Span,
    /// What is offered, if it is an invitation.
    pub invitation: Option<Invitation>,
}

/// What an invitation offers, and what becomes of it at a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// What its sender wants to share; the sharing policy may lower it.
    pub wanted: SharingActions,
    /// How long after its arrival a recipient opens it; none: nobody does.
    pub opened_after: Option<Span>,
    /// Whether it asks for the like in return.
    pub reciprocity: Reciprocity,
}

/// Whether an invitation asks for the like in return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reciprocity {
    /// It does not.
    OneWay,
    /// Whoever opens it sends one back, which asks for nothing.
    ///
    /// Source: remembered.
    Reciprocal,
}

/// A request that the scenario spells out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplicitRequest {
    /// Its identity.
    pub identity: RequestIdentity,
    /// When the client sends it.
    pub at: Instant,
    /// What it asks.
    pub ask: Ask,
    /// The attendees.
    pub to: Box<[Address]>,
    /// The server that takes it, if the scenario says so.
    pub server: Option<ServerId>,
}

/// A workload.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// Its name in the scenario.
    pub name: Box<str>,
    /// The stable hash of the name.
    pub hash: NameHash,
    /// What its requests ask for.
    pub asks: Asks,
    /// What its requests are drawn from; none: they are spelled out.
    pub demand: Option<Demand>,
    /// Where what follows from its invitations belongs, if it has any.
    pub companions: Option<Companions>,
}

/// The workloads to which belongs what follows from the invitations of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Companions {
    /// Openings of invitations.
    pub opened: WorkloadId,
    /// Invitations that are sent in return.
    pub returned: WorkloadId,
    /// First runs of synchronization of what was shared.
    pub synchronized: WorkloadId,
}

/// What the requests of a workload are drawn from.
///
/// Assumed: all of its default numbers; none is published.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// What they ask for.
    pub asks: Asks,
    /// How many federated attendees a request has.
    pub attendees: Choice<u8>,
    /// From how many partners they are.
    pub partners: Choice<u8>,
    /// The length of the window.
    pub windows: Choice<Span>,
    /// The form of the answer.
    pub views: Choice<View>,
    /// The interval of the merged string.
    pub interval: Span,
    /// How the partners of an organization differ in how often they are asked.
    pub partner_popularity: Popularity,
    /// How the mailboxes of a partner differ in how often they are asked for.
    pub mailbox_popularity: Popularity,
    /// What a user does after a failure.
    pub retry: Retry,
    /// What shared calendars are drawn from, if it is about them.
    pub synchronization: Option<SynchronizationLaw>,
    /// What is offered, if it is invitations.
    pub invitation: Option<Invitation>,
}

/// How things differ in how often they are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Popularity {
    /// All alike.
    Uniform,
    /// The k-th as often as 1 ÷ k of the first: Zipf's law with exponent 1. Which one is the k-th says
    /// the order of the hashes of their names; of mailboxes their numbers.
    Zipf,
}

/// What a user does after a request has failed.
///
/// Assumed: no source tells how often people try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The share of users who ask again, in parts of 10¹².
    pub share: u64,
    /// How long they wait at most; all spans up to it alike.
    pub within: Span,
    /// How often they do so.
    pub times_max: u8,
}

/// The arrivals of one workload at one organization: a Poisson process in the time of its calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    /// The organization whose users ask.
    pub organization: OrgId,
    /// The workload.
    pub workload: WorkloadId,
    /// When they are busy.
    pub calendar: CalendarId,
    /// The mean time between two arrivals, in calendar time.
    pub mean_gap: Span,
    /// Where its partners stand in [`Streams::partners`]; several streams may share them.
    pub first_partner: u32,
    /// How many there are.
    pub partner_count: u32,
    /// The place of the organization itself among them, which is passed over.
    pub own_place: Option<u32>,
    /// Which subscriptions are opened, if shared calendars are.
    pub cycle: Option<CycleId>,
}

/// All arrivals that are drawn, in flat tables.
#[derive(Clone, Debug, Default)]
pub struct Streams {
    /// By organization and workload.
    pub streams: crate::engine::IdVec<StreamId, Stream>,
    /// The organizations that are asked, list after list.
    pub partners: Box<[OrgId]>,
    /// Calendars.
    pub calendars: crate::engine::IdVec<CalendarId, Calendar>,
}

/// One of several values, each with its share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<T> {
    /// Each value with its share and those before it, in parts of 10¹².
    up_to: Box<[(u64, T)]>,
}

impl<T: Copy> Choice<T> {
    /// A choice between these values; shares in parts of 10¹² that add up to it.
    pub fn new(shares: impl IntoIterator<Item = (T, u64)>) -> Choice<T> {
        let mut sum = 0;
        let up_to = shares.into_iter().map(|(value, share)| {
            sum += share;
            (sum, value)
        });
        Choice {
            up_to: up_to.collect(),
        }
    }

    /// The value for these uniform bits.
    pub fn at(&self, bits: u64) -> T {
        let drawn = crate::engine::draw::below(bits, SHARE_PARTS);
        let found = self.up_to.iter().find(|(up_to, _)| drawn < *up_to);
        let last = self.up_to.last().expect("a choice has a value");
        found.unwrap_or(last).1
    }

    /// The values with their shares, in parts of 10¹².
    pub fn shares(&self) -> impl Iterator<Item = (T, u64)> + '_ {
        let before = std::iter::once(0).chain(self.up_to.iter().map(|(up_to, _)| *up_to));
        let pairs = self.up_to.iter().zip(before);
        pairs.map(|(&(up_to, value), before)| (value, up_to - before))
    }
}

impl Streams {
    /// The organizations that a stream's users ask, in the order of the hashes of their names.
    pub fn partners_of(&self, id: StreamId) -> &[OrgId] {
        let stream = &self.streams[id];
        let first = stream.first_partner as usize;
        &self.partners[first..first + stream.partner_count as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_gives_each_value_its_share_of_the_draws() {
        let choice = Choice::new([(1_u8, SHARE_PARTS / 4), (2, SHARE_PARTS / 4 * 3)]);
        let at = |quarter: u64| choice.at((u64::MAX / 4) * quarter + 1);
        assert_eq!([at(0), at(1), at(2), at(3)], [1, 2, 2, 2]);
        let shares: Vec<_> = choice.shares().collect();
        assert_eq!(shares, [(1, SHARE_PARTS / 4), (2, SHARE_PARTS / 4 * 3)]);
    }
}
