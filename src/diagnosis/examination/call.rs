//! A call to a partner's service: the way there, publishing, virtual directory, token.
//!
//! It asks the decisions that a call meets at the target. Invariant: what a call to an address meets is
//! worked out once, whoever asks for it.

use crate::cmdlet::date::utc;
use crate::engine::{Instant, Span};
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
use crate::model::token::{
    ApplicationClaim, CONDITIONS_LIFE, DelegationToken, Validator, validate,
};
use crate::model::trust::FederationOff;

use super::endpoint::{Named, Service, offer};
use super::finding::{self, Acts, Fault, Operator};
use super::{Context, Examiner};

/// How long a token may be under way before the request is over anyway.
///
/// Source: the Availability service's 25 s, observed, Exchange 2013.
const UNDER_WAY_MAX: Span = Span::from_seconds(25);

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

    /// What a server says of a token that is made out to it, now and when the gateway's certificate rolls.
    fn faults_of_token(&self, call: &Call, server: ServerId, token: TokenSeen) -> Vec<Fault> {
        let federation = self.federation;
        let row = self.server(server);
        let gateway = federation.gateways.at(token.issuer, self.start);
        let offs = self.federation_offs(server, self.start);
        let expects = offer(call.service, call.asks);
        let issued = |at: Instant, encrypted_for: CertificateId| DelegationToken {
            issuer: token.issuer,
            signed_by: gateway.signer_at(at),
            encrypted_for,
            not_before: at.shown_by(gateway.clock_error),
            not_on_or_after: at.shown_by(gateway.clock_error) + CONDITIONS_LIFE,
            audience: token.audience,
            subject: Some(0),
            offer: expects,
            email: Some(token.email),
            application: token.application,
        };
        let mut validator = federation.validator(server, expects, self.start);
        let Some(first) = token.encrypted_for.or(validator.decrypts_with[0]) else {
            return Vec::new();
        };
        let fastest = federation.parameters.minimum_delay;
        validator.shown += fastest;
        let held_back = validator;
        let mut causes = rejections(issued(self.start, first), validator);
        causes.retain(|cause| !is_told_by(*cause, &offs));
        let mut faults: Vec<Fault> = causes
            .iter()
            .filter_map(|&cause| match cause {
                Cause::TokenApplicationOutdated => Some(self.fault_of_application(call)),
                _ => self.fault_of_rejection(server, token, cause),
            })
            .collect();
        let is_clock = |cause: &Cause| {
            matches!(
                cause,
                Cause::TokenNotYetValid | Cause::TokenOfferExpired | Cause::TokenConditionsExpired
            )
        };
        if !causes.iter().any(is_clock) {
            let slow = Validator {
                shown: held_back.shown + UNDER_WAY_MAX,
                ..held_back
            };
            let late = rejections(issued(self.start, first), slow);
            if let Some(&cause) = late.iter().find(|cause| is_clock(cause)) {
                let fault = self.fault_of_rejection(server, token, cause);
                let message = format!(
                    "the clock of server `{}` of `{}` is {} off: a request that takes its time is refused",
                    row.name,
                    self.organization_name(row.organization),
                    row.clock_error
                );
                faults.extend(
                    fault.map(|fault| fault.checked_as(finding::CLOCK_NEAR_LIMIT).says(message)),
                );
            }
        }
        if !causes.contains(&Cause::TokenSignatureUnknown) {
            faults.extend(self.fault_of_roll(server, token));
        }
        faults
    }

    /// The requester's tokens speak for an application that it has no more.
    fn fault_of_application(&self, call: &Call) -> Fault {
        let own = self.server(call.server).organization;
        let name = self.organization_name(own);
        let cause = Cause::TokenApplicationOutdated;
        Fault::new(
            cause,
            Acts::Organization(own),
            self.subject_in(own, &["trust"]),
        )
        .says(format!(
            "the trust of `{name}` names an application that the gateway has replaced"
        ))
        .at(
            self.place_in(own, &["trust", "application_identifier"]),
            "outdated",
        )
        .steps(self.words(&format!(
            "let Microsoft support update the built-in federation trust of {name}"
        )))
    }

    /// Whether the trust knows the gateway's certificate after each change during the run.
    fn fault_of_roll(&self, server: ServerId, token: TokenSeen) -> Option<Fault> {
        let federation = self.federation;
        let row = self.server(server);
        let gateway = federation.gateways.at(token.issuer, self.start);
        let organization = federation.organizations.at(row.organization, self.start);
        if organization.trust.gateway != token.issuer {
            return None;
        }
        let mut rolls = gateway.signing.iter().map(|row| row.signs_from);
        let at = rolls.find(|&at| {
            let held = federation.held_issuer_certificates(organization, at);
            let signer = Some(gateway.signer_at(at));
            let is_known = [held.current, held.previous].contains(&signer);
            self.start < at && at < self.end && !is_known
        })?;
        let name = self.organization_name(row.organization);
        let fault = self.fault_of_rejection(server, token, Cause::TokenSignatureUnknown)?;
        let refresh = organization.trust.refresh.automatic;
        let until = refresh.map(|(first, every)| {
            let rounds = at.since(first).nanoseconds() / every.nanoseconds().max(1);
            let next = if first > at {
                first
            } else {
                first + every.times(rounds + 1)
            };
            format!(", until it reads the metadata at {}", utc(next))
        });
        let message = format!(
            "the gateway `{}` signs with another certificate from {} on, which the trust of `{name}` will not know then{}",
            gateway.name,
            utc(at),
            until.unwrap_or_default()
        );
        let fault = fault.checked_as(finding::ISSUER_CERTIFICATES_STALE);
        Some(fault.says(message).from(at))
    }

    fn fault_of_rejection(
        &self,
        server: ServerId,
        token: TokenSeen,
        cause: Cause,
    ) -> Option<Fault> {
        let federation = self.federation;
        let row = self.server(server);
        let owner = row.organization;
        let trust = &federation.organizations.at(owner, self.start).trust;
        let name = self.organization_name(owner);
        let acts = Acts::Organization(owner);
        let subject = self.subject_in(owner, &["trust"]);
        let gateway = federation.gateways.at(token.issuer, self.start);
        Some(match cause {
            Cause::TokenSignatureUnknown => {
                let is_other = trust.gateway != token.issuer;
                // Whoever asks there is refused by the gateway, and that is told.
                if is_other {
                    return None;
                }
                let key = match trust.issuer_certificates {
                    crate::model::trust::IssuerCertificates::FromMetadata => "metadata_refreshed",
                    crate::model::trust::IssuerCertificates::Stated { .. } => {
                        "token_issuer_certificate"
                    }
                };
                Fault::new(cause, acts, subject)
                    .says(format!(
                        "the trust of `{name}` does not hold the certificate that the gateway `{}` signs with",
                        gateway.name
                    ))
                    .at(self.place_in(owner, &["trust", key]), "stale")
                    .steps(self.steps_to_refresh(owner))
            }
            Cause::TokenEncryptionUnknown => {
                let registered = token.encrypted_for?;
                let registered = &federation.certificates.original(registered).name;
                Fault::new(cause, acts, subject)
                    .says(format!(
                        "the gateway encrypts for the certificate `{registered}` of `{name}`, which its trust has no key of on server `{}`",
                        row.name
                    ))
                    .at(
                        self.place_in(owner, &["trust", "registered_certificate"]),
                        "not a certificate of the trust",
                    )
                    .against(
                        self.place_in(owner, &["trust", "organization_certificate"]),
                        "the trust's",
                    )
                    .steps(self.steps_to_publish(owner))
            }
            Cause::TokenAudienceMismatch => Fault::new(cause, acts, subject)
                .says(format!(
                    "`{name}` is registered as `{}`, and its trust says another ApplicationUri",
                    self.name(token.audience)
                ))
                .at(
                    self.place_in(owner, &["trust", "application_uri"]),
                    "another one",
                )
                .steps(self.steps_to_register_again(owner)),
            Cause::TokenNotYetValid | Cause::TokenConditionsExpired | Cause::TokenOfferExpired => {
                let ours = row.clock_error.nanoseconds().unsigned_abs();
                let theirs = gateway.clock_error.nanoseconds().unsigned_abs();
                self.fault_of_clock(cause, server, token.issuer, ours >= theirs)
            }
            _ => return None,
        })
    }
}

/// All that a server rejects a token for, each put right for the next.
fn rejections(token: DelegationToken, validator: Validator) -> Vec<Cause> {
    let (mut token, mut validator) = (token, validator);
    let mut causes = Vec::new();
    while let Err(rejection) = validate(Some(&token), &validator) {
        let cause = rejection.cause();
        if causes.contains(&cause) {
            break;
        }
        causes.push(cause);
        match cause {
            Cause::TokenEncryptionUnknown => {
                validator.decrypts_with[1] = Some(token.encrypted_for);
            }
            Cause::TokenSignatureUnknown => {
                validator.trusts = token.issuer;
                validator.issuer_certificates[1] = Some(token.signed_by);
            }
            Cause::TokenAudienceMismatch => validator.application_uri = Some(token.audience),
            Cause::TokenApplicationOutdated => token.application = ApplicationClaim::Registered,
            _ => {
                validator.shown = token.not_before;
                token.offer = validator.expects;
            }
        }
    }
    causes
}

/// Whether what keeps federation off has told of a rejection already.
fn is_told_by(cause: Cause, offs: &[FederationOff]) -> bool {
    let has = |wanted: &[FederationOff]| offs.iter().any(|off| wanted.contains(off));
    match cause {
        Cause::TokenSignatureUnknown => has(&[
            FederationOff::NoFederationTrust,
            FederationOff::MissingTokenIssuerCertificate,
            FederationOff::InvalidTokenIssuerCertificate,
        ]),
        Cause::TokenEncryptionUnknown => has(&[
            FederationOff::NoFederationTrust,
            FederationOff::MissingOrgPrivCertificate,
        ]),
        Cause::TokenAudienceMismatch => has(&[
            FederationOff::NoFederationTrust,
            FederationOff::MissingApplicationUri,
        ]),
        _ => false,
    }
}
