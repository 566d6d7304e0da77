//! Populations as the federation knows them: which organizations were drawn from one description.
//!
//! It knows nothing of descriptions. Invariant: the organizations of a population have consecutive ids,
//! in the order of their numbers.

use std::ops::Range;

use crate::engine::hash::NameHash;
use crate::engine::id::Id;

use super::organization::OrgId;

/// A population.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    /// Its name in the scenario.
    pub name: Box<str>,
    /// The stable hash of the name.
    pub hash: NameHash,
    /// Its first organization.
    pub first: OrgId,
    /// How many there are.
    pub count: u32,
}

impl Population {
    /// All its organizations.
    pub fn organizations(&self) -> impl Iterator<Item = OrgId> + use<> {
        let first = self.first.index();
        let all: Range<usize> = first..first + self.count as usize;
        all.map(OrgId::from_index)
    }

    /// Whether an organization is one of them.
    pub fn contains(&self, organization: OrgId) -> bool {
        (self.first.0..self.first.0 + self.count).contains(&organization.0)
    }
}
