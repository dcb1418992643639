//! Problems with modules, written for the operator who has to fix them. Every stage of the pipeline
//! adds its findings to one [`Report`], so that all of them are shown at once.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How severe a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// The modules do not start.
    Error,
    /// They start, but an operator should look at it.
    Warning,
}

/// The stage at which a problem was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// The homeserver's own settings.
    Host,
    /// Reading the YAML.
    Config,
    /// Finding the plugin file.
    Discovery,
    /// Reading the file without running its code.
    Inspection,
    /// Checking owner, mode and digest.
    Verification,
    /// Mapping the library and checking its ABI.
    Loading,
    /// The module parses its own config.
    ParseConfig,
    /// The module's constructor: `Module::new`.
    New,
    /// The module's `start`.
    Start,
    /// The module's `shutdown`.
    Shutdown,
    /// The whole trial: what the module did to its process.
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

/// One problem: which module has it, at which stage it was found, why, and the remedy.
///
/// Serialized, it does not contain the module, under which `hsmod check` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// Error or warning.
    pub severity: Severity,
    /// The name of the module (the configured instance); `None` if the problem concerns no single
    /// module.
    #[serde(skip)]
    pub module: Option<String>,
    /// The stage that found it.
    pub stage: Stage,
    /// Its path in the config: `modules.<item 1>.config.evil_users`.
    pub path: Option<String>,
    /// Line in the config file, counted from 1.
    pub line: Option<u64>,
    /// Column in the config file, counted from 1.
    pub column: Option<u64>,
    /// What is wrong and why, without a full stop at the end.
    pub message: String,
    /// The remedy.
    pub fix: Option<String>,
}

impl Problem {
    /// Whether it prevents the start.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// An error found at `stage`.
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

    /// A warning found at `stage`.
    pub fn warning(stage: Stage, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(stage, message) }
    }

    /// Sets the module.
    #[must_use]
    pub fn of(mut self, module: impl Into<String>) -> Self {
        self.module = Some(module.into());
        self
    }

    /// Sets the path in the config.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Sets the position in the config file; both numbers count from 1.
    #[must_use]
    pub fn line_column(mut self, line: u64, column: u64) -> Self {
        self.line = Some(line);
        self.column = Some(column);
        self
    }

    /// Sets the remedy.
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

/// Collects the problems that the stages find.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// The problems, in the order they were found.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Adds a problem.
    pub fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The number of errors.
    pub fn errors(&self) -> usize {
        self.problems.iter().filter(|p| p.severity == Severity::Error).count()
    }

    /// The number of warnings.
    pub fn warnings(&self) -> usize {
        self.problems.len() - self.errors()
    }

    /// Turns the report into an error if it contains one.
    ///
    /// # Errors
    /// All problems, if one of them is an error.
    pub fn into_result(self) -> Result<Self, LoadError> {
        if self.errors() == 0 { Ok(self) } else { Err(LoadError { problems: self.problems }) }
    }
}

/// The modules were not started: all problems of all modules.
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
