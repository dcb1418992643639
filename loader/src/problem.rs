//! What can be wrong with a module, told so that an operator can mend it: every stage of the
//! pipeline adds its findings to one [`Report`], and all of them are shown at once.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How grave a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// The modules do not start.
    Error,
    /// They start; somebody should look.
    Warning,
}

/// Where on the way from the list to the verdict a problem was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// What the homeserver says of itself.
    Host,
    /// Reading the YAML.
    Config,
    /// Finding the file of a plugin.
    Discovery,
    /// Reading the file without running it.
    Inspection,
    /// Owner, mode, digest.
    Verification,
    /// Mapping the library and checking its ABI.
    Loading,
    /// The module reads its own config.
    ParseConfig,
    /// The module's constructor: `Module::new`.
    New,
    /// The module's `start`.
    Start,
    /// The module's `shutdown`.
    Shutdown,
    /// All of a trial: what the module did to the process it is in.
    Trial,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host => "host",
            Self::Config => "config",
            Self::Discovery => "discovery",
            Self::Inspection => "inspection",
            Self::Verification => "verification",
            Self::Loading => "loading",
            Self::ParseConfig => "parse_config",
            Self::New => "new",
            Self::Start => "start",
            Self::Shutdown => "shutdown",
            Self::Trial => "trial",
        })
    }
}

/// One thing that is wrong: which module, at which stage, why, and what to do about it.
///
/// Serialized it is without its module, under which `hsmod check` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// Error or warning.
    pub severity: Severity,
    /// Name of the module (the configured instance); `None` if it belongs to no module.
    #[serde(skip)]
    pub module: Option<String>,
    /// The stage that found it.
    pub stage: Stage,
    /// Where in the config: `modules.<item 1>.config.evil_users`.
    pub path: Option<String>,
    /// Line in the config file, counted from 1.
    pub line: Option<u64>,
    /// Column in the config file, counted from 1.
    pub column: Option<u64>,
    /// What is wrong and why. No full stop at the end.
    pub message: String,
    /// What to do about it.
    pub fix: Option<String>,
}

impl Problem {
    /// Whether it refuses the start.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// An error found by `stage`.
    pub fn error(stage: Stage, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            module: None,
            stage,
            path: None,
            line: None,
            column: None,
            message: message.into(),
            fix: None,
        }
    }

    /// A warning found by `stage`.
    pub fn warning(stage: Stage, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(stage, message) }
    }

    /// Names the module it belongs to.
    #[must_use]
    pub fn of(mut self, module: impl Into<String>) -> Self {
        self.module = Some(module.into());
        self
    }

    /// Says where in the config.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Says where in the config file; both counted from 1.
    #[must_use]
    pub fn line_column(mut self, line: u64, column: u64) -> Self {
        self.line = Some(line);
        self.column = Some(column);
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })?;
        if let Some(module) = &self.module {
            write!(f, ": module `{module}`")?;
        }
        write!(f, ": {}: {}", self.stage, self.message)?;
        match (&self.path, self.line, self.column) {
            (Some(path), Some(line), Some(column)) => {
                write!(f, "\n  at {path}, line {line}, column {column}")?;
            }
            (Some(path), ..) => write!(f, "\n  at {path}")?,
            (None, Some(line), Some(column)) => write!(f, "\n  at line {line}, column {column}")?,
            _ => {}
        }
        match &self.fix {
            Some(fix) => write!(f, "\n  fix: {fix}"),
            None => Ok(()),
        }
    }
}

/// Collects what the stages find.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// In the order found.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// How many errors there are.
    pub fn errors(&self) -> usize {
        self.problems.iter().filter(|p| p.severity == Severity::Error).count()
    }

    /// How many warnings there are.
    pub fn warnings(&self) -> usize {
        self.problems.len() - self.errors()
    }

    /// The report as an error, if it holds one.
    ///
    /// # Errors
    /// All problems, if one of them is an error.
    pub fn into_result(self) -> Result<Self, LoadError> {
        if self.errors() == 0 { Ok(self) } else { Err(LoadError { problems: self.problems }) }
    }
}

/// The modules do not start: everything that is wrong with any of them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadError {
    /// All errors and warnings, in the order found.
    pub problems: Vec<Problem>,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}
