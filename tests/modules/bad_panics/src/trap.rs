//! The future of a callback.

use std::future::Future;
use std::marker::PhantomData;
use std::panic::panic_any;
use std::pin::Pin;
use std::task::{Context, Poll};

use hsmod_plugin_api::prelude::ModuleError;

use crate::Place;

/// A future that is ready with the neutral answer, unless it panics.
///
/// Written by hand, because an `async fn` drops its state already in its last poll.
pub(crate) struct Trap<A> {
    place: Place,
    polled: bool,
    ready: bool,
    answer: PhantomData<fn() -> A>,
}

impl<A> Trap<A> {
    pub(crate) fn new(place: Place) -> Self {
        Self::set(place, true)
    }

    /// A future that is never ready if its drop is to panic.
    pub(crate) fn never_ready(place: Place) -> Self {
        Self::set(place, place != Place::Drop)
    }

    fn set(place: Place, ready: bool) -> Self {
        place.reached(Place::Entry);
        Self { place, polled: false, ready, answer: PhantomData }
    }
}

impl<A: Default> Future for Trap<A> {
    type Output = Result<A, ModuleError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.place.reached(Place::FirstPoll);
        if self.place == Place::PayloadDrop {
            panic_any(Payload);
        }
        if self.polled {
            self.place.reached(Place::LaterPoll);
        }
        self.polled = true;
        if self.place == Place::LaterPoll {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.ready { Poll::Ready(Ok(A::default())) } else { Poll::Pending }
    }
}

impl<A> Drop for Trap<A> {
    fn drop(&mut self) {
        self.place.reached(Place::Drop);
    }
}

struct Payload;

impl Drop for Payload {
    fn drop(&mut self) {
        panic!("bad_panics: dropped what was thrown");
    }
}
