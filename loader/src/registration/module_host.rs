//! What a module may request and register: the [`ModuleHost`] that each module is given.

use std::num::NonZeroU64;
use std::time::Duration;

use hsmod_plugin_api::host::{Continuation, Errand, Routine};
use hsmod_plugin_api::module::{
    CacheHandle, CallContext, LogHandle, ModuleHost, Registered, WebHandle,
};
use hsmod_plugin_api::requests::{Permit, RequestRow, Services};
use hsmod_plugin_api::values::{JsonStr, ModuleError};
use tokio::time::Instant;

use super::Registrar;
use crate::background::Work;
use crate::caches;
use crate::log::Forwarder;
use crate::record::{self, Place};

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
            // No deadline is recorded for the first poll of a callback, whose time has just begun,
            // nor for `new`, whose time is not measured: the whole limit is left.
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
        // In a trial, the module does not learn which requests the homeserver would answer.
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
