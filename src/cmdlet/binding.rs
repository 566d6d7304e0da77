//! Which parameter each argument of a command belongs to.
//!
//! It knows the catalog and no values. Invariant: a parameter is bound once, and every argument is bound
//! or a finding.

use super::catalog::{COMMON_NOT_MODELLED, Cmdlet, Kind, Parameter};
use super::finding::{Finding, Findings, Place};
use super::language::syntax::{Argument, Command, Expression, ExpressionKind, Word};
use crate::model::spelling::{short, suggestion};

/// A parameter with what was written for it.
#[derive(Clone, Copy, Debug)]
pub struct Bound<'a> {
    /// The parameter.
    pub parameter: &'static Parameter,
    /// Where it is named, or where its value stands.
    pub place: Place,
    /// Its value; none: a switch that is only named.
    pub value: Option<&'a Expression>,
}

/// What a written name of a parameter stands for.
enum Named {
    Parameter(&'static Parameter),
    NotModelled(&'static str),
    Ambiguous(Vec<&'static str>),
    Unknown,
}

/// Binds the arguments of a command.
pub fn bind<'a>(
    cmdlet: &'static Cmdlet,
    command: &'a Command,
    findings: &mut Findings,
) -> Vec<Bound<'a>> {
    let mut bound: Vec<Bound<'a>> = Vec::new();
    let mut loose: Vec<&'a Expression> = Vec::new();
    let mut arguments = command.arguments.iter().peekable();
    while let Some(argument) = arguments.next() {
        let (name, tied) = match argument {
            Argument::Value(value) => {
                match slashed(cmdlet, value) {
                    Some(name) => bind_name(cmdlet, &name, None, &mut bound, findings),
                    None => loose.push(value),
                }
                continue;
            }
            // The reader gives blocks only to the language's own commands.
            Argument::Block { .. } => continue,
            Argument::Parameter { name, value } => (name, value.as_ref()),
        };
        let takes_next = !matches!(
            named(cmdlet, &name.text),
            Named::Parameter(Parameter {
                kind: Kind::Switch,
                ..
            })
        );
        let mut value = tied;
        if takes_next
            && tied.is_none()
            && let Some(Argument::Value(next)) = arguments.peek()
        {
            value = Some(next);
            arguments.next();
        }
        bind_name(cmdlet, name, value, &mut bound, findings);
    }
    bind_loose(cmdlet, &loose, &mut bound, findings);
    bound
}

fn bind_name<'a>(
    cmdlet: &'static Cmdlet,
    name: &Word,
    value: Option<&'a Expression>,
    bound: &mut Vec<Bound<'a>>,
    findings: &mut Findings,
) {
    let place = name.place;
    let parameter = match named(cmdlet, &name.text) {
        Named::Parameter(parameter) => parameter,
        other => {
            if findings.wants_more() {
                findings.push(refused(cmdlet, name, &other));
            }
            return;
        }
    };
    if value.is_none() && parameter.kind != Kind::Switch {
        let message = format!("`-{}` has no value", parameter.name);
        findings.push(Finding::new(place, "missing-value", message));
    } else if bound
        .iter()
        .any(|known| known.parameter.name == parameter.name)
    {
        let message = format!("`-{}` is given twice", parameter.name);
        findings.push(Finding::new(place, "given-twice", message).help("delete one of them"));
    } else {
        bound.push(Bound {
            parameter,
            place,
            value,
        });
    }
}

/// Values without names go to the parameters that have a position, in its order.
fn bind_loose<'a>(
    cmdlet: &'static Cmdlet,
    loose: &[&'a Expression],
    bound: &mut Vec<Bound<'a>>,
    findings: &mut Findings,
) {
    let is_free = |parameter: &&'static Parameter| {
        let is_bound = bound
            .iter()
            .any(|known| known.parameter.name == parameter.name);
        parameter.position.is_some() && !is_bound
    };
    let mut free: Vec<&'static Parameter> = cmdlet.parameters.iter().filter(is_free).collect();
    free.sort_by_key(|parameter| parameter.position);
    let mut free = free.into_iter();
    for value in loose {
        let place = value.place;
        match free.next() {
            Some(parameter) => bound.push(Bound {
                parameter,
                place,
                value: Some(value),
            }),
            None => {
                let message = format!("`{}` takes no value without a name here", cmdlet.name);
                let finding = Finding::new(place, "stray-value", message);
                findings
                    .push(finding.help("name the parameter, or put a text with blanks in quotes"));
            }
        }
    }
}

/// `/noforce` of a command that is not a cmdlet.
fn slashed(cmdlet: &Cmdlet, value: &Expression) -> Option<Word> {
    let ExpressionKind::Text(text) = &value.kind else {
        return None;
    };
    let name = text
        .strip_prefix('/')
        .filter(|_| !cmdlet.name.contains('-'))?;
    Some(Word {
        text: name.into(),
        place: value.place,
    })
}

/// The whole name or another one wins; else the only name that begins so.
fn named(cmdlet: &'static Cmdlet, name: &str) -> Named {
    let is_whole = |known: &str| known.eq_ignore_ascii_case(name);
    let is_spelt = |parameter: &&'static Parameter| {
        is_whole(parameter.name) || parameter.aliases.iter().any(|alias| is_whole(alias))
    };
    if let Some(parameter) = cmdlet.all_parameters().find(is_spelt) {
        return Named::Parameter(parameter);
    }
    let others = || {
        cmdlet
            .not_modelled
            .iter()
            .chain(COMMON_NOT_MODELLED)
            .copied()
    };
    if let Some(other) = others().find(|other| is_whole(other)) {
        return Named::NotModelled(other);
    }
    let begins = |known: &str| known.get(..name.len()).is_some_and(is_whole);
    let parameters: Vec<_> = cmdlet
        .all_parameters()
        .filter(|it| begins(it.name))
        .collect();
    let refused: Vec<_> = others().filter(|other| begins(other)).collect();
    match (parameters.as_slice(), refused.as_slice()) {
        _ if name.is_empty() => Named::Unknown,
        ([], []) => Named::Unknown,
        ([only], []) => Named::Parameter(only),
        ([], [only]) => Named::NotModelled(only),
        _ => {
            let names = parameters.iter().map(|it| it.name);
            Named::Ambiguous(names.chain(refused.iter().copied()).collect())
        }
    }
}

fn refused(cmdlet: &'static Cmdlet, name: &Word, named: &Named) -> Finding {
    let known: Vec<&str> = cmdlet.all_parameters().map(|it| it.name).collect();
    match named {
        Named::NotModelled(other) => {
            let message = format!("`-{other}` of `{}` is not modelled", cmdlet.name);
            let finding = Finding::new(name.place, "not-modelled", message);
            finding.help(match *other {
                "WhatIf" => "leave the line out; what is tried is not done",
                _ => "leave it out",
            })
        }
        Named::Ambiguous(names) => {
            let message = format!("`-{}` may mean `-{}`", name.text, names.join("` or `-"));
            Finding::new(name.place, "ambiguous-parameter", message).help("write the whole name")
        }
        Named::Unknown | Named::Parameter(_) => {
            let message = format!(
                "`{}` has no parameter `-{}`",
                cmdlet.name,
                short(&name.text)
            );
            let finding = Finding::new(name.place, "unknown-parameter", message);
            match suggestion(&name.text, known.iter().copied()) {
                Some(meant) => finding.help(format!("did you mean `-{meant}`?")),
                None => {
                    let own: Vec<&str> = cmdlet.parameters.iter().map(|it| it.name).collect();
                    match own.as_slice() {
                        [] => finding.help("it has none of its own"),
                        own => finding.help(format!("its parameters are `-{}`", own.join("`, `-"))),
                    }
                }
            }
        }
    }
}
