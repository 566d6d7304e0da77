//! The progress of a run or a suite: a bar on a terminal, and Ctrl-C.
//!
//! It knows nothing of what is simulated. Invariant: neither the bar nor its absence changes a result,
//! and where stderr is no terminal not a byte of it is written.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use fedsim::engine::{Continue, Instant};
use fedsim::model::Federation;
use fedsim::record::naming::instant_minute;
use fedsim::study::work::{PARTS, Work};

/// Shows how far a run is, and ends it when the user asks for it.
pub struct Progress<'f> {
    bar: ProgressBar,
    work: Work<'f>,
    interrupted: Arc<AtomicBool>,
}

/// Before this share of the work is done, what is left of it is anybody's guess.
const TELLING: u64 = PARTS / 100;

/// Before so much time has passed, as well.
const TELLING_AFTER: Duration = Duration::from_secs(2);

impl<'f> Progress<'f> {
    /// The progress of a run of this federation.
    pub fn new(federation: &'f Federation) -> Progress<'f> {
        Progress {
            bar: bar(PARTS, "{percent:>3} % {wide_bar} {elapsed}  {msg}"),
            work: Work::of(federation),
            interrupted: listen(),
        }
    }

    /// Takes note of how far the run is; says whether it goes on.
    pub fn at(&self, at: Instant, events: u64) -> Continue {
        if self.interrupted.load(Ordering::Relaxed) {
            return Continue::No;
        }
        if !self.bar.is_hidden() {
            let done = self.work.done_before(at);
            let left = left(self.bar.elapsed(), done);
            self.bar.set_position(done);
            self.bar
                .set_message(format!("{} {left}, {events} events", instant_minute(at)));
        }
        Continue::Yes
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// Shows how many scenarios of a suite are done, and ends it when the user asks for it.
pub struct SuiteProgress {
    bar: ProgressBar,
    interrupted: Arc<AtomicBool>,
}

impl SuiteProgress {
    /// The progress of so many scenarios.
    pub fn new(scenarios: usize) -> SuiteProgress {
        let bar = bar(scenarios as u64, "{pos}/{len} {wide_bar} {elapsed}  {msg}");
        SuiteProgress {
            bar,
            interrupted: listen(),
        }
    }

    /// Whether the user has not asked for an end.
    pub fn goes_on(&self) -> bool {
        !self.interrupted.load(Ordering::Relaxed)
    }

    /// A scenario is begun.
    pub fn begun(&self, path: &Path) {
        if !self.bar.is_hidden() {
            self.bar.set_message(path.display().to_string());
        }
    }

    /// One is done.
    pub fn done(&self) {
        self.bar.inc(1);
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// A bar on a terminal, and nothing elsewhere.
fn bar(length: u64, template: &str) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(length), target);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// How long the rest takes if it goes on as so far. Work is not spread evenly over requests, so it is
/// said to be about that, in steps that a person believes.
fn left(elapsed: Duration, done: u64) -> String {
    if done < TELLING || elapsed < TELLING_AFTER {
        return "(time left: not known yet)".to_owned();
    }
    let rest = elapsed.as_secs_f64() * (PARTS - done) as f64 / done as f64;
    let seconds = rest as u64;
    match seconds {
        0..=9 => "(a few seconds left)".to_owned(),
        10..=89 => format!("(about {} s left)", seconds.div_ceil(10) * 10),
        90..=5_399 => format!("(about {} min left)", seconds.div_ceil(60)),
        _ => format!("(about {} h left)", seconds.div_ceil(3_600)),
    }
}

/// A flag that the first Ctrl-C sets; the second one ends the program at once.
fn listen() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&flag);
    // Without a handler Ctrl-C still ends the program, only less orderly.
    let _ = ctrlc::set_handler(move || {
        if set.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    flag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_in_steps_and_not_too_early() {
        let after = Duration::from_secs;
        for (elapsed, done, told) in [
            (after(1), PARTS / 2, "(time left: not known yet)"),
            (after(60), PARTS / 1_000, "(time left: not known yet)"),
            (after(60), PARTS / 2, "(about 60 s left)"),
            (after(60), PARTS / 10, "(about 9 min left)"),
            (after(3_600), PARTS / 4, "(about 3 h left)"),
            (after(60), PARTS, "(a few seconds left)"),
        ] {
            assert_eq!(left(elapsed, done), told, "{elapsed:?} {done}");
        }
    }
}
