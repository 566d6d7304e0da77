//! How wide a text is, and how it is made to fit: wrapped at words, elided in the middle.
//!
//! It knows no font files: whoever looks at a drawing has fonts of their own. The widths are, letter by
//! letter, the larger ones of DejaVu Sans and of Liberation Sans, which is as wide as Arial and
//! Helvetica; so that with any of them a text is at most as wide as is said here. Invariant: integers
//! alone, rounded up.

/// A way to set a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Ordinary.
    Plain,
    /// Bold.
    Bold,
    /// All letters of one width, for cmdlets.
    Fixed,
}

/// Advance widths of U+0020 to U+007E in thousandths of the size.
///
/// Source: the tables `hmtx` of DejaVu Sans 2.37 and Liberation Sans 1.07.
const PLAIN: [i32; 95] = [
    318, 401, 460, 838, 637, 951, 780, 275, 391, 391, 500, 838, 318, 361, 318, 337, 637, 637, 637,
    637, 637, 637, 637, 637, 637, 637, 337, 337, 838, 838, 838, 557, 1016, 685, 687, 723, 771, 667,
    611, 778, 752, 295, 500, 667, 558, 863, 749, 788, 667, 788, 723, 667, 611, 732, 685, 989, 686,
    667, 686, 391, 337, 391, 838, 557, 500, 613, 635, 550, 635, 616, 353, 635, 634, 278, 278, 580,
    278, 975, 634, 612, 635, 635, 412, 521, 393, 634, 592, 818, 592, 592, 525, 637, 337, 637, 838,
];

/// The same of the bold faces.
const BOLD: [i32; 95] = [
    349, 457, 521, 838, 696, 1002, 873, 307, 458, 458, 523, 838, 380, 416, 380, 366, 696, 696, 696,
    696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 611, 1000, 774, 763, 734, 831, 684,
    684, 821, 837, 373, 557, 775, 638, 996, 837, 851, 733, 851, 771, 721, 683, 813, 774, 1104, 771,
    725, 726, 458, 366, 458, 838, 557, 500, 675, 716, 593, 716, 679, 436, 716, 712, 343, 343, 666,
    343, 1042, 712, 688, 716, 716, 494, 596, 479, 712, 652, 924, 646, 652, 583, 712, 366, 712, 838,
];

/// The advance of a face whose letters are all alike: DejaVu Sans Mono, Courier New, Consolas.
const FIXED: i32 = 603;

/// Letters that the tables do not hold are counted as wide as they are high.
const OTHER: i32 = 1_000;

const ELLIPSIS: char = '…';

/// How wide a text is at this size, in whole pixels.
pub fn width(text: &str, size: i32, face: Face) -> i32 {
    let thousandths: i32 = text.chars().map(|letter| advance(letter, face)).sum();
    (thousandths * size + 999) / 1_000
}

fn advance(letter: char, face: Face) -> i32 {
    let place = (letter as usize).wrapping_sub(0x20);
    match face {
        Face::Fixed if letter.is_ascii() => FIXED,
        Face::Plain => PLAIN.get(place).copied().unwrap_or(OTHER),
        Face::Bold => BOLD.get(place).copied().unwrap_or(OTHER),
        Face::Fixed => OTHER,
    }
}

/// The text, or as much of its two ends as fits.
pub fn elided(text: &str, room: i32, size: i32, face: Face) -> String {
    if width(text, size, face) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    for kept in (0..letters.len()).rev() {
        let head = kept.div_ceil(2);
        let tail = letters.len() - (kept - head);
        let short = letters[..head].iter().chain([&ELLIPSIS]);
        let short: String = short.chain(&letters[tail..]).collect();
        if width(&short, size, face) <= room {
            return short;
        }
    }
    String::new()
}

/// The text in at most so many lines, none wider than the room. A word that is too long is elided in
/// its middle, a text that is too long at its end.
pub fn wrapped(text: &str, room: i32, lines_max: usize, size: i32, face: Face) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words(text) {
        let word = elided(&word, room, size, face);
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size, face) <= room => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    if lines.len() > lines_max {
        lines.truncate(lines_max);
        if let Some(last) = lines.last_mut() {
            while !last.is_empty() && width(&format!("{last}{ELLIPSIS}"), size, face) > room {
                last.pop();
            }
            last.push(ELLIPSIS);
        }
    }
    lines
}

/// The words of a text; what stands between backquotes, a name, is not parted.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_quoted = false;
    for part in text.split_whitespace() {
        match words.last_mut() {
            Some(word) if is_quoted => {
                word.push(' ');
                word.push_str(part);
            }
            _ => words.push(part.to_owned()),
        }
        is_quoted ^= part.matches('`').count() % 2 == 1;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_host_name_is_elided_in_its_middle() {
        let name = "autodiscover.a-very-long-name-of-a-partner.example.com";
        let short = elided(name, 200, 14, Face::Plain);
        assert!(width(&short, 14, Face::Plain) <= 200);
        assert!(
            short.starts_with("autodiscover") && short.ends_with("example.com"),
            "{short}"
        );
        assert_eq!(elided("short", 200, 14, Face::Plain), "short");
    }

    #[test]
    fn no_line_of_a_wrapped_text_is_wider_than_its_room() {
        let text =
            "the token is signed by a gateway certificate that the target's trust does not hold";
        for room in [20, 60, 100, 300, 1_000] {
            for line in wrapped(text, room, 3, 14, Face::Bold) {
                assert!(width(&line, 14, Face::Bold) <= room, "{line} in {room}");
            }
        }
        assert_eq!(wrapped("a b c", 1_000, 2, 14, Face::Plain), ["a b c"]);
    }
}
