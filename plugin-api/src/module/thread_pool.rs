//! A limit on how much of a module's blocking work runs at once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fmt, mem};

use super::ModuleApi;
use super::promise::{Promise, Promised, promise};
use super::threads::not_run;
use crate::values::{ModuleError, Unanswered};

impl ModuleApi {
    /// [`Self::defer_to_thread`], but no more work of `pool` runs at once than it has places: first
    /// come, first served. If this is dropped while the work waits for a place, the work is not
    /// begun.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # fn scan(_: &[u8]) -> bool { true }
    /// struct Scanner { api: ModuleApi, scans: ThreadPool }   // ThreadPool::new(2)
    ///
    /// impl Scanner {
    ///     async fn is_clean(&self, file: Vec<u8>) -> Result<bool, ModuleError> {
    ///         self.api.defer_to_threadpool(&self.scans, move || scan(&file)).await
    ///     }
    /// }
    /// ```
    ///
    /// Mirrors `synapse.module_api.ModuleApi.defer_to_threadpool`.
    ///
    /// # Errors
    /// Those of [`Self::defer_to_thread`]; also if 1,024 pieces of work wait for a place already.
    pub async fn defer_to_threadpool<T, W>(
        &self,
        pool: &ThreadPool,
        work: W,
    ) -> Result<T, ModuleError>
    where
        W: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let place = pool.place().await?;
        let work = move || {
            let done = work();
            drop(place);
            done
        };
        self.defer_to_thread(work).await
    }
}

/// A number of places for blocking work, see [`ModuleApi::defer_to_threadpool`]. Cheap to clone:
/// clones share the places.
///
/// Mirrors `ThreadPool` of `twisted.python.threadpool`, which Synapse's modules create for this
/// purpose. Unlike that, it has no threads of its own.
#[derive(Clone)]
pub struct ThreadPool(Arc<Mutex<Places>>);

/// How much work may wait for a place, as with [`ModuleApi::defer_to_thread`].
const WAITING_MAX: usize = 1024;

struct Places {
    free: usize,
    /// Empty while there is a free place.
    waiting: VecDeque<Promise<Place>>,
}

impl ThreadPool {
    /// Creates a pool of `maxthreads` places, at least one.
    pub fn new(maxthreads: usize) -> Self {
        let places = Places { free: maxthreads.max(1), waiting: VecDeque::new() };
        Self(Arc::new(Mutex::new(places)))
    }

    async fn place(&self) -> Result<Place, ModuleError> {
        self.wait()?.await.ok_or_else(not_run)
    }

    /// Takes a place, or queues for one.
    fn wait(&self) -> Result<Promised<Place>, ModuleError> {
        let (promise, promised) = promise();
        let mut places = self.lock();
        if let Some(free) = places.free.checked_sub(1) {
            places.free = free;
            drop(places);
            promise.keep(Place(self.clone()));
            return Ok(promised);
        }
        if places.waiting.len() >= WAITING_MAX {
            let waiting = mem::take(&mut places.waiting).into_iter();
            let (awaited, given_up): (VecDeque<_>, VecDeque<_>) =
                waiting.partition(Promise::is_awaited);
            places.waiting = awaited;
            drop(places);
            if given_up.is_empty() {
                let message = format!(
                    "`defer_to_threadpool`: {WAITING_MAX} pieces of work are already waiting for a \
                     place"
                );
                return Err(ModuleError::not_answered(Unanswered::TooMany, message));
            }
            // Dropped after the lock is released: their wakers may run any code.
            drop(given_up);
            return self.wait();
        }
        places.waiting.push_back(promise);
        Ok(promised)
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place that is taken; when it is dropped, it goes to the next in line.
struct Place(ThreadPool);

impl Drop for Place {
    fn drop(&mut self) {
        loop {
            let mut places = self.0.lock();
            let Some(next) = places.waiting.pop_front() else {
                places.free += 1;
                return;
            };
            drop(places);
            if next.is_awaited() {
                return next.keep(Self(self.0.clone()));
            }
        }
    }
}

impl fmt::Debug for ThreadPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.lock();
        f.debug_struct("ThreadPool")
            .field("free", &places.free)
            .field("waiting", &places.waiting.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn poll<T>(promised: &mut Promised<T>) -> Poll<Option<T>> {
        pin!(promised).poll(&mut Context::from_waker(Waker::noop()))
    }

    fn taken(place: &mut Promised<Place>) -> Option<Place> {
        match poll(place) {
            Poll::Ready(place) => place,
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_place_goes_to_the_longest_waiter_that_still_waits() {
        let pool = ThreadPool::new(1);
        let first = taken(&mut pool.wait().unwrap()).unwrap();
        let [given_up, mut second, mut third] = [(); 3].map(|()| pool.wait().unwrap());
        drop(given_up);
        assert!(taken(&mut second).is_none());
        drop(first);
        let second = taken(&mut second).unwrap();
        assert!(taken(&mut third).is_none());
        drop(second);
        // A place is not lost if its waiter gave up before the place was free.
        drop(third);
        assert!(taken(&mut pool.wait().unwrap()).is_some());
        assert_eq!(format!("{pool:?}"), "ThreadPool { free: 1, waiting: 0 }");
    }

    #[test]
    fn those_that_gave_up_do_not_count_among_those_that_wait() {
        let pool = ThreadPool::new(0);
        let first = taken(&mut pool.wait().unwrap());
        let mut line: Vec<_> = (0..WAITING_MAX).map(|_| pool.wait().unwrap()).collect();
        let error = pool.wait().err().unwrap();
        assert_eq!(error.unanswered(), Some(Unanswered::TooMany));
        line.truncate(1);
        let mut last = pool.wait().unwrap();
        drop(first);
        assert!(taken(&mut line[0]).is_some(), "it goes on to the next in line at once");
        assert!(taken(&mut last).is_some());
    }
}
