//! The fake homeserver, as seen by one module.

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::super::clock::Clock;
use super::super::host::FakeHost;
use super::Registered;
use super::background::{Background, Work};
use crate::callbacks::CATEGORIES;
use crate::host::{Continuation, Errand, Lists, Routine};
use crate::module::{self, CacheHandle, ModuleHost, WebHandle};
use crate::requests::{Permit, RequestRow, Services};
use crate::values::{JsonStr, ModuleError, Unanswered};

/// The homeserver's side of one module; records what the module registers.
#[derive(Debug)]
pub(in crate::testing) struct Seat {
    host: FakeHost,
    services: Services,
    registrations: Mutex<Registrations>,
    caches: Mutex<Vec<(String, Arc<CacheHandle>)>>,
    pub(super) background: Background,
    closed: AtomicBool,
    shut: AtomicBool,
    /// The number of requests that are being answered.
    places: AtomicUsize,
}

/// The module's registrations, in order.
#[derive(Debug, Default)]
pub(super) struct Registrations {
    callbacks: Vec<module::Registered>,
    pub(super) resources: Vec<Resource>,
}

/// A web resource.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub(super) path: String,
    pub(super) subtree: bool,
    pub(super) handle: WebHandle,
}

impl Registrations {
    /// Converts the registrations into the lists of callbacks to ask.
    pub(super) fn registered(&mut self) -> Registered {
        let (mut registered, mut lists) = (Registered::default(), Lists::default());
        for callbacks in &self.callbacks {
            let wanted = |name: &str| {
                let wanted = callbacks.only().is_none_or(|only| only.iter().any(|one| one == name));
                wanted.then_some(0)
            };
            let names = callbacks.append_to(&mut lists, wanted);
            let category = callbacks.category();
            registered.names.extend(names.iter().map(|name| format!("{category}.{name}")));
            registered.auth_checkers.extend_from_slice(callbacks.auth_checkers());
        }
        registered.lists = Arc::new(lists);
        registered
    }
}

impl Seat {
    pub(super) fn new(host: FakeHost) -> Self {
        Self {
            services: host.all_services(),
            background: Background::new(host.clock().clone()),
            host,
            registrations: Mutex::default(),
            caches: Mutex::default(),
            closed: AtomicBool::new(false),
            shut: AtomicBool::new(false),
            places: AtomicUsize::new(0),
        }
    }

    /// For a part of a module: registrations and background work have no effect.
    pub(in crate::testing) fn of_no_module(host: FakeHost) -> Self {
        let seat = Self::new(host);
        seat.close();
        seat.background.shut();
        seat
    }

    pub(super) fn registrations<T>(&self, read: impl FnOnce(&mut Registrations) -> T) -> T {
        read(&mut self.registrations.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) const fn clock(&self) -> &Clock {
        self.host.clock()
    }

    /// Refuses registrations from now on.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Refuses requests from now on.
    pub(super) fn shut(&self) {
        self.shut.store(true, Ordering::Release);
        self.background.shut();
    }

    /// Drops everything that keeps the module alive.
    pub(super) fn end(&self) {
        self.shut();
        let registrations = self.registrations(std::mem::take);
        let caches = std::mem::take(&mut *self.caches());
        drop((registrations, caches));
    }

    /// Removes a key from the caches with this name.
    pub(super) fn invalidate_caches(&self, name: &str, key: &JsonStr) {
        let caches: Vec<_> = self.caches().iter().filter(|own| own.0 == name).cloned().collect();
        caches.iter().for_each(|(_, cache)| cache.invalidate(key));
    }

    fn caches(&self) -> MutexGuard<'_, Vec<(String, Arc<CacheHandle>)>> {
        self.caches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, desc: &str, work: Work) -> Option<NonZeroU64> {
        if self.host.process().trial { None } else { self.background.add(desc, work) }
    }

    fn register(&self, what: &str, add: impl FnOnce(&mut Registrations)) {
        if self.closed.load(Ordering::Acquire) {
            eprintln!("{what} was registered after `start`, which is too late: it is ignored");
            return;
        }
        self.registrations(add);
    }
}

impl ModuleHost for Seat {
    fn module(&self) -> usize {
        0
    }

    fn server_name(&self) -> &str {
        self.host.server_name()
    }

    fn public_baseurl(&self) -> Option<&str> {
        self.host.process().public_baseurl.as_deref()
    }

    fn worker_name(&self) -> Option<&str> {
        self.host.process().worker_name.as_deref()
    }

    fn worker_app(&self) -> Option<&str> {
        self.host.process().worker_app.as_deref()
    }

    fn email_app_name(&self) -> Option<&str> {
        self.host.process().email_app_name.as_deref()
    }

    fn is_trial(&self) -> bool {
        self.host.process().trial
    }

    fn supports(&self, name: &str) -> bool {
        let category = name.split('.').next().unwrap_or(name);
        let callbacks = CATEGORIES.iter().flat_map(|category| category.callbacks);
        let called = callbacks.filter(|row| row.category == category).any(|row| {
            name == category || name.strip_prefix(category) == Some(&format!(".{}", row.name))
        });
        let lacking = self.host.lacks(name) || self.host.lacks(category);
        !lacking && (called || self.services.answers(name))
    }

    fn services(&self) -> &Services {
        &self.services
    }

    /// There is no limit on concurrent requests; a test can script a refusal.
    fn admit(
        &self,
        request: &'static RequestRow,
        _: Option<&str>,
    ) -> Result<Permit<'_>, ModuleError> {
        let refuse = |reason, why| {
            let message = format!("`{}` is not answered{why}", request.name);
            Err(ModuleError::not_answered(reason, message))
        };
        if self.shut.load(Ordering::Acquire) {
            return refuse(Unanswered::ShuttingDown, ": the module is being shut down");
        }
        // Waiting is allowed in a trial.
        if self.host.process().trial && request.group != "time" {
            return refuse(Unanswered::Trial, " in a trial");
        }
        match Permit::take(&self.places, usize::MAX) {
            Some(permit) => Ok(permit),
            None => refuse(Unanswered::TooMany, ": too many are waiting"),
        }
    }

    fn register_callbacks(&self, registered: module::Registered) {
        self.register(registered.category(), |all| all.callbacks.push(registered));
    }

    fn register_web_resource(&self, path: &str, subtree: bool, handle: WebHandle) {
        let resource = Resource { path: path.to_owned(), subtree, handle };
        self.register(path, |all| all.resources.push(resource));
    }

    fn should_run_background_tasks(&self) -> bool {
        self.host.process().run_background_tasks
    }

    fn get_current_time_msec(&self) -> u64 {
        u64::try_from(self.host.now()).unwrap_or_default()
    }

    fn looping_background_call(&self, desc: &str, period: Duration, everywhere: bool, f: Routine) {
        if everywhere || self.host.process().run_background_tasks {
            self.work(desc, Work::Looping(period, f));
        }
    }

    fn background_call(&self, desc: &str, delay: Duration, f: Continuation) -> Option<NonZeroU64> {
        self.work(desc, Work::Once(delay, f))
    }

    fn cancel_background_call(&self, number: NonZeroU64) {
        self.background.cancel(number);
    }

    fn defer_to_thread(&self, errand: Errand) -> Result<(), ModuleError> {
        if self.shut.load(Ordering::Acquire) {
            let message = "nothing is deferred to a thread: the module is being shut down";
            return Err(ModuleError::not_answered(Unanswered::ShuttingDown, message));
        }
        self.background.defer(errand)
    }

    fn register_cached_function(&self, name: &str, cache: CacheHandle) {
        self.caches().push((name.to_owned(), Arc::new(cache)));
    }

    fn invalidate_cache(&self, name: &str, key: &JsonStr) {
        self.invalidate_caches(name, key);
    }
}
