//! Organizations of a tree, with what belongs to them: certificates, servers, public hosts, recipients.
//!
//! It knows nothing of relationships between organizations. Invariant: rows are in the order of the
//! ids that `ids` gave them: by organization, then by name.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::engine::hash::NameHash;
use crate::engine::{Instant, Span};
use crate::model::certificate::{
    Certificate, KeyExport, KeyProvider, SubjectKeyIdentifier, Validity,
};
use crate::model::gateway::GatewayId;
use crate::model::oauth::{LinkedAccount, OAuthSetup};
use crate::model::organization::{
    AcceptedDomain, AcceptedDomainKind, Direction, Edition, FirewallAction, FirewallRule,
    Organization, Peer,
};
use crate::model::sharing_policy::Publishing;
use crate::model::trust::{
    FIRST_APPLICATION, FederationTrust, IssuerCertificates, MetadataRefresh,
    OrganizationIdentifier, Registration, TrustLink, USUAL_TRUST_NAME,
};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::tree::Table;

use super::changes::Changes;
use super::ids::{Ids, find, of_organization, own_resolver};
use super::servers::tls_name;
use super::sharing::level;

/// The version of a row. The reader lets only versions pass that the model knows; a test holds it.
pub(super) fn edition(text: &str) -> Edition {
    Edition::read(text).expect("the reader lets only known versions pass")
}

/// Finds organizations without a domain: nothing else of them can be derived.
pub(super) fn require_domains(tree: &Table, found: &mut Diagnostics) {
    for (name, row) in tree.named("org") {
        if row.texts("domains").is_empty()
            && let Some(place) = row.location("domains")
        {
            let message = format!("organization `{name}` has no domain");
            let help = "give at least one SMTP domain, the primary one first";
            found.push(Diagnostic::error("no-domain", place, message).help(help));
        }
    }
}

pub(super) fn certificates(tree: &Table, ids: &mut Ids) -> Vec<Certificate> {
    let mut rows = Vec::new();
    for (organization, row) in tree.named("org") {
        for (name, row) in row.named("certificate") {
            rows.push(Certificate {
                organization: ids.organizations[organization],
                name: name.into(),
                hash: NameHash::of(organization).with(NameHash::of(name).0),
                issuer: ids.names.intern(row.text("issuer")),
                subject_key_identifier: match row.is_given("subject_key_identifier") {
                    true => SubjectKeyIdentifier::Given(row.text("subject_key_identifier").into()),
                    false => SubjectKeyIdentifier::OfItsHash,
                },
                validity: Validity {
                    not_before: row.instant("not_before"),
                    not_after: row.instant("not_after"),
                },
                key_provider: match row.text("key_provider") {
                    "cng" => KeyProvider::Cng,
                    _ => KeyProvider::CryptoApi,
                },
                key_export: match row.text("private_key_exportable") {
                    "no" => KeyExport::Impossible,
                    _ => KeyExport::Possible,
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
        let newest = row
            .named("server")
            .map(|(_, server)| edition(server.text("version")))
            .max();
        let servers = of_organization(&ids.servers, id)
            .map(|(_, server)| server)
            .collect();
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
            time_zone: ids.time_zones[row.text("time_zone")],
            replication_delay: row.span("replication_delay"),
            resolver: ids.resolvers[&resolver],
            described_mailboxes: row.integer("mailboxes") as u32,
            calendar_defaults: row
                .shares("calendar_default")
                .into_iter()
                .map(|(word, share)| (level(word), share.parts()))
                .collect(),
            events_per_week: row.integer("events_per_week") as u32,
            outlook_anywhere: row.boolean("outlook_anywhere"),
            trusted_redirects: row
                .texts("trusted_redirects")
                .into_iter()
                .map(|name| tls_name(name, ids))
                .collect(),
            firewall: firewall(row, ids, found),
            publishing: match row.boolean("calendar_publishing") {
                true => Publishing::Possible,
                false => Publishing::Impossible,
            },
            oauth: oauth(row),
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
        let federated = accepted.boolean("federated") && is_federated(row);
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
        // Whose domain it is does not hang on whether mail is accepted for it.
        if !accepted.boolean("exists") {
            continue;
        }
        domains.push(AcceptedDomain {
            domain: ids.names.intern(domain),
            kind,
            federated,
        });
    }
    domains.into()
}

fn oauth(row: &Table) -> OAuthSetup {
    let oauth = row.table("oauth");
    OAuthSetup {
        certificate_not_after: oauth
            .optional_instant("certificate_not_after")
            .unwrap_or(Instant::NEVER),
        linked_account: match oauth.text("linked_account") {
            "without-roles" => LinkedAccount::WithoutRoles,
            "missing" => LinkedAccount::Missing,
            _ => LinkedAccount::WithRoles,
        },
    }
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
        system_mailbox_domain: identifier
            .optional_text("system_mailbox_domain")
            .map(|d| ids.names.intern(d)),
        contact: "".into(),
        link: match identifier.text("delegation_trust") {
            "deleted" => TrustLink::Deleted,
            "blank" => TrustLink::Blank,
            _ => TrustLink::Trust,
        },
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
    // Who begins bare has not had an application yet.
    let application = match is_federated(row) {
        true => FIRST_APPLICATION,
        false => FIRST_APPLICATION - 1,
    };
    FederationTrust {
        exists: is_federated(row) && trust.boolean("exists"),
        name: USUAL_TRUST_NAME.into(),
        gateway: gateway.unwrap_or(GatewayId(0)),
        token_issuer_uri: ids.optional_name(trust.text("token_issuer_uri")),
        token_issuer_host: ids.url(trust.text("token_issuer_epr")).map(|url| url.host),
        application_uri: ids.optional_name(trust.text("application_uri")),
        organization_certificate,
        previous_certificate,
        next_certificate,
        issuer_certificates: issuer_certificates(trust, found),
        refresh: metadata_refresh(tree, name, trust, changes),
        application: match trust.text("application_identifier") {
            "outdated" => FIRST_APPLICATION - 1,
            _ => application,
        },
        registration: Registration {
            exists: is_federated(row) && trust.boolean("exists") && trust.boolean("registered"),
            certificate: registered_certificate,
            // What was published before is still accepted, if the trust still names it.
            previous_certificate,
            application_uri: ids.names.intern(trust.text("registered_application_uri")),
            domains: registered
                .into_iter()
                .map(|domain| ids.names.intern(domain))
                .collect(),
            namespace: is_federated(row)
                .then(|| ids.names.intern(trust.text("registered_namespace"))),
            application,
            effective_from: Instant::EPOCH,
            attachments: Arc::default(),
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
    let automatic = trust
        .boolean("automatic_refresh")
        .then(|| (refreshes_from(last_before_run, start, every), every));
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

/// The first automatic refresh at or after the start of the run.
pub(super) fn refreshes_from(last_before_run: Instant, start: Instant, every: Span) -> Instant {
    let first = last_before_run + every;
    if first >= start {
        return first;
    }
    let missed = start
        .since(first)
        .nanoseconds()
        .div_ceil(every.nanoseconds().max(1));
    first + every.times(missed)
}

/// Whether the phase of an organization's daily refresh is drawn by its name.
pub(super) fn has_drawn_refresh(row: &Table) -> bool {
    let trust = row.table("trust");
    trust.boolean("automatic_refresh") && !trust.is_given("metadata_refreshed")
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

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;

    #[test]
    fn an_organization_works_in_its_own_zone_or_that_of_its_city_or_utc() {
        let text = r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
[org.litware]
domains = ["litware.com"]
site = "sydney"
[org.fabrikam]
domains = ["fabrikam.com"]
time_zone = "america/new_york"
"#;
        let scenario = Scenario::parse(text, "zones.toml").unwrap();
        let federation = scenario.compile().unwrap().federation;
        let zones = federation.organizations.ids().map(|id| {
            let zone = federation.organizations.original(id).time_zone;
            federation.time_zones[zone].as_ref()
        });
        assert_eq!(
            zones.collect::<Vec<_>>(),
            ["UTC", "America/New_York", "Australia/Sydney"]
        );
    }
}
