//! Laws of how requests, groups and legs begin and end.

use std::collections::{BTreeMap, BTreeSet};

use fedsim::engine::Span;
use fedsim::model::cause::Cause;
use fedsim::model::directory::Recipient;
use fedsim::model::observation::Fact;
use fedsim::model::outcome::{Asks, AttendeeOutcome, Leg, RequestOutcome};

use super::{Story, Verdict, group_of, require};

pub(super) fn ends_once(story: &Story<'_>) -> Verdict {
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

pub(super) fn attendees_have_one_outcome(story: &Story<'_>) -> Verdict {
    let mut numbers = BTreeSet::new();
    let mut views = 0;
    for (attendee, _, outcome, _) in story.outcomes() {
        require!(
            numbers.insert(attendee),
            "attendee {attendee} has two outcomes"
        );
        views += usize::from(outcome.is_answer());
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

/// How long a request may take; none: nobody waits for it.
///
/// Source: 25 s from the arrival, of a shared calendar 60 s; observed, Exchange 2013.
fn budget(story: &Story<'_>) -> Option<Span> {
    let parameters = &story.federation.parameters;
    match story.request.ask.asks {
        Asks::Synchronization => None,
        Asks::SharedCalendar => Some(parameters.synchronization_budget),
        _ => Some(parameters.availability_deadline),
    }
}

/// The clock is looked at each second.
pub(super) fn answers_come_in_time(story: &Story<'_>) -> Verdict {
    let Some(budget) = budget(story) else {
        return Ok(());
    };
    let limit = budget + story.federation.parameters.deadline_poll;
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

pub(super) fn given_up_in_time(story: &Story<'_>) -> Verdict {
    let parameters = &story.federation.parameters;
    // Whoever waits for an answer gives up after the time-out of HTTP, if that is shorter.
    let deadline = budget(story).map_or(parameters.http_timeout, |budget| {
        budget.min(parameters.http_timeout)
    });
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
pub(super) fn nobody_owes(story: &Story<'_>) -> Verdict {
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

pub(super) fn groups_end_once(story: &Story<'_>) -> Verdict {
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
pub(super) fn legs_follow_each_other(story: &Story<'_>) -> Verdict {
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
