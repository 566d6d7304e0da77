//! Place-holders of what stands between the two: hosts, servers, certificates, names, links, connectors.
//!
//! It knows no remedy. Invariant: a case that lacks what a place-holder stands for gives nothing.

use super::{PlaceHolder, certificate, holder, name, text, value};
use crate::diagnosis::case::Case;
use crate::model::address::UrlPath;
use crate::model::observation::PathObject;
use crate::scenario::Table;

/// The place-holders of what stands between the two.
pub(super) const OBJECTS: &[PlaceHolder] = &[
    holder(
        "target.autodiscover-epr",
        "where the partner's Autodiscover takes tokens",
        |case| {
            let host = case.autodiscover_host(case.target?)?;
            Some(Case::url(&host, UrlPath::AutodiscoverWsSecurity))
        },
    ),
    holder(
        "target.discovery-endpoint",
        "where the partner's Autodiscover is",
        |case| {
            let host = case.autodiscover_host(case.target?)?;
            Some(Case::url(&host, UrlPath::Autodiscover))
        },
    ),
    holder(
        "target.sharing-epr",
        "where the partner's Exchange Web Services take tokens",
        |case| {
            let url = case.external_url(case.target?)?;
            Some(Case::url(&text(case, url.host), UrlPath::EwsWsSecurity))
        },
    ),
    holder("host", "the host that was called", |case| {
        Some(text(case, case.host?))
    }),
    holder(
        "host.owner",
        "the organization of the host that was called",
        |case| Some(name(case, case.hosts_owner()?)),
    ),
    holder("server", "the server where the failure was found", |case| {
        let server = case.federation.servers.original(case.server?);
        Some(server.name.to_string())
    }),
    holder("server.owner", "the organization of that server", |case| {
        let server = case.federation.servers.original(case.server?);
        Some(name(case, server.organization))
    }),
    holder(
        "entry",
        "the requester's server that took the request",
        |case| {
            let server = case.federation.servers.original(case.entry?);
            Some(server.name.to_string())
        },
    ),
    holder(
        "directory",
        "the virtual directory that was called: ews or autodiscover",
        |case| {
            let at_autodiscover = case.failure.leg?.is_at_autodiscover();
            Some(
                if at_autodiscover {
                    "autodiscover"
                } else {
                    "ews"
                }
                .to_owned(),
            )
        },
    ),
    holder(
        "directory.cmdlet",
        "its name in cmdlets: WebServices or Autodiscover",
        |case| {
            let at_autodiscover = case.failure.leg?.is_at_autodiscover();
            Some(
                if at_autodiscover {
                    "Autodiscover"
                } else {
                    "WebServices"
                }
                .to_owned(),
            )
        },
    ),
    holder(
        "namespace",
        "the account namespace that is registered for the requester",
        |case| {
            let row = case
                .federation
                .organizations
                .at(case.requester(), case.decided);
            let registered = row.trust.registration.namespace;
            Some(text(
                case,
                registered.unwrap_or(row.identifier.account_namespace),
            ))
        },
    ),
    holder(
        "here.certificate",
        "the organization certificate where the failure lies",
        |case| certificate(case, case.here()?),
    ),
    holder(
        "requester.certificate",
        "the organization certificate of the organization that asks",
        |case| certificate(case, case.requester()),
    ),
    holder(
        "target.certificate",
        "the organization certificate of the organization that is asked",
        |case| certificate(case, case.target?),
    ),
    holder(
        "gateway",
        "the gateway that the requester's trust names",
        |case| {
            let row = case
                .federation
                .organizations
                .at(case.requester(), case.decided);
            let gateway = case.federation.gateways.original(row.trust.gateway);
            Some(gateway.name.to_string())
        },
    ),
    holder(
        "connector",
        "the connector that was taken",
        |case| match case.path? {
            PathObject::Connector(id) => {
                Some(case.federation.connectors.original(id).name.to_string())
            }
            _ => None,
        },
    ),
    holder(
        "connector.shown",
        "what cmdlets call that connector",
        |case| match case.path? {
            PathObject::Connector(id) => {
                let name = &case.federation.connectors.original(id).name;
                Some(crate::model::relationship::shown_name(name).to_owned())
            }
            _ => None,
        },
    ),
    holder(
        "address-space",
        "the availability address space for the attendee's domain",
        |case| {
            let federation = case.federation;
            let id = match case.path {
                Some(PathObject::AddressSpace(id)) => id,
                _ => federation.address_space_for(case.requester(), case.external().domain)?,
            };
            Some(federation.address_spaces.original(id).name.to_string())
        },
    ),
    holder("request", "the request, by the scenario's name", |case| {
        let name = &case.federation.workloads[case.request.workload].name;
        let tables = &case.prepared.document.tables;
        let is_spelled_out = tables.table("request").get(name).is_some();
        is_spelled_out.then(|| name.to_string())
    }),
    holder(
        "firewall-rule",
        "the firewall rule that stands in the way",
        firewall_rule,
    ),
    holder(
        "down-link",
        "the link that is down or loses packets",
        down_link,
    ),
    holder(
        "host.zone",
        "the DNS zone of the host that was called",
        |case| {
            let host = text(case, case.host?);
            let zones = case.prepared.compiled.effective.table("dns");
            let mut zones = zones.named("zone").map(|(zone, _)| zone.to_owned());
            let declared = zones.find(|zone| host == *zone || host.ends_with(&format!(".{zone}")));
            declared.or_else(|| Some(host.split_once('.')?.1.to_owned()))
        },
    ),
    holder(
        "host.label",
        "the name of that host within its zone",
        |case| {
            let host = text(case, case.host?);
            Some(host.split_once('.')?.0.to_owned())
        },
    ),
    holder("resolver", "the resolver of the requester", |case| {
        let tree = &case.prepared.compiled.effective;
        let row = tree.table("org").get(&name(case, case.requester()))?;
        let crate::scenario::Value::Table(row) = &row.value else {
            return None;
        };
        row.optional_text("resolver").map(str::to_owned)
    }),
];

/// The requester's outbound rule or the target's inbound one that drops or resets what goes to the
/// host, as `org.NAME.firewall.RULE`.
fn firewall_rule(case: &Case<'_>) -> Option<String> {
    let tree = case.prepared.compiled.effective.table("org");
    let host = text(case, case.host?);
    let (requester, target) = (
        name(case, case.requester()),
        case.target.map(|id| name(case, id)),
    );
    let blocks = |row: &Table, direction: &str, peers: &[&str]| {
        row.text("direction") == direction
            && row.text("action") != "allow"
            && peers.contains(&row.text("peer"))
    };
    let gateway = value("gateway", case).unwrap_or_default();
    let find = |organization: &str, direction: &str, peers: &[&str]| {
        let crate::scenario::Value::Table(row) = &tree.get(organization)?.value else {
            return None;
        };
        let mut rules = row.named("firewall");
        let (rule, _) = rules.find(|(_, rule)| blocks(rule, direction, peers))?;
        Some(format!("org.{organization}.firewall.{rule}"))
    };
    let partner = target.clone().unwrap_or_default();
    let out = find(&requester, "out", &["*", &host, &partner, &gateway]);
    out.or_else(|| find(&target?, "in", &["*", &requester]))
}

/// The first link or private link that is down or loses packets when the failure is decided, as a path.
fn down_link(case: &Case<'_>) -> Option<String> {
    let network = case.prepared.compiled.effective.table("network");
    let value = |kind: &str, link: &str, key: &str| case.setting(&["network", kind, link, key]);
    let is_bad = |kind: &str, link: &str| {
        value(kind, link, "state").is_some_and(|state| state == "\"down\"")
            || value(kind, link, "loss").is_some_and(|loss| !loss.starts_with("\"0 "))
    };
    ["link", "private"].into_iter().find_map(|kind| {
        let mut links = network.named(kind);
        let (link, _) = links.find(|(link, _)| is_bad(kind, link))?;
        Some(format!("network.{kind}.\"{link}\""))
    })
}
