//! One call of a slot whose arguments the caller keeps as long as it lasts: a request, or a step
//! of a module's life.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::answer::{Answers, Entered};
use crate::call::{Asked, Call, Reply};
use crate::callback::number;
use crate::frame::Slot;
use crate::serve::{ArgsOf, Method, lent};

/// A call of one row that has not begun, and will have `ROOM` bytes for the other side's future.
///
/// Rationale: it is small, so that it may be moved to where it is awaited; the room is there only.
#[must_use = "nothing is done before it is awaited"]
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
    /// A call that has not begun.
    ///
    /// # Safety
    /// `slot` is one of the table of `object` that keeps to the protocol of
    /// [`start`](crate::start). The object, and what the arguments borrow, may be used on any
    /// thread and live for `'a`.
    #[inline]
    pub unsafe fn new(slot: Slot<M::Args>, object: *const (), args: ArgsOf<'a, M>) -> Self {
        // SAFETY: the caller's promise.
        let args = unsafe { lent::<M>(args) };
        Self { slot, object, args, module: 0, lent: PhantomData }
    }

    /// It is a call of the module of this number.
    pub const fn of(mut self, module: usize) -> Self {
        self.module = number(module);
        self
    }
}

impl<'a, M: Method, const ROOM: usize> IntoFuture for Request<'a, M, ROOM> {
    type Output = <Requested<'a, M, ROOM> as Future>::Output;
    type IntoFuture = Requested<'a, M, ROOM>;

    #[inline]
    fn into_future(self) -> Requested<'a, M, ROOM> {
        let Self { slot, object, args, module, lent } = self;
        Requested { slot: Some(slot), object, args, module, lent, call: Call::new() }
    }
}

/// A [`Request`] that is awaited. It begins when it is first polled; dropped, it drops the other
/// side's future.
#[repr(C)]
#[must_use = "nothing is done before it is awaited"]
#[allow(missing_debug_implementations, reason = "it shows nothing")]
pub struct Requested<'a, M: Method, const ROOM: usize> {
    /// Until it has begun.
    slot: Option<Slot<M::Args>>,
    object: *const (),
    args: M::Args,
    module: u32,
    lent: PhantomData<&'a ()>,
    call: Call<M::Answers, ROOM>,
}

// SAFETY: as for `Request`.
unsafe impl<M: Method, const ROOM: usize> Send for Requested<'_, M, ROOM> {}

impl<M: Method, const ROOM: usize> Future for Requested<'_, M, ROOM> {
    type Output = Entered<<M::Answers as Answers>::Answer, <M::Answers as Answers>::Fault>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: `call` and the arguments stay where they are; the others are not pinned.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above.
        let call = unsafe { Pin::new_unchecked(&mut this.call) };
        let mut reply = Reply::new();
        let asked = match this.slot.take() {
            // SAFETY: the promise of `Request::new`; the arguments are pinned with the call.
            Some(slot) => unsafe {
                call.enter_into(this.module, context, &mut reply, |frame| {
                    slot(this.object, &raw const this.args, frame)
                })
            },
            None => call.resume_into(context, &mut reply),
        };
        match asked {
            Asked::Neutral => Poll::Ready(Entered::Neutral),
            Asked::Suspended(()) => Poll::Pending,
            Asked::Answered(()) => Poll::Ready(reply.take()),
        }
    }
}

/// Calls a slot that answers at once, perhaps of the module of a number. One that does not is given up,
/// and has no answer.
///
/// # Safety
/// As for [`Request::new`].
pub unsafe fn ask_now<M: Method>(
    slot: Slot<M::Args>,
    object: *const (),
    module: usize,
    args: ArgsOf<'_, M>,
) -> Entered<<M::Answers as Answers>::Answer, <M::Answers as Answers>::Fault> {
    // SAFETY: the caller's promise.
    let request = unsafe { Request::<'_, M, 1024>::new(slot, object, args) };
    let request = std::pin::pin!(request.of(module).into_future());
    match request.poll(&mut Context::from_waker(std::task::Waker::noop())) {
        Poll::Ready(entered) => entered,
        Poll::Pending => Entered::Pending,
    }
}
