//! The progress of a run: a bar on a terminal, and Ctrl-C.
//!
//! It knows nothing of what is simulated. Invariant: neither the bar nor its absence changes a result.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use fedsim::engine::{Continue, Instant};

/// Shows how far a run is, and ends it when the user asks for it.
pub struct Progress {
    bar: ProgressBar,
    start: Instant,
    interrupted: Arc<AtomicBool>,
}

impl Progress {
    /// The progress of a run from one instant to another.
    pub fn new(start: Instant, end: Instant) -> Progress {
        let length = end.since(start).nanoseconds() / 1_000_000;
        let is_shown = std::io::stderr().is_terminal();
        let target = if is_shown {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        let template = "{percent:>3} % {wide_bar} {elapsed} of about {duration}  {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Progress {
            bar,
            start,
            interrupted: listen(),
        }
    }

    /// Takes note of how far the run is; says whether it goes on.
    pub fn at(&self, at: Instant, events: u64) -> Continue {
        if self.interrupted.load(Ordering::Relaxed) {
            return Continue::No;
        }
        if !self.bar.is_hidden() {
            self.bar
                .set_position(at.since(self.start).nanoseconds() / 1_000_000);
            self.bar.set_message(format!("{events} events"));
        }
        Continue::Yes
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
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
