//! Commands of the language itself: `Where-Object`, `Select-Object`, `ForEach-Object`, `Format-List`,
//! `Format-Table`, with their short names.
//!
//! It knows no cmdlets of Exchange. Invariant: a parameter of theirs that is not modelled is refused.

use super::syntax::{
    Argument, Command, Expression, ExpressionKind, Format, Operator, Pipeline, Select, Shape,
    Stage, Word,
};
use crate::cmdlet::finding::{Finding, Place};

/// What a name of the language stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    Where,
    Select,
    ForEach,
    List,
    Table,
}

/// The names, short ones included.
const FILTERS: &[(&str, Filter)] = &[
    ("Where-Object", Filter::Where),
    ("where", Filter::Where),
    ("?", Filter::Where),
    ("Select-Object", Filter::Select),
    ("select", Filter::Select),
    ("ForEach-Object", Filter::ForEach),
    ("foreach", Filter::ForEach),
    ("%", Filter::ForEach),
    ("Format-List", Filter::List),
    ("fl", Filter::List),
    ("Format-Table", Filter::Table),
    ("ft", Filter::Table),
];

/// The full names of the language's own commands, for suggestions.
pub(crate) const NAMES: &[&str] = &[
    "Where-Object",
    "Select-Object",
    "ForEach-Object",
    "Format-List",
    "Format-Table",
];

/// Whether a command of this name takes a block.
pub(super) fn is_filter(name: &str) -> bool {
    filter(name).is_some()
}

/// The stage that a command is.
pub(super) fn stage_of(command: Command) -> Result<Stage, Finding> {
    match filter(&command.name.text) {
        None => Ok(Stage::Command(command)),
        Some(Filter::Where) => condition(command).map(Stage::Where),
        Some(Filter::Select) => selected(command).map(Stage::Select),
        Some(Filter::ForEach) => for_each(command).map(Stage::ForEach),
        Some(Filter::List) => format(command, Shape::List).map(Stage::Format),
        Some(Filter::Table) => format(command, Shape::Table).map(Stage::Format),
    }
}

fn filter(name: &str) -> Option<Filter> {
    let known = FILTERS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    known.map(|(_, filter)| *filter)
}

/// `{ $_.Name -eq "x" }`, or `Name -eq "x"`.
fn condition(command: Command) -> Result<Pipeline, Finding> {
    let Command {
        place,
        name,
        arguments,
    } = command;
    let arguments = without_name(arguments, "FilterScript");
    if let [Argument::Block { .. }] = arguments.as_slice() {
        return only_pipeline(arguments, &name);
    }
    let mut arguments = arguments.into_iter();
    let parts = (
        arguments.next(),
        arguments.next(),
        arguments.next(),
        arguments.next(),
    );
    if let (
        Some(Argument::Value(property)),
        Some(Argument::Parameter {
            name: operator,
            value: None,
        }),
        Some(Argument::Value(right)),
        None,
    ) = parts
        && let ExpressionKind::Text(text) = &property.kind
        && let Some(kind) = Operator::spelt(&operator.text)
        && !matches!(
            kind,
            Operator::And | Operator::Or | Operator::Match | Operator::NotMatch
        )
    {
        let text = text.clone();
        let left = property_of_object(Word {
            text,
            place: property.place,
        });
        let place = property.place.to(right.place);
        let kind = ExpressionKind::Binary(kind, Box::new(left), Box::new(right));
        let stages = vec![Stage::Value(Expression { place, kind })];
        return Ok(Pipeline { place, stages });
    }
    let message = format!("`{}` needs a condition", name.text);
    let finding = Finding::new(place, "bad-condition", message);
    Err(finding.help("write it as `{$_.Name -eq \"Contoso\"}`"))
}

fn property_of_object(name: Word) -> Expression {
    let place = name.place;
    let object = ExpressionKind::Variable("_".into());
    let object = Box::new(Expression {
        place,
        kind: object,
    });
    let kind = ExpressionKind::Property(object, name);
    Expression { place, kind }
}

fn only_pipeline(arguments: Vec<Argument>, name: &Word) -> Result<Pipeline, Finding> {
    let Some(Argument::Block {
        place,
        mut statements,
    }) = arguments.into_iter().next()
    else {
        let message = format!("`{}` needs a condition", name.text);
        return Err(Finding::new(name.place, "bad-condition", message));
    };
    if statements.len() != 1 || statements[0].variable.is_some() {
        let message = "the condition has to be a single value";
        let finding = Finding::new(place, "bad-condition", message);
        return Err(finding.help("write it as `{$_.Name -eq \"Contoso\"}`"));
    }
    Ok(statements.remove(0).pipeline)
}

fn for_each(command: Command) -> Result<Vec<super::syntax::Statement>, Finding> {
    let arguments = without_name(command.arguments, "Process");
    let mut arguments = arguments.into_iter();
    match (arguments.next(), arguments.next()) {
        (Some(Argument::Block { statements, .. }), None) => Ok(statements),
        _ => {
            let message = format!("`{}` needs one block in braces", command.name.text);
            let finding = Finding::new(command.place, "bad-block", message);
            Err(finding.help("write it as `{Set-Mailbox $_.Identity -SharingPolicy Partners}`"))
        }
    }
}

fn selected(command: Command) -> Result<Select, Finding> {
    let mut select = Select::default();
    let name = command.name;
    let mut arguments = command.arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument {
            Argument::Value(value) => select.properties.extend(words(value)?),
            Argument::Block { place, .. } => return Err(no_block(&name, place)),
            Argument::Parameter {
                name: parameter,
                value,
            } => {
                let wanted = one_of(&name, &parameter, &["Property", "ExpandProperty", "First"])?;
                let value = value_of(&parameter, value, &mut arguments)?;
                match wanted {
                    "Property" => select.properties.extend(words(value)?),
                    "ExpandProperty" => select.expanded = words(value)?.pop(),
                    _ => select.first = Some(count(&value)?),
                }
            }
        }
    }
    Ok(select)
}

fn format(command: Command, shape: Shape) -> Result<Format, Finding> {
    let mut properties = Vec::new();
    let name = command.name;
    let mut arguments = command.arguments.into_iter();
    while let Some(argument) = arguments.next() {
        match argument {
            Argument::Value(value) => properties.extend(words(value)?),
            Argument::Block { place, .. } => return Err(no_block(&name, place)),
            Argument::Parameter {
                name: parameter,
                value,
            } => {
                let known: &[&str] = match shape {
                    Shape::List => &["Property"],
                    Shape::Table => &["Property", "AutoSize", "Wrap"],
                };
                if one_of(&name, &parameter, known)? == "Property" {
                    let value = value_of(&parameter, value, &mut arguments)?;
                    properties.extend(words(value)?);
                }
            }
        }
    }
    Ok(Format { shape, properties })
}

/// The parameter that a name, perhaps cut short, stands for.
fn one_of(command: &Word, name: &Word, known: &[&'static str]) -> Result<&'static str, Finding> {
    let written = name.text.to_ascii_lowercase();
    let mut fits = known
        .iter()
        .filter(|known| known.to_ascii_lowercase().starts_with(&written));
    match (fits.next(), fits.next()) {
        (Some(known), None) => Ok(known),
        _ => {
            let message = format!("`-{}` of `{}` is not modelled", name.text, command.text);
            let finding = Finding::new(name.place, "not-modelled", message);
            Err(finding.help(format!("modelled are `-{}`", known.join("`, `-"))))
        }
    }
}

/// The value of a parameter: tied by a colon, or what follows.
fn value_of(
    parameter: &Word,
    tied: Option<Expression>,
    rest: &mut impl Iterator<Item = Argument>,
) -> Result<Expression, Finding> {
    match (tied, ()) {
        (Some(value), ()) => Ok(value),
        (None, ()) => match rest.next() {
            Some(Argument::Value(value)) => Ok(value),
            _ => {
                let message = format!("`-{}` has no value", parameter.text);
                Err(Finding::new(parameter.place, "missing-value", message))
            }
        },
    }
}

/// Names of properties, or patterns of them.
fn words(value: Expression) -> Result<Vec<Word>, Finding> {
    let place = value.place;
    match value.kind {
        ExpressionKind::Text(text) => Ok(vec![Word { text, place }]),
        ExpressionKind::List(items) => {
            let words: Result<Vec<Vec<Word>>, Finding> = items.into_iter().map(words).collect();
            Ok(words?.into_iter().flatten().collect())
        }
        _ => {
            let message = "only names of properties are modelled here";
            let finding = Finding::new(place, "not-modelled", message);
            Err(finding.help("write them with commas between: `Name, Enabled, *auth*`"))
        }
    }
}

fn count(value: &Expression) -> Result<u64, Finding> {
    match value.kind {
        ExpressionKind::Integer(number) if number >= 0 => Ok(number.unsigned_abs()),
        _ => {
            let finding = Finding::new(value.place, "bad-value", "`-First` takes a number");
            Err(finding.help("write how many, such as `-First 1`"))
        }
    }
}

/// The arguments without a parameter that only names the block.
fn without_name(mut arguments: Vec<Argument>, known: &str) -> Vec<Argument> {
    let is_name = |argument: &Argument| match argument {
        Argument::Parameter { name, value: None } => {
            let known = known.to_ascii_lowercase();
            known.starts_with(&name.text.to_ascii_lowercase())
        }
        _ => false,
    };
    if arguments.len() == 2 && is_name(&arguments[0]) {
        arguments.remove(0);
    }
    arguments
}

fn no_block(command: &Word, place: Place) -> Finding {
    let message = format!("a block in braces is not modelled for `{}`", command.text);
    let finding = Finding::new(place, "not-modelled", message);
    finding.help("write names of properties")
}
