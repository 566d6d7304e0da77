//! The way from a server to a host name: outbound proxy, name, firewalls, host, network, TLS.
//!
//! It asks the decisions that a connection meets. Invariant: what stands in the way is told from the near
//! end to the far one, each obstacle as if those before it were gone.

use crate::cmdlet::date::utc;
use crate::engine::{Instant, Span};
use crate::model::cause::Cause;
use crate::model::certificate::{TlsName, Validity};
use crate::model::dns::{
    Answer, HostId, RecordData, RecordType, Resolver, ResolverCache, ResolverState, ZoneState,
};
use crate::model::gateway::GatewayId;
use crate::model::names::NameId;
use crate::model::network::{Path, PathState, SiteId};
use crate::model::organization::{FirewallAction, OrgId, Outbound, ServerId, WebProxyState};
use crate::model::outcome::Side;
use crate::model::publishing::{Host, HostOwner, HostState};
use crate::model::way::NamesWanted;
use crate::scenario::Location;

use super::Examiner;
use super::endpoint::Named;
use super::finding::{self, Acts, Fault, Operator};

impl Examiner<'_> {
    /// Follows the way from a server to a host that is named; gives the host, if the name leads to one.
    pub fn reach(
        &self,
        server: ServerId,
        named: &Named,
        target: Option<OrgId>,
    ) -> (Option<HostId>, Vec<Fault>) {
        let mut faults = self.faults_of_outbound(server);
        let host = match self.resolve(server, named, target) {
            Ok(host) => host,
            Err(fault) => {
                faults.push(*fault);
                return (None, faults);
            }
        };
        let row = self.federation.hosts.at(host, self.start);
        if row.owner == HostOwner::Nobody {
            let name = self.name(named.url.host);
            let fault = self
                .fault_of_name(server, named, target, Cause::NetworkDropped)
                .by(Operator::Network)
                .says(format!("nobody answers at `{name}`"));
            faults.push(fault);
            return (None, faults);
        }
        faults.extend(self.faults_of_connection(server, host, row));
        faults.extend(self.faults_of_tls(server, named.url.host, row));
        (Some(host), faults)
    }

    fn faults_of_outbound(&self, server: ServerId) -> Vec<Fault> {
        let row = self.server(server);
        let name = self.organization_name(row.organization);
        let (cause, key, message, words) = match row.outbound {
            Outbound::Direct
            | Outbound::WebProxy {
                state: WebProxyState::Forwards,
                ..
            } => return Vec::new(),
            Outbound::WebProxy {
                state: WebProxyState::AsksForCredentials,
                ..
            } => (
                Cause::ProxyAuthentication,
                "web_proxy",
                "asks for credentials, which Exchange cannot send",
                "exempt the Exchange servers from the web proxy's authentication",
            ),
            Outbound::WebProxy {
                state: WebProxyState::Down,
                ..
            } => (
                Cause::ProxyUnreachable,
                "web_proxy",
                "does not answer",
                "repair the web proxy, or clear InternetWebProxy with Set-ExchangeServer",
            ),
            Outbound::Closed => (
                Cause::NetworkDropped,
                "direct_internet",
                "is the only way out, and InternetWebProxy is blank",
                "set InternetWebProxy with Set-ExchangeServer, or let port 443 out",
            ),
        };
        let subject = self.subject_in(row.organization, &["server", &row.name, key]);
        let fault = Fault::new(cause, Acts::Organization(row.organization), subject)
            .by(Operator::Network)
            .says(format!(
                "the outbound web proxy of server `{}` of `{name}` {message}",
                row.name
            ))
            .at(self.place_at(server, &[key]), "no way out")
            .steps(self.words(words));
        vec![fault]
    }

    /// Where a name leads to, as the organization's resolver sees it.
    fn resolve(
        &self,
        server: ServerId,
        named: &Named,
        target: Option<OrgId>,
    ) -> Result<HostId, Box<Fault>> {
        let federation = self.federation;
        let own = self.server(server).organization;
        let id = federation.organizations.original(own).resolver;
        let resolver = federation.resolvers.at(id, self.start);
        let mut cache = ResolverCache::default();
        let name = named.url.host;
        let asked = RecordType::Address;
        let resolution = cache.resolve(&federation.dns, resolver, name, asked, self.start);
        let (cause, what) = match resolution.answer {
            Answer::Found(found) => {
                let mut records = federation.dns.records(found).iter();
                let host = records.find_map(|record| match record {
                    RecordData::Host(host) => Some(*host),
                    _ => None,
                });
                match host {
                    Some(host) => return Ok(host),
                    None => (Cause::DnsNameNotFound, "does not exist in DNS"),
                }
            }
            Answer::NoSuchName { .. } | Answer::NoData { .. } => {
                (Cause::DnsNameNotFound, "does not exist in DNS")
            }
            Answer::ServerFailure => (Cause::DnsServerFailure, "is answered with a failure"),
            Answer::Silent => (Cause::DnsTimeout, "is not answered"),
        };
        let fault = self.fault_of_name(server, named, target, cause);
        let message = format!(
            "the name `{}` {what}, asked for by `{}`",
            self.name(name),
            self.organization_name(own)
        );
        Err(Box::new(fault.says(message)))
    }

    /// A name that leads nowhere: whose fault that is, and where it stands.
    ///
    /// As the simulator decides it: the requester's, if its own resolver fails or answers in place of the
    /// public zone, or if its own object names a host that the target does not publish.
    fn fault_of_name(
        &self,
        server: ServerId,
        named: &Named,
        target: Option<OrgId>,
        cause: Cause,
    ) -> Fault {
        let federation = self.federation;
        let own = self.server(server).organization;
        let id = federation.organizations.original(own).resolver;
        let resolver = federation.resolvers.at(id, self.start);
        let (host, text) = (named.url.host, self.name(named.url.host));
        if let Some(fault) = self.fault_of_resolver(own, resolver, host, cause) {
            return fault;
        }
        let published = federation.index.hosts.get(&host);
        let owner = published.map(|&host| federation.hosts.original(host).owner);
        let is_within = |organization: OrgId| {
            let row = federation.organizations.original(organization);
            let mut domains = row.accepted_domains.iter();
            domains.any(|accepted| federation.names.is_within(host, accepted.domain))
        };
        let by_target =
            target.filter(|&target| !named.is_own || (is_within(target) && published.is_some()));
        let zone = federation.dns.zone_of(host);
        let zone = zone.map(|zone| federation.dns.zones().at(zone, self.start));
        let record = format!("{text} A");
        let in_dns = match zone {
            Some(zone) if zone.state != ZoneState::Serving => {
                self.place(&["dns", "zone", self.name(zone.apex)])
            }
            _ => self
                .place(&["dns", "record", &record])
                .filter(|_| self.is_record(&record)),
        };
        match (owner, by_target) {
            (Some(HostOwner::Gateway(gateway)), _) if target.is_none() => {
                Fault::new(cause, Acts::Gateway(gateway), format!("dns.{text}"))
                    .by(Operator::Dns)
                    .at(in_dns.or(named.place), "leads nowhere")
                    .steps(self.words(&format!("publish {text} again")))
            }
            (_, Some(target)) => {
                Fault::new(cause, Acts::Organization(target), format!("dns.{text}"))
                    .by(Operator::Dns)
                    .at(in_dns.or(named.place), "leads nowhere")
                    .steps(self.steps_for_name(host, cause, &named.correction, named.is_own))
            }
            _ => Fault::new(cause, Acts::Organization(named.by), named.subject.clone())
                .at(named.place, "a host that leads nowhere")
                .steps(named.correction.clone()),
        }
    }

    fn is_record(&self, record: &str) -> bool {
        let records = self.tree.table("dns").table("record");
        records.get(record).is_some()
    }

    /// What is wrong with an organization's own resolver, as far as this name goes.
    fn fault_of_resolver(
        &self,
        own: OrgId,
        resolver: &Resolver,
        host: NameId,
        cause: Cause,
    ) -> Option<Fault> {
        let federation = self.federation;
        let text = self.name(host);
        let mut internal = resolver.internal.iter();
        let zone = internal.find_map(|&zone| {
            let apex = federation.dns.zones().original(zone).apex;
            federation.names.is_within(host, apex).then_some(apex)
        });
        let is_down = resolver.state != ResolverState::Up;
        if !is_down && zone.is_none() {
            return None;
        }
        let words = match zone {
            Some(apex) if !is_down => format!(
                "add {text} to the internal zone {}, or take that zone away",
                self.name(apex)
            ),
            _ => format!("repair the resolver {}", resolver.name),
        };
        let key = if is_down { "state" } else { "zone" };
        let subject = format!("dns.resolver.{}", resolver.name);
        let fault = Fault::new(
            cause,
            Acts::Organization(own),
            format!("{subject} for {text}"),
        )
        .by(Operator::Dns)
        .at(
            self.place(&["dns", "resolver", &resolver.name, key]),
            "answers in place of the public zone",
        )
        .steps(self.words(&words));
        Some(fault)
    }

    /// Firewalls on both sides, the host's state, the network between.
    fn faults_of_connection(&self, server: ServerId, id: HostId, host: &Host) -> Vec<Fault> {
        let federation = self.federation;
        let row = self.server(server);
        let own = row.organization;
        let name = self.name(host.name);
        let peer = match host.owner {
            HostOwner::Organization(target) => Some(target),
            HostOwner::Gateway(_) | HostOwner::Nobody => None,
        };
        let private = peer.and_then(|target| federation.private_link(own, target));
        let mut faults = Vec::new();
        if private.is_none()
            && let Err((action, side)) = federation.pass_firewalls(own, host, self.start)
        {
            faults.push(self.fault_of_firewall(own, host, action, side));
        }
        let cause = match host.state {
            HostState::Up => None,
            HostState::Down => Some(Cause::NetworkDropped),
            HostState::Refusing => Some(Cause::NetworkReset),
        };
        if let Some(cause) = cause {
            let (acts, subject) = self.owner(host.owner, name);
            let key = match host.owner {
                HostOwner::Gateway(gateway) => self.key_of_gateway_host(gateway, id),
                _ => "state",
            };
            let fault = Fault::new(cause, acts, subject)
                .by(Operator::Network)
                .says(format!("`{name}`: {}", cause.row().text))
                .at(self.place_of_host(host.owner, name, key), "does not answer")
                .steps(self.words(&format!("let {name} answer on port 443")));
            faults.push(fault);
        }
        let there = match host.owner {
            HostOwner::Gateway(gateway) => self.nearest_site(server, gateway),
            _ => host.site,
        };
        let path = match private {
            Some(link) => Path::Private(link),
            None => federation.network.path(row.site, there),
        };
        let state = federation.network.state(path, self.start);
        let mut links = federation.network.links_on(path, self.start);
        let lossy = links.find(|&link| {
            // Rounded, for a probability is a share of 2 to the 64th.
            let loss = federation.network.links().at(link, self.start).loss;
            u64::MAX - loss < 1 << 16
        });
        if let Some(link) = lossy {
            let (subject, place) = self.link((own, peer), path, PathState::Broken(link), "loss");
            let fault = Fault::new(Cause::NetworkLost, Acts::Network, subject)
                .by(Operator::Network)
                .says(format!(
                    "a link from `{}` to `{name}` loses every packet",
                    self.organization_name(own)
                ))
                .at(place, "loses all")
                .steps(self.words("repair the link, or lead traffic another way"));
            faults.push(fault);
        }
        if state != PathState::Open {
            let (subject, place) = self.link((own, peer), path, state, "state");
            let fault = Fault::new(Cause::NetworkUnreachable, Acts::Network, subject)
                .by(Operator::Network)
                .says(format!(
                    "there is no way through the network from `{}` to `{name}`",
                    self.organization_name(own)
                ))
                .at(place, "down")
                .steps(self.words("repair the link, or lead traffic another way"));
            faults.push(fault);
        }
        faults
    }

    fn key_of_gateway_host(&self, gateway: GatewayId, id: HostId) -> &str {
        let row = self.federation.gateways.original(gateway);
        match id {
            id if id == row.token_host => "state",
            id if id == row.metadata_host => "metadata_state",
            _ => "provisioning_state",
        }
    }

    /// Where the gateway's data centre stands that is nearest to a server.
    fn nearest_site(&self, server: ServerId, gateway: GatewayId) -> SiteId {
        let federation = self.federation;
        let row = federation.servers.original(server);
        let centres = federation.gateways.original(gateway).data_centres.iter();
        let nearest = centres.min_by_key(|&&id| {
            let centre = &federation.data_centres[id];
            let path = federation.network.path(row.site, centre.site);
            let propagation = federation.network.propagation(path, self.start);
            (
                propagation.unwrap_or(Span::MAX),
                row.hash.with(centre.hash.0),
            )
        });
        nearest.map_or(row.site, |&id| federation.data_centres[id].site)
    }

    /// What a link is called in a scenario.
    fn link(
        &self,
        (own, peer): (OrgId, Option<OrgId>),
        path: Path,
        state: PathState,
        key: &str,
    ) -> (String, Option<Location>) {
        let sites = self.federation.network.sites();
        let table = match path {
            Path::Private(_) => "private",
            _ => "link",
        };
        let named = self.tree.table("network").table(table);
        let PathState::Broken(link) = state else {
            return (format!("network.{table}"), self.place(&["network", table]));
        };
        let ends = match (path, peer) {
            (Path::Private(_), Some(peer)) => [own, peer].map(|id| self.organization_name(id)),
            _ => {
                let link = self.federation.network.links().original(link);
                link.ends.map(|id| &*sites[id].name)
            }
        };
        let both = [
            format!("{} - {}", ends[0], ends[1]),
            format!("{} - {}", ends[1], ends[0]),
        ];
        let name = both.iter().find(|name| named.get(name).is_some());
        let name = name.unwrap_or(&both[0]);
        (
            format!("network.{table}.{name}"),
            self.place(&["network", table, name, key]),
        )
    }

    fn fault_of_firewall(
        &self,
        own: OrgId,
        host: &Host,
        action: FirewallAction,
        side: Side,
    ) -> Fault {
        let (cause, what) = match action {
            FirewallAction::Reset => (Cause::NetworkReset, "resets"),
            _ => (Cause::NetworkDropped, "drops"),
        };
        let target = match host.owner {
            HostOwner::Organization(target) => target,
            _ => own,
        };
        let acts = if side == Side::Requester { own } else { target };
        let (name, firewall) = (self.name(host.name), self.organization_name(acts));
        let direction = if side == Side::Requester { "out" } else { "in" };
        let place = self.place_of_rule(acts, direction, action);
        let subject = format!(
            "{} {direction} {name}",
            self.subject_in(acts, &["firewall"])
        );
        let of = self.organization_name(own);
        Fault::new(cause, Acts::Organization(acts), subject)
            .by(Operator::Network)
            .says(format!(
                "the firewall of `{firewall}` {what} connections of `{of}` to `{name}`"
            ))
            .at(place, "this rule")
            .steps(self.words(&format!(
                "let connections of {of} to {name} pass on port 443"
            )))
    }

    /// The first rule of a firewall in this direction that does this.
    fn place_of_rule(
        &self,
        organization: OrgId,
        direction: &str,
        action: FirewallAction,
    ) -> Option<Location> {
        let action = match action {
            FirewallAction::Allow => "allow",
            FirewallAction::Drop => "drop",
            FirewallAction::Reset => "reset",
        };
        let name = self.organization_name(organization);
        let mut rows = self.tree.named("org").filter(|(known, _)| *known == name);
        let rule = rows.next().and_then(|(_, row)| {
            let mut rules = row.named("firewall");
            let rule = rules.find(|(_, rule)| {
                rule.text("direction") == direction && rule.text("action") == action
            });
            rule.map(|(rule, _)| rule)
        });
        match rule {
            Some(rule) => self.place_in(organization, &["firewall", rule, "action"]),
            None => self.place_in(organization, &["firewall"]),
        }
    }

    /// TLS: versions, chain, names, dates up to the end of the run.
    fn faults_of_tls(&self, server: ServerId, name: NameId, host: &Host) -> Vec<Fault> {
        let federation = self.federation;
        let row = self.server(server);
        let own = row.organization;
        let text = self.name(name);
        let mut faults = Vec::new();
        let (acts, subject) = self.owner(host.owner, self.name(host.name));
        let of_host = |key| self.place_of_host(host.owner, self.name(host.name), key);
        if row.tls_versions.newest_common(host.tls_versions).is_none() {
            let (acts, subject, place) = match host.owner {
                HostOwner::Organization(_) => (acts, subject.clone(), of_host("tls_versions")),
                _ => (
                    Acts::Organization(own),
                    self.subject_in(own, &["server", &row.name]),
                    self.place_at(server, &["tls_versions"]),
                ),
            };
            faults.push(
                Fault::new(Cause::TlsNoCommonVersion, acts, subject)
                    .by(Operator::Network)
                    .says(format!(
                        "server `{}` of `{}` and `{text}` have no TLS version in common",
                        row.name,
                        self.organization_name(own)
                    ))
                    .at(place, "none in common")
                    .steps(self.words("enable TLS 1.2 on both ends")),
            );
        }
        // Each question is asked with what was wrong before put right.
        let (mut client, mut shown) = (row.clone(), host.clone());
        let mut causes = Vec::new();
        while let Err(cause) =
            federation.accept_certificate(&client, &shown, name, NamesWanted::Host, self.start)
        {
            if causes.contains(&cause) {
                break;
            }
            causes.push(cause);
            match cause {
                Cause::TlsUntrustedRoot => client.trusted_roots = [host.tls.issuer].into(),
                Cause::TlsNameMismatch => {
                    shown.tls.names = [TlsName::Exact(name)].into();
                }
                _ => {
                    shown.tls.validity = Validity {
                        not_before: Instant::EPOCH,
                        not_after: Instant::NEVER,
                    };
                }
            }
        }
        let ends = host.tls.validity.not_after;
        for cause in &causes {
            let fault = Fault::new(*cause, acts, subject.clone()).by(Operator::Network);
            faults.push(match cause {
                Cause::TlsUntrustedRoot => self.fault_of_root(server, host),
                Cause::TlsNameMismatch => fault
                    .says(format!("the TLS certificate of `{text}` does not name it"))
                    .at(of_host("tls_names"), "not among these")
                    .steps(self.words(&format!("install a TLS certificate that names {text}"))),
                _ => fault
                    .says(format!(
                        "the TLS certificate of `{text}` is valid from {} to {}",
                        utc(host.tls.validity.not_before),
                        utc(ends)
                    ))
                    .at(of_host("tls_not_after"), "out of date")
                    .steps(self.words(&format!(
                        "install a TLS certificate on {text} that is in date"
                    ))),
            });
        }
        let is_in_date = !causes.contains(&Cause::TlsCertificateExpired);
        if is_in_date && ends < self.end {
            faults.push(
                Fault::new(Cause::TlsCertificateExpired, acts, subject)
                    .checked_as(finding::TLS_CERTIFICATE_ENDS)
                    .by(Operator::Network)
                    .says(format!(
                        "the TLS certificate of `{text}` ends during the run, at {}",
                        utc(ends)
                    ))
                    .at(of_host("tls_not_after"), "before the end of the run")
                    .from(ends)
                    .steps(self.words(&format!("renew the TLS certificate of {text} before"))),
            );
        }
        faults
    }

    fn fault_of_root(&self, server: ServerId, host: &Host) -> Fault {
        let row = self.server(server);
        let own = row.organization;
        let (root, name) = (self.name(host.tls.issuer), self.name(host.name));
        let is_public = Some(host.tls.issuer) == self.federation.index.public_root;
        let is_given = matches!(host.owner, HostOwner::Gateway(_));
        let (acts, subject, place, words) = match is_public || is_given {
            true => (
                Acts::Organization(own),
                self.subject_in(own, &["server", &row.name]),
                self.place_at(server, &["trusted_roots"]),
                format!("install the root certificate {root} on server {}", row.name),
            ),
            false => {
                let (acts, subject) = self.owner(host.owner, name);
                (
                    acts,
                    subject,
                    self.place_of_host(host.owner, name, "tls_issuer"),
                    format!("install a TLS certificate of a public issuer on {name}"),
                )
            }
        };
        Fault::new(Cause::TlsUntrustedRoot, acts, subject)
            .by(Operator::Network)
            .says(format!(
                "server `{}` of `{}` does not trust `{root}`, the issuer of the certificate of `{name}`",
                row.name,
                self.organization_name(own)
            ))
            .at(place, "not trusted")
            .steps(self.words(&words))
    }

    /// Who runs a host, and what it is called in a scenario.
    fn owner(&self, owner: HostOwner, name: &str) -> (Acts, String) {
        match owner {
            HostOwner::Organization(id) => {
                (Acts::Organization(id), self.subject_in(id, &["host", name]))
            }
            HostOwner::Gateway(id) => {
                let row = self.federation.gateways.original(id);
                (Acts::Gateway(id), format!("gateway.{} {name}", row.name))
            }
            HostOwner::Nobody => (Acts::Network, format!("dns.{name}")),
        }
    }
}
