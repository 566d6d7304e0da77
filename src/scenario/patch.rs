//! Changes of a tree: `--set KEY=VALUE` from the command line, and the `set` of faults and time line.
//!
//! It knows no key by name. Invariant: a change uses the keys, kinds and units of the scenario
//! itself; what it does not name stays as it is.

use super::diagnostic::Location;
use super::read;
use super::tree::{Shape, Table, Value};

/// A thing that a change names and the tree does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Its path, such as `org.contoso.server.cas9`.
    pub path: String,
    /// Where the change names it.
    pub location: Option<Location>,
}

/// Lays a change over a tree: tables over tables, every other value in place of the old one.
///
/// A named thing that the tree does not have is added with the defaults of its keys; [`added`] tells
/// which those are.
pub fn overlay(tree: &mut Table, change: &Table) {
    for (key, entry) in change.iter() {
        if let Value::Table(inner) = &entry.value
            && !matches!(inner.shape(), Shape::Shares(_))
            && let Some(Value::Table(below)) = tree.get_mut(key).map(|entry| &mut entry.value)
        {
            overlay(below, inner);
            continue;
        }
        let mut entry = entry.clone();
        if let Value::Table(inner) = entry.value {
            entry.value = Value::Table(read::complete(inner));
        }
        tree.insert(key, change.key_location(key), entry);
    }
}

/// The named things of a change that a tree does not have, in order.
pub fn added(tree: &Table, change: &Table) -> Vec<Added> {
    let mut found = Vec::new();
    added_below(tree, change, &mut Vec::new(), &mut found);
    found
}

fn added_below<'a>(
    tree: &Table,
    change: &'a Table,
    path: &mut Vec<&'a str>,
    found: &mut Vec<Added>,
) {
    for (key, entry) in change.iter() {
        let Value::Table(inner) = &entry.value else {
            continue;
        };
        path.push(key);
        match (tree.get(key).map(|entry| &entry.value), change.shape()) {
            (Some(Value::Table(below)), _) => added_below(below, inner, path, found),
            (None, Shape::Named(_)) => found.push(Added {
                path: read::path_text(path.iter().copied()),
                location: change.key_location(key),
            }),
            _ => {}
        }
        path.pop();
    }
}

/// The text of a `KEY=VALUE` argument as it would stand in a file.
///
/// A value that is not TOML by itself is taken as text, since a shell removes quotes:
/// `run.length=2 h` means `run.length = "2 h"`.
pub fn setting_text(setting: &str) -> String {
    let Some((key, value)) = split(setting) else {
        return setting.to_string();
    };
    let (key, value) = (key.trim(), value.trim());
    if toml::de::DeValue::parse(value).is_ok() && !value.is_empty() {
        return format!("{key} = {value}");
    }
    format!("{key} = {}", quoted(value))
}

/// A text as a TOML string.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            other if other.is_control() => out.push_str(&format!("\\u{:04X}", other as u32)),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// A key as it is written in a header: bare if it can be, else quoted.
pub(super) fn key_text(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match !key.is_empty() && key.chars().all(bare) {
        true => key.to_string(),
        false => quoted(key),
    }
}

/// At the first `=` that is not in quotes.
fn split(setting: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, character) in setting.char_indices() {
        match (quote, character) {
            (None, '=') => return Some((&setting[..at], &setting[at + 1..])),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Instant, Offset, Span};
    use crate::scenario::read::{read, read_with};

    const TEXT: &str = r#"fedsim = 1
[org.contoso]
domains = ["contoso.com"]
calendar_default = { None = "50 %", Reviewer = "50 %" }
[org.contoso.server.cas1]
threads = 4
[fault.f]
from = "+1 min"
until = "+2 min"
[fault.f.set.org.contoso]
calendar_default = "LimitedDetails"
server.cas1.clock_offset = "+6 min"
server.cas2.threads = 2
mailbox.kim.calendar = "missing"
identifier.enabled = false
"#;

    #[test]
    fn a_change_replaces_what_it_names_and_leaves_the_rest() {
        let document = read(TEXT, "x.toml").unwrap_or_else(|found| panic!("{found}"));
        let change = document.tables.table("fault").table("f").table("set");
        let mut tree = document.tables.clone();
        overlay(&mut tree, change);
        let contoso = tree.table("org").table("contoso");
        let cas1 = contoso.table("server").table("cas1");
        assert_eq!(
            cas1.offset("clock_offset"),
            Offset::ahead(Span::from_minutes(6))
        );
        assert_eq!(cas1.integer("threads"), 4);
        let cas2 = contoso.table("server").table("cas2");
        assert_eq!((cas2.integer("threads"), cas2.text("state")), (2, "up"));
        assert_eq!(
            contoso.shares("calendar_default").len(),
            1,
            "shares are replaced as a whole"
        );
        assert!(!contoso.table("identifier").boolean("enabled"));
        assert!(contoso.table("identifier").boolean("exists"));
        let added: Vec<String> = added(&document.tables, change)
            .into_iter()
            .map(|a| a.path)
            .collect();
        assert_eq!(
            added,
            ["org.contoso.server.cas2", "org.contoso.mailbox.kim"]
        );
    }

    #[test]
    fn a_setting_may_leave_out_the_quotes_that_a_shell_removes() {
        for (setting, text) in [
            ("run.length=2 h", "run.length = \"2 h\""),
            ("run.length = \"2 h\"", "run.length = \"2 h\""),
            ("org.a.mailboxes=7", "org.a.mailboxes = 7"),
            ("org.a.domains=[\"a.com\"]", "org.a.domains = [\"a.com\"]"),
            (
                "relationship.\"a -> b\".enabled=false",
                "relationship.\"a -> b\".enabled = false",
            ),
            ("expect.\"x{a=b}\"===", "expect.\"x{a=b}\" = \"==\""),
            ("title=", "title = \"\""),
            ("run.length", "run.length"),
        ] {
            assert_eq!(setting_text(setting), text);
        }
    }

    #[test]
    fn findings_about_a_setting_show_the_setting() {
        let settings = [
            "run.start=2026-01-01T00:00:00Z".into(),
            "run.length=2 hours".to_string(),
        ];
        let found = read_with(TEXT, "x.toml", &settings).expect_err("`hours` is no unit");
        let expected = "error[unknown-unit]: unknown unit `hours` of a span of time
 --> --set:1:17
  |
1 | run.length = \"2 hours\"
  |                 ^^^^^ not a unit
  |
  = help: did you mean `h`? (units: ns, us, ms, s, min, h, d, w)

";
        assert_eq!(found.render_plain(), expected);
        let document = read_with(TEXT, "x.toml", &settings[..1]).unwrap_or_else(|f| panic!("{f}"));
        assert_eq!(document.clock.start, Instant::from_seconds(1_767_225_600));
        let found = read_with(TEXT, "x.toml", &["run.length".into()]).expect_err("no value");
        assert!(found.render_plain().contains("--set:1:"), "{found}");
    }
}
