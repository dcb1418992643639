//! Group `caches`: caches of modules in several processes of one homeserver.

use crate::module::ModuleApi;
use crate::table::requests;
use crate::values::JsonStr;

/// The other worker processes of a homeserver, with the caches of their modules.
#[derive(Debug)]
pub struct OtherWorkers<'a>(pub(crate) &'a ModuleApi);

impl OtherWorkers<'_> {
    const fn api(&self) -> &ModuleApi {
        self.0
    }
}

requests! {
    /// Caches of modules in several processes of one homeserver.
    pub trait Caches = caches on OtherWorkers<'_>,
        written CachesRequests, table CachesTable CachesTableRef, erased ErasedCaches
    {
        /// A module has removed a key from the cache with this name: notify the other worker
        /// processes, which must call `Modules::invalidate_cache` of the loader. A homeserver with
        /// a single process need not answer this. Since Synapse 1.69.
        async fn invalidate_cache(&self, cache: &str, key: &JsonStr as Any) -> (), since 0 {
            /// let admins = Cached::<String, bool>::new("example.admins", 1000);
            /// api.register_cached_function(&admins);
            /// api.invalidate_cache(&admins, &user_id.to_string()).await?;
        }
    }
}
