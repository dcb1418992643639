//! Waiting without anything to wait for.

use std::future::{Future, poll_fn};
use std::sync::{Mutex, PoisonError};
use std::task::{Poll, Waker};

/// Pending once; by then it has kept a clone of the waker, as timers and channels do, and woken it.
pub(crate) fn once() -> impl Future<Output = ()> + Send {
    let mut kept: Option<Waker> = None;
    poll_fn(move |context| {
        if kept.is_some() {
            return Poll::Ready(());
        }
        kept.insert(context.waker().clone()).wake_by_ref();
        Poll::Pending
    })
}

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
