//! The sixth stage: what a module registers while it is made and started, and whether this
//! homeserver can do with it.

mod callbacks;
mod neighbours;
mod routes;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use hsmod_plugin_api::host::Lists;
use hsmod_plugin_api::module::{ModuleHost, Registered, WebHandle};
use hsmod_plugin_api::requests::{Permit, RequestInfo, Services};
use hsmod_plugin_api::values::ModuleError;

use self::callbacks::add_callbacks;
pub use self::neighbours::Neighbours;
use self::routes::refused;
use crate::admission::Admission;
use crate::auth_checkers::{AuthCheckers, LoginType};
use crate::config::Entry;
use crate::host::Host;
use crate::policy::{POLICIES, Policy};
use crate::problem::{Problem, Report, Stage};
use crate::suggestion::closest;
use crate::web::{Route, Routes};

/// The homeserver as one module sees it; collects what the module registers.
#[derive(Debug)]
pub(crate) struct Registrar {
    module: usize,
    name: Arc<str>,
    host: Arc<Host>,
    /// `None` once registration is over.
    collected: Mutex<Option<Collected>>,
    admission: Admission,
}

/// What a module has registered, in order.
#[derive(Debug, Default)]
struct Collected {
    callbacks: Vec<Registered>,
    resources: Vec<(String, bool, WebHandle)>,
}

impl Registrar {
    pub(crate) fn new(module: usize, name: Arc<str>, host: Arc<Host>) -> Self {
        let collected = Mutex::new(Some(Collected::default()));
        let admission = Admission::new(host.trial);
        Self { module, name, host, collected, admission }
    }

    /// From now on requests are not answered.
    pub(crate) fn shut(&self) {
        self.admission.shut();
    }

    /// From now on registering is too late.
    pub(crate) fn close(&self) {
        drop(self.collected.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn collect(&self, what: &str, add: impl FnOnce(&mut Collected)) {
        match &mut *self.collected.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(collected) => add(collected),
            None => tracing::error!(
                module = &*self.name,
                "{what} was registered after `start`, which is too late: it is ignored"
            ),
        }
    }
}

impl ModuleHost for Registrar {
    fn module(&self) -> usize {
        self.module
    }

    fn server_name(&self) -> &str {
        &self.host.server_name
    }

    fn public_baseurl(&self) -> Option<&str> {
        self.host.public_baseurl.as_deref()
    }

    fn worker_name(&self) -> Option<&str> {
        self.host.worker_name.as_deref()
    }

    fn is_trial(&self) -> bool {
        self.host.trial
    }

    fn supports(&self, name: &str) -> bool {
        self.host.supports(name)
    }

    fn services(&self) -> &Services {
        &self.host.services
    }

    fn admit(
        &self,
        request: &'static RequestInfo,
        room: Option<&str>,
    ) -> Result<Permit<'_>, ModuleError> {
        self.admission.admit(request, room)
    }

    fn register_callbacks(&self, registered: Registered) {
        self.collect(registered.category(), |collected| collected.callbacks.push(registered));
    }

    fn register_web_resource(&self, path: &str, subtree: bool, resource: WebHandle) {
        self.collect(path, |collected| {
            collected.resources.push((path.to_owned(), subtree, resource));
        });
    }
}

/// What all modules registered, in order.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    pub(crate) lists: Lists,
    pub(crate) auth_checkers: AuthCheckers,
    pub(crate) routes: Routes,
    /// Per module: category, names of the callbacks.
    pub(crate) callbacks: Vec<BTreeMap<String, Vec<String>>>,
}

impl Registry {
    /// The types of login that a module knows.
    pub(crate) fn login_types_of(&self, module: usize) -> Vec<LoginType> {
        self.auth_checkers.of_module(module).cloned().collect()
    }
}

/// Puts together what the modules have registered so far.
pub(crate) fn assemble<'a>(
    modules: impl Iterator<Item = (&'a Entry, &'a Registrar)>,
    report: &mut Report,
) -> Registry {
    let mut registry = Registry::default();
    let mut neighbours = Neighbours::default();
    for (entry, registrar) in modules {
        let collected = registrar.collected.lock().unwrap_or_else(PoisonError::into_inner);
        let mut callbacks = BTreeMap::<String, Vec<String>>::new();
        for registered in collected.iter().flat_map(|collected| &collected.callbacks) {
            let (added, problems) = add_callbacks(
                registered,
                entry.name(),
                &registrar.host,
                &mut neighbours,
                &mut registry,
            );
            problems.into_iter().for_each(|problem| report.push(problem.of(entry.name())));
            if !added.is_empty() {
                let names = callbacks.entry(registered.category().to_owned()).or_default();
                names.extend(added.into_iter().map(str::to_owned));
            }
        }
        for (path, subtree, resource) in collected.iter().flat_map(|collected| &collected.resources)
        {
            let route = Route { path: path.clone(), subtree: *subtree, resource: resource.clone() };
            let problem = refused(&route.path, &registrar.host)
                .or_else(|| neighbours.path(&route.shown(), entry.name()));
            match problem {
                Some(problem) => report.push(problem.of(entry.name())),
                None => registry.routes.add(route),
            }
        }
        registry.callbacks.push(callbacks);
    }
    registry
}

/// Complains of deadlines for callbacks that do not exist.
pub(crate) fn check_timeouts(entry: &Entry, report: &mut Report) {
    for name in entry.timeouts().keys() {
        let known = |policy: &&Policy| policy.callback == name || policy.full_name == name;
        if POLICIES.iter().any(|policy| known(&policy)) {
            continue;
        }
        let problem = Problem::error(Stage::Config, format!("there is no callback `{name}`"));
        let problem = match closest(name, POLICIES.iter().map(|policy| policy.callback)) {
            Some(close) => problem.fix(format!("did you mean `{close}`?")),
            None => problem.fix("name a callback, such as `check_media_file_for_spam`"),
        };
        report.push(entry.pinpoint(problem, &["timeouts", name]));
    }
}
