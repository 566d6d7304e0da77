//! What can keep a command from succeeding, and the exit code of each.
//!
//! It knows nothing of commands. Invariant: the codes are those of the reference and never change;
//! what the simulated world refuses is no failure of a command.

use std::fmt;
use std::io::IsTerminal;
use std::sync::Mutex;

use fedsim::report::WriteError;
use fedsim::scenario::Diagnostics;

use super::{findings, output};

/// Why a command did not succeed.
#[derive(Debug)]
pub enum Failure {
    /// The arguments make no sense; clap has said so.
    CommandLine,
    /// The arguments make no sense together.
    Usage {
        /// What is wrong.
        message: String,
        /// What to write instead.
        help: String,
    },
    /// Scenarios are invalid.
    Scenario(Diagnostics),
    /// So many sanity laws do not hold: a bug.
    BrokenLaws(usize),
    /// So many of so many expectations failed.
    Expectations(usize, usize),
    /// So many digests or snapshots differ, and nothing else is wrong.
    Differs(usize),
    /// A file or directory could not be read or written.
    InputOutput {
        /// What is wrong.
        message: String,
        /// What to do about it.
        help: Option<String>,
    },
    /// There is nothing to run.
    Nothing {
        /// Why.
        message: String,
        /// What to do about it.
        help: String,
    },
    /// The user interrupted it.
    Interrupted,
    /// It has been told already; this is its exit code.
    Told(u8),
}

impl Failure {
    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::CommandLine | Failure::Usage { .. } => 2,
            Failure::Scenario(found) if is_about_files(found) => 8,
            Failure::Scenario(_) => 3,
            Failure::BrokenLaws(_) => 1,
            Failure::Expectations(..) => 4,
            Failure::Differs(_) => 6,
            Failure::InputOutput { .. } => 8,
            Failure::Nothing { .. } => 9,
            Failure::Interrupted => 130,
            Failure::Told(code) => *code,
        }
    }

    /// Tells it on stderr.
    pub fn tell(&self) {
        match self {
            Failure::CommandLine | Failure::Told(_) => {}
            Failure::Scenario(found) => findings::tell(found),
            Failure::Usage { message, help } | Failure::Nothing { message, help } => {
                output::error(message, Some(help));
            }
            Failure::InputOutput { message, help } => output::error(message, help.as_deref()),
            Failure::BrokenLaws(broken) => output::error(
                &format!(
                    "{broken} sanity laws do not hold: this is a bug of fedsim, not of your scenario"
                ),
                Some("please report it with the scenario; the results are not to be trusted"),
            ),
            Failure::Expectations(failed, all) => {
                output::error(&format!("{failed} of {all} expectations failed"), None);
            }
            Failure::Differs(count) => {
                let message = match count {
                    1 => "a digest or snapshot differs".to_owned(),
                    many => format!("{many} digests or snapshots differ"),
                };
                let help = "if that is meant, `fedsim test --update FILE` writes them anew";
                output::error(&message, Some(help));
            }
            Failure::Interrupted => output::error("interrupted; nothing was written", None),
        }
    }
}

/// Whether the file could not be read at all.
pub fn is_about_files(found: &Diagnostics) -> bool {
    found.iter().any(|finding| finding.code == "io")
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Failure {
        let help = match &error {
            WriteError::OtherInputs(_) => {
                Some("write elsewhere with -o DIR, or replace them with --force")
            }
            WriteError::NotResults(_) => Some("write elsewhere with -o DIR"),
            WriteError::Busy(_) => Some("wait for it, or write elsewhere with -o DIR"),
            WriteError::Io(..) => None,
        };
        Failure::InputOutput {
            message: error.to_string(),
            help: help.map(str::to_owned),
        }
    }
}

/// What is being done, for the message of a panic.
static CONTEXT: Mutex<Option<String>> = Mutex::new(None);

/// Says what is being done: the command that does it again.
pub fn set_context(context: impl fmt::Display) {
    if let Ok(mut held) = CONTEXT.lock() {
        *held = Some(context.to_string());
    }
}

/// Lets a panic end the program with exit code 1 and a message that it is a bug.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let mut lines = vec![
            "fedsim: internal error. This is a bug in fedsim, not in your scenario.".to_owned(),
            format!("  {panic}").replace('\n', "\n  "),
            format!("  version {}", env!("CARGO_PKG_VERSION")),
        ];
        if let Ok(Some(context)) = CONTEXT.try_lock().as_deref() {
            lines.push(format!("  {context}"));
        }
        lines.push("Please report it with the scenario.".to_owned());
        // A progress bar may be on the line.
        let start = if std::io::stderr().is_terminal() {
            "\r"
        } else {
            ""
        };
        output::note(&format!("{start}{}", lines.join("\n")));
        std::process::exit(1);
    }));
}
