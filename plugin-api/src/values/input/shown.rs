//! Events that modules read in the homeserver's memory, and their texts, which are created on
//! demand.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use hsmod_abi::{AllInPlace, InPlace, Lent, Prepared, Slice};

use crate::values::event::{Event, OwnedEvent};

use super::{InputError, Several};

/// The reason why an event cannot be serialised as JSON: any error.
pub type EventError = Box<dyn std::error::Error + Send + Sync>;

/// A question's representation of an event.
pub trait EventSource: Send + Sync {
    /// Reads what has to be read; called once, before the event is shown.
    ///
    /// It is not an event.
    /// It is no event.
    fn build(&mut self) -> Result<(), InputError> {
        Ok(())
    }

    /// The view that modules get.
    fn event(&self) -> Event<'_>;

    /// The error that occurred while creating a text that a module asked for, if any.
    fn failed(&self) -> Option<InputError> {
        None
    }
}

/// A value that can be converted into an owned event.
pub trait IntoEvent {
    /// The event.
    ///
    /// # Errors
    /// It cannot be serialised as JSON, or is not an event.
    fn into_event(self) -> Result<OwnedEvent, InputError>;
}

/// An event, shown from the memory of the question itself, without copies or allocations.
#[derive(Debug)]
pub struct ShownEvent<S>(InPlace<S, Event<'static>>);

impl<S: EventSource> ShownEvent<S> {
    #[inline]
    pub(super) const fn new(source: S) -> Self {
        Self(InPlace::new(source))
    }
}

impl<S: EventSource> Prepared<Lent<'static, Event<'static>>> for ShownEvent<S> {
    #[inline]
    fn build(&mut self) -> Result<(), InputError> {
        self.0.owner_mut().build()
    }

    #[inline]
    fn raw(&mut self) -> Lent<'_, Event<'_>> {
        Lent::new(self.0.view(|source| source.event()))
    }

    fn failed(&self) -> Option<InputError> {
        self.0.owner().failed()
    }
}

/// [`ShownEvent`] for a page of events.
#[derive(Debug)]
pub struct ShownEvents<S>(AllInPlace<S, Event<'static>>);

impl<S: EventSource> ShownEvents<S> {
    pub(super) fn new(sources: impl Iterator<Item = S>) -> Self {
        Self(AllInPlace::new(sources.collect()))
    }
}

impl<S: EventSource> Prepared<Slice<'static, Event<'static>>> for ShownEvents<S> {
    fn build(&mut self) -> Result<(), InputError> {
        let sources = self.0.owners_mut().iter_mut().enumerate();
        sources
            .into_iter()
            .try_for_each(|(place, source)| source.build().map_err(|error| numbered(place, &error)))
    }

    fn raw(&mut self) -> Slice<'_, Event<'_>> {
        Slice::new(self.0.views(|source| source.event()))
    }

    fn failed(&self) -> Option<InputError> {
        self.0.owners().iter().find_map(S::failed)
    }
}

impl<S: EventSource> Several for ShownEvents<S> {
    fn count(&self) -> usize {
        self.0.owners().len()
    }

    fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let mut place = 0..;
        self.0.owners_mut().retain(|_| place.next().is_some_and(&mut keep));
    }
}

/// Adds the position of the event to an error about one of several events.
pub(super) fn numbered(place: usize, InputError(why): &InputError) -> InputError {
    InputError(format!("of several events, number {}: {why}", place + 1))
}

/// A text that is created on demand; or the error of creating it.
#[derive(Debug, Default)]
pub(super) struct Made<'a>(OnceLock<Result<Cow<'a, str>, String>>);

impl<'a> Made<'a> {
    /// Returns the text, created by `make` if necessary; `None` if that fails.
    ///
    /// Rationale: this never waits for another thread that creates the text, because that thread
    /// might be waiting for a lock of the homeserver that this thread holds. If two threads create
    /// it at the same time, one result is discarded.
    /// vain.
    pub(super) fn get(
        &self,
        make: impl FnOnce() -> Result<Cow<'a, str>, EventError>,
    ) -> Option<&str> {
        if self.0.get().is_none() {
            let made = catch_unwind(AssertUnwindSafe(make))
                .unwrap_or_else(|_| Err("the homeserver panicked".into()));
            // If another thread was faster, its result is just as good.
            let _ = self.0.set(made.map_err(|error| error.to_string()));
        }
        self.0.get()?.as_deref().ok()
    }

    /// The error of creating it.
    pub(super) fn error(&self) -> Option<&str> {
        self.0.get()?.as_ref().err().map(String::as_str)
    }
}
