//! Ladders of all requests of the teaching scenarios and of the documented symptoms, as pictures.
//!
//! It knows no rule of the model and no measure of a page but its size. Invariant: what it holds against a
//! picture, it holds against every picture.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fedsim::diagnosis::ladder::{LIFELINES_MAX, Ladder};
use fedsim::model::observation::{Observation, RequestIdentity};
use fedsim::report::ladder::layout::{Frame, HEIGHT, Page, Shape, Stroke, TEXT, WIDTH, pages};
use fedsim::report::ladder::measure::width;
use fedsim::report::ladder::{Caption, slides};
use fedsim::report::mermaid;
use support::Run;

/// The scenarios whose requests are drawn.
const FOLDERS: &[&str] = &["scenarios/teaching", "scenarios/regression/symptoms"];

/// Of a scenario with more requests than these, so many are drawn that failed and that did not.
const REQUESTS_MAX: usize = 40;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn scenarios(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap();
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
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
    let all = all
        .iter()
        .map(|(&request, seen)| Ladder::of(&run.federation, request, seen));
    let (failed, answered): (Vec<_>, Vec<_>) = all.partition(|ladder| ladder.decisive.is_some());
    let few = |ladders: Vec<Ladder>| ladders.into_iter().take(REQUESTS_MAX);
    few(failed).chain(few(answered)).collect()
}

/// A caption as long as real ones are.
fn caption(ladder: &Ladder) -> Caption {
    let mut caption = Caption::of(ladder);
    if let Some(decisive) = ladder.decisive {
        let row = decisive.cause.row();
        caption.cause_lines = vec![format!("{}: {}", row.id, row.text)];
        caption.repair_lines = vec![row.repair.to_owned()];
    }
    caption
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
            if let Shape::Line { from, to, stroke } = *shape
                && stroke != Stroke::Lifeline
            {
                let line = Frame {
                    x: from.0.min(to.0),
                    y: from.1.min(to.1) - 1,
                    width: (from.0 - to.0).abs(),
                    height: (from.1 - to.1).abs() + 2,
                };
                if frame.meets(&line) {
                    faults.push(format!("a line goes through `{}`", text.text));
                }
            }
        }
    }
    faults
}

#[test]
fn no_two_texts_of_any_picture_overlap_and_none_leaves_its_page() {
    let mut found = Vec::new();
    for folder in FOLDERS {
        scenarios(&root().join(folder), &mut found);
    }
    let (mut pictures, mut faults) = (0, Vec::new());
    for path in found {
        for ladder in ladders(&path) {
            pictures += 1;
            assert!(
                ladder.lifelines.len() <= LIFELINES_MAX,
                "{}",
                ladder.request
            );
            for page in pages(&ladder, &caption(&ladder)) {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let of_page = faults_of(&page).into_iter();
                faults.extend(of_page.map(|fault| format!("{name} {}: {fault}", ladder.request)));
            }
        }
    }
    assert!(pictures > 300, "{pictures}");
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults[..faults.len().min(40)].join("\n")
    );
}

/// With `FEDSIM_PICTURES` set, the pictures of these scenarios are written below `target/pictures`.
#[test]
fn pictures_are_written_where_somebody_wants_to_look_at_them() {
    let Ok(wanted) = std::env::var("FEDSIM_PICTURES") else {
        return;
    };
    let folder = root().join("target/pictures");
    fs::create_dir_all(&folder).unwrap();
    let mut found = Vec::new();
    scenarios(&root().join("scenarios"), &mut found);
    for path in found {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
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
                .unwrap();
            }
            let text = mermaid::sequence(&ladder, &caption);
            fs::write(file.with_extension(format!("{request}.mmd")), text).unwrap();
        }
    }
}
