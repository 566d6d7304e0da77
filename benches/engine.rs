//! The engine on its public face, beside a straightforward loop that is written by hand: M/M/4, and a
//! chain like that of a federation. Both are checked against closed forms.
//!
//! `cargo bench --bench engine`. The loop by hand has a binary heap, one ChaCha8 generator and a hash
//! map; it draws in the order of events, has no ties to order and no accounts to keep. Compare figures of
//! one run: the two take turns, and the machine drifts.
#![allow(clippy::print_stdout)] // A benchmark prints its figures.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::time::Instant as WallClock;

use fedsim::engine::draw::Purpose;
use fedsim::engine::hash::NameHash;
use fedsim::engine::station::Admission;
use fedsim::engine::{
    Continue, Distribution, DrawKeys, Instant, Limits, Model, Schedule, Seed, SourceId, Span,
    Station, run,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What the draws of a benchmark are made for.
#[derive(Clone, Copy)]
enum Draw {
    Arrival,
    Service,
    Pair,
    Leg,
    GatewayService,
}

impl Purpose for Draw {
    fn number(self) -> u8 {
        self as u8
    }
    fn belongs_to_world(self) -> bool {
        false
    }
}

const SEED: Seed = Seed {
    world: 1,
    day: 1,
    replication: 0,
};
const CUSTOMERS: u64 = 5_000_000;
const REQUESTS: u64 = 1_000_000;

fn limits() -> Limits {
    Limits {
        horizon: Instant::from_nanoseconds(u64::MAX),
        events_max: u64::MAX,
        in_flight_max: usize::MAX,
        test_every: Span::from_seconds(1),
    }
}

fn exponential(mean: Span) -> Distribution {
    Distribution::exponential(mean).expect("a mean above zero")
}

// M/M/4: arrivals at 3.2 a second, four servers that each serve one a second.

#[derive(Clone, Copy)]
enum Customer {
    Arrives,
    Leaves,
}

struct Queue {
    keys: DrawKeys,
    gap: Distribution,
    service: Distribution,
    station: Station<u64>,
    arrived: u64,
    served: u64,
}

impl Queue {
    fn serve(&mut self, schedule: &mut Schedule<Customer>, customer: u64) {
        let entity = NameHash(2);
        let span = self
            .service
            .sample(&self.keys, Draw::Service, entity, customer);
        schedule.after(span, SourceId(0), Customer::Leaves);
    }
}

impl Model for Queue {
    type Event = Customer;

    fn handle(&mut self, event: Customer, schedule: &mut Schedule<Customer>) {
        let now = schedule.now();
        match event {
            Customer::Arrives => {
                let number = self.arrived;
                self.arrived += 1;
                if self.arrived < CUSTOMERS {
                    let gap = self
                        .gap
                        .sample(&self.keys, Draw::Arrival, NameHash(1), number);
                    schedule.after(gap, SourceId(0), Customer::Arrives);
                }
                if self.station.arrive(now, number) == Admission::Starts {
                    self.serve(schedule, number);
                }
            }
            Customer::Leaves => {
                self.served += 1;
                if let Some(next) = self.station.finish(now) {
                    self.serve(schedule, next);
                }
            }
        }
    }

    fn in_flight(&self) -> usize {
        0
    }
}

/// Customers a second, and the mean wait in seconds.
fn queue_by_engine() -> (f64, f64) {
    let mut queue = Queue {
        keys: DrawKeys::new(SEED),
        gap: exponential(Span::from_nanoseconds(312_500_000)),
        service: exponential(Span::from_seconds(1)),
        station: Station::new(Instant::EPOCH, 4, u32::MAX),
        arrived: 0,
        served: 0,
    };
    let mut schedule = Schedule::new(Instant::EPOCH, 1);
    schedule.at(Instant::EPOCH, SourceId(0), Customer::Arrives);
    let begun = WallClock::now();
    let ended = run(&mut queue, &mut schedule, limits(), |_, _| Continue::Yes);
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(queue.served, CUSTOMERS);
    let accounts = queue.station.accounts(ended.at);
    let waited = accounts.waits as f64 / 1e9;
    (CUSTOMERS as f64 / seconds, waited / CUSTOMERS as f64)
}

fn uniform(generator: &mut ChaCha8Rng) -> f64 {
    ((generator.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
}

fn drawn(generator: &mut ChaCha8Rng, mean: f64) -> u64 {
    (-uniform(generator).ln() * mean) as u64
}

fn queue_by_hand() -> (f64, f64) {
    let begun = WallClock::now();
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    let mut list = BinaryHeap::new();
    let (mut number, mut arrived, mut busy, mut served) = (0_u64, 0_u64, 0, 0_u64);
    let mut waiting: VecDeque<u64> = VecDeque::new();
    let mut waited = 0.0;
    list.push(Reverse((0_u64, number, true)));
    while let Some(Reverse((now, _, is_arrival))) = list.pop() {
        let mut push = |at: u64, is_arrival: bool| {
            number += 1;
            list.push(Reverse((at, number, is_arrival)));
        };
        if is_arrival {
            arrived += 1;
            if arrived < CUSTOMERS {
                push(now + drawn(&mut generator, 312_500_000.0), true);
            }
            if busy < 4 {
                busy += 1;
                push(now + drawn(&mut generator, 1e9), false);
            } else {
                waiting.push_back(now);
            }
        } else {
            served += 1;
            match waiting.pop_front() {
                None => busy -= 1,
                Some(since) => {
                    waited += (now - since) as f64 / 1e9;
                    push(now + drawn(&mut generator, 1e9), false);
                }
            }
        }
    }
    assert_eq!(served, CUSTOMERS);
    let seconds = begun.elapsed().as_secs_f64();
    (CUSTOMERS as f64 / seconds, waited / CUSTOMERS as f64)
}

// The chain: 1,000 organizations, 2,000 requests a second in all, each to one of the others, with a token
// for the pair that lives 300 s. A leg takes 20 ms and an exponential 5 ms; the gateway has 16 servers
// of 4 ms, each organization 4 of 20 ms.

const ORGANIZATIONS: u64 = 1_000;
const TOKEN_LIFE: u64 = 300_000_000_000;
const GAP: u64 = 500_000;
const LEG_FLOOR: u64 = 20_000_000;
const LEG_MEAN: u64 = 5_000_000;
const GATEWAY_MEAN: u64 = 4_000_000;
const FRONT_END_MEAN: u64 = 20_000_000;

/// What happens in the chain, each with the number of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Arrives,
    ReachesGateway(u32),
    TokenIssued(u32),
    TokenArrives(u32),
    ReachesTarget(u32),
    Answered(u32),
    Done(u32),
}

/// From whom to whom each request in flight goes, and since when.
#[derive(Clone, Copy, Default)]
struct Trip {
    from: u32,
    to: u32,
    since: u64,
}

struct Chain {
    keys: DrawKeys,
    gap: Distribution,
    leg: Distribution,
    gateway_service: Distribution,
    front_end_service: Distribution,
    gateway: Station<u32>,
    front_ends: Vec<Station<u32>>,
    /// Until when the token of a pair is good.
    tokens: Vec<u64>,
    trips: Vec<Trip>,
    sent: u32,
    issued: u64,
    done: u64,
    latency: u128,
}

impl Chain {
    fn leg(&self, request: u32, number: u64) -> Span {
        let entity = NameHash(u64::from(request));
        let more = self.leg.sample(&self.keys, Draw::Leg, entity, number);
        Span::from_nanoseconds(LEG_FLOOR) + more
    }

    fn work(&self, law: &Distribution, draw: Draw, request: u32) -> Span {
        law.sample(&self.keys, draw, NameHash(u64::from(request)), 0)
    }

    fn send(&mut self, schedule: &mut Schedule<Step>, now: u64) {
        let request = self.sent;
        self.sent += 1;
        if u64::from(self.sent) < REQUESTS {
            let entity = NameHash(0);
            let gap = self
                .gap
                .sample(&self.keys, Draw::Arrival, entity, u64::from(request));
            schedule.after(gap, SourceId(0), Step::Arrives);
        }
        let [from, to] = self.keys.block(Draw::Pair, NameHash(u64::from(request)), 0);
        let from = fedsim::engine::draw::below(from, ORGANIZATIONS);
        let other = fedsim::engine::draw::below(to, ORGANIZATIONS - 1);
        let to = if other < from { other } else { other + 1 };
        self.trips[request as usize] = Trip {
            from: from as u32,
            to: to as u32,
            since: now,
        };
        let source = SourceId(1 + from as u32);
        if self.tokens[(from * ORGANIZATIONS + to) as usize] > now {
            schedule.after(self.leg(request, 2), source, Step::ReachesTarget(request));
        } else {
            schedule.after(self.leg(request, 0), source, Step::ReachesGateway(request));
        }
    }
}

impl Model for Chain {
    type Event = Step;

    fn handle(&mut self, event: Step, schedule: &mut Schedule<Step>) {
        let now = schedule.now();
        let nanoseconds = now.nanoseconds();
        match event {
            Step::Arrives => self.send(schedule, nanoseconds),
            Step::ReachesGateway(request) => {
                if self.gateway.arrive(now, request) == Admission::Starts {
                    let span = self.work(&self.gateway_service, Draw::GatewayService, request);
                    schedule.after(span, SourceId(0), Step::TokenIssued(request));
                }
            }
            Step::TokenIssued(request) => {
                self.issued += 1;
                if let Some(next) = self.gateway.finish(now) {
                    let span = self.work(&self.gateway_service, Draw::GatewayService, next);
                    schedule.after(span, SourceId(0), Step::TokenIssued(next));
                }
                schedule.after(
                    self.leg(request, 1),
                    SourceId(0),
                    Step::TokenArrives(request),
                );
            }
            Step::TokenArrives(request) => {
                let Trip { from, to, .. } = self.trips[request as usize];
                let pair = u64::from(from) * ORGANIZATIONS + u64::from(to);
                self.tokens[pair as usize] = nanoseconds + TOKEN_LIFE;
                let source = SourceId(1 + from);
                schedule.after(self.leg(request, 2), source, Step::ReachesTarget(request));
            }
            Step::ReachesTarget(request) => {
                let to = self.trips[request as usize].to;
                if self.front_ends[to as usize].arrive(now, request) == Admission::Starts {
                    let span = self.work(&self.front_end_service, Draw::Service, request);
                    schedule.after(span, SourceId(1 + to), Step::Answered(request));
                }
            }
            Step::Answered(request) => {
                let to = self.trips[request as usize].to;
                if let Some(next) = self.front_ends[to as usize].finish(now) {
                    let span = self.work(&self.front_end_service, Draw::Service, next);
                    schedule.after(span, SourceId(1 + to), Step::Answered(next));
                }
                schedule.after(self.leg(request, 3), SourceId(1 + to), Step::Done(request));
            }
            Step::Done(request) => {
                self.done += 1;
                let since = self.trips[request as usize].since;
                self.latency += u128::from(nanoseconds - since);
            }
        }
    }

    fn in_flight(&self) -> usize {
        0
    }
}

/// Requests a second, events a second, tokens, and the mean latency in milliseconds.
fn chain_by_engine() -> (f64, f64, u64, f64) {
    let mut chain = Chain {
        keys: DrawKeys::new(SEED),
        gap: exponential(Span::from_nanoseconds(GAP)),
        leg: exponential(Span::from_nanoseconds(LEG_MEAN)),
        gateway_service: exponential(Span::from_nanoseconds(GATEWAY_MEAN)),
        front_end_service: exponential(Span::from_nanoseconds(FRONT_END_MEAN)),
        gateway: Station::new(Instant::EPOCH, 16, u32::MAX),
        front_ends: (0..ORGANIZATIONS)
            .map(|_| Station::new(Instant::EPOCH, 4, u32::MAX))
            .collect(),
        tokens: vec![0; (ORGANIZATIONS * ORGANIZATIONS) as usize],
        trips: vec![Trip::default(); REQUESTS as usize],
        sent: 0,
        issued: 0,
        done: 0,
        latency: 0,
    };
    let mut schedule = Schedule::new(Instant::EPOCH, 1 + ORGANIZATIONS as usize);
    schedule.at(Instant::EPOCH, SourceId(0), Step::Arrives);
    let begun = WallClock::now();
    let ended = run(&mut chain, &mut schedule, limits(), |_, _| Continue::Yes);
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(chain.done, REQUESTS);
    let latency = chain.latency as f64 / REQUESTS as f64 / 1e6;
    let (requests, events) = (REQUESTS as f64 / seconds, ended.events as f64 / seconds);
    (requests, events, chain.issued, latency)
}

/// A few servers and their queue, without accounts.
#[derive(Default)]
struct Servers {
    busy: u32,
    waiting: VecDeque<u32>,
}

impl Servers {
    fn starts(&mut self, servers: u32, request: u32) -> bool {
        if self.busy < servers {
            self.busy += 1;
            return true;
        }
        self.waiting.push_back(request);
        false
    }

    fn next(&mut self) -> Option<u32> {
        let next = self.waiting.pop_front();
        self.busy -= u32::from(next.is_none());
        next
    }
}

fn chain_by_hand() -> (f64, f64, u64, f64) {
    let begun = WallClock::now();
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    let mut list = BinaryHeap::new();
    let mut tokens: HashMap<(u32, u32), u64> = HashMap::new();
    let mut gateway = Servers::default();
    let mut front_ends: Vec<Servers> = (0..ORGANIZATIONS).map(|_| Servers::default()).collect();
    let mut trips = vec![Trip::default(); REQUESTS as usize];
    let (mut number, mut sent, mut issued, mut done, mut events) = (0_u64, 0_u32, 0, 0, 0_u64);
    let mut latency = 0_u128;
    list.push(Reverse((0_u64, number, Step::Arrives)));
    while let Some(Reverse((now, _, step))) = list.pop() {
        events += 1;
        let mut push = |after: u64, step: Step| {
            number += 1;
            list.push(Reverse((now + after, number, step)));
        };
        let leg = |generator: &mut ChaCha8Rng| LEG_FLOOR + drawn(generator, LEG_MEAN as f64);
        match step {
            Step::Arrives => {
                let request = sent;
                sent += 1;
                if u64::from(sent) < REQUESTS {
                    push(drawn(&mut generator, GAP as f64), Step::Arrives);
                }
                let from = (uniform(&mut generator) * ORGANIZATIONS as f64) as u32;
                let other = (uniform(&mut generator) * (ORGANIZATIONS - 1) as f64) as u32;
                let to = if other < from { other } else { other + 1 };
                let since = now;
                trips[request as usize] = Trip { from, to, since };
                if tokens.get(&(from, to)).is_some_and(|until| *until > now) {
                    push(leg(&mut generator), Step::ReachesTarget(request));
                } else {
                    push(leg(&mut generator), Step::ReachesGateway(request));
                }
            }
            Step::ReachesGateway(request) => {
                if gateway.starts(16, request) {
                    let span = drawn(&mut generator, GATEWAY_MEAN as f64);
                    push(span, Step::TokenIssued(request));
                }
            }
            Step::TokenIssued(request) => {
                issued += 1;
                if let Some(next) = gateway.next() {
                    let span = drawn(&mut generator, GATEWAY_MEAN as f64);
                    push(span, Step::TokenIssued(next));
                }
                push(leg(&mut generator), Step::TokenArrives(request));
            }
            Step::TokenArrives(request) => {
                let Trip { from, to, .. } = trips[request as usize];
                tokens.insert((from, to), now + TOKEN_LIFE);
                push(leg(&mut generator), Step::ReachesTarget(request));
            }
            Step::ReachesTarget(request) => {
                let to = trips[request as usize].to as usize;
                if front_ends[to].starts(4, request) {
                    let span = drawn(&mut generator, FRONT_END_MEAN as f64);
                    push(span, Step::Answered(request));
                }
            }
            Step::Answered(request) => {
                let to = trips[request as usize].to as usize;
                if let Some(next) = front_ends[to].next() {
                    let span = drawn(&mut generator, FRONT_END_MEAN as f64);
                    push(span, Step::Answered(next));
                }
                push(leg(&mut generator), Step::Done(request));
            }
            Step::Done(request) => {
                done += 1;
                latency += u128::from(now - trips[request as usize].since);
            }
        }
    }
    assert_eq!(done, REQUESTS);
    let seconds = begun.elapsed().as_secs_f64();
    let latency = latency as f64 / REQUESTS as f64 / 1e6;
    (
        REQUESTS as f64 / seconds,
        events as f64 / seconds,
        issued,
        latency,
    )
}

/// How often each is run, in turns; every turn is printed.
const TURNS: usize = 3;

fn main() {
    // Erlang C of 4 servers at a load of 3.2 is 0.5964; the mean wait is that ÷ (4 − 3.2).
    println!("M/M/4, {CUSTOMERS} customers; the mean wait of theory is 0.7455 s");
    for _ in 0..TURNS {
        let (engine, hand) = (queue_by_engine(), queue_by_hand());
        for (_, waited) in [engine, hand] {
            assert!((waited - 0.7455).abs() < 0.02, "the mean wait is {waited}");
        }
        println!(
            "  engine {:6.2} M customers/s, wait {:.4} s   by hand {:6.2} M/s, wait {:.4} s   ratio {:.2}",
            engine.0 / 1e6,
            engine.1,
            hand.0 / 1e6,
            hand.1,
            engine.0 / hand.0
        );
    }
    // A pair is asked for 0.002002 times a second for 500 s: 1 − e^−1.001 first misses, and after 300 s a
    // second one if two waits fit into 200 s: 1 − e^−0.4004 × 1.4004. Times 999,000 pairs.
    println!("chain, {REQUESTS} requests; theory says 693,400 tokens");
    for _ in 0..TURNS {
        let (engine, hand) = (chain_by_engine(), chain_by_hand());
        for (_, _, tokens, _) in [engine, hand] {
            assert!(tokens.abs_diff(693_400) < 4_000, "{tokens} tokens");
        }
        println!(
            "  engine {:5.2} M requests/s, {:5.1} M events/s, {} tokens, {:.1} ms   by hand {:5.2} M/s, {:5.1} M/s, {} tokens, {:.1} ms   ratio {:.2}",
            engine.0 / 1e6,
            engine.1 / 1e6,
            engine.2,
            engine.3,
            hand.0 / 1e6,
            hand.1 / 1e6,
            hand.2,
            hand.3,
            engine.0 / hand.0
        );
    }
}
