//! Federated domains: proofs, the organization identifier, adding and removing domains.
//!
//! It knows nothing of how the gateway looks for a proof. Invariant: a domain is federated in the
//! directory only after the gateway has registered it.

use crate::cmdlet::output::ErrorRecord;
use crate::cmdlet::value::{Object, Value};
use crate::model::administration::{NAMESPACE_PREFIX, Provisioning, domain_proof};
use crate::model::certificate::{CertificateId, StoreState};
use crate::model::gateway::GatewayId;
use crate::model::names::NameId;
use crate::model::organization::{AcceptedDomain, AcceptedDomainKind};
use crate::model::trust::{Registration, TrustLink};

use super::call::Call;
use super::gateway::provision;
use super::shell::{DirectoryObject, Outcome, history};

/// How many characters a federated domain has at most.
///
/// Source: Federation, Exchange 2013 Help (docs).
const DOMAIN_CHARACTERS_MAX: usize = 32;

/// The proofs of a domain, one for each certificate of the trust: next, current, previous.
///
/// Source: Get-FederatedDomainProof (docs); the order is observed.
pub(super) async fn get_federated_domain_proof(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let domain = call.text("DomainName").unwrap_or_default().to_owned();
    let trust = &shell.organization().trust;
    if !trust.exists {
        return Err(no_trust(call));
    }
    let roles = [
        ("OrgNextPrivCertificate", trust.next_certificate),
        ("OrgPrivCertificate", trust.organization_certificate),
        ("OrgPrevPrivCertificate", trust.previous_certificate),
    ];
    let wanted = call.text("Thumbprint");
    let mut proofs = Vec::new();
    for (role, id) in roles {
        let Some(id) = id else { continue };
        let row = shell.federation().certificates.original(id);
        let thumbprint = row.thumbprint();
        if wanted.is_some_and(|wanted| !wanted.eq_ignore_ascii_case(&thumbprint)) {
            continue;
        }
        require_key(call, id)?;
        let proof = shell
            .object("FederatedDomainProof")
            .with("DomainName", domain.as_str())
            .with("Name", role)
            .with("Thumbprint", thumbprint)
            .with("Proof", domain_proof(row, &domain))
            .with(
                "DnsRecord",
                format!("{domain} TXT IN {}", domain_proof(row, &domain)),
            );
        proofs.push(proof);
    }
    Ok(proofs)
}

/// A proof is made with the private key, so that must be in this server's store.
fn require_key(call: &Call<'_, '_>, id: CertificateId) -> Result<(), ErrorRecord> {
    let shell = call.shell;
    if shell.own_server().stored(id) == StoreState::Installed {
        return Ok(());
    }
    let thumbprint = shell.federation().certificates.original(id).thumbprint();
    let message = format!(
        "The private key of the certificate with thumbprint '{thumbprint}' isn't available on \
         server {}.",
        shell.own_server().name
    );
    Err(call.error(
        "InvalidOperation",
        "FederationCertificateInvalidException",
        message,
    ))
}

/// Fills, enables or disables the organization identifier.
///
/// Source: Set-FederatedOrganizationIdentifier (docs). Chosen: proofs are looked for before the namespace
/// is reserved, so that a failed proof leaves nothing behind.
pub(super) async fn set_federated_organization_identifier(call: &Call<'_, '_>) -> Outcome {
    if call.shell.organization().identifier.link == TrustLink::Deleted {
        return Err(deleted_link(call));
    }
    if let Some(link) = call.text("DelegationFederationTrust") {
        let trust = &call.shell.organization().trust;
        if !trust.exists || !trust.name.eq_ignore_ascii_case(link) {
            return Err(call.not_found("federation trust", link));
        }
        call.shell
            .console
            .change_organization(|row| row.identifier.link = TrustLink::Trust);
    }
    if let Some(domain) = call.text("AccountNamespace") {
        let domain = domain.to_owned();
        set_namespace(call, &domain).await?;
    }
    if let Some(domain) = call.text("DefaultDomain") {
        let domain = domain.to_owned();
        let name = federable(call, &domain)?;
        if !call.shell.organization().is_federated_domain(name) {
            federate(call, name).await?;
        }
        call.shell
            .console
            .change_organization(|row| row.identifier.default_domain = Some(name));
    }
    if let Some(contact) = call.value("OrganizationContact") {
        let contact = contact.to_text(call.shell.zone);
        call.shell
            .console
            .change_organization(|row| row.identifier.contact = contact.into());
    }
    let shell = call.shell;
    if let Some(enabled) = call.boolean("Enabled") {
        if enabled && !shell.organization().identifier.exists {
            let message = "The federated organization identifier has no account namespace. Give one \
                           with -AccountNamespace.";
            return Err(call.error("InvalidOperation", "NoAccountNamespaceException", message));
        }
        shell
            .console
            .change_organization(|row| row.identifier.enabled = enabled);
    }
    Ok(Vec::new())
}

/// Reserves the account namespace that is made of a domain. If that is one of the accepted domains, it
/// is registered as the first one too.
///
/// Source: the domain of the account namespace needs no proof and need not be an accepted domain:
/// Federation, Exchange 2013 Help (docs). Chosen: an accepted one is federated with it, and proved.
async fn set_namespace(call: &Call<'_, '_>, domain: &str) -> Result<(), ErrorRecord> {
    let shell = call.shell;
    if !shell.organization().trust.exists {
        return Err(no_trust(call));
    }
    let name = shell.intern(domain);
    let namespace = shell.intern(&format!("{NAMESPACE_PREFIX}.{domain}"));
    let identifier = &shell.organization().identifier;
    let is_reserved = shell.organization().trust.application_uri.is_some();
    if identifier.exists && identifier.account_namespace == namespace && is_reserved {
        return Ok(());
    }
    // A trust that was made anew has reserved nothing yet.
    if identifier.exists && is_reserved {
        let message = format!(
            "The account namespace is already set to {}. It can be changed only after all domains \
             have been removed.",
            shell.text(identifier.account_namespace)
        );
        return Err(call.error(
            "InvalidOperation",
            "AccountNamespaceAlreadySetException",
            message,
        ));
    }
    let is_accepted = shell.organization().accepted_domain(name).is_some();
    if is_accepted {
        federate(call, federable(call, domain)?).await?;
    }
    let gateway = shell.organization().trust.gateway;
    let reserved = provision(call, gateway, Provisioning::ReserveNamespace { namespace }).await;
    if let Err(error) = reserved {
        // What was registered for it is taken back.
        if is_accepted {
            unregister(call, gateway, name).await?;
        }
        return Err(error);
    }
    shell.console.change_organization(|row| {
        row.identifier.exists = true;
        row.identifier.enabled = true;
        row.identifier.account_namespace = namespace;
        row.identifier.link = TrustLink::Trust;
        row.trust.application_uri = Some(namespace);
    });
    Ok(())
}

/// Adds a domain to the organization identifier.
///
/// Source: Add-FederatedDomain (docs).
pub(super) async fn add_federated_domain(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let domain = call.text("DomainName").unwrap_or_default().to_owned();
    let name = federable(call, &domain)?;
    if !shell.organization().identifier.exists {
        let message = "The federated organization identifier has no account namespace. Use \
                       Set-FederatedOrganizationIdentifier first.";
        return Err(call.error("InvalidOperation", "NoAccountNamespaceException", message));
    }
    if shell.organization().is_federated_domain(name) {
        let message = format!("The domain {domain} is already federated.");
        return Err(call.error(
            "InvalidArgument",
            "DomainAlreadyFederatedException",
            message,
        ));
    }
    federate(call, name).await?;
    Ok(Vec::new())
}

/// Removes a domain; with the domain of the account namespace goes the namespace.
///
/// Source: Remove-FederatedDomain (docs): the domain of the account namespace is the last.
pub(super) async fn remove_federated_domain(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let domain = call.text("DomainName").unwrap_or_default().to_owned();
    let name = shell.intern(&domain);
    let namespace = shell.intern(&format!("{NAMESPACE_PREFIX}.{domain}"));
    let organization = shell.organization();
    let identifier = &organization.identifier;
    let is_primary = identifier.exists && identifier.account_namespace == namespace;
    let is_federated = organization.is_federated_domain(name);
    if !is_federated && !is_primary {
        return Err(call.not_found("federated domain", &domain));
    }
    let others = organization.accepted_domains.iter().filter(|accepted| {
        accepted.domain != name && organization.is_federated_domain(accepted.domain)
    });
    if is_primary && others.count() > 0 {
        let message = format!(
            "The domain {domain} is the account namespace's and can be removed only when all other \
             federated domains have been removed."
        );
        return Err(call.error(
            "InvalidOperation",
            "CannotRemovePrimaryDomainException",
            message,
        ));
    }
    let gateway = organization.trust.gateway;
    let removed = remove_from_gateway(call, gateway, name, is_federated, is_primary).await;
    if !call.switch("Force") {
        removed?;
    }
    set_federated(call, name, false);
    shell.console.change_organization(|row| {
        if row.identifier.default_domain == Some(name) {
            row.identifier.default_domain = None;
        }
        if is_primary {
            row.identifier.exists = false;
            row.identifier.enabled = false;
            row.trust.application_uri = None;
        }
    });
    Ok(Vec::new())
}

/// Takes a domain out of the application, the account namespace that is made of it, or both.
async fn remove_from_gateway(
    call: &Call<'_, '_>,
    gateway: GatewayId,
    name: NameId,
    is_federated: bool,
    is_primary: bool,
) -> Result<(), ErrorRecord> {
    if is_federated {
        unregister(call, gateway, name).await?;
    }
    if is_primary {
        provision(call, gateway, Provisioning::ReleaseNamespace).await?;
    }
    Ok(())
}

/// Makes a domain an accepted one.
///
/// Source: New-AcceptedDomain (docs): authoritative unless it says otherwise.
pub(super) async fn new_accepted_domain(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let domain = call.text("DomainName").unwrap_or_default().to_owned();
    let name = shell.intern(&domain);
    if shell.organization().accepted_domain(name).is_some() {
        let message = format!("The accepted domain {domain} already exists.");
        return Err(call.error("InvalidArgument", "ADObjectAlreadyExistsException", message));
    }
    let word = call
        .text("DomainType")
        .unwrap_or("Authoritative")
        .to_owned();
    let kind = match word.as_str() {
        "InternalRelay" => AcceptedDomainKind::InternalRelay,
        "ExternalRelay" => AcceptedDomainKind::ExternalRelay,
        _ => AcceptedDomainKind::Authoritative,
    };
    shell.console.change_organization(|row| {
        let known = row.accepted_domains.iter().copied();
        let added = AcceptedDomain {
            domain: name,
            kind,
            federated: false,
        };
        row.accepted_domains = known.chain([added]).collect();
    });
    let shown = shell
        .object("AcceptedDomain")
        .with("Name", call.text("Name").unwrap_or_default())
        .with("DomainName", domain.as_str())
        .with("DomainType", word.as_str())
        .with("Identity", call.text("Name").unwrap_or_default())
        .with("IsValid", true);
    Ok(vec![shown])
}

/// Changes the type of an accepted domain.
///
/// Source: Set-AcceptedDomain (docs).
pub(super) async fn set_accepted_domain(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let domain = call.text("Identity").unwrap_or_default();
    let name = shell.intern(domain);
    let Some(accepted) = shell.organization().accepted_domain(name) else {
        return Err(call.not_found("accepted domain", domain));
    };
    let kind = match call.text("DomainType") {
        Some("Authoritative") => AcceptedDomainKind::Authoritative,
        Some("InternalRelay") => AcceptedDomainKind::InternalRelay,
        Some("ExternalRelay") => AcceptedDomainKind::ExternalRelay,
        _ => accepted.kind,
    };
    if accepted.federated && kind != AcceptedDomainKind::Authoritative {
        let message = format!("The accepted domain {domain} is federated and stays authoritative.");
        return Err(call.error("InvalidOperation", "FederatedDomainTypeException", message));
    }
    shell.console.change_organization(|row| {
        let mut domains = row.accepted_domains.iter_mut();
        if let Some(accepted) = domains.find(|accepted| accepted.domain == name) {
            accepted.kind = kind;
        }
    });
    Ok(Vec::new())
}

/// Shows the organization identifier.
///
/// Source: fields of the listing in Exchange federation trust, part 1 (article).
pub(super) async fn get_federated_organization_identifier(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    if let Some(identity) = call.text("Identity")
        && !identity.eq_ignore_ascii_case("Federation")
    {
        return Err(call.not_found("federated organization identifier", identity));
    }
    let federation = shell.federation();
    let organization = shell.organization();
    let identifier = &organization.identifier;
    let missing = || Value::text("missing");
    let (namespace, domains) = match identifier.exists {
        true => {
            let federated = organization.accepted_domains.iter();
            let federated = federated.map(|accepted| accepted.domain);
            let federated = federated.filter(|&domain| organization.is_federated_domain(domain));
            let all = federated.chain([identifier.account_namespace]);
            let all: Vec<&str> = all.map(|name| shell.text(name)).collect();
            (
                Value::text(shell.text(identifier.account_namespace)),
                Value::texts(all),
            )
        }
        false => (missing(), missing()),
    };
    let default = match (identifier.exists, identifier.default_domain) {
        (true, Some(domain)) => Value::text(shell.text(domain)),
        (true, None) => Value::Null,
        (false, _) => missing(),
    };
    let link = match identifier.link {
        TrustLink::Deleted => Some(shell.deleted_trust()),
        TrustLink::Trust if organization.trust.exists && identifier.exists => {
            Some(shell.distinguished_name(&[&organization.trust.name, "Federation Trusts"]))
        }
        TrustLink::Trust | TrustLink::Blank => None,
    };
    let is_enabled = identifier.exists && identifier.enabled;
    let shown = shell
        .object("FederatedOrganizationIdWithDomainStatus")
        .with("AccountNamespace", namespace)
        .with("Domains", domains)
        .with("DefaultDomain", default)
        .with("Enabled", is_enabled)
        .with("OrganizationContact", &*identifier.contact)
        .with("DelegationTrustLink", link)
        .with("Identity", "Federation");
    let id = shell.organization_id();
    let (created, changed) = history(&federation.organizations, id, federation.start, shell.now());
    let directory = DirectoryObject {
        name: "Federation",
        path: &["Federation"],
        class: "msExchFedOrgId",
        category: "ms-Exch-Fed-OrgId",
        hash: organization.hash.with(1),
        created,
        changed,
    };
    let mut shown = shell.with_directory_properties(shown, &directory);
    if call.switch("IncludeExtendedDomainInfo") {
        shown.set("ExtendedDomainInfo", extended(call).await?);
    }
    Ok(vec![shown])
}

/// What the gateway says of each domain of the application.
async fn extended(call: &Call<'_, '_>) -> Result<Value, ErrorRecord> {
    let shell = call.shell;
    if !shell.organization().trust.exists {
        return Err(no_trust(call));
    }
    let gateway = shell.organization().trust.gateway;
    let registration = provision(call, gateway, Provisioning::ReadState).await?;
    let names = registration
        .domains
        .iter()
        .copied()
        .chain(registration.namespace);
    let rows: Vec<Object> = names
        .map(|name| {
            Object::new("FederatedDomain")
                .with("Domain", shell.text(name))
                .with("State", "Active")
        })
        .collect();
    Ok(Value::from(rows))
}

/// The domain, if it can be federated.
///
/// Source: authoritative accepted domains alone: Federation terms, Exchange 2010 glossary (docs); the
/// length: Federation, Exchange 2013 Help (docs).
fn federable(call: &Call<'_, '_>, domain: &str) -> Result<NameId, ErrorRecord> {
    let shell = call.shell;
    if domain.chars().count() > DOMAIN_CHARACTERS_MAX {
        let message = format!(
            "The domain {domain} has more than {DOMAIN_CHARACTERS_MAX} characters and cannot be \
             federated."
        );
        return Err(call.error("InvalidArgument", "DomainNameTooLongException", message));
    }
    let name = shell.intern(domain);
    match shell
        .organization()
        .accepted_domain(name)
        .map(|accepted| accepted.kind)
    {
        None => {
            let message = format!("{domain} isn't an accepted domain of the organization.");
            Err(call.error(
                "InvalidArgument",
                "DomainNameNotAcceptedDomainException",
                message,
            ))
        }
        Some(AcceptedDomainKind::Authoritative) => Ok(name),
        Some(_) => {
            let message = format!("The accepted domain {domain} isn't authoritative.");
            Err(call.error(
                "InvalidArgument",
                "AcceptedDomainsInvalidTypeException",
                message,
            ))
        }
    }
}

/// Registers a domain with the gateway, then marks it as federated.
async fn federate(call: &Call<'_, '_>, domain: NameId) -> Result<(), ErrorRecord> {
    let gateway = call.shell.organization().trust.gateway;
    provision(call, gateway, Provisioning::RegisterDomain { domain }).await?;
    set_federated(call, domain, true);
    Ok(())
}

async fn unregister(
    call: &Call<'_, '_>,
    gateway: GatewayId,
    domain: NameId,
) -> Result<Registration, ErrorRecord> {
    let removed = provision(call, gateway, Provisioning::UnregisterDomain { domain }).await?;
    set_federated(call, domain, false);
    Ok(removed)
}

fn set_federated(call: &Call<'_, '_>, domain: NameId, is_federated: bool) {
    call.shell.console.change_organization(|row| {
        for accepted in &mut row.accepted_domains {
            if accepted.domain == domain {
                accepted.federated = is_federated;
            }
        }
    });
}

/// The identifier's link leads to a trust that has been deleted.
///
/// Source: running the Hybrid Configuration wizard fails (docs): the deleted object and that it was not
/// found are quoted there.
fn deleted_link(call: &Call<'_, '_>) -> ErrorRecord {
    let message = format!(
        "The federation trust \"{}\" wasn't found.",
        call.shell.deleted_trust()
    );
    call.error(
        "ObjectNotFound",
        "ManagementObjectNotFoundException",
        message,
    )
}

fn no_trust(call: &Call<'_, '_>) -> ErrorRecord {
    let message = "There is no federation trust in the organization. Create one with \
                   New-FederationTrust.";
    call.error(
        "ObjectNotFound",
        "FederationTrustNotFoundException",
        message,
    )
}
