//! Objects in columns, one a line, under the names of their properties.
//!
//! It knows no types. Invariant: no line is wider than the shell; what does not fit ends in points.

use super::{Style, property};
use crate::cmdlet::value::{Object, Value};

/// Objects in these columns. Numbers stand to the right.
pub fn table(objects: &[&Object], columns: &[&str], style: Style) -> String {
    let cells: Vec<Vec<String>> = objects
        .iter()
        .map(|object| {
            let cell = |name: &&str| {
                let value = object.get(name);
                value.map(|value| property(name, value, style.zone).replace('\n', " "))
            };
            columns
                .iter()
                .map(|name| cell(name).unwrap_or_default())
                .collect()
        })
        .collect();
    let is_number = |name: &str| {
        let mut values = objects
            .iter()
            .filter_map(|object| object.get(name))
            .peekable();
        values.peek().is_some() && values.all(|value| matches!(value, Value::Integer(_)))
    };
    let rights: Vec<bool> = columns.iter().map(|name| is_number(name)).collect();
    let widths = fitted(widths(columns, &cells), style.width.saturating_sub(1));
    let heads: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
    let rules: Vec<String> = columns
        .iter()
        .map(|name| "-".repeat(name.chars().count()))
        .collect();
    let mut text = String::new();
    for row in [heads, rules].iter().chain(&cells) {
        text.push_str(&line(row, &widths, &rights));
        text.push('\n');
    }
    text
}

fn widths(columns: &[&str], cells: &[Vec<String>]) -> Vec<usize> {
    let width = |(number, name): (usize, &&str)| {
        let cells = cells.iter().filter_map(|row| row.get(number));
        let longest = cells.map(|cell| cell.chars().count()).max();
        name.chars().count().max(longest.unwrap_or(0))
    };
    columns.iter().enumerate().map(width).collect()
}

/// The widest columns give way until a line fits; columns for which nothing is left are not shown.
fn fitted(mut widths: Vec<usize>, width: usize) -> Vec<usize> {
    const LEAST: usize = 4;
    while widths.len() > 1 && widths.len() * (LEAST + 1) > width + 1 {
        widths.pop();
    }
    let blanks = widths.len().saturating_sub(1);
    let mut over = (widths.iter().sum::<usize>() + blanks).saturating_sub(width);
    while over > 0 {
        let widest = widths.iter().copied().max().unwrap_or(0);
        if widest <= LEAST {
            break;
        }
        let second = widths
            .iter()
            .copied()
            .filter(|it| *it < widest)
            .max()
            .unwrap_or(LEAST);
        let step = over.min(widest - second.max(LEAST)).max(1);
        if let Some(column) = widths.iter_mut().rev().find(|it| **it == widest) {
            *column -= step;
        }
        over -= step;
    }
    widths
}

fn line(cells: &[String], widths: &[usize], rights: &[bool]) -> String {
    let mut text = String::new();
    for ((cell, width), is_right) in cells.iter().zip(widths).zip(rights) {
        let length = cell.chars().count();
        let shown: String = if length > *width {
            let kept = width.saturating_sub(3);
            cell.chars().take(kept).chain("...".chars()).collect()
        } else {
            cell.clone()
        };
        let padding = " ".repeat(width.saturating_sub(length));
        let (before, behind) = if *is_right {
            (padding, String::new())
        } else {
            (String::new(), padding)
        };
        text.push_str(&format!("{before}{shown}{behind} "));
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_stands_in_them_and_give_way_if_the_shell_is_narrow() {
        let row = |name: &str, count: i64, text: &str| {
            Object::new("Row")
                .with("Name", name)
                .with("Count", count)
                .with("Text", text)
        };
        let rows = [
            row("a", 7, "short"),
            row("bcd", 1_000, "a very long text that does not fit"),
        ];
        let rows: Vec<&Object> = rows.iter().collect();
        let columns = ["Name", "Count", "Text"];
        let wide = table(&rows, &columns, Style::default());
        let expected = "\
Name Count Text
---- ----- ----
a        7 short
bcd   1000 a very long text that does not fit
";
        assert_eq!(wide, expected);
        let style = Style {
            width: 27,
            ..Style::default()
        };
        let narrow = table(&rows, &columns, style);
        assert_eq!(narrow.lines().last(), Some("bcd   1000 a very long ..."));
        assert!(
            narrow.lines().all(|line| line.chars().count() < 27),
            "{narrow}"
        );
    }
}
