//! `Test-FederationTrust` and `Test-FederationTrustCertificate`.
//!
//! It knows nothing of partners: the token is asked for the organization itself. Invariant: rows come in
//! the documented order, and a test that stops the run is the last.

use crate::cmdlet::output::ErrorRecord;
use crate::cmdlet::value::Object;
use crate::model::administration::{Errand, ErrandReply, TokenWish};
use crate::model::certificate::{CertificateId, KeyProvider, StoreState};
use crate::model::directory::federated_address;
use crate::model::outcome::Leg;
use crate::model::token::{DelegationToken, Offer, validate};
use crate::model::trust::HeldIssuerCertificates;

use super::call::Call;
use super::shell::{Outcome, Shell};

/// Rows of a test, as they come.
struct Rows<'a, 'v> {
    shell: &'a Shell<'v>,
    rows: Vec<Object>,
}

/// What a row says.
#[derive(Clone, Copy)]
enum Type {
    Success,
    Information,
    Warning,
    Error,
}

/// Whether the test goes on after a row.
enum Next {
    Go,
    Stop,
}

impl Rows<'_, '_> {
    fn add(&mut self, id: &'static str, row_type: Type, message: impl Into<String>) {
        let row_type = match row_type {
            Type::Success => "Success",
            Type::Information => "Information",
            Type::Warning => "Warning",
            Type::Error => "Error",
        };
        let row = self
            .shell
            .object("FederationTrustTestResult")
            .with("Id", id)
            .with("Type", row_type)
            .with("Message", message.into());
        self.rows.push(row);
    }
}

/// Tests the trust, from its properties to a token for the organization itself.
///
/// Source: rows, order and messages of success: Exchange federation trust, part 1 (article); what else a
/// row can say and where the test stops: observed, Exchange 2013. The words of failures that no source
/// quotes are ours.
pub(super) async fn test_federation_trust(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let mut rows = Rows {
        shell,
        rows: Vec::new(),
    };
    shell.tell("Getting the user.");
    let user = user(call)?;
    shell.tell("Getting the federation trust.");
    let organization = shell.organization();
    let identifier = &organization.identifier;
    if !organization.trust.exists || !identifier.exists || !identifier.enabled {
        let message = "Federation is not set up: there is no federation trust, or the federated \
                       organization identifier is missing or disabled.";
        rows.add("NoFederationTrust", Type::Information, message);
        return Ok(rows.rows);
    }
    if let Next::Stop = test_configuration(&mut rows, user) {
        return Ok(rows.rows);
    }
    shell.tell("Comparing the metadata of the federation trust with the gateway's.");
    test_metadata(&mut rows).await;
    shell.tell("Reading the certificates.");
    if let Next::Stop = test_issuer_certificates(&mut rows) {
        return Ok(rows.rows);
    }
    if let Next::Stop = test_organization_certificates(&mut rows) {
        return Ok(rows.rows);
    }
    shell.tell("Requesting a delegation token.");
    let Some(token) = test_token_request(&mut rows, user).await else {
        return Ok(rows.rows);
    };
    shell.tell("Validating the delegation token.");
    test_token_validation(&mut rows, &token);
    Ok(rows.rows)
}

/// The user on whose behalf the token is asked for: the one that is named, else the first mailbox.
fn user(call: &Call<'_, '_>) -> Result<UserAddress, ErrorRecord> {
    let shell = call.shell;
    let identity = match call.text("UserIdentity") {
        Some(identity) => identity.to_owned(),
        None => default_user(shell),
    };
    let Some(key) = shell.mailbox(&identity) else {
        return Err(call.not_found("mailbox", &identity));
    };
    let keys = shell.console.keys();
    let mailbox = shell
        .federation()
        .mailbox(shell.organization_id(), key, shell.now(), keys);
    Ok(federated_address(shell.organization(), mailbox))
}

type UserAddress = Option<crate::model::address::Address>;

/// The test mailbox. Chosen: the first mailbox of the organization stands for it.
fn default_user(shell: &Shell<'_>) -> String {
    let federation = shell.federation();
    let own = shell.organization_id();
    let mut declared = federation.mailboxes.ids();
    let first = declared.find(|&id| federation.mailboxes.original(id).organization == own);
    match first {
        Some(id) => federation.address_text(federation.mailboxes.original(id).addresses[0]),
        None => "user1".to_owned(),
    }
}

fn test_configuration(rows: &mut Rows<'_, '_>, user: UserAddress) -> Next {
    let shell = rows.shell;
    let organization = shell.organization();
    let trust = &organization.trust;
    let held = shell
        .federation()
        .held_issuer_certificates(organization, shell.now());
    let required = [
        (
            "OrgPrivCertificate",
            trust.organization_certificate.is_some(),
        ),
        ("TokenIssuerUri", trust.token_issuer_uri.is_some()),
        ("TokenIssuerEpr", trust.token_issuer_host.is_some()),
        ("ApplicationUri", trust.application_uri.is_some()),
        ("TokenIssuerCertificate", held.current.is_some()),
    ];
    let missing = required.iter().filter(|(_, is_there)| !is_there);
    let missing: Vec<&str> = missing.map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        let message = format!(
            "FederationTrust object in ActiveDirectory is not valid. Missing properties: {}.",
            missing.join(", ")
        );
        rows.add("FederationTrustConfiguration", Type::Error, message);
        return Next::Stop;
    }
    if user.is_none() {
        let message = "The user has no e-mail address in a federated domain.";
        rows.add("FederationTrustConfiguration", Type::Error, message);
        return Next::Stop;
    }
    let message = "FederationTrust object in ActiveDirectory is valid.";
    rows.add("FederationTrustConfiguration", Type::Success, message);
    Next::Go
}

/// The numbers of held certificates that are in date.
fn in_date(shell: &Shell<'_>, held: HeldIssuerCertificates) -> Vec<u32> {
    let gateway = shell.organization().trust.gateway;
    let signing = &shell.federation().gateways.at(gateway, shell.now()).signing;
    let shown = shell.console.shown();
    let numbers = [held.current, held.previous].into_iter().flatten();
    let valid = |&number: &u32| {
        let row = signing.get(number as usize);
        row.is_some_and(|row| row.validity.covers(shown))
    };
    let mut numbers: Vec<u32> = numbers.filter(valid).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

async fn test_metadata(rows: &mut Rows<'_, '_>) {
    let shell = rows.shell;
    let id = "FederationMetadata";
    let gateway = shell.organization().trust.gateway;
    let published = match shell.ask(Errand::Metadata(gateway)).await {
        Ok(ErrandReply::Metadata(published)) => published,
        Ok(_) => {
            return rows.add(
                id,
                Type::Error,
                "Unable to retrieve federation metadata from the security token service.",
            );
        }
        Err(failure) => {
            let message = format!(
                "Unable to retrieve federation metadata from the security token service. Reason: {}.",
                failure.text()
            );
            return rows.add(id, Type::Error, message);
        }
    };
    let organization = shell.organization();
    let held = shell
        .federation()
        .held_issuer_certificates(organization, shell.now());
    if in_date(shell, held) == in_date(shell, published) {
        let message = "The federation trust contains the same certificates published by the \
                       security token service in its federation metadata.";
        rows.add(id, Type::Success, message);
    } else {
        let message = "The federation trust doesn't contain the same certificates published by the \
                       security token service in its federation metadata.";
        rows.add(id, Type::Error, message);
    }
}

fn test_issuer_certificates(rows: &mut Rows<'_, '_>) -> Next {
    let shell = rows.shell;
    let organization = shell.organization();
    let held = shell
        .federation()
        .held_issuer_certificates(organization, shell.now());
    let valid = in_date(shell, held);
    let both = [
        ("StsCertificate", "TokenIssuerCertificate", held.current),
        (
            "StsPreviousCertificate",
            "TokenIssuerPrevCertificate",
            held.previous,
        ),
    ];
    for (id, property, number) in both {
        let Some(number) = number else { continue };
        if valid.contains(&number) {
            let message = format!(
                "Valid certificate referenced by property {property} in the FederationTrust object."
            );
            rows.add(id, Type::Success, message);
        } else {
            let message = format!(
                "Expired certificate referenced by property {property} in the FederationTrust object."
            );
            let severity = if valid.is_empty() {
                Type::Error
            } else {
                Type::Warning
            };
            rows.add(id, severity, message);
        }
    }
    if valid.is_empty() {
        Next::Stop
    } else {
        Next::Go
    }
}

fn test_organization_certificates(rows: &mut Rows<'_, '_>) -> Next {
    let shell = rows.shell;
    let trust = &shell.organization().trust;
    let property = "OrgPrivCertificate";
    let id = "OrganizationCertificate";
    // Somebody else may have removed the trust since its configuration was tested.
    let Some(current) = trust.organization_certificate else {
        let message = format!("The property {property} of the FederationTrust object is blank.");
        rows.add(id, Type::Error, message);
        return Next::Stop;
    };
    if let Some(why) = unusable(shell, current) {
        let message = format!(
            "Certificate referenced by property {property} in the FederationTrust object {why}."
        );
        rows.add(id, Type::Error, message);
        return Next::Stop;
    }
    rows.add(id, Type::Success, valid_message(property));
    if let Some(previous) = trust.previous_certificate {
        let property = "OrgPrevPrivCertificate";
        let id = "OrganizationPreviousCertificate";
        match unusable(shell, previous) {
            None => rows.add(id, Type::Success, valid_message(property)),
            Some(why) => {
                let message = format!(
                    "Certificate referenced by property {property} in the FederationTrust object \
                     {why}."
                );
                rows.add(id, Type::Error, message);
            }
        }
    }
    Next::Go
}

fn valid_message(property: &str) -> String {
    format!("Valid certificate referenced by property {property} in the FederationTrust object.")
}

/// Why this server cannot use an organization certificate, if it cannot.
fn unusable(shell: &Shell<'_>, id: CertificateId) -> Option<&'static str> {
    let row = shell.federation().certificates.at(id, shell.now());
    match shell.own_server().stored(id) {
        StoreState::Missing => Some("was not found in the local certificate store"),
        StoreState::NoPrivateKey => Some("has no private key"),
        _ if !row.validity.covers(shell.console.shown()) => Some("is expired"),
        StoreState::Unusable => Some("has a private key that cannot be used"),
        StoreState::Installed if row.key_provider == KeyProvider::Cng => {
            Some("has a private key that cannot be used")
        }
        StoreState::Installed => None,
    }
}

async fn test_token_request(rows: &mut Rows<'_, '_>, user: UserAddress) -> Option<DelegationToken> {
    let shell = rows.shell;
    let audience = shell.organization().trust.application_uri;
    let (Some(email), Some(audience)) = (user, audience) else {
        rows.add(
            "TokenRequest",
            Type::Error,
            "Failed to request delegation token.",
        );
        return None;
    };
    let wish = TokenWish {
        audience,
        email,
        domain: email.domain,
        leg: Leg::FreeBusyToken,
    };
    match shell.ask(Errand::Token(wish)).await {
        Ok(ErrandReply::Token(token)) => {
            rows.add(
                "TokenRequest",
                Type::Success,
                "Request for delegation token succeeded.",
            );
            Some(token)
        }
        Ok(_) => {
            rows.add(
                "TokenRequest",
                Type::Error,
                "Failed to request delegation token.",
            );
            None
        }
        Err(failure) => {
            shell.tell(format!(
                "Failed to request delegation token. Reason: {}",
                failure.text()
            ));
            rows.add(
                "TokenRequest",
                Type::Error,
                "Failed to request delegation token.",
            );
            None
        }
    }
}

fn test_token_validation(rows: &mut Rows<'_, '_>, token: &DelegationToken) {
    let shell = rows.shell;
    let offer = Offer::SharingCalendarFreeBusy;
    let validator =
        shell
            .federation()
            .validator_seen(shell.console.server(), offer, shell.now(), shell.now());
    match validate(Some(token), &validator) {
        Ok(_) => rows.add(
            "TokenValidation",
            Type::Success,
            "Requested delegation token is valid.",
        ),
        Err(rejection) => {
            shell.tell(format!(
                "Failed to validate delegation token: {}.",
                rejection.result_code()
            ));
            rows.add(
                "TokenValidation",
                Type::Error,
                "Failed to validate delegation token.",
            );
        }
    }
}

/// On which servers the certificates of the trust are installed.
///
/// Source: Test-FederationTrustCertificate (docs); the words for the states are recalled.
pub(super) async fn test_federation_trust_certificate(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let organization = shell.organization();
    let trust = &organization.trust;
    if !trust.exists {
        return Err(call.not_found("federation trust", &trust.name));
    }
    let roles = [
        ("OrgNextPrivCertificate", trust.next_certificate),
        ("OrgPrivCertificate", trust.organization_certificate),
        ("OrgPrevPrivCertificate", trust.previous_certificate),
    ];
    let mut states = Vec::new();
    for &server in organization.servers.iter() {
        let row = shell.federation().servers.at(server, shell.now());
        for (role, id) in roles {
            let Some(id) = id else { continue };
            let state = match row.stored(id) {
                StoreState::Missing => "NotInstalled",
                StoreState::NoPrivateKey => "NoPrivateKey",
                StoreState::Installed | StoreState::Unusable => "Installed",
            };
            let site = &shell.federation().network.sites()[row.site].name;
            let state = shell
                .object("FederationTrustCertificateState")
                .with("Server", &*row.name)
                .with("Site", &**site)
                .with("State", state)
                .with("Name", role)
                .with(
                    "Thumbprint",
                    shell.federation().certificates.original(id).thumbprint(),
                );
            states.push(state);
        }
    }
    Ok(states)
}
