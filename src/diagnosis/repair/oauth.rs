//! Treatments of an organization's part in OAuth: its certificate, the account of its partner application.
//!
//! It knows nothing of connectors. Invariant: each cause has at most one row here.

use super::Actor::{LocalAdministrator, TargetAdministrator};
use super::Where::Target as AtTarget;
use super::{CONFIGURATION, Step, Treatment, remedy, treated};
use crate::model::cause::Cause;

/// The treatment of a cause of these kinds.
pub(super) fn treatment(cause: Cause) -> Option<&'static Treatment> {
    Some(match cause {
        Cause::OAuthCertificateExpired => {
            const {
                &treated!(
                    &["org.{here}.oauth.certificate_not_after"],
                    &[remedy!(
                        LocalAdministrator,
                        &[Step::Change(
                            "Renew the Microsoft Exchange Server Auth Certificate of {here}: New-ExchangeCertificate, Set-AuthConfig, iisreset.",
                            "org.{here}.oauth.certificate_not_after = \"2400-01-01T00:00:00Z\"",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        Cause::OAuthLinkedAccountMissing => {
            const {
                &treated!(
                    &["org.{target}.oauth.linked_account"],
                    &[remedy!(
                        TargetAdministrator,
                        &[Step::Cmdlets(
                            AtTarget,
                            "Set-PartnerApplication -Identity \"Exchange Online\" -LinkedAccount \"Exchange Online-ApplicationAccount\"",
                        )],
                        CONFIGURATION,
                    )],
                )
            }
        }
        _ => return None,
    })
}
