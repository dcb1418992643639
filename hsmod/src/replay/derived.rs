//! What a homeserver would have asked for an event to come about: derived from the history.
//!
//! Rationale: most modules look at what users do, and not at events. Who replays a history wants them
//! asked too, as often and in the order in which Synapse would have; and wants to know of the
//! callbacks that this can never reach.

mod asked;
mod callback;
mod never;
mod refusal;

pub(super) use self::asked::{Asked, Reach};
pub(super) use self::callback::{Callback, Listeners};
pub(super) use self::refusal::Refusal;

/// What is known of a room beside its state.
#[derive(Default)]
pub(super) struct Story {
    /// How often modules were asked what, the event's own callbacks included.
    pub(super) asked: Asked,
}

impl Story {
    /// Notes that the modules were asked one of the event's own callbacks.
    pub(super) fn own(&mut self, callback: Callback) {
        self.asked.add(callback);
    }
}
