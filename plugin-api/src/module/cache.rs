//! Caches of a module, which can be invalidated in all processes of a homeserver.

mod entries;

use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hsmod_abi::{Forgets, RawCache, Str};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::entries::Entries;
use super::api::{HostCalls, ModuleApi};
use crate::requests::caches::OtherWorkers;
use crate::values::{JsonStr, ModuleError, Unanswered, by_name};

/// A cache of a function's results by its arguments. It holds a limited number of entries and
/// evicts the least recently used one. Cheap to clone; clones share the entries.
///
/// Values are cloned when they are read: put large ones into an [`Arc`]. Keys are sent to other
/// processes as JSON.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// struct Censor {
///     api: ModuleApi,
///     admins: Cached<String, bool>,
/// }
///
/// impl Censor {
///     fn new(api: &ModuleApi) -> Self {
///         let admins = Cached::new("censor.admins", 1000);
///         api.register_cached_function(&admins);
///         Self { api: api.clone(), admins }
///     }
///
///     async fn is_admin(&self, user_id: &UserId) -> Result<bool, ModuleError> {
///         let ask = || self.api.is_user_admin(user_id);
///         self.admins.get_or_try_insert_with(&user_id.as_str().to_owned(), ask).await
///     }
///
///     /// Forgets the user in all processes of this homeserver.
///     async fn forget(&self, user_id: &UserId) -> Result<(), ModuleError> {
///         self.api.invalidate_cache(&self.admins, &user_id.as_str().to_owned()).await
///     }
/// }
/// ```
///
/// Mirrors `synapse.module_api.cached`.
pub struct Cached<K, V>(Arc<Shared<K, V>>);

struct Shared<K, V> {
    name: Box<str>,
    entries: Mutex<Entries<K, V>>,
}

impl<K, V> Shared<K, V> {
    fn entries(&self) -> MutexGuard<'_, Entries<K, V>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Cached<K, V> {
    /// Creates an empty cache of at most `max_entries` entries. Caches of the same `name` in other
    /// modules and processes of the homeserver are invalidated together with this one: begin the
    /// name with that of the plugin.
    pub fn new(name: &str, max_entries: usize) -> Self {
        let entries = Mutex::new(Entries::new(max_entries));
        Self(Arc::new(Shared { name: name.into(), entries }))
    }

    /// The name of the cache.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Returns the value for `key`, which counts as a use.
    pub fn get(&self, key: &K) -> Option<V> {
        self.0.entries().get(key).cloned()
    }

    /// Stores `value` for `key`.
    pub fn insert(&self, key: K, value: V) {
        // The evicted value is dropped after the lock is released.
        let _out = self.0.entries().insert(key, value);
    }

    /// Returns the value for `key`; if there is none, calls `f` and stores its answer, unless an
    /// entry was invalidated meanwhile. Concurrent callers that ask for the same key each call `f`.
    ///
    /// # Errors
    /// Those of `f`; they are not cached.
    pub async fn get_or_try_insert_with<F, E>(&self, key: &K, f: impl FnOnce() -> F) -> Result<V, E>
    where
        F: Future<Output = Result<V, E>>,
    {
        let began = {
            let mut entries = self.0.entries();
            if let Some(value) = entries.get(key) {
                return Ok(value.clone());
            }
            entries.invalidations()
        };
        let value = f().await?;
        let copy = value.clone();
        let mut entries = self.0.entries();
        if entries.invalidations() == began {
            let out = entries.insert(key.clone(), copy);
            drop(entries);
            drop(out);
        }
        Ok(value)
    }

    /// Removes the entry for `key` from this cache only;
    /// [`invalidate_cache`](ModuleApi::invalidate_cache) removes it everywhere.
    pub fn invalidate(&self, key: &K) {
        let _out = self.0.entries().invalidate(key);
    }

    /// Removes all entries from this cache only.
    pub fn clear(&self) {
        let _out = self.0.entries().clear();
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.0.entries().len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K, V> Clone for Cached<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, V> fmt::Debug for Cached<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cached").field(&self.0.name).finish()
    }
}

impl ModuleApi {
    /// Lets other modules of this process and other worker processes of the homeserver invalidate
    /// entries of `cached`, by its name. Call it once for each cache, at any time; it lasts until
    /// the module is shut down.
    ///
    /// Mirrors `register_cached_function` of `synapse.module_api.ModuleApi`.
    pub fn register_cached_function<K, V>(&self, cached: &Cached<K, V>)
    where
        K: Eq + Hash + DeserializeOwned + Send + 'static,
        V: Send + 'static,
    {
        let (name, cache) = (Str::new(&cached.0.name), RawCache::new(Arc::clone(&cached.0)));
        self.peer().register_cached_function(name, cache);
    }

    /// Removes the entry for `key` from `cached`, from every cache of the same name that a module
    /// of this process has registered, and from those of the homeserver's other worker processes,
    /// if there are any.
    ///
    /// Mirrors `invalidate_cache` of `synapse.module_api.ModuleApi`.
    ///
    /// # Errors
    /// `key` cannot be serialised as JSON, or the homeserver cannot notify its other workers; the
    /// caches of this process are invalidated first.
    pub async fn invalidate_cache<K, V>(
        &self,
        cached: &Cached<K, V>,
        key: &K,
    ) -> Result<(), ModuleError>
    where
        K: Eq + Hash + Clone + Serialize + Sync,
        V: Clone + Send,
    {
        cached.invalidate(key);
        let key = serde_json::to_string(key)?;
        let name = cached.name();
        self.peer().invalidate_cache(Str::new(name), Str::new(&key));
        match OtherWorkers(self).invalidate_cache(name, JsonStr::new(&key)).await {
            // There are no other workers, or this is a trial.
            Err(error)
                if matches!(
                    error.unanswered(),
                    Some(Unanswered::Unsupported | Unanswered::Trial)
                ) =>
            {
                Ok(())
            }
            answer => answer,
        }
    }
}

impl<K, V> Forgets for Shared<K, V>
where
    K: Eq + Hash + DeserializeOwned + Send + 'static,
    V: Send + 'static,
{
    fn forget(&self, key: &str) {
        let _out = match by_name::from_str(key) {
            Ok(key) => self.entries().invalidate(&key).into_iter().collect(),
            // A key of another version of the plugin: it is not known which entry is meant.
            Err(_) => self.entries().clear(),
        };
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// Returns the output of a future that is ready at once.
    fn ready<F: Future>(future: F) -> F::Output {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("it is not ready"),
        }
    }

    #[test]
    fn a_value_invalidated_while_it_is_computed_is_not_stored() {
        let cached = Cached::new("test", 10);
        let outdated = || async {
            cached.invalidate(&1);
            Ok::<_, Infallible>("outdated")
        };
        assert_eq!(ready(cached.get_or_try_insert_with(&1, outdated)), Ok("outdated"));
        assert!(cached.is_empty());
        let new = || async { Ok::<_, Infallible>("new") };
        assert_eq!(ready(cached.get_or_try_insert_with(&1, new)), Ok("new"));
        assert_eq!(cached.get(&1), Some("new"));
    }

    #[test]
    fn errors_are_not_remembered() {
        let cached = Cached::<u8, u8>::new("test", 10);
        assert_eq!(ready(cached.get_or_try_insert_with(&1, || async { Err("no") })), Err("no"));
        assert!(cached.is_empty());
    }
}
