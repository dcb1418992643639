//! The frame that the caller of a slot lends for one call.

use std::ptr::{null, null_mut};

use crate::answer::Answer;
use crate::waker::FfiWaker;

/// The outcome of a call. A plain number, because later versions may add values.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct Status(i32);

impl Status {
    /// Ready with the neutral answer; `out` was not written.
    pub const NEUTRAL: Self = Self(0);
    /// Ready; `out` was written.
    pub const READY: Self = Self(1);
    /// Not ready; the frame contains the functions to continue. After any other status the callee
    /// holds nothing.
    pub const PENDING: Self = Self(2);

    /// The number that crosses.
    #[cfg(feature = "describe")]
    #[allow(clippy::cast_sign_loss, reason = "none of them is negative")]
    pub const fn number(self) -> u32 {
        self.0 as u32
    }
}

/// A function of an interface: `object` is the object that it belongs to, `args` are those of its
/// row.
pub type Slot<Args> =
    unsafe extern "C" fn(object: *const (), args: *const Args, frame: *mut Frame) -> Status;

/// The function that polls a call that was not ready, or drops its future.
pub type Poll = unsafe extern "C" fn(data: *mut (), frame: *mut Frame) -> Status;

crate::structure! {
    /// What the caller lends for one call of a slot, of `poll` or of `drop`: to whom, what to wake,
    /// room for a future, and where the answer goes.
    ///
    /// `poll`, `drop` and `data` are written by the callee before it says [`Status::PENDING`]; the caller
    /// gives them back in the frame of the next poll, which may be this one.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Frame {
        /// In bytes: what of this structure the caller knows.
        size: u32,
        /// How many bytes `out` has.
        out_size: u32,
        /// The number of the module that is called, as its log records bear it; 0 if it has none yet,
        /// and where a module calls.
        pub(crate) module: u32,
        /// [`Frame::VOUCHED`], or nothing.
        flags: u32,
        /// Reserved: null. What a call is part of is asked of the homeserver ([`Context`]).
        ///
        /// Rationale: a callee that is told with each poll has to note it where its code finds it, with
        /// each poll; what it asks for costs those that ask.
        context: *const Context,
        pub(crate) waker: FfiWaker,
        pub(crate) poll: Option<unsafe extern "C" fn(*mut (), *mut Self) -> Status>,
        pub(crate) drop: Option<unsafe extern "C" fn(*mut (), *mut Self) -> Status>,
        pub(crate) data: *mut (),
        /// [`ROOM_MIN`] bytes or more, aligned to [`ROOM_ALIGN`]. It stays where it is until the
        /// future has ended.
        pub(crate) room: *mut (),
        pub(crate) capacity: usize,
        /// Aligned to 8; what is there is not initialised.
        pub(crate) out: *mut Answer,
    }
}

/// Alignment of the room of a [`Frame`]; a future that needs more is boxed.
pub const ROOM_ALIGN: usize = 16;

/// The least room that every caller provides; a future that is no larger always fits.
pub const ROOM_MIN: usize = 192;

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Frame>() == 96);

impl Frame {
    /// The caller's values were made by Rust: texts are valid UTF-8, structures have at least the
    /// required size. Without this flag the callee checks all of them first.
    pub const VOUCHED: u32 = 1;

    /// Creates a frame with this room, which lends nothing else yet.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "it has some hundred bytes")]
    pub(crate) const fn new(room: *mut (), capacity: usize) -> Self {
        Self {
            size: size_of::<Self>() as u32,
            out_size: 0,
            module: 0,
            flags: Self::VOUCHED,
            context: null(),
            waker: FfiWaker::NOBODY,
            poll: None,
            drop: None,
            data: null_mut(),
            room,
            capacity,
            out: null_mut(),
        }
    }

    /// Sets the parts that differ with each call: the waker, and the space for the answer.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "answers have some hundred bytes at most")]
    pub(crate) const fn lend(&mut self, waker: FfiWaker, (out, out_size): (*mut Answer, usize)) {
        self.waker = waker;
        self.out = out;
        self.out_size = out_size as u32;
    }

    /// Whether the caller vouches for what it lends.
    #[inline]
    pub(crate) const fn vouched(&self) -> bool {
        self.flags & Self::VOUCHED != 0
    }

    /// The number of the module that is called; 0 for none.
    #[inline]
    pub const fn module(&self) -> u32 {
        self.module
    }

    pub(crate) const fn out_size(&self) -> usize {
        self.out_size as usize
    }
}

crate::structure! {
    /// What the call is part of that a thread is in, as the homeserver tells who asks.
    #[repr(C)]
    #[derive(Clone, Copy, Debug)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Context {
        /// In bytes: what of this structure its maker knows. Whoever fills it in writes no more.
        size: u32,
        /// [`Context::SAMPLED`], or nothing.
        pub flags: u32,
        /// Nanoseconds that are left of the call's time, at least 1; 0 for no limit.
        pub timeout_ns: u64,
        /// The trace that the call is part of, as W3C Trace Context has it; 0 for none.
        pub trace_id: [u8; 16],
        /// The span around the call, in the same sense, or the homeserver's own number for it; 0 for
        /// none.
        pub span_id: u64,
    }
}

impl Context {
    /// The trace is recorded, as by the flag with this number in W3C Trace Context.
    pub const SAMPLED: u32 = 1;

    /// An empty context, to be filled in.
    #[allow(clippy::cast_possible_truncation, reason = "it has 40 bytes")]
    pub const NONE: Self = Self {
        size: size_of::<Self>() as u32,
        flags: 0,
        timeout_ns: 0,
        trace_id: [0; 16],
        span_id: 0,
    };
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Context>() == 40);
