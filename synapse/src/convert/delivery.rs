//! Events that were delivered to another server.

use hsmod_loader::{Delivered, Parts};
use pyo3::prelude::*;

use super::arguments::{Argument, text};
use super::event::Event;
use crate::home::Home;

/// A `FederationEventDeliveryEvent`.
pub(crate) struct Delivery {
    server_name: String,
    method: String,
    events: Vec<Event>,
}

impl Argument for Delivery {
    type View<'a> = &'a Self;
    type Input<'v> = Delivered<'v, Parts<'v, Event>>;

    fn take(_: &Home, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let method = value.getattr("method")?;
        let events = value.getattr("events")?.try_iter()?;
        Ok(Self {
            server_name: text(&value.getattr("server_name")?)?,
            // It is a member of a string enum, whose `str` is the member's name.
            method: text(&method.getattr_opt("value")?.unwrap_or(method))?,
            events: events.map(|event| Event::of(&event?)).collect::<PyResult<_>>()?,
        })
    }

    fn view(&self) -> &Self {
        self
    }

    fn input<'v>(view: &'v &Self) -> Delivered<'v, Parts<'v, Event>> {
        Delivered {
            server_name: &view.server_name,
            method: &view.method,
            events: view.events.iter().map(Parts).collect(),
        }
    }
}
