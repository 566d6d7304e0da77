//! Which commands a statement names, wherever in it they stand.
//!
//! It knows no cmdlets: a name is what stands where a command's name belongs. Invariant: each place of
//! the tree is visited once, in the order of the text.

use super::syntax::{Argument, Expression, ExpressionKind, Part, Pipeline, Stage, Statement};

impl Statement {
    /// The names of its commands as they are written, those in blocks, parentheses and texts too.
    pub fn commands(&self) -> Vec<&str> {
        let mut names = Vec::new();
        pipeline(&self.pipeline, &mut names);
        names
    }
}

fn statements<'s>(statements: &'s [Statement], names: &mut Vec<&'s str>) {
    for statement in statements {
        pipeline(&statement.pipeline, names);
    }
}

fn pipeline<'s>(given: &'s Pipeline, names: &mut Vec<&'s str>) {
    for stage in &given.stages {
        match stage {
            Stage::Value(value) => expression(value, names),
            Stage::Command(command) => {
                names.push(&command.name.text);
                for argument in &command.arguments {
                    match argument {
                        Argument::Parameter { value, .. } => {
                            value.iter().for_each(|value| expression(value, names));
                        }
                        Argument::Value(value) => expression(value, names),
                        Argument::Block {
                            statements: block, ..
                        } => statements(block, names),
                    }
                }
            }
            Stage::Where(condition) => pipeline(condition, names),
            Stage::ForEach(block) => statements(block, names),
            Stage::Select(_) | Stage::Format(_) => {}
        }
    }
}

fn expression<'s>(value: &'s Expression, names: &mut Vec<&'s str>) {
    match &value.kind {
        ExpressionKind::Null
        | ExpressionKind::Boolean(_)
        | ExpressionKind::Integer(_)
        | ExpressionKind::Text(_)
        | ExpressionKind::Variable(_)
        | ExpressionKind::NewGuid => {}
        ExpressionKind::Interpolated(parts) => {
            for part in parts {
                if let Part::Value(value) = part {
                    expression(value, names);
                }
            }
        }
        ExpressionKind::Property(of, _) | ExpressionKind::Not(of) => expression(of, names),
        ExpressionKind::Index(of, at) | ExpressionKind::Binary(_, of, at) => {
            expression(of, names);
            expression(at, names);
        }
        ExpressionKind::Call(of, _, arguments) => {
            expression(of, names);
            arguments.iter().for_each(|value| expression(value, names));
        }
        ExpressionKind::List(items) => items.iter().for_each(|value| expression(value, names)),
        ExpressionKind::Array(block) => statements(block, names),
        ExpressionKind::Table(entries) => {
            entries
                .iter()
                .for_each(|(_, value)| expression(value, names));
        }
        ExpressionKind::Pipeline(inner) => pipeline(inner, names),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn commands_are_named_wherever_they_stand_in_a_statement() {
        for (text, named) in [
            ("Get-A | Set-B -C 1", "Get-A Set-B"),
            ("$x = Get-A (Get-B)", "Get-A Get-B"),
            (
                "Get-A | Where-Object { $_.X -eq (Get-B) } | Format-List",
                "Get-A Get-B",
            ),
            (
                "Get-A | ForEach-Object { Set-B $_; Set-C $_ }",
                "Get-A Set-B Set-C",
            ),
            (
                "Set-A -B @{Add=(Get-C)} -D \"d$(Get-E)\"",
                "Set-A Get-C Get-E",
            ),
            ("Set-A -B:@(Get-C; Get-D)[0].Name", "Set-A Get-C Get-D"),
            ("$x.AddDays(1)", ""),
        ] {
            let (script, findings) = parse(text);
            assert!(findings.into_vec().is_empty(), "{text}");
            let names = script.statements[0].commands();
            assert_eq!(names.join(" "), named, "{text}");
        }
    }
}
