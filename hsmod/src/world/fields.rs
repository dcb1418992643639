//! Values of a few more kinds than a config has.

use hsmod_loader::config::{Fields, expected, item};
use serde_json::Value;

/// One of several in a list, or in a mapping with what is said of it.
#[derive(Debug)]
pub(super) struct Named {
    /// Where it stands below the list or mapping.
    pub(super) segment: String,
    pub(super) name: String,
    /// `null` in a list.
    pub(super) value: Value,
}

/// A mapping of names to values, or a list of names alone.
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

/// A text, or a list of texts; what is none is left out.
pub(super) fn texts(fields: &mut Fields<'_>, key: &str) -> Vec<String> {
    match fields.take(key) {
        None => Vec::new(),
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => {
            strings(fields, key, items).into_iter().map(|(_, text)| text).collect()
        }
        Some(other) => {
            let fix = "write one in quotes, or a list of them in `[..]`".to_owned();
            let message = expected("a string or a list of strings", &other);
            fields.refuse(key, message, Some(fix)).unwrap_or_default()
        }
    }
}

/// The texts in a list, each with the segment of its path.
fn strings(fields: &mut Fields<'_>, key: &str, items: Vec<Value>) -> Vec<(String, String)> {
    let mut strings = Vec::new();
    for (index, value) in items.into_iter().enumerate() {
        if let Value::String(text) = value {
            strings.push((item(index), text));
        } else {
            let fix = "write one text, in quotes if it looks like something else".to_owned();
            let message = expected("a string", &value);
            fields.refuse_below::<()>(&[key, &item(index)], message, Some(fix));
        }
    }
    strings
}

/// An integer.
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

/// A path with one segment more.
pub(super) fn below(path: &[String], segment: &str) -> Vec<String> {
    path.iter().cloned().chain([segment.to_owned()]).collect()
}
