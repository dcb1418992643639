//! Work that blocks, on threads of the homeserver.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use abi_stable::std_types::RResult;

use super::api::{ModuleApi, ask};
use crate::boundary::{Errand, attempted};
use crate::values::{ModuleError, Unanswered};

impl ModuleApi {
    /// Runs `work`, which may block or compute for long, on a thread of its own, and waits for what
    /// it returns. If that is not awaited to its end, `work` goes on and its result is dropped.
    ///
    /// 16 of a module run at once; 1,024 more may wait. A shutdown waits for what runs, and drops
    /// what waits.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # fn slow_digest(_: &[u8]) -> u64 { 0 }
    /// # async fn example(api: &ModuleApi, file: Vec<u8>) -> Result<(), ModuleError> {
    /// let digest = api.defer_to_thread(move || slow_digest(&file)).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Mirrors `defer_to_thread` of `synapse.module_api.ModuleApi`.
    ///
    /// # Errors
    /// If `work` panics; [`ModuleError::unanswered`] if too much waits already, or the module is
    /// being shut down.
    pub async fn defer_to_thread<T, W>(&self, work: W) -> Result<T, ModuleError>
    where
        W: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let (promise, promised) = promise();
        let errand = Errand::new(move || {
            promise.keep(attempted(work).map_err(|panic| {
                ModuleError::new(format_args!("what was deferred to a thread panicked: {panic}"))
            }));
        });
        let accepted = ask!(self, defer_to_thread(errand) else {
            drop(errand);
            return Err(ModuleError::unsupported("defer_to_thread"));
        });
        match accepted {
            RResult::ROk(()) => promised.await,
            RResult::RErr(refused) => Err(refused.into()),
        }
    }
}

enum State<T> {
    Open(Option<Waker>),
    Kept(Result<T, ModuleError>),
    Taken,
}

/// Where a result will be.
struct Shared<T>(Mutex<State<T>>);

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Only the first result counts.
    fn settle(&self, result: Result<T, ModuleError>) {
        let mut state = self.lock();
        let waker = match &mut *state {
            State::Open(waker) => waker.take(),
            State::Kept(_) | State::Taken => return,
        };
        *state = State::Kept(result);
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Whoever has it will bring the result; dropped, there will be none.
struct Promise<T>(Arc<Shared<T>>);

/// Waits for the result.
struct Promised<T>(Arc<Shared<T>>);

fn promise<T>() -> (Promise<T>, Promised<T>) {
    let shared = Arc::new(Shared(Mutex::new(State::Open(None))));
    (Promise(Arc::clone(&shared)), Promised(shared))
}

impl<T> Promise<T> {
    fn keep(self, result: Result<T, ModuleError>) {
        self.0.settle(result);
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        let message = "what was deferred to a thread is not run: the module is being shut down";
        self.0.settle(Err(ModuleError::not_answered(Unanswered::ShuttingDown, message)));
    }
}

impl<T> Future for Promised<T> {
    type Output = Result<T, ModuleError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.0.lock();
        if let State::Open(waker) = &mut *state {
            waker.get_or_insert_with(|| context.waker().clone()).clone_from(context.waker());
            return Poll::Pending;
        }
        match std::mem::replace(&mut *state, State::Taken) {
            State::Kept(result) => Poll::Ready(result),
            State::Open(_) | State::Taken => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poll<T>(promised: &mut Promised<T>) -> Poll<Result<T, ModuleError>> {
        Pin::new(promised).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_promise_that_is_kept_is_ready_once() {
        let (promise, mut promised) = promise();
        assert_eq!(poll(&mut promised), Poll::Pending);
        promise.keep(Ok(3));
        assert_eq!(poll(&mut promised), Poll::Ready(Ok(3)));
        assert_eq!(poll(&mut promised), Poll::Pending);
    }

    #[test]
    fn a_promise_that_is_dropped_is_an_error() {
        let (promise, mut promised) = promise::<()>();
        drop(promise);
        let Poll::Ready(Err(error)) = poll(&mut promised) else { panic!("it is not ready") };
        assert_eq!(error.unanswered(), Some(Unanswered::ShuttingDown));
    }

    #[test]
    fn a_result_that_nobody_awaits_is_dropped_where_it_is_made() {
        let (promise, promised) = promise();
        let value = Arc::new(());
        drop(promised);
        promise.keep(Ok(Arc::clone(&value)));
        assert_eq!(Arc::strong_count(&value), 1);
    }
}
