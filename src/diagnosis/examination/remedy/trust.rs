//! Remedies of the trust: certificates, identifier, domains, the gateway's registration, clocks, versions.
//!
//! It knows no rule. Invariant: the order of steps is that of the documented set-up.

use crate::engine::Span;
use crate::model::address::Address;
use crate::model::names::NameId;
use crate::model::organization::{OrgId, ServerId};
use crate::model::trust::{FederationOff, USUAL_TRUST_NAME};

use super::super::Examiner;
use super::super::finding::Step;
use super::{CLOCK, DOMAINS, IDENTIFIER, TRUST, cmdlet, quoted, words};

impl Examiner<'_> {
    /// What switches federation on at a server.
    pub(in crate::diagnosis::examination) fn steps_for_trust(
        &self,
        owner: OrgId,
        server: ServerId,
        off: FederationOff,
    ) -> Vec<Step> {
        let row = self.server(server);
        let organization = self.federation.organizations.at(owner, self.start);
        let trust = quoted(&organization.trust.name);
        match off {
            FederationOff::DirectoryReadError => {
                let text = format!("repair the connection of {} to Active Directory", row.name);
                vec![words(CLOCK, text)]
            }
            FederationOff::NoFederationTrust => self.steps_for_set_up(owner),
            FederationOff::OrganizationIdentifierDisabled if organization.identifier.exists => {
                let line = "Set-FederatedOrganizationIdentifier -Enabled $true";
                vec![cmdlet(IDENTIFIER, line)]
            }
            FederationOff::TrustLinkBroken => {
                let text = format!(
                    "clear msExchFedDelegationTrust and msExchFedAccountNamespace of {} in the directory",
                    self.organization_name(owner)
                );
                let mut steps = vec![words(TRUST, text)];
                steps.extend(self.steps_for_identifier(owner));
                steps
            }
            FederationOff::OrganizationIdentifierDisabled
            | FederationOff::MissingApplicationUri => self.steps_for_identifier(owner),
            FederationOff::MissingTokenIssuerUri
            | FederationOff::MissingTokenIssuerEpr
            | FederationOff::MissingTokenIssuerCertificate
            | FederationOff::InvalidTokenIssuerCertificate => self.steps_to_refresh(owner),
            FederationOff::CertificateNotInStore | FederationOff::CertificateNoPrivateKey => {
                let name = &row.name;
                vec![
                    words(
                        TRUST,
                        format!(
                            "export the organization certificate with its private key, and import it on {name}"
                        ),
                    ),
                    cmdlet(TRUST, "Test-FederationTrustCertificate"),
                ]
            }
            // A new certificate can be staged and published while the old one still signs.
            FederationOff::CertificatePrivateKeyCryptoError
            | FederationOff::MissingOrgPrivCertificate
            | FederationOff::CertificateExpirationTimeError => {
                let mut steps: Vec<Step> = organization
                    .federated_domains()
                    .map(|domain| {
                        let domain = self.name(domain);
                        let line = format!("Remove-FederatedDomain -DomainName {domain} -Force");
                        cmdlet(TRUST, line)
                    })
                    .collect();
                let line = format!("Remove-FederationTrust -Identity {trust} -Force");
                steps.push(cmdlet(TRUST, line));
                steps.extend(self.steps_for_set_up(owner));
                steps
            }
        }
    }

    /// A trust and an identifier where there are none.
    pub(super) fn steps_for_set_up(&self, owner: OrgId) -> Vec<Step> {
        let row = self.federation.organizations.original(owner);
        let Some(first) = row.accepted_domains.first() else {
            return Vec::new();
        };
        let domain = self.name(first.domain);
        let name = "Exchange Federated Sharing";
        let trust = quoted(USUAL_TRUST_NAME);
        let lines = [
            "$ski = [System.Guid]::NewGuid().ToString(\"N\")".to_owned(),
            format!(
                "New-ExchangeCertificate -FriendlyName \"{name}\" -DomainName {domain} -Services Federation \
                 -KeySize 2048 -PrivateKeyExportable $true -SubjectKeyIdentifier $ski"
            ),
            format!(
                "Get-ExchangeCertificate | ?{{$_.FriendlyName -eq \"{name}\"}} | New-FederationTrust -Name {trust}"
            ),
        ];
        let mut steps: Vec<Step> = lines.into_iter().map(|line| cmdlet(TRUST, line)).collect();
        steps.extend(self.steps_for_identifier(owner));
        steps
    }

    /// The identifier with its first domain, which has to be proved in DNS, and all further ones.
    pub(super) fn steps_for_identifier(&self, owner: OrgId) -> Vec<Step> {
        let organization = self.federation.organizations.at(owner, self.start);
        let trust = match organization.trust.exists {
            true => quoted(&organization.trust.name),
            false => quoted(USUAL_TRUST_NAME),
        };
        let Some(first) = organization.accepted_domains.first() else {
            return Vec::new();
        };
        let domain = self.name(first.domain);
        let mut steps = vec![self.proof(domain, IDENTIFIER)];
        steps.push(cmdlet(
            IDENTIFIER,
            format!(
                "Set-FederatedOrganizationIdentifier -DelegationFederationTrust {trust} \
                 -AccountNamespace {domain} -DefaultDomain {domain} -Enabled $true"
            ),
        ));
        let further = organization.accepted_domains.iter().skip(1);
        for domain in further.filter(|row| row.federated) {
            steps.extend(self.steps_to_register(domain.domain));
        }
        steps
    }

    pub(super) fn proof(&self, domain: &str, rank: u8) -> Step {
        let line = format!(
            "Add-DnsServerResourceRecord -ZoneName {domain} -Name \"@\" -Txt \
             -DescriptiveText (Get-FederatedDomainProof -DomainName {domain}).Proof"
        );
        cmdlet(rank, line)
    }

    /// A domain that the gateway does not know.
    pub(in crate::diagnosis::examination) fn steps_to_register(&self, domain: NameId) -> Vec<Step> {
        let domain = self.name(domain);
        vec![
            self.proof(domain, DOMAINS),
            cmdlet(DOMAINS, format!("Add-FederatedDomain -DomainName {domain}")),
        ]
    }

    /// An organization whose registration is gone.
    pub(in crate::diagnosis::examination) fn steps_to_register_again(
        &self,
        owner: OrgId,
    ) -> Vec<Step> {
        let organization = self.federation.organizations.at(owner, self.start);
        if !organization.trust.exists {
            return self.steps_for_set_up(owner);
        }
        let trust = quoted(&organization.trust.name);
        let line = format!("Remove-FederationTrust -Identity {trust} -Force");
        let mut steps = vec![cmdlet(TRUST, line)];
        steps.extend(self.steps_for_set_up(owner));
        steps
    }

    /// Metadata that is old. Source: twice, Resolve free/busy errors (docs).
    pub(in crate::diagnosis::examination) fn steps_to_refresh(&self, owner: OrgId) -> Vec<Step> {
        let organization = self.federation.organizations.at(owner, self.start);
        let trust = quoted(&organization.trust.name);
        let line = format!("Set-FederationTrust -Identity {trust} -RefreshMetadata");
        vec![cmdlet(TRUST, line)]
    }

    /// A certificate that the gateway does not know.
    pub(in crate::diagnosis::examination) fn steps_to_publish(&self, owner: OrgId) -> Vec<Step> {
        let organization = self.federation.organizations.at(owner, self.start);
        let row = &organization.trust;
        if !row.registration.exists {
            return self.steps_to_register_again(owner);
        }
        let trust = quoted(&row.name);
        let mut steps = Vec::new();
        if let Some(id) = row.organization_certificate {
            let thumbprint = self.federation.certificates.original(id).thumbprint();
            steps.push(cmdlet(
                TRUST,
                format!("Set-FederationTrust -Identity {trust} -Thumbprint {thumbprint}"),
            ));
        }
        steps.push(cmdlet(
            TRUST,
            format!("Set-FederationTrust -Identity {trust} -PublishFederationCertificate"),
        ));
        steps
    }

    /// An account namespace that is not the registered one.
    pub(in crate::diagnosis::examination) fn steps_for_namespace(&self, owner: OrgId) -> Vec<Step> {
        let organization = self.federation.organizations.at(owner, self.start);
        let mut steps: Vec<Step> = organization
            .federated_domains()
            .map(|domain| {
                let domain = self.name(domain);
                let line = format!("Remove-FederatedDomain -DomainName {domain} -Force");
                cmdlet(TRUST, line)
            })
            .collect();
        steps.extend(self.steps_for_identifier(owner));
        steps
    }

    /// Two trusts on different instances of the gateway: whoever is not on the business one moves.
    ///
    /// Source: KB2937358 (docs).
    pub(in crate::diagnosis::examination) fn steps_for_one_instance(
        &self,
        requester: OrgId,
        target: OrgId,
    ) -> Vec<Step> {
        let gateway_of = |id: OrgId| {
            let trust = &self.federation.organizations.at(id, self.start).trust;
            let gateway = self.federation.gateways.at(trust.gateway, self.start);
            &*gateway.name
        };
        let is_there = |id: OrgId| gateway_of(id) == "business";
        match (is_there(requester), is_there(target)) {
            (true, false) => {
                let name = self.organization_name(target);
                vec![words(
                    TRUST,
                    format!(
                        "ask {name} to build its trust on the business instance of the gateway"
                    ),
                )]
            }
            _ => self.steps_to_register_again(requester),
        }
    }

    /// A clock that is off.
    pub(in crate::diagnosis::examination) fn steps_for_clock(&self, server: ServerId) -> Vec<Step> {
        let row = self.server(server);
        let error = row.clock_error.nanoseconds();
        let span = Span::from_nanoseconds(error.unsigned_abs());
        let seconds = span.nanoseconds().div_ceil(1_000_000_000);
        let sign = if error > 0 { "-" } else { "" };
        let (days, rest) = (seconds / 86_400, seconds % 86_400);
        let days = if days > 0 {
            format!("{days}.")
        } else {
            String::new()
        };
        let adjust = format!(
            "{sign}{days}{:02}:{:02}:{:02}",
            rest / 3_600,
            rest / 60 % 60,
            rest % 60
        );
        vec![
            words(CLOCK, format!("in a shell on {}:", row.name)),
            cmdlet(CLOCK, format!("Set-Date -Adjust {}", quoted(&adjust))),
        ]
    }

    /// A server that is too old.
    pub(in crate::diagnosis::examination) fn steps_for_version(&self) -> Vec<Step> {
        self.words(
            "bring the server to 2010 SP2 or later (2007 SP2 needs a newer Client Access server before it)",
        )
    }

    /// A federated identity that is none.
    pub(in crate::diagnosis::examination) fn steps_for_identity(&self, who: &str) -> Vec<Step> {
        let line = format!("Set-Mailbox -Identity {} -ImmutableId $null", quoted(who));
        vec![cmdlet(DOMAINS, line)]
    }

    /// A user without an address in a federated domain.
    pub(in crate::diagnosis::examination) fn steps_for_address(
        &self,
        owner: OrgId,
        primary: Address,
    ) -> Vec<Step> {
        let organization = self.federation.organizations.original(owner);
        let accepted = organization.accepted_domain(primary.domain);
        match accepted {
            Some(_) => self.steps_to_register(primary.domain),
            None => self.words(&format!(
                "Set-Mailbox with -EmailAddresses in a federated domain for {}",
                self.federation.address_text(primary)
            )),
        }
    }
}
