//! A signal that futures wait for, and a guard that notices when a future is dropped.

use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};
use std::task::{Poll, Waker};

/// A signal that may be given repeatedly.
#[derive(Default)]
pub(crate) struct Bell(Mutex<Rung>);

#[derive(Default)]
struct Rung {
    times: u64,
    /// Includes the wakers of futures that have been dropped.
    wakers: Vec<Waker>,
}

impl Bell {
    /// Waits for the next ring.
    pub(crate) async fn rung(&self) {
        let before = self.rings().times;
        poll_fn(|context| {
            let mut rung = self.rings();
            if rung.times > before {
                return Poll::Ready(());
            }
            rung.wakers.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Wakes all waiting futures. Returns the number of wakers woken.
    pub(crate) fn ring(&self) -> usize {
        let wakers = {
            let mut rung = self.rings();
            rung.times += 1;
            std::mem::take(&mut rung.wakers)
        };
        let count = wakers.len();
        wakers.into_iter().for_each(Waker::wake);
        count
    }

    fn rings(&self) -> std::sync::MutexGuard<'_, Rung> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Calls a function on drop.
pub(crate) struct OnDrop<F: FnMut()>(pub(crate) F);

impl<F: FnMut()> OnDrop<F> {
    /// Drops the guard without calling the function.
    pub(crate) fn disarm(self) {
        std::mem::forget(self);
    }
}

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
