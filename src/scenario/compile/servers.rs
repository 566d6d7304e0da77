//! Servers and public hosts of a tree, as the model holds them.
//!
//! It knows nothing of what they serve. Invariant: rows are in the order of the ids that `ids` gave them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::hash::NameHash;
use crate::engine::{Instant, Span};
use crate::model::certificate::{CertificateId, StoreState, TlsCertificate, TlsName, Validity};
use crate::model::organization::{
    DirectoryState, OrgId, Outbound, Server, ServerState, WebProxyState,
};
use crate::model::publishing::{
    HandlerMapping, Host, HostOwner, HostState, PoolState, Preauthentication, RelayAgent,
    ReverseProxy, VirtualDirectory,
};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::quantity::Share;
use crate::scenario::tree::Table;

use super::ids::{GATEWAY_HOSTS, Ids, NOBODY, find, find_server};
use super::numbers::tls_versions;
use super::organization::edition;

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
        client_access: row.boolean("client_access"),
        recipient_resolution_limit: row.optional_span("recipient_resolution_limit"),
        state: match row.text("state") {
            "down" => ServerState::Down,
            _ => ServerState::Up,
        },
        clock_error: row.offset("clock_offset"),
        threads: row.integer("threads") as u32,
        queue_max: row.integer("queue_max") as u32,
        local_utilization: local_utilization(row, found),
        window_max: row
            .optional_span("query_interval_max")
            .unwrap_or(Span::from_days(
                edition(row.text("version")).window_days_max(),
            )),
        workers: row.integer("workers") as u16,
        directory: match row.text("directory") {
            "unreachable" => DirectoryState::Unreachable,
            _ => DirectoryState::Reachable,
        },
        ews: virtual_directory(ews, external_url),
        autodiscover: virtual_directory(autodiscover, None),
        outbound: outbound(row, ids),
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

/// The share that local work takes, in parts of 10¹². All of it leaves nothing for anybody else.
fn local_utilization(row: &Table, found: &mut Diagnostics) -> u64 {
    let share = row.share("local_utilization");
    if share == Share::ALL
        && let Some(place) = row.location("local_utilization")
    {
        let message = "local work takes all of the server, so that nothing else is ever served";
        let help = "leave a part of it, such as `\"60 %\"`";
        found.push(Diagnostic::error("out-of-range", place, message).help(help));
    }
    share.parts()
}

fn virtual_directory(
    row: &Table,
    external_url: Option<crate::model::address::Url>,
) -> VirtualDirectory {
    let ws_security = row.boolean("ws_security");
    VirtualDirectory {
        ws_security,
        ws_security_running: row
            .optional_boolean("ws_security_running")
            .unwrap_or(ws_security),
        ws_security_written: None,
        handler: match row.text("handler") {
            "missing" => HandlerMapping::Missing,
            _ => HandlerMapping::Present,
        },
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

fn outbound(row: &Table, ids: &mut Ids) -> Outbound {
    let Some(proxy) = row.optional_table("web_proxy") else {
        return if row.boolean("direct_internet") {
            Outbound::Direct
        } else {
            Outbound::Closed
        };
    };
    Outbound::WebProxy {
        host: ids.names.intern(proxy.text("host")),
        state: match (proxy.text("state"), proxy.text("authentication")) {
            ("down", _) => WebProxyState::Down,
            (_, "required") => WebProxyState::AsksForCredentials,
            _ => WebProxyState::Forwards,
        },
    }
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
    let mut owners: BTreeMap<&str, Owner<'_>> = BTreeMap::new();
    for (gateway, row) in tree.named("gateway") {
        for (key, state) in GATEWAY_HOSTS.into_iter().zip(GATEWAY_HOST_STATES) {
            owners
                .entry(row.text(key))
                .or_insert(Owner::Gateway(gateway, row, state));
        }
    }
    for (organization, row) in tree.named("org") {
        for (host, host_row) in row.named("host") {
            owners
                .entry(host)
                .or_insert(Owner::Organization(organization, row, host_row));
        }
    }
    let names: Vec<String> = ids.hosts.keys().cloned().collect();
    let host = |name: String| match owners.get(name.as_str()) {
        Some(Owner::Gateway(gateway, row, state)) => {
            gateway_host(&name, gateway, (row, state), ids)
        }
        Some(Owner::Organization(organization, row, host_row)) => {
            organization_host(&name, (organization, row), host_row, ids, found)
        }
        None => nobody(ids),
    };
    names.into_iter().map(host).collect()
}

/// Who declares a host, with its row.
enum Owner<'t> {
    Gateway(&'t str, &'t Table, &'static str),
    Organization(&'t str, &'t Table, &'t Table),
}

/// The keys of the states of a gateway's hosts, in the order of [`GATEWAY_HOSTS`].
const GATEWAY_HOST_STATES: [&str; 3] = ["state", "metadata_state", "provisioning_state"];

fn gateway_host(
    name: &str,
    gateway: &str,
    (row, state): (&Table, &'static str),
    ids: &mut Ids,
) -> Host {
    let id = ids.names.intern(name);
    Host {
        name: id,
        owner: HostOwner::Gateway(ids.gateways[gateway]),
        site: ids.sites[row.text("site")],
        servers: Arc::default(),
        state: match row.text(state) {
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
    (organization, organization_row): (&str, &Table),
    row: &Table,
    ids: &mut Ids,
    found: &mut Diagnostics,
) -> Host {
    let owner = ids.organizations[organization];
    let mut servers = Vec::new();
    for server in row.texts("servers") {
        let place = row.location("servers");
        servers.extend(find_server(ids, owner, server, place, found));
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
            offloads_tls: row.boolean("offloads_tls"),
            agent: match row.text("agent") {
                "running" => RelayAgent::Running,
                "stopped" => RelayAgent::Stopped,
                _ => RelayAgent::None,
            },
        },
        redirect: row.optional_text("redirect").and_then(|url| ids.url(url)),
    }
}

pub(super) fn tls_name(name: &str, ids: &mut Ids) -> TlsName {
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
        servers: Arc::default(),
        state: HostState::Down,
        tls: TlsCertificate {
            names: Arc::default(),
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
        offloads_tls: false,
        agent: RelayAgent::None,
    }
}
