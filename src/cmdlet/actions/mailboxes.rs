//! Mailboxes and the permissions of their calendars.
//!
//! It knows nothing of how a permission is used. Invariant: only mailboxes that are declared by name are
//! changed.

use crate::cmdlet::output::ErrorRecord;
use crate::cmdlet::value::{Object, Value};
use crate::model::address::Address;
use crate::model::directory::{
    FederatedIdentity, Grant, Mailbox, MailboxId, MailboxKey, MailboxView, Recipient,
};
use crate::model::outcome::AccessLevel;
use crate::model::sharing_policy::{DEFAULT_SHARING_POLICY, PolicyInForce};

use super::call::Call;
use super::sharing::named;
use super::shell::{Outcome, Shell};

/// Shows mailboxes: the one that is named, else those that are declared.
pub(super) async fn get_mailbox(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    if let Some(identity) = call.text("Identity") {
        let key = shell.mailbox(identity);
        let key = key.ok_or_else(|| call.not_found("mailbox", identity))?;
        return Ok(vec![describe(shell, key)]);
    }
    let federation = shell.federation();
    let own = shell.organization_id();
    let declared = federation.mailboxes.ids();
    let declared = declared.filter(|&id| federation.mailboxes.original(id).organization == own);
    let most = call
        .integer("ResultSize")
        .and_then(|size| usize::try_from(size).ok());
    let shown: Vec<Object> = declared
        .take(most.unwrap_or(usize::MAX))
        .map(|id| describe(shell, MailboxKey::Declared(id)))
        .collect();
    let described = shell.organization().described_mailboxes;
    if described > 0 {
        shell.warn(format!(
            "{described} more mailboxes are described by a number and not listed: user1 to \
             user{described}."
        ));
    }
    Ok(shown)
}

/// Changes addresses, and assigns a sharing policy or an immutable id.
///
/// Source: Set-Mailbox -SharingPolicy and -ImmutableId (docs); `$null` leaves the default one.
pub(super) async fn set_mailbox(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let identity = call.text("Identity").unwrap_or_default();
    let policy = match call.text("SharingPolicy") {
        Some(name) => Some(named(call, name)?),
        None => None,
    };
    let id = own_mailbox(call, identity)?;
    let addresses = match call.has("EmailAddresses") {
        true => Some(addresses(call, id)?),
        false => None,
    };
    if call.has("SharingPolicy") {
        shell.console.change(|federation, now| {
            federation
                .mailboxes
                .change(id, now, |row| row.sharing_policy = policy);
        });
    }
    if let Some(addresses) = addresses {
        shell
            .console
            .change(|federation, now| federation.change_addresses(id, addresses, now));
    }
    if call.has("ImmutableId") {
        let given = call.text("ImmutableId");
        let identity = match given {
            None => FederatedIdentity::AccountNamespace,
            Some(given) => FederatedIdentity::of_immutable_id(given, |suffix| shell.intern(suffix)),
        };
        shell.console.change(|federation, now| {
            federation
                .mailboxes
                .change(id, now, |row| row.identity = identity);
        });
    }
    Ok(Vec::new())
}

/// The addresses that a mailbox is to have: its primary one stays.
///
/// Source: Set-Mailbox -EmailAddresses (docs). Assumed: the primary address is not changed by it.
fn addresses(call: &Call<'_, '_>, id: MailboxId) -> Result<Box<[Address]>, ErrorRecord> {
    let shell = call.shell;
    let invalid = |message: String| call.error("InvalidArgument", "ArgumentException", message);
    let read = |value: &Value| -> Result<Vec<Address>, ErrorRecord> {
        let items = value.clone().into_items();
        let texts = items.iter().map(|item| item.to_text(shell.zone));
        texts
            .map(|text| {
                let found = shell.address(&text);
                found.ok_or_else(|| invalid(format!("`{text}` is not an address.")))
            })
            .collect()
    };
    let present = &shell.federation().mailboxes.at(id, shell.now()).addresses;
    let value = call.value("EmailAddresses").unwrap_or(&Value::Null);
    let mut wanted: Vec<Address> = match value.as_object() {
        None => read(value)?,
        Some(changes) => {
            let added = changes.get("Add").map_or(Ok(Vec::new()), &read)?;
            let removed = changes.get("Remove").map_or(Ok(Vec::new()), &read)?;
            let kept = present.iter().copied();
            kept.filter(|address| !removed.contains(address))
                .chain(added)
                .collect()
        }
    };
    let mut seen = Vec::new();
    wanted.retain(|address| {
        !seen.contains(address) && {
            seen.push(*address);
            true
        }
    });
    if wanted.first() != present.first() {
        let primary = shell.federation().address_text(present[0]);
        let message = format!("The primary address {primary} has to stay, in the first place.");
        return Err(invalid(message));
    }
    for &address in &wanted {
        let text = shell.federation().address_text(address);
        if shell
            .organization()
            .accepted_domain(address.domain)
            .is_none()
        {
            return Err(invalid(format!(
                "The address {text} is not in an accepted domain of the organization."
            )));
        }
        let owner = shell
            .federation()
            .recipient(shell.organization_id(), address);
        if owner.is_some_and(|owner| owner != Recipient::Mailbox(MailboxKey::Declared(id))) {
            let message = format!("The proxy address {text} is already being used.");
            return Err(call.error("InvalidArgument", "ProxyAddressExistsException", message));
        }
    }
    Ok(wanted.into())
}

/// Blocks or lets in the user of a mailbox from outside.
///
/// Source: Set-CASMailbox (docs). Simplified: both switches block the same.
pub(super) async fn set_client_access(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let id = own_mailbox(call, call.text("Identity").unwrap_or_default())?;
    let blocks = [
        "MAPIBlockOutlookRpcHttp",
        "MAPIBlockOutlookExternalConnectivity",
    ];
    let said: Vec<bool> = blocks
        .into_iter()
        .filter_map(|switch| call.boolean(switch))
        .collect();
    if !said.is_empty() {
        let is_open = !said.contains(&true);
        shell.console.change(|federation, now| {
            let opened = |row: &mut Mailbox| row.outlook_anywhere = is_open;
            federation.mailboxes.change(id, now, opened);
        });
    }
    Ok(Vec::new())
}

/// Shows who may see a calendar.
pub(super) async fn get_folder_permission(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let (identity, folder) = folder(call)?;
    let key = shell.mailbox(&identity);
    let key = key.ok_or_else(|| call.not_found("mailbox", &identity))?;
    let mailbox = view(shell, key);
    let row = |user: String, level: AccessLevel| {
        shell
            .object("MailboxFolderPermission")
            .with("FolderName", folder.as_str())
            .with("User", user)
            .with("AccessRights", Value::texts([rights(level)]))
            .with("Identity", format!("{identity}:\\{folder}"))
            .with("IsValid", true)
    };
    let mut rows = vec![
        row("Default".to_owned(), mailbox.calendar_default),
        row("Anonymous".to_owned(), AccessLevel::None),
    ];
    for grant in mailbox.grants {
        let user = shell.federation().address_text(grant.external);
        rows.push(row(user, grant.level));
    }
    let wanted = call.text("User");
    rows.retain(|row| {
        wanted.is_none_or(|wanted| {
            let user = row.get("User").and_then(Value::as_text);
            user.is_some_and(|user| user.eq_ignore_ascii_case(wanted))
        })
    });
    Ok(rows)
}

/// Whether an entry is to be added or changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    Added,
    Changed,
}

/// Adds or changes what somebody may see of a calendar.
///
/// Source: Add- and Set-MailboxFolderPermission (docs).
pub(super) async fn set_folder_permission(call: &Call<'_, '_>, entry: Entry) -> Outcome {
    let shell = call.shell;
    let (identity, folder) = folder(call)?;
    let id = own_mailbox(call, &identity)?;
    let user = call.text("User").unwrap_or_default().to_owned();
    let level = level(&call.texts("AccessRights").unwrap_or_default());
    if user.eq_ignore_ascii_case("Default") {
        if entry == Entry::Added {
            return Err(exists(call, &user, &folder));
        }
        shell.console.change(|federation, now| {
            federation
                .mailboxes
                .change(id, now, |row| row.calendar_default = level);
        });
        return Ok(Vec::new());
    }
    if user.eq_ignore_ascii_case("Anonymous") || !user.contains('@') {
        let message = format!(
            "`{user}` plays no role in federated sharing and is not modelled; name `Default` or the \
             address of an external user."
        );
        return Err(call.error("InvalidArgument", "ArgumentException", message));
    }
    let Some(external) = shell.address(&user) else {
        return Err(call.not_found("user", &user));
    };
    let present = shell.federation().mailboxes.at(id, shell.now());
    let is_there = present
        .grants
        .iter()
        .any(|grant| grant.external == external);
    match (entry, is_there) {
        (Entry::Added, true) => return Err(exists(call, &user, &folder)),
        (Entry::Changed, false) => {
            let message = format!("There is no existing permission entry found for user: {user}.");
            return Err(call.error(
                "NotSpecified",
                "UserNotFoundInPermissionEntryException",
                message,
            ));
        }
        _ => {}
    }
    shell.console.change(|federation, now| {
        federation.mailboxes.change(id, now, |row| {
            let others = row.grants.iter().copied();
            let others = others.filter(|grant| grant.external != external);
            row.grants = others.chain([Grant { external, level }]).collect();
        });
    });
    Ok(Vec::new())
}

fn exists(call: &Call<'_, '_>, user: &str, folder: &str) -> ErrorRecord {
    let message =
        format!("An existing permission entry was found for user: {user}. (Folder: {folder}.)");
    call.error(
        "NotSpecified",
        "UserAlreadyExistsInPermissionEntryException",
        message,
    )
}

/// The mailbox and the folder of an identity such as `kim@contoso.com:\Calendar`.
fn folder(call: &Call<'_, '_>) -> Result<(String, String), ErrorRecord> {
    let identity = call.text("Identity").unwrap_or_default();
    let (mailbox, folder) = identity.split_once(":\\").unwrap_or((identity, "Calendar"));
    if folder.eq_ignore_ascii_case("Calendar") {
        return Ok((mailbox.to_owned(), "Calendar".to_owned()));
    }
    let message = format!("The folder {folder} is not modelled; the Calendar is.");
    Err(call.error(
        "ObjectNotFound",
        "ManagementObjectNotFoundException",
        message,
    ))
}

/// A mailbox that is declared by name. Of one that is described by a number nothing is kept that could be
/// changed.
fn own_mailbox(call: &Call<'_, '_>, identity: &str) -> Result<MailboxId, ErrorRecord> {
    let key = call.shell.mailbox(identity);
    match key.ok_or_else(|| call.not_found("mailbox", identity))? {
        MailboxKey::Declared(id) => Ok(id),
        MailboxKey::Described(_) => {
            let message = format!(
                "The mailbox {identity} is described by a number and cannot be changed; declare it by \
                 name in the scenario."
            );
            Err(call.error("NotImplemented", "NotImplementedException", message))
        }
    }
}

fn view<'v>(shell: &'v Shell<'_>, key: MailboxKey) -> MailboxView<'v> {
    let keys = shell.console.keys();
    let own = shell.organization_id();
    shell.federation().mailbox(own, key, shell.now(), keys)
}

/// The level that rights amount to.
///
/// Source: Set-MailboxFolderPermission, AccessRights (docs); who may read items sees everything.
fn level(rights: &[String]) -> AccessLevel {
    let levels = rights.iter().map(|right| match right.as_str() {
        "AvailabilityOnly" => AccessLevel::Simple,
        "LimitedDetails" => AccessLevel::Detail,
        "Reviewer" | "NonEditingAuthor" | "Author" | "Editor" | "PublishingAuthor"
        | "PublishingEditor" | "Owner" | "ReadItems" => AccessLevel::Owner,
        _ => AccessLevel::None,
    });
    levels.max().unwrap_or_default()
}

fn rights(level: AccessLevel) -> &'static str {
    match level {
        AccessLevel::None => "None",
        AccessLevel::Simple => "AvailabilityOnly",
        AccessLevel::Detail => "LimitedDetails",
        AccessLevel::Owner => "Reviewer",
    }
}

fn describe(shell: &Shell<'_>, key: MailboxKey) -> Object {
    let federation = shell.federation();
    let mailbox = view(shell, key);
    let primary = federation.address_text(mailbox.primary);
    let alias = primary.split('@').next().unwrap_or_default().to_owned();
    let server = &federation.servers.original(mailbox.server).name;
    let assigned = match key {
        MailboxKey::Declared(id) => federation.mailboxes.at(id, shell.now()).sharing_policy,
        MailboxKey::Described(_) => None,
    };
    let policy = match assigned {
        Some(id) => federation.sharing_policies.original(id).name.to_string(),
        None => match federation.sharing_policy(shell.organization_id(), None, shell.now()) {
            PolicyInForce::Written(policy) => policy.name.to_string(),
            PolicyInForce::Original(_) => DEFAULT_SHARING_POLICY.to_owned(),
            PolicyInForce::Missing => String::new(),
        },
    };
    let addresses = mailbox
        .addresses()
        .map(|address| federation.address_text(address));
    let addresses: Vec<String> = addresses.collect();
    shell
        .object("Mailbox")
        .with("Name", alias.as_str())
        .with("Alias", alias.as_str())
        .with("ServerName", &**server)
        .with("PrimarySmtpAddress", primary.as_str())
        .with("EmailAddresses", Value::texts(addresses))
        .with("SharingPolicy", policy)
        .with("Identity", primary.as_str())
        .with("IsValid", true)
}
