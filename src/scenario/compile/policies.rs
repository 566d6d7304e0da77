//! Sharing policies of a tree, derived and as the model holds them.
//!
//! It knows no rule of sharing. Invariant: rows are in the order of the ids that `ids` gave them: by
//! organization, then by name; each declared organization has its default policy.

use crate::engine::hash::NameHash;
use crate::model::organization::{Edition, OrgId};
use crate::model::sharing_policy::{
    DEFAULT_SHARING_POLICY, EntryError, PolicyDomain, PolicyEntry, SharingAction, SharingPolicy,
    SharingPolicyId, original_entries, read_entry,
};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, Location};
use crate::scenario::keys;
use crate::scenario::read::names::suggestion;
use crate::scenario::tree::{Table, Value};

use super::derive::{NamedRows, add_row, row_object};
use super::ids::{Ids, find, of_organization};

/// Adds the default policy of an organization, and fills what follows from names and versions.
pub(super) fn derive(organization: &mut Table) {
    let edition = Edition::read(organization.text("exchange"));
    let object = row_object(&keys::ORGANIZATION, "sharing_policy");
    let policies = organization.table_mut("sharing_policy");
    let why = "each organization has it";
    add_row(policies, DEFAULT_SHARING_POLICY, object, why);
    let says_so = |row: &Table| row.optional_boolean("default") == Some(true);
    let another = policies.iter().any(|(name, entry)| match &entry.value {
        Value::Table(row) => name != DEFAULT_SHARING_POLICY && says_so(row),
        _ => false,
    });
    for (name, row) in policies.named_rows() {
        let is_original = name == DEFAULT_SHARING_POLICY;
        let why = "true for `Default Sharing Policy` unless another one says so";
        row.set_derived("default", Value::Boolean(is_original && !another), why);
        let entries = edition.filter(|_| is_original).map(original_entries);
        let texts = entries.unwrap_or_default().iter().map(entry_text);
        let why = "the version of Exchange";
        row.set_derived("domains", Value::texts(texts.collect::<Vec<_>>(), why), why);
    }
    let online = edition.is_some_and(Edition::is_online);
    let why = "the version of Exchange";
    organization.set_derived("calendar_publishing", Value::Boolean(online), why);
}

/// An entry of an original policy as it is written; it names no domain.
fn entry_text(entry: &PolicyEntry) -> String {
    let domain = match entry.domain {
        PolicyDomain::Anonymous => "Anonymous",
        PolicyDomain::Any | PolicyDomain::Domain(_) => "*",
    };
    format!("{domain}: {}", entry.actions)
}

/// All policies of a tree.
pub(super) fn policies(tree: &Table, ids: &mut Ids, found: &mut Diagnostics) -> Vec<SharingPolicy> {
    let mut rows = Vec::new();
    for (name, organization) in tree.named("org") {
        let id = ids.organizations[name];
        one_default(name, organization, found);
        let table = organization.table("sharing_policy");
        for (policy, row) in organization.named("sharing_policy") {
            let place = table.key_location(policy);
            rows.push(SharingPolicy {
                organization: id,
                name: policy.into(),
                hash: NameHash::of(name).with(NameHash::of(policy).0).with(4),
                exists: row.boolean("exists"),
                enabled: row.boolean("enabled"),
                is_default: row.boolean("default"),
                entries: entries((policy, row), place, ids, found),
            });
        }
    }
    rows
}

/// Two defaults at once are one too many.
fn one_default(name: &str, organization: &Table, found: &mut Diagnostics) {
    let policies = organization.named("sharing_policy");
    let defaults = policies.filter(|(_, row)| row.boolean("default"));
    if let Some((second, row)) = defaults.skip(1).last()
        && let Some(place) = row.location("default")
    {
        let message = format!("`{second}` is not the only default sharing policy of `{name}`");
        let help = "leave `default = true` to one of them";
        found.push(Diagnostic::error("two-defaults", place, message).help(help));
    }
}

fn entries(
    (policy, row): (&str, &Table),
    place: Option<Location>,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> Box<[PolicyEntry]> {
    let mut entries: Vec<PolicyEntry> = Vec::new();
    let list = row.list("domains");
    if let (true, true, Some(place)) = (list.is_empty(), policy != DEFAULT_SHARING_POLICY, place) {
        let message = format!("sharing policy `{policy}` names no domain");
        let help = "give `domains`, such as `[\"fabrikam.com: CalendarSharingFreeBusyDetail\"]`";
        found.push(Diagnostic::error("no-policy-entry", place, message).help(help));
    }
    for entry in list {
        let Value::Text(text) = &entry.value else {
            continue;
        };
        let place = entry.origin.location();
        match read_entry(text) {
            Ok(read) => {
                let domain = match read.domain {
                    PolicyDomain::Any => PolicyDomain::Any,
                    PolicyDomain::Anonymous => PolicyDomain::Anonymous,
                    PolicyDomain::Domain(name) => PolicyDomain::Domain(ids.names.intern(&name)),
                };
                if entries.iter().any(|known| known.domain == domain)
                    && let Some(place) = place
                {
                    let message = format!("the entry `{text}` is the second for its domain");
                    let help = "name all actions of a domain in one entry";
                    found.push(Diagnostic::error("two-entries", place, message).help(help));
                }
                let actions = read.actions;
                entries.push(PolicyEntry { domain, actions });
            }
            Err(error) => {
                let (message, help) = explained(text, &error);
                let diagnostic = match place {
                    Some(place) => Diagnostic::error("bad-policy-entry", place, message),
                    None => Diagnostic::placeless("bad-policy-entry", message),
                };
                found.push(diagnostic.help(help));
            }
        }
    }
    entries.into()
}

/// What is wrong with an entry, and what to write instead.
fn explained(text: &str, error: &EntryError<'_>) -> (String, String) {
    let form = "write `domain: action[, action]`, such as `fabrikam.com: \
                CalendarSharingFreeBusyDetail`";
    match error {
        EntryError::NoColon => (format!("`{text}` has no colon"), form.into()),
        EntryError::NoDomain => (format!("`{text}` names no domain"), form.into()),
        EntryError::NoAction => (format!("`{text}` names no action"), form.into()),
        EntryError::NotADomain(domain) => (
            format!("`{domain}` is not a domain"),
            "write a domain such as `fabrikam.com`, `*` for all federated domains, or `Anonymous`"
                .into(),
        ),
        EntryError::UnknownAction(word) => {
            let words = || SharingAction::ALL.iter().map(|action| action.word());
            let help = match suggestion(word, words()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => {
                    let all: Vec<_> = words().map(|word| format!("`{word}`")).collect();
                    format!("actions: {}", all.join(", "))
                }
            };
            (format!("there is no sharing action `{word}`"), help)
        }
    }
}

/// The policy that is assigned to a mailbox.
pub(super) fn assigned(
    row: &Table,
    owner: OrgId,
    ids: &Ids,
    found: &mut Diagnostics,
) -> Option<SharingPolicyId> {
    let name = row.optional_text("sharing_policy")?;
    let own = of_organization(&ids.sharing_policies, owner);
    let candidates = own.map(|(name, _)| name.to_owned());
    let key = (owner, name.to_owned());
    let place = row.location("sharing_policy");
    let what = ("sharing policy", name);
    find(&ids.sharing_policies, &key, what, candidates, place, found)
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;

    #[test]
    fn a_bad_sharing_policy_is_shown_with_its_place_and_a_remedy() {
        let text = r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = { sharing_policy = "Partner" }
[org.contoso.sharing_policy.Partners]
default = true
domains = ["fabrikam.com: CalendarSharingFreeBusyDetails", "fabrikam", "fabrikam: ContactsSharing"]
[org.contoso.sharing_policy.Others]
default = true
domains = ["*: ContactsSharing", "*: CalendarSharingFreeBusySimple"]
[org.contoso.sharing_policy.Nobody]
"#;
        let scenario = Scenario::parse(text, "team.toml").expect("its form is right");
        let found = scenario.compile().expect_err("its policies are not");
        let expected = r#"error[unknown-name]: there is no sharing policy `Partner`
 --> team.toml:4:34
  |
4 | mailbox.kim = { sharing_policy = "Partner" }
  |                                  ^^^^^^^^^ not declared
  |
  = help: did you mean `Partners`?

error[two-defaults]: `Partners` is not the only default sharing policy of `contoso`
 --> team.toml:6:11
  |
6 | default = true
  |           ^^^^
  |
  = help: leave `default = true` to one of them

error[bad-policy-entry]: there is no sharing action `CalendarSharingFreeBusyDetails`
 --> team.toml:7:12
  |
7 | domains = ["fabrikam.com: CalendarSharingFreeBusyDetails", "fabrikam", "fabrikam: ContactsSharing"]
  |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: did you mean `CalendarSharingFreeBusyDetail`?

error[bad-policy-entry]: `fabrikam` has no colon
 --> team.toml:7:60
  |
7 | domains = ["fabrikam.com: CalendarSharingFreeBusyDetails", "fabrikam", "fabrikam: ContactsSharing"]
  |                                                            ^^^^^^^^^^
  |
  = help: write `domain: action[, action]`, such as `fabrikam.com: CalendarSharingFreeBusyDetail`

error[bad-policy-entry]: `fabrikam` is not a domain
 --> team.toml:7:72
  |
7 | domains = ["fabrikam.com: CalendarSharingFreeBusyDetails", "fabrikam", "fabrikam: ContactsSharing"]
  |                                                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write a domain such as `fabrikam.com`, `*` for all federated domains, or `Anonymous`

error[two-entries]: the entry `*: CalendarSharingFreeBusySimple` is the second for its domain
  --> team.toml:10:34
   |
10 | domains = ["*: ContactsSharing", "*: CalendarSharingFreeBusySimple"]
   |                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: name all actions of a domain in one entry

error[no-policy-entry]: sharing policy `Nobody` names no domain
  --> team.toml:11:29
   |
11 | [org.contoso.sharing_policy.Nobody]
   |                             ^^^^^^
   |
   = help: give `domains`, such as `["fabrikam.com: CalendarSharingFreeBusyDetail"]`

"#;
        assert_eq!(found.render_plain(), expected);
    }

    #[test]
    fn an_invitation_that_offers_nothing_is_refused() {
        let text = r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
mailbox.kim = {}
[invitation.share]
at = "+1 min"
from = "kim@contoso.com"
to = ["lee@fabrikam.com"]
level = "None"
"#;
        let scenario = Scenario::parse(text, "team.toml").expect("its form is right");
        let found = scenario.compile().expect_err("it offers nothing");
        let expected = "error[nothing-offered]: the invitation offers nothing
 --> team.toml:9:9
  |
9 | level = \"None\"
  |         ^^^^^^
  |
  = help: offer a level of the calendar, or `contacts = true`

";
        assert_eq!(found.render_plain(), expected);
    }
}
