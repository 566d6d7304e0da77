//! Stable hashes: XXH3, a published function with published test vectors.
//!
//! It knows nothing of what is hashed. Invariant: a hash depends on bytes alone, never on the
//! machine, the process or the version of the standard library; known answers are under test.

use xxhash_rust::xxh3;

/// The hash of a name, the same on every machine for ever. Names are hashed as they are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameHash(pub u64);

impl NameHash {
    /// The hash of a name.
    pub fn of(name: &str) -> NameHash {
        NameHash(xxh3::xxh3_64(name.as_bytes()))
    }

    /// The hash of this name with a part added, such as an index or a second name: "the n-th of".
    ///
    /// `a.with(b)` and `b.with(a)` differ.
    pub fn with(self, part: u64) -> NameHash {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.0.to_le_bytes());
        bytes[8..].copy_from_slice(&part.to_le_bytes());
        NameHash(xxh3::xxh3_64(&bytes))
    }
}

/// A 128-bit hash of a sequence of words, for digests.
pub fn words_128<const N: usize>(words: [u64; N]) -> u128 {
    let mut bytes = [0; 128];
    assert!(N * 8 <= bytes.len(), "an observation has at most 16 words");
    for (chunk, word) in bytes.chunks_exact_mut(8).zip(words) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    xxh3::xxh3_128(&bytes[..N * 8])
}

/// A 128-bit hash of bytes, such as an input file.
pub fn bytes_128(bytes: &[u8]) -> u128 {
    xxh3::xxh3_128(bytes)
}

/// [`bytes_128`] of bytes that come in pieces.
#[derive(Clone, Default)]
pub struct Hash128(xxh3::Xxh3);

impl Hash128 {
    /// The hash of nothing yet.
    pub fn new() -> Hash128 {
        Hash128::default()
    }

    /// Adds a piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all pieces so far.
    pub fn finish(&self) -> u128 {
        self.0.digest128()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_answers_of_xxh3_are_met() {
        // xxHash, doc/xxhash_spec and the sanity checks of the reference implementation:
        // XXH3_64bits of the empty input with seed 0, XXH3_128bits of the same.
        assert_eq!(NameHash::of("").0, 0x2D06_8005_38D3_94C2);
        assert_eq!(bytes_128(b""), 0x99AA_06D3_0147_98D8_6001_C324_468D_497F);
    }

    #[test]
    fn pieces_hash_as_the_whole_does() {
        let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
        let mut hash = Hash128::new();
        for piece in bytes.chunks(777) {
            hash.update(piece);
        }
        assert_eq!(hash.finish(), bytes_128(&bytes));
        assert_eq!(Hash128::new().finish(), bytes_128(b""));
    }

    #[test]
    fn parts_are_not_interchangeable() {
        let (a, b) = (NameHash::of("a"), NameHash::of("b"));
        assert_ne!(a.with(b.0), b.with(a.0));
        assert_ne!(a.with(0), a);
    }
}
