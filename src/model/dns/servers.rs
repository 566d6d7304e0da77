//! What the servers of all zones answer: zones and record sets compiled for look-up.
//!
//! It knows no resolver's memory. Invariant: as in the module above, an answer is a function of the
//! revisions at its instant.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::engine::hash::NameHash;
use crate::engine::id::Id;
use crate::engine::{DrawKeys, IdVec, Instant, Span};

use super::super::names::{NameId, Names};
use super::super::purpose::Purpose;
use super::super::revised::Revised;
use super::{
    Answer, Asked, Found, RecordData, RecordSet, RecordSetId, RecordType, Resolver, Seen, Step,
    View, Zone, ZoneId, ZoneState, follow,
};

/// All zones and record sets, compiled.
#[derive(Clone, Debug)]
pub struct Dns {
    zones: Revised<ZoneId, Zone>,
    sets: Revised<RecordSetId, RecordSet>,
    index: Arc<FxHashMap<(ZoneId, NameId, RecordType), RecordSetId>>,
    /// The sets below a name that has none itself.
    below: Arc<FxHashMap<(ZoneId, NameId), Vec<RecordSetId>>>,
    apexes: Arc<IdVec<ApexId, Apex>>,
    apex_hashes: Arc<IdVec<ZoneId, NameHash>>,
    /// The closest apex at or above each name.
    apex_of: Arc<IdVec<NameId, Option<ApexId>>>,
    undelegated_time_to_live: Span,
}

crate::define_id! {
    /// A name that is the apex of a zone.
    ApexId;
}

#[derive(Clone, Debug)]
struct Apex {
    name: NameId,
    /// The closest apex above.
    above: Option<ApexId>,
    public: Option<ZoneId>,
}

impl Dns {
    /// Compiles zones and record sets. `undelegated_time_to_live` is how long it may be remembered
    /// that a name in no zone does not exist: the negative time to live of the zone above all.
    ///
    /// All names that will be asked for must be in `names` already: a name that is added later
    /// belongs to no zone.
    ///
    /// # Panics
    /// If two public zones have one apex, two sets of a zone have one name and type, a record is of
    /// another type than its set, or a set's name lies outside its zone.
    pub fn new(
        names: &Names,
        zones: Revised<ZoneId, Zone>,
        sets: Revised<RecordSetId, RecordSet>,
        undelegated_time_to_live: Span,
    ) -> Dns {
        let (apexes, apex_of) = apexes(names, &zones);
        let apex_hashes = zones.ids().map(|id| names.hash(zones.original(id).apex));
        let apex_hashes = IdVec::from_rows(apex_hashes.collect());
        let mut dns = Dns {
            zones,
            sets,
            index: Arc::default(),
            below: Arc::default(),
            apexes: Arc::new(apexes),
            apex_hashes: Arc::new(apex_hashes),
            apex_of: Arc::new(apex_of),
            undelegated_time_to_live,
        };
        for id in dns.sets.ids() {
            dns.file(names, id);
        }
        dns
    }

    /// Enters a name that has been added to `names`: to which zone it belongs.
    pub fn enter_name(&mut self, names: &Names, name: NameId) {
        let own = self
            .zones
            .ids()
            .find(|&id| self.zones.original(id).apex == name);
        let above = ancestors(names, name).find_map(|above| self.apex_of.get(above).copied()?);
        debug_assert!(own.is_none(), "zones are declared with their names");
        let is_uri = names.text(name).contains(['/', ':']);
        let apex_of = Arc::make_mut(&mut self.apex_of);
        while apex_of.len() <= name.index() {
            apex_of.push(None);
        }
        apex_of[name] = above.filter(|_| !is_uri);
    }

    /// Changes the records of a name and type in a zone from an instant on; there may have been none.
    pub fn change_records(
        &mut self,
        names: &Names,
        (zone, name, record_type): (ZoneId, NameId, RecordType),
        time_to_live: Span,
        at: Instant,
        change: impl FnOnce(&mut RecordSet),
    ) {
        let id = self.set(zone, name, record_type).unwrap_or_else(|| {
            let id = self.sets.add(RecordSet {
                zone,
                name,
                record_type,
                time_to_live,
                records: Vec::new(),
            });
            self.file(names, id);
            id
        });
        self.sets.change(id, at, change);
    }

    /// All zones, to be changed from an instant on.
    pub(in crate::model) fn zones_mut(&mut self) -> &mut Revised<ZoneId, Zone> {
        &mut self.zones
    }

    /// All record sets, to be changed from an instant on.
    pub(in crate::model) fn sets_mut(&mut self) -> &mut Revised<RecordSetId, RecordSet> {
        &mut self.sets
    }

    /// All zones with their revisions.
    pub fn zones(&self) -> &Revised<ZoneId, Zone> {
        &self.zones
    }

    /// All record sets with their revisions.
    pub fn sets(&self) -> &Revised<RecordSetId, RecordSet> {
        &self.sets
    }

    /// The public zone that a name lies in: the one with the closest apex.
    pub fn zone_of(&self, name: NameId) -> Option<ZoneId> {
        self.apexes_above(name).find_map(|apex| apex.public)
    }

    /// The set of this name and type in a zone.
    pub fn set(&self, zone: ZoneId, name: NameId, record_type: RecordType) -> Option<RecordSetId> {
        self.index.get(&(zone, name, record_type)).copied()
    }

    /// The records that an answer speaks of.
    pub fn records(&self, found: Found) -> &[RecordData] {
        &self.sets.at(found.set, found.as_of).records
    }

    /// What someone without a cache is told who asks the zones' servers at this instant, all aliases
    /// followed.
    pub fn authoritative(&self, name: NameId, record_type: RecordType, at: Instant) -> Answer {
        follow(name, |name| Seen {
            step: self.ask(self.zone_of(name), name, record_type, at),
            as_of: at,
        })
    }

    /// What questions to these zones' servers take on top of ordinary ones.
    pub fn extra_delay(
        &self,
        asked: &Asked,
        at: Instant,
        keys: &DrawKeys,
        entity: NameHash,
        index: u64,
    ) -> Span {
        let delays = asked.zones().filter_map(|zone| {
            let delay = self.zones.at(zone, at).extra_delay.as_ref()?;
            // The draw hangs on the zone, so that one more question on the way moves no other.
            let entity = entity.with(self.apex_hashes[zone].0);
            Some(delay.sample(keys, Purpose::DnsDelay, entity, index))
        });
        delays.sum()
    }

    /// The zone from which this resolver is answered: an internal one of its own before all others.
    pub(super) fn zone_for(&self, resolver: &Resolver, name: NameId) -> Option<ZoneId> {
        if resolver.internal.is_empty() {
            return self.zone_of(name);
        }
        let internal = self.apexes_above(name).find_map(|apex| {
            let mut zones = resolver.internal.iter().copied();
            zones.find(|&zone| self.zones.original(zone).apex == apex.name)
        });
        internal.or_else(|| self.zone_of(name))
    }

    /// One question to the servers of a zone.
    pub(super) fn ask(
        &self,
        zone: Option<ZoneId>,
        name: NameId,
        record_type: RecordType,
        at: Instant,
    ) -> Step {
        let Some(id) = zone else {
            return Step::NoSuchName(self.undelegated_time_to_live);
        };
        let zone = self.zones.at(id, at);
        match zone.state {
            ZoneState::Serving => {}
            ZoneState::ServerFailure => return Step::ServerFailure,
            ZoneState::Silent => return Step::Silent,
            ZoneState::Absent => return Step::NoSuchName(self.undelegated_time_to_live),
        }
        let existing = |record_type| {
            let set_id = self.set(id, name, record_type)?;
            let set = self.sets.at(set_id, at);
            (!set.records.is_empty()).then_some((set_id, set))
        };
        if let Some((set_id, set)) = existing(record_type) {
            return Step::Records(set_id, set.time_to_live);
        }
        if let Some((set_id, set)) = existing(RecordType::CanonicalName)
            && let Some(RecordData::Canonical(target)) = set.records.first()
        {
            return Step::Alias(set_id, *target, set.time_to_live);
        }
        if self.exists(id, zone, name, at) {
            Step::NoData(zone.negative_time_to_live)
        } else {
            Step::NoSuchName(zone.negative_time_to_live)
        }
    }

    /// Whether a name exists: an apex does, and what has records, and what lies above such a name.
    ///
    /// Source: RFC 8020 s.2, RFC 4592 s.2.2.2 (empty non-terminals).
    fn exists(&self, id: ZoneId, zone: &Zone, name: NameId, at: Instant) -> bool {
        let own = [RecordType::Address, RecordType::Text, RecordType::Service]
            .into_iter()
            .filter_map(|record_type| self.set(id, name, record_type));
        let below = self.below.get(&(id, name)).into_iter().flatten().copied();
        zone.apex == name
            || own
                .chain(below)
                .any(|set| !self.sets.at(set, at).records.is_empty())
    }

    fn apexes_above(&self, name: NameId) -> impl Iterator<Item = &Apex> {
        let closest = self.apex_of.get(name).copied().flatten();
        std::iter::successors(closest, |&apex| self.apexes[apex].above)
            .map(|apex| &self.apexes[apex])
    }

    /// Enters a set in the indexes.
    fn file(&mut self, names: &Names, id: RecordSetId) {
        let set = self.sets.original(id);
        let (zone, name) = (set.zone, set.name);
        let apex = self.zones.original(zone).apex;
        assert!(names.is_within(name, apex), "a set's name lies in its zone");
        let later = self.sets.changes(id).map(|at| self.sets.at(id, at));
        for set in std::iter::once(set).chain(later) {
            let mut types = set.records.iter().map(RecordData::record_type);
            assert!(
                types.all(|of_record| of_record == set.record_type),
                "records are of the type of their set"
            );
        }
        let twin = Arc::make_mut(&mut self.index).insert((zone, name, set.record_type), id);
        assert!(twin.is_none(), "a name has one set of each type");
        let between = ancestors(names, name).take_while(|&above| above != apex);
        for above in between.collect::<Vec<_>>() {
            let below = Arc::make_mut(&mut self.below);
            below.entry((zone, above)).or_default().push(id);
        }
    }
}

/// A name without its first label, and so on up to the last label: those that are known.
fn ancestors(names: &Names, name: NameId) -> impl Iterator<Item = NameId> {
    let mut rest = names.text(name);
    std::iter::from_fn(move || {
        loop {
            rest = rest.split_once('.')?.1;
            if let Some(found) = names.find(rest) {
                return Some(found);
            }
        }
    })
}

/// The apexes of all zones, and the closest apex at or above each name.
fn apexes(
    names: &Names,
    zones: &Revised<ZoneId, Zone>,
) -> (IdVec<ApexId, Apex>, IdVec<NameId, Option<ApexId>>) {
    let mut apexes: IdVec<ApexId, Apex> = IdVec::new();
    let mut apex_of: IdVec<NameId, Option<ApexId>> = IdVec::filled(None, names.len());
    for id in zones.ids() {
        let zone = zones.original(id);
        let apex = *apex_of[zone.apex].get_or_insert_with(|| {
            apexes.push(Apex {
                name: zone.apex,
                above: None,
                public: None,
            })
        });
        if zone.view == View::Public {
            let twin = apexes[apex].public.replace(id);
            assert!(twin.is_none(), "a public zone has its apex to itself");
        }
    }
    let own = apex_of.clone();
    let above = |name| ancestors(names, name).find_map(|above| own[above]);
    for apex in apexes.iter_mut() {
        apex.above = above(apex.name);
    }
    for name in apex_of.ids() {
        // What has a path or a scheme is a URI, and nobody asks for it.
        if own[name].is_none() && !names.text(name).contains(['/', ':']) {
            apex_of[name] = above(name);
        }
    }
    (apexes, apex_of)
}
