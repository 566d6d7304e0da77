//! Administrators who do anything: random cmdlets and waits in small organizations, while requests,
//! invitations and synchronization go on, and a gateway rolls its certificates.
//!
//! A world that breaks a rule is printed with its seed, cut down to what is needed to break it. To try
//! one seed alone: `FEDSIM_ADMINISTRATORS=12 cargo test --test administrators random`.

#[path = "../support/mod.rs"]
mod support;

#[path = "../invariants/laws/mod.rs"]
mod laws;
mod reading;
mod rules;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use fedsim::cmdlet::catalog::cmdlets;
use fedsim::engine::{Continue, IdVec, Instant};
use fedsim::model::administration::TranscriptEntry;
use fedsim::model::demand::ExplicitRequest;
use fedsim::model::observation::{Fact, Observation, Recorder};
use fedsim::model::outcome::{AccessLevel, Asks};
use fedsim::model::{Federation, Simulator};
use fedsim::record::{Digest, Fingerprint, Log};
use fedsim::study;
use support::{Run, compile};
use world::{Block, World};

/// How many worlds are tried.
const WORLDS: u64 = 500;
/// Each so manieth world is also run with somebody added who does nothing.
const REPEATED: u64 = 8;
/// The variable that names the only seed to try.
const ONLY: &str = "FEDSIM_ADMINISTRATORS";

/// What a world came to, to tell whether all worlds together try what they are to try.
#[derive(Debug, Default)]
struct Seen {
    /// Cmdlets that ended well, and that failed.
    succeeded: BTreeMap<&'static str, u64>,
    failed: BTreeMap<&'static str, u64>,
    /// Types of errors.
    errors: BTreeMap<String, u64>,
    listed: usize,
    proofs: usize,
    views: usize,
    folders: usize,
    invitations: usize,
}

#[test]
fn random_administrators_break_no_rule() {
    if let Ok(seed) = std::env::var(ONLY) {
        let seed = seed.parse().expect("a seed is a whole number");
        let judged = judge(&World::of_seed(seed), seed, &mut Seen::default());
        return judged.unwrap_or_else(|rule| panic!("{}", report(seed, &rule)));
    }
    let next = AtomicU64::new(0);
    let broken = AtomicBool::new(false);
    let failure: Mutex<Option<String>> = Mutex::new(None);
    let seen = Mutex::new(Seen::default());
    be_quiet_about_worlds();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut own = Seen::default();
                while !broken.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= WORLDS {
                        break;
                    }
                    if let Err(rule) = judge(&World::of_seed(seed), seed, &mut own) {
                        broken.store(true, Ordering::Relaxed);
                        let mut first = failure.lock().expect("nobody panics with it");
                        first.get_or_insert_with(|| report(seed, &rule));
                    }
                }
                seen.lock().expect("nobody panics with it").add(own);
            });
        }
    });
    if let Some(report) = failure.into_inner().expect("nobody panicked with it") {
        panic!("{report}");
    }
    seen.into_inner()
        .expect("nobody panicked with it")
        .suffice();
}

/// The threads that try worlds have no name, and print nothing themselves.
fn be_quiet_about_worlds() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name().is_some() {
            tell(panic);
        }
    }));
}

/// Holds a world to all rules; a panic is a broken rule.
fn judge(world: &World, seed: u64, seen: &mut Seen) -> Result<(), String> {
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let text = world.text();
        let federation = compile(&text);
        let watched = watch(&federation);
        hold(&federation, &watched, seen)?;
        if seed.is_multiple_of(REPEATED) {
            let bystander = "\n[org.bystander]\ndomains = [\"bystander.com\"]\nmailboxes = 3\n";
            let with = watch(&compile(&format!("{text}{bystander}")));
            if with.watch.transcript != watched.watch.transcript {
                return Err("bystander: one changes what administrators see".into());
            }
            for (id, name) in organizations(&federation) {
                if with.watch.digest.of(with.run.organization(&name)) != watched.watch.digest.of(id)
                {
                    return Err(format!("bystander: one changes what {name} sees"));
                }
            }
        }
        Ok(())
    }));
    judged.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
        Err(format!("panic: {}", text.unwrap_or_default()))
    })
}

fn organizations(
    federation: &Federation,
) -> impl Iterator<Item = (fedsim::model::organization::OrgId, String)> {
    let table = &federation.organizations;
    table
        .ids()
        .map(|id| (id, table.original(id).name.to_string()))
}

/// A run with everything that was seen in it.
struct Watched {
    run: Run,
    watch: Watch,
}

/// Keeps everything, and holds each step to the rules that are about steps.
#[derive(Default)]
struct Watch {
    digest: Digest,
    observations: Vec<Observation>,
    transcript: Vec<TranscriptEntry>,
    last: Option<Instant>,
    federated: rules::Federated,
    broken: Option<String>,
}

impl Watch {
    fn step(&mut self, at: Instant) {
        if self.last.is_some_and(|last| at < last) {
            self.broken
                .get_or_insert("order: a step before the one before it".into());
        }
        self.last = Some(at);
    }
}

impl Recorder for Watch {
    fn observe(&mut self, federation: &Federation, observation: &Observation) {
        self.step(observation.at);
        self.digest.observe(federation, observation);
        self.observations.push(*observation);
    }

    fn transcribe(&mut self, federation: &Federation, entry: &TranscriptEntry) {
        self.step(entry.ended);
        self.digest.transcribe(federation, entry);
        self.transcript.push(entry.clone());
        if let Err(rule) = rules::directory(federation, entry.ended, &mut self.federated) {
            let told = format!("{rule}; after `{}`", entry.statement);
            self.broken.get_or_insert(told);
        }
    }
}

fn watch(federation: &Federation) -> Watched {
    let done = Simulator::new(federation, 0, Watch::default()).run(|_, _| Continue::Yes);
    let watch = done.recorder;
    Watched {
        run: Run {
            federation: done.federation,
            observations: watch.observations.clone(),
            transcript: watch.transcript.clone(),
            ended: done.ended,
            in_flight: done.in_flight,
            rows_in_use: done.rows_in_use,
        },
        watch,
    }
}

fn hold(federation: &Federation, watched: &Watched, seen: &mut Seen) -> Result<(), String> {
    let (run, watch) = (&watched.run, &watched.watch);
    if let Some(rule) = &watch.broken {
        return Err(rule.clone());
    }
    rules::statements(&watch.transcript)?;
    seen.proofs += rules::proofs(watch.transcript.iter())?;
    seen.listed += reading::listings(&watch.transcript)?;
    rules::signers(&run.federation, &run.observations)?;
    // Synchronization in the background goes on to the end, and may be under way there.
    let workloads = &federation.workloads;
    let is_quiet = workloads.iter().all(|row| &*row.name != "background");
    if is_quiet && (run.rows_in_use != 0 || run.in_flight != 0) {
        return Err(format!(
            "end: {} rows are never freed, {} requests never end",
            run.rows_in_use, run.in_flight
        ));
    }
    laws::check(&explicit(run))?;
    // The same again, by all recorders of a study.
    let again = study::run(federation, 0, &[], (Log::None, &mut ()), |_, _| {
        Continue::Yes
    });
    if let Some(law) = again.broken_laws().next() {
        return Err(format!("law: {law:?}"));
    }
    if again.transcript.entries() != watch.transcript {
        return Err("again: the same seed gives another transcript".into());
    }
    let digest: (Fingerprint, Fingerprint) = (again.digest.total(), watch.digest.total());
    if digest.0 != digest.1 {
        return Err("again: the same seed gives another digest".into());
    }
    seen.note(watched);
    Ok(())
}

/// The run as those see it who asked for something in requests that are spelled out.
fn explicit(run: &Run) -> Run {
    let asks =
        |row: &&ExplicitRequest| !matches!(row.ask.asks, Asks::Invitation | Asks::OpenInvitation);
    let mut federation = run.federation.clone();
    let mut requests = IdVec::new();
    for row in run.federation.requests.iter().filter(asks) {
        requests.push(row.clone());
    }
    let known: BTreeSet<_> = requests.iter().map(|row| row.identity).collect();
    federation.requests = Arc::new(requests);
    let observations = run.observations.iter();
    let observations: Vec<Observation> = observations
        .filter(|it| known.contains(&it.request))
        .copied()
        .collect();
    let open = |it: &&Observation| matches!(it.fact, Fact::InFlightAtEnd { .. });
    Run {
        federation,
        ended: run.ended,
        in_flight: observations.iter().filter(open).count(),
        rows_in_use: 0,
        transcript: Vec::new(),
        observations,
    }
}

impl Seen {
    fn note(&mut self, watched: &Watched) {
        for entry in &watched.watch.transcript {
            for cmdlet in cmdlets() {
                if entry.statement.contains(cmdlet.name) {
                    let of = match entry.error {
                        None => &mut self.succeeded,
                        Some(_) => &mut self.failed,
                    };
                    *of.entry(cmdlet.name).or_default() += 1;
                }
            }
            if let Some(error) = &entry.error {
                *self.errors.entry(error.exception.to_string()).or_default() += 1;
            }
        }
        for observation in &watched.run.observations {
            match observation.fact {
                Fact::CalendarDecided { decision, .. } => {
                    self.views +=
                        usize::from(decision.result.is_ok_and(|it| it > AccessLevel::None));
                }
                Fact::FolderDecided { level: Ok(_), .. } => self.folders += 1,
                Fact::Sent {
                    asks: Asks::Invitation,
                    ..
                } => self.invitations += 1,
                _ => {}
            }
        }
    }

    fn add(&mut self, other: Seen) {
        for (of, from) in [
            (&mut self.succeeded, other.succeeded),
            (&mut self.failed, other.failed),
        ] {
            for (name, count) in from {
                *of.entry(name).or_default() += count;
            }
        }
        for (name, count) in other.errors {
            *self.errors.entry(name).or_default() += count;
        }
        self.listed += other.listed;
        self.proofs += other.proofs;
        self.views += other.views;
        self.folders += other.folders;
        self.invitations += other.invitations;
    }

    /// Worlds in which everything fails, or nothing, would try little.
    fn suffice(&self) {
        for cmdlet in cmdlets() {
            let count = self.succeeded.get(cmdlet.name).copied().unwrap_or(0);
            assert!(
                count > 5,
                "{} succeeds {count} times: {self:#?}",
                cmdlet.name
            );
        }
        assert!(self.errors.len() > 15, "{self:#?}");
        assert!(self.listed > 500 && self.proofs > 100, "{self:#?}");
        assert!(
            self.views > 100 && self.folders > 20 && self.invitations > 50,
            "{self:#?}"
        );
    }
}

/// Tells of a broken rule: the seed, the rule, and the smallest part of the world that still breaks it.
fn report(seed: u64, rule: &str) -> String {
    let mut world = World::of_seed(seed);
    let kind = |rule: &str| rule.split(':').next().unwrap_or_default().to_owned();
    let breaks = |world: &World| {
        let found = judge(world, seed, &mut Seen::default()).err()?;
        // Whatever keeps it from being compiled is another matter.
        (kind(&found) == kind(rule) && found.contains("error[") == rule.contains("error["))
            .then_some(found)
    };
    let mut smallest = rule.to_owned();
    let mut index = 0;
    while index < world.blocks.len() {
        let mut without = world.clone();
        without.blocks.remove(index);
        match breaks(&without) {
            Some(found) => (world, smallest) = (without, found),
            None => index += 1,
        }
    }
    for block in 0..world.blocks.len() {
        let mut line = 0;
        loop {
            let mut without = world.clone();
            let Block::Script { statements, .. } = &mut without.blocks[block] else {
                break;
            };
            if line >= statements.len() {
                break;
            }
            statements.remove(line);
            match breaks(&without) {
                Some(found) => (world, smallest) = (without, found),
                None => line += 1,
            }
        }
    }
    format!(
        "{rule}\nTo see it again: {ONLY}={seed} cargo test --test administrators random\n\
         Cut down: {smallest}\n\n{}",
        world.text()
    )
}
