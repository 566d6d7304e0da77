//! `New-`, `Get-`, `Set-` and `Remove-OrganizationRelationship`.
//!
//! It knows nothing of the partner's side. Invariant: a relationship that was removed stays as a row that
//! does not exist, so that servers with an old copy still see it.

use crate::cmdlet::output::ErrorRecord;
use crate::cmdlet::value::{Object, Value};
use crate::engine::hash::NameHash;
use crate::model::Federation;
use crate::model::address::Url;
use crate::model::directory::GroupId;
use crate::model::names::NameId;
use crate::model::organization::OrgId;
use crate::model::outcome::AccessLevel;
use crate::model::relationship::{MailTipsLevel, OrganizationRelationship, RelationshipId, Scope};

use super::call::Call;
use super::shell::{DirectoryObject, Outcome, Shell, history};

/// How many characters a name has at most. Source: New-OrganizationRelationship (docs).
const NAME_CHARACTERS_MAX: usize = 64;
/// How many domains a relationship holds. Source: New-OrganizationRelationship (docs).
pub const DOMAINS_MAX: usize = 238;

/// How many filters the directory takes in one search for those domains. Source: documented text of the
/// failure; that the domains and a dozen others make them up is assumed.
const SUB_FILTERS_MAX: usize = 250;

/// Makes a relationship.
pub(super) async fn new_organization_relationship(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let name = call.text("Name").unwrap_or_default().to_owned();
    if name.chars().count() > NAME_CHARACTERS_MAX {
        let message = format!("The name has more than {NAME_CHARACTERS_MAX} characters.");
        return Err(call.error("InvalidArgument", "ArgumentException", message));
    }
    if find(shell, &name).is_some() {
        let message = format!("The organization relationship '{name}' already exists.");
        return Err(call.error("InvalidArgument", "ADObjectAlreadyExistsException", message));
    }
    let wanted = Wanted::read(call, &[])?;
    if let Some(taken) = taken_domain(shell, wanted.domains.as_deref().unwrap_or_default(), None) {
        return Err(domain_taken(call, taken));
    }
    let issuer = token_issuer(call);
    let own = shell.organization_id();
    let id = shell.console.change(|federation, now| {
        let hash = federation.organizations.original(own).hash;
        let hash = hash.with(NameHash::of(&name).0);
        let blank = OrganizationRelationship::blank(own, hash, &name);
        let id = federation.relationships.add(blank);
        federation.relationships.change(id, now, |row| {
            row.exists = true;
            row.enabled = true;
            row.target_token_issuer = issuer;
            wanted.apply(row);
        });
        remember(federation, own, id);
        id
    });
    Ok(vec![describe(shell, id)])
}

/// Shows relationships.
pub(super) async fn get_organization_relationship(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    match call.text("Identity") {
        Some(identity) => {
            let id = find(shell, identity);
            let id = id.ok_or_else(|| call.not_found("relationship", identity))?;
            Ok(vec![describe(shell, id)])
        }
        None => Ok(own(shell).map(|id| describe(shell, id)).collect()),
    }
}

/// Changes a relationship.
pub(super) async fn set_organization_relationship(call: &Call<'_, '_>) -> Outcome {
    let shell = call.shell;
    let id = required(call)?;
    let present = shell.federation().relationships.at(id, shell.now());
    let wanted = Wanted::read(call, &present.domain_names)?;
    if let Some(taken) = taken_domain(
        shell,
        wanted.domains.as_deref().unwrap_or_default(),
        Some(id),
    ) {
        return Err(domain_taken(call, taken));
    }
    let issuer = call.has("TargetApplicationUri").then(|| token_issuer(call));
    let own = shell.organization_id();
    shell.console.change(|federation, now| {
        federation.relationships.change(id, now, |row| {
            wanted.apply(row);
            if let Some(issuer) = issuer {
                row.target_token_issuer = issuer;
            }
        });
        remember(federation, own, id);
    });
    Ok(Vec::new())
}

/// Removes a relationship.
pub(super) async fn remove_organization_relationship(call: &Call<'_, '_>) -> Outcome {
    let id = required(call)?;
    call.shell.console.change(|federation, now| {
        federation
            .relationships
            .change(id, now, |row| row.exists = false);
    });
    Ok(Vec::new())
}

/// The relationships of the organization that exist.
pub(super) fn own<'a>(shell: &'a Shell<'_>) -> impl Iterator<Item = RelationshipId> + use<'a> {
    let (federation, now) = (shell.federation(), shell.now());
    let all = federation.relationships_of(shell.organization_id());
    all.filter(move |&id| federation.relationships.at(id, now).exists)
}

/// The relationship with a name, or for a domain.
pub(super) fn find(shell: &Shell<'_>, identity: &str) -> Option<RelationshipId> {
    let (federation, now) = (shell.federation(), shell.now());
    let is_named = |&id: &RelationshipId| {
        let row = federation.relationships.at(id, now);
        let names = [row.shown_name(), &row.name];
        names.iter().any(|name| name.eq_ignore_ascii_case(identity))
    };
    let domain = federation.names.find(identity);
    let serves = |&id: &RelationshipId| {
        let row = federation.relationships.at(id, now);
        domain.is_some_and(|domain| row.domain_names.contains(&domain))
    };
    own(shell)
        .find(is_named)
        .or_else(|| own(shell).find(serves))
}

pub(super) fn required(call: &Call<'_, '_>) -> Result<RelationshipId, ErrorRecord> {
    let identity = call.text("Identity").unwrap_or_default();
    find(call.shell, identity).ok_or_else(|| call.not_found("relationship", identity))
}

/// Enters a relationship among those that may name other domains than at the start of the run.
fn remember(federation: &mut Federation, own: OrgId, id: RelationshipId) {
    let additions = std::sync::Arc::make_mut(&mut federation.additions);
    let known = additions.relationships.entry(own).or_default();
    if !known.contains(&id) {
        known.push(id);
    }
}

/// What the cmdlet says of properties; none: as it is.
#[derive(Default)]
struct Wanted {
    domains: Option<Vec<NameId>>,
    enabled: Option<bool>,
    free_busy: Option<bool>,
    free_busy_level: Option<AccessLevel>,
    free_busy_scope: Option<Scope>,
    mail_tips: Option<bool>,
    mail_tips_level: Option<MailTipsLevel>,
    mail_tips_scope: Option<Scope>,
    photos: Option<bool>,
    delivery_report: Option<bool>,
    archive: Option<bool>,
    application_uri: Option<Option<NameId>>,
    autodiscover_epr: Option<Option<Url>>,
    sharing_epr: Option<Option<Url>>,
}

impl Wanted {
    /// Reads the parameters; `present` are the domains that a change by `@{Add=…}` starts from.
    fn read(call: &Call<'_, '_>, present: &[NameId]) -> Result<Wanted, ErrorRecord> {
        let shell = call.shell;
        let name = |parameter| {
            let given = call.has(parameter);
            given.then(|| call.text(parameter).map(|text| shell.intern(text)))
        };
        let url = |parameter| {
            let given = call.has(parameter);
            given.then(|| call.text(parameter).and_then(|text| shell.url(text)))
        };
        let domains = domains(call, "DomainNames", present);
        if domains
            .as_ref()
            .is_some_and(|domains| domains.len() > DOMAINS_MAX)
        {
            let message = format!(
                "The total number of explicit and implicit sub filters exceeds maximum allowed number of \
                 {SUB_FILTERS_MAX}: a relationship holds {DOMAINS_MAX} domains."
            );
            return Err(call.error("InvalidArgument", "ADFilterException", message));
        }
        Ok(Wanted {
            domains,
            enabled: call.boolean("Enabled"),
            free_busy: call.boolean("FreeBusyAccessEnabled"),
            free_busy_level: call.text("FreeBusyAccessLevel").map(level),
            free_busy_scope: scope(call, "FreeBusyAccessScope")?,
            mail_tips: call.boolean("MailTipsAccessEnabled"),
            mail_tips_level: call.text("MailTipsAccessLevel").map(mail_tips_level),
            mail_tips_scope: scope(call, "MailTipsAccessScope")?,
            photos: call.boolean("PhotosEnabled"),
            delivery_report: call.boolean("DeliveryReportEnabled"),
            archive: call.boolean("ArchiveAccessEnabled"),
            application_uri: name("TargetApplicationUri"),
            autodiscover_epr: url("TargetAutodiscoverEpr"),
            sharing_epr: url("TargetSharingEpr"),
        })
    }

    fn apply(&self, row: &mut OrganizationRelationship) {
        fn set<T: Clone>(property: &mut T, wanted: &Option<T>) {
            if let Some(wanted) = wanted {
                property.clone_from(wanted);
            }
        }
        if let Some(domains) = &self.domains {
            row.domain_names = domains.as_slice().into();
        }
        set(&mut row.enabled, &self.enabled);
        set(&mut row.free_busy_access_enabled, &self.free_busy);
        set(&mut row.free_busy_access_level, &self.free_busy_level);
        set(&mut row.free_busy_access_scope, &self.free_busy_scope);
        set(&mut row.mail_tips_access_enabled, &self.mail_tips);
        set(&mut row.mail_tips_access_level, &self.mail_tips_level);
        set(&mut row.mail_tips_access_scope, &self.mail_tips_scope);
        set(&mut row.photos_enabled, &self.photos);
        set(&mut row.delivery_report_enabled, &self.delivery_report);
        set(&mut row.archive_access_enabled, &self.archive);
        set(&mut row.target_application_uri, &self.application_uri);
        set(&mut row.target_autodiscover_epr, &self.autodiscover_epr);
        set(&mut row.target_sharing_epr, &self.sharing_epr);
    }
}

/// A list of domains, or a change of the present one.
pub(super) fn domains(
    call: &Call<'_, '_>,
    parameter: &str,
    present: &[NameId],
) -> Option<Vec<NameId>> {
    let shell = call.shell;
    let intern = |value: &Value| -> Vec<NameId> {
        let items = value.clone().into_items();
        let texts = items.iter().map(|item| item.to_text(shell.zone));
        texts.map(|text| shell.intern(&text)).collect()
    };
    let value = call.value(parameter)?;
    let Some(changes) = value.as_object() else {
        return Some(intern(value));
    };
    let removed = changes.get("Remove").map(intern).unwrap_or_default();
    let added = changes.get("Add").map(intern).unwrap_or_default();
    let kept = present.iter().copied();
    let kept = kept.filter(|domain| !removed.contains(domain) && !added.contains(domain));
    Some(kept.chain(added.iter().copied()).collect())
}

/// A group whose members are meant; blank: everybody.
fn scope(call: &Call<'_, '_>, parameter: &str) -> Result<Option<Scope>, ErrorRecord> {
    if !call.has(parameter) {
        return Ok(None);
    }
    let Some(name) = call.text(parameter) else {
        return Ok(Some(Scope::Everyone));
    };
    let shell = call.shell;
    let (federation, own) = (shell.federation(), shell.organization_id());
    let mut groups = federation.groups.ids();
    let found: Option<GroupId> = groups.find(|&id| {
        let row = federation.groups.original(id);
        row.organization == own && row.name.eq_ignore_ascii_case(name)
    });
    match found {
        Some(group) => Ok(Some(Scope::Members(group))),
        None => Err(call.not_found("group", name)),
    }
}

fn level(word: &str) -> AccessLevel {
    AccessLevel::from_word(word).unwrap_or_default()
}

fn mail_tips_level(word: &str) -> MailTipsLevel {
    match word {
        "All" => MailTipsLevel::All,
        "Limited" => MailTipsLevel::Limited,
        _ => MailTipsLevel::None,
    }
}

/// The partner's token issuer, if the object that came through the pipeline tells it.
fn token_issuer(call: &Call<'_, '_>) -> Option<NameId> {
    let issuers = call.input()?.get("TokenIssuerUris")?.clone().into_items();
    let first = issuers.first()?.to_text(call.shell.zone);
    Some(call.shell.intern(&first))
}

/// A domain that another relationship names already.
///
/// Source: a domain belongs to one organization relationship, New-OrganizationRelationship (recalled).
fn taken_domain<'v>(
    shell: &Shell<'v>,
    domains: &[NameId],
    but: Option<RelationshipId>,
) -> Option<&'v str> {
    let (federation, now) = (shell.federation(), shell.now());
    let mut others = own(shell).filter(|&id| Some(id) != but);
    let taken = others.find_map(|id| {
        let row = federation.relationships.at(id, now);
        domains
            .iter()
            .find(|domain| row.domain_names.contains(domain))
            .copied()
    });
    taken.map(|domain| shell.text(domain))
}

fn domain_taken(call: &Call<'_, '_>, domain: &str) -> ErrorRecord {
    let message = format!(
        "The domains already exist in another organization relationship. Domains: {domain}."
    );
    call.error(
        "InvalidOperation",
        "DuplicateOrganizationRelationshipDomainException",
        message,
    )
}

/// A relationship as the shell shows it.
fn describe(shell: &Shell<'_>, id: RelationshipId) -> Object {
    let federation = shell.federation();
    let row = federation.relationships.at(id, shell.now());
    let scope = |scope: Scope| match scope {
        Scope::Everyone => Value::Null,
        Scope::Members(group) => Value::text(&*federation.groups.original(group).name),
    };
    let url = |url: Option<Url>| url.map(|url| federation.url_text(url));
    let domains = row.domain_names.iter().map(|&domain| shell.text(domain));
    let mail_tips_level = match row.mail_tips_access_level {
        MailTipsLevel::None => "None",
        MailTipsLevel::Limited => "Limited",
        MailTipsLevel::All => "All",
    };
    let uri = row.target_application_uri;
    let shown = shell
        .object("OrganizationRelationship")
        .with("DomainNames", Value::texts(domains))
        .with("FreeBusyAccessEnabled", row.free_busy_access_enabled)
        .with("FreeBusyAccessLevel", row.free_busy_access_level.word())
        .with("FreeBusyAccessScope", scope(row.free_busy_access_scope))
        .with("MailTipsAccessEnabled", row.mail_tips_access_enabled)
        .with("MailTipsAccessLevel", mail_tips_level)
        .with("MailTipsAccessScope", scope(row.mail_tips_access_scope))
        .with("DeliveryReportEnabled", row.delivery_report_enabled)
        .with("ArchiveAccessEnabled", row.archive_access_enabled)
        .with("PhotosEnabled", row.photos_enabled)
        .with(
            "TargetApplicationUri",
            uri.map_or(Value::Null, |uri| shell.text(uri).into()),
        )
        .with("TargetSharingEpr", url(row.target_sharing_epr))
        .with("TargetAutodiscoverEpr", url(row.target_autodiscover_epr))
        .with("Enabled", row.enabled)
        .with("Identity", row.shown_name());
    let (created, changed) = history(&federation.relationships, id, federation.start, shell.now());
    let place = [row.shown_name(), "Federation"];
    let directory = DirectoryObject {
        name: row.shown_name(),
        path: &place,
        class: "msExchFedSharingRelationship",
        category: "ms-Exch-Fed-Sharing-Relationship",
        hash: row.hash,
        created,
        changed,
    };
    shell.with_directory_properties(shown, &directory)
}
