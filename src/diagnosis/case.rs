//! One attendee of one request that failed: who asked whom, how far it came, and what the objects around
//! it are called.
//!
//! It knows no cause's repair. Invariant: everything is read from what was observed of the request and from the
//! federation as it was at the instant of the failure; what neither says is absent, never guessed.

use crate::engine::Instant;
use crate::model::Federation;
use crate::model::address::{Address, LocalPart, Url, UrlPath};
use crate::model::directory::{MailboxKey, MailboxView, Recipient, federated_address};
use crate::model::dns::{Answer, HostId, RecordType};
use crate::model::names::NameId;
use crate::model::observation::{Fact, Observation, PathObject, RequestIdentity};
use crate::model::organization::{AcceptedDomainKind, OrgId, ServerId};
use crate::model::outcome::{Asks, AttendeeOutcome, Failure, Leg, Side};
use crate::model::relationship::RelationshipId;
use crate::model::token::DelegationToken;

use super::select::Chosen;
use super::subject::Prepared;
use super::whatif::REPLICATION;

/// An attendee that failed, with what is known of its way.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// The scenario.
    pub prepared: &'a Prepared,
    /// The federation with what changed in the run.
    pub federation: &'a Federation,
    /// The request.
    pub request: RequestIdentity,
    /// When it was sent.
    pub sent: Instant,
    /// When the failure was decided: the first time that its cause was observed.
    pub decided: Instant,
    /// Which observation of the request decided it.
    pub decisive: usize,
    /// Who asks.
    pub from: Address,
    /// What is asked for.
    pub asks: Asks,
    /// How many attendees the request names.
    pub attendees: u16,
    /// Which attendee, by number.
    pub attendee: u16,
    /// Its address.
    pub asked: Address,
    /// The organization that is asked, as far as it is known.
    pub target: Option<OrgId>,
    /// What became of it.
    pub failure: Failure,
    /// The path that was chosen for it.
    pub path: Option<PathObject>,
    /// The group that it travelled in.
    pub group: Option<u16>,
    /// The endpoint that was known when the group left.
    pub endpoint: Option<Url>,
    /// The host that the failing leg called, or the last that was called.
    pub host: Option<NameId>,
    /// The server on which the failure was found, or the requester's that took the request.
    pub server: Option<ServerId>,
    /// The requester's server that took the request.
    pub entry: Option<ServerId>,
    /// The last token that was issued or used for its group.
    pub token: Option<DelegationToken>,
}

impl<'a> Case<'a> {
    /// The cases of a request, an attendee each, in their order.
    pub fn all(
        prepared: &'a Prepared,
        federation: &'a Federation,
        chosen: &Chosen,
    ) -> Vec<Case<'a>> {
        let attendees = chosen.observations.iter().filter_map(|observation| {
            let Fact::AttendeeDone {
                attendee,
                asked,
                target,
                outcome: AttendeeOutcome::Failed(failure),
                ..
            } = observation.fact
            else {
                return None;
            };
            let case = Case::of(prepared, federation, chosen, (attendee, asked), failure);
            let led = failure.leg.is_none().then(|| case.led_to()).flatten();
            // Of an address that leads elsewhere the request may only know its own organization.
            let elsewhere = target.filter(|&target| target != case.requester());
            Some(Case {
                target: led.or(elsewhere).or(case.target),
                ..case
            })
        });
        attendees.collect()
    }

    fn of(
        prepared: &'a Prepared,
        federation: &'a Federation,
        chosen: &Chosen,
        (attendee, asked): (u16, Address),
        failure: Failure,
    ) -> Case<'a> {
        let first = &chosen.observations[0];
        let Fact::Sent {
            from,
            asks,
            attendees,
            ..
        } = first.fact
        else {
            unreachable!("what is observed of a request begins with its being sent")
        };
        let mut case = Case {
            prepared,
            federation,
            request: chosen.request,
            sent: first.at,
            decided: first.at,
            decisive: 0,
            from,
            asks,
            attendees,
            attendee,
            asked,
            target: None,
            failure,
            path: None,
            group: None,
            endpoint: None,
            host: None,
            server: None,
            entry: None,
            token: None,
        };
        case.target = case.holder_of(case.external());
        case.follow(&chosen.observations);
        case
    }

    /// Whose an address is: of the organization that accepts mail for its domain, else of the one that has a
    /// mailbox with it.
    fn holder_of(&self, address: Address) -> Option<OrgId> {
        let owner = self.federation.index.domain_owners.get(&address.domain);
        let mailboxes = &self.federation.mailboxes;
        let holder = || {
            let mut rows = mailboxes.ids().map(|id| mailboxes.original(id));
            rows.find(|row| row.addresses.contains(&address))
                .map(|row| row.organization)
        };
        owner.copied().or_else(holder)
    }

    /// Learns from what was observed up to the failure.
    fn follow(&mut self, observations: &[Observation]) {
        for observation in observations {
            self.learn(&observation.fact);
        }
        let decisive = observations
            .iter()
            .position(|observation| self.decides(&observation.fact));
        let last = observations.len() - 1;
        self.decisive = decisive.unwrap_or(last);
        self.decided = observations[self.decisive].at;
    }

    fn learn(&mut self, fact: &Fact) {
        let of_group = |group: u16| self.group == Some(group);
        let of_leg = |leg: Leg| self.failure.leg.is_none_or(|it| it == leg);
        match *fact {
            Fact::Arrived { server } => {
                self.entry = Some(server);
                self.server = self.server.or(Some(server));
            }
            Fact::PathChosen { attendee, path, .. } if attendee == self.attendee => {
                self.path = Some(path);
            }
            Fact::GroupDispatched {
                group,
                path,
                domain,
                endpoint,
                ..
            } => {
                let owner = self.federation.index.domain_owners.get(&domain).copied();
                let is_its = self.path == Some(path)
                    && (domain == self.asked.domain || owner.is_some() && owner == self.target);
                if is_its {
                    self.group = Some(group);
                    self.endpoint = endpoint;
                }
            }
            Fact::LegStarted { group, leg, host } if of_group(group) && of_leg(leg) => {
                self.host = Some(host);
            }
            Fact::CallArrived { group, leg, server }
            | Fact::TokenValidated {
                group, leg, server, ..
            } if of_group(group) && of_leg(leg) && self.failure.side == Side::Target => {
                self.server = Some(server);
            }
            Fact::TokenIssued {
                group, leg, token, ..
            }
            | Fact::TokenReused { group, leg, token }
                if of_group(group) && is_token_of(leg, self.failure.leg) =>
            {
                self.token = Some(token);
            }
            _ => {}
        }
    }

    /// Whether an observation says for the first time what the failure is.
    fn decides(&self, fact: &Fact) -> bool {
        let cause = self.failure.cause;
        let of_group = |group: u16| self.group == Some(group);
        match *fact {
            Fact::TokenRefused {
                group, cause: it, ..
            } => of_group(group) && it == cause,
            Fact::TokenValidated { group, result, .. } => {
                of_group(group) && result.is_err_and(|rejection| rejection.cause() == cause)
            }
            Fact::Discovered {
                attendee,
                failure: Some(it),
                ..
            } => attendee == self.attendee && it == cause,
            Fact::CalendarDecided {
                attendee, decision, ..
            } => attendee == self.attendee && decision.result == Err(cause),
            Fact::AnswerDecided {
                attendee, decision, ..
            } => attendee == self.attendee && decision.result == Err(cause),
            Fact::FolderDecided {
                attendee, level, ..
            } => attendee == self.attendee && level == Err(cause),
            Fact::LegEnded {
                group,
                failure: Some(failure),
                ..
            } => of_group(group) && failure.cause == cause,
            Fact::AttendeeDone { attendee, .. } => attendee == self.attendee,
            _ => false,
        }
    }

    /// The organization that asks.
    pub fn requester(&self) -> OrgId {
        self.request.requester
    }

    /// The organization where the failure lies: the requester, or the one that is asked.
    pub fn here(&self) -> Option<OrgId> {
        match self.failure.side {
            Side::Requester | Side::Client => Some(self.requester()),
            Side::Target => self.target,
            Side::Gateway | Side::Network => None,
        }
    }

    /// The relationship of the requester for the attendee's domain, whatever its state.
    pub fn own_relationship(&self) -> Option<RelationshipId> {
        match self.path {
            Some(PathObject::Relationship(id)) => Some(id),
            _ => {
                let domain = self.external().domain;
                self.federation
                    .relationship_for(self.requester(), domain, self.decided)
            }
        }
    }

    /// The relationship of the one that is asked for the caller's domain, whatever its state.
    pub fn partners_relationship(&self) -> Option<RelationshipId> {
        let domain = self.caller_address().domain;
        self.federation
            .relationship_for(self.target?, domain, self.decided)
    }

    /// Any relationship of one organization about another: one that names a domain of it.
    pub fn relationship_between(&self, one: OrgId, other: OrgId) -> Option<RelationshipId> {
        let domains = &self.federation.organizations.at(other, self.decided);
        let mut domains = domains.accepted_domains.iter();
        domains.find_map(|row| {
            let found = self
                .federation
                .relationship_for(one, row.domain, self.decided)?;
            Some(found)
        })
    }

    /// The address that the caller's token carries: the user's first in a federated domain, else the
    /// one the user asks from.
    pub fn caller_address(&self) -> Address {
        let federation = self.federation;
        let requester = self.requester();
        let organization = federation.organizations.at(requester, self.decided);
        let mailbox = self.mailbox(requester, self.from);
        let federated = mailbox.and_then(|view| federated_address(organization, view));
        federated.unwrap_or(self.from)
    }

    /// The address that is asked for where it leads: of a contact or mail user here the external one.
    pub fn external(&self) -> Address {
        match self.federation.recipient(self.requester(), self.asked) {
            Some(Recipient::MailUser { external } | Recipient::Contact { external }) => external,
            _ => self.asked,
        }
    }

    /// Whose the mailbox of a contact or mail user here is: the organization of the external address's domain, or
    /// another one that has such a mailbox, if the domain is the requester's own.
    fn led_to(&self) -> Option<OrgId> {
        let (external, requester) = (self.external(), self.requester());
        if external == self.asked && !self.is_domain_shared() {
            return None;
        }
        let owner = self.federation.index.domain_owners.get(&external.domain);
        match owner.copied() {
            Some(owner) if owner != requester => Some(owner),
            _ => self.holder_elsewhere(),
        }
    }

    /// Whether the address leads into the requester's own domain, and another organization has such a mailbox.
    pub fn is_domain_shared(&self) -> bool {
        let external = self.external();
        let owner = self.federation.index.domain_owners.get(&external.domain);
        let is_object = self
            .federation
            .recipient(self.requester(), self.asked)
            .is_some();
        is_object && owner == Some(&self.requester()) && self.holder_elsewhere().is_some()
    }

    fn holder_elsewhere(&self) -> Option<OrgId> {
        let federation = self.federation;
        let external = self.external();
        let mut others = federation.organizations.ids();
        others.find(|&other| {
            let found = federation.recipient(other, external);
            other != self.requester() && matches!(found, Some(Recipient::Mailbox(_)))
        })
    }

    /// Whether the endpoint of the requester's own relationship is somebody else's.
    pub fn is_endpoint_of_another(&self) -> bool {
        let row = self.own_relationship();
        let row = row.map(|id| self.federation.relationships.at(id, self.decided));
        let Some(url) = row.and_then(|row| row.target_sharing_epr) else {
            return false;
        };
        let host = self.federation.index.hosts.get(&url.host).copied();
        host.and_then(|host| self.federation.owner_of_host(host)) != self.target
    }

    /// The mailbox that an address of an organization leads to.
    pub fn mailbox(&self, organization: OrgId, address: Address) -> Option<MailboxView<'_>> {
        let federation = self.federation;
        let Recipient::Mailbox(key) = federation.recipient(organization, address)? else {
            return None;
        };
        let keys = federation.draw_keys(REPLICATION);
        Some(federation.mailbox(organization, key, self.decided, &keys))
    }

    /// The host that the failing leg called.
    pub fn called_host(&self) -> Option<HostId> {
        let hosts = &self.federation.hosts;
        hosts
            .ids()
            .find(|id| Some(hosts.original(*id).name) == self.host)
    }

    /// Whose the host is that the failing leg called.
    pub fn hosts_owner(&self) -> Option<OrgId> {
        self.federation.owner_of_host(self.called_host()?)
    }

    /// Where an organization's Exchange Web Services are published, as its servers say.
    pub fn external_url(&self, organization: OrgId) -> Option<Url> {
        let servers = &self.federation.organizations.original(organization).servers;
        let mut servers = servers.iter();
        servers.find_map(|&id| {
            let server = self.federation.servers.at(id, self.decided);
            server.ews.external_url
        })
    }

    /// The host under which an organization's Autodiscover is found: `autodiscover.` and a domain of it,
    /// if it is one of its own, else its first.
    pub fn autodiscover_host(&self, organization: OrgId) -> Option<String> {
        let federation = self.federation;
        let names = &federation.names;
        let hosts = &federation.hosts;
        let own = hosts.ids().filter(|id| {
            let host = hosts.original(*id);
            federation.owner_of_host(*id) == Some(organization)
                && host.redirect.is_none()
                && host.proxy.publishes_autodiscover
                && self.is_published(host.name)
        });
        let mut own: Vec<String> = own
            .map(|id| names.text(hosts.original(id).name).to_owned())
            .collect();
        own.sort_by_key(|name| (!name.starts_with("autodiscover."), name.clone()));
        own.into_iter().next()
    }

    /// The host under which an organization's Exchange Web Services are published: one that is not its
    /// Autodiscover's, if there is one.
    pub fn ews_host(&self, organization: OrgId) -> Option<String> {
        let (names, hosts) = (&self.federation.names, &self.federation.hosts);
        let own = hosts.ids().filter(|id| {
            let host = hosts.original(*id);
            self.federation.owner_of_host(*id) == Some(organization)
                && host.redirect.is_none()
                && host.proxy.publishes_ews
                && self.is_published(host.name)
        });
        let mut own: Vec<String> = own
            .map(|id| names.text(hosts.original(id).name).to_owned())
            .collect();
        own.sort_by_key(|name| (name.starts_with("autodiscover."), name.clone()));
        own.into_iter().next()
    }

    /// Whether the requester's organization has an object with the attendee's address.
    pub fn is_known_here(&self) -> bool {
        let found = self.federation.recipient(self.requester(), self.asked);
        found.is_some()
    }

    /// Whether something changes in the course of the run, so that a failure can pass by itself: the time line, a
    /// fault, a server that breaks down at random.
    pub fn something_changes(&self) -> bool {
        let tables = &self.prepared.document.tables;
        let federation = self.federation;
        let mut servers = federation.servers.ids();
        tables.named("fault").next().is_some()
            || tables.tables("timeline").next().is_some()
            || servers.any(|id| federation.servers.original(id).breakdowns.is_some())
    }

    /// Whether a host name is in public DNS.
    pub fn is_published(&self, host: NameId) -> bool {
        let answer = self
            .federation
            .dns
            .authoritative(host, RecordType::Address, self.decided);
        matches!(answer, Answer::Found(_))
    }

    /// The first domain of an organization that a partner may ask about: a federated one, else any.
    pub fn domain_of(&self, organization: OrgId) -> Option<NameId> {
        let row = self.federation.organizations.at(organization, self.decided);
        let federated = row.federated_domains().next();
        federated.or(row.accepted_domains.first().map(|row| row.domain))
    }

    /// All federated domains of an organization.
    pub fn federated_domains(&self, organization: OrgId) -> Vec<String> {
        let row = self.federation.organizations.at(organization, self.decided);
        let names = &self.federation.names;
        row.federated_domains()
            .map(|domain| names.text(domain).to_owned())
            .collect()
    }

    /// Whether the domain the user asks from could be federated by its organization.
    pub fn senders_domain_is_accepted(&self) -> bool {
        let row = self
            .federation
            .organizations
            .at(self.requester(), self.decided);
        row.accepted_domain(self.from.domain)
            .is_some_and(|row| row.kind == AcceptedDomainKind::Authoritative)
    }

    /// Whether an organization could accept mail for a domain: nobody does yet.
    pub fn is_nobodys(&self, domain: NameId) -> bool {
        !self.federation.index.domain_owners.contains_key(&domain)
    }

    /// The name of a mailbox that the scenario declares.
    pub fn declared_mailbox(&self, address: Address) -> Option<String> {
        let federation = self.federation;
        let owner = self.holder_of(address)?;
        match federation.recipient(owner, address)? {
            Recipient::Mailbox(MailboxKey::Declared(id)) => {
                Some(federation.mailboxes.original(id).name.to_string())
            }
            _ => None,
        }
    }

    /// What a key of the scenario says when the failure is decided.
    pub fn setting(&self, path: &[&str]) -> Option<String> {
        let records = super::setting::Records {
            prepared: self.prepared,
            federation: self.federation,
            transcript: &[],
        };
        let path: Vec<String> = path.iter().map(|&part| part.to_owned()).collect();
        records.setting(&path, self.decided)?.value
    }

    /// Whether something in the scenario changes in the course of the run, so that waiting may help.
    pub fn changes_in_time(&self) -> bool {
        let tables = &self.prepared.document.tables;
        tables.named("fault").next().is_some() || tables.tables("timeline").next().is_some()
    }

    /// The part of an address before the `@`.
    pub fn local_part(&self, address: Address) -> String {
        match address.local {
            LocalPart::Named(name) => self.federation.names.text(name).to_owned(),
            LocalPart::Numbered(number) => format!("user{number}"),
        }
    }

    /// A URL of Exchange's with this host and path.
    pub fn url(host: &str, path: UrlPath) -> String {
        format!("https://{host}{}", path.text())
    }
}

/// Whether a token that was asked for in one leg is used in another.
fn is_token_of(token_leg: Leg, failing: Option<Leg>) -> bool {
    match failing {
        Some(leg) if leg.is_at_autodiscover() => token_leg == Leg::AutodiscoverToken,
        _ => true,
    }
}
