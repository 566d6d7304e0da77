//! The engine's draws and distributions, held to statistics and to what they gave when they were
//! written.
//!
//! All seeds are fixed, so a test passes always or never. A limit is the level that a good generator
//! would cross once in a thousand (fits) or ten thousand (draws) seeds; the seed was not chosen.

mod draws;
mod fit;
mod known;
mod statistics;

use fedsim::engine::draw::{DrawKeys, Purpose, Seed};
use fedsim::engine::hash::NameHash;

/// A purpose by its number, of the day.
#[derive(Clone, Copy)]
struct Numbered(u8);

impl Purpose for Numbered {
    fn number(self) -> u8 {
        self.0
    }
    fn belongs_to_world(self) -> bool {
        false
    }
}

fn keys_of_replication(replication: u32) -> DrawKeys {
    DrawKeys::new(Seed {
        world: 1,
        day: 1,
        replication,
    })
}

fn keys() -> DrawKeys {
    keys_of_replication(0)
}

fn contoso() -> NameHash {
    NameHash::of("contoso")
}
