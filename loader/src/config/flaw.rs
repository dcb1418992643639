//! A flaw: something wrong in the config, before its module and position are known.

use super::characters::visible;
use super::locate::Position;
use crate::{
    problem::{Problem, Severity, Stage},
    suggestion::printable,
};

/// Something wrong in a YAML text, with its path.
#[derive(Debug)]
pub struct Flaw {
    /// Keys and `<item N>` from the top level down.
    pub(super) path: Vec<String>,
    /// The exact position, if that is not simply the position of `path`.
    pub(super) position: Option<Position>,
    message: String,
    fix: Option<String>,
    severity: Severity,
}

impl Flaw {
    /// A flaw at this path, whose segments are keys and [items](item) from the top level down.
    pub fn new(path: &[String], message: impl Into<String>) -> Self {
        Self {
            path: path.to_vec(),
            position: None,
            message: message.into(),
            fix: None,
            severity: Severity::Error,
        }
    }

    /// Makes it a warning, which does not prevent the start.
    pub(super) fn warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    pub(super) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    pub(super) fn position(mut self, position: Position) -> Self {
        self.position = Some(position);
        self
    }

    /// Sets the remedy.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// The index of the entry of `modules` that contains it.
    pub(super) fn entry(&self) -> Option<usize> {
        match self.path.as_slice() {
            [modules, item, ..] if modules == "modules" => item_index(item),
            _ => None,
        }
    }

    /// The finished problem; `position` is that of its path, `module` the name of its entry.
    pub(super) fn into_problem(self, position: Option<Position>, module: Option<&str>) -> Problem {
        let mut problem = Problem::error(Stage::Config, shown(&self.message));
        problem.severity = self.severity;
        problem.fix = self.fix.as_deref().map(shown);
        if !self.path.is_empty() {
            problem = problem.at(render(&self.path));
        }
        if let Some((line, column)) = self.position.or(position) {
            problem = problem.line_column(line, column);
        }
        match module {
            Some(module) => problem.of(module),
            None => problem,
        }
    }
}

/// Formats a path as Synapse prints it: `modules.<item 1>.config.evil_users`.
pub(super) fn render(path: &[impl AsRef<str>]) -> String {
    let segments: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
    shown(&segments.join("."))
}

/// Text from the file, in a form suitable for messages.
fn shown(text: &str) -> String {
    visible(&printable(text))
}

/// The path segment of a list item, counted from 0: `<item 3>`.
pub fn item(index: usize) -> String {
    format!("<item {index}>")
}

/// The index in a segment such as `<item 3>`.
pub(super) fn item_index(segment: &str) -> Option<usize> {
    segment.strip_prefix("<item ")?.strip_suffix('>')?.parse().ok()
}
