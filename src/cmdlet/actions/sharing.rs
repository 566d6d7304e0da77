//! Sharing policies.
//!
//! It knows nothing of invitations or grants. Invariant: the default policy of an organization is an
//! object of its own as soon as a script changes it, and says before that what the set-up made it say.

use crate::cmdlet::output::ErrorRecord;
use crate::cmdlet::value::{Object, Value};
use crate::engine::hash::NameHash;
use crate::model::names::NameId;
use crate::model::sharing_policy::{
    DEFAULT_SHARING_POLICY, PolicyDomain, PolicyEntry, SharingPolicy, SharingPolicyId,
    original_entries, read_entry,
};

use super::call::Call;
use super::shell::{DirectoryObject, Outcome, Shell, history};

/// Makes a policy.
///
/// Source: New-SharingPolicy (docs).
pub(super) async fn new_sharing_policy(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let name = call.text("Name").unwrap_or_default().to_owned();
    if find(shell, &name).is_some() {
        let message = format!("The sharing policy '{name}' already exists.");
        return Err(call.error("InvalidArgument", "ADObjectAlreadyExistsException", message));
    }
    let entries = entries(call, &[])?.unwrap_or_default();
    let is_enabled = call.boolean("Enabled").unwrap_or(true);
    // The default policy is there from the set-up, and must not vanish behind the new one.
    own_default(shell);
    let id = add(shell, &name, false, Vec::new());
    let is_default = call.switch("Default");
    change(shell, id, is_default, |row| {
        row.exists = true;
        row.enabled = is_enabled;
        row.entries = entries.into();
    });
    Ok(vec![describe(shell, id)])
}

/// Shows policies.
pub(super) async fn get_sharing_policy(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    match call.text("Identity") {
        Some(_) => required(call).map(|id| vec![describe(shell, id)]),
        None => {
            own_default(shell);
            Ok(own(shell).map(|id| describe(shell, id)).collect())
        }
    }
}

/// Changes a policy.
///
/// Source: Set-SharingPolicy (docs). What exists already changes when the assistant comes by.
pub(super) async fn set_sharing_policy(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let id = required(call)?;
    let present = shell.federation().sharing_policies.at(id, shell.now());
    let entries = entries(call, &present.entries)?;
    let is_enabled = call.boolean("Enabled");
    change(shell, id, call.switch("Default"), |row| {
        row.enabled = is_enabled.unwrap_or(row.enabled);
        if let Some(entries) = entries {
            row.entries = entries.into();
        }
    });
    Ok(Vec::new())
}

/// Removes a policy.
///
/// Source: Remove-SharingPolicy (docs): neither the default policy nor one that is assigned can be removed.
pub(super) async fn remove_sharing_policy(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let id = required(call)?;
    if shell
        .federation()
        .sharing_policies
        .at(id, shell.now())
        .is_default
    {
        let message = "The default sharing policy can't be removed. Make another one the default \
                       first.";
        return Err(call.error(
            "InvalidOperation",
            "CannotRemoveDefaultSharingPolicyException",
            message,
        ));
    }
    let federation = shell.federation();
    let mut mailboxes = federation.mailboxes.ids();
    let is_used =
        |mailbox| federation.mailboxes.at(mailbox, shell.now()).sharing_policy == Some(id);
    if mailboxes.any(is_used) {
        let message =
            "The sharing policy can't be removed: it is assigned to at least one mailbox.";
        return Err(call.error(
            "InvalidOperation",
            "CannotRemoveSharingPolicyException",
            message,
        ));
    }
    change(shell, id, false, |row| row.exists = false);
    Ok(Vec::new())
}

/// The policies of the organization that exist.
fn own<'a>(shell: &'a Shell<'_>) -> impl Iterator<Item = SharingPolicyId> + use<'a> {
    let (federation, now) = (shell.federation(), shell.now());
    let organization = shell.organization_id();
    federation.sharing_policies.ids().filter(move |&id| {
        let row = federation.sharing_policies.at(id, now);
        row.organization == organization && row.exists
    })
}

fn find(shell: &Shell<'_>, name: &str) -> Option<SharingPolicyId> {
    let policies = &shell.federation().sharing_policies;
    own(shell).find(|&id| policies.original(id).name.eq_ignore_ascii_case(name))
}

/// The policy with the name that was given.
pub(super) fn required(call: &Call<'_, '_>) -> Result<SharingPolicyId, ErrorRecord> {
    named(call, call.text("Identity").unwrap_or_default())
}

/// The policy of a name; the default one becomes an object of its own when it is asked for.
pub(super) fn named(call: &Call<'_, '_>, name: &str) -> Result<SharingPolicyId, ErrorRecord> {
    if name.eq_ignore_ascii_case(DEFAULT_SHARING_POLICY) {
        own_default(call.shell);
    }
    find(call.shell, name).ok_or_else(|| call.not_found("sharing policy", name))
}

/// Makes the default policy an object of its own, if no policy of the organization is one yet.
fn own_default(shell: &Shell<'_>) {
    let (federation, organization) = (shell.federation(), shell.organization_id());
    let policies = &federation.sharing_policies;
    if policies
        .ids()
        .any(|id| policies.original(id).organization == organization)
    {
        return;
    }
    let entries = original_entries(shell.organization().edition).to_vec();
    add(shell, DEFAULT_SHARING_POLICY, true, entries);
}

/// Adds a policy: the default one as it has always been, another one that does not exist yet.
fn add(
    shell: &Shell<'_>,
    name: &str,
    is_default: bool,
    entries: Vec<PolicyEntry>,
) -> SharingPolicyId {
    let organization = shell.organization_id();
    shell.console.change(|federation, _| {
        let hash = federation.organizations.original(organization).hash;
        federation.sharing_policies.add(SharingPolicy {
            organization,
            name: name.into(),
            hash: hash.with(NameHash::of(name).0),
            exists: is_default,
            enabled: true,
            is_default,
            entries: entries.into(),
        })
    })
}

/// Changes a policy; if it becomes the default one, no other is.
fn change(
    shell: &Shell<'_>,
    id: SharingPolicyId,
    becomes_default: bool,
    change: impl FnOnce(&mut SharingPolicy),
) {
    let others: Vec<SharingPolicyId> = own(shell).filter(|&other| other != id).collect();
    shell.console.change(|federation, now| {
        let policies = &mut federation.sharing_policies;
        policies.change(id, now, |row| {
            change(row);
            row.is_default |= becomes_default;
        });
        for other in others.into_iter().filter(|_| becomes_default) {
            policies.change(other, now, |row| row.is_default = false);
        }
    });
}

/// The entries that are given: a list, or a change of the present ones.
fn entries(
    call: &Call<'_, '_>,
    present: &[PolicyEntry],
) -> Result<Option<Vec<PolicyEntry>>, ErrorRecord> {
    let Some(value) = call.value("Domains") else {
        return Ok(None);
    };
    let Some(changes) = value.as_object() else {
        return read_all(call, value).map(Some);
    };
    let part = |key| {
        changes
            .get(key)
            .map_or(Ok(Vec::new()), |value| read_all(call, value))
    };
    let (removed, added) = (part("Remove")?, part("Add")?);
    let is_kept = |entry: &&PolicyEntry| {
        let same = |other: &PolicyEntry| other.domain == entry.domain;
        !removed.iter().any(same) && !added.iter().any(same)
    };
    let kept: Vec<PolicyEntry> = present.iter().filter(is_kept).copied().collect();
    Ok(Some(kept.into_iter().chain(added).collect()))
}

fn read_all(call: &Call<'_, '_>, value: &Value) -> Result<Vec<PolicyEntry>, ErrorRecord> {
    let shell = call.shell;
    let items = value.clone().into_items();
    let texts = items.iter().map(|item| item.to_text(shell.zone));
    texts
        .map(|text| {
            let entry = read_entry(&text).map_err(|_| {
                let message = format!(
                    "'{text}' is no entry of a sharing policy; write one such as `contoso.com: \
                     CalendarSharingFreeBusySimple`."
                );
                call.error("InvalidArgument", "ArgumentException", message)
            })?;
            let domain = match entry.domain {
                PolicyDomain::Domain(name) => PolicyDomain::Domain(shell.intern(&name)),
                PolicyDomain::Any => PolicyDomain::Any,
                PolicyDomain::Anonymous => PolicyDomain::Anonymous,
            };
            Ok(PolicyEntry {
                domain,
                actions: entry.actions,
            })
        })
        .collect()
}

fn describe(shell: &Shell<'_>, id: SharingPolicyId) -> Object {
    let federation = shell.federation();
    let row = federation.sharing_policies.at(id, shell.now());
    let entry = |entry: &PolicyEntry<NameId>| {
        let domain = match entry.domain {
            PolicyDomain::Domain(name) => shell.text(name),
            PolicyDomain::Any => "*",
            PolicyDomain::Anonymous => "Anonymous",
        };
        format!("{domain}:{}", entry.actions)
    };
    let entries: Vec<String> = row.entries.iter().map(entry).collect();
    let shown = shell
        .object("SharingPolicy")
        .with("Domains", Value::texts(entries))
        .with("Enabled", row.enabled)
        .with("Default", row.is_default)
        .with("Identity", &*row.name);
    let policies = &federation.sharing_policies;
    let (created, changed) = history(policies, id, federation.start, shell.now());
    let place = [&*row.name, "Federation"];
    let directory = DirectoryObject {
        name: &row.name,
        path: &place,
        class: "msExchSharingPolicy",
        category: "ms-Exch-Sharing-Policy",
        hash: row.hash,
        created,
        changed,
    };
    shell.with_directory_properties(shown, &directory)
}
