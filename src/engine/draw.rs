//! Draws that depend on their meaning: (seed, purpose, entity, index), never on who drew before.
//!
//! ChaCha8 expands the seed once into one 64-bit key for each purpose. A draw is Philox2x64-10 under
//! that key at the counter (name hash, index): nothing is stored for an entity, and an added entity
//! shifts nobody's draws.
//!
//! It knows no distributions and no purposes by name: a purpose is a number, and the model gives it
//! meaning. Invariant: the same four arguments give the same 64 bits for ever (known answers below).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::hash::NameHash;

/// The two parts of a seed, and which replication of the day this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed {
    /// What the world is like: the same in all replications.
    pub world: u64,
    /// What happens in the run: arrivals, delays, faults.
    pub day: u64,
    /// The number of the replication, from 0; other days in the same world.
    pub replication: u32,
}

/// A purpose that draws are made for: one key each.
pub trait Purpose: Copy {
    /// Its number, below [`PURPOSES_MAX`]; it must never change, nor be used again.
    fn number(self) -> u8;
    /// Whether the draw belongs to the world (equal in all replications) or to the day.
    fn belongs_to_world(self) -> bool;
}

/// The number of purposes that there can be.
pub const PURPOSES_MAX: usize = 64;

/// The keys of all purposes under one seed.
#[derive(Clone, Debug)]
pub struct DrawKeys {
    world: [u64; PURPOSES_MAX],
    day: [u64; PURPOSES_MAX],
}

impl DrawKeys {
    /// Expands a seed: key `p` is the first 64 bits of stream `p` of a ChaCha8 generator whose
    /// 32-byte key spells the part of the seed.
    pub fn new(seed: Seed) -> DrawKeys {
        DrawKeys {
            world: expand(b"world\0\0\0", seed.world, 0),
            day: expand(b"day\0\0\0\0\0", seed.day, u64::from(seed.replication)),
        }
    }

    /// 64 uniform bits for this purpose, entity and index.
    pub fn bits<P: Purpose>(&self, purpose: P, entity: NameHash, index: u64) -> u64 {
        self.block(purpose, entity, index)[0]
    }

    /// Two independent words of 64 uniform bits for this purpose, entity and index.
    pub fn block<P: Purpose>(&self, purpose: P, entity: NameHash, index: u64) -> [u64; 2] {
        let keys = if purpose.belongs_to_world() {
            &self.world
        } else {
            &self.day
        };
        philox2x64_10([entity.0, index], keys[usize::from(purpose.number())])
    }

    /// An endless stream of words for a sample that needs several: word `n` of index `index`.
    pub fn stream<P: Purpose>(&self, purpose: P, entity: NameHash, index: u64) -> DrawStream {
        let keys = if purpose.belongs_to_world() {
            &self.world
        } else {
            &self.day
        };
        DrawStream {
            key: keys[usize::from(purpose.number())],
            entity: entity.with(index).0,
            next: 0,
            spare: None,
        }
    }
}

/// The words of one draw that needs an unknown number of them (rejection sampling).
#[derive(Clone, Debug)]
pub struct DrawStream {
    key: u64,
    entity: u64,
    next: u64,
    spare: Option<u64>,
}

impl DrawStream {
    /// The next 64 uniform bits.
    pub fn bits(&mut self) -> u64 {
        if let Some(word) = self.spare.take() {
            return word;
        }
        let [word, spare] = philox2x64_10([self.entity, self.next], self.key);
        self.next += 1;
        self.spare = Some(spare);
        word
    }
}

/// Whether an event of this probability, given in parts of 2⁶⁴, happens on these bits.
///
/// `u64::MAX` counts as certain.
pub const fn happens(bits: u64, probability: u64) -> bool {
    probability == u64::MAX || bits < probability
}

/// A whole number below `bound` on these bits, by widening multiplication.
///
/// The bias is below `bound` ÷ 2⁶⁴, beyond what any run can see. Returns 0 if `bound` is 0 or 1.
pub const fn below(bits: u64, bound: u64) -> u64 {
    ((bits as u128 * bound as u128) >> 64) as u64
}

/// A whole number below `bound` that is none of `taken`, all others alike. `taken` is ascending, without
/// repetition, and below `bound`; it leaves at least one.
pub fn below_without(bits: u64, bound: u64, taken: &[u64]) -> u64 {
    let mut number = below(bits, bound - taken.len() as u64);
    for &other in taken {
        if other > number {
            break;
        }
        number += 1;
    }
    number
}

fn expand(part: &[u8; 8], seed: u64, replication: u64) -> [u64; PURPOSES_MAX] {
    let mut key = [0; 32];
    key[..8].copy_from_slice(part);
    key[8..16].copy_from_slice(&seed.to_le_bytes());
    key[16..24].copy_from_slice(&replication.to_le_bytes());
    key[24..].copy_from_slice(b"fedsim\0\x01");
    std::array::from_fn(|purpose| {
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(purpose as u64);
        generator.next_u64()
    })
}

/// Philox2x64 with 10 rounds: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
/// 1, 2, 3", SC'11. Constants and known answers from the authors' Random123 library.
const fn philox2x64_10(counter: [u64; 2], key: u64) -> [u64; 2] {
    const MULTIPLIER: u64 = 0xD2B7_4407_B1CE_6E93;
    const WEYL: u64 = 0x9E37_79B9_7F4A_7C15;
    let [mut left, mut right] = counter;
    let mut key = key;
    let mut round = 0;
    while round < 10 {
        let product = MULTIPLIER as u128 * left as u128;
        left = (product >> 64) as u64 ^ key ^ right;
        right = product as u64;
        key = key.wrapping_add(WEYL);
        round += 1;
    }
    [left, right]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy)]
    enum TestPurpose {
        World,
        Day,
    }

    impl Purpose for TestPurpose {
        fn number(self) -> u8 {
            1
        }
        fn belongs_to_world(self) -> bool {
            matches!(self, TestPurpose::World)
        }
    }

    #[test]
    fn philox_gives_the_known_answers_of_random123() {
        // Random123, tests/kat_vectors, rows "philox2x64 10".
        let all = u64::MAX;
        assert_eq!(
            philox2x64_10([0, 0], 0),
            [0xca00_a045_9843_d731, 0x66c2_4222_c9a8_45b5]
        );
        assert_eq!(
            philox2x64_10([all, all], all),
            [0x65b0_21d6_0cd8_310f, 0x4d02_f322_2f86_df20]
        );
        assert_eq!(
            philox2x64_10(
                [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344],
                0xa409_3822_299f_31d0
            ),
            [0x0a5e_742c_2997_341c, 0xb0f8_83d3_8000_de5d]
        );
    }

    #[test]
    fn what_is_taken_is_passed_over_and_all_others_are_alike() {
        let quarter = |n: u64| n << 62;
        // Of 0 to 5, without 0 and 3: 1, 2, 4 and 5.
        let drawn = [0, 1, 2, 3].map(|n| below_without(quarter(n), 6, &[0, 3]));
        assert_eq!(drawn, [1, 2, 4, 5]);
        assert_eq!(below_without(u64::MAX, 3, &[0, 1]), 2);
        assert_eq!(below_without(u64::MAX, 3, &[]), 2);
    }

    #[test]
    fn a_replication_is_another_day_in_the_same_world() {
        let keys = |replication| {
            DrawKeys::new(Seed {
                world: 1,
                day: 2,
                replication,
            })
        };
        let (first, second) = (keys(0), keys(1));
        let who = NameHash::of("contoso");
        assert_eq!(
            first.bits(TestPurpose::World, who, 7),
            second.bits(TestPurpose::World, who, 7)
        );
        assert_ne!(
            first.bits(TestPurpose::Day, who, 7),
            second.bits(TestPurpose::Day, who, 7)
        );
        assert_ne!(
            first.bits(TestPurpose::Day, who, 7),
            first.bits(TestPurpose::Day, who, 8)
        );
    }

    #[test]
    fn the_keys_of_a_seed_never_change() {
        let keys = DrawKeys::new(Seed {
            world: 1,
            day: 1,
            replication: 0,
        });
        let answer = keys.bits(TestPurpose::Day, NameHash::of("contoso"), 0);
        assert_eq!(answer, KNOWN_ANSWER, "{answer:#x}");
    }

    const KNOWN_ANSWER: u64 = 0x546b_6720_50b7_5249;

    #[test]
    fn below_stays_below_and_reaches_both_ends() {
        assert_eq!(below(0, 10), 0);
        assert_eq!(below(u64::MAX, 10), 9);
        assert_eq!(below(u64::MAX, 0), 0);
    }
}
