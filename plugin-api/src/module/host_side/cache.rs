//! The homeserver's side of a module's caches.

use std::fmt;

use hsmod_abi::RawCache;

use crate::values::JsonStr;

/// A cache of a module, whose entries the homeserver can invalidate.
pub struct CacheHandle {
    pub(super) cache: RawCache,
    pub(super) module: usize,
}

impl CacheHandle {
    /// Removes the entry for `key`; removes everything if the module cannot read the key.
    pub fn invalidate(&self, key: &JsonStr) {
        self.cache.invalidate(key.as_str());
    }

    /// The number of the module that the cache belongs to.
    pub const fn module(&self) -> usize {
        self.module
    }
}

impl fmt::Debug for CacheHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheHandle").field("module", &self.module).finish_non_exhaustive()
    }
}
