//! Laws of what a caller sees, and of what is switched off.

use std::collections::BTreeMap;

use fedsim::engine::Instant;
use fedsim::model::Federation;
use fedsim::model::directory::Recipient;
use fedsim::model::observation::{Fact, PathKind, PathObject};
use fedsim::model::organization::OrgId;
use fedsim::model::outcome::{AccessLevel, Answer, Asks, AttendeeOutcome, Leg};
use fedsim::model::relationship::OrganizationRelationship;
use fedsim::model::token::Offer;

use super::{Story, Verdict, require, states};

/// A view comes from a local calendar, or from a target that authenticated the caller and decided so.
pub(super) fn views_rest_on_decisions(story: &Story<'_>) -> Verdict {
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
pub(super) fn nobody_sees_more_than_granted(story: &Story<'_>) -> Verdict {
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
            level <= story.request.ask.view.level(),
            "attendee {attendee}: {level} in a {}",
            story.request.ask.view
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

/// MailTips and photos come from the own organization, or from a target that honoured a token of their
/// offer and whose relationship gives them; one photo a group.
pub(super) fn answers_rest_on_decisions(story: &Story<'_>) -> Verdict {
    let federation = story.federation;
    let asks = story.request.ask.asks;
    let offer = match asks {
        Asks::FreeBusy => Offer::SharingCalendarFreeBusy,
        Asks::MailTips => Offer::MailTips,
        Asks::Photos => Offer::UserPhotoRetrieval,
        Asks::SharedCalendar | Asks::Synchronization => Offer::SharingRead,
        Asks::DeliveryReports => Offer::SharingCalendarFreeBusy,
        Asks::Archive => Offer::XropLogon,
        Asks::Invitation | Asks::OpenInvitation => Offer::SharingInviteMessage,
    };
    let mut decided = BTreeMap::new();
    // The level at which a shared folder was opened last.
    let mut folder = None;
    for observation in &story.observations {
        match observation.fact {
            Fact::TokenIssued { leg, token, .. } => {
                let expected = match leg {
                    Leg::AutodiscoverToken => Offer::Autodiscover,
                    _ => offer,
                };
                require!(
                    token.offer == expected,
                    "{asks} with a token of {}",
                    token.offer
                );
            }
            Fact::AnswerDecided {
                group,
                attendee,
                decision,
            } => {
                let Ok(answer) = decision.result else {
                    continue;
                };
                decided.insert(attendee, answer);
                let Some(id) = decision.relationship else {
                    return Err(format!(
                        "attendee {attendee}: {answer} without a relationship"
                    ));
                };
                let group = &story.groups[&group];
                require!(
                    group.is_by_token(),
                    "attendee {attendee}: {answer} without a token"
                );
                let organization = federation.relationships.original(id).organization;
                let from = oldest(federation, organization, observation.at);
                let seen = states(&federation.relationships, id, from, observation.at);
                let gives = |row: &&OrganizationRelationship| match asks {
                    Asks::MailTips => row.mail_tips_access_enabled,
                    Asks::DeliveryReports => row.delivery_report_enabled,
                    Asks::Archive => true,
                    _ => row.photos_enabled,
                };
                require!(
                    seen.iter()
                        .any(|row| row.exists && row.enabled && gives(row)),
                    "attendee {attendee}: {answer} that the relationship does not give"
                );
            }
            Fact::FolderDecided { level, .. } => {
                require!(asks.is_synchronization(), "a folder is opened for {asks}");
                if let Ok(level) = level {
                    folder = Some(level);
                }
            }
            Fact::GroupDispatched {
                attendees, path, ..
            } => require!(
                asks != Asks::Photos || attendees == 1 || path == PathObject::Local,
                "{attendees} photos in a group"
            ),
            Fact::CalendarDecided { attendee, .. } => require!(
                asks == Asks::FreeBusy,
                "attendee {attendee}: a calendar is read for {asks}"
            ),
            Fact::AttendeeDone {
                attendee,
                path,
                outcome,
                ..
            } => match outcome {
                AttendeeOutcome::View(_) => {
                    require!(
                        asks == Asks::FreeBusy,
                        "attendee {attendee}: a view for {asks}"
                    );
                }
                AttendeeOutcome::Answered(answer) if asks.is_synchronization() => {
                    let expected = match folder {
                        Some(AccessLevel::None) => [Answer::SharedBlank; 2],
                        Some(AccessLevel::Simple) => [Answer::SharedTimes, Answer::SharedEmpty],
                        Some(_) => [Answer::SharedDetails, Answer::SharedEmpty],
                        None => {
                            return Err(format!("attendee {attendee}: a folder nobody opened"));
                        }
                    };
                    require!(
                        expected.contains(&answer) && path == Some(PathKind::Personal),
                        "attendee {attendee}: {answer} of a folder open at {folder:?}"
                    );
                }
                AttendeeOutcome::Answered(answer) => require!(
                    asks != Asks::FreeBusy
                        && (path == Some(PathKind::Local)
                            || decided.get(&attendee) == Some(&answer)),
                    "attendee {attendee}: {answer} for {asks} that nobody gave"
                ),
                AttendeeOutcome::Failed(_) => {}
            },
            _ => {}
        }
    }
    Ok(())
}

/// What is switched off at the requester stops within the life of its caches and the replication of
/// its directory.
pub(super) fn switched_off_stops(story: &Story<'_>) -> Verdict {
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
        let may_ask = |row: &OrganizationRelationship| match story.request.ask.asks {
            Asks::FreeBusy => row.free_busy_access_enabled,
            Asks::MailTips => row.mail_tips_access_enabled,
            Asks::DeliveryReports => row.delivery_report_enabled,
            Asks::Archive => row.archive_access_enabled,
            Asks::Photos
            | Asks::SharedCalendar
            | Asks::Synchronization
            | Asks::Invitation
            | Asks::OpenInvitation => true,
        };
        let on = seen
            .iter()
            .any(|row| row.exists && row.enabled && may_ask(row));
        require!(on, "group {number} leaves by a relationship that is off");
    }
    Ok(())
}

/// The oldest state of its objects that a process of an organization may go by.
fn oldest(federation: &Federation, organization: OrgId, now: Instant) -> Instant {
    let loaded = now - federation.parameters.relationship_cache_life;
    federation.replicated(organization, loaded)
}
