//! The first stage: plugins are loaded, and every module has parsed its config.

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

/// Modules that have parsed their configs: their plugins were found, verified and mapped, but no
/// module is made.
///
/// [`Modules::load`](crate::Modules::load) includes this stage. Homeservers that do something
/// between the stages use them separately, as shown in the [crate's
/// documentation](crate#stage-by-stage). Dropping this leaves the plugins mapped and nothing else.
///
/// # Forking
///
/// A homeserver that becomes a daemon needs to know what is wrong before it forks, but has to make
/// its modules after that. The result of [`Self::new`] survives a fork: it leaves no thread and no
/// lock held, and needs no runtime, so the child process can continue with [`Self::make`]. This
/// requires the following:
///
/// - Before the fork, no later stage was reached: [`Made`] and [`Modules`](crate::Modules) have
///   threads and tasks, which do not exist in a child.
/// - At the moment of the fork, no other thread is loading modules, because the child would inherit
///   locks that are never released.
/// - The runtime is built in the child: one from the parent has no threads there.
/// - A record kept in a [file](crate::record::keep_in) is shared with the parent: begin it in the
///   child, or load nothing in the parent afterwards.
///
/// In the child, the loader starts its own threads again if the parent had any. A thread that a
/// plugin started while it was mapped or in its `parse_config` does not exist there.
#[derive(Debug)]
#[must_use = "no module runs until it is made and started"]
pub struct Parsed {
    pub(super) modules: Vec<ParsedModule>,
    pub(super) from_config: FromConfig,
    /// Whether the plugins' requirements were compared with everything the homeserver has.
    pub(super) is_compared: bool,
    pub(super) info: Vec<ModuleInfo>,
    pub(super) report: Report,
}

impl Parsed {
    /// Loads the plugins and lets each module parse its config, on the caller's thread, which is
    /// blocked meanwhile. This needs no runtime; any threads it starts have ended when it returns.
    ///
    /// There is no time limit: a module that hangs while it is mapped or parses its config blocks
    /// the caller, and the log names it after the config's [`slow_poll`](Config::slow_poll). A
    /// homeserver that does not fork should use [`Self::within_timeouts`].
    ///
    /// # Errors
    /// Everything that is wrong with the config, the folders it names, the plugins, and the configs
    /// of all modules.
    ///
    /// Whether the homeserver calls and answers all that the plugins require is checked by
    /// [`Self::make`] before it makes a module; [`Self::of_calls`] checks some of it before any
    /// code of a plugin runs.
    pub fn new(config: Config) -> Result<Self, LoadError> {
        let folders = folders::unusable(&config);
        let surveyed = survey(config, folders, Known::Nothing, Thread::Callers);
        at_once(Self::collect(surveyed, Thread::Callers)).checked()
    }

    /// Like [`Self::new`], for a homeserver whose [`calls`](Host::calls) are known already: a
    /// plugin that requires another callback is refused, and none of its code runs.
    ///
    /// Which requests the homeserver answers need not be known yet: [`Self::make`] checks that.
    ///
    /// # Errors
    /// As for [`Self::new`], and if a plugin requires a callback that the homeserver does not call.
    pub fn of_calls(config: Config, host: &Host) -> Result<Self, LoadError> {
        let folders = folders::unusable(&config);
        let surveyed = survey(config, folders, Known::Calls(host), Thread::Callers);
        at_once(Self::collect(surveyed, Thread::Callers)).checked()
    }

    /// Like [`Self::new`], on separate threads: a module that hangs is reported with the other
    /// problems once its `timeout` has passed.
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

    /// Like [`Self::new`], with modules that are linked into the homeserver, as for
    /// [`Modules::from_static`](crate::Modules::from_static).
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub fn from_static(modules: &[StaticModule], config: Config) -> Result<Self, LoadError> {
        let folders = folders::unusable(&config);
        at_once(Self::collect_static(modules, config, folders, Known::Nothing, Thread::Callers))
            .checked()
    }

    /// Makes the modules in order: the next stage.
    ///
    /// # Errors
    /// Everything that prevents this. Modules that were made are dropped, and also if the future is
    /// dropped.
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

    /// The warnings so far, which do not prevent making the modules.
    pub fn warnings(&self) -> &[Problem] {
        &self.report.problems
    }

    /// Loads plugins and parses configs; problems are kept in the report.
    pub(crate) async fn collect(surveyed: Surveyed, thread: Thread) -> Self {
        let Surveyed { lines, from_config, is_compared, mut report } = surveyed;
        let info = lines.iter().map(ModuleInfo::of).collect();
        let modules = parse_all(lines, thread, from_config.slow_poll(), &mut report).await;
        Self { modules, from_config, is_compared, info, report }
    }

    /// The same with modules that are linked into the homeserver; `folders` are problems to report,
    /// too.
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

/// A module that has parsed its config.
#[derive(Debug)]
pub(super) struct ParsedModule {
    pub(super) entry: Entry,
    /// The callbacks that the plugin implements, by category.
    pub(super) wrote: Callbacks,
    pub(super) requirements: Requirements,
    pub(super) config: ParsedConfig,
}

pub(super) type Callbacks = BTreeMap<String, Vec<String>>;

/// Loads every plugin and calls its `parse_config`, in order.
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
        // A trial would continue with these on new threads, which cannot begin any more.
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
    // They share this process's `tracing` and panic hook: only the location of panics is recorded.
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

/// Maps a module's plugin.
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
            wait.over_elsewhere(opener::load(verified, name, limit)).await
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

/// Warns of config keys that a module does not read, which are probably misspelt.
fn unread(module: &ParsedModule) -> impl Iterator<Item = Problem> {
    let entry = &module.entry;
    module.config.unread_keys().iter().map(|unread| {
        let keys: Vec<String> = unread.path.iter().map(ConfigKey::to_string).collect();
        let key = keys.last().map_or("", String::as_str);
        let message =
            format!("the key `{}` has no effect: the module does not read it", printable(key));
        let known = || unread.known.iter().map(String::as_str);
        let fix = match closest(key, known()) {
            Some(close) => format!("did you mean `{}`?", printable(close)),
            None if unread.known.is_empty() => "remove it".to_owned(),
            None => format!("remove it, or write one of {}", printable(&listed(known()))),
        };
        entry.pinpoint(Problem::warning(Stage::ParseConfig, message).fix(fix), &below_config(&keys))
    })
}

/// The path, below an entry, of a place in its module's config.
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
