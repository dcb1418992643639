//! Events that were delivered to another server.

use hsmod_abi::{Kept, Lent, Prepared, Shared};

use crate::values::delivery::EventDelivery;

use super::several::{BuiltEvents, read_events};
use super::shown::IntoEvent;
use super::{Input, InputError, OwnedInput};

type LentDelivery = Lent<'static, EventDelivery<'static>>;

/// Events that were delivered to another server: its name, how they were delivered, and the events.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_structs, reason = "all that the callback is told, by name")]
pub struct Delivered<'a, J> {
    /// The other server.
    pub server_name: &'a str,
    /// How they were delivered: `/send`, `/backfill`, ..
    pub method: &'a str,
    /// The events; if there are none, no module is notified.
    pub events: Vec<J>,
}

/// An owned delivery, and the view of it.
#[derive(Debug)]
pub struct OwnedDelivery(Kept<Parts, EventDelivery<'static>>);

#[derive(Debug)]
struct Parts {
    server_name: String,
    method: String,
    events: BuiltEvents,
}

impl Shared<LentDelivery> for OwnedDelivery {
    fn shared(&self) -> Lent<'_, EventDelivery<'_>> {
        Lent::new(self.0.view())
    }
}

impl<J: IntoEvent> Input<LentDelivery> for Delivered<'_, J> {
    type Prepared = LazyDelivery<Self>;

    fn prepare(self) -> LazyDelivery<Self> {
        LazyDelivery { source: Some(self), built: None }
    }
}

impl<J: IntoEvent> OwnedInput<LentDelivery> for Delivered<'_, J> {
    type Owned = OwnedDelivery;

    fn own(self) -> Result<OwnedDelivery, InputError> {
        let parts = Parts {
            server_name: self.server_name.to_owned(),
            method: self.method.to_owned(),
            events: read_events(self.events.into_iter())?,
        };
        Ok(OwnedDelivery(Kept::new(parts, |parts| {
            EventDelivery::new(&parts.server_name, &parts.method, parts.events.views())
        })))
    }

    fn tells_nothing(&self) -> bool {
        self.events.is_empty()
    }
}

/// A delivery that is built when the first module is notified.
#[derive(Debug)]
pub struct LazyDelivery<D> {
    source: Option<D>,
    built: Option<OwnedDelivery>,
}

impl<J: IntoEvent> Prepared<LentDelivery> for LazyDelivery<Delivered<'_, J>> {
    fn build(&mut self) -> Result<(), InputError> {
        if let Some(source) = self.source.take() {
            self.built = Some(source.own()?);
        }
        Ok(())
    }

    fn raw(&mut self) -> Lent<'_, EventDelivery<'_>> {
        self.built.as_ref().expect("`build` made it, or failed").shared()
    }
}
