//! What cmdlets do: each an action at a console of the simulated world.
//!
//! It knows nothing of files and of how a script is written. Invariant: every cmdlet of the catalog has an
//! action, and an action learns and changes the world only through its shell.

mod call;
mod certificate;
mod domains;
mod event_log;
mod gateway;
mod information;
mod mailboxes;
mod other_paths;
mod outside;
mod publishing;
mod recipients;
mod relationship;
mod sharing;
mod shell;
mod test_relationship;
mod test_trust;
mod trust;

use std::rc::Rc;
use std::sync::Arc;

use super::interpreter::{self, Host, Invocation, Reply, StatementReport};
use super::language::syntax::Script;
use super::output::{self, Style};
use crate::engine::{Instant, Offset};
use crate::model::administration::{Console, ErrorShown, Procedure, Program, TranscriptEntry};
use crate::model::publishing::Service;

pub use relationship::DOMAINS_MAX as RELATIONSHIP_DOMAINS_MAX;

use call::Call;
use mailboxes::Entry;
use shell::{Outcome, Shell};

/// A script that has been checked, as the simulator carries it out.
#[derive(Clone, Debug)]
pub struct Administered {
    script: Arc<Script>,
    /// How far the clock on the wall is ahead of UTC where the organization works.
    zone: Offset,
}

impl Administered {
    /// A script that has been checked, of people who work in this time zone.
    pub fn new(script: Script, zone: Offset) -> Administered {
        Administered {
            script: Arc::new(script),
            zone,
        }
    }
}

impl Program for Administered {
    fn begin<'v>(&'v self, console: Rc<Console<'v>>) -> Procedure<'v> {
        let script = self.script.clone();
        let shell = Shell::new(console, self.zone, script.clone());
        Box::pin(async move {
            interpreter::run(&script, &shell).await;
        })
    }
}

impl Host for Shell<'_> {
    async fn invoke(&self, invocation: Invocation) -> Reply {
        self.begin();
        let call = Call {
            shell: self,
            invocation: &invocation,
        };
        let outcome = carry_out(&call).await;
        let (warnings, verbose) = self.take_said();
        Reply {
            warnings,
            verbose,
            ..Reply::from(outcome)
        }
    }

    fn new_guid(&self) -> u128 {
        let [high, low] = self.console.draw();
        u128::from(high) << 64 | u128::from(low)
    }

    fn now(&self) -> Instant {
        self.console.now()
    }

    fn shown(&self) -> Instant {
        self.console.shown()
    }

    fn statement_done(&self, report: StatementReport) {
        let before = &self.script.text[..report.place.range().start.min(self.script.text.len())];
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let error = report.error.map(|error| ErrorShown {
            exception: error.exception.into(),
            message: error.message.into(),
        });
        self.console.transcribe(TranscriptEntry {
            script: self.console.script(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            started: report.started,
            ended: report.ended,
            statement: report.text.into(),
            cmdlets: report.cmdlets.into(),
            output: report.shown.into(),
            objects: output::json(&report.values).into(),
            warnings: u32::try_from(report.warnings.len()).unwrap_or(u32::MAX),
            error,
        });
    }

    fn style(&self) -> Style {
        Style {
            zone: self.zone,
            ..Style::default()
        }
    }

    fn computer(&self) -> String {
        Shell::computer(self)
    }
}

/// Carries a cmdlet out.
async fn carry_out(call: &Call<'_, '_>) -> Outcome {
    match call.cmdlet() {
        "New-ExchangeCertificate" => certificate::new_exchange_certificate(call).await,
        "Get-ExchangeCertificate" => certificate::get_exchange_certificate(call).await,
        "New-FederationTrust" => trust::new_federation_trust(call).await,
        "Get-FederationTrust" => trust::get_federation_trust(call).await,
        "Set-FederationTrust" => trust::set_federation_trust(call).await,
        "Remove-FederationTrust" => trust::remove_federation_trust(call).await,
        "Test-FederationTrust" => test_trust::test_federation_trust(call).await,
        "Test-FederationTrustCertificate" => {
            test_trust::test_federation_trust_certificate(call).await
        }
        "Get-FederatedDomainProof" => domains::get_federated_domain_proof(call).await,
        "Set-FederatedOrganizationIdentifier" => {
            domains::set_federated_organization_identifier(call).await
        }
        "Get-FederatedOrganizationIdentifier" => {
            domains::get_federated_organization_identifier(call).await
        }
        "Add-FederatedDomain" => domains::add_federated_domain(call).await,
        "New-AcceptedDomain" => domains::new_accepted_domain(call).await,
        "Set-AcceptedDomain" => domains::set_accepted_domain(call).await,
        "Remove-FederatedDomain" => domains::remove_federated_domain(call).await,
        "Get-FederationInformation" => information::get_federation_information(call).await,
        "Get-ClientAccessServer" => publishing::get_client_access_server(call).await,
        "Get-WebServicesVirtualDirectory" => {
            publishing::get_virtual_directory(call, Service::Ews).await
        }
        "Set-WebServicesVirtualDirectory" => {
            publishing::set_virtual_directory(call, Service::Ews).await
        }
        "Get-AutodiscoverVirtualDirectory" => {
            publishing::get_virtual_directory(call, Service::Autodiscover).await
        }
        "Set-AutodiscoverVirtualDirectory" => {
            publishing::set_virtual_directory(call, Service::Autodiscover).await
        }
        "Set-ExchangeServer" => publishing::set_exchange_server(call).await,
        "Restart-WebAppPool" => publishing::restart_application_pool(call).await,
        "iisreset" => publishing::restart_web_server(call).await,
        "New-OrganizationRelationship" => relationship::new_organization_relationship(call).await,
        "Get-OrganizationRelationship" => relationship::get_organization_relationship(call).await,
        "Set-OrganizationRelationship" => relationship::set_organization_relationship(call).await,
        "Remove-OrganizationRelationship" => {
            relationship::remove_organization_relationship(call).await
        }
        "Test-OrganizationRelationship" => {
            test_relationship::test_organization_relationship(call).await
        }
        "New-IntraOrganizationConnector" => {
            other_paths::new_intra_organization_connector(call).await
        }
        "Set-IntraOrganizationConnector" => {
            other_paths::set_intra_organization_connector(call).await
        }
        "Add-AvailabilityAddressSpace" => other_paths::add_availability_address_space(call).await,
        "Add-DnsServerResourceRecord" => outside::add_record(call).await,
        "Remove-DnsServerResourceRecord" => outside::remove_record(call).await,
        "Get-EventLog" => event_log::get_event_log(call).await,
        "Get-PartnerApplication" => other_paths::get_partner_application(call).await,
        "Set-PartnerApplication" => other_paths::set_partner_application(call).await,
        "Get-Date" => outside::get_date(call).await,
        "Set-Date" => outside::set_date(call).await,
        "Start-Sleep" => outside::start_sleep(call).await,
        "New-SharingPolicy" => sharing::new_sharing_policy(call).await,
        "Get-SharingPolicy" => sharing::get_sharing_policy(call).await,
        "Set-SharingPolicy" => sharing::set_sharing_policy(call).await,
        "Remove-SharingPolicy" => sharing::remove_sharing_policy(call).await,
        "Get-Mailbox" => mailboxes::get_mailbox(call).await,
        "New-RemoteMailbox" => recipients::new_remote_mailbox(call).await,
        "New-MailContact" => recipients::new_mail_contact(call).await,
        "Set-Mailbox" => mailboxes::set_mailbox(call).await,
        "Set-CASMailbox" => mailboxes::set_client_access(call).await,
        "Get-MailboxFolderPermission" => mailboxes::get_folder_permission(call).await,
        "Set-MailboxFolderPermission" => {
            mailboxes::set_folder_permission(call, Entry::Changed).await
        }
        "Add-MailboxFolderPermission" => mailboxes::set_folder_permission(call, Entry::Added).await,
        other => unreachable!("{other} stands in the catalog and has no action"),
    }
}
