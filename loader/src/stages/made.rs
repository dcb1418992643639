//! The second stage: every module is made, and what it registered is known.

use std::sync::Arc;

use hsmod_plugin_api::module::ApiHandle;
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::parsed::{Callbacks, Parsed, ParsedModule};
use super::started::{STOP_LIMIT, start_all};
use super::step::{Thread, failed, run};
use crate::config::Entry;
use crate::host::Host;
use crate::info::{ModuleInfo, Registered};
use crate::life::Life;
use crate::modules::{Modules, end};
use crate::problem::{LoadError, Problem, Report, Stage};
use crate::record::{self, Place};
use crate::registration::{Registrar, Registry, Tenancy, assemble};
use crate::requirements::Known;
use crate::watchdog::{self, Watched};

/// Modules that are made but not started: it is known what they registered, and no calls reach them
/// yet.
///
/// [`Parsed::make`] returns this. The modules' background work waits for [`Self::start`]; requests
/// that they make already are answered as usual.
///
/// Dropping it ends the modules as far as this is possible without waiting: their requests are no
/// longer answered, none of their work begins, and their caches are unregistered. Requests and
/// thread work in progress end by themselves, and storage files are closed a moment later;
/// [`Self::end`] waits for the requests and the files. The modules' `shutdown` is not called,
/// because they were not started.
#[derive(Debug)]
#[must_use = "the modules are ended when it is dropped"]
pub struct Made {
    pub(super) host: Arc<Host>,
    /// The process-wide number of the first module.
    pub(super) first: usize,
    pub(super) modules: Vec<MadeModule>,
    pub(super) watched: Arc<Watched>,
    pub(super) info: Vec<ModuleInfo>,
    pub(super) report: Report,
}

impl Made {
    /// Starts the modules in order and makes calls reach them: the last stage. What they register
    /// in their `start` is added.
    ///
    /// # Errors
    /// Everything that prevents the start. Modules that were started are shut down, and the others
    /// are dropped.
    ///
    /// If the future is dropped, all modules are dropped without a call of `shutdown`.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn start(self) -> Result<Modules, LoadError> {
        start_all(self).await.0
    }

    /// Drops the modules. In contrast to a mere drop, requests in progress have ended and storage
    /// is closed when this returns.
    pub async fn end(self) {
        for module in &self.modules {
            module.registrar.close();
            module.registrar.leave();
        }
        for module in &self.modules {
            end(&module.registrar, Instant::now() + STOP_LIMIT).await;
        }
    }

    /// What all modules have registered so far.
    pub fn registered(&self) -> Registered {
        Registered::of(&self.info)
    }

    /// What is known of each module, in the order of the config, with what it has registered so
    /// far.
    pub fn info(&self) -> &[ModuleInfo] {
        &self.info
    }

    /// The warnings so far, which do not prevent the start.
    pub fn warnings(&self) -> &[Problem] {
        &self.report.problems
    }

    /// Makes the modules; problems are kept in the report.
    pub(crate) async fn collect(parsed: Parsed, host: Host) -> Self {
        let Parsed { mut modules, from_config, is_compared, info, mut report } = parsed;
        let host = Arc::new(host.filled_from(from_config));
        if !is_compared {
            report.problems.extend(host.misnamed());
            modules = sufficient(modules, &host, &mut report);
        }
        let (first, modules) = make_all(modules, &host, &mut report).await;
        let subjects = modules.iter().map(watchdog::Subject::of).collect();
        let watched = Arc::new(watchdog::watch(host.slow_poll, subjects));
        let mut made = Self { host, first, modules, watched, info, report };
        let registry = made.assemble();
        made.note(&registry);
        made
    }

    /// Combines what the modules have registered so far. Each problem with it is reported only
    /// once.
    pub(super) fn assemble(&mut self) -> Registry {
        let mut found = Report::default();
        let modules = self.modules.iter().map(|made| (&made.entry, &**made.registrar));
        let registry = assemble(modules, &mut found);
        let reported = self.report.problems.clone();
        let new = found.problems.into_iter().filter(|new| !reported.contains(new));
        self.report.problems.extend(new);
        registry
    }

    /// Adds what was registered to the modules' info.
    pub(super) fn note(&mut self, registry: &Registry) {
        for (module, callbacks) in self.modules.iter().zip(&registry.callbacks) {
            let own = self.info.iter_mut().find(|info| info.name == *module.name);
            if let Some(info) = own {
                info.callbacks = callbacks.clone();
                info.login_types = registry.login_types_of(module.life.module());
                info.web = registry.routes.of(module.life.module());
            }
        }
    }

    pub(super) async fn checked(self) -> Result<Self, LoadError> {
        if self.report.errors() == 0 {
            return Ok(self);
        }
        let problems = self.report.problems.clone();
        self.end().await;
        Err(LoadError { problems })
    }
}

/// A module that was made.
#[derive(Debug)]
pub(crate) struct MadeModule {
    pub(crate) entry: Entry,
    pub(crate) name: Arc<str>,
    pub(crate) registrar: Arc<Tenancy>,
    pub(crate) life: Life,
    wrote: Callbacks,
}

impl MadeModule {
    /// Warnings about what it has not registered. Call this after its start.
    pub(crate) fn forgotten(&self) -> impl Iterator<Item = Problem> {
        let problems = self.registrar.forgotten(&self.wrote).into_iter();
        problems.map(|problem| self.entry.pinpoint(problem, &["module"]))
    }
}

/// The modules whose requirements this homeserver meets.
fn sufficient(modules: Vec<ParsedModule>, host: &Host, report: &mut Report) -> Vec<ParsedModule> {
    let known = Known::All(host);
    let is_met = |module: &ParsedModule| module.requirements.are_met(&module.entry, known, report);
    modules.into_iter().filter(is_met).collect()
}

/// Calls `Module::new` of every module, in order.
async fn make_all(
    parsed: Vec<ParsedModule>,
    host: &Arc<Host>,
    report: &mut Report,
) -> (usize, Vec<MadeModule>) {
    let names: Vec<Arc<str>> = parsed.iter().map(|module| module.entry.name().into()).collect();
    let first = record::number(names.iter().cloned());
    let mut made = Vec::new();
    for (index, (ParsedModule { entry, wrote, config, .. }, name)) in
        parsed.into_iter().zip(names).enumerate()
    {
        let number = first + index;
        let (host_too, runtime) = (Arc::clone(host), Handle::current());
        let registrar = Arc::new(Registrar::new(number, &entry, host_too, runtime));
        let api = ApiHandle::new(Arc::clone(&registrar));
        let registrar = Arc::new(Tenancy::new(registrar));
        let step = (Stage::New, Place::NEW);
        let life = run(Thread::Own, &entry, step, host.slow_poll, move || {
            let _inside = record::enter(number, Place::NEW);
            config.new_module(&api, number).map(Life::new)
        });
        match life.await {
            Ok(Ok(life)) => made.push(MadeModule { entry, name, registrar, life, wrote }),
            Ok(Err(error)) => report.push(failed(Stage::New, &error, host).of(&*name)),
            Err(problem) => report.push(problem.of(&*name)),
        }
    }
    (first, made)
}
