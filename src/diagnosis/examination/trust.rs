//! Whether federation is on at a server: trust, organization identifier, certificates.
//!
//! It asks the rule of the trust itself, puts what it complains of right in a copy, and asks again.
//! Invariant: what it finds at an instant is all that the rule would complain of, one after the other.

use crate::cmdlet::date::utc;
use crate::engine::{Instant, Span};
use crate::model::certificate::{KeyProvider, StoreState, Validity};
use crate::model::organization::{DirectoryState, ServerId};
use crate::model::trust::{FederationOff, TrustLink, TrustView, federation_state};

use super::finding::{self, Acts, Fault};
use super::{Context, Examiner};

impl Examiner<'_> {
    /// Tells what keeps federation off at a server, now or later in the run.
    pub fn examine_federation(&mut self, context: Context, server: ServerId) {
        if !self.federation_faults.contains_key(&server) {
            let faults = self.faults_of_federation(server);
            self.federation_faults.insert(server, faults);
        }
        let faults = self.federation_faults[&server].clone();
        self.report_all(context, faults);
    }

    fn faults_of_federation(&self, server: ServerId) -> Vec<Fault> {
        let now = self.federation_offs(server, self.start);
        let mut faults: Vec<Fault> = now
            .iter()
            .map(|&off| self.fault_of_off(server, off))
            .collect();
        let mut known = now;
        for at in self.dates_of_trust(server) {
            for off in self.federation_offs(server, at) {
                if known.contains(&off) {
                    continue;
                }
                known.push(off);
                let fault = self.fault_of_off(server, off);
                let message = format!("federation goes off at {}: {}", utc(at), fault.message);
                let later = fault.checked_as(finding::ORGANIZATION_CERTIFICATE_ENDS);
                faults.push(later.says(message).from(at));
            }
        }
        faults
    }

    /// All that keeps federation off at a server at an instant, as things are at the start.
    pub fn federation_offs(&self, server: ServerId, at: Instant) -> Vec<FederationOff> {
        let federation = self.federation;
        let mut row = self.server(server).clone();
        let organization = federation.organizations.at(row.organization, self.start);
        let (mut identifier, mut trust) =
            (organization.identifier.clone(), organization.trust.clone());
        let id = trust.organization_certificate;
        let mut certificate = id.map(|id| federation.certificates.at(id, self.start).clone());
        let gateway = federation.gateways.at(trust.gateway, self.start);
        let mut held = federation.held_issuer_certificates(organization, at);
        let mut offs = Vec::new();
        loop {
            let state = federation_state(TrustView {
                identifier: &identifier,
                trust: &trust,
                server: &row,
                certificate: certificate.as_ref(),
                signing: &gateway.signing,
                held,
                shown: at.shown_by(row.clock_error),
            });
            let Err(off) = state else {
                return offs;
            };
            // What cannot be put right hides what lies behind it.
            if offs.contains(&off) {
                return offs;
            }
            offs.push(off);
            let install = |row: &mut crate::model::organization::Server| {
                let others = row.store.iter().filter(|(known, _)| Some(*known) != id);
                let others = others.copied().collect();
                row.store = others;
            };
            match off {
                FederationOff::DirectoryReadError => row.directory = DirectoryState::Reachable,
                FederationOff::NoFederationTrust | FederationOff::MissingOrgPrivCertificate => {
                    return offs;
                }
                FederationOff::OrganizationIdentifierDisabled => {
                    (identifier.exists, identifier.enabled) = (true, true);
                }
                FederationOff::TrustLinkBroken => identifier.link = TrustLink::Trust,
                FederationOff::MissingTokenIssuerUri => {
                    trust.token_issuer_uri = Some(gateway.issuer);
                }
                FederationOff::MissingTokenIssuerEpr => {
                    let host = federation.hosts.original(gateway.token_host);
                    trust.token_issuer_host = Some(host.name);
                }
                FederationOff::MissingApplicationUri => {
                    trust.application_uri = Some(identifier.account_namespace);
                }
                FederationOff::MissingTokenIssuerCertificate
                | FederationOff::InvalidTokenIssuerCertificate => held = gateway.published_at(at),
                FederationOff::CertificateNotInStore | FederationOff::CertificateNoPrivateKey => {
                    install(&mut row)
                }
                FederationOff::CertificateExpirationTimeError => {
                    if let Some(certificate) = &mut certificate {
                        certificate.validity = Validity {
                            not_before: Instant::EPOCH,
                            not_after: Instant::NEVER,
                        };
                    }
                }
                FederationOff::CertificatePrivateKeyCryptoError => {
                    install(&mut row);
                    if let Some(certificate) = &mut certificate {
                        certificate.key_provider = KeyProvider::CryptoApi;
                    }
                }
            }
        }
    }

    /// Later instants of the run at which a date may turn federation off.
    fn dates_of_trust(&self, server: ServerId) -> Vec<Instant> {
        let federation = self.federation;
        let row = self.server(server);
        let trust = &federation
            .organizations
            .at(row.organization, self.start)
            .trust;
        let gateway = federation.gateways.at(trust.gateway, self.start);
        let own = trust.organization_certificate;
        let own = own.map(|id| federation.certificates.at(id, self.start).validity);
        let signing = gateway.signing.iter().map(|row| row.validity);
        let beyond = Span::from_nanoseconds(1);
        let ends = own.into_iter().chain(signing);
        let ends = ends.map(|validity| validity.not_after + beyond);
        let rolls = gateway.signing.iter().map(|row| row.signs_from);
        let mut dates: Vec<Instant> = ends
            .chain(rolls)
            .filter(|&at| self.start < at && at < self.end)
            .collect();
        if self.end < Instant::NEVER {
            dates.push(self.end);
        }
        dates.sort_unstable();
        dates.dedup();
        dates
    }

    fn fault_of_off(&self, server: ServerId, off: FederationOff) -> Fault {
        let federation = self.federation;
        let row = self.server(server);
        let owner = row.organization;
        let organization = federation.organizations.at(owner, self.start);
        let trust = &organization.trust;
        let name = self.organization_name(owner);
        let acts = Acts::Organization(owner);
        let cause = off.cause();
        let certificate = trust.organization_certificate;
        let certificate_name =
            certificate.map_or("", |id| &federation.certificates.original(id).name);
        let of_server = self.subject_in(owner, &["server", &row.name]);
        let of_trust = |key: &str| {
            let place = self.place_in(owner, &["trust", key]);
            (self.subject_in(owner, &["trust"]), place)
        };
        let ((subject, place), message, label) = match off {
            FederationOff::DirectoryReadError => (
                (of_server, self.place_at(server, &["directory"])),
                format!(
                    "server `{}` of `{name}` cannot read Active Directory, and so no trust",
                    row.name
                ),
                "unreachable",
            ),
            FederationOff::NoFederationTrust => (
                match self.place_in(owner, &["setup"]) {
                    place if trust.exists => (self.subject_in(owner, &["trust"]), place),
                    place => {
                        let of_trust = of_trust("exists");
                        (of_trust.0, of_trust.1.or(place))
                    }
                },
                format!("`{name}` has no federation trust"),
                "no trust",
            ),
            FederationOff::OrganizationIdentifierDisabled => {
                let (key, message) = match organization.identifier.exists {
                    true => ("enabled", "is disabled"),
                    false => ("exists", "is not set"),
                };
                let place = self.place_in(owner, &["identifier", key]);
                (
                    (self.subject_in(owner, &["identifier"]), place),
                    format!("the federated organization identifier of `{name}` {message}"),
                    "federation is off",
                )
            }
            FederationOff::TrustLinkBroken => (
                (
                    self.subject_in(owner, &["identifier"]),
                    self.place_in(owner, &["identifier", "delegation_trust"]),
                ),
                format!("the organization identifier of `{name}` does not lead to its trust"),
                "leads elsewhere",
            ),
            FederationOff::MissingTokenIssuerUri => (
                of_trust("token_issuer_uri"),
                format!("the trust of `{name}` lacks TokenIssuerUri"),
                "blank",
            ),
            FederationOff::MissingTokenIssuerEpr => (
                of_trust("token_issuer_epr"),
                format!("the trust of `{name}` lacks TokenIssuerEpr"),
                "blank",
            ),
            FederationOff::MissingApplicationUri => (
                of_trust("application_uri"),
                format!("the trust of `{name}` lacks ApplicationUri"),
                "blank",
            ),
            FederationOff::MissingTokenIssuerCertificate => (
                of_trust("token_issuer_certificate"),
                format!("the trust of `{name}` lacks TokenIssuerCertificate"),
                "blank",
            ),
            FederationOff::InvalidTokenIssuerCertificate => (
                of_trust("token_issuer_certificate"),
                format!("no token issuer certificate that the trust of `{name}` holds is in date"),
                "out of date",
            ),
            FederationOff::MissingOrgPrivCertificate => (
                of_trust("organization_certificate"),
                format!("the trust of `{name}` names no organization certificate"),
                "blank",
            ),
            FederationOff::CertificateNotInStore | FederationOff::CertificateNoPrivateKey => {
                let what = match row.stored(certificate.expect("the trust names it")) {
                    StoreState::NoPrivateKey => "is without its private key on",
                    _ => "is not in the store of",
                };
                (
                    (
                        of_server,
                        self.place_at(server, &["certificate", certificate_name]),
                    ),
                    format!(
                        "the organization certificate `{certificate_name}` of `{name}` {what} server `{}`",
                        row.name
                    ),
                    "not usable here",
                )
            }
            FederationOff::CertificateExpirationTimeError => {
                let id = certificate.expect("the trust names it");
                let validity = federation.certificates.at(id, self.start).validity;
                let is_early = self.start.shown_by(row.clock_error) < validity.not_before;
                let (key, when, date) = match is_early {
                    true => ("not_before", "is not valid before", validity.not_before),
                    false => ("not_after", "is valid up to", validity.not_after),
                };
                let subject = self.subject_in(owner, &["certificate", certificate_name]);
                (
                    (subject, self.place_of_certificate(id, key)),
                    format!(
                        "the organization certificate `{certificate_name}` of `{name}` {when} {}",
                        utc(date)
                    ),
                    "out of date",
                )
            }
            FederationOff::CertificatePrivateKeyCryptoError => {
                let id = certificate.expect("the trust names it");
                let is_cng =
                    federation.certificates.at(id, self.start).key_provider == KeyProvider::Cng;
                let (subject, place) = match is_cng {
                    true => (
                        self.subject_in(owner, &["certificate", certificate_name]),
                        self.place_of_certificate(id, "key_provider"),
                    ),
                    false => (
                        of_server,
                        self.place_at(server, &["certificate", certificate_name]),
                    ),
                };
                (
                    (subject, place),
                    format!(
                        "the private key of the organization certificate `{certificate_name}` of `{name}` cannot be used on server `{}`",
                        row.name
                    ),
                    "unusable",
                )
            }
        };
        Fault::new(cause, acts, subject)
            .says(message)
            .at(place, label)
            .steps(self.steps_for_trust(owner, server, off))
    }
}
