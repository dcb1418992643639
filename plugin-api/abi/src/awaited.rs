//! A call across the boundary that is awaited.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::answer::{Answers, Entered};
use crate::call::{Asked, Call, Reply};
use crate::callback::number;
use crate::frame::{Frame, Status};

/// A call that `enter` begins when it is first polled, with `ROOM` bytes for the other side's
/// future. Dropped, it drops that future.
#[repr(C)]
#[must_use = "nothing is done before it is awaited"]
#[allow(missing_debug_implementations, reason = "it shows nothing")]
pub struct Awaited<A, N, const ROOM: usize> {
    enter: Option<N>,
    module: u32,
    call: Call<A, ROOM>,
}

// SAFETY: `enter` calls a slot with C forms of borrows of what may be sent (the promise of `new`).
unsafe impl<A, N, const ROOM: usize> Send for Awaited<A, N, ROOM> {}

impl<A, N, const ROOM: usize> Awaited<A, N, ROOM>
where
    A: Answers,
    N: FnOnce(*mut Frame) -> Status,
{
    /// A call that has not begun, of the module of this number.
    ///
    /// # Safety
    /// As for [`Call::enter`]; what `enter` holds may be sent to other threads, and lives as long
    /// as this.
    pub const unsafe fn new(module: usize, enter: N) -> Self {
        Self { enter: Some(enter), module: number(module), call: Call::new() }
    }
}

impl<A, N, const ROOM: usize> Future for Awaited<A, N, ROOM>
where
    A: Answers,
    N: FnOnce(*mut Frame) -> Status,
{
    type Output = Entered<A::Answer, A::Fault>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Entered<A::Answer, A::Fault>> {
        // SAFETY: `call` stays where it is; `enter` is not pinned.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above.
        let call = unsafe { Pin::new_unchecked(&mut this.call) };
        let mut reply = Reply::new();
        let asked = match this.enter.take() {
            // SAFETY: the promise of `new`.
            Some(enter) => unsafe { call.enter_into(this.module, context, &mut reply, enter) },
            None => call.resume_into(context, &mut reply),
        };
        match asked {
            Asked::Neutral => Poll::Ready(Entered::Neutral),
            Asked::Suspended(()) => Poll::Pending,
            Asked::Answered(()) => Poll::Ready(reply.take()),
        }
    }
}
