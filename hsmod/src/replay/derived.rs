//! What a homeserver would have asked for an event to come about: derived from the history.
//!
//! Rationale: most modules look at what users do, and not at events. Who replays a history wants them
//! asked too, as often and in the order in which Synapse would have; and wants to know of the
//! callbacks that this can never reach.

mod acts;
mod asked;
mod beginning;
mod callback;
mod creation;
mod member;
mod never;
mod people;
mod profiles;
mod questions;
mod reading;
mod refusal;

use hsmod_loader::CallError;
use hsmod_loader::values::{Event, OwnedEvent};

use self::beginning::Beginning;
use self::questions::Questions;
use self::reading::Reading;
use super::room::{Audience, Letter};
use crate::state::RoomState;

pub(super) use self::acts::{Act, help};
pub(super) use self::asked::{Asked, Reach};
pub(super) use self::callback::{Callback, Listeners};
pub(super) use self::people::People;
pub(super) use self::profiles::Profiles;
pub(super) use self::refusal::Refusal;

/// What is known of a room beside its state.
#[derive(Default)]
pub(super) struct Story {
    /// While its first events come.
    beginning: Option<Beginning>,
    /// Events behind those that it was given, if somebody wants to know how it begins.
    pub(super) ahead: Vec<OwnedEvent>,
    /// How often modules were asked what, the event's own callbacks included.
    pub(super) asked: Asked,
}

/// An event, and what stands around it in the history.
pub(super) struct Scene<'a> {
    pub(super) event: &'a Event<'a>,
    /// Whether it is the first one that shows what its user is called now.
    pub(super) is_news: bool,
    /// The room's state before it.
    pub(super) state: &'a RoomState,
    /// The events of the room behind it.
    pub(super) upcoming: &'a [Letter],
}

impl Story {
    /// What an event shows that somebody did.
    pub(super) fn acts(&mut self, audience: &Audience, scene: &Scene<'_>) -> Vec<Act> {
        let reading = Reading { scene, audience, ahead: &self.ahead };
        reading.acts(&mut self.beginning)
    }

    /// Asks what a homeserver would have asked of these acts, before the event's own callbacks.
    ///
    /// # Errors
    /// A module refuses or fails: the event would not have come about.
    pub(super) async fn ask(
        &mut self,
        audience: &Audience,
        event: &Event<'_>,
        acts: Vec<Act>,
    ) -> Result<(), Refusal> {
        let mut questions = Questions { audience, event, asked: &mut self.asked };
        for mut act in acts {
            for callback in act.kind().row().asks {
                if audience.listeners.hear(*callback) {
                    questions.ask(*callback, &mut act).await?;
                }
            }
        }
        Ok(())
    }

    /// Notes that the modules were asked one of the event's own callbacks.
    pub(super) fn own(&mut self, callback: Callback) {
        self.asked.add(callback);
    }
}

/// What comes of a question.
type Answer = Result<(), Refusal>;

/// The same, of the loader's.
fn passed(answer: Result<(), CallError>) -> Answer {
    answer.map_err(Refusal::from)
}

#[cfg(test)]
mod tests;
