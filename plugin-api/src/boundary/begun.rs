//! The homeserver's side of a request: where its future is built, and where its answer goes.

use std::future::Future;

use super::{FfiWaker, FutureSlot, Out, PanicReport, Status, contained, start, write_answer};
use crate::values::answer::Answer;
use crate::values::error::ModuleError;

/// A request that a module has begun.
///
/// Rationale: it goes through the trait object of a group of requests, so that the future is built
/// where it stays, by whoever knows its type; nothing is boxed for an answer that is ready.
pub struct Begun<A: Answer> {
    slot: *mut FutureSlot,
    waker: *const FfiWaker,
    out: *mut Out<A>,
    report: *mut PanicReport,
}

impl<A: Answer> Begun<A> {
    pub(crate) const fn new(
        slot: *mut FutureSlot,
        waker: *const FfiWaker,
        out: *mut Out<A>,
        report: *mut PanicReport,
    ) -> Self {
        Self { slot, waker, out, report }
    }

    /// Lets `enter` go on with it, or answers the error; a panic ends here.
    ///
    /// # Safety
    /// As for [`start`], of what this was made of.
    #[inline]
    pub(crate) unsafe fn admitted(
        self,
        enter: impl FnOnce(Self) -> Result<Status, ModuleError>,
    ) -> Status {
        let (out, report) = (self.out, self.report);
        let body = || match enter(self) {
            Ok(status) => status,
            // SAFETY: the caller's promise; it was not written, because nothing went on.
            Err(error) => unsafe { write_answer::<A>(Err(error), out) },
        };
        // SAFETY: the caller's promise.
        unsafe { contained(report, body) }
    }

    /// Builds the future of the answer, and polls it once.
    ///
    /// # Safety
    /// As for [`start`], of what this was made of.
    #[inline]
    pub(crate) unsafe fn go_on<F>(self, make: impl FnOnce() -> F) -> Status
    where
        F: Future<Output = Result<A, ModuleError>> + Send,
    {
        // SAFETY: the caller's promise.
        unsafe { start(self.slot, self.waker, self.out, self.report, make) }
    }
}
