//! What repairs a finding: cmdlets with their parameters filled in, and words where no cmdlet does it.
//!
//! All texts of remedies stand here, and it knows no rule. Invariant: each line that is called a cmdlet
//! passes the check of scripts.

use std::collections::BTreeSet;

use crate::engine::Span;
use crate::model::Federation;
use crate::model::address::Address;
use crate::model::cause::Cause;
use crate::model::names::NameId;
use crate::model::organization::{OrgId, ServerId};
use crate::model::outcome::{AccessLevel, Asks};
use crate::model::publishing::{CallerAuthentication, HostOwner};
use crate::model::relationship::{AddressSpaceId, ConnectorId, RelationshipId, shown_name};
use crate::model::sharing_policy::{DEFAULT_SHARING_POLICY, PolicyDomain, PolicyInForce};
use crate::model::trust::{FederationOff, USUAL_TRUST_NAME};

use super::Examiner;
use super::endpoint::Service;
use super::finding::{Acts, Finding, Operator, Step};
use super::gathering::{Lookup, external};

/// What one actor has to do, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionList {
    /// Who.
    pub acts: Acts,
    /// Which of their people.
    pub operator: Operator,
    /// What to do, each once, what others need first.
    pub steps: Vec<Step>,
}

/// Ranks of steps: what others need comes first.
const CLOCK: u8 = 0;
const TRUST: u8 = 1;
const IDENTIFIER: u8 = 2;
const DOMAINS: u8 = 3;
const PUBLISHING: u8 = 4;
const RELATIONSHIP: u8 = 5;
const PERMISSION: u8 = 6;
const RESTART: u8 = 9;

/// The list of each actor.
pub(super) fn action_lists(federation: &Federation, findings: &[Finding]) -> Vec<ActionList> {
    let actors: BTreeSet<(Acts, Operator)> = findings
        .iter()
        .map(|finding| (finding.acts, finding.operator))
        .collect();
    let lists = actors.into_iter().map(|(acts, operator)| {
        let own = findings
            .iter()
            .filter(|finding| (finding.acts, finding.operator) == (acts, operator));
        let mut steps: Vec<Step> = Vec::new();
        for step in own.flat_map(|finding| &finding.steps) {
            if !steps.contains(step) {
                steps.push(step.clone());
            }
        }
        // What is found first stays first among equals.
        steps.sort_by_key(|step| step.rank);
        ActionList {
            acts,
            operator,
            steps,
        }
    });
    let mut lists: Vec<ActionList> = lists.filter(|list| !list.steps.is_empty()).collect();
    lists.sort_by_key(|list| match list.acts {
        Acts::Organization(id) => (
            list.operator != Operator::Exchange,
            &*federation.organizations.original(id).name,
            list.operator,
        ),
        Acts::Gateway(id) => (true, &*federation.gateways.original(id).name, list.operator),
        Acts::Network => (true, "", list.operator),
    });
    lists
}

/// A name as PowerShell takes it.
fn quoted(name: &str) -> String {
    match name.contains(['"', '$', '`']) {
        true => format!("'{}'", name.replace('\'', "''")),
        false => format!("\"{name}\""),
    }
}

fn cmdlet(rank: u8, text: impl Into<String>) -> Step {
    Step {
        rank,
        is_cmdlet: true,
        text: text.into(),
    }
}

fn words(rank: u8, text: impl Into<String>) -> Step {
    Step {
        rank,
        is_cmdlet: false,
        text: text.into(),
    }
}

impl Examiner<'_> {
    /// A remedy that no cmdlet is.
    pub fn words(&self, text: &str) -> Vec<Step> {
        vec![words(PUBLISHING, text)]
    }

    fn set_relationship(&self, id: RelationshipId, parameters: &str) -> Vec<Step> {
        let name = quoted(self.relationship_name(id));
        let line = format!("Set-OrganizationRelationship -Identity {name} {parameters}");
        vec![cmdlet(RELATIONSHIP, line)]
    }

    fn relationship_name(&self, id: RelationshipId) -> &str {
        self.federation.relationships.original(id).shown_name()
    }

    /// Each server whose web server has to forget what it knows.
    fn restart(&self, server: ServerId) -> Step {
        let name = &self.server(server).name;
        cmdlet(RESTART, format!("iisreset {name}"))
    }

    /// What brings a relationship at the requester into force.
    pub fn steps_for_requester(
        &self,
        lookup: &Lookup,
        meant: Option<RelationshipId>,
        cause: Cause,
    ) -> Vec<Step> {
        let domain = external(lookup.kind).domain;
        let Some(id) = meant else {
            return match self.relationship_with(lookup.requester, lookup.target) {
                Some(id) => self.steps_to_add_domain(id, domain),
                None => self.steps_for_new_relationship(domain),
            };
        };
        match cause {
            Cause::RelationshipDisabledAtRequester => self.set_relationship(id, "-Enabled $true"),
            Cause::RelationshipMailTipsDisabledAtRequester => {
                self.set_relationship(id, "-MailTipsAccessEnabled $true")
            }
            Cause::RelationshipDeliveryReportsDisabledAtRequester => {
                self.set_relationship(id, "-DeliveryReportEnabled $true")
            }
            Cause::RelationshipArchiveDisabledAtRequester => {
                self.set_relationship(id, "-ArchiveAccessEnabled $true")
            }
            Cause::RelationshipWithoutEndpoint => {
                let partner = &self
                    .federation
                    .organizations
                    .at(lookup.target, self.start)
                    .trust;
                let uri = partner
                    .application_uri
                    .unwrap_or(partner.registration.application_uri);
                let row = self.federation.relationships.at(id, self.start);
                let mut steps = Vec::new();
                if row.target_application_uri.is_none() {
                    steps.extend(self.steps_for_uri(id, uri));
                }
                if row.target_sharing_epr.is_none() && row.target_autodiscover_epr.is_none() {
                    steps.extend(self.steps_to_correct_endpoint(id, lookup.target, domain));
                }
                steps
            }
            _ => self.set_relationship(id, "-FreeBusyAccessEnabled $true"),
        }
    }

    /// A relationship that is not there yet.
    pub fn steps_for_new_relationship(&self, domain: NameId) -> Vec<Step> {
        let domain = self.name(domain);
        let line = format!(
            "Get-FederationInformation -DomainName {domain} | New-OrganizationRelationship -Name {} \
             -FreeBusyAccessEnabled $true -FreeBusyAccessLevel AvailabilityOnly",
            quoted(domain)
        );
        vec![cmdlet(RELATIONSHIP, line)]
    }

    /// A domain that a relationship should name.
    pub fn steps_to_add_domain(&self, id: RelationshipId, domain: NameId) -> Vec<Step> {
        let domain = self.name(domain);
        self.set_relationship(id, &format!("-DomainNames @{{Add={}}}", quoted(domain)))
    }

    /// The application URI that a relationship should say.
    pub fn steps_for_uri(&self, id: RelationshipId, uri: NameId) -> Vec<Step> {
        let uri = quoted(self.name(uri));
        self.set_relationship(id, &format!("-TargetApplicationUri {uri}"))
    }

    /// The endpoint that a relationship should say.
    pub fn steps_to_correct_endpoint(
        &self,
        id: RelationshipId,
        target: OrgId,
        domain: NameId,
    ) -> Vec<Step> {
        let row = self.federation.relationships.at(id, self.start);
        match self.autodiscover_of(target, domain) {
            Some(url) => {
                let url = quoted(&self.federation.url_text(url));
                let mut parameters = format!("-TargetAutodiscoverEpr {url}");
                if row.target_sharing_epr.is_some() {
                    parameters.push_str(" -TargetSharingEpr $null");
                }
                self.set_relationship(id, &parameters)
            }
            None => {
                let domain = self.name(domain);
                vec![
                    cmdlet(
                        RELATIONSHIP,
                        format!("Get-FederationInformation -DomainName {domain}"),
                    ),
                    words(
                        RELATIONSHIP,
                        format!(
                            "write its TargetAutodiscoverEpr into the relationship {}",
                            quoted(self.relationship_name(id))
                        ),
                    ),
                ]
            }
        }
    }

    /// What lets the target grant.
    pub fn steps_for_target(
        &self,
        lookup: &Lookup,
        id: Option<RelationshipId>,
        domain: NameId,
        cause: Cause,
    ) -> Vec<Step> {
        let Some(id) = id else {
            return match self.relationship_with(lookup.target, lookup.requester) {
                Some(id) => self.steps_to_add_domain(id, domain),
                None => {
                    let mut steps = self.steps_for_new_relationship(domain);
                    let name = quoted(self.name(domain));
                    if let Some(further) = further_grant(lookup.asks) {
                        steps.push(cmdlet(
                            RELATIONSHIP,
                            format!("Set-OrganizationRelationship -Identity {name} {further}"),
                        ));
                    }
                    steps
                }
            };
        };
        let parameters = match cause {
            Cause::RelationshipDisabledAtTarget => "-Enabled $true",
            Cause::RelationshipFreeBusyDisabledAtTarget => "-FreeBusyAccessEnabled $true",
            Cause::RelationshipLevelNoneAtTarget => "-FreeBusyAccessLevel AvailabilityOnly",
            Cause::RelationshipMailTipsDisabledAtTarget => "-MailTipsAccessEnabled $true",
            Cause::RelationshipMailTipsLevelNoneAtTarget => "-MailTipsAccessLevel All",
            Cause::RelationshipPhotosDisabledAtTarget => "-PhotosEnabled $true",
            Cause::RelationshipDeliveryReportsDisabledAtTarget => "-DeliveryReportEnabled $true",
            _ => "-Enabled $true",
        };
        self.set_relationship(id, parameters)
    }

    /// A scope that should cover everybody.
    pub fn steps_for_scope(&self, id: RelationshipId) -> Vec<Step> {
        self.set_relationship(id, "-FreeBusyAccessScope $null")
    }

    /// A calendar that should show something.
    pub fn steps_for_permission(&self, who: &str, level: AccessLevel) -> Vec<Step> {
        let rights = match level {
            AccessLevel::None | AccessLevel::Simple => "AvailabilityOnly",
            AccessLevel::Detail => "LimitedDetails",
            AccessLevel::Owner => "Reviewer",
        };
        let folder = quoted(&format!("{who}:\\Calendar"));
        let line = format!(
            "Set-MailboxFolderPermission -Identity {folder} -User Default -AccessRights {rights}"
        );
        vec![cmdlet(PERMISSION, line)]
    }

    /// What switches federation on at a server.
    pub fn steps_for_trust(&self, owner: OrgId, server: ServerId, off: FederationOff) -> Vec<Step> {
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
    fn steps_for_set_up(&self, owner: OrgId) -> Vec<Step> {
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
    fn steps_for_identifier(&self, owner: OrgId) -> Vec<Step> {
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

    fn proof(&self, domain: &str, rank: u8) -> Step {
        let line = format!(
            "Add-DnsServerResourceRecord -ZoneName {domain} -Name \"@\" -Txt \
             -DescriptiveText (Get-FederatedDomainProof -DomainName {domain}).Proof"
        );
        cmdlet(rank, line)
    }

    /// A domain that the gateway does not know.
    pub fn steps_to_register(&self, domain: NameId) -> Vec<Step> {
        let domain = self.name(domain);
        vec![
            self.proof(domain, DOMAINS),
            cmdlet(DOMAINS, format!("Add-FederatedDomain -DomainName {domain}")),
        ]
    }

    /// An organization whose registration is gone.
    pub fn steps_to_register_again(&self, owner: OrgId) -> Vec<Step> {
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
    pub fn steps_to_refresh(&self, owner: OrgId) -> Vec<Step> {
        let organization = self.federation.organizations.at(owner, self.start);
        let trust = quoted(&organization.trust.name);
        let line = format!("Set-FederationTrust -Identity {trust} -RefreshMetadata");
        vec![cmdlet(TRUST, line)]
    }

    /// A certificate that the gateway does not know.
    pub fn steps_to_publish(&self, owner: OrgId) -> Vec<Step> {
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
    pub fn steps_for_namespace(&self, owner: OrgId) -> Vec<Step> {
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
    pub fn steps_for_one_instance(&self, requester: OrgId, target: OrgId) -> Vec<Step> {
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
    pub fn steps_for_clock(&self, server: ServerId) -> Vec<Step> {
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
    pub fn steps_for_version(&self) -> Vec<Step> {
        self.words(
            "bring the server to 2010 SP2 or later (2007 SP2 needs a newer Client Access server before it)",
        )
    }

    /// A user without an address in a federated domain.
    pub fn steps_for_address(&self, owner: OrgId, primary: Address) -> Vec<Step> {
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

    /// A virtual directory that does not take partners' calls.
    pub fn steps_for_directory(
        &self,
        server: ServerId,
        service: Service,
        authentication: CallerAuthentication,
        cause: Cause,
    ) -> Vec<Step> {
        let name = &self.server(server).name;
        let (set, path) = match service {
            Service::Ews => ("Set-WebServicesVirtualDirectory", "EWS (Default Web Site)"),
            Service::Autodiscover => (
                "Set-AutodiscoverVirtualDirectory",
                "Autodiscover (Default Web Site)",
            ),
        };
        let parameter = match (cause, authentication) {
            (Cause::PublishingWsSecurityDisabled, _) => "WSSecurityAuthentication",
            (Cause::OAuthRejected, _) => "OAuthAuthentication",
            (Cause::AddressSpaceCredentials, CallerAuthentication::Basic) => "BasicAuthentication",
            (Cause::AddressSpaceCredentials, _) => "WindowsAuthentication",
            (Cause::PublishingPoolStopped, _) => {
                return vec![words(
                    PUBLISHING,
                    format!("start the application pool of {path} on {name}"),
                )];
            }
            _ => {
                return vec![words(
                    PUBLISHING,
                    format!(
                        "recycle the application pool of {path} on {name}, and read its event log"
                    ),
                )];
            }
        };
        let identity = quoted(&format!("{name}\\{path}"));
        vec![
            cmdlet(
                PUBLISHING,
                format!("{set} -Identity {identity} -{parameter} $true"),
            ),
            self.restart(server),
        ]
    }

    /// An address of EWS that Autodiscover could give.
    pub fn steps_for_external_url(&self, server: ServerId) -> Vec<Step> {
        let row = self.server(server);
        let federation = self.federation;
        let owner = row.organization;
        let organization = federation.organizations.original(owner);
        let mut candidates = organization
            .accepted_domains
            .iter()
            .map(|accepted| format!("mail.{}", self.name(accepted.domain)));
        let host = candidates.find(|host| {
            let id = federation.names.find(host);
            let host = id.and_then(|id| federation.index.hosts.get(&id));
            host.is_some_and(|&host| {
                federation.hosts.original(host).owner == HostOwner::Organization(owner)
            })
        });
        let identity = quoted(&format!("{}\\EWS (Default Web Site)", row.name));
        match host {
            Some(host) => vec![cmdlet(
                PUBLISHING,
                format!(
                    "Set-WebServicesVirtualDirectory -Identity {identity} -ExternalUrl \
                     \"https://{host}/EWS/Exchange.asmx\""
                ),
            )],
            None => vec![words(
                PUBLISHING,
                format!("write the public address of EWS into ExternalUrl of {identity}"),
            )],
        }
    }

    /// A name that leads nowhere although its host is published.
    pub fn steps_for_name(
        &self,
        host: NameId,
        cause: Cause,
        correction: &[Step],
        is_own: bool,
    ) -> Vec<Step> {
        let federation = self.federation;
        let text = self.name(host);
        if cause != Cause::DnsNameNotFound {
            return self.words(&format!("repair the servers of the zone of {text}"));
        }
        if federation.index.hosts.get(&host).is_none() {
            return match is_own {
                true => correction.to_vec(),
                false => {
                    let mut steps = self.words(&format!("publish {text}, or name another host"));
                    steps.extend(correction.iter().filter(|step| step.is_cmdlet).cloned());
                    steps
                }
            };
        }
        let zone = federation.dns.zone_of(host);
        let zone = zone.map(|zone| self.name(federation.dns.zones().original(zone).apex));
        let Some(zone) = zone else {
            return self.words(&format!("publish a zone for {text}"));
        };
        let label = match text.len() > zone.len() {
            true => text[..text.len() - zone.len()].trim_end_matches('.'),
            false => "@",
        };
        let line = format!(
            "Add-DnsServerResourceRecord -ZoneName {zone} -Name {} -A -IPv4Address {text}",
            quoted(label)
        );
        vec![cmdlet(PUBLISHING, line)]
    }

    /// A connector whose OAuth does not work: without it the relationship is used.
    pub fn steps_for_connector(&self, id: ConnectorId, cause: Cause) -> Vec<Step> {
        let row = self.federation.connectors.original(id);
        let name = quoted(shown_name(&row.name));
        match cause {
            Cause::OAuthTokenRefused => vec![cmdlet(
                RELATIONSHIP,
                format!("Set-IntraOrganizationConnector -Identity {name} -Enabled $false"),
            )],
            _ => self.words("repair the partner application that OAuth tokens are accepted for"),
        }
    }

    /// Where a connector should look.
    pub fn steps_for_discovery(&self, id: ConnectorId, target: OrgId, domain: NameId) -> Vec<Step> {
        let row = self.federation.connectors.original(id);
        let name = quoted(shown_name(&row.name));
        match self.autodiscover_of(target, domain) {
            Some(url) => vec![cmdlet(
                RELATIONSHIP,
                format!(
                    "Set-IntraOrganizationConnector -Identity {name} -DiscoveryEndpoint \
                     \"https://{}/autodiscover/autodiscover.svc\"",
                    self.name(url.host)
                ),
            )],
            None => self.words(&format!(
                "correct DiscoveryEndpoint of the connector {name}"
            )),
        }
    }

    /// An address space that leads nowhere.
    pub fn steps_for_address_space(&self, id: AddressSpaceId, target: OrgId) -> Vec<Step> {
        let row = self.federation.address_spaces.original(id);
        let domain = self.name(row.domain);
        let endpoint = self.autodiscover_of(target, row.domain).map(|url| {
            format!(
                " -TargetAutodiscoverEpr \"https://{}/autodiscover/autodiscover.xml\"",
                self.name(url.host)
            )
        });
        vec![cmdlet(
            RELATIONSHIP,
            format!(
                "Add-AvailabilityAddressSpace -ForestName {domain} -AccessMethod OrgWideFB{}",
                endpoint.unwrap_or_default()
            ),
        )]
    }

    /// A sharing policy that should allow a domain.
    pub fn steps_for_policy(
        &self,
        lookup: &Lookup,
        policy: PolicyInForce<'_>,
        cause: Cause,
    ) -> Vec<Step> {
        let (name, entries) = match policy {
            PolicyInForce::Written(row) => (&*row.name, &*row.entries),
            PolicyInForce::Original(edition) => (
                DEFAULT_SHARING_POLICY,
                crate::model::sharing_policy::original_entries(edition),
            ),
            PolicyInForce::Missing => (DEFAULT_SHARING_POLICY, &[][..]),
        };
        let identity = quoted(name);
        match cause {
            Cause::SharingPolicyDisabled => vec![cmdlet(
                PERMISSION,
                format!("Set-SharingPolicy -Identity {identity} -Enabled $true"),
            )],
            Cause::SharingRecipientNotFederated => self.steps_for_set_up(lookup.target),
            _ => {
                let mut texts: Vec<String> = entries
                    .iter()
                    .map(|entry| {
                        let domain = match entry.domain {
                            PolicyDomain::Domain(domain) => self.name(domain),
                            PolicyDomain::Any => "*",
                            PolicyDomain::Anonymous => "Anonymous",
                        };
                        quoted(&format!("{domain}: {}", entry.actions))
                    })
                    .collect();
                let domain = self.name(external(lookup.kind).domain);
                texts.push(quoted(&format!("{domain}: CalendarSharingFreeBusySimple")));
                vec![cmdlet(
                    PERMISSION,
                    format!(
                        "Set-SharingPolicy -Identity {identity} -Domains {}",
                        texts.join(", ")
                    ),
                )]
            }
        }
    }
}

/// What a new relationship does not grant by itself.
fn further_grant(asks: Asks) -> Option<&'static str> {
    match asks {
        Asks::MailTips => Some("-MailTipsAccessEnabled $true -MailTipsAccessLevel All"),
        Asks::Photos => Some("-PhotosEnabled $true"),
        Asks::DeliveryReports => Some("-DeliveryReportEnabled $true"),
        _ => None,
    }
}
