//! Relationships, connectors and address spaces of a tree, as the model holds them.
//!
//! It knows no rule of sharing. Invariant: objects are in the order of their names.

use crate::engine::hash::NameHash;
use crate::model::organization::OrgId;
use crate::model::outcome::AccessLevel;
use crate::model::relationship::{
    AccessMethod, AddressSpace, Connector, Credentials, MailTipsLevel, OAuthState,
    OrganizationRelationship, Scope,
};
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::tree::Table;

use super::ids::{Ids, find, find_server};

/// The level that a word stands for. "Reviewer" is more than any external caller gets.
pub(super) fn level(word: &str) -> AccessLevel {
    match word {
        "AvailabilityOnly" => AccessLevel::Simple,
        "LimitedDetails" => AccessLevel::Detail,
        "Reviewer" => AccessLevel::Owner,
        _ => AccessLevel::None,
    }
}

/// The organizations that `a -> b` names; findings where they are not there.
fn ends(table: &Table, name: &str, ids: &Ids, found: &mut Diagnostics) -> Option<(OrgId, OrgId)> {
    let (from, to) = name.split_once(" -> ")?;
    let location = table.key_location(name);
    let mut end = |name: &str| {
        if let Some(id) = ids.organization(name) {
            return Some(id);
        }
        let candidates = ids.organizations.keys().cloned();
        find(
            &ids.organizations,
            &name.to_owned(),
            ("organization", name),
            candidates,
            location,
            found,
        )
    };
    let (from, to) = (end(from), end(to));
    Some((from?, to?))
}

/// The organizations that the name of a compiled relationship names.
pub(super) fn ends_of(name: &str, ids: &Ids) -> Option<(OrgId, OrgId)> {
    let (from, to) = name.split_once(" -> ")?;
    Some((ids.organization(from)?, ids.organization(to)?))
}

pub(super) fn relationships(
    tree: &Table,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> Vec<OrganizationRelationship> {
    let table = tree.table("relationship");
    let mut rows = Vec::new();
    for (name, row) in tree.named("relationship") {
        if let Some((organization, _)) = ends(table, name, ids, found) {
            rows.push(relationship(name, row, organization, ids, found));
        }
    }
    rows
}

/// One relationship of an organization.
pub(super) fn relationship(
    name: &str,
    row: &Table,
    organization: OrgId,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> OrganizationRelationship {
    let domains = row.texts("domain_names");
    OrganizationRelationship {
        organization,
        name: name.into(),
        hash: NameHash::of(name),
        exists: row.boolean("exists"),
        enabled: row.boolean("enabled"),
        domain_names: domains
            .into_iter()
            .map(|domain| ids.names.intern(domain))
            .collect(),
        free_busy_access_enabled: row.boolean("free_busy_access"),
        free_busy_access_level: level(row.text("free_busy_level")),
        free_busy_access_scope: scope(row, "free_busy_scope", organization, ids, found),
        mail_tips_access_enabled: row.boolean("mail_tips_access_enabled"),
        mail_tips_access_level: match row.text("mail_tips_access_level") {
            "All" => MailTipsLevel::All,
            "Limited" => MailTipsLevel::Limited,
            _ => MailTipsLevel::None,
        },
        mail_tips_access_scope: scope(row, "mail_tips_access_scope", organization, ids, found),
        photos_enabled: row.boolean("photos_enabled"),
        delivery_report_enabled: row.boolean("delivery_report_enabled"),
        archive_access_enabled: row.boolean("archive_access_enabled"),
        target_application_uri: ids.optional_name(row.text("target_application_uri")),
        target_autodiscover_epr: ids.url(row.text("target_autodiscover_epr")),
        target_sharing_epr: ids.url(row.text("target_sharing_epr")),
        target_token_issuer: ids.optional_name(row.text("target_token_issuer")),
    }
}

/// The group of an organization that a key names; blank: everyone.
fn scope(row: &Table, key: &str, organization: OrgId, ids: &Ids, found: &mut Diagnostics) -> Scope {
    let group = match row.text(key) {
        "" => return Scope::Everyone,
        group => group,
    };
    let own = ids
        .groups
        .keys()
        .filter(|(owner, _)| *owner == organization);
    let candidates = own.map(|(_, name)| name.clone());
    let wanted = (organization, group.to_owned());
    let place = row.location(key);
    let known = find(
        &ids.groups,
        &wanted,
        ("group", group),
        candidates,
        place,
        found,
    );
    known.map_or(Scope::Everyone, Scope::Members)
}

pub(super) fn connectors(tree: &Table, ids: &mut Ids, found: &mut Diagnostics) -> Vec<Connector> {
    let table = tree.table("connector");
    let mut rows = Vec::new();
    for (name, row) in tree.named("connector") {
        let Some((organization, _)) = ends(table, name, ids, found) else {
            continue;
        };
        let Some(discovery_endpoint) = ids.url(row.text("discovery_endpoint")) else {
            continue;
        };
        let domains = row.texts("domains");
        rows.push(Connector {
            organization,
            name: name.into(),
            hash: NameHash::of(name).with(1),
            enabled: row.boolean("exists") && row.boolean("enabled"),
            domains: domains
                .into_iter()
                .map(|domain| ids.names.intern(domain))
                .collect(),
            discovery_endpoint,
            oauth: match row.text("oauth") {
                "token-refused" => OAuthState::TokenRefused,
                "token-rejected" => OAuthState::TokenRejected,
                _ => OAuthState::Working,
            },
        });
    }
    rows
}

pub(super) fn address_spaces(
    tree: &Table,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> Vec<AddressSpace> {
    let table = tree.table("address_space");
    let mut rows = Vec::new();
    for (name, row) in tree.named("address_space") {
        let Some((holder, domain)) = name.split_once(" -> ") else {
            continue;
        };
        let location = table.key_location(name);
        let candidates = ids.organizations.keys().cloned();
        let what = ("organization", holder);
        let found_holder = find(
            &ids.organizations,
            &holder.to_owned(),
            what,
            candidates,
            location,
            found,
        );
        let Some(organization) = found_holder else {
            continue;
        };
        let method = match row.text("access_method") {
            "OrgWideFB" => AccessMethod::OrganizationWide,
            "OrgWideFBBasic" => AccessMethod::OrganizationWideBasic,
            "PerUserFB" => AccessMethod::PerUser,
            "PublicFolder" => AccessMethod::PublicFolder,
            _ => AccessMethod::InternalProxy,
        };
        let proxy_server = match row.optional_text("proxy_server") {
            Some(server) => {
                let location = row.location("proxy_server");
                find_server(ids, organization, server, location, found)
            }
            None => newest_server(tree, holder, ids),
        };
        rows.push(AddressSpace {
            organization,
            name: name.into(),
            hash: NameHash::of(name).with(2),
            exists: row.boolean("exists"),
            domain: ids.names.intern(domain),
            method,
            target_autodiscover_epr: row
                .optional_text("target_autodiscover_epr")
                .and_then(|url| ids.url(url)),
            credentials: match row.text("credentials") {
                "invalid" => Credentials::Invalid,
                _ => Credentials::Valid,
            },
            proxy_server,
        });
    }
    rows
}

/// The newest server of an organization; the first by name among equals.
fn newest_server(
    tree: &Table,
    organization: &str,
    ids: &Ids,
) -> Option<crate::model::organization::ServerId> {
    let row = tree.named("org").find(|(name, _)| *name == organization)?.1;
    let edition =
        |server: &Table| crate::model::organization::Edition::read(server.text("version"));
    let servers: Vec<_> = row.named("server").collect();
    let newest = servers.iter().map(|(_, server)| edition(server)).max()?;
    let (name, _) = servers
        .iter()
        .find(|(_, server)| edition(server) == newest)?;
    ids.servers
        .get(&(ids.organizations[organization], (*name).to_owned()))
        .copied()
}
