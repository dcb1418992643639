//! What the modules of this process remember: caches by their names.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use hsmod_plugin_api::module::CacheHandle;
use hsmod_plugin_api::values::JsonStr;

use crate::record::{self, Place};

/// All of this process, whichever set of modules they belong to: to forget too much is never
/// wrong, and caches of a former generation may still be asked.
static REGISTERED: RwLock<BTreeMap<Box<str>, Vec<Arc<CacheHandle>>>> = RwLock::new(BTreeMap::new());

/// Adds a cache, if `wanted` still says so when no other thread is here.
pub(crate) fn register(name: &str, cache: CacheHandle, wanted: impl FnOnce() -> bool) {
    let mut registered = REGISTERED.write().unwrap_or_else(PoisonError::into_inner);
    if wanted() {
        registered.entry(name.into()).or_default().push(Arc::new(cache));
    } else {
        drop(registered);
        drop(cache);
    }
}

/// Lets go of the caches of a module.
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
    // Modules' code runs when they are dropped: not under the lock, and inside of the module.
    let _inside = record::enter(module, Place::CACHE);
    drop(registered);
}

/// Lets every cache of a name forget a key; returns how many there are.
pub(crate) fn invalidate(name: &str, key: &JsonStr) -> usize {
    let registered = REGISTERED.read().unwrap_or_else(PoisonError::into_inner);
    let caches = registered.get(name).cloned().unwrap_or_default();
    drop(registered);
    for cache in &caches {
        // What it forgets is dropped, which is its module's doing and not that of whoever asked.
        let _inside = record::enter(cache.module(), Place::CACHE);
        cache.invalidate(key);
    }
    caches.len()
}
