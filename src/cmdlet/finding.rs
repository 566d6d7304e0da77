//! What a person must fix in a script, as data: [`Finding`], with its [`Place`] in the text.
//!
//! It knows neither files nor lines nor terminals; who reads the script shows its findings. Invariant: a
//! finding points into the text that was read, and says what to write instead wherever that is known.

use std::ops::Range;

use crate::model::spelling;

/// How many findings of a script are kept; the rest is only counted.
pub const KEPT_MAX: usize = 100;

/// A range of bytes of the text of a script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// Something in a script that has to be written differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// The kind of fault, stable, for programs: `unknown-cmdlet`.
    pub code: &'static str,
    /// What is wrong, in a line.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// The findings of a script, in the order of their places once they are all there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    kept: Vec<Finding>,
    omitted: u64,
}

impl Place {
    /// The place of a range of bytes, saturating behind the longest text that is read.
    pub fn new(range: Range<usize>) -> Place {
        let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Place {
            start: byte(range.start),
            end: byte(range.end),
        }
    }

    /// It as a range of bytes.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The place from the start of this one to the end of another.
    pub fn to(self, end: Place) -> Place {
        Place {
            start: self.start,
            end: end.end.max(self.start),
        }
    }

    /// The text at this place, empty if the place lies outside of it.
    pub fn text(self, script: &str) -> &str {
        script.get(self.range()).unwrap_or("")
    }
}

impl Finding {
    /// A finding without a remedy.
    pub fn new(place: Place, code: &'static str, message: impl Into<String>) -> Finding {
        Finding {
            place,
            code,
            message: message.into(),
            help: None,
        }
    }

    /// Adds what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    /// Adds the candidate that was probably meant, and says all of them if there are few, else
    /// nothing.
    pub(crate) fn did_you_mean(self, word: &str, candidates: &[&str]) -> Finding {
        const FEW: usize = 8;
        match spelling::suggestion(word, candidates.iter().copied()) {
            Some(meant) => self.help(format!("did you mean `{meant}`?")),
            None if (1..=FEW).contains(&candidates.len()) => {
                self.help(format!("known: `{}`", candidates.join("`, `")))
            }
            None => self,
        }
    }
}

impl Findings {
    /// Whether another finding would be kept; looking for suggestions is not worth it otherwise.
    pub fn wants_more(&self) -> bool {
        self.kept.len() < KEPT_MAX
    }

    /// Keeps a finding, or counts it.
    pub fn push(&mut self, finding: Finding) {
        if self.wants_more() {
            self.kept.push(finding);
        } else {
            self.omitted += 1;
        }
    }

    /// How many were found beyond those that are kept.
    pub fn omitted(&self) -> u64 {
        self.omitted
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Those that are kept, by their place.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.kept.iter()
    }

    /// Those that are kept, by their place.
    pub fn into_vec(mut self) -> Vec<Finding> {
        self.sort();
        self.kept
    }

    pub(crate) fn sort(&mut self) {
        self.kept
            .sort_by_key(|finding| (finding.place.start, finding.place.end));
    }

    pub(crate) fn append(&mut self, other: Findings) {
        self.omitted += other.omitted;
        for finding in other.kept {
            self.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_gets_the_nearest_and_a_strange_one_the_few_there_are() {
        let finding = || Finding::new(Place::default(), "test", "no");
        let levels = ["None", "AvailabilityOnly", "LimitedDetails"];
        let help = |word| finding().did_you_mean(word, &levels).help;
        let meant = help("AvailabiltyOnly");
        assert_eq!(meant.as_deref(), Some("did you mean `AvailabilityOnly`?"));
        assert_eq!(
            help("zzzzzz").as_deref(),
            Some("known: `None`, `AvailabilityOnly`, `LimitedDetails`")
        );
    }

    #[test]
    fn findings_beyond_those_kept_are_counted() {
        let mut findings = Findings::default();
        for at in (0..KEPT_MAX + 7).rev() {
            findings.push(Finding::new(Place::new(at..at), "test", "no"));
        }
        assert_eq!(findings.omitted(), 7);
        let kept = findings.into_vec();
        assert_eq!(kept.len(), KEPT_MAX);
        assert!(kept.is_sorted_by_key(|finding| finding.place));
    }
}
