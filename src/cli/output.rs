//! Writing to stdout and stderr.
//!
//! It knows nothing of what is written. Invariant: a reader who closes the pipe has had enough, which
//! is no failure; whatever else keeps a result from being written is one.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::Failure;

/// Writes a result to stdout.
pub fn result(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    finished(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Writes a result to stdout as JSON, with a line feed at its end.
pub fn json<T: Serialize>(value: &T) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(value).expect("results have only text keys");
    text.push('\n');
    result(&text)
}

/// What became of writing to stdout.
pub fn finished(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::InputOutput {
            message: format!("cannot write to standard output: {error}"),
            help: None,
        }),
        _ => Ok(()),
    }
}

/// Writes a remark to stderr. There is nobody to tell if that fails.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Writes an error to stderr.
pub fn error(message: &str, help: Option<&str>) {
    let (red, cyan, reset) = if is_coloured() {
        ("\x1b[1;91m", "\x1b[1;96m", "\x1b[0m")
    } else {
        ("", "", "")
    };
    let help = help.map_or(String::new(), |help| {
        format!("\n  = {cyan}help{reset}: {help}")
    });
    note(&format!("{red}error{reset}: {message}{help}"));
}

/// Whether stderr shows colours: a terminal, unless the user has said no (no-color.org).
pub fn is_coloured() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !refused
}
