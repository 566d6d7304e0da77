//! Pages as SVG.
//!
//! It knows no geometry but that of heads, crosses and breaks. Invariant: no number that is not an
//! integer, nothing that is loaded from elsewhere, all text escaped.

use std::fmt::Write;

use super::layout::{End, Fill, Frame, HEIGHT, Page, Shape, Stroke, Text, WIDTH};
use super::measure::Face;

const INK: &str = "#1a1a1a";
const FAILURE: &str = "#b00020";

/// How far pages of one document are apart.
const GAP: i32 = 20;

/// Pages as one document, one below the other.
pub(super) fn document(pages: &[Page]) -> String {
    let count = pages.len() as i32;
    let height = HEIGHT * count + GAP * (count - 1).max(0);
    let title = pages.first().map_or("", |page| &page.title);
    let mut svg = String::new();
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">"
    );
    let _ = writeln!(svg, "<title>{}</title>", escaped(title));
    svg.push_str(STYLE);
    let _ = writeln!(
        svg,
        "<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>"
    );
    for (number, page) in pages.iter().enumerate() {
        let top = number as i32 * (HEIGHT + GAP);
        if number > 0 {
            let y = top - GAP;
            let _ = writeln!(
                svg,
                "<rect y=\"{y}\" width=\"{WIDTH}\" height=\"{GAP}\" fill=\"#c8c8c8\"/>"
            );
        }
        let _ = writeln!(svg, "<g transform=\"translate(0 {top})\">");
        for shape in &page.shapes {
            write_shape(&mut svg, shape);
        }
        for text in &page.texts {
            write_text(&mut svg, text);
        }
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

const STYLE: &str = "\
<style>
text { font-family: Arial, 'Liberation Sans', Helvetica, 'DejaVu Sans', sans-serif; fill: #1a1a1a; }
.bold { font-weight: bold; }
.fixed { font-family: Consolas, 'DejaVu Sans Mono', 'Courier New', monospace; }
</style>
";

fn write_shape(svg: &mut String, shape: &Shape) {
    let _ = match *shape {
        Shape::Line { from, to, stroke } => {
            let ((x1, y1), (x2, y2)) = (from, to);
            writeln!(
                svg,
                "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" {}/>",
                style(stroke)
            )
        }
        Shape::Rectangle { frame, fill } => write_rectangle(svg, frame, fill),
        Shape::Break { at: (x, y) } => {
            let (top, bottom) = (y - 5, y + 5);
            let (left, right) = (x - 8, x + 8);
            writeln!(
                svg,
                "<rect x=\"{left}\" y=\"{top}\" width=\"16\" height=\"10\" fill=\"#ffffff\"/>\
                 <path d=\"M{left} {} L{right} {} M{left} {} L{right} {}\" fill=\"none\" \
                 stroke=\"{INK}\" stroke-width=\"2\"/>",
                top + 3,
                top - 3,
                bottom + 3,
                bottom - 3,
            )
        }
        Shape::End {
            at: (x, y),
            is_rightward,
            end,
        } => {
            let back = if is_rightward { x - 12 } else { x + 12 };
            let (above, below) = (y - 6, y + 6);
            match end {
                End::Full => writeln!(
                    svg,
                    "<path d=\"M{x} {y} L{back} {above} L{back} {below} Z\" fill=\"{INK}\"/>"
                ),
                End::Open => writeln!(
                    svg,
                    "<path d=\"M{back} {above} L{x} {y} L{back} {below}\" fill=\"none\" \
                     stroke=\"{INK}\" stroke-width=\"2\"/>"
                ),
                End::Cross => {
                    let (left, right) = (x - 7, x + 7);
                    let (top, bottom) = (y - 7, y + 7);
                    writeln!(
                        svg,
                        "<path d=\"M{left} {top} L{right} {bottom} M{left} {bottom} L{right} {top}\" \
                         fill=\"none\" stroke=\"{FAILURE}\" stroke-width=\"4\"/>"
                    )
                }
            }
        }
    };
}

fn write_rectangle(svg: &mut String, frame: Frame, fill: Fill) -> std::fmt::Result {
    let Frame {
        x,
        y,
        width,
        height,
    } = frame;
    let style = match fill {
        Fill::Head => "rx=\"4\" fill=\"#e6edf5\" stroke=\"#37506e\" stroke-width=\"1\"",
        Fill::Note => "fill=\"#fff9df\" stroke=\"#7a6a2f\" stroke-width=\"1\"",
        Fill::FailedNote => {
            "fill=\"#fdecee\" stroke=\"#b00020\" stroke-width=\"2\" stroke-dasharray=\"8 4\""
        }
        Fill::Decisive => "fill=\"#ffffff\" stroke=\"#b00020\" stroke-width=\"4\"",
    };
    writeln!(
        svg,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" {style}/>"
    )
}

fn style(stroke: Stroke) -> &'static str {
    match stroke {
        Stroke::Lifeline => "stroke=\"#8c8c8c\" stroke-width=\"1\"",
        Stroke::Call => "stroke=\"#1a1a1a\" stroke-width=\"2\"",
        Stroke::Light => "stroke=\"#1a1a1a\" stroke-width=\"1\"",
        Stroke::Dotted => "stroke=\"#1a1a1a\" stroke-width=\"2\" stroke-dasharray=\"2 6\"",
        Stroke::Failure => "stroke=\"#b00020\" stroke-width=\"4\" stroke-dasharray=\"14 7\"",
        Stroke::Rule => "stroke=\"#8c8c8c\" stroke-width=\"1\"",
    }
}

fn write_text(svg: &mut String, text: &Text) {
    let Frame {
        x,
        y,
        width,
        height,
    } = text.frame;
    if text.has_ground {
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>"
        );
    }
    let class = match text.face {
        Face::Plain => "",
        Face::Bold => " class=\"bold\"",
        Face::Fixed => " class=\"fixed\" xml:space=\"preserve\"",
    };
    let (x, anchor) = if text.is_centred {
        (x + width / 2, " text-anchor=\"middle\"")
    } else {
        (x, "")
    };
    // The letters stand a fifth of their size above the lower edge.
    let (y, size) = (y + text.size, text.size);
    let _ = write!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{anchor}{class}>"
    );
    if text.full != text.text {
        let _ = write!(svg, "<title>{}</title>", escaped(&text.full));
    }
    let _ = writeln!(svg, "{}</text>", escaped(&text.text));
}

/// Text as XML holds it: what is no character of XML 1.0 is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {
                escaped.push(' ');
            }
            letter => escaped.push(letter),
        }
    }
    escaped
}
