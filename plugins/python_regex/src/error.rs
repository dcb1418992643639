//! The errors of patterns.

use std::error::Error;
use std::fmt;

/// A pattern that Python refuses, or that cannot be translated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError(String);

impl PatternError {
    pub(crate) fn new(pattern: &str, what: &str) -> Self {
        Self(format!("`{pattern}` is not a regular expression: {what}"))
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for PatternError {}

/// A pattern took too many steps with a text, so it is unknown whether it matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooManySteps {
    pattern: String,
}

impl TooManySteps {
    pub(crate) fn of(pattern: &str) -> Self {
        Self { pattern: pattern.to_owned() }
    }
}

impl fmt::Display for TooManySteps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the pattern `{}` takes too many steps with a text: rewrite it so that fewer ways lead \
             to the same match",
            self.pattern
        )
    }
}

impl Error for TooManySteps {}

/// What is wrong at a position of a pattern, in the words of Python's own error if there is one.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) what: String,
    /// In characters, from 0, as Python counts.
    pub(crate) position: usize,
}

impl Problem {
    pub(crate) fn new(what: impl Into<String>, position: usize) -> Self {
        Self { what: what.into(), position }
    }

    /// The error for the pattern that contains the problem.
    pub(crate) fn of(self, pattern: &str) -> PatternError {
        PatternError::new(pattern, &format!("{} at position {}", self.what, self.position))
    }
}
