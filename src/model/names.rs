//! Names: DNS names, URIs and roots as dense ids, compared without regard to case.
//!
//! It knows nothing of what a name stands for. Invariant: two spellings that differ only in case are
//! one name, printed as it was first written; hashes are of the lower-case form.

use std::borrow::Cow;

use crate::engine::hash::NameHash;
use crate::engine::id::{Id, IdVec};

crate::define_id! {
    /// A DNS name (domain or host), a URI, or the name of a root certification authority.
    NameId;
}

/// All names of a federation. There may be millions, so their texts stand in one string.
#[derive(Clone, Debug, Default)]
pub struct Names {
    text: String,
    rows: IdVec<NameId, Row>,
    /// An open hash table: one more than the place of a row, or zero. Its length is a power of two.
    places: Vec<u32>,
}

/// One name.
#[derive(Clone, Copy, Debug)]
struct Row {
    hash: NameHash,
    /// Where its text ends; it begins where that of the name before it ends.
    end: u32,
}

impl Names {
    /// The id of a name, which is added if it is new.
    ///
    /// # Panics
    /// If all names together have more than 4 GiB.
    pub fn intern(&mut self, text: &str) -> NameId {
        let hash = hash_of(text);
        if let Ok(id) = self.place(text, hash) {
            return id;
        }
        // At most three quarters of the table are full.
        if (self.rows.len() + 1) * 4 > self.places.len() * 3 {
            self.grow();
        }
        self.text.push_str(text);
        let end = u32::try_from(self.text.len()).expect("names have at most 4 GiB");
        let id = self.rows.push(Row { hash, end });
        let free = self.free(hash);
        self.places[free] = id.0 + 1;
        id
    }

    /// The id of a name that is already there.
    pub fn find(&self, text: &str) -> Option<NameId> {
        self.place(text, hash_of(text)).ok()
    }

    /// The name as it was first written.
    pub fn text(&self, id: NameId) -> &str {
        let start = match id.0 {
            0 => 0,
            next => self.rows[NameId(next - 1)].end,
        };
        &self.text[start as usize..self.rows[id].end as usize]
    }

    /// The stable hash of the name.
    pub fn hash(&self, id: NameId) -> NameHash {
        self.rows[id].hash
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The name in the table, or that it is not there.
    fn place(&self, text: &str, hash: NameHash) -> Result<NameId, ()> {
        if self.places.is_empty() {
            return Err(());
        }
        let mask = self.places.len() - 1;
        let mut at = hash.0 as usize & mask;
        loop {
            let Some(place) = self.places[at].checked_sub(1) else {
                return Err(());
            };
            let id = NameId(place);
            if self.rows[id].hash == hash && self.text(id).eq_ignore_ascii_case(text) {
                return Ok(id);
            }
            at = (at + 1) & mask;
        }
    }

    /// Where a name that is not there goes.
    fn free(&self, hash: NameHash) -> usize {
        let mask = self.places.len() - 1;
        let mut at = hash.0 as usize & mask;
        while self.places[at] != 0 {
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        self.places = vec![0; (self.places.len() * 2).max(64)];
        for id in self.rows.ids() {
            let free = self.free(self.rows[id].hash);
            self.places[free] = id.0 + 1;
        }
    }

    /// Whether `name` lies in the zone `apex`: equal to it or below it.
    pub fn is_within(&self, name: NameId, apex: NameId) -> bool {
        if name == apex {
            return true;
        }
        let (name, apex) = (
            self.text(name).to_ascii_lowercase(),
            self.text(apex).to_ascii_lowercase(),
        );
        name.strip_suffix(apex.as_str())
            .is_some_and(|rest| rest.ends_with('.'))
    }

    /// The id with this number, if there is such a name.
    pub fn id_at(&self, index: usize) -> Option<NameId> {
        (index < self.rows.len()).then(|| NameId::from_index(index))
    }
}

/// The stable hash of a name: of its lower-case form.
fn hash_of(text: &str) -> NameHash {
    let folded = match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(text.to_ascii_lowercase()),
        false => Cow::Borrowed(text),
    };
    NameHash::of(&folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_only_in_case_are_one() {
        let mut names = Names::default();
        let uri = names.intern("FYDIBOHF25SPDLT.contoso.com");
        assert_eq!(names.intern("fydibohf25spdlt.Contoso.com"), uri);
        assert_eq!(names.text(uri), "FYDIBOHF25SPDLT.contoso.com");
    }

    #[test]
    fn each_of_many_names_is_found_again() {
        let mut names = Names::default();
        let text = |number: u32| format!("Host{number}.example");
        let ids: Vec<NameId> = (0..1_000)
            .map(|number| names.intern(&text(number)))
            .collect();
        assert_eq!(names.len(), 1_000);
        for (number, &id) in (0..).zip(&ids) {
            assert_eq!(names.find(&text(number).to_uppercase()), Some(id));
            assert_eq!(names.text(id), text(number));
            assert_eq!(
                names.hash(id),
                NameHash::of(&format!("host{number}.example"))
            );
        }
        assert_eq!(names.find("host1000.example"), None);
    }

    #[test]
    fn a_zone_holds_its_apex_and_what_lies_below_but_no_lookalike() {
        let mut names = Names::default();
        let apex = names.intern("contoso.com");
        for (name, within) in [
            ("contoso.com", true),
            ("mail.Contoso.com", true),
            ("notcontoso.com", false),
            ("com", false),
        ] {
            let id = names.intern(name);
            assert_eq!(names.is_within(id, apex), within, "{name}");
        }
    }
}
