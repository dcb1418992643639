//! The sixth stage: what a module registers while it is made and started, and whether this
//! homeserver can do with it.

mod callbacks;
mod forgotten;
mod module_host;
mod neighbours;
mod registry;
mod routes;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use hsmod_plugin_api::module::{Registered, WebHandle};
use hsmod_plugin_api::requests::{GroupSet, Services};
use tokio::runtime::Handle;

pub use self::neighbours::Neighbours;
pub(crate) use self::registry::{Registry, assemble};
use crate::admission::Admission;
use crate::background::Background;
use crate::caches;
use crate::config::Entry;
use crate::failures::Failures;
use crate::host::Host;
use crate::limits::Limits;
use crate::policy::{POLICIES, Policy};
use crate::problem::{Problem, Report, Stage};
use crate::record::{self, Place};
use crate::services::provision::Provision;
use crate::suggestion::closest;
use crate::threads::Threads;

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
