//! The first stage: plugins are loaded, and every module has read its config.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hsmod_plugin_api::boundary::install_panic_hook;
use hsmod_plugin_api::manifest::Manifest;
use hsmod_plugin_api::module::{ParsedConfig, Plugin, StageError, StaticModule};
use hsmod_plugin_api::values::ConfigKey;
use serde_json::Value;

use super::made::Made;
use super::step::{ASK_THE_AUTHOR, Thread, at_once, enter, run};
use super::survey::{Line, Surveyed, survey};
use super::wait::Wait;
use crate::config::{Config, Entry};
use crate::host::{FromConfig, Host};
use crate::info::ModuleInfo;
use crate::loading::Loaded;
use crate::loading::opener::{self, Hanging, Unloaded};
use crate::problem::{LoadError, Problem, Report, Stage};
use crate::record::{self, Place};
use crate::registration::check_timeouts;
use crate::requirements::{Known, Requirements};
use crate::services::folders;
use crate::suggestion::{closest, listed, printable};
use crate::verification::Verified;

/// The modules of a config, each of which has read its own: the plugins are found, verified and
/// mapped, and no module is made.
///
/// [`Modules::load`](crate::Modules::load) comes by here; homeservers that do something between the
/// stages take them one by one, as [the crate](crate#stage-by-stage) shows. Dropped, it leaves the
/// plugins mapped and nothing else.
///
/// # Forking
///
/// A homeserver that becomes a daemon wants to know what is wrong before it forks, and to make its
/// modules after that. What [`Self::new`] makes survives a fork: it leaves no thread and
/// no lock held, needs no runtime, so that the child process goes on with [`Self::make`]. There
///
/// - only this may have happened: [`Made`] and [`Modules`](crate::Modules) have threads and tasks,
///   which a child has not;
/// - nobody may load modules on another thread at the moment of the fork, since the child would
///   find locks that nobody ever gives back;
/// - the runtime is to be built in the child: one of the parent has no threads there;
/// - what is kept in a [file](crate::record::keep_in) is shared with the parent: say where to keep
///   it in the child, or let the parent load nothing afterwards.
///
/// The loader starts its own threads anew in the child if the parent had some. A thread that a
/// plugin starts in its `parse_config` or while it is mapped is not there.
#[derive(Debug)]
#[must_use = "no module runs before it is made and started"]
pub struct Parsed {
    pub(super) modules: Vec<ParsedModule>,
    pub(super) from_config: FromConfig,
    /// Whether what plugins require was compared with all that the homeserver has.
    pub(super) is_compared: bool,
    pub(super) info: Vec<ModuleInfo>,
    pub(super) report: Report,
}

impl Parsed {
    /// Loads the plugins and lets each module read its config: on the thread of the caller, which
    /// is blocked meanwhile. Needs no runtime, and has ended what threads it started when it returns.
    ///
    /// No deadline is kept: a module that hangs while it is mapped or reads its config hangs the
    /// caller, and is named in the log after the config's [`slow_poll`](Config::slow_poll). Where
    /// nothing forks, use [`Self::within_timeouts`].
    ///
    /// # Errors
    /// Everything that is wrong with the config, the folders it names, the plugins, and the configs
    /// of all modules.
    ///
    /// Whether a plugin requires what the homeserver does not call or answer, [`Self::make`] sees,
    /// before it makes a module; [`Self::of_calls`] sees some of it before any code of a plugin runs.
    pub fn new(config: Config) -> Result<Self, LoadError> {
        let folders = folders::unusable(&config);
        let surveyed = survey(config, folders, Known::Nothing, Thread::Callers);
        at_once(Self::collect(surveyed, Thread::Callers)).checked()
    }

    /// [`Self::new`] for a homeserver whose [`calls`](Host::calls) are known already: a plugin that
    /// requires another callback is refused, and none of its code runs.
    ///
    /// What the homeserver answers need not be known yet: that is for [`Self::make`] to see.
    ///
    /// # Errors
    /// As for [`Self::new`], and what plugins require and the homeserver does not call.
    pub fn of_calls(config: Config, host: &Host) -> Result<Self, LoadError> {
        let folders = folders::unusable(&config);
        let surveyed = survey(config, folders, Known::Calls(host), Thread::Callers);
        at_once(Self::collect(surveyed, Thread::Callers)).checked()
    }

    /// The same on threads of their own: a module that hangs is a problem among the others, once
    /// its `timeout` is over.
    ///
    /// # Errors
    /// As for [`Self::new`].
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn within_timeouts(config: Config) -> Result<Self, LoadError> {
        let folders = folders::unusable(&config);
        let surveyed = survey(config, folders, Known::Nothing, Thread::Own);
        Self::collect(surveyed, Thread::Own).await.checked()
    }

    /// [`Self::new`] with modules that are linked into the homeserver, as
    /// [`Modules::from_static`](crate::Modules::from_static) takes them.
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub fn from_static(modules: &[StaticModule], config: Config) -> Result<Self, LoadError> {
        let folders = folders::unusable(&config);
        at_once(Self::collect_static(modules, config, folders, Known::Nothing, Thread::Callers))
            .checked()
    }

    /// Makes the modules, in order: the next stage.
    ///
    /// # Errors
    /// What keeps any of them from being made: those that were made are given up. So are they if
    /// the future is dropped.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn make(self, host: Host) -> Result<Made, LoadError> {
        Made::collect(self, host).await.checked().await
    }

    /// What is known of each module, in the order of the config; nothing is registered yet.
    pub fn info(&self) -> &[ModuleInfo] {
        &self.info
    }

    /// What was noticed so far and keeps no module from being made.
    pub fn warnings(&self) -> &[Problem] {
        &self.report.problems
    }

    /// With all that is wrong.
    pub(crate) async fn collect(surveyed: Surveyed, thread: Thread) -> Self {
        let Surveyed { lines, from_config, is_compared, mut report } = surveyed;
        let info = lines.iter().map(ModuleInfo::of).collect();
        let modules = parse_all(lines, thread, from_config.slow_poll(), &mut report).await;
        Self { modules, from_config, is_compared, info, report }
    }

    /// The same with modules that are linked into the homeserver, and what is wrong with `folders`.
    pub(crate) async fn collect_static(
        modules: &[StaticModule],
        config: Config,
        folders: Vec<Problem>,
        known: Known<'_>,
        thread: Thread,
    ) -> Self {
        let from_config = FromConfig::of(&config);
        let (parsed, mut report) = parse_static(config, thread, modules, known).await;
        report.problems.extend(known.misnamed());
        report.problems.extend(folders);
        let info = parsed.iter().map(|module| ModuleInfo::linked(&module.entry, modules)).collect();
        Self { modules: parsed, from_config, is_compared: known.is_all(), info, report }
    }

    fn checked(self) -> Result<Self, LoadError> {
        Ok(Self { report: self.report.into_result()?, ..self })
    }
}

/// A module whose config is read.
#[derive(Debug)]
pub(super) struct ParsedModule {
    pub(super) entry: Entry,
    /// By category, the callbacks that the plugin says were written.
    pub(super) wrote: Callbacks,
    pub(super) requirements: Requirements,
    pub(super) config: ParsedConfig,
}

pub(super) type Callbacks = BTreeMap<String, Vec<String>>;

/// Loading and `parse_config` of every module, in order.
async fn parse_all(
    lines: Vec<Line>,
    thread: Thread,
    slow_poll: Option<Duration>,
    report: &mut Report,
) -> Vec<ParsedModule> {
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
                enter(line.entry.name(), Stage::Loading);
                load(thread, &line.entry, verified, slow_poll).await
            }
        };
        let problem = match loaded {
            Ok(Loaded { plugin, inspection }) => {
                let manifest = &inspection.manifest;
                match parse(thread, line.entry, plugin, manifest, slow_poll).await {
                    Ok(module) => {
                        report.problems.extend(unread(&module));
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
async fn parse_static(
    config: Config,
    thread: Thread,
    modules: &[StaticModule],
    known: Known<'_>,
) -> (Vec<ParsedModule>, Report) {
    // They share this process's `tracing` and panic hook: only the places of panics are noted.
    install_panic_hook(None);
    let slow_poll = config.slow_poll();
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
        let manifest = module.manifest();
        if !Requirements::of(&manifest).are_met(&entry, known, &mut report) {
            continue;
        }
        match parse(thread, entry, Plugin::from(module), &manifest, slow_poll).await {
            Ok(module) => {
                report.problems.extend(unread(&module));
                parsed.push(module);
            }
            Err(problem) => report.push(problem),
        }
    }
    (parsed, report)
}

/// Maps a plugin, for this module.
async fn load(
    thread: Thread,
    entry: &Entry,
    verified: Verified,
    slow_poll: Option<Duration>,
) -> Result<Loaded, Unloaded> {
    let (name, limit) = (entry.name(), entry.timeout());
    match thread {
        Thread::Own => {
            let wait = Wait::within_timeout(entry, Place::LOADING, slow_poll);
            wait.over(opener::load(verified, name, limit)).await
        }
        Thread::Callers => {
            let wait = Wait::without_end(entry, Place::LOADING, slow_poll);
            wait.over_here(|| opener::load_here(verified, name))
        }
    }
}

async fn parse(
    thread: Thread,
    entry: Entry,
    plugin: Plugin,
    manifest: &Manifest,
    slow_poll: Option<Duration>,
) -> Result<ParsedModule, Problem> {
    let requirements = Requirements::of(manifest);
    let wrote = manifest.callbacks.clone();
    let config = Value::Object(entry.config().clone()).to_string();
    let name: Arc<str> = entry.name().into();
    let parse = move || {
        let _inside = record::enter_named(&name, Place::PARSE_CONFIG);
        plugin.parse_config(&config)
    };
    let step = (Stage::ParseConfig, Place::PARSE_CONFIG);
    match run(thread, &entry, step, slow_poll, parse).await {
        Ok(Ok(config)) => Ok(ParsedModule { entry, wrote, requirements, config }),
        Ok(Err(error)) => Err(unparsed(&entry, &error)),
        Err(problem) => Err(entry.pinpoint(problem, &["config"])),
    }
}

/// Keys of its config that a module does not read: most likely misspelt.
fn unread(module: &ParsedModule) -> impl Iterator<Item = Problem> {
    let entry = &module.entry;
    module.config.unread_keys().iter().map(|unread| {
        let keys: Vec<String> = unread.path.iter().map(ConfigKey::to_string).collect();
        let key = keys.last().map_or("", String::as_str);
        let message = format!("the module reads no key `{}`: it has no effect", printable(key));
        let known = || unread.known.iter().map(String::as_str);
        let fix = match closest(key, known()) {
            Some(close) => format!("did you mean `{}`?", printable(close)),
            None if unread.known.is_empty() => "remove it".to_owned(),
            None => format!("remove it, or write one of {}", printable(&listed(known()))),
        };
        entry.pinpoint(Problem::warning(Stage::ParseConfig, message).fix(fix), &below_config(&keys))
    })
}

/// The way from an entry to a place in its config.
fn below_config(keys: &[String]) -> Vec<&str> {
    std::iter::once("config").chain(keys.iter().map(String::as_str)).collect()
}

fn unparsed(entry: &Entry, error: &StageError) -> Problem {
    let StageError::Config(error) = error else {
        let problem = Problem::error(Stage::ParseConfig, error.to_string());
        return entry.pinpoint(problem.fix(ASK_THE_AUTHOR), &["config"]);
    };
    let keys: Vec<String> = error.path().iter().map(ConfigKey::to_string).collect();
    let problem = Problem::error(Stage::ParseConfig, error.message())
        .fix("see the module's documentation for what its `config` takes");
    entry.pinpoint(problem, &below_config(&keys))
}
