//! What recorders cost: nanoseconds an observation, each alone and all together.
//!
//! It knows nothing of what they record. `cargo bench --bench recorders`; compare figures of one run
//! with each other, never those of two machines.
#![allow(clippy::print_stdout)] // A benchmark prints its figures.

use std::hint::black_box;
use std::time::Instant as WallClock;

use fedsim::engine::Continue;
use fedsim::model::observation::{Fact, Observation, Recorder};
use fedsim::record::{Digest, Log, RowSink, Rows, Tally, Timeline};
use fedsim::{Federation, Scenario, Simulator, study};

/// Three organizations that ask each other, most of the time with success.
const WORLD: &str = r#"
fedsim = 1
[run]
length = "3 h"
[gateway.business]
servers = 4
[org.contoso]
domains = ["contoso.com"]
mailboxes = 2000
servers = 2
[org.fabrikam]
domains = ["fabrikam.com"]
mailboxes = 2000
servers = 2
[relationship."contoso -> fabrikam"]
free_busy_access = true
free_busy_level = "LimitedDetails"
[relationship."fabrikam -> contoso"]
free_busy_access = true
free_busy_level = "LimitedDetails"
[request.contoso-asks]
at = "+1 min"
from = "user1@contoso.com"
to = ["user1@fabrikam.com", "user2@fabrikam.com"]
count = 20_000
every = "500 ms"
[request.fabrikam-asks]
at = "+1 min"
from = "user2@fabrikam.com"
to = ["user1@contoso.com"]
count = 20_000
every = "500 ms"
"#;

#[derive(Default)]
struct Keep(Vec<Observation>);

impl Recorder for Keep {
    fn observe(&mut self, _: &Federation, observation: &Observation) {
        self.0.push(*observation);
    }
}

fn main() {
    let scenario = Scenario::parse(WORLD, "bench.toml").unwrap_or_else(|found| panic!("{found}"));
    let compiled = scenario.compile().unwrap_or_else(|found| panic!("{found}"));
    let federation = &compiled.federation;
    let kept = Simulator::new(federation, 0, Keep::default()).run(|_, _| Continue::Yes);
    let seen = kept.recorder.0;
    let sent = |observation: &&Observation| matches!(observation.fact, Fact::Sent { .. });
    let requests = seen.iter().filter(sent).count();
    println!("{} observations of {requests} requests", seen.len());
    let told = |name: &str, nanoseconds: u128| {
        let each = nanoseconds as f64 / seen.len() as f64;
        let request = nanoseconds as f64 / requests as f64;
        println!("{name:>10}  {each:7.1} ns an observation  {request:8.0} ns a request");
    };
    told("digest", time(federation, &seen, Digest::new));
    told("tally", time(federation, &seen, Tally::new));
    told(
        "time line",
        time(federation, &seen, || Timeline::new(federation)),
    );
    told(
        "summary",
        time(federation, &seen, || {
            (Digest::new(), (Tally::new(), Timeline::new(federation)))
        }),
    );
    let rows = best(|| {
        let mut none = ();
        let sink: &mut dyn RowSink = &mut none;
        let mut rows = Rows::new(Log::All, 0, sink);
        record(federation, &seen, &mut rows);
        black_box(rows.finish(federation));
    });
    told("rows", rows);
    let nothing = best(|| {
        black_box(Simulator::new(federation, 0, ()).run(|_, _| Continue::Yes));
    });
    told("simulator", nothing);
    let all = best(|| {
        let goes_on = |_, _| Continue::Yes;
        let rows = (Log::None, &mut () as &mut dyn RowSink);
        black_box(study::run(federation, 0, &[], rows, goes_on));
    });
    told("whole run", all);
}

fn time<R: Recorder>(federation: &Federation, seen: &[Observation], new: impl Fn() -> R) -> u128 {
    best(|| {
        let mut recorder = new();
        record(federation, seen, &mut recorder);
        black_box(&recorder);
    })
}

fn record(federation: &Federation, seen: &[Observation], recorder: &mut impl Recorder) {
    for observation in seen {
        recorder.observe(federation, black_box(observation));
    }
}

/// The least of a few runs, in nanoseconds: what the machine can do when nothing disturbs it.
fn best(mut work: impl FnMut()) -> u128 {
    let runs = (0..7).map(|_| {
        let begun = WallClock::now();
        work();
        begun.elapsed().as_nanos()
    });
    runs.min().unwrap_or(0)
}
