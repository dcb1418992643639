//! A request of a module, as it is awaited.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Awaited, Entered, FfiWaker, FutureSlot, Out, PanicReport, Status};
use crate::values::answer::Answer;
use crate::values::error::ModuleError;

/// Room for the future of a request.
const REQUEST_ROOM: usize = 192;

/// A request: a module asks its homeserver, and awaits the answer.
pub struct Request<A, E> {
    name: &'static str,
    call: Awaited<A, E, REQUEST_ROOM>,
}

impl<A, E> Request<A, E>
where
    A: Answer,
    E: FnOnce(*mut FutureSlot, *const FfiWaker, *mut Out<A>, *mut PanicReport) -> Status,
{
    /// The request `name`, which `enter` begins when it is first polled.
    ///
    /// # Safety
    /// As for [`Call::enter`](super::Call::enter); what `enter` borrows outlives the request.
    pub const unsafe fn new(name: &'static str, enter: E) -> Self {
        // SAFETY: the caller's promise.
        Self { name, call: unsafe { Awaited::new(enter) } }
    }
}

// SAFETY: `enter` holds C forms of shared borrows of `Sync` values (the promise of `new`).
unsafe impl<A, E> Send for Request<A, E> {}

impl<A, E> Future for Request<A, E>
where
    A: Answer,
    E: FnOnce(*mut FutureSlot, *const FfiWaker, *mut Out<A>, *mut PanicReport) -> Status,
{
    type Output = Result<A, ModuleError>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let name = self.name;
        // SAFETY: `call` stays where it is.
        let call = unsafe { self.map_unchecked_mut(|this| &mut this.call) };
        call.poll(context).map(|entered| match entered {
            Entered::Neutral | Entered::Pending => Ok(A::default()),
            Entered::Ready(answer) => answer,
            Entered::Panicked(panic) => {
                let what = format!("the homeserver panicked in `{name}`: {panic}");
                Err(ModuleError::new(what))
            }
        })
    }
}
