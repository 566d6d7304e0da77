//! Place-holders: what remedies call the things of a world, and what a world's things are called.
//!
//! It knows no remedy. Invariant: the table here is the only place where a place-holder is named; a
//! place-holder that a case cannot fill gives nothing.

use crate::diagnosis::case::Case;
use crate::model::address::UrlPath;
use crate::model::observation::PathObject;
use crate::model::organization::OrgId;
use crate::model::relationship::RelationshipId;
use crate::record::naming::organization_name;
use crate::scenario::Table;

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
pub const PLACE_HOLDERS: &[PlaceHolder] = &[
    holder("requester", "the organization that asks", |case| {
        Some(name(case, case.requester()))
    }),
    holder("target", "the organization that is asked", |case| {
        Some(name(case, case.target?))
    }),
    holder("here", "the organization where the failure lies", |case| {
        Some(name(case, case.here()?))
    }),
    holder(
        "requester.domains",
        "the federated domains of the organization that asks",
        |case| listed(case.federated_domains(case.requester())),
    ),
    holder(
        "target.domain",
        "a domain of the organization that is asked",
        |case| Some(text(case, case.domain_of(case.target?)?)),
    ),
    holder(
        "requester.domain",
        "a domain of the organization that asks",
        |case| Some(text(case, case.domain_of(case.requester())?)),
    ),
    holder("from", "the address of whoever asks", |case| {
        Some(case.federation.address_text(case.from))
    }),
    holder("from.domain", "the domain of that address", |case| {
        Some(text(case, case.from.domain))
    }),
    holder("from.mailbox", "the mailbox of whoever asks", |case| {
        case.declared_mailbox(case.from)
    }),
    holder(
        "from.local",
        "the part before the @ of the address of whoever asks",
        |case| Some(case.local_part(case.from)),
    ),
    holder(
        "caller.domain",
        "the domain of the address in the caller's token",
        |case| Some(text(case, case.caller_address().domain)),
    ),
    holder("attendee", "the address that is asked for", |case| {
        Some(case.federation.address_text(case.asked))
    }),
    holder("attendee.domain", "the domain of that address", |case| {
        Some(text(case, case.asked.domain))
    }),
    holder(
        "attendee.mailbox",
        "the mailbox that is asked for",
        |case| case.declared_mailbox(case.asked),
    ),
    holder(
        "requester.relationship",
        "the requester's relationship with the partner",
        |case| shown(case, own(case)?),
    ),
    holder(
        "requester.relationship-key",
        "the scenario's name of the requester's relationship",
        |case| written(case, own(case)?),
    ),
    holder(
        "target.relationship",
        "the target's relationship with the caller's organization",
        |case| shown(case, partners(case)?),
    ),
    holder(
        "target.relationship-key",
        "the scenario's name of the target's relationship",
        |case| written(case, partners(case)?),
    ),
    holder(
        "target.relationship-domains",
        "the domains that the target's relationship names, and the caller's",
        |case| {
            let id = partners(case)?;
            let row = case.federation.relationships.at(id, case.decided);
            let mut domains: Vec<String> = row
                .domain_names
                .iter()
                .map(|&domain| text(case, domain))
                .collect();
            let missing = text(case, case.caller_address().domain);
            if !domains.contains(&missing) {
                domains.push(missing);
            }
            listed(domains)
        },
    ),
    holder(
        "requester.relationship-domains",
        "the domains that the requester's relationship names, and the attendee's",
        |case| {
            let row = case.federation.relationships.at(own(case)?, case.decided);
            let named = row.domain_names.iter().map(|&domain| text(case, domain));
            let missing = text(case, case.asked.domain);
            let mut domains: Vec<String> = named.filter(|domain| *domain != missing).collect();
            domains.push(missing);
            listed(domains)
        },
    ),
    holder(
        "requester.domains-listed",
        "the federated domains of the organization that asks, as a list",
        |case| {
            let domains = case.federated_domains(case.requester());
            let quoted: Vec<String> = domains
                .iter()
                .map(|domain| format!("\"{domain}\""))
                .collect();
            (!quoted.is_empty()).then(|| quoted.join(", "))
        },
    ),
    holder(
        "requester.namespace",
        "the account namespace of the organization that asks",
        |case| {
            let row = case
                .federation
                .organizations
                .at(case.requester(), case.decided);
            Some(text(case, row.identifier.account_namespace))
        },
    ),
    holder(
        "here.domain",
        "a domain of the organization where the failure lies",
        |case| Some(text(case, case.domain_of(case.here()?)?)),
    ),
    holder(
        "here.registered-uri",
        "the application URI that the gateway knows for it",
        |case| {
            let row = case.federation.organizations.at(case.here()?, case.decided);
            Some(text(case, row.trust.registration.application_uri))
        },
    ),
    holder(
        "here.further-domains",
        "the lines that add its further domains to the trust",
        |case| Some(further_domains(case, case.here()?)),
    ),
    holder(
        "target.further-domains",
        "the lines that add the further domains of the organization that is asked",
        |case| Some(further_domains(case, case.target?)),
    ),
    holder(
        "external",
        "the address that is asked for, where it leads",
        |case| Some(case.federation.address_text(case.external())),
    ),
    holder(
        "external.local",
        "the part before the @ of that address",
        |case| Some(case.local_part(case.external())),
    ),
    holder(
        "holder",
        "the organization that holds the mailbox of the address",
        |case| {
            let (holder, _) = held_elsewhere(case)?;
            Some(name(case, holder))
        },
    ),
    holder("held.mailbox", "that mailbox", |case| {
        let (_, id) = held_elsewhere(case)?;
        Some(case.federation.mailboxes.original(id).name.to_string())
    }),
    holder(
        "held.routing-address",
        "an address of that mailbox in another domain",
        |case| {
            let (_, id) = held_elsewhere(case)?;
            let row = case.federation.mailboxes.at(id, case.decided);
            let mut addresses = row.addresses.iter();
            let routing = addresses.find(|it| it.domain != case.asked.domain)?;
            Some(case.federation.address_text(*routing))
        },
    ),
    holder("invitation", "the invitation that is opened", |case| {
        let mut workloads = case.federation.workloads.iter();
        let opened = |row: &&crate::model::demand::Workload| {
            let companions = row.companions;
            companions.is_some_and(|its| its.opened == case.request.workload)
        };
        Some(workloads.find(opened)?.name.to_string())
    }),
    holder(
        "here.remove-domains",
        "the lines that take its domains out of the trust",
        |case| {
            let here = case.here()?;
            let mut domains = case.federated_domains(here);
            // The primary one goes last.
            domains.reverse();
            let line = |domain: &String| {
                format!("Remove-FederatedDomain -DomainName {domain} -Force -Confirm:$false\n")
            };
            Some(domains.iter().map(line).collect())
        },
    ),
    holder(
        "sharing-policy",
        "the sharing policy that holds for whoever asks",
        |case| {
            let federation = case.federation;
            let requester = case.requester();
            let crate::model::directory::Recipient::Mailbox(key) =
                federation.recipient(requester, case.from)?
            else {
                return None;
            };
            let keys = federation.draw_keys(0);
            let mailbox = federation.mailbox(requester, key, case.decided, &keys);
            let policies = &federation.sharing_policies;
            let own = policies.ids().find(|id| {
                let row = policies.at(*id, case.decided);
                row.organization == requester && row.is_default
            });
            let policy = mailbox.sharing_policy.or(own);
            Some(policy.map_or(
                crate::model::sharing_policy::DEFAULT_SHARING_POLICY.to_owned(),
                |id| policies.original(id).name.to_string(),
            ))
        },
    ),
    holder(
        "target.server",
        "a server of the organization that is asked that is down, else its first",
        |case| {
            let federation = case.federation;
            let servers = &federation.organizations.original(case.target?).servers;
            let is_down = |id: &&crate::model::organization::ServerId| {
                let state = federation.servers.at(**id, case.decided).state;
                state != crate::model::organization::ServerState::Up
            };
            let found = servers.iter().find(is_down).or(servers.first())?;
            Some(federation.servers.original(*found).name.to_string())
        },
    ),
    holder(
        "attendee.server",
        "the server that holds the mailbox that is asked for",
        |case| {
            let federation = case.federation;
            let target = case.target?;
            let crate::model::directory::Recipient::Mailbox(key) =
                federation.recipient(target, case.asked)?
            else {
                return None;
            };
            let keys = federation.draw_keys(0);
            let mailbox = federation.mailbox(target, key, case.decided, &keys);
            Some(federation.servers.original(mailbox.server).name.to_string())
        },
    ),
    holder(
        "attendee.local",
        "the part before the @ of the address that is asked for",
        |case| Some(case.local_part(case.asked)),
    ),
    holder(
        "moved.domain",
        "the domain that the address was redirected to",
        |case| {
            use crate::model::directory::Recipient;
            match case.federation.recipient(case.target?, case.asked)? {
                Recipient::MailUser { external } | Recipient::Contact { external } => {
                    Some(text(case, external.domain))
                }
                Recipient::Mailbox(_) | Recipient::Group(_) => None,
            }
        },
    ),
    holder(
        "target.application-uri",
        "the application URI of the organization that is asked",
        |case| {
            let row = case.federation.organizations.at(case.target?, case.decided);
            let uri = row.trust.application_uri;
            let uri = uri.unwrap_or(row.trust.registration.application_uri);
            Some(text(case, uri))
        },
    ),
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
    holder(
        "requester.host",
        "a host name of the requester's own",
        |case| case.autodiscover_host(case.requester()),
    ),
    holder(
        "external.domain",
        "the domain of the address that is asked for where it leads: of a contact or mail user the external one",
        |case| Some(text(case, case.external().domain)),
    ),
    holder("target.host", "a host name of the partner's own", |case| {
        case.autodiscover_host(case.target?)
    }),
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
        "entry.roots-and-issuer",
        "the roots that this server trusts, and that of the host that was called",
        |case| {
            let server = case.federation.servers.at(case.entry?, case.decided);
            let host = case.federation.hosts.at(case.called_host()?, case.decided);
            let mut roots = server.trusted_roots.to_vec();
            if !roots.contains(&host.tls.issuer) {
                roots.push(host.tls.issuer);
            }
            let quoted = roots
                .iter()
                .map(|&root| format!("\"{}\"", text(case, root)));
            Some(quoted.collect::<Vec<_>>().join(", "))
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
    holder(
        "scope",
        "the group that the target's relationship is limited to",
        |case| {
            let row = case
                .federation
                .relationships
                .at(partners(case)?, case.decided);
            match row.free_busy_access_scope {
                crate::model::relationship::Scope::Members(group) => {
                    Some(case.federation.groups.original(group).name.to_string())
                }
                crate::model::relationship::Scope::Everyone => None,
            }
        },
    ),
];

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
    let holder = PLACE_HOLDERS.iter().find(|holder| holder.name == name)?;
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
fn held_elsewhere(case: &Case<'_>) -> Option<(OrgId, crate::model::directory::MailboxId)> {
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
    let records = crate::diagnosis::setting::Records {
        prepared: case.prepared,
        federation: case.federation,
        transcript: &[],
    };
    let value = |kind: &str, link: &str, key: &str| {
        let path = ["network", kind, link, key].map(str::to_owned);
        records.setting(&path, case.decided)?.value
    };
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
