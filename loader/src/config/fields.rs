//! Reads a mapping whose keys are known, and reports all others.

use serde_json::{Map, Value};

use super::elsewhere::Remark;
use super::flaw::Flaw;
use super::slip;
use crate::suggestion::{closest, listed};

/// A mapping that is being read. `null` counts as an absent key. Problems are added to a list of
/// flaws.
///
/// ```
/// use hsmod_loader::config::{Document, Fields};
///
/// let mut document = Document::parse(b"name: Lobby\npublik: true").unwrap();
/// let members = document.take().as_object().cloned().unwrap_or_default();
/// let mut fields = Fields::new(members, &[], document.flaws());
/// assert_eq!(fields.string("name").as_deref(), Some("Lobby"));
/// assert_eq!(fields.boolean("public"), None);
/// fields.refuse_unknown(&["name", "public"]);
/// let problems = document.into_problems();
/// assert_eq!((problems[0].line, problems[0].fix.as_deref()), (Some(2), Some("did you mean `public`?")));
/// ```
#[derive(Debug)]
pub struct Fields<'a> {
    members: Map<String, Value>,
    path: &'a [String],
    flaws: &'a mut Vec<Flaw>,
    /// Whether a value could not be read, so that the result for this mapping must not be used.
    pub(super) unreadable: bool,
}

impl<'a> Fields<'a> {
    /// The mapping at `path`, whose segments are keys and [items](super::item).
    pub fn new(members: Map<String, Value>, path: &'a [String], flaws: &'a mut Vec<Flaw>) -> Self {
        Self { members, path, flaws, unreadable: false }
    }

    /// Takes a value of any kind.
    pub fn take(&mut self, key: &str) -> Option<Value> {
        self.members.remove(key).filter(|value| !value.is_null())
    }

    /// Takes a non-empty string.
    pub fn string(&mut self, key: &str) -> Option<String> {
        match self.take(key)? {
            Value::String(text) if !text.trim().is_empty() => Some(text),
            Value::String(_) => {
                let fix = "write its value, or remove it".to_owned();
                self.refuse(key, format!("`{key}` must not be empty"), Some(fix))
            }
            other => {
                // The value may be a password, so it is not repeated.
                let fix = match other {
                    Value::Number(_) | Value::Bool(_) => "put it in quotes",
                    _ => "write one string",
                };
                let fix = fix.to_owned();
                self.refuse(key, expected("a string", &other), Some(fix))
            }
        }
    }

    /// Takes the path of a folder.
    pub(super) fn folder(&mut self, key: &str) -> Option<String> {
        let path = self.string(key)?;
        if !path.starts_with('~') {
            return Some(path);
        }
        let fix = format!("write `{key}` in full, or begin it with `./` if `~` is a folder's name");
        self.refuse(key, "`~` is not expanded", Some(fix))
    }

    /// Takes a boolean.
    pub fn boolean(&mut self, key: &str) -> Option<bool> {
        match self.take(key)? {
            Value::Bool(value) => Some(value),
            other => {
                let meant = other.as_str().and_then(truth).or_else(|| truth(&other.to_string()));
                let fix = match meant {
                    Some(meant) => format!("write `{meant}`, without quotes"),
                    None => "write `true` or `false`".to_owned(),
                };
                self.refuse(key, expected("a boolean", &other), Some(fix))
            }
        }
    }

    /// Takes a mapping.
    pub fn mapping(&mut self, key: &str) -> Option<Map<String, Value>> {
        match self.take(key)? {
            Value::Object(members) => Some(members),
            other => {
                let (message, fix) = not_a_mapping(key, &other);
                self.refuse(key, message, Some(fix))
            }
        }
    }

    /// Takes a list.
    pub fn list(&mut self, key: &str) -> Option<Vec<Value>> {
        match self.take(key)? {
            Value::Array(items) => Some(items),
            Value::Object(members) => self.not_a_list(key, &members),
            other => {
                let fix = "write each item on a line of its own that begins with `- `, or all of \
                           them in `[..]`";
                self.refuse(key, expected("a list", &other), Some(fix.to_owned()))
            }
        }
    }

    fn not_a_list<T>(&mut self, key: &str, found: &Map<String, Value>) -> Option<T> {
        let glued = |member: &String| Some((member.clone(), missing_space(member)?));
        let dashes = found.keys().filter(|member| member.starts_with('-'));
        match dashes.filter_map(glued).next() {
            Some((member, (message, fix))) => {
                self.refuse_below(&[key, &member], message, Some(fix))
            }
            None => {
                let fix = "begin each entry with `- `".to_owned();
                self.refuse(key, "expected a list, found a mapping", Some(fix))
            }
        }
    }

    /// Reports that the value of `key` is wrong, and returns `None` for the caller to return.
    pub fn refuse<T>(
        &mut self,
        key: &str,
        message: impl Into<String>,
        fix: Option<String>,
    ) -> Option<T> {
        self.refuse_below(&[key], message, fix)
    }

    /// Reports that a value further down is wrong.
    pub fn refuse_below<T>(
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

    /// Reports every remaining key that is not `known`.
    pub fn refuse_unknown(&mut self, known: &[&str]) {
        let otherwise = format!("the keys here are {}", listed(known.iter().copied()));
        self.refuse_others(known, &[], |_| None, &otherwise);
    }

    /// Reports every remaining key that is neither `known` nor among `others`. `elsewhere` explains
    /// some keys; `otherwise` is the remedy for all others.
    pub(super) fn refuse_others(
        &mut self,
        known: &[&str],
        others: &[&str],
        elsewhere: impl Fn(&str) -> Option<Remark>,
        otherwise: &str,
    ) {
        for key in self.members.keys() {
            let key = key.as_str();
            // Merge keys have been refused already, and no better name can be suggested.
            if known.contains(&key) || others.contains(&key) || key == "<<" {
                continue;
            }
            let unknown = |fix: String| (format!("unknown key `{key}`"), fix);
            let meant = || closest(key, known.iter().copied());
            let (message, fix) = missing_space(key)
                .or_else(|| elsewhere(key))
                .or_else(|| meant().map(|meant| unknown(format!("did you mean `{meant}`?"))))
                .unwrap_or_else(|| unknown(otherwise.to_owned()));
            self.flaws.push(Flaw::new(&self.path_of(&[key]), message).fix(fix));
        }
    }

    fn path_of(&self, below: &[&str]) -> Vec<String> {
        self.path.iter().cloned().chain(below.iter().map(|s| (*s).to_owned())).collect()
    }
}

/// Explains `module:demo`, which is a string in YAML.
pub(super) fn missing_space(text: &str) -> Option<Remark> {
    slip::missing_space(text).map(|(message, fix)| (message, fix.to_owned()))
}

/// The boolean meant by a word that YAML 1.2 does not treat as one.
fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn not_a_mapping(key: &str, found: &Value) -> Remark {
    let glued = found.as_str().and_then(missing_space);
    let fix = match found {
        Value::Array(_) => "write keys below it, not items: remove the dashes".to_owned(),
        _ => format!("write its keys below `{key}:`, indented, each as `key: value`"),
    };
    glued.unwrap_or_else(|| (expected("a mapping", found), fix))
}

/// `expected a string, found a list`
pub fn expected(what: &str, found: &Value) -> String {
    format!("expected {what}, found {}", kind(found))
}

/// The kind of a value, in YAML's terms.
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
