//! Where a value was set: the value of a key of the scenario at an instant, and who gave it.
//!
//! It knows no cause. Invariant: the last one that set a value before the instant is named: a cmdlet, a
//! fault that was going on, the time line, the file, the command line, or the default.

use crate::engine::Instant;
use crate::model::Federation;
use crate::model::administration::TranscriptEntry;
use crate::model::organization::OrgId;
use crate::scenario::read::path_text;
use crate::scenario::show::value_text;
use crate::scenario::{Entry, Location, Origin, Table, Value};

use super::subject::Prepared;

/// A value of the scenario, and where it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The key's path, such as `relationship."fabrikam -> contoso".enabled`.
    pub key: String,
    /// The value as it would stand in a file; none: a cmdlet set it, and the scenario does not say it.
    pub value: Option<String>,
    /// Who set it.
    pub set_by: SetBy,
}

impl Setting {
    /// Whether somebody has set it: it is not a default, and does not follow from other values.
    pub fn is_set(&self) -> bool {
        !matches!(self.set_by, SetBy::Default(_) | SetBy::Derived(_))
    }
}

/// Who set a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// It stands in a file, in this line.
    File(String, usize),
    /// It was given as `--set`.
    CommandLine,
    /// Nobody: it is the default, which rests on this kind of evidence.
    Default(&'static str),
    /// It follows from other values; how.
    Derived(String),
    /// An entry of the time line, in this line of this file, at this instant.
    TimeLine(String, usize, Instant),
    /// A fault that was going on, by name, in this line of this file.
    Fault(String, String, usize),
    /// A statement of an administrator's script.
    Statement {
        /// The script.
        script: String,
        /// The line of the script.
        line: u32,
        /// When it had been carried out.
        at: Instant,
        /// The statement.
        text: String,
    },
}

/// What is looked at to find out where a value was set.
#[derive(Clone, Copy, Debug)]
pub struct Records<'a> {
    /// The scenario.
    pub prepared: &'a Prepared,
    /// The federation with what changed in the run.
    pub federation: &'a Federation,
    /// What administrators did.
    pub transcript: &'a [TranscriptEntry],
}

impl Records<'_> {
    /// The value of a key at an instant; none if nothing is set there, and no default stands for it.
    pub fn setting(&self, path: &[String], at: Instant) -> Option<Setting> {
        let key = path_text(path.iter().map(String::as_str));
        let base = entry(&self.prepared.compiled.effective, path);
        let mut found = base.map(|entry| (entry, self.of_origin(&entry.origin)));
        if let Some((entry, by)) = self.of_time_line(path, at) {
            found = Some((entry, by));
        }
        if let Some((entry, by)) = self.of_fault(path, at) {
            found = Some((entry, by));
        }
        if let Some(by) = self.of_statement(path, at) {
            return Some(Setting {
                key,
                value: None,
                set_by: by,
            });
        }
        let (entry, set_by) = found?;
        Some(Setting {
            key,
            value: Some(value_text(&entry.value)?),
            set_by,
        })
    }

    /// The file and the line of a place.
    fn file_and_line(&self, place: Location) -> (String, usize) {
        let texts = self.prepared.document.findings();
        let name = texts.source(place).map_or("", |source| &source.name);
        (name.to_owned(), texts.line_and_column(place).0)
    }

    /// The file and the line of an entry.
    fn place(&self, entry: &Entry) -> (String, usize) {
        let place = entry.origin.location();
        place.map_or((String::new(), 0), |place| self.file_and_line(place))
    }

    fn of_origin(&self, origin: &Origin) -> SetBy {
        match origin {
            Origin::File(place) => {
                let (name, line) = self.file_and_line(*place);
                // What was put behind the scenario's text stands in no file.
                match line > self.prepared.lines && !place.source.is_side_file() {
                    true => SetBy::Derived("the request that is asked to find out".to_owned()),
                    false => SetBy::File(name, line),
                }
            }
            Origin::CommandLine(_) => SetBy::CommandLine,
            Origin::Default { source } => SetBy::Default(source.tag()),
            Origin::Derived(why) => SetBy::Derived(why.clone()),
        }
    }

    fn of_time_line(&self, path: &[String], at: Instant) -> Option<(&Entry, SetBy)> {
        let entries = self.prepared.document.tables.tables("timeline");
        let sets = entries.filter_map(|row| {
            let when = row.instant("at");
            let entry = entry(row.optional_table("set")?, path)?;
            (when <= at).then_some((when, entry))
        });
        let (when, entry) = sets.max_by_key(|(when, _)| *when)?;
        let (file, line) = self.place(entry);
        Some((entry, SetBy::TimeLine(file, line, when)))
    }

    /// A fault that recurs or happens at random is taken to be going on from its first begin.
    fn of_fault(&self, path: &[String], at: Instant) -> Option<(&Entry, SetBy)> {
        let faults = self.prepared.document.tables.named("fault");
        let mut going_on = faults.filter_map(|(name, row)| {
            let entry = entry(row.table("set"), path)?;
            let from = row.optional_instant("from");
            let recurs = row.optional_span("every").is_some();
            let until = row.optional_instant("until").filter(|_| !recurs);
            let holds = from.is_none_or(|from| from <= at) && until.is_none_or(|until| at < until);
            holds.then_some((name, entry))
        });
        let (name, entry) = going_on.next()?;
        let (file, line) = self.place(entry);
        Some((entry, SetBy::Fault(name.to_owned(), file, line)))
    }

    /// The last statement that changed the object before the instant, if its text speaks of the value.
    fn of_statement(&self, path: &[String], at: Instant) -> Option<SetBy> {
        let (owner, changes) = self.changes(path)?;
        let changes: Vec<Instant> = changes.into_iter().filter(|change| *change <= at).collect();
        let words = words_of(path.last()?);
        let entry = self.transcript.iter().rev().find(|entry| {
            let script = &self.federation.scripts[entry.script];
            let made_it = |change: &Instant| (entry.started..=entry.ended).contains(change);
            let statement = entry.statement.to_ascii_lowercase();
            script.identity.requester == owner
                && entry.ended <= at
                && changes.iter().any(made_it)
                && words.iter().any(|word| statement.contains(word))
        })?;
        Some(SetBy::Statement {
            script: self.federation.scripts[entry.script].name.to_string(),
            line: entry.line,
            at: entry.ended,
            text: entry.statement.to_string(),
        })
    }

    /// The organization whose administrators change the object of a key, and when it changed.
    fn changes(&self, path: &[String]) -> Option<(OrgId, Vec<Instant>)> {
        let federation = self.federation;
        let organizations = &federation.organizations;
        let organization = |name: &str| {
            let mut ids = organizations.ids();
            ids.find(|id| *organizations.original(*id).name == *name)
        };
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match path[..] {
            ["relationship", name, ..] => {
                let all = &federation.relationships;
                let id = all.ids().find(|id| *all.original(*id).name == *name)?;
                let changes = all.changes(id).collect();
                Some((all.original(id).organization, changes))
            }
            ["org", name, "mailbox", mailbox, ..] => {
                let owner = organization(name)?;
                let all = &federation.mailboxes;
                let id = all.ids().find(|id| {
                    let row = all.original(*id);
                    row.organization == owner && *row.name == *mailbox
                })?;
                Some((owner, all.changes(id).collect()))
            }
            ["org", name, "server", server, ..] => {
                let owner = organization(name)?;
                let all = &federation.servers;
                let own = organizations.original(owner).servers.iter().copied();
                let id = own
                    .into_iter()
                    .find(|id| *all.original(*id).name == *server)?;
                Some((owner, all.changes(id).collect()))
            }
            ["org", name, ..] => {
                let owner = organization(name)?;
                Some((owner, organizations.changes(owner).collect()))
            }
            _ => None,
        }
    }
}

/// The entry at a path below a table.
fn entry<'t>(table: &'t Table, path: &[String]) -> Option<&'t Entry> {
    let (first, rest) = path.split_first()?;
    let entry = table.get(first)?;
    match (&entry.value, rest) {
        (_, []) => Some(entry),
        (Value::Table(below), rest) => self::entry(below, rest),
        _ => None,
    }
}

/// Words of cmdlets that speak of a key.
fn words_of(key: &str) -> Vec<String> {
    let known: &[&str] = match key {
        "free_busy_access" => &["freebusyaccessenabled"],
        "free_busy_level" => &["freebusyaccesslevel"],
        "free_busy_scope" => &["freebusyaccessscope"],
        "mail_tips_access" => &["mailtipsaccessenabled"],
        "mail_tips_level" => &["mailtipsaccesslevel"],
        "photos" => &["photosenabled"],
        "delivery_reports" => &["deliveryreportenabled"],
        "archive_access" => &["archiveaccessenabled"],
        "domains" => &["domainnames", "new-", "targetaddressdomains"],
        "exists" => &["new-", "remove-", "set-federatedorganizationidentifier"],
        "calendar_default" => &["mailboxfolderpermission"],
        "ws_security" => &["wssecurityauthentication"],
        "clock_offset" => &["set-date"],
        "metadata_refreshed" | "token_issuer_certificate" => &["refreshmetadata"],
        "organization_certificate" => &["publishfederationcertificate", "new-federationtrust"],
        "next_certificate" => &["set-federationtrust"],
        "registered_domains" | "registered" => &["federateddomain", "federatedorganization"],
        _ => &[],
    };
    match known {
        [] => vec![key.replace('_', "")],
        known => known.iter().map(|word| (*word).to_owned()).collect(),
    }
}
