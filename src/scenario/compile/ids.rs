//! Names to ids: the dense ids of everything that a scenario names, and the values that refer to them.
//!
//! It knows no rule. Invariant: ids follow the order of names, so that the order of tables in a file
//! changes nothing; and the ids of a changed world are those of the world it came from.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::id::Id;
use crate::model::address::{Address, LocalPart, Url, UrlPath};
use crate::model::certificate::CertificateId;
use crate::model::directory::{GroupId, MailboxId};
use crate::model::dns::{HostId, ResolverId};
use crate::model::gateway::GatewayId;
use crate::model::names::{NameId, Names};
use crate::model::network::SiteId;
use crate::model::organization::{OrgId, ServerId, TimeZoneId};
use crate::model::sharing_policy::SharingPolicyId;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics, Location};
use crate::scenario::read::names::suggestion;
use crate::scenario::tree::Table;

use super::population::Plan;

/// The ids of all named things, and the names of the model.
#[derive(Debug, Default)]
pub(super) struct Ids {
    pub names: Names,
    pub organizations: BTreeMap<String, OrgId>,
    pub gateways: BTreeMap<String, GatewayId>,
    pub sites: BTreeMap<String, SiteId>,
    pub time_zones: BTreeMap<String, TimeZoneId>,
    pub resolvers: BTreeMap<String, ResolverId>,
    pub servers: BTreeMap<(OrgId, String), ServerId>,
    pub hosts: BTreeMap<String, HostId>,
    pub certificates: BTreeMap<(OrgId, String), CertificateId>,
    pub mailboxes: BTreeMap<(OrgId, String), MailboxId>,
    pub groups: BTreeMap<(OrgId, String), GroupId>,
    pub sharing_policies: BTreeMap<(OrgId, String), SharingPolicyId>,
    /// The organization that describes mailboxes by a number in a domain, and how many.
    described: BTreeMap<String, u64>,
    /// The organizations of populations.
    pub plan: Arc<Plan>,
}

/// The keys of a gateway's hosts.
pub(super) const GATEWAY_HOSTS: [&str; 3] = ["token_host", "metadata_host", "provisioning_host"];

/// The name of the host at which nobody answers.
pub(super) const NOBODY: &str = "nobody";

impl Ids {
    /// Gives ids to everything that a derived tree names.
    pub fn new(tree: &Table, plan: Arc<Plan>) -> Ids {
        let mut ids = Ids {
            plan,
            ..Ids::default()
        };
        let organizations = || tree.named("org");
        ids.organizations = numbered(organizations().map(|(name, _)| name.to_owned()));
        ids.gateways = numbered(tree.named("gateway").map(|(name, _)| name.to_owned()));
        let sites = tree.table("network").named("site");
        ids.sites = numbered(sites.map(|(name, _)| name.to_owned()));
        let zones = organizations().map(|(_, row)| row.text("time_zone").to_owned());
        let zones = zones.chain(ids.plan.time_zones().map(ToOwned::to_owned));
        let sites = tree.table("network").named("site");
        let of_sites = sites.map(|(_, site)| site.text("time_zone").to_owned());
        ids.time_zones = numbered(zones.chain(of_sites));
        let of = |key: &'static str| {
            let ids = &ids.organizations;
            organizations().flat_map(move |(organization, row)| {
                let organization = ids[organization];
                row.named(key)
                    .map(move |(name, _)| (organization, name.to_owned()))
            })
        };
        let servers = numbered(of("server"));
        let certificates = numbered(of("certificate"));
        let mailboxes = numbered(of("mailbox"));
        let groups = numbered(of("group"));
        let sharing_policies = numbered(of("sharing_policy"));
        let mut hosts: Vec<String> = organizations()
            .flat_map(|(_, row)| row.named("host").map(|(host, _)| host.to_owned()))
            .collect();
        for (_, gateway) in tree.named("gateway") {
            let own = GATEWAY_HOSTS.map(|key| gateway.text(key).to_owned());
            hosts.extend(own);
        }
        hosts.push(NOBODY.to_owned());
        hosts.sort_unstable();
        hosts.dedup();
        let own = organizations().map(|(name, row)| {
            row.optional_text("resolver")
                .map_or_else(|| own_resolver(name), ToOwned::to_owned)
        });
        let declared = tree
            .table("dns")
            .named("resolver")
            .map(|(name, _)| name.to_owned());
        let gateways = tree.named("gateway");
        let of_gateways = gateways.map(|(name, _)| gateway_resolver(name));
        let mut resolvers: Vec<String> = own.chain(declared).chain(of_gateways).collect();
        resolvers.sort_unstable();
        resolvers.dedup();
        ids.described = organizations()
            .filter_map(|(_, row)| {
                let domain = row.texts("domains").first()?.to_string();
                Some((domain, row.integer("mailboxes")))
            })
            .collect();
        ids.servers = servers;
        ids.certificates = certificates;
        ids.mailboxes = mailboxes;
        ids.groups = groups;
        ids.sharing_policies = sharing_policies;
        ids.hosts = numbered(hosts);
        ids.resolvers = numbered(resolvers);
        ids
    }

    /// An SMTP address. `user<n>` is the n-th mailbox that its organization describes by a number.
    pub fn address(&mut self, text: &str) -> Address {
        let (local, domain) = text.rsplit_once('@').unwrap_or((text, ""));
        let described = self.described.get(domain).copied();
        let described = described
            .or_else(|| self.plan.mailboxes(domain).map(u64::from))
            .unwrap_or(0);
        let number = local
            .strip_prefix("user")
            .filter(|digits| !digits.starts_with('0'))
            .and_then(|digits| digits.parse::<u32>().ok())
            .filter(|&number| (1..=described).contains(&u64::from(number)));
        let domain = self.names.intern(domain);
        let local = match number {
            Some(number) => LocalPart::Numbered(number),
            None => LocalPart::Named(self.names.intern(local)),
        };
        Address { domain, local }
    }

    /// The organization of this name, declared or drawn.
    pub fn organization(&self, name: &str) -> Option<OrgId> {
        let declared = self.organizations.get(name).copied();
        declared.or_else(|| Some(self.plan.id(self.plan.organization(name)?)))
    }

    /// A URL; none if it is blank.
    pub fn url(&mut self, text: &str) -> Option<Url> {
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = host.split(':').next().unwrap_or(host);
        (!host.is_empty()).then(|| Url {
            host: self.names.intern(host),
            path: UrlPath::read(path),
        })
    }

    /// A name; none if it is blank.
    pub fn optional_name(&mut self, text: &str) -> Option<NameId> {
        (!text.is_empty()).then(|| self.names.intern(text))
    }
}

/// What belongs to one organization, by name.
pub(super) fn of_organization<V: Copy>(
    ids: &BTreeMap<(OrgId, String), V>,
    owner: OrgId,
) -> impl Iterator<Item = (&str, V)> {
    ids.range((owner, String::new())..)
        .take_while(move |((of, _), _)| *of == owner)
        .map(|((_, name), &id)| (name.as_str(), id))
}

/// The name of the resolver that an organization without a declared one has for itself.
pub(super) fn own_resolver(organization: &str) -> String {
    format!("{organization} (own resolver)")
}

/// The name of the resolver that a gateway asks.
pub(super) fn gateway_resolver(gateway: &str) -> String {
    format!("{gateway} (gateway's resolver)")
}

/// A server of an organization; what is not there is a finding with a suggestion.
pub(super) fn find_server(
    ids: &Ids,
    owner: OrgId,
    name: &str,
    location: Option<Location>,
    found: &mut Diagnostics,
) -> Option<ServerId> {
    let own = of_organization(&ids.servers, owner);
    let candidates = own.map(|(name, _)| name.to_owned());
    let key = (owner, name.to_owned());
    let what = ("server", name);
    find(&ids.servers, &key, what, candidates, location, found)
}

/// Looks a name up; what is not there is a finding with a suggestion.
pub(super) fn find<K: Ord + Clone, V: Copy>(
    ids: &BTreeMap<K, V>,
    key: &K,
    (what, name): (&str, &str),
    candidates: impl Iterator<Item = String>,
    location: Option<Location>,
    found: &mut Diagnostics,
) -> Option<V> {
    if let Some(&id) = ids.get(key) {
        return Some(id);
    }
    let candidates: Vec<String> = candidates.collect();
    let help = match suggestion(name, candidates.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if candidates.is_empty() => format!("the scenario declares no {what}"),
        None => format!("declared: {}", list(&candidates)),
    };
    let message = format!("there is no {what} `{name}`");
    let diagnostic = match location {
        Some(location) => {
            Diagnostic::error("unknown-name", location, message).label("not declared")
        }
        None => Diagnostic::placeless("unknown-name", message),
    };
    found.push(diagnostic.help(help));
    None
}

/// The first few of a list of names.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = names.len().saturating_sub(SHOWN);
    match more {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn numbered<K: Ord, I: Id>(names: impl IntoIterator<Item = K>) -> BTreeMap<K, I> {
    // Named tables are sorted, and so is what is made of them in order.
    let sorted: BTreeMap<K, ()> = names.into_iter().map(|name| (name, ())).collect();
    sorted
        .into_keys()
        .enumerate()
        .map(|(index, name)| (name, I::from_index(index)))
        .collect()
}
