//! Pipelines: what each stage makes of the objects that reach it.
//!
//! It knows no simulator. Invariant: what a stage gave before it failed still reaches the next one, as in
//! the real shell.

use super::parameters::Parameters;
use super::{Action, Fault, Host, Invocation, Run, Step, Walk, action};
use crate::cmdlet::binding::bind;
use crate::cmdlet::catalog::{Cmdlet, Kind, Need, Parameter, Pipe, cmdlet};
use crate::cmdlet::finding::Findings;
use crate::cmdlet::language::syntax::{
    Command, Expression, ExpressionKind, Format, Pipeline, Select, Stage, Statement,
};
use crate::cmdlet::output::{self, ErrorRecord};
use crate::cmdlet::value::Value;

/// What a stage gives, with the error that ended it.
type Given = (Vec<Value>, Option<Fault>);

impl<H: Host> Run<'_, H> {
    /// What a pipeline gives; an error takes its results away.
    pub(super) fn pipeline<'f>(&'f mut self, pipeline: &'f Pipeline) -> Walk<'f, Vec<Value>> {
        Box::pin(async move {
            match self.pipeline_with_rest(pipeline).await? {
                (values, None) => Ok(values),
                (_, Some(fault)) => Err(fault),
            }
        })
    }

    /// What a pipeline gives, with its first error.
    pub(super) fn pipeline_with_rest<'f>(&'f mut self, pipeline: &'f Pipeline) -> Walk<'f, Given> {
        Box::pin(async move {
            let mut values = Vec::new();
            let mut first_fault: Option<Fault> = None;
            for (number, stage) in pipeline.stages.iter().enumerate() {
                let input = std::mem::take(&mut values);
                let (given, fault) = match stage {
                    Stage::Value(value) => (self.value(value).await?.into_items(), None),
                    Stage::Command(command) => {
                        let input = (number > 0).then_some(input);
                        self.command(command, input).await?
                    }
                    Stage::Where(condition) => self.kept(condition, input).await?,
                    Stage::ForEach(statements) => self.each(statements, input).await?,
                    Stage::Select(select) => (selected(select, input), None),
                    Stage::Format(format) => (self.format(format, input), None),
                };
                self.bounded(given.len())?;
                values = given;
                first_fault = first_fault.or(fault);
                if first_fault
                    .as_ref()
                    .is_some_and(|fault| fault.action == Action::Stop)
                {
                    break;
                }
            }
            Ok((values, first_fault))
        })
    }

    async fn kept(&mut self, condition: &Pipeline, input: Vec<Value>) -> Step<Given> {
        let mut kept = Vec::new();
        for value in input {
            self.step()?;
            let before = self.object.replace(value.clone());
            let result = self.pipeline(condition).await;
            self.object = before;
            if Value::from_items(result?).is_true() {
                kept.push(value);
            }
        }
        Ok((kept, None))
    }

    async fn each(&mut self, statements: &[Statement], input: Vec<Value>) -> Step<Given> {
        let mut all = Vec::new();
        for value in input {
            self.step()?;
            let before = self.object.replace(value);
            let result = self.statements(statements).await;
            self.object = before;
            match result {
                Ok(values) => all.extend(values),
                Err(fault) => return Ok((all, Some(fault))),
            }
            self.bounded(all.len())?;
        }
        Ok((all, None))
    }

    fn format(&mut self, format: &Format, input: Vec<Value>) -> Vec<Value> {
        if input.is_empty() {
            return Vec::new();
        }
        let patterns: Vec<&str> = format.properties.iter().map(|word| &*word.text).collect();
        let text = output::formatted(&input, format.shape, &patterns, self.host.style());
        self.told.formatted.extend(input);
        // The shell adds the newline of a text that it shows.
        vec![Value::text(text.trim_end_matches('\n'))]
    }

    /// A command, once for each object; without a pipeline once.
    async fn command(&mut self, command: &Command, input: Option<Vec<Value>>) -> Step<Given> {
        let name = &command.name.text;
        let Some(found) = cmdlet(name) else {
            let message = format!("The term '{name}' is not recognized as the name of a cmdlet.");
            let exception = "CommandNotFoundException";
            let error = ErrorRecord::of_shell("", "ObjectNotFound", exception, exception, message);
            return Err(self.fault(error.target(name, "String"), None));
        };
        let given = self.given(found, command).await?;
        let Some(input) = input else {
            return self.invoke(found, command, given, None).await;
        };
        let mut all = Vec::new();
        for value in input {
            let (values, fault) = self
                .invoke(found, command, given.clone(), Some(value))
                .await?;
            all.extend(values);
            self.bounded(all.len())?;
            if fault.is_some() {
                return Ok((all, fault));
            }
        }
        Ok((all, None))
    }

    /// The parameters that are written with the command.
    async fn given(&mut self, cmdlet: &'static Cmdlet, command: &Command) -> Step<Parameters> {
        // What is found here was found before the run, or the script was run unchecked.
        let mut findings = Findings::default();
        let bound = bind(cmdlet, command, &mut findings);
        if let Some(finding) = findings.into_vec().into_iter().next() {
            let exception = "ParameterBindingException";
            let message = format!("A parameter cannot be processed: {}.", finding.message);
            let id = "NamedParameterNotFound";
            let error =
                ErrorRecord::of_shell(cmdlet.name, "InvalidArgument", exception, id, message);
            return Err(self.fault(error, None));
        }
        let mut parameters = Parameters::default();
        for one in bound {
            let value = match one.value {
                // A text keeps the digits as they are written: `-Name 007`.
                Some(Expression {
                    kind: ExpressionKind::Integer(_),
                    place,
                }) if !takes_number(one.parameter.kind) => {
                    Value::text(place.text(&self.script.text))
                }
                Some(value) => self.value(value).await?,
                None => Value::Boolean(true),
            };
            let fitted = self.fitted(cmdlet, one.parameter, &value)?;
            parameters.set(one.parameter.name, fitted);
        }
        Ok(parameters)
    }

    fn fitted(&self, cmdlet: &Cmdlet, parameter: &Parameter, value: &Value) -> Step<Value> {
        parameter.kind.fit(value, self.zone()).map_err(|mismatch| {
            let name = parameter.name;
            let message = format!(
                "Cannot process argument transformation on parameter '{name}'. It {}.",
                mismatch.message.replace('`', "\"")
            );
            let exception = "ParameterBindin...mationException";
            let id = "ParameterArgumentTransformationError";
            let error = ErrorRecord::of_shell(cmdlet.name, "InvalidData", exception, id, message);
            self.fault(error, None)
        })
    }

    async fn invoke(
        &mut self,
        cmdlet: &'static Cmdlet,
        command: &Command,
        mut parameters: Parameters,
        input: Option<Value>,
    ) -> Step<Given> {
        self.step()?;
        if let Some(value) = &input {
            self.fill(cmdlet, &mut parameters, value)?;
        }
        let needed = cmdlet
            .parameters
            .iter()
            .filter(|it| it.need == Need::Required);
        let missing: Vec<&str> = needed
            .filter(|it| !parameters.has(it.name))
            .map(|it| it.name)
            .collect();
        if !missing.is_empty() {
            let message = format!(
                "Cannot process command because of one or more missing mandatory parameters: {}.",
                missing.join(" ")
            );
            let exception = "ParameterBindingException";
            let id = "MissingMandatoryParameter";
            let error =
                ErrorRecord::of_shell(cmdlet.name, "InvalidArgument", exception, id, message);
            return Err(self.fault(error, Some(&parameters)));
        }
        if cmdlet.name == "Get-Date" {
            return Ok((vec![Value::Date(self.host.shown())], None));
        }
        let reply = self.host.invoke(Invocation {
            cmdlet,
            parameters: parameters.clone(),
            input: input.and_then(|value| value.as_object().cloned()),
            place: command.place,
            text: command.place.text(&self.script.text).to_owned(),
        });
        let reply = reply.await;
        if parameters.switch("Verbose") {
            reply
                .verbose
                .iter()
                .for_each(|it| self.told.shown.push_str(&output::verbose(it)));
        }
        if parameters.text("WarningAction") != Some("SilentlyContinue") {
            reply
                .warnings
                .iter()
                .for_each(|it| self.told.shown.push_str(&output::warning(it)));
        }
        self.told.warnings.extend(reply.warnings);
        let fault = reply
            .error
            .map(|error| self.fault(error, Some(&parameters)));
        Ok((
            reply.objects.into_iter().map(Value::Object).collect(),
            fault,
        ))
    }

    /// Fills parameters from an object of the pipeline: with the object itself where one takes it, else
    /// with its properties.
    ///
    /// Source: about_Pipelines (docs).
    fn fill(&self, cmdlet: &Cmdlet, parameters: &mut Parameters, value: &Value) -> Step<()> {
        let free: Vec<&Parameter> = cmdlet
            .parameters
            .iter()
            .filter(|it| !parameters.has(it.name))
            .collect();
        let takes = |parameter: &Parameter| match (parameter.pipe, parameter.kind, value) {
            (Pipe::Nothing | Pipe::Property, ..) => None,
            (_, Kind::Identity(of), Value::Object(object)) => of.identity_of(object),
            (_, _, Value::Object(_) | Value::Null) => None,
            _ => parameter.kind.fit(value, self.zone()).ok(),
        };
        if let Some((parameter, value)) = free.iter().find_map(|it| Some((it, takes(it)?))) {
            parameters.set(parameter.name, value);
            return Ok(());
        }
        let mut is_filled = false;
        for parameter in free {
            let by_property = matches!(parameter.pipe, Pipe::Property | Pipe::Both);
            let Some(value) = value
                .as_object()
                .filter(|_| by_property)
                .and_then(|it| it.get(parameter.name))
            else {
                continue;
            };
            if *value != Value::Null {
                let fitted = self.fitted(cmdlet, parameter, value)?;
                parameters.set(parameter.name, fitted);
                is_filled = true;
            }
        }
        if is_filled {
            return Ok(());
        }
        let message = "The input object cannot be bound to any parameters for the command either because \
                       the command does not take pipeline input or the input and its properties do not \
                       match any of the parameters that take pipeline input.";
        let exception = "ParameterBindingException";
        let id = "InputObjectNotBound";
        let error = ErrorRecord::of_shell(cmdlet.name, "InvalidArgument", exception, id, message);
        let type_name = value.as_object().map_or("", |object| object.type_name());
        let error = error.target(&value.to_text(self.zone()), type_name);
        Err(self.fault(error, Some(parameters)))
    }

    /// An error with what it does: what its command says, else the script's preference.
    pub(super) fn fault(&self, mut error: ErrorRecord, parameters: Option<&Parameters>) -> Fault {
        if error.computer.is_empty() {
            error.computer = self.host.computer();
        }
        let own = parameters.and_then(|it| it.text("ErrorAction"));
        let action = match own {
            Some(word) => action(Some(word)),
            None => self.preference(),
        };
        let error = Box::new(error);
        Fault { error, action }
    }
}

/// Whether a number stays one for a parameter of this kind.
fn takes_number(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Boolean | Kind::Switch | Kind::Integer | Kind::Size
    )
}

fn selected(select: &Select, input: Vec<Value>) -> Vec<Value> {
    let count = select
        .first
        .and_then(|it| usize::try_from(it).ok())
        .unwrap_or(usize::MAX);
    let input = input.into_iter().take(count);
    if let Some(name) = &select.expanded {
        return input
            .flat_map(|value| value.property(&name.text).into_items())
            .collect();
    }
    if select.properties.is_empty() {
        return input.collect();
    }
    let patterns: Vec<&str> = select.properties.iter().map(|word| &*word.text).collect();
    let kept = |value| match value {
        Value::Object(object) => Value::Object(output::selected(&object, &patterns)),
        other => other,
    };
    input.map(kept).collect()
}
