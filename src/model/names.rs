//! Names: DNS names, URIs and roots as dense ids, compared without regard to case.
//!
//! It knows nothing of what a name stands for. Invariant: two spellings that differ only in case are
//! one name, printed as it was first written; hashes are of the lower-case form.

use rustc_hash::FxHashMap;

use crate::engine::hash::NameHash;
use crate::engine::id::{Id, IdVec};

crate::define_id! {
    /// A DNS name (domain or host), a URI, or the name of a root certification authority.
    NameId;
}

/// All names of a federation.
#[derive(Clone, Debug, Default)]
pub struct Names {
    texts: IdVec<NameId, (Box<str>, NameHash)>,
    ids: FxHashMap<Box<str>, NameId>,
}

impl Names {
    /// The id of a name, which is added if it is new.
    pub fn intern(&mut self, text: &str) -> NameId {
        let folded = text.to_ascii_lowercase();
        if let Some(&id) = self.ids.get(folded.as_str()) {
            return id;
        }
        let id = self.texts.push((text.into(), NameHash::of(&folded)));
        self.ids.insert(folded.into(), id);
        id
    }

    /// The id of a name that is already there.
    pub fn find(&self, text: &str) -> Option<NameId> {
        self.ids.get(text.to_ascii_lowercase().as_str()).copied()
    }

    /// The name as it was first written.
    pub fn text(&self, id: NameId) -> &str {
        &self.texts[id].0
    }

    /// The stable hash of the name.
    pub fn hash(&self, id: NameId) -> NameHash {
        self.texts[id].1
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
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
        (index < self.texts.len()).then(|| NameId::from_index(index))
    }
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
