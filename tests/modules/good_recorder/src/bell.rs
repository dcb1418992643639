//! Waiting until somebody rings, and noticing that nobody waits any more.

use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};
use std::task::{Poll, Waker};

/// What futures wait for until somebody rings it, as often as that may be.
#[derive(Default)]
pub(crate) struct Bell(Mutex<Rung>);

#[derive(Default)]
struct Rung {
    times: u64,
    /// Those of futures that are gone by now are kept, too.
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

    /// Wakes whoever waits; returns how many wakers it woke.
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

/// Does something when it is dropped.
pub(crate) struct OnDrop<F: FnMut()>(pub(crate) F);

impl<F: FnMut()> OnDrop<F> {
    /// Does nothing when it is dropped.
    pub(crate) fn disarm(self) {
        std::mem::forget(self);
    }
}

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
