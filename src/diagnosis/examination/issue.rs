//! The token: who asks for it, and whether the gateway issues it.
//!
//! It asks the gateway's own decision, puts what it refuses for right in a copy, and asks again.
//! Invariant: what is told of a refusal names the side that the refusal itself would name.

use crate::cmdlet::date::utc;
use crate::engine::Instant;
use crate::model::address::{Address, Url, UrlPath};
use crate::model::cause::Cause;
use crate::model::directory::{AccountRecord, FederatedIdentity, MailboxKey};
use crate::model::gateway::{
    GatewayId, GatewayState, TargetRegistration, TokenRequest, decide_issue,
};
use crate::model::names::NameId;
use crate::model::organization::{Generation, ServerId};
use crate::model::publishing::HostOwner;
use crate::model::token::ApplicationClaim;

use super::call::TokenSeen;
use super::endpoint::{Named, Route};
use super::finding::{self, Acts, Fault, Severity};
use super::gathering::{Lookup, external};
use super::{Context, Examiner};

/// Who asks which gateway.
#[derive(Clone, Copy, Debug)]
struct Asked {
    server: ServerId,
    gateway: GatewayId,
    /// Whether the partner is known to use the issuer that the organization uses.
    is_one_issuer: bool,
}

impl Examiner<'_> {
    /// Whether the gateway issues a token for a lookup, and what the target's servers see of it. None: the
    /// gateway cannot be told.
    pub fn examine_token(
        &mut self,
        context: Context,
        lookup: &Lookup,
        server: ServerId,
        route: Route,
        email: Address,
    ) -> Option<TokenSeen> {
        let federation = self.federation;
        let organization = federation.organizations.at(lookup.requester, self.start);
        let trust = &organization.trust;
        let is_one_issuer = self.examine_issuer(context, lookup, route);
        let host = trust
            .token_issuer_host
            .unwrap_or_else(|| self.token_host(trust.gateway));
        let named = Named {
            url: Url {
                host,
                path: UrlPath::Token,
            },
            by: lookup.requester,
            is_own: true,
            subject: self.subject_in(lookup.requester, &["trust"]),
            place: self.place_in(lookup.requester, &["trust", "token_issuer_epr"]),
            correction: self.steps_to_refresh(lookup.requester),
        };
        let (reached, faults) = self.reach(server, &named, None);
        self.report_all(context, faults);
        let owner = reached.map(|host| federation.hosts.at(host, self.start).owner);
        let id = match owner {
            Some(HostOwner::Gateway(id)) => id,
            _ => trust.gateway,
        };
        self.examine_gateway(context, id);
        let asked = Asked {
            server,
            gateway: id,
            is_one_issuer,
        };
        self.examine_issue(context, lookup, asked, route, email)
    }

    /// Whether the partner's known issuer is the organization's own.
    fn examine_issuer(&mut self, context: Context, lookup: &Lookup, route: Route) -> bool {
        let federation = self.federation;
        let trust = &federation
            .organizations
            .at(lookup.requester, self.start)
            .trust;
        let (Some(known), Some(own)) = (route.token_issuer, trust.token_issuer_uri) else {
            return true;
        };
        if known == own {
            return true;
        }
        let (subject, place) = match route.relationship {
            Some(id) => (
                self.subject_of(id),
                self.place_of(id, "target_token_issuer"),
            ),
            None => (
                self.subject_in(lookup.requester, &["trust"]),
                self.place_in(lookup.requester, &["trust"]),
            ),
        };
        let (ours, theirs) = (
            self.organization_name(lookup.requester),
            self.organization_name(lookup.target),
        );
        let fault = Fault::new(
            Cause::TokenUnknownIssuer,
            Acts::Organization(lookup.requester),
            subject,
        )
        .says(format!(
            "`{ours}` gets its tokens from `{}`, and knows that `{theirs}` uses `{}`",
            self.name(own),
            self.name(known),
        ))
        .at(place, "another issuer than the own trust's")
        .against(
            self.place_in(lookup.requester, &["gateway"]),
            "the own instance",
        )
        .steps(self.steps_for_one_instance(lookup.requester, lookup.target));
        self.report(context, fault);
        false
    }

    /// What a token's issue is refused for.
    fn examine_issue(
        &mut self,
        context: Context,
        lookup: &Lookup,
        asked: Asked,
        route: Route,
        email: Address,
    ) -> Option<TokenSeen> {
        let federation = self.federation;
        let (server, gateway_id) = (asked.server, asked.gateway);
        let organization = federation.organizations.at(lookup.requester, self.start);
        let trust = &organization.trust;
        let gateway = federation.gateways.at(gateway_id, self.start);
        let domain = external(lookup.kind).domain;
        let partner = &federation.organizations.at(lookup.target, self.start).trust;
        let audience = route.application_uri?;
        let is_meant = federation.is_uri_of_domain(Some(audience), domain, self.start);
        if !is_meant {
            self.tell_other_uri(context, lookup, gateway_id, route, audience);
        }
        let right = match is_meant {
            true => audience,
            false => partner
                .application_uri
                .unwrap_or(partner.registration.application_uri),
        };
        let target = federation.target_registration(gateway_id, right, domain, self.start);
        let signed_by = trust.organization_certificate.filter(|&id| {
            let certificate = federation.certificates.at(id, self.start);
            certificate.subject_key_identifier.exists()
        });
        let clock = self.server(server).clock_error;
        let shown = self.start.shown_by(gateway.clock_error);
        let mut registration = trust.registration.clone();
        if trust.gateway != gateway_id {
            registration.exists = false;
        }
        let (identity, account) = match lookup.sender {
            Some(MailboxKey::Declared(id)) => {
                let row = federation.mailboxes.at(id, self.start);
                (row.identity, row.account)
            }
            _ => (
                FederatedIdentity::AccountNamespace,
                AccountRecord::Consistent,
            ),
        };
        let unsigned = crate::model::certificate::CertificateId(u32::MAX);
        let mut request = TokenRequest {
            signed_by: signed_by.unwrap_or(unsigned),
            time_stamp: self.start.shown_by(clock),
            email,
            identity_suffix: match (identity, organization.edition.generation) {
                (FederatedIdentity::Malformed, _) => None,
                (_, Generation::Online) => Some(email.domain),
                _ => Some(organization.identifier.account_namespace),
            },
            account,
            target_uri: right,
            offer: super::endpoint::offer(super::endpoint::Service::Ews, lookup.asks),
        };
        let tolerance = federation.parameters.time_stamp_tolerance;
        let mut causes = Vec::new();
        let mut seen_target = target;
        loop {
            let decided = decide_issue(&request, &registration, seen_target, shown, tolerance);
            let Err(cause) = decided else { break };
            if causes.contains(&cause) {
                break;
            }
            causes.push(cause);
            match cause {
                Cause::GatewaySignatureUnknown => {
                    registration.exists = true;
                    registration.certificate = Some(request.signed_by);
                }
                Cause::GatewayTimestampRefused => request.time_stamp = shown,
                Cause::GatewayDomainNotRegistered => {
                    let mut domains = registration.domains.to_vec();
                    domains.push(email.domain);
                    registration.domains = domains.into();
                }
                Cause::GatewayNamespaceMismatch => {
                    registration.namespace = request.identity_suffix;
                }
                Cause::GatewayMemberNameInvalid => {
                    request.identity_suffix = registration.namespace.or(Some(email.domain));
                }
                Cause::GatewayAccountPasswordMismatch | Cause::GatewayAccountNotProvisioned => {
                    request.account = AccountRecord::Consistent;
                }
                _ => {
                    seen_target = TargetRegistration::Here {
                        encrypt_for: unsigned,
                    };
                }
            }
        }
        for cause in causes {
            // What is missing in the trust is told where federation is found to be off.
            let has_certificate = trust.exists && trust.organization_certificate.is_some();
            if cause == Cause::GatewaySignatureUnknown && !has_certificate {
                continue;
            }
            // The other issuer has told of it.
            if cause == Cause::GatewayInstanceMismatch && !asked.is_one_issuer {
                continue;
            }
            if let Some(fault) = self.fault_of_refusal(lookup, (server, gateway_id), email, cause) {
                self.report(context, fault);
            }
        }
        let encrypted_for = match target {
            TargetRegistration::Here { encrypt_for } => Some(encrypt_for),
            TargetRegistration::None | TargetRegistration::OtherInstance => None,
        };
        Some(TokenSeen {
            issuer: gateway_id,
            audience: right,
            encrypted_for,
            email,
            application: match trust.application == trust.registration.application {
                true => ApplicationClaim::Registered,
                false => ApplicationClaim::Outdated,
            },
        })
    }

    /// The own object names an application URI that is not the partner's.
    fn tell_other_uri(
        &mut self,
        context: Context,
        lookup: &Lookup,
        gateway: GatewayId,
        route: Route,
        audience: NameId,
    ) {
        let federation = self.federation;
        let domain = external(lookup.kind).domain;
        let partner = &federation.organizations.at(lookup.target, self.start).trust;
        let cause = match federation.target_registration(gateway, audience, domain, self.start) {
            TargetRegistration::Here { .. } => Cause::TokenAudienceMismatch,
            TargetRegistration::OtherInstance => Cause::GatewayInstanceMismatch,
            TargetRegistration::None => Cause::GatewayTargetNotRegistered,
        };
        let theirs = partner.application_uri;
        let wanted = theirs.unwrap_or(partner.registration.application_uri);
        let name = self.organization_name(lookup.target);
        let (subject, place, steps) = match route.relationship {
            Some(id) => (
                self.subject_of(id),
                self.place_of(id, "target_application_uri"),
                self.steps_for_uri(id, wanted),
            ),
            None => (
                self.subject_in(lookup.requester, &["subscription"]),
                self.place_in(lookup.requester, &[]),
                self.words("let the owner share the calendar again"),
            ),
        };
        let fault = Fault::new(cause, Acts::Organization(lookup.requester), subject)
            .says(format!(
                "TargetApplicationUri is `{}`, and the application URI of `{name}` is `{}`",
                self.name(audience),
                self.name(wanted),
            ))
            .at(place, "not the partner's")
            .against(
                self.place_in(lookup.target, &["trust", "application_uri"]),
                format!("`{}` here", self.name(wanted)),
            )
            .steps(steps);
        self.report(context, fault);
    }

    fn fault_of_refusal(
        &self,
        lookup: &Lookup,
        (server, gateway): (ServerId, GatewayId),
        email: Address,
        cause: Cause,
    ) -> Option<Fault> {
        let federation = self.federation;
        let own = lookup.requester;
        let name = self.organization_name(own);
        let trust = &federation.organizations.at(own, self.start).trust;
        let gateway_row = federation.gateways.at(gateway, self.start);
        let acts = Acts::Organization(own);
        let of_trust = self.subject_in(own, &["trust"]);
        let place = |key: &str| self.place_in(own, &["trust", key]);
        let fault = match cause {
            Cause::GatewaySignatureUnknown => {
                let id = trust.organization_certificate?;
                let certificate = federation.certificates.at(id, self.start);
                let (message, place) = if !certificate.subject_key_identifier.exists() {
                    (
                        format!(
                            "the organization certificate `{}` of `{name}` has no subject key identifier, by which the gateway could find it",
                            certificate.name
                        ),
                        self.place_of_certificate(id, "subject_key_identifier"),
                    )
                } else if !trust.registration.exists {
                    (
                        format!("`{name}` is not registered at the gateway"),
                        place("registered"),
                    )
                } else {
                    (
                        format!(
                            "`{name}` signs with the certificate `{}`, which is not the one that the gateway `{}` knows",
                            certificate.name, gateway_row.name
                        ),
                        place("registered_certificate"),
                    )
                };
                Fault::new(cause, acts, of_trust)
                    .says(message)
                    .at(place, "not known at the gateway")
                    .steps(self.steps_to_publish(own))
            }
            Cause::GatewayTimestampRefused => {
                let ours = self.server(server).clock_error.nanoseconds();
                let theirs = gateway_row.clock_error.nanoseconds();
                let is_ours = ours.unsigned_abs() >= theirs.unsigned_abs();
                self.fault_of_clock(cause, server, gateway, is_ours)
            }
            Cause::GatewayDomainNotRegistered => {
                let domain = self.name(email.domain);
                Fault::new(cause, acts, format!("{of_trust} for {domain}"))
                    .says(format!(
                        "`{domain}`, the domain of `{}`, is not registered at the gateway for `{name}`",
                        federation.address_text(email)
                    ))
                    .at(place("registered_domains"), "not among these")
                    .steps(self.steps_to_register(email.domain))
            }
            Cause::GatewayNamespaceMismatch => {
                let registered = trust.registration.namespace;
                let registered = registered.map_or("none", |name| self.name(name));
                let identifier = &federation.organizations.at(own, self.start).identifier;
                Fault::new(cause, acts, of_trust)
                    .says(format!(
                        "identities of `{name}` end in `{}`, and the gateway has registered `{registered}`",
                        self.name(identifier.account_namespace)
                    ))
                    .at(place("registered_namespace"), "another namespace")
                    .steps(self.steps_for_namespace(own))
            }
            Cause::GatewayTargetNotRegistered | Cause::GatewayInstanceMismatch => {
                return Some(self.fault_of_registration(lookup, gateway, cause));
            }
            _ => return self.fault_of_account(lookup, cause),
        };
        Some(fault)
    }

    /// What the gateway finds wrong with the user.
    fn fault_of_account(&self, lookup: &Lookup, cause: Cause) -> Option<Fault> {
        let Some(MailboxKey::Declared(id)) = lookup.sender else {
            return None;
        };
        let row = self.federation.mailboxes.at(id, self.start);
        let who = self.federation.address_text(row.addresses[0]);
        let own = lookup.requester;
        let (key, steps) = match cause {
            Cause::GatewayMemberNameInvalid => ("immutable_id", self.steps_for_identity(&who)),
            _ => (
                "account",
                self.words(&format!(
                    "rename {who} to the tenant's onmicrosoft domain and back, and reset the password"
                )),
            ),
        };
        let severity = match lookup.is_somebody {
            true => Severity::Error,
            false => Severity::Warning,
        };
        let subject = self.subject_in(own, &["mailbox", &row.name]);
        let fault = Fault::new(cause, Acts::Organization(own), subject)
            .severity(severity)
            .says(format!("`{who}`: {}", cause.row().text))
            .at(self.place_of_mailbox(id, key), "refused by the gateway")
            .steps(steps);
        Some(fault)
    }

    /// The partner's own URI is not registered at the gateway that is asked.
    fn fault_of_registration(&self, lookup: &Lookup, gateway: GatewayId, cause: Cause) -> Fault {
        let federation = self.federation;
        let partner = lookup.target;
        let name = self.organization_name(partner);
        let gateway = federation.gateways.at(gateway, self.start);
        let subject = self.subject_in(partner, &["trust"]);
        if cause == Cause::GatewayInstanceMismatch {
            let theirs = federation
                .organizations
                .at(partner, self.start)
                .trust
                .gateway;
            let theirs = federation.gateways.at(theirs, self.start);
            let own = self.organization_name(lookup.requester);
            return Fault::new(
                cause,
                Acts::Organization(lookup.requester),
                self.subject_in(lookup.requester, &["trust"]),
            )
            .says(format!(
                "`{own}` is with the gateway `{}`, and `{name}` with `{}`",
                gateway.name, theirs.name
            ))
            .at(
                self.place_in(lookup.requester, &["gateway"]),
                "another instance",
            )
            .against(self.place_in(partner, &["gateway"]), "than here")
            .steps(self.steps_for_one_instance(lookup.requester, partner));
        }
        let trust = &federation.organizations.at(partner, self.start).trust;
        let key = match (trust.registration.exists, trust.registration.namespace) {
            (false, _) => "registered",
            (true, None) => "registered_namespace",
            (true, Some(_)) => "registered_application_uri",
        };
        Fault::new(cause, Acts::Organization(partner), subject)
            .says(format!(
                "the application URI of `{name}` is not registered at the gateway `{}`",
                gateway.name
            ))
            .at(self.place_in(partner, &["trust", key]), "not registered")
            .steps(self.steps_to_register_again(partner))
    }

    /// A clock that is too far off: a server's, or the gateway's.
    pub fn fault_of_clock(
        &self,
        cause: Cause,
        server: ServerId,
        gateway: GatewayId,
        is_server: bool,
    ) -> Fault {
        let row = self.server(server);
        let name = self.organization_name(row.organization);
        match is_server {
            true => {
                let subject = self.subject_in(row.organization, &["server", &row.name]);
                Fault::new(cause, Acts::Organization(row.organization), subject)
                    .says(format!(
                        "the clock of server `{}` of `{name}` is {} off: {}",
                        row.name,
                        row.clock_error,
                        cause.row().text
                    ))
                    .at(
                        self.place_at(server, &["clock_offset"]),
                        format!("more than {} off", self.federation.parameters.clock_skew),
                    )
                    .steps(self.steps_for_clock(server))
            }
            false => {
                let gateway_row = self.federation.gateways.at(gateway, self.start);
                let subject = format!("gateway.{}", gateway_row.name);
                Fault::new(cause, Acts::Gateway(gateway), subject)
                    .says(format!(
                        "the clock of the gateway `{}` is {} off: {}",
                        gateway_row.name,
                        gateway_row.clock_error,
                        cause.row().text
                    ))
                    .at(
                        self.place(&["gateway", &gateway_row.name, "clock_offset"]),
                        "too far off",
                    )
                    .steps(self.words("correct the clock"))
            }
        }
    }

    /// What becomes of requests to the gateway itself.
    fn examine_gateway(&mut self, context: Context, id: GatewayId) {
        let gateway = self.federation.gateways.at(id, self.start);
        let name = &gateway.name;
        let subject = format!("gateway.{name}");
        let closed = self.place(&["gateway", name, "closed_from"]);
        let own = context.direction.requester;
        let closes = Fault::new(
            Cause::GatewayClosed,
            Acts::Organization(own),
            subject.clone(),
        )
        .at(closed, "closed from then on")
        .steps(self.steps_for_one_instance(own, context.direction.target));
        if gateway.closed_from <= self.start {
            self.report(
                context,
                closes.says(format!(
                    "the instance `{name}` of the gateway has been closed"
                )),
            );
        } else if gateway.closed_from < self.end && gateway.closed_from < Instant::NEVER {
            let at = gateway.closed_from;
            let message = format!(
                "the instance `{name}` of the gateway is closed from {} on",
                utc(at)
            );
            let later = closes.checked_as(finding::GATEWAY_CLOSES);
            self.report(context, later.says(message).from(at));
        }
        let cause = match gateway.state {
            GatewayState::Failing => Cause::GatewayError,
            GatewayState::Stalled => Cause::DeadlineAtToken,
            // Its host says so itself.
            GatewayState::Up | GatewayState::Down | GatewayState::Refusing => return,
        };
        let fault = Fault::new(cause, Acts::Gateway(id), subject)
            .says(format!("the gateway `{name}`: {}", cause.row().text))
            .at(self.place(&["gateway", name, "state"]), "out of order")
            .steps(self.words("put the token service in order"));
        self.report(context, fault);
    }

    fn token_host(&self, gateway: GatewayId) -> NameId {
        let gateway = self.federation.gateways.at(gateway, self.start);
        self.federation.hosts.original(gateway.token_host).name
    }
}
