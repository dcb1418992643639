"""Group `public_rooms`: the public room list."""

from __future__ import annotations

from hsmod.requests.group import Group
from hsmod.requests.way import public


class PublicRooms(Group):
    """The public room list."""

    @public("public_room_list_manager.room_is_in_public_room_list", since="1.22")
    async def room_is_in_public_room_list(self, room_id: str) -> bool:
        return bool(await self.api.public_room_list_manager.room_is_in_public_room_list(room_id))

    @public("public_room_list_manager.add_room_to_public_room_list", since="1.22")
    async def add_room_to_public_room_list(self, room_id: str) -> None:
        await self.api.public_room_list_manager.add_room_to_public_room_list(room_id)

    @public("public_room_list_manager.remove_room_from_public_room_list", since="1.22")
    async def remove_room_from_public_room_list(self, room_id: str) -> None:
        await self.api.public_room_list_manager.remove_room_from_public_room_list(room_id)
