//! What a module leaves to be done after its answer: one asynchronous call, made at most once.

use std::fmt;
use std::future::Future;

use abi_stable::StableAbi;

#[cfg(feature = "host")]
use super::{Awaited, CALLBACK_ROOM, Entered};
use super::{FfiWaker, FutureSlot, Out, PanicReport, RawObject, Status, start};
use crate::values::error::ModuleError;
use crate::values::json::JsonStr;
use crate::values::text::RawStr;

/// A call that a module wants to be made later, with JSON text that its homeserver has by then.
///
/// It belongs to whoever holds it; dropped, it is given back to the module without being made.
#[repr(C)]
#[derive(StableAbi)]
pub struct Continuation {
    /// A closure of the module's, in a box.
    object: RawObject,
    /// Takes the object.
    run: unsafe extern "C" fn(
        *const (),
        RawStr,
        *mut FutureSlot,
        *const FfiWaker,
        *mut Out<()>,
        *mut PanicReport,
    ) -> Status,
}

impl Continuation {
    /// Keeps `call`, and what it owns, until it is made or given back.
    pub(crate) fn new<C, F>(call: C) -> Self
    where
        C: FnOnce(&JsonStr) -> F + Send + 'static,
        F: Future<Output = Result<(), ModuleError>> + Send + 'static,
    {
        Self { object: RawObject::boxed(call), run: run::<C, F> }
    }

    /// Makes the call.
    #[cfg(feature = "host")]
    pub fn call(self, input: &JsonStr) -> impl Future<Output = Entered<()>> + Send {
        let Self { object, run } = self;
        // SAFETY: the object is taken, once; the future borrows nothing.
        unsafe {
            Awaited::<_, _, CALLBACK_ROOM>::new(move |slot, waker, out, report| {
                run(object.into_pointer(), RawStr::new(input.as_str()), slot, waker, out, report)
            })
        }
    }
}

impl fmt::Debug for Continuation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Continuation").finish_non_exhaustive()
    }
}

/// # Safety
/// `object` is a boxed `C` and is taken; `input` lives for the time of the call; the rest as for
/// [`start`].
unsafe extern "C" fn run<C, F>(
    object: *const (),
    input: RawStr,
    slot: *mut FutureSlot,
    waker: *const FfiWaker,
    out: *mut Out<()>,
    report: *mut PanicReport,
) -> Status
where
    C: FnOnce(&JsonStr) -> F + Send + 'static,
    F: Future<Output = Result<(), ModuleError>> + Send + 'static,
{
    // SAFETY: the caller's promises; the future borrows nothing (`'static`).
    unsafe {
        start(slot, waker, out, report, move || {
            Box::from_raw(object.cast_mut().cast::<C>())(JsonStr::new(input.text()))
        })
    }
}
