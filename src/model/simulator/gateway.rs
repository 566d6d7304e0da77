//! A data centre of the gateway: requests for tokens arrive, wait, are decided, and answered.
//!
//! Owner of all that is changed here: the data centre. It knows nothing of groups. Invariant: each
//! request for a token that arrives is answered, unless the gateway is stalled.

use crate::engine::station::Admission;
use crate::engine::{Instant, Schedule};

use super::super::address::Address;
use super::super::cause::Cause;
use super::super::directory::{AccountRecord, FederatedIdentity, MailboxKey, Recipient};
use super::super::federation::Federation;
use super::super::gateway::{
    DataCentreId, Gateway, GatewayId, GatewayState, TargetRegistration, TokenRequest, decide_issue,
};
use super::super::names::NameId;
use super::super::observation::{Fact, Recorder};
use super::super::organization::{Generation, OrgId};
use super::super::outcome::Side;
use super::super::purpose::Purpose;
use super::super::token::{ApplicationClaim, CONDITIONS_LIFE, DelegationToken};
use super::legs::{failure, offer_of};
use super::state::{CallSlot, Reply};
use super::{Event, World};
use crate::engine::{IdVec, Station};

impl Federation {
    /// The stations of all data centres, empty.
    pub(super) fn token_stations(&self) -> IdVec<DataCentreId, Station<CallSlot>> {
        let station = |centre: &super::super::gateway::DataCentre| {
            Station::new(self.start, centre.servers, centre.queue_max)
        };
        IdVec::from_rows(self.data_centres.iter().map(station).collect())
    }

    /// Where an application URI is registered, seen from one gateway. All organizations of Exchange
    /// Online share a URI and a certificate there; which of them a token is for is told by the domain
    /// asked about.
    pub fn target_registration(
        &self,
        gateway: GatewayId,
        uri: NameId,
        domain: NameId,
        at: Instant,
    ) -> TargetRegistration {
        let owner = self.index.domain_owners.get(&domain).copied();
        // The owner of the domain first, if it is one of them.
        let first = owner.filter(|owner| self.applications(uri).any(|id| id == *owner));
        let others = self.applications(uri).filter(|&id| Some(id) != first);
        let registered = first.into_iter().chain(others).filter_map(|id| {
            let trust = &self.organizations.at(id, at).trust;
            let registration = &trust.registration;
            // Without a namespace nobody is addressed under the URI any more, or yet.
            let is_addressed = registration.exists && registration.namespace.is_some();
            let is_it = is_addressed && registration.application_uri == uri;
            let certificate = registration.certificate.filter(|_| is_it)?;
            Some((trust.gateway, certificate))
        });
        let mut elsewhere = TargetRegistration::None;
        for (instance, encrypt_for) in registered {
            if instance == gateway {
                return TargetRegistration::Here { encrypt_for };
            }
            elsewhere = TargetRegistration::OtherInstance;
        }
        elsewhere
    }

    /// How a user is known to the token service, and what that holds of the user.
    fn known_user(
        &self,
        organization: OrgId,
        user: Address,
        at: Instant,
    ) -> (FederatedIdentity, AccountRecord) {
        match self.recipient(organization, user) {
            Some(Recipient::Mailbox(MailboxKey::Declared(id))) => {
                let mailbox = self.mailboxes.at(id, at);
                (mailbox.identity, mailbox.account)
            }
            _ => (
                FederatedIdentity::AccountNamespace,
                AccountRecord::default(),
            ),
        }
    }

    /// Whether a domain's organization goes by this application URI, in its trust or at the gateway.
    pub fn is_uri_of_domain(&self, uri: Option<NameId>, domain: NameId, at: Instant) -> bool {
        self.index.domain_owners.get(&domain).is_some_and(|&owner| {
            let trust = &self.organizations.at(owner, at).trust;
            let own = [
                trust.application_uri,
                Some(trust.registration.application_uri),
            ];
            uri.is_some() && own.contains(&uri)
        })
    }
}

impl<R: Recorder> World<'_, R> {
    /// A request for a token reaches a data centre.
    pub(super) fn receive_token_request(
        &mut self,
        schedule: &mut Schedule<Event>,
        call: CallSlot,
        gateway: GatewayId,
    ) {
        let now = schedule.now();
        let centre = self.calls[call]
            .data_centre
            .expect("it was chosen for the connection");
        let row = self.federation.gateways.at(gateway, now);
        if now >= row.closed_from {
            return self.refuse_token(schedule, call, centre, Cause::GatewayClosed);
        }
        match row.state {
            GatewayState::Failing => {
                return self.refuse_token(schedule, call, centre, Cause::GatewayError);
            }
            GatewayState::Stalled => {
                let after = self.federation.parameters.http_timeout;
                return self.doom(schedule, call, Cause::DeadlineAtToken, Side::Gateway, after);
            }
            // A connection that stands is still served when new ones are not.
            GatewayState::Up | GatewayState::Down | GatewayState::Refusing => {}
        }
        match self.token_stations[centre].arrive(now, call) {
            Admission::Starts => self.begin_token_service(schedule, call, row),
            Admission::Waits => {}
            Admission::Refused => {
                self.refuse_token(schedule, call, centre, Cause::GatewayOverloaded);
            }
        }
    }

    fn begin_token_service(
        &mut self,
        schedule: &mut Schedule<Event>,
        call: CallSlot,
        gateway: &Gateway,
    ) {
        let row = &self.calls[call];
        let law = &gateway.token_service_time;
        let span = law.sample(&self.keys, Purpose::TokenService, row.hash, 0);
        let centre = row.data_centre.expect("it was chosen for the connection");
        let source = self.federation.sources.data_centres[centre];
        self.token_stations[centre].announce(schedule.now(), span);
        schedule.after(span, source, Event::TokenServiceEnds(call));
    }

    /// A data centre has worked on a request for a token: it issues one or refuses.
    pub(super) fn end_token_service(&mut self, schedule: &mut Schedule<Event>, call: CallSlot) {
        let now = schedule.now();
        let centre = self.calls[call]
            .data_centre
            .expect("it was chosen for the connection");
        let id = self.federation.data_centres[centre].gateway;
        let gateway = self.federation.gateways.at(id, now);
        if let Some(next) = self.token_stations[centre].finish(now) {
            self.begin_token_service(schedule, next, gateway);
        }
        match self.issue(call, id, gateway, now) {
            Err(cause) => self.refuse_token(schedule, call, centre, cause),
            Ok(token) => {
                let row = &self.calls[call];
                let (identity, group, leg) = (row.request, row.group_number, row.leg);
                let bytes = self.federation.parameters.sizes.encrypted_token as u32;
                let domain = self.groups[row.group].domain;
                let target = self.federation.index.domain_owners.get(&domain).copied();
                let fact = Fact::TokenIssued {
                    group,
                    leg,
                    data_centre: centre,
                    token,
                    bytes,
                    target,
                };
                self.observe(now, identity, fact);
                let source = self.federation.sources.data_centres[centre];
                self.reply(schedule, call, source, Reply::Token(token));
            }
        }
    }

    /// The decision, and the token that comes of it.
    fn issue(
        &self,
        call: CallSlot,
        id: GatewayId,
        gateway: &Gateway,
        now: Instant,
    ) -> Result<DelegationToken, Cause> {
        let federation = self.federation;
        let row = &self.calls[call];
        let server = federation.servers.at(row.server, now);
        let requester = server.organization;
        let group = &self.groups[row.group];
        // A shell reads at the domain controller that it writes to; servers read what has reached them.
        let view = match group.errand {
            Some(_) => now,
            None => federation.replicated(requester, now),
        };
        let seen = federation.organizations.at(requester, view);
        let registered = &federation.organizations.at(requester, now).trust;
        let offer = offer_of(row.leg, self.asks_of(row.group));
        let audience = group
            .application_uri
            .ok_or(Cause::GatewayTargetNotRegistered)?;
        let (identity, account) = federation.known_user(requester, row.caller, now);
        // In the cloud a user is known by the principal name, on premises by an immutable id.
        let identity_suffix = match (identity, seen.edition.generation) {
            (FederatedIdentity::Malformed, _) => None,
            (_, Generation::Online) => Some(row.caller.domain),
            _ => Some(seen.identifier.account_namespace),
        };
        // A signature names its certificate by the subject key identifier alone.
        let signed_by = seen
            .trust
            .organization_certificate
            .filter(|&id| {
                let certificate = federation.certificates.at(id, now);
                certificate.subject_key_identifier.exists()
            })
            .ok_or(Cause::GatewaySignatureUnknown)?;
        let request = TokenRequest {
            signed_by,
            time_stamp: row.time_stamp,
            email: row.caller,
            identity_suffix,
            account,
            target_uri: audience,
            offer,
        };
        // Registered with another instance is not registered here.
        let registration = &registered.registration;
        if registered.gateway != id {
            return Err(Cause::GatewaySignatureUnknown);
        }
        let shown = now.shown_by(gateway.clock_error);
        let target = federation.target_registration(id, audience, group.domain, now);
        let tolerance = federation.parameters.time_stamp_tolerance;
        let encrypted_for = decide_issue(&request, registration, target, shown, tolerance)?;
        Ok(DelegationToken {
            issuer: id,
            signed_by: gateway.signer_at(now),
            encrypted_for,
            not_before: shown,
            not_on_or_after: shown + CONDITIONS_LIFE,
            audience,
            // Pair-wise and opaque: the same user is somebody else to another target.
            subject: Some(
                federation
                    .address_hash(row.caller)
                    .with(federation.names.hash(audience).0)
                    .0,
            ),
            offer,
            email: Some(row.caller),
            application: match seen.trust.application == registration.application {
                true => ApplicationClaim::Registered,
                false => ApplicationClaim::Outdated,
            },
        })
    }

    fn refuse_token(
        &mut self,
        schedule: &mut Schedule<Event>,
        call: CallSlot,
        centre: DataCentreId,
        cause: Cause,
    ) {
        let now = schedule.now();
        let row = &self.calls[call];
        let (identity, group, leg) = (row.request, row.group_number, row.leg);
        self.observe(
            now,
            identity,
            Fact::TokenRefused {
                group,
                leg,
                data_centre: centre,
                cause,
            },
        );
        let side = self.side_of_refusal(call, cause, now);
        let source = self.federation.sources.data_centres[centre];
        self.reply(
            schedule,
            call,
            source,
            Reply::Failed(failure(cause, leg, side)),
        );
    }

    /// Who has to act on a refusal: the requester, but for a target whose own URI it is that is not
    /// registered, and a gateway whose own clock is wrong.
    fn side_of_refusal(&self, call: CallSlot, cause: Cause, now: Instant) -> Side {
        let federation = self.federation;
        let row = &self.calls[call];
        match cause {
            Cause::GatewayTargetNotRegistered => {
                let group = &self.groups[row.group];
                if federation.is_uri_of_domain(group.application_uri, group.domain, now) {
                    Side::Target
                } else {
                    Side::Requester
                }
            }
            Cause::GatewayTimestampRefused => {
                let server = federation
                    .servers
                    .at(row.server, now)
                    .clock_error
                    .nanoseconds();
                let centre = row.data_centre.expect("it was chosen for the connection");
                let gateway = federation.data_centres[centre].gateway;
                let theirs = federation
                    .gateways
                    .at(gateway, now)
                    .clock_error
                    .nanoseconds();
                let ours = server.unsigned_abs() >= theirs.unsigned_abs();
                if ours { Side::Requester } else { Side::Gateway }
            }
            cause => cause.side_at(Side::Gateway),
        }
    }
}
