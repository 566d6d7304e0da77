//! Where everything stands on the pages of a ladder.
//!
//! It knows nothing of SVG. Each step has a band of the page to itself, from one side to the other, so
//! that nothing can overlap whatever the texts are. Time runs downwards, not to scale: a gap of a second or more
//! is drawn as a break that tells its length. Invariant: integers alone; every text stands in a box that
//! is at least as wide as the text, and no two of these boxes meet.

use crate::diagnosis::ladder::{Ladder, Role, Step, What};
use crate::record::naming::instant_short;

use super::Caption;
use super::bands::{Band, bands};
use super::excerpt::Excerpt;
use super::measure::{Face, elided, width, wrapped};

/// The width of a page.
pub const WIDTH: i32 = 1_280;
/// Its height: 16 to 9.
pub const HEIGHT: i32 = 720;
/// The size of nearly all text.
pub const TEXT: i32 = 14;
/// From line to line.
pub(super) const LINE: i32 = 17;

const MARGIN: i32 = 20;
const TITLE: i32 = 20;
const OUTCOME: i32 = 16;
/// Where lifelines and steps begin.
pub(super) const BODY_LEFT: i32 = 132;
/// Where they end.
pub(super) const BODY_RIGHT: i32 = WIDTH - MARGIN;
const HEADS_TOP: i32 = 76;
const HEADS_HEIGHT: i32 = 44;
const BODY_TOP: i32 = HEADS_TOP + HEADS_HEIGHT + 6;
const BODY_BOTTOM: i32 = HEIGHT - 14;

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its left edge.
    pub x: i32,
    /// Its upper edge.
    pub y: i32,
    /// How wide it is.
    pub width: i32,
    /// How high it is.
    pub height: i32,
}

/// A line of text in its box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The box.
    pub frame: Frame,
    /// The size of the letters.
    pub size: i32,
    /// How they are set.
    pub face: Face,
    /// Whether it stands in the middle of its box; else at its left.
    pub is_centred: bool,
    /// Whether the box is painted white first, because a lifeline passes behind it.
    pub has_ground: bool,
    /// The text.
    pub text: String,
    /// What is shown when somebody points at it: the text in full.
    pub full: String,
}

/// What a line means, and so how it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// Somebody is there.
    Lifeline,
    /// A question.
    Call,
    /// An answer, a look-up, a connection.
    Light,
    /// Something that nobody waits for.
    Dotted,
    /// A failure: thick and dashed.
    Failure,
    /// What parts the foot from the steps.
    Rule,
}

/// What a rectangle means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// The head of a lifeline.
    Head,
    /// What was decided.
    Note,
    /// What was decided, and is a failure.
    FailedNote,
    /// The first decisive failure.
    Decisive,
}

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A full head: somebody asks.
    Full,
    /// An open head: somebody answers.
    Open,
    /// A cross: a failure.
    Cross,
}

/// Something that is drawn and is no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A line.
    Line {
        /// Where it begins.
        from: (i32, i32),
        /// Where it ends.
        to: (i32, i32),
        /// What it means.
        stroke: Stroke,
    },
    /// What stands at the end of a line that points to the right, or to the left.
    End {
        /// Where.
        at: (i32, i32),
        /// Whether it points to the right.
        is_rightward: bool,
        /// What it is.
        end: End,
    },
    /// A rectangle.
    Rectangle {
        /// Where.
        frame: Frame,
        /// What it means.
        fill: Fill,
    },
    /// A lifeline that is interrupted, because nothing happens for long.
    Break {
        /// The middle of it.
        at: (i32, i32),
    },
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// What is drawn, from the back to the front.
    pub shapes: Vec<Shape>,
    /// What is written on it.
    pub texts: Vec<Text>,
    /// What the page is of, for those who cannot see it.
    pub title: String,
}

/// What is drawn on which page.
struct Plan {
    columns: Columns,
    parts: Vec<Vec<Band>>,
    foot: Foot,
}

/// The lines below the steps.
struct Foot {
    lines: Vec<(Option<&'static str>, String, Face)>,
}

/// The pages of a ladder: with all its steps, or with the first of the excerpts that needs
/// fewer pages than those before it. The foot says what an excerpt leaves out.
pub fn pages(ladder: &Ladder, caption: &Caption) -> Vec<Page> {
    let mut best: Option<Plan> = None;
    for excerpt in Excerpt::all(ladder) {
        let foot = Foot::of(caption, excerpt.note());
        let columns = Columns::of(ladder, &excerpt.steps);
        let bands = bands(ladder, &columns, &excerpt.steps);
        let parts = parted(bands, foot.height());
        let is_better = |known: &Plan| parts.len() < known.parts.len();
        if best.as_ref().is_none_or(is_better) {
            best = Some(Plan {
                columns,
                parts,
                foot,
            });
        }
    }
    let plan = best.expect("the whole is an excerpt too");
    drawn(ladder, caption, &plan)
}

/// Bands page by page; the last page has room for the foot.
fn parted(bands: Vec<Band>, foot: i32) -> Vec<Vec<Band>> {
    let room = BODY_BOTTOM - BODY_TOP;
    let mut parts: Vec<Vec<Band>> = vec![Vec::new()];
    let mut used = 0;
    let mut bands = bands.into_iter().peekable();
    while let Some(band) = bands.next() {
        let bound = bands.peek().filter(|next| next.is_bound);
        let together = band.height + bound.map_or(0, |next| next.height);
        if used + together > room && used > 0 {
            parts.push(Vec::new());
            used = 0;
        }
        used += band.height;
        if let Some(part) = parts.last_mut() {
            part.push(band);
        }
    }
    if used + foot > room {
        parts.push(Vec::new());
    }
    parts
}

fn drawn(ladder: &Ladder, caption: &Caption, plan: &Plan) -> Vec<Page> {
    let count = plan.parts.len();
    let parts = plan.parts.iter().enumerate();
    parts
        .map(|(number, bands)| {
            let mut page = Page {
                title: caption.title.clone(),
                ..Page::default()
            };
            page.head(ladder, caption, (number + 1, count));
            let height: i32 = bands.iter().map(|band| band.height).sum();
            page.lifelines(ladder, &plan.columns, BODY_TOP + height);
            let mut top = BODY_TOP;
            let mut last = None;
            for band in bands {
                page.band(band, top, &mut last);
                top += band.height;
            }
            if number + 1 == count {
                page.foot(&plan.foot);
            }
            page
        })
        .collect()
}

/// Where the lifelines stand: those that have part in a step that is drawn, and all targets, so that it shows
/// who was never reached.
pub(super) struct Columns {
    width: i32,
    /// The lifelines, from left to right.
    shown: Vec<usize>,
}

impl Columns {
    fn of(ladder: &Ladder, steps: &[(usize, Step)]) -> Columns {
        let has_part = |lifeline: usize| {
            steps.iter().any(|(_, step)| match step.what {
                What::Message(message) => message.from == lifeline || message.to == lifeline,
                What::Note { over } => over == lifeline,
            })
        };
        let lifelines = ladder.lifelines.iter().enumerate();
        let shown = lifelines.filter(|(number, lifeline)| {
            has_part(*number) || lifeline.role == Role::TargetOrganization
        });
        let shown: Vec<usize> = shown.map(|(number, _)| number).collect();
        let count = shown.len().max(1) as i32;
        Columns {
            width: (BODY_RIGHT - BODY_LEFT) / count,
            shown,
        }
    }

    /// The lifelines that stand, from left to right.
    pub(super) fn shown(&self) -> impl Iterator<Item = usize> {
        self.shown.iter().copied()
    }

    /// The middle of a lifeline.
    pub(super) fn x(&self, lifeline: usize) -> i32 {
        let column = self.shown.iter().position(|&shown| shown == lifeline);
        let column = column.expect("a lifeline with part in a step stands") as i32;
        BODY_LEFT + self.width * column + self.width / 2
    }
}

impl Frame {
    /// Whether two rectangles have a point inside both.
    pub fn meets(&self, other: &Frame) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }

    /// The same so much lower.
    pub(super) fn lowered(self, by: i32) -> Frame {
        Frame {
            y: self.y + by,
            ..self
        }
    }
}

impl Text {
    /// A line of text in a box of its own width, of which this is the left upper corner.
    pub(super) fn at(x: i32, y: i32, text: String, size: i32, face: Face) -> Text {
        Text {
            frame: Frame {
                x,
                y,
                width: width(&text, size, face),
                height: size + 3,
            },
            size,
            face,
            is_centred: false,
            has_ground: false,
            full: text.clone(),
            text,
        }
    }

    /// One in the middle of a room.
    pub(super) fn centred(room: Frame, text: &str, face: Face) -> Text {
        let short = elided(text, room.width, TEXT, face);
        let wide = width(&short, TEXT, face);
        let x = room.x + (room.width - wide) / 2;
        Text {
            is_centred: true,
            full: text.to_owned(),
            ..Text::at(x, room.y, short, TEXT, face)
        }
    }
}

impl Page {
    fn head(&mut self, ladder: &Ladder, caption: &Caption, (number, count): (usize, usize)) {
        let mut room = WIDTH - 2 * MARGIN;
        if count > 1 {
            let text = format!("page {number} of {count}");
            let wide = width(&text, TEXT, Face::Plain);
            let x = WIDTH - MARGIN - wide;
            self.texts.push(Text::at(x, 16, text, TEXT, Face::Plain));
            room -= wide + MARGIN;
        }
        let title = elided(&caption.title, room, TITLE, Face::Bold);
        self.texts.push(Text {
            full: caption.title.clone(),
            ..Text::at(MARGIN, 12, title, TITLE, Face::Bold)
        });
        let room = WIDTH - 2 * MARGIN;
        let outcome = elided(&caption.outcome, room, OUTCOME, Face::Plain);
        self.texts.push(Text {
            full: caption.outcome.clone(),
            ..Text::at(MARGIN, 42, outcome, OUTCOME, Face::Plain)
        });
        // `2026-03-02T08:00:00.212Z`: the day, and the time below it.
        let sent = instant_short(ladder.sent);
        let (day, time) = sent.split_once('T').unwrap_or((&sent, ""));
        for (number, text) in [day, time].into_iter().enumerate() {
            let y = HEADS_TOP + 4 + number as i32 * LINE;
            self.texts
                .push(Text::at(MARGIN, y, text.to_owned(), TEXT, Face::Plain));
        }
    }

    fn lifelines(&mut self, ladder: &Ladder, columns: &Columns, bottom: i32) {
        for number in columns.shown() {
            let lifeline = &ladder.lifelines[number];
            let x = columns.x(number);
            let frame = Frame {
                x: x - columns.width / 2 + 4,
                y: HEADS_TOP,
                width: columns.width - 8,
                height: HEADS_HEIGHT,
            };
            self.shapes.push(Shape::Line {
                from: (x, HEADS_TOP + HEADS_HEIGHT),
                to: (x, bottom),
                stroke: Stroke::Lifeline,
            });
            self.shapes.push(Shape::Rectangle {
                frame,
                fill: Fill::Head,
            });
            let room = Frame {
                x: frame.x + 4,
                y: frame.y + 4,
                width: frame.width - 8,
                height: LINE,
            };
            let role = Text::centred(room, lifeline.role.word(), Face::Plain);
            let name = Text::centred(room.lowered(LINE + 2), &lifeline.name, Face::Bold);
            self.texts.extend([role, name]);
        }
    }

    /// A band, and what time it is if the reader does not know yet.
    fn band(&mut self, band: &Band, top: i32, last: &mut Option<String>) {
        let lowered = |shape: &Shape| shape.lowered(top);
        self.shapes.extend(band.shapes.iter().map(lowered));
        for text in &band.texts {
            self.texts.push(Text {
                frame: text.frame.lowered(top),
                ..text.clone()
            });
        }
        if let Some(time) = &band.time
            && last.as_ref() != Some(time)
        {
            let y = top + band.time_y;
            self.texts
                .push(Text::at(MARGIN, y, time.clone(), TEXT, Face::Plain));
            *last = Some(time.clone());
        }
    }

    fn foot(&mut self, foot: &Foot) {
        if foot.lines.is_empty() {
            return;
        }
        let mut y = HEIGHT - foot.height();
        self.shapes.push(Shape::Line {
            from: (MARGIN, y),
            to: (WIDTH - MARGIN, y),
            stroke: Stroke::Rule,
        });
        y += 8;
        for (label, line, face) in &foot.lines {
            if let Some(label) = label {
                let text = (*label).to_owned();
                self.texts.push(Text::at(MARGIN, y, text, TEXT, Face::Bold));
            }
            self.texts
                .push(Text::at(BODY_LEFT, y, line.clone(), TEXT, *face));
            y += LINE;
        }
    }
}

impl Foot {
    /// The most lines that a page holds, and leaves a rule's room.
    const LINES_MAX: usize = 30;

    fn of(caption: &Caption, note: Option<String>) -> Foot {
        let room = BODY_RIGHT - BODY_LEFT;
        let mut lines = Vec::new();
        let parts = [
            ("Cause", &caption.cause_lines, Face::Plain),
            ("Repair", &caption.repair_lines, Face::Fixed),
        ];
        for (label, texts, face) in parts {
            let mut label = Some(label);
            for text in texts {
                for line in wrapped(text, room, usize::MAX, TEXT, face) {
                    lines.push((label.take(), line, face));
                }
            }
        }
        if lines.len() > Foot::LINES_MAX {
            let more = lines.len() - Foot::LINES_MAX + 1;
            lines.truncate(Foot::LINES_MAX - 1);
            lines.push((None, format!("… and {more} more lines"), Face::Plain));
        }
        if let Some(note) = note {
            lines.push((Some("Note"), note, Face::Plain));
        }
        Foot { lines }
    }

    fn height(&self) -> i32 {
        match self.lines.len() as i32 {
            0 => 0,
            count => 8 + count * LINE + 8,
        }
    }
}

impl Shape {
    /// The same so much lower.
    fn lowered(&self, by: i32) -> Shape {
        let low = |(x, y): (i32, i32)| (x, y + by);
        match *self {
            Shape::Line { from, to, stroke } => Shape::Line {
                from: low(from),
                to: low(to),
                stroke,
            },
            Shape::End {
                at,
                is_rightward,
                end,
            } => Shape::End {
                at: low(at),
                is_rightward,
                end,
            },
            Shape::Rectangle { frame, fill } => Shape::Rectangle {
                frame: frame.lowered(by),
                fill,
            },
            Shape::Break { at } => Shape::Break { at: low(at) },
        }
    }
}
