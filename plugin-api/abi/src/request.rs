//! A call of a slot whose arguments the caller keeps for as long as it lasts: a request, or a step
//! of a module's life.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use crate::answer::{Answers, Entered};
use crate::call::{Asked, Call, Reply};
use crate::callback::number;
use crate::frame::Slot;
use crate::serve::{ArgsOf, Method, lent};

/// A call of a row that has not begun, with `ROOM` bytes for the other side's future.
#[must_use = "nothing is done before it is made"]
#[allow(missing_debug_implementations, reason = "it shows nothing")]
pub struct Request<'a, M: Method, const ROOM: usize> {
    slot: Slot<M::Args>,
    object: *const (),
    args: M::Args,
    module: u32,
    lent: PhantomData<&'a ()>,
}

// SAFETY: it borrows the object and the arguments, which may be sent (the promise of `new`).
unsafe impl<M: Method, const ROOM: usize> Send for Request<'_, M, ROOM> {}

impl<'a, M: Method, const ROOM: usize> Request<'a, M, ROOM> {
    /// Creates a call that has not begun.
    ///
    /// # Safety
    /// `slot` is one of the table of `object` and follows the protocol of [`start`](crate::start).
    /// The object, and what the arguments borrow, may be used on any thread and live for `'a`.
    #[inline]
    pub unsafe fn new(slot: Slot<M::Args>, object: *const (), args: ArgsOf<'a, M>) -> Self {
        // SAFETY: the caller's promise.
        let args = unsafe { lent::<M>(args) };
        Self { slot, object, args, module: 0, lent: PhantomData }
    }

    /// Makes the call on behalf of the module with this number.
    pub const fn of(mut self, module: usize) -> Self {
        self.module = number(module);
        self
    }

    /// Makes the call when it is first polled, and waits until it has ended. Dropping this drops
    /// the other side's future.
    ///
    /// Rationale: the room is a local variable, so that it is created where it stays. As a part of
    /// a future that is moved to where it is awaited, it would be copied with its contents.
    #[inline]
    pub async fn entered(mut self) -> EnteredOf<M> {
        let call = pin!(Call::new());
        // What the call borrows is dropped after it.
        Entering { request: &mut self, call }.await
    }
}

/// The outcome of one poll of a call of this row.
type EnteredOf<M> = Entered<
    <<M as Method>::Answers as Answers>::Answer,
    <<M as Method>::Answers as Answers>::Fault,
>;

/// A [`Request`] that is awaited, and its call: only [`Request::entered`] combines them.
struct Entering<'r, 'a, M: Method, const ROOM: usize> {
    request: &'r mut Request<'a, M, ROOM>,
    call: Pin<&'r mut Call<M::Answers, ROOM>>,
}

impl<M: Method, const ROOM: usize> Future for Entering<'_, '_, M, ROOM> {
    type Output = EnteredOf<M>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { request, call } = self.get_mut();
        let mut reply = Reply::new();
        let asked = if call.suspended() {
            call.as_mut().resume_into(context, &mut reply)
        } else {
            let Request { slot, object, module, .. } = **request;
            let args = &raw const request.args;
            // SAFETY: the promise of `Request::new`. The arguments stay where they are, and what they
            // borrow lives, until the call is dropped: `entered` owns both, and drops the call first.
            unsafe {
                let slot = |frame| slot(object, args, frame);
                call.as_mut().enter_into(module, context, &mut reply, slot)
            }
        };
        match asked {
            Asked::Neutral => Poll::Ready(Entered::Neutral),
            Asked::Suspended(()) => Poll::Pending,
            Asked::Answered(()) => Poll::Ready(reply.take()),
        }
    }
}

/// Calls a slot that answers at once, on behalf of the module with this number (0 for none). A call
/// that does not answer at once is dropped, and has no answer.
///
/// # Safety
/// As for [`Request::new`].
pub unsafe fn ask_now<M: Method>(
    slot: Slot<M::Args>,
    object: *const (),
    module: usize,
    args: ArgsOf<'_, M>,
) -> EnteredOf<M> {
    // SAFETY: the caller's promise.
    let request = unsafe { Request::<'_, M, 1024>::new(slot, object, args) };
    let entered = pin!(request.of(module).entered());
    match entered.poll(&mut Context::from_waker(std::task::Waker::noop())) {
        Poll::Ready(entered) => entered,
        Poll::Pending => Entered::Pending,
    }
}
