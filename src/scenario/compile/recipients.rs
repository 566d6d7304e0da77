//! Mailboxes, mail users, contacts and groups of a tree, as the model holds them.
//!
//! It knows nothing of calendars' contents. Invariant: rows are in the order of the ids that `ids` gave
//! them: by organization, then by name.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::engine::hash::NameHash;
use crate::model::address::Address;
use crate::model::directory::{
    AccountRecord, CalendarState, FederatedIdentity, Grant, Group, Mailbox, MailboxKey,
    MailboxState, Member, PersonalSubscription, Recipient,
};
use crate::model::organization::OrgId;
use crate::model::outcome::AccessLevel;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::tree::{Table, Value};

use super::ids::{Ids, find, find_server, of_organization};
use super::policies;
use super::sharing::level;

pub(super) fn mailboxes(tree: &Table, ids: &mut Ids, found: &mut Diagnostics) -> Vec<Mailbox> {
    let mut rows = Vec::new();
    for (organization, organization_row) in tree.named("org") {
        let owner = ids.organizations[organization];
        // Whose default holds for a declared mailbox that says nothing: the level most described
        // mailboxes have.
        let shares = organization_row.shares("calendar_default");
        let usual = shares
            .iter()
            .max_by_key(|(_, share)| *share)
            .map_or("None", |(word, _)| word);
        let usual = level(usual);
        for (name, row) in organization_row.named("mailbox") {
            let server = row.text("server");
            let place = row.location("server");
            let Some(server) = find_server(ids, owner, server, place, found) else {
                continue;
            };
            let addresses: Box<[Address]> = row
                .texts("addresses")
                .into_iter()
                .map(|address| ids.address(address))
                .collect();
            if addresses.is_empty()
                && let Some(place) = row.location("addresses")
            {
                let message = format!("mailbox `{name}` has no address");
                let help = "give at least one address, the primary one first";
                found.push(Diagnostic::error("no-address", place, message).help(help));
                continue;
            }
            rows.push(Mailbox {
                organization: owner,
                name: name.into(),
                hash: NameHash::of(organization)
                    .with(NameHash::of(name).0)
                    .with(1),
                addresses,
                server,
                calendar_default: row.optional_text("calendar_default").map_or(usual, level),
                grants: grants(row, ids),
                sharing_policy: policies::assigned(row, owner, ids, found),
                subscriptions: subscriptions(organization, name, row, ids, found),
                personal_contacts: row
                    .texts("personal_contacts")
                    .into_iter()
                    .map(|address| ids.address(address))
                    .collect(),
                identity: identity(row, ids),
                account: match row.text("token_service_account") {
                    "password-mismatch" => AccountRecord::PasswordMismatch,
                    "not-provisioned" => AccountRecord::NotProvisioned,
                    _ => AccountRecord::Consistent,
                },
                calendar: match row.text("calendar") {
                    "missing" => CalendarState::Missing,
                    "damaged" => CalendarState::Damaged,
                    _ => CalendarState::Present,
                },
                state: match row.text("state") {
                    "unavailable" => MailboxState::Unavailable,
                    "failing-over" => MailboxState::FailingOver,
                    _ => MailboxState::Available,
                },
                outlook_anywhere: row
                    .optional_boolean("outlook_anywhere")
                    .unwrap_or(organization_row.boolean("outlook_anywhere")),
                events_per_week: row
                    .optional_integer("events_per_week")
                    .unwrap_or(organization_row.integer("events_per_week"))
                    as u32,
            });
        }
    }
    rows
}

/// Personal grants. An external user never gets more than details.
fn grants(row: &Table, ids: &mut Ids) -> Box<[Grant]> {
    let mut grants = Vec::new();
    for (address, entry) in row.named_entries("grant") {
        if let crate::scenario::tree::Value::Text(word) = &entry.value {
            let level = level(word).min(AccessLevel::Detail);
            grants.push(Grant {
                external: ids.address(address),
                level,
            });
        }
    }
    grants.into()
}

fn subscriptions(
    organization: &str,
    mailbox: &str,
    row: &Table,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> Box<[PersonalSubscription]> {
    let table = row.table("subscription");
    let mut subscriptions = Vec::new();
    let all = row.named("subscription");
    for (owner, row) in all.filter(|(_, row)| row.boolean("exists")) {
        // Underived: the owner's organization is not declared, or publishes nothing.
        let url = row.optional_text("url").and_then(|url| ids.url(url));
        let uri = row
            .optional_text("application_uri")
            .and_then(|uri| ids.optional_name(uri));
        let (Some(url), Some(application_uri)) = (url, uri) else {
            if let Some(place) = table.key_location(owner) {
                let message = format!("it is not known where the calendar of `{owner}` is read");
                let help = "give `url` and `application_uri`; they follow by themselves if the owner's \
                            organization is declared and publishes its calendars";
                found.push(Diagnostic::error("unknown-owner", place, message).help(help));
            }
            continue;
        };
        let key = NameHash::of(organization).with(NameHash::of(mailbox).0);
        subscriptions.push(PersonalSubscription {
            owner: ids.address(owner),
            url,
            application_uri,
            sharing_key: key.with(NameHash::of(owner).0).0,
        });
    }
    subscriptions.into()
}

fn identity(row: &Table, ids: &mut Ids) -> FederatedIdentity {
    if row.text("identity_type") == "upn" {
        return FederatedIdentity::UserPrincipalName;
    }
    match row.optional_text("immutable_id") {
        None => FederatedIdentity::AccountNamespace,
        Some(id) => FederatedIdentity::of_immutable_id(id, |suffix| ids.names.intern(suffix)),
    }
}

pub(super) fn groups(tree: &Table, ids: &mut Ids, found: &mut Diagnostics) -> Vec<Group> {
    let mut rows = Vec::new();
    for (organization, organization_row) in tree.named("org") {
        let owner = ids.organizations[organization];
        let mut named = None;
        for (name, row) in organization_row.named("group") {
            let named = named.get_or_insert_with(|| named_members(owner, organization_row, ids));
            let members = row.list("members").iter().filter_map(|entry| {
                let Value::Text(member) = &entry.value else {
                    return None;
                };
                if member.contains('@') {
                    return Some(Member::Address(ids.address(member)));
                }
                let what = ("group, mailbox, mail user or contact", member.as_str());
                let candidates = named.keys().cloned();
                find(
                    named,
                    member,
                    what,
                    candidates,
                    entry.origin.location(),
                    found,
                )
            });
            rows.push(Group {
                organization: owner,
                name: name.into(),
                members: members.collect(),
                address: ids.address(row.text("address")),
                deleted: row.boolean("deleted"),
            });
        }
    }
    rows
}

/// What a group may name as a member: of one name a group before a mailbox, a mail user and a contact.
fn named_members(owner: OrgId, organization: &Table, ids: &mut Ids) -> BTreeMap<String, Member> {
    let mut named = BTreeMap::new();
    for (name, row) in organization.named("contact") {
        let address = row.optional_text("address");
        let address = address.unwrap_or(row.text("external_address"));
        named.insert(name.to_owned(), Member::Address(ids.address(address)));
    }
    for (name, row) in organization.named("mail_user") {
        let address = ids.address(row.text("address"));
        named.insert(name.to_owned(), Member::Address(address));
    }
    for (name, row) in organization.named("mailbox") {
        if let Some(primary) = row.texts("addresses").first() {
            named.insert(name.to_owned(), Member::Address(ids.address(primary)));
        }
    }
    for (name, group) in of_organization(&ids.groups, owner) {
        named.insert(name.to_owned(), Member::Group(group));
    }
    named
}

/// What each address leads to in its organization's directory.
pub(super) fn recipients(tree: &Table, ids: &mut Ids) -> FxHashMap<(OrgId, Address), Recipient> {
    let mut recipients = FxHashMap::default();
    for (organization, row) in tree.named("org") {
        let owner = ids.organizations[organization];
        for (name, row) in row.named("group") {
            let group = ids.groups[&(owner, name.to_owned())];
            recipients.insert(
                (owner, ids.address(row.text("address"))),
                Recipient::Group(group),
            );
        }
        for (_, row) in row.named("contact") {
            let external = ids.address(row.text("external_address"));
            let own = row
                .optional_text("address")
                .map(|address| ids.address(address));
            recipients.insert(
                (owner, own.unwrap_or(external)),
                Recipient::Contact { external },
            );
            recipients.insert((owner, external), Recipient::Contact { external });
        }
        for (_, row) in row.named("mail_user") {
            let external = ids.address(row.text("external_address"));
            let own = ids.address(row.text("address"));
            recipients.insert((owner, own), Recipient::MailUser { external });
        }
        for (name, row) in row.named("mailbox") {
            let key = MailboxKey::Declared(ids.mailboxes[&(owner, name.to_owned())]);
            for address in row.texts("addresses") {
                recipients.insert((owner, ids.address(address)), Recipient::Mailbox(key));
            }
        }
    }
    recipients
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;

    #[test]
    fn a_group_names_only_members_that_are_there() {
        let text = r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
group.team = { members = ["kin", "kim", "lee@contoso.com"] }
"#;
        let scenario = Scenario::parse(text, "team.toml").unwrap();
        let found = scenario.compile().expect_err("there is no `kin`");
        let expected = "error[unknown-name]: there is no group, mailbox, mail user or contact `kin`
 --> team.toml:5:27
  |
5 | group.team = { members = [\"kin\", \"kim\", \"lee@contoso.com\"] }
  |                           ^^^^^ not declared
  |
  = help: did you mean `kim`?

";
        assert_eq!(found.render_plain(), expected);
    }
}
