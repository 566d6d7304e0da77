//! What holds in every run, whatever its world is like.
//!
//! Each law reads the observations of one request and the federation's tables; none asks the simulator
//! why. A law that is broken is a text that says by what.

use std::collections::{BTreeMap, BTreeSet};

use fedsim::engine::id::Id;
use fedsim::engine::{Instant, Span};
use fedsim::model::Federation;
use fedsim::model::cause::Cause;
use fedsim::model::directory::Recipient;
use fedsim::model::federation::ExplicitRequest;
use fedsim::model::observation::{Fact, Observation, PathKind, PathObject, RequestIdentity};
use fedsim::model::outcome::{AccessLevel, AttendeeOutcome, GroupOutcome, Leg, RequestOutcome};
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
    ("a request ends once", ends_once),
    ("each attendee has one outcome", attendees_have_one_outcome),
    ("answers come in time", answers_come_in_time),
    ("nobody is given up before the time is up", given_up_in_time),
    ("nobody owes for what is long over", nobody_owes),
    ("a group ends once", groups_end_once),
    ("legs follow each other", legs_follow_each_other),
    ("tokens are as many as groups", tokens_are_as_many_as_groups),
    (
        "TargetSharingEpr spares Autodiscover",
        sharing_epr_spares_autodiscover,
    ),
    (
        "tokens are honoured within their window",
        tokens_within_their_window,
    ),
    ("a view rests on a decision", views_rest_on_decisions),
    (
        "nobody sees more than is granted",
        nobody_sees_more_than_granted,
    ),
    ("what is switched off stops", switched_off_stops),
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

fn ends_once(story: &Story<'_>) -> Verdict {
    let sent = story.count(|fact| matches!(fact, Fact::Sent { .. }));
    let done = story.count(|fact| matches!(fact, Fact::RequestDone { .. }));
    let open = story.count(|fact| matches!(fact, Fact::InFlightAtEnd { .. }));
    require!(sent == 1, "it is sent {sent} times");
    require!(
        matches!(story.observations[0].fact, Fact::Sent { .. }),
        "something is before its sending"
    );
    require!(
        done + open == 1,
        "it is answered {done} times and left {open} times"
    );
    let Some(ended) = story.ended_at() else {
        return Ok(());
    };
    let after = story
        .observations
        .iter()
        .skip_while(|o| !matches!(o.fact, Fact::RequestDone { .. }));
    for observation in after.skip(1) {
        let is_about_it = matches!(
            observation.fact,
            Fact::AttendeeDone { .. } | Fact::GroupDone { .. } | Fact::GroupDispatched { .. }
        );
        require!(!is_about_it, "after its answer: {:?}", observation.fact);
    }
    for fact in story.facts() {
        if let Fact::RequestDone { latency, .. } = fact {
            let here = ended.since(story.request.at);
            require!(
                *latency >= here,
                "a latency of {latency}, but answered after {here}"
            );
        }
    }
    Ok(())
}

fn attendees_have_one_outcome(story: &Story<'_>) -> Verdict {
    let mut numbers = BTreeSet::new();
    let mut views = 0;
    for (attendee, _, outcome, _) in story.outcomes() {
        require!(
            numbers.insert(attendee),
            "attendee {attendee} has two outcomes"
        );
        views += usize::from(matches!(outcome, AttendeeOutcome::View(_)));
    }
    for fact in story.facts() {
        let Fact::RequestDone {
            outcome,
            views: said,
            attendees,
            ..
        } = *fact
        else {
            continue;
        };
        let (said, attendees) = (usize::from(said), usize::from(attendees));
        require!(said == views, "{said} views are said, not {views}");
        require!(
            numbers.len() == attendees,
            "{} of {attendees} attendees have an outcome",
            numbers.len()
        );
        require!(
            numbers
                .last()
                .is_none_or(|&last| usize::from(last) + 1 == attendees),
            "numbers are left out"
        );
        require!(
            outcome == RequestOutcome::of(views, attendees),
            "{outcome} with {views} of {attendees}"
        );
        let requester = story.request.identity.requester;
        let to = &story.request.to;
        let is_group = |&&address: &&_| {
            matches!(
                story.federation.recipient(requester, address),
                Some(Recipient::Group(_))
            )
        };
        let groups = to.iter().filter(is_group).count();
        require!(
            groups > 0 || attendees == to.len(),
            "{attendees} attendees of {} addresses",
            to.len()
        );
    }
    Ok(())
}

/// Source: 25 s from the arrival, looked at each second; observed, Exchange 2013.
fn answers_come_in_time(story: &Story<'_>) -> Verdict {
    let parameters = &story.federation.parameters;
    let limit = parameters.availability_deadline + parameters.deadline_poll;
    let Some(arrived) = story.arrived() else {
        return Ok(());
    };
    for (attendee, _, outcome, at) in story.outcomes() {
        let took = at.since(arrived);
        require!(
            took <= limit,
            "attendee {attendee} after {took}: {outcome:?}"
        );
    }
    if let Some(ended) = story.ended_at() {
        let took = ended.since(arrived);
        require!(took <= limit, "an answer after {took}");
    }
    Ok(())
}

fn given_up_in_time(story: &Story<'_>) -> Verdict {
    let parameters = &story.federation.parameters;
    // Whoever waits for an answer gives up after the time-out of HTTP, if that is shorter.
    let deadline = parameters
        .availability_deadline
        .min(parameters.http_timeout);
    let Some(arrived) = story.arrived() else {
        return Ok(());
    };
    for (attendee, _, outcome, at) in story.outcomes() {
        let AttendeeOutcome::Failed(failure) = outcome else {
            continue;
        };
        let is_late = matches!(
            failure.cause,
            Cause::DeadlineAtOwnServer
                | Cause::DeadlineAtToken
                | Cause::DeadlineAtAutodiscover
                | Cause::DeadlineAtAvailability
                | Cause::DeadlineAtConnection
        );
        let took = at.since(arrived);
        require!(
            !is_late || took >= deadline,
            "attendee {attendee} after {took}: {failure:?}"
        );
    }
    Ok(())
}

/// A lone request, hours after all others, finds its user's budgets full, here and there.
fn nobody_owes(story: &Story<'_>) -> Verdict {
    let workload = story.request.identity.workload;
    let is_lone = story.federation.workloads[workload]
        .name
        .starts_with("probe");
    for (attendee, _, outcome, _) in story.outcomes().filter(|_| is_lone) {
        let owes = matches!(outcome, AttendeeOutcome::Failed(failure) if failure.cause == Cause::ThrottlingCallerOverBudget);
        require!(!owes, "attendee {attendee}: {outcome:?}");
    }
    Ok(())
}

fn groups_end_once(story: &Story<'_>) -> Verdict {
    let dispatched = story.count(|fact| matches!(fact, Fact::GroupDispatched { .. }));
    require!(
        dispatched == story.groups.len(),
        "a number stands for two groups"
    );
    for (number, group) in &story.groups {
        let done = group
            .observations
            .iter()
            .filter(|o| matches!(o.fact, Fact::GroupDone { .. }))
            .count();
        let expected = usize::from(story.ended_at().is_some());
        require!(
            done <= 1 && done >= expected,
            "group {number} ends {done} times"
        );
    }
    for observation in &story.observations {
        let Some(number) = group_of(&observation.fact) else {
            continue;
        };
        let group = story.groups.get(&number);
        let is_late = group.is_some_and(|group| observation.at >= group.dispatched);
        require!(
            is_late,
            "group {number} has not left yet: {:?}",
            observation.fact
        );
    }
    Ok(())
}

/// Tokens before Autodiscover, Autodiscover before the calendars; each leg ends at most as often as it
/// begins.
fn legs_follow_each_other(story: &Story<'_>) -> Verdict {
    for (number, group) in &story.groups {
        let mut open: BTreeMap<Leg, i32> = BTreeMap::new();
        let mut held: BTreeSet<Leg> = BTreeSet::new();
        for observation in &group.observations {
            match observation.fact {
                Fact::LegStarted { leg, .. } => {
                    *open.entry(leg).or_default() += 1;
                    let needs = match leg {
                        Leg::Autodiscover => Leg::AutodiscoverToken,
                        Leg::Availability => Leg::FreeBusyToken,
                        _ => continue,
                    };
                    let has = held.contains(&needs) || !group.is_by_token();
                    require!(has, "group {number}: {leg} without {needs}");
                }
                Fact::LegEnded { leg, failure, .. } => {
                    if failure.is_none() {
                        held.insert(leg);
                    }
                    // An OAuth token is no call of its own, and its leg is told only when it fails.
                    if leg != Leg::OAuthToken {
                        *open.entry(leg).or_default() -= 1;
                    }
                }
                Fact::AnswerWasted { leg, .. } => *open.entry(leg).or_default() -= 1,
                Fact::TokenReused { leg, .. } => {
                    held.insert(leg);
                }
                _ => {}
            }
            let twice = open.iter().find(|(_, open)| **open < 0);
            require!(
                twice.is_none(),
                "group {number}: a leg ends that had not begun: {twice:?}"
            );
        }
    }
    Ok(())
}

/// A group that goes by tokens asks for one for free/busy once, and for one for Autodiscover at most
/// once; unless it stops before.
fn tokens_are_as_many_as_groups(story: &Story<'_>) -> Verdict {
    for (number, group) in &story.groups {
        let asked = |leg| group.started(leg) + group.reused(leg);
        let (free_busy, autodiscover) = (asked(Leg::FreeBusyToken), asked(Leg::AutodiscoverToken));
        require!(
            group.issued(Leg::FreeBusyToken) <= group.started(Leg::FreeBusyToken),
            "group {number}: a token that nobody asked for"
        );
        require!(
            group.issued(Leg::AutodiscoverToken) <= group.started(Leg::AutodiscoverToken),
            "group {number}: a token that nobody asked for"
        );
        require!(
            autodiscover <= free_busy,
            "group {number}: {autodiscover} tokens for Autodiscover, {free_busy} for free/busy"
        );
        require!(
            free_busy <= usize::from(group.is_by_token()),
            "group {number} by {:?}: {free_busy} tokens for free/busy",
            group.path
        );
        if !group.is_by_token() || free_busy == 1 {
            continue;
        }
        let Some(GroupOutcome::Failed(failure)) = group.outcome() else {
            require!(
                story.ended_at().is_none(),
                "group {number} ends well without a token"
            );
            continue;
        };
        let before = [
            Cause::RequesterIdentityNotImmutable,
            Cause::RequesterWithoutFederatedAddress,
            Cause::TokenUnknownIssuer,
            Cause::PublishingServerBusy,
            Cause::DeadlineAtOwnServer,
        ];
        require!(
            before.contains(&failure.cause),
            "group {number} without a token: {failure:?}"
        );
    }
    Ok(())
}

fn sharing_epr_spares_autodiscover(story: &Story<'_>) -> Verdict {
    for (number, group) in &story.groups {
        let PathObject::Relationship(id) = group.path else {
            continue;
        };
        let table = &story.federation.relationships;
        let always = states(table, id, Instant::EPOCH, Instant::NEVER)
            .iter()
            .all(|row| row.target_sharing_epr.is_some());
        // Whoever was sent on from another domain is discovered there.
        let followed = story.facts().any(|fact| {
            matches!(
                fact,
                Fact::Discovered {
                    redirect: Some(_),
                    ..
                }
            )
        });
        let calls = group.started(Leg::Autodiscover) + group.started(Leg::AutodiscoverToken);
        require!(
            !always || followed || calls == 0,
            "group {number}: {calls} legs for Autodiscover"
        );
    }
    Ok(())
}

/// Source: token validation, observed, Exchange 2013: from NotBefore less the skew to the end of the
/// offer, by the clock of the server that validates.
fn tokens_within_their_window(story: &Story<'_>) -> Verdict {
    let federation = story.federation;
    for (number, group) in &story.groups {
        for observation in &group.observations {
            let Fact::TokenValidated {
                leg,
                server,
                result: Ok(()),
                ..
            } = observation.fact
            else {
                continue;
            };
            let token = group.token(match leg {
                Leg::Autodiscover => Leg::AutodiscoverToken,
                _ => Leg::FreeBusyToken,
            });
            let Some(token) = token else {
                return Err(format!(
                    "group {number}: {leg} brings a token that nobody issued"
                ));
            };
            let server = federation.servers.at(server, observation.at);
            let shown = observation.at.shown_by(server.clock_error);
            let from = token.not_before - federation.parameters.clock_skew;
            let until = token.not_before + token.offer.row().duration;
            require!(
                from <= shown && shown <= until,
                "group {number}: {leg} honoured at {shown:?}, from {from:?} until {until:?}"
            );
            let target = federation
                .organizations
                .at(server.organization, observation.at);
            let replicated = federation.replicated(server.organization, observation.at);
            let seen = federation.organizations.at(server.organization, replicated);
            let uris = [target.trust.application_uri, seen.trust.application_uri];
            require!(
                uris.contains(&Some(token.audience)),
                "group {number}: {leg} honours a token for somebody else"
            );
        }
    }
    Ok(())
}

/// A view comes from a local calendar, or from a target that authenticated the caller and decided so.
fn views_rest_on_decisions(story: &Story<'_>) -> Verdict {
    let federation = story.federation;
    let mut decided: BTreeMap<u16, (u16, AccessLevel)> = BTreeMap::new();
    let mut asked = BTreeMap::new();
    let mut servers = BTreeMap::new();
    for fact in story.facts() {
        match *fact {
            Fact::PathChosen {
                attendee,
                asked: address,
                ..
            }
            | Fact::Discovered {
                attendee,
                redirect: Some(address),
                ..
            } => {
                asked.insert(attendee, address);
            }
            Fact::CallArrived {
                group,
                leg: Leg::Availability,
                server,
            } => {
                servers.insert(group, federation.servers.original(server).organization);
            }
            Fact::CalendarDecided {
                group,
                attendee,
                decision,
            } => {
                if let Ok(level) = decision.result {
                    decided.insert(attendee, (group, level));
                }
            }
            Fact::AttendeeDone {
                attendee,
                path,
                outcome: AttendeeOutcome::View(level),
                ..
            } if path != Some(PathKind::Local) => {
                require!(
                    level != AccessLevel::None,
                    "attendee {attendee}: a view of nothing"
                );
                let Some(&(number, given)) = decided.get(&attendee) else {
                    return Err(format!("attendee {attendee}: a view that nobody gave"));
                };
                require!(
                    given == level,
                    "attendee {attendee}: {given} was given, {level} came"
                );
                let home = servers
                    .get(&number)
                    .and_then(|&target| federation.recipient(target, asked[&attendee]));
                require!(
                    matches!(home, Some(Recipient::Mailbox(_))),
                    "attendee {attendee}: read where there is no mailbox of that name"
                );
                let group = &story.groups[&number];
                let validated = group.observations.iter().any(|o| {
                    matches!(
                        o.fact,
                        Fact::TokenValidated {
                            leg: Leg::Availability,
                            result: Ok(()),
                            ..
                        }
                    )
                });
                require!(
                    validated || !group.is_by_token(),
                    "attendee {attendee}: a view without a valid token"
                );
                let oauth = group
                    .observations
                    .iter()
                    .any(|o| matches!(o.fact, Fact::OAuthTokenIssued { .. }));
                require!(
                    oauth || group.path.kind() != PathKind::Connector,
                    "attendee {attendee}: a view without an OAuth token"
                );
            }
            _ => {}
        }
    }
    Ok(())
}

/// Source: rule for a federated caller, observed, Exchange 2013: without a personal grant no more than
/// the lesser of the calendar's Default permission and the relationship's level.
fn nobody_sees_more_than_granted(story: &Story<'_>) -> Verdict {
    let federation = story.federation;
    for observation in &story.observations {
        let Fact::CalendarDecided {
            group,
            attendee,
            decision,
        } = observation.fact
        else {
            continue;
        };
        let Ok(level) = decision.result else { continue };
        require!(
            level <= story.request.view.level(),
            "attendee {attendee}: {level} in a {}",
            story.request.view
        );
        if decision.personal >= level {
            continue;
        }
        require!(
            level <= decision.default,
            "attendee {attendee}: {level}, but Default is {}",
            decision.default
        );
        let group = &story.groups[&group];
        if group.path.kind() == PathKind::AddressSpace {
            continue;
        }
        require!(
            level <= AccessLevel::Detail,
            "attendee {attendee}: {level} for somebody outside"
        );
        require!(
            decision.within_scope,
            "attendee {attendee}: {level} outside the scope"
        );
        let Some(id) = decision.relationship else {
            return Err(format!(
                "attendee {attendee}: {level} without a relationship"
            ));
        };
        let organization = federation.relationships.original(id).organization;
        let seen = states(
            &federation.relationships,
            id,
            oldest(federation, organization, observation.at),
            observation.at,
        );
        let allowed = seen
            .iter()
            .filter(|row| row.exists && row.enabled)
            .map(|row| row.free_busy_access_level)
            .max();
        require!(
            allowed >= Some(level),
            "attendee {attendee}: {level}, but the relationship allows {allowed:?}"
        );
    }
    Ok(())
}

/// What is switched off at the requester stops within the life of its caches and the replication of
/// its directory.
fn switched_off_stops(story: &Story<'_>) -> Verdict {
    let federation = story.federation;
    let requester = story.request.identity.requester;
    for (number, group) in &story.groups {
        let PathObject::Relationship(id) = group.path else {
            continue;
        };
        require!(
            federation.relationships.original(id).organization == requester,
            "group {number} goes by somebody else's relationship"
        );
        let from = oldest(federation, requester, group.dispatched);
        let seen = states(&federation.relationships, id, from, group.dispatched);
        let on = seen
            .iter()
            .any(|row| row.exists && row.enabled && row.free_busy_access_enabled);
        require!(on, "group {number} leaves by a relationship that is off");
    }
    Ok(())
}

/// The oldest state of its objects that a process of an organization may go by.
fn oldest(
    federation: &Federation,
    organization: fedsim::model::organization::OrgId,
    now: Instant,
) -> Instant {
    let loaded = now - federation.parameters.relationship_cache_life;
    federation.replicated(organization, loaded)
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
