//! The command line: one verb for each question that a person asks.
//!
//! It knows no rule of the model and counts nothing itself. Invariant: results go to stdout or to
//! files, everything else to stderr, and nothing but success exits 0.

mod check;
mod explain;
mod failure;
mod findings;
mod new;
mod output;
mod progress;
mod run;
mod show;
mod test;
mod why;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use fedsim::record::Log;
use fedsim::scenario::quantity;

pub use failure::Failure;

/// Simulates free/busy sharing between federated Microsoft Exchange organizations.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
#[command(after_help = "\
exit codes: 0 success, every expectation met; 1 internal error (a bug); 2 bad command line; 3 scenario \
invalid; 4 an expectation failed; 6 a digest or snapshot differs; 8 input or output; 9 nothing to run; 130 interrupted")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a commented scenario to start from
    New(new::New),
    /// Check scenarios: every error at once; examine what organizations say of each other
    Check(check::Check),
    /// Show what will really be simulated, with every default and where it comes from
    Show(show::Show),
    /// Simulate a scenario: summary, files under `results/`
    Run(run::Run),
    /// Test scenarios: run them in parallel and judge all that they expect
    Test(test::Test),
    /// Explain why a request failed: the chain of decisions, the repair, and the proof
    Why(why::Why),
    /// Explain a cause of failure, a response code, a key of the scenario, a metric or a label
    Explain(explain::Explain),
    /// Print the JSON Schema of scenarios, for editors
    Schema {
        /// It is JSON in either form
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

/// A scenario, and what is laid over it.
#[derive(Debug, clap::Args)]
struct ScenarioArguments {
    /// The scenario file; `-` reads it from standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Lay a value over the scenario, e.g. `run.length=2 h`; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
}

/// In what form a result is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Runs the command that the arguments name.
pub fn main() -> Result<(), Failure> {
    failure::install_panic_hook();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Help and version come as errors too, and go to stdout.
        Err(error) => {
            let is_answer = !error.use_stderr();
            let printed = error.print();
            return match (is_answer, printed) {
                (true, Ok(())) => Ok(()),
                (true, Err(error)) => output::finished(Err(error)),
                (false, _) => Err(Failure::CommandLine),
            };
        }
    };
    let done = match arguments.command {
        Command::New(arguments) => new::new(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Show(arguments) => show::show(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Test(arguments) => test::test(&arguments),
        Command::Why(arguments) => why::why(&arguments),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Schema { .. } => output::json(&fedsim::scenario::schema::schema()),
    };
    if let Err(failure) = &done {
        failure.tell();
    }
    done
}

/// Reads which requests are logged: `all`, `failed`, `none`, `sample=1%`.
fn read_log(text: &str) -> Result<Log, String> {
    match text.split_once('=') {
        None => match text {
            "up-to-limit" => Ok(Log::UpToLimit),
            "all" => Ok(Log::All),
            "failed" => Ok(Log::Failed),
            "none" => Ok(Log::None),
            _ => Err("write all, failed, none, up-to-limit, or a share such as sample=1%".into()),
        },
        Some(("sample", share)) => match quantity::share(share) {
            Ok(share) => Ok(Log::Sample(share.parts())),
            Err(error) => Err(format!("{}; {}", error.message, error.help)),
        },
        Some(_) => Err("write a share such as sample=1%".into()),
    }
}
