//! `fedsim show`: what will really be simulated, with every default and where it comes from.
//!
//! It knows no key by name. Invariant: its text is itself a scenario.

use fedsim::scenario::{drawn, show};

use super::check::load_one;
use super::{Failure, Format, ScenarioArguments, output};

/// Show what will really be simulated, with every default and where it comes from
#[derive(Debug, clap::Args)]
pub struct Show {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// In what form it is shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Carries out the command.
pub fn show(arguments: &Show) -> Result<(), Failure> {
    let loaded = load_one(&arguments.scenario)?;
    let (tree, texts) = (&loaded.compiled.effective, &loaded.compiled.warnings);
    match arguments.format {
        Format::Text => {
            let shown = show::text(tree, texts);
            output::result(&(shown + &drawn::text(&loaded.compiled.federation)))
        }
        Format::Json => {
            let mut shown = show::json(tree, texts);
            let federation = &loaded.compiled.federation;
            if !federation.populations.is_empty() {
                shown["drawn"] = drawn::json(federation);
            }
            output::json(&shown)
        }
    }
}
