//! A trace as a log that says its fields: of IIS, or of Exchange Web Services.
//!
//! A log tells who called when, never for whose calendars: those are drawn. It knows nothing of files.
//! Invariant: a line that is no availability request of an own user is passed over, not refused.
//!
//! Source: W3C Extended Log File Format (Windows Server documentation) for IIS: fields between spaces,
//! `date` and `time` in UTC, `-` for nothing. For Exchange: logs below `Logging\Ews` of Exchange 2013
//! (15.0.1104) and 2016 (15.1.2375), fields between commas, `DateTime` in UTC.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use smallvec::SmallVec;

use crate::model::demand::TracedRequest;
use crate::model::federation::Federation;
use crate::model::organization::OrgId;
use crate::scenario::read::names::short;

use super::cells::{self, Cells};
use super::plan::{self, Plan};
use super::reader::{Read, Row};
use super::{Fault, FaultKind};

/// The fields of IIS that are looked at, and where they stand here.
const IIS: &[&str] = &[
    "date",
    "time",
    "cs-username",
    "cs-uri-stem",
    "cs-method",
    "sc-status",
];
/// How many of them have to be there.
const IIS_REQUIRED: usize = 4;

/// The fields of Exchange Web Services.
const EWS: &[&str] = &[
    "DateTime",
    "AuthenticatedUser",
    "SoapAction",
    "UserAgent",
    "HttpStatus",
];
const EWS_REQUIRED: usize = 3;

/// Where clients ask for availability.
const EWS_PATH: &str = "/ews/exchange.asmx";
const SOAP_ACTION: &str = "GetUserAvailability";
/// What a server calls itself that asks another one on somebody's behalf.
const PROXY_AGENT: &str = "ASProxy/";
/// The accounts of monitoring probes.
const PROBE_USER: &str = "healthmailbox";

/// A log, and what its last `#Fields` line said.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    fields: Option<Fields>,
    /// Organizations by name in lower case: the domains of Windows that users sign in with.
    domains: Option<BTreeMap<String, OrgId>>,
}

#[derive(Clone, Debug)]
struct Fields {
    writer: Writer,
    /// Where each of the known fields stands.
    places: SmallVec<[Option<usize>; 6]>,
    /// How many fields there are.
    width: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writer {
    Iis,
    Ews,
}

impl Writer {
    const fn known(self) -> (&'static [&'static str], usize) {
        match self {
            Writer::Iis => (IIS, IIS_REQUIRED),
            Writer::Ews => (EWS, EWS_REQUIRED),
        }
    }
}

/// What a line says: a cell for each known field.
struct Entry<'a> {
    line: &'a str,
    cells: Cells,
    fields: &'a Fields,
}

impl Entry<'_> {
    /// A field's text with its place; blank if there is none.
    fn field(&self, name: &str) -> (Cow<'_, str>, Range<usize>) {
        let (known, _) = self.fields.writer.known();
        let known = known.iter().position(|known| *known == name);
        let cell = known
            .and_then(|known| self.fields.places[known])
            .and_then(|place| self.cells.get(place));
        match cell {
            Some(cell) => (cell.text(self.line), cell.range.clone()),
            None => (Cow::Borrowed(""), 0..self.line.len()),
        }
    }

    /// Whether a client of the own organization asks for availability, as far as the log tells.
    fn is_request(&self) -> bool {
        let is = |name, word: &str| self.field(name).0.eq_ignore_ascii_case(word);
        let is_or_blank = |name, word| is(name, word) || self.field(name).0.is_empty();
        match self.fields.writer {
            Writer::Iis => {
                is("cs-uri-stem", EWS_PATH)
                    && is_or_blank("cs-method", "POST")
                    && !is("sc-status", "401")
            }
            Writer::Ews => {
                let agent = self.field("UserAgent").0;
                is("SoapAction", SOAP_ACTION)
                    && !agent.starts_with(PROXY_AGENT)
                    && !is("HttpStatus", "401")
            }
        }
    }
}

impl Log {
    /// Reads a line.
    pub(super) fn read(
        &mut self,
        plan: &Plan,
        federation: &Federation,
        line: &str,
    ) -> Result<Read, Fault> {
        if line.trim().is_empty() {
            return Ok(Read::Nothing);
        }
        if let Some(fields) = line.strip_prefix("#Fields:") {
            let from = line.len() - fields.len();
            self.fields = Some(read_fields(line, from)?);
            return Ok(Read::Nothing);
        }
        // Exchange writes the names once more, as the first line of a table.
        if line.starts_with("DateTime,") {
            self.fields = Some(read_fields(line, 0)?);
            return Ok(Read::Nothing);
        }
        if line.starts_with('#') {
            return Ok(Read::Nothing);
        }
        let Some(fields) = &self.fields else {
            let message = "there is no `#Fields:` line before the first entry";
            return Err(Fault::header(0..line.len(), message)
                .help("it says which field stands where; take the log as the server wrote it"));
        };
        let cells = match fields.writer {
            Writer::Iis => cells::split_at_spaces(line),
            // What stands behind the last known field is not always written as a table should be.
            Writer::Ews => {
                let last = fields.places.iter().flatten().max();
                cells::split(line, last.map_or(0, |last| last + 1))?
            }
        };
        let is_whole = match fields.writer {
            Writer::Iis => cells.len() == fields.width,
            Writer::Ews => fields.places.iter().flatten().all(|&at| at < cells.len()),
        };
        if !is_whole {
            let (have, width) = (cells.len(), fields.width);
            let message = format!("the line has {have} fields, and `#Fields:` names {width}");
            return Err(Fault::bad(0..line.len(), message)
                .help("the line was cut, or the fields were changed without a `#Fields:` line"));
        }
        let entry = Entry {
            line,
            cells,
            fields,
        };
        let user = match fields.writer {
            Writer::Iis => entry.field("cs-username"),
            Writer::Ews => entry.field("AuthenticatedUser"),
        };
        if !entry.is_request() || !is_person(&user.0) {
            return Ok(Read::PassedOver);
        }
        let (at, time) = instant(plan, &entry)?;
        let domains = self.domains.get_or_insert_with(|| by_name(federation));
        let address = address(plan, federation, domains, &user.0, user.1.clone())?;
        let user = plan::user(federation, &address, user.1)?;
        Ok(Read::Row(Row {
            time,
            request: TracedRequest {
                at,
                requester: user.organization,
                from: user.address,
                mailbox: user.mailbox,
                to: SmallVec::new(),
                window: None,
                view: None,
                interval: None,
                server: None,
            },
        }))
    }
}

/// Where the fields of a line that names them stand.
fn read_fields(line: &str, from: usize) -> Result<Fields, Fault> {
    let names = &line[from..];
    let (writer, names): (Writer, Vec<&str>) = if names.contains(',') {
        (Writer::Ews, names.split(',').map(str::trim).collect())
    } else {
        (Writer::Iis, names.split_whitespace().collect())
    };
    let (known, required) = writer.known();
    let place = |known: &&str| {
        names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(known))
    };
    let places: SmallVec<[Option<usize>; 6]> = known.iter().map(place).collect();
    let mut needed = known.iter().zip(&places).take(required);
    if let Some((name, _)) = needed.find(|(_, place)| place.is_none()) {
        let message = format!("the log has no field `{name}`");
        let help = match writer {
            Writer::Iis => "switch it on in IIS Manager (Logging, Select Fields) and record again",
            Writer::Ews => "take a log of `Logging\\Ews` as Exchange wrote it",
        };
        return Err(Fault {
            kind: FaultKind::Header,
            ..Fault::header(from..line.len(), message).help(help)
        });
    }
    Ok(Fields {
        writer,
        places,
        width: names.len(),
    })
}

/// When an entry was written, and where it says so.
fn instant(
    plan: &Plan,
    entry: &Entry<'_>,
) -> Result<(crate::engine::Instant, Range<usize>), Fault> {
    match entry.fields.writer {
        Writer::Iis => {
            let ((date, from), (time, until)) = (entry.field("date"), entry.field("time"));
            let range = from.start.min(until.start)..from.end.max(until.end);
            let at = plan.instant(&format!("{date}T{time}Z"), range.clone())?;
            Ok((at, range))
        }
        Writer::Ews => {
            let (at, range) = entry.field("DateTime");
            Ok((plan.instant(&at, range.clone())?, range))
        }
    }
}

/// Whether a name is that of a person, not of nobody, a computer or a probe.
fn is_person(user: &str) -> bool {
    let account = user.rsplit_once('\\').map_or(user, |(_, account)| account);
    let is_probe = account
        .get(..PROBE_USER.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(PROBE_USER));
    !account.is_empty() && account != "-" && !account.ends_with('$') && !is_probe
}

/// The address of a user: what the table of users says; else a name with an `@` is one; else
/// `DOMAIN\user` is a user of the organization of that name, in its first domain.
///
/// Assumed: no log tells addresses, and names of accounts differ from them as they please.
fn address<'a>(
    plan: &'a Plan,
    federation: &Federation,
    domains: &BTreeMap<String, OrgId>,
    user: &'a str,
    range: Range<usize>,
) -> Result<Cow<'a, str>, Fault> {
    let folded = user.to_ascii_lowercase();
    if let Some(address) = plan.users.get(&folded) {
        return Ok(Cow::Borrowed(address));
    }
    if user.contains('@') {
        return Ok(Cow::Borrowed(user));
    }
    let found = folded
        .split_once('\\')
        .and_then(|(domain, account)| Some((domains.get(domain)?, account)));
    match found {
        Some((&organization, account)) => {
            let row = federation.organizations.original(organization);
            let domain = federation.names.text(row.accepted_domains[0].domain);
            Ok(Cow::Owned(format!("{account}@{domain}")))
        }
        None => {
            let message = format!("nothing tells the address of `{}`", short(user));
            Err(Fault::unknown(range, message).help(
                "name a table of `user,address` as `users`, or an organization like the domain",
            ))
        }
    }
}

fn by_name(federation: &Federation) -> BTreeMap<String, OrgId> {
    let ids = federation.organizations.ids();
    let named = ids.map(|id| {
        let name = &federation.organizations.original(id).name;
        (name.to_ascii_lowercase(), id)
    });
    named.collect()
}
