//! What was probably meant by a misspelt word, and how a word is quoted in a message.
//!
//! It knows no words of its own. Invariant: time does not grow with the length of what was misspelt.

/// The candidate that was probably meant: the nearest if it is near, else the only one that holds the
/// word or is held by it.
pub(crate) fn suggestion<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let measured = by_distance(word, candidates);
    let &(distance, nearest) = measured.first()?;
    if distance <= word.chars().count().div_ceil(3).min(3) {
        return Some(nearest);
    }
    let holds = |a: &str, b: &str| b.len() >= 3 && a.contains(b);
    let akin = |candidate: &&str| holds(candidate, word) || holds(word, candidate);
    let mut akin = measured
        .iter()
        .map(|(_, candidate)| *candidate)
        .filter(akin);
    let only = akin.next()?;
    akin.next().is_none().then_some(only)
}

/// The candidates with how far each is from a word, the nearest first.
pub(crate) fn by_distance<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Vec<(usize, &'a str)> {
    let folded = |text: &str| text.to_lowercase().replace(['-', ' ', '.'], "_");
    // A word that is longer than every candidate is none of them, however long it takes to see.
    if word.chars().count() > 64 {
        return Vec::new();
    }
    let word = folded(word);
    let measure = |candidate| {
        (
            strsim::damerau_levenshtein(&word, &folded(candidate)),
            candidate,
        )
    };
    let mut measured: Vec<(usize, &str)> = candidates.into_iter().map(measure).collect();
    measured.sort_by_key(|(distance, _)| *distance);
    measured
}

/// A text as it is quoted in a message, cut if it is long.
pub(crate) fn short(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_string(),
    }
}
