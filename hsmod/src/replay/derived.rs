//! What a homeserver would have asked for an event to come about: derived from the history.
//!
//! Rationale: most modules look at what users do, and not at events. Who replays a history wants them
//! asked too, as often and in the order in which Synapse would have; and wants to know of the
//! callbacks that this can never reach.

mod refusal;

pub(super) use self::refusal::Refusal;
