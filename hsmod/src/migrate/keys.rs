//! Translates the config of one Python module, key by key.

use hsmod_loader::config::{expected, item};
use serde_json::{Map, Value};

use super::address::Reach;
use super::found::Found;
use super::notes::Note;

/// A key of a Python module, and its name in the plugin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) theirs: &'static str,
    pub(super) ours: &'static str,
    pub(super) kind: Kind,
}

/// The type of a value that the plugin expects.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Switch,
    Number,
    Text,
    Texts,
    /// A mapping from names to switches.
    Switches,
    /// A mapping from names to lists of strings.
    TextsByName,
    /// A mapping with its own keys.
    Mapping(&'static [Key]),
    /// A list of such mappings.
    Mappings(&'static [Key]),
}

impl Kind {
    /// The description for messages.
    const fn wanted(self) -> &'static str {
        match self {
            Self::Switch => "a boolean",
            Self::Number => "a whole number",
            Self::Text => "a string",
            Self::Texts => "a list of strings",
            Self::TextsByName => "a mapping of lists of strings",
            Self::Switches | Self::Mapping(_) => "a mapping",
            Self::Mappings(_) => "a list of mappings",
        }
    }
}

/// A key that has the same name in the plugin.
pub(super) const fn same(name: &'static str, kind: Kind) -> Key {
    Key { theirs: name, ours: name, kind }
}

/// A key that has another name in the plugin.
pub(super) const fn renamed(theirs: &'static str, ours: &'static str, kind: Kind) -> Key {
    Key { theirs, ours, kind }
}

/// Whether the value of a key is probably a secret.
pub(super) fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["secret", "authorization", "password", "token"].iter().any(|word| key.contains(word))
}

/// The config of a Python module during its translation: the keys not yet read, and those written
/// for the plugin.
pub(super) struct Keys<'a> {
    class: &'a str,
    plugin: &'static str,
    path: &'a [String],
    members: Map<String, Value>,
    written: Vec<(&'static str, Value)>,
    notes: Vec<Note>,
    reach: Vec<Reach>,
    left_out: bool,
}

/// The result of translating a module's config.
#[derive(Debug)]
pub(super) struct Translated {
    /// The plugin's config; `None` if the module is left out.
    pub(super) config: Option<Vec<(&'static str, Value)>>,
    pub(super) notes: Vec<Note>,
    /// The addresses that the plugin must be allowed to reach.
    pub(super) reach: Vec<Reach>,
}

impl<'a> Keys<'a> {
    pub(super) fn new(found: &'a mut Found, plugin: &'static str) -> Self {
        Self {
            class: &found.class,
            plugin,
            path: &found.config_path,
            members: std::mem::take(&mut found.config),
            written: Vec::new(),
            notes: std::mem::take(&mut found.notes),
            reach: Vec::new(),
            left_out: false,
        }
    }

    /// Carries a key over, if the module has it.
    pub(super) fn carry(&mut self, key: &Key) {
        let Some(value) = self.members.remove(key.theirs) else { return };
        let path = self.path_of(key.theirs);
        if let Some(value) = carried(&path, key.kind, &value, &mut self.notes) {
            self.written.push((key.ours, value));
        }
    }

    /// Carries several keys over into the mapping `ours`.
    pub(super) fn carry_into(&mut self, ours: &'static str, keys: &[Key]) {
        let mut below = Map::new();
        for key in keys {
            let Some(value) = self.members.remove(key.theirs) else { continue };
            let path = self.path_of(key.theirs);
            if let Some(value) = carried(&path, key.kind, &value, &mut self.notes) {
                below.insert(key.ours.to_owned(), value);
            }
        }
        self.written.push((ours, below.into()));
    }

    /// Takes a key that the table does not carry over.
    pub(super) fn take(&mut self, key: &str) -> Option<Value> {
        self.members.remove(key)
    }

    /// Writes a key that the Python module does not have, to give the plugin the same behaviour.
    pub(super) fn write(&mut self, key: &'static str, value: impl Into<Value>) {
        self.written.push((key, value.into()));
    }

    /// The value written for a key so far.
    pub(super) fn written(&self, key: &str) -> Option<&Value> {
        self.written.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Notes that a key was not fully translated.
    pub(super) fn lost(&mut self, key: &str, message: impl Into<String>, fix: impl Into<String>) {
        self.notes.push(Note::error(&self.path_of(key), message, fix));
    }

    /// Notes something that the operator should look at.
    pub(super) fn remark(&mut self, key: &str, message: impl Into<String>, fix: impl Into<String>) {
        self.notes.push(Note::warning(&self.path_of(key), message, fix));
    }

    /// Leaves the module out without a note, because it does nothing.
    pub(super) fn leave_out(&mut self) {
        self.left_out = true;
    }

    /// Leaves the module out because of a key that the plugin cannot honour.
    pub(super) fn give_up(&mut self, key: &str, message: impl Into<String>) {
        self.lost(key, message, LEAVE_IT);
        self.left_out = true;
    }

    /// Records addresses that the plugin must be allowed to reach.
    pub(super) fn reach(&mut self, reach: Reach) {
        self.reach.push(reach);
    }

    /// Finishes the translation, with a note for each key that was not read.
    pub(super) fn finish(mut self) -> Translated {
        let (class, plugin) = (self.class, self.plugin);
        // The YAML reader has already reported a merge key.
        let unread = |key: &&String| !self.left_out && *key != "<<";
        let left: Vec<String> = self.members.keys().filter(unread).cloned().collect();
        for key in &left {
            let message = format!("`{key}` has no counterpart in `{plugin}`");
            let fix = format!(
                "if you need what `{class}` does with it, leave the module in homeserver.yaml and \
                 remove `{plugin}` from the result"
            );
            self.lost(key, message, fix);
        }
        let config = (!self.left_out).then_some(self.written);
        Translated { config, notes: self.notes, reach: self.reach }
    }

    fn path_of(&self, key: &str) -> Vec<String> {
        [self.path, &[key.to_owned()]].concat()
    }
}

/// The remedy for a module that no plugin replaces.
pub(super) const LEAVE_IT: &str =
    "leave the module in homeserver.yaml: Python modules run there beside `hsmod.Modules`";

/// Converts a value to the type that the plugin expects. A value that does not fit is left out,
/// with a note. `null`, which Python modules get for a key without a value, is `false` for a
/// switch; otherwise the key counts as absent.
fn carried(path: &[String], kind: Kind, value: &Value, notes: &mut Vec<Note>) -> Option<Value> {
    let carried = match (kind, value) {
        (Kind::Switch, _) => truth(value).map(Value::from),
        (_, Value::Null) => return None,
        (Kind::Number, _) => Some(value.clone()).filter(Value::is_u64),
        (Kind::Text, _) => Some(value.clone()).filter(Value::is_string),
        (Kind::Texts, _) => Some(value.clone()).filter(is_texts),
        (Kind::TextsByName, Value::Object(members)) => {
            members.values().all(is_texts).then(|| value.clone())
        }
        (Kind::Switches, Value::Object(members)) => Some(switches(path, members, notes)),
        (Kind::Mapping(keys), Value::Object(members)) => {
            Some(mapping(path, keys, members.clone(), notes))
        }
        (Kind::Mappings(keys), Value::Array(items)) => {
            let items = items.iter().enumerate();
            let mapping = |(index, value)| {
                carried(&below(path, &item(index)), Kind::Mapping(keys), value, notes)
            };
            Some(items.filter_map(mapping).collect())
        }
        _ => None,
    };
    if carried.is_none() {
        let wanted = kind.wanted();
        let message = format!("{}, so it was left out", expected(wanted, value));
        let fix = format!("write {wanted} in the result, or leave the module in homeserver.yaml");
        notes.push(Note::error(path, message, fix));
    }
    carried
}

fn switches(path: &[String], members: &Map<String, Value>, notes: &mut Vec<Note>) -> Value {
    let mut switches = Map::new();
    for (name, value) in members {
        if let Some(value) = carried(&below(path, name), Kind::Switch, value, notes) {
            switches.insert(name.clone(), value);
        }
    }
    switches.into()
}

fn mapping(
    path: &[String],
    keys: &[Key],
    mut members: Map<String, Value>,
    notes: &mut Vec<Note>,
) -> Value {
    let mut written = Map::new();
    for key in keys {
        let Some(value) = members.remove(key.theirs) else { continue };
        if let Some(value) = carried(&below(path, key.theirs), key.kind, &value, notes) {
            written.insert(key.ours.to_owned(), value);
        }
    }
    for key in members.keys() {
        let message = format!("`{key}` has no counterpart");
        let fix = "leave the module in homeserver.yaml if you need what it does with this key";
        notes.push(Note::error(&below(path, key), message, fix));
    }
    written.into()
}

fn below(path: &[String], key: &str) -> Vec<String> {
    [path, &[key.to_owned()]].concat()
}

fn is_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(Value::is_string))
}

/// Reads a boolean as Synapse does, whose YAML 1.1 also has `yes`, `no`, `on` and `off`.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Null => Some(false),
        Value::Bool(truth) => Some(*truth),
        Value::Number(number) => match number.as_u64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "yes" | "on" | "true" => Some(true),
            "no" | "off" | "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
