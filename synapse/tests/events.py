"""Events as Synapse keeps them in memory, with all the required fields."""

from __future__ import annotations

from typing import Any

from synapse.api.room_versions import RoomVersions
from synapse.events import EventBase, make_event_from_dict


def make_event(**fields: Any) -> EventBase:
    """A message of another server, changed by these fields; `None` removes a field."""
    complete = {
        "room_id": "!r:other.org",
        "sender": "@eve:other.org",
        "type": "m.room.message",
        "origin_server_ts": 1,
        "depth": 1,
        "hashes": {},
        "signatures": {},
        "auth_events": [],
        "prev_events": [],
        "content": {"body": "hello"},
        **fields,
    }
    given = {key: value for key, value in complete.items() if value is not None}
    return make_event_from_dict(given, RoomVersions.V11)
