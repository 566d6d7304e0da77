//! The tokens of a group: delegation tokens from the gateway, side by side, or an OAuth token.
//!
//! Owner of all that is changed here: the requester. It knows nothing of how the gateway decides.
//! Invariant: a group goes on to its target once, when no token is awaited any more.

use crate::engine::{Instant, Schedule};

use super::super::address::Url;
use super::super::cause::Cause;
use super::super::observation::{Fact, PathObject, Recorder};
use super::super::outcome::{Asks, Leg, Side};
use super::super::parameters::TokenCacheRule;
use super::super::purpose::Purpose;
use super::super::relationship::OAuthState;
use super::super::token::DelegationToken;
use super::legs::{failure, offer_of};
use super::state::{GroupSlot, Members, Reply, TokenState};
use super::{Event, World};

impl<R: Recorder> World<'_, R> {
    /// The token for what is asked, and beside it one for Autodiscover if the endpoint is unknown.
    ///
    /// Source: one token a group, two when Autodiscover is needed, observed, Exchange 2013.
    pub(super) fn ask_for_tokens(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        // An invitation goes by mail: nobody's endpoint is asked for.
        let is_invitation = self.asks_of(group) == Asks::Invitation;
        let endpoint_is_known = is_invitation || self.groups[group].endpoint.is_some();
        self.groups[group].free_busy_token = TokenState::Awaited;
        if !endpoint_is_known {
            self.groups[group].autodiscover_token = TokenState::Awaited;
        }
        let legs = [Leg::FreeBusyToken, Leg::AutodiscoverToken];
        for leg in legs.into_iter().take(if endpoint_is_known { 1 } else { 2 }) {
            self.ask_for_token(schedule, group, leg);
        }
        self.go_on_with_tokens(schedule, group);
    }

    /// One token: one that was kept, if the what-if allows it, else one from the gateway.
    pub(super) fn ask_for_token(
        &mut self,
        schedule: &mut Schedule<Event>,
        group: GroupSlot,
        leg: Leg,
    ) {
        match self.kept_token(group, leg, schedule.now()) {
            Some(token) => self.reuse_token(group, leg, token, schedule.now()),
            None => self.start_token(schedule, group, leg),
        }
    }

    fn start_token(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot, leg: Leg) {
        let row = &self.groups[group];
        let requester = self.requests[row.request].identity.requester;
        let federation = self.federation;
        let view = federation.replicated(requester, schedule.now());
        let trust = &federation.organizations.at(requester, view).trust;
        let gateway = federation.gateways.original(trust.gateway);
        let host = trust
            .token_issuer_host
            .unwrap_or_else(|| federation.hosts.original(gateway.token_host).name);
        let url = Url {
            host,
            path: super::super::address::UrlPath::Token,
        };
        self.start_call(schedule, group, leg, url, None, Members::new());
    }

    /// Goes on when no token is awaited any more. A failed token for Autodiscover counts first: the
    /// discovery is the first step.
    pub(super) fn go_on_with_tokens(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        let row = &self.groups[group];
        match (row.autodiscover_token, row.free_busy_token) {
            (TokenState::Awaited, _) | (_, TokenState::Awaited) => {}
            (TokenState::Failed(failure), _) | (_, TokenState::Failed(failure)) => {
                // A run that has no token to look elsewhere fails as it did before.
                let first = row.run.as_ref().and_then(|run| run.first_failure);
                let failure = first.unwrap_or(failure);
                self.fail_group(schedule, group, failure);
            }
            _ => self.go_on_to_target(schedule, group),
        }
    }

    pub(super) fn take_token(
        &mut self,
        schedule: &mut Schedule<Event>,
        group: GroupSlot,
        leg: Leg,
        reply: Reply,
    ) {
        let state = match reply {
            Reply::Token(token) => {
                self.keep_token(group, leg, token);
                TokenState::Held(token)
            }
            Reply::Failed(failure) => TokenState::Failed(failure),
            reply => unreachable!("the gateway answers with a token or refuses, not {reply:?}"),
        };
        match leg {
            Leg::AutodiscoverToken => self.groups[group].autodiscover_token = state,
            _ => self.groups[group].free_busy_token = state,
        }
        self.go_on_with_tokens(schedule, group);
    }

    /// A token kept from an earlier group, if the what-if allows it.
    fn kept_token(&self, group: GroupSlot, leg: Leg, now: Instant) -> Option<DelegationToken> {
        let TokenCacheRule::PerUserTargetOffer { early_margin, .. } =
            self.federation.rules.token_cache
        else {
            return None;
        };
        let row = &self.groups[group];
        let process = self.processes[row.process].as_ref()?;
        let offer = offer_of(leg, self.asks_of(group));
        process.token(
            (row.email?, row.application_uri?, offer),
            now + early_margin,
        )
    }

    fn keep_token(&mut self, group: GroupSlot, leg: Leg, token: DelegationToken) {
        let TokenCacheRule::PerUserTargetOffer { entries_max, .. } =
            self.federation.rules.token_cache
        else {
            return;
        };
        let row = &self.groups[group];
        if let (Some(email), Some(uri)) = (row.email, row.application_uri) {
            let process = row.process;
            let offer = offer_of(leg, self.asks_of(group));
            self.process(process)
                .keep_token((email, uri, offer), token, entries_max);
        }
    }

    fn reuse_token(&mut self, group: GroupSlot, leg: Leg, token: DelegationToken, now: Instant) {
        let row = &mut self.groups[group];
        match leg {
            Leg::AutodiscoverToken => row.autodiscover_token = TokenState::Held(token),
            _ => row.free_busy_token = TokenState::Held(token),
        }
        let (identity, number) = (self.requests[row.request].identity, row.number);
        self.observe(
            now,
            identity,
            Fact::TokenReused {
                group: number,
                leg,
                token,
            },
        );
    }

    pub(super) fn ask_for_oauth(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        let row = &self.groups[group];
        let law = &self.federation.parameters.oauth_service;
        let span = law.sample(&self.keys, Purpose::OAuthService, row.hash, 0);
        let source = self.source_of(row.server);
        self.groups[group].awaits_oauth = true;
        schedule.after(span, source, Event::OAuthAnswered(group));
    }

    /// The authorization server has answered.
    pub(super) fn take_oauth_answer(&mut self, schedule: &mut Schedule<Event>, group: GroupSlot) {
        let now = schedule.now();
        let row = &mut self.groups[group];
        row.awaits_oauth = false;
        if row.is_over {
            return self.free_group(group);
        }
        let (PathObject::Connector(connector), number) = (row.path, row.number) else {
            unreachable!("only connectors use OAuth")
        };
        let identity = self.requests[row.request].identity;
        if self.federation.connectors.at(connector, now).oauth == OAuthState::TokenRefused {
            let failure = failure(Cause::OAuthTokenRefused, Leg::OAuthToken, Side::Requester);
            self.observe_leg_end(now, group, Leg::OAuthToken, Some(failure));
            return self.fail_group(schedule, group, failure);
        }
        let server = self.federation.servers.at(self.groups[group].server, now);
        let oauth = self
            .federation
            .organizations
            .at(server.organization, now)
            .oauth;
        if !oauth.is_certificate_in_date(now.shown_by(server.clock_error)) {
            let failure = failure(
                Cause::OAuthCertificateExpired,
                Leg::OAuthToken,
                Side::Requester,
            );
            self.observe_leg_end(now, group, Leg::OAuthToken, Some(failure));
            return self.fail_group(schedule, group, failure);
        }
        self.observe(now, identity, Fact::OAuthTokenIssued { group: number });
        self.go_on_to_target(schedule, group);
    }
}
