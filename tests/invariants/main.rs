//! Laws that hold in every world, tried on ten thousand random ones.
//!
//! A world that breaks one is printed with its seed, cut down to what is needed to break it. To try one
//! seed alone: `FEDSIM_WORLD=1234 cargo test --test invariants random_worlds`.

#[path = "../support/mod.rs"]
mod support;

mod laws;
mod troubles;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use fedsim::model::observation::Fact;
use fedsim::model::outcome::RequestOutcome;
use support::{Count, Run, run};
use world::{Dice, World};

/// How many worlds are tried.
const WORLDS: u64 = 10_000;
/// Each so manieth world is also run again, and again with somebody added who sends nothing.
const REPEATED: u64 = 16;
/// The variable that names the only seed to try.
const ONLY: &str = "FEDSIM_WORLD";

#[test]
fn random_worlds_keep_every_law() {
    if let Ok(seed) = std::env::var(ONLY) {
        return try_seed(seed.parse().expect("a seed is a whole number"));
    }
    let next = AtomicU64::new(0);
    let broken = AtomicBool::new(false);
    let failure: Mutex<Option<String>> = Mutex::new(None);
    be_quiet_about_worlds();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !broken.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= WORLDS {
                        return;
                    }
                    if let Err(law) = judge(&World::of_seed(seed), seed) {
                        broken.store(true, Ordering::Relaxed);
                        let mut first = failure.lock().expect("nobody panics with it");
                        first.get_or_insert_with(|| report(seed, &law));
                    }
                }
            });
        }
    });
    if let Some(report) = failure.into_inner().expect("nobody panicked with it") {
        panic!("{report}");
    }
}

/// A world that panics is told by its seed, with the panic's text: the threads that try worlds have no
/// name, and print nothing themselves.
fn be_quiet_about_worlds() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name().is_some() {
            tell(panic);
        }
    }));
}

/// Tries one seed, with the panic's own text if there is one.
fn try_seed(seed: u64) {
    if let Err(law) = judge(&World::of_seed(seed), seed) {
        panic!("{}", report(seed, &law));
    }
}

/// Holds a scenario to the laws, and to giving the same again.
fn judge(world: &World, seed: u64) -> Result<(), String> {
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let first = run(&world.text());
        laws::check(&first)?;
        if seed.is_multiple_of(REPEATED) {
            repeat(world, &first)?;
        }
        Ok(())
    }));
    judged.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
        Err(format!("panic: {}", text.unwrap_or_default()))
    })
}

/// The same text gives the same observations; its tables in another order give the same digests, and so
/// does an organization more that sends nothing.
fn repeat(world: &World, first: &Run) -> Result<(), String> {
    let text = world.text();
    if run(&text).observations != first.observations {
        return Err("the same scenario gives other observations".into());
    }
    let added = "\n[org.bystander]\ndomains = [\"bystander.com\"]\nmailboxes = 3\n";
    let with = run(&format!("{text}{added}"));
    let reversed = run(&world.text_in_reverse());
    for organization in first.federation.organizations.ids() {
        let name = &first.federation.organizations.original(organization).name;
        if first.digest_of(name) != with.digest_of(name) {
            return Err(format!("a bystander changes what {name} sees"));
        }
        if first.digest_of(name) != reversed.digest_of(name) {
            return Err(format!("the order of tables changes what {name} sees"));
        }
    }
    Ok(())
}

/// Tells of a broken law: the seed, the law, and the smallest part of the world that still breaks it.
fn report(seed: u64, law: &str) -> String {
    let mut world = World::of_seed(seed);
    let kind = |law: &str| law.split(':').next().unwrap_or_default().to_owned();
    let breaks = |world: &World| {
        let law = judge(world, seed).err()?;
        // Whatever keeps it from being compiled is another matter.
        (!law.contains("error[")).then_some(law)
    };
    let mut smallest = law.to_owned();
    let mut index = 0;
    while index < world.blocks.len() {
        let mut without = world.clone();
        without.blocks.remove(index);
        match breaks(&without).filter(|found| kind(found) == kind(law)) {
            Some(found) => {
                world = without;
                smallest = found;
            }
            None => index += 1,
        }
    }
    format!(
        "{law}\nTo see it again: {ONLY}={seed} cargo test --test invariants random_worlds\n\
         Cut down: {smallest}\n\n{}",
        world.text()
    )
}

/// A world in which everything is right: so many partners of Contoso, of these versions.
fn healthy(dice: &mut Dice, gateway: &str) -> String {
    let mut text = format!("fedsim = 1\n[run]\nlength = \"14 d\"\n[gateway.business]\n{gateway}");
    text.push_str("[org.contoso]\ndomains = [\"contoso.com\"]\nmailboxes = 5\n");
    for name in ["fabrikam", "tailspin"] {
        let version = dice.pick(&["2013 SP1", "2013 CU23", "2016 CU1", "2019", "SE"]);
        text.push_str(&format!(
            "[org.{name}]\nexchange = \"{version}\"\ndomains = [\"{name}.com\"]\nmailboxes = 100
[relationship.\"contoso -> {name}\"]\nfree_busy_access = true
[relationship.\"{name} -> contoso\"]\nfree_busy_level = \"LimitedDetails\"\n"
        ));
    }
    text
}

#[test]
fn a_gateway_may_roll_its_certificate_as_long_as_both_are_held() {
    // The next certificate stands in the metadata 30 days before it signs, and partners read the
    // metadata each day: they hold it in time, beside the one that signs until then.
    for seed in 0..50 {
        let mut dice = Dice(ChaCha8Rng::seed_from_u64(seed));
        let (first, every) = (dice.between(0, 10 * 24), dice.between(2 * 24, 5 * 24));
        let gateway = format!("rollover_first = \"+{first} h\"\nrollover_every = \"{every} h\"\n");
        let mut text = healthy(&mut dice, &gateway);
        let minutes = dice.between(100, 300);
        let count = 14 * 24 * 60 / minutes;
        text.push_str(&format!(
            "[request.look]\nat = \"+1 min\"\nfrom = \"user1@contoso.com\"
to = [\"user1@fabrikam.com\", \"user1@tailspin.com\"]\ncount = {count}\nevery = \"{minutes} min\"\n"
        ));
        let run = run(&text);
        let signers = run.observations.iter().filter_map(|o| match o.fact {
            Fact::TokenIssued { token, .. } => Some(token.signed_by),
            _ => None,
        });
        assert!(signers.max() > Some(0), "it rolls:\n{text}");
        for observation in &run.observations {
            if let Fact::RequestDone { outcome, .. } = observation.fact {
                assert_eq!(outcome, RequestOutcome::Complete, "seed {seed}:\n{text}");
            }
        }
    }
}

#[test]
fn twice_as_many_attendees_of_a_partner_cost_no_more_tokens_when_it_is_known() {
    for seed in 0..50 {
        let mut dice = Dice(ChaCha8Rng::seed_from_u64(seed));
        let world = healthy(&mut dice, "");
        let attendees = dice.between(1, 50);
        let tokens = |attendees: u64, rule: &str| {
            let to = |count| -> Vec<String> {
                (1..=count)
                    .map(|n| format!("user{n}@fabrikam.com"))
                    .collect()
            };
            let ask = |name: &str, at: &str, to: Vec<String>| {
                format!(
                    "[request.{name}]\nat = \"{at}\"\nfrom = \"user1@contoso.com\"\nto = {to:?}\n"
                )
            };
            let first = ask("first", "+1 min", to(100));
            let second = ask("second", "+20 min", to(attendees));
            let run = run(&world
                .replace(
                    "[relationship.\"contoso -> fabrikam\"]",
                    &format!("[relationship.\"contoso -> fabrikam\"]\n{rule}"),
                )
                .replace("fedsim = 1", &format!("fedsim = 1\n{first}{second}")));
            let count = |name: &str| Count::of(run.facts(run.request(name)));
            (count("contoso/first#1"), count("contoso/second#1"))
        };
        let direct =
            "target_sharing_epr = \"https://mail.fabrikam.com/EWS/Exchange.asmx/WSSecurity\"";
        for rule in ["", direct] {
            let (one, two) = (tokens(attendees, rule), tokens(2 * attendees, rule));
            assert_eq!(one, two, "seed {seed}");
            assert_eq!((one.1.free_busy_tokens, one.1.autodiscover_tokens), (1, 0));
            assert_eq!(one.0.autodiscover_tokens, u32::from(rule.is_empty()));
        }
    }
}
