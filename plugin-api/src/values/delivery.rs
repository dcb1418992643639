//! Events that another server got.

use abi_stable::StableAbi;
use abi_stable::std_types::{RSlice, RStr};

use super::event::Event;

/// Events of this homeserver that another server got.
///
/// Mirrors the `delivery` of `on_event_delivered_over_federation` in Synapse.
#[repr(C)]
#[derive(Clone, Copy, Debug, StableAbi)]
pub struct EventDelivery<'a> {
    server_name: RStr<'a>,
    method: RStr<'a>,
    events: RSlice<'a, Event<'a>>,
}

impl<'a> EventDelivery<'a> {
    /// What a homeserver tells.
    pub fn new(server_name: &'a str, method: &'a str, events: &'a [Event<'a>]) -> Self {
        Self {
            server_name: server_name.into(),
            method: method.into(),
            events: RSlice::from_slice(events),
        }
    }

    /// The other server.
    pub fn server_name(&self) -> &'a str {
        self.server_name.as_str()
    }

    /// How it got them: `/send`, `/backfill`, `/get_missing_events`, `/event`, `/event_auth`,
    /// `/state`, `/send_join`, or what later versions add.
    pub fn method(&self) -> &'a str {
        self.method.as_str()
    }

    /// The events, one or more.
    pub fn events(&self) -> &'a [Event<'a>] {
        self.events.as_slice()
    }
}
