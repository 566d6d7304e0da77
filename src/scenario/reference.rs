//! The key reference as Markdown, from the key tables.
//!
//! It knows no key by name. Invariant: the marked section of docs/scenario.md is its output; a test
//! holds them equal.

use super::keys::{Kind, NamedTable, Object, Presence, SCENARIO};

/// Before the generated section of docs/scenario.md.
pub const BEGIN: &str = "<!-- key reference: begin (generated from the key tables) -->";
/// After it.
pub const END: &str = "<!-- key reference: end -->";

/// The reference of all keys.
pub fn markdown() -> String {
    let mut out = String::new();
    section(&mut out, &SCENARIO, &[]);
    out
}

/// A heading, what the object is, its keys, and the objects below it.
fn section(out: &mut String, object: &'static Object, path: &[String]) {
    let heading = match path {
        [] => "The top of the file".to_string(),
        path => format!("`[{}]`", path.join(".")),
    };
    out.push_str(&format!("### {heading}\n\n{}\n\n", object.doc));
    out.push_str("| key | value | if absent | meaning |\n| --- | --- | --- | --- |\n");
    for key in object.keys {
        let cells = [
            format!("`{}`", key.name),
            kind_text(&key.kind),
            absence(&key.kind, &key.presence),
            key.doc.to_string(),
        ];
        out.push_str(&format!(
            "| {} |\n",
            cells.map(|cell| cell.replace('|', "\\|")).join(" | ")
        ));
    }
    out.push('\n');
    for key in object.keys {
        let mut path = path.to_vec();
        path.push(key.name.to_string());
        match &key.kind {
            Kind::Table(below) => section(out, below, &path),
            Kind::Tables(below) => {
                let last = path.pop().unwrap_or_default();
                path.push(format!("[{last}]"));
                section(out, below, &path);
            }
            Kind::Named(NamedTable {
                value: Kind::Table(below),
                names,
                ..
            }) => {
                let quoted = names.word().contains(' ') || names.word() != "NAME";
                path.push(if quoted {
                    format!("\"{}\"", names.word())
                } else {
                    "NAME".into()
                });
                section(out, below, &path);
            }
            _ => {}
        }
    }
}

/// What a value is, in words.
pub fn kind_text(kind: &Kind) -> String {
    match kind {
        Kind::Boolean => "`true` or `false`".into(),
        Kind::Count { min, max } if min == max => format!("`{min}`"),
        Kind::Count { min, max: u64::MAX } => format!("whole number, {min} or more"),
        Kind::Count { min, max } => format!("whole number, {min} to {max}"),
        Kind::Text => "text".into(),
        Kind::Name => "name".into(),
        Kind::Domain => "domain".into(),
        Kind::Host => "host name".into(),
        Kind::TlsName => "host name, or `*.` and a domain".into(),
        Kind::Address => "SMTP address".into(),
        Kind::Url => "URL".into(),
        Kind::UrlOrBlank => "URL or blank".into(),
        Kind::OneOf(words) => words
            .iter()
            .map(|word| format!("`\"{word}\"`"))
            .collect::<Vec<_>>()
            .join(", "),
        Kind::Version => "version of Exchange".into(),
        Kind::Span { .. } => "span".into(),
        Kind::Offset => "signed span".into(),
        Kind::Instant => "instant".into(),
        Kind::AbsoluteInstant => "absolute instant".into(),
        Kind::Share => "share".into(),
        Kind::Rate => "rate".into(),
        Kind::Size => "size".into(),
        Kind::Bandwidth => "bandwidth".into(),
        Kind::Distribution => "distribution".into(),
        Kind::Zone => "time zone".into(),
        Kind::Coordinates => "coordinates".into(),
        Kind::File => "path".into(),
        Kind::List(element) => format!("list of: {}", kind_text(element)),
        Kind::Table(_) => "table".into(),
        Kind::Tables(_) => "list of tables".into(),
        Kind::Named(NamedTable {
            value: Kind::Table(_),
            names,
            ..
        }) => {
            format!("tables by {}", names.word())
        }
        Kind::Named(named) => format!("by {}: {}", named.names.word(), kind_text(&named.value)),
        Kind::Shares(words) => {
            format!(
                "{}; or a table of shares of them",
                kind_text(&Kind::OneOf(words))
            )
        }
        Kind::Weights(kind) => {
            format!("{}; or a table of shares of such", kind_text(kind))
        }
        Kind::Counts { min, max } => {
            format!("whole number, {min} to {max}; or a distribution of such")
        }
        Kind::Part(object) => format!("keys of {}", article(object.name)),
        Kind::Set => "keys of the scenario".into(),
        Kind::Expectations => "metric to condition".into(),
    }
}

fn article(noun: &str) -> String {
    match noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => format!("an {noun}"),
        false => format!("a {noun}"),
    }
}

/// What holds if a key is absent.
pub fn absence(kind: &Kind, presence: &Presence) -> String {
    match presence {
        Presence::Required => "**required**".into(),
        Presence::Default(_, _) if matches!(kind, Kind::Table(_)) => "its defaults".into(),
        Presence::Default("{}" | "[]", _) => "none".into(),
        Presence::Default(text, evidence) => format!("`{text}` ({})", evidence.tag()),
        Presence::Derived(how) => format!("derived: {how}"),
        Presence::Optional(means) => (*means).into(),
    }
}
