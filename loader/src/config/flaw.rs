//! One thing wrong in the config, before it is known which module it concerns and where it stands.

use super::characters::visible;
use super::locate::Position;
use crate::{
    problem::{Problem, Severity, Stage},
    suggestion::printable,
};

/// One thing that is wrong in a YAML text, by where it is.
#[derive(Debug)]
pub struct Flaw {
    /// Keys and `<item N>` from the top of the file down.
    pub(super) path: Vec<String>,
    /// Where exactly, if that is not simply where `path` leads.
    pub(super) position: Option<Position>,
    message: String,
    fix: Option<String>,
    severity: Severity,
}

impl Flaw {
    /// At this path, whose segments are keys and [items](item), from the top of the text.
    pub fn new(path: &[String], message: impl Into<String>) -> Self {
        Self {
            path: path.to_vec(),
            position: None,
            message: message.into(),
            fix: None,
            severity: Severity::Error,
        }
    }

    /// The same, but the modules start all the same.
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

    /// What to do about it.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// Which entry of `modules` it stands in.
    pub(super) fn entry(&self) -> Option<usize> {
        match self.path.as_slice() {
            [modules, item, ..] if modules == "modules" => item_index(item),
            _ => None,
        }
    }

    /// The finished problem; `position` is where its path leads, `module` the name of its entry.
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

/// A path as Synapse prints it: `modules.<item 1>.config.evil_users`.
pub(super) fn render(path: &[impl AsRef<str>]) -> String {
    let segments: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
    shown(&segments.join("."))
}

/// Text from the file as messages show it.
fn shown(text: &str) -> String {
    visible(&printable(text))
}

/// The path segment of a list item, counted from 0: `<item 3>`.
pub fn item(index: usize) -> String {
    format!("<item {index}>")
}

/// The index in `<item 3>`.
pub(super) fn item_index(segment: &str) -> Option<usize> {
    segment.strip_prefix("<item ")?.strip_suffix('>')?.parse().ok()
}
