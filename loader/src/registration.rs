//! The sixth stage: what a module registers while it is made and started, and whether this
//! homeserver can do with it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use hsmod_plugin_api::host::Lists;
use hsmod_plugin_api::module::{ModuleHost, Registered, WebHandle};

use crate::config::Entry;
use crate::host::Host;
use crate::policy::{POLICIES, Policy};
use crate::problem::{Problem, Report, Stage};
use crate::stats::Stats;
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
}

/// What a module has registered, in order.
#[derive(Debug, Default)]
struct Collected {
    callbacks: Vec<Registered>,
    resources: Vec<(String, bool, WebHandle)>,
}

impl Registrar {
    pub(crate) fn new(module: usize, name: Arc<str>, host: Arc<Host>) -> Self {
        Self { module, name, host, collected: Mutex::new(Some(Collected::default())) }
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
    pub(crate) routes: Routes,
    /// Per module: category, names of the callbacks.
    pub(crate) callbacks: Vec<BTreeMap<String, Vec<String>>>,
}

/// Puts together what the modules have registered so far.
pub(crate) fn assemble<'a>(
    modules: impl Iterator<Item = (&'a Entry, &'a Registrar)>,
    report: &mut Report,
) -> Registry {
    let mut registry = Registry::default();
    let mut names = BTreeMap::new();
    for (entry, registrar) in modules {
        names.insert(registrar.module, entry.name());
        let collected = registrar.collected.lock().unwrap_or_else(PoisonError::into_inner);
        let mut callbacks = BTreeMap::<String, Vec<String>>::new();
        for registered in collected.iter().flat_map(|collected| &collected.callbacks) {
            let added = add_callbacks(
                registered,
                registry.callbacks.len(),
                &registrar.host,
                &mut registry.lists,
            );
            let added = added.unwrap_or_else(|problems| {
                problems.into_iter().for_each(|problem| report.push(problem.of(entry.name())));
                Vec::new()
            });
            if !added.is_empty() {
                let names = callbacks.entry(registered.category().to_owned()).or_default();
                names.extend(added.into_iter().map(str::to_owned));
            }
        }
        for (path, subtree, resource) in collected.iter().flat_map(|collected| &collected.resources)
        {
            let route = Route { path: path.clone(), subtree: *subtree, resource: resource.clone() };
            if let Err(problem) = add_route(route, &registrar.host, &mut registry.routes, &names) {
                report.push(problem.of(entry.name()));
            }
        }
        registry.callbacks.push(callbacks);
    }
    registry
}

/// Appends the callbacks of one registration, if the names fit and the homeserver calls them.
fn add_callbacks(
    registered: &Registered,
    module: usize,
    host: &Host,
    lists: &mut Lists,
) -> Result<Vec<&'static str>, Vec<Problem>> {
    let category = registered.category();
    let mut written = Vec::new();
    registered.append_to(&mut Lists::default(), |name| {
        written.push(name.to_owned());
        None
    });
    let mut problems = Vec::new();
    // A newer module may do without what this loader has no name for yet.
    for name in registered.only().unwrap_or_default() {
        if !written.contains(name) && !registered.optional().contains(name) {
            problems.push(not_written(category, name, &written));
        }
    }
    let wanted = |name: &str| registered.only().is_none_or(|only| only.iter().any(|n| n == name));
    let called = |name: &str| host.supports(&format!("{category}.{name}"));
    for name in written.iter().filter(|name| wanted(name) && !called(name)) {
        if !registered.optional().contains(name) {
            problems.push(never_called(category, name));
        }
    }
    if problems.is_empty() {
        Ok(registered.append_to(lists, |name| {
            (wanted(name) && called(name)).then(|| tag(module, category, name))
        }))
    } else {
        Err(problems)
    }
}

/// Where the counters of a module's callback stand.
fn tag(module: usize, category: &str, name: &str) -> usize {
    let is_it = |policy: &Policy| policy.category == category && policy.callback == name;
    Stats::place(module, POLICIES.iter().position(is_it).unwrap_or_default())
}

fn not_written(category: &str, name: &str, written: &[String]) -> Problem {
    let message = format!(
        "it registers `{category}.{name}`, which it does not implement or this homeserver does \
         not know"
    );
    match closest(name, written.iter().map(String::as_str)) {
        Some(close) => Problem::error(Stage::New, message).fix(format!(
            "the module's author may have meant `{close}`; if the module is newer than the \
             homeserver, update that"
        )),
        None => Problem::error(
            Stage::New,
            format!("{message} (it implements {})", listed(written)),
        )
        .fix(
            "update the homeserver if the module is newer; otherwise ask the module's author: \
                  `.only(..)` names a callback that is not there",
        ),
    }
}

fn never_called(category: &str, name: &str) -> Problem {
    let message = format!("it needs `{category}.{name}`, which this homeserver never calls");
    Problem::error(Stage::New, message).fix(
        "use another homeserver, or a version of the module that registers it with `.optional(..)`",
    )
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing of that category".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Adds a path, unless the homeserver or another module serves it.
fn add_route(
    route: Route,
    host: &Host,
    routes: &mut Routes,
    names: &BTreeMap<usize, &str>,
) -> Result<(), Problem> {
    let path = route.path.clone();
    if !path.starts_with('/') {
        let message =
            format!("it registers the web resource `{path}`, which does not begin with `/`");
        return Err(Problem::error(Stage::New, message)
            .fix("ask the module's author: `/_synapse/client/<module>/..` is the place"));
    }
    if let Some(reserved) = host.reserved(&path) {
        let message = format!(
            "it registers the web resource `{path}`, but the homeserver itself serves `{reserved}`"
        );
        return Err(Problem::error(Stage::New, message)
            .fix("ask the module's author: `/_synapse/client/<module>/..` is the place"));
    }
    routes.add(route).map_err(|other| {
        let other = names.get(&other).copied().unwrap_or_default();
        let message = format!(
            "it registers the web resource `{path}`, which module `{other}` has registered before \
             it: requests go to `{other}`"
        );
        Problem::warning(Stage::New, message).fix("remove one of the two modules")
    })
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
