//! The callee's side of a slot: it builds its future in place, polls it once in the same call, and
//! catches panics.

use std::any::Any;
use std::future::Future;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::ptr::null_mut;
use std::task::Poll;

use crate::answer::{Answer, Answers, Fault, write};
use crate::frame::{Frame, ROOM_ALIGN, ROOM_MIN, Status};
use crate::panic::{RawPanic, caught, latest};
use crate::waker;

/// A future, and the values created for it from which it borrows. They are dropped in this order.
#[repr(C)]
struct Built<F, V> {
    future: F,
    values: V,
}

/// Builds the future that `make` returns in place, polls it once and returns the outcome; panics
/// are caught. `make` borrows a place for values, whose address does not change as long as the
/// future lives.
///
/// Rationale: a future cannot be moved after it has been polled, so it has to be built where it
/// will stay; a call that is ready at once then needs no heap.
///
/// # Safety
/// - `frame` is lent for this call, and its caller keeps the promises of [`Frame`].
/// - All that the future borrows lives until the future is dropped: until this call, or a later
///   poll, returns something other than [`Status::PENDING`], or the frame's drop function was
///   called.
#[inline]
pub unsafe fn start<V, F, A>(frame: *mut Frame, make: impl FnOnce(&'static mut V) -> F) -> Status
where
    V: Default + 'static,
    F: Future<Output = Result<A::Answer, A::Fault>> + Send,
    A: Answers,
{
    let aligned = align_of::<Built<F, V>>() <= ROOM_ALIGN;
    // A future that fits into what every caller provides needs no look at the frame.
    let in_room = aligned
        && (size_of::<Built<F, V>>() <= ROOM_MIN
            // SAFETY: the frame may be read.
            || size_of::<Built<F, V>>() <= unsafe { (*frame).capacity });
    // SAFETY: the caller's promises; the future fits if it says so.
    unsafe {
        if in_room {
            begin::<V, F, A, true>(frame, make)
        } else {
            begin::<V, F, A, false>(frame, make)
        }
    }
}

/// # Safety
/// As for [`start`]; the future fits into the room if it is to be built there.
#[inline]
unsafe fn begin<V, F, A, const IN_ROOM: bool>(
    frame: *mut Frame,
    make: impl FnOnce(&'static mut V) -> F,
) -> Status
where
    V: Default + 'static,
    F: Future<Output = Result<A::Answer, A::Fault>> + Send,
    A: Answers,
{
    let mut built: *mut Built<F, V> = null_mut();
    let attempt = {
        let built = &mut built;
        catch_unwind(AssertUnwindSafe(move || {
            // SAFETY: the caller's promises; the place is ours, and `poll_once` gets it built.
            unsafe {
                let place = place_of::<F, V, IN_ROOM>(frame);
                (&raw mut (*place).values).write(V::default());
                let unbuilt = Unbuilt::<F, V, IN_ROOM>(place);
                (&raw mut (*place).future).write(make(&mut (*place).values));
                std::mem::forget(unbuilt);
                *built = place;
                let status = poll_once::<V, F, A, IN_ROOM>(place, frame, false, built);
                if status == Status::PENDING {
                    (*frame).poll = Some(poll_again::<V, F, A, IN_ROOM>);
                    (*frame).drop = Some(drop_future::<V, F, IN_ROOM>);
                    (*frame).data = place.cast();
                }
                status
            }
        }))
    };
    match attempt {
        Ok(status) => status,
        // SAFETY: the frame is lent; the future was built and not dropped yet if `built` says so.
        Err(payload) => unsafe { panicked::<F, V, IN_ROOM>(frame, built, payload) },
    }
}

/// Returns the place in which the future is built.
///
/// # Safety
/// The room of the frame is free, and large enough if the future is to be built there.
#[inline]
unsafe fn place_of<F, V, const IN_ROOM: bool>(frame: *mut Frame) -> *mut Built<F, V> {
    if IN_ROOM {
        // SAFETY: the frame may be read.
        unsafe { (*frame).room.cast() }
    } else {
        on_the_heap()
    }
}

/// A place whose future is being created. If that panics, its values are dropped and the place is
/// freed.
struct Unbuilt<F, V, const IN_ROOM: bool>(*mut Built<F, V>);

impl<F, V, const IN_ROOM: bool> Drop for Unbuilt<F, V, IN_ROOM> {
    fn drop(&mut self) {
        // SAFETY: the values are there, and whoever borrowed them is gone; `on_the_heap` made the
        // place if it does not lie in the room.
        unsafe {
            (&raw mut (*self.0).values).drop_in_place();
            if !IN_ROOM {
                drop(Box::<MaybeUninit<Built<F, V>>>::from_raw(self.0.cast()));
            }
        }
    }
}

/// Not inlined, so that the usual case stays small.
#[cold]
#[inline(never)]
fn on_the_heap<F, V>() -> *mut Built<F, V> {
    Box::into_raw(Box::<MaybeUninit<Built<F, V>>>::new_uninit()).cast()
}

/// Polls the future at `place`, for the first time or `again`; if it is ready, drops it and
/// answers.
///
/// # Safety
/// `place` holds a pinned future that [`begin`] built; `built` says whether it is still there; the
/// rest as for [`start`].
#[inline]
unsafe fn poll_once<V, F, A, const IN_ROOM: bool>(
    place: *mut Built<F, V>,
    frame: *mut Frame,
    again: bool,
    built: &mut *mut Built<F, V>,
) -> Status
where
    F: Future<Output = Result<A::Answer, A::Fault>>,
    A: Answers,
{
    // SAFETY: the future is not moved until it is dropped in place.
    let future = unsafe { Pin::new_unchecked(&mut (*place).future) };
    // SAFETY: the waker is lent for the time of this call.
    let polled = unsafe {
        waker::with_context(&raw const (*frame).waker, again, |context| future.poll(context))
    };
    let Poll::Ready(answer) = polled else { return Status::PENDING };
    *built = null_mut();
    // SAFETY: the future is finished; `built` is cleared, so nobody drops it again.
    unsafe { drop_in_place::<F, V, IN_ROOM>(place) };
    match answer {
        Ok(answer) if A::is_neutral(&answer) => {
            // It owns nothing that has to be dropped.
            std::mem::forget(answer);
            Status::NEUTRAL
        }
        // SAFETY: the frame is lent.
        answer => unsafe { answered::<A>(answer, frame) },
    }
}

/// Answers, unless it is the neutral answer.
///
/// # Safety
/// `frame` is lent, and nothing was answered yet.
#[cold]
#[inline(never)]
pub unsafe fn answered<A: Answers>(
    answer: Result<A::Answer, A::Fault>,
    frame: *mut Frame,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe {
        let (out, size) = ((*frame).out, (*frame).out_size());
        match answer.map(A::into_raw) {
            Ok(None) => Status::NEUTRAL,
            Ok(Some(raw)) => write(Answer::OK, raw, out, size),
            Err(error) => write(Answer::ERROR, error.into_raw(), out, size),
        }
    }
}

/// Runs `body`, which answers at once; a panic becomes the answer.
///
/// # Safety
/// `frame` is lent, and nothing was answered yet.
#[inline]
pub unsafe fn contained(frame: *mut Frame, body: impl FnOnce() -> Status) -> Status {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(status) => status,
        // SAFETY: the caller's promise.
        Err(payload) => unsafe { report(frame, payload) },
    }
}

/// # Safety
/// `frame` is lent; `place` is null, or holds a future that is not dropped elsewhere.
#[cold]
#[inline(never)]
unsafe fn panicked<F, V, const IN_ROOM: bool>(
    frame: *mut Frame,
    place: *mut Built<F, V>,
    payload: Box<dyn Any + Send>,
) -> Status {
    // SAFETY: the caller's promise; a second panic keeps the first report.
    unsafe {
        let status = report(frame, payload);
        if !place.is_null() {
            caught(|| drop_in_place::<F, V, IN_ROOM>(place));
        }
        status
    }
}

/// # Safety
/// As for [`contained`].
#[cold]
#[inline(never)]
unsafe fn report(frame: *mut Frame, payload: Box<dyn Any + Send>) -> Status {
    let panic = RawPanic::from(latest(payload));
    // SAFETY: the caller's promise.
    unsafe { write(Answer::PANICKED, panic, (*frame).out, (*frame).out_size()) }
}

/// # Safety
/// `place` holds a future that [`begin`] built, which is not used afterwards.
#[inline]
unsafe fn drop_in_place<F, V, const IN_ROOM: bool>(place: *mut Built<F, V>) {
    if IN_ROOM {
        // SAFETY: the future lies in the room; it is dropped once.
        unsafe { place.drop_in_place() };
    } else {
        // SAFETY: `on_the_heap` made the place, and it is filled.
        drop(unsafe { Box::from_raw(place) });
    }
}

/// Polls a future that was not ready.
///
/// # Safety
/// `place` is what [`begin`] left in a frame; the rest as for [`start`].
unsafe extern "C" fn poll_again<V, F, A, const IN_ROOM: bool>(
    place: *mut (),
    frame: *mut Frame,
) -> Status
where
    F: Future<Output = Result<A::Answer, A::Fault>>,
    A: Answers,
{
    let place: *mut Built<F, V> = place.cast();
    let mut built = place;
    let attempt = {
        let built = &mut built;
        // SAFETY: the caller's promise. The frame says already how it goes on.
        catch_unwind(AssertUnwindSafe(move || unsafe {
            poll_once::<V, F, A, IN_ROOM>(place, frame, true, built)
        }))
    };
    match attempt {
        Ok(status) => status,
        // SAFETY: as in `begin`.
        Err(payload) => unsafe { panicked::<F, V, IN_ROOM>(frame, built, payload) },
    }
}

/// Drops a future that was not ready.
///
/// # Safety
/// `place` is what [`begin`] left in a frame; it is not used afterwards.
unsafe extern "C" fn drop_future<V, F, const IN_ROOM: bool>(
    place: *mut (),
    frame: *mut Frame,
) -> Status {
    // SAFETY: the caller's promise.
    unsafe {
        contained(frame, || {
            drop_in_place::<F, V, IN_ROOM>(place.cast());
            Status::NEUTRAL
        })
    }
}
