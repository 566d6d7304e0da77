//! `fedsim explain`: what does this cause, code, key, metric, label or cmdlet mean.
//!
//! It knows no entry of any table. Invariant: everything that a message or a report names can be
//! asked for.

use serde_json::{Value, json};

use fedsim::cmdlet::catalog::{cmdlet, cmdlets, not_modelled};
use fedsim::cmdlet::reference::text as cmdlet_text;
use fedsim::model::cause::{CAUSES, CauseRow, Shown};
use fedsim::model::outcome::ResponseCode;
use fedsim::record::measure::{Label, METRICS, nearest};
use fedsim::report::causes;
use fedsim::scenario::keys::{Key, Kind, NameKind, Object, SCENARIO};
use fedsim::scenario::reference::{absence, kind_text};

use super::{Failure, Format, output};

/// Explain a cause of failure, a response code, a key of the scenario, a metric, a label or a cmdlet
#[derive(Debug, clap::Args)]
pub struct Explain {
    /// E.g. `token.signature-unknown`, `5037`, `org.fabrikam.exchange`, `latency.p99`,
    /// `Test-FederationTrust`; lists all causes if it is left out
    #[arg(value_name = "CAUSE|KEY|CMDLET")]
    what: Option<String>,
    /// In what form it is told
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// One thing that can be asked for.
struct Entry {
    kind: &'static str,
    name: String,
    text: String,
    /// The same as data, for what has more than a text.
    data: Option<Value>,
}

/// Carries out the command.
pub fn explain(arguments: &Explain) -> Result<(), Failure> {
    let Some(what) = &arguments.what else {
        return list(arguments.format);
    };
    let entries = find(what);
    if entries.is_empty() {
        return Err(unknown(what));
    }
    match arguments.format {
        Format::Text => {
            let texts: Vec<_> = entries.iter().map(|entry| entry.text.trim_end()).collect();
            output::result(&format!("{}\n", texts.join("\n\n")))
        }
        Format::Json => {
            let row = |entry: &Entry| {
                let mut row = json!({ "kind": entry.kind, "name": entry.name, "text": entry.text.trim_end() });
                if let Some(data) = &entry.data {
                    row[entry.kind] = data.clone();
                }
                row
            };
            let rows: Vec<Value> = entries.iter().map(row).collect();
            output::json(&json!({ "format": 1, "entries": rows }))
        }
    }
}

fn list(format: Format) -> Result<(), Failure> {
    match format {
        Format::Text => {
            let lines = CAUSES
                .iter()
                .map(|row| format!("{:<46} {}\n", row.id, row.text));
            output::result(&lines.collect::<String>())
        }
        Format::Json => {
            let rows: Vec<Value> = CAUSES.iter().map(causes::json).collect();
            output::json(&json!({ "format": 1, "causes": rows }))
        }
    }
}

fn find(what: &str) -> Vec<Entry> {
    let causes = CAUSES.iter().filter(|row| row.id == what).map(|row| Entry {
        kind: "cause",
        name: row.id.to_owned(),
        text: causes::text(row),
        data: Some(causes::json(row)),
    });
    let metrics = METRICS.iter().filter(|metric| metric.name == what).map(|metric| {
        let labels: Vec<_> = metric.labels().iter().map(|label| label.word()).collect();
        let of = if metric.denominator.is_empty() { "-" } else { metric.denominator };
        Entry {
            kind: "metric",
            name: metric.name.to_owned(),
            text: format!(
                "{}: {}\n\n  of          {of}\n  leaves out  {}\n  expected    {}\n  labels      {}\n",
                metric.name,
                metric.definition,
                metric.leaves_out,
                metric.kind().example(),
                labels.join(", ")
            ),
 data: None,
}
    });
    let labels = Label::ALL
        .iter()
        .filter(|label| label.word() == what)
        .map(|label| Entry {
            kind: "label",
            name: label.to_string(),
            text: format!("{label} (a label of metrics): {}\n", label.meaning()),
            data: None,
        });
    let mut entries: Vec<_> = causes.chain(metrics).chain(labels).collect();
    entries.extend(code(what));
    entries.extend(keys(what));
    entries.extend(command(what));
    entries
}

/// A response code by number or name, with the causes that always show it.
fn code(what: &str) -> Option<Entry> {
    let mut all = ResponseCode::ALL.iter();
    let code = all.find(|code| code.number().to_string() == what || code.name() == what)?;
    let shows = |row: &&CauseRow| row.shown == Shown::Always(*code);
    let causes: Vec<_> = CAUSES
        .iter()
        .filter(shows)
        .map(|row| format!("  {}", row.id))
        .collect();
    let by = match causes.is_empty() {
        true => "shown by: causes that show what the leg says; see `fedsim explain`".to_owned(),
        false => format!("always shown by:\n{}", causes.join("\n")),
    };
    Some(Entry {
        kind: "code",
        name: code.to_string(),
        text: format!("{code}\n\n{by}\n"),
        data: None,
    })
}

/// A cmdlet, or a command that administrators know and that is refused here, whatever its case.
fn command(what: &str) -> Option<Entry> {
    if let Some(found) = cmdlet(what) {
        return Some(Entry {
            kind: "cmdlet",
            name: found.name.to_owned(),
            text: cmdlet_text(found),
            data: None,
        });
    }
    let help = not_modelled(what)?;
    Some(Entry {
        kind: "command",
        name: what.to_owned(),
        text: format!("{what}: not modelled, and refused in scripts; {help}\n"),
        data: None,
    })
}

/// Keys of the scenario by path, names standing for any; or by their last part alone.
fn keys(what: &str) -> Vec<Entry> {
    let wanted = parts(what);
    let mut found = Vec::new();
    visit(&SCENARIO, &mut Vec::new(), &mut |path, key| {
        let is_path = path.len() == wanted.len()
            && path
                .iter()
                .zip(&wanted)
                .all(|(part, word)| part.matches(word));
        let is_last = wanted.len() == 1 && wanted[0] == key.name;
        if is_path || is_last {
            found.push(key_entry(path, key));
        }
    });
    found
}

/// A part of a path to a key.
enum Part {
    Key(&'static str),
    Name(NameKind),
}

impl Part {
    fn matches(&self, word: &str) -> bool {
        match self {
            Part::Key(key) => *key == word,
            Part::Name(_) => true,
        }
    }

    fn text(&self) -> String {
        match self {
            Part::Key(key) => (*key).to_owned(),
            Part::Name(NameKind::Name) => "NAME".to_owned(),
            Part::Name(kind) => format!("\"{}\"", kind.word()),
        }
    }
}

fn key_entry(path: &[Part], key: &Key) -> Entry {
    let path: Vec<_> = path.iter().map(Part::text).collect();
    let name = path.join(".");
    let (kind, absent) = (kind_text(&key.kind), absence(&key.kind, &key.presence));
    Entry {
        kind: "key",
        text: format!(
            "{name}: {}\n\n  value      {kind}\n  if absent  {absent}\n",
            key.doc
        ),
        name,
        data: None,
    }
}

/// Calls back for every key below an object, with the path to it.
fn visit(object: &'static Object, path: &mut Vec<Part>, call: &mut impl FnMut(&[Part], &Key)) {
    for key in object.keys {
        path.push(Part::Key(key.name));
        call(path, key);
        descend(&key.kind, path, call);
        path.pop();
    }
}

fn descend(kind: &'static Kind, path: &mut Vec<Part>, call: &mut impl FnMut(&[Part], &Key)) {
    match kind {
        Kind::Table(object) | Kind::Tables(object) => visit(object, path, call),
        Kind::Named(named) => {
            path.push(Part::Name(named.names));
            descend(&named.value, path, call);
            path.pop();
        }
        _ => {}
    }
}

/// The parts between dots; dots within quotes part nothing.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quote = None;
    for character in text.chars() {
        match (quote, character) {
            (None, '.') => parts.push(String::new()),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => parts
                .last_mut()
                .expect("there is always a part")
                .push(character),
        }
    }
    parts
}

fn unknown(what: &str) -> Failure {
    let mut known: Vec<String> = CAUSES.iter().map(|row| row.id.to_owned()).collect();
    known.extend(METRICS.iter().map(|metric| metric.name.to_owned()));
    known.extend(Label::ALL.iter().map(|label| label.to_string()));
    known.extend(cmdlets().map(|cmdlet| cmdlet.name.to_owned()));
    let words = parts(what);
    visit(&SCENARIO, &mut Vec::new(), &mut |path, key| {
        // Names are taken from what was asked for.
        let part = |(place, part): (usize, &Part)| match (part, words.get(place)) {
            (Part::Name(_), Some(word)) => word.clone(),
            _ => part.text(),
        };
        let path: Vec<_> = path.iter().enumerate().map(part).collect();
        known.push(path.join("."));
        known.push(key.name.to_owned());
    });
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let help = match nearest(what, &known) {
        Some(word) => format!("did you mean `{word}`?"),
        None => "`fedsim explain` lists all causes".to_owned(),
    };
    Failure::Usage {
        message: format!("there is nothing called `{what}`"),
        help,
    }
}
