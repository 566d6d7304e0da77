//! Look-ups by name in flat tables, for federations of millions of names.
//!
//! It knows nothing of what is looked up. Invariant: nothing here is iterated in an order that results
//! could show.

use crate::engine::id::Id;

use super::names::NameId;
use super::organization::OrgId;

/// One thing for a name: four bytes a name, whether it has one or not.
#[derive(Clone, Debug)]
pub struct NameColumn<I> {
    /// The last of all ids where there is nothing: no table has so many rows.
    ids: Vec<I>,
}

const NONE: usize = u32::MAX as usize;

impl<I: Id> NameColumn<I> {
    /// What there is for a name.
    pub fn get(&self, name: &NameId) -> Option<&I> {
        self.ids.get(name.index()).filter(|id| id.index() != NONE)
    }

    /// Whether there is something for a name.
    pub fn contains_key(&self, name: &NameId) -> bool {
        self.get(name).is_some()
    }

    /// Enters what there is for a name, in place of what there was.
    pub fn insert(&mut self, name: NameId, id: I) {
        assert!(id.index() != NONE, "a table has fewer rows");
        if self.ids.len() <= name.index() {
            self.ids.resize(name.index() + 1, I::from_index(NONE));
        }
        self.ids[name.index()] = id;
    }
}

impl<I> Default for NameColumn<I> {
    fn default() -> Self {
        NameColumn { ids: Vec::new() }
    }
}

/// Things that share a name: eight bytes each.
#[derive(Clone, Debug)]
pub struct ByName<I> {
    names: Vec<NameId>,
    ids: Vec<I>,
}

impl<I: Id> ByName<I> {
    /// Of things in any order, each with a name of it.
    pub fn of(mut things: Vec<(NameId, I)>) -> Self {
        things.sort_unstable();
        things.dedup();
        let (names, ids) = things.into_iter().unzip();
        ByName { names, ids }
    }

    /// The things of a name, by id.
    pub fn get(&self, name: &NameId) -> &[I] {
        let from = self.names.partition_point(|known| known < name);
        let count = self.names[from..].partition_point(|known| known == name);
        &self.ids[from..from + count]
    }
}

impl<I> Default for ByName<I> {
    fn default() -> Self {
        ByName {
            names: Vec::new(),
            ids: Vec::new(),
        }
    }
}

/// Objects of an organization that name a domain: eight bytes each, and four an organization.
#[derive(Clone, Debug)]
pub struct ByDomain<I> {
    /// Where the objects of each organization begin, and one more at the end.
    starts: Vec<u32>,
    /// By organization, then by domain, then by id.
    rows: Vec<(NameId, I)>,
}

impl<I: Id> ByDomain<I> {
    /// Of objects in any order, each with its organization and one of its domains.
    pub fn of(mut objects: Vec<(OrgId, NameId, I)>) -> Self {
        objects.sort_unstable();
        objects.dedup();
        let mut starts = Vec::new();
        for (row, (organization, ..)) in objects.iter().enumerate() {
            let row = u32::try_from(row).expect("ids are of 32 bits");
            starts.resize(starts.len().max(organization.index() + 1), row);
        }
        starts.push(u32::try_from(objects.len()).expect("ids are of 32 bits"));
        let rows = objects.into_iter().map(|(_, domain, id)| (domain, id));
        ByDomain {
            starts,
            rows: rows.collect(),
        }
    }

    /// The objects of an organization for a domain, by id.
    pub fn get(&self, organization: OrgId, domain: NameId) -> impl Iterator<Item = I> + '_ {
        let starts = self.starts.get(organization.index()..);
        let own = match starts {
            Some(&[from, to, ..]) => &self.rows[from as usize..to as usize],
            _ => &[],
        };
        let from = own.partition_point(|(known, _)| *known < domain);
        let own = own[from..].iter();
        own.take_while(move |(known, _)| *known == domain)
            .map(|&(_, id)| id)
    }
}

impl<I> Default for ByDomain<I> {
    fn default() -> Self {
        ByDomain {
            starts: Vec::new(),
            rows: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::define_id! {
        /// An id for these tests.
        TestId;
    }

    #[test]
    fn a_name_without_an_entry_has_nothing() {
        let mut column: NameColumn<TestId> = NameColumn::default();
        column.insert(NameId(3), TestId(7));
        column.insert(NameId(1), TestId(0));
        let found = (0..5).map(|name| column.get(&NameId(name)).map(|id| id.0));
        assert_eq!(
            found.collect::<Vec<_>>(),
            [None, Some(0), None, Some(7), None]
        );
    }

    #[test]
    fn things_of_one_name_are_found_by_id() {
        let things = [(5, 2), (1, 9), (5, 1), (5, 2)];
        let things = things.map(|(name, id)| (NameId(name), TestId(id)));
        let index = ByName::of(things.to_vec());
        for (name, expected) in [(0, &[][..]), (1, &[9]), (4, &[]), (5, &[1, 2]), (6, &[])] {
            let found = index.get(&NameId(name)).iter().map(|id| id.0);
            assert_eq!(found.collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn objects_are_found_by_organization_and_domain() {
        let row = |organization, domain, id| (OrgId(organization), NameId(domain), TestId(id));
        let index = ByDomain::of(vec![
            row(4, 1, 0),
            row(1, 9, 3),
            row(1, 2, 2),
            row(1, 9, 1),
            row(1, 9, 1),
        ]);
        let found = |organization, domain| {
            let ids = index.get(OrgId(organization), NameId(domain));
            ids.map(|id| id.0).collect::<Vec<_>>()
        };
        assert_eq!(found(1, 9), [1, 3]);
        assert_eq!(found(1, 2), [2]);
        assert_eq!(found(4, 1), [0]);
        for (organization, domain) in [(0, 9), (1, 1), (2, 9), (3, 1), (4, 2), (5, 1)] {
            assert_eq!(found(organization, domain), [0; 0]);
        }
    }
}
