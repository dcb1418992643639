"""Events as Synapse has them in memory, with all the fields that it expects of one."""

from __future__ import annotations

from typing import Any

from synapse.api.room_versions import RoomVersions
from synapse.events import EventBase, make_event_from_dict


def make_event(**fields: Any) -> EventBase:
    """A message of another server, or what becomes of it with these fields; `None` takes one out."""
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
