//! A ladder as a picture: pages of a slide's size, in SVG.
//!
//! It knows nothing of what the steps of a request are; that is `diagnosis::ladder`. Geometry
//! ([`layout`]) and writing (`draw`) are apart: the first says where everything stands, in integers, the
//! second spells it. Invariant: equal ladders give equal bytes; a picture needs nothing from outside
//! itself, and says nothing by colour alone.

mod bands;
mod draw;
mod excerpt;
pub mod layout;
pub mod measure;

use crate::diagnosis::ladder::Ladder;

/// What a picture says beside the ladder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caption {
    /// The title: which request, from whom to whom.
    pub title: String,
    /// What became of it.
    pub outcome: String,
    /// The cause, a line each; may be empty.
    pub cause_lines: Vec<String>,
    /// What repairs it, a line each, cmdlets as they are typed; may be empty.
    pub repair_lines: Vec<String>,
}

impl Caption {
    /// What a ladder says of itself: its request, whom it is between, its outcome.
    pub fn of(ladder: &Ladder) -> Caption {
        Caption {
            title: format!("{}: {}", ladder.request, ladder.subject),
            outcome: ladder.outcome.clone(),
            cause_lines: Vec::new(),
            repair_lines: Vec::new(),
        }
    }
}

/// The picture as one document: one page of 1280 × 720, or several of them one below the other.
pub fn svg(ladder: &Ladder, caption: &Caption) -> String {
    draw::document(&layout::pages(ladder, caption))
}

/// The picture as documents of one page of 1280 × 720 each: a slide each.
pub fn slides(ladder: &Ladder, caption: &Caption) -> Vec<String> {
    let pages = layout::pages(ladder, caption);
    pages
        .iter()
        .map(|page| draw::document(std::slice::from_ref(page)))
        .collect()
}
