//! Results as data: JSON, for programs that read a transcript.
//!
//! It knows no cmdlets. Invariant: properties keep their order, and dates are in UTC, whatever the shell
//! shows.

use crate::cmdlet::date;
use crate::cmdlet::value::Value;

/// Values as a JSON array.
pub fn json(values: &[Value]) -> String {
    let mut text = String::new();
    write_all(&mut text, values);
    text
}

fn write_all(text: &mut String, values: &[Value]) {
    text.push('[');
    for (number, value) in values.iter().enumerate() {
        if number > 0 {
            text.push(',');
        }
        write(text, value);
    }
    text.push(']');
}

fn write(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Boolean(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Integer(number) => text.push_str(&number.to_string()),
        Value::Text(value) => write_text(text, value),
        Value::Date(instant) => write_text(text, &date::utc(*instant)),
        Value::List(items) => write_all(text, items),
        Value::Object(object) => {
            text.push('{');
            for (number, (name, value)) in object.properties().enumerate() {
                if number > 0 {
                    text.push(',');
                }
                write_text(text, name);
                text.push(':');
                write(text, value);
            }
            text.push('}');
        }
    }
}

fn write_text(text: &mut String, value: &str) {
    let quoted = serde_json::to_string(value).expect("a text is always JSON");
    text.push_str(&quoted);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmdlet::value::Object;
    use crate::engine::Instant;

    #[test]
    fn a_result_is_read_back_by_a_program_in_its_order() {
        let object = Object::new("Test")
            .with("Zeta", true)
            .with("Alpha", Value::texts(["a\"b", "c"]))
            .with("When", Instant::from_seconds(86_400))
            .with("Nothing", Value::Null);
        let expected = r#"[{"Zeta":true,"Alpha":["a\"b","c"],"When":"1970-01-02T00:00:00Z","Nothing":null},7]"#;
        let text = json(&[Value::Object(object), Value::Integer(7)]);
        assert_eq!(text, expected);
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }
}
