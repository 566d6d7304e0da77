//! Place-holders: what remedies call the things of a world, and what a world's things are called.
//!
//! It knows no remedy. Invariant: the tables here are the only place where a place-holder is named; a
//! place-holder that a case cannot fill gives nothing.

mod lines;
mod objects;
mod parties;

use crate::diagnosis::case::Case;
use crate::model::directory::MailboxId;
use crate::model::organization::OrgId;
use crate::model::relationship::RelationshipId;
use crate::record::naming::organization_name;

pub(super) use lines::is_beyond_one_relationship;
pub(in crate::diagnosis) use lines::longest_window;

/// What a place-holder stands for, and how it is read from a case.
#[derive(Clone, Copy, Debug)]
pub struct PlaceHolder {
    /// Its name, without braces.
    pub name: &'static str,
    /// What it stands for.
    pub meaning: &'static str,
    read: fn(&Case<'_>) -> Option<String>,
}

/// All place-holders.
pub fn place_holders() -> impl Iterator<Item = &'static PlaceHolder> {
    let tables = [parties::PARTIES, objects::OBJECTS, lines::LINES];
    tables.into_iter().flatten()
}

const fn holder(
    name: &'static str,
    meaning: &'static str,
    read: fn(&Case<'_>) -> Option<String>,
) -> PlaceHolder {
    PlaceHolder {
        name,
        meaning,
        read,
    }
}

/// What a place-holder stands for in a case.
pub(super) fn value(name: &str, case: &Case<'_>) -> Option<String> {
    let holder = place_holders().find(|holder| holder.name == name)?;
    (holder.read)(case)
}

fn name(case: &Case<'_>, organization: OrgId) -> String {
    organization_name(case.federation, organization).to_owned()
}

fn text(case: &Case<'_>, name: crate::model::names::NameId) -> String {
    case.federation.names.text(name).to_owned()
}

fn listed(texts: Vec<String>) -> Option<String> {
    (!texts.is_empty()).then(|| texts.join(","))
}

fn shown(case: &Case<'_>, id: RelationshipId) -> Option<String> {
    let row = case.federation.relationships.original(id);
    Some(row.shown_name().to_owned())
}

fn written(case: &Case<'_>, id: RelationshipId) -> Option<String> {
    Some(case.federation.relationships.original(id).name.to_string())
}

/// The requester's relationship for the attendee's domain, else any about its organization.
fn own(case: &Case<'_>) -> Option<RelationshipId> {
    let about = || case.relationship_between(case.requester(), case.target?);
    case.own_relationship().or_else(about)
}

/// The target's relationship for the caller's domain, else any about the caller's organization.
fn partners(case: &Case<'_>) -> Option<RelationshipId> {
    let about = || case.relationship_between(case.target?, case.requester());
    case.partners_relationship().or_else(about)
}

/// The mailbox of another organization that has the address.
fn held_elsewhere(case: &Case<'_>) -> Option<(OrgId, MailboxId)> {
    let mailboxes = &case.federation.mailboxes;
    let mut ids = mailboxes.ids();
    ids.find_map(|id| {
        let row = mailboxes.at(id, case.decided);
        let is_it = row.organization != case.requester() && row.addresses.contains(&case.asked);
        is_it.then_some((row.organization, id))
    })
}

fn further_domains(case: &Case<'_>, organization: OrgId) -> String {
    let domains = case.federated_domains(organization);
    let line = |domain: &String| {
        format!(
            "\n$proof = Get-FederatedDomainProof -DomainName {domain}\n\
             Add-DnsServerResourceRecord -ZoneName {domain} -Name \"@\" -Txt -DescriptiveText $proof.Proof\n\
             Add-FederatedDomain -DomainName {domain}"
        )
    };
    domains.iter().skip(1).map(line).collect()
}

fn certificate(case: &Case<'_>, organization: OrgId) -> Option<String> {
    let row = case.federation.organizations.at(organization, case.decided);
    let id = row.trust.organization_certificate?;
    Some(case.federation.certificates.original(id).name.to_string())
}
