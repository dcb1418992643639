//! The sixth stage: what a module registers while it is made and started, and whether this
//! homeserver can use that.

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

/// The host that one module talks to; collects what the module registers.
#[derive(Debug)]
pub(crate) struct Registrar {
    module: usize,
    name: Arc<str>,
    failures: Arc<Failures>,
    host: Arc<Host>,
    /// `None` once registration is over.
    collected: Mutex<Option<Collected>>,
    admission: Admission,
    /// The services that the loader itself provides.
    provision: Provision,
    /// The requests that the homeserver and the loader answer.
    services: Services,
    background: Arc<Background>,
    threads: Threads,
    /// Time limits of the module's callbacks and other steps.
    limits: Limits,
}

/// What a module has registered, in order.
#[derive(Debug, Default)]
struct Collected {
    callbacks: Vec<Registered>,
    resources: Vec<(String, bool, WebHandle)>,
    /// Why some registered callbacks could not be read.
    unreadable: Vec<String>,
    /// Whether the module has left background work to be done.
    works: bool,
}

impl Registrar {
    /// The host for one module; the module's background work runs in `runtime`.
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

    /// Where the module's failures are reported.
    pub(crate) const fn failures(&self) -> &Arc<Failures> {
        &self.failures
    }

    /// The module has started: its background work begins.
    pub(crate) fn start(&self) {
        self.background.start();
    }

    /// Cancels the background work and stops answering requests, unless the homeserver answers them
    /// during shutdown. The module's `shutdown` runs next.
    pub(crate) fn leave(&self) {
        if !self.host.answers_in_shutdown {
            self.admission.shut();
        }
        self.background.shut();
        self.threads.shut();
        caches::forget(self.module);
    }

    /// Ends the module's background work and waits until it has ended.
    pub(crate) async fn end_background(&self) {
        self.leave();
        self.background.ended().await;
        self.threads.ended().await;
    }

    /// From now on no request is answered; when this returns, none is in progress in the loader's
    /// services.
    pub(crate) async fn end(&self) {
        self.admission.shut();
        self.admission.end();
        // The module's `shutdown` may have registered caches.
        caches::forget(self.module);
        self.provision.end().await;
    }

    /// From now on registrations are too late.
    pub(crate) fn close(&self) {
        let collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Drop it without the lock: it may hold the last reference to the module.
        let _inside = record::enter(self.module, Place::DROP);
        drop(collected);
    }

    /// Warnings about a started module; `wrote` are the callbacks that its plugin implements.
    pub(crate) fn forgotten(&self, wrote: &BTreeMap<String, Vec<String>>) -> Vec<Problem> {
        let collected = self.collected.lock().unwrap_or_else(PoisonError::into_inner);
        match &*collected {
            Some(collected) => forgotten::check(wrote, collected, &self.host),
            None => Vec::new(),
        }
    }

    /// Notes that the module has left background work to be done.
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

/// The loader's hold on a module. When the last one is dropped, the module's background work ends,
/// and registrations that were not taken yet are dropped, since they keep the module alive.
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

/// Reports time limits for callbacks that do not exist.
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
