//! A unique name for every entry, used in logs, metrics and errors.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use serde_json::Value;

use super::flaw::{Flaw, item};

/// One name per entry, in order: its `name`, or else the plugin's name, with a number if that is
/// repeated; `None` if the entry has neither. Disabled entries are named too, so that disabling one
/// does not rename another.
pub(super) fn assign(items: &[Value], flaws: &mut Vec<Flaw>) -> Vec<Option<String>> {
    let mut owners: HashMap<&str, usize> = HashMap::new();
    let explicit: Vec<Option<&str>> = items.iter().map(|entry| entry["name"].as_str()).collect();
    for (index, name) in explicit.iter().enumerate() {
        let Some(name) = *name else { continue };
        let path = ["modules".to_owned(), item(index), "name".to_owned()];
        if let Some(reason) = unusable(name) {
            let flaw = Flaw::new(&path, format!("`{name}` cannot be a name: {reason}"));
            flaws.push(flaw.fix("use letters, digits, `-` and `_`, as in `evil-list`"));
        } else if let Some(first) = owners.get(name) {
            flaws.push(
                Flaw::new(&path, format!("the name `{name}` is taken by modules.{}", item(*first)))
                    .fix("give each entry a name of its own"),
            );
        } else {
            owners.insert(name, index);
        }
    }
    let mut taken: HashSet<String> = owners.into_keys().map(str::to_owned).collect();
    let mut next_number: HashMap<String, usize> = HashMap::new();
    let mut name = |(entry, explicit): (&Value, Option<&str>)| match explicit {
        Some(name) if !name.trim().is_empty() && unusable(name).is_none() => Some(name.to_owned()),
        _ => {
            let module = entry["module"].as_str().filter(|module| !module.trim().is_empty())?;
            Some(numbered(plugin_name(module), &mut taken, &mut next_number))
        }
    };
    items.iter().zip(explicit).map(&mut name).collect()
}

/// Why a name chosen by the operator cannot be used. Names become file names (for a module's
/// storage) and parts of log lines.
fn unusable(name: &str) -> Option<&'static str> {
    if name.contains(char::is_control) {
        Some("it contains control characters")
    } else if name.contains(['/', '\\']) {
        Some("it contains a path separator")
    } else if name.starts_with('.') {
        Some("it begins with a dot")
    } else if name.len() > 100 {
        Some("it is longer than 100 bytes")
    } else {
        None
    }
}

/// A bare name itself, or the name of a path's file without `lib` and the extension. If that cannot
/// be a plugin's name, which the next stage refuses, this is `module`.
fn plugin_name(module: &str) -> &str {
    let name = if module.contains(['/', '\\']) {
        let stem = Path::new(module).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        stem.strip_prefix("lib").filter(|rest| !rest.is_empty()).unwrap_or(stem)
    } else {
        module
    };
    if name.trim().is_empty() || unusable(name).is_some() { "module" } else { name }
}

/// `name`, or `name-2`, `name-3`, .. if it is taken.
fn numbered(
    name: &str,
    taken: &mut HashSet<String>,
    next_number: &mut HashMap<String, usize>,
) -> String {
    if taken.insert(name.to_owned()) {
        return name.to_owned();
    }
    // Remember the number for each name, so that a long list of one plugin is not searched each
    // time.
    let number = next_number.entry(name.to_owned()).or_insert(2);
    loop {
        let candidate = format!("{name}-{number}");
        *number += 1;
        if taken.insert(candidate.clone()) {
            return candidate;
        }
    }
}
