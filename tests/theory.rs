//! The engine against queueing theory: stations driven by the event loop, in replications whose
//! 99.9 % Student-t interval has to be narrow and to cover the closed form.
//!
//! Seeds are fixed, so a test passes always or never; no seed was chosen. Services take 1 s in the
//! mean throughout, so that rates are loads.

use fedsim::engine::draw::{DrawKeys, Purpose, Seed};
use fedsim::engine::hash::NameHash;
use fedsim::engine::{
    Accounts, Admission, Continue, Distribution, Instant, Limits, Model, Schedule, SourceId, Span,
    Station, StopReason, run,
};

const REPLICATIONS: u32 = 20;
/// The t that 99.95 % of Student's distribution with 19 degrees lie below.
const T_19: f64 = 3.8834;
const SOURCE: SourceId = SourceId(0);

/// A queueing system: who comes, how long they are served, how long they wait, what breaks.
#[derive(Clone)]
struct System {
    servers: u32,
    queue_max: u32,
    arrivals: Distribution,
    service: Distribution,
    patience: Option<Distribution>,
    /// How long all servers are up, and then how long they are down.
    breakdowns: Option<(Distribution, Distribution)>,
    /// The warm-up and the end of a replication, in seconds.
    seconds: (u64, u64),
}

/// The system M/M/c with this load for each server and a queue without end.
fn m_m(servers: u32, load: f64) -> System {
    System {
        servers,
        queue_max: u32::MAX,
        arrivals: exponential(1.0 / (load * f64::from(servers))),
        service: exponential(1.0),
        patience: None,
        breakdowns: None,
        seconds: (2_000, 62_000),
    }
}

fn span(seconds: f64) -> Span {
    Span::from_nanoseconds(libm::round(seconds * 1e9) as u64)
}

fn exponential(mean_seconds: f64) -> Distribution {
    Distribution::exponential(span(mean_seconds)).expect("a mean above zero")
}

#[derive(Clone, Copy)]
enum Event {
    Arrives,
    Finishes(u32),
    GivesUp(u32),
    BreaksDown,
    ComesBack,
}

#[derive(Clone, Copy)]
enum Draw {
    Arrival,
    Service,
    Patience,
    TimeUp,
    TimeDown,
}

impl Purpose for Draw {
    fn number(self) -> u8 {
        self as u8
    }
    fn belongs_to_world(self) -> bool {
        false
    }
}

/// A system in motion. A customer is known by its number; its draws depend on that alone.
struct Running {
    system: System,
    keys: DrawKeys,
    station: Station<u32>,
    /// When each customer came who is still here or was; `NEVER` for the refused.
    arrived: Vec<Instant>,
    /// Of those who left, served or not, in nanoseconds: kept beside the station's own accounts.
    sojourns: u128,
    breakdowns: u64,
}

impl Running {
    fn draw(&self, distribution: &Distribution, draw: Draw, index: u64) -> Span {
        distribution.sample(&self.keys, draw, NameHash::of("station"), index)
    }

    fn serve(&self, customer: u32, schedule: &mut Schedule<Event>) {
        let service = self.draw(&self.system.service, Draw::Service, u64::from(customer));
        schedule.after(service, SOURCE, Event::Finishes(customer));
    }

    fn arrive(&mut self, schedule: &mut Schedule<Event>) {
        let customer = self.arrived.len() as u32;
        let gap = self.draw(
            &self.system.arrivals,
            Draw::Arrival,
            u64::from(customer) + 1,
        );
        schedule.after(gap, SOURCE, Event::Arrives);
        self.arrived.push(schedule.now());
        match self.station.arrive(schedule.now(), customer) {
            Admission::Starts => self.serve(customer, schedule),
            Admission::Waits => {
                if let Some(patience) = &self.system.patience {
                    let patience = self.draw(patience, Draw::Patience, u64::from(customer));
                    schedule.after(patience, SOURCE, Event::GivesUp(customer));
                }
            }
            Admission::Refused => self.arrived[customer as usize] = Instant::NEVER,
        }
    }

    fn leave(&mut self, customer: u32, now: Instant) {
        let arrived = &mut self.arrived[customer as usize];
        self.sojourns += u128::from(now.since(*arrived).nanoseconds());
        *arrived = Instant::NEVER;
    }

    /// The sojourns so far of those who left and of those who are here.
    fn sojourns_until(&self, now: Instant) -> u128 {
        let present = self.arrived.iter();
        let present = present.map(|&arrived| u128::from(now.since(arrived).nanoseconds()));
        self.sojourns + present.sum::<u128>()
    }
}

impl Model for Running {
    type Event = Event;

    fn handle(&mut self, event: Event, schedule: &mut Schedule<Event>) {
        let now = schedule.now();
        match event {
            Event::Arrives => self.arrive(schedule),
            Event::Finishes(customer) => {
                self.leave(customer, now);
                if let Some(next) = self.station.finish(now) {
                    self.serve(next, schedule);
                }
            }
            Event::GivesUp(customer) => {
                if self.station.renege(now, customer) {
                    self.leave(customer, now);
                }
            }
            Event::BreaksDown => {
                let (_, down) = self
                    .system
                    .breakdowns
                    .as_ref()
                    .expect("this system breaks down");
                self.station.set_servers(now, 0);
                let down = self.draw(down, Draw::TimeDown, self.breakdowns);
                self.breakdowns += 1;
                schedule.after(down, SOURCE, Event::ComesBack);
            }
            Event::ComesBack => {
                let (up, _) = self
                    .system
                    .breakdowns
                    .as_ref()
                    .expect("this system breaks down");
                self.station.set_servers(now, self.system.servers);
                while let Some(next) = self.station.start_waiting(now) {
                    self.serve(next, schedule);
                }
                let up = self.draw(up, Draw::TimeUp, self.breakdowns);
                schedule.after(up, SOURCE, Event::BreaksDown);
            }
        }
    }

    fn in_flight(&self) -> usize {
        (self.station.in_service() + self.station.waiting()) as usize
    }
}

/// Runs one replication and returns its accounts after the warm-up. On the way it holds the run to
/// Little's law, which is exact: levels integrated over time are the sum of the sojourns.
fn replicate(system: &System, replication: u32) -> Accounts {
    let seed = Seed {
        world: 1,
        day: 1,
        replication,
    };
    let mut running = Running {
        system: system.clone(),
        keys: DrawKeys::new(seed),
        station: Station::new(Instant::EPOCH, system.servers, system.queue_max),
        arrived: Vec::new(),
        sojourns: 0,
        breakdowns: 0,
    };
    let mut schedule = Schedule::new(Instant::EPOCH, 1);
    let first = running.draw(&system.arrivals, Draw::Arrival, 0);
    schedule.after(first, SOURCE, Event::Arrives);
    if let Some((up, _)) = &system.breakdowns {
        let up = running.draw(up, Draw::TimeUp, 0);
        schedule.after(up, SOURCE, Event::BreaksDown);
    }
    let (warm_up, end) = system.seconds;
    let [early, late] = [warm_up, end].map(|seconds| {
        let limits = Limits {
            horizon: Instant::from_seconds(seconds),
            events_max: u64::MAX,
            in_flight_max: usize::MAX,
            test_every: Span::from_seconds(1_000),
        };
        let ended = run(&mut running, &mut schedule, limits, |_, _| Continue::Yes);
        assert_eq!(ended.reason, StopReason::Horizon);
        let accounts = running.station.accounts(ended.at);
        let present = running.in_flight() as u64;
        let entered = accounts.arrivals - accounts.refusals;
        assert_eq!(
            entered,
            accounts.completions + accounts.reneged + present,
            "nobody is lost"
        );
        assert_eq!(
            accounts.in_service + accounts.queue,
            running.sojourns_until(ended.at),
            "Little's law"
        );
        accounts
    });
    late - early
}

/// Holds a measure over all replications to theory: the interval has to cover `expected`, and its
/// half-width has to be below `precision`, relative to it.
fn check(
    what: &str,
    system: &System,
    measure: fn(&Accounts) -> f64,
    expected: f64,
    precision: f64,
) {
    let values: Vec<f64> = (0..REPLICATIONS)
        .map(|replication| measure(&replicate(system, replication)))
        .collect();
    let n = f64::from(REPLICATIONS);
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum();
    let half_width = T_19 * libm::sqrt(squares / (n - 1.0) / n);
    assert!(
        (mean - expected).abs() <= half_width,
        "{what}: theory gives {expected}, the simulation {mean} ± {half_width}"
    );
    assert!(
        half_width <= precision * expected,
        "{what}: {mean} ± {half_width} says too little about {expected}"
    );
}

/// The mean wait of those whose service began, in seconds.
fn mean_wait(accounts: &Accounts) -> f64 {
    accounts.waits as f64 / accounts.starts as f64 / 1e9
}

/// The share of those who come that is refused.
fn blocking(accounts: &Accounts) -> f64 {
    accounts.refusals as f64 / accounts.arrivals as f64
}

/// Erlang's loss formula B(c, a) for c servers and a load of a, by its recursion in c.
fn erlang_b(servers: u32, load: f64) -> f64 {
    (1..=servers).fold(1.0, |blocking, servers| {
        load * blocking / (f64::from(servers) + load * blocking)
    })
}

#[test]
fn the_mean_wait_of_m_m_1_is_that_of_theory() {
    for (load, precision) in [(0.5, 0.04), (0.8, 0.06)] {
        // W = ρ ÷ (1 − ρ).
        let expected = load / (1.0 - load);
        check("M/M/1", &m_m(1, load), mean_wait, expected, precision);
    }
}

#[test]
fn the_mean_wait_of_m_m_c_is_erlang_c() {
    for (servers, load) in [(2, 0.8), (4, 0.8), (16, 0.9)] {
        // C = B ÷ (1 − ρ (1 − B)), W = C ÷ (c − a).
        let offered = load * f64::from(servers);
        let b = erlang_b(servers, offered);
        let c = b / (1.0 - load * (1.0 - b));
        let expected = c / (f64::from(servers) - offered);
        let mut system = m_m(servers, load);
        system.seconds.1 = 2_000 + 150_000 / u64::from(servers);
        check("M/M/c", &system, mean_wait, expected, 0.09);
    }
}

#[test]
fn the_mean_wait_of_m_g_1_depends_on_the_variance_of_the_service() {
    let second = Span::from_seconds(1);
    let lognormal = {
        // σ = 1: p99 = median · exp(2.326348); mean = median · exp(½) = 1 s; variance e − 1.
        let median = libm::exp(-0.5);
        let p99 = median * libm::exp(2.326_347_874_040_841);
        Distribution::lognormal(span(median), span(p99)).expect("p99 above the median")
    };
    let gamma = |shape| Distribution::gamma(second, shape).expect("a shape in range");
    let uniform = Distribution::uniform(Span::ZERO, second.times(2)).expect("low below high");
    for (what, service, variance) in [
        ("M/D/1", Distribution::constant(second), 0.0),
        ("M/E4/1", gamma(4.0), 0.25),
        ("M/U/1", uniform, 1.0 / 3.0),
        ("M/Gamma/1", gamma(0.5), 2.0),
        ("M/Lognormal/1", lognormal, std::f64::consts::E - 1.0),
    ] {
        // Pollaczek and Khinchine: W = ρ (1 + variance) ÷ (2 (1 − ρ)) for a mean service of 1.
        let load = 0.7;
        let expected = load * (1.0 + variance) / (2.0 * (1.0 - load));
        let system = System {
            service,
            ..m_m(1, load)
        };
        check(what, &system, mean_wait, expected, 0.06);
    }
}

#[test]
fn erlangs_loss_formula_holds_whatever_the_service() {
    let second = Span::from_seconds(1);
    let erratic = Distribution::gamma(second, 0.25).expect("a shape in range");
    for (servers, load) in [(1, 0.5), (5, 0.8), (20, 0.9)] {
        for service in [
            exponential(1.0),
            Distribution::constant(second),
            erratic.clone(),
        ] {
            let system = System {
                queue_max: 0,
                service,
                seconds: (500, 500 + 40_000 / u64::from(servers)),
                ..m_m(servers, load)
            };
            let expected = erlang_b(servers, load * f64::from(servers));
            check("M/G/c/c", &system, blocking, expected, 0.04);
        }
    }
}

#[test]
fn a_short_queue_refuses_the_share_of_theory() {
    // M/M/1 with 4 places to wait: P(5 present) = ρ⁵ (1 − ρ) ÷ (1 − ρ⁶).
    let load = 0.8;
    let full = libm::pow(load, 5.0);
    let expected = full * (1.0 - load) / (1.0 - load * full);
    let system = System {
        queue_max: 4,
        ..m_m(1, load)
    };
    check("M/M/1/5", &system, blocking, expected, 0.03);
}

#[test]
fn customers_with_little_patience_give_up_as_often_as_theory_says() {
    // M/M/c with exponential patience of mean 1 ÷ θ (Palm's Erlang-A): n present leave at the rate
    // min(n, c) + θ max(n − c, 0). The balance of each level with the next gives all chances, and
    // the rate of giving up is θ times the mean number who wait.
    let (servers, load, theta) = (4, 1.1, 0.5);
    let rate = load * f64::from(servers);
    let (mut weight, mut sum, mut waiting) = (1.0, 1.0, 0.0);
    for present in 1..200u32 {
        let in_queue = f64::from(present.saturating_sub(servers));
        weight *= rate / (f64::from(present.min(servers)) + theta * in_queue);
        sum += weight;
        waiting += in_queue * weight;
    }
    let expected = theta * waiting / sum / rate;
    let system = System {
        patience: Some(exponential(1.0 / theta)),
        seconds: (1_000, 21_000),
        ..m_m(servers, load)
    };
    let share = |accounts: &Accounts| accounts.reneged as f64 / accounts.arrivals as f64;
    check("M/M/c+M", &system, share, expected, 0.03);
}

/// One server that is up for 1 ÷ f and then down for 1 ÷ r in the mean, whether busy or not.
const F: f64 = 0.05;
const R: f64 = 0.2;

fn breaking_down(load: f64, queue_max: u32) -> System {
    System {
        queue_max,
        breakdowns: Some((exponential(1.0 / F), exponential(1.0 / R))),
        seconds: (2_000, 102_000),
        ..m_m(1, load)
    }
}

#[test]
fn a_server_that_breaks_down_without_a_queue_refuses_the_share_of_theory() {
    // Four states: up or down, idle or busy; a service that has begun ends while the server is
    // down. With services at rate 1: the balance of (down, busy) is f·u₁ = (1 + r)·d₁, that of
    // (up, busy) λ·u₀ + r·d₁ = (1 + f)·u₁, and u₀ + u₁ = A = r ÷ (f + r). So
    // u₁ = λ A ÷ (λ + 1 + f ÷ (1 + r)); all who do not find (up, idle) are refused.
    let load = 0.8;
    let availability = R / (F + R);
    let busy = load * availability / (load + 1.0 + F / (1.0 + R));
    let refused = 1.0 - (availability - busy);
    let system = breaking_down(load, 0);
    check("M/M/1/1 on/off", &system, blocking, refused, 0.01);
    let up = |accounts: &Accounts| accounts.servers_up as f64 / 100_000e9;
    check("time up", &system, up, availability, 0.02);
}

#[test]
fn the_mean_wait_at_a_server_that_breaks_down_is_that_of_theory() {
    // The same with a queue. In generating functions, with a = λ (1 − z), G = (a + r)(a + r + 1):
    //   U(z) = Σ P(up, n present) zⁿ = u₀ (G + r f) ÷ Q(z),
    //   Q(z) = (1 − λ z) G + f (r − λ z (a + 1 + r)),   U(1) = A = r ÷ (f + r) gives u₀,
    //   N(z) = U(z) + ((a + f) U(z) + (1 − 1 ÷ z)(U(z) − u₀)) ÷ r for all, up or down.
    // Derivatives at 1 follow; the mean present is N′(1), and all who come are served.
    let load = 0.5;
    let availability = R / (F + R);
    let g = R * (R + 1.0);
    let g_slope = -load * (2.0 * R + 1.0);
    let q = (1.0 - load) * g + F * (R - load * (1.0 + R));
    let q_slope = -load * g + (1.0 - load) * g_slope - F * load * (1.0 + R - load);
    let idle = availability * q / (g + R * F);
    let u_slope = availability * (g_slope / (g + R * F) - q_slope / q);
    let present = u_slope * (1.0 + F / R) + (-load * availability + availability - idle) / R;
    assert!((present - 2.475).abs() < 1e-12, "for this load by hand");
    let expected = present / load - 1.0;
    let system = breaking_down(load, u32::MAX);
    check("M/M/1 on/off", &system, mean_wait, expected, 0.06);
    // What comes is served: the load is carried in the time that the server is up, and a little of
    // it (services that end while it is down) in the rest.
    let carried = |accounts: &Accounts| accounts.in_service as f64 / 100_000e9;
    check("load carried", &system, carried, load, 0.01);
}

#[test]
fn a_replication_can_be_repeated_and_differs_from_the_next() {
    let system = m_m(2, 0.8);
    let first = replicate(&system, 0);
    assert_eq!(first, replicate(&system, 0));
    assert_ne!(first, replicate(&system, 1));
}
