//! Worlds of zones for the tests of answers and of what resolvers remember.

mod remembered;
mod served;

use super::*;
use crate::engine::{DrawKeys, Seed};
use crate::model::names::Names;
use crate::model::revised::Revised;

/// Zones and record sets to be compiled.
struct World {
    names: Names,
    zones: Revised<ZoneId, Zone>,
    sets: Revised<RecordSetId, RecordSet>,
}

/// The negative time to live above all zones.
const ABOVE: Span = Span::from_minutes(15);

impl World {
    fn new() -> World {
        World {
            names: Names::default(),
            zones: Revised::new(),
            sets: Revised::new(),
        }
    }

    fn zone(&mut self, apex: &str, state: ZoneState, view: View) -> ZoneId {
        let apex = self.names.intern(apex);
        self.zones.push(Zone {
            apex,
            view,
            state,
            negative_time_to_live: Span::from_hours(1),
            propagation: Span::ZERO,
            extra_delay: None,
        })
    }

    fn set(&mut self, zone: ZoneId, name: &str, ttl: Span, record: RecordData) -> RecordSetId {
        let name = self.names.intern(name);
        self.sets.push(RecordSet {
            zone,
            name,
            record_type: record.record_type(),
            time_to_live: ttl,
            records: vec![record],
        })
    }

    fn alias(&mut self, zone: ZoneId, name: &str, ttl: Span, target: &str) -> RecordSetId {
        let target = self.names.intern(target);
        self.set(zone, name, ttl, RecordData::Canonical(target))
    }

    /// Makes the set hold these records from an instant on.
    fn revise(&mut self, id: RecordSetId, at: Instant, records: Vec<RecordData>) {
        let mut set = self.sets.at(id, at).clone();
        set.records = records;
        self.sets.revise(id, at, set);
    }

    fn compile(&self) -> Dns {
        Dns::new(&self.names, self.zones.clone(), self.sets.clone(), ABOVE)
    }

    fn name(&self, name: &str) -> NameId {
        self.names.find(name).expect("the name is known")
    }
}

/// A resolver with the caps of a Windows DNS server.
fn resolver() -> Resolver {
    Resolver {
        name: "resolver".into(),
        hash: NameHash::of("resolver"),
        site: SiteId(0),
        state: ResolverState::Up,
        positive_cap: Span::from_seconds(86_400),
        negative_cap: Span::from_seconds(900),
        failure_life: Span::from_minutes(5),
        internal: Vec::new(),
    }
}

fn minutes(n: u64) -> Instant {
    Instant::EPOCH + Span::from_minutes(n)
}

fn text(text: &str) -> RecordData {
    RecordData::Text(text.into())
}

fn host(number: u32) -> RecordData {
    RecordData::Host(HostId(number))
}

/// Asks, and returns the host that was found and whether nobody had to be asked.
fn ask_host(
    cache: &mut ResolverCache,
    dns: &Dns,
    resolver: &Resolver,
    name: NameId,
    now: Instant,
) -> (Option<u32>, bool) {
    let resolution = cache.resolve(dns, resolver, name, RecordType::Address, now);
    let number = match resolution.answer {
        Answer::Found(found) => match dns.records(found) {
            [RecordData::Host(host)] => Some(host.0),
            other => panic!("not one host: {other:?}"),
        },
        _ => None,
    };
    (number, resolution.is_from_cache())
}

fn keys() -> DrawKeys {
    DrawKeys::new(Seed {
        world: 1,
        day: 1,
        replication: 0,
    })
}
