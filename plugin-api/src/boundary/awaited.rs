//! A call across the boundary that is awaited.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Call, Entered, FfiWaker, FutureSlot, Out, PanicReport, Status};
use crate::values::answer::Answer;

/// A call that `enter` begins when it is first polled. Dropped, it drops the other side's future.
#[repr(C)]
#[must_use = "nothing is done before it is awaited"]
pub(crate) struct Awaited<A, E, const ROOM: usize> {
    enter: Option<E>,
    call: Call<A, ROOM>,
}

impl<A, E, const ROOM: usize> Awaited<A, E, ROOM>
where
    A: Answer,
    E: FnOnce(*mut FutureSlot, *const FfiWaker, *mut Out<A>, *mut PanicReport) -> Status,
{
    /// # Safety
    /// As for [`Call::enter`].
    pub(crate) const unsafe fn new(enter: E) -> Self {
        Self { enter: Some(enter), call: Call::new() }
    }
}

impl<A, E, const ROOM: usize> Future for Awaited<A, E, ROOM>
where
    A: Answer,
    E: FnOnce(*mut FutureSlot, *const FfiWaker, *mut Out<A>, *mut PanicReport) -> Status,
{
    type Output = Entered<A>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Entered<A>> {
        // SAFETY: `call` stays where it is; `enter` is not pinned.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above.
        let call = unsafe { Pin::new_unchecked(&mut this.call) };
        let entered = match this.enter.take() {
            // SAFETY: the promise of `new`.
            Some(enter) => unsafe { call.enter(context, enter) },
            None => call.resume(context),
        };
        match entered {
            Entered::Pending => Poll::Pending,
            other => Poll::Ready(other),
        }
    }
}
