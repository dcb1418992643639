//! The key `verify`: requirements for a plugin file, and what is mapped.

use serde_json::{Map, Value};

use super::fields::Fields;
use super::flaw::Flaw;
use crate::suggestion::closest;

/// How strictly the files of plugins are verified.
///
/// ```yaml
/// verify:
///   permissions: warn
///   mapping: file
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verify {
    /// What to do about a plugin that others could have written to.
    pub permissions: Permissions,
    /// What is mapped.
    pub mapping: Mapping,
}

/// What to do about a plugin that others could have written to: `verify.permissions`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Permissions {
    /// It is an error.
    #[default]
    Strict,
    /// It is a warning.
    Warn,
}

/// What of a plugin is mapped: `verify.mapping`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mapping {
    /// A sealed copy of exactly the bytes that were verified, which nobody can change.
    #[default]
    Sealed,
    /// The file itself, so that debuggers and profilers find it by its path. Writing to the file
    /// changes the running homeserver.
    File,
}

pub(super) fn read(members: Map<String, Value>, flaws: &mut Vec<Flaw>) -> Verify {
    let path = ["verify".to_owned()];
    let mut fields = Fields::new(members, &path, flaws);
    let permissions = [("strict", Permissions::Strict), ("warn", Permissions::Warn)];
    let permissions = one_of(&mut fields, "permissions", permissions).unwrap_or_default();
    let mapping = [("sealed", Mapping::Sealed), ("file", Mapping::File)];
    let mapping = one_of(&mut fields, "mapping", mapping).unwrap_or_default();
    fields.refuse_unknown(&["permissions", "mapping"]);
    Verify { permissions, mapping }
}

/// The value for the choice named by the key.
fn one_of<T: Copy>(fields: &mut Fields<'_>, key: &str, choices: [(&str, T); 2]) -> Option<T> {
    let word = fields.string(key)?;
    if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == word) {
        return Some(*choice);
    }
    let [(first, _), (second, _)] = choices;
    let fix = match closest(&word, [first, second]) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("write `{first}` or `{second}`"),
    };
    let message = format!("expected `{first}` or `{second}`, found `{word}`");
    fields.refuse(key, message, Some(fix))
}
