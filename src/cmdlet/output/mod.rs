//! What the shell shows of a result: property by property, or in columns, and its messages.
//!
//! It knows no cmdlets beyond the columns that are usual for some types. Invariant: the same objects give
//! the same text, and every property that is shown stands on a line that begins with its name, or in a
//! column under it.

mod error;
mod json;
mod list;
mod table;

pub use error::ErrorRecord;
pub use json::json;
pub use list::list;
pub use table::table;

use super::date;
use super::language::syntax::Shape;
use super::value::{Object, Value, is_like};
use crate::engine::Offset;

/// How wide the shell is, and in which zone it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Characters a line.
    pub width: usize,
    /// Which zone dates are shown in.
    pub zone: Offset,
}

impl Default for Style {
    /// Source: the width at which the published listings are wrapped.
    fn default() -> Style {
        Style {
            width: 120,
            zone: Offset::ZERO,
        }
    }
}

/// Items of a list that are shown; the rest is three points.
///
/// Source: `$FormatEnumerationLimit` of the Exchange Management Shell, observed.
const ITEMS_MAX: usize = 16;

/// Properties up to which an object is shown in columns if nothing else is known of its type.
///
/// Source: PowerShell's default formatting (docs).
const COLUMNS_MAX: usize = 4;

/// The columns that are usual for a type; none: property by property.
const VIEWS: &[(&str, &[&str])] = &[
    (
        "ExchangeCertificate",
        &["Thumbprint", "Services", "Subject"],
    ),
    (
        "FederationTrust",
        &["Name", "ApplicationIdentifier", "ApplicationUri"],
    ),
    ("ClientAccessServer", &["Name"]),
    (
        "WebServicesVirtualDirectory",
        &["Name", "Server", "InternalUrl"],
    ),
    (
        "AutodiscoverVirtualDirectory",
        &["Name", "Server", "InternalUrl"],
    ),
    ("SharingPolicy", &["Name", "Domains", "Enabled", "Default"]),
    (
        "Mailbox",
        &["Name", "Alias", "ServerName", "ProhibitSendQuota"],
    ),
    (
        "MailboxFolderPermission",
        &["FolderName", "User", "AccessRights"],
    ),
    ("FederationTrustTestResult", &[]),
    ("OrganizationRelationshipTestResult", &[]),
    ("FederatedDomainProof", &[]),
    ("FederationInformation", &[]),
];

/// What the shell shows of values that nobody gave a shape.
pub fn shown(values: &[Value], style: Style) -> String {
    let mut text = String::new();
    let mut rest = values;
    while let Some(first) = rest.first() {
        let Value::Object(object) = first else {
            text.push_str(&cell(first, style.zone));
            text.push('\n');
            rest = &rest[1..];
            continue;
        };
        let objects: Vec<&Object> = rest.iter().map_while(Value::as_object).collect();
        rest = &rest[objects.len()..];
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&usual(object, &objects, style));
    }
    text
}

/// Objects in a shape, with the properties that fit the patterns or with those that are usual.
pub fn formatted(values: &[Value], shape: Shape, patterns: &[&str], style: Style) -> String {
    let objects: Vec<&Object> = values.iter().filter_map(Value::as_object).collect();
    let Some(first) = objects.first() else {
        return shown(values, style);
    };
    match (shape, patterns) {
        (Shape::List, patterns) => list(&objects, patterns, style),
        (Shape::Table, []) => {
            let usual = view(first).filter(|columns| !columns.is_empty());
            let columns: Vec<&str> = match usual {
                Some(columns) => columns.to_vec(),
                None => first.properties().map(|(name, _)| name).collect(),
            };
            table(&objects, &columns, style)
        }
        (Shape::Table, patterns) => table(&objects, &names(first, patterns), style),
    }
}

/// A warning's line.
pub fn warning(message: &str) -> String {
    format!("WARNING: {message}\n")
}

/// The line of a step that only `-Verbose` shows.
pub fn verbose(message: &str) -> String {
    format!("VERBOSE: {message}\n")
}

/// An object with only the properties that fit the patterns.
pub fn selected(object: &Object, patterns: &[&str]) -> Object {
    let mut kept = Object::new(format!("Selected.{}", object.type_name()));
    for name in names(object, patterns) {
        let value = object.get(name).cloned().unwrap_or_default();
        let written = object
            .properties()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        kept.set(written.map_or(name, |(known, _)| known), value);
    }
    kept
}

fn usual(first: &Object, objects: &[&Object], style: Style) -> String {
    match view(first) {
        Some([]) => list(objects, &[], style),
        Some(columns) => table(objects, columns, style),
        None if first.properties().len() <= COLUMNS_MAX => {
            let columns: Vec<&str> = first.properties().map(|(name, _)| name).collect();
            table(objects, &columns, style)
        }
        None => list(objects, &[], style),
    }
}

fn view(object: &Object) -> Option<&'static [&'static str]> {
    let known = VIEWS.iter().find(|(name, _)| *name == object.type_name());
    known.map(|(_, columns)| *columns)
}

/// The properties that fit the patterns, in the patterns' order; a plain name that is none is kept.
fn names<'a>(object: &'a Object, patterns: &[&'a str]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    let mut add = |name: &'a str| {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name);
        }
    };
    for pattern in patterns {
        if pattern.contains(['*', '?']) {
            let fitting = object.properties().map(|(name, _)| name);
            fitting
                .filter(|name| is_like(name, pattern))
                .for_each(&mut add);
        } else {
            let known = object.properties().map(|(name, _)| name);
            let mut known = known.filter(|name| name.eq_ignore_ascii_case(pattern));
            add(known.next().unwrap_or(pattern));
        }
    }
    names
}

/// A property's value. Names that end in `UTC` say what zone their dates are in.
fn property(name: &str, value: &Value, zone: Offset) -> String {
    let zone = if name.ends_with("UTC") {
        Offset::ZERO
    } else {
        zone
    };
    cell(value, zone)
}

fn cell(value: &Value, zone: Offset) -> String {
    match value {
        Value::Date(instant) => date::shown(*instant, zone),
        Value::List(items) => {
            let shown: Vec<String> = items
                .iter()
                .take(ITEMS_MAX)
                .map(|it| cell(it, zone))
                .collect();
            let rest = if items.len() > ITEMS_MAX { "..." } else { "" };
            format!("{{{}{rest}}}", shown.join(", "))
        }
        other => other.to_text(zone),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(name: &str) -> Value {
        Object::new("ClientAccessServer")
            .with("Name", name)
            .with("Site", "Berlin")
            .into()
    }

    #[test]
    fn a_type_is_shown_as_is_usual_for_it() {
        let servers = [server("cas1"), server("cas10")];
        assert_eq!(
            shown(&servers, Style::default()),
            "Name\n----\ncas1\ncas10\n"
        );
        let texts = ["a".into(), Value::Boolean(true)];
        assert_eq!(shown(&texts, Style::default()), "a\nTrue\n");
        let table = formatted(&servers, Shape::Table, &["site", "n*"], Style::default());
        assert_eq!(
            table,
            "Site   Name\n----   ----\nBerlin cas1\nBerlin cas10\n"
        );
    }

    #[test]
    fn selected_properties_come_in_the_order_of_their_patterns() {
        let object = Object::new("X")
            .with("AAuth", 1)
            .with("Name", "n")
            .with("BAuth", 2);
        let kept = selected(&object, &["name", "*AUTH*", "Other"]);
        let names: Vec<&str> = kept.properties().map(|(name, _)| name).collect();
        assert_eq!(names, ["Name", "AAuth", "BAuth", "Other"]);
        assert_eq!(kept.get("Other"), Some(&Value::Null));
    }

    #[test]
    fn a_long_list_ends_in_points() {
        let many = Value::texts((0..17).map(|n| n.to_string()));
        let text = cell(&many, Offset::ZERO);
        assert!(text.ends_with("14, 15...}"), "{text}");
    }

    #[test]
    fn messages_have_their_heads() {
        assert_eq!(warning("Mind."), "WARNING: Mind.\n");
        assert_eq!(verbose("Step."), "VERBOSE: Step.\n");
    }
}
