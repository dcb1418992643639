//! The subject of a call, for the log line when it fails.

use super::event::Event;

/// The event, room and user that the arguments of a call identify, if any. If there are several
/// users, it is the first one; for an event, it is the sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subject {
    /// The ID of the event.
    pub event_id: Option<String>,
    /// The ID of the room.
    pub room_id: Option<String>,
    /// The ID of the user.
    pub user_id: Option<String>,
}

impl Subject {
    /// The subject of a call about an event.
    pub fn of(event: &Event<'_>) -> Self {
        let mut subject = Self::default();
        subject.event(event);
        subject
    }

    /// Records this event, unless one is recorded already.
    pub(super) fn event(&mut self, event: &Event<'_>) {
        note(&mut self.event_id, event.event_id());
        self.room(event.room_id().as_str());
        self.user(event.sender().as_str());
    }

    /// Records this room, unless one is recorded already.
    pub(super) fn room(&mut self, room_id: &str) {
        note(&mut self.room_id, room_id);
    }

    /// Records this user, unless one is recorded already.
    pub(super) fn user(&mut self, user_id: &str) {
        note(&mut self.user_id, user_id);
    }
}

fn note(known: &mut Option<String>, id: &str) {
    if known.is_none() && !id.is_empty() {
        *known = Some(id.to_owned());
    }
}
