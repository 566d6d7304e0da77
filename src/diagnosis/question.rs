//! What is asked about a scenario: a request by its identity, or by its cause, its ends and its time.
//!
//! It knows no run. Invariant: a question that means nothing in the world is refused with what is near to it.

use crate::engine::Instant;
use crate::model::Federation;
use crate::model::address::{Address, LocalPart};
use crate::model::cause::{CAUSES, Cause};
use crate::record::measure::nearest;

use super::select::Wanted;
use super::subject::Prepared;

/// What is asked, as it is written. What is left out is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// `name`, `name#2`, `organization/name#2`, its second retry `organization/name#2.2`.
    pub request: Option<String>,
    /// The id of a cause.
    pub cause: Option<String>,
    /// The address of whoever asks.
    pub from: Option<String>,
    /// The address that is asked for.
    pub to: Option<String>,
    /// The request was sent at this instant or later.
    pub at: Option<String>,
}

/// A question that means nothing in this world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadQuestion {
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl BadQuestion {
    fn new(message: String, help: Option<String>) -> BadQuestion {
        BadQuestion { message, help }
    }
}

impl Question {
    /// What it means in a world. Without a request, the first that fails is wanted.
    ///
    /// # Errors
    /// If it names something that is not there.
    pub fn wanted(&self, prepared: &Prepared) -> Result<Wanted, BadQuestion> {
        let federation = &prepared.compiled.federation;
        let mut wanted = Wanted::default();
        match &self.request {
            Some(text) => {
                read_request(text, federation, &mut wanted)?;
                wanted.prefers_failed = wanted.number.is_none();
            }
            None => wanted.has_failed = true,
        }
        if let Some(id) = &self.cause {
            wanted.cause = Some(read_cause(id)?);
        }
        let address = |text: &Option<String>| text.as_ref().map(|it| read_address(it, federation));
        wanted.from = address(&self.from).transpose()?;
        wanted.to = address(&self.to).transpose()?;
        wanted.at = self.instant(prepared)?;
        Ok(wanted)
    }

    /// The instant that it names.
    ///
    /// # Errors
    /// If it is none.
    pub fn instant(&self, prepared: &Prepared) -> Result<Option<Instant>, BadQuestion> {
        let at = self.at.as_ref();
        at.map(|text| read_instant(text, prepared)).transpose()
    }
}

/// Reads an instant as the scenario's files spell it.
///
/// # Errors
/// If it is none.
pub fn read_instant(text: &str, prepared: &Prepared) -> Result<Instant, BadQuestion> {
    let read = prepared.document.clock.instant(text);
    read.map_err(|error| BadQuestion::new(error.message, Some(error.help)))
}

fn read_request(
    text: &str,
    federation: &Federation,
    wanted: &mut Wanted,
) -> Result<(), BadQuestion> {
    let (rest, number) = match text.rsplit_once('#') {
        None => (text, None),
        Some((rest, number)) => (rest, Some(number)),
    };
    if let Some(number) = number {
        let (number, attempt) = number.split_once('.').unwrap_or((number, "0"));
        let (Ok(number), Ok(attempt)) = (number.parse(), attempt.parse()) else {
            let message = format!("`{text}` does not end in the number of a request");
            let help = "requests of one name count from 1: `first#1`, the second retry `first#1.2`";
            return Err(BadQuestion::new(message, Some(help.to_owned())));
        };
        wanted.number = Some(number);
        wanted.attempt = Some(attempt);
    }
    let name = match rest.split_once('/') {
        None => rest,
        Some((organization, name)) => {
            let all = &federation.organizations;
            let found = all
                .ids()
                .find(|id| *all.original(*id).name == *organization);
            let names = || all.ids().map(|id| &*all.original(id).name);
            let unknown = || unknown("organization", organization, names());
            wanted.requester = Some(found.ok_or_else(unknown)?);
            name
        }
    };
    let workloads = &federation.workloads;
    let mut found = workloads.enumerate();
    let found = found.find(|(_, workload)| &*workload.name == name);
    let names = || workloads.iter().map(|workload| &*workload.name);
    let (workload, _) = found.ok_or_else(|| unknown("request or workload", name, names()))?;
    wanted.workload = Some(workload);
    Ok(())
}

fn read_cause(id: &str) -> Result<Cause, BadQuestion> {
    let ids = CAUSES.iter().map(|row| row.id);
    Cause::from_id(id).ok_or_else(|| unknown("cause", id, ids))
}

fn read_address(text: &str, federation: &Federation) -> Result<Address, BadQuestion> {
    let Some((local, domain)) = text.rsplit_once('@') else {
        let message = format!("`{text}` is no address");
        let help = "write an SMTP address such as anna@contoso.com";
        return Err(BadQuestion::new(message, Some(help.to_owned())));
    };
    let (local, domain) = (local.to_ascii_lowercase(), domain.to_ascii_lowercase());
    let names = &federation.names;
    let found = names.find(&domain).and_then(|domain| {
        let number = local
            .strip_prefix("user")
            .and_then(|number| number.parse().ok());
        let local = match (names.find(&local), number) {
            (_, Some(number)) => LocalPart::Numbered(number),
            (name, None) => LocalPart::Named(name?),
        };
        Some(Address { domain, local })
    });
    found.ok_or_else(|| {
        let message = format!("the scenario speaks of no address `{text}`");
        BadQuestion::new(message, None)
    })
}

/// The most names that a message lists.
const LISTED_MAX: usize = 32;

fn unknown<'w>(what: &str, text: &str, known: impl Iterator<Item = &'w str>) -> BadQuestion {
    let known: Vec<&str> = known.collect();
    let near = nearest(text, &known).map(|word| format!("did you mean `{word}`?"));
    let all = || match known.len() {
        0 => None,
        n if n <= LISTED_MAX => Some(format!("known: {}", known.join(", "))),
        n => Some(format!(
            "there are {n}; `fedsim explain` and `fedsim show` list them"
        )),
    };
    let help = near.or_else(all);
    BadQuestion::new(format!("there is no {what} `{text}`"), help)
}
