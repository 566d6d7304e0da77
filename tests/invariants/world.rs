//! Random small federations, as the text of a scenario: right and wrong in every way that the scenario
//! form can say.
//!
//! It knows nothing of what follows from them. Invariant: the same seed makes the same text for ever,
//! on any machine, and every text compiles.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A random federation: the tables of its scenario, each a text of its own.
#[derive(Clone, Debug)]
pub struct World {
    pub blocks: Vec<String>,
}

impl World {
    /// The federation of this seed.
    pub fn of_seed(seed: u64) -> World {
        let mut dice = Dice(ChaCha8Rng::seed_from_u64(seed));
        // Some worlds are in order, some have a fault or two, some are a mess.
        let trouble_percent = [0, 2, 2, 5, 15][dice.below(5) as usize];
        let mut maker = Maker {
            dice,
            trouble_percent,
            blocks: Vec::new(),
            organizations: Vec::new(),
            changes: Vec::new(),
        };
        maker.make(seed);
        World {
            blocks: maker.blocks,
        }
    }

    /// The scenario.
    pub fn text(&self) -> String {
        self.blocks.join("\n")
    }
}

/// A generator of choices.
pub struct Dice(pub ChaCha8Rng);

impl Dice {
    /// A whole number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound
    }

    /// From `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// Whether something of this probability happens.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len() as u64) as usize]
    }
}

const NAMES: [&str; 4] = ["contoso", "fabrikam", "tailspin", "adatum"];
const VERSIONS: [&str; 12] = [
    "2007 SP2",
    "2010 RTM",
    "2010 SP1",
    "2010 SP3",
    "2010 SP3",
    "2013 CU1",
    "2013 SP1",
    "2013 CU23",
    "2016 CU1",
    "2019",
    "SE",
    "Online",
];
const LEVELS: [&str; 4] = ["None", "AvailabilityOnly", "LimitedDetails", "Reviewer"];
const VIEWS: [&str; 5] = [
    "MergedOnly",
    "FreeBusy",
    "FreeBusyMerged",
    "Detailed",
    "DetailedMerged",
];

/// What others need to know of an organization.
struct Organization {
    name: &'static str,
    domains: Vec<String>,
    /// Who sends requests.
    senders: Vec<String>,
    /// Addresses to ask for that lead to something here.
    recipients: Vec<String>,
}

struct Maker {
    dice: Dice,
    /// How often anything is wrong.
    trouble_percent: u64,
    blocks: Vec<String>,
    organizations: Vec<Organization>,
    /// Changes that the time line and faults may make, each to something that is there.
    changes: Vec<String>,
}

impl Maker {
    fn make(&mut self, seed: u64) {
        let count = self.dice.between(2, 4) as usize;
        self.head(seed);
        self.rules_and_parameters();
        self.gateways();
        for name in &NAMES[..count] {
            self.organization(name);
        }
        self.relations();
        self.network(count);
        self.names(count);
        self.requests();
        self.time();
    }

    fn trouble(&mut self) -> bool {
        self.dice.percent(self.trouble_percent)
    }

    /// Adds one of these lines, if there is to be trouble.
    fn spoil(&mut self, block: &mut String, lines: &[&str]) {
        if self.trouble() {
            let line = self.dice.pick(lines);
            block.push_str(line);
            block.push('\n');
        }
    }

    fn head(&mut self, seed: u64) {
        // Long enough for everything to end, or cut off in the middle.
        let length = if self.dice.percent(85) {
            "5 h"
        } else {
            "20 min"
        };
        self.blocks.push(format!(
            "fedsim = 1\n[run]\nlength = \"{length}\"\nseed = {{ world = {seed}, day = {} }}\n",
            self.dice.below(1_000)
        ));
    }

    fn rules_and_parameters(&mut self) {
        let mut rules = "[rules]\n".to_string();
        for line in [
            "uri_cache_rule = \"intended\"\n",
            "negative_uri_life = \"hour\"\n",
            "target_reads_free_busy_access = true\n",
            "token_cache = \"per-user-target-offer\"\n",
            "token_cache_entries = 1\n",
        ] {
            if self.dice.percent(15) {
                rules.push_str(line);
            }
        }
        self.blocks.push(rules);
        let mut parameters = "[parameters]\n".to_string();
        let slow = "{ dist = \"exponential\", mean = \"9 s\" }";
        for line in [
            "rtt_p99_percent = 100".to_string(),
            "loss = \"5 %\"\nretransmission_timeout = \"200 ms\"".to_string(),
            "throttle_concurrency = 1".to_string(),
            "throttle_burst = \"50 ms\"\nthrottle_cutoff = \"100 ms\"".to_string(),
            "throttle_external_callers = false".to_string(),
            "connection_idle = \"0 s\"".to_string(),
            "connect_timeout = \"5 s\"".to_string(),
            "http_timeout = \"10 s\"".to_string(),
            "relationship_cache_life = \"0 s\"".to_string(),
            "uri_cache_life = \"10 min\"\nuri_cache_entries = 2".to_string(),
            format!("directory_resolution = {slow}"),
            format!("dns_cold = {slow}"),
            format!("autodiscover_service = {slow}"),
            format!("availability_fixed = {slow}"),
            format!("client_delay = {slow}"),
            format!("oauth_service = {slow}"),
            "token_validation = { dist = \"constant\", value = \"0 s\" }".to_string(),
            "dns_warm = { dist = \"constant\", value = \"0 s\" }".to_string(),
            "outbound_cpu = \"0 s\"".to_string(),
            "availability_deadline = \"700 ms\"\ndeadline_poll = \"250 ms\"".to_string(),
            "rtt_same_site = \"200 us\"\nrtt_p99_percent = 100".to_string(),
        ] {
            let twice = line.contains("rtt_p99") && parameters.contains("rtt_p99");
            if self.dice.percent(5) && !twice {
                parameters.push_str(&line);
                parameters.push('\n');
            }
        }
        self.blocks.push(parameters);
    }

    fn gateways(&mut self) {
        for name in ["business", "consumer", "sovereign"] {
            let mut gateway = format!("[gateway.{name}]\n");
            let centres = self.dice.between(1, 3);
            gateway.push_str(&format!("data_centres = {centres}\n"));
            self.spoil(
                &mut gateway,
                &[
                    "state = \"down\"",
                    "state = \"refusing\"",
                    "state = \"failing\"",
                    "state = \"stalled\"",
                    "tls_versions = [\"1.3\"]",
                    "tls_issuer = \"Home-made\"",
                    "tls_not_after = 2026-03-02T09:00:00Z",
                    "closed_from = \"+40 min\"",
                ],
            );
            self.spoil(
                &mut gateway,
                &[
                    "clock_offset = \"+4 min\"",
                    "clock_offset = \"-4 min\"",
                    "clock_offset = \"+11 min\"",
                    "clock_offset = \"-11 min\"",
                ],
            );
            self.spoil(
                &mut gateway,
                &[
                    "token_service_time = { dist = \"exponential\", mean = \"9 s\" }",
                    "servers = 1\nqueue_max = 0",
                    "metadata_state = \"down\"",
                    "signing_certificate_life = \"31 d\"",
                ],
            );
            if self.dice.percent(30) {
                let announce = self.dice.pick(&["0 s", "30 d"]);
                gateway.push_str(&format!(
                    "rollover_first = \"+{} min\"\nrollover_every = \"70 min\"\nannounce = \"{announce}\"\n",
                    self.dice.between(5, 90)
                ));
            }
            self.blocks.push(gateway);
            for state in ["down", "refusing", "failing", "stalled"] {
                self.changes
                    .push(format!("gateway.{name}.state = \"{state}\""));
            }
            self.changes
                .push(format!("gateway.{name}.metadata_state = \"down\""));
            self.changes
                .push(format!("gateway.{name}.clock_offset = \"+7 min\""));
        }
    }

    fn organization(&mut self, name: &'static str) {
        let mut domains = vec![format!("{name}.com")];
        if self.dice.percent(30) {
            domains.push(format!("{name}.net"));
        }
        let version = self.dice.pick(&VERSIONS);
        let mailboxes = self.dice.below(6);
        let servers = self.dice.between(1, 2);
        let mut block = format!(
            "[org.{name}]\nexchange = \"{version}\"\ndomains = {domains:?}\nmailboxes = {mailboxes}\nservers = {servers}\n"
        );
        if self.dice.percent(50) {
            block.push_str("calendar_default = { None = \"20 %\", AvailabilityOnly = \"40 %\", LimitedDetails = \"30 %\", Reviewer = \"10 %\" }\n");
        }
        if self.dice.percent(20) {
            block.push_str("windows = \"2008 R2\"\n");
        }
        if self.dice.percent(20) {
            block.push_str("resolver = \"shared\"\n");
        }
        if self.dice.percent(20) {
            block.push_str("replication_delay = \"15 min\"\n");
        }
        self.spoil(
            &mut block,
            &[
                "setup = \"unfederated\"",
                "gateway = \"sovereign\"",
                "events_per_week = 3000",
            ],
        );
        self.blocks.push(block);
        self.trust(name);
        self.publishing(name, servers);
        self.recipients(name, domains, mailboxes);
    }

    fn trust(&mut self, name: &str) {
        let mut identifier = format!("[org.{name}.identifier]\n");
        self.spoil(
            &mut identifier,
            &[
                "enabled = false",
                "exists = false",
                "default_domain = \"elsewhere.example\"",
                "account_namespace = \"elsewhere.example\"",
            ],
        );
        let mut certificates = String::new();
        for certificate in ["federation", "old"] {
            certificates.push_str(&format!("[org.{name}.certificate.{certificate}]\n"));
            self.spoil(
                &mut certificates,
                &[
                    "not_after = \"+70 min\"",
                    "not_before = \"+30 min\"",
                    "key_provider = \"cng\"",
                    "not_after = 2026-02-20T00:00:00Z",
                ],
            );
        }
        let mut trust = format!("[org.{name}.trust]\n");
        if self.dice.percent(30) {
            trust.push_str("previous_certificate = \"old\"\n");
        }
        self.spoil(
            &mut trust,
            &[
                "exists = false",
                "token_issuer_uri = \"\"",
                "token_issuer_epr = \"\"",
                "token_issuer_epr = \"https://nobody.example/extSTS.srf\"",
                "application_uri = \"\"",
                "application_uri = \"elsewhere.example\"",
                "organization_certificate = \"\"",
                "organization_certificate = \"old\"",
                "registered = false",
                "registered_domains = []",
                "registered_namespace = \"elsewhere.example\"",
            ],
        );
        self.spoil(
            &mut trust,
            &[
                "token_issuer_certificate = \"#0\"",
                "token_issuer_certificate = \"#1\"",
                "token_issuer_certificate = \"\"",
                "token_issuer_previous_certificate = \"#0\"",
                "registered_certificate = \"old\"",
                "registered_certificate = \"\"",
                "automatic_refresh = false",
                "automatic_refresh = true",
            ],
        );
        self.blocks.extend([identifier, certificates, trust]);
        for change in [
            "identifier.enabled = false",
            "trust.exists = false",
            "trust.registered = false",
            "trust.organization_certificate = \"old\"",
            "trust.registered_certificate = \"old\"",
            "trust.token_issuer_certificate = \"#1\"",
        ] {
            self.changes.push(format!("org.{name}.{change}"));
        }
    }

    fn publishing(&mut self, name: &str, servers: u64) {
        for number in 1..=servers {
            let mut server = format!("[org.{name}.server.cas{number}]\n");
            if self.dice.percent(30) {
                let workers = self.dice.between(2, 3);
                server.push_str(&format!("workers = {workers}\n"));
            }
            self.spoil(
                &mut server,
                &[
                    "clock_offset = \"+4 min\"",
                    "clock_offset = \"-4 min\"",
                    "clock_offset = \"+6 min\"",
                    "clock_offset = \"-6 min\"",
                ],
            );
            self.spoil(
                &mut server,
                &[
                    "state = \"down\"",
                    "directory = \"unreachable\"",
                    "internet_facing = false",
                    "threads = 1\nqueue_max = 0",
                    "threads = 1",
                    "trusted_roots = []",
                    "tls_versions = [\"1.0\"]",
                    "direct_internet = false",
                    "version = \"2010 SP3\"",
                    "version = \"2007 SP2\"",
                    "site = \"annex\"",
                    "mean_time_between_failures = \"10 min\"\nmean_time_to_repair = \"5 min\"",
                ],
            );
            self.spoil(
                &mut server,
                &[
                    "ews.ws_security = false",
                    "ews.oauth = false",
                    "ews.external_url = \"\"",
                    "ews.external_url = \"https://nobody.example/EWS/Exchange.asmx\"",
                    "ews.windows = false",
                    "ews.pool = \"stopped\"",
                    "ews.pool = \"failed\"",
                    "autodiscover.ws_security = false",
                    "autodiscover.pool = \"stopped\"",
                    "web_proxy = { host = \"proxy\", authentication = \"required\" }",
                    "web_proxy = { host = \"proxy\", state = \"down\" }",
                    "certificate.federation = \"missing\"",
                    "certificate.old = \"unusable\"",
                ],
            );
            self.blocks.push(server);
            for change in [
                "state = \"down\"",
                "ews.ws_security = false",
                "ews.pool = \"stopped\"",
                "clock_offset = \"+9 min\"",
                "certificate.federation = \"no-private-key\"",
                "autodiscover.ws_security = false",
                "ews.external_url = \"\"",
            ] {
                self.changes
                    .push(format!("org.{name}.server.cas{number}.{change}"));
            }
        }
        for host in ["mail", "autodiscover"] {
            let mut block = format!("[org.{name}.host.\"{host}.{name}.com\"]\n");
            self.spoil(&mut block, &[
                "state = \"down\"", "state = \"refusing\"", "tls_issuer = \"Home-made\"",
                "tls_names = [\"elsewhere.example\"]", "tls_versions = [\"1.3\"]",
                "tls_not_after = \"+30 min\"", "paths = [\"ews\"]", "paths = [\"autodiscover\"]",
                "preauthentication = \"forms\"", "strips_soap_header = true", "servers = []",
                "redirect = \"https://mail.fabrikam.com/autodiscover/autodiscover.svc/WSSecurity\"",
                "redirect = \"https://autodiscover.contoso.com/autodiscover/autodiscover.svc/WSSecurity\"",
            ]);
            self.blocks.push(block);
            for change in ["state = \"down\"", "state = \"refusing\"", "servers = []"] {
                self.changes
                    .push(format!("org.{name}.host.\"{host}.{name}.com\".{change}"));
            }
        }
        let mut firewall = String::new();
        self.spoil(
            &mut firewall,
            &[
                "direction = \"out\"\naction = \"drop\"",
                "direction = \"in\"\naction = \"reset\"",
                "direction = \"out\"\naction = \"reset\"\npeer = \"business\"",
                "direction = \"in\"\naction = \"drop\"\npeer = \"contoso\"",
            ],
        );
        if !firewall.is_empty() {
            self.blocks
                .push(format!("[org.{name}.firewall.wall]\n{firewall}"));
        }
    }

    fn recipients(&mut self, name: &'static str, domains: Vec<String>, described: u64) {
        let mut recipients: Vec<String> = (1..=described)
            .map(|n| format!("user{n}@{name}.com"))
            .collect();
        let mut senders = recipients.clone();
        for mailbox in ["kim", "lee"] {
            let domain = &domains[self.dice.below(domains.len() as u64) as usize];
            let address = format!("{mailbox}@{domain}");
            let mut block =
                format!("[org.{name}.mailbox.{mailbox}]\naddresses = [\"{address}\"]\n");
            if self.dice.percent(60) {
                let level = self.dice.pick(&LEVELS);
                block.push_str(&format!("calendar_default = \"{level}\"\n"));
            }
            self.spoil(
                &mut block,
                &[
                    "calendar = \"missing\"",
                    "state = \"unavailable\"",
                    "state = \"failing-over\"",
                    "identity_type = \"upn\"",
                    "immutable_id = \"x@elsewhere.example\"",
                    "events_per_week = 1500",
                ],
            );
            if self.dice.percent(15) {
                let level = self.dice.pick(&LEVELS);
                block.push_str(&format!("grant.\"kim@contoso.com\" = \"{level}\"\n"));
            }
            if self.dice.percent(10) && name != "fabrikam" {
                block.push_str(
                    "[org.SELF.mailbox.MAILBOX.subscription.\"kim@fabrikam.com\"]
url = \"https://mail.fabrikam.com/EWS/Exchange.asmx/WSSecurity\"
application_uri = \"FYDIBOHF25SPDLT.fabrikam.com\"\n"
                        .replace("SELF", name)
                        .replace("MAILBOX", mailbox)
                        .as_str(),
                );
            }
            self.blocks.push(block);
            self.changes.push(format!(
                "org.{name}.mailbox.{mailbox}.calendar_default = \"None\""
            ));
            self.changes.push(format!(
                "org.{name}.mailbox.{mailbox}.state = \"unavailable\""
            ));
            senders.push(address.clone());
            recipients.push(address);
        }
        let elsewhere = NAMES[self.dice.below(2) as usize];
        self.blocks.push(format!(
            "[org.{name}.mail_user.moved]\nexternal_address = \"kim@{elsewhere}.com\"\n
[org.{name}.contact.friend]\naddress = \"friend@{name}.com\"\nexternal_address = \"user1@{elsewhere}.com\"\n
[org.{name}.group.team]\nmembers = [\"kim\", \"lee\", \"moved\", \"user1@contoso.com\", \"all\"]\n
[org.{name}.group.all]\nmembers = [\"kim\", \"team\"]\n"
        ));
        recipients.extend(["moved", "friend", "team"].map(|n| format!("{n}@{name}.com")));
        self.organizations.push(Organization {
            name,
            domains,
            senders,
            recipients,
        });
    }

    /// Relationships, connectors and address spaces between all pairs.
    fn relations(&mut self) {
        let names: Vec<&str> = self.organizations.iter().map(|o| o.name).collect();
        let direct = self.dice.percent(15);
        for one in &names {
            for other in names.iter().filter(|other| *other != one) {
                self.relationship(one, other, direct);
                if self.dice.percent(4) {
                    let mut connector = format!("[connector.\"{one} -> {other}\"]\n");
                    self.spoil(
                        &mut connector,
                        &["oauth = \"token-refused\"", "oauth = \"token-rejected\""],
                    );
                    self.blocks.push(connector);
                }
                if self.dice.percent(4) {
                    let method = self.dice.pick(&[
                        "OrgWideFB",
                        "OrgWideFBBasic",
                        "PerUserFB",
                        "PublicFolder",
                        "InternalProxy",
                    ]);
                    self.blocks.push(format!(
                        "[address_space.\"{one} -> {other}.com\"]\naccess_method = \"{method}\"\n"
                    ));
                }
            }
        }
    }

    fn relationship(&mut self, one: &str, other: &str, direct: bool) {
        if self.dice.percent(10) {
            return;
        }
        let mut block = format!("[relationship.\"{one} -> {other}\"]\n");
        if self.dice.percent(90) {
            block.push_str("free_busy_access = true\n");
        }
        let level = self.dice.pick(&[
            "None",
            "AvailabilityOnly",
            "LimitedDetails",
            "LimitedDetails",
        ]);
        block.push_str(&format!("free_busy_level = \"{level}\"\n"));
        if direct || self.dice.percent(10) {
            let host = if self.trouble() {
                "nobody.example".into()
            } else {
                format!("mail.{other}.com")
            };
            block.push_str(&format!(
                "target_sharing_epr = \"https://{host}/EWS/Exchange.asmx/WSSecurity\"\n"
            ));
        }
        if self.dice.percent(10) {
            block.push_str("free_busy_scope = \"team\"\n");
        }
        self.spoil(&mut block, &[
            "exists = false", "enabled = false", "domain_names = [\"elsewhere.example\"]",
            "target_application_uri = \"elsewhere.example\"", "target_application_uri = \"\"",
            "target_token_issuer = \"uri:elsewhere\"", "target_autodiscover_epr = \"\"",
            "target_autodiscover_epr = \"https://nobody.example/autodiscover/autodiscover.svc/WSSecurity\"",
            "target_autodiscover_epr = \"https://mail.contoso.com/autodiscover/autodiscover.svc/WSSecurity\"",
            "target_autodiscover_epr = \"https://autodiscover.fabrikam.com/autodiscover/autodiscover.svc\"",
            "target_autodiscover_epr = \"https://autodiscover.fabrikam.com/autodiscover.svc\"",
        ]);
        self.blocks.push(block);
        for change in [
            "enabled = false",
            "exists = false",
            "free_busy_access = false",
            "free_busy_level = \"None\"",
            "free_busy_level = \"AvailabilityOnly\"",
        ] {
            self.changes
                .push(format!("relationship.\"{one} -> {other}\".{change}"));
        }
    }

    fn network(&mut self, count: usize) {
        let mut sites = "[network.site]\nannex = {}\n".to_string();
        for name in &NAMES[..count] {
            if self.dice.percent(30) {
                let continent = self.dice.pick(&["asia", "europe", "america"]);
                sites.push_str(&format!("{name} = {{ continent = \"{continent}\" }}\n"));
            }
        }
        self.blocks.push(sites);
        for (one, other) in [
            ("contoso", "gateway"),
            ("contoso", "fabrikam"),
            ("fabrikam", "gateway"),
        ] {
            if self.dice.percent(15) {
                let mut link = format!("[network.link.\"{one} - {other}\"]\nrtt = \"20 ms\"\n");
                if self.dice.percent(30) {
                    link.push_str("bandwidth = \"100 kbit/s\"\n");
                }
                self.spoil(
                    &mut link,
                    &[
                        "state = \"down\"",
                        "loss = \"60 %\"",
                        "on_failure = \"drop\"",
                    ],
                );
                self.blocks.push(link);
                self.changes
                    .push(format!("network.link.\"{one} - {other}\".state = \"down\""));
            }
        }
        if self.dice.percent(10) {
            self.blocks
                .push("[network.private.\"contoso - fabrikam\"]\nrtt = \"5 ms\"\n".into());
            self.changes
                .push("network.private.\"contoso - fabrikam\".state = \"down\"".into());
        }
    }

    /// Zones and resolvers.
    fn names(&mut self, count: usize) {
        let mut resolver = "[dns.resolver.shared]\n".to_string();
        self.spoil(
            &mut resolver,
            &[
                "state = \"silent\"",
                "state = \"servfail\"",
                "positive_cap = \"1 min\"",
            ],
        );
        self.blocks.push(resolver);
        self.changes
            .push("dns.resolver.shared.state = \"silent\"".into());
        for name in &NAMES[..count] {
            let mut zone = format!("[dns.zone.\"{name}.com\"]\n");
            self.spoil(
                &mut zone,
                &[
                    "state = \"servfail\"",
                    "state = \"silent\"",
                    "state = \"absent\"",
                    "ttl = \"0 s\"",
                    "delay = { dist = \"exponential\", mean = \"3 s\" }",
                ],
            );
            self.blocks.push(zone);
            let mut alias = String::new();
            self.spoil(&mut alias, &["", "exists = false"]);
            if !alias.is_empty() {
                self.blocks.push(format!(
                    "[dns.record.\"autodiscover.{name}.com CNAME\"]\nvalue = \"mail.{name}.com\"\n{alias}"
                ));
            }
            for state in ["servfail", "silent", "absent"] {
                self.changes
                    .push(format!("dns.zone.\"{name}.com\".state = \"{state}\""));
            }
        }
    }

    /// Requests within the first two hours, and at the end a last one of each sender, when everything
    /// before has long ended.
    fn requests(&mut self) {
        let pool = self.pool();
        let count = self.dice.between(2, 6);
        for number in 0..count {
            let from = self.sender();
            let attendees = if self.dice.percent(1) {
                101
            } else {
                self.dice.between(0, 7)
            };
            let to: Vec<&String> = (0..attendees)
                .map(|_| &pool[self.dice.below(pool.len() as u64) as usize])
                .collect();
            let view = self.dice.pick(&VIEWS);
            let window = self
                .dice
                .pick(&["1 d", "7 d", "7 d", "7 d", "50 d", "63 d"]);
            let mut request = format!(
                "[request.ask-{number}]\nat = \"+{} s\"\nfrom = \"{from}\"\nto = {to:?}\nview = \"{view}\"\nwindow = \"{window}\"\n",
                self.dice.between(1, 7_200)
            );
            if self.dice.percent(50) {
                let (count, every) = (self.dice.between(2, 6), self.dice.between(1, 2_400));
                request.push_str(&format!("count = {count}\nevery = \"{every} s\"\n"));
            } else if self.dice.percent(20) {
                request.push_str("count = 4\n");
            }
            self.blocks.push(request);
        }
    }

    fn sender(&mut self) -> String {
        let organization = self.dice.below(self.organizations.len() as u64) as usize;
        let organization = &self.organizations[organization];
        if self.dice.percent(2) {
            return format!("stranger@{}", organization.domains[0]);
        }
        let sender = self.dice.below(organization.senders.len() as u64) as usize;
        organization.senders[sender].clone()
    }

    /// Addresses to ask for, some of which lead nowhere.
    fn pool(&self) -> Vec<String> {
        let mut pool: Vec<String> = Vec::new();
        for organization in &self.organizations {
            pool.extend(organization.recipients.iter().cloned());
            pool.extend(organization.recipients.iter().cloned());
            pool.push(format!("stranger@{}", organization.domains[0]));
        }
        pool.push("stranger@elsewhere.example".into());
        pool
    }

    /// Faults and the time line.
    fn time(&mut self) {
        let changes = std::mem::take(&mut self.changes);
        let any = |dice: &mut Dice| changes[dice.below(changes.len() as u64) as usize].clone();
        for number in 0..self.dice.below(3) {
            let (from, lasts) = (self.dice.below(100), self.dice.between(1, 60));
            let change = any(&mut self.dice);
            self.blocks.push(format!(
                "[fault.fault-{number}]\nfrom = \"+{from} min\"\nuntil = \"+{} min\"\nset.{change}\n",
                from + lasts
            ));
        }
        for _ in 0..self.dice.below(3) {
            let at = self.dice.between(1, 110);
            let what = match self.dice.below(6) {
                0 => "do = \"gateway.rotate-certificate\"\n".to_string(),
                1 => "do = \"organization.refresh-metadata\"\norg = \"contoso\"\n".to_string(),
                2 | 3 => {
                    "do = \"server.recycle\"\norg = \"fabrikam\"\nserver = \"cas1\"\n".to_string()
                }
                _ => format!("set.{}\n", any(&mut self.dice)),
            };
            self.blocks
                .push(format!("[[timeline]]\nat = \"+{at} min\"\n{what}"));
        }
    }
}
