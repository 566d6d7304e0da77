//! A JSON Schema (draft-07) of the scenario, from the key tables, for editors.
//!
//! It knows no key by name. Invariant: what the schema allows is no less than what the reader
//! allows; the reader checks more, such as that shares sum to 100 %.

use serde_json::{Map, Value, json};

use super::keys::{Key, Kind, LINK, NameKind, Object, Presence, SCENARIO, SETTABLE};
use super::read::{FORMS, UNITS};
use super::reference::kind_text;

/// The schema of a scenario file.
pub fn schema() -> Value {
    let mut builder = Builder {
        definitions: Map::new(),
    };
    let mut schema = builder.object(&SCENARIO, Form::Whole);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("fedsim scenario");
    schema["definitions"] = Value::Object(builder.definitions);
    schema
}

/// A scenario, or a change of one, which has neither required keys nor defaults.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Whole,
    Change,
}

struct Builder {
    /// Objects by name, since some of them contain each other.
    definitions: Map<String, Value>,
}

impl Builder {
    fn object(&mut self, object: &'static Object, form: Form) -> Value {
        let is_change_of_scenario = form == Form::Change && std::ptr::eq(object, &SCENARIO);
        let keys = object
            .keys
            .iter()
            .filter(|key| !is_change_of_scenario || SETTABLE.contains(&key.name));
        let mut properties = Map::new();
        let mut required = Vec::new();
        for key in keys {
            properties.insert(key.name.to_string(), self.key(key, form));
            // A topology may give what a link leaves out.
            let is_link = std::ptr::eq(object, &LINK);
            if matches!(key.presence, Presence::Required) && form == Form::Whole && !is_link {
                required.push(key.name);
            }
        }
        let mut schema = json!({
            "type": "object",
            "description": object.doc,
            "properties": properties,
            "additionalProperties": false,
        });
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema
    }

    fn key(&mut self, key: &'static Key, form: Form) -> Value {
        let mut schema = self.kind(&key.kind, form);
        let absent = match key.presence {
            _ if form == Form::Change => String::new(),
            Presence::Required => " Required.".to_string(),
            Presence::Default("{}" | "[]", _) => String::new(),
            Presence::Default(text, evidence) => format!(" Default: {text} ({}).", evidence.tag()),
            Presence::Derived(how) => format!(" If absent, derived: {how}."),
            Presence::Optional(means) => format!(" If absent, {means}."),
        };
        let description = format!("{}{absent}", key.doc);
        // Beside a reference draft-07 ignores other words, so it goes into a list of one.
        if schema.get("$ref").is_some() {
            schema = json!({ "allOf": [schema] });
        }
        schema["description"] = json!(description);
        if let (Presence::Default(text, _), Form::Whole) = (key.presence, form)
            && let Some(default) = plain_default(text)
        {
            schema["default"] = default;
        }
        schema
    }

    fn kind(&mut self, kind: &'static Kind, form: Form) -> Value {
        match kind {
            Kind::Boolean => json!({ "type": "boolean" }),
            Kind::Count { min, max } => {
                let mut schema = json!({ "type": "integer", "minimum": min });
                // TOML tools read integers of 64 bits with a sign.
                if *max <= i64::MAX as u64 {
                    schema["maximum"] = json!(max);
                }
                schema
            }
            Kind::OneOf(words) => json!({ "type": "string", "enum": words }),
            Kind::List(element) => json!({ "type": "array", "items": self.kind(element, form) }),
            Kind::Table(object) => self.reference(object, form),
            Kind::Tables(object) => {
                json!({ "type": "array", "items": self.reference(object, form) })
            }
            Kind::Named(named) => json!({
                "type": "object",
                "propertyNames": { "pattern": name_pattern(named.names) },
                "additionalProperties": self.kind(&named.value, form),
            }),
            Kind::Shares(words) => {
                let share = |word: &&str| (word.to_string(), text(SHARE));
                let shares: Map<String, Value> = words.iter().map(share).collect();
                json!({ "anyOf": [
                    { "type": "string", "enum": words },
                    { "type": "object", "properties": shares, "additionalProperties": false },
                ] })
            }
            Kind::Weights(kind) => {
                let one = self.kind(kind, form);
                let shares = json!({ "type": "object", "additionalProperties": text(SHARE) });
                json!({ "anyOf": [one, shares] })
            }
            Kind::Counts { .. } => {
                let number = || json!({ "type": "integer", "minimum": 0 });
                json!({ "anyOf": distributions(number, number()) })
            }
            Kind::Part(object) => self.reference(object, Form::Change),
            Kind::Distribution => json!({ "anyOf": distributions(|| text(SPAN), text(SPAN)) }),
            Kind::Set => self.reference(&SCENARIO, Form::Change),
            Kind::Expectations => json!({
                "type": "object",
                "additionalProperties": { "type": ["string", "object"] },
            }),
            Kind::Span { .. } => text(SPAN),
            Kind::Offset => text(OFFSET),
            Kind::Share => text(SHARE),
            Kind::Rate => text(RATE),
            Kind::Size => text(SIZE),
            Kind::Bandwidth => text(BANDWIDTH),
            _ => json!({ "type": "string", "title": kind_text(kind) }),
        }
    }

    /// A reference to the definition of an object, which is made if it is not there.
    fn reference(&mut self, object: &'static Object, form: Form) -> Value {
        let name = match form {
            Form::Whole => object.name.replace(' ', "-"),
            Form::Change => format!("change-of-{}", object.name.replace(' ', "-")),
        };
        if !self.definitions.contains_key(&name) {
            self.definitions.insert(name.clone(), Value::Null);
            let definition = self.object(object, form);
            self.definitions.insert(name.clone(), definition);
        }
        json!({ "$ref": format!("#/definitions/{name}") })
    }
}

const SPAN: &str = r"^\s*(0|([0-9]+(\.[0-9]+)?\s*(w|d|h|min|s|ms|us|µs|μs|ns)\s*)+)\s*$";
const OFFSET: &str = r"^\s*[+-]?\s*(0|([0-9]+(\.[0-9]+)?\s*(w|d|h|min|s|ms|us|µs|μs|ns)\s*)+)\s*$";
const SHARE: &str = r"^\s*[0-9]+(\.[0-9]+)?\s*%\s*$";
const RATE: &str = r"^\s*[0-9]+(\.[0-9]+)?\s*req/(s|min|h|d|w)\s*$";
const SIZE: &str = r"^\s*[0-9]+(\.[0-9]+)?\s*([KMGT]i?)?B\s*$";
const BANDWIDTH: &str = r"^\s*[0-9]+(\.[0-9]+)?\s*[kMGT]?bit/s\s*$";

fn text(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

/// All forms of a distribution of values that `one` describes, `alone` among them.
fn distributions(one: impl Fn() -> Value, alone: Value) -> Value {
    let value = |parameter: &str| match parameter {
        "shape" => json!({ "type": ["string", "number"] }),
        "file" | "column" | "weight" => json!({ "type": "string" }),
        "unit" => json!({ "type": "string", "enum": UNITS }),
        _ => one(),
    };
    let form = |name: &str, parameters: &[&str]| {
        let mut properties = Map::from_iter([("dist".to_string(), json!({ "const": name }))]);
        properties.extend(parameters.iter().map(|key| (key.to_string(), value(key))));
        let required: Vec<&String> = properties.keys().collect();
        json!({
            "type": "object",
            "required": required,
            "properties": properties,
            "additionalProperties": false,
        })
    };
    let mut all = vec![alone];
    for known in FORMS {
        let sets = known.parameters.iter();
        all.extend(sets.map(|parameters| form(known.word, parameters)));
    }
    json!(all)
}

/// A pattern of the names of a named table; wider than what the reader takes.
fn name_pattern(names: NameKind) -> &'static str {
    match names {
        NameKind::Name => "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        NameKind::Title => "^[A-Za-z0-9][A-Za-z0-9_ -]{0,63}$",
        NameKind::Domain | NameKind::Host => "^[A-Za-z0-9_.-]+$",
        NameKind::Address => "@",
        NameKind::Arrow | NameKind::ArrowToDomain => "->",
        NameKind::Pair => " - ",
        NameKind::Record => " (A|CNAME|TXT|SRV|a|cname|txt|srv) *$",
    }
}

/// A default as JSON, where it is a single value.
fn plain_default(text: &str) -> Option<Value> {
    match text {
        "true" => Some(json!(true)),
        "false" => Some(json!(false)),
        _ => serde_json::from_str(text)
            .ok()
            .filter(|v: &Value| v.is_number() || v.is_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_every_object_is_in_the_schema_with_its_meaning() {
        let schema = schema();
        let definitions = schema["definitions"]
            .as_object()
            .expect("there are definitions");
        for (name, definition) in definitions {
            assert!(definition.is_object(), "{name} is defined");
        }
        let title = &schema["properties"]["title"];
        assert_eq!(title["type"], "string");
        assert_eq!(schema["required"], json!(["fedsim"]));
        let server = &schema["definitions"]["server"]["properties"];
        let state = server["state"]["enum"]
            .as_array()
            .expect("a state is one of a few words");
        assert_eq!(state.len(), 2);
        assert!(
            server["threads"]["description"]
                .as_str()
                .is_some_and(|d| d.contains("guess"))
        );
        let change = &schema["definitions"]["change-of-organization"];
        assert!(
            change.get("required").is_none(),
            "a change requires nothing"
        );
        let scenario = &schema["definitions"]["change-of-scenario"]["properties"];
        assert!(scenario.get("run").is_none() && scenario.get("org").is_some());
    }
}
