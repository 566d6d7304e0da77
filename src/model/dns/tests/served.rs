//! What the servers of zones answer.

use super::*;
use crate::engine::Distribution;

#[test]
fn what_a_name_is_answered_depends_on_what_lies_at_it_and_below_it() {
    let mut world = World::new();
    let hour = Span::from_hours(1);
    let zone = world.zone("contoso.com", ZoneState::Serving, View::Public);
    world.zone("corp.contoso.com", ZoneState::ServerFailure, View::Public);
    world.zone("gone.example", ZoneState::Absent, View::Public);
    world.set(zone, "mail.contoso.com", hour, host(1));
    let target = world.names.intern("mail.contoso.com");
    let service = RecordData::Service {
        priority: 0,
        weight: 0,
        port: 443,
        target,
    };
    world.set(zone, "_autodiscover._tcp.contoso.com", hour, service);
    world.alias(zone, "autodiscover.contoso.com", hour, "mail.contoso.com");
    let no_data = Answer::NoData { time_to_live: hour };
    let no_name = Answer::NoSuchName { time_to_live: hour };
    let not_delegated = Answer::NoSuchName {
        time_to_live: ABOVE,
    };
    let address = RecordType::Address;
    let cases = [
        ("contoso.com", address, no_data),
        ("mail.contoso.com", RecordType::Text, no_data),
        ("autodiscover.contoso.com", RecordType::Text, no_data),
        ("_tcp.contoso.com", address, no_data),
        ("www.contoso.com", address, no_name),
        ("notcontoso.com", address, not_delegated),
        ("mail.gone.example", address, not_delegated),
        ("a.corp.contoso.com", address, Answer::ServerFailure),
    ];
    for (name, _, _) in &cases {
        world.names.intern(name);
    }
    let dns = world.compile();
    for (name, record_type, expected) in cases {
        let answer = dns.authoritative(world.name(name), record_type, minutes(1));
        assert_eq!(answer, expected, "{name} {record_type:?}");
    }
    let alias = world.name("autodiscover.contoso.com");
    let found = |record_type| match dns.authoritative(alias, record_type, minutes(1)) {
        Answer::Found(found) => dns.records(found).to_vec(),
        other => panic!("{other:?}"),
    };
    assert_eq!(found(address), [host(1)]);
    assert_eq!(
        found(RecordType::CanonicalName),
        [RecordData::Canonical(target)]
    );
}

#[test]
fn eight_aliases_are_followed_and_nine_or_a_circle_are_a_failure() {
    for (aliases, circle, expected) in [(1, false, true), (8, false, true), (9, false, false)]
        .into_iter()
        .chain([(2, true, false)])
    {
        let mut world = World::new();
        let zone = world.zone("contoso.com", ZoneState::Serving, View::Public);
        // The i-th alias lives for 20 - i min, so that the last one is the first to lapse.
        for i in 0..aliases {
            let next = if circle { (i + 1) % aliases } else { i + 1 };
            let (name, target) = (format!("a{i}.contoso.com"), format!("a{next}.contoso.com"));
            world.alias(zone, &name, Span::from_minutes(20 - i), &target);
        }
        if !circle {
            let last = format!("a{aliases}.contoso.com");
            world.set(zone, &last, Span::from_hours(1), host(7));
        }
        let dns = world.compile();
        let name = world.name("a0.contoso.com");
        let answers = [
            dns.authoritative(name, RecordType::Address, minutes(1)),
            ResolverCache::default()
                .resolve(&dns, &resolver(), name, RecordType::Address, minutes(1))
                .answer,
        ];
        for answer in answers {
            match answer {
                Answer::Found(found) => {
                    assert!(expected, "{aliases}");
                    assert_eq!(found.time_to_live, Span::from_minutes(21 - aliases));
                }
                other => assert_eq!(
                    (other, expected),
                    (Answer::ServerFailure, false),
                    "{aliases}"
                ),
            }
        }
    }
}

#[test]
fn a_slow_zone_delays_those_who_have_to_ask_it() {
    let mut world = World::new();
    let zone = world.zone("contoso.com", ZoneState::Serving, View::Public);
    let fabrikam = world.zone("fabrikam.com", ZoneState::Serving, View::Public);
    for (zone, seconds) in [(zone, 3), (fabrikam, 4)] {
        let delay = Distribution::constant(Span::from_seconds(seconds));
        world.zones.original_mut(zone).extra_delay = Some(Box::new(delay));
    }
    let hour = Span::from_hours(1);
    world.alias(zone, "autodiscover.contoso.com", hour, "mail.fabrikam.com");
    world.set(fabrikam, "mail.fabrikam.com", hour, host(1));
    let dns = world.compile();
    let keys = keys();
    let name = world.name("autodiscover.contoso.com");
    let mut cache = ResolverCache::default();
    for seconds in [7, 0] {
        let resolution = cache.resolve(&dns, &resolver(), name, RecordType::Address, minutes(1));
        let delay = dns.extra_delay(&resolution.asked, minutes(1), &keys, NameHash::of("x"), 0);
        assert_eq!(delay, Span::from_seconds(seconds));
    }
}
