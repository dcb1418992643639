//! Reports what was translated and what was not.

use std::path::Path;

use hsmod_loader::config::Document;
use hsmod_loader::problem::{Problem, Severity};
use serde::Serialize;

use super::notes::{concerns_modules, without_secret};
use super::translation::{Entry, Translation};
use crate::output::{Output, Problems, complain, counted};

/// A translation with its problems.
pub(super) struct Report {
    pub(super) entries: Vec<Reported>,
    pub(super) allow: Vec<String>,
    /// Problems that belong to no module.
    rest: Vec<Problem>,
}

/// A module of the Synapse config, its translation, and its line.
pub(super) struct Reported {
    pub(super) entry: Entry,
    pub(super) line: Option<u64>,
    pub(super) problems: Vec<Problem>,
}

impl Report {
    /// Adds positions to all notes.
    ///
    /// # Errors
    /// The sections that list modules are ambiguous, for example because of a duplicate key or a
    /// tag.
    pub(super) fn new(translation: Translation, document: Document) -> Result<Self, Vec<Problem>> {
        let Translation { entries, notes, allow } = translation;
        let reported = |entry: Entry| Reported {
            line: document.position(&entry.path).map(|(line, _)| line),
            problems: entry.notes.iter().map(|note| note.problem(&document)).collect(),
            entry,
        };
        let entries = entries.into_iter().map(reported).collect();
        let mut rest: Vec<Problem> = notes.iter().map(|note| note.problem(&document)).collect();
        let of_text = document.into_problems().into_iter().filter(concerns_modules);
        let of_text: Vec<Problem> = of_text.map(without_secret).collect();
        if of_text.iter().any(Problem::is_error) {
            return Err(of_text);
        }
        rest.extend(of_text);
        Ok(Self { entries, allow: allow.into_iter().collect(), rest })
    }

    /// Whether everything was translated.
    pub(super) fn is_whole(&self) -> bool {
        !self.problems().any(Problem::is_error)
    }

    /// Shows the result, unless it was written to `file`, and its problems.
    pub(super) fn show(&self, yaml: &str, file: Option<&Path>, output: &mut Output) {
        if output.is_json() {
            self.show_json(yaml, file, output);
        } else if file.is_none() {
            output.bytes(yaml.as_bytes());
        }
        output.flush();
        let mut problems: Vec<Problem> = self.problems().cloned().collect();
        problems.sort_by_key(|problem| (problem.line, problem.column));
        output.aside(&problems);
        let written = match file {
            Some(file) => format!("{}: ", file.display()),
            None => String::new(),
        };
        let Summary { entries, translated, errors, warnings } = self.summary();
        complain(&format!(
            "{written}{translated} of {} translated: {}, {}\n",
            counted(entries, "module"),
            counted(errors, "error"),
            counted(warnings, "warning")
        ));
    }

    fn show_json(&self, yaml: &str, file: Option<&Path>, output: &mut Output) {
        for Reported { entry, line, problems } in &self.entries {
            let module = entry.module.as_ref().map(|module| module.plugin);
            let (path, class) = (entry.path.join("."), &entry.class);
            output.json(&Line { path, line: *line, class, module, problems });
        }
        if !self.rest.is_empty() {
            output.json(&Problems { problems: &self.rest });
        }
        let modules_yaml = file.is_none().then_some(yaml);
        output.json(&End { summary: self.summary(), modules_yaml, file });
    }

    fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.entries.iter().flat_map(|entry| &entry.problems).chain(&self.rest)
    }

    fn summary(&self) -> Summary {
        let is_translated = |reported: &&Reported| reported.entry.module.is_some();
        let number =
            |severity| self.problems().filter(|problem| problem.severity == severity).count();
        Summary {
            entries: self.entries.len() as u64,
            translated: self.entries.iter().filter(is_translated).count() as u64,
            errors: number(Severity::Error) as u64,
            warnings: number(Severity::Warning) as u64,
        }
    }
}

/// A module of the Synapse config, in JSON.
#[derive(Serialize)]
struct Line<'a> {
    path: String,
    line: Option<u64>,
    class: &'a str,
    module: Option<&'static str>,
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct End<'a> {
    summary: Summary,
    /// The result, if it was not written to a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    modules_yaml: Option<&'a str>,
    /// The file that the result was written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a Path>,
}

#[derive(Serialize)]
struct Summary {
    entries: u64,
    translated: u64,
    errors: u64,
    warnings: u64,
}
