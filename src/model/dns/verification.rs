//! How large an answer with texts is, and whether it arrives: why a proof of domain ownership that
//! is published correctly may still not be seen.
//!
//! It knows nothing of proofs. Invariant: sizes are those of RFC 1035's wire format.

/// Whether answers beyond 512 bytes can reach the one who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LargeAnswers {
    /// EDNS or TCP is possible.
    Possible,
    /// Neither EDNS nor TCP gets through: at most 512 bytes arrive.
    Impossible,
}

/// The most that an answer over UDP without EDNS may have. Source: RFC 1035 s.4.2.1.
const PLAIN_ANSWER_BYTES_MAX: usize = 512;

/// Whether an answer of this size arrives as a whole.
///
/// Source: Microsoft KB2712678 (docs): verification fails if the answer to the TXT question needs
/// more than 512 bytes and TCP is blocked.
pub fn text_answer_arrives(size_bytes: usize, large_answers: LargeAnswers) -> bool {
    size_bytes <= PLAIN_ANSWER_BYTES_MAX || large_answers == LargeAnswers::Possible
}

/// The size in bytes of the answer to a TXT question: header, question, and one record for each
/// text, whose name is a pointer to that in the question.
///
/// Source: RFC 1035 s.3.1 (names), s.3.3 and s.3.3.14 (strings of at most 255 bytes, each with its
/// length), s.4.1 (sections), s.4.1.4 (pointers).
pub fn text_answer_size<'a>(name: &str, texts: impl IntoIterator<Item = &'a str>) -> usize {
    const HEADER: usize = 12;
    const TYPE_AND_CLASS: usize = 4;
    const RECORD_WITHOUT_DATA: usize = 2 + TYPE_AND_CLASS + 4 + 2;
    // A length before each label instead of a point before each but the first, and a zero.
    let question = name.trim_end_matches('.').len() + 2 + TYPE_AND_CLASS;
    let records = texts.into_iter().map(|text| {
        let strings = text.len().div_ceil(255).max(1);
        RECORD_WITHOUT_DATA + strings + text.len()
    });
    HEADER + question + records.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_among_many_texts_does_not_arrive_where_answers_are_cut_at_512_bytes() {
        let proof = "p".repeat(88);
        let policy = "s".repeat(370);
        // 12 + (11 + 2 + 4) + (12 + 1 + 88) = 130; 370 bytes more in two strings: + 12 + 2 + 370 = 514.
        assert_eq!(text_answer_size("contoso.com", [proof.as_str()]), 130);
        let crowded = text_answer_size("contoso.com", [proof.as_str(), policy.as_str()]);
        assert_eq!(crowded, 514);
        for (size, large_answers, arrives) in [
            (512, LargeAnswers::Impossible, true),
            (513, LargeAnswers::Impossible, false),
            (crowded, LargeAnswers::Impossible, false),
            (crowded, LargeAnswers::Possible, true),
        ] {
            assert_eq!(
                text_answer_arrives(size, large_answers),
                arrives,
                "{size} {large_answers:?}"
            );
        }
    }
}
