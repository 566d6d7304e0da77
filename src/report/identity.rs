//! The identity of a result: which scenario, seed and model it is of.
//!
//! It knows nothing of results. Invariant: two runs of equal identity give equal results; comments, the
//! order of keys and the name of the file do not change it, any value and any byte of a side file does.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::engine::Seed;
use crate::engine::hash::bytes_128;
use crate::model;
use crate::scenario::{Input, Table, Value};

/// The version of all files of results.
pub const FORMAT: u32 = 1;

/// The version of fedsim.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a result is a function of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// A hash of all effective values of the scenario, expectations included.
    pub scenario_hash: String,
    /// The files that the scenario names beside itself; absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<InputFile>,
    /// The seed of the world.
    pub seed_world: u64,
    /// The seed of the day.
    pub seed_day: u64,
    /// The number of the replication.
    pub replication: u32,
    /// Which requests have rows.
    pub log: String,
    /// The revision of the model.
    pub model_revision: u32,
    /// The version of fedsim.
    pub fedsim: String,
}

/// A file that a scenario names beside itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Its path from the scenario's directory.
    pub path: String,
    /// A hash of its bytes.
    pub hash: String,
}

impl From<&Input> for InputFile {
    fn from(input: &Input) -> InputFile {
        InputFile {
            path: input.path.clone(),
            hash: format!("{:032x}", input.hash),
        }
    }
}

impl Identity {
    /// The identity of a run of these effective values, read with these side files.
    pub fn new(
        effective: &Table,
        inputs: &[Input],
        seed: Seed,
        replication: u32,
        log: String,
    ) -> Identity {
        Identity {
            scenario_hash: format!("{:032x}", scenario_hash(effective)),
            inputs: inputs.iter().map(InputFile::from).collect(),
            seed_world: seed.world,
            seed_day: seed.day,
            replication,
            log,
            model_revision: model::MODEL_REVISION,
            fedsim: VERSION.to_owned(),
        }
    }
}

/// The hash of a tree's paths and values, without their origins.
pub fn scenario_hash(effective: &Table) -> u128 {
    let mut canonical = String::new();
    write_table(&mut canonical, &mut String::new(), effective);
    bytes_128(canonical.as_bytes())
}

fn write_table(out: &mut String, path: &mut String, table: &Table) {
    for (key, entry) in table.iter() {
        let length = path.len();
        // No key holds a line feed, and each is written with its length: no two trees are written
        // alike.
        write!(path, "/{}:{key}", key.len()).expect("writing to a string cannot fail");
        write_value(out, path, &entry.value);
        path.truncate(length);
    }
}

fn write_value(out: &mut String, path: &mut String, value: &Value) {
    match value {
        Value::Table(table) => write_table(out, path, table),
        Value::List(elements) => {
            for (number, element) in elements.iter().enumerate() {
                let length = path.len();
                write!(path, "/{number}").expect("writing to a string cannot fail");
                write_value(out, path, &element.value);
                path.truncate(length);
            }
        }
        leaf => writeln!(out, "{path} {leaf:?}").expect("writing to a string cannot fail"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::read;

    fn hash(text: &str) -> u128 {
        let document = read(&format!("fedsim = 1\n{text}"), "test.toml");
        scenario_hash(&document.unwrap_or_else(|found| panic!("{found}")).tables)
    }

    #[test]
    fn a_scenario_is_the_same_until_a_value_changes() {
        let plain = hash("[run]\nlength = \"1 h\"\nstart = 2026-03-02T08:00:00Z");
        assert_eq!(hash("# said again\n[run]\nlength = \"60 min\""), plain);
        assert_eq!(hash("title = \"T\""), hash("title = \"T\"  # the same"));
        assert_ne!(hash("[run]\nlength = \"1 h 1 ns\""), plain);
        assert_ne!(hash("title = \"T\""), plain);
        assert_ne!(hash("[expect]\n\"requests.count\" = \"> 0\""), plain);
    }
}
