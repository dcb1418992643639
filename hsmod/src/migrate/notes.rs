//! What an operator has to know of a module that was, or was not, translated.

use hsmod_loader::config::Document;
use hsmod_loader::problem::{Problem, Severity, Stage};

use super::found::SECTIONS;
use super::keys::is_secret;

/// One thing to know, and what to do about it. It never repeats a value, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    /// Keys and `<item N>` from the top of homeserver.yaml.
    pub(super) path: Vec<String>,
    /// An error is what was not translated; a warning is what else to look at.
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

    /// The same as the other commands tell problems, with its place in `document`.
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

/// Whether a problem of the text touches what is translated. The rest of homeserver.yaml is Synapse's
/// business. One without a path may be anywhere.
pub(super) fn concerns_modules(problem: &Problem) -> bool {
    let Some(path) = &problem.path else { return true };
    let section = path.split('.').next().unwrap_or_default();
    SECTIONS.iter().any(|(name, _)| *name == section)
}

/// What the reader of YAML says of a secret may quote it.
pub(super) fn without_secret(mut problem: Problem) -> Problem {
    let key = problem.path.as_deref().and_then(|path| path.rsplit('.').next());
    if !key.is_some_and(is_secret) {
        return problem;
    }
    problem.message = "this value cannot be read exactly as it stands".to_owned();
    problem.fix("write it as one text in quotes")
}

/// The problems of a text as a whole, under the name of its file.
pub(super) fn of_file(name: &str, mut problems: Vec<Problem>) -> Vec<Problem> {
    for problem in &mut problems {
        problem.message = format!("`{name}`: {}", problem.message);
    }
    problems
}
