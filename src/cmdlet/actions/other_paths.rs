//! Intra-organization connectors and availability address spaces.
//!
//! It knows nothing of trusts. Invariant: a connector that was made is used as soon as a server reads it.

use std::sync::Arc;

use crate::cmdlet::output::ErrorRecord;
use crate::cmdlet::value::{Object, Value};
use crate::engine::hash::NameHash;
use crate::model::Federation;
use crate::model::address::{Url, UrlPath};
use crate::model::names::NameId;
use crate::model::oauth::LinkedAccount;
use crate::model::organization::{OrgId, ServerId};
use crate::model::relationship::{
    AccessMethod, AddressSpace, Connector, ConnectorId, Credentials, OAuthState, shown_name,
};

use super::call::Call;
use super::relationship::domains;
use super::shell::{Outcome, Shell};

/// Makes a connector.
///
/// Source: New-IntraOrganizationConnector (docs).
pub(super) async fn new_intra_organization_connector(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let name = call.text("Name").unwrap_or_default().to_owned();
    if find(shell, &name).is_some() {
        let message = format!("The intra-organization connector '{name}' already exists.");
        return Err(call.error("InvalidArgument", "ADObjectAlreadyExistsException", message));
    }
    let own = shell.organization_id();
    let served = domains(call, "TargetAddressDomains", &[]).unwrap_or_default();
    let endpoint = call
        .text("DiscoveryEndpoint")
        .and_then(|text| shell.url(text));
    let endpoint = endpoint.unwrap_or(Url {
        host: shell.intern("nowhere.invalid"),
        path: UrlPath::Other,
    });
    let is_enabled = call.boolean("Enabled").unwrap_or(true);
    let id = shell.console.change(|federation, now| {
        let hash = federation.organizations.original(own).hash;
        let id = federation.connectors.add(Connector {
            organization: own,
            name: name.as_str().into(),
            hash: hash.with(NameHash::of(&name).0),
            enabled: false,
            domains: served.into(),
            discovery_endpoint: endpoint,
            oauth: OAuthState::Working,
        });
        federation
            .connectors
            .change(id, now, |row| row.enabled = is_enabled);
        remember(federation, own, id);
        id
    });
    Ok(vec![describe(shell, id)])
}

/// Changes a connector.
///
/// Source: Set-IntraOrganizationConnector (docs).
pub(super) async fn set_intra_organization_connector(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let identity = call.text("Identity").unwrap_or_default();
    let Some(id) = find(shell, identity) else {
        return Err(call.not_found("intra-organization connector", identity));
    };
    let own = shell.organization_id();
    let present = &shell.federation().connectors.at(id, shell.now()).domains;
    let served = domains(call, "TargetAddressDomains", present);
    let endpoint = call
        .text("DiscoveryEndpoint")
        .and_then(|text| shell.url(text));
    let is_enabled = call.boolean("Enabled");
    shell.console.change(|federation, now| {
        federation.connectors.change(id, now, |row| {
            row.enabled = is_enabled.unwrap_or(row.enabled);
            row.discovery_endpoint = endpoint.unwrap_or(row.discovery_endpoint);
            if let Some(served) = served {
                row.domains = served.into();
            }
        });
        remember(federation, own, id);
    });
    Ok(Vec::new())
}

fn find(shell: &Shell<'_>, name: &str) -> Option<ConnectorId> {
    let (federation, own) = (shell.federation(), shell.organization_id());
    let mut ids = federation.connectors.ids();
    ids.find(|&id| {
        let row = federation.connectors.original(id);
        let names = [shown_name(&row.name), &row.name];
        row.organization == own && names.iter().any(|known| known.eq_ignore_ascii_case(name))
    })
}

fn remember(federation: &mut Federation, own: OrgId, id: ConnectorId) {
    let additions = Arc::make_mut(&mut federation.additions);
    let known = additions.connectors.entry(own).or_default();
    if !known.contains(&id) {
        known.push(id);
    }
}

fn describe(shell: &Shell<'_>, id: ConnectorId) -> Object {
    let federation = shell.federation();
    let row = federation.connectors.at(id, shell.now());
    let served = row.domains.iter().map(|&domain| shell.text(domain));
    shell
        .object("IntraOrganizationConnector")
        .with("TargetAddressDomains", Value::texts(served))
        .with(
            "DiscoveryEndpoint",
            federation.url_text(row.discovery_endpoint),
        )
        .with("Enabled", row.enabled)
        .with("Identity", shown_name(&row.name))
        .with("Name", shown_name(&row.name))
        .with("IsValid", true)
}

/// Adds an availability address space.
///
/// Source: Add-AvailabilityAddressSpace (docs).
pub(super) async fn add_availability_address_space(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let forest = call.text("ForestName").unwrap_or_default().to_owned();
    let domain: NameId = shell.intern(&forest);
    let own = shell.organization_id();
    let federation = shell.federation();
    let declared = federation.index.address_spaces.get(&(own, domain)).copied();
    let made = federation
        .additions
        .address_spaces
        .get(&(own, domain))
        .copied();
    let known = declared.or(made);
    if known.is_some_and(|id| federation.address_spaces.at(id, shell.now()).exists) {
        let message = format!("The availability address space '{forest}' already exists.");
        return Err(call.error("InvalidArgument", "ADObjectAlreadyExistsException", message));
    }
    let method = method(call)?;
    let epr = call
        .text("TargetAutodiscoverEpr")
        .and_then(|text| shell.url(text));
    let newest = newest_server(shell);
    shell.console.change(|federation, now| {
        let hash = federation.organizations.original(own).hash;
        let id = known.unwrap_or_else(|| {
            let id = federation.address_spaces.add(AddressSpace {
                organization: own,
                name: forest.as_str().into(),
                hash: hash.with(NameHash::of(&forest).0),
                exists: false,
                domain,
                method,
                target_autodiscover_epr: None,
                credentials: Credentials::Valid,
                proxy_server: newest,
            });
            let additions = Arc::make_mut(&mut federation.additions);
            additions.address_spaces.insert((own, domain), id);
            id
        });
        federation.address_spaces.change(id, now, |row| {
            row.exists = true;
            row.method = method;
            row.target_autodiscover_epr = epr;
        });
    });
    let shown = shell
        .object("AvailabilityAddressSpace")
        .with("ForestName", forest.as_str())
        .with(
            "AccessMethod",
            call.text("AccessMethod").unwrap_or_default(),
        )
        .with(
            "TargetAutodiscoverEpr",
            epr.map(|url| shell.federation().url_text(url)),
        )
        .with("Identity", forest.as_str())
        .with("IsValid", true);
    Ok(vec![shown])
}

/// The newest server of the organization, which answers for those behind an internal proxy; the first by
/// name among equals.
fn newest_server(shell: &Shell<'_>) -> Option<ServerId> {
    let federation = shell.federation();
    let servers = shell.organization().servers.iter().copied();
    let edition = |id: ServerId| federation.servers.original(id).edition;
    servers.reduce(|best, next| {
        if edition(next) > edition(best) {
            next
        } else {
            best
        }
    })
}

fn method(call: &Call<'_, '_>) -> Result<AccessMethod, ErrorRecord> {
    match call.text("AccessMethod") {
        Some("PerUserFB") => Ok(AccessMethod::PerUser),
        Some("OrgWideFB") => Ok(AccessMethod::OrganizationWide),
        Some("OrgWideFBBasic") => Ok(AccessMethod::OrganizationWideBasic),
        Some("InternalProxy") => Ok(AccessMethod::InternalProxy),
        Some("PublicFolder") => Ok(AccessMethod::PublicFolder),
        _ => Err(call.error(
            "InvalidArgument",
            "ArgumentException",
            "-AccessMethod is blank.",
        )),
    }
}

/// The one partner application that is there, by the name that set-up gives it.
const PARTNER_APPLICATION: &str = "Exchange Online";

/// The account that set-up makes for it, with the roles that it needs.
///
/// Source: the application is missing a linked account, Resolve free/busy errors (docs).
const APPLICATION_ACCOUNT: &str = "Exchange Online-ApplicationAccount";

/// Shows the partner application.
pub(super) async fn get_partner_application(call: &Call<'_, '_>) -> Outcome {
    known_application(call)?;
    let account = match call.shell.organization().oauth.linked_account {
        LinkedAccount::WithRoles => Some(APPLICATION_ACCOUNT),
        LinkedAccount::WithoutRoles => Some("an account without roles"),
        LinkedAccount::Missing => None,
    };
    let shown = call
        .shell
        .object("PartnerApplication")
        .with("Enabled", true)
        .with("LinkedAccount", account)
        .with("Identity", PARTNER_APPLICATION)
        .with("IsValid", true);
    Ok(vec![shown])
}

/// Changes its account.
///
/// Source: Set-PartnerApplication (docs). Chosen: the account of set-up has its roles, another one has none.
pub(super) async fn set_partner_application(call: &Call<'_, '_>) -> Outcome {
    known_application(call)?;
    if call.has("LinkedAccount") {
        let linked = match call.text("LinkedAccount") {
            None => LinkedAccount::Missing,
            Some(account) if account.ends_with(APPLICATION_ACCOUNT) => LinkedAccount::WithRoles,
            Some(_) => LinkedAccount::WithoutRoles,
        };
        call.shell
            .console
            .change_organization(|row| row.oauth.linked_account = linked);
    }
    Ok(Vec::new())
}

fn known_application(call: &Call<'_, '_>) -> Result<(), ErrorRecord> {
    let wanted = call.text("Identity").unwrap_or(PARTNER_APPLICATION);
    match wanted.eq_ignore_ascii_case(PARTNER_APPLICATION) {
        true => Ok(()),
        false => Err(call.not_found("partner application", wanted)),
    }
}
