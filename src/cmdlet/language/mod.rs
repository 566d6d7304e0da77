//! The administrators' language: an honest subset of PowerShell, from text to a tree.
//!
//! It knows no cmdlets. Invariant: whatever a text holds, it either means what PowerShell means by it or
//! is a finding with its place; nothing is skipped in silence, and time grows with the text's length.

mod commands;
mod cursor;
mod expression;
mod filters;
mod parser;
mod skipping;
pub mod syntax;
#[cfg(test)]
pub(crate) mod tests;
mod words;

use super::finding::{Finding, Findings, Place};
pub(crate) use filters::NAMES as FILTERS;
use parser::Parser;
use syntax::Script;

/// The longest script that is read, in bytes.
pub const TEXT_MAX: usize = 1 << 20;

/// Reads a script. With findings, the script holds what could be read in spite of them.
pub fn parse(text: &str) -> (Script, Findings) {
    let mut findings = Findings::default();
    if text.len() > TEXT_MAX {
        let message = format!("a script of {} bytes is too long", text.len());
        let finding = Finding::new(Place::new(0..0), "too-long", message);
        findings.push(finding.help(format!("{TEXT_MAX} bytes are the most; divide it")));
        return (Script::default(), findings);
    }
    let (mut script, mut findings) = Parser::new(text).script();
    findings.sort();
    text.clone_into(&mut script.text);
    (script, findings)
}
