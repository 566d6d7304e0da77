//! Who takes part in a request, and in which order they stand.
//!
//! It knows nothing of what they say. Invariant: everybody whom a kept step names has a lifeline; with
//! too many of them those of one target are one, and then targets that did not fail give way first.

use std::collections::BTreeMap;

use crate::model::Federation;
use crate::model::address::Address;
use crate::model::gateway::DataCentreId;
use crate::model::names::NameId;
use crate::model::observation::{Fact, Observation, PathKind, RequestIdentity};
use crate::model::organization::{OrgId, ServerId};
use crate::model::outcome::{Asks, GroupOutcome};
use crate::model::publishing::HostOwner;
use crate::record::naming::{organization_name, server_name};

use super::exchange::Exchange;
use super::{LIFELINES_MAX, Lifeline, Role};

/// One who takes part, in the order from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Party {
    Client,
    Requester,
    Resolver,
    Authorization,
    Centre(DataCentreId),
    /// The token endpoint of a gateway none of whose data centres was reached, or a name in its place.
    TokenHost(NameId),
    /// Somebody of the target of this number.
    Target(usize, Spot),
    /// The targets that are not drawn.
    More,
}

/// Where at a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spot {
    /// The organization, of which nothing more was seen.
    Whole,
    /// A host name at which calls ended.
    Host(NameId),
    /// A server.
    Server(ServerId),
}

/// An organization that is asked, or a domain that is nobody's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub organization: Option<OrgId>,
    pub domain: NameId,
    /// How many groups were answered, and how many failed.
    pub answered: u16,
    pub failed: u16,
}

/// The parties of a request, from its observations.
pub(super) struct Parties<'a> {
    federation: &'a Federation,
    request: RequestIdentity,
    pub server: Option<ServerId>,
    from: Option<Address>,
    asks: Asks,
    pub targets: Vec<Target>,
    /// The target of each group that goes to one.
    pub of_group: BTreeMap<u16, usize>,
    /// These groups, with the domain that each asks for.
    pub groups: Vec<(u16, NameId)>,
    /// The data centres that answered.
    centres: Vec<DataCentreId>,
}

impl<'a> Parties<'a> {
    pub(super) fn of(
        federation: &'a Federation,
        request: RequestIdentity,
        observations: &[Observation],
    ) -> Parties<'a> {
        let mut parties = Parties {
            federation,
            request,
            server: None,
            from: None,
            asks: Asks::FreeBusy,
            targets: Vec::new(),
            of_group: BTreeMap::new(),
            groups: Vec::new(),
            centres: Vec::new(),
        };
        for observation in observations {
            parties.take(&observation.fact);
        }
        parties
    }

    fn take(&mut self, fact: &Fact) {
        match *fact {
            Fact::Sent { from, asks, .. } => {
                self.from = Some(from);
                self.asks = asks;
            }
            Fact::Arrived { server } => self.server = Some(server),
            Fact::GroupDispatched {
                group,
                path,
                domain,
                ..
            } => {
                let is_here = path.kind() == PathKind::Local
                    || path.kind() == PathKind::Invitation && self.asks == Asks::OpenInvitation;
                if !is_here {
                    let target = self.target(domain);
                    self.of_group.insert(group, target);
                    self.groups.push((group, domain));
                }
            }
            Fact::TokenIssued { data_centre, .. } | Fact::TokenRefused { data_centre, .. } => {
                self.centres.push(data_centre);
            }
            Fact::GroupDone { group, outcome, .. } => {
                if let Some(&target) = self.of_group.get(&group) {
                    let target = &mut self.targets[target];
                    match outcome {
                        GroupOutcome::Answered => target.answered += 1,
                        GroupOutcome::Failed(_) => target.failed += 1,
                    }
                }
            }
            _ => {}
        }
    }

    /// The number of the target that a domain belongs to.
    fn target(&mut self, domain: NameId) -> usize {
        let organization = self.federation.index.domain_owners.get(&domain).copied();
        let is_it = |target: &Target| match organization {
            Some(_) => target.organization == organization,
            None => target.domain == domain,
        };
        let known = self.targets.iter().position(is_it);
        known.unwrap_or_else(|| {
            self.targets.push(Target {
                organization,
                domain,
                answered: 0,
                failed: 0,
            });
            self.targets.len() - 1
        })
    }

    /// At whom an exchange is directed, as far as is known.
    pub(super) fn addressee(&self, exchange: &Exchange) -> Party {
        if exchange.is_for_token() {
            return self.gateway(exchange);
        }
        let Some(&target) = self.of_group.get(&exchange.group) else {
            return Party::Requester;
        };
        match exchange.arrived {
            Some((_, server)) if Some(server) == self.server => Party::Requester,
            Some((_, server)) => Party::Target(target, Spot::Server(server)),
            None => Party::Target(target, Spot::Host(exchange.host)),
        }
    }

    /// The data centre that answered; else another one of the same gateway that did; else its name.
    fn gateway(&self, exchange: &Exchange) -> Party {
        if let Some((_, centre, _)) = exchange.granted {
            return Party::Centre(centre);
        }
        let owner = |host: NameId| {
            let id = self.federation.index.hosts.get(&host)?;
            Some(self.federation.hosts.original(*id).owner)
        };
        let is_of_it = |centre: &&DataCentreId| {
            let gateway = self.federation.data_centres[**centre].gateway;
            owner(exchange.host) == Some(HostOwner::Gateway(gateway))
        };
        match self.centres.iter().find(is_of_it) {
            Some(&centre) => Party::Centre(centre),
            None => Party::TokenHost(exchange.host),
        }
    }

    /// The lifeline of a party.
    pub(super) fn lifeline(&self, party: Party, hidden: usize) -> Lifeline {
        let federation = self.federation;
        let (role, name) = match party {
            Party::Client if self.asks == Asks::Synchronization => {
                (Role::Client, "Sharing Sync Assistant".to_owned())
            }
            Party::Client => {
                let from = self.from.map(|from| federation.address_text(from));
                (Role::Client, from.unwrap_or_default())
            }
            Party::Requester => {
                let name = match self.server {
                    Some(server) => server_name(federation, server),
                    None => organization_name(federation, self.request.requester).to_owned(),
                };
                (Role::Requester, name)
            }
            Party::Resolver => {
                let own = federation.organizations.original(self.request.requester);
                let resolver = federation.resolvers.original(own.resolver);
                (Role::Resolver, resolver.name.to_string())
            }
            Party::Authorization => (Role::Authorization, "OAuth".to_owned()),
            Party::Centre(centre) => (
                Role::Gateway,
                federation.data_centres[centre].name.to_string(),
            ),
            Party::TokenHost(host) => (self.role_of_host(host, Role::Gateway), self.name(host)),
            Party::Target(_, Spot::Host(host)) => {
                (self.role_of_host(host, Role::Published), self.name(host))
            }
            Party::Target(_, Spot::Server(server)) => {
                (Role::Target, server_name(federation, server))
            }
            Party::Target(target, Spot::Whole) => {
                let target = &self.targets[target];
                let name = match target.organization {
                    Some(id) => organization_name(federation, id).to_owned(),
                    None => self.name(target.domain),
                };
                (Role::TargetOrganization, name)
            }
            Party::More => (Role::MoreTargets, format!("{hidden} more")),
        };
        Lifeline { role, name }
    }

    fn name(&self, name: NameId) -> String {
        self.federation.names.text(name).to_owned()
    }

    fn role_of_host(&self, host: NameId, role: Role) -> Role {
        let id = self.federation.index.hosts.get(&host);
        match id.map(|&id| self.federation.hosts.original(id).owner) {
            Some(HostOwner::Gateway(_)) => Role::Gateway,
            Some(HostOwner::Organization(_)) => role,
            Some(HostOwner::Nobody) | None => Role::Nobody,
        }
    }
}

/// Which parties have a lifeline, and which stands in for each that has none.
pub(super) struct Places {
    pub standing: Vec<Party>,
    is_coarse: bool,
    /// For each target, whether it is drawn.
    is_drawn: Vec<bool>,
}

impl Places {
    /// Finds places for these parties; `first` is the target that must not give way.
    pub(super) fn of(parties: &Parties<'_>, mut named: Vec<Party>, first: Option<usize>) -> Places {
        let count = parties.targets.len();
        let is_seen = |named: &[Party], target: usize| {
            let is_it = |party: &Party| matches!(party, Party::Target(n, _) if *n == target);
            named.iter().any(is_it)
        };
        for target in 0..count {
            if !is_seen(&named, target) {
                named.push(Party::Target(target, Spot::Whole));
            }
        }
        named.sort_unstable();
        named.dedup();
        let mut places = Places {
            standing: named,
            is_coarse: false,
            is_drawn: vec![true; count],
        };
        if places.standing.len() <= LIFELINES_MAX {
            return places;
        }
        places.is_coarse = true;
        places.settle();
        if places.standing.len() <= LIFELINES_MAX {
            return places;
        }
        let others = places.standing.len() - count;
        let room = LIFELINES_MAX.saturating_sub(others + 1).max(1);
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by_key(|&n| (first != Some(n), parties.targets[n].failed == 0, n));
        for &target in &order[room.min(count)..] {
            places.is_drawn[target] = false;
        }
        places.settle();
        places
    }

    fn settle(&mut self) {
        let standing = self.standing.iter().map(|&party| self.stand_in(party));
        let mut standing: Vec<Party> = standing.collect();
        standing.sort_unstable();
        standing.dedup();
        self.standing = standing;
    }

    fn stand_in(&self, party: Party) -> Party {
        match party {
            Party::Target(target, _) if !self.is_drawn[target] => Party::More,
            Party::Target(target, _) if self.is_coarse => Party::Target(target, Spot::Whole),
            party => party,
        }
    }

    /// Where a party stands.
    pub(super) fn place(&self, party: Party) -> usize {
        let party = self.stand_in(party);
        let place = self.standing.binary_search(&party);
        place.expect("every party that a step names was handed over")
    }

    /// Whether what concerns this target is drawn.
    pub(super) fn is_drawn(&self, target: usize) -> bool {
        self.is_drawn[target]
    }

    /// How many targets are not drawn.
    pub(super) fn hidden(&self) -> usize {
        self.is_drawn.iter().filter(|is_drawn| !**is_drawn).count()
    }
}
