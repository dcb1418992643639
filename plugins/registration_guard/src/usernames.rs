//! Checks usernames.

use std::ops::RangeInclusive;

use hsmod_plugin_api::prelude::*;
use hsmod_python_regex::PythonRegex;

/// The conditions for usernames.
pub(crate) struct Usernames {
    lengths: RangeInclusive<u64>,
    denied: Vec<PythonRegex>,
}

impl Usernames {
    pub(crate) const fn new(lengths: RangeInclusive<u64>, denied: Vec<PythonRegex>) -> Self {
        Self { lengths, denied }
    }

    /// The reason to refuse this username, if any.
    pub(crate) fn reason(&self, username: &str) -> Option<&'static str> {
        let length = u64::try_from(username.chars().count()).unwrap_or(u64::MAX);
        if length < *self.lengths.start() {
            return Some("the username is too short");
        }
        if length > *self.lengths.end() {
            return Some("the username is too long");
        }
        let is_denied = |regex: &PythonRegex| {
            // Refuse a name that keeps a pattern busy: it is not one that a person needs.
            regex.search(username).unwrap_or_else(|error| {
                tracing::warn!("a username is refused: {error}");
                true
            })
        };
        self.denied.iter().any(is_denied).then_some("the username is denied")
    }
}
