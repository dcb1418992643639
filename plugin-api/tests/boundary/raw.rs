//! The frame and its parts as another language sees them: only by their C layout, as in `abi.snap`.

use std::ptr::{null, null_mut};

use hsmod_abi::{FfiWaker, Frame, Status};

/// The function that polls a call again or drops its future.
pub(crate) type Poller = hsmod_abi::Poll;

/// A waker.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct RawWaker {
    pub(crate) data: *const (),
    pub(crate) kind: *const (),
    pub(crate) table: *const RawWakerTable,
}

/// The functions of a waker.
#[repr(C)]
pub(crate) struct RawWakerTable {
    pub(crate) size: u32,
    pub(crate) minor: u32,
    pub(crate) clone: unsafe extern "C" fn(*const (), *const ()) -> RawWaker,
    pub(crate) wake_by_ref: unsafe extern "C" fn(*const (), *const ()),
    pub(crate) drop: unsafe extern "C" fn(*const (), *const ()),
}

// SAFETY: functions.
unsafe impl Sync for RawWakerTable {}

impl RawWaker {
    /// Wakes nobody.
    pub(crate) const NOBODY: Self = Self { data: null(), kind: null(), table: null() };
}

impl From<RawWaker> for FfiWaker {
    fn from(waker: RawWaker) -> Self {
        // SAFETY: the same three words.
        unsafe { std::mem::transmute(waker) }
    }
}

/// The layout of a [`Frame`].
#[repr(C)]
pub(crate) struct RawFrame {
    pub(crate) size: u32,
    pub(crate) out_size: u32,
    pub(crate) module: u32,
    pub(crate) flags: u32,
    pub(crate) context: *const (),
    pub(crate) waker: FfiWaker,
    pub(crate) poll: Option<Poller>,
    pub(crate) drop: Option<Poller>,
    pub(crate) data: *mut (),
    pub(crate) room: *mut (),
    pub(crate) capacity: usize,
    pub(crate) out: *mut (),
}

const _: () = assert!(size_of::<RawFrame>() == size_of::<Frame>());
const _: () = assert!(size_of::<RawWaker>() == size_of::<FfiWaker>());

impl RawFrame {
    /// The frame of a caller that vouches for nothing, wakes nothing and takes no answer.
    pub(crate) fn new(room: *mut (), capacity: usize) -> Self {
        Self {
            size: u32::try_from(size_of::<Self>()).unwrap(),
            out_size: 0,
            module: 7,
            flags: 0,
            context: null(),
            waker: RawWaker::NOBODY.into(),
            poll: None,
            drop: None,
            data: null_mut(),
            room,
            capacity,
            out: null_mut(),
        }
    }

    /// The address of the waker.
    pub(crate) fn waker(frame: *mut Frame) -> *mut FfiWaker {
        frame.wrapping_byte_add(std::mem::offset_of!(Self, waker)).cast()
    }
}

/// Answers a call as another language may: with a head of this size and kind, the body as far as
/// there is room, and a status.
///
/// # Safety
/// `frame` is lent. The body matches the kind, as far as the size says.
pub(crate) unsafe fn answer<T>(frame: *mut Frame, size: u32, kind: u32, body: T) -> Status {
    #[repr(C)]
    struct Whole<T> {
        size: u32,
        kind: u32,
        body: T,
    }
    let whole = std::mem::ManuallyDrop::new(Whole { size, kind, body });
    let raw: *mut RawFrame = frame.cast();
    // SAFETY: the caller's promise; no more is written than there is room for.
    unsafe {
        let length = size_of::<Whole<T>>().min((*raw).out_size as usize);
        (*raw).out.cast::<u8>().copy_from((&raw const whole).cast(), length);
    }
    Status::READY
}

/// The size of an answer whose body is a `T`.
pub(crate) fn size_with<T>() -> u32 {
    u32::try_from(8 + size_of::<T>()).unwrap()
}
