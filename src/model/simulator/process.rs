//! A worker process: its caches, its connections, whether it is warm.
//!
//! It knows no rule but when its contents are stale. Invariant: all of it is lost when the application
//! pool is recycled.

use rustc_hash::FxHashMap;

use crate::engine::{Instant, Span};

use super::super::address::Address;
use super::super::autodiscover::UrlCache;
use super::super::dns::HostId;
use super::super::names::NameId;
use super::super::organization::ServerId;
use super::super::token::{DelegationToken, Offer};

/// The state of a worker process. A new one is warm: it has been running since before the run.
#[derive(Debug, Default)]
pub(super) struct Process {
    /// The URL cache of Autodiscover results.
    pub urls: UrlCache,
    /// When the objects for a domain were read, absent ones included.
    loaded: FxHashMap<NameId, Instant>,
    /// Idle connections by host name: to which host, since when.
    connections: FxHashMap<NameId, Vec<(HostId, Instant)>>,
    /// Tokens kept for another time (what-if `token_cache`).
    tokens: FxHashMap<(Address, NameId, Offer), DelegationToken>,
    /// Mailboxes that this process has taken requests for to an older server: to which, when first.
    older_homes: FxHashMap<Address, (ServerId, Instant)>,
    /// When address spaces were read; none: not in this run.
    address_spaces: Option<Instant>,
    warmth: Warmth,
}

/// Whether a process has started.
#[derive(Clone, Copy, Debug, Default)]
enum Warmth {
    /// It has.
    #[default]
    Warm,
    /// It will start with its first request.
    Cold,
    /// It is warm from this instant on.
    WarmFrom(Instant),
}

impl Process {
    /// A process that starts with its first request.
    pub fn cold() -> Process {
        Process {
            warmth: Warmth::Cold,
            ..Process::default()
        }
    }

    /// How long a request that comes now has to wait until the process runs; a cold one starts now
    /// and takes `start`.
    pub fn wait_until_warm(&mut self, now: Instant, start: Span) -> Span {
        match self.warmth {
            Warmth::Warm => Span::ZERO,
            Warmth::Cold => {
                self.warmth = Warmth::WarmFrom(now + start);
                start
            }
            Warmth::WarmFrom(at) => at.since(now),
        }
    }

    /// When the objects for a domain were last read; they are read now if that is too long ago.
    ///
    /// Source: organization relationships and the like stay for 5 minutes from their load, absent
    /// ones included; observed, Exchange 2013.
    pub fn loaded_at(&mut self, domain: NameId, now: Instant, life: Span) -> Instant {
        let loaded = self.loaded.entry(domain).or_insert(now);
        if now.since(*loaded) >= life {
            *loaded = now;
        }
        *loaded
    }

    /// When address spaces were last read: each `every` from the start of the run, or from the first
    /// use of a process that started later.
    pub fn address_spaces_read(&mut self, start: Instant, now: Instant, every: Span) -> Instant {
        let began = match self.warmth {
            Warmth::Warm => start,
            Warmth::Cold | Warmth::WarmFrom(_) => now,
        };
        let read = self.address_spaces.get_or_insert(began);
        let rounds = now.since(*read).nanoseconds() / every.nanoseconds().max(1);
        *read += every.times(rounds);
        *read
    }

    /// Remembers that a mailbox is on an older server, unless it is remembered already.
    pub fn remember_older_home(
        &mut self,
        mailbox: Address,
        home: ServerId,
        now: Instant,
        life: Span,
    ) {
        let kept = self.older_homes.entry(mailbox).or_insert((home, now));
        if now.since(kept.1) >= life {
            *kept = (home, now);
        }
    }

    /// The older server to which this process still takes requests for a mailbox.
    pub fn older_home(&self, mailbox: Address, now: Instant, life: Span) -> Option<ServerId> {
        let (home, since) = self.older_homes.get(&mailbox)?;
        (now.since(*since) < life).then_some(*home)
    }

    /// Takes an idle connection by a host's name, the one used last, and tells to which host it
    /// leads; those idle too long are closed.
    pub fn take_connection(
        &mut self,
        name: NameId,
        now: Instant,
        idle_max: Span,
    ) -> Option<HostId> {
        let idle = self.connections.get_mut(&name)?;
        match idle.pop() {
            Some((host, since)) if now.since(since) < idle_max => Some(host),
            _ => {
                // The newest is too old, so all are.
                idle.clear();
                None
            }
        }
    }

    /// Keeps a connection for another time.
    pub fn keep_connection(&mut self, name: NameId, host: HostId, now: Instant) {
        self.connections.entry(name).or_default().push((host, now));
    }

    /// A token of this user for this target and offer that has not ended by `until`.
    pub fn token(&self, key: (Address, NameId, Offer), until: Instant) -> Option<DelegationToken> {
        let token = self.tokens.get(&key)?;
        (until < token.not_before + token.offer.row().duration).then_some(*token)
    }

    /// Keeps a token for another time, unless the cache is full.
    ///
    /// Assumed: a full cache takes no more; there is no such cache in the product.
    pub fn keep_token(&mut self, key: (Address, NameId, Offer), token: DelegationToken, max: u32) {
        if self.tokens.len() < max as usize || self.tokens.contains_key(&key) {
            self.tokens.insert(key, token);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Span = Span::from_minutes(5);

    #[test]
    fn what_was_read_is_read_again_after_its_life_and_not_before() {
        let mut process = Process::default();
        let domain = NameId(1);
        let start = Instant::from_seconds(1_000);
        assert_eq!(process.loaded_at(domain, start, LIFE), start);
        let almost = start + LIFE - Span::from_nanoseconds(1);
        assert_eq!(process.loaded_at(domain, almost, LIFE), start);
        assert_eq!(process.loaded_at(domain, start + LIFE, LIFE), start + LIFE);
    }

    #[test]
    fn a_connection_is_used_again_unless_it_was_idle_too_long() {
        let mut process = Process::default();
        let (name, host) = (NameId(1), HostId(7));
        let (start, idle) = (Instant::from_seconds(1), Span::from_seconds(100));
        assert_eq!(process.take_connection(name, start, idle), None);
        process.keep_connection(name, host, start);
        let almost = start + Span::from_seconds(99);
        assert_eq!(process.take_connection(name, almost, idle), Some(host));
        assert_eq!(process.take_connection(name, almost, idle), None);
        process.keep_connection(name, host, start);
        assert_eq!(process.take_connection(name, start + idle, idle), None);
    }

    #[test]
    fn a_cold_process_starts_with_its_first_request_and_later_ones_wait_for_the_rest() {
        let mut process = Process::cold();
        let (start, eight) = (Instant::from_seconds(1), Span::from_seconds(8));
        assert_eq!(process.wait_until_warm(start, eight), eight);
        let later = start + Span::from_seconds(3);
        assert_eq!(process.wait_until_warm(later, eight), Span::from_seconds(5));
        assert_eq!(process.wait_until_warm(start + eight, eight), Span::ZERO);
        assert_eq!(Process::default().wait_until_warm(start, eight), Span::ZERO);
    }
}
