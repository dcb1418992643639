//! A seat: the frame of a call, followed by the room that it lends. The owner of the seat owns the
//! call, because the state of a suspended callee lies in the frame.
//!
//! Rationale: most of a frame is the same for every call from one seat, so little has to be written
//! when a call begins, and less when it is resumed.

use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::task;

use crate::answer::{Answers, Done, Entered, Fault};
use crate::call::{Asked, Reply};
use crate::frame::{Frame, ROOM_ALIGN, Status};
use crate::panic::Panic;
use crate::waker::exported;

/// A frame, and `ROOM` bytes for the other side's future. It must not be moved.
#[repr(C, align(16))]
pub(crate) struct Seat<const ROOM: usize> {
    frame: Frame,
    room: MaybeUninit<[u8; ROOM]>,
}

const _: () = assert!(align_of::<Seat<0>>() == ROOM_ALIGN && size_of::<Frame>() % ROOM_ALIGN == 0);

impl<const ROOM: usize> Seat<ROOM> {
    /// Initialises the frame of an unused seat, with `lend` to complete it; the room is not
    /// touched. Returns the frame.
    ///
    /// # Safety
    /// `seat` is the memory of a seat, which stays in place as long as the frame is used.
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

/// The calls from a seat. All functions need a frame made by [`Seat::take`], which stays in place.
impl Frame {
    /// Prepares the frame for another call.
    ///
    /// # Safety
    /// `frame` is that of a seat on which no call is suspended.
    #[inline]
    pub(crate) unsafe fn prepare<A: Answers>(
        frame: *mut Self,
        context: &task::Context<'_>,
        reply: &mut Reply<A>,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            (*frame).lend(exported(context.waker()), reply.out());
            // These belong to an earlier call from this seat.
            ((*frame).poll, (*frame).drop, (*frame).data) = (None, None, null_mut());
        }
    }

    /// Interprets the status of the callee. With [`Status::PENDING`], the frame holds the functions
    /// to continue.
    ///
    /// # Safety
    /// `frame` is that of a seat, and was passed to a callee.
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
    /// `frame` is that of a seat on which a call is suspended.
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

    /// Lets the other side drop the future of a suspended call. Returns the panic of that drop, if
    /// any.
    ///
    /// # Safety
    /// As for [`Self::resume`]; afterwards the call is not suspended any more.
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

    /// [`Self::cancel`] where no caller waits any more: a panic of the drop goes to the panic hook and
    /// the log only.
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

/// The answer to a drop; only a panic is of interest.
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
