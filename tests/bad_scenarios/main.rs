//! Bad scenarios: what a person gets to read, compared to the letter.
//!
//! A case that differs prints what came out; if that is better, it is copied into the table.

mod bytes;
mod keys;
mod mutations;
mod names;
mod network;
mod scripts;
mod shared;
mod syntax;
mod values;

use fedsim::scenario::read;

/// A text and all that is found about it.
pub struct Case {
    /// What is wrong, in words.
    pub about: &'static str,
    /// The scenario.
    pub text: &'static str,
    /// Its diagnostics, as they are rendered without colours.
    pub diagnostics: &'static str,
}

fn check(cases: &[Case]) {
    let mut different = Vec::new();
    for case in cases {
        let found = match read(case.text, "bad.toml") {
            Ok(document) => format!("no error\n{}", document.warnings),
            Err(found) => found.render_plain(),
        };
        if found != case.diagnostics {
            different.push(format!("{}\n{found}", case.about));
        }
    }
    assert!(
        different.is_empty(),
        "{} cases:\n\n{}",
        different.len(),
        different.join("\n\n")
    );
}

#[test]
fn text_that_is_not_toml_is_shown_with_its_place_and_a_remedy() {
    check(syntax::CASES);
}

#[test]
fn unknown_and_missing_keys_are_all_reported_at_once_with_what_was_probably_meant() {
    check(keys::CASES);
}

#[test]
fn a_bad_value_is_shown_with_what_it_must_be() {
    check(values::CASES);
}

#[test]
fn a_bad_name_is_shown_with_what_names_look_like() {
    check(names::CASES);
}

#[test]
fn a_bad_file_place_or_distribution_is_shown_with_what_it_should_be() {
    check(network::CASES);
}

#[test]
fn a_bad_workload_of_shared_calendars_is_shown_with_what_it_must_be() {
    check(shared::CASES);
}
