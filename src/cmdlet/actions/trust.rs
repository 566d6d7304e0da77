//! `New-`, `Get-`, `Set-` and `Remove-FederationTrust`.
//!
//! It knows nothing of domains. Invariant: whatever a cmdlet has to ask the gateway, it asks before it
//! changes the directory, so that a failed cmdlet leaves the trust as it was. (`-Thumbprint` asks nothing:
//! it only names the next certificate.)

use crate::cmdlet::output::ErrorRecord;
use crate::cmdlet::value::{Object, Value};
use crate::model::administration::Provisioning;
use crate::model::certificate::{Certificate, CertificateId, KeyExport, KeyProvider, StoreState};
use crate::model::gateway::GatewayId;
use crate::model::names::NameId;
use crate::model::trust::{FederationTrust, TrustLink, USUAL_TRUST_NAME};

use super::call::Call;
use super::certificate::{distribute, stored};
use super::gateway::{provision, read_metadata};
use super::shell::{DirectoryObject, Outcome, Shell, history};

/// Downloads the gateway's metadata, registers the certificate, and stores the trust.
///
/// Source: New-FederationTrust (docs).
pub(super) async fn new_federation_trust(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    if shell.organization().trust.exists {
        let message = "A federation trust already exists in the organization.";
        return Err(call.error(
            "InvalidOperation",
            "FederationTrustExistsException",
            message,
        ));
    }
    let certificate = certificate_of(call, required_thumbprint(call)?)?;
    let gateway = match (
        call.text("MetadataUrl"),
        call.switch("UseLegacyProvisioningService"),
    ) {
        (Some(url), _) => instance_of(call, url)?,
        (None, true) => consumer_instance(call)?,
        // The instance that was chosen for the organization; a trust that is gone leaves no trace.
        (None, false) => {
            let own = shell.organization_id();
            shell.federation().organizations.original(own).trust.gateway
        }
    };
    read_metadata(call, gateway).await?;
    let registered = provision(
        call,
        gateway,
        Provisioning::CreateApplication { certificate },
    )
    .await?;
    let name = call.text("Name").unwrap_or(USUAL_TRUST_NAME).to_owned();
    shell.console.change_organization(|row| {
        let trust = &mut row.trust;
        trust.exists = true;
        trust.name = name.into();
        trust.application_uri = None;
        trust.organization_certificate = Some(certificate);
        trust.previous_certificate = None;
        trust.next_certificate = None;
        trust.application = registered.application;
    });
    trust_instance(shell, gateway);
    distribute(shell, certificate);
    if !call.switch("SuppressDnsWarning") {
        shell.warn(DNS_WARNING);
    }
    Ok(vec![describe(shell)])
}

/// Source: New-FederationTrust (docs): it warns that TXT records are needed. The words are ours.
const DNS_WARNING: &str = "Before domains can be federated, a TXT record with the proof that \
                           Get-FederatedDomainProof generates must be published in DNS for each of them.";

/// Shows the trust.
pub(super) async fn get_federation_trust(call: &Call<'_, '_>) -> Outcome {
    match call.text("Identity") {
        Some(_) => named(call).map(|()| vec![describe(call.shell)]),
        None if call.shell.organization().trust.exists => Ok(vec![describe(call.shell)]),
        None => Ok(Vec::new()),
    }
}

/// Stages a certificate, publishes the staged one, or reads the gateway's metadata again.
///
/// Source: Set-FederationTrust (docs); rotation of the certificate, Federation, Exchange 2013 Help
/// (docs).
pub(super) async fn set_federation_trust(call: &Call<'_, '_>) -> Outcome {
    named(call)?;
    let shell = call.shell;
    let steps = [
        call.has("Thumbprint"),
        call.switch("PublishFederationCertificate"),
        call.switch("RefreshMetadata"),
    ];
    if steps.into_iter().filter(|&is_wanted| is_wanted).count() > 1 {
        let message = "Parameter set cannot be resolved: give one of -Thumbprint, \
                       -PublishFederationCertificate and -RefreshMetadata.";
        return Err(call.error("InvalidArgument", "ParameterBindingException", message));
    }
    if call.has("Thumbprint") {
        let next = certificate_of(call, required_thumbprint(call)?)?;
        if shell.organization().trust.organization_certificate == Some(next) {
            let message =
                "The certificate is already the current certificate of the federation trust.";
            return Err(call.error("InvalidArgument", "ArgumentException", message));
        }
        shell
            .console
            .change_organization(|row| row.trust.next_certificate = Some(next));
        distribute(shell, next);
        shell.warn(
            "Once the next certificate is published, the TXT records of domains must hold its proofs: \
             until they do, no further domain can be added.",
        );
    }
    if call.switch("PublishFederationCertificate") {
        publish(call).await?;
    }
    let other = match call.text("MetadataUrl") {
        Some(url) => Some(instance_of(call, url)?),
        None => None,
    };
    if let Some(gateway) = other.filter(|&wanted| wanted != shell.organization().trust.gateway) {
        turn_to(call, gateway).await?;
    } else if call.switch("RefreshMetadata") {
        read_metadata(call, shell.organization().trust.gateway).await?;
        let now = shell.now();
        let federation = shell.federation();
        let gateway = federation
            .gateways
            .at(shell.organization().trust.gateway, now);
        let host = federation.hosts.original(gateway.token_host).name;
        let issuer = gateway.issuer;
        shell.console.change_organization(|row| {
            row.trust.refresh_by_hand(now);
            // The metadata tells who issues tokens, and where.
            row.trust.token_issuer_uri = Some(issuer);
            row.trust.token_issuer_host = Some(host);
        });
    }
    if let Some(name) = call.text("Name").map(ToOwned::to_owned) {
        shell
            .console
            .change_organization(|row| row.trust.name = name.into());
    }
    Ok(Vec::new())
}

/// The trust turns to another instance of the gateway: what is registered with the present one is
/// registered there, with the same certificate and the proofs that are in DNS.
///
/// Source: Set-FederationTrust -MetadataUrl, with which organizations of a government's cloud name that
/// cloud's gateway, Manage a federation trust (docs). Assumed: that the cmdlet registers there what was
/// registered here.
async fn turn_to(call: &Call<'_, '_>, gateway: GatewayId) -> Result<(), ErrorRecord> {
    let shell = call.shell;
    let organization = shell.organization();
    let Some(certificate) = organization.trust.organization_certificate else {
        let message = "The federation trust has no current certificate.";
        return Err(call.error(
            "InvalidOperation",
            "FederationCertificateInvalidException",
            message,
        ));
    };
    let namespace = organization
        .identifier
        .exists
        .then_some(organization.identifier.account_namespace);
    let domains: Vec<NameId> = organization.federated_domains().collect();
    read_metadata(call, gateway).await?;
    let create = Provisioning::CreateApplication { certificate };
    let registered = provision(call, gateway, create).await?;
    if let Some(namespace) = namespace {
        provision(call, gateway, Provisioning::ReserveNamespace { namespace }).await?;
    }
    for domain in domains {
        provision(call, gateway, Provisioning::RegisterDomain { domain }).await?;
    }
    let application = registered.application;
    shell
        .console
        .change_organization(|row| row.trust.application = application);
    trust_instance(shell, gateway);
    Ok(())
}

/// The trust holds what the metadata of an instance says.
fn trust_instance(shell: &Shell<'_>, gateway: GatewayId) {
    let instance = shell.federation().gateways.original(gateway);
    let token_host = shell.federation().hosts.original(instance.token_host).name;
    let (now, issuer) = (shell.now(), instance.issuer);
    shell.console.change_organization(|row| {
        let trust = &mut row.trust;
        trust.gateway = gateway;
        trust.token_issuer_uri = Some(issuer);
        trust.token_issuer_host = Some(token_host);
        trust.refresh_by_hand(now);
    });
}

async fn publish(call: &Call<'_, '_>) -> Result<(), ErrorRecord> {
    let shell = call.shell;
    let trust = &shell.organization().trust;
    let Some(next) = trust.next_certificate else {
        let message = "There is no next certificate to be published. Set one with \
                       Set-FederationTrust -Thumbprint.";
        return Err(call.error("InvalidOperation", "NoNextCertificateException", message));
    };
    let request = Provisioning::PublishCertificate { certificate: next };
    provision(call, trust.gateway, request).await?;
    shell.console.change_organization(|row| {
        let trust = &mut row.trust;
        trust.previous_certificate = trust.organization_certificate;
        trust.organization_certificate = Some(next);
        trust.next_certificate = None;
    });
    Ok(())
}

/// Deletes the application at the gateway, and the trust.
///
/// Source: removal order, Configure a federation trust (docs): domains first, the primary one last, then
/// the trust.
pub(super) async fn remove_federation_trust(call: &Call<'_, '_>) -> Outcome {
    named(call)?;
    let shell = call.shell;
    let organization = shell.organization();
    let trust = &organization.trust;
    // What the directory says counts: domains that were removed with `-Force` may still be registered.
    if organization.identifier.exists || organization.federated_domains().count() > 0 {
        let message = "The federation trust cannot be removed while domains are federated. Remove \
                       them with Remove-FederatedDomain first, the account namespace's domain last.";
        return Err(call.error("InvalidOperation", "FederationTrustInUseException", message));
    }
    let deleted = provision(call, trust.gateway, Provisioning::DeleteApplication).await;
    if !call.switch("Force") {
        deleted?;
    }
    shell.console.change_organization(|row| {
        row.trust.exists = false;
        row.trust.application_uri = None;
        row.trust.organization_certificate = None;
        row.trust.previous_certificate = None;
        row.trust.next_certificate = None;
        row.identifier.exists = false;
        row.identifier.enabled = false;
        row.identifier.link = TrustLink::Blank;
    });
    Ok(Vec::new())
}

/// That the trust is there, by the name that was given.
pub(super) fn named(call: &Call<'_, '_>) -> Result<(), ErrorRecord> {
    let trust = &call.shell.organization().trust;
    let wanted = call.text("Identity").unwrap_or(&trust.name);
    if trust.exists && trust.name.eq_ignore_ascii_case(wanted) {
        Ok(())
    } else {
        Err(call.not_found("federation trust", wanted))
    }
}

fn required_thumbprint<'a>(call: &'a Call<'_, '_>) -> Result<&'a str, ErrorRecord> {
    call.text("Thumbprint").ok_or_else(|| {
        let message = "No certificate was given: -Thumbprint is blank.";
        call.error("InvalidArgument", "ArgumentException", message)
    })
}

/// The certificate with a thumbprint, if it is in this server's store and can be used for federation.
///
/// Source: requirements on the certificate, Federation, Exchange 2013 Help (docs).
fn certificate_of(call: &Call<'_, '_>, thumbprint: &str) -> Result<CertificateId, ErrorRecord> {
    let shell = call.shell;
    let federation = shell.federation();
    let mut own = stored(federation, shell.organization_id(), shell.own_server());
    let wanted: String = thumbprint.split_whitespace().collect();
    let found = own.find(|&id| {
        let known = federation.certificates.original(id).thumbprint();
        known.eq_ignore_ascii_case(&wanted)
    });
    let invalid = |why: &str| {
        let message = format!("The certificate with thumbprint '{wanted}' {why}");
        call.error(
            "InvalidArgument",
            "FederationCertificateInvalidException",
            message,
        )
    };
    let id = found.ok_or_else(|| invalid("was not found in the local certificate store."))?;
    let row = federation.certificates.at(id, shell.now());
    match unsuitable(shell, id, row) {
        None => Ok(id),
        Some(why) => Err(invalid(why)),
    }
}

/// Why a certificate cannot be used for federation, if it cannot.
fn unsuitable(shell: &Shell<'_>, id: CertificateId, row: &Certificate) -> Option<&'static str> {
    let state = shell.own_server().stored(id);
    if !row.subject_key_identifier.exists() {
        Some("doesn't have a subject key identifier.")
    } else if state == StoreState::NoPrivateKey {
        Some("doesn't have a private key.")
    } else if row.key_provider == KeyProvider::Cng || state == StoreState::Unusable {
        Some("has a private key that is not kept by a CryptoAPI provider.")
    } else if row.key_export == KeyExport::Impossible {
        Some("has a private key that cannot be exported.")
    } else if !row.validity.covers(shell.console.shown()) {
        Some("is expired or not yet valid.")
    } else {
        None
    }
}

/// The instance whose metadata stands at an address.
///
/// Source: New-FederationTrust -MetadataUrl (docs): sovereign clouds have metadata of their own.
fn instance_of(call: &Call<'_, '_>, url: &str) -> Result<GatewayId, ErrorRecord> {
    let shell = call.shell;
    let federation = shell.federation();
    let host = shell.url(url).map(|url| url.host);
    let mut ids = federation.gateways.ids();
    let found = ids.find(|&id| {
        let metadata_host = federation.gateways.original(id).metadata_host;
        Some(federation.hosts.original(metadata_host).name) == host
    });
    found.ok_or_else(|| {
        let message = format!("Unable to access the Federation Metadata document from {url}.");
        call.error(
            "MetadataError",
            "UnableToAccessFederationMetadataException",
            message,
        )
    })
}

fn consumer_instance(call: &Call<'_, '_>) -> Result<GatewayId, ErrorRecord> {
    let federation = call.shell.federation();
    let mut ids = federation.gateways.ids();
    let found = ids.find(|&id| &*federation.gateways.original(id).name == "consumer");
    found.ok_or_else(|| {
        let message = "There is no consumer instance of the gateway in this world.";
        call.error("InvalidArgument", "ArgumentException", message)
    })
}

/// The trust as the shell shows it.
///
/// Source: fields of Get-FederationTrust, observed.
fn describe(shell: &Shell<'_>) -> Object {
    let federation = shell.federation();
    let organization = shell.organization();
    let trust: &FederationTrust = &organization.trust;
    let thumbprint =
        |id: Option<CertificateId>| id.map(|id| federation.certificates.original(id).thumbprint());
    let text =
        |name: Option<NameId>| name.map_or(Value::Null, |name| Value::text(shell.text(name)));
    let gateway = federation.gateways.original(trust.gateway);
    let host = |id| shell.text(federation.hosts.original(id).name);
    let epr = trust
        .token_issuer_host
        .map(|host| format!("https://{}/extSTS.srf", shell.text(host)));
    let metadata = format!(
        "https://{}/FederationMetadata/2006-12/FederationMetadata.xml",
        host(gateway.metadata_host)
    );
    let held = federation.held_issuer_certificates(organization, shell.now());
    let signing = |number: Option<u32>| number.map(|number| signing_thumbprint(shell, number));
    let identifier = federation.application_identifier(shell.organization_id(), trust.application);
    let shown = shell
        .object("FederationTrust")
        .with("ApplicationIdentifier", identifier)
        .with("ApplicationUri", text(trust.application_uri))
        .with("OrgCertificate", thumbprint(trust.organization_certificate))
        .with(
            "OrgPrivCertificate",
            thumbprint(trust.organization_certificate),
        )
        .with("OrgNextPrivCertificate", thumbprint(trust.next_certificate))
        .with(
            "OrgPrevPrivCertificate",
            thumbprint(trust.previous_certificate),
        )
        .with("TokenIssuerCertificate", signing(held.current))
        .with("TokenIssuerPrevCertificate", signing(held.previous))
        .with("TokenIssuerUri", text(trust.token_issuer_uri))
        .with("TokenIssuerEpr", epr)
        .with("TokenIssuerMetadataEpr", metadata)
        .with("TokenIssuerType", "LiveId")
        .with("PolicyReferenceUri", "EX_MBI_FED_SSL")
        .with("NamespaceProvisioner", "LiveDomainServices2")
        .with("Identity", &*trust.name);
    let hash = organization.hash.with(2);
    let id = shell.organization_id();
    let (created, changed) = history(&federation.organizations, id, federation.start, shell.now());
    let path = [&*trust.name, "Federation Trusts"];
    let directory = DirectoryObject {
        name: &trust.name,
        path: &path,
        class: "msExchFedTrust",
        category: "ms-Exch-Fed-Trust",
        hash,
        created,
        changed,
    };
    shell.with_directory_properties(shown, &directory)
}

/// The thumbprint of a signing certificate of the organization's gateway, by its number.
pub(super) fn signing_thumbprint(shell: &Shell<'_>, number: u32) -> String {
    let gateway = shell.organization().trust.gateway;
    let hash = shell
        .federation()
        .gateways
        .original(gateway)
        .hash
        .with(u64::from(number));
    format!(
        "{:016X}{:016X}{:08X}",
        hash.with(1).0,
        hash.with(2).0,
        hash.with(3).0 as u32
    )
}
