//! The fake homeserver as one module sees it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::super::host::FakeHost;
use super::Registered;
use crate::callbacks::CATEGORIES;
use crate::module::{self, ModuleHost, WebHandle};
use crate::requests::{Permit, RequestInfo, Services};
use crate::values::{ModuleError, Unanswered};

/// Where one module sits; notes what it registers.
#[derive(Debug)]
pub(in crate::testing) struct Seat {
    host: FakeHost,
    services: Services,
    registrations: Mutex<Registrations>,
    closed: AtomicBool,
    shut: AtomicBool,
    /// How many requests are being answered.
    places: AtomicUsize,
}

/// What the module has registered, as it came.
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
    /// What a homeserver is to ask for.
    pub(super) fn registered(&mut self) -> Registered {
        let mut registered = Registered::default();
        for callbacks in &self.callbacks {
            let wanted = |name: &str| {
                let wanted = callbacks.only().is_none_or(|only| only.iter().any(|one| one == name));
                wanted.then_some(0)
            };
            let names = callbacks.append_to(&mut registered.lists, wanted);
            let category = callbacks.category();
            registered.names.extend(names.iter().map(|name| format!("{category}.{name}")));
            registered.auth_checkers.extend_from_slice(callbacks.auth_checkers());
        }
        registered
    }
}

impl Seat {
    pub(in crate::testing) fn new(host: FakeHost) -> Self {
        Self {
            services: host.services(),
            host,
            registrations: Mutex::default(),
            closed: AtomicBool::new(false),
            shut: AtomicBool::new(false),
            places: AtomicUsize::new(0),
        }
    }

    pub(super) fn registrations<T>(&self, read: impl FnOnce(&mut Registrations) -> T) -> T {
        read(&mut self.registrations.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on registering is too late.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// From now on nothing is answered.
    pub(super) fn shut(&self) {
        self.shut.store(true, Ordering::Release);
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
        self.host.names()[0]
    }

    fn worker_name(&self) -> Option<&str> {
        self.host.names()[1]
    }

    fn is_trial(&self) -> bool {
        self.host.is_trial()
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

    /// As many at once as the module likes; a test scripts what a homeserver would refuse.
    fn admit(
        &self,
        request: &'static RequestInfo,
        _: Option<&str>,
    ) -> Result<Permit<'_>, ModuleError> {
        let refuse = |reason, why| {
            let message = format!("`{}` is not answered{why}", request.name);
            Err(ModuleError::not_answered(reason, message))
        };
        if self.shut.load(Ordering::Acquire) {
            return refuse(Unanswered::ShuttingDown, ": the module is being shut down");
        }
        if self.host.is_trial() {
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
}
