//! The chain of decisions of one request: every step with its instant, how long it lasted, the values that decided
//! it and where they were set; and which doors the requester tried before the one that it took.
//!
//! It knows no repair. Invariant: a step for each observation, in order, none invented; one of them is the first
//! decisive one of a failure.

use crate::engine::{Instant, Span};
use crate::model::observation::{CacheAnswer, Fact, Observation, PathObject};
use crate::model::relationship::{RequesterReading, read_as_requester};
use crate::record::naming::path_object_name;
use crate::record::walk::{Place, tell};

use super::case::Case;
use super::repair::{self, filled_path};
use super::select::Chosen;
use super::setting::{Records, Setting};

/// One step of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Instant,
    /// How long after the request was sent.
    pub since: Span,
    /// Until the next step of the request.
    pub lasted: Span,
    /// On which side.
    pub place: Place,
    /// What.
    pub text: String,
    /// The values that decided it.
    pub settings: Vec<Setting>,
    /// Whether it is the first that decides the failure.
    pub is_decisive: bool,
}

/// A way to the attendee that was looked at, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// What kind of object would open it.
    pub kind: &'static str,
    /// What was found, in words.
    pub found: String,
    /// Whether it was taken.
    pub is_taken: bool,
}

/// The steps of a request; `case` is the failure that is explained, if it failed.
pub fn steps(chosen: &Chosen, case: Option<&Case<'_>>, records: Records<'_>) -> Vec<Step> {
    let Some(walk) = tell(records.federation, chosen.request, &chosen.observations) else {
        return Vec::new();
    };
    let ends = chosen.observations.iter().skip(1).map(|next| next.at);
    let ends = ends.chain(chosen.observations.last().map(|last| last.at));
    let told = walk.steps.into_iter().zip(&chosen.observations).zip(ends);
    let steps = told
        .enumerate()
        .map(|(number, ((step, observation), end))| {
            let is_decisive = case.is_some_and(|case| case.decisive == number);
            let keys = match case {
                Some(case) if is_decisive => repair::treatment(case.failure.cause).decided_by,
                Some(case) => keys_of(observation, case),
                None => &[],
            };
            let settings = case.map_or(Vec::new(), |case| settings(keys, case, records));
            Step {
                at: step.at,
                since: step.since,
                lasted: end.since(step.at),
                place: step.place,
                text: step.text,
                settings,
                is_decisive,
            }
        });
    steps.collect()
}

/// The values of keys with place-holders, as they were when the failure was decided: those that somebody has
/// set, or all if nobody has set any.
pub fn settings(keys: &[&str], case: &Case<'_>, records: Records<'_>) -> Vec<Setting> {
    let paths = keys.iter().filter_map(|key| filled_path(key, case));
    let all = paths.filter_map(|path| records.setting(&path, case.decided));
    let all: Vec<Setting> = all.collect();
    let set: Vec<Setting> = all.iter().filter(|it| it.is_set()).cloned().collect();
    if set.is_empty() { all } else { set }
}

/// The keys whose values decided a step that did not fail.
fn keys_of(observation: &Observation, case: &Case<'_>) -> &'static [&'static str] {
    let is_its_group = |group: u16| case.group == Some(group);
    match observation.fact {
        Fact::PathChosen { attendee, path, .. } if attendee == case.attendee => match path {
            PathObject::Relationship(_) => &[
                "relationship.{requester.relationship-key}.enabled",
                "relationship.{requester.relationship-key}.free_busy_access",
            ],
            PathObject::Connector(_) => &["connector.{connector}.enabled"],
            PathObject::AddressSpace(_) => &["address_space.{address-space}.access_method"],
            PathObject::Local | PathObject::Personal(_) | PathObject::Invitation(_) => &[],
        },
        Fact::GroupDispatched {
            group, endpoint, ..
        } if is_its_group(group) => match endpoint {
            Some(_) => &["relationship.{requester.relationship-key}.target_sharing_epr"],
            None => &["relationship.{requester.relationship-key}.target_autodiscover_epr"],
        },
        Fact::TokenIssued { group, .. } if is_its_group(group) => {
            &["relationship.{requester.relationship-key}.target_application_uri"]
        }
        Fact::CalendarDecided { attendee, .. } if attendee == case.attendee => &[
            "relationship.{target.relationship-key}.free_busy_level",
            "org.{target}.mailbox.{attendee.mailbox}.calendar_default",
        ],
        _ => &[],
    }
}

/// The ways to the attendee, in the order in which the requester looks at them.
///
/// Source: path choice, observed, Exchange 2013: connector, relationship, address space.
pub fn doors(case: &Case<'_>) -> Vec<Door> {
    let federation = case.federation;
    let (requester, domain, at) = (case.requester(), case.asked.domain, case.decided);
    let name = |path| path_object_name(federation, path).to_owned();
    let mut doors = Vec::new();
    let mut door = |kind, found: String, is_taken| {
        doors.push(Door {
            kind,
            found,
            is_taken,
        });
    };
    if let Some(PathObject::Local) = case.path {
        door("own organization", "the attendee is here".to_owned(), true);
        return doors;
    }
    if let Some(PathObject::Personal(_)) = case.path {
        door(
            "subscription",
            "the calendar was shared in person".to_owned(),
            true,
        );
        return doors;
    }
    let connector = federation.connector_for(requester, domain, at);
    let found = match connector {
        Some(id) => format!(
            "`{}` is enabled for the domain",
            name(PathObject::Connector(id))
        ),
        None => "no enabled one for the domain".to_owned(),
    };
    let is_taken = matches!(case.path, Some(PathObject::Connector(_)));
    door("intra-organization connector", found, is_taken);
    let relationship = federation.relationship_for(requester, domain, at);
    let row = relationship.map(|id| federation.relationships.at(id, at));
    let reading = read_as_requester(row, case.asks);
    let found = match (relationship, reading) {
        (None, _) => "none names the domain".to_owned(),
        (Some(id), RequesterReading::Ask) => {
            format!("`{}` allows it", name(PathObject::Relationship(id)))
        }
        (Some(id), RequesterReading::Absent(cause) | RequesterReading::Stops(cause)) => {
            let text = cause.row().text;
            format!("`{}`: {text} ({cause})", name(PathObject::Relationship(id)))
        }
    };
    let is_taken = matches!(case.path, Some(PathObject::Relationship(_)));
    door("organization relationship", found, is_taken);
    let space = federation.address_space_for(requester, domain);
    let exists = space.filter(|&id| federation.address_spaces.at(id, at).exists);
    let found = match exists {
        Some(id) => format!("`{}`", name(PathObject::AddressSpace(id))),
        None => "none for the domain".to_owned(),
    };
    let is_taken = matches!(case.path, Some(PathObject::AddressSpace(_)));
    door("availability address space", found, is_taken);
    doors
}

/// What else had a part in the failure: facts that do not decide it alone.
pub fn contributing(chosen: &Chosen, case: &Case<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for observation in &chosen.observations {
        match observation.fact {
            Fact::PathChosen {
                attendee,
                cache: CacheAnswer::NegativeHit,
                ..
            } if attendee == case.attendee => found.push(
                "the worker process still remembers an earlier failure to discover this address"
                    .to_owned(),
            ),
            Fact::NameResolved {
                group,
                host,
                answer,
                from_cache: true,
                ..
            } if case.group == Some(group)
                && answer != crate::model::observation::NameAnswer::Found =>
            {
                let host = case.federation.names.text(host);
                found.push(format!(
                    "the resolver remembers from earlier that {host} was not found"
                ));
            }
            _ => {}
        }
    }
    found.dedup();
    let gave_way = doors(case).into_iter().filter(|door| !door.is_taken);
    let refused = gave_way.filter(|door| door.found.contains('('));
    let is_decisive = |door: &Door| door.found.contains(&format!("({})", case.failure.cause));
    found.extend(
        refused
            .filter(|door| !is_decisive(door))
            .map(|door| format!("{}: {}", door.kind, door.found)),
    );
    found
}
