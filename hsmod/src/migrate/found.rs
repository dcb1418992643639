//! Finds the modules that a homeserver.yaml makes Synapse load, in the order in which Synapse asks
//! them.

use hsmod_loader::config::{expected, item};
use serde_json::{Map, Value};

use super::notes::Note;

/// A module that Synapse would load.
#[derive(Debug)]
pub(super) struct Found {
    /// The path of the entry from the top of homeserver.yaml.
    pub(super) path: Vec<String>,
    /// The Python class, such as `mjolnir.Module`.
    pub(super) class: String,
    pub(super) config: Map<String, Value>,
    /// The path of `config`.
    pub(super) config_path: Vec<String>,
    /// Notes about the entry itself.
    pub(super) notes: Vec<Note>,
}

/// How a section lists modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `[{module: .., config: ..}]`, or a single mapping of that form, as older sections allow.
    Entries,
    /// The config of a module that is part of Synapse, which says whether it is `enabled`.
    BuiltIn,
}

/// The sections, in the order in which Synapse starts them.
pub(super) const SECTIONS: [(&str, Shape); 5] = [
    ("modules", Shape::Entries),
    ("auto_accept_invites", Shape::BuiltIn),
    ("spam_checker", Shape::Entries),
    ("third_party_event_rules", Shape::Entries),
    ("password_providers", Shape::Entries),
];

/// The modules of all sections, and notes about entries that cannot be read.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) found: Vec<Found>,
    pub(super) notes: Vec<Note>,
}

impl Listing {
    /// Reads the sections of a homeserver.yaml. `None` if it has none of them.
    pub(super) fn of(homeserver: &mut Map<String, Value>) -> Option<Self> {
        let mut listing = Self::default();
        let mut any = false;
        for (name, shape) in SECTIONS {
            let Some(section) = homeserver.remove(name) else { continue };
            any = true;
            match shape {
                Shape::Entries => listing.section(name, section),
                Shape::BuiltIn => listing.built_in(name, section),
            }
        }
        any.then_some(listing)
    }

    fn section(&mut self, name: &str, section: Value) {
        let path = vec![name.to_owned()];
        match section {
            Value::Null => {}
            Value::Array(entries) => {
                for (index, entry) in entries.into_iter().enumerate() {
                    self.entry(vec![name.to_owned(), item(index)], entry);
                }
            }
            // For `modules`, Synapse refuses a single mapping, too.
            Value::Object(_) if name != "modules" => self.entry(path, section),
            other => self.unreadable(path, "a list", &other),
        }
    }

    fn entry(&mut self, path: Vec<String>, entry: Value) {
        let Value::Object(mut entry) = entry else {
            return self.unreadable(path, "a mapping", &entry);
        };
        let below = |key: &str| [path.clone(), vec![key.to_owned()]].concat();
        let class = match entry.remove("module") {
            Some(Value::String(class)) => class,
            other => {
                return self.unreadable(below("module"), "a string", &other.unwrap_or_default());
            }
        };
        let config_path = below("config");
        let config = match entry.remove("config") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(config)) => config,
            Some(other) => return self.unreadable(config_path, "a mapping", &other),
        };
        let ignored = |key: &String| {
            let message =
                format!("Synapse ignores `{key}` here: it reads only `module` and `config`");
            Note::warning(
                &below(key),
                message,
                "indent it below `config` if it is meant for the module",
            )
        };
        let notes = entry.keys().map(ignored).collect();
        self.found.push(Found { path, class, config, config_path, notes });
    }

    fn built_in(&mut self, name: &str, section: Value) {
        let path = vec![name.to_owned()];
        match section {
            Value::Null => {}
            Value::Object(config) => {
                let config_path = path.clone();
                let (class, notes) = (name.to_owned(), Vec::new());
                self.found.push(Found { path, class, config, config_path, notes });
            }
            other => self.unreadable(path, "a mapping", &other),
        }
    }

    fn unreadable(&mut self, path: Vec<String>, what: &str, found: &Value) {
        let fix = "write it as in Synapse's documentation of modules";
        self.notes.push(Note::error(&path, expected(what, found), fix));
    }
}
