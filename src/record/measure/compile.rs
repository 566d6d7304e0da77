//! What labels mean in one federation: the filter of a measure.
//!
//! It knows nothing of what is counted. Invariant: a filter holds ids of its own federation only, and
//! a name that the federation does not have is an error, never a filter that admits nothing.

use std::collections::BTreeSet;

use crate::engine::Instant;
use crate::model::Federation;
use crate::model::administration::ScriptId;
use crate::model::cause::{CAUSES, Cause, Layer};
use crate::model::demand::WorkloadId;
use crate::model::gateway::GatewayId;
use crate::model::observation::{NameAnswer, PathKind, RequestIdentity};
use crate::model::organization::OrgId;
use crate::model::outcome::{AccessLevel, Answer, Leg, ResponseCode, Side};
use crate::model::synchronization::FolderContents;
use crate::model::token::Offer;

use super::expression::{Condition, Expression, MeasureError};
use super::sighting::{Seen, Sighting};
use super::statement::StatementFilter;
use super::vocabulary::{Label, Subject};

/// What a measure has to be told to read the values of its labels.
#[derive(Clone, Copy)]
pub struct Readers<'a> {
    /// Reads an instant as scenarios write it, for `from` and `until`.
    pub instant: &'a dyn Fn(&str) -> Result<Instant, NoInstant>,
    /// The names of all cmdlets.
    pub cmdlets: &'a [&'static str],
}

/// Why a text is no instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoInstant {
    /// What is wrong, with the text in backticks.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// What a measure is narrowed to; none: to everything.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    outcome: Option<&'static str>,
    cause: Option<Cause>,
    code: Option<ResponseCode>,
    inner: Option<ResponseCode>,
    side: Option<Side>,
    layer: Option<Layer>,
    level: Option<Seen>,
    offer: Option<Offer>,
    gateway: Option<GatewayId>,
    answer: Option<NameAnswer>,
    shows: Option<FolderContents>,
    leg: Option<Leg>,
    /// The inner option: no path was found.
    path: Option<Option<PathKind>>,
    organization: Option<OrgId>,
    target: Option<OrgId>,
    workload: Option<WorkloadId>,
    request: Option<Request>,
    from: Option<Instant>,
    until: Option<Instant>,
    /// The scripts of one name: organizations may give it to one each.
    scripts: Option<Box<[ScriptId]>>,
    statement: StatementFilter,
}

/// Which requests `request=` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Request {
    workload: WorkloadId,
    requester: Option<OrgId>,
    number: Option<u32>,
}

impl Request {
    fn is(self, request: RequestIdentity) -> bool {
        self.workload == request.workload
            && fits(self.requester, Some(request.requester))
            && fits(self.number, Some(request.number))
    }
}

/// Whether what was found is what is wanted, or nothing is.
fn fits<T: PartialEq>(wanted: Option<T>, found: Option<T>) -> bool {
    wanted.is_none() || wanted == found
}

impl Filter {
    /// The organization that it is narrowed to.
    pub(super) fn organization(&self) -> Option<OrgId> {
        self.organization
    }

    /// The requests that it names: those of the scenario, and one by its identity.
    pub(super) fn requests(&self, federation: &Federation, most: usize) -> Vec<RequestIdentity> {
        let Some(wanted) = self.request else {
            return Vec::new();
        };
        let declared = federation.requests.iter().map(|row| row.identity);
        let named: Vec<_> = declared.filter(|it| wanted.is(*it)).take(most).collect();
        match (wanted.requester, wanted.number) {
            // One that a workload draws.
            (Some(requester), Some(number)) if named.is_empty() => vec![RequestIdentity {
                requester,
                workload: wanted.workload,
                number,
                attempt: 0,
            }],
            _ => named,
        }
    }

    /// Whether a statement has everything but what became of it and what was shown.
    pub(super) fn is_about(&self, sighting: &Sighting<'_>) -> bool {
        let anything = Filter {
            outcome: None,
            statement: self.statement.of_any_end(),
            ..self.clone()
        };
        anything.admits(sighting)
    }

    /// Whether a sighting is counted.
    pub(super) fn admits(&self, sighting: &Sighting<'_>) -> bool {
        let layer = sighting.cause.map(|cause| cause.row().layer);
        let request = sighting.request;
        fits(self.outcome, sighting.outcome)
            && fits(self.cause, sighting.cause)
            && fits(self.code, sighting.code)
            && fits(self.inner, sighting.inner)
            && fits(self.side, sighting.side)
            && fits(self.layer, layer)
            && fits(self.level, sighting.level)
            && fits(self.offer, sighting.offer)
            && fits(self.gateway, sighting.gateway)
            && fits(self.answer, sighting.answer)
            && fits(self.shows, sighting.shows)
            && fits(self.leg, sighting.leg)
            && fits(self.path, sighting.path)
            && fits(self.target, sighting.target)
            && fits(self.organization, Some(request.requester))
            && fits(self.workload, Some(request.workload))
            && self.request.is_none_or(|wanted| wanted.is(request))
            && self.from.is_none_or(|from| from <= sighting.at)
            && self.until.is_none_or(|until| sighting.at < until)
            && self.scripts.as_deref().is_none_or(|wanted| {
                sighting
                    .script
                    .is_some_and(|script| wanted.contains(&script))
            })
            && sighting
                .statement
                .is_none_or(|entry| self.statement.admits(entry))
    }
}

/// Compiles the conditions of an expression.
pub(super) fn filter(
    expression: &Expression,
    federation: &Federation,
    readers: &Readers<'_>,
) -> Result<Filter, Vec<MeasureError>> {
    let mut filter = Filter::default();
    let mut errors = Vec::new();
    for condition in &expression.conditions {
        let reader = Reader {
            condition,
            federation,
            subject: expression.metric.subject,
            readers: *readers,
        };
        if let Err(error) = reader.read_into(&mut filter) {
            errors.push(error);
        }
    }
    if let (Some(from), Some(until)) = (filter.from, filter.until)
        && from >= until
    {
        let of = |label| expression.conditions.iter().find(|c| c.label == label);
        let until = of(Label::Until).expect("the filter has it from a condition");
        let message = format!("`until={}` is not after `from`", until.value);
        errors.push(MeasureError::new(until.range.clone(), message));
    }
    if errors.is_empty() {
        Ok(filter)
    } else {
        Err(errors)
    }
}

/// Reads the value of one condition.
struct Reader<'a> {
    condition: &'a Condition,
    federation: &'a Federation,
    subject: Subject,
    readers: Readers<'a>,
}

impl Reader<'_> {
    fn read_into(&self, filter: &mut Filter) -> Result<(), MeasureError> {
        match self.condition.label {
            Label::Outcome => filter.outcome = Some(self.outcome()?),
            Label::Cause => filter.cause = Some(self.cause()?),
            Label::Code => filter.code = Some(self.code()?),
            Label::Inner => filter.inner = Some(self.code()?),
            Label::Side => filter.side = Some(self.word(Side::from_word, Side::ALL)?),
            Label::Layer => filter.layer = Some(self.word(Layer::from_word, Layer::ALL)?),
            Label::Level => {
                filter.level = Some(self.level()?);
            }
            Label::Offer => filter.offer = Some(self.word(Offer::from_word, Offer::ALL)?),
            Label::Gateway => filter.gateway = Some(self.gateway()?),
            Label::Answer => {
                filter.answer = Some(self.word(NameAnswer::from_word, NameAnswer::ALL)?);
            }
            Label::Leg => filter.leg = Some(self.word(Leg::from_word, Leg::ALL)?),
            Label::Path if self.condition.value == "none" => filter.path = Some(None),
            Label::Path => {
                filter.path = Some(Some(self.word(PathKind::from_word, PathKind::ALL)?));
            }
            Label::Org => filter.organization = Some(self.organization(self.value())?),
            Label::Target => filter.target = Some(self.organization(self.value())?),
            Label::Workload => filter.workload = Some(self.workload("workload", self.value())?),
            Label::Request => filter.request = Some(self.request()?),
            Label::Shows => {
                filter.shows = Some(self.word(FolderContents::from_word, FolderContents::ALL)?);
            }
            Label::Script => filter.scripts = Some(self.scripts()?),
            Label::Cmdlet | Label::Exception | Label::Contains => {
                filter
                    .statement
                    .read(self.condition, self.readers.cmdlets)?;
            }
            Label::From => filter.from = Some(self.instant()?),
            Label::Until => filter.until = Some(self.instant()?),
        }
        Ok(())
    }

    fn level(&self) -> Result<Seen, MeasureError> {
        let value = self.value();
        let level = AccessLevel::from_word(value).map(Seen::Level);
        let seen = level.or_else(|| Answer::from_word(value).map(Seen::Answer));
        let levels = AccessLevel::ALL.iter().map(|level| level.word());
        let words = levels.chain(Answer::ALL.iter().map(|answer| answer.word()));
        seen.ok_or_else(|| self.unknown("level", value, words))
    }

    fn value(&self) -> &str {
        &self.condition.value
    }

    fn unknown<'w>(
        &self,
        what: &str,
        text: &str,
        known: impl IntoIterator<Item = &'w str>,
    ) -> MeasureError {
        MeasureError::unknown(self.condition.range.clone(), what, text, known)
    }

    fn word<T: Copy + std::fmt::Display>(
        &self,
        read: fn(&str) -> Option<T>,
        all: &[T],
    ) -> Result<T, MeasureError> {
        read(self.value()).ok_or_else(|| {
            let words: Vec<String> = all.iter().map(T::to_string).collect();
            let words = words.iter().map(String::as_str);
            self.unknown(self.condition.label.word(), self.value(), words)
        })
    }

    fn outcome(&self) -> Result<&'static str, MeasureError> {
        let known = self.subject.outcomes();
        let found = known.iter().find(|word| **word == self.value());
        let unknown = || self.unknown("outcome", self.value(), known.iter().copied());
        found.copied().ok_or_else(unknown)
    }

    fn cause(&self) -> Result<Cause, MeasureError> {
        let ids = || CAUSES.iter().map(|row| row.id);
        let unknown = || {
            let error = self.unknown("cause", self.value(), ids());
            match error.help {
                Some(_) => error,
                None => error.help("`fedsim explain` lists all causes"),
            }
        };
        Cause::from_id(self.value()).ok_or_else(unknown)
    }

    fn code(&self) -> Result<ResponseCode, MeasureError> {
        let value = self.value();
        let all = ResponseCode::ALL.iter().copied();
        let named: Vec<_> = all
            .map(|code| (code.number().to_string(), code.name(), code))
            .collect();
        let found = named
            .iter()
            .find(|(number, name, _)| value == number || value == name);
        let names = named.iter().map(|(_, name, _)| name.as_str());
        found
            .map(|found| found.2)
            .ok_or_else(|| self.unknown("code", value, names))
    }

    fn gateway(&self) -> Result<GatewayId, MeasureError> {
        let gateways = &self.federation.gateways;
        let name = |id: GatewayId| &*gateways.original(id).name;
        let found = gateways.ids().find(|id| name(*id) == self.value());
        found.ok_or_else(|| self.unknown("gateway", self.value(), gateways.ids().map(name)))
    }

    fn scripts(&self) -> Result<Box<[ScriptId]>, MeasureError> {
        let scripts = || self.federation.scripts.enumerate();
        let found = scripts().filter(|(_, script)| &*script.name == self.value());
        let found: Box<[ScriptId]> = found.map(|(id, _)| id).collect();
        if found.is_empty() {
            let names: BTreeSet<&str> = scripts().map(|(_, script)| &*script.name).collect();
            return Err(self.unknown("script", self.value(), names));
        }
        Ok(found)
    }

    fn organization(&self, text: &str) -> Result<OrgId, MeasureError> {
        let organizations = &self.federation.organizations;
        let name = |id: OrgId| &*organizations.original(id).name;
        let found = organizations.ids().find(|id| name(*id) == text);
        found.ok_or_else(|| self.unknown("organization", text, organizations.ids().map(name)))
    }

    fn workload(&self, what: &str, text: &str) -> Result<WorkloadId, MeasureError> {
        let workloads = &self.federation.workloads;
        let found = workloads
            .enumerate()
            .find(|(_, workload)| &*workload.name == text);
        let names = workloads.iter().map(|workload| &*workload.name);
        found
            .map(|(id, _)| id)
            .ok_or_else(|| self.unknown(what, text, names))
    }

    /// `name`, `name#2`, `organization/name` or `organization/name#2`.
    fn request(&self) -> Result<Request, MeasureError> {
        let value = self.value();
        let (rest, number) = match value.rsplit_once('#') {
            None => (value, None),
            Some((rest, digits)) => match digits.parse() {
                Ok(number) if number > 0 => (rest, Some(number)),
                _ => {
                    let message = format!("`{value}` does not end in the number of a request");
                    let error = MeasureError::new(self.condition.range.clone(), message);
                    return Err(error.help("requests of one name count from 1: `first#1`"));
                }
            },
        };
        let (requester, name) = match rest.split_once('/') {
            None => (None, rest),
            Some((organization, name)) => (Some(self.organization(organization)?), name),
        };
        Ok(Request {
            workload: self.workload("request", name)?,
            requester,
            number,
        })
    }

    fn instant(&self) -> Result<Instant, MeasureError> {
        (self.readers.instant)(self.value()).map_err(|error| {
            MeasureError::new(self.condition.range.clone(), error.message).help(error.help)
        })
    }
}
