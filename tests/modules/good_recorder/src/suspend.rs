//! Suspends a future without waiting for anything.

use std::future::{Future, poll_fn};
use std::task::{Poll, Waker};

/// A future that is pending once. It keeps a clone of the waker, as timers and channels do, and
/// wakes it at once.
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
