//! Derives from the history what a homeserver would have asked before an event could come about.
//!
//! Rationale: most modules check users' actions rather than events. A replay should call them as
//! often as Synapse would have, in the same order, and report the callbacks that it can never
//! reach.

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

/// What is known about a room besides its state.
#[derive(Default)]
pub(super) struct Story {
    /// Set while the room's first events are processed.
    beginning: Option<Beginning>,
    /// The events that follow those already given, if a module listens to how a room begins.
    pub(super) ahead: Vec<OwnedEvent>,
    /// How often each callback was called, including the event's own.
    pub(super) asked: Asked,
}

/// An event and its context in the history.
pub(super) struct Scene<'a> {
    pub(super) event: &'a Event<'a>,
    /// Whether it is the first event that shows its user's current profile.
    pub(super) is_news: bool,
    /// The room's state before the event.
    pub(super) state: &'a RoomState,
    /// The room's events after it.
    pub(super) upcoming: &'a [Letter],
}

impl Story {
    /// The actions of users that an event reveals.
    pub(super) fn acts(&mut self, audience: &Audience, scene: &Scene<'_>) -> Vec<Act> {
        let reading = Reading { scene, audience, ahead: &self.ahead };
        reading.acts(&mut self.beginning)
    }

    /// Calls the callbacks that a homeserver would have called for these acts, before the event's
    /// own.
    ///
    /// # Errors
    /// A module denies or fails, so the event would not have come about.
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

    /// Counts a call of one of the event's own callbacks.
    pub(super) fn own(&mut self, callback: Callback) {
        self.asked.add(callback);
    }
}

/// The outcome of a question.
type Answer = Result<(), Refusal>;

/// Converts the loader's answer.
fn passed(answer: Result<(), CallError>) -> Answer {
    answer.map_err(Refusal::from)
}

#[cfg(test)]
mod tests;
