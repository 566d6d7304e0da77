//! Values of expressions while a script runs.
//!
//! It knows no cmdlets. Invariant: an expression nests no deeper than the reader lets it, so that
//! evaluating it cannot run out of stack.

use super::{Fault, Host, Run, Step, Walk};
use crate::cmdlet::language::syntax::{Expression, ExpressionKind, Method, Operator, Part};
use crate::cmdlet::output::ErrorRecord;
use crate::cmdlet::value::{Object, Value, compare};
use crate::cmdlet::{date, finding::Place};
use crate::engine::{Instant, Span};

impl<H: Host> Run<'_, H> {
    /// The value of an expression.
    pub(super) fn value<'f>(&'f mut self, expression: &'f Expression) -> Walk<'f, Value> {
        Box::pin(async move {
            Ok(match &expression.kind {
                ExpressionKind::Null => Value::Null,
                ExpressionKind::Boolean(value) => Value::Boolean(*value),
                ExpressionKind::Integer(number) => Value::Integer(*number),
                ExpressionKind::Text(text) => Value::Text(text.clone()),
                ExpressionKind::Variable(name) => self.variable(name),
                ExpressionKind::NewGuid => Value::text(guid(self.host.new_guid())),
                ExpressionKind::Interpolated(parts) => self.interpolated(parts).await?,
                ExpressionKind::Property(of, name) => self.value(of).await?.property(&name.text),
                ExpressionKind::Index(of, at) => {
                    let of = self.value(of).await?;
                    match self.value(at).await? {
                        Value::Integer(at) => of.index(at),
                        _ => {
                            return Err(self.wrong(expression.place, "an index has to be a number"));
                        }
                    }
                }
                ExpressionKind::Call(of, method, arguments) => {
                    let of = self.value(of).await?;
                    let argument = match arguments.first() {
                        Some(argument) => self.value(argument).await?,
                        None => Value::Null,
                    };
                    self.call(expression.place, *method, of, &argument)?
                }
                ExpressionKind::List(items) => {
                    let mut values = Vec::new();
                    for item in items {
                        values.push(self.value(item).await?);
                    }
                    self.bounded(values.len())?;
                    Value::List(values)
                }
                ExpressionKind::Array(statements) => {
                    let values = self.statements(statements).await?;
                    // `@(@(a, b), c)` is one list.
                    Value::List(values.into_iter().flat_map(Value::into_items).collect())
                }
                ExpressionKind::Table(entries) => {
                    let mut table = Object::new("Hashtable");
                    for (key, value) in entries {
                        table.set(key.text.clone(), self.value(value).await?);
                    }
                    Value::Object(table)
                }
                ExpressionKind::Pipeline(pipeline) => {
                    Value::from_items(self.pipeline(pipeline).await?)
                }
                ExpressionKind::Not(inner) => Value::Boolean(!self.value(inner).await?.is_true()),
                ExpressionKind::Binary(operator, left, right) => {
                    self.binary(*operator, left, right).await?
                }
            })
        })
    }

    /// The right side of `-and` and `-or` is looked at only if it matters.
    async fn binary(
        &mut self,
        operator: Operator,
        left: &Expression,
        right: &Expression,
    ) -> Step<Value> {
        let left = self.value(left).await?;
        match operator {
            Operator::And if !left.is_true() => return Ok(Value::Boolean(false)),
            Operator::Or if left.is_true() => return Ok(Value::Boolean(true)),
            _ => {}
        }
        let right = self.value(right).await?;
        Ok(compare(operator, &left, &right, self.zone()))
    }

    fn variable(&self, name: &str) -> Value {
        if name == "_" {
            return self.object.clone().unwrap_or_default();
        }
        let found = self.variables.get(&name.to_lowercase());
        found.cloned().unwrap_or_default()
    }

    async fn interpolated(&mut self, parts: &[Part]) -> Step<Value> {
        let mut text = String::new();
        for part in parts {
            let piece = match part {
                Part::Text(text) => text.to_string(),
                Part::Value(value) => self.value(value).await?.to_text(self.zone()),
            };
            self.spend(piece.len())?;
            text.push_str(&piece);
        }
        Ok(Value::text(text))
    }

    fn call(&self, place: Place, method: Method, of: Value, argument: &Value) -> Step<Value> {
        if method == Method::ToText {
            return self.to_text(place, of, argument);
        }
        let unit = match method {
            Method::AddDays => Span::from_days(1),
            Method::AddHours => Span::from_hours(1),
            Method::AddMinutes | Method::ToText => Span::from_minutes(1),
        };
        match (of, argument) {
            (Value::Date(date), Value::Integer(count)) => {
                let span = unit.times(count.unsigned_abs());
                let later = if *count < 0 { date - span } else { date + span };
                Ok(Value::Date(later.min(LAST_DATE)))
            }
            (Value::Date(_), _) => {
                Err(self.wrong(place, "what is added to a date has to be a whole number"))
            }
            _ => Err(self.wrong(place, "only dates have this method")),
        }
    }

    /// `"N"` and `"D"` are forms of identifiers.
    fn to_text(&self, place: Place, of: Value, form: &Value) -> Step<Value> {
        let text = match &of {
            Value::Date(instant) => date::shown(*instant, self.zone()),
            other => other.to_text(self.zone()),
        };
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        let is_guid = digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        match form.as_text().map(str::to_ascii_uppercase).as_deref() {
            None if *form == Value::Null => Ok(Value::text(text)),
            Some("N") if is_guid => Ok(Value::text(digits)),
            Some("D") if is_guid => Ok(Value::text(text)),
            _ => Err(self.wrong(
                place,
                "only identifiers have forms, and these are `N` and `D`",
            )),
        }
    }

    fn wrong(&self, place: Place, why: &str) -> Fault {
        let text = place.text(&self.script.text);
        let message = format!("`{text}`: {why}.");
        let exception = "RuntimeException";
        let error = ErrorRecord::of_shell(
            "",
            "InvalidOperation",
            exception,
            "InvalidOperation",
            message,
        );
        self.fault(error, None)
    }
}

/// The last second of the year 2500, far behind every run and in front of the end of the range.
const LAST_DATE: Instant = Instant::from_seconds(16_756_761_599);

/// The usual form of an identifier, with hyphens.
fn guid(number: u128) -> String {
    let digits = format!("{number:032x}");
    let parts = [
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    ];
    parts.join("-")
}
