//! A call to a partner's service: the way there, publishing, virtual directory, token.
//!
//! It asks the decisions that a call meets at the target. Invariant: what a call to an address meets is
//! worked out once, whoever asks for it.

use crate::engine::Span;
use crate::model::address::{Address, UrlPath};
use crate::model::autodiscover::REDIRECTS_MAX;
use crate::model::cause::Cause;
use crate::model::certificate::CertificateId;
use crate::model::gateway::GatewayId;
use crate::model::names::NameId;
use crate::model::organization::{OrgId, ServerId};
use crate::model::outcome::Asks;
use crate::model::publishing::{
    CallerAuthentication, HandlerMapping, Host, HostOwner, PoolState, Preauthentication,
    RelayAgent, VirtualDirectory, admit, pass_reverse_proxy,
};
use crate::model::token::ApplicationClaim;

use super::endpoint::{Named, Service};
use super::finding::{Acts, Fault, Operator, Severity};
use super::{Context, Examiner};

/// What the target's servers see of a token.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenSeen {
    pub issuer: GatewayId,
    /// The target's application URI, whatever the requester's object says.
    pub audience: NameId,
    /// The certificate that the gateway encrypts for; none: it issues none.
    pub encrypted_for: Option<CertificateId>,
    pub email: Address,
    /// Which application of the requester it speaks for.
    pub application: ApplicationClaim,
}

/// A call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub server: ServerId,
    pub target: OrgId,
    pub service: Service,
    pub asks: Asks,
    pub authentication: CallerAuthentication,
    pub token: Option<TokenSeen>,
    pub named: Named,
}

impl Examiner<'_> {
    /// Tells what a call meets.
    pub fn examine_call(&mut self, context: Context, call: Call) {
        let audience = call.token.map(|token| token.audience);
        let key = (
            (call.server, call.target, call.named.url, call.service),
            (call.authentication, call.asks, audience),
        );
        if let Some(known) = self.called.get(&key) {
            let (faults, servers) = known.clone();
            self.report_all(context, faults);
            for server in servers {
                self.examine_federation(context, server);
            }
            return;
        }
        let mut call = call;
        let mut servers = Vec::new();
        let mut faults = Vec::new();
        for redirects in 0..=REDIRECTS_MAX {
            let (reached, met) = self.reach(call.server, &call.named, Some(call.target));
            faults.extend(met);
            let Some(host) = reached else { break };
            let host = self.federation.hosts.at(host, self.start);
            let HostOwner::Organization(owner) = host.owner else {
                faults.push(self.fault_of_path(&call));
                break;
            };
            let redirect = host
                .redirect
                .filter(|_| call.service == Service::Autodiscover);
            if let Some(url) = redirect {
                if redirects == REDIRECTS_MAX || url == call.named.url {
                    faults.push(self.fault_of_redirects(owner, host));
                    break;
                }
                call.named = self.redirected(owner, host, url);
                continue;
            }
            if owner != call.target {
                faults.push(self.fault_of_host(&call, owner));
                break;
            }
            faults.extend(self.faults_of_publishing(&call, host));
            servers = self.behind(host);
            if servers.is_empty() {
                faults.push(self.fault_of_servers(owner, host));
            }
            for &server in &servers {
                faults.extend(self.faults_of_server(&call, server));
            }
            break;
        }
        if call.authentication != CallerAuthentication::DelegationToken {
            servers.clear();
        }
        self.called.insert(key, (faults.clone(), servers.clone()));
        self.report_all(context, faults);
        for server in servers {
            self.examine_federation(context, server);
        }
    }

    /// The servers behind a host that run.
    fn behind(&self, host: &Host) -> Vec<ServerId> {
        let servers = host.servers.iter().copied();
        servers.filter(|&id| self.is_up(id)).collect()
    }

    fn redirected(&self, owner: OrgId, host: &Host, url: crate::model::address::Url) -> Named {
        let name = self.name(host.name);
        Named {
            url,
            by: owner,
            is_own: false,
            subject: self.subject_in(owner, &["host", name]),
            place: self.place_in(owner, &["host", name, "redirect"]),
            correction: self.words(&format!("correct where {name} redirects to")),
        }
    }

    fn fault_of_redirects(&self, owner: OrgId, host: &Host) -> Fault {
        let name = self.name(host.name);
        let cause = Cause::AutodiscoverTooManyRedirects;
        Fault::new(
            cause,
            Acts::Organization(owner),
            self.subject_in(owner, &["host", name]),
        )
        .by(Operator::Network)
        .says(format!(
            "`{name}` redirects Autodiscover in a circle, or too often"
        ))
        .at(self.place_in(owner, &["host", name, "redirect"]), "again")
        .steps(self.words(&format!("let {name} answer Autodiscover itself")))
    }

    /// Nothing listens under the path of an address.
    fn fault_of_path(&self, call: &Call) -> Fault {
        let named = &call.named;
        let url = self.federation.url_text(named.url);
        let cause = Cause::PublishingNothingListens;
        Fault::new(cause, Acts::Organization(named.by), named.subject.clone())
            .says(format!("nothing listens at `{url}` for partners"))
            .at(named.place, "not a path for partners")
            .steps(named.correction.clone())
    }

    /// An address that leads to somebody else.
    fn fault_of_host(&self, call: &Call, owner: OrgId) -> Fault {
        let named = &call.named;
        let cause = Cause::TokenAudienceMismatch;
        Fault::new(cause, Acts::Organization(named.by), named.subject.clone())
            .says(format!(
                "`{}` is a host of `{}`, not of `{}`",
                self.name(named.url.host),
                self.organization_name(owner),
                self.organization_name(call.target),
            ))
            .at(named.place, "somebody else's host")
            .steps(named.correction.clone())
    }

    fn fault_of_servers(&self, owner: OrgId, host: &Host) -> Fault {
        let name = self.name(host.name);
        let subject = self.subject_in(owner, &["host", name]);
        Fault::new(
            Cause::PublishingHostDown,
            Acts::Organization(owner),
            subject,
        )
        .by(Operator::Network)
        .says(format!("no server that runs stands behind `{name}`"))
        .at(
            self.place_in(owner, &["host", name, "servers"]),
            "none runs",
        )
        .steps(self.words(&format!("start the servers behind {name}")))
    }

    /// What the reverse proxy does with a call.
    fn faults_of_publishing(&self, call: &Call, host: &Host) -> Vec<Fault> {
        let (owner, name) = (call.target, self.name(host.name));
        let path = call.named.url.path;
        let mut shown = host.clone();
        let mut causes = Vec::new();
        let mut faults = Vec::new();
        loop {
            match pass_reverse_proxy(&shown, path) {
                Ok(service) if service == call.service => break,
                Err(cause) if cause != Cause::PublishingNothingListens => {
                    if causes.contains(&cause) {
                        break;
                    }
                    causes.push(cause);
                    shown.proxy.preauthentication = Preauthentication::None;
                    if cause == Cause::PublishingPathBlocked {
                        shown.proxy.publishes_autodiscover = true;
                        shown.proxy.publishes_ews = true;
                    }
                }
                _ => {
                    faults.push(self.fault_of_path(call));
                    break;
                }
            }
        }
        let of_host = self.subject_in(owner, &["host", name]);
        let place = |key: &str| self.place_in(owner, &["host", name, key]);
        let paths = match call.service {
            Service::Autodiscover => UrlPath::AutodiscoverWsSecurity.text(),
            Service::Ews => UrlPath::EwsWsSecurity.text(),
        };
        for cause in causes {
            let fault = Fault::new(cause, Acts::Organization(owner), of_host.clone());
            faults.push(match cause {
                Cause::PublishingPreauthentication => fault
                    .by(Operator::Network)
                    .says(format!(
                        "the reverse proxy at `{name}` asks for a sign-in first"
                    ))
                    .at(place("preauthentication"), "partners cannot sign in")
                    .steps(self.words(&format!(
                        "publish {paths} at {name} without pre-authentication"
                    ))),
                _ => fault
                    .by(Operator::Network)
                    .says(format!(
                        "the reverse proxy at `{name}` does not publish `{paths}`"
                    ))
                    .at(place("paths"), "not among these")
                    .steps(self.words(&format!("publish {paths} at {name}"))),
            });
        }
        if host.proxy.agent == RelayAgent::Stopped {
            let cause = Cause::PublishingRelayAgentStopped;
            faults.push(
                Fault::new(cause, Acts::Organization(owner), of_host.clone())
                    .says(format!("the agent behind the relay `{name}` does not run"))
                    .at(place("agent"), "stopped")
                    .steps(self.words(&format!("start the hybrid agent behind {name}"))),
            );
        }
        if call.authentication == CallerAuthentication::OAuth && host.proxy.offloads_tls {
            let cause = Cause::OAuthAudienceOffloaded;
            faults.push(
                Fault::new(cause, Acts::Organization(owner), of_host.clone())
                    .by(Operator::Network)
                    .says(format!(
                        "TLS ends at `{name}`, so that OAuth tokens for its address are refused behind it"
                    ))
                    .at(place("offloads_tls"), "ends TLS")
                    .steps(self.words(&format!("let {name} pass TLS on to the servers"))),
            );
        }
        let has_token = call.authentication == CallerAuthentication::DelegationToken;
        if has_token && host.proxy.strips_soap_header {
            faults.push(
                Fault::new(Cause::TokenMalformed, Acts::Organization(owner), of_host)
                    .by(Operator::Network)
                    .says(format!(
                        "the reverse proxy at `{name}` takes the SOAP header, and the token with it, out of messages"
                    ))
                    .at(place("strips_soap_header"), "takes the token away")
                    .steps(self.words(&format!("let {name} pass SOAP headers on"))),
            );
        }
        faults
    }

    /// What a call meets at one server: the virtual directory, the token's validation.
    fn faults_of_server(&self, call: &Call, server: ServerId) -> Vec<Fault> {
        let mut faults = self.faults_of_directory(call, server);
        if call.authentication == CallerAuthentication::OAuth {
            faults.extend(self.fault_of_oauth_version(server));
        }
        // Its pool ends and starts again, so that some calls fail.
        let crashes = self.federation.parameters.pool_crashes;
        if call.service == Service::Ews && crashes.every > Span::ZERO {
            let fault = self.fault_of_oauth_certificate(server);
            faults.extend(fault.map(|fault| fault.severity(Severity::Warning)));
        }
        if call.authentication == CallerAuthentication::DelegationToken {
            faults.extend(self.fault_of_asking(call, server));
        }
        if call.authentication == CallerAuthentication::DelegationToken
            && let Some(token) = call.token
        {
            faults.extend(self.faults_of_token(call, server, token));
        }
        faults
    }

    /// Whether the version of who asks may ask that of who is asked.
    fn fault_of_asking(&self, call: &Call, server: ServerId) -> Option<Fault> {
        let (own, theirs) = (self.server(call.server), self.server(server));
        if own.edition.can_ask(theirs.edition) {
            return None;
        }
        let subject = self.subject_in(own.organization, &["server", &own.name]);
        let cause = Cause::RequesterTooOld;
        let fault = Fault::new(cause, Acts::Organization(own.organization), subject)
            .says(format!(
                "server `{}` of `{}` is too old to ask {}",
                own.name,
                self.organization_name(own.organization),
                theirs.edition.text()
            ))
            .at(
                self.place_at(call.server, &["version"]),
                format!("is {}", own.edition.text()),
            )
            .steps(self.words("bring the server to 2010 SP3 or later"));
        Some(fault)
    }

    fn faults_of_directory(&self, call: &Call, server: ServerId) -> Vec<Fault> {
        let row = self.server(server);
        let (mut directory, key): (VirtualDirectory, &str) = match call.service {
            Service::Ews => (row.ews, "ews"),
            Service::Autodiscover => (row.autodiscover, "autodiscover"),
        };
        let mut causes = Vec::new();
        while let Err(cause) = admit(&directory, call.named.url.path, call.authentication) {
            if causes.contains(&cause) {
                break;
            }
            causes.push(cause);
            directory.pool = PoolState::Running;
            match cause {
                Cause::PublishingWsSecurityDisabled | Cause::PublishingWsSecurityOutOfStep => {
                    (directory.ws_security, directory.ws_security_running) = (true, true);
                }
                Cause::PublishingHandlerMissing => directory.handler = HandlerMapping::Present,
                Cause::OAuthRejected => directory.oauth = true,
                Cause::AddressSpaceCredentials => {
                    (directory.windows, directory.basic) = (true, true);
                }
                _ => {}
            }
        }
        let name = self.organization_name(row.organization);
        let subject = self.subject_in(row.organization, &["server", &row.name, key]);
        let what = match call.service {
            Service::Ews => "the EWS virtual directory",
            Service::Autodiscover => "the Autodiscover virtual directory",
        };
        let faults = causes.into_iter().map(|cause| {
            // Whose credentials are refused is told to correct them, as the product tells it.
            let acts = match cause {
                Cause::AddressSpaceCredentials => self.server(call.server).organization,
                _ => row.organization,
            };
            let fault = Fault::new(cause, Acts::Organization(acts), subject.clone());
            let (setting, message, label) = match cause {
                Cause::PublishingNothingListens => return self.fault_of_path(call),
                Cause::PublishingWsSecurityDisabled => {
                    ("ws_security", "has WSSecurityAuthentication off", "off")
                }
                Cause::PublishingWsSecurityOutOfStep => (
                    "ws_security_running",
                    "has WSSecurityAuthentication on, and its web server runs without it",
                    "out of step",
                ),
                Cause::PublishingHandlerMissing => (
                    "handler",
                    "has no handler for services, and refuses to POST",
                    "missing",
                ),
                Cause::OAuthRejected => ("oauth", "has OAuthAuthentication off", "off"),
                Cause::AddressSpaceCredentials => {
                    let setting = match call.authentication {
                        CallerAuthentication::Basic => "basic",
                        _ => "windows",
                    };
                    (setting, "does not take these credentials", "off")
                }
                Cause::PublishingPoolStopped => {
                    ("pool", "has an application pool that is stopped", "stopped")
                }
                _ => ("pool", "has an application pool that fails", "fails"),
            };
            fault
                .says(format!(
                    "{what} of server `{}` of `{name}` {message}",
                    row.name
                ))
                .at(self.place_at(server, &[key, setting]), label)
                .steps(self.steps_for_directory(server, call.service, call.authentication, cause))
        });
        faults.collect()
    }
}
