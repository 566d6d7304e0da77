//! Random organizations, bare or federated, and what their administrators do, as the text of a scenario.
//!
//! It knows no result. Invariant: the same seed makes the same text for ever, and every text compiles:
//! what is wrong with a statement only shows when it is carried out.

use fedsim::cmdlet::catalog::{Cmdlet, Kind, Need, Of, Parameter, cmdlets};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A random federation with its administrators: the tables of its scenario, each a text of its own.
#[derive(Clone, Debug)]
pub struct World {
    pub blocks: Vec<Block>,
}

/// A part of a scenario.
#[derive(Clone, Debug)]
pub enum Block {
    /// Tables.
    Text(String),
    /// What an administrator does, from some minute on, on some server.
    Script {
        minute: u64,
        organization: &'static str,
        server: u64,
        statements: Vec<String>,
    },
}

/// Names that the run may make, so that the check before it does not take them for misspelt.
const PREAMBLE: &str =
    "# Made by New-OrganizationRelationship, New-FederationTrust, New-SharingPolicy.";

/// How long a world is observed.
const LENGTH_HOURS: u64 = 14;
/// Everything begins before this.
const BUSY_MINUTES: u64 = 8 * 60;

impl World {
    /// The federation of this seed.
    pub fn of_seed(seed: u64) -> World {
        let dice = Dice(ChaCha8Rng::seed_from_u64(seed));
        let mut maker = Maker {
            dice,
            blocks: Vec::new(),
            names: Vec::new(),
            servers: Vec::new(),
            rush: 0,
        };
        maker.make(seed);
        World {
            blocks: maker.blocks,
        }
    }

    /// The scenario.
    pub fn text(&self) -> String {
        let blocks: Vec<String> = self.blocks.iter().map(Block::text).collect();
        blocks.join("\n")
    }
}

impl Block {
    fn text(&self) -> String {
        match self {
            Block::Text(text) => text.clone(),
            Block::Script {
                minute,
                organization,
                server,
                statements,
            } => format!(
                "[[timeline]]\nat = \"+{minute} min\"\norg = \"{organization}\"\nserver = \"cas{server}\"\n\
                 run = '''\n{PREAMBLE}\n{}\n'''\n",
                statements.join("\n")
            ),
        }
    }
}

/// A generator of choices.
struct Dice(ChaCha8Rng);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound
    }

    fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of several, which blanks or semicolons part.
    fn word(&mut self, of: &'static str) -> &'static str {
        let words: Vec<&str> = of.split(';').collect();
        words[self.below(words.len() as u64) as usize]
    }

    fn of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }
}

const NAMES: [&str; 4] = ["contoso", "fabrikam", "tailspin", "adatum"];
const VERSIONS: &str = "2010 SP3;2013 RTM;2013 CU1;2013 SP1;2013 CU23;2016 CU1;2019;SE";
const TRUST: &str = "Microsoft Federation Gateway";

struct Maker {
    dice: Dice,
    blocks: Vec<Block>,
    names: Vec<&'static str>,
    /// How many each organization has.
    servers: Vec<u64>,
    /// The minute at which several administrators begin.
    rush: u64,
}

impl Maker {
    fn make(&mut self, seed: u64) {
        let count = self.dice.between(2, 4) as usize;
        self.names = NAMES[..count].to_vec();
        self.rush = self.dice.below(BUSY_MINUTES);
        self.head(seed);
        for index in 0..count {
            self.organization(index);
        }
        self.relationships();
        self.requests();
        for _ in 0..self.dice.between(1, 5) {
            self.script();
        }
        if self.dice.percent(40) {
            self.roll();
        }
        if self.dice.percent(25) {
            self.tear_down();
        }
        self.time();
    }

    fn push(&mut self, text: String) {
        self.blocks.push(Block::Text(text));
    }

    fn head(&mut self, seed: u64) {
        let rollover = match self.dice.below(3) {
            0 => String::new(),
            1 => format!(
                "[gateway.business]\nrollover_first = \"+{} min\"\n",
                self.dice.below(BUSY_MINUTES)
            ),
            _ => format!(
                "[gateway.business]\nrollover_first = \"+{} min\"\nrollover_every = \"{} h\"\n",
                self.dice.below(60),
                self.dice.between(1, 4)
            ),
        };
        self.push(format!(
            "fedsim = 1\n[run]\nlength = \"{LENGTH_HOURS} h\"\nseed = {{ world = {seed}, day = 1 }}\n{rollover}"
        ));
        if self.dice.percent(20) {
            self.push("[rules]\nshared_folder = \"personal-or-default\"\n".into());
        }
    }

    fn organization(&mut self, index: usize) {
        let name = self.names[index];
        let servers = self.dice.between(1, 3);
        self.servers.push(servers);
        let setup = self
            .dice
            .word("bare;bare;federated;federated;federated;unfederated");
        let version = self.dice.word(VERSIONS);
        let replication = self.dice.word("0 s;1 min;15 min");
        let zone = self
            .dice
            .word("Europe/Prague;America/New_York;Asia/Kolkata;UTC");
        let mut text = format!(
            "[org.{name}]\nexchange = \"{version}\"\ndomains = [\"{name}.com\", \"{name}.net\"]\nmailboxes = 20\n\
             servers = {servers}\nsetup = \"{setup}\"\nreplication_delay = \"{replication}\"\ntime_zone = \"{zone}\"\n"
        );
        for mailbox in ["kim", "lee"] {
            let level = self
                .dice
                .word("None;AvailabilityOnly;LimitedDetails;Reviewer");
            text.push_str(&format!(
                "[org.{name}.mailbox.{mailbox}]\ncalendar_default = \"{level}\"\n"
            ));
        }
        text.push_str(&format!(
            "[dns.zone.\"{name}.com\"]\n[org.{name}.group.team]\nmembers = [\"kim\"]\n"
        ));
        if self.dice.percent(30) {
            let policy = self.dice.word(
                "*: CalendarSharingFreeBusySimple;contoso.com: CalendarSharingFreeBusyReviewer, ContactsSharing",
            );
            text.push_str(&format!(
                "[org.{name}.sharing_policy.Partners]\ndomains = [\"{policy}\"]\n"
            ));
        }
        for server in 1..=servers {
            let mut table = String::new();
            if self.dice.percent(15) {
                let offset = self.dice.word("+3 min;-3 min;+12 min;-12 min");
                table.push_str(&format!("clock_offset = \"{offset}\"\n"));
            }
            if !table.is_empty() {
                text.push_str(&format!("[org.{name}.server.cas{server}]\n{table}"));
            }
            if self.dice.percent(20) {
                text.push_str(&format!(
                    "[org.{name}.server.cas{server}.autodiscover]\nws_security = false\n"
                ));
            }
        }
        self.push(text);
        if setup != "federated" && self.dice.percent(80) {
            self.walk_through(index);
        }
    }

    /// What administrators do to take part, with a slip now and then.
    fn walk_through(&mut self, index: usize) {
        let name = self.names[index];
        let steps = [
            "Get-ClientAccessServer | Get-AutodiscoverVirtualDirectory | Set-AutodiscoverVirtualDirectory -WSSecurityAuthentication $true".to_owned(),
            "iisreset".to_owned(),
            "$ski = [System.Guid]::NewGuid().ToString(\"N\")".to_owned(),
            format!("New-ExchangeCertificate -FriendlyName \"Exchange Federated Sharing\" -DomainName {name}.com -Services Federation -PrivateKeyExportable $true -SubjectKeyIdentifier $ski"),
            format!("Get-ExchangeCertificate | ?{{$_.friendlyname -eq \"Exchange Federated Sharing\"}} | New-FederationTrust -Name \"{TRUST}\""),
            format!("$proof = Get-FederatedDomainProof -DomainName {name}.com"),
            "$proof | fl".to_owned(),
            format!("Add-DnsServerResourceRecord -ZoneName {name}.com -Name \"@\" -Txt -DescriptiveText $proof.Proof"),
            format!("Set-FederatedOrganizationIdentifier -Enabled $true -DefaultDomain {name}.com -AccountNamespace {name}.com -DelegationFederationTrust \"{TRUST}\""),
            format!("$proof = Get-FederatedDomainProof -DomainName {name}.net"),
            format!("Add-DnsServerResourceRecord -ZoneName {name}.net -Name \"@\" -Txt -DescriptiveText $proof.Proof"),
            format!("Add-FederatedDomain -DomainName {name}.net"),
            "Get-FederatedOrganizationIdentifier -IncludeExtendedDomainInfo | fl".to_owned(),
            format!("Test-FederationTrust -UserIdentity kim@{name}.com -Verbose"),
        ];
        let slips = self.dice.of(&[0, 0, 0, 3, 15]);
        let mut statements = Vec::new();
        for step in steps {
            // A variable that nothing sets would not be carried out at all.
            if step.starts_with('$') && !step.contains('|') || !self.dice.percent(slips) {
                statements.push(step);
            }
            if self.dice.percent(slips) {
                statements.push(self.statement(index));
            }
        }
        for other in 0..self.names.len() {
            if other != index {
                let partner = self.names[other];
                statements.push(format!(
                    "Get-FederationInformation {partner}.com | New-OrganizationRelationship -Name {partner} -FreeBusyAccessEnabled $true -FreeBusyAccessLevel LimitedDetails"
                ));
            }
        }
        self.procedure(index, statements);
    }

    fn relationships(&mut self) {
        for one in self.names.clone() {
            for other in self.names.clone() {
                if one == other || !self.dice.percent(70) {
                    continue;
                }
                let level = self
                    .dice
                    .word("None;AvailabilityOnly;LimitedDetails;LimitedDetails");
                let mut text = format!(
                    "[relationship.\"{one} -> {other}\"]\nfree_busy_access = true\nfree_busy_level = \"{level}\"\n"
                );
                if self.dice.percent(20) {
                    text.push_str(&format!(
                        "target_sharing_epr = \"https://mail.{other}.com/EWS/Exchange.asmx/WSSecurity\"\n"
                    ));
                }
                if self.dice.percent(50) {
                    text.push_str("mail_tips_access_enabled = true\nmail_tips_access_level = \"All\"\nphotos_enabled = true\n");
                }
                self.push(text);
            }
        }
    }

    fn address(&mut self) -> String {
        let name = self.dice.of(&self.names.clone());
        let local = self.dice.word("kim;lee;user1;user2;user7");
        let ending = if self.dice.percent(85) { "com" } else { "net" };
        match (local, ending) {
            ("kim" | "lee", _) | (_, "com") => format!("{local}@{name}.com"),
            _ => format!("{local}@{name}.net"),
        }
    }

    fn sender(&mut self) -> String {
        let name = self.dice.of(&self.names.clone());
        format!("{}@{name}.com", self.dice.word("kim;lee;user1;user2"))
    }

    fn requests(&mut self) {
        for number in 0..self.dice.between(2, 5) {
            let from = self.sender();
            let asks = self.dice.word(
                "free-busy;free-busy;free-busy;mail-tips;photos;shared-calendar;delivery-reports",
            );
            let attendees = if asks == "shared-calendar" {
                1
            } else {
                self.dice.between(1, 5)
            };
            let to: Vec<String> = (0..attendees).map(|_| self.address()).collect();
            let (at, every) = (self.dice.below(BUSY_MINUTES), self.dice.between(1, 40));
            let count = self.dice.between(1, 8);
            self.push(format!(
                "[request.ask-{number}]\nat = \"+{at} min\"\nfrom = \"{from}\"\nto = {to:?}\nasks = \"{asks}\"\ncount = {count}\nevery = \"{every} min\"\n"
            ));
        }
        for number in 0..self.dice.below(4) {
            let (from, at) = (self.sender(), self.dice.below(BUSY_MINUTES));
            let to: Vec<String> = (0..self.dice.between(1, 3))
                .map(|_| self.address())
                .collect();
            let level = self
                .dice
                .word("None;AvailabilityOnly;LimitedDetails;Reviewer");
            let more = self.dice.word("contacts = true;reciprocal = true;");
            let contacts = if level == "None" {
                "contacts = true"
            } else {
                more
            };
            let opened = self.dice.between(1, 90);
            self.push(format!(
                "[invitation.share-{number}]\nat = \"+{at} min\"\nfrom = \"{from}\"\nto = {to:?}\nlevel = \"{level}\"\nopened_after = \"{opened} min\"\n{contacts}\n"
            ));
        }
        if self.dice.percent(50) {
            let name = self.dice.of(&self.names.clone());
            let subscriptions = self.dice.below(3);
            let opens = self.dice.below(3);
            self.push(format!(
                "[workload.background]\nfrom = [\"{name}\"]\nasks = \"synchronization\"\nsubscriptions = {subscriptions}\nopens = \"{opens} req/d\"\n"
            ));
        }
    }

    /// One more script: a few statements, some waits.
    fn script(&mut self) {
        let index = self.somebody();
        let mut statements = Vec::new();
        for _ in 0..self.dice.between(1, 14) {
            let statement = match self.dice.below(12) {
                0 => format!(
                    "Start-Sleep -Seconds {}",
                    self.dice.of(&[0, 1, 60, 400, 3_600])
                ),
                1 => format!("Start-Sleep -Milliseconds {}", self.dice.below(5_000)),
                _ => self.statement(index),
            };
            statements.push(statement);
        }
        self.procedure(index, statements);
    }

    /// A new certificate is staged, proofs are renewed or forgotten, the certificate is published.
    fn roll(&mut self) {
        let index = self.somebody();
        let name = self.names[index];
        let mut statements = vec![
            format!("New-ExchangeCertificate -FriendlyName Next -DomainName {name}.com -Services Federation -PrivateKeyExportable $true -SubjectKeyIdentifier ([System.Guid]::NewGuid().ToString(\"N\"))"),
            "$next = (Get-ExchangeCertificate | ?{$_.friendlyname -eq \"Next\"} | select -First 1).Thumbprint".to_owned(),
            format!("Set-FederationTrust -Identity \"{TRUST}\" -Thumbprint $next"),
            "Test-FederationTrustCertificate | fl".to_owned(),
        ];
        if self.dice.percent(70) {
            for ending in ["com", "net"] {
                statements.push(format!(
                    "Get-FederatedDomainProof -DomainName {name}.{ending} | fl"
                ));
                statements.push(format!("Add-DnsServerResourceRecord -ZoneName {name}.{ending} -Name \"@\" -Txt -DescriptiveText (Get-FederatedDomainProof -DomainName {name}.{ending} -Thumbprint $next).Proof"));
            }
        }
        let seconds = self.dice.of(&[0, 60, 1_200, 7_200]);
        statements.push(format!("Start-Sleep -Seconds {seconds}"));
        statements.push(format!(
            "Set-FederationTrust -Identity \"{TRUST}\" -PublishFederationCertificate"
        ));
        statements.push("Get-FederationTrust | fl".to_owned());
        statements.push(format!(
            "Test-FederationTrust -UserIdentity lee@{name}.com | fl"
        ));
        self.procedure(index, statements);
    }

    /// Everything is taken back, sometimes in the wrong order.
    fn tear_down(&mut self) {
        let index = self.somebody();
        let name = self.names[index];
        let mut statements = vec![
            format!("Remove-FederatedDomain -DomainName {name}.net"),
            format!("Remove-FederatedDomain -DomainName {name}.com"),
            format!("Remove-FederationTrust -Identity \"{TRUST}\""),
        ];
        if self.dice.percent(20) {
            statements.reverse();
        }
        if self.dice.percent(30) {
            statements.push(format!(
                "Get-ExchangeCertificate | select -First 1 | New-FederationTrust -Name \"{TRUST}\""
            ));
            statements.push(format!("Set-FederatedOrganizationIdentifier -Enabled $true -DefaultDomain {name}.com -AccountNamespace {name}.com"));
        }
        statements.push("Get-FederatedOrganizationIdentifier | fl".to_owned());
        self.procedure(index, statements);
    }

    /// Statements that an administrator carries out at some instant, on some server.
    fn procedure(&mut self, index: usize, statements: Vec<String>) {
        let minute = match self.dice.percent(50) {
            true => self.rush,
            false => self.dice.below(BUSY_MINUTES),
        };
        let server = 1 + self.dice.below(self.servers[index]);
        self.blocks.push(Block::Script {
            minute,
            organization: self.names[index],
            server,
            statements,
        });
    }

    /// Whose administrator it is: often the first one's, so that several meet there.
    fn somebody(&mut self) -> usize {
        match self.dice.percent(40) {
            true => 0,
            false => self.dice.below(self.names.len() as u64) as usize,
        }
    }

    /// Faults and the time line.
    fn time(&mut self) {
        for _ in 0..self.dice.below(4) {
            let at = self.dice.below(BUSY_MINUTES);
            let name = self.dice.of(&self.names.clone());
            let what = match self.dice.below(6) {
                0 => "do = \"gateway.rotate-certificate\"\n".to_owned(),
                1 => format!("do = \"organization.refresh-metadata\"\norg = \"{name}\"\n"),
                2 => format!("do = \"server.recycle\"\norg = \"{name}\"\nserver = \"cas1\"\n"),
                3 => format!("set.org.{name}.server.cas1.clock_offset = \"+7 min\"\n"),
                4 => format!("set.org.{name}.server.cas1.state = \"down\"\n"),
                _ => format!("set.dns.zone.\"{name}.com\".state = \"silent\"\n"),
            };
            self.push(format!("[[timeline]]\nat = \"+{at} min\"\n{what}"));
        }
        if self.dice.percent(30) {
            let (from, lasts) = (self.dice.below(BUSY_MINUTES), self.dice.between(1, 90));
            let state = self.dice.word("down;stalled;failing;refusing");
            self.push(format!(
                "[fault.outage]\nfrom = \"+{from} min\"\nuntil = \"+{} min\"\nset.gateway.business.state = \"{state}\"\n",
                from + lasts
            ));
        }
    }
}

/// Statements.
impl Maker {
    /// Some cmdlet of the catalog with some of its parameters.
    fn statement(&mut self, index: usize) -> String {
        if self.dice.percent(25) {
            return self.pipeline(index);
        }
        let all: Vec<&'static Cmdlet> = cmdlets().filter(|it| it.name != "Start-Sleep").collect();
        let cmdlet = self.dice.of(&all);
        let call = self.call(cmdlet, index);
        let is_shown = cmdlet.output.is_some() && cmdlet.name != "Get-Date";
        match self.dice.below(8) {
            0..=4 if is_shown => format!("{call} | fl"),
            5 if is_shown => format!("{call} | ft"),
            6 if is_shown => format!("{call} | select Name, *auth*, Domain*"),
            _ => call,
        }
    }

    fn pipeline(&mut self, index: usize) -> String {
        let name = self.names[index];
        let partner = self.dice.of(&self.names.clone());
        let flag = self.dice.word("$true;$false");
        let level = self.dice.word("None;AvailabilityOnly;LimitedDetails");
        match self.dice.below(15) {
            0 => format!("Get-OrganizationRelationship | Set-OrganizationRelationship -Enabled {flag}"),
            1 => format!("Get-OrganizationRelationship | ?{{$_.Enabled -eq {flag}}} | Set-OrganizationRelationship -FreeBusyAccessLevel {level} -FreeBusyAccessEnabled {flag}"),
            2 => "Get-OrganizationRelationship | Remove-OrganizationRelationship -Confirm:$false".to_owned(),
            3 => format!("Get-SharingPolicy | Set-SharingPolicy -Enabled {flag}"),
            4 => format!("Get-FederationInformation {partner}.com | New-OrganizationRelationship -Name again -FreeBusyAccessEnabled {flag} -FreeBusyAccessLevel {level}"),
            5 => format!("Get-FederationInformation -DomainName {partner}.com | Set-OrganizationRelationship -Identity {partner}"),
            6 => "Get-ExchangeCertificate | Set-FederationTrust -Identity \"Microsoft Federation Gateway\"".to_owned(),
            7 => "Get-FederationTrust | Set-FederationTrust -PublishFederationCertificate".to_owned(),
            8 => "Get-FederationTrust | Set-FederationTrust -RefreshMetadata".to_owned(),
            9 => format!("Get-Mailbox -Identity kim@{name}.com | Set-Mailbox -SharingPolicy $null"),
            10 => "Get-ClientAccessServer | Get-WebServicesVirtualDirectory | select *auth*".to_owned(),
            11 => format!("New-IntraOrganizationConnector -Name {partner} -DiscoveryEndpoint https://autodiscover.{partner}.com/autodiscover/autodiscover.svc -TargetAddressDomains {partner}.com; Set-IntraOrganizationConnector -Identity {partner} -Enabled {flag}"),
            12 => format!("Get-ClientAccessServer | Get-AutodiscoverVirtualDirectory | Set-AutodiscoverVirtualDirectory -WSSecurityAuthentication {flag}"),
            13 => format!("Get-OrganizationRelationship | Test-OrganizationRelationship -UserIdentity kim@{name}.com"),
            _ => format!("Set-FederatedOrganizationIdentifier -Enabled {flag}"),
        }
    }

    fn call(&mut self, cmdlet: &'static Cmdlet, index: usize) -> String {
        if let Some(record) = self.record(cmdlet, index) {
            return record;
        }
        let mut text = cmdlet.name.to_owned();
        let chosen: Vec<&Parameter> = cmdlet
            .parameters
            .iter()
            .filter(|it| it.need == Need::Required || self.dice.percent(35))
            .collect();
        for parameter in chosen {
            match parameter.kind {
                Kind::Switch => text.push_str(&format!(" -{}", parameter.name)),
                kind => {
                    let value = self.value(cmdlet, parameter, kind, index);
                    text.push_str(&format!(" -{} {value}", parameter.name));
                }
            }
        }
        if self.dice.percent(8) {
            text.push_str(" -Verbose");
        }
        if self.dice.percent(5) {
            let what = self.dice.word("Continue;SilentlyContinue;Stop");
            text.push_str(&format!(" -ErrorAction {what}"));
        }
        text
    }

    /// Records of DNS are of one kind each.
    fn record(&mut self, cmdlet: &'static Cmdlet, index: usize) -> Option<String> {
        let (zone, other) = (self.domain(index), self.dice.of(&self.names.clone()));
        let name = self
            .dice
            .word("\"@\";autodiscover;mail;_autodiscover._tcp;new");
        match cmdlet.name {
            "Add-DnsServerResourceRecord" => {
                let data = match self.dice.below(5) {
                    0 => format!(
                        "-Txt -DescriptiveText (Get-FederatedDomainProof -DomainName {zone}).Proof"
                    ),
                    1 => "-Txt -DescriptiveText \"v=spf1 -all\"".to_owned(),
                    2 => "-A -IPv4Address 192.0.2.7".to_owned(),
                    3 => format!("-CName -HostNameAlias mail.{other}.com"),
                    _ => {
                        format!("-Srv -DomainName mail.{other}.com -Port 443 -Priority 0 -Weight 0")
                    }
                };
                let life = self
                    .dice
                    .word("; -TimeToLive 00:05:00; -TimeToLive 1.00:00:00");
                Some(format!(
                    "{} -ZoneName {zone} -Name {name} {data}{life}",
                    cmdlet.name
                ))
            }
            "Remove-DnsServerResourceRecord" => {
                let kind = self.dice.word("A;CName;Srv;Txt;Txt");
                Some(format!(
                    "{} -ZoneName {zone} -Name {name} -RRType {kind}",
                    cmdlet.name
                ))
            }
            _ => None,
        }
    }

    fn domain(&mut self, index: usize) -> String {
        let own = self.names[index];
        let name = if self.dice.percent(75) {
            own
        } else {
            self.dice.of(&self.names.clone())
        };
        match self.dice.below(10) {
            0 => "nobody.example".to_owned(),
            1..=3 => format!("{name}.net"),
            _ => format!("{name}.com"),
        }
    }

    fn value(
        &mut self,
        cmdlet: &Cmdlet,
        parameter: &Parameter,
        kind: Kind,
        index: usize,
    ) -> String {
        let own = self.names[index];
        let partner = self.dice.of(&self.names.clone());
        let is_clearable =
            parameter.need == Need::Optional && !matches!(kind, Kind::Boolean | Kind::Switch);
        if is_clearable && self.dice.percent(6) {
            return "$null".to_owned();
        }
        match kind {
            Kind::Text => self.text(cmdlet, parameter, partner),
            Kind::Boolean => self.dice.word("$true;$false").to_owned(),
            Kind::Switch => unreachable!("a switch takes no value"),
            Kind::Integer => self.integer(parameter),
            Kind::Size => self.dice.word("0;1;5;Unlimited;-1").to_owned(),
            Kind::Domain => match parameter.name {
                "AccountNamespace" if self.dice.percent(10) => {
                    "a-very-long-domain-name-indeed.example".to_owned()
                }
                _ => self.domain(index),
            },
            Kind::DomainList => match self.dice.below(4) {
                0 => format!("{partner}.com, {partner}.net"),
                1 if cmdlet.verb() == "Set" => {
                    format!("@{{Add=\"{partner}.net\"; Remove=\"{partner}.com\"}}")
                }
                _ => format!("{partner}.com"),
            },
            Kind::Address if parameter.name == "ExternalEmailAddress" => self.guest(partner),
            Kind::Address => format!("kim@{own}.com"),
            Kind::Url => self.url(partner),
            Kind::Identity(of) => self.identity(of, index),
            Kind::OneOf(words) => self.dice.of(words).to_owned(),
            Kind::Date => self
                .dice
                .word("\"3/2/2026 9:00 AM\";\"3/2/2026\";\"1/1/2020\"")
                .to_owned(),
            Kind::Span => self
                .dice
                .word("00:05:00;01:00:00;-00:05:00;00:00:10")
                .to_owned(),
            Kind::SharingEntry => {
                let action = self.dice.word("CalendarSharingFreeBusySimple;CalendarSharingFreeBusyDetail;CalendarSharingFreeBusyReviewer, ContactsSharing;ContactsSharing");
                match self.dice.below(4) {
                    0 => format!("\"*: {action}\""),
                    1 => format!("\"Anonymous: {action}\""),
                    _ => format!("\"{partner}.com: {action}\""),
                }
            }
            Kind::List(kind) => {
                let count = self.dice.between(1, 2);
                let values: Vec<String> = (0..count)
                    .map(|_| {
                        self.value(
                            cmdlet,
                            &Parameter {
                                need: Need::Required,
                                ..*parameter
                            },
                            *kind,
                            index,
                        )
                    })
                    .collect();
                values.join(", ")
            }
        }
    }

    fn integer(&mut self, parameter: &Parameter) -> String {
        let numbers = match parameter.name {
            "KeySize" => "2048;4096;1024;1;-5",
            _ => "0;1;60;443",
        };
        self.dice.word(numbers).to_owned()
    }

    fn url(&mut self, partner: &str) -> String {
        match self.dice.below(5) {
            0 => format!("https://mail.{partner}.com/EWS/Exchange.asmx/WSSecurity"),
            1 => format!("https://mail.{partner}.com/EWS/Exchange.asmx"),
            2 => format!(
                "https://autodiscover.{partner}.com/autodiscover/autodiscover.svc/WSSecurity"
            ),
            3 => format!("https://nowhere.{partner}.com/autodiscover/autodiscover.svc"),
            _ => "https://nobody.example/EWS/Exchange.asmx".to_owned(),
        }
    }

    fn text(&mut self, cmdlet: &Cmdlet, parameter: &Parameter, partner: &str) -> String {
        let words = match (parameter.name, cmdlet.name) {
            ("Name", "New-FederationTrust" | "Set-FederationTrust") => {
                "\"Microsoft Federation Gateway\";Trust"
            }
            ("Name", "New-SharingPolicy" | "Set-SharingPolicy") => {
                "Partners;Friends;\"Default Sharing Policy\""
            }
            ("Identity", "Get-PartnerApplication" | "Set-PartnerApplication") => {
                "\"Exchange Online\";other"
            }
            ("LinkedAccount", _) => "\"Exchange Online-ApplicationAccount\";somebody",
            ("Source", _) => "\"MSExchange Certificate Deployment\";other",
            ("ImmutableId", _) => "x@FYDIBOHF25SPDLT.contoso.com;x",
            ("Name", _) => "contoso;fabrikam;tailspin;adatum;again;\"a name with blanks\"",
            ("FriendlyName", _) => "\"Exchange Federated Sharing\";Other;\"\"",
            ("DomainName", _) => "contoso.com;mail.contoso.com;x",
            ("SubjectKeyIdentifier", _) => "0123456789abcdef0123456789abcdef;\"\";xyz",
            ("SubjectName", _) => "\"CN=Federation\";\"CN=Federation, O=Contoso\"",
            ("User", _) => return self.user(partner),
            ("TargetApplicationUri", _) => {
                return match self.dice.below(3) {
                    0 => format!("FYDIBOHF25SPDLT.{partner}.com"),
                    1 => "nobody.example".to_owned(),
                    _ => format!("http://fydibohf25spdlt.{partner}.com/"),
                };
            }
            _ => "a;\"a b\";*;\"\";\"\u{e9}t\u{e9}\"",
        };
        self.dice.word(words).to_owned()
    }

    /// Somebody outside, of whom the address list may know already.
    fn guest(&mut self, partner: &str) -> String {
        match self.dice.below(3) {
            0 => format!("kim@{partner}.com"),
            n => format!("guest{}{n}@{partner}.com", self.dice.below(50)),
        }
    }

    fn user(&mut self, partner: &str) -> String {
        match self.dice.below(5) {
            0 => "Default".to_owned(),
            1 => "Anonymous".to_owned(),
            2 => format!("kim@{partner}.com"),
            3 => format!("user1@{partner}.com"),
            _ => "stranger@nobody.example".to_owned(),
        }
    }

    fn identity(&mut self, of: Of, index: usize) -> String {
        let own = self.names[index];
        let server = 1 + self.dice.below(self.servers[index]);
        match of {
            Of::OrganizationRelationship => match self.dice.below(6) {
                0 => "nobody".to_owned(),
                1 => "again".to_owned(),
                2 => format!("\"{}.com\"", self.dice.of(&self.names.clone())),
                _ => self.dice.of(&self.names.clone()).to_owned(),
            },
            Of::FederationTrust => match self.dice.below(5) {
                0 => "Trust".to_owned(),
                _ => format!("\"{TRUST}\""),
            },
            Of::Mailbox => format!("{}@{own}.com", self.dice.word("kim;lee;user1;user20")),
            Of::MailboxFolder => {
                let local = self.dice.word("kim;lee;user1;user20");
                let folder = self.dice.word("Calendar;Calendar;Calendar;Contacts;Inbox");
                format!("{local}@{own}.com:\\{folder}")
            }
            Of::SharingPolicy => self
                .dice
                .word("Partners;Friends;\"Default Sharing Policy\"")
                .to_owned(),
            Of::Certificate => match self.dice.below(3) {
                0 => "0123456789ABCDEF0123456789ABCDEF01234567".to_owned(),
                1 => "(Get-ExchangeCertificate | select -First 1).Thumbprint".to_owned(),
                _ => "((Get-FederationTrust).OrgPrivCertificate).Thumbprint".to_owned(),
            },
            Of::Server => format!("cas{server}"),
            Of::VirtualDirectory => match self.dice.below(3) {
                0 => format!("\"cas{server}\\EWS (Default Web Site)\""),
                1 => format!("\"cas{server}\\Autodiscover (Default Web Site)\""),
                _ => format!("\"cas{server}\""),
            },
            Of::IntraOrganizationConnector | Of::AddressSpace => {
                self.dice.word("contoso;fabrikam;again").to_owned()
            }
            Of::Group => "team".to_owned(),
        }
    }
}
