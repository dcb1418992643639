//! One entry of `modules`: a plugin, its config, and settings for running it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::{Map, Value};

use super::{
    duration,
    elsewhere::{self, Remark},
    fields::{Fields, expected, missing_space},
    flaw::{self, Flaw, item, render},
    locate::Outline,
};
use crate::{problem::Problem, suggestion::listed};

pub(super) const KEYS: [&str; 7] =
    ["module", "config", "name", "enabled", "sha256", "timeout", "timeouts"];

/// The time limit of one awaited callback if the entry has none.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// One enabled entry of `modules`, whose values have been checked as far as the loader itself
/// understands them.
#[derive(Clone, Debug)]
pub struct Entry {
    index: usize,
    module: String,
    name: String,
    config: Map<String, Value>,
    sha256: Option<String>,
    timeout: Option<Duration>,
    timeouts: BTreeMap<String, Option<Duration>>,
    /// `None` if the config was not read from YAML text.
    outline: Option<Arc<Outline>>,
}

impl Entry {
    /// Its index in the list, counted from 0 and including disabled entries.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The value of `module`: a plugin's bare name or the path of its file.
    pub fn module(&self) -> &str {
        &self.module
    }

    /// The name of this instance in logs, metrics and errors; unique within the config.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The module's own config, empty if there is none.
    pub fn config(&self) -> &Map<String, Value> {
        &self.config
    }

    /// The digest that the plugin file must have, in lower case.
    pub fn sha256(&self) -> Option<&str> {
        self.sha256.as_deref()
    }

    /// The time limit of one awaited callback; `None` for no limit. It ends waiting for the answer,
    /// but does not interrupt a callback that blocks its thread: the log names it
    /// ([`slow_poll`](super::Config::slow_poll)), and the answer it finally gives counts.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// The time limits of single callbacks, by the names in the config. Whether these callbacks
    /// exist is not known here; a later stage reports unknown ones with
    /// `entry.pinpoint(problem, &["timeouts", name])`.
    pub fn timeouts(&self) -> &BTreeMap<String, Option<Duration>> {
        &self.timeouts
    }

    /// The path of a value below this entry, as Synapse prints it. List items are written
    /// `<item N>`, counted from 0.
    ///
    /// # Examples
    /// ```
    /// # use hsmod_loader::config::Config;
    /// let yaml = "modules: [{module: spam, config: {evil_users: [a, b]}}]";
    /// let config = Config::from_yaml(yaml, ".".as_ref())?;
    /// let entry = &config.entries()[0];
    /// let path = entry.path(&["config", "evil_users", "<item 1>"]);
    /// assert_eq!(path, "modules.<item 0>.config.evil_users.<item 1>");
    /// # Ok::<(), hsmod_loader::problem::LoadError>(())
    /// ```
    pub fn path(&self, below: &[&str]) -> String {
        let item = item(self.index);
        render(&[&["modules", item.as_str()], below].concat())
    }

    /// Line and column, from 1, of a value below this entry: of its key, or of the list item
    /// (`<item N>` or plain `N`). For a value that does not exist, the position of its nearest
    /// existing ancestor. `None` if the config was not read from YAML text.
    pub fn locate(&self, below: &[&str]) -> Option<(u64, u64)> {
        let item = item(self.index);
        let path = ["modules", item.as_str()].into_iter().chain(below.iter().copied());
        self.outline.as_ref().map(|outline| outline.locate(path))
    }

    /// Says that a problem belongs to this module and is at `below` in its entry.
    #[must_use]
    pub fn pinpoint(&self, problem: Problem, below: &[&str]) -> Problem {
        let problem = problem.of(&self.name).at(self.path(below));
        match self.locate(below) {
            Some((line, column)) => problem.line_column(line, column),
            None => problem,
        }
    }
}

/// Whether `item` looks like a part of the entry before it with a superfluous dash: it has keys of
/// an entry that `before` lacks, but no `module`.
pub(super) fn is_torn_off(item: &Value, before: &Value) -> bool {
    let (Some(item), Some(before)) = (item.as_object(), before.as_object()) else { return false };
    let fits = |key: &String| KEYS.contains(&key.as_str()) && !before.contains_key(key);
    before.contains_key("module")
        && !item.contains_key("module")
        && !item.is_empty()
        && item.keys().all(fits)
}

/// The flaw for such an item.
pub(super) fn torn_off(item: &Value, index: usize) -> Flaw {
    let keys = item.as_object().into_iter().flat_map(Map::keys).map(String::as_str);
    let path = ["modules".to_owned(), flaw::item(index)];
    Flaw::new(&path, format!("this entry has only {}, and no `module`", listed(keys)))
        .fix("remove the dash before it, if it belongs to the entry above")
}

/// Reads one item of `modules`. `None` if it is disabled, or if one of its values could not be
/// read; an unknown key alone does not prevent the rest from being checked.
pub(super) fn read(
    value: Value,
    index: usize,
    name: Option<String>,
    outline: Option<&Arc<Outline>>,
    flaws: &mut Vec<Flaw>,
) -> Option<Entry> {
    let path = ["modules".to_owned(), item(index)];
    let members = match value {
        Value::Object(members) => members,
        other => {
            let (message, fix) = not_an_entry(&other);
            flaws.push(Flaw::new(&path, message).fix(fix));
            return None;
        }
    };
    let bare = members.get("config").is_some_and(Value::is_null);
    let mut fields = Fields::new(members, &path, flaws);
    let module = module(&mut fields);
    let config = fields.mapping("config").unwrap_or_default();
    // This only checks the type: the names of all entries have been assigned together.
    fields.string("name");
    let enabled = fields.boolean("enabled").unwrap_or(true);
    let sha256 = sha256(&mut fields);
    let timeout = match fields.take("timeout") {
        Some(value) => deadline(&mut fields, &["timeout"], &value),
        None => Some(DEFAULT_TIMEOUT),
    };
    let timeouts = timeouts(&mut fields);
    let otherwise = match bare {
        true => "indent it below `config:`, if it is for the module".to_owned(),
        false => format!("the keys here are {}; the module's own go below `config:`", listed(KEYS)),
    };
    fields.refuse_others(&KEYS, &[], elsewhere::in_an_entry, &otherwise);
    if fields.unreadable || !enabled {
        return None;
    }
    let (module, name) = (module?, name?);
    Some(Entry {
        index,
        module,
        name,
        config,
        sha256,
        timeout,
        timeouts,
        outline: outline.cloned(),
    })
}

fn not_an_entry(found: &Value) -> Remark {
    let plain = || {
        let fix = match found {
            Value::String(name) => format!("write `- module: {name}`"),
            _ => "write `- module: ` and the plugin's name".to_owned(),
        };
        (expected("a mapping", found), fix)
    };
    found.as_str().and_then(missing_space).unwrap_or_else(plain)
}

fn module(fields: &mut Fields<'_>) -> Option<String> {
    let module = fields.string("module");
    // This is the first field to be read: an unreadable value was reported already, a missing one
    // was not.
    if module.is_none() && !fields.unreadable {
        let fix = "write the plugin's name, or the path of its file: `module: list_spam_checker`";
        return fields.refuse_below(&[], "`module` is missing", Some(fix.to_owned()));
    }
    module
}

/// Other digests, by how many hexadecimal digits they have.
const OTHER_DIGESTS: [(usize, &str); 4] =
    [(32, "MD5"), (40, "SHA-1"), (96, "SHA-384"), (128, "SHA-512")];

fn sha256(fields: &mut Fields<'_>) -> Option<String> {
    let written = fields.string("sha256")?;
    // Accept the output of `sha256sum`, and the notation of registries.
    let first = written.split_whitespace().next().unwrap_or_default();
    let digest = first.split_once(':').map_or(first, |(_, digest)| digest);
    let is_hexadecimal = digest.bytes().all(|b| b.is_ascii_hexdigit());
    let digits = digest.len();
    if is_hexadecimal && digits == 64 && digest == written {
        return Some(written.to_ascii_lowercase());
    }
    let expected = "a SHA-256 digest has 64 hexadecimal digits";
    let other = OTHER_DIGESTS.iter().find(|(length, _)| *length == digits);
    let (message, fix) = match other.filter(|_| is_hexadecimal) {
        Some((_, other)) => (format!("{expected}, this has {digits}, as {other} has"), None),
        None if is_hexadecimal && digits == 64 => {
            (format!("{expected} and nothing else"), Some(format!("write `{digest}`")))
        }
        None if is_hexadecimal => (format!("{expected}, this has {digits}"), None),
        None => (format!("{expected} and nothing else"), None),
    };
    let fix = fix.unwrap_or_else(|| "copy it from `sha256sum FILE`".to_owned());
    fields.refuse("sha256", message, Some(fix))
}

fn timeouts(fields: &mut Fields<'_>) -> BTreeMap<String, Option<Duration>> {
    let members = fields.mapping("timeouts").unwrap_or_default();
    members
        .into_iter()
        .map(|(callback, value)| {
            let deadline = deadline(fields, &["timeouts", &callback], &value);
            (callback, deadline)
        })
        .collect()
}

fn deadline(fields: &mut Fields<'_>, below: &[&str], value: &Value) -> Option<Duration> {
    match duration::parse(value, "no deadline") {
        Ok(deadline) => deadline,
        Err((message, fix)) => fields.refuse_below(below, message, Some(fix)),
    }
}
