//! Place-holders that are computed: lists, limits, corrections, and lines that come once for each thing that has the
//! same fault.
//!
//! It knows no remedy. Invariant: what stands here is so when the failure is decided; of several things with one
//! fault none is left out.

use super::{PlaceHolder, holder, listed, name, text};
use crate::cmdlet::RELATIONSHIP_DOMAINS_MAX;
use crate::diagnosis::case::Case;
use crate::engine::Span;
use crate::model::organization::{OrgId, Outbound, WebProxyState};
use crate::model::publishing::{Host, HostOwner, PoolState, Preauthentication};

/// The place-holders that are computed.
pub(super) const LINES: &[PlaceHolder] = &[
    holder(
        "external.domain",
        "the domain of the address that is asked for, where it leads",
        |case| Some(text(case, case.external().domain)),
    ),
    holder(
        "requester.ews-host",
        "a host name under which the organization that asks publishes Exchange Web Services",
        |case| case.ews_host(case.requester()),
    ),
    holder(
        "target.ews-host",
        "a host name under which the organization that is asked publishes Exchange Web Services",
        |case| case.ews_host(case.target?),
    ),
    holder(
        "requester.web-proxy",
        "the web proxy of another server of the organization that asks, if it forwards; else `proxy.` and its domain",
        web_proxy,
    ),
    holder(
        "entry.roots",
        "the roots that the requester's server trusts and the one that it needs, as a list",
        roots_of_entry,
    ),
    holder(
        "attendee.longest-window",
        "the longest window that the server of the mailbox answers",
        |case| Some(longest_window(case)?.to_string()),
    ),
    holder(
        "server.clock-correction",
        "by how much the clock of that server has to be moved",
        clock_correction,
    ),
    holder(
        "host.without-preauthentication",
        "a line for each host of its owner that asks for a sign-in: it does not any more",
        |case| {
            let asks = |host: &Host| host.proxy.preauthentication != Preauthentication::None;
            of_its_hosts(case, asks, "preauthentication = \"none\"")
        },
    ),
    holder(
        "host.with-header",
        "a line for each host of its owner that takes the SOAP header away: it does not any more",
        |case| {
            let strips = |host: &Host| host.proxy.strips_soap_header;
            of_its_hosts(case, strips, "strips_soap_header = false")
        },
    ),
    holder(
        "target.pools-running",
        "a line for each application pool of the organization that is asked that does not run: it runs",
        pools_running,
    ),
    holder(
        "target.relationships-in-parts",
        "a cmdlet for each part of the target's domains that one relationship holds",
        relationships_in_parts,
    ),
];

/// The longest window that the server of the attendee's mailbox answers.
pub(in crate::diagnosis) fn longest_window(case: &Case<'_>) -> Option<Span> {
    let mailbox = case.mailbox(case.target?, case.external())?;
    let server = case.federation.servers.at(mailbox.server, case.decided);
    Some(server.window_max)
}

/// Whether the target has more domains than one relationship holds.
pub(in crate::diagnosis::repair) fn is_beyond_one_relationship(case: &Case<'_>) -> bool {
    case.target
        .is_some_and(|target| case.federated_domains(target).len() > RELATIONSHIP_DOMAINS_MAX)
}

fn relationships_in_parts(case: &Case<'_>) -> Option<String> {
    let target = case.target?;
    let domains = case.federated_domains(target);
    let partner = name(case, target);
    let row = case.federation.organizations.at(target, case.decided);
    let uri = text(case, row.trust.application_uri?);
    let host = case.autodiscover_host(target)?;
    let part = |(number, domains): (usize, &[String])| {
        format!(
            "New-OrganizationRelationship -Name \"{partner} {}\" -FreeBusyAccessEnabled $true -FreeBusyAccessLevel \
             AvailabilityOnly -TargetApplicationUri {uri} -TargetAutodiscoverEpr \
             https://{host}/autodiscover/autodiscover.svc/WSSecurity -DomainNames {}",
            number + 1,
            domains.join(",")
        )
    };
    let parts = domains
        .chunks(RELATIONSHIP_DOMAINS_MAX)
        .enumerate()
        .map(part);
    Some(parts.collect::<Vec<_>>().join("\n"))
}

fn web_proxy(case: &Case<'_>) -> Option<String> {
    let federation = case.federation;
    let servers = &federation.organizations.original(case.requester()).servers;
    let mut known =
        servers.iter().filter_map(
            |&id| match federation.servers.at(id, case.decided).outbound {
                Outbound::WebProxy {
                    host,
                    state: WebProxyState::Forwards,
                } => Some(text(case, host)),
                _ => None,
            },
        );
    let domain = case.domain_of(case.requester())?;
    known
        .next()
        .or_else(|| Some(format!("proxy.{}", text(case, domain))))
}

fn roots_of_entry(case: &Case<'_>) -> Option<String> {
    let federation = case.federation;
    let server = federation.servers.at(case.entry?, case.decided);
    let host = case.called_host()?;
    let issuer = federation.hosts.at(host, case.decided).tls.issuer;
    let mut roots: Vec<_> = server.trusted_roots.to_vec();
    if !roots.contains(&issuer) {
        roots.push(issuer);
    }
    let quoted = roots
        .into_iter()
        .map(|root| crate::scenario::patch::quoted(&text(case, root)));
    listed(quoted.collect())
}

/// As `Set-Date -Adjust` takes it: whole seconds, rounded up.
fn clock_correction(case: &Case<'_>) -> Option<String> {
    let server = case.federation.servers.at(case.server?, case.decided);
    let ahead = server.clock_error.nanoseconds();
    let seconds = ahead.unsigned_abs().div_ceil(1_000_000_000);
    let sign = if ahead > 0 { "-" } else { "" };
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let days = match days {
        0 => String::new(),
        days => format!("{days}."),
    };
    let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
    Some(format!("{sign}{days}{hours:02}:{minutes:02}:{seconds:02}"))
}

/// A line of the scenario for each host with the owner of the one that was called, of which something holds.
fn of_its_hosts(case: &Case<'_>, holds: fn(&Host) -> bool, change: &str) -> Option<String> {
    let hosts = &case.federation.hosts;
    let owner = case.hosts_owner()?;
    let owners_name = name(case, owner);
    let lines = hosts.ids().filter_map(|id| {
        let host = hosts.at(id, case.decided);
        let is_its = host.owner == HostOwner::Organization(owner);
        (is_its && holds(host)).then(|| {
            format!(
                "org.{owners_name}.host.\"{}\".{change}",
                text(case, host.name)
            )
        })
    });
    joined(lines.collect())
}

fn pools_running(case: &Case<'_>) -> Option<String> {
    let target: OrgId = case.target?;
    let federation = case.federation;
    let owner = name(case, target);
    let servers = &federation.organizations.original(target).servers;
    let lines = servers.iter().flat_map(|&id| {
        let server = federation.servers.at(id, case.decided);
        let directories = [("ews", &server.ews), ("autodiscover", &server.autodiscover)];
        let stopped = directories
            .into_iter()
            .filter(|(_, directory)| directory.pool != PoolState::Running);
        let line = |(directory, _)| {
            let server = &server.name;
            format!("org.{owner}.server.{server}.{directory}.pool = \"running\"")
        };
        stopped.map(line).collect::<Vec<_>>()
    });
    joined(lines.collect())
}

fn joined(lines: Vec<String>) -> Option<String> {
    (!lines.is_empty()).then(|| lines.join("\n"))
}
