//! The other side, as in another image: a second copy of the waker code, whose tables lie
//! elsewhere, and frames that are accessed only by their C layout.
//!
//! Within one image a waker is recognised and passed through; how a plugin in a shared library
//! handles a homeserver's waker shows only with a second copy of the code.

use std::future::Future;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use hsmod_abi::{FfiWaker, Frame, MINOR, ROOM_ALIGN, Status, start};
use hsmod_plugin_api::values::ModuleError;
use hsmod_plugin_api::values::answer::Returns;

use crate::raw::{Poller, RawFrame};

/// The parts of the crate that the copies below need.
pub(crate) mod owned {
    pub(crate) use hsmod_abi::OwnedStr;
}
#[path = "../../abi/src/panic.rs"]
#[allow(dead_code, unreachable_pub, reason = "a copy of which only a part is needed")]
mod panic;
#[path = "../../abi/src/waker.rs"]
#[allow(dead_code, unreachable_pub, reason = "a copy of which only a part is needed")]
mod waker;

/// Runs `body` with the context that this image creates from a waker of another image.
///
/// # Safety
/// `waker` is lent for the duration of the call.
pub(crate) unsafe fn with_context<R>(
    waker: *const FfiWaker,
    again: bool,
    body: impl FnOnce(&mut Context<'_>) -> R,
) -> R {
    // SAFETY: the caller's promise; the C form of a waker is the same in both copies.
    unsafe { waker::with_context(waker.cast(), again, body) }
}

/// Lends `waker` once, in this image's form.
pub(crate) fn lend<R>(waker: &Waker, body: impl FnOnce(*const FfiWaker) -> R) -> R {
    let lent = waker::exported(waker);
    body((&raw const lent).cast())
}

/// A future of this image; boxed before allocations are counted.
pub(crate) type Task = Box<Pin<Box<dyn Future<Output = ()> + Send>>>;

pub(crate) fn task(future: impl Future<Output = ()> + Send + 'static) -> Task {
    Box::new(Box::pin(future))
}

/// Puts `waker` into a frame, in this image's form, while `body` runs.
///
/// # Safety
/// The frame is lent.
pub(crate) unsafe fn relay<R>(frame: *mut Frame, waker: &Waker, body: impl FnOnce() -> R) -> R {
    let place: *mut FfiWaker = RawFrame::waker(frame);
    lend(waker, |lent| {
        // SAFETY: the caller's promise.
        let before = unsafe { place.replace(*lent) };
        let result = body();
        // SAFETY: as above.
        unsafe { place.write(before) };
        result
    })
}

/// The callee: polls `task` as a callback of this image.
///
/// # Safety
/// As for [`start`].
pub(crate) unsafe fn callee(frame: *mut Frame, task: Task) -> Status {
    let raw: *mut RawFrame = frame.cast();
    let task: *mut () = Box::into_raw(task).cast();
    // SAFETY: the frame is lent; the task was just made.
    unsafe {
        (*raw).poll = Some(poll_task);
        (*raw).drop = Some(drop_task);
        (*raw).data = task;
        poll_once(task, frame, false)
    }
}

unsafe extern "C" fn poll_task(task: *mut (), frame: *mut Frame) -> Status {
    // SAFETY: the caller's promise, handed on.
    unsafe { poll_once(task, frame, true) }
}

/// # Safety
/// `task` is one that [`callee`] left in a frame; `frame` is lent for the duration of this call.
unsafe fn poll_once(task: *mut (), frame: *mut Frame, again: bool) -> Status {
    let future: *mut Pin<Box<dyn Future<Output = ()> + Send>> = task.cast();
    let waker = RawFrame::waker(frame);
    // SAFETY: the waker is lent for the time of this call; the task is alive and not polled twice.
    let polled = unsafe { with_context(waker, again, |context| (*future).as_mut().poll(context)) };
    match polled {
        Poll::Pending => Status::PENDING,
        // SAFETY: the task has finished, and nobody uses it again.
        Poll::Ready(()) => unsafe { drop_task(task, frame) },
    }
}

unsafe extern "C" fn drop_task(task: *mut (), _: *mut Frame) -> Status {
    // SAFETY: `callee` made it of a box; called once for each task.
    drop(unsafe { Task::from_raw(task.cast()) });
    Status::NEUTRAL
}

/// The caller: one call of a callback by a homeserver of this image.
pub(crate) struct Caller {
    room: *mut Room,
    left: Option<(Poller, Poller, *mut ())>,
}

#[repr(C, align(16))]
struct Room(MaybeUninit<[u8; 1024]>);

const _: () = assert!(align_of::<Room>() == ROOM_ALIGN);

impl Caller {
    pub(crate) fn new() -> Self {
        let room = Box::into_raw(Box::new(Room(MaybeUninit::uninit())));
        Self { room, left: None }
    }

    /// Begins a call whose other side, in the image of `hsmod_plugin_api`, builds the future of
    /// `make`; returns whether it is ready.
    pub(crate) fn enter<F>(&mut self, waker: &Waker, make: impl FnOnce() -> F) -> bool
    where
        F: Future<Output = Result<(), ModuleError>> + Send + 'static,
    {
        // SAFETY: the room is free and stays where it is; the future is `'static`.
        self.polled(waker, |frame| unsafe { start::<(), _, Returns<()>>(frame.cast(), |_| make()) })
    }

    /// Polls again; returns whether the future is ready.
    pub(crate) fn resume(&mut self, waker: &Waker) -> bool {
        let (poll, _, data) = self.left.expect("a suspended call");
        // SAFETY: `start` left a future there, with the function that polls it.
        self.polled(waker, |frame| unsafe { poll(data, frame.cast()) })
    }

    fn polled(&mut self, waker: &Waker, poll: impl FnOnce(*mut RawFrame) -> Status) -> bool {
        let mut frame = RawFrame::new(self.room.cast(), size_of::<Room>());
        if let Some((poll, drop, data)) = self.left {
            (frame.poll, frame.drop, frame.data) = (Some(poll), Some(drop), data);
        }
        let status = lend(waker, |waker| {
            // SAFETY: lent for the time of this call.
            frame.waker = unsafe { *waker };
            poll(&raw mut frame)
        });
        assert!(matches!(status, Status::NEUTRAL | Status::PENDING), "{status:?}");
        self.left = (status == Status::PENDING).then(|| {
            (frame.poll.expect("how to go on"), frame.drop.expect("how to give up"), frame.data)
        });
        self.left.is_none()
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        if let Some((_, drop, data)) = self.left {
            let mut frame = RawFrame::new(self.room.cast(), size_of::<Room>());
            // SAFETY: a suspended future was left; it is dropped once, here.
            unsafe { drop(data, (&raw mut frame).cast()) };
        }
        // SAFETY: `new` made it of a box; the future in it is gone.
        drop(unsafe { Box::from_raw(self.room) });
    }
}
