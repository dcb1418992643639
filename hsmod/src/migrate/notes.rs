//! Notes for the operator about the translation of a module.

use hsmod_loader::config::Document;
use hsmod_loader::problem::{Problem, Severity, Stage};

use super::found::SECTIONS;
use super::keys::is_secret;

/// A note and its remedy. It never quotes a value, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    /// Keys and `<item N>` from the top of homeserver.yaml.
    pub(super) path: Vec<String>,
    /// An error: something was not translated. A warning: something else to look at.
    pub(super) severity: Severity,
    pub(super) message: String,
    pub(super) fix: String,
}

impl Note {
    /// Something that was not translated.
    pub(super) fn error(
        path: &[String],
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let (path, message, fix) = (path.to_vec(), message.into(), fix.into());
        Self { path, severity: Severity::Error, message, fix }
    }

    /// Something to look at.
    pub(super) fn warning(
        path: &[String],
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(path, message, fix) }
    }

    /// Converts the note to a problem with its position in `document`, as other commands show it.
    pub(super) fn problem(&self, document: &Document) -> Problem {
        let problem = match self.severity {
            Severity::Error => Problem::error(Stage::Config, &*self.message),
            _ => Problem::warning(Stage::Config, &*self.message),
        };
        let problem = problem.fix(&*self.fix).at(self.path.join("."));
        match document.position(&self.path) {
            Some((line, column)) => problem.line_column(line, column),
            None => problem,
        }
    }
}

/// Whether a problem of the text is in a section that is translated. A problem without a path may
/// be anywhere, so it counts.
pub(super) fn concerns_modules(problem: &Problem) -> bool {
    let Some(path) = &problem.path else { return true };
    let section = path.split('.').next().unwrap_or_default();
    SECTIONS.iter().any(|(name, _)| *name == section)
}

/// Replaces the YAML reader's message about a secret, which may quote it.
pub(super) fn without_secret(mut problem: Problem) -> Problem {
    let key = problem.path.as_deref().and_then(|path| path.rsplit('.').next());
    if !key.is_some_and(is_secret) {
        return problem;
    }
    problem.message = "this value cannot be read exactly as it stands".to_owned();
    problem.fix("write it as a string in quotes")
}

/// Puts the file's name before each problem.
pub(super) fn of_file(name: &str, mut problems: Vec<Problem>) -> Vec<Problem> {
    for problem in &mut problems {
        problem.message = format!("`{name}`: {}", problem.message);
    }
    problems
}
