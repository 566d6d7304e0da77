//! Observations of several attendees that say the same of each, as one.
//!
//! It knows nothing of what they say. Invariant: every observation is in one gathering, and those of a
//! gathering are of one instant.

use crate::model::observation::{Fact, Observation};

/// The place of the first of each gathering, with the attendees that it is about: none where an
/// observation is of no attendee.
pub(super) fn gathered(seen: &[Observation]) -> Vec<(usize, Vec<u16>)> {
    let mut all: Vec<(usize, Vec<u16>)> = Vec::new();
    for (place, observation) in seen.iter().enumerate() {
        let attendee = attendee(&observation.fact);
        let alike = attendee.and_then(|_| {
            let is_like = |(first, _): &&mut (usize, Vec<u16>)| {
                let first = &seen[*first];
                first.at == observation.at && is_alike(&first.fact, &observation.fact)
            };
            let recent = all.iter_mut().rev();
            recent
                .take_while(|(first, _)| seen[*first].at == observation.at)
                .find(is_like)
        });
        match (alike, attendee) {
            (Some((_, attendees)), Some(attendee)) => attendees.push(attendee),
            _ => all.push((place, attendee.into_iter().collect())),
        }
    }
    all
}

fn attendee(fact: &Fact) -> Option<u16> {
    match *fact {
        Fact::PathChosen { attendee, .. }
        | Fact::Discovered { attendee, .. }
        | Fact::CalendarDecided { attendee, .. }
        | Fact::AnswerDecided { attendee, .. }
        | Fact::FolderDecided { attendee, .. }
        | Fact::AttendeeDone { attendee, .. } => Some(attendee),
        _ => None,
    }
}

/// Whether two facts say the same of two attendees.
fn is_alike(one: &Fact, other: &Fact) -> bool {
    match (*one, *other) {
        (
            Fact::PathChosen { path, cache, .. },
            Fact::PathChosen {
                path: other_path,
                cache: other_cache,
                ..
            },
        ) => path.kind() == other_path.kind() && cache == other_cache,
        (
            Fact::AttendeeDone {
                path,
                target,
                outcome,
                ..
            },
            Fact::AttendeeDone {
                path: other_path,
                target: other_target,
                outcome: other_outcome,
                ..
            },
        ) => (path, target, outcome) == (other_path, other_target, other_outcome),
        (
            one @ (Fact::Discovered { .. }
            | Fact::CalendarDecided { .. }
            | Fact::AnswerDecided { .. }
            | Fact::FolderDecided { .. }),
            other,
        ) => of_nobody(one) == of_nobody(other),
        _ => false,
    }
}

/// The fact as if it were about the first attendee.
fn of_nobody(mut fact: Fact) -> Fact {
    match &mut fact {
        Fact::Discovered { attendee, .. }
        | Fact::CalendarDecided { attendee, .. }
        | Fact::AnswerDecided { attendee, .. }
        | Fact::FolderDecided { attendee, .. } => *attendee = 0,
        _ => {}
    }
    fact
}
