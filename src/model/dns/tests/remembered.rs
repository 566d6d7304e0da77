//! What resolvers remember, and for how long.

use super::*;
use crate::engine::Distribution;
use crate::model::purpose::Purpose;

#[test]
fn an_answer_is_remembered_for_its_time_to_live_within_the_caps() {
    let hour = Span::from_hours(1);
    let day = Span::from_days(1);
    let server = resolver();
    let client_2000 = Resolver {
        negative_cap: Span::from_seconds(300),
        ..resolver()
    };
    let impatient = Resolver {
        failure_life: Span::from_seconds(30),
        ..resolver()
    };
    let patient = Resolver {
        failure_life: day,
        negative_cap: day,
        ..resolver()
    };
    let (serving, failing) = (ZoneState::Serving, ZoneState::ServerFailure);
    let seconds = Span::from_seconds;
    for (rule, resolver, state, name, positive, remembered) in [
        (
            "RFC 1035: the record's own",
            &server,
            serving,
            "mail.contoso.com",
            hour,
            hour,
        ),
        (
            "positive cap 86 400 s",
            &server,
            serving,
            "mail.contoso.com",
            day.times(2),
            day,
        ),
        (
            "zero: not at all",
            &server,
            serving,
            "mail.contoso.com",
            Span::ZERO,
            Span::ZERO,
        ),
        (
            "RFC 2308 s.5: the zone's negative",
            &patient,
            serving,
            "no.contoso.com",
            hour,
            hour,
        ),
        (
            "negative cap 900 s",
            &server,
            serving,
            "no.contoso.com",
            hour,
            seconds(900),
        ),
        (
            "negative cap 300 s",
            &client_2000,
            serving,
            "no.contoso.com",
            hour,
            seconds(300),
        ),
        (
            "no data is negative too",
            &server,
            serving,
            "contoso.com",
            hour,
            seconds(900),
        ),
        (
            "RFC 2308 s.7: 5 min at most",
            &patient,
            failing,
            "mail.contoso.com",
            hour,
            seconds(300),
        ),
        (
            "a shorter failure life",
            &impatient,
            failing,
            "mail.contoso.com",
            hour,
            seconds(30),
        ),
        (
            "RFC 2308 s.7.2",
            &patient,
            ZoneState::Silent,
            "mail.contoso.com",
            hour,
            seconds(300),
        ),
        (
            "no zone: what is above says",
            &patient,
            serving,
            "fabrikam.com",
            hour,
            ABOVE,
        ),
        (
            "an absent zone",
            &patient,
            ZoneState::Absent,
            "mail.contoso.com",
            hour,
            ABOVE,
        ),
    ] {
        let mut world = World::new();
        let zone = world.zone("contoso.com", state, View::Public);
        world.set(zone, "mail.contoso.com", positive, host(1));
        let name = world.names.intern(name);
        let dns = world.compile();
        let mut cache = ResolverCache::default();
        let mut from_cache = |at| {
            cache
                .resolve(&dns, resolver, name, RecordType::Address, at)
                .is_from_cache()
        };
        let asked_at = minutes(7);
        assert!(!from_cache(asked_at), "{rule}: a new cache is empty");
        if remembered > Span::ZERO {
            let last = remembered.saturating_sub(Span::from_nanoseconds(1));
            assert!(from_cache(asked_at + last), "{rule}: still remembered");
        }
        assert!(!from_cache(asked_at + remembered), "{rule}: lapsed");
    }
}

#[test]
fn a_proof_that_is_asked_for_before_it_is_published_stays_unseen_until_the_negative_answer_lapses()
{
    // Published at minute 10; the zone's negative time to live is an hour, the caps 900 s and 2 h.
    for (cap, first_asked, asked_again, seen) in [
        (Span::from_hours(2), 0, 11, false),
        (Span::from_hours(2), 0, 59, false),
        (Span::from_hours(2), 0, 60, true),
        (Span::from_hours(2), 10, 11, true),
        (Span::from_minutes(15), 0, 14, false),
        (Span::from_minutes(15), 0, 15, true),
        (Span::from_minutes(15), 9, 23, false),
    ] {
        let mut world = World::new();
        let zone = world.zone("contoso.com", ZoneState::Serving, View::Public);
        let proof = world.set(zone, "contoso.com", Span::from_hours(1), text("proof"));
        world.sets.original_mut(proof).records.clear();
        world.revise(proof, minutes(10), vec![text("proof")]);
        let dns = world.compile();
        let resolver = Resolver {
            negative_cap: cap,
            ..resolver()
        };
        let mut cache = ResolverCache::default();
        let mut ask = |at| {
            let name = world.name("contoso.com");
            cache.resolve(&dns, &resolver, name, RecordType::Text, at)
        };
        ask(minutes(first_asked));
        let answer = ask(minutes(asked_again)).answer;
        let case = format!("cap {cap}, asked at {first_asked} and {asked_again} min");
        assert_eq!(matches!(answer, Answer::Found(_)), seen, "{case}");
    }
}

#[test]
fn misses_of_poisson_arrivals_are_one_in_one_plus_rate_times_life() {
    const REQUESTS: u64 = 100_000;
    let keys = keys();
    let life = Span::from_hours(1);
    for (rate_times_life, mean_gap) in [
        (0.1, life.times(10)),
        (1.0, life),
        (10.0, life.divided_by(10)),
    ] {
        let mut world = World::new();
        let zone = world.zone("contoso.com", ZoneState::Serving, View::Public);
        world.set(zone, "mail.contoso.com", life, host(1));
        let dns = world.compile();
        let gaps = Distribution::exponential(mean_gap).expect("a mean above zero");
        let mut cache = ResolverCache::default();
        let (mut now, mut misses) = (Instant::EPOCH, 0_u64);
        for n in 0..REQUESTS {
            now += gaps.sample(&keys, Purpose::DnsDelay, NameHash::of("arrivals"), n);
            let (_, from_cache) = ask_host(
                &mut cache,
                &dns,
                &resolver(),
                world.name("mail.contoso.com"),
                now,
            );
            misses += u64::from(!from_cache);
        }
        // Between two misses lie 1 + Poisson(a) requests, mean 1 + a and variance a, so that the
        // misses of n requests have mean n / (1 + a) and variance near n a / (1 + a)^3.
        let (n, a) = (REQUESTS as f64, rate_times_life);
        let mean = n / (1.0 + a);
        let deviation = libm::sqrt(n * a / ((1.0 + a) * (1.0 + a) * (1.0 + a)));
        let off = (misses as f64 - mean).abs();
        assert!(
            off < 4.0 * deviation,
            "{a}: {misses} misses, expected {mean}"
        );
    }
}

#[test]
fn an_alias_that_is_remembered_leads_on_though_what_it_leads_to_is_asked_for_again() {
    let mut world = World::new();
    let zone = world.zone("contoso.com", ZoneState::Serving, View::Public);
    let day = Span::from_days(1);
    let alias = world.alias(zone, "autodiscover.contoso.com", day, "old.contoso.com");
    world.set(zone, "old.contoso.com", Span::from_minutes(5), host(1));
    world.set(zone, "new.contoso.com", Span::from_minutes(5), host(2));
    let new = RecordData::Canonical(world.name("new.contoso.com"));
    world.revise(alias, minutes(10), vec![new]);
    let dns = world.compile();
    let name = world.name("autodiscover.contoso.com");
    let mut cache = ResolverCache::default();
    for (at, expected, questions) in [
        (0, 1, 2),
        (4, 1, 0),
        (11, 1, 1),
        (1_439, 1, 1),
        (1_440, 2, 2),
    ] {
        let resolution = cache.resolve(&dns, &resolver(), name, RecordType::Address, minutes(at));
        assert_eq!(resolution.asked.questions(), questions, "at {at} min");
        let (number, _) = ask_host(&mut cache, &dns, &resolver(), name, minutes(at));
        assert_eq!(number, Some(expected), "at {at} min");
    }
}

#[test]
fn a_record_that_changes_is_seen_when_the_old_one_lapses_and_one_that_goes_too() {
    let mut world = World::new();
    let zone = world.zone("contoso.com", ZoneState::Serving, View::Public);
    let set = world.set(zone, "mail.contoso.com", Span::from_minutes(30), host(1));
    world.revise(set, minutes(10), vec![host(2)]);
    world.revise(set, minutes(40), Vec::new());
    let dns = world.compile();
    let name = world.name("mail.contoso.com");
    let mut cache = ResolverCache::default();
    for (at, expected) in [
        (0, Some(1)),
        (29, Some(1)),
        (30, Some(2)),
        (59, Some(2)),
        (60, None),
    ] {
        let (number, _) = ask_host(&mut cache, &dns, &resolver(), name, minutes(at));
        assert_eq!(number, expected, "at {at} min");
    }
}

#[test]
fn a_name_that_does_not_exist_is_remembered_for_every_type() {
    let mut world = World::new();
    let zone = world.zone("contoso.com", ZoneState::Serving, View::Public);
    let set = world.set(zone, "mail.contoso.com", Span::from_hours(1), host(1));
    world.sets.original_mut(set).records.clear();
    world.revise(set, minutes(1), vec![host(1)]);
    let dns = world.compile();
    let name = world.name("mail.contoso.com");
    let mut cache = ResolverCache::default();
    cache.resolve(&dns, &resolver(), name, RecordType::Text, minutes(0));
    let answer = ask_host(&mut cache, &dns, &resolver(), name, minutes(14));
    assert_eq!(answer, (None, true));
    assert_eq!(
        ask_host(&mut cache, &dns, &resolver(), name, minutes(15)).0,
        Some(1)
    );
}

#[test]
fn a_name_within_an_internal_zone_is_never_asked_outside() {
    let mut world = World::new();
    let hour = Span::from_hours(1);
    let public = world.zone("contoso.com", ZoneState::Serving, View::Public);
    let internal = world.zone("contoso.com", ZoneState::Serving, View::Internal);
    let deeper = world.zone("sub.contoso.com", ZoneState::Serving, View::Public);
    for (zone, name, number) in [
        (public, "mail.contoso.com", 1),
        (public, "autodiscover.contoso.com", 2),
        (internal, "mail.contoso.com", 3),
        (deeper, "a.sub.contoso.com", 4),
    ] {
        world.set(zone, name, hour, host(number));
    }
    let fabrikam = world.zone("fabrikam.com", ZoneState::Serving, View::Public);
    world.set(fabrikam, "mail.fabrikam.com", hour, host(5));
    world.alias(fabrikam, "alias.fabrikam.com", hour, "mail.contoso.com");
    let dns = world.compile();
    let inside = Resolver {
        internal: vec![internal],
        ..resolver()
    };
    for (name, outside_sees, inside_sees) in [
        ("mail.contoso.com", Some(1), Some(3)),
        ("autodiscover.contoso.com", Some(2), None),
        ("a.sub.contoso.com", Some(4), None),
        ("mail.fabrikam.com", Some(5), Some(5)),
        ("alias.fabrikam.com", Some(1), Some(3)),
    ] {
        for (resolver, expected) in [(&resolver(), outside_sees), (&inside, inside_sees)] {
            let mut cache = ResolverCache::default();
            let (number, _) = ask_host(&mut cache, &dns, resolver, world.name(name), minutes(1));
            assert_eq!(number, expected, "{name}");
        }
    }
}

#[test]
fn a_resolver_that_fails_gives_away_nothing_and_forgets_nothing() {
    let mut world = World::new();
    let zone = world.zone("contoso.com", ZoneState::Serving, View::Public);
    world.set(zone, "mail.contoso.com", Span::from_hours(1), host(1));
    let dns = world.compile();
    let name = world.name("mail.contoso.com");
    let mut cache = ResolverCache::default();
    for (state, expected, from_cache) in [
        (ResolverState::Up, None, false),
        (
            ResolverState::ServerFailure,
            Some(Answer::ServerFailure),
            true,
        ),
        (ResolverState::Silent, Some(Answer::Silent), true),
        (ResolverState::Up, None, true),
    ] {
        let resolver = Resolver {
            state,
            ..resolver()
        };
        let resolution = cache.resolve(&dns, &resolver, name, RecordType::Address, minutes(1));
        assert_eq!(resolution.is_from_cache(), from_cache, "{state:?}");
        match expected {
            Some(answer) => assert_eq!(resolution.answer, answer),
            None => assert!(matches!(resolution.answer, Answer::Found(_))),
        }
    }
}

#[test]
fn memory_stays_within_twice_what_is_alive() {
    let mut world = World::new();
    let zone = world.zone("contoso.com", ZoneState::Serving, View::Public);
    let names: Vec<NameId> = (0..20_000)
        .map(|i| {
            let name = format!("host{i}.contoso.com");
            world.set(zone, &name, Span::from_minutes(100), host(i));
            world.name(&name)
        })
        .collect();
    let dns = world.compile();
    let mut cache = ResolverCache::default();
    // A new name each minute, each alive for 100 minutes.
    for (minute, &name) in (0..).zip(&names) {
        ask_host(&mut cache, &dns, &resolver(), name, minutes(minute));
        assert!(
            cache.len() <= 2 * 100 + 2,
            "{} at {minute} min",
            cache.len()
        );
    }
}

#[test]
fn a_question_waits_for_the_answer_that_an_equal_one_is_waiting_for() {
    let (name, other) = (NameId(1), NameId(2));
    let (address, text) = (RecordType::Address, RecordType::Text);
    let failing = Resolver {
        state: ResolverState::ServerFailure,
        ..resolver()
    };
    let mut cache = ResolverCache::default();
    cache.expect_answer(name, address, minutes(3), minutes(1));
    for (rule, resolver, name, record_type, now, due) in [
        (
            "the same question",
            resolver(),
            name,
            address,
            minutes(2),
            Some(minutes(3)),
        ),
        ("another name", resolver(), other, address, minutes(2), None),
        ("another type", resolver(), name, text, minutes(2), None),
        (
            "the answer is there",
            resolver(),
            name,
            address,
            minutes(3),
            None,
        ),
        (
            "the resolver fails",
            failing,
            name,
            address,
            minutes(2),
            None,
        ),
    ] {
        let found = cache.under_way(&resolver, name, record_type, now);
        assert_eq!(found, due, "{rule}");
    }
}
