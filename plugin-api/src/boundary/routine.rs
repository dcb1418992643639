//! What a module does again and again: one asynchronous call, made as often as its holder likes.

use std::fmt;
use std::future::Future;
#[cfg(feature = "host")]
use std::pin::Pin;
#[cfg(feature = "host")]
use std::task::{Context, Poll};

use abi_stable::StableAbi;

#[cfg(feature = "host")]
use super::{CALLBACK_ROOM, Call, Entered};
use super::{FfiWaker, FutureSlot, Out, PanicReport, RawObject, Status, start};
use crate::values::error::ModuleError;

/// A call that a module wants to be made several times, one after the other.
///
/// It belongs to whoever holds it; dropped, it is given back to the module.
#[repr(C)]
#[derive(StableAbi)]
pub struct Routine {
    /// A closure of the module's, in a box.
    object: RawObject,
    run: unsafe extern "C" fn(
        *const (),
        *mut FutureSlot,
        *const FfiWaker,
        *mut Out<()>,
        *mut PanicReport,
    ) -> Status,
}

impl Routine {
    /// Keeps `call`, and what it owns, until it is given back.
    pub(crate) fn new<C, F>(call: C) -> Self
    where
        C: FnMut() -> F + Send + 'static,
        F: Future<Output = Result<(), ModuleError>> + Send + 'static,
    {
        Self { object: RawObject::boxed(call), run: run::<C, F> }
    }

    /// Makes the call once.
    #[cfg(feature = "host")]
    pub const fn call(&mut self) -> RoutineCall<'_> {
        RoutineCall { routine: self, begun: false, call: Call::new() }
    }
}

impl fmt::Debug for Routine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Routine").finish_non_exhaustive()
    }
}

/// # Safety
/// `object` is a boxed `C` that nobody else uses; the rest as for [`start`].
unsafe extern "C" fn run<C, F>(
    object: *const (),
    slot: *mut FutureSlot,
    waker: *const FfiWaker,
    out: *mut Out<()>,
    report: *mut PanicReport,
) -> Status
where
    C: FnMut() -> F + Send + 'static,
    F: Future<Output = Result<(), ModuleError>> + Send + 'static,
{
    // SAFETY: the caller's promises; the future borrows nothing (`'static`).
    unsafe { start(slot, waker, out, report, move || (*object.cast_mut().cast::<C>())()) }
}

/// One call of a [`Routine`]. Dropped, it drops the module's future.
#[cfg(feature = "host")]
#[repr(C)]
#[must_use = "nothing is done before it is awaited"]
#[allow(missing_debug_implementations, reason = "a future")]
pub struct RoutineCall<'a> {
    routine: &'a mut Routine,
    begun: bool,
    call: Call<(), CALLBACK_ROOM>,
}

#[cfg(feature = "host")]
impl Future for RoutineCall<'_> {
    type Output = Entered<()>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Entered<()>> {
        // SAFETY: `call` stays where it is.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above.
        let call = unsafe { Pin::new_unchecked(&mut this.call) };
        let entered = if std::mem::replace(&mut this.begun, true) {
            call.resume(context)
        } else {
            let (run, object) = (this.routine.run, this.routine.object.pointer());
            // SAFETY: the routine is borrowed exclusively; the future borrows nothing.
            unsafe {
                call.enter(context, |slot, waker, out, report| {
                    run(object, slot, waker, out, report)
                })
            }
        };
        match entered {
            Entered::Pending => Poll::Pending,
            other => Poll::Ready(other),
        }
    }
}
