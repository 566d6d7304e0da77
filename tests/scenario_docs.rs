//! docs/scenario.md: every block of TOML in it is read and compiled, and its key reference is that of
//! the key tables.

use std::path::{Path, PathBuf};

use fedsim::scenario::reference::{BEGIN, END, markdown};
use fedsim::scenario::{Scenario, SideFiles, schema};

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scenario.md")
}

fn text() -> String {
    std::fs::read_to_string(page()).expect("the page is there")
}

/// The page with the key reference of the key tables.
fn with_reference(text: &str) -> String {
    let (before, rest) = text.split_once(BEGIN).expect("the page has the first mark");
    let (_, after) = rest.split_once(END).expect("the page has the second mark");
    format!("{before}{BEGIN}\n\n{}{END}{after}", markdown())
}

/// The blocks of TOML with the line each begins in.
fn blocks(text: &str) -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line) {
            (None, "```toml") => open = Some((index + 2, String::new())),
            (Some(_), "```") => blocks.extend(open.take()),
            (Some((_, block)), line) => block.push_str(&format!("{line}\n")),
            (None, _) => {}
        }
    }
    blocks
}

#[test]
fn every_block_of_toml_is_a_scenario_or_a_part_of_one() {
    let blocks = blocks(&text());
    assert!(blocks.len() >= 6, "{} blocks", blocks.len());
    for (line, block) in blocks {
        // A part is completed by the one key that every scenario needs.
        let whole = block.contains("fedsim = 1");
        let block = if whole {
            block
        } else {
            format!("fedsim = 1\n{block}")
        };
        let files = SideFiles::in_memory([
            ("dns.csv", "ms\n12\n31.5\n"),
            ("sizes.csv", "time,n\n8 ms,5\n1.5 s,1\n"),
            ("net/links.csv", "from,to,km\nberlin,munich,600\n"),
            ("net/sites.csv", "name,city\nberlin,Berlin\nmunich,Munich\n"),
        ]);
        let name = format!("docs/scenario.md, line {line}");
        let found = match Scenario::parse_beside(&block, &name, files) {
            Ok(scenario) => scenario
                .compile()
                .map(|c| c.warnings)
                .unwrap_or_else(|found| found),
            Err(found) => found,
        };
        assert!(found.is_empty(), "{found}");
    }
}

#[test]
fn the_key_reference_is_that_of_the_key_tables() {
    let text = text();
    assert!(
        text == with_reference(&text),
        "the key tables changed: run `cargo test --test scenario_docs -- --ignored` to write the page"
    );
}

#[test]
#[ignore = "writes docs/scenario.md"]
fn write_the_key_reference() {
    std::fs::write(page(), with_reference(&text())).expect("the page can be written");
}

#[test]
fn the_schema_knows_every_key_that_the_page_lists() {
    let schema = schema::schema().to_string();
    let reference = markdown();
    let keys = reference
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let mut count = 0;
    for key in keys {
        assert!(schema.contains(&format!("\"{key}\":")), "{key}");
        count += 1;
    }
    assert!(count > 200, "{count} keys");
}
