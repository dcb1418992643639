//! The caller's side of a call: it lends the frame, keeps the state of a suspended callee, and
//! decodes the answer.

use std::marker::{PhantomData, PhantomPinned};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task;

use crate::answer::{Answer, Answers, Entered, Out, unreadable};
use crate::frame::{Frame, ROOM_MIN, Status};
use crate::panic::Panic;
use crate::seat::Seat;
use crate::waker::exported;

/// How far a call, or a series of calls, came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "there is no other way")]
pub enum Asked<At> {
    /// All answers were neutral.
    Neutral,
    /// The callee at this position is not ready.
    Suspended(At),
    /// The callee at this position gave another answer, or panicked; see the reply.
    Answered(At),
}

/// Space into which the other side writes its answer, unless that is the neutral one.
///
/// Rationale: it lies on the caller's stack and is decoded when it is taken, so that a call that is
/// neutral or not ready moves nothing. An answer that is not taken is leaked.
#[allow(missing_debug_implementations, reason = "a place on the stack")]
pub struct Reply<A: Answers> {
    /// Determines what was written to `out`.
    status: Status,
    out: Out<A::Raw>,
}

impl<A: Answers> Reply<A> {
    /// Creates an empty reply.
    #[inline]
    #[allow(clippy::new_without_default, reason = "a place to write to, not a value")]
    pub const fn new() -> Self {
        Self { status: Status::NEUTRAL, out: Out::new() }
    }

    /// Takes the answer; the reply is then empty again.
    #[cold]
    #[inline(never)]
    pub fn take(&mut self) -> Entered<A::Answer, A::Fault> {
        match std::mem::replace(&mut self.status, Status::NEUTRAL) {
            Status::NEUTRAL => Entered::Neutral,
            // SAFETY: written, says the status, and taken once.
            Status::READY => unsafe { self.out.take::<A>() },
            _ => Entered::Ready(unreadable::<A>("the status is not one of the protocol's")),
        }
    }

    /// The outcome of a call whose answer was left here.
    fn entered(&mut self, asked: Asked<()>) -> Entered<A::Answer, A::Fault> {
        match asked {
            Asked::Neutral => Entered::Neutral,
            Asked::Suspended(()) => Entered::Pending,
            Asked::Answered(()) => self.take(),
        }
    }

    /// Records that the callee wrote an answer.
    #[inline]
    pub(crate) fn answered<At>(&mut self, status: Status, at: At) -> Asked<At> {
        self.status = status;
        Asked::Answered(at)
    }

    /// The pointer to the space, and its size.
    #[inline]
    pub(crate) const fn out(&mut self) -> (*mut Answer, usize) {
        ((&raw mut self.out).cast(), size_of::<Out<A::Raw>>())
    }
}

/// One call across the boundary with `ROOM` bytes for the other side's future.
///
/// Rationale for the layout: the room comes last and is never written here, so that a call which
/// is ready at once touches the head only.
#[repr(C)]
#[allow(missing_debug_implementations, reason = "it shows nothing")]
pub struct Call<A, const ROOM: usize> {
    suspended: bool,
    answer: PhantomData<fn() -> A>,
    pinned: PhantomPinned,
    /// Made when the call begins.
    seat: MaybeUninit<Seat<ROOM>>,
}

// SAFETY: it holds nothing, or a future of the other side, which `start` demands to be `Send`.
unsafe impl<A, const ROOM: usize> Send for Call<A, ROOM> {}

impl<A: Answers, const ROOM: usize> Call<A, ROOM> {
    /// Creates a call that has not begun.
    #[inline]
    #[allow(clippy::new_without_default, reason = "a call is begun, not defaulted")]
    pub const fn new() -> Self {
        const { assert!(ROOM >= ROOM_MIN, "every caller promises as much room") };
        let seat = MaybeUninit::uninit();
        Self { suspended: false, answer: PhantomData, pinned: PhantomPinned, seat }
    }

    /// Whether the other side has not finished.
    #[inline]
    pub const fn suspended(&self) -> bool {
        self.suspended
    }

    /// Begins the call: `enter` calls a slot of the other side with the frame.
    ///
    /// # Panics
    /// If the call is suspended.
    ///
    /// # Safety
    /// `enter` calls a slot that follows the protocol of [`start`](crate::start), with exactly this
    /// frame; what it borrows outlives `self`.
    #[inline]
    pub unsafe fn enter(
        self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
        enter: impl FnOnce(*mut Frame) -> Status,
    ) -> Entered<A::Answer, A::Fault> {
        let mut reply = Reply::new();
        // SAFETY: the caller's promise.
        let asked = unsafe { self.enter_into(0, context, &mut reply, enter) };
        reply.entered(asked)
    }

    /// [`Self::enter`] on behalf of the module with this number, with the answer left in `reply`.
    ///
    /// # Panics
    /// If the call is suspended.
    ///
    /// # Safety
    /// As for [`Self::enter`].
    #[inline]
    pub(crate) unsafe fn enter_into(
        self: Pin<&mut Self>,
        module: u32,
        context: &mut task::Context<'_>,
        reply: &mut Reply<A>,
        enter: impl FnOnce(*mut Frame) -> Status,
    ) -> Asked<()> {
        // SAFETY: nothing is moved out of the call.
        let this = unsafe { self.get_unchecked_mut() };
        assert!(!this.suspended, "a call was begun twice");
        // SAFETY: it is pinned, and nobody uses the seat; the caller's promise.
        let asked = unsafe {
            let frame = Seat::take(this.seat.as_mut_ptr(), |frame| {
                frame.module = module;
                frame.lend(exported(context.waker()), reply.out());
            });
            Frame::asked(frame, enter(frame), reply)
        };
        this.suspended = asked == Asked::Suspended(());
        asked
    }

    /// Polls a suspended call again.
    ///
    /// # Panics
    /// If the call is not suspended.
    pub fn resume(
        self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
    ) -> Entered<A::Answer, A::Fault> {
        let mut reply = Reply::new();
        let asked = self.resume_into(context, &mut reply);
        reply.entered(asked)
    }

    /// [`Self::resume`] with the answer left in `reply`.
    ///
    /// # Panics
    /// If the call is not suspended.
    #[inline]
    pub(crate) fn resume_into(
        self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
        reply: &mut Reply<A>,
    ) -> Asked<()> {
        // SAFETY: nothing is moved out of the call.
        let this = unsafe { self.get_unchecked_mut() };
        if !this.suspended {
            not_suspended();
        }
        // SAFETY: it is suspended, with this frame.
        let asked = unsafe { Frame::resume(this.frame(), context, reply) };
        this.suspended = asked == Asked::Suspended(());
        asked
    }

    /// Ends a suspended call: the other side drops its future. Returns the panic of that drop, if
    /// any.
    pub fn cancel(self: Pin<&mut Self>) -> Option<Panic> {
        // SAFETY: nothing is moved out of the call.
        let this = unsafe { self.get_unchecked_mut() };
        if !std::mem::replace(&mut this.suspended, false) {
            return None;
        }
        // SAFETY: it was suspended, with this frame.
        unsafe { Frame::cancel(this.frame()) }
    }
}

#[cold]
#[inline(never)]
pub(crate) fn not_suspended() -> ! {
    panic!("a call that is not suspended was resumed")
}

impl<A, const ROOM: usize> Call<A, ROOM> {
    const fn frame(&mut self) -> *mut Frame {
        self.seat.as_mut_ptr().cast()
    }
}

impl<A, const ROOM: usize> Drop for Call<A, ROOM> {
    #[inline]
    fn drop(&mut self) {
        if self.suspended {
            // SAFETY: it is suspended, with this frame, and not used afterwards.
            unsafe { Frame::end(self.frame()) };
        }
    }
}
