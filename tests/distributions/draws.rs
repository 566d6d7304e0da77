//! A statistical battery on the draw function, along everything that can be a neighbour: indices,
//! entities, purposes, replications, the words of a stream.

use fedsim::engine::hash::NameHash;

use super::statistics::{chi_square, chi_square_below, normal_below};
use super::{Numbered, contoso, keys, keys_of_replication};

const WORDS: u64 = 1 << 20;

/// How likely it is that true randomness gives a smaller statistic, one for each test. A good
/// generator gives numbers that are uniform on (0, 1).
type Levels = Vec<(&'static str, f64)>;

fn battery(words: &[u64]) -> Levels {
    vec![
        ("balance of each bit", bit_balance(words)),
        ("each byte", bytes(words)),
        ("correlation with the next", correlation(words, 1)),
        ("correlation with the second next", correlation(words, 2)),
        ("pairs of first bytes", pairs(words, 56)),
        ("pairs of last bytes", pairs(words, 0)),
        ("bits that differ from the next", differences(words)),
        ("equal first halves", collisions(words, 32)),
        ("equal last halves", collisions(words, 0)),
    ]
}

fn bit_balance(words: &[u64]) -> f64 {
    let n = words.len() as f64;
    let statistic: f64 = (0..64)
        .map(|bit| {
            let ones: u64 = words.iter().map(|word| word >> bit & 1).sum();
            let difference = ones as f64 - n / 2.0;
            difference * difference / (n / 4.0)
        })
        .sum();
    chi_square_below(statistic, 64)
}

fn bytes(words: &[u64]) -> f64 {
    let mut counts = vec![0; 8 * 256];
    for word in words {
        for (place, byte) in word.to_le_bytes().into_iter().enumerate() {
            counts[place * 256 + usize::from(byte)] += 1;
        }
    }
    let statistic = chi_square(&counts, |_| words.len() as f64 / 256.0);
    chi_square_below(statistic, 8 * 255)
}

fn correlation(words: &[u64], lag: usize) -> f64 {
    let centred = |word: u64| word as f64 / libm::exp2(64.0) - 0.5;
    let pairs = words.iter().zip(&words[lag..]);
    let products: f64 = pairs.map(|(&a, &b)| centred(a) * centred(b)).sum();
    // Each product has mean 0 and variance (1 ÷ 12)².
    normal_below(products * 12.0 / libm::sqrt((words.len() - lag) as f64))
}

fn pairs(words: &[u64], shift: u32) -> f64 {
    let mut counts = vec![0; 1 << 16];
    for pair in words.chunks_exact(2) {
        let (first, second) = (pair[0] >> shift & 0xFF, pair[1] >> shift & 0xFF);
        counts[(first << 8 | second) as usize] += 1;
    }
    let expected = (words.len() / 2) as f64 / f64::from(1 << 16);
    chi_square_below(chi_square(&counts, |_| expected), (1 << 16) - 1)
}

/// The number of bits in which two neighbours differ is binomial: 64 fair coins.
fn differences(words: &[u64]) -> f64 {
    let (low, high) = (20, 44);
    let mut counts = vec![0; high - low + 1];
    for pair in words.chunks_exact(2) {
        let bits = (pair[0] ^ pair[1]).count_ones() as usize;
        counts[bits.clamp(low, high) - low] += 1;
    }
    let mut chances = vec![0.0; counts.len()];
    let mut chance = libm::exp2(-64.0); // of `bits` ones, from 0 ones upward
    for bits in 0..=64 {
        chances[bits.clamp(low, high) - low] += chance;
        chance *= (64 - bits) as f64 / (bits + 1) as f64;
    }
    let n = (words.len() / 2) as f64;
    let statistic = chi_square(&counts, |cell| n * chances[cell]);
    chi_square_below(statistic, counts.len() - 1)
}

/// How many halves are repeated is nearly a Poisson variable with mean n² ÷ 2³³: 128 for 2²⁰ words.
fn collisions(words: &[u64], shift: u32) -> f64 {
    let mut halves: Vec<u32> = words.iter().map(|word| (word >> shift) as u32).collect();
    halves.sort_unstable();
    let repeated = halves.windows(2).filter(|pair| pair[0] == pair[1]).count();
    let n = words.len() as f64;
    let mean = n * n / libm::exp2(33.0);
    normal_below((repeated as f64 - mean) / libm::sqrt(mean))
}

/// The tests that true randomness would fail once in ten thousand times.
fn failures(word: impl Fn(u64) -> u64) -> Levels {
    let words: Vec<u64> = (0..WORDS).map(word).collect();
    let mut levels = battery(&words);
    levels.retain(|(_, level)| !(5e-5..1.0 - 5e-5).contains(level));
    levels
}

fn check(along: &str, word: impl Fn(u64) -> u64) {
    let failures = failures(word);
    assert!(failures.is_empty(), "{along}: {failures:?}");
}

#[test]
fn the_battery_notices_bad_draws() {
    let keys = keys();
    let good = |i| keys.bits(Numbered(7), contoso(), i);
    // A generator with a fault, and the tests that are there to find it.
    let counter = failures(|i| i.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let short = failures(|i| good(i) & 0xFFFF_FFFF_00FF_FFFF);
    let biased = failures(|i| if i % 100 == 0 { good(i) | 1 } else { good(i) });
    let repeating = failures(|i| if i % 100 == 0 { good(i + 1) } else { good(i) });
    for (failures, test) in [
        (&counter, "pairs of first bytes"),
        (&short, "each byte"),
        (&short, "equal last halves"),
        (&biased, "balance of each bit"),
        (&repeating, "correlation with the next"),
        (&repeating, "bits that differ from the next"),
    ] {
        let found = failures.iter().any(|(name, _)| *name == test);
        assert!(found, "{test} found nothing, only {failures:?}");
    }
}

#[test]
fn neighbouring_indices_give_independent_draws() {
    let keys = keys();
    let (purpose, who) = (Numbered(7), contoso());
    check("indices", |i| keys.bits(purpose, who, i));
    check("indices, second word", |i| keys.block(purpose, who, i)[1]);
    check("indices 2^40 apart", |i| keys.bits(purpose, who, i << 40));
    check("both words in turn", |i| {
        keys.block(purpose, who, i / 2)[(i % 2) as usize]
    });
}

#[test]
fn neighbouring_entities_give_independent_draws() {
    let keys = keys();
    let purpose = Numbered(7);
    check("hashes", |i| keys.bits(purpose, NameHash(i), 0));
    check("hashes 2^40 apart", |i| {
        keys.bits(purpose, NameHash(i << 40), 0)
    });
    check("numbered parts", |i| {
        keys.bits(purpose, contoso().with(i), 0)
    });
    check("names", |i| {
        keys.bits(purpose, NameHash::of(&format!("org-{i:07}")), 0)
    });
}

#[test]
fn neighbours_in_two_ways_give_independent_draws() {
    let keys = keys();
    let purpose = Numbered(7);
    check("1024 indices of each hash", |i| {
        keys.bits(purpose, NameHash(i >> 10), i & 1023)
    });
    check("1024 hashes at each index", |i| {
        keys.bits(purpose, NameHash(i & 1023), i >> 10)
    });
    check("equal hash and index", |i| {
        keys.bits(purpose, NameHash(i), i)
    });
    check("all purposes in turn", |i| {
        keys.bits(Numbered((i % 64) as u8), contoso(), i / 64)
    });
}

#[test]
fn the_words_of_streams_are_independent() {
    let keys = keys();
    let purpose = Numbered(7);
    check("first words of streams", |i| {
        keys.stream(purpose, contoso(), i).bits()
    });
    let long = std::cell::RefCell::new(keys.stream(purpose, contoso(), 0));
    check("one stream", |_| long.borrow_mut().bits());
}

#[test]
fn neighbouring_replications_give_independent_draws() {
    let mut words = Vec::new();
    for replication in 0..(WORDS / 64) as u32 {
        let keys = keys_of_replication(replication);
        words.extend((0..64).map(|purpose| keys.bits(Numbered(purpose), contoso(), 0)));
    }
    check("replications and purposes", |i| words[i as usize]);
    let replications = WORDS / 64;
    check("purposes and replications", |i| {
        words[(i % replications * 64 + i / replications) as usize]
    });
}

/// Avalanche: each bit of an entity or index that is turned over turns over half of the bits of the
/// draw, and each of them in half of the cases.
#[test]
fn one_bit_of_an_entity_or_index_changes_half_of_the_bits_of_a_draw() {
    const BASES: u64 = 4_096;
    let keys = keys();
    let draw = |[entity, index]: [u64; 2]| keys.bits(Numbered(7), NameHash(entity), index);
    let mut turned = vec![0u64; 128 * 64];
    for base in 0..BASES {
        let before = draw([base, base]);
        for bit in 0..128 {
            let mut input = [base, base];
            input[bit / 64] ^= 1 << (bit % 64);
            let difference = before ^ draw(input);
            for (place, count) in turned[bit * 64..][..64].iter_mut().enumerate() {
                *count += difference >> place & 1;
            }
        }
    }
    let half = BASES as f64 / 2.0;
    let squares = turned.iter().map(|&count| {
        let difference = count as f64 - half;
        difference * difference / (half / 2.0)
    });
    let level = chi_square_below(squares.sum(), turned.len());
    assert!((5e-5..1.0 - 5e-5).contains(&level), "{level}");
}
