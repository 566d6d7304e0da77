//! `fedsim why`: why did this request fail, what repairs it, and does that cure it.
//!
//! It knows no rule. Invariant: results go to stdout or to the file that is named; nothing is written over.

use std::path::{Path, PathBuf};

use fedsim::diagnosis::ladder::Ladder;
use fedsim::diagnosis::question::{Question, read_instant};
use fedsim::diagnosis::subject::{Additions, Subject};
use fedsim::diagnosis::whatif::Until;
use fedsim::diagnosis::{self, NoDiagnosis};
use fedsim::report::directory::{MANIFEST, Manifest, SCENARIO};
use fedsim::report::ladder::svg;
use fedsim::report::{mermaid, why as told};

use clap::ValueEnum;

use super::check::read;
use super::progress::Progress;
use super::{Failure, output};

/// Explain why a request failed: the chain of decisions, the repair, and the proof
#[derive(Debug, clap::Args)]
pub struct Why {
    /// The scenario file, or a directory of results that `fedsim run` wrote
    #[arg(value_name = "RESULTS|SCENARIO")]
    path: PathBuf,
    /// The request: `name`, `name#2`, `organization/name#2`; the first that fails if nothing is given
    #[arg(long, value_name = "ID")]
    request: Option<String>,
    /// The first request that fails for this cause
    #[arg(long, value_name = "CAUSE")]
    cause: Option<String>,
    /// Who asks
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// Who is asked for; with --from a request that nobody sends is sent to find out
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    /// The first request at or after this instant, such as `11:05`, `+2 h`
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,
    /// Carry the repair out in the same world on the same day, and tell what it cures
    #[arg(long)]
    try_fix: bool,
    /// When the repair is begun; the start of the run if it is left out
    #[arg(
        long,
        value_name = "TIME",
        requires = "try_fix",
        allow_hyphen_values = true
    )]
    fix_at: Option<String>,
    /// Lay a value over the scenario, e.g. `run.length=2 h`; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// In what form it is told
    #[arg(long, value_enum, default_value_t)]
    format: WhyFormat,
}

/// In what form a diagnosis is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum WhyFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// A sequence diagram for Mermaid.
    Mermaid,
    /// A ladder diagram, as SVG.
    Svg,
}

/// Carries out the command.
pub fn why(arguments: &Why) -> Result<(), Failure> {
    let subject = subject(&arguments.path, &arguments.settings)?;
    let question = Question {
        request: arguments.request.clone(),
        cause: arguments.cause.clone(),
        from: arguments.from.clone(),
        to: arguments.to.clone(),
        at: arguments.at.clone(),
    };
    let prepared = subject
        .prepare(&Additions::default())
        .map_err(Failure::Scenario)?;
    let fix_at = arguments.fix_at.as_ref();
    let fix_at = fix_at.map(|text| read_instant(text, &prepared)).transpose();
    let fix_at = fix_at.map_err(|bad| refused(arguments, bad.into()))?;
    let horizon = prepared.compiled.federation.limits.horizon;
    if fix_at.is_some_and(|at| at >= horizon) {
        return Err(Failure::Usage {
            message: "--fix-at is after the end of the run".to_owned(),
            help: "give an earlier instant, or a longer run with --set run.length=…".to_owned(),
        });
    }
    let until = match arguments.try_fix {
        true => Until::End,
        false => Until::Answered,
    };
    let federation = prepared.compiled.federation.clone();
    let progress = Progress::new(&federation);
    let found = diagnosis::find_in(&subject, prepared, &question, until, |at, events| {
        progress.at(at, events)
    });
    let found = found.map_err(|none| refused(arguments, none))?;
    let diagnosis = found.diagnose(&question);
    let proof = match arguments.try_fix {
        true => diagnosis::try_fix(&subject, &found, &question, fix_at, |at, events| {
            progress.at(at, events)
        })
        .map_err(|none| refused(arguments, none))?,
        false => None,
    };
    progress.end();
    if arguments.try_fix && proof.is_none() {
        output::note("there is nothing to repair: no attendee of this request has failed");
    }
    let ladder = || {
        let federation = &found.watched.federation;
        let (request, seen) = (found.chosen.request, &found.chosen.observations);
        match &diagnosis.failure {
            Some(explained) => Ladder::explaining(federation, request, seen, &explained.failure),
            None => Ladder::of(federation, request, seen),
        }
    };
    match arguments.format {
        WhyFormat::Text => output::result(&told::text(&diagnosis, proof.as_ref())),
        WhyFormat::Json => output::json(&told::json(&diagnosis, proof.as_ref())),
        WhyFormat::Mermaid => {
            output::result(&mermaid::sequence(&ladder(), &told::caption(&diagnosis)))
        }
        WhyFormat::Svg => output::result(&svg(&ladder(), &told::caption(&diagnosis))),
    }
}

/// The scenario of a file, of standard input, or of a directory of results.
fn subject(path: &Path, settings: &[String]) -> Result<Subject, Failure> {
    if path.is_dir() {
        return of_results(path, settings);
    }
    let document = read(path, settings).map_err(Failure::Scenario)?;
    Ok(Subject::of(&document, settings))
}

fn refused(arguments: &Why, none: NoDiagnosis) -> Failure {
    match none {
        NoDiagnosis::Scenario(found) => Failure::Scenario(found),
        NoDiagnosis::Question(bad) => Failure::Usage {
            message: bad.message,
            help: bad.help.unwrap_or_else(|| "`fedsim show` tells what the scenario has".to_owned()),
        },
        NoDiagnosis::Cancelled => Failure::Interrupted,
        NoDiagnosis::NothingFails => Failure::Nothing {
            message: format!("no request of `{}` fails", arguments.path.display()),
            help: "name one with --request to see what happened to it".to_owned(),
        },
        NoDiagnosis::NoSuchRequest => Failure::Nothing {
            message: format!("no request of `{}` is like this", arguments.path.display()),
            help: "it has to fit all that is given: --request, --cause, --from, --to and --at; with --from and --to \
                   alone a request that nobody sends is sent to find out"
                .to_owned(),
        },
    }
}

/// The scenario that a directory of results was made of.
fn of_results(directory: &Path, settings: &[String]) -> Result<Subject, Failure> {
    let refused = |message: String, help: &str| Failure::InputOutput {
        message,
        help: Some(help.to_owned()),
    };
    let shown = directory.display();
    let manifest = std::fs::read(directory.join(MANIFEST));
    let manifest = manifest
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Manifest>(&bytes).ok());
    let Some(manifest) = manifest else {
        let message = format!("`{shown}` is no directory of results");
        return Err(refused(
            message,
            "give a scenario file, or a directory that `fedsim run` wrote",
        ));
    };
    if let Some(file) = manifest.identity.inputs.first() {
        let message = format!(
            "the results in `{shown}` rest on `{}`, a file beside the scenario that they do not hold",
            file.path
        );
        return Err(refused(message, "give the scenario file itself"));
    }
    Subject::load(&directory.join(SCENARIO), settings).map_err(Failure::Scenario)
}
