//! The config of one Python module, read key by key, and what becomes of it.

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

/// What a value has to be for the plugin.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Switch,
    Number,
    Text,
    Texts,
    /// Names, and for each a switch.
    Switches,
    /// Names, and for each a list of texts.
    TextsByName,
    /// A mapping with keys of its own.
    Mapping(&'static [Key]),
    /// A list of such mappings.
    Mappings(&'static [Key]),
}

impl Kind {
    /// What is to be written, in words.
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

/// A key that is called the same on both sides.
pub(super) const fn same(name: &'static str, kind: Kind) -> Key {
    Key { theirs: name, ours: name, kind }
}

/// A key that is called otherwise here.
pub(super) const fn renamed(theirs: &'static str, ours: &'static str, kind: Kind) -> Key {
    Key { theirs, ours, kind }
}

/// Whether the value of a key is nobody's business.
pub(super) fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["secret", "authorization", "password", "token"].iter().any(|word| key.contains(word))
}

/// The config of a Python module in the course of being translated: what was not read yet, and what
/// was written for the plugin.
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

/// What became of a module's config.
#[derive(Debug)]
pub(super) struct Translated {
    /// The plugin's config; `None` if the plugin cannot do what the class does.
    pub(super) config: Option<Vec<(&'static str, Value)>>,
    pub(super) notes: Vec<Note>,
    /// The addresses that the plugin has to be allowed.
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

    /// Carries several keys over, to below `ours`.
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

    /// Writes a key for the plugin that the module does not have: where it means something that the
    /// plugin has to be told.
    pub(super) fn write(&mut self, key: &'static str, value: impl Into<Value>) {
        self.written.push((key, value.into()));
    }

    /// What was written of a key so far.
    pub(super) fn written(&self, key: &str) -> Option<&Value> {
        self.written.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Says that something of a key was not translated.
    pub(super) fn lost(&mut self, key: &str, message: impl Into<String>, fix: impl Into<String>) {
        self.notes.push(Note::error(&self.path_of(key), message, fix));
    }

    /// Says what else is to be looked at.
    pub(super) fn remark(&mut self, key: &str, message: impl Into<String>, fix: impl Into<String>) {
        self.notes.push(Note::warning(&self.path_of(key), message, fix));
    }

    /// Leaves the module out: it does nothing.
    pub(super) fn leave_out(&mut self) {
        self.left_out = true;
    }

    /// Says that the plugin cannot do at all what the module does, because of a key.
    pub(super) fn give_up(&mut self, key: &str, message: impl Into<String>) {
        self.lost(key, message, LEAVE_IT);
        self.left_out = true;
    }

    /// The plugin has to be allowed these addresses.
    pub(super) fn reach(&mut self, reach: Reach) {
        self.reach.push(reach);
    }

    /// Ends with a note for each key that nobody asked for.
    pub(super) fn finish(mut self) -> Translated {
        let (class, plugin) = (self.class, self.plugin);
        // The reader of YAML has complained of a merge key already.
        let unread = |key: &&String| !self.left_out && *key != "<<";
        let left: Vec<String> = self.members.keys().filter(unread).cloned().collect();
        for key in &left {
            let message = format!("`{key}` has no counterpart in `{plugin}`");
            let fix = format!(
                "if `{class}` does something by it that you need, leave it in homeserver.yaml and \
                 take `{plugin}` out of the result"
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

/// What to do about a module that no plugin replaces.
pub(super) const LEAVE_IT: &str =
    "leave it in homeserver.yaml: modules in Python run there beside `hsmod.Modules`";

/// A value as the plugin takes it; what it cannot be is left out, with a note. `null` is what Python
/// has for a key without a value: false for a switch, otherwise as if the key were not there.
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
        let message = format!("{}, which would mean something else", expected(wanted, value));
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
        let fix = "leave the module in homeserver.yaml if it does something by it that you need";
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

/// A value as Synapse takes it, whose YAML is older: `yes`, `no`, `on` and `off` are booleans there.
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
