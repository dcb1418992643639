//! What a module leaves to be done after its answer: one asynchronous call, made at most once.

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
    pub const fn call<'a>(self, input: &'a JsonStr) -> ContinuationCall<'a> {
        ContinuationCall { continuation: Some(self), input, call: Call::new() }
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

/// A [`Continuation`] that is being made. Dropped, it drops the module's future.
#[cfg(feature = "host")]
#[repr(C)]
#[must_use = "nothing is done before it is awaited"]
#[allow(missing_debug_implementations, reason = "a future")]
pub struct ContinuationCall<'a> {
    continuation: Option<Continuation>,
    input: &'a JsonStr,
    call: Call<(), CALLBACK_ROOM>,
}

#[cfg(feature = "host")]
impl Future for ContinuationCall<'_> {
    type Output = Entered<()>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Entered<()>> {
        // SAFETY: `call` stays where it is.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above.
        let call = unsafe { Pin::new_unchecked(&mut this.call) };
        let entered = match this.continuation.take() {
            None => call.resume(context),
            Some(Continuation { object, run }) => {
                let (object, input) = (object.into_pointer(), RawStr::new(this.input.as_str()));
                // SAFETY: the object is taken, once; the future borrows nothing.
                unsafe {
                    call.enter(context, |slot, waker, out, report| {
                        run(object, input, slot, waker, out, report)
                    })
                }
            }
        };
        match entered {
            Entered::Pending => Poll::Pending,
            other => Poll::Ready(other),
        }
    }
}
