//! What a homeserver answers to a module.

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

/// What the homeserver answers to a module's `ModuleApi`. One value per module.
pub trait ModuleHost: Send + Sync + 'static {
    /// The number of the module.
    fn module(&self) -> usize;
    /// The name of the homeserver.
    fn server_name(&self) -> &str;
    /// What the program calls itself: `synapse`.
    fn homeserver_name(&self) -> &str {
        ""
    }
    /// The version of the program.
    fn homeserver_version(&self) -> &str {
        ""
    }
    /// Where its modules log.
    fn log(&self) -> LogHandle {
        LogHandle::NONE
    }
    /// Where clients reach it.
    fn public_baseurl(&self) -> Option<&str>;
    /// The name of this worker.
    fn worker_name(&self) -> Option<&str>;
    /// What this worker runs.
    fn worker_app(&self) -> Option<&str> {
        None
    }
    /// What it calls itself in mails.
    fn email_app_name(&self) -> Option<&str> {
        None
    }
    /// Whether this start is a trial.
    fn is_trial(&self) -> bool;
    /// Whether a callback or request of this name is served.
    fn supports(&self, name: &str) -> bool;
    /// What the homeserver answers; nothing by default.
    fn services(&self) -> &Services {
        static NOTHING: Services = Services::NOTHING;
        &NOTHING
    }
    /// Whether the module may ask for this now; `room` is the one whose lock the answer needs.
    ///
    /// # Errors
    /// Why not.
    fn admit(
        &self,
        request: &'static RequestRow,
        room: Option<&str>,
    ) -> Result<Permit<'_>, ModuleError>;
    /// Why no request of a group is answered: nobody answers this one.
    fn lacks(&self, request: &'static RequestRow) -> ModuleError {
        ModuleError::unsupported(request.name)
    }
    /// What the call is part of that this thread is in; nothing by default.
    fn call_context(&self) -> CallContext {
        CallContext::default()
    }
    /// Callbacks were registered.
    fn register_callbacks(&self, registered: Registered);
    /// Callbacks were registered in a way that this version cannot read: the module must not be
    /// taken for one that registered nothing. By default the log tells.
    fn refuse_registration(&self, why: &str) {
        #[cfg(feature = "tracing")]
        tracing::error!(module = self.module(), why, "callbacks cannot be registered");
        #[cfg(not(feature = "tracing"))]
        let _ = why;
    }
    /// A web resource was registered, for `path` alone or for the subtree below it too.
    fn register_web_resource(&self, path: &str, subtree: bool, resource: WebHandle);
    /// Whether this process does what is to be done once per homeserver.
    fn should_run_background_tasks(&self) -> bool {
        true
    }
    /// Milliseconds since 1970.
    fn get_current_time_msec(&self) -> u64 {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
    }
    /// Makes a call after each `period`, perhaps only where background tasks run. By default
    /// never.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn looping_background_call(&self, desc: &str, period: Duration, everywhere: bool, f: Routine) {}
    /// Makes a call once, after `delay`; returns its number. By default never.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn background_call(&self, desc: &str, delay: Duration, f: Continuation) -> Option<NonZeroU64> {
        None
    }
    /// Cancels a call by the number it has at this host.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn cancel_background_call(&self, number: NonZeroU64) {}
    /// Runs something that blocks on a thread of its own. By default never.
    ///
    /// # Errors
    /// Why not.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn defer_to_thread(&self, errand: Errand) -> Result<(), ModuleError> {
        Err(ModuleError::unsupported("defer_to_thread"))
    }
    /// A cache was registered by a name.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn register_cached_function(&self, name: &str, cache: CacheHandle) {}
    /// The caches of a name in this process are to forget a key.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn invalidate_cache(&self, name: &str, key: &JsonStr) {}
}

/// A [`ModuleHost`], as modules get it.
#[derive(Debug)]
pub struct ApiHandle<H>(Arc<H>);

impl<H: ModuleHost> ApiHandle<H> {
    /// Shares `host` with its module.
    pub const fn new(host: Arc<H>) -> Self {
        Self(host)
    }

    /// A reference for a module.
    pub(super) fn export(&self) -> RawApi {
        RawApi::new(Arc::clone(&self.0))
    }

    /// What a module gets, for tests that have no module.
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
