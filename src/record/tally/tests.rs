//! Tests of the tally: four requests, counted by hand.

use super::*;
use crate::engine::Span;
use crate::model::cause::{Cause, Layer};
use crate::model::observation::{CacheAnswer, Fact, NameAnswer};
use crate::model::outcome::{AccessLevel, Leg};
use crate::record::fixture::{CONTOSO, FABRIKAM, START, federation, journey, request, seen};

fn tally_of(observations: &[Observation]) -> Tally {
    let federation = federation();
    let mut tally = Tally::new();
    for observation in observations {
        tally.observe(federation, observation);
    }
    tally
}

fn four_requests() -> Vec<Observation> {
    let mut all = journey(0, 1, Ok(()));
    all.extend(journey(10_000, 2, Err(Cause::TokenSignatureUnknown)));
    all.extend(journey(20_000, 3, Err(Cause::TokenSignatureUnknown)));
    all.extend(journey(30_000, 4, Ok(()))[..7].iter());
    let since = START + Span::from_seconds(30);
    all.push(seen(3_600_000, request(4), Fact::InFlightAtEnd { since }));
    all
}

/// By hand: of four requests one is complete, two fail 490 ms after 10 s and 20 s, one gets as far
/// as its connection to the gateway; the first name is not in the cache.
#[test]
fn a_tally_counts_requests_groups_attendees_tokens_and_calls_apart() {
    let tally = tally_of(&four_requests());
    let requests = Requests {
        sent: 4,
        retries: 0,
        complete: 1,
        partial: 0,
        failed: 2,
        in_flight: 1,
    };
    let outcomes = &tally.outcomes;
    assert_eq!(outcomes.requests, requests);
    let groups = &outcomes.groups;
    assert_eq!((groups.dispatched, groups.answered), (4, 1));
    assert_eq!(groups.failed.total(), 2);
    let views: Vec<_> = outcomes.attendees.views.iter().collect();
    assert_eq!(views, [(AccessLevel::Simple, 1)]);
    let rows = tally.failures.by_frequency();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].0.cause, Cause::TokenSignatureUnknown);
    let expected = Occurrences {
        count: 2,
        first: START + Span::from_milliseconds(10_490),
        last: START + Span::from_milliseconds(20_490),
    };
    assert_eq!(rows[0].1, expected);
    assert_eq!(tally.failures.by_layer().get(Layer::Token), 2);
    let work = &tally.work;
    let begun: Vec<_> = work.begun.iter().collect();
    assert_eq!(begun, [(Leg::FreeBusyToken, 4), (Leg::Availability, 3)]);
    assert_eq!(
        (work.names.get(NameAnswer::Found), work.names_cached),
        (4, 3)
    );
    assert_eq!((work.connections_opened, work.connections_reused), (4, 0));
    assert_eq!((work.urls_asked(), work.urls.get(CacheAnswer::Hit)), (4, 4));
    assert_eq!(tally.latency.requests.by_ends(LATENCY_ENDS), [3, 0, 0, 0]);
}

#[test]
fn tokens_are_counted_by_offer_hour_pair_and_data_centre() {
    let tally = tally_of(&four_requests());
    let three = Volume {
        count: 3,
        bytes: 27_000,
    };
    let tokens = &tally.tokens;
    assert_eq!(tokens.issued(), three);
    let hours: Vec<_> = tokens
        .by_hour()
        .map(|(at, _, volume)| (at, volume))
        .collect();
    assert_eq!(hours, [(START, three)], "the run starts at a full hour");
    assert_eq!(tokens.by_pair(), [((CONTOSO, Some(FABRIKAM)), three)]);
    let desk = tokens.desk(crate::model::gateway::DataCentreId(0));
    assert_eq!((desk.issued, desk.refused), (3, 0));
}

#[test]
fn merged_tallies_are_the_tally_of_all_observations() {
    let all = four_requests();
    for at in [0, 1, 16, 20, all.len()] {
        let (first, second) = all.split_at(at);
        let mut merged = tally_of(second);
        merged.merge(&tally_of(first));
        assert_eq!(merged, tally_of(&all), "split at {at}");
    }
}
