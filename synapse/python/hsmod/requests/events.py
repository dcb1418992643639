"""Group `events`: events, and the state of rooms."""

from __future__ import annotations

from typing import Any, Iterable

from synapse.module_api import EventBase

from hsmod.requests.group import Group
from hsmod.requests.way import public


class Events(Group):
    """Events."""

    @public("create_and_send_event_into_room", since="1.22")
    async def create_and_send_event_into_room(
        self, room_id: str, event: dict[str, Any]
    ) -> dict[str, Any]:
        sent = await self.api.create_and_send_event_into_room({**event, "room_id": room_id})
        return as_json(sent)

    @public("get_state_events_in_room", since="1.22")
    async def get_state_events_in_room(
        self, room_id: str, types: list[tuple[str, str | None]]
    ) -> list[dict[str, Any]]:
        events = await self.api.get_state_events_in_room(room_id, _pairs(types))
        return [as_json(event) for event in events]

    @public("get_room_state", since="1.47")
    async def get_room_state(
        self, room_id: str, event_filter: list[tuple[str, str | None]] | None
    ) -> list[dict[str, Any]]:
        if event_filter is None:
            state = await self.api.get_room_state(room_id)
        elif not event_filter:
            # Synapse would treat an empty list as no filter.
            return []
        else:
            state = await self.api.get_room_state(room_id, _pairs(event_filter))
        return [as_json(event) for event in state.values()]


def as_json(event: EventBase) -> dict[str, Any]:
    """An event in the form that native modules get: as stored, with its ID."""
    return {**event.get_dict(), "event_id": event.event_id}


def _pairs(types: Iterable[Any]) -> list[tuple[str, str | None]]:
    return [(event_type, state_key) for event_type, state_key in types]
