//! The other side as another image has it: its own copy of the waker code, whose tables lie
//! elsewhere, and slots by their C layout alone.
//!
//! Within one image a waker is recognised and handed through; what a plugin in a shared library
//! does with a homeserver's waker is seen only with a second copy of the code.

use std::future::Future;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use hsmod_plugin_api::boundary::{
    FfiWaker, FutureSlot, Out, PanicReport, ROOM_ALIGN, Status, start,
};
use hsmod_plugin_api::values::ModuleError;

#[path = "../../src/boundary/panic.rs"]
#[allow(dead_code, unreachable_pub, reason = "a copy of which only a part is needed")]
mod panic;
#[path = "../../src/boundary/waker.rs"]
#[allow(dead_code, unreachable_pub, reason = "a copy of which only a part is needed")]
mod waker;

type Poller =
    unsafe extern "C" fn(*mut FutureSlot, *const FfiWaker, *mut (), *mut PanicReport) -> Status;
type Dropper = unsafe extern "C" fn(*mut FutureSlot, *mut PanicReport) -> Status;

/// The head of a [`FutureSlot`], as `abi.snap` shows it.
#[repr(C)]
struct Head {
    poll: Option<Poller>,
    drop: Option<Dropper>,
    data: *mut (),
    capacity: usize,
}

const _: () = assert!(size_of::<Head>() == size_of::<FutureSlot>());

/// Runs `body` with the context that this image makes of a waker of another one.
///
/// # Safety
/// `waker` is lent for the time of the call.
pub(crate) unsafe fn with_context<R>(
    waker: *const FfiWaker,
    again: bool,
    body: impl FnOnce(&mut Context<'_>) -> R,
) -> R {
    // SAFETY: the caller's promise; the C form of a waker is the same in both copies.
    unsafe { waker::with_context(waker.cast(), again, body) }
}

/// Lends `waker` once, as this image does it.
pub(crate) fn lend<R>(waker: &Waker, body: impl FnOnce(*const FfiWaker) -> R) -> R {
    let lent = waker::exported(waker);
    body((&raw const lent).cast())
}

/// A future of this image; boxed before anybody counts allocations.
pub(crate) type Task = Box<Pin<Box<dyn Future<Output = ()> + Send>>>;

pub(crate) fn task(future: impl Future<Output = ()> + Send + 'static) -> Task {
    Box::new(Box::pin(future))
}

/// The callee: polls `task` as a callback of this image.
///
/// # Safety
/// As for [`start`].
pub(crate) unsafe fn callee(slot: *mut FutureSlot, waker: *const FfiWaker, task: Task) -> Status {
    let head: *mut Head = slot.cast();
    // SAFETY: the slot is empty and the caller's to lend (its promise); `poll_task` finds the task
    // that was just put there.
    unsafe {
        (*head).poll = Some(poll_task);
        (*head).drop = Some(drop_task);
        (*head).data = Box::into_raw(task).cast();
        poll_once(slot, waker, false)
    }
}

unsafe extern "C" fn poll_task(
    slot: *mut FutureSlot,
    waker: *const FfiWaker,
    _: *mut (),
    _: *mut PanicReport,
) -> Status {
    // SAFETY: the caller's promise, handed on.
    unsafe { poll_once(slot, waker, true) }
}

/// # Safety
/// `slot` is one in which [`callee`] left a task; `waker` is lent for the time of this call.
unsafe fn poll_once(slot: *mut FutureSlot, waker: *const FfiWaker, again: bool) -> Status {
    // SAFETY: a slot in which `callee` left a task.
    let task: *mut Pin<Box<dyn Future<Output = ()> + Send>> =
        unsafe { (*slot.cast::<Head>()).data.cast() };
    // SAFETY: the waker is lent for the time of this call; the task is alive and not polled twice.
    let polled = unsafe { with_context(waker, again, |context| (*task).as_mut().poll(context)) };
    match polled {
        Poll::Pending => Status::PENDING,
        // SAFETY: the task has finished, and nobody touches the slot again.
        Poll::Ready(()) => unsafe { drop_task(slot, std::ptr::null_mut()) },
    }
}

unsafe extern "C" fn drop_task(slot: *mut FutureSlot, _: *mut PanicReport) -> Status {
    // SAFETY: `callee` made it of a box; called once for each task.
    drop(unsafe { Task::from_raw((*slot.cast::<Head>()).data.cast()) });
    Status::NEUTRAL
}

/// The caller: one call of a callback by a homeserver of this image.
pub(crate) struct Caller {
    slot: *mut Slot,
    suspended: bool,
}

#[repr(C, align(16))]
struct Slot {
    head: Head,
    room: MaybeUninit<[u8; 1024]>,
}

const _: () = assert!(align_of::<Slot>() == ROOM_ALIGN);

impl Caller {
    pub(crate) fn new() -> Self {
        let head = Head { poll: None, drop: None, data: std::ptr::null_mut(), capacity: 1024 };
        let slot = Box::new(Slot { head, room: MaybeUninit::uninit() });
        Self { slot: Box::into_raw(slot), suspended: false }
    }

    /// Begins a call whose other side, in the image of `hsmod_plugin_api`, builds what `make`
    /// returns; whether it is ready.
    pub(crate) fn enter<F>(&mut self, waker: &Waker, make: impl FnOnce() -> F) -> bool
    where
        F: Future<Output = Result<(), ModuleError>> + Send + 'static,
    {
        let slot = self.slot.cast();
        // SAFETY: the slot is empty, has its room, and stays where it is; the future is `'static`.
        self.polled(waker, |waker, out, report| unsafe { start(slot, waker, out, report, make) })
    }

    /// Polls again; whether it is ready.
    pub(crate) fn resume(&mut self, waker: &Waker) -> bool {
        let slot = self.slot;
        // SAFETY: the slot lives as long as `self`.
        let poll = unsafe { (*slot).head.poll }.expect("a suspended call");
        // SAFETY: `start` left a future there, with the function that polls it.
        self.polled(waker, |waker, out, report| unsafe {
            poll(slot.cast(), waker, out.cast(), report)
        })
    }

    fn polled(
        &mut self,
        waker: &Waker,
        poll: impl FnOnce(*const FfiWaker, *mut Out<()>, *mut PanicReport) -> Status,
    ) -> bool {
        let mut out = MaybeUninit::uninit();
        let mut report = MaybeUninit::uninit();
        let status = lend(waker, |waker| poll(waker, out.as_mut_ptr(), report.as_mut_ptr()));
        assert!(matches!(status, Status::NEUTRAL | Status::PENDING), "{status:?}");
        self.suspended = status == Status::PENDING;
        !self.suspended
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        if self.suspended {
            // SAFETY: the slot lives until the end of this function.
            let drop = unsafe { (*self.slot).head.drop }.expect("a suspended call");
            let mut report = MaybeUninit::uninit();
            // SAFETY: a suspended future is in the slot; it is dropped once, here.
            unsafe { drop(self.slot.cast(), report.as_mut_ptr()) };
        }
        // SAFETY: `new` made it of a box; the future in it is gone.
        drop(unsafe { Box::from_raw(self.slot) });
    }
}
