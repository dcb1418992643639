//! Discovery, inspection and verification: everything about plugins that shows without running
//! their code.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hsmod_plugin_api::ABI;

use super::parallel;
use super::step::Thread;
use crate::config::{Config, Entry, Verify};
use crate::discovery::discover;
use crate::host::FromConfig;
use crate::inspection::{Inspection, Platform, inspect_file};
use crate::problem::{Problem, Report};
use crate::registration::check_timeouts;
use crate::requirements::{Known, Requirements};
use crate::verification::{Verified, verify};

/// One module, with the results of the stages it has passed.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) entry: Entry,
    pub(crate) file: Option<PathBuf>,
    pub(crate) inspection: Option<Arc<Inspection>>,
    pub(super) verified: Option<Verified>,
}

/// The modules of a config after discovery, inspection and verification.
pub(crate) struct Surveyed {
    pub(crate) lines: Vec<Line>,
    pub(super) from_config: FromConfig,
    /// Whether the plugins' requirements were compared with everything the homeserver has.
    pub(super) is_compared: bool,
    pub(crate) report: Report,
}

/// Runs discovery, inspection and verification for every module, which runs none of their code. The
/// problems in `folders` are reported, too.
///
/// The plugins' requirements are compared with what is known of the homeserver. Files are read in
/// parallel, if other [threads](Thread) than the caller's are allowed.
pub(crate) fn survey(
    config: Config,
    folders: Vec<Problem>,
    known: Known<'_>,
    threads: Thread,
) -> Surveyed {
    let from_config = FromConfig::of(&config);
    let (plugins_dir, base) = (config.plugins_dir().to_owned(), config.base().to_owned());
    let rules = config.verify();
    let (entries, mut report) = config.into_entries();
    report.problems.extend(known.misnamed());
    let entries: Vec<Discovered> =
        entries.into_iter().map(|entry| Discovered::of(entry, &plugins_dir, &base)).collect();
    let read = read_all(&entries, rules, threads);
    let line = |(discovered, read): (Discovered, Option<Read>)| {
        let Discovered { entry, file, report: found } = discovered;
        report.problems.extend(found.problems);
        let Some(Read { inspection, verified, report: mut own }) = read else {
            return Line { entry, file, inspection: None, verified: None };
        };
        let unmet = verified.as_ref().and_then(|plugin| required(&plugin.inspection, known));
        let verified = verified.filter(|_| !unmet.as_ref().is_some_and(Problem::is_error));
        own.problems.extend(unmet);
        own.problems.into_iter().for_each(|problem| report.push(pinpointed(&entry, problem)));
        Line { entry, file, inspection, verified }
    };
    let lines = entries.into_iter().zip(read).map(line).collect();
    report.problems.extend(folders);
    Surveyed { lines, from_config, is_compared: known.is_all(), report }
}

/// A module after discovery.
struct Discovered {
    entry: Entry,
    file: Option<PathBuf>,
    report: Report,
}

impl Discovered {
    fn of(entry: Entry, plugins_dir: &Path, base: &Path) -> Self {
        let mut report = Report::default();
        check_timeouts(&entry, &mut report);
        let candidate = discover(entry.clone(), plugins_dir, base, &mut report);
        Self { entry, file: candidate.map(|candidate| candidate.file), report }
    }
}

/// What the file of a module's plugin contains, and the problems with it.
struct Read {
    inspection: Option<Arc<Inspection>>,
    verified: Option<Verified>,
    report: Report,
}

/// Inspects and verifies the plugins that were found, with one result for each module.
///
/// A plugin that is listed several times is read once, so that all its modules get the same bytes.
fn read_all(modules: &[Discovered], rules: Verify, threads: Thread) -> Vec<Option<Read>> {
    let platform = Platform::here(ABI);
    let mut files: Vec<(&Path, Vec<usize>)> = Vec::new();
    let mut places: HashMap<&Path, usize> = HashMap::new();
    for (index, module) in modules.iter().enumerate() {
        let Some(file) = &module.file else { continue };
        let place = *places.entry(file).or_insert(files.len());
        if place == files.len() {
            files.push((file, Vec::new()));
        }
        files[place].1.push(index);
    }
    let read = parallel::map(threads, &files, |(file, own)| {
        let mut found = Report::default();
        let inspected = inspect_file(file, &platform, &mut found);
        let read = own.iter().map(|index| {
            let (sha256, mut report) = (modules[*index].entry.sha256(), found.clone());
            let inspection = inspected.as_ref().map(|inspected| inspected.inspection.clone());
            let verified = inspected
                .clone()
                .and_then(|inspected| verify(inspected, rules, sha256, &mut report));
            (*index, Read { inspection, verified, report })
        });
        read.collect::<Vec<_>>()
    });
    let mut all: Vec<Option<Read>> = modules.iter().map(|_| None).collect();
    read.into_iter().flatten().for_each(|(index, read)| all[index] = Some(read));
    all
}

/// The problem if the homeserver lacks what the plugin requires.
fn required(inspection: &Inspection, known: Known<'_>) -> Option<Problem> {
    let plugin = format!("`{}`", inspection.file.display());
    Requirements::of(&inspection.manifest).unmet(&plugin, known)
}

/// Gives a problem with a plugin file the position of `module` in the entry, unless it concerns
/// another key of the entry.
fn pinpointed(entry: &Entry, mut problem: Problem) -> Problem {
    let key = problem.path.take();
    entry.pinpoint(problem, &[key.as_deref().unwrap_or("module")])
}
