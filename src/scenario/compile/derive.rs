//! What follows from other values: fills the derived keys of a tree.
//!
//! It knows nothing of ids or of the model's tables. Invariant: after it, no key that is derived is
//! absent, and nothing that the file gives has changed; so `show` tells what will be simulated.

use std::borrow::Cow;

use crate::engine::draw::{self, DrawKeys};
use crate::engine::hash::NameHash;
use crate::engine::{Instant, Seed, Span};
use crate::model::organization::{Edition, Generation};
use crate::model::purpose::Purpose;

use crate::scenario::keys::{self, Object};
use crate::scenario::quantity::Share;
use crate::scenario::read::complete;
use crate::scenario::tree::{Entry, Origin, Shape, Table, Value};

use super::policies;
use super::population::{Plan, usual_domain, usual_gateway};
use super::script::is_bare;
use super::sites;

/// How long before the run a certificate, or a trust whose metadata is not refreshed by itself, was
/// made. Assumed: an administrator has not looked at it for a year.
const TRUST_AGE: Span = Span::from_days(365);
/// How long before the run a certificate became valid, where the file does not say.
const CERTIFICATE_AGE: Span = Span::from_days(30);
/// How long Exchange's self-signed certificates live: 5 years (recalled).
const ORGANIZATION_CERTIFICATE_LIFE: Span = Span::from_days(5 * 365 + 1);
/// How long the TLS certificate of a public host lives. Assumed.
const TLS_CERTIFICATE_LIFE: Span = Span::from_days(730);

/// What all derivations look at.
struct World {
    start: Instant,
    refresh_every: Span,
    draws: DrawKeys,
}

/// Fills every derived key of a scenario's tree, and adds the objects that are there by default.
///
/// `first` is the derived tree of the world at the start, for a tree of a later instant: what an
/// organization once learned of another stays as it was.
pub(super) fn derive(tree: &mut Table, first: Option<&Table>, plan: &Plan) {
    let run = tree.table("run");
    let seed = run.table("seed");
    let seed = Seed {
        world: seed.integer("world"),
        day: seed.integer("day"),
        replication: 0,
    };
    let world = World {
        start: run.instant("start"),
        refresh_every: tree.table("parameters").span("metadata_refresh_every"),
        draws: DrawKeys::new(seed),
    };
    derive_populations(tree);
    derive_gateways(tree, plan);
    let gateways: Vec<(String, String, String)> = tree
        .named("gateway")
        .map(|(name, row)| {
            (
                name.into(),
                row.text("issuer").into(),
                row.text("token_host").into(),
            )
        })
        .collect();
    for (name, organization) in tree.table_mut("org").named_rows() {
        let gateway = organization.text("gateway").to_owned();
        let row = gateways.iter().find(|(known, ..)| *known == gateway);
        derive_organization(&world, &name, organization, row);
    }
    let partners = Partner::all(first.unwrap_or(tree));
    derive_partners(tree, &partners, plan);
    derive_workloads(tree);
    sites::derive(tree, plan);
}

/// A row of a named table with its name.
pub(super) trait NamedRows {
    fn named_rows(&mut self) -> Vec<(String, &mut Table)>;
}

impl NamedRows for Table {
    fn named_rows(&mut self) -> Vec<(String, &mut Table)> {
        let rows = self
            .iter_mut()
            .filter_map(|(name, entry)| match &mut entry.value {
                Value::Table(table) => Some((name.to_owned(), table)),
                _ => None,
            });
        rows.collect()
    }
}

/// Adds a row to a named table unless it is there.
pub(super) fn add_row(table: &mut Table, name: &str, object: &'static Object, why: &str) {
    if table.get(name).is_none() {
        let row = complete(Table::new(Shape::Object(object)));
        table.insert(
            name,
            None,
            Entry::new(Value::Table(row), Origin::Derived(why.into())),
        );
    }
}

pub(super) fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

/// Populations: what others need to know of a description.
fn derive_populations(tree: &mut Table) {
    for (name, row) in tree.table_mut("population").named_rows() {
        let pattern = usual_domain(&name);
        row.set_derived("domain", text(pattern), "the population's name");
        let mut site = Table::new(Shape::Shares(&[]));
        let why = "one site of the population's name";
        let all = Entry::new(Value::Share(Share::ALL), Origin::Derived(why.into()));
        site.insert(&name, None, all);
        row.set_derived("site", Value::Table(site), why);
    }
}

/// Gateways: the named instances have hosts and issuers of their own.
///
/// Source: identifiers of the business and consumer instances, KB2937358 (docs) and observed.
fn derive_gateways(tree: &mut Table, plan: &Plan) {
    let mut wanted: Vec<String> = plan.gateways();
    for (_, organization) in tree.table_mut("org").named_rows() {
        let (name, why) = usual_gateway(organization.text("exchange"));
        organization.set_derived("gateway", text(name), why);
        wanted.push(organization.text("gateway").to_owned());
    }
    let gateways = tree.table_mut("gateway");
    for name in wanted {
        if ["business", "consumer"].contains(&name.as_str()) {
            add_row(gateways, &name, &keys::GATEWAY, "an organization trusts it");
        }
    }
    for (name, gateway) in gateways.named_rows() {
        let (issuer, token_host) = match name.as_str() {
            "business" => (
                "urn:federation:MicrosoftOnline".to_owned(),
                "login.microsoftonline.com".to_owned(),
            ),
            "consumer" => ("uri:WindowsLiveID".to_owned(), "login.live.com".to_owned()),
            "us-government" => (
                "urn:federation:us-government".to_owned(),
                "login.microsoftonline.us".to_owned(),
            ),
            other => (
                format!("urn:federation:{other}"),
                format!("login.{other}.example"),
            ),
        };
        gateway.set_derived("issuer", text(issuer), "the instance's name");
        gateway.set_derived("token_host", text(token_host), "the instance's name");
        let metadata_host = match name.as_str() {
            "business" => "nexus.microsoftonline-p.com".to_owned(),
            "consumer" => "nexus.passport.com".to_owned(),
            "us-government" => "login.microsoftonline.us".to_owned(),
            other => format!("nexus.{other}.example"),
        };
        gateway.set_derived("metadata_host", text(metadata_host), "the instance's name");
        let provisioning_host = match name.as_str() {
            "business" | "consumer" => "domains.live.com".to_owned(),
            other => format!("domains.{other}.example"),
        };
        let why = "the instance's name";
        gateway.set_derived("provisioning_host", text(provisioning_host), why);
        gateway.set_derived("site", text("gateway"), "where gateways stand");
        let accepted: &[&str] = match name.as_str() {
            "consumer" => &["Public CA"],
            _ => &[],
        };
        let accepted: Vec<String> = accepted.iter().map(ToString::to_string).collect();
        gateway.set_derived("accepted_issuers", Value::texts(accepted, why), why);
    }
}

fn derive_organization(
    world: &World,
    name: &str,
    organization: &mut Table,
    gateway: Option<&(String, String, String)>,
) {
    organization.set_derived("site", text(name), "the organization's name");
    let domains: Vec<String> = organization
        .texts("domains")
        .into_iter()
        .map(Into::into)
        .collect();
    let Some(first) = domains.first().cloned() else {
        return;
    };
    for domain in &domains {
        let accepted = organization.table_mut("accepted_domain");
        add_row(
            accepted,
            domain,
            accepted_domain_object(),
            "listed in `domains`",
        );
    }
    for (domain, accepted) in organization.table_mut("accepted_domain").named_rows() {
        let federated = domains.contains(&domain) && accepted.text("type") == "authoritative";
        let why = "authoritative, and listed in `domains`";
        accepted.set_derived("federated", Value::Boolean(federated), why);
    }
    derive_servers(organization, &first);
    derive_hosts(world, organization, &domains);
    derive_trust(world, name, organization, &first, gateway);
    derive_recipients(organization, &first);
    policies::derive(organization);
}

fn accepted_domain_object() -> &'static Object {
    row_object(&keys::ORGANIZATION, "accepted_domain")
}

/// The object of the rows of a named table of an object.
pub(super) fn row_object(object: &'static Object, key: &str) -> &'static Object {
    let (_, key) = object.find(key).expect("the key stands in the table");
    match &key.kind {
        keys::Kind::Named(named) => match &named.value {
            keys::Kind::Table(object) => object,
            _ => unreachable!("its rows are tables"),
        },
        _ => unreachable!("it is a named table"),
    }
}

fn derive_servers(organization: &mut Table, first_domain: &str) {
    let (version, site) = (
        organization.text("exchange").to_owned(),
        organization.text("site").to_owned(),
    );
    let hosts = organization.table("host");
    let mail = hosts
        .iter()
        .map(|(host, _)| host.to_owned())
        .find(|host| !host.starts_with("autodiscover."))
        .unwrap_or_else(|| format!("mail.{first_domain}"));
    let count = organization.integer("servers");
    let servers = organization.table_mut("server");
    for number in 1..=count {
        if servers.len() as u64 >= count {
            break;
        }
        add_row(
            servers,
            &format!("cas{number}"),
            &keys::SERVER,
            "the number of `servers`",
        );
    }
    for (_, server) in servers.named_rows() {
        server.set_derived(
            "version",
            text(version.as_str()),
            "the organization's `exchange`",
        );
        server.set_derived("site", text(site.as_str()), "the organization's `site`");
        let url = format!("https://{mail}/EWS/Exchange.asmx");
        let why = "on the organization's first public host";
        server
            .table_mut("ews")
            .set_derived("external_url", text(url), why);
    }
}

fn derive_hosts(world: &World, organization: &mut Table, domains: &[String]) {
    let facing: Vec<String> = organization
        .named("server")
        .filter(|(_, server)| server.boolean("internet_facing") && server.boolean("client_access"))
        .map(|(name, _)| name.to_owned())
        .collect();
    let hosts = organization.table_mut("host");
    let object = row_object(&keys::ORGANIZATION, "host");
    let mail = format!("mail.{}", domains[0]);
    if hosts
        .iter()
        .all(|(host, _)| host.starts_with("autodiscover."))
    {
        add_row(hosts, &mail, object, "the first domain");
    }
    for domain in domains {
        add_row(
            hosts,
            &format!("autodiscover.{domain}"),
            object,
            "the domain",
        );
    }
    let all: Vec<String> = hosts.iter().map(|(host, _)| host.to_owned()).collect();
    for (_, host) in hosts.named_rows() {
        let why = "all servers that face the internet";
        host.set_derived("servers", Value::texts(facing.clone(), why), why);
        let why = "all public hosts of the organization";
        host.set_derived("tls_names", Value::texts(all.clone(), why), why);
        let not_before = Value::Instant(world.start - CERTIFICATE_AGE);
        host.set_derived("tls_not_before", not_before, "30 days before the run");
        let not_after = Value::Instant(world.start + TLS_CERTIFICATE_LIFE);
        host.set_derived(
            "tls_not_after",
            not_after,
            "two years after the start of the run",
        );
    }
}

fn derive_trust(
    world: &World,
    name: &str,
    organization: &mut Table,
    first_domain: &str,
    gateway: Option<&(String, String, String)>,
) {
    let edition = Edition::read(organization.text("exchange"));
    let windows_2008_r2 = organization.text("windows") == "2008 R2";
    let namespace = format!("FYDIBOHF25SPDLT.{first_domain}");
    let identifier = organization.table_mut("identifier");
    let why = "FYDIBOHF25SPDLT. and the first domain";
    identifier.set_derived("account_namespace", text(namespace), why);
    let namespace = identifier.text("account_namespace").to_owned();
    let federated: Vec<String> = organization
        .named("accepted_domain")
        .filter(|(_, accepted)| accepted.boolean("federated"))
        .map(|(domain, _)| domain.to_owned())
        .collect();
    let usual_uri = usual_application_uri(organization);
    let starts_bare = is_bare(organization);
    let trust = organization.table_mut("trust");
    if let Some((_, issuer, token_host)) = gateway {
        let why = "the gateway's metadata";
        trust.set_derived("token_issuer_uri", text(issuer.as_str()), why);
        let epr = format!("https://{token_host}/extSTS.srf");
        trust.set_derived("token_issuer_epr", text(epr), why);
    }
    trust.set_derived("token_issuer_uri", text(""), "the gateway is not known");
    trust.set_derived("token_issuer_epr", text(""), "the gateway is not known");
    let why = "the account namespace; of Exchange Online `outlook.com`";
    trust.set_derived("application_uri", text(usual_uri.as_str()), why);
    let registered = match trust.text("application_uri") {
        "" => usual_uri,
        own => own.to_owned(),
    };
    let why = "`application_uri`; if that is blank, the URI of the set-up";
    trust.set_derived("registered_application_uri", text(registered), why);
    let (usual_certificate, why) = match starts_bare {
        true => ("", "it starts with nothing"),
        false => ("federation", "the certificate's usual name"),
    };
    trust.set_derived("organization_certificate", text(usual_certificate), why);
    let automatic = edition.is_some_and(|edition| edition.refreshes_metadata(windows_2008_r2));
    let why = "2013 SP1 or later, on a Windows newer than 2008 R2";
    trust.set_derived("automatic_refresh", Value::Boolean(automatic), why);
    let (age, why) = if trust.boolean("automatic_refresh") {
        (
            drawn_refresh_age(&world.draws, NameHash::of(name), world.refresh_every),
            "refreshed by itself within the last day",
        )
    } else {
        (
            TRUST_AGE,
            "a year before the run: nobody has refreshed it since it was set up",
        )
    };
    trust.set_derived("metadata_refreshed", Value::Instant(world.start - age), why);
    let published = trust.text("organization_certificate").to_owned();
    trust.set_derived(
        "registered_certificate",
        text(published.as_str()),
        "the published certificate",
    );
    let why = "all federated domains";
    trust.set_derived("registered_domains", Value::texts(federated, why), why);
    trust.set_derived(
        "registered_namespace",
        text(namespace),
        "the account namespace",
    );
    let certificates = organization.table_mut("certificate");
    let object = row_object(&keys::ORGANIZATION, "certificate");
    if published == "federation" {
        add_row(certificates, "federation", object, "made by the wizard");
    }
    for (certificate, row) in certificates.named_rows() {
        let not_before = Value::Instant(world.start - CERTIFICATE_AGE);
        row.set_derived("not_before", not_before, "30 days before the run");
        let not_after = row.instant("not_before") + ORGANIZATION_CERTIFICATE_LIFE;
        row.set_derived("not_after", Value::Instant(not_after), "five years later");
        let hash = NameHash::of(name).with(NameHash::of(&certificate).0);
        row.set_derived(
            "subject_key_identifier",
            text(subject_key_identifier(hash)),
            "made from its name",
        );
    }
}

/// How long before the run an organization last refreshed the metadata by itself.
pub(super) fn drawn_refresh_age(draws: &DrawKeys, organization: NameHash, every: Span) -> Span {
    let bits = draws.bits(Purpose::MetadataRefresh, organization, 0);
    Span::from_nanoseconds(draw::below(bits, every.nanoseconds()))
}

/// The subject key identifier of a certificate with this hash, unless the file gives it one.
pub(super) fn subject_key_identifier(certificate: NameHash) -> String {
    format!(
        "{:016x}{:016x}",
        certificate.with(1).0,
        certificate.with(2).0
    )
}

/// The application URI that an organization gets when it is set up.
///
/// Source: the account namespace, of Exchange Online `outlook.com`: observed.
fn usual_application_uri(organization: &Table) -> String {
    let edition = Edition::read(organization.text("exchange"));
    match edition.map(|edition| edition.generation) {
        Some(Generation::Online) => "outlook.com".to_owned(),
        _ => organization
            .table("identifier")
            .text("account_namespace")
            .to_owned(),
    }
}

fn derive_recipients(organization: &mut Table, first_domain: &str) {
    let first_server = organization
        .named("server")
        .next()
        .map(|(name, _)| name.to_owned());
    let address = |name: &str| format!("{name}@{first_domain}").to_ascii_lowercase();
    for (name, mailbox) in organization.table_mut("mailbox").named_rows() {
        let why = "its name and the first domain";
        mailbox.set_derived("addresses", Value::texts([address(&name)], why), why);
        if let Some(server) = &first_server {
            mailbox.set_derived("server", text(server.as_str()), "the first server");
        }
    }
    for key in ["mail_user", "group"] {
        for (name, row) in organization.table_mut(key).named_rows() {
            row.set_derived(
                "address",
                text(address(&name)),
                "its name and the first domain",
            );
        }
    }
}

/// What one organization has to know of another.
#[derive(Clone, Debug)]
pub(super) struct Partner {
    name: String,
    domains: Vec<String>,
    pub(super) federated: Vec<String>,
    application_uri: String,
    token_issuer: String,
    ews: String,
}

impl Partner {
    /// All organizations of a derived tree, as each of them was set up.
    pub(super) fn all(tree: &Table) -> Vec<Partner> {
        let issuer = |gateway: &str| {
            let row = tree.named("gateway").find(|(name, _)| *name == gateway);
            row.map_or("", |(_, row)| row.text("issuer"))
        };
        let organizations = tree.named("org");
        organizations
            .map(|(name, row)| Partner::of(name, row, issuer(row.text("gateway"))))
            .collect()
    }

    fn of(name: &str, organization: &Table, issuer: &str) -> Partner {
        let accepted = organization.named("accepted_domain");
        let federated = accepted
            .filter(|(_, accepted)| accepted.boolean("federated"))
            .map(|(domain, _)| domain.to_owned());
        let domains = organization.texts("domains");
        let urls = organization
            .named("server")
            .map(|(_, row)| row.table("ews").text("external_url"));
        let ews = urls
            .into_iter()
            .find(|url| !url.is_empty())
            .map(ToOwned::to_owned);
        let first = domains.first().copied().unwrap_or("invalid");
        Partner {
            name: name.to_owned(),
            federated: federated.collect(),
            application_uri: organization
                .table("trust")
                .text("registered_application_uri")
                .to_owned(),
            token_issuer: issuer.to_owned(),
            ews: ews.unwrap_or_else(|| format!("https://mail.{first}/EWS/Exchange.asmx")),
            domains: domains.into_iter().map(ToOwned::to_owned).collect(),
        }
    }

    /// The address of its Autodiscover service for federated callers.
    fn autodiscover(&self, suffix: &str) -> String {
        let domain = self.domains.first().map_or("invalid", String::as_str);
        format!("https://autodiscover.{domain}/autodiscover/autodiscover.svc{suffix}")
    }
}

/// Relationships, connectors and subscriptions: what Get-FederationInformation would tell of the
/// second organization.
fn derive_partners(tree: &mut Table, partners: &[Partner], plan: &Plan) {
    let second = |name: &str| {
        let (_, second) = name.split_once(" -> ")?;
        // Organizations are in the order of their names.
        let found = partners.binary_search_by(|partner| partner.name.as_str().cmp(second));
        match found {
            Ok(index) => Some(Cow::Borrowed(&partners[index])),
            Err(_) => plan.partner(second).map(Cow::Owned),
        }
    };
    let why = "what Get-FederationInformation tells of the partner";
    for (name, row) in tree.table_mut("relationship").named_rows() {
        if let Some(partner) = second(&name) {
            derive_relationship(row, &partner);
        }
    }
    for (name, row) in tree.table_mut("connector").named_rows() {
        let Some(partner) = second(&name) else {
            continue;
        };
        row.set_derived("domains", Value::texts(partner.domains.clone(), why), why);
        row.set_derived("discovery_endpoint", text(partner.autodiscover("")), why);
    }
    let owner = |address: &str| {
        let (_, domain) = address.rsplit_once('@')?;
        partners
            .iter()
            .find(|partner| partner.domains.iter().any(|own| own == domain))
    };
    for (_, organization) in tree.table_mut("org").named_rows() {
        for (_, mailbox) in organization.table_mut("mailbox").named_rows() {
            for (address, row) in mailbox.table_mut("subscription").named_rows() {
                let Some(partner) = owner(&address) else {
                    continue;
                };
                let why = "what the invitation said";
                if !partner.ews.is_empty() {
                    let url = format!("{}/WSSecurity", partner.ews);
                    row.set_derived("url", text(url), why);
                }
                row.set_derived(
                    "application_uri",
                    text(partner.application_uri.as_str()),
                    why,
                );
            }
        }
    }
}

/// The hours and weekdays of a workload: those of its profile.
fn derive_workloads(tree: &mut Table) {
    for (_, workload) in tree.table_mut("workload").named_rows() {
        let profile = workload.text("profile").to_owned();
        let (hours, weekdays) = match profile.as_str() {
            "flat" => (even(keys::HOURS), even(keys::WEEKDAYS)),
            _ => (
                shares(keys::HOURS, 7, OFFICE_HOURS),
                shares(keys::WEEKDAYS, 0, OFFICE_WEEKDAYS),
            ),
        };
        let why = format!("the profile `{profile}`");
        workload.set_derived("hours", hours, &why);
        workload.set_derived("weekdays", weekdays, &why);
    }
}

/// The share of a day's requests in each hour from seven in the morning on, in thousandths of a percent.
/// Assumed: two humps around noon.
const OFFICE_HOURS: &[u64] = &[
    2_000, 8_000, 14_000, 14_000, 10_000, 5_000, 9_000, 13_000, 11_000, 7_000, 4_000, 2_000, 1_000,
];
/// The share of a week's requests on each day from Monday on, in thousandths of a percent: 1.15, 1.1,
/// 1.05, 1, 0.7, 0.03 and 0.03 parts. Assumed.
const OFFICE_WEEKDAYS: &[u64] = &[22_727, 21_739, 20_751, 19_763, 13_834, 593, 593];

/// Shares of words from the n-th on, in thousandths of a percent.
fn shares(words: &'static [&'static str], first: usize, thousandths: &[u64]) -> Value {
    let parts = thousandths
        .iter()
        .map(|share| share * (Share::ONE / 100_000));
    whole(words, words[first..].iter().copied().zip(parts))
}

/// The same share for each word; what is left of the whole goes to the first.
fn even(words: &'static [&'static str]) -> Value {
    let count = words.len() as u64;
    let parts = (0..count).map(|number| {
        let rest = if number == 0 { Share::ONE % count } else { 0 };
        Share::ONE / count + rest
    });
    whole(words, words.iter().copied().zip(parts))
}

fn whole<'a>(
    words: &'static [&'static str],
    shares: impl Iterator<Item = (&'a str, u64)>,
) -> Value {
    let mut table = Table::new(Shape::Shares(words));
    for (word, parts) in shares {
        let share = Share::from_parts(parts).expect("a part of a whole");
        let origin = Origin::Derived("the profile".into());
        table.insert(word, None, Entry::new(Value::Share(share), origin));
    }
    Value::Table(table)
}

/// What Get-FederationInformation tells of the partner of a relationship.
pub(super) fn derive_relationship(row: &mut Table, partner: &Partner) {
    let why = "what Get-FederationInformation tells of the partner";
    row.set_derived(
        "domain_names",
        Value::texts(partner.federated.clone(), why),
        why,
    );
    row.set_derived(
        "target_application_uri",
        text(partner.application_uri.as_str()),
        why,
    );
    row.set_derived(
        "target_autodiscover_epr",
        text(partner.autodiscover("/WSSecurity")),
        why,
    );
    row.set_derived(
        "target_token_issuer",
        text(partner.token_issuer.as_str()),
        why,
    );
}
