//! How a trace is read, and what its cells mean in a federation.
//!
//! It knows nothing of files and lines. Invariant: a name is looked up and never added, so that a trace
//! full of strangers costs no memory.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::engine::{Instant, Offset, Span};
use crate::model::address::{Address, LocalPart};
use crate::model::directory::{MailboxKey, Recipient};
use crate::model::federation::Federation;
use crate::model::organization::{OrgId, ServerId};
use crate::model::outcome::View;
use crate::scenario::instants::Clock;
use crate::scenario::quantity;
use crate::scenario::read::names;

use super::{Fault, FaultKind};

/// How a trace is read.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The form of the file.
    pub form: Form,
    /// What instants are read against: the start of the run, and the zone of local times.
    pub clock: Clock,
    /// What is added to each of them.
    pub shift: Offset,
    /// How much earlier than one before it a row may be.
    pub reorder_within: Span,
    /// What becomes of a row that cannot be read.
    pub bad_row: BadRow,
    /// What becomes of a row with an unknown address.
    pub unknown_address: UnknownAddress,
    /// The length of the window where a row with attendees does not say it.
    pub window: Span,
    /// The form of the answer where it does not say it.
    pub view: View,
    /// The interval where it does not say it.
    pub interval: Span,
    /// Whether attendees are drawn for rows that name none.
    pub draws: bool,
    /// The addresses of users of a log, by the names that it writes, in lower case.
    pub users: BTreeMap<String, String>,
    /// The run: rows outside it are not sent.
    pub run: Range<Instant>,
}

/// The form of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A table: a header and rows of cells between commas.
    Table,
    /// A log that says its fields.
    Log,
}

/// What becomes of a row that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadRow {
    /// The trace is refused.
    Stop,
    /// It is left out and counted.
    Skip,
}

/// What becomes of a row with an unknown address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownAddress {
    /// The trace is refused.
    Stop,
    /// The row is left out and counted.
    Skip,
    /// An unknown attendee alone is left out and counted; the row if nobody is left of it.
    SkipAddress,
}

/// An organization's user.
#[derive(Clone, Copy, Debug)]
pub(super) struct User {
    pub organization: OrgId,
    pub address: Address,
    pub mailbox: MailboxKey,
}

impl Plan {
    /// Whether a trouble makes the whole trace useless.
    pub fn stops_at(&self, fault: &Fault) -> bool {
        match fault.kind {
            FaultKind::Header => true,
            FaultKind::Bad => self.bad_row == BadRow::Stop,
            FaultKind::Unknown => self.unknown_address == UnknownAddress::Stop,
        }
    }

    /// The instant of a row, moved as the trace is.
    pub(super) fn instant(&self, text: &str, range: Range<usize>) -> Result<Instant, Fault> {
        let at = match self.clock.instant(text) {
            Ok(at) => at,
            Err(error) => {
                let fault = Fault::bad(range, error.message).code(error.code);
                return Err(fault.help(error.help));
            }
        };
        let moved = i128::from(at.nanoseconds()) + i128::from(self.shift.nanoseconds());
        match u64::try_from(moved) {
            Ok(moved) => Ok(Instant::from_nanoseconds(moved)),
            Err(_) => {
                let message = format!("`{text}`, moved by `shift`, is out of range");
                Err(Fault::bad(range, message).code("out-of-range"))
            }
        }
    }

    /// A span that is not zero, and at most so long.
    pub(super) fn span(text: &str, max: Span, range: Range<usize>) -> Result<Span, Fault> {
        match quantity::span(text) {
            Ok(span) if span > Span::ZERO && span <= max => Ok(span),
            Ok(_) => {
                let message = format!("`{}` is out of range", names::short(text));
                let fault = Fault::bad(range, message).code("out-of-range");
                Err(fault.help(format!("write more than nothing, and at most {max}")))
            }
            Err(error) => Err(Fault::bad(range, error.message)
                .code(error.code)
                .help(error.help)),
        }
    }

    /// The form of an answer.
    pub(super) fn view(text: &str, range: Range<usize>) -> Result<View, Fault> {
        View::from_word(text).ok_or_else(|| {
            let words: Vec<String> = View::ALL.iter().map(|view| format!("`{view}`")).collect();
            Fault::bad(range, format!("`{}` is no view", names::short(text)))
                .code("bad-value")
                .help(format!("values: {}", words.join(", ")))
        })
    }
}

/// The server of an organization.
pub(super) fn server(
    federation: &Federation,
    organization: OrgId,
    name: &str,
    range: Range<usize>,
) -> Result<ServerId, Fault> {
    let row = federation.organizations.original(organization);
    let mut servers = row.servers.iter().copied();
    let found = servers.find(|&id| &*federation.servers.original(id).name == name);
    found.ok_or_else(|| {
        let name = names::short(name);
        Fault::bad(range, format!("`{}` has no server `{name}`", row.name)).code("unknown-name")
    })
}

/// Whose address it is that asks.
pub(super) fn user(
    federation: &Federation,
    text: &str,
    range: Range<usize>,
) -> Result<User, Fault> {
    let found = address(federation, text, &range)?;
    let organization = owner(federation, found, text, &range)?;
    match federation.recipient(organization, found) {
        Some(Recipient::Mailbox(mailbox)) => Ok(User {
            organization,
            address: found,
            mailbox,
        }),
        _ => Err(nobody(federation, organization, text, range)),
    }
}

/// The address of an attendee: one that the requester's directory knows, or a recipient of another
/// organization.
pub(super) fn attendee(
    federation: &Federation,
    requester: OrgId,
    text: &str,
    range: Range<usize>,
) -> Result<Address, Fault> {
    let found = address(federation, text, &range)?;
    if federation.recipient(requester, found).is_some() {
        return Ok(found);
    }
    let organization = owner(federation, found, text, &range)?;
    match federation.recipient(organization, found) {
        Some(_) => Ok(found),
        None => Err(nobody(federation, organization, text, range)),
    }
}

/// An address whose parts are known.
fn address(federation: &Federation, text: &str, range: &Range<usize>) -> Result<Address, Fault> {
    let normal = names::address(text).map_err(|refusal| {
        Fault::bad(range.clone(), refusal.message)
            .code("bad-name")
            .help(refusal.help)
    })?;
    let (local, domain) = normal.rsplit_once('@').expect("an address has an @");
    let Some(domain) = federation.names.find(domain) else {
        return Err(no_domain(domain, range));
    };
    if let Some(&owner) = federation.index.domain_owners.get(&domain)
        && let Some(number) = number(local)
    {
        let local = LocalPart::Numbered(number);
        let described = Address { domain, local };
        let row = federation.organizations.original(owner);
        if row.accepted_domains[0].domain == domain
            && (1..=row.described_mailboxes).contains(&number)
        {
            return Ok(described);
        }
    }
    match federation.names.find(local) {
        Some(local) => Ok(Address {
            domain,
            local: LocalPart::Named(local),
        }),
        None if federation.index.domain_owners.contains_key(&domain) => {
            Err(no_mailbox(text, range.clone()))
        }
        None => Err(no_domain(federation.names.text(domain), range)),
    }
}

/// The number of a mailbox that its organization describes by a number.
fn number(local: &str) -> Option<u32> {
    let digits = local.strip_prefix("user")?;
    let is_plain = !digits.starts_with(['0', '+']);
    digits.parse().ok().filter(|_| is_plain)
}

/// The organization whose domain it is.
fn owner(
    federation: &Federation,
    address: Address,
    text: &str,
    range: &Range<usize>,
) -> Result<OrgId, Fault> {
    let owner = federation.index.domain_owners.get(&address.domain).copied();
    owner.ok_or_else(|| {
        let domain = text.rsplit_once('@').map_or(text, |(_, domain)| domain);
        no_domain(domain, range)
    })
}

fn no_domain(domain: &str, range: &Range<usize>) -> Fault {
    let domain = names::short(domain);
    let message = format!("`{domain}` is a domain of no organization");
    Fault::unknown(range.clone(), message)
}

fn no_mailbox(text: &str, range: Range<usize>) -> Fault {
    Fault::unknown(
        range,
        format!("there is no mailbox `{}`", names::short(text)),
    )
}

fn nobody(federation: &Federation, owner: OrgId, text: &str, range: Range<usize>) -> Fault {
    let owner = &federation.organizations.original(owner).name;
    let text = names::short(text);
    Fault::unknown(range, format!("`{owner}` has no mailbox `{text}`"))
}
