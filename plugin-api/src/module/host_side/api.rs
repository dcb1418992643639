//! The homeserver's answers to a module's `ModuleApi`.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hsmod_abi::{
    Context, Continuation, Errand, Extension, Flag, Flaw, Guest, Offer, Place, RawCache,
    RawOutcome, Routine, Str,
};

use super::cache::CacheHandle;
use super::log::LogHandle;
use super::registration::{Registered, registered};
use super::web::WebHandle;
#[cfg(feature = "testing")]
use crate::module::api::ModuleApi;
use crate::module::api::RawApi;
use crate::module::context::CallContext;
use crate::module::web::{ErrorFormat, WebTableRef};
use crate::requests::{Permit, RequestRow, Services, table_of};
use crate::values::{JsonStr, ModuleError};

/// Answers the calls of a module's `ModuleApi`. One value per module.
pub trait ModuleHost: Send + Sync + 'static {
    /// The number of the module.
    fn module(&self) -> usize;
    /// The name of the homeserver.
    fn server_name(&self) -> &str;
    /// The name of the homeserver software: `synapse`.
    fn homeserver_name(&self) -> &str {
        ""
    }
    /// The version of the homeserver software.
    fn homeserver_version(&self) -> &str {
        ""
    }
    /// The log of its modules.
    fn log(&self) -> LogHandle {
        LogHandle::NONE
    }
    /// The URL at which clients reach the homeserver.
    fn public_baseurl(&self) -> Option<&str>;
    /// The name of this worker.
    fn worker_name(&self) -> Option<&str>;
    /// The program that this worker runs.
    fn worker_app(&self) -> Option<&str> {
        None
    }
    /// The name that the homeserver uses in mails.
    fn email_app_name(&self) -> Option<&str> {
        None
    }
    /// Whether this start is a trial.
    fn is_trial(&self) -> bool;
    /// Whether a callback or request of this name is served.
    fn supports(&self, name: &str) -> bool;
    /// The requests that the homeserver answers; none by default.
    fn services(&self) -> &Services {
        static NOTHING: Services = Services::NOTHING;
        &NOTHING
    }
    /// Checks whether the module may make this request now; `room` is the one whose lock the answer
    /// needs.
    ///
    /// # Errors
    /// The request is refused; the error says why.
    fn admit(
        &self,
        request: &'static RequestRow,
        room: Option<&str>,
    ) -> Result<Permit<'_>, ModuleError>;
    /// The error for a request of a group that the homeserver does not answer.
    fn lacks(&self, request: &'static RequestRow) -> ModuleError {
        ModuleError::unsupported(request.name)
    }
    /// The context of the call that this thread is running; none by default.
    fn call_context(&self) -> CallContext {
        CallContext::default()
    }
    /// The module registered callbacks.
    fn register_callbacks(&self, registered: Registered);
    /// The module registered callbacks in a form that this version cannot read. The module must not
    /// be treated as one that registered nothing. Logs an error by default.
    fn refuse_registration(&self, why: &str) {
        #[cfg(feature = "tracing")]
        tracing::error!(module = self.module(), why, "callbacks cannot be registered");
        #[cfg(not(feature = "tracing"))]
        let _ = why;
    }
    /// The module registered a web resource, for `path` alone or also for the subtree below it.
    fn register_web_resource(&self, path: &str, subtree: bool, resource: WebHandle);
    /// Whether this process does the work that is to be done once per homeserver.
    fn should_run_background_tasks(&self) -> bool {
        true
    }
    /// Milliseconds since 1970.
    fn get_current_time_msec(&self) -> u64 {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
    }
    /// Makes a call every `period`; unless `everywhere`, only in the process that runs background
    /// tasks. Never by default.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn looping_background_call(&self, desc: &str, period: Duration, everywhere: bool, f: Routine) {}
    /// Makes a call once, after `delay`; returns its number. Never by default.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn background_call(&self, desc: &str, delay: Duration, f: Continuation) -> Option<NonZeroU64> {
        None
    }
    /// Cancels the call with this number.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn cancel_background_call(&self, number: NonZeroU64) {}
    /// Runs blocking work on a thread of its own. Never by default.
    ///
    /// # Errors
    /// The work is not run; the error says why.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn defer_to_thread(&self, errand: Errand) -> Result<(), ModuleError> {
        Err(ModuleError::unsupported("defer_to_thread"))
    }
    /// The module registered a cache under a name.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn register_cached_function(&self, name: &str, cache: CacheHandle) {}
    /// Removes a key from all caches with this name in this process.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn invalidate_cache(&self, name: &str, key: &JsonStr) {}
}

/// A [`ModuleHost`] in the form that modules receive.
#[derive(Debug)]
pub struct ApiHandle<H>(Arc<H>);

impl<H: ModuleHost> ApiHandle<H> {
    /// Shares `host` with its module.
    pub const fn new(host: Arc<H>) -> Self {
        Self(host)
    }

    /// Counts a reference for a module.
    pub(super) fn export(&self) -> RawApi {
        RawApi::new(Arc::clone(&self.0))
    }

    /// Creates the API of a module, for tests without a module.
    #[cfg(feature = "testing")]
    pub fn api(&self) -> ModuleApi {
        ModuleApi::import(self.export(), 0)
    }
}

impl<H: ModuleHost> crate::module::api::HostSide for H {
    fn extension(&self, name: &str) -> Option<Extension<H>> {
        match name {
            "log/1" => Some(Extension::log(self.log().table())),
            name => table_of(name),
        }
    }

    fn homeserver_name(&self) -> Str<'_> {
        Str::new(ModuleHost::homeserver_name(self))
    }

    fn homeserver_version(&self) -> Str<'_> {
        Str::new(ModuleHost::homeserver_version(self))
    }

    fn server_name(&self) -> Str<'_> {
        Str::new(ModuleHost::server_name(self))
    }

    fn public_baseurl(&self) -> Str<'_> {
        Str::optional(ModuleHost::public_baseurl(self))
    }

    fn worker_name(&self) -> Str<'_> {
        Str::optional(ModuleHost::worker_name(self))
    }

    fn worker_app(&self) -> Str<'_> {
        Str::optional(ModuleHost::worker_app(self))
    }

    fn email_app_name(&self) -> Str<'_> {
        Str::optional(ModuleHost::email_app_name(self))
    }

    fn is_trial(&self) -> Flag {
        Flag::new(ModuleHost::is_trial(self))
    }

    fn should_run_background_tasks(&self) -> Flag {
        Flag::new(ModuleHost::should_run_background_tasks(self))
    }

    fn get_current_time_msec(&self) -> u64 {
        ModuleHost::get_current_time_msec(self)
    }

    fn supports(&self, name: Str<'_>) -> Flag {
        Flag::new(ModuleHost::supports(self, &name.lossy()))
    }

    fn register_callbacks(&self, offer: Result<Offer<'_>, Flaw>) {
        match registered(self, offer) {
            Ok(registered) => ModuleHost::register_callbacks(self, registered),
            Err(why) => self.refuse_registration(&why),
        }
    }

    fn register_web_resource(
        &self,
        path: Str<'_>,
        subtree: Flag,
        html: Flag,
        resource: Guest<WebTableRef>,
    ) {
        let errors = if html.get() { ErrorFormat::Html } else { ErrorFormat::Json };
        let resource = WebHandle { resource: resource.of(self.module()), errors };
        ModuleHost::register_web_resource(self, &path.lossy(), subtree.get(), resource);
    }

    fn looping_background_call(&self, desc: Str<'_>, period: u64, everywhere: Flag, f: Routine) {
        let (period, everywhere) = (Duration::from_nanos(period), everywhere.get());
        ModuleHost::looping_background_call(self, &desc.lossy(), period, everywhere, f);
    }

    fn background_call(&self, desc: Str<'_>, delay: u64, f: Continuation) -> u64 {
        let delay = Duration::from_nanos(delay);
        ModuleHost::background_call(self, &desc.lossy(), delay, f).map_or(0, NonZeroU64::get)
    }

    fn cancel_background_call(&self, number: u64) {
        if let Some(number) = NonZeroU64::new(number) {
            ModuleHost::cancel_background_call(self, number);
        }
    }

    fn defer_to_thread(&self, errand: Errand, outcome: Place<'_, RawOutcome>) {
        outcome.write(ModuleHost::defer_to_thread(self, errand));
    }

    fn register_cached_function(&self, name: Str<'_>, cache: RawCache) {
        let handle = CacheHandle { cache, module: self.module() };
        ModuleHost::register_cached_function(self, &name.lossy(), handle);
    }

    fn invalidate_cache(&self, name: Str<'_>, key: Str<'_>) {
        ModuleHost::invalidate_cache(self, &name.lossy(), JsonStr::new(&key.lossy()));
    }

    fn give_up(&self, group: Str<'_>, number: i64) {
        let table = group.lossy();
        self.services().give_up(table.strip_suffix("/1").unwrap_or(&table), number);
    }

    fn context(&self, context: Place<'_, Context>) {
        context.write(&self.call_context().raw());
    }
}
