//! What several cmdlets ask of a gateway: its metadata, and its provisioning service.
//!
//! It knows no cmdlet. Invariant: each refusal has a text that tells an administrator what to look at.

use crate::cmdlet::output::ErrorRecord;
use crate::model::administration::{
    Errand, ErrandReply, ProofCheck, Provisioning, ProvisioningRefusal,
};
use crate::model::certificate::StoreState;
use crate::model::gateway::GatewayId;
use crate::model::outcome::Failure;
use crate::model::trust::{HeldIssuerCertificates, Registration};

use super::call::Call;

/// Reads a gateway's metadata.
pub(super) async fn read_metadata(
    call: &Call<'_, '_>,
    gateway: GatewayId,
) -> Result<HeldIssuerCertificates, ErrorRecord> {
    match call.shell.ask(Errand::Metadata(gateway)).await {
        Ok(ErrandReply::Metadata(held)) => Ok(held),
        refused => {
            let host = call
                .shell
                .federation()
                .gateways
                .original(gateway)
                .metadata_host;
            let host = call.shell.federation().hosts.original(host).name;
            let url = format!(
                "https://{}/FederationMetadata/2006-12/FederationMetadata.xml",
                call.shell.text(host)
            );
            let detail = refused.err().map_or(String::new(), |failure| {
                format!(" Detailed information: \"{}\".", transport(&failure))
            });
            let message =
                format!("Unable to access the Federation Metadata document from {url}.{detail}");
            Err(call.error(
                "MetadataError",
                "UnableToAccessFederationMetadataException",
                message,
            ))
        }
    }
}

/// Asks a gateway's provisioning service.
pub(super) async fn provision(
    call: &Call<'_, '_>,
    gateway: GatewayId,
    request: Provisioning,
) -> Result<Registration, ErrorRecord> {
    require_signature(call, request)?;
    match call.shell.ask(Errand::Provisioning(gateway, request)).await {
        Ok(ErrandReply::Provisioning(Ok(done))) => Ok(done.registration),
        Ok(ErrandReply::Provisioning(Err(refusal))) => Err(refused(call, request, refusal)),
        Ok(_) => Err(inaccessible(
            call,
            "The service's answer could not be read.",
        )),
        Err(failure) => Err(inaccessible(call, transport(&failure))),
    }
}

/// A request is signed with the current certificate, whose private key must be on this server; a new
/// application has none yet.
///
/// Source: Federation certificate with the thumbprint cannot be found (docs).
fn require_signature(call: &Call<'_, '_>, request: Provisioning) -> Result<(), ErrorRecord> {
    let shell = call.shell;
    let signer = match request {
        Provisioning::CreateApplication { .. } => None,
        _ => shell.organization().trust.organization_certificate,
    };
    let Some(signer) = signer else { return Ok(()) };
    if matches!(
        shell.own_server().stored(signer),
        StoreState::Installed | StoreState::Unusable
    ) {
        return Ok(());
    }
    let thumbprint = shell
        .federation()
        .certificates
        .original(signer)
        .thumbprint();
    let message =
        format!("Federation certificate with the thumbprint \"{thumbprint}\" cannot be found.");
    Err(call.error(
        "InvalidResult",
        "FederationCertificateInvalidException",
        message,
    ))
}

/// What the shell says of a call that came to nothing.
pub(super) fn transport(failure: &Failure) -> &'static str {
    failure.text()
}

/// The product's text for every trouble with the provisioning service.
///
/// Source: Problems with a federation trust after changes to the certificate (blog, 2010).
fn inaccessible(call: &Call<'_, '_>, detail: &str) -> ErrorRecord {
    let message =
        format!("An error occurred accessing Windows Live. Detailed information: \"{detail}\".");
    call.error("InvalidResult", "LiveDomainServicesException", message)
}

fn refused(
    call: &Call<'_, '_>,
    request: Provisioning,
    refusal: ProvisioningRefusal,
) -> ErrorRecord {
    use ProvisioningRefusal as Refusal;
    let name = match request {
        Provisioning::ReserveNamespace { namespace } => call.shell.text(namespace),
        Provisioning::RegisterDomain { domain } | Provisioning::UnregisterDomain { domain } => {
            call.shell.text(domain)
        }
        Provisioning::PublishCertificate { .. } => "a registered domain",
        _ => "",
    };
    let detail = match refusal {
        Refusal::Closed => "The service is no longer available.".to_owned(),
        // Source: as above: a certificate that the service does not accept shows as HTTP 403.
        // Source of the second: request failed with HTTP status 403 (docs), a matter of time.
        Refusal::SignatureUnknown
        | Refusal::NotYetEffective
        | Refusal::NoSubjectKeyIdentifier
        | Refusal::IssuerNotAccepted => {
            "The request failed with HTTP status 403: Forbidden.".to_owned()
        }
        Refusal::NameTaken => format!("{name} is already registered for another application."),
        Refusal::ProofFailed(check) => return unproved(call, name, check),
        Refusal::NamespaceExists => "The application already has an account namespace.".to_owned(),
        Refusal::NoNamespace => "The application has no account namespace.".to_owned(),
        Refusal::NotEmpty => {
            "The application still has domains or an account namespace.".to_owned()
        }
        Refusal::NotRegistered => format!("{name} is not registered for the application."),
        // Source of these three: articles of the hybrid wizard's errors (docs).
        Refusal::ClockDiffers => {
            "1007 AccessDenied: Access Denied. Ensure your system time is correct: \
                                  it appears to be more than five minutes out of sync."
                .to_owned()
        }
        Refusal::DomainBlocked => "InternalError InternalError: Internal error.".to_owned(),
        Refusal::TooManyApplications => {
            "MaxUriReached MaxUriReached: Same URI cannot be attached to \
                                         different AppId on a single day."
                .to_owned()
        }
    };
    inaccessible(call, &detail)
}

/// Source: Proof of domain ownership has failed (product strings); the product does not tell why, so
/// that is told as a step of `-Verbose`.
fn unproved(call: &Call<'_, '_>, domain: &str, check: ProofCheck) -> ErrorRecord {
    let why = match check {
        ProofCheck::Found => "it was found",
        ProofCheck::NoText => "the gateway's resolver finds no TXT record",
        ProofCheck::NoTextRemembered => {
            "the gateway's resolver remembers that there was no TXT record, and asks again when that \
             has lapsed"
        }
        ProofCheck::WrongText => "no TXT record has the proof of the published certificate",
        ProofCheck::TooLarge => "the answer with all TXT records is too large for UDP",
        ProofCheck::NoAnswer => "the domain's name servers do not answer",
    };
    call.shell.tell(format!("Proof of {domain}: {why}."));
    let message = "Proof of domain ownership has failed. Make sure that the TXT record for the \
                   specified domain is available in DNS. The format of the TXT record should be \
                   \"example.com IN TXT hash-value\" where \"example.com\" is the domain you want to \
                   configure for Federation and \"hash-value\" is the proof value generated with \
                   \"Get-FederatedDomainProof -DomainName example.com\".";
    call.error("InvalidResult", "DomainProofOwnershipException", message)
}
