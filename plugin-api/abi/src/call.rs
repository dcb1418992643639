//! The caller's side of one call: it lends the frame, keeps what a suspended callee left, and
//! decodes what came back.

use std::marker::{PhantomData, PhantomPinned};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task;

use crate::answer::{Answers, Done, Entered, Fault, Out, unreadable};
use crate::frame::{Frame, Poll, ROOM_ALIGN, ROOM_MIN, Status};
use crate::panic::Panic;
use crate::waker::exported;

/// How far a call came: where it stopped, unless it went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "there is no other way")]
pub enum Asked<At> {
    /// The answer is the neutral one; all gave it if there were several.
    Neutral,
    /// The one here is not ready.
    Suspended(At),
    /// The one here answered something else, or panicked: it stands in the reply.
    Answered(At),
}

/// Where the other side writes what it answers, unless that is the neutral answer.
///
/// Rationale: it lies on the caller's stack and is decoded when it is taken, so that nothing is
/// moved for a call that is neutral or not ready. What nobody takes is leaked.
#[allow(missing_debug_implementations, reason = "a place on the stack")]
pub struct Reply<A: Answers> {
    /// What was written follows from it.
    status: Status,
    out: Out<A::Raw>,
}

impl<A: Answers> Reply<A> {
    /// Nothing was written yet.
    #[inline]
    #[allow(clippy::new_without_default, reason = "a place to write to, not a value")]
    pub const fn new() -> Self {
        Self { status: Status::NEUTRAL, out: Out::new() }
    }

    /// What was written; afterwards it is empty again.
    #[cold]
    #[inline(never)]
    pub fn take(&mut self) -> Entered<A::Answer, A::Fault> {
        match std::mem::replace(&mut self.status, Status::NEUTRAL) {
            Status::NEUTRAL => Entered::Neutral,
            // SAFETY: written, says the status, and taken once.
            Status::READY => unsafe { self.out.take::<A>() },
            _ => Entered::Ready(unreadable::<A>("the status is none of the protocol")),
        }
    }

    /// The callee said so: something was written.
    #[inline]
    pub(crate) fn answered<At>(&mut self, status: Status, at: At) -> Asked<At> {
        self.status = status;
        Asked::Answered(at)
    }

    #[inline]
    fn frame(&mut self, module: u32, context: &task::Context<'_>, room: (*mut (), usize)) -> Frame {
        let out = ((&raw mut self.out).cast(), size_of::<Out<A::Raw>>());
        Frame::new(module, exported(context.waker()), room, out)
    }
}

/// What a suspended callee left in the frame.
#[derive(Clone, Copy)]
struct Left {
    poll: Poll,
    drop: Option<Poll>,
    data: *mut (),
    /// Whose it is.
    module: u32,
}

/// One call across the boundary with `ROOM` bytes for the other side's future.
///
/// Rationale for the layout: the room comes last and is never written here, so that a call which
/// is ready at once touches the head only.
#[repr(C)]
#[allow(missing_debug_implementations, reason = "it shows nothing")]
pub struct Call<A, const ROOM: usize> {
    left: Option<Left>,
    answer: PhantomData<fn() -> A>,
    pinned: PhantomPinned,
    room: MaybeUninit<Room<ROOM>>,
}

#[repr(C, align(16))]
struct Room<const ROOM: usize>([u8; ROOM]);

const _: () = assert!(align_of::<Room<0>>() == ROOM_ALIGN);

// SAFETY: it holds nothing, or a future of the other side, which `start` demands to be `Send`.
unsafe impl<A, const ROOM: usize> Send for Call<A, ROOM> {}

impl<A: Answers, const ROOM: usize> Call<A, ROOM> {
    /// A call that has not begun.
    #[inline]
    #[allow(clippy::new_without_default, reason = "a call is begun, not defaulted")]
    pub const fn new() -> Self {
        const { assert!(ROOM >= ROOM_MIN, "every caller promises as much room") };
        Self { left: None, answer: PhantomData, pinned: PhantomPinned, room: MaybeUninit::uninit() }
    }

    /// Whether the other side has not finished.
    #[inline]
    pub const fn suspended(&self) -> bool {
        self.left.is_some()
    }

    const fn room(&mut self) -> (*mut (), usize) {
        ((&raw mut self.room).cast(), ROOM)
    }

    /// Begins: `enter` calls a slot of the other side with the frame.
    ///
    /// # Panics
    /// If the call is suspended.
    ///
    /// # Safety
    /// `enter` calls a slot that keeps to the protocol of [`start`](crate::start), with just this
    /// frame; what it borrows outlives `self`.
    #[inline]
    pub unsafe fn enter(
        self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
        enter: impl FnOnce(*mut Frame) -> Status,
    ) -> Entered<A::Answer, A::Fault> {
        let mut reply = Reply::new();
        // SAFETY: the caller's promise.
        match unsafe { self.enter_into(0, context, &mut reply, enter) } {
            Asked::Neutral => Entered::Neutral,
            Asked::Suspended(()) => Entered::Pending,
            Asked::Answered(()) => reply.take(),
        }
    }

    /// As [`Self::enter`], of the module of this number, with the answer left in `reply`.
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
        let mut frame = this.frame(module, context, reply);
        match enter(&raw mut frame) {
            Status::NEUTRAL => Asked::Neutral,
            Status::PENDING => this.suspend(&frame, reply, ()),
            status => reply.answered(status, ()),
        }
    }

    /// The frame with which a call begins.
    ///
    /// # Panics
    /// If the call is suspended.
    #[inline]
    pub(crate) fn frame(
        &mut self,
        module: u32,
        context: &task::Context<'_>,
        reply: &mut Reply<A>,
    ) -> Frame {
        assert!(self.left.is_none(), "a call was begun twice");
        reply.frame(module, context, self.room())
    }

    /// Keeps what the callee left in the frame.
    #[inline]
    pub(crate) fn suspend<At>(&mut self, frame: &Frame, reply: &mut Reply<A>, at: At) -> Asked<At> {
        let Some(poll) = frame.poll else {
            // Not as the protocol has it: nothing can be done with it.
            return reply.answered(Status::PENDING, at);
        };
        self.left = Some(Left { poll, drop: frame.drop, data: frame.data, module: frame.module });
        Asked::Suspended(at)
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
        match self.resume_into(context, &mut reply) {
            Asked::Neutral => Entered::Neutral,
            Asked::Suspended(()) => Entered::Pending,
            Asked::Answered(()) => reply.take(),
        }
    }

    /// As [`Self::resume`], with the answer left in `reply`.
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
        let Some(left) = this.left else { panic!("a call that is not suspended was resumed") };
        let mut frame = reply.frame(left.module, context, this.room());
        // A callee need not write what stays as it was.
        (frame.poll, frame.drop, frame.data) = (Some(left.poll), left.drop, left.data);
        // SAFETY: it was left for just this, and its future has not ended.
        let status = unsafe { (left.poll)(left.data, &raw mut frame) };
        if status == Status::PENDING {
            return this.suspend(&frame, reply, ());
        }
        this.left = None;
        if status == Status::NEUTRAL {
            return Asked::Neutral;
        }
        reply.answered(status, ())
    }

    /// Ends a suspended call: the other side drops its future. Returns the panic of that drop.
    pub fn cancel(self: Pin<&mut Self>) -> Option<Panic> {
        // SAFETY: nothing is moved out of the call.
        unsafe { self.get_unchecked_mut() }.drop_future()
    }
}

impl<A, const ROOM: usize> Call<A, ROOM> {
    #[cold]
    #[inline(never)]
    fn drop_future(&mut self) -> Option<Panic> {
        let left = self.left.take()?;
        let mut reply = Reply::<Done<Nothing>>::new();
        let context = task::Context::from_waker(task::Waker::noop());
        let mut frame = reply.frame(left.module, &context, ((&raw mut self.room).cast(), ROOM));
        // SAFETY: it was left for just this, and is called once.
        reply.status = unsafe { (left.drop?)(left.data, &raw mut frame) };
        match reply.take() {
            Entered::Panicked(panic) => Some(panic),
            _ => None,
        }
    }
}

/// Of a drop nothing but a panic is looked at.
struct Nothing;

impl Fault for Nothing {
    fn into_raw(self) -> crate::RawError {
        crate::RawError::new(0, "")
    }

    fn from_raw(_: crate::RawError) -> Self {
        Self
    }

    fn unreadable(_: &dyn std::fmt::Display) -> Self {
        Self
    }
}

impl<A, const ROOM: usize> Drop for Call<A, ROOM> {
    #[inline]
    fn drop(&mut self) {
        if self.left.is_some() {
            self.end();
        }
    }
}

impl<A, const ROOM: usize> Call<A, ROOM> {
    /// Ends a suspended call for which nobody waits any more: its panic goes to the hook, as every
    /// panic does, and to nobody else.
    #[cold]
    pub(crate) fn end(&mut self) {
        if let Some(panic) = self.drop_future() {
            crate::panic::unheard(&panic);
        }
    }
}
