//! Remedies of publishing and of the paths without tokens: virtual directories, names, connectors, address
//! spaces.
//!
//! It knows no rule. Invariant: what a web server has to read anew is followed by its restart.

use crate::model::cause::Cause;
use crate::model::names::NameId;
use crate::model::organization::{OrgId, ServerId};
use crate::model::publishing::{CallerAuthentication, HostOwner};
use crate::model::relationship::{AddressSpaceId, ConnectorId, shown_name};

use super::super::Examiner;
use super::super::endpoint::Service;
use super::super::finding::Step;
use super::{PUBLISHING, RELATIONSHIP, RESTART, cmdlet, quoted, words};

impl Examiner<'_> {
    /// Each server whose web server has to forget what it knows.
    pub(super) fn restart(&self, server: ServerId) -> Step {
        let name = &self.server(server).name;
        cmdlet(RESTART, format!("iisreset {name}"))
    }

    /// A virtual directory that does not take partners' calls.
    pub(in crate::diagnosis::examination) fn steps_for_directory(
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
            (Cause::PublishingWsSecurityOutOfStep, _) => {
                let identity = quoted(&format!("{name}\\{path}"));
                let line = |value: &str| {
                    let line =
                        format!("{set} -Identity {identity} -WSSecurityAuthentication {value}");
                    cmdlet(PUBLISHING, line)
                };
                return vec![line("$false"), line("$true"), self.restart(server)];
            }
            (Cause::PublishingHandlerMissing, _) => {
                return vec![
                    words(PUBLISHING, format!("ServiceModelReg.exe -r, on {name}")),
                    self.restart(server),
                ];
            }
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
    pub(in crate::diagnosis::examination) fn steps_for_external_url(
        &self,
        server: ServerId,
    ) -> Vec<Step> {
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
    pub(in crate::diagnosis::examination) fn steps_for_name(
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
    pub(in crate::diagnosis::examination) fn steps_for_connector(
        &self,
        id: ConnectorId,
        cause: Cause,
    ) -> Vec<Step> {
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
    pub(in crate::diagnosis::examination) fn steps_for_discovery(
        &self,
        id: ConnectorId,
        target: OrgId,
        domain: NameId,
    ) -> Vec<Step> {
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
    pub(in crate::diagnosis::examination) fn steps_for_address_space(
        &self,
        id: AddressSpaceId,
        target: OrgId,
    ) -> Vec<Step> {
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
}
