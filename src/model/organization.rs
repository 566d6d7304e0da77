//! Organizations and their servers, as the federation's tables hold them.
//!
//! It knows no rule of federation; trusts, relationships and publishing have files of their own.
//! Invariant: what is written here is the state of the object, not what any server has seen of it.

use std::sync::Arc;

use super::oauth::OAuthSetup;
use super::revised::carries;
use crate::engine::hash::NameHash;
use crate::engine::time::{Offset, Span};

use super::certificate::{CertificateId, StoreState, TlsName, TlsVersions};
use super::dns::{HostId, ResolverId};
use super::names::NameId;
use super::network::SiteId;
use super::outcome::AccessLevel;
use super::publishing::VirtualDirectory;
use super::sharing_policy::Publishing;
use super::trust::{FederationTrust, OrganizationIdentifier};

crate::define_id! {
    /// An Exchange organization.
    OrgId;
    /// A Client Access server (in 2013 and later it holds mailboxes too).
    ServerId;
    /// A time zone of the IANA database, by name.
    TimeZoneId;
}

/// A generation of Exchange. Ordered by age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Generation {
    /// Exchange Server 2007.
    V2007,
    /// Exchange Server 2010.
    V2010,
    /// Exchange Server 2013.
    V2013,
    /// Exchange Server 2016.
    V2016,
    /// Exchange Server 2019.
    V2019,
    /// Exchange Server Subscription Edition.
    Subscription,
    /// Exchange Online.
    Online,
}

/// A version of Exchange: generation and service pack. 2013's cumulative updates count from 1; its
/// Service Pack 1 is cumulative update 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edition {
    /// The generation.
    pub generation: Generation,
    /// Service pack (2007, 2010) or cumulative update (2013 and later). 0 is the first release.
    pub update: u8,
}

/// An accepted domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptedDomain {
    /// The SMTP domain.
    pub domain: NameId,
    /// Who answers for it.
    pub kind: AcceptedDomainKind,
    /// Whether it has been added to the organization identifier.
    pub federated: bool,
}

/// The type of an accepted domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptedDomainKind {
    /// This organization alone. Only such a domain may be federated.
    Authoritative,
    /// This organization and another one inside.
    InternalRelay,
    /// Another organization.
    ExternalRelay,
}

/// An organization.
#[derive(Clone, Debug, PartialEq)]
pub struct Organization {
    /// Its name in the scenario.
    pub name: Box<str>,
    /// The stable hash of the name.
    pub hash: NameHash,
    /// The newest version of Exchange in it.
    pub edition: Edition,
    /// Its accepted domains, in the order of the scenario.
    pub accepted_domains: Box<[AcceptedDomain]>,
    /// The federated organization identifier.
    pub identifier: OrganizationIdentifier,
    /// The federation trust.
    pub trust: FederationTrust,
    /// Its servers, by name.
    pub servers: Arc<[ServerId]>,
    /// The time zone in which its people work.
    pub time_zone: TimeZoneId,
    /// How long Active Directory takes to carry a change to every server.
    pub replication_delay: Span,
    /// The resolver that its servers ask.
    pub resolver: ResolverId,
    /// How many mailboxes are described by a number: `user1` to `user<n>` in the first domain.
    pub described_mailboxes: u32,
    /// The Default permission of the calendars of described mailboxes: level and its share, as parts
    /// of 10¹² that add up to it.
    pub calendar_defaults: Arc<[(AccessLevel, u64)]>,
    /// Calendar entries a week of a described mailbox.
    pub events_per_week: u32,
    /// Whether Outlook Anywhere is on for those of its mailboxes that say nothing else.
    pub outlook_anywhere: bool,
    /// The hosts to which a redirect that was not secure is followed without a question: those of the
    /// service connection point that setup creates.
    pub trusted_redirects: Arc<[TlsName]>,
    /// What its firewall does with traffic on port 443.
    pub firewall: Box<[FirewallRule]>,
    /// Whether its users can publish calendars on the internet.
    pub publishing: Publishing,
    /// How it takes part in OAuth.
    pub oauth: OAuthSetup,
}

/// A rule of an organization's firewall. The first that matches decides; none matching allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirewallRule {
    /// Which way the connection goes.
    pub direction: Direction,
    /// Whose traffic.
    pub peer: Peer,
    /// What happens to it.
    pub action: FirewallAction,
}

/// Which way a connection goes, seen from the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From inside to outside.
    Outbound,
    /// From outside to inside.
    Inbound,
}

/// At the other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// Anyone.
    Anyone,
    /// An organization.
    Organization(OrgId),
    /// The gateway with this name, in all its instances' hosts.
    Gateway(super::gateway::GatewayId),
    /// This host alone.
    Host(HostId),
}

/// What a firewall does with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirewallAction {
    /// Lets it pass.
    Allow,
    /// Drops its packets without an answer.
    Drop,
    /// Answers with a reset.
    Reset,
}

/// A Client Access server.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// Its organization.
    pub organization: OrgId,
    /// Its name within the organization.
    pub name: Arc<str>,
    /// The stable hash of organization and name.
    pub hash: NameHash,
    /// Its version.
    pub edition: Edition,
    /// Where it stands.
    pub site: SiteId,
    /// Whether it has the role Client Access; else it only holds mailboxes.
    pub client_access: bool,
    /// How long resolving recipients may take, where it does not say as the parameters do.
    pub recipient_resolution_limit: Option<Span>,
    /// Whether it runs.
    pub state: ServerState,
    /// How far its clock is ahead.
    pub clock_error: Offset,
    /// How many requests it works on at once.
    pub threads: u32,
    /// How many more may wait.
    pub queue_max: u32,
    /// The share of its capacity that work takes which is not simulated, in parts of 10¹²; below all.
    pub local_utilization: u64,
    /// The longest window of which it answers free/busy times of its mailboxes.
    pub window_max: Span,
    /// Worker processes of its application pools, each with caches of its own.
    pub workers: u16,
    /// Whether it can read Active Directory.
    pub directory: DirectoryState,
    /// Its EWS virtual directory.
    pub ews: VirtualDirectory,
    /// Its Autodiscover virtual directory.
    pub autodiscover: VirtualDirectory,
    /// How its own requests leave for the internet.
    pub outbound: Outbound,
    /// The roots that it trusts.
    pub trusted_roots: Arc<[NameId]>,
    /// The TLS versions that it speaks.
    pub tls_versions: TlsVersions,
    /// Where its store differs from "every certificate installed with its key".
    pub store: Box<[(CertificateId, StoreState)]>,
    /// Mean time between failures and mean time to repair, if it breaks down at random.
    pub breakdowns: Option<(Span, Span)>,
}

/// Whether a server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerState {
    /// It runs.
    Up,
    /// It does not.
    Down,
}

/// Whether a server can read Active Directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectoryState {
    /// It can.
    Reachable,
    /// It cannot.
    Unreachable,
}

/// How a server's own requests leave for the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outbound {
    /// Directly.
    Direct,
    /// Through the proxy that `InternetWebProxy` names.
    WebProxy {
        /// Its host.
        host: NameId,
        /// What becomes of what it is given.
        state: WebProxyState,
    },
    /// Not at all: only a proxy leads out, and `InternetWebProxy` is blank.
    Closed,
}

/// The state of an outbound web proxy, as a server meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebProxyState {
    /// It forwards.
    Forwards,
    /// It asks for credentials, which Exchange cannot send.
    AsksForCredentials,
    /// It does not answer.
    Down,
}

impl Edition {
    /// Reads what people write: `2010 SP3`, `2013`, `2013 CU5`, `2013 SP1`, `2016`, `Online`.
    pub fn read(text: &str) -> Option<Edition> {
        let mut words = text.split_ascii_whitespace();
        let generation = match words.next()?.to_ascii_lowercase().as_str() {
            "2007" => Generation::V2007,
            "2010" => Generation::V2010,
            "2013" => Generation::V2013,
            "2016" => Generation::V2016,
            "2019" => Generation::V2019,
            "se" => Generation::Subscription,
            "online" => Generation::Online,
            _ => return None,
        };
        let update = match words.next() {
            None => 0,
            Some(word) => Edition::read_update(generation, &word.to_ascii_uppercase())?,
        };
        words
            .next()
            .is_none()
            .then_some(Edition { generation, update })
    }

    fn read_update(generation: Generation, word: &str) -> Option<u8> {
        let number = |prefix: &str, max: u8| {
            let number: u8 = word.strip_prefix(prefix)?.parse().ok()?;
            (1..=max).contains(&number).then_some(number)
        };
        match generation {
            _ if word == "RTM" => Some(0),
            Generation::V2007 | Generation::V2010 => number("SP", 3),
            Generation::V2013 if word == "SP1" => Some(4),
            Generation::V2013 => number("CU", 23),
            Generation::V2016 => number("CU", 23),
            Generation::V2019 => number("CU", 15),
            Generation::Subscription | Generation::Online => None,
        }
    }

    /// Whether it is Exchange Online.
    pub fn is_online(self) -> bool {
        self.generation == Generation::Online
    }

    /// Whether this version refreshes the gateway's metadata by itself, given its Windows.
    ///
    /// Source: Keep your federation trust up-to-date (blog, 2014): from 2013 SP1 on Windows Server
    /// 2012 or later; not on 2008 R2.
    pub fn refreshes_metadata(self, windows_2008_r2: bool) -> bool {
        self >= (Edition {
            generation: Generation::V2013,
            update: 4,
        }) && !windows_2008_r2
    }

    /// The longest window that a mailbox on this version answers, in days.
    ///
    /// Source: Sharing, Exchange 2013 Help (docs): 42 on Exchange 2007; observed: 62 later.
    pub fn window_days_max(self) -> u64 {
        if self.generation == Generation::V2007 {
            42
        } else {
            62
        }
    }

    /// Whether its mailboxes can use federated sharing beside the newest version of the organization.
    ///
    /// Source: Sharing, Exchange 2013 Help (docs): beside 2013, a 2010 server needs SP2 and a 2007
    /// server SP2 with a newer Client Access server.
    pub fn can_federate_beside(self, newest: Edition) -> bool {
        match self.generation {
            Generation::V2007 => self.update >= 2 && newest.generation > Generation::V2007,
            Generation::V2010 if newest.generation > Generation::V2010 => self.update >= 2,
            _ => true,
        }
    }

    /// Whether a server of this version can ask one of that version for anything with a delegation token.
    ///
    /// Source: Cannot view free/busy information after setting an organization relationship (docs):
    /// Exchange Online answers 404 to Exchange 2010 before SP3.
    pub fn can_ask(self, other: Edition) -> bool {
        !(other.is_online() && self.generation == Generation::V2010 && self.update < 3)
    }

    /// Whether this front end passes federated requests on to mailboxes of that version.
    ///
    /// Source: Exchange 2013 CU5/CU6 hybrid issues (blog): both fail them for mailboxes on Exchange 2007.
    pub fn passes_on_to(self, home: Edition) -> bool {
        let is_defective = self.generation == Generation::V2013 && matches!(self.update, 5 | 6);
        !(is_defective && home.generation == Generation::V2007)
    }

    /// The name as people write it.
    pub fn text(self) -> String {
        let (name, update) = match self.generation {
            Generation::V2007 => ("2007", "SP"),
            Generation::V2010 => ("2010", "SP"),
            Generation::V2013 => ("2013", "CU"),
            Generation::V2016 => ("2016", "CU"),
            Generation::V2019 => ("2019", "CU"),
            Generation::Subscription => return "SE".into(),
            Generation::Online => return "Online".into(),
        };
        match self.update {
            0 => format!("{name} RTM"),
            4 if self.generation == Generation::V2013 => "2013 SP1".into(),
            n => format!("{name} {update}{n}"),
        }
    }
}

impl Organization {
    /// The accepted domain with this name.
    pub fn accepted_domain(&self, domain: NameId) -> Option<&AcceptedDomain> {
        self.accepted_domains
            .iter()
            .find(|accepted| accepted.domain == domain)
    }

    /// Whether the domain is federated: authoritative, and added to the organization identifier.
    ///
    /// Source: Federation terms, Exchange 2010 glossary (docs).
    pub fn is_federated_domain(&self, domain: NameId) -> bool {
        self.accepted_domain(domain)
            .is_some_and(|d| d.federated && d.kind == AcceptedDomainKind::Authoritative)
    }

    /// Its federated domains.
    pub fn federated_domains(&self) -> impl Iterator<Item = NameId> {
        let all = self.accepted_domains.iter().map(|accepted| accepted.domain);
        all.filter(|&domain| self.is_federated_domain(domain))
    }

    /// What the firewall does with a connection: the first rule that matches decides.
    pub fn firewall_action(
        &self,
        direction: Direction,
        matches: impl Fn(Peer) -> bool,
    ) -> FirewallAction {
        self.firewall
            .iter()
            .find(|rule| rule.direction == direction && matches(rule.peer))
            .map_or(FirewallAction::Allow, |rule| rule.action)
    }
}

impl Server {
    /// How long a piece of work takes here that takes `span` on an idle server.
    ///
    /// Simplified: local work slows everything else down evenly, as processor sharing does; it is not
    /// simulated piece by piece.
    pub fn slowed(&self, span: Span) -> Span {
        if self.local_utilization == 0 {
            return span;
        }
        let whole = u128::from(super::parameters::SHARE_PARTS);
        let rest = whole
            .saturating_sub(u128::from(self.local_utilization))
            .max(1);
        let slowed = u128::from(span.nanoseconds()) * whole / rest;
        Span::from_nanoseconds(u64::try_from(slowed).unwrap_or(u64::MAX))
    }

    /// What the server's store holds of a certificate of its organization.
    pub fn stored(&self, certificate: CertificateId) -> StoreState {
        self.store
            .iter()
            .find(|(stored, _)| *stored == certificate)
            .map_or(StoreState::Installed, |&(_, state)| state)
    }

    /// Whether it trusts this root.
    pub fn trusts(&self, root: NameId) -> bool {
        self.trusted_roots.contains(&root)
    }
}

carries!(Organization { name, hash, edition, accepted_domains, servers, time_zone, replication_delay, resolver, described_mailboxes, calendar_defaults, events_per_week, outlook_anywhere, trusted_redirects, firewall, publishing } nested { identifier, trust, oauth });
carries!(Server { organization, name, hash, edition, site, client_access, recipient_resolution_limit, state, clock_error, threads, queue_max, local_utilization, window_max, workers, directory, outbound, trusted_roots, tls_versions, breakdowns } nested { ews, autodiscover } by { store: carry_store });

/// Carries changes of a store, certificate by certificate.
fn carry_store(
    own: &mut Box<[(CertificateId, StoreState)]>,
    before: &[(CertificateId, StoreState)],
    after: &[(CertificateId, StoreState)],
) {
    let state = |store: &[(CertificateId, StoreState)], wanted: CertificateId| {
        let mut entries = store.iter();
        entries.find(|(id, _)| *id == wanted).map(|entry| entry.1)
    };
    let mut carried = own.to_vec();
    for &(id, now) in after {
        let was = state(before, id);
        if was == Some(now) || state(&carried, id) != was {
            continue;
        }
        match carried.iter_mut().find(|(known, _)| *known == id) {
            Some(entry) => entry.1 = now,
            None => carried.push((id, now)),
        }
    }
    *own = carried.into();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition(text: &str) -> Edition {
        Edition::read(text).unwrap_or_else(|| panic!("{text} is a version"))
    }

    #[test]
    fn versions_read_and_print_as_people_write_them() {
        for text in [
            "2007 SP2", "2010 RTM", "2010 SP3", "2013 CU5", "2013 SP1", "2016 RTM", "Online", "SE",
        ] {
            assert_eq!(edition(text).text(), text);
        }
        for text in [
            "",
            "2010 SP9",
            "2013 CU99",
            "2014",
            "2010 SP3 RU1",
            "Online CU1",
        ] {
            assert_eq!(Edition::read(text), None, "{text}");
        }
    }

    #[test]
    fn metadata_refreshes_by_itself_from_2013_sp1_on_a_windows_newer_than_2008_r2() {
        for (version, windows_2008_r2, automatic) in [
            ("2010 SP3", false, false),
            ("2013 CU3", false, false),
            ("2013 SP1", false, true),
            ("2013 SP1", true, false),
            ("2016", false, true),
            ("Online", false, true),
        ] {
            assert_eq!(
                edition(version).refreshes_metadata(windows_2008_r2),
                automatic,
                "{version}"
            );
        }
    }

    #[test]
    fn exchange_online_does_not_answer_2010_before_sp3() {
        for (asking, asked, can) in [
            ("2010 SP2", "Online", false),
            ("2010 RTM", "Online", false),
            ("2010 SP3", "Online", true),
            ("2013", "Online", true),
            ("2010 SP2", "2010 SP2", true),
            ("2010 SP2", "2013", true),
        ] {
            let found = edition(asking).can_ask(edition(asked));
            assert_eq!(found, can, "{asking} asks {asked}");
        }
    }

    #[test]
    fn old_servers_need_their_service_pack_beside_newer_ones() {
        for (server, newest, can) in [
            ("2010 SP1", "2010 SP1", true),
            ("2010 SP1", "2013", false),
            ("2010 SP2", "2013", true),
            ("2007 SP2", "2013", true),
            ("2007 SP1", "2013", false),
            ("2007 SP2", "2007 SP2", false),
        ] {
            let holds = edition(server).can_federate_beside(edition(newest));
            assert_eq!(holds, can, "{server} beside {newest}");
        }
    }
}
