//! The shell: where a cmdlet finds its parameters, the world, and somewhere to speak.
//!
//! It knows no cmdlet. Invariant: everything a cmdlet learns or changes goes through the console.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::cmdlet::catalog::Cmdlet;
use crate::cmdlet::language::syntax::Script;
use crate::cmdlet::output::ErrorRecord;
use crate::cmdlet::value::{Object, Value};
use crate::engine::hash::NameHash;
use crate::engine::id::Id;
use crate::engine::{Instant, Offset};
use crate::model::address::{Address, LocalPart, Url, UrlPath};
use crate::model::administration::{Console, Errand, ErrandReply};
use crate::model::names::NameId;
use crate::model::organization::{OrgId, Organization, Server, ServerId};
use crate::model::outcome::Failure;
use crate::model::revised::Revised;
use crate::model::trust::USUAL_TRUST_NAME;
use crate::model::{Federation, directory::MailboxKey};

/// What a cmdlet comes to: objects, or the record of an error.
pub(super) type Outcome = Result<Vec<Object>, ErrorRecord>;

/// The shell of one script.
pub(in crate::cmdlet) struct Shell<'v> {
    pub console: Rc<Console<'v>>,
    /// How far the clock on the wall is ahead of UTC where the organization works.
    pub zone: Offset,
    /// What each object that is shown carries.
    runspace: String,
    /// What the present cmdlet has warned of.
    warnings: RefCell<Vec<String>>,
    /// The steps that it has told, if it was asked to.
    steps: RefCell<Vec<String>>,
    /// What is carried out.
    pub script: Arc<Script>,
}

impl<'v> Shell<'v> {
    /// A shell at a console.
    pub fn new(console: Rc<Console<'v>>, zone: Offset, script: Arc<Script>) -> Shell<'v> {
        let runspace = guid(console.draw());
        Shell {
            console,
            zone,
            runspace,
            warnings: RefCell::default(),
            steps: RefCell::default(),
            script,
        }
    }

    /// Before a cmdlet: nothing has been said.
    pub fn begin(&self) {
        self.warnings.take();
        self.steps.take();
    }

    /// What the cmdlet has warned of, and the steps that it has told.
    pub fn take_said(&self) -> (Vec<String>, Vec<String>) {
        (self.warnings.take(), self.steps.take())
    }

    pub fn warn(&self, text: impl Into<String>) {
        self.warnings.borrow_mut().push(text.into());
    }

    /// Tells a step, which is shown if `-Verbose` was asked for.
    pub fn tell(&self, text: impl Into<String>) {
        self.steps.borrow_mut().push(text.into());
    }

    pub fn federation(&self) -> &'v Federation {
        self.console.federation()
    }

    pub fn now(&self) -> Instant {
        self.console.now()
    }

    pub fn organization_id(&self) -> OrgId {
        self.console.organization_id()
    }

    pub fn organization(&self) -> &'v Organization {
        self.console.organization()
    }

    /// The server on which the shell runs, as it is now.
    pub fn own_server(&self) -> &'v Server {
        self.federation()
            .servers
            .at(self.console.server(), self.now())
    }

    /// The text of a name.
    pub fn text(&self, name: NameId) -> &'v str {
        self.federation().names.text(name)
    }

    /// An object that begins with the identifier of the shell's session.
    pub fn object(&self, type_name: &'static str) -> Object {
        Object::new(type_name).with("RunspaceId", self.runspace.as_str())
    }

    /// The name, interned.
    pub fn intern(&self, text: &str) -> NameId {
        match self.federation().names.find(text) {
            Some(known) => known,
            None => self.console.change(|federation, _| federation.intern(text)),
        }
    }

    /// An SMTP address, in the directory's own form.
    pub fn address(&self, text: &str) -> Option<Address> {
        let (local, domain) = text.rsplit_once('@')?;
        let domain = self.intern(domain);
        let owner = self.federation().index.domain_owners.get(&domain).copied();
        let described = owner.map_or(0, |owner| {
            let organization = self.federation().organizations.original(owner);
            let first = organization.accepted_domains.first();
            match first.is_some_and(|first| first.domain == domain) {
                true => organization.described_mailboxes,
                false => 0,
            }
        });
        let digits = local
            .strip_prefix("user")
            .filter(|digits| !digits.starts_with('0'));
        let number = digits.and_then(|digits| digits.parse::<u32>().ok());
        let local = match number.filter(|number| (1..=described).contains(number)) {
            Some(number) => LocalPart::Numbered(number),
            None => LocalPart::Named(self.intern(local)),
        };
        Some(Address { domain, local })
    }

    /// A URL; none if the text is blank.
    pub fn url(&self, text: &str) -> Option<Url> {
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = host.split(':').next().unwrap_or(host);
        (!host.is_empty()).then(|| Url {
            host: self.intern(host),
            path: UrlPath::read(path),
        })
    }

    /// A mailbox of the organization that goes by this identity: an address, or a name.
    pub fn mailbox(&self, identity: &str) -> Option<MailboxKey> {
        use crate::model::directory::Recipient;
        let federation = self.federation();
        let own = self.organization_id();
        if identity.contains('@') {
            let address = self.address(identity)?;
            return match self.federation().recipient(own, address)? {
                Recipient::Mailbox(key) => Some(key),
                _ => None,
            };
        }
        let mut declared = federation.mailboxes.ids().filter(|&id| {
            let row = federation.mailboxes.original(id);
            row.organization == own && row.name.eq_ignore_ascii_case(identity)
        });
        if let Some(found) = declared.next() {
            return Some(MailboxKey::Declared(found));
        }
        let domain = self.organization().accepted_domains.first()?.domain;
        let address = format!("{identity}@{}", self.text(domain));
        match federation.recipient(own, self.address(&address)?)? {
            Recipient::Mailbox(key) => Some(key),
            _ => None,
        }
    }

    /// A server of the organization by its name.
    pub fn server(&self, name: &str) -> Option<ServerId> {
        let federation = self.federation();
        let mut own = self.organization().servers.iter().copied();
        own.find(|&id| {
            let known = &federation.servers.original(id).name;
            name.eq_ignore_ascii_case(known)
                || name
                    .split_once('.')
                    .is_some_and(|(host, _)| host.eq_ignore_ascii_case(known))
        })
    }

    /// Sends an errand, and waits as long as calls over HTTP wait.
    pub async fn ask(&self, errand: Errand) -> Result<ErrandReply, Failure> {
        let patience = self.federation().parameters.http_timeout;
        self.console.ask(errand, patience).await
    }

    /// The name of the Active Directory object of the organization.
    pub fn distinguished_name(&self, path: &[&str]) -> String {
        let organization = self.organization();
        let forest = organization.accepted_domains.first();
        let forest = forest.map_or("", |domain| self.text(domain.domain));
        let parts = path.iter().map(|part| format!("CN={part}"));
        let above = ["Microsoft Exchange", "Services", "Configuration"];
        let name = organization.name.to_string();
        let above = [name.as_str()].into_iter().chain(above);
        let above: Vec<String> = above.map(|part| format!("CN={part}")).collect();
        let forest = forest.split('.').map(|part| format!("DC={part}"));
        let all: Vec<String> = parts.chain(above).chain(forest).collect();
        all.join(",")
    }

    /// Where a federation trust of the usual name lies after it was deleted.
    pub fn deleted_trust(&self) -> String {
        let forest = self.organization().accepted_domains.first();
        let forest = forest.map_or("", |domain| self.text(domain.domain));
        format!("{forest}/Configuration/Deleted Objects/{USUAL_TRUST_NAME}")
    }

    /// The properties that every object of Active Directory ends with.
    pub fn with_directory_properties(
        &self,
        object: Object,
        directory: &DirectoryObject<'_>,
    ) -> Object {
        let when = |at: Instant| Value::Date(at);
        let class = Value::texts(["top", directory.class]);
        let forest = self.organization().accepted_domains.first();
        let forest = forest.map_or("", |domain| self.text(domain.domain));
        object
            .with("IsValid", true)
            .with("ExchangeVersion", "0.10 (14.0.100.0)")
            .with("Name", directory.name)
            .with("DistinguishedName", self.distinguished_name(directory.path))
            .with("Guid", guid_of(directory.hash))
            .with(
                "ObjectCategory",
                format!("{forest}/Configuration/Schema/{}", directory.category),
            )
            .with("ObjectClass", class)
            .with("WhenChanged", when(directory.changed))
            .with("WhenCreated", when(directory.created))
            .with("WhenChangedUTC", when(directory.changed))
            .with("WhenCreatedUTC", when(directory.created))
            .with("OrganizationId", Value::Null)
            .with("OriginatingServer", format!("dc1.{forest}"))
            .with("ObjectState", "Unchanged")
    }

    /// An error of a cmdlet.
    pub fn error(
        &self,
        cmdlet: &Cmdlet,
        category: &'static str,
        exception: &'static str,
        message: impl Into<String>,
    ) -> ErrorRecord {
        let message = message.into();
        ErrorRecord::of(cmdlet, exception, exception, message)
            .category(category)
            .computer(&self.computer())
    }

    /// The name of the computer that the shell runs on.
    pub fn computer(&self) -> String {
        let organization = self.organization();
        let forest = organization.accepted_domains.first();
        let forest = forest.map_or("", |domain| self.text(domain.domain));
        format!("{}.{forest}", self.own_server().name)
    }
}

/// What is known of an object of Active Directory beside what it says.
pub(super) struct DirectoryObject<'a> {
    pub name: &'a str,
    /// Its place, from itself up to the organization.
    pub path: &'a [&'a str],
    pub class: &'static str,
    pub category: &'static str,
    pub hash: NameHash,
    pub created: Instant,
    pub changed: Instant,
}

/// When an object was created and last changed: as far as the run knows, else a year before it began.
pub(super) fn history<I: Id, T>(
    table: &Revised<I, T>,
    id: I,
    start: Instant,
    now: Instant,
) -> (Instant, Instant) {
    let before = start - crate::engine::Span::from_days(365);
    let mut seen = table.changes(id).filter(|at| *at <= now);
    let is_new = table.added_ids().any(|added| added == id);
    let first = seen.next();
    let created = match first {
        Some(at) if is_new => at,
        _ => before,
    };
    (created, seen.last().or(first).unwrap_or(created))
}

/// An identifier of 128 bits, as the shell writes it.
pub(super) fn guid(bits: [u64; 2]) -> String {
    let [high, low] = bits;
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0x0fff,
        0x8000 | ((low >> 48) & 0x3fff),
        low & 0xffff_ffff_ffff
    )
}

/// The identifier of an object, by its stable hash.
pub(super) fn guid_of(hash: NameHash) -> String {
    guid([hash.with(0x6775_6964).0, hash.with(0x6469_7567).0])
}
