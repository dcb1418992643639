//! Keeps the world's rooms consistent with the history.

use std::collections::HashSet;

use hsmod_loader::values::OwnedEvent;

use super::batch::NoEvent;
use crate::world::World;

/// Clears the world's state of each room that the history contains, so that the room has only the
/// state from the history. The rooms themselves add that state to the world.
pub(super) struct History<'a> {
    world: Option<&'a World>,
    rooms: HashSet<String>,
}

impl<'a> History<'a> {
    pub(super) fn of(world: Option<&'a World>) -> Self {
        Self { world, rooms: HashSet::new() }
    }

    /// Starts the history, perhaps again.
    pub(super) fn begin(&mut self) {
        self.rooms.clear();
        self.world.iter().for_each(|world| world.begin_anew());
    }

    /// Prepares for the next lines: empties the rooms that appear for the first time.
    pub(super) fn go_on(&mut self, lines: &[Result<OwnedEvent, NoEvent>]) {
        let Some(world) = self.world else { return };
        for event in lines.iter().flatten() {
            let event = event.as_event();
            let room_id = event.room_id().as_str();
            if !self.rooms.contains(room_id) {
                self.rooms.insert(room_id.to_owned());
                world.put_state(room_id, &[]);
            }
        }
    }
}
