//! Reads a mapping whose keys the loader knows, and complains about all others.

use serde_json::{Map, Value};

use super::flaw::Flaw;
use crate::suggestion::{closest, listed};

/// A mapping in the course of being read. `null` is the same as an absent key.
pub(super) struct Fields<'a> {
    members: Map<String, Value>,
    path: &'a [String],
    flaws: &'a mut Vec<Flaw>,
    /// A value could not be read, so what was made of the mapping must not be used.
    pub(super) unreadable: bool,
}

impl<'a> Fields<'a> {
    pub(super) fn new(
        members: Map<String, Value>,
        path: &'a [String],
        flaws: &'a mut Vec<Flaw>,
    ) -> Self {
        Self { members, path, flaws, unreadable: false }
    }

    pub(super) fn take(&mut self, key: &str) -> Option<Value> {
        self.members.remove(key).filter(|value| !value.is_null())
    }

    /// A string with something in it.
    pub(super) fn string(&mut self, key: &str) -> Option<String> {
        match self.take(key)? {
            Value::String(text) if !text.trim().is_empty() => Some(text),
            Value::String(_) => self.refuse(key, format!("`{key}` must not be empty"), None),
            other => {
                let fix = other.is_number().then(|| format!("put it in quotes: \"{other}\""));
                self.refuse(key, expected("a string", &other), fix)
            }
        }
    }

    pub(super) fn boolean(&mut self, key: &str) -> Option<bool> {
        match self.take(key)? {
            Value::Bool(value) => Some(value),
            other => self.refuse(
                key,
                expected("a boolean", &other),
                Some("write `true` or `false`".to_owned()),
            ),
        }
    }

    pub(super) fn mapping(&mut self, key: &str) -> Option<Map<String, Value>> {
        match self.take(key)? {
            Value::Object(members) => Some(members),
            other => self.refuse(key, expected("a mapping", &other), None),
        }
    }

    pub(super) fn list(&mut self, key: &str) -> Option<Vec<Value>> {
        match self.take(key)? {
            Value::Array(items) => Some(items),
            other => {
                let fix = other.is_object().then(|| "begin each entry with `- `".to_owned());
                self.refuse(key, expected("a list", &other), fix)
            }
        }
    }

    /// Complains about the value of `key`; `None` for the caller to return.
    pub(super) fn refuse<T>(
        &mut self,
        key: &str,
        message: impl Into<String>,
        fix: Option<String>,
    ) -> Option<T> {
        self.refuse_below(&[key], message, fix)
    }

    /// Complains about a value further down.
    pub(super) fn refuse_below<T>(
        &mut self,
        below: &[&str],
        message: impl Into<String>,
        fix: Option<String>,
    ) -> Option<T> {
        self.unreadable = true;
        let flaw = Flaw::new(&self.path_of(below), message);
        self.flaws.push(match fix {
            Some(fix) => flaw.fix(fix),
            None => flaw,
        });
        None
    }

    /// Complains about every key that is neither `known` nor one of `others`.
    pub(super) fn refuse_unknown(&mut self, known: &[&str], others: &[&str]) {
        for key in self.members.keys() {
            let key = key.as_str();
            // A merge key has been refused already, and has no better name.
            if known.contains(&key) || others.contains(&key) || key == "<<" {
                continue;
            }
            let fix = match closest(key, known.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the keys here are {}", listed(known.iter().copied())),
            };
            let flaw = Flaw::new(&self.path_of(&[key]), format!("unknown key `{key}`"));
            self.flaws.push(flaw.fix(fix));
        }
    }

    fn path_of(&self, below: &[&str]) -> Vec<String> {
        self.path.iter().cloned().chain(below.iter().map(|s| (*s).to_owned())).collect()
    }
}

pub(super) fn expected(what: &str, found: &Value) -> String {
    format!("expected {what}, found {}", kind(found))
}

/// What a value is, in YAML's words.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
