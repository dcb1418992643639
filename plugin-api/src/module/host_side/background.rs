//! What modules leave to be done in the background, and what they remember.

use std::num::NonZeroU64;
use std::time::Duration;

use hsmod_abi::{Continuation, Crossing, Errand, Flag, Place, RawCache, RawOutcome, Routine, Str};

use super::api::{ModuleHost, readers};
use super::cache::CacheHandle;
use super::guarded;
use crate::values::JsonStr;

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
        // SAFETY: the caller has as much room as its size says.
        let out: Place<'_, RawOutcome> = unsafe { Crossing::take((out,)) };
        out.write(host.defer_to_thread(errand));
    };
    register_cached_function(name: Str<'static>, cache: RawCache) -> (), (), |host| {
        let handle = CacheHandle { cache, module: host.module() };
        host.register_cached_function(&name.lossy(), handle);
    };
    invalidate_cache(name: Str<'static>, key: Str<'static>) -> (), (), |host| {
        host.invalidate_cache(&name.lossy(), JsonStr::new(&key.lossy()));
    };
}
