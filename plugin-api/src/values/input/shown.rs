//! Events that are shown where the homeserver has them, and their texts, which are made when a
//! module asks for them.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use hsmod_abi::{AllInPlace, InPlace, Lent, Prepared, Slice};

use crate::values::event::{Event, OwnedEvent};

use super::{InputError, Several};

/// Why an event cannot be written as JSON: any error will do.
pub type EventError = Box<dyn std::error::Error + Send + Sync>;

/// Where a question has an event.
pub trait EventSource: Send + Sync {
    /// Reads what has to be read; called once, before the event is shown.
    ///
    /// # Errors
    /// It is no event.
    fn build(&mut self) -> Result<(), InputError> {
        Ok(())
    }

    /// What a module sees.
    fn event(&self) -> Event<'_>;

    /// Why a text could not be made that a module asked for, if there was one.
    fn failed(&self) -> Option<InputError> {
        None
    }
}

/// Something that becomes an event which owns its text.
pub trait IntoEvent {
    /// The event.
    ///
    /// # Errors
    /// It cannot be written as JSON, or is no event.
    fn into_event(self) -> Result<OwnedEvent, InputError>;
}

/// An event, shown from the memory of the question itself: nothing is copied, nothing allocated.
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

/// A page of events, as [`ShownEvent`].
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

/// The same error, of one of several events.
pub(super) fn numbered(place: usize, InputError(why): &InputError) -> InputError {
    InputError(format!("of several events, number {}: {why}", place + 1))
}

/// A text that is made when somebody asks for it; or why it cannot be made.
#[derive(Debug, Default)]
pub(super) struct Made<'a>(OnceLock<Result<Cow<'a, str>, String>>);

impl<'a> Made<'a> {
    /// The text, by `make` if it has to be made; none if that fails.
    ///
    /// Rationale: nobody waits for another thread that makes it, or that thread might wait for a
    /// lock of the homeserver's which this one has. Of two that make it at once, one does so in
    /// vain.
    pub(super) fn get(
        &self,
        make: impl FnOnce() -> Result<Cow<'a, str>, EventError>,
    ) -> Option<&str> {
        if self.0.get().is_none() {
            let made = catch_unwind(AssertUnwindSafe(make))
                .unwrap_or_else(|_| Err("the homeserver panicked".into()));
            // Another one that was faster is as good.
            let _ = self.0.set(made.map_err(|error| error.to_string()));
        }
        self.0.get()?.as_deref().ok()
    }

    /// Why it could not be made.
    pub(super) fn error(&self) -> Option<&str> {
        self.0.get()?.as_ref().err().map(String::as_str)
    }
}
