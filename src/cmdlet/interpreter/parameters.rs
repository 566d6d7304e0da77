//! The parameters of a cmdlet that is carried out, by name.
//!
//! It knows no cmdlets. Invariant: a name is there once, whatever its case.

use std::collections::BTreeMap;

use crate::cmdlet::value::{Object, Value};

/// Values by the names of their parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters(BTreeMap<&'static str, Value>);

impl Parameters {
    /// Whether a parameter is given, be it with `$null`.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The value of a parameter that is given.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let found = self
            .0
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }

    /// The text of a parameter; none if it is not given, or given with `$null`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_text)
    }

    /// Whether a parameter says yes or no; none if it is not given.
    pub fn boolean(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Some(Value::Boolean(value)) => Some(*value),
            _ => None,
        }
    }

    /// Whether a switch is set.
    pub fn switch(&self, name: &str) -> bool {
        self.boolean(name) == Some(true)
    }

    /// The number of a parameter.
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Value::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    /// The texts of a parameter that takes several, in their order; none if it is not given or changes
    /// what there is.
    pub fn texts(&self, name: &str) -> Option<Vec<&str>> {
        match self.get(name)? {
            Value::List(items) => Some(items.iter().filter_map(Value::as_text).collect()),
            Value::Null => Some(Vec::new()),
            _ => None,
        }
    }

    /// What a parameter makes of the texts that there are: `@{Add=...; Remove=...}` changes them, a list
    /// takes their place. None: it is not given.
    pub fn changed(&self, name: &str, before: &[String]) -> Option<Vec<String>> {
        let value = self.get(name)?;
        let Some(table) = value.as_object() else {
            let texts = self.texts(name)?;
            return Some(texts.into_iter().map(str::to_owned).collect());
        };
        let of = |key: &str| listed(table, key);
        let is_same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
        let removed = of("Remove");
        let kept = before
            .iter()
            .filter(|text| !removed.iter().any(|it| is_same(it, text)));
        let mut after: Vec<String> = kept.cloned().collect();
        for added in of("Add") {
            if !after.iter().any(|it| is_same(it, &added)) {
                after.push(added);
            }
        }
        Some(after)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    pub(super) fn set(&mut self, name: &'static str, value: Value) {
        self.0.insert(name, value);
    }
}

fn listed(table: &Object, key: &str) -> Vec<String> {
    let items = table.get(key).cloned().unwrap_or_default().into_items();
    items
        .iter()
        .filter_map(Value::as_text)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_takes_the_place_of_what_there_is_and_a_table_changes_it() {
        let before = ["a.com".to_owned(), "b.com".to_owned()];
        let changed = |value: Value| {
            let mut parameters = Parameters::default();
            parameters.set("DomainNames", value);
            parameters.changed("domainnames", &before)
        };
        let table = Object::new("Hashtable")
            .with("Add", Value::texts(["B.com", "c.com"]))
            .with("Remove", Value::texts(["A.com"]));
        let texts = |texts: &[&str]| Some(texts.iter().map(|it| (*it).to_owned()).collect());
        assert_eq!(changed(table.into()), texts(&["b.com", "c.com"]));
        assert_eq!(changed(Value::texts(["d.com"])), texts(&["d.com"]));
        assert_eq!(changed(Value::Null), texts(&[]));
        assert_eq!(Parameters::default().changed("DomainNames", &before), None);
    }
}
