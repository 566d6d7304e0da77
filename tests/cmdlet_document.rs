//! docs/cmdlets.md is what the catalog of cmdlets says, and other pages lead to it.

use std::path::{Path, PathBuf};

use fedsim::cmdlet::reference::markdown;

/// The variable that has the page written anew.
const REFRESH: &str = "FEDSIM_REFRESH";

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn the_page_of_cmdlets_is_that_of_the_catalog() {
    let path = page("docs/cmdlets.md");
    if std::env::var_os(REFRESH).is_some() {
        std::fs::write(&path, markdown()).expect("the page can be written");
    }
    let text = std::fs::read_to_string(&path).expect("the page is there");
    assert!(
        text == markdown(),
        "the catalog changed: run `{REFRESH}=1 cargo test --test cmdlet_document` to write the page"
    );
}

#[test]
fn the_page_can_be_found_from_the_others() {
    for (name, link) in [
        ("README.md", "docs/cmdlets.md"),
        ("docs/scenario.md", "cmdlets.md"),
    ] {
        let text = std::fs::read_to_string(page(name)).expect("the page is there");
        assert!(text.contains(link), "{name} does not lead to {link}");
    }
}
