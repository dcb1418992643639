//! The sixth stage: what a module registers while it is made and started, and whether this
//! homeserver can do with it.

mod callbacks;
mod forgotten;
mod neighbours;
mod routes;

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hsmod_plugin_api::host::{Continuation, Errand, Lists, Routine};
use hsmod_plugin_api::module::{
    CacheHandle, CallContext, LogHandle, ModuleHost, Registered, WebHandle,
};
use hsmod_plugin_api::requests::{GroupSet, Permit, RequestRow, Services};
use hsmod_plugin_api::values::{JsonStr, ModuleError};
use tokio::runtime::Handle;
use tokio::time::Instant;

use self::callbacks::add_callbacks;
pub use self::neighbours::Neighbours;
use self::routes::refused;
use crate::admission::Admission;
use crate::auth_checkers::{AuthCheckers, LoginType};
use crate::background::{Background, Work};
use crate::caches;
use crate::config::Entry;
use crate::failures::Failures;
use crate::host::Host;
use crate::limits::Limits;
use crate::log::Forwarder;
use crate::policy::{POLICIES, Policy};
use crate::problem::{Problem, Report, Stage};
use crate::record::{self, Place};
use crate::services::provision::Provision;
use crate::stats::Counted;
use crate::suggestion::closest;
use crate::threads::Threads;
use crate::web::{Route, Routes};

/// The homeserver as one module sees it; collects what the module registers.
#[derive(Debug)]
pub(crate) struct Registrar {
    module: usize,
    name: Arc<str>,
    failures: Arc<Failures>,
    host: Arc<Host>,
    /// `None` once registration is over.
    collected: Mutex<Option<Collected>>,
    admission: Admission,
    /// What the loader itself answers.
    provision: Provision,
    /// The homeserver's answers, and the loader's.
    services: Services,
    background: Arc<Background>,
    threads: Threads,
    /// How long its answers may take, and its other steps.
    limits: Limits,
}

/// What a module has registered, in order.
#[derive(Debug, Default)]
struct Collected {
    callbacks: Vec<Registered>,
    resources: Vec<(String, bool, WebHandle)>,
    /// Why further callbacks could not be read.
    unreadable: Vec<String>,
    /// Whether there is work that it leaves to be done.
    works: bool,
}

impl Registrar {
    /// The homeserver for one module; what the module leaves to be done runs in `runtime`.
    pub(crate) fn new(module: usize, entry: &Entry, host: Arc<Host>, runtime: Handle) -> Self {
        let name: Arc<str> = entry.name().into();
        let failures = Arc::new(Failures::new(Arc::clone(&name), host.on_failure.clone()));
        let background =
            Background::new(module, Arc::clone(&name), Arc::clone(&failures), runtime.clone());
        let provision = Provision::new(&name, &host, &runtime);
        let own = provision.groups().filter(|group| !host.services.has(group));
        let own = own.fold(GroupSet::default(), |all, group| all.and(GroupSet::of(group)));
        Self {
            module,
            name,
            failures,
            collected: Mutex::new(Some(Collected::default())),
            admission: Admission::new(host.trial && !host.plays_homeserver(), own),
            services: host.services.clone().or(provision.services.clone()),
            provision,
            background: Arc::new(background),
            threads: Threads::new(module, runtime),
            limits: Limits::of(entry),
            host,
        }
    }

    /// Whom the module's failures are reported to.
    pub(crate) const fn failures(&self) -> &Arc<Failures> {
        &self.failures
    }

    /// The module is started: its background work begins.
    pub(crate) fn start(&self) {
        self.background.start();
    }

    /// From now on nothing happens in the background, and the homeserver does not answer requests,
    /// unless it says that it still does: the module's `shutdown` comes next.
    pub(crate) fn leave(&self) {
        if !self.host.answers_in_shutdown {
            self.admission.shut();
        }
        self.background.shut();
        self.threads.shut();
        caches::forget(self.module);
    }

    /// Ends the module's background work, and waits for that.
    pub(crate) async fn end_background(&self) {
        self.leave();
        self.background.ended().await;
        self.threads.ended().await;
    }

    /// From now on nothing is answered, and nothing of it is left when this returns.
    pub(crate) async fn end(&self) {
        self.admission.shut();
        self.admission.end();
        // Its `shutdown` may have registered some.
        caches::forget(self.module);
        self.provision.end().await;
    }

    /// From now on registering is too late.
    pub(crate) fn close(&self) {
        let collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Not under the lock: it may be the last that holds the module.
        let _inside = record::enter(self.module, Place::DROP);
        drop(collected);
    }

    /// What there is to say of a module that has started, by the callbacks that its plugin says it
    /// `wrote`.
    pub(crate) fn forgotten(&self, wrote: &BTreeMap<String, Vec<String>>) -> Vec<Problem> {
        let collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner);
        match &*collected {
            Some(collected) => forgotten::check(wrote, collected, &self.host),
            None => Vec::new(),
        }
    }

    /// Notes that the module leaves work to be done.
    fn note_work(&self) {
        let mut collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(collected) = &mut *collected {
            collected.works = true;
        }
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

    fn worker_app(&self) -> Option<&str> {
        self.host.worker_app.as_deref()
    }

    fn email_app_name(&self) -> Option<&str> {
        self.host.email_app_name.as_deref().or(self.host.settings.email_app_name())
    }

    fn is_trial(&self) -> bool {
        self.host.is_trial()
    }

    fn supports(&self, name: &str) -> bool {
        self.host.supports(name) || self.services.answers(name)
    }

    fn call_context(&self) -> CallContext {
        let time_left = record::inside_of(self.module).and_then(|(place, deadline)| {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            // When a callback is asked, its time begins; of a stage it is not looked at.
            left.or_else(|| match place.callback_index() {
                Some(index) => self.limits.of_callback(index),
                None => self.limits.usual().filter(|_| place == Place::NEW),
            })
        });
        CallContext { time_left, trace: self.host.trace.as_ref().and_then(|trace| (trace.0)()) }
    }

    fn services(&self) -> &Services {
        &self.services
    }

    fn admit(
        &self,
        request: &'static RequestRow,
        room: Option<&str>,
    ) -> Result<Permit<'_>, ModuleError> {
        let room = room.filter(|_| self.host.needs_lock(request.name));
        self.admission.admit(request, room)
    }

    fn lacks(&self, request: &'static RequestRow) -> ModuleError {
        let own = self.provision.lacks(request);
        // Of what only homeservers answer, a module in a trial learns nothing.
        let other = || self.admission.admit(request, None).err();
        let rehearsed = || Some(self.host.rehearsal.as_ref()?.unanswered(request));
        own.or_else(other)
            .or_else(rehearsed)
            .unwrap_or_else(|| ModuleError::unsupported(request.name))
    }

    fn register_callbacks(&self, registered: Registered) {
        self.collect(registered.category(), |collected| collected.callbacks.push(registered));
    }

    fn refuse_registration(&self, why: &str) {
        self.collect("something", |collected| collected.unreadable.push(why.to_owned()));
    }

    fn log(&self) -> LogHandle {
        LogHandle::of::<Forwarder>()
    }

    fn register_web_resource(&self, path: &str, subtree: bool, resource: WebHandle) {
        self.collect(path, |collected| {
            collected.resources.push((path.to_owned(), subtree, resource));
        });
    }

    fn should_run_background_tasks(&self) -> bool {
        self.host.run_background_tasks
    }

    fn looping_background_call(&self, desc: &str, period: Duration, everywhere: bool, f: Routine) {
        self.note_work();
        if everywhere || self.host.run_background_tasks {
            self.work(desc, Work::Looping(period, f));
        } else {
            tracing::warn!(
                module = &*self.name,
                "the looping call `{desc}` is not made: this worker runs no background tasks"
            );
        }
    }

    fn background_call(&self, desc: &str, delay: Duration, f: Continuation) -> Option<NonZeroU64> {
        self.note_work();
        self.work(desc, Work::Once(delay, f))
    }

    fn cancel_background_call(&self, number: NonZeroU64) {
        self.background.cancel(number);
    }

    fn defer_to_thread(&self, errand: Errand) -> Result<(), ModuleError> {
        self.note_work();
        self.threads.defer(errand)
    }

    fn register_cached_function(&self, name: &str, cache: CacheHandle) {
        caches::register(name, cache, || !self.admission.is_shut());
    }

    fn invalidate_cache(&self, name: &str, key: &JsonStr) {
        caches::invalidate(name, key);
    }
}

impl Registrar {
    fn work(&self, desc: &str, work: Work) -> Option<NonZeroU64> {
        if self.host.is_passing() {
            if let Some(rehearsal) = &self.host.rehearsal {
                rehearsal.note_work(&self.name, desc);
            }
            tracing::info!(
                module = &*self.name,
                "the background work `{desc}` is not run: this is a trial"
            );
            return None;
        }
        self.background.add(desc, work)
    }
}

/// The hold that the loader has on a module: when the last one is gone, the module's background
/// work ends, and what it registered, which holds it in turn, is given up if nobody has it yet.
#[derive(Debug)]
pub(crate) struct Tenancy(Arc<Registrar>);

impl Tenancy {
    pub(crate) const fn new(registrar: Arc<Registrar>) -> Self {
        Self(registrar)
    }
}

impl std::ops::Deref for Tenancy {
    type Target = Registrar;

    fn deref(&self) -> &Registrar {
        &self.0
    }
}

impl Drop for Tenancy {
    fn drop(&mut self) {
        self.0.admission.shut();
        self.0.leave();
        self.0.close();
    }
}

/// What all modules registered, in order.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    pub(crate) lists: Lists,
    pub(crate) auth_checkers: AuthCheckers,
    pub(crate) routes: Routes,
    /// What is counted of whom, by the tags of the callbacks.
    pub(crate) counted: Vec<Counted>,
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
        for why in collected.iter().flat_map(|collected| &collected.unreadable) {
            report.push(unreadable(why).of(entry.name()));
        }
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
            let route = Route {
                path: path.clone(),
                subtree: *subtree,
                resource: resource.clone(),
                body_max: registrar.host.max_request_body_size,
            };
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

/// A module of which it is not known what it would refuse must not be taken for one that refuses
/// nothing.
fn unreadable(why: &str) -> Problem {
    Problem::error(Stage::New, format!("its callbacks cannot be registered: {why}")).fix(
        "update the homeserver, or let the module's author say that it can do without these callbacks",
    )
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
