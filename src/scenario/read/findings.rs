//! Findings as they are made along the walk, and where a misplaced key belongs.
//!
//! It knows the key tables as a whole. Invariant: nothing is found behind broken syntax, where it
//! could be its consequence.

use crate::scenario::diagnostic::{Diagnostic, Diagnostics, Location};
use crate::scenario::keys::{Kind, NamedTable, Object, SCENARIO};

/// The findings so far, and how far each text can be relied on.
pub(super) struct Findings {
    pub(super) found: Diagnostics,
    /// For each text, where broken syntax begins.
    pub(super) sound_until: Vec<Option<usize>>,
}

impl Findings {
    /// Whether a finding at a place is worth making.
    pub(super) fn wants(&self, place: Location) -> bool {
        let sound = self.sound_until.get(usize::from(place.source.0));
        let sound = sound.is_some_and(|end| end.is_none_or(|end| (place.end as usize) < end));
        sound && self.found.keeps(place)
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        // Behind broken syntax nothing can be relied on, and what is missing may be there.
        let broken = self.sound_until.iter().any(Option::is_some);
        let place = diagnostic.location.unwrap_or_default();
        let sound = self
            .sound_until
            .get(usize::from(place.source.0))
            .copied()
            .flatten();
        if sound.is_none_or(|end| (place.end as usize) < end)
            && !(broken && diagnostic.code == "missing-key")
        {
            self.found.push(diagnostic);
        }
    }
}

/// In which table a key of this name belongs, if there is exactly one.
pub(super) fn home_of(name: &str) -> Option<String> {
    let mut homes = Vec::new();
    homes_below(&SCENARIO, &mut Vec::new(), name, &mut homes);
    match homes.as_slice() {
        [home] if home.is_empty() => Some(format!(
            "`{name}` belongs at the top of the file, before the first table"
        )),
        [home] => Some(format!("`{name}` is a key of `[{home}]`")),
        _ => None,
    }
}

fn homes_below(
    object: &'static Object,
    path: &mut Vec<String>,
    name: &str,
    homes: &mut Vec<String>,
) {
    // That a table of this name stands elsewhere is no hint for a single value.
    let is_table = |kind: &Kind| matches!(kind, Kind::Table(_) | Kind::Tables(_) | Kind::Named(_));
    if object
        .find(name)
        .is_some_and(|(_, key)| !is_table(&key.kind))
    {
        homes.push(path.join("."));
    }
    for key in object.keys {
        path.push(key.name.to_string());
        match &key.kind {
            Kind::Table(inner) | Kind::Tables(inner) => homes_below(inner, path, name, homes),
            Kind::Named(NamedTable {
                value: Kind::Table(inner),
                names,
                ..
            }) => {
                path.push(names.word().to_string());
                homes_below(inner, path, name, homes);
                path.pop();
            }
            _ => {}
        }
        path.pop();
    }
}
