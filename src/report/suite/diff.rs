//! What differs between two texts, line by line.
//!
//! It knows nothing of what the texts are. Invariant: lines with `-` and without a sign make up the first
//! text, lines with `+` and without a sign the second, wherever lines are not left out.

/// Lines around a difference.
const CONTEXT: usize = 2;

/// The most lines that are told.
const LINES_MAX: usize = 60;

/// The most pairs of lines that are compared; above it the one is told after the other.
const PAIRS_MAX: usize = 4_000_000;

/// A line, and which of the texts it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line<'t> {
    Both(&'t str),
    First(&'t str),
    Second(&'t str),
}

/// The lines that differ, with what is around them; `…` stands for lines that are left out.
pub(super) fn diff(first: &str, second: &str) -> Vec<String> {
    let lines = aligned(
        &first.lines().collect::<Vec<_>>(),
        &second.lines().collect::<Vec<_>>(),
    );
    let is_changed = |line: &Line<'_>| !matches!(line, Line::Both(_));
    let near = |at: usize| {
        let from = at.saturating_sub(CONTEXT);
        let to = (at + CONTEXT + 1).min(lines.len());
        lines[from..to].iter().any(is_changed)
    };
    let mut told = Vec::new();
    let mut is_left_out = false;
    for (at, line) in lines.iter().enumerate() {
        if !near(at) {
            is_left_out = true;
            continue;
        }
        if std::mem::take(&mut is_left_out) {
            told.push("  …".to_owned());
        }
        let (sign, text) = match line {
            Line::Both(text) => (' ', text),
            Line::First(text) => ('-', text),
            Line::Second(text) => ('+', text),
        };
        told.push(format!("{sign} {text}"));
    }
    if told.is_empty() && first != second {
        told.push("only the ends of lines, or the line feed at the end, differ".to_owned());
    }
    if told.len() > LINES_MAX {
        let rest = told.len() - LINES_MAX;
        told.truncate(LINES_MAX);
        told.push(format!("  … and {rest} lines more"));
    }
    told
}

/// The lines of both texts in one order, as many as can be in both.
fn aligned<'t>(first: &[&'t str], second: &[&'t str]) -> Vec<Line<'t>> {
    let pairs = first.iter().zip(second);
    let head = pairs.take_while(|(a, b)| a == b).count();
    let rest = first.len().min(second.len()) - head;
    let ends = first.iter().rev().zip(second.iter().rev()).take(rest);
    let tail = ends.take_while(|(a, b)| a == b).count();
    let end = first.len() - tail;
    let mut lines: Vec<_> = first[..head].iter().copied().map(Line::Both).collect();
    middle(
        &first[head..end],
        &second[head..second.len() - tail],
        &mut lines,
    );
    lines.extend(first[end..].iter().copied().map(Line::Both));
    lines
}

/// The same of lines of which neither the first nor the last is in both.
fn middle<'t>(first: &[&'t str], second: &[&'t str], lines: &mut Vec<Line<'t>>) {
    let (rows, columns) = (first.len(), second.len());
    if rows.saturating_mul(columns) > PAIRS_MAX {
        lines.extend(first.iter().copied().map(Line::First));
        lines.extend(second.iter().copied().map(Line::Second));
        return;
    }
    // How many lines the rests from here on have in common.
    let width = columns + 1;
    let mut common = vec![0_u32; (rows + 1) * width];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            let at = row * width + column;
            common[at] = if first[row] == second[column] {
                common[at + width + 1] + 1
            } else {
                common[at + width].max(common[at + 1])
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    while row < rows && column < columns {
        let at = row * width + column;
        if first[row] == second[column] {
            lines.push(Line::Both(first[row]));
            (row, column) = (row + 1, column + 1);
        } else if common[at + width] >= common[at + 1] {
            lines.push(Line::First(first[row]));
            row += 1;
        } else {
            lines.push(Line::Second(second[column]));
            column += 1;
        }
    }
    lines.extend(first[row..].iter().copied().map(Line::First));
    lines.extend(second[column..].iter().copied().map(Line::Second));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_are_told_with_what_is_around_them() {
        let text = |lines: &[&str]| lines.join("\n");
        for (first, second, told) in [
            ("a b c d e f g", "a b c d e f g", ""),
            ("a b c d e f g", "a b c D e f g", "…|b|c|-d|+D|e|f"),
            ("a b", "a b c", "a|b|+c"),
            ("", "a", "+a"),
            ("x a b c y", "a b c", "-x|a|b|c|-y"),
            ("a b c d", "c d a b", "-a|-b|c|d|+a|+b"),
        ] {
            let split = |it: &str| text(&it.split_whitespace().collect::<Vec<_>>());
            let lines = diff(&split(first), &split(second));
            let lines: Vec<_> = lines.iter().map(|line| line.replace(' ', "")).collect();
            assert_eq!(lines.join("|"), told, "{first} / {second}");
        }
        assert_eq!(diff("a\n", "a").len(), 1);
    }

    #[test]
    fn both_texts_can_be_made_of_what_is_told() {
        // All texts of up to four lines out of two.
        let texts: Vec<Vec<&str>> = (0..31_u32)
            .map(|n| {
                let bits = (n + 1).ilog2();
                let lines = (0..bits).map(|bit| if (n + 1) >> bit & 1 == 0 { "p" } else { "q" });
                lines.collect()
            })
            .collect();
        for first in &texts {
            for second in &texts {
                let lines = aligned(first, second);
                let of = |is_first: bool| -> Vec<&str> {
                    let lines = lines.iter().filter_map(|line| match line {
                        Line::Both(text) => Some(*text),
                        Line::First(text) => is_first.then_some(*text),
                        Line::Second(text) => (!is_first).then_some(*text),
                    });
                    lines.collect()
                };
                assert_eq!((&of(true), &of(false)), (first, second));
            }
        }
    }

    #[test]
    fn a_difference_of_many_lines_is_told_in_part() {
        let many = |of: &str| (0..3_000).map(|n| format!("{of}{n}\n")).collect::<String>();
        let lines = diff(&many("a"), &many("b"));
        assert_eq!(lines.len(), LINES_MAX + 1);
        assert!(lines[LINES_MAX].ends_with("5940 lines more"));
    }
}
