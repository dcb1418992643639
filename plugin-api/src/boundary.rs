//! The way across: one call, its future built in place in memory the caller owns, polled once in
//! the same call; panics caught on the side where they happen.
//!
//! Callbacks (homeserver asks module) and requests (module asks homeserver) go the same way, with
//! the roles swapped: the *caller* owns the [`FutureSlot`] and polls, the *callee* builds its
//! future there with [`start`].

mod awaited;
#[cfg(feature = "host")]
mod begun;
mod call;
#[cfg(feature = "host")]
mod callback;
mod continuation;
mod errand;
#[cfg(feature = "host")]
mod nesting;
mod object;
mod panic;
mod request;
mod routine;
mod waker;

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

use abi_stable::StableAbi;
use abi_stable::std_types::RResult;

use crate::values::answer::Answer;
use crate::values::error::{ModuleError, RawModuleError};
pub(crate) use awaited::Awaited;
#[cfg(feature = "host")]
pub use begun::Begun;
pub use call::{Asked, Call, Entered, Reply};
#[cfg(feature = "host")]
pub use callback::{CALLBACK_ROOM, Callback, CallbackCall, Instance, Observer, subject};
pub use continuation::Continuation;
pub use errand::Errand;
#[cfg(feature = "host")]
pub use nesting::admit_callback;
#[cfg(feature = "host")]
pub(crate) use nesting::{Answering, admit_request};
pub use object::RawObject;
pub use panic::{Panic, PanicReport, install_panic_hook};
pub(crate) use panic::{attempted, caught, contained};
pub use request::Request;
pub use routine::Routine;
pub use waker::{FfiWaker, FfiWakerTable};

/// How a call across the boundary went. A plain number, because a later version may know more.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, StableAbi)]
pub struct Status(i32);

impl Status {
    /// Ready with the neutral answer; `out` was not written.
    pub const NEUTRAL: Self = Self(0);
    /// Ready; `out` was written.
    pub const READY: Self = Self(1);
    /// Not ready; the slot holds the future.
    pub const PENDING: Self = Self(2);
    /// Panicked; the report was written, the slot holds nothing.
    pub const PANICKED: Self = Self(3);
}

/// What a callee writes when it is ready with more than the neutral answer.
pub type Out<A> = RResult<<A as Answer>::Raw, RawModuleError>;

/// The head of the memory in which a callee builds its future. The caller owns it, pinned, with
/// `capacity` bytes of room right behind it, aligned to [`ROOM_ALIGN`].
///
/// Rationale: a future cannot be polled on one stack and then moved, so building it where it will
/// stay is what lets a call that is ready at once do without the heap. The capacity travels in
/// the slot, so that callers of any version may change it.
#[repr(C)]
#[derive(StableAbi)]
pub struct FutureSlot {
    poll: Option<
        unsafe extern "C" fn(*mut FutureSlot, *const FfiWaker, *mut (), *mut PanicReport) -> Status,
    >,
    drop: Option<unsafe extern "C" fn(*mut FutureSlot, *mut PanicReport) -> Status>,
    data: *mut (),
    capacity: usize,
}

/// Alignment of the room behind a [`FutureSlot`]; a future that needs more is boxed.
pub const ROOM_ALIGN: usize = 16;

impl FutureSlot {
    const fn empty(capacity: usize) -> Self {
        Self { poll: None, drop: None, data: std::ptr::null_mut(), capacity }
    }
}

/// Builds the future that `make` returns in the room of `slot`, polls it once and says how that
/// went; whatever panics on the way is caught.
///
/// # Safety
/// - `slot` points to the head of a pinned, empty slot with its room, owned by the caller.
/// - `waker` is a waker lent for the time of this call; `out` and `report` may be written.
/// - All that the future borrows lives until it is dropped: until this call, or a later poll,
///   says something other than `PENDING`, or the slot's drop function was called.
#[inline]
pub unsafe fn start<F, A>(
    slot: *mut FutureSlot,
    waker: *const FfiWaker,
    out: *mut Out<A>,
    report: *mut PanicReport,
    make: impl FnOnce() -> F,
) -> Status
where
    F: Future<Output = Result<A, ModuleError>> + Send,
    A: Answer,
{
    let mut built: *mut F = std::ptr::null_mut();
    // SAFETY: the slot is ours to read.
    let in_room = fits::<F>(unsafe { (*slot).capacity });
    let status = {
        let built = &mut built;
        // SAFETY: `report` may be written, the slot is empty and ours to build in, and `waker` and
        // `out` are as the caller promised; `place` holds the future that was just written.
        unsafe {
            contained(report, move || {
                let place = build(slot, in_room, make);
                *built = place;
                poll_once((in_room, false), place, waker, out, built)
            })
        }
    };
    if status == Status::PENDING {
        // SAFETY: the slot is ours, and now holds the future at `built`.
        unsafe {
            (*slot).poll = Some(poll_again::<F, A>);
            (*slot).drop = Some(drop_future::<F>);
            (*slot).data = built.cast();
        }
    } else if status == Status::PANICKED && !built.is_null() {
        // SAFETY: the poll panicked before the future was dropped (`poll_once` clears `built`
        // first), so it is dropped here, once; a second panic keeps the first report.
        unsafe { drop_after_panic(in_room, built) };
    }
    status
}

/// Builds what `make` returns: in the room if it fits, else in a box.
///
/// # Safety
/// `slot` points to a slot with its room, and nothing is built there; `in_room` says whether an
/// `F` fits.
#[inline]
unsafe fn build<F>(slot: *mut FutureSlot, in_room: bool, make: impl FnOnce() -> F) -> *mut F {
    if in_room {
        // SAFETY: the room begins right behind the head, within the same allocation; it is large
        // enough for an `F`, and as aligned.
        unsafe {
            let place: *mut F = slot.add(1).cast();
            place.write(make());
            place
        }
    } else {
        boxed(make)
    }
}

/// Out of line, so that the usual case stays small.
#[cold]
#[inline(never)]
fn boxed<F>(make: impl FnOnce() -> F) -> *mut F {
    Box::into_raw(Box::new(make()))
}

#[inline]
const fn fits<F>(capacity: usize) -> bool {
    size_of::<F>() <= capacity && align_of::<F>() <= ROOM_ALIGN
}

/// Polls the future at `place`, perhaps `again`; drops it, and writes `out`, if it is ready.
///
/// # Safety
/// `place` holds a pinned future that `build` returned for `in_room`; the rest as for [`start`].
#[inline]
unsafe fn poll_once<F, A>(
    (in_room, again): (bool, bool),
    place: *mut F,
    waker: *const FfiWaker,
    out: *mut Out<A>,
    built: &mut *mut F,
) -> Status
where
    F: Future<Output = Result<A, ModuleError>>,
    A: Answer,
{
    // SAFETY: the future is not moved until it is dropped in place.
    let future = unsafe { Pin::new_unchecked(&mut *place) };
    // SAFETY: the waker is lent for the time of this call.
    let polled = unsafe { waker::with_context(waker, again, |context| future.poll(context)) };
    let Poll::Ready(answer) = polled else { return Status::PENDING };
    *built = std::ptr::null_mut();
    // SAFETY: the future is finished; `built` is cleared, so nobody drops it again.
    unsafe { drop_in_place(in_room, place) };
    match answer {
        Ok(answer) if answer.is_neutral() => {
            // Holds nothing that would have to be dropped.
            std::mem::forget(answer);
            Status::NEUTRAL
        }
        // SAFETY: `out` may be written.
        answer => unsafe { write_answer(answer, out) },
    }
}

/// # Safety
/// `out` may be written; what was there is not an initialised value.
#[cold]
#[inline(never)]
unsafe fn write_answer<A: Answer>(answer: Result<A, ModuleError>, out: *mut Out<A>) -> Status {
    let raw = match answer.map(A::into_raw) {
        Ok(None) => return Status::NEUTRAL,
        Ok(Some(raw)) => RResult::ROk(raw),
        Err(error) => RResult::RErr(error.into()),
    };
    // SAFETY: the caller's promise.
    unsafe { out.write(raw) };
    Status::READY
}

/// # Safety
/// `place` holds a future that `build` returned for `in_room`; nobody uses it afterwards.
#[inline]
unsafe fn drop_in_place<F>(in_room: bool, place: *mut F) {
    if in_room {
        // SAFETY: the future lies in the room; it is dropped once.
        unsafe { place.drop_in_place() };
    } else {
        // SAFETY: `boxed` made it.
        drop(unsafe { Box::from_raw(place) });
    }
}

#[cold]
unsafe fn drop_after_panic<F>(in_room: bool, place: *mut F) {
    // SAFETY: the future is dropped once, here.
    caught(|| unsafe { drop_in_place(in_room, place) });
}

/// The slot's poll function.
///
/// # Safety
/// `slot` holds a future of type `F` that [`start`] left there; the rest as for [`start`].
unsafe extern "C" fn poll_again<F, A>(
    slot: *mut FutureSlot,
    waker: *const FfiWaker,
    out: *mut (),
    report: *mut PanicReport,
) -> Status
where
    F: Future<Output = Result<A, ModuleError>>,
    A: Answer,
{
    // SAFETY: `start` put the future's place there.
    let (in_room, place) = unsafe { (fits::<F>((*slot).capacity), (*slot).data.cast::<F>()) };
    let mut built = place;
    let status = {
        let built = &mut built;
        // SAFETY: the caller's promise; `out` is the same type of answer as at the start.
        unsafe {
            contained(report, move || {
                poll_once((in_room, true), place, waker, out.cast::<Out<A>>(), built)
            })
        }
    };
    if status == Status::PANICKED && !built.is_null() {
        // SAFETY: as in `start`.
        unsafe { drop_after_panic(in_room, built) };
    }
    status
}

/// The slot's drop function.
///
/// # Safety
/// `slot` holds a future of type `F` that [`start`] left there; it is empty afterwards.
unsafe extern "C" fn drop_future<F>(slot: *mut FutureSlot, report: *mut PanicReport) -> Status {
    // SAFETY: `start` put the future's place there; the caller calls this once.
    unsafe {
        let (in_room, place) = (fits::<F>((*slot).capacity), (*slot).data.cast::<F>());
        contained(report, || {
            drop_in_place(in_room, place);
            Status::NEUTRAL
        })
    }
}
