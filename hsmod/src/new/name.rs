//! What a new crate may be called: folder, package, library and module have one name.

use std::fmt;

use crate::exit::{Result, Stop};

/// The longest name that a registry takes.
const CHARACTERS_MAX: usize = 64;

/// A name that cargo, Rust and the loader can work with.
#[derive(Debug)]
pub(super) struct Name(String);

impl Name {
    /// # Errors
    /// The text is no such name.
    pub(super) fn new(text: &str) -> Result<Self> {
        if is_name(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(Stop::wrong(format!(
            "`{text}` cannot be the name of a module\n  fix: make it of `a` to `z`, digits and `_`, \
             with a letter first and at most {CHARACTERS_MAX} characters"
        )))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `spam_checker` becomes `SpamChecker`.
pub(super) fn in_camel_case(name: &str) -> String {
    let capitalized = |part: &str| {
        let mut rest = part.chars();
        rest.next()
            .map(|first| first.to_ascii_uppercase())
            .into_iter()
            .chain(rest)
            .collect::<String>()
    };
    name.split('_').map(capitalized).collect()
}

fn is_name(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(is_part)
        && text.len() <= CHARACTERS_MAX
}
