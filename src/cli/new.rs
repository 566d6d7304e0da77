//! `fedsim new`: give me a commented scenario to start from.
//!
//! It knows no template by name. Invariant: a file that is there already stays as it is.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use serde_json::{Value, json};

use fedsim::scenario::new::{TEMPLATES, Template, template};

use super::{Failure, Format, output};

/// Write a commented scenario to start from
#[derive(Debug, clap::Args)]
pub struct New {
    /// Which one; the first of the list if it is left out
    template: Option<String>,
    /// Write it to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// List the templates instead
    #[arg(long, conflicts_with_all = ["template", "output"])]
    list: bool,
    /// In what form it is told
    #[arg(long, value_enum, default_value_t, conflicts_with = "output")]
    format: Format,
}

/// Carries out the command.
pub fn new(arguments: &New) -> Result<(), Failure> {
    if arguments.list {
        if arguments.format == Format::Json {
            let row = |t: &Template| json!({ "name": t.name, "summary": t.summary });
            let rows: Vec<Value> = TEMPLATES.iter().map(row).collect();
            return output::json(&json!({ "format": 1, "templates": rows }));
        }
        let lines = TEMPLATES
            .iter()
            .map(|t| format!("{:<20} {}\n", t.name, t.summary));
        return output::result(&lines.collect::<String>());
    }
    let chosen = match &arguments.template {
        None => &TEMPLATES[0],
        Some(name) => template(name).ok_or_else(|| {
            let names: Vec<_> = TEMPLATES.iter().map(|template| template.name).collect();
            Failure::Usage {
                message: format!("there is no template `{name}`"),
                help: format!("templates: {}", names.join(", ")),
            }
        })?,
    };
    let Some(path) = &arguments.output else {
        return match arguments.format {
            Format::Text => output::result(chosen.text),
            Format::Json => output::json(&json!({
                "format": 1, "name": chosen.name, "summary": chosen.summary, "text": chosen.text,
            })),
        };
    };
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(chosen.text.as_bytes()));
    written.map_err(|error| {
        let is_there = error.kind() == ErrorKind::AlreadyExists;
        let reason = if is_there {
            "it is there already".to_owned()
        } else {
            error.to_string()
        };
        Failure::InputOutput {
            message: format!("cannot write `{}`: {reason}", path.display()),
            help: is_there.then(|| "choose another name with -o FILE".to_owned()),
        }
    })?;
    output::note(&format!(
        "wrote {}; simulate it with `fedsim run {}`",
        path.display(),
        path.display()
    ));
    Ok(())
}
