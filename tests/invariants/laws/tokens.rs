//! Laws of tokens: how many there are, and when they are honoured.

use fedsim::engine::Instant;
use fedsim::model::cause::Cause;
use fedsim::model::observation::{Fact, PathObject};
use fedsim::model::outcome::{GroupOutcome, Leg};

use super::{Story, Verdict, require, states};

/// A group that goes by tokens asks for one for free/busy once, and for one for Autodiscover at most
/// once; unless it stops before.
pub(super) fn tokens_are_as_many_as_groups(story: &Story<'_>) -> Verdict {
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

pub(super) fn sharing_epr_spares_autodiscover(story: &Story<'_>) -> Verdict {
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
pub(super) fn tokens_within_their_window(story: &Story<'_>) -> Verdict {
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
