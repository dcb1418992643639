//! Readers for kinds of values that configs do not have.

use hsmod_loader::config::{Fields, expected, item};
use serde_json::Value;

/// An item of a list of names, or a member of a mapping.
#[derive(Debug)]
pub(super) struct Named {
    /// The path segment below the list or mapping.
    pub(super) segment: String,
    pub(super) name: String,
    /// `null` in a list.
    pub(super) value: Value,
}

/// Reads a mapping of names to values, or a list of names.
pub(super) fn named(fields: &mut Fields<'_>, key: &str) -> Vec<Named> {
    match fields.take(key) {
        None => Vec::new(),
        Some(Value::Object(members)) => {
            let named = |(name, value): (String, _)| Named { segment: name.clone(), name, value };
            members.into_iter().map(named).collect()
        }
        Some(Value::Array(items)) => {
            let named = |(segment, name)| Named { segment, name, value: Value::Null };
            strings(fields, key, items).into_iter().map(named).collect()
        }
        Some(other) => {
            let fix = format!("write `{key}: [alice, bob]`, or a mapping");
            let message = expected("a list or a mapping", &other);
            fields.refuse(key, message, Some(fix)).unwrap_or_default()
        }
    }
}

/// Reads a string or a list of strings. Other values are reported and left out.
pub(super) fn texts(fields: &mut Fields<'_>, key: &str) -> Vec<String> {
    match fields.take(key) {
        None => Vec::new(),
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => {
            strings(fields, key, items).into_iter().map(|(_, text)| text).collect()
        }
        Some(other) => {
            let fix = "write a string in quotes, or a list of them in `[..]`".to_owned();
            let message = expected("a string or a list of strings", &other);
            fields.refuse(key, message, Some(fix)).unwrap_or_default()
        }
    }
}

/// The strings in a list, each with its path segment.
fn strings(fields: &mut Fields<'_>, key: &str, items: Vec<Value>) -> Vec<(String, String)> {
    let mut strings = Vec::new();
    for (index, value) in items.into_iter().enumerate() {
        if let Value::String(text) = value {
            strings.push((item(index), text));
        } else {
            let fix = "write a string, in quotes if it looks like another type".to_owned();
            let message = expected("a string", &value);
            fields.refuse_below::<()>(&[key, &item(index)], message, Some(fix));
        }
    }
    strings
}

/// Reads an integer.
pub(super) fn integer(fields: &mut Fields<'_>, key: &str) -> Option<i64> {
    let value = fields.take(key)?;
    match value.as_i64() {
        Some(number) => Some(number),
        None => {
            let fix = "write a whole number, without quotes".to_owned();
            fields.refuse(key, expected("a whole number", &value), Some(fix))
        }
    }
}

/// Appends a segment to a path.
pub(super) fn below(path: &[String], segment: &str) -> Vec<String> {
    path.iter().cloned().chain([segment.to_owned()]).collect()
}
