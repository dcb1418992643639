//! What a module does again and again: one asynchronous call, made as often as its holder likes.

use std::fmt;
use std::future::Future;

use abi_stable::StableAbi;

#[cfg(feature = "host")]
use super::{Awaited, CALLBACK_ROOM, Entered};
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
    pub fn call(&mut self) -> impl Future<Output = Entered<()>> + Send {
        // SAFETY: the routine is borrowed exclusively; the future borrows nothing.
        unsafe {
            Awaited::<_, _, CALLBACK_ROOM>::new(|slot, waker, out, report| {
                (self.run)(self.object.pointer(), slot, waker, out, report)
            })
        }
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
