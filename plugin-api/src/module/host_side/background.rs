//! What modules leave to be done in the background, and what they remember.

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use hsmod_abi::{Continuation, Errand, Flag, Instance, Routine, Str};

use super::api::{ModuleHost, readers};
use super::guarded;
use crate::module::api::RawOutcome;
use crate::module::cache::RawCache;
use crate::values::JsonStr;

/// A cache of a module, of which entries can be invalidated.
pub struct CacheHandle {
    instance: Instance,
    invalidate: Option<unsafe extern "C" fn(*const (), Str<'static>)>,
}

impl CacheHandle {
    /// Forgets what it holds for `key`, or everything if that is no key of it.
    pub fn invalidate(&self, key: &JsonStr) {
        if let Some(invalidate) = self.invalidate {
            // SAFETY: the cache is kept alive by `instance`; the text lives for the time of the
            // call.
            unsafe { invalidate(self.instance.object(), Str::new(key.as_str()).kept()) };
        }
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

readers! {
    should_run_background_tasks() -> Flag, Flag::new(false), |host| {
        Flag::new(host.should_run_background_tasks())
    };
    get_current_time_msec() -> u64, 0, |host| host.get_current_time_msec();
    looping_background_call(desc: Str<'static>, period: u64, everywhere: Flag, f: Routine) -> (), (), |host| {
        host.looping_background_call(&desc.lossy(), Duration::from_nanos(period), everywhere.get(), f);
    };
    background_call(desc: Str<'static>, delay: u64, f: Continuation) -> u64, 0, |host| {
        let delay = Duration::from_nanos(delay);
        host.background_call(&desc.lossy(), delay, f).map_or(0, NonZeroU64::get)
    };
    cancel_background_call(number: u64) -> (), (), |host| {
        if let Some(number) = NonZeroU64::new(number) {
            host.cancel_background_call(number);
        }
    };
    defer_to_thread(errand: Errand, out: *mut RawOutcome) -> (), (), |host| {
        let outcome = RawOutcome::of(host.defer_to_thread(errand));
        // SAFETY: the caller has as much room as its size says.
        unsafe { outcome.write_to(out) };
    };
    register_cached_function(name: Str<'static>, cache: RawCache) -> (), (), |host| {
        let instance = Instance::new(cache.object, host.module());
        let handle = CacheHandle { instance, invalidate: cache.invalidate };
        host.register_cached_function(&name.lossy(), handle);
    };
    invalidate_cache(name: Str<'static>, key: Str<'static>) -> (), (), |host| {
        host.invalidate_cache(&name.lossy(), JsonStr::new(&key.lossy()));
    };
}
