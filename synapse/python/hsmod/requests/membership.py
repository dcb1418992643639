"""Group `membership`: memberships of rooms."""

from __future__ import annotations

from typing import Any

from hsmod.requests.events import as_json
from hsmod.requests.group import Group
from hsmod.requests.way import public


class Membership(Group):
    """Memberships."""

    @public("update_room_membership", since="1.46")
    async def update_room_membership(
        self,
        sender: str,
        target: str,
        room_id: str,
        new_membership: str,
        content: dict[str, Any] | None,
        remote_room_hosts: list[str] | None,
    ) -> dict[str, Any]:
        event = await self.api.update_room_membership(
            sender, target, room_id, new_membership, content, remote_room_hosts
        )
        return as_json(event)
