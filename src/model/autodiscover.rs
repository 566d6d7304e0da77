//! Autodiscover between organizations: the URL cache of a worker process, and what the target answers.
//!
//! It knows nothing of transport or tokens. Invariant: the cache is asked and changed by address, and
//! its entries leave by the rule that is in force, or as the oldest inserted when it is full.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::engine::{Instant, Span};

use super::address::{Address, Url};
use super::cause::Cause;
use super::parameters::{NegativeUriLife, UriCacheRule};

/// What Autodiscover says of one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// ExternalEwsUrl.
    Url(Url),
    /// RedirectAddress: ask about this address instead.
    RedirectAddress(Address),
    /// Another error.
    Failed(Cause),
}

/// The most redirects that the Availability service follows. Source: observed, Exchange 2013.
pub const REDIRECTS_MAX: u8 = 3;

/// What a cache entry holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cached {
    /// The URL for the address.
    Url(Url),
    /// A failure of a kind that is stored.
    Failure,
}

/// The URL cache of one worker process: by e-mail address, not by domain.
///
/// Source: URL cache, observed, Exchange 2013.
#[derive(Clone, Debug, Default)]
pub struct UrlCache {
    entries: FxHashMap<Address, Entry>,
    oldest_first: VecDeque<(Address, Instant)>,
    bad_urls: FxHashMap<Url, ()>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    inserted: Instant,
    content: Cached,
}

/// How long entries stay, and how many.
#[derive(Clone, Copy, Debug)]
pub struct UrlCacheRules {
    /// Which entries an age beyond `life` removes.
    pub rule: UriCacheRule,
    /// How long failures stay.
    pub negative_life: NegativeUriLife,
    /// The life of an entry.
    pub life: Span,
    /// The most entries.
    pub entries_max: u32,
}

impl UrlCache {
    /// What the cache holds for an address; an entry that the rule drops is removed first.
    pub fn look_up(
        &mut self,
        address: Address,
        now: Instant,
        rules: &UrlCacheRules,
    ) -> Option<Cached> {
        let entry = *self.entries.get(&address)?;
        if self.is_dropped(entry, now, rules) {
            self.entries.remove(&address);
            return None;
        }
        Some(entry.content)
    }

    /// Stores what was discovered, and removes the oldest inserted entry of a full cache.
    pub fn store(
        &mut self,
        address: Address,
        content: Cached,
        now: Instant,
        rules: &UrlCacheRules,
    ) {
        self.entries.insert(
            address,
            Entry {
                inserted: now,
                content,
            },
        );
        self.oldest_first.push_back((address, now));
        while self.entries.len() > rules.entries_max as usize {
            let Some((oldest, inserted)) = self.oldest_first.pop_front() else {
                break;
            };
            // A place in the queue whose entry was dropped and stored anew is stale.
            if self
                .entries
                .get(&oldest)
                .is_some_and(|entry| entry.inserted == inserted)
            {
                self.entries.remove(&oldest);
            }
        }
        // Stale places must not outgrow the entries: long runs would pile them up.
        if self.oldest_first.len() > 2 * self.entries.len() + 16 {
            let entries = &self.entries;
            self.oldest_first
                .retain(|(address, at)| entries.get(address).is_some_and(|e| e.inserted == *at));
        }
    }

    /// Notes whether a connection to a URL could be made.
    pub fn note_connection(&mut self, url: Url, reached: bool) {
        if reached {
            self.bad_urls.remove(&url);
        } else {
            self.bad_urls.insert(url, ());
        }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The rule by which entries leave. The literal form drops good entries after an hour and keeps
    /// failed ones; the form that the setting's name suggests does the reverse.
    fn is_dropped(&self, entry: Entry, now: Instant, rules: &UrlCacheRules) -> bool {
        if now.since(entry.inserted) < rules.life {
            return false;
        }
        let (failure, bad_url) = match entry.content {
            Cached::Url(url) => (false, self.bad_urls.contains_key(&url)),
            Cached::Failure => (true, false),
        };
        match rules.rule {
            UriCacheRule::Literal => {
                !failure || bad_url || rules.negative_life == NegativeUriLife::Hour
            }
            UriCacheRule::Intended => failure || bad_url,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::address::{LocalPart, UrlPath};
    use crate::model::names::NameId;

    const URL: Url = Url {
        host: NameId(9),
        path: UrlPath::Ews,
    };
    const LIFE: Span = Span::from_hours(1);

    fn address(number: u32) -> Address {
        Address {
            domain: NameId(1),
            local: LocalPart::Numbered(number),
        }
    }

    fn rules(rule: UriCacheRule, negative_life: NegativeUriLife) -> UrlCacheRules {
        UrlCacheRules {
            rule,
            negative_life,
            life: LIFE,
            entries_max: 3,
        }
    }

    #[test]
    fn after_an_hour_the_literal_rule_drops_successes_and_the_intended_one_failures() {
        use NegativeUriLife::{Hour, Process};
        use UriCacheRule::{Intended, Literal};
        let (good, bad) = (Cached::Url(URL), Cached::Failure);
        for (rule, negative_life, content, url_is_bad, stays) in [
            (Literal, Process, good, false, false),
            (Literal, Process, bad, false, true),
            (Literal, Hour, bad, false, false),
            (Literal, Process, good, true, false),
            (Intended, Process, good, false, true),
            (Intended, Process, good, true, false),
            (Intended, Process, bad, false, false),
        ] {
            let rules = rules(rule, negative_life);
            let mut cache = UrlCache::default();
            let start = Instant::from_seconds(1);
            cache.store(address(1), content, start, &rules);
            cache.note_connection(URL, !url_is_bad);
            let almost = start + LIFE - Span::from_nanoseconds(1);
            assert_eq!(cache.look_up(address(1), almost, &rules), Some(content));
            let found = cache.look_up(address(1), start + LIFE, &rules).is_some();
            assert_eq!(found, stays, "{rule:?}, {content:?}, bad URL {url_is_bad}");
        }
    }

    #[test]
    fn a_full_cache_loses_the_entry_that_was_inserted_first_however_often_it_is_used() {
        let rules = rules(UriCacheRule::Literal, NegativeUriLife::Process);
        let mut cache = UrlCache::default();
        for number in 0..4 {
            let now = Instant::from_seconds(u64::from(number));
            cache.store(address(number), Cached::Url(URL), now, &rules);
            cache.look_up(address(0), now, &rules);
        }
        let now = Instant::from_seconds(4);
        let found: Vec<_> = (0..4)
            .map(|number| cache.look_up(address(number), now, &rules).is_some())
            .collect();
        assert_eq!(found, [false, true, true, true]);
    }
}
