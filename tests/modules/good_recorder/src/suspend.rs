//! Waiting without anything to wait for.

use std::future::{Future, poll_fn};
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
