//! What modules leave to be done in the background, and what they remember.

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use abi_stable::std_types::RResult;

use super::api::{ModuleHost, readers};
use super::guarded;
use crate::boundary::{Continuation, Errand, Instance, Routine};
use crate::module::cache::RawCache;
use crate::values::error::RawModuleError;
use crate::values::text::RawStr;
use crate::values::{JsonStr, ModuleError};

/// A cache of a module, of which entries can be invalidated.
pub struct CacheHandle {
    instance: Instance,
    invalidate: unsafe extern "C" fn(*const (), RawStr),
}

impl CacheHandle {
    /// Forgets what it holds for `key`, or everything if that is no key of it.
    pub fn invalidate(&self, key: &JsonStr) {
        // SAFETY: the cache is kept alive by `instance`; the text lives for the time of the call.
        unsafe { (self.invalidate)(self.instance.object(), RawStr::new(key.as_str())) };
    }

    /// The number of the module it belongs to.
    pub const fn module(&self) -> usize {
        self.instance.module()
    }
}

impl fmt::Debug for CacheHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheHandle").field("instance", &self.instance).finish_non_exhaustive()
    }
}

/// What is returned if the host panics.
fn panicked() -> RResult<(), RawModuleError> {
    RResult::RErr(ModuleError::new("the homeserver panicked").into())
}

readers! {
    should_run_background_tasks() -> bool, false, |host| host.should_run_background_tasks();
    get_current_time_msec() -> u64, 0, |host| host.get_current_time_msec();
    looping_background_call(desc: RawStr, period: u64, everywhere: bool, f: Routine) -> (), (), |host| {
        // SAFETY: the text lives for the time of the call.
        let desc = unsafe { desc.text() };
        host.looping_background_call(desc, Duration::from_nanos(period), everywhere, f);
    };
    background_call(desc: RawStr, delay: u64, f: Continuation) -> u64, 0, |host| {
        // SAFETY: the text lives for the time of the call.
        let desc = unsafe { desc.text() };
        host.background_call(desc, Duration::from_nanos(delay), f).map_or(0, NonZeroU64::get)
    };
    cancel_background_call(number: u64) -> (), (), |host| {
        if let Some(number) = NonZeroU64::new(number) {
            host.cancel_background_call(number);
        }
    };
    defer_to_thread(errand: Errand) -> RResult<(), RawModuleError>, panicked(), |host| {
        RResult::from(host.defer_to_thread(errand).map_err(RawModuleError::from))
    };
    register_cached_function(name: RawStr, cache: RawCache) -> (), (), |host| {
        let instance = Instance::new(cache.object, host.module());
        // SAFETY: the text lives for the time of the call.
        let name = unsafe { name.text() };
        host.register_cached_function(name, CacheHandle { instance, invalidate: cache.invalidate });
    };
    invalidate_cache(name: RawStr, key: RawStr) -> (), (), |host| {
        // SAFETY: the texts live for the time of the call.
        let (name, key) = unsafe { (name.text(), JsonStr::new(key.text())) };
        host.invalidate_cache(name, key);
    };
}
