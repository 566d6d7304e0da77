//! Scripts: what administrators carry out, from files and from the time line, read and checked.
//!
//! It knows no cmdlet. Invariant: a script that passes here can be run to its end; every fault is a finding
//! at its place in the file or in the scenario.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cmdlet::catalog::Of;
use crate::cmdlet::{Administered, Finding, Known, check, parse};
use crate::engine::{IdVec, Instant, Offset};
use crate::model::address::{Address, LocalPart};
use crate::model::administration::{Script, ScriptId};
use crate::model::directory::{MailboxKey, Recipient};
use crate::model::federation::Federation;
use crate::model::observation::RequestIdentity;
use crate::model::organization::{OrgId, ServerId};
use crate::model::sharing_policy::DEFAULT_SHARING_POLICY;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, Location};
use crate::scenario::instants;
use crate::scenario::read::Document;
use crate::scenario::side_file::SideFile;
use crate::scenario::tree::Table;

use super::ids::{Ids, find, find_server};

/// The workload that the calls of scripts belong to.
pub(super) const WORKLOAD: &str = "administration";

/// What a script of an entry of the time line is called, before the entry's number from 1.
pub const SCRIPT_OF_ENTRY: &str = "time line, entry ";

/// The local part of the address that scripts are carried out under.
const ADMINISTRATOR: &str = "administrator";

/// The ending of a file of cmdlets.
const FILE_ENDING: &str = ".ps1";

/// The file with which an organization is set up, if it is set up by one.
pub(super) fn setup_file(organization: &Table) -> Option<&str> {
    let setup = organization.text("setup");
    setup
        .to_ascii_lowercase()
        .ends_with(FILE_ENDING)
        .then_some(setup)
}

/// Whether an organization starts with nothing, to be set up during the run.
pub(super) fn is_bare(organization: &Table) -> bool {
    organization.text("setup") == "bare" || setup_file(organization).is_some()
}

/// Whether there is any script.
pub(super) fn are_there(tree: &Table) -> bool {
    let on_time_line = |entry: &Table| {
        entry.optional_text("run").is_some() || entry.optional_text("script").is_some()
    };
    let mut organizations = tree.named("org");
    organizations.any(|(_, row)| setup_file(row).is_some())
        || tree.tables("timeline").any(on_time_line)
}

/// Finds words of `setup` that mean nothing.
pub(super) fn check_setups(tree: &Table, found: &mut Diagnostics) {
    for (_, row) in tree.named("org") {
        let setup = row.text("setup");
        let is_known = ["federated", "unfederated", "bare"].contains(&setup);
        if !is_known
            && setup_file(row).is_none()
            && let Some(place) = row.location("setup")
        {
            let message = format!("`{setup}` is no way to set an organization up");
            let help = "write `federated`, `unfederated`, `bare`, or the name of a file of cmdlets \
                        that ends in `.ps1`";
            found.push(Diagnostic::error("bad-setup", place, message).help(help));
        }
    }
}

/// A script as it is given.
struct Given {
    name: String,
    /// Which of its organization's scripts it is, by its place in the scenario.
    number: u32,
    at: Instant,
    organization: OrgId,
    server: ServerId,
    text: String,
    origin: Origin,
}

/// Where the text of a script stands.
enum Origin {
    File(SideFile),
    /// A value of the scenario: its place, and where in the source its text begins, if it stands there
    /// as it is.
    Value(Location, Option<u32>),
}

/// All scripts, by instant, then in the order of the file.
pub(super) fn scripts(
    document: &Document,
    tree: &Table,
    federation: &mut Federation,
    ids: &Ids,
    found: &mut Diagnostics,
) -> IdVec<ScriptId, Script> {
    let mut given = gather(document, tree, federation, ids, found);
    number_by_place(&mut given);
    given.sort_by_key(|script| script.at);
    let administrator = federation.intern(ADMINISTRATOR);
    let mut rows = IdVec::new();
    for script in &given {
        let Some(program) = read(script, &given, federation, found) else {
            continue;
        };
        let row = federation.organizations.original(script.organization);
        let Some(first) = row.accepted_domains.first() else {
            continue;
        };
        let workload = federation.workloads.enumerate();
        let mut workload = workload.filter(|(_, row)| &*row.name == WORKLOAD);
        let (workload, _) = workload.next().expect("scripts have a workload");
        rows.push(Script {
            name: script.name.as_str().into(),
            at: script.at,
            identity: RequestIdentity {
                requester: script.organization,
                workload,
                number: script.number,
                attempt: 0,
            },
            server: script.server,
            administrator: Address {
                domain: first.domain,
                local: LocalPart::Named(administrator),
            },
            program: Arc::new(program),
        });
    }
    rows
}

/// Collects the scripts of a tree.
/// Numbers the scripts of each organization by their places in the scenario, whenever they begin: what their
/// draws hang on does not change when another one is added behind them.
fn number_by_place(given: &mut [Given]) {
    let mut counts: BTreeMap<OrgId, u32> = BTreeMap::new();
    for script in given {
        let count = counts.entry(script.organization).or_default();
        *count += 1;
        script.number = *count;
    }
}

fn gather(
    document: &Document,
    tree: &Table,
    federation: &Federation,
    ids: &Ids,
    found: &mut Diagnostics,
) -> Vec<Given> {
    let mut given = Vec::new();
    let start = tree.table("run").instant("start");
    for (name, row) in tree.named("org") {
        let Some(path) = setup_file(row) else {
            continue;
        };
        let place = row.location("setup").unwrap_or_default();
        let organization = ids.organizations[name];
        let Some(&server) = federation
            .organizations
            .original(organization)
            .servers
            .first()
        else {
            continue;
        };
        match document.files.text(path, place) {
            Ok(file) => given.push(Given {
                name: path.to_owned(),
                number: 0,
                at: start,
                organization,
                server,
                text: file.text().to_owned(),
                origin: Origin::File(file),
            }),
            Err(refused) => found.push(refused),
        }
    }
    for (number, entry) in (1..).zip(tree.tables("timeline")) {
        gather_entry(
            document,
            (number, entry),
            federation,
            ids,
            found,
            &mut given,
        );
    }
    given
}

fn gather_entry(
    document: &Document,
    (number, entry): (usize, &Table),
    federation: &Federation,
    ids: &Ids,
    found: &mut Diagnostics,
    given: &mut Vec<Given>,
) {
    let sources = [
        ("run", entry.optional_text("run")),
        ("script", entry.optional_text("script")),
    ];
    if let ([(_, Some(_)), (_, Some(_))], Some(place)) = (sources, entry.location("script")) {
        let message = "an entry has cmdlets of its own or a file of them";
        let help = "make two entries of it";
        found.push(Diagnostic::error("run-and-script", place, message).help(help));
        return;
    }
    for (key, text) in sources {
        let Some(text) = text else { continue };
        let place = entry.location(key).unwrap_or_default();
        let Some((organization, server)) = shell_of(entry, place, federation, ids, found) else {
            continue;
        };
        let at = entry.instant("at");
        if key == "script" {
            match document.files.text(text, place) {
                Ok(file) => given.push(Given {
                    name: text.to_owned(),
                    number: 0,
                    at,
                    organization,
                    server,
                    text: file.text().to_owned(),
                    origin: Origin::File(file),
                }),
                Err(refused) => found.push(refused),
            }
            continue;
        }
        let offset = offset_in_source(document, place, text);
        given.push(Given {
            name: format!("{SCRIPT_OF_ENTRY}{number}"),
            number: 0,
            at,
            organization,
            server,
            text: text.to_owned(),
            origin: Origin::Value(place, offset),
        });
    }
}

/// The organization and the server on which a script of the time line runs.
fn shell_of(
    entry: &Table,
    place: Location,
    federation: &Federation,
    ids: &Ids,
    found: &mut Diagnostics,
) -> Option<(OrgId, ServerId)> {
    let Some(name) = entry.optional_text("org") else {
        let message = "cmdlets are carried out in an organization";
        let help = "add `org = \"…\"` to the entry";
        found.push(Diagnostic::error("incomplete-procedure", place, message).help(help));
        return None;
    };
    let organization = match entry.optional_text("do") {
        // A procedure of the same entry has told what is wrong with the name.
        Some(_) => *ids.organizations.get(name)?,
        None => find(
            &ids.organizations,
            &name.to_owned(),
            ("organization", name),
            ids.organizations.keys().cloned(),
            entry.location("org"),
            found,
        )?,
    };
    let first = federation
        .organizations
        .original(organization)
        .servers
        .first();
    let server = match entry.optional_text("server") {
        None => first.copied()?,
        Some(server) => {
            let place = entry.location("server");
            find_server(ids, organization, server, place, found)?
        }
    };
    Some((organization, server))
}

/// Where in the scenario's source the text of a value begins, if it stands there unchanged.
fn offset_in_source(document: &Document, place: Location, text: &str) -> Option<u32> {
    let sources = document.warnings.sources();
    let source = sources.get(usize::from(place.source.0))?;
    let raw = source.text.get(place.range())?;
    let within = raw.find(text)?;
    Some(place.start + u32::try_from(within).ok()?)
}

/// Reads and checks a script; none if there is an error in it.
fn read(
    script: &Given,
    all: &[Given],
    federation: &Federation,
    found: &mut Diagnostics,
) -> Option<Administered> {
    let (read, faults) = parse(&script.text);
    let known = Directory {
        federation,
        organization: script.organization,
        others: all
            .iter()
            .filter(|other| other.organization == script.organization)
            .map(|other| other.text.to_ascii_lowercase())
            .collect(),
    };
    let mut faults = faults.into_vec();
    faults.extend(check(&read, &known).into_vec());
    faults.sort_by_key(|fault| (fault.place.start, fault.place.end));
    let is_good = faults.is_empty();
    for fault in faults {
        found.push(as_diagnostic(script, fault));
    }
    is_good.then(|| Administered::new(read, zone(federation, script)))
}

fn as_diagnostic(script: &Given, fault: Finding) -> Diagnostic {
    let range = fault.place.range();
    let diagnostic = match &script.origin {
        Origin::File(file) => file.error(fault.code, range, fault.message),
        Origin::Value(place, Some(offset)) => {
            let from = *offset as usize;
            let place = Location::new(place.source, range.start + from..range.end + from);
            Diagnostic::error(fault.code, place, fault.message)
        }
        Origin::Value(place, None) => {
            let shown = script.text.get(range).unwrap_or_default();
            let message = format!("{} (at `{shown}`)", fault.message);
            Diagnostic::error(fault.code, *place, message)
        }
    };
    diagnostic.maybe_help(fault.help)
}

/// How far the clock on the wall is ahead of UTC where a script is carried out, when it begins.
fn zone(federation: &Federation, script: &Given) -> Offset {
    let id = federation
        .organizations
        .original(script.organization)
        .time_zone;
    let Some((zone, _)) = instants::zone(&federation.time_zones[id]) else {
        return Offset::ZERO;
    };
    instants::offset_at(&zone, script.at)
}

/// What an organization has, by name.
struct Directory<'a> {
    federation: &'a Federation,
    organization: OrgId,
    /// The texts of all scripts of the organization, in lower case.
    others: Vec<String>,
}

impl Directory<'_> {
    /// Whether some script of the organization makes objects with this cmdlet: then names that are not
    /// declared may be there when they are asked for.
    fn makes(&self, cmdlet: &str) -> bool {
        let cmdlet = cmdlet.to_ascii_lowercase();
        self.others.iter().any(|text| text.contains(&cmdlet))
    }

    fn relationships(&self) -> Vec<String> {
        let federation = self.federation;
        let own = federation.relationships_of(self.organization);
        own.flat_map(|id| {
            let row = federation.relationships.original(id);
            let domains = row.domain_names.iter();
            let domains = domains.map(|&domain| federation.names.text(domain).to_owned());
            [row.shown_name().to_owned(), row.name.to_string()]
                .into_iter()
                .chain(domains)
        })
        .collect()
    }

    fn has_mailbox(&self, identity: &str) -> bool {
        let federation = self.federation;
        let own = self.organization;
        let mut declared = federation.mailboxes.ids();
        let is_declared = |id| {
            let row = federation.mailboxes.original(id);
            row.organization == own && row.name.eq_ignore_ascii_case(identity)
        };
        if declared.any(is_declared) {
            return true;
        }
        let first = federation
            .organizations
            .original(own)
            .accepted_domains
            .first();
        let (local, domain) = match (identity.rsplit_once('@'), first) {
            (Some((local, domain)), _) => (local, federation.names.find(domain)),
            (None, Some(first)) => (identity, Some(first.domain)),
            (None, None) => return false,
        };
        let Some(domain) = domain else { return false };
        let digits = local
            .strip_prefix("user")
            .filter(|digits| !digits.starts_with('0'));
        let number = digits.and_then(|digits| digits.parse().ok());
        let numbered = number.map(LocalPart::Numbered);
        let named = federation.names.find(local).map(LocalPart::Named);
        let mut forms = [numbered, named].into_iter().flatten();
        forms.any(|local| {
            let recipient = federation.recipient(own, Address { domain, local });
            matches!(
                recipient,
                Some(Recipient::Mailbox(
                    MailboxKey::Declared(_) | MailboxKey::Described(_)
                ))
            )
        })
    }
}

impl Known for Directory<'_> {
    fn knows(&self, of: Of, identity: &str) -> Option<bool> {
        let (maker, is_declared) = match of {
            Of::OrganizationRelationship => {
                let names = self.relationships();
                let is_it = names.iter().any(|name| name.eq_ignore_ascii_case(identity));
                ("New-OrganizationRelationship", is_it)
            }
            Of::FederationTrust => {
                let row = self.federation.organizations.original(self.organization);
                let is_it = row.trust.exists && row.trust.name.eq_ignore_ascii_case(identity);
                ("New-FederationTrust", is_it)
            }
            Of::SharingPolicy => {
                let names = self.names(of);
                let is_it = names.iter().any(|name| name.eq_ignore_ascii_case(identity));
                ("New-SharingPolicy", is_it)
            }
            Of::Mailbox => return Some(self.has_mailbox(identity)),
            Of::Server => {
                let names = self.names(of);
                let host = identity.split('.').next().unwrap_or(identity);
                return Some(names.iter().any(|name| name.eq_ignore_ascii_case(host)));
            }
            Of::Group => {
                let names = self.names(of);
                return Some(names.iter().any(|name| name.eq_ignore_ascii_case(identity)));
            }
            _ => return None,
        };
        match is_declared {
            true => Some(true),
            false if self.makes(maker) => None,
            false => Some(false),
        }
    }

    fn names(&self, of: Of) -> Vec<String> {
        let federation = self.federation;
        let row = federation.organizations.original(self.organization);
        match of {
            Of::OrganizationRelationship => self.relationships(),
            Of::FederationTrust => vec![row.trust.name.to_string()],
            Of::SharingPolicy => {
                let ids = federation.sharing_policies.ids();
                let rows = ids.map(|id| federation.sharing_policies.original(id));
                let own = rows.filter(|policy| policy.organization == self.organization);
                let own = own.map(|policy| policy.name.to_string());
                own.chain([DEFAULT_SHARING_POLICY.to_owned()]).collect()
            }
            Of::Server => {
                let servers = row.servers.iter();
                servers
                    .map(|&id| federation.servers.original(id).name.to_string())
                    .collect()
            }
            Of::Mailbox => {
                let ids = federation.mailboxes.ids();
                let rows = ids.map(|id| federation.mailboxes.original(id));
                let own = rows.filter(|mailbox| mailbox.organization == self.organization);
                own.map(|mailbox| federation.address_text(mailbox.addresses[0]))
                    .collect()
            }
            Of::Group => {
                let ids = federation.groups.ids();
                let rows = ids.map(|id| federation.groups.original(id));
                let own = rows.filter(|group| group.organization == self.organization);
                own.map(|group| group.name.to_string()).collect()
            }
            _ => Vec::new(),
        }
    }
}
