//! What modules remember.

use std::fmt;

use hsmod_abi::RawCache;

use crate::values::JsonStr;

/// A cache of a module, of which entries can be invalidated.
pub struct CacheHandle {
    pub(super) cache: RawCache,
    pub(super) module: usize,
}

impl CacheHandle {
    /// Forgets what it holds for `key`, or everything if that is no key of it.
    pub fn invalidate(&self, key: &JsonStr) {
        self.cache.invalidate(key.as_str());
    }

    /// The number of the module it belongs to.
    pub const fn module(&self) -> usize {
        self.module
    }
}

impl fmt::Debug for CacheHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheHandle").field("module", &self.module).finish_non_exhaustive()
    }
}
