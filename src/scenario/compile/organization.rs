//! Organizations of a tree, with what belongs to them: certificates, servers, public hosts, recipients.
//!
//! It knows nothing of relationships between organizations. Invariant: rows are in the order of the
//! ids that `ids` gave them: by organization, then by name.

use rustc_hash::FxHashMap;

use crate::engine::hash::NameHash;
use crate::engine::{Instant, Span};
use crate::model::address::Address;
use crate::model::certificate::{
    Certificate, CertificateId, KeyProvider, StoreState, TlsCertificate, TlsName, Validity,
};
use crate::model::directory::{
    CalendarState, FederatedIdentity, Grant, Group, Mailbox, MailboxKey, MailboxState, Member,
    PersonalSubscription, Recipient,
};
use crate::model::gateway::GatewayId;
use crate::model::organization::{
    AcceptedDomain, AcceptedDomainKind, Direction, DirectoryState, Edition, FirewallAction,
    FirewallRule, OrgId, Organization, Outbound, Peer, Server, ServerState, WebProxyState,
};
use crate::model::outcome::AccessLevel;
use crate::model::publishing::{
    Host, HostOwner, HostState, PoolState, Preauthentication, ReverseProxy, VirtualDirectory,
};
use crate::model::trust::{
    FederationTrust, IssuerCertificates, MetadataRefresh, OrganizationIdentifier, Registration,
};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::tree::Table;

use super::changes::Changes;
use super::ids::{Ids, NOBODY, find, own_resolver};
use super::numbers::tls_versions;
use super::sharing::level;

/// The version of a row. The reader lets only versions pass that the model knows; a test holds it.
fn edition(text: &str) -> Edition {
    Edition::read(text).expect("the reader lets only known versions pass")
}

pub(super) fn certificates(tree: &Table, ids: &mut Ids) -> Vec<Certificate> {
    let mut rows = Vec::new();
    for (organization, row) in tree.named("org") {
        for (name, row) in row.named("certificate") {
            rows.push(Certificate {
                name: name.into(),
                hash: NameHash::of(organization).with(NameHash::of(name).0),
                issuer: ids.names.intern(row.text("issuer")),
                subject_key_identifier: row.text("subject_key_identifier").into(),
                validity: Validity {
                    not_before: row.instant("not_before"),
                    not_after: row.instant("not_after"),
                },
                key_provider: match row.text("key_provider") {
                    "cng" => KeyProvider::Cng,
                    _ => KeyProvider::CryptoApi,
                },
            });
        }
    }
    rows
}

pub(super) fn organizations(
    tree: &Table,
    changes: &Changes<'_>,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> Vec<Organization> {
    let mut rows = Vec::new();
    let mut owners: FxHashMap<String, String> = FxHashMap::default();
    for (name, row) in tree.named("org") {
        let id = ids.organizations[name];
        let servers = ids.servers.iter().filter(|((owner, _), _)| *owner == id);
        let newest = row
            .named("server")
            .map(|(_, server)| edition(server.text("version")))
            .max();
        let servers = servers.map(|(_, &server)| server).collect();
        let resolver = row
            .optional_text("resolver")
            .map_or_else(|| own_resolver(name), ToOwned::to_owned);
        rows.push(Organization {
            name: name.into(),
            hash: NameHash::of(name),
            edition: newest.unwrap_or(edition(row.text("exchange"))),
            accepted_domains: accepted_domains(name, row, &mut owners, ids, found),
            identifier: identifier(row, ids),
            trust: trust(tree, name, row, changes, ids, found),
            servers,
            replication_delay: row.span("replication_delay"),
            resolver: ids.resolvers[&resolver],
            described_mailboxes: row.integer("mailboxes") as u32,
            calendar_defaults: row
                .shares("calendar_default")
                .into_iter()
                .map(|(word, share)| (level(word), share.parts()))
                .collect(),
            events_per_week: row.integer("events_per_week") as u32,
            firewall: firewall(row, ids, found),
        });
    }
    rows
}

/// Accepted domains in the order of `domains`, further ones after them by name.
fn accepted_domains(
    name: &str,
    row: &Table,
    owners: &mut FxHashMap<String, String>,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> Box<[AcceptedDomain]> {
    let listed = row.texts("domains");
    let further = row.named("accepted_domain").map(|(domain, _)| domain);
    let further = further.filter(|domain| !listed.contains(domain));
    let order: Vec<&str> = listed.iter().copied().chain(further).collect();
    let table = row.table("accepted_domain");
    let mut domains = Vec::new();
    for domain in order {
        let Some((_, accepted)) = row
            .named("accepted_domain")
            .find(|(known, _)| *known == domain)
        else {
            continue;
        };
        let kind = match accepted.text("type") {
            "internal-relay" => AcceptedDomainKind::InternalRelay,
            "external-relay" => AcceptedDomainKind::ExternalRelay,
            _ => AcceptedDomainKind::Authoritative,
        };
        let federated = accepted.boolean("federated");
        if federated
            && kind != AcceptedDomainKind::Authoritative
            && let Some(place) = accepted.location("federated")
        {
            let message = format!("`{domain}` is not authoritative and cannot be federated");
            let help = "make it authoritative, or leave `federated` out";
            found.push(Diagnostic::error("domain-not-authoritative", place, message).help(help));
        }
        if kind == AcceptedDomainKind::Authoritative
            && let Some(first) = owners.insert(domain.to_owned(), name.to_owned())
            && first != name
        {
            let message = format!("`{domain}` is a domain of `{first}` too");
            let help = "an SMTP domain belongs to one organization; a second one can only relay it";
            let place = table.key_location(domain).or(row.location("domains"));
            let diagnostic = match place {
                Some(place) => Diagnostic::error("domain-taken", place, message),
                None => Diagnostic::placeless("domain-taken", message),
            };
            found.push(diagnostic.help(help));
        }
        domains.push(AcceptedDomain {
            domain: ids.names.intern(domain),
            kind,
            federated,
        });
    }
    domains.into()
}

fn is_federated(row: &Table) -> bool {
    row.text("setup") == "federated"
}

fn identifier(row: &Table, ids: &mut Ids) -> OrganizationIdentifier {
    let identifier = row.table("identifier");
    OrganizationIdentifier {
        exists: is_federated(row) && identifier.boolean("exists"),
        enabled: identifier.boolean("enabled"),
        account_namespace: ids.names.intern(identifier.text("account_namespace")),
        default_domain: identifier
            .optional_text("default_domain")
            .map(|d| ids.names.intern(d)),
    }
}

fn trust(
    tree: &Table,
    name: &str,
    row: &Table,
    changes: &Changes<'_>,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> FederationTrust {
    let trust = row.table("trust");
    let organization = ids.organizations[name];
    let gateway = find(
        &ids.gateways,
        &row.text("gateway").to_owned(),
        ("gateway", row.text("gateway")),
        ids.gateways.keys().cloned(),
        row.location("gateway"),
        found,
    );
    let mut certificate = |key: &str| {
        let wanted = trust.text(key);
        if wanted.is_empty() {
            return None;
        }
        let own = ids
            .certificates
            .keys()
            .filter(|(owner, _)| *owner == organization);
        let candidates = own.map(|(_, name)| name.clone());
        let place = trust.location(key);
        let key = (organization, wanted.to_owned());
        find(
            &ids.certificates,
            &key,
            ("certificate", wanted),
            candidates,
            place,
            found,
        )
    };
    let organization_certificate = certificate("organization_certificate");
    let previous_certificate = certificate("previous_certificate");
    let next_certificate = certificate("next_certificate");
    let registered_certificate = certificate("registered_certificate");
    let registered: Vec<&str> = trust.texts("registered_domains");
    let registered_uri = match trust.text("application_uri") {
        "" => trust.text("registered_namespace"),
        uri => uri,
    };
    FederationTrust {
        exists: is_federated(row) && trust.boolean("exists"),
        gateway: gateway.unwrap_or(GatewayId(0)),
        token_issuer_uri: ids.optional_name(trust.text("token_issuer_uri")),
        token_issuer_host: ids.url(trust.text("token_issuer_epr")).map(|url| url.host),
        application_uri: ids.optional_name(trust.text("application_uri")),
        organization_certificate,
        previous_certificate,
        next_certificate,
        issuer_certificates: issuer_certificates(trust, found),
        refresh: metadata_refresh(tree, name, trust, changes),
        registration: Registration {
            exists: is_federated(row) && trust.boolean("exists") && trust.boolean("registered"),
            application_uri: ids.names.intern(registered_uri),
            certificate: registered_certificate,
            // What was published before is still accepted, if the trust still names it.
            previous_certificate,
            domains: registered
                .into_iter()
                .map(|domain| ids.names.intern(domain))
                .collect(),
            namespace: ids.names.intern(trust.text("registered_namespace")),
        },
    }
}

/// Issuer certificates that the file states: `#0` for the gateway's first signing certificate, blank
/// for none.
fn issuer_certificates(trust: &Table, found: &mut Diagnostics) -> IssuerCertificates {
    let mut stated = |key: &str| -> Option<Option<u32>> {
        let text = trust.optional_text(key)?;
        if text.is_empty() {
            return Some(None);
        }
        let number = text
            .strip_prefix('#')
            .and_then(|digits| digits.parse().ok());
        if number.is_none()
            && let Some(place) = trust.location(key)
        {
            let message = format!("`{text}` is no signing certificate of a gateway");
            let help = "write `#0` for the gateway's first signing certificate, `#1` for the one \
                        after the first rollover, or `\"\"` for none";
            found.push(Diagnostic::error("bad-certificate-number", place, message).help(help));
        }
        Some(number)
    };
    let current = stated("token_issuer_certificate");
    let previous = stated("token_issuer_previous_certificate");
    match (current, previous) {
        (None, None) => IssuerCertificates::FromMetadata,
        (current, previous) => IssuerCertificates::Stated {
            current: current.flatten(),
            previous: previous.flatten(),
        },
    }
}

/// When an organization reads the gateway's metadata: before the run, each day by itself, by hand.
fn metadata_refresh(
    tree: &Table,
    name: &str,
    trust: &Table,
    changes: &Changes<'_>,
) -> MetadataRefresh {
    let every = tree.table("parameters").span("metadata_refresh_every");
    let last_before_run = trust.instant("metadata_refreshed");
    let start = tree.table("run").instant("start");
    let automatic = trust.boolean("automatic_refresh").then(|| {
        let mut first = last_before_run + every;
        if first < start {
            let missed = start
                .since(first)
                .nanoseconds()
                .div_ceil(every.nanoseconds().max(1));
            first += every.times(missed);
        }
        (first, every)
    });
    let by_hand = changes.procedures.iter().filter(|procedure| {
        let entry = procedure.entry;
        entry.optional_text("do") == Some("organization.refresh-metadata")
            && entry.optional_text("org") == Some(name)
    });
    MetadataRefresh {
        last_before_run,
        automatic,
        by_hand: by_hand.map(|procedure| procedure.at).collect(),
    }
}

/// The rules of an organization's firewall, by name. Only port 443 matters: nothing else is used.
fn firewall(row: &Table, ids: &mut Ids, found: &mut Diagnostics) -> Box<[FirewallRule]> {
    let mut rules = Vec::new();
    for (_, rule) in row.named("firewall") {
        if rule.integer("port") != 443 {
            continue;
        }
        let wanted = rule.text("peer");
        let peer = if wanted == "*" {
            Some(Peer::Anyone)
        } else if let Some(&organization) = ids.organizations.get(wanted) {
            Some(Peer::Organization(organization))
        } else if let Some(&gateway) = ids.gateways.get(wanted) {
            Some(Peer::Gateway(gateway))
        } else {
            let known = ids
                .organizations
                .keys()
                .chain(ids.gateways.keys())
                .chain(ids.hosts.keys());
            let candidates: Vec<String> = known.cloned().collect();
            let key = wanted.to_ascii_lowercase();
            let what = ("organization, gateway or public host", wanted);
            let place = rule.location("peer");
            find(&ids.hosts, &key, what, candidates.into_iter(), place, found).map(Peer::Host)
        };
        let Some(peer) = peer else { continue };
        rules.push(FirewallRule {
            direction: match rule.text("direction") {
                "in" => Direction::Inbound,
                _ => Direction::Outbound,
            },
            peer,
            action: match rule.text("action") {
                "drop" => FirewallAction::Drop,
                "reset" => FirewallAction::Reset,
                _ => FirewallAction::Allow,
            },
        });
    }
    rules.into()
}

pub(super) fn servers(tree: &Table, ids: &mut Ids, found: &mut Diagnostics) -> Vec<Server> {
    let mut rows = Vec::new();
    for (organization, row) in tree.named("org") {
        for (name, row) in row.named("server") {
            rows.push(server(organization, name, row, ids, found));
        }
    }
    rows
}

fn server(
    organization: &str,
    name: &str,
    row: &Table,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> Server {
    let owner = ids.organizations[organization];
    let (ews, autodiscover) = (row.table("ews"), row.table("autodiscover"));
    let external_url = ids.url(ews.text("external_url"));
    let breakdowns = match (
        row.optional_span("mean_time_between_failures"),
        row.optional_span("mean_time_to_repair"),
    ) {
        (Some(between), Some(repair)) => Some((between, repair)),
        (None, None) => None,
        _ => {
            let keys = ["mean_time_between_failures", "mean_time_to_repair"];
            if let Some(place) = keys.iter().find_map(|key| row.location(key)) {
                let message = "a server that breaks down at random needs both mean times";
                let help =
                    "give `mean_time_between_failures` and `mean_time_to_repair`, or neither";
                found.push(Diagnostic::error("half-a-breakdown", place, message).help(help));
            }
            None
        }
    };
    Server {
        organization: owner,
        name: name.into(),
        hash: NameHash::of(organization).with(NameHash::of(name).0),
        edition: edition(row.text("version")),
        site: ids.sites[row.text("site")],
        state: match row.text("state") {
            "down" => ServerState::Down,
            _ => ServerState::Up,
        },
        clock_error: row.offset("clock_offset"),
        threads: row.integer("threads") as u32,
        queue_max: row.integer("queue_max") as u32,
        workers: row.integer("workers") as u16,
        directory: match row.text("directory") {
            "unreachable" => DirectoryState::Unreachable,
            _ => DirectoryState::Reachable,
        },
        ews: virtual_directory(ews, external_url),
        autodiscover: virtual_directory(autodiscover, None),
        outbound: outbound(row),
        trusted_roots: row
            .texts("trusted_roots")
            .iter()
            .map(|r| ids.names.intern(r))
            .collect(),
        tls_versions: tls_versions(row, "tls_versions"),
        store: store(owner, row, ids, found),
        breakdowns,
    }
}

fn virtual_directory(
    row: &Table,
    external_url: Option<crate::model::address::Url>,
) -> VirtualDirectory {
    VirtualDirectory {
        ws_security: row.boolean("ws_security"),
        oauth: row.boolean("oauth"),
        basic: row.boolean("basic"),
        windows: row.boolean("windows"),
        external_url,
        pool: match row.text("pool") {
            "stopped" => PoolState::Stopped,
            "failed" => PoolState::Failing,
            _ => PoolState::Running,
        },
    }
}

fn outbound(row: &Table) -> Outbound {
    let Some(proxy) = row.optional_table("web_proxy") else {
        return if row.boolean("direct_internet") {
            Outbound::Direct
        } else {
            Outbound::Closed
        };
    };
    Outbound::WebProxy(match (proxy.text("state"), proxy.text("authentication")) {
        ("down", _) => WebProxyState::Down,
        (_, "required") => WebProxyState::AsksForCredentials,
        _ => WebProxyState::Forwards,
    })
}

/// What the server's store lacks of its organization's certificates.
fn store(
    owner: OrgId,
    row: &Table,
    ids: &Ids,
    found: &mut Diagnostics,
) -> Box<[(CertificateId, StoreState)]> {
    let table = row.table("certificate");
    let mut store = Vec::new();
    for (name, entry) in row.named_entries("certificate") {
        let own = ids.certificates.keys().filter(|(of, _)| *of == owner);
        let candidates = own.map(|(_, name)| name.clone());
        let key = (owner, name.to_owned());
        let place = table.key_location(name);
        let Some(id) = find(
            &ids.certificates,
            &key,
            ("certificate", name),
            candidates,
            place,
            found,
        ) else {
            continue;
        };
        let crate::scenario::tree::Value::Text(word) = &entry.value else {
            continue;
        };
        let state = match word.as_str() {
            "missing" => StoreState::Missing,
            "no-private-key" => StoreState::NoPrivateKey,
            "unusable" => StoreState::Unusable,
            _ => StoreState::Installed,
        };
        store.push((id, state));
    }
    store.into()
}

/// All published hosts by name: organizations', gateways', and the one at which nobody answers.
pub(super) fn hosts(tree: &Table, ids: &mut Ids, found: &mut Diagnostics) -> Vec<Host> {
    let names: Vec<String> = ids.hosts.keys().cloned().collect();
    let mut rows = Vec::new();
    for name in names {
        let gateway = tree
            .named("gateway")
            .find(|(_, row)| row.text("token_host") == name);
        let organization = tree
            .named("org")
            .find(|(_, row)| row.named("host").any(|(host, _)| host == name));
        let host = match (gateway, organization) {
            (Some((gateway, row)), _) => gateway_host(&name, gateway, row, ids),
            (None, Some((organization, row))) => {
                organization_host(&name, organization, row, ids, found)
            }
            (None, None) => nobody(ids),
        };
        rows.push(host);
    }
    rows
}

fn gateway_host(name: &str, gateway: &str, row: &Table, ids: &mut Ids) -> Host {
    let id = ids.names.intern(name);
    Host {
        name: id,
        owner: HostOwner::Gateway(ids.gateways[gateway]),
        site: ids.sites[row.text("site")],
        servers: Box::default(),
        state: match row.text("state") {
            "down" => HostState::Down,
            "refusing" => HostState::Refusing,
            _ => HostState::Up,
        },
        tls: TlsCertificate {
            names: [TlsName::Exact(id)].into(),
            issuer: ids.names.intern(row.text("tls_issuer")),
            validity: Validity {
                not_before: Instant::EPOCH,
                not_after: row
                    .optional_instant("tls_not_after")
                    .unwrap_or(Instant::NEVER),
            },
        },
        tls_versions: tls_versions(row, "tls_versions"),
        proxy: open_proxy(),
        redirect: None,
    }
}

fn organization_host(
    name: &str,
    organization: &str,
    organization_row: &Table,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> Host {
    let owner = ids.organizations[organization];
    let row = organization_row
        .named("host")
        .find(|(host, _)| *host == name);
    let row = row.expect("the host was found in this organization").1;
    let mut servers = Vec::new();
    for server in row.texts("servers") {
        let own = ids.servers.keys().filter(|(of, _)| *of == owner);
        let candidates = own.map(|(_, name)| name.clone());
        let key = (owner, server.to_owned());
        let place = row.location("servers");
        servers.extend(find(
            &ids.servers,
            &key,
            ("server", server),
            candidates,
            place,
            found,
        ));
    }
    let paths = row.texts("paths");
    let tls_names = row
        .texts("tls_names")
        .into_iter()
        .map(|name| tls_name(name, ids))
        .collect();
    Host {
        name: ids.names.intern(name),
        owner: HostOwner::Organization(owner),
        site: ids.sites[organization_row.text("site")],
        servers: servers.into(),
        state: match row.text("state") {
            "down" => HostState::Down,
            "refusing" => HostState::Refusing,
            _ => HostState::Up,
        },
        tls: TlsCertificate {
            names: tls_names,
            issuer: ids.names.intern(row.text("tls_issuer")),
            validity: Validity {
                not_before: row.instant("tls_not_before"),
                not_after: row.instant("tls_not_after"),
            },
        },
        tls_versions: tls_versions(row, "tls_versions"),
        proxy: ReverseProxy {
            publishes_autodiscover: paths.contains(&"autodiscover"),
            publishes_ews: paths.contains(&"ews"),
            preauthentication: match row.text("preauthentication") {
                "basic" => Preauthentication::Basic,
                "forms" => Preauthentication::Forms,
                _ => Preauthentication::None,
            },
            strips_soap_header: row.boolean("strips_soap_header"),
        },
        redirect: row.optional_text("redirect").and_then(|url| ids.url(url)),
    }
}

fn tls_name(name: &str, ids: &mut Ids) -> TlsName {
    match name.strip_prefix("*.") {
        Some(parent) => TlsName::Wildcard(ids.names.intern(parent)),
        None => TlsName::Exact(ids.names.intern(name)),
    }
}

/// An address at which nothing answers.
fn nobody(ids: &mut Ids) -> Host {
    let name = ids.names.intern(NOBODY);
    Host {
        name,
        owner: HostOwner::Nobody,
        site: crate::model::network::SiteId(0),
        servers: Box::default(),
        state: HostState::Down,
        tls: TlsCertificate {
            names: Box::default(),
            issuer: name,
            validity: Validity {
                not_before: Instant::EPOCH,
                not_after: Instant::EPOCH + Span::ZERO,
            },
        },
        tls_versions: crate::model::certificate::TlsVersions::read([]).expect("none is unknown"),
        proxy: open_proxy(),
        redirect: None,
    }
}

fn open_proxy() -> ReverseProxy {
    ReverseProxy {
        publishes_autodiscover: true,
        publishes_ews: true,
        preauthentication: Preauthentication::None,
        strips_soap_header: false,
    }
}

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
            let own = ids.servers.keys().filter(|(of, _)| *of == owner);
            let candidates: Vec<String> = own.map(|(_, name)| name.clone()).collect();
            let key = (owner, server.to_owned());
            let (what, place) = (("server", server), row.location("server"));
            let Some(server) = find(
                &ids.servers,
                &key,
                what,
                candidates.into_iter(),
                place,
                found,
            ) else {
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
                subscriptions: subscriptions(organization, name, row, ids, found),
                identity: identity(row, ids),
                calendar: match row.text("calendar") {
                    "missing" => CalendarState::Missing,
                    _ => CalendarState::Present,
                },
                state: match row.text("state") {
                    "unavailable" => MailboxState::Unavailable,
                    "failing-over" => MailboxState::FailingOver,
                    _ => MailboxState::Available,
                },
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
    for (owner, row) in row.named("subscription") {
        // Underived: the owner's domain belongs to no organization of the scenario.
        let url = row.optional_text("url").and_then(|url| ids.url(url));
        let uri = row
            .optional_text("application_uri")
            .and_then(|uri| ids.optional_name(uri));
        let (Some(url), Some(application_uri)) = (url, uri) else {
            if let Some(place) = table.key_location(owner) {
                let message = format!("`{owner}` belongs to no organization of the scenario");
                let help = "give `url` and `application_uri`, or declare the organization";
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
        Some(id) => {
            let suffix = id.rsplit_once('@').map_or("", |(_, suffix)| suffix);
            FederatedIdentity::Immutable(ids.names.intern(suffix))
        }
    }
}

pub(super) fn groups(tree: &Table, ids: &mut Ids) -> Vec<Group> {
    let mut rows = Vec::new();
    for (organization, organization_row) in tree.named("org") {
        let owner = ids.organizations[organization];
        for (name, row) in organization_row.named("group") {
            let members = row.texts("members").into_iter().map(|member| {
                if let Some(&group) = ids.groups.get(&(owner, member.to_owned())) {
                    return Member::Group(group);
                }
                let mailbox = organization_row
                    .named("mailbox")
                    .find(|(name, _)| *name == member);
                let primary = mailbox.and_then(|(_, row)| row.texts("addresses").first().copied());
                Member::Address(ids.address(primary.unwrap_or(member)))
            });
            let members = members.collect();
            rows.push(Group {
                organization: owner,
                name: name.into(),
                address: ids.address(row.text("address")),
                members,
                deleted: row.boolean("deleted"),
            });
        }
    }
    rows
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
