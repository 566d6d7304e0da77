//! A ladder as a Mermaid sequence diagram.
//!
//! It knows nothing of geometry: whoever shows Mermaid draws it. Invariant: no text can end a line, a
//! statement or a block of the diagram: what Mermaid reads as syntax is written as an entity.

use std::fmt::Write;

use crate::diagnosis::ladder::{Fate, Ladder, Lifeline, Message, MessageKind, Role, Step, What};
use crate::record::naming::span_short;

use super::ladder::Caption;

/// The text of the diagram.
pub fn sequence(ladder: &Ladder, caption: &Caption) -> String {
    let mut text = String::new();
    let mut line = |indent: usize, words: String| {
        let _ = writeln!(text, "{:width$}{words}", "", width = indent * 4);
    };
    line(0, "sequenceDiagram".to_owned());
    line(1, format!("title {}", escaped(&caption.title)));
    for (number, lifeline) in ladder.lifelines.iter().enumerate() {
        line(1, participant(number, lifeline));
    }
    for (number, step) in ladder.steps.iter().enumerate() {
        let decisive = ladder.decisive.filter(|decisive| decisive.step == number);
        let indent = if decisive.is_some() { 2 } else { 1 };
        if decisive.is_some() {
            line(1, "rect rgb(255, 224, 224)".to_owned());
        }
        for words in statements(step) {
            line(indent, words);
        }
        if let Some(decisive) = decisive {
            let why = decisive.cause;
            let (text, code, side) = (why.row().text, decisive.code, decisive.side);
            let box_text = [
                escaped(&format!("✗ {why}")),
                escaped(text),
                escaped(&format!("shown as {code}; {side} has to act")),
            ];
            line(2, note(decisive.at, &box_text.join("<br/>")));
            line(1, "end".to_owned());
        }
    }
    let mut last = vec![escaped(&caption.outcome)];
    let more = caption.cause_lines.iter().chain(&caption.repair_lines);
    last.extend(more.map(|line| escaped(line)));
    let over = match ladder.lifelines.len() {
        0 | 1 => "p0".to_owned(),
        n => format!("p0,p{}", n - 1),
    };
    line(1, format!("Note over {over}: {}", last.join("<br/>")));
    text
}

fn participant(number: usize, lifeline: &Lifeline) -> String {
    let word = match lifeline.role {
        Role::Client => "actor",
        _ => "participant",
    };
    let (role, name) = (lifeline.role.word(), escaped(&lifeline.name));
    format!("{word} p{number} as {}<br/>{name}", escaped(role))
}

fn statements(step: &Step) -> Vec<String> {
    match step.what {
        What::Note { over } => {
            let since = span_short(step.at);
            vec![note(over, &escaped(&format!("+{since} {}", step.text)))]
        }
        What::Message(message) => messages(step, &message),
    }
}

fn messages(step: &Step, message: &Message) -> Vec<String> {
    let (from, to) = (message.from, message.to);
    let since = message.sent.or(message.received).unwrap_or(step.at);
    let text = escaped(&format!("+{} {}", span_short(since), step.text));
    let arrow = match (message.kind, message.fate) {
        (_, Fate::Failed | Fate::Lost) if message.kind != MessageKind::Answer => "-x",
        (_, Fate::Failed | Fate::Lost) => "--x",
        (_, Fate::Late) => "--)",
        (MessageKind::Mail, Fate::Fine) => "-)",
        (MessageKind::Answer, Fate::Fine) => "-->>",
        (MessageKind::Call | MessageKind::RoundTrip, Fate::Fine) => "->>",
    };
    vec![format!("p{from}{arrow}p{to}: {text}")]
}

fn note(over: usize, text: &str) -> String {
    format!("Note over p{over}: {text}")
}

/// Text in which nothing is read as syntax.
///
/// Source: Mermaid's documentation: entities are `#name;` or `#number;`; a semicolon ends a statement,
/// and the word `end` ends a block.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for word in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let is_end = bare.eq_ignore_ascii_case("end");
        let mut rest = word;
        if is_end {
            let _ = write!(escaped, "#{};", bare.as_bytes()[0]);
            rest = &word[1..];
        }
        for letter in rest.chars() {
            match letter {
                ';' | '#' | '<' | '>' | '&' | '"' | '%' | '{' | '}' | '[' | ']' | '`' | '\\' => {
                    let _ = write!(escaped, "#{};", u32::from(letter));
                }
                letter if letter.is_control() => escaped.push(' '),
                letter => escaped.push(letter),
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mermaid_would_stumble_over_is_written_as_an_entity() {
        assert_eq!(escaped("a; b#1"), "a#59; b#35;1");
        assert_eq!(escaped("the end."), "the #101;nd.");
        assert_eq!(
            escaped("ended by the end\nof it"),
            "ended by the #101;nd of it"
        );
        assert_eq!(escaped("`x <y>`"), "#96;x #60;y#62;#96;");
    }
}
