//! What a resolver remembers, and what it does with a question.
//!
//! It knows no laws of delay: whoever asks learns which zones had to be asked, says when their answer
//! will be there, and waits. Invariant: nothing is remembered beyond its time to live or the resolver's
//! caps, and under a steady stream of questions stale answers are no more than those that are alive.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::engine::{Instant, Span};

use super::super::names::NameId;
use super::{
    ALIASES_MAX, Answer, Dns, FAILURE_LIFE_MAX, Found, RecordData, RecordSetId, RecordType,
    Resolver, ResolverState, Seen, Step, ZoneId, follow,
};

/// What one resolver remembers. The resolver owns it.
#[derive(Clone, Debug, Default)]
pub struct ResolverCache {
    /// For look-up only.
    entries: FxHashMap<Key, Entry>,
    /// Each key of `entries` once. Those in front are looked at first for being stale.
    order: VecDeque<Key>,
    /// Questions whose answer is still on its way from the zones' servers, and when it will be there.
    under_way: Vec<(NameId, RecordType, Instant)>,
}

/// What a question led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The answer. Times to live are what is left of them.
    pub answer: Answer,
    /// Which servers had to be asked for it.
    pub asked: Asked,
}

/// The servers that were asked, one question after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    questions: u32,
    zones: [Option<ZoneId>; ALIASES_MAX + 1],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    name: NameId,
    /// None: that the name does not exist, whatever is asked for (RFC 2308 s.5).
    record_type: Option<RecordType>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    content: Content,
    as_of: Instant,
    expires: Instant,
}

#[derive(Clone, Copy, Debug)]
enum Content {
    Records(RecordSetId),
    NoSuchName,
    NoData,
    ServerFailure,
    Silent,
}

impl Resolution {
    /// Whether nobody had to be asked.
    pub fn is_from_cache(&self) -> bool {
        self.asked.questions == 0
    }
}

impl Asked {
    /// How many questions were asked.
    pub fn questions(&self) -> u32 {
        self.questions
    }

    /// The zones whose servers were asked, in order. A question for a name in no zone went to the
    /// servers above all zones and is not listed.
    pub fn zones(&self) -> impl Iterator<Item = ZoneId> {
        self.zones.iter().copied().flatten()
    }

    fn add(&mut self, zone: Option<ZoneId>) {
        self.zones[self.questions as usize] = zone;
        self.questions += 1;
    }
}

impl ResolverCache {
    /// What the resolver answers now. What it has to ask for, it remembers from now on.
    ///
    /// Each alias on the way is remembered for its own time to live, and so is what it leads to; the
    /// answer may be kept for the least of what is left of them.
    ///
    /// A second question that comes while the first one is under way asks nobody, but waits for the
    /// first one's answer: see [`ResolverCache::under_way`]. Simplified: so does only a question for
    /// the very same name and type.
    ///
    /// Source: RFC 1034 s.3.6.2 and s.5.3.3, RFC 2308 s.5 and s.7.
    pub fn resolve(
        &mut self,
        dns: &Dns,
        resolver: &Resolver,
        name: NameId,
        record_type: RecordType,
        now: Instant,
    ) -> Resolution {
        let mut asked = Asked::default();
        let answer = match resolver.state {
            ResolverState::ServerFailure => Answer::ServerFailure,
            ResolverState::Silent => Answer::Silent,
            ResolverState::Up => follow(name, |name| {
                if let Some(seen) = self.recall(dns, name, record_type, now) {
                    return seen;
                }
                let zone = dns.zone_for(resolver, name);
                asked.add(zone);
                let step = dns.ask(zone, name, record_type, now);
                self.remember(resolver, name, record_type, step, now)
            }),
        };
        Resolution { answer, asked }
    }

    /// When the answer to this question will be there that an earlier one has asked the zones' servers
    /// for; none if nobody waits for it. A resolver that is not up answers without it.
    pub fn under_way(
        &self,
        resolver: &Resolver,
        name: NameId,
        record_type: RecordType,
        now: Instant,
    ) -> Option<Instant> {
        let same = |question: &&(NameId, RecordType, Instant)| {
            (question.0, question.1) == (name, record_type) && question.2 > now
        };
        let due = self.under_way.iter().find(same)?.2;
        (resolver.state == ResolverState::Up).then_some(due)
    }

    /// Notes when the answer to a question will be there that the zones' servers have been asked.
    pub fn expect_answer(
        &mut self,
        name: NameId,
        record_type: RecordType,
        due: Instant,
        now: Instant,
    ) {
        // What has arrived leaves, so that there are no more than are under way at a time.
        self.under_way.retain(|question| question.2 > now);
        self.under_way.push((name, record_type, due));
    }

    /// How many answers it holds, stale ones that have not left yet included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Forgets everything, as `Clear-DnsServerCache` and a restart do.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.order.clear();
        self.under_way.clear();
    }

    /// What it remembers of a name and type, with the time to live that is left.
    fn recall(
        &self,
        dns: &Dns,
        name: NameId,
        record_type: RecordType,
        now: Instant,
    ) -> Option<Seen> {
        let alive = |record_type| {
            let entry = self.entries.get(&Key { name, record_type })?;
            (now < entry.expires).then_some(*entry)
        };
        let (entry, is_alias) = if let Some(entry) = alive(None) {
            (entry, false)
        } else if let Some(entry) = alive(Some(record_type)) {
            (entry, false)
        } else {
            let entry = alive(Some(RecordType::CanonicalName))?;
            (entry, true)
        };
        let left = entry.expires.since(now);
        let step = match entry.content {
            Content::Records(set) if is_alias => {
                let found = Found {
                    set,
                    as_of: entry.as_of,
                    time_to_live: left,
                };
                match dns.records(found).first() {
                    Some(RecordData::Canonical(target)) => Step::Alias(set, *target, left),
                    _ => return None,
                }
            }
            // That there is no alias, or that nobody would say so, answers no other question.
            _ if is_alias => return None,
            Content::Records(set) => Step::Records(set, left),
            Content::NoSuchName => Step::NoSuchName(left),
            Content::NoData => Step::NoData(left),
            Content::ServerFailure => Step::ServerFailure,
            Content::Silent => Step::Silent,
        };
        Some(Seen {
            step,
            as_of: entry.as_of,
        })
    }

    /// Remembers an answer, and returns it with its time to live capped.
    fn remember(
        &mut self,
        resolver: &Resolver,
        name: NameId,
        record_type: RecordType,
        step: Step,
        now: Instant,
    ) -> Seen {
        let positive = |life: Span| life.min(resolver.positive_cap);
        let negative = |life: Span| life.min(resolver.negative_cap);
        let failure = resolver.failure_life.min(FAILURE_LIFE_MAX);
        let asked = Some(record_type);
        let alias = Some(RecordType::CanonicalName);
        let (step, key, content, life) = match step {
            Step::Records(set, life) => {
                let life = positive(life);
                let step = Step::Records(set, life);
                (step, asked, Content::Records(set), life)
            }
            Step::Alias(set, target, life) => {
                let life = positive(life);
                let step = Step::Alias(set, target, life);
                (step, alias, Content::Records(set), life)
            }
            Step::NoSuchName(life) => {
                let life = negative(life);
                (Step::NoSuchName(life), None, Content::NoSuchName, life)
            }
            Step::NoData(life) => {
                let life = negative(life);
                (Step::NoData(life), asked, Content::NoData, life)
            }
            Step::ServerFailure => (step, asked, Content::ServerFailure, failure),
            Step::Silent => (step, asked, Content::Silent, failure),
        };
        if life > Span::ZERO {
            let key = Key {
                name,
                record_type: key,
            };
            let entry = Entry {
                content,
                as_of: now,
                expires: now + life,
            };
            self.insert(key, entry, now);
        }
        Seen { step, as_of: now }
    }

    fn insert(&mut self, key: Key, entry: Entry, now: Instant) {
        if self.entries.insert(key, entry).is_none() {
            self.order.push_back(key);
        }
        // Two for one: stale entries leave faster than new ones come.
        for _ in 0..2 {
            let Some(oldest) = self.order.pop_front() else {
                return;
            };
            if self.entries[&oldest].expires <= now {
                self.entries.remove(&oldest);
            } else {
                self.order.push_back(oldest);
            }
        }
    }
}
