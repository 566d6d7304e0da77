//! Ladders of all requests of the teaching scenarios and of the documented symptoms, as pictures.
//!
//! It knows no rule of the model and no measure of a page but its size. Invariant: what it holds against a
//! picture, it holds against every picture.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fedsim::diagnosis::ladder::{Fate, LIFELINES_MAX, Ladder, Role, What};
use fedsim::model::observation::{Observation, RequestIdentity};
use fedsim::model::outcome::AttendeeOutcome;
use fedsim::report::ladder::layout::{
    End, Fill, Frame, HEIGHT, Page, Shape, Stroke, TEXT, WIDTH, pages,
};
use fedsim::report::ladder::measure::width;
use fedsim::report::ladder::{Caption, slides, svg};
use fedsim::report::mermaid;
use support::Run;

/// The scenarios whose requests are drawn.
const FOLDERS: &[&str] = &["scenarios/teaching", "scenarios/regression/symptoms"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn scenarios(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut entries: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry can be read").path())
        .collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            scenarios(&entry, found);
        } else if entry
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            found.push(entry);
        }
    }
}

/// What was observed, request by request.
fn by_request(run: &Run) -> BTreeMap<RequestIdentity, Vec<Observation>> {
    let mut all: BTreeMap<_, Vec<Observation>> = BTreeMap::new();
    for &observation in &run.observations {
        all.entry(observation.request)
            .or_default()
            .push(observation);
    }
    all
}

/// The ladders of a scenario.
fn ladders(path: &Path) -> Vec<Ladder> {
    let run = support::run_file(path);
    let all = by_request(&run);
    let all = all.iter();
    all.map(|(&request, seen)| Ladder::of(&run.federation, request, seen))
        .collect()
}

/// A caption as long as real ones are.
fn caption(ladder: &Ladder) -> Caption {
    let mut caption = Caption::of(ladder);
    if let Some(decisive) = ladder.decisive {
        let row = decisive.cause.row();
        caption.cause_lines = vec![format!("{}: {}", row.id, row.text)];
        caption.repair_lines = vec![fedsim::report::causes::short(row.cause)];
    }
    caption
}

/// What must stay clear of texts: lines other than lifelines, which pass behind them, and what stands at
/// the ends of lines.
fn extent(shape: &Shape) -> Option<Frame> {
    match *shape {
        Shape::Line { from, to, stroke } if stroke != Stroke::Lifeline => Some(Frame {
            x: from.0.min(to.0),
            y: from.1.min(to.1) - 2,
            width: (from.0 - to.0).abs(),
            height: (from.1 - to.1).abs() + 4,
        }),
        Shape::End {
            at: (x, y), end, ..
        } => {
            let half = if end == End::Cross { 8 } else { 7 };
            Some(Frame {
                x: x - half,
                y: y - half,
                width: 2 * half,
                height: 2 * half,
            })
        }
        Shape::Break { at: (x, y) } => Some(Frame {
            x: x - 8,
            y: y - 8,
            width: 16,
            height: 16,
        }),
        Shape::Line { .. } | Shape::Rectangle { .. } => None,
    }
}

fn faults_of(page: &Page) -> Vec<String> {
    let mut faults = Vec::new();
    let whole = Frame {
        x: 0,
        y: 0,
        width: WIDTH,
        height: HEIGHT,
    };
    for (number, text) in page.texts.iter().enumerate() {
        let frame = text.frame;
        let is_inside = frame.x >= 0
            && frame.y >= 0
            && frame.x + frame.width <= whole.width
            && frame.y + frame.height <= whole.height;
        if !is_inside {
            faults.push(format!("`{}` leaves the page: {frame:?}", text.text));
        }
        if text.size < TEXT {
            faults.push(format!("`{}` is too small", text.text));
        }
        if width(&text.text, text.size, text.face) > frame.width {
            faults.push(format!("`{}` is wider than its box", text.text));
        }
        for other in &page.texts[..number] {
            if frame.meets(&other.frame) {
                faults.push(format!("`{}` and `{}` overlap", text.text, other.text));
            }
        }
        for shape in &page.shapes {
            if extent(shape).is_some_and(|extent| frame.meets(&extent)) {
                faults.push(format!("`{}` meets {shape:?}", text.text));
            }
        }
    }
    faults
}

/// What is wrong with a document: that it is no XML, needs something from outside, or has a number that is
/// no integer.
fn faults_of_document(document: &str) -> Vec<String> {
    let parsed = match roxmltree::Document::parse(document) {
        Ok(parsed) => parsed,
        Err(error) => return vec![format!("no XML: {error}")],
    };
    let mut faults = Vec::new();
    for node in parsed.descendants().filter(roxmltree::Node::is_element) {
        if !["svg", "title", "style", "rect", "g", "line", "path", "text"]
            .contains(&node.tag_name().name())
        {
            faults.push(format!("an element `{}`", node.tag_name().name()));
        }
        for attribute in node.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            let is_number = !["class", "role", "space", "transform", "d", "fill", "stroke"]
                .contains(&name)
                && name != "text-anchor";
            let mut letters = value.chars();
            let is_wrong = match name {
                "viewBox" | "stroke-dasharray" => value.contains(['.', 'e']),
                "d" => value.contains(['.', 'e']),
                _ => is_number && !letters.all(|letter| letter.is_ascii_digit()),
            };
            if is_wrong || value.contains("url(") || value.contains("://") {
                faults.push(format!("{name}=\"{value}\""));
            }
        }
    }
    faults
}

/// What is wrong with a sequence diagram: a block that is not closed, or a line that is no statement.
fn faults_of_sequence(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut depth = 0;
    for line in text.lines().skip(1).map(str::trim) {
        let is_message = |line: &str| {
            let (arrow, _) = line.split_once(": ").unwrap_or_default();
            let between = arrow.trim_matches(|c: char| c == 'p' || c.is_ascii_digit());
            ["->>", "-->>", "-x", "--x", "-)", "--)"].contains(&between)
        };
        match line.split_whitespace().next().unwrap_or_default() {
            "rect" => depth += 1,
            "end" if line == "end" => depth -= 1,
            "title" | "actor" | "participant" | "Note" => {}
            _ if is_message(line) => {}
            _ => faults.push(format!("no statement: {line}")),
        }
        // What is left of a semicolon is `#` and letters or digits: an entity.
        let mut parts: Vec<&str> = line.split(';').collect();
        parts.pop();
        let is_entity = |part: &str| {
            let name = part.rsplit('#').next().unwrap_or_default();
            part.contains('#') && name.chars().all(char::is_alphanumeric)
        };
        if !parts.into_iter().all(is_entity) {
            faults.push(format!("a semicolon ends a statement: {line}"));
        }
        if line.matches('#').count() != line.matches(';').count() {
            faults.push(format!("a comment begins: {line}"));
        }
    }
    if depth != 0 {
        faults.push("a block is not closed".to_owned());
    }
    faults
}

#[test]
fn no_picture_has_texts_that_overlap_or_leave_their_page() {
    let mut found = Vec::new();
    for folder in FOLDERS {
        scenarios(&root().join(folder), &mut found);
    }
    let (mut pictures, mut faults) = (0, Vec::new());
    for path in found {
        let name = path
            .file_name()
            .expect("a file has a name")
            .to_string_lossy()
            .into_owned();
        for ladder in ladders(&path) {
            pictures += 1;
            let caption = caption(&ladder);
            let mut of_ladder = Vec::new();
            if ladder.lifelines.len() > LIFELINES_MAX {
                of_ladder.push(format!("{} lifelines", ladder.lifelines.len()));
            }
            let pages = pages(&ladder, &caption);
            let shapes = pages.iter().flat_map(|page| &page.shapes);
            let framed = shapes.filter_map(|shape| match shape {
                Shape::Rectangle {
                    frame,
                    fill: Fill::Decisive,
                } => Some(frame.y),
                _ => None,
            });
            let framed: Vec<i32> = framed.collect();
            if framed.len() != usize::from(ladder.decisive.is_some()) {
                of_ladder.push(format!("{} frames of a decisive failure", framed.len()));
            }
            // Its step is at least as high as a line of text, below the heads.
            if framed.iter().any(|y| *y < 76 + 44 + 6 + 17) {
                of_ladder.push("the decisive failure is parted from its step".to_owned());
            }
            of_ladder.extend(pages.iter().flat_map(faults_of));
            of_ladder.extend(faults_of_document(&svg(&ladder, &caption)));
            of_ladder.extend(faults_of_sequence(&mermaid::sequence(&ladder, &caption)));
            let of_ladder = of_ladder.into_iter();
            faults.extend(of_ladder.map(|fault| format!("{name} {}: {fault}", ladder.request)));
        }
    }
    let first = faults
        .iter()
        .take(40)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    assert!(faults.is_empty(), "{} faults\n{first}", faults.len());
    assert!(pictures > 400, "{pictures}");
}

/// The ladder of a request of one of the symptoms.
fn symptom(name: &str, request: &str) -> Ladder {
    let path = root().join(format!("scenarios/regression/symptoms/{name}.toml"));
    let run = support::run_file(&path);
    let request = run.request(request);
    Ladder::of(&run.federation, request, &run.observations)
}

/// The messages of a ladder with this fate, as `from > to: text`.
fn with_fate(ladder: &Ladder, fate: Fate) -> Vec<String> {
    let role = |place: usize| ladder.lifelines[place].role.word();
    let messages = ladder.steps.iter().filter_map(|step| match step.what {
        What::Message(message) if message.fate == fate => Some(format!(
            "{} > {}: {}",
            role(message.from),
            role(message.to),
            step.text
        )),
        _ => None,
    });
    messages.collect()
}

#[test]
fn what_is_lost_is_no_failed_answer_and_what_comes_too_late_is_neither() {
    let lost = symptom("link-loses-everything", "contoso/look#1");
    assert_eq!(
        with_fate(&lost, Fate::Lost),
        ["requester > published host: availability: connects to mail.fabrikam.com"]
    );
    let late = symptom("slow-ews", "contoso/look#1");
    assert_eq!(with_fate(&late, Fate::Lost), [""; 0]);
    assert_eq!(
        with_fate(&late, Fate::Late),
        ["target > requester: availability: answer, too late"]
    );
    let rejected = symptom("stale-trust-at-target-autodiscover", "contoso/after#1");
    assert_eq!(
        with_fate(&rejected, Fate::Failed),
        [
            "target > requester: Autodiscover: failed",
            "requester > client: failed: 0 of 1 attendee"
        ]
    );
    let answered = symptom("stale-trust-at-target-autodiscover", "contoso/before#1");
    assert_eq!(with_fate(&answered, Fate::Failed), [""; 0]);
    assert_eq!(answered.decisive, None);
}

#[test]
fn the_decisive_step_is_the_first_that_tells_of_the_failure() {
    for (name, request, role, text, cause) in [
        (
            "dns-autodiscover-record-missing",
            "contoso/look#1",
            Role::Resolver,
            "autodiscover.fabrikam.com does not exist",
            "dns.name-not-found",
        ),
        (
            "stale-trust-at-target-autodiscover",
            "contoso/after#1",
            Role::Target,
            "rejects the token: InvalidTokenFailedValidation",
            "token.signature-unknown",
        ),
        (
            "slow-ews",
            "contoso/look#1",
            Role::Requester,
            "the time is up: availability is not answered",
            "deadline.waiting-for-availability",
        ),
        (
            "default-none-at-target",
            "contoso/look#1",
            Role::Target,
            "ben@fabrikam.com: by relationship `fabrikam -> contoso`: the calendar's Default \
             permission is None",
            "permission.default-none",
        ),
    ] {
        let ladder = symptom(name, request);
        let decisive = ladder.decisive.unwrap_or_else(|| panic!("{name} fails"));
        assert_eq!(decisive.cause.id(), cause, "{name}");
        assert_eq!(ladder.lifelines[decisive.at].role, role, "{name}");
        assert_eq!(ladder.steps[decisive.step].text, text, "{name}");
    }
}

#[test]
fn targets_for_which_there_is_no_room_are_counted_and_the_one_that_failed_first_is_drawn() {
    let run = support::run_file(&root().join("scenarios/teaching/ten-organizations.toml"));
    let request = run.request("contoso/planning#1");
    let ladder = Ladder::of(&run.federation, request, &run.observations);
    let names: Vec<_> = ladder
        .lifelines
        .iter()
        .map(|lifeline| &*lifeline.name)
        .collect();
    assert_eq!(ladder.lifelines.len(), LIFELINES_MAX, "{names:?}");
    // The gateway refused margie's token first; of nine targets three are drawn.
    assert!(
        names.contains(&"margie") && names.contains(&"6 more"),
        "{names:?}"
    );
    let note = ladder.steps.iter().find(|step| {
        matches!(step.what, What::Note { over } if ladder.lifelines[over].role == Role::MoreTargets)
    });
    assert_eq!(
        note.map(|step| &*step.text),
        Some("calls answered: 4, failed: 2")
    );
}

#[test]
fn a_ladder_marks_the_failure_that_it_is_to_explain() {
    let run = support::run_file(&root().join("scenarios/teaching/ten-organizations.toml"));
    let request = run.request("contoso/planning#1");
    let outcomes = run.outcomes(request);
    let mut causes = Vec::new();
    for outcome in outcomes {
        if let AttendeeOutcome::Failed(failure) = outcome {
            let seen = &run.observations;
            let ladder = Ladder::explaining(&run.federation, request, seen, &failure);
            let decisive = ladder.decisive.expect("this failure is one of the request");
            assert_eq!(decisive.cause, failure.cause);
            assert!(ladder.steps[decisive.step].cause.is_some());
            causes.push(failure.cause);
        }
    }
    causes.sort();
    causes.dedup();
    assert!(causes.len() > 3, "{causes:?}");
}

#[test]
fn equal_observations_give_equal_pictures() {
    let draw = || {
        let ladder = symptom(
            "slow-target-and-dead-gateway-leave-local-views",
            "contoso/look#1",
        );
        let caption = caption(&ladder);
        (svg(&ladder, &caption), mermaid::sequence(&ladder, &caption))
    };
    assert_eq!(draw(), draw());
}

#[test]
fn a_caption_of_any_length_and_any_letters_fits() {
    let ladder = symptom("slow-ews", "contoso/look#1");
    let line = "Set-OrganizationRelationship -Identity \"<a> & b\"; # the end ".repeat(12);
    for lines in [0, 1, 5, 60] {
        let caption = Caption {
            title: "a title that is too long for any page ".repeat(9),
            outcome: "]]> an outcome, likewise ".repeat(20),
            cause_lines: vec![line.clone(); lines],
            repair_lines: vec![line.clone(); lines],
        };
        let pages = pages(&ladder, &caption);
        let faults: Vec<_> = pages.iter().flat_map(faults_of).collect();
        assert!(faults.is_empty(), "{lines}: {faults:?}");
        let document = faults_of_document(&svg(&ladder, &caption));
        assert!(document.is_empty(), "{document:?}");
        let sequence = faults_of_sequence(&mermaid::sequence(&ladder, &caption));
        assert!(sequence.is_empty(), "{sequence:?}");
        assert_eq!(slides(&ladder, &caption).len(), pages.len());
    }
}

/// With `FEDSIM_PICTURES` set, the pictures of these scenarios are written below `target/pictures`.
#[test]
fn pictures_are_written_where_somebody_wants_to_look_at_them() {
    let Ok(wanted) = std::env::var("FEDSIM_PICTURES") else {
        return;
    };
    let folder = root().join("target/pictures");
    fs::create_dir_all(&folder).expect("target can be written");
    let mut found = Vec::new();
    scenarios(&root().join("scenarios"), &mut found);
    for path in found {
        let name = path
            .file_stem()
            .expect("a file has a name")
            .to_string_lossy()
            .into_owned();
        if !wanted.split(',').any(|word| word == name) {
            continue;
        }
        for ladder in ladders(&path) {
            let request = ladder.request.replace('/', "_").replace('#', "-");
            let file = folder.join(format!("{name}.{request}"));
            let caption = caption(&ladder);
            for (number, slide) in slides(&ladder, &caption).iter().enumerate() {
                fs::write(
                    file.with_extension(format!("{request}.{number}.svg")),
                    slide,
                )
                .expect("target can be written");
            }
            let text = mermaid::sequence(&ladder, &caption);
            fs::write(file.with_extension(format!("{request}.mmd")), text)
                .expect("target can be written");
        }
    }
}
