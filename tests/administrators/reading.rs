//! Reading back what the shell shows: a program takes the names and values of properties out of a listing.
//!
//! It knows nothing of what properties mean. Invariant: what is read is compared with the data beside it,
//! never corrected by it.

use fedsim::model::administration::TranscriptEntry;
use serde_json::Value;

/// An object as a listing shows it: names and values, in order.
type Listed = Vec<(String, String)>;

/// Compares the listings in a transcript with the objects that they show; gives how many were compared.
///
/// # Errors
/// What differs.
pub fn listings(entries: &[TranscriptEntry]) -> Result<usize, String> {
    let mut count = 0;
    for entry in entries {
        let objects: Value = serde_json::from_str(&entry.objects)
            .map_err(|error| format!("json: {error}: {}", entry.objects))?;
        let objects = objects.as_array().ok_or("json: no array")?;
        if !entry.statement.ends_with("| fl") || entry.error.is_some() {
            continue;
        }
        let rows: Vec<&serde_json::Map<String, Value>> =
            objects.iter().filter_map(Value::as_object).collect();
        let listed = read(&entry.output).map_err(|error| {
            format!(
                "listing: {error} of `{}`:\n{}",
                entry.statement, entry.output
            )
        })?;
        let told = || {
            format!(
                "`{}`:\n{}\n{}",
                entry.statement, entry.output, entry.objects
            )
        };
        if listed.len() != rows.len() {
            return Err(format!(
                "listing: {} objects listed of {} of {}",
                listed.len(),
                rows.len(),
                told()
            ));
        }
        for (listed, row) in listed.iter().zip(rows) {
            let names: Vec<&str> = listed.iter().map(|(name, _)| &**name).collect();
            let known: Vec<&str> = row.keys().map(|name| &**name).collect();
            let mut sorted = names.clone();
            sorted.sort_unstable();
            if sorted != known {
                return Err(format!(
                    "listing: properties {names:?} for {known:?} of {}",
                    told()
                ));
            }
            for (name, shown) in listed {
                if !says(shown, &row[name]) {
                    return Err(format!(
                        "listing: {name} is `{shown}` for {} of {}",
                        row[name],
                        told()
                    ));
                }
            }
            count += 1;
        }
    }
    Ok(count)
}

/// The objects of a listing. Messages stand before it.
fn read(text: &str) -> Result<Vec<Listed>, String> {
    let mut objects: Vec<Listed> = Vec::new();
    let mut is_open = false;
    // Where values begin, in characters.
    let mut column = 0;
    for line in text.lines() {
        if ["WARNING: ", "VERBOSE: "]
            .iter()
            .any(|head| line.starts_with(head))
        {
            continue;
        }
        if line.is_empty() {
            is_open = false;
            continue;
        }
        let indent = line.chars().take_while(|c| *c == ' ').count();
        if is_open && indent >= column && column > 0 {
            let last = objects.last_mut().and_then(|object| object.last_mut());
            let (_, value) = last.ok_or("a line without a property before it")?;
            value.extend(line.chars().skip(column));
            continue;
        }
        let (name, value) = line
            .split_once(" : ")
            .ok_or(format!("`{line}` is no property"))?;
        if !std::mem::replace(&mut is_open, true) {
            objects.push(Listed::new());
            column = name.chars().count() + 3;
        }
        if name.chars().count() + 3 != column {
            return Err(format!("`{line}` stands elsewhere than the others"));
        }
        let object = objects.last_mut().expect("one is open");
        object.push((name.trim_end().to_owned(), value.to_owned()));
    }
    Ok(objects)
}

/// Whether a shown value is this one. Dates are shown in another form and zone.
fn says(shown: &str, value: &Value) -> bool {
    match value {
        Value::Null => shown.is_empty(),
        Value::Bool(true) => shown == "True",
        Value::Bool(false) => shown == "False",
        Value::Number(number) => shown == number.to_string(),
        Value::String(text) if is_date(text) => shown.ends_with(" AM") || shown.ends_with(" PM"),
        Value::String(text) => shown == text.replace('\n', ""),
        Value::Array(items) => {
            let inner = shown
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            let all_plain = items.iter().all(|it| it.is_string() || it.is_null());
            let plain: Vec<&str> = items
                .iter()
                .map(|it| it.as_str().unwrap_or_default())
                .collect();
            inner.is_some_and(|inner| !all_plain || items.len() > 16 || inner == plain.join(", "))
        }
        // An object within an object is shown by its name.
        Value::Object(_) => true,
    }
}

fn is_date(text: &str) -> bool {
    text.len() >= 20
        && text.as_bytes()[10] == b'T'
        && text.ends_with('Z')
        && text.starts_with(['1', '2'])
}

#[test]
fn a_listing_is_read_as_it_is_shown() {
    let text = "WARNING: Mind.\nA    : 1\nLong : a b\n       c\n\nA    : \nLong : {x, y}\n";
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        read(text).expect("it is a listing"),
        [
            vec![pair("A", "1"), pair("Long", "a bc")],
            vec![pair("A", ""), pair("Long", "{x, y}")],
        ]
    );
    assert!(read("A 1\n").is_err());
    assert!(
        says("{x, y}", &serde_json::json!(["x", "y"])) && !says("{x}", &serde_json::json!(["y"]))
    );
}
