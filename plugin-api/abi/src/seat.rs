//! A seat: the frame of a call, and right behind it the room that it lends. Whoever keeps the seat
//! keeps the call, because what a suspended callee leaves behind lies in the frame.
//!
//! Rationale: most of a frame is the same for every call from one seat, so that little is written
//! when a call begins, and less when it is resumed.

use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::task;

use crate::answer::{Answers, Done, Entered, Fault};
use crate::call::{Asked, Reply};
use crate::frame::{Frame, ROOM_ALIGN, Status};
use crate::panic::Panic;
use crate::waker::exported;

/// A frame, and `ROOM` bytes for the other side's future. It stays where it is.
#[repr(C, align(16))]
pub(crate) struct Seat<const ROOM: usize> {
    frame: Frame,
    room: MaybeUninit<[u8; ROOM]>,
}

const _: () = assert!(align_of::<Seat<0>>() == ROOM_ALIGN && size_of::<Frame>() % ROOM_ALIGN == 0);

impl<const ROOM: usize> Seat<ROOM> {
    /// Makes the frame of a seat that nobody uses, as `lend` completes it; the room is not touched.
    /// Returns the frame.
    ///
    /// # Safety
    /// `seat` is a place for a seat, which stays where it is as long as the frame is used.
    #[inline]
    pub(crate) unsafe fn take(seat: *mut Self, lend: impl FnOnce(&mut Frame)) -> *mut Frame {
        // SAFETY: the caller's promise.
        unsafe {
            let mut frame = Frame::new((&raw mut (*seat).room).cast(), ROOM);
            lend(&mut frame);
            (&raw mut (*seat).frame).write(frame);
        }
        seat.cast()
    }
}

/// A call from a seat; all of it needs a frame made by [`Seat::take`], which stays where it is.
impl Frame {
    /// Makes it ready for another call.
    ///
    /// # Safety
    /// `frame` is that of a seat, on which no call is suspended.
    #[inline]
    pub(crate) unsafe fn prepare<A: Answers>(
        frame: *mut Self,
        context: &task::Context<'_>,
        reply: &mut Reply<A>,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            (*frame).lend(exported(context.waker()), reply.out());
            // Of an earlier call from this seat.
            ((*frame).poll, (*frame).drop, (*frame).data) = (None, None, null_mut());
        }
    }

    /// What the callee said. If that is [`Status::PENDING`], the frame keeps how the call goes on.
    ///
    /// # Safety
    /// `frame` is that of a seat, and a callee was given it.
    #[inline]
    pub(crate) unsafe fn asked<A: Answers>(
        frame: *const Self,
        status: Status,
        reply: &mut Reply<A>,
    ) -> Asked<()> {
        match status {
            Status::NEUTRAL => Asked::Neutral,
            // SAFETY: the caller's promise. Without a function nothing can be done with it: that is
            // not as the protocol has it.
            Status::PENDING if unsafe { (*frame).poll.is_some() } => Asked::Suspended(()),
            status => reply.answered(status, ()),
        }
    }

    /// Polls a suspended call again.
    ///
    /// # Safety
    /// `frame` is that of a seat, on which a call is suspended.
    #[inline]
    pub(crate) unsafe fn resume<A: Answers>(
        frame: *mut Self,
        context: &task::Context<'_>,
        reply: &mut Reply<A>,
    ) -> Asked<()> {
        // SAFETY: the caller's promise: the functions were left for just this. They were there, or
        // the call would not be suspended (`asked`).
        unsafe {
            (*frame).lend(exported(context.waker()), reply.out());
            let status = match (*frame).poll {
                Some(poll) => poll((*frame).data, frame),
                None => Status::PENDING,
            };
            Self::asked(frame, status, reply)
        }
    }

    /// Lets the other side drop the future of a suspended call. Returns the panic of that drop.
    ///
    /// # Safety
    /// As for [`Self::resume`]; afterwards it is not suspended any more.
    #[cold]
    #[inline(never)]
    pub(crate) unsafe fn cancel(frame: *mut Self) -> Option<Panic> {
        let mut reply = Reply::<Done<Nothing>>::new();
        // SAFETY: the caller's promise: the function was left for just this, and is called once.
        let asked = unsafe {
            (*frame).lend(exported(task::Waker::noop()), reply.out());
            let status = ((*frame).drop?)((*frame).data, frame);
            Self::asked(frame, status, &mut reply)
        };
        match asked {
            Asked::Answered(()) => match reply.take() {
                Entered::Panicked(panic) => Some(panic),
                _ => None,
            },
            _ => None,
        }
    }

    /// As [`Self::cancel`], where nobody waits any more: its panic goes to the hook, as every panic
    /// does, and to nobody else.
    ///
    /// # Safety
    /// As for [`Self::cancel`].
    #[cold]
    pub(crate) unsafe fn end(frame: *mut Self) {
        // SAFETY: the caller's promise.
        if let Some(panic) = unsafe { Self::cancel(frame) } {
            crate::panic::unheard(&panic);
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
