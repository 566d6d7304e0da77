//! What holds in every run, whatever its world is like.
//!
//! Each law reads the observations of one request and the federation's tables; none asks the simulator
//! why. A law that is broken is a text that says by what.

mod access;
mod life;
mod tokens;

use std::collections::BTreeMap;

use fedsim::engine::id::Id;
use fedsim::engine::{Instant, Span};
use fedsim::model::Federation;
use fedsim::model::demand::ExplicitRequest;
use fedsim::model::observation::{Fact, Observation, PathKind, PathObject, RequestIdentity};
use fedsim::model::outcome::{AttendeeOutcome, GroupOutcome, Leg};
use fedsim::model::revised::Revised;
use fedsim::model::token::DelegationToken;

use crate::support::Run;

/// A law's verdict.
pub type Verdict = Result<(), String>;

/// Breaks a law with a text, unless the condition holds.
macro_rules! require {
    ($holds:expr, $($text:tt)+) => {
        if !$holds {
            return Err(format!($($text)+));
        }
    };
}
use require;

/// What happened to one request.
struct Story<'r> {
    federation: &'r Federation,
    request: &'r ExplicitRequest,
    observations: Vec<&'r Observation>,
    groups: BTreeMap<u16, Group<'r>>,
}

/// What happened to one of its groups.
struct Group<'r> {
    path: PathObject,
    dispatched: Instant,
    observations: Vec<&'r Observation>,
}

type Law = fn(&Story<'_>) -> Verdict;

/// The laws, each with its name.
const LAWS: &[(&str, Law)] = &[
    ("a request ends once", life::ends_once),
    (
        "each attendee has one outcome",
        life::attendees_have_one_outcome,
    ),
    ("answers come in time", life::answers_come_in_time),
    (
        "nobody is given up before the time is up",
        life::given_up_in_time,
    ),
    ("nobody owes for what is long over", life::nobody_owes),
    ("a group ends once", life::groups_end_once),
    ("legs follow each other", life::legs_follow_each_other),
    (
        "tokens are as many as groups",
        tokens::tokens_are_as_many_as_groups,
    ),
    (
        "TargetSharingEpr spares Autodiscover",
        tokens::sharing_epr_spares_autodiscover,
    ),
    (
        "tokens are honoured within their window",
        tokens::tokens_within_their_window,
    ),
    (
        "a view rests on a decision",
        access::views_rest_on_decisions,
    ),
    (
        "nobody sees more than is granted",
        access::nobody_sees_more_than_granted,
    ),
    (
        "MailTips and photos rest on a decision",
        access::answers_rest_on_decisions,
    ),
    ("what is switched off stops", access::switched_off_stops),
];

/// Holds a run to all laws.
pub fn check(run: &Run) -> Verdict {
    let ordered = run.observations.is_sorted_by_key(|o| o.at);
    require!(ordered, "observations are not in the order of time");
    let horizon = run.federation.limits.horizon;
    let mut stories: BTreeMap<RequestIdentity, Vec<&Observation>> = BTreeMap::new();
    for observation in &run.observations {
        stories
            .entry(observation.request)
            .or_default()
            .push(observation);
    }
    let mut in_flight = 0;
    for request in run.federation.requests.iter() {
        let observations = stories.remove(&request.identity).unwrap_or_default();
        let sent = !observations.is_empty();
        let name = run.federation.request_name(request.identity);
        require!(sent == (request.at < horizon), "{name}: sent is {sent}");
        if !sent {
            continue;
        }
        let story = Story::new(&run.federation, request, observations);
        for (law, holds) in LAWS {
            holds(&story).map_err(|text| format!("{law}: {name}: {text}"))?;
        }
        in_flight += usize::from(story.ended_at().is_none());
    }
    require!(
        stories.is_empty(),
        "observations of requests that nobody sent"
    );
    require!(
        run.in_flight == in_flight,
        "{} are said to be in flight, not {in_flight}",
        run.in_flight
    );
    let last = run
        .federation
        .requests
        .iter()
        .map(|request| request.at)
        .max();
    let settled = last.is_none_or(|last| last + LONGEST < horizon);
    require!(!settled || in_flight == 0, "{in_flight} requests never end");
    require!(
        !settled || run.rows_in_use == 0,
        "{} rows are never freed",
        run.rows_in_use
    );
    Ok(())
}

/// Longer than anything that a request sets off.
const LONGEST: Span = Span::from_hours(1);

impl<'r> Story<'r> {
    fn new(
        federation: &'r Federation,
        request: &'r ExplicitRequest,
        observations: Vec<&'r Observation>,
    ) -> Story<'r> {
        let mut groups: BTreeMap<u16, Group<'r>> = BTreeMap::new();
        for &observation in &observations {
            if let Fact::GroupDispatched { group, path, .. } = observation.fact {
                groups.insert(
                    group,
                    Group {
                        path,
                        dispatched: observation.at,
                        observations: Vec::new(),
                    },
                );
            }
            if let Some(group) = group_of(&observation.fact)
                && let Some(group) = groups.get_mut(&group)
            {
                group.observations.push(observation);
            }
        }
        Story {
            federation,
            request,
            observations,
            groups,
        }
    }

    fn facts(&self) -> impl Iterator<Item = &'r Fact> {
        self.observations.iter().map(|o| &o.fact)
    }

    fn count(&self, is_it: impl Fn(&Fact) -> bool) -> usize {
        self.facts().filter(|fact| is_it(fact)).count()
    }

    fn arrived(&self) -> Option<Instant> {
        let arrived = |o: &&&Observation| matches!(o.fact, Fact::Arrived { .. });
        self.observations.iter().find(arrived).map(|o| o.at)
    }

    fn ended_at(&self) -> Option<Instant> {
        let done = |o: &&&Observation| matches!(o.fact, Fact::RequestDone { .. });
        self.observations.iter().find(done).map(|o| o.at)
    }

    /// The outcome of each attendee that has one, and when.
    fn outcomes(&self) -> impl Iterator<Item = (u16, Option<PathKind>, AttendeeOutcome, Instant)> {
        self.observations.iter().filter_map(|o| match o.fact {
            Fact::AttendeeDone {
                attendee,
                path,
                outcome,
                ..
            } => Some((attendee, path, outcome, o.at)),
            _ => None,
        })
    }
}

impl Group<'_> {
    fn is_by_token(&self) -> bool {
        matches!(
            self.path.kind(),
            PathKind::Relationship | PathKind::Personal
        )
    }

    fn started(&self, leg: Leg) -> usize {
        let started =
            |o: &&&Observation| matches!(o.fact, Fact::LegStarted { leg: l, .. } if l == leg);
        self.observations.iter().filter(started).count()
    }

    fn reused(&self, leg: Leg) -> usize {
        let reused =
            |o: &&&Observation| matches!(o.fact, Fact::TokenReused { leg: l, .. } if l == leg);
        self.observations.iter().filter(reused).count()
    }

    fn issued(&self, leg: Leg) -> usize {
        let issued =
            |o: &&&Observation| matches!(o.fact, Fact::TokenIssued { leg: l, .. } if l == leg);
        self.observations.iter().filter(issued).count()
    }

    fn outcome(&self) -> Option<GroupOutcome> {
        self.observations.iter().find_map(|o| match o.fact {
            Fact::GroupDone { outcome, .. } => Some(outcome),
            _ => None,
        })
    }

    /// The token that the group holds for a leg, once it has one.
    fn token(&self, leg: Leg) -> Option<DelegationToken> {
        self.observations.iter().find_map(|o| match o.fact {
            Fact::TokenIssued { leg: l, token, .. } | Fact::TokenReused { leg: l, token, .. }
                if l == leg =>
            {
                Some(token)
            }
            _ => None,
        })
    }
}

/// An object as it is at an instant, and as each of its changes up to another makes it.
fn states<I: Id, T>(table: &Revised<I, T>, id: I, from: Instant, until: Instant) -> Vec<&T> {
    let later = table.changes(id).filter(|at| from < *at && *at <= until);
    std::iter::once(from)
        .chain(later)
        .map(|at| table.at(id, at))
        .collect()
}

/// The group that a fact is about.
fn group_of(fact: &Fact) -> Option<u16> {
    match *fact {
        Fact::GroupDispatched { group, .. }
        | Fact::LegStarted { group, .. }
        | Fact::NameResolved { group, .. }
        | Fact::Connected { group, .. }
        | Fact::TokenIssued { group, .. }
        | Fact::TokenRefused { group, .. }
        | Fact::TokenReused { group, .. }
        | Fact::OAuthTokenIssued { group }
        | Fact::CallArrived { group, .. }
        | Fact::TokenValidated { group, .. }
        | Fact::Discovered { group, .. }
        | Fact::CalendarDecided { group, .. }
        | Fact::AnswerDecided { group, .. }
        | Fact::FolderDecided { group, .. }
        | Fact::Synchronized { group, .. }
        | Fact::LegEnded { group, .. }
        | Fact::AnswerWasted { group, .. }
        | Fact::GroupDone { group, .. } => Some(group),
        Fact::Sent { .. }
        | Fact::Arrived { .. }
        | Fact::PathChosen { .. }
        | Fact::AttendeeDone { .. }
        | Fact::RequestDone { .. }
        | Fact::InFlightAtEnd { .. } => None,
    }
}
