//! The cmdlets that can be carried out, with their parameters, as tables.
//!
//! It knows no scripts and no federation. Invariant: a parameter that the real cmdlet has is either here
//! or named as not modelled, so that it is never taken for a misspelling.

mod common;
pub mod kind;
mod outside;
mod publishing;
mod sharing;
mod trust;

pub use common::{COMMON, COMMON_NOT_MODELLED};
pub use kind::{Kind, Of};

/// A cmdlet.
#[derive(Clone, Copy, Debug)]
pub struct Cmdlet {
    /// `Verb-Noun`.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// The parameters that are carried out, without the common ones.
    pub parameters: &'static [Parameter],
    /// Parameters that the real cmdlet has and the model has not.
    pub not_modelled: &'static [&'static str],
    /// The type of the objects it gives.
    pub output: Option<&'static str>,
    /// What its parameter `Name` makes known.
    pub creates: Option<Of>,
    /// The part of Exchange's management that the real cmdlet belongs to, as in error ids.
    pub tasks: &'static str,
    /// Where its parameters are documented.
    pub source: &'static str,
}

/// A parameter of a cmdlet.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name, without the dash.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether it can be left out.
    pub need: Need,
    /// Its place among values without names, from 0.
    pub position: Option<u8>,
    /// Whether objects of a pipeline fill it.
    pub pipe: Pipe,
    /// Other names.
    pub aliases: &'static [&'static str],
}

/// Whether a parameter can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It cannot.
    Required,
    /// It can.
    Optional,
}

/// How objects of a pipeline fill a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pipe {
    /// They do not.
    Nothing,
    /// An object of the right type does.
    Value,
    /// An object's property of the same name does.
    Property,
    /// Either.
    Both,
}

/// Exchange's management of the organization.
const SYSTEM: &str = "Microsoft.Exchange.Management.SystemConfigurationTasks";
/// Exchange's management of recipients.
const RECIPIENT: &str = "Microsoft.Exchange.Management.RecipientTasks";
/// Exchange's management of what mailboxes hold.
const STORE: &str = "Microsoft.Exchange.Management.StoreTasks";

/// All cmdlets, by subject.
pub fn cmdlets() -> impl Iterator<Item = &'static Cmdlet> {
    let tables = [
        trust::CMDLETS,
        publishing::CMDLETS,
        sharing::CMDLETS,
        outside::CMDLETS,
    ];
    tables.into_iter().flatten()
}

/// The cmdlet of a name, whatever its case.
pub fn cmdlet(name: &str) -> Option<&'static Cmdlet> {
    cmdlets().find(|cmdlet| cmdlet.name.eq_ignore_ascii_case(name))
}

/// Why a cmdlet or command that others have is refused, if it is a known one.
pub fn not_modelled(name: &str) -> Option<&'static str> {
    let known = outside::NOT_MODELLED
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    known.map(|(_, help)| *help)
}

impl Cmdlet {
    /// Its verb: `Get` of `Get-Mailbox`.
    pub fn verb(&self) -> &'static str {
        self.name.split('-').next().unwrap_or(self.name)
    }

    /// Its own parameters and the common ones.
    pub fn all_parameters(&self) -> impl Iterator<Item = &'static Parameter> {
        self.parameters.iter().chain(COMMON)
    }

    /// The class that carries it out, as error ids name it.
    pub fn class(&self) -> String {
        let name: String = self.name.split('-').collect();
        if self.tasks.is_empty() {
            name
        } else {
            format!("{}.{name}", self.tasks)
        }
    }
}

impl Parameter {
    /// An optional parameter that has to be named.
    pub const fn new(name: &'static str, kind: Kind) -> Parameter {
        Parameter {
            name,
            kind,
            need: Need::Optional,
            position: None,
            pipe: Pipe::Nothing,
            aliases: &[],
        }
    }

    const fn required(self) -> Parameter {
        Parameter {
            need: Need::Required,
            ..self
        }
    }

    const fn at(self, position: u8) -> Parameter {
        Parameter {
            position: Some(position),
            ..self
        }
    }

    const fn piped(self) -> Parameter {
        Parameter {
            pipe: Pipe::Both,
            ..self
        }
    }

    const fn by_property(self) -> Parameter {
        Parameter {
            pipe: Pipe::Property,
            ..self
        }
    }

    const fn also(self, aliases: &'static [&'static str]) -> Parameter {
        Parameter { aliases, ..self }
    }
}

/// The first parameter of most cmdlets: which object. Objects of a pipeline fill it.
const fn identity(of: Of) -> Parameter {
    Parameter::new("Identity", Kind::Identity(of)).at(0).piped()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_cmdlet_that_administrators_of_a_federation_need_is_there() {
        for name in [
            "New-ExchangeCertificate",
            "Get-ExchangeCertificate",
            "New-FederationTrust",
            "Get-FederationTrust",
            "Set-FederationTrust",
            "Remove-FederationTrust",
            "Test-FederationTrust",
            "Test-FederationTrustCertificate",
            "Get-FederatedDomainProof",
            "Set-FederatedOrganizationIdentifier",
            "Get-FederatedOrganizationIdentifier",
            "Add-FederatedDomain",
            "Remove-FederatedDomain",
            "Get-FederationInformation",
            "Get-ClientAccessServer",
            "Get-WebServicesVirtualDirectory",
            "Set-WebServicesVirtualDirectory",
            "Get-AutodiscoverVirtualDirectory",
            "Set-AutodiscoverVirtualDirectory",
            "iisreset",
            "New-OrganizationRelationship",
            "Get-OrganizationRelationship",
            "Set-OrganizationRelationship",
            "Remove-OrganizationRelationship",
            "Test-OrganizationRelationship",
            "New-SharingPolicy",
            "Get-SharingPolicy",
            "Set-SharingPolicy",
            "Remove-SharingPolicy",
            "Get-Mailbox",
            "Set-Mailbox",
            "Get-MailboxFolderPermission",
            "Set-MailboxFolderPermission",
            "Add-MailboxFolderPermission",
            "New-IntraOrganizationConnector",
            "Set-IntraOrganizationConnector",
            "Add-AvailabilityAddressSpace",
            "Add-DnsServerResourceRecord",
            "Remove-DnsServerResourceRecord",
            "Get-Date",
            "Start-Sleep",
        ] {
            assert!(cmdlet(&name.to_uppercase()).is_some(), "{name}");
        }
    }

    #[test]
    fn the_tables_agree_with_themselves() {
        let mut names = BTreeSet::new();
        for cmdlet in cmdlets() {
            assert!(names.insert(cmdlet.name.to_lowercase()), "{}", cmdlet.name);
            assert!(
                cmdlet.summary.ends_with('.') && !cmdlet.source.is_empty(),
                "{}",
                cmdlet.name
            );
            let mut words = BTreeSet::new();
            for parameter in cmdlet.all_parameters() {
                for name in parameter.aliases.iter().chain([&parameter.name]) {
                    assert!(words.insert(name.to_lowercase()), "{} -{name}", cmdlet.name);
                }
            }
            for name in cmdlet.not_modelled.iter().chain(COMMON_NOT_MODELLED) {
                assert!(words.insert(name.to_lowercase()), "{} -{name}", cmdlet.name);
            }
            let positions: BTreeSet<u8> = cmdlet
                .parameters
                .iter()
                .filter_map(|it| it.position)
                .collect();
            assert!(
                positions
                    .iter()
                    .copied()
                    .eq(0..u8::try_from(positions.len()).unwrap()),
                "{}",
                cmdlet.name
            );
            let has_name = cmdlet
                .parameters
                .iter()
                .any(|it| matches!(it.name, "Name" | "ForestName"));
            assert!(cmdlet.creates.is_none() || has_name, "{}", cmdlet.name);
        }
    }
}
