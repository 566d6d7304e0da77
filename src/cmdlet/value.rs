//! Values of a script, and objects with properties, as cmdlets give and take them.
//!
//! It knows no cmdlets and no layout. Invariant: names of properties are found whatever their case, and
//! keep the case and the order in which they were set.

use std::cmp::Ordering;

use super::date;
use super::language::syntax::Operator;
use crate::engine::{Instant, Offset, Span};

/// A value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing.
    #[default]
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(Box<str>),
    /// A point in time.
    Date(Instant),
    /// Several values.
    List(Vec<Value>),
    /// An object.
    Object(Object),
}

/// An object: a type and properties in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    type_name: Box<str>,
    properties: Vec<(Box<str>, Value)>,
}

/// A pattern of `-match` that means the same without regular expressions: a plain text, perhaps tied to
/// the start and the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainPattern {
    text: String,
    at_start: bool,
    at_end: bool,
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<Box<str>>) -> Value {
        Value::Text(text.into())
    }

    /// A list of texts.
    pub fn texts<T: Into<Box<str>>>(texts: impl IntoIterator<Item = T>) -> Value {
        Value::List(texts.into_iter().map(Value::text).collect())
    }

    /// Whether a condition with this value holds.
    ///
    /// Source: about_Booleans (docs).
    pub fn is_true(&self) -> bool {
        match self {
            Value::Null => false,
            Value::Boolean(value) => *value,
            Value::Integer(number) => *number != 0,
            Value::Text(text) => !text.is_empty(),
            Value::Date(_) | Value::Object(_) => true,
            Value::List(items) => match items.as_slice() {
                [] => false,
                [only] => only.is_true(),
                _ => true,
            },
        }
    }

    /// The value as it appears within a text, such as `"$x"`: dates in the invariant form, lists with
    /// blanks between.
    ///
    /// Source: about_Quoting_Rules (docs).
    pub fn to_text(&self, zone: Offset) -> String {
        match self {
            Value::Null => String::new(),
            Value::Boolean(value) => if *value { "True" } else { "False" }.to_owned(),
            Value::Integer(number) => number.to_string(),
            Value::Text(text) => text.to_string(),
            Value::Date(instant) => date::invariant(*instant, zone),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.to_text(zone)).collect();
                items.join(" ")
            }
            Value::Object(object) => object.to_text(zone),
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The items of a list, or the value as the only item; nothing for `$null`.
    pub fn into_items(self) -> Vec<Value> {
        match self {
            Value::Null => Vec::new(),
            Value::List(items) => items,
            other => vec![other],
        }
    }

    /// What a pipeline with these results is as a value: nothing, the only one, or a list.
    pub fn from_items(mut items: Vec<Value>) -> Value {
        match items.len() {
            0 => Value::Null,
            1 => items.remove(0),
            _ => Value::List(items),
        }
    }

    /// The property of an object; of a list, the property of each that has it.
    pub fn property(&self, name: &str) -> Value {
        match self {
            Value::Object(object) => object.get(name).cloned().unwrap_or_default(),
            Value::List(items) if name.eq_ignore_ascii_case("Count") => Value::count(items.len()),
            Value::List(items) => {
                let having = items.iter().filter_map(Value::as_object);
                let values = having.filter_map(|object| object.get(name)).cloned();
                Value::from_items(values.flat_map(Value::into_items).collect())
            }
            Value::Text(text) if name.eq_ignore_ascii_case("Length") => {
                Value::count(text.chars().count())
            }
            Value::Null if name.eq_ignore_ascii_case("Count") => Value::Integer(0),
            Value::Null => Value::Null,
            _ if name.eq_ignore_ascii_case("Count") => Value::Integer(1),
            _ => Value::Null,
        }
    }

    /// The item at an index; negative ones count from the end.
    pub fn index(&self, index: i64) -> Value {
        let items = match self {
            Value::List(items) => items.as_slice(),
            Value::Null => &[],
            other => std::slice::from_ref(other),
        };
        let from_end = i64::try_from(items.len())
            .unwrap_or(i64::MAX)
            .saturating_add(index);
        let at = usize::try_from(if index < 0 { from_end } else { index });
        at.ok()
            .and_then(|at| items.get(at))
            .cloned()
            .unwrap_or_default()
    }

    /// The length that a text such as `01:30:00` or `1.00:00:00` spells.
    pub fn as_span(&self) -> Option<Span> {
        let (days, clock) = match self.as_text()?.split_once('.') {
            Some((days, clock)) => (days.parse::<u32>().ok()?, clock),
            None => (0, self.as_text()?),
        };
        let mut parts = clock.split(':').map(|part| part.parse::<u32>().ok());
        let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
        if parts.next().is_some() || hours > 23 || minutes > 59 || seconds > 59 {
            return None;
        }
        let days = Span::from_days(u64::from(days));
        let hours = Span::from_hours(u64::from(hours));
        let minutes = Span::from_minutes(u64::from(minutes));
        Some(days + hours + minutes + Span::from_seconds(u64::from(seconds)))
    }

    fn count(count: usize) -> Value {
        Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::text(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Boolean(value)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Integer(number)
    }
}

impl From<Instant> for Value {
    fn from(instant: Instant) -> Value {
        Value::Date(instant)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Value {
        Value::Object(object)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Value {
        Value::List(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

impl Object {
    /// An object without properties.
    pub fn new(type_name: impl Into<Box<str>>) -> Object {
        Object {
            type_name: type_name.into(),
            properties: Vec::new(),
        }
    }

    /// Adds a property, or sets it where it is.
    pub fn with(mut self, name: impl Into<Box<str>>, value: impl Into<Value>) -> Object {
        self.set(name, value);
        self
    }

    /// Adds a property, or sets it where it is.
    pub fn set(&mut self, name: impl Into<Box<str>>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        let known = |(known, _): &&mut (Box<str>, Value)| known.eq_ignore_ascii_case(&name);
        match self.properties.iter_mut().find(known) {
            Some((_, old)) => *old = value,
            None => self.properties.push((name, value)),
        }
    }

    /// The value of a property.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let found = self
            .properties
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }

    /// Its type, such as `OrganizationRelationship`.
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// Its properties in their order.
    pub fn properties(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.properties.iter().map(|(name, value)| (&**name, value))
    }

    /// The text that stands for the object: its identity or name, else its type.
    pub fn to_text(&self, zone: Offset) -> String {
        let named = ["Identity", "Name"].iter().find_map(|name| self.get(name));
        match named {
            Some(value @ (Value::Text(_) | Value::Integer(_))) => value.to_text(zone),
            _ => self.type_name.to_string(),
        }
    }
}

/// What an operator makes of two values. A list on the left is filtered by comparisons.
///
/// Source: about_Comparison_Operators (docs).
pub fn compare(operator: Operator, left: &Value, right: &Value, zone: Offset) -> Value {
    let holds = |left: &Value| holds(operator, left, right, zone);
    match (operator, left) {
        (Operator::And, _) => Value::Boolean(left.is_true() && right.is_true()),
        (Operator::Or, _) => Value::Boolean(left.is_true() || right.is_true()),
        (Operator::Contains | Operator::NotContains | Operator::In | Operator::NotIn, _) => {
            Value::Boolean(holds(left))
        }
        (_, Value::List(items)) => {
            Value::List(items.iter().filter(|item| holds(item)).cloned().collect())
        }
        _ => Value::Boolean(holds(left)),
    }
}

fn holds(operator: Operator, left: &Value, right: &Value, zone: Offset) -> bool {
    let order = || ordering(left, right, zone);
    let like = || is_like(&left.to_text(zone), &right.to_text(zone));
    let matches = || {
        let pattern = PlainPattern::of(&right.to_text(zone));
        pattern.is_some_and(|pattern| pattern.matches(&left.to_text(zone)))
    };
    let contains = |all: &Value, one: &Value| {
        let mut items = all.clone().into_items().into_iter();
        items.any(|item| equal(&item, one, zone))
    };
    match operator {
        Operator::Equal => equal(left, right, zone),
        Operator::NotEqual => !equal(left, right, zone),
        Operator::Greater => order() == Some(Ordering::Greater),
        Operator::GreaterOrEqual => order().is_some_and(Ordering::is_ge),
        Operator::Less => order() == Some(Ordering::Less),
        Operator::LessOrEqual => order().is_some_and(Ordering::is_le),
        Operator::Like => like(),
        Operator::NotLike => !like(),
        Operator::Match => matches(),
        Operator::NotMatch => !matches(),
        Operator::Contains => contains(left, right),
        Operator::NotContains => !contains(left, right),
        Operator::In => contains(right, left),
        Operator::NotIn => !contains(right, left),
        Operator::And => left.is_true() && right.is_true(),
        Operator::Or => left.is_true() || right.is_true(),
    }
}

/// Whether two values are equal once the right one is made the left one's kind.
fn equal(left: &Value, right: &Value, zone: Offset) -> bool {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => left == right,
        (Value::Boolean(value), _) => *value == right.is_true(),
        (Value::Object(_), Value::Object(_)) => left == right,
        _ => ordering(left, right, zone) == Some(Ordering::Equal),
    }
}

fn ordering(left: &Value, right: &Value, zone: Offset) -> Option<Ordering> {
    match (left, right) {
        (Value::Integer(left), _) => Some(left.cmp(&number(right)?)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Text(right)) => Some(left.cmp(&date::read(right, zone)?)),
        (Value::Boolean(left), _) => Some(left.cmp(&right.is_true())),
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        (Value::Null, _) | (_, Value::Null) => None,
        _ => {
            let folded = |value: &Value| value.to_text(zone).to_lowercase();
            Some(folded(left).cmp(&folded(right)))
        }
    }
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        Value::Boolean(value) => Some(i64::from(*value)),
        Value::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Whether a text fits a pattern with `*` and `?`, whatever the case.
pub fn is_like(text: &str, pattern: &str) -> bool {
    let folded = |text: &str| text.to_lowercase().chars().collect::<Vec<char>>();
    let (text, pattern) = (folded(text), folded(pattern));
    let (mut at, mut of) = (0, 0);
    // The last `*`, and how much of the text it has taken so far.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        let next = pattern.get(of);
        if next == Some(&'*') {
            star = Some((of, at));
            of += 1;
        } else if next.is_some_and(|c| *c == '?' || *c == text[at]) {
            at += 1;
            of += 1;
        } else if let Some((place, taken)) = star {
            star = Some((place, taken + 1));
            at = taken + 1;
            of = place + 1;
        } else {
            return false;
        }
    }
    pattern[of..].iter().all(|c| *c == '*')
}

impl PlainPattern {
    /// The pattern, unless it holds signs that need a regular expression.
    pub fn of(pattern: &str) -> Option<PlainPattern> {
        let (at_start, rest) = match pattern.strip_prefix('^') {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        let (at_end, rest) = match rest.strip_suffix('$') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let mut text = String::new();
        let mut characters = rest.chars();
        while let Some(next) = characters.next() {
            match next {
                '\\' => match characters.next() {
                    Some(escaped) if !escaped.is_alphanumeric() => text.push(escaped),
                    _ => return None,
                },
                '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' => {
                    return None;
                }
                plain => text.push(plain),
            }
        }
        let text = text.to_lowercase();
        Some(PlainPattern {
            text,
            at_start,
            at_end,
        })
    }

    /// Whether a text holds it, whatever the case.
    pub fn matches(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        match (self.at_start, self.at_end) {
            (true, true) => text == self.text,
            (true, false) => text.starts_with(&self.text),
            (false, true) => text.ends_with(&self.text),
            (false, false) => text.contains(&self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &[&str]) -> Value {
        Value::texts(items.iter().copied())
    }

    #[test]
    fn truth_is_what_the_shell_takes_for_it() {
        for (value, is_true) in [
            (Value::Null, false),
            (false.into(), false),
            (0.into(), false),
            (2.into(), true),
            ("".into(), false),
            ("False".into(), true),
            (list(&[]), false),
            (list(&[""]), false),
            (list(&["", ""]), true),
            (Object::new("Mailbox").into(), true),
        ] {
            assert_eq!(value.is_true(), is_true, "{value:?}");
        }
    }

    #[test]
    fn comparisons_follow_the_left_side_and_disregard_case() {
        use Operator::*;
        let cases: &[(Value, Operator, Value, bool)] = &[
            ("Exchange".into(), Equal, "EXCHANGE".into(), true),
            ("a".into(), NotEqual, "b".into(), true),
            (2048.into(), Equal, "2048".into(), true),
            (2048.into(), Equal, "many".into(), false),
            ("2048".into(), Equal, 2048.into(), true),
            (10.into(), Greater, 9.into(), true),
            ("10".into(), Greater, 9.into(), false),
            (true.into(), Equal, "anything".into(), true),
            (true.into(), Equal, "".into(), false),
            (Value::Null, Equal, Value::Null, true),
            (Value::Null, Equal, "".into(), false),
            ("".into(), Equal, Value::Null, false),
            (Value::Null, Greater, 1.into(), false),
            ("contoso.com".into(), Like, "*TOSO*".into(), true),
            ("contoso.com".into(), Like, "contoso".into(), false),
            ("contoso.com".into(), NotLike, "f*".into(), true),
            ("contoso.com".into(), Match, "^con".into(), true),
            ("contoso.com".into(), Match, "\\.com$".into(), true),
            ("contoso.com".into(), NotMatch, "fabrikam".into(), true),
            (list(&["a", "b"]), Contains, "B".into(), true),
            ("c".into(), In, list(&["a", "b"]), false),
            ("c".into(), NotIn, list(&["a", "b"]), true),
        ];
        for (left, operator, right, holds) in cases {
            let result = compare(*operator, left, right, Offset::ZERO);
            assert_eq!(
                result,
                Value::Boolean(*holds),
                "{left:?} {operator:?} {right:?}"
            );
        }
    }

    #[test]
    fn a_list_on_the_left_is_filtered() {
        let result = compare(
            Operator::Like,
            &list(&["ab", "b", "ac"]),
            &"a*".into(),
            Offset::ZERO,
        );
        assert_eq!(result, list(&["ab", "ac"]));
    }

    #[test]
    fn wildcards_fit_in_time_that_does_not_explode() {
        let text = "a".repeat(2_000);
        let pattern = "*a".repeat(100) + "b";
        assert!(!is_like(&text, &pattern));
        assert!(is_like("", "*"));
        assert!(!is_like("", "?"));
        assert!(is_like("Default Web Site", "*we? s*"));
    }

    #[test]
    fn properties_are_found_whatever_their_case_and_lists_give_those_of_their_items() {
        let object = |name: &str| Object::new("Server").with("Name", name).with("NAME", name);
        assert_eq!(object("a").properties().len(), 1);
        let both = Value::List(vec![object("a").into(), object("b").into()]);
        assert_eq!(both.property("name"), list(&["a", "b"]));
        assert_eq!(both.index(-1), object("b").into());
        assert_eq!(both.index(2), Value::Null);
        assert_eq!(both.property("Count"), 2.into());
        assert_eq!(both.index(0).to_text(Offset::ZERO), "a");
    }

    #[test]
    fn a_pattern_that_needs_a_regular_expression_is_none() {
        for pattern in ["a.c", "a|b", "[ab]", "\\d", "a*", "(a)", "a$b"] {
            assert_eq!(PlainPattern::of(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn lengths_of_time_are_read_as_the_shell_writes_them() {
        for (text, seconds) in [
            ("01:00:00", Some(3_600)),
            ("1.00:00:30", Some(86_430)),
            ("00:05", None),
            ("25:00:00", None),
            ("soon", None),
        ] {
            assert_eq!(
                Value::from(text).as_span(),
                seconds.map(Span::from_seconds),
                "{text}"
            );
        }
    }
}
