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
    /// What the caller lends for one call of a slot, of `poll` or of `drop`: the module, the waker,
    /// room for a future, and space for the answer.
    ///
    /// The callee writes `poll`, `drop` and `data` before it returns [`Status::PENDING`]; the
    /// caller passes them on in the frame of the next poll, which may be this one.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Frame {
        /// The size of this structure in the caller's version, in bytes.
        size: u32,
        /// The size of `out`, in bytes.
        out_size: u32,
        /// The number of the module that is called, as in its log records; 0 if it has none yet,
        /// and in calls by a module.
        pub(crate) module: u32,
        /// [`Frame::VOUCHED`], or nothing.
        flags: u32,
        /// Reserved: null. A callee asks the homeserver for the context of a call ([`Context`]).
        ///
        /// Rationale: if each poll carried the context, the callee would have to store it with each
        /// poll where its code finds it; this way only the code that asks for it pays.
        context: *const Context,
        pub(crate) waker: FfiWaker,
        pub(crate) poll: Option<unsafe extern "C" fn(*mut (), *mut Self) -> Status>,
        pub(crate) drop: Option<unsafe extern "C" fn(*mut (), *mut Self) -> Status>,
        pub(crate) data: *mut (),
        /// At least [`ROOM_MIN`] bytes, aligned to [`ROOM_ALIGN`]. It must stay in place until the
        /// future has ended.
        pub(crate) room: *mut (),
        pub(crate) capacity: usize,
        /// Aligned to 8; not initialised.
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
    /// The context of the call that a thread is running, as reported by the homeserver on request.
    #[repr(C)]
    #[derive(Clone, Copy, Debug)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Context {
        /// The size of this structure in its creator's version, in bytes. No more may be filled in.
        size: u32,
        /// [`Context::SAMPLED`], or nothing.
        pub flags: u32,
        /// The nanoseconds that are left of the call's time, at least 1; 0 for no limit.
        pub timeout_ns: u64,
        /// The trace that the call belongs to, as in W3C Trace Context; 0 for none.
        pub trace_id: [u8; 16],
        /// The span around the call, as in W3C Trace Context, or the homeserver's own number for
        /// it; 0 for none.
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
