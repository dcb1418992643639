//! A module's cache, held by its homeserver.

use std::fmt;
use std::sync::Arc;

use crate::object::Object;
use crate::panic::caught;
use crate::text::Str;

/// A cache whose entries can be removed by key.
pub trait Forgets: Send + Sync + 'static {
    /// Removes the entry for a key.
    fn forget(&self, key: &str);
}

crate::structure! {
    /// A module's cache, held by its homeserver.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct RawCache {
        object: Object,
        /// Removes the entry for a key, which is JSON text.
        invalidate: Option<unsafe extern "C" fn(*const (), Str<'static>)>,
    }
}

impl RawCache {
    /// Wraps a cache of this side.
    pub fn new<C: Forgets>(cache: Arc<C>) -> Self {
        Self { object: Object::shared(cache), invalidate: Some(invalidate::<C>) }
    }

    /// Removes the entry for a key.
    pub fn invalidate(&self, key: &str) {
        if let Some(invalidate) = self.invalidate {
            // SAFETY: the function came with the object; the text lives for the time of the call.
            unsafe { invalidate(self.object.pointer(), Str::new(key).kept()) };
        }
    }
}

impl fmt::Debug for RawCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawCache").finish_non_exhaustive()
    }
}

/// # Safety
/// `cache` is a `C`; `key` lives for the duration of the call.
unsafe extern "C" fn invalidate<C: Forgets>(cache: *const (), key: Str<'static>) {
    // SAFETY: the caller's promise.
    let cache = unsafe { &*cache.cast::<C>() };
    // A panic has been logged already.
    caught(|| cache.forget(&key.lossy()));
}
