//! Where in the scenario an object or a value stands.
//!
//! It knows no rule. Invariant: a value that the text leaves out has the place of the nearest table around
//! it that the text has.

use crate::model::certificate::CertificateId;
use crate::model::directory::MailboxId;
use crate::model::organization::{OrgId, ServerId};
use crate::model::publishing::HostOwner;
use crate::model::relationship::RelationshipId;
use crate::scenario::Location;
use crate::scenario::tree::{Table, Value};

use super::Examiner;

/// Goes down a path as far as the text goes.
fn find(tree: &Table, path: &[&str]) -> Option<Location> {
    let mut table = tree;
    let mut place = None;
    for key in path {
        let Some(entry) = table.get(key) else {
            break;
        };
        let (value, name) = (entry.origin.location(), table.key_location(key));
        match &entry.value {
            Value::Table(below) => {
                place = name.or(value).or(place);
                table = below;
            }
            _ => {
                place = value.or(name).or(place);
                break;
            }
        }
    }
    place
}

impl Examiner<'_> {
    /// The place of a value of the scenario.
    pub fn place(&self, path: &[&str]) -> Option<Location> {
        find(self.tree, path)
    }

    /// The place of a value of an organization; of a drawn one that of its population.
    pub fn place_in(&self, organization: OrgId, path: &[&str]) -> Option<Location> {
        let mut populations = self.federation.populations.iter();
        if let Some(population) = populations.find(|row| row.contains(organization)) {
            return self.place(&["population", &population.name]);
        }
        let name = self.organization_name(organization);
        let whole: Vec<&str> = ["org", name]
            .into_iter()
            .chain(path.iter().copied())
            .collect();
        self.place(&whole)
    }

    /// The place of a value of a server.
    pub fn place_at(&self, server: ServerId, path: &[&str]) -> Option<Location> {
        let row = self.federation.servers.original(server);
        let whole: Vec<&str> = ["server", &*row.name]
            .into_iter()
            .chain(path.iter().copied())
            .collect();
        self.place_in(row.organization, &whole)
    }

    /// The place of a value of a published host.
    pub fn place_of_host(&self, owner: HostOwner, host: &str, key: &str) -> Option<Location> {
        match owner {
            HostOwner::Organization(id) => self.place_in(id, &["host", host, key]),
            HostOwner::Gateway(id) => {
                let gateway = self.federation.gateways.original(id);
                self.place(&["gateway", &gateway.name, key])
            }
            HostOwner::Nobody => None,
        }
    }

    /// The place of a value of a relationship.
    pub fn place_of(&self, relationship: RelationshipId, key: &str) -> Option<Location> {
        let row = self.federation.relationships.original(relationship);
        self.place(&["relationship", &row.name, key])
    }

    /// The place of a value of an organization's certificate.
    pub fn place_of_certificate(&self, id: CertificateId, key: &str) -> Option<Location> {
        let row = self.federation.certificates.original(id);
        self.place_in(row.organization, &["certificate", &row.name, key])
    }

    /// The place of a value of a mailbox that the scenario declares.
    pub fn place_of_mailbox(&self, id: MailboxId, key: &str) -> Option<Location> {
        let row = self.federation.mailboxes.original(id);
        self.place_in(row.organization, &["mailbox", &row.name, key])
    }

    /// What an organization's object is called in a scenario: `org.contoso.trust`.
    pub fn subject_in(&self, organization: OrgId, path: &[&str]) -> String {
        let mut subject = format!("org.{}", self.organization_name(organization));
        for part in path {
            subject.push('.');
            subject.push_str(part);
        }
        subject
    }

    /// What a relationship is called in a scenario.
    pub fn subject_of(&self, relationship: RelationshipId) -> String {
        let row = self.federation.relationships.original(relationship);
        let organization = self.organization_name(row.organization);
        match row.name.contains(" -> ") {
            true => format!("relationship.{}", row.name),
            false => format!("relationship.{organization} -> {}", row.name),
        }
    }
}
