//! Translates a whole homeserver.yaml. The result depends on its values alone.

use std::collections::BTreeSet;

use hsmod_loader::config::expected;
use serde_json::Value;

use super::address::Reach;
use super::found::{Found, Listing, SECTIONS};
use super::keys::LEAVE_IT;
use super::notes::Note;
use super::table::row;

/// A module of the Synapse config, and its translation.
#[derive(Debug)]
pub(super) struct Entry {
    /// The path of the entry from the top of homeserver.yaml.
    pub(super) path: Vec<String>,
    pub(super) class: String,
    /// The plugin that replaces it, with its config; `None` if no plugin does.
    pub(super) module: Option<Module>,
    pub(super) notes: Vec<Note>,
}

/// An entry of modules.yaml.
#[derive(Debug)]
pub(super) struct Module {
    pub(super) plugin: &'static str,
    pub(super) config: Vec<(&'static str, Value)>,
}

/// The translation of a whole homeserver.yaml.
#[derive(Debug)]
pub(super) struct Translation {
    /// In the order in which Synapse asks them.
    pub(super) entries: Vec<Entry>,
    /// Notes that belong to no module.
    pub(super) notes: Vec<Note>,
    /// The networks that the modules must be allowed to reach.
    pub(super) allow: BTreeSet<String>,
}

/// The class that loads native modules in Synapse.
const OURS: &str = "hsmod.Modules";

impl Translation {
    /// Translates the values of a homeserver.yaml.
    ///
    /// # Errors
    /// The value is not a Synapse config, or it lists no modules. Returns the message and the
    /// remedy.
    pub(super) fn of(homeserver: Value) -> Result<Self, (String, &'static str)> {
        let mut members = match homeserver {
            Value::Object(members) => members,
            Value::Null => return Err(("the file is empty".to_owned(), NAME_IT)),
            other => return Err((expected("a mapping", &other), NAME_IT)),
        };
        let Some(listing) = Listing::of(&mut members) else {
            let sections = SECTIONS.map(|(name, _)| format!("`{name}`")).join(", ");
            return Err((
                format!("no modules are listed here: the file has none of {sections}"),
                NAME_IT,
            ));
        };
        let mut whole = Self { entries: Vec::new(), notes: listing.notes, allow: BTreeSet::new() };
        for found in listing.found {
            whole.add(found);
        }
        whole.note_those_between();
        Ok(whole)
    }

    fn add(&mut self, mut found: Found) {
        let (module, notes) = match row(&found.class) {
            Some(row) => {
                let translated = row.translate(&mut found);
                for reach in translated.reach {
                    if let Reach::Private(networks) = reach {
                        self.allow.extend(networks);
                    }
                }
                let module = |config| Module { plugin: row.plugin(), config };
                (translated.config.map(module), translated.notes)
            }
            None if found.class == OURS => (None, vec![already_there(&found)]),
            None => {
                let message = format!("no plugin here does what `{}` does", found.class);
                let note = Note::error(&found.path, message, LEAVE_IT);
                (None, [found.notes, vec![note]].concat())
            }
        };
        let Found { path, class, .. } = found;
        // A disabled section of a built-in module is not listed.
        if module.is_some() || !notes.is_empty() {
            self.entries.push(Entry { path, class, module, notes });
        }
    }

    /// Warns of a changed order. All native modules are asked in sequence at the position of
    /// `hsmod.Modules`, so a Python module that was between two of them can no longer be asked
    /// between them.
    fn note_those_between(&mut self) {
        let is_translated = |entry: &Entry| entry.module.is_some();
        let first = self.entries.iter().position(is_translated);
        let last = self.entries.iter().rposition(is_translated);
        let (Some(first), Some(last)) = (first, last) else { return };
        for entry in &mut self.entries[first..last] {
            if entry.module.is_none() && entry.class != OURS {
                let class = &entry.class;
                let message =
                    format!("`{class}` is listed between modules that are now asked together");
                let fix = "put `hsmod.Modules` before or after it: native modules are asked one \
                           after the other";
                entry.notes.push(Note::warning(&entry.path, message, fix));
            }
        }
    }
}

/// The remedy for a file that lists no modules.
const NAME_IT: &str = "give Synapse's config, or the one of its files that contains `modules:`";

fn already_there(found: &Found) -> Note {
    let message = "native modules are already loaded here, from a modules.yaml that was not read";
    Note::warning(&found.path, message, "merge the entries of both into one file")
}

#[cfg(test)]
mod tests;
