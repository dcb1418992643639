//! The rooms of the world whose state is the history's.

use std::collections::HashSet;

use hsmod_loader::values::OwnedEvent;

use super::batch::NoEvent;
use crate::world::World;

/// Sees to it that such a room has no other state than what the history leaves in it. What it
/// leaves, the rooms tell the world themselves.
pub(super) struct History<'a> {
    world: Option<&'a World>,
    rooms: HashSet<String>,
}

impl<'a> History<'a> {
    pub(super) fn of(world: Option<&'a World>) -> Self {
        Self { world, rooms: HashSet::new() }
    }

    /// The history begins, perhaps once more.
    pub(super) fn begin(&mut self) {
        self.rooms.clear();
        self.world.iter().for_each(|world| world.begin_anew());
    }

    /// These lines come next: rooms that were not seen before are empty.
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
