//! Runs a script: statement by statement, each command of a pipeline once for each object that reaches
//! it, one after the other.
//!
//! It knows no simulator: what a cmdlet does, and how long, is the [`Host`]'s. Invariant: a command begins
//! when the one before it has ended, and every statement is reported once.
//!
//! Simplified: a stage of a pipeline takes all objects before the next stage begins; the real shell hands
//! each on at once. What is done, and in which order for each object, is the same.

mod evaluate;
mod parameters;
mod stages;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

pub use parameters::Parameters;

use super::catalog::{self, Cmdlet};
use super::finding::Place;
use super::language::syntax::{Script, Statement};
use super::output::{self, ErrorRecord, Style};
use super::value::{Object, Value};
use crate::engine::{Instant, Offset};

/// Objects that a pipeline, and items that a list, may hold.
pub const OBJECTS_MAX: usize = 100_000;

/// Characters and items that a run may put into variables and texts.
pub const WORK_MAX: usize = 1 << 22;

/// Commands and statements that a run may carry out.
pub const STEPS_MAX: usize = 1_000_000;

/// Who carries cmdlets out.
pub trait Host {
    /// Carries a cmdlet out, in simulated time.
    fn invoke(&self, invocation: Invocation) -> impl Future<Output = Reply>;

    /// A new identifier, drawn from the run's own randomness.
    fn new_guid(&self) -> u128;

    /// The simulated time.
    fn now(&self) -> Instant;

    /// What the clock of the shell's server shows.
    fn shown(&self) -> Instant {
        self.now()
    }

    /// Takes the report of a statement that has ended.
    fn statement_done(&self, report: StatementReport);

    /// How the shell shows results.
    fn style(&self) -> Style {
        Style::default()
    }

    /// The server on which the shell runs, for error records.
    fn computer(&self) -> String {
        String::new()
    }
}

/// A cmdlet with everything it needs.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Which.
    pub cmdlet: &'static Cmdlet,
    /// Its parameters, each with a value of its kind; those that the object of the pipeline fills too.
    pub parameters: Parameters,
    /// The object of the pipeline.
    pub input: Option<Object>,
    /// Where it stands in the script.
    pub place: Place,
    /// How it is written.
    pub text: String,
}

/// What a cmdlet gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// Its results, those before an error too.
    pub objects: Vec<Object>,
    /// What it warns of.
    pub warnings: Vec<String>,
    /// Its steps, shown only with `-Verbose`.
    pub verbose: Vec<String>,
    /// Why it failed.
    pub error: Option<ErrorRecord>,
}

/// What became of a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct StatementReport {
    /// Where it stands in the script.
    pub place: Place,
    /// How it is written.
    pub text: String,
    /// The cmdlets that it names, each once, in the order of the text.
    pub cmdlets: Vec<&'static str>,
    /// When it began.
    pub started: Instant,
    /// When it ended.
    pub ended: Instant,
    /// Its results as values, those that `Format-List` and `Format-Table` took too.
    pub values: Vec<Value>,
    /// All that the shell showed, in its order: steps, warnings, results, errors.
    pub shown: String,
    /// The first error, shown or not.
    pub error: Option<ErrorRecord>,
    /// What was warned of, shown or not.
    pub warnings: Vec<String>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All statements were carried out, with errors or without.
    Completed,
    /// An error ended it, because it was told to stop at errors, or because it asked for too much.
    Stopped,
}

impl From<Result<Vec<Object>, ErrorRecord>> for Reply {
    fn from(result: Result<Vec<Object>, ErrorRecord>) -> Reply {
        match result {
            Ok(objects) => Reply {
                objects,
                ..Reply::default()
            },
            Err(error) => Reply {
                error: Some(error),
                ..Reply::default()
            },
        }
    }
}

/// Runs a script to its end.
pub async fn run<H: Host>(script: &Script, host: &H) -> Ending {
    let mut run = Run {
        host,
        script,
        variables: BTreeMap::new(),
        object: None,
        told: Told::default(),
        work_left: WORK_MAX,
        steps_left: STEPS_MAX,
    };
    for statement in &script.statements {
        if run.report(statement).await == Ending::Stopped {
            return Ending::Stopped;
        }
    }
    Ending::Completed
}

/// Why something ends early.
#[derive(Clone, Debug, PartialEq)]
struct Fault {
    error: Box<ErrorRecord>,
    action: Action,
}

/// What an error does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    /// It is shown, and ends its statement.
    Continue,
    /// It ends its statement.
    Silence,
    /// It is shown, and ends the script.
    Stop,
}

/// What a statement has told so far.
#[derive(Default)]
struct Told {
    shown: String,
    warnings: Vec<String>,
    error: Option<ErrorRecord>,
    /// What took its place in the results as formatted text.
    formatted: Vec<Value>,
}

type Step<T> = Result<T, Fault>;
type Walk<'f, T> = Pin<Box<dyn Future<Output = Step<T>> + 'f>>;

/// A run of a script.
struct Run<'a, H> {
    host: &'a H,
    script: &'a Script,
    /// By their names in lower case.
    variables: BTreeMap<String, Value>,
    /// `$_`.
    object: Option<Value>,
    told: Told,
    work_left: usize,
    steps_left: usize,
}

impl<H: Host> Run<'_, H> {
    async fn report(&mut self, statement: &Statement) -> Ending {
        self.told = Told::default();
        let started = self.host.now();
        let (values, ending) = match self.statement(statement).await {
            Ok(values) => (values, Ending::Completed),
            Err(fault) => match self.tell(fault) {
                Action::Stop => (Vec::new(), Ending::Stopped),
                Action::Continue | Action::Silence => (Vec::new(), Ending::Completed),
            },
        };
        let told = std::mem::take(&mut self.told);
        let mut results = told.formatted;
        results.extend(values);
        self.host.statement_done(StatementReport {
            place: statement.place,
            text: statement.place.text(&self.script.text).to_owned(),
            cmdlets: cmdlets(statement),
            started,
            ended: self.host.now(),
            values: results,
            shown: told.shown,
            error: told.error,
            warnings: told.warnings,
        });
        ending
    }

    /// A statement of the script itself: its results are shown, those before an error too.
    async fn statement(&mut self, statement: &Statement) -> Step<Vec<Value>> {
        let (values, fault) = self.results(statement).await?;
        let texts = |value: &Value| !matches!(value, Value::Null);
        let shown: Vec<Value> = values.into_iter().filter(texts).collect();
        let text = output::shown(&shown, self.host.style());
        self.told.shown.push_str(&text);
        let is_text = |value: &Value| matches!(value, Value::Text(_));
        let has_format = !self.told.formatted.is_empty();
        if let Some(fault) = fault {
            self.told.formatted.extend(shown);
            return Err(fault);
        }
        // The text of a format is shown; what it was made of is the result.
        Ok(shown
            .into_iter()
            .filter(|value| !(has_format && is_text(value)))
            .collect())
    }

    /// Statements of a block: an error ends one of them, and the next one begins.
    fn statements<'f>(&'f mut self, statements: &'f [Statement]) -> Walk<'f, Vec<Value>> {
        Box::pin(async move {
            let mut all = Vec::new();
            for statement in statements {
                let result = match self.results(statement).await {
                    Ok((values, fault)) => {
                        all.extend(values);
                        fault
                    }
                    Err(fault) => Some(fault),
                };
                match result {
                    Some(fault) if fault.action == Action::Stop => return Err(fault),
                    Some(fault) => {
                        self.tell(fault);
                    }
                    None => {}
                }
                self.bounded(all.len())?;
            }
            Ok(all)
        })
    }

    /// What a statement gives, with the error that ended it; a variable takes what there is.
    async fn results(&mut self, statement: &Statement) -> Step<(Vec<Value>, Option<Fault>)> {
        self.step()?;
        let (values, fault) = self.pipeline_with_rest(&statement.pipeline).await?;
        let Some(variable) = &statement.variable else {
            return Ok((values, fault));
        };
        if fault.is_none() {
            let value = Value::from_items(values);
            self.spend(size(&value))?;
            self.variables.insert(variable.text.to_lowercase(), value);
        }
        Ok((Vec::new(), fault))
    }

    /// Shows an error, unless it is to be silent, and says what it does.
    fn tell(&mut self, fault: Fault) -> Action {
        if fault.action != Action::Silence {
            self.told.shown.push_str(&fault.error.to_string());
        }
        self.told.error.get_or_insert(*fault.error);
        fault.action
    }

    /// One step more.
    fn step(&mut self) -> Step<()> {
        match self.steps_left.checked_sub(1) {
            Some(left) => self.steps_left = left,
            None => return Err(self.too_much(&format!("more than {STEPS_MAX} steps"))),
        }
        Ok(())
    }

    /// So many characters or items more.
    fn spend(&mut self, amount: usize) -> Step<()> {
        match self.work_left.checked_sub(amount) {
            Some(left) => self.work_left = left,
            None => return Err(self.too_much("more memory than a script may have")),
        }
        Ok(())
    }

    fn bounded(&self, objects: usize) -> Step<()> {
        if objects <= OBJECTS_MAX {
            return Ok(());
        }
        Err(self.too_much(&format!("more than {OBJECTS_MAX} objects in a pipeline")))
    }

    fn too_much(&self, what: &str) -> Fault {
        let message = format!("The script asks for {what}.");
        let exception = "ScriptLimitException";
        let error = ErrorRecord::of_shell("", "LimitsExceeded", exception, "ScriptLimit", message);
        let error = Box::new(error.computer(&self.host.computer()));
        Fault {
            error,
            action: Action::Stop,
        }
    }

    fn zone(&self) -> Offset {
        self.host.style().zone
    }

    /// What errors do unless their command says otherwise.
    fn preference(&self) -> Action {
        let value = self.variables.get("erroractionpreference");
        action(value.and_then(Value::as_text))
    }
}

/// The cmdlets that a statement names, each once, in the order of the text.
fn cmdlets(statement: &Statement) -> Vec<&'static str> {
    let mut named = Vec::new();
    for cmdlet in statement.commands().into_iter().filter_map(catalog::cmdlet) {
        if !named.contains(&cmdlet.name) {
            named.push(cmdlet.name);
        }
    }
    named
}

fn action(word: Option<&str>) -> Action {
    match word.map(str::to_ascii_lowercase).as_deref() {
        Some("stop") => Action::Stop,
        Some("silentlycontinue") => Action::Silence,
        _ => Action::Continue,
    }
}

/// About how many characters and items a value holds.
fn size(value: &Value) -> usize {
    match value {
        Value::Text(text) => 1 + text.len(),
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(object) => {
            1 + object
                .properties()
                .map(|(name, value)| name.len() + size(value))
                .sum::<usize>()
        }
        _ => 1,
    }
}
