//! A value that another party provides later, or never.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

enum State<T> {
    Open(Option<Waker>),
    /// Complete; `None` if there will be no value.
    Settled(Option<T>),
    Taken,
}

/// The state that both sides share.
struct Shared<T>(Mutex<State<T>>);

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Only the first call has an effect.
    fn settle(&self, value: Option<T>) {
        let mut state = self.lock();
        let waker = match &mut *state {
            State::Open(waker) => waker.take(),
            State::Settled(_) | State::Taken => return,
        };
        *state = State::Settled(value);
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Provides the value; dropping it means that there will be none.
pub(super) struct Promise<T>(Arc<Shared<T>>);

/// A future of the value: `None` if there will be none.
pub(super) struct Promised<T>(Arc<Shared<T>>);

pub(super) fn promise<T>() -> (Promise<T>, Promised<T>) {
    let shared = Arc::new(Shared(Mutex::new(State::Open(None))));
    (Promise(Arc::clone(&shared)), Promised(shared))
}

impl<T> Promise<T> {
    pub(super) fn keep(self, value: T) {
        self.0.settle(Some(value));
    }

    /// Whether the value is still awaited.
    pub(super) fn is_awaited(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        self.0.settle(None);
    }
}

impl<T> Future for Promised<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // A waker runs foreign code when it is cloned or dropped, so neither is done under the
        // lock.
        let fresh = match &*self.0.lock() {
            State::Open(Some(known)) if known.will_wake(context.waker()) => return Poll::Pending,
            State::Open(_) => true,
            State::Settled(_) | State::Taken => false,
        };
        let mut waker = fresh.then(|| context.waker().clone());
        let mut state = self.0.lock();
        if let State::Open(known) = &mut *state {
            std::mem::swap(known, &mut waker);
            drop(state);
            return Poll::Pending;
        }
        let settled = std::mem::replace(&mut *state, State::Taken);
        drop(state);
        match settled {
            State::Settled(value) => Poll::Ready(value),
            State::Open(_) | State::Taken => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::Wake;

    use super::*;

    fn poll<T>(promised: &mut Promised<T>) -> Poll<Option<T>> {
        Pin::new(promised).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_kept_promise_is_ready_once() {
        let (promise, mut promised) = promise();
        assert_eq!(poll(&mut promised), Poll::Pending);
        promise.keep(3);
        assert_eq!(poll(&mut promised), Poll::Ready(Some(3)));
        assert_eq!(poll(&mut promised), Poll::Pending);
    }

    #[test]
    fn a_dropped_promise_yields_none() {
        let (promise, mut promised) = promise::<()>();
        drop(promise);
        assert_eq!(poll(&mut promised), Poll::Ready(None));
    }

    /// A waker that records, when it is dropped, whether the promise's lock is free.
    struct Curious {
        shared: Arc<Shared<()>>,
        free: Arc<Mutex<Vec<bool>>>,
    }

    impl Wake for Curious {
        fn wake(self: Arc<Self>) {}
    }

    impl Drop for Curious {
        fn drop(&mut self) {
            self.free.lock().unwrap().push(self.shared.0.try_lock().is_ok());
        }
    }

    #[test]
    fn a_waker_is_dropped_without_the_lock() {
        let (promise, mut promised) = promise::<()>();
        let free = Arc::<Mutex<Vec<bool>>>::default();
        let curious = || {
            Waker::from(Arc::new(Curious {
                shared: Arc::clone(&promised.0),
                free: Arc::clone(&free),
            }))
        };
        let wakers = [curious(), curious()];
        for waker in wakers {
            assert!(Pin::new(&mut promised).poll(&mut Context::from_waker(&waker)).is_pending());
        }
        assert_eq!(*free.lock().unwrap(), [true], "the second took the place of the first");
        promise.keep(());
        assert_eq!(poll(&mut promised), Poll::Ready(Some(())));
        assert_eq!(*free.lock().unwrap(), [true, true]);
    }

    #[test]
    fn a_value_that_is_not_awaited_is_dropped_at_once() {
        let (promise, promised) = promise();
        let value = Arc::new(());
        assert!(promise.is_awaited());
        drop(promised);
        assert!(!promise.is_awaited());
        promise.keep(Arc::clone(&value));
        assert_eq!(Arc::strong_count(&value), 1);
    }
}
