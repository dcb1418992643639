//! Events that another server got.

use crate::values::delivery::EventDelivery;

use super::several::BuiltEvents;
use super::{Input, InputError, IntoJson, OwnedInput, Prepared};

type RawDelivery = *const EventDelivery<'static>;

/// Events that another server got: its name, how it got them, and the events.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "all that the callback is told, by name")]
pub struct Delivered<'a, J> {
    /// The other server.
    pub server_name: &'a str,
    /// How it got them: `/send`, `/backfill`, ..
    pub method: &'a str,
    /// The events; without any, nobody is told.
    pub events: Vec<J>,
}

/// A delivery of its own, and the view of it.
#[derive(Debug)]
pub struct OwnedDelivery {
    /// Borrows from the other fields, all of whose texts and lists lie on the heap.
    view: EventDelivery<'static>,
    _texts: [String; 2],
    _events: BuiltEvents,
}

// SAFETY: the view lives in `self`, and what it borrows as long as `self`.
unsafe impl Prepared<RawDelivery> for OwnedDelivery {
    fn raw(&self) -> RawDelivery {
        &raw const self.view
    }
}

impl<J: IntoJson> Input<RawDelivery> for Delivered<'_, J> {
    type Prepared = LazyDelivery<Self>;

    fn prepare(self) -> LazyDelivery<Self> {
        LazyDelivery { source: Some(self), built: None }
    }
}

impl<J: IntoJson> OwnedInput<RawDelivery> for Delivered<'_, J> {
    type Owned = OwnedDelivery;

    fn own(self) -> Result<OwnedDelivery, InputError> {
        let texts = [self.server_name.to_owned(), self.method.to_owned()];
        let events = BuiltEvents::read(self.events.into_iter())?;
        let view = EventDelivery::new(&texts[0], &texts[1], events.events());
        // SAFETY: only the lifetime changes; the view is dropped with what it borrows from.
        let view =
            unsafe { std::mem::transmute::<EventDelivery<'_>, EventDelivery<'static>>(view) };
        Ok(OwnedDelivery { view, _texts: texts, _events: events })
    }

    fn tells_nothing(&self) -> bool {
        self.events.is_empty()
    }
}

/// A delivery that is built when the first module is told.
#[derive(Debug)]
pub struct LazyDelivery<D> {
    source: Option<D>,
    built: Option<OwnedDelivery>,
}

// SAFETY: the built delivery lives in `self`.
unsafe impl<J: IntoJson> Prepared<RawDelivery> for LazyDelivery<Delivered<'_, J>> {
    fn build(&mut self) -> Result<(), InputError> {
        if let Some(source) = self.source.take() {
            self.built = Some(source.own()?);
        }
        Ok(())
    }

    fn raw(&self) -> RawDelivery {
        self.built.as_ref().map_or(std::ptr::null(), Prepared::raw)
    }
}
