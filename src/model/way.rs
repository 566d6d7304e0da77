//! The way from a server to a host: firewalls on both sides, the host's certificate; and where an
//! organization's services are published.
//!
//! It knows nothing of calls and their delays. Invariant: what the simulator meets on a way and what an
//! examination finds on it are the same decisions.

use crate::engine::Instant;

use super::address::Url;
use super::cause::Cause;
use super::federation::Federation;
use super::names::NameId;
use super::network::LinkId;
use super::organization::{Direction, FirewallAction, Generation, OrgId, Peer, Server, ServerId};
use super::outcome::Side;
use super::publishing::{Host, HostOwner};

/// Which names a client wants to see in a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamesWanted {
    /// That of the host that it asks for.
    Host,
    /// Any: it has been told to trust the host.
    Any,
}

impl Federation {
    /// Whether the firewalls on both sides let a connection pass from an organization to a host; if not,
    /// what the first does that does not, and on whose side it stands.
    pub fn pass_firewalls(
        &self,
        from: OrgId,
        host: &Host,
        at: Instant,
    ) -> Result<(), (FirewallAction, Side)> {
        let blocked = |action, side| match action {
            FirewallAction::Allow => Ok(()),
            FirewallAction::Drop | FirewallAction::Reset => Err((action, side)),
        };
        let is_host = |peer| match peer {
            Peer::Anyone => true,
            Peer::Organization(peer) => host.owner == HostOwner::Organization(peer),
            Peer::Gateway(peer) => host.owner == HostOwner::Gateway(peer),
            Peer::Host(peer) => self.hosts.original(peer).name == host.name,
        };
        let own = self.organizations.at(from, at);
        blocked(
            own.firewall_action(Direction::Outbound, is_host),
            Side::Requester,
        )?;
        let HostOwner::Organization(target) = host.owner else {
            return Ok(());
        };
        let is_us = |peer| match peer {
            Peer::Anyone => true,
            Peer::Organization(peer) => peer == from,
            Peer::Gateway(_) | Peer::Host(_) => false,
        };
        let target = self.organizations.at(target, at);
        blocked(
            target.firewall_action(Direction::Inbound, is_us),
            Side::Target,
        )
    }

    /// Whether a server accepts the certificate of a host that it has asked for by this name: chain, name,
    /// dates by its own clock.
    pub fn accept_certificate(
        &self,
        server: &Server,
        host: &Host,
        name: NameId,
        wanted: NamesWanted,
        at: Instant,
    ) -> Result<(), Cause> {
        if !server.trusts(host.tls.issuer) {
            return Err(Cause::TlsUntrustedRoot);
        }
        if wanted == NamesWanted::Host && !host.tls.covers_host(name, &self.names) {
            return Err(Cause::TlsNameMismatch);
        }
        if !host.tls.validity.covers(at.shown_by(server.clock_error)) {
            return Err(Cause::TlsCertificateExpired);
        }
        Ok(())
    }

    /// The connection that two organizations have to themselves, if they have one.
    pub fn private_link(&self, one: OrgId, other: OrgId) -> Option<LinkId> {
        let pair = (one.min(other), one.max(other));
        self.index.private_links.get(&pair).copied()
    }

    /// The address that Autodiscover gives of a mailbox on this server: the ExternalUrl of a server in its
    /// site, which must be set on every site.
    ///
    /// Source: Autodiscover in the federated path, observed, Exchange 2013.
    pub fn external_url_near(&self, home: ServerId, at: Instant) -> Option<Url> {
        let home = self.servers.at(home, at);
        let organization = self.organizations.original(home.organization);
        let servers = organization.servers.iter();
        let in_site = servers
            .map(|&id| self.servers.at(id, at))
            .filter(|server| server.site == home.site && server.client_access);
        in_site
            .filter(|server| server.edition.generation > Generation::V2007)
            .find_map(|server| server.ews.external_url)
    }
}
