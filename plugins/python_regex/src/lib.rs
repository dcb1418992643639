//! Regular expressions as Python's `re` reads them.
//!
//! Operators bring patterns from modules in Python, and expect them to match the same texts here.
//! [`PythonRegex`] parses a pattern as Python 3.11 does, refuses what Python refuses, and translates
//! it for `fancy-regex`. The translation spells out everything that the two read differently: `$` also
//! matches before a final newline, `\w` and `\b` leave out combining marks, and other letters are equal
//! when case is ignored.
//!
//! ```
//! use hsmod_python_regex::PythonRegex;
//!
//! let not_admin = PythonRegex::new(r"@(?!admin:).*")?;
//! assert_eq!(not_admin.fullmatch("@alice:example.com"), Ok(true));
//! assert_eq!(not_admin.fullmatch("@admin:example.com"), Ok(false));
//! assert!(PythonRegex::new("a**").is_err());
//! # Ok::<(), hsmod_python_regex::PatternError>(())
//! ```
//!
//! # Time
//!
//! Most patterns take time linear in the length of the text. Those with look-around, backreferences,
//! word boundaries, atomic groups or possessive repeats backtrack, as in Python, but at most a million
//! times: then the answer is [`TooManySteps`], after some hundredths of a second.
//!
//! # What is refused
//!
//! `\N{NAME}`, surrogates (`\ud800`), groups nested more than 60 deep, and patterns that take more than
//! some megabytes when they are compiled, such as `\w{5000}`. Where Python only warns, nothing is said.
//!
//! # What differs
//!
//! - The Unicode version is newer than Python 3.11's.
//! - A backreference that ignores case compares only letters of equal length in UTF-8, and treats `ς` and
//!   `σ` as equal.
//! - A repeat whose body can match the empty text may capture something else in its groups and, if it is
//!   possessive or atomic, match more. Four of 2,000 random patterns show this.
#![forbid(unsafe_code)]

mod emit;
mod error;
mod node;
mod parse;

use std::fmt;
use std::sync::OnceLock;

use fancy_regex::{CompileError, Error, Regex, RegexBuilder};
use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

use emit::Form;
pub use error::{PatternError, TooManySteps};
use node::Flags;

/// How often a pattern may backtrack.
const BACKTRACKS_MAX: usize = 1_000_000;

/// A regular expression as Python's `re` reads it.
///
/// In a config it is a string; an invalid pattern is an error of the config.
#[derive(Clone)]
pub struct PythonRegex {
    pattern: String,
    search: Compiled,
    match_start: Compiled,
    fullmatch: Compiled,
}

impl PythonRegex {
    /// Reads a pattern, as `re.compile(pattern)`.
    ///
    /// # Errors
    /// Python refuses the pattern, or it cannot be translated.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        Self::with_flags(pattern, Flags::NONE)
    }

    /// Reads a pattern that ignores case, as `re.compile(pattern, re.IGNORECASE)`.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn ignoring_case(pattern: &str) -> Result<Self, PatternError> {
        Self::with_flags(pattern, Flags::IGNORE_CASE)
    }

    fn with_flags(pattern: &str, flags: Flags) -> Result<Self, PatternError> {
        let parsed = parse::parse(pattern, flags).map_err(|problem| problem.of(pattern))?;
        let form = |form| Compiled::new(emit::emit(&parsed, form));
        let search = form(Form::Search);
        search.compile().map_err(|error| PatternError::new(pattern, &not_compiled(&error)))?;
        Ok(Self {
            pattern: pattern.to_owned(),
            search,
            match_start: form(Form::MatchStart),
            fullmatch: form(Form::FullMatch),
        })
    }

    /// Whether the whole text matches, as `re.fullmatch`.
    ///
    /// # Errors
    /// The pattern takes too many steps with this text.
    pub fn fullmatch(&self, text: &str) -> Result<bool, TooManySteps> {
        self.is_match(&self.fullmatch, text)
    }

    /// Whether some part of the text matches, as `re.search`.
    ///
    /// # Errors
    /// The pattern takes too many steps with this text.
    pub fn search(&self, text: &str) -> Result<bool, TooManySteps> {
        self.is_match(&self.search, text)
    }

    /// Whether the beginning of the text matches, as `re.match`.
    ///
    /// # Errors
    /// The pattern takes too many steps with this text.
    pub fn match_start(&self, text: &str) -> Result<bool, TooManySteps> {
        self.is_match(&self.match_start, text)
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.pattern
    }

    fn is_match(&self, compiled: &Compiled, text: &str) -> Result<bool, TooManySteps> {
        // The anchored forms are no larger than the one that was compiled when the pattern was read.
        let regex = compiled.compile().map_err(|_too_large| TooManySteps::of(&self.pattern))?;
        regex.is_match(text).map_err(|_too_many| TooManySteps::of(&self.pattern))
    }
}

impl fmt::Debug for PythonRegex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PythonRegex").field(&self.pattern).finish()
    }
}

impl<'de> Deserialize<'de> for PythonRegex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(PatternVisitor)
    }
}

/// An error of a visitor carries the path of the string itself; a later error would carry the path of
/// the value that contains it.
struct PatternVisitor;

impl Visitor<'_> for PatternVisitor {
    type Value = PythonRegex;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, pattern: &str) -> Result<PythonRegex, E> {
        PythonRegex::new(pattern).map_err(E::custom)
    }
}

/// In a schema it is a string of the format `regex`.
#[cfg(feature = "schemars")]
impl schemars::JsonSchema for PythonRegex {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PythonRegex".into()
    }

    fn json_schema(_generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "regex"})
    }
}

/// A pattern for `fancy-regex`, compiled when it is first asked for.
#[derive(Clone)]
struct Compiled {
    translated: String,
    regex: OnceLock<Regex>,
}

impl Compiled {
    const fn new(translated: String) -> Self {
        Self { translated, regex: OnceLock::new() }
    }

    fn compile(&self) -> Result<&Regex, Error> {
        if let Some(regex) = self.regex.get() {
            return Ok(regex);
        }
        // Without optimisation, so that exactly the emitted pattern runs.
        let regex = RegexBuilder::new(&self.translated)
            .backtrack_limit(BACKTRACKS_MAX)
            .optimize(false)
            .build()?;
        Ok(self.regex.get_or_init(|| regex))
    }
}

/// Why `fancy-regex` refuses a pattern that Python accepts.
fn not_compiled(error: &Error) -> String {
    if let Error::CompileError(error) = error {
        if let CompileError::InnerError(error) = &**error {
            if error.size_limit().is_some() {
                return "it is too large once compiled: repeat less".to_owned();
            }
        }
    }
    format!("it cannot be compiled: {error}")
}

#[cfg(test)]
mod tests;
