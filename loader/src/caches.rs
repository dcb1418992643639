//! The caches that modules of this process registered, by name.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use hsmod_plugin_api::module::CacheHandle;
use hsmod_plugin_api::values::JsonStr;

use crate::record::{self, Place};

/// All caches of this process, whichever `Modules` they belong to: invalidating too much is never
/// wrong, and caches of a former generation may still be in use.
static REGISTERED: RwLock<BTreeMap<Box<str>, Vec<Arc<CacheHandle>>>> = RwLock::new(BTreeMap::new());

/// Adds a cache, provided that `wanted` returns true under the lock.
pub(crate) fn register(name: &str, cache: CacheHandle, wanted: impl FnOnce() -> bool) {
    let mut registered = REGISTERED.write().unwrap_or_else(PoisonError::into_inner);
    if wanted() {
        registered.entry(name.into()).or_default().push(Arc::new(cache));
    } else {
        drop(registered);
        drop(cache);
    }
}

/// Removes all caches of a module.
pub(crate) fn forget(module: usize) {
    let mut forgotten = Vec::new();
    let mut registered = REGISTERED.write().unwrap_or_else(PoisonError::into_inner);
    registered.retain(|_, caches| {
        let (own, others): (Vec<_>, Vec<_>) =
            std::mem::take(caches).into_iter().partition(|cache| cache.module() == module);
        forgotten.push(own);
        *caches = others;
        !caches.is_empty()
    });
    // Dropping the caches runs the module's code: do it without the lock, inside the module.
    let _inside = record::enter(module, Place::CACHE);
    drop(registered);
}

/// Invalidates a key in every cache of this name and returns how many caches there are.
pub(crate) fn invalidate(name: &str, key: &JsonStr) -> usize {
    let registered = REGISTERED.read().unwrap_or_else(PoisonError::into_inner);
    let caches = registered.get(name).cloned().unwrap_or_default();
    drop(registered);
    for cache in &caches {
        // The dropped values are the cache's module's, not those of the module that asked.
        let _inside = record::enter(cache.module(), Place::CACHE);
        cache.invalidate(key);
    }
    caches.len()
}
