//! Place-holders of who asks and who is asked: organizations, addresses, mailboxes, relationships, policies.
//!
//! It knows no remedy. Invariant: a case that lacks what a place-holder stands for gives nothing.

use super::{
    PlaceHolder, further_domains, held_elsewhere, holder, listed, name, own, partners, shown, text,
    written,
};
use crate::diagnosis::case::Case;
use crate::model::sharing_policy::{PolicyDomain, PolicyEntry, PolicyInForce, original_entries};

/// The place-holders of who asks and who is asked.
pub(super) const PARTIES: &[PlaceHolder] = &[
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
        "target.metadata-host",
        "the host of the metadata of the gateway that the partner trusts",
        |case| {
            let target = case.federation.organizations.at(case.target?, case.decided);
            let gateway = case.federation.gateways.original(target.trust.gateway);
            let host = case.federation.hosts.original(gateway.metadata_host);
            Some(text(case, host.name))
        },
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
        "the domains that the requester's relationship names, and the one that is missing",
        |case| {
            let row = case.federation.relationships.at(own(case)?, case.decided);
            let named = row.domain_names.iter().map(|&domain| text(case, domain));
            let missing = text(case, case.external().domain);
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
        "sharing-policy.kept",
        "what that policy allows already, the attendee's domain aside, as items of a list",
        |case| {
            let mut items = String::new();
            for entry in entries_in_force(case)? {
                let domain = match entry.domain {
                    PolicyDomain::Domain(domain) if domain == case.asked.domain => continue,
                    PolicyDomain::Domain(domain) => text(case, domain),
                    PolicyDomain::Any => "*".to_owned(),
                    PolicyDomain::Anonymous => "Anonymous".to_owned(),
                };
                items.push_str(&format!("\"{domain}: {}\", ", entry.actions));
            }
            Some(items)
        },
    ),
    holder(
        "invitation.actions",
        "what the invitation offers, as a sharing policy spells it",
        |case| {
            let mut requests = case.federation.requests.iter();
            let spelled_out = requests.find(|row| row.identity == case.request);
            let wanted = spelled_out.and_then(|row| row.ask.invitation);
            Some(match wanted {
                Some(invitation) => invitation.wanted.to_string(),
                None => "CalendarSharingFreeBusyReviewer".to_owned(),
            })
        },
    ),
    holder(
        "sharing-policy",
        "the sharing policy that holds for whoever asks",
        |case| {
            let federation = case.federation;
            let requester = case.requester();
            let mailbox = case.mailbox(requester, case.from)?;
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
            let mailbox = case.mailbox(target, case.asked)?;
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
];

/// The entries of the sharing policy that holds for whoever asks.
fn entries_in_force<'c>(case: &'c Case<'_>) -> Option<&'c [PolicyEntry]> {
    let federation = case.federation;
    let requester = case.requester();
    let mailbox = case.mailbox(requester, case.from)?;
    let assigned = mailbox.sharing_policy;
    Some(
        match federation.sharing_policy(requester, assigned, case.decided) {
            PolicyInForce::Written(row) => &row.entries,
            PolicyInForce::Original(edition) => original_entries(edition),
            PolicyInForce::Missing => &[],
        },
    )
}
