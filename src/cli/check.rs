//! `fedsim check`: is my scenario right, and does what its organizations say of each other fit.
//!
//! It knows no rule of scenarios. Invariant: what passes here is what `run` accepts, expectations
//! included; a world in which requests fail is a valid scenario.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use fedsim::diagnosis::examination::{self, Severity};
use fedsim::report::examination as told;
use fedsim::scenario::{self, Compiled, Diagnostics, Document};
use fedsim::study::work::Work;
use fedsim::study::{Expectation, expectation};

use super::failure::is_about_files;
use super::{Failure, Format, ScenarioArguments, findings, output};

/// Check scenarios: every error at once, with its place and a remedy; and examine what each pair of
/// organizations says of the other
#[derive(Debug, clap::Args)]
pub struct Check {
    /// The scenario files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Lay a value over each scenario, e.g. `run.length=2 h`; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Exit with 3 if requests would fail: if the examination finds an error
    #[arg(long)]
    strict: bool,
    /// In what form the findings are told
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// A scenario that can be simulated.
pub struct Loaded {
    /// The name for results: that of the file, without its extension.
    pub name: String,
    /// What will be simulated.
    pub compiled: Compiled,
    /// What is expected of it.
    pub expectations: Vec<Expectation>,
}

/// Reads and compiles a scenario with its expectations.
pub fn load(file: &Path, settings: &[String]) -> Result<Loaded, Diagnostics> {
    let document = read(file, settings)?;
    let (compiled, expectations) = expectation::compile_with(&document)?;
    let stem = file
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    let name = match stem {
        Some(stem) if stem != "-" => stem,
        _ => "stdin".to_owned(),
    };
    Ok(Loaded {
        name,
        compiled,
        expectations,
    })
}

/// As [`load`] for a command that works on one scenario; warnings are told.
pub fn load_one(arguments: &ScenarioArguments) -> Result<Loaded, Failure> {
    let loaded = load(&arguments.file, &arguments.settings).map_err(Failure::Scenario)?;
    findings::tell(&loaded.compiled.warnings);
    Ok(loaded)
}

pub(super) fn read(file: &Path, settings: &[String]) -> Result<Document, Diagnostics> {
    if file != Path::new("-") {
        return scenario::read::load(file, settings);
    }
    let mut bytes = Vec::new();
    let limited = std::io::stdin()
        .lock()
        .take(scenario::read::FILE_MAX + 1)
        .read_to_end(&mut bytes);
    limited.map_err(|error| {
        let mut found = Diagnostics::default();
        let message = format!("cannot read standard input: {error}");
        found.push(scenario::Diagnostic::placeless("io", message));
        found
    })?;
    scenario::read::read_bytes(&bytes, "stdin", settings)
}

/// Carries out the command.
pub fn check(arguments: &Check) -> Result<(), Failure> {
    let mut worst = 0;
    let mut text = String::new();
    let mut rows = Vec::new();
    for file in &arguments.files {
        let name = file.display().to_string();
        let mut examined = Value::Null;
        let found = match load(file, &arguments.settings) {
            Ok(loaded) => {
                text.push_str(&format!("{name}: {}\n", describe(&loaded)));
                let Compiled {
                    federation,
                    effective,
                    warnings,
                    ..
                } = loaded.compiled;
                let examination = examination::examine(&federation, &effective);
                match arguments.format {
                    Format::Text => {
                        text.push_str(&told::text(&examination, &federation, &warnings));
                    }
                    Format::Json => {
                        examined = told::json(&examination, &federation, &warnings);
                    }
                }
                if arguments.strict && examination.count(Severity::Error) > 0 {
                    worst = worst.max(3);
                }
                warnings
            }
            Err(found) => {
                worst = worst.max(if is_about_files(&found) { 8 } else { 3 });
                found
            }
        };
        if arguments.format == Format::Text {
            findings::tell(&found);
        }
        rows.push(json!({
            "file": name,
            "valid": !found.has_errors(),
            "findings": findings::json(&found),
            "omitted": found.omitted(),
            "examination": examined,
        }));
    }
    match arguments.format {
        Format::Text => output::result(&text)?,
        Format::Json => output::json(&json!({ "format": 1, "scenarios": rows }))?,
    }
    if worst == 0 {
        Ok(())
    } else {
        Err(Failure::Told(worst))
    }
}

fn describe(loaded: &Loaded) -> String {
    let federation = &loaded.compiled.federation;
    let count = |count: usize, one: &str, many: &str| match count {
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
    };
    let traced = federation.traces.iter();
    let traced = match traced.map(|trace| trace.census.requests).sum() {
        0 => String::new(),
        replayed => format!(
            ", {} replayed",
            count(replayed as usize, "request", "requests")
        ),
    };
    let draws_none = federation.streams.streams.is_empty() && federation.shared.cycles.is_empty();
    let drawn = match draws_none {
        true => String::new(),
        false => {
            let spelled_out = federation.requests.len() as u64;
            let expected = Work::of(federation).requests().saturating_sub(spelled_out);
            format!(", about {expected} drawn ones")
        }
    };
    format!(
        "valid: {}, {}{drawn}{traced}, {}",
        count(
            federation.organizations.len(),
            "organization",
            "organizations"
        ),
        count(federation.requests.len(), "request", "requests"),
        count(loaded.expectations.len(), "expectation", "expectations"),
    )
}
