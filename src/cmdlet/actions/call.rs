//! One invocation of a cmdlet, as its action sees it.
//!
//! It knows no cmdlet. Invariant: the parameters have been checked against the catalog.

use crate::cmdlet::interpreter::Invocation;
use crate::cmdlet::output::ErrorRecord;
use crate::cmdlet::value::{Object, Value};
use crate::engine::{Instant, Span};

use super::shell::Shell;

/// One invocation of a cmdlet.
pub(super) struct Call<'a, 'v> {
    pub shell: &'a Shell<'v>,
    pub invocation: &'a Invocation,
}

impl Call<'_, '_> {
    /// The value of a parameter, or of the object's property that it takes by name; none if it was
    /// not given.
    pub fn value(&self, parameter: &str) -> Option<&Value> {
        self.invocation.parameters.get(parameter)
    }

    /// Whether a parameter was given, be it `$null`.
    pub fn has(&self, parameter: &str) -> bool {
        self.value(parameter).is_some()
    }

    /// A text; blank and `$null` are none.
    pub fn text(&self, parameter: &str) -> Option<&str> {
        match self.value(parameter)? {
            Value::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// A truth value.
    pub fn boolean(&self, parameter: &str) -> Option<bool> {
        match self.value(parameter)? {
            Value::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// Whether a switch was given.
    pub fn switch(&self, parameter: &str) -> bool {
        self.boolean(parameter).unwrap_or(false)
    }

    /// A number.
    pub fn integer(&self, parameter: &str) -> Option<i64> {
        match self.value(parameter)? {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// A date.
    pub fn date(&self, parameter: &str) -> Option<Instant> {
        match self.value(parameter)? {
            Value::Date(instant) => Some(*instant),
            _ => None,
        }
    }

    /// A length of time.
    pub fn span(&self, parameter: &str) -> Option<Span> {
        self.value(parameter)?.as_span()
    }

    /// Texts: a list, or a single one.
    pub fn texts(&self, parameter: &str) -> Option<Vec<String>> {
        let items = self.value(parameter)?.clone().into_items();
        Some(
            items
                .iter()
                .map(|item| item.to_text(self.shell.zone))
                .collect(),
        )
    }

    /// The object that came through the pipeline.
    pub fn input(&self) -> Option<&Object> {
        self.invocation.input.as_ref()
    }

    /// The cmdlet's name.
    pub fn cmdlet(&self) -> &'static str {
        self.invocation.cmdlet.name
    }

    /// An error.
    pub fn error(
        &self,
        category: &'static str,
        exception: &'static str,
        message: impl Into<String>,
    ) -> ErrorRecord {
        self.shell
            .error(self.invocation.cmdlet, category, exception, message)
    }

    /// That an object is not there.
    pub fn not_found(&self, what: &str, name: &str) -> ErrorRecord {
        let forest = self.shell.computer();
        let forest = forest
            .split_once('.')
            .map_or("", |(_, forest)| forest)
            .to_owned();
        let message = format!(
            "The operation couldn't be performed because object '{name}' couldn't be found on \
             'dc1.{forest}'."
        );
        let _ = what;
        self.error("NotSpecified", "ManagementObjectNotFoundException", message)
    }
}
