//! What a drawn request asks: a function of its identity.
//!
//! It knows nothing of when it is sent. Invariant: each item has a draw of its own, so that another
//! law for one of them moves none of the others.

use smallvec::SmallVec;

use crate::engine::draw::{below, below_without};
use crate::engine::hash::NameHash;
use crate::engine::{DrawKeys, Zipf};

use super::super::address::{Address, LocalPart};
use super::super::directory::{Mailbox, MailboxId, MailboxKey};
use super::super::federation::Federation;
use super::super::organization::OrgId;
use super::super::outcome::Asks;
use super::super::purpose::Purpose;
use super::{
    Ask, CycleId, Demand, Popularity, StreamId, SubscriptionKey, Trace, TracedRequest, WorkloadId,
};

/// The indices of a request's draws; partners and mailboxes have one each from theirs on.
const USER: u64 = 0;
const PARTNERS: u64 = 1;
const ATTENDEES: u64 = 2;
const WINDOW: u64 = 3;
const VIEW: u64 = 4;
const PARTNER: u64 = 1 << 8;
const PARTNER_OF: u64 = 2 << 8;
const MAILBOX: u64 = 3 << 8;

/// How often a rank is drawn that turns out to be taken, before all that are left are alike.
const DRAWS_MAX: u32 = 64;

impl Federation {
    /// How many mailboxes an organization has, declared and described.
    pub fn mailbox_count(&self, organization: OrgId) -> u32 {
        let declared = self.declared_mailboxes(organization);
        declared.len() as u32
            + self
                .organizations
                .original(organization)
                .described_mailboxes
    }

    /// The n-th mailbox of an organization, from 0, with its primary address: declared ones first.
    pub fn mailbox_number(&self, organization: OrgId, number: u32) -> (Address, MailboxKey) {
        let declared = self.declared_mailboxes(organization);
        if (number as usize) < declared.len() {
            let id = MailboxId(declared.start + number);
            let address = self.mailboxes.original(id).addresses[0];
            return (address, MailboxKey::Declared(id));
        }
        let number = number - declared.len() as u32 + 1;
        let domain = self.organizations.original(organization).accepted_domains[0].domain;
        let local = LocalPart::Numbered(number);
        (Address { domain, local }, MailboxKey::Described(number))
    }

    /// The ids of an organization's declared mailboxes: those of one stand side by side.
    pub(super) fn declared_mailboxes(&self, organization: OrgId) -> std::ops::Range<u32> {
        let first = |organization: OrgId| {
            let before = |row: &Mailbox| row.organization < organization;
            self.mailboxes.partition_point(before) as u32
        };
        first(organization)..first(OrgId(organization.0 + 1))
    }

    /// Which drawn subscription the user of a request of a stream opens.
    pub fn opened_subscription(
        &self,
        cycle: CycleId,
        hash: NameHash,
        keys: &DrawKeys,
    ) -> SubscriptionKey {
        let bits = Draws::of_request(keys, hash).bits(USER);
        let count = u64::from(self.shared.cycles[cycle].drawn);
        SubscriptionKey::Drawn(cycle, below(bits, count) as u32)
    }

    /// What a request of a stream asks, and into `to` whose calendars it asks for. `hash` is that of
    /// its identity; a retry asks what its first attempt did.
    pub fn drawn_request(
        &self,
        stream: StreamId,
        hash: NameHash,
        keys: &DrawKeys,
        to: &mut Vec<Address>,
    ) -> Ask {
        let row = self.streams.streams[stream];
        let demand = self.demand(row.workload);
        let draws = Draws::of_request(keys, hash);
        let mailboxes = u64::from(self.mailbox_count(row.organization));
        let user = below(draws.bits(USER), mailboxes);
        let (from, mailbox) = self.mailbox_number(row.organization, user as u32);
        let candidates = Candidates {
            all: self.streams.partners_of(stream),
            own_place: row.own_place.map(u64::from),
        };
        self.draw_attendees(candidates, demand, draws, to);
        Ask {
            invitation: demand.invitation,
            from,
            mailbox: Some(mailbox),
            asks: demand.asks,
            window: demand.windows.at(draws.bits(WINDOW)),
            view: demand.views.at(draws.bits(VIEW)),
            interval: demand.interval,
        }
    }

    /// What a recorded request asks, and into `to` whose calendars it asks for. `hash` is that of its
    /// identity. What its row does not say is drawn as a workload's requests are. What servers log of
    /// clients' requests, and so a trace, is about calendars.
    pub fn traced_request(
        &self,
        trace: &Trace,
        request: &TracedRequest,
        hash: NameHash,
        keys: &DrawKeys,
        to: &mut Vec<Address>,
    ) -> Ask {
        let draws = Draws::of_request(keys, hash);
        let demand = || {
            let from = trace.drawn_from.as_ref();
            self.demand(from.expect("a row says what is not drawn").workload)
        };
        to.clear();
        to.extend_from_slice(&request.to);
        if let (true, Some(from)) = (to.is_empty(), &trace.drawn_from) {
            let candidates = from.candidates.of(request.requester);
            let candidates = Candidates {
                all: &candidates,
                own_place: None,
            };
            self.draw_attendees(candidates, demand(), draws, to);
        }
        let window = || demand().windows.at(draws.bits(WINDOW));
        let view = || demand().views.at(draws.bits(VIEW));
        Ask {
            from: request.from,
            mailbox: Some(request.mailbox),
            asks: Asks::FreeBusy,
            window: request.window.unwrap_or_else(window),
            view: request.view.unwrap_or_else(view),
            interval: request.interval.unwrap_or_else(|| demand().interval),
            invitation: None,
        }
    }

    /// What the requests of a workload are drawn from.
    fn demand(&self, workload: WorkloadId) -> &Demand {
        let demand = self.workloads[workload].demand.as_ref();
        demand.expect("its requests are drawn")
    }

    /// At least one attendee of each of several partners, as far as there are so many.
    fn draw_attendees(
        &self,
        candidates: Candidates<'_>,
        demand: &Demand,
        draws: Draws<'_>,
        to: &mut Vec<Address>,
    ) {
        to.clear();
        let wanted = usize::from(demand.partners.at(draws.bits(PARTNERS)));
        let attendees = usize::from(demand.attendees.at(draws.bits(ATTENDEES)));
        let mut partners: SmallVec<[OrgId; 4]> = SmallVec::new();
        // Places among the candidates that are taken, ascending.
        let mut taken: SmallVec<[u64; 4]> = candidates.own_place.into_iter().collect();
        let wanted = wanted.min(candidates.all.len() - taken.len());
        for index in 0..wanted as u64 {
            let (law, count) = (demand.partner_popularity, candidates.all.len() as u64);
            let place = draws.place(law, count, &taken, PARTNER + index);
            taken.insert(taken.partition_point(|other| *other < place), place);
            partners.push(candidates.all[place as usize]);
        }
        for index in 0..attendees.max(wanted) {
            let partner = match partners.get(index) {
                Some(partner) => *partner,
                None => {
                    let bits = draws.bits(PARTNER_OF + index as u64);
                    partners[below(bits, partners.len() as u64) as usize]
                }
            };
            let count = self.mailbox_count(partner);
            let (law, index) = (demand.mailbox_popularity, MAILBOX + index as u64);
            let mut number = draws.place(law, count.into(), &[], index) as u32;
            for _ in 0..count.min(attendees as u32) {
                let (address, _) = self.mailbox_number(partner, number);
                if !to.contains(&address) {
                    to.push(address);
                    break;
                }
                number = (number + 1) % count;
            }
        }
    }
}

/// Whom a request may be for.
#[derive(Clone, Copy)]
pub(super) struct Candidates<'a> {
    pub(super) all: &'a [OrgId],
    /// The place of one of them that is not asked: the requester itself.
    pub(super) own_place: Option<u64>,
}

/// The draws of one request or subscription.
#[derive(Clone, Copy)]
pub(super) struct Draws<'a> {
    pub(super) keys: &'a DrawKeys,
    pub(super) purpose: Purpose,
    pub(super) hash: NameHash,
}

impl<'a> Draws<'a> {
    fn of_request(keys: &'a DrawKeys, hash: NameHash) -> Draws<'a> {
        let purpose = Purpose::RequestContent;
        Draws {
            keys,
            purpose,
            hash,
        }
    }

    fn bits(self, index: u64) -> u64 {
        self.keys.bits(self.purpose, self.hash, index)
    }

    /// One of so many places that is not taken. What is taken leaves its share to the others, to each in
    /// proportion to its own.
    pub(super) fn place(self, law: Popularity, count: u64, taken: &[u64], index: u64) -> u64 {
        let zipf = match law {
            Popularity::Uniform => None,
            Popularity::Zipf => Zipf::new(count as u32, 1.0).ok(),
        };
        if let Some(zipf) = zipf {
            let mut stream = self.keys.stream(self.purpose, self.hash, index);
            for _ in 0..DRAWS_MAX {
                let place = u64::from(zipf.sample(&mut stream)) - 1;
                if !taken.contains(&place) {
                    return place;
                }
            }
        }
        below_without(self.bits(index), count, taken)
    }
}
