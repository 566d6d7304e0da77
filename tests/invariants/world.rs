//! Random small federations, as the text of a scenario: right and wrong in every way that the scenario
//! form can say.
//!
//! It knows nothing of what follows from them. Invariant: the same seed makes the same text for ever,
//! on any machine, and every text compiles.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::troubles;

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
        let trouble_percent = [0, 1, 2, 5, 15][dice.below(5) as usize];
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

    /// The scenario with its tables in reverse, but for what the time line orders at one instant.
    pub fn text_in_reverse(&self) -> String {
        let (head, tables) = self.blocks.split_first().expect("a world has a head");
        let is_entry = |block: &&String| block.starts_with("[[");
        let entries = tables.iter().filter(is_entry);
        let tables = tables.iter().rev().filter(|block| !is_entry(block));
        let blocks: Vec<&str> = std::iter::once(head)
            .chain(tables)
            .chain(entries)
            .map(String::as_str)
            .collect();
        blocks.join("\n")
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
const VERSIONS: &str = "2010 SP3;2013 CU1;2013 SP1;2013 CU23;2016 CU1;2019;SE;Online";
const LEVELS: [&str; 4] = ["None", "AvailabilityOnly", "LimitedDetails", "Reviewer"];
const VIEWS: &str = "MergedOnly;FreeBusy;FreeBusyMerged;Detailed;DetailedMerged";
const WINDOWS: &str = "1 d;7 d;7 d;7 d;14 d;14 d;30 d;45 d";
const ASKS: &str = "mail-tips;photos;shared-calendar;synchronization;delivery-reports;archive";
const METHODS: &str = "OrgWideFB;OrgWideFBBasic;PerUserFB;PublicFolder;InternalProxy";

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

    fn one_of(&mut self, words: &'static str) -> &'static str {
        let words: Vec<&str> = words.split(';').collect();
        self.dice.pick(&words)
    }

    fn push(&mut self, block: impl Into<String>) {
        self.blocks.push(block.into());
    }

    /// Adds one of these troubles, if there is to be one.
    fn spoil(&mut self, block: &mut String, troubles: &str) {
        if self.dice.percent(self.trouble_percent) {
            let lines: Vec<&str> = troubles.trim().lines().collect();
            let trouble = self.dice.pick(&lines);
            block.push_str(&trouble.replace("; ", "\n"));
            block.push('\n');
        }
    }

    /// Notes what may change of an object later.
    fn may_change(&mut self, object: &str, changes: &str) {
        let changes = changes.trim().lines();
        let changes = changes.map(|change| format!("{object}.{change}"));
        self.changes.extend(changes);
    }

    fn head(&mut self, seed: u64) {
        // Long enough for everything to end, or cut off in the middle.
        let length = if self.dice.percent(85) {
            "5 h"
        } else {
            "20 min"
        };
        let day = self.dice.below(1_000);
        self.push(format!(
            "fedsim = 1\n[run]\nlength = \"{length}\"\nseed = {{ world = {seed}, day = {day} }}\n"
        ));
    }

    fn rules_and_parameters(&mut self) {
        for (table, troubles, percent) in [
            ("rules", troubles::RULES, 15),
            ("parameters", troubles::PARAMETERS, 4),
        ] {
            let mut block = format!("[{table}]\n");
            for trouble in troubles.trim().lines() {
                if self.dice.percent(percent) {
                    block.push_str(&trouble.replace("; ", "\n"));
                    block.push('\n');
                }
            }
            self.push(block);
        }
    }

    fn gateways(&mut self) {
        for name in ["business", "consumer", "sovereign"] {
            let centres = self.dice.between(1, 3);
            let mut gateway = format!("[gateway.{name}]\ndata_centres = {centres}\n");
            self.spoil(&mut gateway, troubles::GATEWAY);
            self.spoil(&mut gateway, troubles::GATEWAY_CLOCK);
            self.spoil(&mut gateway, troubles::GATEWAY_LOAD);
            if self.dice.percent(30) {
                let announce = self.one_of("0 s;30 d");
                let first = self.dice.between(5, 90);
                gateway.push_str(&format!(
                    "rollover_first = \"+{first} min\"\nrollover_every = \"70 min\"\nannounce = \"{announce}\"\n"
                ));
            }
            self.push(gateway);
            self.may_change(&format!("gateway.{name}"), troubles::GATEWAY_CHANGES);
        }
    }

    fn organization(&mut self, name: &'static str) {
        let mut domains = vec![format!("{name}.com")];
        if self.dice.percent(30) {
            domains.push(format!("{name}.net"));
        }
        let (mailboxes, servers) = (self.dice.below(6), self.dice.between(1, 2));
        let mut block = format!(
            "[org.{name}]\ndomains = {domains:?}\nmailboxes = {mailboxes}\nservers = {servers}\n"
        );
        self.spoil(&mut block, troubles::ORGANIZATION);
        if !block.contains("exchange") {
            let version = self.one_of(VERSIONS);
            block.push_str(&format!("exchange = \"{version}\"\n"));
        }
        for (percent, line) in [
            (
                50,
                r#"calendar_default = { None = "20 %", AvailabilityOnly = "50 %", LimitedDetails = "30 %" }"#,
            ),
            (20, r#"windows = "2008 R2""#),
            (20, r#"resolver = "shared""#),
            (20, r#"replication_delay = "15 min""#),
        ] {
            if self.dice.percent(percent) {
                block.push_str(line);
                block.push('\n');
            }
        }
        self.push(block);
        self.trust(name);
        self.publishing(name, servers);
        self.recipients(name, domains, mailboxes);
    }

    fn trust(&mut self, name: &str) {
        let mut identifier = format!("[org.{name}.identifier]\n");
        self.spoil(&mut identifier, troubles::IDENTIFIER);
        let mut certificates = String::new();
        for certificate in ["federation", "old"] {
            certificates.push_str(&format!("[org.{name}.certificate.{certificate}]\n"));
            self.spoil(&mut certificates, troubles::CERTIFICATE);
        }
        let mut trust = format!("[org.{name}.trust]\n");
        if self.dice.percent(30) {
            trust.push_str("previous_certificate = \"old\"\n");
        }
        self.spoil(&mut trust, troubles::TRUST);
        self.spoil(&mut trust, troubles::TRUST_REFRESH);
        self.blocks.extend([identifier, certificates, trust]);
        self.may_change(&format!("org.{name}"), troubles::ORGANIZATION_CHANGES);
    }

    fn publishing(&mut self, name: &str, servers: u64) {
        for number in 1..=servers {
            let mut server = format!("[org.{name}.server.cas{number}]\n");
            if self.dice.percent(30) {
                let workers = self.dice.between(2, 3);
                server.push_str(&format!("workers = {workers}\n"));
            }
            self.spoil(&mut server, troubles::SERVER_CLOCK);
            self.spoil(&mut server, troubles::SERVER);
            self.spoil(&mut server, troubles::SERVER_DIRECTORIES);
            self.push(server);
            let object = format!("org.{name}.server.cas{number}");
            self.may_change(&object, troubles::SERVER_CHANGES);
        }
        for host in ["mail", "autodiscover"] {
            let object = format!("org.{name}.host.\"{host}.{name}.com\"");
            let mut block = format!("[{object}]\n");
            self.spoil(&mut block, troubles::HOST);
            self.push(block);
            self.may_change(&object, troubles::HOST_CHANGES);
        }
        let mut firewall = String::new();
        self.spoil(&mut firewall, troubles::FIREWALL);
        if !firewall.is_empty() {
            self.push(format!("[org.{name}.firewall.wall]\n{firewall}"));
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
            self.mailbox(name, mailbox, &address);
            senders.push(address.clone());
            recipients.push(address);
        }
        // Somebody who only has an address that is not federated.
        self.push(format!(
            "[org.{name}.accepted_domain.\"{name}.local\"]\n[org.{name}.mailbox.pat]\naddresses = [\"pat@{name}.local\"]\n"
        ));
        senders.push(format!("pat@{name}.local"));
        let elsewhere = NAMES[self.dice.below(2) as usize];
        let moved = self.one_of("kim;kim;moved;pat");
        let crowd: Vec<String> = (0..self.dice.between(1, 25))
            .map(|n| format!("x{n}@elsewhere.example"))
            .collect();
        self.push(format!(
            "[org.{name}.mail_user.moved]\nexternal_address = \"{moved}@{elsewhere}.com\"\n
[org.{name}.contact.friend]\naddress = \"friend@{name}.com\"\nexternal_address = \"user1@{elsewhere}.com\"\n
[org.{name}.group.team]\nmembers = [\"kim\", \"lee\", \"moved\", \"user1@contoso.com\", \"all\"]\n
[org.{name}.group.all]\nmembers = [\"kim\", \"team\"]\n
[org.{name}.group.crowd]\nmembers = {crowd:?}\n"
        ));
        let further = ["moved", "friend", "team", "crowd"];
        recipients.extend(further.map(|local| format!("{local}@{name}.com")));
        self.organizations.push(Organization {
            name,
            domains,
            senders,
            recipients,
        });
    }

    fn mailbox(&mut self, name: &str, mailbox: &str, address: &str) {
        let object = format!("org.{name}.mailbox.{mailbox}");
        let mut block = format!("[{object}]\naddresses = [\"{address}\"]\n");
        if self.dice.percent(60) {
            let level = self.dice.pick(&LEVELS);
            block.push_str(&format!("calendar_default = \"{level}\"\n"));
        }
        self.spoil(&mut block, troubles::MAILBOX);
        if self.dice.percent(15) {
            let level = self.dice.pick(&LEVELS);
            block.push_str(&format!("grant.\"kim@contoso.com\" = \"{level}\"\n"));
        }
        if self.dice.percent(30) && name != "fabrikam" {
            block.push_str(&format!(
                "[{object}.subscription.\"kim@fabrikam.com\"]
url = \"https://mail.fabrikam.com/EWS/Exchange.asmx/WSSecurity\"
application_uri = \"FYDIBOHF25SPDLT.fabrikam.com\"\n"
            ));
        }
        self.push(block);
    }

    /// Relationships, connectors and address spaces between all pairs.
    fn relations(&mut self) {
        let names: Vec<&str> = self.organizations.iter().map(|o| o.name).collect();
        let direct = self.dice.percent(15);
        for one in &names {
            for other in names.iter().filter(|other| *other != one) {
                if self.dice.percent(92) {
                    self.relationship(one, other, direct);
                }
                if self.dice.percent(4) {
                    let mut connector = format!("[connector.\"{one} -> {other}\"]\n");
                    self.spoil(&mut connector, troubles::CONNECTOR);
                    self.push(connector);
                }
                if self.dice.percent(4) {
                    let (method, credentials) =
                        (self.one_of(METHODS), self.one_of("valid;invalid"));
                    self.push(format!(
                        "[address_space.\"{one} -> {other}.com\"]\naccess_method = \"{method}\"\ncredentials = \"{credentials}\"\n"
                    ));
                }
            }
        }
    }

    fn relationship(&mut self, one: &str, other: &str, direct: bool) {
        let object = format!("relationship.\"{one} -> {other}\"");
        let level =
            self.one_of("None;AvailabilityOnly;LimitedDetails;LimitedDetails;LimitedDetails");
        let mut block = format!("[{object}]\nfree_busy_level = \"{level}\"\n");
        if self.dice.percent(92) {
            block.push_str("free_busy_access = true\n");
        }
        if self.dice.percent(80) {
            let level = self.one_of("None;Limited;All;All");
            block.push_str(&format!(
                "mail_tips_access_enabled = true\nmail_tips_access_level = \"{level}\"\n"
            ));
        }
        if self.dice.percent(20) {
            block.push_str("mail_tips_access_scope = \"team\"\n");
        }
        if self.dice.percent(70) {
            block.push_str("photos_enabled = true\n");
            block.push_str("delivery_report_enabled = true\narchive_access_enabled = true\n");
        }
        if direct || self.dice.percent(10) {
            let mut host = format!("mail.{other}.com");
            if self.dice.percent(self.trouble_percent) {
                host = "nobody.example".into();
            }
            block.push_str(&format!(
                "target_sharing_epr = \"https://{host}/EWS/Exchange.asmx/WSSecurity\"\n"
            ));
        }
        if self.dice.percent(10) {
            block.push_str("free_busy_scope = \"team\"\n");
        }
        self.spoil(&mut block, troubles::RELATIONSHIP);
        self.push(block);
        self.may_change(&object, troubles::RELATIONSHIP_CHANGES);
    }

    fn network(&mut self, count: usize) {
        let mut sites = "[network.site]\nannex = {}\n".to_string();
        for name in &NAMES[..count] {
            if self.dice.percent(30) {
                let continent = self.one_of("asia;europe;america");
                sites.push_str(&format!("{name} = {{ continent = \"{continent}\" }}\n"));
            }
        }
        self.push(sites);
        for ends in [
            "contoso - gateway",
            "contoso - fabrikam",
            "fabrikam - gateway",
        ] {
            if self.dice.percent(15) {
                let mut link = format!("[network.link.\"{ends}\"]\nrtt = \"20 ms\"\n");
                if self.dice.percent(30) {
                    link.push_str("bandwidth = \"100 kbit/s\"\n");
                }
                self.spoil(&mut link, troubles::LINK);
                self.push(link);
                self.may_change(&format!("network.link.\"{ends}\""), "state = \"down\"");
            }
        }
        if self.dice.percent(10) {
            let object = "network.private.\"contoso - fabrikam\"";
            self.push(format!("[{object}]\nrtt = \"5 ms\"\n"));
            self.may_change(object, "state = \"down\"");
        }
    }

    /// Zones and resolvers.
    fn names(&mut self, count: usize) {
        let mut resolver = "[dns.resolver.shared]\n".to_string();
        self.spoil(&mut resolver, troubles::RESOLVER);
        self.push(resolver);
        self.may_change("dns.resolver.shared", "state = \"silent\"");
        for name in &NAMES[..count] {
            let object = format!("dns.zone.\"{name}.com\"");
            let mut zone = format!("[{object}]\n");
            self.spoil(&mut zone, troubles::ZONE);
            self.push(zone);
            self.may_change(&object, troubles::ZONE_CHANGES);
            let mut alias = String::new();
            self.spoil(&mut alias, "ttl = \"1 min\"\nexists = false");
            if !alias.is_empty() {
                self.push(format!(
                    "[dns.record.\"autodiscover.{name}.com CNAME\"]\nvalue = \"mail.{name}.com\"\n{alias}"
                ));
            }
        }
    }

    /// Requests within the first two hours, and a last one of each sender, for one attendee, when
    /// everything before has long ended.
    fn requests(&mut self) {
        let pool = self.pool();
        let mut senders = Vec::new();
        for number in 0..self.dice.between(2, 6) {
            let from = self.sender();
            let attendees = match self.dice.below(200) {
                0 => 101,
                1 => 100,
                n => n % 8,
            };
            let to: Vec<&String> = (0..attendees)
                .map(|_| &pool[self.dice.below(pool.len() as u64) as usize])
                .collect();
            let (view, at) = (self.one_of(VIEWS), self.dice.between(1, 7_200));
            let mut window = self.one_of(WINDOWS);
            if self.dice.percent(2) {
                window = "63 d";
            }
            let asks = match self.dice.percent(40) {
                true => self.one_of(ASKS),
                false => "free-busy",
            };
            let kim = "kim@fabrikam.com".to_owned();
            let is_shared = ["shared-calendar", "synchronization"].contains(&asks);
            let to = if is_shared && self.dice.percent(80) {
                vec![&kim]
            } else {
                to
            };
            let mut request = format!(
                "[request.ask-{number}]\nat = \"+{at} s\"\nfrom = \"{from}\"\nto = {to:?}\nview = \"{view}\"\nwindow = \"{window}\"\n"
            );
            request.push_str(&format!("asks = \"{asks}\"\n"));
            if self.dice.percent(2) {
                request.push_str("interval = \"2 min\"\n");
            }
            if self.dice.percent(50) {
                let (count, every) = (self.dice.between(2, 6), self.dice.between(1, 2_400));
                request.push_str(&format!("count = {count}\nevery = \"{every} s\"\n"));
            } else if self.dice.percent(20) {
                request.push_str("count = 4\n");
            }
            self.push(request);
            senders.push(from);
        }
        for (number, from) in senders.iter().enumerate() {
            let to = &pool[self.dice.below(pool.len() as u64) as usize];
            self.push(format!(
                "[request.probe-{number}]\nat = \"+{} min\"\nfrom = \"{from}\"\nto = [\"{to}\"]\n",
                230 + number
            ));
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
            let (until, change) = (from + lasts, any(&mut self.dice));
            self.push(format!(
                "[fault.fault-{number}]\nfrom = \"+{from} min\"\nuntil = \"+{until} min\"\nset.{change}\n"
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
            self.push(format!("[[timeline]]\nat = \"+{at} min\"\n{what}"));
        }
    }
}
