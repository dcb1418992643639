//! The second stage: every module is made, and it is known what it registered.

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

/// Modules that are made and not started: what they registered is known, and nobody asks them.
///
/// Comes of [`Parsed::make`]. Their background calls wait for [`Self::start`]; what they ask of the
/// homeserver already, it answers as ever.
///
/// Dropped, it ends the modules as far as that can be done without waiting: no request of theirs is
/// answered any more, none of their work begins, and their caches are out of reach. What they have
/// under way by then, be it a request or work on a thread, ends by itself, and a file of their
/// storage is closed a moment later; [`Self::end`] waits for the requests and the files. Their
/// `shutdown` is not called: it is for modules that were started.
#[derive(Debug)]
#[must_use = "the modules are given up when it is dropped"]
pub struct Made {
    pub(super) host: Arc<Host>,
    /// The number of the first one among all that this process ever had.
    pub(super) first: usize,
    pub(super) modules: Vec<MadeModule>,
    pub(super) watched: Arc<Watched>,
    pub(super) info: Vec<ModuleInfo>,
    pub(super) report: Report,
}

impl Made {
    /// Starts the modules, in order, and lets calls reach them: the last stage. What they register
    /// in their `start` is added.
    ///
    /// # Errors
    /// What keeps any of them from starting: those that were started are shut down, the others
    /// given up.
    ///
    /// If the future is dropped, all of them are given up without their `shutdown`.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn start(self) -> Result<Modules, LoadError> {
        start_all(self).await.0
    }

    /// Gives the modules up: as if it were dropped, but requests under way are ended and storage is
    /// closed when this returns.
    pub async fn end(self) {
        for module in &self.modules {
            module.registrar.close();
            module.registrar.leave();
        }
        for module in &self.modules {
            end(&module.registrar, Instant::now() + STOP_LIMIT).await;
        }
    }

    /// What all modules registered so far.
    pub fn registered(&self) -> Registered {
        Registered::of(&self.info)
    }

    /// What is known of each module, in the order of the config, with what it registered so far.
    pub fn info(&self) -> &[ModuleInfo] {
        &self.info
    }

    /// What was noticed so far and keeps no module from being started.
    pub fn warnings(&self) -> &[Problem] {
        &self.report.problems
    }

    /// With all that is wrong.
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

    /// What the modules have registered so far. What is wrong with that is told once.
    pub(super) fn assemble(&mut self) -> Registry {
        let mut found = Report::default();
        let modules = self.modules.iter().map(|made| (&made.entry, &**made.registrar));
        let registry = assemble(modules, &mut found);
        let reported = self.report.problems.clone();
        let new = found.problems.into_iter().filter(|new| !reported.contains(new));
        self.report.problems.extend(new);
        registry
    }

    /// Says so where it is asked.
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
    /// What there is to say of what it has registered, once it has started.
    pub(crate) fn forgotten(&self) -> impl Iterator<Item = Problem> {
        let problems = self.registrar.forgotten(&self.wrote).into_iter();
        problems.map(|problem| self.entry.pinpoint(problem, &["module"]))
    }
}

/// The modules for which this homeserver has what their plugins require.
fn sufficient(modules: Vec<ParsedModule>, host: &Host, report: &mut Report) -> Vec<ParsedModule> {
    let known = Known::All(host);
    let is_met = |module: &ParsedModule| module.requirements.are_met(&module.entry, known, report);
    modules.into_iter().filter(is_met).collect()
}

/// `Module::new` of every module, in order.
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
