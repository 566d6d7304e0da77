//! Values: variables, properties, operators, lists, tables, pipelines in parentheses.
//!
//! It knows no cmdlets. Invariant: chains (`.a.b.c`, `1 -and 1 -and 1`) count as depth, because the
//! tree that they make nests.

use super::cursor::{ends_word, is_blank, is_dash, is_double_quote, is_name, is_single_quote};
use super::parser::{Parsed, Parser};
use super::syntax::{DEPTH_MAX, Expression, ExpressionKind, Method, OPERATORS, Operator, Word};
use crate::cmdlet::finding::{Finding, Place};
use crate::cmdlet::value::PlainPattern;
use crate::model::spelling::short;

/// The methods with their names.
const METHODS: &[(&str, Method, usize)] = &[
    ("ToString", Method::ToText, 0),
    ("AddDays", Method::AddDays, 1),
    ("AddHours", Method::AddHours, 1),
    ("AddMinutes", Method::AddMinutes, 1),
];

/// A list, or its only item.
pub(super) fn list_of(mut items: Vec<Expression>) -> Expression {
    if items.len() == 1 {
        return items.remove(0);
    }
    let start = items.first().map_or(0, |item| item.place.range().start);
    let end = items.last().map_or(0, |item| item.place.range().end);
    Expression {
        place: Place::new(start..end),
        kind: ExpressionKind::List(items),
    }
}

/// The whole number that a word spells, if it does.
pub(super) fn integer(word: &str) -> Option<i64> {
    let mut characters = word.chars();
    let digits = match characters.next() {
        Some(dash) if is_dash(dash) => characters.as_str(),
        _ => word,
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    Some(if digits.len() < word.len() {
        -number
    } else {
        number
    })
}

impl Parser<'_> {
    /// A value with operators.
    pub(super) fn expression(&mut self) -> Parsed<Expression> {
        self.nested(Parser::conditions)
    }

    /// Values joined by `-and` and `-or`, which bind alike.
    fn conditions(&mut self) -> Parsed<Expression> {
        let mut left = self.comparison()?;
        for _ in 0..DEPTH_MAX {
            let Some((operator, place)) =
                self.operator(|it| matches!(it, Operator::And | Operator::Or))?
            else {
                return Ok(left);
            };
            let _ = place;
            let right = self.comparison()?;
            left = binary(operator, left, right);
        }
        self.too_deep(left.place)
    }

    fn comparison(&mut self) -> Parsed<Expression> {
        let mut left = self.items()?;
        for _ in 0..DEPTH_MAX {
            let Some((operator, place)) =
                self.operator(|it| !matches!(it, Operator::And | Operator::Or))?
            else {
                return Ok(left);
            };
            let right = self.items()?;
            if matches!(operator, Operator::Match | Operator::NotMatch) {
                self.check_pattern(place, &right)?;
            }
            left = binary(operator, left, right);
        }
        self.too_deep(left.place)
    }

    /// Only patterns without special signs mean here what they mean there.
    fn check_pattern(&mut self, place: Place, pattern: &Expression) -> Parsed<()> {
        let is_plain = match &pattern.kind {
            ExpressionKind::Text(text) => PlainPattern::of(text).is_some(),
            _ => false,
        };
        if is_plain {
            return Ok(());
        }
        let message =
            "`-match` is modelled for plain texts in quotes only, with `^` and `$` at the ends";
        let finding = Finding::new(place.to(pattern.place), "not-modelled", message);
        self.refuse(finding.help("use `-like` with `*` and `?`"))
    }

    /// The next operator, if it is one of these.
    fn operator(
        &mut self,
        is_wanted: impl Fn(Operator) -> bool,
    ) -> Parsed<Option<(Operator, Place)>> {
        let before = self.cursor.at();
        self.skip_blanks()?;
        let start = self.cursor.at();
        if let Some(sign @ ('+' | '*' | '/' | '%' | '=')) = self.cursor.peek() {
            let place = self.cursor.next_place();
            return self.refuse_operator(place, &sign.to_string());
        }
        if !self.cursor.peek().is_some_and(is_dash) {
            self.cursor.go_to(before);
            return Ok(None);
        }
        self.cursor.bump();
        let name = self.cursor.take_while(is_name);
        let place = self.cursor.since(start);
        match Operator::spelt(name) {
            Some(operator) if is_wanted(operator) => {
                self.skip_blanks_and_newlines()?;
                Ok(Some((operator, place)))
            }
            Some(_) => {
                self.cursor.go_to(before);
                Ok(None)
            }
            None => self.refuse_operator(place, &format!("-{name}")),
        }
    }

    fn refuse_operator<T>(&mut self, place: Place, sign: &str) -> Parsed<T> {
        const OTHERS: &[&str] = &[
            "ceq", "cne", "clike", "cnotlike", "cmatch", "creplace", "replace", "ireplace", "join",
            "split", "is", "isnot", "as", "f", "band", "bor", "xor", "bxor", "bnot", "shl", "shr",
        ];
        let name = sign.trim_start_matches('-').to_ascii_lowercase();
        let is_known = !sign.starts_with('-') || name.is_empty() || OTHERS.contains(&name.as_str());
        if is_known {
            let help = match sign {
                "+" => "write the text in double quotes with `$(...)` in it",
                "=" => "compare with `-eq`",
                _ => "use `-eq`, `-ne`, `-like`, `-and`, `-or` or `-not`",
            };
            let message = format!("`{sign}` is not modelled");
            return self.refuse(Finding::new(place, "not-modelled", message).help(help));
        }
        let known: Vec<&str> = OPERATORS.iter().map(|(name, _)| *name).collect();
        let finding = Finding::new(
            place,
            "unknown-operator",
            format!("`{}` is no operator", short(sign)),
        );
        let finding = match crate::model::spelling::suggestion(&name, known.iter().copied()) {
            Some(meant) => finding.help(format!("did you mean `-{meant}`?")),
            None => finding.help("use `-eq`, `-ne`, `-like`, `-and`, `-or` or `-not`"),
        };
        self.refuse(finding)
    }

    /// Values with commas between them.
    fn items(&mut self) -> Parsed<Expression> {
        let mut items = vec![self.unary()?];
        loop {
            let before = self.cursor.at();
            self.skip_blanks()?;
            if !self.cursor.eat(',') {
                self.cursor.go_to(before);
                return Ok(list_of(items));
            }
            self.skip_blanks_and_newlines()?;
            items.push(self.unary()?);
        }
    }

    fn unary(&mut self) -> Parsed<Expression> {
        let start = self.cursor.at();
        let Some(next) = self.cursor.peek() else {
            let finding = self.unexpected("a value");
            return self.refuse(finding);
        };
        if next == '!' {
            self.cursor.bump();
        } else if is_dash(next) && self.cursor.second().is_some_and(char::is_alphabetic) {
            self.cursor.bump();
            let name = self.cursor.take_while(is_name);
            if !name.eq_ignore_ascii_case("not") {
                let place = self.cursor.since(start);
                let message = format!(
                    "`{}` stands where a value is expected",
                    short(place.text(self.cursor.text()))
                );
                return self.refuse(Finding::new(place, "unexpected", message));
            }
        } else {
            return self.primary();
        }
        self.skip_blanks()?;
        let inner = self.nested(Parser::unary)?;
        let kind = ExpressionKind::Not(Box::new(inner));
        Ok(self.expression_since(start, kind))
    }

    fn primary(&mut self) -> Parsed<Expression> {
        let start = self.cursor.at();
        let next = self.cursor.peek().unwrap_or('\n');
        let is_number = next.is_ascii_digit()
            || is_dash(next) && self.cursor.second().is_some_and(|c| c.is_ascii_digit());
        if is_number {
            let is_part = |c: char| is_name(c) || is_dash(c) || c == '.';
            let word = self.cursor.take_while(is_part);
            let place = self.cursor.since(start);
            let Some(number) = integer(word) else {
                let message = format!("`{}` is not a whole number", short(word));
                let finding = Finding::new(place, "bad-number", message);
                return self.refuse(finding.help("write a whole number, or a text in quotes"));
            };
            let kind = ExpressionKind::Integer(number);
            return Ok(Expression { place, kind });
        }
        if matches!(next, '$' | '(' | '@' | '[') || is_single_quote(next) || is_double_quote(next) {
            let value = self.atom()?;
            return self.postfixes(value);
        }
        let word = self.cursor.take_while(|c| !ends_word(c));
        if word.is_empty() {
            let finding = self.unexpected("a value");
            return self.refuse(finding);
        }
        let place = self.cursor.since(start);
        let message = format!("`{}` is not a value", short(word));
        let finding = Finding::new(place, "bare-word", message);
        self.refuse(finding.help("put a text in quotes, a cmdlet in parentheses"))
    }

    /// A value of a cmdlet's argument, where words need no quotes.
    pub(super) fn argument_item(&mut self) -> Parsed<Expression> {
        let start = self.cursor.at();
        let next = self.cursor.peek().unwrap_or('\n');
        let second = self.cursor.second();
        match next {
            '>' | '<' => {
                let place = self.cursor.next_place();
                return self.refuse_word(place, &next.to_string());
            }
            '&' => {
                let place = self.cursor.next_place();
                return self.refuse_word(place, "&");
            }
            '[' => {
                let place = self.cursor.next_place();
                let message = "`[` begins a plain text here, not a value of a type";
                let finding = Finding::new(place, "not-modelled", message);
                return self.refuse(
                    finding.help("put a value of a type in parentheses, a text in quotes"),
                );
            }
            '$' if second.is_some_and(|c| is_name(c) || "({".contains(c)) => {}
            '(' | '@' => {}
            _ if is_single_quote(next) || is_double_quote(next) => {}
            _ => {
                let word = self.word()?;
                if self.cursor.peek() == Some('>') {
                    let place = Place::new(start..self.cursor.at() + 1);
                    return self.refuse_word(place, ">");
                }
                return Ok(word);
            }
        }
        let value = self.atom()?;
        let is_variable = next == '$' && second != Some('(');
        let value = if is_variable || matches!(next, '(' | '@') {
            self.postfixes(value)?
        } else {
            value
        };
        match self.cursor.peek() {
            None => Ok(value),
            Some(c) if ends_word(c) || c == '`' => Ok(value),
            Some(_) if next == '$' => self.word_with(value),
            Some(_) => {
                let finding = self.unexpected("a blank");
                self.refuse(finding.help("write a blank, or put the whole text in quotes"))
            }
        }
    }

    /// A value without what follows it.
    fn atom(&mut self) -> Parsed<Expression> {
        let next = self.cursor.peek().unwrap_or('\n');
        match next {
            '$' if self.cursor.second() == Some('(') => self.parenthesised(),
            '$' => self.variable(),
            '(' => self.parenthesised(),
            '@' => self.collection(),
            '[' => self.static_call(),
            _ if is_single_quote(next) => self.nested(Parser::single_quoted),
            _ => self.nested(Parser::double_quoted),
        }
    }

    /// `$name` or `${name}`.
    pub(super) fn variable(&mut self) -> Parsed<Expression> {
        let start = self.cursor.at();
        self.cursor.bump();
        let is_braced = self.cursor.eat('{');
        let name = self
            .cursor
            .take_while(|c| is_name(c) || is_braced && c == ':');
        if name.is_empty() || is_braced && !self.cursor.eat('}') {
            let place = Place::new(start..start + 1);
            let finding = Finding::new(
                place,
                "bad-variable",
                "a `$` without the name of a variable",
            );
            return self.refuse(finding.help("put a `$` that is meant as a text in single quotes"));
        }
        let is_scoped =
            self.cursor.peek() == Some(':') && self.cursor.second().is_some_and(is_name);
        if is_scoped || name.contains(':') {
            let end = if is_scoped { ":" } else { "" };
            let place = self.cursor.since(start);
            let message = format!("`${name}{end}` is not modelled");
            let finding = Finding::new(place, "not-modelled", message);
            return self.refuse(finding.help("use a plain variable, such as `$name`"));
        }
        let kind = match name.to_ascii_lowercase().as_str() {
            "true" => ExpressionKind::Boolean(true),
            "false" => ExpressionKind::Boolean(false),
            "null" => ExpressionKind::Null,
            "psitem" => ExpressionKind::Variable("_".into()),
            _ => ExpressionKind::Variable(name.into()),
        };
        Ok(self.expression_since(start, kind))
    }

    /// `( pipeline )` or `$( pipeline )`.
    pub(super) fn parenthesised(&mut self) -> Parsed<Expression> {
        let start = self.cursor.at();
        self.cursor.eat('$');
        self.cursor.eat('(');
        let open = self.cursor.since(start);
        self.skip_blanks_and_newlines()?;
        let pipeline = self.pipeline()?;
        self.skip_blanks_and_newlines()?;
        if !self.cursor.eat(')') {
            if self.cursor.peek().is_none() {
                return self.unclosed(open, ')');
            }
            let finding = self.unexpected("`)`");
            return self.refuse(finding.help("close the parenthesis, or put a text in quotes"));
        }
        let kind = ExpressionKind::Pipeline(Box::new(pipeline));
        Ok(self.expression_since(start, kind))
    }

    /// `@( ... )` or `@{ ... }`; others that begin so are refused.
    fn collection(&mut self) -> Parsed<Expression> {
        let start = self.cursor.at();
        let place = Place::new(start..start + 1);
        self.cursor.bump();
        match self.cursor.peek() {
            Some('(') => {
                self.cursor.bump();
                let open = self.cursor.since(start);
                let statements = self.nested(|parser| parser.statements_until(open, ')'))?;
                let kind = ExpressionKind::Array(statements);
                Ok(self.expression_since(start, kind))
            }
            Some('{') => {
                self.cursor.bump();
                let open = self.cursor.since(start);
                let entries = self.nested(|parser| parser.entries(open))?;
                let kind = ExpressionKind::Table(entries);
                Ok(self.expression_since(start, kind))
            }
            Some(quote) if is_single_quote(quote) || is_double_quote(quote) => {
                let finding = Finding::new(
                    place,
                    "not-modelled",
                    "a text over several lines is not modelled",
                );
                self.refuse(finding.help("write it in quotes on a line"))
            }
            Some(next) if is_name(next) => {
                let message = "parameters kept in a variable (`@name`) are not modelled";
                let finding = Finding::new(place, "not-modelled", message);
                self.refuse(finding.help("write the parameters themselves"))
            }
            _ => {
                let finding = self.unexpected("`(` or `{`");
                self.refuse(finding)
            }
        }
    }

    /// `Key = value` with newlines or `;` between them.
    fn entries(&mut self, open: Place) -> Parsed<Vec<(Word, Expression)>> {
        let mut entries = Vec::new();
        loop {
            self.skip_blanks_and_newlines()?;
            if self.cursor.eat(';') {
                continue;
            }
            if self.cursor.eat('}') {
                return Ok(entries);
            }
            let start = self.cursor.at();
            let quote = self
                .cursor
                .peek()
                .filter(|c| is_single_quote(*c) || is_double_quote(*c));
            if quote.is_some() {
                self.cursor.bump();
            }
            let text: Box<str> = self.cursor.take_while(is_name).into();
            if quote.is_some() {
                self.cursor.bump();
            }
            let place = self.cursor.since(start);
            if self.cursor.peek().is_none() {
                return self.unclosed(open, '}');
            }
            self.skip_blanks()?;
            if text.is_empty() || !self.cursor.eat('=') {
                let finding = self.unexpected("`Key = value`");
                return self.refuse(finding.help("write a table as `@{Add=\"contoso.com\"}`"));
            }
            self.skip_blanks_and_newlines()?;
            entries.push((Word { text, place }, self.expression()?));
            self.skip_blanks()?;
            if !self
                .cursor
                .peek()
                .is_none_or(|c| matches!(c, '\n' | ';' | '}'))
            {
                let finding = self.unexpected("`;` or `}`");
                return self.refuse(finding);
            }
        }
    }

    /// `[System.Guid]::NewGuid()`, the only one there is.
    fn static_call(&mut self) -> Parsed<Expression> {
        let start = self.cursor.at();
        self.cursor.bump();
        let name = self
            .cursor
            .take_while(|c| !matches!(c, ']' | '\n') && !is_blank(c));
        self.cursor.eat(']');
        let mut place = self.cursor.since(start);
        let is_guid = ["system.guid", "guid"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name));
        let mut member = "";
        if self.cursor.rest().starts_with("::") {
            self.cursor.take_while(|c| c == ':');
            member = self.cursor.take_while(is_name);
            place = self.cursor.since(start);
            if is_guid && member.eq_ignore_ascii_case("NewGuid") && self.cursor.eat('(') {
                self.skip_blanks()?;
                if self.cursor.eat(')') {
                    return Ok(self.expression_since(start, ExpressionKind::NewGuid));
                }
            }
        }
        let written = match member {
            "" => format!("[{}]", short(name)),
            member => format!("[{}]::{}", short(name), short(member)),
        };
        let finding = Finding::new(
            place,
            "not-modelled",
            format!("`{written}` is not modelled"),
        );
        self.refuse(finding.help("`[System.Guid]::NewGuid()` and `Get-Date` are"))
    }

    /// Properties, indices and methods behind a value.
    fn postfixes(&mut self, mut value: Expression) -> Parsed<Expression> {
        let start = value.place.range().start;
        for _ in 0..DEPTH_MAX {
            let is_property =
                self.cursor.peek() == Some('.') && self.cursor.second().is_some_and(is_name);
            if is_property {
                self.cursor.bump();
                let from = self.cursor.at();
                let text = self.cursor.take_while(is_name).into();
                let place = self.cursor.since(from);
                let name = Word { text, place };
                let kind = if self.cursor.peek() == Some('(') {
                    self.call(value, &name)?
                } else {
                    ExpressionKind::Property(Box::new(value), name)
                };
                value = self.expression_since(start, kind);
            } else if self.cursor.peek() == Some('[') {
                let open = self.cursor.next_place();
                self.cursor.bump();
                self.skip_blanks()?;
                let index = self.expression()?;
                self.skip_blanks()?;
                if !self.cursor.eat(']') {
                    return self.unclosed(open, ']');
                }
                let kind = ExpressionKind::Index(Box::new(value), Box::new(index));
                value = self.expression_since(start, kind);
            } else {
                return Ok(value);
            }
        }
        self.too_deep(value.place)
    }

    fn call(&mut self, value: Expression, name: &Word) -> Parsed<ExpressionKind> {
        let known = METHODS
            .iter()
            .find(|(known, ..)| known.eq_ignore_ascii_case(&name.text));
        let Some((_, method, least)) = known else {
            let message = format!("the method `.{}()` is not modelled", short(&name.text));
            let finding = Finding::new(name.place, "not-modelled", message);
            return self.refuse(
                finding.help("`.ToString()`, `.AddDays()`, `.AddHours()` and `.AddMinutes()` are"),
            );
        };
        let open = self.cursor.next_place();
        self.cursor.bump();
        self.skip_blanks()?;
        let mut arguments = Vec::new();
        if self.cursor.peek() != Some(')') {
            arguments.push(self.expression()?);
            self.skip_blanks()?;
        }
        if !self.cursor.eat(')') {
            return self.unclosed(open, ')');
        }
        if arguments.len() < *least {
            let message = format!("`.{}()` needs a number", name.text);
            return self.refuse(Finding::new(name.place, "missing-value", message));
        }
        Ok(ExpressionKind::Call(Box::new(value), *method, arguments))
    }
}

fn binary(operator: Operator, left: Expression, right: Expression) -> Expression {
    Expression {
        place: left.place.to(right.place),
        kind: ExpressionKind::Binary(operator, Box::new(left), Box::new(right)),
    }
}
