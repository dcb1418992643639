//! Loading and `parse_config` of every module.

use std::collections::BTreeMap;
use std::sync::Arc;

use hsmod_plugin_api::boundary::install_panic_hook;
use hsmod_plugin_api::module::{ParsedConfig, Plugin, StageError, StaticModule};
use hsmod_plugin_api::values::ConfigKey;
use serde_json::Value;

use super::step::{ASK_THE_AUTHOR, enter, on_thread};
use super::survey::Line;
use crate::config::{Config, Entry};
use crate::loading::Loaded;
use crate::loading::opener::{self, Hanging, Unloaded};
use crate::problem::{Problem, Report, Stage};
use crate::record::{self, Place};
use crate::registration::check_timeouts;

/// A module whose config is read.
pub(crate) struct ParsedModule {
    pub(crate) entry: Entry,
    pub(super) plugin: Plugin,
    /// By category, the callbacks that the plugin says were written.
    pub(super) wrote: Callbacks,
    pub(super) config: ParsedConfig,
}

pub(super) type Callbacks = BTreeMap<String, Vec<String>>;

/// Loading and `parse_config` of every module, in order; on other threads, so that a module which
/// hangs is a finding.
pub(crate) async fn parse_all(lines: Vec<Line>, report: &mut Report) -> Vec<ParsedModule> {
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
) -> (Vec<ParsedModule>, Report) {
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

async fn parse(entry: Entry, plugin: Plugin, wrote: Callbacks) -> Result<ParsedModule, Problem> {
    let config = Value::Object(entry.config().clone()).to_string();
    let name: Arc<str> = entry.name().into();
    let parse = move || {
        let _inside = record::enter_named(&name, Place::PARSE_CONFIG);
        plugin.parse_config(&config)
    };
    match on_thread(&entry, Stage::ParseConfig, parse).await {
        Ok(Ok(config)) => Ok(ParsedModule { entry, plugin, wrote, config }),
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
