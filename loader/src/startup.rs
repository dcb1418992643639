//! A module's start: from its file to the moment it may be called.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hsmod_plugin_api::ABI;
use hsmod_plugin_api::boundary::install_panic_hook;
use hsmod_plugin_api::module::{
    ApiHandle, Lifecycle, ParsedConfig, Plugin, StageError, StaticModule,
};
use hsmod_plugin_api::values::{ConfigKey, Unanswered};
use serde_json::Value;
use tokio::runtime::Handle;

use crate::config::{Config, Entry};
use crate::discovery::discover;
use crate::host::Host;
use crate::inspection::{Inspected, Inspection, Platform, inspect_file};
use crate::loading::Loaded;
use crate::loading::opener::{self, Hanging, Unloaded};
use crate::problem::{Problem, Report, Stage};
use crate::record::{self, Place};
use crate::registration::{Registrar, Tenancy, check_timeouts};
use crate::scarcity;
use crate::verification::{Verified, verify};

/// A module on its way, as far as it came.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) entry: Entry,
    pub(crate) file: Option<PathBuf>,
    pub(crate) inspection: Option<Inspection>,
    verified: Option<Verified>,
}

/// Discovery, inspection and verification of every module: no code of theirs runs.
pub(crate) fn survey(config: Config) -> (Vec<Line>, Report) {
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
        own.problems.into_iter().for_each(|problem| report.push(pinpointed(&entry, problem)));
        Line { entry, file: Some(candidate.file), inspection, verified }
    };
    let lines = entries.into_iter().map(&mut line).collect();
    (lines, report)
}

/// A problem with the file of a plugin stands where the config names the plugin, unless it says
/// which key of the entry it is about.
fn pinpointed(entry: &Entry, mut problem: Problem) -> Problem {
    let key = problem.path.take();
    entry.pinpoint(problem, &[key.as_deref().unwrap_or("module")])
}

/// A module whose config is read.
pub(crate) struct Parsed {
    pub(crate) entry: Entry,
    plugin: Plugin,
    /// By category, the callbacks that the plugin says were written.
    wrote: Callbacks,
    config: ParsedConfig,
}

type Callbacks = BTreeMap<String, Vec<String>>;

/// Loading and `parse_config` of every module, in order; on other threads, so that a module which
/// hangs is a finding.
pub(crate) async fn parse_all(lines: Vec<Line>, report: &mut Report) -> Vec<Parsed> {
    let mut parsed = Vec::new();
    let mut stuck: Option<Hanging> = None;
    for line in lines {
        let Some(verified) = line.verified else { continue };
        let loaded = match &stuck {
            Some(hanging) => {
                let problem = hanging.keeps_from(&verified.inspection.file);
                Err(Unloaded::Refused(problem))
            }
            None => {
                let name = line.entry.name();
                enter(name, Stage::Loading);
                opener::load(verified, name, line.entry.timeout()).await
            }
        };
        let problem = match loaded {
            Ok(Loaded { plugin, inspection }) => {
                match parse(line.entry, plugin, inspection.manifest.callbacks).await {
                    Ok(module) => {
                        parsed.push(module);
                        continue;
                    }
                    Err(problem) => problem,
                }
            }
            Err(Unloaded::Refused(problem)) => line.entry.pinpoint(problem, &["module"]),
            Err(Unloaded::Stuck(problem, hanging)) => {
                stuck = Some(hanging);
                line.entry.pinpoint(problem, &["module"])
            }
        };
        report.push(problem);
    }
    if stuck.is_some() {
        // A trial would go on with these, on new threads, which do not begin any more.
        parsed.clear();
    }
    parsed
}

/// The same for modules that are linked into the homeserver: entries name them by their plugin.
pub(crate) async fn parse_static(
    config: Config,
    modules: &[StaticModule],
) -> (Vec<Parsed>, Report) {
    // They share this process's `tracing` and panic hook: only the places of panics are noted.
    install_panic_hook(None);
    let (entries, mut report) = config.into_entries();
    let mut parsed = Vec::new();
    for entry in entries {
        check_timeouts(&entry, &mut report);
        let named = |module: &&StaticModule| module.manifest().name == entry.module();
        let Some(module) = modules.iter().find(named) else {
            let known: Vec<String> =
                modules.iter().map(|module| format!("`{}`", module.manifest().name)).collect();
            let message = format!("no module `{}` is linked into this homeserver", entry.module());
            let problem = Problem::error(Stage::Discovery, message)
                .fix(format!("name one of {}", known.join(", ")));
            report.push(entry.pinpoint(problem, &["module"]));
            continue;
        };
        match parse(entry, Plugin::from(module), module.manifest().callbacks).await {
            Ok(module) => parsed.push(module),
            Err(problem) => report.push(problem),
        }
    }
    (parsed, report)
}

async fn parse(entry: Entry, plugin: Plugin, wrote: Callbacks) -> Result<Parsed, Problem> {
    let config = Value::Object(entry.config().clone()).to_string();
    let name: Arc<str> = entry.name().into();
    let parse = move || {
        let _inside = record::enter_named(&name, Place::PARSE_CONFIG);
        plugin.parse_config(&config)
    };
    match on_thread(&entry, Stage::ParseConfig, parse).await {
        Ok(Ok(config)) => Ok(Parsed { entry, plugin, wrote, config }),
        Ok(Err(error)) => Err(unparsed(&entry, &error)),
        Err(problem) => Err(entry.pinpoint(problem, &["config"])),
    }
}

fn unparsed(entry: &Entry, error: &StageError) -> Problem {
    let StageError::Config(error) = error else {
        let problem = Problem::error(Stage::ParseConfig, error.to_string());
        return entry.pinpoint(problem.fix(ASK_THE_AUTHOR), &["config"]);
    };
    let keys: Vec<String> = error.path().iter().map(ConfigKey::to_string).collect();
    let path: Vec<&str> =
        std::iter::once("config").chain(keys.iter().map(String::as_str)).collect();
    let problem = Problem::error(Stage::ParseConfig, error.message())
        .fix("see the module's documentation for what its `config` takes");
    entry.pinpoint(problem, &path)
}

const ASK_THE_AUTHOR: &str = "this is a fault of the module: tell its author";

/// A module that was made.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) entry: Entry,
    pub(crate) name: Arc<str>,
    pub(crate) registrar: Arc<Tenancy>,
    pub(crate) lifecycle: Lifecycle,
    wrote: Callbacks,
}

impl Made {
    /// What there is to say of what it has registered, once it has started.
    pub(crate) fn forgotten(&self) -> impl Iterator<Item = Problem> {
        let problems = self.registrar.forgotten(&self.wrote).into_iter();
        problems.map(|problem| self.entry.pinpoint(problem, &["module"]))
    }
}

/// `Module::new` of every module, in order.
pub(crate) async fn make_all(
    parsed: Vec<Parsed>,
    host: &Arc<Host>,
    report: &mut Report,
) -> (usize, Vec<Made>) {
    let names: Vec<Arc<str>> = parsed.iter().map(|module| module.entry.name().into()).collect();
    let first = record::number(names.iter().cloned());
    let mut made = Vec::new();
    for (index, (Parsed { entry, plugin, wrote, config }, name)) in
        parsed.into_iter().zip(names).enumerate()
    {
        let number = first + index;
        let (host_too, runtime) = (Arc::clone(host), Handle::current());
        let registrar = Arc::new(Registrar::new(number, Arc::clone(&name), host_too, runtime));
        let api = ApiHandle::new(Arc::clone(&registrar));
        let registrar = Arc::new(Tenancy::new(registrar));
        let lifecycle = on_thread(&entry, Stage::New, move || {
            let _inside = record::enter(number, Place::NEW);
            plugin.new_module(config, &api, number)
        });
        match lifecycle.await {
            Ok(Ok(lifecycle)) => made.push(Made { entry, name, registrar, lifecycle, wrote }),
            Ok(Err(error)) => report.push(failed(Stage::New, &error, host).of(&*name)),
            Err(problem) => report.push(problem.of(&*name)),
        }
    }
    (first, made)
}

/// `Module::start` of one module, within its deadline.
pub(crate) async fn start(made: &Made, host: &Host) -> Result<(), Problem> {
    enter(&made.name, Stage::Start);
    made.registrar.start();
    let start = record::inside(made.lifecycle.module(), Place::START, made.lifecycle.start());
    let outcome = match made.entry.timeout() {
        Some(limit) => tokio::time::timeout(limit, start).await.map_err(|_| limit),
        None => Ok(start.await),
    };
    match outcome {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(failed(Stage::Start, &error, host).of(&*made.name)),
        Err(limit) => Err(hung(Stage::Start, limit).of(&*made.name)),
    }
}

/// What a trial or a rehearsal does not answer is no fault of a module.
fn failed(stage: Stage, error: &StageError, host: &Host) -> Problem {
    let problem = Problem::error(stage, error.to_string());
    match error {
        StageError::Module(error)
            if host.trial && error.unanswered() == Some(Unanswered::Trial) =>
        {
            Problem::warning(stage, problem.message)
                .fix("start the homeserver to see how this goes on: a trial cannot tell")
        }
        StageError::Module(error)
            if host.rehearsal.is_some() && error.unanswered() == Some(Unanswered::Unsupported) =>
        {
            problem.fix("do what the message says, or see in a homeserver how this goes on")
        }
        StageError::Module(_) => problem.fix("mend what the message says, or remove the module"),
        _ => problem.fix(ASK_THE_AUTHOR),
    }
}

fn hung(stage: Stage, limit: Duration) -> Problem {
    Problem::error(stage, format!("did not come back within {limit:?}"))
        .fix("if the module needs that long, raise its `timeout`; otherwise tell its author")
}

/// Says what comes next: the last such line tells where a module took the process down.
pub(crate) fn enter(module: &str, stage: Stage) {
    tracing::debug!(module, %stage, "runs code of the module");
}

/// Runs a step that cannot be interrupted on a thread of its own, and waits for it as long as the
/// module's deadline allows. A thread that hangs is left behind.
async fn on_thread<T: Send + 'static>(
    entry: &Entry,
    stage: Stage,
    step: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    enter(entry.name(), stage);
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let dispatch = tracing::dispatcher::get_default(Clone::clone);
    let spawned = std::thread::Builder::new().name(format!("hsmod {stage}")).spawn(move || {
        let value = tracing::dispatcher::with_default(&dispatch, step);
        // Nobody waits any more if it took too long.
        let _ = sender.send(value);
    });
    if let Err(error) = spawned {
        return Err(scarcity::no_thread(stage, &error));
    }
    let received = match entry.timeout() {
        Some(limit) => {
            tokio::time::timeout(limit, receiver).await.map_err(|_| hung(stage, limit))?
        }
        None => receiver.await,
    };
    received.map_err(|_| Problem::error(stage, "ended without an answer").fix(ASK_THE_AUTHOR))
}
