//! The digest: a fingerprint of everything that was observed.
//!
//! Definition: the sum modulo 2¹²⁸ of the hash of each observation, for each organization that asks
//! and in total. It leaves out what no observation says, such as how many events it took.
//!
//! It knows nothing of what observations mean. Invariant: neither the order of the observations nor
//! how they are split over recorders that are merged later changes it.

use std::fmt;

use crate::engine::hash::{Hash128, NameHash, words_128};
use crate::engine::id::{Id, IdVec};
use crate::model::Federation;
use crate::model::administration::TranscriptEntry;
use crate::model::observation::{Observation, Recorder, RequestIdentity};
use crate::model::organization::OrgId;

/// A fingerprint. Prints as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub u128);

/// The digest of a run.
#[derive(Clone, Debug, Default)]
pub struct Digest {
    by_requester: IdVec<OrgId, u128>,
    observations: u64,
    /// Hashes of requests seen lately, each at the place that its identity gives; nothing hangs on
    /// whether one is there but time.
    lately: Vec<Option<(RequestIdentity, NameHash)>>,
}

/// How many hashes are remembered: more than there are requests under way, most of the time.
const LATELY: usize = 4_096;

/// Equal fingerprints are equal, whatever is remembered.
impl PartialEq for Digest {
    fn eq(&self, other: &Digest) -> bool {
        self.observations == other.observations && self.by_requester == other.by_requester
    }
}

impl Eq for Digest {}

impl Digest {
    /// Nothing observed yet.
    pub fn new() -> Digest {
        Digest::default()
    }

    /// The fingerprint of everything.
    pub fn total(&self) -> Fingerprint {
        let sum = self
            .by_requester
            .iter()
            .fold(0, |sum: u128, part| sum.wrapping_add(*part));
        Fingerprint(sum)
    }

    /// The fingerprint of the requests of one organization.
    pub fn of(&self, requester: OrgId) -> Fingerprint {
        Fingerprint(self.by_requester.get(requester).copied().unwrap_or(0))
    }

    /// The organizations that asked something, with their fingerprints.
    pub fn requesters(&self) -> impl Iterator<Item = (OrgId, Fingerprint)> {
        let all = self.by_requester.enumerate();
        all.filter(|(_, sum)| **sum != 0)
            .map(|(id, sum)| (id, Fingerprint(*sum)))
    }

    /// How many observations went in.
    pub fn observations(&self) -> u64 {
        self.observations
    }

    /// Adds what another recorder of the same federation has seen.
    pub fn merge(&mut self, other: &Digest) {
        for (requester, sum) in other.by_requester.enumerate() {
            self.add(requester, *sum);
        }
        self.observations += other.observations;
    }

    fn request_hash(&mut self, federation: &Federation, request: RequestIdentity) -> NameHash {
        if self.lately.is_empty() {
            self.lately.resize(LATELY, None);
        }
        let spread = (request.requester.index() ^ request.workload.index() << 8).wrapping_mul(97);
        let place = (spread + request.number as usize) % LATELY;
        match self.lately[place] {
            Some((known, hash)) if known == request => hash,
            _ => {
                let hash = federation.request_hash(request);
                self.lately[place] = Some((request, hash));
                hash
            }
        }
    }

    fn add(&mut self, requester: OrgId, sum: u128) {
        while self.by_requester.len() <= requester.index() {
            self.by_requester.push(0);
        }
        let part = &mut self.by_requester[requester];
        *part = part.wrapping_add(sum);
    }
}

impl Recorder for Digest {
    fn observe(&mut self, federation: &Federation, observation: &Observation) {
        let request = self.request_hash(federation, observation.request);
        let hash = words_128(observation.words_of(federation, request));
        self.add(observation.request.requester, hash);
        self.observations += 1;
    }

    fn transcribe(&mut self, federation: &Federation, entry: &TranscriptEntry) {
        let script = federation.scripts[entry.script].identity;
        let mut text = Hash128::new();
        for part in [&entry.statement, &entry.output, &entry.objects] {
            text.update(&(part.len() as u64).to_le_bytes());
            text.update(part.as_bytes());
        }
        let text = text.finish();
        let words = [
            self.request_hash(federation, script).0,
            u64::from(entry.line),
            entry.started.nanoseconds(),
            entry.ended.nanoseconds(),
            (text >> 64) as u64,
            text as u64,
        ];
        self.add(script.requester, words_128(words));
        self.observations += 1;
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fixture::{CONTOSO, FABRIKAM, federation, journey};

    fn digest_of<'a>(observations: impl IntoIterator<Item = &'a Observation>) -> Digest {
        let federation = federation();
        let mut digest = Digest::new();
        for observation in observations {
            digest.observe(federation, observation);
        }
        digest
    }

    #[test]
    fn neither_order_nor_splitting_changes_a_digest_but_one_nanosecond_does() {
        let mut observations = journey(0, 1, Ok(()));
        observations.extend(journey(40, 2, Ok(())));
        let whole = digest_of(&observations);
        assert_eq!(digest_of(observations.iter().rev()), whole);
        let (first, second) = observations.split_at(5);
        let mut merged = digest_of(second);
        merged.merge(&digest_of(first));
        assert_eq!(merged, whole);
        assert_eq!(whole.observations(), 32);
        observations[3].at += crate::engine::Span::from_nanoseconds(1);
        assert_ne!(digest_of(&observations).total(), whole.total());
    }

    #[test]
    fn the_parts_of_a_digest_add_up_and_print_as_32_digits() {
        let digest = digest_of(&journey(0, 1, Ok(())));
        assert_eq!(digest.of(CONTOSO), digest.total());
        assert_eq!(digest.of(FABRIKAM), Fingerprint::default());
        assert_eq!(digest.requesters().count(), 1);
        assert_eq!(
            Fingerprint(0xab).to_string(),
            format!("{}ab", "0".repeat(30))
        );
    }
}
