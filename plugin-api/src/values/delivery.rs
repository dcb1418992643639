//! Events that were delivered to another server.

use hsmod_abi::{Slice, Str, view};

use super::event::Event;

view! {
    /// Events of this homeserver that were delivered to another server.
    ///
    /// Mirrors the `delivery` of `on_event_delivered_over_federation` in Synapse.
    #[derive(Debug)]
    pub struct EventDelivery<'a> {
        server_name: Str<'a>,
        method: Str<'a>,
        events: Slice<'a, Event<'a>>,
    }
}

impl<'a> EventDelivery<'a> {
    /// Creates the arguments of a delivery. For homeservers.
    pub fn new(server_name: &'a str, method: &'a str, events: &'a [Event<'a>]) -> Self {
        Self {
            size: Self::SIZE,
            flags: 0,
            server_name: Str::new(server_name),
            method: Str::new(method),
            events: Slice::new(events),
        }
    }

    /// The other server.
    pub fn server_name(&self) -> &'a str {
        self.server_name.text()
    }

    /// How the events were delivered: `/send`, `/backfill`, `/get_missing_events`, `/event`,
    /// `/event_auth`, `/state`, `/send_join`, or whatever later versions add.
    pub fn method(&self) -> &'a str {
        self.method.text()
    }

    /// The events; at least one.
    pub const fn events(&self) -> Slice<'a, Event<'a>> {
        self.events
    }
}
