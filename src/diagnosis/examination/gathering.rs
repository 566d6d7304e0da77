//! What is examined: who wants to ask whom for what, read from requests, workloads and the objects that
//! organizations have about each other.
//!
//! It knows no rule of sharing. Invariant: the work is bounded, whatever the size of the world; what is
//! left out for that is counted.

use std::collections::BTreeSet;

use crate::model::Federation;
use crate::model::address::{Address, LocalPart};
use crate::model::availability::AttendeeKind;
use crate::model::directory::{GroupId, MailboxKey, Member, Recipient};
use crate::model::names::NameId;
use crate::model::organization::{AcceptedDomainKind, OrgId, ServerId};
use crate::model::outcome::{AccessLevel, Asks, View};
use crate::model::relationship::RelationshipId;

use super::Severity;

/// How many lookups are examined at most.
const LOOKUPS_MAX: usize = 20_000;
/// How many organizations of each population are examined.
const OF_POPULATION_MAX: usize = 8;
/// How many partners of a drawn organization are examined.
const PARTNERS_OF_DRAWN_MAX: usize = 16;
/// How many partners of a workload are examined for each organization.
const PARTNERS_MAX: usize = 500;
/// How deep groups of attendees may nest, and how many members of one are looked at.
const NESTED_MAX: u8 = 8;

/// What was not examined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unexamined {
    /// Organizations of populations beside the first few of each.
    pub organizations: usize,
    /// Lookups beyond the most that are examined.
    pub lookups: usize,
    /// Traces, whose requests are read during the run.
    pub traces: usize,
    /// Workloads that draw shared calendars, which are drawn during the run.
    pub shared_calendars: usize,
    /// Entries of the time line, scripts and faults, which change the world later.
    pub changes: usize,
}

/// One question of somebody in one organization about somebody in another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lookup {
    pub requester: OrgId,
    pub target: OrgId,
    pub asks: Asks,
    /// Who asks; none: nobody in particular.
    pub sender: Option<MailboxKey>,
    /// The server that takes the request, if it is said.
    pub server: Option<ServerId>,
    /// What the attendee's address is to the requester.
    pub kind: AttendeeKind,
    /// Whether the attendee is somebody; else anybody of the domain.
    pub is_somebody: bool,
    /// Whether calendars may come to be shared in person between the two during the run.
    pub may_be_shared: bool,
    /// How often Autodiscover has led to another address already.
    pub redirects: u8,
    pub view: View,
    /// How bad what it meets is at most.
    pub at_most: Severity,
}

/// What has been gathered.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub lookups: Vec<Lookup>,
    /// Who does not ask a partner that lets it see, and the partner's relationship that does.
    pub one_sided: Vec<(OrgId, RelationshipId)>,
    pub unexamined: Unexamined,
}

/// What makes a lookup another one.
type Key = (
    (OrgId, Asks, Option<MailboxKey>, Option<ServerId>),
    (Option<Address>, Option<Address>, bool, Severity),
);

struct Gatherer<'a> {
    federation: &'a Federation,
    gathered: Gathered,
    seen: BTreeSet<Key>,
    /// How bad it is at most what nobody meets who asks: if the scenario asks nothing at all, or if a
    /// trace may ask anybody, everybody counts.
    unasked_at_most: Severity,
}

/// Gathers what is to be examined.
pub(super) fn gather(federation: &Federation) -> Gathered {
    let asks_something = !federation.requests.is_empty() || !federation.streams.streams.is_empty();
    let mut gatherer = Gatherer {
        federation,
        gathered: Gathered::default(),
        seen: BTreeSet::new(),
        unasked_at_most: match asks_something && federation.traces.is_empty() {
            true => Severity::Warning,
            false => Severity::Error,
        },
    };
    gatherer.requests();
    gatherer.streams();
    gatherer.relationships();
    gatherer.other_paths();
    let lookups = gatherer.gathered.lookups.iter();
    let invited: BTreeSet<(OrgId, OrgId)> = lookups
        .filter(|lookup| lookup.asks == Asks::Invitation)
        .map(|lookup| (lookup.requester, lookup.target))
        .collect();
    for lookup in &mut gatherer.gathered.lookups {
        let (own, partner) = (lookup.requester, lookup.target);
        // Whoever opens an invitation may answer with one.
        lookup.may_be_shared =
            invited.contains(&(own, partner)) || invited.contains(&(partner, own));
    }
    let drawn: usize = federation
        .populations
        .iter()
        .map(|population| (population.count as usize).saturating_sub(OF_POPULATION_MAX))
        .sum();
    gatherer.gathered.unexamined.organizations = drawn;
    gatherer.gathered.unexamined.traces = federation.traces.len();
    gatherer.gathered
}

impl Gatherer<'_> {
    fn requests(&mut self) {
        let federation = self.federation;
        for request in federation.requests.iter() {
            let requester = request.identity.requester;
            let mut addresses = Vec::new();
            for &to in &request.to {
                self.expand(requester, to, NESTED_MAX, &mut addresses);
            }
            for address in addresses {
                let base = Base {
                    requester,
                    asks: request.ask.asks,
                    sender: request.ask.mailbox,
                    server: request.server,
                    view: request.ask.view,
                    at_most: Severity::Error,
                };
                self.ask(base, address);
            }
        }
    }

    /// The addresses that an attendee stands for.
    fn expand(&self, requester: OrgId, to: Address, depth: u8, into: &mut Vec<Address>) {
        match self.federation.recipient(requester, to) {
            Some(Recipient::Group(group)) => self.expand_group(requester, group, depth, into),
            _ => into.push(to),
        }
    }

    fn expand_group(&self, requester: OrgId, group: GroupId, depth: u8, into: &mut Vec<Address>) {
        let federation = self.federation;
        let row = federation.groups.at(group, federation.start);
        if row.deleted || depth == 0 {
            return;
        }
        for member in &row.members {
            match *member {
                Member::Address(address) => self.expand(requester, address, depth - 1, into),
                Member::Group(nested) => self.expand_group(requester, nested, depth - 1, into),
            }
        }
    }

    /// Requests that are drawn: somebody of the organization asks for somebody of each partner.
    fn streams(&mut self) {
        let federation = self.federation;
        let mut shared = BTreeSet::new();
        for id in federation.streams.streams.ids() {
            let stream = federation.streams.streams[id];
            let asks = federation.workloads[stream.workload].asks;
            if stream.cycle.is_some() {
                shared.insert(stream.workload);
                continue;
            }
            let is_drawn = self.is_drawn(stream.organization);
            if is_drawn && !self.is_sample(stream.organization) {
                continue;
            }
            let most = match is_drawn {
                true => PARTNERS_OF_DRAWN_MAX,
                false => PARTNERS_MAX,
            };
            let partners = federation.streams.partners_of(id);
            let others = partners.iter().copied();
            let mut others = others.filter(|&partner| partner != stream.organization);
            for partner in others.by_ref().take(most) {
                let base = Base {
                    requester: stream.organization,
                    asks,
                    sender: self.somebody(stream.organization),
                    server: None,
                    view: View::FreeBusy,
                    at_most: Severity::Error,
                };
                let domain = federation.organizations.original(partner);
                let domain = domain.accepted_domains.first().map(|row| row.domain);
                if let Some(domain) = domain {
                    self.ask_anybody(base, domain, partner, false);
                }
            }
            if !is_drawn {
                self.gathered.unexamined.lookups += others.count();
            }
        }
        self.gathered.unexamined.shared_calendars = shared.len();
    }

    /// Each relationship that asks, for each domain that it names; and those that only let see.
    fn relationships(&mut self) {
        let federation = self.federation;
        let mut drawn = (None, 0);
        for id in federation.relationships.ids() {
            let owner = federation.relationships.original(id).organization;
            if self.is_drawn(owner) {
                if !self.is_sample(owner) {
                    continue;
                }
                drawn = match drawn {
                    (Some(known), count) if known == owner => (Some(owner), count + 1),
                    _ => (Some(owner), 1),
                };
                if drawn.1 > PARTNERS_OF_DRAWN_MAX {
                    continue;
                }
            }
            let row = federation.relationships.at(id, federation.start);
            if !row.exists {
                continue;
            }
            let domains = row.domain_names.clone();
            if row.free_busy_access_enabled {
                let at_most = match row.enabled {
                    true => Severity::Error,
                    false => Severity::Warning,
                };
                for &domain in domains.iter() {
                    self.want(owner, domain, at_most, false);
                }
            }
            if row.enabled && row.free_busy_access_level != AccessLevel::None {
                self.note_one_sided(owner, id, &domains);
            }
        }
    }

    /// A relationship that lets a partner see which does not ask.
    fn note_one_sided(&mut self, owner: OrgId, id: RelationshipId, domains: &[NameId]) {
        let federation = self.federation;
        let partners = domains
            .iter()
            .filter_map(|domain| federation.index.domain_owners.get(domain).copied());
        let partners: BTreeSet<OrgId> = partners.filter(|&partner| partner != owner).collect();
        for partner in partners {
            let own = federation.organizations.at(owner, federation.start);
            let mut domains = own.federated_domains();
            let asks = domains.any(|domain| {
                let ways = federation.relationship_for(partner, domain, federation.start);
                let relationship = ways.map(|id| federation.relationships.at(id, federation.start));
                let asks = relationship.is_some_and(|row| row.free_busy_access_enabled);
                let connector = federation.connector_for(partner, domain, federation.start);
                asks || connector.is_some()
            });
            if !asks && !self.is_drawn(partner) {
                self.gathered.one_sided.push((partner, id));
            }
        }
    }

    /// Connectors and address spaces.
    fn other_paths(&mut self) {
        let federation = self.federation;
        for id in federation.connectors.ids() {
            let row = federation.connectors.at(id, federation.start);
            if row.enabled {
                for &domain in &row.domains {
                    self.want(row.organization, domain, Severity::Error, false);
                }
            }
        }
        for id in federation.address_spaces.ids() {
            let row = federation.address_spaces.at(id, federation.start);
            if row.exists {
                self.want(row.organization, row.domain, Severity::Error, true);
            }
        }
    }

    /// An organization wants to see calendars of a domain.
    fn want(&mut self, requester: OrgId, domain: NameId, at_most: Severity, as_contact: bool) {
        let at_most = at_most.max(self.unasked_at_most);
        let owner = self.federation.index.domain_owners.get(&domain).copied();
        let Some(target) = owner.filter(|&owner| owner != requester) else {
            return;
        };
        let base = Base {
            requester,
            asks: Asks::FreeBusy,
            sender: self.somebody(requester),
            server: None,
            view: View::FreeBusy,
            at_most,
        };
        self.ask_anybody(base, domain, target, as_contact);
    }

    /// Somebody of an organization who may ask.
    fn somebody(&self, organization: OrgId) -> Option<MailboxKey> {
        let federation = self.federation;
        let row = federation.organizations.original(organization);
        if row.described_mailboxes > 0 {
            return Some(MailboxKey::Described(1));
        }
        let before = |of: &crate::model::directory::Mailbox| of.organization < organization;
        let first = federation.mailboxes.partition_point(before);
        let id = crate::model::directory::MailboxId(first as u32);
        let is_own = first < federation.mailboxes.len()
            && federation.mailboxes.original(id).organization == organization;
        is_own.then_some(MailboxKey::Declared(id))
    }

    fn ask_anybody(&mut self, base: Base, domain: NameId, target: OrgId, as_contact: bool) {
        let federation = self.federation;
        let first = federation.organizations.original(target);
        let is_first = first.accepted_domains.first().map(|row| row.domain) == Some(domain);
        let local = LocalPart::Numbered(u32::from(is_first && first.described_mailboxes > 0));
        let external = Address { domain, local };
        let kind = match as_contact {
            true => AttendeeKind::MailUserOrContact {
                external,
                own: None,
            },
            false => AttendeeKind::PlainExternal(external),
        };
        self.push(base, target, kind, false);
    }

    /// Somebody asks for an address.
    fn ask(&mut self, base: Base, address: Address) {
        let federation = self.federation;
        let requester = base.requester;
        let kind = match federation.recipient(requester, address) {
            Some(Recipient::Mailbox(_) | Recipient::Group(_)) => return,
            Some(Recipient::MailUser { external }) => AttendeeKind::MailUserOrContact {
                external,
                own: Some(address),
            },
            Some(Recipient::Contact { external }) => AttendeeKind::MailUserOrContact {
                external,
                own: (external != address).then_some(address),
            },
            None => {
                let row = federation.organizations.original(requester);
                let accepted = row.accepted_domain(address.domain);
                if accepted.is_some_and(|row| row.kind == AcceptedDomainKind::Authoritative) {
                    return;
                }
                AttendeeKind::PlainExternal(address)
            }
        };
        let external = external(kind);
        let owner = federation
            .index
            .domain_owners
            .get(&external.domain)
            .copied();
        if let Some(target) = owner.filter(|&owner| owner != requester) {
            self.push(base, target, kind, true);
        }
    }

    fn push(&mut self, base: Base, target: OrgId, kind: AttendeeKind, is_somebody: bool) {
        let (external, own) = match kind {
            AttendeeKind::PlainExternal(address) => (address, None),
            AttendeeKind::MailUserOrContact { external, own } => (external, own.or(Some(external))),
        };
        let key = (
            (base.requester, base.asks, base.sender, base.server),
            (Some(external), own, is_somebody, base.at_most),
        );
        if self.seen.contains(&key) {
            return;
        }
        if self.seen.len() >= LOOKUPS_MAX {
            self.gathered.unexamined.lookups += 1;
            return;
        }
        self.seen.insert(key);
        self.gathered.lookups.push(Lookup {
            requester: base.requester,
            target,
            asks: base.asks,
            sender: base.sender,
            server: base.server,
            kind,
            is_somebody,
            may_be_shared: false,
            redirects: 0,
            view: base.view,
            at_most: base.at_most,
        });
    }

    fn is_drawn(&self, organization: OrgId) -> bool {
        let mut populations = self.federation.populations.iter();
        populations.any(|population| population.contains(organization))
    }

    /// Whether an organization is one of the first of its population.
    fn is_sample(&self, organization: OrgId) -> bool {
        let mut populations = self.federation.populations.iter();
        populations.any(|population| {
            let mut first = population.organizations().take(OF_POPULATION_MAX);
            first.any(|id| id == organization)
        })
    }
}

/// Who asks, and how.
#[derive(Clone, Copy, Debug)]
struct Base {
    requester: OrgId,
    asks: Asks,
    sender: Option<MailboxKey>,
    server: Option<ServerId>,
    view: View,
    at_most: Severity,
}

/// The address that is asked for at the target.
pub(super) fn external(kind: AttendeeKind) -> Address {
    match kind {
        AttendeeKind::PlainExternal(address) => address,
        AttendeeKind::MailUserOrContact { external, .. } => external,
    }
}
