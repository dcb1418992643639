//! Discovery, inspection and verification: what shows of plugins without running code of theirs.

use std::collections::HashMap;
use std::path::PathBuf;

use hsmod_plugin_api::ABI;

use crate::config::{Config, Entry};
use crate::discovery::discover;
use crate::host::FromConfig;
use crate::inspection::{Inspected, Inspection, Platform, inspect_file};
use crate::problem::{Problem, Report};
use crate::registration::check_timeouts;
use crate::requirements::{Known, Requirements};
use crate::verification::{Verified, verify};

/// A module on its way, as far as it came.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) entry: Entry,
    pub(crate) file: Option<PathBuf>,
    pub(crate) inspection: Option<Inspection>,
    pub(super) verified: Option<Verified>,
}

/// The modules of a config, as far as they show without running code of theirs.
pub(crate) struct Surveyed {
    pub(crate) lines: Vec<Line>,
    pub(super) from_config: FromConfig,
    /// Whether all that plugins require was compared.
    pub(super) is_compared: bool,
    pub(crate) report: Report,
}

/// Discovery, inspection and verification of every module: no code of theirs runs. What is wrong
/// with `folders` is told too.
///
/// What plugins require is compared with what is known of the homeserver.
pub(crate) fn survey(config: Config, folders: Vec<Problem>, known: Known<'_>) -> Surveyed {
    let from_config = FromConfig::of(&config);
    let (plugins_dir, base) = (config.plugins_dir().to_owned(), config.base().to_owned());
    let permissions = config.permissions();
    let (entries, mut report) = config.into_entries();
    let platform = Platform::here(ABI);
    // A plugin that is listed several times is read once: all its modules get the same bytes.
    let mut files: HashMap<PathBuf, (Option<Inspected>, Report)> = HashMap::new();
    let mut line = |entry: Entry| {
        check_timeouts(&entry, &mut report);
        let Some(candidate) = discover(entry.clone(), &plugins_dir, &base, &mut report) else {
            return Line { entry, file: None, inspection: None, verified: None };
        };
        let (inspected, mut own) = files
            .entry(candidate.file.clone())
            .or_insert_with_key(|file| {
                let mut found = Report::default();
                (inspect_file(file, &platform, &mut found), found)
            })
            .clone();
        let inspection = inspected.as_ref().map(|inspected| inspected.inspection.clone());
        let verified = inspected
            .and_then(|inspected| verify(inspected, permissions, entry.sha256(), &mut own));
        let unmet = verified.as_ref().and_then(|plugin| required(&plugin.inspection, known));
        let verified = verified.filter(|_| !unmet.as_ref().is_some_and(Problem::is_error));
        own.problems.extend(unmet);
        own.problems.into_iter().for_each(|problem| report.push(pinpointed(&entry, problem)));
        Line { entry, file: Some(candidate.file), inspection, verified }
    };
    let lines = entries.into_iter().map(&mut line).collect();
    report.problems.extend(folders);
    Surveyed { lines, from_config, is_compared: known.is_all(), report }
}

/// What the plugin requires and has not.
fn required(inspection: &Inspection, known: Known<'_>) -> Option<Problem> {
    let plugin = format!("`{}`", inspection.file.display());
    Requirements::of(&inspection.manifest).unmet(&plugin, known)
}

/// A problem with the file of a plugin stands where the config names the plugin, unless it says
/// which key of the entry it is about.
fn pinpointed(entry: &Entry, mut problem: Problem) -> Problem {
    let key = problem.path.take();
    entry.pinpoint(problem, &[key.as_deref().unwrap_or("module")])
}
