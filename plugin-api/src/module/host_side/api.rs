//! What a homeserver answers to a module.

use std::marker::PhantomData;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hsmod_abi::{
    Context, Continuation, Crossing, Errand, Flag, Flaw, Guest, MINOR, Object, Offer,
    RawRegistration, Routine, Str,
};

use super::background::{
    background_call, cancel_background_call, defer_to_thread, get_current_time_msec,
    invalidate_cache, looping_background_call, register_cached_function,
    should_run_background_tasks,
};
use super::cache::CacheHandle;
use super::guarded;
use super::log::LogHandle;
use super::registration::{Registered, registered};
use super::web::WebHandle;
#[cfg(feature = "testing")]
use crate::module::api::ModuleApi;
use crate::module::api::{HostTable, HostTableRef, RawApi};
use crate::module::context::CallContext;
use crate::module::web::{ErrorFormat, WebTableRef};
use crate::requests::{Permit, RequestInfo, Services, table_of};
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
        request: &'static RequestInfo,
        room: Option<&str>,
    ) -> Result<Permit<'_>, ModuleError>;
    /// Why no request of a group is answered: nobody answers this one.
    fn lacks(&self, request: &'static RequestInfo) -> ModuleError {
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
        RawApi {
            host: Arc::into_raw(Arc::clone(&self.0)).cast(),
            table: HostTableRef::new(HostTableOf::<H>::TABLE),
        }
    }

    /// What a module gets, for tests that have no module.
    #[cfg(feature = "testing")]
    pub fn api(&self) -> ModuleApi {
        // SAFETY: `export` counts a reference, and names the table of the host.
        unsafe { ModuleApi::import(self.export(), 0) }
    }
}

struct HostTableOf<H>(PhantomData<H>);

impl<H: ModuleHost> HostTableOf<H> {
    const TABLE: &'static HostTable = &HostTable {
        size: HostTable::SIZE,
        minor: MINOR,
        retain: Some(retain::<H>),
        release: Some(release::<H>),
        extension: Some(extension::<H>),
        homeserver_name: Some(homeserver_name::<H>),
        homeserver_version: Some(homeserver_version::<H>),
        server_name: Some(server_name::<H>),
        public_baseurl: Some(public_baseurl::<H>),
        worker_name: Some(worker_name::<H>),
        worker_app: Some(worker_app::<H>),
        email_app_name: Some(email_app_name::<H>),
        is_trial: Some(is_trial::<H>),
        should_run_background_tasks: Some(should_run_background_tasks::<H>),
        get_current_time_msec: Some(get_current_time_msec::<H>),
        supports: Some(supports::<H>),
        register_callbacks: Some(register_callbacks::<H>),
        register_web_resource: Some(register_web_resource::<H>),
        looping_background_call: Some(looping_background_call::<H>),
        background_call: Some(background_call::<H>),
        cancel_background_call: Some(cancel_background_call::<H>),
        defer_to_thread: Some(defer_to_thread::<H>),
        register_cached_function: Some(register_cached_function::<H>),
        invalidate_cache: Some(invalidate_cache::<H>),
        give_up: Some(give_up::<H>),
        context: Some(context::<H>),
    };
}

unsafe extern "C" fn retain<H>(host: *const ()) {
    // SAFETY: an `Arc<H>` to which the caller holds a reference.
    unsafe { Arc::increment_strong_count(host.cast::<H>()) };
}

unsafe extern "C" fn release<H>(host: *const ()) {
    // SAFETY: as above; the reference is given back.
    let host = unsafe { Arc::from_raw(host.cast::<H>()) };
    guarded((), || drop(host));
}

/// Functions of the host table that read something of the host.
macro_rules! readers {
    ($( $name:ident($($arg:ident: $type:ty),* $(,)?) -> $result:ty, $otherwise:expr, |$host:ident| $body:expr; )*) => { $(
        /// # Safety
        /// `host` is an `Arc<H>` to which the caller holds a reference; the arguments live for the
        /// time of the call.
        pub(super) unsafe extern "C" fn $name<H: ModuleHost>(host: *const () $(, $arg: $type)*) -> $result {
            // SAFETY: the caller's promise.
            let $host = unsafe { &*host.cast::<H>() };
            guarded($otherwise, || $body)
        }
    )* };
}

pub(super) use readers;

readers! {
    homeserver_name() -> Str<'static>, Str::NONE, |host| lent(Some(host.homeserver_name()));
    homeserver_version() -> Str<'static>, Str::NONE, |host| lent(Some(host.homeserver_version()));
    server_name() -> Str<'static>, Str::NONE, |host| lent(Some(host.server_name()));
    public_baseurl() -> Str<'static>, Str::NONE, |host| lent(host.public_baseurl());
    worker_name() -> Str<'static>, Str::NONE, |host| lent(host.worker_name());
    worker_app() -> Str<'static>, Str::NONE, |host| lent(host.worker_app());
    email_app_name() -> Str<'static>, Str::NONE, |host| lent(host.email_app_name());
    is_trial() -> Flag, Flag::new(false), |host| Flag::new(host.is_trial());
    give_up(group: Str<'static>, number: i64) -> (), (), |host| {
        let table = group.lossy();
        host.services().give_up(table.strip_suffix("/1").unwrap_or(&table), number);
    };
    context(out: *mut Context) -> (), (), |host| {
        let context = host.call_context().raw();
        // SAFETY: it is lent for the time of the call, and as long as in the first version of the
        // boundary.
        unsafe {
            (*out).flags = context.flags;
            (*out).timeout_ns = context.timeout_ns;
            (*out).trace_id = context.trace_id;
            (*out).span_id = context.span_id;
        }
    };
    supports(name: Str<'static>) -> Flag, Flag::new(false), |host| {
        Flag::new(host.supports(&name.lossy()))
    };
    extension(name: Str<'static>) -> *const (), std::ptr::null(), |host| {
        match &*name.lossy() {
            "log/1" => host.log().table().pointer(),
            name => table_of::<H>(name).unwrap_or(std::ptr::null()),
        }
    };
    register_callbacks(object: Object, registration: *const RawRegistration<'static>) -> (), (), |host| {
        // SAFETY: it is lent for the time of the call; the object is that of its table.
        let offer: Result<Offer<'_>, Flaw> = unsafe { Crossing::take((object, registration)) };
        match registered(host, offer) {
            Ok(registered) => host.register_callbacks(registered),
            Err(why) => host.refuse_registration(&why),
        }
    };
    register_web_resource(
        path: Str<'static>, subtree: Flag, html: Flag, object: Object, table: WebTableRef
    ) -> (), (), |host| {
        // SAFETY: the object is that of its table.
        let resource: Guest<WebTableRef> = unsafe { Crossing::take((object, table)) };
        let errors = if html.get() { ErrorFormat::Html } else { ErrorFormat::Json };
        let resource = WebHandle { resource: resource.of(host.module()), errors };
        host.register_web_resource(&path.lossy(), subtree.get(), resource);
    };
}

/// Lends a text of the host's.
fn lent(text: Option<&str>) -> Str<'static> {
    // SAFETY: it lives as long as the host, to which whoever asked holds a reference.
    unsafe { Str::optional(text).kept() }
}
