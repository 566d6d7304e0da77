//! Statements, pipelines and commands, and how reading goes on behind a fault.
//!
//! It knows no cmdlets and no values. Invariant: each step goes forward or ends, and a fault costs the
//! statement it stands in, nothing else.

use super::cursor::{
    Cursor, ends_word, is_blank, is_dash, is_double_quote, is_name, is_single_quote, is_unreadable,
};
use super::filters::stage_of;
use super::syntax::{
    Argument, Command, DEPTH_MAX, Expression, Pipeline, Script, Stage, Statement, Word,
};
use crate::cmdlet::finding::{Finding, Findings, Place};

/// What could not be read is already a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Abandoned {
    /// The innermost statement.
    Statement,
    /// The outermost one: it is hopeless.
    All,
}

pub(super) type Parsed<T> = Result<T, Abandoned>;

/// Words that begin what PowerShell has and this language has not, with what to do instead.
const KEYWORDS: &[(&str, &str)] = &[
    ("if", ONE_BY_ONE),
    ("else", ONE_BY_ONE),
    ("elseif", ONE_BY_ONE),
    ("switch", ONE_BY_ONE),
    (
        "foreach",
        "write the cmdlets one by one, or use `ForEach-Object`",
    ),
    ("for", ONE_BY_ONE),
    ("while", ONE_BY_ONE),
    ("until", ONE_BY_ONE),
    ("do", ONE_BY_ONE),
    ("function", ONE_BY_ONE),
    ("filter", ONE_BY_ONE),
    (
        "param",
        "write the values where they are used, or set variables",
    ),
    ("return", ONE_BY_ONE),
    ("break", ONE_BY_ONE),
    ("continue", ONE_BY_ONE),
    (
        "exit",
        "use `$ErrorActionPreference = 'Stop'` to end a script at its first error",
    ),
    ("try", HANDLED),
    ("catch", HANDLED),
    ("finally", HANDLED),
    ("trap", HANDLED),
    ("throw", HANDLED),
    ("begin", ONE_BY_ONE),
    ("process", ONE_BY_ONE),
    ("end", ONE_BY_ONE),
    ("class", ONE_BY_ONE),
    ("enum", ONE_BY_ONE),
    ("using", "leave it out; nothing has to be loaded"),
];
const ONE_BY_ONE: &str = "write the cmdlets one by one";
const HANDLED: &str = "a script goes on behind an error unless `$ErrorActionPreference` is 'Stop'";

/// A script that is being read.
pub(super) struct Parser<'a> {
    pub(super) cursor: Cursor<'a>,
    findings: Findings,
    depth: usize,
    /// A bracket without its end was met while looking for the end of a statement.
    is_unbalanced: bool,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Parser<'a> {
        Parser {
            cursor: Cursor::new(text),
            findings: Findings::default(),
            depth: 0,
            is_unbalanced: false,
        }
    }

    /// Reads all statements; the text is left for the caller to add.
    pub(super) fn script(mut self) -> (Script, Findings) {
        let mut script = Script::default();
        let mut is_behind_fault = false;
        loop {
            self.skip_to_statement();
            if self.cursor.peek().is_none() {
                return (script, self.findings);
            }
            if is_behind_fault && self.cursor.peek().is_some_and(|c| "(){}".contains(c)) {
                // What a fault left over; in front of a block it was told already.
                self.cursor.bump();
                continue;
            }
            let start = self.cursor.at();
            match self
                .statement()
                .and_then(|it| self.end_of_statement(None).map(|()| it))
            {
                Ok(statement) => {
                    script.statements.push(statement);
                    is_behind_fault = false;
                }
                Err(_) => {
                    self.recover(None);
                    script.lost.push(self.cursor.since(start));
                    is_behind_fault = true;
                }
            }
            if self.cursor.at() == start {
                self.cursor.bump();
            }
        }
    }

    /// Statements up to a closing bracket, which is read too.
    pub(super) fn statements_until(&mut self, open: Place, close: char) -> Parsed<Vec<Statement>> {
        let mut statements = Vec::new();
        let mut has_fault = false;
        loop {
            self.skip_to_statement();
            if self.cursor.eat(close) {
                return if has_fault {
                    Err(Abandoned::Statement)
                } else {
                    Ok(statements)
                };
            }
            if self.cursor.peek().is_none() {
                return self.unclosed(open, close);
            }
            let start = self.cursor.at();
            let read = self.statement();
            match read.and_then(|it| self.end_of_statement(Some(close)).map(|()| it)) {
                Ok(statement) => statements.push(statement),
                Err(Abandoned::All) => return Err(Abandoned::All),
                Err(Abandoned::Statement) => {
                    has_fault = true;
                    self.recover(Some(close));
                    if self.cursor.at() == start {
                        return Err(Abandoned::Statement);
                    }
                }
            }
        }
    }

    fn statement(&mut self) -> Parsed<Statement> {
        let start = self.cursor.at();
        let variable = self.assigned()?;
        if variable.is_some() {
            self.skip_blanks_and_newlines()?;
        }
        let pipeline = self.pipeline()?;
        Ok(Statement {
            place: Place::new(start..pipeline.place.range().end),
            variable,
            pipeline,
        })
    }

    /// `$name =`, if that is what comes.
    fn assigned(&mut self) -> Parsed<Option<Word>> {
        let start = self.cursor.at();
        if self.cursor.peek() != Some('$') {
            return Ok(None);
        }
        self.cursor.bump();
        let text = self.cursor.take_while(is_name);
        let place = self.cursor.since(start);
        let behind_name = self.cursor.at();
        self.cursor.take_while(is_blank);
        let rest = self.cursor.rest();
        let operator = ["+=", "-=", "*=", "/=", "%="]
            .iter()
            .find(|it| rest.starts_with(**it));
        if let (Some(operator), false) = (operator, text.is_empty()) {
            let place = Place::new(self.cursor.at()..self.cursor.at() + operator.len());
            let message = format!("`{operator}` is not modelled");
            let help = format!("set the variable with `${text} = ...`");
            return self.refuse(Finding::new(place, "not-modelled", message).help(help));
        }
        if text.is_empty() || !rest.starts_with('=') {
            self.cursor.go_to(start);
            // `$x.Name = 1` is told here, where it is plain what was meant.
            return self.no_property_is_set(behind_name).map(|()| None);
        }
        self.cursor.bump();
        let fixed = ["true", "false", "null", "_"];
        if fixed.iter().any(|name| name.eq_ignore_ascii_case(text)) {
            let message = format!("`${text}` cannot be set");
            let finding = Finding::new(place, "fixed-variable", message);
            return self.refuse(finding.help("use another name"));
        }
        let text = text.into();
        Ok(Some(Word { text, place }))
    }

    fn no_property_is_set(&mut self, behind_name: usize) -> Parsed<()> {
        let mut ahead = self.cursor;
        ahead.go_to(behind_name);
        let path = ahead.take_while(|c| is_name(c) || c == '.');
        let place = Place::new(self.cursor.at()..ahead.at());
        ahead.take_while(is_blank);
        let rest = ahead.rest();
        if !path.starts_with('.') || !rest.starts_with('=') || rest.starts_with("==") {
            return Ok(());
        }
        let message = "a property cannot be set here".to_owned();
        let finding = Finding::new(place, "not-modelled", message);
        self.refuse(finding.help("change the object with its `Set-` cmdlet"))
    }

    /// What stands between two ends of statements.
    pub(super) fn pipeline(&mut self) -> Parsed<Pipeline> {
        self.nested(Parser::pipeline_here)
    }

    fn pipeline_here(&mut self) -> Parsed<Pipeline> {
        let start = self.cursor.at();
        let mut stages = vec![self.first_stage()?];
        let mut end = self.cursor.at();
        loop {
            self.skip_blanks()?;
            if !self.cursor.rest().starts_with('|') {
                break;
            }
            let pipe = self.cursor.next_place();
            self.cursor.bump();
            if self.cursor.peek() == Some('|') {
                return self
                    .refuse_word(Place::new(pipe.range().start..pipe.range().end + 1), "||");
            }
            self.skip_blanks_and_newlines()?;
            let is_end = self
                .cursor
                .peek()
                .is_none_or(|c| matches!(c, '|' | ';' | ')' | '}'));
            if is_end {
                let finding = Finding::new(pipe, "empty-pipe", "nothing follows this `|`");
                return self.refuse(finding.help("leave it out, or write the next cmdlet"));
            }
            if stages.len() >= DEPTH_MAX {
                return self.too_deep(pipe);
            }
            stages.push(self.command_stage()?);
            end = self.cursor.at();
        }
        // What follows a command's last argument is not part of it.
        let text = &self.cursor.text()[start..end];
        let place = Place::new(start..start + text.trim_end().len());
        Ok(Pipeline { place, stages })
    }

    fn first_stage(&mut self) -> Parsed<Stage> {
        let Some(next) = self.cursor.peek() else {
            return self.expected_cmdlet();
        };
        let second = self.cursor.second();
        let is_number =
            next.is_ascii_digit() || is_dash(next) && second.is_some_and(|c| c.is_ascii_digit());
        let is_value = matches!(next, '$' | '(' | '@' | '[' | '!')
            || is_single_quote(next)
            || is_double_quote(next)
            || is_number
            || is_dash(next) && second.is_some_and(is_name);
        if is_value {
            return self.expression().map(Stage::Value);
        }
        self.command_stage()
    }

    fn command_stage(&mut self) -> Parsed<Stage> {
        let command = self.command()?;
        let stage = stage_of(command);
        stage.map_err(|finding| self.found(finding))
    }

    fn command(&mut self) -> Parsed<Command> {
        let start = self.cursor.at();
        let name = self.command_name()?;
        let mut arguments = Vec::new();
        let mut end = name.place.range().end;
        loop {
            self.skip_blanks()?;
            let next = self.cursor.peek();
            if next.is_none_or(|c| matches!(c, '\n' | ';' | '|' | ')' | '}')) {
                break;
            }
            arguments.push(self.argument(&name)?);
            end = self.cursor.at();
        }
        let place = Place::new(start..end);
        Ok(Command {
            place,
            name,
            arguments,
        })
    }

    fn command_name(&mut self) -> Parsed<Word> {
        let start = self.cursor.at();
        let is_part = |c: char| {
            !(ends_word(c) || is_single_quote(c) || is_double_quote(c) || "=@#$`".contains(c))
        };
        let written = self.cursor.take_while(is_part);
        let place = self.cursor.since(start);
        let is_keyword = |known: &&(&str, &str)| known.0.eq_ignore_ascii_case(written);
        let is_piped = self.cursor.text()[..start].trim_end().ends_with('|');
        if let Some((keyword, help)) = KEYWORDS.iter().find(is_keyword)
            // Behind a pipe `foreach` is another name of `ForEach-Object`.
            && !(is_piped && *keyword == "foreach")
        {
            let message = format!("`{keyword}` is not modelled");
            return self.refuse(Finding::new(place, "not-modelled", message).help(*help));
        }
        let is_alias = matches!(written, "?" | "%");
        if written.is_empty() || !is_alias && !written.starts_with(char::is_alphabetic) {
            self.cursor.go_to(start);
            return self.expected_cmdlet();
        }
        let plain = |c| if is_dash(c) { '-' } else { c };
        let text = written.chars().map(plain).collect::<String>().into();
        Ok(Word { text, place })
    }

    fn expected_cmdlet<T>(&mut self) -> Parsed<T> {
        let place = self.cursor.next_place();
        let Some(next) = self.cursor.peek() else {
            let finding = Finding::new(
                place,
                "expected-cmdlet",
                "the script ends where a cmdlet is expected",
            );
            return self.refuse(finding);
        };
        let finding = match next {
            '&' | '.' | '>' | '<' => return self.refuse_word(place, &next.to_string()),
            '|' => Finding::new(
                place,
                "expected-cmdlet",
                "a statement cannot begin with `|`",
            )
            .help("end the line above with `|`"),
            '{' => Finding::new(
                place,
                "not-modelled",
                "a block that stands by itself is not modelled",
            )
            .help("write its cmdlets without the braces"),
            ')' | '}' => Finding::new(place, "stray-bracket", format!("`{next}` closes nothing"))
                .help("delete it, or write the bracket that it closes"),
            _ if is_unreadable(next) => unreadable(place, next),
            _ => Finding::new(
                place,
                "expected-cmdlet",
                format!("`{next}` does not begin a cmdlet"),
            )
            .help("write a cmdlet, such as `Get-FederationTrust`"),
        };
        self.refuse(finding)
    }

    fn argument(&mut self, command: &Word) -> Parsed<Argument> {
        let next = self.cursor.peek().unwrap_or('\n');
        let second = self.cursor.second();
        if is_dash(next) && second.is_some_and(|c| c.is_alphabetic() || c == '_') {
            return self.parameter();
        }
        if next == '{' {
            let open = self.cursor.next_place();
            if !super::filters::is_filter(&command.text) {
                let message = format!("`{}` takes no block in braces", command.text);
                let finding = Finding::new(open, "not-modelled", message);
                return self.refuse(finding.help("put texts in quotes"));
            }
            self.cursor.bump();
            let statements = self.nested(|parser| parser.statements_until(open, '}'))?;
            let place = self.cursor.since(open.range().start);
            return Ok(Argument::Block { place, statements });
        }
        self.argument_value().map(Argument::Value)
    }

    fn parameter(&mut self) -> Parsed<Argument> {
        let start = self.cursor.at();
        self.cursor.bump();
        let text = self.cursor.take_while(is_name).into();
        let place = self.cursor.since(start);
        let name = Word { text, place };
        let value = if self.cursor.eat(':') {
            self.skip_blanks()?;
            if self
                .cursor
                .peek()
                .is_none_or(|c| matches!(c, '\n' | ';' | '|' | ')' | '}'))
            {
                let message = format!("`-{}:` has no value", name.text);
                return self.refuse(Finding::new(place, "missing-value", message));
            }
            Some(self.argument_value()?)
        } else {
            let is_joined = |c: char| !(ends_word(c) || is_single_quote(c) || is_double_quote(c));
            if self
                .cursor
                .peek()
                .is_some_and(|c| is_joined(c) && c != '$' && c != '@')
            {
                self.cursor.take_while(is_joined);
                let place = self.cursor.since(start);
                let message = format!(
                    "`{}` is not the name of a parameter",
                    place.text(self.cursor.text())
                );
                let finding = Finding::new(place, "bad-parameter", message);
                return self.refuse(finding.help("put a text that begins with a dash in quotes"));
            }
            None
        };
        Ok(Argument::Parameter { name, value })
    }

    /// Values with commas between them.
    fn argument_value(&mut self) -> Parsed<Expression> {
        let first = self.argument_item()?;
        let mut items = vec![first];
        loop {
            let before = self.cursor.at();
            self.skip_blanks()?;
            if !self.cursor.eat(',') {
                self.cursor.go_to(before);
                break;
            }
            self.skip_blanks_and_newlines()?;
            items.push(self.argument_item()?);
        }
        Ok(super::expression::list_of(items))
    }

    /// Nothing but the end may follow a statement.
    fn end_of_statement(&mut self, close: Option<char>) -> Parsed<()> {
        self.skip_blanks()?;
        match self.cursor.peek() {
            None | Some('\n' | ';') => Ok(()),
            Some(next) if Some(next) == close => Ok(()),
            Some(_) => {
                let finding = self.unexpected("the end of the statement");
                self.refuse(finding.help("begin a new line, or put a text in quotes"))
            }
        }
    }

    /// Goes to the end of a statement that could not be read: a newline or `;` that is not in brackets.
    fn recover(&mut self, close: Option<char>) {
        let start = self.cursor.at();
        let mut depth = 0_usize;
        while let Some(next) = self.cursor.peek() {
            match next {
                '\n' | ';' if depth == 0 || self.is_unbalanced => return,
                _ if depth == 0 && Some(next) == close => return,
                '(' | '{' | '[' => depth += 1,
                ')' | '}' | ']' => depth = depth.saturating_sub(1),
                '#' => {
                    self.cursor.go_to_end_of_line();
                    continue;
                }
                _ if is_single_quote(next) || is_double_quote(next) => {
                    self.skip_text(next);
                    continue;
                }
                _ => {}
            }
            self.cursor.bump();
        }
        if depth > 0 {
            self.is_unbalanced = true;
            self.cursor.go_to(start);
            self.cursor.go_to_end_of_line();
        }
    }

    /// Goes over a text without looking into it; one without end ends with its line.
    fn skip_text(&mut self, quote: char) {
        self.cursor.bump();
        let is_single = is_single_quote(quote);
        while let Some(next) = self.cursor.peek() {
            if next == '\n' {
                return;
            }
            self.cursor.bump();
            match next {
                '`' if !is_single && self.cursor.peek() != Some('\n') => {
                    self.cursor.bump();
                }
                _ if is_single && is_single_quote(next) => return,
                _ if !is_single && is_double_quote(next) => return,
                _ => {}
            }
        }
    }

    fn skip_to_statement(&mut self) {
        loop {
            // A fault in what is skipped was told, and the cursor stands behind it.
            let _ = self.skip_blanks_and_newlines();
            if !self.cursor.eat(';') {
                return;
            }
        }
    }

    /// Goes over white space, comments and continued lines.
    pub(super) fn skip_blanks(&mut self) -> Parsed<()> {
        loop {
            self.cursor.take_while(is_blank);
            let rest = self.cursor.rest();
            if rest.starts_with("<#") {
                self.skip_comment()?;
            } else if rest.starts_with('#') {
                self.cursor.go_to_end_of_line();
            } else if rest.starts_with('`') && !self.is_escape()? {
                self.cursor.go_to_end_of_line();
                self.cursor.bump();
            } else {
                return Ok(());
            }
        }
    }

    pub(super) fn skip_blanks_and_newlines(&mut self) -> Parsed<()> {
        loop {
            self.skip_blanks()?;
            if !self.cursor.eat('\n') {
                return Ok(());
            }
        }
    }

    fn skip_comment(&mut self) -> Parsed<()> {
        let start = self.cursor.at();
        if let Some(length) = self.cursor.rest().find("#>") {
            self.cursor.go_to(start + length + 2);
            return Ok(());
        }
        self.cursor.go_to(self.cursor.text().len());
        let place = Place::new(start..start + 2);
        let finding = Finding::new(place, "unterminated-comment", "this comment has no end");
        self.found(finding.help("end it with `#>`"));
        Ok(())
    }

    /// Whether the backtick that comes escapes a character rather than continues the line.
    fn is_escape(&mut self) -> Parsed<bool> {
        let place = self.cursor.next_place();
        let mut ahead = self.cursor;
        ahead.bump();
        let blanks = ahead.take_while(is_blank);
        match ahead.peek() {
            None | Some('\n') if blanks.trim_matches('\r').is_empty() => Ok(false),
            None | Some('\n') => {
                let message = "this backtick does not continue the line, because blanks follow it";
                self.cursor.go_to_end_of_line();
                let finding = Finding::new(place, "broken-continuation", message);
                self.found(finding.help("delete the blanks behind it"));
                // As it was meant, so that the rest is checked too.
                self.cursor.go_to(place.range().start);
                Ok(false)
            }
            Some(_) => Ok(true),
        }
    }

    /// Reads something one level deeper.
    pub(super) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEPTH_MAX {
            let place = self.cursor.next_place();
            return self.too_deep(place);
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    pub(super) fn too_deep<T>(&mut self, place: Place) -> Parsed<T> {
        let message = format!("this nests more than {DEPTH_MAX} levels deep");
        let finding = Finding::new(place, "too-deep", message);
        self.found(finding.help("keep a part of it in a variable"));
        Err(Abandoned::All)
    }

    /// Keeps a finding that ends the statement.
    pub(super) fn refuse<T>(&mut self, finding: Finding) -> Parsed<T> {
        Err(self.found(finding))
    }

    pub(super) fn found(&mut self, finding: Finding) -> Abandoned {
        self.findings.push(finding);
        Abandoned::Statement
    }

    /// Refuses a sign that PowerShell has.
    pub(super) fn refuse_word<T>(&mut self, place: Place, sign: &str) -> Parsed<T> {
        let help = match sign {
            ">" | ">>" | "<" | "2>" => "leave it out; results are kept in the transcript",
            "||" | "&&" => "write the cmdlets one by one",
            "&" | "." => "write the cmdlet's name itself",
            _ => "write its value",
        };
        let message = format!("`{sign}` is not modelled");
        self.refuse(Finding::new(place, "not-modelled", message).help(help))
    }

    pub(super) fn unclosed<T>(&mut self, open: Place, close: char) -> Parsed<T> {
        let text = open.text(self.cursor.text());
        let message = format!("this `{text}` is not closed");
        let finding = Finding::new(open, "unclosed-bracket", message);
        self.refuse(finding.help(format!("write `{close}` where it ends")))
    }

    /// What comes is not what was expected.
    pub(super) fn unexpected(&self, expected: &str) -> Finding {
        let place = self.cursor.next_place();
        match self.cursor.peek() {
            None => Finding::new(
                place,
                "unexpected",
                format!("the script ends where {expected} is expected"),
            ),
            Some(next) if is_unreadable(next) => unreadable(place, next),
            Some('\n') => Finding::new(
                place,
                "unexpected",
                format!("the line ends where {expected} is expected"),
            ),
            Some(next) => Finding::new(
                place,
                "unexpected",
                format!("`{next}` stands where {expected} is expected"),
            ),
        }
    }
}

/// A finding of a character that has no place in a script.
pub(super) fn unreadable(place: Place, character: char) -> Finding {
    let message = format!("U+{:04X} does not belong in a script", u32::from(character));
    Finding::new(place, "unreadable-character", message).help("delete it")
}
