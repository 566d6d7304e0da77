//! The bands of a ladder: one for each step, one for each gap of time, one for what decided.
//!
//! It knows nothing of pages. Invariant: what a band holds lies between its own upper and lower edge.

use crate::diagnosis::ladder::{Decisive, Fate, Ladder, Message, MessageKind, Step, What};
use crate::engine::Span;

use super::layout::{
    BODY_LEFT, BODY_RIGHT, Columns, End, Fill, Frame, LINE, Shape, Stroke, TEXT, Text,
};
use super::measure::{Face, width, wrapped};

/// A gap as long as this is drawn as a break.
const BREAK: Span = Span::from_seconds(1);

/// How wide the text of a note is at most.
const NOTE_WIDTH: i32 = 560;
/// How wide the text beside an arrow may be in any case.
const LABEL_WIDTH: i32 = 400;
const NOTE_LINES: usize = 3;
const LABEL_LINES: usize = 2;
const PADDING: i32 = 6;
/// Between the middle of a line and what stands above or below it: half a head, or half a cross.
const OVER_LINE: i32 = 8;
/// How much lower a message arrives than it leaves.
const SLANT: i32 = 4;

/// A stripe of the page, from one side to the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Band {
    pub height: i32,
    /// Whether it stands on the page of the band before it.
    pub is_bound: bool,
    /// What stands in the column of time, and how far below the upper edge.
    pub time: Option<String>,
    pub time_y: i32,
    pub shapes: Vec<Shape>,
    pub texts: Vec<Text>,
}

/// The bands of these steps, each with its number in the ladder.
pub(super) fn bands(ladder: &Ladder, columns: &Columns, steps: &[(usize, Step)]) -> Vec<Band> {
    let mut bands = Vec::new();
    let mut next = 0;
    for (number, step) in steps {
        if let Some(gap) = idle(&ladder.steps[next..=*number]) {
            bands.push(pause(columns, gap));
        }
        next = *number;
        let mut band = match step.what {
            What::Message(message) if message.from != message.to => arrow(columns, step, &message),
            What::Message(Message { to: over, .. }) | What::Note { over } => {
                note(columns, step, over)
            }
        };
        band.time = Some(match step.at {
            Span::ZERO => "start".to_owned(),
            at => format!("+{}", since(at)),
        });
        bands.push(band);
        if let Some(decisive) = ladder.decisive.filter(|decisive| decisive.step == *number) {
            let mut verdict = verdict(columns, &decisive);
            verdict.is_bound = true;
            bands.push(verdict);
        }
    }
    bands
}

/// How long nothing at all happens between steps, drawn or not, if for long.
fn idle(steps: &[Step]) -> Option<Span> {
    let gaps = steps
        .windows(2)
        .map(|pair| pair[1].at.saturating_sub(pair[0].at));
    let long = gaps.filter(|gap| *gap >= BREAK);
    long.reduce(|sum, gap| sum + gap)
}

/// Nothing happens for a while.
fn pause(columns: &Columns, gap: Span) -> Band {
    let height = 22;
    let shapes = columns.shown().map(|lifeline| Shape::Break {
        at: (columns.x(lifeline), height / 2),
    });
    Band {
        height,
        is_bound: false,
        time: Some(format!("({} pass)", seconds(gap))),
        time_y: 2,
        shapes: shapes.collect(),
        texts: Vec::new(),
    }
}

fn arrow(columns: &Columns, step: &Step, message: &Message) -> Band {
    let (from, to) = (columns.x(message.from), columns.x(message.to));
    let is_rightward = from < to;
    let (left, right) = (from.min(to), from.max(to));
    let room = (right - left - 2 * PADDING).max(LABEL_WIDTH);
    let face = if step.cause.is_some() {
        Face::Bold
    } else {
        Face::Plain
    };
    let lines = wrapped(&step.text, room, LABEL_LINES, TEXT, face);
    let texts = stacked(&lines, (left + right) / 2, 0, face, &step.full);
    let y = LINE * lines.len() as i32 + OVER_LINE;
    let falls = message.sent.is_some() && message.received.is_some();
    let slant = if falls { SLANT } else { 0 };
    let mut shapes = Vec::new();
    let sign = if is_rightward { 1 } else { -1 };
    let (tip, stroke, end) = match (message.fate, message.kind) {
        // It does not arrive: the line ends before the lifeline.
        (Fate::Lost, _) => (to - (to - from) / 4, Stroke::Failure, End::Cross),
        (Fate::Failed, _) => (to - sign * 12, Stroke::Failure, End::Cross),
        (Fate::Late, _) => (to, Stroke::Dotted, End::Open),
        (Fate::Fine, MessageKind::Mail) => (to, Stroke::Dotted, End::Open),
        (Fate::Fine, MessageKind::Call) => (to, Stroke::Call, End::Full),
        (Fate::Fine, MessageKind::Answer | MessageKind::RoundTrip) => {
            (to, Stroke::Light, End::Open)
        }
    };
    let is_round_trip = message.kind == MessageKind::RoundTrip && message.fate == Fate::Fine;
    let slant = if is_round_trip { 0 } else { slant };
    shapes.push(Shape::Line {
        from: (from, y),
        to: (tip, y + slant),
        stroke,
    });
    shapes.push(Shape::End {
        at: (tip, y + slant),
        is_rightward,
        end,
    });
    if is_round_trip {
        shapes.push(Shape::End {
            at: (from, y),
            is_rightward: !is_rightward,
            end,
        });
    }
    Band {
        height: y + slant + OVER_LINE,
        is_bound: false,
        time: None,
        time_y: (LINE * lines.len() as i32 - LINE) / 2,
        shapes,
        texts,
    }
}

fn note(columns: &Columns, step: &Step, over: usize) -> Band {
    let is_failure = step.cause.is_some();
    let face = if is_failure { Face::Bold } else { Face::Plain };
    let fill = if is_failure {
        Fill::FailedNote
    } else {
        Fill::Note
    };
    let lines = wrapped(&step.text, NOTE_WIDTH, NOTE_LINES, TEXT, face);
    let lines: Vec<(String, Face)> = lines.into_iter().map(|line| (line, face)).collect();
    boxed(columns.x(over), &lines, fill, &step.full)
}

/// The first decisive failure: what, as what it shows, who has to act.
fn verdict(columns: &Columns, decisive: &Decisive) -> Band {
    let cause = decisive.cause;
    let inner = decisive
        .inner
        .map_or(String::new(), |code| format!(" (inside: {code})"));
    let mut lines = vec![(cause.id().to_owned(), Face::Bold)];
    let text = wrapped(cause.row().text, NOTE_WIDTH, NOTE_LINES, TEXT, Face::Plain);
    lines.extend(text.into_iter().map(|line| (line, Face::Plain)));
    let code = format!("shown as {}{inner}", decisive.code);
    let code = wrapped(&code, NOTE_WIDTH, NOTE_LINES, TEXT, Face::Plain);
    lines.extend(code.into_iter().map(|line| (line, Face::Plain)));
    lines.push((format!("{} has to act", decisive.side), Face::Bold));
    let full = format!("{cause}: {}", cause.row().text);
    boxed(columns.x(decisive.at), &lines, Fill::Decisive, &full)
}

/// Lines in a frame around the middle of a lifeline, or as near to it as the page allows.
fn boxed(x: i32, lines: &[(String, Face)], fill: Fill, full: &str) -> Band {
    let wide = lines.iter().map(|(line, face)| width(line, TEXT, *face));
    // The decisive frame has a cross at its left.
    let sign = if fill == Fill::Decisive { 30 } else { 0 };
    let wide = wide.max().unwrap_or(0) + 2 * PADDING + sign;
    let rest = BODY_RIGHT - wide;
    let left = (x - wide / 2).clamp(BODY_LEFT.min(rest), rest.max(BODY_LEFT));
    let inside = if fill == Fill::Decisive { 6 } else { 2 };
    let frame = Frame {
        x: left,
        y: 3,
        width: wide,
        height: LINE * lines.len() as i32 + 2 * inside,
    };
    let mut shapes = vec![Shape::Rectangle { frame, fill }];
    if fill == Fill::Decisive {
        shapes.push(Shape::End {
            at: (left + 20, frame.y + frame.height / 2),
            is_rightward: true,
            end: End::Cross,
        });
    }
    let middle = left + sign + (wide - sign) / 2;
    let mut texts = Vec::new();
    for (number, (line, face)) in lines.iter().enumerate() {
        let y = frame.y + inside + LINE * number as i32;
        let line = std::slice::from_ref(line);
        let line = stacked(line, middle, y, *face, full);
        let line = line.into_iter();
        texts.extend(line.map(|line| Text {
            has_ground: false,
            ..line
        }));
    }
    Band {
        height: frame.y + frame.height + 4,
        is_bound: false,
        time: None,
        time_y: frame.y + inside,
        shapes,
        texts,
    }
}

/// Lines one below the other around a middle, within the page.
fn stacked(lines: &[String], middle: i32, top: i32, face: Face, full: &str) -> Vec<Text> {
    let lines = lines.iter().enumerate();
    lines
        .map(|(number, line)| {
            let wide = width(line, TEXT, face);
            let rest = BODY_RIGHT - wide;
            let x = (middle - wide / 2).clamp(BODY_LEFT.min(rest), rest.max(BODY_LEFT));
            Text {
                is_centred: true,
                has_ground: true,
                full: full.to_owned(),
                ..Text::at(x, top + LINE * number as i32, line.clone(), TEXT, face)
            }
        })
        .collect()
}

/// `5.6 s`.
fn seconds(span: Span) -> String {
    let tenths = span.nanoseconds().saturating_add(50_000_000) / 100_000_000;
    format!("{}.{} s", tenths / 10, tenths % 10)
}

/// `221 ms`, from ten seconds on `25.0 s`.
fn since(span: Span) -> String {
    let milliseconds = span.nanoseconds().saturating_add(500_000) / 1_000_000;
    match milliseconds {
        10_000.. => seconds(span),
        milliseconds => format!("{milliseconds} ms"),
    }
}
