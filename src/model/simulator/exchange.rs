//! A call on its way: outbound proxy, name, connection, message, answer.
//!
//! Owner of a call: the requester; the resolver and the host write what they answer into its row. It
//! knows nothing of what a call asks. Invariant: each call has exactly one last event, an answer or a
//! failure, whatever becomes of its packets.

use crate::engine::{Instant, Schedule, SourceId, Span};

use super::super::administration::{CertificateNames, Errand, ErrandReply};
use super::super::cause::Cause;
use super::super::dns::{Answer, HostId, RecordData, RecordType};
use super::super::gateway::{DataCentreId, GatewayId};
use super::super::names::NameId;
use super::super::network::{Message, Path, PathState, SiteId, Transit};
use super::super::observation::{Fact, NameAnswer, PathObject, Recorder};
use super::super::organization::{FirewallAction, Outbound, Server, WebProxyState};
use super::super::outcome::{Asks, Leg, Side};
use super::super::publishing::{Host, HostOwner, HostState};
use super::super::purpose::Purpose;
use super::super::way::NamesWanted;
use super::administration::ErrandRow;
use super::legs::failure;
use super::state::{CallSlot, CallStage, Reply};
use super::{Event, World};

/// The numbers of a call's messages, on which their draws hang: request, answer, then the handshake's.
const REQUEST_MESSAGE: u64 = 0;
const REPLY_MESSAGE: u64 = 1;
const HANDSHAKE_MESSAGES: u64 = 2;

/// Where a call goes, and over which way.
#[derive(Clone, Copy, Debug)]
struct Way {
    path: Path,
    is_private: bool,
}

/// Why a connection does not come about: the cause, who has to act, after how long.
struct NoConnection {
    cause: Cause,
    side: Side,
    after: Span,
}

impl<R: Recorder> World<'_, R> {
    /// A call begins: through the outbound proxy if there is one, over an idle connection if there is
    /// one, else with the name of its host.
    pub(super) fn begin_exchange(&mut self, schedule: &mut Schedule<Event>, call: CallSlot) {
        let (federation, now) = (self.federation, schedule.now());
        let row = &self.calls[call];
        let (identity, group, leg, host) = (row.request, row.group_number, row.leg, row.url.host);
        let server = row.server;
        self.observe(now, identity, Fact::LegStarted { group, leg, host });
        let parameters = &federation.parameters;
        let refused = match federation.servers.at(server, now).outbound {
            Outbound::Direct => None,
            Outbound::WebProxy { state, .. } => match state {
                WebProxyState::Forwards => None,
                WebProxyState::AsksForCredentials => Some((
                    Cause::ProxyAuthentication,
                    parameters.minimum_delay.times(2),
                )),
                WebProxyState::Down => Some((Cause::ProxyUnreachable, parameters.connect_timeout)),
            },
            Outbound::Closed => Some((Cause::NetworkDropped, parameters.connect_timeout)),
        };
        if let Some((cause, after)) = refused {
            return self.doom(schedule, call, cause, Side::Requester, after);
        }
        if let Some(known) = self.idle_connection(call, now) {
            self.calls[call].host = Some(known);
            let source = self.source_of(server);
            return schedule.at(now, source, Event::ConnectionMade(call));
        }
        schedule.after(
            parameters.minimum_delay,
            self.source_of(server),
            Event::NameAsked(call),
        );
    }

    /// The host at the other end of an idle connection, if there is one that still stands: a host, a
    /// link or a firewall that lets nothing pass any more takes its connections with it.
    fn idle_connection(&mut self, call: CallSlot, now: Instant) -> Option<HostId> {
        let row = &self.calls[call];
        let (process, name) = (row.process, row.url.host);
        let idle = self.federation.parameters.connection_idle;
        let host = self.process(process).take_connection(name, now, idle)?;
        let row = self.federation.hosts.at(host, now);
        let server = self.federation.servers.at(self.calls[call].server, now);
        self.calls[call].host = Some(host);
        if let HostOwner::Gateway(gateway) = row.owner {
            self.calls[call].data_centre = Some(self.nearest_data_centre(gateway, call));
        }
        let way = self.way(call);
        let stands = row.state == HostState::Up
            && self.pass_firewalls(server, row, way, now).is_ok()
            && self.federation.network.state(way.path, now) == PathState::Open;
        stands.then_some(host)
    }

    /// A resolver is asked, and answers after a while.
    pub(super) fn resolve_name(&mut self, schedule: &mut Schedule<Event>, call: CallSlot) {
        let (federation, now) = (self.federation, schedule.now());
        let row = &self.calls[call];
        let (name, hash) = (row.url.host, row.hash);
        let requester = federation.servers.original(row.server).organization;
        let id = federation.organizations.original(requester).resolver;
        let resolver = federation.resolvers.at(id, now);
        let cache = &mut self.resolver_caches[id];
        let resolution = cache.resolve(&federation.dns, resolver, name, RecordType::Address, now);
        let from_cache = resolution.is_from_cache();
        let parameters = &federation.parameters;
        let law = if from_cache {
            &parameters.dns_warm
        } else {
            &parameters.dns_cold
        };
        let index = u64::from(!from_cache);
        let whole = law.sample(&self.keys, Purpose::DnsDelay, hash, index);
        let (answer, host) = match resolution.answer {
            Answer::Found(found) => {
                let records = federation.dns.records(found);
                let host = records.iter().find_map(|record| match record {
                    RecordData::Host(host) => Some(*host),
                    _ => None,
                });
                (
                    host.map_or(NameAnswer::NotFound, |_| NameAnswer::Found),
                    host,
                )
            }
            Answer::NoSuchName { .. } | Answer::NoData { .. } => (NameAnswer::NotFound, None),
            Answer::ServerFailure => (NameAnswer::ServerFailure, None),
            Answer::Silent => (NameAnswer::Silent, None),
        };
        let extra = federation
            .dns
            .extra_delay(&resolution.asked, now, &self.keys, hash, 2);
        // The question was on its way for `least`; the rest is still to come.
        let least = parameters.minimum_delay;
        let rest = |whole: Span| whole.saturating_sub(least).max(least);
        let cache = &mut self.resolver_caches[id];
        let span = match (answer, from_cache) {
            (NameAnswer::Silent, _) => rest(parameters.dns_timeout),
            (_, true) => {
                let due = cache.under_way(resolver, name, RecordType::Address, now);
                let left = due.map_or(Span::ZERO, |due| due.since(now));
                rest(whole + extra).max(left)
            }
            (_, false) => {
                let span = rest(whole + extra);
                cache.expect_answer(name, RecordType::Address, now + span, now);
                span
            }
        };
        let row = &mut self.calls[call];
        row.name_answer = answer;
        row.name_from_cache = from_cache;
        row.host = host;
        schedule.after(
            span,
            federation.sources.resolvers[id],
            Event::NameAnswered(call),
        );
    }

    /// The name is resolved, or is not.
    pub(super) fn take_name(&mut self, schedule: &mut Schedule<Event>, call: CallSlot) {
        let now = schedule.now();
        let row = &self.calls[call];
        let (identity, group, leg, host) = (row.request, row.group_number, row.leg, row.url.host);
        let (answer, from_cache) = (row.name_answer, row.name_from_cache);
        self.observe(
            now,
            identity,
            Fact::NameResolved {
                group,
                leg,
                host,
                answer,
                from_cache,
            },
        );
        let cause = match answer {
            NameAnswer::Found => return self.connect(schedule, call),
            NameAnswer::NotFound => Cause::DnsNameNotFound,
            NameAnswer::ServerFailure => Cause::DnsServerFailure,
            NameAnswer::Silent => Cause::DnsTimeout,
        };
        let side = self.side_of_name(call, now);
        self.doom(schedule, call, cause, side, Span::ZERO);
    }

    /// Who has to act when a host name does not lead anywhere: the requester if its own resolver
    /// fails or answers in place of the public zone, or if its own object names a host that is not the
    /// target's; else the target, who gave the name out or publishes it.
    pub(super) fn side_of_name(&self, call: CallSlot, now: Instant) -> Side {
        let federation = self.federation;
        let row = &self.calls[call];
        let requester = federation.servers.original(row.server).organization;
        let resolver = federation.organizations.original(requester).resolver;
        let resolver = federation.resolvers.at(resolver, now);
        let is_internal = resolver.internal.iter().any(|&zone| {
            let apex = federation.dns.zones().original(zone).apex;
            federation.names.is_within(row.url.host, apex)
        });
        if resolver.state != super::super::dns::ResolverState::Up || is_internal {
            return Side::Requester;
        }
        if matches!(row.leg, Leg::FreeBusyToken | Leg::AutodiscoverToken) {
            return if self.is_gateway_name(row.url.host) {
                Side::Gateway
            } else {
                Side::Requester
            };
        }
        if !self.is_own_url(call, now) {
            return Side::Target;
        }
        let domain = self.groups[row.group].domain;
        let target = federation.index.domain_owners.get(&domain);
        let is_targets = target.is_some_and(|&target| {
            let target = federation.organizations.original(target);
            target
                .accepted_domains
                .iter()
                .any(|accepted| federation.names.is_within(row.url.host, accepted.domain))
        });
        // A host that the target publishes by this very name is its own to repair; any other name
        // stands in the requester's object alone.
        let publishes = federation.index.hosts.contains_key(&row.url.host);
        if is_targets && publishes {
            Side::Target
        } else {
            Side::Requester
        }
    }

    /// Whether a call's URL stands in the requester's own object; else the target gave it out.
    pub(super) fn is_own_url(&self, call: CallSlot, now: Instant) -> bool {
        let row = &self.calls[call];
        let group = &self.groups[row.group];
        match (row.leg, group.path) {
            // The token endpoint stands in the requester's own trust.
            (Leg::FreeBusyToken | Leg::AutodiscoverToken | Leg::OAuthToken, _) => true,
            (Leg::Autodiscover, _) => group.autodiscover == Some(row.url),
            (_, PathObject::Relationship(id)) => {
                let relationship = self.federation.relationships.at(id, now);
                relationship.target_sharing_epr.is_some() && group.endpoint == Some(row.url)
            }
            _ => false,
        }
    }

    fn is_gateway_name(&self, name: NameId) -> bool {
        let host = self.federation.index.hosts.get(&name);
        host.is_some_and(|&host| {
            matches!(
                self.federation.hosts.original(host).owner,
                HostOwner::Gateway(_)
            )
        })
    }

    /// Sets a connection up: one round trip for TCP, one or two for TLS.
    ///
    /// Source: RFC 9293 (TCP), RFC 5246 and RFC 8446 (TLS). Simplified: what a handshake meets is
    /// looked up when it begins.
    fn connect(&mut self, schedule: &mut Schedule<Event>, call: CallSlot) {
        let now = schedule.now();
        let host = self.calls[call]
            .host
            .expect("a name that was found leads to a host");
        let row = self.federation.hosts.at(host, now);
        self.calls[call].stage = CallStage::Connecting;
        if let HostOwner::Gateway(gateway) = row.owner {
            self.calls[call].data_centre = Some(self.nearest_data_centre(gateway, call));
        }
        match self.handshake(call, row, now) {
            Ok((round_trips, span)) => {
                self.calls[call].round_trips = round_trips;
                let source = self.source_of(self.calls[call].server);
                schedule.after(span, source, Event::ConnectionMade(call));
            }
            Err(no) => self.doom(schedule, call, no.cause, no.side, no.after),
        }
    }

    /// How many round trips a handshake takes and how long, or why it fails.
    fn handshake(
        &self,
        call: CallSlot,
        host: &Host,
        now: Instant,
    ) -> Result<(u8, Span), NoConnection> {
        let federation = self.federation;
        let row = &self.calls[call];
        let server = federation.servers.at(row.server, now);
        let parameters = &federation.parameters;
        let way = self.way(call);
        let timeout = parameters.connect_timeout;
        let no = |cause, side, after| NoConnection { cause, side, after };
        self.pass_firewalls(server, host, way, now)?;
        match host.state {
            HostState::Up => {}
            HostState::Down => {
                let side = self.owner_side(call, host, now);
                return Err(no(Cause::NetworkDropped, side, timeout));
            }
            HostState::Refusing => {
                let after = self.round_trips(call, way, 1, now).unwrap_or(timeout);
                return Err(no(
                    Cause::NetworkReset,
                    self.owner_side(call, host, now),
                    after,
                ));
            }
        }
        if federation.network.state(way.path, now) != PathState::Open {
            return Err(no(Cause::NetworkUnreachable, Side::Network, timeout));
        }
        let lost = || no(Cause::NetworkLost, Side::Network, timeout);
        if row.leg == Leg::Redirection {
            // Plain HTTP: TCP and no more.
            let span = self.round_trips(call, way, 1, now).ok_or_else(lost)?;
            return Ok((1, span));
        }
        let version = server.tls_versions.newest_common(host.tls_versions);
        let hello = self.round_trips(call, way, 2, now).ok_or_else(lost)?;
        let version = version.ok_or_else(|| {
            no(
                Cause::TlsNoCommonVersion,
                self.owner_side_or_requester(host),
                hello,
            )
        })?;
        let round_trips = 1 + version.round_trips();
        let span = self
            .round_trips(call, way, round_trips, now)
            .ok_or_else(lost)?;
        self.trust_certificate(call, server, host, now)
            .map_err(|(cause, side)| no(cause, side, span))?;
        Ok((round_trips as u8, span + parameters.tls_cpu))
    }

    /// Whether the firewalls on both sides let a connection pass. A private connection meets none.
    fn pass_firewalls(
        &self,
        server: &Server,
        host: &Host,
        way: Way,
        now: Instant,
    ) -> Result<(), NoConnection> {
        if way.is_private {
            return Ok(());
        }
        let parameters = &self.federation.parameters;
        let passed = self
            .federation
            .pass_firewalls(server.organization, host, now);
        passed.map_err(|(action, side)| match action {
            FirewallAction::Allow | FirewallAction::Drop => NoConnection {
                cause: Cause::NetworkDropped,
                side,
                after: parameters.connect_timeout,
            },
            FirewallAction::Reset => NoConnection {
                cause: Cause::NetworkReset,
                side,
                after: parameters.minimum_delay.times(2),
            },
        })
    }

    /// Whether the client accepts the host's certificate: chain, name, dates by its own clock.
    fn trust_certificate(
        &self,
        call: CallSlot,
        server: &Server,
        host: &Host,
        now: Instant,
    ) -> Result<(), (Cause, Side)> {
        let is_trusted_anyway = matches!(
            self.groups[self.calls[call].group].errand.as_deref(),
            Some(ErrandRow {
                errand: Errand::FederationInformation {
                    names: CertificateNames::Any,
                    ..
                },
                ..
            })
        );
        let wanted = match is_trusted_anyway {
            true => NamesWanted::Any,
            false => NamesWanted::Host,
        };
        let name = self.calls[call].url.host;
        let accepted = self
            .federation
            .accept_certificate(server, host, name, wanted, now);
        accepted.map_err(|cause| {
            // A root that everybody else trusts is missing here, and so is the gateway's, whose
            // certificate is given; any other one nobody has to trust.
            let is_public = Some(host.tls.issuer) == self.federation.index.public_root;
            let is_given = matches!(host.owner, HostOwner::Gateway(_));
            let side = match cause {
                Cause::TlsUntrustedRoot if is_public || is_given => Side::Requester,
                _ => self.owner_side(call, host, now),
            };
            (cause, side)
        })
    }

    /// So many round trips on a way: there and back, each message with a draw of its own.
    fn round_trips(&self, call: CallSlot, way: Way, count: u32, now: Instant) -> Option<Span> {
        let mut span = Span::ZERO;
        for number in 0..u64::from(count) * 2 {
            match self.transit(call, way, HANDSHAKE_MESSAGES + number, 0, now + span) {
                Transit::After(one_way) => span += one_way,
                Transit::Lost => return None,
            }
        }
        Some(span)
    }

    /// A connection stands: the request leaves.
    pub(super) fn take_connection(&mut self, schedule: &mut Schedule<Event>, call: CallSlot) {
        let now = schedule.now();
        let row = &mut self.calls[call];
        row.stage = CallStage::Sent;
        let (identity, group, leg, host) = (row.request, row.group_number, row.leg, row.url.host);
        let (round_trips, server) = (row.round_trips, row.server);
        let clock_error = self.federation.servers.at(server, now).clock_error;
        row.time_stamp = now.shown_by(clock_error);
        self.observe(
            now,
            identity,
            Fact::Connected {
                group,
                leg,
                host,
                round_trips,
            },
        );
        if self.calls[call].data_centre.is_none()
            && let Some(HostOwner::Gateway(gateway)) = self.owner_of(call)
        {
            self.calls[call].data_centre = Some(self.nearest_data_centre(gateway, call));
        }
        let bytes = self.request_bytes(call);
        let way = self.way(call);
        match self.transit(call, way, REQUEST_MESSAGE, bytes, now) {
            Transit::After(span) => {
                schedule.after(
                    self.at_least(span),
                    self.source_of(server),
                    Event::CallArrives(call),
                );
            }
            Transit::Lost => {
                let after = self.federation.parameters.http_timeout;
                self.doom(schedule, call, Cause::NetworkLost, Side::Network, after);
            }
        }
    }

    fn owner_of(&self, call: CallSlot) -> Option<HostOwner> {
        Some(self.federation.hosts.original(self.calls[call].host?).owner)
    }

    /// The host answers; the answer travels back, or is lost.
    pub(super) fn reply(
        &mut self,
        schedule: &mut Schedule<Event>,
        call: CallSlot,
        source: SourceId,
        reply: Reply,
    ) {
        let now = schedule.now();
        let bytes = self.reply_bytes(call, &reply);
        self.calls[call].reply = reply;
        let way = self.way(call);
        match self.transit(call, way, REPLY_MESSAGE, bytes, now) {
            Transit::After(span) => {
                schedule.after(self.at_least(span), source, Event::ReplyArrives(call));
            }
            Transit::Lost => {
                let row = &mut self.calls[call];
                row.doomed = Some(failure(Cause::NetworkLost, row.leg, Side::Network));
                let after = self.federation.parameters.http_timeout;
                schedule.after(after, source, Event::CallFails(call));
            }
        }
    }

    /// An answer arrives: its connection is kept, and its group goes on.
    pub(super) fn take_reply(&mut self, schedule: &mut Schedule<Event>, call: CallSlot) {
        let row = &self.calls[call];
        let (process, name) = (row.process, row.url.host);
        let host = row.host.expect("a call that was answered has a host");
        self.process(process)
            .keep_connection(name, host, schedule.now());
        self.end_call(schedule, call);
    }

    /// A call is sure to fail, after this long.
    pub(super) fn doom(
        &mut self,
        schedule: &mut Schedule<Event>,
        call: CallSlot,
        cause: Cause,
        side: Side,
        after: Span,
    ) {
        let row = &mut self.calls[call];
        row.doomed = Some(failure(cause, row.leg, side));
        let source = source_of_requester(self, call);
        schedule.after(after, source, Event::CallFails(call));
    }

    /// The gateway's data centre nearest to the caller; among equals the one that the stable hash of
    /// caller and data centre prefers, so that another data centre moves only its own callers.
    ///
    /// Assumed: the gateway's own load distribution is not published.
    fn nearest_data_centre(&self, gateway: GatewayId, call: CallSlot) -> DataCentreId {
        let federation = self.federation;
        let server = federation.servers.original(self.calls[call].server);
        let centres = federation
            .gateways
            .original(gateway)
            .data_centres
            .iter()
            .copied();
        centres
            .min_by_key(|&id| {
                let centre = &federation.data_centres[id];
                let path = federation.network.path(server.site, centre.site);
                let propagation = federation.network.propagation(path, federation.start);
                (
                    propagation.unwrap_or(Span::MAX),
                    server.hash.with(centre.hash.0),
                )
            })
            .expect("a gateway has a data centre")
    }

    /// The way between a call's two ends: what the two have to themselves, else the public network.
    fn way(&self, call: CallSlot) -> Way {
        let federation = self.federation;
        let row = &self.calls[call];
        let server = federation.servers.original(row.server);
        let host = row.host.map(|host| federation.hosts.original(host));
        if let Some(HostOwner::Organization(target)) = host.map(|host| host.owner)
            && let Some(link) = federation.private_link(server.organization, target)
        {
            return Way {
                path: Path::Private(link),
                is_private: true,
            };
        }
        let there = match row.data_centre {
            Some(centre) => federation.data_centres[centre].site,
            None => host.map_or(server.site, |host| host.site),
        };
        Way {
            path: self.public_path(server.site, there),
            is_private: false,
        }
    }

    fn public_path(&self, from: SiteId, to: SiteId) -> Path {
        self.federation.network.path(from, to)
    }

    fn transit(&self, call: CallSlot, way: Way, index: u64, bytes: u64, at: Instant) -> Transit {
        let retransmission_timeout = self.federation.parameters.retransmission_timeout;
        let entity = self.calls[call].hash;
        let message = Message {
            entity,
            index,
            bytes,
            retransmission_timeout,
        };
        self.federation
            .network
            .transit(way.path, at, &self.keys, message)
    }

    fn at_least(&self, span: Span) -> Span {
        span.max(self.federation.parameters.minimum_delay)
    }

    fn owner_side(&self, call: CallSlot, host: &Host, now: Instant) -> Side {
        match host.owner {
            HostOwner::Organization(_) => Side::Target,
            HostOwner::Gateway(_) => Side::Gateway,
            HostOwner::Nobody => self.side_of_name(call, now),
        }
    }

    /// Who has to enable a common TLS version: the gateway's are given, so there the requester; else
    /// the target, unless it speaks the version that everybody does.
    fn owner_side_or_requester(&self, host: &Host) -> Side {
        match host.owner {
            HostOwner::Organization(_) if !host.tls_versions.has_usual() => Side::Target,
            _ => Side::Requester,
        }
    }

    fn request_bytes(&self, call: CallSlot) -> u64 {
        let (row, sizes) = (&self.calls[call], &self.federation.parameters.sizes);
        let members = row.members.len() as u64;
        match row.leg {
            Leg::FreeBusyToken | Leg::AutodiscoverToken | Leg::OAuthToken => sizes.token_request,
            Leg::Autodiscover
            | Leg::FederationInformation
            | Leg::Redirection
            | Leg::RelationshipSettings => {
                sizes.autodiscover_request + members * sizes.autodiscover_request_per_address
            }
            // Assumed: such a question is as long as one for a token.
            Leg::Metadata | Leg::Provisioning => sizes.token_request,
            Leg::Availability => {
                let fixed = match self.asks_of(row.group) {
                    Asks::FreeBusy | Asks::Invitation | Asks::OpenInvitation => {
                        sizes.availability_request
                    }
                    Asks::MailTips => sizes.mail_tips_request,
                    Asks::DeliveryReports | Asks::Archive => sizes.further_request,
                    Asks::Photos | Asks::SharedCalendar | Asks::Synchronization => {
                        return sizes.photo_request;
                    }
                };
                fixed + members * sizes.availability_request_per_mailbox
            }
            Leg::GetFolder | Leg::SyncFolderItems | Leg::GetItem => sizes.synchronization_request,
        }
    }

    fn reply_bytes(&self, call: CallSlot, reply: &Reply) -> u64 {
        let sizes = &self.federation.parameters.sizes;
        match reply {
            Reply::Token(_) => sizes.token_response,
            Reply::Discovered(answers) => {
                let addresses = answers.len() as u64;
                sizes.autodiscover_response + addresses * sizes.autodiscover_response_per_address
            }
            Reply::Calendars(results) => self.calendars_bytes(call, results),
            Reply::Answered(results) => self.answers_bytes(call, results.len()),
            Reply::Folder(_) | Reply::Changes(..) | Reply::Items => self.folder_bytes(call, reply),
            // Assumed: a fault, an error page or a redirect is as long as an empty answer.
            Reply::None | Reply::Failed(_) | Reply::Redirect(_) => sizes.autodiscover_response,
            Reply::Errand(reply) => match **reply {
                ErrandReply::Metadata(_) => sizes.metadata_document,
                // Assumed: as long as an ordinary answer of Autodiscover.
                _ => sizes.autodiscover_response + sizes.autodiscover_response_per_address,
            },
        }
    }
}

fn source_of_requester<R: Recorder>(world: &World<'_, R>, call: CallSlot) -> SourceId {
    world.source_of(world.calls[call].server)
}
